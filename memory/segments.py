"""One immutable file of the index: the forms of many units, and under which tokens each is filed.

Units stand in the order of their forms' lengths, so that the lengths which can reach a threshold are one range.
A token that many units have is a row of bits, one per unit; any other is a sorted list of units. The file is mapped
into memory, shared by all processes, and never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from memory import forms, tokens, triples
from memory.files import where
from storage.arrays import Arrays, DamagedFile, Kind, write_arrays

#: Raised whenever anything in this file, in tokens, triples or search changes what a file means.
VERSION = 7
KIND = Kind(b"DRAGOMTM", ".segment", {"version": VERSION, "forms": forms.VERSION})
#: Units in one file: more make lookups a little faster and building much larger.
LARGEST = 1 << 20

ORIGINS = ("approved", "import", "starter")
QUALITY_BITS, ORIGIN_SHIFT, ONE_TO_ONE, ELSEWHERE = 0b11, 2, 0b10000, 0b100000


#: Per unit, in the order of the file.
COLUMNS = {
    "ids": np.int64,
    "bare": np.int64,
    "same": np.uint32,
    "profile": np.int64,
    "before": np.uint16,
    "after": np.uint16,
    "place": np.uint16,
    "flags": np.uint8,
    "recency": np.uint32,
    "project": np.uint32,
    "origin_name": np.uint32,
}
#: Columns that hold the number of a name; the names stand in the file's header. Number 0 is no name.
NAMED = ("project", "origin_name")


@dataclass
class Units:
    """Units on their way into a segment: their forms, the columns of COLUMNS, and the names that the columns of NAMED
    number."""

    forms: list[str]
    columns: dict[str, np.ndarray]
    names: dict[str, list[str | None]] = field(default_factory=lambda: {name: [None] for name in NAMED})

    def __len__(self) -> int:
        return len(self.forms)

    def forget_neighbours(self) -> None:
        """As if nobody knew where the units were found."""
        for name in ("before", "after", "place"):
            self.columns[name][:] = 0
        self.columns["flags"] &= np.uint8(~ELSEWHERE & 0xFF)

    def taken(self, chosen: np.ndarray) -> Units:
        """Some of them, with no project and no file named but theirs: what an erased unit belonged to may be the name of
        a person."""
        at = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        columns, names = {n: c[at] for n, c in self.columns.items()}, dict(self.names)
        for name, known in self.names.items():
            if name in columns and len(known) > 1:
                used = np.unique(np.append(columns[name], 0))
                columns[name] = np.searchsorted(used, columns[name]).astype(COLUMNS[name])
                names[name] = [known[n] for n in used.tolist()]
        return Units([self.forms[i] for i in at.tolist()], columns, names)

    @staticmethod
    def joined(parts: Sequence[Units]) -> Units:
        numbers: dict[str, dict[str | None, int]] = {name: {None: 0} for name in NAMED}
        columns: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
        for part in parts:
            for name in COLUMNS:
                column = part.columns[name]
                if name in NAMED:
                    known = numbers[name]
                    renumbered = np.array([known.setdefault(n, len(known)) for n in part.names[name]], COLUMNS[name])
                    column = renumbered[column]
                columns[name].append(column)
        return Units(
            [form for part in parts for form in part.forms],
            {name: np.concatenate(found).astype(COLUMNS[name]) for name, found in columns.items()},
            {name: list(known) for name, known in numbers.items()},
        )


#: Penalties of which a unit's flags tell whether it gets them.
BY_FLAGS = ("machine", "unreviewed", "imported", "starter", "alignment")


@lru_cache(maxsize=64)
def points_by_flags(
    machine: int, unreviewed: int, imported: int, starter: int, alignment: int
) -> np.ndarray:
    """Points off for what a unit's flags say of it."""
    flags = np.arange(64)
    quality, origin = flags & QUALITY_BITS, flags >> ORIGIN_SHIFT & 0b11
    return (
        machine * (quality == 2)
        + unreviewed * (quality == 1)
        + imported * (origin == 1)
        + starter * (origin == 2)
        + alignment * ((flags & ONE_TO_ONE) == 0)
    )


def short(key: np.ndarray | int) -> np.ndarray | int:
    """The 16 bits of a 31-bit key that a file keeps; 0 stays 0 and nothing else becomes it."""
    return (key % 65535 + 1) * (key != 0)


# --- writing ---------------------------------------------------------------------------------------


