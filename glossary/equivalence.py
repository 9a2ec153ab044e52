"""How far a language, with the law and life behind it, has a concept: described by one person, agreed by another."""

from __future__ import annotations

from sqlalchemy.orm import Session

from glossary.history import recorded
from glossary.models import Concept, Equivalence, utc_now
from glossary.refusals import OwnProposal, same_person
from languages import tags


def describe_equivalence(
    session: Session, concept: Concept, language: str, degree: str, *, by: str, by_id: int | None = None,
    strategy: str | None = None, differs: dict[str, str] | None = None, why: str | None = None,
) -> Equivalence:  # fmt: skip
    """Say how far a language has the same concept, in what it differs and what to do; a proposal until a second
    person approves it."""
    language = tags.normalise(language)
    with recorded(session, [concept], "described", by=by, by_id=by_id, why=why):
        row = next((row for row in concept.equivalences if row.language == language), None)
        if row is None:
            row = Equivalence(language=language)
            concept.equivalences.append(row)
        row.degree, row.strategy, row.differs = degree, strategy, dict(differs or {})
        row.status, row.created_by, row.created_by_id = "proposed", by, by_id
        row.decided_at = row.decided_by = row.decided_by_id = None
    return row


def approve_equivalence(
    session: Session,
    equivalence: Equivalence,
    *,
    by: str,
    by_id: int | None = None,
    waiver: str | None = None,
) -> Equivalence:
    """Agree with what somebody else described. Raises OwnProposal."""
    if waiver is None and same_person(equivalence.created_by, equivalence.created_by_id, by, by_id):
        raise OwnProposal(equivalence.id, by)
    why, proposer = (f"waiver: {waiver}" if waiver else None), equivalence.created_by_id
    with recorded(
        session, [equivalence.concept], "approved", by=by, by_id=by_id, why=why, proposer_id=proposer
    ):
        equivalence.status, equivalence.decided_at = "approved", utc_now()
        equivalence.decided_by, equivalence.decided_by_id = by, by_id
    return equivalence
