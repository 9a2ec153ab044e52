"""Finding every unit that may be among the best for a text, without comparing the text with every unit.

`scan` compares a text with all of a few units; `in_segment` asks the index first. Both give the same: candidates
in the order of their ranks, all that can be among the best.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from memory import scoring
from memory.candidates import Collection, Entry, Pair

if TYPE_CHECKING:
    import numpy as np

    from memory.segments import Segment

#: Texts longer than this are found when they are the same or nearly exact; they are not compared letter by letter.
LONGEST_COMPARED = 20_000
#: So many units are compared word by word without counting common words first.
FEW = 200


@dataclass(frozen=True)
class Terms:
    """What a lookup asks of units, apart from the text. `threshold`: percent; `limit`: how many units at most."""

    threshold: float
    limit: int
    penalties: Mapping[str, int]
    worst_quality: int
    projects: frozenset[str] | None
    old_before: int


@dataclass(frozen=True)
class Query:
    """A text and what of it is compared. `words` is empty for languages written without spaces."""

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

    @cached_property
    def character_tokens(self) -> np.ndarray:
        from memory import tokens

        return tokens.of_characters([self.form])[0]

    @cached_property
    def word_tokens(self) -> np.ndarray:
        from memory import tokens

        return tokens.of_words([self.form])[0][0]


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
    its real rank. `measure` names what a fuzzy match was measured on: "characters" or "words"."""

    rank: Rank
    pair: Pair
    measure: str = ""
    percent: int = 0


class Best:
    """The scores that the best units found so far have at least. Nothing under `floor` can still be among them."""

    def __init__(self, limit: int, threshold: float) -> None:
        self._limit, self._scores, self._of = limit, [], {}
        self.floor = threshold
        self._threshold = threshold

    def offer(self, id: int, score: float) -> None:
        known = self._of.get(id)
        if score <= self.floor and (known is None and len(self._scores) >= self._limit):
            return
        if known is not None:
            if score <= known:
                return
            self._scores.remove((known, id))
        insort(self._scores, (score, id))
        self._of[id] = score
        if len(self._scores) > self._limit:
            _, out = self._scores.pop(0)
            del self._of[out]
        if len(self._scores) == self._limit:
            self.floor = max(self._threshold, self._scores[0][0])


def penalties_of(
    quality: int, origin: str, one_to_one: bool, recency: int, pair: Pair, asked: Query, terms: Terms
) -> list[tuple[str, int]]:
    """The penalties a unit gets: (name, points)."""
    true_of_it = {
        "machine": quality == 2,
        "unreviewed": quality == 1,
        "imported": origin == "import",
        "starter": origin == "starter",
        "old": recency < terms.old_before,
        "variety": is_variety(pair, asked),
        "reversed": pair.reversed,
        "alignment": not one_to_one,
    }
    return [(name, terms.penalties[name]) for name, so in true_of_it.items() if so and terms.penalties[name]]


def is_variety(pair: Pair, asked: Query) -> bool:
    wanted = (pair.target_language, pair.source_language) if pair.reversed else pair[:2]
    return wanted != asked.variety_of


def search(collections: Iterable[Collection], asked: Query, terms: Terms) -> Iterator[Candidate]:
    """Every unit that can be among the best, in the order of ranks; longer than is needed, so read it from the
    front."""
    best = Best(terms.limit, terms.threshold)
    found: list[Iterator[Candidate]] = []
    inside: list[InSegment] = []
    for collection in collections:
        found.append(iter(sorted(scan(collection, asked, terms, best))))
        inside += (InSegment(s, gone, collection.pair, asked, terms, best) for s, gone in collection.segments)
    for step in (InSegment.find_alike, InSegment.find_by_words, InSegment.find_by_characters):
        for segment in inside:
            step(segment)
    return heapq.merge(*found, *(segment.candidates() for segment in inside))


# --- the scan --------------------------------------------------------------------------------------


