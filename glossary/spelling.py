"""How the same word may be written: what the index holds of a term, what a query may mean, and how near they are.

All of it works on folded copies (`languages.folding`). A person who searches knows neither our spelling nor our
language nor, sometimes, our script.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from languages import folding, tags
from languages.folding import key_letters

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


@lru_cache(maxsize=1 << 15)
def latin_words(text: str, language: str, transliteration: str | None = None) -> frozenset[str]:
    """Latin keys of the words of a term in another script."""
    found: set[str] = set()
    if tags.script(language) in ROMANISED:
        found.update(key for key in folding.transliterations(text) if " " not in key)
        if text.endswith("ه"):  # a fold of ة, which is heard as t before another word
            found.update(folding.transliterations(text[:-1] + "ة"))
    if transliteration:
        found.update(key for key in folding.latin_key(transliteration).split() if len(key) > 1)
    return frozenset(found)


def may_be_latin(keys: Iterable[str], text: str, transliteration: str | None = None) -> bool:
    """False when none of these Latin keys can be one of a word of the text, nor begin one: a look, before keys are made."""
    if transliteration is not None:
        return True
    if text.isascii():
        return False
    letters = key_letters(text)
    if text.endswith("ه") or "ه " in text:  # see latin_words
        letters.add("t")
    return any(letters.issuperset(key) for key in keys)


@lru_cache(maxsize=1 << 15)
def latin_wholes(text: str, language: str) -> frozenset[str]:
    """Latin keys of all of a term in another script, its words written as one: firdbet for ፍርድ ቤት."""
    if tags.script(language) not in ROMANISED:
        return frozenset()
    keys = folding.transliterations(text)
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


#: Which words are searched together for a part of one: by the script of their letters, because most queries are in one
#: and Python searches Latin letters, a byte each, quickest. What is in none of these is together too.
_BLOCKS = ("\\0-\u024f", "\u0400-\u052f", "\u0590-\u08ff", "\u1200-\u139f\u2d80-\u2ddf", "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af")
_OTHERS = len(_BLOCKS)
_IN_BLOCK = [re.compile(f"[{letters}]") for letters in _BLOCKS]
_ONE_BLOCK = re.compile("(?:" + "|".join(f"([ {letters}]+)" for letters in _BLOCKS) + ")\\Z")


@lru_cache(maxsize=1 << 14)
def _block(letter: str) -> int:
    return next((number for number, letters in enumerate(_IN_BLOCK) if letters.match(letter)), _OTHERS)


class Vocabulary:
    """Every word of an index, to find what begins like, contains, or nearly is a word of a query."""

    def __init__(self, words: Iterable[str] = (), *, are_sorted: bool = False):
        """`are_sorted`: each comes once, and in order."""
        self.sorted = list(words) if are_sorted else sorted(set(words))
        blocks: list[list[str]] = [[] for _ in range(_OTHERS + 1)]
        for word in self.sorted:
            if word.isascii():
                blocks[0].append(word)
            elif (alike := _ONE_BLOCK.match(word)) is not None:
                blocks[alike.lastindex - 1].append(word)
            else:
                for block in {_block(letter) for letter in word if letter != " "}:
                    blocks[block].append(word)
        #: All of a script in one string: searching that is many times faster than searching each.
        self._joined = ["\n".join(["", *some, ""]) for some in blocks]

    def __len__(self) -> int:
        return len(self.sorted)

    def beginning(self, start: str, most: int) -> list[str]:
        """Words that begin so, shortest first when there are not too many to look at."""
        return sorted(self._beginning(start, most * 20), key=len)[:most]

    def _beginning(self, start: str, most: int) -> list[str]:
        first = bisect_left(self.sorted, start)
        last = bisect_left(self.sorted, start + "\U0010ffff", first, min(first + most, len(self.sorted)))
        return self.sorted[first:last]

    def containing(self, part: str, most: int) -> list[str]:
        """Words with this in them, shortest first when there are not too many to look at."""
        return sorted(self._containing(part, most * 20), key=len)[:most]

    def _containing(self, part: str, most: int) -> list[str]:
        found: list[str] = []
        joined = self._joined[_block(part[:1] or "a")]
        at = joined.find(part)
        while at >= 0 and len(found) < most:
            end = joined.index("\n", at)
            found.append(joined[joined.rindex("\n", 0, at + 1) + 1 : end])
            at = joined.find(part, end)
        return found

    @cached_property
    def _letters(self) -> tuple[list[str], Any, Any]:
        """(words by length, how many are shorter than each length, which letters each has as 64 bits): one look tells
        most that are too far from another."""
        import numpy

        words = sorted(self.sorted, key=len)
        lengths = numpy.fromiter(map(len, words), dtype=numpy.int64, count=len(words))
        shorter = numpy.searchsorted(lengths, numpy.arange((lengths[-1] if len(words) else 0) + 2))
        codes = numpy.frombuffer("".join(words).encode("utf-32-le"), dtype=numpy.uint32)
        if not len(codes):
            return words, shorter, numpy.zeros(len(words), dtype=numpy.uint64)
        bits = numpy.left_shift(numpy.uint64(1), (codes % 64).astype(numpy.uint64))
        starts = numpy.concatenate(([0], numpy.cumsum(lengths)[:-1]))
        return words, shorter, numpy.bitwise_or.reduceat(bits, starts)

    def near(self, word: str, most: int) -> list[tuple[str, int]]:
        """(word, letters wrong) for words within the typos a word of this length may have, nearest first."""
        import numpy

        allowed = typos_allowed(word)
        if not allowed or not self.sorted:
            return []
        words, shorter, letters = self._letters
        first = int(shorter[min(max(0, len(word) - allowed), len(shorter) - 1)])
        last = int(shorter[min(len(word) + allowed + 1, len(shorter) - 1)])
        mine = numpy.uint64(0)
        for letter in word:
            mine |= numpy.uint64(1 << (ord(letter) % 64))
        # a wrong letter takes one bit away and adds one
        alike = numpy.bitwise_count(letters[first:last] ^ mine) <= 2 * allowed
        some = [words[first + place] for place in numpy.flatnonzero(alike)]
        found = [(other, int(wrong)) for other, wrong, _ in _within(word, some, allowed)]
        return sorted(found, key=lambda hit: (hit[1], hit[0]))[:most]

    def beginning_nearly(self, start: str, most: int) -> list[str]:
        """Words that begin so but for one letter (`nearly_begins`). One half of what was typed is right, so only words
        with either half need a look."""
        half = len(start) // 2
        if half < 2:
            return []
        words = [
            word
            for word in {*self._beginning(start[:half], 800), *self._containing(start[half + 1 :], 400)}
            if len(word) > len(start)
        ]
        found = {
            words[place]
            for more in (0, 1)
            for _, _, place in _within(start, [word[: len(start) + more] for word in words], 1)
        }
        return sorted(found, key=lambda word: (len(word), word))[:most]


def _within(word: str, others: list[str], most: int) -> list[tuple[str, float, int]]:
    """(other, letters wrong, its place) for those that are no further than `most`."""
    return process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)
