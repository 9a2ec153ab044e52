"""Which approved segments and units of the memory use a word, and what becomes of them when it may not be used any more.

Looking is bounded: a second in the request, the rest as a job (`step`), from cursor to cursor, so that a killed worker
goes on where it stopped. Only texts in languages the term may stand in are read. A text is a use when recognition finds
the term in it, inflected or not (`glossary.recognition`): in the source for words of the source language, in the
target for words of the target language.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, exists, func, or_, select, update
from sqlalchemy.orm import Session

from app import jobs
from app.db import new_session, transaction
from app.models import (
    Document,
    Impact,
    Person,
    Segment,
    SegmentState,
    Sentence,
    TermUse,
    Translation,
)
from glossary import recognition
from glossary.models import USABLE, Concept, Term
from languages import tags
from memory.models import Unit
from storage.columns import utc_now

#: Why somebody looks: a term may not be used, is old, is replaced by another one; or the law behind a concept changed.
WANTED = ("forbidden", "deprecated", "replaced", "law")
#: The kind of job that goes on with a search.
JOB = "impact"
#: Texts read at once.
BATCH = 200
#: How long a request looks, in seconds; the rest is a job.
QUICK = 1.0
#: Uses kept of one search: a queue that nobody can finish helps nobody.
MOST_USES = 5_000


def ask(
    session: Session, concept: Concept, wanted: str, terms: Sequence[Term], *, by: Person, subject: dict[str, Any] | None = None
) -> Impact:
    """A new search for the texts that use these words of a concept; nothing is looked at yet."""
    if wanted not in WANTED:
        raise ValueError(wanted)
    impact = Impact(
        concept_id=concept.id,
        wanted=wanted,
        terms=[{"id": t.id, "language": t.language, "text": t.text} for t in terms],
        instead=[],
        subject=subject or {},
        asked_by_id=by.id,
    )
    session.add(impact)
    session.flush()
    impact.total = _count(session, impact)
    return impact


def _sides(impact: Impact) -> list[tuple[str, str]]:
    """(side, language) in which the words of a search may stand. Only a change of the law asks about sources: a word
    of the source text is not ours to change."""
    languages = {tags.base(term["language"]) for term in impact.terms}
    sides = ("source", "target") if impact.wanted == "law" else ("target",)
    return [(side, language) for side in sides for language in sorted(languages)]


def in_languages(column, languages: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(or_(column == tag, column.startswith(f"{tag}-", autoescape=True)) for tag in languages))


def _segments(impact: Impact):
    """Approved segments in which the words may stand."""
    languages = {language for _, language in _sides(impact)}
    where = in_languages(Translation.target_language, languages)
    if impact.wanted == "law":
        where = or_(where, in_languages(Document.source_language, languages))
    return (
        select(Segment.id, Sentence.text, Segment.target, Document.source_language, Translation.target_language)
        .join(Sentence, Sentence.id == Segment.sentence_id)
        .join(Translation, Translation.id == Segment.translation_id)
        .join(Document, Document.id == Translation.document_id)
        .where(Segment.state == SegmentState.APPROVED, where)
    )


def _units(impact: Impact):
    """Units of the memory in which the words may stand; those that a document's segment stands for are left out."""
    languages = {language for _, language in _sides(impact)}
    where = in_languages(Unit.target_language, languages)
    if impact.wanted == "law":
        where = or_(where, in_languages(Unit.source_language, languages))
    of_a_segment = exists().where(Segment.memory_unit_id == Unit.id, Segment.state == SegmentState.APPROVED)
    return select(Unit.id, Unit.source, Unit.target, Unit.source_language, Unit.target_language).where(
        Unit.recalled_at.is_(None), where, ~of_a_segment
    )


def _count(session: Session, impact: Impact) -> int:
    count = 0
    for query in (_segments(impact), _units(impact)):
        count += session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return count


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    rows: list[dict[str, Any]]
    looked: int
    cursor: int
    finished: bool


def _look(session: Session, impact: Impact) -> _Found:
    """The next batch of texts; changes nothing."""
    ids = {term["id"] for term in impact.terms}
    segments = session.execute(
        _segments(impact).where(Segment.id > impact.segment_cursor).order_by(Segment.id).limit(BATCH)
    ).all()
    kind, rows = "segment", segments
    if not segments:
        kind = "unit"
        rows = session.execute(
            _units(impact).where(Unit.id > impact.unit_cursor).order_by(Unit.id).limit(BATCH)
        ).all()
    uses: dict[int, dict[str, Any]] = {}
    for side, language in _sides(impact):
        place = 1 if side == "source" else 2
        here = [row for row in rows if tags.same_language(row[3] if side == "source" else row[4], language)]
        by_variety: dict[str, list] = {}
        for row in here:
            by_variety.setdefault(row[3] if side == "source" else row[4], []).append(row)
        for variety, some in by_variety.items():
            for row, spots in zip(some, recognition.spot_all(session, [r[place] for r in some], variety), strict=True):
                own = sorted((spot.certainty != "exact", spot.term_id) for spot in spots if spot.term_id in ids)
                if own and row[0] not in uses:
                    uses[row[0]] = {
                        f"{kind}_id": row[0],
                        "term_id": own[0][1],
                        "side": side,
                        "source_language": row[3],
                        "language": row[4],
                        "certainty": "possible" if own[0][0] else "exact",
                    }
    return _Found(kind, list(uses.values()), len(rows), rows[-1][0] if rows else 0, kind == "unit" and len(rows) < BATCH)


