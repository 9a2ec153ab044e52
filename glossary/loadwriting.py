"""What a load of a file writes: new concepts, changes of those that are here, relations; each with its history."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from glossary import entries
from glossary.comparing import LISTS, Comparison
from glossary.entries import Entry
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

MODELS = {
    "definition": Definition,
    "term": Term,
    "equivalence": Equivalence,
    "law": LegalReference,
    "note": Note,
}


class Writer:
    """Writes for one load, in its name; all its acts carry the mark `batch`."""

    def __init__(
        self,
        session: Session,
        *,
        batch: str,
        origin: str,
        origin_name: str,
        by: str,
        by_id: int | None,
        licence: str | None,
        keep_status: bool,
    ) -> None:
        self.session, self.batch, self.origin, self.origin_name = session, batch, origin, origin_name
        self.by, self.by_id, self.licence, self.keep_status = by, by_id, licence, keep_status

    def add(self, fresh: list[Entry]) -> list[int]:
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
                    children[key[0]].append({"concept_id": ids[code], **self.values(key, values)})
        for kind, some in children.items():
            self.session.execute(insert(MODELS[kind].__table__), some)
        acts = [
            {"concept_id": ids[code], "concept_code": code, "by": self.by, "by_id": self.by_id, "action": LOADED,
             "before": {}, "after": {f"concept:{ids[code]}": {"id": ids[code], "code": code}},
             "why": self.origin_name, "batch": self.batch, "at": now}
            for code in codes
        ]  # fmt: skip
        self.session.execute(insert(History.__table__), acts)
        return list(ids.values())

    def values(self, key: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
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

    def apply(self, concept: Concept, entry: Entry | None, found: Comparison) -> bool:
        """Write a comparison. `entry` becomes what the concept was loaded from. True when rows changed."""
        if entry is None and not found.changes:
            return False
        before = rows_of(self.session, concept.id)
        for row, name, value in found.set:
            setattr(row, name, value)
            if name == "status":
                row.decided_by, row.decided_by_id, row.decided_at, row.wish = self.by, self.by_id, utc_now(), None
        for key, values in found.add:
            getattr(concept, LISTS[key[0]]).append(MODELS[key[0]](**self.values(key, values)))
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
            before=before, after=after, why=self.origin_name, batch=self.batch,
        )  # fmt: skip

    def relate(self, made: list[tuple[str, str, str]], ids: dict[str, int]) -> None:
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
                    batch=self.batch,
                )  # fmt: skip
            )
        self.session.flush()
        ends = {end for _, relation in rows for end in (relation.concept_id, relation.other_id)}
        self.session.expire_all()
        mark_changed(self.session, sorted(ends))
