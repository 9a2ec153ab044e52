"""Databases, and rules for the whole suite: no network, warnings are errors, a skip says what is missing."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path

if "XDG_RUNTIME_DIR" not in os.environ:
    runtime = Path(tempfile.gettempdir()) / f"dragoman-tests-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import pytest
from filelock import FileLock
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session

from app import db
from app.db import make_engine, metadatas, new_session
from tests.databases import PostgresqlDatabase, until_tidied

DATABASES = ("sqlite", "postgresql")

#: Files are kept in memory here. SQLite waits for the disk at every commit, and there are tens of thousands; what a test
#: kills is a process and never the machine, so nothing is proved less.
MEMORY = Path("/dev/shm")


def _has_room(place: Path) -> bool:
    return os.access(place, os.W_OK) and shutil.disk_usage(place).free > 4 * 2**30


if "PYTEST_DEBUG_TEMPROOT" not in os.environ and _has_room(MEMORY):
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The journeys first: they take longest, and at the end of a run nobody should wait for one worker's last story."""
    items.sort(key=lambda entry: entry.get_closest_marker("journey") is None)


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Only this machine can be reached: a test that tries more fails."""
    import pytest_socket

    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords():
    """Argon2 as always, at the lowest cost: hundreds of sign-ins would take minutes otherwise."""
    from argon2 import PasswordHasher

    from app import accounts

    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts._hasher.cache_clear()
    original, accounts._hasher = accounts._hasher, lambda: hasher
    yield
    accounts._hasher = original


@pytest.fixture(autouse=True, scope="session")
def compiled_once():
    """Every test has engines of its own; what SQLAlchemy compiled for one serves the next.

    It is kept by dialect, and each engine has an object of its own for that: those of one kind are set up alike here, so
    they count as equal. To compile the same statements in every test took a third of the tests of the pages.
    """
    kept: dict[object, object] = {}

    def engine_that_shares(url: str, **options: object) -> Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=kept)
        return engine

    with pytest.MonkeyPatch.context() as patched:
        for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patched.setattr(kind, "__eq__", lambda one, other: type(one) is type(other))
            patched.setattr(kind, "__hash__", lambda one: hash(type(one)))
        patched.setattr(db, "create_engine", engine_that_shares)
        yield


def create_tables(engine: Engine) -> None:
    for metadata in metadatas():
        metadata.create_all(engine)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """An empty database with every table, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    create_tables(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The address of a private PostgreSQL that this test run starts and stops; shared by parallel workers."""
    import pgserver

    # not below pytest's own folder: another run resets who may enter that, and PostgreSQL never runs as root
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = (MEMORY if _has_room(MEMORY) else Path(tempfile.gettempdir())) / f"dragoman-postgresql-{run}"
    with FileLock(f"{folder}.lock"):
        folder.mkdir(mode=0o755, exist_ok=True)
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        admin = create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            if connection.scalar(text("SHOW fsync")) == "on":
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
            if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = 'template_dragoman'")):
                connection.execute(text("CREATE DATABASE template_dragoman"))
                template = make_engine(address.replace("/postgres?", "/template_dragoman?"))
                create_tables(template)
                template.dispose()
        admin.dispose()
    yield address
    with FileLock(f"{folder}.lock"):
        server.cleanup()
        if not (folder / "data").exists():
            shutil.rmtree(folder, ignore_errors=True)
            Path(f"{folder}.lock").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server) -> PostgresqlDatabase:
    """This worker's database on PostgreSQL, which its tests use one after the other."""
    database = PostgresqlDatabase(postgresql_server)
    yield database
    database.drop()


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path) -> str:
    """The address of an empty database with every table: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "dragoman.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    database = request.getfixturevalue("postgresql_database")
    yield database.url
    database.make_new()


@pytest.fixture
def engine(database_url) -> Engine:
    engine = make_engine(database_url)
    yield engine
    until_tidied()
    engine.dispose()


@pytest.fixture
def session(engine) -> Session:
    """A session on an empty database; what the test commits is really committed. On SQLite it takes the write lock
    only when it writes, so that the service under test can write between."""
    with new_session(engine, writes=False) as session:
        yield session
