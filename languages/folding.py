"""Folding: copies of a text in which spellings that mean the same are the same. For matching and search only.

Three strengths. `fold` is for search and term recognition and forgives nearly everything a keyboard or a school
makes different. `exact_fold` is for the memory: it undoes only what no reader would call a difference, so that
أنه and إنه (two words) stay two. `match_form` is what edit distance is measured on: `exact_fold` without case,
with tags and numbers masked. None of them ever touches what people wrote: keep the original beside the fold.

Amharic and Tigrinya fold differently: in Amharic ሀ ሐ ኀ, ሰ ሠ, አ ዐ, ጸ ፀ and the first and fourth order of the
gutturals sound alike; in Tigrinya ሀ and ሐ, አ and ዐ are different sounds, and only ሠ ፀ ኀ have a twin.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from unicodedata import category, combining, normalize

from languages.han import TO_SIMPLIFIED
from languages.tags import UnknownLanguage, base
from languages.transliteration import key_letters, latin_key, latin_keys, letters_of_key, transliterations

__all__ = [
    "FOLD_VERSION",
    "exact_fold",
    "fold",
    "fold_with_map",
    "key_letters",
    "latin_key",
    "latin_keys",
    "letters_of_key",
    "match_form",
    "original_span",
    "transliterations",
    "widest_fold",
]

FOLD_VERSION: int = 2
"""Raised whenever any form here changes for any text: every index built on folded text must then be rebuilt."""

TAG_OPEN, TAG_CLOSE, TAG_ALONE, NUMBER = "\ue000", "\ue001", "\ue002", "\ue003"
"""What `match_form` writes for a tag or a number (private use, so no text of a language has them)."""

_TATWEEL = "\u0640"

# --- tables: letters -------------------------------------------------------------------------------------------

_LATIN = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ŋ": "n",
    "ŧ": "t", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ɖ": "d",
}  # fmt: skip
_PUNCTUATION = {
    **dict.fromkeys("’‘‛ʼʻʹ′＇", "'"),
    **dict.fromkeys("“”„‟«»‹›″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "،": ",", "؛": ";", "؟": "?", "۔": ".", "٪": "%", "٫": ".", "٬": ",",
    "፡": " ", "።": ".", "፣": ",", "፤": ";", "፥": ":", "፦": ":", "፧": "?", "፨": ".",
    "。": ".", "、": ",",
}  # fmt: skip
_ARABIC = {
    "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٴ": "",
    "ى": "ي", "ی": "ي", "ۍ": "ۍ",
    "ک": "ك", "ڪ": "ك", "ګ": "گ",
    "ة": "ه", "ۃ": "ه", "ہ": "ه", "ە": "ه", "ھ": "ه",
}  # fmt: skip
_CYRILLIC = {"ё": "е"}
_SORANI = {"ڕ": "ر", "ڵ": "ل", "ێ": "ي", "ۆ": "و"}


def _ethiopic(pairs: str, fourth_order: bool) -> dict[str, str]:
    """``"ሐሀ ሠሰ"``: every syllable of the row of ሐ becomes that of the row of ሀ."""
    table: dict[str, str] = {}
    for row, to in pairs.split():
        for order in range(7):
            table[chr(ord(row) + order)] = chr(ord(to) + order)
        labialised, twin = chr(ord(row) + 7), chr(ord(to) + 7)
        if row in "ሠፀ":  # ሧ ፇ have a twin in ሷ ጿ; the rows of ሐ and ኀ end differently
            table[labialised] = twin
    if fourth_order:
        for row in "ሀአ":
            table[chr(ord(row) + 3)] = row
        table = {k: table.get(v, v) for k, v in table.items()}
    return {k: v for k, v in table.items() if k != v}


_TIGRINYA = _ethiopic("ሠሰ ፀጸ ኀሐ", fourth_order=False)
_AMHARIC = _ethiopic("ሐሀ ኀሀ ሠሰ ዐአ ፀጸ", fourth_order=True)

_EVERYWHERE = {**_LATIN, **_PUNCTUATION, **_ARABIC, **_CYRILLIC, **_TIGRINYA, **TO_SIMPLIFIED}
_OF_LANGUAGE: dict[str, dict[str, str]] = {
    "am": _AMHARIC,
    "ur": {"ھ": "ھ"},  # aspiration: بھ is not بہ
    "ckb": _SORANI,
    "uk": {"ґ": "г"},
}
#: What any language takes for the same: see `widest_fold`.
_WIDEST = "*"
_OF_LANGUAGE[_WIDEST] = {**_AMHARIC, **_SORANI, "ґ": "г"}
#: The languages with a fold of their own, and "" for all others.
FOLDED_ALONE = ("", "am", "ur", "ckb", "uk")


# --- the strong fold -------------------------------------------------------------------------------------------


def _is_ignorable(char: str) -> bool:
    """Format and control characters that no reader sees: bidi controls, zero-width letters, soft hyphens, tatweel."""
    if char == _TATWEEL or char == "\u034f" or "\ufe00" <= char <= "\ufe0f" or "\u180b" <= char <= "\u180f":
        return True
    kind = category(char)
    return kind == "Cf" or (kind == "Cc" and not char.isspace())


def _is_dropped_mark(char: str) -> bool:
    """Marks that scripts can be read without: accents, harakat, niqqud, Syriac vowels, Ethiopic gemination."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u0591" <= char <= "\u05c7" and category(char) == "Mn"
        or "\u0610" <= char <= "\u074a" and category(char) == "Mn"
        or "\u08ca" <= char <= "\u08ff" and category(char) == "Mn"
        or "\u135d" <= char <= "\u135f"
        or "\u1ab0" <= char <= "\u1aff"
        or "\u1dc0" <= char <= "\u1dff"
        or "\u20d0" <= char <= "\u20ff"
        or "\ufe20" <= char <= "\ufe2f"
    )


