"""The terms of a database as this process holds them to recognise them in sentences: derived, never behind.

One trie per language, built when a text of that language first comes, brought up to date from the feed of changes at
each call. What the session itself has changed and not committed counts for that session only.
"""

from __future__ import annotations

import gc
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from glossary.history import TOPIC, has_unseen_changes
from glossary.models import Term
from glossary.trie import Form, Trie
from languages import folding, tags
from languages.determiners import without_determiners
from languages.words import term_keys, words
from storage import changes

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


@dataclass
class _Stock:
    """The terms of one language: `terms` by id, and the trie that finds them."""

    language: str
    trie: Trie = field(default_factory=Trie)
    terms: dict[int, TermFacts] = field(default_factory=dict)
    ids_of: dict[int, list[int]] = field(default_factory=dict)
    position: int = 0

    def discard(self, concept_id: int) -> None:
        self.trie.discard(concept_id)
        for term_id in self.ids_of.pop(concept_id, ()):
            self.terms.pop(term_id, None)

    def add(self, facts: TermFacts, variants: Iterable[str]) -> None:
        self.terms[facts.id] = facts
        self.ids_of.setdefault(facts.concept_id, []).append(facts.id)
        for form in dict.fromkeys((facts.text, *variants)):
            whole = form_of(facts, form, self.language)
            self.trie.add(whole)
            if len(whole.words) > 1 and self.language in JOINED and not whole.capitals:
                self.trie.add(_joined(whole, self.language))
            if len(whole.words) > 2:  # lodge your appeal, of lodge an appeal
                bare = without_determiners(whole.words, self.language)
                if 1 < len(bare) < len(whole.words):
                    self.trie.add(form_of(facts, " ".join(bare), self.language))
            if len(whole.words) > 1 and "\u200c" in form:  # a Persian compound of which a space makes two words
                self.trie.add(form_of(facts, form.replace("\u200c", " "), self.language))


@dataclass(frozen=True, slots=True)
class View:
    """A stock as one session sees it: the shared one without the concepts this session changed, and those."""

    stock: _Stock
    hidden: frozenset[int] = frozenset()
    own: _Stock | None = None

    @property
    def language(self) -> str:
        """The primary subtag whose terms these are."""
        return self.stock.language

    def terms_of(self, concept_id: int) -> list[TermFacts]:
        """The terms of a concept in this language."""
        stock = self.own if concept_id in self.hidden and self.own is not None else self.stock
        return [
            stock.terms[term_id] for term_id in stock.ids_of.get(concept_id, ()) if term_id in stock.terms
        ]

    def single(self, keys) -> Iterator[tuple[Form, TermFacts]]:
        """(form, its term) for the terms of one word that have one of these keys."""
        terms, hidden = self.stock.terms, self.hidden
        for form in self.stock.trie.single(keys):
            facts = terms.get(form.term_id)
            if facts is not None and form.concept_id not in hidden:
                yield form, facts
        if self.own is not None:
            for form in self.own.trie.single(keys):
                yield form, self.own.terms[form.term_id]

    def matches(self, sentence, starts: int | None = None) -> Iterator[tuple[int, int, Form, TermFacts]]:
        """(first word, word after the last, form, its term) for a sentence given as the keys of each word; see
        `Trie.matches`."""
        terms, hidden = self.stock.terms, self.hidden
        for first, end, form in self.stock.trie.matches(sentence, starts):
            facts = terms.get(form.term_id)
            if facts is not None and form.concept_id not in hidden:
                yield first, end, form, facts
        if self.own is not None:
            for first, end, form in self.own.trie.matches(sentence, starts):
                yield first, end, form, self.own.terms[form.term_id]


def form_of(facts: TermFacts, text: str, language: str) -> Form:
    """A way to write a term, as the trie takes it."""
    parts = [word.text for word in words(text, language)]
    capitals = is_capitals(text)
    if capitals:  # an abbreviation is not inflected by rule, and its stem is chance
        keys = tuple(frozenset({folding.fold(part, language)}) for part in parts)
    else:
        keys = tuple(frozenset(term_keys(part, language)) for part in parts)
    return Form(facts.id, facts.concept_id, tuple(exact(part, language) for part in parts), keys, capitals)


#: In which two words are often written as one, or one as two.
JOINED = frozenset({"am", "en", "fa", "nl", "prs", "so", "ti"})
#: A word of so many letters may be two; a syllable of Ethiopic counts for two letters.
_LEAST_JOINED = 8


def _joined(form: Form, language: str) -> Form:
    """The same term written as one word: magangalyodoon, ቤትፍርዲ. Without keys, and so never found, when it is short."""
    last = form.keys[-1]
    start = folding.fold("".join(form.words[:-1]), language)
    word = "".join(form.words)
    syllables = sum("\u1200" <= letter <= "\u139f" for letter in word)
    long = len(word) + syllables >= _LEAST_JOINED
    return Form(form.term_id, form.concept_id, (word,), (frozenset(start + key for key in last if long),))


