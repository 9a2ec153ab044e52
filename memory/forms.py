"""The copies of a text that matching compares; what a person wrote is never changed.

`form` is the folded text with tags and numbers masked; `words` are the form's words, without punctuation;
`bare` joins them: two texts with equal bare forms differ at most in numbers, tags, punctuation, case or spelling
variants. `Profile` says in which of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from languages.folding import FOLD_VERSION, NUMBER, TAG_ALONE, TAG_CLOSE, TAG_OPEN, match_form

#: Stored with a form; forms of another version are made again when they are read.
VERSION = f"{FOLD_VERSION}.2"

#: Written between sentences without spaces: words cannot be told by looking for white space.
WITHOUT_WORDS = frozenset(
    ["zh", "yue", "cmn", "wuu", "nan", "hak", "gan", "ja", "th", "lo", "km", "my", "bo", "dz"]
)

TAG = re.compile(r"<(?:/\d{1,4}|\d{1,4}/?)>")
_NUMBERS = re.compile(r"\d+(?:[.,:/٫٬-]\d+)*")


def form(text: str, language: str) -> str:
    return match_form(text, language)


def has_words(language: str) -> bool:
    return language.split("-")[0].lower() not in WITHOUT_WORDS


class _WordTable(dict):
    """For str.translate: punctuation and spaces become a space, a symbol stands alone, the rest stays."""

    def __missing__(self, point: int) -> int | str | None:
        character = chr(point)
        category = unicodedata.category(character)
        if character in "%‰&@#§" or category in ("Sc", "Sm", "So"):
            kept: int | str | None = f" {character} "
        elif category == "Cf":
            kept = None
        elif category[0] in "PZ" or category in ("Cc", "Sk") or character in (TAG_OPEN, TAG_CLOSE, TAG_ALONE):
            kept = " "
        else:
            kept = point
        self[point] = kept
        return kept


#: Any code point -> what `words` makes of it: itself, " ", " x " for a symbol, None when it is dropped.
WORD_TABLE = _WordTable()


def words(form: str) -> list[str]:
    return form.translate(WORD_TABLE).split()


def bare(form: str) -> str:
    """The form's words joined; of a form without words, the form itself."""
    return " ".join(words(form)) or form


def key(text: str) -> int:
    """64 bits of a text, signed, the same in every process."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


def digest(parts: Iterable[object]) -> bytes:
    """16 bytes that stand for these parts, None and "" being different."""
    return blake2b(written(parts), digest_size=16).digest()


def written(parts: Iterable[object]) -> bytes:
    """Parts one after the other, so that no two lists of parts are the same: what `digest` is made of. What is written of
    two lists is what is written of both together."""
    out = []
    for part in parts:
        if part is None:
            out.append(_NONE)
            continue
        data = str(part).encode("utf-8", "surrogatepass")
        size = len(data)
        out += (_HEADS[size] if size < len(_HEADS) else _head(size), data)
    return b"".join(out)


def _head(size: int) -> bytes:
    return (size + 1).to_bytes(8, "big") + b"+"


_NONE = (1).to_bytes(8, "big") + b"-"
_HEADS = [_head(size) for size in range(1024)]


def same_text(text: str) -> str:
    """Two texts are the same text when these are equal: composed and decomposed letters do not count."""
    return unicodedata.normalize("NFC", text)


def short_key(*parts: object) -> int:
    """31 bits that stand for these parts, never 0."""
    return crc32("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")) & 0x7FFFFFFF or 1


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a text its bare form leaves out."""

    tags: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    gaps: str

    def differences(self, other: Profile) -> tuple[str, ...]:
        """In what two texts of equal bare form differ: of tags, numbers, punctuation, case, spelling."""
        kinds = []
        if self.tags != other.tags:
            kinds.append("tags")
        if self.numbers != other.numbers:
            kinds.append("numbers")
        if self.gaps != other.gaps:
            kinds.append("punctuation")
        if self.words != other.words:
            same_letters = [w.casefold() for w in self.words] == [w.casefold() for w in other.words]
            kinds.append("case" if same_letters else "spelling")
        return tuple(kinds) or ("spelling",)


class _GapTable(dict):
    """For str.translate: whatever belongs to a word becomes a w."""

    def __missing__(self, point: int) -> int | str:
        self[point] = kept = point if WORD_TABLE[point] in (" ", None) else "w"
        return kept


_GAPS = _GapTable()
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=256)
def profile(text: str) -> Profile:
    return Profile(*_profile(text))


def _profile(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
    """Tags, numbers, words and gaps. Every unit of an import comes by here: what most texts do not have is not looked for."""
    plain = unicodedata.normalize("NFC", text)
    tags: tuple[str, ...] = ()
    if "<" in plain:
        plain, tags = TAG.sub("", plain), tuple(TAG.findall(text))
    numbers: tuple[str, ...] = ()
    if _DIGIT.search(plain):
        numbers = tuple(_ascii_digits(n) for n in _NUMBERS.findall(plain))
        plain = _NUMBERS.sub(NUMBER, plain)
    found = words(plain)
    if numbers:
        found = [w for w in found if w != NUMBER]
    gaps = plain.translate(_GAPS)
    while "ww" in gaps:
        gaps = gaps.replace("ww", "w")
    return tags, numbers, tuple(found), gaps


def _ascii_digits(number: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in number)


def profile_key(text: str) -> int:
    """16 bits each of a text's numbers, tags, punctuation and words as written, in this order from the highest;
    signed. Where 16 bits differ, that part differs."""
    tags, numbers, found, gaps = _profile(text)
    data = (
        (_16_bits(numbers) if numbers else _NOTHING)
        + (_16_bits(tags) if tags else _NOTHING)
        + _16_bits(gaps)
        + _16_bits(found)
    )
    return int.from_bytes(data, "big", signed=True)


def _16_bits(part: object) -> bytes:
    return blake2b(repr(part).encode("utf-8", "surrogatepass"), digest_size=2).digest()


_NOTHING = _16_bits(())
