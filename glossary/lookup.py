"""Looking a concept up: one box, any language, any spelling, as one types.

An index proposes concepts (`SearchIndex`, a port: Whoosh in `glossary.whoosh_index`, or the database itself); what
is shown, in which order and with what marked is decided here, on the terms as they stand in the database now. So
an index may be behind, or be gone, and nothing false is ever shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from glossary import subjects
from glossary.models import RANK, Concept, Definition, Term
from glossary.spelling import (
    INFIX,
    LATIN,
    WORD,
    Query,
    QueryWord,
    closeness,
    is_cjk,
    latin_wholes,
    may_be_latin,
    read_query,
    words_of,
)
from languages import folding, tags

log = logging.getLogger(__name__)

#: Concepts looked at for a page of twenty.
CANDIDATES = 40
#: As far as a search with filters looks for enough that answers them.
MOST_CANDIDATES = 2_560


class IndexUnusable(Exception):
    """The index cannot answer now: it is being built by another process, or its folder cannot be written."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            f"The index of terms cannot be used ({reason}). Look-ups go to the database until it can."
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must have: one of these subjects, a term in one of these languages, with one of these statuses."""

    subjects: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    statuses: frozenset[str] | None = None

    def admits(self, term: TermRow) -> bool:
        """Whether a term may answer the query."""
        if self.languages is not None and not self.languages & {
            term.language,
            term.language.partition("-")[0],
        }:
            return False
        return self.statuses is None or term.status in self.statuses


class SearchIndex(Protocol):
    """What proposes concepts for a query."""

    def candidates(self, session: Session, query: Query, filters: Filters, limit: int) -> Sequence[int]:
        """Concept ids, likeliest first; all that were committed when the session reads, none missed but by `limit`.
        Raises IndexUnusable."""


@dataclass(frozen=True, slots=True)
class TermRow:
    """What looking up needs of a term."""

    id: int
    concept_id: int
    language: str
    text: str
    status: str
    register: str | None
    variants: tuple[str, ...]
    transliteration: str | None


@dataclass(frozen=True, slots=True)
class MatchedTerm:
    """A term that answers the query. `spans` are (start, end) in `text`, the spelling people wrote; none when the
    query met a variant or a transliteration that does not show. `score` is 1 for the very same words."""

    term_id: int
    language: str
    text: str
    status: str
    score: float
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept that answers the query, with the terms that do, best first; no term when a definition does."""

    concept_id: int
    score: float
    matched: tuple[MatchedTerm, ...]


def search(
    session: Session,
    index: SearchIndex | None,
    query: str,
    *,
    language: str | None = None,
    subject: str | None = None,
    status: str | None = None,
    limit: int = 20,
    include_proposed: bool = True,
) -> list[Hit]:
    """Concepts for what a person typed, best first: the same words before beginnings, parts and typos; among equals
    preferred terms first. `language` also finds its varieties; `subject` also finds what is below it.

    Without an index, or with one that cannot be used, the database answers: slower, without typos."""
    statuses = {status} if status else None
    if not include_proposed:
        statuses = (statuses or set(RANK)) - {"proposed"}
    filters = Filters(
        frozenset(subjects.within(subject)) if subject else None,
        frozenset({tags.normalise(language)}) if language else None,
        frozenset(statuses) if statuses is not None else None,
    )
    asked = read_query(query, language)
    if not asked:
        return []
    index = index or DatabaseScan()
    wanted = max(CANDIDATES, limit * 2)
    while True:
        try:
            ids = index.candidates(session, asked, filters, wanted)
        except IndexUnusable as trouble:
            log.warning("%s", trouble)
            index = DatabaseScan()
            continue
        hits = _ranked(session, asked, filters, ids, limit)
        # An index knows the languages of a concept, not of which of them the word is that it found.
        if len(hits) >= limit or len(ids) < wanted or filters == Filters() or wanted >= MOST_CANDIDATES:
            return hits
        wanted *= 4


def _ranked(session: Session, asked: Query, filters: Filters, ids: Sequence[int], limit: int) -> list[Hit]:
    ids = _about(session, filters, ids)
    order = {concept_id: place for place, concept_id in enumerate(ids)}
    scored: dict[int, list[tuple[float, TermRow]]] = {}
    reading = Reading(asked)
    for term in term_rows(session, ids, filters):
        if filters.admits(term):
            score = reading.score(term)
            if score > 0:
                scored.setdefault(term.concept_id, []).append((score, term))
    best: list[tuple[float, int]] = []
    for concept_id, terms in scored.items():
        terms.sort(key=lambda found: (-found[0], RANK[found[1].status], found[1].id))
        score, term = terms[0]
        best.append((score + (3 - RANK[term.status]) * 0.02, concept_id))
    best.sort(key=lambda found: (-found[0], order[found[1]]))
    hits = []
    for score, concept_id in best[:limit]:
        hits.append(
            Hit(
                concept_id,
                round(score, 4),
                tuple(reading.matched(*found) for found in scored[concept_id][:8]),
            )
        )
    if len(hits) < limit:
        rest = [concept_id for concept_id in ids if concept_id not in scored]
        hits += [
            Hit(concept_id, 0.1, ())
            for concept_id in _defined(session, asked, filters, rest)[: limit - len(hits)]
        ]
    return hits


