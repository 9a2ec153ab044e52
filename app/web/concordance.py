"""A phrase or words anywhere in the memory, beside the segment that is open."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from app import access
from app.access import NotAllowed
from app.db import current_session
from memory import concordance

pages = Blueprint("concordance", __name__)

#: Longest phrase in characters, and how many units a page and the editor's panel show.
LONGEST, ON_PAGE, BESIDE = 500, 50, 15


def look(
    session: Session, phrase: str, source_language: str, target_language: str, *, words: bool, most: int
) -> tuple[list[concordance.Concordance], bool]:
    """What a phrase is found in, in either language. When a phrase of several words stands nowhere, where its words
    stand: the second value is true then."""
    languages = {"source_language": source_language, "target_language": target_language, "side": "either", "limit": most}
    found = concordance.concordance(session, phrase, words=words, **languages)
    if found or words or len(phrase.split()) < 2:
        return found, words
    return concordance.concordance(session, phrase, words=True, **languages), True


@pages.post("/segments/<int:segment_id>/concordance")
def beside(segment_id: int):
    """Look for selected or typed words. By POST: words of a client's letter stand in no address and no log."""
    db = current_session()
    translation = access.find_segment(db, current_user, segment_id).translation
    source, target = translation.document.source_language, translation.target_language
    if not access.reads_memory(current_user, source, target):
        raise NotAllowed("not-reader", language=target)
    sent = request.get_json(silent=True) if request.is_json else request.form
    phrase = sent.get("q", "") if hasattr(sent, "get") else ""
    phrase = phrase.strip()[:LONGEST] if isinstance(phrase, str) else ""
    found, apart = look(db, phrase, source, target, words=False, most=BESIDE)
    fragment = bool(request.headers.get("X-Requested-With"))
    return render_template(
        "fragments/concordance.html" if fragment else "concordance.html",
        found=found,
        apart=apart,
        query=phrase,
        segment_id=segment_id,
        translation_id=translation.id,
    )
