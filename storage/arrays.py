"""Derived files of arrays: written whole, mapped into memory, and believed only when they are exactly what was written.

What is kept in such a file is derived from the database and may be deleted at any time. One process writes into a folder
at a time.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np


class DamagedFile(Exception):
    """A file cannot be used: cut short, changed, or made by another version or kind of machine. Build it again."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path.name}: {why}")


@dataclass(frozen=True)
class Kind:
    """What a folder's files are: how they begin, what their names end in, and by what they were made."""

    magic: bytes
    suffix: str
    made_by: Mapping[str, object]


def write_arrays(path: Path, kind: Kind, arrays: Mapping[str, np.ndarray], **more: object) -> None:
    """Write arrays into a file, each with its checksum; `more` goes into the header, which has one too. The file is complete and on the
    disk when this returns; a process killed before leaves one that does not open."""
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at, checksum(array)]
        at += (array.nbytes + 63) // 64 * 64
    header = {**more, **kind.made_by, "byteorder": sys.byteorder, "arrays": places, "bytes": at}
    head = json.dumps(header).encode()
    start = _start(len(head))
    with path.open("wb") as file:
        file.write(kind.magic + len(head).to_bytes(4, "little") + crc32(head).to_bytes(4, "little") + head)
        file.write(b"\0" * (start - file.tell()))
        for array in arrays.values():
            file.write(memoryview(np.ascontiguousarray(array)).cast("B") if array.nbytes else b"")
            file.write(b"\0" * (-file.tell() % 64))
        file.flush()
        os.fsync(file.fileno())


class Arrays:
    """An open file of arrays, mapped into memory and shared by all processes. Raises DamagedFile when it is not exactly
    what `write_arrays` wrote, and OSError."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if self.data[:8] != kind.magic:
                raise DamagedFile(path, "another kind of file")
            length = int.from_bytes(self.data[8:12], "little")
            head = self.data[16 : 16 + length]
            if crc32(head) != int.from_bytes(self.data[12:16], "little"):
                raise DamagedFile(path, "its header was changed")
            self.header = json.loads(head)
            self.start = _start(length)
            made_by = {name: self.header[name] for name in (*kind.made_by, "byteorder")}
            if made_by != {**kind.made_by, "byteorder": sys.byteorder}:
                raise DamagedFile(path, "made by another version or machine")
            if self.start + self.header["bytes"] > len(self.data):
                raise DamagedFile(path, "cut short")
            self.arrays: dict[str, np.ndarray] = {}
            for name, (dtype, shape, at, sums) in self.header["arrays"].items():
                array = np.frombuffer(self.data, dtype, int(np.prod(shape)), self.start + at).reshape(shape)
                if checksum(array) != sums:
                    raise DamagedFile(path, f"{name} was changed")
                self.arrays[name] = array
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedFile(path, str(error)) from error

    def begin(self, name: str) -> int:
        """Where an array begins in the file, in bytes."""
        return self.start + self.header["arrays"][name][2]


def _start(head: int) -> int:
    """Where the arrays begin, after a header of so many bytes."""
    return (16 + head + 63) // 64 * 64


def checksum(array: np.ndarray) -> list[int]:
    """Sum and exclusive or of the bytes taken as 64-bit words: quick to check at every start."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = flat[: len(flat) // 8 * 8].view(np.uint64)
    rest = int.from_bytes(flat[len(whole) * 8 :].tobytes(), "little")
    return [
        (int(np.add.reduce(whole, dtype=np.uint64)) + rest) % (1 << 64),
        int(np.bitwise_xor.reduce(whole)) ^ rest if len(whole) else rest,
    ]


def sync(folder: Path) -> None:
    """What was renamed or made in a folder survives a power cut from here on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """One writer per folder and machine: the lock dies with its holder. False when another one is at work and we do not
    wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