class _Unseen(dict[int, str]):
    """A translation table for str.translate that works out each character when it is first met."""

    def __init__(self, rule):
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = result = self._rule(chr(code))
        return result


_STRIP = _Unseen(lambda char: "" if _is_ignorable(char) else "'" if char in "´`" else char)


def _fold_char(char: str, own: dict[str, str]) -> str:
    """One character of an NFKC text, folded until nothing changes any more."""
    for _ in range(8):
        folded = "".join(_fold_step(c, own) for c in char)
        if folded == char:
            break
        char = folded
    return char


def _fold_step(char: str, own: dict[str, str]) -> str:
    if char in own:
        return own[char]
    if char in _EVERYWHERE:
        return _EVERYWHERE[char]
    if _is_ignorable(char) or _is_dropped_mark(char):
        return ""
    if char.isspace():
        return " "
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    parts = normalize("NFKD", char)
    if parts != char and category(parts[0])[0] == "L" and (parts[0] < "\u0400" or "\u0590" < parts[0] < "\u0700"):
        return parts
    return normalize("NFKC", char.casefold())


@lru_cache(maxsize=64)
def _strong_table(language: str) -> _Unseen:
    own = _OF_LANGUAGE.get(language, {})
    return _Unseen(lambda char: _fold_char(char, own))


@lru_cache(maxsize=512)
def _language(tag: str) -> str:
    """The primary subtag when there is a fold of its own for it, else "". Never fails: a fold is for any text."""
    try:
        found = base(tag)
    except UnknownLanguage:
        return ""
    return found if found in _OF_LANGUAGE or found in _WEAK else ""


_SPACES = re.compile(r" {2,}")


def fold(text: str, language: str) -> str:
    """The text as search and term recognition see it; ``fold(fold(t)) == fold(t)`` for every text.

    Case, accents, harakat, the forms of alef, hamza, yeh, kaf and heh, ta marbuta, ZWNJ, digits of any script,
    Ethiopic homophones (by language), presentation and full-width forms, typographic punctuation, white space.
    An unknown language gets the fold of its script.
    """
    if len(text) <= 48:
        return _fold_short(text, _language(language))
    return _fold(text, _language(language))


