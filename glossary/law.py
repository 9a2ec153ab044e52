"""The text of an act compared with what concepts cite.

A reference that is compared for the first time takes the words over; later it is flagged when they differ, and keeps the
old and the new words until a person has looked.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from glossary.history import recorded
from glossary.models import Concept, LegalReference, text_hash, utc_now
from glossary.statutes import Act, article_number

Piece = tuple[Literal["same", "gone", "new"], str]
Kind = Literal["same", "changed", "moved", "gone", "first", "act"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One reference against an act. `kind`: "same" (also when a person has looked at this text already), "changed",
    "moved" (its words stand under another number: `moved_to`, "29" or "29:2"), "gone" (the act has neither the article
    nor its words; `repealed` when it says so), "first" (its words were not known before), "act" (it cites the act as a
    whole, or has no article)."""

    kind: Kind
    reference_id: int
    concept_id: int
    code: str
    article: str | None
    paragraph: str | None
    before: str | None
    after: str | None
    moved_to: str | None = None
    repealed: bool = False

    @property
    def diff(self) -> list[Piece]:
        """What changed, word by word."""
        return word_diff(self.before or "", self.after or "")


#: Words of one text times words of the other that are compared one by one: more takes many seconds.
MOST_COMPARED = 40_000_000


def word_diff(before: str, after: str) -> list[Piece]:
    """(same, gone or new; text) in reading order, to be set with a space between. The words of the "same" and "gone"
    pieces are those of `before`, of the "same" and "new" ones those of `after`; a line break is kept as a word."""
    old, new = (re.findall(r"\S+|\n", text) for text in (before, after))
    if len(old) * len(new) > MOST_COMPARED:
        return [("gone", " ".join(old)), ("new", " ".join(new))]
    found: list[Piece] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(("same", " ".join(new[c:d])))
            continue
        if b > a:
            found.append(("gone", " ".join(old[a:b])))
        if d > c:
            found.append(("new", " ".join(new[c:d])))
    return found


def references_to(session: Session, act: Act) -> list[LegalReference]:
    """References to an act: by its identifier, or where they have none by its title."""
    by_title = LegalReference.bwb.is_(None) & (func.lower(LegalReference.act) == act.title.lower())
    same = (
        or_(LegalReference.bwb == act.bwb, by_title)
        if act.bwb
        else func.lower(LegalReference.act) == act.title.lower()
    )
    query = (
        select(LegalReference)
        .where(same)
        .options(selectinload(LegalReference.concept))
        .order_by(LegalReference.id)
    )
    return list(session.scalars(query))


def compare(session: Session, act: Act) -> list[Compared]:
    """Every reference to the act against its text; changes nothing."""
    return [_compare(reference, act) for reference in references_to(session, act)]


def _compare(reference: LegalReference, act: Act) -> Compared:
    after = act.text_of(reference.article, reference.paragraph)
    known, moved, kind = reference.quoted, None, "same"
    if not reference.article:
        kind = "act"
    elif after is not None and known is None:
        kind = "first"
    elif after is None or text_hash(after) != (reference.hash or text_hash(known or "")):
        kind = "gone" if after is None else "changed"
        moved = _moved_to(reference, act, after) if known else None
        if moved is not None:
            kind, (place, after) = "moved", moved
        if reference.seen_hash and reference.seen_hash == text_hash(after or ""):
            kind = "same"
    return Compared(
        kind, reference.id, reference.concept_id, reference.concept.code, reference.article, reference.paragraph,
        known, after, place if moved is not None else None, kind == "gone" and _is_repealed(reference, act),
    )  # fmt: skip


def _is_repealed(reference: LegalReference, act: Act) -> bool:
    number = article_number(reference.article or "")
    return number in act.repealed or f"{number}:{(reference.paragraph or '').strip().rstrip('.')}" in act.repealed


#: From this likeness on (0 to 100, rapidfuzz's ratio) another article is the old one with a new number.
ALIKE = 85


