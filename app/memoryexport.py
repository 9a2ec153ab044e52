"""Units of the memory on their way out, as TMX: all of them or a part, written while they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from importers import tmx
from memory import exchange as units
from memory.exchange import UnitRow


@dataclass(frozen=True, slots=True)
class Filter:
    """Which units go out; None: all. `since` and `until`: when they were last vouched for."""

    source: str | None = None
    target: str | None = None
    project: str | None = None
    subject: str | None = None
    origin: str | None = None
    min_quality: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    #: Whose cases the texts are from goes out only when somebody asks for it.
    references: bool = False


def tmx_units(session: Session, wanted: Filter) -> Iterator[tmx.TmxUnit]:
    """The units of the memory as TMX has them, one for each place where a pair was found."""
    rows = units.give(
        session,
        source_language=wanted.source,
        target_language=wanted.target,
        project=wanted.project,
        subject=wanted.subject,
        origin=wanted.origin,
        min_quality=wanted.min_quality,
        since=wanted.since,
        until=wanted.until,
        every_place=True,
    )
    return (to_file(row, references=wanted.references) for row in rows)


def tmx_chunks(session: Session, wanted: Filter) -> Iterator[bytes]:
    """The memory, or a part of it, as TMX 1.4b in pieces: however large it is, little of it is held at once."""
    from importlib.metadata import version

    return tmx.tmx_chunks(
        tmx_units(session, wanted),
        source_language=wanted.source or tmx.ALL_LANGUAGES,
        tool_version=version("dragoman"),
        created=dt.datetime.now(dt.UTC),
    )


def write_tmx(stream: BinaryIO, written: Iterable[tmx.TmxUnit], wanted: Filter) -> int:
    """The same into a file; returns how many units."""
    from importlib.metadata import version

    return tmx.write_tmx(
        stream,
        written,
        source_language=wanted.source or tmx.ALL_LANGUAGES,
        tool_version=version("dragoman"),
        created=dt.datetime.now(dt.UTC),
    )


def to_file(row: UnitRow, *, references: bool = False) -> tmx.TmxUnit:
    """One of the memory's rows as TMX has it. What TMX has no place for is a property; `prev` and `next` are those of
    OmegaT."""
    props = {"x-quality": str(row.quality), "x-origin": row.origin, "x-origin-name": row.origin_name}
    for name, value in (
        ("x-project", row.project),
        ("x-subject", row.subject),
        ("x-approved-by", row.approved_by),
        ("x-approved-at", row.approved_at.isoformat() if row.approved_at else None),
        ("prev", row.previous_source),
        ("next", row.next_source),
        ("x-alignment", None if row.one_to_one else "not-one-to-one"),
        ("x-confidentiality", row.confidentiality),
        ("x-client-reference", row.client_reference if references else None),
    ):
        if value is not None:
            props[name] = value
    translated = tmx.TmxNotes(changed=row.translated_at, changed_by=row.translated_by)
    return tmx.TmxUnit(
        tuid=row.source_tuid,
        texts={row.source_language: row.source, row.target_language: row.target},
        created=row.created_at,
        used=row.used_count or None,
        last_used=row.last_used_at,
        notes=(row.notes,) if row.notes else (),
        props=props,
        variants={row.target_language: translated} if row.translated_at or row.translated_by else {},
    )
