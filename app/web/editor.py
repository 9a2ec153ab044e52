"""The editor: all segments of a translation, one of them open. Speaks JSON with its script, pages with a browser
that runs none."""

from __future__ import annotations

from contextlib import suppress

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import format_time, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from app import access, checks, errors, penalties, suggestions, terms, workflow
from app.db import current_session, new_session, transaction
from app.installation import config, models
from app.models import Origin, Segment, SegmentState, Sentence, Translation
from app.web import see_other, words
from glossary import recognition
from languages import tags

pages = Blueprint("editor", __name__)

#: Most segments on one page: a book comes in parts, so that an old laptop can scroll it.
PART = 600


#: What a reviewer does, who may also be a translator of the pair.
REVIEWING = {"editor.approve", "editor.correct", "editor.send_back"}


@pages.get("/translations/<int:translation_id>")
def edit(translation_id: int):
    """The editor, open at the segment asked for, or where this person would go on."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    role = _role(translation)
    count = workflow.progress(db, [translation.id])[translation.id]
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
        done=_done_of(count, role),
        part=part,
        parts=-(-count["total"] // PART),
        part_size=PART,
        role=role,
        reasons=words.reasons(),
        panel=_panel(db, current) if current is not None else "",
        script=tags.script(translation.target_language),
        can={s.id: _can(s, role) for s in segments},
        may_both=access.translates(current_user, translation) and access.reviews(current_user, translation),
        finished=bool(count["total"]) and count[SegmentState.APPROVED] == count["total"],
    )


def _role(translation: Translation) -> str:
    """ "translate", "review" (also for those who do both, when asked or when something waits) or "read"."""
    may_translate = access.translates(current_user, translation)
    may_review = access.reviews(current_user, translation)
    asked = request.args.get("as") or (_form().get("as") if request.method == "POST" else None)
    if asked is None and request.method == "POST" and request.endpoint in REVIEWING:
        asked = "review"
    if may_review and (asked == "review" or not may_translate):
        return "review"
    return "translate" if may_translate else "read"


def _can(segment: Segment, role: str) -> dict[str, str]:
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
        said=_said(db, segment),
        history=workflow.history(db, segment),
        corrected=workflow.was_corrected(segment),
        before=workflow.text_before_correction(db, segment),
        sentence=terms.sentence_of(segment),
        may_propose=access.translates(current_user, translation) or access.reviews(current_user, translation),
    )


def _said(db, segment: Segment) -> list[dict[str, str]]:
    """The comments as the page shows them."""
    return [
        {"by": c.person.name if c.person else "–", "when": words.moment(c.at), "text": c.text}
        for c in workflow.comments(db, segment)
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


def _form() -> dict:
    """What was sent: JSON by the script, a form by a page without it."""
    sent = request.get_json(silent=True) if request.is_json else request.form
    return sent if isinstance(sent, dict) or hasattr(sent, "get") else {}


def _text(form, name: str = "text") -> str:
    """A text as typed; a browser sends a form's line ends as CR LF (HTML, "newline normalisation")."""
    text = form.get(name, "")
    if not isinstance(text, str):
        text = ""
    if not request.is_json:
        text = text.replace("\r\n", "\n")
    # what no database and no XML can hold: half of a surrogate pair, NUL
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")


def _version(form) -> int:
    try:
        return int(form.get("version", 0))
    except (TypeError, ValueError, OverflowError):
        return 0


def _origin(form) -> Origin:
    name = form.get("origin")
    return Origin(name) if name in (Origin.MEMORY, Origin.MACHINE) else Origin.TYPED


def _unit(form) -> int | None:
    """The unit of the memory that the text was made from."""
    try:
        unit = int(form.get("unit") or 0)
    except (TypeError, ValueError, OverflowError):
        return None
    return unit if 0 < unit < 2**63 else None


@pages.route("/segments/<int:segment_id>/draft", methods=["PUT", "POST"])
def draft(segment_id: int):
    """Keep what is being typed."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = _form()
    workflow.draft(db, _me(), segment, _text(form), _version(form), origin=_origin(form))
    suggestions.record_use(db, _me(), segment, _unit(form))
    db.commit()
    return jsonify(version=segment.version, state=segment.state, saved_at=_clock(segment))


@pages.post("/segments/<int:segment_id>/save")
def save(segment_id: int):
    """Done with this segment; on to the next open one."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = _form()
    filled = workflow.save(db, _me(), segment, _text(form), _version(form), origin=_origin(form))
    suggestions.record_use(db, _me(), segment, _unit(form))
    return _done(db, segment, (SegmentState.OPEN, SegmentState.SENT_BACK), filled)


