"""Where a phrase stands: the folded texts of each language pair, in files (memory.texts) and what came since in memory.

As the index for fuzzy matching (`memory.index`), all of it is derived, local to a machine and can be deleted. While
there is nothing to answer from, the caller reads the database.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from languages.folding import fold
from memory import candidates
from memory.files import (
    Manifest,
    drop,
    locked,
    marked,
    new_files,
    next_generation,
    read_manifest,
    usable,
    write_manifest,
)
from memory.models import TOPIC, Quality, Unit
from memory.texts import KIND, Folded, Rank, Texts, Wanted, encoded, write
from storage import changes

log = logging.getLogger(__name__)

#: Pairs with fewer units are read from the database.
INDEX_FROM = 10_000
#: So many changed units are kept in memory before they are written down.
WRITE_FROM = 5_000
#: More files than this, or a larger share of dead units, and everything is written again.
MOST_FILES, MOST_DEAD = 8, 0.25
#: Units in one file.
LARGEST = 250_000
#: Seconds to wait after a failure to write.
PATIENCE = 60
#: Where the files are, beside the folder of the fuzzy index.
FOLDER = "phrases"
# --- a pair ----------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """A language pair as it is stored."""

    source_language: str
    target_language: str


@dataclass(frozen=True)
class Collection:
    """A pair's texts, never changed: a change gives a new one. `fresh` are units changed since the files were written;
    each file comes with the places that are out of date in it (None: none is)."""

    pair: Pair
    seen: int
    files: tuple[tuple[Texts, np.ndarray | None], ...]
    fresh: dict[int, Folded]

    def found(self, wanted: dict[str, Wanted], most: int) -> list[tuple[Rank, int]]:
        """The best `most` units in which what is wanted stands on a side, with their ranks, best first."""
        ways = [_of_file(texts, dead, wanted) for texts, dead in self.files]
        ways.append(
            iter(
                sorted(
                    (u.rank, u.id)
                    for u in self.fresh.values()
                    if any(w.stands_in(getattr(u, side)) for side, w in wanted.items())
                )
            )
        )
        return list(islice(heapq.merge(*(islice(way, most) for way in ways)), most))

    def with_news(self, units: Iterable[Folded], changed: Sequence[int], seen: int) -> Collection:
        gone = set(changed)
        fresh = {id: u for id, u in self.fresh.items() if id not in gone} | {u.id: u for u in units}
        return replace(
            self,
            seen=seen,
            fresh=fresh,
            files=tuple((t, marked(t, dead, changed)) for t, dead in self.files),
        )

    @property
    def dead(self) -> int:
        return sum(int(dead.sum()) for _, dead in self.files if dead is not None)


def _of_file(texts: Texts, dead: np.ndarray | None, wanted: dict[str, Wanted]) -> Iterator[tuple[Rank, int]]:
    last = -1
    for at in heapq.merge(*(texts.found(side, w) for side, w in wanted.items())):
        if at != last and not (dead is not None and dead[at]):
            yield texts.rank(at), int(texts.ids[at])
        last = at


_READ = (
    Unit.id,
    Unit.source_language,
    Unit.target_language,
    Unit.source,
    Unit.target,
    Unit.quality,
    Unit.recency,
    Unit.recalled_at,
)


def _folded(row) -> Folded:
    return Folded(
        row.id,
        int(row.quality != Quality.APPROVED),
        row.recency,
        encoded(fold(row.source, row.source_language)),
        encoded(fold(row.target, row.target_language)),
    )


def of_pair(query: Select, pair: Pair) -> Select:
    """Restrict a query of units to a pair, without what was withdrawn."""
    return query.where(
        Unit.source_language == pair.source_language,
        Unit.target_language == pair.target_language,
        Unit.recalled_at.is_(None),
    )


# --- what this process holds -----------------------------------------------------------------------


class Store:
    """What this process holds of one database. `known` are its pairs, None when not read yet."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.known: frozenset[Pair] | None = None
        self.seen = 0
        self.collections: dict[Pair, Collection] = {}
        self.at_work: set[Pair] = set()
        self.failed: dict[Pair, float] = {}


_stores: WeakKeyDictionary[object, Store] = WeakKeyDictionary()
_stores_lock = threading.Lock()


def _store(engine: Engine) -> Store:
    with _stores_lock:
        return _stores.setdefault(engine.pool, Store())


def _home(engine: Engine) -> Path | None:
    """Where the files of this database are: beside those of the fuzzy index, when that has a folder."""
    folder = candidates.store_of(engine).folder
    return None if folder is None else folder.parent / FOLDER


