"""Words without what their language glues to them: articles, prepositions, conjunctions, pronouns, plurals.

Tables per language, applied again and again until nothing more comes off. They over-generate on purpose: a form
that is no word simply equals no term. What is left must keep a minimum length, so that a short word is not taken
for a prefix and a rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

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


# --- Arabic: on the strongly folded word (ه for ة, ا for every alef, ي for ى) ----------------------------------

_AR_ARTICLE = ("ال", "لل")
_AR_PARTICLES = ("و", "ف", "ب", "ك", "ل")
_AR_PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "كن", "نا", "ه", "ك", "ي")
_AR_ENDINGS = ("ات", "ين", "ون", "ان", "تين", "تان", "تا", "ا")


def _arabic(word: str) -> Iterable[str]:
    for article in _AR_ARTICLE:
        if word.startswith(article) and len(word) >= len(article) + 3:
            yield word[len(article) :]
    if word[:1] in _AR_PARTICLES and len(word) >= 4:
        yield word[1:]
    for ending in _AR_PRONOUNS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            rest = word[: -len(ending)]
            yield rest
            if rest.endswith("ت") and len(rest) >= 4:
                yield rest[:-1] + "ه"  # إقامته is إقامة with its ta opened
    for ending in _AR_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            rest = word[: -len(ending)]
            yield rest
            if ending in ("ات", "تين", "تان"):
                yield rest + "ه"


# --- Persian and Dari: on the strongly folded word, ZWNJ gone ---------------------------------------------------

_FA_ENDINGS = (
    "هايشان", "هايمان", "هايتان", "هايش", "هايم", "هايت", "هايي", "هاي", "ها", "يمان", "يتان", "يشان", "مان", "تان",
    "شان", "يان", "ان", "ات", "ام", "اش", "اي", "يي", "م", "ت", "ش", "ي",
)  # fmt: skip


def _persian(word: str) -> Iterable[str]:
    for prefix in ("نمي", "مي"):
        if word.startswith(prefix) and len(word) >= len(prefix) + 3:
            yield word[len(prefix) :]
    if word.endswith("گان") and len(word) >= 6:
        yield word[:-3] + "ه"  # پناهندگان, of پناهنده
    for ending in _FA_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            yield word[: -len(ending)]


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
    for order, ending in ((_A, "ችን"), (_A, "ችሁ"), (_A, "ቸው"), (_U, ""), (_E, "")):
        if rest := _from(word, order, ending):
            yield rest[:-1] + _with_order(rest[-1], _SADIS)
    if rest := _from(word, _O, "ች"):
        yield rest[:-1] + _with_order(rest[-1], _SADIS)
        yield rest[:-1] + _with_order(rest[-1], _A)  # ስደተኞች, of ስደተኛ
    if word[-1] in "ሏሟሯሷሿቧቷቿኗኟዟዷጇጧጯጿፏ" and len(word) >= 2:  # -wa: hers
        yield word[:-1] + _with_order(word[-1], _SADIS)


_TI_PREFIXES = ("ካብ", "ናብ", "ኣብ", "ናይ", "ከም", "ምስ", "ስለ", "ብዘይ", "ዘይ", "ን", "ብ", "ዝ", "ከ", "ክ")
_TI_ENDINGS = (
    "ን", "ውን", "ስ", "ዶ", "ይ", "ካ", "ኻ", "ኪ", "ኺ", "ና", "ኩም", "ኹም", "ክን", "ኽን", "ታት", "ኡ", "ኣ", "ኦም", "ኤን", "ዮም", "የን", "ኡን",
)  # fmt: skip


def _tigrinya(word: str) -> Iterable[str]:
    for prefix in _TI_PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + 2:
            yield word[len(prefix) :]
    for ending in _TI_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            yield word[: -len(ending)]
    for order, ending in ((_A, "ት"), (_O, "ም"), (_FIRST, "ይ"), (_FIRST, "ን"), (_E, "ን"), (_U, ""), (_A, "")):
        if rest := _from(word, order, ending):
            yield rest[:-1] + _with_order(rest[-1], _SADIS)
    if rest := _from(word, _SADIS, "ቲ"):
        yield rest[:-1] + _with_order(rest[-1], _I)  # ተርጓምቲ, of ተርጓሚ


# --- others: endings of a folded word ---------------------------------------------------------------------------

_ENDINGS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    # (letters that must be left, (ending, what stands in its place))
    "so": (3, (
        ("yaasha", "e"), ("yaasha", ""), ("yada", "yo"), ("yada", ""), ("yaal", ""), ("oyin", ""), ("kii", ""),
        ("gii", ""), ("hii", ""), ("tii", ""), ("dii", ""), ("kan", ""), ("gan", ""), ("tan", ""), ("dan", ""),
        *((first + rest, "") for first in ("k", "g", "h", "t", "d", "")
          for rest in ("ayga", "ayda", "aaga", "aada", "iisa", "eeda", "eenna", "iinna", "ooda")),
        ("ka", ""), ("ga", ""), ("ha", "o"), ("ha", ""),
        ("ta", ""), ("da", ""), ("dha", ""), ("sha", "l"), ("ku", ""), ("gu", ""), ("tu", ""), ("du", ""), ("yo", ""),
        ("o", ""), ("a", ""), ("u", ""), ("aha", ""), ("aha", "o"),
    )),
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
    fold. The results are not folded yet where the language strips the written form (Ethiopic)."""
    if language == "ar":
        return frozenset(_closure(folded, _arabic, 3))
    if language in ("fa", "prs"):
        return frozenset(_closure(folded, _persian, 2))
    if language == "am":
        return frozenset(_closure(written, _amharic, 4))
    if language == "ti":
        return frozenset(_closure(written, _tigrinya, 4))
    if language in _ENDINGS:
        return frozenset(_closure(folded, _by_endings(language), 2))
    return frozenset()
