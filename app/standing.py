"""Where work stands: how far a translation is, what comes next, what happened to a segment and what was said about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.models import Comment, Event, Person, Segment, SegmentState
from app.workflow import was_corrected


def progress(session: Session, translation_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """For each translation how many segments stand in each state, and "total"."""
    rows = session.execute(
        select(Segment.translation_id, Segment.state, func.count())
        .where(Segment.translation_id.in_(translation_ids))
        .group_by(Segment.translation_id, Segment.state)
    )
    counts: dict[int, dict[str, int]] = {i: {**dict.fromkeys(SegmentState, 0), "total": 0} for i in translation_ids}
    for translation_id, state, count in rows:
        counts[translation_id][state] = count
        counts[translation_id]["total"] += count
    return counts


def next_segment(session: Session, segment: Segment, states: Iterable[SegmentState]) -> int | None:
    """The next segment in one of these states after this one, going round at the end. None when there is none."""
    query = select(Segment.id).where(
        Segment.translation_id == segment.translation_id,
        Segment.state.in_(list(states)),
        Segment.id != segment.id,
    )
    after = query.where(Segment.position > segment.position).order_by(Segment.position).limit(1)
    return session.scalar(after) or session.scalar(query.order_by(Segment.position).limit(1))


def corrections_for(session: Session, person: Person, translation_ids: Sequence[int]) -> dict[int, int]:
    """For each of these translations how many of the person's segments a reviewer corrected and this person has to
    agree with."""
    query = (
        select(Segment.translation_id, func.count())
        .where(
            Segment.translation_id.in_(translation_ids),
            Segment.state == SegmentState.WAITING,
            Segment.written_by_id == person.id,
            Segment.changed_by_id != person.id,
        )
        .group_by(Segment.translation_id)
    )
    return dict(session.execute(query).all())


def history(session: Session, segment: Segment) -> list[Event]:
    """What happened to a segment, newest first."""
    query = select(Event).where(Event.segment_id == segment.id).options(joinedload(Event.person))
    return list(session.scalars(query.order_by(Event.id.desc())))


def text_before_correction(session: Session, segment: Segment) -> str | None:
    """What the translator had handed over, when a reviewer changed it."""
    if not was_corrected(segment):
        return None
    query = (
        select(Event.text)
        .where(Event.segment_id == segment.id, Event.action.in_(("save", "fill", "hand over")))
        .order_by(Event.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def comments(session: Session, segment: Segment) -> list[Comment]:
    """What people said about a segment, oldest first."""
    query = select(Comment).where(Comment.segment_id == segment.id).options(joinedload(Comment.person))
    return list(session.scalars(query.order_by(Comment.id)))
