"""The inside of an XLIFF source or target: its codes become our numbered tags, and become themselves again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from importers.inline import TAG
from importers.nesting import Piece, TextBuilder
from importers.safexml import FORBIDDEN
from importers.units import Code
from importers.xmlstream import local

# `subType` of 2.x and `ctype` of 1.x -> our kinds of code
_KINDS = {
    "xlf:b": "bold", "xlf:i": "italic", "xlf:u": "underline", "xlf:lb": "break", "xlf:pb": "break", "xlf:var": "placeholder",
    "bold": "bold", "italic": "italic", "underlined": "underline", "lb": "break", "pb": "break", "link": "link",
    "image": "image", "fmt": "format", "ui": "placeholder", "quote": "format",
}  # fmt: skip
_PAIRS = frozenset({"pc", "g", "mrk"})
_STARTS = frozenset({"sc", "bpt", "bx"})
_ENDS = frozenset({"ec", "ept", "ex"})
_ALONE = frozenset({"ph", "x", "it", "sm", "em"})


@dataclass(slots=True)
class _Token:
    role: str  # "text", "open", "close", "start", "end", "alone"
    text: str = ""
    element: etree._Element | None = None
    pair: int = -1


@dataclass(slots=True)
class _Mark:
    """What a code is in the file: the element around its text, or elements before and after it, or one alone."""

    element: etree._Element
    end: etree._Element | None = None


@dataclass(slots=True)
class Target:
    """A target with the source's numbers. `whole` says that every code it has is one of the source's."""

    text: str
    whole: bool


@dataclass(slots=True)
class Content:
    """The codes of a source: number -> what it is; and back from a code's name in the file to its number."""

    marks: dict[int, _Mark] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def fill(self, target: etree._Element, texts: Iterable[Piece], *, copies: bool) -> None:
        """Put a translation into an empty target. With `copies` a code used twice gets an identifier of its own and
        says what it is a copy of (XLIFF 2.1 §4.3.1.8)."""
        within = f"{{{space}}}" if (space := etree.QName(target).namespace) else ""
        at = target
        stack: list[tuple[etree._Element, etree._Element | None, str]] = []
        used: dict[int, int] = {}
        for piece in texts:
            if piece.role == "text":
                _append(at, piece.text, within if copies else None)
                continue
            mark = self.marks[piece.number]
            if piece.role == "close":
                at, end, id_ = stack.pop()
                if end is not None:
                    again = _copy(end)
                    if id_:
                        again.set("startRef", id_)
                    at.append(again)
                continue
            used[piece.number] = used.get(piece.number, 0) + 1
            wraps = piece.role == "open" and mark.end is None
            element = _bare(mark.element) if wraps else _copy(mark.element)
            id_ = ""
            if copies and used[piece.number] > 1 and element.get("id"):
                id_ = f"{element.get('id')}.{used[piece.number]}"
                element.set("copyOf", element.get("id"))
                element.set("id", id_)
            at.append(element)
            if piece.role == "open":
                stack.append((at, mark.end, id_))
                at = element if wraps else at


def content_of(source: etree._Element, builder: TextBuilder, keeps_space: bool) -> Content:
    """Read a source into `builder`; what its codes are."""
    content = Content()
    tokens = _tokens(source, keeps_space)
    numbers: dict[int, int] = {}
    for index, token in enumerate(tokens):
        element = token.element
        if token.role == "text":
            builder.text(token.text)
        elif token.role in ("close", "end") and token.pair >= 0:
            builder.close(numbers[token.pair])
        elif token.role in ("open", "start") and token.pair >= 0:
            number = builder.open(_kind(element, "format"), _shows(element))
            numbers[index] = number
            end = tokens[token.pair].element if token.role == "start" else None
            content.marks[number] = _Mark(element, end)
            content.numbers[_name(element)] = number
        else:
            number = builder.alone(_kind(element, "placeholder"), _shows(element))
            content.marks[number] = _Mark(element)
            content.numbers[_name(element)] = number
    return content


def matched(target: etree._Element, content: Content, codes: tuple[Code, ...], keeps_space: bool) -> Target:
    """A target's text with the numbers its codes have in the source; codes the source does not have are left out."""
    paired = {code.number: code.paired for code in codes}
    literals = {code.shows: code.number for code in codes if code.kind == "literal"}
    out: list[str] = []
    whole = True
    tokens = _tokens(target, keeps_space)
    for index, token in enumerate(tokens):
        if token.role == "text":
            out.append(TAG.sub(lambda m: f"<{literals[m[0]]}/>" if m[0] in literals else m[0], token.text))
            continue
        first = tokens[token.pair] if token.role in ("close", "end") and token.pair >= 0 else tokens[index]
        name = _name(first.element)
        if copied := first.element.get("copyOf"):
            name = (name[0], copied)
        number = content.numbers.get(name)
        joined = token.pair >= 0
        if number is None or paired[number] != joined:
            whole = whole and local(token.element.tag) in ("mrk", "sm", "em")  # remarks on the text, not codes in it
        elif not joined:
            out.append(f"<{number}/>")
        else:
            out.append(f"</{number}>" if token.role in ("close", "end") else f"<{number}>")
    return Target("".join(out), whole)


