"""What follows from a change: which texts use a word, those that must change, and what the law changed."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from flask_login import current_user

from app import access, deciding, impact, termuses
from app.access import Hidden
from app.api import schemas, shapes
from app.api.review import me, refusals
from app.api.routing import route
from app.db import current_session
from app.models import Impact, RoleName
from app.problems import Problem
from glossary import law
from glossary.models import Concept
from languages import tags


def _found(db, row: Impact, query: schemas.Paged) -> schemas.Impact:
    count = termuses.count(db, row, current_user)
    concept = db.get(Concept, row.concept_id)
    uses = termuses.uses_of(db, row, current_user, limit=query.per_page, offset=query.page * query.per_page)
    return schemas.Impact(
        id=row.id, concept=concept.code if concept else None, wanted=row.wanted, terms=[t["text"] for t in row.terms],
        finished=row.finished_at is not None, looked=row.looked, texts=row.total, applied=row.applied_at is not None,
        segments=count.segments, documents=count.documents, units=count.units, hidden=count.hidden,
        uses=[shapes.use(one) for one in uses], total=count.segments + count.units, page=query.page,
        per_page=query.per_page,
    )  # fmt: skip


@route(
    "/terms/<int:term_id>/impact", method="POST", tag="impact", body=schemas.NewImpact, answers={201: schemas.Impact}
)
def ask_impact(term_id: int, body: schemas.NewImpact):
    """Look which approved segments and units of the memory use a word, before it is changed. Nothing changes yet.

    A second's worth is looked at in the request; the rest is a job: ask for the impact again until `finished`."""
    db = current_session()
    term = deciding.find_term(db, term_id)
    access.require_language_reviewer(current_user, term.language)
    subject = {name: getattr(body, name) for name in ("by", "proposal") if getattr(body, name) is not None}
    found = impact.ask(db, term.concept, body.wanted, [term], by=me(), subject=subject)
    db.commit()
    impact.look_quickly(current_app.extensions["engine"], found.id)
    db.refresh(found)
    return _found(db, found, schemas.Paged()), 201


def _impact(db, impact_id: int) -> Impact:
    access.require_role(current_user, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR)
    found = db.get(Impact, impact_id)
    if found is None:
        raise Hidden
    return found


@route("/impacts/<int:impact_id>", tag="impact", query=schemas.Paged, answers={200: schemas.Impact})
def show_impact(impact_id: int, query: schemas.Paged):
    """What was found, as far as you may see the texts."""
    db = current_session()
    return _found(db, _impact(db, impact_id), query), 200


@route(
    "/impacts/<int:impact_id>/application", method="POST", tag="impact", body=schemas.ApplyImpact,
    answers={200: schemas.Impact}, problems=(409,),
)  # fmt: skip
def apply_impact(impact_id: int, body: schemas.ApplyImpact):
    """Make the change, and put the texts into the reviewers' queues."""
    db = current_session()
    found = _impact(db, impact_id)
    with refusals():
        deciding.make_change(db, me(), found, body.reason)
        db.commit()
    return _found(db, found, schemas.Paged()), 200


@route("/texts-to-change", tag="impact", query=schemas.UsesQuery, answers={200: schemas.Uses})
def texts_to_change(query: schemas.UsesQuery):
    """Approved texts in your languages that use a word which may not be used any more, the oldest first."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    language = tags.normalise(query.language) if query.language else None
    shown = termuses.queue(db, current_user, language=language, limit=query.per_page, offset=query.page * query.per_page)
    return schemas.Uses(
        uses=[shapes.use(one) for one in shown],
        total=termuses.count_queue(db, current_user, language=language),
        page=query.page,
        per_page=query.per_page,
    ), 200


@route(
    "/texts-to-change/<int:use_id>", method="POST", tag="impact", body=schemas.UseDecision, answers={204: None},
    problems=(409,),
)  # fmt: skip
def close_text(use_id: int, body: schemas.UseDecision):
    """Say that a text was changed, or why it may stay."""
    access.require_role(current_user, RoleName.REVIEWER)
    db = current_session()
    use = termuses.find_use(db, current_user, use_id)
    if use.state != "open":
        raise Problem(409, _("Somebody was faster: this was already decided, or has changed. Read it again."))
    if body.decision == "dismissed" and not body.reason.strip():
        raise Problem(422, _("Say why the text may stay as it is. Nothing was changed."))
    termuses.close(db, use, body.decision, by=me(), reason=body.reason)
    db.commit()
    return None, 204


@route("/law/flags", tag="law", query=schemas.Paged, answers={200: schemas.LawFlags})
def law_flags(query: schemas.Paged):
    """Legal references whose article reads otherwise than the concept quotes it, the oldest first."""
    db = current_session()
    rows = law.flagged(db, limit=query.per_page, offset=query.page * query.per_page)
    return schemas.LawFlags(
        flags=[shapes.flag(row) for row in rows], total=law.count_flagged(db), page=query.page, per_page=query.per_page
    ), 200


@route(
    "/law/flags/<int:reference_id>/decision", method="POST", tag="law", body=schemas.LawDecision, answers={204: None},
    problems=(409,),
)  # fmt: skip
def settle_law(reference_id: int, body: schemas.LawDecision):
    """Say that you have looked: the concept quotes the new words, or keeps the old ones."""
    access.require_role(current_user, *deciding.LOOKS_AT_LAW)
    db = current_session()
    reference = deciding.find_reference(db, reference_id)
    with refusals():
        deciding.settle_law(
            db, me(), reference, take_over=body.decision == "take_over", why=body.why,
            flagged=body.flagged_at.isoformat() if body.flagged_at.tzinfo is None else body.flagged_at.astimezone(reference.flagged_at.tzinfo if reference.flagged_at else None).isoformat(),
        )  # fmt: skip
        db.commit()
    return None, 204


@route(
    "/law/flags/<int:reference_id>/impact", method="POST", tag="law", answers={201: schemas.Impact}
)
def law_impact(reference_id: int):
    """Look which texts use the words of the concept whose law changed."""
    access.require_role(current_user, *deciding.LOOKS_AT_LAW)
    db = current_session()
    reference = deciding.find_reference(db, reference_id)
    words = [t for t in reference.concept.terms if t.status != "forbidden"]
    found = impact.ask(db, reference.concept, "law", words, by=me(), subject={"reference": reference.id})
    db.commit()
    impact.look_quickly(current_app.extensions["engine"], found.id)
    db.refresh(found)
    return _found(db, found, schemas.Paged()), 201
