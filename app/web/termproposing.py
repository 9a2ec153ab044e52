"""Proposing a word or a change: on the page of its concept, or from the editor without leaving the segment."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app import access, errors
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName, Segment
from app.terms import WhichMeaning, propose_from_text, sentence_of
from app.web import see_other
from app.web.forms import by, said
from app.web.termrefusals import CORRECTABLE, refusal
from glossary import editing, proposing
from glossary.models import (
    DEGREES,
    GENDERS,
    PARTS_OF_SPEECH,
    REGISTERS,
    STRATEGIES,
    USABLE,
    Concept,
    Proposal,
    Term,
)
from glossary.refusals import WrongValue
from languages import tags

pages = Blueprint("termproposing", __name__)


def _concept(db, code: str) -> Concept:
    found = editing.concept_with_code(db, code)
    if found is None:
        raise Hidden
    return found


def _in_place() -> bool:
    """Whether the editor's script asks, which shows the answer beside the segment."""
    return request.headers.get("X-Requested-With") == "fetch"


@pages.post("/concepts/<code>/terms")
def propose(code: str):
    """Propose a word on the page of its concept."""
    db = current_session()
    found = _concept(db, code)
    try:
        editing.propose_term(
            db,
            found,
            tags.normalise(request.form.get("language", "")),
            request.form.get("text", ""),
            note=said("note"),
            context=said("context"),
            **by(),
        )
    except CORRECTABLE as error:
        db.rollback()
        told = errors.Answer(422, _("This did not work"), refusal(error))
        return make_response(render_template("error.html", told=told), 422)
    db.commit()
    flash(_("Thank you. A reviewer of the language will look at your proposal."), "done")
    return see_other("lookup.concept", code=code, language=request.form.get("language"))


def _segment_asked(db) -> Segment | None:
    """The segment from which somebody came, if they work on it."""
    number = request.values.get("segment", type=int)
    if number is None:
        return None
    segment = access.find_segment(db, current_user, number)
    translation = segment.translation
    if not (access.translates(current_user, translation) or access.reviews(current_user, translation)):
        raise NotAllowed("not-translator", language=translation.target_language)
    return segment


@pages.post("/segments/<int:segment_id>/terms")
def propose_from_segment(segment_id: int):
    """Propose a word from the editor: its concept is found by the source word, or a new concept is made for it."""
    db = current_session()
    segment = access.find_segment(db, current_user, segment_id)
    translation = segment.translation
    if not (access.translates(current_user, translation) or access.reviews(current_user, translation)):
        raise NotAllowed("not-translator", language=translation.target_language)
    sentence = sentence_of(segment)
    chosen = request.form.get("concept")
    problems: dict[str, str] = {}
    candidates: list[Concept] = []
    try:
        if not (said("source") or ""):
            raise WrongValue("source", "")
        # a confidential sentence stays in its document, whatever a form says
        context = None if sentence.withheld else said("context") if "context" in request.form else sentence.text
        term = propose_from_text(
            db,
            source=said("source") or "",
            source_language=translation.document.source_language,
            text=said("text") or "",
            language=translation.target_language,
            code=chosen,
            note=said("note"),
            context=context,
            context_source=sentence.source if context else None,
            **by(),
        )
    except WhichMeaning as error:
        candidates = error.concepts
    except CORRECTABLE as error:
        db.rollback()
        field = "source" if isinstance(error, WrongValue) else "text"
        problems[field] = refusal(error)
    if not problems and not candidates:
        db.commit()
        if _in_place():
            return render_template("fragments/proposed.html", term=term, proposal=None, concept=term.concept)
        flash(_("Thank you. A reviewer of the language will look at your proposal."), "done")
        return see_other("editor.edit", translation_id=translation.id, segment=segment_id)
    values = {
        "segment": segment, "translation": translation, "document": translation.document, "sentence": sentence,
        "form": request.form, "errors": problems, "candidates": candidates, "open": True,
    }  # fmt: skip
    template = "fragments/propose_from_segment.html" if _in_place() else "propose_from_segment.html"
    return make_response(render_template(template, **values), 422)


def may_propose() -> None:
    access.require_role(
        current_user, RoleName.TRANSLATOR, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR
    )


