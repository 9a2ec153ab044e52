"""Numbered tags and machine translation: the model never sees them where that can be avoided.

A model is a black box: put `<1>` into its sentence and it may drop, move or translate it, and the words around suffer.
So the plain sentence is translated, and what stood between the tags of a pair is translated alone; where that is found
in the translation, the pair goes around it (as the HTML translation of Argos and LibreTranslate does). A tag that
stands alone goes where the translation of the words before it ends. Nothing is guessed: a tag without a sure place is
left to `put_back`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from importers import inline

_LOOSE = re.compile(r"<\s*(/?)\s*(\d{1,4})\s*(/?)\s*>")


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of tags around ``plain[start:end]``. `parent`: the number of the pair around it."""

    number: int
    start: int
    end: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Single:
    """A tag, or a pair around nothing, at ``plain[at]``; `mark` is how it is written."""

    mark: str
    at: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text taken apart. ``before + inner + after`` is the text; `plain` is `inner` without its tags. White space
    and tags at both ends, and pairs around all of it, stand in `before` and `after`, where they keep their place.
    `whole` is False when the tags inside are not well nested: then none is placed."""

    before: str
    inner: str
    after: str
    plain: str
    pairs: tuple[Pair, ...] = ()
    singles: tuple[Single, ...] = ()
    whole: bool = True

    @property
    def fragments(self) -> tuple[str, ...]:
        """Parts of `plain` whose own translation shows where the tags belong."""
        found = [self.plain[pair.start : pair.end].strip() for pair in self.pairs]
        for single in self.singles:
            found += [self.plain[: single.at].strip(), self.plain[single.at :].strip()]
        return tuple(dict.fromkeys(part for part in found if _letters(part)))


def take_apart(text: str) -> Tagged:
    """Separate a text from its tags."""
    before, inner, after = _peel(text)
    plain, pairs, singles = [], [], []
    opened: list[tuple[int, int]] = []
    at, pos, whole = 0, 0, True
    for tag in inline.tags(inner):
        plain.append(inner[pos : tag.start])
        at, pos = at + tag.start - pos, tag.end
        parent = opened[-1][0] if opened else None
        if tag.role == "alone":
            singles.append(Single(inner[tag.start : tag.end], at, parent))
        elif tag.role == "open":
            opened.append((tag.number, at))
        elif not opened or opened[-1][0] != tag.number:
            whole = False
        else:
            number, start = opened.pop()
            parent = opened[-1][0] if opened else None
            if start == at:
                singles.append(Single(f"<{number}></{number}>", at, parent))
            else:
                pairs.append(Pair(number, start, at, parent))
    plain.append(inner[pos:])
    if not whole or opened:
        return Tagged(before, inner, after, "".join(plain), whole=False)
    # a pair is found when it closes: of two around the same words the outer one comes last
    pairs.reverse()
    pairs.sort(key=lambda pair: (pair.start, -pair.end))
    return Tagged(before, inner, after, "".join(plain), tuple(pairs), tuple(singles))


_HEAD = re.compile(r"\s+|<(\d{1,4})/>|<(\d{1,4})></\2>")
_TAIL = re.compile(r"(?:\s+|<(\d{1,4})/>|<(\d{1,4})></\2>)\Z")


def _peel(text: str) -> tuple[str, str, str]:
    before, after = "", ""
    while text:
        if head := _HEAD.match(text):
            before, text = before + head[0], text[head.end() :]
        elif (tail := _last(text)) is not None:
            text, after = text[:tail], text[tail:] + after
        elif (around := _around(text)) is not None:
            opening, closing = f"<{around}>", f"</{around}>"
            before, text, after = before + opening, text[len(opening) : -len(closing)], closing + after
        else:
            break
    return before, text, after


def _last(text: str) -> int | None:
    """Where the white space or the lone tag at the end begins."""
    if text[-1].isspace():
        return len(text.rstrip())
    if not text.endswith(">"):
        return None
    tail = _TAIL.search(text, max(0, len(text) - 16))
    return tail.start() if tail else None


def _around(text: str) -> int | None:
    """The number of the pair around all of a text."""
    found = inline.tags(text) if text.startswith("<") and text.endswith(">") else []
    if len(found) < 2 or found[0].role != "open" or found[0].start != 0 or found[-1].end != len(text):
        return None
    depth = 0
    for tag in found:
        depth += {"open": 1, "close": -1, "alone": 0}[tag.role]
        if depth == 0:
            return tag.number if tag is found[-1] and tag.number == found[0].number else None
    return None


def place(tagged: Tagged, target: str, said: Mapping[str, str]) -> tuple[str, tuple[Pair | Single, ...]]:
    """Put the tags of `inner` into the plain translation `target`. `said` has the translations of `fragments`.
    Returns the text and the tags that found no place."""
    spans: dict[int, tuple[int, int]] = {}
    lost: list[Pair | Single] = []
    for content, places in _by_content(tagged).items():
        found = _occurrences(target, _said(content, said))
        for i, pairs in enumerate(places.values()):
            for pair in pairs:
                if len(found) != len(places) or any(_cross(found[i], other) for other in spans.values()):
                    lost.append(pair)
                else:
                    spans[pair.number] = found[i]
    singles: list[tuple[Single, int]] = []
    for single in tagged.singles:
        at = _place_of(single, tagged.plain, target, said)
        if at is None:
            lost.append(single)
        else:
            singles.append((single, at))
    return _written(target, tagged, spans, singles), tuple(lost)


def _by_content(tagged: Tagged) -> dict[str, dict[int, list[Pair]]]:
    """Words between tags -> where they begin -> the pairs around them there, the outer first."""
    found: dict[str, dict[int, list[Pair]]] = {}
    for pair in tagged.pairs:
        content = tagged.plain[pair.start : pair.end]
        start = pair.start + len(content) - len(content.lstrip())
        found.setdefault(content.strip(), {}).setdefault(start, []).append(pair)
    return found


def _said(part: str, said: Mapping[str, str]) -> str:
    """The translation of a part; numbers and signs are their own."""
    if not _letters(part):
        return part
    answer = said.get(part, "").strip()
    # a model likes to end what it is given with a full stop
    if answer and not _sign(part[-1]):
        answer = answer.rstrip(".。።۔!?؟")
    return answer.strip()


def _occurrences(target: str, part: str) -> list[tuple[int, int]]:
    """Where a part stands in the translation as whole words, whatever its capitals."""
    if not part:
        return []
    where, what = _lower(target), _lower(part)
    found, at = [], where.find(what)
    while at >= 0:
        end = at + len(what)
        if not (_joins(target, at) or _joins(target, end)):
            found.append((at, end))
        at = where.find(what, end)
    return found


def _joins(text: str, at: int) -> bool:
    """Whether a place is inside a word. Chinese and Japanese do not separate words."""
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    if any("CJK" in unicodedata.name(c, "") or "KANA" in unicodedata.name(c, "") for c in (left, right)):
        return False
    return all(c.isalnum() or unicodedata.category(c) == "Mn" or c == "\u200c" for c in (left, right))


def _lower(text: str) -> str:
    """Lower case of the same length, so that places stay places."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _place_of(single: Single, plain: str, target: str, said: Mapping[str, str]) -> int | None:
    before, after = plain[: single.at], plain[single.at :]
    if after.strip() and all(_sign(c) or c.isspace() for c in after.strip()):
        # before the sign that ends the sentence, whatever that is in the other language
        end = len(target.rstrip())
        while end and _sign(target[end - 1]):
            end -= 1
        return end
    start = _said(before.strip(), said)
    if start and _lower(target).startswith(_lower(start)) and not _joins(target, len(start)):
        at = len(start)
    else:
        rest = _said(after.strip(), said)
        if not rest or not _lower(target).endswith(_lower(rest)) or _joins(target, len(target) - len(rest)):
            return None
        at = len(target) - len(rest)
        while at and target[at - 1].isspace():
            at -= 1
    if before[-1:].isspace():
        while at < len(target) and target[at].isspace():
            at += 1
    return at


