"""Web pages: a unit per block of text and per attribute people read; all else is kept byte for byte."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

from importers.htmlblocks import Span, spans_of
from importers.htmlscan import Token, scan
from importers.nesting import pieces
from importers.textfile import TextFile, decode
from importers.units import Catalogue, Format, Translation, Unit
from languages.tags import direction

NAME = "html"
#: A page made of nothing but tags takes 8 seconds a megabyte.
MAX_BYTES = 5 * 1024 * 1024

_CHARSET = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding=["']([a-zA-Z0-9_:.-]+)""")


def read(data: bytes, name: str) -> Catalogue:
    """The page's blocks and attributes in reading order. `source_language` is what <html lang> says."""
    file = _decode(data)
    tokens = scan(file.text)
    units = [span.unit for span in spans_of(file.text, tokens)]
    language = next((t.value("lang") or t.value("xml:lang") for t in tokens if _opens(t, "html")), "").strip()
    return Catalogue(NAME, units, source_language=language or None, warnings=list(file.warnings))


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The page in the target language: <html> gets its `lang` and `dir`, a draft gets a banner first in <body>."""
    file = _decode(data)
    page, tokens = file.text, scan(file.text)
    spans = spans_of(page, tokens)
    edits = _frame(page, tokens, language, draft)
    blocks: list[tuple[Span, str]] = []
    for span in spans:
        translation = translations.get(span.unit.key)
        if translation is None or not translation.text.strip() or translation.text == span.unit.text:
            continue
        if span.attribute:
            old = page[span.start : span.end]
            edits.append((span.start, span.end, _quoted(old, span.unit, translation.text)))
        else:
            blocks.append((span, translation.text))
    text = _edited(page, edits, blocks)
    encoding = file.encoding_for(text)
    if (blocks or file.encoding != encoding) and not file.mark:
        edits += _charset(page, tokens, encoding, changed=file.encoding != encoding)
        text = _edited(page, edits, blocks)
    return file.encode(text)


def _decode(data: bytes) -> TextFile:
    declared = _CHARSET.search(data[:4096]) or _XML_ENCODING.match(data[:200])
    return decode(data, NAME, declared[1].decode("ascii") if declared else None, MAX_BYTES)


_Edit = tuple[int, int, str]


def _edited(page: str, edits: list[_Edit], blocks: list[tuple[Span, str]]) -> str:
    """The page with small edits in tags and with blocks replaced. An edit inside a replaced block is made in the tag
    wherever the translator put it."""
    edits = sorted(edits)
    starts = [edit[0] for edit in edits]

    def cut(start: int, end: int) -> str:
        out, at = [], start
        for index in range(bisect_left(starts, start), len(edits)):
            edit_start, edit_end, new = edits[index]
            if edit_end > end:
                break
            out += [page[at:edit_start], new]
            at = edit_end
        out.append(page[at:end])
        return "".join(out)

    out, at = [], 0
    for span, text in sorted(blocks, key=lambda block: block[0].start):
        out.append(cut(at, span.start))
        for piece in pieces(text, span.unit.codes):
            if piece.role == "text":
                out.append(_escaped(piece.text))
            else:
                opening, closing = span.codes[piece.number]
                out.append(cut(*(closing if piece.role == "close" else opening)))
        at = span.end
    out.append(cut(at, len(page)))
    return "".join(out)


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\u00a0", "&nbsp;").replace("\0", "\ufffd")


def _quoted(old: str, unit: Unit, text: str) -> str:
    quote = old[0] if old[:1] in ('"', "'") else '"'
    plain = "".join(piece.text for piece in pieces(text, unit.codes))
    return quote + _escaped(plain).replace(quote, "&quot;" if quote == '"' else "&#39;") + quote


def _frame(page: str, tokens: list[Token], language: str, draft: str | None) -> list[_Edit]:
    """What changes around the text: language, direction, the banner of a draft."""
    way = direction(language)
    mine = f'lang="{language}" dir="{way}"'
    edits: list[_Edit] = []
    roots = [t for t in tokens if _opens(t, "html")]
    bodies = [t for t in tokens if _opens(t, "body")]
    heads = [t for t in tokens if t.name == "head"]
    if roots:
        edits += _set(roots[0], {"lang": language, "xml:lang": language, "dir": way}, optional={"xml:lang"})
    elif bodies or heads or page[:4096].lower().lstrip().startswith("<!doctype"):
        before = [t for t in tokens if t.kind == "comment" and page.startswith(("<!d", "<!D", "<?"), t.start)]
        at = before[-1].end if before else 0
        edits.append((at, at, f"<html {mine}>"))
    if bodies:
        values = {"lang": language, "xml:lang": language, "dir": way}
        edits += _set(bodies[0], values, optional=set(values))
    whole = bool(roots or bodies or heads or edits)
    banner = ""
    if draft:
        style = "margin:0;padding:.5em 1em;border:3px solid #b00;background:#fff;color:#b00;font-weight:bold"
        banner = f'<p role="note" {mine} style="{style}">{_escaped(draft)}</p>'
    if whole:
        if banner:
            after_head = [t for t in heads if t.kind == "close"]
            at = (bodies or after_head or roots or [Token("text", 0, max((e[1] for e in edits), default=0))])[0].end
            edits.append((at, at, banner))
    else:
        edits += [(0, 0, f"<div {mine}>{banner}"), (len(page), len(page), "</div>")]
    return edits


def _set(token: Token, values: dict[str, str], optional: set[str]) -> list[_Edit]:
    edits: list[_Edit] = []
    added = ""
    for name, value in values.items():
        attribute = token.attribute(name)
        if attribute is None:
            added += "" if name in optional else f' {name}="{value}"'
        elif attribute.value.lower() != value.lower():
            equals = "" if attribute.end > attribute.start else "="
            edits.append((attribute.start, attribute.end, f'{equals}"{value}"'))
    if added:
        at = token.start + 1 + len(token.name)
        edits.append((at, at, added))
    return edits


def _charset(page: str, tokens: list[Token], encoding: str, *, changed: bool) -> list[_Edit]:
    """Make the page say how it is encoded, when it does not or no longer does."""
    for token in tokens:
        if _opens(token, "meta"):
            for attribute in token.attributes:
                raw = page[attribute.start : attribute.end]
                if attribute.name == "charset":
                    return [(attribute.start, attribute.end, f'"{encoding}"')] if changed else []
                if attribute.name == "content" and "charset=" in raw.lower():
                    new = re.sub(r"(?i)charset=[^\s\"';]*", f"charset={encoding}", raw)
                    return [(attribute.start, attribute.end, new)] if changed else []
    if declared := re.match(r"<\?xml[^>]*?encoding=([\"'])([^\"']*)\1", page):
        return [(declared.start(2), declared.end(2), encoding)] if changed else []
    head = next((t for t in tokens if _opens(t, "head")), None)
    if head is None or encoding != "utf-8":
        return []
    return [(head.end, head.end, '<meta charset="utf-8">')]


def _opens(token: Token, name: str) -> bool:
    return token.kind == "open" and token.name == name


FORMAT = Format(NAME, "Web page (HTML)", (".html", ".htm", ".xhtml"), "text/html; charset=utf-8", read, write)