def _tokens(element: etree._Element, keeps_space: bool) -> list[_Token]:
    tokens: list[_Token] = []

    def text(words: str | None) -> None:
        if words:
            if tokens and tokens[-1].role == "text":
                tokens[-1].text += words
            else:
                tokens.append(_Token("text", words))

    def walk(parent: etree._Element) -> None:
        text(parent.text)
        for child in parent:
            name = local(child.tag)
            if name == "cp":
                text(_character(child.get("hex") or ""))
            elif name in _PAIRS and not _is_protected(child):
                tokens.append(_Token("open", element=child))
                at = len(tokens) - 1
                walk(child)
                tokens.append(_Token("close", element=child, pair=at))
                tokens[at].pair = len(tokens) - 1
            elif name in _STARTS or name in _ENDS:
                tokens.append(_Token("start" if name in _STARTS else "end", element=child))
            elif name:
                tokens.append(_Token("alone", element=child))
            text(child.tail)

    walk(element)
    _join(tokens)
    if not keeps_space:
        _collapse(tokens)
    return tokens


def _join(tokens: list[_Token]) -> None:
    """Find which starts and ends are a pair around text, properly nested; others stand alone."""
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.role in ("open", "start"):
            stack.append(index)
        elif token.role == "close":
            while stack.pop() != token.pair:
                pass
        elif token.role == "end" and stack:
            top = tokens[stack[-1]]
            if top.role == "start" and _reference(token.element) == _reference(top.element):
                top.pair, token.pair = index, stack.pop()


def _collapse(tokens: list[_Token]) -> None:
    """Runs of white space are one space, none at the ends (xml:space="default")."""
    for token in tokens:
        token.text = re.sub("[ \t\r\n]+", " ", token.text)
    if tokens and tokens[0].role == "text":
        tokens[0].text = tokens[0].text.lstrip(" ")
    if tokens and tokens[-1].role == "text":
        tokens[-1].text = tokens[-1].text.rstrip(" ")


def _reference(element: etree._Element) -> str:
    """What joins the two halves of a pair."""
    return element.get("startRef") or element.get("rid") or element.get("id") or ""


def _name(element: etree._Element) -> tuple[str, str]:
    """What a code is called in source and target alike."""
    name = local(element.tag)
    return name, element.get("id") or element.get("startRef") or element.get("rid") or element.get("mid") or ""


def _is_protected(element: etree._Element) -> bool:
    return element.get("translate") == "no" or element.get("mtype") == "protected"


def _kind(element: etree._Element, otherwise: str) -> str:
    if _is_protected(element):
        return "placeholder"
    for told in (element.get("subType"), element.get("ctype"), element.get("type")):
        if told in _KINDS:
            return _KINDS[told]
    if local(element.tag) in ("mrk", "sm", "em"):
        return "markup"
    return otherwise


def _shows(element: etree._Element) -> str:
    if _is_protected(element) and (words := "".join(element.itertext()).strip()):
        return words[:40]
    for name in ("disp", "dispStart", "equiv", "equivStart", "equiv-text"):
        if element.get(name):
            return element.get(name)[:40]
    if element.text and local(element.tag) not in ("pc", "g", "mrk"):
        return element.text[:40]
    data = element.get("dataRef") or element.get("dataRefStart")
    unit = element
    while data and unit is not None and local(unit.tag) != "unit":
        unit = unit.getparent()
    if data and unit is not None:
        for original in unit.iter():
            if local(original.tag) == "data" and original.get("id") == data:
                return (original.text or "")[:40]
    return element.get("id") or local(element.tag)


def _character(hex_: str) -> str:
    if re.fullmatch("[0-9a-fA-F]{1,8}", hex_) and int(hex_, 16) < 0x110000:
        return chr(int(hex_, 16))
    return "\ufffd"


def _copy(element: etree._Element) -> etree._Element:
    """The element with its inside (a 1.2 bpt has its code there), without the text after it."""
    copy = deepcopy(element)
    copy.tail = None
    return copy


def _bare(element: etree._Element) -> etree._Element:
    """The element without its inside."""
    copy = etree.Element(element.tag, nsmap=element.nsmap)
    copy.attrib.update(element.attrib)
    return copy


def _append(parent: etree._Element, text: str, within: str | None) -> None:
    """Text at the end of an element; what XML cannot hold becomes <cp> where there is such an element (`within`)."""
    at = 0
    for found in FORBIDDEN.finditer(text):
        _words(parent, text[at : found.start()])
        if within is None:
            _words(parent, "\ufffd")
        else:
            etree.SubElement(parent, f"{within}cp").set("hex", f"{ord(found[0]):04X}")
        at = found.end()
    _words(parent, text[at:])


def _words(parent: etree._Element, text: str) -> None:
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