def write(path: Path, units: Units) -> None:
    """Write a segment; the units are put in order. The file is complete and on the disk when this returns; a process
    killed before leaves a file that does not open."""
    lengths = np.fromiter(map(len, units.forms), np.int64, len(units))
    ordered = units.taken(np.argsort(lengths, kind="stable"))
    units.forms, units.columns = ordered.forms, ordered.columns
    lengths.sort()
    arrays = {name: np.ascontiguousarray(units.columns[name], dtype) for name, dtype in COLUMNS.items()}
    if int(arrays["ids"].max(initial=0)) < 1 << 32:
        arrays["ids"] = arrays["ids"].astype(np.uint32)
    sizes, first = np.unique(lengths, return_index=True)
    arrays["sizes"], arrays["first"] = sizes, np.append(first, len(units))
    blobs, ends = [], [np.zeros(1, np.int64)]
    for start in range(0, len(units), tokens.CHUNK):
        chunk = "".join(units.forms[start : start + tokens.CHUNK])
        blobs.append(chunk.encode("utf-8", "surrogatepass"))
        stops = np.cumsum(lengths[start : start + tokens.CHUNK])
        if len(blobs[-1]) != len(chunk):  # then characters are not bytes
            stops = tokens.utf8_ends(chunk)[stops]
        ends.append(stops + ends[-1][-1])
    offsets = np.concatenate(ends)
    arrays["text"] = np.frombuffer(b"".join(blobs), np.uint8)
    arrays["offsets"] = offsets.astype(np.uint32) if offsets[-1] < 1 << 32 else offsets
    del blobs, ends, offsets
    word_counts: list[np.ndarray] = []

    def of_words(forms: list[str]) -> tokens.Tokens:
        found, counts = tokens.of_words(forms)
        word_counts.append(counts)
        return found

    total = int(lengths.sum()) + len(units)
    arrays |= _postings("words", of_words, units.forms, total // 4)
    counts = np.concatenate([np.zeros(0, np.int64), *word_counts[1:]])  # the first are those of the sample
    arrays["word_counts"] = _smallest(np.minimum(counts, 65535))
    arrays |= _postings("characters", tokens.of_characters, units.forms, total)
    arrays |= triples.written(units.forms, lengths)
    for name in NAMED:
        arrays[name] = _smallest(arrays[name])
    write_arrays(path, KIND, arrays, units=len(units), names=units.names, block=BLOCK)


def _smallest(array: np.ndarray) -> np.ndarray:
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))


#: From the tokens of so many units it is decided which are frequent.
SAMPLE = 4096
#: Lists of units are cut into blocks of 1 << BLOCK units, so that two bytes tell a unit within its block.
BLOCK = 16
#: A slot and a unit of its chunk in one number: a chunk has no more units than this has bits for.
_UNIT_BITS, _UNIT = np.uint32(13), np.uint32((1 << 13) - 1)


