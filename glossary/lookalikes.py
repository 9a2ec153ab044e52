"""What only looks like a term: words that share a stem and no meaning, small words spelt like an abbreviation, a part of
a Dutch compound."""

from __future__ import annotations

import os.path
import re
from collections.abc import Sequence
from functools import lru_cache

from glossary.forms import exact, is_capitals
from glossary.trie import Form
from languages import folding, stems
from languages.affixes import endings, slavic
from languages.words import compound_runs, dutch_verbs, keys, one_spelling, term_keys

#: Where an accent or a hamza can make another word: juge and jugé, إذن and أذن.
_ACCENTS_COUNT = {"ar", "es", "fr"}
#: Verbs whose forms stand in every other sentence, and which as a term are a noun: poder, a power of attorney.
_FUNCTION_WORDS = {
    "en": {"be", "can", "do", "have", "may", "must", "will"},
    "es": {"deber", "haber", "hacer", "poder", "ser", "tener"},
    "fr": {"avoir", "devoir", "faire", "pouvoir", "savoir", "être"},
    "nl": {"hebben", "kunnen", "moeten", "mogen", "zijn", "zullen"},
}
#: Forms of nouns that have become small words: "about", "by", "because of". Of hak, a right, none is meant.
_TURKISH_POSTPOSITIONS = {
    *(f"hakk{owner}da" for owner in ("ın", "ım", "ımız", "ınız", "ların")),
    *(f"taraf{owner}dan" for owner in ("ın", "ım", "ımız", "ınız", "ların")),
    "açısından", "bakımından", "dolayısıyla", "esnasında", "itibarıyla", "itibariyle", "nedeniyle", "sayesinde", "sırasında", "yüzünden",
}  # fmt: skip
#: Whose words meet by stems, which join words that are not one.
STEMMED = {"en", "es", "fr", "nl", "ru", "uk"}
#: How words differ in their ends that no dictionary knows, when one is an inflection of the other.
_ENDINGS = {
    "en": re.compile(r"s|es|ies|y|'s|ed|ing|e|"),
    "es": re.compile(r"[aeo]?s?|ces|z|[oó]n|ones"),
    "fr": re.compile(r"e?s?|x|aux|al|eaux"),
    "nl": re.compile(r"(?:\w?(?:en|s|es|e|eren|ers|er|'s))?|s"),
}


@lru_cache(maxsize=65536)
def another_word(
    surface: str, word: str, term: frozenset[str], sentence: frozenset[str], language: str
) -> bool:
    """Whether two words share nothing but a stem although a dictionary knows both as different words: "object" is
    not "objection", судья is not суд. Of what no dictionary knows, the ends must be those of inflections."""
    if surface != word and language == "tr":
        return surface in _TURKISH_POSTPOSITIONS
    if surface == word or language not in (STEMMED | _ACCENTS_COUNT):
        return False
    if language == "fr":
        surface, word = (re.split("['’]", one)[-1] for one in (surface, word))
    lemmas = [stems.in_dictionary(one, language) for one in (surface, word)]
    folds = [folding.fold(one, language) for one in (surface, word)]
    if folds[0] == folds[1]:
        return language in _ACCENTS_COUNT and None not in lemmas and lemmas[0] != lemmas[1]
    if word in _FUNCTION_WORDS.get(language, ()):
        return surface not in (f"{word}s", f"{word}es")
    if language not in STEMMED or word == lemmas[0] or word in endings.in_pairs(surface, language):
        return False
    if language == "nl":
        if word in dutch_verbs(surface):
            return False
        if surface in (f"{word}ig", f"{word}ige", f"{word}igen") and compound_runs(word):
            return False  # leerplichtig, of leerplicht; but schuldig, guilty, is not schuld, a debt
        head = _inflected_head(surface, word)
        if head is not None:  # buurtteams, of the term buurtteam: what its last part says holds for the whole
            return another_word(*head, term_keys(head[1], language), keys(head[0], language), language)
        if runs := compound_runs(surface):
            return not any(
                run in (word, f"{word}s", f"{word}en")
                or not another_word(run, word, term, keys(run, language), language)
                for run in runs
            )
        if word in (f"{surface}er", f"{surface}r"):  # ouder, a parent, is not oud
            return True
    stemmed = {folding.fold(stems.stem(one, language), language) for one in (surface, word)}
    if language == "uk":
        stemmed |= {folding.fold(stem, language) for one in (surface, word) for stem in slavic.ukrainian_stems(one)}
    if not term & sentence:
        return True
    if not term & sentence <= stemmed or (folds[1] in sentence and folds[1] not in stemmed):
        return False
    if None not in lemmas:
        both = [folding.fold(lemma, language) for lemma in lemmas]
        if both[0] == both[1] or language == "en" and one_spelling(both[0]) == one_spelling(both[1]):
            return False
        # a form of two words: судов is of суд and of судно
        return not (lemmas[0] != surface and _RUSSIAN_CASE.fullmatch(surface[len(word) :]) and surface.startswith(word))
    pattern = _ENDINGS.get(language)
    if pattern is None:
        return False
    # on the folds too: capitals are often written without accents (ECOLES)
    return not any(
        all(pattern.fullmatch(one[len(os.path.commonprefix(pair)) :]) for one in pair)
        for pair in ([surface, word], folds)
    )


def _inflected_head(surface: str, word: str) -> tuple[str, str] | None:
    """The last parts of two Dutch compounds that begin alike: (teams, team) of buurtteams and buurtteam."""
    for head in sorted(compound_tails(word) - {word}, key=len, reverse=True):
        start = word[: -len(head)]
        if start and surface.startswith(start) and surface != start:
            return surface[len(start) :], head
    return None


_RUSSIAN_CASE = re.compile("ов|ам|ами|ах|а|у|ом|ем|е|ы|и|ів|ом|ові")

def compound_tails(word: str) -> set[str]:
    """The ends of a Dutch compound: toeslag of huurtoeslag."""
    return {run for run in compound_runs(word) if word.endswith(run)}


def means_capitals(surfaces: Sequence[str], form: Form, language: str, *, one_case: bool) -> bool:
    """Whether the sentence means an abbreviation and not the word that is spelt like it: "it" is not "IT", unless
    the whole sentence is written small, or in capitals (`one_case`); "IND-medewerker" and Turkish "IND'nin" are."""
    if one_case:
        return all(
            exact(surface, language) == word for surface, word in zip(surfaces, form.words, strict=True)
        )
    return all(
        any(is_capitals(piece) and folding.fold(piece, language) in key for piece in _PIECES.findall(surface))
        for surface, key in zip(surfaces, form.keys, strict=True)
    )


#: What stands on either side of an apostrophe, or of a change of script: l'IND, IND'nin, የIND.
_PIECES = re.compile(r"[^\W\u0370-\uffff]+|(?:(?=[\u0370-\uffff])\w)+")


def is_part(surfaces: Sequence[str], form: Form) -> bool:
    """True when a Dutch word only holds the term's word: as a part of a compound, not as an inflection or with a
    clitic."""
    return any(
        key.isdisjoint(term_keys(surface, "nl")) for surface, key in zip(surfaces, form.keys, strict=True)
    )
