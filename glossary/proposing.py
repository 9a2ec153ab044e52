"""Changes that somebody asks for and somebody else decides on: of a word, a definition, how far a language has a concept.

A new word is proposed as a Term (`glossary.editing.propose_term`); everything else as a `Proposal`, which changes
nothing until it is approved. Both wait in one queue (`waiting`), the oldest first. Nobody approves their own, nor what
they last changed: a reviewer who puts it otherwise hands it back to whoever asked, who agrees, or to another reviewer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary import editing
from glossary.history import noted, recorded
from glossary.models import (
    DEGREES,
    GENDERS,
    PARTS_OF_SPEECH,
    REGISTERS,
    STATUSES,
    STRATEGIES,
    Concept,
    Definition,
    Equivalence,
    Proposal,
    Term,
    utc_now,
)
from glossary.refusals import (
    ChangedMeanwhile,
    EmptyTerm,
    NotDecidable,
    NothingChanges,
    OwnProposal,
    WrongValue,
    same_person,
)
from glossary.seeing import mark_seen
from languages import tags

#: What may be asked for, of each kind: the columns, with the values they take where those are a list.
FIELDS: dict[str, dict[str, tuple[str, ...] | None]] = {
    "term": {
        "status": tuple(status for status in STATUSES if status != "proposed"),
        "register": REGISTERS,
        "gender": GENDERS,
        "part_of_speech": PARTS_OF_SPEECH,
        "variants": None,
        "transliteration": None,
        "abbreviation_of": None,
        "note": None,
        "context": None,
        "context_source": None,
    },
    "definition": {"text": None, "plain": None, "source": None},
    "equivalence": {"degree": DEGREES, "strategy": STRATEGIES, "differs": None},
}
#: Longest text of a proposal, in characters: a definition, not a book.
LONGEST_TEXT = 5_000


# Asking


def propose_change(
    session: Session, concept: Concept, kind: str, about: Term | str, *, by: str, by_id: int | None = None,
    reason: str | None = None, context: str | None = None, context_source: str | None = None, **values: Any,
) -> Proposal:  # fmt: skip
    """Ask for a change of a term (`about` is the Term), or of a definition or an equivalence (`about` is a language,
    which need not have one yet). `values` are columns of `FIELDS[kind]`; those that stay as they are are left out.

    The same change that already waits from the same person is not asked for twice. Raises WrongValue,
    NothingChanges, UnknownLanguage."""
    row, language = _row(concept, kind, about)
    wanted = {name: _clean(kind, name, value) for name, value in values.items()}
    before = {name: _plain(row, name) for name in wanted}
    wanted = {name: value for name, value in wanted.items() if value != before[name]}
    if not wanted:
        raise NothingChanges
    _refuse_incomplete(kind, row, wanted)
    term_id = about.id if isinstance(about, Term) else None
    same = select(Proposal).where(
        Proposal.concept_id == concept.id, Proposal.kind == kind, Proposal.language == language,
        Proposal.state == "waiting", Proposal.by_id == by_id, Proposal.by == by,
    )  # fmt: skip
    for other in session.scalars(same):
        if (other.term_id, other.values) == (term_id, wanted):
            return other
    proposal = Proposal(
        concept_id=concept.id, kind=kind, language=language, term_id=term_id, values=wanted,
        before={name: before[name] for name in wanted}, reason=reason, context=context, context_source=context_source,
        by=by, by_id=by_id,
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    return proposal


def _row(concept: Concept, kind: str, about: Term | str) -> tuple[Any, str]:
    if kind not in FIELDS:
        raise WrongValue("kind", kind)
    if kind == "term":
        if not isinstance(about, Term) or about.concept_id != concept.id:
            raise WrongValue("term", str(about))
        return about, about.language
    language = tags.normalise(str(about))
    rows = concept.definitions if kind == "definition" else concept.equivalences
    return next((row for row in rows if row.language == language), None), language


def _plain(row: Any, name: str) -> Any:
    value = getattr(row, name, None) if row is not None else None
    if isinstance(value, (list, dict)):
        return value.copy()
    return value or None


def _clean(kind: str, name: str, value: Any) -> Any:
    """The value as it is kept. Raises WrongValue."""
    if name not in FIELDS[kind]:
        raise WrongValue(name, "")
    allowed = FIELDS[kind][name]
    if name == "variants":
        return [text for text in value or [] if text.strip()][:100]
    if name == "differs":
        return {tags.normalise(tag): text for tag, text in (value or {}).items() if text.strip()}
    if value is None or not str(value).strip():
        return None
    if allowed is not None and value not in allowed:
        raise WrongValue(name, str(value))
    if len(str(value)) > LONGEST_TEXT:
        raise WrongValue(name, f"{str(value)[:20]}…")
    return value


def _refuse_incomplete(kind: str, row: Any, values: dict[str, Any]) -> None:
    needed = {"definition": "text", "equivalence": "degree"}.get(kind)
    if needed and not values.get(needed, _plain(row, needed)):
        raise WrongValue(needed, "")


def withdraw(session: Session, proposal: Proposal, *, by: str, by_id: int | None = None) -> Proposal:
    """Whoever asked thinks better of it."""
    if not same_person(proposal.by, proposal.by_id, by, by_id):
        raise NotDecidable(proposal.id, proposal.state, "withdrawn")
    _refuse_decided(proposal)
    _close(proposal, "withdrawn", by, by_id, None)
    return proposal


# Deciding


def approve_change(
    session: Session, proposal: Proposal, *, by: str, by_id: int | None = None, answer: str | None = None
) -> Proposal:
    """Make the change. It counts from the next lookup on.

    Raises OwnProposal, NotDecidable, and ChangedMeanwhile when what it is about has changed since somebody asked."""
    _refuse_decided(proposal)
    _refuse_own(proposal, by, by_id)
    return _apply(session, proposal, by, by_id, answer)


def change_proposal(
    session: Session, proposal: Proposal, *, by: str, by_id: int | None = None, answer: str | None = None, **values: Any
) -> Proposal:
    """A reviewer puts it otherwise. It then waits for a second person: whoever asked agrees, or another reviewer
    approves. Raises WrongValue, NothingChanges, NotDecidable."""
    _refuse_decided(proposal)
    concept = concept_of(session, proposal)
    row = target_of(session, proposal, concept)
    wanted = proposal.values | {name: _clean(proposal.kind, name, value) for name, value in values.items()}
    before = {name: _plain(row, name) for name in wanted}
    wanted = {name: value for name, value in wanted.items() if value != before[name]}
    if not wanted:
        raise NothingChanges
    _refuse_incomplete(proposal.kind, row, wanted)
    proposal.values, proposal.before = wanted, {name: before[name] for name in wanted}
    proposal.changed_by, proposal.changed_by_id, proposal.answer = by, by_id, answer
    session.add(noted(concept, "changed a proposal", by=by, by_id=by_id, why=answer, proposer_id=proposal.by_id))
    session.flush()
    return proposal


def agree_change(session: Session, proposal: Proposal, *, by: str, by_id: int | None = None) -> Proposal:
    """Whoever asked agrees with how a reviewer put it: two people stand for it, one of them a reviewer.

    Raises NotDecidable when no reviewer changed it, OwnProposal for the one who did."""
    _refuse_decided(proposal)
    if proposal.changed_by is None:
        raise NotDecidable(proposal.id, proposal.state, "agreed")
    if same_person(proposal.changed_by, proposal.changed_by_id, by, by_id):
        raise OwnProposal(proposal.id, by)
    return _apply(session, proposal, by, by_id, proposal.answer)


def refuse_change(
    session: Session, proposal: Proposal, reason: str, *, by: str, by_id: int | None = None
) -> Proposal:
    """Refuse it, with the reason that whoever asked will read. Raises NotDecidable, OwnProposal."""
    _refuse_decided(proposal)
    if same_person(proposal.by, proposal.by_id, by, by_id):
        raise OwnProposal(proposal.id, by)
    concept = concept_of(session, proposal)
    act = noted(concept, "refused", by=by, by_id=by_id, why=reason, proposer_id=proposal.by_id)
    session.add(act)
    session.flush()
    _close(proposal, "refused", by, by_id, reason)
    proposal.history_id = act.id
    return proposal


def _apply(session: Session, proposal: Proposal, by: str, by_id: int | None, answer: str | None) -> Proposal:
    concept = concept_of(session, proposal)
    row = target_of(session, proposal, concept)
    now = {name: _plain(row, name) for name in proposal.before}
    if now != proposal.before or (proposal.kind == "term" and row is None):
        raise ChangedMeanwhile(proposal.id, now)
    why = " · ".join(part for part in (proposal.reason, answer) if part) or None
    with recorded(
        session, [concept], "approved a change", by=by, by_id=by_id, why=why, proposer_id=proposal.by_id
    ) as act:
        {"term": _apply_to_term, "definition": _apply_to_definition, "equivalence": _apply_to_equivalence}[
            proposal.kind
        ](concept, row, proposal, by, by_id)
    session.flush()
    _close(proposal, "approved", by, by_id, answer)
    proposal.history_id = act.id
    session.flush()
    return proposal


def _apply_to_term(concept: Concept, term: Term, proposal: Proposal, by: str, by_id: int | None) -> None:
    values = dict(proposal.values)
    status = values.pop("status", None)
    for name, value in values.items():
        setattr(term, name, value)
    if status is None:
        return
    if status == "preferred":
        for other in concept.terms:
            same_place = other.language == term.language and other.register == term.register
            if other is not term and same_place and other.status == "preferred":
                other.status = "admitted"
    term.status, term.wish = status, None
    term.decided_at, term.decided_by, term.decided_by_id = utc_now(), by, by_id
    term.reason = proposal.reason if status in ("forbidden", "deprecated") else None


def _apply_to_definition(
    concept: Concept, row: Definition | None, proposal: Proposal, by: str, by_id: int | None
) -> None:
    if row is None:
        row = Definition(language=proposal.language)
        concept.definitions.append(row)
    for name, value in proposal.values.items():
        setattr(row, name, value)
    mark_seen(row, by, by_id)


def _apply_to_equivalence(
    concept: Concept, row: Equivalence | None, proposal: Proposal, by: str, by_id: int | None
) -> None:
    if row is None:
        row = Equivalence(language=proposal.language, differs={})
        concept.equivalences.append(row)
    for name, value in proposal.values.items():
        setattr(row, name, value)
    row.created_by, row.created_by_id = proposal.by, proposal.by_id
    row.status, row.decided_at, row.decided_by, row.decided_by_id = "approved", utc_now(), by, by_id


def _close(proposal: Proposal, state: str, by: str, by_id: int | None, answer: str | None) -> None:
    proposal.state, proposal.answer, proposal.decided_at = state, answer, utc_now()
    proposal.decided_by, proposal.decided_by_id = by, by_id


def _refuse_decided(proposal: Proposal) -> None:
    if proposal.state != "waiting":
        raise NotDecidable(proposal.id, proposal.state, "decided")


def _refuse_own(proposal: Proposal, by: str, by_id: int | None) -> None:
    hands = [(proposal.by, proposal.by_id)]
    if proposal.changed_by is not None:
        hands.append((proposal.changed_by, proposal.changed_by_id))
    if any(same_person(name, number, by, by_id) for name, number in hands):
        raise OwnProposal(proposal.id, by)


def concept_of(session: Session, proposal: Proposal) -> Concept:
    """The concept a proposal is about. Raises NotDecidable when it was removed."""
    concept = session.get(Concept, proposal.concept_id)
    if concept is None:
        raise NotDecidable(proposal.id, proposal.state, "decided")
    return concept


def target_of(session: Session, proposal: Proposal, concept: Concept) -> Term | Definition | Equivalence | None:
    """The row a proposal is about as it is now; None when there is none yet, or none any more."""
    if proposal.kind == "term":
        return next((term for term in concept.terms if term.id == proposal.term_id), None)
    rows = concept.definitions if proposal.kind == "definition" else concept.equivalences
    return next((row for row in rows if row.language == proposal.language), None)


# A reviewer's own wording of a proposed word


def change_proposed_term(
    session: Session, term: Term, text: str, status: str, *, by: str, by_id: int | None = None, why: str | None = None,
    **values: Any,
) -> Term:  # fmt: skip
    """A reviewer writes a proposed word otherwise and says what it should become. It waits for a second person.

    Raises NotDecidable, EmptyTerm, TermTooLong, DuplicateTerm."""
    if term.status != "proposed":
        raise NotDecidable(term.id, term.status, "changed")
    if not text.strip():
        raise EmptyTerm
    return editing.change_term(session, term, by=by, by_id=by_id, why=why, text=text, wish=status, **values)


def may_agree(term: Term, by: str, by_id: int | None) -> bool:
    """Whether this person proposed the word that a reviewer has put otherwise since."""
    return (
        term.status == "proposed"
        and term.changed_by is not None
        and not same_person(term.changed_by, term.changed_by_id, by, by_id)
        and same_person(term.created_by, term.created_by_id, by, by_id)
    )


def agree_term(session: Session, term: Term, *, by: str, by_id: int | None = None) -> Term:
    """Whoever proposed a word agrees with a reviewer's wording: it becomes what the reviewer said.

    Raises NotDecidable when no reviewer changed it, OwnProposal for the reviewer who did."""
    if term.status != "proposed" or term.changed_by is None:
        raise NotDecidable(term.id, term.status, "agreed")
    if same_person(term.changed_by, term.changed_by_id, by, by_id):
        raise OwnProposal(term.id, by)
    status = term.wish if term.wish in editing.USABLE else "preferred"
    return editing.decide_term(session, term, status, by=by, by_id=by_id, why=None)
