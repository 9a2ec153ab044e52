"""What the index files a form under: its pairs of neighbouring characters, and its words.

A token is 32 bits made of the pair or word and of its number of occurrence in the form (the first "de", the second
"de"), so that counting common tokens counts the intersection of multisets. Different tokens may share their bits:
that makes two forms look more alike than they are, never less, and costs only time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from memory.forms import WORD_TABLE, words

#: Forms tokenised at once. A form's number within its chunk has 13 bits.
CHUNK = 1 << 13
_VALUE_BITS = 19
_ODD = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))

Tokens = tuple[np.ndarray, np.ndarray]
"""Tokens (uint32) and the numbers of their forms within the chunk (uint32), ascending."""


def of_characters(forms: Sequence[str]) -> Tokens:
    """Pairs of neighbouring characters, the edges of the form counting as characters: a form of n characters has
    n + 1. Two forms at Levenshtein distance d have at least max(n) + 1 - 2 d in common (Ukkonen 1992)."""
    lengths = _lengths(forms)
    # between two forms one edge does for both
    codes = _codes(_EDGE + _EDGE.join(forms) + _EDGE) if len(forms) else np.empty(1, np.uint32)
    unit = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths + 1)
    return _numbered(_pairs(codes), unit)


def of_triples(forms: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Three neighbouring characters each, the edges of a form counting as one character: a form of n characters has n,
    in the order of its text. Returns 32 bits of each, the numbers of their forms, and 19 bits of the pair that each
    begins with and of the one it ends with."""
    lengths = _lengths(forms)
    codes = _codes(_EDGE + _EDGE.join(forms) + _EDGE) if len(forms) else np.empty(2, np.uint32)
    pairs = _paired(codes[:-1], codes[1:])
    found = _paired(pairs[:-1], codes[2:])
    inside = np.ones(len(found), bool)
    inside[np.cumsum(lengths[:-1] + 1) - 1] = False  # the middle one is an edge
    pairs >>= np.uint32(32 - _VALUE_BITS)
    unit = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    return found[inside], unit, pairs[:-1][inside], pairs[1:][inside]


def of_words(forms: Sequence[str]) -> tuple[Tokens, np.ndarray]:
    """Words as `forms.words` cuts them, and how many each form has. A form without words has one token, made of the
    whole form, and counts no words."""
    if not len(forms):
        return (np.empty(0, np.uint32), np.empty(0, np.uint32)), np.empty(0, np.int64)
    lengths = _lengths(forms) + 1
    codes = _codes(_EDGE.join(forms) + _EDGE)  # an edge is no letter: no word goes on in the next form
    kinds = _kinds(codes)
    dropped = kinds == _DROPPED
    if dropped.any():
        unit = np.repeat(np.arange(len(lengths)), lengths)
        lengths -= np.bincount(unit[dropped], minlength=len(lengths))
        codes, kinds = codes[~dropped], kinds[~dropped]
    values, at = _runs(codes, kinds == _LETTER, kinds == _SYMBOL)
    counts = np.diff(np.searchsorted(at, np.cumsum(lengths)), prepend=0)
    owners = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    wordless = [n for n in np.flatnonzero(counts == 0).tolist() if forms[n]]
    if wordless:
        more = np.array([_wordless_value(forms[n]) for n in wordless], np.uint32)
        values, owners = np.append(values, more), np.append(owners, np.array(wordless, np.uint32))
    return _numbered(values, owners), counts


def of_one_form(form: str) -> np.ndarray:
    """The tokens of `of_characters` for a single form, quicker."""
    return _numbered_one(_pairs(_codes(_EDGE + form + _EDGE)))


def of_one_forms_pairs(form: str) -> np.ndarray:
    """For each pair of neighbouring characters of a form, in the order of its text, the token of the first such pair:
    who has not even this token has no such pair."""
    return _mixed(_pairs(_codes(_EDGE + form + _EDGE)) * _ODD[1])


def of_one_forms_words(form: str) -> np.ndarray:
    """The tokens of `of_words` for a single form, quicker: a few words are sooner done one by one."""
    seen: dict[int, int] = {}
    found = []
    for value in [_word_value(word) for word in words(form)] or [_wordless_value(form)]:
        before = seen.get(value, 0)
        seen[value] = before + 1
        found.append(_mixed_one(value * int(_ODD[1]) + before * int(_ODD[2])))
    return np.array(found, np.uint32)


