"""What a change of a term touches. The term base knows no documents and no memory: whoever keeps texts says how to
search them (`Finder`), and gets back which of them use a term, recognised in any inflection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from glossary.models import Concept, Term
from glossary.recognition import Spotted, spot_all


@dataclass(frozen=True, slots=True)
class TextUsing:
    """A text that may use a term. `reference` is its owner's: a segment, a memory unit, a document."""

    reference: object
    text: str


class Finder(Protocol):
    """Gives every text of a language that may hold one of these words; it may give too many, never too few."""

    def __call__(self, session: Session, language: str, words: Iterable[str]) -> Iterable[TextUsing]: ...


@dataclass(frozen=True, slots=True)
class Use:
    """A text that uses a term, and where."""

    reference: object
    text: str
    spots: tuple[Spotted, ...]


def uses_of(session: Session, term: Term, find: Finder, *, batch: int = 200) -> Iterator[Use]:
    """Texts that use a term (or a variant of it) in any inflection: those to look at when it is changed, deprecated
    or forbidden. Call it before the change is made, or with the term as it was."""
    forms = [term.text, *(term.variants or [])]
    waiting: list[TextUsing] = []
    for candidate in find(session, term.language, forms):
        waiting.append(candidate)
        if len(waiting) == batch:
            yield from _using(session, term, waiting)
            waiting = []
    yield from _using(session, term, waiting)


def uses_of_concept(
    session: Session, concept: Concept, languages: Iterable[str], find: Finder
) -> Iterator[tuple[Term, Use]]:
    """The same for every term of a concept in these languages: for a change of the law that the concept cites."""
    for term in concept.terms_in(*languages):
        for use in uses_of(session, term, find):
            yield term, use


def _using(session: Session, term: Term, texts: list[TextUsing]) -> Iterator[Use]:
    found = spot_all(session, [candidate.text for candidate in texts], term.language)
    for candidate, spots in zip(texts, found, strict=True):
        own = tuple(spot for spot in spots if spot.term_id == term.id)
        if own:
            yield Use(candidate.reference, candidate.text, own)
