"""Markdown (CommonMark with tables and strikethrough): a unit per heading, paragraph, list entry and table cell.

Code, HTML blocks, link addresses and front matter are kept; so is every byte of a block nobody translated. What a
translator typed is escaped only where it would otherwise become markup: the written paragraph is read again to see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it.token import Token

from importers.markdown_inline import Attached, Inline, parser, rendered, shape, understand
from importers.nesting import TextBuilder, literal, worth_translating
from importers.textfile import LINE_END, decode
from importers.units import Catalogue, Format, Translation, Unit, Warning_

NAME = "markdown"
#: markdown-it takes 15 seconds for a megabyte made of nothing but markup.
MAX_BYTES = 2 * 1024 * 1024
_FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?:.*?(?:\r\n|\r|\n))??(?:---|\.\.\.|\+\+\+)[ \t]*(?:\r\n|\r|\n|\Z)", re.S)
_TASK = re.compile(r"\[[ xX]\][ \t]+")


@dataclass(slots=True)
class _Block:
    """A paragraph, heading or cell: its content for markdown-it and where each of its lines stands in the file."""

    kind: str  # "paragraph", "heading", "setext", "cell"
    content: str
    inline: Inline
    places: list[tuple[int, int]]
    prefix: str  # what goes before a further line
    context: str
    unit: Unit | None = None
    attached: list[tuple[Unit, Attached]] | None = None


def read(data: bytes, name: str) -> Catalogue:
    """The headings, paragraphs, list entries, cells, titles and pictures' words of a Markdown file."""
    file = decode(data, NAME, max_bytes=MAX_BYTES)
    blocks, _, warnings = _blocks(file.text)
    units = []
    for block in blocks:
        if block.unit:
            units.append(block.unit)
        units += [unit for unit, _ in block.attached or ()]
    return Catalogue(NAME, units, warnings=[*file.warnings, *warnings])


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The file with its translated blocks written anew; a draft gets a block quote at the top."""
    file = decode(data, NAME, max_bytes=MAX_BYTES)
    blocks, env, _ = _blocks(file.text)
    newline = file.newline
    out, at = [], 0
    for block in blocks:
        content = _written(block, translations, env)
        if content is None:
            continue
        out += [file.text[at : block.places[0][0]], _lined(content, block, newline)]
        at = block.places[-1][1]
    out.append(file.text[at:])
    text = "".join(out)
    if draft:
        front = _front_matter(text)
        line = _typed(draft, "paragraph", env)
        text = text[:front] + f"> **{line}**" + newline * 2 + text[front:]
    return file.encode(text)


def _front_matter(text: str) -> int:
    found = _FRONT_MATTER.match(text)
    return found.end() if found else 0


def _blocks(text: str) -> tuple[list[_Block], dict[str, Any], list[Warning_]]:
    lines = _lines(text)
    front = _front_matter(text)
    blank = re.sub(r"[^\r\n]", "", text[:front])
    env: dict[str, Any] = {}
    tokens = parser().parse(blank + text[front:], env)
    blocks: list[_Block] = []
    warnings: list[Warning_] = []
    open_tokens: list[Token] = []
    row: list[Token] = []
    for token in tokens:
        if token.nesting > 0:
            open_tokens.append(token)
            if token.type == "tr_open":
                row = []
        elif token.nesting < 0:
            if open_tokens.pop().type == "tr_open":
                _cells(row, lines, text, blocks, warnings)
        elif token.type == "inline" and open_tokens[-1].type in ("th_open", "td_open"):
            row.append(token)
        elif token.type == "inline" and token.content:
            block = _block(token, open_tokens, lines, text)
            if block:
                blocks.append(block)
            else:
                warnings.append(_kept(token))
        elif token.type == "html_block" and worth_translating(re.sub(r"<!--.*?-->|<[^>]*>", "", token.content, flags=re.S)):
            warnings.append(_kept(token, "html"))
    number = 0
    for block in blocks:
        if block.inline.text:
            number += 1
            block.unit = Unit(str(number), block.inline.text, block.inline.codes, block.context)
        block.attached = []
        for attached in block.inline.attached:
            number += 1
            builder = TextBuilder()
            builder.text(attached.text)
            words, codes = builder.build()
            block.attached.append((Unit(str(number), words, codes, attached.context), attached))
    return blocks, env, warnings


def _kept(token: Token, what: str = "block") -> Warning_:
    line = (token.map or [0])[0] + 1
    message = (
        "The HTML at line %(line)s is kept as it is and not translated."
        if what == "html"
        else "The text at line %(line)s stands in an unusual way; it is kept as it is and not translated."
    )
    return Warning_(f"{what}-kept", message, f"line {line}", {"line": str(line)})


def _block(token: Token, within: list[Token], lines: list[tuple[int, int]], text: str) -> _Block | None:
    first = (token.map or [0])[0]
    parts = token.content.split("\n")
    if len(parts) > len(lines) - first:
        return None
    heading = within[-1].type == "heading_open"
    kind = "paragraph" if not heading else "heading" if within[-1].markup.startswith("#") else "setext"
    context = "heading" if heading else "body"
    if any(t.type == "list_item_open" for t in within):
        context = "list"
    elif any(t.type == "blockquote_open" for t in within):
        context = "quote"
    places: list[tuple[int, int]] = []
    for index, part in enumerate(parts):
        start, end = lines[first + index]
        line = text[start:end]
        part = part.lstrip(" \t") if index else part
        if kind == "heading":
            at = line.find("#")
            at += len(line[at:]) - len(line[at:].lstrip("#"))
            at += len(line[at:]) - len(line[at:].lstrip())
            if not line.startswith(part, at):
                return None
            places.append((start + at, start + at + len(part)))
            continue
        bare = line.rstrip() if index == len(parts) - 1 else line
        if not bare.endswith(part):
            return None
        places.append((start + len(bare) - len(part), start + len(bare)))
    prefix = text[lines[first + 1][0] : places[1][0]] if len(places) > 1 else ""
    inline = understand(token)
    if context == "list" and not inline.start and (task := _TASK.match(token.content)):
        inline.text, inline.start = inline.text.removeprefix(task[0]), task.end()
    return _Block(kind, token.content, inline, places, prefix, context)


def _cells(
    row: list[Token], lines: list[tuple[int, int]], text: str, blocks: list[_Block], warnings: list[Warning_]
) -> None:
    """The cells of a table's row, found in its line by splitting it as markdown-it does."""
    if not row:
        return
    start, end = lines[(row[0].map or [0])[0]]
    line = text[start:end]
    bars = [m.start() for m in re.finditer(r"(?<!\\)\|", line)]
    edges = [-1, *bars, len(line)]
    cells = [(a + 1, b) for a, b in zip(edges, edges[1:], strict=False)]
    for skipped in (1, 0):
        found = _matching(row, cells[skipped:], line)
        if found is not None:
            break
    else:
        warnings.append(_kept(row[0]))
        return
    for token, place in zip(row, found, strict=True):
        if token.content:
            places = [(start + place[0], start + place[1])]
            blocks.append(_Block("cell", token.content, understand(token), places, "", "table"))


