"""Is what a model said fit to be shown? Small models fail in a few ways that can be seen without knowing either
language; each has a key, and the pages have the words for it.

Refused (never shown): "empty", "untranslated" (the source again), "wrong-script", "repetition".
Noted (shown, with a mark): "number", "placeholder", "address", "length", "unknown", "tags".
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from app.checks import numbers
from languages import identify, tags

REFUSED = frozenset({"empty", "untranslated", "wrong-script", "repetition"})

#: Characters a text takes, against English: measured on the Universal Declaration of Human Rights.
DENSITY = {"zh": 0.26, "ja": 0.45, "ko": 0.5, "am": 0.63, "ti": 0.68, "ar": 0.7, "he": 0.75, "fa": 0.87, "prs": 0.87}
SHORT, LONG = 0.35, 2.8
"""Outside of these, against the usual length, a translation has lost or invented a part."""
FROM_CHARACTERS = 25

ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'،؛]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE
)
PLACEHOLDER = re.compile(
    r"\{\{[^{}]{1,40}\}\}|\$?\{[A-Za-z0-9_.]{0,40}\}|%\([A-Za-z0-9_]{1,40}\)[sdf]|%(?:\d\$)?[sdf@](?![A-Za-z])|\[\[[^\]]{1,40}\]\]"
)
_WORD = re.compile(r"\w+")


def notes(source: str, target: str, source_language: str, target_language: str) -> tuple[str, ...]:
    """What is wrong with a translation of a plain text, the reasons to refuse it first; () when nothing is."""
    if not target.strip():
        return ("empty",)
    found = []
    words, said = _without_codes(source), _without_codes(target)
    if is_untranslated(words, said, source_language, target_language):
        found.append("untranslated")
    elif is_in_another_script(words, said, target_language):
        found.append("wrong-script")
    if is_repetitive(words, said):
        found.append("repetition")
    if numbers(source) - numbers(target):
        found.append("number")
    if Counter(PLACEHOLDER.findall(source)) != Counter(PLACEHOLDER.findall(target)):
        found.append("placeholder")
    if _addresses(source) - _addresses(target):
        found.append("address")
    if is_of_odd_length(source, target, source_language, target_language):
        found.append("length")
    if "\u2047" in target and "\u2047" not in source:  # SentencePiece writes ⁇ for a piece it does not know
        found.append("unknown")
    return tuple(found)


def refused(found: tuple[str, ...]) -> bool:
    """Whether a translation with these notes is not shown at all."""
    return not REFUSED.isdisjoint(found)


def is_untranslated(source: str, target: str, source_language: str, target_language: str) -> bool:
    """The source came back. Names, numbers and abbreviations may; and in one script a few words may be the same in
    both languages (“Amsterdam”, “in Den Haag is”)."""
    said, asked = _words(target), _words(source)
    if not asked:
        return False
    if tags.script(source_language) == tags.script(target_language):
        return said == asked and sum(len(word) > 1 for word in asked) >= 4
    ordinary = [word for word in _WORD.findall(source) if _is_ordinary(word)]
    if not ordinary:
        return False
    copied = Counter(word.casefold() for word in ordinary) & Counter(said)
    return copied.total() > 0.5 * len(ordinary)


def _is_ordinary(word: str) -> bool:
    """A word that has to be translated: not a number, an abbreviation, or a name with a capital."""
    if not any(c.isalpha() for c in word):
        return False
    return word.islower() or not (word[0].isupper() or any(c.isupper() for c in word))


def is_in_another_script(source: str, target: str, language: str) -> bool:
    """Most letters are of a script the language is not written in. Names copied from the source are left aside, where
    anything else was said."""
    copied = set(_words(source))
    own = " ".join(word for word in _WORD.findall(target) if word.casefold() not in copied)
    if sum(c.isalpha() for c in own) >= 3:
        return identify.script_share(own, language) < 0.6
    return any(map(_is_ordinary, _WORD.findall(source))) and identify.script_share(target, language) == 0


def is_repetitive(source: str, target: str) -> bool:
    """The model went round in circles: a word three times running, three words three times, or a few characters four
    times running; more often than in the source."""
    said, asked = _words(target), _words(source)
    if _run(said) >= 3 and _run(said) > _run(asked):
        return True
    most = _most_triples(said)
    # "the right to" comes often in a good translation of a long sentence; in a circle nothing else comes
    if most >= 3 and 3 * most > 0.4 * len(said) and most > _most_triples(asked):
        return True
    circle = re.compile(r"([^\W\d_]{2,12}?)\1{3,}")
    return bool(circle.search(target)) and not circle.search(source)


def _most_triples(words: list[str]) -> int:
    return max(Counter(zip(words, words[1:], words[2:], strict=False)).values(), default=0)


def _run(words: list[str]) -> int:
    """The most times one word follows itself."""
    best = now = 1
    for a, b in pairwise(words):
        now = now + 1 if a == b and not a.isdigit() else 1
        best = max(best, now)
    return best


def is_of_odd_length(source: str, target: str, source_language: str, target_language: str) -> bool:
    """Far shorter or longer than translations between these languages are."""
    if len(source) < FROM_CHARACTERS:
        return len(target) > 8 * max(len(source), 4)
    usual = _density(target_language) / _density(source_language)
    return not SHORT < len(target.strip()) / len(source.strip()) / usual < LONG


def _density(language: str) -> float:
    return DENSITY.get(tags.base(language), 1.0)


def _without_codes(text: str) -> str:
    """The text without what stays as it is in every language."""
    return PLACEHOLDER.sub(" ", ADDRESS.sub(" ", text))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _addresses(text: str) -> Counter[str]:
    return Counter(found.rstrip(".,;:!?)").casefold() for found in ADDRESS.findall(text))
