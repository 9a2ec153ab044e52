"""What a translator is offered for one segment: memory, terms and machine translation, ranked, each with its reason.

Memory before machine, always: people were annoyed where it was the other way round. A model that fails is an empty
list with a note, never a broken editor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from app import checks
from app.db import transaction
from app.models import Document, MachineSuggestion, Person, Segment, Sentence, SuggestionUse, Translation
from app.mt.engine import EngineUnavailable
from app.mt.registry import Models
from app.offers import Offer, offers
from app.penalties import Penalties
from glossary import recognition
from memory import matching, recording
from memory.candidates import stands_in
from memory.models import Unit
from storage.columns import utc_now

log = logging.getLogger(__name__)

#: The kind of job that asks the machine for all sentences of a translation.
JOB = "suggest"

#: Sentences handed to a model at once: batches are 5 to 10 times faster than single sentences.
BATCH = 16


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine's suggestion. `path` are the languages it went through; `notes` say what to look at."""

    text: str
    engine: str
    path: tuple[str, ...]
    score: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Suggestions:
    """Everything for one segment. `machine_note`: None, "no-model" or "unavailable"."""

    offers: list[Offer] = field(default_factory=list)
    terms: list[recognition.Recognised] = field(default_factory=list)
    machine: list[Machine] = field(default_factory=list)
    machine_note: str | None = None
    licences: tuple[str, ...] = ()

    @property
    def matches(self) -> list[matching.Match]:
        return [offer.match for offer in self.offers]


def for_text(
    session: Session,
    text: str,
    *,
    source_language: str,
    target_language: str,
    threshold: int,
    taken_off: Penalties | None = None,
    previous: str | None = None,
    following: str | None = None,
    document: str | None = None,
    position: int | None = None,
) -> Suggestions:
    """Memory and terms for a text that need not be a segment. The machine is asked apart: it is slow.
    `taken_off`: the penalties in force, else the memory's own."""
    matches = matching.find_matches(
        session,
        text,
        source_language=source_language,
        target_language=target_language,
        previous=previous,
        next=following,
        document=document,
        position=position,
        threshold=threshold,
        **(taken_off.arguments() if taken_off else {}),
    )
    terms = recognition.recognise(session, text, source_language=source_language, target_language=target_language)
    return Suggestions(offers=offers(session, matches, terms, target_language=target_language), terms=terms)


def route_key(models: Models, source: str, target: str) -> str | None:
    """Names the models that would translate this pair now; None when there are none. Kept suggestions of other
    models are out of date."""
    route = models.route(source, target)
    return None if route is None else route.key


def kept(session: Session, sentence_id: int, target_language: str, key: str) -> list[Machine] | None:
    """What these models said about this sentence before; None when they were not asked yet."""
    rows = list(
        session.scalars(
            select(MachineSuggestion)
            .where(
                MachineSuggestion.sentence_id == sentence_id,
                MachineSuggestion.target_language == target_language,
                MachineSuggestion.models == key,
            )
            .order_by(MachineSuggestion.rank)
        )
    )
    if not rows:
        return None
    return [Machine(r.text, r.engine, tuple(r.path), r.score, tuple(r.notes)) for r in rows if r.text]


def ask_machine(
    models: Models, texts: Sequence[str], source: str, target: str
) -> tuple[list[list[Machine]], str | None]:
    """Translate, outside any transaction. Returns one list for each text, and a note when there is no answer."""
    try:
        if models.route(source, target) is None:
            return [[] for _ in texts], "no-model"
        answers = models.translate(list(texts), source, target, n=1)
    except EngineUnavailable as error:
        log.warning("machine translation %s to %s is unavailable: %s", source, target, error.reason)
        return [[] for _ in texts], "unavailable"
    return [
        [Machine(s.text, s.engine, tuple(s.path), s.score, tuple(s.notes)) for s in found] for found in answers
    ], None


def keep(
    session: Session, sentence_ids: Sequence[int], target_language: str, key: str, answers: Sequence[Sequence[Machine]]
) -> None:
    """Keep what the machine said. Nothing offered is kept too, as an empty row, so that it is not asked again."""
    session.execute(
        delete(MachineSuggestion).where(
            MachineSuggestion.sentence_id.in_(list(sentence_ids)), MachineSuggestion.target_language == target_language
        )
    )
    rows = []
    for sentence_id, found in zip(sentence_ids, answers, strict=True):
        for rank, answer in enumerate(found or [Machine("", "", ())]):
            rows.append(
                {
                    "sentence_id": sentence_id,
                    "target_language": target_language,
                    "rank": rank,
                    "models": key,
                    "engine": answer.engine,
                    "path": list(answer.path),
                    "text": answer.text,
                    "score": answer.score,
                    "notes": list(answer.notes),
                    "made_at": utc_now(),
                }
            )
    if rows:
        session.execute(insert(MachineSuggestion), rows)


