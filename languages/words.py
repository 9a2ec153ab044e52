"""Words of a text, and the keys by which a term is recognised in a sentence.

A token of a sentence has many keys, a word of a term few: they match when they share one. So "verblijfsvergunningen"
finds "verblijfsvergunning", وبتصريح finds تصريح, and ንሓታቲ finds ሓታቲ, while a term never matches more than itself.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from languages import affixes, stems
from languages.compounds import dutch_compound_parts
from languages.folding import exact_fold, fold, lower
from languages.tags import UnknownLanguage, base

__all__ = ["Word", "dutch_compound_parts", "keys", "load", "search_keys", "term_keys", "words"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written and where it stands: ``sentence[start:end] == text``."""

    text: str
    start: int
    end: int


_APART = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters that are a word each: Han. Who needs longer words makes n-grams."""


@cache
def _word_pattern() -> re.Pattern[str]:
    marks = _ranges(c for c in range(0x300, sys.maxunicode + 1) if unicodedata.category(chr(c))[0] == "M")
    inner = "\u00ad\u200c\u200d\u200e\u200f\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff"
    letter = rf"(?:(?![{_APART}_])\w)[{marks}]*"
    return re.compile(rf"[{_APART}][{marks}]*|{letter}(?:[{inner}]*(?:(?<!\d)['’ʼ‘`´](?!\d))?[{inner}]*{letter})*")


def _ranges(codes) -> str:
    out: list[list[int]] = []
    for code in codes:
        if out and code == out[-1][1] + 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in out)


def words(text: str, language: str) -> list[Word]:
    """The words of a text, in order.

    A word keeps its combining marks, its ZWNJ (می‌گیرند) and the apostrophes inside it (foto's, п’ять). Hyphens,
    white space and the punctuation of every script, Ethiopic ፡ included, separate. Each Chinese character is a word.
    """
    return [Word(m[0], m.start(), m.end()) for m in _word_pattern().finditer(text)]


@lru_cache(maxsize=512)
def _language(tag: str) -> str:
    try:
        return base(tag)
    except UnknownLanguage:
        return ""


def term_keys(word: str, language: str) -> frozenset[str]:
    """The keys of a word in a term: its fold, stem and lemma (in Arabic also without the article)."""
    return _term_keys(word, _language(language))


@lru_cache(maxsize=65536)
def _term_keys(word: str, language: str) -> frozenset[str]:
    found = _inflection_keys(word, language)
    if language == "ar":
        folded = fold(word, language)
        if folded.startswith("ال") and len(folded) >= 5:
            found |= {folded[2:]}
    return frozenset(found)


def keys(word: str, language: str) -> frozenset[str]:
    """The keys of a word in a sentence: those it would have in a term, and those of what is left of it without
    clitics, of what stands beside its apostrophe, and of the parts of a Dutch compound. Matches a term's word when
    they share a key with its `term_keys`."""
    return _keys(word, _language(language))


@lru_cache(maxsize=65536)
def _keys(word: str, language: str) -> frozenset[str]:
    found = set(_inflection_keys(word, language))
    for part in _beside_apostrophe(word, language):
        found |= _inflection_keys(part, language)
    written = lower(exact_fold(word, language), language)
    glued = language not in ("ar", "fa", "prs") or not stems.is_lemma(written, language)
    for rest in affixes.stripped(written, fold(word, language), language) if glued else ():
        found.add(fold(rest, language))
        if language in ("ar", "fa", "prs"):
            found |= _inflection_keys(rest, language)
    if language in ("fa", "prs") and "\u200c" in word:
        found |= _inflection_keys(word.partition("\u200c")[0], language)
    if language == "nl":
        parts = dutch_compound_parts(written)
        for first in range(len(parts)):
            found |= _inflection_keys(parts[first], language)
        found |= _inner_compounds(written, parts)
    found.discard("")
    return frozenset(found)


def _inner_compounds(word: str, parts: tuple[str, ...]) -> set[str]:
    """asielzoekerscentrum holds asielzoeker: every run of two or more parts, joined as in the word."""
    found: set[str] = set()
    starts = []
    at = 0
    for part in parts:
        at = word.index(part, at)
        starts.append(at)
        at += len(part)
    for i in range(len(parts)):
        for j in range(i + 1, len(parts)):
            if (i, j) != (0, len(parts) - 1):
                found |= _inflection_keys(word[starts[i] : starts[j] + len(parts[j])], "nl")
    return found


@lru_cache(maxsize=65536)
def _inflection_keys(word: str, language: str) -> frozenset[str]:
    folded = fold(word, language)
    found = {folded}
    if len(folded) > 2 and not folded.isdigit():
        written = lower(exact_fold(word, language), language)
        found.add(fold(stems.stem(written, language), language))
        root = lower(stems.lemma(written, language), language)
        found.add(fold(root, language))
    found.discard("")
    return frozenset(found)


_APOSTROPHE = re.compile("['’ʼ‘`´]")


def _beside_apostrophe(word: str, language: str) -> list[str]:
    """IND'nin is IND in Turkish; l'asile is asile in French; foto's is foto in Dutch."""
    pieces = [piece for piece in _APOSTROPHE.split(word) if piece]
    if len(pieces) != 2 or language not in ("nl", "en", "fr", "it", "ca", "tr", "az", "de", "pl"):
        return []  # elsewhere it is a letter: п’ять, Somali go'aan
    before, after = pieces
    if language in ("fr", "it", "ca"):
        return [after] if len(before) <= 4 else [before]
    return [before] if len(before) > 1 else [after]


def search_keys(text: str, language: str) -> list[str]:
    """Every word's fold and, where it differs, stem, in order: what goes into a full-text index and its queries."""
    found: list[str] = []
    code = _language(language)
    for word in words(text, language):
        folded = fold(word.text, code)
        found.append(folded)
        written = lower(exact_fold(word.text, code), code)
        stem = fold(stems.stem(written, code), code) if len(folded) > 2 else folded
        if stem and stem != folded:
            found.append(stem)
    return found


def load(language: str) -> None:
    """Read the dictionaries of a language now, so that the first sentence does not wait for them (up to 2 s)."""
    stems.load(_language(language))
