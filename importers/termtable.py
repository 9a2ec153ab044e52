"""Tables of terms: which column holds what, and concepts in and out of rows.

Three shapes are understood, by the names of the columns (in any order, in capitals or not):

* a concept per row: `id`, `subject`, a column per language with its terms ("nl", "ar-SY", "Arabic", "Nederlands"; several
  terms on lines of their own or parted by " | "), and `nl_status`, `nl_definition`, `nl_source`, `nl_note` for a language;
  `definition_nl` and `definition nl` are the same column, and `definition`, `note` belong to no language;
* a term per row: `language`, `term`, and `id`, `status`, `part_of_speech`, `definition`, `source`, `context`, `note`,
  `subject`; rows with the same id are one concept;
* a pair per row: `source` and `target` with the languages in `source_language` and `target_language`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from importers.concepts import (
    STATUSES,
    ConceptDefinition,
    ConceptEntry,
    ConceptNote,
    ConceptTerm,
    TermFile,
)
from importers.spreadsheet import Table
from importers.units import UnreadableFile, Warning_
from languages import tags

NAME = "table"

_WORDS = {
    "id": ("id", "code", "concept", "concept_id", "conceptid", "entry_id", "codicem", "nr", "nummer"),
    "subject": ("subject", "domain", "subjectfield", "subject_field", "field", "onderwerp", "domein", "vakgebied"),
    "language": ("language", "lang", "taal", "language_code", "linguam"),
    "term": ("term", "word", "woord", "begrip", "terminum"),
    "status": ("status", "term_status"),
    "part_of_speech": ("part_of_speech", "pos", "partofspeech", "woordsoort"),
    "definition": ("definition", "def", "definitie", "description", "meaning", "omschrijving", "betekenis"),
    "source": ("definition_source", "source", "bron", "reference"),
    "context": ("context", "example", "voorbeeld"),
    "note": ("note", "notes", "comment", "remark", "opmerking", "toelichting", "noot"),
    "source_language": ("source_language", "sourcelang", "source_lang", "from"),
    "target_language": ("target_language", "targetlang", "target_lang", "to"),
    "source_term": ("sourcestring", "source_term", "source_text", "sourceterm"),
    "target_term": ("targetstring", "target_term", "target_text", "targetterm", "target", "translation", "vertaling"),
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}
_OF_LANGUAGE = ("definition", "source", "status", "note", "part_of_speech", "context")
_SEVERAL = re.compile(r"\s*\n\s*|\s+\|\s+")

Column = tuple[str, str | None]


def columns(headers: list[str]) -> list[Column | None]:
    """What each column holds: (meaning, language or None), meaning "terms" for a language's terms; None when nobody knows."""
    return [_column(header) for header in headers]


def concepts_of(table: Table) -> TermFile:
    """The concepts of a table. A language or status nobody knows is left out with a warning that names the row. Raises
    UnreadableFile("unsupported") when no column of terms is recognised."""
    found = columns(table.headers)
    meanings = {column[0]: index for index, column in enumerate(found) if column and column[1] is None}
    by_language = any(column and column[0] == "terms" for column in found)
    warnings = list(table.warnings)
    unknown = [header for header, column in zip(table.headers, found, strict=True) if header and column is None]
    if unknown:
        warnings.append(
            Warning_("column-unknown", "These columns were left out: %(columns)s.", fields={"columns": ", ".join(unknown)})
        )
    if {"language", "term"} <= meanings.keys():
        entries = _by_term(table, meanings, warnings)
    elif {"source_language", "target_language", "source_term", "target_term"} <= meanings.keys():
        entries = _by_pair(table, meanings, warnings)
    elif by_language:
        entries = _by_concept(table, found, warnings)
    else:
        raise UnreadableFile(
            NAME,
            "unsupported",
            "No column of this table says which language it holds. Name each column of terms after its language (nl, en, "
            "ar, …), or use the columns “language” and “term”.",
        )
    return TermFile([entry for entry in entries if entry.terms], warnings=warnings)


