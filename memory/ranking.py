"""What a lookup asks, how what it finds is ranked, and what still can be among the best."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from languages import tags
from memory import forms, scoring
from memory.candidates import Pair
from memory.keys import neighbour_key, position_key

if TYPE_CHECKING:
    import numpy as np

#: Texts longer than this are found when they are the same or nearly exact; they are not compared letter by letter.
LONGEST_COMPARED = 20_000


@dataclass(frozen=True)
class Terms:
    """What a lookup asks of units, apart from the text. `threshold`: percent; `limit`: how many units at most."""

    threshold: float
    limit: int
    penalties: Mapping[str, int]
    #: Points by the name of a file or pack, instead of those of its kind.
    sources: Mapping[str, int]
    worst_quality: int
    projects: frozenset[str] | None
    old_before: int


@dataclass(frozen=True)
class Query:
    """A text and what of it is compared. `words` is empty for languages written without spaces."""

    text: str
    form: str
    words: tuple[str, ...]
    previous: str | None
    next: str | None
    place: tuple[str, int] | None
    variety_of: tuple[str, str]

    # made when they are asked for: most texts are like nothing

    @cached_property
    def bare_key(self) -> int:
        return forms.key(" ".join(self.words) or forms.bare(self.form))

    @cached_property
    def same_key(self) -> int:
        return forms.key(forms.same_text(self.text))

    @cached_property
    def profile_key(self) -> int:
        return forms.profile_key(self.text)

    @cached_property
    def previous_key(self) -> int:
        return neighbour_key(self.previous)

    @cached_property
    def next_key(self) -> int:
        return neighbour_key(self.next)

    @cached_property
    def place_key(self) -> int:
        return position_key(*self.place) if self.place else 0

    @cached_property
    def character_tokens(self) -> np.ndarray:
        from memory import tokens

        return tokens.of_one_form(self.form)

    @cached_property
    def word_tokens(self) -> np.ndarray:
        from memory import tokens

        return tokens.of_one_forms_words(self.form)


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
    quality: int,
    origin: str,
    origin_name: str | None,
    one_to_one: bool,
    recency: int,
    pair: Pair,
    asked: Query,
    terms: Terms,
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
    points = terms.penalties
    if terms.sources and origin in scoring.NAMED and origin_name in terms.sources:
        points = {**points, scoring.NAMED[origin]: terms.sources[origin_name]}
    return [(name, points[name]) for name, so in true_of_it.items() if so and points[name]]


def is_variety(pair: Pair, asked: Query) -> bool:
    """Whether a pair of languages is another variety of the one that is asked for; `nl-NL` for `nl` is none."""
    wanted = (pair.target_language, pair.source_language) if pair.reversed else pair[:2]
    return any(tags.variety(one) != tags.variety(other) for one, other in zip(wanted, asked.variety_of, strict=True))


def least_cost(apart: int) -> int:
    """What the differences between two texts of equal words cost at least, by the exclusive or of their
    forms.profile_key."""
    costs = ((48, scoring.DIFFERENCES["numbers"]), (32, 1), (16, 1), (0, 1))
    return max(sum(cost for shift, cost in costs if apart >> shift & 0xFFFF), 1)
