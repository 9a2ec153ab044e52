"""Forms and keys that an older folding made are made again in the table.

Whoever reads a unit of an older `forms.VERSION` folds its text again, so that every answer is right meanwhile; but a
build of the index then takes more than twice as long. What is written here is what they all make of the same text:
no index needs to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from memory import forms
from memory.keys import text_keys
from memory.models import Unit

_UNIT = Unit.__table__.c


class Older(NamedTuple):
    """A unit of an older version."""

    id: int
    source: str
    source_language: str


def count(session: Session) -> int:
    """How many units are of an older version. Reads the whole table."""
    return session.scalar(select(func.count()).where(_UNIT.form_version != forms.VERSION)) or 0


def needed(session: Session) -> bool:
    """Whether any unit is of an older version. Reads the whole table when none is."""
    return session.scalar(select(_UNIT.id).where(_UNIT.form_version != forms.VERSION).limit(1)) is not None


def older(session: Session, *, after: int, most: int) -> list[Older]:
    """The next units of an older version in the order of their ids, from the one behind `after` on."""
    query = select(_UNIT.id, _UNIT.source, _UNIT.source_language).where(_UNIT.id > after, _UNIT.form_version != forms.VERSION)
    return [Older(*row) for row in session.execute(query.order_by(_UNIT.id).limit(most))]


def made(units: Sequence[Older]) -> dict[int, dict[str, object]]:
    """By id, the columns of each as the present version makes them. Needs no database, and takes most of the time."""
    return {unit.id: text_keys(unit.source, unit.source_language) for unit in units}


def keep(session: Session, units: Sequence[Older], columns: Mapping[int, Mapping[str, object]]) -> int:
    """Write the columns that were made of these units. Returns how many were written: not those that changed or went
    meanwhile, and on PostgreSQL not those that somebody else is just changing."""
    sources = {unit.id: unit.source for unit in units}
    query = select(_UNIT.id, _UNIT.source).where(_UNIT.id.in_(sources), _UNIT.form_version != forms.VERSION)
    held = session.execute(query.with_for_update(skip_locked=True)).all()
    fresh = [{"unit": id, **columns[id]} for id, source in held if source == sources[id]]
    if fresh:
        names = [name for name in fresh[0] if name != "unit"]
        statement = update(Unit.__table__).where(_UNIT.id == bindparam("unit"))
        session.connection().execute(statement.values({name: bindparam(name) for name in names}), fresh)
    return len(fresh)
