"""The states of a segment and every legal move between them.

This is the only module that changes a segment's state or text. Each function takes the Session, the person, and a
segment that was loaded for update; it checks the right, the move and the version, appends an Event, and never
commits. The two-person rule lives here: nobody approves what they wrote or last changed, unless an administrator
waived the rule for that translation (`app.assigning`), which is recorded and shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import access, concepts
from app.models import (
    Comment,
    Confidentiality,
    Document,
    Event,
    Origin,
    Person,
    Segment,
    SegmentState,
    Sentence,
    SuggestionUse,
    Translation,
)
from importers import inline
from memory import recording
from memory.models import Unit
from storage.columns import utc_now

OPEN, TRANSLATED, WAITING, SENT_BACK, APPROVED = (
    SegmentState.OPEN,
    SegmentState.TRANSLATED,
    SegmentState.WAITING,
    SegmentState.SENT_BACK,
    SegmentState.APPROVED,
)

#: action -> {state before: state after}. What is not here is an IllegalMove.
MOVES: dict[str, dict[SegmentState, SegmentState]] = {
    "draft": {OPEN: OPEN, TRANSLATED: OPEN, SENT_BACK: SENT_BACK},
    "save": {OPEN: TRANSLATED, TRANSLATED: TRANSLATED, SENT_BACK: TRANSLATED},
    "fill": {OPEN: TRANSLATED},
    "hand over": {TRANSLATED: WAITING},
    "take back": {WAITING: TRANSLATED},
    "approve": {WAITING: APPROVED},
    "agree": {WAITING: APPROVED},
    "correct": {WAITING: WAITING, APPROVED: WAITING},
    "send back": {WAITING: SENT_BACK, APPROVED: SENT_BACK},
}

#: Why a reviewer sends a segment back: the dimensions of MQM (themqm.org, core typology), in plain words.
REASONS = ("meaning", "term", "missing", "language", "style", "audience", "layout", "other")

#: Longest text of one segment, in characters: a guard, far above any sentence.
LONGEST_TEXT = 100_000


class IllegalMove(Exception):
    """In this state this cannot be done."""

    def __init__(self, state: str, action: str) -> None:
        self.state, self.action = state, action
        super().__init__(f"{action} from {state}")


class Stale(Exception):
    """Somebody was faster. `segment` is as it is now, `yours` is what was sent and not saved."""

    def __init__(self, segment: Segment, yours: str | None) -> None:
        self.segment, self.yours = segment, yours
        super().__init__(f"segment {segment.id} is at version {segment.version}")


class EmptyTarget(ValueError):
    """A translation without text cannot be saved as done."""


class TooLong(ValueError):
    """The text of one segment is longer than LONGEST_TEXT."""


class ReasonNeeded(ValueError):
    """Sending back, and waiving the rule, need a reason."""


class NothingToHandOver(Exception):
    """No segment is translated and not yet handed over."""


def _move(session: Session, segment: Segment, person: Person, action: str, *, why: str = "", text: str | None = None):
    before = SegmentState(segment.state)
    after = MOVES[action].get(before)
    if after is None:
        raise IllegalMove(before, action)
    segment.state = after
    session.add(
        Event(
            person_id=person.id,
            action=action,
            document_id=segment.translation.document_id,
            translation_id=segment.translation_id,
            segment_id=segment.id,
            from_state=before,
            to_state=after,
            why=why,
            text=segment.target if text is None else text,
        )
    )


def _check_legal(segment: Segment, action: str) -> None:
    if SegmentState(segment.state) not in MOVES[action]:
        raise IllegalMove(segment.state, action)


def _check_version(segment: Segment, version: int, yours: str | None) -> None:
    if segment.version != version:
        raise Stale(segment, yours)


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise TooLong(len(text))


def _check_not_empty(text: str) -> None:
    """Tags, spaces and invisible characters are no translation."""
    if not any(unicodedata.category(c) not in ("Cf", "Cc", "Zs", "Zl", "Zp") for c in inline.plain(text)):
        raise EmptyTarget


def draft(
    session: Session, person: Person, segment: Segment, text: str, version: int, *, origin: Origin = Origin.TYPED
) -> None:
    """Keep what somebody is typing. Sent twice, it is kept once. Raises Stale, IllegalMove, NotAllowed, TooLong."""
    access.require_translator(person, segment.translation)
    _check_length(text)
    if segment.target == text:
        return  # the same text again: a repeated request whose answer was lost
    _check_legal(segment, "draft")
    _check_version(segment, version, text)
    if segment.target and segment.changed_by_id not in (None, person.id):
        # somebody else's words are about to be replaced: they stay in the history
        _move(session, segment, person, "draft")
    _set_text(segment, person, text, origin)
    segment.state = MOVES["draft"][SegmentState(segment.state)]
    _take_on(segment.translation, person)
    session.flush()


def _set_text(segment: Segment, person: Person, text: str, origin: Origin) -> None:
    segment.target = text
    segment.origin = origin
    segment.written_by_id = segment.changed_by_id = person.id
    segment.changed_at = utc_now()


def _take_on(translation: Translation, person: Person) -> None:
    if translation.translator_id is None:
        translation.translator_id = person.id


def save(
    session: Session, person: Person, segment: Segment, text: str, version: int, *, origin: Origin = Origin.TYPED
) -> list[Segment]:
    """Say that this translation is done, and fill the same sentence elsewhere in the document.

    Returns the segments that were filled. Raises Stale, IllegalMove, NotAllowed, EmptyTarget, TooLong.
    """
    access.require_translator(person, segment.translation)
    _check_length(text)
    _check_not_empty(text)
    if segment.state == TRANSLATED and segment.target == text:
        return []  # sent twice
    _check_legal(segment, "save")
    if segment.target != text:
        _check_version(segment, version, text)
        if segment.target and segment.changed_by_id not in (None, person.id):
            _move(session, segment, person, "draft")
        _set_text(segment, person, text, origin)
    elif segment.written_by_id is None:
        _set_text(segment, person, text, Origin(segment.origin))
    segment.sent_back_reason = ""
    _move(session, segment, person, "save")
    _take_on(segment.translation, person)
    filled = _fill_repetitions(session, person, segment)
    session.flush()
    return filled


def _fill_repetitions(session: Session, person: Person, segment: Segment) -> list[Segment]:
    same = (
        select(Segment)
        .join(Sentence)
        .where(
            Segment.translation_id == segment.translation_id,
            Segment.id != segment.id,
            Segment.state == OPEN,
            (Segment.target == "") | (Segment.origin == Origin.REPETITION),
            Sentence.text == segment.sentence.text,
        )
        .order_by(Segment.position)
        # what somebody else works on at this moment is not filled: two who fill each other would wait for ever
        .with_for_update(of=Segment, skip_locked=True)
    )
    filled = list(session.scalars(same))
    for other in filled:
        _set_text(other, person, segment.target, Origin.REPETITION)
        _move(session, other, person, "fill")
    return filled


def hand_over(
    session: Session, person: Person, translation: Translation, segment_ids: Iterable[int] | None = None
) -> int:
    """Give what is translated, or the named part of it, to a reviewer. Returns how many segments.

    Raises NotAllowed, NothingToHandOver.
    """
    access.require_translator(person, translation)
    query = select(Segment).where(Segment.translation_id == translation.id, Segment.state == TRANSLATED)
    if segment_ids is not None:
        query = query.where(Segment.id.in_(list(segment_ids)))
    segments = list(session.scalars(query.order_by(Segment.position).with_for_update(of=Segment)))
    if not segments:
        raise NothingToHandOver
    now = utc_now()
    for segment in segments:
        segment.waiting_since = now
        if segment.written_by_id is None:
            # a text that came with the file: who hands it over stands for it, and a second person approves
            _set_text(segment, person, segment.target, Origin(segment.origin))
        _move(session, segment, person, "hand over")
    session.flush()
    return len(segments)


def take_back(session: Session, person: Person, segment: Segment, version: int) -> None:
    """Take a segment out of review to work on it again, while nobody has corrected it."""
    access.require_translator(person, segment.translation)
    _check_version(segment, version, None)
    if was_corrected(segment):
        raise IllegalMove(segment.state, "take back")
    segment.waiting_since = None
    _move(session, segment, person, "take back")
    session.flush()


def was_corrected(segment: Segment) -> bool:
    """Whether a reviewer changed the text that waits."""
    return segment.state == WAITING and segment.changed_by_id != segment.written_by_id


def why_not_approve(person: Person, segment: Segment) -> str | None:
    """None when the person may approve this segment, else the reason: "not-reviewer", "own-work" or "state"."""
    if not access.reviews(person, segment.translation):
        return "not-reviewer"
    if segment.state != WAITING:
        return "state"
    own = person.id in (segment.changed_by_id, segment.written_by_id)
    return "own-work" if own and segment.translation.waived_at is None else None


def approve(session: Session, person: Person, segment: Segment, version: int) -> None:
    """A reviewer agrees with a text that somebody else wrote; it enters the memory unless it is confidential.

    Raises NotAllowed("own-work") for one's own text, Stale, IllegalMove.
    """
    access.require_reviewer(person, segment.translation)
    if segment.state == APPROVED and segment.approved_by_id == person.id:
        return  # sent twice
    _check_legal(segment, "approve")
    _check_version(segment, version, None)
    if why_not_approve(person, segment) == "own-work":
        raise access.NotAllowed("own-work")
    own = person.id in (segment.changed_by_id, segment.written_by_id)
    _approved(session, person, segment, "approve", why="waiver" if own else "")


def agree(session: Session, person: Person, segment: Segment, version: int) -> None:
    """The translator agrees with a reviewer's correction: two people have now stood for the text."""
    may = access.translates(person, segment.translation) or access.reviews(person, segment.translation)
    if not may:
        raise access.NotAllowed("not-translator", language=segment.translation.target_language)
    _check_legal(segment, "agree")
    _check_version(segment, version, None)
    if not was_corrected(segment):
        raise IllegalMove(segment.state, "agree")
    if person.id == segment.changed_by_id:
        raise access.NotAllowed("own-work")
    _approved(session, person, segment, "agree")


