"""Folders of derived files, as the fuzzy index and the concordance keep them.

A folder holds immutable files of arrays and a manifest that names them and says up to which position in the feed of
changes they are right. A new manifest replaces the old one by renaming, so that a process killed at any moment leaves
the old or the new one, both right. One process writes at a time. Whatever does not open exactly as it was written, or
belongs to another database, is of no use and is built again.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
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
from storage.arrays import DamagedFile, Kind, locked, sync

log = logging.getLogger(__name__)

#: So many of the newest units of a file are compared with the database before the file is believed.
COMPARED = 8


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
    """What the names of new files begin with. Without a manifest, the clock: another process may still have the files of a
    folder that was thrown away, and must not take a new one for one of them."""
    return manifest.generation + 1 if manifest else time.time_ns()


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
