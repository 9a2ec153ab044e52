"""The feed of changes: nothing committed is missed, on either database."""

import time

import pytest
from sqlalchemy import text

from app.db import new_session
from storage import changes


def test_a_change_is_seen_once_it_is_committed(engine, session):
    start = changes.position(session)
    session.commit()
    with new_session(engine) as writer:
        changes.record(writer, "memory", [7, 7, 3])
        writer.commit()
    news = changes.since(session, "memory", start)
    assert sorted(news.keys) == [3, 7]
    assert not news.rebuild
    assert changes.since(session, "glossary", start).keys == ()


def test_a_change_that_was_rolled_back_is_never_seen(engine, session):
    start = changes.position(session)
    session.commit()
    with new_session(engine) as writer:
        changes.record(writer, "memory", [1])
        writer.rollback()
    assert changes.since(session, "memory", start).keys == ()


def test_a_reader_that_caught_up_sees_nothing_twice_for_ever(engine, session):
    with new_session(engine) as writer:
        changes.record(writer, "memory", [1])
        writer.commit()
    first = changes.since(session, "memory", 0)
    session.commit()
    assert first.keys == (1,)
    # on PostgreSQL only when every transaction of the whole server that began before is over
    for _ in range(200):
        keys = changes.since(session, "memory", first.position).keys
        session.commit()
        if not keys:
            break
        time.sleep(0.1)
        first = changes.since(session, "memory", 0)
        session.commit()
    assert keys == ()


def test_a_position_of_another_database_asks_for_a_rebuild(session):
    assert changes.since(session, "memory", 2**60).rebuild


def test_a_lower_id_that_commits_later_is_not_missed(engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time: ids cannot commit out of order there")
    with new_session(engine) as slow, new_session(engine) as quick, new_session(engine) as reader:
        changes.record(slow, "memory", [1])
        changes.record(quick, "memory", [2])
        quick.commit()
        news = changes.since(reader, "memory", 0)
        reader.commit()
        assert news.keys == (2,)
        slow.commit()
        assert 1 in changes.since(reader, "memory", news.position).keys


def test_the_transaction_is_filled_in_by_postgresql_only(session):
    changes.record(session, "memory", [1])
    value = session.scalar(text('SELECT "transaction" FROM change'))
    assert (value is None) == (session.get_bind().dialect.name == "sqlite")


def test_what_a_long_transaction_has_told_again_is_told_only_to_who_does_not_know_it(engine):
    with new_session(engine, writes=engine.dialect.name == "postgresql") as long, new_session(engine, writes=False) as reader:
        if engine.dialect.name == "postgresql":
            long.scalar(text("SELECT pg_current_xact_id()::text"))
        start = changes.position(reader)
        reader.commit()
        for key in (1, 2):
            with new_session(engine) as writer:
                changes.record(writer, "memory", [key, 40 + key])
                writer.commit()
        news = changes.since(reader, "memory", start)
        assert news.keys == (1, 41, 2, 42) and len(news.again) == (4 if engine.dialect.name == "postgresql" else 0)
        reader.commit()
        with new_session(engine) as writer:
            changes.record(writer, "memory", [1, 7])
            writer.commit()
        later = changes.since(reader, "memory", news.position, news.again)
        assert later.keys == (1, 7) and later.again >= news.again
        reader.commit()
        long.rollback()
        assert changes.since(reader, "memory", later.position, later.again).keys == ()


def test_who_began_to_read_earlier_is_told_from_a_database_that_was_replaced(engine):
    with new_session(engine, writes=False) as early, new_session(engine, writes=False) as late:
        changes.position(early)
        with new_session(engine) as writer:
            changes.record(writer, "memory", [3])
            writer.commit()
        seen = changes.position(late)
        assert changes.is_behind(early, seen) and not changes.is_behind(early, 2**60)
        assert changes.since(early, "memory", seen).rebuild == (engine.dialect.name == "sqlite")


def test_changes_that_a_restored_backup_brings_from_another_server_are_not_told_at_every_look(engine):
    """PostgreSQL numbers transactions by server: those of the old one may be far ahead of where the new one is."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite does not number transactions")
    with new_session(engine) as restored:
        changes.record(restored, "memory", [1, 2, 3])
        restored.execute(text('UPDATE change SET "transaction" = "transaction" + 1000000000'))
        restored.commit()
    with new_session(engine, writes=False) as reader, new_session(engine) as writer:
        start = changes.position(reader)
        reader.commit()
        assert changes.since(reader, "memory", start).keys == ()
        reader.commit()
        changes.record(writer, "memory", [7])
        assert changes.since(writer, "memory", start).keys == (7,)  # its own, which is not over yet
        writer.commit()
        news = changes.since(reader, "memory", start)
        assert news.keys == (7,) and not news.rebuild
