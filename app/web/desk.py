"""The desk: what waits too long, languages without a second person, the models that are installed."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app import access, starter
from app.db import current_session
from app.installation import models
from app.models import Document, Person, RoleName, Segment, SegmentState, Translation
from app.web import see_other
from glossary import law
from storage.columns import utc_now

pages = Blueprint("desk", __name__)

#: A draft that waits longer than this for a reviewer is shown on the desk.
TOO_LONG = dt.timedelta(days=3)


@pages.get("/desk")
def desk():
    """What an administrator should know today."""
    access.require_role(current_user, RoleName.ADMINISTRATOR)
    db = current_session()
    waiting = (
        select(Segment.translation_id, func.min(Segment.waiting_since), func.count())
        .where(Segment.state == SegmentState.WAITING)
        .group_by(Segment.translation_id)
        .order_by(func.min(Segment.waiting_since))
    )
    rows = list(db.execute(waiting))
    query = (
        select(Translation)
        .where(Translation.id.in_([r[0] for r in rows]))
        .options(joinedload(Translation.document))
    )
    translations = {t.id: t for t in db.scalars(query)}
    return render_template(
        "desk.html",
        waiting=[(translations[i], since, count, utc_now() - since > TOO_LONG) for i, since, count in rows],
        alone=_pairs_alone(db),
        models=models().installed(),
        people=db.scalar(select(func.count()).select_from(Person)),
        documents=db.scalar(select(func.count()).select_from(Document)),
        starter=starter.loaded(db),
        law=law.count_flagged(db),
    )


def _pairs_alone(db) -> list[tuple[str, str, int, int]]:
    """Asked-for pairs where nobody translates, or no second person reviews: (source, target, translators, reviewers)."""
    asked = db.execute(
        select(Document.source_language, Translation.target_language)
        .join(Translation, Translation.document_id == Document.id)
        .distinct()
    )
    people = list(db.scalars(select(Person).where(Person.disabled_at.is_(None))))
    alone = []
    for source, target in asked:
        translators = {p.id for p in people if access.covers(access.pairs(p, RoleName.TRANSLATOR), source, target)}
        reviewers = {p.id for p in people if access.covers(access.pairs(p, RoleName.REVIEWER), source, target)}
        if not translators or not reviewers or len(translators | reviewers) < 2:
            alone.append((source, target, len(translators), len(reviewers)))
    return sorted(alone)


@pages.post("/desk/starter/remove")
def remove_starter():
    """Take the starter pack out again: its concepts and its units."""
    access.require_role(current_user, RoleName.ADMINISTRATOR)
    db = current_session()
    starter.remove(db)
    db.commit()
    return see_other("desk.desk")
