"""Arabic: on the word as written but for harakat, because ة ى ئ say where a word ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from languages import stems

_ARTICLE = ("ال", "لل")
_PARTICLES = ("و", "ف", "ب", "ك", "ل")
_BEFORE_NOUN = re.compile(r"\A[وف]?(?:[بك]?ال|لل)")
_PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "كن", "نا", "ه", "ك", "ي")
_PLURAL_PRONOUNS = ("هما", "ها", "هم", "كم", "نا")
_ENDINGS = ("ات", "ين", "ون", "ان", "تين", "تان", "تا", "تي", "ا", "و")


def one_less(word: str) -> Iterable[str]:
    """A word without one thing more that was written to it."""
    known = stems.is_lemma(word, "ar")
    if known and word.startswith("ال") and stems.in_dictionary(word[2:], "ar"):
        known = False  # the dictionary has المهاجرون, the emigrants, as a word of its own
    if not known:
        bare = _BEFORE_NOUN.sub("", word)
        if bare != word and len(bare) > 1 and stems.in_dictionary(bare, "ar"):
            yield bare  # and no ending comes off before the article has
            return
        for article in _ARTICLE:
            if word.startswith(article) and len(word) >= len(article) + 2:
                yield word[len(article) :]
        if word[:1] in _PARTICLES and (len(word) > 3 or len(word) == 3 and stems.is_lemma(word[1:], "ar")):
            yield word[1:]
            if stems.is_lemma(word[1:], "ar"):
                return
    for ending in _PLURAL_PRONOUNS if known else _PRONOUNS:
        if word.endswith(ending):
            rests = _before_pronoun(word[: -len(ending)])
            if known or len(rests[0]) == 2:  # the dictionary has بيتنا, our house, too
                rests = [rest for rest in rests if len(rest) > 1 + known and stems.is_lemma(rest, "ar")]
            yield from (rest for rest in rests if len(rest) > 1)
    if known:
        return
    if word.endswith("ة") and len(word) >= 5:
        yield word[:-1]  # محامية is a محامي
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            rest = word[: -len(ending)]
            yield rest
            if ending in ("ات", "تين", "تان", "تا", "تي"):
                yield rest + "ة"
            if ending in ("ات", "ان", "ين") and rest.endswith("ي"):
                yield rest[:-1] + "ى"  # مستشفيات, of مستشفى


def _before_pronoun(rest: str) -> list[str]:
    """What a word was before a pronoun was written to it: إقامت- is إقامة, مستشفا- is مستشفى, أعضائ- is أعضاء."""
    found = [rest]
    if rest.endswith("ت") and len(rest) >= 3:
        found.append(rest[:-1] + "ة")
    elif rest.endswith("ا") and len(rest) >= 4:
        found.append(rest[:-1] + "ى")
    elif rest.endswith(("ائ", "اؤ")):
        found.append(rest[:-1] + "ء")
    return found


_DEFECTIVE = re.compile(r"(?:\w|م\w|مت\w)ا\wي")


def without_defective_ya(word: str) -> str | None:
    """قاضي and محامي without the last letter, which is not written in قاضٍ and محامٍ; None for any other word."""
    return word[:-1] if _DEFECTIVE.fullmatch(word) else None


# Broken plurals by their pattern; \1 to \4 are the consonants. For words no dictionary knows.
_BROKEN_PLURALS = [
    (re.compile(pattern.replace("C", "[^\\Wاىيیةء]")), singulars)
    for pattern, singulars in (
        (r"م(\w)ا(\w)(\w)", (r"م\1\2\3", r"م\1\2\3ة")),
        (r"م(\w)ا(\w)ي(\w)", (r"م\1\2و\3", r"م\1\2ا\3", r"م\1\2\3")),
        (r"ت(\w)ا(\w)ي(\w)", (r"ت\1\2ي\3",)),
        (r"(\w)(\w)ائ(\w)", (r"\1\2ي\3ة", r"\1\2ا\3ة")),
        (r"(\w)وا(\w)(\w)", (r"\1ا\2\3ة", r"\1ا\2\3")),
        (r"(\w)وا(\w)ي(\w)", (r"\1ا\2و\3",)),
        (r"[أا](\w)(\w)ا(\w)", (r"\1\2\3", r"\1ا\2\3")),
        (r"(\w)(\w)ايا", (r"\1\2ية", r"\1\2ي")),
        (r"[أا](\w)(\w)(\w)ة", (r"\1\2ا\3", r"\1\2ي\3")),
        (r"(\w)(\w)و(\w)", (r"\1\2\3",)),
        (r"(\w)(\w)(\w)اء?", (r"\1\2ي\3",)),
        (r"(\w)(\w)ا(C)", (r"\1ا\2\3",)),
        (r"(\w)(\w)ا(\w)ي(\w)", (r"\1\2\3و\4", r"\1\2\3ا\4", r"\1\2\3ي\4")),
        (r"(\w)(\w)ا(\w)(\w)", (r"\1\2\3\4", r"\1\2\3\4ة")),
        (r"(\w)(\w)و\2", (r"\1\2",)),
        (r"[أا](\w)(\w)(\w)اء", (r"\1\2ي\3",)),
        (r"[أا](\w)(\w)اء", (r"\1\2ي\2",)),
        (r"[أا](\w)(\w)ياء", (r"\1\2ي",)),
        (r"[أا](\w)[وي]ا(\w)", (r"\1ا\2", r"\1ي\2")),
        (r"(\w)(\w)اة", (r"\1ا\2", r"\1ا\2ي")),
    )
]


def broken_singulars(word: str) -> set[str]:
    """The singulars a broken plural may have, by its pattern: مكاتب is of مكتب, وثائق of وثيقة, عساكر of عسكر."""
    found: set[str] = set()
    arabic = word.replace("ی", "ي")
    for pattern, singulars in _BROKEN_PLURALS:
        if (plural := pattern.fullmatch(arabic)) is not None:
            found.update(plural.expand(singular) for singular in singulars)
    if arabic != word:
        found = {singular.replace("ي", "ی") for singular in found}
    return found | {singular[:-1] + "ه" for singular in found if singular.endswith("ة")}  # as Persian writes it
