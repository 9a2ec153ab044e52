"""Which sentences of two texts are each other's translation.

Lengths first (Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational Linguistics 19:1,
1993): one sentence of one text answers none, one or two of the other, and what answers each other has lengths in about
the same ratio as the whole texts. What both texts share holds them together: numbers in the digits of any script, words
that are the same, and names across scripts by the key of `languages.transliteration`. The ends of paragraphs, where they
are known, count too. Dynamic programming finds the cheapest way through both; nothing is trained on any language.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from languages.transliteration import latin_key, transliterations

MOST_SENTENCES = 5_000
"""On either side: beyond this the table does not fit (the band alone is then some ten million cells)."""


class TooLong(ValueError):
    """A text has more sentences than MOST_SENTENCES. `found` is how many."""

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(f"{found} sentences are more than the {MOST_SENTENCES} that can be aligned at once")


@dataclass(frozen=True, slots=True)
class Bead:
    """What answers what: sentences `source[0]` up to (not including) `source[1]` of one text and the same of the other.
    Either may be empty. `sure`: how much dearer the way without this bead would be, from 0 (could as well be otherwise)."""

    source: tuple[int, int]
    target: tuple[int, int]
    sure: float = 0.0


#: -100 log of how often so many sentences answer so many: Gale and Church's table 5, but for sentences that answer
#: none, which letters have more of than the minutes of a parliament, whatever their length.
_KINDS = {
    kind: -100 * math.log(share)
    for kind, share in {(1, 1): 0.89, (1, 0): 0.015, (0, 1): 0.015, (2, 1): 0.0445, (1, 2): 0.0445, (2, 2): 0.011}.items()
}
#: The variance of a character's number of characters in the other language. Theirs is 6.8; with anchors 4 does better.
_VARIANCE = 4.0
#: What a shared anchor saves and a lonely number costs, in the same units (bench/alignment.py).
_SHARED, _LONELY, _MOST_SHARED = 170.0, 90.0, 500.0
#: Paragraphs that end on both sides, on one side only, or inside a bead.
_BOTH_END, _ONE_ENDS, _INSIDE = -120.0, 60.0, 180.0
_NARROWEST = 60


def align(
    source: Sequence[str],
    target: Sequence[str],
    *,
    source_ends: Sequence[int] = (),
    target_ends: Sequence[int] = (),
    anchors: bool = True,
) -> list[Bead]:
    """The beads in order, every sentence in one. `source_ends` and `target_ends`: the numbers of the sentences (from 0) that
    end a paragraph. `anchors=False` goes by lengths (and paragraphs) alone. Raises TooLong."""
    n, m = len(source), len(target)
    if max(n, m) > MOST_SENTENCES:
        raise TooLong(max(n, m))
    if not n or not m:
        return [Bead((i, i + 1), (0, 0)) for i in range(n)] + [Bead((0, 0), (j, j + 1)) for j in range(m)]
    long_s, long_t = [_length(s) for s in source], [_length(t) for t in target]
    ratio = max(sum(long_t), 1) / max(sum(long_s), 1)
    costs = _Costs(long_s, long_t, ratio, _anchors(source, target) if anchors else None, set(source_ends), set(target_ends))
    best, back = _ways(costs, n, m)
    return _read_back(costs, best, back, n, m)


def _length(sentence: str) -> int:
    """Characters a reader sees."""
    return sum(not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn") for c in sentence)


class _Costs:
    def __init__(self, long_s, long_t, ratio, anchors, ends_s, ends_t) -> None:
        self.s, self.t = _running(long_s), _running(long_t)
        self.ratio, self.anchors = ratio, anchors
        self.ends_s, self.ends_t = ends_s, ends_t
        self._lengths: dict[tuple[int, int], float] = {}
        self._shared: dict[tuple[int, int], float] = {}

    def bead(self, i: int, j: int, a: int, b: int) -> float:
        """The cost of sentences i to i+a answering j to j+b."""
        cost = _KINDS[a, b]
        if a and b:
            cost += self._length(self.s[i + a] - self.s[i], self.t[j + b] - self.t[j])
        if self.anchors is not None:
            cost += self._anchored(i, j, a, b)
        if self.ends_s or self.ends_t:
            cost += self._paragraphs(i, j, a, b)
        return cost

    def _length(self, one: int, other: int) -> float:
        known = self._lengths.get((one, other))
        if known is None:
            mean = (one + other / self.ratio) / 2
            z = abs(other - one * self.ratio) / math.sqrt(_VARIANCE * max(mean, 1)) if one or other else 0.0
            # -100 log of the chance of a difference so large: 2 (1 - Phi(z)), which underflows far out
            tail = math.erfc(z / math.sqrt(2))
            known = -100 * math.log(tail) if tail > 1e-300 else 100 * (z * z / 2)
            self._lengths[one, other] = known = min(known, 3_000.0)
        return known

    def _anchored(self, i: int, j: int, a: int, b: int) -> float:
        saved = sum(self._pair(p, q) for p in range(i, i + a) for q in range(j, j + b))
        lonely = 0.0
        if a and b:
            mine, theirs = self.anchors.numbers(i, i + a, j, j + b)
            lonely = _LONELY * min(len(mine - theirs) + len(theirs - mine), 4)
        return lonely - min(saved, _MOST_SHARED * max(a, b))

    def _pair(self, p: int, q: int) -> float:
        known = self._shared.get((p, q))
        if known is None:
            self._shared[p, q] = known = min(_SHARED * self.anchors.shared(p, q), _MOST_SHARED)
        return known

    def _paragraphs(self, i: int, j: int, a: int, b: int) -> float:
        cost = 0.0
        for first, length, ends in ((i, a, self.ends_s), (j, b, self.ends_t)):
            cost += sum(_INSIDE for at in range(first, first + length - 1) if at in ends)
        if a and b:
            one, other = i + a - 1 in self.ends_s, j + b - 1 in self.ends_t
            cost += _BOTH_END if one and other else _ONE_ENDS if one or other else 0.0
        return cost


def _running(lengths: list[int]) -> list[int]:
    out = [0]
    for length in lengths:
        out.append(out[-1] + length)
    return out


def _ways(costs: _Costs, n: int, m: int) -> tuple[dict, dict]:
    """The cheapest way to each pair of places near the line between both ends, and its last bead."""
    width = max(_NARROWEST, abs(n - m) + _NARROWEST, max(n, m) // 20)
    best: dict[tuple[int, int], float] = {(0, 0): 0.0}
    back: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(n + 1):
        middle = i * m // n
        for j in range(max(0, middle - width), min(m, middle + width) + 1):
            found, how = math.inf, (0, 0)
            for a, b in _KINDS:
                before = best.get((i - a, j - b))
                if before is not None and before < found:
                    cost = before + costs.bead(i - a, j - b, a, b)
                    if cost < found:
                        found, how = cost, (a, b)
            if found < math.inf:
                best[i, j], back[i, j] = found, how
    return best, back


def _read_back(costs: _Costs, best: dict, back: dict, n: int, m: int) -> list[Bead]:
    beads: list[Bead] = []
    i, j = n, m
    while i or j:
        a, b = back[i, j]
        others = [
            best[i - c, j - d] + costs.bead(i - c, j - d, c, d) for c, d in _KINDS if (c, d) != (a, b) and (i - c, j - d) in best
        ]
        sure = min(others, default=math.inf) - best[i, j]
        beads.append(Bead((i - a, i), (j - b, j), round(max(sure, 0.0), 1)))
        i, j = i - a, j - b
    return beads[::-1]


# --- anchors -----------------------------------------------------------------------------------

_NUMBER = re.compile(r"\d+(?:[.,:/\-٫٬]\d+)*")
_SAME = re.compile(r"[^\W\d_]{3,}|\S*[@/]\S*\w", re.UNICODE)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


class _Anchors:
    """What the sentences of two texts can share, each with its weight: what stands in many sentences tells little."""

    def __init__(self, source: list[Counter], target: list[Counter], numbers: tuple[list[set], list[set]]) -> None:
        self.source, self.target, self._numbers = source, target, numbers
        seen = Counter(anchor for side in (source, target) for sentence in side for anchor in sentence)
        self.weight = {anchor: min(1.0, 2.0 / number) for anchor, number in seen.items() if number <= 12}

    def shared(self, p: int, q: int) -> float:
        one, other = self.source[p], self.target[q]
        if len(other) < len(one):
            one, other = other, one
        return sum(self.weight.get(anchor, 0.0) for anchor in one if anchor in other)

    def numbers(self, i: int, k: int, j: int, l: int) -> tuple[set[str], set[str]]:  # noqa: E741
        return set().union(*self._numbers[0][i:k]), set().union(*self._numbers[1][j:l])


def _anchors(source: Sequence[str], target: Sequence[str]) -> _Anchors:
    numbers = ([_numbers(s) for s in source], [_numbers(t) for t in target])
    # names only cross scripts: in one script they are the same words
    crosses = _is_latin(source) != _is_latin(target)
    sides = []
    for texts, known in zip((source, target), numbers, strict=True):
        latin = _is_latin(texts)
        sides.append([_found(text, own, crosses, latin) for text, own in zip(texts, known, strict=True)])
    return _Anchors(*sides, numbers)


def _numbers(sentence: str) -> set[str]:
    return {
        "".join(str(unicodedata.digit(c)) for c in found if c.isdigit()).lstrip("0") or "0"
        for found in _NUMBER.findall(sentence)
    }


def _found(sentence: str, numbers: set[str], crosses: bool, latin: bool) -> Counter:
    found = Counter(numbers)
    for word in _SAME.findall(sentence):
        found[word.casefold()] += 1
    if crosses:
        for key in _name_keys(sentence, latin):
            found[f"\0{key}"] += 1
    return found


def _name_keys(sentence: str, latin: bool) -> set[str]:
    """Keys of what may be names: capitalised words (but the first) of a Latin text, any word of another script."""
    keys: set[str] = set()
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)
    for at, word in enumerate(words):
        if latin:
            if at and word[0].isupper() and len(word) > 3:
                keys.add(latin_key(word))
        elif len(word) > 3 and not _LATIN.search(word):
            keys.update(transliterations(word))
    return {key for key in keys if len(key) > 2 and " " not in key}


def _is_latin(texts: Sequence[str]) -> bool:
    sample = "".join(texts[:20])[:2000]
    letters = [c for c in sample if c.isalpha()]
    return sum(bool(_LATIN.match(c)) for c in letters) * 2 > len(letters)
