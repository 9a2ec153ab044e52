"""Remembering translations and withdrawing wrong ones.

Every change is recorded in the feed of changes, so that each index follows. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from languages import tags
from memory import forms
from memory.keys import place_digest, place_keys, text_keys, unit_digest
from memory.models import QUALITIES, TOPIC, Found, Quality, Unit, UnitConcept
from storage import changes
from storage.columns import utc_now

#: What a place says of itself, in both tables.
PLACE_COLUMNS = (
    "origin",
    "origin_name",
    "document",
    "position",
    "previous_source",
    "next_source",
    "quality",
    "translated_by",
    "approved_by",
    "translated_at",
    "approved_at",
    "source_tuid",
    "confidentiality",
    "client_reference",
    "built_on",
    "place",
    "created_at",
    "previous_key",
    "next_key",
    "place_key",
    "recency",
)


class EmptyText(ValueError):
    """A unit needs words on both sides. `side` is "source" or "target"."""

    def __init__(self, side: str) -> None:
        self.side = side
        super().__init__(f"The {side} text is empty. Nothing was remembered.")


class UnstorableText(ValueError):
    """A text holds half a character (a lone surrogate) or a zero byte, which no database keeps."""

    def __init__(self, side: str) -> None:
        self.side = side
        super().__init__(
            f"The {side} text holds a broken character. Type that word again; nothing was remembered."
        )


class ConfidentialText(ValueError):
    """Text of a confidential document never enters the memory."""

    def __init__(self) -> None:
        super().__init__(
            "This document is confidential: its text never enters the memory. Nothing was remembered."
        )


def check_text(text: str, side: str) -> None:
    """Raises EmptyText or UnstorableText."""
    if not (forms.TAG.sub("", text) if "<" in text else text).strip():
        raise EmptyText(side)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnstorableText(side) from None
    if "\x00" in text:
        raise UnstorableText(side)


def remember(
    session: Session,
    *,
    source_language: str,
    target_language: str,
    source: str,
    target: str,
    previous_source: str | None = None,
    next_source: str | None = None,
    origin: str = "approved",
    origin_name: str = "",
    document: str | None = None,
    position: int | None = None,
    project: str | None = None,
    subject: str | None = None,
    confidentiality: str = "internal",
    client_reference: str | None = None,
    built_on: int | None = None,
    quality: str = Quality.APPROVED,
    translated_by: str | None = None,
    approved_by: str | None = None,
    translated_at: dt.datetime | None = None,
    approved_at: dt.datetime | None = None,
    one_to_one: bool = True,
    source_tuid: str | None = None,
    notes: str | None = None,
) -> Unit:
    """Keep a translation, and where it was found.

    The same pair from elsewhere becomes a further place of the same unit, its use counted on. A new translation
    of the same source in the same place of the same document takes the old one's place; the old one stays only
    where it was also found elsewhere. Doing the same twice changes nothing. A unit that was recalled stays recalled.
    `previous_source`, `next_source`: "" at the edge of a document, None when not known. `client_reference`: whose
    case it was, an opaque string. `built_on`: the id of the unit that the translation was made from.

    Raises EmptyText, UnstorableText, ConfidentialText, languages.tags.UnknownLanguage.
    """
    if confidentiality == "confidential":
        raise ConfidentialText
    check_text(source, "source")
    check_text(target, "target")
    source_language, target_language = tags.normalise(source_language), tags.normalise(target_language)
    here = {
        "origin": origin,
        "origin_name": origin_name,
        "document": document,
        "position": position,
        "previous_source": previous_source,
        "next_source": next_source,
        "source_tuid": source_tuid,
    }
    here["place"] = place_digest(**here)
    here |= {
        "quality": Quality(quality).value,
        "translated_by": translated_by,
        "approved_by": approved_by,
        "translated_at": translated_at,
        "approved_at": approved_at,
        "confidentiality": confidentiality,
        "client_reference": client_reference,
        "built_on": built_on,
    }
    now = utc_now()
    here |= place_keys(
        document=document,
        position=position,
        previous_source=previous_source,
        next_source=next_source,
        vouched_at=approved_at or translated_at or now,
    )
    digest = unit_digest(source_language, target_language, source, target, project)
    unit = session.scalar(select(Unit).where(Unit.digest == digest))
    if unit is not None and unit.id == built_on:
        here["built_on"] = None  # taken over as it was: the same unit in one more place
    used, last_used = _taken_over(session, source_language, target_language, source, here, digest)
    if unit is None:
        unit = Unit(
            source_language=source_language,
            target_language=target_language,
            source=source,
            target=target,
            digest=digest,
            **text_keys(source, source_language),
            project=project,
            subject=subject,
            one_to_one=one_to_one,
            notes=notes,
            used_count=used,
            last_used_at=last_used,
            created_at=now,
            **here,
        )
        session.add(unit)
        session.flush()
        changes.record(session, TOPIC, [unit.id])
    elif _place(session, unit, here) or used:
        if (
            unit.recalled_at
            and quality == Quality.APPROVED
            and approved_at
            and approved_at > unit.recalled_at
        ):
            unit.recalled_at = unit.recalled_by = unit.recall_reason = None
        unit.subject = unit.subject or subject
        unit.used_count += used
        unit.last_used_at = max(filter(None, (unit.last_used_at, last_used)), default=None)
        changed(session, unit)
    return unit


def batched(rows: Iterable, size: int) -> Iterator[list]:
    """Lists of at most `size`, in order."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def _taken_over(
    session: Session, source_language: str, target_language: str, source: str, here: dict, digest: bytes
) -> tuple[int, dt.datetime | None]:
    """Take this place away from other translations of the same source. Returns the use they had when they go."""
    if here["document"] is None or here["position"] is None:
        return 0, None
    before = (
        Unit.source_language == source_language,
        Unit.target_language == target_language,
        Unit.source == source,
        Unit.digest != digest,
    )
    ids = set(session.scalars(select(Unit.id).where(*before, Unit.place == here["place"])))
    ids |= set(session.scalars(select(Unit.id).join(Found).where(*before, Found.place == here["place"])))
    used, last_used = 0, None
    for unit in session.scalars(select(Unit).where(Unit.id.in_(ids))).all():
        if not leave(session, unit, [here["place"]]):
            used += unit.used_count
            last_used = max(filter(None, (last_used, unit.last_used_at)), default=None)
    return used, last_used


