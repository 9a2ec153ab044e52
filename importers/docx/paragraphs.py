"""One paragraph taken apart: its text with numbered tags, and what each tag stands for.

Reading and writing both call `dissect` on the same tree, so a number means the same thing in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from importers.docx import fields
from importers.docx.formatting import is_hidden, is_symbol, look
from importers.docx.names import ALTERNATE, NAMESPACES, TEXTBOX, VAL, XML_SPACE, R, T, W, name
from importers.docx.scopes import Alone, Dissected, Piece, Scope, Words, collapse, emit, settle
from importers.nesting import TextBuilder

MAX_SCOPES = 12
"""Scopes inside each other; anything deeper is kept whole as one code."""


@dataclass(slots=True)
class Surroundings:
    """What a paragraph needs to know of its part and its document."""

    links: Mapping[str, str] = field(default_factory=dict)  # relationship id -> address
    referenced: frozenset[str] = frozenset()  # bookmarks whose text a REF field repeats
    preserved: bool = False  # xml:space="preserve" on the root
    notes: Counter[str] = field(default_factory=Counter)  # footnotes and endnotes seen so far


_TRANSPARENT = {W + tag for tag in ("smartTag", "customXml", "dir", "bdo", "ins", "moveTo")}
_STARTS = {W + tag for tag in ("bookmarkStart", "commentRangeStart", "permStart")}
_ENDS = {W + tag for tag in ("bookmarkEnd", "commentRangeEnd", "permEnd")}
_GONE = {W + tag for tag in ("proofErr", "lastRenderedPageBreak", "rPr", "pPr", "smartTagPr", "customXmlPr")}
_AT_FRONT = {
    W + tag for tag in ("footnoteRef", "endnoteRef", "annotationRef", "separator", "continuationSeparator")
}
_LETTERS = {W + "noBreakHyphen": "\u2011", W + "softHyphen": "\u00ad"}
_BREAKS = {"page": "page break", "column": "column break"}
_DRAWN = {W + "drawing", W + "pict", W + "object", ALTERNATE}
_FIELD_CHAR, _INSTRUCTION = W + "fldChar", W + "instrText"
_MATH = {name("m:oMath"), name("m:oMathPara")}
_ANCHOR = name("wp:anchor")
_FLOATING_VML = f"{{{NAMESPACES['v']}}}*"


def dissect(paragraph: etree._Element, around: Surroundings) -> Dissected:
    """Take a w:p apart. Its tree is not changed; `around.notes` counts on."""
    reader = _Reader(around)
    body = Scope(inside=list(_flat(paragraph)))
    reader.fill(body, 0)
    reader.tidy(body)
    builder = TextBuilder()
    emit(body, builder)
    text, codes = builder.build()
    return Dissected(text, codes, builder.payloads, body, reader.first, reader.last)


def _flat(parent: etree._Element) -> Iterator[Piece]:
    """Children of a paragraph or scope, with runs opened up and wrappers without meaning left out."""
    stack = [iter(parent)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == R:
            for inner in child:
                if inner.tag not in _GONE and isinstance(inner.tag, str):
                    yield Piece(inner, child)
        elif child.tag in _TRANSPARENT:
            stack.append(iter(child))
        elif child.tag not in _GONE and isinstance(child.tag, str):
            yield Piece(child)


class _Reader:
    """Fills scopes from pieces, and collects the marks that stay at the paragraph's ends."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.first: list[Piece] = []
        self.last: list[Piece] = []
        self.anything = False  # whether text or a code was seen yet

    def fill(self, scope: Scope, depth: int) -> None:
        pieces = scope.inside
        ends = _field_ends(pieces)
        marked = self._bookmark_ends(pieces)
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            tag = piece.element.tag
            if at in ends:
                end = ends[at]
                scope.children.append(self._field(pieces[at : end + 1], depth))
                self.anything = True
                at = end + 1
                continue
            if at in marked and depth < MAX_SCOPES:
                end = marked[at]
                inner = Scope(
                    "markup", "reference", None, [piece], [pieces[end]], inside=pieces[at + 1 : end]
                )
                self.fill(inner, depth + 1)
                scope.children.append(inner)
                at = end + 1
                continue
            if tag in (_FIELD_CHAR, _INSTRUCTION):  # part of a field that begins or ends in another paragraph
                end = at
                while end + 1 < len(pieces) and pieces[end + 1].element.tag in (_FIELD_CHAR, _INSTRUCTION):
                    if end + 1 in ends:
                        break
                    end += 1
                scope.children.append(Alone("field", "field", pieces[at : end + 1]))
                at = end + 1
                continue
            self._one(scope, piece, depth)
            at += 1

    def _one(self, scope: Scope, piece: Piece, depth: int) -> None:
        element, tag = piece.element, piece.element.tag
        if piece.run is None:
            self._of_paragraph(scope, piece, depth)
        elif tag == T or tag in _LETTERS:
            self._words(scope, piece)
        elif tag in _AT_FRONT:
            self.first.append(piece)
        elif tag == W + "commentReference":
            self.last.append(piece)
        elif tag in (W + "tab", W + "ptab"):
            self._alone(scope, Alone("tab", "tab", [piece], kept=False))
        elif tag in (W + "br", W + "cr"):
            shows = _BREAKS.get(element.get(W + "type", ""), "↵")
            self._alone(scope, Alone("break", shows, [piece], kept=shows != "↵"))
        elif tag in (W + "footnoteReference", W + "endnoteReference"):
            self.around.notes[tag] += 1
            self._alone(scope, Alone("note", f"[{self.around.notes[tag]}]", [piece]))
        elif tag in _DRAWN:
            if _floats(element):
                (self.last if self.anything else self.first).append(piece)
            else:
                shows = "text box" if next(element.iter(TEXTBOX), None) is not None else "image"
                self._alone(scope, Alone("image", shows, [piece]))
        elif tag == W + "sym":
            self._alone(scope, Alone("markup", "symbol", [piece]))
        else:
            self._alone(scope, Alone("markup", etree.QName(element).localname, [piece]))

    def _of_paragraph(self, scope: Scope, piece: Piece, depth: int) -> None:
        element, tag = piece.element, piece.element.tag
        if tag in _STARTS:
            self.first.append(piece)
        elif tag in _ENDS:
            self.last.append(piece)
        elif tag in _MATH:
            self._alone(scope, Alone("markup", "formula", [piece]))
        elif (inner := self._scope(element)) is not None and depth < MAX_SCOPES:
            self.fill(inner, depth + 1)
            scope.children.append(inner)
        elif tag == W + "fldSimple":
            self._alone(scope, Alone("field", fields.field_name(element.get(W + "instr", "")), [piece]))
        else:
            self._alone(scope, Alone("markup", etree.QName(element).localname, [piece]))

    def _scope(self, element: etree._Element) -> Scope | None:
        """The scope of a link, a content control or a simple field with a text as its result."""
        if element.tag == W + "hyperlink":
            address = self.around.links.get(element.get(name("r:id"), ""), "")
            shown = fields.shown_address(address) or "#" + element.get(W + "anchor", "")
            return Scope("link", f"link: {shown}", element, inside=list(_flat(element)))
        if element.tag == W + "sdt":
            content = element.find(W + "sdtContent")
            if content is None or not _holds_text(element):
                return None
            title = element.find(f"{W}sdtPr/{W}alias")
            shown = f"control: {title.get(VAL, '')[:60]}" if title is not None else "control"
            return Scope("field", shown, element, inside=list(_flat(content)))
        if element.tag == W + "fldSimple":
            instruction = element.get(W + "instr", "")
            if fields.field_name(instruction) in fields.TRANSLATABLE:
                kind, shown = _field_code(instruction)
                return Scope(kind, shown, element, inside=list(_flat(element)))
        return None

    def _field(self, pieces: list[Piece], depth: int) -> Alone | Scope:
        """A whole complex field: begin, instruction, separate, result, end."""
        level, middle, instruction = 0, None, []
        for i, piece in enumerate(pieces):
            kind = _char(piece)
            if kind == "begin":
                level += 1
            elif kind == "end":
                level -= 1
            elif kind == "separate" and level == 1 and middle is None:
                middle = i
            elif piece.element.tag == _INSTRUCTION and level == 1 and middle is None:
                instruction.append(piece.element.text or "")
        kind, shown = _field_code("".join(instruction))
        known = fields.field_name("".join(instruction)) in fields.TRANSLATABLE
        if not known or middle is None or depth >= MAX_SCOPES:
            return Alone("field", shown, pieces)
        scope = Scope(kind, shown, None, pieces[: middle + 1], pieces[-1:], inside=pieces[middle + 1 : -1])
        self.fill(scope, depth + 1)
        return scope

    def _words(self, scope: Scope, piece: Piece) -> None:
        element = piece.element
        text = _LETTERS.get(element.tag) or self._text(element)
        if not text:
            return
        properties = piece.properties
        if is_hidden(properties) or is_symbol(properties):
            shows = "hidden" if is_hidden(properties) else "symbol"
            last = scope.children[-1] if scope.children else None
            if isinstance(last, Alone) and last.shows == shows:
                last.pieces.append(piece)
            else:
                self._alone(scope, Alone("markup", shows, [piece]))
            return
        self.anything = True
        seen = look(properties)
        last = scope.children[-1] if scope.children else None
        if isinstance(last, Words) and last.seen == seen:
            last.chunks.append(text)
        else:
            scope.children.append(Words([text], properties, seen))

    def _alone(self, scope: Scope, alone: Alone) -> None:
        scope.children.append(alone)
        self.anything = True

    def _text(self, element: etree._Element) -> str:
        text = element.text or ""
        if not self.around.preserved and element.get(XML_SPACE) != "preserve":
            text = text.strip(" \t\r\n")
        # inside w:t Word shows a line end or tab as a space
        return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")

    def _bookmark_ends(self, pieces: list[Piece]) -> dict[int, int]:
        """Where bookmarks whose text a REF field repeats start and end among these pieces; only those that do not
        overlap each other."""
        if not self.around.referenced:
            return {}
        starts: dict[str, int] = {}
        found: dict[int, int] = {}
        taken = -1
        for i, piece in enumerate(pieces):
            element = piece.element
            if element.tag == W + "bookmarkStart" and element.get(W + "name") in self.around.referenced:
                starts[element.get(W + "id", "")] = i
            elif (
                element.tag == W + "bookmarkEnd"
                and (start := starts.pop(element.get(W + "id", ""), None)) is not None
            ):
                if start <= taken:
                    continue
                part = pieces[start + 1 : i]
                balanced = sum({"begin": 1, "end": -1}.get(_char(p), 0) for p in part) == 0
                if balanced and any(p.element.tag == T for p in part):
                    found[start] = taken = i
        return found

    def tidy(self, body: Scope) -> None:
        """Make what has no text of its own one code, move what nobody needs to see to the ends of the paragraph,
        give white space the look of its neighbours, and find each scope's commonest look."""
        collapse(body)
        children = body.children
        while children and _at_edge(children[0]):
            self.first += children.pop(0).pieces  # type: ignore[union-attr]
        trailing: list[Piece] = []
        while children and _at_edge(children[-1]):
            trailing[:0] = children.pop().pieces  # type: ignore[union-attr]
        self.last[:0] = trailing
        settle(body)


