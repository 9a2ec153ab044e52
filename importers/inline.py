"""Numbered tags inside a text: reading them, cutting a tagged text into sentences, and joining it again.

A tag is ``<1>``, ``</1>`` or ``<1/>`` with a number from 1 to 9999 in ASCII digits and no leading zero; anything
else that looks similar is text. `split` cuts a block at sentence ends found in its plain text. A pair that spans
a cut is closed before it and opened again after it, so that every segment is well nested on its own; tags are
numbered from 1 in each segment, so that equal sentences look equal; white space, and a pair that wraps the whole
sentence, stay outside. `join` undoes all of it: ``join(split(t, f), [s.text for s in split(t, f)]) == t`` for
every well nested text `t` that has something to translate and every lossless `f`.

The notation is OmegaT's and Okapi's (bpt/ept pairs and x of XLIFF 1.2 §2.4), flattened to numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importers.units import Code

MAX_TAGS = 9999
"""The highest number a tag can have, so the most codes one block can hold. Readers leave a block with more alone."""

MAX_OPEN = 32
"""A text is not cut where more pairs than this are open: closing and opening them all again at every cut would
let a hostile file of deeply nested pairs grow with the square of its size."""

TAG = re.compile(r"<(?!/[0-9]+/)(/?)([1-9][0-9]{0,3})(/?)>")

ROLES = {("", ""): "open", ("/", ""): "close", ("", "/"): "alone"}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in a text: its number, whether it opens, closes or stands alone, and its place (code points)."""

    number: int
    role: str  # "open", "close", "alone"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a block.

    `text` carries tags numbered from 1; ``numbers[i]`` is the block's number of tag i+1. All other fields speak in
    the block's numbers. `before` and `after` stand around the sentence and are put back as they were: white space,
    line breaks, and pairs that wrap the whole sentence. `lead` and `tail` say how white space and tags were mixed
    at an edge when the white space stood inside a pair that is still in `text`. `continues` are the pairs that were
    open at the cut before this sentence, outermost first.
    """

    text: str
    numbers: tuple[int, ...] = ()
    before: str = ""
    after: str = ""
    lead: str = ""
    tail: str = ""
    continues: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything but the text, as plain JSON values; empty fields are left out."""
        stored: dict[str, Any] = {}
        for name in ("numbers", "before", "after", "lead", "tail", "continues"):
            value = getattr(self, name)
            if value:
                stored[name] = list(value) if isinstance(value, tuple) else value
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], text: str) -> Segment:
        """The segment again, from what `to_json` gave and the text kept beside it."""
        return cls(
            text,
            tuple(stored.get("numbers", ())),
            stored.get("before", ""),
            stored.get("after", ""),
            stored.get("lead", ""),
            stored.get("tail", ""),
            tuple(stored.get("continues", ())),
        )


def tags(text: str) -> list[Tag]:
    """Every tag of a text in order."""
    return [Tag(int(m[2]), ROLES[m[1], m[3]], m.start(), m.end()) for m in TAG.finditer(text)]


def plain(text: str, separators: Mapping[int, str] | None = None) -> str:
    """The text without its tags. `separators` (see there) gives what stands in the place of a line break or tab."""
    if not separators:
        return TAG.sub("", text)
    return TAG.sub(lambda m: separators.get(int(m[2]), "") if m[3] else "", text)


def separators(codes: Iterable[Code]) -> dict[int, str]:
    """The codes that part words although they show no letter: number -> ``"\\n"`` (break) or ``"\\t"`` (tab)."""
    return {c.number: "\n" if c.kind == "break" else "\t" for c in codes if c.kind in ("break", "tab")}


def well_nested(text: str) -> bool:
    """Whether every pair is closed, in the reverse order of opening, and no pair is opened inside itself."""
    opened: dict[int, None] = {}  # a set that remembers its order
    for tag in tags(text):
        if tag.role == "open":
            if tag.number in opened:
                return False
            opened[tag.number] = None
        elif tag.role == "close" and (not opened or opened.popitem()[0] != tag.number):
            return False
    return not opened


