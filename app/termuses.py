"""What a person sees of the texts that use a word (`app.impact` finds them): as far as they may read them, and those of
their languages that must change, as a queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import access
from app.impact import in_languages
from app.models import Document, Impact, Person, RoleName, Segment, TermUse, Translation
from glossary import recognition
from languages import tags
from memory.models import Unit
from storage.columns import utc_now


def visible(person: Person) -> ColumnElement[bool]:
    """A condition on TermUse joined (outer) with Segment, Translation and Document: uses in documents the person sees,
    and units of the pairs the person works in."""
    segments = and_(TermUse.segment_id.is_not(None), _translation_seen(person))
    there = exists().where(Unit.id == TermUse.unit_id, Unit.recalled_at.is_(None))
    return or_(segments, and_(TermUse.unit_id.is_not(None), there, _pairs(person)))


def _translation_seen(person: Person) -> ColumnElement[bool]:
    if access.is_administrator(person):
        return Translation.id.is_not(None)
    seen = [
        access.translations_for(person, RoleName.TRANSLATOR),
        access.translations_for(person, RoleName.REVIEWER),
    ]
    if access.has_role(person, RoleName.STAFF):
        seen.append(or_(Document.confidentiality != "confidential", Document.uploaded_by_id == person.id))
    return and_(Translation.id.is_not(None), or_(*seen))


def _pairs(person: Person) -> ColumnElement[bool]:
    if access.is_administrator(person) or access.has_role(person, RoleName.STAFF):
        return TermUse.unit_id.is_not(None)
    held = access.pairs(person, RoleName.TRANSLATOR) | access.pairs(person, RoleName.REVIEWER)
    found = [
        and_(in_languages(TermUse.source_language, [tags.base(source)]), in_languages(TermUse.language, [target]) if target == tags.base(target) else TermUse.language == target)
        for source, target in sorted(held)
    ]
    return or_(*found) if found else TermUse.id.is_(None)


def _joined(query):
    return (
        query.select_from(TermUse)
        .outerjoin(Segment, Segment.id == TermUse.segment_id)
        .outerjoin(Translation, Translation.id == Segment.translation_id)
        .outerjoin(Document, Document.id == Translation.document_id)
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One use as it is shown: its texts, and where it stands."""

    use: TermUse
    source: str
    target: str
    source_language: str
    language: str
    document: Document | None
    translation_id: int | None
    segment: Segment | None
    unit: Unit | None
    term: dict[str, Any] | None


def uses_of(
    session: Session, impact: Impact, person: Person, *, limit: int = 50, offset: int = 0
) -> list[Shown]:
    """What a search found, as far as this person may see it."""
    query = _joined(select(TermUse)).where(TermUse.impact_id == impact.id, visible(person)).options(joinedload(TermUse.impact))
    rows = session.scalars(query.order_by(TermUse.id).limit(limit).offset(offset))
    return _shown(session, list(rows))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many texts use the words: all of them, and how many of those this person may not see."""

    segments: int
    units: int
    documents: int
    hidden: int


def count(session: Session, impact: Impact, person: Person) -> Counted:
    """Counts of a search, for this person."""
    mine = _joined(select(TermUse.segment_id, TermUse.unit_id, Translation.document_id)).where(
        TermUse.impact_id == impact.id, visible(person)
    )
    rows = session.execute(mine).all()
    every = session.scalar(select(func.count()).where(TermUse.impact_id == impact.id)) or 0
    return Counted(
        sum(row[0] is not None for row in rows),
        sum(row[1] is not None for row in rows),
        len({row[2] for row in rows if row[2] is not None}),
        every - len(rows),
    )


def documents_of(session: Session, impact: Impact, person: Person) -> list[tuple[Document, int]]:
    """Documents with how many uses in them, that this person may see."""
    query = _joined(select(Translation.document_id, func.count())).where(
        TermUse.impact_id == impact.id, TermUse.segment_id.is_not(None), visible(person)
    )
    counts = dict(session.execute(query.group_by(Translation.document_id)).all())
    documents = session.scalars(select(Document).where(Document.id.in_(counts)).order_by(Document.id))
    return [(document, counts[document.id]) for document in documents]


def _to_do(person: Person, language: str | None) -> list[ColumnElement[bool]]:
    """Conditions on open entries that this person, a reviewer, is to look at."""
    pairs = access.pairs(person, RoleName.REVIEWER)
    mine = [
        and_(
            in_languages(TermUse.source_language, [tags.base(source)]),
            in_languages(TermUse.language, [target]) if target == tags.base(target) else TermUse.language == target,
        )
        for source, target in sorted(pairs)
    ]
    where = [TermUse.state == "open", or_(*mine) if mine else TermUse.id.is_(None), visible(person)]
    if language:
        where.append(in_languages(TermUse.language, [language]))
    return where


def queue(
    session: Session, person: Person, *, language: str | None = None, limit: int = 25, offset: int = 0
) -> list[Shown]:
    """Texts that must change, in this person's languages, the oldest first."""
    query = _joined(select(TermUse)).where(*_to_do(person, language)).options(joinedload(TermUse.impact))
    return _shown(session, list(session.scalars(query.order_by(TermUse.id).limit(limit).offset(offset))))


