"""Paper for a client: a card of one concept, a bilingual glossary for a consultation or an evening."""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app import errors, printing
from app.access import Hidden
from app.db import current_session
from app.pictures import picture_of
from app.printing import sheets
from app.terms import open_index
from app.web import conceptwords
from app.web.lookup import LONGEST_QUERY, client_language
from glossary import editing, lookup, subjects
from glossary.models import Concept, Term
from languages import tags
from storage.columns import utc_now

pages = Blueprint("printing", __name__)

#: How many concepts the list to choose from shows.
OFFERED = 40


@pages.get("/concepts/<code>/card.pdf")
def card(code: str):
    """A concept card as a PDF: the Dutch word and its meaning, the client's word and how it differs."""
    db = current_session()
    concept = editing.concept_with_code(db, code)
    if concept is None:
        raise Hidden
    left, right = _language("from", "nl"), client_language()
    sheet = sheets.concept_card(
        [concept],
        left,
        right,
        interface=str(get_locale() or "en"),
        source=_source([concept]),
        on=utc_now().date(),
        big=request.args.get("big") == "1",
        pictures=_pictures([concept]),
    )
    return _pdf(sheet, f"{_safe(concept.code)}-{left}-{right}.pdf")


@pages.get("/print")
def choose():
    """Choose concepts for a glossary: by word, by subject, by ticking. What is chosen stands in the address as
    numbers, so that the page can be kept, shared and loaded again."""
    db = current_session()
    chosen = _numbers(request.args.getlist("chosen"))
    added = _numbers(request.args.getlist("add"))
    subject = request.args.get("subject", "") if request.args.get("subject", "") in subjects.SUBJECTS else ""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    if request.args.get("all") and subject:
        added += list(db.scalars(_of_subject(subject)))
    if added:
        chosen = list(dict.fromkeys(chosen + added))
        return redirect(
            url_for(
                ".choose", chosen=_written(chosen), q=query or None, subject=subject or None,
                **{"from": _language("from", "nl"), "language": client_language()},
            )
        )  # fmt: skip
    concepts = _concepts(db, chosen)
    chosen = [c.id for c in concepts]
    if query:
        hits = lookup.search(db, open_index(), query, subject=subject or None, limit=OFFERED)
        offered = [hit.concept_id for hit in hits]
    else:
        offered = list(db.scalars(_of_subject(subject).limit(OFFERED + len(chosen)))) if subject else []
    offered = [number for number in offered if number not in set(chosen)][:OFFERED]
    return render_template(
        "print.html",
        chosen=concepts,
        without={c.id: _written([n for n in chosen if n != c.id]) for c in concepts},
        written=_written(chosen),
        offered=_concepts(db, offered),
        query=query,
        subject=subject,
        subject_tree=_subjects(db),
        left=_language("from", "nl"),
        right=client_language(),
        languages=tags.OUR_LANGUAGES,
        most=sheets.MOST,
    )


@pages.post("/print/glossary.pdf")
def glossary():
    """The glossary as a PDF. Sent as a form, because its title is nobody's business but the reader's."""
    db = current_session()
    chosen = _numbers(request.form.getlist("chosen"))
    concepts = _concepts(db, chosen)
    left, right = _language("from", "nl"), _language("language", "en")
    if not concepts:
        told = errors.Answer(422, _("Nothing to print yet"), _("Choose at least one concept, then make the PDF."))
        return make_response(render_template("error.html", told=told), 422)
    if left == right:
        told = errors.Answer(
            422, _("This did not work"), _("Both languages are the same. Go back and choose another one for the client.")
        )
        return make_response(render_template("error.html", told=told), 422)
    options = {
        "interface": str(get_locale() or "en"),
        "source": _source(concepts),
        "on": utc_now().date(),
        "big": request.form.get("big") == "1",
    }
    if request.form.get("kind") == "cards":
        sheet = sheets.concept_card(concepts, left, right, pictures=_pictures(concepts), **options)
    else:
        title = request.form.get("title", "").strip()[:200]
        sheet = sheets.bilingual_glossary(concepts, left, right, title=title, **options)
    return _pdf(sheet, f"glossary-{left}-{right}.pdf")


def _pdf(sheet: dict, name: str) -> Response:
    made = printing.set_sheet(sheet)
    response = make_response(made)
    response.mimetype = "application/pdf"
    kind = "attachment" if request.values.get("save") else "inline"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    return response


def _language(name: str, otherwise: str) -> str:
    asked = request.values.get(name, "")
    return tags.normalise(asked) if asked else otherwise


def _source(concepts: list[Concept]) -> str:
    """Where the words come from: the names of packs and files; empty for what was written here."""
    names = list(dict.fromkeys(c.origin_name for c in concepts if c.origin != "own" and c.origin_name))
    return ", ".join(names[:2])


def _pictures(concepts: list[Concept]) -> dict[str, tuple[bytes, str]]:
    found = {}
    for concept in concepts:
        picture = picture_of(current_session(), concept)
        if picture is not None:
            found[concept.code] = (picture.content, concept.picture_alt or "")
    return found


def _safe(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", code).strip("-.") or "concept"


def _numbers(values: list[str]) -> list[int]:
    """The numbers in fields such as "3.17.4", each once, at most as many as one glossary holds."""
    found: dict[int, None] = {}
    for part in ".".join(values).split("."):
        if part.isascii() and part.isdigit() and len(part) < 12:
            found[int(part)] = None
    return list(found)[: sheets.MOST]


def _written(numbers: list[int]) -> str | None:
    return ".".join(str(n) for n in numbers[: sheets.MOST]) or None


def _concepts(db, ids: list[int]) -> list[Concept]:
    query = (
        select(Concept)
        .where(Concept.id.in_(ids))
        .options(
            selectinload(Concept.terms), selectinload(Concept.definitions), selectinload(Concept.equivalences),
            selectinload(Concept.law), selectinload(Concept.notes), selectinload(Concept.relations), selectinload(Concept.relations_in),
        )  # fmt: skip
    )
    by_id = {concept.id: concept for concept in db.scalars(query)}
    return [by_id[number] for number in ids if number in by_id]


def _of_subject(subject: str):
    """Ids of the concepts of a subject and of what is below it, in the alphabet of their Dutch words."""
    first = (
        select(func.min(func.lower(Term.text)))
        .where(Term.concept_id == Concept.id, Term.language == "nl")
        .scalar_subquery()
    )
    return (
        select(Concept.id).where(Concept.subject.in_(sorted(subjects.within(subject)))).order_by(first, Concept.id)
    )


def _subjects(db) -> list[tuple[str, str, int, int]]:
    """(code, name, depth, how many concepts it has with those below it), in the order of the tree; none that is empty."""
    counts = dict(db.execute(select(Concept.subject, func.count()).group_by(Concept.subject)).all())
    found = []
    for code, name, depth in conceptwords.subject_tree():
        number = sum(counts.get(below, 0) for below in subjects.within(code))
        if number:
            found.append((code, name, depth, number))
    return found
