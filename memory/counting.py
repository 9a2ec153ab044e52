"""Which units of a segment have at least so many of a text's tokens.

Frequent tokens are rows of bits, one bit per unit. They are added column by column with bitwise operations: the sum
is kept as planes, plane i holding bit i of every unit's count (carry-save addition, as in a hardware multiplier).
Rare tokens are lists of units; how often a unit stands in them is turned into planes too and added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from memory.segments import Lists, Postings

Planes = list[np.ndarray]

#: So many ranges of lengths have a least number of common pairs of their own.
RANGES = 4

# glibc gives the top of the heap back to the system as soon as 128 KB of it are free. A lookup makes and frees some megabytes
# in rows of 50 KB, and to fetch these again, page by page, was a tenth of it. Once a larger piece was freed, twice as much is kept;
# elsewhere than in glibc this does nothing.
np.empty(1 << 22, np.uint8)


@dataclass
class Counted:
    """Units that have enough of a text's tokens, a bit each in `bits`, and in `planes` how many each unit has; both begin
    with unit 64 `first`, and units outside [low, high) do not count."""

    bits: np.ndarray
    planes: Planes
    first: int
    low: int
    high: int

    def units(self) -> tuple[np.ndarray, np.ndarray]:
        """The units in ascending order, and how many tokens each has."""
        units = _set_bits(self.bits) + self.first * 64
        units = units[np.searchsorted(units, self.low) : np.searchsorted(units, self.high)]
        return units, self.numbers(units)

    def numbers(self, units: np.ndarray) -> np.ndarray:
        return numbers(self.planes, units - self.first * 64, len(self.bits) * 64)


def alike(first: np.ndarray, numbers: np.ndarray) -> list[tuple[int, int, int]]:
    """Adjoining lengths with the same number together: (low, high, number). `first` tells the first unit of each length,
    and where the last ends."""
    at = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = np.append(at[1:], len(numbers))
    return list(zip(first[at].tolist(), first[ends].tolist(), numbers[at].tolist(), strict=True))


def ranges(first: np.ndarray, needs: np.ndarray) -> list[tuple[int, int, int]]:
    """Adjoining lengths with about the same need together: (low, high, the least need of them)."""
    step = max(int(needs.max() - needs.min()) // RANGES, 1)
    group = (np.maximum.accumulate(needs) - needs[0]) // step
    at = np.flatnonzero(np.diff(group, prepend=-1))
    least = np.minimum.reduceat(needs, at)
    ends = np.append(at[1:], len(needs))
    return list(zip(first[at].tolist(), first[ends].tolist(), least.tolist(), strict=True))


def at_least(postings: Postings, wanted: np.ndarray, needs: Sequence[tuple[int, int, int]]) -> Counted | None:
    """Units that have at least so many of the wanted tokens; None when there can be none.

    `needs`: adjoining ranges of units in ascending order, (low, high, need), each with a need of its own of at least 1.
    """
    needs = [(low, high, need) for low, high, need in needs if low < high and need <= len(wanted)]
    if not needs:
        return None
    low, high = needs[0][0], needs[-1][1]
    rows, lists = postings.found(wanted, low, high)
    first, last = low // 64, (high + 63) // 64
    planes = summed([postings.bitmaps[row, first:last] for row in rows.tolist()])
    if len(lists):
        planes = added(planes, _as_planes(lists, first * 64, last * 64))
    # where two ranges share a word, the lower need counts there: more units than needed, never fewer
    bits = np.zeros(last - first, np.uint64)
    for start, end, need in needs:
        a, b = start // 64 - first, (end + 63) // 64 - first
        bits[a:b] |= _not_less([plane[a:b] for plane in planes], need, b - a)
    return Counted(bits, planes, first, low, high)


def at_most(planes: Planes, first: int, most: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """Bits of the units whose number is not larger than the one said for their range, (low, high, number), as `needs`
    above; where two ranges share a word, the larger one counts. Planes and bits begin with unit 64 `first`."""
    bits = np.zeros(len(planes[0]), np.uint64)
    for start, end, number in most:
        a, b = start // 64 - first, (end + 63) // 64 - first
        bits[a:b] |= ~_not_less([plane[a:b] for plane in planes], number + 1, b - a)
    return bits


_NONE = np.empty(0, np.int64)


def in_all(postings: Postings, rows: np.ndarray) -> np.ndarray:
    """Units that have every one of these frequent tokens."""
    return _set_bits(reduce(np.bitwise_and, (postings.bitmaps[row] for row in rows.tolist())))


def planes_of(postings: Postings, rows: np.ndarray) -> Planes:
    """How many of these frequent tokens each unit has."""
    return summed([postings.bitmaps[row] for row in rows.tolist()])


def reaching(planes: Planes, least: int) -> np.ndarray:
    """Units that are counted at least so often."""
    return _set_bits(_not_less(planes, least, len(planes[0])))


def in_lists(together: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The units that stand in any of some lists, ascending, and in how many each stands. `together`: the lists one
    behind the other; it is put in order."""
    together.sort()
    first = np.ones(len(together), bool)
    np.not_equal(together[1:], together[:-1], out=first[1:])
    at = np.flatnonzero(first)
    return together[at].astype(np.int64), np.diff(at, append=len(together))


