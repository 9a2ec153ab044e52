"""The units of a language pair as matching needs them, kept in this process and caught up at every lookup.

The database is the truth: a `Collection` is a copy of one pair's units, with the position in the feed of changes
(`storage.changes`) up to which it is right. Every lookup first takes in what was committed since, so that several
processes and machines see an approval, a recall or an erasure on their next lookup.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, Select, select
from sqlalchemy.orm import Session

from languages import tags
from memory import forms, scoring
from memory.keys import text_keys
from memory.listed import FEW, Entry, Listed
from memory.models import QUALITIES, TOPIC, Unit
from storage import changes

if TYPE_CHECKING:
    import numpy as np

    from memory.segments import Segment


#: More changes than this are not taken in one by one.
MANY = 50_000


class Pair(NamedTuple):
    """A language pair as it is stored, and which side of its units a query is compared with."""

    source_language: str
    target_language: str
    reversed: bool = False

    @property
    def language(self) -> str:
        """The language of the side that is compared."""
        return self.target_language if self.reversed else self.source_language


_COLUMNS = (
    Unit.id,
    Unit.source_language,
    Unit.target_language,
    Unit.source,
    Unit.target,
    Unit.source_key,
    Unit.form,
    Unit.form_version,
    Unit.bare_key,
    Unit.profile_key,
    Unit.previous_key,
    Unit.next_key,
    Unit.place_key,
    Unit.found_elsewhere,
    Unit.quality,
    Unit.origin,
    Unit.one_to_one,
    Unit.recency,
    Unit.project,
    Unit.origin_name,
    Unit.recalled_at,
)
_QUALITY_ORDER = {quality.value: order for order, quality in enumerate(QUALITIES)}


class Vocabulary:
    """Words as single characters, so that a text's words are a string and are compared as one."""

    #: Unicode has 1,114,112 code points; the last of them stand for words of a query that no unit has.
    LARGEST = 1_000_000

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def add(self, words: Iterable[str]) -> str:
        codes = self._codes
        found = []
        for word in words:
            code = codes.get(word)
            if code is None:
                if len(codes) >= self.LARGEST:
                    raise OverflowError(
                        "more than a million different words in one language pair: build an index"
                    )
                code = codes[word] = chr(len(codes))
            found.append(code)
        return "".join(found)

    def read(self, words: Iterable[str]) -> str:
        new: dict[str, str] = {}
        return "".join(
            self._codes.get(word) or new.setdefault(word, chr(0x10FFFF - len(new))) for word in words
        )


def entry(row: Row, pair: Pair, vocabulary: Vocabulary) -> Entry:
    keys: Mapping[str, Any]
    if pair.reversed:
        keys = text_keys(row.target, pair.language)
    else:
        current = row.form_version == forms.VERSION
        keys = row._mapping if current else text_keys(row.source, pair.language)
    form = keys["form"]
    return Entry(
        id=row.id,
        form=form,
        words=vocabulary.add(forms.words(form)) if forms.has_words(pair.language) else "",
        bare_key=keys["bare_key"],
        same_key=keys["source_key"],
        profile_key=keys["profile_key"],
        # the neighbours are in the other language
        previous_key=0 if pair.reversed else row.previous_key,
        next_key=0 if pair.reversed else row.next_key,
        place_key=0 if pair.reversed else row.place_key,
        elsewhere=row.found_elsewhere and not pair.reversed,
        quality=_QUALITY_ORDER[row.quality],
        origin=row.origin,
        one_to_one=row.one_to_one,
        recency=row.recency,
        project=row.project,
        origin_name=row.origin_name if row.origin in scoring.NAMED else None,
    )