def _matching(row: list[Token], cells: list[tuple[int, int]], line: str) -> list[tuple[int, int]] | None:
    places = []
    for index, token in enumerate(row):
        if index >= len(cells):
            if token.content:
                return None
            places.append((0, 0))
            continue
        raw = line[slice(*cells[index])]
        bare = raw.rstrip()
        content = token.content.replace("|", "\\|")
        if not (bare.endswith(content) if index == 0 else bare.lstrip() == content):
            return None
        end = cells[index][0] + len(bare)
        places.append((end - len(content), end))
    return places


def _lines(text: str) -> list[tuple[int, int]]:
    lines, at = [], 0
    for found in LINE_END.finditer(text):
        lines.append((at, found.start()))
        at = found.end()
    lines.append((at, len(text)))
    return lines


# -- writing ---------------------------------------------------------------------------------------------------


def _written(block: _Block, translations: Mapping[str, Translation], env: dict[str, Any]) -> str | None:
    """The block's content in the target language, or None when nothing of it was translated."""
    edits: list[tuple[int, int, str]] = []
    for unit, attached in block.attached or ():
        text = _wanted(unit, translations)
        if text is not None:
            plain = " ".join(literal(text, unit.codes).split())
            edits.append((attached.start, attached.end, _label(plain) if attached.context == "alt" else _title(plain)))
    text = _wanted(block.unit, translations) if block.unit else None
    if text is None and not edits:
        return None

    def raw(start: int, end: int) -> str:
        out, at = [], start
        for edit_start, edit_end, new in sorted(edits):
            if start <= edit_start and edit_end <= end:
                out += [block.content[at:edit_start], new]
                at = edit_end
        return "".join([*out, block.content[at:end]])

    before, after = raw(0, block.inline.start), raw(block.inline.end, len(block.content))
    if text is None:
        return before + raw(block.inline.start, block.inline.end) + after
    wanted = shape(text, block.inline.codes)
    for level in (0, 1, 2):
        content = before + rendered(text, block.inline, block.content, level, raw) + after
        found = _read_again(content, block.kind, env)
        if found is not None and shape(found.text, found.codes) == wanted:
            break
    return content


