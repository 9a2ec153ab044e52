"""The editor: all segments of a translation, one of them open. Speaks JSON with its script, pages with a browser
that runs none."""

from __future__ import annotations

from contextlib import suppress

from flask import (
    Blueprint,
    current_app,
    render_template,
    request,
)
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from app import access, errors, penalties, standing, suggestions, terms, workflow
from app.db import current_session, transaction
from app.installation import config, models
from app.models import Segment, SegmentState, Sentence, Translation
from app.web import words
from glossary import recognition
from languages import tags

pages = Blueprint("editor", __name__)

#: Most segments on one page: a book comes in parts, so that an old laptop can scroll it.
PART = 600


#: What a reviewer does, who may also be a translator of the pair.
REVIEWING = {"segments.approve", "segments.correct", "segments.send_back"}


@pages.get("/translations/<int:translation_id>")
def edit(translation_id: int):
    """The editor, open at the segment asked for, or where this person would go on."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    role = role_of(translation)
    count = standing.progress(db, [translation.id])[translation.id]
    part = max(0, request.args.get("part", 0, int))
    asked = request.args.get("segment", type=int)
    if asked is not None and "machine" in request.args:
        # a browser without scripts asks the machine by a link
        _offer_machine(db, access.find_segment(db, current_user, asked), suggestions.Suggestions(), ask=True)
    current = _segment_to_open(db, translation, role, asked)
    if current is not None and "part" not in request.args:
        before = select(func.count()).where(Segment.translation_id == translation.id, Segment.position < current.position)
        part = (db.scalar(before) or 0) // PART
    segments = _segments(db, translation, part)
    if current is None or all(s.id != current.id for s in segments):
        current = next((s for s in segments if s.state in _states_to_do(role)), segments[0] if segments else None)
    return render_template(
        "editor.html",
        translation=translation,
        document=translation.document,
        segments=segments,
        current=current,
        marks=_term_marks(db, translation, segments),
        count=count,
        done=done_of(count, role),
        part=part,
        parts=-(-count["total"] // PART),
        part_size=PART,
        role=role,
        reasons=words.reasons(),
        panel=_panel(db, current) if current is not None else "",
        script=tags.script(translation.target_language),
        can={s.id: can(s, role) for s in segments},
        may_both=access.translates(current_user, translation) and access.reviews(current_user, translation),
        finished=bool(count["total"]) and count[SegmentState.APPROVED] == count["total"],
    )


def role_of(translation: Translation) -> str:
    """ "translate", "review" (also for those who do both, when asked or when something waits) or "read"."""
    may_translate = access.translates(current_user, translation)
    may_review = access.reviews(current_user, translation)
    asked = request.args.get("as") or (sent().get("as") if request.method == "POST" else None)
    if asked is None and request.method == "POST" and request.endpoint in REVIEWING:
        asked = "review"
    if may_review and (asked == "review" or not may_translate):
        return "review"
    return "translate" if may_translate else "read"


def can(segment: Segment, role: str) -> dict[str, str]:
    """What this person may do with a segment now, why approving is refused, and what to notice."""
    moves, why, flag = "", "", ""
    corrected = workflow.was_corrected(segment)
    if role == "translate":
        if segment.state in workflow.MOVES["save"]:
            moves = "save"
        elif segment.state == SegmentState.WAITING:
            moves = "take-back"
            if corrected:
                moves = "agree" if segment.changed_by_id != current_user.id else ""
                flag = _("A reviewer corrected this: read it and agree.")
        if segment.state == SegmentState.SENT_BACK:
            flag = _("Sent back: %(reason)s", reason=words.reason(segment.sent_back_reason))
    elif role == "review" and segment.state in workflow.MOVES["correct"]:
        moves = "correct send-back"
        if segment.state == SegmentState.WAITING:
            if workflow.why_not_approve(current_user, segment) == "own-work":
                why = errors.refusal("own-work", {})
            else:
                moves = f"approve {moves}"
    return {"can": moves, "why": why, "flag": flag}


def _states_to_do(role: str) -> tuple[SegmentState, ...]:
    return (SegmentState.WAITING,) if role == "review" else (SegmentState.OPEN, SegmentState.SENT_BACK)


def _segment_to_open(db, translation: Translation, role: str, asked: int | None) -> Segment | None:
    query = select(Segment).where(Segment.translation_id == translation.id).order_by(Segment.position).limit(1)
    if asked is not None:
        found = db.scalar(query.where(Segment.id == asked))
        if found is not None:
            return found
    if role == "translate":
        # where I left off: the first thing to do after what I changed last
        last = db.scalar(
            select(Segment.position)
            .where(Segment.translation_id == translation.id, Segment.changed_by_id == current_user.id)
            .order_by(Segment.changed_at.desc())
            .limit(1)
        )
        if last is not None:
            found = db.scalar(query.where(Segment.state.in_(_states_to_do(role)), Segment.position >= last))
            if found is not None:
                return found
    return db.scalar(query.where(Segment.state.in_(_states_to_do(role)))) or db.scalar(query)


def _segments(db, translation: Translation, part: int) -> list[Segment]:
    query = (
        select(Segment)
        .join(Sentence)
        .where(Segment.translation_id == translation.id)
        .options(contains_eager(Segment.sentence).joinedload(Sentence.block))
        .order_by(Segment.position)
        .offset(part * PART)
        .limit(PART)
    )
    return list(db.scalars(query))


def _term_marks(db, translation: Translation, segments: list[Segment]) -> dict[int, list[recognition.Recognised]]:
    """segment id -> the terms in its source."""
    source, target = translation.document.source_language, translation.target_language
    found = recognition.recognise_all(
        db, [s.sentence.text for s in segments], source_language=source, target_language=target
    )
    return {s.id: hits for s, hits in zip(segments, found, strict=True)}


# --- what the script asks ---------------------------------------------------------------------------------


@pages.get("/segments/<int:segment_id>/panel")
def panel(segment_id: int):
    """Suggestions, terms, comments and history of a segment, as a fragment. Memory and terms answer at once; what the
    machine was not asked yet the page asks for apart, so that nobody waits for a model."""
    db = current_session()
    return _panel(db, access.find_segment(db, current_user, segment_id))


@pages.get("/segments/<int:segment_id>/machine")
def machine(segment_id: int):
    """What the machine says about a segment, as a fragment; asks it when that was not done yet. `after`: how many
    suggestions the panel shows already."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id)
    translation, offered = segment.translation, suggestions.Suggestions()
    _offer_machine(db, segment, offered, ask=True)
    return render_template(
        "fragments/machine_suggestions.html",
        translation=translation,
        offered=offered,
        after=max(0, request.args.get("after", 0, int)),
    )


