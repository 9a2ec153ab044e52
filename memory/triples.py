"""How many edits two long texts are apart at least, told by which pairs and triples of characters one of them has not.

Counting common pairs (memory.tokens) halves what is missing, because an edit can take two pairs away: of long texts in one
language thousands share pairs enough by chance. What is missing says more when one looks where in the text it stands:

    Let x be a text, and y one that is made of x by d edits. Each edit is noted down at one character of x: an exchanged or
    dropped one at itself, what is put in at the character that then follows, or at the right edge. A pair or triple of
    neighbours in x (the edges count as characters) at none of whose characters an edit is noted down was not touched: its
    characters were kept and nothing was put in between, so that they are neighbours in y too. So each pair and each triple
    of x that y has nowhere holds a character where an edit is noted down, and d is at least the number of
    characters that it takes to have one in each of them.

The fewest such characters are found from left to right: whenever a missing pair or triple ends that holds none of those
chosen so far, its last character is chosen. (It must hold one; of all it could be, the last is also in most of those that
come later.) A character is chosen when the one before it was not and the pair ending in it is missing, or the triple ending
in it is and the one two before was not chosen either: three operations on rows of bits for a character of the text, for all
units of the file at once. Missing triples that begin or end with a missing pair tell nothing new, so frequent pairs are what
triples have to make up for. Where it is not known whether a triple is there, it counts as there; this makes the number
smaller, never larger.

Triples are kept for long units only, in a fixed number of rows that many triples share.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from memory import counting, tokens

if TYPE_CHECKING:
    from memory.segments import Postings

#: Units of at least so many characters are filed under their triples: among shorter ones few share pairs by chance.
LONG = 80
#: A text longer than this has, like its units, nearly every frequent triple somewhere: that tells nothing any more.
LONGEST = 400
#: In files with fewer long units all of them are sooner compared.
FEWEST = 4096
#: Rows of bits. More tell more, for an eighth of a byte a long unit each.
ROWS = 512
#: A triple with a pair that fewer units have is not kept: mostly that pair is missing, which says enough.
FREQUENT = 0.1
#: From so many long units on, and one more for every 64 that they stand among, their triples are looked at before they are
#: compared: it costs as much as comparing so many.
WORTH_IT = 1000
_BITS = 16
#: From the triples of so many units it is decided which stand in one row; at most 4096.
_SAMPLE = 2048
#: So many rows are added up at once: what is worked on should stay in the processor's cache.
_TOGETHER = 63


def written(forms: Sequence[str], lengths: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a file whose units have these forms, in the order of their lengths."""
    first = int(np.searchsorted(lengths, LONG)) // 64 * 64
    if len(forms) - first < FEWEST:
        return {
            "triples_first": np.array([(len(forms) + 63) // 64 * 64]),
            "triples_rows": np.empty(0, np.int16),
            "triples_bitmaps": np.empty((0, 0), np.uint64),
        }
    long = forms[first:]
    rows = _rows(long[:: max(len(long) // _SAMPLE, 1)][:_SAMPLE])
    places = np.where(rows < 0, ROWS, rows).astype(np.int64) * tokens.CHUNK  # one row more, for what is not kept
    width = (len(long) + 63) // 64 * 8
    bitmaps = np.zeros((ROWS, width), np.uint8)
    block = np.zeros((ROWS + 1, tokens.CHUNK), np.uint8)
    for base in range(0, len(long), tokens.CHUNK):
        found, unit, _, _ = tokens.of_triples(long[base : base + tokens.CHUNK])
        at = places[found >> np.uint32(32 - _BITS)]
        at += unit
        block.reshape(-1)[at] = 1
        packed = np.packbits(block[:ROWS], axis=1, bitorder="little")
        room = min(width - base // 8, packed.shape[1])
        bitmaps[:, base // 8 : base // 8 + room] = packed[:, :room]
        block[:] = 0
    return {
        "triples_first": np.array([first]),
        "triples_rows": rows,
        "triples_bitmaps": bitmaps.view(np.uint64),
    }


def _rows(sample: Sequence[str]) -> np.ndarray:
    """The row of each of the values that the first bits of a triple can have, -1 for those not kept (int16). Frequent
    ones are spread over the rows so that these become equally full."""
    found, unit, *ends = tokens.of_triples(sample)
    found >>= np.uint32(32 - _BITS)
    often = [_units(pairs, unit, 1 << 19)[pairs] >= FREQUENT * len(sample) for pairs in ends]
    wanted = often[0] & often[1]
    units = _units(found, unit, 1 << _BITS)
    rows = np.arange(1 << _BITS) % ROWS
    filled = [(0, row) for row in range(ROWS)]
    for value in np.argsort(-units, kind="stable")[: np.count_nonzero(units > 2)].tolist():
        load, row = filled[0]
        rows[value] = row
        heapq.heapreplace(filled, (load + int(units[value]), row))
    kept = np.zeros(1 << _BITS, bool)
    kept[found[wanted]] = True
    left_out = np.zeros(1 << _BITS, bool)
    left_out[found[~wanted]] = True
    rows[left_out & ~kept] = -1
    return rows.astype(np.int16)


def _units(values: np.ndarray, unit: np.ndarray, size: int) -> np.ndarray:
    """In how many units each value under `size` stands; both together have 32 bits."""
    pairs = values << np.uint32(12) | unit
    pairs.sort()
    first = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
    return np.bincount(pairs[first] >> np.uint32(12), minlength=size)


class Triples:
    """Which long units have which triples. `first`: the first unit that is filed under them, a multiple of 64; none
    has that number when none is."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.first = int(arrays["triples_first"][0])
        self.rows, self.bitmaps = arrays["triples_rows"], arrays["triples_bitmaps"]

    def fewest_edits(self, form: str, pairs: Postings, first: int, last: int) -> counting.Planes:
        """How far at least each of the units in [64 first, 64 last) is from a form. All must be filed here."""
        there = pairs.bits(tokens.of_one_forms_pairs(form), first, last)
        triples = tokens.of_triples([form])[0]
        rows = [-1, *self.rows[triples >> np.uint32(32 - _BITS)].tolist()]
        a, b = first - self.first // 64, last - self.first // 64
        planes: counting.Planes = []
        chosen: list[np.ndarray] = []
        before = earlier = np.zeros(last - first, np.uint64)
        for pair, row in zip(there, rows, strict=True):
            if row < 0:
                spared = pair | before
            else:
                spared = self.bitmaps[row, a:b] | earlier
                spared &= pair
                spared |= before
            earlier, before = before, np.invert(spared, out=spared)
            chosen.append(before)
            if len(chosen) == _TOGETHER:
                planes = counting.added(planes, counting.summed(chosen))
                chosen = []
        return counting.added(planes, counting.summed(chosen))

    def strike_out(
        self, found: counting.Counted, form: str, pairs: Postings, most: Sequence[tuple[int, int, int]]
    ) -> counting.Counted | None:
        """Of units that have pairs enough in common with a form strike out those that are too far from it, and return how
        far all that are filed here are at least. None when so few were found that comparing them is as quick.

        `most`: the most edits for adjoining ranges of units in ascending order, (low, high, number)."""
        first, last = max(found.low, self.first) // 64, found.first + len(found.bits)
        if first >= last or len(form) > LONGEST:
            return None
        bits = found.bits[first - found.first :]
        if np.bitwise_count(bits).sum() < WORTH_IT + last - first:
            return None
        planes, low = self.fewest_edits(form, pairs, first, last), max(found.low, first * 64)
        ranges = ((max(a, low), min(b, found.high), number) for a, b, number in most)
        bits &= counting.at_most(planes, first, [one for one in ranges if one[0] < one[1]])
        return counting.Counted(bits, planes, first, low, found.high)
