"""What a change of a word touches, before it is made; and the texts that must change afterwards."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, deciding, impact, termuses
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import Impact, RoleName
from app.web import see_other
from glossary import editing
from glossary.models import Concept, Term
from glossary.refusals import ChangedMeanwhile

pages = Blueprint("impact", __name__)

#: Uses on one page of a search, and entries on one page of the queue.
USES = 50
ENTRIES = 25


def _me():
    return current_user._get_current_object()


def _term(db, term_id: int) -> Term:
    term = db.get(Term, term_id)
    if term is None:
        raise Hidden
    return term


def _find(db, impact_id: int) -> tuple[Impact, Concept | None]:
    """A search, for whoever may see the term base: what it found is shown as far as they may see the texts."""
    found = db.get(Impact, impact_id)
    if found is None:
        raise Hidden
    return found, db.get(Concept, found.concept_id)


@pages.route("/terms/<int:term_id>/impact", methods=["GET", "POST"])
def ask(term_id: int):
    """Which texts use a word, before it is forbidden, retired or replaced. GET asks whether to look, POST looks."""
    db = current_session()
    term = _term(db, term_id)
    access.require_language_reviewer(current_user, term.language)
    wanted = request.values.get("wanted", "forbidden")
    if wanted not in ("forbidden", "deprecated", "replaced"):
        raise Hidden
    if request.method != "POST":
        return render_template("impact_ask.html", term=term, concept=term.concept, wanted=wanted, values=request.args)
    subject = {name: request.form.get(name, type=int) for name in ("by", "proposal") if request.form.get(name, type=int)}
    found = impact.ask(db, term.concept, wanted, [term], by=_me(), subject=subject)
    db.commit()
    impact.look_quickly(current_app.extensions["engine"], found.id)
    return see_other("impact.show", impact_id=found.id)


@pages.get("/impacts/<int:impact_id>")
def show(impact_id: int):
    """What was found, and the change that waits for it."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR)
    db = current_session()
    found, concept = _find(db, impact_id)
    page = max(0, request.args.get("page", 0, int))
    term = None
    if found.wanted != "law" and concept is not None:
        term = next((t for t in concept.terms if t.id == found.terms[0]["id"]), None)
    uses = termuses.uses_of(db, found, current_user, limit=USES, offset=page * USES)
    values = {
        "impact": found, "concept": concept, "term": term, "count": termuses.count(db, found, current_user),
        "documents": termuses.documents_of(db, found, current_user), "page": page, "per_page": USES,
        "uses": uses, "there": termuses.places(db, uses),
        "may_apply": _may_apply(found, term), "replacement": _replacement(db, found),
    }  # fmt: skip
    template = "fragments/impact_found.html" if request.headers.get("HX-Request") else "impact.html"
    return render_template(template, **values)


def _may_apply(found: Impact, term: Term | None) -> bool:
    if found.applied_at is not None:
        return False
    if found.wanted == "law":
        return access.has_role(current_user, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR)
    return term is not None and access.reviews_language(current_user, term.language)


def _replacement(db, found: Impact) -> Term | None:
    number = (found.subject or {}).get("by")
    return db.get(Term, number) if number else None


@pages.post("/impacts/<int:impact_id>/apply")
def apply(impact_id: int):
    """Make the change, and put what must change into the reviewers' queues."""
    db = current_session()
    found, concept = _find(db, impact_id)
    if concept is None:
        raise Hidden
    reason = request.form.get("reason", "").strip()
    if found.applied_at is not None:
        flash(_("Somebody was faster: this was already decided."), "waits")
        return see_other("impact.show", impact_id=impact_id)
    if not reason and found.wanted != "law":
        flash(_("Say why: whoever used the word learns from it. Nothing was changed."), "warning")
        return see_other("impact.show", impact_id=impact_id)
    try:
        opened = deciding.make_change(db, _me(), found, reason)
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except (editing.NotDecidable, ChangedMeanwhile):
        db.rollback()
        flash(_("What this is about was changed meanwhile. Read it again, then decide."), "warning")
        return see_other("lookup.concept", code=concept.code)
    db.commit()
    flash(_("Done. Texts that must change: %(number)s. They are in the reviewers' queue.", number=opened), "done")
    return see_other("impact.show", impact_id=impact_id)


# --- what must change ---------------------------------------------------------------------------------


@pages.get("/to-review/texts")
def queue():
    """Approved texts that use a word which may not be used any more, in this person's languages."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    language = request.args.get("language") or None
    page = max(0, request.args.get("page", 0, int))
    entries = termuses.queue(db, current_user, language=language, limit=ENTRIES, offset=page * ENTRIES)
    count = termuses.count_queue(db, current_user, language=language)
    return render_template(
        "review_texts.html",
        entries=entries,
        there=termuses.places(db, entries),
        count=count,
        page=page,
        pages=-(-count // ENTRIES),
        closed=termuses.closed(db, current_user, limit=20) if not page else [],
        chosen=language,
        my_languages=sorted({target for _source, target in access.pairs(current_user, RoleName.REVIEWER)}),
    )


@pages.post("/term-uses/<int:use_id>/close")
def close(use_id: int):
    """A reviewer has changed the text, or says why it stays."""
    access.require_role(current_user, RoleName.REVIEWER)
    db = current_session()
    use = termuses.find_use(db, current_user, use_id)
    reason = request.form.get("reason", "").strip()
    decision = request.form.get("decision")
    if decision not in ("done", "dismissed"):
        raise Hidden
    if use.state != "open":
        flash(_("Somebody was faster: this was already decided."), "waits")
    elif decision == "dismissed" and not reason:
        flash(_("Say why the text may stay as it is. Nothing was changed."), "warning")
    else:
        termuses.close(db, use, decision, by=_me(), reason=reason)
        db.commit()
        flash(_("Noted."), "done")
    answer = see_other("impact.queue", language=request.form.get("language") or None, page=request.form.get("page") or None)
    return make_response(answer)
