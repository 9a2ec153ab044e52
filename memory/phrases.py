"""Where a phrase stands: the texts of a language pair as `languages.folding.fold` folds them, one after the other.

A phrase is found by looking for its bytes. That is exact in every script and needs no words; what makes it quick is
what is not looked at. Texts stand in blocks, and for each block it is known which pairs and triples of neighbouring
characters occur in it (as bits, filed under a hash: two may share a bit, so that a block is read in vain, never missed).
Texts stand best first (approved, then newest), so that a common phrase is found in the first blocks and a rare one in
few of them.

As the index for fuzzy matching (`memory.index`), all of it is derived, local to a machine and can be deleted: files are
immutable and named by a manifest, the feed of changes says what came later, and whatever does not open exactly as it was
written is built again. While there is nothing to answer from, the caller reads the database.
"""

from __future__ import annotations

import heapq
import json
import logging
import mmap
import os
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zlib import crc32

import numpy as np
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from languages import folding
from languages.folding import fold
from memory import candidates
from memory.files import locked, sync
from memory.models import TOPIC, Quality, Unit
from memory.segments import checksum
from storage import changes

log = logging.getLogger(__name__)

MAGIC = b"DRAGOMPH"
#: Raised whenever anything here changes what a file means.
VERSION = 1
#: Pairs with fewer units are read from the database.
INDEX_FROM = 10_000
#: So many changed units are kept in memory before they are written down.
WRITE_FROM = 5_000
#: More files than this, or a larger share of dead units, and everything is written again.
MOST_FILES, MOST_DEAD = 8, 0.25
#: Units in one file.
LARGEST = 250_000
#: Texts in a block, and bits for what occurs in it.
BLOCK, SLOTS = 256, 1 << 15
#: Seconds to wait after a failure to write.
PATIENCE = 60
SIDES = ("source", "target")
#: Where the files are, beside the folder of the fuzzy index.
FOLDER = "phrases"
#: Stands between texts: no text can hold it (recording.check_text).
END = b"\0"
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


class DamagedFile(Exception):
    """A file cannot be used: cut short, changed, or made by another version or machine."""


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


# --- files -----------------------------------------------------------------------------------------


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
    _write_arrays(path, arrays, len(units))


def _write_arrays(path: Path, arrays: dict[str, np.ndarray], size: int) -> None:
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at, checksum(array)]
        at += (array.nbytes + 63) // 64 * 64
    head = json.dumps(
        {
            "version": VERSION,
            "folding": folding.FOLD_VERSION,
            "byteorder": sys.byteorder,
            "units": size,
            "arrays": places,
            "bytes": at,
        }
    ).encode()
    start = (len(MAGIC) + 8 + len(head) + 63) // 64 * 64
    with path.open("wb") as file:
        file.write(
            MAGIC + len(head).to_bytes(8, "little") + head + b"\0" * (start - len(MAGIC) - 8 - len(head))
        )
        for array in arrays.values():
            if array.nbytes:
                file.write(memoryview(np.ascontiguousarray(array)).cast("B"))
            file.write(b"\0" * (-file.tell() % 64))
        file.flush()
        os.fsync(file.fileno())


