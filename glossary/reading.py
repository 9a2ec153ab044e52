"""A sentence as the terms of one language see it: its words, the terms that are one of them, and the terms that begin.

Words come again, sentences seldom: what a word is to the terms is kept with them (`Known`), so that reading a sentence
is looking up its words and following the few terms of several words that begin in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from glossary.forms import JOINED, exact
from glossary.insertions import Rule, rules_at, without_hidden_ending
from glossary.lookalikes import another_word, is_part, means_capitals
from glossary.models import RANK
from glossary.recent import Recent
from glossary.trie import Form, Step, following, going_on
from glossary.vocabulary import TermFacts, _Stock
from languages import folding
from languages.words import Word, keys, words

#: How good a find is beside another of its concept at the same place, better ones greater: written as the term, the
#: whole word and not a part of it, the more usable term, the older.
Worth = tuple[bool, bool, int, int]
Certainty = Literal["exact", "possible"]
#: A term that stands somewhere, how surely, whether only as a part of a compound, and what the find is worth.
Find = tuple[TermFacts, Certainty, bool, Worth]


def find_of(facts: TermFacts, *, same: bool, whole: bool) -> Find:
    """A term that stands somewhere, `same` as it is written, as the `whole` word."""
    return facts, "exact" if same else "possible", not whole, (same, whole, -RANK[facts.status], -facts.id)


def best_of(finds: Iterable[Find]) -> tuple[Find, ...]:
    """The best find of each concept at one place, exact ones first, then by the term's id."""
    best: dict[int, Find] = {}
    for find in finds:
        before = best.get(find[0].concept_id)
        if before is None or find[3] > before[3]:
            best[find[0].concept_id] = find
    return tuple(sorted(best.values(), key=lambda find: (find[1] != "exact", find[0].id)))


@dataclass(frozen=True, slots=True)
class Known:
    """A word of a sentence. `alone`: the terms that it is; `capitals`: abbreviations that it is, each with whether it is
    meant in a sentence in one case and in any other; `onward`: the steps to terms of which it is the first of several
    words; `beginning` and `ends`: what it gives to a term of one word that stands there as two; `rules`: between which
    words it may stand (`insertions.rules_at`); `bare`: see `insertions.without_hidden_ending`."""

    written: str
    keys: frozenset[str]
    alone: tuple[Find, ...]
    capitals: tuple[tuple[Find, bool, bool], ...]
    onward: list[Step]
    beginning: str
    ends: tuple[str, ...]
    rules: tuple[tuple[Rule, int], ...]
    bare: str | None


class Reading:
    """A text, without its tags, read with a stock. `open`: for each word the terms that go on after it, as (the first
    word, the steps that led here)."""

    __slots__ = ("known", "open", "plain", "stock", "tokens", "whole")

    def __init__(self, stock: _Stock, plain: str) -> None:
        self.stock, self.plain = stock, plain
        self.tokens = _tokens(plain, stock.language)
        table = stock.known
        self.known = [table[token.text] or _learn(stock, table, token.text) for token in self.tokens]
        #: (first word, word after the last, form) of the terms of several words that stand here in their order
        self.whole: list[tuple[int, int, Form]] = []
        self.open = list(self._followed())

    @property
    def language(self) -> str:
        return self.stock.language

    def _followed(self) -> Iterator[list[tuple[int, list[Step]]]]:
        before: list[tuple[int, list[Step]]] = []
        for at, known in enumerate(self.known):
            here = [(at, known.onward)] if known.onward else []
            for first, steps in before:
                reached = following(steps, known.keys)
                if reached:
                    self.whole += [(first, at + 1, form) for step in reached for form in step.ends]
                    further = going_on(reached)
                    if further:
                        here.append((first, further))
            before = here
            yield here

    def gap(self, at: int) -> str:
        """What stands between a word and the next."""
        return self.plain[self.tokens[at].end : self.tokens[at + 1].start]


def _learn(stock: _Stock, table: Recent[str, Known], text: str) -> Known:
    language = stock.language
    written, of_word = exact(text, language), keys(text, language)
    first, folded = stock.trie.first(of_word), folding.fold(text, language)
    alone, capitals = [], []
    for form in (form for step in first for form in step.ends):
        facts = stock.terms.get(form.term_id)
        same = form.words[0] == written
        if facts is None or not same and another_word(written, form.words[0], form.keys[0], of_word, language):
            continue
        find = find_of(facts, same=same, whole=same or language != "nl" or not is_part([text], form))
        if form.capitals:
            one_case, any_other = (means_capitals([text], form, language, one_case=one) for one in (True, False))
            capitals.append((find, one_case, any_other))
        else:
            alone.append(find)
    found = Known(
        written,
        of_word,
        best_of(alone),
        tuple(capitals),
        going_on(first),
        folded if len(folded) > 1 else "",
        tuple(key for key in of_word if len(key) > 1) if language in JOINED else (),
        rules_at(written, language),
        without_hidden_ending(written, language),
    )
    table.keep(text, found)
    return found


#: Written apart, they are the end of the Persian word before them.
_FA_APART = {"ها", "های", "هایی", "ی", "ای", "گان"}


def _tokens(plain: str, language: str) -> list[Word]:
    tokens = words(plain, language)
    if language in ("fa", "prs"):
        return [token for at, token in enumerate(tokens) if not at or token.text not in _FA_APART]
    return tokens


_BREAK = re.compile(r"[.,;:!?()\[\]/…؟،؛۔።፣፤፥፦፧。，、；：！？（）]|\n")


def breaks(gap: str, term: str = "") -> bool:
    """Whether what stands between two words keeps them from being one term, unless the term is written with it."""
    return (mark := _BREAK.search(gap)) is not None and mark[0] not in term
