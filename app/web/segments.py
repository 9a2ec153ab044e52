"""What the editor does to one segment: each move of a translator or a reviewer, and comments. Answers JSON to the
script, and leads back to the editor where no script runs."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from flask_login import current_user

from app import access, checks, errors, standing, suggestions, workflow
from app.db import current_session, new_session
from app.models import Origin, Segment, SegmentState
from app.web import see_other, words
from app.web.editor import can, done_of, role_of, said, sent
from app.web.forms import me

pages = Blueprint("segments", __name__)


@pages.route("/segments/<int:segment_id>/draft", methods=["PUT", "POST"])
def draft(segment_id: int):
    """Keep what is being typed, and say what to look at in it."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = sent()
    workflow.draft(db, me(), segment, _text(form), _version(form), origin=_origin(form))
    suggestions.record_use(db, me(), segment, _unit(form))
    db.commit()
    kept = {"version": segment.version, "state": segment.state, "saved_at": _clock(segment)}
    return jsonify(problems=_problems_of(segment), **kept)


@pages.post("/segments/<int:segment_id>/save")
def save(segment_id: int):
    """Done with this segment; on to the next open one."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = sent()
    filled = workflow.save(db, me(), segment, _text(form), _version(form), origin=_origin(form))
    suggestions.record_use(db, me(), segment, _unit(form))
    return _done(db, segment, (SegmentState.OPEN, SegmentState.SENT_BACK), filled)


@pages.post("/segments/<int:segment_id>/take-back")
def take_back(segment_id: int):
    """Out of review again, to be changed."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.take_back(db, me(), segment, _version(sent()))
    return _done(db, segment, ())


@pages.post("/segments/<int:segment_id>/approve")
def approve(segment_id: int):
    """A second person agrees: the segment enters the memory."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.approve(db, me(), segment, _version(sent()))
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/agree")
def agree(segment_id: int):
    """The translator agrees with a correction."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    workflow.agree(db, me(), segment, _version(sent()))
    return _done(db, segment, (SegmentState.OPEN, SegmentState.SENT_BACK, SegmentState.WAITING))


@pages.post("/segments/<int:segment_id>/correct")
def correct(segment_id: int):
    """A reviewer's own wording; under a waiver it is approved at once, else somebody else has to agree."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = sent()
    workflow.correct(db, me(), segment, _text(form), _version(form))
    if segment.translation.waived_at is not None:
        workflow.approve(db, me(), segment, segment.version)
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/send-back")
def send_back(segment_id: int):
    """Back to the translator, with a reason."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id, for_update=True)
    form = sent()
    workflow.send_back(
        db, me(), segment, _version(form), reason=_text(form, "reason"), comment=_text(form, "comment")
    )
    return _done(db, segment, (SegmentState.WAITING,))


@pages.post("/segments/<int:segment_id>/comments")
def comment(segment_id: int):
    """Say something about a segment."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id)
    workflow.comment(db, me(), segment, _text(sent()))
    db.commit()
    if request.headers.get("X-Requested-With") or request.is_json:
        return render_template("fragments/comments.html", segment=segment, said=said(db, segment))
    return see_other("editor.edit", translation_id=segment.translation_id, segment=segment.id)


def _done(db, segment: Segment, states: tuple[SegmentState, ...], filled: list[Segment] | None = None) -> Response:
    """Commit, and answer with where the segment stands and what comes next."""
    following = standing.next_segment(db, segment, states) if states else None
    translation = segment.translation
    count = standing.progress(db, [translation.id])[translation.id]
    db.commit()
    if not errors.wants_json():
        values = {"segment": following or segment.id, "translation_id": translation.id}
        if request.form.get("as"):
            values["as"] = request.form["as"]
        return see_other("editor.edit", **values)
    return jsonify(
        version=segment.version,
        state=segment.state,
        state_label=words.state(segment.state),
        text=segment.target,
        **{key: value for key, value in can(segment, role_of(translation)).items() if key != "flag"},
        saved_at=_clock(segment),
        next=following,
        next_url=url_for("editor.edit", translation_id=translation.id, segment=following) if following else None,
        filled=[{"id": s.id, "text": s.target, "version": s.version, "state": s.state} for s in filled or ()],
        problems=_problems_of(segment),
        progress={"done": done_of(count, role_of(translation)), "total": count["total"], **count},
    )


def _problems_of(segment: Segment) -> list[dict]:
    """What to look at in a text that is saved, as the script shows it. Nobody else's save waits meanwhile."""
    translation = segment.translation
    with new_session(current_app.extensions["engine"], writes=False) as reading:
        found = suggestions.problems(
            reading, translation.document, segment.sentence.text, segment.target, translation.target_language
        )
    return [_told(problem, translation.target_language) for problem in found]


def _told(problem: checks.Problem, language: str) -> dict:
    """A problem as the script shows it; `concept` is a link to what it is about."""
    told = {"kind": problem.kind, "severe": problem.severe, "message": words.problem(problem)}
    if problem.concept:
        told["concept"] = {"href": url_for("lookup.concept", code=problem.concept, language=language), "label": _("Open the concept")}
    return told


def _clock(segment: Segment) -> str:
    return format_time(segment.changed_at, "HH:mm") if segment.changed_at else ""


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
