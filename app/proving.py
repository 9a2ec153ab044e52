"""After an erasure: the files that rows leave behind are cleaned, and searched again byte by byte.

What SQLite does of itself: `secure_delete` overwrites a deleted row, its overflow pages and freed pages with zeroes, in
the file as soon as the log is put into it. Two things stay. The log (`-wal`) has pages as they were until it is emptied.
And when a page is divided, what moved to the other page stays in the gap of the old one, as if it were free: only writing
the file anew (VACUUM) takes that away. It holds the lock to write, so it is done where a trace was found, and always in
files that take a moment.
"""

from __future__ import annotations

import json
import mmap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import db, holding, terms
from app.models import Document, Segment, Sentence, Translation
from glossary.spelling import words_of
from languages.folding import FOLDED_ALONE, fold, match_form
from memory import index

#: How much of a text is looked for in files, in characters; of how many texts; and how many pieces in the indexes. Looking
#: for one piece in a gigabyte takes a fifth of a second.
PROBE, PROBES, IN_INDEXES = 32, 6, 12
#: Bytes: below this, writing a database anew takes a moment and is always done. Above, PostgreSQL's tables are only written
#: anew where something went from them.
SMALL = 128 * 1024 * 1024


@dataclass(slots=True)
class Traces:
    """What to look for in files afterwards. `pieces`: texts that went. `halves`: parts of them, of which a row that was
    half overwritten may still hold one. `touched`: the tables they went from. `anyway`: some cannot be told from what
    rightly stays, so the database is written anew whatever is found."""

    pieces: set[str] = field(default_factory=set)
    halves: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    anyway: bool = False


