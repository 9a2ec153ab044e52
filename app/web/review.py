"""What waits for a reviewer, oldest first."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app import access, standing, termuses
from app.db import current_session
from app.models import Document, Person, RoleName, Segment, SegmentState, Translation
from app.web import myproposals, termreview
from glossary import law

pages = Blueprint("review", __name__)

#: Proposed terms shown below the drafts; all of them have a page of their own.
PROPOSALS = 10


@pages.get("/to-review")
def queue():
    """Drafts in this person's languages and proposed terms, oldest first."""
    access.require_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    db = current_session()
    condition = access.translations_for(current_user, RoleName.REVIEWER)
    waiting = (
        select(Translation.id, func.min(Segment.waiting_since), func.count(), func.min(Segment.written_by_id))
        .join(Document, Document.id == Translation.document_id)
        .join(Segment, Segment.translation_id == Translation.id)
        .where(condition, Segment.state == SegmentState.WAITING)
        .group_by(Translation.id)
        .order_by(func.min(Segment.waiting_since))
    )
    rows = list(db.execute(waiting))
    query = (
        select(Translation)
        .where(Translation.id.in_([row[0] for row in rows]))
        .options(joinedload(Translation.document), joinedload(Translation.translator))
    )
    translations = {t.id: t for t in db.scalars(query)}
    writers = {p.id: p for p in db.scalars(select(Person).where(Person.id.in_([row[3] for row in rows if row[3]])))}
    counts = standing.progress(db, list(translations))
    drafts = [
        {
            "translation": translations[translation_id],
            "since": since,
            "waiting": count,
            "asked_by": translations[translation_id].translator or writers.get(writer),
            "count": counts[translation_id],
        }
        for translation_id, since, count, writer in rows
    ]
    return render_template(
        "review.html",
        drafts=drafts,
        texts=termuses.count_queue(db, current_user),
        law=law.count_flagged(db),
        **termreview.entries_for(db, PROPOSALS),
        **myproposals.for_proposer(db),
    )
