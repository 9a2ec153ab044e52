"""A sentence as the terms of one language see it: its words, the terms that are one of them, and the terms that begin.

Words come again, sentences seldom: what a word is to the terms is kept with them (`Known`), so that reading a sentence
is looking up its words and following the few terms of several words that begin in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glossary.forms import exact
from glossary.insertions import without_hidden_ending
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


def worth(facts: TermFacts, *, same: bool, whole: bool) -> Worth:
    """What a find of this term is worth."""
    return same, whole, -RANK[facts.status], -facts.id


@dataclass(frozen=True, slots=True)
class Known:
    """A word of a sentence. `alone`: the terms that it is, the best of each concept; `capitals`: those of them that are
    an abbreviation, each with whether it is meant in a sentence in one case and in any other; `onward`: the steps to
    terms of which it is the first of several words; `bare`: see `without_hidden_ending`."""

    written: str
    fold: str
    keys: frozenset[str]
    alone: tuple[tuple[int, Worth, TermFacts], ...]
    capitals: tuple[tuple[int, Worth, TermFacts, bool, bool], ...]
    onward: list[Step]
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
    first = stock.trie.first(of_word)
    alone: dict[int, tuple[Worth, TermFacts]] = {}
    capitals = []
    for form in (form for step in first for form in step.ends):
        facts = stock.terms.get(form.term_id)
        same = form.words[0] == written
        if facts is None or not same and another_word(written, form.words[0], form.keys[0], of_word, language):
            continue
        whole = same or language != "nl" or not is_part([text], form)
        value = worth(facts, same=same, whole=whole)
        if form.capitals:
            meant = [means_capitals([text], form, language, one_case=one_case) for one_case in (True, False)]
            capitals.append((form.concept_id, value, facts, *meant))
        elif form.concept_id not in alone or value > alone[form.concept_id][0]:
            alone[form.concept_id] = (value, facts)
    found = Known(
        written,
        folding.fold(text, language),
        of_word,
        tuple((concept_id, *best) for concept_id, best in alone.items()),
        tuple(capitals),
        going_on(first),
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
