"""The index on disk: per language pair a folder of immutable segments and a manifest that names them.

Everything here is derived from the database and can be deleted at any time. A manifest says up to which position in
the feed of changes its segments are right; what came later is taken in at the next lookup and kept in memory until a
background thread writes it down. A new manifest replaces the old one by renaming, so that a process killed at any
moment leaves the old or the new one, both right. Anything that does not open exactly as it was written is rebuilt.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from sqlalchemy import Engine, case, func, select
from sqlalchemy.orm import Session

from memory import candidates, forms, phrases, segments
from memory.candidates import (
    Collection,
    Entry,
    Pair,
    Store,
    Vocabulary,
    of_pair,
    store_of,
    take_news,
)
from memory.files import locked, sync
from memory.models import QUALITIES, Unit
from memory.recording import text_keys
from memory.segments import DamagedSegment, Segment, Units
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


# --- manifests -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Manifest:
    """`position`: up to where in the feed the segments are right, but for the units in `gone` (per file)."""

    position: int
    generation: int
    files: tuple[str, ...]
    gone: dict[str, list[int]]


def _folder(folder: Path, pair: Pair) -> Path:
    return folder / f"{pair.source_language}_{pair.target_language}{'_reversed' if pair.reversed else ''}"


def _read_manifest(folder: Path) -> Manifest | None:
    try:
        sum_, _, text = (folder / "MANIFEST").read_text("utf-8").partition(" ")
        found = json.loads(text)
        if int(sum_) != crc32(text.encode()):
            return None
        if found["version"] != segments.VERSION or found["forms"] != forms.VERSION:
            return None
        return Manifest(found["position"], found["generation"], tuple(found["files"]), dict(found["gone"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in place, then remove what it does not name."""
    text = json.dumps({"version": segments.VERSION, "forms": forms.VERSION} | manifest.__dict__)
    fresh = folder / "MANIFEST.tmp"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(f"{crc32(text.encode())} {text}")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    fresh.rename(folder / "MANIFEST")
    sync(folder)
    for path in folder.iterdir():
        if path.suffix in (".segment", ".tmp") and path.name not in manifest.files:
            path.unlink(missing_ok=True)


def _opened(folder: Path, pair: Pair, manifest: Manifest) -> Collection | None:
    """The collection a manifest describes, or None when a file is damaged or gone."""
    found = []
    try:
        for name in manifest.files:
            segment = Segment(folder / name)
            dead = None
            if manifest.gone.get(name):
                dead = np.zeros(segment.size, bool)
                dead[manifest.gone[name]] = True
            found.append((segment, dead))
    except (DamagedSegment, OSError, IndexError, ValueError, TypeError) as problem:
        if not isinstance(problem, FileNotFoundError):
            log.warning("The memory's index %s is damaged and will be built again: %s", folder.name, problem)
        return None
    return Collection(pair, {}, manifest.position, Vocabulary(), tuple(found))


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
    for _ in range(3):  # a file that is gone was replaced: there is a newer manifest
        manifest = _read_manifest(folder)
        if manifest is None:
            return None
        found = _opened(folder, pair, manifest)
        if found is not None or manifest == _read_manifest(folder):
            break
    if found is None:
        return None
    news = changes.since(session, "memory", found.seen)
    if news.rebuild or len(news.keys) > candidates.MANY or not _same_database(session, found, set(news.keys)):
        return None
    return found


