"""What keepers do to units, one or many at once, and taking it back as a whole.

A text is never changed in place. A correction is a new unit, the *successor*, and the unit it replaces stays,
withdrawn: so importing the old file again does not bring the mistake back, an act holds no text that an erasure would
have to look for, and taking an act back finds everything where it was. What somebody changed after the act is left as
they made it, and counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from languages import tags
from memory import recording
from memory.keeping import Act, ActChange, Finding
from memory.models import TOPIC, Found, Quality, Unit
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


class WasRecalled(Exception):
    """The corrected text is a unit that was withdrawn: it has to be offered again instead. `unit_id` is its id."""

    def __init__(self, unit_id: int) -> None:
        self.unit_id = unit_id
        super().__init__(unit_id)


class NothingChanged(ValueError):
    """A correction that corrects nothing."""


class NotOnePair(ValueError):
    """Units of different language pairs are not one unit."""


class AlreadyUndone(Exception):
    """The act was taken back before."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who acts: `name` as people read it, `key` an opaque string that stands for the person."""

    name: str
    key: str


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
        own = _written_by(session, act, units) if act.kind == "approve" else set()
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
            return _in_place(session, act, unit, lambda: _withdraw(unit, act))
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
        _replace(session, act, unit, **changed)
    except WasRecalled:
        return False
    return True


# --- in place ------------------------------------------------------------------------------------

_IN_PLACE = ("recalled_at", "recalled_by", "recall_reason", "subject")


def _in_place(session: Session, act: Act, unit: Unit, change) -> bool:
    before = _plain(unit, _IN_PLACE)
    change()
    unit.changed_at = act.at
    _keep(session, act, unit, before, _plain(unit, _IN_PLACE))
    return True


def _withdraw(unit: Unit, act: Act) -> None:
    unit.recalled_at, unit.recalled_by, unit.recall_reason = act.at, act.by, act.reason or act.kind


def _offer(unit: Unit) -> None:
    unit.recalled_at = unit.recalled_by = unit.recall_reason = None


_JUDGED = ("quality", "approved_by", "approved_at", "recency")


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
    before = {bytes(p.place).hex(): _plain(p, _JUDGED) for p in places}
    for place in places:
        for name, value in values.items():
            setattr(place, name, value)
    after = {bytes(p.place).hex(): _plain(p, _JUDGED) for p in places}
    _keep(session, act, unit, {"places": before}, {"places": after})
    session.flush()
    recording._show_best(session, unit)
    recording._changed(session, unit)
    return True


def _written_by(session: Session, act: Act, units: Sequence[Unit]) -> set[int]:
    """Those of the units that the keeper wrote: by name, or as a correction."""
    query = (
        select(ActChange.successor_id)
        .join(Act, Act.id == ActChange.act_id)
        .where(
            ActChange.successor_id.in_([u.id for u in units]), Act.by_key == act.by_key, Act.kind == "edit"
        )
    )
    return set(session.scalars(query)) | {u.id for u in units if u.translated_by == act.by}


def approve(session: Session, unit: Unit, by: Keeper) -> Act:
    """A second person stands for a unit. Raises OwnWork, NothingChanged."""
    act = begin(session, "approve", (unit.source_language, unit.target_language), by)
    if _written_by(session, act, [unit]):
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
    successor = _replace(
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
        added = _add_places(session, into, _places(session, unit))
        last = into.last_used_at
        into.used_count += unit.used_count
        into.last_used_at = max(filter(None, (last, unit.last_used_at)), default=None)
        _hand_on(session, act, unit, into, added, used=unit.used_count, last_used=last)
        act.changed += 1
    end(act)
    session.flush()
    return act


def _replace(session: Session, act: Act, unit: Unit, *, keep_quality: bool = False, **changed: Any) -> Unit:
    """A unit with other texts or languages takes this one's place. Raises WasRecalled."""
    texts = {
        name: changed.get(name, getattr(unit, name))
        for name in ("source", "target", "source_language", "target_language")
    }
    digest = recording.unit_digest(
        texts["source_language"], texts["target_language"], texts["source"], texts["target"], unit.project
    )
    known = session.scalar(select(Unit).where(Unit.digest == digest))
    if known is not None and known.recalled_at:
        raise WasRecalled(known.id)
    places = _places(session, unit)
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
        added = _add_places(session, known, places)
        _hand_on(session, act, unit, known, added)
        return known
    successor = Unit(
        **texts,
        digest=digest,
        **recording.text_keys(texts["source"], texts["source_language"]),
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
    added = [bytes(places[0]["place"]).hex(), *_add_places(session, successor, places[1:])]
    _hand_on(session, act, unit, successor, added)
    return successor


def _places(session: Session, unit: Unit) -> list[dict[str, Any]]:
    """Where a unit was found, as values of columns: the place it shows first."""
    found = session.scalars(select(Found).where(Found.unit_id == unit.id).order_by(Found.id))
    return [{name: getattr(place, name) for name in recording.PLACE_COLUMNS} for place in (unit, *found)]


def _add_places(session: Session, unit: Unit, places: Iterable[Mapping[str, Any]]) -> list[str]:
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
    recording._show_best(session, unit)
    return added


def _hand_on(
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
    before = _plain(unit, _IN_PLACE)
    _withdraw(unit, act)
    use = {"used": used, "last_used": last_used.isoformat() if last_used else None}
    _keep(session, act, unit, before, _plain(unit, _IN_PLACE) | {"added": added} | use, successor)
    recording._changed(session, unit)
    recording._changed(session, successor)


# --- taking back ---------------------------------------------------------------------------------


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
    if not change.before.keys() >= set(_IN_PLACE) <= change.after.keys():
        return False  # an erasure took what was known of it
    names = [name for name in _IN_PLACE if change.before[name] != change.after[name]]
    if any(_plain(unit, (name,))[name] != change.after[name] for name in names):
        return False
    for name in names:
        setattr(unit, name, _moment(change.before[name]) if name == "recalled_at" else change.before[name])
    recording._changed(session, unit)
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
        recording._leave(session, successor, given - stands)


def _unjudge(session: Session, change: ActChange, unit: Unit) -> bool:
    places = {
        bytes(p.place).hex(): p
        for p in (unit, *session.scalars(select(Found).where(Found.unit_id == unit.id)))
    }
    back = [
        (places[key], change.before["places"][key])
        for key, after in change.after["places"].items()
        if key in places and key in change.before.get("places", {}) and _plain(places[key], _JUDGED) == after
    ]
    for place, values in back:
        for name, value in values.items():
            setattr(place, name, _moment(value) if name == "approved_at" else value)
    session.flush()
    recording._show_best(session, unit)
    recording._changed(session, unit)
    return len(back) == len(change.after["places"])


def _keep(
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


def _plain(row: Unit | Found, names: Iterable[str]) -> dict[str, Any]:
    """Columns as JSON holds them."""
    values = {name: getattr(row, name) for name in names}
    return {k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in values.items()}


def _moment(words: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(words) if words else None


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
