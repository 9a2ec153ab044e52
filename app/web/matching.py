"""What matches are worth: points taken off by kind and by source (administrators), one's own threshold (everybody)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, penalties, renewing
from app.db import current_session
from app.installation import config
from app.models import RoleName
from app.web import see_other
from memory import scoring

pages = Blueprint("matching", __name__)

#: The thresholds a person can choose from, in percent.
THRESHOLDS = (50, 60, 65, 70, 75, 80, 85, 90, 95, 100)


def kinds() -> list[tuple[str, str, str]]:
    """Each kind of penalty: (name, words, what it is for)."""
    return [
        ("machine", _("Machine translation"), _("nobody has read it")),
        ("unreviewed", _("Not reviewed"), _("a person translated it, nobody approved it")),
        ("imported", _("Imported"), _("from a file; a file can have points of its own, below")),
        ("starter", _("Starter pack"), _("came with Dragoman")),
        ("old", _("Old"), _("nobody has touched it for so long: %(years)s years", years=config().memory_old_years)),
        ("variety", _("Another variety"), _("for example Persian of Iran where Dari is asked for")),
        ("reversed", _("The other direction"), _("translated from the language that is now asked for")),
        ("alignment", _("Not matched one to one"), _("one sentence stood against several when texts were aligned")),
    ]


@pages.route("/memory/settings", methods=["GET", "POST"])
def settings():
    """Points taken off matches."""
    access.require_role(current_user, RoleName.ADMINISTRATOR)
    db = current_session()
    if request.method != "POST":
        return _page(db, {}, {})
    wrong: dict[str, str] = {}
    usual = dict(scoring.PENALTIES) | dict(config().memory_penalties)
    for name in scoring.PENALTIES:
        points = _points(f"kind-{name}", wrong)
        # the usual number again is nobody's decision: it follows when the usual one changes
        penalties.set_points(db, name, None if points == usual[name] else points)
    known = {(source.kind, source.name) for source in penalties.sources(db)}
    for number, name in enumerate(request.form.getlist("source")):
        kind = (request.form.getlist("source-kind")[number : number + 1] or [""])[0]
        points = _points(f"source-{number}", wrong)
        if (kind, name) in known:
            penalties.set_points(db, kind, points, source=name)
    if wrong:
        db.rollback()
        return make_response(_page(db, request.form, wrong), 422)
    db.commit()
    flash(_("Saved. It counts from the next suggestion on."))
    return see_other("matching.settings")


def _points(field: str, wrong: dict[str, str]) -> int | None:
    """Points as somebody typed them; None for nothing."""
    typed = request.form.get(field, "").strip()
    if not typed:
        return None
    if not typed.isdecimal() or int(typed) > penalties.MOST:
        wrong[field] = _("Write a whole number from 0 to 100.")
        return None
    return int(typed)


def _page(db, form, wrong: dict[str, str]) -> str:
    return render_template(
        "memory_settings.html",
        kinds=kinds(),
        threshold=f"{config().memory_threshold} %",
        usual=dict(scoring.PENALTIES) | dict(config().memory_penalties),
        in_force=penalties.in_force(db, config()),
        sources=penalties.sources(db),
        renewing=renewing.at_work(db),
        form=form,
        errors=wrong,
    )


@pages.post("/account/matches")
def threshold():
    """The lowest match one wants to see; nothing chosen: what the installation says."""
    access.require_belonging(current_user)
    chosen = request.form.get("threshold", "")
    current_user.memory_threshold = int(chosen) if chosen in map(str, THRESHOLDS) else None
    current_session().commit()
    flash(_("Saved. It counts from the next suggestion on."))
    return see_other("settings.account")
