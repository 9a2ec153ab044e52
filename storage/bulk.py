"""Many rows into a table at once, the quickest way each database has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, text
from sqlalchemy.orm import Session

from storage.columns import UtcTime


def insert_many(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all have the same columns, by COPY on PostgreSQL and by one prepared statement on SQLite:
    SQLAlchemy's own way takes several times as long for a wide table. Values are those the columns give back."""
    if rows:
        session.flush()
        _insert(session.connection(), table, list(rows[0]), [tuple(row.values()) for row in rows])


def insert_with_ids(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """The same, and the ids that they got, in order. On SQLite the table must be one whose ids are never given again
    (AUTOINCREMENT)."""
    if not rows:
        return []
    session.flush()
    connection = session.connection()
    ids = _reserved(connection, table, len(rows))
    _insert(connection, table, ["id", *rows[0]], [(id, *row.values()) for id, row in zip(ids, rows, strict=True)])
    return ids


def _reserved(connection: Connection, table: Table, number: int) -> list[int]:
    """Ids that nobody else will get. On SQLite this takes the lock to write."""
    if connection.dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :number)")
        return list(connection.scalars(query, {"table": table.name, "number": number}))
    more = text("UPDATE sqlite_sequence SET seq = seq + :number WHERE name = :table")
    if not connection.execute(more, {"table": table.name, "number": number}).rowcount:
        first = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)")
        connection.execute(first, {"table": table.name, "number": number})
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
    return list(range(last - number + 1, last + 1))


def _insert(connection: Connection, table: Table, columns: list[str], rows: list[tuple]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.driver_connection.cursor()
        with cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 (names of our own tables)
    connection.exec_driver_sql(statement, list(_for_sqlite(connection, table, columns, rows)))


def _for_sqlite(connection: Connection, table: Table, columns: list[str], rows: list[tuple]) -> Iterator[tuple]:
    """Rows with their moments as SQLAlchemy writes them; everything else SQLite's driver knows."""
    moments = [at for at, name in enumerate(columns) if isinstance(table.c[name].type, UtcTime)]
    if not moments:
        yield from rows
        return
    written = table.c[columns[moments[0]]].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    known: dict[object, str | None] = {None: None}
    for row in rows:
        values = list(row)
        for at in moments:
            moment = values[at]
            if moment not in known:
                if len(known) > 10_000:
                    known = {None: None}
                known[moment] = written(moment)
            values[at] = known[moment]
        yield tuple(values)
