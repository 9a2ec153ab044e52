"""The starter pack: concepts of Dutch migration law and everyday bureaucracy, and the Universal Declaration of Human
Rights as memory units. Marked as such, removable, and nobody's approval: every term is proposed, every unit unreviewed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary import exchange
from glossary.models import Concept
from memory import erasing
from memory import exchange as units
from memory.models import Unit

FOLDER = Path(__file__).parent
ORIGIN = "starter"
CONCEPTS_NAME = "Dragoman starter pack"
UNITS_NAME = "Universal Declaration of Human Rights"
UNITS_KEY = "starter:udhr"


def concepts() -> Iterator[dict]:
    """Every concept of the pack, as glossary.exchange reads it."""
    for path in sorted((FOLDER / "concepts").glob("*.json")):
        yield from json.loads(path.read_text("utf-8"))


def paragraphs() -> Iterator[tuple[str, dict[str, str]]]:
    """The Declaration's paragraphs: (reference, language -> text). Empty cells are left out."""
    with (FOLDER / "udhr.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            reference = row.pop("ref")
            yield reference, {language: text for language, text in row.items() if text}


def loaded(session: Session) -> bool:
    """Whether anything of the pack is there."""
    return (
        session.scalar(select(Concept.id).where(Concept.origin == ORIGIN).limit(1)) is not None
        or session.scalar(select(Unit.id).where(Unit.origin == ORIGIN).limit(1)) is not None
    )


def load(session: Session) -> tuple[int, int]:
    """Add the pack; loading it again changes nothing. Returns how many (concepts, units) were added."""
    done = exchange.load_concepts(session, concepts(), origin=ORIGIN, origin_name=CONCEPTS_NAME, by=CONCEPTS_NAME)
    if done.rejected:
        raise ValueError(f"the starter pack is damaged: {done.rejected[0]}")
    return done.added, units.take(session, _units()).new


def _units() -> Iterator[units.UnitRow]:
    """Dutch and English with every language; the memory finds a pair in both directions."""
    before: dict[str, str] = {}
    for position, (reference, texts) in enumerate(paragraphs()):
        for source, target in combinations(texts, 2):
            if source in ("nl", "en"):
                yield units.UnitRow(
                    source_language=source,
                    target_language=target,
                    source=texts[source],
                    target=texts[target],
                    previous_source=before.get(source, ""),
                    origin=ORIGIN,
                    origin_name=f"{UNITS_NAME}, {reference}",
                    document=UNITS_KEY,
                    position=position,
                    quality="unreviewed",
                )
        before = texts


def remove(session: Session) -> None:
    """Take the pack out: its units wholly, its concepts as far as nobody here has worked on them."""
    exchange.remove_origin(session, ORIGIN, by=CONCEPTS_NAME)
    erasing.forget(session, document=UNITS_KEY)