def _keep(session: Session, impact_id: int, found: _Found) -> Impact | None:
    """Keep what a batch found, and how far it came."""
    impact = session.get(Impact, impact_id, with_for_update=True)
    if impact is None:
        return None
    column = TermUse.segment_id if found.kind == "segment" else TermUse.unit_id
    numbers = [row[f"{found.kind}_id"] for row in found.rows]
    known = set(session.scalars(select(column).where(TermUse.impact_id == impact.id, column.in_(numbers))))
    if found.kind == "segment":
        # a document may have been erased meanwhile
        there = set(session.scalars(select(Segment.id).where(Segment.id.in_(numbers))))
    else:
        there = set(session.scalars(select(Unit.id).where(Unit.id.in_(numbers))))
    state = "open" if impact.applied_at is not None else "found"
    for row in found.rows:
        number = row[f"{found.kind}_id"]
        if number in there and number not in known:
            session.add(TermUse(impact_id=impact.id, state=state, **row))
    if found.cursor:
        setattr(impact, f"{found.kind}_cursor", max(found.cursor, getattr(impact, f"{found.kind}_cursor")))
    impact.looked += found.looked
    impact.total = max(impact.total, impact.looked)
    uses = session.scalar(select(func.count()).where(TermUse.impact_id == impact.id)) or 0
    if found.finished or uses >= MOST_USES:
        impact.finished_at = utc_now()
    session.flush()
    return impact


def look_quickly(engine: Engine, impact_id: int, *, seconds: float = QUICK) -> bool:
    """Look for about so long, and ask for a job when that was not enough. Whether all was looked at. The caller has
    committed the search: reading texts holds nobody's write lock."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, total, _note = step(engine, {"impact": impact_id})
        if done >= total:
            return True
    with transaction(engine) as session:
        jobs.enqueue(session, JOB, {"impact": impact_id})
    return False


def step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
    """The next batch, as a job: read without holding anybody up, then written in a moment."""
    with new_session(engine, writes=False) as session:
        impact = session.get(Impact, subject["impact"])
        if impact is None:
            return 1, 1, "gone"
        if impact.finished_at is not None:
            return impact.total or 1, impact.total or 1, ""
        found = _look(session, impact)
    with transaction(engine) as session:
        kept = _keep(session, subject["impact"], found)
        if kept is None or kept.finished_at is not None:
            return 1, 1, ""
        return min(kept.looked, kept.total), kept.total + 1, ""


def apply(session: Session, impact: Impact, *, by: Person, reason: str, instead: Sequence[str] = ()) -> int:
    """The change was made: what was found goes into the reviewers' queues, and what the search finds from now on too.
    Texts that were approved since are looked at again. How many entries are open."""
    impact.applied_at, impact.applied_by_id, impact.reason, impact.instead = utc_now(), by.id, reason, list(instead)
    session.execute(
        update(TermUse).where(TermUse.impact_id == impact.id, TermUse.state == "found").values(state="open")
    )
    since = impact.asked_at
    newer = session.scalar(
        select(func.count()).select_from(_segments(impact).where(Segment.approved_at > since).subquery())
    ) or session.scalar(select(func.count()).select_from(_units(impact).where(Unit.changed_at > since).subquery()))
    if impact.finished_at is not None and newer:
        impact.finished_at, impact.segment_cursor, impact.unit_cursor, impact.looked = None, 0, 0, 0
    if impact.finished_at is None:
        jobs.enqueue(session, JOB, {"impact": impact.id})
    session.flush()
    return session.scalar(select(func.count()).where(TermUse.impact_id == impact.id, TermUse.state == "open")) or 0


def follow(
    session: Session, concept: Concept, term: Term, wanted: str, *, by: Person, reason: str
) -> Impact:
    """A word was forbidden, retired or replaced without looking first: a job puts what uses it into the queue."""
    impact = ask(session, concept, wanted, [term], by=by)
    apply(session, impact, by=by, reason=reason, instead=instead_of(concept, term))
    return impact


def instead_of(concept: Concept, term: Term) -> list[str]:
    """What to say in the place of a term: the usable words of its language, best first."""
    usable = [
        t
        for t in concept.terms
        if t is not term and t.status in USABLE and tags.same_language(t.language, term.language)
    ]
    return [t.text for t in sorted(usable, key=lambda t: (t.status != "preferred", t.id))]
