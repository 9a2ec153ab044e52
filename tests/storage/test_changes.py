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
