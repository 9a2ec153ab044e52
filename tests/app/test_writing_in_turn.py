"""Many people write on SQLite at once: they take turns, and nobody holds up the others."""

import gc
import threading
import time

import pytest
from sqlalchemy import text

from app import db
from app.db import make_engine, new_session
from glossary import recognition
from memory import matching

#: Seconds that a turn is waited for here, and after which somebody waited for one that never came: far more than a
#: busy machine needs for what these tests do.
PATIENCE, ENDLESS = 120, 100


@pytest.fixture
def engine(sqlite_template, tmp_path, monkeypatch):
    """A database of its own, on SQLite: PostgreSQL has a lock for each row."""
    import shutil

    monkeypatch.setattr(db, "BUSY_TIMEOUT", PATIENCE * 1000)
    shutil.copyfile(sqlite_template, tmp_path / "turns.sqlite3")
    engine = make_engine(f"sqlite:///{tmp_path / 'turns.sqlite3'}")
    yield engine
    engine.dispose()


def writes_at_once(engine) -> bool:
    """Whether a transaction that writes can begin now."""
    begun = time.monotonic()
    with new_session(engine) as session:
        session.execute(text("SELECT 1"))
    return time.monotonic() - begun < ENDLESS


def closed_without_commit(engine):
    with new_session(engine) as session:
        session.execute(text("SELECT 1"))


def failed_statement(engine):
    with pytest.raises(Exception, match="no such column"), new_session(engine) as session:
        session.execute(text("SELECT nowhere"))


def forgotten_session(engine):
    session = new_session(engine)
    session.execute(text("SELECT 1"))
    del session
    gc.collect()


def lost_connection(engine):
    connection = engine.connect()
    connection.execute(text("SELECT 1"))
    connection.invalidate()
    connection.close()


def interrupted_block(engine):
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "ended", [closed_without_commit, failed_statement, forgotten_session, lost_connection, interrupted_block]
)
def test_however_a_transaction_ends_the_next_one_begins(engine, ended):
    ended(engine)
    assert writes_at_once(engine)


def test_a_savepoint_does_not_give_the_turn_away(engine):
    order = []

    def another():
        with new_session(engine) as session:
            session.execute(text("SELECT 1"))
            order.append("another")

    with new_session(engine) as session:
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        waiting = threading.Thread(target=another)
        waiting.start()
        waiting.join(0.3)
        order.append("first")
        session.commit()
    waiting.join(ENDLESS)
    assert order == ["first", "another"]


@pytest.mark.parametrize(
    ("source", "target"), [("nl", "ar"), ("am", "nl"), ("fa", "ti")], ids=["Arabic", "Ethiopic", "both"]
)
def test_who_waits_to_write_holds_no_index_that_the_writer_needs(engine, source, target):
    """Two people save at once; one has the turn, the other waits for it at the first look into an index."""
    words = {"nl": "Uw aanvraag is ontvangen.", "am": "ማመልከቻዎ ደርሶናል።", "fa": "درخواست شما دریافت شد."}[source]

    def look(session):
        recognition.recognise(session, words, source_language=source, target_language=target)
        matching.find_matches(session, words, source_language=source, target_language=target, threshold=70)

    def wait_and_look():
        with new_session(engine) as session:
            look(session)

    with new_session(engine) as session:
        session.execute(text("SELECT 1"))
        waiting = threading.Thread(target=wait_and_look)
        waiting.start()
        waiting.join(0.3)
        begun = time.monotonic()
        look(session)
        assert time.monotonic() - begun < ENDLESS
        session.commit()
    waiting.join(10)
    assert not waiting.is_alive()
