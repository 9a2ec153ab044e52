"""Writing concepts: a page with everything a concept has, its picture, and taking back what was done to it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, deciding, pictures, removing
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import RoleName
from app.web import conceptform, conceptwords, see_other
from app.web.forms import find_concept, me, whole_number
from app.web.lookup import client_language
from glossary import editing, history, writing
from glossary.models import DEGREES, STRATEGIES, History
from glossary.refusals import ChangedMeanwhile
from languages import tags

pages = Blueprint("concepts", __name__)

LONGEST_REASON = 500


def _editor() -> None:
    """Raise unless this person may write concepts."""
    access.require_role(current_user, RoleName.STAFF, RoleName.REVIEWER, RoleName.ADMINISTRATOR)


@pages.get("/concepts/new")
def new():
    """A form for a concept that is not there yet."""
    _editor()
    values = conceptform.with_blank({}, "d", language="nl")
    values = conceptform.with_blank(values, "t", language="nl")
    values["t-new1-text"] = request.args.get("word", "").strip()[:500]
    values = conceptform.with_blank(values, "t", language=client_language())
    return _page(None, values, shown=None)


@pages.post("/concepts/new")
def create():
    """Write a new concept."""
    return _save(None)


@pages.get("/concepts/<code>/edit")
def edit(code: str):
    """Everything a concept has, to be changed; of its words those of the languages asked for."""
    _editor()
    concept = find_concept(code)
    return _page(concept, conceptform.values_of(concept, _languages()), shown=_languages())


@pages.post("/concepts/<code>/edit")
def save(code: str):
    """Change a concept."""
    return _save(code)


def _languages() -> set[str] | None:
    """Whose words are on the form: Dutch, English and the language asked for; None for all."""
    asked = request.values.get("show", "")
    if asked == "all":
        return None
    chosen = {"nl", "en"}
    chosen.add(tags.normalise(asked) if asked and tags.is_known(asked) else client_language())
    return chosen


def _save(code: str | None):
    _editor()
    db = current_session()
    concept = find_concept(code) if code is not None else None
    values = conceptform.sent(request.form)
    if "keep_source_there" in request.form:
        values.setdefault("keep_source", "")
    more = request.form.get("more", "")
    if more in conceptform.ROWS:
        # one more row, nothing saved: works without a script
        return _page(concept, conceptform.with_blank(values, more), shown=_languages(), more=more)
    draft = conceptform.read(db, concept, values)
    if draft.errors:
        return _page(concept, values, errors=draft.errors, status=422)
    if concept is not None and request.form.get("version") != str(concept.version):
        return _page(concept, values, now=conceptform.values_of(concept, None), status=409)
    why = request.form.get("why", "").strip()[:LONGEST_REASON] or None
    try:
        concept = conceptform.write(db, concept, draft, current_user, why)
    except editing.DuplicateTerm as error:
        db.rollback()
        field = next((n for n, v in values.items() if n.startswith("t-") and n.endswith("-text") and v == error.text), "")
        wrong = {field: _("This concept already has “%(text)s” in this language.", text=error.text)}
        return _page(find_concept(code) if code else None, values, errors=wrong, status=422)
    except editing.CyclicRelation as error:
        db.rollback()
        wrong = {"": _("The relations would go round in a circle: %(path)s. Take one of them away first.", path=" → ".join(error.path))}
        return _page(find_concept(code) if code else None, values, errors=wrong, status=422)
    db.commit()
    flash(_("Saved. New words and comparisons wait for a reviewer; the rest counts at once."), "done")
    return see_other("lookup.concept", code=concept.code)


def _page(concept, values, *, shown=None, errors=None, now=None, status=200, more=None) -> Response:
    """The form. `now`: what stands there since somebody else saved, to be shown beside what was sent."""
    db = current_session()
    differs = {}
    acts: list[History] = []
    if now is not None:
        differs = {name: now[name] for name, value in values.items() if name in now and now[name] != value}
        since = whole_number(request.form.get("seen")) or 0
        acts = list(db.scalars(select(History).where(History.concept_id == concept.id, History.id > since).order_by(History.id)))
    last = db.scalar(select(History.id).where(History.concept_id == concept.id).order_by(History.id.desc()).limit(1)) if concept else None
    page = render_template(
        "concept_edit.html",
        concept=concept,
        values=values,
        rows={section: conceptform.rows_in(values, section) for section in conceptform.ROWS},
        errors=errors or {},
        now=differs,
        acts=[(act, conceptwords.what_changed(act)) for act in acts],
        seen=last or 0,
        choices={name: [(v, say(v)) for v in known] for name, (known, say) in conceptform.CHOICES.items()},
        degrees=DEGREES,
        strategies=STRATEGIES,
        subject_tree=conceptwords.subject_tree(),
        languages=tags.OUR_LANGUAGES,
        show=request.values.get("show", ""),
        all_shown=request.values.get("show") == "all",
        fresh=f"{more}-{conceptform.rows_in(values, more)[-1]}" if more else None,
        why=request.form.get("why", ""),
    )
    return make_response(page, status)


# --- comparing languages: somebody else agrees ----------------------------------------------------------------


@pages.post("/concepts/<code>/equivalence/<language>/agree")
def agree(code: str, language: str):
    """A reviewer of the language agrees with what somebody wrote about how far it is the same."""
    db = current_session()
    concept = find_concept(code)
    row = next((row for row in concept.equivalences if row.language == language), None)
    if row is None:
        raise Hidden
    if not any(tags.same_language(t, language) for _s, t in access.pairs(current_user, RoleName.REVIEWER)):
        raise NotAllowed("not-reviewer", language=language)
    try:
        editing.approve_equivalence(db, row, by=current_user.name, by_id=current_user.id)
    except editing.OwnProposal:
        raise NotAllowed("own-proposal") from None
    db.commit()
    flash(_("Approved."), "done")
    return see_other("lookup.concept", code=code, language=language)


@pages.post("/concepts/<code>/definitions/<language>/seen")
def confirm(code: str, language: str):
    """A second person read a definition and finds it right."""
    access.require_belonging(current_user)
    db = current_session()
    row = next((row for row in find_concept(code).definitions if row.language == language), None)
    if row is None:
        raise Hidden
    try:
        deciding.confirm_definition(db, me(), row, request.form.get("words", ""))
    except editing.OwnProposal:
        raise NotAllowed("own-definition") from None
    except ChangedMeanwhile:
        db.rollback()
        flash(_("Somebody changed this definition since you read it. Read it again."), "warning")
        return see_other("lookup.concept", code=code)
    db.commit()
    flash(_("Noted: a second person has read it."), "done")
    return see_other("lookup.concept", code=code)


# --- taking back ------------------------------------------------------------------------------------------------


@pages.post("/concepts/<code>/history/<int:act_id>/take-back")
def take_back(code: str, act_id: int):
    """Make one act undone; the history keeps both."""
    db = current_session()
    concept = find_concept(code)
    act = db.get(History, act_id)
    if act is None or act.concept_id != concept.id:
        raise Hidden
    if not conceptwords.may_take_back(current_user, act):
        raise NotAllowed("role")
    why = request.form.get("why", "").strip()[:LONGEST_REASON] or None
    try:
        removing.take_back(db, act, person=me(), why=why)
    except history.ChangedSince:
        db.rollback()
        flash(_("This was changed again later. Take the later change back first, or change it by hand. Nothing was changed now."), "warning")
        return see_other("lookup.concept", code=code, _anchor="history")
    except history.NothingToUndo:
        db.rollback()
        flash(_("There is nothing to take back here."), "warning")
        return see_other("lookup.concept", code=code, _anchor="history")
    db.commit()
    flash(_("Taken back. The history shows both."), "done")
    if editing.concept_with_code(db, code) is None:
        return see_other("lookup.look_up")
    return see_other("lookup.concept", code=code, _anchor="history")


# --- the picture ------------------------------------------------------------------------------------------------


@pages.get("/concepts/<code>/picture")
def picture(code: str):
    """The picture of a concept, as it was written anew when somebody uploaded it."""
    shown = pictures.picture_of(current_session(), find_concept(code))
    if shown is None:
        raise Hidden
    response = make_response(shown.content)
    response.mimetype = shown.media_type
    response.headers["Content-Disposition"] = "inline"
    return response


@pages.post("/concepts/<code>/picture")
def change_picture(code: str):
    """Put a picture to a concept, with words for who cannot see it; or take it away."""
    _editor()
    db = current_session()
    concept = find_concept(code)
    by = {"by": current_user.name, "by_id": current_user.id}
    alt = request.form.get("alt", "").strip()[:500]
    if request.form.get("remove"):
        writing.rewrite_concept(db, concept, columns={"picture": None, "picture_alt": None}, **by)
        db.commit()
        flash(_("The picture is gone. The history can bring it back."), "done")
        return see_other("lookup.concept", code=code)
    file = request.files.get("picture")
    wrong: dict[str, str] = {}
    read = None
    if not alt:
        wrong["alt"] = _("Say in a few words what the picture shows: some people hear the page.")
    if file is not None and file.filename:
        try:
            read = pictures.read_picture(file.stream.read(pictures.LARGEST + 1))
        except pictures.NotAPicture as error:
            wrong["picture"] = {
                "large": _("This picture has more than 8 MB. Make it smaller, then upload it again."),
                "pixels": _("This picture has more than 40 million pixels. Make it smaller, then upload it again."),
            }.get(error.reason) or _("This is not a picture that can be read. Use a JPEG, PNG, WebP or GIF file.")
    elif not concept.picture:
        wrong["picture"] = _("Choose a picture.")
    if wrong:
        values = {**conceptform.values_of(concept, _languages()), "picture_alt": alt}
        return _page(concept, values, errors=wrong, status=422)
    columns = {"picture_alt": alt}
    if read is not None:
        columns["picture"] = pictures.keep(db, read)
    writing.rewrite_concept(db, concept, columns=columns, **by)
    db.commit()
    flash(_("The picture is saved."), "done")
    return see_other("lookup.concept", code=code)
