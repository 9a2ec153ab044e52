"""What keepers do to units, one or many at once.

A text is never changed in place. A correction is a new unit, the *successor*, and the unit it replaces stays,
withdrawn: so importing the old file again does not bring the mistake back, an act holds no text that an erasure would
have to look for, and taking an act back (memory.undoing) finds everything where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from languages import tags
from memory import recording
from memory.keeping import Act, ActChange, Finding, Keeper
from memory.models import TOPIC, Found, Quality, Unit
from memory.successors import (
    IN_PLACE,
    JUDGED,
    WasRecalled,
    add_places,
    hand_on,
    keep,
    places_of,
    plain,
    replace,
    withdraw,
)
from storage import changes
from storage.columns import utc_now

#: recall: withdraw · restore: offer again · approve · unapprove: wants review again · subject: give a subject ·
#: edit: correct a text · relabel: the texts are in other languages · swap: source and target changed places ·
#: merge: one unit for several
KINDS = ("recall", "restore", "approve", "unapprove", "subject", "edit", "relabel", "swap", "merge")
#: Those that make sense for many units at once.
BULK = ("recall", "restore", "approve", "unapprove", "subject", "relabel", "swap")
#: Units changed in one transaction.
BATCH = 200


class OwnWork(Exception):
    """Nobody approves what they wrote themselves."""


class NothingChanged(ValueError):
    """A correction that corrects nothing."""


class NotOnePair(ValueError):
    """Units of different language pairs are not one unit."""


def begin(
    session: Session,
    kind: str,
    pair: tuple[str, str],
    by: Keeper,
    *,
    reason: str = "",
    value: str = "",
    search_id: int | None = None,
) -> Act:
    """An act to which nothing was done yet. `value`: the subject, or the new languages as "nl ar"."""
    if kind not in KINDS:
        raise ValueError(f"no such act: {kind}")
    act = Act(
        kind=kind,
        source_language=pair[0],
        target_language=pair[1],
        by=by.name,
        by_key=by.key,
        reason=reason,
        value=value,
        search_id=search_id,
        position=0,
        changed=0,
        left=0,
        undo_left=0,
        at=utc_now(),
    )
    session.add(act)
    session.flush()
    return act


def end(act: Act) -> None:
    act.ended_at = utc_now()


def apply(session: Session, act: Act, unit_ids: Iterable[int]) -> None:
    """Do to these units what the act is. Those to which it cannot be done (withdrawn already, the keeper's own work,
    of another pair) are left and counted."""
    ids = sorted(set(unit_ids))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        units = session.scalars(select(Unit).where(Unit.id.in_(some)).order_by(Unit.id)).all()
        own = own_work(session, Keeper(act.by, act.by_key), units) if act.kind == "approve" else set()
        done: list[int] = []
        for unit in units:
            pair = (unit.source_language, unit.target_language)
            if (
                pair == (act.source_language, act.target_language)
                and unit.id not in own
                and _do(session, act, unit)
            ):
                done.append(unit.id)
        session.flush()
        changes.record(session, TOPIC, done)
        act.changed += len(done)
        act.left += len(some) - len(done)
    session.flush()


def apply_to_findings(session: Session, act: Act, *, batch: int = BATCH) -> bool:
    """The next batch of an act on everything a search found. Returns whether it is over; the caller commits after each."""
    rows = session.execute(
        select(Finding.id, Finding.unit_id)
        .where(Finding.search_id == act.search_id, Finding.id > act.position)
        .order_by(Finding.id)
        .limit(batch)
    ).all()
    apply(session, act, [row.unit_id for row in rows])
    if rows:
        act.position = rows[-1].id
    if len(rows) < batch:
        end(act)
        return True
    return False


def _do(session: Session, act: Act, unit: Unit) -> bool:
    match act.kind:
        case "recall":
            if unit.recalled_at:
                return False
            return _in_place(session, act, unit, lambda: withdraw(unit, act))
        case "restore":
            if not unit.recalled_at:
                return False
            return _in_place(session, act, unit, lambda: _offer(unit))
        case "subject":
            if (unit.subject or "") == act.value:
                return False
            return _in_place(session, act, unit, lambda: setattr(unit, "subject", act.value or None))
        case "approve" | "unapprove":
            return _judge(session, act, unit)
        case "swap":
            if unit.recalled_at:
                return False
            return _replace_or_leave(
                session, act, unit, source=unit.target, target=unit.source, keep_quality=True
            )
        case "relabel":
            source, target = act.value.split()
            if unit.recalled_at or (source, target) == (unit.source_language, unit.target_language):
                return False
            return _replace_or_leave(session, act, unit, source_language=source, target_language=target)
    raise ValueError(f"{act.kind} is not done to units one by one")


def _replace_or_leave(session: Session, act: Act, unit: Unit, **changed: Any) -> bool:
    try:
        replace(session, act, unit, **changed)
    except WasRecalled:
        return False
    return True


# --- in place ------------------------------------------------------------------------------------

def _in_place(session: Session, act: Act, unit: Unit, change) -> bool:
    before = plain(unit, IN_PLACE)
    change()
    unit.changed_at = act.at
    keep(session, act, unit, before, plain(unit, IN_PLACE))
    return True


def _offer(unit: Unit) -> None:
    unit.recalled_at = unit.recalled_by = unit.recall_reason = None


def _judge(session: Session, act: Act, unit: Unit) -> bool:
    """Approve the place a unit shows; or let none of its places count as approved any more."""
    if unit.recalled_at:
        return False
    places = [unit, *session.scalars(select(Found).where(Found.unit_id == unit.id))]
    if act.kind == "approve":
        if any(p.quality == Quality.APPROVED for p in places):
            return False
        places = [unit]
        values = {
            "quality": Quality.APPROVED.value,
            "approved_by": act.by,
            "approved_at": act.at,
            "recency": int(act.at.timestamp()),
        }
    else:
        places = [p for p in places if p.quality == Quality.APPROVED]
        if not places:
            return False
        values = {"quality": Quality.UNREVIEWED.value, "approved_by": None, "approved_at": None}
    before = {bytes(p.place).hex(): plain(p, JUDGED) for p in places}
    for place in places:
        for name, value in values.items():
            setattr(place, name, value)
    after = {bytes(p.place).hex(): plain(p, JUDGED) for p in places}
    keep(session, act, unit, {"places": before}, {"places": after})
    session.flush()
    recording.show_best(session, unit)
    recording.changed(session, unit)
    return True


def own_work(session: Session, by: Keeper, units: Sequence[Unit]) -> set[int]:
    """Those of the units that this keeper wrote: by name, or as a correction. Somebody else approves them."""
    query = (
        select(ActChange.successor_id)
        .join(Act, Act.id == ActChange.act_id)
        .where(
            ActChange.successor_id.in_([u.id for u in units]), Act.by_key == by.key, Act.kind == "edit"
        )
    )
    return set(session.scalars(query)) | {u.id for u in units if u.translated_by == by.name}


def approve(session: Session, unit: Unit, by: Keeper) -> Act:
    """A second person stands for a unit. Raises OwnWork, NothingChanged."""
    act = begin(session, "approve", (unit.source_language, unit.target_language), by)
    if own_work(session, by, [unit]):
        raise OwnWork
    apply(session, act, [unit.id])
    if not act.changed:
        raise NothingChanged
    end(act)
    return act


# --- successors ----------------------------------------------------------------------------------


def correct(
    session: Session,
    unit: Unit,
    by: Keeper,
    *,
    source: str,
    target: str,
    source_language: str | None = None,
    target_language: str | None = None,
    reason: str = "",
) -> Unit:
    """Another text, or another language, for a unit. The successor waits for somebody else's approval. Returns it.

    Raises EmptyText, UnstorableText, UnknownLanguage, NothingChanged, NotOnePair (both sides in one language),
    WasRecalled.
    """
    languages = (
        tags.normalise(source_language or unit.source_language),
        tags.normalise(target_language or unit.target_language),
    )
    if languages[0] == languages[1]:
        raise NotOnePair
    recording.check_text(source, "source")
    recording.check_text(target, "target")
    if (source, target, *languages) == (unit.source, unit.target, unit.source_language, unit.target_language):
        raise NothingChanged
    act = begin(session, "edit", (unit.source_language, unit.target_language), by, reason=reason)
    successor = replace(
        session,
        act,
        unit,
        source=source,
        target=target,
        source_language=languages[0],
        target_language=languages[1],
    )
    act.changed = 1
    end(act)
    return successor


def merge(session: Session, units: Sequence[Unit], into: Unit, by: Keeper, *, reason: str = "") -> Act:
    """Several units become one, which then was found wherever they were, and was used as often. Raises NotOnePair,
    NothingChanged."""
    others = [u for u in units if u.id != into.id and not u.recalled_at]
    if any(
        (u.source_language, u.target_language) != (into.source_language, into.target_language) for u in others
    ):
        raise NotOnePair
    if not others or into.recalled_at:
        raise NothingChanged
    act = begin(session, "merge", (into.source_language, into.target_language), by, reason=reason)
    for unit in others:
        added = add_places(session, into, places_of(session, unit))
        last = into.last_used_at
        into.used_count += unit.used_count
        into.last_used_at = max(filter(None, (last, unit.last_used_at)), default=None)
        hand_on(session, act, unit, into, added, used=unit.used_count, last_used=last)
        act.changed += 1
    end(act)
    session.flush()
    return act


def history(
    session: Session, pairs: Iterable[tuple[str, str]] | None, *, before: int | None = None, size: int = 50
) -> list[Act]:
    """What was done to these pairs (None: to all), newest first, acts with an id under `before`."""
    query = select(Act)
    if pairs is not None:
        query = query.where(tuple_(Act.source_language, Act.target_language).in_(list(pairs)))
    if before is not None:
        query = query.where(Act.id < before)
    return list(session.scalars(query.order_by(Act.id.desc()).limit(size)))


def of_unit(session: Session, unit_id: int) -> list[tuple[Act, ActChange]]:
    """What was done to a unit, or made it, newest first."""
    rows = session.execute(
        select(Act, ActChange)
        .join(ActChange, ActChange.act_id == Act.id)
        .where((ActChange.unit_id == unit_id) | (ActChange.successor_id == unit_id))
        .order_by(Act.id.desc())
        .limit(50)
    )
    return [(act, change) for act, change in rows]
