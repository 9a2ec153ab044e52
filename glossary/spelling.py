"""How the same word may be written: what the index holds of a term, what a query may mean, and how near they are.

All of it works on folded copies (`languages.folding`). A person who searches knows neither our spelling nor our
language nor, sometimes, our script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from languages import folding, tags
from languages.folding import key_letters, letters_of_key

#: A word in a folded text. Marks that folding leaves (vowel signs of Indic and South-East Asian scripts) belong to it.
WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_ETHIOPIC = re.compile(r"[\u1200-\u139f\u2d80-\u2ddf]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")

#: Whose fold and inflection a query in a script may follow: the languages our clients and colleagues type.
LANGUAGES_OF_SCRIPT = {
    "Arab": ("ar", "fa", "ckb", "ur"),
    "Ethi": ("ti", "am"),
    "Cyrl": ("ru", "uk"),
    "Latn": ("nl", "en", "tr", "fr", "es", "so"),
    "": ("und",),
}

#: Letters from which on one word of a query may be two words of a term.
LEAST_JOINED = 8
#: Scripts whose words people also type in Latin letters.
ROMANISED = frozenset({"Arab", "Cyrl", "Ethi"})
#: Longest query that is looked at, in characters. Nobody types a longer term.
LONGEST_QUERY = 120
#: At most so many words of a query count.
MOST_WORDS = 12
#: At most so many words of the vocabulary stand for one word of a query.
MOST_EXPANSIONS = 30

# How much a word of a term counts for a word of the query, by how it was found.
EXACT, KEY, PREFIX, SUFFIX, INFIX, LATIN, NEAR, FAR = 1.0, 0.85, 0.8, 0.7, 0.6, 0.55, 0.5, 0.35


def script_of(text: str) -> str:
    """The script a query is typed in: Arab, Ethi, Cyrl, Latn, or "" for others."""
    for script, pattern in (("Arab", _ARABIC), ("Ethi", _ETHIOPIC), ("Cyrl", _CYRILLIC), ("Latn", _LATIN)):
        if pattern.search(text):
            return script
    return ""


def is_cjk(text: str) -> bool:
    """True for a text with Chinese, Japanese or Korean letters, whose words have no spaces between them."""
    return _CJK.search(text) is not None


def words_of(folded: str) -> list[str]:
    """The words of a folded text."""
    return WORD.findall(folded)


@lru_cache(maxsize=1 << 12)
def _transliterations(text: str) -> frozenset[str]:
    return frozenset(folding.transliterations(text))


@lru_cache(maxsize=1 << 15)
def latin_words(text: str, language: str, transliteration: str | None = None) -> frozenset[str]:
    """Latin keys of the words of a term in another script."""
    found: set[str] = set()
    if tags.script(language) in ROMANISED:
        found.update(key for key in _transliterations(text) if " " not in key)
        if text.endswith("ه"):  # a fold of ة, which is heard as t before another word
            found.update(folding.transliterations(text[:-1] + "ة"))
    if transliteration:
        found.update(key for key in folding.latin_key(transliteration).split() if len(key) > 1)
    return frozenset(found)


def latin_letters(text: str) -> int:
    """The letters that the Latin keys of the words of a text may have (`letters_of_key`): a look, before keys are made."""
    if text.isascii():
        return 0
    letters = key_letters(text)
    return letters | _T if text.endswith("ه") or "ه " in text else letters  # see latin_words


_T = letters_of_key("t")


def may_be_latin(keys: Iterable[str], text: str, transliteration: str | None = None) -> bool:
    """False when none of these Latin keys can be one of a word of the text, nor begin one."""
    if transliteration is not None:
        return True
    lacking = ~latin_letters(text)
    return any(not letters_of_key(key) & lacking for key in keys)


@lru_cache(maxsize=1 << 15)
def latin_wholes(text: str, language: str) -> frozenset[str]:
    """Latin keys of all of a term in another script, its words written as one: firdbet for ፍርድ ቤት."""
    if tags.script(language) not in ROMANISED:
        return frozenset()
    keys = _transliterations(text)
    several = {key.replace(" ", "") for key in keys if " " in key}
    return frozenset(several or keys)


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query: its folds in the languages of its script, its stems and lemmas there, its Latin keys."""

    folds: frozenset[str]
    keys: frozenset[str]
    latin: frozenset[str]

    @property
    def stems(self) -> list[str]:
        """The keys long enough that one wrong letter still leaves a likeness."""
        return [key for key in self.keys if typos_allowed(key) and len(key) > 4]