def pieces_of(session: Session, documents: Iterable[Document]) -> set[str]:
    """Pieces of the documents' texts: the beginning, middle and end of the longest."""
    ids = [d.id for d in documents]
    if not ids:
        return set()
    texts: list[str] = []
    for query, column in (
        (select(Sentence.text).where(Sentence.document_id.in_(ids)), Sentence.text),
        (select(Segment.target).join(Translation).where(Translation.document_id.in_(ids)), Segment.target),
    ):
        texts += session.scalars(query.order_by(func.length(column).desc()).limit(PROBES))
    out: set[str] = set()
    for one in texts:
        if len(one) >= 12:
            middle = max(0, len(one) // 2 - PROBE // 2)
            out |= {one[:PROBE], one[middle : middle + PROBE], one[-PROBE:]}
    return out


def clean(engine: Engine, folder: Path, traces: Traces, left: Counter[str]) -> list[dict[str, Any]]:
    """Clean the indexes and files, then look everywhere again. Returns where was looked (place and size); what is left is
    counted in `left`."""
    searched: list[dict[str, Any]] = []
    with db.new_session(engine, writes=False) as session:
        index.erase(session)
    with db.new_session(engine, writes=False) as session:
        # of a word that is folded and stands alone no phrase can be told afterwards: what the term base lost is left out
        left["index"] += not terms.index_in(folder / "terms").erase(session)
    with db.new_session(engine, writes=False) as session:
        for table in holding.tables():
            rows = session.scalar(select(func.count()).select_from(table)) or 0
            searched.append({"place": table.name, "rows": rows})
    held, sizes = _in_indexes(folder, traces.pieces)
    living: set[str] = set()
    if held:
        # of a document's sentences some stand elsewhere too, rightly
        with db.new_session(engine, writes=False) as session:
            living = _living(session, set(held))
        for piece, paths in held.items():
            if piece not in living:
                for path in paths:
                    # derived: whatever still holds it goes as a whole and is built again
                    path.unlink(missing_ok=True)
        left["index"] += len(_in_indexes(folder, set(held) - living)[0])
    searched += sizes
    if engine.dialect.name == "sqlite":
        searched += _clean_sqlite(engine, traces, left)
    else:
        _clean_postgresql(engine, traces.touched)
        searched.append({"place": "vacuum", "rows": 0})
    return searched


def _living(session: Session, pieces: set[str]) -> set[str]:
    """Which of these pieces of text rightly stand somewhere: in another document, in the memory, with a term."""
    found: set[str] = set()
    forms = {piece: match_form(piece, "") for piece in pieces}
    for table in holding.tables():
        columns = [name for name in holding.worded(table) if name not in ("data", "content")]
        if not columns:
            continue
        columns += ["form"] if "form" in table.c else []
        rows = session.execute(select(*(table.c[name] for name in columns)).execution_options(yield_per=1000))
        for some in rows.partitions():
            joined = "\n".join(part for row in some for value in row for part in holding.texts_in(value))
            found |= {piece for piece in pieces - found if piece in joined or forms[piece] in joined}
    return found


# --- indexes ---------------------------------------------------------------------------------


def _forms_of(piece: str) -> set[bytes]:
    """A piece of text as a file may hold it: as written, folded for matching and for search, in JSON, in UTF-16."""
    folds = {fold(piece, language) for language in FOLDED_ALONE}
    written = {piece, match_form(piece, ""), *folds, *(" ".join(words_of(folded)) for folded in folds)}
    forms = {form.encode() for form in written if len(form.strip()) >= 3}
    return forms | {json.dumps(piece)[1:-1].encode(), piece.encode("utf-16-le")}


def _in_indexes(folder: Path, pieces: set[str]) -> tuple[dict[str, list[Path]], list[dict[str, Any]]]:
    """(piece -> the files under the folder that hold it, which parts were searched with their sizes). The memory's own
    files are in encodings of theirs, which it knows."""
    found: dict[str, list[Path]] = {}
    sizes: Counter[str] = Counter()
    ours = folder / "memory"
    some = sorted(pieces, key=len, reverse=True)[:IN_INDEXES]
    for piece in some if ours.exists() else ():
        paths = index.traces(ours, piece)
        if paths:
            found.setdefault(piece, []).extend(paths)
    forms = {piece: _forms_of(piece) for piece in pieces}
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        try:
            if path.is_file():
                sizes[path.relative_to(folder).parts[0]] += path.stat().st_size
                if ours in path.parents:
                    continue
                data = path.read_bytes()
                for piece in pieces:
                    if any(form in data for form in forms[piece]):
                        found.setdefault(piece, []).append(path)
        except FileNotFoundError:
            continue  # an index was written again meanwhile
    return found, [{"place": f"index/{name}", "bytes": size} for name, size in sorted(sizes.items())]


# --- the database's own files ------------------------------------------------------------------


def _clean_sqlite(engine: Engine, traces: Traces, left: Counter[str]) -> list[dict[str, Any]]:
    name = engine.url.database
    db.empty_write_ahead_log(engine)
    if not name or name == ":memory:":
        return []
    place = Path(name)
    small = place.stat().st_size <= SMALL
    anew = False
    if small or traces.anyway or _in_database_file(place, traces.pieces | traces.halves)[0]:
        # the log has pages as they were, as long as somebody reads it
        anew = _vacuum(engine) and db.empty_write_ahead_log(engine)
    held, size = _in_database_file(place, traces.pieces)
    if held:
        with db.new_session(engine, writes=False) as session:
            held -= _living(session, held)
    if held and anew:
        # the file holds nothing but living rows now
        held -= _across_columns(engine, held)
    left["database file"] += len(held)
    return [{"place": "database file", "bytes": size}]


def _in_database_file(place: Path, pieces: set[str]) -> tuple[set[str], int]:
    """(which pieces the bytes of the database's files hold, how many bytes they are)."""
    held: set[str] = set()
    size = 0
    for path in (place, Path(f"{place}-wal"), Path(f"{place}-journal")):
        if not path.exists() or not path.stat().st_size:
            continue
        size += path.stat().st_size
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for piece in pieces - held:
                if any(data.find(form) >= 0 for form in _bytes_of(piece)):
                    held.add(piece)
    return held, size


def _bytes_of(piece: str) -> set[bytes]:
    """A piece of text as a column of the database may hold it: as written, folded for matching, in JSON."""
    forms = {piece.encode(), match_form(piece, "").encode(), json.dumps(piece)[1:-1].encode()}
    return {form for form in forms if len(form) >= 3}


def _across_columns(engine: Engine, pieces: set[str]) -> set[str]:
    """Which of these pieces only seem to stand in SQLite's file: it writes the values of a row, or of an entry of an
    index, one behind the other, so "apostille" and "identity" side by side hold "leiden", a name that nobody wrote. What
    stands within a single value, in any row of any table, is not among them, wherever else it seems to stand."""
    forms = {piece: _bytes_of(piece) for piece in pieces}
    across: set[str] = set()
    inside: set[str] = set()
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        names = [row[0] for row in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            columns = {row[1]: place for place, row in enumerate(cursor.execute(f'PRAGMA table_info("{name}")'))}
            indexes = [row[1] for row in cursor.execute(f'PRAGMA index_list("{name}")')]
            orders = [[row[2] for row in cursor.execute(f'PRAGMA index_info("{index}")')] for index in indexes]
            records = [
                [columns[column] for column in order] for order in orders if all(column in columns for column in order)
            ]
            for row in cursor.execute(f'SELECT * FROM "{name}"'):  # noqa: S608  a name of ours
                values = [_as_stored(value) for value in row]
                for record in (values, *([values[place] for place in order] for order in records)):
                    joined = b"".join(record)
                    for piece in pieces - inside:
                        if any(form in joined for form in forms[piece]):
                            within = any(form in value for value in values for form in forms[piece])
                            (inside if within else across).add(piece)
        cursor.close()
    finally:
        connection.close()
    return across - inside


def _as_stored(value: object) -> bytes:
    """A value between its neighbours in a record of SQLite: nothing, 0 and 1 take no room there."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return value
    return b"" if value is None or value in (0, 1) else b"\0"


def _vacuum(engine: Engine) -> bool:
    """Write SQLite's file anew: what deleted rows left between others is gone then. Whether it could be done."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM").close()
    except Exception as problem:
        if "locked" not in str(problem) and "busy" not in str(problem):
            raise  # somebody is at work: the report says what is left, and it can be done again
        return False
    finally:
        connection.close()
    return True


def _clean_postgresql(engine: Engine, touched: set[str]) -> None:
    """Write PostgreSQL's tables anew, so that deleted rows leave their files."""
    size = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        for table in holding.tables():
            if not holding.worded(table):
                continue
            full = table.name in touched or connection.scalar(size, {"name": table.name}) <= SMALL
            try:
                connection.execute(text(f'VACUUM {"FULL " if full else ""}"{table.name}"'))
            except DBAPIError:
                connection.execute(text(f'VACUUM "{table.name}"'))
