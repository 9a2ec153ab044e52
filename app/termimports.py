"""A file of terms comes in: read, shown, applied as a whole or not at all, taken back.

Reading and comparing only read the database; applying is one transaction that does again what was shown and stops when
that is not what would happen any more. Small files are done while one waits, large ones by a job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, undefer

from app import db, jobs, termfiles
from app.models import TermImport
from glossary import exchange
from glossary.entries import Reason
from glossary.exchange import Loaded, Outcome
from glossary.history import ChangedSince, NothingToUndo
from importers import termtable
from importers.termcolumns import Mapping
from importers.units import UnreadableFile, Warning_, worded
from storage.columns import utc_now

JOB = "terms"
#: Up to this many bytes a file is read, and up to this many concepts it is applied, while a person waits.
AT_ONCE_BYTES = 200_000
AT_ONCE_CONCEPTS = 500
#: Concepts of each kind that a preview lists; the rest is counted.
LISTED = 200
GROUPS = ("new", "changed", "kept", "conflict", "away", "rejected")


class NotReady(Exception):
    """The import is not in a state in which this can be done."""

    def __init__(self, state: str):
        self.state = state
        super().__init__(f"an import that is {state}")


class ChangedMeanwhile(Exception):
    """The term base changed since the import was shown: it would do something else now."""


@dataclass(slots=True)
class Shown:
    """What a file would do: the load that was tried, and what the reader noticed."""

    load: Loaded
    warnings: list[Warning_]
    format: str


def look(data: bytes, name: str) -> tuple[str, dict | None]:
    """(format, how the columns of a table are understood) of a file, before anything is kept: a large one that is no
    table is read later. Raises UnreadableFile for a file that holds no terms."""
    table = data.startswith(b"PK") or name.lower().endswith((".csv", ".tsv", ".txt", ".tab", ".utf8", ".xlsx"))
    if len(data) > AT_ONCE_BYTES and not table:
        return "", None
    found = termfiles.read(data, name)
    return found.format, found.mapping.as_json() if found.mapping else None


def upload(
    session: Session, data: bytes, name: str, looked: tuple[str, dict | None], *, once: str, by: str, by_id: int | None
) -> TermImport:
    """Take a file in that was looked at. A table waits for its columns to be confirmed; anything else is read next. The
    same form sent twice is one import."""
    standing = session.scalar(select(TermImport).where(TermImport.once == once))
    if standing is not None:
        return standing
    format, mapping = looked
    made = TermImport(
        once=once, file_name=name[-200:], format=format, data=data, size=len(data), mapping=mapping,
        state="reading" if mapping is None else "mapping", uploaded_by_name=by, uploaded_by_id=by_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def show(
    session: Session,
    data: bytes,
    name: str,
    *,
    mapping: Mapping | None = None,
    keep_status: bool = False,
    on_conflict: str = "leave",
    step: Callable[[int, int], object] = lambda _done, _total: None,
) -> Shown:
    """What the file would do, without doing it. `step` is told how many of how many concepts were compared. Raises
    UnreadableFile."""
    found = termfiles.read(data, name, mapping)
    termfiles.refuse_unmapped(found)
    done = 0

    def stepped(number: int) -> None:
        nonlocal done
        done += number
        step(done, len(found.entries))

    step(0, len(found.entries))
    load = exchange.load_concepts(
        session, found.entries, origin="import", origin_name=name[:200], by="", keep_status=keep_status,
        on_conflict=on_conflict, dry_run=True, step=stepped,
    )  # fmt: skip
    return Shown(load, found.warnings, found.format)


def apply(
    session: Session,
    entries: Iterable[tuple[str, dict]],
    name: str,
    *,
    by: str,
    by_id: int | None = None,
    keep_status: bool = False,
    on_conflict: str = "leave",
    licence: str | None = None,
    digest: str | None = None,
) -> Loaded:
    """Do what was shown. Does not commit; raises ChangedMeanwhile when `digest` is given and it would be something
    else."""
    load = exchange.load_concepts(
        session, entries, origin="import", origin_name=name[:200], by=by, by_id=by_id, keep_status=keep_status,
        on_conflict=on_conflict, licence=licence,
    )  # fmt: skip
    if digest is not None and load.digest != digest:
        raise ChangedMeanwhile
    return load


# --- one import through its states ---------------------------------------------------------------


def find(session: Session, import_id: int, *, with_data: bool = False) -> TermImport | None:
    """An import, with its file when asked for."""
    query = select(TermImport).where(TermImport.id == import_id)
    return session.scalar(query.options(undefer(TermImport.data)) if with_data else query)


def start_reading(session: Session, found: TermImport) -> bool:
    """Ask for the preview. True when it is small enough to be read at once with `work`."""
    if found.state not in ("mapping", "ready", "reading", "refused") or found.size == 0:
        raise NotReady(found.state)
    found.state, found.message, found.done, found.total = "reading", None, 0, 0
    return _now_or_later(session, found, found.size <= AT_ONCE_BYTES)


def start_applying(session: Session, found: TermImport, digest: str) -> bool:
    """Ask for the import to be done as it was shown. True when it is small enough to be done at once with `work`."""
    if found.state != "ready" or not found.preview:
        raise NotReady(found.state)
    if digest != found.preview["digest"]:
        raise ChangedMeanwhile
    found.state = "applying"
    counts = found.preview["counts"]
    return _now_or_later(session, found, counts["new"] + counts["changed"] <= AT_ONCE_CONCEPTS)


def start_undoing(session: Session, found: TermImport, *, by: str, leave_changed: bool) -> bool:
    """Ask for an import to be taken back. True when it is small enough to be done at once with `work`."""
    if found.state != "applied" or not found.batch:
        raise NotReady(found.state)
    found.state, found.undone_by_name = "undoing", by
    found.message = {"leave": leave_changed}
    counts = (found.preview or {}).get("counts", {})
    return _now_or_later(session, found, counts.get("new", 0) + counts.get("changed", 0) <= AT_ONCE_CONCEPTS)


def _now_or_later(session: Session, found: TermImport, small: bool) -> bool:
    if not small:
        jobs.enqueue(session, JOB, {"import": found.id})
    return small


def drop(session: Session, found: TermImport) -> None:
    """Forget an import that was not applied, with its file."""
    if found.state in ("applied", "undone", "applying", "undoing"):
        raise NotReady(found.state)
    session.delete(found)


def work(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """Do what an import waits for: read it, apply it, take it back. Can be repeated: what is done is not done again. When
    something breaks, the import is as it was before, and says so."""
    import_id = subject["import"]
    with db.new_session(engine, writes=False) as session:
        found = find(session, import_id)
        state = found.state if found else "dropped"
    does = {"reading": _read, "applying": _apply, "undoing": _undo}.get(state)
    if does is None:
        return 1, 1, ""
    try:
        does(engine, import_id)
    except Exception:
        before = {"reading": "refused", "applying": "ready", "undoing": "applied"}[state]
        with db.transaction(engine) as session:
            waiting = TermImport.id == import_id, TermImport.state == state
            session.execute(update(TermImport).where(*waiting).values(state=before, message={"failed": True, **FAILED}))
        raise
    return 1, 1, ""


FAILED = {
    "message": worded(
        "Something went wrong on our side. Nothing was saved and nothing was lost: try again, and if it happens again, tell your "
        "administrator when it happened."
    ),
    "fields": {},
    "where": "",
}


def start_again(session: Session, found: TermImport) -> None:
    """Ask once more for what an import waits for: whoever was to do it may have died."""
    if found.state not in ("reading", "applying", "undoing"):
        raise NotReady(found.state)
    jobs.enqueue(session, JOB, {"import": found.id})


def _read(engine: Engine, import_id: int) -> None:
    def told(done: int, total: int) -> None:
        with db.transaction(engine) as session:
            session.execute(
                update(TermImport).where(TermImport.id == import_id).values(done=done, total=total)
            )

    with db.new_session(engine, writes=False) as session:
        found = find(session, import_id, with_data=True)
        if found is None or found.data is None:
            return
        values: dict[str, Any]
        try:
            shown = show(
                session, found.data, found.file_name,
                mapping=Mapping.from_json(found.mapping) if found.mapping else None, keep_status=found.keep_status,
                on_conflict=found.on_conflict, step=told if found.size > AT_ONCE_BYTES else lambda _done, _total: None,
            )  # fmt: skip
        except UnreadableFile as error:
            values = {"state": "refused", "message": said(error), "preview": None}
        else:
            values = {"state": "ready", "format": shown.format, "preview": preview(shown)}
    with db.transaction(engine) as session:
        waiting = TermImport.id == import_id, TermImport.state == "reading"
        session.execute(update(TermImport).where(*waiting).values(**values))


def _apply(engine: Engine, import_id: int) -> None:
    with db.new_session(engine, writes=False) as session:
        found = find(session, import_id, with_data=True)
        if found is None or found.data is None:
            return
        mapping = Mapping.from_json(found.mapping) if found.mapping else None
        # read before the transaction: while it writes, nobody else can
        entries = termfiles.read(found.data, found.file_name, mapping).entries
    with db.new_session(engine) as session:
        found = find(session, import_id)
        if found is None or found.state != "applying":
            return
        try:
            load = apply(
                session, entries, found.file_name, by=found.uploaded_by_name, by_id=found.uploaded_by_id,
                keep_status=found.keep_status, on_conflict=found.on_conflict, licence=found.licence or None,
                digest=found.preview["digest"] if found.preview else "",
            )  # fmt: skip
        except ChangedMeanwhile:
            session.rollback()
            session.execute(
                update(TermImport).where(TermImport.id == import_id).values(state="reading", message={"again": True})
            )
            session.commit()
        else:
            found = find(session, import_id)
            assert found is not None
            found.state, found.batch, found.applied_at, found.data = "applied", load.batch, utc_now(), None
            session.commit()
            return
    _read(engine, import_id)


def _undo(engine: Engine, import_id: int) -> None:
    with db.new_session(engine) as session:
        found = find(session, import_id)
        if found is None or found.state != "undoing" or not found.batch:
            return
        leave = bool((found.message or {}).get("leave"))
        by = found.undone_by_name
        try:
            undone = exchange.undo_load(session, found.batch, by=by, leave_changed=leave)
        except (ChangedSince, NothingToUndo) as error:
            session.rollback()
            changed = isinstance(error, ChangedSince)
            message = {"changed": str(error.where) if changed else "", "nothing": not changed}
            session.execute(
                update(TermImport).where(TermImport.id == import_id).values(state="applied", message=message)
            )
            session.commit()
            return
        found = find(session, import_id)
        assert found is not None
        found.state, found.undone_at = "undone", utc_now()
        found.message = {"removed": undone.removed, "put_back": undone.put_back, "left": undone.left[:LISTED]}
        session.commit()


def record(
    session: Session, name: str, format: str, load: Loaded, *, by: str, keep_status: bool, on_conflict: str, once: str
) -> TermImport:
    """Note an import that a command did, so that the page lists it and can take it back."""
    made = TermImport(
        once=once, file_name=name[:200], format=format, state="applied", batch=load.batch, uploaded_by_name=by,
        applied_at=utc_now(), keep_status=keep_status, on_conflict=on_conflict,
        preview={"counts": counts(load), "groups": {}, "warnings": [], "digest": load.digest},
    )  # fmt: skip
    session.add(made)
    return made


# --- what a page shows ------------------------------------------------------------------------------


def counts(load: Loaded) -> dict[str, int]:
    """How many concepts of each kind."""
    return {
        "new": load.added,
        "changed": load.changed,
        "same": load.unchanged,
        "conflict": len(load.conflicts),
        "away": len(load.stayed_away),
        "rejected": len(load.rejected),
        "kept": len(load.kept),
    }


def preview(shown: Shown) -> dict[str, Any]:
    """A tried load as JSON: how many of each kind, and the first of each with their reasons."""
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    for outcome in shown.load.outcomes:
        where = [outcome.kind] if outcome.kind in groups else []
        # a part that stays out, or a text of ours that stays, is told although the concept comes in
        if outcome.reasons and outcome.kind not in ("rejected", "conflict"):
            where.append("rejected")
        if outcome.kept and outcome.kind != "conflict":
            where.append("kept")
        for name in where:
            if len(groups[name]) < LISTED:
                groups[name].append(_row(outcome))
    return {
        "counts": counts(shown.load),
        "groups": groups,
        "warnings": [_warning(warning) for warning in shown.warnings[:LISTED]],
        "digest": shown.load.digest,
    }


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "place": outcome.place,
        "code": outcome.code,
        "words": [list(word) for word in outcome.words],
        "changes": [[d.where, _short(d.here), _short(d.there)] for d in outcome.changes[:20]],
        "kept": [[d.where, _short(d.here), _short(d.there)] for d in outcome.kept[:20]],
        "reasons": [[where, why.message, why.fields] for where, why in outcome.reasons[:10] if isinstance(why, Reason)],
    }


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= 500 else text[:500] + "…"


def _warning(warning: Warning_) -> dict[str, Any]:
    return {"message": warning.message, "fields": dict(warning.fields), "where": warning.where}


def said(error: UnreadableFile) -> dict[str, Any]:
    """Why a file was refused, to be said in the reader's language later."""
    return {"message": error.message, "fields": error.fields, "where": error.where}


def doubts(read: termfiles.TermBase) -> list[termtable.Doubt]:
    """What speaks against how the columns of a table are understood."""
    if read.table is None or read.mapping is None:
        return []
    return termtable.doubts(read.table, read.mapping)
