"""A PO file as lines: its entries, where each part of them stands, and their strings.

The grammar is GNU gettext's (manual, chapter 3 "The Format of PO Files"). Lines are kept, so that what nobody
translated stays byte for byte: comments of every kind, order, wrapping, obsolete entries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from importers.units import UnreadableFile

_KEYWORD = re.compile(r"(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[(?P<form>\d{1,2})\])?)\s*(?=\")")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.S)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", '"': '"', "\\": "\\"}
_UNESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b", "\f": "\\f",
              "\v": "\\v", "\0": "\\000"}  # fmt: skip
_SPECIAL = re.compile(r"[\\\"\n\t\r\a\b\f\v\0]")


@dataclass(slots=True)
class Part:
    """A keyword with its string, on lines `first` to `last`."""

    text: str
    first: int
    last: int


@dataclass(slots=True)
class Entry:
    """One message. Line numbers count from 0. `forms` are its msgstr by plural form (0 when it has no plural)."""

    first: int
    last: int = 0
    context: Part | None = None
    source: Part | None = None
    plural: Part | None = None
    forms: dict[int, Part] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    flag_lines: list[int] = field(default_factory=list)
    previous_lines: list[int] = field(default_factory=list)
    previous: str = ""
    notes: list[str] = field(default_factory=list)
    obsolete: bool = False

    @property
    def is_header(self) -> bool:
        """The entry of the empty message: facts about the file."""
        return self.source is not None and not self.source.text and self.context is None and self.plural is None

    @property
    def fuzzy(self) -> bool:
        """Whether a person must look at the translation again."""
        return "fuzzy" in self.flags

    @property
    def first_keyword(self) -> int:
        """The line of msgctxt or msgid."""
        return (self.context or self.source or next(iter(self.forms.values()))).first


def parse(lines: list[str], format: str) -> list[Entry]:
    """Every entry in order, obsolete ones too. Raises UnreadableFile("syntax") with the line."""
    entries: list[Entry] = []
    entry: Entry | None = None
    part: Part | None = None
    previous: list[str] = []
    for number, line in enumerate(lines):
        text = line.strip(" \t\f\v\ufeff")
        obsolete = text.startswith("#~")
        if obsolete:
            text = text[2:].lstrip()
        if not text or text.startswith("domain "):
            if not obsolete:
                part = None
                if entry is not None and entry.forms:
                    entry = None
            continue
        comment = text.startswith("#") or (obsolete and text.startswith("|"))
        keyword = None if comment else _KEYWORD.match(text)
        starts = comment or (keyword and keyword["keyword"] in ("msgctxt", "msgid"))
        if entry is None or (starts and entry.forms) or (entry.obsolete != obsolete and entry.source is not None):
            _finished(entry, lines, format)
            entry = Entry(number)
            entries.append(entry)
            part, previous = None, []
        entry.last = number
        entry.obsolete = entry.obsolete or obsolete
        if comment:
            part = None
            _comment(entry, text, number, previous, previous_marked=obsolete)
        elif keyword:
            part = _keyword(entry, keyword, text, number, format)
        elif text.startswith('"') and part is not None:
            part.text += _string(text, number, format)
            part.last = number
        else:
            raise _error(number, format, "there is text that belongs to no message")
    _finished(entry, lines, format)
    return [entry for entry in entries if entry.source is not None]


def _finished(entry: Entry | None, lines: list[str], format: str) -> None:
    if entry is None or (entry.source is None and not entry.forms and entry.context is None):
        return
    if entry.source is None:
        raise _error(entry.first_keyword, format, "a msgid is missing here")
    if not entry.forms and not entry.obsolete:
        raise _error(entry.last, format, "the message that ends here has no msgstr")


def _comment(entry: Entry, text: str, number: int, previous: list[str], *, previous_marked: bool) -> None:
    if text.startswith(("#|", "|")):
        entry.previous_lines.append(number)
        body = text.lstrip("#|").strip()
        keyword = _KEYWORD.match(body)
        if keyword:
            previous.append(keyword["keyword"])
            body = body[keyword.end() :]
        found = _STRING.fullmatch(body)
        if found and previous and previous[-1] == "msgid":
            entry.previous += unescaped(found[1])
    elif text.startswith("#,") or text.startswith("#="):
        entry.flag_lines.append(number)
        entry.flags += [flag.strip() for flag in text[2:].split(",") if flag.strip()]
    elif text.startswith("#.") or re.match(r"#(\s|$)", text):
        note = text[2:].strip()
        if note:
            entry.notes.append(note)


def _keyword(entry: Entry, keyword: re.Match[str], text: str, number: int, format: str) -> Part:
    part = Part(_string(text[keyword.end() :], number, format), number, number)
    name = keyword["keyword"]
    if name == "msgctxt":
        entry.context = part
    elif name == "msgid":
        if entry.source is not None:
            raise _error(number, format, "the message before this one has no msgstr")
        entry.source = part
    elif entry.source is None:
        raise _error(number, format, "a msgid is missing before it")
    elif name == "msgid_plural":
        entry.plural = part
    else:
        form = int(keyword["form"] or 0)
        if form in entry.forms:
            raise _error(number, format, "there are two of the same msgstr")
        entry.forms[form] = part
    return part


def _string(text: str, number: int, format: str) -> str:
    found = _STRING.fullmatch(text)
    if not found:
        raise _error(number, format, 'a quotation mark (") is missing or stands where it should be written \\"')
    return unescaped(found[1])


def _error(number: int, format: str, problem: str) -> UnreadableFile:
    return UnreadableFile(
        format,
        "syntax",
        "Line %(line)s of this file is not valid PO: %(problem)s. Nothing was saved. Correct the line in a text "
        "editor, or save the file again in the program that made it.",
        where=f"line {number + 1}",
        line=number + 1,
        problem=problem,
    )


def unescaped(raw: str) -> str:
    """A string of the file as text."""

    def swap(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        if found[2]:
            return chr(int(found[2], 8) & 0xFF)
        return _ESCAPES.get(found[3], found[0])

    return _ESCAPE.sub(swap, raw)


def escaped(text: str) -> str:
    """Text as a string of the file, without its quotation marks."""
    return _SPECIAL.sub(lambda found: _UNESCAPES[found[0]], text)


def written(keyword: str, text: str, indent: str, width: int) -> list[str]:
    """The lines of a keyword with its string: one when it fits, else one per line of the text, wrapped at `width`
    characters between words (0: not wrapped), as msgcat writes them. `keyword` has what stands before the quote."""
    single = f'{keyword}"{escaped(text)}"'
    inner = "\n" in text[:-1]
    if not inner and (not width or len(single) <= width):
        return [single]
    lines = []
    for piece in re.findall(r"[^\n]*\n|[^\n]+", text):
        if not width:
            lines.append(piece)
            continue
        line = ""
        for word in re.findall(r"\S*\s*", piece):
            if line and word and len(escaped(line + word.rstrip(" "))) + len(indent) + 2 > width:
                lines.append(line)
                line = ""
            line += word
        if line:
            lines.append(line)
    if len(lines) == 1 and not inner and not width:
        return [single]
    return [f'{keyword}""', *(f'{indent}"{escaped(line)}"' for line in lines)]
