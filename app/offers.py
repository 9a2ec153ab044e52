"""A match of the memory as it is offered: repaired where it is certain what has to change, with what was changed.

The memory carries numbers, dates and the like over by itself (`memory.repairs`); terms need the term base too, so
that happens here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from glossary import recognition
from languages import tags
from memory.matching import Match
from memory.repairs import Change, Repaired

#: Letters that Arabic writes together with the word after them (and, then, with, for, as) and that do not change it.
_PROCLITICS = {"ar": ("و", "ف", "ب", "ل", "ك"), "am": ("የ", "በ", "ለ", "ከ", "ስለ"), "ti": ("ን", "ብ", "ካብ", "ናይ")}


@dataclass(frozen=True, slots=True)
class Offer:
    """`text` goes into the field; `match.target` is what the unit says. `changes` lie in `text`; `notes`: "plural" when
    a word beside a number, "agreement" when the words around a term may need another form."""

    match: Match
    text: str
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_repaired(self) -> bool:
        return bool(self.changes)


def offers(
    session: Session, matches: Iterable[Match], terms: list[recognition.Recognised], *, target_language: str
) -> list[Offer]:
    """Each match as it is offered. `terms`: those of the asked text."""
    made = []
    for match in matches:
        done = match.repaired
        if done is None and match.kind == "fuzzy":
            done = _term_exchanged(session, match, terms, target_language)
        made.append(Offer(match, done.text, done.changes, done.notes) if done else Offer(match, match.target))
    return made


def _term_exchanged(
    session: Session, match: Match, terms: list[recognition.Recognised], target_language: str
) -> Repaired | None:
    """The target with the approved word of the new term where the old term's word stood: only when the two sources
    are the same but for one recognised term, and the old one's word stands in the target exactly once."""
    differing = [d for d in match.differences if d.op != "equal"]
    if not differing or match.reversed:
        return None
    at, end = differing[0].start, differing[-1].end
    text_at, text_end = differing[0].text_start, differing[-1].text_end
    news = _around(terms, text_at, text_end)
    if not news:
        return None
    known = recognition.recognise(
        session, match.source, source_language=match.source_language, target_language=target_language
    )
    pairs = {
        (old.concept_id, new.concept_id): (old, new)
        for old in _around(known, at, end)
        for new in news
        if match.source[: old.start] == match.text[: new.start]
        and match.source[old.end :] == match.text[new.end :]
    }
    if len(pairs) != 1:
        return None
    ((old, new),) = pairs.values()
    if old.concept_id == new.concept_id or not new.approved:
        return None
    if sum(hit.concept_id == old.concept_id for hit in known) != 1:
        return None
    return _with_word(session, match, old, new, target_language)


def _around(hits: list[recognition.Recognised], start: int, end: int) -> list[recognition.Recognised]:
    """Terms, written exactly as they are known, that hold the whole of a place."""
    return [h for h in hits if h.start <= start and end <= h.end and h.certainty == "exact" and not h.part]


def _with_word(
    session: Session, match: Match, old: recognition.Recognised, new: recognition.Recognised, target_language: str
) -> Repaired | None:
    target, word = match.target, new.approved[0].text
    spots = {
        (spot.start, spot.end, spot.certainty)
        for spot in recognition.spot_all(session, [target], target_language)[0]
        if spot.concept_id == old.concept_id
    }
    # the source's own word in brackets behind the translation is no second translation
    bracketed = [f"({old.surface})", f"({old.term})"]
    brackets = next(((target.find(b), b) for b in bracketed if target.count(b) == 1), None)
    if brackets:
        spots = {s for s in spots if not brackets[0] <= s[0] < brackets[0] + len(brackets[1])}
    if len(spots) != 1:
        return None
    start, end, certainty = spots.pop()
    said = word if certainty == "exact" else _after_proclitic(target[start:end], old, word, target_language)
    if said is None or "<" in target[start:end]:
        return None
    edits = [(start, end, said)]
    if brackets:
        edits.append((brackets[0], brackets[0] + len(brackets[1]), f"({new.surface})"))
    out, at, length, changes = [], 0, 0, []
    for from_, to, now in sorted(edits):
        out += [target[at:from_], now]
        length += from_ - at
        changes.append(Change("term", target[from_:to], now, length, length + len(now)))
        at, length = to, length + len(now)
    return Repaired("".join(out) + target[at:], tuple(changes), ("agreement",))


def _after_proclitic(surface: str, old: recognition.Recognised, word: str, language: str) -> str | None:
    """The new word with the little word that was written together with the old one; None when the old word was
    changed in any other way: then only a person knows the right form of the new one."""
    for proclitic in _PROCLITICS.get(tags.base(language), ()):
        for term in old.targets:
            if surface == proclitic + term.text:
                if proclitic == "ل" and word.startswith("ال"):
                    return "لل" + word[2:]
                return proclitic + word
    return None
