"""Web pages: a unit per block of text and per attribute people read; all else is kept byte for byte."""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from importers.htmlscan import RAW, Attribute, Token, scan
from importers.nesting import TextBuilder, pieces, worth_translating
from importers.textfile import TextFile, decode
from importers.units import Catalogue, Format, Translation, Unit
from languages.tags import direction

NAME = "html"

# Elements that stand inside a line of text; every other tag ends a block.
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "mark", "nobr", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})  # fmt: skip
# Kept whole: code inside a line becomes a placeholder there; the others are no words at all.
_CODE = frozenset({"code", "kbd", "samp", "var"})
_KEPT_IN_LINE = (RAW - {"style"}) | {"svg", "math", "textarea", "object", "canvas", "audio", "video"}
_KEPT = frozenset({"style", "pre", "template", "map"})
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic", "dfn": "italic",
    "u": "underline", "ins": "underline", "a": "link", "br": "break", "wbr": "break", "img": "image",
    "code": "placeholder", "kbd": "placeholder", "samp": "placeholder", "var": "placeholder", "input": "field",
}  # fmt: skip
_CONTEXTS = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
    "td": "table", "th": "table", "caption": "table", "li": "list", "dt": "list", "dd": "list", "title": "title",
    "button": "button", "label": "label", "option": "option", "legend": "label", "figcaption": "caption",
    "blockquote": "quote", "footer": "footer", "header": "header", "nav": "navigation",
}  # fmt: skip
_ATTRIBUTES = ("title", "alt", "placeholder", "aria-label", "aria-description", "aria-placeholder", "aria-valuetext")
_META = frozenset({
    "description", "keywords", "og:title", "og:description", "og:site_name", "og:image:alt", "twitter:title",
    "twitter:description", "twitter:image:alt", "apple-mobile-web-app-title", "application-name",
})  # fmt: skip
_WHITE = " \t\n\f\r"
_SPACE = re.compile(f"[{_WHITE}]+")
_CHARSET = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding=["']([a-zA-Z0-9_:.-]+)""")


@dataclass(slots=True)
class _Part:
    """A stretch of a block: "text", or a code "open", "close", "alone" (kind and chip in `kind`, `shows`)."""

    role: str
    start: int
    end: int
    name: str = ""
    kind: str = ""
    shows: str = ""
    pair: int = -1  # index of the other half


