"""The index on disk: per language pair a folder of immutable segments.

Everything here is derived from the database and can be deleted at any time. The folder's manifest says up to which
position in the feed of changes its segments are right; what came later is taken in at the next lookup and kept in
memory until a background thread writes it down (memory.files says how).
"""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from memory import forms, packing, phrases, segments
from memory.candidates import Collection, Pair, Store, Vocabulary, know_pairs, of_pair, store_of, take_news
from memory.files import (
    Manifest,
    drop,
    locked,
    new_files,
    next_generation,
    opened,
    read_manifest,
    usable,
    write_manifest,
)
from memory.models import Unit
from memory.segments import Segment
from storage import changes

log = logging.getLogger(__name__)

#: From so many units on a pair gets an index; fewer are compared one by one, which is as quick.
INDEX_FROM = 10_000
#: So many changed units are kept in memory before they are written down.
WRITE_FROM = 5_000
#: A segment with more dead units than this is written again.
MOST_DEAD = 20_000
#: Seconds to wait after a failure to write.
PATIENCE = 60


def attach(engine: Engine, folder: Path) -> None:
    """Keep this database's index in a folder of its own. Several processes may share it."""
    store = store_of(engine)
    with store.lock:
        store.folder, store.files = Path(folder), _Files()
        store.collections = {}


class _Files:
    """As memory.candidates knows this module."""

    def collection(self, session: Session, store: Store, pair: Pair) -> Collection | None:
        return collection(session, store, pair)

    def tidy_soon(self, store: Store, engine: Engine) -> None:
        tidy_soon(store, engine)


def _folder(folder: Path, pair: Pair) -> Path:
    return folder / f"{pair.source_language}_{pair.target_language}{'_reversed' if pair.reversed else ''}"


# --- opening and building --------------------------------------------------------------------------


def collection(session: Session, store: Store, pair: Pair) -> Collection | None:
    """The indexed collection of a pair, built when it is missing or of no use. None for a pair too small to need
    one, and when the folder cannot be written."""
    assert store.folder is not None
    folder = _folder(store.folder, pair)
    found = _usable(session, folder, pair)
    if found is not None or not store.lasting:
        return found
    if (session.scalar(of_pair(select(func.count()), pair)) or 0) < INDEX_FROM:
        return None
    try:
        with locked(folder, wait=True):
            return _usable(session, folder, pair) or _build(session, folder, pair)
    except OSError as problem:
        log.warning("The memory's index %s cannot be written, lookups will be slow: %s", folder.name, problem)
        return None


def _usable(session: Session, folder: Path, pair: Pair) -> Collection | None:
    def stands(segment: Segment, at: np.ndarray) -> bool:
        return _keys_in_database(session, pair, segment.ids[at].tolist()) == dict(
            zip(segment.ids[at].tolist(), segment.columns["same"][at].tolist(), strict=True)
        )

    found = usable(session, folder, segments.KIND, Segment, stands)
    return found and Collection(pair, {}, found.manifest.position, Vocabulary(), found.files)


def _keys_in_database(session: Session, pair: Pair, ids: list[int]) -> dict[int, int]:
    side = Unit.target if pair.reversed else Unit.source
    rows = session.execute(select(Unit.id, Unit.source_key, side.label("text")).where(Unit.id.in_(ids)))
    return {
        r.id: (forms.key(forms.same_text(r.text)) if pair.reversed else r.source_key) & 0xFFFFFFFF for r in rows
    }


def build(session: Session, folder: Path, pair: Pair) -> None:
    """Build a pair's index from the database, whatever is there. Lookups elsewhere go on with what they have."""
    place = _folder(folder, pair)
    with locked(place, wait=True):
        _build(session, place, pair)


def prepare(session: Session, *, reverse: bool = False) -> list[Pair]:
    """Build or open the index of every pair that is large enough, so that no lookup waits for it; with `reverse`
    also for looking its units up in the other direction. Returns the pairs that have one."""
    store = store_of(session.get_bind().engine)
    if store.folder is None:
        return []
    found = session.execute(select(Unit.source_language, Unit.target_language).distinct()).all()
    ready = []
    for source, target in found:
        for direction in (False, True) if reverse else (False,):
            pair = Pair(source, target, direction)
            if collection(session, store, pair) is not None:
                ready.append(pair)
    return ready


