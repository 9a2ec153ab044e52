"""How well a term answers a query, and which of its letters do.

An index finds words like those of a query among all there are; here each term of the concepts that it proposes is
compared with the query, as the term stands in the database, and of those most are in other languages. So what can be
told of a whole term at once, that it has no letter of the query, is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from glossary.spelling import (
    EXACT,
    FAR,
    INFIX,
    KEY,
    LATIN,
    LONGEST_ENDING,
    NEAR,
    PREFIX,
    SUFFIX,
    WORD,
    Query,
    QueryWord,
    distance,
    is_cjk,
    latin_letters,
    latin_wholes,
    latin_words,
    nearly_begins,
    typos_allowed,
    words_of,
)
from glossary.termrows import TermRow
from languages import folding


@dataclass(frozen=True, slots=True)
class MatchedTerm:
    """A term that answers the query. `spans` are (start, end) in `text`, the spelling people wrote; none when the
    query met a variant or a transliteration that does not show. `score` is 1 for the very same words."""

    term_id: int
    language: str
    text: str
    status: str
    score: float
    spans: tuple[tuple[int, int], ...]


@lru_cache(maxsize=1 << 15)
def _split(form: str, language: str) -> tuple[tuple[str, ...], str, bool, int]:
    """(the words of a form of a term, folded, all of them as one text, whether it has Chinese letters or the like, the letters
    that its Latin keys may have)."""
    words = tuple(words_of(folding.fold(form, language)))
    whole = " ".join(words)
    return words, whole, is_cjk(whole), latin_letters(form) | latin_letters(whole)


@lru_cache(maxsize=1 << 12)
def _with_map(text: str, language: str) -> tuple[str, list[int]]:
    # what one letter found the next one mostly finds again, and the way back to the letters is long outside of Latin
    return folding.fold_with_map(text, language)


class WantedWord:
    """A word of a query, made ready to be compared with many words of terms."""

    def __init__(self, word: QueryWord):
        self._folds, self._keys, self._latin = word.folds, word.keys, word.latin
        #: What has none of these letters can only be the same word in Latin ones.
        self._letters = frozenset("".join((*word.folds, *word.keys)))
        self._starts = tuple(word.folds)
        self._ends = tuple(form for form in word.folds if len(form) > 2)
        self._parts = [form for form in word.folds if len(form) > 3]
        self._long_keys = tuple(key for key in word.keys if len(key) > 3)
        self._typos = [(form, most) for form in word.folds if (most := typos_allowed(form))]
        self._stems = word.stems
        self._begun = tuple(key for key in word.latin if len(key) > 2)
        self._latin_letters = [folding.letters_of_key(key) for key in word.latin]

    def may_be_in(self, folded: str, letters: int, transliteration: str | None = None) -> bool:
        """False when no word of this (folded) text, whose Latin keys have no other letters (`spelling.latin_letters`), can be
        close: a look before each of them is compared."""
        if not self._letters.isdisjoint(folded):
            return True
        return bool(self._latin) and (transliteration is not None or self._may_be_latin(letters))

    def _may_be_latin(self, letters: int) -> bool:
        lacking = ~letters
        return any(not wanted & lacking for wanted in self._latin_letters)

    def closeness(self, folded: str, language: str, transliteration: str | None = None) -> float:
        """How well it is answered by a (folded) word of a term: 1 the same, 0 not at all."""
        if folded in self._folds:
            return EXACT
        if folded in self._keys:
            return KEY
        best = 0.0 if self._letters.isdisjoint(folded) else self._likeness(folded)
        if self._latin and best < LATIN and (transliteration is not None or self._may_be_latin(latin_letters(folded))):
            keys = latin_words(folded, language, transliteration)
            if self._latin & keys:
                best = LATIN
            elif best < FAR and self._begun and any(key.startswith(self._begun) for key in keys):
                best = FAR
        return best

    def _likeness(self, folded: str) -> float:
        best = 0.0
        if self._long_keys:
            if folded.startswith(self._long_keys) and any(
                folded.startswith(key) and len(folded) - len(key) <= LONGEST_ENDING for key in self._long_keys
            ):
                return KEY
            if folded.endswith(self._long_keys):
                best = LATIN
        if folded.startswith(self._starts):
            return PREFIX
        if self._ends and folded.endswith(self._ends):
            return SUFFIX
        for form in self._parts:
            if form in folded:
                return INFIX
        if best < NEAR:
            for form, most in self._typos:
                best = max(best, _by_typo(form, folded, most))
            if best < FAR and self._stems and any(distance(key, folded, 1) is not None for key in self._stems):
                best = FAR
        return best

    def typed_part(self, folded: str) -> tuple[int, int]:
        """(start, end) of what was typed in a word that is close; all of the word when it shows nowhere."""
        for form in sorted(self._folds, key=len, reverse=True):
            at = folded.find(form)
            if at == 0 or (at > 0 and len(form) > 3):
                return at, at + len(form)
        return 0, len(folded)


def _by_typo(form: str, folded: str, most: int) -> float:
    if len(folded) < len(form) - most:
        return 0.0
    wrong = distance(form, folded, most)
    if wrong is not None:
        return NEAR if wrong == 1 else FAR
    if len(folded) > len(form) > 4 and nearly_begins(form, folded):
        return NEAR
    return 0.0


class Reading:
    """One query against terms: how well each answers, and where. What was found of a word is kept while this lasts,
    because the concepts that an index proposes share their words."""

    def __init__(self, asked: Query):
        self.asked = asked
        self._wanted = [WantedWord(word) for word in asked.words]
        self._close: list[dict[tuple[str, str, str | None], float]] = [{} for _ in asked.words]
        self._starts = tuple(sorted(asked.wholes, key=len, reverse=True))
        self._joined = tuple(sorted(asked.joined, key=len, reverse=True))
        self._by_latin = any(word.latin for word in asked.words)
        self._latin_letters = [folding.letters_of_key(key) for key in asked.latin]

    def score(self, term: TermRow) -> float:
        """How well a term answers: 0 when a word of the query has no answer in it, 2 for exactly this term, 1.5 for
        its beginning; otherwise how close each word is, less for what else the term says."""
        best = self._score_form(term.text, term.language, term.transliteration)
        for form in term.variants:
            best = max(best, self._score_form(form, term.language, term.transliteration))
        return best

    def _closeness(self, place: int, folded: str, language: str, transliteration: str | None = None) -> float:
        known = self._close[place]
        key = folded, language if self._by_latin else "", transliteration
        found = known.get(key)
        if found is None:
            found = known[key] = self._wanted[place].closeness(folded, language, transliteration)
        return found

    def _score_form(self, form: str, language: str, transliteration: str | None) -> float:
        asked = self.asked
        words, whole, without_spaces, letters = _split(form, language)
        if not words:
            return 0.0
        if whole in asked.wholes:
            return 2.0
        if whole.startswith(self._starts):
            return 1.5 + 0.2 * _longest_start(self._starts, whole) / len(whole)
        if self._joined and len(words) > 1 and (together := "".join(words)).startswith(self._joined):
            return 1.3 + 0.2 * _longest_start(self._joined, together) / len(together)
        if without_spaces:
            return max((INFIX + 0.3 * len(start) / len(whole) for start in self._starts if start in whole), default=0.0)
        total = 0.0
        alone = transliteration if len(words) == 1 else None
        for place, wanted in enumerate(self._wanted):
            found = 0.0
            if wanted.may_be_in(whole, letters, alone):
                for folded in words:
                    close = self._closeness(place, folded, language, alone)
                    if close > found:
                        found = close
            if not found:
                return LATIN if self._is_latin_whole(form, language, letters) else 0.0
            total += found
        covered = min(1.0, len(asked.words) / len(words))
        return total / len(asked.words) * (0.7 + 0.3 * covered)

    def _is_latin_whole(self, form: str, language: str, letters: int) -> bool:
        if not any(not wanted & ~letters for wanted in self._latin_letters):
            return False
        return not self.asked.latin.isdisjoint(latin_wholes(form, language))

    def matched(self, score: float, term: TermRow) -> MatchedTerm:
        """A term that answers, with what to mark in it: also when a variant did, because an inflected form mostly
        shows in the word itself."""
        spans = tuple(self.highlight(term.text, term.language))
        return MatchedTerm(term.id, term.language, term.text, term.status, round(score, 4), spans)

    def highlight(self, text: str, language: str) -> list[tuple[int, int]]:
        """(start, end) in the text as it is written, for each stretch that answers the query, in order."""
        folded, origin = _with_map(text, language)
        found: list[tuple[int, int]] = []
        for word in WORD.finditer(folded):
            stretch = self._stretch(word[0], language)
            if stretch is not None:
                start, end = word.start() + stretch[0], word.start() + stretch[1]
                start, end = folding.original_span(origin, start, end, len(text))
                if found and start < found[-1][1]:  # ¼ is one letter and two words
                    before = found.pop()
                    start, end = before[0], max(before[1], end)
                found.append((start, end))
        return found

    def _stretch(self, folded_word: str, language: str) -> tuple[int, int] | None:
        """Which letters of a folded word answer the query: the part that was typed, or all of it."""
        best: tuple[float, tuple[int, int]] | None = None
        for place, wanted in enumerate(self._wanted):
            close = self._closeness(place, folded_word, language)
            if close and (best is None or close > best[0]):
                best = close, wanted.typed_part(folded_word)
        if best is None and is_cjk(folded_word):
            for whole in self.asked.wholes:
                at = folded_word.find(whole)
                if at >= 0:
                    return at, at + len(whole)
        return best[1] if best else None


def _longest_start(starts: tuple[str, ...], text: str) -> int:
    return next(len(start) for start in starts if text.startswith(start))
