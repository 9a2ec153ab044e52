"""What waits for somebody's decision in the term base, and what came of what somebody asked for.

New words (terms that are `proposed`) and changes (`Proposal`) stand in one queue, the oldest first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from glossary.models import Concept, Equivalence, History, Proposal, Term
from languages import tags


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry of the review queue. `kind`: "new" (a Term), or a Proposal's kind. `asked_by_id` is None when a file
    or the starter pack brought it."""

    kind: str
    id: int
    language: str
    concept: Concept
    asked_by: str
    asked_by_id: int | None
    since: dt.datetime
    term: Term | None = None
    proposal: Proposal | None = None
    #: How a proposed word was written before a reviewer put it otherwise, and why they did.
    before: str | None = None
    why: str | None = None


def waiting(
    session: Session, languages: Sequence[str] | None = None, *, people_only: bool = False, files_only: bool = False,
    limit: int = 25, offset: int = 0,
) -> list[Waiting]:  # fmt: skip
    """What waits for a decision in these languages (all when None), the oldest first. A language stands for its
    varieties too. `people_only` leaves out what files and the starter pack brought, `files_only` the rest."""
    union = _union(languages, people_only=people_only, files_only=files_only).subquery()
    rows = session.execute(
        select(union.c.kind, union.c.id).order_by(union.c.at, union.c.kind, union.c.id).limit(limit).offset(offset)
    ).all()
    return _read(session, [(kind, number) for kind, number in rows])


def one(session: Session, asked: Term | Proposal) -> Waiting:
    """One word or change that waits, as the queue has it."""
    [found] = _read(session, [("new" if isinstance(asked, Term) else "change", asked.id)])
    return found


def _read(session: Session, rows: Sequence[tuple[str, int]]) -> list[Waiting]:
    term_ids = [number for kind, number in rows if kind == "new"]
    proposal_ids = [number for kind, number in rows if kind == "change"]
    with_terms = selectinload(Term.concept).selectinload(Concept.terms)
    terms = {t.id: t for t in session.scalars(select(Term).where(Term.id.in_(term_ids)).options(with_terms))}
    proposals = {p.id: p for p in session.scalars(select(Proposal).where(Proposal.id.in_(proposal_ids)))}
    concepts = {
        c.id: c
        for c in session.scalars(
            select(Concept)
            .where(Concept.id.in_({p.concept_id for p in proposals.values()}))
            .options(selectinload(Concept.terms), selectinload(Concept.definitions), selectinload(Concept.equivalences))
        )
    }
    found = []
    for kind, number in rows:
        if kind == "new":
            term = terms[number]
            found.append(
                Waiting(
                    "new", term.id, term.language, term.concept, term.created_by, term.created_by_id,
                    term.created_at, term=term,
                )  # fmt: skip
            )
        else:
            asked = proposals[number]
            found.append(
                Waiting(
                    asked.kind, asked.id, asked.language, concepts[asked.concept_id], asked.by, asked.by_id, asked.at,
                    proposal=asked,
                )  # fmt: skip
            )
    return found


def count_waiting(
    session: Session, languages: Sequence[str] | None = None, *, people_only: bool = False, files_only: bool = False
) -> int:
    """How many entries the queue has."""
    union = _union(languages, people_only=people_only, files_only=files_only).subquery()
    return session.scalar(select(func.count()).select_from(union)) or 0


def _union(languages: Sequence[str] | None, *, people_only: bool, files_only: bool):
    terms = select(literal("new").label("kind"), Term.id.label("id"), Term.created_at.label("at")).where(
        Term.status == "proposed"
    )
    changes = (
        select(literal("change"), Proposal.id, Proposal.at)
        .join(Concept, Concept.id == Proposal.concept_id)
        .where(Proposal.state == "waiting")
    )
    if people_only:
        terms, changes = terms.where(~_from_a_file()), changes.where(Proposal.by_id.is_not(None))
    if files_only:
        terms, changes = terms.where(_from_a_file()), changes.where(Proposal.by_id.is_(None))
    if languages is not None:
        terms = terms.where(_in(Term.language, languages))
        changes = changes.where(_in(Proposal.language, languages))
    return union_all(terms, changes)


def _from_a_file():
    """Whether a word came with a pack or a file: nobody stands for it, or who imported its whole concept."""
    imported = Concept.id == Term.concept_id, Concept.origin == "import", Concept.created_by_id == Term.created_by_id
    return or_(Term.created_by_id.is_(None), select(Concept.id).where(*imported).exists())


def _in(column, languages: Sequence[str]):
    return or_(
        column.in_(list(languages)), *(column.startswith(f"{tag}-", autoescape=True) for tag in languages)
    )


def to_read(
    session: Session, language: str, *, limit: int = 15, offset: int = 0
) -> tuple[list[Concept], int]:
    """Concepts that have words, or a comparison, in a language that nobody decided on, by subject; and how many there are
    in all. Words that are to be forbidden or retired are left out: each of those is a decision of its own."""
    word = Term.status == "proposed", or_(Term.wish.is_(None), Term.wish.not_in(("forbidden", "deprecated")))
    words = select(Term.id).where(Term.concept_id == Concept.id, *word, _in(Term.language, [language])).exists()
    comparison = select(Equivalence.id).where(
        Equivalence.concept_id == Concept.id, Equivalence.status == "proposed", _in(Equivalence.language, [language])
    )
    wanted = or_(words, comparison.exists())
    lists = [selectinload(getattr(Concept, name)) for name in ("terms", "definitions", "equivalences", "notes")]
    query = select(Concept).where(wanted).options(*lists).order_by(Concept.subject, Concept.code)
    count = session.scalar(select(func.count(Concept.id)).where(wanted)) or 0
    return list(session.scalars(query.limit(limit).offset(offset))), count


