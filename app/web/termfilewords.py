"""How the import of a file of terms is said: how far it is, what columns may hold, what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Collection

from flask_babel import get_locale
from flask_babel import gettext as _

from app.web import conceptwords
from importers import termtable
from importers.termcolumns import LAW_PARTS, LAWS, law_column
from languages import tags


def state_word(state: str) -> str:
    """How far an import is."""
    return {
        "mapping": _("columns to confirm"),
        "reading": _("being read"),
        "ready": _("ready to import"),
        "applying": _("being imported"),
        "applied": _("imported"),
        "refused": _("cannot be read"),
        "undoing": _("being taken back"),
        "undone": _("taken back"),
    }.get(state, state)


def meaning_words(used: Collection[str] = ()) -> list[tuple[str, str]]:
    """What a column may hold: (key, words). Of the places in the law the first, those `used`, and the next."""
    numbers = [n for n in range(1, LAWS + 1) if any(law_column(n, part) in used for part in LAW_PARTS)]
    law = []
    for number in range(1, min(LAWS, max(numbers, default=0) + 1) + 1):
        for part, said in law_words().items():
            law.append((law_column(number, part), said if number == 1 else _("%(what)s (place %(number)s)", what=said, number=number)))
    return [
        ("", _("Leave it out")),
        ("terms", _("Terms")),
        ("definition", _("Definition")),
        ("plain", _("Definition in plain words")),
        ("source", _("Source of the definition")),
        ("status", _("Status of the terms")),
        ("note", _("Note")),
        ("context", _("Example sentence")),
        ("part_of_speech", _("Part of speech")),
        ("subject", _("Subject")),
        ("code", _("Code of the concept")),
        ("id", _("Number or identifier")),
        ("language", _("Language of the row’s term")),
        ("term", _("The row’s term")),
        ("source_language", _("First language of the row")),
        ("source_term", _("First term of the row")),
        ("target_language", _("Second language of the row")),
        ("target_term", _("Second term of the row")),
        ("degree", _("How far it is the same")),
        ("degree_status", _("Whether that was approved")),
        ("strategy", _("What to do")),
        ("differs", _("How it differs, in the language itself")),
        ("differs_nl", _("How it differs, in Dutch")),
        ("differs_en", _("How it differs, in English")),
        ("keep_source", _("Keep the Dutch word in brackets")),
        ("jurisdiction", _("Whose law")),
        ("sensitivity", _("May hurt")),
        ("content_note", _("Warning before it is read")),
        ("licence", _("Licence")),
        ("relations", _("Related concepts")),
        *law,
    ]


def law_words() -> dict[str, str]:
    """What a column says of a place in the law."""
    return {
        "act": _("Law: act"),
        "bwb": _("Law: BWB number"),
        "article": _("Law: article"),
        "paragraph": _("Law: paragraph"),
        "valid_from": _("Law: valid from"),
        "quote": _("Law: its words"),
    }


def conflict_choices() -> list[tuple[str, str, str]]:
    """What to do with concepts whose code is taken."""
    return [
        ("leave", _("Leave them out"), _("What is here stays as it is.")),
        ("add", _("Join them, and only add what is missing"), _("New languages, terms and definitions are added; nothing that is here changes.")),
        ("replace", _("Join them, and let the file win"), _("Where both say something, the file’s text replaces ours. The history keeps the old one.")),
        ("apart", _("Keep them apart"), _("They become concepts of their own, under a code with the file’s name in it.")),
    ]  # fmt: skip


def group_words() -> dict[str, str]:
    """Titles of what a preview lists."""
    return {
        "rejected": _("Cannot come in"),
        "conflict": _("In conflict with a concept here"),
        "kept": _("The file says something else; ours stays"),
        "changed": _("Changed"),
        "new": _("New"),
        "away": _("Removed here before; they stay away"),
    }


def said_place(place: str) -> str:
    """Where in the file: "row 12", "line 40"."""
    found = re.fullmatch(r"(row|line|entry) (\d+)", place)
    if found is None:
        return place
    match found[1]:
        case "row":
            return _("row %(number)s", number=found[2])
        case "line":
            return _("line %(number)s", number=found[2])
        case _:
            return _("entry %(number)s", number=found[2])


def said_part(where: str) -> str:
    """Which part of a concept: "terms[2].text" -> term 3; "definition.ar.plain" -> definition, Arabic."""
    first = re.match(r"(\w+)(?:\[(\d+)\])?(?:\.([A-Za-z][\w-]*))?", where)
    if first is None:
        return where
    kind, number, tag = first[1], first[2], first[3]
    named = {
        "term": _("term"), "terms": _("term"), "definition": _("definition"), "definitions": _("definition"),
        "equivalence": _("equivalence"), "relation": _("relation"), "relations": _("relation"), "law": _("law"),
        "note": _("note"), "notes": _("note"), "code": _("code"), "concept": _("concept"), "subject": _("subject"),
    }.get(kind, kind)  # fmt: skip
    if kind == "concept" and tag:
        return conceptwords.field_name(where.removeprefix("concept."))
    if number is not None:
        named = f"{named} {int(number) + 1}"
    elif tag and kind in ("term", "definition", "definitions", "equivalence") and tags.is_known(tag):
        named = _("%(part)s (%(language)s)", part=named, language=tags.name(tag, str(get_locale() or "en")))
    return named


def said_reason(message: str, fields: dict[str, str] | None = None) -> str:
    """A reason of the glossary or of an importer in the reader's language."""
    return _(message, **fields) if fields else _(message)


def said_doubt(doubt: termtable.Doubt) -> tuple[str, str]:
    """(what speaks against the columns, what the button does) in the reader's language."""
    locale = str(get_locale() or "en")
    fields = {**doubt.fields, **{name: tags.name(tag, locale) for name, tag in doubt.languages.items()}}
    return _(doubt.message, **fields), _(doubt.remedy, **fields) if "%(" in doubt.remedy else _(doubt.remedy)
