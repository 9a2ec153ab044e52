"""Finding Arabic, Persian, Ethiopic and Cyrillic words by what people type for them in Latin letters.

No transliteration standard is assumed: "mahkama", "mahkamah", "mehkeme" and "mahkamat" should all find محكمة. So
both sides are reduced to the same key, which is mostly consonants, in plain a-z:

* vowels are dropped, except that a word beginning with one keeps an ``a``; w and y count only at the beginning;
* digits inside a word are the letters they stand for in chats: 7 is ح, 3 is ع, 9 is ق (ma7kama, 9adi);
* one letter for what is written with one or two: ``c`` is sh and ch, ``x`` is h, kh and x, ``q`` is q and gh,
  ``j`` is j, dj and zh, ``s`` is s and th, ``z`` is z and dh; a last h is silent; double letters count once.

A script that leaves a choice (ق is q, k, gh or g; ة is h, t or nothing) gives several keys.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

_MOST_KEYS = 24
"""At most so many keys for one word: enough for three letters with a choice each."""

_DIGRAPHS = [
    ("sch", "c"), ("sh", "c"), ("ch", "c"), ("kh", "x"), ("gh", "q"), ("zh", "j"), ("th", "s"), ("dh", "z"),
    ("ph", "f"), ("h", "x"), ("w", "v"),
]  # fmt: skip
_LETTERS = {"ç": "c", "ş": "c", "š": "c", "č": "c", "ž": "j", "ğ": "q", "ı": "i", "ø": "o", "æ": "a", "ə": "a", "œ": "o"}
_VOWELS = set("aeiou")
_ARTICLE = re.compile(r"\b([aeu][a-z]{1,2})[-‐‑']+(?=[a-z])")


def latin_key(text: str) -> str:
    """The key of a text in Latin letters; words stay apart. "" when it has no Latin letter. Idempotent."""
    text = _ARTICLE.sub(r"\1", text.lower())  # al-lujuu, as-sifara: one word
    return " ".join(key for word in re.split(r"[^\w'’ʿʾ`]+|_", text) if (key := _word_key(word)))


#: Habits of writing one sound, by where somebody learnt Latin letters: (what they type, what the key expects).
_HABITS = [(re.compile(pattern), instead) for pattern, instead in (
    ("ch", "kh"), ("qh", "q"), ("dj|dsch", "j"), ("tj|tch", "sh"), ("ts|tz", "s"), ("gn", "n"), ("g(?=[ei])", "j"), ("c(?!h)", "k"),
    ("^j", "y"), ("9", "s"), ("^[aei]l(?=[a-z0-9]{4})", ""),
)]  # fmt: skip
#: What digits stand for in Arabic typed in Latin letters; 2 and 3 are hamza and ain, which keys leave out.
_DIGITS = {"2": "'", "3": "'", "5": "kh", "6": "t", "7": "h'", "8": "gh", "9": "q"}
_DIGIT_IN_WORD = re.compile(r"[2356789](?=.*[a-z])|(?<=[a-z])[2356789]")


@lru_cache(maxsize=16384)
def latin_keys(word: str) -> frozenset[str]:
    """`latin_key` of one word, and of what it may also stand for: machkama is how a Dutch ear writes mahkama."""
    found = [word.lower()]
    for pattern, instead in _HABITS:
        found += [other for one in found if (other := pattern.sub(instead, one)) != one]
    return frozenset(key.replace(" ", "") for one in found[:16] if (key := latin_key(one)))


@lru_cache(maxsize=16384)
def _word_key(word: str) -> str:
    word = "".join(_LETTERS.get(c, c) for c in unicodedata.normalize("NFC", word.lower()))
    word = _DIGIT_IN_WORD.sub(lambda digit: _DIGITS[digit[0]], word)
    # an apostrophe keeps letters apart: komak'hazine has no kh
    word = re.sub(r"[^a-z']", "", unicodedata.normalize("NFKD", re.sub("[’ʿʾ`]", "'", word)))
    for several, one in _DIGRAPHS:
        word = word.replace(several, one)
    word = word.replace("'", "")
    if not word:
        return ""
    return _closed(("a" if word[0] in _VOWELS else word[0]) + "".join(c for c in word[1:] if c not in _VOWELS))


def _closed(consonants: str) -> str:
    """What is left to do once the vowels are gone, the same for both sides."""
    key = consonants[0] + re.sub("[vy]", "", consonants[1:])
    key = re.sub(r"(.)\1+", r"\1", re.sub("d+j", "j", key))
    return key[:-1] if len(key) > 2 and key.endswith("x") else key


# What each letter may be in Latin; "" where it is (also) a vowel or silent. Written in letters of keys.
_ARABIC: dict[str, tuple[str, ...]] = {
    "ا": ("",), "أ": ("",), "إ": ("",), "آ": ("",), "ٱ": ("",), "ء": ("",), "ؤ": ("",), "ئ": ("",), "ع": ("",),
    "ب": ("b",), "پ": ("p",), "ت": ("t",), "ث": ("s", "t"), "ج": ("j",), "چ": ("c",), "ح": ("x",), "خ": ("x",),
    "د": ("d",), "ذ": ("z", "d"), "ر": ("r",), "ز": ("z",), "ژ": ("j",), "س": ("s",), "ش": ("c",), "ص": ("s",),
    "ض": ("d", "z"), "ط": ("t",), "ظ": ("z", "d"), "غ": ("q", "g"), "ف": ("f",), "ق": ("q", "k", "g"),
    "ك": ("k",), "ک": ("k",), "گ": ("g",), "ل": ("l",), "م": ("m",), "ن": ("n",), "ه": ("x",), "ة": ("", "t"),
    "و": ("",), "ى": ("",), "ي": ("",), "ی": ("",), "ں": ("n",), "ہ": ("x",), "ھ": ("x",), "ے": ("",),
    "ټ": ("t",), "ډ": ("d",), "ړ": ("r",), "ڼ": ("n",), "ښ": ("c", "x"), "ږ": ("j", "g"), "ځ": ("z",), "څ": ("s",),
    "ګ": ("g",), "ې": ("",), "ۍ": ("",), "ٹ": ("t",), "ڈ": ("d",), "ڑ": ("r",), "ڤ": ("v", "f"), "ۆ": ("",), "ێ": ("",),
    "ڕ": ("r",), "ڵ": ("l",), "ە": ("",),
}  # fmt: skip
_ARABIC_INITIAL = {"و": "v", "ي": "y", "ی": "y", "ڤ": "v"}
_SUN = set("تثدذرزسشصضطظلن")

# The consonant of each row of Ethiopic syllables, by the row's first syllable.
_ETHIOPIC_ROWS: dict[str, tuple[str, ...]] = {
    "ሀ": ("x",), "ለ": ("l",), "ሐ": ("x",), "መ": ("m",), "ሠ": ("s",), "ረ": ("r",), "ሰ": ("s",), "ሸ": ("c",),
    "ቀ": ("q", "k"), "ቈ": ("q", "k"), "ቐ": ("q", "k", "x"), "ቘ": ("q", "k", "x"), "በ": ("b",), "ቨ": ("v",), "ተ": ("t",),
    "ቸ": ("c",), "ኀ": ("x",), "ኈ": ("x",), "ነ": ("n",), "ኘ": ("n", "gn"), "አ": ("",), "ከ": ("k",), "ኰ": ("k",),
    "ኸ": ("x",), "ዀ": ("x",), "ወ": ("v",), "ዐ": ("",), "ዘ": ("z",), "ዠ": ("j", "z"), "የ": ("y",),
    "ደ": ("d",), "ዸ": ("d",), "ጀ": ("j",), "ገ": ("g",), "ጐ": ("g",), "ጘ": ("g",), "ጠ": ("t",), "ጨ": ("c",),
    "ጰ": ("p",), "ጸ": ("s", "ts"), "ፀ": ("s", "ts"), "ፈ": ("f",), "ፐ": ("p",),
}  # fmt: skip
_CYRILLIC: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("аеёиоуыэіїєйъьюя", ("",)), "б": ("b",), "в": ("v",), "г": ("g", "x"), "ґ": ("g",), "д": ("d",), "ж": ("j",),
    "з": ("z",), "к": ("k",), "л": ("l",), "м": ("m",), "н": ("n",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "ф": ("f",),
    "х": ("x",), "ц": ("s", "ts"), "ч": ("c",), "ш": ("c",), "щ": ("c",),
}  # fmt: skip
_CYRILLIC_INITIAL = dict.fromkeys("йюяєїе", "y")
_NOT_A_MARK = re.compile(r"[\u064b-\u0652\u0670\u0640\u200c-\u200f]")


def _of_ethiopic(char: str) -> tuple[str, ...] | None:
    if not "\u1200" <= char <= "\u135a":
        return None
    return _ETHIOPIC_ROWS.get(chr(0x1200 + (ord(char) - 0x1200) // 8 * 8), ())


def transliterations(text: str) -> set[str]:
    """The Latin keys of the Arabic-script, Ethiopic and Cyrillic words of a text: one per likely spelling of each word,
    and of the whole text when it has several words. A query finds it when ``latin_key(query)`` is among them.

    Empty for a text in other scripts.
    """
    words = [_word_keys(word) for word in re.split(r"[^\w\u064b-\u0652\u0670\u200c-\u200f]+", text)]
    words = [keys for keys in words if keys]
    found = {key for keys in words for key in keys if len(key) > 1}
    if len(words) > 1:
        whole = [keys[:3] for keys in words]
        for number, phrase in enumerate(product(*whole)):
            if number >= _MOST_KEYS:
                break
            found.add(" ".join(phrase))
    return found


def key_letters(text: str) -> int:
    """Every letter that a key of these Arabic, Ethiopic or Cyrillic words may have, and perhaps some more, as the bits of
    `letters_of_key`: what lacks a letter of a query is none of its words, at a hundredth of the price of its keys."""
    found = _ANY_KEY
    for code in map(ord, text):
        found |= _KEY_LETTERS[code]
    return found


def letters_of_key(key: str) -> int:
    """The letters of a key as bits, a being the lowest: `key_letters(text) & letters == letters` where it has all."""
    found = 0
    for letter in key:
        found |= _BIT.get(letter, _NO_LETTER)
    return found


_BIT = {letter: 1 << place for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz ")}
_NO_LETTER = 1 << len(_BIT)
#: Letters that no letter of a text stands for: a word's first vowel, a v or y there, the space between words.
_ANY_KEY = letters_of_key("avy ")


class _Letters(dict[int, int]):
    def __missing__(self, code: int) -> int:
        plain = unicodedata.normalize("NFKC", chr(code))
        choices = [_of_ethiopic(c) or _ARABIC.get(c) or _CYRILLIC.get(c.lower()) or () for c in plain]
        self[code] = found = letters_of_key("".join(letter for some in choices for letter in some))
        return found


_KEY_LETTERS = _Letters()


@lru_cache(maxsize=16384)
def _word_keys(word: str) -> tuple[str, ...]:
    """Keys of one word, likeliest first."""
    word = _NOT_A_MARK.sub("", unicodedata.normalize("NFKC", word))
    if not word:
        return ()
    if _of_ethiopic(word[0]) is not None:
        return _keys_of([_of_ethiopic(c) for c in word], word)
    if (small := word.lower())[0] in _CYRILLIC:
        keys = _keys_of([_CYRILLIC.get(c) for c in small], small)
        first = _CYRILLIC_INITIAL.get(small[0])
        return tuple(dict.fromkeys((*keys, *(first + key[1:] for key in keys if first))))
    if not any(c in _ARABIC for c in word):
        return ()
    keys = _keys_of([_ARABIC.get(c) for c in word], word)
    if word.startswith(("ال", "ٱل")) and len(word) > 3:
        bare = _word_keys(word[2:])
        assimilated = tuple("a" + key for key in bare) if word[2] in _SUN else ()
        keys = (*bare, *keys, *assimilated)
    return tuple(dict.fromkeys(keys))[:_MOST_KEYS]


def _keys_of(choices: list[tuple[str, ...] | None], word: str) -> tuple[str, ...]:
    per_letter = [c for c in choices if c is not None]
    if not per_letter:
        return ()
    first = _ARABIC_INITIAL.get(word[0])
    if first:
        per_letter[0] = (first,)
    elif "" in per_letter[0]:
        per_letter[0] = ("a",)
    keys = []
    for number, spelling in enumerate(product(*per_letter)):
        if number >= _MOST_KEYS:
            break
        keys.append(_closed("".join(spelling)))
    return tuple(dict.fromkeys(key for key in keys if key))