def _place(session: Session, unit: Unit, here: dict) -> bool:
    """Add or update a place of a unit. False when nothing changed."""
    if unit.place == here["place"]:
        mine: Unit | Found | None = unit
    else:
        mine = session.scalar(select(Found).where(Found.unit_id == unit.id, Found.place == here["place"]))
    if mine is not None:
        if not (here["approved_at"] or here["translated_at"]):
            here["recency"] = mine.recency
        if all(getattr(mine, name) == value for name, value in here.items()):
            return False
        for name, value in here.items():
            setattr(mine, name, value)
    else:
        session.add(Found(unit_id=unit.id, created_at=utc_now(), **here))
        unit.found_elsewhere = True
    session.flush()
    show_best(session, unit)
    return True


def _trust(place: Unit | Found) -> tuple:
    """The place a unit shows: the best quality, then the newest, then the one known longest."""
    return QUALITIES.index(Quality(place.quality)), -place.recency


def show_best(session: Session, unit: Unit) -> None:
    """Swap the unit's own place with the most trusted of the others."""
    others = session.scalars(select(Found).where(Found.unit_id == unit.id).order_by(Found.id)).all()
    unit.found_elsewhere = bool(others)
    if others and _trust(best := min(others, key=_trust)) < _trust(unit):
        shown = {name: getattr(unit, name) for name in PLACE_COLUMNS}
        for name in PLACE_COLUMNS:
            setattr(unit, name, getattr(best, name))
        for name, value in shown.items():
            setattr(best, name, value)
    session.flush()


