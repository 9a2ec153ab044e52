"""How concepts stand to each other: wider and narrower, parts, opposites, false friends; never in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.history import recorded
from glossary.models import RELATIONS, SYMMETRIC, Concept, Relation


class CyclicRelation(Exception):
    """A concept would become wider than itself. `path` is the codes along the circle."""

    def __init__(self, kind: str, path: list[str]):
        self.kind, self.path = kind, path
        super().__init__(
            f"This would go round in a circle: {' → '.join(path)}. Remove one of these relations first."
        )


def add_relation(
    session: Session,
    concept: Concept,
    kind: str,
    other: Concept,
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
) -> Relation | None:
    """State a relation; `kind` may also be "narrower". The relation, also when it stood already; raises CyclicRelation."""
    if kind == "narrower":
        concept, kind, other = other, "broader", concept
    with recorded(session, [concept], "related", by=by, by_id=by_id, why=why):
        return relate(session, concept, kind, other)


def remove_relation(
    session: Session, relation: Relation, *, by: str, by_id: int | None = None, why: str | None = None
) -> None:
    """Take a relation away."""
    with recorded(session, [relation.concept], "unrelated", by=by, by_id=by_id, why=why):
        session.delete(relation)


def relate(session: Session, concept: Concept, kind: str, other: Concept) -> Relation | None:
    if kind not in RELATIONS:
        raise ValueError(f"{kind!r} is not one of {', '.join(RELATIONS)}")
    same_way = (Relation.concept_id == concept.id) & (Relation.other_id == other.id)
    if kind in SYMMETRIC:
        same_way |= (Relation.concept_id == other.id) & (Relation.other_id == concept.id)
    if concept.id == other.id:
        raise CyclicRelation(kind, [concept.code, concept.code])
    standing = session.scalar(select(Relation).where(Relation.kind == kind, same_way))
    if standing is not None:
        return standing
    if kind not in SYMMETRIC:
        path = _path(session, kind, other.id, concept.id)
        if path:
            codes = dict(session.execute(select(Concept.id, Concept.code).where(Concept.id.in_(path))).all())
            raise CyclicRelation(kind, [concept.code, *(codes[step] for step in path)])
    relation = Relation(concept=concept, kind=kind, other=other)
    session.add(relation)
    session.flush()
    return relation


def _path(session: Session, kind: str, start: int, goal: int) -> list[int] | None:
    """Concept ids from start upwards to goal along one kind of relation, or None."""
    came_from: dict[int, int | None] = {start: None}
    edge = [start]
    while edge:
        rows = session.execute(
            select(Relation.concept_id, Relation.other_id).where(
                Relation.kind == kind, Relation.concept_id.in_(edge)
            )
        ).all()
        edge = []
        for below, above in rows:
            if above not in came_from:
                came_from[above] = below
                edge.append(above)
        if goal in came_from:
            path, step = [], goal
            while step is not None:
                path.append(step)
                step = came_from[step]
            return path[::-1]
    return None


class Graph:
    """Relations in memory: a load of 50,000 concepts cannot ask the database for each."""

    def __init__(self, rows: Iterable[tuple[int, str, int]]):
        self.stated: set[tuple[int, str, int]] = set()
        self.above: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row in rows:
            self.add(*row)

    def add(self, one: int, kind: str, other: int) -> None:
        self.stated.add((one, kind, other))
        self.above[one, kind].append(other)

    def has(self, one: int, kind: str, other: int) -> bool:
        return (one, kind, other) in self.stated or (kind in SYMMETRIC and (other, kind, one) in self.stated)

    def goes_round(self, one: int, kind: str, other: int) -> bool:
        if one == other:
            return True
        if kind in SYMMETRIC:
            return False
        seen, edge = {other}, [other]
        while edge:
            step = edge.pop()
            if step == one:
                return True
            above = [wider for wider in self.above[step, kind] if wider not in seen]
            seen.update(above)
            edge += above
        return False
