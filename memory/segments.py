"""One immutable file of the index: the forms of many units, and under which tokens each is filed.

Units stand in the order of their forms' lengths, so that the lengths which can reach a threshold are one range.
A token that many units have is a row of bits, one per unit; any other is a sorted list of units. The file is mapped
into memory, shared by all processes, and never changed.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from memory import forms, tokens

MAGIC = b"DRAGOMTM"
#: Raised whenever anything in this file, in tokens or in search changes what a file means.
VERSION = 1
#: Units in one file: more make lookups a little faster and building much larger.
LARGEST = 500_000

ORIGINS = ("approved", "import", "starter")
QUALITY_BITS, ORIGIN_SHIFT, ONE_TO_ONE, ELSEWHERE = 0b11, 2, 0b10000, 0b100000


class DamagedSegment(Exception):
    """A file cannot be used: cut short, changed, or made by another version or kind of machine. Rebuild it."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path.name}: {why}")


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
    "project": np.uint16,
}


@dataclass
class Units:
    """Units on their way into a segment: their forms and, by name, the columns of COLUMNS."""

    forms: list[str]
    columns: dict[str, np.ndarray]
    projects: list[str | None] = field(default_factory=lambda: [None])

    def __len__(self) -> int:
        return len(self.forms)

    def taken(self, chosen: np.ndarray) -> Units:
        at = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        return Units(
            [self.forms[i] for i in at.tolist()], {n: c[at] for n, c in self.columns.items()}, self.projects
        )

    @staticmethod
    def joined(parts: Sequence[Units]) -> Units:
        projects: dict[str | None, int] = {None: 0}
        columns: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
        for part in parts:
            renumbered = np.array([projects.setdefault(p, len(projects)) for p in part.projects], np.uint16)
            for name in COLUMNS:
                column = part.columns[name]
                columns[name].append(renumbered[column] if name == "project" else column)
        return Units(
            [form for part in parts for form in part.forms],
            {name: np.concatenate(found).astype(COLUMNS[name]) for name, found in columns.items()},
            list(projects),
        )


def short(key: np.ndarray | int) -> np.ndarray | int:
    """The 16 bits of a 31-bit key that a file keeps; 0 stays 0 and nothing else becomes it."""
    return (key % 65535 + 1) * (key != 0)


# --- writing ---------------------------------------------------------------------------------------