def collections(session: Session, wanted) -> tuple[list[Collection], list[Pair]]:
    """The collections that can answer for the pairs for which `wanted(pair)` is true, right for everything this
    session can see; and the pairs that have none, to be read from the database."""
    engine = session.get_bind().engine
    home, store = _home(engine), _store(engine)
    session.connection()  # begin first: who waits for SQLite's write lock must not hold the store
    with store.lock:
        news = None
        if store.known is not None:
            news = changes.since(
                session, TOPIC, min([store.seen, *(c.seen for c in store.collections.values())])
            )
            if news.rebuild and candidates.is_behind(session, store):
                # a session that began before what is known here: the caller reads the rows as that session sees them
                pairs = sorted(pair for pair in store.known if wanted(pair))
                return (
                    [store.collections[p] for p in pairs if p in store.collections],
                    [p for p in pairs if p not in store.collections],
                )
        own = not changes.settled(session)
        if news is None or news.rebuild or len(news.keys) > candidates.MANY:
            # for the first time, or in another database: the files are opened anew
            store.known, store.collections = None, {}
            news = changes.News(changes.position(session), ())
            known, rows = _known(session), []
        else:
            rows = list(_rows(session, news.keys))
            known = store.known | {Pair(r.source_language, r.target_language) for r in rows}
        current = {pair: _with_news(c, rows, news) for pair, c in store.collections.items()}
        pairs = sorted(pair for pair in known if wanted(pair))
        if not own:
            store.known, store.seen, store.collections = known, news.position, current
            for pair in pairs if home is not None else ():
                if pair not in store.collections:
                    found = _open(session, home / "_".join(pair), pair)
                    if found is not None:
                        store.collections[pair] = found
                _tidy_soon(store, engine, home, pair)
            current = store.collections
        ready = [current[pair] for pair in pairs if pair in current]
    return ready, [pair for pair in pairs if pair not in current]


def _known(session: Session) -> frozenset[Pair]:
    return frozenset(
        Pair(s, t) for s, t in session.execute(select(Unit.source_language, Unit.target_language).distinct())
    )


def _rows(session: Session, ids: Iterable[int]) -> Iterator:
    ids = list(ids)
    for start in range(0, len(ids), 500):
        yield from session.execute(select(*_READ).where(Unit.id.in_(ids[start : start + 500])))


def _with_news(c: Collection, rows: Sequence, news: changes.News) -> Collection:
    if not news.keys:
        return c if c.seen == news.position else replace(c, seen=news.position)
    mine = (
        _folded(r) for r in rows if r.recalled_at is None and (r.source_language, r.target_language) == c.pair
    )
    return c.with_news(mine, news.keys, news.position)


def _open(session: Session, folder: Path, pair: Pair) -> Collection | None:
    """What the files of a pair say, with what came since. None when there are none that can be believed."""

    def stand(texts: Texts, at: np.ndarray) -> bool:
        here = {
            int(texts.ids[n]): (texts.text("source", n), texts.text("target", n)) for n in at.tolist()
        }
        return here == {u.id: (u.source, u.target) for u in map(_folded, _rows(session, here))}

    found = usable(session, folder, KIND, Texts, stand)
    if found is None:
        return None
    c = Collection(pair, found.manifest.position, found.files, {})
    return _with_news(c, list(_rows(session, found.news.keys)), found.news)


# --- building and tidying --------------------------------------------------------------------------


def prepare(session: Session) -> list[Pair]:
    """Open or write the files of every pair that is large enough, now. Returns the pairs that have them."""
    engine = session.get_bind().engine
    home, store = _home(engine), _store(engine)
    if home is None:
        return []
    _ready, missing = collections(session, lambda pair: True)
    for pair in missing:
        if (session.scalar(of_pair(select(func.count()), pair)) or 0) >= INDEX_FROM:
            with locked(home / "_".join(pair), wait=True):
                _build(session, home / "_".join(pair), pair)
    ready, _ = collections(session, lambda pair: True)
    with store.lock:
        return [c.pair for c in ready]


def _build(session: Session, folder: Path, pair: Pair) -> None:
    """Write a pair's files from the database, whatever is there."""
    position = changes.position(session)
    generation = next_generation(read_manifest(folder, KIND))
    query = of_pair(select(*_READ), pair).order_by(Unit.id).execution_options(yield_per=5000)
    with closing(session.execute(query)) as rows:
        files = _write_all(folder, generation, map(_folded, rows))
    write_manifest(folder, KIND, Manifest(position, generation, files, {}))


