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


@dataclass(frozen=True, slots=True)
class ConceptDefinition:
    """What a concept means, in one language, and where that was taken from."""

    text: str
    source: str = ""


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
class ConceptEntry:
    """One concept. `cross_references` are (identifier of the other concept, words); `links` are (address, words)."""

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


@dataclass(slots=True)
class TermFile:
    """A term base file as read: its concepts in order, its language and title, and what a person should know."""

    entries: list[ConceptEntry]
    language: str | None = None
    title: str = ""
    warnings: list[Warning_] = field(default_factory=list)
