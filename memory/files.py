"""Folders of derived files, as the fuzzy index and the concordance keep them.

A folder holds immutable files of arrays and a manifest that names them and says up to which position in the feed of
changes they are right. A new manifest replaces the old one by renaming, so that a process killed at any moment leaves
the old or the new one, both right. One process writes at a time. Whatever does not open exactly as it was written, or
belongs to another database, is of no use and is built again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import mmap
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar
from zlib import crc32

import numpy as np
from sqlalchemy.orm import Session

from memory import candidates
from memory.models import TOPIC
from storage import changes

log = logging.getLogger(__name__)

#: So many of the newest units of a file are compared with the database before the file is believed.
COMPARED = 8


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


# --- one file --------------------------------------------------------------------------------------


def write_arrays(path: Path, kind: Kind, arrays: Mapping[str, np.ndarray], **more: object) -> None:
    """Write arrays into a file, each with its checksum; `more` goes into the header. The file is complete and on the
    disk when this returns; a process killed before leaves one that does not open."""
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at, checksum(array)]
        at += (array.nbytes + 63) // 64 * 64
    header = {**more, **kind.made_by, "byteorder": sys.byteorder, "arrays": places, "bytes": at}
    head = json.dumps(header).encode()
    start = _start(len(head))
    with path.open("wb") as file:
        file.write(kind.magic + len(head).to_bytes(8, "little") + head)
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
            length = int.from_bytes(self.data[8:16], "little")
            self.header = json.loads(self.data[16 : 16 + length])
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


# --- manifests -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Manifest:
    """`position`: up to where in the feed the files are right, but for the units in `gone` (per file)."""

    position: int
    generation: int
    files: tuple[str, ...]
    gone: dict[str, list[int]]


def read_manifest(folder: Path, kind: Kind) -> Manifest | None:
    try:
        sum_, _, text = (folder / "MANIFEST").read_text("utf-8").partition(" ")
        found = json.loads(text)
        if int(sum_) != crc32(text.encode()) or any(found[n] != made for n, made in kind.made_by.items()):
            return None
        return Manifest(found["position"], found["generation"], tuple(found["files"]), dict(found["gone"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_manifest(folder: Path, kind: Kind, manifest: Manifest) -> None:
    """Put a manifest in place, then remove what it does not name."""
    text = json.dumps({**kind.made_by, **manifest.__dict__})
    fresh = folder / "MANIFEST.tmp"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(f"{crc32(text.encode())} {text}")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    fresh.rename(folder / "MANIFEST")
    sync(folder)
    for path in folder.iterdir():
        if path.suffix in (kind.suffix, ".tmp") and path.name not in manifest.files:
            path.unlink(missing_ok=True)


def next_generation(manifest: Manifest | None) -> int:
    return (manifest.generation if manifest else 0) + 1


@contextmanager
def new_files(folder: Path) -> Iterator[list[str]]:
    """A list for the names of files about to be written: when that fails, none of them is left."""
    files: list[str] = []
    try:
        yield files
    except BaseException:
        for name in files:
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)
        raise


def drop(folder: Path, kind: Kind) -> None:
    """Remove a folder's files and its manifest."""
    with locked(folder, wait=True):
        write_manifest(folder, kind, Manifest(0, 0, (), {}))
        (folder / "MANIFEST").unlink(missing_ok=True)


# --- opening ---------------------------------------------------------------------------------------


class File(Protocol):
    """What both kinds of files tell: how many units they have, and the units' ids."""

    size: int

    @property
    def ids(self) -> np.ndarray: ...


F = TypeVar("F", bound=File)
Opened = tuple[tuple[F, np.ndarray | None], ...]
"""Files, each with which of its units are out of date (None: none is)."""


def opened(folder: Path, manifest: Manifest, open_file: Callable[[Path], F]) -> Opened[F] | None:
    """The files that a manifest names, or None when one is damaged or gone."""
    found = []
    try:
        for name in manifest.files:
            file, dead = open_file(folder / name), None
            if manifest.gone.get(name):
                dead = np.zeros(file.size, bool)
                dead[manifest.gone[name]] = True
            found.append((file, dead))
    except FileNotFoundError:
        return None
    except (DamagedFile, OSError, IndexError, ValueError, TypeError) as problem:
        log.warning("The memory's files in %s are damaged and will be built again: %s", folder.name, problem)
        return None
    return tuple(found)


class Usable(NamedTuple):
    manifest: Manifest
    files: Opened
    news: changes.News


def usable(
    session: Session,
    folder: Path,
    kind: Kind,
    open_file: Callable[[Path], F],
    stands: Callable[[F, np.ndarray], bool],
) -> Usable | None:
    """A folder's files, and what has changed since they were written. None when there are none that can be believed.

    `stands(file, places)`: whether the units at these places of a file stand in the database as they stand in the file.
    It is asked about the newest that have not changed, which another copy of the database would have differently."""
    for _ in range(3):  # a file that is gone was replaced: there is a newer manifest
        manifest = read_manifest(folder, kind)
        if manifest is None:
            return None
        found = opened(folder, manifest, open_file)
        if found is not None or manifest == read_manifest(folder, kind):
            break
    if found is None:
        return None
    news = changes.since(session, TOPIC, manifest.position)
    if news.rebuild or len(news.keys) > candidates.MANY:
        return None
    for file, dead in found:
        if not stands(file, _newest(file, dead, set(news.keys))):
            return None
    return Usable(manifest, found, news)


def _newest(file: File, dead: np.ndarray | None, changed: set[int]) -> np.ndarray:
    """The places of the newest units, without those that have changed."""
    alive = np.arange(file.size) if dead is None else np.flatnonzero(~dead)
    ids = file.ids[alive]
    if len(ids) > COMPARED:
        alive = alive[np.argpartition(ids, len(ids) - COMPARED)[-COMPARED:]]
    return np.array([at for at in alive.tolist() if int(file.ids[at]) not in changed], np.int64)


def marked(file: File, dead: np.ndarray | None, ids: Iterable[int]) -> np.ndarray | None:
    """`dead`, with the units of these ids marked."""
    at = where(file.ids, ids)
    if not len(at):
        return dead
    found = np.zeros(file.size, bool) if dead is None else dead.copy()
    found[at] = True
    return found


def where(column: np.ndarray, ids: Iterable[int]) -> np.ndarray:
    """The places in a column of ids at which one of these stands."""
    ids = [id for id in ids if id <= np.iinfo(column.dtype).max]
    if len(ids) > 20:
        return np.flatnonzero(np.isin(column, np.fromiter(ids, np.int64, len(ids))))
    found = [np.flatnonzero(column == id) for id in ids]
    return np.concatenate(found) if found else np.empty(0, np.int64)


# --- one writer at a time --------------------------------------------------------------------------


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