def table_of(entries: Iterable[ConceptEntry]) -> Table:
    """Concepts as a table with a concept per row and columns for each language that occurs; Dutch and English first."""
    kept = list(entries)
    used = {term.language for e in kept for term in e.terms} | {language for e in kept for language in e.definitions}
    ordered = sorted(used, key=lambda tag: (tag != "nl", tag != "en", tag))
    details = {
        language: [
            name
            for name, has in (
                ("definition", any(language in e.definitions for e in kept)),
                ("source", any(language in e.definitions and e.definitions[language].source for e in kept)),
                ("status", any(t.status for e in kept for t in e.terms if t.language == language)),
                ("note", any(n.language == language for e in kept for n in e.notes)),
            )
            if has
        ]
        for language in ordered
    }
    headers = ["id", "subject"]
    for language in ordered:
        headers += [language, *(f"{language}_{name}" for name in details[language])]
    headers.append("note")
    rows = []
    for entry in kept:
        row = [entry.id or "", entry.subject or ""]
        for language in ordered:
            terms = [term for term in entry.terms if term.language == language]
            row.append("\n".join(" ".join(term.text.split("\n")) for term in terms))
            definition = entry.definitions.get(language, ConceptDefinition(""))
            cells = {
                "definition": definition.text,
                "source": definition.source,
                "status": "\n".join(term.status or "" for term in terms) if any(t.status for t in terms) else "",
                "note": "\n".join(note.text for note in entry.notes if note.language == language),
            }
            row += [cells[name] for name in details[language]]
        row.append("\n".join(note.text for note in entry.notes if note.language is None))
        rows.append(row)
    return Table(headers, rows, list(range(2, len(rows) + 2)))


def _column(header: str) -> Column | None:
    name = re.sub(r"[\s_:.()\[\]/-]+", "_", header.strip().lower()).strip("_")
    if name in _MEANING:
        return _MEANING[name], None
    language = _language(header)
    if language:
        return "terms", language
    first, _, rest = name.partition("_")
    before, _, last = name.rpartition("_")
    for meaning, tag in ((before, last), (rest, first), *_longer(name)):
        if meaning in ("term", "terms", "word") and (language := _language(tag)):
            return "terms", language
        if _MEANING.get(meaning) in _OF_LANGUAGE and (language := _language(tag)):
            return _MEANING[meaning], language
    return None


def _longer(name: str) -> list[tuple[str, str]]:
    """(meaning, tag) where the tag has two parts: definition_ar_sy, ar_sy_definition."""
    parts = name.split("_")
    return [("_".join(parts[:-2]), "_".join(parts[-2:])), ("_".join(parts[2:]), "_".join(parts[:2]))]


@cache
def _names() -> dict[str, str]:
    """What people call the languages we offer, in English, Dutch and themselves."""
    found = {}
    for tag in tags.OUR_LANGUAGES:
        for name in (tags.name(tag, "en"), tags.name(tag, "nl"), tags.native_name(tag)):
            found.setdefault(name.casefold(), tag)
            found.setdefault(name.partition(" (")[0].casefold(), tag)
    return found


def _language(text: str) -> str | None:
    text = text.strip()
    if named := _names().get(text.casefold()):
        return named
    # language, script, region and no more: "nl_status" would be Dutch of a variety called "status"
    if not re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z]{4})?([_-]([A-Za-z]{2}|\d{3}))?", text):
        return None
    return tags.normalise(text) if tags.is_known(text) else None


