"""Queries that are asked before every answer, by the driver's own cursor.

SQLAlchemy takes several times as long to put a small question as the database to answer it. What is asked here stands in
the transaction of the connection like any other query of it; an error is raised as SQLAlchemy raises it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DBAPIError


def rows(connection: Connection, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple]:
    """All rows of a query in the words of the connection's own driver, its values as the driver gives them."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    errors = dialect.loaded_dbapi.Error
    try:
        return driver.execute(query, values).fetchall()
    except errors as error:
        if dialect.is_disconnect(error, driver, None):
            # once more in the usual way, which tells the pool
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]
        hidden = connection.engine.hide_parameters
        raise DBAPIError.instance(query, values, error, errors, hide_parameters=hidden, dialect=dialect) from error


class Direct:
    """A query that is put together once for each kind of database.

    Its named parameters are numbers or strings that a driver takes as they are; its rows have the columns' names, and
    values as the columns' types give them."""

    def __init__(self, query: Select) -> None:
        self._query = query
        self._row = namedtuple("Row", query.selected_columns.keys())
        self._ready: dict[str, _Ready] = {}

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        ready = self._ready.get(connection.dialect.name) or self._made_ready(connection)
        asked = values if ready.order is None else [values[name] for name in ready.order]
        found = rows(connection, ready.words, asked)
        if not ready.read:
            return [self._row._make(row) for row in found]
        read = []
        for row in found:
            columns = list(row)
            for at, reader in ready.read:
                columns[at] = reader(columns[at])
            read.append(self._row._make(columns))
        return read

    def _made_ready(self, connection: Connection) -> _Ready:
        dialect = connection.dialect
        compiled = self._query.compile(dialect=dialect)
        readers = [
            (at, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for at, column in enumerate(self._query.selected_columns)
        ]
        read = [(at, reader) for at, reader in readers if reader is not None]
        ready = _Ready(str(compiled), compiled.positiontup if compiled.positional else None, read)
        self._ready[dialect.name] = ready
        return ready


class _Ready(NamedTuple):
    """`order`: the parameters as they follow each other, None for a driver that takes them by name. `read`: what makes
    of a driver's value that of the column, where they differ, by the column's place."""

    words: str
    order: list[str] | None
    read: list[tuple[int, Callable[[object], object]]]
