"""Which concepts of the term base stand in the units of the memory: recognised here, kept there.

The memory knows no term base: it keeps numbers. A unit is looked at when it is approved; what came in by a file or
pack, and what changes in the term base, is looked at by the worker when it is idle. Derived: it can be made anew at any
time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session

from app import db
from glossary import recognition
from glossary.models import Concept
from memory import recording
from memory.models import Unit, UnitConcept
from storage.changes import Change

#: Units looked at in one go, and seconds until the next look when all are up to date.
BATCH, QUIET = 500, 60


def state(session: Session) -> int:
    """Stands for the term base as it is now: grows when terms or concepts change."""
    return session.scalar(select(func.coalesce(func.max(Change.id), 0)).where(Change.topic == "glossary")) or 0


def recognised(session: Session, units: Iterable[Any]) -> dict[int, set[int]]:
    """unit -> the concepts whose terms stand in its source; terms inside others count too. Anything with `id`, `source`
    and `source_language` is a unit here."""
    by_language: dict[str, list[Any]] = {}
    for unit in units:
        by_language.setdefault(unit.source_language, []).append(unit)
    found: dict[int, set[int]] = {}
    for language, some in by_language.items():
        spots = recognition.spot_all(session, [unit.source for unit in some], language)
        found |= {unit.id: {spot.concept_id for spot in row} for unit, row in zip(some, spots, strict=True)}
    return found


def note(session: Session, unit: Unit) -> None:
    """Keep which concepts a unit that just came in contains."""
    recording.set_concepts(session, unit.id, recognised(session, [unit])[unit.id], at=state(session))


def of_unit(session: Session, unit_id: int) -> list[Concept]:
    """The concepts in a unit's source, by their codes."""
    query = select(Concept).join(UnitConcept, UnitConcept.concept == Concept.id)
    return list(session.scalars(query.where(UnitConcept.unit_id == unit_id).order_by(Concept.code)))


def units_with(session: Session, concept_id: int) -> list[int]:
    """The units that contain a concept, by number."""
    query = select(UnitConcept.unit_id).where(UnitConcept.concept == concept_id).order_by(UnitConcept.unit_id)
    return list(session.scalars(query))


def _stale(now: int):
    return or_(Unit.concepts_at.is_(None), Unit.concepts_at < now)


class CatchUp:
    """Looks at the units that came in by a file, or that the term base has outrun: some of them whenever the worker has
    nothing else to do, so that nothing else ever waits for it."""

    def __init__(self) -> None:
        self._after, self._quiet_until = 0, 0.0

    def __call__(self, engine: Engine) -> int:
        """Look at the next units. Returns how many; 0 when all are up to date."""
        if time.monotonic() < self._quiet_until:
            return 0
        with db.new_session(engine, writes=False) as session:
            now = state(session)
            query = select(Unit.id, Unit.source, Unit.source_language).where(Unit.id > self._after, _stale(now))
            units = session.execute(query.order_by(Unit.id).limit(BATCH)).all()
            found = recognised(session, units)
        if not units:
            if self._after == 0:
                self._quiet_until = time.monotonic() + QUIET
            self._after = 0
            return 0
        with db.transaction(engine) as session:
            there = set(session.scalars(select(Unit.id).where(Unit.id.in_([unit.id for unit in units]))))
            for unit_id, some in found.items():
                if unit_id in there:  # else it was forgotten meanwhile
                    recording.set_concepts(session, unit_id, some, at=now)
        self._after = units[-1].id
        return len(units)
