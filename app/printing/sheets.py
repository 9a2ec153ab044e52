"""What goes on a sheet: concepts for a reader of two languages, as the plain values that `sheet.typ` sets.

A piece of text is {"text", "lang", "dir"}. What stands on a sheet for a client is only what is meant for the public:
notes for the organisation or for reviewers never get here, nor do words that must not be used.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale, format_date, ngettext
from flask_babel import gettext as _

from app import printing, terms
from glossary.models import Concept, Term
from languages import tags

#: A number with signs inside, which letters from right to left would turn round: 088-0430430, 12-03-2027.
_NUMBER = re.compile(r"[+]?\d[\d\-–/.:,]*\d")
#: Words of these statuses go on paper.
_SHOWN = ("preferred", "admitted", "proposed")
#: Most concepts in one glossary.
MOST = 300

Piece = dict[str, str]


def piece(text: str, language: str) -> Piece:
    """A text as typst sets it. In a text from right to left, numbers with signs inside keep their order: the mark for
    that is put into the copy that is printed."""
    direction = tags.direction(language)
    if direction == "rtl":
        text = _NUMBER.sub("\u200e\\g<0>\u200e", text)
    return {"text": text, "lang": language.partition("-")[0], "dir": direction}


def concept_card(
    concepts: Iterable[Concept],
    left: str,
    right: str,
    *,
    interface: str,
    source: str,
    on: dt.date,
    big: bool = False,
    pictures: dict[str, tuple[bytes, str]] | None = None,
) -> dict[str, Any]:
    """A card for each concept: the word in `left` with what it means, then what `right` says for it and how that
    differs. `source`: where the words come from, empty for this term base. `pictures`: concept code -> (PNG or JPEG, what it shows)."""
    return _sheet("card", list(concepts), left, right, interface, source, on, big, "", pictures or {})


def bilingual_glossary(
    concepts: Iterable[Concept],
    left: str,
    right: str,
    *,
    interface: str,
    source: str,
    on: dt.date,
    title: str,
    big: bool = False,
) -> dict[str, Any]:
    """A table of concepts in two languages, in the alphabet of the first."""
    found = list(concepts)[:MOST]

    def place(concept: Concept) -> tuple[bool, str]:
        words = _words(concept, left)
        return not words, words[0].text.casefold() if words else concept.code

    return _sheet("glossary", sorted(found, key=place), left, right, interface, source, on, big, title, {})


def labels_language(right: str, interface: str) -> str:
    """The language of what the sheet itself says: the client's if this program speaks it, else the interface's."""
    from app import INTERFACE_LANGUAGES

    return next((tag for tag in tags.fallbacks(right) if tag in INTERFACE_LANGUAGES), interface)


def _sheet(kind, concepts, left, right, interface, source, on, big, title, pictures) -> dict[str, Any]:
    spoken = labels_language(right, interface)
    with force_locale(spoken):
        shown = [_concept(concept, left, right, spoken, pictures.get(concept.code)) for concept in concepts]
        proposed = any(term["proposed"] for c in shown for term in c["left"] + c["right"])
        names = [terms.title_term(concept) for concept in concepts[:1]]
        card = kind == "card" and names and names[0]
        heading = title or (card.text if card else _("Glossary"))
        arrow = " ← " if tags.direction(spoken) == "rtl" else " → "
        sheet = {
            "kind": kind,
            "big": big,
            "paper": "a4" if big or kind == "glossary" else "a5",
            "title": piece(heading, spoken) | {"dir": _direction_of(heading, spoken)},
            "subtitle": _line(
                (
                    arrow.join((tags.name(left, spoken), tags.name(right, spoken))),
                    ngettext("%(num)s concept", "%(num)s concepts", len(shown)),
                    format_date(on, "d MMMM y"),
                )
            ),
            "about_marks": _("Words marked “proposed, not approved” still wait for a second person.") if proposed else None,
            "foot": _line((source or _("Our term base (Dragoman)"), format_date(on, "d MMMM y"), _("Information, not legal advice"))),
            "left": piece(tags.native_name(left), left),
            "right": piece(tags.native_name(right), right),
            "labels": {
                "lang": spoken,
                "dir": tags.direction(spoken),
                "page": _("Page {page} of {pages}"),
                "warning": _("This may be hard to read"),
                "differs": _("How it differs"),
                "keep": _("Keep the Dutch word in brackets:"),
                "confused": _("Not to be confused with"),
                "law": _("Law"),
            },
            "concepts": shown,
            "missing": None,
        }
        missing = printing.unprintable("".join(_texts(sheet)))
        if missing:
            sheet["missing"] = _(
                "Some letters are in none of the fonts for printing and are left blank: %(letters)s. Print this from the page in the browser instead.",
                letters=" ".join(f"U+{ord(letter):04X}" for letter in missing[:12]),
            )
    return sheet


def _concept(concept: Concept, left: str, right: str, spoken: str, picture: tuple[bytes, str] | None) -> dict[str, Any]:
    page = terms.concept_page(concept, language=right, interface=spoken)
    title = terms.title_term(concept)
    definitions = {d.language: d.plain or d.text for d in concept.definitions}
    # what is read on each side: never the same text twice
    mine = next((tag for tag in (*tags.fallbacks(left), spoken, "en", "nl") if tag in definitions), None)
    theirs = next((tag for tag in tags.fallbacks(right) if tag in definitions and tag != mine), None)
    told = page.equivalence.differs if page.equivalence else {}
    # in the client's words, and in those of whoever sits on the other side of the table
    readers = [
        next((tag for tag in wanted if told.get(tag)), None)
        for wanted in (tags.fallbacks(right), (*tags.fallbacks(left), spoken, "en", "nl"))
    ]
    degree = None
    if page.equivalence is not None:
        from app.web import termwords

        said = [termwords.degree(page.equivalence.degree), termwords.strategy(page.equivalence.strategy)]
        if page.equivalence.status != "approved":
            said.append(_("not approved yet"))
        degree = _line(said)
    notes_in = {*tags.fallbacks(left), *tags.fallbacks(right)} | ({spoken} if spoken not in ("nl",) else set())
    notes = [
        n for n in concept.notes
        if n.audience == "public" and n.kind != "translator" and n.language in notes_in
    ]  # fmt: skip
    return {
        "code": concept.code,
        "warning": piece(concept.content_note, spoken) | {"dir": _direction_of(concept.content_note, spoken)}
        if concept.sensitivity and concept.content_note
        else None,
        "left": [_term(t, left) for t in _words(concept, left)],
        "right": [_term(t, right) for t in _words(concept, right)],
        "no_left": _("No word in %(language)s yet.", language=tags.name(left, spoken)),
        "no_right": _("No word in %(language)s yet.", language=tags.name(right, spoken)),
        "meaning": [piece(definitions[mine], mine)] if mine else [],
        "meaning_right": [piece(definitions[theirs], theirs)] if theirs else [],
        "degree": degree,
        "differs": [piece(told[tag], tag) for tag in dict.fromkeys(readers) if tag],
        "keep": piece(f"({title.text})", title.language) if concept.keep_source and title else None,
        "confused": [
            [piece(t.text, t.language) if (t := next(iter(_words(other, tag)), None)) else None for tag in (left, right)]
            for other in page.confused_with[:4]
        ],
        "notes": [piece(n.text, n.language) for n in notes[:4]],
        "law": [_law(reference) for reference in concept.law[:4]],
        "picture": {"bytes": list(picture[0]), "alt": picture[1]} if picture else None,
    }


def _words(concept: Concept, language: str) -> list[Term]:
    """The words for a language that go on paper: at most three, none that must not be used."""
    return [t for t in terms.best_terms(concept, language) if t.status in _SHOWN][:3]


def _term(term: Term, asked: str) -> dict[str, Any]:
    marks = [_("proposed, not approved")] if term.status == "proposed" else []
    return {
        **piece(term.text, term.language),
        "marks": marks,
        "proposed": term.status == "proposed",
        # the word stands in for one in the variety asked for, and the sheet says so
        "variety": tags.name(term.language, str(_locale())) if term.language != tags.normalise(asked) else None,
        "latin": term.transliteration,
    }


def _line(parts: Iterable[str]) -> str:
    """Several things on one line, each in its own direction."""
    return " · ".join(f"\u2068{part}\u2069" for part in parts if part)


def _law(reference) -> str:
    parts = [reference.act]
    if reference.article:
        parts.append(f"art. {reference.article}")
    if reference.paragraph:
        parts.append(f"lid {reference.paragraph}")
    return ", ".join(parts)


def _locale():
    from flask_babel import get_locale

    return get_locale() or "en"


def _direction_of(text: str, fallback: str) -> str:
    """The direction of a text whose language nobody said: that of its first letter with one."""
    import unicodedata

    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return tags.direction(fallback)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name != "bytes":
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
