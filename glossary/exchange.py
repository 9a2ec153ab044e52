"""Concepts in and out as plain entries (`glossary.entries`): the starter pack, imports of files, their removal.

A load can be repeated: an entry that says what it said before changes nothing, and one that says something new
changes only what people here have not changed themselves. It can be tried without writing anything, and all acts of
one load can be taken back together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from glossary.comparing import LISTS, Difference
from glossary.entries import Entry, entry_of
from glossary.loading import ON_CONFLICT, Load, Loaded, Outcome
from glossary.models import ORIGINS, Concept, Relation
from glossary.removal import BATCH, Removed, Undone, remove_origin, slices, undo_load

__all__ = [
    "ON_CONFLICT", "Difference", "Loaded", "Outcome", "Removed", "Undone", "export_entries", "load_concepts",
    "remove_origin", "undo_load",
]  # fmt: skip


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
    on_conflict: str = "leave",
    dry_run: bool = False,
    tell: bool = False,
    step: Callable[[int], object] = lambda _entries: None,
) -> Loaded:
    """Take in entries; an iterable of dicts, or of (place, dict) where the place is said in error messages.

    An entry with a problem stays out as a whole. A relation to a concept that is neither here nor in the load, or
    that would go in a circle, stays out alone. Terms come in as proposed, with the status they had as `wish`,
    unless `keep_status`. An entry whose code a concept from elsewhere has is treated as `on_conflict` says (ON_CONFLICT);
    when it says nothing new it is simply there. With `dry_run` nothing is written, only told: `tell` lists every entry.
    `step` is told how many entries were just taken. Does not commit."""
    if origin not in ORIGINS:
        raise ValueError(f"{origin!r} is not one of {', '.join(ORIGINS)}")
    if on_conflict not in ON_CONFLICT:
        raise ValueError(f"{on_conflict!r} is not one of {', '.join(ON_CONFLICT)}")
    load = Load(
        session, origin=origin, origin_name=origin_name, by=by, by_id=by_id, licence=licence, keep_status=keep_status,
        on_conflict=on_conflict, dry_run=dry_run, tell=tell or dry_run,
    )  # fmt: skip
    rest = iter(entries_)
    number = 0
    while batch := list(islice(rest, BATCH)):
        load.take(batch, number)
        number += len(batch)
        step(len(batch))
    load.relate()
    return load.result


def export_entries(
    session: Session,
    *,
    subject: str | None = None,
    origin: str | None = None,
    concept_ids: Collection[int] | None = None,
) -> Iterator[Entry]:
    """Every concept, or some, as an entry, by code: loading them elsewhere gives the same concepts."""
    query = select(Concept.id).order_by(Concept.code)
    if subject is not None:
        query = query.where(Concept.subject == subject)
    if origin is not None:
        query = query.where(Concept.origin == origin)
    if concept_ids is not None:
        query = query.where(Concept.id.in_(sorted(concept_ids)))
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
