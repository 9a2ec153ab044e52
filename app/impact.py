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

from sqlalchemy import ColumnElement, Engine, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app import access, jobs
from app.db import new_session, transaction
from app.models import (
    Document,
    Impact,
    Person,
    RoleName,
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


def _in(column, languages: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(or_(column == tag, column.startswith(f"{tag}-", autoescape=True)) for tag in languages))


def _segments(impact: Impact):
    """Approved segments in which the words may stand."""
    languages = {language for _, language in _sides(impact)}
    where = _in(Translation.target_language, languages)
    if impact.wanted == "law":
        where = or_(where, _in(Document.source_language, languages))
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
    where = _in(Unit.target_language, languages)
    if impact.wanted == "law":
        where = or_(where, _in(Unit.source_language, languages))
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


# What a person sees of it


def visible(person: Person) -> ColumnElement[bool]:
    """A condition on TermUse joined (outer) with Segment, Translation and Document: uses in documents the person sees,
    and units of the pairs the person works in."""
    segments = and_(TermUse.segment_id.is_not(None), _translation_seen(person))
    there = exists().where(Unit.id == TermUse.unit_id, Unit.recalled_at.is_(None))
    return or_(segments, and_(TermUse.unit_id.is_not(None), there, _pairs(person)))


def _translation_seen(person: Person) -> ColumnElement[bool]:
    if access.is_administrator(person):
        return Translation.id.is_not(None)
    seen = [
        access.translations_for(person, RoleName.TRANSLATOR),
        access.translations_for(person, RoleName.REVIEWER),
    ]
    if access.has_role(person, RoleName.STAFF):
        seen.append(or_(Document.confidentiality != "confidential", Document.uploaded_by_id == person.id))
    return and_(Translation.id.is_not(None), or_(*seen))


def _pairs(person: Person) -> ColumnElement[bool]:
    if access.is_administrator(person) or access.has_role(person, RoleName.STAFF):
        return TermUse.unit_id.is_not(None)
    held = access.pairs(person, RoleName.TRANSLATOR) | access.pairs(person, RoleName.REVIEWER)
    found = [
        and_(_in(TermUse.source_language, [tags.base(source)]), _in(TermUse.language, [target]) if target == tags.base(target) else TermUse.language == target)
        for source, target in sorted(held)
    ]
    return or_(*found) if found else TermUse.id.is_(None)


def _joined(query):
    return (
        query.select_from(TermUse)
        .outerjoin(Segment, Segment.id == TermUse.segment_id)
        .outerjoin(Translation, Translation.id == Segment.translation_id)
        .outerjoin(Document, Document.id == Translation.document_id)
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One use as it is shown: its texts, and where it stands."""

    use: TermUse
    source: str
    target: str
    source_language: str
    language: str
    document: Document | None
    translation_id: int | None
    segment: Segment | None
    unit: Unit | None
    term: dict[str, Any] | None


def uses_of(
    session: Session, impact: Impact, person: Person, *, limit: int = 50, offset: int = 0
) -> list[Shown]:
    """What a search found, as far as this person may see it."""
    query = _joined(select(TermUse)).where(TermUse.impact_id == impact.id, visible(person)).options(joinedload(TermUse.impact))
    rows = session.scalars(query.order_by(TermUse.id).limit(limit).offset(offset))
    return _shown(session, list(rows))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many texts use the words: all of them, and how many of those this person may not see."""

    segments: int
    units: int
    documents: int
    hidden: int


def count(session: Session, impact: Impact, person: Person) -> Counted:
    """Counts of a search, for this person."""
    mine = _joined(select(TermUse.segment_id, TermUse.unit_id, Translation.document_id)).where(
        TermUse.impact_id == impact.id, visible(person)
    )
    rows = session.execute(mine).all()
    every = session.scalar(select(func.count()).where(TermUse.impact_id == impact.id)) or 0
    return Counted(
        sum(row[0] is not None for row in rows),
        sum(row[1] is not None for row in rows),
        len({row[2] for row in rows if row[2] is not None}),
        every - len(rows),
    )


def documents_of(session: Session, impact: Impact, person: Person) -> list[tuple[Document, int]]:
    """Documents with how many uses in them, that this person may see."""
    query = _joined(select(Translation.document_id, func.count())).where(
        TermUse.impact_id == impact.id, TermUse.segment_id.is_not(None), visible(person)
    )
    counts = dict(session.execute(query.group_by(Translation.document_id)).all())
    documents = session.scalars(select(Document).where(Document.id.in_(counts)).order_by(Document.id))
    return [(document, counts[document.id]) for document in documents]


def _to_do(person: Person, language: str | None) -> list[ColumnElement[bool]]:
    """Conditions on open entries that this person, a reviewer, is to look at."""
    pairs = access.pairs(person, RoleName.REVIEWER)
    mine = [
        and_(
            _in(TermUse.source_language, [tags.base(source)]),
            _in(TermUse.language, [target]) if target == tags.base(target) else TermUse.language == target,
        )
        for source, target in sorted(pairs)
    ]
    where = [TermUse.state == "open", or_(*mine) if mine else TermUse.id.is_(None), visible(person)]
    if language:
        where.append(_in(TermUse.language, [language]))
    return where


def queue(
    session: Session, person: Person, *, language: str | None = None, limit: int = 25, offset: int = 0
) -> list[Shown]:
    """Texts that must change, in this person's languages, the oldest first."""
    query = _joined(select(TermUse)).where(*_to_do(person, language)).options(joinedload(TermUse.impact))
    return _shown(session, list(session.scalars(query.order_by(TermUse.id).limit(limit).offset(offset))))


def count_queue(session: Session, person: Person, *, language: str | None = None) -> int:
    """How many such texts wait."""
    return session.scalar(_joined(select(func.count(TermUse.id))).where(*_to_do(person, language))) or 0


def closed(session: Session, person: Person, *, limit: int = 50) -> list[Shown]:
    """Entries of this person's languages that somebody has done or dismissed, newest first."""
    query = (
        _joined(select(TermUse))
        .where(*_to_do(person, None)[1:], TermUse.state.in_(("done", "dismissed")))
        .options(joinedload(TermUse.impact), joinedload(TermUse.closed_by))
    )
    return _shown(session, list(session.scalars(query.order_by(TermUse.closed_at.desc()).limit(limit))))


def find_use(session: Session, person: Person, use_id: int) -> TermUse:
    """The entry, locked, if this person may close it. Raises Hidden."""
    query = _joined(select(TermUse)).where(TermUse.id == use_id, *_to_do(person, None)[1:])
    use = session.scalar(query.with_for_update(of=TermUse))
    if use is None:
        raise access.Hidden
    return use


def close(session: Session, use: TermUse, state: str, *, by: Person, reason: str = "") -> TermUse:
    """Somebody has changed the text ("done"), or says why it stays ("dismissed", with a reason)."""
    use.state, use.reason, use.closed_at, use.closed_by_id = state, reason, utc_now(), by.id
    session.flush()
    return use


def places(session: Session, shown: Sequence[Shown]) -> dict[int, list[tuple[int, int]]]:
    """Where the words stand in each text now, by the number of the use; nowhere when somebody has changed it."""
    by_language: dict[str, list[tuple[Shown, str]]] = {}
    for one in shown:
        side = (one.source_language, one.source) if one.use.side == "source" else (one.language, one.target)
        by_language.setdefault(side[0], []).append((one, side[1]))
    found: dict[int, list[tuple[int, int]]] = {}
    for language, some in by_language.items():
        spots = recognition.spot_all(session, [text for _one, text in some], language)
        for (one, _text), there in zip(some, spots, strict=True):
            ids = {term["id"] for term in one.use.impact.terms}
            found[one.use.id] = [(spot.start, spot.end) for spot in there if spot.term_id in ids]
    return found


def _shown(session: Session, uses: list[TermUse]) -> list[Shown]:
    where = joinedload(Segment.translation, innerjoin=True).joinedload(Translation.document, innerjoin=True)
    segments = {
        s.id: s
        for s in session.scalars(
            select(Segment)
            .where(Segment.id.in_([u.segment_id for u in uses if u.segment_id]))
            .options(where, joinedload(Segment.sentence, innerjoin=True))
        )
    }
    units = {
        u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_([u.unit_id for u in uses if u.unit_id])))
    }
    found = []
    for use in uses:
        term = next((t for t in use.impact.terms if t["id"] == use.term_id), None)
        if use.segment_id in segments:
            segment = segments[use.segment_id]
            document = segment.translation.document
            found.append(
                Shown(
                    use, segment.sentence.text, segment.target, document.source_language,
                    segment.translation.target_language, document, segment.translation_id, segment, None, term,
                )  # fmt: skip
            )
        elif use.unit_id in units:
            unit = units[use.unit_id]
            found.append(
                Shown(
                    use, unit.source, unit.target, unit.source_language, unit.target_language, None, None, None, unit,
                    term,
                )  # fmt: skip
            )
    return found


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
