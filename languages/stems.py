"""Stems (Snowball) and lemmas (simplemma), loaded when a language is first asked for, then cached per word.

simplemma's dictionaries are big: as a table Dutch takes 52 MB, Russian 141 MB, Polish 408 MB. The languages people
work in all day get the table (0.01 ms a word); the large others read the packed dictionary in place, which takes a
sixth of the memory and 0.1 ms a word. Polish has Snowball only.

snowballstemmer hands the work to PyStemmer when that is installed: the same stems of every eleventh word of simplemma's
dictionaries, fifty to a hundred times as quick.
"""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock

_SNOWBALL = {
    "ar": "arabic", "en": "english", "es": "spanish", "fa": "persian", "fr": "french", "nl": "dutch_porter",
    "pl": "polish", "prs": "persian", "ru": "russian", "tr": "turkish",
}  # fmt: skip
_TABLE = {"ar": "ar", "en": "en", "es": "es", "fa": "fa", "fr": "fr", "nl": "nl", "prs": "fa"}
_PACKED = {"ru": "ru", "tr": "tr", "uk": "uk"}

_one_at_a_time = Lock()


@cache
def _stemmer(language: str):
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL[language])


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """Snowball's stem of a lower-case word, or the word where Snowball has no stemmer for the language."""
    if language not in _SNOWBALL:
        return word
    with _one_at_a_time:  # a Snowball stemmer keeps its word in itself
        return _stemmer(language).stemWord(word)


@cache
def _dictionaries(packed: bool):
    from simplemma.strategies import DefaultDictionaryFactory, StreamDictionaryFactory

    return (StreamDictionaryFactory if packed else DefaultDictionaryFactory)(cache_max_size=16)


@cache
def _lemmatizer(packed: bool):
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy

    return Lemmatizer(
        cache_max_size=1, lemmatization_strategy=DefaultStrategy(dictionary_factory=_dictionaries(packed))
    )


@lru_cache(maxsize=65536)
def lemma(word: str, language: str) -> str:
    """simplemma's lemma of a word, or the word where it has no dictionary for the language."""
    packed = language in _PACKED
    code = _PACKED.get(language) or _TABLE.get(language)
    if not code or not word:
        return word
    found = _lemmatizer(packed).lemmatize(word, lang=code)
    return found.replace("_", "") if language == "nl" else found


def in_dictionary(word: str, language: str) -> str | None:
    """The lemma of a word form that stands in simplemma's dictionary; None for one that does not."""
    if language in _PACKED:
        return _in_packed(word, _PACKED[language])
    code = _TABLE.get(language)
    found = _dictionaries(False).get_dictionary(code).get(word) if code else None
    return found.replace("_", "") if found and language == "nl" else found  # af_sluiten, of afgesloten


@lru_cache(maxsize=65536)
def _in_packed(word: str, code: str) -> str | None:
    return _dictionaries(True).get_dictionary(code).get(word)


def is_lemma(word: str, language: str) -> bool:
    """Whether a word stands in simplemma's dictionary as its own lemma: then nothing is glued to it."""
    return in_dictionary(word, language) == word


def load(language: str) -> None:
    """Read the dictionaries of a language now (up to two seconds) instead of at the first word."""
    stem("a", language)
    lemma("abcdefghij", language)
