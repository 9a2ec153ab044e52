"""Terms of one word that stand in a text as two, or the other way round: "asielzoekers centrum"; a
Dutch verb in two pieces ("wijst … af"), a Dutch compound whose end is said once ("zorg- en huurtoeslag")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossary.forms import JOINED
from glossary.lookalikes import STEMMED, compound_tails
from glossary.reading import Reading, breaks
from glossary.trie import Form
from languages import folding
from languages.affixes import dutch
from languages.words import term_keys

#: (first word, word after the last, form)
Piece = tuple[int, int, Form]


def in_other_pieces(reading: Reading) -> Iterator[Piece]:
    """Terms of one word of which a text has the pieces."""
    if reading.language in JOINED:
        yield from _two_words(reading)
    if reading.language == "nl":
        yield from _end_said_once(reading)
        yield from _separable_verbs(reading)


def _two_words(reading: Reading) -> Iterator[Piece]:
    of_one_word = reading.stock.trie.words
    before = ""
    for at, known in enumerate(reading.known):
        if before:
            for end in known.ends:
                if before + end in of_one_word:
                    yield from _joined(reading, at - 1, {before + end for end in known.ends})
                    break
        before = known.beginning


def _joined(reading: Reading, at: int, keys: set[str]) -> Iterator[Piece]:
    if reading.gap(at) in (" ", "-", "‐", "\u00a0"):
        for form in reading.stock.trie.single(keys):
            # a stem would find intrekking in "in trek"
            if reading.language not in STEMMED or folding.fold(form.words[0], reading.language) in keys:
                yield at, at + 2, form


def _end_said_once(reading: Reading) -> Iterator[Piece]:
    if "-" not in reading.plain:
        return
    known = reading.known
    for at in range(len(known) - 1):
        gap = reading.gap(at)
        if gap.startswith("-") and gap != "-":
            for later in known[at + 1 : at + 4]:
                for tail in compound_tails(later.written):
                    whole = {key for join in ("", "s") for key in term_keys(known[at].written + join + tail, "nl")}
                    yield from ((at, at + 1, form) for form in reading.stock.trie.single(whole))


def _separable_verbs(reading: Reading) -> Iterator[Piece]:
    trie, known, plain = reading.stock.trie, reading.known, reading.plain
    for at, particle in enumerate(known):
        if at == 0 or particle.written not in SEPARABLE:
            continue
        if at + 2 < len(known) and known[at + 1].written == "te":  # af te wijzen
            verb = particle.written + known[at + 2].written
            yield from ((at, at + 3, form) for form in trie.single({verb}) if form.words[0] == verb)
        end = reading.tokens[at].end
        last = at + 1 == len(known) or not plain[end : end + 1].isspace()
        if last or known[at + 1].written in _NEXT_CLAUSE:
            for verb_at in range(at - 1, max(-1, at - 12), -1):  # wijst uw aanvraag af
                if breaks(reading.gap(verb_at)):
                    break
                verbs = {particle.written + verb for verb in dutch.infinitives(known[verb_at].written)}
                yield from ((verb_at, verb_at + 1, form) for form in trie.single(verbs) if form.words[0] in verbs)


#: Particles of Dutch verbs that stand away from them.
SEPARABLE = dutch.PARTICLES
#: What may follow such a particle at the end of its clause: another clause, or what is said after the verb.
_NEXT_CLAUSE = frozenset(re.findall(r"\w+", """
    en of maar want dus omdat als dat zodat tenzij zodra wanneer voordat nadat
    bij binnen met naar op per sinds tegen tot van vanaf via volgens voor
"""))
