"""Words without what their language glues to them: articles, prepositions, conjunctions, pronouns, plurals.

Tables per language, applied again and again until nothing more comes off. They over-generate on purpose: a form
that is no word simply equals no term. What is left must keep a minimum length, so that a short word is not taken
for a prefix and a rest; and a word that a dictionary knows as its own lemma keeps its letters (شرطة, police, is not
شرط, condition, with an ending).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from languages import stems

_AT_MOST = 48


def _closure(word: str, step: Callable[[str], Iterable[str]], depth: int) -> set[str]:
    found = {word}
    frontier = [word]
    for _ in range(depth):
        frontier = [new for old in frontier for new in step(old) if new not in found]
        frontier = list(dict.fromkeys(frontier))[: _AT_MOST - len(found)]
        found.update(frontier)
        if not frontier or len(found) >= _AT_MOST:
            break
    return found - {word}


# --- Arabic: on the word as written but for harakat, because ة ى ئ say where a word ends --------------------------

_AR_ARTICLE = ("ال", "لل")
_AR_PARTICLES = ("و", "ف", "ب", "ك", "ل")
_AR_BEFORE_NOUN = re.compile(r"\A[وف]?(?:[بك]?ال|لل)")
_AR_PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "كن", "نا", "ه", "ك", "ي")
_AR_PLURAL_PRONOUNS = ("هما", "ها", "هم", "كم", "نا")
_AR_ENDINGS = ("ات", "ين", "ون", "ان", "تين", "تان", "تا", "تي", "ا", "و")


def _arabic(word: str) -> Iterable[str]:
    known = stems.is_lemma(word, "ar")
    if known and word.startswith("ال") and stems.in_dictionary(word[2:], "ar"):
        known = False  # the dictionary has المهاجرون, the emigrants, as a word of its own
    if not known:
        bare = _AR_BEFORE_NOUN.sub("", word)
        if bare != word and len(bare) > 1 and stems.in_dictionary(bare, "ar"):
            yield bare  # and no ending comes off before the article has
            return
        for article in _AR_ARTICLE:
            if word.startswith(article) and len(word) >= len(article) + 2:
                yield word[len(article) :]
        if word[:1] in _AR_PARTICLES and (len(word) > 3 or len(word) == 3 and stems.is_lemma(word[1:], "ar")):
            yield word[1:]
            if stems.is_lemma(word[1:], "ar"):
                return
    for ending in _AR_PLURAL_PRONOUNS if known else _AR_PRONOUNS:
        if word.endswith(ending):
            rests = _before_pronoun(word[: -len(ending)])
            if known or len(rests[0]) == 2:  # the dictionary has بيتنا, our house, too
                rests = [rest for rest in rests if len(rest) > 1 + known and stems.is_lemma(rest, "ar")]
            yield from (rest for rest in rests if len(rest) > 1)
    if known:
        return
    if word.endswith("ة") and len(word) >= 5:
        yield word[:-1]  # محامية is a محامي
    for ending in _AR_ENDINGS:
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


_AR_DEFECTIVE = re.compile(r"(?:\w|م\w|مت\w)ا\wي")


def without_defective_ya(word: str) -> str | None:
    """قاضي and محامي without the last letter, which is not written in قاضٍ and محامٍ; None for any other word."""
    return word[:-1] if _AR_DEFECTIVE.fullmatch(word) else None


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


# --- Persian and Dari: on the word as written, ZWNJ gone ---------------------------------------------------------

_FA_ENDINGS = (
    "هایشان", "هایمان", "هایتان", "هایش", "هایم", "هایت", "هایی", "های", "ها", "یمان", "یتان", "یشان", "مان", "تان",
    "شان", "یان", "ان", "ین", "ات", "ام", "اش", "ای", "یی", "م", "ت", "ش", "ی",
)  # fmt: skip
#: What may stand after a ZWNJ and be no word.
_FA_AFTER_ZWNJ = re.compile(
    r"(?:ها|گان|یان|ان)?(?:یی?|ای|ی?(?:ام|ات|اش|مان|تان|شان|م|ت|ش)|ام|ات|اش|اند|ایم|اید)?|ی?ند|ست"
)


def _persian(word: str) -> Iterable[str]:
    if stems.is_lemma(word, "fa"):
        return
    for prefix in ("نمی", "می"):
        if word.startswith(prefix) and len(word) >= len(prefix) + 3:
            yield word[len(prefix) :]
    if word.endswith("گان") and len(word) >= 6:
        yield word[:-3] + "ه"  # پناهندگان, of پناهنده
        yield word[:-3]
    for ending in _FA_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            rest = word[: -len(ending)]
            if len(rest) > 2 or stems.is_lemma(rest, "fa"):
                yield rest
                if ending == "ات":
                    yield rest + "ه"  # جلسات, of جلسه


@lru_cache(maxsize=16384)
def persian_infinitive(word: str) -> str | None:
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
        if _FA_AFTER_ZWNJ.fullmatch(after.replace("ي", "ی")) is None:
            return None
        if "\u200c" not in before:
            return before
        before, _, after = before.rpartition("\u200c")
    return None


# --- Dutch: from a form of a verb to what its infinitive may be ---------------------------------------------------


@lru_cache(maxsize=8192)
def dutch_infinitives(form: str) -> frozenset[str]:
    """wijzen of wijst, wijs and wijzen; trekken of trekt; vragen of vraagt, vroeg not."""
    found = {form} if form.endswith("en") else set()
    for root in {form, form.removesuffix("t"), re.sub("[td]en?\\Z", "", form)}:
        if len(root) < 2 or root[-1] in "aeiouy":
            continue
        short = re.sub(r"([aeou])\1(?=[^aeiouy]\Z)", r"\1", root)
        soft = {"s": "z", "f": "v"}.get(root[-1], root[-1])
        found |= {root + "en", root + root[-1] + "en", short + "en", short[:-1] + soft + "en"}
    return frozenset(found)


#: Words that stand before a Dutch verb, one with it or away from it.
DUTCH_PARTICLES = frozenset(re.findall(r"\w+", """
    aan achter af bekend bij binnen deel dicht door gelijk goed heen in klaar kwijt leeg los mee mis na neer om op open over plaats
    rond samen stil stop tegen terecht terug thuis toe uit vast vol voor voort vrij weg ziek
