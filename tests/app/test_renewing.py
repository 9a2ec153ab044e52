"""The job that prepares the memory after an upgrade: goes on after a kill, lets everybody pass, and harms no edit."""

import datetime as dt
import os
import signal
import threading
import time

import pytest
from sqlalchemy import func, select, update

from app import db, jobkinds, jobs, renewing
from app.models import Job
from memory import exchange, forms, keys
from memory import renewing as memory_renewing
from memory.models import Unit
from storage.columns import utc_now
from tests import processes

MANY = 60


@pytest.fixture
def older(session, monkeypatch):
    """A memory that an older version prepared."""
    monkeypatch.setattr(renewing, "BATCH", 10)
    texts = ["Bel ONS", "ሰላም ለዓለም", "اتصل بنا اليوم"]
    exchange.take(session, [exchange.UnitRow("nl", "ti", f"{texts[n % 3]} {n}", "ትርጉም") for n in range(MANY)])
    session.execute(update(Unit).values(form="old", form_version="0", bare_key=1))
    session.commit()


def right(session) -> int:
    """How many units are as this version makes them; all others are as they were."""
    session.rollback()
    rows = session.execute(select(Unit.id, Unit.source, Unit.form, Unit.form_version, Unit.bare_key)).all()
    renewed = [row for row in rows if row.form_version == forms.VERSION]
    for row in renewed:
        made = keys.text_keys(row.source, "nl")
        assert (row.form, row.bare_key) == (made["form"], made["bare_key"])
    assert all((row.form, row.bare_key) == ("old", 1) for row in rows if row not in renewed)
    return len(renewed)


def work(engine, stop=None, **more):
    return jobs.work_once(engine, {renewing.JOB: renewing.step, **more}, stop, jobkinds.PATIENT)


def test_it_is_asked_for_when_units_are_older_and_once(engine, session, older):
    renewing.ask_when_needed(engine)
    renewing.ask_when_needed(engine)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert work(engine)
    assert right(session) == MANY
    job = session.scalar(select(Job))
    assert (job.state, job.done, job.total) == ("done", MANY, MANY)
    renewing.ask_when_needed(engine)
    session.rollback()
    assert renewing.at_work(session) is None


def test_a_worker_asks_for_it_as_it_begins_and_does_it(engine, session, older):
    worker = jobs.Worker(
        engine, {renewing.JOB: renewing.step}, pause=0.01, beginning=jobkinds.BEGINNING, patient=jobkinds.PATIENT
    )
    worker.start()
    try:
        for _ in range(3000):
            if right(session) == MANY:
                break
            time.sleep(0.02)
    finally:
        worker.stop()
    assert right(session) == MANY


def test_it_says_how_far_it_is_and_lets_every_other_job_pass(engine, session, older):
    renewing.ask_when_needed(engine)
    seen = []

    def another(_engine, _subject):
        seen.append(right(session))
        session.rollback()
        return 1, 1, ""

    with db.transaction(engine) as asking:
        jobs.enqueue(asking, "another", {})
    for _ in range(2):
        assert work(engine, another=another)
    assert seen == [0], "whoever asked later is served first"
    assert right(session) == MANY
    session.execute(update(Unit).values(form="old", form_version="0", bare_key=1))
    session.commit()
    renewing.ask_when_needed(engine)

    def asking_step(engine, subject):
        with db.transaction(engine) as asking:
            jobs.enqueue(asking, "another", {})
        return renewing.step(engine, subject)

    assert jobs.work_once(engine, {renewing.JOB: asking_step}, None, jobkinds.PATIENT)
    session.rollback()
    waits = renewing.at_work(session)
    assert (waits.state, waits.done, waits.subject["all"]) == ("queued", 10, MANY)
    assert work(engine, another=another) and work(engine, another=another)
    assert seen == [0, 10]
    assert right(session) == MANY


def test_a_job_whose_worker_died_passes_it_too(engine, session, older):
    with db.transaction(engine) as asking:
        jobs.enqueue(asking, "another", {"text": "አዲስ"})
    with db.transaction(engine) as dying:
        assert jobs.claim(dying).kind == "another"
    renewing.ask_when_needed(engine)

    def lease_ends(engine, subject):
        with db.transaction(engine) as later:
            ended = utc_now() - dt.timedelta(seconds=1)
            later.execute(update(Job).where(Job.kind == "another").values(lease_until=ended))
        return renewing.step(engine, subject)

    assert jobs.work_once(engine, {renewing.JOB: lease_ends}, None, jobkinds.PATIENT)
    seen = []
    assert work(engine, another=lambda _engine, subject: (seen.append((right(session), subject["text"])), (1, 1, ""))[1])
    assert seen == [(10, "አዲስ")]
    assert work(engine)
    assert right(session) == MANY


