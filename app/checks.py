"""What may be wrong with a draft: tags, numbers, script, direction, copies, edges. Never blocks, always says where.

Each Problem carries a stable key; the pages turn it into words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from glossary import recognition
from importers import inline
from languages import identify, marks, tags


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: "tag-missing", "tag-extra", "tag-repeated", "tag-order", "number-missing", "number-extra", "copy",
    "script", "direction-marks", "term-missing", "term-forbidden", "term-brackets". `severe` problems damage the
    finished document; the others are hints. `concept`: the code of the concept that it is about."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    severe: bool = False
    concept: str | None = None


#: Digits with separators inside; the separators differ per language, the digits do not.
NUMBER = re.compile(r"\d(?:[\d.,:/٫٬’'\u00a0\u202f\u200e\u200f-]*\d)?")

WORD = re.compile(r"[^\W\d_]+")


def numbers(text: str) -> Counter[str]:
    """The numbers of a text as ASCII digits without separators: "1.250,50" and "١٬٢٥٠٫٥٠" are one number. A tag that
    stands alone, a line break for example, ends a number; one of a pair does not."""
    return Counter(digits for digits, _written in _numbers(text))


def _numbers(text: str) -> list[tuple[str, str]]:
    """Each number, as ASCII digits and as it is written: people look for "000.000.0000", not for ten zeros."""
    found = NUMBER.findall(inline.TAG.sub(lambda tag: "\n" if tag[3] else "", text))
    return [("".join(str(unicodedata.digit(c)) for c in written if c.isdigit()), written) for written in found]


def _without_names_of(source: str, target: str) -> str:
    """The target without the names it keeps as they are: an address in Latin letters is not the wrong script."""
    names = {word for word in WORD.findall(source) if word[0].isupper()}
    return WORD.sub(lambda word: " " if word[0] in names else word[0], target)


def problems(source: str, target: str, source_language: str, target_language: str) -> list[Problem]:
    """What to look at in a draft, the severe first. An empty draft has no problems: it is not done."""
    if not target.strip():
        return []
    found = [
        Problem(f"tag-{what}", {"tag": str(number)}, severe=True)
        for what, number in inline.tag_problems(source, target)
    ]
    wanted, there = _numbers(source), _numbers(target)
    want, have = (Counter(digits for digits, _ in known) for known in (wanted, there))
    found += [Problem("number-missing", {"number": dict(wanted)[n]}) for n in (want - have)]
    found += [Problem("number-extra", {"number": dict(there)[n]}) for n in (have - want)]
    bare_source, bare_target = inline.plain(source).strip(), inline.plain(target).strip()
    letters = sum(c.isalpha() for c in bare_target)
    if letters > 12 and bare_source.casefold() == bare_target.casefold():
        found.append(Problem("copy"))
    elif letters > 12:
        own = _without_names_of(bare_source, bare_target)
        if sum(c.isalpha() for c in own) > 12 and identify.script_share(own, target_language) < 0.5:
            found.append(Problem("script"))
    if tags.direction(target_language) == "rtl" and marks.needs_mark(inline.plain(target)):
        found.append(Problem("direction-marks"))
    return sorted(found, key=lambda problem: not problem.severe)


def term_problems(
    session: Session, source: str, target: str, source_language: str, target_language: str
) -> list[Problem]:
    """Where a draft and the term base disagree, each disagreement once: a forbidden word (with what to say instead,
    and then not also as missing), an approved term that is nowhere in it, a Dutch word that must stay in brackets.

    A forbidden word is told whatever the source says. A deprecated one only when the source is about its concept:
    elsewhere it is an ordinary word."""
    if not target.strip():
        return []
    about = {
        hit.concept_id
        for hit in recognition.recognise(
            session, source, source_language=source_language, target_language=target_language
        )
    }
    found: list[Problem] = []
    told: set[int] = set()
    for bad in recognition.forbidden_in(session, target, target_language):
        if (bad.status == "deprecated" and bad.concept_id not in about) or bad.concept_id in told:
            continue
        told.add(bad.concept_id)
        fields = {"term": bad.surface, "instead": " / ".join(bad.instead), "reason": bad.reason or ""}
        found.append(Problem("term-forbidden", fields, concept=bad.code))
    for missing in recognition.missing_terms(
        session, source, target, source_language=source_language, target_language=target_language
    ):
        if missing.kind == "approved" and missing.concept_id in told:
            continue
        kind = {"approved": "term-missing", "source-word": "term-brackets"}[missing.kind]
        # the name that goes into brackets is the term itself, the word that is missing a translation stands in the source
        term = missing.expected[0] if kind == "term-brackets" else missing.source_term
        fields = {"term": inline.plain(term), "expected": " / ".join(missing.expected)}
        found.append(Problem(kind, fields, concept=missing.code))
    return found
