"""What happens around the concepts, as tables: answers read, searches for the texts that use a word, files of terms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.documents import Segment
from app.models.metadata import Base
from app.models.people import Person
from storage.columns import Key, utc_now


class AnswerRead(Base):
    """Somebody has read what came of a proposal of theirs (an act in the history of a concept)."""

    __tablename__ = "answer_read"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    history_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Impact(Base):
    """A search for the texts that use words of a concept, asked for before a change and kept as what follows from it.

    `wanted`: "forbidden", "deprecated", "replaced" (one term), "law" (all words of the concept). `terms`: the words as
    they were: [{"id", "language", "text"}]. The cursors say how far it looked; `applied_at` when the change was made.
    """

    __tablename__ = "term_impact"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(BigInteger, index=True)
    wanted: Mapped[str] = mapped_column(String(20))
    terms: Mapped[list[Any]]
    #: What to say instead, when the change was made: [text].
    instead: Mapped[list[Any]] = mapped_column(default=list)
    #: Which proposal or legal reference asks for it.
    subject: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    segment_cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    unit_cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    looked: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[dt.datetime | None]
    applied_at: Mapped[dt.datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")


class TermUse(Base):
    """An approved segment, or a unit of the memory, that uses a word of an Impact. `state`: "found" until the change
    is made; then "open" in a reviewer's queue, "done" or "dismissed" with a reason. `side`: "source" or "target"."""

    __tablename__ = "term_use"
    __table_args__ = (
        UniqueConstraint("impact_id", "segment_id"),
        UniqueConstraint("impact_id", "unit_id"),
        Index("ix_term_use_state_language", "state", "language"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    impact_id: Mapped[int] = mapped_column(ForeignKey(Impact.id, ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey(Segment.id, ondelete="CASCADE"), index=True)
    #: A unit of the memory: by number, so that forgetting one is the memory's own business.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    term_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[str] = mapped_column(String(10))
    source_language: Mapped[str] = mapped_column(String(35))
    #: The target language: whose reviewers see it.
    language: Mapped[str] = mapped_column(String(35))
    certainty: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default="found")
    reason: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    closed_at: Mapped[dt.datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))

    impact: Mapped[Impact] = relationship()
    segment: Mapped[Segment | None] = relationship()
    closed_by: Mapped[Person | None] = relationship()


class TermImport(Base):
    """A file of terms on its way into the term base: uploaded, mapped, shown, applied, perhaps taken back.

    `data` is kept only until it is applied; a dropped import is deleted. `preview` is what `app.termimports` found, with
    its digest; `batch` names the acts in the history of the concepts. `message` says why a file was refused.
    """

    __tablename__ = "term_import"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    once: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20), default="")
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(default=0)
    #: mapping, reading, ready, applying, applied, refused, undoing, undone
    state: Mapped[str] = mapped_column(String(20), default="reading")
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    on_conflict: Mapped[str] = mapped_column(String(20), default="leave")
    keep_status: Mapped[bool] = mapped_column(default=False)
    licence: Mapped[str] = mapped_column(String(200), default="")
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    message: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    batch: Mapped[str | None] = mapped_column(String(36), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    uploaded_by_name: Mapped[str] = mapped_column(String(200), default="")
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    applied_at: Mapped[dt.datetime | None]
    undone_at: Mapped[dt.datetime | None]
    undone_by_name: Mapped[str] = mapped_column(String(200), default="")