def test_a_failure_of_a_moment_is_tried_again_later_and_one_that_lasts_is_given_up(engine, session, older):
    renewing.ask_when_needed(engine)
    failing = [False, True, True, False, True, True, True, True]

    def step(engine, subject):
        if failing.pop(0):
            raise OSError("رسالة سرية ሚስጢር")
        return renewing.step(engine, subject)

    def try_once():
        assert jobs.work_once(engine, {renewing.JOB: step}, None, jobkinds.PATIENT)
        session.rollback()
        return right(session), renewing.at_work(session)

    for done in (10, 10, 20, 20, 20):
        units, waiting = try_once()
        assert units == done
        if waiting is None:
            break
        assert (waiting.state, waiting.note) == ("running", "OSError")
        assert not work(engine), "not at once"
        renewing.ask_when_needed(engine)
        with db.transaction(engine) as later:
            later.execute(update(Job).values(lease_until=utc_now() - dt.timedelta(seconds=1)))
    assert waiting is not None
    assert not work(engine), "three times without a step that went well"
    session.rollback()
    assert [job.state for job in session.scalars(select(Job))] == ["failed"]
    renewing.ask_when_needed(engine)
    assert work(engine)
    assert right(session) == MANY


def test_nobody_waits_while_texts_are_folded_and_an_edit_made_then_wins(engine, session, older, monkeypatch):
    renewing.ask_when_needed(engine)
    original, edited = memory_renewing.made, []

    def edit(units):
        if not edited:
            with db.transaction(engine) as writer:  # on SQLite this would wait for a lock held meanwhile
                unit = writer.get(Unit, units[0].id)
                unit.source = "ሓድሽ ጽሑፍ"
                for name, value in keys.text_keys(unit.source, "nl").items():
                    setattr(unit, name, value)
                gone = writer.get(Unit, units[1].id)
                writer.delete(gone)
                edited.append(unit.id)
        return original(units)

    monkeypatch.setattr(memory_renewing, "made", edit)
    assert work(engine)
    assert right(session) == MANY - 1
    assert session.scalar(select(Unit.form).where(Unit.id == edited[0])) == forms.form("ሓድሽ ጽሑፍ", "nl")


def test_a_unit_that_somebody_holds_is_done_when_they_are_gone(engine, session, older, monkeypatch):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite holds no single rows: a writer holds them all")
    renewing.ask_when_needed(engine)
    held, released = threading.Event(), threading.Event()
    first = session.scalar(select(func.min(Unit.id)))
    session.rollback()

    def hold():
        with db.transaction(engine) as other:
            other.execute(update(Unit).where(Unit.id == first).values(notes="أحمد"))
            held.set()
            released.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    subject = {}
    try:
        for _ in range(MANY // 10):
            renewing.step(engine, subject)
        assert right(session) == MANY - 1
        assert subject["left"] == 1
    finally:
        released.set()
        holder.join(60)
    assert work(engine)
    assert right(session) == MANY
    session.expire_all()
    assert session.get(Unit, first).notes == "أحمد"


KILLED = """
import sys, time
from app import db, jobs, jobkinds, renewing
renewing.BATCH = 7
engine = db.make_engine(sys.argv[1])
def step(engine, subject):
    told = renewing.step(engine, subject)
    time.sleep(0.05)
    return told
while jobs.work_once(engine, {renewing.JOB: step}, None, jobkinds.PATIENT):
    pass
"""


def test_kill_9_in_the_middle_harms_nothing_and_the_next_worker_ends_it(engine, database_url, session, older, tmp_path):
    renewing.ask_when_needed(engine)
    kills, before = 0, 0
    for _ in range(4):
        child = processes.Running(
            processes.script, KILLED, database_url, environment=os.environ, output=tmp_path / "said", errors=tmp_path / "errors"
        )
        end = time.monotonic() + 60
        while child.poll() is None and right(session) <= before + 7 and time.monotonic() < end:
            time.sleep(0.01)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            kills += 1
        child.wait()
        now = right(session)
        assert now >= before
        before = now
        with db.transaction(engine) as later:  # the dead worker's lease runs out
            later.execute(update(Job).where(Job.state == "running").values(lease_until=utc_now() - dt.timedelta(seconds=1)))
    assert kills >= 2 and before < MANY
    while work(engine):
        pass
    assert right(session) == MANY
