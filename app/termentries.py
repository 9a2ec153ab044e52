"""A concept as the importers have it and as one of the glossary's entries: the only place where the two shapes meet.

What a format has no place for (equivalence, law, register, variants, ...) travels as one detail named "dragoman" in
JSON, so that a round trip loses nothing and other programs pass over it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from glossary.models import AUDIENCES, NOTE_KINDS
from importers import tbx
from importers.concepts import (
    ConceptDefinition,
    ConceptEntry,
    ConceptEquivalence,
    ConceptLaw,
    ConceptNote,
    ConceptTerm,
    TermFile,
)
from importers.termfacts import FACTS
from languages import identify, tags

DETAIL = "dragoman"
#: What our entries keep in the detail, because no format has a place for it.
ENTRY_EXTRAS = (
    "jurisdiction", "sensitivity", "content_note", "keep_source", "licence", "picture", "picture_alt", "equivalence", "law",
)  # fmt: skip
TERM_EXTRAS = ("register", "abbreviation_of", "variants", "transliteration", "reason", "wish")
GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter", "other": "other"}
PARTS_OF_SPEECH = {"noun", "verb", "adjective", "adverb", "other"}
_KIND, _AUDIENCE, _ABOUT = "|".join(NOTE_KINDS), "|".join(AUDIENCES), r"[A-Za-z0-9-]+"
_NOTE = re.compile(rf"({_KIND}) \(({_AUDIENCE})(?:, about ({_ABOUT}))?\): (.*)", re.S)
#: Where the next note begins in a cell of a table that holds several.
_NEXT_NOTE = re.compile(rf"\n(?=(?:{_KIND}) \((?:{_AUDIENCE})(?:, about {_ABOUT})?\): )")


# --- one of our entries as a file has it -----------------------------------------------------


def to_file(entry: dict, *, grammar: bool = True) -> ConceptEntry:
    """One of our entries as importers write it. `grammar=False` is for a format whose terms are only words."""
    extras = {name: entry[name] for name in ENTRY_EXTRAS if entry.get(name)}
    definitions = entry.get("definitions") or {}
    # XML folds a line break with white space after it; what it would change travels exactly
    if any(tbx.kept(text) != text for d in definitions.values() for text in d.values() if text):
        extras["definitions"] = definitions
    listed = entry.get("notes") or []
    if any(tbx.kept(note["text"]) != note["text"] for note in listed):
        extras["notes"] = listed
    if entry.get("subject") and tbx.kept(entry["subject"]) != entry["subject"]:
        extras["subject"] = entry["subject"]
    return replace(_to_file(entry, grammar), details=_packed(extras))


def to_table(entry: dict) -> ConceptEntry:
    """One of our entries for a table, whose columns say what other formats have no place for."""
    return replace(
        _to_file(entry, grammar=True),
        equivalences={
            tag: ConceptEquivalence(e["degree"], e.get("strategy") or "", e.get("differs") or {}, e.get("status") or "")
            for tag, e in (entry.get("equivalence") or {}).items()
        },
        law=tuple(
            ConceptLaw(
                law["act"], law.get("bwb") or "", law.get("article") or "", law.get("paragraph") or "",
                law.get("valid_from") or "", law.get("quoted") or "",
            )  # fmt: skip
            for law in entry.get("law") or ()
        ),
        facts={
            name: "yes" if name == "keep_source" else entry[name] for name in FACTS if entry.get(name)
        },
    )  # fmt: skip


def _to_file(entry: dict, grammar: bool) -> ConceptEntry:
    return ConceptEntry(
        id=entry["code"],
        subject=entry.get("subject"),
        definitions={
            tag: ConceptDefinition(d["text"], d.get("source") or "", d.get("plain") or "")
            for tag, d in (entry.get("definitions") or {}).items()
        },
        terms=tuple(_term_to_file(term, grammar) for term in entry.get("terms") or ()),
        notes=tuple(ConceptNote(_note_to_file(note), note["language"]) for note in entry.get("notes") or ()),
        relations=tuple((r["kind"], r["to"]) for r in entry.get("relations") or ()),
    )


def _note_to_file(note: dict) -> str:
    about = f", about {note['about']}" if note.get("about") else ""
    return f"{note['kind']} ({note['audience']}{about}): {note['text']}"


def _term_to_file(term: dict, grammar: bool) -> ConceptTerm:
    names = TERM_EXTRAS if grammar else (*TERM_EXTRAS, "part_of_speech", "gender", "note", "context", "context_source")
    extras: dict[str, Any] = {name: term[name] for name in names if term.get(name)}
    part, gender = term.get("part_of_speech"), term.get("gender")
    if part and part not in PARTS_OF_SPEECH:
        extras["part_of_speech"], part = part, "noun" if part == "proper noun" else "other"
    if gender and gender not in GENDERS:
        extras["gender"] = gender
    if tbx.kept(term["text"], line=True) != term["text"]:
        extras["text"] = term["text"]
    for name in ("note", "context", "context_source"):
        if term.get(name) and (tbx.kept(term[name]) != term[name] or (name == "context_source" and not term.get("context"))):
            extras[name] = term[name]
    return ConceptTerm(
        language=term["language"],
        text=term["text"],
        status=term.get("status"),
        part_of_speech=part,
        gender=GENDERS.get(gender or ""),
        type="abbreviation" if term.get("abbreviation_of") else None,
        context=term.get("context") or "",
        context_source=term.get("context_source") or "",
        notes=(term["note"],) if term.get("note") else (),
        details=_packed(extras),
    )


def _packed(extras: dict) -> tuple[tuple[str, str], ...]:
    if not extras:
        return ()
    value = json.dumps(extras, ensure_ascii=False, sort_keys=True)
    # inside JSON a character that XML cannot hold can be spelt
    return ((DETAIL, re.sub("[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", value)),)


# --- what a file has as one of our entries ----------------------------------------------------


def entries_of(file: TermFile, *, table: bool = False) -> list[tuple[str, dict]]:
    """The concepts of a file as (place in the file, one of our entries). In a `table` one cell holds several notes."""
    codes = _codes(file)
    by_id: dict[str, str] = {}
    for entry, code in zip(file.entries, codes, strict=True):
        by_id.setdefault(entry.id or "", code)
    return [
        (entry.place, from_file(entry, code, by_id=by_id, language=file.language, table=table))
        for entry, code in zip(file.entries, codes, strict=True)
    ]


def _codes(file: TermFile) -> list[str]:
    """A code for each concept. Identifiers of our own files are codes. Others are codes when they are words; numbers and
    the like mean nothing outside their file, so the first term takes their place. The same file gives the same codes."""
    found: list[str] = []
    of_id: dict[str, str] = {}
    taken: set[str] = set()
    for number, entry in enumerate(file.entries, 1):
        if entry.id and entry.id in of_id:
            found.append(of_id[entry.id])  # an identifier used twice: the second is refused by that name
            continue
        code = entry.id if file.own and entry.id else _word(entry.id or "")
        if not code or (not file.own and code in taken):
            stem = code or _slug(entry)
            code = stem
            for suffix in (_tidy(_local(entry.id or ""))[-40:], str(number)):
                if code in taken and suffix:
                    code = f"{stem}-{suffix}"
        taken.add(code)
        if entry.id:
            of_id[entry.id] = code
        found.append(code)
    return found


def _word(identifier: str) -> str:
    """A code from an identifier that says something: "bezwaar", "http://…/id/begrip/Bronhouder"; else ""."""
    code = _tidy(_local(identifier))
    if not re.search(r"[^\W\d_]{3}", code) or re.fullmatch(r"[A-Za-z]{0,8}[-_.]?\d[\d._-]*", code):
        return ""
    if re.fullmatch(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", code):
        return ""
    return code


def _local(identifier: str) -> str:
    """The last part of an address; any other identifier as it is."""
    if "://" in identifier or identifier.startswith("urn:"):
        return re.split(r"[/#:]", identifier.rstrip("/#"))[-1]
    return identifier


def _slug(entry: ConceptEntry) -> str:
    """A code made from the first Dutch, English or other term."""
    order = {"nl": 0, "en": 1}
    term = min(entry.terms, key=lambda t: order.get(tags.base(t.language), 2), default=None)
    return _tidy(term.text.casefold() if term else _local(entry.id or "")) or "concept"


def _tidy(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", text)).strip("-_.")[:120]


def from_file(
    concept: ConceptEntry, code: str | None = None, *, by_id: dict[str, str] | None = None, language: str | None = None,
    table: bool = False,
) -> dict:  # fmt: skip
    """A concept of a file as one of our entries. `by_id`: identifiers of the file -> codes, for relations; `language`:
    the file's own, for what names none."""
    extras = _extras(concept.details)
    by_id = by_id or {}
    definitions, more = _definitions(concept, language)
    entry: dict = {
        "code": code or concept.id or _slug(concept),
        "subject": concept.subject,
        "definitions": definitions,
        "terms": _terms(concept),
        "notes": [_note_from_file(note, language) for note in _notes(concept, table)] + more,
        "relations": _relations(concept, by_id),
    }
    if entry["subject"] and len(entry["subject"]) > 200:
        entry["notes"].append(_note_from_file(ConceptNote(f"[subjectField] {entry.pop('subject')}"), language))
    for what, value in concept.details:
        if what != DETAIL:
            entry["notes"].append(_note_from_file(ConceptNote(f"[{what}] {value}"), language))
    for target, words in concept.links:
        told = f"{words}: {target}" if words and words != target else target
        entry["notes"].append(_note_from_file(ConceptNote(told), language))
    known = (*ENTRY_EXTRAS, "definitions", "notes", "subject")
    entry |= _from_columns(concept)
    entry |= {name: value for name, value in extras.items() if name in known}
    return {name: value for name, value in entry.items() if value not in (None, {}, [], "")}


