"""One paragraph taken apart: its text with numbered tags, and what each tag stands for.

Reading and writing both call `dissect` on the same tree, so a number means the same thing in both.

A paragraph is a scope, and so is everything in it that holds text as one thing: a link, a content control, a
field with a text as its result, a bookmark whose text is repeated elsewhere. Within a scope the commonest look of
its text is the base; text that looks different is a pair of tags, flat, around neighbouring runs of equal look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from importers.docx import fields
from importers.docx.formatting import (
    PLAIN,
    Look,
    described,
    is_hidden,
    is_symbol,
    look,
    shows_on_space,
)
from importers.docx.names import (
    ALTERNATE,
    NAMESPACES,
    R_PR,
    TEXTBOX,
    VAL,
    XML_SPACE,
    R,
    T,
    W,
    name,
)
from importers.inline import MAX_TAGS
from importers.nesting import TextBuilder, worth_translating
from importers.units import Code

MAX_SCOPES = 12
"""Scopes inside each other; anything deeper is kept whole as one code."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of the file: a child of a run (`properties` is that run's w:rPr) or, without `run`, an element
    that stands in the paragraph itself."""

    element: etree._Element
    run: etree._Element | None = None

    @property
    def properties(self) -> etree._Element | None:
        return self.run.find(R_PR) if self.run is not None else None


@dataclass(slots=True)
class Words:
    """Text of one look, in the chunks it was found in."""

    chunks: list[str]
    properties: etree._Element | None
    seen: Look

    @property
    def text(self) -> str:
        return "".join(self.chunks)


@dataclass(slots=True)
class Alone:
    """Something that is not text: a tab, a note's number, a picture, a computed field. What is `kept` survives even
    when a translator drops its tag, and is never doubled."""

    kind: str
    shows: str
    pieces: list[Piece]
    kept: bool = True


@dataclass(slots=True)
class Scope:
    """Something that holds text as one thing. `wrapper` is the element around it (a link), or `before` and `after`
    are the pieces around it (a field's codes, a bookmark's ends)."""

    kind: str = ""
    shows: str = ""
    wrapper: etree._Element | None = None
    before: list[Piece] = field(default_factory=list)
    after: list[Piece] = field(default_factory=list)
    children: list[Words | Alone | Scope] = field(default_factory=list)
    inside: list[Piece] = field(default_factory=list)  # what the children were made from
    properties: etree._Element | None = None  # of the commonest look; known after `_settle`

    def whole(self) -> list[Piece]:
        """All the scope is made of, for keeping it as one code."""
        return (
            [Piece(self.wrapper)] if self.wrapper is not None else [*self.before, *self.inside, *self.after]
        )


@dataclass(slots=True)
class Format:
    """A pair of tags around text that looks different."""

    properties: etree._Element | None


@dataclass(slots=True)
class Dissected:
    """A paragraph taken apart. `parts` gives what each number stands for. `first` and `last` are marks without
    text that stay at the paragraph's two ends: bookmarks, ranges of comments, floating pictures."""

    text: str
    codes: tuple[Code, ...]
    parts: Mapping[int, object]
    body: Scope
    first: list[Piece]
    last: list[Piece]

    @property
    def translatable(self) -> bool:
        """Whether there is anything to translate, in a text that tags can hold."""
        return len(self.codes) <= MAX_TAGS and worth_translating(self.text)


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
    _emit(body, builder)
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
                part = pieces[start + 1 : i]
                balanced = sum({"begin": 1, "end": -1}.get(_char(p), 0) for p in part) == 0
                if start > taken and balanced and any(p.element.tag == T for p in part):
                    found[start] = taken = i
        return found

    def tidy(self, body: Scope) -> None:
        """Make what has no text of its own one code, move what nobody needs to see to the ends of the paragraph,
        give white space the look of its neighbours, and find each scope's commonest look."""
        _collapse(body)
        children = body.children
        while children and _at_edge(children[0]):
            self.first += children.pop(0).pieces  # type: ignore[union-attr]
        trailing: list[Piece] = []
        while children and _at_edge(children[-1]):
            trailing[:0] = children.pop().pieces  # type: ignore[union-attr]
        self.last[:0] = trailing
        _settle(body)


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


def _collapse(scope: Scope) -> bool:
    """Turn scopes without any text into single codes; says whether this one has text."""
    has_text = False
    children: list[Words | Alone | Scope] = []
    for child in scope.children:
        if isinstance(child, Scope):
            if _collapse(child):
                has_text = True
                children.append(child)
            else:
                inner = next((c for c in child.children if isinstance(c, Alone)), None)
                kind, shows = (inner.kind, inner.shows) if inner else (child.kind, child.shows)
                if kind in ("tab", "break"):
                    kind, shows = child.kind, child.shows
                children.append(Alone(kind, shows, child.whole()))
        else:
            has_text = has_text or isinstance(child, Words)
            children.append(child)
    scope.children = children
    return has_text


def _settle(scope: Scope) -> None:
    """Find the commonest look, give white space the look of the text beside it, join neighbours that look equal."""
    counts: Counter[Look] = Counter()
    properties: dict[Look, etree._Element | None] = {}
    for child in scope.children:
        if isinstance(child, Scope):
            _settle(child)
        elif isinstance(child, Words):
            counts[child.seen] += len(child.text.strip())
            properties.setdefault(child.seen, child.properties)
    base = max(counts, key=lambda seen: counts[seen]) if counts else PLAIN
    scope.properties = properties.get(base)
    words = [c for c in scope.children if isinstance(c, Words)]
    for i, word in enumerate(words):
        if word.text.strip() or shows_on_space(word.seen):
            continue
        beside = [w.seen for w in words[max(i - 1, 0) : i + 2] if w is not word]
        wanted = base if base in beside or len(set(beside)) > 1 or not beside else beside[0]
        if not shows_on_space(wanted):
            word.seen, word.properties = wanted, properties[wanted]
    joined: list[Words | Alone | Scope] = []
    for child in scope.children:
        last = joined[-1] if joined else None
        if isinstance(child, Words) and isinstance(last, Words) and last.seen == child.seen:
            last.chunks += child.chunks
        else:
            joined.append(child)
    scope.children = joined


def _emit(scope: Scope, builder: TextBuilder) -> None:
    base = look(scope.properties)
    current: Look | None = None  # the look of the pair that is open
    number = 0
    children = scope.children
    following: list[Look | None] = [None] * (
        len(children) + 1
    )  # the look of the next text, up to the next scope
    for i in range(len(children) - 1, -1, -1):
        child = children[i]
        following[i] = child.seen if isinstance(child, Words) else following[i + 1]
        if isinstance(child, Scope):
            following[i] = None
    for i, child in enumerate(children):
        wanted = child.seen if isinstance(child, Words) else following[i]
        if current is not None and wanted != current:
            builder.close(number)
            current = None
        if isinstance(child, Words):
            if current is None and child.seen != base:
                number = builder.open(*described(child.seen, base), Format(child.properties))
                current = child.seen
            builder.text(child.text)
        elif isinstance(child, Alone):
            builder.alone(child.kind, child.shows, child)
        else:
            number_of_scope = builder.open(child.kind, child.shows, child)
            _emit(child, builder)
            builder.close(number_of_scope)
    if current is not None:
        builder.close(number)
