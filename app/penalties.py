"""What is taken off matches: by kind for the whole installation, and for single imported files or packs.

What an administrator sets stands in the database and counts from the next lookup on; what nobody set is what
`DRAGOMAN_MEMORY_PENALTIES` says, else `memory.scoring.PENALTIES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.config import Config
from app.models import MemoryPenalty, Person
from memory import scoring
from memory.models import Found, Unit
from memory.scoring import NAMED

MOST = 100


class NoSuchPenalty(ValueError):
    """`name` is no kind of penalty, or `points` are not between 0 and 100."""

    def __init__(self, name: str, points: object) -> None:
        self.name, self.points = name, points
        super().__init__(f"{name}: {points}")


@dataclass(frozen=True, slots=True)
class Penalties:
    """Points by kind, and by the name of a file or pack; what is old."""

    kinds: Mapping[str, int]
    sources: Mapping[str, int]
    old_after: dt.timedelta

    def arguments(self) -> dict[str, object]:
        """For `memory.matching.find_matches`."""
        return {"penalties": self.kinds, "source_penalties": self.sources, "old_after": self.old_after}


def in_force(session: Session, config: Config) -> Penalties:
    """What counts now."""
    kinds, sources = dict(scoring.PENALTIES) | dict(config.memory_penalties), {}
    for name, source, points in session.execute(
        select(MemoryPenalty.name, MemoryPenalty.source, MemoryPenalty.points)
    ):
        if source:
            sources[source] = points
        elif name in kinds:
            kinds[name] = points
    return Penalties(kinds, sources, dt.timedelta(days=round(365.25 * config.memory_old_years)))


def set_points(session: Session, name: str, points: int | None, *, source: str = "") -> None:
    """Set the points of a kind, or of one file of that kind; None: as nobody had set them. Raises NoSuchPenalty."""
    if name not in scoring.PENALTIES or (source and name not in NAMED.values()):
        raise NoSuchPenalty(name, points)
    if points is not None and not 0 <= points <= MOST:
        raise NoSuchPenalty(name, points)
    session.execute(delete(MemoryPenalty).where(MemoryPenalty.name == name, MemoryPenalty.source == source))
    if points is not None:
        session.add(MemoryPenalty(name=name, source=source, points=points))
    session.flush()


@dataclass(frozen=True, slots=True)
class Source:
    """A file or pack that units came from. `points` are its own, None when those of its kind count."""

    name: str
    kind: str
    units: int
    points: int | None


def sources(session: Session) -> list[Source]:
    """Every file that units came from, the largest first; and names that still have points of their own. Of the starter
    pack each article is a name: unless somebody gave one points, the points of its kind are enough."""
    own = {
        (row.name, row.source): row.points
        for row in session.scalars(select(MemoryPenalty).where(MemoryPenalty.source != ""))
    }
    counted: dict[tuple[str, str], int] = {}
    for model in (Unit, Found):
        listed = or_(model.origin == "import", model.origin_name.in_([name for _kind, name in own]))
        rows = session.execute(
            select(model.origin, model.origin_name, func.count())
            .where(model.origin.in_(NAMED), model.origin_name != "", listed)
            .group_by(model.origin, model.origin_name)
        )
        for origin, name, number in rows:
            counted[NAMED[origin], name] = counted.get((NAMED[origin], name), 0) + number
    known = [Source(name, kind, number, own.get((kind, name))) for (kind, name), number in counted.items()]
    known += [Source(name, kind, 0, points) for (kind, name), points in own.items() if (kind, name) not in counted]
    return sorted(known, key=lambda source: (-source.units, source.name))


def threshold_of(person: Person, config: Config) -> int:
    """The lowest match this person wants to see, in percent."""
    return person.memory_threshold or config.memory_threshold
