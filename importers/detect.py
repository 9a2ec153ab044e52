"""What a file really is: content first, then its name."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import PurePath

from importers.registry import format_named
from importers.textfile import check_size, decode
from importers.units import Format, UnreadableFile

# What a name promises: extension -> format.
EXTENSIONS = {
    ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown",
    ".mdown": "markdown", ".po": "po", ".pot": "po", ".txt": "text", ".text": "text", ".xlf": "xliff",
    ".xliff": "xliff", "": "text",
}  # fmt: skip

_SAVE_AS_WORD = "Open it in Word or LibreOffice, save it as a Word document (.docx) and upload that."
_EXPORT = "Open it in the program that made it, save it as .docx, .html or .txt and upload that."
_TYPE_OUT = "Dragoman cannot read text in pictures. Type the text into a Word document (.docx) and upload that."
_MEDIA = "Dragoman reads written text only. Write down what is said in a Word document (.docx) and upload that."
_UNPACK = "Unpack it and upload the documents in it one by one."

# What can be told from the first bytes: (offset, bytes, what it is, what to do).
_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"{\\rtf", "an RTF document", _SAVE_AS_WORD),
    (0, b"\x89PNG\r\n\x1a\n", "a picture (PNG)", _TYPE_OUT),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", _TYPE_OUT),
    (0, b"GIF8", "a picture (GIF)", _TYPE_OUT),
    (0, b"II*\0", "a picture (TIFF)", _TYPE_OUT),
    (0, b"MM\0*", "a picture (TIFF)", _TYPE_OUT),
    (8, b"WEBP", "a picture (WebP)", _TYPE_OUT),
    (4, b"ftyphei", "a picture (HEIC)", _TYPE_OUT),
    (4, b"ftypmif1", "a picture (HEIC)", _TYPE_OUT),
    (4, b"ftyp", "a video or sound recording", _MEDIA),
    (0, b"ID3", "a sound recording (MP3)", _MEDIA),
    (0, b"OggS", "a sound recording (Ogg)", _MEDIA),
    (8, b"WAVE", "a sound recording (WAV)", _MEDIA),
    (8, b"AVI ", "a video", _MEDIA),
    (0, b"\x1a\x45\xdf\xa3", "a video", _MEDIA),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive (7z)", _UNPACK),
    (0, b"Rar!\x1a\x07", "an archive (RAR)", _UNPACK),
    (0, b"\x1f\x8b", "an archive (gzip)", _UNPACK),
    (0, b"BZh", "an archive (bzip2)", _UNPACK),
    (0, b"\xfd7zXZ\0", "an archive (xz)", _UNPACK),
    (0, b"SQLite format 3\0", "a database", _EXPORT),
    (0, b"MZ", "a program", "Dragoman reads documents only."),
    (0, b"\x7fELF", "a program", "Dragoman reads documents only."),
    (0, b"\xde\x12\x04\x95", "a compiled translation (.mo)", "Upload the .po file it was made from."),
    (0, b"\x95\x04\x12\xde", "a compiled translation (.mo)", "Upload the .po file it was made from."),
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Text formats that would be damaged if they were translated as plain text: extension -> (what it is, what to do).
_OTHER_TEXT = {
    ".csv": ("a table (CSV)", "Terms and translation pairs are imported on their own pages; a text to translate "
             "is uploaded as .docx or .txt."),
    ".tsv": ("a table (TSV)", "Terms and translation pairs are imported on their own pages; a text to translate "
             "is uploaded as .docx or .txt."),
    ".json": ("a program's file (JSON)", "Ask whoever made it for a .po file."),
    ".yaml": ("a program's file (YAML)", "Ask whoever made it for a .po file."),
    ".yml": ("a program's file (YAML)", "Ask whoever made it for a .po file."),
    ".xml": ("an XML file", _EXPORT),
    ".srt": ("subtitles (SRT)", "Copy the text into a Word document (.docx) and upload that."),
    ".vtt": ("subtitles (WebVTT)", "Copy the text into a Word document (.docx) and upload that."),
    ".tex": ("a LaTeX document", "Convert it to .docx or .md and upload that."),
    ".eml": ("an e-mail", "Copy its text into a Word document (.docx) and upload that."),
    ".svg": ("a picture (SVG)", _TYPE_OUT),
}  # fmt: skip
_XML_ROOTS = {
    "tmx": ("a translation memory (TMX)", "Import it on the page of the memory."),
    "martif": ("a term base (TBX)", "Import it on the page of the terms."),
    "tbx": ("a term base (TBX)", "Import it on the page of the terms."),
    "svg": ("a picture (SVG)", _TYPE_OUT),
    "rdf:RDF": ("a vocabulary (RDF)", "Import it on the page of the terms."),
}
_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<([a-zA-Z_][\w:.-]*)", re.S
)
_HTML_START = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*(?:<!doctype\s+html\b|<html[\s>])", re.I | re.S)
_PO_SOURCE = re.compile(r'^(?:#~[ \t]*)?msgid[ \t]*"', re.M)
_PO_TARGET = re.compile(r'^(?:#~[ \t]*)?msgstr(?:\[\d\])?[ \t]*"', re.M)


def detect(data: bytes, name: str) -> Format:
    """The document format of a file, told from its content and then from its name.

    Raises UnreadableFile: "too-large"; "empty"; "mislabelled" when the name promises another format than the
    content is; "unsupported" for a format Dragoman does not translate, with what to do instead; "encrypted";
    "not-text". `format` of the error is the extension, or "file".
    """
    extension = PurePath(name.strip().replace("\\", "/")).suffix.lower()
    promised = EXTENSIONS.get(extension)
    label = extension.removeprefix(".") or "file"
    check_size(data, label)
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableFile(label, "empty", "This file is empty. Check that it was saved, and upload it again.")
    if binary := _binary(data, label):
        what, advice = binary
        if what == "docx":
            return _as_promised("docx", "a Word document (.docx)", extension, promised, label)
        raise _refused(what, advice, extension, promised, label)
    if promised == "docx":
        raise _refused(*_text_kind(data, label), extension, promised, label)
    if extension in _OTHER_TEXT:
        what, advice = _OTHER_TEXT[extension]
        found = _markup(decode(data, label).text[:65536])
        raise _refused(*(found or (what, advice)), extension, None, label)
    text = decode(data, label).text
    head = text[:65536]
    if found := _markup(head):
        raise _refused(*found, extension, promised, label)
    if _root_name(head) == "xliff":
        return format_named("xliff")
    if _HTML_START.match(head):
        return format_named("html")
    if promised in ("text", "po") and _PO_SOURCE.search(text) and _PO_TARGET.search(text):
        return format_named("po")
    if promised == "xliff":
        raise UnreadableFile(
            label,
            "mislabelled",
            "This file is named .%(extension)s but it is not XLIFF. Save it again in the program that made it.",
            extension=label,
        )
    if promised == "po":
        raise UnreadableFile(
            label,
            "mislabelled",
            "This file is named .%(extension)s but holds no messages (msgid and msgstr). If it is ordinary text, "
            "name it .txt and upload it again.",
            extension=label,
        )
    if promised:
        return format_named(promised)
    raise UnreadableFile(
        label,
        "unsupported",
        "Dragoman does not translate .%(extension)s files. It takes .docx, .txt, .md, .html, .po and .xlf: save the "
        "document as one of these and upload that.",
        extension=label,
    )


def _binary(data: bytes, label: str) -> tuple[str, str] | None:
    """What a file that is no text is, and what to do: ("docx", "") for a Word document, None for text."""
    if b"%PDF-" in data[:1024]:
        return "a PDF", (
            "A PDF cannot be translated and given back. Ask for the Word document it was made from, or open the PDF "
            "in Word, check the text, and save it as .docx."
        )
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableFile(
                label,
                "encrypted",
                "This file is protected with a password. Open it in Word or LibreOffice, remove the password "
                "(File > Info > Protect Document), save it and upload it again.",
            )
        return "a document from an old version of Office (.doc, .xls or .ppt)", _SAVE_AS_WORD
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    for offset, signature, what, advice in _SIGNATURES:
        if data.startswith(signature, offset):
            return what, advice
    return None


def _zip_kind(data: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            first = archive.infolist()[0] if names else None
            mimetype = b""
            if first and first.filename == "mimetype" and first.file_size < 200:
                mimetype = archive.read(first)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return "docx", ""  # damaged: the reader of DOCX says how
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    if "[Content_Types].xml" in names:
        if "xl" in folders:
            return "a spreadsheet (.xlsx)", (
                "Terms and translation pairs are imported on their own pages; a text to translate is copied into a "
                "Word document (.docx) and uploaded."
            )
        if "ppt" in folders:
            return "a presentation (.pptx)", "Copy its text into a Word document (.docx) and upload that."
        return "docx", ""
    if b"opendocument.text" in mimetype:
        return "an OpenDocument text (.odt)", "Open it in LibreOffice, save it as a Word document (.docx) and upload that."
    if b"opendocument" in mimetype:
        return "an OpenDocument file", "Copy its text into a Word document (.docx) and upload that."
    if b"epub" in mimetype:
        return "an e-book (EPUB)", _EXPORT
    return "an archive (ZIP)", _UNPACK


def _text_kind(data: bytes, label: str) -> tuple[str, str]:
    """What a text file that calls itself a Word document is."""
    try:
        text = decode(data, label).text[:65536]
    except UnreadableFile:
        return "no Word document but something damaged or unknown", _SAVE_AS_WORD
    if found := _markup(text):
        return found
    if _HTML_START.match(text):
        return "a web page (HTML)", "Name it .html and upload it again, or open it in Word and save it as .docx."
    return "plain text", "Name it .txt and upload it again, or open it in Word and save it as .docx."


def _markup(head: str) -> tuple[str, str] | None:
    """XML that is no document: what it is and where it belongs."""
    return _XML_ROOTS.get(_root_name(head))


def _root_name(head: str) -> str:
    root = _ROOT.match(head) if head.lstrip("\ufeff \t\r\n").startswith("<") else None
    return root[1].rpartition(":")[2] if root and not root[1].startswith("rdf:") else root[1] if root else ""


def _as_promised(format: str, what: str, extension: str, promised: str | None, label: str) -> Format:
    if promised == format or (extension == "" and promised == "text"):
        return format_named(format)
    raise UnreadableFile(
        label,
        "mislabelled",
        "This file is named %(extension)s but it is %(what)s. Name it .docx and upload it again.",
        extension=extension,
        what=what,
    )


def _refused(what: str, advice: str, extension: str, promised: str | None, label: str) -> UnreadableFile:
    if promised and extension:
        return UnreadableFile(
            label,
            "mislabelled",
            "This file is named %(extension)s but it is %(what)s. %(advice)s",
            extension=extension,
            what=what,
            advice=advice,
        )
    return UnreadableFile(
        label, "unsupported", "This is %(what)s, which Dragoman does not translate. %(advice)s", what=what, advice=advice
    )


__all__ = ["EXTENSIONS", "detect"]
