"""Memory and terms, in from files and out to files: where formats meet the libraries that know none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db
from glossary import exchange as concepts
from importers import tmx
from importers.units import UnreadableFile
from languages import tags
from memory import exchange as units

#: Units kept in one transaction: long enough to be quick, short enough that nobody waits for the write lock.
BATCH = 2000


@dataclass(slots=True)
class Imported:
    """What became of a file's units: new ones, pairs found in a new place, known ones; refused: reason -> how many."""

    new: int = 0
    merged: int = 0
    unchanged: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def import_tmx(
    engine: Engine,
    file: Path,
    *,
    source: str | None = None,
    target: str | None = None,
    approved: bool = False,
    step: Callable[[int], object] = lambda _bytes: None,
) -> Imported:
    """Keep the units of a TMX file, only those of the asked pair if one is asked for.

    The file is read to its end once before anything is written: a file that is cut short or broken leaves nothing
    behind. Then it is written in batches; taking the same file again changes nothing, so an interrupted import is
    simply repeated. `step` is told how many bytes were read. Raises UnreadableFile.
    """
    with file.open("rb") as stream:
        for _unit in tmx.read_tmx(stream):
            pass
    done = Imported()
    quality = "approved" if approved else "unreviewed"
    with file.open("rb") as stream:
        reader = tmx.read_tmx(stream)
        rows = _rows(reader, file.name, quality, source, target)
        first, at = 1, 0
        while batch := list(islice(rows, BATCH)):
            with db.transaction(engine) as session:
                taken = units.take(session, batch, first_number=first)
            first += len(batch)
            done.new, done.merged = done.new + taken.new, done.merged + taken.merged
            done.unchanged += taken.unchanged
            done.refused.update(refused.reason for refused in taken.refused)
            step(stream.tell() - at)
            at = stream.tell()
    return done


def _rows(
    reader: tmx.TmxReader, name: str, quality: str, source: str | None, target: str | None
) -> Iterator[units.UnitRow]:
    for unit in reader:
        for one, other in _pairs(list(unit.texts), reader.header.source_language, source, target):
            facts = unit.variants.get(other)
            yield units.UnitRow(
                source_language=one,
                target_language=other,
                source=unit.texts[one],
                target=unit.texts[other],
                origin_name=name,
                quality=quality,
                translated_by=(facts.changed_by or facts.created_by if facts else None) or unit.changed_by or unit.created_by,
                translated_at=(facts.changed or facts.created if facts else None) or unit.changed or unit.created,
                created_at=unit.created,
                used_count=unit.used or 0,
                last_used_at=unit.last_used,
                source_tuid=unit.tuid,
                notes="\n".join(unit.notes) or None,
            )


def _pairs(
    languages: list[str], header: str | None, source: str | None, target: str | None
) -> Iterable[tuple[str, str]]:
    """Which pairs of a unit with several languages are units of the memory: from the header's language to each other
    one; without such a language each pair once, in the file's order, because the memory finds it both ways."""
    if source or target:
        return [
            (one, other)
            for one in languages
            for other in languages
            if one != other
            and (not source or tags.same_language(one, source))
            and (not target or tags.same_language(other, target))
        ]
    if header in languages:
        return [(header, other) for other in languages if other != header]
    return combinations(languages, 2)


def export_tmx(
    session: Session,
    file: Path,
    *,
    source: str | None = None,
    target: str | None = None,
    step: Callable[[int], object] = lambda _units: None,
) -> int:
    """Write the memory, or one pair of it, as TMX 1.4b. Returns how many units. People are named as the memory names
    them."""
    from importlib.metadata import version

    def written() -> Iterator[tmx.TmxUnit]:
        for row in units.give(session, source_language=source, target_language=target):
            step(1)
            props = {"x-quality": row.quality, "x-origin": row.origin, "x-origin-name": row.origin_name}
            if row.approved_by:
                props["x-approved-by"] = row.approved_by
            yield tmx.TmxUnit(
                tuid=row.source_tuid,
                texts={row.source_language: row.source, row.target_language: row.target},
                created=row.created_at,
                changed=row.approved_at or row.translated_at or row.changed_at,
                changed_by=row.translated_by,
                used=row.used_count or None,
                last_used=row.last_used_at,
                notes=(row.notes,) if row.notes else (),
                props=props,
            )

    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as stream:
            number = tmx.write_tmx(
                stream, written(), source_language=source or tmx.ALL_LANGUAGES, tool_version=version("dragoman")
            )
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return number


# --- terms ---------------------------------------------------------------------------------


def import_terms(session: Session, data: bytes, name: str, *, keep_status: bool, by: str) -> concepts.Loaded:
    """Take in the concepts of a file. The caller rolls back when something was rejected. Raises UnreadableFile."""
    entries = list(_entries(data, name))
    known = {entry["code"]: entry for entry in concepts.export_entries(session)}
    fresh = [e for e in entries if not (isinstance(e, dict) and known.get(e.get("code")) == e)]
    done = concepts.load_concepts(session, fresh, origin="import", origin_name=name, by=by, keep_status=keep_status)
    # what stands here exactly as the file has it, wherever it came from
    done.unchanged += len(entries) - len(fresh)
    return done


def _entries(data: bytes, name: str) -> Iterable:
    ending = Path(name).suffix.lower()
    if ending == ".json":
        try:
            found = json.loads(data)
        except ValueError as error:
            raise UnreadableFile(
                "json", "syntax", "This is not a JSON file that can be read: %(why)s. Export it again.", why=error
            ) from error
        if not isinstance(found, list):
            raise UnreadableFile("json", "syntax", "A term base in JSON is a list of concepts. Export it again.")
        return found
    from app import termfiles

    return termfiles.read(data, name)


def export_terms(session: Session, file: Path) -> int:
    """Write the term base by the file's ending. Returns how many concepts. Raises ValueError for another ending."""
    entries = list(concepts.export_entries(session))
    match file.suffix.lower():
        case ".json":
            data = json.dumps(entries, ensure_ascii=False, indent=1).encode()
        case ".tbx" | ".csv":
            from app import termfiles

            data = termfiles.write(entries, file.suffix.lower())
        case other:
            raise ValueError(f"{other or 'no ending'}: choose a file that ends in .tbx, .csv or .json")
    file.write_bytes(data)
    return len(entries)
