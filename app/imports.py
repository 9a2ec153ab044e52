"""Files on their way into the memory: kept until they are read, read in batches, gone on with after any interruption.

What was read stands in the same transaction as the units it became, so that no kill loses or doubles anything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import db, memoryfiles
from app.memoryfiles import Choices
from app.waiting import DONE, INTERRUPTED, QUEUED, RUNNING, STOPPED, WAITING, MemoryImport, MemoryImportPart
from importers import tmx
from importers.units import UnreadableFile, Warning_
from memory import exchange as units
from memory.models import Unit
from storage.columns import utc_now

#: Units kept in one transaction: long enough to be quick, short enough that nobody waits for the write lock.
BATCH = 2000
#: An uploaded file is kept in parts of so many bytes.
PART = 1024 * 1024


class Parts(io.RawIOBase):
    """An uploaded file as a stream, a part at a time."""

    def __init__(self, engine: Engine, import_id: int, size: int) -> None:
        self._engine, self._id, self._size = engine, import_id, size
        self._at, self._number, self._part = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._at)
        left = left if size is None or size < 0 else min(size, left)
        out = []
        while left > 0:
            number, offset = divmod(self._at, PART)
            if number != self._number:
                with db.new_session(self._engine, writes=False) as session:
                    found = session.scalar(
                        select(MemoryImportPart.data).where(
                            MemoryImportPart.import_id == self._id, MemoryImportPart.number == number
                        )
                    )
                if found is None:
                    break
                self._number, self._part = number, bytes(found)
            piece = self._part[offset : offset + left]
            if not piece:
                break
            out.append(piece)
            self._at += len(piece)
            left -= len(piece)
        return b"".join(out)


def upload(engine: Engine, stream: BinaryIO, name: str, *, by_id: int | None = None, by_name: str = "") -> int:
    """Keep an uploaded file, part by part, each in a transaction of its own; returns the import's id. Raises
    UnreadableFile for what is no file of units. What a kill leaves behind is deleted by `forget_old`."""
    head = stream.read(PART)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("file", "empty", "This file is empty. Check that it was saved completely and upload it again.")
    kind = memoryfiles.kind_of(head, name)
    with db.transaction(engine) as session:
        entry = MemoryImport(
            file_name=name, kind=kind, size=0, state=WAITING, by_id=by_id, by_name=by_name
        )
        session.add(entry)
        session.flush()
        import_id = entry.id
    number, size, part = 0, 0, head
    try:
        while part:
            size += len(part)
            if kind != memoryfiles.TMX and size > memoryfiles.LARGEST_AT_ONCE:
                raise UnreadableFile(
                    kind,
                    "too-large",
                    "This file is larger than the %(allowed)s MB that can be read at once. Split it into smaller files.",
                    allowed=memoryfiles.LARGEST_AT_ONCE // 1024 // 1024,
                )
            with db.transaction(engine) as session:
                session.add(MemoryImportPart(import_id=import_id, number=number, data=part))
            number, part = number + 1, _exactly(stream, PART)
        with db.transaction(engine) as session:
            session.get_one(MemoryImport, import_id).size = size
    except BaseException:
        with suppress(Exception), db.transaction(engine) as session:
            discard(session, session.get_one(MemoryImport, import_id))
        raise
    return import_id


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """As many bytes as asked for unless the stream ends: parts must all be of one size."""
    out = b""
    while len(out) < size and (piece := stream.read(size - len(out))):
        out += piece
    return out


def discard(session: Session, entry: MemoryImport) -> None:
    """Forget a file that nobody wants to take in; its parts go with it. What was taken in stays in the memory."""
    session.execute(delete(MemoryImportPart).where(MemoryImportPart.import_id == entry.id))
    session.delete(entry)


#: Uploaded files that nobody goes on with are deleted after this long.
KEPT = dt.timedelta(days=7)


def forget_old(session: Session) -> None:
    """Delete the uploaded files that nobody took in, and what is left of those that stopped. What became of a file
    stays to be read."""
    old = MemoryImport.created_at < utc_now() - KEPT
    waiting = select(MemoryImport.id).where(MemoryImport.state == WAITING, old)
    stopped = select(MemoryImport.id).where(MemoryImport.state.in_((STOPPED, INTERRUPTED)), old)
    for ids in (waiting, stopped):
        session.execute(delete(MemoryImportPart).where(MemoryImportPart.import_id.in_(ids)))
    session.execute(delete(MemoryImport).where(MemoryImport.state == WAITING, old))


def begin(
    session: Session, stream: BinaryIO, choices: Choices, *, by_name: str = "", step: Callable[[int], object] = lambda _b: None
) -> MemoryImport:
    """The entry for a file on the disk: the unfinished one of the same file and choices if there is one. Raises
    UnreadableFile for what is no file of units."""
    state = hashlib.sha256(json.dumps(choices.to_json(), sort_keys=True).encode())
    size, head = 0, b""
    while chunk := stream.read(PART):
        head = head or chunk
        size += len(chunk)
        state.update(chunk)
        step(len(chunk))
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("file", "empty", "This file is empty. Check that it was saved completely and try again.")
    digest = state.hexdigest()
    unfinished = select(MemoryImport).where(
        MemoryImport.digest == digest, MemoryImport.state.in_((RUNNING, INTERRUPTED, QUEUED))
    )
    entry = session.scalar(unfinished.order_by(MemoryImport.id.desc()).limit(1))
    if entry is None:
        entry = MemoryImport(
            file_name=choices.name, kind=memoryfiles.kind_of(head, choices.name), size=size, digest=digest,
            choices=choices.to_json(), state=QUEUED, by_name=by_name,
        )  # fmt: skip
        session.add(entry)
    session.flush()
    return entry


def prepared_here(batches: Iterator[tuple[int, list[units.UnitRow]]]) -> Iterator[tuple[int, units.Prepared]]:
    """Rows made ready for the tables in this process: see `app.exchange` for others that help."""
    for first, rows in batches:
        yield len(rows), units.prepared(rows, first_number=first)


def run(
    engine: Engine,
    import_id: int,
    stream: BinaryIO,
    *,
    step: Callable[[int], object] = lambda _bytes: None,
    checked: Callable[[int], object] = lambda _bytes: None,
    prepare: Callable[..., Iterator[tuple[int, units.Prepared]]] = prepared_here,
) -> Iterator[MemoryImport]:
    """Take a file in, a batch with every step; what comes is the entry as it stands after the batch.

    The file is read to its end once before anything is written: a TMX that is cut short or broken leaves nothing
    behind, unless what was whole is wanted. `checked` and `step` are told how many bytes were looked at and taken in.
    Ends with the entry DONE or STOPPED. Errors of the database come through; what was committed counts, and running it
    again goes on after it.
    """
    with db.transaction(engine) as session:
        entry = session.get_one(MemoryImport, import_id)
        choices = Choices.from_json(entry.choices)
        kind, skip = entry.kind, entry.rows_read
        entry.state, entry.problem = RUNNING, None
    cut_short: UnreadableFile | None = None
    try:
        if kind == memoryfiles.TMX and not skip:
            try:
                tmx.check_tmx(stream, checked)
            except UnreadableFile as error:
                if not (choices.keep_whole and error.reason == "cut-short"):
                    raise
                cut_short = error
            stream.seek(0)
        rows = memoryfiles.read(stream, kind, choices)
    except UnreadableFile as error:
        yield _end(engine, import_id, error, None)
        return
    except memoryfiles.NoPair:
        yield _end(engine, import_id, no_pair(kind), None)
        return
    problem: UnreadableFile | None = None

    def batches() -> Iterator[tuple[int, list[units.UnitRow]]]:
        """What the file gives until it ends or breaks, in batches with the number of their first row."""
        nonlocal problem
        first = skip + 1
        iterator = iter(rows)
        while True:
            batch: list[units.UnitRow] = []
            try:
                for row in islice(iterator, BATCH):
                    batch.append(row)
            except UnreadableFile as error:
                problem = error
            if batch:
                yield first, batch
                first += len(batch)
            if problem is not None or len(batch) < BATCH:
                return

    try:
        for _ in islice(rows, skip):
            pass
    except UnreadableFile as error:
        yield _end(engine, import_id, error, rows)
        return
    at = 0
    for number, ready in prepare(batches()):
        place = _tell(stream)
        copies = sum(values["source"] == values["target"] for values in ready.values)
        entry = _keep(engine, import_id, number, ready, place, copies)
        step(place - at)
        at = place
        yield entry
    # that it only stops is known from looking at it first: here it may look like any other mistake
    whole = problem is not None and choices.keep_whole and problem.reason in ("cut-short", "syntax")
    if whole:
        problem = cut_short or problem
        rows.told.append(Warning_(problem.reason, problem.message, problem.where, problem.fields))
    yield _end(engine, import_id, None if whole else problem, rows)


def no_pair(kind: str) -> UnreadableFile:
    """The file and the choices name fewer than two languages."""
    return UnreadableFile(
        kind,
        "no-pair",
        "Two languages are needed, and this file and what was chosen name fewer. Say from which language into which it "
        "translates.",
    )


def _tell(stream: BinaryIO) -> int:
    try:
        return stream.tell()
    except (OSError, ValueError):
        return 0


def _keep(engine: Engine, import_id: int, number: int, ready: units.Prepared, place: int, copies: int) -> MemoryImport:
    for attempt in range(5):
        try:
            with db.transaction(engine) as session:
                _roomy(session, 64)
                taken = units.keep(session, ready)
                entry = session.get_one(MemoryImport, import_id, with_for_update=True)
                entry.rows_read += number
                entry.bytes_read = place
                entry.new += taken.new
                entry.merged += taken.merged
                entry.unchanged += taken.unchanged
                entry.crowded += taken.crowded
                refused = Counter(entry.refused)
                refused.update(row.reason for row in taken.refused)
                if copies:
                    refused[COPIES] += copies
                entry.refused = dict(refused)
            return entry
        except IntegrityError:  # somebody else added one of these pairs at the same moment
            if attempt == 4:
                raise
    raise AssertionError


def _roomy(session: Session, megabytes: int) -> None:
    """On SQLite: hold so much of the indexes in memory, or every unit's digest is read from the disk and written there."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{megabytes * 1024}")


