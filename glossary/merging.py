"""Two concepts turn out to be one: what moves, what both say differently, and making them one.

`plan` looks and changes nothing; `merge` does it as one act of the history, which `glossary.history.take_back` makes
undone. Nothing is thrown away: what the kept concept does not take stays readable in that act.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.editing import nfc
from glossary.history import recorded
from glossary.models import Concept, ConceptMerge, Definition, LegalReference, Proposal, Relation, Term
from glossary.relations import Graph, relate

#: Columns of a concept that are taken over where the kept one says nothing, and asked about where both say something.
COLUMNS = ("subject", "jurisdiction", "sensitivity", "content_note", "keep_source", "licence", "picture")
#: What a word of both may say of itself.
FACTS = (
    "part_of_speech", "gender", "register", "abbreviation_of", "variants", "transliteration", "context", "context_source",
    "note",
)  # fmt: skip
DEFINITION = ("text", "plain", "source")
EQUIVALENCE = ("degree", "strategy", "differs", "status")
LAW = ("valid_from", "quoted")
#: Who stands for a decision; it travels with what was decided.
DECIDED = ("decided_at", "decided_by", "decided_by_id")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something both concepts say, differently. `kind`: concept, definition, equivalence, term, law, preferred; `name`: the
    column, word or act; `here` and `there`: (column, value) as the kept one and the other have it."""

    key: str
    kind: str
    name: str
    language: str | None
    here: list[tuple[str, Any]]
    there: list[tuple[str, Any]]


@dataclass(slots=True)
class Plan:
    """What a merge would do. `twins`: words both have, (kept, other); `left`: relations that would go round in a circle,
    or that hold between the two, (kind, code, code)."""

    terms: list[Term] = field(default_factory=list)
    twins: list[tuple[Term, Term]] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    equivalences: list[str] = field(default_factory=list)
    law: list[LegalReference] = field(default_factory=list)
    notes: int = 0
    relations: list[tuple[str, Concept, Concept]] = field(default_factory=list)
    left: list[tuple[str, Concept, Concept]] = field(default_factory=list)
    proposals: int = 0
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did. `terms`: number of a word that went -> number of the same word that stays."""

    merge: ConceptMerge
    terms: dict[int, int]
    left: list[tuple[str, str, str]]


def plan(session: Session, kept: Concept, other: Concept) -> Plan:
    """What making two concepts one would do. Raises ValueError for a concept and itself."""
    if kept.id == other.id:
        raise ValueError("a concept cannot be merged into itself")
    found = Plan()
    _plan_terms(found, kept, other)
    for name in COLUMNS:
        here, there = getattr(kept, name), getattr(other, name)
        if here != there and (name == "keep_source" or (here and there)):
            found.conflicts.append(Conflict(f"concept:{name}", "concept", name, None, [(name, here)], [(name, there)]))
    for kind, names, moving in (
        ("definition", DEFINITION, found.definitions), ("equivalence", EQUIVALENCE, found.equivalences),
    ):  # fmt: skip
        rows = {row.language: row for row in getattr(kept, f"{kind}s")}
        for row in getattr(other, f"{kind}s"):
            if row.language not in rows:
                moving.append(row.language)
            elif clash := _clash(rows[row.language], row, names, whole=kind == "equivalence"):
                found.conflicts.append(Conflict(f"{kind}:{row.language}", kind, kind, row.language, *clash))
    cited = {_place(law): law for law in kept.law}
    for law in other.law:
        if _place(law) not in cited:
            found.law.append(law)
        elif clash := _clash(cited[_place(law)], law, LAW):
            named = " ".join(part for part in (law.act, law.article, law.paragraph) if part)
            found.conflicts.append(Conflict(f"law:{law.id}", "law", named, "nl", *clash))
    said = {(n.kind, n.audience, n.language, n.about, n.text) for n in kept.notes}
    found.notes = sum((n.kind, n.audience, n.language, n.about, n.text) not in said for n in other.notes)
    _plan_relations(session, found, kept, other)
    found.proposals = len(session.scalars(select(Proposal.id).where(Proposal.concept_id == other.id, Proposal.state == "waiting")).all())
    return found


def _plan_terms(found: Plan, kept: Concept, other: Concept) -> None:
    have = {(term.language, nfc(term.text)): term for term in kept.terms}
    for term in other.terms:
        twin = have.get((term.language, nfc(term.text)))
        if twin is None:
            found.terms.append(term)
            continue
        found.twins.append((twin, term))
        names = [name for name in FACTS if name != "variants"]
        here, there = _clash(twin, term, names) or ([], [])
        if twin.status != term.status and "proposed" not in (twin.status, term.status):
            here, there = [("status", twin.status), *here], [("status", term.status), *there]
        if here:
            found.conflicts.append(Conflict(f"term:{term.id}", "term", term.text, term.language, here, there))
    moving = set(found.terms)
    for (language, register), preferred in _preferred([*kept.terms, *found.terms]).items():
        ours, theirs = [t for t in preferred if t not in moving], [t for t in preferred if t in moving]
        if ours and theirs:
            found.conflicts.append(
                Conflict(
                    f"preferred:{language}:{register or ''}", "preferred", register or "", language,
                    [("text", ours[0].text)], [("text", theirs[0].text)],
                )  # fmt: skip
            )


def _preferred(terms: Collection[Term]) -> dict[tuple[str, str | None], list[Term]]:
    found: dict[tuple[str, str | None], list[Term]] = {}
    for term in terms:
        if term.status == "preferred":
            found.setdefault((term.language, term.register), []).append(term)
    return found


def _clash(here: Any, there: Any, names: Collection[str], *, whole: bool = False) -> tuple[list, list] | None:
    """The columns in which both rows say something, and not the same; of a row that was decided as a `whole` also those in
    which only one does."""
    both = [(n, getattr(here, n), getattr(there, n)) for n in names]
    empty = (None, "", {}, [])
    both = [(n, a, b) for n, a, b in both if a != b and (whole or (a not in empty and b not in empty))]
    if all(n == "status" for n, _, _ in both):
        return None  # the same words: the decision of two people stands, whichever has it
    return [(n, a) for n, a, _ in both], [(n, b) for n, _, b in both]


def _place(law: LegalReference) -> tuple[str | None, ...]:
    return (law.bwb or law.act, law.article, law.paragraph)


def _plan_relations(session: Session, found: Plan, kept: Concept, other: Concept) -> None:
    graph = Graph(
        (row.concept_id, row.kind, row.other_id)
        for row in session.execute(select(Relation.concept_id, Relation.kind, Relation.other_id))
        if other.id not in (row.concept_id, row.other_id)
    )
    for one, kind, end in _moving(kept, other):
        if one.id == end.id or graph.goes_round(one.id, kind, end.id):
            found.left.append((kind, one, end))
        elif not graph.has(one.id, kind, end.id):
            graph.add(one.id, kind, end.id)
            found.relations.append((kind, one, end))


def _moving(kept: Concept, other: Concept) -> Iterator[tuple[Concept, str, Concept]]:
    """The other concept's relations as they would be of the kept one."""
    for relation in other.relations:
        yield kept, relation.kind, relation.other
    for relation in other.relations_in:
        yield relation.concept, relation.kind, kept