def _build(session: Session, folder: Path, pair: Pair) -> Collection:
    position = changes.position(session)
    generation = next_generation(read_manifest(folder, segments.KIND))
    with new_files(folder) as files:
        for units in packing.from_database(session, pair):
            files.append(f"{generation}-{len(files)}.segment")
            segments.write(folder / files[-1], units)
    manifest = Manifest(position, generation, tuple(files), {})
    write_manifest(folder, segments.KIND, manifest)
    found = _opened(folder, pair, manifest)
    if found is None:
        raise OSError("the index just written cannot be read")
    return found


def _opened(folder: Path, pair: Pair, manifest: Manifest) -> Collection | None:
    found = opened(folder, manifest, Segment)
    return None if found is None else Collection(pair, {}, manifest.position, Vocabulary(), found)


# --- tidying: writing down what is new, dropping what is gone --------------------------------------

_at_work: set[tuple[int, Pair]] = set()
_failed: dict[tuple[int, Pair], float] = {}


def tidy_soon(store: Store, engine: Engine) -> None:
    """Start a thread for each pair that has too much in memory, or a deleted text in a file."""
    for pair, c in list(store.collections.items()):
        key = (id(store), pair)
        if _is_untidy(store, c) and key not in _at_work:
            if time.monotonic() - _failed.get(key, -PATIENCE) < PATIENCE:
                continue
            _at_work.add(key)
            threading.Thread(target=_tidy_quietly, args=(store, pair, key), name="dragoman-index", daemon=True).start()


def _is_untidy(store: Store, c: Collection) -> bool:
    return (
        len(c.entries) >= (WRITE_FROM if c.segments else INDEX_FROM)
        or any(s.path in store.to_erase for s, _ in c.segments)
        or any(_too_dead(s, dead) for s, dead in c.segments)
    )


