"""Erasing a person's text: by document, by client, by a phrase. Nothing here commits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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


#: What a unit and a place say besides the pair itself: emptied where a phrase is to be forgotten, the pair stays.
AROUND = (
    "previous_source",
    "next_source",
    "origin_name",
    "source_tuid",
    "translated_by",
    "approved_by",
    "client_reference",
)
AROUND_UNIT = (*AROUND, "project", "subject", "recalled_by", "recall_reason")


def _forget_phrase(session: Session, phrase: str) -> Forgotten:
    wanted = Phrase(phrase)
    deleted: list[int] = []
    texts = (Unit.id, Unit.source_language, Unit.target_language, Unit.source, Unit.target, Unit.notes)
    for row in session.execute(select(*texts).execution_options(yield_per=2000)):
        if (
            wanted.occurs(row.source, row.source_language)
            or wanted.occurs(row.target, row.target_language)
            or wanted.occurs(row.notes or "", row.source_language)
        ):
            deleted.append(row.id)
    emptied: dict[type[Unit | Found], dict[int, list[str]]] = {Unit: {}, Found: {}}
    for model, names in ((Unit, AROUND_UNIT), (Found, AROUND)):
        around = [getattr(model, name) for name in names]
        query = (
            select(model.id, *around, Unit.source_language)
            .where(or_(*(column.is_not(None) for column in around)))
            .execution_options(yield_per=2000)
        )
        if model is Found:
            query = query.join(Unit, Unit.id == Found.unit_id)
        for row in session.execute(query):
            held = [name for name in names if wanted.occurs(getattr(row, name) or "", row.source_language)]
            if held:
                emptied[model][row.id] = held
    return forget_rows(session, deleted, around=emptied[Unit], places=emptied[Found])


def forget_rows(
    session: Session,
    units: Iterable[int],
    *,
    around: Mapping[int, Iterable[str]] = MappingProxyType({}),
    places: Mapping[int, Iterable[str]] = MappingProxyType({}),
) -> Forgotten:
    """Erase these units, whoever found that they hold what is to be forgotten, and empty columns of others: `around` of
    units (AROUND_UNIT), `places` of further places (AROUND), each by id. What is not there any more is no error."""
    deleted = sorted(set(units))
    for start in range(0, len(deleted), 500):
        batch = deleted[start : start + 500]
        session.execute(delete(Found).where(Found.unit_id.in_(batch)))
        session.execute(delete(Unit).where(Unit.id.in_(batch)))
    changed: set[int] = set()
    neighbours = 0
    gone = set(deleted)
    for model, emptied in ((Unit, around), (Found, places)):
        for id, names in emptied.items():
            if model is Unit and id in gone:
                continue
            values: dict[str, object] = {name: "" if name == "origin_name" else None for name in names}
            for name, key in (("previous_source", "previous_key"), ("next_source", "next_key")):
                if name in values:
                    values[key] = 0
            owner = id if model is Unit else session.scalar(select(Found.unit_id).where(Found.id == id))
            if owner is not None and session.execute(update(model).where(model.id == id).values(**values)).rowcount:
                changed.add(owner)
                neighbours += 1
    session.expire_all()
    changes.record(session, TOPIC, [*deleted, *sorted(changed)])
    return Forgotten(tuple(deleted), 0, neighbours)
