"""Units as plain rows, on their way out to a file or in from one. The memory knows no file formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from languages import tags
from memory.keys import place_digest, place_keys, text_keys, unit_digest
from memory.models import QUALITIES, TOPIC, Found, Quality, Unit
from memory.recording import PLACE_COLUMNS, EmptyText, UnstorableText, check_text, remember
from storage import bulk, changes
from storage.columns import utc_now


@dataclass(slots=True)  # not frozen: a million are made of a large file, and that would take three times as long
class UnitRow:
    """One unit for exchange. Languages BCP 47, texts with numbered tags, moments in UTC."""

    source_language: str
    target_language: str
    source: str
    target: str
    previous_source: str | None = None
    next_source: str | None = None
    origin: str = "import"
    origin_name: str = ""
    document: str | None = None
    position: int | None = None
    project: str | None = None
    subject: str | None = None
    confidentiality: str = "internal"
    client_reference: str | None = None
    quality: str = Quality.UNREVIEWED
    translated_by: str | None = None
    approved_by: str | None = None
    translated_at: dt.datetime | None = None
    approved_at: dt.datetime | None = None
    created_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    used_count: int = 0
    last_used_at: dt.datetime | None = None
    one_to_one: bool = True
    source_tuid: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in. `number` counts rows from 1; `reason`: "empty-source", "empty-target",
    "broken-source", "broken-target", "unknown-language", "same-language" or "confidential"."""

    number: int
    reason: str


@dataclass(slots=True)
class Taken:
    """What became of the rows: new units; pairs that were known and found in a new place, or are trusted more now;
    nothing new; further places of a pair that has MOST_PLACES already, which were not kept."""

    new: int = 0
    merged: int = 0
    unchanged: int = 0
    crowded: int = 0
    refused: list[Refused] = field(default_factory=list)


#: A pair that is found in more places than this is known well enough: what is found further on is only counted.
MOST_PLACES = 200

_GIVEN = (
    "source_language",
    "target_language",
    "source",
    "target",
    "previous_source",
    "next_source",
    "origin",
    "origin_name",
    "document",
    "position",
    "project",
    "subject",
    "confidentiality",
    "client_reference",
    "quality",
    "translated_by",
    "approved_by",
    "translated_at",
    "approved_at",
    "created_at",
    "changed_at",
    "used_count",
    "last_used_at",
    "one_to_one",
    "source_tuid",
    "notes",
)


