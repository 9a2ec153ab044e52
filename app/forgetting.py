"""Forgetting a person's text: by document, by the reference of a client's case, or by a phrase; with a report that
proves it.

What is asked for is never written down: not in the report, not in a log, not in an address. First `look` counts what
is there; `forget` erases it, cleans the files that the rows leave behind, and then searches everywhere again.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Engine, LargeBinary, String, Table, delete, func, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import db, erasure
from app.models import (
    Comment,
    Document,
    Erasure,
    Event,
    MachineSuggestion,
    Original,
    Person,
    Segment,
    Sentence,
    Translation,
)
from app.workflow import document_key
from languages.folding import fold
from memory import erasing, index
from memory.models import Found, Unit

#: Tables whose words are those of the organisation and of its people, not of clients: a phrase there is told, and a
#: person decides. Everything else is cleaned.
KEPT = {
    "person", "role", "invitation", "access_token", "ended_sign_in", "sign_in_attempt", "memory_penalty", "erasure",
    "concept", "concept_definition", "concept_note", "concept_relation", "equivalence", "legal_reference",
}  # fmt: skip
#: Columns of other tables for which the same holds.
KEPT_COLUMNS = {
    ("term", "text"), ("term", "variants"), ("term", "transliteration"), ("term", "abbreviation_of"),
    ("concept_history", "concept_code"), ("term_impact", "terms"), ("term_impact", "instead"),
}  # fmt: skip
#: Rows that say nothing without their text: they go with it.
WHOLE = {("comment", "text"), ("machine_suggestion", "text")}
#: How much of a text is looked for in files, in characters; and how many texts at most.
PROBE, PROBES = 40, 24


class NothingAsked(ValueError):
    """Neither a document nor a reference nor a phrase of at least three letters was given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to forget: one of the three. `phrases`: other spellings of the same name may stand beside it."""

    document_id: int | None = None
    client_reference: str | None = None
    phrases: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "document" if self.document_id else "reference" if self.client_reference else "phrase"

    def check(self) -> None:
        """Raises NothingAsked."""
        short = any(sum(c.isalnum() for c in phrase) < 3 for phrase in self.phrases)
        asked = [bool(self.document_id), bool((self.client_reference or "").strip()), bool(self.phrases)]
        if sum(asked) != 1 or short:
            raise NothingAsked


@dataclass(slots=True)
class Holdings:
    """What is there: how many of each kind, and which documents go as a whole."""

    counts: Counter[str] = field(default_factory=Counter)
    documents: list[Document] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)

    @property
    def nothing(self) -> bool:
        return not any(self.counts.values())


class Names:
    """Phrases, compared as search compares: case, accents and ways of spelling do not count."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        # Amharic folds more than the rest; whatever neither of the two folds alike is another word
        self._folds = {lang: [fold(p, lang).strip() for p in self.phrases] for lang in ("", "am")}

    def in_text(self, value: str | None) -> bool:
        return bool(value) and any(
            wanted and wanted in fold(value, language) for language, all_ in self._folds.items() for wanted in all_
        )

    def in_value(self, value: Any) -> bool:
        """Whether a text, or anything in a JSON value, holds one of them."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, dict):
            return any(self.in_value(part) for pair in value.items() for part in pair)
        if isinstance(value, list | tuple):
            return any(self.in_value(part) for part in value)
        return False

    def without(self, value: Any) -> Any:
        """A JSON value with None in the place of every text that holds one of them."""
        if isinstance(value, str):
            return None if self.in_text(value) else value
        if isinstance(value, dict):
            return {k: self.without(v) for k, v in value.items() if not self.in_text(k)}
        if isinstance(value, list):
            return [self.without(part) for part in value if not (isinstance(part, str) and self.in_text(part))]
        return value

    def in_file(self, data: bytes) -> bool:
        """Whether an uploaded file holds one, also in what nobody translates: its properties, its comments."""
        if any(self.in_text(data.decode(encoding, "ignore")) for encoding in ("utf-8", "utf-16", "cp1252")):
            return True
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                return any(
                    self.in_text(_without_tags(parts.read(name)))
                    for name in parts.namelist()
                    if name.endswith((".xml", ".rels")) and parts.getinfo(name).file_size < 64 * 1024 * 1024
                )
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
            return False


def _without_tags(data: bytes) -> str:
    import re

    return re.sub("<[^>]*>", "", data.decode("utf-8", "ignore"))


# --- looking ---------------------------------------------------------------------------------


def look(session: Session, wanted: Wanted) -> Holdings:
    """What would go, counted; nothing is changed. Raises NothingAsked."""
    wanted.check()
    found = Holdings(documents=_documents(session, wanted))
    _count_documents(session, found)
    keys = [document_key(d) for d in found.documents]
    if wanted.phrases:
        names = Names(wanted.phrases)
        for table, column, number in _phrase_places(session, names, but=[d.id for d in found.documents]):
            where = found.kept if _is_kept(table, column) else found.counts
            where[f"{table.name}.{column}" if _is_kept(table, column) else _kind(table.name, column)] += number
    else:
        units = set(session.scalars(select(Unit.id).where(Unit.document.in_(keys))))
        units |= set(session.scalars(select(Found.unit_id).where(Found.document.in_(keys))))
        if wanted.client_reference:
            written = erasing.references_like(session, wanted.client_reference)
            units |= set(session.scalars(select(Unit.id).where(Unit.client_reference.in_(written))))
            units |= set(session.scalars(select(Found.unit_id).where(Found.client_reference.in_(written))))
        found.counts["units"] += len(units)
    found.counts += Counter()  # without what is nought
    return found


def _documents(session: Session, wanted: Wanted) -> list[Document]:
    """The documents that go as a whole."""
    if wanted.document_id:
        return list(session.scalars(select(Document).where(Document.id == wanted.document_id)))
    if wanted.client_reference:
        asked = erasing.same_reference(wanted.client_reference)
        known = session.scalars(select(Document).where(Document.client_reference.is_not(None)).order_by(Document.id))
        return [d for d in known if erasing.same_reference(d.client_reference or "") == asked]
    names = Names(wanted.phrases)
    ids: set[int] = set()
    about = select(Document.id, Document.title, Document.file_name, Document.instructions, Document.client_reference,
                   Document.project, Document.warnings)  # fmt: skip
    ids |= {row.id for row in session.execute(about) if any(names.in_value(v) for v in row[1:])}
    sentences = select(Sentence.document_id, Sentence.text).execution_options(yield_per=2000)
    ids |= {i for i, value in session.execute(sentences) if i not in ids and names.in_text(value)}
    targets = (
        select(Translation.document_id, Segment.target)
        .join(Segment, Segment.translation_id == Translation.id)
        .where(Segment.target != "")
        .execution_options(yield_per=2000)
    )
    ids |= {i for i, value in session.execute(targets) if i not in ids and names.in_text(value)}
    for i, data in session.execute(select(Original.document_id, Original.data).execution_options(yield_per=5)):
        if i not in ids and names.in_file(bytes(data)):
            ids.add(i)
    return [d for d in (session.get(Document, i) for i in sorted(ids)) if d is not None]


def _count_documents(session: Session, found: Holdings) -> None:
    ids = [d.id for d in found.documents]
    found.counts["documents"] = len(ids)
    if not ids:
        return

    def count(query) -> int:
        return session.scalar(query) or 0

    segments = select(Segment.id).join(Translation).where(Translation.document_id.in_(ids))
    found.counts["sentences"] = count(select(func.count()).select_from(Sentence).where(Sentence.document_id.in_(ids)))
    found.counts["segments"] = count(
        select(func.count()).select_from(segments.where(Segment.target != "").subquery())
    )
    found.counts["comments"] = count(
        select(func.count()).select_from(Comment).where(Comment.segment_id.in_(segments))
    )
    found.counts["history"] = count(select(func.count()).select_from(Event).where(Event.document_id.in_(ids)))
    sentences = select(Sentence.id).where(Sentence.document_id.in_(ids))
    found.counts["machine"] = count(
        select(func.count())
        .select_from(MachineSuggestion)
        .where(MachineSuggestion.sentence_id.in_(sentences), MachineSuggestion.text != "")
    )


#: table -> what the report calls it; others are told by table and column.
_KINDS = {
    "memory_unit": "units", "memory_found": "places", "comment": "comments", "event": "history", "term": "contexts",
    "machine_suggestion": "machine", "concept_history": "contexts", "concept_proposal": "contexts",
}  # fmt: skip


def _kind(table: str, column: str) -> str:
    return _KINDS.get(table, f"{table}.{column}")


def _is_kept(table: Table, column: str) -> bool:
    return table.name in KEPT or (table.name, column) in KEPT_COLUMNS


def _tables() -> Iterator[Table]:
    for metadata in db.metadatas():
        yield from metadata.sorted_tables


def _worded(table: Table) -> list[str]:
    """The columns of a table that can hold words."""
    return [
        c.name
        for c in table.columns
        if isinstance(c.type, String | JSON) or (isinstance(c.type, LargeBinary) and c.name == "data")
    ]


def _phrase_places(
    session: Session, names: Names, but: Iterable[int] = ()
) -> Iterator[tuple[Table, str, int]]:
    """(table, column, in how many rows) a phrase stands, outside the documents `but`. Rows are counted once."""
    but = set(but)
    outside = _outside(but)
    for table in _tables():
        counted: Counter[str] = Counter()
        for row in _rows(session, table):
            if outside(session, table, row):
                continue
            for column in _worded(table):
                value = row[column]
                held = names.in_file(value) if isinstance(value, bytes) else names.in_value(value)
                if held:
                    counted[column] += 1
                    break
        yield from ((table, column, number) for column, number in counted.items())


def _rows(session: Session, table: Table) -> Iterator[dict[str, Any]]:
    columns = [table.c[name] for name in dict.fromkeys([*(c.name for c in table.primary_key), *_worded(table)])]
    more = [c for c in table.columns if c.name in ("document_id", "segment_id", "sentence_id", "translation_id")]
    rows = session.execute(select(*dict.fromkeys([*columns, *more])).execution_options(yield_per=1000))
    for row in rows.mappings():
        yield dict(row)


def _outside(documents: set[int]):
    """Whether a row belongs to one of these documents, whose rows all go anyway."""
    known: dict[str, set[int]] = {}

    def belongs(session: Session, table: Table, row: dict[str, Any]) -> bool:
        if not documents:
            return False
        if not known:
            ids = list(documents)
            known["translation_id"] = set(
                session.scalars(select(Translation.id).where(Translation.document_id.in_(ids)))
            )
            known["sentence_id"] = set(session.scalars(select(Sentence.id).where(Sentence.document_id.in_(ids))))
            known["segment_id"] = set(
                session.scalars(select(Segment.id).join(Translation).where(Translation.document_id.in_(ids)))
            )
            known["document_id"] = documents
        if table.name == "document":
            return row["id"] in documents
        return any(row.get(name) in ids for name, ids in known.items())

    return belongs


# --- forgetting ---------------------------------------------------------------------------------


def forget(engine: Engine, folder: Path, wanted: Wanted, *, by: str, by_id: int | None = None) -> int:
    """Erase it, clean up behind it, search for it again, and keep the report: its number (`app.models.Erasure`).

    `folder`: where this machine's derived indexes are. Raises NothingAsked.
    """
    wanted.check()
    with db.transaction(engine) as session:
        found = look(session, wanted)
        probes = _probes(session, found.documents)
        counts = Counter(found.counts)
        documents = [d.id for d in found.documents]
        units: set[int] = set()
        for document in list(found.documents):
            if not wanted.phrases:
                units |= set(erasing.forget(session, document=document_key(document)).units)
            erasure.erase_document(session, document, with_memory=False)
        if wanted.client_reference:
            units |= set(erasing.forget(session, client_reference=wanted.client_reference).units)
        if wanted.phrases:
            names = Names(wanted.phrases)
            for phrase in wanted.phrases:
                units |= set(erasing.forget(session, phrase=phrase).units)
            _scrub(session, names)
        else:
            # what was also found elsewhere stays there
            counts["places"] = counts.pop("units", 0) - len(units)
        counts["units"] = len(units)
        counts += Counter()
    searched, left = _clean_and_search(engine, folder, wanted, documents, probes)
    with db.transaction(engine) as session:
        report = Erasure(
            kind=wanted.kind,
            by_name=by,
            by_id=by_id if by_id and session.get(Person, by_id) else None,
            counts=dict(counts),
            searched=searched,
            left=left,
        )
        session.add(report)
        session.flush()
        return report.id


def _probes(session: Session, documents: Iterable[Document]) -> list[str]:
    """Pieces of the documents' texts, to be looked for in files afterwards: the longest, which nothing else has."""
    ids = [d.id for d in documents]
    if not ids:
        return []
    longest = func.length(Sentence.text).desc()
    texts = list(session.scalars(select(Sentence.text).where(Sentence.document_id.in_(ids)).order_by(longest).limit(PROBES)))
    texts += session.scalars(
        select(Segment.target)
        .join(Translation)
        .where(Translation.document_id.in_(ids), Segment.target != "")
        .order_by(func.length(Segment.target).desc())
        .limit(PROBES)
    )
    return list(dict.fromkeys(t[:PROBE] for t in texts if len(t) >= 12))


