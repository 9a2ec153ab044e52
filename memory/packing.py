"""Units on their way from the database, or from what a process has in memory, into a segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np
from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from memory import forms, scoring, segments
from memory.candidates import Pair, of_pair
from memory.keys import text_keys
from memory.listed import Entry
from memory.models import QUALITIES, Unit
from memory.segments import Units

_UNIT = Unit.__table__.c
_QUALITY = {quality.value: number for number, quality in enumerate(QUALITIES)}
_ORIGIN = {origin: number for number, origin in enumerate(segments.ORIGINS)}


def _flags(quality: int, origin: int, one_to_one: int, elsewhere: int) -> int:
    return (
        quality
        | origin << segments.ORIGIN_SHIFT
        | one_to_one * segments.ONE_TO_ONE
        | elsewhere * segments.ELSEWHERE
    )


# The columns of the table, not the mapped attributes: a million rows go through here. The flags are put together by
# the database, which is several times as quick at it.
_READ = (
    _UNIT.id,
    _UNIT.form,
    _UNIT.bare_key,
    _UNIT.source_key,
    _UNIT.profile_key,
    _UNIT.previous_key,
    _UNIT.next_key,
    _UNIT.place_key,
    (
        case(_QUALITY, value=_UNIT.quality)
        + case(
            {o: n << segments.ORIGIN_SHIFT for o, n in _ORIGIN.items()},
            value=_UNIT.origin,
            else_=3 << segments.ORIGIN_SHIFT,
        )
        + case((_UNIT.one_to_one, segments.ONE_TO_ONE), else_=0)
        + case((_UNIT.found_elsewhere, segments.ELSEWHERE), else_=0)
    ).label("flags"),
    _UNIT.recency,
    _UNIT.project,
    case((_UNIT.origin.in_(list(scoring.NAMED)), _UNIT.origin_name)).label("origin_name"),
)
BATCH = 20_000


def from_database(session: Session, pair: Pair) -> Iterator[Units]:
    """The units of a pair, in parts that fit a segment."""
    text, language = (
        (_UNIT.target, pair.target_language) if pair.reversed else (_UNIT.source, pair.source_language)
    )
    # forms made by an older folding are made again
    current = (
        [None]
        if pair.reversed
        else [_UNIT.form_version == forms.VERSION, _UNIT.form_version != forms.VERSION]
    )
    gathered: list[Units] = []
    for which in current:
        # in the order in which they stand in the table: SQLite would follow the keys of the texts, all over its file
        query, texts = (of_pair(select(*read), pair) for read in (_READ, (_UNIT.id, text)))
        if which is not None:
            query, texts = query.where(which), texts.where(which)
        again = which is None or which is current[1]
        for rows in _batches(session, query.order_by(_UNIT.id)):
            units = packed(rows, _texts(session, texts, rows) if again else {}, language)
            if pair.reversed:
                units.forget_neighbours()  # they are in the other language
            gathered.append(units)
            if sum(map(len, gathered)) + BATCH > segments.LARGEST:
                ready, gathered = Units.joined(gathered), []
                yield ready
                del ready
    if gathered:
        yield Units.joined(gathered)


def _batches(session: Session, query: Select) -> Iterator[Sequence]:
    """The rows of a query, some at a time. SQLite's are taken as its driver gives them, which costs half."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        with closing(connection.execute(query)) as result:
            while rows := result.cursor.fetchmany(BATCH):
                yield rows
    else:
        with closing(connection.execute(query.execution_options(yield_per=BATCH))) as result:
            yield from result.partitions()


def _texts(session: Session, query: Select, rows: Sequence) -> dict[int, str]:
    """The texts of these rows by id: of those that a query for ids and texts gives between the first and the last."""
    return dict(session.execute(query.where(_UNIT.id.between(rows[0][0], rows[-1][0]))).all())


def packed(rows: Sequence, texts: dict[int, str], language: str) -> Units:
    """Rows of the database as units of a segment. With `texts`, forms and keys are made from them anew."""
    ids, made, bare, same, profile, before, after, place, flags, recency, *named = zip(*rows, strict=True)
    if texts:
        keys = [text_keys(texts[id], language) for id in ids]
        made, bare, same, profile = (
            [k[name] for k in keys] for name in ("form", "bare_key", "source_key", "profile_key")
        )
    numbers: dict[str, dict[str | None, int]] = {}
    for name, column in zip(segments.NAMED, named, strict=True):
        numbers[name] = {known: n for n, known in enumerate(dict.fromkeys([None, *column]))}
    return Units(
        list(made),
        {
            "ids": np.array(ids, np.int64),
            "bare": np.array(bare, np.int64),
            "same": (np.array(same, np.int64) & 0xFFFFFFFF).astype(np.uint32),
            "profile": np.array(profile, np.int64),
            "before": segments.short(np.array(before, np.int64)).astype(np.uint16),
            "after": segments.short(np.array(after, np.int64)).astype(np.uint16),
            "place": segments.short(np.array(place, np.int64)).astype(np.uint16),
            "flags": np.array(flags, np.uint8),
            "recency": np.array(recency, np.uint32),
        }
        | {
            name: np.fromiter(map(numbers[name].__getitem__, column), segments.COLUMNS[name], len(ids))
            for name, column in zip(segments.NAMED, named, strict=True)
        },
        {name: list(known) for name, known in numbers.items()},
    )


def of_entries(entries: Sequence[Entry]) -> Units:
    rows = [
        (
            e.id,
            e.form,
            e.bare_key,
            e.same_key,
            e.profile_key,
            e.previous_key,
            e.next_key,
            e.place_key,
            _flags(e.quality, _ORIGIN.get(e.origin, 3), int(e.one_to_one), int(e.elsewhere)),
            e.recency,
            e.project,
            e.origin_name,
        )
        for e in entries
    ]
    return packed(rows, {}, "")
