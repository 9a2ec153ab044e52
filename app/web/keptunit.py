"""The keeper's page of one unit: everything it knows, its correction, its approval, and the one that stays of several."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, errors, keeping
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.web import keepingwords, see_other
from app.web.forms import whole_number
from app.web.keeping import SIZE, back, keepers_only, refused, tell
from languages import tags
from memory import acts, recording
from memory.models import Unit

pages = Blueprint("keptunit", __name__, url_prefix="/memory")
pages.before_request(keepers_only)

#: Longest text of a unit that the form takes, in characters.
LONGEST = 20_000


@pages.get("/units/<int:unit_id>")
def unit(unit_id: int):
    """Everything a unit knows, and its form."""
    return _unit_page(_unit(unit_id), {}, {})


def _unit(unit_id: int) -> Unit:
    shown = current_session().get(Unit, unit_id)
    if shown is None:
        raise Hidden
    pair = (shown.source_language, shown.target_language)
    if not access.keeps_memory(current_user, *pair):
        if access.reads_memory(current_user, *pair):
            raise NotAllowed("not-keeper", language=pair[1])
        raise Hidden
    return shown


def _unit_page(shown: Unit, form: dict[str, str], wrong: dict[str, str]) -> str:
    db = current_session()
    return render_template(
        "memory_unit.html",
        unit=shown,
        pair=(shown.source_language, shown.target_language),
        form=form,
        errors=wrong,
        acts=acts.of_unit(db, shown.id),
        own=bool(acts.own_work(db, keeping.keeper(current_user), [shown])),
        **keepingwords.of_the_pages(),
    )


@pages.post("/units/<int:unit_id>/correct")
def correct(unit_id: int):
    """Another text: a new unit, which a second person approves; this one is withdrawn."""
    db, shown = current_session(), _unit(unit_id)
    form = {
        name: request.form.get(name, "").replace("\r\n", "\n")
        for name in ("source", "target", "source_language", "target_language", "reason")
    }
    wrong: dict[str, str] = {}
    for side in ("source", "target"):
        if len(form[side]) > LONGEST:
            wrong[side] = _("This text is too long for one unit. Shorten it; nothing you typed was lost.")
    known = None
    if shown.recalled_at:
        wrong["target"] = _("This unit is withdrawn. Offer it again before you correct it.")
    if not wrong:
        try:
            languages = [tags.normalise(form[name] or getattr(shown, name)) for name in ("source_language", "target_language")]
            access.require_keeper(current_user, *languages)
            known = acts.correct(
                db,
                shown,
                keeping.keeper(current_user),
                source=form["source"],
                target=form["target"],
                source_language=languages[0],
                target_language=languages[1],
                reason=form["reason"].strip()[:300],
            )
        except (recording.EmptyText, recording.UnstorableText) as error:
            wrong[error.side] = (
                _("There is no text here. A unit has words on both sides; withdraw it if it is worth nothing.")
                if isinstance(error, recording.EmptyText)
                else _("This text holds a broken character. Type that word again.")
            )
        except tags.UnknownLanguage as error:
            wrong["target_language"] = errors.invalid_message(error) or ""
        except acts.NotOnePair:
            wrong["target_language"] = _("Source and translation are two different languages.")
        except acts.NothingChanged:
            wrong["target"] = _("Nothing is different. Change the text first.")
        except acts.WasRecalled as error:
            wrong["target"] = _("Exactly this translation was withdrawn before (unit %(number)s). Offer that one again if it is right.", number=error.unit_id)
    if known is None:
        db.rollback()
        return make_response(_unit_page(_unit(unit_id), form, wrong), 422)
    db.commit()
    flash(_("Corrected. Until another reviewer approves it, it is offered as not reviewed."), "done")
    return see_other("keptunit.unit", unit_id=known.id)


@pages.post("/units/<int:unit_id>/approve")
def approve(unit_id: int):
    """A second person stands for a unit."""
    db, shown = current_session(), _unit(unit_id)
    if not keepingwords.may_approve((shown.source_language, shown.target_language)):
        raise NotAllowed("not-reviewer", language=shown.target_language)
    try:
        acts.approve(db, shown, keeping.keeper(current_user))
    except acts.OwnWork:
        raise NotAllowed("own-unit") from None
    except acts.NothingChanged:
        db.rollback()
        flash(_("This unit is approved already, or withdrawn."), "warning")
    else:
        db.commit()
        flash(_("Approved: it is offered as reviewed from now on."), "done")
    return see_other("keptunit.unit", unit_id=unit_id)


@pages.post("/units/<int:unit_id>/keep")
def keep_one(unit_id: int):
    """Of units that belong together keep this one: the others are merged into it, or withdrawn."""
    db, shown = current_session(), _unit(unit_id)
    ids = [n for n in map(whole_number, request.form.getlist("unit")) if n is not None][: 10 * SIZE]
    others = [u for i in ids if i != unit_id and (u := db.get(Unit, i))]
    by, pair = keeping.keeper(current_user), (shown.source_language, shown.target_language)
    if request.form.get("how") == "merge":
        try:
            done = acts.merge(db, others, shown, by)
        except (acts.NotOnePair, acts.NothingChanged):
            db.rollback()
            return refused(_("These units cannot be merged: one was withdrawn meanwhile. Search again."))
    else:
        done = acts.begin(db, "recall", pair, by, reason=request.form.get("reason", "").strip()[:300])
        acts.apply(db, done, [u.id for u in others])
        acts.end(done)
    db.commit()
    tell(done)
    return back(done)
