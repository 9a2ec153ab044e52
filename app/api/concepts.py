"""Concepts: looked up, read, changed with the version one read; their history and relations."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from app import access
from app.access import Hidden
from app.api import schemas, shapes
from app.api.routing import SAFE_METHODS, route
from app.db import current_session
from app.models import RoleName
from app.problems import Problem
from app.terms import matched_terms, open_index
from glossary import editing, lookup, merging, subjects
from glossary.models import Concept, History, Relation, Term
from glossary.relations import CyclicRelation
from languages import tags

#: Everything a concept is shown with, in few questions.
WITH_ALL = (
    selectinload(Concept.terms), selectinload(Concept.definitions), selectinload(Concept.equivalences),
    selectinload(Concept.law), selectinload(Concept.notes),
    selectinload(Concept.relations).joinedload(Relation.other),
    selectinload(Concept.relations_in).joinedload(Relation.concept),
)  # fmt: skip


def find(code: str) -> Concept:
    """The concept of that code. Raises Hidden, and a Problem that says where it went when it was made a part of another:
    whoever reads is led on, whoever writes has to say that the other one is meant."""
    found = current_session().scalar(select(Concept).where(Concept.code == code).options(*WITH_ALL))
    if found is not None:
        return found
    into = merging.merged_into(current_session(), code)
    if into is None:
        raise Hidden
    told = _("“%(code)s” became a part of the concept “%(into)s”.", code=code, into=into.code)
    parts = request.view_args or {}
    if request.method in SAFE_METHODS and parts.get("code") == code:
        # not for ever: a merge can be taken back
        asked = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        there = url_for(request.endpoint, **{**parts, "code": into.code}) + asked
        raise Problem(307, told, location=there, merged_into=into.code)
    raise Problem(410, told, merged_into=into.code)


def etag(concept: Concept) -> str:
    return f'"{concept.id}-{concept.version}"'


def check_version(concept: Concept, sent: schemas.Sent, *, required: bool = False) -> None:
    """The If-Match of the request against the concept as it is. Raises a Problem: 428 without one where it is
    required, 412 with both versions when somebody was faster."""
    asked = request.headers.get("If-Match")
    if asked is None:
        if required:
            raise Problem(428, _("Read the concept first, and send its ETag as If-Match, so that nobody's work is lost."))
        return
    if asked.strip() != "*" and etag(concept) not in [one.strip() for one in asked.split(",")]:
        raise faster(412, concept, sent)


def faster(status: int, concept: Concept, sent: schemas.Sent) -> Problem:
    """Somebody changed the concept meanwhile: both versions."""
    return Problem(
        status,
        _("Somebody else changed this concept meanwhile. Nothing of yours was saved: read theirs, then send yours again with its ETag."),
        theirs=shapes.concept(concept).model_dump(mode="json", by_alias=True),
        yours=sent.model_dump(mode="json", by_alias=True, exclude_unset=True),
    )


@route("/concepts", tag="concepts", query=schemas.ConceptQuery, answers={200: schemas.Concepts})
def concepts(query: schemas.ConceptQuery):
    """Look concepts up, in any language and spelling.

    With q the best come first, at most 100 in all; without it every concept by its code."""
    db = current_session()
    start = query.page * query.per_page
    if query.q.strip():
        # one more than is shown would cost as much again: what is looked up ends at a hundred
        hits = lookup.search(
            db, open_index(), query.q.strip(), language=query.language, subject=query.subject, status=query.status,
            limit=100,
        )  # fmt: skip
        shown = hits[start : start + query.per_page]
        rows = {
            c.id: c
            for c in db.scalars(select(Concept).where(Concept.id.in_([h.concept_id for h in shown])).options(*WITH_ALL))
        }
        found = [
            schemas.Found(
                concept=shapes.concept(rows[hit.concept_id]),
                matched=[
                    schemas.Matched(term=t.id, text=t.text, language=t.language, spans=list(spans))
                    for t, spans in matched_terms(hit, rows[hit.concept_id])
                ],
            )
            for hit in shown
            if hit.concept_id in rows
        ]
        return schemas.Concepts(total=len(hits), page=query.page, per_page=query.per_page, concepts=found), 200
    wanted = select(Concept)
    if query.subject:
        wanted = wanted.where(Concept.subject.in_(subjects.within(query.subject)))
    if query.language or query.status:
        terms = select(Term.id).where(Term.concept_id == Concept.id)
        if query.language:
            language = tags.normalise(query.language)
            terms = terms.where((Term.language == language) | Term.language.startswith(f"{language}-", autoescape=True))
        if query.status:
            terms = terms.where(Term.status == query.status)
        wanted = wanted.where(terms.exists())
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.scalars(wanted.options(*WITH_ALL).order_by(Concept.code).offset(start).limit(query.per_page))
    found = [schemas.Found(concept=shapes.concept(row), matched=[]) for row in rows]
    return schemas.Concepts(total=total, page=query.page, per_page=query.per_page, concepts=found), 200


@route("/concepts/<code>", tag="concepts", answers={200: schemas.Concept, 304: None}, etag=True)
def concept(code: str):
    """A concept with everything that hangs from it."""
    found = find(code)
    if request.headers.get("If-None-Match") == etag(found):
        return None, 304, {"ETag": etag(found)}
    return shapes.concept(found), 200, {"ETag": etag(found)}


@route(
    "/concepts/<code>", method="PATCH", tag="concepts", body=schemas.ConceptChange, answers={200: schemas.Concept},
    etag=True, if_match="required",
)  # fmt: skip
def change_concept(code: str, body: schemas.ConceptChange):
    """Change facts of a concept. Words, definitions and equivalences go through proposals.

    For reviewers and administrators; the history keeps it, and it can be taken back."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    found = find(code)
    check_version(found, body, required=True)
    values = body.model_dump(exclude_unset=True, exclude={"why"})
    try:
        editing.change_concept(db, found, by=current_user.name, by_id=current_user.id, why=body.why, **values)
        db.commit()
    except StaleDataError:
        db.rollback()
        db.expire_all()
        raise faster(409, find(code), body) from None
    found = find(code)
    return shapes.concept(found), 200, {"ETag": etag(found)}