def _notes(concept: ConceptEntry, table: bool) -> Iterable[ConceptNote]:
    if not table:
        return concept.notes
    return [ConceptNote(text, note.language) for note in concept.notes for text in _NEXT_NOTE.split(note.text)]


def _from_columns(concept: ConceptEntry) -> dict[str, Any]:
    """What only tables have columns for."""
    found: dict[str, Any] = dict(concept.facts)
    if "keep_source" in found:
        found["keep_source"] = True
    found["equivalence"] = {tag: _filled(asdict(e)) for tag, e in concept.equivalences.items()}
    found["law"] = []
    for law in concept.law:
        row = asdict(law)
        row["quoted"] = row.pop("quote")
        found["law"].append(_filled(row))
    return found


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value}


def _definitions(concept: ConceptEntry, language: str | None) -> tuple[dict, list[dict]]:
    found: dict[str, dict] = {}
    more: list[dict] = []
    for tag, d in concept.definitions.items():
        if tag == "und":
            # a definition that names no language: the one it looks like, if the concept has words in it
            ranked = identify.identify(d.text)
            spoken = [term.language for term in concept.terms]
            looks = ranked[0][0] if ranked and ranked[0][1] > 0.9 else None
            tag = looks if looks and (looks in spoken or len(d.text) > 60) else language or next(iter(spoken), "en")
            if tag in concept.definitions:
                more.append(_note_from_file(ConceptNote(d.text, tag), language))
                continue
        found[tag] = {k: v for k, v in (("text", d.text), ("plain", d.plain), ("source", d.source)) if v}
    return found, more