#: Beside the reasons for leaving out: targets that are their source were taken in, and are counted.
COPIES = "same-text"


def _end(engine: Engine, import_id: int, problem: UnreadableFile | None, rows: memoryfiles.Rows | None) -> MemoryImport:
    with db.transaction(engine) as session:
        _roomy(session, 2)
        entry = session.get_one(MemoryImport, import_id)
        entry.state = STOPPED if problem else DONE
        entry.problem = problem_json(problem) if problem else None
        entry.ended_at = utc_now()
        if rows is not None:
            entry.warnings = [{**asdict(w), "fields": dict(w.fields)} for w in rows.warnings]
            entry.refused = {**entry.refused, **rows.left_out}
        if not problem:
            session.execute(delete(MemoryImportPart).where(MemoryImportPart.import_id == import_id))
    return entry


def problem_json(error: UnreadableFile) -> dict[str, Any]:
    return {"format": error.format, "reason": error.reason, "message": error.message, "where": error.where,
            "fields": error.fields}  # fmt: skip


def problem_of(entry: MemoryImport) -> UnreadableFile | None:
    """Why it stopped, as the error it was."""
    told = entry.problem
    if not told:
        return None
    return UnreadableFile(told["format"], told["reason"], told["message"], told["where"], **told["fields"])


