"""How a concept is shown and who may do what with it: its notes, relations and history in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app import access
from app.models import Person, RoleName
from app.web import termwords, words
from glossary import subjects
from glossary.history import VOLATILE
from glossary.models import SYMMETRIC, Concept, History, Note
from languages import tags


def may_edit(person: Person) -> bool:
    """Who may write concepts: staff, reviewers and administrators. Translators propose words."""
    return access.has_role(person, RoleName.STAFF, RoleName.REVIEWER, RoleName.ADMINISTRATOR)


def may_take_back(person: Person, act: History) -> bool:
    """Who did something may take it back; reviewers and administrators also what others did."""
    if not (act.before or act.after):
        return False
    return act.by_id == person.id or access.has_role(person, RoleName.REVIEWER, RoleName.ADMINISTRATOR)


# --- notes ---------------------------------------------------------------------------------


def may_read(person: Person, note: Note) -> bool:
    """Whether a note is meant for this person: public and organisation for all who belong, reviewers for reviewers."""
    if note.audience == "reviewers":
        return access.has_role(person, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    return True


def notes_for(concept: Concept, person: Person) -> list[tuple[str, list[Note]]]:
    """(audience, its notes) as far as they are meant for this person, for the public first."""
    found: dict[str, list[Note]] = {"public": [], "organisation": [], "reviewers": []}
    for note in concept.notes:
        if may_read(person, note):
            found[note.audience].append(note)
    return [(audience, notes) for audience, notes in found.items() if notes]


def audience(value: str) -> str:
    return {
        "public": _("For everybody"),
        "organisation": _("For this organisation only"),
        "reviewers": _("For reviewers only"),
    }.get(value, value)


def note_kind(value: str) -> str:
    return {"usage": _("use"), "culture": _("culture"), "translator": _("for the translator")}.get(value, value)


# --- relations ---------------------------------------------------------------------------------


def relations_of(concept: Concept) -> list[tuple[str, list[Concept]]]:
    """(kind, concepts) from both ends, each concept once: narrower and has-part are seen from the other end."""
    found: dict[str, dict[int, Concept]] = {}
    for relation in concept.relations:
        found.setdefault(relation.kind, {})[relation.other.id] = relation.other
    for relation in concept.relations_in:
        kind = relation.kind if relation.kind in SYMMETRIC else {"broader": "narrower", "part_of": "has_part"}[relation.kind]
        found.setdefault(kind, {})[relation.concept.id] = relation.concept
    order = ("broader", "narrower", "part_of", "has_part", "related", "opposite")
    return [(kind, list(found[kind].values())) for kind in order if kind in found]


def relation_kind(value: str) -> str:
    return {
        "broader": _("broader"),
        "narrower": _("narrower"),
        "part_of": _("part of"),
        "has_part": _("has part"),
        "related": _("related"),
        "opposite": _("opposite"),
        "near": _("close to, not the same"),
        "false_friend": _("not to be confused with"),
    }.get(value, value)


# --- subjects ---------------------------------------------------------------------------------


def subject_tree() -> list[tuple[str, str, int]]:
    """(code, name, depth) of every subject, each below the one it belongs to."""
    found: list[tuple[str, str, int]] = []
    names = termwords.subject_names()

    def add(above: str | None, depth: int) -> None:
        for code, parent in subjects.SUBJECTS.items():
            if parent == above:
                found.append((code, names.get(code, code), depth))
                add(code, depth + 1)

    add(None, 0)
    return found


# --- history ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what an act changed. `row`: what kind of thing; `of`: its name in `language`; `field`: what of it, none
    for the whole; `before` and `after` as people wrote them, none when it was not there."""

    row: str
    of: str
    language: str | None
    field: str | None
    before: str | None
    after: str | None


#: Columns that say nothing to a reader, or that another column says better.
_SILENT = VOLATILE | {
    "id", "concept_id", "other_id", "created_at", "created_by", "created_by_id", "decided_at", "decided_by",
    "decided_by_id", "hash", "loaded", "seen_hash", "seen_by", "seen_by_id", "seen_at", "waived_by", "waived_by_id", "wish", "replaces_id", "flagged_at",
}  # fmt: skip
#: Most lines shown of one act.
MOST_CHANGES = 40