def merge(
    session: Session,
    kept: Concept,
    other: Concept,
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
    theirs: Collection[str] = (),
) -> Merged:
    """Everything of `other` that `kept` lacks moves over, then `other` goes. Where both say something, the kept one's
    stays, but for the conflicts (`Conflict.key`) in `theirs`. Proposals follow; the other's code leads to the kept one."""
    planned = plan(session, kept, other)
    left = [(kind, one.code, end.code) for kind, one, end in planned.left]
    codes = {"merged_code": other.code, "merged_id": other.id}
    twins = {theirs_.id: ours.id for ours, theirs_ in planned.twins}
    moved = _move_proposals(session, kept, other, twins)
    with recorded(session, [kept, other], "merged", by=by, by_id=by_id, why=why) as act:
        _take_columns(kept, other, theirs)
        _take_terms(session, kept, planned, theirs)
        for name, columns in (("definitions", DEFINITION), ("equivalences", EQUIVALENCE)):
            _take_rows(kept, other, name, columns, theirs)
        _take_law(kept, other, theirs)
        said = {(n.kind, n.audience, n.language, n.about, n.text) for n in kept.notes}
        for note in list(other.notes):
            if (note.kind, note.audience, note.language, note.about, note.text) not in said:
                note.concept = kept
        session.flush()
        relations = [(one, kind, end) for kind, one, end in planned.relations]
        session.delete(other)
        session.flush()
        session.expire(kept)
        for one, kind, end in relations:
            relate(session, one, kind, end)
    made = ConceptMerge(history_id=act.id, kept_id=kept.id, moved=moved | {"terms": {str(a): b for a, b in twins.items()}}, **codes)
    session.add(made)
    session.flush()
    return Merged(made, twins, left)


def _take_columns(kept: Concept, other: Concept, theirs: Collection[str]) -> None:
    for name in COLUMNS:
        here, there = getattr(kept, name), getattr(other, name)
        if f"concept:{name}" in theirs or (not here and there and name != "keep_source"):
            setattr(kept, name, there)
            if name == "picture":
                kept.picture_alt = other.picture_alt


