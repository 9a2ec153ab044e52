"""Which terms occur in a sentence, and where; and whether a translation uses the words that were agreed.

Each word of the sentence has a set of keys: its fold, stem, lemma, what is left without affixes, the parts of a
Dutch compound (`languages.words.keys`). A word of a term has fewer. A term is there when each of its words shares a
key with a word of the sentence, in order (`glossary.trie`). Tags such as ``<1>`` are looked through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.forms import exact
from glossary.models import RANK, USABLE, Concept, Equivalence, Term
from glossary.reading import Certainty
from glossary.spotting import Place, Spot, mask_tags, places_in, spot_terms, spots_in
from glossary.vocabulary import Looked, kept_facts, views
from languages import tags
from languages.words import words


@dataclass(frozen=True, slots=True)
class TargetTerm:
    """A word for the concept in the target language or a variety of it."""

    term_id: int
    text: str
    language: str
    status: str
    register: str | None = None
    gender: str | None = None
    part_of_speech: str | None = None
    note: str | None = None
    reason: str | None = None


class Recognised(NamedTuple):
    """A term in a text: ``text[start:end] == surface``, tags inside it included.

    `certainty`: "exact" when the words stand there as the term or a variant is written, but for case; "possible" when
    they do after inflection, clitics or compounding are taken off. `targets`: what to say, best first; `forbidden`:
    what not to say. `differs`: language of the explanation -> in what the concepts differ. `part`: the term is only
    a part of a compound there. `within`: a longer term encloses it.
    """

    start: int
    end: int
    surface: str
    term_id: int
    concept_id: int
    code: str
    term: str
    language: str
    status: str
    certainty: Certainty
    part: bool = False
    within: bool = False
    keep_source: bool = False
    degree: str | None = None
    strategy: str | None = None
    differs: Mapping[str, str] = MappingProxyType({})
    targets: tuple[TargetTerm, ...] = ()
    forbidden: tuple[TargetTerm, ...] = ()

    @property
    def approved(self) -> tuple[TargetTerm, ...]:
        """The targets somebody approved."""
        return tuple(target for target in self.targets if target.status in USABLE)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A word in a translation that was forbidden or deprecated, and what to say instead."""

    start: int
    end: int
    surface: str
    term_id: int
    concept_id: int
    code: str
    status: str
    certainty: Certainty
    reason: str | None
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the translation should contain. `kind` "approved": none of the approved terms in `expected` is there;
    "source-word": the word of the source that must stay in brackets is not. Place and surface are in the source."""

    kind: Literal["approved", "source-word"]
    start: int
    end: int
    source_term: str
    expected: tuple[str, ...]
    concept_id: int
    code: str
    certainty: Certainty


def recognise(session: Session, text: str, *, source_language: str, target_language: str) -> list[Recognised]:
    """Terms of `source_language` in a text, in order, longer ones before those they enclose, each with what the
    target language has for it."""
    return recognise_all(session, [text], source_language=source_language, target_language=target_language)[0]


def recognise_all(
    session: Session, texts: Sequence[str], *, source_language: str, target_language: str
) -> list[list[Recognised]]:
    """`recognise` for many texts at the price of one look at the database."""
    seen = views(session, source_language)
    found = [places_in(seen, text) for text in texts]
    concepts = {find[0].concept_id for places in found for place in places for find in place[3]}
    facts = _facts(session, concepts, target_language, seen[0].looked)
    return [_recognised(text, places, facts) for text, places in zip(texts, found, strict=True)]


@dataclass(frozen=True, slots=True)
class Spotted:
    """A term in a text, without what another language has for it: ``text[start:end] == surface``."""

    start: int
    end: int
    surface: str
    term_id: int
    concept_id: int
    certainty: Certainty


def spot_all(session: Session, texts: Sequence[str], language: str) -> list[list[Spotted]]:
    """Where terms of a language occur in texts of that language: for looking through many, of which nothing is kept."""
    seen = views(session, language)
    return [
        [
            Spotted(spot.start, spot.end, spot.surface, spot.facts.id, spot.facts.concept_id, spot.certainty)
            for spot in spot_terms(seen, text)
        ]
        for text in texts
    ]


def forbidden_in(session: Session, text: str, language: str) -> list[Forbidden]:
    """Forbidden and deprecated words in a text. One inside a longer word or term that may be used is not meant, nor
    one that is an approved term of another concept. Of words that lie over each other only the longest is told, once."""
    seen = views(session, language)
    spots = spots_in(seen, text)
    allowed = {(spot.start, spot.end) for spot in spots if spot.facts.status in USABLE}
    bad = [
        spot
        for spot in spots
        if spot.facts.status in ("forbidden", "deprecated")
        and not spot.part
        and not any(start <= spot.start and spot.end <= end for start, end in allowed)
    ]
    bad = _outermost(bad, RANK)
    facts = _facts(session, {spot.facts.concept_id for spot in bad}, language, seen[0].looked)
    return [
        Forbidden(
            spot.start, spot.end, spot.surface, spot.facts.id, spot.facts.concept_id, facts[spot.facts.concept_id].code,
            spot.facts.status, spot.certainty, spot.facts.reason,
            tuple(target.text for target in facts[spot.facts.concept_id].targets if target.status in USABLE),
        )
        for spot in bad
        if spot.facts.concept_id in facts
    ]  # fmt: skip


def _outermost(spots: list[Spot], rank: dict[str, int]) -> list[Spot]:
    """Those that none of the others encloses; of several at one place the exact one, and the one most clearly said."""
    found: list[Spot] = []
    for spot in sorted(
        spots, key=lambda s: (s.start, -s.end, s.certainty != "exact", -rank[s.facts.status], s.facts.id)
    ):
        if not found or spot.end > found[-1].end:
            found.append(spot)
    return found


def missing_terms(
    session: Session, source: str, target: str, *, source_language: str, target_language: str
) -> list[Missing]:
    """What a translation lacks: approved terms of concepts in the source, in any inflection; and the source's own
    word, inflected or not, where the concept asks to keep it. A term inside a longer one, or only a part of a
    compound, asks nothing. A word of several concepts asks for a term of one of them, and is told once."""
    said = {
        spot.facts.concept_id
        for spot in spots_in(views(session, target_language), target)
        if spot.facts.status in USABLE
    }
    kept = {
        spot.facts.concept_id
        for spot in spots_in(views(session, source_language), target)
        if not spot.part and spot.facts.status not in ("forbidden", "deprecated")
    }
    hits = [
        hit
        for hit in recognise(session, source, source_language=source_language, target_language=target_language)
        if not hit.within and not hit.part
    ]
    found: list[Missing] = []
    asked: set[int] = set()
    for place in dict.fromkeys((hit.start, hit.end, hit.surface) for hit in hits):
        here = [hit for hit in hits if (hit.start, hit.end) == place[:2]]
        meant = [hit for hit in here if hit.concept_id in said] or [
            hit for hit in here if hit.concept_id not in asked
        ]
        asked.update(hit.concept_id for hit in here)
        wanting = [hit for hit in meant if hit.approved and hit.concept_id not in said]
        if wanting:
            first = wanting[0]
            expected = tuple(dict.fromkeys(term.text for hit in wanting for term in hit.approved))
            found.append(Missing("approved", *place, expected, first.concept_id, first.code, first.certainty))
        if tags.same_language(source_language, target_language):
            continue
        for hit in meant[:1]:
            if not hit.keep_source or hit.concept_id in kept:
                continue
            names = _names(session, hit, source_language)
            if not any(_stands_in(name, target, source_language) for name in names):
                found.append(Missing("source-word", *place, names, hit.concept_id, hit.code, hit.certainty))
    return found


def _names(session: Session, hit: Recognised, language: str) -> tuple[str, ...]:
    """What may stand in brackets: the term, or another name the concept has in the source language."""
    own = [
        (RANK[facts.status], facts.id, facts.text)
        for view in views(session, language)
        for facts in view.terms_of(hit.concept_id)
        if facts.status not in ("forbidden", "deprecated")
    ]
    return tuple(dict.fromkeys([hit.term, *(text for _, _, text in sorted(own))]))


def _stands_in(name: str, text: str, language: str) -> bool:
    """Whether the words of a name stand in a text, one after the other, in any case."""
    wanted = [exact(word.text, language) for word in words(name, language)]
    there = [exact(word.text, language) for word in words(mask_tags(text)[0], language)]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


# What the target language has


@dataclass(slots=True)
class _Concept:
    code: str
    keep_source: bool
    targets: tuple[TargetTerm, ...] = ()
    forbidden: tuple[TargetTerm, ...] = ()
    degree: str | None = None
    strategy: str | None = None
    differs: dict[str, str] = field(default_factory=dict)


def _facts(
    session: Session, concept_ids: Iterable[int], target_language: str, looked: Looked | None
) -> dict[int, _Concept]:
    """What is shown of each concept, for a reader of the target language."""
    written = tags.normalise(target_language)
    return kept_facts(session, concept_ids, written, lambda ids: _read_facts(session, ids, written), looked)


def _read_facts(session: Session, ids: list[int], target_language: str) -> dict[int, _Concept]:
    found: dict[int, _Concept] = {}
    terms: dict[int, list[TargetTerm]] = {}
    unwanted: set[int] = set()
    order = {tag: place for place, tag in enumerate(tags.fallbacks(target_language))}
    primaries = {tag.partition("-")[0] for tag in order}
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        rows = session.execute(
            select(Concept.id, Concept.code, Concept.keep_source).where(Concept.id.in_(some))
        )
        found |= {concept_id: _Concept(code, keep) for concept_id, code, keep in rows}
        columns = (
            Term.concept_id, Term.id, Term.text, Term.language, Term.status, Term.register, Term.gender,
            Term.part_of_speech, Term.note, Term.reason, Term.wish,
        )  # fmt: skip
        ours = [Term.language.in_(primaries), *(Term.language.startswith(f"{tag}-") for tag in primaries)]
        condition = ours[0]
        for more in ours[1:]:
            condition = condition | more
        for concept_id, *values, wish in session.execute(
            select(*columns).where(Term.concept_id.in_(some), condition)
        ):
            term = TargetTerm(*values)
            terms.setdefault(concept_id, []).append(term)
            if term.status in ("forbidden", "deprecated") or wish in ("forbidden", "deprecated"):
                unwanted.add(term.term_id)
        for row in session.scalars(
            select(Equivalence).where(Equivalence.concept_id.in_(some), Equivalence.language.in_(order))
        ):
            concept = found.get(row.concept_id)
            if concept is not None and (concept.degree is None or row.language == target_language):
                concept.degree, concept.strategy, concept.differs = (
                    row.degree,
                    row.strategy,
                    dict(row.differs or {}),
                )

    def place(term: TargetTerm) -> tuple[int, int, int]:
        return (
            RANK[term.status] > 1,
            order.get(term.language, len(order)) * 10 + RANK[term.status],
            term.term_id,
        )

    for concept_id, concept in found.items():
        own = sorted(terms.get(concept_id, ()), key=place)
        concept.targets = tuple(term for term in own if term.term_id not in unwanted)
        concept.forbidden = tuple(term for term in own if term.term_id in unwanted)
    return found


def _recognised(text: str, places: Sequence[Place], facts: dict[int, _Concept]) -> list[Recognised]:
    return [
        Recognised._make((
            start, end, text[start:end], term.id, term.concept_id, concept.code, term.text, term.language, term.status,
            certainty, part, within, concept.keep_source, concept.degree, concept.strategy,
            concept.differs, concept.targets, concept.forbidden,
        ))
        for start, end, within, finds in places
        for term, certainty, part, _ in finds
        if (concept := facts.get(term.concept_id)) is not None
    ]  # fmt: skip
