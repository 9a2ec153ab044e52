"""Words of a text, and the keys by which a term is recognised in a sentence.

A token of a sentence has many keys, a word of a term few: they match when they share one. So "verblijfsvergunningen"
finds "verblijfsvergunning", وبتصريح finds تصريح, and ንሓታቲ finds ሓታቲ, while a term never matches more than itself.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from languages import affixes, stems
from languages.affixes import arabic, dutch, persian, slavic
from languages.compounds import dutch_compound_parts
from languages.folding import exact_fold, fold, lower
from languages.tags import UnknownLanguage, base

__all__ = ["Word", "dutch_compound_parts", "keys", "load", "search_keys", "term_keys", "words"]


class Word(NamedTuple):
    """A word as written and where it stands: ``sentence[start:end] == text``."""

    text: str
    start: int
    end: int


_APART = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters that are a word each: Han. Who needs longer words makes n-grams."""


_INNER = "\u00ad\u200c\u200d\u200e\u200f\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff"
_APOSTROPHE_INSIDE = "(?<!\\d)['’ʼ‘`´](?!\\d)"
_PLAIN_WORD = re.compile(
    rf"([^\W_]+(?:(?=[{_INNER}'’ʼ‘`´])[{_INNER}]*(?:{_APOSTROPHE_INSIDE})?[{_INNER}]*[^\W_]+)*)"
)
"""The same as `_word_pattern`, several times as quick, for a text in which nothing `_needs_care`."""


@cache
def _marks() -> str:
    return _ranges(c for c in range(0x300, sys.maxunicode + 1) if unicodedata.category(chr(c))[0] == "M")


@cache
def _needs_care() -> re.Pattern[str]:
    """Combining marks, and characters that are a word each."""
    return re.compile(f"[{_APART}{_marks()}]")


@cache
def _word_pattern() -> re.Pattern[str]:
    marks, inner = _marks(), _INNER
    letters = rf"(?:[^\W_{_APART}]+[{marks}]*)+"
    joint = rf"(?=[{inner}'’ʼ‘`´])[{inner}]*(?:{_APOSTROPHE_INSIDE})?[{inner}]*"
    return re.compile(rf"([{_APART}][{marks}]*|{letters}(?:{joint}{letters})*)")


#: Characters of which it is known that they need no care: looking for one in a text that does takes longer than all else.
_plain: set[str] = set()


def _is_plain(text: str) -> bool:
    if text.isascii() or _plain.issuperset(text):
        return True
    if _needs_care().search(text):
        return False
    _plain.update(text)
    return True


def _ranges(codes) -> str:
    out: list[list[int]] = []
    for code in codes:
        if out and code == out[-1][1] + 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in out)


def words(text: str, language: str) -> list[Word]:
    """The words of a text, in order.

    A word keeps its combining marks, its ZWNJ (می‌گیرند) and the apostrophes inside it (foto's, п’ять). Hyphens,
    white space and the punctuation of every script, Ethiopic ፡ included, separate. Each Chinese character is a word.
    """
    found: list[Word] = []
    end = 0
    pieces = iter((_PLAIN_WORD if _is_plain(text) else _word_pattern()).split(text))
    for between, word in zip(pieces, pieces, strict=False):
        start = end + len(between)
        end = start + len(word)
        found.append(Word(word, start, end))
    return found


@lru_cache(maxsize=512)
def _language(tag: str) -> str:
    try:
        return base(tag)
    except UnknownLanguage:
        return ""


def term_keys(word: str, language: str) -> frozenset[str]:
    """The keys of a word in a term: its fold, stem and lemma (in Arabic and Somali also without the article)."""
    return _term_keys(word, _language(language))


@lru_cache(maxsize=65536)
def _term_keys(word: str, language: str) -> frozenset[str]:
    found = set(_inflection_keys(word, language))
    written = lower(exact_fold(word, language), language)
    for rest in affixes.of_term(written, fold(word, language), language):
        found |= _inflection_keys(rest, language)
    if language == "ar":
        found |= _without_defective_ya({written} | affixes.of_term(written, "", language))
    elif language in ("fr", "it", "ca") and written[1:2] == "'":  # garde d'enfant: garde des enfants
        for part in _beside_apostrophe(written, language):
            found |= _inflection_keys(part, language)
    found.discard("")
    return frozenset(found)


