"""Bytes of a text file become text and become bytes again: encoding, byte order mark, line ends.

The encoding is taken from the byte order mark, from what the file itself declares (an HTML `meta`, a PO
header), from being valid UTF-8, or guessed between the two legacy encodings our clients' letters arrive in:
windows-1252 (western Europe) and windows-1256 (Arabic, Persian, Urdu). A guess is always a warning.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from importers.units import UnreadableFile, Warning_

#: The largest file read, in bytes.
MAX_BYTES = 20 * 1024 * 1024

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class TextFile:
    """The text of a file without its byte order mark, and how to turn text into such a file again."""

    text: str
    encoding: str
    mark: bytes = b""
    warnings: tuple[Warning_, ...] = ()

    @property
    def newline(self) -> str:
        """The line end used most: LF, CRLF or CR; LF for a text of one line."""
        both = self.text.count("\r\n")
        counts = {"\n": self.text.count("\n") - both, "\r\n": both, "\r": self.text.count("\r") - both}
        return max(counts, key=counts.__getitem__)

    def encode(self, text: str) -> bytes:
        """`text` in this file's encoding, with its byte order mark. Text this encoding cannot hold (Arabic in
        windows-1252) makes it UTF-8: see `encoding_for`. What no text file can hold, NUL and lone surrogates, becomes
        U+FFFD."""
        text = _IMPOSSIBLE.sub("\ufffd", text)
        target = self.encoding_for(text)
        return (self.mark if target == self.encoding else b"") + text.encode(target)

    def encoding_for(self, text: str) -> str:
        """This file's encoding, or UTF-8 when it cannot hold `text`."""
        try:
            _IMPOSSIBLE.sub("\ufffd", text).encode(self.encoding)
        except UnicodeEncodeError:
            return "utf-8"
        return self.encoding


def decode(data: bytes, format: str, declared: str | None = None, max_bytes: int = MAX_BYTES) -> TextFile:
    """The text of a file.

    Raises UnreadableFile: "too-large", "empty", "not-text" (binary, or bytes that fit no encoding we know).
    """
    check_size(data, format, max_bytes)
    if not data.strip():
        raise UnreadableFile(format, "empty", "This file is empty. Choose a file with text in it.")
    if data.startswith(_UTF32):
        raise UnreadableFile(
            format, "not-text", "This file is written in UTF-32, which Dragoman does not read. Save it as UTF-8."
        )
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding, format), encoding, format, mark)
    if b"\0" in data:
        raise UnreadableFile(
            format,
            "not-text",
            "This is not a text file: it holds bytes that no text has. "
            "If it is text written as UTF-16, open it in a text editor and save it as UTF-8.",
        )
    if declared and (encoding := known_encoding(declared)):
        if encoding.startswith(("utf-16", "utf-32")):
            encoding = "utf-8"  # it was read as single bytes to find the declaration, so it cannot be UTF-16
        try:
            return _checked(data.decode(encoding), encoding, format)
        except UnicodeDecodeError:
            guessed = _guess(data, format)
            warning = Warning_(
                "wrong-encoding-declared",
                "The file says that it is written in %(declared)s, but it is not; it was read as %(read)s. "
                "Check that the letters look right.",
                fields={"declared": declared, "read": guessed.encoding},
            )
            return replace(guessed, warnings=(warning,))
    try:
        return _checked(data.decode("utf-8"), "utf-8", format)
    except UnicodeDecodeError:
        return _guess(data, format)


def check_size(data: bytes, format: str, max_bytes: int = MAX_BYTES) -> None:
    """Raises UnreadableFile("too-large") above `max_bytes`."""
    if len(data) > max_bytes:
        raise UnreadableFile(
            format,
            "too-large",
            "This file is %(size)s MB; the largest Dragoman reads is %(limit)s MB. Split it into smaller files, "
            "or take out large pictures.",
            size=round(len(data) / 1024 / 1024, 1),
            limit=max_bytes // 1024 // 1024,
        )


def known_encoding(name: str) -> str | None:
    """Python's name of an encoding a file declares, or None for one nobody knows. As browsers do, Latin-1 and
    ASCII are read as windows-1252 (WHATWG Encoding Standard, "Names and labels")."""
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if not getattr(found, "_is_text_encoding", True):
        return None
    return "windows-1252" if found.name in ("iso8859-1", "ascii") else found.name


def line_of(text: str, offset: int) -> int:
    """The number, from 1, of the line that holds this place."""
    return sum(1 for _ in LINE_END.finditer(text, 0, offset)) + 1


def _strict(data: bytes, encoding: str, format: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode(encoding, "replace")
        raise _broken(format, encoding, line_of(readable, len(readable))) from error


def _broken(format: str, encoding: str, line: int) -> UnreadableFile:
    return UnreadableFile(
        format,
        "not-text",
        "Line %(line)s of this file holds bytes that are not valid %(encoding)s: the file is damaged. Open it in "
        "the program that made it and save it again as UTF-8.",
        where=f"line {line}",
        line=line,
        encoding=encoding.upper(),
    )


def _checked(text: str, encoding: str, format: str, mark: bytes = b"", warnings: tuple = ()) -> TextFile:
    odd = len(_CONTROL.findall(text))
    if "\0" in text or odd > 32 + len(text) // 50:
        raise UnreadableFile(
            format, "not-text", "This is not a text file: it is full of characters that no text has."
        )
    if not text.strip():
        raise UnreadableFile(format, "empty", "This file is empty. Choose a file with text in it.")
    return TextFile(text, encoding, mark, warnings)


def _guess(data: bytes, format: str) -> TextFile:
    """windows-1252 or windows-1256, told apart by how non-ASCII bytes stand: alone among ASCII letters in a
    western text, in runs that are whole words in an Arabic one."""
    good = len(_MULTIBYTE.findall(data))
    bad = sum(len(run) for run in _HIGH.findall(_MULTIBYTE.sub(b"", data)))
    if good > 4 * bad:  # UTF-8 with a few damaged bytes, not a legacy encoding
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _broken(format, "utf-8", line_of(data[: error.start].decode("utf-8"), error.start)) from error
    runs = [len(run) for run in _HIGH.findall(data)]
    in_runs = sum(length for length in runs if length > 1)
    encoding = "windows-1252"
    if in_runs > sum(runs) / 2:
        letters = data.decode("windows-1256")
        high = [ch for ch in letters if ord(ch) > 0x7F]
        if len(_ARABIC.findall(letters)) > len(high) * 0.7:
            encoding = "windows-1256"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            format,
            "not-text",
            "Dragoman cannot tell how this text is encoded. Open it in a text editor and save it as UTF-8.",
        ) from error
    warning = Warning_(
        "encoding-guessed",
        "The file does not say how it is encoded; it was read as %(encoding)s. Check that the letters look right; "
        "if they do not, save the file as UTF-8 and upload it again.",
        fields={"encoding": encoding},
    )
    return _checked(text, encoding, format, warnings=(warning,))