def what_changed(act: History) -> list[Change]:
    """An act in lines. A row that came or went is one line; a row that changed is one line for each field."""
    found: list[Change] = []
    for key in {**act.before, **act.after}:
        kind = key.partition(":")[0]
        before, after = act.before.get(key), act.after.get(key)
        row: dict[str, Any] = after or before or {}
        of, language = _name_of(kind, row)
        if before is None or after is None:
            if kind != "concept":
                found.append(Change(row_kind(kind), of, language, None, of if before else None, of if after else None))
            continue
        for name, value in after.items():
            if name in _SILENT or before.get(name) == value:
                continue
            found.append(
                Change(row_kind(kind), of, language, field_name(name), said_value(name, before.get(name)), said_value(name, value))
            )
    return found[:MOST_CHANGES]


def _name_of(kind: str, row: dict[str, Any]) -> tuple[str, str | None]:
    match kind:
        case "term" | "definition" | "note":
            return row.get("text") or "", row.get("language")
        case "equivalence":
            return words.language(row["language"]), None
        case "law":
            return " ".join(part for part in (row.get("act"), row.get("article")) if part), "nl"
        case "relation":
            return relation_kind(row.get("kind", "")), None
    return "", None


def said_value(name: str, value: Any) -> str | None:
    if value in (None, "", [], {}):
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dict):
        return " · ".join(f"{words.language(tag)}: {text}" for tag, text in value.items())
    match name:
        case "status":
            return termwords.term_status(value) if value != "approved" else _("approved")
        case "degree":
            return termwords.degree(value)
        case "strategy":
            return termwords.strategy(value)
        case "subject":
            return termwords.subject(value)
        case "register":
            return termwords.register(value)
        case "language" | "about":
            return words.language(value) if tags.is_known(value) else value
    return str(value)


def row_kind(kind: str) -> str:
    return {
        "concept": _("concept"),
        "definition": _("definition"),
        "term": _("term"),
        "equivalence": _("how far it is the same"),
        "law": _("law"),
        "relation": _("relation"),
        "note": _("note"),
    }.get(kind, kind)


def field_name(name: str) -> str:
    return {
        "text": _("text"),
        "plain": _("in plain words"),
        "source": _("source"),
        "language": _("language"),
        "status": _("status"),
        "part_of_speech": _("part of speech"),
        "gender": _("gender"),
        "register": _("register"),
        "abbreviation_of": _("short for"),
        "context": _("example sentence"),
        "context_source": _("where the sentence is from"),
        "variants": _("other spellings and plurals"),
        "transliteration": _("in Latin letters"),
        "note": _("note"),
        "reason": _("reason"),
        "waiver": _("waiver of the two-person rule"),
        "degree": _("how far it is the same"),
        "strategy": _("what to do"),
        "differs": _("how it differs"),
        "keep_source": _("keep the Dutch word in brackets"),
        "subject": _("subject"),
        "jurisdiction": _("whose law"),
        "sensitivity": _("may hurt"),
        "content_note": _("warning before it is read"),
        "picture": _("picture"),
        "picture_alt": _("what the picture shows"),
        "act": _("act"),
        "bwb": _("BWB number"),
        "article": _("article"),
        "paragraph": _("paragraph"),
        "valid_from": _("valid from"),
        "quoted": _("words of the law"),
        "changed_text": _("new words of the law"),
        "kind": _("kind"),
        "audience": _("for whom"),
        "about": _("about which language"),
        "origin": _("origin"),
        "origin_name": _("origin"),
        "licence": _("licence"),
        "code": _("code"),
    }.get(name, name)


def sensitivity(value: str | None) -> str:
    """What kind of pain a concept may touch; a word of the starter pack, or one that somebody wrote."""
    return {
        "violence": _("violence"),
        "forced return": _("forced return"),
        "children alone": _("children alone"),
        "mental health": _("mental health"),
        "loss of home": _("loss of home"),
        "fear of authorities": _("fear of authorities"),
        "stigma": _("stigma"),
        "detention": _("detention"),
    }.get(value or "", value or "")