def _offer_machine(db, segment: Segment, offered: suggestions.Suggestions, *, ask: bool = False) -> bool:
    """Put the machine's suggestions beside the others. True when it has to be asked first, and was not (`ask`)."""
    translation = segment.translation
    route = models().route(translation.document.source_language, translation.target_language)
    if route is None:
        offered.machine_note = "no-model"
        return False
    offered.licences = tuple(dict.fromkeys(licence for licence in route.licences if licence))
    kept = suggestions.kept(db, segment.sentence_id, translation.target_language, route.key)
    if kept is not None:
        offered.machine = kept
    elif ask:
        offered.machine, offered.machine_note = _ask_now(db, segment, route.key)
    return kept is None and not ask


def _panel(db, segment: Segment) -> str:
    translation = segment.translation
    document = translation.document
    offered = suggestions.for_segment(db, segment, threshold=penalties.threshold_of(current_user, config()), taken_off=penalties.in_force(db, config()))
    pending = _offer_machine(db, segment, offered)
    return render_template(
        "fragments/panel.html",
        segment=segment,
        translation=translation,
        document=document,
        offered=offered,
        pending=pending,
        problems=suggestions.problems(
            db, document, segment.sentence.text, segment.target, translation.target_language
        ),
        said=said(db, segment),
        history=standing.history(db, segment),
        corrected=workflow.was_corrected(segment),
        before=standing.text_before_correction(db, segment),
        sentence=terms.sentence_of(segment),
        may_propose=access.translates(current_user, translation) or access.reviews(current_user, translation),
    )


def said(db, segment: Segment) -> list[dict[str, str]]:
    """The comments as the page shows them."""
    return [
        {"by": c.person.name if c.person else "–", "when": words.moment(c.at), "text": c.text}
        for c in standing.comments(db, segment)
    ]


def _ask_now(db, segment: Segment, key: str):
    """Ask the machine for one sentence, outside the transaction, and keep what it said."""
    sentence_id, text = segment.sentence_id, segment.sentence.text
    source, target = segment.translation.document.source_language, segment.translation.target_language
    db.rollback()
    answers, note = suggestions.ask_machine(models(), [text], source, target)
    if note is None:
        # somebody who asked at the same moment may have kept the same answer
        with suppress(IntegrityError), transaction(current_app.extensions["engine"]) as own:
            if own.get(Sentence, sentence_id) is not None:
                suggestions.keep(own, [sentence_id], target, key, answers)
    return answers[0], note


def sent() -> dict:
    """What was sent: JSON by the script, a form by a page without it."""
    form = request.get_json(silent=True) if request.is_json else request.form
    return form if isinstance(form, dict) or hasattr(form, "get") else {}


def done_of(count: dict[str, int], role: str) -> int:
    """How far a translation is: for a reviewer what is approved, for a translator what is translated."""
    if role == "review":
        return count[SegmentState.APPROVED]
    return count["total"] - count[SegmentState.OPEN] - count[SegmentState.SENT_BACK]
