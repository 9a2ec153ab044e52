"""Proposing words and changes, the review queue, deciding, and what came of it."""

from __future__ import annotations

from contextlib import contextmanager

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, deciding, terms
from app.access import NotAllowed
from app.api import schemas, shapes
from app.api.concepts import check_version, find
from app.api.routing import route
from app.db import current_session
from app.models import AnswerRead, RoleName
from app.problems import Problem
from app.web.forms import me
from glossary import editing, proposing
from glossary import waiting as queue
from glossary.models import Concept, Proposal
from glossary.models import Term as TermRow
from glossary.refusals import ChangedMeanwhile, NothingChanges, WrongValue
from languages import tags

PROPOSERS = (RoleName.TRANSLATOR, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR)


@contextmanager
def refusals():
    """What the term base refuses, as problems; nothing is half saved."""
    from app.web.termrefusals import refusal

    db = current_session()
    try:
        yield
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    except (editing.NotDecidable, ChangedMeanwhile) as error:
        db.rollback()
        now = {"theirs": error.now} if isinstance(error, ChangedMeanwhile) and error.now else {}
        raise Problem(409, _("Somebody was faster: this was already decided, or has changed. Read it again."), **now) from None
    except editing.DuplicateTerm as error:
        db.rollback()
        raise Problem(409, refusal(error), term=error.term_id, term_status=error.status) from None
    except WrongValue as error:
        db.rollback()
        raise Problem(422, refusal(error), errors=[{"in": "body", "field": error.field, "message": refusal(error)}]) from None
    except (editing.EmptyTerm, editing.TermTooLong, NothingChanges, tags.UnknownLanguage) as error:
        db.rollback()
        raise Problem(422, refusal(error)) from None


def _decided(outcome: str, kind: str, number: int, concept: Concept) -> schemas.Decided:
    return schemas.Decided(outcome=outcome, kind=kind, id=number, concept=concept.code, version=concept.version)


def _columns(body: schemas.NewTerm) -> dict:
    return {
        "register": body.register_, "variants": list(body.variants), "note": body.note, "wish": body.wish,
        "reason": body.reason, "context": body.context, "context_source": body.context_source,
    }  # fmt: skip


@route(
    "/concepts/<code>/terms", method="POST", tag="proposals", body=schemas.NewTerm, answers={201: schemas.Decided},
    problems=(409,), if_match="optional",
)  # fmt: skip
def propose_term(code: str, body: schemas.NewTerm):
    """Propose a word for a concept. A reviewer of the language decides on it."""
    access.require_role(current_user, *PROPOSERS)
    db = current_session()
    found = find(code)
    check_version(found, body)
    if body.replaces is not None and all(t.id != body.replaces for t in found.terms):
        raise Problem(422, _("The term to be replaced is not one of this concept."))
    with refusals():
        term = editing.propose_term(
            db, found, body.language, body.text, by=current_user.name, by_id=current_user.id,
            replaces_id=body.replaces, **_columns(body),
        )  # fmt: skip
        db.commit()
    return _decided("proposed", "new", term.id, found), 201


@route(
    "/terms", method="POST", tag="proposals", body=schemas.NewTermForWord, answers={201: schemas.Decided}, problems=(409,)
)
def propose_for_word(body: schemas.NewTermForWord):
    """Propose a word for what a word of another language means.

    Its concept is found by that word, or a new one is made. Where several concepts have the word the answer is 409
    with `candidates`: send again with `concept`."""
    access.require_role(current_user, *PROPOSERS)
    db = current_session()
    try:
        with refusals():
            term = terms.propose_from_text(
                db, source=body.source, source_language=tags.normalise(body.source_language), text=body.text,
                language=body.language, code=body.concept, by=current_user.name, by_id=current_user.id, **_columns(body),
            )  # fmt: skip
            db.commit()
    except terms.WhichMeaning as error:
        raise Problem(
            409,
            _("This word means several things. Say which concept you mean."),
            candidates=[concept.code for concept in error.concepts],
        ) from None
    return _decided("proposed", "new", term.id, term.concept), 201


@route(
    "/concepts/<code>/proposals", method="POST", tag="proposals", body=schemas.NewProposal,
    answers={201: schemas.Decided}, if_match="optional",
)  # fmt: skip
def propose_change(code: str, body: schemas.NewProposal):
    """Ask for a change of a word, a definition, or how far a language has the concept."""
    access.require_role(current_user, *PROPOSERS)
    db = current_session()
    found = find(code)
    check_version(found, body)
    about = next((t for t in found.terms if t.id == body.term), None) if body.kind == "term" else body.language
    if about is None:
        raise Problem(422, _("Say which term, or which language, it is about."))
    strange = set(body.values) - set(proposing.FIELDS[body.kind])
    if strange:
        raise Problem(422, _("Unknown columns: %(names)s.", names=", ".join(sorted(strange))[:200]))
    if not all(_fits(name, value) for name, value in body.values.items()):
        raise Problem(422, _("A value has the wrong form: variants is a list of texts, differs maps languages to texts."))
    with refusals():
        made = proposing.propose_change(
            db, found, body.kind, about, reason=body.reason, by=current_user.name, by_id=current_user.id, **body.values
        )
        db.commit()
    return _decided("proposed", made.kind, made.id, found), 201


