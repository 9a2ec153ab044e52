"""Plain text: a unit per paragraph, or per line where lines are a list, an address, a poem.

The rule. Blank lines part blocks; a line that starts with a bullet or a number parts a block too, and the bullet
stays outside the unit. Lines that remain together are one paragraph when a program wrapped them: the longest
has 40 characters or more, and on no line would the first word of the next line still have fitted; or when they
follow a bullet and are indented under it. Otherwise each line is a unit. A line that ends in two spaces is never
joined to the next (as in Markdown). What stands between units is kept byte for byte.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from importers.nesting import TextBuilder, pieces, worth_translating
from importers.textfile import LINE_END, decode
from importers.units import Catalogue, Format, Translation, Unit

NAME = "text"
_BLANK = " \t\x0b\x0c"
_MARKER = re.compile(
    r"[ \t]*(?:[-*+•◦▪‣·–—]|(?:\d{1,3}|[\u0660-\u0669]{1,3}|[\u06f0-\u06f9]{1,3}|[a-zA-Z])[.)])[ \t]+"
)
_NARROWEST = 40
# Scripts written without spaces: a wrapped line is joined to the next without one.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # without its line end
    text: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A unit and its place in the text."""

    unit: Unit
    start: int
    end: int


@dataclass(slots=True)
class _Chunk:
    """Lines that stand together. `width`: that of a wrapped paragraph, 0 when each line stands for itself."""

    lines: list[_Line]
    width: int
    spans: list[_Span] = field(default_factory=list)


def read(data: bytes, name: str) -> Catalogue:
    """The paragraphs and lines of a text file."""
    file = decode(data, NAME)
    units = [span.unit for chunk in _chunks(file.text) for span in chunk.spans]
    return Catalogue(NAME, units, warnings=list(file.warnings))


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The file with its paragraphs replaced; a wrapped paragraph is wrapped again at its own width."""
    file = decode(data, NAME)
    newline = file.newline
    chunks = _chunks(file.text)
    written = [_written(chunk, file.text, translations, newline) for chunk in chunks]
    changed = [new != file.text[c.lines[0].start : c.lines[-1].end] for new, c in zip(written, chunks, strict=True)]
    out, at = [], 0
    for number, chunk in enumerate(chunks):
        start, end = chunk.lines[0].start, chunk.lines[-1].end
        out.append(file.text[at:start])
        follows = ""
        if number + 1 < len(chunks) and LINE_END.fullmatch(file.text, end, chunks[number + 1].lines[0].start):
            follows = LINE_END.split(written[number + 1])[0]
        if changed[number] or (follows and changed[number + 1]):
            written[number] = _apart(written[number], chunk, follows, newline)
        out.append(written[number])
        at = end
    out.append(file.text[at:])
    if draft:
        out.insert(0, draft + newline * 2)
    text = "".join(out)
    if file.encoding_for(text) != file.encoding and not file.mark:
        text = "\ufeff" + text  # no longer the old encoding: the mark tells an old Windows program so
    return file.encode(text)


def _written(chunk: _Chunk, text: str, translations: Mapping[str, Translation], newline: str) -> str:
    out, at = [], chunk.lines[0].start
    for span in chunk.spans:
        out.append(text[at : span.start])
        at = span.end
        translation = translations.get(span.unit.key)
        if translation is None or not translation.text.strip() or translation.text == span.unit.text:
            out.append(text[span.start : span.end])
            continue
        plain = "".join(piece.text for piece in pieces(translation.text, span.unit.codes)).strip("\r\n")
        out.append(newline.join(_wrapped(plain, chunk, span) if chunk.width else LINE_END.split(plain)))
    out.append(text[at : chunk.lines[-1].end])
    return "".join(out)


def _apart(written: str, chunk: _Chunk, follows: str, newline: str) -> str:
    """The lines of a chunk as they will be read again: where they would by chance be joined with each other or with the
    line that follows, two spaces at their ends keep them apart."""
    lines = LINE_END.split(written)
    blocks = [[line.text for line in block] for block in _blocks(_lines("\n".join([*lines, follows])))]
    if chunk.width:
        if not follows or not blocks or len(blocks[0]) <= len(lines):
            return written
        return written.rstrip(_BLANK) + "  "
    if not any(len(block) > 1 and (_is_wrapped(block) or _hangs(block)) for block in blocks):
        return written
    last = lines[-1].rstrip(_BLANK) + "  " if follows else lines[-1]
    return newline.join([line.rstrip(_BLANK) + "  " for line in lines[:-1]] + [last])


def _wrapped(text: str, chunk: _Chunk, span: _Span) -> list[str]:
    """The text in lines of the paragraph's width, if they would be read as this one paragraph; else in one line."""
    first = " " * (span.start - chunk.lines[0].start)
    second = chunk.lines[1].text
    indent = second[: len(second) - len(second.lstrip(_BLANK))]
    lines = textwrap.wrap(
        text, chunk.width, initial_indent=first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False, expand_tabs=False, replace_whitespace=False,
    )  # fmt: skip
    hangs = bool(indent) and bool(_MARKER.match(chunk.lines[0].text))
    if (
        _joined(lines) == text.strip(_BLANK)
        and (hangs or _is_wrapped(lines))
        and not any(map(_MARKER.match, lines[1:]))
        and not any(line.endswith("  ") for line in lines)
    ):
        return [lines[0].removeprefix(first), *lines[1:]]
    return LINE_END.split(text)


