"""Who works on a translation, and whether one person may approve their own work in it: each step is an Event."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import access
from app.models import Event, Person, Translation
from app.workflow import ReasonNeeded
from storage.columns import utc_now


def take_on(session: Session, person: Person, translation: Translation) -> None:
    """Say that one works on a translation, so that others choose another one."""
    access.require_translator(person, translation)
    if translation.translator_id != person.id:
        translation.translator_id = person.id
        _record(session, person, translation, "take on")


def release(session: Session, person: Person, translation: Translation) -> None:
    """Give a translation back so that others can take it. Nothing that was written is lost."""
    if translation.translator_id == person.id or access.is_administrator(person):
        translation.translator_id = None
        _record(session, person, translation, "release")


def waive(session: Session, person: Person, translation: Translation, reason: str) -> None:
    """An administrator lets one person approve their own work in this translation. Recorded, and shown everywhere."""
    if not access.is_administrator(person):
        raise access.NotAllowed("role", roles="administrator")
    if not reason.strip():
        raise ReasonNeeded
    translation.waived_by_id, translation.waived_at, translation.waiver_reason = person.id, utc_now(), reason.strip()
    _record(session, person, translation, "waive", reason.strip())


def end_waiver(session: Session, person: Person, translation: Translation) -> None:
    """Two people again from now on; what was approved under the waiver stays so, and says so."""
    if not access.is_administrator(person):
        raise access.NotAllowed("role", roles="administrator")
    if translation.waived_at is not None:
        translation.waived_by_id = translation.waived_at = None
        _record(session, person, translation, "end waiver", translation.waiver_reason)
        translation.waiver_reason = ""


def _record(session: Session, person: Person, translation: Translation, action: str, why: str = "") -> None:
    session.add(
        Event(
            person_id=person.id,
            action=action,
            document_id=translation.document_id,
            translation_id=translation.id,
            why=why,
        )
    )
    session.flush()
