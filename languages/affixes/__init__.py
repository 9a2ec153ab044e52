"""Words without what their language glues to them: articles, prepositions, conjunctions, pronouns, plurals.

A module for each language or family, with tables that are applied again and again until nothing more comes off. They
over-generate on purpose: a form that is no word simply equals no term. What is left must keep a minimum length, so that
a short word is not taken for a prefix and a rest; and a word that a dictionary knows as its own lemma keeps its letters
(شرطة, police, is not شرط, condition, with an ending).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from languages.affixes import arabic, endings, ethiopic, persian, slavic, somali, turkish

#: language -> (what one step takes off, how often)
_WRITTEN = {
    "ar": (arabic.one_less, 4), "fa": (persian.one_less, 2), "prs": (persian.one_less, 2),
    "am": (ethiopic.one_less_amharic, 4), "ti": (ethiopic.one_less_tigrinya, 4),
}  # fmt: skip
_FOLDED = {"so": (somali.one_less, 4), **{language: (endings.one_less(language), 2) for language in endings.ENDINGS}}
_AT_MOST = 48


@lru_cache(maxsize=65536)
def stripped(written: str, folded: str, language: str) -> frozenset[str]:
    """What may be left of a word without its affixes: `written` is its weak fold in lower case, `folded` its strong
    fold. The results are not folded yet where the language strips the written form."""
    if language in _WRITTEN:
        return _again_and_again(written, *_WRITTEN[language])
    if language in _FOLDED:
        return _again_and_again(folded, *_FOLDED[language])
    if language == "tr":
        return frozenset(turkish.roots(written))
    if language in ("ru", "uk"):
        return slavic.men(written, language)
    return frozenset(endings.in_pairs(written, language))


def _again_and_again(word: str, step: Callable[[str], Iterable[str]], depth: int) -> frozenset[str]:
    found = {word}
    frontier = [word]
    for _ in range(depth):
        frontier = [new for old in frontier for new in step(old) if new not in found]
        frontier = list(dict.fromkeys(frontier))[: _AT_MOST - len(found)]
        found.update(frontier)
        if not frontier or len(found) >= _AT_MOST:
            break
    return frozenset(found - {word})


@lru_cache(maxsize=65536)
def of_term(written: str, folded: str, language: str) -> frozenset[str]:
    """The same for a word of a term, which stands in the dictionary's form but for its article (Arabic, Somali), the
    የ before an Amharic noun that another preposition replaces, and the plural or possessor of a Turkish noun
    (izni of izin in "oturma izni")."""
    if language == "ar" and written.startswith("ال") and len(written) >= 5:
        return frozenset({written[2:]})
    if language == "am" and written.startswith("የ") and len(written) >= 3:
        return frozenset({written[1:]})
    if language == "tr":
        return frozenset(turkish.roots(written, ("possessed", "plural")))
    if language == "so":
        return frozenset(rest for rest in somali.without_article(folded) if len(rest) > 3)
    return frozenset()