def keys(word: str, language: str) -> frozenset[str]:
    """The keys of a word in a sentence: those it would have in a term, and those of what is left of it without
    clitics, of what stands beside its apostrophe, and of the parts of a Dutch compound. Matches a term's word when
    they share a key with its `term_keys`."""
    return _keys(word, _language(language))


@lru_cache(maxsize=65536)
def _keys(word: str, language: str) -> frozenset[str]:
    found = set(_inflection_keys(word, language))
    for part in (*_beside_apostrophe(word, language), *_latin_runs(word)):
        found |= _inflection_keys(part, language)
    written = lower(exact_fold(word, language), language)
    rests = affixes.stripped(written, fold(word, language), language)
    for rest in rests:
        found |= _inflection_keys(rest, language)
    if language == "ar":
        found |= _without_defective_ya({written} | rests)
    if language in ("ar", "fa", "prs"):
        for rest in {written} | rests:
            if len(rest) > 3 and stems.in_dictionary(rest, language) is None:
                found.update(fold(one, language) for one in arabic.broken_singulars(rest))
    if language in ("fa", "prs") and (before := persian.before_zwnj(word)):
        found |= _inflection_keys(before, language)
    if language == "nl":
        found |= _parts_of_compound(written)
        found.update(fold(verb, language) for verb in dutch_verbs(written))
    found.discard("")
    return frozenset(found)


def _without_defective_ya(forms: set[str] | frozenset[str]) -> set[str]:
    """What قاضي is without its last letter; also for the dictionary's lemma of a word (المحامون: محامي)."""
    both = forms | {stems.in_dictionary(form, "ar") or form for form in forms}
    return {fold(short, "ar") for form in both if (short := arabic.without_defective_ya(form))}


_LATIN_RUN = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")


def _latin_runs(word: str) -> list[str]:
    """IND in የIND and الIND: an abbreviation in Latin letters with something of the language written to it."""
    if word.isascii() or _LATIN_RUN.fullmatch(word) or not any(char >= "\u0370" for char in word):
        return []
    return _LATIN_RUN.findall(word)


#: A part of a compound from this length on may be a compound itself, whatever the dictionary says.
_PERHAPS_COMPOUND = 10


def _parts_of_compound(word: str) -> set[str]:
    return {key for part in compound_runs(word) for key in _inflection_keys(part, "nl")}


def dutch_verbs(word: str) -> set[str]:
    """The infinitives of a form that the dictionary does not lead to: `dutch.verbs`, and schoonmaken of
    schoonmaakt, a verb with any word before it."""
    found = set(dutch.verbs(word))
    if stems.in_dictionary(word, "nl") is None and (parts := dutch_compound_parts(word)):
        verb = stems.in_dictionary(parts[-1], "nl") or ""
        if verb.endswith("en") and verb != parts[-1]:
            found.add(word[: -len(parts[-1])] + verb)
    return found


@lru_cache(maxsize=65536)
def compound_runs(word: str) -> frozenset[str]:
    """What a Dutch compound is made of: its parts, and every run of two and more as joined in it, so that
    asielzoekerscentrum holds asielzoekers."""
    parts: list[str] = []
    for part in dutch_compound_parts(word):
        smaller = dutch_compound_parts(part) if len(part) >= _PERHAPS_COMPOUND else ()
        parts += smaller if smaller and min(map(len, smaller)) > 3 else (part,)
    found = set(parts)
    starts = []
    at = 0
    for part in parts:
        at = word.index(part, at)
        starts.append(at)
        at += len(part)
    for i in range(len(parts)):
        for j in range(i + 1, len(parts)):
            if (i, j) != (0, len(parts) - 1):
                found.add(word[starts[i] : starts[j] + len(parts[j])])
    return frozenset(found)


@lru_cache(maxsize=65536)
def _inflection_keys(word: str, language: str) -> frozenset[str]:
    folded = fold(word, language)
    found = {folded}
    if len(folded) > 2 and not folded.isdigit():
        written = lower(exact_fold(word, language), language)
        found.add(fold(_lemma(written, language), language))
        if language == "en":
            found |= {one_spelling(key) for key in found}
        elif language == "uk":
            found |= {fold(stem, language) for stem in slavic.ukrainian_stems(written)}
            if folded[0] in "ув" and folded[1] not in "аеєиіїоуюяьв":  # вчитель is учитель
                found |= {{"у": "в", "в": "у"}[key[0]] + key[1:] for key in found if key[0] in "ув"}
        elif language == "ti" and folded[0] == "አ":  # as Tigrinya is written in Ethiopia
            found.add("ኣ" + folded[1:])
        elif language == "so":  # goaan is how many write go'aan
            found.add(folded.replace("'", ""))
        elif language in ("fa", "prs") and (verb := persian.infinitive(written)):
            found.add(fold(verb, language))
        if language not in _NO_STEM:
            found.add(fold(stems.stem(written, language), language))
    found.discard("")
    return frozenset(found)


