"""Where the terms of a language stand in a text, and how surely.

A word of the sentence and a word of a term meet by their keys (`languages.words`), forms by the trie; here the ways are
brought together in which a term is found: as its words in order (`glossary.reading`), written as one word or as two, or
in pieces (`glossary.pieces`), or with other words between them (`glossary.insertions`). And what only looks alike is left
out (`glossary.lookalikes`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from glossary.insertions import crossings
from glossary.lookalikes import another_word, is_part, means_capitals
from glossary.pieces import in_other_pieces
from glossary.reading import Reading, Worth, breaks, worth
from glossary.trie import Form
from glossary.vocabulary import TermFacts, View

Certainty = Literal["exact", "possible"]


class Spot(NamedTuple):
    """A term in a text: ``text[start:end] == surface``. `part`: only a part of a compound; `within`: a longer term
    encloses it."""

    start: int
    end: int
    surface: str
    facts: TermFacts
    certainty: Certainty
    part: bool
    within: bool


TAG = re.compile(r"</?\d{1,4}/?>")


def mask_tags(text: str) -> tuple[str, list[int]]:
    """(the text without its tags, for each of its characters the place in `text`): a pair of tags inside a word
    leaves the word whole, one that stands alone (``<2/>``: a break, a tab) parts words."""
    if "<" not in text:
        return text, list(range(len(text)))
    plain: list[str] = []
    places: list[int] = []
    at = 0
    for tag in TAG.finditer(text):
        plain.append(text[at : tag.start()])
        places.extend(range(at, tag.start()))
        if tag[0].endswith("/>"):
            plain.append(" ")
            places.append(tag.start())
        at = tag.end()
    plain.append(text[at:])
    places.extend(range(at, len(text)))
    return "".join(plain), places


def spots_in(seen: Sequence[View], text: str) -> Sequence[Spot]:
    """`spot_terms`, kept from an earlier call while the terms are the same. Of the text only a digest is kept."""
    finds = seen[0].finds
    if finds is None or any(view.finds is None for view in seen):
        return spot_terms(seen, text)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    key = (digest, *(view.edition for view in seen))
    kept = finds[key]
    if kept is None:
        spots = spot_terms(seen, text)
        finds.keep(key, tuple((spot.start, spot.end, *spot[3:]) for spot in spots))
        return spots
    return [Spot(start, end, text[start:end], *rest) for start, end, *rest in kept]


def spot_terms(seen: Sequence[View], text: str) -> list[Spot]:
    """The terms of these views in a text, in order, longer ones before those they enclose."""
    plain, places = mask_tags(text)
    #: (start, end, concept) -> the best find there
    best: dict[tuple[int, int, int], tuple[Worth, TermFacts]] = {}
    overlapping = len(seen) > 1
    for view in seen:
        for stock, hidden in view.layers():
            reading = Reading(stock, plain)
            tokens = reading.tokens
            for first, end, value, facts in _finds(reading):
                if facts.concept_id in hidden:
                    continue
                overlapping = overlapping or end - first > 1
                place = (tokens[first].start, tokens[end - 1].end, facts.concept_id)
                before = best.get(place)
                if before is None or value > before[0]:
                    best[place] = (value, facts)
    enclosed = _enclosed({(start, end) for start, end, _ in best}) if overlapping else ()
    rows = [(start, -end, not value[0], facts.id, facts, value) for (start, end, _), (value, facts) in best.items()]
    rows.sort()
    spots = []
    for start, minus_end, possible, _, facts, value in rows:
        end = -minus_end
        first, last = places[start], places[end - 1] + 1
        spots.append(
            Spot(
                first, last, text[first:last], facts, "possible" if possible else "exact", not value[1], (start, end) in enclosed
            )
        )
    return spots


def _finds(reading: Reading) -> Iterator[tuple[int, int, Worth, TermFacts]]:
    """(first word, word after the last, what the find is worth, the term)."""
    known, language, terms = reading.known, reading.language, reading.stock.terms
    one_case: bool | None = None
    for at, word in enumerate(known):
        for _, value, facts in word.alone:
            yield at, at + 1, value, facts
        for _, value, facts, *meant in word.capitals:
            if one_case is None:
                one_case = _is_in_one_case(reading.plain)
            if meant[not one_case]:
                yield at, at + 1, value, facts
    for first, end, form in reading.whole:
        facts = terms.get(form.term_id)
        if facts is None or _is_broken(reading, first, end, facts):
            continue
        if form.capitals:
            surfaces = [token.text for token in reading.tokens[first:end]]
            if not means_capitals(surfaces, form, language, one_case=_is_in_one_case(reading.plain)):
                continue
        places = range(first, end)
        same = all(known[at].written == word for at, word in zip(places, form.words, strict=True))
        if not same and _is_other_words(reading, form, places):
            continue
        part = language == "nl" and not same and is_part([token.text for token in reading.tokens[first:end]], form)
        yield first, end, worth(facts, same=same, whole=not part), facts
    for first, end, form in in_other_pieces(reading):
        facts = terms.get(form.term_id)
        # an abbreviation is not meant in pieces
        if facts is not None and not form.capitals and not _is_broken(reading, first, end, facts):
            yield first, end, worth(facts, same=False, whole=True), facts
    for first, end, form, places in crossings(reading):
        facts = terms.get(form.term_id)
        if facts is not None and not _is_broken(reading, first, end, facts) and not _is_other_words(reading, form, places):
            yield first, end, worth(facts, same=False, whole=True), facts


def _is_broken(reading: Reading, first: int, end: int, facts: TermFacts) -> bool:
    return any(breaks(reading.gap(at), facts.text) for at in range(first, end - 1))


def _is_other_words(reading: Reading, form: Form, places: Sequence[int]) -> bool:
    """Whether a word of the text, at the place of one of a term's, is no form of it."""
    return any(
        another_word(reading.known[at].written, word, key, reading.known[at].keys, reading.language)
        for at, word, key in zip(places, form.words, form.keys, strict=True)
    )


def _is_in_one_case(plain: str) -> bool:
    """All small, or all in capitals in a script that has them."""
    if plain == plain.lower():
        return True
    return plain.isupper() and not any(letter.isalpha() and letter.lower() == letter.upper() for letter in plain)


def _enclosed(spans: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The spans that another one encloses."""
    found, furthest = set(), 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= furthest:
            found.add((start, end))
        furthest = max(furthest, end)
    return found
