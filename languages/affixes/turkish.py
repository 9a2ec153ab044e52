"""Turkish: on the lower-case word, from its end inwards."""

from __future__ import annotations

import re
from collections.abc import Iterable

from languages import stems

_RULES = {
    "copula": re.compile(r"([dt][ıiuü]r(?:l[ae]r)?|y?[dt][ıiuü][mnk]?|y?m[ıiuü]ş)\Z"),
    "relative": re.compile(r"([dt][ae]ki(?:l[ae]r)?)\Z"),
    "case": re.compile(r"(n?[ıiuü]n|nd[ae]n|nd[ae]|[dt][ae]n|[dt][ae]|y?l[ae]|[yn][ıiuüae]|[ıiuüae])\Z"),
    "owner": re.compile(r"(l[ae]r[ıi]|[ıiuü]?m[ıiuü]z|[ıiuü]?n[ıiuü]z|s[ıiuü]|[ıiuü][mn]|[ıiuümn])\Z"),
    "plural": re.compile(r"(l[ae]r)\Z"),
}
_RULES["possessed"] = re.compile(r"(l[ae]r[ıi]|s?[ıiuü])\Z")
_LAYERS = ("copula", "relative", "case", "owner", "plural")
#: The dictionary has many words without it: hâkim is written hakim too.
_CIRCUMFLEX = str.maketrans("âîû", "aiu")
_VOWELS = "aıoueiöüâîû"
_BACK = set("aıouâû")


def _harmony(rest: str, ending: str) -> bool:
    """Whether the vowels of an ending go with the last vowel before it."""
    before = next((c for c in reversed(rest) if c in _VOWELS), None)
    first = next((c for c in ending if c in _VOWELS), None)
    return before is None or first is None or (before in _BACK) == (first in _BACK) or before in "âaîo"


def _before(rest: str, ending: str) -> list[str]:
    """What a word was before an ending: kitab- is kitap before a vowel, şehr- is şehir, hakk- is hak."""
    found = [rest]
    if not ending or ending[0] not in _VOWELS:
        return found
    hard = {"b": "p", "c": "ç", "d": "t", "ğ": "k", "g": "k"}.get(rest[-1])
    if hard:
        found.append(rest[:-1] + hard)
    if len(rest) > 2 and rest[-1] == rest[-2]:
        found.append(rest[:-1])
    elif len(rest) > 2 and rest[-1] not in _VOWELS and rest[-2] not in _VOWELS:
        vowel = next((c for c in reversed(rest) if c in _VOWELS), "i")
        vowel = {"a": "ı", "ı": "ı", "o": "u", "u": "u", "e": "i", "i": "i", "ö": "ü", "ü": "ü"}.get(vowel, "i")
        found += [root[:-1] + vowel + root[-1] for root in list(found)]
    return found


def roots(word: str, layers: Iterable[str] = _LAYERS) -> set[str]:
    """What is left of a Turkish word without copula, case, possessor and plural, each at most once and in that
    order; nothing is taken from a word that stands in the dictionary as it is."""
    found: set[str] = set()
    edge = {word}
    for layer in layers:
        if layer == "relative":
            # belgedeki: what -ki makes of "in the document" takes endings of its own
            edge |= {rest for old in edge if (rest := _RULES["case"].sub("", old)).endswith("ki")}
        for old in list(edge):
            if stems.is_lemma(old, "tr") or old != (plain := old.translate(_CIRCUMFLEX)) and stems.is_lemma(plain, "tr"):
                continue
            for ending in _suffixes(old, _RULES[layer]):
                rest = old[: -len(ending)]
                if len(rest) >= 2 and any(c in _VOWELS for c in rest) and _harmony(rest, ending):
                    roots = _before(rest, ending)
                    edge.update(roots)
                    found.update(roots)
    found.discard(word)
    return found


def _suffixes(word: str, pattern: re.Pattern[str]) -> list[str]:
    """Every ending of the word, short or long, that is all of the pattern."""
    return [word[at:] for at in range(max(2, len(word) - 6), len(word)) if pattern.fullmatch(word, at)]