@lru_cache(maxsize=65536)
def _fold_short(text: str, language: str) -> str:
    return _fold(text, language)


def widest_fold(text: str) -> str:
    """A fold that no language's is wider than: where `fold(part, l)` stands in `fold(text, l)` for any language, this one
    of the part stands in this one of the text. For telling quickly, of many texts at once, which need not be looked at."""
    return _fold(text, _WIDEST)


def _fold(text: str, language: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").lower().split())
    table = _strong_table(language)
    while True:
        before = text
        text = normalize("NFKC", text.translate(_STRIP)).replace("፡፡", "።").translate(table)
        # dropping marks can bring letters together that compose (か and a voicing mark): then once more
        if text == before or unicodedata.is_normalized("NFKC", text):
            break
    return _SPACES.sub(" ", text).strip(" ")


def fold_with_map(text: str, language: str) -> tuple[str, list[int]]:
    """(`fold` of the text, for each of its characters the index in `text` of the character it came from).

    The indices never decrease, so a hit at ``folded[i:j]`` is marked in the original spelling by `original_span`.
    """
    if text.isascii() and len(folded := fold(text, language)) == len(text):
        # ASCII is folded letter by letter; only white space is ever dropped
        return folded, list(range(len(text)))
    table = _strong_table(_language(language))
    chars, origin = list(text), list(range(len(text)))
    while True:
        before = "".join(chars)
        out: list[str] = []
        source: list[int] = []
        for start, end in _clusters(before):
            folded = normalize("NFKC", before[start:end].translate(_STRIP)).replace("፡፡", "።").translate(table)
            out.extend(folded)
            source.extend([origin[start]] * len(folded))
        chars, origin = out, source
        after = "".join(chars)
        if after == before or unicodedata.is_normalized("NFKC", after):
            break
    kept = [i for i, c in enumerate(chars) if c != " " or (i and chars[i - 1] != " ")]
    if kept and chars[kept[-1]] == " ":
        kept.pop()
    return "".join(chars[i] for i in kept), [origin[i] for i in kept]


def original_span(origin: list[int], start: int, end: int, length: int) -> tuple[int, int]:
    """Where ``folded[start:end]`` stands in the original of `length` characters, its marks included."""
    if start >= end:
        at = origin[start] if start < len(origin) else length
        return at, at
    last = origin[end - 1]
    following = next((o for o in origin[end:] if o > last), length)
    return origin[start], following


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans of a text that can be normalised one by one: cut before each character that joins nothing before it."""
    starts = [
        i
        for i, char in enumerate(text)
        if i == 0 or not (_joins(char) or (char == "፡" and _visible_before(text, i) == "፡"))
    ]
    return list(zip(starts, [*starts[1:], len(text)], strict=True)) if starts else []


def _visible_before(text: str, i: int) -> str:
    while i and _is_ignorable(text[i - 1]):
        i -= 1
    return text[i - 1] if i else ""


@lru_cache(maxsize=8192)
def _joins(char: str) -> bool:
    """Whether the character can merge with, or disappear into, the one before it when the text is normalised."""
    if _is_ignorable(char):
        return True
    first = normalize("NFKD", char)[0]
    return combining(first) != 0 or first in _composing()


@lru_cache(maxsize=1)
def _composing() -> frozenset[str]:
    """Starters that canonically compose with the character before them (NFC_Quick_Check=Maybe, not combining)."""
    found = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}  # Hangul vowels and finals
    for code in range(0xA0, 0x30000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            second = chr(int(parts[1], 16))
            if combining(second) == 0:
                found.add(second)
    return frozenset(found)


# --- the weak fold ---------------------------------------------------------------------------------------------

_PERSIAN_WEAK = {"ي": "ی", "ى": "ی", "ك": "ک", "ڪ": "ک", "ۀ": "ه", "\u0654": ""}
_WEAK: dict[str, dict[str, str]] = {
    "ar": {"ی": "ي", "ک": "ك", "ڪ": "ك"},
    "fa": _PERSIAN_WEAK,
    "prs": _PERSIAN_WEAK,
    "ckb": {"ي": "ی", "ى": "ی", "ك": "ک", "ھ": "ه"},
    "ps": {"ى": "ی", "ك": "ک", "ګ": "گ", "ۀ": "هٔ"},  # ي and ی are two letters in Pashto
    "ur": {"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ"},
}
_HARAKAT = re.compile("[\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]")


def _weak_char(char: str, own: dict[str, str]) -> str:
    if _is_ignorable(char):
        return ""
    if "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufeff":
        char = normalize("NFKC", char)
    return "".join("" if c == _TATWEEL or _HARAKAT.match(c) else own.get(c, c) for c in char)


@lru_cache(maxsize=64)
def _weak_table(language: str) -> _Unseen:
    own = _WEAK.get(language, {})
    return _Unseen(lambda char: _weak_char(char, own))


_ETHIOPIC_STOP = re.compile(r"፡፡|(?<=[\u1200-\u135a\u1380-\u138f\u2d80-\u2dde]) ?::")


def exact_fold(text: str, language: str) -> str:
    """The text without differences no reader would call one: the weak fold of the memory. Idempotent.

    NFC; tatweel, bidi and zero-width controls, presentation forms, harakat, the yeh and kaf of the language,
    Ethiopic full stops and word spaces, runs of white space. Case, hamza, ta marbuta, accents and digits stay.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if len(text) <= 48:
        return _exact_fold_short(text, _language(language))
    return _exact_fold(text, _language(language))


@lru_cache(maxsize=65536)
def _exact_fold_short(text: str, own: str) -> str:
    return _exact_fold(text, own)


def _exact_fold(text: str, own: str) -> str:
    table = _weak_table(own)
    while True:
        before = text
        if own == "ckb":
            text = text.replace("ه\u200c", "ە")  # how Sorani's e was written before it had a letter of its own
        text = normalize("NFC", normalize("NFC", text).translate(table))
        text = " ".join(_ETHIOPIC_STOP.sub("።", text).replace("፡", " ").split())
        if text == before:
            return text


_MASKED = re.compile(
    r"<(?P<open>\d{1,4})>|</(?P<close>\d{1,4})>|<(?P<alone>\d{1,4})/>|(?P<number>\d+(?:[.,:/\-٫٬]\d+)*)"
)

_MAY_BE_MASKED = re.compile(r"[<\d]")


def _mask(found: re.Match[str]) -> str:
    return {"open": TAG_OPEN, "close": TAG_CLOSE, "alone": TAG_ALONE, "number": NUMBER}[found.lastgroup or "number"]


def match_form(text: str, language: str) -> str:
    """What the memory measures edit distance on: `exact_fold` without case, each tag and each number one character.

    ``<1>``, ``</1>`` and ``<1/>`` become U+E000, U+E001 and U+E002; a number in the digits of any script, with the
    ``. , : / -`` inside it, becomes U+E003.
    """
    folded = exact_fold(text, language)
    if _MAY_BE_MASKED.search(folded):
        folded = _MASKED.sub(_mask, folded)
    return lower(folded, language)


def lower(text: str, language: str) -> str:
    """Without case, as the language does it: in Turkish and Azerbaijani I is the capital of ı and İ that of i."""
    if text.isascii() and language[:2] not in ("tr", "az"):
        return text.lower()
    if _is_dotless(language):
        text = text.replace("İ", "i").replace("I", "ı")
    return normalize("NFC", text.casefold())


@lru_cache(maxsize=512)
def _is_dotless(language: str) -> bool:
    try:
        return base(language) in ("tr", "az")
    except UnknownLanguage:
        return False
