"""Recognition on sentences with a known answer: how many terms are found, and how many finds are wrong.

`gold/terms.tsv` holds the terms, `gold/LANGUAGE.tsv` a sentence a line with what stands there and means which concept
("" for none), all written for this project. The method is meant for sentences it has not seen: what it misses here is
written down as missed, not added as a rule for one word.
"""

import csv
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import storage.changes
from glossary.exchange import load_concepts
from glossary.models import Base
from glossary.recognition import recognise

GOLD = Path(__file__).parent / "gold"
#: The least share of terms found, and of finds that are right, in hundredths.
FLOOR = {"nl": (95, 95), "en": (95, 95), "ar": (90, 95), "fa": (95, 95), "ti": (90, 95), "am": (90, 95), "tr": (95, 95)}


def rows(name: str) -> list[list[str]]:
    with (GOLD / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


@pytest.fixture(scope="module")
def gold_session():
    engine = create_engine("sqlite://")
    for base in (Base, storage.changes.Base):
        base.metadata.create_all(engine)
    head, *lines = rows("terms")
    entries = [
        {"code": line[0], "terms": [{"language": language, "text": text} for language, text in zip(head[1:], line[1:], strict=True)]}
        for line in lines
    ]
    with Session(engine) as session:
        assert not load_concepts(session, entries, origin="import", origin_name="gold", by="test").rejected
        session.commit()
        yield session
    engine.dispose()


def judged(session, language: str):
    """(sentence, expected, found) for each line: sets of (surface, code)."""
    for sentence, answer in rows(language):
        expected = {tuple(pair.split("=")) for pair in answer.split("; ") if pair}
        hits = recognise(session, sentence, source_language=language, target_language="en")
        yield sentence, expected, {(hit.surface, hit.code) for hit in hits}


@pytest.mark.parametrize("language", FLOOR)
def test_terms_are_found_in_sentences_and_little_else(gold_session, language):
    lines = list(judged(gold_session, language))
    assert len(lines) >= 25 and sum(not expected for _, expected, _ in lines) >= 5
    right = sum(len(expected & found) for _, expected, found in lines)
    wanted = sum(len(expected) for _, expected, _ in lines)
    given = sum(len(found) for _, _, found in lines)
    wrong = [(sentence, expected ^ found) for sentence, expected, found in lines if expected != found]
    print(f"{language}: recall {right}/{wanted}, precision {right}/{given}")
    least_recall, least_precision = FLOOR[language]
    assert right * 100 >= wanted * least_recall, wrong
    assert right * 100 >= given * least_precision, wrong