def _written(
    target: str, tagged: Tagged, spans: Mapping[int, tuple[int, int]], singles: list[tuple[Single, int]]
) -> str:
    order = {pair.number: i for i, pair in enumerate(tagged.pairs)}
    marks: list[tuple[int, int, int, str]] = []  # place, closings first, rank among equals, the tag
    for number, (start, end) in spans.items():
        marks.append((end, 0, -start * len(order) - order[number], f"</{number}>"))
        marks.append((start, 2, -end * len(order) + order[number], f"<{number}>"))
    for i, (single, at) in enumerate(singles):
        around = spans.get(single.parent) if single.parent is not None else None
        turn = 1
        if around is not None and at == around[1]:
            turn = -1
        elif around is not None and at == around[0]:
            turn = 3
        marks.append((at, turn, i, single.mark))
    out, pos = [], 0
    for at, _, _, mark in sorted(marks):
        out.append(target[pos:at] + mark)
        pos = max(pos, at)
    return "".join(out) + target[pos:]


def _cross(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[0] < a[1] < b[1] or b[0] < a[0] < b[1] < a[1]


def tidy(inner: str, answer: str) -> str | None:
    """The answer of a model that was given the tags as they are, with the white space it put into and around them
    taken out; None when a tag is missing, twice, or wrongly nested."""
    answer = _LOOSE.sub(lambda m: f"<{m[1]}{int(m[2])}{m[3]}>", answer)
    for tag in inline.tags(inner):
        mark = inner[tag.start : tag.end]
        if tag.role == "open" and not inner[tag.end : tag.end + 1].isspace():
            answer = re.sub(re.escape(mark) + r"[ \u00a0]+", mark, answer)
        if tag.role == "close" and not inner[tag.start - 1 : tag.start].isspace():
            answer = re.sub(r"[ \u00a0]+" + re.escape(mark), mark, answer)
    return None if inline.tag_problems(inner, answer) else answer


def put_back(text: str, lost: tuple[Pair | Single, ...]) -> str:
    """A text with tags that found no place: pairs around all of it, lone tags at its end. No tag is lost from the
    document, and a person is told to move them."""
    text += "".join(tag.mark for tag in lost if isinstance(tag, Single))
    for pair in sorted((tag for tag in lost if isinstance(tag, Pair)), key=lambda pair: pair.end - pair.start):
        text = f"<{pair.number}>{text}</{pair.number}>"
    return text


def all_at_the_end(tagged: Tagged, target: str) -> str:
    """For a text whose own tags are not well nested: all of them after it, in their order."""
    return target + "".join(tagged.inner[tag.start : tag.end] for tag in inline.tags(tagged.inner))


def _letters(text: str) -> bool:
    return any(c.isalpha() for c in text)


def _sign(c: str) -> bool:
    return unicodedata.category(c).startswith("P")
