"""What a process holds of units that stand in no file of the index: few enough to be compared one by one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from memory import scoring

#: So many changes are put into the lists that a scan reads; for more the lists are made anew.
FEW = 50


class Entry(NamedTuple):
    """What matching must know of a unit before it reads its row. Keys are digests (memory.models)."""

    id: int
    form: str
    words: str
    bare_key: int
    same_key: int
    profile_key: int
    previous_key: int
    next_key: int
    place_key: int
    elsewhere: bool
    quality: int
    origin: str
    one_to_one: bool
    recency: int
    project: str | None
    #: Of a file or a pack; None where a unit has another origin.
    origin_name: str | None


@dataclass(frozen=True)
class Listed:
    """Entries as a scan reads them, never changed: by the length of their forms and of their words, by the words they
    hold, and by their bare form."""

    forms: ByLength
    words: ByLength
    holders: dict[str, list[Entry]]
    by_bare: dict[int, list[Entry]]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Listed:
        nothing = ByLength("form", [], [], [])
        return cls(nothing, replace(nothing, of="words"), {}, {}).changed([], list(entries))

    def changed(self, gone: list[Entry], new: list[Entry]) -> Listed:
        holders, by_bare = dict(self.holders), dict(self.by_bare)
        fresh: set[object] = set()  # lists of this object alone
        for keep, entries in ((False, gone), (True, new)):
            for e in entries:
                _filed(by_bare, e.bare_key, e, keep, fresh)
                for word in set(e.words):
                    _filed(holders, word, e, keep, fresh)
        return Listed(self.forms.changed(gone, new), self.words.changed(gone, new), holders, by_bare)

    def near_in_words(self, text: str, threshold: float) -> Iterable[tuple[Entry, int, int]]:
        """As ByLength.near. Two texts of which the longer has n words, at distance d, share n - d words: whoever shares so
        many of this text's has one of the few rarest of them, whichever others it lacks."""
        size = len(text)
        many = scoring.most_edits(size, threshold) + 1
        rarest = sorted((self.holders.get(word, ()) for word in text), key=len)[:many]
        if sum(map(len, rarest)) * 8 > len(self.words.entries):
            return self.words.near(text, threshold)
        return _near(text, {e.id: e for holders in rarest for e in holders}.values(), threshold)


def _filed(lists: dict, key: object, e: Entry, keep: bool, fresh: set[object]) -> None:
    """Put an entry into the list under a key, or take it out; a list that others hold is copied before."""
    if key not in fresh:
        fresh.add(key)
        lists[key] = list(lists.get(key, ()))
    if keep:
        lists[key].append(e)
    else:
        lists[key].remove(e)


def _near(text: str, entries: Iterable[Entry], threshold: float) -> Iterator[tuple[Entry, int, int]]:
    from rapidfuzz.distance import Levenshtein

    for e in entries:
        longer = max(len(text), len(e.words))
        most = scoring.most_edits(longer, threshold)
        distance = Levenshtein.distance(text, e.words, score_cutoff=most)
        if distance <= most:
            yield e, distance, longer


@dataclass(frozen=True)
class ByLength:
    """Entries in the order of the lengths of their texts (`of`: "form" or "words"): those which can be near enough to
    another text stand together."""

    of: str
    entries: list[Entry]
    texts: list[str]
    lengths: list[int]

    def changed(self, gone: list[Entry], new: list[Entry]) -> ByLength:
        if len(new) > FEW:
            out = {e.id for e in gone}
            every = [e for e in self.entries if e.id not in out] + new
            texts = [getattr(e, self.of) for e in every]
            order = sorted(range(len(every)), key=[*map(len, texts)].__getitem__)
            texts = [texts[n] for n in order]
            return ByLength(self.of, [every[n] for n in order], texts, [*map(len, texts)])
        found = ByLength(self.of, self.entries.copy(), self.texts.copy(), self.lengths.copy())
        lists = (found.entries, found.texts, found.lengths)
        for e in gone:
            at = bisect_left(found.lengths, len(getattr(e, self.of)))
            while found.entries[at].id != e.id:
                at += 1
            for one in lists:
                del one[at]
        for e in new:
            text = getattr(e, self.of)
            at = bisect_left(found.lengths, len(text))
            for one, value in zip(lists, (e, text, len(text)), strict=True):
                one.insert(at, value)
        return found

    def near(self, text: str, threshold: float) -> Iterator[tuple[Entry, int, int]]:
        """Every entry whose text reaches the threshold, the distance and the length of the longer one.

        First the longest common subsequence is measured, which costs a third of the distance: texts of which the
        longer has n characters, c of them in common with the other, are at least n - c apart."""
        from rapidfuzz import process
        from rapidfuzz.distance import LCSseq, Levenshtein

        size = len(text)
        least = size - scoring.most_edits(size, threshold)
        # the longest text that can still reach the threshold has length / threshold
        first = bisect_left(self.lengths, least)
        last = bisect_right(self.lengths, int(size * 100 / threshold) + 1)
        for other, common, n in process.extract(
            text, self.texts[first:last], scorer=LCSseq.similarity, score_cutoff=least, limit=None
        ):
            longer = max(size, len(other))
            most = scoring.most_edits(longer, threshold)
            if longer - common <= most:
                distance = Levenshtein.distance(text, other, score_cutoff=most)
                if distance <= most:
                    yield self.entries[first + n], distance, longer
