"""Proposing a word or a change, and what a reviewer of the language makes of it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, deciding, errors
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import AnswerRead, RoleName, Segment
from app.terms import WhichMeaning, propose_from_text, sentence_of
from app.web import see_other
from glossary import editing, proposing
from glossary.models import (
    DEGREES,
    GENDERS,
    PARTS_OF_SPEECH,
    REGISTERS,
    STRATEGIES,
    USABLE,
    Concept,
    History,
    Proposal,
    Term,
)
from glossary.refusals import ChangedMeanwhile, NothingChanges, WrongValue, same_person
from languages import tags

pages = Blueprint("termreview", __name__)

#: Entries of the queue on one page.
ENTRIES = 25
#: What a person may get wrong when proposing: told at the form, with everything they wrote kept.
CORRECTABLE = (
    editing.DuplicateTerm, editing.EmptyTerm, editing.TermTooLong, tags.UnknownLanguage, WrongValue, NothingChanges,
)  # fmt: skip


def _by() -> dict:
    return {"by": current_user.name, "by_id": current_user.id}


def _concept(db, code: str) -> Concept:
    found = editing.concept_with_code(db, code)
    if found is None:
        raise Hidden
    return found


def _said(name: str) -> str | None:
    """What somebody wrote in a field; a browser sends a form's line ends as CR LF."""
    return request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip() or None


def _in_place() -> bool:
    """Whether the editor's script asks, which shows the answer beside the segment."""
    return request.headers.get("X-Requested-With") == "fetch"


