"""The lines of a list of concepts, as looking up shows them with every letter that is typed.

Read as rows of just the columns that a line shows, because objects of the models cost several times as much. What is
chosen of a concept (its title, its meaning, the client's word) is chosen as everywhere else, by `app.terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from app import terms
from glossary.lookup import Hit
from glossary.models import Concept, Definition, Term
from languages import tags

Spans = tuple[tuple[int, int], ...]


class Word(NamedTuple):
    """What a line needs of a term."""

    concept_id: int
    id: int
    language: str
    text: str
    status: str
    abbreviation_of: str | None
    replaces_id: int | None


class Meaning(NamedTuple):
    """What a line needs of a definition. `plain` is none when nobody wrote it plainer."""

    concept_id: int
    language: str
    text: str
    plain: str | None


@dataclass(slots=True)
class Row:
    """A concept as far as it was read, in the shape in which `app.terms` reads concepts."""

    id: int
    code: str
    content_note: str | None
    terms: list[Word] = field(default_factory=list)
    definitions: list[Meaning] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line shows. `title`: the Dutch word; `also`: other words that answered; `note`: what a reader is warned of;
    `meaning`: (language, text); `word`: the client's, when it is not the title; `lacks_word`: nobody wrote one yet. Words
    come with what to mark in them."""

    code: str
    title: Word | None
    title_spans: Spans
    also: list[tuple[Word, Spans]]
    note: str | None
    meaning: tuple[str, str] | None
    word: Word | None
    word_spans: Spans
    lacks_word: bool


# The tables' columns: see `glossary.lookup`.
_CONCEPT, _TERM, _DEFINITION = Concept.__table__.c, Term.__table__.c, Definition.__table__.c
_IDS = bindparam("ids", expanding=True)
_CONCEPTS = select(_CONCEPT.id, _CONCEPT.code, _CONCEPT.sensitivity, _CONCEPT.content_note).where(_CONCEPT.id.in_(_IDS))
_TERMS = (
    select(*(_TERM[name] for name in Word._fields)).where(_TERM.concept_id.in_(_IDS)).order_by(_TERM.concept_id, _TERM.id)
)
_DEFINITIONS = (
    select(_DEFINITION.concept_id, _DEFINITION.language, _DEFINITION.text, _DEFINITION.plain)
    .where(_DEFINITION.concept_id.in_(_IDS))
    .order_by(_DEFINITION.id)
)


def lines_of_hits(session: Session, hits: Sequence[Hit], *, language: str, interface: str) -> list[Line]:
    """A line for each hit whose concept is there: of its terms those that answered, and those in Dutch, in English and in
    the client's `language`. `interface`: the language in which the reader wants the meaning."""
    matched = [term.term_id for hit in hits for term in hit.matched]
    rows = _read(session, [hit.concept_id for hit in hits], _terms_for(language), {"matched": matched})
    return [
        _line(rows[hit.concept_id], language, interface, hit) for hit in hits if hit.concept_id in rows
    ]


def lines_of(session: Session, ids: Sequence[int], *, language: str, interface: str) -> list[Line]:
    """A line for each of these concepts that is there, in this order."""
    rows = _read(session, ids, _TERMS, {})
    return [_line(rows[concept_id], language, interface) for concept_id in ids if concept_id in rows]


@lru_cache(maxsize=128)
def _terms_for(language: str) -> Select[Any]:
    bases = sorted({tag.partition("-")[0] for tag in ("nl", "en", *tags.fallbacks(language))})
    return _TERMS.where(
        or_(
            _TERM.id.in_(bindparam("matched", expanding=True)),
            _TERM.language.in_(bases),
            *(_TERM.language.startswith(f"{base}-", autoescape=True) for base in bases),
        )
    )


def _read(session: Session, ids: Sequence[int], words: Select[Any], given: dict[str, Any]) -> dict[int, Row]:
    if not ids:
        return {}
    given = {"ids": list(ids), **given}
    rows = {
        concept_id: Row(concept_id, code, note if sensitivity else None)
        for concept_id, code, sensitivity, note in session.execute(_CONCEPTS, given).all()
    }
    for word in map(Word._make, session.execute(words, given).all()):
        if word.concept_id in rows:
            rows[word.concept_id].terms.append(word)
    for meaning in map(Meaning._make, session.execute(_DEFINITIONS, given).all()):
        if meaning.concept_id in rows:
            rows[meaning.concept_id].definitions.append(meaning)
    return rows


def _line(row: Row, language: str, interface: str, hit: Hit | None = None) -> Line:
    title = terms.title_term(row)
    word = next(iter(terms.best_terms(row, language)), None)
    shown = {one.id for one in (title, word) if one}
    spans = dict(terms.matched_terms(hit, row)) if hit else {}
    return Line(
        code=row.code,
        title=title,
        title_spans=spans.get(title, ()),
        also=[(one, marked) for one, marked in spans.items() if one.id not in shown],
        note=row.content_note,
        meaning=terms.meaning(row, interface),
        word=word if word != title else None,
        word_spans=spans.get(word, ()),
        lacks_word=word is None,
    )