@route("/concepts/<code>/history", tag="concepts", query=schemas.Paged, answers={200: schemas.History})
def concept_history(code: str, query: schemas.Paged):
    """Who did what to a concept and why, newest first."""
    db = current_session()
    found = find(code)
    mine = History.concept_id == found.id
    rows = db.scalars(
        select(History).where(mine).order_by(History.id.desc()).offset(query.page * query.per_page).limit(query.per_page)
    )
    acts = [
        schemas.Act(id=a.id, at=a.at, by=a.by, action=a.action, why=a.why, before=shapes.rows(a.before), after=shapes.rows(a.after))
        for a in rows
    ]
    total = db.scalar(select(func.count()).select_from(History).where(mine)) or 0
    return schemas.History(total=total, page=query.page, per_page=query.per_page, acts=acts), 200


@route("/concepts/<code>/relations", tag="concepts", answers={200: schemas.Relations})
def concept_relations(code: str):
    """How a concept stands to others."""
    return schemas.Relations(relations=shapes.relations(find(code))), 200


@route(
    "/concepts/<code>/relations", method="POST", tag="concepts", body=schemas.NewRelation,
    answers={201: schemas.Relations}, if_match="optional",
)  # fmt: skip
def relate(code: str, body: schemas.NewRelation):
    """State a relation. For reviewers and administrators; none that goes round in a circle."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    found, other = find(code), find(body.concept)
    check_version(found, body)
    try:
        editing.add_relation(
            db, found, body.kind, other, by=current_user.name, by_id=current_user.id, why=body.why
        )
    except CyclicRelation as error:
        raise Problem(
            422, _("This would go round in a circle: %(path)s.", path=" → ".join(error.path)), path=error.path
        ) from None
    db.commit()
    db.expire_all()
    return schemas.Relations(relations=shapes.relations(find(code))), 201


@route(
    "/concepts/<code>/relations/<int:relation_id>", method="DELETE", tag="concepts", answers={204: None},
    if_match="optional",
)  # fmt: skip
def end_relation(code: str, relation_id: int):
    """Take a relation away. For reviewers and administrators; the history keeps it."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    found = find(code)
    relation = next((r for r in (*found.relations, *found.relations_in) if r.id == relation_id), None)
    if relation is None:
        raise Hidden
    check_version(found, schemas.Sent())
    editing.remove_relation(db, relation, by=current_user.name, by_id=current_user.id)
    db.commit()
    return None, 204
