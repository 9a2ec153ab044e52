"""Where people land, and what a translator can do."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import access, standing
from app.db import current_session
from app.models import Document, RoleName, SegmentState, Translation
from app.web import myproposals, see_other

pages = Blueprint("work", __name__)


@pages.get("/")
def home():
    """Each role has its own first page; an outsider reads who can help."""
    if not access.belongs(current_user):
        return render_template("no_role.html")
    for role, endpoint in (
        (RoleName.ADMINISTRATOR, "desk.desk"),
        (RoleName.TRANSLATOR, "work.my_work"),
        (RoleName.REVIEWER, "review.queue"),
        (RoleName.STAFF, "lookup.look_up"),
    ):
        if access.has_role(current_user, role):
            return see_other(endpoint)
    return render_template("no_role.html")


@pages.get("/my-work")
def my_work():
    """What I work on, what came back, what I could take."""
    access.require_role(current_user, RoleName.TRANSLATOR)
    db = current_session()
    query = (
        select(Translation)
        .join(Document)
        .where(access.translations_for(current_user, RoleName.TRANSLATOR))
        .options(joinedload(Translation.document), joinedload(Translation.translator))
    )
    translations = list(db.scalars(query))
    counts = standing.progress(db, [t.id for t in translations])
    far = dt.date.max
    translations.sort(key=lambda t: (t.deadline or far, t.document.uploaded_at))
    mine, free, others = [], [], []
    for translation in translations:
        count = counts[translation.id]
        if count[SegmentState.APPROVED] == count["total"]:
            continue
        if translation.translator_id == current_user.id:
            mine.append((translation, count))
        elif translation.translator_id is None:
            free.append((translation, count))
        else:
            others.append((translation, count))
    mine.sort(key=lambda pair: not pair[1][SegmentState.SENT_BACK])
    return render_template(
        "my_work.html",
        mine=mine,
        free=free,
        others=others,
        **myproposals.for_proposer(db),
        corrections=standing.corrections_for(db, current_user, [t.id for t in translations]),
    )
