"""What waits until somebody goes on with it: files on their way into the memory, and two documents that are aligned.

Only the tables: `app.imports` and `app.aligning` say what happens to them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models import Base, Person
from storage.columns import Key, utc_now

#: uploaded, and somebody still has to say what it is; then it waits, is read, and is done. "stopped": the file could
#: not be read (to its end); "interrupted": the database or the machine stopped it, and it can go on.
WAITING, QUEUED, RUNNING, DONE, STOPPED, INTERRUPTED = "waiting", "queued", "running", "done", "stopped", "interrupted"


class MemoryImport(Base):
    """One file that feeds the memory, and what became of it."""

    __tablename__ = "memory_import"
    __table_args__ = (Index("ix_memory_import_digest", "digest"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 of the file and the choices: the same import again goes on where it stopped.
    digest: Mapped[str] = mapped_column(String(64), default="")
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default=WAITING)
    #: How many bytes and units were taken in: where it goes on.
    bytes_read: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_read: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    merged: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    crowded: Mapped[int] = mapped_column(default=0)
    #: reason -> how many units were left out
    refused: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    #: Why it stopped: reason, message, where, fields (importers.units.UnreadableFile).
    problem: Mapped[dict[str, Any] | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[dt.datetime | None]


class MemoryImportPart(Base):
    """A stretch of an uploaded file, until it was read."""

    __tablename__ = "memory_import_part"

    import_id: Mapped[int] = mapped_column(ForeignKey(MemoryImport.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Alignment(Base):
    """Two texts side by side. `rows`: a list of {"source": [sentences], "target": [sentences], "keep": bool, "sure": number
    or None once a person has touched it}. `version` counts changes: who changes an older one is told."""

    __tablename__ = "alignment"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source_language: Mapped[str] = mapped_column(String(35))
    target_language: Mapped[str] = mapped_column(String(35))
    source_name: Mapped[str] = mapped_column(String(200))
    target_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    #: When it was last kept in the memory, and how many units that were.
    kept_at: Mapped[dt.datetime | None]
    kept: Mapped[int] = mapped_column(default=0)
