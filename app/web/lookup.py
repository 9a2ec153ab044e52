"""Looking up a concept while a client sits in front of you, and reading what it means."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import access, deciding, removing
from app.db import current_session
from app.models import RoleName
from app.pictures import picture_of
from app.terms import concept_page, open_index
from app.web import conceptlines, conceptwords
from app.web.removing import gone_page
from glossary import editing, lookup, recognition, seeing, subjects
from glossary.models import STATUSES, Concept
from languages import tags

pages = Blueprint("lookup", __name__)

#: Longest question that is looked up, in characters.
LONGEST_QUERY = 200
#: Concepts shown of a sentence that somebody looks up.
STANDING_IN = 20
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
    shown = {"language": language, "interface": str(get_locale() or "en")}
    found, apart, read, recent, count = [], False, [], [], None
    if query:
        hits = lookup.search(db, open_index(), query, language=words_in, subject=subject, status=status, limit=20)
        found = conceptlines.lines_of_hits(db, hits, **shown)
        if not found and " " in query and not (subject or status):
            inside = _standing_in(db, query, [words_in] if words_in else ["nl", language])
            found, apart = conceptlines.lines_of(db, inside, **shown), True
    else:
        count = db.scalar(select(func.count()).select_from(Concept))
        read = conceptlines.lines_of(db, _read_lately(), **shown)
        recent = [] if read else conceptlines.lines_of(db, _changed_lately(db), **shown)
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
            apart=apart,
            languages=tags.OUR_LANGUAGES,
            statuses=STATUSES,
            subject_tree=() if template.startswith("fragments/") else conceptwords.subject_tree(),
            count=count,
            read=read,
            recent=recent,
            may_edit=conceptwords.may_edit(current_user),
        )
    )
    return _remembering(response, language)


def _standing_in(db: Session, text: str, languages: list[str]) -> list[int]:
    """The concepts of the words that stand in a phrase or a sentence, in its order: what somebody copied from a letter is
    seldom one term."""
    found: dict[int, None] = {}
    for source in dict.fromkeys(languages):
        target = "en" if source == "nl" else "nl"
        for hit in recognition.recognise(db, text, source_language=source, target_language=target):
            if not hit.part:
                found[hit.concept_id] = None
    return list(found)[:STANDING_IN]


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


def _read_lately() -> list[int]:
    """What this person read last, newest first: numbers in the signed cookie, gone when they sign out."""
    return [number for number in session.get("read", []) if isinstance(number, int)][:REMEMBERED]


def _changed_lately(db: Session) -> list[int]:
    return list(db.scalars(select(Concept.id).order_by(Concept.changed_at.desc(), Concept.id).limit(REMEMBERED)))


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