def _approved(session: Session, person: Person, segment: Segment, action: str, why: str = "") -> None:
    segment.approved_by_id, segment.approved_at = person.id, utc_now()
    segment.waiting_since = None
    segment.sent_back_reason = ""
    _move(session, segment, person, action, why=why)
    document = segment.translation.document
    if document.confidentiality != Confidentiality.CONFIDENTIAL:
        previous, following = _neighbours(session, segment)
        author = session.get(Person, segment.changed_by_id) if segment.changed_by_id else None
        unit = recording.remember(
            session,
            source_language=document.source_language,
            target_language=segment.translation.target_language,
            source=segment.sentence.text,
            target=segment.target,
            previous_source=previous,
            next_source=following,
            origin="approved",
            origin_name=document.title,
            document=document_key(document),
            position=segment.position,
            project=document.project,
            subject=document.subject,
            confidentiality=document.confidentiality,
            client_reference=document.client_reference,
            built_on=_built_on(session, segment),
            quality="approved",
            translated_by=author.name if author else None,
            translated_at=segment.changed_at,
            approved_by=person.name,
            approved_at=segment.approved_at,
        )
        segment.memory_unit_id = unit.id
        concepts.note(session, unit)
    session.flush()


def _built_on(session: Session, segment: Segment) -> int | None:
    """The unit of the memory whose translation was taken over last for this segment."""
    query = select(SuggestionUse.unit_id).where(SuggestionUse.segment_id == segment.id)
    return session.scalar(query.order_by(SuggestionUse.id.desc()).limit(1))