def _scrub(session: Session, names: Names) -> None:
    """Take the phrases out of every table that is not kept: rows that are nothing but their text go, others lose it."""
    from app.imports import MemoryImportPart

    for number in session.scalars(select(MemoryImportPart.import_id).distinct()).all():
        parts = session.scalars(
            select(MemoryImportPart.data).where(MemoryImportPart.import_id == number).order_by(MemoryImportPart.number)
        )
        if names.in_file(b"".join(bytes(part) for part in parts)):
            # a file that still waits would bring it back
            session.execute(delete(MemoryImportPart).where(MemoryImportPart.import_id == number))
    concepts: set[int] = set()
    for table in _tables():
        worded = [c for c in _worded(table) if not _is_kept(table, c) and not isinstance(table.c[c].type, LargeBinary)]
        if table.name in KEPT or table.name in ("memory_unit", "memory_found", "change") or not worded:
            continue
        for row in list(_rows(session, table)):
            held = [c for c in worded if names.in_value(row[c])]
            if not held:
                continue
            this = [column == row[column.name] for column in table.primary_key]
            if any((table.name, c) in WHOLE for c in held):
                session.execute(delete(table).where(*this))
                continue
            values = {c: _cleaned(table, c, row[c], names) for c in held}
            session.execute(update(table).where(*this).values(values))
            if table.name in ("term", "concept_history", "concept_proposal"):
                concepts.add(session.scalar(select(table.c.concept_id).where(*this)))
    session.expire_all()
    if concepts:
        from glossary.history import mark_changed

        mark_changed(session, sorted(concepts))