def _same_database(session: Session, found: Collection, changed: set[int]) -> bool:
    """Whether some units that have not changed stand in the database as they stand in the index: the newest ones,
    which another copy of the database would have differently."""
    for segment, dead in found.segments:
        ids = segment.columns["ids"] if dead is None else segment.columns["ids"][~dead]
        newest = np.sort(np.partition(ids, max(len(ids) - 8, 0))[-8:]) if len(ids) else ids
        wanted = [int(i) for i in newest if int(i) not in changed]
        at = segment.where(wanted)
        side = Unit.target if found.pair.reversed else Unit.source
        rows = session.execute(
            select(Unit.id, Unit.source_key, side.label("text")).where(Unit.id.in_(wanted))
        ).all()
        keys = {
            r.id: (forms.key(forms.same_text(r.text)) if found.pair.reversed else r.source_key) & 0xFFFFFFFF
            for r in rows
        }
        same = dict(
            zip(segment.columns["ids"][at].tolist(), segment.columns["same"][at].tolist(), strict=True)
        )
        if keys != same:
            return False
    return True


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
    old = _read_manifest(folder)
    generation = (old.generation if old else 0) + 1
    files: list[str] = []
    try:
        for units in _from_database(session, pair):
            files.append(f"{generation}-{len(files)}.segment")
            segments.write(folder / files[-1], units)
    except BaseException:
        _discard(folder, files)
        raise
    manifest = Manifest(position, generation, tuple(files), {})
    _write_manifest(folder, manifest)
    found = _opened(folder, pair, manifest)
    if found is None:
        raise OSError("the index just written cannot be read")
    return found


def _discard(folder: Path, files: Sequence[str]) -> None:
    for name in files:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)


_UNIT = Unit.__table__.c
_QUALITY = {quality.value: number for number, quality in enumerate(QUALITIES)}
_ORIGIN = {origin: number for number, origin in enumerate(segments.ORIGINS)}


def _flags(quality: int, origin: int, one_to_one: int, elsewhere: int) -> int:
    return (
        quality
        | origin << segments.ORIGIN_SHIFT
        | one_to_one * segments.ONE_TO_ONE
        | elsewhere * segments.ELSEWHERE
    )


# The columns of the table, not the mapped attributes: a million rows go through here. The flags are put together by
# the database, which is several times as quick at it.
_READ = (
    _UNIT.id,
    _UNIT.form,
    _UNIT.bare_key,
    _UNIT.source_key,
    _UNIT.profile_key,
    _UNIT.previous_key,
    _UNIT.next_key,
    _UNIT.place_key,
    (
        case(_QUALITY, value=_UNIT.quality)
        + case(
            {o: n << segments.ORIGIN_SHIFT for o, n in _ORIGIN.items()},
            value=_UNIT.origin,
            else_=3 << segments.ORIGIN_SHIFT,
        )
        + case((_UNIT.one_to_one, segments.ONE_TO_ONE), else_=0)
        + case((_UNIT.found_elsewhere, segments.ELSEWHERE), else_=0)
    ).label("flags"),
    _UNIT.recency,
    _UNIT.project,
)
_BATCH = 20_000


def _from_database(session: Session, pair: Pair) -> Iterator[Units]:
    """The units of a pair, in parts that fit a segment."""
    text, language = (
        (_UNIT.target, pair.target_language) if pair.reversed else (_UNIT.source, pair.source_language)
    )
    # forms made by an older folding are made again
    current = (
        [None]
        if pair.reversed
        else [_UNIT.form_version == forms.VERSION, _UNIT.form_version != forms.VERSION]
    )
    gathered: list[Units] = []
    for which in current:
        query = of_pair(select(*_READ), pair)
        if which is not None:
            query = query.where(which)
        again = which is None or which is current[1]
        with closing(session.connection().execute(query.execution_options(yield_per=_BATCH))) as result:
            for rows in result.partitions():
                gathered.append(_packed(rows, _texts(session, text, rows) if again else {}, language))
                if sum(map(len, gathered)) + _BATCH > segments.LARGEST:
                    yield Units.joined(gathered)
                    gathered = []
    if gathered:
        yield Units.joined(gathered)


def _texts(session: Session, text, rows: Sequence) -> dict[int, str]:
    low, high = min(r.id for r in rows), max(r.id for r in rows)
    return dict(session.execute(select(_UNIT.id, text).where(_UNIT.id.between(low, high))).all())


