"""The index against a comparison with every unit, at random: varieties, both directions, points, filters, changes."""

import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from memory import candidates, exchange, index, recording, scoring, segments, tokens, triples
from memory.candidates import Pair
from memory.models import Unit
from storage import changes
from tests.memory.indexed import WORDS

FAMILIES = [
    [("nl", "ar"), ("nl-NL", "ar"), ("nl-BE", "ar-EG"), ("ar", "nl")],
    [("fa", "nl"), ("fa-IR", "nl-NL"), ("prs", "nl"), ("nl", "fa")],
    [("nl", "ti"), ("ti", "nl-BE"), ("nl-NL", "ti-ER")],
    [("zh", "nl"), ("nl", "zh")],
]
NAMES = ["", "oud.tmx", "ትርጉም.tmx", "ملف"]
QUALITIES = ["approved", "unreviewed", "machine"]


def a_text(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.1:
        return chance.choice("aሀي字\U0001f600") * chance.randint(1, 200)
    if kind < 0.13:
        return chance.choice(["?", " ።", "<1/>", "5"])
    words = chance.choice([8, 8, 40, 200])
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, words)))[:1500]


def nearly(chance: random.Random, text: str) -> str:
    """The text with so many edits that it is just near enough for some thresholds, and just not for others."""
    letters = list(text)
    for _ in range(round(len(text) * chance.choice([0, 0.02, 0.1, 0.2, 0.29, 0.31, 0.5]))):
        at = chance.randint(0, len(letters))
        letters[at : at + chance.randint(0, 1)] = chance.choice(["", "a", "ሀ", "ي", " ", "\u064b", "字", "\u0301"])
    return "".join(letters) if "".join(letters).strip() else "de"


def rows(chance: random.Random, pairs: list, many: int, texts: dict[str, list[str]]) -> list[exchange.UnitRow]:
    """Some units; their texts are added to those of each language."""
    made = []
    for _ in range(many):
        pair = chance.choice(pairs)
        for tag in pair:
            known = texts.setdefault(tag[:2], [])
            known.append(nearly(chance, chance.choice(known)) if known and chance.random() < 0.6 else a_text(chance))
        made.append(
            exchange.UnitRow(
                *pair,
                *(texts[tag[:2]][-1] for tag in pair),
                *chance.choice([(None, None), ("A", "ب"), ("", None)]),
                origin=chance.choice(["approved", "import", "starter"]),
                origin_name=chance.choice(NAMES),
                quality=chance.choice(QUALITIES),
                document=chance.choice([None, "brief"]),
                position=chance.choice([None, 1]),
                project=chance.choice([None, "p", "q"]),
                one_to_one=chance.random() < 0.9,
            )
        )
    return made


def options(chance: random.Random, pairs: list) -> dict:
    found = {"threshold": chance.choice([50, 66.6, 70, 85, 95, 100]), "limit": chance.choice([1, 3, 30])}
    found["source_language"], found["target_language"] = (tag.partition("-")[0] for tag in chance.choice(pairs))
    some = {
        "previous": "A",
        "next": "ب",
        "min_quality": chance.choice(QUALITIES),
        "project": "p",
        "penalties": {name: chance.choice([0, 1, 15, 40]) for name in chance.sample(list(scoring.PENALTIES), 3)},
        "source_penalties": {name: chance.choice([0, 5, 30]) for name in chance.sample(NAMES, 2)},
        "reverse": False,
    }
    return found | {name: value for name, value in some.items() if chance.random() < 0.3}


def change(chance: random.Random, session: Session) -> None:
    units = session.scalars(select(Unit).where(Unit.recalled_at.is_(None))).all()
    for unit in chance.sample(units, 30):
        if chance.random() < 0.4:
            recording.recall(session, unit, by="x", reason="y")
        elif chance.random() < 0.5:
            changes.record(session, "memory", [unit.id])
            session.delete(unit)
        else:
            unit.quality = chance.choice(QUALITIES)
            recording.changed(session, unit)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_asked_the_index_gives_what_comparing_with_every_unit_gives(a_memory, monkeypatch, seed):
    chance = random.Random(seed)
    monkeypatch.setattr(index, "INDEX_FROM", 20)
    monkeypatch.setattr(segments, "LARGEST", chance.choice([64, 700]))
    monkeypatch.setattr(segments, "BLOCK", chance.choice([6, 9, 16]))
    monkeypatch.setattr(tokens, "CHUNK", chance.choice([64, 1 << 13]))
    monkeypatch.setattr(triples, "LONG", chance.choice([5, 80]))
    memory, pairs, texts = a_memory(0), FAMILIES[seed % len(FAMILIES)], {}
    with Session(memory.plain) as session:
        exchange.take(session, rows(chance, pairs, 300, texts))
        session.commit()
    with Session(memory.indexed) as session:
        assert len(index.prepare(session, reverse=True)) == 2 * len(pairs)
    matches = 0
    for _ in range(3):
        for _ in range(25):
            asked = options(chance, pairs)
            text = nearly(chance, chance.choice(texts[asked["source_language"][:2]]))
            found = memory.look(memory.indexed, text, **asked)
            assert found == memory.look(memory.plain, text, **asked), (text, asked)
            matches += len(found)
        with Session(memory.plain) as session:
            change(chance, session)
            exchange.take(session, rows(chance, pairs, 20, texts))
            session.commit()
        if chance.random() < 0.5:
            index.tidy(memory.store, Pair(*chance.choice(pairs)))
        else:
            memory.again()
    assert matches > 20
    assert any(c.segments for c in candidates.store_of(memory.indexed).collections.values()) or memory.files
