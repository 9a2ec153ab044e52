"""What the memory offers for one text: the best units, each with its score, its class and its reasons.

`find_matches` returns exactly what comparing the text with every unit would return, ties included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection as AnyOf
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from languages import tags
from memory import candidates, forms, scoring
from memory.candidates import Entry, Pair
from memory.differences import Difference, differences
from memory.models import QUALITIES, Found, Quality, Unit
from memory.recording import neighbour_key, position_key
from memory.scoring import Reason
from storage.columns import utc_now

#: Texts longer than this are found when they are the same or nearly exact; they are not compared letter by letter.
LONGEST_COMPARED = 20_000

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


@dataclass(frozen=True)
class Terms:
    """What a lookup asks of units, apart from the text."""

    threshold: float
    penalties: Mapping[str, int]
    worst_quality: int
    projects: frozenset[str] | None
    old_before: int


@dataclass(frozen=True)
class Query:
    text: str
    form: str
    words: tuple[str, ...]
    bare_key: int
    same_key: int
    profile_key: int
    previous: str | None
    next: str | None
    place: tuple[str, int] | None
    previous_key: int
    next_key: int
    place_key: int
    variety_of: tuple[str, str]


class Rank(NamedTuple):
    """The order of matches; smaller is better. Equal scores: the better class, then context, approval, the newer
    one, the lower id."""

    score: float
    kind: int
    context: int
    quality: int
    recency: int
    id: int


class Candidate(NamedTuple):
    """A unit that may match. `rank` is as good as the unit can be judged before its row is read: never worse than
    its real rank, and equal to it where nothing but the row's own text could lower it."""

    rank: Rank
    pair: Pair
    measure: str = ""  # of a fuzzy match: "characters" or "words"
    percent: int = 0


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
    project: str | AnyOf[str] | None = None,
    reverse: bool = True,
) -> list[Match]:
    """The units most like a text, best first, at most `limit`, none under `threshold` percent (50-100).

    `previous` and `next`: the neighbouring source texts, "" at the edge of the document, None when not known.
    `document` and `position`: where the text stands. `min_quality`: "approved", "unreviewed" or "machine".
    `penalties` replace those of `scoring.PENALTIES` by name. `project`: only units of this project, or of these.
    `reverse`: also units translated in the other direction. Raises `languages.tags.UnknownLanguage`.
    """
    source_language, target_language = tags.normalise(source_language), tags.normalise(target_language)
    asked = _query(text, source_language, target_language, previous, next, document, position)
    if not asked.form.strip() or limit < 1:
        return []
    terms = _terms(threshold, min_quality, penalties, project)
    found: list[Candidate] = []
    for collection in candidates.collections(session, source_language, target_language, reverse=reverse):
        found += scan(collection, asked, terms)
    found.sort()
    return _judged(session, found, asked, terms, limit)


def _terms(
    threshold: float,
    min_quality: str | None,
    penalties: Mapping[str, int] | None,
    project: str | AnyOf[str] | None,
) -> Terms:
    unknown = set(penalties or ()) - set(scoring.PENALTIES)
    if unknown:
        raise ValueError(
            f"no such penalty: {', '.join(sorted(unknown))}; there are {', '.join(scoring.PENALTIES)}"
        )
    return Terms(
        threshold=min(max(threshold, 0), 102),
        penalties={**scoring.PENALTIES, **(penalties or {})},
        worst_quality=QUALITIES.index(Quality(min_quality)) if min_quality else len(QUALITIES) - 1,
        projects=None if project is None else frozenset([project] if isinstance(project, str) else project),
        old_before=int((utc_now() - scoring.OLD_AFTER).timestamp()),
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
        bare_key=forms.key(forms.bare(form)),
        same_key=forms.key(forms.same_text(text)),
        profile_key=forms.profile_key(text),
        previous=None if previous is None else forms.same_text(previous),
        next=None if next is None else forms.same_text(next),
        place=None if document is None or position is None else (document, position),
        previous_key=neighbour_key(previous),
        next_key=neighbour_key(next),
        place_key=position_key(document, position),
        variety_of=(source_language, target_language),
    )


# --- the scan --------------------------------------------------------------------------------------


