"""How one load of a file goes: what each entry would do is found out first, then written, or only told.

Both are one walk through the entries, so that what was shown is what is done.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, selectinload, undefer

from glossary import entries
from glossary.comparing import LISTS, Difference, compare
from glossary.entries import Entry, Reason
from glossary.history import mark_changed
from glossary.loadwriting import Writer
from glossary.models import (
    Concept,
    History,
    Relation,
)
from glossary.relations import Graph
from glossary.removal import BATCH

#: What to do with a concept whose code another concept here has already: leave it out; join it (add what is missing
#: here, or also take over what differs); keep it apart under a code of its own.
ON_CONFLICT = ("leave", "add", "replace", "apart")


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
        self.session, self.origin_name, self.keep_status = session, origin_name, keep_status
        self.on_conflict, self.dry_run, self.tell = on_conflict, dry_run, tell
        self.result = Loaded(batch=str(uuid.uuid4()))
        self.writer = Writer(
            session, batch=self.result.batch, origin=origin, origin_name=origin_name, by=by, by_id=by_id,
            licence=licence, keep_status=keep_status,
        )  # fmt: skip
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
        touched += self.writer.add(fresh)
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
        found = compare(concept, entry, how, keep_status=self.keep_status)
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
            changed = self.writer.apply(concept, entry if ours else None, found)
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
        found = compare(concept, entry, "add", keep_status=self.keep_status)
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
        """Codes whose last act was that a person removed the concept, or made it a part of another; what a removal of the
        origin took may return."""
        if not codes:
            return set()
        last = (
            select(func.max(History.id)).where(History.concept_code.in_(codes)).group_by(History.concept_code)
        )
        return set(
            self.session.scalars(
                select(History.concept_code).where(History.id.in_(last), History.action.in_(("removed", "merged")))
            )
        )

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
            self.writer.relate(made, ids)

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
