"""From a query to concepts, in the open file of the index.

The file keeps the words and where they stand; the words a query may mean are chosen here, and what is found under them is
put together here.
"""

from __future__ import annotations

from heapq import nsmallest

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
    is_cjk,
)
from glossary.termfile import TermFile

#: With so many concepts found, nobody needs what only resembles the query.
ENOUGH = 3

Weights = dict[str, float]
#: Document of the file -> how well it answers.
Scores = dict[int, float]


def find(file: TermFile, query: Query, filters: Filters, limit: int) -> list[int]:
    """What the query may mean, likeliest first; typos and definitions only while hardly anything was found."""
    allowed = _allowed(file, filters)
    scores = _wholes(file, query)
    plain = [_most({**_holding(file, word), **_plain(file, word)}) for word in query.words]
    latin = [_latin(file, word) for word in query.words]
    _add(scores, _in_all([_any(file, *ways) for ways in zip(plain, latin, strict=True)]))
    _add(scores, _scored(file, "latin", dict.fromkeys(query.latin, LATIN)))
    found = _best(file, scores, allowed, limit)
    if len(found) < ENOUGH:
        near = [
            _most({**_near(file, word), **words}) for word, words in zip(query.words, plain, strict=True)
        ]
        _add(scores, _in_all([_any(file, *ways) for ways in zip(near, latin, strict=True)]))
        defined = [
            [doc for form in word.folds for doc in file.documents("defined", form)] for word in query.words
        ]
        _add(scores, _in_all([dict.fromkeys(docs, FAR / 10) for docs in defined]))
        found = _best(file, scores, allowed, limit)
    return found


def _wholes(file: TermFile, query: Query) -> Scores:
    """Documents with a term that is all of the query, or begins with it."""
    weights: Weights = {}
    for start in query.wholes:
        if is_cjk(start):
            weights |= dict.fromkeys(file.words["whole"].containing(start, MOST_EXPANSIONS), 2.0)
        weights |= dict.fromkeys(file.words["whole"].beginning(start, MOST_EXPANSIONS), 4.0)
    for start in query.joined:  # eigenrisico: each way to make two words of it
        for at in range(2, len(start) - 1):
            for whole in file.words["whole"].beginning(f"{start[:at]} {start[at:]}", ENOUGH):
                weights.setdefault(whole, 3.0)
    weights |= dict.fromkeys(query.wholes, 8.0)
    return _scored(file, "whole", weights)


def _any(file: TermFile, words: Weights, latin: Weights) -> Scores:
    scores = _scored(file, "word", words)
    for doc, score in _scored(file, "latin", latin).items():
        scores[doc] = max(score, scores.get(doc, 0.0))
    return scores


def _scored(file: TermFile, field: str, weights: Weights) -> Scores:
    scores: Scores = {}
    for word, weight in weights.items():
        for doc in file.documents(field, word):
            if weight > scores.get(doc, 0.0):
                scores[doc] = weight
    return scores


def _in_all(parts: list[Scores]) -> Scores:
    fewest = min(parts, key=len)
    return {doc: sum(part[doc] for part in parts) for doc in fewest if all(doc in part for part in parts)}


def _add(scores: Scores, more: Scores) -> None:
    for doc, score in more.items():
        scores[doc] = scores.get(doc, 0.0) + score


def _best(file: TermFile, scores: Scores, allowed: bytes | None, limit: int) -> list[int]:
    docs = scores if allowed is None else [doc for doc in scores if allowed[doc]]
    best = nsmallest(limit, docs, key=lambda doc: (-scores[doc], doc))
    return [file.concepts[doc] for doc in best]


def _allowed(file: TermFile, filters: Filters) -> bytes | None:
    """For each document whether the filters let it through, or None for all."""
    allowed = None
    for name, values in (
        ("subject", filters.subjects),
        ("language", filters.languages),
        ("status", filters.statuses),
    ):
        if values is not None:
            holding = file.holding(name, values)
            allowed = holding if allowed is None else allowed & holding
    return None if allowed is None else allowed.tobytes()


def _most(weights: Weights) -> Weights:
    """The likeliest readings of one word of a query."""
    if len(weights) <= MOST_EXPANSIONS:
        return weights
    likeliest = nsmallest(MOST_EXPANSIONS, weights, key=lambda word: (-weights[word], len(word), word))
    return {word: weights[word] for word in likeliest}


def _plain(file: TermFile, word: QueryWord) -> dict[str, float]:
    """Words of the index that are this one, an inflection of it, or begin like it, with how near they are."""
    found = dict.fromkeys(word.folds, EXACT)
    found |= dict.fromkeys(word.keys, KEY)
    for form in word.folds:
        for longer in file.words["word"].beginning(form, MOST_EXPANSIONS):
            found.setdefault(longer, PREFIX)
    for key in word.keys:
        if len(key) > 3:
            for longer in file.words["word"].beginning(key, MOST_EXPANSIONS):
                if len(longer) - len(key) <= LONGEST_ENDING:
                    found.setdefault(longer, KEY)
    return found


def _holding(file: TermFile, word: QueryWord) -> dict[str, float]:
    """Words of the index that contain this one: compounds, words with an article."""
    found: dict[str, float] = {}
    for form in word.folds:
        if len(form) > 2:
            for longer in file.words["word"].containing(form, MOST_EXPANSIONS):
                found.setdefault(longer, INFIX)
    if not found:
        for key in word.keys:
            if len(key) > 3:
                for longer in file.words["word"].containing(key, MOST_EXPANSIONS // 4):
                    found.setdefault(longer, INFIX)
    return found


def _near(file: TermFile, word: QueryWord) -> dict[str, float]:
    """Words of the index that are this one with a typo."""
    found: dict[str, float] = {}
    for form in word.folds:
        for near, wrong in file.words["word"].near(form, MOST_EXPANSIONS):
            found.setdefault(near, NEAR if wrong <= 1 else FAR)
        for longer in file.words["word"].beginning_nearly(form, MOST_EXPANSIONS):
            found.setdefault(longer, NEAR)
    if not found:
        for stem in word.stems:
            for near, wrong in file.words["word"].near(stem, MOST_EXPANSIONS):
                if wrong <= 1:
                    found.setdefault(near, FAR)
    return found


def _latin(file: TermFile, word: QueryWord) -> dict[str, float]:
    """Latin keys of words in other scripts."""
    if not word.latin:
        return {}
    found = dict.fromkeys(word.latin, LATIN)
    for key in word.latin:
        if len(key) > 2:
            for longer in file.words["latin"].beginning(key, MOST_EXPANSIONS):
                found.setdefault(longer, FAR)
    return found
