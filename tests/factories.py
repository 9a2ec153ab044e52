"""Things the tests need, with sensible defaults that each test can override."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import accounts, intake
from app.models import Confidentiality, Document, Person, Segment, Translation

PASSWORD = "vier paarden lezen regen"
LETTER = (
    "Uw aanvraag is ontvangen. U krijgt binnen zes weken bericht.\n\n"
    "Bel 071-1234567 als u vragen hebt.\n\n"
    "Uw aanvraag is ontvangen."
)


def a_person(session: Session, name: str, *roles: str, email: str | None = None) -> Person:
    """Somebody with roles written like "staff" or "translator:nl-ar"."""
    person = Person(email=email or f"{name}-{secrets.token_hex(4)}@example.org", name=name, roles=[])
    session.add(person)
    session.flush()
    for role in roles:
        kind, _, pair = role.partition(":")
        source, _, target = pair.partition("-")
        accounts.give_role(session, person, accounts.make_grant(kind, source, target))
    return person


def a_document(
    session: Session,
    text: str = LETTER,
    *,
    source: str = "nl",
    targets: tuple[str, ...] = ("ar",),
    confidentiality: Confidentiality = Confidentiality.INTERNAL,
    by: Person | None = None,
    name: str = "brief.txt",
    title: str = "",
) -> Document:
    """A text file that was uploaded."""
    read = intake.read_file(text.encode() if isinstance(text, str) else text, name)
    return intake.add_document(
        session,
        read,
        source_language=source,
        target_languages=targets,
        confidentiality=confidentiality,
        by=by,
        once=secrets.token_urlsafe(8),
        title=title,
    )


def segments_of(session: Session, translation: Translation) -> list[Segment]:
    """The segments of a translation in reading order."""
    query = select(Segment).where(Segment.translation_id == translation.id).order_by(Segment.position)
    return list(session.scalars(query))