@dataclass(frozen=True)
class Collection:
    """The units of one pair, never changed: a change gives a new one.

    `entries` are compared one by one. `segments` are files of the index, each with which of its units were changed
    or deleted since it was written (None: none was)."""

    pair: Pair
    entries: dict[int, Entry]
    seen: int
    vocabulary: Vocabulary
    segments: tuple[tuple[Segment, np.ndarray | None], ...] = ()

    def changed(self, entries: Iterable[Entry], gone: Iterable[int], seen: int) -> Collection:
        """Without the units in `gone`, but with these entries, which are of units among them."""
        gone = list(gone)
        kept = dict(self.entries)
        for id in gone:
            kept.pop(id, None)
        kept.update((e.id, e) for e in entries)
        segments = self.segments
        if segments:
            from memory.files import marked  # only who has an index needs numpy

            segments = tuple((segment, marked(segment, dead, gone)) for segment, dead in segments)
        found = Collection(self.pair, kept, seen, self.vocabulary, segments)
        listed = self.__dict__.get("listed")
        if listed is not None and len(gone) <= FEW:
            new = [kept[id] for id in gone if id in kept]
            found.__dict__["listed"] = listed.changed([self.entries[id] for id in gone if id in self.entries], new)
        return found

    def seen_at(self, position: int) -> Collection:
        return self if position == self.seen else replace(self, seen=position)

    @cached_property
    def listed(self) -> Listed:
        return Listed.of(self.entries.values())


class Files(Protocol):
    """What a store asks of its index on disk. `memory.index` is it; a process without one never loads that."""

    def collection(self, session: Session, store: Store, pair: Pair) -> Collection | None: ...

    def tidy_soon(self, store: Store, engine: Engine) -> None: ...