def _terms(concept: ConceptEntry) -> list[dict]:
    """The terms, each word of a language once."""
    found: dict[tuple[str, str], dict] = {}
    for term in concept.terms:
        made = _term_from_file(term)
        first = found.setdefault((made["language"], made["text"].strip()), made)
        if first is not made and made.get("note") and made["note"] != first.get("note"):
            first["note"] = "\n".join(filter(None, (first.get("note"), made["note"])))
    return list(found.values())


def _term_from_file(term: ConceptTerm) -> dict:
    extras = _extras(term.details)
    genders = {name: letter for letter, name in GENDERS.items()}
    notes = list(term.notes)
    variants: list[str] = []
    abbreviation_of = None
    for what, value in term.details:
        if what == "variant":
            variants.append(value)
        elif what == "abbreviatedFormFor":
            abbreviation_of = value
        elif what != DETAIL:
            notes.append(f"[{what}] {value}")
    if term.region:
        notes.append(f"[geographicalUsage] {term.region}")
    if term.type and term.type not in ("fullForm", "abbreviation"):
        notes.append(f"[termType] {term.type}")
    if term.source and term.context:
        notes.append(f"[source] {term.source}")
    known = {
        "language": term.language,
        "text": term.text,
        "status": term.status,
        "part_of_speech": _part_of_speech(term.part_of_speech, notes),
        "gender": genders.get(term.gender or "", term.gender if term.gender in ("c", "fm") else None),
        "context": term.context,
        "context_source": term.context_source or (term.source if not term.context else ""),
        "abbreviation_of": abbreviation_of,
        "variants": variants,
        "note": "\n".join(notes),
    }
    own = (*TERM_EXTRAS, "text", "note", "context", "context_source", "gender", "part_of_speech")
    known |= {name: value for name, value in extras.items() if name in own}
    return {name: value for name, value in known.items() if value}


def _part_of_speech(given: str | None, notes: list[str]) -> str | None:
    known = {"propernoun": "proper noun", "properNoun": "proper noun", "proper noun": "proper noun", "phrase": "phrase"}
    if not given or given in PARTS_OF_SPEECH:
        return given
    lowered = given.lower()
    if lowered in PARTS_OF_SPEECH:
        return lowered
    if given not in known:
        notes.append(f"[partOfSpeech] {given}")
    return known.get(given)


def _note_from_file(note: ConceptNote, language: str | None) -> dict:
    tag = note.language or language
    if tag is None:
        ranked = identify.identify(note.text)
        tag = ranked[0][0] if ranked and ranked[0][1] > 0.9 and len(note.text) > 30 else "en"
    if ours := _NOTE.fullmatch(note.text):
        made = {"kind": ours[1], "audience": ours[2], "language": tag, "about": ours[3], "text": ours[4]}
        return {name: value for name, value in made.items() if value}
    return {"kind": "usage", "audience": "organisation", "language": tag, "text": note.text}


def _relations(concept: ConceptEntry, by_id: dict[str, str]) -> list[dict]:
    found: dict[tuple[str, str], None] = {}
    for kind, target in concept.relations:
        found[kind, by_id.get(target, target)] = None
    for target, _ in concept.cross_references:
        if target in by_id and target != concept.id:
            found["related", by_id[target]] = None
    return [{"kind": kind, "to": to} for kind, to in found]


def _extras(details: Iterable[tuple[str, str]]) -> dict:
    for what, value in details:
        if what == DETAIL:
            try:
                found = json.loads(value)
            except (ValueError, RecursionError):
                return {}
            return found if isinstance(found, dict) else {}
    return {}
