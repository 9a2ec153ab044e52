"""A concept as the fields of one form, and back: what is wrong with it, and what to write.

The names of fields say which row they belong to: `d-nl-text` is the text of the Dutch definition, `t-12-note` the note
of term 12, `t-new2-text` a new term. So a form that was open while somebody else saved still means the same rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Person
from app.web import conceptwords, termwords
from app.web.forms import whole_number
from glossary import editing, writing
from glossary.models import (
    AUDIENCES,
    DEGREES,
    GENDERS,
    LONGEST_TERM,
    NOTE_KINDS,
    PARTS_OF_SPEECH,
    REGISTERS,
    RELATIONS,
    STRATEGIES,
    Concept,
    Relation,
    Term,
)
from languages import tags

Values = dict[str, str]

COLUMNS = ("subject", "jurisdiction", "sensitivity", "content_note", "picture_alt")
DEFINITION = ("text", "plain", "source")
TERM = (
    "language", "text", "part_of_speech", "gender", "register", "abbreviation_of", "transliteration", "variants",
    "context", "context_source", "note",
)  # fmt: skip
LAW = ("act", "bwb", "article", "paragraph", "valid_from", "quoted")
NOTE = ("kind", "audience", "language", "about", "text")
EQUIVALENCE = ("degree", "strategy")
#: The sections with rows: letter -> fields of a row.
ROWS = {"d": ("language", *DEFINITION), "t": TERM, "e": ("language", *EQUIVALENCE), "l": LAW, "n": NOTE, "r": ("kind", "to")}
#: Longest value of a field in characters; 20,000 where nothing is said.
LONGEST = {
    "text of t": LONGEST_TERM, "abbreviation_of": LONGEST_TERM, "transliteration": LONGEST_TERM, "act": 300, "article": 40,
    "paragraph": 40, "jurisdiction": 40, "sensitivity": 60, "subject": 200, "to": 500,
}  # fmt: skip
LONGEST_TEXT = 20_000
#: How many rows of a section one form may send.
MOST_ROWS = 200

_NAME = re.compile(r"([detlnr])-([A-Za-z0-9_-]{1,40}?)-([a-z_]+(?:~[A-Za-z0-9-]+)?)\Z")


def values_of(concept: Concept, languages: set[str] | None) -> Values:
    """The fields of a concept; of its terms and comparisons only those in these languages (all when None)."""
    found: Values = {name: getattr(concept, name) or "" for name in COLUMNS}
    found["keep_source"] = "1" if concept.keep_source else ""
    for row in concept.definitions:
        found |= {f"d-{row.language}-{name}": getattr(row, name) or "" for name in DEFINITION}
    for term in concept.terms:
        if languages is None or any(tags.same_language(term.language, tag) for tag in languages):
            for name in TERM:
                value = getattr(term, name)
                found[f"t-{term.id}-{name}"] = "\n".join(value or []) if name == "variants" else value or ""
    for row in concept.equivalences:
        if languages is None or any(tags.same_language(row.language, tag) for tag in languages):
            found |= {f"e-{row.language}-{name}": getattr(row, name) or "" for name in EQUIVALENCE}
            for tag in dict.fromkeys((row.language, "nl", "en", *(row.differs or {}))):
                found[f"e-{row.language}-differs~{tag}"] = (row.differs or {}).get(tag, "")
    for row in concept.law:
        for name in LAW:
            value = getattr(row, name)
            found[f"l-{row.id}-{name}"] = value.isoformat() if isinstance(value, dt.date) else value or ""
    for row in concept.notes:
        found |= {f"n-{row.id}-{name}": getattr(row, name) or "" for name in NOTE}
    for row in concept.relations:
        found[f"r-{row.id}-kind"], found[f"r-{row.id}-to"] = row.kind, row.other.code
    return found


def sent(form: Mapping[str, str]) -> Values:
    """What a person sent, as far as it names fields; line ends are one character."""
    names = [name for name in form if name in COLUMNS or name == "keep_source" or _NAME.match(name)]
    return {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def rows_in(values: Values, section: str) -> list[str]:
    """The rows of a section in the order of the form."""
    found = [match[2] for name in values if (match := _NAME.match(name)) and match[1] == section]
    return list(dict.fromkeys(found))[:MOST_ROWS]


def with_blank(values: Values, section: str, **given: str) -> Values:
    """The values with one more empty row in a section."""
    taken = set(rows_in(values, section))
    number = next(n for n in range(1, MOST_ROWS + 2) if f"new{n}" not in taken)
    blank = {f"{section}-new{number}-{name}": given.get(name, "") for name in ROWS[section]}
    if section == "e":
        blank |= {f"e-new{number}-differs~{tag}": "" for tag in ("own", "nl", "en")}
    return {**values, **blank}


@dataclass
class Draft:
    """A form that was read: what to write, or what is wrong (field -> words)."""

    errors: dict[str, str] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    definitions: dict[str, dict | None] = field(default_factory=dict)
    terms: list[tuple[int | None, dict]] = field(default_factory=list)
    equivalences: dict[str, dict] = field(default_factory=dict)
    law: list[tuple[int | None, dict | None]] = field(default_factory=list)
    notes: list[tuple[int | None, dict | None]] = field(default_factory=list)
    relations: list[tuple[int | None, str, Concept | None]] = field(default_factory=list)


def read(session: Session, concept: Concept | None, values: Values) -> Draft:
    """Everything a form says, with every mistake named at its field."""
    draft = Draft()
    for name, value in values.items():
        match = _NAME.match(name)
        last = match[3] if match else name
        most = LONGEST.get(f"{last} of {match[1]}" if match else last, LONGEST.get(last, LONGEST_TEXT))
        if len(value) > most:
            draft.errors[name] = _("This has %(length)s characters; at most %(most)s fit.", length=len(value), most=most)
    for name in COLUMNS:
        if name in values:
            draft.columns[name] = values[name] or None
    if "keep_source" in values or concept is None:
        draft.columns["keep_source"] = values.get("keep_source") == "1"
    _definitions(draft, values)
    _terms(draft, values, concept)
    _equivalences(draft, values)
    _law(draft, values)
    _notes(draft, values)
    _relations(session, draft, values, concept)
    return draft


def _row(values: Values, section: str, row: str) -> dict[str, str]:
    start = f"{section}-{row}-"
    return {name.removeprefix(start): value for name, value in values.items() if name.startswith(start)}


def _tag(draft: Draft, name: str, value: str) -> str | None:
    """A language somebody wrote, as we write it; what is wrong goes to its field."""
    if not value:
        draft.errors[name] = _("Say which language this is.")
        return None
    try:
        return tags.normalise(value)
    except tags.UnknownLanguage:
        draft.errors[name] = _("“%(tag)s” is not a language we know. Use a code such as nl, ar, fa, ti or zh-Hans.", tag=value[:40])
        return None


def _choice(draft: Draft, name: str, value: str, known: tuple[str, ...]) -> str | None:
    if value and value not in known:
        draft.errors[name] = _("Choose one of the list.")
    return value or None


def _definitions(draft: Draft, values: Values) -> None:
    for row in rows_in(values, "d"):
        given = _row(values, "d", row)
        empty = not any(given.get(name) for name in DEFINITION)
        if row.startswith("new"):
            if empty:
                continue
            tag = _tag(draft, f"d-{row}-language", given.get("language", ""))
            if tag in draft.definitions:
                draft.errors[f"d-{row}-language"] = _("There is already a definition in this language. Change that one.")
        else:
            tag = row if tags.is_known(row) else None
        if tag is None:
            continue
        if empty:
            draft.definitions[tag] = None
            continue
        if not given.get("text"):
            draft.errors[f"d-{row}-text"] = _("Write the exact definition too; the plain one explains it.")
        draft.definitions[tag] = {
            "text": given.get("text", ""),
            "plain": given.get("plain") or None,
            "source": given.get("source") or None,
        }


def _terms(draft: Draft, values: Values, concept: Concept | None) -> None:
    seen: set[tuple[str, str]] = set()
    for row in rows_in(values, "t"):
        given = _row(values, "t", row)
        at = f"t-{row}-"
        number = whole_number(row)
        if number is None and not any(v for name, v in given.items() if name != "language"):
            continue
        tag = _tag(draft, f"{at}language", given.get("language", ""))
        if not any(letter.isalnum() for letter in given.get("text", "")):
            draft.errors[f"{at}text"] = (
                _("A term needs at least one letter or digit. Write the word, then save again.")
                if number is None
                else _("A word is not removed by emptying it: a reviewer refuses, deprecates or forbids it.")
            )
            continue
        made: dict[str, Any] = {
            "text": given["text"],
            "part_of_speech": _choice(draft, f"{at}part_of_speech", given.get("part_of_speech", ""), PARTS_OF_SPEECH),
            "gender": _choice(draft, f"{at}gender", given.get("gender", ""), GENDERS),
            "register": _choice(draft, f"{at}register", given.get("register", ""), REGISTERS),
            "variants": list(dict.fromkeys(v.strip() for v in given.get("variants", "").split("\n") if v.strip())),
        }
        for name in ("abbreviation_of", "transliteration", "context", "context_source", "note"):
            made[name] = given.get(name) or None
        if tag is None:
            continue
        made["language"] = tag
        if (tag, editing.nfc(made["text"])) in seen:
            draft.errors[f"{at}text"] = _("The same word stands here twice in this language.")
        seen.add((tag, editing.nfc(made["text"])))
        draft.terms.append((number, made))
    if concept is None and not draft.terms and not any(name.startswith("t-") for name in draft.errors):
        draft.errors["t-new1-text"] = _("A concept needs at least one word, best the Dutch one.")


def _equivalences(draft: Draft, values: Values) -> None:
    for row in rows_in(values, "e"):
        given = _row(values, "e", row)
        at = f"e-{row}-"
        told = {name.partition("~")[2]: v for name, v in given.items() if name.startswith("differs~") and v}
        if not given.get("degree") and not given.get("strategy") and not told:
            continue
        tag = _tag(draft, f"{at}language", given.get("language", "")) if row.startswith("new") else row
        if not given.get("degree"):
            draft.errors[f"{at}degree"] = _("Say how far it is the same.")
        degree = _choice(draft, f"{at}degree", given.get("degree", ""), DEGREES)
        strategy = _choice(draft, f"{at}strategy", given.get("strategy", ""), STRATEGIES)
        if tag is None or not tags.is_known(tag):
            continue
        if tag in draft.equivalences:
            draft.errors[f"{at}language"] = _("This language is there twice.")
        differs = {tag if name == "own" else name: text for name, text in told.items() if name == "own" or tags.is_known(name)}
        draft.equivalences[tag] = {"degree": degree, "strategy": strategy, "differs": differs}


def _law(draft: Draft, values: Values) -> None:
    for row in rows_in(values, "l"):
        given = _row(values, "l", row)
        at = f"l-{row}-"
        if not any(given.values()):
            if whole_number(row) is not None:
                draft.law.append((whole_number(row), None))
            continue
        made: dict[str, Any] = {name: given.get(name) or None for name in LAW}
        if not made["act"]:
            draft.errors[f"{at}act"] = _("Write the name of the act. To remove this place in the law, empty all its fields.")
        if made["bwb"] and not re.fullmatch(r"BWB[RVW]\d{7}", made["bwb"]):
            draft.errors[f"{at}bwb"] = _("A BWB number looks like BWBR0011823.")
        if made["valid_from"]:
            try:
                made["valid_from"] = dt.date.fromisoformat(made["valid_from"])
            except ValueError:
                draft.errors[f"{at}valid_from"] = _("Write the day like 2025-07-01.")
        draft.law.append((whole_number(row), made))


def _notes(draft: Draft, values: Values) -> None:
    for row in rows_in(values, "n"):
        given = _row(values, "n", row)
        at = f"n-{row}-"
        if not given.get("text"):
            if whole_number(row) is not None:
                draft.notes.append((whole_number(row), None))
            continue
        tag = _tag(draft, f"{at}language", given.get("language", ""))
        about = _tag(draft, f"{at}about", given["about"]) if given.get("about") else None
        for name, known in (("kind", NOTE_KINDS), ("audience", AUDIENCES)):
            if given.get(name) not in known:
                draft.errors[f"{at}{name}"] = _("Choose one of the list.")
        draft.notes.append(
            (whole_number(row), {"kind": given.get("kind"), "audience": given.get("audience"), "language": tag, "about": about, "text": given["text"]})
        )


def _relations(session: Session, draft: Draft, values: Values, concept: Concept | None) -> None:
    for row in rows_in(values, "r"):
        given = _row(values, "r", row)
        at = f"r-{row}-"
        if not given.get("to"):
            if whole_number(row) is not None:
                draft.relations.append((whole_number(row), "", None))
            continue
        kind = _choice(draft, f"{at}kind", given.get("kind", ""), (*RELATIONS, "narrower"))
        if kind is None:
            draft.errors[f"{at}kind"] = _("Choose one of the list.")
        other = concept_named(session, given["to"])
        if other is None:
            draft.errors[f"{at}to"] = _("No concept has the word or the code “%(to)s”. Write the Dutch word as it stands there.", to=given["to"][:80])
        elif concept is not None and other.id == concept.id:
            draft.errors[f"{at}to"] = _("A concept is not related to itself.")
        else:
            draft.relations.append((whole_number(row), kind or "", other))


def concept_named(session: Session, said: str) -> Concept | None:
    """The concept of that code; else the one with that word, the Dutch one first."""
    found = editing.concept_with_code(session, said)
    if found is not None:
        return found
    query = (
        select(Term)
        .where(func.lower(Term.text) == said.lower(), Term.status != "forbidden")
        .order_by(Term.language != "nl", Term.id)
        .limit(1)
    )
    term = session.scalar(query)
    return term.concept if term is not None else None


def write(session: Session, concept: Concept | None, draft: Draft, person: Person, why: str | None) -> Concept:
    """Put a draft without mistakes into the term base. Raises what the verbs raise: DuplicateTerm, CyclicRelation."""
    by: dict[str, Any] = {"by": person.name, "by_id": person.id}
    if concept is None:
        dutch = [made for _, made in draft.terms if made["language"] == "nl"] or [made for _, made in draft.terms]
        concept = editing.new_concept(session, title=dutch[0]["text"], origin="own", **by)
    standing = {name: getattr(concept, name) for name in draft.columns}
    writing.rewrite_concept(
        session,
        concept,
        columns={name: value for name, value in draft.columns.items() if standing[name] != value},
        definitions=draft.definitions,
        law=draft.law,
        notes=draft.notes,
        why=why,
        **by,
    )
    terms = {term.id: term for term in concept.terms}
    for number, made in draft.terms:
        term = terms.get(number) if number is not None else None
        if number is None:
            language, text = made.pop("language"), made.pop("text")
            editing.propose_term(session, concept, language, text, reason=why, **made, **by)
        elif term is not None:
            changed = {name: value for name, value in made.items() if _now(term, name) != value}
            if changed:
                editing.change_term(session, term, why=why, **changed, **by)
    _write_equivalences(session, concept, draft, why, by)
    _write_relations(session, concept, draft, why, by)
    return concept


def _now(term: Term, name: str) -> Any:
    value = getattr(term, name)
    return list(value or []) if name == "variants" else value


def _write_equivalences(session: Session, concept: Concept, draft: Draft, why: str | None, by: dict[str, Any]) -> None:
    rows = {row.language: row for row in concept.equivalences}
    for language, made in draft.equivalences.items():
        row = rows.get(language)
        if row is not None and all(getattr(row, name) == value for name, value in made.items()):
            continue
        editing.describe_equivalence(
            session, concept, language, made["degree"], strategy=made["strategy"], differs=made["differs"], why=why, **by
        )


def _write_relations(session: Session, concept: Concept, draft: Draft, why: str | None, by: dict[str, Any]) -> None:
    rows: dict[int, Relation] = {row.id: row for row in concept.relations}
    for number, kind, other in draft.relations:
        row = rows.get(number) if number is not None else None
        if number is not None and row is None:
            continue  # somebody took it away meanwhile
        if row is not None and other is not None and (row.kind, row.other_id) == (kind, other.id):
            continue
        if row is not None:
            editing.remove_relation(session, row, why=why, **by)
            session.expire(concept, ["relations"])
        if other is not None:
            editing.add_relation(session, concept, kind, other, why=why, **by)


# what the form's lists offer
CHOICES = {
    "part_of_speech": (PARTS_OF_SPEECH, termwords.part_of_speech),
    "gender": (GENDERS, termwords.gender),
    "register": (REGISTERS, termwords.register),
    "audience": (AUDIENCES, conceptwords.audience),
    "note_kind": (NOTE_KINDS, conceptwords.note_kind),
    "relation": ((*RELATIONS, "narrower"), conceptwords.relation_kind),
}
