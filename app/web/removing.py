"""Removing a concept, making two one, and what is gone: shown before it happens, and taken back with one button."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import access, removing
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.web import conceptwords, see_other
from app.web.conceptform import concept_named
from app.web.forms import find_concept, me, said
from app.web.termwords import column_value
from glossary import history, merging
from glossary.models import Concept, History, Term
from languages import tags

pages = Blueprint("removing", __name__)

LONGEST_REASON = 500
#: Concepts offered as perhaps the same.
ALIKE = 8


def _why() -> str:
    return (said("why") or "")[:LONGEST_REASON]


# --- removing --------------------------------------------------------------------------------------


@pages.route("/concepts/<code>/remove", methods=["GET", "POST"])
def remove(code: str):
    """What uses a concept, and the button that removes it."""
    db = current_session()
    access.require_belonging(current_user)
    concept = find_concept(code)
    removing.require(current_user, concept)
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        if request.form.get("version") != str(concept.version):
            status, wrong[""] = 409, _("Somebody changed this concept since you opened this page. Look at it again; nothing was removed.")
        elif not _why():
            status, wrong["why"] = 422, _("Say why: who looks for it later reads your reason.")
        else:
            removing.remove(db, concept, person=me(), why=_why())
            db.commit()
            flash(_("Removed. Its page says so and can bring it back."), "done")
            return see_other("lookup.concept", code=code)
    page = render_template(
        "concept_remove.html", concept=concept, uses=removing.uses(db, concept, me()), errors=wrong, why=_why(),
        decided=[term for term in concept.terms if term.status != "proposed"],
        languages=sorted({tags.base(term.language) for term in concept.terms}),
    )  # fmt: skip
    return make_response(page, status)


# --- making two one ------------------------------------------------------------------------------------


@pages.route("/concepts/<code>/merge", methods=["GET", "POST"])
def merge(code: str):
    """Make another concept a part of this one: what moves, and what both say differently, to choose from."""
    db = current_session()
    access.require_belonging(current_user)
    kept = find_concept(code)
    removing.require(current_user, kept)
    asked = (request.values.get("other") or "").strip()[:500]
    wrong: dict[str, str] = {}
    status = 200
    other = concept_named(db, asked) if asked else None
    if asked and other is None:
        status, wrong["other"] = 422, _("No concept has the word or the code “%(to)s”. Write the Dutch word as it stands there.", to=asked[:80])
    elif other is not None and other.id == kept.id:
        status, wrong["other"], other = 422, _("That is this concept itself. Choose the other one."), None
    elif other is not None and not removing.may(current_user, other):
        raise NotAllowed("not-remover")
    if request.method == "POST" and other is not None:
        versions = f"{kept.version}.{other.version}"
        if request.form.get("versions") != versions:
            status, wrong[""] = 409, _("Somebody changed one of the two since you opened this page. Look at them again; nothing was merged.")
        else:
            theirs = {name.removeprefix("choose:") for name, value in request.form.items() if name.startswith("choose:") and value == "there"}
            done = removing.merge(db, kept, other, person=me(), why=_why() or None, theirs=theirs)
            db.commit()
            flash(_("The two are one concept now. The history can take it back."), "done")
            if done.left:
                flash(_("Some relations would have gone round in a circle and were left out. The history has them."), "waits")
            return see_other("lookup.concept", code=code)
    planned = merging.plan(db, kept, other) if other is not None else None
    page = render_template(
        "concept_merge.html", kept=kept, other=other, planned=planned, asked=asked, errors=wrong, why=_why(),
        alike=_alike(db, kept) if other is None else [], chosen=request.form, said_value=_said_value,
        conflict_name=_conflict_name, uses=removing.uses(db, other, me()) if other is not None else None,
        may_turn=removing.may(current_user, kept),
    )  # fmt: skip
    return make_response(page, status)


def _alike(db: Session, concept: Concept) -> list[Concept]:
    """Concepts that share a written word with this one in the same language: perhaps the same one, entered twice."""
    texts = {term.text.lower() for term in concept.terms}
    query = (
        select(Term)
        .where(func.lower(Term.text).in_(sorted(texts)[:200]), Term.concept_id != concept.id)
        .order_by(Term.language != "nl", Term.id)
        .limit(200)
    )
    mine = {(tags.base(term.language), term.text.lower()) for term in concept.terms}
    found: dict[int, Concept] = {}
    for term in db.scalars(query):
        if (tags.base(term.language), term.text.lower()) in mine:
            found.setdefault(term.concept_id, term.concept)
    return list(found.values())[:ALIKE]


def _conflict_name(conflict: merging.Conflict) -> str:
    match conflict.kind:
        case "definition":
            return _("Definition")
        case "equivalence":
            return _("How far it is the same")
        case "preferred":
            return _("Which word is preferred")
        case "concept":
            name = conceptwords.field_name(conflict.name)
            return name[:1].upper() + name[1:]
    return conflict.name


def _said_value(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "picture" and value:
        return _("a picture")
    if isinstance(value, dict):
        return " · ".join(str(part) for part in value.values()) or "–"
    return conceptwords.said_value(name, value) if name in ("subject", "sensitivity") else column_value(value, name)


# --- what is gone --------------------------------------------------------------------------------------


@pages.get("/concepts/removed")
def gone():
    """Concepts that people removed or merged, newest first."""
    access.require_role(current_user, RoleName.STAFF, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    acts = removing.gone(db)
    return render_template("concepts_removed.html", acts=[(act, _words_of(db, act), _may_bring_back(act)) for act in acts])


def _may_bring_back(act: History) -> bool:
    whole = current_session().get(History, act.of_id) if act.of_id is not None and not act.before else act
    return whole is not None and conceptwords.may_take_back(current_user, whole)


def _words_of(db: Session, act: History) -> list[tuple[str, str]]:
    """The first words of a concept that is gone, (language, text), Dutch first."""
    whole = db.get(History, act.of_id) if act.of_id is not None and not act.before else act
    rows = [
        row for key, row in (whole.before if whole is not None else {}).items()
        if key.startswith("term:") and row.get("concept_id") == act.concept_id
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["language"] != "nl", row["language"] != "en", row["id"]))
    return [(row["language"], row["text"]) for row in rows[:6]]


def gone_page(code: str) -> Response:
    """What the page of a concept says when it is there no more: where it went, or who removed it and why. Raises Hidden
    when there never was one."""
    access.require_belonging(current_user)
    db = current_session()
    into = merging.merged_into(db, code)
    if into is not None:
        flash(_("“%(code)s” became a part of this concept.", code=code), "waits")
        return see_other("lookup.concept", code=into.code, language=request.args.get("language"))
    act = removing.last_act(db, code)
    if act is None:
        raise Hidden
    page = render_template("concept_removed.html", act=act, words=_words_of(db, act), may_bring_back=_may_bring_back(act), code=code)
    return make_response(page, 410)


@pages.post("/concepts/<code>/bring-back")
def bring_back(code: str):
    """A concept that was removed, or became a part of another, is there again as it was."""
    access.require_belonging(current_user)
    db = current_session()
    act = removing.last_act(db, code)
    if act is None:
        raise Hidden
    if not _may_bring_back(act):
        raise NotAllowed("role")
    try:
        removing.take_back(db, act, person=me(), why=_why() or None)
    except (history.ChangedSince, history.NothingToUndo):
        db.rollback()
        flash(_("It cannot come back as it was: something it would need was changed since. Nothing was changed now."), "warning")
        return make_response("", 303, {"Location": url_for("removing.gone")})
    db.commit()
    flash(_("It is here again, with everything it had."), "done")
    return see_other("lookup.concept", code=code)
