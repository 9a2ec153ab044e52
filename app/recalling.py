"""What was made with a unit of the memory: to know, when it turns out wrong, what has to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from app.models import Document, Segment, Sentence, SuggestionUse, Translation
from memory.models import Found, Unit

#: Most segments and units that are listed.
MOST = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A segment whose text was made with the unit. `inserted`: somebody took the unit over there; `same`: the text is
    that of the unit now (else it was changed since)."""

    segment: Segment
    inserted: bool
    same: bool


@dataclass(slots=True)
class Consequences:
    """Everything that was built on a unit: segments, and units of the memory that were made from it, one leading to
    the next. `more`: the lists were cut at MOST."""

    segments: list[Made] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    more: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.segments or self.units)


def built_on(session: Session, unit: Unit) -> Consequences:
    """Segments in which the unit was inserted, or whose source and text are its own; and the units made from it,
    from those, and so on."""
    found = Consequences()
    inserted = set(session.scalars(select(SuggestionUse.segment_id).where(SuggestionUse.unit_id == unit.id)))
    sides = [(unit.source, unit.target, unit.source_language, unit.target_language)]
    sides.append((unit.target, unit.source, unit.target_language, unit.source_language))
    same = [
        (Sentence.text == source)
        & (Segment.target == target)
        & (Document.source_language == source_language)
        & (Translation.target_language == target_language)
        for source, target, source_language, target_language in sides
    ]
    query = (
        select(Segment)
        .join(Segment.sentence)
        .join(Segment.translation)
        .join(Translation.document)
        .options(
            contains_eager(Segment.sentence),
            contains_eager(Segment.translation).contains_eager(Translation.document),
        )
        .where(or_(Segment.id.in_(inserted), Segment.memory_unit_id == unit.id, *same))
        .order_by(Document.id, Segment.translation_id, Segment.position)
        .limit(MOST + 1)
    )
    for segment in session.scalars(query):
        texts = (segment.sentence.text, segment.target)
        is_same = texts in ((unit.source, unit.target), (unit.target, unit.source)) or segment.target == unit.target
        found.segments.append(Made(segment, segment.id in inserted, is_same))
    found.more = len(found.segments) > MOST
    del found.segments[MOST:]
    found.units = _units(session, unit.id)
    return found


def _units(session: Session, unit_id: int) -> list[Unit]:
    """Units made from a unit, directly or through others, in the order they were made."""
    known, fresh = {unit_id}, {unit_id}
    while fresh and len(known) <= MOST:
        made = set(session.scalars(select(Unit.id).where(Unit.built_on.in_(fresh))))
        made |= set(session.scalars(select(Found.unit_id).where(Found.built_on.in_(fresh))))
        fresh = made - known
        known |= fresh
    ids = sorted(known - {unit_id})[:MOST]
    return list(session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id)))
