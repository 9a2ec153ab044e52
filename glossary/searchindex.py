"""What proposes concepts for a query: the port behind which an index of terms stands, or the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from glossary.answering import Reading
from glossary.models import Concept
from glossary.spelling import Query, words_of
from glossary.termrows import DEFINITION, TERM, TERMS, TermRow, read_terms, words_of_definition


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
            rows = session.execute(select(DEFINITION.concept_id, DEFINITION.language, DEFINITION.text, DEFINITION.plain))
            for concept_id, *written in rows:
                words = words_of_definition(*written)
                if concept_id not in best and all(word.folds & words for word in query.words):
                    found.append(concept_id)
        return list(dict.fromkeys(found))[:limit]

    def _is_big(self, session: Session) -> bool:
        # counted no further than it matters
        some = select(TERM.id).limit(MOST_SCANNED + 1).subquery()
        return (session.scalar(select(func.count()).select_from(some)) or 0) > MOST_SCANNED

    def _terms(self, session: Session, query: Query, filters: Filters) -> list[TermRow]:
        wanted = TERMS
        if filters.subjects is not None:
            inside = select(Concept.id).where(Concept.subject.in_(sorted(filters.subjects)))
            wanted = wanted.where(TERM.concept_id.in_(inside))
        if self._is_big(session):
            word = max(words_of(query.text), key=len, default=query.text)
            wanted = wanted.where(TERM.text.icontains(word, autoescape=True))
            wanted = wanted.order_by(func.length(TERM.text), TERM.id).limit(MOST_HOLDING)
        return read_terms(session.execute(wanted).all())
