"""Amharic and Tigrinya: on the word as written, because the vowel of a syllable carries the ending."""

from __future__ import annotations

from collections.abc import Iterable

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


def one_less_amharic(word: str) -> Iterable[str]:
    """A word without one prefix, ending or plural more, in Amharic."""
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


def one_less_tigrinya(word: str) -> Iterable[str]:
    """A word without one prefix, ending or plural more, in Tigrinya."""
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
