"""One concept as plain dicts and lists: what the starter pack's JSON holds and what every format is joined to.

    {"code": "bezwaar", "subject": "procedure", "jurisdiction": "NL", "keep_source": true, "sensitivity": null,
     "definitions": {"nl": {"text": "...", "plain": "...", "source": "Awb, art. 1:5"}},
     "terms": [{"language": "nl", "text": "bezwaar", "register": "official", "variants": ["bezwaren"]}],
     "equivalence": {"ar": {"degree": "partial", "strategy": "describe", "differs": {"en": "..."}}},
     "law": [{"act": "Algemene wet bestuursrecht", "bwb": "BWBR0005537", "article": "1:5", "paragraph": "1"}],
     "relations": [{"kind": "broader", "to": "rechtsmiddel"}],
     "notes": [{"kind": "culture", "audience": "public", "language": "en", "text": "..."}]}

`problems` finds everything wrong with an entry and says where; `parts` takes a right one apart into rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from glossary.models import (
    AUDIENCES,
    DEGREES,
    GENDERS,
    LONGEST_TERM,
    NOTE_KINDS,
    PARTS_OF_SPEECH,
    REGISTERS,
    RELATIONS,
    STATUSES,
    STRATEGIES,
    Concept,
)
from languages import tags

Entry = dict[str, Any]

CONCEPT_FIELDS = (
    "subject",
    "jurisdiction",
    "sensitivity",
    "content_note",
    "keep_source",
    "licence",
    "picture",
    "picture_alt",
)
TERM_FIELDS = (
    "status", "part_of_speech", "gender", "register", "abbreviation_of", "context", "context_source", "variants",
    "transliteration", "note", "reason", "wish",
)  # fmt: skip
LAW_FIELDS = ("act", "bwb", "article", "paragraph", "valid_from", "quoted")

#: The most characters that these hold.
LONGEST = {
    "subject": 200, "jurisdiction": 40, "sensitivity": 60, "licence": 200, "picture": 300, "act": 300, "article": 40,
    "paragraph": 40, "abbreviation_of": LONGEST_TERM, "transliteration": LONGEST_TERM,
}  # fmt: skip

#: What no database and no XML file holds.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")

#: What a code may look like: it stands in addresses.
CODE = re.compile(r"[^\s/?#%&<>\"']{1,200}\Z")

ALLOWED = {
    "": {"code", "definitions", "terms", "equivalence", "law", "relations", "notes", *CONCEPT_FIELDS},
    "definitions": {"text", "plain", "source"},
    "terms": {"language", "text", *TERM_FIELDS},
    "equivalence": {"degree", "strategy", "differs", "status"},
    "law": set(LAW_FIELDS),
    "relations": {"kind", "to"},
    "notes": {"kind", "audience", "language", "text", "about"},
}



class Reason(str):
    """Why something was refused: plain English, and `message` with its `fields` apart for whoever says it in another
    language."""

    message: str
    fields: dict[str, str]

    def __new__(cls, message: str, **fields: object) -> Reason:
        named = {name: str(value) for name, value in fields.items()}
        self = super().__new__(cls, message % named if named else message)
        self.message, self.fields = message, named
        return self


Problem = tuple[str, Reason]


def problems(entry: Any) -> list[Problem]:
    """Everything wrong with an entry, as (place within it, reason). Empty when it can be loaded."""
    if not isinstance(entry, dict):
        return [("", Reason("an entry must be an object with a code, this is %(kind)s", kind=type(entry).__name__))]
    found: list[Problem] = list(_unknown("", entry, ""))
    found += _impossible(entry, "")
    code = entry.get("code")
    if not isinstance(code, str) or not CODE.match(code):
        found.append(
            ("code", Reason("every entry needs a code: 1 to 200 characters without spaces, quotation marks or / ? # & < >"))
        )
    for name in CONCEPT_FIELDS:
        wanted = bool if name == "keep_source" else str
        if entry.get(name) is not None and not isinstance(entry[name], wanted):
            found.append((name, Reason("must be true or false") if wanted is bool else Reason("must be text")))
        elif isinstance(entry.get(name), str) and name in LONGEST:
            found += _too_long(entry[name], name, name)
    found += _definitions(entry.get("definitions"))
    found += _terms(entry.get("terms"))
    found += _equivalence(entry.get("equivalence"))
    found += _law(entry.get("law"))
    found += _relations(entry.get("relations"))
    found += _notes(entry.get("notes"))
    return found


def _definitions(value: Any) -> Iterator[Problem]:
    for language, definition, place in _by_language(value, "definitions"):
        if isinstance(language, Reason):
            yield place, language
            continue
        yield from _unknown("definitions", definition, place)
        if not _is_text(definition.get("text")):
            yield f"{place}.text", Reason("a definition needs its text")
        yield from _texts(definition, ("plain", "source"), place)


def _terms(value: Any) -> Iterator[Problem]:
    if not value:
        yield "terms", Reason("a concept needs at least one term")
        return
    seen: dict[tuple[str, str], int] = {}
    for number, term, place in _listed(value, "terms"):
        if term is None:
            yield place, Reason("must be an object with language and text")
            continue
        yield from _unknown("terms", term, place)
        language, text = term.get("language"), term.get("text")
        yield from _language(language, f"{place}.language")
        if not _is_text(text):
            yield f"{place}.text", Reason("a term needs its text; leave the whole term out when there is none")
        elif len(text) > LONGEST_TERM:
            yield f"{place}.text", Reason("this term has %(length)s characters; %(longest)s is the most: put explanations into the definition or a note", length=len(text), longest=LONGEST_TERM)
        elif isinstance(language, str):
            written = tags.normalise(language) if tags.is_known(language) else language
            first = seen.setdefault((written, text.strip()), number)
            if first != number:
                yield f"{place}.text", Reason("the same term in the same language is already %(where)s", where=f"terms[{first}]")
        yield from _choice(term, "status", STATUSES, place)
        yield from _choice(term, "wish", STATUSES, place)
        yield from _choice(term, "register", REGISTERS, place)
        yield from _choice(term, "gender", GENDERS, place)
        yield from _choice(term, "part_of_speech", PARTS_OF_SPEECH, place)
        for name in ("abbreviation_of", "transliteration"):
            if isinstance(term.get(name), str):
                yield from _too_long(term[name], name, f"{place}.{name}")
        yield from _texts(
            term, ("abbreviation_of", "context", "context_source", "transliteration", "note", "reason"), place
        )
        variants = term.get("variants")
        if variants is not None and not (
            isinstance(variants, list) and all(_is_text(variant) for variant in variants)
        ):
            yield f"{place}.variants", Reason("must be a list of texts")


def _equivalence(value: Any) -> Iterator[Problem]:
    for language, equivalence, place in _by_language(value, "equivalence"):
        if isinstance(language, Reason):
            yield place, language
            continue
        yield from _unknown("equivalence", equivalence, place)
        if equivalence.get("degree") is None:
            yield f"{place}.degree", Reason("must be one of: %(known)s", known=", ".join(DEGREES))
        yield from _choice(equivalence, "degree", DEGREES, place)
        yield from _choice(equivalence, "strategy", STRATEGIES, place)
        yield from _choice(equivalence, "status", ("proposed", "approved"), place)
        differs = equivalence.get("differs")
        if differs is None:
            continue
        if not isinstance(differs, dict):
            yield f"{place}.differs", Reason("must be an object of language and text")
            continue
        for spoken, text in differs.items():
            yield from _language(spoken, f"{place}.differs")
            if text is not None and not isinstance(text, str):
                yield f"{place}.differs.{spoken}", Reason("must be text")


def _law(value: Any) -> Iterator[Problem]:
    for _, law, place in _listed(value, "law"):
        if law is None:
            yield place, Reason("must be an object with act, bwb, article, paragraph")
            continue
        yield from _unknown("law", law, place)
        if not _is_text(law.get("act")):
            yield f"{place}.act", Reason("needs the name of the act")
        yield from _texts(law, ("bwb", "article", "paragraph", "valid_from", "quoted"), place)
        for name in ("act", "article", "paragraph"):
            if isinstance(law.get(name), str):
                yield from _too_long(law[name], name, f"{place}.{name}")
        if isinstance(law.get("valid_from"), str):
            try:
                dt.date.fromisoformat(law["valid_from"])
            except ValueError:
                yield f"{place}.valid_from", Reason("must be a date such as 2025-07-01")
        if isinstance(law.get("bwb"), str) and not re.fullmatch(r"BWB[RVW]\d{7}", law["bwb"]):
            yield f"{place}.bwb", Reason("must be a BWB identifier such as BWBR0011823")


def _relations(value: Any) -> Iterator[Problem]:
    for _, relation, place in _listed(value, "relations"):
        if relation is None:
            yield place, Reason("must be an object with kind and to")
            continue
        yield from _unknown("relations", relation, place)
        if relation.get("kind") is None:
            yield f"{place}.kind", Reason("must be one of: %(known)s", known=", ".join((*RELATIONS, "narrower")))
        yield from _choice(relation, "kind", (*RELATIONS, "narrower"), place)
        if not _is_text(relation.get("to")):
            yield f"{place}.to", Reason("needs the code of the other concept")


def _notes(value: Any) -> Iterator[Problem]:
    for _, note, place in _listed(value, "notes"):
        if note is None:
            yield place, Reason("must be an object with kind, audience, language and text")
            continue
        yield from _unknown("notes", note, place)
        for name, values in (("kind", NOTE_KINDS), ("audience", AUDIENCES)):
            if note.get(name) is None:
                yield f"{place}.{name}", Reason("must be one of: %(known)s", known=", ".join(values))
            yield from _choice(note, name, values, place)
        yield from _language(note.get("language"), f"{place}.language")
        if note.get("about") is not None:
            yield from _language(note["about"], f"{place}.about")
        if not _is_text(note.get("text")):
            yield f"{place}.text", Reason("a note needs its text")


def _too_long(text: str, name: str, place: str) -> Iterator[Problem]:
    if len(text) > LONGEST[name]:
        yield place, Reason("has %(length)s characters; %(longest)s is the most", length=len(text), longest=LONGEST[name])


def _impossible(value: Any, place: str) -> Iterator[Problem]:
    """Texts with a character that cannot be kept."""
    if isinstance(value, str):
        if bad := _IMPOSSIBLE.search(value):
            yield place, Reason("holds the character %(character)s, which no text may hold", character=f"U+{ord(bad[0]):04X}")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _impossible(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _impossible(part, f"{place}[{number}]")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _unknown(kind: str, values: dict, place: str) -> Iterator[Problem]:
    for name in values:
        if name not in ALLOWED[kind]:
            yield (
                (f"{place}.{name}" if place else str(name)),
                Reason("is not known here; known are: %(known)s", known=", ".join(sorted(ALLOWED[kind]))),
            )


def _choice(values: dict, name: str, allowed: tuple[str, ...], place: str) -> Iterator[Problem]:
    value = values.get(name)
    if value is not None and value not in allowed:
        yield f"{place}.{name}", Reason("“%(value)s” must be one of: %(known)s", value=value, known=", ".join(allowed))


def _texts(values: dict, names: tuple[str, ...], place: str) -> Iterator[Problem]:
    for name in names:
        if values.get(name) is not None and not isinstance(values[name], str):
            yield f"{place}.{name}", Reason("must be text")


def _language(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not tags.is_known(value):
        yield place, Reason("“%(value)s” is not a language tag such as ar, ar-SY, prs or ti-ER", value=value)


def _by_language(value: Any, name: str) -> Iterator[tuple[Any, Any, str]]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield Reason("must be an object with a language tag for each"), None, name
        return
    for language, part in value.items():
        place = f"{name}.{language}"
        if not tags.is_known(language):
            yield (
                Reason("“%(value)s” is not a language tag such as ar, ar-SY, prs or ti-ER", value=language),
                None,
                place,
            )
        elif not isinstance(part, dict):
            yield Reason("must be an object"), None, place
        else:
            yield language, part, place


def _listed(value: Any, name: str) -> Iterator[tuple[int, dict | None, str]]:
    if value is None:
        return
    if not isinstance(value, list):
        yield 0, None, name
        return
    for number, part in enumerate(value):
        yield number, (part if isinstance(part, dict) else None), f"{name}[{number}]"


# An entry as rows

#: (kind of row, what makes it itself) -> its values.
Parts = dict[tuple[str, ...], dict[str, Any]]


def parts(entry: Entry) -> Parts:
    """An entry that has no problems, as the values of each row: ("concept",), ("definition", "nl"),
    ("term", "nl", "bezwaar"), ("equivalence", "ar"), ("law", ...), ("note", ...), ("relation", kind, code)."""
    found: Parts = {("concept",): {name: entry.get(name) for name in CONCEPT_FIELDS}}
    found[("concept",)]["keep_source"] = bool(entry.get("keep_source"))
    for language, definition in (entry.get("definitions") or {}).items():
        found["definition", tags.normalise(language)] = {
            name: definition.get(name) for name in ("text", "plain", "source")
        }
    for term in entry.get("terms") or []:
        values = {name: term.get(name) for name in TERM_FIELDS}
        values["variants"] = list(term.get("variants") or [])
        found["term", tags.normalise(term["language"]), term["text"]] = values
    for language, equivalence in (entry.get("equivalence") or {}).items():
        found["equivalence", tags.normalise(language)] = {
            "degree": equivalence["degree"],
            "strategy": equivalence.get("strategy"),
            "differs": {
                tags.normalise(spoken): text
                for spoken, text in (equivalence.get("differs") or {}).items()
                if text
            },
            "status": equivalence.get("status"),
        }
    for law in entry.get("law") or []:
        key = ("law", law["act"], law.get("bwb") or "", law.get("article") or "", law.get("paragraph") or "")
        valid_from = law.get("valid_from")
        found[key] = {
            "valid_from": dt.date.fromisoformat(valid_from) if valid_from else None,
            "quoted": law.get("quoted"),
        }
    for note in entry.get("notes") or []:
        about = tags.normalise(note["about"]) if note.get("about") else ""
        key = ("note", note["kind"], note["audience"], tags.normalise(note["language"]), about, note["text"])
        found[key] = {}
    for relation in entry.get("relations") or []:
        found["relation", relation["kind"], relation["to"]] = {}
    return found


def entry_of(concept: Concept) -> Entry:
    """A concept as an entry: everything `load_concepts` takes, with each term's status. Empty values are left out."""
    entry: Entry = {"code": concept.code}
    entry |= {name: getattr(concept, name) for name in CONCEPT_FIELDS}
    entry["definitions"] = {
        row.language: _full(row, ("text", "plain", "source")) for row in concept.definitions
    }
    entry["terms"] = [
        {"language": row.language, "text": row.text, **_full(row, TERM_FIELDS)} for row in concept.terms
    ]
    entry["equivalence"] = {
        row.language: _full(row, ("degree", "strategy", "differs", "status")) for row in concept.equivalences
    }
    entry["law"] = [_full(row, LAW_FIELDS) for row in concept.law]
    for law in entry["law"]:
        if "valid_from" in law:
            law["valid_from"] = law["valid_from"].isoformat()
    entry["relations"] = [{"kind": row.kind, "to": row.other.code} for row in concept.relations]
    entry["notes"] = [_full(row, ("kind", "audience", "language", "about", "text")) for row in concept.notes]
    return {
        name: value for name, value in entry.items() if value not in (None, [], {}) and value is not False
    }


def _full(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name)) not in (None, [], {})}
