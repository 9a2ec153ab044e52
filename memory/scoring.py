"""What a match is worth, in numbers a translator can follow.

Similarity is ``1 - d / n``: d the Levenshtein distance of two matching forms, n the length of the longer one. It is
computed on characters and, for languages with words, on words; the better of the two rules. All comparisons are of
integers: RapidFuzz's normalised cut-offs drop pairs that stand exactly on a boundary.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: Points taken off, by what is true of a unit. All can be set; 0 switches one off.
PENALTIES: Mapping[str, int] = MappingProxyType(
    {
        "machine": 15,
        "unreviewed": 0,
        "imported": 0,
        "starter": 0,
        "old": 0,
        "variety": 5,
        "reversed": 5,
        "alignment": 5,
    }
)
#: Origins whose sources have names, files and packs -> the penalty that a name's own points take the place of.
NAMED: Mapping[str, str] = MappingProxyType({"import": "imported", "starter": "starter"})
#: A unit is old when it was last touched longer ago than this.
OLD_AFTER = dt.timedelta(days=5 * 365)

#: What near exact pairs may differ in, and what each difference costs. At most five points: 95-99.
DIFFERENCES: Mapping[str, int] = MappingProxyType(
    {"numbers": 2, "tags": 1, "punctuation": 1, "case": 1, "spelling": 1}
)

#: What each reason says, in English, with its %(fields)s; keys are stable.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "same-both-neighbours": "the same text between the same two segments",
        "same-one-neighbour": "the same text beside the same segment",
        "same-position": "the same text in the same place of the same document",
        "same-text": "the same text",
        "numbers": "only numbers differ",
        "tags": "only formatting differs",
        "punctuation": "punctuation differs",
        "case": "capital letters differ",
        "spelling": "the spelling varies",
        "characters": "%(percent)s %% of the characters are the same",
        "words": "%(percent)s %% of the words are the same",
        "penalty-machine": "machine translation: %(points)s points less",
        "penalty-unreviewed": "not reviewed: %(points)s points less",
        "penalty-imported": "imported from %(source)s: %(points)s points less",
        "penalty-starter": "from the starter pack: %(points)s points less",
        "penalty-old": "last touched %(since)s: %(points)s points less",
        "penalty-variety": "another variety, %(language)s: %(points)s points less",
        "penalty-reversed": "translated in the other direction: %(points)s points less",
        "penalty-alignment": "not aligned one to one: %(points)s points less",
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the answer to "why this score?". `key` is one of REASONS; `fields` fill its message."""

    key: str
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def message(self) -> str:
        """English, with %(fields)s still in it: what a catalogue of translations is keyed by."""
        return REASONS[self.key]

    def text(self) -> str:
        return self.message % self.fields


def thousandths(threshold: float) -> int:
    """A percentage as an integer, to be compared without rounding."""
    return round(threshold * 1000)


def most_edits(longer: int, threshold: float) -> int:
    """The largest distance at which two texts, the longer one of this length, still reach the threshold."""
    return longer * (100_000 - thousandths(threshold)) // 100_000


def score(distance: int, longer: int, penalty: int) -> float:
    """Similarity in percent minus the penalty. One division of integers, correctly rounded: equal ratios give equal
    numbers and unequal ones keep their order (for texts under ten million characters)."""
    return (100 * (longer - distance) - penalty * longer) / longer


def reaches(distance: int, longer: int, penalty: int, threshold: float) -> bool:
    """Whether similarity minus penalty is at least the threshold. Integers only."""
    return 1000 * (100 * (longer - distance) - penalty * longer) >= thousandths(threshold) * longer
