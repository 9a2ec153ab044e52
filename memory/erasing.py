"""Erasing a person's text: by document, by client, by a phrase. Nothing here commits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from memory.concordance import Phrase
from memory.models import TOPIC, Found, Unit
from memory.recording import leave
from storage import changes


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure did. `units`: ids of deleted units; `places`: how many places were taken from units that
    stay because they were found elsewhere too; `neighbours`: how many places of other units lost a neighbouring
    text that held the phrase."""

    units: tuple[int, ...]
    places: int
    neighbours: int = 0


def forget(
    session: Session,
    *,
    document: str | None = None,
    client_reference: str | None = None,
    phrase: str | None = None,
) -> Forgotten:
    """Erase the text of a document, or of a client's case, or every unit that holds a phrase in source, target, notes,
    names or neighbouring texts. Rows are deleted, not marked; each index drops their text when it takes the change in.

    A pair that was also found outside the document or case stays, without a trace of it. A reference is compared
    without case and spaces. The phrase is compared as concordance compares (case, accents and spelling variants do
    not count) and erases whole units. Raises ValueError unless exactly one of the three is given.
    """
    if [document, client_reference, phrase].count(None) != 2:
        raise ValueError("forget needs one of a document, a client reference and a phrase")
    if document is not None:
        return _forget_places(session, "document", [document])
    if client_reference is not None:
        return _forget_places(session, "client_reference", references_like(session, client_reference))
    return _forget_phrase(session, phrase or "")


def same_reference(reference: str) -> str:
    """References that differ in case, spaces or hidden marks only are one: equal when these are equal."""
    folded = unicodedata.normalize("NFKC", reference).casefold()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")


def references_like(session: Session, reference: str) -> list[str]:
    """How a client's reference is written in the memory."""
    wanted, found = same_reference(reference), set()
    for column in (Unit.client_reference, Found.client_reference):
        written = session.scalars(select(column).where(column.is_not(None)).distinct())
        found |= {one for one in written if wanted and same_reference(one) == wanted}
    return sorted(found)


def _forget_places(session: Session, name: str, values: list[str]) -> Forgotten:
    """Take away the places whose column `name` has one of these values."""
    ours, theirs_ = getattr(Unit, name).in_(values), getattr(Found, name).in_(values)
    ids = set(session.scalars(select(Unit.id).where(ours)))
    ids |= set(session.scalars(select(Found.unit_id).where(theirs_)))
    deleted, places = [], 0
    for unit in _units(session, ids):
        theirs = set(session.scalars(select(Found.place).where(Found.unit_id == unit.id, theirs_)))
        if getattr(unit, name) in values:
            theirs.add(unit.place)
        if leave(session, unit, theirs):
            places += len(theirs)
        else:
            deleted.append(unit.id)
    return Forgotten(tuple(sorted(deleted)), places)


def _units(session: Session, ids: Iterable[int]) -> Iterable[Unit]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        yield from session.scalars(select(Unit).where(Unit.id.in_(ordered[start : start + 500]))).all()


def _forget_phrase(session: Session, phrase: str) -> Forgotten:
    wanted = Phrase(phrase)
    deleted, neighbours = [], 0
    texts = (Unit.id, Unit.source_language, Unit.target_language, Unit.source, Unit.target, Unit.notes)
    for row in session.execute(select(*texts).execution_options(yield_per=2000)):
        if (
            wanted.occurs(row.source, row.source_language)
            or wanted.occurs(row.target, row.target_language)
            or wanted.occurs(row.notes or "", row.source_language)
        ):
            deleted.append(row.id)
    for start in range(0, len(deleted), 500):
        batch = deleted[start : start + 500]
        session.execute(delete(Found).where(Found.unit_id.in_(batch)))
        session.execute(delete(Unit).where(Unit.id.in_(batch)))
    changed = set()
    for model, unit_id in ((Unit, Unit.id), (Found, Found.unit_id)):
        around = (
            model.previous_source,
            model.next_source,
            model.origin_name,
            model.source_tuid,
            model.translated_by,
            model.approved_by,
            model.client_reference,
        )
        if model is Unit:
            around += (Unit.project, Unit.subject, Unit.recalled_by, Unit.recall_reason)
        query = (
            select(model.id, unit_id.label("unit_id"), *around, Unit.source_language)
            .where(or_(*(column.is_not(None) for column in around)))
            .execution_options(yield_per=2000)
        )
        if model is Found:
            query = query.join(Unit, Unit.id == Found.unit_id)
        emptied = []
        for row in session.execute(query):
            values: dict[str, object] = {
                column.key: "" if column.key == "origin_name" else None
                for column in around
                if wanted.occurs(getattr(row, column.key) or "", row.source_language)
            }
            for name, key in (("previous_source", "previous_key"), ("next_source", "next_key")):
                if name in values:
                    values[key] = 0
            if values:
                emptied.append((row.id, row.unit_id, values))
        for id, owner, values in emptied:
            session.execute(update(model).where(model.id == id).values(**values))
            changed.add(owner)
            neighbours += 1
    session.expire_all()
    changes.record(session, TOPIC, [*deleted, *sorted(changed)])
    return Forgotten(tuple(deleted), 0, neighbours)