@pages.route("/concepts/<code>/propose", methods=["GET", "POST"])
def change(code: str):
    """Ask for a change: of a word, a definition, how far a language has the concept; or propose another word.

    `about`: "new", "term:12", "definition:ar", "equivalence:ar"."""
    may_propose()
    db = current_session()
    found = _concept(db, code)
    segment = _segment_asked(db)
    sentence = sentence_of(segment) if segment is not None else None
    about = request.values.get("about", "")
    kind, _colon, which = about.partition(":")
    language = _language(segment)
    problems: dict[str, str] = {}
    if request.method == "POST":
        context = None if sentence is not None and sentence.withheld else said("context")
        source = sentence.source if sentence is not None else None
        told = {
            "reason": said("reason"),
            "context": context,
            "context_source": source if context else None,
            **by(),
        }
        made: Term | Proposal | None = None
        try:
            made = _ask(db, found, kind, which, told)
        except CORRECTABLE as error:
            db.rollback()
            field = error.field if isinstance(error, WrongValue) else "text"
            problems[field] = refusal(error)
        if made is not None:
            db.commit()
            if _in_place():
                return render_template(
                    "fragments/proposed.html",
                    term=made if isinstance(made, Term) else None,
                    proposal=made if isinstance(made, Proposal) else None,
                    concept=found,
                )
            flash(_("Thank you. A reviewer of the language will look at your proposal."), "done")
            if segment is not None:
                return see_other("editor.edit", translation_id=segment.translation_id, segment=segment.id)
            return see_other("lookup.concept", code=code, language=language)
    shown = {
        "concept": found, "kind": kind, "which": which, "about": about, "language": language, "segment": segment,
        "sentence": sentence, "errors": problems, "form": request.form if request.method == "POST" else {},
        "term": _term_of(found, which) if kind == "term" else None,
        "definition": next((d for d in found.definitions if d.language == which), None),
        "equivalence": next((e for e in found.equivalences if e.language == which), None),
        "reviews_language": lambda tag: access.reviews_language(current_user, tag),
        "languages": tags.OUR_LANGUAGES, "interface": str(get_locale() or "en"), "REGISTERS": REGISTERS,
        "GENDERS": GENDERS, "PARTS_OF_SPEECH": PARTS_OF_SPEECH, "DEGREES": DEGREES, "STRATEGIES": STRATEGIES,
    }  # fmt: skip
    template = "fragments/propose_change.html" if _in_place() else "propose_change.html"
    return make_response(render_template(template, **shown), 422 if problems else 200)


def _language(segment: Segment | None) -> str:
    """Which language a proposal is about: asked for, the segment's, or the client's."""
    asked = request.values.get("language") or ""
    try:
        return tags.normalise(asked)
    except tags.UnknownLanguage:
        if segment is not None:
            return segment.translation.target_language
        locale = str(get_locale() or "en")
        return request.cookies.get("client_language") or locale


def _term_of(concept: Concept, which: str) -> Term:
    found = next((t for t in concept.terms if str(t.id) == which), None)
    if found is None:
        raise Hidden
    return found


def _ask(db, concept: Concept, kind: str, which: str, told: dict) -> Term | Proposal:
    """Carry out what the form asks for. Raises what is CORRECTABLE."""
    if kind == "new":
        return _another_word(db, concept, tags.normalise(which or request.form.get("language", "")), None, told)
    if kind == "term":
        term = _term_of(concept, which)
        text = request.form.get("text", term.text).strip()
        if text != term.text.strip():
            # another spelling is another word, which takes the place of this one once it is approved
            return _another_word(db, concept, term.language, term, told)
        values = {
            name: said(name)
            for name in ("status", "register", "gender", "part_of_speech", "transliteration", "note")
            if name in request.form
        }
        if "variants" in request.form:
            values["variants"] = [line.strip() for line in (said("variants") or "").split("\n") if line.strip()]
        if values.get("status") is None:
            values.pop("status", None)
        if values.get("status") in ("forbidden", "deprecated") and not told["reason"]:
            raise WrongValue("reason", "")
        return proposing.propose_change(db, concept, "term", term, **told, **values)
    if kind == "definition":
        values = {name: said(name) for name in ("text", "plain", "source")}
        return proposing.propose_change(db, concept, "definition", which, **told, **values)
    if kind == "equivalence":
        differs = {
            name.removeprefix("differs-"): said(name) or "" for name in request.form if name.startswith("differs-")
        }
        values = {"degree": said("degree"), "strategy": said("strategy"), "differs": differs}
        return proposing.propose_change(db, concept, "equivalence", which, **told, **values)
    raise Hidden


def _another_word(db, concept: Concept, language: str, instead_of: Term | None, told: dict) -> Term:
    replaces = instead_of.id if instead_of is not None else request.form.get("replaces", type=int)
    if replaces is not None and all(t.id != replaces for t in concept.terms):
        replaces = None
    wish = said("wish")
    return editing.propose_term(
        db,
        concept,
        language,
        request.form.get("text", "").strip(),
        note=said("note"),
        register=said("register") if said("register") in REGISTERS else None,
        variants=[line.strip() for line in (said("variants") or "").split("\n") if line.strip()],
        replaces_id=replaces,
        wish=wish if wish in USABLE else None,
        **told,
    )
