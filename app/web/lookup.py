"""Looking up a concept while a client sits in front of you, and reading what it means."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app import access, deciding, removing
from app.db import current_session
from app.models import RoleName
from app.pictures import picture_of
from app.terms import concept_page, open_index
from app.web import conceptwords
from app.web.removing import gone_page
from glossary import editing, lookup, seeing, subjects
from glossary.models import STATUSES, Concept, Term
from languages import tags

pages = Blueprint("lookup", __name__)

#: Longest question that is looked up, in characters.
LONGEST_QUERY = 200
#: How many concepts one person's browser remembers as lately read.
REMEMBERED = 8
#: How long a browser remembers the client's language.
REMEMBER_SECONDS = 30 * 24 * 3600


@pages.get("/look-up")
def look_up():
    """One box, any language, any spelling, as you type; what was typed may be narrowed by field, language, status."""
    db = current_session()
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    language = client_language()
    subject = _one_of(request.args.get("subject"), subjects.SUBJECTS)
    status = _one_of(request.args.get("status"), STATUSES)
    words_in = request.args.get("words_in", "")
    words_in = tags.normalise(words_in) if words_in and tags.is_known(words_in) else None
    hits = []
    if query:
        hits = lookup.search(db, open_index(), query, language=words_in, subject=subject, status=status, limit=20)
    concepts = _found(db, hits, language)
    found = [(concepts[hit.concept_id], hit) for hit in hits if hit.concept_id in concepts]
    read = [] if query else _read_lately(db)
    template = "fragments/found.html" if request.headers.get("HX-Request") else "look_up.html"
    response = make_response(
        render_template(
            template,
            query=query,
            language=language,
            subject=subject,
            status=status,
            words_in=words_in,
            found=found,
            languages=tags.OUR_LANGUAGES,
            statuses=STATUSES,
            subject_tree=() if template.startswith("fragments/") else conceptwords.subject_tree(),
            count=None if query else db.scalar(select(func.count()).select_from(Concept)),
            read=read,
            recent=[] if query or read else _changed_lately(db),
            may_edit=conceptwords.may_edit(current_user),
        )
    )
    return _remembering(response, language)


def client_language() -> str:
    """The client's language: asked for, or the one this browser used last, or the interface's."""
    for asked in (request.args.get("language"), request.cookies.get("client_language")):
        if asked and tags.is_known(asked):
            return tags.normalise(asked)
    locale = str(get_locale() or "en")
    return locale if locale != "nl" else "en"


def _remembering(response: Response, language: str) -> Response:
    if request.args.get("language"):
        response.set_cookie(
            "client_language", language, max_age=REMEMBER_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure,
        )  # fmt: skip
    return response


def _one_of(value: str | None, known) -> str | None:
    return value if value in known else None


def _found(db: Session, hits: list[lookup.Hit], language: str) -> dict[int, Concept]:
    """The concepts of these hits, for their lines in the list: of the terms those that matched, and those in Dutch, in
    English and in the client's language. With each letter that is typed twenty concepts are read, and a concept has
    a dozen languages."""
    wanted = [Term.id.in_({term.term_id for hit in hits for term in hit.matched})]
    for tag in {tag.partition("-")[0] for tag in ("nl", "en", *tags.fallbacks(language))}:
        wanted += [Term.language == tag, Term.language.startswith(f"{tag}-")]
    query = (
        select(Concept)
        .where(Concept.id.in_([hit.concept_id for hit in hits]))
        .options(selectinload(Concept.terms.and_(or_(*wanted))), selectinload(Concept.definitions))
    )
    return {concept.id: concept for concept in db.scalars(query)} if hits else {}


def _with_terms(db: Session, ids: list[int]) -> dict[int, Concept]:
    query = (
        select(Concept)
        .where(Concept.id.in_(ids))
        .options(selectinload(Concept.terms), selectinload(Concept.definitions))
    )
    return {concept.id: concept for concept in db.scalars(query)}


def _read_lately(db: Session) -> list[Concept]:
    """What this person read last, newest first: numbers in the signed cookie, gone when they sign out."""
    ids = [number for number in session.get("read", []) if isinstance(number, int)][:REMEMBERED]
    concepts = _with_terms(db, ids) if ids else {}
    return [concepts[number] for number in ids if number in concepts]


def _changed_lately(db: Session) -> list[Concept]:
    query = select(Concept).options(selectinload(Concept.terms), selectinload(Concept.definitions))
    return list(db.scalars(query.order_by(Concept.changed_at.desc(), Concept.id).limit(REMEMBERED)))


@pages.get("/concepts/<code>")
def concept(code: str):
    """The answer first: what it means, the word in the client's language, how it differs. Then the evidence."""
    db = current_session()
    found = editing.concept_with_code(db, code)
    if found is None:
        return gone_page(code)
    language = client_language()
    session["read"] = [found.id, *(n for n in session.get("read", []) if n != found.id)][:REMEMBERED]
    targets = [t for _, t in access.pairs(current_user, RoleName.REVIEWER)]

    def reviews(tag: str) -> bool:
        return any(tags.same_language(t, tag) for t in targets)

    page = render_template(
        "concept.html",
        shown=concept_page(found, language=language, interface=str(get_locale() or "en")),
        concept=found,
        language=language,
        languages=_with_own(found),
        notes=conceptwords.notes_for(found, current_user),
        relations=conceptwords.relations_of(found),
        law=[(reference, reference.address()) for reference in found.law],
        history=[
            (act, conceptwords.what_changed(act), act.concept_id == found.id and conceptwords.may_take_back(current_user, act))
            for act in editing.history_of(db, found.id)[:100]
        ],
        may_propose=access.has_role(
            current_user, RoleName.TRANSLATOR, RoleName.REVIEWER, RoleName.STAFF, RoleName.ADMINISTRATOR
        ),
        may_edit=conceptwords.may_edit(current_user),
        may_waive=access.is_administrator(current_user),
        may_confirm=lambda definition: deciding.may_confirm(current_user, definition.language)
        and not seeing.is_own(db, definition, current_user.name, current_user.id),
        has_picture=picture_of(db, found) is not None,
        may_remove=removing.may(current_user, found),
        may_decide=lambda term: reviews(term.language),
        reviews=reviews,
        errors={},
        form={},
    )
    return _remembering(make_response(page), language)


def _with_own(concept: Concept) -> list[str]:
    """The languages to choose from: those of the menus, and whatever else this concept has words in."""
    more = {term.language for term in concept.terms} - set(tags.OUR_LANGUAGES)
    return [*tags.OUR_LANGUAGES, *sorted(more)]
