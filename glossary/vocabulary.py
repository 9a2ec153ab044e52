"""The terms of a database as this process holds them to recognise them in sentences: derived, never behind.

One trie per language, built when a text of that language first comes, brought up to date from the feed of changes at
each call. What the session itself has changed and not committed counts for that session only.
"""

from __future__ import annotations

import gc
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from glossary.forms import forms_of
from glossary.history import TOPIC, has_unseen_changes
from glossary.models import Term
from glossary.recent import Recent
from glossary.trie import Trie
from languages import tags
from storage import changes

if TYPE_CHECKING:
    from glossary.reading import Known

Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What recognition says of a term in the language of the text."""

    id: int
    concept_id: int
    language: str
    text: str
    status: str
    wish: str | None
    reason: str | None


#: Words of sentences of which a stock keeps what they are to its terms, at least and at most twice that.
_MOST_KNOWN = 20_000
#: No two states of any stock have the same number.
_editions = itertools.count(1)


@dataclass
class _Stock:
    """The terms of one language: `terms` by id, with their other spellings, and the trie that finds them. `known`: words
    that sentences had, as these terms see them; another table, and another `edition`, as soon as a term is. It is right up to
    `position`, and as it is since `changed`."""

    language: str
    trie: Trie = field(default_factory=Trie)
    terms: dict[int, TermFacts] = field(default_factory=dict)
    variants: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ids_of: dict[int, list[int]] = field(default_factory=dict)
    position: int = 0
    changed: int = 0
    known: Recent[str, Known] = field(default_factory=lambda: Recent(_MOST_KNOWN))
    edition: int = field(default_factory=lambda: next(_editions))

    def discard(self, concept_id: int) -> None:
        self.trie.discard(concept_id)
        for term_id in self.ids_of.pop(concept_id, ()):
            self.terms.pop(term_id, None)
            self.variants.pop(term_id, None)
        self._is_another()

    def add(self, facts: TermFacts, variants: Iterable[str]) -> None:
        self.terms[facts.id] = facts
        if others := tuple(variants):
            self.variants[facts.id] = others
        self.ids_of.setdefault(facts.concept_id, []).append(facts.id)
        for form in forms_of(facts.id, facts.concept_id, (facts.text, *others), self.language):
            self.trie.add(form)
        self._is_another()

    def terms_of(self, concept_id: int) -> list[TermFacts]:
        return [self.terms[term_id] for term_id in self.ids_of.get(concept_id, ()) if term_id in self.terms]

    def _is_another(self) -> None:
        # last, and even if it is empty: who reads a half-changed trie meanwhile writes into the table that goes
        self.known = Recent(_MOST_KNOWN)
        self.edition = next(_editions)


class Looked(NamedTuple):
    """A look at the feed of changes: what came after `seen`."""

    seen: int
    news: changes.News


@dataclass(frozen=True, slots=True)
class View:
    """A stock as one session sees it: the shared one without the concepts this session changed, and those.

    `finds`: where what is found with these terms may be kept, under their `edition`; None where this session sees what
    others do not. `looked`: the look at the feed that this is from."""

    stock: _Stock
    hidden: frozenset[int] = frozenset()
    own: _Stock | None = None
    finds: Recent[tuple, list] | None = None
    edition: int = 0
    looked: Looked | None = None

    @property
    def language(self) -> str:
        """The primary subtag whose terms these are."""
        return self.stock.language

    def terms_of(self, concept_id: int) -> list[TermFacts]:
        """The terms of a concept in this language."""
        stock = self.own if concept_id in self.hidden and self.own is not None else self.stock
        return stock.terms_of(concept_id)

    def layers(self) -> tuple[tuple[_Stock, frozenset[int]], ...]:
        """The stocks to read a text with, each with the concepts of which nothing counts there."""
        if self.own is None:
            return ((self.stock, self.hidden),)
        return (self.stock, self.hidden), (self.own, frozenset())


#: Places in texts that are kept, a text counting for one more.
_MOST_PLACES = 100_000


class _Shelf:
    """What is kept of one database: the stocks, what was found in texts with them, and what was read of concepts for
    readers of a language."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stocks: dict[str, _Stock] = {}
        self.finds: Recent[tuple, list] = Recent(_MOST_PLACES, lambda places: 1 + len(places))
        self.facts: dict[str, dict[int, Any]] = {}
        self.facts_position: int | None = None


_shelves: WeakKeyDictionary[object, _Shelf] = WeakKeyDictionary()
_shelves_lock = threading.Lock()


def _shelf(session: Session) -> _Shelf:
    """By connection pool, because an engine with options is another engine on the same database."""
    bind = session.get_bind()
    key = bind if isinstance(bind, Connection) else bind.pool
    with _shelves_lock:
        shelf = _shelves.get(key)
        if shelf is None:
            shelf = _shelves[key] = _Shelf()
        return shelf


def views(session: Session, language: str) -> list[View]:
    """The terms with which a text of this language is read: its own, and those of languages it may stand in for
    (Persian for Dari), nearest first. Building for 50,000 terms takes seconds, the first time only."""
    shelf = _shelf(session)
    return [_view(session, shelf, primary) for primary in _primaries(language)]


@lru_cache(maxsize=512)
def _primaries(language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.partition("-")[0] for tag in tags.fallbacks(language)))


