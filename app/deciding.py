"""What a reviewer may do with a proposal, whoever asks for it: a page, or a program with the reviewer's token.

Each verb checks who may, does one thing and commits nothing. Raises what the term base raises, NotAllowed and ReasonNeeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import access, impact
from app.access import Hidden, NotAllowed
from app.models import AnswerRead, Impact, Person
from glossary import editing, law, proposing, seeing
from glossary.models import USABLE, Concept, Definition, History, LegalReference, Proposal, Term
from glossary.refusals import ChangedMeanwhile, same_person
from languages import tags


class ReasonNeeded(ValueError):
    """Whoever reads the decision has to learn why."""


def _by(person: Person) -> dict[str, Any]:
    return {"by": person.name, "by_id": person.id}


def decide_term(
    session: Session, person: Person, term: Term, decision: str, *, reason: str | None = None, text: str | None = None,
    also: int | None = None, **facts: Any,
) -> str:  # fmt: skip
    """Decide on a proposed word: "prefer", "admit" or "refuse". `text` is the reviewer's own wording, `facts` other
    columns, `also` the number of the word of the other language that was proposed with it.

    What came of it: "approved", "refused", or "changed" when the wording waits for a second person."""
    access.require_language_reviewer(person, term.language)
    if term.status != "proposed":
        raise editing.NotDecidable(term.id, term.status, "decided")
    if decision == "refuse":
        if not reason:
            raise ReasonNeeded
        if same_person(term.created_by, term.created_by_id, person.name, person.id):
            raise editing.OwnProposal(term.id, person.name)
        editing.refuse_term(session, term, reason, **_by(person))
        return "refused"
    if decision not in ("prefer", "admit"):
        raise Hidden
    status = "preferred" if decision == "prefer" else "admitted"
    facts = {name: value for name, value in facts.items() if value != (getattr(term, name) or None)}
    if text is not None and text != term.text:
        proposing.change_proposed_term(session, term, text, status, why=reason, **facts, **_by(person))
        return "changed"
    editing.refuse_own(term, person.name, person.id)
    if facts:
        editing.change_term(session, term, why=reason, **facts, **_by(person))
    replaced = _in_the_place_of(session, term)
    editing.approve_term(session, term, status, why=reason, **_by(person))
    _follow_replaced(session, person, term, replaced)
    other = next((t for t in term.concept.terms if t.id == also and t.status == "proposed"), None)
    if other is not None and access.reviews_language(person, other.language):
        editing.approve_term(session, other, "preferred", why=reason, **_by(person))
    return "approved"


def decide_change(
    session: Session, person: Person, proposal: Proposal, decision: str, *, reason: str | None = None,
    values: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    """Decide on a change somebody asked for: "approve" or "refuse"; `values` are how the reviewer puts it otherwise.
    What came of it, as `decide_term` says it."""
    access.require_language_reviewer(person, proposal.language)
    if decision == "refuse":
        if not reason:
            raise ReasonNeeded
        proposing.refuse_change(session, proposal, reason, **_by(person))
        return "refused"
    if decision != "approve":
        raise Hidden
    if values:
        proposing.change_proposal(session, proposal, answer=reason, **values, **_by(person))
        return "changed"
    proposing.approve_change(session, proposal, answer=reason, **_by(person))
    _follow_change(session, person, proposal)
    return "approved"


def agree_term(session: Session, person: Person, term: Term) -> None:
    """Whoever proposed a word agrees with a reviewer's wording."""
    if not proposing.may_agree(term, person.name, person.id):
        raise NotAllowed("own-proposal")
    replaced = _in_the_place_of(session, term)
    proposing.agree_term(session, term, **_by(person))
    _follow_replaced(session, person, term, replaced)


def agree_change(session: Session, person: Person, proposal: Proposal) -> None:
    """Whoever asked for a change agrees with how a reviewer put it."""
    if proposal.by_id != person.id:
        raise Hidden
    proposing.agree_change(session, proposal, **_by(person))
    _follow_change(session, person, proposal)


def agree(session: Session, person: Person, asked: Term | Proposal) -> Concept:
    """Whoever asked agrees with how a reviewer put it; of which concept."""
    if isinstance(asked, Term):
        agree_term(session, person, asked)
        return asked.concept
    agree_change(session, person, asked)
    return session.get_one(Concept, asked.concept_id)