def _about(session: Session, filters: Filters, ids: Sequence[int]) -> list[int]:
    """Those of these concepts that are of the filter's subjects, by the database: an index may not know of a change."""
    if filters.subjects is None or not ids:
        return list(ids)
    wanted = select(_CONCEPT.id).where(_CONCEPT.id.in_(ids), _CONCEPT.subject.in_(sorted(filters.subjects)))
    inside = set(session.execute(wanted).scalars())
    return [concept_id for concept_id in ids if concept_id in inside]


def _defined(session: Session, asked: Query, filters: Filters, ids: Sequence[int]) -> list[int]:
    """Concepts among these whose definition has every word of the query. Filters on terms exclude them."""
    if not ids or filters.languages is not None or filters.statuses is not None:
        return []
    found = []
    rows = session.execute(
        select(Definition.concept_id, Definition.language, Definition.text, Definition.plain).where(
            Definition.concept_id.in_(ids)
        )
    )
    for concept_id, language, text, plain in rows:
        words = definition_words(text, plain, language)
        if concept_id not in found and all(word.folds & words for word in asked.words):
            found.append(concept_id)
    order = {concept_id: place for place, concept_id in enumerate(ids)}
    return sorted(found, key=order.__getitem__)


def definition_words(text: str, plain: str | None, language: str) -> set[str]:
    """The words under which a definition is found."""
    return set(words_of(folding.fold(f"{text}\n{plain or ''}", language)))


# The tables' columns: the mapped ones cost several times as much, and this is read at every letter typed.
_CONCEPT, _TERM = Concept.__table__.c, Term.__table__.c
TERM_COLUMNS = (
    _TERM.id,
    _TERM.concept_id,
    _TERM.language,
    _TERM.text,
    _TERM.status,
    _TERM.register,
    _TERM.variants,
    _TERM.transliteration,
)


def term_rows(session: Session, concept_ids: Iterable[int], filters: Filters | None = None) -> list[TermRow]:
    """The terms of these concepts; with filters, no more than their languages and statuses need."""
    ids = list(concept_ids)
    wanted = select(*TERM_COLUMNS)
    if filters is not None and filters.languages is not None:
        wanted = wanted.where(
            or_(
                _TERM.language.in_(sorted(filters.languages)),
                *(_TERM.language.startswith(f"{tag}-", autoescape=True) for tag in sorted(filters.languages)),
            )
        )
    if filters is not None and filters.statuses is not None:
        wanted = wanted.where(_TERM.status.in_(sorted(filters.statuses)))
    rows: list[Any] = []
    for start in range(0, len(ids), 500):
        rows += session.execute(wanted.where(_TERM.concept_id.in_(ids[start : start + 500]))).all()
    return [TermRow(*row[:6], tuple(row[6] or ()), row[7]) for row in rows]


@lru_cache(maxsize=1 << 15)
def _split(form: str, language: str) -> tuple[tuple[str, ...], str]:
    """(the words of a form of a term, folded, and all of them as one text)."""
    words = tuple(words_of(folding.fold(form, language)))
    return words, " ".join(words)


