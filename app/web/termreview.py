"""The queue of words and changes that wait for a reviewer of their language, and deciding on them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, deciding
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.web import see_other
from app.web.forms import me, said
from app.web.termrefusals import CORRECTABLE, refusal
from glossary import editing, waiting
from glossary.models import DEGREES, GENDERS, PARTS_OF_SPEECH, REGISTERS, STRATEGIES, Concept, Proposal, Term
from glossary.refusals import ChangedMeanwhile, same_person
from languages import tags

pages = Blueprint("termreview", __name__)

#: Entries of the queue on one page.
ENTRIES = 25


@pages.get("/to-review/terms")
def queue():
    """Everything that waits for a decision about words in this person's languages, the oldest first."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    return render_template("review_terms.html", **entries_for(db, ENTRIES))


def entries_for(db, limit: int) -> dict:
    """What the queue's templates need: entries, counts, filters."""
    mine = access.reviewed_languages(current_user)
    languages = mine if not access.is_administrator(current_user) or mine else None
    wanted = request.args.get("language")
    if wanted and (languages is None or any(tags.same_language(wanted, tag) for tag in languages)):
        chosen = [wanted]
    else:
        wanted, chosen = None, languages
    origin = "files" if request.args.get("from") == "files" else "people"
    only = {"files_only": True} if origin == "files" else {"people_only": True}
    count = waiting.count_waiting(db, chosen, **only)
    page = max(0, request.args.get("page", 0, int))
    entries = waiting.waiting(db, chosen, limit=limit, offset=page * limit, **only)
    return {
        "count": count,
        "people": waiting.count_waiting(db, chosen, people_only=True),
        "files": waiting.count_waiting(db, chosen, files_only=True),
        "origin": origin,
        "page": page,
        "pages": -(-count // limit),
        "my_languages": mine,
        "chosen": wanted,
        **_told_about(db, entries),
    }


def _told_about(db, entries: list[waiting.Waiting]) -> dict:
    """What the template of an entry needs beside it."""
    return {
        "waiting": entries,
        "same_words": {w.id: waiting.same_words(db, w.term) for w in entries if w.term is not None},
        "other_words": {w.id: waiting.other_words(w.term) for w in entries if w.term is not None},
        "titles": {w.id: _title_waiting(w) for w in entries if w.term is not None},
        "may_decide": {(w.kind, w.id): access.reviews_language(current_user, w.language) for w in entries},
        "own": {(w.kind, w.id) for w in entries if _is_own(w)},
        "may_waive": access.is_administrator(current_user),
        "ENUMS": {"register": REGISTERS, "gender": GENDERS, "part_of_speech": PARTS_OF_SPEECH, "degree": DEGREES, "strategy": STRATEGIES},
    }  # fmt: skip


def _title_waiting(entry: waiting.Waiting) -> Term | None:
    """The Dutch word of a new concept that the same person proposed with this one, and that waits too."""
    term = entry.term
    for other in entry.concept.terms:
        if (
            other is not term
            and other.status == "proposed"
            and other.changed_by_id is None
            and not tags.same_language(other.language, term.language)
            and (other.created_by, other.created_by_id) == (term.created_by, term.created_by_id)
            and access.reviews_language(current_user, other.language)
            and term.created_by_id is not None
        ):
            return other
    return None


def _is_own(entry: waiting.Waiting) -> bool:
    if entry.term is not None and entry.term.waiver is not None:
        return False
    if entry.term is not None:
        hands = [(entry.term.created_by, entry.term.created_by_id), (entry.term.changed_by, entry.term.changed_by_id)]
    else:
        hands = [(entry.proposal.by, entry.proposal.by_id), (entry.proposal.changed_by, entry.proposal.changed_by_id)]
    return any(name is not None and same_person(name, number, current_user.name, current_user.id) for name, number in hands)


@pages.post("/terms/<int:term_id>/decide")
def decide(term_id: int):
    """A reviewer of the language decides on a proposed term."""
    db = current_session()
    term = db.get(Term, term_id)
    if term is None:
        if access.has_role(current_user, RoleName.REVIEWER):
            flash(_("Somebody was faster: this term was already decided."), "waits")
            return _back(None)
        raise Hidden
    code, language = term.concept.code, term.language
    facts = {name: said(name) for name in ("register", "note") if name in request.form}
    try:
        came = deciding.decide_term(
            db,
            me(),
            term,
            request.form.get("decision", ""),
            reason=said("reason"),
            text=said("text"),
            also=request.form.get("also", type=int),
            **facts,
        )
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except editing.NotDecidable:
        flash(_("Somebody was faster: this term was already decided."), "waits")
        return _back(code, language)
    except CORRECTABLE as error:
        db.rollback()
        return _again(db, db.get_one(Term, term_id), refusal(error))
    db.commit()
    flash(outcome(came), "done")
    return _back(code, language)


def _again(db, asked: Term | Proposal, message: str) -> Response:
    """The entry by itself, with what is wrong and everything that was written."""
    entry = waiting.one(db, asked)
    place = f"{entry.kind}-{entry.id}"
    page = render_template(
        "review_terms_again.html",
        again={"place": place, "form": request.form},
        errors={f"{place}-reason": message},
        origin=request.form.get("from", ""),
        chosen=request.form.get("language_filter", ""),
        page=request.form.get("page", ""),
        back=request.form.get("back", ""),
        **_told_about(db, [entry]),
    )
    return make_response(page, 422)


def outcome(came: str) -> str:
    """What came of a decision, and from when it counts."""
    return {
        "approved": _("Decided. It counts from the next look-up on."),
        "changed": _("Changed. It counts once whoever proposed it, or another reviewer, agrees."),
        "refused": _("Refused. Whoever proposed it reads your reason."),
    }[came]


@pages.post("/terms/<int:term_id>/waiver")
def waive(term_id: int):
    """An administrator lets one person write and approve this word."""
    db = current_session()
    term = deciding.find_term(db, term_id)
    access.require_role(current_user, RoleName.ADMINISTRATOR)
    try:
        deciding.waive_term(db, me(), term, said("reason"))
    except editing.NotDecidable:
        flash(_("Somebody was faster: this term was already decided."), "waits")
        return _back(term.concept.code, term.language)
    db.commit()
    flash(_("Waived for this word: whoever wrote it may approve it. That is recorded and shown."), "done")
    return _back(term.concept.code, term.language)


@pages.post("/proposals/<int:proposal_id>/decide")
def decide_change(proposal_id: int):
    """A reviewer of the language decides on a change that somebody asked for."""
    db = current_session()
    proposal = deciding.find_proposal(db, proposal_id)
    concept = db.get_one(Concept, proposal.concept_id)
    decision = request.form.get("decision", "")
    try:
        came = deciding.decide_change(
            db,
            me(),
            proposal,
            decision,
            reason=said("reason"),
            values=_changed_values(proposal) if decision == "approve" else None,
        )
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except editing.NotDecidable:
        flash(_("Somebody was faster: this was already decided."), "waits")
        return _back(concept.code, proposal.language)
    except ChangedMeanwhile as error:
        db.rollback()
        flash(refusal(error), "warning")
        return _back(concept.code, proposal.language)
    except CORRECTABLE as error:
        db.rollback()
        return _again(db, db.get_one(Proposal, proposal_id), refusal(error))
    db.commit()
    flash(outcome(came), "done")
    return _back(concept.code, proposal.language)


def _changed_values(proposal: Proposal) -> dict:
    """What the reviewer's form says otherwise than the proposal."""
    found: dict = {}
    for name, value in proposal.values.items():
        if isinstance(value, dict):
            told = {tag: said(f"{name}-{tag}") or "" for tag in value if f"{name}-{tag}" in request.form}
            if told and told | {tag: text for tag, text in value.items() if tag not in told} != value:
                found[name] = {**value, **told}
        elif name in request.form:
            told = said(name)
            if isinstance(value, list):
                lines = [line.strip() for line in (told or "").split("\n") if line.strip()]
                if lines != value:
                    found[name] = lines
            elif told != value:
                found[name] = told
    return found


def _back(code: str | None, language: str | None = None) -> Response:
    """Where the form was: the queue, My work, or the concept."""
    match request.form.get("back"):
        case "queue":
            values = {name: request.form[name] for name in ("from", "language_filter", "page") if request.form.get(name)}
            if "language_filter" in values:
                values["language"] = values.pop("language_filter")
            return see_other("termreview.queue", **values)
        case "review":
            return see_other("review.queue")
        case "work":
            return see_other("myproposals.answers")
    if code is None:
        return see_other("review.queue")
    return see_other("lookup.concept", code=code, language=language)
