"""Where the terms of a language stand in a text, and how surely.

A word of the sentence and a word of a term meet by their keys (`languages.words`), forms by the trie; here the ways are
added in which a term is not simply its words in order: written as one word or as two ("magangalyodoon", "asielzoekers
centrum"), a Dutch verb in two pieces ("wijst … af"), a Dutch compound whose end is said once ("zorg- en huurtoeslag"),
or with other words between them (`glossary.insertions`).
And what only looks alike is left out.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from glossary.insertions import crossings
from glossary.models import RANK
from glossary.trie import Form
from glossary.vocabulary import JOINED, TermFacts, View, exact, is_capitals
from languages import affixes, folding, stems
from languages.words import Word, compound_runs, dutch_verbs, keys, one_spelling, term_keys, words

Certainty = Literal["exact", "possible"]


class Spot(NamedTuple):
    """A term in a text: ``text[start:end] == surface``. `part`: only a part of a compound; `within`: a longer term
    encloses it."""

    start: int
    end: int
    surface: str
    facts: TermFacts
    certainty: Certainty
    part: bool
    within: bool


TAG = re.compile(r"</?\d{1,4}/?>")


def mask_tags(text: str) -> tuple[str, list[int]]:
    """(the text without its tags, for each of its characters the place in `text`): a pair of tags inside a word
    leaves the word whole, one that stands alone (``<2/>``: a break, a tab) parts words."""
    if "<" not in text:
        return text, list(range(len(text)))
    plain: list[str] = []
    places: list[int] = []
    at = 0
    for tag in TAG.finditer(text):
        plain.append(text[at : tag.start()])
        places.extend(range(at, tag.start()))
        if tag[0].endswith("/>"):
            plain.append(" ")
            places.append(tag.start())
        at = tag.end()
    plain.append(text[at:])
    places.extend(range(at, len(text)))
    return "".join(plain), places


def spot_terms(seen: Iterable[View], text: str) -> list[Spot]:
    """The terms of these views in a text, in order, longer ones before those they enclose."""
    plain, places = mask_tags(text)
    shouts = plain.isupper() and not any(letter.isalpha() and letter.lower() == letter.upper() for letter in plain)
    whispers = plain == plain.lower()
    best: dict[tuple[int, int, int], tuple[bool, bool, TermFacts]] = {}
    for view in seen:
        language = view.language
        tokens = _tokens(plain, language)
        sentence = [keys(token.text, language) for token in tokens]
        written = tuple(exact(token.text, language) for token in tokens)
        gaps = [plain[one.end : other.start] for one, other in pairwise(tokens)]
        found = [(*match, False, None) for match in view.matches(sentence)]
        found += [(*match, True, None) for match in _in_other_pieces(view, plain, tokens, gaps, sentence, written)]
        found += [
            (first, end, form, facts, True, places)
            for first, end, form, facts, places in crossings(view, gaps, sentence, written)
            if not any(
                _another_word(written[at], word, key, sentence[at], language)
                for at, word, key in zip(places, form.words, form.keys, strict=True)
            )
        ]
        broken = [_BREAK.search(gap) is not None for gap in gaps]
        for first, end, form, facts, pieces, apart in found:
            if end - first > 1 and any(
                broken[at] and _parts(gaps[at], facts.text) for at in range(first, end - 1)
            ):
                continue
            if form.capitals and not apart and not _means_capitals(
                [token.text for token in tokens[first:end]], form, language, whispers=whispers, shouts=shouts
            ):
                continue
            same = not pieces and form.words == written[first:end]
            if not same and not pieces and any(
                _another_word(written[first + at], word, form.keys[at], sentence[first + at], language)
                for at, word in enumerate(form.words)
            ):
                continue
            part = language == "nl" and not same and not pieces and _is_part(tokens[first:end], form)
            place = (tokens[first].start, tokens[end - 1].end, form.concept_id)
            rank = (same, not part)
            before = best.get(place)
            if (
                before is None
                or rank > before[:2]
                or (rank == before[:2] and RANK[facts.status] < RANK[before[2].status])
            ):
                best[place] = (*rank, facts)
    spots = []
    enclosed = _enclosed({(start, end) for start, end, _ in best})
    for (start, end, _), (same, whole, facts) in best.items():
        first, last = places[start], places[end - 1] + 1
        certainty: Certainty = "exact" if same else "possible"
        spots.append(
            Spot(first, last, text[first:last], facts, certainty, not whole, (start, end) in enclosed)
        )
    return sorted(spots, key=lambda spot: (spot.start, -spot.end, spot.certainty != "exact", spot.facts.id))


#: Written apart, they are the end of the Persian word before them.
_FA_APART = {"ها", "های", "هایی", "ی", "ای", "گان"}


def _tokens(plain: str, language: str) -> list[Word]:
    tokens = words(plain, language)
    if language in ("fa", "prs"):
        return [token for at, token in enumerate(tokens) if not at or token.text not in _FA_APART]
    return tokens


_BREAK = re.compile(r"[.,;:!?()\[\]/…؟،؛۔።፣፤፥፦፧。，、；：！？（）]|\n")


def _parts(gap: str, term: str) -> bool:
    """Whether what stands between two words keeps them from being one term, unless the term is written with it."""
    return (mark := _BREAK.search(gap)) is not None and mark[0] not in term


Match = tuple[int, int, Form, TermFacts]


def _in_other_pieces(
    view: View, plain: str, tokens: Sequence[Word], gaps: Sequence[str], sentence: Sequence[frozenset[str]], written: Sequence[str]
) -> Iterator[Match]:
    """Terms of one word that stand in a text as two, or the other way round."""
    language = view.language
    if language in JOINED:
        for at in range(len(tokens) - 1):
            if gaps[at] in (" ", "-", "‐", "\u00a0"):
                start = folding.fold(tokens[at].text, language)
                if len(start) > 1:
                    both = [start + key for key in sentence[at + 1] if len(key) > 1]
                    for form, facts in view.single(both):
                        # a stem would find intrekking in "in trek"
                        if language not in _STEMMED or folding.fold(form.words[0], language) in both:
                            yield at, at + 2, form, facts
    if language != "nl":
        return
    for at, gap in enumerate(gaps):
        if gap.startswith("-") and gap != "-":  # zorg- en huurtoeslag
            for later in range(at + 1, min(at + 4, len(tokens))):
                for tail in _tails(written[later]):
                    whole = {key for join in ("", "s") for key in term_keys(written[at] + join + tail, "nl")}
                    yield from ((at, at + 1, form, facts) for form, facts in view.single(whole))
    for at, particle in enumerate(written):
        if particle not in SEPARABLE or at == 0:
            continue
        if at + 2 < len(tokens) and written[at + 1] == "te":  # af te wijzen
            verb = particle + written[at + 2]
            yield from ((at, at + 3, form, facts) for form, facts in view.single({verb}) if form.words[0] == verb)
        following = plain[tokens[at].end : tokens[at].end + 1]
        if following.strip() or following == "" or written[at + 1] in _NEXT_CLAUSE:  # wijst uw aanvraag af
            for verb_at in range(at - 1, max(-1, at - 12), -1):
                if _BREAK.search(gaps[verb_at]):
                    break
                verbs = {particle + verb for verb in affixes.dutch_infinitives(written[verb_at])}
                for form, facts in view.single(verbs):
                    if form.words[0] in verbs:
                        yield verb_at, verb_at + 1, form, facts


#: Particles of Dutch verbs that stand away from them.
SEPARABLE = affixes.DUTCH_PARTICLES
#: What may follow such a particle at the end of its clause: another clause, or what is said after the verb.
_NEXT_CLAUSE = frozenset(re.findall(r"\w+", """
    en of maar want dus omdat als dat zodat tenzij zodra wanneer voordat nadat
    bij binnen met naar op per sinds tegen tot van vanaf via volgens voor
