"""What a file really is, and what to say when it is not what its name says."""

import io
import zipfile

import pytest

from importers.detect import detect
from importers.registry import UnknownFormat, format_named, formats
from importers.textfile import MAX_BYTES
from importers.units import UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, SAMPLES


def zipped(*names, first=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


OFFICE = "[Content_Types].xml"
DOCX = zipped(OFFICE, "word/document.xml")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
PAGE = f"<!DOCTYPE html><html><p>{ARABIC}".encode()
PO = f'msgid "a"\nmsgstr "{ETHIOPIC}"\n'.encode()
TEXT = f"Beste,\n\n{ETHIOPIC}\n\n{ARABIC}\n".encode()

FOUND = {
    # content, name -> format
    "a Word document": (DOCX, "brief.docx", "docx"),
    "a Word document in capitals": (DOCX, "BRIEF.DOCX", "docx"),
    "a Word document without an extension": (DOCX, "brief", "docx"),
    "text": (TEXT, "brief.txt", "text"),
    "text without an extension": (TEXT, "brief", "text"),
    "text in a folder with dots": (TEXT, "v1.2\\map.x\\brief.TXT", "text"),
    "a name of dots": (TEXT, ".txt", "text"),
    "Markdown": (TEXT, "brief.md", "markdown"),
    "Markdown that begins with a tag": (b"<div align=center>x</div>\n\n# ba", "README.md", "markdown"),
    "a page": (PAGE, "pagina.html", "html"),
    "a piece of a page": (b"<p>a</p>", "stuk.htm", "html"),
    "a page that calls itself text": (PAGE, "pagina.txt", "html"),
    "XHTML": (b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html><html xmlns="x"><body/></html>', "x.xhtml", "html"),
    "PO": (PO, "ar.po", "po"),
    "a template": (PO, "messages.pot", "po"),
    "PO that calls itself text": (PO, "ar.txt", "po"),
    "XLIFF": (b'<?xml version="1.0"?><xliff version="2.0"/>', "x.xlf", "xliff"),
    "XLIFF that calls itself text": (b'<x:xliff version="1.2"/>', "x.txt", "xliff"),
    "UTF-16": (TEXT.decode().encode("utf-16"), "brief.txt", "text"),
}


@pytest.mark.parametrize("case", FOUND)
def test_content_decides_and_then_the_name(case):
    data, name, expected = FOUND[case]
    assert detect(data, name).name == expected


REFUSED = {
    # content, name -> reason, words that must be in the message
    "a PDF": (PDF, "besluit.pdf", "unsupported", ["PDF", ".docx"]),
    "a PDF that calls itself Word": (PDF, "besluit.docx", "mislabelled", ["named .docx", "PDF"]),
    "a picture that calls itself Word": (PNG, "scan.docx", "mislabelled", ["picture (PNG)"]),
    "a page that calls itself Word": (PAGE, "brief.docx", "mislabelled", ["web page", ".html"]),
    "text that calls itself Word": (TEXT, "brief.docx", "mislabelled", ["plain text", ".txt"]),
    "Word that calls itself text": (DOCX, "brief.txt", "mislabelled", ["Word document", "Name it .docx"]),
    "an old Word document": (OLE, "brief.doc", "unsupported", ["old version of Office", ".docx"]),
    "an old Word document with a new name": (OLE, "brief.docx", "mislabelled", ["old version of Office"]),
    "a document with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "b.docx", "encrypted", ["password"]),
    "RTF": (b"{\\rtf1\\ansi hallo}", "brief.rtf", "unsupported", ["RTF", ".docx"]),
    "ODT": (zipped("content.xml", first="application/vnd.oasis.opendocument.text"), "b.odt", "unsupported", ["OpenDocument"]),
    "a spreadsheet": (zipped(OFFICE, "xl/workbook.xml"), "t.xlsx", "unsupported", ["spreadsheet"]),
    "a spreadsheet named as Word": (zipped(OFFICE, "xl/workbook.xml"), "t.docx", "mislabelled", ["spreadsheet"]),
    "slides": (zipped(OFFICE, "ppt/presentation.xml"), "p.pptx", "unsupported", ["presentation"]),
    "an archive": (zipped("a.docx", "b.docx"), "alles.zip", "unsupported", ["archive", "one by one"]),
    "an e-book": (zipped("x", first="application/epub+zip"), "b.epub", "unsupported", ["e-book"]),
    "a photo": (b"\xff\xd8\xff\xe0\0\x10JFIF", "foto.jpg", "unsupported", ["picture"]),
    "a recording": (b"ID3\x03\0", "gesprek.mp3", "unsupported", ["sound"]),
    "a memory": (b'<?xml version="1.0"?><tmx version="1.4">', "m.tmx", "unsupported", ["translation memory"]),
    "terms": (b"<tbx type='TBX-Basic'>", "t.tbx", "unsupported", ["terms"]),
    "a memory that calls itself text": (b"<!DOCTYPE tmx SYSTEM 'tmx14.dtd'><tmx>", "m.txt", "mislabelled", ["TMX"]),
    "a table": (b"a;b\n1;2\n", "termen.csv", "unsupported", ["CSV"]),
    "a program's file": (b'{"a": "b"}', "nl.json", "unsupported", ["JSON"]),
    "an unknown extension": (TEXT, "brief.pages", "unsupported", [".pages", ".docx"]),
    "no text at all": (bytes(range(256)) * 4, "brief.txt", "not-text", []),
    "text with NUL": (b"abc\0def", "brief.txt", "not-text", []),
    "XLIFF that is none": (TEXT, "x.xlf", "mislabelled", ["not XLIFF"]),
    "PO without messages": (TEXT, "ar.po", "mislabelled", ["msgid"]),
    "nothing": (b"", "brief.docx", "empty", ["empty"]),
    "blanks": (b" \r\n\t", "brief.txt", "empty", ["empty"]),
    "too much": (b"a" * (MAX_BYTES + 1), "brief.txt", "too-large", ["20 MB"]),
    "a compiled catalogue": (b"\xde\x12\x04\x95\0\0\0\0", "ar.mo", "unsupported", [".po"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_files_are_refused_by_their_right_name_with_what_to_do(case):
    data, name, reason, words = REFUSED[case]
    with pytest.raises(UnreadableFile) as refused:
        detect(data, name)
    assert refused.value.reason == reason
    for word in words:
        assert word in refused.value.text()
    assert "%(" not in refused.value.text()


def test_every_sample_is_read_by_the_format_it_is_detected_as():
    for path in SAMPLES.iterdir():
        if path.name != "SOURCE.md":
            assert detect(path.read_bytes(), path.name).read(path.read_bytes(), path.name).units


def test_every_format_is_named_and_says_what_it_is():
    names = [found.name for found in formats()]
    assert names == ["docx", "html", "markdown", "po", "text", "xliff"]
    for found in formats():
        assert format_named(found.name) is found
        assert found.label
        assert all(extension.startswith(".") for extension in found.extensions)
    with pytest.raises(UnknownFormat) as unknown:
        format_named("pdf")
    assert unknown.value.name == "pdf"


def test_naming_formats_imports_none_of_them():
    import subprocess
    import sys

    code = "import sys, importers.registry, importers.detect; assert 'markdown_it' not in sys.modules, 'markdown'; assert 'babel' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
