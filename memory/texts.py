"""One file of the concordance: the texts of many units as `languages.folding.fold` folds them, best first.

A phrase is found by looking for its bytes. That is exact in every script and needs no words; what makes it quick is
what is not looked at. Texts stand in blocks, and for each block it is known which pairs and triples of neighbouring
characters occur in it (as bits, filed under a hash: two may share a bit, so that a block is read in vain, never missed).
Texts stand best first (approved, then newest), so that a common phrase is found in the first blocks and a rare one in
few of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from languages import folding
from memory.models import Quality
from storage.arrays import Arrays, DamagedFile, Kind, write_arrays

#: Raised whenever anything here changes what a file means.
VERSION = 2
KIND = Kind(b"DRAGOMPH", ".texts", {"version": VERSION, "folding": folding.FOLD_VERSION})
#: Texts in a block, and bits for what occurs in it.
BLOCK, SLOTS = 256, 1 << 15
SIDES = ("source", "target")
#: Stands between texts: no text can hold it (recording.check_text).
END = b"\0"
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


class Rank(NamedTuple):
    """Best first: approved, then the newest, then the last remembered."""

    unapproved: int
    age: int
    newness: int


class Folded(NamedTuple):
    """A unit as it is looked through; both texts folded and in UTF-8."""

    id: int
    unapproved: int
    recency: int
    source: bytes
    target: bytes

    @property
    def rank(self) -> Rank:
        return Rank(self.unapproved, -self.recency, -self.id)


def rank(id: int, quality: str, recency: int) -> Rank:
    """Where a unit stands among those found."""
    return Rank(int(quality != Quality.APPROVED), -recency, -id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for on one side: every one of these, each folded, in UTF-8."""

    needles: tuple[bytes, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Wanted:
        return cls(tuple(sorted({encoded(text) for text in texts if text}, key=len, reverse=True)))

    def stands_in(self, text: bytes) -> bool:
        return bool(self.needles) and all(needle in text for needle in self.needles)


def encoded(text: str) -> bytes:
    """UTF-8, also of what is no Unicode text (half of a surrogate pair)."""
    return text.encode("utf-8", "surrogatepass")


# --- what occurs in a block ------------------------------------------------------------------------


def _slots(text: str) -> np.ndarray:
    """The bits of the pairs and triples of characters of a text. What is joined by END has none across it."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    if len(codes) < 2:
        return np.empty(0, np.int64)
    with np.errstate(over="ignore"):
        inside = codes != 0
        pairs = codes[:-1] * _ODD[0] + codes[1:] * _ODD[1]
        within = inside[:-1] & inside[1:]
        triples = pairs[:-1] + codes[2:] * _ODD[2]
        both = within[:-1] & inside[2:]
        found = np.concatenate([pairs[within], triples[both] ^ _ODD[2]])
        found = (found ^ (found >> np.uint64(31))) * _ODD[1]
    return (found >> np.uint64(49)).astype(np.int64)


# --- the file --------------------------------------------------------------------------------------


def write(path: Path, units: Sequence[Folded]) -> None:
    """Write units into a file, best first. It is complete and on the disk when this returns."""
    units = sorted(units, key=lambda u: u.rank)
    arrays: dict[str, np.ndarray] = {
        "ids": np.fromiter((u.id for u in units), np.int64, len(units)),
        "unapproved": np.fromiter((u.unapproved for u in units), np.uint8, len(units)),
        "recency": np.fromiter((u.recency for u in units), np.int64, len(units)),
    }
    blocks = -(-len(units) // BLOCK)
    for side in SIDES:
        texts = [getattr(u, side) for u in units]
        ends = np.cumsum(np.fromiter((len(t) + 1 for t in texts), np.int64, len(texts)))
        arrays[f"{side}_ends"] = ends.astype(np.uint32) if not len(ends) or ends[-1] < 1 << 32 else ends
        arrays[f"{side}_text"] = np.frombuffer(b"".join(t + END for t in texts), np.uint8)
        occurs = np.zeros((blocks, SLOTS), bool)
        for block in range(blocks):
            joined = END.join(texts[block * BLOCK : (block + 1) * BLOCK]).decode("utf-8", "surrogatepass")
            occurs[block, _slots(joined)] = True
        arrays[f"{side}_bits"] = np.packbits(occurs.T, axis=1, bitorder="little")
    write_arrays(path, KIND, arrays, units=len(units))


class Texts(Arrays):
    """An open file. Raises storage.arrays.DamagedFile when it is not exactly what `write` wrote, and OSError."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, KIND)
        try:
            arrays = self.arrays
            self.size: int = self.header["units"]
            self.ids, self.unapproved, self.recency = arrays["ids"], arrays["unapproved"], arrays["recency"]
            self._text = {side: memoryview(arrays[f"{side}_text"]) for side in SIDES}
            self._ends = {side: arrays[f"{side}_ends"] for side in SIDES}
            self._bits = {side: arrays[f"{side}_bits"] for side in SIDES}
        except KeyError as error:
            raise DamagedFile(path, f"{error} is missing") from error

    def rank(self, at: int) -> Rank:
        return Rank(int(self.unapproved[at]), -int(self.recency[at]), -int(self.ids[at]))

    def text(self, side: str, at: int) -> bytes:
        ends = self._ends[side]
        return bytes(self._text[side][int(ends[at - 1]) if at else 0 : int(ends[at]) - 1])

    def units(self, without: np.ndarray | None) -> Iterator[Folded]:
        """What went in, but for the places marked in `without`."""
        for at in range(self.size) if without is None else np.flatnonzero(~without).tolist():
            yield Folded(
                int(self.ids[at]),
                int(self.unapproved[at]),
                int(self.recency[at]),
                self.text("source", at),
                self.text("target", at),
            )

    def found(self, side: str, wanted: Wanted) -> Iterator[int]:
        """The places of the units in which everything wanted stands, best first."""
        if not wanted.needles:
            return
        blocks, needle, others = self._plan(side, wanted)
        ends = self._ends[side]
        for block in blocks:
            low, high = block * BLOCK, min((block + 1) * BLOCK, self.size)
            begin = int(ends[low - 1]) if low else 0
            text = bytes(self._text[side][begin : int(ends[high - 1])])
            hit = text.find(needle)
            if hit < 0:
                continue
            stops = (ends[low:high].astype(np.int64) - begin).tolist()
            at = 0
            while hit >= 0:
                at = bisect_right(stops, hit, at)
                start, stop = stops[at - 1] if at else 0, stops[at]
                if all(text.find(other, start, stop) >= 0 for other in others):
                    yield low + at
                hit = text.find(needle, stop)

    def _plan(self, side: str, wanted: Wanted) -> tuple[list[int], bytes, list[bytes]]:
        """The blocks to look through, what to look for first in them (the rarest), and what then must stand there too."""
        bits, number = self._bits[side], -(-self.size // BLOCK)
        both = np.full(bits.shape[1], 255, np.uint8)
        ranked = []
        for needle in wanted.needles:
            slots = _slots(needle.decode("utf-8", "surrogatepass"))
            own = np.bitwise_and.reduce(bits[slots], axis=0) if len(slots) else both
            ranked.append((int(np.bitwise_count(own).sum()), -len(needle), needle))
            both = both & own
        first, *others = [needle for _, _, needle in sorted(ranked)]
        return np.flatnonzero(np.unpackbits(both, bitorder="little")[:number]).tolist(), first, others
