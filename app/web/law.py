"""Concepts whose law changed: what changed, and what follows from it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, deciding, impact
from app.access import Hidden
from app.db import current_session
from app.web import see_other
from glossary import law
from glossary.models import History
from glossary.refusals import ChangedMeanwhile

pages = Blueprint("law", __name__)

#: Flagged references on one page.
FLAGS = 20


def _may_settle() -> bool:
    return access.has_role(current_user, *deciding.LOOKS_AT_LAW)


@pages.get("/law")
def changes():
    """References whose article changed, oldest first, with the old and the new words."""
    access.require_belonging(current_user)
    db = current_session()
    page = max(0, request.args.get("page", 0, int))
    count = law.count_flagged(db)
    looked = select(History).where(History.action == "law looked at").order_by(History.id.desc()).limit(20)
    return render_template(
        "law.html",
        references=list(law.flagged(db, limit=FLAGS, offset=page * FLAGS)),
        count=count,
        page=page,
        pages=-(-count // FLAGS),
        may_settle=_may_settle(),
        looked=list(db.scalars(looked)) if not page else [],
    )


@pages.post("/law/<int:reference_id>/settle")
def settle(reference_id: int):
    """A person has looked: the concept quotes the new words from now on, or keeps the old ones."""
    access.require_role(current_user, *deciding.LOOKS_AT_LAW)
    db = current_session()
    reference = deciding.find_reference(db, reference_id)
    why = request.form.get("why", "").strip()
    decision = request.form.get("decision")
    if decision not in ("take over", "keep"):
        raise Hidden
    try:
        deciding.settle_law(
            db,
            current_user._get_current_object(),
            reference,
            take_over=decision == "take over",
            why=why,
            flagged=request.form.get("flagged", ""),
        )
    except ChangedMeanwhile:
        flash(_("Somebody was faster, or a newer text came in. Read it again, then decide."), "waits")
    except deciding.ReasonNeeded:
        flash(_("Say what the change means for the concept. Nothing was changed."), "warning")
    else:
        db.commit()
        flash(_("Noted. The history of the concept says who looked, and why."), "done")
    return see_other("law.changes")


@pages.post("/law/<int:reference_id>/impact")
def texts(reference_id: int):
    """Which segments and documents used the words of the concept."""
    access.require_role(current_user, *deciding.LOOKS_AT_LAW)
    db = current_session()
    reference = deciding.find_reference(db, reference_id)
    words = [t for t in reference.concept.terms if t.status != "forbidden"]
    found = impact.ask(
        db, reference.concept, "law", words, by=current_user._get_current_object(), subject={"reference": reference.id}
    )
    db.commit()
    impact.look_quickly(current_app.extensions["engine"], found.id)
    return see_other("impact.show", impact_id=found.id)
