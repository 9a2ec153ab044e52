"""From a query to concepts, in one generation of the Whoosh index as it lies open.

Whoosh keeps the words and where they stand; the words a query may mean are chosen here, and their postings put
together here, which for a few dozen words is several times faster than Whoosh's own tree of matchers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any

from glossary.searchindex import Filters
from glossary.spelling import (
    EXACT,
    FAR,
    INFIX,
    KEY,
    LATIN,
    LONGEST_ENDING,
    MOST_EXPANSIONS,
    NEAR,
    PREFIX,
    Query,
    QueryWord,
    Vocabulary,
    is_cjk,
)

#: Words of which the postings are kept in memory.
MOST_POSTINGS = 20_000
#: With so many concepts found, nobody needs what only resembles the query.
ENOUGH = 3

Weights = dict[str, float]
#: Document of the index -> how well it answers.
Scores = dict[int, float]


@dataclass
class Generation:
    """One generation as this process has it open."""

    generation: str
    storage: Any
    searcher: Any
    position: int
    words: Vocabulary
    wholes: Vocabulary
    latin: Vocabulary
    #: Concepts that changed since `position`.
    fresh: set[int] = field(default_factory=set)
    seen: int = 0
    #: Postings that were read before: words come again while one types.
    postings: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    concepts: dict[int, int] = field(default_factory=dict)

    def vocabulary(self, name: str) -> Vocabulary:
        """The words of a field."""
        return {"word": self.words, "whole": self.wholes, "latin": self.latin}[name]

    def documents(self, name: str, word: str) -> tuple[int, ...]:
        """The documents that have this word in this field."""
        from whoosh.reading import TermNotFound

        known = self.postings.get((name, word))
        if known is None:
            try:
                known = tuple(self.searcher.reader().postings(name, word).all_ids())
            except TermNotFound:
                known = ()
            if len(self.postings) >= MOST_POSTINGS:
                self.postings.clear()
            self.postings[name, word] = known
        return known

    def concept(self, document: int) -> int:
        """The concept that a document is about."""
        known = self.concepts.get(document)
        if known is None:
            known = self.concepts[document] = int(self.searcher.reader().stored_fields(document)["id"])
        return known


def find(opened: Generation, query: Query, filters: Filters, limit: int) -> list[int]:
    """What the query may mean, likeliest first; typos and definitions only while hardly anything was found."""
    allowed = _allowed(opened, filters)
    scores = _wholes(opened, query)
    plain = [_most({**_holding(opened, word), **_plain(opened, word)}) for word in query.words]
    latin = [_latin(opened, word) for word in query.words]
    _add(scores, _in_all([_any(opened, *ways) for ways in zip(plain, latin, strict=True)]))
    _add(scores, _scored(opened, "latin", dict.fromkeys(query.latin, LATIN)))
    found = _best(opened, scores, allowed, limit)
    if len(found) < ENOUGH:
        near = [
            _most({**_near(opened, word), **words}) for word, words in zip(query.words, plain, strict=True)
        ]
        _add(scores, _in_all([_any(opened, *ways) for ways in zip(near, latin, strict=True)]))
        defined = [
            [doc for form in word.folds for doc in opened.documents("defined", form)] for word in query.words
        ]
        _add(scores, _in_all([dict.fromkeys(docs, FAR / 10) for docs in defined]))
        found = _best(opened, scores, allowed, limit)
    return found


def _wholes(opened: Generation, query: Query) -> Scores:
    """Documents with a term that is all of the query, or begins with it."""
    weights: Weights = {}
    for start in query.wholes:
        if is_cjk(start):
            weights |= dict.fromkeys(opened.wholes.containing(start, MOST_EXPANSIONS), 2.0)
        weights |= dict.fromkeys(opened.wholes.beginning(start, MOST_EXPANSIONS), 4.0)
    for start in query.joined:  # eigenrisico: each way to make two words of it
        for at in range(2, len(start) - 1):
            for whole in opened.wholes.beginning(f"{start[:at]} {start[at:]}", ENOUGH):
                weights.setdefault(whole, 3.0)
    weights |= dict.fromkeys(query.wholes, 8.0)
    return _scored(opened, "whole", weights)


def _any(opened: Generation, words: Weights, latin: Weights) -> Scores:
    scores = _scored(opened, "word", words)
    for doc, score in _scored(opened, "latin", latin).items():
        scores[doc] = max(score, scores.get(doc, 0.0))
    return scores


def _scored(opened: Generation, field: str, weights: Weights) -> Scores:
    scores: Scores = {}
    for word, weight in weights.items():
        for doc in opened.documents(field, word):
            if weight > scores.get(doc, 0.0):
                scores[doc] = weight
    return scores


def _in_all(parts: list[Scores]) -> Scores:
    fewest = min(parts, key=len)
    return {doc: sum(part[doc] for part in parts) for doc in fewest if all(doc in part for part in parts)}


def _add(scores: Scores, more: Scores) -> None:
    for doc, score in more.items():
        scores[doc] = scores.get(doc, 0.0) + score


def _best(opened: Generation, scores: Scores, allowed: set[int] | None, limit: int) -> list[int]:
    docs = scores if allowed is None else [doc for doc in scores if doc in allowed]
    best = nsmallest(limit, docs, key=lambda doc: (-scores[doc], doc))
    return [opened.concept(doc) for doc in best]


def _allowed(opened: Generation, filters: Filters) -> set[int] | None:
    """Documents that the filters let through, or None for all."""
    allowed: set[int] | None = None
    for name, values in (
        ("subject", filters.subjects),
        ("language", filters.languages),
        ("status", filters.statuses),
    ):
        if values is not None:
            docs = {doc for value in values for doc in opened.documents(name, value)}
            allowed = docs if allowed is None else allowed & docs
    return allowed


def _most(weights: Weights) -> Weights:
    """The likeliest readings of one word of a query."""
    if len(weights) <= MOST_EXPANSIONS:
        return weights
    likeliest = nsmallest(MOST_EXPANSIONS, weights, key=lambda word: (-weights[word], len(word), word))
    return {word: weights[word] for word in likeliest}


def _plain(opened: Generation, word: QueryWord) -> dict[str, float]:
    """Words of the index that are this one, an inflection of it, or begin like it, with how near they are."""
    found = dict.fromkeys(word.folds, EXACT)
    found |= dict.fromkeys(word.keys, KEY)
    for form in word.folds:
        for longer in opened.words.beginning(form, MOST_EXPANSIONS):
            found.setdefault(longer, PREFIX)
    for key in word.keys:
        if len(key) > 3:
            for longer in opened.words.beginning(key, MOST_EXPANSIONS):
                if len(longer) - len(key) <= LONGEST_ENDING:
                    found.setdefault(longer, KEY)
    return found


def _holding(opened: Generation, word: QueryWord) -> dict[str, float]:
    """Words of the index that contain this one: compounds, words with an article."""
    found: dict[str, float] = {}
    for form in word.folds:
        if len(form) > 2:
            for longer in opened.words.containing(form, MOST_EXPANSIONS):
                found.setdefault(longer, INFIX)
    if not found:
        for key in word.keys:
            if len(key) > 3:
                for longer in opened.words.containing(key, MOST_EXPANSIONS // 4):
                    found.setdefault(longer, INFIX)
    return found


def _near(opened: Generation, word: QueryWord) -> dict[str, float]:
    """Words of the index that are this one with a typo."""
    found: dict[str, float] = {}
    for form in word.folds:
        for near, wrong in opened.words.near(form, MOST_EXPANSIONS):
            found.setdefault(near, NEAR if wrong <= 1 else FAR)
        for longer in opened.words.beginning_nearly(form, MOST_EXPANSIONS):
            found.setdefault(longer, NEAR)
    if not found:
        for stem in word.stems:
            for near, wrong in opened.words.near(stem, MOST_EXPANSIONS):
                if wrong <= 1:
                    found.setdefault(near, FAR)
    return found


def _latin(opened: Generation, word: QueryWord) -> dict[str, float]:
    """Latin keys of words in other scripts."""
    if not word.latin:
        return {}
    found = dict.fromkeys(word.latin, LATIN)
    for key in word.latin:
        if len(key) > 2:
            for longer in opened.latin.beginning(key, MOST_EXPANSIONS):
                found.setdefault(longer, FAR)
    return found