def _wanted(unit: Unit, translations: Mapping[str, Translation]) -> str | None:
    translation = translations.get(unit.key)
    if translation is None or not translation.text.strip() or translation.text == unit.text:
        return None
    return translation.text


def _typed(text: str, kind: str, env: dict[str, Any]) -> str:
    """A text of our own, escaped as far as it needs."""
    inline = Inline(text, (), 0, 0)
    for level in (0, 1, 2):
        content = rendered(text, inline, "", level, lambda start, end: "")
        found = _read_again(content, kind, env)
        if found is not None and shape(found.text, found.codes) == shape(text, ()):
            break
    return content


def _read_again(content: str, kind: str, env: dict[str, Any]) -> Inline | None:
    """The unit this content would be read as, or None when it would not even be the same kind of block."""
    if "\n" in content and kind in ("cell", "heading"):
        return None
    barred = content.replace("|", "\\|")
    source = {"heading": "# " + content, "setext": content + "\n===", "cell": f"|x|\n|-|\n| {barred} |"}
    tokens = parser().parse(source.get(kind, content), {"references": dict(env.get("references", {}))})
    expected = {"heading": "heading_open", "setext": "heading_open", "cell": "table_open"}
    if not tokens or tokens[0].type != expected.get(kind, "paragraph_open"):
        return None
    inlines = [token for token in tokens if token.type == "inline"]
    if len(inlines) != (2 if kind == "cell" else 1) or any(t.type == "list_item_open" for t in tokens):
        return None
    if kind != "cell" and tokens[-1].type != tokens[0].type.replace("open", "close"):
        return None
    return understand(inlines[-1])


def _label(text: str) -> str:
    return re.sub(r"[\\`*_\[\]<>&~!]", lambda m: "\\" + m[0], text)


def _title(text: str) -> str:
    return '"' + re.sub(r"[\\\"&]", lambda m: "\\" + m[0], text) + '"'


def _lined(content: str, block: _Block, newline: str) -> str:
    if block.kind == "cell":
        content = content.replace("|", "\\|")
        return content + " " if content.endswith("\\") else content
    return (newline + block.prefix).join(content.split("\n"))


FORMAT = Format(NAME, "Markdown", (".md", ".markdown", ".mdown"), "text/markdown; charset=utf-8", read, write)