def count_queue(session: Session, person: Person, *, language: str | None = None) -> int:
    """How many such texts wait."""
    return session.scalar(_joined(select(func.count(TermUse.id))).where(*_to_do(person, language))) or 0


def closed(session: Session, person: Person, *, limit: int = 50) -> list[Shown]:
    """Entries of this person's languages that somebody has done or dismissed, newest first."""
    query = (
        _joined(select(TermUse))
        .where(*_to_do(person, None)[1:], TermUse.state.in_(("done", "dismissed")))
        .options(joinedload(TermUse.impact), joinedload(TermUse.closed_by))
    )
    return _shown(session, list(session.scalars(query.order_by(TermUse.closed_at.desc()).limit(limit))))


def find_use(session: Session, person: Person, use_id: int) -> TermUse:
    """The entry, locked, if this person may close it. Raises Hidden."""
    query = _joined(select(TermUse)).where(TermUse.id == use_id, *_to_do(person, None)[1:])
    use = session.scalar(query.with_for_update(of=TermUse))
    if use is None:
        raise access.Hidden
    return use


def close(session: Session, use: TermUse, state: str, *, by: Person, reason: str = "") -> TermUse:
    """Somebody has changed the text ("done"), or says why it stays ("dismissed", with a reason)."""
    use.state, use.reason, use.closed_at, use.closed_by_id = state, reason, utc_now(), by.id
    session.flush()
    return use


def places(session: Session, shown: Sequence[Shown]) -> dict[int, list[tuple[int, int]]]:
    """Where the words stand in each text now, by the number of the use; nowhere when somebody has changed it."""
    by_language: dict[str, list[tuple[Shown, str]]] = {}
    for one in shown:
        side = (one.source_language, one.source) if one.use.side == "source" else (one.language, one.target)
        by_language.setdefault(side[0], []).append((one, side[1]))
    found: dict[int, list[tuple[int, int]]] = {}
    for language, some in by_language.items():
        spots = recognition.spot_all(session, [text for _one, text in some], language)
        for (one, _text), there in zip(some, spots, strict=True):
            ids = {term["id"] for term in one.use.impact.terms}
            found[one.use.id] = [(spot.start, spot.end) for spot in there if spot.term_id in ids]
    return found


def _shown(session: Session, uses: list[TermUse]) -> list[Shown]:
    where = joinedload(Segment.translation, innerjoin=True).joinedload(Translation.document, innerjoin=True)
    segments = {
        s.id: s
        for s in session.scalars(
            select(Segment)
            .where(Segment.id.in_([u.segment_id for u in uses if u.segment_id]))
            .options(where, joinedload(Segment.sentence, innerjoin=True))
        )
    }
    units = {
        u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_([u.unit_id for u in uses if u.unit_id])))
    }
    found = []
    for use in uses:
        term = next((t for t in use.impact.terms if t["id"] == use.term_id), None)
        if use.segment_id in segments:
            segment = segments[use.segment_id]
            document = segment.translation.document
            found.append(
                Shown(
                    use, segment.sentence.text, segment.target, document.source_language,
                    segment.translation.target_language, document, segment.translation_id, segment, None, term,
                )  # fmt: skip
            )
        elif use.unit_id in units:
            unit = units[use.unit_id]
            found.append(
                Shown(
                    use, unit.source, unit.target, unit.source_language, unit.target_language, None, None, None, unit,
                    term,
                )  # fmt: skip
            )
    return found
