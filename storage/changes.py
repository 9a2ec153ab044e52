"""The feed of changes: how an index that lives outside the database learns what is new.

Whoever changes a row that an index covers records it with `record` in the same transaction; an index reads
`since(position)` before it answers, and takes in what came. Nothing that was committed before the read is
missed, on either database:

* SQLite has one writer at a time, so ids commit in order and the position is the last id seen.
* On PostgreSQL a lower id can commit after a higher one. Each row carries the id of its transaction, and the
  position is the snapshot's xmin: every transaction below it is over. Rows at or above it are read again, so
  a reader must take in the same key twice without harm. (PostgreSQL manual §9.27.5, pg_snapshot_xmin.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, FetchedValue, Index, String, bindparam, func, select, text
from sqlalchemy.event import listen
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import SingletonThreadPool, StaticPool
from sqlalchemy.schema import DDL

from storage import bulk, direct
from storage.columns import Key, new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()


class Change(Base):
    """One row of an index's source was added, changed or removed. `key` is that row's primary key."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_topic_id", "topic", "id"), Index("ix_change_topic_transaction", "topic", "transaction"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    key: Mapped[int] = mapped_column(BigInteger)
    transaction: Mapped[int | None] = mapped_column(BigInteger, FetchedValue())


#: Only PostgreSQL needs, and has, the transaction's id.
SET_TRANSACTION = 'ALTER TABLE change ALTER COLUMN "transaction" SET DEFAULT (pg_current_xact_id()::text::bigint)'
listen(Change.__table__, "after_create", DDL(SET_TRANSACTION).execute_if(dialect="postgresql"))


@dataclass(frozen=True, slots=True)
class News:
    """What came since a position. `rebuild` is true when the position is not of this database (restored from a
    backup, emptied): then only reading everything again is right. Or the session began to read before it: `is_behind`.
    `again`: the ids of changes that will be told again from the new position on, while an older transaction of PostgreSQL
    is open."""

    position: int
    keys: tuple[int, ...]
    rebuild: bool = False
    again: frozenset[int] = frozenset()


def record(session: Session, topic: str, keys: Iterable[int]) -> None:
    """Say that these rows changed. Seen by others when the caller commits."""
    rows = [{"topic": topic, "key": key} for key in dict.fromkeys(keys)]
    if rows:
        bulk.insert_many(session, Change.__table__, rows)
        session.info[_RECORDED_IN] = session.get_transaction()


_RECORDED_IN = "changes were recorded in"


def settled(session: Session) -> bool:
    """False while this session has recorded changes that are not committed. What it reads then, positions
    included, may yet be rolled back: an index may answer this session from it, and must not keep it."""
    return session.info.get(_RECORDED_IN) is None or session.info[_RECORDED_IN] is not session.get_transaction()


def position(session: Session) -> int:
    """Where a full read that begins now may say it stands. Take it before reading the rows."""
    connection = _connection(session)
    return connection.scalar(_OLDEST_UNFINISHED if connection.dialect.name == "postgresql" else _NEWEST) or 0


def _connection(session: Session) -> Connection:
    """The session's, with what waits to be written written: as a query of the session would have it."""
    if session.autoflush:
        session.flush()
    return session.connection()


_CHANGE = Change.__table__.c
_OLDEST_UNFINISHED = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_NEWEST = select(func.coalesce(func.max(_CHANGE.id), 0))
# Before every lookup, so in the databases' own words and by storage.direct.
_NEWEST_HERE = "SELECT max(id) FROM change"
_NEWEST_ANYWHERE = {
    "sqlite": "SELECT coalesce(max(id), 0) FROM change",
    "postgresql": "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
}
#: The last transaction that a row can be of: one that is over, or one's own. A backup that was restored brings rows of another
#: server, which may be far ahead; they were there before any position of this one.
_OF_THIS_SERVER = """greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1,
                             pg_current_xact_id_if_assigned()::text::bigint)"""
#: The newest of a topic is the end of an index, whoever asks: a plan that is made once. What came since a position is
#: planned anew each time, because how much that is depends on the position.
_POSITION_AND_NEWEST = f"""
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
           (SELECT max("transaction") FROM change WHERE topic = %(topic)s AND "transaction" <= {_OF_THIS_SERVER})
"""  # noqa: S608  words of ours
_LATER = (
    select(_CHANGE.key)
    .where(_CHANGE.topic == bindparam("topic"), _CHANGE.id > bindparam("seen"), _CHANGE.id <= bindparam("now"))
    .order_by(_CHANGE.id)
)
#: The position and the keys of one snapshot; one row without a key when there is nothing new.
_POSITION_AND_LATER = f"""
    SELECT position, change.key, change.id, change."transaction" >= position
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS position) AS now
    LEFT JOIN change ON change.topic = %(topic)s AND change."transaction" >= %(seen)s
         AND change."transaction" <= {_OF_THIS_SERVER}
    ORDER BY change.id
"""  # noqa: S608  words of ours


def since(session: Session, topic: str, seen: int, but: Collection[int] = ()) -> News:
    """The keys of a topic that changed since `seen`, oldest first, each once; without those of the changes in `but`, which
    the reader was told already (`News.again`).

    With nothing new this is one indexed look-up. Read the rows themselves after this call, in the same session."""
    connection = _connection(session)
    keys: Iterable[int] = ()
    again: frozenset[int] = frozenset()
    if connection.dialect.name == "postgresql":
        now, newest = direct.rows(connection, _POSITION_AND_NEWEST, {"topic": topic})[0]
        if newest is not None and newest >= seen:
            found = direct.rows(connection, _POSITION_AND_LATER, {"topic": topic, "seen": seen})
            now, keys = found[0][0], [key for _, key, number, _ in found if key is not None and number not in but]
            again = frozenset(number for _, _, number, stays in found if stays)
    else:
        now = direct.rows(connection, _NEWEST_HERE)[0][0] or 0
        if now > seen:
            keys = connection.scalars(_LATER, {"topic": topic, "seen": seen, "now": now})
    if now < seen:
        return News(now, (), rebuild=True)
    return News(now, tuple(dict.fromkeys(keys)), again=again)


def is_behind(session: Session, seen: int) -> bool:
    """Where `since` asks for a rebuild: whether the session's transaction merely began before `seen` was committed, and the
    database was not replaced by an older one."""
    engine = session.get_bind().engine
    if isinstance(engine.pool, StaticPool | SingletonThreadPool):
        return False  # one connection for all: nobody can have committed beside it
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(_NEWEST_ANYWHERE[engine.dialect.name])
        newest = cursor.fetchone()[0]
        cursor.close()
    finally:
        connection.close()
    return newest >= seen


def version(session: Session, topic: str) -> str:
    """A string that is another one as soon as something of this topic has changed, and the same until then: for telling
    a program that it has everything already.

    On PostgreSQL a lower id can commit after a higher one, so the rows are counted too; none is ever taken away.
    """
    newest = select(Change.id, Change.key).where(Change.topic == topic).order_by(Change.id.desc()).limit(1)
    parts = list(session.execute(newest).first() or (0,))
    if session.get_bind().dialect.name == "postgresql":
        parts.append(session.scalar(select(func.count()).where(Change.topic == topic)))
    return "-".join(map(str, parts))