def same_words(session: Session, term: Term) -> list[Term]:
    """Terms of other concepts that are written the same, in this language or a variety: one word for two meanings, or
    one concept entered twice."""
    language = tags.base(term.language)
    rows = session.scalars(
        select(Term)
        .where(
            func.lower(Term.text) == term.text.lower(), Term.concept_id != term.concept_id, _in(Term.language, [language])
        )
        .options(selectinload(Term.concept))
        .order_by(Term.id)
        .limit(10)
    )
    return list(rows)


def other_words(term: Term) -> list[Term]:
    """What the concept already has in the language of a word, its varieties included, best first."""
    mine = [t for t in term.concept.terms if t is not term and tags.same_language(t.language, term.language)]
    order = {"preferred": 0, "admitted": 1, "proposed": 2, "deprecated": 3, "forbidden": 4}
    return sorted(mine, key=lambda t: (order[t.status], t.id))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of something this person proposed. `about`: the word or the change, as it was asked for."""

    act: History
    term: dict[str, Any] | None
    proposal: Proposal | None


def answers_for(session: Session, person_id: int, *, but: Any = None, limit: int = 50) -> list[Answer]:
    """What others decided on this person's proposals, newest first. `but`: a subquery of history ids to leave out
    (those that were read)."""
    query = select(History).where(
        History.proposer_id == person_id, or_(History.by_id.is_(None), History.by_id != person_id)
    )
    if but is not None:
        query = query.where(History.id.not_in(but))
    acts = list(session.scalars(query.order_by(History.id.desc()).limit(limit)))
    ids = [act.id for act in acts]
    proposals = {p.history_id: p for p in session.scalars(select(Proposal).where(Proposal.history_id.in_(ids)))}
    return [Answer(act, _term_of(act, person_id), proposals.get(act.id)) for act in acts]


def _term_of(act: History, person_id: int) -> dict[str, Any] | None:
    """The row of the word an act decided: the proposer's own, not one it took the place of."""
    rows = [
        (act.after or {}).get(key) or row
        for key, row in {**(act.after or {}), **(act.before or {})}.items()
        if key.startswith("term:")
    ]
    mine = [row for row in rows if row.get("created_by_id") == person_id]
    return mine[0] if mine else None


def waiting_for_agreement(session: Session, person_id: int) -> list[Waiting]:
    """What a reviewer put otherwise and this person, who proposed it, can agree with."""
    terms = session.scalars(
        select(Term)
        .where(
            Term.status == "proposed",
            Term.created_by_id == person_id,
            and_(Term.changed_by_id.is_not(None), Term.changed_by_id != person_id),
        )
        .options(selectinload(Term.concept).selectinload(Concept.terms))
        .order_by(Term.id)
    )
    found = [
        Waiting(
            "new", t.id, t.language, t.concept, t.created_by, t.created_by_id, t.created_at, term=t,
            **_put_otherwise(session, t),
        )  # fmt: skip
        for t in terms
    ]
    proposals = session.scalars(
        select(Proposal)
        .where(
            Proposal.state == "waiting",
            Proposal.by_id == person_id,
            and_(Proposal.changed_by_id.is_not(None), Proposal.changed_by_id != person_id),
        )
        .order_by(Proposal.id)
    )
    for asked in proposals:
        concept = session.get(Concept, asked.concept_id)
        if concept is not None:
            found.append(
                Waiting(
                    asked.kind, asked.id, asked.language, concept, asked.by, asked.by_id, asked.at, proposal=asked
                )
            )
    return found


def _put_otherwise(session: Session, term: Term) -> dict[str, str | None]:
    """How a word was written before its last change, and why it was changed, as the history has it."""
    key = f"term:{term.id}"
    acts = select(History).where(History.concept_id == term.concept_id, History.by_id == term.changed_by_id)
    for act in session.scalars(acts.order_by(History.id.desc()).limit(50)):
        before, after = (rows.get(key) or {} for rows in (act.before, act.after))
        if before and before.get("text") != after.get("text") == term.text:
            return {"before": before.get("text"), "why": act.why}
    return {"before": None, "why": None}


def own_waiting(session: Session, person_id: int, *, limit: int = 50) -> list[Waiting]:
    """What this person proposed and nobody has decided on, the oldest first."""
    terms = session.scalars(
        select(Term)
        .where(Term.status == "proposed", Term.created_by_id == person_id)
        .options(selectinload(Term.concept).selectinload(Concept.terms))
        .order_by(Term.created_at, Term.id)
        .limit(limit)
    )
    found = [
        Waiting("new", t.id, t.language, t.concept, t.created_by, t.created_by_id, t.created_at, term=t) for t in terms
    ]
    for asked in session.scalars(
        select(Proposal).where(Proposal.state == "waiting", Proposal.by_id == person_id).order_by(Proposal.id).limit(limit)
    ):
        concept = session.get(Concept, asked.concept_id)
        if concept is not None:
            found.append(
                Waiting(
                    asked.kind, asked.id, asked.language, concept, asked.by, asked.by_id, asked.at, proposal=asked
                )
            )
    return sorted(found, key=lambda one: one.since)