@dataclass(frozen=True, slots=True)
class Query:
    """What a person typed, read in every way it may be meant. `wholes` are folds of all of it."""

    text: str
    script: str
    words: tuple[QueryWord, ...]
    wholes: frozenset[str]
    #: Latin keys of all of it, written as one word.
    latin: frozenset[str]

    @property
    def joined(self) -> list[str]:
        """Folds of a query of one word that may be a term of two written as one; a syllable of Ethiopic is two letters."""
        return [
            whole for whole in self.wholes if " " not in whole and len(whole) * (1 + (self.script == "Ethi")) >= LEAST_JOINED
        ]

    def __bool__(self) -> bool:
        return bool(self.words)


def read_query(text: str, language: str | None = None) -> Query:
    """Read a query; `language` when the person says it. Only its first 120 characters and 12 words count."""
    text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text[:LONGEST_QUERY])
    script = script_of(text)
    languages = LANGUAGES_OF_SCRIPT[script]
    if language is not None and tags.script(language) == script:
        languages = (language, *languages)
    folds = [folding.fold(text, spoken) for spoken in languages]
    split = [_without_apart(words_of(folded))[:MOST_WORDS] for folded in folds]
    words = []
    for place in range(max((len(parts) for parts in split), default=0)):
        forms = {parts[place] for parts in split if place < len(parts)}
        words.append(_query_word(forms, script, languages))
    wholes = frozenset(" ".join(parts) for parts in split if parts)
    return Query(text, script, tuple(words), wholes, _latin(text, script))


#: i.n.d., as some write an abbreviation.
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
#: Endings of Persian words that many write apart, as folded.
_APART = frozenset({"ها", "هاي", "هايي", "ي", "اي"})


def _without_apart(words: list[str]) -> list[str]:
    return [word for at, word in enumerate(words) if not at or word not in _APART]


def _query_word(forms: set[str], script: str, languages: tuple[str, ...]) -> QueryWord:
    from languages.affixes import stripped
    from languages.words import keys as sentence_keys
    from languages.words import search_keys

    keys: set[str] = set()
    for spoken in languages:
        for form in forms:
            keys.update(search_keys(form, spoken))
            keys.update(folding.fold(rest, spoken) for rest in stripped(form, form, spoken))
            if script == "Arab":  # a broken plural leads to its singular
                keys.update(sentence_keys(form, spoken))
    keys.discard("")
    if script == "Arab":  # لاجيء is how many write لاجئ
        keys |= {form.replace("ء", "") for form in forms}
    latin = _latin(min(forms), script)
    return QueryWord(frozenset(forms), frozenset(keys - forms), latin)


def _latin(text: str, script: str) -> frozenset[str]:
    if script != "Latn":
        return frozenset()
    return frozenset(key for key in folding.latin_keys("'".join(words_of(text.lower()))) if len(key) > 1)


def typos_allowed(word: str) -> int:
    """How many letters may be wrong, missing, extra or swapped in a word of this length. An Ethiopic letter is a
    syllable, so its words are shorter."""
    if _ETHIOPIC.match(word):
        return 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    if len(word) < 4:
        return 0
    return 1 if len(word) < 8 else 2


def distance(one: str, other: str, most: int) -> int | None:
    """Letters between two words (optimal string alignment: a swap is one), or None when more than `most`."""
    found = OSA.distance(one, other, score_cutoff=most)
    return found if found <= most else None


#: A stem may be so much shorter than the word.
LONGEST_ENDING = 4


def nearly_begins(start: str, word: str) -> bool:
    """Whether a word begins so but for one letter: a typo in a word that is not typed to its end."""
    return any(distance(start, word[: len(start) + more], 1) is not None for more in (0, 1))
