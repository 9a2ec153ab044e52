"""Which units a keeper looks at: filters, a phrase in any spelling, and pages that cost the same in a memory of a
thousand units and of a million.

Units come newest first. A page reads the units of its pair in windows of a bounded size, from where the last page
ended, for a bounded time: where a filter finds little, it says how far it looked, and one goes on from there.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from memory import phrases, texts
from memory.concordance import Phrase
from memory.models import Found, Quality, Unit

#: Units looked at between two glances at the clock.
WINDOW = 5_000
#: Seconds that a page may look for.
PATIENCE = 0.4
#: A phrase that stands in more units than this is looked for window by window.
FEW = 2_000
SIDES = ("either", "source", "target")
RECALLED = ("no", "yes", "any")
USED = ("any", "never", "used")


@dataclass(frozen=True, slots=True)
class Selection:
    """Units of one pair. Empty filters do not filter. `phrase` is compared as concordance compares, on `side`;
    `name` is part of the name of the document or file, `who` of the name of a translator or approver, whatever the
    case; `since` and `until` are days on which the unit came in. A unit that was found in several places is
    selected when one of them fits."""

    source_language: str
    target_language: str
    phrase: str = ""
    side: str = "either"
    quality: str = ""
    origin: str = ""
    project: str = ""
    subject: str = ""
    document: str = ""
    name: str = ""
    who: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    recalled: str = "no"
    used: str = "any"

    def to_json(self) -> dict[str, str]:
        """As plain words, without what is not set."""
        plain = {f.name: f.default for f in fields(self)}
        return {k: str(v) for k, v in asdict(self).items() if v != plain[k]}

    @classmethod
    def from_json(cls, words: dict[str, str]) -> Selection:
        days = {k: dt.date.fromisoformat(words[k]) for k in ("since", "until") if words.get(k)}
        return cls(**{k: v for k, v in words.items() if k not in ("since", "until")}, **days)

    def without_phrase(self) -> Selection:
        return replace(self, phrase="")


@dataclass(frozen=True, slots=True)
class Page:
    """`units`, newest first. `next`: the id to go on below, None at the end. `looked_at`: how many units were looked
    at; `found_all`: whether the page is full or the end is reached, rather than the time over."""

    units: list[Unit]
    next: int | None
    looked_at: int
    found_all: bool


def of_pair(chosen: Selection) -> ColumnElement[bool]:
    return and_(
        Unit.source_language == chosen.source_language, Unit.target_language == chosen.target_language
    )


def conditions(chosen: Selection) -> list[ColumnElement[bool]]:
    """Everything but the pair and the phrase, as the database judges it."""
    found: list[ColumnElement[bool]] = []
    if chosen.recalled != "any":
        found.append(Unit.recalled_at.is_(None) if chosen.recalled == "no" else Unit.recalled_at.is_not(None))
    if chosen.used != "any":
        found.append(Unit.used_count == 0 if chosen.used == "never" else Unit.used_count > 0)
    if chosen.project:
        found.append(Unit.project == chosen.project)
    if chosen.subject:
        found.append(Unit.subject == chosen.subject)
    if chosen.quality:
        found.append(Unit.quality == Quality(chosen.quality).value)
    places = _of_places(chosen, Unit)
    if places:
        elsewhere = select(Found.id).where(Found.unit_id == Unit.id, *_of_places(chosen, Found)).exists()
        found.append(or_(and_(*places), and_(Unit.found_elsewhere, elsewhere)))
    return found


def _of_places(chosen: Selection, place: type[Unit] | type[Found]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.origin:
        found.append(place.origin == chosen.origin)
    if chosen.document:
        found.append(place.document == chosen.document)
    if chosen.name:
        found.append(place.origin_name.icontains(chosen.name, autoescape=True))
    if chosen.who:
        people = (place.translated_by, place.approved_by)
        found.append(or_(*(column.icontains(chosen.who, autoescape=True) for column in people)))
    if chosen.since:
        found.append(place.created_at >= dt.datetime.combine(chosen.since, dt.time(), dt.UTC))
    if chosen.until:
        found.append(
            place.created_at < dt.datetime.combine(chosen.until, dt.time(), dt.UTC) + dt.timedelta(days=1)
        )
    return found


def page(
    session: Session,
    chosen: Selection,
    *,
    before: int | None = None,
    size: int = 50,
    patience: float = PATIENCE,
) -> Page:
    """The next `size` units of a selection, those with an id under `before`."""
    ids: list[int] = []
    looked_at, cursor, ended = 0, before, False
    over = time.monotonic() + patience
    while len(ids) <= size and not ended:
        looked = ids_in_window(session, chosen, cursor, most=size + 1 - len(ids))
        ids += looked.ids
        looked_at, cursor, ended = looked_at + looked.size, looked.next, looked.next is None
        if time.monotonic() > over:
            break
    full = len(ids) > size
    units = {
        u.id: u
        for u in session.scalars(
            select(Unit).where(Unit.id.in_(ids[:size])).options(selectinload(Unit.found))
        )
    }
    shown = [units[i] for i in ids[:size] if i in units]
    return Page(shown, ids[size - 1] if full else cursor, looked_at, full or ended)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a window held: ids that fit, from where to go on (None at the end), how many units were looked at."""

    ids: list[int]
    next: int | None
    size: int


