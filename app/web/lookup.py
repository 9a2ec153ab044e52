"""Looking up a concept while a client sits in front of you, and reading what it means."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app import access, errors
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.terms import concept_page, open_index, propose_from_text
from app.web import see_other
from glossary import editing, lookup
from glossary.models import Concept, Term
from languages import tags

pages = Blueprint("lookup", __name__)

#: Longest question that is looked up, in characters.
LONGEST_QUERY = 200


@pages.get("/look-up")
def look_up():
    """One box, any language, any spelling, as you type."""
    db = current_session()
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    language = _language()
    hits = lookup.search(db, open_index(), query, limit=20) if query else []
    concepts = _with_terms(db, [hit.concept_id for hit in hits])
    found = [(concepts[hit.concept_id], hit) for hit in hits if hit.concept_id in concepts]
    template = "fragments/found.html" if request.headers.get("HX-Request") else "look_up.html"
    return render_template(
        template,
        query=query,
        language=language,
        found=found,
        languages=tags.OUR_LANGUAGES,
        count=db.scalar(select(func.count()).select_from(Concept)),
        recent=[] if query else _recent(db),
    )


def _language() -> str:
    """The client's language: asked for, or the one this person used last, or the interface's."""
    asked = request.args.get("language") or request.cookies.get("client_language") or ""
    try:
        return tags.normalise(asked)
    except tags.UnknownLanguage:
        locale = str(get_locale() or "en")
        return locale if locale != "nl" else "en"


def _with_terms(db, ids: list[int]) -> dict[int, Concept]:
    query = (
        select(Concept)
        .where(Concept.id.in_(ids))
        .options(selectinload(Concept.terms), selectinload(Concept.definitions))
    )
    return {concept.id: concept for concept in db.scalars(query)}


def _recent(db) -> list[Concept]:
    query = select(Concept).options(selectinload(Concept.terms), selectinload(Concept.definitions))
    return list(db.scalars(query.order_by(Concept.changed_at.desc(), Concept.id).limit(8)))


@pages.get("/concepts/<code>")
def concept(code: str):
    """The answer first: what it means, the word in the client's language, how it differs. Then the evidence."""
    db = current_session()
    found = editing.concept_with_code(db, code)
    if found is None:
        raise Hidden
    language = _language()
    targets = [t for _, t in access.pairs(current_user, RoleName.REVIEWER)]
    page = render_template(
        "concept.html",
        shown=concept_page(found, language=language, interface=str(get_locale() or "en")),
        concept=found,
        language=language,
        languages=tags.OUR_LANGUAGES,
        history=editing.history_of(db, found.id)[:50],
        may_propose=access.has_role(
            current_user, RoleName.TRANSLATOR, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR
        ),
        may_decide=lambda term: any(tags.same_language(t, term.language) for t in targets),
        errors={},
        form={},
    )
    response = make_response(page)
    if request.args.get("language"):
        response.set_cookie("client_language", language, max_age=30 * 24 * 3600, httponly=True, samesite="Lax")
    return response


@pages.post("/concepts/<code>/terms")
def propose(code: str):
    """Propose a word."""
    db = current_session()
    found = editing.concept_with_code(db, code)
    if found is None:
        raise Hidden
    try:
        editing.propose_term(
            db,
            found,
            tags.normalise(request.form.get("language", "")),
            request.form.get("text", ""),
            by=current_user.name,
            by_id=current_user.id,
            note=request.form.get("note", "").strip() or None,
            context=request.form.get("context", "").strip() or None,
        )
    except (editing.DuplicateTerm, editing.EmptyTerm, editing.TermTooLong, tags.UnknownLanguage) as error:
        db.rollback()
        told = errors.Answer(422, _("This did not work"), _term_message(error))
        return make_response(render_template("error.html", told=told), 422)
    db.commit()
    flash(_("Thank you. A reviewer of the language will look at your proposal."))
    return see_other("lookup.concept", code=code, language=request.form.get("language"))


@pages.post("/segments/<int:segment_id>/terms")
def propose_from_segment(segment_id: int):
    """Propose a word from the editor: its concept is found by the source word, or a new concept is made for it."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id)
    translation = segment.translation
    if not (access.translates(current_user, translation) or access.reviews(current_user, translation)):
        raise NotAllowed("not-translator", language=translation.target_language)
    by = {"by": current_user.name, "by_id": current_user.id}
    source_language = translation.document.source_language
    confidential = translation.document.confidentiality == "confidential"
    try:
        propose_from_text(
            db,
            source=request.form.get("source", ""),
            source_language=source_language,
            text=request.form.get("text", ""),
            language=translation.target_language,
            note=request.form.get("note", "").strip() or None,
            # the sentence helps the reviewer, but a confidential one stays in its document
            context=None if confidential else segment.sentence.text,
            **by,
        )
    except (editing.DuplicateTerm, editing.EmptyTerm, editing.TermTooLong) as error:
        db.rollback()
        told = errors.Answer(422, _("This did not work"), _term_message(error))
        return make_response(render_template("error.html", told=told), 422)
    db.commit()
    flash(_("Thank you. A reviewer of the language will look at your proposal."))
    return see_other("editor.edit", translation_id=translation.id, segment=segment_id)


def _term_message(error: Exception) -> str:
    match error:
        case editing.DuplicateTerm():
            return _("This concept already has this term. Nothing was added.")
        case editing.EmptyTerm():
            return _("A term needs at least one letter or digit. Write the word, then send it again.")
        case editing.TermTooLong(longest=longest):
            return _("A term has at most %(most)s characters. Put explanations into the note.", most=longest)
    return errors.invalid_message(error) or str(error)


@pages.post("/terms/<int:term_id>/decide")
def decide(term_id: int):
    """A reviewer of the language decides on a proposed term."""
    db = current_session()
    term = db.get(Term, term_id)
    if term is None:
        raise Hidden
    targets = [t for _, t in access.pairs(current_user, RoleName.REVIEWER)]
    if not any(tags.same_language(t, term.language) for t in targets):
        raise NotAllowed("not-reviewer", language=term.language)
    code = term.concept.code
    language = term.language
    reason = request.form.get("reason", "").strip()
    by = {"by": current_user.name, "by_id": current_user.id}
    try:
        match request.form.get("decision"):
            case "prefer":
                editing.approve_term(db, term, "preferred", **by)
            case "admit":
                editing.approve_term(db, term, "admitted", **by)
            case "refuse":
                if not reason:
                    raise NotAllowed("reason")
                editing.refuse_term(db, term, reason, **by)
            case "forbid":
                editing.forbid_term(db, term, reason or "-", **by)
            case "deprecate":
                editing.deprecate_term(db, term, reason or "-", **by)
            case _:
                raise Hidden
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except editing.NotDecidable:
        flash(_("Somebody was faster: this term was already decided."))
        return see_other("lookup.concept", code=code, language=language)
    db.commit()
    flash(_("Decided. It counts from the next look-up on."))
    if request.form.get("back") == "queue":
        return see_other("review.queue")
    return see_other("lookup.concept", code=code, language=language)
