"""The verbs of the term base: propose, approve, refuse, forbid, remove, and take any of it back.

Every verb takes the session first, never commits, files its act in `History` and tells the indexes. `by` is the
name to show; `by_id` is the caller's number for that person, which the two-person rule compares.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from glossary.equivalence import approve_equivalence, describe_equivalence
from glossary.history import history_of, record_new, recorded, take_back
from glossary.models import (
    LONGEST_TERM,
    USABLE,
    Concept,
    History,
    Term,
    utc_now,
)
from glossary.refusals import (
    DuplicateCode,
    DuplicateTerm,
    EmptyTerm,
    NotDecidable,
    OwnProposal,
    TermTooLong,
    same_person,
)
from glossary.relations import CyclicRelation, add_relation, remove_relation
from languages import tags

__all__ = [
    "CyclicRelation", "DuplicateCode", "DuplicateTerm", "EmptyTerm", "NotDecidable", "OwnProposal", "TermTooLong",
    "add_relation", "approve_equivalence", "approve_term", "change_concept",
    "change_term", "concept_with_code", "count_proposals", "decide_term",
    "decisions_for", "deprecate_term", "describe_equivalence", "forbid_term", "free_code",
    "history_of", "new_concept", "proposals", "propose_term",
    "refuse_own", "refuse_term", "remove_concept", "remove_relation", "undo", "waive_term",
]  # fmt: skip

undo = take_back


# Concepts


def new_concept(
    session: Session, code: str | None = None, *, by: str, by_id: int | None = None, **values: Any
) -> Concept:
    """A new concept. `code` may be left out when `title` (any text) is given to make one from; other values are
    columns of Concept. Raises DuplicateCode."""
    title = values.pop("title", None)
    code = code or free_code(session, title or "concept")
    concept = Concept(
        code=code, created_by=by, created_by_id=by_id, changed_by=by, changed_by_id=by_id, **values
    )
    try:
        with session.begin_nested():
            session.add(concept)
    except IntegrityError:
        raise DuplicateCode(code) from None
    record_new(session, concept, "created")
    return concept


def free_code(session: Session, title: str) -> str:
    """A public name made from a title, with a number behind it when that is taken."""
    stem = (
        re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", title).casefold()).strip("-_")[:180] or "concept"
    )
    taken = set(
        session.scalars(
            select(Concept.code).where(
                or_(Concept.code == stem, Concept.code.startswith(f"{stem}-", autoescape=True))
            )
        )
    )
    if stem not in taken:
        return stem
    return next(f"{stem}-{number}" for number in range(2, len(taken) + 3) if f"{stem}-{number}" not in taken)


def concept_with_code(session: Session, code: str) -> Concept | None:
    """The concept of that public name, or None."""
    return session.scalar(select(Concept).where(Concept.code == code))


def change_concept(
    session: Session,
    concept: Concept,
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
    **values: Any,
) -> Concept:
    """Change columns of a concept, or replace a whole list of what hangs from it (`definitions=[Definition(...)]`)."""
    with recorded(session, [concept], "changed", by=by, by_id=by_id, why=why):
        for name, value in values.items():
            _set(session, concept, name, value)
    return concept


def _set(session: Session, concept: Concept, name: str, value: Any) -> None:
    if not isinstance(value, list):
        setattr(concept, name, value)
        return
    # The old rows must be gone before the new ones come, or a unique language stands in its own way.
    getattr(concept, name).clear()
    session.flush()
    getattr(concept, name).extend(value)


def remove_concept(
    session: Session, concept: Concept, *, by: str, by_id: int | None = None, why: str
) -> History:
    """Remove a concept with all its terms. Its history stays, and `undo` brings it back as it was."""
    with recorded(session, [concept], "removed", by=by, by_id=by_id, why=why) as act:
        session.delete(concept)
    return act


# Terms


def propose_term(
    session: Session,
    concept: Concept,
    language: str,
    text: str,
    *,
    by: str,
    by_id: int | None = None,
    **values: Any,
) -> Term:
    """Propose a word for a concept. Values are columns of Term: `wish` (what it should become), `reason`, `context`,
    `context_source`, `replaces_id`, `register`, `note`, `variants`, ...

    Raises UnknownLanguage, EmptyTerm, TermTooLong, DuplicateTerm (also when somebody else was a moment faster)."""
    language = tags.normalise(language)
    _refuse_unfit(text)
    _refuse_duplicate(concept, language, text)
    term = Term(language=language, text=text, created_by=by, created_by_id=by_id, status="proposed", **values)
    with recorded(session, [concept], "proposed", by=by, by_id=by_id, why=values.get("reason")):
        try:
            with session.begin_nested():
                concept.terms.append(term)
        except IntegrityError:
            session.expire(concept, ["terms"])
            raise DuplicateTerm(None, concept.id, language, text) from None
    return term


def approve_term(
    session: Session,
    term: Term,
    status: str = "preferred",
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
    waiver: str | None = None,
) -> Term:
    """Make a term `preferred` or `admitted`. It counts from the next lookup on.

    One term is preferred per language and register: the one before becomes admitted. A term that this one was
    proposed to replace becomes deprecated. `waiver` says why one person may do both, where a language has no
    second; it is kept in the history. Raises OwnProposal."""
    if status not in USABLE:
        raise ValueError(f"{status!r} is not one of {', '.join(USABLE)}")
    if waiver is None:
        refuse_own(term, by, by_id)
        waiver = term.waiver if _is_own(term, by, by_id) else None
    return decide_term(session, term, status, by=by, by_id=by_id, why=f"waiver: {waiver}" if waiver else why)


def waive_term(session: Session, term: Term, reason: str, *, by: str, by_id: int | None = None) -> Term:
    """Let one person both write and approve this word, because its language has no second one. Raises NotDecidable."""
    if term.status != "proposed":
        raise NotDecidable(term.id, term.status, "waived")
    with recorded(session, [term.concept], "waived", by=by, by_id=by_id, why=reason, proposer_id=term.created_by_id):
        term.waiver, term.waived_by, term.waived_by_id = reason, by, by_id
    return term


def decide_term(
    session: Session, term: Term, status: str, *, by: str, by_id: int | None = None, why: str | None = None
) -> Term:
    """Make a term `preferred` or `admitted` without asking who: for callers that have asked (`approve_term`,
    `glossary.proposing.agree_term`)."""
    with recorded(
        session, [term.concept], "approved", by=by, by_id=by_id, why=why, proposer_id=term.created_by_id
    ):
        if status == "preferred":
            for other in term.concept.terms:
                same_place = other.language == term.language and other.register == term.register
                if other is not term and same_place and other.status == "preferred":
                    other.status = "admitted"
        if term.replaces_id is not None:
            replaced = session.get(Term, term.replaces_id)
            if replaced is not None and replaced.status in (*USABLE, "proposed"):
                _decide(replaced, "deprecated", by, by_id)
                replaced.reason = term.reason
            term.replaces_id = None
        _decide(term, status, by, by_id)
    return term


def refuse_term(session: Session, term: Term, reason: str, *, by: str, by_id: int | None = None) -> History:
    """Refuse a proposal, with the reason its proposer will read (`decisions_for`). The term goes; the history
    has it. A proposer may withdraw their own in the same way. Raises NotDecidable."""
    if term.status != "proposed":
        raise NotDecidable(term.id, term.status, "refused")
    concept, proposer = term.concept, term.created_by_id
    with recorded(session, [concept], "refused", by=by, by_id=by_id, why=reason, proposer_id=proposer) as act:
        concept.terms.remove(term)
    return act


def forbid_term(session: Session, term: Term, reason: str, *, by: str, by_id: int | None = None) -> Term:
    """Say that a word must not be used, and why. Drafts that contain it are pointed out. Raises OwnProposal."""
    if term.status == "proposed":
        refuse_own(term, by, by_id)
    return _decided(session, term, "forbidden", reason, by, by_id)


def deprecate_term(session: Session, term: Term, reason: str, *, by: str, by_id: int | None = None) -> Term:
    """Say that a word was right once and should not be used any more."""
    return _decided(session, term, "deprecated", reason, by, by_id)


def _decided(session: Session, term: Term, status: str, reason: str, by: str, by_id: int | None) -> Term:
    proposer = term.created_by_id if term.status == "proposed" else None
    with recorded(session, [term.concept], status, by=by, by_id=by_id, why=reason, proposer_id=proposer):
        _decide(term, status, by, by_id)
        term.reason = reason
    return term


def _decide(term: Term, status: str, by: str, by_id: int | None) -> None:
    term.status, term.wish = status, None
    term.decided_at, term.decided_by, term.decided_by_id = utc_now(), by, by_id


def change_term(
    session: Session, term: Term, *, by: str, by_id: int | None = None, why: str | None = None, **values: Any
) -> Term:
    """Change a term. A new text or language makes it a proposal again, which somebody else must approve.

    `status` is not changed here. Raises EmptyTerm, TermTooLong, DuplicateTerm."""
    if "status" in values:
        raise ValueError("a status is decided with approve_term, forbid_term or deprecate_term")
    if "language" in values:
        values["language"] = tags.normalise(values["language"])
    language, text = values.get("language", term.language), values.get("text", term.text)
    rewritten = (language, text) != (term.language, term.text)
    if rewritten:
        _refuse_unfit(text)
        _refuse_duplicate(term.concept, language, text, but=term)
    with recorded(session, [term.concept], "changed", by=by, by_id=by_id, why=why):
        for name, value in values.items():
            setattr(term, name, value)
        if rewritten:
            term.changed_by, term.changed_by_id = by, by_id
            if term.status in USABLE:
                term.status, term.wish = "proposed", term.status
                term.waiver = term.waived_by = term.waived_by_id = None
                term.decided_at = term.decided_by = term.decided_by_id = None
    return term


def refuse_own(term: Term, by: str, by_id: int | None) -> None:
    """Raise OwnProposal when this person wrote or last changed the term, and nobody waived the rule for it."""
    if term.waiver is None and _is_own(term, by, by_id):
        raise OwnProposal(term.id, by)


def _is_own(term: Term, by: str, by_id: int | None) -> bool:
    hands = [(term.created_by, term.created_by_id)]
    if term.changed_by is not None:
        hands.append((term.changed_by, term.changed_by_id))
    return any(same_person(name, number, by, by_id) for name, number in hands)


def _refuse_unfit(text: str) -> None:
    if not any(unicodedata.category(letter)[0] in "LN" for letter in text):
        raise EmptyTerm
    if len(text) > LONGEST_TERM:
        raise TermTooLong(len(text))


def _refuse_duplicate(concept: Concept, language: str, text: str, *, but: Term | None = None) -> None:
    for term in concept.terms:
        if term is not but and term.language == language and nfc(term.text) == nfc(text):
            raise DuplicateTerm(term.id, concept.id, language, text, term.status)


def nfc(text: str) -> str:
    """The text as compared, never as stored: canonical composition, no white space around it."""
    return unicodedata.normalize("NFC", text).strip()


# What waits, and what came of it


def proposals(
    session: Session, languages: list[str] | None = None, *, limit: int | None = None, offset: int = 0
) -> list[Term]:
    """The review queue: proposed terms of these languages (all when None), oldest first.

    A language stands for its varieties too: "ar" also gives ar-SY."""
    waiting = select(Term).where(Term.status == "proposed").options(selectinload(Term.concept))
    if languages is not None:
        waiting = waiting.where(_in_languages(languages))
    return list(session.scalars(waiting.order_by(Term.created_at, Term.id).limit(limit).offset(offset)))


def count_proposals(session: Session, languages: list[str] | None = None) -> int:
    """How many proposals wait in these languages."""
    waiting = select(func.count(Term.id)).where(Term.status == "proposed")
    if languages is not None:
        waiting = waiting.where(_in_languages(languages))
    return session.scalar(waiting) or 0


def _in_languages(languages: list[str]):
    return or_(
        Term.language.in_(languages),
        *(Term.language.startswith(f"{language}-", autoescape=True) for language in languages),
    )


def decisions_for(session: Session, person_id: int, *, limit: int = 50) -> list[History]:
    """What came of this person's proposals, newest first: approved, refused, forbidden or deprecated by others."""
    decided = select(History).where(
        History.proposer_id == person_id, or_(History.by_id.is_(None), History.by_id != person_id)
    )
    return list(session.scalars(decided.order_by(History.id.desc()).limit(limit)))
