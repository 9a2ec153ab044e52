"""Two documents side by side: what the computer proposes is mended row by row, and then kept in the memory."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from app import access, aligning, db, errors, intake
from app.access import Hidden, NotAllowed
from app.aligning import Alignment
from app.db import current_session
from app.installation import config
from app.web import see_other
from importers import inline
from importers.units import UnreadableFile
from languages import alignment, tags
from memory.models import QUALITIES

pages = Blueprint("aligning", __name__)

#: Rows on a page.
SIZE = 40


@pages.before_request
def _keepers_only() -> None:
    if current_user.is_authenticated and access.belongs(current_user) and not access.is_keeper(current_user):
        raise NotAllowed("keeper")


@pages.route("/memory/align", methods=["GET", "POST"])
def listing():
    """Upload two documents; those that were begun."""
    form = {"source": request.form.get("source", "nl"), "target": request.form.get("target", "ar")}
    if request.method != "POST":
        return _listing_page(form, {})
    wrong: dict[str, str] = {}
    pair = tuple(tags.normalise(form[side]) for side in aligning.SIDES)
    if tags.same_language(*pair):
        wrong["target"] = _("Choose two different languages.")
    elif not access.keeps_memory(current_user, *pair):
        wrong["target"] = _("You keep the memory of your own languages only: choose them here.")
    by = {"by_id": current_user.id, "by_name": current_user.name}
    files = {side: request.files.get(f"{side}_file") for side in aligning.SIDES}
    read: dict[str, aligning.Sentences] = {}
    names: dict[str, str] = {}
    # reading and aligning may take a while: nobody else's write waits for it
    current_session().rollback()
    for side, language in zip(aligning.SIDES, pair, strict=True):
        upload = files[side]
        if upload is None or not upload.filename:
            wrong[f"{side}_file"] = _("Choose a file first: DOCX, TXT, MD, HTML, PO or XLIFF.")
            continue
        names[side] = intake.safe_name(upload.filename)
        try:
            read[side] = aligning.read_sentences(upload.read(), names[side], language)
        except UnreadableFile as error:
            wrong[f"{side}_file"] = errors.invalid_message(error) or ""
    rows: list[dict] = []
    if not wrong:
        try:
            rows = aligning.aligned(read["source"], read["target"])
        except alignment.TooLong as error:
            longest = "source" if len(read["source"].texts) == error.found else "target"
            wrong[f"{longest}_file"] = _(
                "This document has %(found)s sentences, more than the %(most)s that can be aligned at once. Split both "
                "documents at the same place.",
                found=error.found, most=alignment.MOST_SENTENCES,
            )  # fmt: skip
    if wrong:
        return make_response(_listing_page(form, wrong), 422)
    session = current_session()
    aligning.forget_old(session)
    entry = aligning.begin(
        session, source=(pair[0], names["source"]), target=(pair[1], names["target"]), rows=rows, **by
    )
    session.commit()
    return see_other("aligning.one", alignment_id=entry.id)


def _listing_page(form: dict, wrong: dict[str, str]) -> str:
    query = select(Alignment).order_by(Alignment.id.desc()).limit(50)
    if not access.is_administrator(current_user):
        query = query.where(Alignment.by_id == current_user.id)
    return render_template(
        "align.html",
        form=form,
        errors=wrong,
        entries=list(current_session().scalars(query)),
        languages=tags.OUR_LANGUAGES,
        most=config().max_upload_bytes // (1024 * 1024),
    )


def _find(alignment_id: int, *, changing: bool = False) -> Alignment:
    query = select(Alignment).where(Alignment.id == alignment_id)
    entry = current_session().scalar(query.with_for_update() if changing else query)
    if entry is None or not (access.is_administrator(current_user) or entry.by_id == current_user.id):
        raise Hidden
    return entry


def _page_of(row: int) -> int:
    return row // SIZE + 1


@pages.get("/memory/align/<int:alignment_id>")
def one(alignment_id: int):
    """The rows of an alignment, with what can be done to each."""
    return _one_page(_find(alignment_id), request.args.get("page", 1, type=int), {})


def _one_page(entry: Alignment, page: int, wrong: dict[str, str]) -> str:
    last = max(_page_of(len(entry.rows) - 1), 1)
    page = min(max(page, 1), last)
    first = (page - 1) * SIZE
    pairs = list(aligning.pairs(entry.rows))
    return render_template(
        "align_one.html",
        entry=entry,
        rows=list(enumerate(entry.rows))[first : first + SIZE],
        total=len(entry.rows),
        wanted=len(pairs),
        merged=sum(not single for *_row, single in pairs),
        unsure=[at for at, row in enumerate(entry.rows) if row["sure"] is not None and row["sure"] < aligning.UNSURE],
        limit=aligning.UNSURE,
        page=page,
        last=last,
        page_of=_page_of,
        errors=wrong,
        form=request.form,
        qualities=[str(q) for q in QUALITIES],
        plain=inline.plain,
    )


@pages.post("/memory/align/<int:alignment_id>/rows/<int:row>")
def change(alignment_id: int, row: int):
    """One move: a sentence up or down, rows joined or parted, left out, written otherwise."""
    entry = _find(alignment_id, changing=True)
    move, _between, side = request.form.get("move", "").partition(" ")
    try:
        at = aligning.change(
            entry,
            request.form.get("version", 0, type=int),
            row,
            move,
            side=side,
            texts={name: request.form.get(name, "") for name in aligning.SIDES},
        )
    except aligning.ChangedMeanwhile:
        flash(_("Somebody changed this alignment meanwhile. This is how it is now; your last change was not made."))
        at = row
    except aligning.NoSuchMove:
        flash(_("That cannot be done to this row."))
        at = row
    current_session().commit()
    return see_other("aligning.one", alignment_id=entry.id, page=_page_of(at), _anchor=f"row-{at + 1}")


@pages.post("/memory/align/<int:alignment_id>/keep")
def keep(alignment_id: int):
    """Keep the rows in the memory."""
    entry = _find(alignment_id, changing=True)
    form, wrong = request.form, {}
    if form.get("version", 0, type=int) != entry.version:
        wrong[""] = _("Somebody changed this alignment meanwhile. Look at it once more, then keep it.")
    if form.get("quality") not in set(QUALITIES):
        wrong["quality"] = _("Say how far these units can be trusted.")
    if not access.keeps_memory(current_user, entry.source_language, entry.target_language):
        raise NotAllowed("not-keeper", language=entry.target_language)
    if wrong:
        return make_response(_one_page(entry, 1, wrong), 422)
    taken = aligning.keep(
        current_session(),
        entry,
        quality=form["quality"],
        project=form.get("project", "").strip()[:80] or None,
        subject=form.get("subject", "").strip()[:300] or None,
        by=current_user.name,
    )
    current_session().commit()
    number = taken.new + taken.merged
    flash(ngettext("%(num)s unit is kept in the memory.", "%(num)s units are kept in the memory.", number))
    if taken.refused:
        flash(ngettext("%(num)s row without words was left out.", "%(num)s rows without words were left out.", len(taken.refused)))
    return see_other("aligning.one", alignment_id=entry.id)


@pages.post("/memory/align/<int:alignment_id>/discard")
def discard(alignment_id: int):
    """Delete the work; what was kept in the memory stays there."""
    entry = _find(alignment_id)
    session = current_session()
    session.delete(entry)
    session.commit()
    db.empty_write_ahead_log(current_app.extensions["engine"])
    flash(_("The alignment is deleted. What was kept of it stays in the memory."))
    return see_other("aligning.listing")