def _too_dead(segment: Segment, dead: np.ndarray | None) -> bool:
    return dead is not None and np.count_nonzero(dead) > min(MOST_DEAD, segment.size // 4)


def _tidy_quietly(store: Store, pair: Pair, key: tuple[int, Pair]) -> None:
    try:
        tidy(store, pair, wait=False)
        _failed.pop(key, None)
    except OSError as problem:
        _failed[key] = time.monotonic()
        log.warning(
            "The memory's index cannot be tidied now (%s); lookups go on, it is tried again later", problem
        )
    finally:
        _at_work.discard(key)


def tidy(store: Store, pair: Pair, *, wait: bool = True) -> None:
    """Write a pair's changes down, merge small segments, write again those with many dead units or erased text."""
    assert store.folder is not None
    folder = _folder(store.folder, pair)
    merged: list = []
    with locked(folder, wait=wait) as ours:
        # who holds this folder never asks for the store's lock: a lookup, or an erasure, that has the store may be
        # waiting for the folder
        c = store.collections.get(pair) if ours else None
        if c is None:
            return
        manifest = old = read_manifest(folder, segments.KIND)
        # another process has tidied: go on from what it wrote; the feed tells the rest
        tidied = old is not None and set(old.files) != {s.path.name for s, _ in c.segments}
        if not tidied:
            manifest, merged = _tidied(store, c, folder, old)
    assert manifest is not None
    _adopt(store, pair, folder, manifest)
    with store.lock:
        store.to_erase -= {s.path for s, _ in merged}


def _tidied(store: Store, c: Collection, folder: Path, old: Manifest | None) -> tuple[Manifest, list]:
    """Write a collection down: (what then stands in the folder, the segments that were written again)."""
    kept, merged = _plan(store, c)
    entries = list(c.entries.values())
    parts = [s.units(None if dead is None else ~dead) for s, dead in merged]
    if entries:
        parts.append(packing.of_entries(entries))
    units = segments.Units.joined(parts) if parts else segments.Units([], {})
    generation = next_generation(old)
    with new_files(folder) as files:
        for start in range(0, len(units), segments.LARGEST):
            files.append(f"{generation}-{len(files)}.segment")
            segments.write(
                folder / files[-1],
                units.taken(np.arange(start, min(start + segments.LARGEST, len(units)))),
            )
    gone = {s.path.name: np.flatnonzero(dead).tolist() for s, dead in kept if dead is not None}
    manifest = Manifest(c.seen, generation, tuple([s.path.name for s, _ in kept] + files), gone)
    write_manifest(folder, segments.KIND, manifest)
    return manifest, merged


def _adopt(store: Store, pair: Pair, folder: Path, manifest: Manifest) -> None:
    """Answer from these files now. Their position may lie behind: the next lookup takes the rest in."""
    found = _opened(folder, pair, manifest)
    with store.lock:
        if found is not None:
            store.collections[pair] = found
        else:
            store.collections.pop(pair, None)


def _plan(store: Store, c: Collection) -> tuple[list, list]:
    """Which segments stay, and which are written again together with what is new: those with dead or erased units,
    and the small ones, so that sizes grow by steps of three and a lookup opens few files."""
    must = [(s, d) for s, d in c.segments if s.path in store.to_erase or _too_dead(s, d)]
    again = {s.path for s, _ in must}
    rest = sorted((sd for sd in c.segments if sd[0].path not in again), key=lambda sd: sd[0].size)
    merged, size = list(must), len(c.entries) + sum(s.size for s, _ in must)
    while rest and rest[0][0].size <= 3 * size and rest[0][0].size + size <= segments.LARGEST:
        merged.append(rest.pop(0))
        size += merged[-1][0].size
    return rest, merged


# --- erasing ---------------------------------------------------------------------------------------


def erase(session: Session) -> None:
    """Rewrite, now, every file of this machine's index that still holds the text of a deleted unit, those of the
    concordance too. Call it after the erasure was committed."""
    phrases.erase(session)
    store = store_of(session.get_bind().engine)
    if store.folder is None:
        return
    with store.lock:
        known = session.execute(select(Unit.source_language, Unit.target_language).distinct()).all()
        know_pairs(session, store)
        take_news(session, store)
        know_pairs(session, store)  # with more news than are taken in one by one it begins anew
        for folder in store.folder.iterdir() if store.folder.exists() else ():
            pair = _pair_of(folder.name)
            if pair[:2] not in {tuple(p) for p in known}:
                drop(folder, segments.KIND)
                store.collections.pop(pair, None)
            elif pair not in store.collections and read_manifest(folder, segments.KIND) is not None:
                found = collection(session, store, pair)
                if found is not None:
                    store.collections[pair] = found
                else:
                    drop(folder, segments.KIND)
        take_news(session, store)
        for c in store.collections.values():
            store.to_erase |= {s.path for s, dead in c.segments if s.has_names_without_units(dead)}
        untidy = [
            c.pair for c in store.collections.values() if any(s.path in store.to_erase for s, _ in c.segments)
        ]
    for pair in untidy:
        while True:
            tidy(store, pair)
            with store.lock:
                take_news(session, store)
                c = store.collections.get(pair)
                if c is None or not any(s.path in store.to_erase for s, _ in c.segments):
                    break


def _pair_of(name: str) -> Pair:
    source, target, *more = name.split("_")
    return Pair(source, target, bool(more))


def traces(folder: Path, phrase: str) -> list[Path]:
    """The files under an index folder, or the one above it with all of the memory's files, that hold a phrase, as it is
    written or folded: after `erase` there must be none."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            if path.parent.parent.name == phrases.FOLDER:
                held = bool(phrases.traces(path, phrase))
            else:
                language = path.parent.name.split("_")[1 if path.parent.name.endswith("_reversed") else 0]
                data = path.read_bytes()
                # names of projects and of files stand in a header of JSON
                wanted = {form.encode() for form in (phrase, forms.form(phrase, language)) if form.strip()}
                held = any(form in data for form in wanted | {json.dumps(phrase)[1:-1].encode()})
            if held:
                found.append(path)
    return found