class Store:
    """What this process holds of one database. `folder` is where its index lives, and `files` the index, when it has
    one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.collections: dict[Pair, Collection] = {}
        self.known: frozenset[tuple[str, str]] | None = None
        self.seen = 0
        self.folder: Path | None = None
        self.files: Files | None = None
        #: Files that still hold the text of deleted units.
        self.to_erase: set[Path] = set()
        #: What of it may be kept: not what one session reads of its own uncommitted changes.
        self.lasting = True

    def passing(self) -> Store:
        """A copy for one lookup of a session whose own changes may yet be rolled back."""
        other = Store()
        other.collections, other.known, other.seen = dict(self.collections), self.known, self.seen
        other.folder, other.files, other.lasting = self.folder, self.files, False
        return other


_stores: WeakKeyDictionary[object, Store] = WeakKeyDictionary()
_stores_lock = threading.Lock()


def store_of(engine: Engine) -> Store:
    """One for all engines that share their connections: an engine with other execution options is another object."""
    with _stores_lock:
        store = _stores.get(engine.pool)
        if store is None:
            store = _stores[engine.pool] = Store()
        return store


def collections(
    session: Session, source_language: str, target_language: str, *, reverse: bool = True
) -> list[Collection]:
    """The collections that can answer for a language pair, varieties and the other direction included, right for
    everything that this session can see."""
    store = store_of(session.get_bind().engine)
    # begin first: who waits here for SQLite's write lock must not hold the store against the one that has it
    session.connection()
    with store.lock:
        if not changes.settled(session):
            store = store.passing()
        return _caught_up(session, store, source_language, target_language, reverse)


def _caught_up(
    session: Session, store: Store, source_language: str, target_language: str, reverse: bool
) -> list[Collection]:
    for _ in range(5):
        know_pairs(session, store)
        take_news(session, store)
        if store.known is None:
            continue
        wanted = sorted(_wanted(store.known, source_language, target_language, reverse))
        missing = [pair for pair in wanted if pair not in store.collections]
        for pair in missing:
            store.collections[pair] = _load(session, store, pair)
        if any(store.collections[pair].seen < store.seen for pair in missing):
            take_news(session, store)  # a file of the index may be older than what this session sees
        if all(pair in store.collections for pair in wanted):
            return [store.collections[pair] for pair in wanted]
    raise RuntimeError("the memory changes faster than it can be read")


def know_pairs(session: Session, store: Store) -> None:
    """Begin to keep a store: what was committed until now needs not to be taken in as news."""
    if store.known is None:
        store.seen = changes.position(session)
        found = session.execute(select(Unit.source_language, Unit.target_language).distinct())
        store.known = frozenset((s, t) for s, t in found)


def take_news(session: Session, store: Store) -> None:
    """Take in what was committed since the last time. After a replaced database the store is empty."""
    loaded = list(store.collections.values())
    news = changes.since(session, TOPIC, min([store.seen, *(c.seen for c in loaded)]))
    if news.rebuild:
        if not is_behind(session, store):
            store.collections, store.known = {}, None
        return
    if len(news.keys) > MANY:
        # reading the pairs anew is quicker
        store.collections, store.known = {}, None
        return
    if not news.keys and all(seen == news.position for seen in (store.seen, *(c.seen for c in loaded))):
        _tidy_soon(session, store)
        return
    rows = list(_rows(session, news.keys))
    deleted = set(news.keys) - {row.id for row in rows}
    if news.position >= store.seen:
        store.known = (store.known or frozenset()) | {(r.source_language, r.target_language) for r in rows}
        store.seen = news.position
    for c in loaded:
        # a session that began earlier must not take a collection back in time
        if news.position >= c.seen:
            store.collections[c.pair] = _with_news(c, rows, news)
            if deleted and store.lasting:
                store.to_erase |= {s.path for s, _ in c.segments if len(s.where(list(deleted)))}
    _tidy_soon(session, store)


def _tidy_soon(session: Session, store: Store) -> None:
    if store.files is not None and store.lasting:
        store.files.tidy_soon(store, session.get_bind().engine)


def _with_news(c: Collection, rows: list[Row], news: changes.News) -> Collection:
    if not news.keys:
        return c.seen_at(news.position)
    mine = [
        entry(row, c.pair, c.vocabulary)
        for row in rows
        if row.recalled_at is None and (row.source_language, row.target_language) == c.pair[:2]
    ]
    if not mine and not c.segments and not any(key in c.entries for key in news.keys):
        return c.seen_at(news.position)
    return c.changed(mine, news.keys, news.position)


def is_behind(session: Session, store: Store) -> bool:
    """Whether the session's transaction merely began before what the store knows was committed (and the database
    was not replaced by an older one)."""
    return changes.is_behind(session, max([store.seen, *(c.seen for c in store.collections.values())]))


def _wanted(
    known: frozenset[tuple[str, str]], source_language: str, target_language: str, reverse: bool
) -> Iterator[Pair]:
    for source, target in known:
        if stands_in(source, source_language) and stands_in(target, target_language):
            yield Pair(source, target)
        elif reverse and stands_in(target, source_language) and stands_in(source, target_language):
            yield Pair(source, target, reversed=True)


@lru_cache(maxsize=1000)
def stands_in(has: str, asked: str) -> bool:
    """Whether a text in one language can be offered where another is asked for: the same language in the same
    script, or one that its readers read also (`languages.tags.fallbacks`)."""
    if has == asked:
        return True
    same = tags.same_language(has, asked) or tags.base(has) in map(tags.base, tags.fallbacks(asked))
    return same and tags.script(has) == tags.script(asked)


def _load(session: Session, store: Store, pair: Pair) -> Collection:
    if store.files is not None:
        found = store.files.collection(session, store, pair)
        if found is not None:
            return found
    seen, vocabulary = changes.position(session), Vocabulary()
    with closing(session.execute(of_pair(select(*_COLUMNS), pair).execution_options(yield_per=5000))) as rows:
        return Collection(pair, {row.id: entry(row, pair, vocabulary) for row in rows}, seen, vocabulary)


def of_pair(query: Select, pair: Pair) -> Select:
    return query.where(
        Unit.source_language == pair.source_language,
        Unit.target_language == pair.target_language,
        Unit.recalled_at.is_(None),
    )


def _rows(session: Session, ids: Iterable[int]) -> Iterator[Row]:
    ids = list(ids)
    for start in range(0, len(ids), 500):
        yield from session.execute(select(*_COLUMNS).where(Unit.id.in_(ids[start : start + 500])))
