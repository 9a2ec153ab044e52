"""Reading through what files and the starter pack brought in one language, and approving what one has read."""

from __future__ import annotations

import re

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import access, deciding
from app.access import NotAllowed
from app.db import current_session
from app.models import RoleName
from app.web import conceptwords, see_other
from app.web.forms import me
from glossary import waiting
from languages import tags

pages = Blueprint("termreading", __name__)

#: Concepts on one page: what one reads before the coffee is cold.
CONCEPTS = 12


@pages.get("/to-review/terms/read")
def read():
    """Concepts with what waits in one language: meaning, words, comparison and notes together."""
    access.require_role(current_user, RoleName.REVIEWER)
    db = current_session()
    mine = access.reviewed_languages(current_user)
    language = _language(mine)
    page = max(0, request.args.get("page", 0, int))
    concepts, count = waiting.to_read(db, language, limit=CONCEPTS, offset=page * CONCEPTS)
    return render_template(
        "read_terms.html",
        concepts=[(concept, deciding.words_to_read(me(), concept, language)) for concept in concepts],
        language=language, my_languages=sorted(mine, key=lambda tag: (tag in deciding.DESK_LANGUAGES, tag)), count=count, page=page,
        pages=-(-count // CONCEPTS), notes_for=lambda concept: _notes(concept, language),
    )  # fmt: skip


def _language(mine: list[str]) -> str:
    asked = request.values.get("language", "")
    if asked and tags.is_known(asked):
        language = tags.normalise(asked)
        if not access.reviews_language(current_user, language):
            raise NotAllowed("not-reviewer", language=language)
        return language
    return min(mine, key=lambda tag: (tag in deciding.DESK_LANGUAGES, tag))


def _notes(concept, language: str) -> list:
    """Notes that this reviewer may read and that are about the language, or about none."""
    return [
        note for _audience, notes in conceptwords.notes_for(concept, current_user) for note in notes
        if note.about is None or tags.same_language(note.about, language)
    ]  # fmt: skip


@pages.post("/to-review/terms/read")
def approve():
    """Approve the concepts that were ticked."""
    access.require_role(current_user, RoleName.REVIEWER)
    db = current_session()
    language = _language(access.reviewed_languages(current_user))
    ticked = [(int(m[1]), int(m[2])) for value in request.form.getlist("read") if (m := re.fullmatch(r"(\d{1,17})\.(\d{1,9})", value))]
    page = request.form.get("page", 0, int)
    if not ticked:
        flash(_("Tick what you have read and found right first. Nothing was approved."), "warning")
        return see_other("termreading.read", language=language, page=page or None)
    done = deciding.approve_read(db, me(), language, ticked)
    db.commit()
    flash(ngettext("%(num)s word is approved. It counts from the next look-up on.", "%(num)s words are approved. They count from the next look-up on.", done.words), "done")
    if done.comparisons:
        flash(ngettext("%(num)s comparison is approved.", "%(num)s comparisons are approved.", done.comparisons), "done")
    if done.own:
        flash(ngettext("%(num)s entry is your own: somebody else has to decide.", "%(num)s entries are your own: somebody else has to decide.", done.own), "waits")
    if done.changed:
        flash(ngettext("%(num)s concept was changed since you read it: read it again.", "%(num)s concepts were changed since you read them: read them again.", done.changed), "warning")
    return see_other("termreading.read", language=language, page=page or None)
