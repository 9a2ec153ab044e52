"""Why a match of the memory or a machine's suggestion is offered, and what to look at in it."""

from __future__ import annotations

import math

from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app.web.marks import chips
from app.web.words import day, language
from languages import tags


def match_score(match) -> int:
    """Percent, rounded down: 99.7 is not the same text."""
    return math.floor(match.score)


def match_class(match) -> str:
    """The class of a match, as translators know it."""
    return {
        "double context": _("memory: same text and surroundings"),
        "context": _("memory: same text, partly the same surroundings"),
        "exact": _("memory: same text"),
        "near exact": _("memory: nearly the same text"),
    }.get(match.kind) or _("memory: similar text")


def match_reason(match) -> str:
    """Why a unit of the memory is offered and what its score is made of, in one line."""
    return " · ".join(_one_reason(reason.key, dict(reason.fields)) for reason in match.reasons)


def _one_reason(key: str, fields: dict) -> str:
    match key:
        case "same-both-neighbours":
            return _("same text, same text before and after")
        case "same-one-neighbour":
            return _("same text beside the same text")
        case "same-position":
            return _("same text in the same place of the same document")
        case "same-text":
            return _("same text")
        case "numbers":
            return _("only numbers differ")
        case "tags":
            return _("only formatting differs")
        case "punctuation":
            return _("punctuation differs")
        case "case":
            return _("capital letters differ")
        case "spelling":
            return _("the spelling varies")
        case "characters":
            return _("%(percent)s%% of the characters are the same", **fields)
        case "words":
            return _("%(percent)s%% of the words are the same", **fields)
        case "penalty-machine":
            return _("machine translation: minus %(points)s", **fields)
        case "penalty-unreviewed":
            return _("not reviewed: minus %(points)s", **fields)
        case "penalty-imported":
            return _("imported: minus %(points)s", **fields)
        case "penalty-starter":
            return _("starter pack: minus %(points)s", **fields)
        case "penalty-old":
            return _("last touched %(when)s: minus %(points)s", when=day(fields["since"]), points=fields["points"])
        case "penalty-variety":
            arrow = " ← " if tags.direction(str(get_locale() or "en")) == "rtl" else " → "
            pair = arrow.join(language(tag) for tag in str(fields["language"]).split(" → "))
            return _("another variety (%(pair)s): minus %(points)s", pair=pair, points=fields["points"])
        case "penalty-reversed":
            return _("translated in the other direction: minus %(points)s", **fields)
        case "penalty-alignment":
            return _("sentences not matched one to one: minus %(points)s", **fields)
    return key


def match_origin(match) -> Markup:
    """Where a match is from, who answers for it, and since when."""
    name = Markup("<bdi>{}</bdi>").format(match.origin_name) if match.origin_name else ""
    parts: list[str] = []
    if match.origin == "import":
        parts.append(_filled(_("imported from %(file)s"), file=name) if name else _("imported"))
    elif match.origin == "starter":
        parts.append(_filled(_("starter pack: %(pack)s"), pack=name) if name else _("starter pack"))
    elif name:
        parts.append(name)
    person = match.approved_by or match.translated_by
    who = Markup("<bdi>{}</bdi>").format(person) if person else ""
    on = day(match.approved_at)
    if match.quality == "approved" and match.approved_by:
        words = _("approved by %(person)s, %(day)s") if on else _("approved by %(person)s")
        parts.append(_filled(words, person=who, day=on))
    elif match.quality == "approved":
        parts.append(_filled(_("approved, %(day)s"), day=on) if on else _("approved"))
    elif match.quality == "machine":
        parts.append(_("machine translation"))
    else:
        parts.append(_filled(_("not reviewed, translated by %(person)s"), person=who) if who else _("not reviewed"))
    return Markup(" · ").join(parts)


def _filled(message: str, **fields: object) -> Markup:
    """A message with parts that are HTML already; everything else in it is escaped."""
    return Markup(message) % fields


def repair_lines(offer) -> list[str]:
    """What was changed in an offer, and what a person has to look at."""
    lines: list[str] = []
    for change in offer.changes:
        was, now = (Markup("<bdi>{}</bdi>").format(chips(words)) for words in (change.was, change.now))
        if change.kind == "term":
            lines.append(_filled(_("Adjusted: the approved term %(now)s instead of %(was)s."), now=now, was=was))
        else:
            lines.append(_filled(_("Adjusted: %(now)s instead of %(was)s."), now=now, was=was))
    if "plural" in offer.notes:
        lines.append(_("Look at the word beside the number: it may need another form."))
    if "agreement" in offer.notes:
        lines.append(_("Look at the words around the term: they may need another form."))
    if not offer.changes and any(reason.key == "numbers" for reason in offer.match.reasons):
        lines.append(_("Its numbers are those of the memory: write your own."))
    return lines


def machine_line(machine) -> str:
    """Which engine, through which languages, and what to look at."""
    # codes are Latin letters: an isolate keeps them in their order on a page read from the right
    path = "\u2066" + " → ".join(machine.path) + "\u2069"
    notes = [machine_note(note) for note in machine.notes]
    if len(machine.path) > 2:
        notes.insert(0, _("through %(language)s", language=language(machine.path[1])))
    return " · ".join([machine.engine, path, *notes])


def machine_note(note: str) -> str:
    """What to look at in a machine's suggestion (keys of app.mt.sanity)."""
    return {
        "number": _("a number differs"),
        "placeholder": _("a placeholder differs"),
        "address": _("an address differs"),
        "length": _("unusual length"),
        "unknown": _("a word was unknown to it"),
        "tags": _("tags have no sure place"),
    }.get(note, note)