def _moved_to(reference: LegalReference, act: Act, here: str | None) -> tuple[str, str] | None:
    """(place, words) where the words that a reference quotes stand now, when that is not where it says: the same words,
    or nearly, and nearer than what stands in the old place."""
    old = " ".join((reference.quoted or "").split())
    old_place = article_number(reference.article or "")
    if len(old) < 40:
        return None  # "Vervallen.", "Deze wet treedt in werking": words that stand anywhere
    best, found = max(ALIKE, fuzz.ratio(old, " ".join((here or "").split())) + 5), None
    for article in act.articles.values():
        places = article.paragraphs.items() if reference.paragraph else [("", article.text)]
        for key, words in places:
            place = f"{article.number}:{key}" if key else article.number
            if place == (f"{old_place}:{(reference.paragraph or '').strip().rstrip('.')}" if key else old_place):
                continue
            if not 0.7 < (len(words) + 1) / (len(old) + 1) < 1.5:
                continue
            score = fuzz.ratio(old, " ".join(words.split()), score_cutoff=best)
            if score >= best and (found is None or score > best):
                best, found = score, (place, words)
    return found


def import_act(session: Session, act: Act, *, by: str, by_id: int | None = None) -> list[Compared]:
    """Compare, take over the words that were not known, and flag the references whose words changed, moved or are gone.
    A flag goes when the act says again what the concept quotes.

    Importing the same act again changes nothing."""
    found = compare(session, act)
    by_reference = {compared.reference_id: compared for compared in found}
    by_concept: dict[int, list[LegalReference]] = {}
    for reference in references_to(session, act):
        compared = by_reference[reference.id]
        if compared.kind in ("first", "changed", "moved", "gone") or (
            compared.kind == "same" and reference.flagged_at is not None
        ):
            by_concept.setdefault(reference.concept_id, []).append(reference)
    for some in by_concept.values():
        with recorded(session, [some[0].concept], "law compared", by=by, by_id=by_id, why=_name(act)):
            for reference in some:
                _note(reference, by_reference[reference.id], act)
    return found


def _note(reference: LegalReference, compared: Compared, act: Act) -> None:
    if compared.kind == "same":
        _unflag(reference)
    elif compared.kind == "first":
        reference.quoted, reference.hash = compared.after, text_hash(compared.after or "")
        reference.valid_from = reference.valid_from or act.valid_from
    elif compared.after is None and reference.quoted is None:
        return  # nothing was known and nothing is there: the reference may be wrong, which `Compared` says
    elif (reference.changed_text, reference.moved_to) != (compared.after or "", compared.moved_to):
        reference.changed_text, reference.flagged_at = compared.after or "", utc_now()
        reference.change = "repealed" if compared.repealed else compared.kind
        reference.moved_to, reference.changed_valid_from = compared.moved_to, act.valid_from


def _unflag(reference: LegalReference) -> None:
    reference.changed_text = reference.flagged_at = reference.change = None
    reference.moved_to = reference.changed_valid_from = None


def _name(act: Act) -> str:
    return " ".join(
        part for part in (act.title, act.bwb, act.valid_from and act.valid_from.isoformat()) if part
    )


def count_flagged(session: Session) -> int:
    """How many references wait for somebody to look."""
    return session.scalar(select(func.count(LegalReference.id)).where(LegalReference.flagged_at.is_not(None))) or 0


def flagged(session: Session, *, limit: int | None = None, offset: int = 0) -> Iterator[LegalReference]:
    """References whose law changed and that nobody has looked at since, oldest first."""
    query = (
        select(LegalReference)
        .where(LegalReference.flagged_at.is_not(None))
        .limit(limit)
        .offset(offset)
        .options(selectinload(LegalReference.concept).selectinload(Concept.terms))
        .order_by(LegalReference.flagged_at, LegalReference.id)
    )
    return iter(session.scalars(query))


def settle(
    session: Session,
    reference: LegalReference,
    *,
    by: str,
    by_id: int | None = None,
    why: str,
    valid_from: dt.date | None = None,
    take_over: bool = True,
) -> LegalReference:
    """A person looked. With `take_over` the new words are what the concept cites now, under their new number; without,
    it keeps quoting the old ones, and the same new text is not flagged again. `why` says what it means for the
    concept."""
    with recorded(session, [reference.concept], "law looked at", by=by, by_id=by_id, why=why):
        if reference.changed_text is not None and take_over:
            reference.quoted = reference.changed_text or None
            reference.hash = text_hash(reference.changed_text) if reference.changed_text else None
            reference.valid_from = reference.changed_valid_from or reference.valid_from
            if reference.moved_to:
                article, _colon, paragraph = reference.moved_to.partition(":")
                reference.article, reference.paragraph = article, paragraph or reference.paragraph
        reference.seen_hash = text_hash(reference.changed_text or "") if reference.changed_text is not None else None
        _unflag(reference)
        if valid_from is not None:
            reference.valid_from = valid_from
    return reference
