"""What an act did to a unit, kept beside it, and units that take the place of others: a text is never changed in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from memory import keys, recording
from memory.keeping import Act, ActChange
from memory.models import Found, Quality, Unit

#: Columns that an act changes where they are, and those of a judged place.
IN_PLACE = ("recalled_at", "recalled_by", "recall_reason", "subject")
JUDGED = ("quality", "approved_by", "approved_at", "recency")


class WasRecalled(Exception):
    """The corrected text is a unit that was withdrawn: it has to be offered again instead. `unit_id` is its id."""

    def __init__(self, unit_id: int) -> None:
        self.unit_id = unit_id
        super().__init__(unit_id)


def withdraw(unit: Unit, act: Act) -> None:
    unit.recalled_at, unit.recalled_by, unit.recall_reason = act.at, act.by, act.reason or act.kind


def replace(session: Session, act: Act, unit: Unit, *, keep_quality: bool = False, **changed: Any) -> Unit:
    """A unit with other texts or languages takes this one's place. Raises WasRecalled."""
    texts = {
        name: changed.get(name, getattr(unit, name))
        for name in ("source", "target", "source_language", "target_language")
    }
    digest = keys.unit_digest(
        texts["source_language"], texts["target_language"], texts["source"], texts["target"], unit.project
    )
    known = session.scalar(select(Unit).where(Unit.digest == digest))
    if known is not None and known.recalled_at:
        raise WasRecalled(known.id)
    places = places_of(session, unit)
    if not keep_quality:
        for place in places:
            place |= {
                "quality": Quality.UNREVIEWED.value,
                "translated_by": act.by,
                "translated_at": act.at,
                "approved_by": None,
                "approved_at": None,
                "recency": int(act.at.timestamp()),
                "built_on": unit.id,
            }
    if known is not None:
        added = add_places(session, known, places)
        hand_on(session, act, unit, known, added)
        return known
    successor = Unit(
        **texts,
        digest=digest,
        **keys.text_keys(texts["source"], texts["source_language"]),
        project=unit.project,
        subject=unit.subject,
        one_to_one=unit.one_to_one,
        notes=unit.notes,
        used_count=unit.used_count,
        last_used_at=unit.last_used_at,
        **places[0],
    )
    session.add(successor)
    session.flush()
    added = [bytes(places[0]["place"]).hex(), *add_places(session, successor, places[1:])]
    hand_on(session, act, unit, successor, added)
    return successor


def places_of(session: Session, unit: Unit) -> list[dict[str, Any]]:
    """Where a unit was found, as values of columns: the place it shows first."""
    found = session.scalars(select(Found).where(Found.unit_id == unit.id).order_by(Found.id))
    return [{name: getattr(place, name) for name in recording.PLACE_COLUMNS} for place in (unit, *found)]


def add_places(session: Session, unit: Unit, places: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give a unit these places. Returns those it did not have, as hexadecimal digests."""
    had = {bytes(unit.place)} | {
        bytes(p) for p in session.scalars(select(Found.place).where(Found.unit_id == unit.id))
    }
    added = []
    for values in places:
        place = bytes(values["place"])
        if place not in had:
            had.add(place)
            session.add(Found(unit_id=unit.id, **values))
            added.append(place.hex())
    session.flush()
    recording.show_best(session, unit)
    return added


def hand_on(
    session: Session,
    act: Act,
    unit: Unit,
    successor: Unit,
    added: list[str],
    *,
    used: int = 0,
    last_used: dt.datetime | None = None,
) -> None:
    """Withdraw a unit whose place another one has taken. `used` was added to the successor's use; `last_used`: when
    that was used last before."""
    before = plain(unit, IN_PLACE)
    withdraw(unit, act)
    use = {"used": used, "last_used": last_used.isoformat() if last_used else None}
    keep(session, act, unit, before, plain(unit, IN_PLACE) | {"added": added} | use, successor)
    recording.changed(session, unit)
    recording.changed(session, successor)


def keep(
    session: Session, act: Act, unit: Unit, before: dict, after: dict, successor: Unit | None = None
) -> None:
    session.add(
        ActChange(
            act_id=act.id,
            unit_id=unit.id,
            successor_id=successor.id if successor else None,
            before=before,
            after=after,
            undone=False,
        )
    )


def plain(row: Unit | Found, names: Iterable[str]) -> dict[str, Any]:
    """Columns as JSON holds them."""
    values = {name: getattr(row, name) for name in names}
    return {k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in values.items()}
