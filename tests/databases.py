"""A database on PostgreSQL that is as new for each test.

To create one from a template and to drop it again takes longer than most tests that use it. So what a test wrote is
deleted instead, and the numbers begin at 1 again; a test that changed a table itself costs the next one a new database.
"""

from __future__ import annotations

import threading
import uuid

from sqlalchemy import Connection, create_engine, text

TEMPLATE = "template_dragoman"

#: The tables that a test may write, each with how one asks whether it did; and the sequences that it may move.
_TABLES = "SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_MOVED = "SELECT seqrelid::regclass::text, seqstart FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
#: Differs when anything was created, changed or dropped that is not a row of a table.
_SHAPE = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalogue}"  # noqa: S608
    for catalogue in ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_proc", "pg_trigger", "pg_namespace")
)
_ALONE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class PostgresqlDatabase:
    """One database with every table, at `url`."""

    def __init__(self, server: str) -> None:
        """`server`: the address of the database "postgres" on a server that has the template."""
        self.name = f"test_{uuid.uuid4().hex}"
        self.url = server.replace("/postgres?", f"/{self.name}?")
        self._server = create_engine(server, isolation_level="AUTOCOMMIT")
        self._inside = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self._create()

    def _create(self) -> None:
        with self._server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{self.name}" TEMPLATE {TEMPLATE} STRATEGY = file_copy'))
        with self._inside.connect() as connection:
            self._shape = connection.execute(text(_SHAPE)).all()
            self._tables = list(connection.scalars(text(_TABLES)))
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in self._tables)  # noqa: S608
        self._written = text(asked)

    def drop(self) -> None:
        """Leave nothing on the server, whoever is still connected."""
        self._inside.dispose()
        with self._server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{self.name}" WITH (FORCE)'))
        self._server.dispose()

    def make_new(self) -> None:
        """End every connection of the test and take away whatever it left."""
        with self._inside.connect() as connection:
            connection.execute(text(_ALONE))
            same = connection.execute(text(_SHAPE)).all() == self._shape
            if same:
                self._empty(connection)
        if not same:
            self.drop()
            self._create()

    def _empty(self, connection: Connection) -> None:
        written = list(connection.scalars(self._written))
        moved = connection.execute(text(_MOVED)).all()
        if not written and not moved:
            return
        # one statement after the other as a whole: no order of the tables keeps every foreign key, so none is asked
        steps = ["SET session_replication_role = replica", *(f"DELETE FROM {table}" for table in written)]  # noqa: S608
        steps += [f"SELECT setval('{sequence}', {start}, false)" for sequence, start in moved]
        connection.connection.driver_connection.execute("; ".join([*steps, "SET session_replication_role = origin"]))


def until_tidied(seconds: float = 30) -> None:
    """Wait for what indexes do beside their answers: a thread that gives its connection back to a pool that is gone
    would leave it open."""
    for thread in threading.enumerate():
        if thread.name in ("dragoman-index", "dragoman-phrases", "dragoman-index-of-terms"):
            thread.join(seconds)
