"""Which units a keeper looks at: filters, a phrase in any spelling, and pages that cost the same in a memory of a
thousand units and of a million."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from memory.models import Unit


def language_pairs(session: Session) -> list[tuple[str, str]]:
    """Every pair the memory holds units of, in order. As many steps through an index as there are pairs."""
    return list(_pairs(session))


def _pairs(session: Session) -> Iterator[tuple[str, str]]:
    order = (Unit.source_language, Unit.target_language)
    first = select(*order).order_by(*order).limit(1)
    row = session.execute(first).first()
    while row is not None:
        source, target = row
        yield source, target
        # two questions, because not every planner walks an index for (a, b) > (x, y)
        row = session.execute(
            first.where(Unit.source_language == source, Unit.target_language > target)
        ).first() or session.execute(first.where(Unit.source_language > source)).first()
