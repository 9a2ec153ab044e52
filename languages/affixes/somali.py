"""Somali: on the folded word."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OWNERS = (
    "ayga", "ayda", "aaga", "aada", "iisa", "eeda", "eenna", "eena", "eenu", "iinna", "iina", "ooda", "aygu", "aagu", "iisu",
    "iisi", "eedu", "eennu", "iinnu", "oodu", "ayadu", "aadu", "aadaadu", "aadaada", "iis", "eed", "ood", "ay", "aa",
)  # fmt: skip
_ARTICLES = (
    "a", "u", "ii", "an", "aan", "aas", "aasi", "ani", "oo", *_OWNERS,
    *(owner[:-1] + "ii" for owner in _OWNERS if owner[-1] == "a"),  # what was hers: keedii
)  # fmt: skip
_PLURALS = ("ooyin", "oyin", "yaal", "ayaal", "aal", "iin", "yo", "o", "aan")
_DEFINITE = re.compile(rf"(?P<first>dh|sh|[kghtd])(?:{'|'.join(sorted(_ARTICLES, key=len, reverse=True))})\Z")


def _stems(rest: str, first: str) -> Iterable[str]:
    """What a noun is without its article: degma- is degmo, garsoora- is garsoore, bi-sha is bil."""
    if first == "sh":
        yield rest + "l"
    yield rest
    if first == "d" and rest.endswith("d"):
        yield rest[:-1]
    if rest[-1] in "aui" and len(rest) > 3:
        yield rest[:-1] + "o"
        yield rest[:-1] + "e"


def without_article(word: str) -> Iterable[str]:
    """What a noun may be without its article, short or long: buugga is of buug."""
    if (article := _DEFINITE.search(word)) is not None:
        for at in range(article.start(), len(word)):
            if (found := _DEFINITE.fullmatch(word, at)) is not None and at >= 2:
                for rest in _stems(word[:at], found["first"]):
                    if len(rest) > 2:
                        yield rest


def one_less(word: str) -> Iterable[str]:
    """A word without its article, a clitic or the ending of its plural."""
    yield from without_article(word)
    for clitic in ("na", "se"):
        if word.endswith(clitic) and len(word) >= 7:
            yield word[: -len(clitic)]
    if word.endswith("ad") and len(word) >= 7:
        yield word[:-2]  # dhakhtarad, a woman who is dhakhtar
    if word[-1] in "au" and len(word) > 4 and word[-2] in "xqhci":  # ganaaxa: after these the article is a vowel
        yield word[:-1]
    for ending in _PLURALS:
        rest = word[: -len(ending)]
        if not word.endswith(ending) or len(rest) < 3:
            continue
        yield rest
        if ending.endswith("yin"):
            yield rest + "o"
        elif ending in ("yaal", "ayaal", "aal"):
            yield rest + "e"
            if rest[-1] == "a":
                yield rest[:-1] + "e"
        if ending in ("o", "iin"):
            if rest[-1] == rest[-2]:
                yield rest[:-1]  # qareenno, of qareen
            if rest.endswith("y"):
                yield rest[:-1] + "i"  # guryo, of guri
            if rest.endswith("m"):
                yield rest[:-1] + "n"  # macallimiin, of macallin
            elif rest.endswith("mm"):
                yield rest[:-2] + "n"
    if len(word) > 4 and word[-2] == "a" and word[-1] == word[-3]:
        yield word[:-2]  # qoysas, of qoys