def waiting_sentences(session: Session, translation: Translation, key: str) -> list[tuple[int, str]]:
    """Sentences of a translation that these models were not asked about yet, in reading order."""
    asked = (
        select(MachineSuggestion.id)
        .where(
            MachineSuggestion.sentence_id == Sentence.id,
            MachineSuggestion.target_language == translation.target_language,
            MachineSuggestion.models == key,
        )
        .exists()
    )
    query = (
        select(Sentence.id, Sentence.text)
        .join(Segment, Segment.sentence_id == Sentence.id)
        .where(Segment.translation_id == translation.id, ~asked)
        .order_by(Sentence.position)
    )
    return [tuple(row) for row in session.execute(query)]


def job(models: Models | None) -> Callable[[Engine, dict[str, Any]], tuple[int, int, str]]:
    """How one step of such a job is done (app.jobs.Step): the next batch of sentences."""

    def step(engine: Engine, subject: dict[str, Any]) -> tuple[int, int, str]:
        with transaction(engine) as session:
            translation = session.get(Translation, subject["translation"])
            if translation is None:
                return 1, 1, "erased"
            source, target = translation.document.source_language, translation.target_language
            key = route_key(models, source, target)
            if key is None:
                return 1, 1, "no-model"
            waiting = waiting_sentences(session, translation, key)
            total = subject.setdefault("total", len(waiting))
        batch = waiting[:BATCH]
        if not batch:
            return max(total, 1), max(total, 1), ""
        answers, note = ask_machine(models, [text for _, text in batch], source, target)
        if note:
            return 1, 1, note
        with transaction(engine) as session:
            # the document may have been erased meanwhile
            if session.get(Translation, subject["translation"]) is not None:
                keep(session, [i for i, _ in batch], target, key, answers)
        left = len(waiting) - len(batch)
        return (total, total, "") if not left else (min(total - left, total - 1), total, "")

    return step


def for_segment(
    session: Session, segment: Segment, *, threshold: int, taken_off: Penalties | None = None
) -> Suggestions:
    """Memory and terms for a segment in its document."""
    document = segment.translation.document
    around = dict(
        session.execute(
            select(Sentence.position, Sentence.text).where(
                Sentence.document_id == document.id,
                Sentence.position.in_((segment.position - 1, segment.position + 1)),
            )
        ).all()
    )
    return for_text(
        session,
        segment.sentence.text,
        source_language=document.source_language,
        target_language=segment.translation.target_language,
        threshold=threshold,
        taken_off=taken_off,
        previous=around.get(segment.position - 1, ""),
        following=around.get(segment.position + 1, ""),
        document=f"document:{document.id}",
        position=segment.position,
    )


def record_use(session: Session, person: Person, segment: Segment, unit_id: int | None) -> bool:
    """Count that somebody took over what a unit says, once for each segment, and remember it for the day the unit
    turns out wrong. A unit that is gone, or of other languages, is no error. Returns whether it was counted."""
    if unit_id is None:
        return False
    unit = session.execute(
        select(Unit.source_language, Unit.target_language, Unit.recalled_at).where(Unit.id == unit_id)
    ).one_or_none()
    source, target = segment.translation.document.source_language, segment.translation.target_language
    if unit is None or unit.recalled_at is not None:
        return False
    pair = (unit.source_language, unit.target_language)
    if not any(stands_in(s, source) and stands_in(t, target) for s, t in (pair, pair[::-1])):
        return False
    known = session.scalar(
        select(SuggestionUse).where(SuggestionUse.segment_id == segment.id, SuggestionUse.unit_id == unit_id)
    )
    if known is not None:
        return False
    session.add(SuggestionUse(segment_id=segment.id, unit_id=unit_id, person_id=person.id))
    recording.mark_used(session, unit_id)
    return True


def problems(session: Session, document: Document, source: str, target: str, target_language: str):
    """Everything to look at in a draft, terms included."""
    found = checks.problems(source, target, document.source_language, target_language)
    found += checks.term_problems(session, source, target, document.source_language, target_language)
    return found