class Reading:
    """One query against terms: how well each answers, and where. What was found of a word is kept while this lasts,
    because the concepts that an index proposes share their words."""

    def __init__(self, asked: Query):
        self.asked = asked
        self._close: dict[tuple[int, str, str, str | None], float] = {}
        self._joined = asked.joined
        self._by_latin = any(word.latin for word in asked.words)

    def score(self, term: TermRow) -> float:
        """How well a term answers: 0 when a word of the query has no answer in it, 2 for exactly this term, 1.5 for
        its beginning; otherwise how close each word is, less for what else the term says."""
        best = self._score_form(term.text, term.language, term.transliteration)
        for form in term.variants:
            best = max(best, self._score_form(form, term.language, term.transliteration))
        return best

    def _closeness(self, place: int, folded: str, language: str, transliteration: str | None = None) -> float:
        key = (place, folded, language if self._by_latin else "", transliteration)
        found = self._close.get(key)
        if found is None:
            found = self._close[key] = closeness(self.asked.words[place], folded, language, transliteration)
        return found

    def _score_form(self, form: str, language: str, transliteration: str | None) -> float:
        asked = self.asked
        words, whole = _split(form, language)
        if not words:
            return 0.0
        if whole in asked.wholes:
            return 2.0
        for start in asked.wholes:
            if whole.startswith(start):
                return 1.5 + 0.2 * len(start) / len(whole)
        if self._joined and len(words) > 1:
            for start in self._joined:
                if (together := "".join(words)).startswith(start):
                    return 1.3 + 0.2 * len(start) / len(together)
        if is_cjk(whole):
            return max(
                (INFIX + 0.3 * len(start) / len(whole) for start in asked.wholes if start in whole),
                default=0.0,
            )
        total = 0.0
        alone = transliteration if len(words) == 1 else None
        for place in range(len(asked.words)):
            found = max(self._closeness(place, folded, language, alone) for folded in words)
            if not found:
                if asked.latin and may_be_latin(asked.latin, form) and asked.latin & latin_wholes(form, language):
                    return LATIN
                return 0.0
            total += found
        covered = min(1.0, len(asked.words) / len(words))
        return total / len(asked.words) * (0.7 + 0.3 * covered)

    def matched(self, score: float, term: TermRow) -> MatchedTerm:
        """A term that answers, with what to mark in it: also when a variant did, because an inflected form mostly
        shows in the word itself."""
        spans = tuple(self.highlight(term.text, term.language))
        return MatchedTerm(term.id, term.language, term.text, term.status, round(score, 4), spans)

    def highlight(self, text: str, language: str) -> list[tuple[int, int]]:
        """(start, end) in the text as it is written, for each stretch that answers the query, in order."""
        folded, origin = folding.fold_with_map(text, language)
        found: list[tuple[int, int]] = []
        for word in WORD.finditer(folded):
            stretch = self._stretch(word[0], language)
            if stretch is not None:
                start, end = word.start() + stretch[0], word.start() + stretch[1]
                start, end = folding.original_span(origin, start, end, len(text))
                if found and start < found[-1][1]:  # ¼ is one letter and two words
                    before = found.pop()
                    start, end = before[0], max(before[1], end)
                found.append((start, end))
        return found

    def _stretch(self, folded_word: str, language: str) -> tuple[int, int] | None:
        """Which letters of a folded word answer the query: the part that was typed, or all of it."""
        best: tuple[float, tuple[int, int]] | None = None
        for place, word in enumerate(self.asked.words):
            close = self._closeness(place, folded_word, language)
            if close and (best is None or close > best[0]):
                best = close, _typed_part(word, folded_word)
        if best is None and is_cjk(folded_word):
            for whole in self.asked.wholes:
                at = folded_word.find(whole)
                if at >= 0:
                    return at, at + len(whole)
        return best[1] if best else None


def _typed_part(word: QueryWord, folded_word: str) -> tuple[int, int]:
    for form in sorted(word.folds, key=len, reverse=True):
        at = folded_word.find(form)
        if at == 0 or (at > 0 and len(form) > 3):
            return at, at + len(form)
    return 0, len(folded_word)


#: Terms that are read and compared one by one when there is no index; of more, those that hold a word of the query.
MOST_SCANNED = 5_000
#: At most so many of those.
MOST_HOLDING = 2_000


class DatabaseScan:
    """The index when there is none. Of a small term base it reads every term: right, without hurry. Of a big one only
    those that hold a word of the query as it was typed: no typos, no other spelling, until the index is there."""

    def candidates(self, session: Session, query: Query, filters: Filters, limit: int) -> Sequence[int]:
        """See SearchIndex."""
        best: dict[int, float] = {}
        reading = Reading(query)
        for term in self._terms(session, query, filters):
            if filters.admits(term):
                score = reading.score(term)
                if score > best.get(term.concept_id, 0.0):
                    best[term.concept_id] = score
        found = sorted(best, key=lambda concept_id: (-best[concept_id], concept_id))[:limit]
        if len(found) < limit and not self._is_big(session):
            rows = session.execute(
                select(Definition.concept_id, Definition.language, Definition.text, Definition.plain)
            )
            for concept_id, language, text, plain in rows:
                words = definition_words(text, plain, language)
                if concept_id not in best and all(word.folds & words for word in query.words):
                    found.append(concept_id)
        return list(dict.fromkeys(found))[:limit]

    def _is_big(self, session: Session) -> bool:
        # counted no further than it matters
        some = select(Term.id).limit(MOST_SCANNED + 1).subquery()
        return (session.scalar(select(func.count()).select_from(some)) or 0) > MOST_SCANNED

    def _terms(self, session: Session, query: Query, filters: Filters) -> list[TermRow]:
        wanted = select(*TERM_COLUMNS)
        if filters.subjects is not None:
            wanted = wanted.join(Concept, Concept.id == Term.concept_id).where(
                Concept.subject.in_(sorted(filters.subjects))
            )
        if self._is_big(session):
            word = max(words_of(query.text), key=len, default=query.text)
            wanted = wanted.where(Term.text.icontains(word, autoescape=True))
            wanted = wanted.order_by(func.length(Term.text), Term.id).limit(MOST_HOLDING)
        return [TermRow(*row[:6], tuple(row[6] or ()), row[7]) for row in session.execute(wanted)]