# --- proposing ---------------------------------------------------------------------------------


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
            note=_said("note"),
            context=_said("context"),
            **_by(),
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
        if not (_said("source") or ""):
            raise WrongValue("source", "")
        # a confidential sentence stays in its document, whatever a form says
        context = None if sentence.withheld else _said("context") if "context" in request.form else sentence.text
        term = propose_from_text(
            db,
            source=_said("source") or "",
            source_language=translation.document.source_language,
            text=_said("text") or "",
            language=translation.target_language,
            code=chosen,
            note=_said("note"),
            context=context,
            context_source=sentence.source if context else None,
            **_by(),
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


def _may_propose() -> None:
    access.require_role(
        current_user, RoleName.TRANSLATOR, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR
    )


@pages.route("/concepts/<code>/propose", methods=["GET", "POST"])
def change(code: str):
    """Ask for a change: of a word, a definition, how far a language has the concept; or propose another word.

    `about`: "new", "term:12", "definition:ar", "equivalence:ar"."""
    _may_propose()
    db = current_session()
    found = _concept(db, code)
    segment = _segment_asked(db)
    sentence = sentence_of(segment) if segment is not None else None
    about = request.values.get("about", "")
    kind, _colon, which = about.partition(":")
    language = _language(segment)
    problems: dict[str, str] = {}
    if request.method == "POST":
        context = None if sentence is not None and sentence.withheld else _said("context")
        source = sentence.source if sentence is not None else None
        told = {
            "reason": _said("reason"),
            "context": context,
            "context_source": source if context else None,
            **_by(),
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
            name: _said(name)
            for name in ("status", "register", "gender", "part_of_speech", "transliteration", "note")
            if name in request.form
        }
        if "variants" in request.form:
            values["variants"] = [line.strip() for line in (_said("variants") or "").split("\n") if line.strip()]
        if values.get("status") is None:
            values.pop("status", None)
        if values.get("status") in ("forbidden", "deprecated") and not told["reason"]:
            raise WrongValue("reason", "")
        return proposing.propose_change(db, concept, "term", term, **told, **values)
    if kind == "definition":
        values = {name: _said(name) for name in ("text", "plain", "source")}
        return proposing.propose_change(db, concept, "definition", which, **told, **values)
    if kind == "equivalence":
        differs = {
            name.removeprefix("differs-"): _said(name) or "" for name in request.form if name.startswith("differs-")
        }
        values = {"degree": _said("degree"), "strategy": _said("strategy"), "differs": differs}
        return proposing.propose_change(db, concept, "equivalence", which, **told, **values)
    raise Hidden


def _another_word(db, concept: Concept, language: str, instead_of: Term | None, told: dict) -> Term:
    replaces = instead_of.id if instead_of is not None else request.form.get("replaces", type=int)
    if replaces is not None and all(t.id != replaces for t in concept.terms):
        replaces = None
    wish = _said("wish")
    return editing.propose_term(
        db,
        concept,
        language,
        request.form.get("text", "").strip(),
        note=_said("note"),
        register=_said("register") if _said("register") in REGISTERS else None,
        variants=[line.strip() for line in (_said("variants") or "").split("\n") if line.strip()],
        replaces_id=replaces,
        wish=wish if wish in USABLE else None,
        **told,
    )


def refusal(error: Exception) -> str:
    """Why a proposal or a decision cannot be taken, and what to do, in the reader's language."""
    match error:
        case editing.DuplicateTerm(status="forbidden"):
            return _("This word is here already, and must not be used for this concept. Nothing was added.")
        case editing.DuplicateTerm():
            return _("This concept already has this term. Nothing was added.")
        case editing.EmptyTerm():
            return _("A term needs at least one letter or digit. Write the word, then send it again.")
        case editing.TermTooLong(longest=longest):
            return _("A term has at most %(most)s characters. Put explanations into the note.", most=longest)
        case NothingChanges():
            return _("Everything is already as you ask. Change something first.")
        case WrongValue(field="reason"):
            return _("Say why: the person who decides needs it.")
        case WrongValue(value=""):
            return _("This is missing. Fill it in, then send it again.")
        case WrongValue(value=value):
            return _("“%(value)s” is not possible here. Choose something else.", value=value)
        case ChangedMeanwhile():
            return _("What this is about was changed meanwhile. Read it again, then decide.")
    return errors.invalid_message(error) or str(error)


# --- deciding ---------------------------------------------------------------------------------


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
    count = proposing.count_waiting(db, chosen, **only)
    page = max(0, request.args.get("page", 0, int))
    waiting = proposing.waiting(db, chosen, limit=limit, offset=page * limit, **only)
    return {
        "waiting": waiting,
        "same_words": {w.id: proposing.same_words(db, w.term) for w in waiting if w.term is not None},
        "other_words": {w.id: proposing.other_words(w.term) for w in waiting if w.term is not None},
        "titles": {w.id: _title_waiting(w) for w in waiting if w.term is not None},
        "may_decide": {(w.kind, w.id): access.reviews_language(current_user, w.language) for w in waiting},
        "own": {(w.kind, w.id) for w in waiting if _is_own(w)},
        "count": count,
        "people": proposing.count_waiting(db, chosen, people_only=True),
        "files": proposing.count_waiting(db, chosen, files_only=True),
        "origin": origin,
        "page": page,
        "pages": -(-count // limit),
        "my_languages": mine,
        "chosen": wanted,
        "ENUMS": {"register": REGISTERS, "gender": GENDERS, "part_of_speech": PARTS_OF_SPEECH, "degree": DEGREES, "strategy": STRATEGIES},
    }  # fmt: skip


def _title_waiting(entry: proposing.Waiting) -> Term | None:
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


def _is_own(entry: proposing.Waiting) -> bool:
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
    facts = {name: _said(name) for name in ("register", "note") if name in request.form}
    try:
        came = deciding.decide_term(
            db,
            _me(),
            term,
            request.form.get("decision", ""),
            reason=_said("reason"),
            text=_said("text"),
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
        flash(refusal(error), "amber")
        return _back(code, language)
    db.commit()
    flash(outcome(came), "done")
    return _back(code, language)


def _me():
    return current_user._get_current_object()


def outcome(came: str) -> str:
    """What came of a decision, and from when it counts."""
    return {
        "approved": _("Decided. It counts from the next look-up on."),
        "changed": _("Changed. It counts once whoever proposed it, or another reviewer, agrees."),
        "refused": _("Refused. Whoever proposed it reads your reason."),
    }[came]


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
            _me(),
            proposal,
            decision,
            reason=_said("reason"),
            values=_changed_values(proposal) if decision == "approve" else None,
        )
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except editing.NotDecidable:
        flash(_("Somebody was faster: this was already decided."), "waits")
        return _back(concept.code, proposal.language)
    except (*CORRECTABLE, ChangedMeanwhile) as error:
        db.rollback()
        flash(refusal(error), "amber")
        return _back(concept.code, proposal.language)
    db.commit()
    flash(outcome(came), "done")
    return _back(concept.code, proposal.language)


def _changed_values(proposal: Proposal) -> dict:
    """What the reviewer's form says otherwise than the proposal."""
    found: dict = {}
    for name, value in proposal.values.items():
        if isinstance(value, dict):
            said = {tag: _said(f"{name}-{tag}") or "" for tag in value if f"{name}-{tag}" in request.form}
            if said and said | {tag: text for tag, text in value.items() if tag not in said} != value:
                found[name] = {**value, **said}
        elif name in request.form:
            said = _said(name)
            if isinstance(value, list):
                lines = [line.strip() for line in (said or "").split("\n") if line.strip()]
                if lines != value:
                    found[name] = lines
            elif said != value:
                found[name] = said
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
            return see_other("termreview.answers")
    if code is None:
        return see_other("review.queue")
    return see_other("lookup.concept", code=code, language=language)


# --- what came of it ---------------------------------------------------------------------------------


def unread(db, *, limit: int = 50) -> list[proposing.Answer]:
    """Answers to this person's proposals that they have not read."""
    read = select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id)
    return proposing.answers_for(db, current_user.id, but=read, limit=limit)


def for_proposer(db) -> dict:
    """What somebody who proposes sees on the page where they land."""
    return {
        "answers": unread(db, limit=10),
        "to_agree": proposing.waiting_for_agreement(db, current_user.id),
    }


@pages.get("/my-proposals")
def answers():
    """Answers to your proposals, and what still waits."""
    _may_propose()
    db = current_session()
    read = set(db.scalars(select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id)))
    return render_template(
        "my_proposals.html",
        **for_proposer(db),
        old=[a for a in proposing.answers_for(db, current_user.id, limit=100) if a.act.id in read],
        waiting=proposing.own_waiting(db, current_user.id),
    )


