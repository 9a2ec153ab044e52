"""What the index files a form under: its pairs of neighbouring characters, and its words.

A token is 64 bits made of the pair or word and of its number of occurrence in the form (the first "de", the second
"de"), so that counting common tokens counts the intersection of multisets. Different tokens may share their bits:
that makes two forms look more alike than they are, never less, and costs only time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from memory.forms import WORD_TABLE

#: Forms tokenised at once. A form's number within its chunk has 15 bits.
CHUNK = 1 << 15
_VALUE_BITS = 49
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))

Tokens = tuple[np.ndarray, np.ndarray]
"""Tokens (uint64) and the numbers of their forms within the chunk (uint64), in no particular order."""


def of_characters(forms: Sequence[str]) -> Tokens:
    """Pairs of neighbouring characters, the edges of the form counting as characters: a form of n characters has
    n + 1. Two forms at Levenshtein distance d have at least max(n) + 1 - 2 d in common (Ukkonen 1992)."""
    codes, lengths = _codes(forms)
    ends = np.cumsum(lengths + 2)
    starts = ends - lengths - 2
    padded = np.full(len(codes) + 2 * len(lengths), 0x10FFFF + 1, np.uint64)
    inside = np.ones(len(padded), bool)
    inside[starts] = inside[ends - 1] = False
    padded[inside] = codes
    within = np.ones(len(padded), bool)
    within[ends - 1] = False
    at = np.flatnonzero(within)
    values = padded[at] << np.uint64(21) | padded[at + 1]
    return _numbered(values, np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths + 1))


def of_words(forms: Sequence[str]) -> tuple[Tokens, np.ndarray]:
    """Words as `forms.words` cuts them, and how many each form has. A form without words has one token, made of the
    whole form, and counts no words."""
    codes, lengths = _codes(forms)
    kinds = _kinds(codes)
    unit = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    if (kinds == _DROPPED).any():
        kept = kinds != _DROPPED
        codes, kinds, unit = codes[kept], kinds[kept], unit[kept]
    hashes, owners = _runs(codes, unit, kinds == _LETTER, kinds == _SYMBOL)
    counts = np.bincount(owners.astype(np.int64), minlength=len(lengths))
    wordless = (counts == 0) & (lengths > 0)
    if wordless.any():
        codes, _ = _codes(forms)
        unit = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
        chosen = wordless[unit.astype(np.int64)]
        more, their_owners = _runs(codes[chosen], unit[chosen], np.ones(chosen.sum(), bool), None)
        hashes, owners = np.concatenate([hashes, ~more]), np.concatenate([owners, their_owners])
    return _numbered(_mixed(hashes) >> np.uint64(64 - _VALUE_BITS), owners), counts


def _codes(forms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    return np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), "<u4").astype(
        np.uint64
    ), lengths


_SPACE, _LETTER, _SYMBOL, _DROPPED, _UNSEEN = range(5)


@cache
def _kind_table() -> np.ndarray:
    return np.full(0x110000, _UNSEEN, np.uint8)


def _kinds(codes: np.ndarray) -> np.ndarray:
    """What forms.words does with each character."""
    table = _kind_table()
    codes = codes.astype(np.int64)
    kinds = table[codes]
    if (kinds == _UNSEEN).any():
        for code in np.unique(codes[kinds == _UNSEEN]).tolist():
            kept = WORD_TABLE[code]
            table[code] = (
                _DROPPED if kept is None else _LETTER if kept == code else _SPACE if kept == " " else _SYMBOL
            )
        kinds = table[codes]
    return kinds


def _runs(
    codes: np.ndarray, unit: np.ndarray, letters: np.ndarray, symbols: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """A hash of each run of letters within one form, and of each symbol, and whose they are."""
    if not len(codes):
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    before = np.zeros(len(codes), bool)
    before[1:] = letters[:-1] & (unit[1:] == unit[:-1])
    starts = letters & ~before
    chosen = letters
    if symbols is not None:
        starts, chosen = starts | symbols, letters | symbols
    at = np.flatnonzero(chosen)
    first = np.flatnonzero(starts[at])
    if not len(first):
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    place = np.arange(len(at)) - np.repeat(first, np.diff(np.append(first, len(at))))
    powers = np.multiply.accumulate(np.full(int(place.max()) + 1, _ODD[0], np.uint64))
    hashes = np.add.reduceat((codes[at] + np.uint64(1)) * powers[place], first)
    return hashes, unit[at[first]]


def _numbered(values: np.ndarray, unit: np.ndarray) -> Tokens:
    """Values under 2**49 become tokens by their number of occurrence within their form."""
    keys = unit << np.uint64(_VALUE_BITS) | values
    keys.sort()
    places = np.arange(len(keys))
    first = np.ones(len(keys), bool)
    first[1:] = keys[1:] != keys[:-1]
    occurrence = (places - np.maximum.accumulate(np.where(first, places, 0))).astype(np.uint64)
    values = keys & np.uint64((1 << _VALUE_BITS) - 1)
    return _mixed(values * _ODD[1] + occurrence * _ODD[2]), keys >> np.uint64(_VALUE_BITS)


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ bits >> np.uint64(31)) * _ODD[0]
    return (bits ^ bits >> np.uint64(29)) * _ODD[2]
