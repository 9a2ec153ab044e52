"""The engine, the session of the current request, and migrations.

SQLite begins its transactions here and not in the driver: a request that writes takes the write lock at once
(BEGIN IMMEDIATE), so that it waits its turn instead of failing half way; one that reads never blocks anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.orm import Session

#: How long a writer waits for another writer on SQLite, in milliseconds.
BUSY_TIMEOUT = 15_000


def metadatas() -> list[MetaData]:
    """The tables of every package, those that others point at first."""
    import app.models
    import app.waiting
    import glossary.models
    import memory.keeping
    import memory.models
    import storage.changes

    return [m.Base.metadata for m in (storage.changes, memory.models, glossary.models, app.models)]


def make_engine(url: str, **options: object) -> Engine:
    """An engine whose transactions behave alike on SQLite and PostgreSQL.

    Its errors never quote the values of a statement: those are clients' texts. PostgreSQL reads at REPEATABLE READ nowhere: READ COMMITTED, the default, is what the version checks assume.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000},
            hide_parameters=True,
            **options,
        )
        event.listen(engine, "connect", _on_sqlite_connect)
        _take_turns(engine)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True, **options)


def _on_sqlite_connect(connection, _record) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    cursor.execute("PRAGMA synchronous=FULL")
    # erased text is overwritten with zeroes, not left in free pages
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _take_turns(engine: Engine) -> None:
    """How transactions begin on SQLite.

    The writers of this process wait for each other here and not in SQLite's busy handler. That one looks again after
    ever longer pauses, up to 100 ms (sqlite3.c, sqliteDefaultBusyCallback), and lets late comers pass meanwhile: with
    fifty people at work somebody waited for seconds.
    """
    turn = threading.Lock()

    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("dragoman_writes", True):
            connection.exec_driver_sql("BEGIN")
            return
        # without a turn in time SQLite answers itself, as it does where another process writes: the database is locked
        connection.info[_HAS_THE_TURN] = turn.acquire(timeout=BUSY_TIMEOUT / 1000)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            end(connection.info)
            raise

    def end(info: dict[str, object]) -> None:
        if info.pop(_HAS_THE_TURN, False):
            turn.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", lambda connection: end(connection.info))
    event.listen(engine, "rollback", lambda connection: None if connection.invalidated else end(connection.info))
    # whoever forgot to end a transaction: the pool does it when it takes the connection back or gives it up
    event.listen(engine, "checkin", lambda _connection, record: end(record.info))
    event.listen(engine, "invalidate", lambda _connection, record, _error: end(record.info))


_HAS_THE_TURN = "has the turn to write"


def new_session(engine: Engine, *, writes: bool = True) -> Session:
    """A session; with ``writes=False`` it only reads, and on SQLite waits for nobody."""
    return Session(engine if writes else engine.execution_options(dragoman_writes=False), expire_on_commit=False)


def empty_write_ahead_log(engine: Engine) -> bool:
    """After an erasure on SQLite: overwrite the erased pages in the database's file and empty its log, which holds
    them as they were. Without a transaction, after the commit. Waits BUSY_TIMEOUT for those who read; returns whether the
    log is empty: if not, the next one does it."""
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
        return not busy
    finally:
        connection.close()


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end of the block: for commands and jobs."""
    with new_session(engine) as session:
        yield session
        session.commit()


MIGRATIONS = Path(__file__).parent / "migrations"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def current_session() -> Session:
    """The session of the current request. Opened on first use, closed with the request, committed by the view."""
    if "session" not in flask.g:
        flask.g.session = new_session(
            flask.current_app.extensions["engine"], writes=flask.request.method not in SAFE_METHODS
        )
    return flask.g.session


def close_session(_error: BaseException | None = None) -> None:
    """Roll back what the view did not commit."""
    session = flask.g.pop("session", None)
    if session is not None:
        session.close()


# --- migrations ---------------------------------------------------------------------------------


def alembic_config(engine: Engine | None = None):
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def newest_revision() -> str:
    """The revision that this program needs: the last of app/migrations/versions, whose names begin with it."""
    return max(path.name.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest revision. True when it was empty before.

    Alembic is imported only when there is something to do: a start with nothing to do is quicker without it.
    """
    with engine.connect() as connection:
        fresh = not inspect(connection).has_table("alembic_version")
        if not fresh and connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision():
            return False
    from alembic import command

    command.upgrade(alembic_config(engine), "head")
    return fresh
