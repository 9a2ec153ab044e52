"""Concepts that go: removed, or made a part of another. Who may, what uses them, and what follows; all can be taken back.

A word that two people stand for goes only with somebody who decides on its language: a reviewer of every language in
which the concept has decided words, or an administrator. What nobody has decided on, who writes concepts may remove.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import access, concepts
from app.access import NotAllowed
from app.models import Document, Impact, Person, RoleName, Segment, SegmentState, TermUse, Translation
from glossary import editing, history, merging
from glossary.models import Concept, ConceptMerge, History, Proposal

#: Documents named on the page; the rest is counted.
DOCUMENTS = 10
#: Units asked about in one question: SQLite takes so many parameters.
SLICE = 500


def may(person: Person, concept: Concept) -> bool:
    """Whether this person may remove the concept, or make it a part of another."""
    if access.is_administrator(person):
        return True
    decided = {term.language for term in concept.terms if term.status != "proposed"}
    if access.has_role(person, RoleName.REVIEWER) and all(access.reviews_language(person, tag) for tag in decided):
        return True
    return access.has_role(person, RoleName.STAFF) and not decided


def require(person: Person, concept: Concept) -> None:
    """Raise NotAllowed unless this person may remove the concept, or Hidden for an outsider."""
    access.require_belonging(person)
    if not may(person, concept):
        raise NotAllowed("not-remover")


@dataclass(frozen=True, slots=True)
class Uses:
    """What stands on a concept. `documents`: those this person may see, of all that have an approved text with its words
    in the source; `units` of the memory, `segments` approved; `proposals` and `texts` that wait for somebody."""

    units: int
    segments: int
    documents: list[Document]
    hidden_documents: int
    proposals: int
    texts: int
    related: list[Concept]


def uses(session: Session, concept: Concept, person: Person) -> Uses:
    """What uses a concept, as far as it is known without reading every text: the memory keeps which concepts stand in its
    units, and each unit knows the approved segments it came from."""
    units = concepts.units_with(session, concept.id)
    segments = 0
    document_ids: set[int] = set()
    for start in range(0, len(units), SLICE):
        rows = session.execute(
            select(Segment.id, Translation.document_id)
            .join(Translation, Translation.id == Segment.translation_id)
            .where(Segment.memory_unit_id.in_(units[start : start + SLICE]), Segment.state == SegmentState.APPROVED)
        ).all()
        segments += len(rows)
        document_ids |= {document_id for _, document_id in rows}
    seen: list[Document] = []
    for start in range(0, len(document_ids), SLICE):
        some = sorted(document_ids)[start : start + SLICE]
        query = select(Document).where(Document.id.in_(some), access.visible_documents(person)).order_by(Document.id.desc())
        seen += list(session.scalars(query))
    related = {r.other.id: r.other for r in concept.relations} | {r.concept.id: r.concept for r in concept.relations_in}
    waiting = select(func.count(Proposal.id)).where(Proposal.concept_id == concept.id, Proposal.state == "waiting")
    texts = (
        select(func.count(TermUse.id))
        .join(Impact, Impact.id == TermUse.impact_id)
        .where(Impact.concept_id == concept.id, TermUse.state == "open")
    )
    return Uses(
        units=len(units), segments=segments, documents=seen[:DOCUMENTS],
        hidden_documents=len(document_ids) - len(seen[:DOCUMENTS]), proposals=session.scalar(waiting) or 0,
        texts=session.scalar(texts) or 0, related=sorted(related.values(), key=lambda c: c.code),
    )  # fmt: skip


def remove(session: Session, concept: Concept, *, person: Person, why: str) -> History:
    """Remove a concept with everything it has; its history stays and brings it back. Raises NotAllowed."""
    require(person, concept)
    if not why:
        raise NotAllowed("reason")
    return editing.remove_concept(session, concept, by=person.name, by_id=person.id, why=why)


def merge(
    session: Session, kept: Concept, other: Concept, *, person: Person, why: str | None, theirs: Collection[str] = ()
) -> merging.Merged:
    """Make two concepts one (`glossary.merging`); searches for texts that use a word of the other, and what they found,
    go to the kept one. Raises NotAllowed."""
    require(person, kept)
    require(person, other)
    other_id = other.id
    done = merging.merge(session, kept, other, by=person.name, by_id=person.id, why=why, theirs=theirs)
    impacts = list(session.scalars(select(Impact.id).where(Impact.concept_id == other_id).order_by(Impact.id)))
    session.execute(update(Impact).where(Impact.id.in_(impacts)).values(concept_id=kept.id))
    _follow_terms(session, impacts, done.terms)
    done.merge.moved = {**done.merge.moved, "impacts": impacts}
    session.flush()
    return done


def _follow_terms(session: Session, impacts: list[int], terms: dict[int, int]) -> None:
    """A word that went is the same word that stayed, also in what was found to use it."""
    for found in session.scalars(select(Impact).where(Impact.id.in_(impacts))):
        if any(term["id"] in terms for term in found.terms):
            found.terms = [{**term, "id": terms.get(term["id"], term["id"])} for term in found.terms]
    for gone, stays in terms.items():
        session.execute(update(TermUse).where(TermUse.impact_id.in_(impacts), TermUse.term_id == gone).values(term_id=stays))


def take_back(session: Session, act: History, *, person: Person, why: str | None = None) -> History:
    """Make an act on a concept undone; of a merge also what followed outside the term base. Raises NothingToUndo,
    ChangedSince."""
    whole = session.get(History, act.of_id) if act.of_id is not None and not (act.before or act.after) else act
    made = session.scalar(
        select(ConceptMerge).where(ConceptMerge.history_id == whole.id, ConceptMerge.undone_at.is_(None))
    ) if whole is not None else None  # fmt: skip
    undone = history.take_back(session, act.id, by=person.name, by_id=person.id, why=why)
    if made is not None:
        impacts = made.moved.get("impacts", [])
        still = Impact.id.in_(impacts), Impact.concept_id == made.kept_id
        session.execute(update(Impact).where(*still).values(concept_id=made.merged_id))
        _follow_terms(session, impacts, {stays: int(gone) for gone, stays in made.moved.get("terms", {}).items()})
    return undone


# --- what is gone --------------------------------------------------------------------------------


def last_act(session: Session, code: str) -> History | None:
    """The act by which somebody removed the concept of this code, or made it a part of another, and that still stands; None
    for a concept that is there, never was, or went with the import that brought it."""
    if editing.concept_with_code(session, code) is not None:
        return None
    act = session.scalar(select(History).where(History.concept_code == code).order_by(History.id.desc()).limit(1))
    return act if act is not None and act.action in ("removed", "merged") else None


def gone(session: Session, *, limit: int = 100) -> list[History]:
    """The acts by which people removed concepts or made them a part of another, and that still stand, newest first."""
    there = select(Concept.id)
    last = select(func.max(History.id)).where(History.concept_id.not_in(there)).group_by(History.concept_id)
    acts = select(History).where(History.id.in_(last), History.action.in_(("removed", "merged")))
    return list(session.scalars(acts.order_by(History.id.desc()).limit(limit)))
