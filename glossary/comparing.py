"""An entry of a file held against the concept that is here: what it adds, changes and takes away, and what stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from glossary import entries
from glossary.entries import Entry
from glossary.models import Concept, Definition, Equivalence, LegalReference, Note, Term

#: The list of a concept in which each kind of row stands.
LISTS = {
    "definition": "definitions",
    "term": "terms",
    "equivalence": "equivalences",
    "law": "law",
    "note": "notes",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a concept: `where` as "term.ar.اعتراض.note", what stands here (None: nothing) and what the file says
    (None: it is gone there)."""

    where: str
    here: str | None
    there: str | None


@dataclass(slots=True)
class Comparison:
    """What makes a concept as an entry says it."""

    set: list[tuple[Any, str, Any]] = field(default_factory=list)
    add: list[tuple[tuple[str, ...], dict[str, Any]]] = field(default_factory=list)
    remove: list[tuple[str, Any]] = field(default_factory=list)
    changes: list[Difference] = field(default_factory=list)
    kept: list[Difference] = field(default_factory=list)


def compare(concept: Concept, entry: Entry, how: str, *, keep_status: bool) -> Comparison:
    """What of an entry is not here. `how`: "again", against what the file said before, leaving what people here made;
    "add", what is missing here; "replace", also what differs. `keep_status`: statuses of terms count."""
    found = Comparison()
    old = entries.parts(concept.loaded) if how == "again" else {}
    new = entries.parts(entry)
    here = {_key(row): row for name in LISTS.values() for row in getattr(concept, name)}
    here["concept",] = concept
    for key, values in new.items():
        if key[0] == "relation":
            continue
        where = ".".join(part for part in key[:3] if part)
        if key not in here:
            words = _told(key, values)
            if key in old:
                found.kept.append(Difference(where, None, words))
            else:
                found.add.append((key, values))
                found.changes.append(Difference(where, None, words))
            continue
        for name, value in values.items():
            if name == "wish" or (name == "licence" and value is None):
                continue
            was = old.get(key, {}).get(name)
            now = getattr(here[key], name)
            if name == "status":
                if not keep_status or not value or key[0] != "term":
                    continue
                # a term that nobody decided on yet says nothing that could be lost
                was = now if now == "proposed" else was
                if now == "proposed" and value != now:
                    found.set.append((here[key], name, value))
                    found.changes.append(Difference(f"{where}.status", now, value))
                    continue
            if value == now or (not value and not now) or (key in old and value == was):
                continue
            if not value and how != "again":
                continue
            ours_stands = how == "again" and key in old and now != was
            ours_stands |= how != "replace" and key not in old and bool(now)
            difference = Difference(f"{where}.{name}", _plain(now), _plain(value))
            if ours_stands:
                found.kept.append(difference)
            else:
                found.set.append((here[key], name, value))
                found.changes.append(difference)
    for key in old.keys() - new.keys():
        row = here.get(key)
        if key[0] == "relation" or row is None:
            continue
        untouched = all(
            name in ("status", "wish") or getattr(row, name) == value for name, value in old[key].items()
        )
        decided = getattr(row, "decided_at", None) is not None and not keep_status
        where = ".".join(part for part in key[:3] if part)
        if untouched and not decided:
            found.remove.append((LISTS[key[0]], row))
            found.changes.append(Difference(where, key[-1], None))
        else:
            found.kept.append(Difference(where, key[-1], None))
    gone = {key[1:] for key in old.keys() - new.keys() if key[0] == "relation"}
    for relation in concept.relations if gone else ():
        if (relation.kind, relation.other.code) in gone:
            found.remove.append(("relations", relation))
            found.changes.append(Difference(f"relation.{relation.kind}", relation.other.code, None))
    return found


def _told(key: tuple[str, ...], values: dict[str, Any]) -> str:
    """A row that is only in the file, in short."""
    if key[0] == "law":
        return " ".join(filter(None, key[1:]))
    return values.get("text") or values.get("degree") or key[-1]


def _plain(value: Any) -> str | None:
    """A value as people can compare it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {text}" for key, text in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _key(row: Any) -> tuple[str, ...]:
    """What makes a row itself, as `entries.parts` says it."""
    match row:
        case Term():
            return ("term", row.language, row.text)
        case Definition():
            return ("definition", row.language)
        case Equivalence():
            return ("equivalence", row.language)
        case LegalReference():
            return ("law", row.act, row.bwb or "", row.article or "", row.paragraph or "")
        case Note():
            return ("note", row.kind, row.audience, row.language, row.about or "", row.text)
    raise TypeError(type(row).__name__)