def _fits(name: str, value: object) -> bool:
    if name == "variants":
        return isinstance(value, list) and all(isinstance(one, str) and len(one) <= 500 for one in value)
    if name == "differs":
        return isinstance(value, dict) and all(isinstance(one, str) and len(one) <= 5000 for one in value.values())
    return value is None or isinstance(value, str)


@route("/review", tag="proposals", query=schemas.QueueQuery, answers={200: schemas.Queue})
def review_queue(query: schemas.QueueQuery):
    """What waits for a decision in your languages, the oldest first."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    languages: list[str] | None = access.reviewed_languages(current_user)
    if not languages and access.is_administrator(current_user):
        languages = None
    if query.language:
        language = tags.normalise(query.language)
        if languages is not None and not access.reviews_language(current_user, language):
            raise NotAllowed("not-reviewer", language=language)
        languages = [language]
    only = {"people": {"people_only": True}, "files": {"files_only": True}, "all": {}}[query.origin]
    entries = queue.waiting(db, languages, limit=query.per_page, offset=query.page * query.per_page, **only)
    return schemas.Queue(
        total=queue.count_waiting(db, languages, **only),
        page=query.page,
        per_page=query.per_page,
        waiting=[
            shapes.waiting(entry, queue.same_words(db, entry.term) if entry.term is not None else [])
            for entry in entries
        ],
    ), 200


@route(
    "/terms/<int:term_id>/decision", method="POST", tag="proposals", body=schemas.TermDecision,
    answers={200: schemas.Decided}, problems=(409,), if_match="optional",
)  # fmt: skip
def decide_term(term_id: int, body: schemas.TermDecision):
    """Decide on a proposed word: approve it as preferred or admitted, write it otherwise, or refuse it."""
    db = current_session()
    term = deciding.find_term(db, term_id)
    access.require_language_reviewer(current_user, term.language)
    concept = term.concept
    check_version(concept, body)
    facts = {name: getattr(body, field) for name, field in (("register", "register_"), ("note", "note")) if field in body.model_fields_set}
    with refusals():
        came = deciding.decide_term(
            db, me(), term, body.decision, reason=body.reason, text=body.text, also=body.also, **facts
        )
        db.commit()
    return _decided(came, "new", term_id, concept), 200


@route(
    "/proposals/<int:proposal_id>/decision", method="POST", tag="proposals", body=schemas.ChangeDecision,
    answers={200: schemas.Decided}, problems=(409,), if_match="optional",
)  # fmt: skip
def decide_proposal(proposal_id: int, body: schemas.ChangeDecision):
    """Decide on a change somebody asked for."""
    db = current_session()
    proposal = deciding.find_proposal(db, proposal_id)
    access.require_language_reviewer(current_user, proposal.language)
    concept = db.get_one(Concept, proposal.concept_id)
    check_version(concept, body)
    values = {name: value for name, value in (body.values or {}).items() if value != proposal.values.get(name)}
    strange = set(values) - set(proposing.FIELDS[proposal.kind])
    if strange or not all(_fits(name, value) for name, value in values.items()):
        raise Problem(422, _("Unknown columns: %(names)s.", names=", ".join(sorted(strange or values))[:200]))
    with refusals():
        came = deciding.decide_change(db, me(), proposal, body.decision, reason=body.reason, values=values)
        db.commit()
    return _decided(came, proposal.kind, proposal_id, concept), 200


@route("/terms/<int:term_id>/agreement", method="POST", tag="proposals", answers={200: schemas.Decided}, problems=(409,))
def agree_term(term_id: int):
    """Agree, as who proposed the word, with how a reviewer put it."""
    return _agreed(deciding.find_term(current_session(), term_id), "new")


@route(
    "/proposals/<int:proposal_id>/agreement", method="POST", tag="proposals", answers={200: schemas.Decided}, problems=(409,)
)
def agree_proposal(proposal_id: int):
    """Agree, as who asked for the change, with how a reviewer put it."""
    proposal = deciding.find_proposal(current_session(), proposal_id)
    return _agreed(proposal, proposal.kind)


def _agreed(asked: TermRow | Proposal, kind: str):
    db = current_session()
    with refusals():
        concept = deciding.agree(db, me(), asked)
        db.commit()
    return _decided("approved", kind, asked.id, concept), 200


@route("/answers", tag="proposals", answers={200: schemas.Answers})
def answers():
    """What came of your proposals and you have not marked as read, newest first."""
    db = current_session()
    read = select(AnswerRead.history_id).where(AnswerRead.person_id == current_user.id)
    return schemas.Answers(
        answers=[
            schemas.Answer(
                id=a.act.id, at=a.act.at, by=a.act.by, action=a.act.action, why=a.act.why, concept=a.act.concept_code,
                term=a.term, proposal=a.proposal.id if a.proposal is not None else None,
            )  # fmt: skip
            for a in queue.answers_for(db, current_user.id, but=read)
        ]
    ), 200


@route("/answers/read", method="POST", tag="proposals", body=schemas.Read, answers={204: None})
def read_answers(body: schemas.Read):
    """Mark answers as read."""
    db = current_session()
    deciding.mark_read(db, me(), body.ids)
    db.commit()
    return None, 204