class Texts:
    """An open file. Raises DamagedFile when it is not exactly what `write` wrote, and OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if data[: len(MAGIC)] != MAGIC:
                raise DamagedFile("not such a file")
            length = int.from_bytes(data[8:16], "little")
            if 16 + length > len(data):
                raise DamagedFile("cut short")
            head = json.loads(data[16 : 16 + length])
            if (head["version"], head["folding"], head["byteorder"]) != (
                VERSION,
                folding.FOLD_VERSION,
                sys.byteorder,
            ):
                raise DamagedFile("made by another version or machine")
            start = (16 + length + 63) // 64 * 64
            if start + head["bytes"] > len(data):
                raise DamagedFile("cut short")
            arrays = {}
            for name, (dtype, shape, at, sums) in head["arrays"].items():
                array = np.frombuffer(data, dtype, int(np.prod(shape)), start + at).reshape(shape)
                if checksum(array) != sums:
                    raise DamagedFile(f"{name} was changed")
                arrays[name] = array
            self.size: int = head["units"]
            self.ids, self.unapproved, self.recency = arrays["ids"], arrays["unapproved"], arrays["recency"]
            self._text = {side: memoryview(arrays[f"{side}_text"]) for side in SIDES}
            self._ends = {side: arrays[f"{side}_ends"] for side in SIDES}
            self._bits = {side: arrays[f"{side}_bits"] for side in SIDES}
        except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise DamagedFile(str(error)) from error

    def where(self, ids: Iterable[int]) -> np.ndarray:
        """The places of the units with these ids."""
        return np.flatnonzero(np.isin(self.ids, np.fromiter(ids, np.int64)))

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
        fresh = {id: u for id, u in self.fresh.items() if id not in set(changed)} | {u.id: u for u in units}
        return replace(
            self,
            seen=seen,
            fresh=fresh,
            files=tuple((t, _marked(t, dead, changed)) for t, dead in self.files),
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


def _marked(texts: Texts, dead: np.ndarray | None, ids: Sequence[int]) -> np.ndarray | None:
    at = texts.where(ids)
    if not len(at):
        return dead
    marked = np.zeros(texts.size, bool) if dead is None else dead.copy()
    marked[at] = True
    return marked


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


# --- manifests -------------------------------------------------------------------------------------


def _read_manifest(folder: Path) -> dict | None:
    try:
        sum_, _, text = (folder / "MANIFEST").read_text("utf-8").partition(" ")
        found = json.loads(text)
        right = int(sum_) == crc32(text.encode()) and (found["version"], found["folding"]) == (
            VERSION,
            folding.FOLD_VERSION,
        )
        return found if right else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_manifest(
    folder: Path, position: int, generation: int, files: Sequence[str], gone: dict[str, list[int]]
) -> None:
    """Put a manifest in place, then remove what it does not name."""
    text = json.dumps(
        {
            "version": VERSION,
            "folding": folding.FOLD_VERSION,
            "position": position,
            "generation": generation,
            "files": list(files),
            "gone": gone,
        }
    )
    fresh = folder / "MANIFEST.tmp"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(f"{crc32(text.encode())} {text}")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    fresh.rename(folder / "MANIFEST")
    sync(folder)
    for path in folder.iterdir():
        if path.suffix in (".texts", ".tmp") and path.name not in files:
            path.unlink(missing_ok=True)


def _opened(folder: Path, pair: Pair, manifest: dict) -> Collection | None:
    files = []
    try:
        for name in manifest["files"]:
            texts, dead = Texts(folder / name), None
            if manifest["gone"].get(name):
                dead = np.zeros(texts.size, bool)
                dead[manifest["gone"][name]] = True
            files.append((texts, dead))
    except FileNotFoundError:
        return None
    except (DamagedFile, OSError, IndexError, TypeError) as problem:
        log.warning("The memory's texts %s are damaged and will be written again: %s", folder.name, problem)
        return None
    return Collection(pair, manifest["position"], tuple(files), {})


def _open(session: Session, folder: Path, pair: Pair) -> Collection | None:
    """What the files of a pair say, with what came since. None when there are none that can be believed."""
    for _ in range(3):  # a file that is gone was replaced: there is a newer manifest
        manifest = _read_manifest(folder)
        if manifest is None:
            return None
        found = _opened(folder, pair, manifest)
        if found is not None or manifest == _read_manifest(folder):
            break
    if found is None:
        return None
    news = changes.since(session, TOPIC, found.seen)
    if news.rebuild or len(news.keys) > candidates.MANY or not _same_database(session, found, set(news.keys)):
        return None
    return _with_news(found, list(_rows(session, news.keys)), news)


def _same_database(session: Session, c: Collection, changed: set[int]) -> bool:
    """Whether the newest units that have not changed stand in the database as they stand here."""
    for texts, dead in c.files:
        alive = np.arange(texts.size) if dead is None else np.flatnonzero(~dead)
        newest = alive[np.argsort(texts.ids[alive])[-8:]]
        here = {
            int(texts.ids[at]): (texts.text("source", at), texts.text("target", at))
            for at in newest.tolist()
            if int(texts.ids[at]) not in changed
        }
        there = {u.id: (u.source, u.target) for u in map(_folded, _rows(session, here))}
        if here != there:
            return False
    return True


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
    generation = ((_read_manifest(folder) or {}).get("generation", 0)) + 1
    query = of_pair(select(*_READ), pair).order_by(Unit.id).execution_options(yield_per=5000)
    with closing(session.execute(query)) as rows:
        files = _write_all(folder, generation, map(_folded, rows))
    _write_manifest(folder, position, generation, files, {})


def _write_all(folder: Path, generation: int, units: Iterator[Folded]) -> list[str]:
    files: list[str] = []
    try:
        while part := list(islice(units, LARGEST)):
            files.append(f"{generation}-{len(files)}.texts")
            write(folder / files[-1], part)
    except BaseException:
        for name in files:
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)
        raise
    return files


def _tidy_soon(store: Store, engine: Engine, home: Path, pair: Pair) -> None:
    """Start a thread when a pair has no files yet, or too much that is not in them."""
    c = store.collections.get(pair)
    if c is not None and len(c.fresh) < WRITE_FROM and not _worn(c):
        return
    if pair in store.at_work or time.monotonic() - store.failed.get(pair, -PATIENCE) < PATIENCE:
        return
    store.at_work.add(pair)
    threading.Thread(target=_tidy_quietly, args=(store, engine, home, pair), daemon=True).start()


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
        old = _read_manifest(folder)
        if old is not None and set(old["files"]) == {t.path.name for t, _ in c.files}:
            generation = old["generation"] + 1
            kept = [] if everything else list(c.files)
            units = (u for t, dead in c.files for u in t.units(dead)) if everything else iter(())
            files = _write_all(folder, generation, iter([*units, *c.fresh.values()]))
            gone = {t.path.name: np.flatnonzero(dead).tolist() for t, dead in kept if dead is not None}
            _write_manifest(folder, c.seen, generation, [t.path.name for t, _ in kept] + files, gone)
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
            with locked(folder, wait=True):
                _write_manifest(folder, 0, 0, (), {})
                (folder / "MANIFEST").unlink(missing_ok=True)
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
