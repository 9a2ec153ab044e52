"""Every word of an index, in memory: to find what begins like, contains, or nearly is a word of a query."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from glossary.spelling import typos_allowed

#: Words looked at together for a part of one: with the first of them often enough is found.
STRETCH = 1 << 15
# Any two numbers that spread pairs of letters over 64 bits; query and list use the same.
_FIRST, _SECOND = 0x9E3779B1, 0x85EBCA6B


class Shapes(NamedTuple):
    """Words by length. `shorter`: how many are shorter than each length. `letters` and `pairs`: which letters, and which
    two beside each other, a word has, each as one of 64 bits."""

    words: list[str]
    shorter: np.ndarray
    letters: np.ndarray
    pairs: np.ndarray

    def from_length(self, length: int) -> int:
        """The place of the first word that is at least so long."""
        return int(self.shorter[min(max(length, 0), len(self.shorter) - 1)])


class WordList:
    """Every word of an index. Results come shortest or nearest first, then in the order of their letters."""

    def __init__(self, words: Iterable[str] = (), *, are_sorted: bool = False):
        """`are_sorted`: each comes once, and in order."""
        self.sorted = list(words) if are_sorted else sorted(set(words))

    def __len__(self) -> int:
        return len(self.sorted)

    def place(self, word: str) -> int | None:
        """Where a word stands in the order, or None."""
        at = bisect_left(self.sorted, word)
        return at if at < len(self.sorted) and self.sorted[at] == word else None

    def beginning(self, start: str, most: int) -> list[str]:
        """Words that begin so, shortest first when there are not too many to look at."""
        return sorted(self._beginning(start, most * 20), key=len)[:most]

    def _beginning(self, start: str, most: int) -> list[str]:
        first = bisect_left(self.sorted, start)
        last = bisect_left(self.sorted, start + "\U0010ffff", first, min(first + most, len(self.sorted)))
        return self.sorted[first:last]

    @cached_property
    def _shapes(self) -> Shapes:
        words = sorted(self.sorted, key=len)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        shorter = np.searchsorted(lengths, np.arange((lengths[-1] if len(words) else 0) + 2))
        codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
        if not len(codes):
            return Shapes(words, shorter, np.zeros(len(words), np.uint64), np.zeros(len(words), np.uint64))
        ends = np.cumsum(lengths)
        starts = np.concatenate(([0], ends[:-1]))
        pairs = np.zeros(len(codes), np.uint64)
        pairs[:-1] = _bits(((codes[:-1] * np.uint32(_FIRST)) ^ (codes[1:] * np.uint32(_SECOND))) >> np.uint32(26))
        pairs[ends[lengths > 0] - 1] = 0  # the last letter of one word and the first of the next are no pair
        return Shapes(
            words, shorter, np.bitwise_or.reduceat(_bits(codes % np.uint32(64)), starts), np.bitwise_or.reduceat(pairs, starts)
        )

    def containing(self, part: str, most: int) -> list[str]:
        """Words with this in them."""
        return list(islice(self._containing(part), most))

    def _containing(self, part: str) -> Iterator[str]:
        words, _, letters, pairs = self._shapes
        having, wanted = (pairs, _pairs_of(part)) if len(part) > 1 else (letters, _letters_of(part))
        for start in range(self._shapes.from_length(len(part)), len(words), STRETCH):
            for place in np.flatnonzero(having[start : start + STRETCH] & wanted == wanted).tolist():
                if part in (word := words[start + place]):
                    yield word

    def near(self, word: str, most: int) -> list[tuple[str, int]]:
        """(word, letters wrong) for words within the typos a word of this length may have, nearest first."""
        allowed = typos_allowed(word)
        if not allowed or not self.sorted:
            return []
        words, _, letters, pairs = self._shapes
        first, last = self._shapes.from_length(len(word) - allowed), self._shapes.from_length(len(word) + allowed + 1)
        # a wrong letter takes one bit away and adds one; of pairs three, when it changes places with the next
        mine = _letters_of(word)
        alike = np.flatnonzero(np.bitwise_count(letters[first:last] ^ mine) <= 2 * allowed)
        alike = alike[np.bitwise_count(letters[first:last][alike] & ~mine) <= allowed]
        alike = alike[np.bitwise_count(mine & ~letters[first:last][alike]) <= allowed]
        alike = alike[np.bitwise_count(pairs[first:last][alike] ^ _pairs_of(word)) <= 6 * allowed]
        found = [(other, int(wrong)) for other, wrong, _ in _within(word, [words[first + at] for at in alike.tolist()], allowed)]
        return sorted(found, key=lambda hit: (hit[1], hit[0]))[:most]

    def beginning_nearly(self, start: str, most: int) -> list[str]:
        """Words that begin so but for one letter (`spelling.nearly_begins`). One half of what was typed is right, so only
        words with either half need a look."""
        half = len(start) // 2
        if half < 2:
            return []
        words = [word for word in self._beginning(start[:half], 800) if len(word) > len(start)]
        words += islice(self._ending_like(start, start[half + 1 :]), 400)
        found = {
            words[place]
            for more in (0, 1)
            for _, _, place in _within(start, [word[: len(start) + more] for word in words], 1)
        }
        return sorted(found, key=lambda word: (len(word), word))[:most]

    def _ending_like(self, start: str, end: str) -> Iterator[str]:
        """Words that may begin so but for one letter before this end of it: all else has to be there."""
        words, _, letters, pairs = self._shapes
        mine, wanted = _letters_of(start), _pairs_of(end) if len(end) > 1 else np.uint64(0)
        typed = _pairs_of(start)
        for at in range(self._shapes.from_length(len(start) + 1), len(words), STRETCH):
            near = np.flatnonzero(pairs[at : at + STRETCH] & wanted == wanted)
            # one letter may be missing, and the pairs of two letters that changed places
            near = near[np.bitwise_count(mine & ~letters[at : at + STRETCH][near]) <= 1]
            near = near[np.bitwise_count(typed & ~pairs[at : at + STRETCH][near]) <= 3]
            for place in near.tolist():
                if end in (word := words[at + place]):
                    yield word


def _within(word: str, others: list[str], most: int) -> list[tuple[str, float, int]]:
    """(other, letters wrong, its place) for those that are no further than `most`."""
    return process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)


def _bits(places: np.ndarray) -> np.ndarray:
    return np.left_shift(np.uint64(1), places.astype(np.uint64))


def _letters_of(word: str) -> np.uint64:
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) % 64)
    return np.uint64(found)


def _pairs_of(word: str) -> np.uint64:
    found = 0
    for one, other in zip(word, word[1:], strict=False):
        mixed = (ord(one) * _FIRST & 0xFFFFFFFF) ^ (ord(other) * _SECOND & 0xFFFFFFFF)
        found |= 1 << (mixed >> 26)
    return np.uint64(found)
