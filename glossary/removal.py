"""Taking back what a load brought, and taking out what came from an origin without the work people did on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from glossary.history import mark_changed, recorded, rows_of, take_back
from glossary.models import (
    Concept,
    Definition,
    Equivalence,
    History,
    LegalReference,
    Note,
    Relation,
    Term,
)

#: Concepts read, checked and written together.
BATCH = 500


@dataclass(slots=True)
class Removed:
    """What `remove_origin` did: how many concepts went, and the codes of those that people here worked on."""

    removed: int
    kept: list[str]


def undo_load(session: Session, batch: str, *, by: str, by_id: int | None = None) -> int:
    """Take a whole load back, newest act first; how many acts. Raises ChangedSince when people worked on its
    concepts since: then `remove_origin` keeps their work."""
    acts = list(session.scalars(select(History.id).where(History.batch == batch).order_by(History.id.desc())))
    for act in acts:
        take_back(session, act, by=by, by_id=by_id)
    return len(acts)


def remove_origin(
    session: Session,
    origin: str,
    *,
    by: str = "Dragoman",
    by_id: int | None = None,
    origin_name: str | None = None,
    everything: bool = False,
) -> Removed:
    """Remove what came from an origin. Concepts that people here worked on (a term decided, added or changed) stay,
    unless `everything`; they are then this organisation's own."""
    query = select(Concept.id).where(Concept.origin == origin).order_by(Concept.id)
    if origin_name is not None:
        query = query.where(Concept.origin_name == origin_name)
    ids = list(session.scalars(query))
    removed, kept = 0, []
    for some in slices(ids, BATCH):
        worked_on = (
            set()
            if everything
            else set(
                session.scalars(
                    select(History.concept_id).where(
                        History.concept_id.in_(some), History.batch.is_(None), History.action != "related"
                    )
                )
            )
        )
        for concept in session.scalars(select(Concept).where(Concept.id.in_(sorted(worked_on)))):
            with recorded(session, [concept], "became own", by=by, by_id=by_id, why=origin_name or origin):
                concept.origin = "own"
            kept.append(concept.code)
        going = [concept_id for concept_id in some if concept_id not in worked_on]
        codes = dict(session.execute(select(Concept.id, Concept.code).where(Concept.id.in_(going))).all())
        rows = rows_of(session, *going)
        per_concept: dict[int, dict] = {concept_id: {} for concept_id in going}
        for key, row in rows.items():
            owner = row["id"] if key.startswith("concept:") else row["concept_id"]
            per_concept.get(owner, per_concept.get(row.get("other_id", owner), {}))[key] = row
        for concept_id in going:
            session.add(
                History(
                    concept_id=concept_id,
                    concept_code=codes[concept_id],
                    by=by,
                    by_id=by_id,
                    action="origin removed",
                    before=per_concept[concept_id],
                    after={},
                    why=origin_name or origin,
                )  # fmt: skip
            )
        session.flush()
        for model in (Relation, Definition, Term, Equivalence, LegalReference, Note):
            mine = model.concept_id.in_(going)
            if model is Relation:
                mine = mine | Relation.other_id.in_(going)
            session.execute(delete(model).where(mine).execution_options(synchronize_session=False))
        session.execute(
            delete(Concept).where(Concept.id.in_(going)).execution_options(synchronize_session=False)
        )
        session.expire_all()
        mark_changed(session, some)
        removed += len(going)
    return Removed(removed, kept)


def slices(values: list, size: int) -> Iterator[list]:
    """The list in pieces of at most so many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
