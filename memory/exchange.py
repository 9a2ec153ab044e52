"""Units as plain rows, on their way out to a file or in from one. The memory knows no file formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.orm import Session

from languages import tags
from memory.models import QUALITIES, TOPIC, Found, Quality, Unit
from memory.recording import (
    EmptyText,
    UnstorableText,
    check_text,
    place_digest,
    place_keys,
    remember,
    text_keys,
    unit_digest,
)
from storage import changes
from storage.columns import utc_now


@dataclass(frozen=True, slots=True)
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
    """What became of the rows: new units, pairs that were known and found in a new place, nothing new."""

    new: int = 0
    merged: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


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
    min_quality: str | None = None,
) -> Iterator[UnitRow]:
    """The units that can be offered, in the order they came, without holding them all at once. A language asked
    for without a region gives its varieties too. Each unit shows its most trusted place."""
    query = (
        select(*(getattr(Unit, name) for name in _GIVEN))
        .where(Unit.recalled_at.is_(None))
        .order_by(Unit.id)
        .execution_options(yield_per=1000)
    )
    for column, language in (
        (Unit.source_language, source_language),
        (Unit.target_language, target_language),
    ):
        if language is not None:
            asked = tags.normalise(language)
            query = query.where((column == asked) | column.startswith(f"{asked}-", autoescape=True))
    if project is not None:
        query = query.where(Unit.project == project)
    if min_quality is not None:
        query = query.where(Unit.quality.in_(QUALITIES[: QUALITIES.index(Quality(min_quality)) + 1]))
    with closing(session.execute(query)) as rows:
        for row in rows:
            yield UnitRow(**row._mapping)


def take(session: Session, rows: Iterable[UnitRow], *, first_number: int = 1) -> Taken:
    """Keep the rows of a file; call it per batch of some thousand, commit in between. Taking the same rows again
    changes nothing, so that an interrupted import can be repeated. `first_number`: of the first row, for `refused`.
    """
    taken = Taken()
    fresh: dict[bytes, dict] = {}
    again: list[tuple[bytes, UnitRow, dict]] = []
    now = utc_now()
    for number, row in enumerate(rows, first_number):
        try:
            values = _values(row, now)
        except (EmptyText, UnstorableText) as problem:
            kind = "empty" if isinstance(problem, EmptyText) else "broken"
            taken.refused.append(Refused(number, f"{kind}-{problem.side}"))
            continue
        except tags.UnknownLanguage:
            taken.refused.append(Refused(number, "unknown-language"))
            continue
        if row.confidentiality == "confidential":
            taken.refused.append(Refused(number, "confidential"))
            continue
        if values["source_language"] == values["target_language"]:
            taken.refused.append(Refused(number, "same-language"))
            continue
        if values["digest"] in fresh:
            again.append((values["digest"], row, values))
        else:
            fresh[values["digest"]] = values | {"row": row}
    known = _known(session, fresh)
    documents = _documents(session, {v["row"].document for v in fresh.values()} - {None})
    new = []
    for digest, values in fresh.items():
        row = values.pop("row")
        if digest in known or row.document in documents:
            again.append((digest, row, values))
        else:
            new.append(values)
    if new:
        ids = session.scalars(insert(Unit.__table__).returning(Unit.__table__.c.id), new).all()
        changes.record(session, TOPIC, ids)
        taken.new = len(new)
        known |= {values["digest"]: values["place"] for values in new}
    elsewhere = _places_elsewhere(session, [(d, v) for d, _, v in again if d in known])
    for digest, row, values in again:
        if known.get(digest) == values["place"] or (digest, values["place"]) in elsewhere:
            taken.unchanged += 1
            continue
        given = {name: getattr(row, name) for name in _GIVEN if name not in _KEPT_BY_THE_MEMORY}
        remember(session, **given)
        elsewhere.add((digest, values["place"]))
        if digest in known:
            taken.merged += 1
        else:
            taken.new += 1
            known[digest] = values["place"]
    return taken


_KEPT_BY_THE_MEMORY = ("created_at", "changed_at", "used_count", "last_used_at")


def _known(session: Session, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """digest -> the place the unit shows, of the pairs that are stored already."""
    wanted, found = list(digests), {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Unit.digest, Unit.place).where(Unit.digest.in_(wanted[start : start + 500]))
        )
        found |= {bytes(digest): bytes(place) for digest, place in rows}
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


def _places_elsewhere(session: Session, wanted: list[tuple[bytes, dict]]) -> set[tuple[bytes, bytes]]:
    found: set[tuple[bytes, bytes]] = set()
    for start in range(0, len(wanted), 250):
        pairs = [(digest, values["place"]) for digest, values in wanted[start : start + 250]]
        rows = session.execute(
            select(Unit.digest, Found.place)
            .join(Found, Found.unit_id == Unit.id)
            .where(tuple_(Unit.digest, Found.place).in_(pairs))
        )
        found |= {(bytes(digest), bytes(place)) for digest, place in rows}
    return found


def _values(row: UnitRow, now: dt.datetime) -> dict:
    """A row as the table keeps it. Raises EmptyText, UnstorableText, UnknownLanguage."""
    check_text(row.source, "source")
    check_text(row.target, "target")
    source_language, target_language = (
        tags.normalise(row.source_language),
        tags.normalise(row.target_language),
    )
    values = {name: getattr(row, name) for name in _GIVEN}
    values |= {
        "source_language": source_language,
        "target_language": target_language,
        "quality": Quality(row.quality).value,
        "digest": unit_digest(source_language, target_language, row.source, row.target, row.project),
        **text_keys(row.source, source_language),
        **place_keys(
            document=row.document,
            position=row.position,
            previous_source=row.previous_source,
            next_source=row.next_source,
            vouched_at=row.approved_at or row.translated_at or row.created_at or now,
        ),
        "found_elsewhere": False,
        "created_at": row.created_at or now,
        "changed_at": now,
        "place": place_digest(
            origin=row.origin,
            origin_name=row.origin_name,
            document=row.document,
            position=row.position,
            previous_source=row.previous_source,
            next_source=row.next_source,
            source_tuid=row.source_tuid,
        ),
    }
    return values


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
