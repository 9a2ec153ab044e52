"""Where the words of a web page are: its blocks of text and the attributes people read."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from importers.htmlscan import RAW, Attribute, Token
from importers.nesting import TextBuilder, worth_translating
from importers.units import Unit

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
class Span:
    """A unit, the stretch of the page it replaces, and the stretches its codes stand for: number -> (place of the
    opening or only tag, place of the closing tag)."""

    unit: Unit
    start: int
    end: int
    block: int  # where the block or tag it stands in begins: decides the order of reading
    codes: dict[int, tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    attribute: bool = False


def spans_of(page: str, tokens: list[Token]) -> list[Span]:
    """Every unit's place, in reading order, its key the number of that order."""
    spans: list[Span] = []
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


def _attribute_spans(token: Token, page: str) -> list[Span]:
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
            spans.append(Span(unit, attribute.start, attribute.end, attribute.start, attribute=True))
    return spans


def _block(page: str, parts: list[_Part], context: str) -> Span | None:
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
    return Span(Unit("", text, codes, context), start, end, parts[0].start, places)


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