def _postings(
    name: str, tokenised: Callable[[list[str]], tokens.Tokens], forms: list[str], expected: int
) -> dict[str, np.ndarray]:
    """Which units have which token. A token's slot is its highest bits; a unit stands once in a slot."""
    size = len(forms)
    bits = min(16, max(8, (expected // 8).bit_length()))
    slots, shift = 1 << bits, np.uint32(32 - bits)
    sample = forms[:: max(size // SAMPLE, 1)]
    frequency = np.zeros(slots, np.int64)
    found, _ = tokenised(sample[: tokens.CHUNK])
    np.add.at(frequency, (found >> shift).astype(np.int64), 1)
    dense = frequency * size > max(size // 64, 16) * max(len(sample[: tokens.CHUNK]), 1)
    many = int(dense.sum())
    row_of = np.full(slots, many, np.int64)  # one row more, for what is rare
    row_of[dense] = np.arange(many)
    row_of *= tokens.CHUNK
    width = (size + 63) // 64 * 8
    bitmaps = np.zeros((many, width), np.uint8)
    block = np.zeros((many + 1, tokens.CHUNK), np.uint8)
    counts = np.zeros((slots, max(-(-size >> BLOCK), 1)), np.int64)
    listed: list[np.ndarray] = []
    for base in range(0, size, tokens.CHUNK):
        found, unit = tokenised(forms[base : base + tokens.CHUNK])
        found >>= shift
        row = row_of[found]
        rare = np.flatnonzero(row == many * tokens.CHUNK)
        # in order, and each once: a unit's tokens are all in one chunk
        pairs = found[rare] << _UNIT_BITS | unit[rare]
        pairs.sort()
        once = np.ones(len(pairs), bool)
        np.not_equal(pairs[1:], pairs[:-1], out=once[1:])
        listed.append(pairs[once])
        _count(counts, listed[-1], base)
        if many:
            row += unit
            block.reshape(-1)[row] = 1
            packed = np.packbits(block[:many], axis=1, bitorder="little")
            room = min(width - base // 8, packed.shape[1])
            bitmaps[:, base // 8 : base // 8 + room] = packed[:, :room]
            block[:] = 0
    return {
        # of each slot and block; where lists begin, and which row a frequent slot has, is told from these two
        f"{name}_counts": _smallest(counts),
        f"{name}_frequent": np.packbits(dense, bitorder="little"),
        f"{name}_lists": _lists(listed, counts.sum(axis=1)),
        f"{name}_bitmaps": bitmaps.view(np.uint64),
    }


def _count(counts: np.ndarray, pairs: np.ndarray, base: int) -> None:
    """Add to the counts, by slot and block, the pairs of a chunk whose first unit is `base`."""
    if len(pairs):
        slots, units = (pairs >> _UNIT_BITS).astype(np.int64), (pairs & _UNIT) + np.uint32(base)
        first, last = int(units.min()) >> BLOCK, (int(units.max()) >> BLOCK) + 1
        at = slots * (last - first) + (units >> np.uint32(BLOCK)) - first
        counts[:, first:last] += np.bincount(at, minlength=len(counts) * (last - first)).reshape(len(counts), -1)


def _lists(listed: list[np.ndarray], sizes: np.ndarray) -> np.ndarray:
    """The lists of all slots one after the other, from the pairs of one chunk after the other. Nothing but each chunk is
    sorted: what it has of a slot comes behind what those before it have."""
    lists = np.empty(int(sizes.sum()), np.uint16)
    free = np.cumsum(sizes) - sizes
    for number, pairs in enumerate(listed):
        slots, units = (pairs >> _UNIT_BITS).astype(np.int64), (pairs & _UNIT) + np.uint32(number * tokens.CHUNK)
        here = np.bincount(slots, minlength=len(sizes))
        lists[(free - np.cumsum(here) + here)[slots] + np.arange(len(pairs))] = units & np.uint32((1 << BLOCK) - 1)
        free += here
    return lists


# --- reading ---------------------------------------------------------------------------------------


class Postings:
    """The units that have a token: a row of bits, or a list in blocks of 1 << `block` units."""

    def __init__(self, name: str, arrays: dict[str, np.ndarray], block: int) -> None:
        self.block, self.counts = block, arrays[f"{name}_counts"]
        self.lists, self.bitmaps = arrays[f"{name}_lists"], arrays[f"{name}_bitmaps"]
        slots = len(self.counts)
        self.shift = np.uint32(33 - slots.bit_length())
        self.starts = np.zeros(slots + 1, np.int64)
        np.cumsum(self.counts.sum(axis=1, dtype=np.int64), out=self.starts[1:])
        frequent = np.unpackbits(arrays[f"{name}_frequent"], count=slots, bitorder="little").astype(bool)
        self.rows = np.full(slots, -1, np.int16)
        self.rows[frequent] = np.arange(int(frequent.sum()))

    def found(self, wanted: np.ndarray, low: int = 0, high: int | None = None) -> tuple[np.ndarray, Lists]:
        """For tokens: the rows of those that many units have, and the lists of the others, whole or at least what of
        them stands in [low, high)."""
        slots = (wanted >> self.shift).astype(np.int64)
        rows = self.rows[slots]
        return rows[rows >= 0], Lists(self, slots[rows < 0], low, high)

    def bits(self, wanted: np.ndarray, first: int, last: int) -> list[np.ndarray]:
        """For each token a row of bits: which of the units in [64 first, 64 last) have it."""
        slots, which = np.unique((wanted >> self.shift).astype(np.int64), return_inverse=True)
        rows = self.rows[slots]
        found = [self.bitmaps[row, first:last] if row >= 0 else _NOTHING for row in rows.tolist()]
        rare = np.flatnonzero(rows < 0)
        made = np.zeros((len(rare), (last - first) * 8), np.uint8)
        lists = Lists(self, slots[rare], first * 64, last * 64)
        at, of = lists.joined() - np.int64(first * 64), np.repeat(np.arange(len(rare)), lists.sizes)
        keep = (at >= 0) & (at < (last - first) * 64)
        at, of = at[keep], of[keep]
        # a unit stands once in a list: adding its bit sets it
        np.add.at(made.reshape(-1), of * made.shape[1] + (at >> 3), np.uint8(1) << (at & 7).astype(np.uint8))
        for n, row in zip(rare.tolist(), made.view(np.uint64), strict=True):
            found[n] = row
        return [found[n] for n in which.tolist()]


_NOTHING = np.empty(0, np.uint64)


class Lists:
    """The units that have each of some rare tokens, of which `sizes` tells how many there are."""

    def __init__(self, postings: Postings, slots: np.ndarray, low: int, high: int | None) -> None:
        block, blocks = postings.block, postings.counts.shape[1]
        first, last = low >> block, blocks if high is None else min(-(-high >> block), blocks)
        edges = np.zeros((len(slots), blocks + 1), np.int64)
        np.cumsum(postings.counts[slots], axis=1, out=edges[:, 1:])
        edges += postings.starts[slots, None]
        self._edges, self._postings = edges[:, first : last + 1], postings
        self._begin = np.arange(first, last, dtype=np.uint32) << np.uint32(block)
        self.sizes = self._edges[:, -1] - self._edges[:, 0]

    def __len__(self) -> int:
        return len(self.sizes)

    def one(self, number: int) -> np.ndarray:
        """One of the lists, ascending (uint32)."""
        edges = self._edges[number]
        found = self._postings.lists[edges[0] : edges[-1]].astype(np.uint32)
        if len(edges) > 2 or self._begin[0]:
            found += np.repeat(self._begin, edges[1:] - edges[:-1])
        return found

    def joined(self, which: np.ndarray | None = None) -> np.ndarray:
        """Some of the lists or all, one behind the other (uint32)."""
        edges = self._edges if which is None else self._edges[which]
        if not len(edges):
            return np.empty(0, np.uint32)
        lists = self._postings.lists
        together = np.concatenate(
            [lists[a:b] for a, b in zip(edges[:, 0].tolist(), edges[:, -1].tolist(), strict=True)]
        ).astype(np.uint32)
        if len(self._begin) > 1 or self._begin[0]:
            together += np.repeat(np.tile(self._begin, len(edges)), (edges[:, 1:] - edges[:, :-1]).reshape(-1))
        return together


class Segment(Arrays):
    """An open file. Raises storage.arrays.DamagedFile when it is not exactly what `write` wrote."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, KIND)
        try:
            arrays = self.arrays
            self.size: int = self.header["units"]
            self.names: dict[str, list[str | None]] = {name: self.header["names"][name] for name in NAMED}
            self.columns = {name: arrays[name] for name in COLUMNS}
            self.sizes, self.first = arrays["sizes"], arrays["first"]
            self.word_counts = arrays["word_counts"]
            self._offsets, self._text_starts = arrays["offsets"], self.begin("text")
            block = self.header["block"]
            self.characters, self.words = (Postings(name, arrays, block) for name in ("characters", "words"))
            self.triples = triples.Triples(arrays)
            self._numbers: dict[str, dict[str | None, int]] = {}
        except KeyError as error:
            raise DamagedFile(path, f"{error} is missing") from error

    @property
    def ids(self) -> np.ndarray:
        return self.columns["ids"]

    def between(self, shortest: int, longest: int) -> tuple[int, int]:
        """The range of units whose forms have at least `shortest` and at most `longest` characters."""
        low, high = np.searchsorted(self.sizes, [shortest, longest + 1])
        return int(self.first[low]), int(self.first[high])

    def lengths(self, at: np.ndarray) -> np.ndarray:
        return self.sizes[np.searchsorted(self.first, at, side="right") - 1]

    def where(self, ids: Sequence[int]) -> np.ndarray:
        """Which units have one of these ids."""
        return where(self.ids, ids)

    def forms(self, at: np.ndarray) -> list[str]:
        at = np.asarray(at, np.int64)
        file, starts = self.data, (self._offsets[at] + np.int64(self._text_starts)).tolist()
        ends = (self._offsets[at + 1] + np.int64(self._text_starts)).tolist()
        try:
            return [file[a:b].decode() for a, b in zip(starts, ends, strict=True)]
        except UnicodeDecodeError:  # half a pair of surrogates
            return [file[a:b].decode("utf-8", "surrogatepass") for a, b in zip(starts, ends, strict=True)]

    def comparable(self, at: np.ndarray) -> list[str | bytes]:
        """The forms as RapidFuzz may compare them: ASCII as it stands in the file, because decoding costs as much as
        comparing."""
        file, starts = self.data, self._offsets[at] + np.int64(self._text_starts)
        ends = self._offsets[at + 1] + np.int64(self._text_starts)
        ascii_ = ends - starts == self.lengths(at)
        return [
            file[a:b] if plain else file[a:b].decode("utf-8", "surrogatepass")
            for a, b, plain in zip(starts.tolist(), ends.tolist(), ascii_.tolist(), strict=True)
        ]

    def units(self, chosen: np.ndarray | None = None) -> Units:
        """What went in, all of it or where `chosen` is true: to be written again."""
        at = np.arange(self.size) if chosen is None else np.flatnonzero(chosen)
        return Units(self.forms(at), {n: c[at] for n, c in self.columns.items()}, self.names)

    def number_of(self, name: str) -> dict[str | None, int]:
        """By each name of a column of NAMED, the number that stands in the column for it."""
        if name not in self._numbers:
            self._numbers[name] = {known: number for number, known in enumerate(self.names[name])}
        return self._numbers[name]

    def has_names_without_units(self, dead: np.ndarray | None) -> bool:
        """Whether the file still says the name of a project or of a file that no living unit of it has."""
        for name, known in self.names.items():
            if len(known) > 1:
                column = self.columns[name]
                used = np.unique(column if dead is None else column[~dead])
                if len(used[used > 0]) < len(known) - 1:
                    return True
        return False
