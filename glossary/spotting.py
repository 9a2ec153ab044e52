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
from typing import NamedTuple

from glossary.insertions import crossings
from glossary.lookalikes import another_word, is_part, means_capitals
from glossary.pieces import in_other_pieces
from glossary.reading import Certainty, Find, Reading, best_of, breaks, find_of
from glossary.trie import Form
from glossary.vocabulary import TermFacts, View


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


#: (start, end, whether a longer term encloses it, the terms that stand there): a place in a text, tags inside it included.
Place = tuple[int, int, bool, tuple[Find, ...]]


def places_in(seen: Sequence[View], text: str) -> Sequence[Place]:
    """Where terms of these views stand in a text, in order, longer places before those they enclose: kept from an earlier
    call while the terms are the same. Not the text is kept with them, but a digest."""
    finds = seen[0].finds
    if finds is None or any(view.finds is None for view in seen):
        return read_places(seen, text)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    key = (digest, *(view.edition for view in seen))
    places = finds[key]
    if places is None:
        places = read_places(seen, text)
        finds.keep(key, places)
    return places


def spots_in(seen: Sequence[View], text: str) -> list[Spot]:
    """The terms of these views in a text, in order, longer ones before those they enclose; see `places_in`."""
    return _spots(text, places_in(seen, text))


def spot_terms(seen: Sequence[View], text: str) -> list[Spot]:
    """The same without keeping anything."""
    return _spots(text, read_places(seen, text))


def _spots(text: str, places: Sequence[Place]) -> list[Spot]:
    return [
        Spot(start, end, text[start:end], facts, certainty, part, within)
        for start, end, within, finds in places
        for facts, certainty, part, _ in finds
    ]


def read_places(seen: Sequence[View], text: str) -> list[Place]:
    """`places_in`, read from the text."""
    plain, of_plain = mask_tags(text)
    #: (start, minus the end) in the text without tags -> what stands there
    found: dict[tuple[int, int], tuple[Find, ...]] = {}
    for view in seen:
        for stock, hidden in view.layers():
            reading = Reading(stock, plain)
            tokens = reading.tokens
            for first, end, finds in _finds(reading):
                if hidden:
                    finds = tuple(find for find in finds if find[0].concept_id not in hidden)
                place = (tokens[first].start, -tokens[end - 1].end)
                before = found.get(place)
                found[place] = finds if before is None else best_of((*before, *finds))
    places = []
    furthest = 0
    for place in sorted(found):
        start, end = place[0], -place[1]
        places.append((of_plain[start], of_plain[end - 1] + 1, end <= furthest, found[place]))
        furthest = max(furthest, end)
    return places


def _finds(reading: Reading) -> Iterator[tuple[int, int, tuple[Find, ...]]]:
    """(first word, word after the last, what stands there)."""
    known, language, terms = reading.known, reading.language, reading.stock.terms
    for at, word in enumerate(known):
        if word.alone:
            yield at, at + 1, word.alone
        for find, in_one_case, in_any_other in word.capitals:
            if in_one_case if _is_in_one_case(reading.plain) else in_any_other:
                yield at, at + 1, (find,)
    for first, end, form in reading.whole:
        facts = terms.get(form.term_id)
        if facts is None or _is_broken(reading, first, end, facts):
            continue
        places = range(first, end)
        surfaces = [reading.tokens[at].text for at in places]
        if form.capitals and not means_capitals(surfaces, form, language, one_case=_is_in_one_case(reading.plain)):
            continue
        same = all(known[at].written == word for at, word in zip(places, form.words, strict=True))
        if same or not _is_other_words(reading, form, places):
            whole = same or language != "nl" or not is_part(surfaces, form)
            yield first, end, (find_of(facts, same=same, whole=whole),)
    for first, end, form in in_other_pieces(reading):
        facts = terms.get(form.term_id)
        # an abbreviation is not meant in pieces
        if facts is not None and not form.capitals and not _is_broken(reading, first, end, facts):
            yield first, end, (find_of(facts, same=False, whole=True),)
    for first, end, form, places in crossings(reading):
        facts = terms.get(form.term_id)
        if facts is not None and not _is_broken(reading, first, end, facts) and not _is_other_words(reading, form, places):
            yield first, end, (find_of(facts, same=False, whole=True),)


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
