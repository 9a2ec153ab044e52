"""What an installation does and decides, as tables: jobs, reports of what was forgotten, points taken off matches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.documents import Translation
from app.models.metadata import Base
from app.models.people import Person
from storage.columns import Key, utc_now


class Job(Base):
    """Work that outlives a request. A worker holds it until `lease_until`; a lease that ran out is taken over."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    translation_id: Mapped[int | None] = mapped_column(ForeignKey(Translation.id, ondelete="CASCADE"), index=True)
    queued_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    lease_until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class Erasure(Base):
    """The report of a person's text that was forgotten: how much of what kind went, where was searched afterwards, what
    was left. It holds none of the text, and not what was asked for. `kind`: "document", "reference" or "phrase"."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    counts: Mapped[dict[str, Any]]
    searched: Mapped[list[Any]]
    left: Mapped[dict[str, Any]]


class MemoryPenalty(Base):
    """Points taken off what the memory offers, set by an administrator. `name` is one of memory.scoring.PENALTIES;
    `source` the name of an imported file or starter pack, "" for all of them."""

    __tablename__ = "memory_penalty"
    __table_args__ = (
        UniqueConstraint("name", "source"),
        CheckConstraint("points BETWEEN 0 AND 100", name="points"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(Text, default="")
    points: Mapped[int]