def ids_in_window(
    session: Session, chosen: Selection, before: int | None, *, most: int | None = None, window: int = WINDOW
) -> Looked:
    """The ids that fit among the next `window` units of the pair, at most `most` of them."""
    pair = of_pair(chosen)
    below = pair if before is None else and_(pair, Unit.id < before)
    known = ids_with_phrase(session, chosen)
    if known is not None:
        found: list[int] = []
        for start in range(0, len(known), 500):
            some = select(Unit.id, Unit.source, Unit.target).where(below, Unit.id.in_(known[start : start + 500]))
            found += _with_phrase(session, some.where(*conditions(chosen)), chosen, None, None, 0).ids
        found.sort(reverse=True)
        more = most is not None and len(found) > most
        return Looked(found[:most] if more else found, found[most - 1] if more and most else None, 0)
    ids = select(Unit.id).where(below).order_by(Unit.id.desc())
    if chosen.document:
        # an index leads straight to a document's units: they are one window
        own = select(Unit.id).where(Unit.document == chosen.document)
        below = and_(
            below, Unit.id.in_(own.union_all(select(Found.unit_id).where(Found.document == chosen.document)))
        )
        low = None
    else:
        low = session.scalar(ids.limit(1).offset(window - 1))
    inside = below if low is None else and_(below, Unit.id >= low)
    query = (
        select(Unit.id, Unit.source, Unit.target).where(inside, *conditions(chosen)).order_by(Unit.id.desc())
    )
    if not chosen.phrase:
        query = query.with_only_columns(Unit.id)
        found = list(session.scalars(query.limit(most)))
        size = window if low is not None else 0
        if most is not None and len(found) == most:
            return Looked(found, found[-1], size)
        return Looked(found, low, size)
    return _with_phrase(session, query, chosen, low, most, window)


def ids_with_phrase(session: Session, chosen: Selection) -> list[int] | None:
    """Every unit of the pair that may hold the phrase, from the concordance's files. None when there are none, when
    too many hold it (then pages fill quickly anyway), or when withdrawn units are wanted, which the files leave out."""
    if not chosen.phrase or chosen.recalled != "no":
        return None
    languages = dict(zip(texts.SIDES, (chosen.source_language, chosen.target_language), strict=True))
    pair = phrases.Pair(*languages.values())
    ready, _to_read = phrases.collections(session, lambda one: one == pair)
    if not ready:
        return None
    phrase = Phrase(chosen.phrase)
    sides = texts.SIDES if chosen.side == "either" else (chosen.side,)
    wanted = {}
    for side in sides:
        folded = phrase.folded(languages[side])
        wanted[side] = texts.Wanted.of([folded] if folded else ())
    found = ready[0].found(wanted, FEW + 1)
    return None if len(found) > FEW else [id for _rank, id in found]


def _with_phrase(
    session: Session, query: Select, chosen: Selection, low: int | None, most: int | None, window: int
) -> Looked:
    wanted = Phrase(chosen.phrase)
    found: list[int] = []
    for row in session.execute(query):
        if (chosen.side != "target" and wanted.occurs(row.source, chosen.source_language)) or (
            chosen.side != "source" and wanted.occurs(row.target, chosen.target_language)
        ):
            found.append(row.id)
            if most is not None and len(found) == most:
                return Looked(found, row.id, window)
    return Looked(found, low, window if low is not None else 0)


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
        row = (
            session.execute(
                first.where(Unit.source_language == source, Unit.target_language > target)
            ).first()
            or session.execute(first.where(Unit.source_language > source)).first()
        )
