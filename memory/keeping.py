"""What the keepers of the memory did, so that it can be taken back, and what a search through all of it found.

Neither holds a text of the memory: a changed translation is a unit of its own, and the one it replaces stays, withdrawn.
So whatever erases a unit erases it here too, by the database's own cascade.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models import Base, Unit
from storage.columns import Key, UtcTime, utc_now


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who acts: `name` as people read it, `key` an opaque string that stands for the person."""

    name: str
    key: str


class Act(Base):
    """One thing a keeper did to one unit or to many. `by` is a name, `by_key` an opaque string that stands for the
    person. `kind`: one of `acts.KINDS`. Until `ended_at` it is still being done, from `position` on."""

    __tablename__ = "memory_act"
    __table_args__ = (
        Index("ix_memory_act_pair", "source_language", "target_language", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source_language: Mapped[str] = mapped_column(String(35))
    target_language: Mapped[str] = mapped_column(String(35))
    by: Mapped[str] = mapped_column(String(200))
    by_key: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    search_id: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    left: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    undone_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    undone_by: Mapped[str | None] = mapped_column(String(200))
    undo_left: Mapped[int] = mapped_column(Integer, default=0)


class ActChange(Base):
    """What an act did to one unit: columns without text before and after it. `successor_id`: the unit that took its
    place. `undone`: taken back already."""

    __tablename__ = "memory_act_change"
    __table_args__ = (Index("ix_memory_act_change_act_id", "act_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id, ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id, ondelete="CASCADE"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id, ondelete="SET NULL"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone: Mapped[bool] = mapped_column(default=False)


class Search(Base):
    """A search through a whole pair that outlives a request. `finder`: one of `findings.FINDERS`. `selection`: what
    was asked; its phrase is forgotten as soon as the search is over."""

    __tablename__ = "memory_search"
    __table_args__ = (Index("ix_memory_search_pair", "source_language", "target_language", "finder"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    finder: Mapped[str] = mapped_column(String(20))
    source_language: Mapped[str] = mapped_column(String(35))
    target_language: Mapped[str] = mapped_column(String(35))
    selection: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    position: Mapped[int | None] = mapped_column(BigInteger)
    looked_at: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    found: Mapped[int] = mapped_column(Integer, default=0)


class Finding(Base):
    """A unit that a search found. Units with the same `family` belong together; `detail` says what is wrong."""

    __tablename__ = "memory_finding"
    __table_args__ = (Index("ix_memory_finding_search_id", "search_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey(Search.id, ondelete="CASCADE"))
    family: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id, ondelete="CASCADE"), index=True)
    detail: Mapped[str] = mapped_column(String(20), default="")
