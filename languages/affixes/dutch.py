"""Dutch: from a form of a verb to what its infinitive may be."""

from __future__ import annotations

import re
from functools import lru_cache

from languages import stems


@lru_cache(maxsize=8192)
def infinitives(form: str) -> frozenset[str]:
    """wijzen of wijst, wijs and wijzen; trekken of trekt; vragen of vraagt, vroeg not."""
    found = {form} if form.endswith("en") else set()
    for root in {form, form.removesuffix("t"), re.sub("[td]en?\\Z", "", form)}:
        if len(root) < 2 or root[-1] in "aeiouy":
            continue
        short = re.sub(r"([aeou])\1(?=[^aeiouy]\Z)", r"\1", root)
        soft = {"s": "z", "f": "v"}.get(root[-1], root[-1])
        found |= {root + "en", root + root[-1] + "en", short + "en", short[:-1] + soft + "en"}
    return frozenset(found)


#: Words that stand before a Dutch verb, one with it or away from it.
PARTICLES = frozenset(re.findall(r"\w+", """
    aan achter af bekend bij binnen deel dicht door gelijk goed heen in klaar kwijt leeg los mee mis na neer om op open over plaats
    rond samen stil stop tegen terecht terug thuis toe uit vast vol voor voort vrij weg ziek
"""))
_DIAERESIS = re.compile("(?<=[aeiou])[ei]")


@lru_cache(maxsize=32768)
def verbs(form: str) -> frozenset[str]:
    """The infinitives of a form that no dictionary has, or has as an adjective: afsluiten of afgesloten, goedkeuren of
    goedgekeurd, inenten of ingeënt; and what a diaeresis left out hides: beëindigen of beeindigde."""
    found = set()
    known = stems.in_dictionary(form, "nl")
    for particle in ("", *(particle for particle in PARTICLES if form.startswith(particle))):
        rest = form[len(particle) :]
        if len(rest) < 4 or not rest.startswith("ge"):
            continue
        verb = stems.in_dictionary(rest, "nl") or ""
        if particle and verb.endswith("en") and verb != rest:
            found.add(particle + verb)
        elif known is None and not verb and rest[-1] in "dt":
            root = rest[2:].replace("ë", "e").replace("ï", "i")
            both = infinitives(root) | infinitives(root[:-1])  # geïnd, of innen; geënt, of enten
            found.update(particle + infinitive for infinitive in both)
    if known is None and form.isascii():
        for place in _DIAERESIS.finditer(form):
            spelt = form[: place.start()] + {"e": "ë", "i": "ï"}[place[0]] + form[place.end() :]
            if lemma := stems.in_dictionary(spelt, "nl"):
                found.add(lemma)
    return frozenset(found)