def write(path: Path, units: Units) -> None:
    """Write a segment. The file is complete and on the disk when this returns; a process killed before leaves a
    file that does not open."""
    lengths = np.fromiter(map(len, units.forms), np.int64, len(units))
    units = units.taken(np.argsort(lengths, kind="stable"))
    lengths.sort()
    arrays = {name: np.ascontiguousarray(units.columns[name], dtype) for name, dtype in COLUMNS.items()}
    if int(arrays["ids"].max(initial=0)) < 1 << 32:
        arrays["ids"] = arrays["ids"].astype(np.uint32)
    sizes, first = np.unique(lengths, return_index=True)
    arrays["sizes"], arrays["first"] = sizes, np.append(first, len(units))
    blobs, ends = [], [np.zeros(1, np.int64)]
    for start in range(0, len(units), tokens.CHUNK):
        encoded = [
            form.encode("utf-8", "surrogatepass") for form in units.forms[start : start + tokens.CHUNK]
        ]
        blobs.append(b"".join(encoded))
        ends.append(np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))) + ends[-1][-1])
    offsets = np.concatenate(ends)
    arrays["text"] = np.frombuffer(b"".join(blobs), np.uint8)
    arrays["offsets"] = offsets.astype(np.uint32) if offsets[-1] < 1 << 32 else offsets
    del blobs, ends, offsets
    word_counts: list[np.ndarray] = []
    total = int(lengths.sum()) + len(units)
    for name, chunks, expected in (
        ("characters", _character_chunks(units.forms), total),
        ("words", _word_chunks(units.forms, word_counts), total // 4),
    ):
        arrays |= _postings(name, chunks, len(units), expected)
    arrays["word_counts"] = np.minimum(np.concatenate([np.zeros(0, np.int64), *word_counts]), 65535).astype(
        np.uint16
    )
    _write_arrays(path, arrays, {"units": len(units), "projects": units.projects})


def _character_chunks(forms: list[str]) -> Iterator[tokens.Tokens]:
    for start in range(0, len(forms), tokens.CHUNK):
        yield tokens.of_characters(forms[start : start + tokens.CHUNK])


def _word_chunks(forms: list[str], counts: list[np.ndarray]) -> Iterator[tokens.Tokens]:
    for start in range(0, len(forms), tokens.CHUNK):
        found, counted = tokens.of_words(forms[start : start + tokens.CHUNK])
        counts.append(counted)
        yield found


def _postings(name: str, chunks: Iterable[tokens.Tokens], size: int, expected: int) -> dict[str, np.ndarray]:
    """Which units have which token. A token's slot is its highest bits; a unit stands once in a slot."""
    bits = min(18, max(8, (expected // 8).bit_length()))
    slots = 1 << bits
    locals_, counted = [], []
    for found, unit in chunks:
        keys = (found >> np.uint64(64 - bits)) << np.uint64(15) | unit
        keys.sort()
        once = np.ones(len(keys), bool)
        once[1:] = keys[1:] != keys[:-1]
        keys = keys[once]
        locals_.append((keys & np.uint64(tokens.CHUNK - 1)).astype(np.uint16))
        counted.append(
            np.bincount((keys >> np.uint64(15)).astype(np.int64), minlength=slots).astype(np.uint32)
        )
    frequency = np.sum(counted, axis=0, dtype=np.int64) if counted else np.zeros(slots, np.int64)
    dense = frequency > max(size // 64, 16)
    rows = np.full(slots, -1, np.int32)
    rows[dense] = np.arange(dense.sum())
    starts = np.zeros(slots + 1, np.int64)
    np.cumsum(np.where(dense, 0, frequency), out=starts[1:])
    lists = np.empty(int(starts[-1]), np.uint32)
    width = (size + 63) // 64 * 8
    bitmaps = np.zeros((int(dense.sum()), width), np.uint8)
    cursor = starts[:-1].copy()
    for number, (local, counts) in enumerate(zip(locals_, counted, strict=True)):
        slot = np.repeat(np.arange(slots, dtype=np.int32), counts)
        in_list = ~dense[slot]
        within = np.arange(len(slot)) - np.repeat(np.cumsum(counts, dtype=np.int64) - counts, counts)
        base = number * tokens.CHUNK
        lists[(cursor[slot] + within)[in_list]] = local[in_list].astype(np.uint32) + np.uint32(base)
        cursor += counts
        if len(bitmaps):
            block = np.zeros((len(bitmaps), tokens.CHUNK), bool)
            block[rows[slot[~in_list]], local[~in_list]] = True
            packed = np.packbits(block, axis=1, bitorder="little")
            room = min(width - base // 8, packed.shape[1])
            bitmaps[:, base // 8 : base // 8 + room] = packed[:, :room]
    return {
        f"{name}_starts": starts.astype(np.uint32),
        f"{name}_rows": rows.astype(np.int16 if len(bitmaps) < 1 << 15 else np.int32),
        f"{name}_lists": lists,
        f"{name}_bitmaps": bitmaps.view(np.uint64),
    }


def _write_arrays(path: Path, arrays: dict[str, np.ndarray], more: dict[str, object]) -> None:
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at]
        at += (array.nbytes + 63) // 64 * 64
    header = {
        **more,
        "version": VERSION,
        "forms": forms.VERSION,
        "byteorder": sys.byteorder,
        "arrays": places,
        "bytes": at,
        "sums": {name: checksum(array) for name, array in arrays.items()},
    }
    head = json.dumps(header, ensure_ascii=True).encode()
    start = (len(MAGIC) + 8 + len(head) + 63) // 64 * 64
    with path.open("wb") as file:
        file.write(MAGIC + len(head).to_bytes(8, "little") + head)
        file.write(b"\0" * (start - file.tell()))
        for array in arrays.values():
            file.write(memoryview(np.ascontiguousarray(array)).cast("B") if array.nbytes else b"")
            file.write(b"\0" * (-file.tell() % 64))
        file.flush()
        os.fsync(file.fileno())


def checksum(array: np.ndarray) -> list[int]:
    """Sum and exclusive or of the bytes taken as 64-bit words: quick to check at every start."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = flat[: len(flat) // 8 * 8].view(np.uint64)
    rest = int.from_bytes(flat[len(whole) * 8 :].tobytes(), "little")
    return [
        (int(np.add.reduce(whole, dtype=np.uint64)) + rest) % (1 << 64),
        int(np.bitwise_xor.reduce(whole)) ^ rest if len(whole) else rest,
    ]


# --- reading ---------------------------------------------------------------------------------------


class Postings:
    """The units that have a token."""

    def __init__(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        self.starts, self.rows = arrays[f"{name}_starts"], arrays[f"{name}_rows"]
        self.lists, self.bitmaps = arrays[f"{name}_lists"], arrays[f"{name}_bitmaps"]
        self.shift = np.uint64(65 - len(self.starts).bit_length())

    def found(self, wanted: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """For tokens: the rows of those that many units have, and the lists of the others."""
        slots = (wanted >> self.shift).astype(np.int64)
        rows = self.rows[slots]
        rare = slots[rows < 0]
        starts, ends = self.starts[rare].tolist(), self.starts[rare + 1].tolist()
        return rows[rows >= 0], [self.lists[a:b] for a, b in zip(starts, ends, strict=True)]


class Segment:
    """An open file. Raises DamagedSegment when it is not exactly what `write` wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise DamagedSegment(path, "empty") from error
        try:
            header, start = self._header()
            arrays = {
                name: np.frombuffer(self._map, dtype, int(np.prod(shape)), start + at).reshape(shape)
                for name, (dtype, shape, at) in header["arrays"].items()
            }
            for name, array in arrays.items():
                if checksum(array) != header["sums"][name]:
                    raise DamagedSegment(path, f"{name} was changed")
        except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise DamagedSegment(path, str(error)) from error
        self.size: int = header["units"]
        self.projects: list[str | None] = header["projects"]
        self.columns = {name: arrays[name] for name in COLUMNS}
        self.sizes, self.first = arrays["sizes"], arrays["first"]
        self.word_counts = arrays["word_counts"]
        self._text, self._offsets = arrays["text"], arrays["offsets"]
        self._text_starts = start + header["arrays"]["text"][2]
        self.characters, self.words = Postings("characters", arrays), Postings("words", arrays)

    def _header(self) -> tuple[dict, int]:
        if self._map[: len(MAGIC)] != MAGIC:
            raise DamagedSegment(self.path, "not an index file")
        size = int.from_bytes(self._map[8:16], "little")
        if 16 + size > len(self._map):
            raise DamagedSegment(self.path, "cut short")
        header = json.loads(self._map[16 : 16 + size])
        start = (16 + size + 63) // 64 * 64
        if (
            header["version"] != VERSION
            or header["forms"] != forms.VERSION
            or header["byteorder"] != sys.byteorder
        ):
            raise DamagedSegment(self.path, "made by another version or machine")
        if start + header["bytes"] > len(self._map):
            raise DamagedSegment(self.path, "cut short")
        return header, start

    def between(self, shortest: int, longest: int) -> tuple[int, int]:
        """The range of units whose forms have at least `shortest` and at most `longest` characters."""
        low, high = np.searchsorted(self.sizes, [shortest, longest + 1])
        return int(self.first[low]), int(self.first[high])

    def lengths(self, at: np.ndarray) -> np.ndarray:
        return self.sizes[np.searchsorted(self.first, at, side="right") - 1]

    def where(self, ids: Sequence[int]) -> np.ndarray:
        """Which units have one of these ids."""
        column = self.columns["ids"]
        ids = [id for id in ids if id <= np.iinfo(column.dtype).max]
        if len(ids) > 20:
            return np.flatnonzero(np.isin(column, np.fromiter(ids, np.int64, len(ids))))
        found = [np.flatnonzero(column == id) for id in ids]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def forms(self, at: np.ndarray) -> list[str]:
        at = np.asarray(at, np.int64)
        file, starts = self._map, (self._offsets[at] + np.int64(self._text_starts)).tolist()
        ends = (self._offsets[at + 1] + np.int64(self._text_starts)).tolist()
        try:
            return [file[a:b].decode() for a, b in zip(starts, ends, strict=True)]
        except UnicodeDecodeError:  # half a pair of surrogates
            return [file[a:b].decode("utf-8", "surrogatepass") for a, b in zip(starts, ends, strict=True)]

    def units(self, chosen: np.ndarray | None = None) -> Units:
        """What went in, all of it or where `chosen` is true: to be written again."""
        at = np.arange(self.size) if chosen is None else np.flatnonzero(chosen)
        return Units(self.forms(at), {n: c[at] for n, c in self.columns.items()}, self.projects)