@pages.post("/segments/<int:segment_id>/take-back")
def take_back(segment_id: int):
    """Out of review again, to be changed."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.take_back(db, _me(), segment, _version(_form()))
    return _done(db, segment, ())


@pages.post("/segments/<int:segment_id>/approve")
def approve(segment_id: int):
    """A second person agrees: the segment enters the memory."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.approve(db, _me(), segment, _version(_form()))
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/agree")
def agree(segment_id: int):
    """The translator agrees with a correction."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.agree(db, _me(), segment, _version(_form()))
    return _done(db, segment, (SegmentState.OPEN, SegmentState.SENT_BACK, SegmentState.WAITING))


@pages.post("/segments/<int:segment_id>/correct")
def correct(segment_id: int):
    """A reviewer's own wording; under a waiver it is approved at once, else somebody else has to agree."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = _form()
    workflow.correct(db, _me(), segment, _text(form), _version(form))
    if segment.translation.waived_at is not None:
        workflow.approve(db, _me(), segment, segment.version)
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/send-back")
def send_back(segment_id: int):
    """Back to the translator, with a reason."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = _form()
    workflow.send_back(
        db, _me(), segment, _version(form), reason=_text(form, "reason"), comment=_text(form, "comment")
    )
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/comments")
def comment(segment_id: int):
    """Say something about a segment."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id)
    workflow.comment(db, _me(), segment, _text(_form()))
    db.commit()
    if request.headers.get("X-Requested-With") or request.is_json:
        return render_template("fragments/comments.html", segment=segment, said=_said(db, segment))
    return see_other("editor.edit", translation_id=segment.translation_id, segment=segment.id)


def _me():
    return current_user._get_current_object()


def _clock(segment: Segment) -> str:
    return format_time(segment.changed_at, "HH:mm") if segment.changed_at else ""


def _done(db, segment: Segment, states: tuple[SegmentState, ...], filled: list[Segment] | None = None) -> Response:
    """Commit, and answer with where the segment stands and what comes next."""
    following = workflow.next_segment(db, segment, states) if states else None
    translation = segment.translation
    count = workflow.progress(db, [translation.id])[translation.id]
    db.commit()
    if not errors.wants_json():
        values = {"segment": following or segment.id, "translation_id": translation.id}
        if request.form.get("as"):
            values["as"] = request.form["as"]
        return see_other("editor.edit", **values)
    document, source = translation.document, segment.sentence.text
    # nobody else's save waits while this one's text is looked at
    with new_session(current_app.extensions["engine"], writes=False) as reading:
        found = suggestions.problems(reading, document, source, segment.target, translation.target_language)
    return jsonify(
        version=segment.version,
        state=segment.state,
        state_label=words.state(segment.state),
        text=segment.target,
        **{key: value for key, value in _can(segment, _role(translation)).items() if key != "flag"},
        saved_at=_clock(segment),
        next=following,
        next_url=url_for(".edit", translation_id=translation.id, segment=following) if following else None,
        filled=[{"id": s.id, "text": s.target, "version": s.version, "state": s.state} for s in filled or ()],
        problems=[_told(p, translation.target_language) for p in found],
        progress={"done": _done_of(count, _role(translation)), "total": count["total"], **count},
    )


def _told(problem: checks.Problem, language: str) -> dict:
    """A problem as the script shows it; `concept` is a link to what it is about."""
    told = {"kind": problem.kind, "severe": problem.severe, "message": words.problem(problem)}
    if problem.concept:
        told["concept"] = {"href": url_for("lookup.concept", code=problem.concept, language=language), "label": _("Open the concept")}
    return told


def _done_of(count: dict[str, int], role: str) -> int:
    """How far a translation is: for a reviewer what is approved, for a translator what is translated."""
    if role == "review":
        return count[SegmentState.APPROVED]
    return count["total"] - count[SegmentState.OPEN] - count[SegmentState.SENT_BACK]


# --- handing over ---------------------------------------------------------------------------------


@pages.route("/translations/<int:translation_id>/hand-over", methods=["GET", "POST"])
def hand_over(translation_id: int):
    """Give what is finished, or a part of it, to a reviewer. What a reviewer would stumble over is shown first."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    if request.method != "POST":
        access.require_translator(current_user, translation)
        query = (
            select(Segment)
            .where(Segment.translation_id == translation.id, Segment.state == SegmentState.TRANSLATED)
            .options(joinedload(Segment.sentence))
            .order_by(Segment.position)
        )
        ready = list(db.scalars(query))
        found = {
            s.id: suggestions.problems(db, translation.document, s.sentence.text, s.target, translation.target_language)
            for s in ready
        }
        return render_template(
            "hand_over.html",
            translation=translation,
            document=translation.document,
            ready=ready,
            problems={i: p for i, p in found.items() if p},
            count=workflow.progress(db, [translation.id])[translation.id],
            reviewer_exists=access.second_person_exists(db, translation, current_user),
        )
    chosen = None
    if request.form.get("part") == "range":
        chosen = _range(db, translation)
        if chosen is None:
            message = _("Write the first and the last segment number, for example 1 and 12.")
            told = errors.Answer(422, _("This did not work"), message)
            return make_response(render_template("error.html", told=told), 422)
    number = workflow.hand_over(db, _me(), translation, chosen)
    db.commit()
    flash(
        ngettext(
            "%(num)s segment is handed over for review.", "%(num)s segments are handed over for review.", number
        )
    )
    return see_other("editor.edit", translation_id=translation.id)


def _range(db, translation: Translation) -> list[int] | None:
    first, last = request.form.get("from", type=int), request.form.get("to", type=int)
    if first is None or last is None or first > last:
        return None
    numbered = db.execute(
        select(Segment.id).where(Segment.translation_id == translation.id).order_by(Segment.position)
    ).scalars()
    return [segment_id for number, segment_id in enumerate(numbered, 1) if first <= number <= last]
