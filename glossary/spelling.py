"""How the same word may be written: what the index holds of a term, what a query may mean, and how near they are.

All of it works on folded copies (`languages.folding`). A person who searches knows neither our spelling nor our
language nor, sometimes, our script.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from languages import folding, tags

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

#: Longest query that is looked at, in characters. Nobody types a longer term.
LONGEST_QUERY = 120
#: At most so many words of a query count.
MOST_WORDS = 12
#: At most so many words of the vocabulary stand for one word of a query.
MOST_EXPANSIONS = 60

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


@lru_cache(maxsize=1 << 16)
def search_words(text: str, language: str) -> frozenset[str]:
    """Every word under which a term is found: as written and its stem. No dictionary is needed, so the first search
    after a start is as fast as any; parts of compounds are found as parts of words."""
    from languages.words import search_keys

    found = set(words_of(folding.fold(text, language)))
    for key in search_keys(text, language):
        found.update(words_of(key))
    return frozenset(found)


def latin_words(text: str, language: str, transliteration: str | None = None) -> set[str]:
    """Latin keys of a term in another script, of its words and of the whole."""
    found = set(folding.transliterations(text)) if tags.script(language) in ("Arab", "Ethi") else set()
    if transliteration:
        whole = folding.latin_key(transliteration)
        found.update(key for key in (whole, *whole.split()) if len(key) > 1)
    return found


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query: its folds in the languages of its script, its stems and lemmas there, its Latin key."""

    folds: frozenset[str]
    keys: frozenset[str]
    latin: str

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
    latin: str

    def __bool__(self) -> bool:
        return bool(self.words)


def read_query(text: str, language: str | None = None) -> Query:
    """Read a query; `language` when the person says it. Only its first 120 characters and 12 words count."""
    text = text[:LONGEST_QUERY]
    script = script_of(text)
    languages = LANGUAGES_OF_SCRIPT[script]
    if language is not None and tags.script(language) == script:
        languages = (language, *languages)
    folds = [folding.fold(text, spoken) for spoken in languages]
    split = [words_of(folded)[:MOST_WORDS] for folded in folds]
    words = []
    for place in range(max((len(parts) for parts in split), default=0)):
        forms = {parts[place] for parts in split if place < len(parts)}
        words.append(_query_word(forms, script, languages))
    wholes = frozenset(" ".join(parts) for parts in split if parts)
    return Query(text, script, tuple(words), wholes, folding.latin_key(text) if script == "Latn" else "")


def _query_word(forms: set[str], script: str, languages: tuple[str, ...]) -> QueryWord:
    from languages.affixes import stripped

    keys: set[str] = set()
    for spoken in languages:
        for form in forms:
            keys |= search_words(form, spoken)
            keys |= {folding.fold(rest, spoken) for rest in stripped(form, form, spoken)}
    if script == "Arab":  # لاجيء is how many write لاجئ
        keys |= {form.replace("ء", "") for form in forms}
    keys.discard("")
    latin = folding.latin_key(next(iter(forms))) if script == "Latn" else ""
    return QueryWord(frozenset(forms), frozenset(keys - forms), latin if len(latin) > 1 else "")


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
    from rapidfuzz.distance import OSA

    found = OSA.distance(one, other, score_cutoff=most)
    return found if found <= most else None


def closeness(word: QueryWord, folded: str, keys: frozenset[str], latin: frozenset[str] | set[str]) -> float:
    """How well a word of a query is answered by a word of a term: 1 the same, 0 not at all.

    `folded` is the term's word, `keys` what else it is found under, `latin` its Latin keys."""
    if folded in word.folds:
        return EXACT
    best = 0.0
    if keys & word.folds or folded in word.keys or keys & word.keys:
        best = KEY
    elif any(len(key) > 3 and folded.endswith(key) for key in word.keys):
        best = LATIN
    for form in word.folds:
        if best < PREFIX and folded.startswith(form):
            best = PREFIX
        elif best < SUFFIX and len(form) > 2 and folded.endswith(form):
            best = SUFFIX
        elif best < INFIX and len(form) > 3 and form in folded:
            best = INFIX
        elif best < NEAR and (most := typos_allowed(form)):
            wrong = distance(form, folded, most)
            if wrong is None and len(folded) > len(form) > 4:
                wrong = min((d for more in (0, 1) if (d := distance(form, folded[: len(form) + more], 1)) is not None), default=None)
            if wrong is not None:
                best = max(best, NEAR if wrong == 1 else FAR)
    if best < FAR and any(distance(key, folded, 1) is not None for key in word.stems):
        best = FAR
    if word.latin and best < LATIN and any(key == word.latin for key in latin):
        best = LATIN
    elif len(word.latin) > 2 and best < FAR and any(key.startswith(word.latin) for key in latin):
        best = FAR
    return best


class Vocabulary:
    """Every word of an index, to find what begins like, contains, or nearly is a word of a query."""

    def __init__(self, words: Iterable[str] = ()):
        self.sorted = sorted(set(words))
        self._by_length: dict[int, list[str]] = {}
        for word in self.sorted:
            self._by_length.setdefault(len(word), []).append(word)
        #: All in one string: searching that is many times faster than searching each.
        self._joined = "\n".join(["", *self.sorted, ""])

    def __len__(self) -> int:
        return len(self.sorted)

    def __contains__(self, word: str) -> bool:
        place = bisect_left(self.sorted, word)
        return place < len(self.sorted) and self.sorted[place] == word

    def beginning(self, start: str, most: int) -> list[str]:
        """Words that begin so, shortest first when there are not too many to look at."""
        first = bisect_left(self.sorted, start)
        found = []
        for word in self.sorted[first : first + most * 20]:
            if not word.startswith(start):
                break
            found.append(word)
        return sorted(found, key=len)[:most]

    def containing(self, part: str, most: int) -> list[str]:
        """Words with this in them, shortest first when there are not too many to look at."""
        found: list[str] = []
        at = self._joined.find(part)
        while at >= 0 and len(found) < most * 20:
            end = self._joined.index("\n", at)
            found.append(self._joined[self._joined.rindex("\n", 0, at + 1) + 1 : end])
            at = self._joined.find(part, end)
        return sorted(found, key=len)[:most]

    def near(self, word: str, most: int) -> list[tuple[str, int]]:
        """(word, letters wrong) for words within the typos a word of this length may have, nearest first."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        allowed = typos_allowed(word)
        found: list[tuple[str, int]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1) if allowed else ():
            some = self._by_length.get(length)
            if some:
                hits = process.extract(word, some, scorer=OSA.distance, score_cutoff=allowed, limit=most)
                found += [(hit, wrong) for hit, wrong, _ in hits]
        return sorted(found, key=lambda hit: (hit[1], hit[0]))[:most]

    def beginning_nearly(self, start: str, most: int) -> list[str]:
        """Words whose beginning is one letter from this: a typo in a word that is not typed to its end."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(start) < 5:
            return []
        longer = [some for length, some in self._by_length.items() if length > len(start)]
        # as long as what was typed, or one more where a letter is missing in it
        starts = sorted({word[: len(start) + more] for some in longer for word in some for more in (0, 1)})
        hits = process.extract(start, starts, scorer=OSA.distance, score_cutoff=1, limit=most)
        return [word for hit, _, _ in hits for word in self.beginning(hit, most)][:most]