# --- as a job -------------------------------------------------------------------------------

JOB = "import-memory"
#: How many batches a step of the job takes in: a step is over long before its lease is.
_STEP = 5


def job(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """A step of taking an uploaded file in (app.jobs.Step). The reader stays open between the steps of one worker; another
    worker, or this one after a kill, goes on where the database says."""
    import_id = subject["import"]
    running = _running.get(import_id)
    if running is None:
        with db.new_session(engine, writes=False) as session:
            entry = session.get(MemoryImport, import_id)
        if entry is None or entry.state in (DONE, STOPPED):
            return 1, 1, ""
        running = _running[import_id] = run(engine, import_id, Parts(engine, import_id, entry.size))
    try:
        entry = next(reversed(list(islice(running, _STEP))), None)
    except Exception as error:
        _running.pop(import_id, None)
        with suppress(Exception), db.transaction(engine) as session:
            stopped = session.get(MemoryImport, import_id)
            if stopped is not None:
                stopped.state = INTERRUPTED
                stopped.problem = {"reason": type(error).__name__}
        raise
    if entry is None or entry.state in (DONE, STOPPED):
        _running.pop(import_id, None)
        return 1, 1, ""
    total = max(entry.size, 1)
    return min(entry.bytes_read, total - 1), total, ""


_running: dict[int, Iterator[MemoryImport]] = {}


def projects(session: Session) -> list[str]:
    """The projects that units of the memory belong to."""
    return sorted(filter(None, session.scalars(select(Unit.project).distinct())))


def counted(session: Session) -> int:
    """How many units can be offered."""
    return session.scalar(select(func.count()).select_from(Unit).where(Unit.recalled_at.is_(None))) or 0
