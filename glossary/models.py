"""What a word means here, and what we say for it: concepts and everything that hangs from them.

Concept-oriented as ISO 30042 (TBX) and NL-SBB have it: a concept is a unit of meaning, a term is a word for it
in one language. What neither has is `Equivalence`: how far the reader's language and law have the same thing.

Rows are changed through `glossary.editing` and `glossary.exchange`, which write `History` and tell the indexes.
People are opaque: the name to show, and an optional number that the caller understands.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storage.columns import Key, UtcTime, new_metadata, utc_now

#: What may be said of a term. The first is nobody's decision yet; the last must not be used.
STATUSES = ("proposed", "preferred", "admitted", "deprecated", "forbidden")
#: What a translator may use without asking.
USABLE = ("preferred", "admitted")
REGISTERS = ("official", "everyday", "plain")
GENDERS = ("f", "m", "n", "c", "fm", "other")
PARTS_OF_SPEECH = ("noun", "proper noun", "verb", "adjective", "adverb", "phrase", "other")
DEGREES = ("full", "partial", "functional", "none", "false friend")
STRATEGIES = ("borrow", "describe", "functional equivalent", "coin")
#: `narrower` is never stored: it is `broader` seen from the other end.
RELATIONS = ("broader", "related", "part_of", "opposite", "near", "false_friend")
#: Relations that say the same from both ends.
SYMMETRIC = ("related", "opposite", "near", "false_friend")
NOTE_KINDS = ("usage", "culture", "translator")
AUDIENCES = ("public", "organisation", "reviewers")
ORIGINS = ("starter", "import", "own")

#: Longest term in characters: what a unique index of PostgreSQL holds in three-byte letters (Ethiopic).
LONGEST_TERM = 500


def _one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class Base(DeclarativeBase):
    metadata = new_metadata()


#: Ids are never given out twice, so that a removed row can come back as itself and its history stays its own.
KEEP_IDS = {"sqlite_autoincrement": True}


class Concept(Base):
    """One meaning in one legal order. `code` is its public name: in links, in files, in the starter pack."""

    __tablename__ = "concept"
    __table_args__ = (_one_of("origin", ORIGINS, "origin"), KEEP_IDS)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(200), unique=True)
    #: A code of the tree in `glossary.subjects`, or what an imported file says.
    subject: Mapped[str | None] = mapped_column(String(200), index=True)
    #: Whose law gives the meaning: ISO 3166 code, "EU", "UN"; None when it is not a legal concept.
    jurisdiction: Mapped[str | None] = mapped_column(String(40))
    #: None, or what kind of pain it may touch ("violence", "stigma", ...).
    sensitivity: Mapped[str | None] = mapped_column(String(60))
    #: Shown before the content when `sensitivity` is set.
    content_note: Mapped[str | None] = mapped_column(Text)
    #: A translation keeps the source word in brackets, because the reader meets it on letters and at counters.
    keep_source: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(String(20), default="own", index=True)
    #: Which pack or file, by its own name.
    origin_name: Mapped[str | None] = mapped_column(String(200))
    licence: Mapped[str | None] = mapped_column(String(200))
    #: "sha256:<digest>" of a `Picture`, or the name or address that an imported file gives.
    picture: Mapped[str | None] = mapped_column(String(300))
    #: What the picture shows, for who cannot see it.
    picture_alt: Mapped[str | None] = mapped_column(Text)
    #: The entry as the pack or file gave it, so that a newer one can be told from what people changed here.
    loaded: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    created_by: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)

    definitions: Mapped[list[Definition]] = relationship(
        back_populates="concept", cascade="all, delete-orphan", order_by="Definition.id"
    )
    terms: Mapped[list[Term]] = relationship(
        back_populates="concept", cascade="all, delete-orphan", order_by="Term.id"
    )
    equivalences: Mapped[list[Equivalence]] = relationship(
        back_populates="concept", cascade="all, delete-orphan", order_by="Equivalence.id"
    )
    law: Mapped[list[LegalReference]] = relationship(
        back_populates="concept", cascade="all, delete-orphan", order_by="LegalReference.id"
    )
    notes: Mapped[list[Note]] = relationship(
        back_populates="concept", cascade="all, delete-orphan", order_by="Note.id"
    )
    relations: Mapped[list[Relation]] = relationship(
        back_populates="concept",
        cascade="all, delete-orphan",
        foreign_keys="Relation.concept_id",
        order_by="Relation.id",
    )
    #: Relations that other concepts state about this one.
    relations_in: Mapped[list[Relation]] = relationship(
        back_populates="other",
        cascade="all, delete-orphan",
        foreign_keys="Relation.other_id",
        order_by="Relation.id",
    )

    __mapper_args__ = {"version_id_col": version}

    def definition(self, *languages: str) -> Definition | None:
        """The definition in the first of these languages that has one."""
        by_language = {definition.language: definition for definition in self.definitions}
        return next((by_language[language] for language in languages if language in by_language), None)

    def equivalence(self, *languages: str) -> Equivalence | None:
        """How the concept relates to the first of these languages that somebody described."""
        by_language = {equivalence.language: equivalence for equivalence in self.equivalences}
        return next((by_language[language] for language in languages if language in by_language), None)

    def terms_in(self, *languages: str) -> list[Term]:
        """Terms in these languages: in the languages' order, then preferred first and forbidden last."""
        order = {language: place for place, language in enumerate(languages)}
        found = [term for term in self.terms if term.language in order]
        return sorted(found, key=lambda term: (order[term.language], RANK[term.status], term.id))