@dataclass(slots=True)
class _Span:
    """A unit, the stretch of the page it replaces, and the stretches its codes stand for: number -> (place of the
    opening or only tag, place of the closing tag)."""

    unit: Unit
    start: int
    end: int
    block: int  # where the block or tag it stands in begins: decides the order of reading
    codes: dict[int, tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    attribute: bool = False


def read(data: bytes, name: str) -> Catalogue:
    """The page's blocks and attributes in reading order. `source_language` is what <html lang> says."""
    file = _decode(data)
    tokens = scan(file.text)
    units = [span.unit for span in _spans(file.text, tokens)]
    language = next((t.value("lang") or t.value("xml:lang") for t in tokens if _opens(t, "html")), "").strip()
    return Catalogue(NAME, units, source_language=language or None, warnings=list(file.warnings))


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The page in the target language: <html> gets its `lang` and `dir`, a draft gets a banner first in <body>."""
    file = _decode(data)
    page, tokens = file.text, scan(file.text)
    spans = _spans(page, tokens)
    edits = _frame(page, tokens, language, draft)
    blocks: list[tuple[_Span, str]] = []
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
    return decode(data, NAME, declared[1].decode("ascii") if declared else None)


# -- reading ---------------------------------------------------------------------------------------------------


def _spans(page: str, tokens: list[Token]) -> list[_Span]:
    """Every unit's place, in reading order, its key the number of that order."""
    spans: list[_Span] = []
    parts: list[_Part] = []
    within: list[tuple[str, str]] = [("", "body")]  # open elements that are not inline, each with its context
    count: Counter[str] = Counter()  # of the names in `within`

    def end_block() -> None:
        span = _block(page, parts, within[-1][1])
        if span:
            spans.append(span)
        parts.clear()

    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind == "text":
            parts.append(_Part("text", token.start, token.end))
        elif token.kind in ("comment", "raw"):
            parts.append(_Part("alone", token.start, token.end, "!--", "markup", "<!-- -->"))
        elif token.kind == "open" and _is_kept(token):
            last = _element_end(tokens, at - 1)
            at = last + 1
            if token.name in INLINE or token.name in _KEPT_IN_LINE:
                kind, shows = "markup", token.name
                if token.name in INLINE:
                    inside = entities.unescape(re.sub(r"<[^>]*>", "", page[token.end : tokens[last].start]))
                    kind, shows = "placeholder", _SPACE.sub(" ", inside).strip()[:24] or token.name
                parts.append(_Part("alone", token.start, tokens[last].end, token.name, kind, shows))
            else:
                end_block()
        else:
            if token.kind == "open":
                spans += _attribute_spans(token, page)
            if token.name not in INLINE:
                end_block()
                if token.kind == "open" and token.name not in _VOID and not token.self_closing:
                    within.append((token.name, _CONTEXTS.get(token.name, within[-1][1])))
                    count[token.name] += 1
                elif token.kind == "close" and count[token.name]:
                    while (closed := within.pop()[0]) != token.name:
                        count[closed] -= 1
                    count[token.name] -= 1
            elif token.kind == "close":
                parts.append(_Part("close", token.start, token.end, token.name))
            elif token.name in _VOID:
                kind = _KINDS.get(token.name, "markup")
                parts.append(_Part("alone", token.start, token.end, token.name, kind, token.name))
            else:
                kind = _KINDS.get(token.name, "format")
                parts.append(_Part("open", token.start, token.end, token.name, kind, _shows(token)))
    end_block()
    spans.sort(key=lambda span: (span.block, span.start))
    for number, span in enumerate(spans, 1):
        span.unit = replace(span.unit, key=str(number))
    return spans


def _is_kept(token: Token) -> bool:
    if token.name in ("html", "body"):
        return False  # there, translate="no" speaks to browsers, not to the people who asked for a translation
    if token.name in _KEPT or token.name in _KEPT_IN_LINE or token.name in _CODE:
        return True
    if token.self_closing or token.name in _VOID:
        return False
    return token.value("translate").lower() == "no" or "notranslate" in token.value("class").split()


def _element_end(tokens: list[Token], first: int) -> int:
    """The index of the token that ends the element opened by token `first`; the last token when nothing does."""
    name, depth = tokens[first].name, 0
    if tokens[first].self_closing and name in ("svg", "math"):
        return first
    for index in range(first, len(tokens)):
        token = tokens[index]
        if token.name == name:
            if token.kind == "open" and not (token.self_closing and name in ("svg", "math")):
                depth += 1
            elif token.kind == "close":
                depth -= 1
            if depth == 0:
                return index
    return len(tokens) - 1


def _shows(token: Token) -> str:
    if token.name == "a" and (href := token.value("href")):
        return "link: " + re.sub(r"^(https?://)?(www\.)?", "", href)[:40]
    return token.name


def _attribute_spans(token: Token, page: str) -> list[_Span]:
    if not token.attributes:
        return []
    found: list[tuple[Attribute, str]] = []
    for name in _ATTRIBUTES:
        attribute = token.attribute(name)
        if attribute:
            found.append((attribute, name))
    if token.name == "meta" and (token.value("name") or token.value("property")).lower() in _META:
        found += [(a, "description") for a in token.attributes if a.name == "content"]
    elif token.name == "input" and token.value("type").lower() in ("submit", "button", "reset"):
        found += [(a, "button") for a in token.attributes if a.name == "value"]
    elif token.name in ("option", "optgroup", "track"):
        found += [(a, "label") for a in token.attributes if a.name == "label"]
    spans = []
    for attribute, context in found:
        if worth_translating(attribute.value) and attribute.end > attribute.start:
            builder = TextBuilder()
            builder.text(attribute.value)
            text, codes = builder.build()
            unit = Unit("", text, codes, context)
            spans.append(_Span(unit, attribute.start, attribute.end, attribute.start, attribute=True))
    return spans


def _block(page: str, parts: list[_Part], context: str) -> _Span | None:
    _pair(parts)
    first, last = _trimmed(page, parts)
    builder = TextBuilder()
    places: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}
    numbers: dict[int, int] = {}
    for index in range(first, last + 1):
        part = parts[index]
        if part.role == "text":
            text = _SPACE.sub(" ", entities.unescape(page[part.start : part.end]))
            if index == first:
                text = text.lstrip(" ")
            if index == last:
                text = text.rstrip(" ")
            builder.text(text)
        elif part.role == "close":
            builder.close(numbers[part.pair])
        elif part.role == "open":
            other = parts[part.pair]
            numbers[index] = builder.open(part.kind, part.shows)
            places[numbers[index]] = (part.start, part.end), (other.start, other.end)
        else:
            places[builder.alone(part.kind, part.shows)] = (part.start, part.end), (part.end, part.end)
    text, codes = builder.build()
    if not worth_translating(text) or builder.overfull:
        return None
    start, end = parts[first].start, parts[last].end
    if parts[first].role == "text":
        raw = page[start : parts[first].end]
        start += len(raw) - len(raw.lstrip(_WHITE))
    if parts[last].role == "text":
        end = max(start, end - (len(raw := page[parts[last].start : end]) - len(raw.rstrip(_WHITE))))
    return _Span(Unit("", text, codes, context), start, end, parts[0].start, places)


def _pair(parts: list[_Part]) -> None:
    """Find each tag's other half; a half without one becomes a code that stands alone."""
    opened: list[int] = []
    count: Counter[str] = Counter()  # of the names in `opened`
    for index, part in enumerate(parts):
        if part.role == "open":
            opened.append(index)
            count[part.name] += 1
        elif part.role == "close" and count[part.name]:
            while parts[match := opened.pop()].name != part.name:
                count[parts[match].name] -= 1
            count[part.name] -= 1
            parts[match].pair, part.pair = index, match
    for part in parts:
        if part.role in ("open", "close") and part.pair < 0:
            part.kind, part.shows = "markup", ("/" if part.role == "close" else "") + part.name
            part.role = "alone"


def _trimmed(page: str, parts: list[_Part]) -> tuple[int, int]:
    """The first and last part of the block that a translator needs: pictures, line breaks, comments and empty
    pairs at its ends stay outside, and so does a pair around all of it."""

    def idle(index: int) -> bool:
        part = parts[index]
        if part.role == "text":
            return not page[part.start : part.end].strip(_WHITE)
        return part.role == "alone" and part.kind != "placeholder"

    first, last = 0, len(parts) - 1
    while first <= last:
        if idle(first):
            first += 1
        elif idle(last):
            last -= 1
        elif parts[first].role == "open" and parts[first].pair == last:
            first, last = first + 1, last - 1
        elif parts[first].role == "open" and all(map(idle, range(first + 1, parts[first].pair))):
            first = parts[first].pair + 1
        elif parts[last].role == "close" and all(map(idle, range(parts[last].pair + 1, last))):
            last = parts[last].pair - 1
        else:
            break
    return first, last


# -- writing ---------------------------------------------------------------------------------------------------

_Edit = tuple[int, int, str]


def _edited(page: str, edits: list[_Edit], blocks: list[tuple[_Span, str]]) -> str:
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