def tag_problems(source: str, target: str) -> list[tuple[str, int]]:
    """What is wrong with the target's tags against the source's: ("missing" | "extra" | "repeated" | "order", number).

    "order" means that a pair is closed before it is opened, is never closed, or overlaps another. A tag whose role
    changed (``<1>`` became ``<1/>``) is missing in the one role and extra in the other.
    """
    want = Counter((t.number, t.role) for t in tags(source))
    found = tags(target)
    have = Counter((t.number, t.role) for t in found)
    problems = [("missing", number) for (number, role), n in want.items() if have[number, role] < n]
    for (number, role), n in have.items():
        if n > want[number, role]:
            problems.append(("repeated" if want[number, role] else "extra", number))
    opened: list[int] = []
    for tag in found:
        if tag.role == "open":
            opened.append(tag.number)
        elif tag.role == "close":
            if opened and opened[-1] == tag.number:
                opened.pop()
            else:
                problems.append(("order", tag.number))
                if tag.number in opened:
                    opened.remove(tag.number)
    problems += [("order", number) for number in opened if ("missing", number) not in problems]
    return list(dict.fromkeys(problems))


def renumber(text: str, numbers: Sequence[int]) -> str:
    """Replace tag i+1 by ``numbers[i]``; a tag outside the list stays as it is."""

    def swap(m: re.Match[str]) -> str:
        i = int(m[2]) - 1
        return f"<{m[1]}{numbers[i]}{m[3]}>" if i < len(numbers) else m[0]

    return TAG.sub(swap, text)


def split(
    text: str, sentences: Callable[[str], Sequence[str]], separators: Mapping[int, str] | None = None
) -> list[Segment]:
    """Cut a tagged block into sentences; nothing to translate gives no segments.

    `sentences` gives the lossless pieces of a plain text (``"".join(sentences(t)) == t``, else ValueError), trailing
    white space with the sentence before it. `separators` are the block's line breaks and tabs (`separators(codes)`):
    `sentences` sees them as the characters they stand for, and at an edge they count as white space. A text that is
    not well nested is not cut.
    """
    known = separators or {}
    bare = plain(text, known)
    if not bare.strip():
        return []
    if not well_nested(text):
        return [_segment(text, (), (), known)]
    cuts, at = set(), 0
    given = sentences(bare)
    if "".join(given) != bare:
        raise ValueError("sentences() must give back the whole text in pieces")
    for piece in given:
        at += len(piece)
        cuts.add(at)
    segments = []
    opened: list[int] = []
    for piece in _pieces(text, sorted(cuts - {0, len(bare)}), known):
        continues = tuple(opened)
        for tag in tags(piece):
            if tag.role == "open":
                opened.append(tag.number)
            elif tag.role == "close":
                opened.pop()
        segments.append(_segment(piece, continues, tuple(opened), known))
    return segments


def _pieces(text: str, cuts: list[int], known: Mapping[int, str]) -> list[str]:
    """The tagged text cut at places of its plain text. A closing tag at a cut stays left of it, others go right;
    a piece without anything to translate stays with the one before it."""
    marks: list[int] = []  # where to cut, as places in the tagged text
    waiting = iter(cuts)
    goal = next(waiting, None)
    at = pos = depth = 0  # places in the plain and in the tagged text; pairs open here
    for tag in [*tags(text), Tag(0, "end", len(text), len(text))]:
        run = tag.start - pos
        while goal is not None and at + run > goal:
            if depth <= MAX_OPEN:
                marks.append(pos + goal - at)
            goal = next(waiting, None)
        at += run
        if tag.role != "close" and goal == at:
            if depth <= MAX_OPEN:
                marks.append(tag.start)
            goal = next(waiting, None)
        depth += {"open": 1, "close": -1}.get(tag.role, 0)
        at += len(known.get(tag.number, "")) if tag.role == "alone" else 0
        pos = tag.end
    whole: list[str] = []
    for start, end in zip([0, *marks], [*marks, len(text)], strict=True):
        piece = text[start:end]
        # the first piece may be blank; what follows then joins it
        if whole and (not plain(piece).strip() or not plain(whole[-1]).strip()):
            whole[-1] += piece
        else:
            whole.append(piece)
    return whole


def _segment(
    piece: str, continues: tuple[int, ...], opened: tuple[int, ...], known: Mapping[int, str]
) -> Segment:
    whole = "".join(f"<{n}>" for n in continues) + piece + "".join(f"</{n}>" for n in reversed(opened))
    start, end = _peeled(whole, known)
    core, lead, tail = whole[start:end], "", ""
    first = _blank_until(core, 0, len(core), known, "open")
    last = _blank_since(core, first, len(core), known, "close")
    opening, closing = _tags_only(core[:first], "open"), _tags_only(core[last:], "close")
    if opening != core[:first]:
        lead = core[:first]
    if closing != core[last:]:
        tail = core[last:]
    core = opening + core[first:last] + closing
    numbers = tuple(dict.fromkeys(t.number for t in tags(core)))
    mine = {number: i for i, number in enumerate(numbers, 1)}
    text = TAG.sub(lambda m: f"<{m[1]}{mine[int(m[2])]}{m[3]}>", core)
    return Segment(text, numbers, whole[:start], whole[end:], lead, tail, continues)


