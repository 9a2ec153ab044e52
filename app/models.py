"""People, documents and their translations, as tables.

A document is read once into blocks (as the file sees them) and sentences (as people translate them). For every
language asked for there is one Translation with one Segment for each sentence. What happened to a segment is
appended to `event` and never edited.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from flask_login import UserMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from memory.models import Unit
from storage.columns import Key, UtcTime, new_metadata, utc_now


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = {dt.datetime: UtcTime, dict[str, Any]: JSON, list[Any]: JSON}


class RoleName(StrEnum):
    """What somebody may do. Translators and reviewers hold theirs for one pair of languages."""

    ADMINISTRATOR = "administrator"
    STAFF = "staff"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"


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


class Person(Base, UserMixin):
    """Somebody who can sign in. `epoch` grows when every open sign-in must end (new password, disabled)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    interface_language: Mapped[str] = mapped_column(String(20), default="en")
    epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    disabled_at: Mapped[dt.datetime | None]
    #: The lowest match this person wants to see, in percent; None: what the installation says.
    memory_threshold: Mapped[int | None]

    roles: Mapped[list[Role]] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="selectin", order_by="Role.id"
    )

    def get_id(self) -> str:
        """What the cookie of a sign-in carries: it is worth nothing once `epoch` has grown."""
        return f"{self.id}.{self.epoch}"


class Role(Base):
    """One thing a person may do; languages are BCP 47 tags, both set for translators and reviewers, else empty."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("person_id", "name", "source_language", "target_language"),
        CheckConstraint(
            "(name IN ('translator', 'reviewer')) = (source_language <> '' AND target_language <> '')", name="pair"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(20))
    source_language: Mapped[str] = mapped_column(String(35), default="")
    target_language: Mapped[str] = mapped_column(String(35), default="")

    person: Mapped[Person] = relationship(back_populates="roles")


class Invitation(Base):
    """A link that works once: for a new person (`person_id` empty until used) or to choose a new password.

    Only the token's SHA-256 is stored; whoever reads the database cannot use the link.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    roles: Mapped[list[Any]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]

    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])


class SignInAttempt(Base):
    """A failed sign-in, to slow down guessing. Address and account are kept as digests and for a day only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_account_at", "account", "at"), Index("ix_sign_in_attempt_origin_at", "origin", "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class EndedSignIn(Base):
    """A sign-in whose person signed out: a copy of its cookie opens nothing any more. Kept as a digest, for as long as
    the cookie would have lived."""

    __tablename__ = "ended_sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)


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


class AccessToken(Base):
    """A key with which a program acts for a person: what the person may, within `scopes`, until `expires_at`.

    Only its SHA-256 is stored, and its last four characters so that people tell theirs apart. `epoch` is the person's
    when it was made: a new password ends tokens as it ends sign-ins.
    """

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[Any]]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    ending: Mapped[str] = mapped_column(String(4))
    epoch: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()


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
