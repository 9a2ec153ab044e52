"""Terms and definitions as rows of just what looking up needs: they are read at every letter that somebody types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, bindparam, cast, or_, select
from sqlalchemy.orm import Session

from glossary.models import Definition, Term
from glossary.spelling import words_of
from languages import folding
from storage.direct import Direct

#: How many concepts are asked for at a time; and how many, when no more than a page of a list are looked at.
MOST_AT_ONCE, FEW = 500, 40


class TermRow(NamedTuple):
    """What looking up needs of a term."""

    id: int
    concept_id: int
    language: str
    text: str
    status: str
    variants: tuple[str, ...]
    transliteration: str | None


# The tables' columns: the mapped ones cost several times as much. Variants come as they are stored, because most terms
# have none.
TERM, DEFINITION = Term.__table__.c, Definition.__table__.c
_NO_VARIANTS = (None, "[]", "null")
_IDS = bindparam("ids", expanding=True)
TERMS: Select[tuple[int, int, str, str, str, str | None, str | None]] = select(
    TERM.id, TERM.concept_id, TERM.language, TERM.text, TERM.status, cast(TERM.variants, Text), TERM.transliteration
)
_DEFINITIONS_OF = select(DEFINITION.concept_id, DEFINITION.language, DEFINITION.text, DEFINITION.plain).where(
    DEFINITION.concept_id.in_(_IDS)
)


def read_terms(rows: Iterable[Sequence[Any]]) -> list[TermRow]:
    """The rows of a query that begins as `TERMS`."""
    return [
        TermRow(
            number, concept_id, language, text, status,
            () if variants in _NO_VARIANTS else tuple(json.loads(variants)), transliteration,
        )
        for number, concept_id, language, text, status, variants, transliteration in rows
    ]  # fmt: skip


@cache
def _terms_of(most: int) -> Direct:
    return Direct(TERMS.where(TERM.concept_id.in_([bindparam(f"id_{n}", type_=TERM.concept_id.type) for n in range(most)])))


def term_rows(
    session: Session,
    concept_ids: Iterable[int],
    languages: Iterable[str] | None = None,
    statuses: Iterable[str] | None = None,
) -> list[TermRow]:
    """The terms of these concepts; of these languages with their varieties, and with these statuses, when they are given."""
    ids = list(concept_ids)
    if languages is None and statuses is None:
        return _all_term_rows(session, ids)
    wanted = TERMS.where(TERM.concept_id.in_(_IDS))
    if languages is not None:
        spoken = sorted(languages)
        wanted = wanted.where(
            or_(TERM.language.in_(spoken), *(TERM.language.startswith(f"{tag}-", autoescape=True) for tag in spoken))
        )
    if statuses is not None:
        wanted = wanted.where(TERM.status.in_(sorted(statuses)))
    return [row for some in slices(ids, MOST_AT_ONCE) for row in read_terms(session.execute(wanted, {"ids": some}).all())]


def _all_term_rows(session: Session, ids: list[int]) -> list[TermRow]:
    # by the driver's own cursor, as many numbers as the query has places for: this is most of what a search reads
    most = FEW if len(ids) <= FEW else MOST_AT_ONCE
    found: list[TermRow] = []
    for some in slices(ids, most):
        values = {f"id_{n}": number for n, number in enumerate(islice(cycle(some), most))}
        found += read_terms(_terms_of(most).rows(session.connection(), values))
    return found


def definition_words(session: Session, concept_ids: Iterable[int]) -> Iterator[tuple[int, set[str]]]:
    """(concept id, the words under which it is found) for each definition of these concepts."""
    for some in slices(list(concept_ids), MOST_AT_ONCE):
        for concept_id, *written in session.execute(_DEFINITIONS_OF, {"ids": some}).all():
            yield concept_id, words_of_definition(*written)


def words_of_definition(language: str, text: str, plain: str | None) -> set[str]:
    """The words under which a definition is found."""
    return {word for written in (text, plain or "") for word in words_of(folding.fold(written, language))}


def slices(values: list[int], size: int) -> Iterator[list[int]]:
    """Values in parts of at most this size."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
