"""Taking an act back as a whole: what somebody changed after it is left as they made it, and counted."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from memory import recording
from memory.acts import BATCH
from memory.keeping import Act, ActChange, Keeper
from memory.models import Found, Unit
from memory.successors import IN_PLACE, JUDGED, plain
from storage.columns import utc_now


class AlreadyUndone(Exception):
    """The act was taken back before."""


def undo(session: Session, act: Act, by: Keeper, *, batch: int = BATCH) -> bool:
    """Take back the next batch of what an act changed, the last change first. Returns whether that was all of it; the
    caller commits after each. What was changed since stays as it is. Raises AlreadyUndone."""
    if act.undone_at:
        raise AlreadyUndone
    rows = session.scalars(
        select(ActChange)
        .where(ActChange.act_id == act.id, ActChange.undone.is_(False))
        .order_by(ActChange.id.desc())
        .limit(batch)
    ).all()
    units = {u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_([r.unit_id for r in rows])))}
    for change in rows:
        change.undone = True
        unit = units.get(change.unit_id)
        if unit is None or not _take_back(session, act, change, unit):
            act.undo_left += 1
    if len(rows) == batch:
        session.flush()
        return False
    act.undone_at, act.undone_by = utc_now(), by.name
    act.ended_at = act.ended_at or act.undone_at
    session.flush()
    return True


def _take_back(session: Session, act: Act, change: ActChange, unit: Unit) -> bool:
    if "places" in change.after:
        return _unjudge(session, change, unit)
    if not change.before.keys() >= set(IN_PLACE) <= change.after.keys():
        return False  # an erasure took what was known of it
    names = [name for name in IN_PLACE if change.before[name] != change.after[name]]
    if any(plain(unit, (name,))[name] != change.after[name] for name in names):
        return False
    for name in names:
        setattr(unit, name, _moment(change.before[name]) if name == "recalled_at" else change.before[name])
    recording.changed(session, unit)
    if change.successor_id is not None:
        _take_places_back(session, act, change)
    return True


def _take_places_back(session: Session, act: Act, change: ActChange) -> None:
    """The successor loses the places it was given, and goes when it has no other. One that was approved since stays."""
    successor = session.get(Unit, change.successor_id)
    if successor is None:
        return
    given = {bytes.fromhex(place) for place in change.after.get("added", ())}
    stands = {
        bytes(p.place)
        for p in (successor, *session.scalars(select(Found).where(Found.unit_id == successor.id)))
        if p.approved_at and p.approved_at > act.at
    }
    if change.after.get("used"):
        given_at = successor.last_used_at
        successor.used_count = max(successor.used_count - change.after["used"], 0)
        if given_at is None or given_at <= act.at:
            successor.last_used_at = _moment(change.after.get("last_used"))
    if given - stands:
        recording.leave(session, successor, given - stands)


def _unjudge(session: Session, change: ActChange, unit: Unit) -> bool:
    places = {
        bytes(p.place).hex(): p
        for p in (unit, *session.scalars(select(Found).where(Found.unit_id == unit.id)))
    }
    back = [
        (places[key], change.before["places"][key])
        for key, after in change.after["places"].items()
        if key in places and key in change.before.get("places", {}) and plain(places[key], JUDGED) == after
    ]
    for place, values in back:
        for name, value in values.items():
            setattr(place, name, _moment(value) if name == "approved_at" else value)
    session.flush()
    recording.show_best(session, unit)
    recording.changed(session, unit)
    return len(back) == len(change.after["places"])


def _moment(words: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(words) if words else None
