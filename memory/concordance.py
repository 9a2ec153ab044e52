"""A phrase, or words, anywhere in the memory, in source or target, whatever the spelling, shown as it was written."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from languages import tags
from languages.folding import fold, fold_with_map, original_span
from memory import phrases
from memory.models import Unit
from memory.texts import SIDES, Rank, Wanted, rank

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Concordance:
    """A unit in which a phrase occurs. Spans are [start, end) offsets in the text as it was written."""

    unit_id: int
    source: str
    target: str
    source_language: str
    target_language: str
    source_spans: tuple[Span, ...]
    target_spans: tuple[Span, ...]
    quality: str
    origin: str
    origin_name: str
    approved_by: str | None
    approved_at: dt.datetime | None


class Phrase:
    """A phrase to look for. It is folded as each text's language folds; white space at its ends does not count."""

    def __init__(self, text: str) -> None:
        self.text = text
        #: As texts of a language fold it; "" for a phrase that stands nowhere.
        self.folded = lru_cache(maxsize=64)(lambda language: fold(text, language).strip())

    def occurs(self, text: str, language: str) -> bool:
        """Whether the phrase stands in the text. An empty phrase stands nowhere."""
        wanted = self.folded(language)
        return bool(wanted) and bool(text) and wanted in fold(text, language)

    def spans(self, text: str, language: str) -> tuple[Span, ...]:
        """Where it stands in the text as written, left to right, not overlapping."""
        if not self.occurs(text, language):
            return ()
        wanted = self.folded(language)
        folded, origin = fold_with_map(text, language)
        found, at = [], folded.find(wanted)
        while at >= 0:
            found.append(original_span(origin, at, at + len(wanted), len(text)))
            at = folded.find(wanted, at + len(wanted))
        return tuple(found)


def concordance(
    session: Session,
    phrase: str,
    *,
    source_language: str,
    target_language: str | None = None,
    side: str = "source",
    words: bool = False,
    limit: int = 50,
) -> list[Concordance]:
    """Units that contain a phrase, approved ones first, then the newest, at most `limit`.

    `source_language` and `target_language` are those of the units, any variety of them; `side` is where to look:
    "source", "target" or "either". With `words` each word may stand anywhere in the text, in any order. Raises
    languages.tags.UnknownLanguage and ValueError.
    """
    if side not in ("source", "target", "either"):
        raise ValueError('side is "source", "target" or "either"')
    wanted = [Phrase(part) for part in (phrase.split() if words else [phrase])]
    base, other = tags.base(source_language), target_language and tags.base(target_language)
    sides = SIDES if side == "either" else (side,)

    def asked(pair: phrases.Pair) -> bool:
        return tags.base(pair.source_language) == base and other in (None, tags.base(pair.target_language))

    ready, read = phrases.collections(session, asked)
    ranked: list[tuple[Rank, int]] = []
    for c in ready:
        languages = dict(zip(SIDES, c.pair, strict=True))
        ranked += c.found({s: _wanted(wanted, languages[s]) for s in sides}, limit)
    for pair in read:
        ranked += _read(session, pair, wanted, sides, limit)
    ranked.sort()
    return _shown(session, [id for _rank, id in ranked], wanted, sides, limit)


def _wanted(wanted: list[Phrase], language: str) -> Wanted:
    folded = [phrase.folded(language) for phrase in wanted]
    return Wanted.of(folded if all(folded) else ())


def _read(session: Session, pair: phrases.Pair, wanted, sides, limit: int) -> list[tuple[Rank, int]]:
    """What a pair without files says: every unit read, the best first."""
    query = (
        phrases.of_pair(select(Unit.id, Unit.source, Unit.target, Unit.quality, Unit.recency), pair)
        .order_by(Unit.quality != "approved", Unit.recency.desc(), Unit.id.desc())
        .execution_options(yield_per=1000)
    )
    languages = dict(zip(SIDES, pair, strict=True))
    found = []
    # closed, so that PostgreSQL's cursor ends with the loop
    with closing(session.execute(query)) as rows:
        for row in rows:
            if any(all(p.occurs(getattr(row, s), languages[s]) for p in wanted) for s in sides if wanted):
                found.append((rank(row.id, row.quality, row.recency), row.id))
                if len(found) >= limit:
                    break
    return found


def _shown(session: Session, ids: list[int], wanted: list[Phrase], sides, limit: int) -> list[Concordance]:
    """The units, as this session sees them, with what was found in them marked."""
    found: list[Concordance] = []
    for start in range(0, len(ids), limit):
        some = ids[start : start + limit]
        rows = {r.unit_id: r for r in session.execute(_SHOWN.where(Unit.id.in_(some)))}
        for row in (rows[id] for id in some if id in rows):
            spans = {
                s: _spans(wanted, getattr(row, s), getattr(row, f"{s}_language")) if s in sides else ()
                for s in SIDES
            }
            if any(spans.values()):
                found.append(
                    Concordance(source_spans=spans["source"], target_spans=spans["target"], **row._mapping)
                )
                if len(found) >= limit:
                    return found
    return found


def _spans(wanted: list[Phrase], text: str, language: str) -> tuple[Span, ...]:
    """Where all of it stands, left to right, what overlaps as one; nothing when a part is missing."""
    each = [phrase.spans(text, language) for phrase in wanted]
    if not all(each):
        return ()
    joined: list[Span] = []
    for start, end in sorted(span for spans in each for span in spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


_SHOWN = select(
    Unit.id.label("unit_id"),
    Unit.source,
    Unit.target,
    Unit.source_language,
    Unit.target_language,
    Unit.quality,
    Unit.origin,
    Unit.origin_name,
    Unit.approved_by,
    Unit.approved_at,
).where(Unit.recalled_at.is_(None))
