"""The ways in which a term may be written, as the trie takes them: itself, its variants, without its articles, as one
word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from glossary.trie import Form
from languages import folding
from languages.determiners import without_determiners
from languages.words import term_keys, words

#: In which two words are often written as one, or one as two.
JOINED = frozenset({"am", "en", "fa", "nl", "prs", "so", "ti"})
#: A word of so many letters may be two; a syllable of Ethiopic counts for two letters.
_LEAST_JOINED = 8


def forms_of(term_id: int, concept_id: int, spellings: Iterable[str], language: str) -> Iterator[Form]:
    """The forms of a term that is spelt in these ways."""
    for spelling in dict.fromkeys(spellings):
        whole = _form(term_id, concept_id, spelling, language)
        yield whole
        if len(whole.words) > 1 and language in JOINED and not whole.capitals:
            yield _joined(whole, language)
        if len(whole.words) > 2:  # lodge your appeal, of lodge an appeal
            bare = without_determiners(whole.words, language)
            if 1 < len(bare) < len(whole.words):
                yield _form(term_id, concept_id, " ".join(bare), language)
        if len(whole.words) > 1 and "\u200c" in spelling:  # a Persian compound of which a space makes two words
            yield _form(term_id, concept_id, spelling.replace("\u200c", " "), language)


def _form(term_id: int, concept_id: int, text: str, language: str) -> Form:
    parts = [word.text for word in words(text, language)]
    capitals = is_capitals(text)
    if capitals:  # an abbreviation is not inflected by rule, and its stem is chance
        keys = tuple(frozenset({folding.fold(part, language)}) for part in parts)
    else:
        keys = tuple(term_keys(part, language) for part in parts)
    return Form(term_id, concept_id, tuple(exact(part, language) for part in parts), keys, capitals)


def _joined(form: Form, language: str) -> Form:
    """The same term written as one word: magangalyodoon, ቤትፍርዲ. Without keys, and so never found, when it is short."""
    last = form.keys[-1]
    start = folding.fold("".join(form.words[:-1]), language)
    word = "".join(form.words)
    syllables = sum("\u1200" <= letter <= "\u139f" for letter in word)
    long = len(word) + syllables >= _LEAST_JOINED
    return Form(form.term_id, form.concept_id, (word,), (frozenset(start + key for key in last if long),))


def is_capitals(text: str) -> bool:
    """True for "IND" and "COA", in scripts that have capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    return 1 < len(letters) <= 6 and all(unicodedata.category(letter) == "Lu" for letter in letters)


@lru_cache(maxsize=65536)
def exact(word: str, language: str) -> str:
    """A word as it counts for an exact hit: only differences that no reader would call one are gone."""
    return folding.lower(folding.exact_fold(word, language), language)
