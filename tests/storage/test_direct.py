"""Queries by the driver's own cursor: the same rows, values and errors as SQLAlchemy gives."""

import datetime as dt
import sqlite3

import pytest
from sqlalchemy import bindparam, create_engine, event, select, text
from sqlalchemy.exc import DataError, DBAPIError, InternalError, OperationalError, ProgrammingError

from app.db import new_session
from memory import recording
from memory.models import Unit
from storage import direct
from storage.direct import Direct

TABLE = Unit.__table__.c
QUERY = select(TABLE.id, TABLE.source, TABLE.target, TABLE.approved_at, TABLE.translated_at, TABLE.one_to_one, TABLE.recalled_at)


def test_rows_are_those_that_sqlalchemy_gives_moments_and_truth_values_too(session):
    at = dt.datetime(2026, 3, 1, 23, 30, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    known = {"source_language": "ar", "target_language": "ti", "approved_at": at}
    units = [
        recording.remember(session, source="رقم الملف", target="ቁጽሪ ፋይል", one_to_one=False, **known),
        recording.remember(session, source="100 %(id)s ?", target="ሚእቲ", **known),
    ]
    session.flush()
    asked = Direct(QUERY.where(TABLE.id.in_([bindparam("one"), bindparam("other")])).order_by(TABLE.id))
    wanted = session.execute(QUERY.where(TABLE.id.in_([u.id for u in units])).order_by(TABLE.id)).all()
    for _ in range(2):  # the second time it is put together already
        found = asked.rows(session.connection(), {"one": units[0].id, "other": units[1].id})
        assert [tuple(row) for row in found] == [tuple(row) for row in wanted]
        assert [type(value) for row in found for value in row] == [type(value) for row in wanted for value in row]
    assert found[0].source == "رقم الملف"
    assert found[0].approved_at == at
    assert found[0].approved_at.utcoffset() == dt.timedelta(0)
    assert (found[0].one_to_one, found[1].one_to_one) == (False, True)


def test_what_is_asked_stands_in_the_transaction_of_its_connection(engine, session):
    recording.remember(session, source_language="ar", target_language="ti", source="نص", target="ጽሑፍ")
    session.flush()
    count = "SELECT count(*) FROM memory_unit"
    assert direct.rows(session.connection(), count) == [(1,)]
    with new_session(engine, writes=False) as other:
        assert direct.rows(other.connection(), count) == [(0,)]


def test_an_error_is_raised_as_sqlalchemy_raises_it(session):
    with pytest.raises(DBAPIError):
        direct.rows(session.connection(), "SELECT nothing FROM nowhere")
    session.rollback()
    assert direct.rows(session.connection(), "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    ("set_up", "query", "kind"),
    [
        ("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(5)", OperationalError),
        ("SELECT 1", "SELECT 'رقم' || nothing FROM nowhere", ProgrammingError),
        ("SELECT 1", "SELECT 1 / 0", DataError),
        ("SELECT 'ቁጽሪ'", "SELECT 1 / (count(*) - count(*)) FROM memory_unit", DataError),
    ],
)
def test_what_went_wrong_first_is_told_and_not_that_the_transaction_is_over(engine, set_up, query, kind):
    """PostgreSQL answers whatever is asked after an error in its transaction with another error."""
    if engine.dialect.name != "postgresql":
        pytest.skip("on SQLite an error does not end the transaction")
    with engine.connect() as connection:
        connection.execute(text(set_up))
        with pytest.raises(kind) as usual:
            connection.exec_driver_sql(query)
        connection.rollback()
        connection.execute(text(set_up))
        with pytest.raises(kind) as ours:
            direct.rows(connection, query)
        assert type(ours.value) is type(usual.value)
        assert type(ours.value.orig) is type(usual.value.orig)
        assert str(ours.value) == str(usual.value)
        assert not ours.value.connection_invalidated
        with pytest.raises(InternalError):  # as long as nobody rolls it back
            direct.rows(connection, "SELECT 1")
        connection.rollback()
        assert direct.rows(connection, "SELECT 1") == [(1,)]


def test_an_error_quotes_no_value_of_the_question(session):
    with pytest.raises(DBAPIError) as error:
        if session.get_bind().dialect.name == "postgresql":
            direct.rows(session.connection(), "SELECT %(text)s FROM nowhere", {"text": "السيد أحمد"})
        else:
            direct.rows(session.connection(), "SELECT :text FROM nowhere", {"text": "السيد أحمد"})
    assert "أحمد" not in str(error.value)


def test_a_locked_file_is_waited_for_once(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'memory.sqlite3'}", connect_args={"timeout": 0.2})
    with engine.connect() as connection, sqlite3.connect(tmp_path / "memory.sqlite3", isolation_level=None) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        asked_again: list[object] = []
        event.listen(engine, "before_cursor_execute", lambda *asked: asked_again.append(asked[2]))
        with pytest.raises(OperationalError, match="locked"):
            direct.rows(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'ጽሑፍ'")
        writer.execute("COMMIT")
        assert asked_again == []
        assert direct.rows(connection, "SELECT 'نص'") == [("نص",)]
    writer.close()
    engine.dispose()


def test_a_question_inside_a_savepoint_ends_only_that(engine):
    with engine.connect() as connection:
        connection.begin()
        with pytest.raises(DBAPIError), connection.begin_nested():
            direct.rows(connection, "SELECT nothing FROM nowhere")
        assert direct.rows(connection, "SELECT 'ጽሑፍ'") == [("ጽሑፍ",)]


def test_a_lost_connection_is_not_given_to_the_next_one(engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection that a server can end")
    with engine.connect() as lost, engine.connect() as other:
        process = direct.rows(lost, "SELECT pg_backend_pid()")[0][0]
        other.execute(text("SELECT pg_terminate_backend(:process, 10000)"), {"process": process})
        with pytest.raises(DBAPIError) as ended:
            direct.rows(lost, "SELECT 1")
        assert ended.value.connection_invalidated
    with engine.connect() as next_one:
        assert direct.rows(next_one, "SELECT 1") == [(1,)]