#: Whose Snowball stem joins words that are not one (izin and iz, شرطة and شرط); the affix tables do better.
_NO_STEM = {"ar", "fa", "prs", "tr"}
_TURKISH_DERIVED = re.compile(r"(?:s[ıiuü]z|l[ıiuü]|l[ıiuü][kğ]|[cç][ıiuü]|m[ae]k|m[ae]k\w*|daş)\w*\Z")


def _lemma(word: str, language: str) -> str:
    """The lemma to recognise a word by: only what the dictionary itself says where guesses go astray."""
    if language in ("ar", "fa", "prs"):
        found = stems.in_dictionary(word, language) or word
        # the dictionary's lemma of a noun may be the verb it is made of: تجنيس is not جنس, بدهی not what ده is
        return found if len(found) >= len(word) or _is_bare(found, word, language) else word
    if language == "tr":
        found = stems.in_dictionary(word, language) or word
        common = next((at for at, (a, b) in enumerate(zip(word, found, strict=False)) if a != b), len(found))
        return word if _TURKISH_DERIVED.match(word, common) else lower(found, language)
    if language in ("ru", "uk"):  # a guess takes a dozen look-ups in a packed dictionary; the stem serves as well
        return lower(stems.in_dictionary(word, language) or word, language)
    return lower(stems.lemma(word, language), language)


def _is_bare(lemma: str, word: str, language: str) -> bool:
    """Whether a lemma is what is left of a word when endings or the pattern of a plural are taken off."""
    if lemma == word[:-1] and word[-1] in "هة":
        return False  # مرده is not مرد
    rests = {word} | affixes.stripped(word, word, language)
    return lemma in rests or any(lemma in arabic.broken_singulars(rest) for rest in rests)


_BRITISH = (("is", re.compile(r"iz(?=e|ing|ation)")), ("yse", re.compile(r"yze")), ("our", re.compile(r"(?<=\w\w)or\Z")),
            ("l", re.compile(r"(?<=\w{4})ll\Z")), ("lm", re.compile(r"(?<=\w{3})llm(?=ent)")), ("dgm", re.compile(r"dgem(?=ent)")),
            ("re", re.compile(r"(?<=[bdt])er\Z")), ("ence", re.compile(r"ense\Z")), ("ll", re.compile(r"l(?=(?:ing|ed|er)\Z)")))  # fmt: skip


def one_spelling(word: str) -> str:
    """organization and organisation, center and centre, license and licence: one of them."""
    for british, american in _BRITISH:
        word = american.sub(british, word)
    return word


_APOSTROPHE = re.compile("['’ʼ‘`´]")


def _beside_apostrophe(word: str, language: str) -> list[str]:
    """IND'nin is IND in Turkish; l'asile is asile in French; foto's is foto in Dutch."""
    pieces = [piece for piece in _APOSTROPHE.split(word) if piece]
    if len(pieces) != 2 or language not in ("nl", "en", "fr", "it", "ca", "tr", "az", "de", "pl"):
        return []  # elsewhere it is a letter: п’ять, Somali go'aan
    before, after = pieces
    if language in ("fr", "it", "ca"):
        return [after] if len(before) <= 4 else [before]
    return [before] if len(before) > 1 else [after]


def search_keys(text: str, language: str) -> list[str]:
    """Every word's fold and, where it differs, stem, in order: what goes into a full-text index and its queries."""
    found: list[str] = []
    code = _language(language)
    for word in words(text, language):
        folded = fold(word.text, code)
        found.append(folded)
        written = lower(exact_fold(word.text, code), code)
        stem = fold(stems.stem(written, code), code) if len(folded) > 2 else folded
        if stem and stem != folded:
            found.append(stem)
    return found


def load(language: str) -> None:
    """Read the dictionaries of a language now, so that the first sentence does not wait for them (up to 2 s)."""
    stems.load(_language(language))
