"""What has been translated before, and where each translation was found."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storage.columns import Key, UtcTime, new_metadata, utc_now

#: The topic under which changes of units stand in the feed (storage.changes); keys are ids of units.
TOPIC = "memory"


class Base(DeclarativeBase):
    metadata = new_metadata()


class Quality(StrEnum):
    """How far a translation can be trusted."""

    APPROVED = "approved"
    UNREVIEWED = "unreviewed"
    MACHINE = "machine"


#: Best first; also the order of ties.
QUALITIES = (Quality.APPROVED, Quality.UNREVIEWED, Quality.MACHINE)


class Place:
    """Where a translation was found, and who answers for it there. A unit has one such place of its own; the
    others of the same pair are `Found` rows.

    `origin`: "approved" (a reviewed segment), "import" or "starter"; `origin_name` the document's title or the
    file's name. `document` and the people are opaque strings: the memory knows no documents and no people.
    `previous_source` and `next_source`: "" at the edge of a document, None when not known.
    """

    origin: Mapped[str] = mapped_column(String(20), default="approved")
    origin_name: Mapped[str] = mapped_column(Text, default="")
    document: Mapped[str | None] = mapped_column(String(80))
    position: Mapped[int | None] = mapped_column(Integer)
    previous_source: Mapped[str | None] = mapped_column(Text)
    next_source: Mapped[str | None] = mapped_column(Text)
    quality: Mapped[str] = mapped_column(String(10), default=Quality.APPROVED)
    translated_by: Mapped[str | None] = mapped_column(String(200))
    approved_by: Mapped[str | None] = mapped_column(String(200))
    translated_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    source_tuid: Mapped[str | None] = mapped_column(Text)
    #: How far the text may go that was translated here: "public" or "internal" (confidential text never comes in).
    confidentiality: Mapped[str] = mapped_column(String(20), default="internal", server_default="internal")
    #: Whose case this was, as the organisation writes it: so that a person's text can be found and erased.
    client_reference: Mapped[str | None] = mapped_column(String(200))
    #: The unit whose translation somebody took over and went on from here. Not a key: that unit may be forgotten.
    built_on: Mapped[int | None] = mapped_column(BigInteger)
    #: Digest of what makes this place one place: see keys.place_digest.
    place: Mapped[bytes] = mapped_column(LargeBinary(16))
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    # Derived from the above, so that an index is built without reading texts: short digests of the neighbours
    # and of document and position (0: not known), and when somebody last vouched for it, in seconds since 1970.
    previous_key: Mapped[int] = mapped_column(Integer, default=0)
    next_key: Mapped[int] = mapped_column(Integer, default=0)
    place_key: Mapped[int] = mapped_column(Integer, default=0)
    recency: Mapped[int] = mapped_column(BigInteger)


def _known(table: str, column: str) -> Index:
    """An index over the rows that have a value: an import of a million without one pays nothing for it."""
    where = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=where, postgresql_where=where)


class Unit(Place, Base):
    """One source text with one target text in one project. Texts are as they were written, inline codes as
    numbered tags (``<1>…</1>``, ``<2/>``). The same pair found twice is one unit with two places."""

    __tablename__ = "memory_unit"
    __table_args__ = (
        CheckConstraint("quality IN ('approved', 'unreviewed', 'machine')", name="quality"),
        # a scan of one language pair in the order of ids, and one source's translations
        Index("ix_memory_unit_pair", "source_language", "target_language", "id"),
        Index("ix_memory_unit_source", "source_language", "target_language", "source_key"),
        Index("ix_memory_unit_document", "document", "position"),
        Index("ix_memory_unit_place", "place"),
        _known("memory_unit", "client_reference"),
        _known("memory_unit", "built_on"),
        # an id is never given twice: what points at an erased unit must not find another one
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source_language: Mapped[str] = mapped_column(String(35))
    target_language: Mapped[str] = mapped_column(String(35))
    source: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    #: Digest of languages, source, target and project: the same pair is stored once.
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    #: 64 bits of the source's text, to find its translations quickly; equal texts have equal keys.
    source_key: Mapped[int] = mapped_column(BigInteger)
    #: The source as matching compares it, made by the folding of `form_version`.
    form: Mapped[str] = mapped_column(Text)
    form_version: Mapped[str] = mapped_column(String(20))
    #: 64 bits of the form's words, and 4 x 16 bits of what they leave out: see forms.bare and forms.profile_key.
    bare_key: Mapped[int] = mapped_column(BigInteger)
    profile_key: Mapped[int] = mapped_column(BigInteger)
    project: Mapped[str | None] = mapped_column(String(80))
    subject: Mapped[str | None] = mapped_column(Text)
    one_to_one: Mapped[bool] = mapped_column(Boolean, default=True)
    notes: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    used_count: Mapped[int] = mapped_column(Integer, default=0)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    recalled_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    recalled_by: Mapped[str | None] = mapped_column(String(200))
    recall_reason: Mapped[str | None] = mapped_column(Text)
    #: Up to which state of the term base `UnitConcept` rows were made (the caller's number); None: not yet.
    concepts_at: Mapped[int | None] = mapped_column(BigInteger)
    #: Set when `Found` rows exist, so that a lookup reads them only where there are any.
    found_elsewhere: Mapped[bool] = mapped_column(Boolean, default=False)

    found: Mapped[list[Found]] = relationship(
        back_populates="unit", cascade="all, delete-orphan", passive_deletes=True, order_by="Found.id"
    )


class Found(Place, Base):
    """A further place where a unit's pair was found."""

    __tablename__ = "memory_found"
    __table_args__ = (
        Index("uq_memory_found_unit_id_place", "unit_id", "place", unique=True),
        Index("ix_memory_found_document", "document", "position"),
        Index("ix_memory_found_place", "place"),
        _known("memory_found", "client_reference"),
        _known("memory_found", "built_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id, ondelete="CASCADE"))
    unit: Mapped[Unit] = relationship(back_populates="found")


class UnitConcept(Base):
    """A concept of the term base whose term stands in a unit's source. Derived: written by `recording.set_concepts`
    from what the caller recognised. `concept` is an opaque number: the memory knows no term base."""

    __tablename__ = "memory_concept"
    __table_args__ = (Index("ix_memory_concept_concept", "concept"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id, ondelete="CASCADE"), primary_key=True)
    concept: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