def scan(collection: Collection, asked: Query, terms: Terms, best: Best) -> list[Candidate]:
    """Every unit of a collection's own entries that reaches the threshold."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    listed, pair = collection.listed, collection.pair
    found: list[Candidate] = []
    for e in listed.by_bare.get(asked.bare_key, ()):
        found += _candidate(e, pair, asked, terms, best)
    if len(asked.form) > LONGEST_COMPARED or not listed.forms:
        return found
    threshold = min(max(terms.threshold, 1), 100)
    measures: dict[int, dict[str, tuple[int, int]]] = {}  # index -> measure -> (distance, longer)
    words = collection.vocabulary.read(asked.words)
    for name, query, choices in (("characters", asked.form, listed.forms), ("words", words, listed.words)):
        if not query:
            continue
        # the longest text that can still reach the threshold has length / threshold
        widest = scoring.most_edits(int(len(query) * 100 / threshold) + 1, threshold)
        for _, distance, i in process.extract(
            query, choices, scorer=Levenshtein.distance, score_cutoff=widest, limit=None
        ):
            longer = max(len(query), len(choices[i]))
            if scoring.reaches(distance, longer, 0, terms.threshold):
                measures.setdefault(i, {})[name] = (distance, longer)
    for i, measured in measures.items():
        e = listed.entries[i]
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
    penalties = penalties_of(e.quality, e.origin, e.one_to_one, e.recency, pair, asked, terms)
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


def least_cost(apart: int) -> int:
    """What the differences between two texts of equal words cost at least, by the exclusive or of their
    forms.profile_key."""
    costs = ((48, scoring.DIFFERENCES["numbers"]), (32, 1), (16, 1), (0, 1))
    return max(sum(cost for shift, cost in costs if apart >> shift & 0xFFFF), 1)


def _context(e: Entry, asked: Query) -> int:
    """2: both neighbours are the same; 1: one is, or the place. A unit found elsewhere too may have any."""
    if not (asked.previous_key or asked.next_key or asked.place_key):
        return 0
    if e.elsewhere:
        return 2
    same = (e.previous_key == asked.previous_key != 0) + (e.next_key == asked.next_key != 0)
    return same or int(e.place_key == asked.place_key != 0)


# --- the index -------------------------------------------------------------------------------------


class InSegment:
    """One lookup in one segment. `gone` is true for units that were changed or deleted since it was written."""

    def __init__(
        self, segment: Segment, gone: np.ndarray | None, pair: Pair, asked: Query, terms: Terms, best: Best
    ) -> None:
        self.segment, self.gone, self.pair = segment, gone, pair
        self.asked, self.terms, self.best = asked, terms, best
        self.fuzzy: dict[int, tuple[float, str, int]] = {}  # unit -> score, measure, percent
        points = terms.penalties
        self.always = points["variety"] * is_variety(pair, asked) + points["reversed"] * pair.reversed

    # Three steps, each over all segments before the next, so that what one finds spares the others work.

    def find_alike(self) -> None:
        """Units whose words are the same."""
        import numpy as np

        from memory import counting

        segment, wanted = self.segment, self.asked.word_tokens
        rows, lists = segment.words.found(wanted)
        if lists:
            at = min(lists, key=len).astype(np.int64)
        elif len(rows):
            at, _ = counting.at_least(segment.words, wanted, 0, segment.size, len(wanted))
        else:
            at = np.empty(0, np.int64)
        self.alike = at[self._mask(at, alike=True)]
        if len(self.alike):
            sure = 95.0 - self._penalties(self.alike)
            for unit, score in self._highest(self.alike, sure):
                self.best.offer(unit, score)

    def find_by_words(self) -> None:
        import numpy as np
        from rapidfuzz.distance import Levenshtein

        from memory import counting, forms

        asked, segment = self.asked.words, self.segment
        if not asked or len(self.asked.form) > LONGEST_COMPARED:
            return
        least = self._least_common(len(asked))
        if least > len(asked):
            return
        wanted = self.asked.word_tokens
        _, lists = segment.words.found(wanted)
        # whoever has at least that many of the tokens has one of any len - least + 1 of them
        lists.sort(key=len)
        few = lists[: len(wanted) - least + 1]
        fewest: np.ndarray | int = 0
        if len(few) == len(wanted) - least + 1 and sum(map(len, few)) <= FEW:
            at = np.unique(np.concatenate(few)).astype(np.int64)
            at = at[self._mask(at)]
            many = segment.word_counts[at].astype(np.int64)
        else:
            at, counts = counting.at_least(segment.words, wanted, 0, segment.size, least)
            keep = self._mask(at)
            at = at[keep]
            many = segment.word_counts[at].astype(np.int64)
            if counts is not None:
                fewest = np.maximum(many, len(asked)) - counts[keep]
        longer = np.maximum(many, len(asked))
        penalties = self._penalties(at)
        bounds = self._scores(np.maximum(np.abs(many - len(asked)), fewest), longer, penalties)
        order = np.argsort(-bounds, kind="stable")
        order = order[bounds[order] >= self.best.floor]
        for start in range(0, len(order), 256):
            block = order[start : start + 256]
            if bounds[block[0]] < self.best.floor:
                break
            for i, form in zip(block.tolist(), segment.forms(at[block]), strict=True):
                theirs = forms.words(form)
                if not theirs:
                    continue
                most = max(len(theirs), len(asked))
                distance = Levenshtein.distance(asked, theirs)
                self._keep(int(at[i]), distance, most, int(penalties[i]), "words")

    def find_by_characters(self) -> None:
        import numpy as np
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        from memory import counting

        form, segment, best = self.asked.form, self.segment, self.best
        size = len(form)
        if size > LONGEST_COMPARED:
            return
        longest = min(int(size * 100 / max(best.floor + self.always, 1) + 1e-6), int(segment.sizes[-1]))
        low, high = segment.between(size - self._edits(size), longest)
        if low >= high:
            return
        need = min(m + 1 - 2 * self._edits(m) for m in range(size, max(longest, size) + 1))
        wanted = self.asked.character_tokens
        at, counts = counting.at_least(segment.characters, wanted, low, high, need)
        if not len(at):
            return
        keep = self._mask(at)
        at, counts = at[keep], counts if counts is None else counts[keep]
        if not len(at):
            return
        lengths = segment.lengths(at)
        longer = np.maximum(lengths, size)
        fewest = np.abs(lengths - size)
        if counts is not None:
            fewest = np.maximum(fewest, (longer + 2 - counts) // 2)
        penalties = self._penalties(at)
        bounds = self._scores(fewest, longer, penalties)
        order = np.flatnonzero(bounds >= best.floor)
        order = order[np.argsort(-bounds[order], kind="stable")]
        block, start = 32, 0
        while start < len(order):
            chosen = order[start : start + block]
            chosen = chosen[bounds[chosen] >= best.floor]
            if not len(chosen):
                break
            start, block = start + block, min(block * 4, 4096)
            cutoff = int(self._edits_of(longer[chosen], penalties[chosen]).max())
            if cutoff < 0:
                continue
            distances = process.cdist(
                [form],
                segment.forms(at[chosen]),
                scorer=Levenshtein.distance,
                score_cutoff=cutoff,
                dtype=np.int32,
            )[0].astype(np.int64)
            scores = self._scores(distances, longer[chosen], penalties[chosen])
            good = np.flatnonzero((distances <= cutoff) & (scores >= best.floor))
            for i in good.tolist():
                j = chosen[i]
                self._keep(int(at[j]), int(distances[i]), int(longer[j]), int(penalties[j]), "characters")

    def candidates(self) -> Iterator[Candidate]:
        """Everything found that can be among the best, in the order of ranks."""
        import numpy as np

        columns, floor = self.segment.columns, self.best.floor
        fuzzy = [(unit, *found) for unit, found in self.fuzzy.items() if found[0] >= floor]
        at = np.array([unit for unit, *_ in fuzzy], np.int64)
        context = self._contexts(at).tolist()
        qualities, recencies = columns["flags"][at] & 0b11, columns["recency"][at]
        rows = zip(
            fuzzy, context, qualities.tolist(), recencies.tolist(), columns["ids"][at].tolist(), strict=True
        )
        ranked = sorted(
            Candidate(Rank(-score, 0, -near, quality, -recency, id), self.pair, measure, percent)
            for (_, score, measure, percent), near, quality, recency, id in rows
        )
        yield from heapq.merge(ranked, self._alike_in_order())

    def _alike_in_order(self) -> Iterator[Candidate]:
        import numpy as np

        at, columns = self.alike, self.segment.columns
        if not len(at):
            return
        penalties, context = self._penalties(at), self._contexts(at)
        apart = (columns["profile"][at] ^ np.int64(self.asked.profile_key)).view(np.uint64)
        cost = sum(
            points * ((apart >> np.uint64(shift) & np.uint64(0xFFFF)) != 0)
            for shift, points in ((48, scoring.DIFFERENCES["numbers"]), (32, 1), (16, 1), (0, 1))
        )
        same = columns["same"][at] == np.uint32(self.asked.same_key & 0xFFFFFFFF)
        kinds = np.where(same, 2 + context, 1)
        scores = np.where(same, 100 + context, 100 - np.maximum(cost, 1)) - penalties
        qualities, recencies, ids = (
            columns["flags"][at] & 0b11,
            columns["recency"][at].astype(np.int64),
            columns["ids"][at],
        )
        for i in np.lexsort((ids, -recencies, qualities, -context, -kinds, -scores)).tolist():
            if scores[i] < self.best.floor:
                break
            rank = Rank(
                -float(scores[i]),
                -int(kinds[i]),
                -int(context[i]),
                int(qualities[i]),
                -int(recencies[i]),
                int(ids[i]),
            )
            yield Candidate(rank, self.pair)

    # -- parts of the above --

    def _keep(self, unit: int, distance: int, longer: int, penalty: int, measure: str) -> None:
        score = scoring.score(distance, longer, penalty)
        if score < self.best.floor or not scoring.reaches(distance, longer, penalty, self.terms.threshold):
            return
        known = self.fuzzy.get(unit)
        if known is None or score > known[0] or (score == known[0] and measure == "characters"):
            self.fuzzy[unit] = (score, measure, 100 * (longer - distance) // longer)
            self.best.offer(int(self.segment.columns["ids"][unit]), score)

    def _highest(self, at: np.ndarray, scores: np.ndarray) -> list[tuple[int, float]]:
        """The best scores with their units' ids, no more than are asked for."""
        import numpy as np

        many = min(self.terms.limit, len(at))
        top = np.argpartition(-scores, many - 1)[:many]
        return list(zip(self.segment.columns["ids"][at[top]].tolist(), scores[top].tolist(), strict=True))

    def _mask(self, at: np.ndarray, *, alike: bool = False) -> np.ndarray:
        """Which units may be offered at all: of those whose words are the same, or of the others."""
        keep = (self.segment.columns["bare"][at] == self.asked.bare_key) == alike
        if self.gone is not None:
            keep &= ~self.gone[at]
        if self.terms.worst_quality < 2:
            keep &= (self.segment.columns["flags"][at] & 0b11) <= self.terms.worst_quality
        if self.terms.projects is not None:
            import numpy as np

            allowed = np.array([p in self.terms.projects for p in self.segment.projects], bool)
            keep &= allowed[self.segment.columns["project"][at]]
        return keep

    def _penalties(self, at: np.ndarray) -> np.ndarray:
        """Points off, per unit."""
        import numpy as np

        from memory.segments import ONE_TO_ONE, ORIGIN_SHIFT, QUALITY_BITS

        points, flags = self.terms.penalties, self.segment.columns["flags"][at]
        total = np.full(len(at), self.always, np.int64)
        quality, origin = flags & QUALITY_BITS, flags >> ORIGIN_SHIFT & 0b11
        for name, so in (
            ("machine", quality == 2),
            ("unreviewed", quality == 1),
            ("imported", origin == 1),
            ("starter", origin == 2),
            ("alignment", (flags & ONE_TO_ONE) == 0),
        ):
            if points[name]:
                total += points[name] * so
        if points["old"]:
            total += points["old"] * (self.segment.columns["recency"][at] < self.terms.old_before)
        return total

    def _contexts(self, at: np.ndarray) -> np.ndarray:
        import numpy as np

        from memory.segments import ELSEWHERE, short

        columns, asked = self.segment.columns, self.asked
        near = np.zeros(len(at), np.int64)
        if not (asked.previous_key or asked.next_key or asked.place_key):
            return near
        if asked.previous_key:
            near += columns["before"][at] == short(asked.previous_key)
        if asked.next_key:
            near += columns["after"][at] == short(asked.next_key)
        if asked.place_key:
            near = np.maximum(near, columns["place"][at] == short(asked.place_key))
        if not self.pair.reversed:
            near[(columns["flags"][at] & ELSEWHERE) != 0] = 2
        return near

    def _scores(self, distances: np.ndarray, longer: np.ndarray, penalties: np.ndarray) -> np.ndarray:
        """As scoring.score, to the last bit."""
        return (100 * (longer - distances) - penalties * longer) / longer

    def _edits(self, longer: int) -> int:
        """The most edits at which any unit can still be among the best, the longer text having this length."""
        return int(longer * max(100 - self.always - self.best.floor, 0) / 100 + 1e-6)

    def _edits_of(self, longer: np.ndarray, penalties: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.floor(longer * (100 - penalties - self.best.floor) / 100 + 1e-6).astype(np.int64)

    def _least_common(self, size: int) -> int:
        """How many of `size` tokens a unit must share at least."""
        return size - self._edits(size)
