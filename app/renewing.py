"""The job that prepares the memory's units for the folding of this version (`memory.renewing`), after an upgrade that
changed it. It waits whenever any other job is asked for, and writes a few units at a time, so that nobody waits for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import db, jobs
from app.models import Job
from memory import forms, renewing

JOB = "memory-forms"
#: Units written in one transaction.
BATCH = 500
#: So often the table is gone over: somebody may just change a unit whenever the job comes by.
PASSES = 3


def ask_when_needed(engine: Engine) -> None:
    """Ask for the job when units of an older version are there and nobody has asked yet."""
    with db.new_session(engine, writes=False) as session:
        if at_work(session) is not None or not renewing.needed(session):
            return
    with db.transaction(engine) as session:
        if at_work(session) is None:
            jobs.enqueue(session, JOB, {"version": forms.VERSION})


def at_work(session: Session) -> Job | None:
    """The job that waits or runs."""
    return session.scalar(select(Job).where(Job.kind == JOB, Job.state.in_(("queued", "running"))).order_by(Job.id).limit(1))


def step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """Prepare the next units. `subject` says how far the job is: "after" an id, in which "pass", how many are "done" of
    "all", how many were "left" in this pass. Where a killed worker's last step is not told, it is done again."""
    with db.new_session(engine, writes=False) as session:
        if "all" not in subject:
            subject |= {"all": renewing.count(session), "done": 0, "after": 0, "left": 0, "pass": 1}
        units = renewing.older(session, after=subject["after"], most=BATCH)
    if units:
        columns = renewing.made(units)
        with db.transaction(engine) as session:
            written = renewing.keep(session, units, columns)
        subject["after"], subject["done"] = units[-1].id, subject["done"] + written
        subject["left"] += len(units) - written
    elif subject["left"] and subject["pass"] < PASSES:
        subject |= {"after": 0, "left": 0, "pass": subject["pass"] + 1}
    else:
        return subject["all"], subject["all"], ""
    return min(subject["done"], subject["all"]), max(subject["all"], subject["done"]) + 1, ""
