"""How things are said on the pages: languages, moments, states, reasons, problems."""

from __future__ import annotations

import datetime as dt

from flask_babel import format_date, format_datetime, format_timedelta, get_locale, ngettext
from flask_babel import gettext as _

from app.checks import Problem
from app.models import Confidentiality, RoleName, SegmentState
from app.workflow import REASONS
from languages import tags
from storage.columns import utc_now


def language(tag: str) -> str:
    """A language's name in the language of the interface."""
    return tags.name(tag, str(get_locale() or "en"))


def since(value: dt.datetime | None) -> str:
    """How long ago, in words."""
    return "" if value is None else format_timedelta(value - utc_now(), add_direction=True, granularity="minute")


def moment(value: dt.datetime | None) -> str:
    return "" if value is None else format_datetime(value, "d MMM y HH:mm")


def day(value: dt.date | None) -> str:
    return "" if value is None else format_date(value, "d MMMM y")


def state(value: str) -> str:
    """A segment's state: the words on the pages are the words in the code."""
    return {
        SegmentState.OPEN: _("open"),
        SegmentState.TRANSLATED: _("translated"),
        SegmentState.WAITING: _("waits for review"),
        SegmentState.SENT_BACK: _("sent back"),
        SegmentState.APPROVED: _("approved"),
    }[SegmentState(value)]


def role(value: str) -> str:
    return {
        RoleName.ADMINISTRATOR: _("administrator"),
        RoleName.STAFF: _("staff"),
        RoleName.TRANSLATOR: _("translator"),
        RoleName.REVIEWER: _("reviewer"),
    }[RoleName(value)]


def confidentiality(value: str) -> str:
    return {
        Confidentiality.PUBLIC: _("public"),
        Confidentiality.INTERNAL: _("internal"),
        Confidentiality.CONFIDENTIAL: _("confidential"),
    }[Confidentiality(value)]


def reasons() -> list[tuple[str, str]]:
    """Why a reviewer sends back: (key, words)."""
    return [(key, reason(key)) for key in REASONS]


def reason(key: str) -> str:
    return {
        "meaning": _("the meaning is not right"),
        "term": _("wrong term"),
        "missing": _("something is missing or added"),
        "language": _("spelling or grammar"),
        "style": _("style"),
        "audience": _("too difficult for the reader"),
        "layout": _("tags or layout"),
        "other": _("other"),
        "waiver": _("approved under a waiver of the two-person rule"),
        "corrected": _("corrected"),
    }.get(key, key)


def action(value: str) -> str:
    """What somebody did, as the history says it."""
    return {
        "upload": _("uploaded the document"),
        "ask": _("asked for a translation"),
        "draft": _("replaced a draft"),
        "save": _("saved"),
        "fill": _("filled in the same sentence"),
        "hand over": _("handed over for review"),
        "take back": _("took back"),
        "approve": _("approved"),
        "agree": _("agreed with the correction"),
        "correct": _("corrected"),
        "send back": _("sent back"),
        "waive": _("waived the two-person rule"),
        "end waiver": _("ended the waiver"),
        "take on": _("took on"),
        "release": _("gave back"),
    }.get(value, value)


def problem(found: Problem) -> str:
    """What may be wrong, and what to do."""
    match found.kind:
        case "tag-missing":
            return _("Tag %(tag)s is missing: put it back where its text is.", **found.fields)
        case "tag-extra":
            return _("Tag %(tag)s is not in the source: remove it.", **found.fields)
        case "tag-repeated":
            return _("Tag %(tag)s is there twice: remove one.", **found.fields)
        case "tag-order":
            return _("Tag %(tag)s is closed in the wrong place.", **found.fields)
        case "number-missing":
            return _("The number %(number)s of the source is missing.", **found.fields)
        case "number-extra":
            return _("The number %(number)s is not in the source.", **found.fields)
        case "copy":
            return _("This is the same text as the source.")
        case "script":
            return _("This does not look like the language you translate into.")
        case "direction-marks":
            return _("A number would read in the wrong order after this script. Insert direction marks around it.")
        case "term-missing":
            return _("“%(term)s”: the approved term %(expected)s is not used.", **found.fields)
        case "term-brackets":
            return _("Keep the Dutch word “%(term)s” in brackets after its translation.", **found.fields)
        case "term-forbidden" if found.fields.get("instead"):
            return _("“%(term)s” should not be used here. Say: %(instead)s.", **found.fields)
        case "term-forbidden":
            return _("“%(term)s” should not be used here.", **found.fields)
    return found.kind


def warning(value: dict) -> str:
    """What was noticed when a file was read."""
    text = _(value["message"], **value.get("fields", {}))
    return f"{text} ({value['where']})" if value.get("where") else text


def progress_line(done: int, total: int) -> str:
    return ngettext("%(done)s of %(num)s segment", "%(done)s of %(num)s segments", total, done=done)