def document_key(document: Document) -> str:
    """How the memory names a document, which it does not know."""
    return f"document:{document.id}"


def _neighbours(session: Session, segment: Segment) -> tuple[str, str]:
    """The sources before and after; empty at the edges of the document."""
    rows = dict(
        session.execute(
            select(Sentence.position, Sentence.text).where(
                Sentence.document_id == segment.sentence.document_id,
                Sentence.position.in_((segment.sentence.position - 1, segment.sentence.position + 1)),
            )
        ).all()
    )
    return rows.get(segment.sentence.position - 1, ""), rows.get(segment.sentence.position + 1, "")


def correct(session: Session, person: Person, segment: Segment, text: str, version: int) -> None:
    """A reviewer changes the text. It waits for a second person: the translator agrees, or another reviewer approves."""
    access.require_reviewer(person, segment.translation)
    _check_length(text)
    _check_not_empty(text)
    _check_legal(segment, "correct")
    if segment.target == text and segment.state == WAITING:
        return
    _check_version(segment, version, text)
    _retract(session, segment)
    # what stood there before is in the event before this one
    _move(session, segment, person, "correct", text=text)
    segment.target = text
    segment.changed_by_id, segment.changed_at = person.id, utc_now()
    segment.approved_by_id = segment.approved_at = None
    segment.waiting_since = segment.waiting_since or utc_now()
    session.flush()


def send_back(
    session: Session, person: Person, segment: Segment, version: int, *, reason: str, comment: str = ""
) -> None:
    """Return a segment to its translator with a reason of REASONS and words. Raises ReasonNeeded, Stale, IllegalMove."""
    access.require_reviewer(person, segment.translation)
    _check_length(comment)
    if reason not in REASONS or (reason == "other" and not comment.strip()):
        raise ReasonNeeded
    _check_legal(segment, "send back")
    _check_version(segment, version, None)
    _retract(session, segment)
    segment.sent_back_reason = reason
    segment.waiting_since = None
    segment.approved_by_id = segment.approved_at = None
    _move(session, segment, person, "send back", why=reason)
    if comment.strip():
        session.add(Comment(segment_id=segment.id, person_id=person.id, text=comment))
    session.flush()


def _retract(session: Session, segment: Segment) -> None:
    """Nobody stands for an approved text any more: the memory no longer offers it from this place."""
    if segment.memory_unit_id is None:
        return
    unit = session.get(Unit, segment.memory_unit_id)
    if unit is not None:
        document = segment.translation.document
        recording.retract(session, unit, document=document_key(document), position=segment.position)
    segment.memory_unit_id = None


def comment(session: Session, person: Person, segment: Segment, text: str) -> Comment:
    """Say something about a segment. Raises EmptyTarget for nothing, TooLong."""
    _check_length(text)
    _check_not_empty(text)
    said = Comment(segment_id=segment.id, person_id=person.id, text=text)
    session.add(said)
    session.flush()
    return said