def _view(session: Session, shelf: _Shelf, language: str) -> View:
    unseen = has_unseen_changes(session)
    # begin first: who waits here for SQLite's write lock must not hold the shelf against the one that has it
    session.connection()
    with shelf.lock:
        stock = shelf.stocks.get(language)
        if stock is None:
            stock = _Stock(language)
            if not unseen:
                stock.position = stock.changed = changes.position(session)
                _fill(session, stock)
                shelf.stocks[language] = stock
                return View(stock, finds=shelf.finds, edition=stock.edition)
            # Nothing may be kept that might be rolled back; the next session builds what stays.
            _fill(session, stock)
            return View(stock)
        looked = Looked(stock.position, changes.since(session, TOPIC, stock.position))
        news = looked.news
        if news.rebuild:
            behind = changes.is_behind(session, stock.position)
            if behind and not unseen and news.position >= stock.changed:
                # what came since this session began to read was of something else
                return View(stock, finds=shelf.finds, edition=stock.edition)
            fresh = _Stock(language, position=news.position, changed=news.position)
            _fill(session, fresh)
            if not unseen and not behind:
                shelf.stocks[language] = fresh
            return View(fresh)
        if unseen and news.keys:
            own = _Stock(language)
            for facts, variants in _read(session, language, news.keys):
                own.add(facts, variants)
            return View(stock, frozenset(news.keys), own, looked=looked)
        if news.keys:
            _take_in(session, stock, news.keys)
            stock.changed = news.position
        if not unseen:
            stock.position = news.position
        return View(stock, finds=shelf.finds, edition=stock.edition, looked=looked)


#: Concepts of which what a reader is told is kept.
MOST_FACTS = 100_000


def kept_facts(
    session: Session,
    concept_ids: Iterable[int],
    language: str,
    read: Callable[[list[int]], dict[int, Facts]],
    looked: Looked | None = None,
) -> dict[int, Facts]:
    """What is told of these concepts to readers of a language: kept from an earlier call while nothing changed, else
    read with `read`. What the session changed itself is read for it alone. `looked`: a look at the feed that this
    session has just taken."""
    shelf, ids = _shelf(session), set(concept_ids)
    if not ids:
        return {}
    unseen = has_unseen_changes(session)
    # begin first: who waits here for SQLite's write lock must not hold the shelf against the one that has it
    session.connection()
    with shelf.lock:
        seen = shelf.facts_position
        if seen is None:
            news = changes.News(changes.position(session), (), rebuild=True)
        elif looked is not None and looked.seen <= seen:
            news = looked.news
        else:
            news = changes.since(session, TOPIC, seen)
        anew = news.rebuild or sum(map(len, shelf.facts.values())) > MOST_FACTS
        if unseen and anew:
            return read(sorted(ids))
        if anew:
            shelf.facts = {}
        elif not unseen and news.keys:
            for some in shelf.facts.values():
                for concept_id in news.keys:
                    some.pop(concept_id, None)
        if not unseen:
            # also back, to what this session sees: what it reads now is no newer
            shelf.facts_position = news.position
        kept = shelf.facts.setdefault(language, {})
        hidden = set(news.keys) if unseen else ()
        found = {concept_id: kept[concept_id] for concept_id in ids if concept_id in kept and concept_id not in hidden}
        if len(found) < len(ids):
            missing = read(sorted(ids - found.keys()))
            if not unseen:
                kept |= missing
            found |= missing
        return found


_Row = tuple[TermFacts, tuple[str, ...]]


def _read(session: Session, language: str, concept_ids: Iterable[int] | None = None) -> list[_Row]:
    """The terms of a language with their other spellings, by id: of these concepts, or all."""
    columns = (Term.id, Term.concept_id, Term.language, Term.text, Term.status, Term.wish, Term.reason, Term.variants)
    wanted = (
        select(*columns)
        .where((Term.language == language) | Term.language.startswith(f"{language}-", autoescape=True))
        .order_by(Term.id)
    )
    if concept_ids is None:
        rows = session.execute(wanted).all()
    else:
        ids, rows = list(concept_ids), []
        for start in range(0, len(ids), 500):
            rows += session.execute(wanted.where(Term.concept_id.in_(ids[start : start + 500]))).all()
    return [(TermFacts(*facts), tuple(variants or ())) for *facts, variants in rows]


def _fill(session: Session, stock: _Stock) -> None:
    """Put every term of the stock's language into it."""
    with without_collecting():
        for facts, variants in _read(session, stock.language):
            stock.add(facts, variants)
    if len(stock.trie) >= _MANY:
        gc.freeze()  # what stays is not looked through again: that took most of a second, in the middle of a sentence


def _take_in(session: Session, stock: _Stock, concept_ids: Iterable[int]) -> None:
    """Read the terms of these concepts anew. One whose terms here are what they were is left as it is: the change was
    of something else, or PostgreSQL tells it again because an older transaction is still open."""
    now: dict[int, list[_Row]] = {concept_id: [] for concept_id in concept_ids}
    for row in _read(session, stock.language, concept_ids):
        now[row[0].concept_id].append(row)
    for concept_id, rows in now.items():
        if rows != [(facts, stock.variants.get(facts.id, ())) for facts in stock.terms_of(concept_id)]:
            stock.discard(concept_id)
            for facts, variants in rows:
                stock.add(facts, variants)


#: From so many forms on, a trie is kept out of the search for garbage.
_MANY = 5_000


@contextmanager
def without_collecting() -> Iterator[None]:
    """A trie, or an index, is hundreds of thousands of objects that stay: looking through them for garbage again and
    again while they are made takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
