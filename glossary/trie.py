"""Finding many terms in one sentence: a trie whose steps are sets of keys.

A word of a term has a few keys (its fold, stem, lemma); a word of a sentence has a few more (without its affixes,
its parts). They meet when they share a key. A step of the trie is one word of a term, reachable by each of its
keys, so a term of n words is n steps, however many keys each has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One way a term is written: the term itself or a variant. `words` is each word as `exact` sees it."""

    term_id: int
    concept_id: int
    words: tuple[str, ...]
    keys: tuple[frozenset[str], ...]
    #: Letters that are all capitals ("IND"): a common word in small letters is not meant.
    capitals: bool = False


class _Step:
    __slots__ = ("by_key", "by_set", "ends")

    def __init__(self) -> None:
        # most steps are the last of a term: no tables until something follows
        self.by_key: dict[str, tuple[_Step, ...]] | None = None
        self.by_set: dict[frozenset[str], _Step] | None = None
        self.ends: tuple[Form, ...] = ()


class Trie:
    """Forms of one language. Reading needs no lock while one thread writes: what is shared is replaced, not changed."""

    def __init__(self) -> None:
        self._root = _Step()
        self._ends: dict[int, list[_Step]] = {}
        #: Keys of a word -> where they lead from the root; replaced whenever a form is added.
        self._first_steps: dict[AbstractSet[str], tuple[_Step, ...]] = {}
        self.size = 0

    def __len__(self) -> int:
        return self.size

    def add(self, form: Form) -> None:
        """Add a form; one without a word with a key is left out."""
        if not form.keys or not all(form.keys):
            return
        step = self._root
        for keys in form.keys:
            if step.by_set is None:
                step.by_key = {}
                step.by_set = {}
            following = step.by_set.get(keys)
            if following is None:
                following = step.by_set[keys] = _Step()
                by_key = step.by_key
                for key in keys:
                    by_key[key] = (*by_key[key], following) if key in by_key else (following,)
            step = following
        step.ends = (*step.ends, form)
        if self._first_steps:
            self._first_steps = {}
        self._ends.setdefault(form.concept_id, []).append(step)
        self.size += 1

    def discard(self, concept_id: int) -> None:
        """Take out every form of a concept."""
        for step in self._ends.pop(concept_id, ()):
            left = tuple(form for form in step.ends if form.concept_id != concept_id)
            self.size -= len(step.ends) - len(left)
            step.ends = left

    def single(self, keys: Iterable[str]) -> Iterator[Form]:
        """The forms of one word that have one of these keys, each once."""
        by_key = self._root.by_key
        if by_key is None:
            return
        for step in dict.fromkeys(step for key in keys for step in by_key.get(key, ())):
            yield from step.ends

    def matches(
        self, sentence: Sequence[AbstractSet[str]], starts: int | None = None
    ) -> Iterator[tuple[int, int, Form]]:
        """(first word, word after the last, form) for every form in a sentence given as the keys of each word; with
        `starts`, for those that begin at one of so many first words."""
        # Before the tables are read: what is kept here of an older state is never seen in a newer one.
        known = self._first_steps
        root = self._root
        for first, keys in enumerate(sentence[:starts]):
            edge = known.get(keys)
            if edge is None:
                edge = _following((root,), keys)
                if len(known) < _MOST_KNOWN:
                    known[keys] = edge
            place = first
            while edge:
                place += 1
                longer = False
                for step in edge:
                    for form in step.ends:
                        yield first, place, form
                    longer = longer or step.by_key is not None
                if not longer or place == len(sentence):
                    break
                edge = _following(edge, sentence[place])


#: Sets of keys of which the first steps are kept: words come again.
_MOST_KNOWN = 50_000


def _following(edge: Iterable[_Step], keys: AbstractSet[str]) -> tuple[_Step, ...]:
    """The steps that these keys lead to, each once."""
    found: dict[_Step, None] = {}
    for step in edge:
        by_key = step.by_key
        if by_key is not None:
            for key in keys:
                steps = by_key.get(key)
                if steps is not None:
                    for next_step in steps:
                        found[next_step] = None
    return tuple(found)