def _cleaned(table: Table, column: str, value: Any, names: Names) -> Any:
    if isinstance(table.c[column].type, JSON):
        return names.without(value)
    return None if table.c[column].nullable else ""


# --- proving ---------------------------------------------------------------------------------


def _clean_and_search(
    engine: Engine, folder: Path, wanted: Wanted, documents: list[int], probes: list[str]
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Clean indexes and files, then look everywhere again. Returns (where was looked: place and size, what is left)."""
    searched: list[dict[str, Any]] = []
    left: Counter[str] = Counter()
    with db.new_session(engine, writes=False) as session:
        index.erase(session)
    with db.new_session(engine, writes=False) as session:
        names = Names(wanted.phrases)
        for table in _tables():
            rows = session.scalar(select(func.count()).select_from(table)) or 0
            searched.append({"place": table.name, "rows": rows})
        if wanted.phrases:
            for table, column, number in _phrase_places(session, names):
                left[f"{table.name}.{column}"] += number
            pieces = list(wanted.phrases)
        else:
            left += _left_of(session, wanted, documents)
            pieces = [p for p in probes if not _lives(session, p)]
    if wanted.phrases and left:
        pieces = []  # it still stands in rows that people keep: in their file too
    if pieces:
        traces, sizes = _in_files(folder, pieces)
        for path in traces:
            # derived: whatever still holds it goes as a whole and is built again
            path.unlink(missing_ok=True)
        searched += sizes
        left["index"] += len(_in_files(folder, pieces)[0])
    db.empty_write_ahead_log(engine)
    if engine.dialect.name == "sqlite":
        place = engine.url.database
        if place and place != ":memory:" and pieces:
            number, size = _in_database_file(Path(place), pieces)
            if number:
                _vacuum(engine)
                number, size = _in_database_file(Path(place), pieces)
            searched.append({"place": "database file", "bytes": size})
            left["database file"] += number
    else:
        _vacuum_full(engine)
        searched.append({"place": "vacuum", "rows": 0})
    return searched, {k: v for k, v in left.items() if v}


def _left_of(session: Session, wanted: Wanted, documents: list[int]) -> Counter[str]:
    """Rows that still belong to the documents or carry the reference."""
    left: Counter[str] = Counter()
    keys = [f"document:{i}" for i in documents]
    for table in _tables():
        conditions = []
        if "document_id" in table.c:
            conditions.append(table.c.document_id.in_(documents))
        if table.name in ("memory_unit", "memory_found"):
            conditions.append(table.c.document.in_(keys))
        if table.name == "document":
            conditions.append(table.c.id.in_(documents))
        if conditions:
            left[table.name] += session.scalar(select(func.count()).select_from(table).where(or_(*conditions))) or 0
        if wanted.client_reference and "client_reference" in table.c:
            asked = erasing.same_reference(wanted.client_reference)
            written = session.scalars(
                select(table.c.client_reference).where(table.c.client_reference.is_not(None))
            )
            left[table.name] += sum(erasing.same_reference(one) == asked for one in written)
    return left


def _lives(session: Session, piece: str) -> bool:
    """Whether a piece of text rightly stands somewhere else too: another document, the memory."""
    from glossary.models import Term

    places = (Sentence.text, Segment.target, Unit.source, Unit.target, Unit.previous_source, Unit.next_source,
              Found.previous_source, Found.next_source, Term.context, MachineSuggestion.text, Event.text, Comment.text)  # fmt: skip
    return any(
        session.scalar(select(column).where(column.contains(piece, autoescape=True)).limit(1)) is not None
        for column in places
    )


def _forms_of(piece: str) -> set[bytes]:
    """A piece of text as a file may hold it: as written, and folded for matching and for search."""
    from languages.folding import match_form

    written = {piece, match_form(piece, ""), fold(piece, ""), fold(piece, "am")}
    return {form.encode() for form in written if len(form.strip()) >= 3}


def _in_files(folder: Path, pieces: list[str]) -> tuple[list[Path], list[dict[str, Any]]]:
    """(the files under a folder that hold a piece, which parts were searched with their sizes)."""
    wanted = set().union(*(_forms_of(p) for p in pieces)) if pieces else set()
    found, sizes = [], Counter()
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        try:
            if path.is_file():
                data = path.read_bytes()
                sizes[path.relative_to(folder).parts[0]] += len(data)
                if any(form in data for form in wanted):
                    found.append(path)
        except FileNotFoundError:
            continue  # an index was written again meanwhile
    return found, [{"place": f"index/{name}", "bytes": size} for name, size in sorted(sizes.items())]


def _in_database_file(place: Path, pieces: list[str]) -> tuple[int, int]:
    """(how many pieces the bytes of the database's files hold, how many bytes they are)."""
    import mmap

    held, size = set(), 0
    for path in (place, Path(f"{place}-wal"), Path(f"{place}-journal")):
        if not path.exists() or not path.stat().st_size:
            continue
        size += path.stat().st_size
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            held |= {p for p in pieces if data.find(p.encode()) >= 0}
    return len(held), size


def _vacuum(engine: Engine) -> None:
    """Write SQLite's file anew: what deleted rows left between others is gone then."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM").close()
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    except Exception as problem:
        if "locked" not in str(problem) and "busy" not in str(problem):
            raise  # somebody is at work: the report says what is left, and it can be done again
    finally:
        connection.close()


def _vacuum_full(engine: Engine) -> None:
    """Write PostgreSQL's tables anew, so that deleted rows leave their files."""
    tables = [t.name for t in _tables() if _worded(t)]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        for name in tables:
            try:
                connection.execute(text(f'VACUUM FULL "{name}"'))
            except DBAPIError:
                connection.execute(text(f'VACUUM "{name}"'))