def withdraw(session: Session, person: Person, asked: Term | Proposal, reason: str) -> None:
    """Whoever asked thinks better of it; the history has it. Raises NotDecidable, and Hidden for anybody else."""
    if isinstance(asked, Term):
        if asked.created_by_id != person.id:
            raise Hidden
        editing.refuse_term(session, asked, reason, **_by(person))
        return
    if asked.by_id != person.id:
        raise Hidden
    proposing.withdraw(session, asked, **_by(person))


def mark_read(session: Session, person: Person, answers: Iterable[int]) -> int:
    """Note that this person read these answers to their proposals (numbers in the history); how many are theirs."""
    mine = set(session.scalars(select(History.id).where(History.id.in_(answers), History.proposer_id == person.id)))
    read = select(AnswerRead.history_id).where(AnswerRead.person_id == person.id, AnswerRead.history_id.in_(mine))
    known = set(session.scalars(read))
    session.add_all(AnswerRead(person_id=person.id, history_id=number) for number in sorted(mine - known))
    return len(mine)


def waive_term(session: Session, person: Person, term: Term, reason: str | None) -> None:
    """An administrator lets one person write and approve this word; the reason is kept and shown. Raises NotDecidable."""
    access.require_role(person, access.RoleName.ADMINISTRATOR)
    if not reason:
        raise ReasonNeeded
    editing.waive_term(session, term, reason, **_by(person))


def may_confirm(person: Person, language: str) -> bool:
    """Whether this person may say that a definition in this language is right: its reviewers; and of the languages the desk
    works in, whoever writes concepts."""
    if language in DESK_LANGUAGES:
        return access.has_role(person, access.RoleName.STAFF, access.RoleName.REVIEWER, access.RoleName.ADMINISTRATOR)
    return access.reviews_language(person, language)


def confirm_definition(session: Session, person: Person, definition: Definition, words: str) -> None:
    """A second person read a definition. Raises OwnProposal, ChangedMeanwhile."""
    if not may_confirm(person, definition.language):
        raise NotAllowed("not-reviewer", language=definition.language)
    seeing.confirm(session, definition, words=words, **_by(person))


@dataclass(slots=True)
class ReadThrough:
    """What came of approving what somebody read: how many words, comparisons and definitions, how many were their own and
    wait for somebody else, and how many concepts had changed since they were shown."""

    words: int = 0
    comparisons: int = 0
    definitions: int = 0
    own: int = 0
    changed: int = 0


def approve_read(session: Session, person: Person, language: str, read: Iterable[tuple[int, int]]) -> ReadThrough:
    """Approve the words and comparisons in a language of the concepts that a reviewer read, (number, version shown). A word
    becomes what it was proposed to be, and takes the place of no preferred word that is there."""
    access.require_language_reviewer(person, language)
    done = ReadThrough()
    for number, version in read:
        concept = session.get(Concept, number)
        if concept is None or concept.version != version:
            done.changed += 1
            continue
        for term in sorted(words_to_read(person, concept, language), key=lambda t: (t.wish != "preferred", t.id)):
            place = (term.language, term.register)
            taken = any(t.status == "preferred" and (t.language, t.register) == place for t in concept.terms)
            try:
                decide_term(session, person, term, "admit" if taken or term.wish == "admitted" else "prefer")
                done.words += 1
            except editing.OwnProposal:
                done.own += 1
        for row in concept.equivalences:
            if row.status == "proposed" and tags.same_language(row.language, language) and access.reviews_language(person, row.language):
                try:
                    editing.approve_equivalence(session, row, **_by(person))
                    done.comparisons += 1
                except editing.OwnProposal:
                    done.own += 1
        for definition in concept.definitions:
            mine = tags.same_language(definition.language, language) and may_confirm(person, definition.language)
            if mine and not definition.seen and not seeing.is_own(session, definition, person.name, person.id):
                seeing.confirm(session, definition, **_by(person))
                done.definitions += 1
    return done


def words_to_read(person: Person, concept: Concept, language: str) -> list[Term]:
    """The words of a concept that wait in a language and that this person decides on; not those to be forbidden."""
    return [
        term for term in concept.terms
        if term.status == "proposed" and term.wish not in ("forbidden", "deprecated")
        and tags.same_language(term.language, language) and access.reviews_language(person, term.language)
    ]  # fmt: skip


