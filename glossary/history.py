"""Who did what to a concept and why, kept for good, so that anything can be taken back.

A verb runs inside `recorded(...)`: the concept's rows are read before and after, and the ones that differ are
kept. Reading is a handful of small queries on one concept; a person's act can afford it. Whole files come in
through `glossary.exchange`, which keeps the same records without reading twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Date, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from glossary.models import (
    Concept,
    ConceptMerge,
    Definition,
    Equivalence,
    History,
    LegalReference,
    Note,
    Proposal,
    Relation,
    Term,
    utc_now,
)
from storage import changes
from storage.columns import UtcTime

#: The feed of changes that every index of concepts reads.
TOPIC = "glossary"

#: The act of a load that made a concept. It keeps no copy of the rows: the concept has the entry it came from.
LOADED = "loaded"

#: Order in which rows can be put back: what others point at comes first.
KINDS: dict[str, Any] = {
    "concept": Concept,
    "definition": Definition,
    "term": Term,
    "equivalence": Equivalence,
    "law": LegalReference,
    "relation": Relation,
    "note": Note,
}

#: Columns that change with every act and say nothing about meaning.
VOLATILE = {"version", "changed_at", "changed_by", "changed_by_id"}

Rows = dict[str, dict[str, Any]]


class ChangedSince(Exception):
    """An act cannot be taken back, because somebody changed the same thing after it."""

    def __init__(self, history_id: int, where: str, field: str | None = None):
        self.history_id, self.where, self.field = history_id, where, field
        what = f"{where} ({field})" if field else where
        super().__init__(
            f"{what} was changed again later. Take the later change back first, or change it by hand."
        )


class NothingToUndo(Exception):
    """The history knows no such act, or it changed nothing."""

    def __init__(self, history_id: int):
        self.history_id = history_id
        super().__init__("There is nothing to take back here: this act changed nothing, or does not exist.")


def mark_changed(session: Session, concept_ids: list[int]) -> None:
    """Tell the indexes, and remember that this transaction holds changes nobody else can see yet."""
    changes.record(session, TOPIC, concept_ids)
    session.info["glossary.changed_in"] = session.get_transaction()


def has_unseen_changes(session: Session) -> bool:
    """True while the session's transaction holds changes of its own: what it reads may still be rolled back."""
    transaction = session.get_transaction()
    return transaction is not None and session.info.get("glossary.changed_in") is transaction


def rows_of(session: Session, *concept_ids: int) -> Rows:
    """Every row of these concepts as plain values, relations from both ends."""
    found: Rows = {}
    for kind, model in KINDS.items():
        table = model.__table__
        if kind == "concept":
            mine = table.c.id.in_(concept_ids)
        elif kind == "relation":
            mine = or_(table.c.concept_id.in_(concept_ids), table.c.other_id.in_(concept_ids))
        else:
            mine = table.c.concept_id.in_(concept_ids)
        for row in session.execute(select(table).where(mine).order_by(table.c.id)).mappings():
            found[f"{kind}:{row['id']}"] = {name: _plain(value) for name, value in row.items()}
    return found


def row_of(row: Any) -> tuple[str, dict[str, Any]]:
    """One flushed object as `rows_of` would give it, without the entry it was loaded from: a row that was not there
    before needs no return to it."""
    kind = next(kind for kind, model in KINDS.items() if type(row) is model)
    values = {
        column.name: _plain(getattr(row, column.key))
        for column in row.__table__.columns
        if column.name != "loaded"
    }
    return f"{kind}:{row.id}", values


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _rich(column, value: Any) -> Any:
    if isinstance(value, str) and isinstance(column.type, UtcTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, Date):
        return dt.date.fromisoformat(value)
    return value


def differences(before: Rows, after: Rows) -> tuple[Rows, Rows]:
    """Only the rows that are new, gone, or differ in something that matters."""
    keys = [key for key in {**before, **after} if _meaning(before.get(key)) != _meaning(after.get(key))]
    return {key: before[key] for key in keys if key in before}, {
        key: after[key] for key in keys if key in after
    }


