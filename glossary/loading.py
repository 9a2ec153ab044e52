"""How one load of a file goes: what each entry would do is found out first, then written, or only told.

Both are one walk through the entries, so that what was shown is what is done.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, aliased, selectinload, undefer

from glossary import entries
from glossary.entries import Entry, Reason
from glossary.history import LOADED, differences, mark_changed, row_of, rows_of
from glossary.models import (
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
from glossary.removal import BATCH

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
#: What to do with a concept whose code another concept here has already: leave it out; join it (add what is missing
#: here, or also take over what differs); keep it apart under a code of its own.
ON_CONFLICT = ("leave", "add", "replace", "apart")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a concept: `where` as "term.ar.اعتراض.note", what stands here (None: nothing) and what the file says
    (None: it is gone there)."""

    where: str
    here: str | None
    there: str | None


@dataclass(slots=True)
class Outcome:
    """What becomes of one entry. `kind`: new, changed, same, conflict, away (somebody here removed it), rejected.
    `changes` are made, `kept` are where the file says something else and ours stays, `reasons` (place, why) why it or a
    part of it stays out. `words`: its first terms, (language, text)."""

    kind: str
    place: str
    code: str
    words: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Difference] = field(default_factory=list)
    kept: list[Difference] = field(default_factory=list)
    reasons: list[tuple[str, Reason]] = field(default_factory=list)


@dataclass(slots=True)
class Loaded:
    """What a load did, or would do. `batch` takes it back (`undo_load`)."""

    batch: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    #: (place, reason): what did not come in, and why. A place is "bezwaar: terms[2].language".
    rejected: list[tuple[str, Reason]] = field(default_factory=list)
    #: (place, reason): concepts whose code another concept here has already.
    conflicts: list[tuple[str, Reason]] = field(default_factory=list)
    #: Places where the new entry differs from what people here made of the old one; theirs was kept.
    kept: list[str] = field(default_factory=list)
    #: Codes of concepts that somebody here removed, and that therefore did not come back.
    stayed_away: list[str] = field(default_factory=list)
    #: Everything in the order of the file, when it was asked for.
    outcomes: list[Outcome] = field(default_factory=list)
    #: Two loads with the same digest do the same.
    digest: str = ""


@dataclass(slots=True)
class _Comparison:
    """What makes a concept as an entry says it."""

    set: list[tuple[Any, str, Any]] = field(default_factory=list)
    add: list[tuple[tuple[str, ...], dict[str, Any]]] = field(default_factory=list)
    remove: list[tuple[str, Any]] = field(default_factory=list)
    changes: list[Difference] = field(default_factory=list)
    kept: list[Difference] = field(default_factory=list)