def _packed(rows: Sequence, texts: dict[int, str], language: str) -> Units:
    """Rows of the database as units of a segment. With `texts`, forms and keys are made from them anew, and
    neighbours count for nothing."""
    ids, made, bare, same, profile, before, after, place, flags, recency, project = zip(*rows, strict=True)
    if texts:
        keys = [text_keys(texts[id], language) for id in ids]
        made, bare, same, profile = (
            [k[name] for k in keys] for name in ("form", "bare_key", "source_key", "profile_key")
        )
        before = after = place = [0] * len(ids)
        flags = [f & ~segments.ELSEWHERE for f in flags]
    projects: dict[str | None, int] = {None: 0}
    for found in dict.fromkeys(project):
        projects.setdefault(found, len(projects))
    return Units(
        list(made),
        {
            "ids": np.array(ids, np.int64),
            "bare": np.array(bare, np.int64),
            "same": (np.array(same, np.int64) & 0xFFFFFFFF).astype(np.uint32),
            "profile": np.array(profile, np.int64),
            "before": segments.short(np.array(before, np.int64)).astype(np.uint16),
            "after": segments.short(np.array(after, np.int64)).astype(np.uint16),
            "place": segments.short(np.array(place, np.int64)).astype(np.uint16),
            "flags": np.array(flags, np.uint8),
            "recency": np.array(recency, np.uint32),
            "project": np.fromiter(map(projects.__getitem__, project), np.uint16, len(ids)),
        },
        list(projects),
    )


def _of_entries(entries: Sequence[Entry]) -> Units:
    rows = [
        (
            e.id,
            e.form,
            e.bare_key,
            e.same_key,
            e.profile_key,
            e.previous_key,
            e.next_key,
            e.place_key,
            _flags(e.quality, _ORIGIN.get(e.origin, 3), int(e.one_to_one), int(e.elsewhere)),
            e.recency,
            e.project,
        )
        for e in entries
    ]
    return _packed(rows, {}, "")


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
            threading.Thread(target=_tidy_quietly, args=(store, pair, key), daemon=True).start()


def _is_untidy(store: Store, c: Collection) -> bool:
    return (
        len(c.entries) >= (WRITE_FROM if c.segments else INDEX_FROM)
        or any(s.path in store.to_erase for s, _ in c.segments)
        or any(_too_dead(s, dead) for s, dead in c.segments)
    )


def _too_dead(segment: Segment, dead: np.ndarray | None) -> bool:
    return dead is not None and int(dead.sum()) > min(MOST_DEAD, segment.size // 4)


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
        manifest = old = _read_manifest(folder)
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
        parts.append(_of_entries(entries))
    units = Units.joined(parts) if parts else Units([], {})
    generation = (old.generation if old else 0) + 1
    files: list[str] = []
    try:
        for start in range(0, len(units), segments.LARGEST):
            files.append(f"{generation}-{len(files)}.segment")
            segments.write(
                folder / files[-1],
                units.taken(np.arange(start, min(start + segments.LARGEST, len(units)))),
            )
    except BaseException:
        _discard(folder, files)
        raise
    gone = {s.path.name: np.flatnonzero(dead).tolist() for s, dead in kept if dead is not None}
    manifest = Manifest(c.seen, generation, tuple([s.path.name for s, _ in kept] + files), gone)
    _write_manifest(folder, manifest)
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
        take_news(session, store)
        for folder in store.folder.iterdir() if store.folder.exists() else ():
            pair = _pair_of(folder.name)
            if pair[:2] not in {tuple(p) for p in known}:
                _drop(folder)
                store.collections.pop(pair, None)
            elif pair not in store.collections and _read_manifest(folder) is not None:
                found = collection(session, store, pair)
                if found is not None:
                    store.collections[pair] = found
        take_news(session, store)
        for c in store.collections.values():
            store.to_erase |= {s.path for s, dead in c.segments if s.names_a_project_without_units(dead)}
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


def _drop(folder: Path) -> None:
    with locked(folder, wait=True):
        _write_manifest(folder, Manifest(0, 0, (), {}))
        (folder / "MANIFEST").unlink(missing_ok=True)


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
                # names of projects stand in a header of JSON
                wanted = {form.encode() for form in (phrase, forms.form(phrase, language)) if form.strip()}
                held = any(form in data for form in wanted | {json.dumps(phrase)[1:-1].encode()})
            if held:
                found.append(path)
    return found