"""))
_DUTCH_DIAERESIS = re.compile("(?<=[aeiou])[ei]")


@lru_cache(maxsize=32768)
def dutch_verbs(form: str) -> frozenset[str]:
    """The infinitives of a form that no dictionary has, or has as an adjective: afsluiten of afgesloten, goedkeuren of
    goedgekeurd, inenten of ingeënt; and what a diaeresis left out hides: beëindigen of beeindigde."""
    found = set()
    known = stems.in_dictionary(form, "nl")
    for particle in ("", *(particle for particle in DUTCH_PARTICLES if form.startswith(particle))):
        rest = form[len(particle) :]
        if len(rest) < 4 or not rest.startswith("ge"):
            continue
        verb = stems.in_dictionary(rest, "nl") or ""
        if particle and verb.endswith("en") and verb != rest:
            found.add(particle + verb)
        elif known is None and not verb and rest[-1] in "dt":
            root = rest[2:].replace("ë", "e").replace("ï", "i")
            both = dutch_infinitives(root) | dutch_infinitives(root[:-1])  # geïnd, of innen; geënt, of enten
            found.update(particle + infinitive for infinitive in both)
    if known is None and form.isascii():
        for place in _DUTCH_DIAERESIS.finditer(form):
            spelt = form[: place.start()] + {"e": "ë", "i": "ï"}[place[0]] + form[place.end() :]
            if lemma := stems.in_dictionary(spelt, "nl"):
                found.add(lemma)
    return frozenset(found)


# --- Russian and Ukrainian: a woman who is what the term calls a man -----------------------------------------------

_WOMEN = [(re.compile(pattern), men) for pattern, men in (
    (r"(?P<man>\w{2,}(?:нт|ст|ат|ор|ер|ар|ик|нт|ет))к(?:а|и|е|і|у|ою|ой|ам|ами|ах)", ("",)),
    (r"(?P<man>\w{2,}(?:нт|ст|ат|ор|ер|ар|ет))(?:ок|ці)", ("",)),
    (r"(?P<man>\w{2,}ни)ц(?:а|ы|е|у|ей|ею|ам|ами|ах|я|і|ю|ям|ями|ях|)", ("к",)),
    (r"(?P<man>\w{2,}тель)ниц(?:а|ы|е|у|ей|ею|ам|ами|ах|)", ("",)),
    (r"(?P<man>\w{2,}тел)ь(?:к(?:а|и|у|ою|ам|ами|ах)|ок|ці)", ("ь",)),
    (r"(?P<man>\w{2,}[аяе]?н)к(?:а|и|е|у|ою|ой|ам|ами|ах)", ("ец", "ин", "ець")),
    (r"(?P<man>\w{2,}[аяе]?н)(?:ок|ці)", ("ец", "ин", "ець")),
    (r"(?P<man>\w{2,}е)н(?:к(?:а|и|е|у|ою|ой|ам|ами|ах)|ок|ці)", ("нец", "нець")),
)]  # fmt: skip


@lru_cache(maxsize=16384)
def slavic_men(word: str, language: str) -> frozenset[str]:
    """адвокат for адвокатке, беженец for беженка, свидетель for свидетельницу: only what a dictionary knows, so that a
    палатка, a tent, is not of палата."""
    found = set()
    for pattern, men in _WOMEN:
        if (woman := pattern.fullmatch(word)) is not None:
            found |= {man for ending in men if stems.is_lemma(man := woman["man"] + ending, language)}
    return frozenset(found)


# --- Ethiopic: on the word as written, because the vowel of a syllable carries the ending ------------------------

_FIRST, _U, _I, _A, _E, _SADIS, _O = range(7)


def _order(syllable: str) -> int:
    code = ord(syllable) - 0x1200
    return code % 8 if 0 <= code < 0x158 else -1


def _with_order(syllable: str, order: int) -> str:
    return chr(ord(syllable) - _order(syllable) + order)


def _from(word: str, order: int, ending: str) -> str | None:
    """The word before an ending that begins with the vowel of the syllable before it (ቤታችን: ታ and ችን)."""
    if not word.endswith(ending) or len(word) < len(ending) + 2:
        return None
    rest = word[: len(word) - len(ending)]
    return rest if _order(rest[-1]) == order else None


_AM_PREFIXES = ("እንደ", "እስከ", "በስተ", "ስለ", "ወደ", "ያለ", "ባለ", "እየ", "እነ", "የ", "በ", "ለ", "ከ")
_AM_ENDINGS = ("ን", "ም", "ና", "ስ", "ው", "ዋ", "ዎ", "ዬ", "ህ", "ሽ", "ዎች", "ዮች", "ያችን", "ያችሁ", "ያቸው", "ዎት")


def _amharic(word: str) -> Iterable[str]:
    for prefix in _AM_PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + 2:
            yield word[len(prefix) :]
    for ending in _AM_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            yield word[: -len(ending)]
    for ending in ("ችን", "ችሁ", "ቸው"):  # ተቃውሟቸው, of ተቃውሞ
        if word.endswith(ending) and len(word) > len(ending) + 1 and (plain := _without_wa(word[-len(ending) - 1])):
            yield word[: -len(ending) - 1] + _with_order(plain, _O)
    if rest := _geez_plural(word):
        yield rest
    for order, ending in ((_A, "ችን"), (_A, "ችሁ"), (_A, "ቸው"), (_U, ""), (_E, ""), (_A, "ት"), (_A, "ን")):
        if rest := _from(word, order, ending):
            yield rest[:-1] + _with_order(rest[-1], _SADIS)
            if ending[:1] == "ች" or ending == "ቸው":
                yield rest  # ዜጋችን, of ዜጋ
    if rest := _from(word, _O, "ች"):
        yield rest[:-1] + _with_order(rest[-1], _SADIS)
        yield rest[:-1] + _with_order(rest[-1], _A)  # ስደተኞች, of ስደተኛ
    if len(word) >= 2 and (plain := _without_wa(word[-1])):  # -wa: hers
        yield word[:-1] + plain


def _without_wa(syllable: str) -> str | None:
    """ም of ሟ; None for a syllable without -wa."""
    return _with_order(syllable, _SADIS) if syllable in "ሏሟሯሷሿቧቷቿኗኟዟዷጇጧጯጿፏ" else None


def _geez_plural(word: str) -> str | None:
    """ሕጋዊ of ሕጋውያን, in Amharic and Tigrinya: the plural of adjectives and of people in -awi."""
    return word[:-3] + "ዊ" if word.endswith("ውያን") and len(word) >= 5 else None


_TI_PREFIXES = ("ካብ", "ናብ", "ኣብ", "ናይ", "ከም", "ምስ", "ስለ", "ብዘይ", "ዘይ", "ን", "ብ", "ዝ", "ከ", "ክ")
_TI_ENDINGS = (
    "ን", "ውን", "ስ", "ዶ", "ይ", "ካ", "ኻ", "ኪ", "ኺ", "ና", "ኩም", "ኹም", "ክን", "ኽን", "ታት", "ኡ", "ኣ", "ኦም", "ኤን", "ዮም", "የን", "ኡን",
)  # fmt: skip


_TI_POSSESSIVES = ("ካ", "ኻ", "ኪ", "ኺ", "ና", "ኩም", "ኹም", "ክን", "ኽን")


def _tigrinya(word: str) -> Iterable[str]:
    for prefix in _TI_PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + 2:
            yield word[len(prefix) :]
    for ending in _TI_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            rest = word[: -len(ending)]
            yield rest
            if ending in _TI_POSSESSIVES and _order(rest[-1]) == _SADIS:
                yield rest[:-1] + _with_order(rest[-1], _I)  # ወለድኻ, of ወለዲ
    for order, ending in ((_A, "ት"), (_A, "ን"), (_O, "ም"), (_FIRST, "ይ"), (_FIRST, "ን"), (_E, "ን"), (_U, ""), (_A, "")):
        if rest := _from(word, order, ending):
            yield rest[:-1] + _with_order(rest[-1], _SADIS)
            yield rest[:-1] + _with_order(rest[-1], _I)  # ፍርዱ, of ፍርዲ
    if rest := _from(word, _SADIS, "ቲ"):
        yield rest[:-1] + _with_order(rest[-1], _I)  # ተርጓምቲ, of ተርጓሚ
    if len(word) >= 4 and word[-2] == "ይ" and _order(word[-3]) == _A and _order(word[-1]) == _SADIS:
        yield word[:-3] + _with_order(word[-3], _I) + word[-1]  # ሓካይም, of ሓኪም
    if rest := _geez_plural(word):
        yield rest
    if rest := _from(word, _U, ""):
        yield rest[:-1] + _with_order(rest[-1], _A)  # ቆልዑ, of ቆልዓ
    if word.endswith("ታት") and len(word) >= 4:
        yield word[:-2] + "ቲ"  # መንግስታት, of መንግስቲ
    if word.endswith("ውቲ") and len(word) >= 4:
        yield word[:-2]  # ገዛውቲ, of ገዛ
    yield from _tigrinya_broken(word)


_TI_STOPS = {"ኽ": "ክ", "ቕ": "ቅ"}


def _tigrinya_broken(word: str) -> Iterable[str]:
    """What the plurals by pattern may be of: the consonants stay, the vowels of the syllables change."""
    orders = [_order(syllable) for syllable in word]

    def made(*syllables: tuple[int, int]) -> str:
        return "".join(_with_order(word[at], order) for at, order in syllables)

    if len(word) == 5 and orders[1:] == [_FIRST, _A, _SADIS, _SADIS] and _same_row(word[2], word[3]):
        for first in (_SADIS, _FIRST):  # መሰኻኽር, of ምስክር: the third is said twice, and soft
            hard = _TI_STOPS.get(word[3], word[3])
            yield made((0, first), (1, _SADIS)) + hard + word[4]
            yield made((0, first), (1, _SADIS)) + _with_order(hard, _FIRST) + word[4]
    if len(word) == 4 and orders[1:] == [_A, _SADIS, _SADIS]:  # መናብር, of መንበር
        for third in (_FIRST, _A, _SADIS):
            yield made((0, orders[0]), (1, _SADIS), (2, third), (3, _SADIS))
    if word[0] == "ኣ" and len(word) == 4 and orders[2] == _A and orders[1] == _SADIS and orders[3] in (_FIRST, _SADIS):
        if word[2] in "ያዋ":  # ኣብያት and ኣብያተ, of ቤት
            yield made((1, _E if word[2] == "ያ" else _O), (3, _SADIS))
        for first, second in ((_FIRST, _FIRST), (_SADIS, _SADIS), (_A, _FIRST), (_FIRST, _SADIS)):
            yield made((1, first), (2, second), (3, _SADIS))  # ኣፍራስ, of ፈረስ
    if word[-1] == "ቲ" and len(word) >= 4 and orders[-2] == _SADIS:
        if orders[-3] == _A and _same_row(word[-3], word[-2]):  # ወረቓቕቲ, of ወረቐት
            yield word[:-3] + _with_order(word[-3], _FIRST) + "ት"
        if word[-3] in "ጐጎቈቆቐቖኰኮኸኾ":  # ተርጐምቲ, of ተርጓሚ
            row = {"ጐ": "ገ", "ቈ": "ቀ", "ኰ": "ከ"}.get(word[-3], word[-3])
            wide = {"ገ": "ጓ", "ቀ": "ቋ", "ከ": "ኳ"}.get(_with_order(row, _FIRST))
            for middle in filter(None, (_with_order(row, _A), wide)):
                yield word[:-3] + middle + _with_order(word[-2], _I)
        elif orders[-3] == _O:  # ሰራሕቲ has its a; ሓረስቶት and ነገድቲ have it not
            yield word[:-3] + _with_order(word[-3], _A) + _with_order(word[-2], _I)


def _same_row(one: str, other: str) -> bool:
    return (ord(one) - 0x1200) // 8 == (ord(other) - 0x1200) // 8


# --- Turkish: on the lower-case word, from its end inwards --------------------------------------------------------

_TR_RULES = {
    "copula": re.compile(r"([dt][ıiuü]r(?:l[ae]r)?|y?[dt][ıiuü][mnk]?|y?m[ıiuü]ş)\Z"),
    "relative": re.compile(r"([dt][ae]ki(?:l[ae]r)?)\Z"),
    "case": re.compile(r"(n?[ıiuü]n|nd[ae]n|nd[ae]|[dt][ae]n|[dt][ae]|y?l[ae]|[yn][ıiuüae]|[ıiuüae])\Z"),
    "owner": re.compile(r"(l[ae]r[ıi]|[ıiuü]?m[ıiuü]z|[ıiuü]?n[ıiuü]z|s[ıiuü]|[ıiuü][mn]|[ıiuümn])\Z"),
    "plural": re.compile(r"(l[ae]r)\Z"),
}
_TR_RULES["possessed"] = re.compile(r"(l[ae]r[ıi]|s?[ıiuü])\Z")
_TR_LAYERS = ("copula", "relative", "case", "owner", "plural")
#: The dictionary has many words without it: hâkim is written hakim too.
_TR_CIRCUMFLEX = str.maketrans("âîû", "aiu")
_TR_VOWELS = "aıoueiöüâîû"
_TR_BACK = set("aıouâû")


def _harmony(rest: str, ending: str) -> bool:
    """Whether the vowels of an ending go with the last vowel before it."""
    before = next((c for c in reversed(rest) if c in _TR_VOWELS), None)
    first = next((c for c in ending if c in _TR_VOWELS), None)
    return before is None or first is None or (before in _TR_BACK) == (first in _TR_BACK) or before in "âaîo"


def _turkish_roots(rest: str, ending: str) -> list[str]:
    """What a word was before an ending: kitab- is kitap before a vowel, şehr- is şehir, hakk- is hak."""
    found = [rest]
    if not ending or ending[0] not in _TR_VOWELS:
        return found
    hard = {"b": "p", "c": "ç", "d": "t", "ğ": "k", "g": "k"}.get(rest[-1])
    if hard:
        found.append(rest[:-1] + hard)
    if len(rest) > 2 and rest[-1] == rest[-2]:
        found.append(rest[:-1])
    elif len(rest) > 2 and rest[-1] not in _TR_VOWELS and rest[-2] not in _TR_VOWELS:
        vowel = next((c for c in reversed(rest) if c in _TR_VOWELS), "i")
        vowel = {"a": "ı", "ı": "ı", "o": "u", "u": "u", "e": "i", "i": "i", "ö": "ü", "ü": "ü"}.get(vowel, "i")
        found += [root[:-1] + vowel + root[-1] for root in list(found)]
    return found


def turkish(word: str, layers: Iterable[str] = _TR_LAYERS) -> set[str]:
    """What is left of a Turkish word without copula, case, possessor and plural, each at most once and in that
    order; nothing is taken from a word that stands in the dictionary as it is."""
    found: set[str] = set()
    edge = {word}
    for layer in layers:
        if layer == "relative":
            # belgedeki: what -ki makes of "in the document" takes endings of its own
            edge |= {rest for old in edge if (rest := _TR_RULES["case"].sub("", old)).endswith("ki")}
        for old in list(edge):
            if stems.is_lemma(old, "tr") or old != (plain := old.translate(_TR_CIRCUMFLEX)) and stems.is_lemma(plain, "tr"):
                continue
            for ending in _suffixes(old, _TR_RULES[layer]):
                rest = old[: -len(ending)]
                if len(rest) >= 2 and any(c in _TR_VOWELS for c in rest) and _harmony(rest, ending):
                    roots = _turkish_roots(rest, ending)
                    edge.update(roots)
                    found.update(roots)
    found.discard(word)
    return found


def _suffixes(word: str, pattern: re.Pattern[str]) -> list[str]:
    """Every ending of the word, short or long, that is all of the pattern."""
    return [word[at:] for at in range(max(2, len(word) - 6), len(word)) if pattern.fullmatch(word, at)]


# --- Somali: on the folded word -----------------------------------------------------------------------------------

_SO_OWNERS = (
    "ayga", "ayda", "aaga", "aada", "iisa", "eeda", "eenna", "eena", "eenu", "iinna", "iina", "ooda", "aygu", "aagu", "iisu",
    "iisi", "eedu", "eennu", "iinnu", "oodu", "ayadu", "aadu", "aadaadu", "aadaada", "iis", "eed", "ood", "ay", "aa",
)  # fmt: skip
_SO_ARTICLES = (
    "a", "u", "ii", "an", "aan", "aas", "aasi", "ani", "oo", *_SO_OWNERS,
    *(owner[:-1] + "ii" for owner in _SO_OWNERS if owner[-1] == "a"),  # what was hers: keedii
)  # fmt: skip
_SO_PLURALS = ("ooyin", "oyin", "yaal", "ayaal", "aal", "iin", "yo", "o", "aan")
_SO_DEFINITE = re.compile(rf"(?P<first>dh|sh|[kghtd])(?:{'|'.join(sorted(_SO_ARTICLES, key=len, reverse=True))})\Z")


def _somali_stems(rest: str, first: str) -> Iterable[str]:
    """What a noun is without its article: degma- is degmo, garsoora- is garsoore, bi-sha is bil."""
    if first == "sh":
        yield rest + "l"
    yield rest
    if first == "d" and rest.endswith("d"):
        yield rest[:-1]
    if rest[-1] in "aui" and len(rest) > 3:
        yield rest[:-1] + "o"
        yield rest[:-1] + "e"


def _somali_definite(word: str) -> Iterable[str]:
    if (article := _SO_DEFINITE.search(word)) is not None:
        for at in range(article.start(), len(word)):
            if (found := _SO_DEFINITE.fullmatch(word, at)) is not None and at >= 2:
                for rest in _somali_stems(word[:at], found["first"]):
                    if len(rest) > 2:
                        yield rest


def _somali(word: str) -> Iterable[str]:
    yield from _somali_definite(word)
    for clitic in ("na", "se"):
        if word.endswith(clitic) and len(word) >= 7:
            yield word[: -len(clitic)]
    if word.endswith("ad") and len(word) >= 7:
        yield word[:-2]  # dhakhtarad, a woman who is dhakhtar
    if word[-1] in "au" and len(word) > 4 and word[-2] in "xqhci":  # ganaaxa: after these the article is a vowel
        yield word[:-1]
    for ending in _SO_PLURALS:
        rest = word[: -len(ending)]
        if not word.endswith(ending) or len(rest) < 3:
            continue
        yield rest
        if ending.endswith("yin"):
            yield rest + "o"
        elif ending in ("yaal", "ayaal", "aal"):
            yield rest + "e"
            if rest[-1] == "a":
                yield rest[:-1] + "e"
        if ending in ("o", "iin"):
            if rest[-1] == rest[-2]:
                yield rest[:-1]  # qareenno, of qareen
            if rest.endswith("y"):
                yield rest[:-1] + "i"  # guryo, of guri
            if rest.endswith("m"):
                yield rest[:-1] + "n"  # macallimiin, of macallin
            elif rest.endswith("mm"):
                yield rest[:-2] + "n"
    if len(word) > 4 and word[-2] == "a" and word[-1] == word[-3]:
        yield word[:-2]  # qoysas, of qoys


# --- Ukrainian: Snowball has no stemmer for it --------------------------------------------------------------------

_UK_ENDINGS = re.compile(
    "(?:ями|ами|ові|еві|єві|ого|ому|ими|іми|ий|ій|ою|ею|єю|ів|їв|ей|ах|ях|ам|ям|ом|ем|єм|им|ім|их|іх|ої|ії|ію|ією|ія|іям|іями|іях|"
    "ую|юю|ая|яя|ні|[аяоеєуюіїиьй])\\Z"
)
_UK_FLEETING = (("ець", "ц"), ("єць", "йц"), ("ень", "н"), ("ок", "к"), ("ож", "ж"), ("он", "н"))


def ukrainian_stems(word: str) -> set[str]:
    """What the case forms of a noun or adjective share: орендодавець, орендодавця, орендодавцем: орендодавц."""
    found: set[str] = set()
    for short, without in _UK_FLEETING:
        if word.endswith(short) and len(word) > len(short) + 2:
            found.add(word[: -len(short)] + without)
    bare = _UK_ENDINGS.sub("", word)
    if len(bare) > 2:
        found.add(bare)
        if bare[-1] not in "аеєиіїоуюя" and len(bare) > 3 and bare[-2] == "і":  # дозвіл, дозволу
            found |= {bare[:-2] + "о" + bare[-1], bare[:-2] + "е" + bare[-1]}
        softened = {"ц": "к", "з": "г", "с": "х"}.get(bare[-1])  # у посвідці, of посвідка
        if softened and word.endswith("і"):
            found.add(bare[:-1] + softened)
        if len(bare) > 4 and bare.endswith("ок") and bare == word:  # посвідок, of посвідка
            found.add(bare[:-2] + "к")
        if bare.endswith("нн"):
            found.add(bare[:-1])
    return found


# --- French, Spanish, English: a woman who is what the term calls a man; plurals no stem shows ---------------------

_PAIRS = {
    "en": (("ves", "fe"), ("ves", "f")),
    "fr": (("eaux", "eau"), ("aux", "al"), ("aux", "ail"),
           ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("eures", "eur"), ("eure", "eur"),
           ("ères", "er"), ("ère", "er"), ("iennes", "ien"), ("ienne", "ien")),
    "es": (("oras", "or"), ("ora", "or"), ("adas", "ado"), ("ada", "ado"), ("eras", "ero"), ("era", "ero"), ("anas", "ano"),
           ("ana", "ano"), ("arias", "ario"), ("aria", "ario"), ("inas", "ino"), ("ina", "ino"), ("icas", "ico"),
           ("ica", "ico"), ("idas", "ido"), ("ida", "ido"), ("esas", "és"), ("esa", "és"), ("hijas", "hijo"), ("hija", "hijo")),
}  # fmt: skip


def in_pairs(word: str, language: str) -> set[str]:
    """abogado for abogada, traducteur for traductrice, wife for wives: forms that go in pairs."""
    return {
        word[: -len(ending)] + instead
        for ending, instead in _PAIRS.get(language, ())
        if word.endswith(ending) and len(word) >= len(ending) + (0 if ending.startswith("hij") else 1 if ending == "aux" else 2)
    }


# --- others: endings of a folded word ---------------------------------------------------------------------------

_ENDINGS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    # (letters that must be left, (ending, what stands in its place))
    "ku": (3, (("ekî", ""), ("eke", ""), ("an", ""), ("en", ""), ("ek", ""), ("eki", ""), ("ya", ""), ("ye", ""),
               ("yen", ""), ("yan", ""), ("a", ""), ("e", ""), ("i", ""))),
    "ckb": (3, (("هكانيان", ""), ("هكان", ""), ("هكه", ""), ("يهكان", ""), ("يهكه", ""), ("كه", ""), ("كان", ""), ("يك", ""), ("ان", ""),
                ("يان", ""), ("مان", ""), ("تان", ""), ("هكاني", ""), ("هكهي", ""), ("ي", ""), ("م", ""), ("ت", ""))),
    "ps": (2, (("ونه", ""), ("ونو", ""), ("انو", ""), ("ان", ""), ("انې", ""), ("ې", ""), ("ې", "ه"), ("و", ""), ("و", "ه"))),
    "ur": (3, (("وں", ""), ("یں", ""), ("ين", ""), ("يں", ""), ("ياں", "ي"), ("وں", "ه"), ("ے", "ه"), ("ے", "ا"), ("ات", ""),
               ("يوں", "ي"))),
}  # fmt: skip


def _by_endings(language: str) -> Callable[[str], Iterable[str]]:
    least, endings = _ENDINGS[language]

    def step(word: str) -> Iterable[str]:
        for ending, instead in endings:
            if word.endswith(ending) and len(word) >= len(ending) + least:
                yield word[: -len(ending)] + instead

    return step


@lru_cache(maxsize=65536)
def stripped(written: str, folded: str, language: str) -> frozenset[str]:
    """What may be left of a word without its affixes: `written` is its weak fold in lower case, `folded` its strong
    fold. The results are not folded yet where the language strips the written form."""
    if language == "ar":
        return frozenset(_closure(written, _arabic, 4))
    if language in ("fa", "prs"):
        return frozenset(_closure(written, _persian, 2))
    if language == "am":
        return frozenset(_closure(written, _amharic, 4))
    if language == "ti":
        return frozenset(_closure(written, _tigrinya, 4))
    if language == "tr":
        return frozenset(turkish(written))
    if language == "so":
        return frozenset(_closure(folded, _somali, 4))
    if language in ("ru", "uk"):
        return slavic_men(written, language)
    if language in _PAIRS:
        return frozenset(in_pairs(written, language))
    if language in _ENDINGS:
        return frozenset(_closure(folded, _by_endings(language), 2))
    return frozenset()


@lru_cache(maxsize=65536)
def of_term(written: str, folded: str, language: str) -> frozenset[str]:
    """The same for a word of a term, which stands in the dictionary's form but for its article (Arabic, Somali), the
    የ before an Amharic noun that another preposition replaces, and the plural or possessor of a Turkish noun
    (izni of izin in "oturma izni")."""
    if language == "ar" and written.startswith("ال") and len(written) >= 5:
        return frozenset({written[2:]})
    if language == "am" and written.startswith("የ") and len(written) >= 3:
        return frozenset({written[1:]})
    if language == "tr":
        return frozenset(turkish(written, ("possessed", "plural")))
    if language == "so":
        return frozenset(rest for rest in _somali_definite(folded) if len(rest) > 3)
    return frozenset()
