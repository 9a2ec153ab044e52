"""Handing over: what a reviewer would stumble over is shown first."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import access, errors, standing, suggestions, workflow
from app.db import current_session
from app.models import Segment, SegmentState, Translation
from app.web import see_other
from app.web.forms import me

pages = Blueprint("handover", __name__)


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
            count=standing.progress(db, [translation.id])[translation.id],
            reviewer_exists=access.second_person_exists(db, translation, current_user),
        )
    chosen = None
    if request.form.get("part") == "range":
        chosen = _range(db, translation)
        if chosen is None:
            message = _("Write the first and the last segment number, for example 1 and 12.")
            told = errors.Answer(422, _("This did not work"), message)
            return make_response(render_template("error.html", told=told), 422)
    number = workflow.hand_over(db, me(), translation, chosen)
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