def leave(session: Session, unit: Unit, places: Iterable[bytes]) -> bool:
    """Take places away from a unit; without any left it is deleted. Returns whether it still exists."""
    places = set(places)
    session.execute(delete(Found).where(Found.unit_id == unit.id, Found.place.in_(places)))
    if unit.place in places:
        heir = session.scalars(select(Found).where(Found.unit_id == unit.id)).all()
        if not heir:
            session.delete(unit)
            session.flush()
            changes.record(session, TOPIC, [unit.id])
            return False
        best = min(heir, key=_trust)
        for name in PLACE_COLUMNS:
            setattr(unit, name, getattr(best, name))
        session.delete(best)
        session.flush()
    show_best(session, unit)
    changed(session, unit)
    return True


def changed(session: Session, unit: Unit) -> None:
    unit.changed_at = utc_now()
    session.flush()
    changes.record(session, TOPIC, [unit.id])


def recall(session: Session, unit: Unit, *, by: str, reason: str) -> None:
    """Withdraw a wrong unit: no lookup offers it any more, and importing or approving the same pair again does not
    bring it back. It stays in the database, with who withdrew it and why."""
    unit.recalled_at, unit.recalled_by, unit.recall_reason = utc_now(), by, reason
    changed(session, unit)


def restore(session: Session, unit: Unit, *, by: str | None = None) -> None:
    """Undo a recall. `by` is who did; the row then shows nothing of the recall any more."""
    unit.recalled_at = unit.recalled_by = unit.recall_reason = None
    changed(session, unit)


def withdraw(session: Session, unit: Unit, *, document: str, position: int) -> bool:
    """Take back what was approved in one place of a document: the unit goes unless it was found elsewhere too.
    Returns whether it still exists. For a translation that is wrong everywhere there is `recall`."""
    place = forms.digest(("document", document, position))
    here = unit.place == place
    if (
        here
        or session.scalar(select(Found.id).where(Found.unit_id == unit.id, Found.place == place)) is not None
    ):
        return leave(session, unit, [place])
    return True


def mark_used(session: Session, unit_id: int, *, at: dt.datetime | None = None) -> None:
    """Count that a person took this unit's translation over. No index needs to know. A unit that has gone
    meanwhile is not an error."""
    session.execute(
        update(Unit)
        .where(Unit.id == unit_id)
        .values(used_count=Unit.used_count + 1, last_used_at=at or utc_now())
    )


def set_concepts(session: Session, unit_id: int, concepts: Iterable[int], *, at: int) -> None:
    """Say which concepts of the term base a unit's source contains, as the caller recognised them in the state `at`
    of the term base. No index needs to know."""
    wanted = set(concepts)
    known = set(session.scalars(select(UnitConcept.concept).where(UnitConcept.unit_id == unit_id)))
    if gone := known - wanted:
        session.execute(delete(UnitConcept).where(UnitConcept.unit_id == unit_id, UnitConcept.concept.in_(gone)))
    if new := wanted - known:
        session.execute(insert(UnitConcept), [{"unit_id": unit_id, "concept": c} for c in sorted(new)])
    session.execute(
        update(Unit).where(Unit.id == unit_id).values(concepts_at=at).execution_options(synchronize_session=False)
    )


def retract(session: Session, unit: Unit, *, document: str, position: int) -> bool:
    """Take back what one place of a document said, because its reviewer no longer stands for it. Returns whether the
    unit is still known from elsewhere. Unlike after `recall`, the same pair may come again."""
    place = forms.digest(("document", document, position))
    return leave(session, unit, [place])


def count(session: Session) -> dict[tuple[str, str], int]:
    """How many units can be offered, per language pair."""
    rows = session.execute(
        select(Unit.source_language, Unit.target_language, func.count())
        .where(Unit.recalled_at.is_(None))
        .group_by(Unit.source_language, Unit.target_language)
    )
    return {(source, target): number for source, target, number in rows}
