"""Which units of a segment have at least so many of a text's tokens.

Frequent tokens are rows of bits, one bit per unit. They are added column by column with bitwise operations: the sum
is kept as planes, plane i holding bit i of every unit's count (carry-save addition, as in a hardware multiplier).
"""

from __future__ import annotations

import numpy as np

from memory.segments import Postings

#: Rare tokens' lists that hold fewer units than this together are counted in one go.
MANY = 20_000


def at_least(
    postings: Postings, wanted: np.ndarray, low: int, high: int, need: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Units in [low, high) that have at least `need` of the wanted tokens, and how many each has. When `need` is
    below 1 every unit of the range is returned, uncounted."""
    if need < 1:
        return np.arange(low, high), None
    if need > len(wanted) or high <= low:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows, lists = postings.found(wanted)
    first, last = low // 64, (high + 63) // 64
    planes = _sum(postings.bitmaps[rows, first:last]) if len(rows) else []
    found = [_set_bits(_not_less(planes, need, last - first), first, low, high)] if len(rows) >= need else []
    rare, touched = None, np.empty(0, np.int64)
    if lists:
        rare = _counted(lists, low, high)
        touched = np.flatnonzero(rare >= max(need - len(rows), 1)) + low
        times = rare[touched - low]
        for many in range(1, 4):
            some = touched[times == many]
            if len(some):
                found.append(some[_number([_not_less(planes, need - many, last - first)], some - first * 64) > 0])
        found.append(touched[times > 3])
    if len(found) > 1:
        chosen = np.zeros(high - low, bool)
        for some in found:
            chosen[some - low] = True
        units = np.flatnonzero(chosen) + low
    else:
        units = found[0] if found else touched
    counts = _number(planes, units - first * 64)
    if rare is not None:
        counts += rare[units - low]
    enough = counts >= need
    return units[enough], counts[enough]


def _counted(lists: list[np.ndarray], low: int, high: int) -> np.ndarray:
    """How often each unit of [low, high) stands in the lists."""
    if sum(map(len, lists)) < MANY:
        together = np.concatenate(lists)
        together = together[(together >= low) & (together < high)]
        return np.bincount(together - np.uint32(low), minlength=high - low)
    rare = np.zeros(high - low, np.uint8 if len(lists) < 256 else np.uint16)
    for listed in lists:
        a, b = np.searchsorted(listed, (low, high))
        rare[listed[a:b] - np.uint32(low)] += 1
    return rare


def _sum(rows: np.ndarray) -> list[np.ndarray]:
    """Planes of the sum of rows of bits."""
    planes: list[np.ndarray] = []
    level = rows
    while len(level):
        carries = []
        while len(level) > 2:
            third = len(level) // 3
            a, b, c = level[:third], level[third : 2 * third], level[2 * third : 3 * third]
            either = a ^ b
            carries.append((a & b) | (either & c))
            level = np.concatenate([either ^ c, level[3 * third :]])
        if len(level) == 2:
            carries.append(level[:1] & level[1:])
            level = level[:1] ^ level[1:]
        planes.append(level[0])
        level = np.concatenate(carries) if carries else level[:0]
    return planes


def _not_less(planes: list[np.ndarray], number: int, width: int) -> np.ndarray:
    """One bit per unit: whether its count is at least a number."""
    if number <= 0:
        return np.full(width, ~np.uint64(0))
    if number >> len(planes):
        return np.zeros(width, np.uint64)
    result = None
    for level, plane in enumerate(planes):
        wanted = number >> level & 1
        if result is None:
            result = plane if wanted else np.full(width, ~np.uint64(0))
        else:
            result = result & plane if wanted else result | plane
    return result


def _number(planes: list[np.ndarray], units: np.ndarray) -> np.ndarray:
    """The number that the planes hold for each unit. Bytes, not words: the order of a machine's bytes does not
    matter."""
    counts = np.zeros(len(units), np.int64)
    where, bit = units >> 3, (units & 7).astype(np.uint8)
    for level, plane in enumerate(planes):
        counts += (plane.view(np.uint8)[where] >> bit & 1).astype(np.int64) << level
    return counts


def _set_bits(bits: np.ndarray, first: int, low: int, high: int) -> np.ndarray:
    words = np.flatnonzero(bits)
    inside = np.unpackbits(bits[words].view(np.uint8), bitorder="little").reshape(-1, 64)
    word, bit = np.nonzero(inside)
    units = (words[word] + first) * 64 + bit
    return units[(units >= low) & (units < high)]
