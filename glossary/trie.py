"""Finding many terms in one sentence: a trie whose steps are sets of keys.

A word of a term has a few keys (its fold, stem, lemma); a word of a sentence has a few more (without its affixes,
its parts). They meet when they share a key. A step of the trie is one word of a term, reachable by each of its
keys, so a term of n words is n steps, however many keys each has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


class Step:
    """A word of a term, after those that lead to it. `ends`: the forms of which it is the last word; `by_key` and
    `by_set`: the steps that follow, None when none does."""

    __slots__ = ("by_key", "by_set", "ends")

    def __init__(self) -> None:
        # most steps are the last of a term: no tables until something follows
        self.by_key: dict[str, tuple[Step, ...]] | None = None
        self.by_set: dict[frozenset[str], Step] | None = None
        self.ends: tuple[Form, ...] = ()


class Trie:
    """Forms of one language. Reading needs no lock while one thread writes: what is shared is replaced, not changed."""

    def __init__(self) -> None:
        self._root = Step()
        self._ends: dict[int, list[Step]] = {}
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
                following = step.by_set[keys] = Step()
                by_key = step.by_key
                for key in keys:
                    by_key[key] = (*by_key[key], following) if key in by_key else (following,)
            step = following
        step.ends = (*step.ends, form)
        self._ends.setdefault(form.concept_id, []).append(step)
        self.size += 1

    def discard(self, concept_id: int) -> None:
        """Take out every form of a concept."""
        for step in self._ends.pop(concept_id, ()):
            left = tuple(form for form in step.ends if form.concept_id != concept_id)
            self.size -= len(step.ends) - len(left)
            step.ends = left

    @property
    def words(self) -> Mapping[str, tuple[Step, ...]]:
        """A key of a first word -> the steps that it leads to."""
        return self._root.by_key or {}

    def first(self, keys: Iterable[str]) -> list[Step]:
        """The first words that have one of these keys, each once."""
        return following((self._root,) if self._root.by_key else (), keys)

    def single(self, keys: Iterable[str]) -> Iterator[Form]:
        """The forms of one word that have one of these keys, each once."""
        for step in self.first(keys):
            yield from step.ends


def following(steps: Iterable[Step], keys: Iterable[str]) -> list[Step]:
    """The steps that these keys lead to from steps that go on, each once."""
    found: list[Step] = []
    for step in steps:
        by_key = step.by_key
        for key in keys:
            if key in by_key:
                found += by_key[key]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def going_on(steps: Iterable[Step]) -> list[Step]:
    """Those of the steps after which another word may follow."""
    return [step for step in steps if step.by_key is not None]