def scan(collection: candidates.Collection, asked: Query, terms: Terms) -> Iterable[Candidate]:
    """Every unit of a collection that reaches the threshold."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    listed, pair = collection.listed, collection.pair
    alike = listed.by_bare.get(asked.bare_key, ())
    for e in alike:
        yield from _candidate(e, pair, asked, terms)
    if len(asked.form) > LONGEST_COMPARED:
        return
    threshold = min(max(terms.threshold, 1), 100)
    measures: dict[int, dict[str, tuple[int, int]]] = {}  # index -> measure -> (distance, longer)
    for name, query, choices in (
        ("characters", asked.form, listed.forms),
        ("words", collection.vocabulary.read(asked.words), listed.words),
    ):
        if not query or not choices:
            continue
        # the longest text that can still reach the threshold has length / threshold
        widest = scoring.most_edits(int(len(query) * 100 / threshold) + 1, threshold)
        for _, distance, i in process.extract(
            query, choices, scorer=Levenshtein.distance, score_cutoff=widest, limit=None
        ):
            longer = max(len(query), len(choices[i]))
            if scoring.reaches(distance, longer, 0, terms.threshold):
                measures.setdefault(i, {})[name] = (distance, longer)
    for i, found in measures.items():
        e = listed.entries[i]
        if e.bare_key != asked.bare_key:
            yield from _candidate(e, pair, asked, terms, found)


def _candidate(
    e: Entry, pair: Pair, asked: Query, terms: Terms, measures: Mapping[str, tuple[int, int]] | None = None
) -> Iterable[Candidate]:
    if e.quality > terms.worst_quality or (terms.projects is not None and e.project not in terms.projects):
        return
    penalty = sum(
        points for _, points in _penalties(e.quality, e.origin, e.one_to_one, e.recency, pair, asked, terms)
    )
    context = _context_of_keys(e, asked)
    name, percent = "", 0
    if measures:
        # where both measures agree, max names the first: the characters
        name = max(sorted(measures), key=lambda n: scoring.score(*measures[n], 0))
        score = scoring.score(*measures[name], penalty)
        distance, longer = measures[name]
        kind, percent = 0, 100 * (longer - distance) // longer
    elif e.same_key == asked.same_key:
        kind, score = 2 + context, float(100 + context - penalty)
    else:
        kind, score = 1, float(100 - _least_cost(e.profile_key, asked.profile_key) - penalty)
    if score >= terms.threshold:
        yield Candidate(Rank(-score, -kind, -context, e.quality, -e.recency, e.id), pair, name, percent)


def _least_cost(one: int, other: int) -> int:
    """What the differences between two texts of equal words cost at least, by forms.profile_key."""
    apart = one ^ other
    costs = ((48, scoring.DIFFERENCES["numbers"]), (32, 1), (16, 1), (0, 1))
    return max(sum(cost for shift, cost in costs if apart >> shift & 0xFFFF), 1)


def _context_of_keys(e: Entry, asked: Query) -> int:
    """2: both neighbours are the same; 1: one is, or the place. A unit found elsewhere too may have any."""
    if e.elsewhere:
        return 2
    same = (e.previous_key == asked.previous_key != 0) + (e.next_key == asked.next_key != 0)
    return same or int(e.place_key == asked.place_key != 0)


def _penalties(
    quality: int, origin: str, one_to_one: bool, recency: int, pair: Pair, asked: Query, terms: Terms
) -> list[tuple[str, int]]:
    wanted = (pair.target_language, pair.source_language) if pair.reversed else pair[:2]
    true_of_it = {
        "machine": quality == 2,
        "unreviewed": quality == 1,
        "imported": origin == "import",
        "starter": origin == "starter",
        "old": recency < terms.old_before,
        "variety": wanted != asked.variety_of,
        "reversed": pair.reversed,
        "alignment": not one_to_one,
    }
    return [(name, terms.penalties[name]) for name, so in true_of_it.items() if so and terms.penalties[name]]


# --- judging what the scan found -------------------------------------------------------------------

_SHOWN = (
    Unit.id,
    Unit.source,
    Unit.target,
    Unit.previous_source,
    Unit.next_source,
    Unit.document,
    Unit.position,
    Unit.found_elsewhere,
    Unit.quality,
    Unit.origin,
    Unit.origin_name,
    Unit.one_to_one,
    Unit.approved_by,
    Unit.approved_at,
    Unit.translated_by,
    Unit.translated_at,
    Unit.recency,
)


def _judged(session: Session, found: list[Candidate], asked: Query, terms: Terms, limit: int) -> list[Match]:
    """Read the candidates' rows, best first, until no unread one can be among the best."""
    ranked: list[tuple[Rank, Match]] = []
    at, block = 0, limit
    while at < len(found):
        if len(ranked) >= limit and ranked[limit - 1][0] < found[at].rank:
            break
        batch = {c.rank.id: c for c in found[at : at + block]}
        at, block = at + block, min(block * 4, 500)
        rows = session.execute(select(*_SHOWN).where(Unit.id.in_(batch), Unit.recalled_at.is_(None)))
        ranked += (_judge(session, row, batch[row.id], asked, terms) for row in rows)
        ranked = sorted(r for r in ranked if -r[0].score >= terms.threshold)[:limit]
    return [match for _, match in ranked]


def _judge(session: Session, unit: Row, c: Candidate, asked: Query, terms: Terms) -> tuple[Rank, Match]:
    pair = c.pair
    source, target = (unit.target, unit.source) if pair.reversed else (unit.source, unit.target)
    quality, recency = QUALITIES.index(Quality(unit.quality)), unit.recency
    penalties = _penalties(quality, unit.origin, unit.one_to_one, recency, pair, asked, terms)
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
        more = {"language": " → ".join(pair[:2])} if name == "variety" else {}
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


def _context(session: Session, unit: Row, asked: Query) -> tuple[int, Reason | None]:
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