class Load:
    """One run of `glossary.exchange.load_concepts`."""

    def __init__(
        self,
        session: Session,
        *,
        origin: str,
        origin_name: str,
        by: str,
        by_id: int | None,
        licence: str | None,
        keep_status: bool,
        on_conflict: str,
        dry_run: bool,
        tell: bool,
    ) -> None:
        self.session, self.origin, self.origin_name = session, origin, origin_name
        self.by, self.by_id, self.licence, self.keep_status = by, by_id, licence, keep_status
        self.on_conflict, self.dry_run, self.tell = on_conflict, dry_run, tell
        self.result = Loaded(batch=str(uuid.uuid4()))
        self.seen: dict[str, str] = {}
        #: (place, code, kind, code of the other, outcome), to be made when every concept is there.
        self.relations: list[tuple[str, str, str, str, Outcome]] = []
        #: Codes of the file -> codes here, for concepts that are kept apart.
        self.renamed: dict[str, str] = {}
        #: Codes of concepts that this load makes.
        self.coming: set[str] = set()
        self._digest = hashlib.sha256()

    def take(self, batch: list, first: int) -> None:
        """The next entries: dicts, or (place, dict)."""
        right: list[tuple[Outcome, Entry]] = []
        for number, given in enumerate(batch, first + 1):
            place, entry = given if isinstance(given, tuple) else (None, given)
            outcome = self._read(place, entry, number)
            if outcome.reasons:
                self._reject(outcome)
            else:
                right.append((outcome, entry))
            if self.tell:
                self.result.outcomes.append(outcome)
        self._decide(right)

    def _read(self, place: str | None, entry: Any, number: int) -> Outcome:
        code = entry.get("code") if isinstance(entry, dict) else None
        outcome = Outcome("new", place or "", code if isinstance(code, str) else f"entry {number}", _words(entry))
        outcome.reasons = list(entries.problems(entry))
        if not outcome.reasons and code in self.seen:
            earlier = self.seen[code]
            outcome.reasons = [
                ("code", Reason("the identifier %(code)s was already used by %(earlier)s", code=code, earlier=earlier))
            ]
        elif not outcome.reasons:
            self.seen[code] = _place(outcome)
        return outcome

    def _reject(self, outcome: Outcome) -> None:
        outcome.kind = "rejected"
        place = _place(outcome)
        self.result.rejected += [(f"{place}: {where}" if where else place, why) for where, why in outcome.reasons]

    def _decide(self, right: list[tuple[Outcome, Entry]]) -> None:
        here = self._loaded_from([entry["code"] for _, entry in right])
        # what says what it said before needs no look at its rows
        standing = self._standing([e["code"] for _, e in right if e["code"] in here and here[e["code"]] != e])
        if self.on_conflict == "apart":
            right = [(outcome, self._apart(entry, standing)) for outcome, entry in right]
            here |= self._loaded_from([entry["code"] for _, entry in right if entry["code"] not in here])
            standing |= self._standing(
                [e["code"] for _, e in right if e["code"] in here and e["code"] not in standing and here[e["code"]] != e]
            )
        removed = self._removed_by_people([e["code"] for _, e in right if e["code"] not in here])
        fresh: list[Entry] = []
        touched: list[int] = []
        for outcome, entry in right:
            outcome.code = code = entry["code"]
            if code in removed:
                outcome.kind = "away"
                self.result.stayed_away.append(code)
            elif code not in here:
                fresh.append(entry)
                self.coming.add(code)
                self.result.added += 1
            elif here[code] == entry:
                outcome.kind = "same"
                self.result.unchanged += 1
            else:
                self._on_standing(outcome, entry, standing[code], touched)
            kind = "standing" if outcome.kind in ("same", "changed") else outcome.kind
            told = [kind, code, [_said(d) for d in outcome.changes], [_said(d) for d in outcome.kept]]
            self._digest.update(json.dumps(told).encode())
            if outcome.kind in ("new", "changed", "same") and here.get(code) != entry:
                for number, relation in enumerate(entry.get("relations") or []):
                    self.relations.append(
                        (f"relations[{number}]", code, relation["kind"], relation["to"], outcome)
                    )
        if self.dry_run:
            return
        touched += self._add(fresh)
        self.session.flush()
        if touched:
            mark_changed(self.session, touched)

    def _loaded_from(self, codes: list[str]) -> dict[str, Entry | None]:
        """code -> the entry it was loaded from, None when it was made here; of those that are here."""
        if not codes:
            return {}
        query = select(Concept.code, Concept.loaded).where(Concept.code.in_(codes))
        return dict(self.session.execute(query).all())

    def _on_standing(self, outcome: Outcome, entry: Entry, concept: Concept, touched: list[int]) -> None:
        """What becomes of an entry whose code a concept here has."""
        ours = concept.loaded is not None and concept.origin_name == self.origin_name
        how = "again" if ours else {"replace": "replace"}.get(self.on_conflict, "add")
        found = self._compare(concept, entry, how)
        outcome.changes, outcome.kept = found.changes, found.kept
        if not ours and self.on_conflict == "leave" and (found.changes or found.kept):
            outcome.kind = "conflict"
            reason = (
                Reason("another concept, from %(name)s, has this code already", name=concept.origin_name)
                if concept.origin_name
                else Reason("another concept, made here, has this code already")
            )
            outcome.reasons.append(("code", reason))
            self.result.conflicts.append((f"{_place(outcome)}: code", reason))
            return
        self.result.kept += [f"{_place(outcome)}: {kept.where}" for kept in found.kept]
        changed = bool(found.changes)
        if not self.dry_run:
            changed = self._apply(concept, entry if ours else None, found)
        outcome.kind = "changed" if changed else "same"
        if changed:
            self.result.changed += 1
            touched.append(concept.id)
        else:
            self.result.unchanged += 1

    def _apart(self, entry: Entry, standing: dict[str, Concept]) -> Entry:
        """The entry under a code of its own when another concept has its code and says something else."""
        concept = standing.get(entry["code"])
        if concept is None or (concept.loaded is not None and concept.origin_name == self.origin_name):
            return entry
        if concept.loaded == entry:
            return entry
        found = self._compare(concept, entry, "add")
        if not found.changes and not found.kept:
            return entry
        stem = re.sub(r"[^\w]+", "-", re.sub(r"\.\w{1,6}$", "", self.origin_name).casefold()).strip("-_") or "file"
        code = f"{entry['code'][:130]}-{stem[:60]}"
        self.renamed[entry["code"]] = code
        return {**entry, "code": code}

    def _standing(self, codes: list[str]) -> dict[str, Concept]:
        if not codes:
            return {}
        query = (
            select(Concept)
            .where(Concept.code.in_(codes))
            .options(
                undefer(Concept.loaded),
                *(selectinload(getattr(Concept, name)) for name in LISTS.values()),
                selectinload(Concept.relations).selectinload(Relation.other),
            )
        )
        return {concept.code: concept for concept in self.session.scalars(query)}

    def _removed_by_people(self, codes: list[str]) -> set[str]:
        """Codes whose last act was that a person removed the concept; what a removal of the origin took may return."""
        if not codes:
            return set()
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
            wish = values.pop("wish", None)
            decided = self.keep_status and status != "proposed"
            values |= {"language": key[1], "text": key[2], **by, "created_at": utc_now()}
            values |= {"status": status if self.keep_status else "proposed"}
            values |= {"wish": wish if status == "proposed" else None if self.keep_status else status}
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

    def _compare(self, concept: Concept, entry: Entry, how: str) -> _Comparison:
        """What of an entry is not here. `how`: "again", against what the file said before, leaving what people here made;
        "add", what is missing here; "replace", also what differs."""
        found = _Comparison()
        old = entries.parts(concept.loaded) if how == "again" else {}
        new = entries.parts(entry)
        here = {_key(row): row for name in LISTS.values() for row in getattr(concept, name)}
        here["concept",] = concept
        for key, values in new.items():
            if key[0] == "relation":
                continue
            where = ".".join(part for part in key[:3] if part)
            if key not in here:
                words = values.get("text") or key[-1]
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
                    if not self.keep_status or not value or key[0] != "term":
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
            decided = getattr(row, "decided_at", None) is not None and not self.keep_status
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

    def _apply(self, concept: Concept, entry: Entry | None, found: _Comparison) -> bool:
        """Write a comparison. `entry` becomes what the concept was loaded from. True when rows changed."""
        if entry is None and not found.changes:
            return False
        before = rows_of(self.session, concept.id)
        for row, name, value in found.set:
            setattr(row, name, value)
            if name == "status":
                row.decided_by, row.decided_by_id, row.decided_at, row.wish = self.by, self.by_id, utc_now(), None
        for key, values in found.add:
            getattr(concept, LISTS[key[0]]).append(MODELS[key[0]](**self._values(key, values)))
        for name, row in found.remove:
            getattr(concept, name).remove(row)
        if entry is not None:
            concept.loaded = entry
        self.session.flush()
        changed_before, changed_after = differences(before, rows_of(self.session, concept.id))
        if not changed_before and not changed_after:
            return False
        concept.changed_by, concept.changed_by_id, concept.changed_at = self.by, self.by_id, utc_now()
        action = "loaded again" if entry is not None else "joined"
        self.session.add(self._act(concept, action, changed_before, changed_after))
        return True

    def _act(self, concept: Concept, action: str, before: dict, after: dict) -> History:
        return History(
            concept_id=concept.id, concept_code=concept.code, by=self.by, by_id=self.by_id, action=action,
            before=before, after=after, why=self.origin_name, batch=self.result.batch,
        )  # fmt: skip

    def relate(self) -> None:
        """Make the relations that the entries state, now that every concept is there."""
        try:
            if self.relations:
                self._relate()
        finally:
            self.result.digest = self._digest.hexdigest()

    def _relate(self) -> None:
        wanted = {self.renamed.get(code, code) for _, one, _, other, _ in self.relations for code in (one, other)}
        ids = self._ids(sorted(wanted))
        one_end, other_end = aliased(Concept), aliased(Concept)
        graph = Graph(
            self.session.execute(
                select(one_end.code, Relation.kind, other_end.code)
                .join(one_end, Relation.concept_id == one_end.id)
                .join(other_end, Relation.other_id == other_end.id)
            )
        )
        made: list[tuple[str, str, str]] = []
        for where, code, kind, to, outcome in self.relations:
            to = self.renamed.get(to, to)
            if to not in ids and to not in self.coming:
                self._refuse(outcome, f"{where}.to", Reason("there is no concept with the code %(code)s", code=to))
                continue
            one, other = code, to
            if kind == "narrower":
                kind, one, other = "broader", other, one
            if graph.has(one, kind, other):
                continue
            if graph.goes_round(one, kind, other):
                self._refuse(outcome, where, Reason("%(kind)s %(code)s would go round in a circle", kind=kind, code=to))
                continue
            graph.add(one, kind, other)
            made.append((one, kind, other))
            if outcome.kind != "new":
                outcome.changes.append(Difference(f"relation.{kind}", None, to))
                if outcome.kind == "same":
                    outcome.kind = "changed"
                    self.result.changed += 1
                    self.result.unchanged -= 1
            self._digest.update(f"{one} {kind} {other}".encode())
        if made and not self.dry_run:
            self._write_relations(made, ids)

    def _refuse(self, outcome: Outcome, where: str, reason: Reason) -> None:
        outcome.reasons.append((where, reason))
        self.result.rejected.append((f"{_place(outcome)}: {where}", reason))

    def _ids(self, codes: list[str]) -> dict[str, int]:
        ids: dict[str, int] = {}
        for start in range(0, len(codes), BATCH):
            some = codes[start : start + BATCH]
            ids |= dict(
                self.session.execute(select(Concept.code, Concept.id).where(Concept.code.in_(some))).all()
            )
        return ids

    def _write_relations(self, made: list[tuple[str, str, str]], ids: dict[str, int]) -> None:
        rows = [
            (one, Relation(concept_id=ids[one], kind=kind, other_id=ids[other])) for one, kind, other in made
        ]
        self.session.add_all([relation for _, relation in rows])
        self.session.flush()
        by_code: dict[str, dict[str, dict]] = defaultdict(dict)
        for code, relation in rows:
            key, values = row_of(relation)
            by_code[code][key] = values
        for code, after in by_code.items():
            self.session.add(
                History(
                    concept_id=ids[code],
                    concept_code=code,
                    by=self.by,
                    by_id=self.by_id,
                    action="related",
                    before={},
                    after=after,
                    why=self.origin_name,
                    batch=self.result.batch,
                )  # fmt: skip
            )
        self.session.flush()
        ends = {end for _, relation in rows for end in (relation.concept_id, relation.other_id)}
        self.session.expire_all()
        mark_changed(self.session, sorted(ends))




def _place(outcome: Outcome) -> str:
    return " ".join(part for part in (outcome.place, outcome.code) if part)


def _words(entry: Any) -> list[tuple[str, str]]:
    """The first terms of an entry, however wrong the rest of it is."""
    listed = entry.get("terms") if isinstance(entry, dict) else None
    found = []
    for term in listed if isinstance(listed, list) else ():
        if isinstance(term, dict) and isinstance(term.get("text"), str) and isinstance(term.get("language"), str):
            found.append((term["language"], term["text"][:200]))
    return found[:6]


def _said(difference: Difference) -> list[str | None]:
    return [difference.where, difference.here, difference.there]


def _plain(value: Any) -> str | None:
    """A value as people can compare it."""
    if value is None or isinstance(value, str):
        return value
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
