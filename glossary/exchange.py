"""Concepts in and out as plain entries (`glossary.entries`): the starter pack, imports of files, their removal.

A load can be repeated: an entry that says what it said before changes nothing, and one that says something new
changes only what people here have not changed themselves. All acts of one load can be taken back together.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, selectinload, undefer

from glossary import entries
from glossary.entries import Entry, entry_of
from glossary.history import LOADED, differences, mark_changed, row_of, rows_of
from glossary.models import (
    ORIGINS,
    Concept,
    Definition,
    Equivalence,
    History,
    LegalReference,
    Note,
    Relation,
    Term,
    utc_now,
)
from glossary.relations import Graph
from glossary.removal import BATCH, Removed, remove_origin, slices, undo_load

__all__ = ["Loaded", "Removed", "export_entries", "load_concepts", "remove_origin", "undo_load"]

MODELS = {
    "definition": Definition,
    "term": Term,
    "equivalence": Equivalence,
    "law": LegalReference,
    "note": Note,
}
LISTS = {
    "definition": "definitions",
    "term": "terms",
    "equivalence": "equivalences",
    "law": "law",
    "note": "notes",
}


@dataclass(slots=True)
class Loaded:
    """What a load did. `batch` takes it back (`undo_load`)."""

    batch: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    #: (place, reason): what did not come in, and why. A place is "bezwaar: terms[2].language".
    rejected: list[tuple[str, str]] = field(default_factory=list)
    #: Places where the new entry differs from what people here made of the old one; theirs was kept.
    kept: list[str] = field(default_factory=list)
    #: Codes of concepts that somebody here removed, and that therefore did not come back.
    stayed_away: list[str] = field(default_factory=list)


def load_concepts(
    session: Session,
    entries_: Iterable[Entry | tuple[str, Entry]],
    *,
    origin: str,
    origin_name: str,
    by: str,
    by_id: int | None = None,
    licence: str | None = None,
    keep_status: bool = False,
) -> Loaded:
    """Take in entries; an iterable of dicts, or of (place, dict) where the place is said in error messages.

    An entry with a problem stays out as a whole. A relation to a concept that is neither here nor in the load, or
    that would go in a circle, stays out alone. Terms come in as proposed, with the status they had as `wish`,
    unless `keep_status`. Does not commit; to preview, run it in `session.begin_nested()` and roll that back."""
    if origin not in ORIGINS:
        raise ValueError(f"{origin!r} is not one of {', '.join(ORIGINS)}")
    load = _Load(session, origin, origin_name, by, by_id, licence, keep_status)
    rest = iter(entries_)
    number = 0
    while batch := list(islice(rest, BATCH)):
        load.take(batch, number)
        number += len(batch)
    load.relate()
    return load.result


class _Load:
    """One run of `load_concepts`."""

    def __init__(self, session, origin, origin_name, by, by_id, licence, keep_status):
        self.session, self.origin, self.origin_name = session, origin, origin_name
        self.by, self.by_id, self.licence, self.keep_status = by, by_id, licence, keep_status
        self.result = Loaded(batch=str(uuid.uuid4()))
        self.seen: dict[str, str] = {}
        #: (place, code, kind, code of the other), to be made when every concept is there.
        self.relations: list[tuple[str, str, str, str]] = []

    def take(self, batch: list, first: int) -> None:
        right: list[tuple[str, Entry]] = []
        for number, given in enumerate(batch, first + 1):
            place, entry = given if isinstance(given, tuple) else (None, given)
            code = entry.get("code") if isinstance(entry, dict) else None
            place = " ".join(str(part) for part in (place, code or f"entry {number}") if part)
            wrong = entries.problems(entry)
            if not wrong and code in self.seen:
                wrong = [("code", f"the code {code} was already used by {self.seen[code]}")]
            if wrong:
                self.result.rejected += [
                    (f"{place}: {where}" if where else place, why) for where, why in wrong
                ]
                continue
            self.seen[code] = place
            right.append((place, entry))
        standing = self._standing([entry["code"] for _, entry in right])
        removed = self._removed_by_people(
            [entry["code"] for _, entry in right if entry["code"] not in standing]
        )
        fresh: list[Entry] = []
        touched: list[int] = []
        for place, entry in right:
            code = entry["code"]
            if code in removed:
                self.result.stayed_away.append(code)
                continue
            concept = standing.get(code)
            if concept is None:
                fresh.append(entry)
                self.result.added += 1
            elif concept.loaded == entry:
                self.result.unchanged += 1
                continue
            elif concept.loaded is None or concept.origin_name != self.origin_name:
                whose = f"from {concept.origin_name}" if concept.origin_name else "made here"
                reason = f"another concept, {whose}, has this code already; rename one of the two"
                self.result.rejected.append((f"{place}: code", reason))
                continue
            elif self._change(place, concept, entry):
                self.result.changed += 1
                touched.append(concept.id)
            else:
                self.result.unchanged += 1
            for number, relation in enumerate(entry.get("relations") or []):
                self.relations.append(
                    (f"{place}: relations[{number}]", code, relation["kind"], relation["to"])
                )
        touched += self._add(fresh)
        self.session.flush()
        if touched:
            mark_changed(self.session, touched)

    def _standing(self, codes: list[str]) -> dict[str, Concept]:
        query = (
            select(Concept)
            .where(Concept.code.in_(codes))
            .options(
                undefer(Concept.loaded), *(selectinload(getattr(Concept, name)) for name in LISTS.values())
            )
        )
        return {concept.code: concept for concept in self.session.scalars(query)}

    def _removed_by_people(self, codes: list[str]) -> set[str]:
        """Codes whose last act was that a person removed the concept; what a removal of the origin took may return."""
        last = (
            select(func.max(History.id)).where(History.concept_code.in_(codes)).group_by(History.concept_code)
        )
        return set(
            self.session.scalars(
                select(History.concept_code).where(History.id.in_(last), History.action == "removed")
            )
        )

    def _add(self, fresh: list[Entry]) -> list[int]:
        """Write new concepts with all they have, a table at a time: as objects it would take ten times as long."""
        if not fresh:
            return []
        now = utc_now()
        marks = {"created_by": self.by, "created_by_id": self.by_id, "created_at": now}
        marks |= {"changed_by": self.by, "changed_by_id": self.by_id, "changed_at": now, "version": 1}
        parts = {entry["code"]: entries.parts(entry) for entry in fresh}
        rows = [
            {**parts[entry["code"]]["concept",], "code": entry["code"], "origin": self.origin,
             "origin_name": self.origin_name, "loaded": entry, **marks}
            for entry in fresh
        ]  # fmt: skip
        for row in rows:
            row["licence"] = row["licence"] or self.licence
        self.session.execute(insert(Concept.__table__), rows)
        codes = [entry["code"] for entry in fresh]
        ids = dict(
            self.session.execute(select(Concept.code, Concept.id).where(Concept.code.in_(codes))).all()
        )
        children: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for code in codes:
            for key, values in parts[code].items():
                if key[0] in MODELS:
                    children[key[0]].append({"concept_id": ids[code], **self._values(key, values)})
        for kind, some in children.items():
            self.session.execute(insert(MODELS[kind].__table__), some)
        acts = [
            {"concept_id": ids[code], "concept_code": code, "by": self.by, "by_id": self.by_id, "action": LOADED,
             "before": {}, "after": {f"concept:{ids[code]}": {"id": ids[code], "code": code}},
             "why": self.origin_name, "batch": self.result.batch, "at": now}
            for code in codes
        ]  # fmt: skip
        self.session.execute(insert(History.__table__), acts)
        return list(ids.values())

    def _values(self, key: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
        """The columns of a row; the same names for every row of a kind, as one statement needs."""
        values = dict(values)
        kind = key[0]
        by = {"created_by": self.by, "created_by_id": self.by_id}
        if kind == "term":
            status = values.pop("status") or "proposed"
            decided = self.keep_status and status != "proposed"
            values |= {"language": key[1], "text": key[2], **by, "created_at": utc_now()}
            values |= {"status": status if self.keep_status else "proposed"}
            values |= {"wish": None if self.keep_status or status == "proposed" else status}
            values |= {
                "decided_by": self.by if decided else None,
                "decided_by_id": self.by_id if decided else None,
                "decided_at": utc_now() if decided else None,
            }
        elif kind == "definition":
            values["language"] = key[1]
        elif kind == "equivalence":
            status = values.pop("status")
            values |= {
                "language": key[1],
                **by,
                "status": status if self.keep_status and status else "proposed",
            }
        elif kind in ("law", "note"):
            names = {
                "law": ("act", "bwb", "article", "paragraph"),
                "note": ("kind", "audience", "language", "about", "text"),
            }
            values |= {name: value or None for name, value in zip(names[kind], key[1:], strict=True)}
        return values

    def _change(self, place: str, concept: Concept, entry: Entry) -> bool:
        """Bring a concept from its old entry to the new one, leaving what people here made. True when rows changed."""
        before = rows_of(self.session, concept.id)
        old, new = entries.parts(concept.loaded), entries.parts(entry)
        here = {_key(row): row for name in LISTS.values() for row in getattr(concept, name)}
        here["concept",] = concept
        for key, values in new.items():
            if key[0] == "relation":
                continue
            if key not in here:
                if key in old:
                    self.result.kept.append(f"{place}: {'.'.join(key[:3])} was removed here")
                else:
                    getattr(concept, LISTS[key[0]]).append(MODELS[key[0]](**self._values(key, values)))
                continue
            for name, value in values.items():
                if name == "status" or (name == "licence" and value is None):
                    continue
                was = old.get(key, {}).get(name)
                now = getattr(here[key], name)
                if value in (was, now):
                    continue
                if now == was or key not in old:
                    setattr(here[key], name, value)
                else:
                    self.result.kept.append(f"{place}: {'.'.join(key[:3])} {name}")
        for key in old.keys() - new.keys():
            row = here.get(key)
            if key[0] == "relation" or row is None:
                continue
            untouched = all(
                name == "status" or getattr(row, name) == value for name, value in old[key].items()
            )
            decided = getattr(row, "decided_at", None) is not None and not self.keep_status
            if untouched and not decided:
                getattr(concept, LISTS[key[0]]).remove(row)
            else:
                self.result.kept.append(f"{place}: {'.'.join(key[:3])}")
        self._drop_relations(concept, old, new)
        concept.loaded = entry
        self.session.flush()
        changed_before, changed_after = differences(before, rows_of(self.session, concept.id))
        if not changed_before and not changed_after:
            return False
        concept.changed_by, concept.changed_by_id, concept.changed_at = self.by, self.by_id, utc_now()
        self.session.add(self._act(concept, "loaded again", changed_before, changed_after))
        return True

    def _drop_relations(self, concept: Concept, old: entries.Parts, new: entries.Parts) -> None:
        gone = {key[1:] for key in old.keys() - new.keys() if key[0] == "relation"}
        if gone:
            for relation in list(concept.relations):
                if (relation.kind, relation.other.code) in gone:
                    concept.relations.remove(relation)

    def _act(self, concept: Concept, action: str, before: dict, after: dict) -> History:
        return History(
            concept_id=concept.id, concept_code=concept.code, by=self.by, by_id=self.by_id, action=action,
            before=before, after=after, why=self.origin_name, batch=self.result.batch,
        )  # fmt: skip

    def relate(self) -> None:
        """Make the relations that the entries state, now that every concept is there."""
        if not self.relations:
            return
        codes = sorted({code for _, one, _, other in self.relations for code in (one, other)})
        ids: dict[str, int] = {}
        for start in range(0, len(codes), BATCH):
            some = codes[start : start + BATCH]
            ids |= dict(
                self.session.execute(select(Concept.code, Concept.id).where(Concept.code.in_(some))).all()
            )
        graph = Graph(self.session.execute(select(Relation.concept_id, Relation.kind, Relation.other_id)))
        made: list[tuple[str, Relation]] = []
        for place, code, kind, to in self.relations:
            if to not in ids:
                self.result.rejected.append((f"{place}.to", f"there is no concept with the code {to}"))
                continue
            one, other = ids[code], ids[to]
            if kind == "narrower":
                kind, one, other = "broader", other, one
                code = to
            if graph.has(one, kind, other):
                continue
            if graph.goes_round(one, kind, other):
                self.result.rejected.append((place, f"{kind} {to} would go round in a circle"))
                continue
            graph.add(one, kind, other)
            made.append((code, Relation(concept_id=one, kind=kind, other_id=other)))
        if not made:
            return
        self.session.add_all([relation for _, relation in made])
        self.session.flush()
        by_code: dict[str, dict[str, dict]] = defaultdict(dict)
        for code, relation in made:
            key, values = row_of(relation)
            by_code[code][key] = values
        for code, rows in by_code.items():
            self.session.add(
                History(
                    concept_id=ids[code],
                    concept_code=code,
                    by=self.by,
                    by_id=self.by_id,
                    action="related",
                    before={},
                    after=rows,
                    why=self.origin_name,
                    batch=self.result.batch,
                )  # fmt: skip
            )
        self.session.flush()
        ends = {end for _, relation in made for end in (relation.concept_id, relation.other_id)}
        self.session.expire_all()
        mark_changed(self.session, sorted(ends))


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


def export_entries(
    session: Session, *, subject: str | None = None, origin: str | None = None
) -> Iterator[Entry]:
    """Every concept as an entry, by code: loading them elsewhere gives the same concepts."""
    query = select(Concept.id).order_by(Concept.code)
    if subject is not None:
        query = query.where(Concept.subject == subject)
    if origin is not None:
        query = query.where(Concept.origin == origin)
    for some in slices(list(session.scalars(query)), BATCH):
        lists = [selectinload(getattr(Concept, name)) for name in LISTS.values()]
        related = selectinload(Concept.relations).selectinload(Relation.other)
        found = {
            concept.id: concept
            for concept in session.scalars(
                select(Concept).where(Concept.id.in_(some)).options(*lists, related)
            )
        }
        yield from (entry_of(found[concept_id]) for concept_id in some if concept_id in found)
