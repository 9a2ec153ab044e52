"""The keepers of the memory and their work that outlives a request: searches through a whole pair, acts on everything
that was found, and taking such an act back.

`memory.acts` and `memory.findings` know neither people nor jobs; here is who keeps what, and who goes on with it.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import access, db, jobs
from app.models import Person
from memory import acts, findings, selection, undoing
from memory.keeping import Act, Keeper, Search

#: Seconds that somebody waits for a search before it becomes a job.
PATIENCE = 1.0
#: Units that an act changes while somebody waits; more become a job.
AT_ONCE = 200


def keeper(person: Person) -> Keeper:
    return Keeper(person.name or person.email, str(person.id))


def kept_pairs(session: Session, person: Person) -> list[tuple[str, str]]:
    """The pairs the memory has units of and this person keeps."""
    return [pair for pair in selection.language_pairs(session) if access.keeps_memory(person, *pair)]


def search_now(engine: Engine, search_id: int, *, patience: float = PATIENCE) -> bool:
    """Look for a moment. Returns whether the search is over; if not, ask for the job with `search_later`."""
    over = time.monotonic() + patience
    while not _one_slice(engine, search_id)[0]:
        if time.monotonic() > over:
            return False
    return True


def search_later(session: Session, search: Search) -> None:
    jobs.enqueue(session, "memory-search", {"search": search.id})


def act_later(session: Session, act: Act) -> None:
    jobs.enqueue(session, "memory-act", {"act": act.id})


def undo_later(session: Session, act: Act, by: Keeper) -> None:
    jobs.enqueue(session, "memory-undo", {"act": act.id, "name": by.name, "key": by.key})


def _one_slice(engine: Engine, search_id: int) -> tuple[bool, int, int]:
    """(over, looked at, total). Looking holds no lock: only writing down what was seen does."""
    with db.new_session(engine, writes=False) as reading:
        search = reading.get(Search, search_id)
        if search is None or search.ended_at:
            return True, 1, 1
        position, seen = search.position, findings.look(reading, search)
    with db.transaction(engine) as session:
        search = session.get(Search, search_id, with_for_update=True)
        if search is None or search.ended_at:
            return True, 1, 1
        if search.position != position:
            return False, search.looked_at, search.total  # somebody else looks too: they were faster
        over = findings.keep(session, search, seen)
        return over, search.looked_at, search.total


def search_step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """The job that goes on with a search."""
    over, looked_at, total = _one_slice(engine, subject["search"])
    return (1, 1, "") if over else (min(looked_at, total), total + 1, "")


def act_step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """The job that does an act to everything a search found."""
    with db.transaction(engine) as session:
        act = session.get(Act, subject["act"], with_for_update=True)
        if act is None or act.ended_at or acts.apply_to_findings(session, act):
            return 1, 1, ""
        search = session.get(Search, act.search_id)
        total = search.found if search else 0
        return min(act.changed + act.left, total), total + 1, ""


def undo_step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """The job that takes a large act back."""
    with db.transaction(engine) as session:
        act = session.get(Act, subject["act"], with_for_update=True)
        if act is None or act.undone_at or undoing.undo(session, act, Keeper(subject["name"], subject["key"])):
            return 1, 1, ""
        return 0, act.changed + 1, ""


STEPS: dict[str, jobs.Step] = {
    "memory-search": search_step,
    "memory-act": act_step,
    "memory-undo": undo_step,
}