def _write_all(folder: Path, generation: int, units: Iterator[Folded]) -> tuple[str, ...]:
    with new_files(folder) as files:
        while part := list(islice(units, LARGEST)):
            files.append(f"{generation}-{len(files)}.texts")
            write(folder / files[-1], part)
    return tuple(files)


def _tidy_soon(store: Store, engine: Engine, home: Path, pair: Pair) -> None:
    """Start a thread when a pair has no files yet, or too much that is not in them."""
    c = store.collections.get(pair)
    if c is not None and len(c.fresh) < WRITE_FROM and not _worn(c):
        return
    if pair in store.at_work or time.monotonic() - store.failed.get(pair, -PATIENCE) < PATIENCE:
        return
    store.at_work.add(pair)
    threading.Thread(target=_tidy_quietly, args=(store, engine, home, pair), name="dragoman-phrases", daemon=True).start()


def _worn(c: Collection) -> bool:
    return len(c.files) > MOST_FILES or c.dead > MOST_DEAD * max(sum(t.size for t, _ in c.files), 1)


def _tidy_quietly(store: Store, engine: Engine, home: Path, pair: Pair) -> None:
    folder = home / "_".join(pair)
    try:
        with store.lock:
            c = store.collections.get(pair)
        if c is not None:
            _rewrite(store, folder, c, everything=_worn(c), wait=False)
            return
        with Session(engine.execution_options(dragoman_writes=False)) as session:
            if (session.scalar(of_pair(select(func.count()), pair)) or 0) < INDEX_FROM:
                store.failed[pair] = time.monotonic()  # too small: counted again in a minute
                return
            with locked(folder, wait=False) as ours:
                if ours:
                    _build(session, folder, pair)
    except Exception as problem:
        # a thread of its own: nobody waits for it, and the database answers meanwhile
        store.failed[pair] = time.monotonic()
        log.warning(
            "The memory's texts cannot be written now (%s); it is tried again later", type(problem).__name__
        )
    finally:
        store.at_work.discard(pair)


def _rewrite(store: Store, folder: Path, c: Collection, *, everything: bool, wait: bool) -> None:
    """Write what is new into a file of its own; or everything that is alive, dead units left out."""
    with locked(folder, wait=wait) as ours:
        if not ours:
            return
        old = read_manifest(folder, KIND)
        if old is not None and set(old.files) == {t.path.name for t, _ in c.files}:
            generation = next_generation(old)
            kept = [] if everything else list(c.files)
            units = (u for t, dead in c.files for u in t.units(dead)) if everything else iter(())
            files = _write_all(folder, generation, iter([*units, *c.fresh.values()]))
            gone = {t.path.name: np.flatnonzero(dead).tolist() for t, dead in kept if dead is not None}
            written = (*(t.path.name for t, _ in kept), *files)
            write_manifest(folder, KIND, Manifest(c.seen, generation, written, gone))
        # else another process has tidied: go on from what it wrote; the feed tells the rest
    with store.lock:
        store.collections.pop(c.pair, None)


# --- erasing ---------------------------------------------------------------------------------------


def erase(session: Session) -> None:
    """Write again, now, every file of this machine that holds a unit which is gone or out of date. Call it after the
    erasure was committed."""
    engine = session.get_bind().engine
    home, store = _home(engine), _store(engine)
    if home is None or not home.exists():
        return
    collections(session, lambda pair: True)
    with store.lock:
        held = dict(store.collections)
    for folder in sorted(home.iterdir()):
        c = held.get(Pair(*folder.name.split("_", 1)))
        if c is None:
            drop(folder, KIND)
        elif c.dead:
            _rewrite(store, folder, c, everything=True, wait=True)
            fresh, _ = collections(session, c.pair.__eq__)
            while fresh and fresh[0].dead:
                # another process was quicker, with what it knew then
                _rewrite(store, folder, fresh[0], everything=True, wait=True)
                fresh, _ = collections(session, c.pair.__eq__)


def traces(folder: Path, phrase: str) -> list[Path]:
    """The files under a folder of these (or the file) that hold a phrase, as it is written or folded: after `erase`
    there must be none."""
    found = []
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if path.is_file():
            data, pair = path.read_bytes(), path.parent.name.split("_", 1)
            if any(
                encoded(form) in data
                for form in {phrase, *(fold(phrase, language) for language in pair)}
                if form.strip()
            ):
                found.append(path)
    return found