def _take_terms(session: Session, kept: Concept, planned: Plan, theirs: Collection[str]) -> None:
    moved = set(planned.terms)
    for term in planned.terms:
        term.concept = kept
    for ours, other in planned.twins:
        chosen = f"term:{other.id}" in theirs
        for name in FACTS:
            here, there = getattr(ours, name), getattr(other, name)
            if name == "variants":
                ours.variants = list(dict.fromkeys([*(here or []), *(there or [])]))
            elif there and (chosen or not here):
                setattr(ours, name, there)
        decided = ours.status == "proposed" and other.status != "proposed"
        if decided or (chosen and other.status != "proposed"):
            for name in ("status", "wish", "reason", "waiver", "waived_by", "waived_by_id", *DECIDED):
                setattr(ours, name, getattr(other, name))
        for term in [*kept.terms, *planned.terms]:
            if term.replaces_id == other.id:
                term.replaces_id = ours.id if term is not ours else None
    for (language, register), preferred in _preferred([*kept.terms]).items():
        first = sorted(preferred, key=lambda term: (term in moved, term.id))
        if f"preferred:{language}:{register or ''}" in theirs:
            first = sorted(preferred, key=lambda term: (term not in moved, term.id))
        for term in first[1:]:
            term.status = "admitted"
    session.flush()


def _take_rows(kept: Concept, other: Concept, name: str, columns: Collection[str], theirs: Collection[str]) -> None:
    """Definitions or equivalences."""
    kind = name.removesuffix("s")
    rows = {row.language: row for row in getattr(kept, name)}
    for row in list(getattr(other, name)):
        ours = rows.get(row.language)
        if ours is None:
            row.concept = kept
            continue
        agreed = kind == "equivalence" and row.status == "approved" and ours.status != "approved"
        same = all(getattr(ours, n) == getattr(row, n) for n in columns if n != "status")
        if f"{kind}:{row.language}" in theirs or (agreed and same):
            everything = (*columns, "created_by", "created_by_id", *DECIDED) if kind == "equivalence" else columns
            for column in everything:
                setattr(ours, column, getattr(row, column))
            if kind == "definition":
                _take_seen(ours, row)
            continue
        if kind == "definition":
            seen = row.seen and same
            for column in columns:
                if not getattr(ours, column) and getattr(row, column):
                    setattr(ours, column, getattr(row, column))
            if seen and not ours.seen:
                _take_seen(ours, row)


def _take_seen(ours: Definition, row: Definition) -> None:
    for column in ("seen_hash", "seen_by", "seen_by_id", "seen_at"):
        setattr(ours, column, getattr(row, column))


def _take_law(kept: Concept, other: Concept, theirs: Collection[str]) -> None:
    cited = {_place(law): law for law in kept.law}
    for law in list(other.law):
        ours = cited.get(_place(law))
        if ours is None:
            law.concept = kept
        elif f"law:{law.id}" in theirs or not ours.quoted:
            for column in (*LAW, "hash", "changed_text", "flagged_at", "change", "moved_to", "changed_valid_from", "seen_hash"):
                if getattr(law, column) or f"law:{law.id}" in theirs:
                    setattr(ours, column, getattr(law, column))


def _move_proposals(session: Session, kept: Concept, other: Concept, twins: dict[int, int]) -> dict[str, Any]:
    """What somebody asked for about the other concept is about the kept one. Returns what it was about before."""
    moved = []
    for proposal in session.scalars(select(Proposal).where(Proposal.concept_id == other.id).order_by(Proposal.id)):
        moved.append([proposal.id, proposal.term_id])
        proposal.concept_id = kept.id
        proposal.term_id = twins.get(proposal.term_id, proposal.term_id) if proposal.term_id else None
    return {"proposals": moved}


def merged_into(session: Session, code: str) -> Concept | None:
    """The concept that one of this code became a part of, through later merges too; None when it was not merged."""
    for _ in range(20):
        query = select(ConceptMerge).where(ConceptMerge.merged_code == code, ConceptMerge.undone_at.is_(None))
        made = session.scalar(query.order_by(ConceptMerge.id.desc()).limit(1))
        if made is None:
            return None
        concept = session.get(Concept, made.kept_id)
        if concept is not None:
            return concept
        further = session.scalar(
            select(ConceptMerge.merged_code).where(ConceptMerge.merged_id == made.kept_id, ConceptMerge.undone_at.is_(None)).limit(1)
        )
        if further is None:
            return None
        code = further
    return None
