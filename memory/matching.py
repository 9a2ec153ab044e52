"""What the memory offers for one text: the best units, each with its score, its class and its reasons.

`find_matches` returns exactly what comparing the text with every unit would return, ties included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection as AnyOf
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import cycle, islice
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from languages import tags
from memory import candidates, forms, scoring
from memory.differences import Difference, differences
from memory.models import QUALITIES, Found, Quality, Unit
from memory.repairs import Repaired, repaired
from memory.scoring import Reason
from memory.search import Candidate, Query, Rank, Terms, penalties_of, search
from storage.columns import utc_now
from storage.direct import Direct

_CLASSES = ("fuzzy", "near exact", "exact", "context", "double context")


@dataclass(frozen=True)
class Match:
    """A unit offered for a text.

    `score`: percent, 0-102, after `penalty` points were taken off. `kind`: "double context" (102 before penalties:
    the same text between the same neighbours), "context" (101: one neighbour or the same place in the same
    document), "exact" (100), "near exact" (95-99: at most numbers, tags, punctuation, case or spelling variants
    differ), "fuzzy". `reasons` say why, most telling first. `differences` are spans of `source` against the asked
    text. A `reversed` match was translated the other way round: its `source` is the unit's target text.
    """

    unit_id: int
    source: str
    target: str
    source_language: str
    target_language: str
    score: float
    kind: str
    reasons: tuple[Reason, ...]
    penalty: int
    quality: str
    origin: str
    origin_name: str
    approved_by: str | None
    approved_at: dt.datetime | None
    translated_by: str | None
    translated_at: dt.datetime | None
    reversed: bool
    text: str = field(repr=False)

    @property
    def differences(self) -> list[Difference]:
        return differences(self.source, self.text)

    @cached_property
    def repaired(self) -> Repaired | None:
        """The target with the numbers, dates, addresses and codes of the asked text, when nothing else differs and it
        is certain which stands for which. `target` stays as it is stored."""
        if self.kind not in ("fuzzy", "near exact"):
            return None
        return repaired(
            self.source,
            self.target,
            self.text,
            source_language=self.source_language,
            target_language=self.target_language,
        )


def find_matches(
    session: Session,
    text: str,
    *,
    source_language: str,
    target_language: str,
    previous: str | None = None,
    next: str | None = None,
    document: str | None = None,
    position: int | None = None,
    threshold: float = 70,
    limit: int = 5,
    min_quality: str | None = None,
    penalties: Mapping[str, int] | None = None,
    source_penalties: Mapping[str, int] | None = None,
    old_after: dt.timedelta = scoring.OLD_AFTER,
    project: str | AnyOf[str] | None = None,
    reverse: bool = True,
) -> list[Match]:
    """The units most like a text, best first, at most `limit`, none under `threshold` percent (50-100).

    `previous` and `next`: the neighbouring source texts, "" at the edge of the document, None when not known.
    `document` and `position`: where the text stands. `min_quality`: "approved", "unreviewed" or "machine".
    `penalties` replace those of `scoring.PENALTIES` by name; `source_penalties` are the points of an imported file or
    a pack by its name, instead of "imported" or "starter"; `old_after`: from when on a unit is old. `project`: only units of this project, or of these.
    `reverse`: also units translated in the other direction. Raises `languages.tags.UnknownLanguage`.
    """
    source_language, target_language = tags.normalise(source_language), tags.normalise(target_language)
    asked = _query(text, source_language, target_language, previous, next, document, position)
    if not asked.form.strip() or limit < 1:
        return []
    terms = _terms(threshold, limit, min_quality, penalties, project, old_after, source_penalties)
    for _ in range(3):
        searched = candidates.collections(session, source_language, target_language, reverse=reverse)
        matches, complete = _judged(session, search(searched, asked, terms), asked, terms)
        if complete:
            break  # else a unit found was deleted meanwhile: look again
    return matches


def _terms(
    threshold: float,
    limit: int,
    min_quality: str | None,
    penalties: Mapping[str, int] | None,
    project: str | AnyOf[str] | None,
    old_after: dt.timedelta,
    source_penalties: Mapping[str, int] | None = None,
) -> Terms:
    unknown = set(penalties or ()) - set(scoring.PENALTIES)
    if unknown:
        raise ValueError(
            f"no such penalty: {', '.join(sorted(unknown))}; there are {', '.join(scoring.PENALTIES)}"
        )
    if any(points < 0 for given in (penalties, source_penalties) for points in (given or {}).values()):
        raise ValueError("a penalty takes points off: it cannot be negative")
    return Terms(
        threshold=min(max(threshold, 0), 102),
        limit=limit,
        penalties={**scoring.PENALTIES, **(penalties or {})},
        sources=source_penalties or {},
        worst_quality=QUALITIES.index(Quality(min_quality)) if min_quality else len(QUALITIES) - 1,
        projects=None if project is None else frozenset([project] if isinstance(project, str) else project),
        old_before=int((utc_now() - old_after).timestamp()),
    )


def _query(
    text: str,
    source_language: str,
    target_language: str,
    previous: str | None,
    next: str | None,
    document: str | None,
    position: int | None,
) -> Query:
    form = forms.form(text, source_language)
    return Query(
        text=text,
        form=form,
        words=tuple(forms.words(form)) if forms.has_words(source_language) else (),
        previous=None if previous is None else forms.same_text(previous),
        next=None if next is None else forms.same_text(next),
        place=None if document is None or position is None else (document, position),
        variety_of=(source_language, target_language),
    )


# --- judging what the scan found -------------------------------------------------------------------

_TABLE = Unit.__table__.c
_SHOWN = select(
    _TABLE.id,
    _TABLE.source,
    _TABLE.target,
    _TABLE.previous_source,
    _TABLE.next_source,
    _TABLE.document,
    _TABLE.position,
    _TABLE.found_elsewhere,
    _TABLE.quality,
    _TABLE.origin,
    _TABLE.origin_name,
    _TABLE.one_to_one,
    _TABLE.approved_by,
    _TABLE.approved_at,
    _TABLE.translated_by,
    _TABLE.translated_at,
    _TABLE.recency,
).where(_TABLE.recalled_at.is_(None))


@cache
def _shown(most: int) -> Direct:
    return Direct(_SHOWN.where(_TABLE.id.in_([bindparam(f"id_{n}", type_=_TABLE.id.type) for n in range(most)])))


def _rows(session: Session, ids: list[int], most: int) -> list[Any]:
    """The rows of at most so many units, those that are there and not recalled."""
    values = {f"id_{n}": id for n, id in enumerate(islice(cycle(ids), most))}
    return _shown(most).rows(session.connection(), values)


def _judged(
    session: Session, found: Iterator[Candidate], asked: Query, terms: Terms
) -> tuple[list[Match], bool]:
    """Read the candidates' rows, best first, until no unread one can be among the best. Also whether
    all of them were still there."""
    ranked: list[tuple[Rank, Match]] = []
    block, complete = min(terms.limit, 500), True
    following = next(found, None)
    while following is not None:
        if len(ranked) >= terms.limit and ranked[terms.limit - 1][0] < following.rank:
            break
        batch = {c.rank.id: c for c in (following, *islice(found, block - 1))}
        rows = _rows(session, list(batch), block)
        block = min(block * 4, 500)
        complete = complete and len(rows) == len(batch)
        ranked += [_judge(session, row, batch[row.id], asked, terms) for row in rows]
        ranked = sorted(r for r in ranked if -r[0].score >= terms.threshold)[: terms.limit]
        following = next(found, None)
    return [match for _, match in ranked], complete


def _judge(
    session: Session, unit: Any, c: Candidate, asked: Query, terms: Terms
) -> tuple[Rank, Match]:
    pair = c.pair
    source, target = (unit.target, unit.source) if pair.reversed else (unit.source, unit.target)
    quality, recency = QUALITIES.index(Quality(unit.quality)), unit.recency
    penalties = penalties_of(
        quality, unit.origin, unit.origin_name, unit.one_to_one, recency, pair, asked, terms
    )
    penalty = sum(points for _, points in penalties)
    context, why = (0, None) if pair.reversed else _context(session, unit, asked)
    reasons: list[Reason]
    if not c.measure:
        if forms.same_text(source) == forms.same_text(asked.text):
            kind, score = 2 + context, float(100 + context - penalty)
            reasons = [why or Reason("same-text")]
        else:
            kinds = forms.profile(source).differences(forms.profile(asked.text))
            kind, score = 1, float(100 - sum(scoring.DIFFERENCES[k] for k in kinds) - penalty)
            reasons = [Reason(k) for k in kinds]
    else:
        kind, score = 0, -c.rank.score
        reasons = [Reason(c.measure, {"percent": c.percent})]
    for name, points in penalties:
        more: dict[str, object] = {}
        if name == "variety":
            more = {"language": " → ".join(pair[:2])}
        elif name in ("imported", "starter"):
            more = {"source": unit.origin_name}
        elif name == "old":
            more = {"since": dt.datetime.fromtimestamp(recency, dt.UTC).date()}
        reasons.append(Reason(f"penalty-{name}", {"points": points, **more}))
    match = Match(
        unit_id=unit.id,
        source=source,
        target=target,
        source_language=pair.language,
        target_language=pair.source_language if pair.reversed else pair.target_language,
        score=score,
        kind=_CLASSES[kind],
        reasons=tuple(reasons),
        penalty=penalty,
        quality=unit.quality,
        origin=unit.origin,
        origin_name=unit.origin_name,
        approved_by=unit.approved_by,
        approved_at=unit.approved_at,
        translated_by=unit.translated_by,
        translated_at=unit.translated_at,
        reversed=pair.reversed,
        text=asked.text,
    )
    return Rank(-score, -kind, -context, quality, -recency, unit.id), match


def _context(session: Session, unit: Any, asked: Query) -> tuple[int, Reason | None]:
    """How well a unit's surroundings agree with those of the asked text, over all the places it was found in."""
    places: list[tuple] = [(unit.previous_source, unit.next_source, unit.document, unit.position)]
    if unit.found_elsewhere:
        places += session.execute(
            select(Found.previous_source, Found.next_source, Found.document, Found.position).where(
                Found.unit_id == unit.id
            )
        )
    best, why = 0, None
    for previous, next, document, position in places:
        same = _same_neighbour(previous, asked.previous) + _same_neighbour(next, asked.next)
        if same == 2:
            return 2, Reason("same-both-neighbours")
        if same and (best == 0 or (why and why.key == "same-position")):
            best, why = 1, Reason("same-one-neighbour")
        elif best == 0 and asked.place == (document, position):
            best, why = 1, Reason("same-position")
    return best, why


def _same_neighbour(text: str | None, asked: str | None) -> bool:
    return text is not None and asked is not None and forms.same_text(text) == asked
