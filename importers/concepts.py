"""Concepts as term base files have them: what TBX and tables of terms are read into and written from.

Shaped like ISO 30042:2019: an entry is a meaning, with definitions and terms per language. What a format has no
place for travels as `details`, (what, value) pairs that every format here writes and reads back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from importers.units import Warning_

Details = tuple[tuple[str, str], ...]

#: What may be said of a term; None when a file says nothing.
STATUSES = ("proposed", "preferred", "admitted", "deprecated", "forbidden")
#: How a concept stands to another: "broader" means that the other is the wider one.
RELATIONS = ("broader", "narrower", "related", "part_of", "opposite", "near", "false_friend")
#: How far a language has the same concept, and what a translator does about it.
DEGREES = ("full", "partial", "functional", "none", "false friend")
STRATEGIES = ("borrow", "describe", "functional equivalent", "coin")


@dataclass(frozen=True, slots=True)
class ConceptDefinition:
    """What a concept means, in one language, where that was taken from, and the same in plain words."""

    text: str
    source: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class ConceptNote:
    """A remark on a concept; `language` (BCP 47) is the language it is written in, or of the section it stands in."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ConceptTerm:
    """A word for a concept in one language (BCP 47). `status` is one of STATUSES or None; `part_of_speech`, `gender`
    and `type` are as in TBX-Basic (noun, verb, …; masculine, feminine, neuter, other; fullForm, acronym, abbreviation,
    shortForm, variant, phrase); `region` is where it is used."""

    language: str
    text: str
    status: str | None = None
    part_of_speech: str | None = None
    gender: str | None = None
    type: str | None = None
    region: str | None = None
    context: str = ""
    context_source: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    details: Details = ()


@dataclass(frozen=True, slots=True)
class ConceptEquivalence:
    """How far a language has the concept (one of DEGREES), in what it differs (language of the explanation -> text), what to
    do (one of STRATEGIES), and whether somebody agreed: "proposed" or "approved", or nothing said."""

    degree: str
    strategy: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)
    status: str = ""


@dataclass(frozen=True, slots=True)
class ConceptLaw:
    """A place in the law; `valid_from` is a day such as 2025-07-01."""

    act: str
    bwb: str = ""
    article: str = ""
    paragraph: str = ""
    valid_from: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ConceptEntry:
    """One concept. `cross_references` are (identifier of the other concept, words); `relations` are (kind, identifier)
    with kind one of RELATIONS; `links` are (address, words). `place` is where a person finds it in the file. Only tables have
    `equivalences`, `law` and `facts` (keep_source, jurisdiction, sensitivity, content_note, licence) as columns."""

    id: str | None
    terms: tuple[ConceptTerm, ...] = ()
    subject: str | None = None
    definitions: Mapping[str, ConceptDefinition] = field(default_factory=dict)
    notes: tuple[ConceptNote, ...] = ()
    cross_references: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    created: dt.date | None = None
    created_by: str | None = None
    changed: dt.date | None = None
    changed_by: str | None = None
    details: Details = ()
    relations: tuple[tuple[str, str], ...] = ()
    place: str = field(default="", compare=False)
    equivalences: Mapping[str, ConceptEquivalence] = field(default_factory=dict)
    law: tuple[ConceptLaw, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class TermFile:
    """A term base file as read: its concepts in order, its language and title, and what a person should know. `own`:
    Dragoman wrote it, so its identifiers are the codes of concepts."""

    entries: list[ConceptEntry]
    language: str | None = None
    title: str = ""
    own: bool = False
    warnings: list[Warning_] = field(default_factory=list)