#: In which order people want to see terms.
RANK = {"preferred": 0, "admitted": 1, "proposed": 2, "deprecated": 3, "forbidden": 4}


class Definition(Base):
    """What the concept means, in one language. `text` is exact, `plain` is for reading aloud to a client (B1)."""

    __tablename__ = "concept_definition"
    __table_args__ = (UniqueConstraint("concept_id", "language"), KEEP_IDS)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    plain: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    #: Which words a second person read and found right (`words_hash`), who, and when: other words are not seen yet.
    seen_hash: Mapped[str | None] = mapped_column(String(64))
    seen_by: Mapped[str | None] = mapped_column(String(200))
    seen_by_id: Mapped[int | None] = mapped_column(BigInteger)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)

    concept: Mapped[Concept] = relationship(back_populates="definitions")

    def words_hash(self) -> str:
        """Stands for the words as they are."""
        return hashlib.sha256("\x1f".join((self.text, self.plain or "", self.source or "")).encode()).hexdigest()

    @property
    def seen(self) -> bool:
        """Whether a second person read these very words."""
        return self.seen_hash == self.words_hash()


class Term(Base):
    """A word for the concept in one language or variety (`ar-SY`, `prs`, `ti-ER`), as somebody wrote it."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("concept_id", "language", "text"),
        _one_of("status", STATUSES, "status"),
        Index("ix_term_language_status", "language", "status"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(LONGEST_TERM))
    status: Mapped[str] = mapped_column(String(20), default="proposed")
    part_of_speech: Mapped[str | None] = mapped_column(String(40))
    gender: Mapped[str | None] = mapped_column(String(20))
    register: Mapped[str | None] = mapped_column(String(20))
    #: The full form this is short for, as text: it need not be a term here.
    abbreviation_of: Mapped[str | None] = mapped_column(String(LONGEST_TERM))
    #: A sentence in which the term stands, and where that sentence comes from.
    context: Mapped[str | None] = mapped_column(Text)
    context_source: Mapped[str | None] = mapped_column(Text)
    #: Spellings and irregular forms that recognition must know: ["المحاكم", ...].
    variants: Mapped[list[str]] = mapped_column(JSON, default=list)
    transliteration: Mapped[str | None] = mapped_column(String(LONGEST_TERM))
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    created_by: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    #: Who last changed the text: whoever did may not approve it either.
    changed_by: Mapped[str | None] = mapped_column(String(200))
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    #: While proposed: what the proposer wants it to become, why, and which term it should take the place of.
    wish: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("term.id", ondelete="SET NULL"), index=True)
    #: Why an administrator lets one person write and approve this word, where its language has no second one.
    waiver: Mapped[str | None] = mapped_column(Text)
    waived_by: Mapped[str | None] = mapped_column(String(200))
    waived_by_id: Mapped[int | None] = mapped_column(BigInteger)

    concept: Mapped[Concept] = relationship(back_populates="terms")


class Equivalence(Base):
    """How far a language, with the law and life behind it, has the same concept; and so what to do.

    `differs` says in what, per language of the explanation: {"en": "...", "ar": "..."}.
    """

    __tablename__ = "equivalence"
    __table_args__ = (
        UniqueConstraint("concept_id", "language"),
        _one_of("degree", DEGREES, "degree"),
        _one_of("status", ("proposed", "approved"), "status"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(40))
    degree: Mapped[str] = mapped_column(String(20))
    strategy: Mapped[str | None] = mapped_column(String(30))
    differs: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(20), default="proposed")
    created_by: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)

    concept: Mapped[Concept] = relationship(back_populates="equivalences")


class LegalReference(Base):
    """Where the law says it: an act in the Basiswettenbestand, an article, perhaps a paragraph (lid)."""

    __tablename__ = "legal_reference"
    __table_args__ = (Index("ix_legal_reference_bwb_article", "bwb", "article"), KEEP_IDS)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(300))
    bwb: Mapped[str | None] = mapped_column(String(40))
    article: Mapped[str | None] = mapped_column(String(40))
    paragraph: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    #: The words of the law when somebody last read them, and their hash (see `text_hash`).
    quoted: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[str | None] = mapped_column(String(64))
    #: Set when an imported text of the act differs from `quoted`; cleared when a person has looked.
    changed_text: Mapped[str | None] = mapped_column(Text)
    flagged_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    #: While flagged: what happened ("changed", "gone", "moved"), under which number the old words stand now, and from
    #: which day the new text holds.
    change: Mapped[str | None] = mapped_column(String(20))
    moved_to: Mapped[str | None] = mapped_column(String(40))
    changed_valid_from: Mapped[dt.date | None] = mapped_column(Date)
    #: The hash of a newer text that a person looked at and did not take over: it is not flagged again.
    seen_hash: Mapped[str | None] = mapped_column(String(64))

    concept: Mapped[Concept] = relationship(back_populates="law")

    def juriconnect(self) -> str | None:
        """The reference as the Juriconnect standard for links to Dutch law writes it, version 1.3:
        `jci1.3:c:BWBR0011823&artikel=28&lid=1&g=2019-01-01`. None without a BWB identifier."""
        if not self.bwb:
            return None
        parts = [f"jci1.3:c:{self.bwb}"]
        parts += [
            f"{name}={value}" for name, value in (("artikel", self.article), ("lid", self.paragraph)) if value
        ]
        if self.valid_from:
            parts.append(f"g={self.valid_from.isoformat()}")
        return "&".join(parts)

    def address(self) -> str | None:
        """Where a browser can read it: the official site of Dutch legislation."""
        link = self.juriconnect()
        return f"https://wetten.overheid.nl/{link}" if link else None


def text_hash(text: str) -> str:
    """SHA-256 of a text of law, blind to white space: a new line break is not a new law."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


