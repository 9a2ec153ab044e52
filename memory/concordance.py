"""A phrase anywhere in the memory, in source or target, whatever its spelling, shown as it was written."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from languages import tags
from languages.folding import fold, fold_with_map, original_span
from memory.models import Unit

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
        self._folded = lru_cache(maxsize=64)(lambda language: fold(text, language).strip())

    def occurs(self, text: str, language: str) -> bool:
        """Whether the phrase stands in the text. An empty phrase stands nowhere."""
        wanted = self._folded(language)
        return bool(wanted) and bool(text) and wanted in fold(text, language)

    def spans(self, text: str, language: str) -> tuple[Span, ...]:
        """Where it stands in the text as written, left to right, not overlapping."""
        wanted = self._folded(language)
        if not wanted or not text:
            return ()
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
    limit: int = 50,
) -> list[Concordance]:
    """Units that contain a phrase, approved ones first, then the newest, at most `limit`.

    `source_language` and `target_language` are those of the units, any variety of them; `side` is where to look:
    "source", "target" or "either". Raises languages.tags.UnknownLanguage and ValueError.
    """
    if side not in ("source", "target", "either"):
        raise ValueError('side is "source", "target" or "either"')
    wanted = Phrase(phrase)
    found: list[Concordance] = []
    # closed, so that PostgreSQL's cursor ends with the loop
    with closing(session.execute(_query(source_language, target_language))) as rows:
        for row in rows:
            sources = (
                wanted.spans(row.source, row.source_language) if _asked(side, "source", wanted, row) else ()
            )
            targets = (
                wanted.spans(row.target, row.target_language) if _asked(side, "target", wanted, row) else ()
            )
            if sources or targets:
                found.append(Concordance(source_spans=sources, target_spans=targets, **row._mapping))
                if len(found) >= limit:
                    break
    return found


def _asked(side: str, which: str, wanted: Phrase, row) -> bool:
    return side in (which, "either") and wanted.occurs(getattr(row, which), getattr(row, f"{which}_language"))


def _query(source_language: str, target_language: str | None) -> Select:
    newest = Unit.changed_at.desc()
    query = (
        select(
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
        )
        .where(Unit.recalled_at.is_(None), _any_variety(Unit.source_language, source_language))
        .order_by(Unit.quality != "approved", newest, Unit.id)
        .execution_options(yield_per=1000)
    )
    if target_language is not None:
        query = query.where(_any_variety(Unit.target_language, target_language))
    return query


def _any_variety(column, language: str):
    base = tags.base(language)
    return or_(column == base, column.startswith(f"{base}-", autoescape=True))
