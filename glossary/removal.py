"""Taking back what a load brought, and taking out what came from an origin without the work people did on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from glossary.history import (
    LOADED,
    ChangedSince,
    NothingToUndo,
    mark_changed,
    recorded,
    rows_of,
    take_back,
)
from glossary.models import (
    Concept,
    Definition,
    Equivalence,
    History,
    LegalReference,
    Note,
    Relation,
    Term,
    utc_now,
)

#: Concepts read, checked and written together.
BATCH = 500


@dataclass(slots=True)
class Removed:
    """What `remove_origin` did: how many concepts went, and the codes of those that people here worked on."""

    removed: int
    kept: list[str]


@dataclass(slots=True)
class Undone:
    """What `undo_load` did: concepts taken out, concepts put back as they were, and the codes of those that people worked
    on since, which stay."""

    removed: int = 0
    put_back: int = 0
    left: list[str] = field(default_factory=list)


def undo_load(
    session: Session, batch: str, *, by: str, by_id: int | None = None, leave_changed: bool = False
) -> Undone:
    """Take a whole load back. Raises NothingToUndo when there is no such load or it was taken back already, and
    ChangedSince when people worked on its concepts since, unless `leave_changed`: then those stay as they are."""
    acts = list(session.scalars(select(History).where(History.batch == batch).order_by(History.id.desc())))
    if not acts or session.scalar(
        select(History.id).where(History.of_id.in_([act.id for act in acts[:BATCH]]), History.action == "undo").limit(1)
    ):
        raise NothingToUndo(0)
    done = Undone()
    touched_since = _touched_since(session, acts)
    if touched_since and not leave_changed:
        act = next(act for act in acts if act.concept_id in touched_since)
        raise ChangedSince(act.id, act.concept_code)
    done.left = sorted({act.concept_code for act in acts if act.concept_id in touched_since})
    made = {act.concept_id: act for act in acts if act.action == LOADED and act.concept_id not in touched_since}
    put_back = set()
    for act in acts:
        # what hangs from a concept that goes, goes with it
        if act.action != LOADED and act.concept_id not in made and act.concept_id not in touched_since:
            take_back(session, act.id, by=by, by_id=by_id)
            put_back.add(act.concept_id)
    done.put_back = len(put_back)
    for some in slices(sorted(made), BATCH):
        _delete(session, {concept_id: made[concept_id].concept_code for concept_id in some}, action="undo", by=by,
                by_id=by_id, why=made[some[0]].why, acts={concept_id: made[concept_id].id for concept_id in some})  # fmt: skip
        done.removed += len(some)
    return done


def _touched_since(session: Session, acts: list[History]) -> set[int]:
    """Concepts of these acts on which anybody acted after them."""
    last: dict[int, int] = {}
    for act in acts:
        last[act.concept_id] = max(act.id, last.get(act.concept_id, 0))
    ours = {act.id for act in acts}
    found: set[int] = set()
    for some in slices(sorted(last), BATCH):
        later = session.execute(
            select(History.id, History.concept_id, History.of_id).where(
                History.concept_id.in_(some), History.id > min(last[concept_id] for concept_id in some)
            )
        )
        found |= {
            concept_id
            for history_id, concept_id, of_id in later
            if history_id not in ours and of_id not in ours and history_id > last[concept_id]
        }
    return found


def _delete(
    session: Session,
    codes: dict[int, str],
    *,
    action: str,
    by: str,
    by_id: int | None,
    why: str | None,
    acts: dict[int, int] | None = None,
) -> None:
    """Take concepts out with all they have, leaving in the history what brings each of them back."""
    going = list(codes)
    per_concept: dict[int, dict] = {concept_id: {} for concept_id in going}
    for key, row in rows_of(session, *going).items():
        owner = row["id"] if key.startswith("concept:") else row["concept_id"]
        per_concept.get(owner, per_concept.get(row.get("other_id", owner), {}))[key] = row
    now = utc_now()
    session.execute(
        insert(History.__table__),
        [
            {"concept_id": concept_id, "concept_code": codes[concept_id], "by": by, "by_id": by_id, "action": action,
             "before": per_concept[concept_id], "after": {}, "why": why, "at": now,
             "of_id": acts[concept_id] if acts else None}
            for concept_id in going
        ],
    )  # fmt: skip
    ends = {
        end
        for rows in per_concept.values()
        for key, row in rows.items()
        if key.startswith("relation:")
        for end in (row["concept_id"], row["other_id"])
    }
    for model in (Relation, Definition, Term, Equivalence, LegalReference, Note):
        mine = model.concept_id.in_(going)
        if model is Relation:
            mine = mine | Relation.other_id.in_(going)
        session.execute(delete(model).where(mine).execution_options(synchronize_session=False))
    session.execute(delete(Concept).where(Concept.id.in_(going)).execution_options(synchronize_session=False))
    session.expire_all()
    mark_changed(session, sorted(ends | set(going)))


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
        if going:
            _delete(session, codes, action="origin removed", by=by, by_id=by_id, why=origin_name or origin)
        removed += len(going)
    return Removed(removed, kept)


def slices(values: list, size: int) -> Iterator[list]:
    """The list in pieces of at most so many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
