"""Looking a concept up: one box, any language, any spelling, as one types.

An index proposes concepts (`glossary.searchindex`, a port: `glossary.termindex`, or the database itself); what is shown, in which order and with what marked is decided here, on the terms as they stand in the database now. So
an index may be behind, or be gone, and nothing false is ever shown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary import subjects
from glossary.answering import MatchedTerm, Reading
from glossary.models import RANK, Concept
from glossary.searchindex import DatabaseScan, Filters, IndexUnusable, SearchIndex
from glossary.spelling import Query, read_query
from glossary.termrows import TermRow, definition_words, term_rows
from languages import tags

log = logging.getLogger(__name__)

#: Concepts looked at for a page of twenty.
CANDIDATES = 40
#: As far as a search with filters looks for enough that answers them.
MOST_CANDIDATES = 2_560


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
    for term in term_rows(session, ids, filters.languages, filters.statuses):
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
    concept = Concept.__table__.c
    wanted = select(concept.id).where(concept.id.in_(ids), concept.subject.in_(sorted(filters.subjects)))
    inside = set(session.execute(wanted).scalars())
    return [concept_id for concept_id in ids if concept_id in inside]


def _defined(session: Session, asked: Query, filters: Filters, ids: Sequence[int]) -> list[int]:
    """Concepts among these whose definition has every word of the query. Filters on terms exclude them."""
    if not ids or filters.languages is not None or filters.statuses is not None:
        return []
    found = {
        concept_id
        for concept_id, words in definition_words(session, ids)
        if all(word.folds & words for word in asked.words)
    }
    return [concept_id for concept_id in ids if concept_id in found]
