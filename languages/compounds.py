"""Dutch compounds taken apart: verblijfsvergunning is verblijf and vergunning."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from languages.stems import in_dictionary

_JOINS = ("", "s", "e", "en", "n", "er")
_SHORTEST = 3
_LONGEST_WORD = 60
_MOST_PARTS = 4
# Short forms in the dictionary that are hardly ever a part of a compound, but often the rest of a wrong cut.
_NEVER_PARTS = frozenset(
    re.findall(
        r"\w+",
        """
        aal aar aat abt ade ale ane ant are ars ate baar den der des dis dom een ees eer ege ele ens ent ere ern erij
        ers ert est gen heid hen het ige ing ion isch ist ita ite ken lan len ler lie lig lijk lijke ling loos men mus
        nen ner oor pen per pro ren rol ron schap sel sen ser ses ste tal teit ten ter tie toe tor tte und ven ver zen
        zes
        """,
    )
)


def dutch_compound_parts(word: str, known: Container[str] | None = None) -> tuple[str, ...]:
    """The parts of a Dutch compound, in order and without the s, e or en that joins them; () for a word that is none.

    A part must be a word of the dictionary, or one in `known` (lower case; a term base's words, say). The cut with
    the fewest parts wins, then the one without joins, then the one whose shortest part is longest.
    """
    word = word.lower()
    if known is None:
        return _parts(word)
    return _cut(word, lambda part: part in known or _is_word(part))


@lru_cache(maxsize=32768)
def _parts(word: str) -> tuple[str, ...]:
    return _cut(word, _is_word)


@lru_cache(maxsize=65536)
def _is_word(part: str) -> bool:
    return len(part) >= _SHORTEST and part not in _NEVER_PARTS and in_dictionary(part, "nl") is not None


def _cut(word: str, is_part) -> tuple[str, ...]:
    if not 2 * _SHORTEST <= len(word) <= _LONGEST_WORD:
        return ()
    best: dict[int, tuple[tuple, tuple[str, ...]]] = {0: ((0, 0, 0), ())}
    length = len(word)
    for end in range(_SHORTEST, length + 1):
        for start in range(0, end - _SHORTEST + 1):
            if start not in best or (start == 0 and end == length):
                continue
            cost, parts = best[start]
            if len(parts) == _MOST_PARTS:
                continue
            for join in _JOINS if end < length else ("",):
                part = word[start : end - len(join)] if join else word[start:end]
                if len(part) < _SHORTEST or not word.startswith(join, end - len(join)) or not is_part(part):
                    continue
                new = (cost[0] + 1, cost[1] + bool(join), max(cost[2], -min(len(part), 6)) if parts else -min(len(part), 6))
                if end not in best or new < best[end][0]:
                    best[end] = (new, (*parts, part))
    return best[length][1] if length in best and len(best[length][1]) > 1 else ()
