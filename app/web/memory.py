"""The memory: find what was translated before, withdraw what is wrong."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access
from app.access import Hidden
from app.db import current_session
from app.models import RoleName
from app.web import see_other
from languages import tags
from memory import concordance, recording
from memory.models import Unit

pages = Blueprint("memory", __name__)


def _may_recall(person, unit: Unit) -> bool:
    return access.is_administrator(person) or access.covers(
        access.pairs(person, RoleName.REVIEWER), unit.source_language, unit.target_language
    )


@pages.get("/memory")
def search():
    """A phrase anywhere in the memory, with what stands around it."""
    db = current_session()
    query = request.args.get("q", "").strip()[:500]
    source = request.args.get("source", "nl")
    target = request.args.get("target", "ar")
    found = []
    if query:
        found = concordance.concordance(
            db, query, source_language=tags.normalise(source), target_language=tags.normalise(target), side="either"
        )
    return render_template(
        "memory.html",
        query=query,
        source=source,
        target=target,
        found=found,
        languages=tags.OUR_LANGUAGES,
        may_recall=lambda unit: _may_recall(current_user, unit),
    )


@pages.post("/memory/<int:unit_id>/recall")
def recall(unit_id: int):
    """Withdraw a wrong unit: it is gone from the next lookup."""
    db = current_session()
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise Hidden
    if not _may_recall(current_user, unit):
        raise access.NotAllowed("not-reviewer", language=unit.target_language)
    if request.form.get("restore") == "yes":
        recording.restore(db, unit)
        flash(_("The unit is offered again."))
    else:
        recording.recall(db, unit, by=current_user.name, reason=request.form.get("reason", "").strip() or "wrong")
        flash(_("The unit is withdrawn: nobody is offered it any more."))
    db.commit()
    return see_other(
        "memory.search", q=request.form.get("q", ""), source=unit.source_language, target=unit.target_language
    )
