"""Finding every unit that may be among the best for a text, without comparing the text with every unit.

`scan` compares a text with all of a few units; `memory.indexed` asks the index first. Both give the same: candidates
in the order of their ranks, all that can be among the best.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

from memory import scoring
from memory.candidates import Collection, Pair
from memory.listed import Entry
from memory.ranking import (
    LONGEST_COMPARED,
    Best,
    Candidate,
    Query,
    Rank,
    Terms,
    is_variety,
    least_cost,
    penalties_of,
)

__all__ = ["Best", "Candidate", "Query", "Rank", "Terms", "is_variety", "penalties_of", "scan", "search"]


def search(collections: Iterable[Collection], asked: Query, terms: Terms) -> Iterator[Candidate]:
    """Every unit that can be among the best, in the order of ranks; longer than is needed, so read it from the
    front."""
    best = Best(terms.limit, terms.threshold)
    found: list[Iterator[Candidate]] = []
    files = []
    for collection in collections:
        found.append(iter(sorted(scan(collection, asked, terms, best))))
        files += ((segment, gone, collection.pair) for segment, gone in collection.segments)
    if files:
        from memory.indexed import InSegment  # only who has an index needs numpy

        inside = [InSegment(segment, gone, pair, asked, terms, best) for segment, gone, pair in files]
        for step in (InSegment.find_alike, InSegment.find_by_words, InSegment.find_by_characters):
            for segment in inside:
                step(segment)
        found += (segment.candidates() for segment in inside)
    return heapq.merge(*found) if len(found) > 1 else iter(found[0]) if found else iter(())


# --- the scan --------------------------------------------------------------------------------------


def scan(collection: Collection, asked: Query, terms: Terms, best: Best) -> list[Candidate]:
    """Every unit of a collection's own entries that reaches the threshold."""
    found: list[Candidate] = []
    if not collection.entries:
        return found
    listed, pair = collection.listed, collection.pair
    for e in listed.by_bare.get(asked.bare_key, ()):
        found += _candidate(e, pair, asked, terms, best)
    if len(asked.form) > LONGEST_COMPARED:
        return found
    threshold = min(max(terms.threshold, 1), 100)
    measures: dict[int, tuple[Entry, dict[str, tuple[int, int]]]] = {}  # by id: measure -> (distance, longer)
    words = collection.vocabulary.read(asked.words)
    for name, near in (
        ("characters", listed.forms.near(asked.form, threshold)),
        ("words", listed.near_in_words(words, threshold) if words else ()),
    ):
        for e, distance, longer in near:
            if scoring.reaches(distance, longer, 0, terms.threshold):
                measures.setdefault(e.id, (e, {}))[1][name] = (distance, longer)
    for e, measured in measures.values():
        if e.bare_key != asked.bare_key:
            found += _candidate(e, pair, asked, terms, best, measured)
    return found


def _candidate(
    e: Entry,
    pair: Pair,
    asked: Query,
    terms: Terms,
    best: Best,
    measured: Mapping[str, tuple[int, int]] | None = None,
) -> Iterable[Candidate]:
    if e.quality > terms.worst_quality or (terms.projects is not None and e.project not in terms.projects):
        return ()
    penalties = penalties_of(e.quality, e.origin, e.origin_name, e.one_to_one, e.recency, pair, asked, terms)
    penalty = sum(points for _, points in penalties)
    context = _context(e, asked)
    name, percent = "", 0
    if measured:
        # where both measures agree, max names the first: the characters
        name = max(sorted(measured), key=lambda n: scoring.score(*measured[n], 0))
        distance, longer = measured[name]
        if not scoring.reaches(distance, longer, penalty, terms.threshold):
            return ()
        kind, score, percent = (
            0,
            scoring.score(distance, longer, penalty),
            100 * (longer - distance) // longer,
        )
        best.offer(e.id, score)
    else:
        if e.same_key == asked.same_key:
            kind, score = 2 + context, float(100 + context - penalty)
        else:
            kind, score = 1, float(100 - least_cost(e.profile_key ^ asked.profile_key) - penalty)
        best.offer(e.id, float(95 - penalty))
    if score < terms.threshold:
        return ()
    return (Candidate(Rank(-score, -kind, -context, e.quality, -e.recency, e.id), pair, name, percent),)


def _context(e: Entry, asked: Query) -> int:
    """2: both neighbours are the same; 1: one is, or the place. A unit found elsewhere too may have any."""
    if not (asked.previous_key or asked.next_key or asked.place_key):
        return 0
    if e.elsewhere:
        return 2
    same = (e.previous_key == asked.previous_key != 0) + (e.next_key == asked.next_key != 0)
    return same or int(e.place_key == asked.place_key != 0)
