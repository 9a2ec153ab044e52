"""Russian and Ukrainian: a woman who is what the term calls a man; and stems in Ukrainian, for which Snowball has none."""

from __future__ import annotations

import re
from functools import lru_cache

from languages import stems

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
def men(word: str, language: str) -> frozenset[str]:
    """адвокат for адвокатке, беженец for беженка, свидетель for свидетельницу: only what a dictionary knows, so that a
    палатка, a tent, is not of палата."""
    found = set()
    for pattern, men in _WOMEN:
        if (woman := pattern.fullmatch(word)) is not None:
            found |= {man for ending in men if stems.is_lemma(man := woman["man"] + ending, language)}
    return frozenset(found)


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
