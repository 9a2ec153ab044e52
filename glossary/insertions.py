"""Terms of several words whose words stand apart in a sentence, or in another order.

"déposer une plainte" is "déposer plainte", "custody of the child" is "child custody", "mental and physical health" holds
"mental health", "baja remunerada por enfermedad" is "baja por enfermedad". Each is one rule of a language's grammar and
a closed list of its small words: where a term is begun and not at its end, the rules say which words may be left out,
and it is followed on behind them. All such finds are "possible".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from glossary.trie import Form, Step, following, going_on
from languages import folding, stems
from languages.determiners import DETERMINERS

if TYPE_CHECKING:
    from glossary.reading import Reading

#: (first word, word after the last, form, the place of each word of the form)
Crossing = tuple[int, int, Form, Sequence[int]]
#: A gap: (the first word that a term over it may have, the words behind it).
Gap = tuple[int, range]
#: A rule is told the language, the words of a sentence as written, and after which of them a term is to go on; it says
#: over which gaps.
Rule = Callable[[str, Sequence[str], int], Iterable[Gap]]


def _list(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Small words that join two nouns where a term may do without: allocation (de) logement, ክራይ (ናይ) ገዛ.
_JOINERS = {"fr": _list("de du des d"), "es": _list("de del"), "so": _list("ee"), "ti": _list("ናይ")}
#: Where a determiner stands between any two words, not only after a verb: geçici bir koruma, درخواست خود را دادن.
_ANYWHERE = {"tr", "fa", "prs", "so", "ti"}
_AND = {
    "en": _list("and or"), "nl": _list("en of"), "fr": _list("et ou"), "es": _list("y e o u"), "ru": _list("и или"),
    "uk": _list("і й та або чи"), "tr": _list("ve veya ya"), "fa": _list("و یا"), "prs": _list("و یا"), "so": _list("iyo ama"),
    "am": _list("እና ወይም"), "ti": _list("ወይ ከኣ"),
}  # fmt: skip
#: English verbs and other words that end a noun before them.
_VERBS = _list("is are was were be has have had will can may must shall should would could does do did if when that which who "
               "not also only before after during until while because than then to as")
#: Whose adjective or first noun stands before the noun: of "court or registry fee" the fee is said once, at the end.
_HEAD_LAST = {"en", "nl", "ru", "uk", "tr", "am"}
#: Prepositions inside a term; before them an adjective may stand that the term has not.
_PREPOSITIONS = {
    "fr": re.compile(r"(?:de|du|des|à|au|aux|pour|par|en|sur|(?:d|l)['’]\w+)\Z"),
    "es": re.compile(r"(?:de|del|por|para|a|al|en|con|sin)\Z"),
}  # fmt: skip
_SMALL_PREPOSITIONS = {
    "en": _list("of for from in on with at by against under"),
    "nl": _list("van voor met in op aan bij tegen uit door over"),
    "fr": _list("de à pour par en sur avec contre sans"),
    "es": _list("de a por para en con contra sin"),
}
#: Words of a term that are looked for on either side of a gap.
_REACH = 3
_NONE: frozenset[str] = frozenset()


def crossings(reading: Reading) -> Iterator[Crossing]:
    """Terms that a sentence holds with other words between theirs, or ending in another way."""
    language, known, begun = reading.language, reading.known, reading.open
    written: list[str] = []
    for at, word in enumerate(known):
        for rule, place in word.rules:
            place += at
            if 0 <= place < len(known) and begun[place]:
                written = written or [word.written for word in known]
                for least, behind in rule(language, written, place):
                    yield from _over(reading, place, least, behind)
        if word.bare is not None and at and begun[at - 1]:
            yield from _with_hidden_ending(reading, at - 1, word.bare)


def _over(reading: Reading, place: int, least: int, behind: range) -> Iterator[Crossing]:
    """The terms begun at `least` or later that go on after the word at `place` with the words behind a gap."""
    for first, steps in reading.open[place]:
        if first < least:
            continue
        taken = list(range(first, place + 1))
        for at in behind:
            taken.append(at)
            steps = following(steps, reading.known[at].keys)
            for form in _ending(steps):
                yield min(taken), max(taken) + 1, form, tuple(taken)
            steps = going_on(steps)
            if not steps:
                break


def _ending(steps: list[Step]) -> Iterator[Form]:
    return (form for step in steps for form in step.ends if not form.capitals)


def _behind(at: int, written: Sequence[str]) -> range:
    return range(at, min(len(written), at + _REACH))


def _small_words_between(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    determiners, joiners = DETERMINERS[language], _JOINERS.get(language, _NONE)
    start, joined = place + 1, False
    for end in range(start + 1, min(start + 3, len(written))):
        word = written[end - 1]
        if word not in determiners and word not in joiners:
            break
        joined = joined or word in joiners
        least = max(0, start - _REACH)
        if language not in _ANYWHERE and not joined and written[place] not in _prepositions(language):
            # after a verb: what an article or a preposition stands before is none ("told the court the fee")
            least = place
            if place and (written[place - 1] in determiners or written[place - 1] in _prepositions(language)):
                continue
        yield least, _behind(end, written)


def _prepositions(language: str) -> frozenset[str]:
    return _SMALL_PREPOSITIONS.get(language, _NONE)


def _head_said_last(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    """court (or registry) fee"""
    if place + 3 < len(written) and written[place + 2] not in _SMALL[language]:
        yield max(0, place + 1 - _REACH), _behind(place + 3, written)


def _head_said_first(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    """aide (médicale et) sociale"""
    if place + 3 < len(written) and written[place + 1] not in _SMALL[language] and written[place + 3] not in _SMALL[language]:
        yield max(0, place + 1 - _REACH), _behind(place + 3, written)


def _adjective_before_preposition(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    small = _SMALL_OR_AND[language]
    if written[place + 1] not in small and written[place] not in small:
        yield place, _behind(place + 2, written)


def _y_of_the_x(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    if place > 2 and written[place - 1] in DETERMINERS[language]:
        yield place, range(place - 3, place - 2)


def _y_of_x(language: str, written: Sequence[str], place: int) -> Iterator[Gap]:
    # "seekers of asylum law": without an article the next word may be what the noun belongs to
    if place > 1 and written[place] not in DETERMINERS[language] and (
        place + 1 == len(written) or written[place + 1] in _SMALL_OR_AND[language] | _VERBS
    ):
        yield place, range(place - 2, place - 1)


_SMALL = {language: DETERMINERS.get(language, _NONE) | _prepositions(language) for language in {*DETERMINERS, *_AND}}
_SMALL_OR_AND = {language: words | _AND.get(language, _NONE) for language, words in _SMALL.items()}


def rules_at(word: str, language: str) -> tuple[tuple[Rule, int], ...]:
    """The rules that a word gives cause for, each with the word after which it asks whether a term goes on: -1 is the
    one before."""
    found: list[tuple[Rule, int]] = []
    if word in DETERMINERS.get(language, _NONE) or word in _JOINERS.get(language, _NONE):
        found.append((_small_words_between, -1))
    if word in _AND.get(language, _NONE):
        found.append((_head_said_last, -1) if language in _HEAD_LAST else (_head_said_first, -2))
    if language in _PREPOSITIONS and _PREPOSITIONS[language].match(word):
        found.append((_adjective_before_preposition, -2))
    if language == "en" and word in ("of", "for"):
        found += [(_y_of_x, 1), (_y_of_the_x, 2)]
    return tuple(found)


#: Endings that the last word of a term may have although a dictionary knows the whole as another word.
_HIDDEN_ENDINGS = {
    "fa": ("ی",), "prs": ("ی",), "ar": ("ي", "ك", "ه", "نا", "ها", "هم", "كم"),
}  # fmt: skip


def without_hidden_ending(written: str, language: str) -> str | None:
    """What a word may be at the end of a term: اقامت دائمی, a permanent residence, and عقد عملي, my contract of work.
    Alone the words would be "lasting" and "practical", behind the rest of a term they are not. None for other words."""
    ending = next((one for one in _HIDDEN_ENDINGS.get(language, ()) if written.endswith(one)), None)
    if ending is None or len(written) < len(ending) + 3 or not stems.is_lemma(written, language):
        return None
    return folding.fold(written[: -len(ending)], language)


def _with_hidden_ending(reading: Reading, place: int, bare: str) -> Iterator[Crossing]:
    for first, steps in reading.open[place]:
        if first >= place + 1 - _REACH:
            for form in _ending(following(steps, (bare,))):
                yield first, place + 2, form, range(first, place + 2)
