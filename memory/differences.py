"""Where two texts differ, word by word, for marking in a page."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

TAG = re.compile(r"</?\d{1,4}/?>")


class Difference(NamedTuple):
    """`op`: "equal", "replace", "insert" (only the asked text has it) or "delete" (only the unit's source has it).
    ``source[start:end]`` of the unit stands where ``text[text_start:text_end]`` of the asked text stands.
    Offsets count characters (code points). Together the spans cover both texts."""

    op: str
    start: int
    end: int
    text_start: int
    text_end: int


def differences(source: str, text: str) -> list[Difference]:
    """Spans of a unit's source and of the asked text, in order. A word, a tag, a run of spaces and a mark of
    punctuation are each one piece; in scripts without spaces each character is."""
    ours, theirs = pieces(source), pieces(text)
    places_ours, places_theirs = _places(ours), _places(theirs)
    return [
        Difference(
            op.tag,
            places_ours[op.src_start],
            places_ours[op.src_end],
            places_theirs[op.dest_start],
            places_theirs[op.dest_end],
        )
        for op in Levenshtein.opcodes(ours, theirs)
    ]


def pieces(text: str) -> list[str]:
    """The text cut into words, tags, spaces and marks; joined they are the text again."""
    found: list[str] = []
    at = 0
    for tag in TAG.finditer(text):
        found += _pieces_of_plain(text[at : tag.start()])
        found.append(tag[0])
        at = tag.end()
    return found + _pieces_of_plain(text[at:])


def _pieces_of_plain(text: str) -> list[str]:
    found: list[str] = []
    last = ""
    for character in text:
        kind = _kind(character)
        if found and (kind == "mark" or (kind == last and kind in ("word", "space"))):
            found[-1] += character
            continue
        found.append(character)
        last = kind
    return found


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M" or category == "Cf":
        return "mark"  # belongs to what it follows
    if character.isspace():
        return "space"
    if category[0] in "LN" or character == "_":
        return "alone" if _without_spaces(ord(character)) else "word"
    return "alone"


def _without_spaces(point: int) -> bool:
    """Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer: no spaces between words."""
    return (
        0x0E00 <= point <= 0x0FFF
        or 0x1000 <= point <= 0x109F
        or 0x1780 <= point <= 0x17FF
        or 0x3040 <= point <= 0x30FF
        or 0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFF
    )


def _places(pieces: list[str]) -> list[int]:
    places, at = [0], 0
    for piece in pieces:
        at += len(piece)
        places.append(at)
    return places