def _by_concept(table: Table, found: list[Column | None], warnings: list[Warning_]) -> list[ConceptEntry]:
    entries = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = {column: text for column, text in zip(found, row, strict=True) if column and text}
        if all(text.startswith("#") for text in row if text):
            continue  # HXL writes its hashtags in a row under the names of the columns
        terms: list[ConceptTerm] = []
        definitions = {}
        notes = []
        for (meaning, language), text in cells.items():
            if meaning == "terms" and language:
                statuses = cells.get(("status", language), "").split("\n")
                words = [word for word in _SEVERAL.split(text) if word]
                for place, word in enumerate(words):
                    given = statuses[place] if place < len(statuses) else statuses[0] if len(statuses) == 1 else ""
                    part = cells.get(("part_of_speech", language)) or cells.get(("part_of_speech", None))
                    context = cells.get(("context", language), "")
                    status = _status(given, number, warnings)
                    terms.append(ConceptTerm(language, word, status, part, context=context))
            elif meaning == "definition":
                definitions[language or "und"] = ConceptDefinition(text, cells.get(("source", language), ""))
            elif meaning == "note":
                notes.append(ConceptNote(text, language))
        if terms:
            identifier = cells.get(("id", None))
            subject = cells.get(("subject", None))
            entries.append(ConceptEntry(identifier, tuple(terms), subject, definitions, tuple(notes)))
    return entries


def _by_term(table: Table, at: dict[str, int], warnings: list[Warning_]) -> list[ConceptEntry]:
    entries: dict[str, ConceptEntry] = {}
    for number, row in zip(table.numbers, table.rows, strict=True):

        def cell(name: str, row: list[str] = row) -> str:
            return row[at[name]] if name in at else ""

        if not cell("term") or cell("term").startswith("#"):
            continue
        language = _language(cell("language"))
        if language is None:
            warnings.append(_unknown_language(cell("language"), number))
            continue
        key = cell("id") or f"\0{number}"
        entry = entries.get(key) or ConceptEntry(cell("id") or None, subject=cell("subject") or None)
        term = ConceptTerm(
            language,
            cell("term"),
            _status(cell("status"), number, warnings),
            cell("part_of_speech") or None,
            context=cell("context"),
            notes=(cell("note"),) if cell("note") else (),
        )
        definitions = dict(entry.definitions)
        if cell("definition") and language not in definitions:
            definitions[language] = ConceptDefinition(cell("definition"), cell("source"))
        entries[key] = replace(entry, terms=(*entry.terms, term), definitions=definitions)
    return list(entries.values())


def _by_pair(table: Table, at: dict[str, int], warnings: list[Warning_]) -> list[ConceptEntry]:
    entries = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        terms = []
        for side in ("source", "target"):
            tag, text = row[at[f"{side}_language"]], row[at[f"{side}_term"]]
            language = _language(tag)
            if text.startswith("#") or not text:
                continue
            if language is None:
                warnings.append(_unknown_language(tag, number))
                continue
            part = row[at["part_of_speech"]] if "part_of_speech" in at else ""
            terms.append(ConceptTerm(language, text, part_of_speech=part or None))
        definition = row[at["definition"]] if "definition" in at else ""
        definitions = {terms[0].language: ConceptDefinition(definition)} if definition and terms else {}
        identifier = row[at["id"]] if "id" in at else ""
        entries.append(ConceptEntry(identifier or None, tuple(terms), None, definitions))
    return entries


def _status(text: str, row: int, warnings: list[Warning_]) -> str | None:
    status = text.strip().lower()
    if not status:
        return None
    status = {"approved": "admitted", "obsolete": "deprecated", "rejected": "forbidden", "new": "proposed"}.get(status, status)
    if status in STATUSES:
        return status
    warnings.append(
        Warning_(
            "status-unknown",
            "Row %(row)s has the status “%(status)s”, which is none of: %(known)s. It was left out.",
            f"row {row}",
            {"row": str(row), "status": text, "known": ", ".join(STATUSES)},
        )
    )
    return None


def _unknown_language(tag: str, row: int) -> Warning_:
    return Warning_(
        "language-unknown",
        "Row %(row)s says that its language is “%(tag)s”, which is no language we know. It was left out.",
        f"row {row}",
        {"row": str(row), "tag": tag},
    )