class Relation(Base):
    """`concept` is [kind] `other`: concept "broader" other means that other is the wider one."""

    __tablename__ = "concept_relation"
    __table_args__ = (
        UniqueConstraint("concept_id", "kind", "other_id"),
        _one_of("kind", RELATIONS, "kind"),
        CheckConstraint("concept_id <> other_id", name="not_itself"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    other_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)

    concept: Mapped[Concept] = relationship(back_populates="relations", foreign_keys=[concept_id])
    other: Mapped[Concept] = relationship(back_populates="relations_in", foreign_keys=[other_id])


class Note(Base):
    """Something to know: how the word is used, what it touches in a culture, what a translator must mind."""

    __tablename__ = "concept_note"
    __table_args__ = (
        _one_of("kind", NOTE_KINDS, "kind"),
        _one_of("audience", AUDIENCES, "audience"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(20))
    #: The language the note is written in.
    language: Mapped[str] = mapped_column(String(40))
    #: The language the note is about, when it is about one ("in Syria the iqama ..." → ar-SY).
    about: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)

    concept: Mapped[Concept] = relationship(back_populates="notes")


class Picture(Base):
    """A picture as it is shown, by the digest of its bytes. It is never changed, so that an act on the concept that
    names it can be taken back."""

    __tablename__ = "concept_picture"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: "image/jpeg" or "image/png".
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    #: Since when no concept shows it; after a grace time it goes.
    unused_since: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class History(Base):
    """One act of one person on one concept; never changed, never removed, also when the concept is.

    `before` and `after` hold only the rows that changed: {"term:12": {"text": "...", ...}}, a missing key meaning
    that the row was not there. That is enough to take any act back (`glossary.editing.undo`).
    """

    __tablename__ = "concept_history"
    __table_args__ = (Index("ix_concept_history_concept_id_id", "concept_id", "id"), KEEP_IDS)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    #: Not a foreign key: the history of a removed concept stays.
    concept_id: Mapped[int] = mapped_column(BigInteger)
    concept_code: Mapped[str] = mapped_column(String(200), index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(40))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    why: Mapped[str | None] = mapped_column(Text)
    #: Whose proposal this decides, so that they can be told.
    proposer_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    #: All acts of one import carry the same mark, so that an import can be taken back as a whole.
    batch: Mapped[str | None] = mapped_column(String(36), index=True)
    #: The act that this one took back, or the act on another concept that this one is a part of.
    of_id: Mapped[int | None] = mapped_column(BigInteger)


class ConceptMerge(Base):
    """That one concept became a part of another: its code leads to the kept one, and what pointed at it can be given back.

    `moved` is what followed outside the concepts' own rows: {"proposals": [[id, term id before]], "terms": {"id of a word
    that went": id of the same word that stays}}; the caller may keep more in it. No foreign keys: the merged concept is
    gone, and either may come back."""

    __tablename__ = "concept_merge"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    #: The act in the history that merged them.
    history_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kept_id: Mapped[int] = mapped_column(BigInteger, index=True)
    merged_id: Mapped[int] = mapped_column(BigInteger, index=True)
    merged_code: Mapped[str] = mapped_column(String(200), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


#: What a change that somebody asks for may be about.
PROPOSAL_KINDS = ("term", "definition", "equivalence")
PROPOSAL_STATES = ("waiting", "approved", "refused", "withdrawn")


class Proposal(Base):
    """A change that somebody asks for: of a word's facts or status, of a definition, of how far a language has the
    concept. A new word is no Proposal but a Term that is `proposed`. Never removed: what came of it stays readable.

    `values` are the columns as they should become, `before` as they were when somebody asked. Concept, term and
    history are numbers without a foreign key, so that a concept that comes back finds its proposals again.
    """

    __tablename__ = "concept_proposal"
    __table_args__ = (
        _one_of("kind", PROPOSAL_KINDS, "kind"),
        _one_of("state", PROPOSAL_STATES, "state"),
        Index("ix_concept_proposal_state_at", "state", "at"),
        KEEP_IDS,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    concept_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(40))
    term_id: Mapped[int | None] = mapped_column(BigInteger)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    context: Mapped[str | None] = mapped_column(Text)
    context_source: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    #: Which reviewer put it otherwise: a second person has to agree.
    changed_by: Mapped[str | None] = mapped_column(String(200))
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    #: Why it was refused, or what the reviewer said with the approval.
    answer: Mapped[str | None] = mapped_column(Text)
    #: The act in the history that decided it.
    history_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