@pages.post("/my-proposals/read")
def mark_read():
    """These answers were read."""
    _may_propose()
    db = current_session()
    numbers = {int(n) for n in request.form.getlist("answer") if n.isdigit() and len(n) < 19}
    mine = set(db.scalars(select(History.id).where(History.id.in_(numbers), History.proposer_id == current_user.id)))
    known = set(
        db.scalars(
            select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id, AnswerRead.history_id.in_(mine))
        )
    )
    db.add_all(AnswerRead(person_id=current_user.id, history_id=number) for number in sorted(mine - known))
    db.commit()
    flash(ngettext("%(num)s answer is marked as read.", "%(num)s answers are marked as read.", len(mine)), "done")
    if request.form.get("back") == "my-work":
        return see_other("work.my_work")
    return see_other("termreview.answers")


@pages.post("/terms/<int:term_id>/agree")
def agree(term_id: int):
    """Whoever proposed a word agrees with the reviewer's wording."""
    db = current_session()
    term = db.get(Term, term_id)
    if term is None:
        raise Hidden
    deciding.agree_term(db, _me(), term)
    db.commit()
    flash(_("Agreed. It counts from the next look-up on."), "done")
    return see_other("termreview.answers")


@pages.post("/proposals/<int:proposal_id>/agree")
def agree_change(proposal_id: int):
    """Whoever asked for a change agrees with how the reviewer put it."""
    db = current_session()
    proposal = deciding.find_proposal(db, proposal_id)
    try:
        deciding.agree_change(db, _me(), proposal)
    except (editing.NotDecidable, ChangedMeanwhile) as error:
        db.rollback()
        flash(refusal(error) if isinstance(error, ChangedMeanwhile) else _("Somebody was faster: this was already decided."), "amber")
        return see_other("termreview.answers")
    db.commit()
    flash(_("Agreed. It counts from the next look-up on."), "done")
    return see_other("termreview.answers")


@pages.post("/terms/<int:term_id>/withdraw")
def withdraw(term_id: int):
    """Whoever proposed a word takes it back; its history has it."""
    db = current_session()
    term = db.get(Term, term_id)
    if term is None or term.created_by_id != current_user.id:
        raise Hidden
    try:
        editing.refuse_term(db, term, _said("reason") or _("withdrawn"), **_by())
    except editing.NotDecidable:
        flash(_("Somebody was faster: this term was already decided."), "waits")
        return see_other("termreview.answers")
    db.commit()
    flash(_("Taken back. Nobody has to decide on it any more."), "done")
    return see_other("termreview.answers")


@pages.post("/proposals/<int:proposal_id>/withdraw")
def withdraw_change(proposal_id: int):
    """Whoever asked for a change thinks better of it."""
    db = current_session()
    proposal = deciding.find_proposal(db, proposal_id)
    if proposal.by_id != current_user.id:
        raise Hidden
    try:
        proposing.withdraw(db, proposal, **_by())
    except editing.NotDecidable:
        flash(_("Somebody was faster: this was already decided."), "waits")
        return see_other("termreview.answers")
    db.commit()
    flash(_("Taken back. Nobody has to decide on it any more."), "done")
    return see_other("termreview.answers")