def _tags_only(text: str, role: str) -> str:
    return "".join(m[0] for m in TAG.finditer(text) if ROLES[m[1], m[3]] == role)


def _without_tags(text: str, role: str) -> str:
    return TAG.sub(lambda m: "" if ROLES[m[1], m[3]] == role else m[0], text)


def _blank_until(text: str, start: int, end: int, known: Mapping[int, str], role: str = "") -> int:
    """The place after white space, separators and tags of `role` that begin at `start`."""
    while start < end:
        if text[start].isspace():
            start += 1
        elif (m := TAG.match(text, start, end)) and (
            ROLES[m[1], m[3]] == role or (m[3] and int(m[2]) in known)
        ):
            start = m.end()
        else:
            break
    return start


def _blank_since(text: str, start: int, end: int, known: Mapping[int, str], role: str = "") -> int:
    """The place before white space, separators and tags of `role` that end at `end`."""
    while end > start:
        if text[end - 1].isspace():
            end -= 1
        elif (
            text[end - 1] == ">"
            and (m := TAG.fullmatch(text, max(text.rfind("<", start, end), start), end))
            and (ROLES[m[1], m[3]] == role or (m[3] and int(m[2]) in known))
        ):
            end = m.start()
        else:
            break
    return end


def _peeled(text: str, known: Mapping[int, str]) -> tuple[int, int]:
    """Where the sentence starts and ends, without white space and without pairs that wrap all of it."""
    partner: dict[
        int, tuple[int, int, int]
    ] = {}  # where a pair starts -> end of that tag, start and end of its close
    if well_nested(text):
        opened: list[Tag] = []
        for tag in tags(text):
            if tag.role == "open":
                opened.append(tag)
            elif tag.role == "close":
                first = opened.pop()
                partner[first.start] = (first.end, tag.start, tag.end)
    start, end = 0, len(text)
    while True:
        start = _blank_until(text, start, end, known)
        end = _blank_since(text, start, end, known)
        if start not in partner or partner[start][2] != end:
            return start, end
        start, end, _ = partner[start]


def join(segments: Sequence[Segment], texts: Sequence[str]) -> str:
    """The block again, from the segments' texts (source or target, one each; else ValueError).

    A pair that was cut is made one again where the text before still ends with it and the text after still starts
    with it; otherwise both parts stay, so one pair may occur twice. A tag that the segment does not have stays
    literal text: where its number belongs to another code of the block it is written with a leading zero.
    """
    used = {n for s in segments for n in s.numbers}
    used |= {t.number for s in segments for part in (s.before, s.after, s.lead, s.tail) for t in tags(part)}
    blocks: list[str] = []
    for segment, text in zip(segments, texts, strict=True):
        own = segment.before + _with_edges(segment, _block_numbers(segment, text, used)) + segment.after
        for number in segment.continues:
            if not (blocks and blocks[-1].endswith(f"</{number}>") and own.startswith(f"<{number}>")):
                break
            blocks[-1] = blocks[-1][: -len(f"</{number}>")]
            own = own[len(f"<{number}>") :]
        blocks.append(own)
    return "".join(blocks)


def _block_numbers(segment: Segment, text: str, used: set[int]) -> str:
    def swap(m: re.Match[str]) -> str:
        number = int(m[2])
        if number <= len(segment.numbers):
            return f"<{m[1]}{segment.numbers[number - 1]}{m[3]}>"
        return f"<{m[1]}0{number}{m[3]}>" if number in used else m[0]

    return TAG.sub(swap, text)


def _with_edges(segment: Segment, text: str) -> str:
    """`text` with the white space of `lead` and `tail` where it was, or beside the text where its tags moved."""
    if segment.tail:
        closing = _tags_only(segment.tail, "close")
        if text.endswith(closing):
            text = text[: len(text) - len(closing)] + segment.tail
        else:
            text += _without_tags(segment.tail, "close")
    if segment.lead:
        opening = _tags_only(segment.lead, "open")
        if text.startswith(opening):
            text = segment.lead + text[len(opening) :]
        else:
            text = _without_tags(segment.lead, "open") + text
    return text
