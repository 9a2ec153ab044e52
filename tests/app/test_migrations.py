"""The migrations build exactly the tables that the models describe, on both databases."""

import uuid

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from app.db import alembic_config, make_engine, metadatas, newest_revision, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request, tmp_path):
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield engine
        engine.dispose()
        return
    address = request.getfixturevalue("postgresql_server")
    name = f"empty_{uuid.uuid4().hex}"
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = make_engine(address.replace("/postgres?", f"/{name}?"))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def test_the_migrations_build_what_the_models_describe(empty_engine):
    assert upgrade(empty_engine) is True
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadatas()) == []


def test_the_newest_revision_is_what_alembic_calls_head():
    from alembic.script import ScriptDirectory

    assert newest_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_upgrading_twice_changes_nothing(empty_engine):
    upgrade(empty_engine)
    assert upgrade(empty_engine) is False


def test_changes_carry_their_transaction_after_a_migration(empty_engine):
    from app.db import new_session
    from storage import changes

    upgrade(empty_engine)
    with new_session(empty_engine) as session:
        changes.record(session, "memory", [1])
        session.commit()
        filled = session.scalar(text('SELECT "transaction" FROM change')) is not None
        assert filled == (empty_engine.dialect.name == "postgresql")