def _chunks(text: str) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    number = 0
    for lines in _blocks(_lines(text)):
        bare = [line.text.rstrip(_BLANK) for line in lines]
        wrapped = len(lines) > 1 and (_is_wrapped(bare) or _hangs(bare))
        chunk = _Chunk(lines, max(map(len, bare)) if wrapped else 0)
        for together in [lines] if wrapped else [[line] for line in lines]:
            span = _span(together, str(number + 1))
            if span:
                number += 1
                chunk.spans.append(span)
        chunks.append(chunk)
    return chunks


def _span(lines: list[_Line], key: str) -> _Span | None:
    marker = _MARKER.match(lines[0].text)
    skipped = marker.end() if marker else 0
    first = lines[0].text[skipped:]
    plain = _joined([first] + [line.text for line in lines[1:]])
    if not worth_translating(plain):
        return None
    builder = TextBuilder()
    builder.text(plain)
    tagged, codes = builder.build()
    if builder.overfull:
        return None
    start = lines[0].start + skipped + len(first) - len(first.lstrip(_BLANK))
    end = lines[-1].start + len(lines[-1].text.rstrip(_BLANK))
    return _Span(Unit(key, tagged, codes, "list" if marker else "body"), start, end)


def _lines(text: str) -> list[_Line]:
    lines, at = [], 0
    for found in LINE_END.finditer(text):
        lines.append(_Line(at, found.start(), text[at : found.start()]))
        at = found.end()
    lines.append(_Line(at, len(text), text[at:]))
    return lines


def _blocks(lines: list[_Line]) -> list[list[_Line]]:
    """Lines that stand together: parted by blank lines, lines of dashes, bullets, and lines that end in two spaces."""
    blocks: list[list[_Line]] = [[]]
    under = 0  # how far a line must be indented to stand under the bullet of this block; 0 without a bullet
    hung = False
    for line in lines:
        if not line.text.strip(_BLANK):
            blocks.append([])
            continue
        marker = _MARKER.match(line.text)
        ruled_off = not worth_translating(line.text)
        if marker or ruled_off or (hung and _indent(line.text) < under):
            blocks.append([])
        if not blocks[-1]:
            under, hung = _indent(line.text) + 2 if marker else 0, False
        elif under and _indent(line.text) >= under:
            hung = True
        blocks[-1].append(line)
        if ruled_off or line.text.endswith("  "):
            blocks.append([])
    return [block for block in blocks if block]


def _is_wrapped(lines: list[str]) -> bool:
    """Whether a program broke these lines: greedily, at one width."""
    bare = [line.rstrip(_BLANK) for line in lines]
    widest = max(map(len, bare), default=0)
    if widest < _NARROWEST:
        return False
    for line, following in zip(bare, bare[1:], strict=False):
        words = following.split(maxsplit=1)
        if len(line) + 1 + len(words[0] if words else "") <= widest:
            return False
    return True


def _hangs(lines: list[str]) -> bool:
    """Whether all lines but the first are indented under the first one's bullet."""
    return bool(_MARKER.match(lines[0])) and all(_indent(line) >= _indent(lines[0]) + 2 for line in lines[1:])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(_BLANK))


def _joined(lines: list[str]) -> str:
    out = ""
    for line in lines:
        line = line.strip(_BLANK)
        if out and line:
            out += "" if _UNSPACED.match(out[-1]) and _UNSPACED.match(line[0]) else " "
        out += line
    return out


FORMAT = Format(NAME, "Plain text", (".txt", ".text"), "text/plain; charset=utf-8", read, write)
