"""Proposing a word, and what a reviewer of the language makes of it."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, errors
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.terms import propose_from_text
from app.web import see_other
from glossary import editing
from glossary.models import Term
from languages import tags

pages = Blueprint("termreview", __name__)


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
