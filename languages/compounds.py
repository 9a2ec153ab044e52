"""Dutch compounds taken apart: verblijfsvergunning is verblijf and vergunning.

The vocabulary is simplemma's Dutch dictionary, words derived from its words (-ing, -heid), a short list of everyday
words it lacks, and whatever words the caller knows. Measured on the compounds split by people in UD Dutch: see
docs/decisions/0003-languages.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import lru_cache

from languages.stems import in_dictionary

_JOINS = ("", "s", "e", "en", "n", "er")
_SHORTEST, _LONGEST_WORD, _MOST_PARTS = 3, 60, 4


def _list(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


# Of three letters only these can be a part: most others in the dictionary are the rest of a wrong cut (bes-luit).
_SHORT_PARTS = _list("""
    bad bal ban bar bed bel bom bon bos box bus cao cel dag dak dam dek deo dvd eed eis elf erf eis fax gas gat gok gif
    hof hok hut ijs jas kas kat kap kip kit koe kok kop kou les lid lip lot map mat mes net nul oog pad
    pak pan pas pen pin pil pop pot rad ras rit rok rol rug sap ski sms spa tak tas tel tol top uur val vak vat
    vee vet vis wal was web weg wet wol zee zon zin zet gsm gps pgb aow wao ww wmo hiv
""")
# Forms that stand in the dictionary without being a part of a compound: endings, and halves of simple words.
_NEVER_PARTS = _list("""
    aarts baar bare beha gemeen chap deren ding docu eren gaan gelet haar heden heid ieder inge isch isme iste king leen lijk
    lijke lijkheid lijks ling lingen loos loze luit mede ment mini mits neren neen ring ringen rouwen schap schappen
    seren sing staan stel steld teit teloor teren terzet uiter veel vert vorens ware weer welk werd zaam zame zijn zoal
""")
# They may begin a word, which is then read as one and not taken apart: voorwaarde is not waarde.
_PARTICLES = _list("achter binnen boven buiten door mede naar onder over tegen terug tussen voor weder")
_WHOLE = _list("""
    behandelen behandeling dinsdag document donderdag kantoor maandag minister ministerie paspoort vertrek
    vertrouwen vrijdag woensdag zaterdag zondag beslissing wetenschap eigenschap vriendschap
""")
_MORE_WORDS = _list("""
    aids afgifte afwachting antillen armoede authenticiteit behulp bewind blues business concurrentie consensus
    country cricket discriminatie echtgeno ernst faam glamour handhaving inbreng inreis jazz kleding leges logica
    management marketing master bachelor media monitoring muziek noord oost oosten noorden polio privacy publiciteit
    refoulement remigratie rust schade schengen screening service slavernij solidariteit spoed team toestroom
    tuberculose uitreis vee verloop vermogen vervoer verzuim west westen wraak zicht zuid zuiden zwijg
    bijstand claim claimant verlener ontheemde gedogen moratorium dublin europa schrift spraak arbeid onderdak veiligheid werkloosheid
""")
_TAKES_S = re.compile(r".{2,}(?:heid|teit|schap)\Z")


def dutch_compound_parts(word: str, known: Container[str] | None = None) -> tuple[str, ...]:
    """The parts of a Dutch compound, in order and without the s, e or en that joins them; () for a word that is none.

    A part must be a word of the vocabulary, or one in `known` (lower case; a term base's words, say). The cut with
    the fewest parts wins, then the one with the fewest joins and inflected first parts, then the most even one.
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
    if len(part) == 3:
        return part in _SHORT_PARTS
    if len(part) < 3 or part in _NEVER_PARTS:
        return False
    if part in _MORE_WORDS or in_dictionary(part, "nl") is not None:
        return True
    if len(part) > 6 and part.endswith("ing"):
        return in_dictionary(part[:-3] + "en", "nl") is not None
    if len(part) > 7 and part.endswith("heid"):
        return in_dictionary(part[:-4], "nl") is not None
    return False


def _cut(word: str, is_part: Callable[[str], bool]) -> tuple[str, ...]:
    length = len(word)
    if not 2 * _SHORTEST <= length <= _LONGEST_WORD or not word.isalpha() or word in _WHOLE:
        return ()
    # best[end]: (cost, parts) of the cheapest way to read word[:end]
    best: dict[int, tuple[tuple[int, int, int], tuple[str, ...]]] = {0: ((0, 0, 0), ())}
    for end in range(_SHORTEST, length + 1):
        for start in range(0, end - _SHORTEST + 1):
            if start not in best or (start == 0 and end == length):
                continue
            cost, parts = best[start]
            if len(parts) == _MOST_PARTS:
                continue
            for join in _JOINS if end < length else ("",):
                part = word[start : end - len(join)]
                if len(part) < _SHORTEST or not word.endswith(join, start, end) or not is_part(part):
                    continue
                if end < length and not join and _TAKES_S.match(part):
                    continue  # minderheid-s-taal: after -heid, -teit, -schap there is always an s
                uneven = -min(len(part), 6)
                new = (
                    cost[0] + 1,
                    cost[1] + bool(join) + (end < length and not join and _is_inflected(part)),
                    max(cost[2], uneven) if parts else uneven,
                )
                if end not in best or new < best[end][0]:
                    best[end] = (new, (*parts, part))
    parts = best[length][1] if length in best else ()
    return parts if len(parts) > 1 and parts[0] not in _PARTICLES else ()


def _is_inflected(part: str) -> bool:
    return (in_dictionary(part, "nl") or part) != part
