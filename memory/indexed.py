"""One lookup in one file of the index: every unit that can be among the best, and what it is worth.

Three questions are asked of every file before the next: which units have the same words, which share enough words,
which share enough pairs of characters. Whoever shares too few cannot be near enough (memory.tokens says why), and only
they are skipped. Of the others the longest common subsequence is measured, which costs a third of the distance and
nearly always tells that a unit is too far away; what is left gets its Levenshtein distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import merge

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq, Levenshtein

from memory import counting, forms, scoring
from memory.candidates import Pair
from memory.ranking import LONGEST_COMPARED, Best, Candidate, Query, Rank, Terms, is_variety
from memory.segments import BY_FLAGS, ELSEWHERE, QUALITY_BITS, Lists, Segment, points_by_flags, short

#: So many units are compared at once; the first times fewer, because good matches make the rest unnecessary.
FIRST, MOST = 64, 4096
#: Fewer units than this are looked up bit by bit.
FEW = 3000
#: So many units are put in order before the others.
AT_ONCE = 500
#: What a score was measured on. The order decides where both agree.
MEASURES = ("", "characters", "words")
CHARACTERS, WORDS = 1, 2


class InSegment:
    """`gone` is true for units that were changed or deleted since the file was written."""

    def __init__(
        self, segment: Segment, gone: np.ndarray | None, pair: Pair, asked: Query, terms: Terms, best: Best
    ) -> None:
        self.segment, self.gone, self.pair = segment, gone, pair
        self.asked, self.terms, self.best = asked, terms, best
        self.alike = _NONE
        self.fuzzy: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []  # see _keep
        points = terms.penalties
        self.always = points["variety"] * is_variety(pair, asked) + points["reversed"] * pair.reversed

    def find_alike(self) -> None:
        """Units whose words are the same."""
        rows, lists = self._word_postings
        if len(lists):
            at = lists.one(int(lists.sizes.argmin())).astype(np.int64)
        elif len(rows):
            at = counting.in_all(self.segment.words, rows)
        else:
            return
        at = at[self.segment.columns["bare"][at] == self.asked.bare_key]
        self.alike = at = at[self._allowed(at)]
        if len(at):
            self._offer(at, 95.0 - self._penalties(at))

    def find_by_words(self) -> None:
        """Units that are near in words and have not the same words."""
        asked, segment = self.asked.words, self.segment
        size = len(asked)
        if not size or len(self.asked.form) > LONGEST_COMPARED or self._edits(self._longest(size)) < 1:
            return
        at, common, possible = self._sharing_words(size - self._edits(size))
        if not len(at):
            return
        many = segment.word_counts[at].astype(np.int64)
        longer = np.maximum(many, size)
        fewest = np.maximum(np.abs(many - size), longer - common - possible)
        keep = np.flatnonzero(fewest <= self._edits_of(longer))
        at, longer, fewest = at[keep], longer[keep], fewest[keep]
        keep = self._others(at)
        at, longer, fewest = at[keep], longer[keep], fewest[keep]
        if not len(at):
            return
        penalties = self._penalties(at)
        bounds = self._scores(fewest, longer, penalties)
        order = np.argsort(-bounds, kind="stable")
        order = order[bounds[order] >= self.best.floor]
        known: dict[str, int] = {}
        for start in range(0, len(order), 256):
            block = order[start : start + 256]
            if bounds[block[0]] < self.best.floor:
                break
            distances = []
            for form in segment.forms(at[block]):
                distance = known.get(form)
                if distance is None:
                    distance = known[form] = Levenshtein.distance(asked, forms.words(form))
                distances.append(distance)
            self._keep(at[block], np.array(distances), longer[block], penalties[block], WORDS)

    def _sharing_words(self, least: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Units that may have at least so many of the words; how many each has for sure, and how many more any of
        them may have."""
        rows, lists = self._word_postings
        words, size = self.segment.words, len(self.asked.word_tokens)
        if least > size or least < 1:
            return (_NONE, _NONE, 0) if least > size else (np.arange(self.segment.size), _ZERO, size)
        if len(rows) >= least:
            planes = counting.planes_of(words, rows)
            at = counting.reaching(planes, least)
            if len(lists):
                listed, times = counting.in_lists(lists.joined())
                enough = times + counting.numbers(planes, listed, self.segment.size) >= least
                listed, times = listed[enough], times[enough]
                at = np.union1d(at, listed)
                common = counting.numbers(planes, at, self.segment.size)
                common[np.searchsorted(at, listed)] += times
                return at, common, 0
            return at, counting.numbers(planes, at, self.segment.size), 0
        # whoever has so many of the words stands in one of the size - least + 1 shortest lists
        order = np.argsort(lists.sizes, kind="stable")
        few, rest = order[: size - least + 1], order[size - least + 1 :].tolist()
        at, common = counting.in_lists(lists.joined(few))
        possible = len(rest) + len(rows)
        if possible and len(at):
            many = self.segment.word_counts[at].astype(np.int64)
            longer = np.maximum(many, len(self.asked.words))
            needed = longer - self._edits_of(longer)
            keep = (common + possible >= needed) & (many >= needed)
            at, common, needed = at[keep], common[keep], needed[keep]
            if len(rows) and len(at):
                if len(at) < FEW:
                    bits = words.bitmaps.view(np.uint8)[rows[:, None], at >> 3] >> (at & 7).astype(np.uint8)
                    common = common + (bits & np.uint8(1)).sum(axis=0, dtype=np.int64)
                else:
                    common = common + counting.numbers(counting.planes_of(words, rows), at, self.segment.size)
                possible -= len(rows)
                keep = common + possible >= needed
                at, common, needed = at[keep], common[keep], needed[keep]
            for one in rest:
                if not len(at):
                    break
                listed = lists.one(one)
                place = np.searchsorted(listed, at.astype(listed.dtype))
                common = common + (listed[np.minimum(place, len(listed) - 1)] == at)
                possible -= 1
                keep = common + possible >= needed
                at, common, needed = at[keep], common[keep], needed[keep]
        return at, common, possible

    def find_by_characters(self) -> None:
        """Units that are near in characters and have not the same words."""
        form, segment, best = self.asked.form, self.segment, self.best
        size = len(form)
        if size > LONGEST_COMPARED:
            return
        shortest, longest = size - self._edits(size), self._longest(size)
        a, b = np.searchsorted(segment.sizes, (shortest, longest + 1)).tolist()
        if a >= b:  # what all units of the file lose can be more than the best have to spare: then longest < shortest
            return
        lengths, first = segment.sizes[a:b], segment.first[a : b + 1]
        longer = np.maximum(lengths, size)
        edits = self._edits_of(longer)
        needs = longer + 1 - 2 * edits
        common = by_triples = None
        if needs.min() < 1:
            at = np.arange(first[0], first[-1])
        else:
            found = counting.at_least(segment.characters, self.asked.character_tokens, counting.ranges(first, needs))
            if found is None:
                return
            by_triples = segment.triples.strike_out(
                found, form, segment.characters, counting.alike(first, edits)
            )
            at, common = found.units()
        if not len(at):
            return
        many = np.diff(np.searchsorted(at, first))
        lengths, longer, edits = np.repeat(lengths, many), np.repeat(longer, many), np.repeat(edits, many)
        fewest = np.abs(lengths - size)
        if common is not None:
            np.maximum(fewest, (longer + 2 - common) >> 1, out=fewest)
        if by_triples is not None:
            long = slice(int(np.searchsorted(at, by_triples.low)), None)
            np.maximum(fewest[long], by_triples.numbers(at[long]), out=fewest[long])
        keep = np.flatnonzero(fewest <= edits)
        keep = keep[self._others(at[keep])]
        if not len(keep):
            return
        at, longer, fewest = at[keep], longer[keep], fewest[keep]
        penalties = self._penalties(at)
        bounds = self._scores(fewest, longer, penalties)
        keep = np.flatnonzero(bounds >= best.floor)
        at, longer, penalties, bounds = at[keep], longer[keep], penalties[keep], bounds[keep]
        if len(at) > FIRST:
            # best first; small integers are sorted by their digits, which is several times as quick
            order = np.argsort(((102 - bounds) * 256).astype(np.uint16), kind="stable")
            at, longer, penalties, bounds = at[order], longer[order], penalties[order], bounds[order]
        block, start = FIRST, 0
        while start < len(at):
            end = start + block
            chosen = np.flatnonzero(bounds[start:end] >= best.floor) + start
            start, block = end, min(block * 4, MOST)
            if len(chosen):
                self._compare(at[chosen], longer[chosen], penalties[chosen])

    def _compare(self, at: np.ndarray, longer: np.ndarray, penalties: np.ndarray) -> None:
        """Measure some units' characters and keep those near enough."""
        texts = self.segment.comparable(at)
        places: np.ndarray | None = None
        if len(set(texts)) * 2 < len(texts):  # many units with one text: measured once
            number = {text: n for n, text in enumerate(dict.fromkeys(texts))}
            places = np.fromiter(map(number.__getitem__, texts), np.int64, len(texts))
            texts = list(number)
        edits = self._edits_of(longer, penalties)
        if len(texts) > 8:
            common = self._measured(texts, places, LCSseq.similarity, max(int((longer - edits).min()), 0))
            near = np.flatnonzero(longer - common <= edits)
            at, longer, penalties, edits = at[near], longer[near], penalties[near], edits[near]
            if places is None:
                texts = [texts[i] for i in near.tolist()]
            else:
                places = places[near]
        if len(at) and (cutoff := int(edits.max())) >= 0:
            distances = self._measured(texts, places, Levenshtein.distance, cutoff)
            near = np.flatnonzero(distances <= edits)
            self._keep(at[near], distances[near], longer[near], penalties[near], CHARACTERS)

    def _measured(self, texts: list[str | bytes], places: np.ndarray | None, scorer, cutoff: int) -> np.ndarray:
        [found] = process.cdist([self.asked.form], texts, scorer=scorer, score_cutoff=cutoff, dtype=np.int32)
        return (found if places is None else found[places]).astype(np.int64)

    def _keep(
        self, at: np.ndarray, distances: np.ndarray, longer: np.ndarray, penalties: np.ndarray, measure: int
    ) -> None:
        """Remember units that can be among the best: which, their scores, the percentage and on what it was
        measured."""
        scores = self._scores(distances, longer, penalties)
        # as scoring.reaches
        worth = 1000 * (100 * (longer - distances) - penalties * longer)
        keep = np.flatnonzero(
            (scores >= self.best.floor) & (worth >= scoring.thousandths(self.terms.threshold) * longer)
        )
        if len(keep):
            at, scores = at[keep], scores[keep]
            percent = 100 * (longer[keep] - distances[keep]) // longer[keep]
            self.fuzzy.append((at, scores, percent, np.full(len(at), measure)))
            self._offer(at, scores)

    def _offer(self, at: np.ndarray, scores: np.ndarray) -> None:
        many = min(self.terms.limit, len(at))
        top = np.argpartition(-scores, many - 1)[:many] if many < len(at) else np.arange(many)
        for unit, score in zip(
            self.segment.columns["ids"][at[top]].tolist(), scores[top].tolist(), strict=True
        ):
            self.best.offer(unit, score)

    def candidates(self) -> Iterator[Candidate]:
        """Everything found that can be among the best, in the order of ranks."""
        found = [part() for many, part in ((self.fuzzy, self._near), (self.alike, self._alike)) if len(many)]
        return merge(*found) if len(found) > 1 else found[0] if found else iter(())

    def _near(self) -> Iterator[Candidate]:
        at, scores, percent, measure = (np.concatenate(parts) for parts in zip(*self.fuzzy, strict=True))
        if len(self.fuzzy) > 1:
            # of what was found twice the better; where both measures agree, the characters
            order = np.lexsort((measure, -scores, at))
            first = np.ones(len(at), bool)
            first[1:] = at[order[1:]] != at[order[:-1]]
            order = order[first]
            at, scores, percent, measure = at[order], scores[order], percent[order], measure[order]
        return self._in_order(at, scores, np.zeros(len(at), np.int64), self._contexts(at), percent, measure)

    def _alike(self) -> Iterator[Candidate]:
        at, columns = self.alike, self.segment.columns
        context = self._contexts(at)
        apart = (columns["profile"][at] ^ np.int64(self.asked.profile_key)).view(np.uint64)
        cost = sum(
            points * ((apart >> np.uint64(shift) & np.uint64(0xFFFF)) != 0)
            for shift, points in ((48, scoring.DIFFERENCES["numbers"]), (32, 1), (16, 1), (0, 1))
        )
        same = columns["same"][at] == np.uint32(self.asked.same_key & 0xFFFFFFFF)
        kinds = np.where(same, 2 + context, 1)
        scores = np.where(same, 100.0 + context, 100.0 - np.maximum(cost, 1)) - self._penalties(at)
        nothing = np.zeros(len(at), np.int64)
        return self._in_order(at, scores, kinds, context, nothing, nothing)

    def _in_order(
        self,
        at: np.ndarray,
        scores: np.ndarray,
        kinds: np.ndarray,
        context: np.ndarray,
        percent: np.ndarray,
        measure: np.ndarray,
    ) -> Iterator[Candidate]:
        columns = self.segment.columns
        quality = (columns["flags"][at] & QUALITY_BITS).astype(np.int64)
        recency, ids = columns["recency"][at].astype(np.int64), columns["ids"][at]
        # all of a rank between its score and its id as one number
        worth = kinds
        for part, bits in ((context, 2), (2 - quality, 2), (recency, 32)):
            worth = worth << bits | part
        for some in _best_first(scores, worth):
            for i in some[np.lexsort((ids[some], -worth[some], -scores[some]))].tolist():
                score = float(scores[i])
                if score < self.best.floor:
                    return
                rank = Rank(
                    -score, -int(kinds[i]), -int(context[i]), int(quality[i]), -int(recency[i]), int(ids[i])
                )
                yield Candidate(rank, self.pair, MEASURES[measure[i]], int(percent[i]))

    # -- parts of the above --

    @cached_property
    def _word_postings(self) -> tuple[np.ndarray, Lists]:
        return self.segment.words.found(self.asked.word_tokens)

    def _others(self, at: np.ndarray) -> np.ndarray:
        """Which of some units may be offered and have other words than the text."""
        keep = self._allowed(at)
        if len(self.alike):
            keep &= self.segment.columns["bare"][at] != self.asked.bare_key
        return keep

    def _allowed(self, at: np.ndarray) -> np.ndarray:
        """Which of some units may be offered at all."""
        keep = np.ones(len(at), bool) if self.gone is None else ~self.gone[at]
        if self.terms.worst_quality < 2:
            keep &= (self.segment.columns["flags"][at] & QUALITY_BITS) <= self.terms.worst_quality
        if self.terms.projects is not None:
            keep &= self._projects[self.segment.columns["project"][at]]
        return keep

    @cached_property
    def _projects(self) -> np.ndarray:
        wanted = self.terms.projects or ()
        return np.array([project in wanted for project in self.segment.names["project"]], bool)

    def _penalties(self, at: np.ndarray) -> np.ndarray:
        """Points off, per unit."""
        points, flags = self.terms.penalties, self.segment.columns["flags"][at] & 0b111111
        total = points_by_flags(*(points[name] for name in BY_FLAGS))[flags] + self.always
        if self.terms.sources:
            own = self._points_of_names[self.segment.columns["origin_name"][at]]
            of_kind = points_by_flags(0, 0, points["imported"], points["starter"], 0)[flags]
            total += (own - of_kind) * (own >= 0)
        if points["old"]:
            total += points["old"] * (self.segment.columns["recency"][at] < self.terms.old_before)
        return total

    @cached_property
    def _points_of_names(self) -> np.ndarray:
        """By the number of a file's name, its own points; -1 when it has none."""
        numbers = self.segment.number_of("origin_name")
        found = np.full(len(numbers), -1)
        for name, points in self.terms.sources.items():
            if name in numbers:
                found[numbers[name]] = points
        return found

    def _contexts(self, at: np.ndarray) -> np.ndarray:
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

    def _longest(self, size: int) -> int:
        """The longest that a unit can be and be among the best, for a text of this length."""
        return int(size * 100 / max(self.best.floor + self.always, 1) + 1e-6)

    def _edits(self, longer: int) -> int:
        """The most edits at which any unit can still be among the best, the longer text having this length."""
        return int(longer * max(100 - self.always - self.best.floor, 0) / 100 + 1e-6)

    def _edits_of(self, longer: np.ndarray, penalties: np.ndarray | None = None) -> np.ndarray:
        """The same for many, with the penalties of each when they are known; negative when there is none."""
        if penalties is None:
            return (longer * (max(100 - self.always - self.best.floor, 0) / 100) + 1e-6).astype(np.int64)
        return np.floor(longer * (100 - penalties - self.best.floor) / 100 + 1e-6).astype(np.int64)


_NONE = np.empty(0, np.int64)
_ZERO = np.zeros(1, np.int64)


def _best_first(scores: np.ndarray, worth: np.ndarray) -> Iterator[np.ndarray]:
    """All places of the two arrays, which order units, in a few parts, each better than the next: of a text that a
    million units have, the first few are wanted."""
    if len(scores) <= 2 * AT_ONCE:
        yield np.arange(len(scores))
        return
    last = np.partition(scores, len(scores) - AT_ONCE)[len(scores) - AT_ONCE]
    yield np.flatnonzero(scores > last)
    equal = np.flatnonzero(scores == last)
    if len(equal) > 2 * AT_ONCE:
        least = np.partition(worth[equal], len(equal) - AT_ONCE)[len(equal) - AT_ONCE]
        yield equal[worth[equal] >= least]
        yield equal[worth[equal] < least]
    else:
        yield equal
    yield np.flatnonzero(scores < last)
