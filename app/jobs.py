"""Work that outlives a request: a queue in the database.

A worker claims a job for a lease, renews it with every step and ends it. A worker that died leaves a lease that runs
out; then the next one goes on where it stopped, because every kind of job can be repeated without harm.
`docs/decisions/0007-jobs.md` says why this is not a library.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, delete, or_, select, update
from sqlalchemy.orm import Session

from app.db import transaction
from app.models import Job
from storage.columns import utc_now

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3
#: Ended jobs are forgotten after this long.
KEPT = dt.timedelta(days=7)

#: A kind of work: does the next step of a job and says (done, total, note); it is over when done == total. What a step
#: writes into the subject is there at the next one, whoever does that.
Step = Callable[[Engine, dict[str, Any]], tuple[int, int, str]]


def enqueue(session: Session, kind: str, subject: dict[str, Any], *, translation_id: int | None = None) -> Job:
    """Ask for work. The same work that already waits is not asked for twice."""
    waiting = select(Job).where(Job.kind == kind, Job.state == "queued", Job.translation_id == translation_id)
    for job in session.scalars(waiting):
        if job.subject == subject:
            return job
    job = Job(kind=kind, subject=subject, translation_id=translation_id)
    session.add(job)
    session.flush()
    return job


def claim(session: Session, patient: Collection[str] = ()) -> Job | None:
    """The oldest job that nobody works on, held for LEASE; one of a patient kind when there is no other. None when there
    is none."""
    now = utc_now()
    query = select(Job).where(_free(now)).order_by(case((Job.kind.in_(patient), 1), else_=0), Job.id)
    job = session.scalar(query.limit(1).with_for_update(skip_locked=True))
    if job is None:
        return None
    job.attempts += 1
    if job.attempts > MOST_ATTEMPTS:
        job.state, job.ended_at, job.note = "failed", now, job.note or "gave up"
        return None
    job.state, job.lease_until = "running", now + LEASE
    return job


def _free(now: dt.datetime) -> ColumnElement[bool]:
    """That nobody works on a job."""
    return or_(Job.state == "queued", (Job.state == "running") & (Job.lease_until < now))


def work_once(
    engine: Engine,
    kinds: Mapping[str, Step],
    stop: threading.Event | None = None,
    patient: Collection[str] = (),
) -> bool:
    """Do one job to its end, or, of a patient kind, until another one waits. Returns whether there was one.

    A job that fails is over. Of a patient kind it is tried again: nobody asked for it who could ask again, and what went
    wrong may have been the database, for a moment. The lease stays as of a dead worker, and so do its attempts."""
    with transaction(engine) as session:
        job = claim(session, patient)
        if job is None:
            return False
        job_id, kind, subject = job.id, job.kind, dict(job.subject)
    step = kinds.get(kind)
    while stop is None or not stop.is_set():
        try:
            if step is None:
                raise LookupError(f"no such kind of job: {kind}")
            done, total, note = step(engine, subject)
        except Exception as error:
            # the text of documents must not reach the log: only the kind of error does
            log.exception("job %s (%s) failed", job_id, kind) if step is None else log.error(
                "job %s (%s) failed: %s", job_id, kind, type(error).__name__
            )
            again = kind in patient and step is not None
            _end(engine, job_id, "running" if again else "failed", note=type(error).__name__)
            return True
        with transaction(engine) as session:
            over = done >= total
            aside = not over and kind in patient and _others_wait(session, patient)
            session.execute(
                update(Job)
                .where(Job.id == job_id)
                .values(
                    subject=subject,
                    done=done,
                    total=total,
                    note=note,
                    state="done" if over else "queued" if aside else "running",
                    lease_until=utc_now() + LEASE,
                    ended_at=utc_now() if over else None,
                    attempts=1,
                )
            )
        if over or aside:
            return True
    _end(engine, job_id, "queued", note="")
    return True


def _others_wait(session: Session, patient: Collection[str]) -> bool:
    waiting = select(Job.id).where(_free(utc_now()), Job.kind.not_in(patient)).limit(1)
    return session.scalar(waiting) is not None


def _end(engine: Engine, job_id: int, state: str, *, note: str) -> None:
    """Work on a job no longer; "running": somebody goes on with it when its lease has run out."""
    now = utc_now()
    values = {"lease_until": now + LEASE} if state == "running" else {"ended_at": None if state == "queued" else now}
    with transaction(engine) as session:
        session.execute(update(Job).where(Job.id == job_id).values(state=state, note=note, **values))


def forget_old(session: Session) -> None:
    """Delete jobs that ended long ago."""
    session.execute(delete(Job).where(Job.ended_at < utc_now() - KEPT))


class Worker:
    """A thread that does jobs until it is told to stop."""

    def __init__(
        self,
        engine: Engine,
        kinds: Mapping[str, Step],
        *,
        pause: float = 1.0,
        idle: Callable[[Engine], object] = lambda _engine: None,
        forgetting: Iterable[Callable[[Session], object]] = (),
        beginning: Iterable[Callable[[Engine], object]] = (),
        patient: Collection[str] = (),
    ) -> None:
        """`idle`: a short piece of work that nobody waits for, done when there is no job. `forgetting`: what is deleted
        for its age, once, as the work begins; `beginning`: what else is done then. `patient`: kinds of work that let
        every other pass."""
        self.engine, self.kinds, self.pause, self.idle = engine, kinds, pause, idle
        self.forgetting, self.beginning, self.patient = (*forgetting, forget_old), tuple(beginning), patient
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dragoman-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the current step and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        with suppress(Exception), transaction(self.engine) as session:
            for forget in self.forgetting:
                forget(session)
        for begin in self.beginning:
            with suppress(Exception):
                begin(self.engine)
        while not self._stop.is_set():
            try:
                if not work_once(self.engine, self.kinds, self._stop, self.patient):
                    self.idle(self.engine)
                    self._stop.wait(self.pause)
            except Exception:
                # the database may be away for a moment: keep trying, more slowly
                log.exception("the worker could not reach its queue")
                self._stop.wait(10 * self.pause)


def latest(session: Session, translation_ids: list[int]) -> dict[int, Job]:
    """The newest job of each translation."""
    query = select(Job).where(Job.translation_id.in_(translation_ids)).order_by(Job.id)
    return {job.translation_id: job for job in session.scalars(query) if job.translation_id is not None}
