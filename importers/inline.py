"""Numbered tags inside a text: reading them, cutting a tagged text into sentences, and joining it again.

`split` cuts a block at sentence ends found in its plain text. A pair that spans a cut is closed before it and
opened again after it, so that every segment is well nested on its own; tags are renumbered from 1 in each
segment, so that equal sentences look equal. `join` undoes both exactly:
``join(split(text, ...), [p.text for p in ...]) == text`` for every well nested text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TAG = re.compile(r"<(/?)(\d{1,4})(/?)>")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in a text: its number, whether it opens, closes or stands alone, and its place."""

    number: int
    role: str  # "open", "close", "alone"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a block. `text` carries tags numbered from 1; `numbers[i]` is the block's number of tag i+1.
    `before` and `after` are what stands between sentences (white space, tags of empty content) and is put back
    as it was. `continues` are the block's numbers of pairs opened again here after the cut."""

    text: str
    numbers: tuple[int, ...]
    before: str = ""
    after: str = ""
    continues: tuple[int, ...] = ()


def tags(text: str) -> list[Tag]:
    """Every tag of a text in order. ``</3/>`` is no tag."""
    found = []
    for m in TAG.finditer(text):
        if m[1] and m[3]:
            continue
        found.append(Tag(int(m[2]), "close" if m[1] else "alone" if m[3] else "open", m.start(), m.end()))
    return found


def plain(text: str) -> str:
    """The text without its tags."""
    return TAG.sub(lambda m: m[0] if m[1] and m[3] else "", text)


def tag_problems(source: str, target: str) -> list[tuple[str, int]]:
    """What is wrong with the target's tags against the source's: ("missing" | "extra" | "repeated" | "order", number).

    "order" means that a pair is closed before it is opened, or that two pairs overlap.
    """
    want = [(t.number, t.role) for t in tags(source)]
    have = [(t.number, t.role) for t in tags(target)]
    problems = []
    for number, role in dict.fromkeys(want):
        if have.count((number, role)) < want.count((number, role)):
            problems.append(("missing", number))
    for number, role in dict.fromkeys(have):
        if have.count((number, role)) > want.count((number, role)):
            problems.append(("repeated" if (number, role) in want else "extra", number))
    opened: list[int] = []
    for number, role in have:
        if role == "open":
            opened.append(number)
        elif role == "close":
            if not opened or opened[-1] != number:
                problems.append(("order", number))
                if number in opened:
                    opened.remove(number)
            else:
                opened.pop()
    return list(dict.fromkeys(problems))


def renumber(text: str, numbers: Sequence[int]) -> str:
    """Replace tag i+1 by ``numbers[i]``; a tag outside the list stays as it is."""

    def swap(m: re.Match[str]) -> str:
        i = int(m[2]) - 1
        if (m[1] and m[3]) or not 0 <= i < len(numbers):
            return m[0]
        return f"<{m[1]}{numbers[i]}{m[3]}>"

    return TAG.sub(swap, text)


def split(text: str, sentences: Callable[[str], Sequence[str]]) -> list[Segment]:
    """Cut a tagged block into sentences. `sentences` gives the lossless pieces of a plain text
    (``"".join(sentences(t)) == t``), trailing white space with the sentence before it."""
    found = tags(text)
    bare = plain(text)
    if not bare.strip():
        return []
    cuts, at = [], 0
    for piece in sentences(bare)[:-1]:
        at += len(piece)
        cuts.append(at)
    # a place in the plain text -> a place in the tagged text: closing tags go left of a cut, others right
    pieces: list[str] = []
    out, plain_at, pos, pending = [], 0, 0, list(cuts)
    stream: list[tuple[str, str]] = []
    for tag in found:
        stream.append(("text", text[pos : tag.start]))
        stream.append((tag.role, text[tag.start : tag.end]))
        pos = tag.end
    stream.append(("text", text[pos:]))
    for role, chunk in stream:
        if role == "text":
            while pending and plain_at + len(chunk) > pending[0]:
                take = pending[0] - plain_at
                out.append(chunk[:take])
                pieces.append("".join(out))
                out, chunk, plain_at = [], chunk[take:], pending.pop(0)
            out.append(chunk)
            plain_at += len(chunk)
        else:
            if role != "close" and pending and plain_at == pending[0]:
                pieces.append("".join(out))
                out = []
                pending.pop(0)
            out.append(chunk)
    pieces.append("".join(out))
    segments: list[Segment] = []
    open_pairs: list[int] = []
    for piece in pieces:
        continues = tuple(open_pairs)
        for tag in tags(piece):
            if tag.role == "open":
                open_pairs.append(tag.number)
            elif tag.role == "close" and tag.number in open_pairs:
                open_pairs.remove(tag.number)
        whole = "".join(f"<{n}>" for n in continues) + piece
        whole += "".join(f"</{n}>" for n in reversed(open_pairs))
        before, core, after = _edges(whole)
        if not plain(core).strip():
            if segments:  # nothing to translate: it travels with the sentence before it
                last = segments[-1]
                segments[-1] = Segment(last.text, last.numbers, last.before, last.after + piece, last.continues)
            else:
                segments.append(Segment("", (), piece))
            continue
        numbers = tuple(dict.fromkeys(t.number for t in tags(core)))
        mine = {number: i + 1 for i, number in enumerate(numbers)}
        segments.append(
            Segment(_swap(core, mine), numbers, before, after, tuple(n for n in continues if n in mine))
        )
    if segments and not segments[0].text and len(segments) > 1:
        first, second = segments[0], segments[1]
        segments[:2] = [
            Segment(second.text, second.numbers, first.before + second.before, second.after, second.continues)
        ]
    return segments


def _swap(text: str, mapping: dict[int, int]) -> str:
    return TAG.sub(lambda m: m[0] if m[1] and m[3] else f"<{m[1]}{mapping[int(m[2])]}{m[3]}>", text)


def _edges(text: str) -> tuple[str, str, str]:
    """White space at both ends, kept outside what is translated."""
    core = text.strip()
    if not core:
        return text, "", ""
    start = text.index(core)
    return text[:start], core, text[start + len(core) :]


def join(segments: Sequence[Segment], texts: Sequence[str]) -> str:
    """The block again, from the segments' texts (source or target). A pair that was cut is made one again
    where the text before still ends with it and the text after still starts with it."""
    block = ""
    for segment, text in zip(segments, texts, strict=True):
        own = renumber(text, segment.numbers)
        after = segment.after
        for number in reversed(segment.continues):
            opening, closing = f"<{number}>", f"</{number}>"
            gap = re.search(r"(\s*)$", block)
            tail = block[: gap.start()] if gap else block
            if own.startswith(opening) and tail.endswith(closing):
                block = tail[: -len(closing)] + (gap[1] if gap else "")
                own = own[len(opening) :]
        block += segment.before + own + after
    return block