def _at_edge(child: Words | Alone | Scope) -> bool:
    return isinstance(child, Alone) and (child.kind in ("tab", "break") or child.shows == "field")


def _char(piece: Piece) -> str:
    return piece.element.get(W + "fldCharType", "") if piece.element.tag == _FIELD_CHAR else ""


def _field_ends(pieces: list[Piece]) -> dict[int, int]:
    """Where the outermost complex fields that begin and end among these pieces begin -> where they end."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for i, piece in enumerate(pieces):
        kind = _char(piece)
        if kind == "begin":
            opened.append(i)
        elif kind == "end" and opened:
            start = opened.pop()
            found[start] = i
    outer: dict[int, int] = {}
    until = -1
    for start in sorted(found):
        if start > until:
            outer[start] = until = found[start]
    return outer


def _field_code(instruction: str) -> tuple[str, str]:
    word = fields.field_name(instruction)
    if word == "HYPERLINK":
        return "link", f"link: {fields.shown_address(fields.linked(instruction))}"
    return "field", word or "field"


def _holds_text(control: etree._Element) -> bool:
    """Whether a content control holds text, and is not a check box, whose text is a picture of its state."""
    properties = control.find(W + "sdtPr")
    if properties is None:
        return True
    return not any(etree.QName(c).localname in ("checkbox", "picture") for c in properties.iterchildren("*"))


def _floats(element: etree._Element) -> bool:
    """Whether a drawing has a place on the page of its own, so that its place in the text says nothing."""
    if element.tag == ALTERNATE or element.tag == W + "drawing":
        first = next(element.iter(_ANCHOR, name("wp:inline")), None)
        if first is not None:
            return first.tag == _ANCHOR
    shape = next(element.iter(_FLOATING_VML), None)
    return shape is not None and any(
        "position:absolute" in (s.get("style") or "").replace(" ", "") for s in element.iter(_FLOATING_VML)
    )