def give(
    session: Session,
    *,
    source_language: str | None = None,
    target_language: str | None = None,
    project: str | None = None,
    subject: str | None = None,
    origin: str | None = None,
    origin_name: str | None = None,
    min_quality: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    every_place: bool = False,
) -> Iterator[UnitRow]:
    """The units that can be offered, in the order they came, without holding them all at once. A language asked
    for without a region gives its varieties too.

    Each unit shows its most trusted place; with `every_place` it is followed by a row for each further place.
    Quality, origin and time (when it was last vouched for, `until` not included) are those of the place that is
    shown. Pages through the units by their ids, so that no cursor stays open while somebody reads slowly.
    """
    query = select(Unit.id, Unit.found_elsewhere, *(getattr(Unit, name) for name in _GIVEN)).where(
        Unit.recalled_at.is_(None)
    )
    for column, language in (
        (Unit.source_language, source_language),
        (Unit.target_language, target_language),
    ):
        if language is not None:
            asked = tags.normalise(language)
            query = query.where((column == asked) | column.startswith(f"{asked}-", autoescape=True))
    for column, wanted in (
        (Unit.project, project),
        (Unit.subject, subject),
        (Unit.origin, origin),
        (Unit.origin_name, origin_name),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if min_quality is not None:
        query = query.where(Unit.quality.in_(QUALITIES[: QUALITIES.index(Quality(min_quality)) + 1]))
    if since is not None:
        query = query.where(Unit.recency >= int(since.timestamp()))
    if until is not None:
        query = query.where(Unit.recency < int(until.timestamp()))
    query = query.order_by(Unit.id).limit(_PAGE)
    last = 0
    while rows := session.execute(query.where(Unit.id > last)).all():
        last = rows[-1].id
        elsewhere = _further_places(session, rows) if every_place else {}
        for id, _, *given in rows:
            row = UnitRow(*given)
            yield row
            for place in elsewhere.get(id, ()):
                yield replace(row, **place)


_PAGE = 1000


def _further_places(session: Session, rows: Iterable) -> dict[int, list[dict]]:
    wanted = [row.id for row in rows if row.found_elsewhere]
    found: dict[int, list[dict]] = {}
    columns = [name for name in _GIVEN if name in PLACE_COLUMNS]
    for start in range(0, len(wanted), 500):
        query = (
            select(Found.unit_id, *(getattr(Found, name) for name in columns))
            .where(Found.unit_id.in_(wanted[start : start + 500]))
            .order_by(Found.id)
        )
        for unit_id, *values in session.execute(query):
            found.setdefault(unit_id, []).append(dict(zip(columns, values, strict=True)))
    return found


def take(session: Session, rows: Iterable[UnitRow], *, first_number: int = 1) -> Taken:
    """Keep the rows of a file; call it per batch of some thousand, commit in between. Taking the same rows again
    changes nothing, so that an interrupted import can be repeated. `first_number`: of the first row, for `refused`.
    """
    return keep(session, prepared(rows, first_number=first_number))


@dataclass(slots=True)
class Prepared:
    """Rows made ready for the tables, without a database: see `prepared`. Can be sent to another process."""

    values: list[dict]
    refused: list[Refused]


def prepared(rows: Iterable[UnitRow], *, first_number: int = 1) -> Prepared:
    """The rows with everything that is derived from them. Most of the work of an import, and it needs no database."""
    values: list[dict] = []
    refused: list[Refused] = []
    now = utc_now()
    for number, row in enumerate(rows, first_number):
        try:
            made = _values(row, now)
        except (EmptyText, UnstorableText) as problem:
            kind = "empty" if isinstance(problem, EmptyText) else "broken"
            refused.append(Refused(number, f"{kind}-{problem.side}"))
            continue
        except tags.UnknownLanguage:
            refused.append(Refused(number, "unknown-language"))
            continue
        if row.confidentiality == "confidential":
            refused.append(Refused(number, "confidential"))
            continue
        if made["source_language"] == made["target_language"]:
            refused.append(Refused(number, "same-language"))
            continue
        values.append(made)
    return Prepared(values, refused)


def keep(session: Session, ready: Prepared) -> Taken:
    """Keep what was made ready. On PostgreSQL a pair that somebody else adds at the same moment makes it fail with an
    IntegrityError: then roll back and keep the same once more."""
    taken = Taken(refused=ready.refused)
    fresh: dict[bytes, dict] = {}
    again: list[dict] = []
    for values in ready.values:
        if fresh.setdefault(values["digest"], values) is not values:
            again.append(values)
    known = _known(session, fresh)
    documents = _documents(session, {v["document"] for v in fresh.values()} - {None})
    new: list[dict] = []
    singly: list[dict] = []  # where a place of a document, or a recall, is at stake
    for digest, values in fresh.items():
        if digest in known:
            again.append(values)
        elif values["document"] in documents:
            singly.append(values)
        else:
            new.append(values)
    if new:
        ids = bulk.insert_with_ids(session, Unit.__table__, new)
        changes.record(session, TOPIC, ids)
        taken.new = len(new)
        for id, values in zip(ids, new, strict=True):
            known[values["digest"]] = _Known(id, values["place"], values["quality"], values["recency"], False, False)
    elsewhere = _places_elsewhere(session, [v for v in again if v["digest"] in known])
    places: list[dict] = []
    for values in again:
        unit = known.get(values["digest"])
        if unit is None:  # of a document, and waits its turn below
            singly.append(values)
            continue
        quality = unit.quality if unit.place == values["place"] else elsewhere.get((unit.id, values["place"]))
        if quality is not None and QUALITIES.index(Quality(values["quality"])) >= QUALITIES.index(Quality(quality)):
            taken.unchanged += 1
        elif quality is not None or unit.recalled or values["document"] is not None:
            singly.append(values)
        else:
            elsewhere[unit.id, values["place"]] = values["quality"]
            places.append(values)
    _add_places(session, places, known, taken)
    for values in singly:
        given = {name: values[name] for name in _GIVEN if name not in _KEPT_BY_THE_MEMORY}
        remember(session, **given)
        if values["digest"] in known:
            taken.merged += 1
        else:
            taken.new += 1
            known[values["digest"]] = _Known(0, values["place"], values["quality"], values["recency"], False, False)
    return taken


_KEPT_BY_THE_MEMORY = ("created_at", "changed_at", "used_count", "last_used_at")


@dataclass(slots=True)
class _Known:
    """A pair that is stored: the place it shows, how far that is trusted, whether it was recalled or found elsewhere."""

    id: int
    place: bytes
    quality: str
    recency: int
    recalled: bool
    found_elsewhere: bool


def _trust(quality: str, recency: int) -> tuple[int, int]:
    return QUALITIES.index(Quality(quality)), -recency


def _add_places(session: Session, places: list[dict], known: dict[bytes, _Known], taken: Taken) -> None:
    """Further places of known units, many at once; a unit shows its most trusted place (as recording does it)."""
    if not places:
        return
    units = {known[values["digest"]].id: known[values["digest"]] for values in places}
    room = _room(session, [unit.id for unit in units.values() if unit.found_elsewhere])
    kept: list[dict] = []
    best: dict[int, dict] = {}
    for values in places:
        unit = known[values["digest"]]
        if room.setdefault(unit.id, MOST_PLACES) <= 0:
            taken.crowded += 1
            continue
        room[unit.id] -= 1
        row = {name: values[name] for name in PLACE_COLUMNS} | {"unit_id": unit.id}
        kept.append(row)
        shown = best.get(unit.id)
        if _trust(row["quality"], row["recency"]) < (
            _trust(shown["quality"], shown["recency"]) if shown else _trust(unit.quality, unit.recency)
        ):
            best[unit.id] = row
    taken.merged += len(kept)
    if not kept:
        return
    session.flush()
    table = Unit.__table__
    shown_now = _shown(session, list(best))
    for id, row in best.items():  # they change places
        row_now = {name: row[name] for name in PLACE_COLUMNS}
        row |= shown_now[id]
        session.execute(update(table).where(table.c.id == id).values(**row_now))
    bulk.insert_many(session, Found.__table__, kept)
    ids = sorted({row["unit_id"] for row in kept})
    now = utc_now()
    for start in range(0, len(ids), 500):
        session.execute(
            update(table).where(table.c.id.in_(ids[start : start + 500])).values(found_elsewhere=True, changed_at=now)
        )
    changes.record(session, TOPIC, ids)
    session.expire_all()


def _room(session: Session, ids: list[int]) -> dict[int, int]:
    """How many places more each of these units may have."""
    found: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        query = select(Found.unit_id, func.count()).where(Found.unit_id.in_(ids[start : start + 500])).group_by(Found.unit_id)
        found |= {id: MOST_PLACES - number for id, number in session.execute(query)}
    return found


def _shown(session: Session, ids: list[int]) -> dict[int, dict]:
    """The places that these units show."""
    found: dict[int, dict] = {}
    for start in range(0, len(ids), 500):
        query = select(Unit.id, *(getattr(Unit, name) for name in PLACE_COLUMNS)).where(Unit.id.in_(ids[start : start + 500]))
        for id, *values in session.execute(query):
            found[id] = dict(zip(PLACE_COLUMNS, values, strict=True))
    return found


def _known(session: Session, digests: Iterable[bytes]) -> dict[bytes, _Known]:
    """Of the pairs that are stored already, by digest."""
    wanted, found = list(digests), {}
    columns = (Unit.digest, Unit.id, Unit.place, Unit.quality, Unit.recency, Unit.recalled_at, Unit.found_elsewhere)
    for start in range(0, len(wanted), 500):
        rows = session.execute(select(*columns).where(Unit.digest.in_(wanted[start : start + 500])))
        for digest, id, place, quality, recency, recalled_at, elsewhere in rows:
            found[bytes(digest)] = _Known(id, bytes(place), quality, recency, recalled_at is not None, elsewhere)
    return found


def _documents(session: Session, wanted: set[str]) -> set[str]:
    """Those documents that the memory has something of: there, a new translation takes the old one's place."""
    found: set[str] = set()
    names = sorted(wanted)
    for start in range(0, len(names), 500):
        for column in (Unit.document, Found.document):
            found |= set(
                session.scalars(select(column).where(column.in_(names[start : start + 500])).distinct())
            )
    return found


def _places_elsewhere(session: Session, wanted: list[dict]) -> dict[tuple[int, bytes], str]:
    """(unit, place) -> its quality, of the places among these that are stored besides those that units show."""
    found: dict[tuple[int, bytes], str] = {}
    for start in range(0, len(wanted), 250):
        pairs = [(values["digest"], values["place"]) for values in wanted[start : start + 250]]
        rows = session.execute(
            select(Unit.id, Found.place, Found.quality)
            .join(Found, Found.unit_id == Unit.id)
            .where(tuple_(Unit.digest, Found.place).in_(pairs))
        )
        found |= {(id, bytes(place)): quality for id, place, quality in rows}
    return found


def _values(row: UnitRow, now: dt.datetime) -> dict:
    """A row as the table keeps it, its columns always in one order. Raises EmptyText, UnstorableText, UnknownLanguage."""
    check_text(row.source, "source")
    check_text(row.target, "target")
    source_language, target_language = tags.normalise(row.source_language), tags.normalise(row.target_language)
    values = dict(zip(_GIVEN, _given(row), strict=True))
    values["source_language"], values["target_language"] = source_language, target_language
    values["quality"] = _QUALITIES.get(row.quality) or Quality(row.quality).value
    values["created_at"] = row.created_at or now
    values["changed_at"] = now
    values["digest"] = unit_digest(source_language, target_language, row.source, row.target, row.project)
    values |= text_keys(row.source, source_language)
    values |= place_keys(
        document=row.document,
        position=row.position,
        previous_source=row.previous_source,
        next_source=row.next_source,
        vouched_at=row.approved_at or row.translated_at or row.created_at or now,
    )
    values["place"] = place_digest(
        origin=row.origin,
        origin_name=row.origin_name,
        document=row.document,
        position=row.position,
        previous_source=row.previous_source,
        next_source=row.next_source,
        source_tuid=row.source_tuid,
    )
    values["found_elsewhere"] = False
    values["built_on"] = None
    return values


_given = attrgetter(*_GIVEN)
_QUALITIES = {quality.value: quality.value for quality in Quality}


def languages(session: Session) -> dict[str, int]:
    """Every language with units that can be offered, and in how many it is source or target."""
    found: dict[str, int] = {}
    for column in (Unit.source_language, Unit.target_language):
        rows = session.execute(
            select(column, func.count()).where(Unit.recalled_at.is_(None)).group_by(column)
        )
        for language, number in rows:
            found[language] = found.get(language, 0) + number
    return found
