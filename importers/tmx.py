"""TMX (Translation Memory eXchange, LISA OSCAR 1.4b, 2005): read and written as a stream, a unit at a time.

Reads versions 1.1 to 1.4b: any encoding XML allows, `lang` as well as `xml:lang`, languages spelt as they are found
in the wild, inline codes of both levels. Writes 1.4b. What a unit knew when it was read, it still knows when it is
written; `read_tmx` and `write_tmx` name what they leave out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from importers import tmxinline, xmlstream
from importers.tmxreader import ALL_LANGUAGES, NAME, OUR_TOOL, TmxReader
from importers.tmxunits import TmxHeader, TmxNotes, TmxUnit, pairs

__all__ = [
    "ALL_LANGUAGES",
    "NAME",
    "OUR_TOOL",
    "TmxHeader",
    "TmxNotes",
    "TmxReader",
    "TmxUnit",
    "check_tmx",
    "read_tmx",
    "tmx_chunks",
    "write_tmx",
]

_ATTRIBUTE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
)


def read_tmx(stream: BinaryIO) -> TmxReader:
    """The units of a TMX file, in constant memory. A text in a language nobody knows is left out with a warning; a
    language with several texts in one unit gives a unit for each further one, with the same `tuid`.

    Raises UnreadableFile while it is iterated ("empty", "entities", "mislabelled", "syntax", "cut-short", "too-large"): units that
    came before the error were whole.
    """
    return TmxReader(stream)


def check_tmx(stream: BinaryIO, step: Callable[[int], object] = lambda _bytes: None) -> None:
    """Read a file to its end without keeping anything. Raises UnreadableFile as reading it would, with the reason
    "cut-short" when it stops in the middle: then the units before that are whole. `step` is told the bytes read."""
    xmlstream.check(stream, NAME, ("tu", "header", "tmx"), step)


def write_tmx(
    stream: BinaryIO,
    units: Iterable[TmxUnit],
    *,
    source_language: str = ALL_LANGUAGES,
    tool_version: str = "",
    created: dt.datetime | None = None,
) -> int:
    """Write TMX 1.4b in UTF-8; returns how many units were written. `source_language` is the header's `srclang`, BCP 47
    or "*all*". Units without any text are left out. Characters XML cannot hold are kept in a text as placeholders
    (`<ph type="x-char">`) and become U+FFFD in notes and properties.
    """
    count = 0

    def counted() -> Iterator[TmxUnit]:
        nonlocal count
        for unit in units:
            count += bool(unit.texts)
            yield unit

    for chunk in tmx_chunks(counted(), source_language=source_language, tool_version=tool_version, created=created):
        stream.write(chunk)
    return count


def tmx_chunks(
    units: Iterable[TmxUnit],
    *,
    source_language: str = ALL_LANGUAGES,
    tool_version: str = "",
    created: dt.datetime | None = None,
) -> Iterator[bytes]:
    """The same file as `write_tmx` writes, in pieces of some hundred units, for sending it while it is made."""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n<header creationtool="{OUR_TOOL}" '
        f'creationtoolversion="{_attribute(tool_version or "0")}" segtype="sentence" o-tmf="{OUR_TOOL}" adminlang="en" '
        f'srclang="{_attribute(source_language)}" datatype="plaintext"'
    )
    if created is not None:
        head += f' creationdate="{_date(created)}"'
    lines = [head + "/>\n<body>\n"]
    for unit in units:
        if unit.texts:
            lines.append(_unit(unit, source_language))
        if len(lines) == 500:
            yield "".join(lines).encode()
            lines.clear()
    lines.append("</body>\n</tmx>\n")
    yield "".join(lines).encode()


def _unit(unit: TmxUnit, source_language: str) -> str:
    out = ["<tu"]
    if unit.tuid is not None:
        out.append(f' tuid="{_attribute(unit.tuid)}"')
    out.append(_fact_attributes(unit))
    out.append(">")
    out.append(_written_notes(unit.notes, unit.props))
    languages = sorted(unit.texts, key=lambda language: language != source_language)
    for language in languages:
        facts = unit.variants.get(language)
        out.append(f'<tuv xml:lang="{_attribute(language)}"')
        if facts is not None:
            out += [_fact_attributes(facts), ">", _written_notes(facts.notes, facts.props)]
        else:
            out.append(">")
        out += ["<seg>", tmxinline.written(unit.texts[language], unit.codes, language), "</seg></tuv>"]
    out.append("</tu>\n")
    return "".join(out)


def _fact_attributes(facts: TmxUnit | TmxNotes) -> str:
    out = []
    for name, value in (("creationdate", facts.created), ("changedate", facts.changed), ("lastusagedate", facts.last_used)):
        if value is not None:
            out.append(f' {name}="{_date(value)}"')
    for name, text in (("creationid", facts.created_by), ("changeid", facts.changed_by)):
        if text is not None:
            out.append(f' {name}="{_attribute(text)}"')
    if facts.used is not None:
        out.append(f' usagecount="{facts.used}"')
    out += [f' {name}="{_attribute(text)}"' for name, text in facts.attributes.items() if name in _WRITABLE]
    return "".join(out)


# The other attributes TMX 1.4b gives tu and tuv (DTD); what is none of them cannot be written.
_WRITABLE = frozenset({
    "o-encoding", "datatype", "creationtool", "creationtoolversion", "segtype", "o-tmf", "srclang",
})  # fmt: skip


def _written_notes(notes: Iterable[str], props: tuple[tuple[str, str], ...] | Mapping[str, str]) -> str:
    out = [f"<note>{tmxinline.escaped(note)}</note>" for note in notes]
    out += [f'<prop type="{_attribute(type)}">{tmxinline.escaped(value)}</prop>' for type, value in pairs(props)]
    return "".join(out)


def _attribute(text: str) -> str:
    return tmxinline.FORBIDDEN.sub("\ufffd", text).translate(_ATTRIBUTE_ESCAPES)


def _date(moment: dt.datetime) -> str:
    """ISO 8601 basic in UTC, as TMX wants it; a moment without a zone is taken to be UTC."""
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")