@lru_cache(maxsize=20_000)
def _word_value(word: str) -> int:
    """19 bits of a word, as `_runs` makes them: of the sum of its letters, each mixed with the one before it."""
    points = [0, *map(ord, word)]
    pairs = zip(points, points[1:], strict=False)
    return _mixed_one(sum(_pair_one(before, letter) for before, letter in pairs)) >> (32 - _VALUE_BITS)


def _wordless_value(form: str) -> int:
    return _word_value(form) ^ 1


def _pair_one(before: int, letter: int) -> int:
    value = before * int(_ODD[0]) + letter * int(_ODD[1]) & _ALL32
    return (value ^ value >> 15) * int(_ODD[2]) & _ALL32


def _mixed_one(bits: int) -> int:
    bits &= _ALL32
    bits = (bits ^ bits >> 15) * int(_ODD[0]) & _ALL32
    return (bits ^ bits >> 13) * int(_ODD[2]) & _ALL32


_EDGE = "\n"
_ALL32 = (1 << 32) - 1


def _lengths(forms: Sequence[str]) -> np.ndarray:
    return np.fromiter(map(len, forms), np.int64, len(forms))


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32, copy=False)


def utf8_ends(text: str) -> np.ndarray:
    """How many bytes of UTF-8 the first n characters of a text take, for n from 0 to its length (int64)."""
    codes = _codes(text)
    ends = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(1 + (codes > 0x7F) + (codes > 0x7FF) + (codes > 0xFFFF), out=ends[1:])
    return ends


def _pairs(codes: np.ndarray) -> np.ndarray:
    """19 bits of each pair of neighbours."""
    values = _paired(codes[:-1], codes[1:])
    values >>= np.uint32(32 - _VALUE_BITS)
    return values


def _paired(before: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """32 bits of each code and the one before it."""
    values = before * _ODD[0]
    values += codes * _ODD[1]
    values ^= values >> np.uint32(15)
    values *= _ODD[2]
    return values


_SPACE, _LETTER, _SYMBOL, _DROPPED, _UNSEEN = range(5)


@cache
def _kind_table() -> np.ndarray:
    return np.full(0x110000, _UNSEEN, np.uint8)


def _kinds(codes: np.ndarray) -> np.ndarray:
    """What forms.words does with each character."""
    table = _kind_table()
    kinds = table[codes]
    if (kinds == _UNSEEN).any():
        for code in np.unique(codes[kinds == _UNSEEN]).tolist():
            kept = WORD_TABLE[code]
            table[code] = (
                _DROPPED if kept is None else _LETTER if kept == code else _SPACE if kept == " " else _SYMBOL
            )
        kinds = table[codes]
    return kinds


def _runs(codes: np.ndarray, letters: np.ndarray, symbols: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """19 bits of each run of letters and of each symbol, and where it begins."""
    starts = letters.copy()
    starts[1:] &= ~letters[:-1]
    starts |= symbols
    at = np.flatnonzero(starts)
    if not len(at):
        return np.empty(0, np.uint32), at
    before = np.empty_like(codes)
    before[1:] = codes[:-1]
    before[at] = 0
    values = _paired(before, codes)
    values *= letters | symbols
    values = _mixed(np.add.reduceat(values, at, dtype=np.uint32))
    values >>= np.uint32(32 - _VALUE_BITS)
    return values, at


def _numbered(values: np.ndarray, unit: np.ndarray) -> Tokens:
    """Values of 19 bits become tokens by their number of occurrence within their form."""
    keys = unit << np.uint32(_VALUE_BITS)
    keys |= values
    keys.sort()
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    values = keys & np.uint32((1 << _VALUE_BITS) - 1)
    values *= _ODD[1]
    again = np.flatnonzero(~first)
    if len(again):
        # the second of a run is the first again, the third comes directly after it
        starts = np.ones(len(again), bool)
        np.not_equal(again[1:], again[:-1] + 1, out=starts[1:])
        at = np.flatnonzero(starts)
        occurrence = np.arange(1, len(again) + 1) - np.repeat(at, np.diff(at, append=len(again)))
        values[again] += occurrence.astype(np.uint32) * _ODD[2]
    keys >>= np.uint32(_VALUE_BITS)
    return _mixed(values), keys


def _numbered_one(values: np.ndarray) -> np.ndarray:
    """`_numbered` for one form."""
    return _numbered(values, np.zeros(len(values), np.uint32))[0]


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits ^= bits >> np.uint32(15)
    bits *= _ODD[0]
    bits ^= bits >> np.uint32(13)
    bits *= _ODD[2]
    return bits