def is_capitals(text: str) -> bool:
    """True for "IND" and "COA", in scripts that have capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    return 1 < len(letters) <= 6 and all(unicodedata.category(letter) == "Lu" for letter in letters)


@lru_cache(maxsize=65536)
def exact(word: str, language: str) -> str:
    """A word as it counts for an exact hit: only differences that no reader would call one are gone."""
    return folding.lower(folding.exact_fold(word, language), language)


class _Shelf:
    """What is kept of one database: the stocks, and what was read of concepts for readers of a language."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stocks: dict[str, _Stock] = {}
        self.facts: dict[tuple[str, int], Any] = {}
        self.facts_position = -1


_shelves: WeakKeyDictionary[object, _Shelf] = WeakKeyDictionary()
_shelves_lock = threading.Lock()


def _shelf(session: Session) -> _Shelf:
    """By connection pool, because an engine with options is another engine on the same database."""
    bind = session.get_bind()
    key = bind if isinstance(bind, Connection) else bind.pool
    with _shelves_lock:
        return _shelves.setdefault(key, _Shelf())


def views(session: Session, language: str) -> list[View]:
    """The terms with which a text of this language is read: its own, and those of languages it may stand in for
    (Persian for Dari), nearest first. Building for 50,000 terms takes seconds, the first time only."""
    primary = list(dict.fromkeys(tag.partition("-")[0] for tag in tags.fallbacks(language)))
    shelf = _shelf(session)
    return [_view(session, shelf, language) for language in primary]


def _view(session: Session, shelf: _Shelf, language: str) -> View:
    unseen = has_unseen_changes(session)
    # begin first: who waits here for SQLite's write lock must not hold the shelf against the one that has it
    session.connection()
    with shelf.lock:
        stock = shelf.stocks.get(language)
        if stock is None:
            stock = _Stock(language)
            if not unseen:
                stock.position = changes.position(session)
                _fill(session, stock, None)
                shelf.stocks[language] = stock
                return View(stock)
            # Nothing may be kept that might be rolled back; the next session builds what stays.
            _fill(session, stock, None)
            return View(stock)
        news = changes.since(session, TOPIC, stock.position)
        if news.rebuild:
            fresh = _Stock(language, position=news.position)
            _fill(session, fresh, None)
            if not unseen:
                shelf.stocks[language] = fresh
            return View(fresh)
        if not news.keys:
            if not unseen:
                stock.position = news.position
            return View(stock)
        if unseen:
            own = _Stock(language)
            _fill(session, own, news.keys)
            return View(stock, frozenset(news.keys), own)
        for concept_id in news.keys:
            stock.discard(concept_id)
        _fill(session, stock, news.keys)
        stock.position = news.position
        return View(stock)


#: Concepts of which what a reader is told is kept.
MOST_FACTS = 100_000


def kept_facts(
    session: Session, concept_ids: Iterable[int], language: str, read: Callable[[list[int]], dict[int, Facts]]
) -> dict[int, Facts]:
    """What is told of these concepts to readers of a language: kept from an earlier call while nothing changed, else
    read with `read`. What the session changed itself is read for it alone."""
    shelf, ids = _shelf(session), set(concept_ids)
    if not ids:
        return {}
    unseen = has_unseen_changes(session)
    # begin first: who waits here for SQLite's write lock must not hold the shelf against the one that has it
    session.connection()
    with shelf.lock:
        news = changes.since(session, TOPIC, max(shelf.facts_position, 0))
        changed = set(news.keys)
        if news.rebuild or shelf.facts_position < 0 or len(shelf.facts) > MOST_FACTS:
            if unseen:
                return read(sorted(ids))
            shelf.facts.clear()
        elif not unseen and changed:
            shelf.facts = {key: value for key, value in shelf.facts.items() if key[1] not in changed}
        if not unseen:
            shelf.facts_position = news.position
        found = {
            concept_id: shelf.facts[language, concept_id]
            for concept_id in ids
            if (language, concept_id) in shelf.facts and not (unseen and concept_id in changed)
        }
        missing = read(sorted(ids - found.keys())) if ids - found.keys() else {}
        for concept_id, value in missing.items():
            if not unseen:
                shelf.facts[language, concept_id] = value
        return found | missing


def _fill(session: Session, stock: _Stock, concept_ids: Iterable[int] | None) -> None:
    """Read terms of the stock's language into it: of these concepts, or all."""
    columns = (
        Term.id,
        Term.concept_id,
        Term.language,
        Term.text,
        Term.status,
        Term.wish,
        Term.reason,
        Term.variants,
    )
    wanted = select(*columns).where(
        (Term.language == stock.language) | Term.language.startswith(f"{stock.language}-", autoescape=True)
    )
    if concept_ids is None:
        rows = session.execute(wanted.order_by(Term.id)).all()
    else:
        ids, rows = list(concept_ids), []
        for start in range(0, len(ids), 500):
            rows += session.execute(
                wanted.where(Term.concept_id.in_(ids[start : start + 500])).order_by(Term.id)
            ).all()
    with without_collecting():
        for *facts, variants in rows:
            stock.add(TermFacts(*facts), variants or ())
    if len(stock.trie) >= _MANY:
        gc.freeze()  # what stays is not looked through again: that took most of a second, in the middle of a sentence


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
