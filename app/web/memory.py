"""The memory: find what was translated before, withdraw what is wrong."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, keeping
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.web import see_other
from app.web.concordance import LONGEST, ON_PAGE, look
from languages import tags
from memory import acts
from memory.models import Unit

pages = Blueprint("memory", __name__)


def _may_recall(unit) -> bool:
    return access.keeps_memory(current_user, unit.source_language, unit.target_language)


def _asked_pair() -> tuple[str, str]:
    """The pair asked for, else the first that this person works in."""
    theirs = access.pairs(current_user, RoleName.TRANSLATOR) | access.pairs(current_user, RoleName.REVIEWER)
    source, target = min(theirs, default=("nl", "ar"))
    return tags.normalise(request.args.get("source", source)), tags.normalise(request.args.get("target", target))


@pages.get("/memory")
def search():
    """A phrase anywhere in the memory, with what stands around it."""
    db = current_session()
    query = request.args.get("q", "").strip()[:LONGEST]
    source, target = _asked_pair()
    found, words = [], request.args.get("how") == "words"
    apart = words
    if query:
        if not access.reads_memory(current_user, source, target):
            raise NotAllowed("not-reader", language=target)
        found, apart = look(db, query, source, target, words=words, most=ON_PAGE)
    return render_template(
        "memory.html",
        query=query,
        source=source,
        target=target,
        found=found,
        words=words,
        apart=apart,
        most=ON_PAGE,
        languages=tags.OUR_LANGUAGES,
        may_recall=_may_recall,
        keeps=access.is_keeper(current_user),
    )


@pages.post("/memory/<int:unit_id>/recall")
def recall(unit_id: int):
    """Withdraw a wrong unit, or offer it again: it counts from the next lookup, and can be taken back."""
    db = current_session()
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise Hidden
    pair = (unit.source_language, unit.target_language)
    access.require_keeper(current_user, *pair)
    kind = "restore" if request.form.get("restore") == "yes" else "recall"
    done = acts.begin(db, kind, pair, keeping.keeper(current_user), reason=request.form.get("reason", "").strip()[:300])
    acts.apply(db, done, [unit.id])
    acts.end(done)
    db.commit()
    flash(
        _("The unit is offered again.")
        if kind == "restore"
        else _("The unit is withdrawn: nobody is offered it any more.")
    )
    return see_other(
        "memory.search", q=request.form.get("q", ""), source=unit.source_language, target=unit.target_language
    )
