"""Terms of several words whose words stand apart in a sentence, or in another order.

"déposer une plainte" is "déposer plainte", "custody of the child" is "child custody", "mental and physical health" holds
"mental health", "baja remunerada por enfermedad" is "baja por enfermedad". Each is one rule of a language's grammar and
a closed list of its small words: the sentence is read once more without the words that may stand between, and what
then reaches over the gap is found. All such finds are "possible".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from glossary.trie import Form
from glossary.vocabulary import TermFacts, View
from languages import folding, stems
from languages.determiners import DETERMINERS

#: (first word, word after the last, form, its term, the place of each word of the form)
Crossing = tuple[int, int, Form, TermFacts, tuple[int, ...]]


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
#: Words of a term that are looked for on either side of a gap.
_REACH = 3


def crossings(
    view: View, gaps: Sequence[str], sentence: Sequence[frozenset[str]], written: Sequence[str]
) -> Iterator[Crossing]:
    """Terms that a sentence holds with other words between theirs. `gaps`: what stands between each two words;
    `sentence`: the keys of each word; `written`: each as `vocabulary.exact` sees it."""
    language = view.language
    rules = [rule for rule, applies in _RULES if language in applies]
    done: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
    for rule in rules:
        for before, after in rule(language, written):
            if not before or not after or (before, after) in done:
                continue
            done.add((before, after))
            places = (*before, *after)
            for first, end, form, facts in view.matches([sentence[at] for at in places], len(before)):
                if first < len(before) < end and not form.capitals:
                    taken = places[first:end]
                    yield min(taken), max(taken) + 1, form, facts, taken
    if endings := _HIDDEN_ENDINGS.get(language):
        yield from _hidden_endings(view, sentence, written, endings)


def _sides(first: int, after: int, length: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places before `first` and from `after` on that a term over the gap may take."""
    return tuple(range(max(0, first - _REACH), first)), tuple(range(after, min(length, after + _REACH)))


def _small_words_between(language: str, written: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    determiners = DETERMINERS[language]
    joiners = _JOINERS.get(language, frozenset())
    for start in range(1, len(written) - 1):
        for end in range(start + 1, min(start + 3, len(written))):
            word = written[end - 1]
            if word not in determiners and word not in joiners:
                break
            if end == len(written):
                break
            before, after = _sides(start, end, len(written))
            joined = any(word in joiners for word in written[start:end])
            if language not in _ANYWHERE and not joined and written[start - 1] not in _prepositions(language):
                # after a verb: what an article or a preposition stands before is none ("told the court the fee")
                before = before[-1:]
                if start > 1 and written[start - 2] in determiners | _prepositions(language):
                    continue
            yield before, after


def _prepositions(language: str) -> frozenset[str]:
    return _SMALL_PREPOSITIONS.get(language, frozenset())


_SMALL_PREPOSITIONS = {
    "en": _list("of for from in on with at by against under"),
    "nl": _list("van voor met in op aan bij tegen uit door over"),
    "fr": _list("de à pour par en sur avec contre sans"),
    "es": _list("de a por para en con contra sin"),
}


def _said_once(language: str, written: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    small = DETERMINERS.get(language, frozenset()) | _prepositions(language)
    for at in range(1, len(written) - 1):
        if written[at] not in _AND[language]:
            continue
        if language in _HEAD_LAST:
            if at + 2 < len(written) and written[at + 1] not in small:
                yield _sides(at, at + 2, len(written))
        elif at > 1 and written[at - 1] not in small and written[at + 1] not in small:
            yield _sides(at - 1, at + 1, len(written))


def _adjective_before_preposition(
    language: str, written: Sequence[str]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    preposition = _PREPOSITIONS[language]
    small = DETERMINERS[language] | _prepositions(language) | _AND[language]
    for at in range(2, len(written)):
        if preposition.match(written[at]) and written[at - 1] not in small and written[at - 2] not in small:
            before, after = _sides(at - 1, at, len(written))
            yield before[-1:], after


def _the_other_way_round(language: str, written: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    determiners = DETERMINERS[language]
    small = determiners | _prepositions(language) | _AND[language] | _VERBS
    for at in range(1, len(written) - 1):
        if written[at] in ("of", "for"):
            later = at + 1 + (written[at + 1] in determiners)
            # "seekers of asylum law": without an article the next word may be what the noun belongs to
            if later < len(written) and (later > at + 1 or later + 1 == len(written) or written[later + 1] in small):
                yield (later,), (at - 1,)


_RULES = (
    (_small_words_between, DETERMINERS.keys()),
    (_said_once, _AND.keys()),
    (_adjective_before_preposition, _PREPOSITIONS.keys()),
    (_the_other_way_round, {"en"}),
)


#: Endings that the last word of a term may have although a dictionary knows the whole as another word.
_HIDDEN_ENDINGS = {
    "fa": ("ی",), "prs": ("ی",), "ar": ("ي", "ك", "ه", "نا", "ها", "هم", "كم"),
}  # fmt: skip


def _hidden_endings(
    view: View, sentence: Sequence[frozenset[str]], written: Sequence[str], endings: tuple[str, ...]
) -> Iterator[Crossing]:
    """اقامت دائمی, a permanent residence, and عقد عملي, my contract of work: alone the words would be "lasting" and
    "practical", behind the rest of a term they are not."""
    language = view.language
    for at in range(1, len(written)):
        ending = next((one for one in endings if written[at].endswith(one)), None)
        if ending is None or len(written[at]) < len(ending) + 3 or not stems.is_lemma(written[at], language):
            continue
        places = range(max(0, at - _REACH), at + 1)
        keys = [sentence[place] for place in places]
        keys[-1] = frozenset({folding.fold(written[at][: -len(ending)], language)})
        for first, end, form, facts in view.matches(keys):
            if end == len(keys) and end - first > 1 and not form.capitals:
                taken = tuple(places[first:end])
                yield taken[0], taken[-1] + 1, form, facts, taken