"""))


def _tails(word: str) -> set[str]:
    """The ends of a Dutch compound: toeslag of huurtoeslag."""
    return {run for run in compound_runs(word) if word.endswith(run)}


#: Where an accent or a hamza can make another word: juge and jugé, إذن and أذن.
_ACCENTS_COUNT = {"ar", "es", "fr"}
#: Verbs whose forms stand in every other sentence, and which as a term are a noun: poder, a power of attorney.
_FUNCTION_WORDS = {
    "en": {"be", "can", "do", "have", "may", "must", "will"},
    "es": {"deber", "haber", "hacer", "poder", "ser", "tener"},
    "fr": {"avoir", "devoir", "faire", "pouvoir", "savoir", "être"},
    "nl": {"hebben", "kunnen", "moeten", "mogen", "zijn", "zullen"},
}
#: Forms of nouns that have become small words: "about", "by", "because of". Of hak, a right, none is meant.
_TURKISH_POSTPOSITIONS = {
    *(f"hakk{owner}da" for owner in ("ın", "ım", "ımız", "ınız", "ların")),
    *(f"taraf{owner}dan" for owner in ("ın", "ım", "ımız", "ınız", "ların")),
    "açısından", "bakımından", "dolayısıyla", "esnasında", "itibarıyla", "itibariyle", "nedeniyle", "sayesinde", "sırasında", "yüzünden",
}  # fmt: skip
#: Whose words meet by stems, which join words that are not one.
_STEMMED = {"en", "es", "fr", "nl", "ru", "uk"}
#: How words differ in their ends that no dictionary knows, when one is an inflection of the other.
_ENDINGS = {
    "en": re.compile(r"s|es|ies|y|'s|ed|ing|e|"),
    "es": re.compile(r"[aeo]?s?|ces|z|[oó]n|ones"),
    "fr": re.compile(r"e?s?|x|aux|al|eaux"),
    "nl": re.compile(r"(?:\w?(?:en|s|es|e|eren|ers|er|'s))?|s"),
}


@lru_cache(maxsize=65536)
def _another_word(
    surface: str, word: str, term: frozenset[str], sentence: frozenset[str], language: str
) -> bool:
    """Whether two words share nothing but a stem although a dictionary knows both as different words: "object" is
    not "objection", судья is not суд. Of what no dictionary knows, the ends must be those of inflections."""
    if surface != word and language == "tr":
        return surface in _TURKISH_POSTPOSITIONS
    if surface == word or language not in (_STEMMED | _ACCENTS_COUNT):
        return False
    if language == "fr":
        surface, word = (re.split("['’]", one)[-1] for one in (surface, word))
    lemmas = [stems.in_dictionary(one, language) for one in (surface, word)]
    folds = [folding.fold(one, language) for one in (surface, word)]
    if folds[0] == folds[1]:
        return language in _ACCENTS_COUNT and None not in lemmas and lemmas[0] != lemmas[1]
    if word in _FUNCTION_WORDS.get(language, ()):
        return surface not in (f"{word}s", f"{word}es")
    if language not in _STEMMED or word == lemmas[0] or word in affixes.in_pairs(surface, language):
        return False
    if language == "nl":
        if word in dutch_verbs(surface):
            return False
        if surface in (f"{word}ig", f"{word}ige", f"{word}igen") and compound_runs(word):
            return False  # leerplichtig, of leerplicht; but schuldig, guilty, is not schuld, a debt
        head = _inflected_head(surface, word)
        if head is not None:  # buurtteams, of the term buurtteam: what its last part says holds for the whole
            return _another_word(*head, term_keys(head[1], language), keys(head[0], language), language)
        if runs := compound_runs(surface):
            return not any(
                run in (word, f"{word}s", f"{word}en")
                or not _another_word(run, word, term, keys(run, language), language)
                for run in runs
            )
        if word in (f"{surface}er", f"{surface}r"):  # ouder, a parent, is not oud
            return True
    stemmed = {folding.fold(stems.stem(one, language), language) for one in (surface, word)}
    if language == "uk":
        stemmed |= {folding.fold(stem, language) for one in (surface, word) for stem in affixes.ukrainian_stems(one)}
    if not term & sentence:
        return True
    if not term & sentence <= stemmed or (folds[1] in sentence and folds[1] not in stemmed):
        return False
    if None not in lemmas:
        both = [folding.fold(lemma, language) for lemma in lemmas]
        if both[0] == both[1] or language == "en" and one_spelling(both[0]) == one_spelling(both[1]):
            return False
        # a form of two words: судов is of суд and of судно
        return not (lemmas[0] != surface and _RUSSIAN_CASE.fullmatch(surface[len(word) :]) and surface.startswith(word))
    endings = _ENDINGS.get(language)
    if endings is None:
        return False
    # on the folds too: capitals are often written without accents (ECOLES)
    return not any(
        all(endings.fullmatch(one[len(os.path.commonprefix(pair)) :]) for one in pair)
        for pair in ([surface, word], folds)
    )


def _inflected_head(surface: str, word: str) -> tuple[str, str] | None:
    """The last parts of two Dutch compounds that begin alike: (teams, team) of buurtteams and buurtteam."""
    for head in sorted(_tails(word) - {word}, key=len, reverse=True):
        start = word[: -len(head)]
        if start and surface.startswith(start) and surface != start:
            return surface[len(start) :], head
    return None


_RUSSIAN_CASE = re.compile("ов|ам|ами|ах|а|у|ом|ем|е|ы|и|ів|ом|ові")


def _enclosed(spans: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The spans that another one encloses."""
    found, furthest = set(), 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= furthest:
            found.add((start, end))
        furthest = max(furthest, end)
    return found


def _means_capitals(surfaces: list[str], form: Form, language: str, *, whispers: bool, shouts: bool) -> bool:
    """Whether the sentence means an abbreviation and not the word that is spelt like it: "it" is not "IT", unless
    the whole sentence is written small; "IND-medewerker" and Turkish "IND'nin" are."""
    if shouts or whispers:
        return all(
            exact(surface, language) == word for surface, word in zip(surfaces, form.words, strict=True)
        )
    return all(
        any(is_capitals(piece) and folding.fold(piece, language) in key for piece in _PIECES.findall(surface))
        for surface, key in zip(surfaces, form.keys, strict=True)
    )


#: What stands on either side of an apostrophe, or of a change of script: l'IND, IND'nin, የIND.
_PIECES = re.compile(r"[^\W\u0370-\uffff]+|(?:(?=[\u0370-\uffff])\w)+")


def _is_part(tokens: Sequence[Word], form: Form) -> bool:
    """True when a Dutch word only holds the term's word: as a part of a compound, not as an inflection or with a
    clitic."""
    return any(
        key.isdisjoint(term_keys(token.text, "nl")) for token, key in zip(tokens, form.keys, strict=True)
    )
