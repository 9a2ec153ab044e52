"""What a paragraph is made of, and the text with numbered tags that it gives.

A paragraph is a scope, and so is everything in it that holds text as one thing: a link, a content control, a
field with a text as its result, a bookmark whose text is repeated elsewhere. Within a scope the commonest look of
its text is the base; text that looks different is a pair of tags, flat, around neighbouring runs of equal look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from importers.docx.formatting import PLAIN, Look, described, look, shows_on_space
from importers.docx.names import R_PR
from importers.inline import MAX_TAGS
from importers.nesting import TextBuilder, worth_translating
from importers.units import Code


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


def collapse(scope: Scope) -> bool:
    """Turn scopes without any text into single codes; says whether this one has text."""
    has_text = False
    children: list[Words | Alone | Scope] = []
    for child in scope.children:
        if isinstance(child, Scope):
            if collapse(child):
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


def settle(scope: Scope) -> None:
    """Find the commonest look, give white space the look of the text beside it, join neighbours that look equal."""
    counts: Counter[Look] = Counter()
    properties: dict[Look, etree._Element | None] = {}
    for child in scope.children:
        if isinstance(child, Scope):
            settle(child)
        elif isinstance(child, Words):
            properties.setdefault(child.seen, child.properties)
            if letters := len(child.text.strip()):
                counts[child.seen] += letters  # of equal counts the first wins
    base = max(counts or properties, key=lambda seen: counts[seen], default=PLAIN)
    scope.properties = properties.get(base)
    words = [c for c in scope.children if isinstance(c, Words)]
    right = _looks_before(reversed(words))[::-1]
    for word, before, after in zip(words, _looks_before(words), right, strict=True):
        if word.text.strip() or shows_on_space(word.seen):
            continue
        beside = [seen for seen in (before, after) if seen is not None]
        wanted = base if base in beside and before != after or not beside else beside[0]
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


def _looks_before(words: Iterable[Words]) -> list[Look | None]:
    """For each stretch of text, the look of the nearest one before it that is not blank."""
    found: list[Look | None] = []
    last: Look | None = None
    for word in words:
        found.append(last)
        if word.text.strip():
            last = word.seen
    return found


def emit(scope: Scope, builder: TextBuilder) -> None:
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
            emit(child, builder)
            builder.close(number_of_scope)
    if current is not None:
        builder.close(number)
