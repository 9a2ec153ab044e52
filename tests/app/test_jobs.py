"""Work that outlives a request: done once, taken over when a worker dies, and forgotten in the end."""

import datetime as dt

from sqlalchemy import select

from app import jobs
from app.db import transaction
from app.models import Job
from storage.columns import utc_now


def test_a_job_is_done_in_steps_and_says_how_far_it_is(engine, session):
    jobs.enqueue(session, "count", {"to": 3})
    session.commit()
    seen = []

    def step(_engine, subject):
        seen.append(len(seen) + 1)
        return len(seen), subject["to"], ""

    assert jobs.work_once(engine, {"count": step}) is True
    assert jobs.work_once(engine, {"count": step}) is False
    session.rollback()
    job = session.scalar(select(Job))
    assert (job.state, job.done, job.total, seen) == ("done", 3, 3, [1, 2, 3])


def test_the_same_work_is_not_asked_for_twice(session):
    assert jobs.enqueue(session, "count", {"to": 1}) is jobs.enqueue(session, "count", {"to": 1})


def test_a_job_of_a_dead_worker_is_taken_over(engine, session):
    job = jobs.enqueue(session, "count", {"to": 1})
    session.commit()
    with transaction(engine) as other:
        assert jobs.claim(other).id == job.id
    with transaction(engine) as other:
        assert jobs.claim(other) is None, "its lease still runs"
        other.get(Job, job.id).lease_until = utc_now() - dt.timedelta(seconds=1)
    with transaction(engine) as other:
        assert jobs.claim(other).id == job.id


def test_a_job_that_always_fails_is_given_up_and_its_words_are_not_logged(engine, session, caplog):
    jobs.enqueue(session, "fail", {})
    session.commit()

    def step(_engine, _subject):
        raise ValueError("رسالة سرية ሚስጢር")

    jobs.work_once(engine, {"fail": step})
    session.rollback()
    assert session.scalar(select(Job)).state == "failed"
    assert "سرية" not in caplog.text and "ሚስጢር" not in caplog.text


def test_ended_jobs_are_forgotten(session):
    job = jobs.enqueue(session, "count", {})
    job.state, job.ended_at = "done", utc_now() - jobs.KEPT - dt.timedelta(days=1)
    session.flush()
    jobs.forget_old(session)
    session.expire_all()
    assert session.scalar(select(Job)) is None
