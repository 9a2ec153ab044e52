"""Documents and their translations, as tables.

A document is read once into blocks (as the file sees them) and sentences (as people translate them). For every
language asked for there is one Translation with one Segment for each sentence. What happened to a segment is
appended to `event` and never edited.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.metadata import Base
from app.models.people import Person
from memory.models import Unit
from storage.columns import Key, utc_now


class Confidentiality(StrEnum):
    """How far a text may go. Confidential text never enters the memory."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"


class SegmentState(StrEnum):
    """Where a segment stands. `app.workflow` holds every legal move."""

    OPEN = "open"
    TRANSLATED = "translated"
    WAITING = "waiting"
    SENT_BACK = "sent_back"
    APPROVED = "approved"


class Origin(StrEnum):
    """Where the target text of a segment came from first."""

    TYPED = "typed"
    MEMORY = "memory"
    MACHINE = "machine"
    REPETITION = "repetition"
    FILE = "file"


class Document(Base):
    """A file somebody uploaded to have it translated. `once` is the form's token: a form sent twice is one document."""

    __tablename__ = "document"
    # the memory names a document by its number: that of an erased one is never given again
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    once: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    file_name: Mapped[str] = mapped_column(String(300))
    format: Mapped[str] = mapped_column(String(20))
    source_language: Mapped[str] = mapped_column(String(35))
    confidentiality: Mapped[str] = mapped_column(String(20))
    instructions: Mapped[str] = mapped_column(Text, default="")
    #: Whose case it is, as the organisation writes it (a V-number, a file's number): to erase a person's text by.
    client_reference: Mapped[str | None] = mapped_column(String(200), index=True)
    #: What it belongs to, and what it is about: the memory keeps both with each unit.
    project: Mapped[str | None] = mapped_column(String(80))
    subject: Mapped[str | None] = mapped_column(String(200))
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    segmenter_version: Mapped[str] = mapped_column(String(40))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=utc_now)

    uploaded_by: Mapped[Person | None] = relationship()
    translations: Mapped[list[Translation]] = relationship(
        back_populates="document", cascade="all, delete-orphan", passive_deletes=True, order_by="Translation.id"
    )


class Original(Base):
    """The uploaded bytes, apart from the document so that lists stay light."""

    __tablename__ = "original"

    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id, ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


class Block(Base):
    """One unit of the file (importers.units.Unit): `codes` are its inline codes as JSON."""

    __tablename__ = "block"
    __table_args__ = (UniqueConstraint("document_id", "position"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id, ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text, default="body")
    codes: Mapped[list[Any]] = mapped_column(default=list)
    notes: Mapped[list[Any]] = mapped_column(default=list)


class Sentence(Base):
    """One sentence of a block as people translate it. `cut` is importers.inline.Segment without its text."""

    __tablename__ = "sentence"
    __table_args__ = (UniqueConstraint("document_id", "position"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id, ondelete="CASCADE"))
    block_id: Mapped[int] = mapped_column(ForeignKey(Block.id, ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    cut: Mapped[dict[str, Any]]

    block: Mapped[Block] = relationship()


class Translation(Base):
    """A document in one target language. A waiver lets one person approve their own work here; it is always shown."""

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("document_id", "target_language"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id, ondelete="CASCADE"))
    target_language: Mapped[str] = mapped_column(String(35))
    deadline: Mapped[dt.date | None]
    translator_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    waived_at: Mapped[dt.datetime | None]
    waiver_reason: Mapped[str] = mapped_column(Text, default="")

    document: Mapped[Document] = relationship(back_populates="translations")
    translator: Mapped[Person | None] = relationship(foreign_keys=[translator_id])
    waived_by: Mapped[Person | None] = relationship(foreign_keys=[waived_by_id])


class Segment(Base):
    """One sentence in one target language.

    `written_by` typed the text that the last hand-over was about, `changed_by` changed the text last: neither may
    approve it. `version` grows with every change of text or state; a stale one is refused.
    """

    __tablename__ = "segment"
    __table_args__ = (
        UniqueConstraint("translation_id", "position"),
        Index("ix_segment_state_translation_id", "state", "translation_id"),
        # a page left open on an erased document never writes into another one
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey(Translation.id, ondelete="CASCADE"))
    sentence_id: Mapped[int] = mapped_column(ForeignKey(Sentence.id, ondelete="CASCADE"), index=True)
    position: Mapped[int]
    target: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(20), default=SegmentState.OPEN)
    origin: Mapped[str] = mapped_column(String(20), default=Origin.TYPED)
    version: Mapped[int] = mapped_column(default=1)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    changed_at: Mapped[dt.datetime | None]
    waiting_since: Mapped[dt.datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    approved_at: Mapped[dt.datetime | None]
    sent_back_reason: Mapped[str] = mapped_column(String(40), default="")
    memory_unit_id: Mapped[int | None]

    __mapper_args__ = {"version_id_col": version}

    translation: Mapped[Translation] = relationship()
    sentence: Mapped[Sentence] = relationship()
    written_by: Mapped[Person | None] = relationship(foreign_keys=[written_by_id])
    changed_by: Mapped[Person | None] = relationship(foreign_keys=[changed_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])


class Comment(Base):
    """What somebody said about a segment. `language` is the language it is written in, as far as known."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey(Segment.id, ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)

    person: Mapped[Person | None] = relationship()


class Event(Base):
    """Who did what, when, from where to where, and why. Appended, never edited; erased only with its document."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_segment_id_id", "segment_id", "id"), Index("ix_event_translation_id_id", "translation_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(30))
    document_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id, ondelete="CASCADE"), index=True)
    translation_id: Mapped[int | None] = mapped_column(ForeignKey(Translation.id, ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey(Segment.id, ondelete="CASCADE"))
    from_state: Mapped[str] = mapped_column(String(20), default="")
    to_state: Mapped[str] = mapped_column(String(20), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person | None] = relationship()


class SuggestionUse(Base):
    """A translator took over what a unit of the memory says: counted, and known when the unit turns out wrong."""

    __tablename__ = "suggestion_use"
    __table_args__ = (UniqueConstraint("segment_id", "unit_id"), Index("ix_suggestion_use_unit_id", "unit_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey(Segment.id, ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id, ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class MachineSuggestion(Base):
    """What a model said about a sentence, kept so that nobody waits for it twice. Derived: safe to delete."""

    __tablename__ = "machine_suggestion"
    __table_args__ = (UniqueConstraint("sentence_id", "target_language", "rank"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sentence_id: Mapped[int] = mapped_column(ForeignKey(Sentence.id, ondelete="CASCADE"))
    target_language: Mapped[str] = mapped_column(String(35))
    rank: Mapped[int]
    models: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(80))
    path: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(Text)
    score: Mapped[float | None]
    notes: Mapped[list[Any]] = mapped_column(default=list)
    made_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