def _meaning(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {name: value for name, value in row.items() if name not in VOLATILE}


def record_new(session: Session, concept: Concept, action: str, *, why: str | None = None) -> None:
    """File the first act on a concept that has just been flushed: everything it has."""
    after = differences({}, rows_of(session, concept.id))[1]
    session.add(
        History(
            concept_id=concept.id,
            concept_code=concept.code,
            by=concept.created_by,
            by_id=concept.created_by_id,
            action=action,
            why=why,
            before={},
            after=after,
        )
    )
    session.flush()
    mark_changed(session, [concept.id])


def noted(
    concept: Concept, action: str, *, by: str, by_id: int | None = None, why: str | None = None,
    proposer_id: int | None = None,
) -> History:  # fmt: skip
    """An act that leaves the concept as it is but must be remembered: a refusal, a look. Not yet in the session."""
    return History(
        concept_id=concept.id, concept_code=concept.code, by=by, by_id=by_id, action=action, why=why,
        proposer_id=proposer_id, before={}, after={},
    )  # fmt: skip


@contextmanager
def recorded(
    session: Session,
    concepts: list[Concept],
    action: str,
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
    proposer_id: int | None = None,
) -> Iterator[History]:
    """Run an act on these concepts; the history is filed under the first, with a pointer under each other.

    Yields the History row, not yet in the session. An act that changes nothing leaves no trace."""
    session.flush()
    codes = {concept.id: concept.code for concept in concepts}
    before = rows_of(session, *codes)
    first = concepts[0]
    entry = History(
        concept_id=first.id,
        concept_code=first.code,
        by=by,
        by_id=by_id,
        action=action,
        why=why,
        proposer_id=proposer_id,
    )
    yield entry
    for concept in concepts:
        if concept in session and concept not in session.deleted:
            concept.changed_at, concept.changed_by, concept.changed_by_id = utc_now(), by, by_id
    session.flush()
    entry.before, entry.after = differences(before, rows_of(session, *codes))
    if not entry.before and not entry.after:
        return
    session.add(entry)
    session.flush()
    for concept_id, code in list(codes.items())[1:]:
        session.add(
            History(
                concept_id=concept_id,
                concept_code=code,
                by=by,
                by_id=by_id,
                action=action,
                why=why,
                before={},
                after={},
                of_id=entry.id,
            )
        )
    session.flush()
    touched = {
        row["other_id"] for key, row in {**before, **entry.after}.items() if key.startswith("relation:")
    }
    mark_changed(session, list(codes) + sorted(touched - set(codes)))


def take_back(
    session: Session, history_id: int, *, by: str, by_id: int | None = None, why: str | None = None
) -> History:
    """Make an act undone: every row it touched is as it was before. The history gains an act; none is lost.

    Raises NothingToUndo, and ChangedSince when a later act changed the same rows."""
    session.flush()
    act = session.get(History, history_id)
    if act is not None and not act.before and not act.after and act.of_id is not None:
        act = session.get(History, act.of_id)
    if act is None or not (act.before or act.after):
        raise NothingToUndo(history_id)
    before, after = act.before, act.after
    if act.action == LOADED:
        after = _rows_of_unchanged_since(session, act)
    else:
        now = _rows_by_key(session, {**before, **after})
        for key in {**before, **after}:
            _refuse_if_changed_since(act, key, now.get(key))
        for key in after.keys() - before.keys():
            if key.startswith("concept:"):
                for later in rows_of(session, _row_id(key)).keys() - after.keys():
                    raise ChangedSince(act.id, later)
    try:
        with session.begin_nested():
            _put_back(session, before, after)
    except IntegrityError:
        raise ChangedSince(act.id, act.concept_code) from None
    session.expire_all()
    touched = _concepts_touched(act.concept_id, before, after)
    for concept in session.scalars(select(Concept).where(Concept.id.in_(touched))):
        concept.changed_at, concept.changed_by, concept.changed_by_id = utc_now(), by, by_id
    undone = History(
        concept_id=act.concept_id,
        concept_code=act.concept_code,
        by=by,
        by_id=by_id,
        action="undo",
        why=why,
        before=after,
        after=before,
        of_id=act.id,
    )
    session.add(undone)
    session.flush()
    _give_back(session, act)
    mark_changed(session, sorted(touched))
    return undone


def _give_back(session: Session, act: History) -> None:
    """After a merge is undone: what had been asked about the concept that is here again is about it again."""
    standing = ConceptMerge.history_id == act.id, ConceptMerge.undone_at.is_(None)
    for made in session.scalars(select(ConceptMerge).where(*standing)):
        for number, term_id in made.moved.get("proposals", []):
            still = Proposal.id == number, Proposal.concept_id == made.kept_id
            session.execute(update(Proposal).where(*still).values(concept_id=made.merged_id, term_id=term_id))
        made.undone_at = utc_now()
    session.flush()


def _put_back(session: Session, before: Rows, after: Rows) -> None:
    order = list(KINDS)

    def place(key: str) -> int:
        return order.index(key.partition(":")[0])

    for key in sorted(after.keys() - before.keys(), key=place, reverse=True):
        table = _table(key)
        session.execute(delete(table).where(table.c.id == _row_id(key)))
    for key in sorted(before, key=place):
        table, row = _table(key), before[key]
        values = {name: _rich(table.c[name], value) for name, value in row.items() if name in table.c}
        if key in after:
            then = after[key]
            back = {
                name: value
                for name, value in values.items()
                if name not in VOLATILE and row[name] != then.get(name)
            }
            if back:
                session.execute(update(table).where(table.c.id == _row_id(key)).values(**back))
        else:
            session.execute(insert(table).values(**values))


def _rows_of_unchanged_since(session: Session, act: History) -> Rows:
    """All rows of a concept that a load made, when nobody but that load has acted on it."""
    of_this_load = set(session.scalars(select(History.id).where(History.batch == act.batch)))
    later = session.execute(
        select(History.id, History.of_id).where(History.concept_id == act.concept_id, History.id > act.id)
    )
    for history_id, of_id in later:
        if history_id not in of_this_load and of_id not in of_this_load:
            raise ChangedSince(act.id, f"concept:{act.concept_id}")
    return rows_of(session, act.concept_id)


def _refuse_if_changed_since(act: History, key: str, now: dict[str, Any] | None) -> None:
    """Only what the act itself changed must still be as the act left it."""
    before, after = act.before.get(key), act.after.get(key)
    if after is None or now is None:
        if (after is None) != (now is None):
            raise ChangedSince(act.id, key)
        return
    for name, value in after.items():
        mattered = name not in VOLATILE and (before is None or before.get(name) != value)
        if mattered and now.get(name) != value:
            raise ChangedSince(act.id, key, name)


def _concepts_touched(concept_id: int, before: Rows, after: Rows) -> set[int]:
    found = {concept_id}
    for key, row in [*before.items(), *after.items()]:
        if key.startswith("concept:"):
            found.add(row["id"])
        else:
            found.add(row["concept_id"])
            if "other_id" in row:
                found.add(row["other_id"])
    return found


def _table(key: str):
    return KINDS[key.partition(":")[0]].__table__


def _row_id(key: str) -> int:
    return int(key.partition(":")[2])


def _rows_by_key(session: Session, wanted: Rows) -> Rows:
    found: Rows = {}
    for key in wanted:
        table = _table(key)
        row = session.execute(select(table).where(table.c.id == _row_id(key))).mappings().one_or_none()
        if row is not None:
            found[key] = {name: _plain(value) for name, value in row.items()}
    return found


def history_of(session: Session, concept_id: int) -> list[History]:
    """Everything that was ever done to a concept, newest first; it need not exist any more. What was done to concepts that
    became a part of it is told too."""
    ids, more = {concept_id}, {concept_id}
    while more:
        query = select(ConceptMerge.merged_id).where(ConceptMerge.kept_id.in_(more), ConceptMerge.undone_at.is_(None))
        more = set(session.scalars(query)) - ids
        ids |= more
    acts = session.scalars(select(History).where(History.concept_id.in_(ids)).order_by(History.id.desc()))
    # of a merge the one act tells it, not also its pointer
    return [act for act in acts if act.concept_id == concept_id or act.action != "merged" or act.before or act.after]
