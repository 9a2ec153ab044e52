"""The term base as pages and commands show it: the index of this node, and a concept with the answer first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db
from app.models import Confidentiality, Segment
from glossary import editing, lookup, recognition
from glossary.models import Concept, Definition, Equivalence, Term
from importers import inline
from languages import tags

if TYPE_CHECKING:
    from glossary.termindex import TermIndex

#: Which words come first.
ORDER = {"preferred": 0, "admitted": 1, "proposed": 2, "deprecated": 3, "forbidden": 4}


def open_index() -> lookup.SearchIndex:
    """This process's index for looking up."""
    return index_in(current_app.extensions["config"].index / "terms")


@cache
def index_in(folder: Path) -> TermIndex:
    """The index kept in a folder, opened once in a process."""
    from glossary.termindex import TermIndex  # numpy: only who looks something up needs it

    return TermIndex(folder, another_session)


def another_session(session: Session) -> Session:
    """A session that reads the database of this one, for another thread."""
    bind = session.get_bind()
    return db.new_session(bind if isinstance(bind, Engine) else bind.engine, writes=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A concept for one reader. `title`: the Dutch word; `meaning`: the definition to read first, plain if there is
    one; `words`: terms in the client's language, best first; `differs`: how it differs, (language, text).
    `meaning_client` and `differs_client` are the same in the client's own words, none when nobody wrote them or they
    are the ones shown already; `stands_in`: the language of `words` when there are none in the very variety asked for."""

    title: Term | None
    meaning: tuple[str, str] | None
    meaning_nl: tuple[str, str] | None
    meaning_client: tuple[str, str] | None
    definitions: list[Definition]
    words: list[Term]
    equivalence: Equivalence | None
    differs: tuple[str, str] | None
    differs_client: tuple[str, str] | None
    stands_in: str | None
    others: list[tuple[str, list[Term]]]
    confused_with: list[Concept]


def best_terms(concept: Concept, language: str) -> list[Term]:
    """The words for a language, or for the closest variety there is, best first; forbidden ones last."""
    for tag in tags.fallbacks(language):
        found = [t for t in concept.terms if t.language == tag and t.replaces_id is None]
        if found:
            return sorted(found, key=lambda t: (ORDER.get(t.status, 9), t.abbreviation_of is not None, t.id))
    same = [t for t in concept.terms if tags.same_language(t.language, language)]
    return sorted(same, key=lambda t: (ORDER.get(t.status, 9), t.id))


def title_term(concept: Concept) -> Term | None:
    """The Dutch word of a concept; another language's when it has none."""
    return next(iter(best_terms(concept, "nl") or best_terms(concept, "en") or concept.terms), None)


def meaning(concept: Concept, interface: str) -> tuple[str, str] | None:
    """(language, text) of the definition to read first: plain, in the interface's language if there is one."""
    by_language = {d.language: d for d in concept.definitions}
    found = by_language.get(interface) or by_language.get("en") or next(iter(by_language.values()), None)
    return (found.language, found.plain or found.text) if found else None


def matched_terms(hit: lookup.Hit, concept: Concept) -> list[tuple[Term, tuple]]:
    """The terms that answered a question, with what to highlight in each."""
    by_id = {term.id: term for term in concept.terms}
    return [(by_id[m.term_id], m.spans) for m in hit.matched if m.term_id in by_id][:3]


def concept_page(concept: Concept, *, language: str, interface: str) -> Shown:
    """Everything of a concept in the order in which it is read at the desk."""
    definitions = {d.language: d for d in concept.definitions}
    first = meaning(concept, interface)
    dutch = definitions.get("nl")
    equivalence = next(
        (e for tag in tags.fallbacks(language) for e in concept.equivalences if e.language == tag), None
    )
    differs = None
    if equivalence is not None and equivalence.differs:
        for tag in (interface, "en", "nl", *equivalence.differs):
            if equivalence.differs.get(tag):
                differs = (tag, equivalence.differs[tag])
                break
    near = tags.fallbacks(language)
    client = next((definitions[tag] for tag in near if tag in definitions), None)
    told = equivalence.differs if equivalence is not None else {}
    differs_client = next(((tag, told[tag]) for tag in near if told.get(tag)), None)
    answer = best_terms(concept, language)
    by_language: dict[str, list[Term]] = {}
    for term in concept.terms:
        by_language.setdefault(term.language, [])
    shown = {t.id for t in answer}
    others = [
        (tag, [t for t in best_terms(concept, tag) if t.language == tag])
        for tag in sorted(by_language, key=lambda tag: (tag != "nl", tag != "en", tag))
    ]
    return Shown(
        title=title_term(concept),
        meaning=first,
        meaning_nl=("nl", dutch.plain or dutch.text) if dutch and first and first[0] != "nl" else None,
        meaning_client=(client.language, client.plain or client.text)
        if client and (not first or client.language != first[0])
        else None,
        definitions=list(concept.definitions),
        words=answer,
        equivalence=equivalence,
        differs=differs,
        differs_client=differs_client if differs_client != differs else None,
        stands_in=answer[0].language if answer and answer[0].language != tags.normalise(language) else None,
        others=[(tag, terms) for tag, terms in others if not {t.id for t in terms} <= shown],
        confused_with=_confused_with(concept),
    )


class WhichMeaning(Exception):
    """The source word is a word for several concepts: somebody has to choose. `concepts`: the candidates."""

    def __init__(self, concepts: list[Concept]) -> None:
        self.concepts = concepts
        super().__init__("several concepts have this word")


def _confused_with(concept: Concept) -> list[Concept]:
    """What it must not be taken for, false friends first; the relation may stand at either end."""
    found: dict[int, Concept] = {}
    for kind in ("false_friend", "near"):
        for relation in concept.relations:
            if relation.kind == kind:
                found[relation.other.id] = relation.other
        for relation in concept.relations_in:
            if relation.kind == kind:
                found[relation.concept.id] = relation.concept
    return list(found.values())


def propose_from_text(
    session: Session,
    *,
    source: str,
    source_language: str,
    text: str,
    language: str,
    by: str,
    by_id: int | None,
    code: str | None = None,
    **values: object,
) -> Term:
    """Propose a word for what a source word means: for the concept `code`, or the one that has that word, or for a new
    one (also when `code` is ""). Values are columns of Term: `note`, `reason`, `context`, `context_source`, ...

    Raises WhichMeaning, and DuplicateTerm, EmptyTerm, TermTooLong of glossary.editing.
    """
    word = source.strip()
    concept = editing.concept_with_code(session, code) if code else None
    if concept is None and code is None:
        hits = recognition.recognise(session, word, source_language=source_language, target_language=language)
        whole = [h.concept_id for h in hits if h.certainty == "exact" and (h.start, h.end) == (0, len(word))]
        found = [session.get_one(Concept, concept_id) for concept_id in dict.fromkeys(whole)]
        if len(found) > 1:
            raise WhichMeaning(found)
        concept = found[0] if found else None
    if concept is None:
        concept = editing.new_concept(session, title=word, by=by, by_id=by_id, origin="own")
        editing.propose_term(session, concept, source_language, word, by=by, by_id=by_id)
    return editing.propose_term(session, concept, language, text.strip(), by=by, by_id=by_id, **values)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the editor hands over with a proposal: the sentence, and where it stands. `withheld` when the document is
    confidential: then the term base learns neither."""

    text: str | None
    source: str | None
    withheld: bool


def sentence_of(segment: Segment) -> Sentence:
    """The sentence of a segment as the context of a term. The document is named by number, not by title: a title may
    name a client, and everybody reads the term base."""
    document = segment.translation.document
    if document.confidentiality == Confidentiality.CONFIDENTIAL:
        return Sentence(None, None, True)
    return Sentence(inline.plain(segment.sentence.text), place_of(document.id, segment.position), False)


def place_of(document_id: int, position: int) -> str:
    """Where a sentence stands, as a term keeps it: "document 12 · 34". `app.erasure` finds it by its beginning."""
    return f"document {document_id} · {position + 1}"