def _as_planes(lists: Lists, start: int, end: int) -> Planes:
    """How often each unit of [start, end) stands in the lists; both are multiples of 64."""
    together = lists.joined()
    together -= np.uint32(start)  # what stands before the range becomes very large
    together = together[together < end - start].astype(np.int64)
    kind = np.uint8 if len(lists) < 256 else np.uint16
    counts = np.zeros(end - start, kind)
    np.add.at(counts, together, kind(1))
    most = int(counts.max())
    planes = []
    for level in range(most.bit_length()):
        bit = counts & kind(1 << level)
        planes.append(np.packbits(bit, bitorder="little").view(np.uint64))
    return planes


def added(one: Planes, other: Planes) -> Planes:
    """The planes of the sum of two numbers per unit."""
    if not one or not other:
        return one or other
    if len(one) < len(other):
        one, other = other, one
    planes, carry = [], None
    for level, plane in enumerate(one):
        if level < len(other):
            either = plane ^ other[level]
            if carry is None:
                planes.append(either)
                carry = plane & other[level]
            else:
                planes.append(either ^ carry)
                carry = (plane & other[level]) | (either & carry)
        else:
            planes.append(plane ^ carry)
            carry = plane & carry
    if carry.any():
        planes.append(carry)
    return planes


def summed(rows: list[np.ndarray]) -> Planes:
    """Planes of the sum of rows of bits. Row by row, so that what is worked on stays in the processor's cache."""
    planes: Planes = []
    level, ours = rows, False
    while level:
        total, carries = level[0], []
        both = np.empty_like(total)
        for a, b in zip(level[1::2], level[2::2], strict=False):
            carry = total & a
            total = np.bitwise_xor(total, a, out=total if ours or carries else None)
            np.bitwise_and(total, b, out=both)
            carry |= both
            total ^= b
            carries.append(carry)
        if len(level) % 2 == 0:
            carries.append(total & level[-1])
            total = total ^ level[-1]
        planes.append(total)
        level, ours = carries, True
    return planes


def _not_less(planes: Planes, number: int, width: int) -> np.ndarray:
    """One bit per unit: whether its count is at least a number."""
    if number <= 0:
        return np.full(width, ~np.uint64(0))
    if number >> len(planes):
        return np.zeros(width, np.uint64)
    # from the lowest bit that is set on: under it nothing can make a count too small
    lowest = (number & -number).bit_length() - 1
    result = planes[lowest].copy()
    for level in range(lowest + 1, len(planes)):
        if number >> level & 1:
            result &= planes[level]
        else:
            result |= planes[level]
    return result


def numbers(planes: Planes, units: np.ndarray, size: int) -> np.ndarray:
    """The number that the planes hold for each of some units, of `size` that there are. Bytes, not words: the order
    of a machine's bytes does not matter."""
    kind = np.uint8 if len(planes) <= 8 else np.int64
    if len(units) > size // 16:
        every = np.zeros(size, kind)
        for level, plane in enumerate(planes):
            bits = np.unpackbits(plane.view(np.uint8), bitorder="little")[:size].astype(kind, copy=False)
            every |= bits << kind(level)
        return every[units].astype(np.int64)
    counts = np.zeros(len(units), kind)
    where, bit = units >> 3, (units & 7).astype(np.uint8)
    for level, plane in enumerate(planes):
        counts |= (plane.view(np.uint8)[where] >> bit & np.uint8(1)).astype(kind, copy=False) << kind(level)
    return counts.astype(np.int64)


def _set_bits(bits: np.ndarray) -> np.ndarray:
    """Where bits are set, ascending."""
    words = np.flatnonzero(bits)
    if len(words) > len(bits) // 2:
        return np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little"))
    flat = np.flatnonzero(np.unpackbits(bits[words].view(np.uint8), bitorder="little"))
    return (words[flat >> 6] << 6) + (flat & 63)
