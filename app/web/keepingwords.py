"""The words of the keeper's pages: what was done, what can be done, what is wrong with a unit, where it came from."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_login import current_user

from app import access
from app.models import RoleName
from languages import tags
from memory import acts, findings
from memory.concordance import Phrase
from memory.models import QUALITIES


def act_words(kind: str) -> str:
    """What was done, as the list of acts says it."""
    return {
        "recall": _("withdrawn"),
        "restore": _("offered again"),
        "approve": _("approved"),
        "unapprove": _("marked as not reviewed"),
        "subject": _("given a subject"),
        "edit": _("replaced by a correction"),
        "relabel": _("put under other languages"),
        "swap": _("source and target exchanged"),
        "merge": _("merged"),
    }.get(kind, kind)


def bulk_words(kind: str) -> str:
    """What can be done to many, as the buttons say it."""
    return {
        "recall": _("Withdraw: nobody is offered them any more"),
        "restore": _("Offer them again"),
        "approve": _("Approve"),
        "unapprove": _("Mark as not reviewed"),
        "subject": _("Give them a subject"),
        "swap": _("Exchange source and target"),
        "relabel": _("They are in other languages"),
    }[kind]


def finder_words(finder: str) -> str:
    return {
        "filter": _("What the filter finds"),
        "contradictions": _("One source, several translations"),
        "duplicates": _("Duplicates"),
        "languages": _("Swapped or in another language"),
        "untranslated": _("Not translated"),
    }[finder]


def finder_hint(finder: str) -> str:
    return {
        "contradictions": _("the same text was translated in different ways"),
        "duplicates": _("only capital letters, punctuation or spaces differ"),
        "languages": _("a side is surely not in its language"),
        "untranslated": _("the translation is the source again"),
    }.get(finder, "")


def detail_words(detail: str) -> str:
    """What is wrong with a unit."""
    return {
        "swapped": _("source and target are exchanged"),
        "source": _("the source is in another language"),
        "target": _("the translation is in another language"),
        "untranslated": _("not translated"),
    }.get(detail, "")


def origin_words(origin: str) -> str:
    return {"approved": _("reviewed here"), "import": _("imported"), "starter": _("starter pack"), "alignment": _("aligned documents")}.get(
        origin, origin
    )


def quality_words(quality: str) -> str:
    return {"approved": _("approved"), "unreviewed": _("not reviewed"), "machine": _("machine translation")}[quality]


def recall_words(reason: str | None) -> str:
    """Why a unit is withdrawn: a keeper's own words, or what took its place."""
    return {
        "edit": _("replaced by a correction"),
        "merge": _("merged with another one"),
        "swap": _("source and target exchanged"),
        "relabel": _("put under other languages"),
        "recall": "",
        "wrong": "",
    }.get(reason or "", reason or "")


def of_the_pages() -> dict[str, object]:
    """What every template of the keeper's pages is given."""
    return {
        "act_words": act_words,
        "bulk_words": bulk_words,
        "finder_words": finder_words,
        "finder_hint": finder_hint,
        "detail_words": detail_words,
        "origin_words": origin_words,
        "quality_words": quality_words,
        "recall_words": recall_words,
        "origins": ("approved", "import", "alignment", "starter"),
        "qualities": [str(q) for q in QUALITIES],
        "bulk": acts.BULK,
        "finders": [f for f in findings.FINDERS if f != "filter"],
        "languages": tags.OUR_LANGUAGES,
        "may_approve": may_approve,
        "spans": spans_of,
    }


def may_approve(pair: tuple[str, str]) -> bool:
    """Approving stays with reviewers: an administrator who does not know the language cannot."""
    return access.covers(access.pairs(current_user, RoleName.REVIEWER), *pair)


def spans_of(text: str, language: str, phrase: str):
    return Phrase(phrase).spans(text, language) if phrase else ()
