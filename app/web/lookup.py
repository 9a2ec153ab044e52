"""Looking up a concept while a client sits in front of you, and reading what it means."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app import access
from app.access import Hidden
from app.db import current_session
from app.models import RoleName
from app.terms import concept_page, open_index
from glossary import editing, lookup
from glossary.models import Concept
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