#: Languages that everybody at the desk reads.
DESK_LANGUAGES = ("nl", "en")


def find_proposal(session: Session, proposal_id: int) -> Proposal:
    """The proposal, locked, so that two who decide at once are one after the other. Raises Hidden."""
    proposal = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    if proposal is None or session.get(Concept, proposal.concept_id) is None:
        raise Hidden
    return proposal


def find_term(session: Session, term_id: int) -> Term:
    """The term. Raises Hidden."""
    term = session.get(Term, term_id)
    if term is None:
        raise Hidden
    return term


def find_reference(session: Session, reference_id: int) -> LegalReference:
    """The quotation of a law, locked, with its concept. Raises Hidden."""
    query = select(LegalReference).where(LegalReference.id == reference_id).options(joinedload(LegalReference.concept))
    reference = session.scalar(query.with_for_update(of=LegalReference))
    if reference is None:
        raise Hidden
    return reference


# What follows from it


def _in_the_place_of(session: Session, term: Term) -> Term | None:
    """The word that this one takes the place of, if it may be used until then."""
    replaced = session.get(Term, term.replaces_id) if term.replaces_id is not None else None
    return replaced if replaced is not None and replaced.status in USABLE else None


def _follow_replaced(session: Session, person: Person, term: Term, replaced: Term | None) -> None:
    """Texts that use the word which this one took the place of go into the reviewers' queue."""
    if replaced is not None:
        impact.follow(session, term.concept, replaced, "replaced", by=person, reason=term.reason or "")


def _follow_change(session: Session, person: Person, proposal: Proposal) -> None:
    """The same when somebody agreed that a word must not be used, or is old."""
    status = proposal.values.get("status")
    if proposal.kind == "term" and status in ("forbidden", "deprecated"):
        term = session.get_one(Term, proposal.term_id)
        impact.follow(session, term.concept, term, status, by=person, reason=proposal.reason or "")


def make_change(session: Session, person: Person, found: Impact, reason: str) -> int:
    """Make the change that a search was asked for, and put what must change into the reviewers' queues; how many
    entries are open. Raises NotAllowed, OwnProposal, NotDecidable, ChangedMeanwhile."""
    concept = session.get(Concept, found.concept_id)
    if concept is None:
        raise Hidden
    if found.applied_at is not None:
        raise editing.NotDecidable(found.id, "applied", "applied")
    if found.wanted == "law":
        access.require_role(person, *LOOKS_AT_LAW)
        return impact.apply(session, found, by=person, reason=reason)
    term = next((t for t in concept.terms if t.id == found.terms[0]["id"]), None)
    if term is None:
        raise Hidden
    access.require_language_reviewer(person, term.language)
    if not reason:
        raise ReasonNeeded
    subject = found.subject or {}
    if subject.get("proposal"):
        proposal = find_proposal(session, subject["proposal"])
        if proposal.concept_id != concept.id or proposal.term_id != term.id:
            raise Hidden
        proposing.approve_change(session, proposal, answer=reason, **_by(person))
    elif subject.get("by"):
        other = session.get(Term, subject["by"])
        if other is None or other.status != "proposed" or other.replaces_id != term.id:
            raise editing.NotDecidable(subject["by"], "decided", "approved")
        editing.approve_term(session, other, "preferred", why=reason, **_by(person))
    elif found.wanted == "forbidden":
        editing.forbid_term(session, term, reason, **_by(person))
    else:
        editing.deprecate_term(session, term, reason, **_by(person))
    return impact.apply(session, found, by=person, reason=reason, instead=impact.instead_of(concept, term))


#: Who looks at changes of the law.
LOOKS_AT_LAW = (access.RoleName.REVIEWER, access.RoleName.STAFF, access.RoleName.ADMINISTRATOR)


def settle_law(
    session: Session, person: Person, reference: LegalReference, *, take_over: bool, why: str, flagged: str
) -> None:
    """A person looked at a change of the law. `flagged`: the moment of the flag they saw. Raises ChangedMeanwhile when
    a newer text came in, or somebody was faster."""
    access.require_role(person, *LOOKS_AT_LAW)
    if reference.flagged_at is None or flagged != reference.flagged_at.isoformat():
        raise ChangedMeanwhile(reference.id, {})
    if not why:
        raise ReasonNeeded
    law.settle(session, reference, why=why, take_over=take_over, **_by(person))
