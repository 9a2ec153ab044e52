"""Persian and Dari: on the word as written, ZWNJ gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from languages import stems

_ENDINGS = (
    "هایشان", "هایمان", "هایتان", "هایش", "هایم", "هایت", "هایی", "های", "ها", "یمان", "یتان", "یشان", "مان", "تان",
    "شان", "یان", "ان", "ین", "ات", "ام", "اش", "ای", "یی", "م", "ت", "ش", "ی",
)  # fmt: skip
#: What may stand after a ZWNJ and be no word.
_AFTER_ZWNJ = re.compile(
    r"(?:ها|گان|یان|ان)?(?:یی?|ای|ی?(?:ام|ات|اش|مان|تان|شان|م|ت|ش)|ام|ات|اش|اند|ایم|اید)?|ی?ند|ست"
)


def one_less(word: str) -> Iterable[str]:
    """A word without one prefix or ending more."""
    if stems.is_lemma(word, "fa"):
        return
    for prefix in ("نمی", "می"):
        if word.startswith(prefix) and len(word) >= len(prefix) + 3:
            yield word[len(prefix) :]
    if word.endswith("گان") and len(word) >= 6:
        yield word[:-3] + "ه"  # پناهندگان, of پناهنده
        yield word[:-3]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            rest = word[: -len(ending)]
            if len(rest) > 2 or stems.is_lemma(rest, "fa"):
                yield rest
                if ending == "ات":
                    yield rest + "ه"  # جلسات, of جلسه


@lru_cache(maxsize=16384)
def infinitive(word: str) -> str | None:
    """دادن of بدهید, دادم and داده: what the dictionary has as the third person of the past, with its ending. None
    for a word that is no form of a verb."""
    past = stems.in_dictionary(word, "fa") or stems.in_dictionary(word.replace("\u200c", ""), "fa") or ""
    if not past and word.startswith(("می\u200c", "نمی\u200c")):
        past = stems.in_dictionary(word.split("\u200c", 1)[1], "fa") or ""
    return past + "ن" if len(past) > 2 and past[-1] in "دت" and past != word + "ن" else None


def before_zwnj(word: str) -> str | None:
    """پناهنده of پناهنده‌هایشان; None when what follows the ZWNJ is a word (شرطی‌سازی)."""
    before, _, after = word.rpartition("\u200c")
    while before:
        if _AFTER_ZWNJ.fullmatch(after.replace("ي", "ی")) is None:
            return None
        if "\u200c" not in before:
            return before
        before, _, after = before.rpartition("\u200c")
    return None
