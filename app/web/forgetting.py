"""Forgetting a person's text: what would go is shown first, then it is erased, then a report says that nothing is left.

What is asked for travels in forms and never in an address: addresses stand in logs and in a browser's history.
"""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, forgetting
from app.access import Hidden
from app.db import current_session
from app.forgetting import NothingAsked, Wanted
from app.installation import config
from app.models import Erasure, RoleName
from app.web import see_other

pages = Blueprint("forgetting", __name__, url_prefix="/memory/forget")


@pages.before_request
def _administrators_only() -> None:
    if current_user.is_authenticated and access.belongs(current_user) and request.endpoint != "forgetting.report":
        access.require_role(current_user, RoleName.ADMINISTRATOR)


def kinds() -> dict[str, str]:
    """What was counted, in words; what is missing here is told by its table."""
    return {
        "documents": _("Documents, with their files"),
        "sentences": _("Sentences"),
        "segments": _("Translated segments and drafts"),
        "comments": _("Comments"),
        "history": _("Entries of histories"),
        "machine": _("Kept suggestions of the machine"),
        "units": _("Units of the memory"),
        "places": _("Places of units that were also found elsewhere"),
        "contexts": _("Sentences kept with terms"),
        "alignments": _("Documents that were aligned"),
        "uploads": _("Uploaded files that were not taken in yet, and their names"),
        "jobs": _("Entries of the queue"),
        "searches": _("Searches through the memory"),
    }


@pages.route("", methods=["GET", "POST"])
def ask():
    """Ask for something; see what would go; erase it."""
    db = current_session()
    if request.method != "POST":
        return _page(db)
    wanted = _wanted()
    try:
        wanted.check()
    except NothingAsked:
        wrong = _("Fill in one of the three. A phrase needs at least three letters.")
        return make_response(_page(db, wrong={"": wrong}), 422)
    if request.form.get("erase") != "yes":
        found = forgetting.look(db, wanted)
        return _page(db, found=found)
    by, by_id = current_user.name, current_user.id
    # erasing has transactions of its own, and waits for this one to be over
    db.rollback()
    engine = current_app.extensions["engine"]
    report = forgetting.forget(engine, config().index, wanted, by=by, by_id=by_id)
    return see_other("forgetting.report", number=report)


def _wanted() -> Wanted:
    number = request.form.get("document", "").strip()
    phrases = [line.strip() for line in request.form.get("phrases", "").splitlines()]
    return Wanted(
        document_id=int(number) if number.isdecimal() and len(number) < 19 else None,
        client_reference=request.form.get("reference", "").strip()[:200] or None,
        phrases=tuple(dict.fromkeys(phrase[:500] for phrase in phrases if phrase))[:20],
    )


def _page(db, found=None, wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "forget.html",
        form=request.form,
        found=found,
        kinds=kinds(),
        errors=wrong or {},
        reports=list(db.scalars(select(Erasure).order_by(Erasure.id.desc()).limit(20))),
    )


@pages.get("/<int:number>")
def report(number: int):
    """What went, where was searched, what is left: for administrators, and for whoever erased it."""
    shown = current_session().get(Erasure, number)
    if shown is None or shown.by_id != current_user.id:
        access.require_role(current_user, RoleName.ADMINISTRATOR)
    if shown is None:
        raise Hidden
    administrator = access.is_administrator(current_user)
    return render_template("forgotten.html", report=shown, kinds=kinds(), administrator=administrator)
