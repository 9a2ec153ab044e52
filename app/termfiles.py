"""Concepts of the glossary, to and from TBX and tables: where importers' shapes meet the glossary's entries.

What TBX-Basic has no place for (equivalence, law, relations, plain definitions, register, variants, ...) travels as one detail
named "dragoman" in JSON, so that a round trip through our own TBX loses nothing and other tools ignore it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from importers import tbx
from importers.concepts import ConceptDefinition, ConceptEntry, ConceptTerm
from importers.units import UnreadableFile
from languages import tags

DETAIL = "dragoman"
#: What our entries keep in the detail, because TBX-Basic has no place for it.
ENTRY_EXTRAS = (
    "jurisdiction", "sensitivity", "content_note", "keep_source", "licence", "picture", "equivalence", "law",
    "relations", "notes",
)  # fmt: skip
TERM_EXTRAS = ("register", "abbreviation_of", "variants", "transliteration", "note", "reason", "gender", "part_of_speech")
GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter"}
PARTS_OF_SPEECH = {"noun", "verb", "adjective", "adverb", "other"}
#: Several terms of one language in one cell of a table.
BETWEEN = re.compile(r"\s*\|\s*")


def read(data: bytes, name: str) -> Iterator[dict]:
    """The concepts of a TBX, CSV, TSV or XLSX file as entries of glossary.entries. Raises UnreadableFile."""
    ending = Path(name).suffix.lower()
    if ending in (".tbx", ".xml"):
        return (from_file(entry) for entry in tbx.read_tbx(data).entries)
    if ending in (".csv", ".tsv", ".xlsx"):
        from importers import spreadsheet

        return from_rows(*spreadsheet.read_rows(data, name))
    raise UnreadableFile(
        ending.lstrip(".") or "?",
        "unsupported",
        "This kind of file holds no terms that can be read. Use TBX, CSV, XLSX or JSON.",
    )


def write(entries: Iterable[dict], ending: str) -> bytes:
    """Entries as TBX-Basic v3 or as a table with a column for each language."""
    if ending == ".tbx":
        return tbx.write_tbx((to_file(entry) for entry in entries), title="Dragoman")
    from importers import spreadsheet

    return spreadsheet.write_csv(*to_rows(list(entries)))


def to_file(entry: dict) -> ConceptEntry:
    """One of our entries as importers write it."""
    extras = {name: entry[name] for name in ENTRY_EXTRAS if entry.get(name)}
    plain = {tag: d["plain"] for tag, d in (entry.get("definitions") or {}).items() if d.get("plain")}
    if plain:
        extras["plain"] = plain
    return ConceptEntry(
        id=entry["code"],
        subject=entry.get("subject"),
        definitions={
            tag: ConceptDefinition(d["text"], d.get("source") or "")
            for tag, d in (entry.get("definitions") or {}).items()
        },
        terms=tuple(_term_to_file(term) for term in entry.get("terms") or ()),
        cross_references=tuple((r["to"], r["kind"]) for r in entry.get("relations") or ()),
        details=((DETAIL, json.dumps(extras, ensure_ascii=False, sort_keys=True)),) if extras else (),
    )


def _term_to_file(term: dict) -> ConceptTerm:
    extras = {name: term[name] for name in TERM_EXTRAS if term.get(name)}
    part = term.get("part_of_speech")
    return ConceptTerm(
        language=term["language"],
        text=term["text"],
        status=term.get("status"),
        part_of_speech=part if part in PARTS_OF_SPEECH else ("other" if part else None),
        gender=GENDERS.get(term.get("gender") or ""),
        type="abbreviation" if term.get("abbreviation_of") else None,
        context=term.get("context") or "",
        context_source=term.get("context_source") or "",
        details=((DETAIL, json.dumps(extras, ensure_ascii=False, sort_keys=True)),) if extras else (),
    )


def from_file(concept: ConceptEntry) -> dict:
    """A concept of a file as one of our entries."""
    extras = _extras(concept.details)
    plain = extras.pop("plain", {})
    entry: dict = {
        "code": concept.id if concept.id and not re.search(r"[\s/?#%&<>\"']", concept.id) else _code(concept),
        "subject": concept.subject,
        "definitions": {
            tag: {
                name: value
                for name, value in (("text", d.text), ("plain", plain.get(tag)), ("source", d.source))
                if value
            }
            for tag, d in concept.definitions.items()
        },
        "terms": [_term_from_file(term) for term in concept.terms],
        **{name: value for name, value in extras.items() if name in ENTRY_EXTRAS},
    }
    if "notes" not in entry and concept.notes:
        entry["notes"] = [
            {"kind": "usage", "audience": "organisation", "language": note.language or "en", "text": note.text}
            for note in concept.notes
        ]
    return {name: value for name, value in entry.items() if value not in (None, {}, [])}


def _extras(details: Iterable[tuple[str, str]]) -> dict:
    for what, value in details:
        if what == DETAIL:
            try:
                found = json.loads(value)
            except ValueError:
                return {}
            return found if isinstance(found, dict) else {}
    return {}


def _term_from_file(term: ConceptTerm) -> dict:
    extras = _extras(term.details)
    genders = {name: letter for letter, name in GENDERS.items()}
    known = {
        "language": term.language,
        "text": term.text,
        "status": term.status,
        "part_of_speech": term.part_of_speech,
        "gender": genders.get(term.gender or ""),
        "context": term.context,
        "context_source": term.context_source or (term.source if term.context else ""),
        "note": "\n".join(term.notes),
        **{name: value for name, value in extras.items() if name in TERM_EXTRAS},
    }
    return {name: value for name, value in known.items() if value}


def _code(concept: ConceptEntry) -> str:
    """A code made from the first term of an entry without a usable identifier."""
    text = concept.terms[0].text if concept.terms else (concept.id or "concept")
    stem = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", text).casefold()).strip("-_")[:180]
    return stem or "concept"


# --- tables ---------------------------------------------------------------------------------


def to_rows(entries: list[dict]) -> tuple[list[str], list[list[str]]]:
    """Headers and rows: code, subject, a definition for each language, then the terms of each language, several in one
    cell with | between. Statuses and notes have no place in a table."""
    defined = sorted({tag for e in entries for tag in e.get("definitions") or {}}, key=_first_nl)
    languages = sorted({t["language"] for e in entries for t in e.get("terms") or ()}, key=_first_nl)
    headers = ["code", "subject", *(f"definition_{tag}" for tag in defined), *languages]
    rows = []
    for entry in entries:
        words: dict[str, list[str]] = {}
        for term in entry.get("terms") or ():
            words.setdefault(term["language"], []).append(term["text"])
        rows.append(
            [
                entry["code"],
                entry.get("subject") or "",
                *((entry.get("definitions") or {}).get(tag, {}).get("text", "") for tag in defined),
                *(" | ".join(words.get(tag, [])) for tag in languages),
            ]
        )
    return headers, rows


def _first_nl(tag: str) -> tuple[bool, bool, str]:
    return tag != "nl", tag != "en", tag


def from_rows(headers: list[str], rows: Iterable[list[str]]) -> Iterator[tuple[str, dict]]:
    """Entries with their place, from a table such as `to_rows` writes. Raises UnreadableFile when no column is a
    language."""
    columns: list[tuple[str, str]] = []
    for header in headers:
        name = header.strip()
        lowered = name.lower()
        if lowered in ("code", "id"):
            columns.append(("code", ""))
        elif lowered in ("subject", "domain"):
            columns.append(("subject", ""))
        elif lowered.startswith("definition"):
            columns.append(("definition", _language(lowered.removeprefix("definition").strip("_ -")) or "nl"))
        else:
            language = _language(name)
            columns.append(("terms", language) if language else ("", ""))
    if not any(kind == "terms" for kind, _ in columns):
        raise UnreadableFile(
            "table",
            "syntax",
            "No column of this table is a language. Name the columns nl, en, ar and so on in the first row.",
        )
    for number, row in enumerate(rows, 2):
        entry: dict = {"definitions": {}, "terms": []}
        for (kind, language), cell in zip(columns, row, strict=False):
            if not cell.strip():
                continue
            if kind in ("code", "subject"):
                entry[kind] = cell.strip()
            elif kind == "definition":
                entry["definitions"][language] = {"text": cell}
            elif kind == "terms":
                entry["terms"] += [{"language": language, "text": text} for text in BETWEEN.split(cell) if text.strip()]
        if not entry["terms"] and not entry["definitions"]:
            continue
        if "code" not in entry:
            first = entry["terms"][0] if entry["terms"] else {"text": f"row-{number}", "language": "en"}
            entry["code"] = _code(ConceptEntry(id=None, terms=(ConceptTerm(first["language"], first["text"]),)))
        yield f"row {number}", {name: value for name, value in entry.items() if value}


def _language(name: str) -> str | None:
    try:
        return tags.normalise(name) if name else None
    except tags.UnknownLanguage:
        return None
