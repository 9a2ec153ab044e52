"""How quickly the page for looking up answers at every letter that somebody types, over HTTP, from a warm service.

    python bench/look_up.py [--concepts 20000]

A service of its own with the starter pack, then the same one with as many more made-up concepts (bench/glossary.py) as
are asked for. Words of terms that are there, in Dutch, English, Arabic, Persian, Tigrinya and Turkish, are typed letter
by letter, and once with a letter missing; what is asked for is the part of the page that the script exchanges. Times
from sending until the last byte was there, and the processor time of the service for one request.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import make_engine
from bench.glossary import entries, put_in
from bench.installation import Installation, Visitor, a_folder, signed_in
from glossary.models import Concept, Term

TYPED_IN = ("nl", "en", "ar", "fa", "ti", "tr")


def typed(session: Session, chance: random.Random, words: int) -> list[str]:
    """What stands in the box, one after the other."""
    found: list[str] = []
    for language in TYPED_IN:
        texts = session.scalars(select(Term.text).where(Term.language == language, func.length(Term.text) > 4).order_by(Term.id)).all()
        for text in chance.sample(texts, words):
            found += [text[:end] for end in range(1, min(len(text), 12) + 1)]
            found.append(text[:2] + text[3:])
    return found


def ask(person: Visitor, query: str) -> float:
    answer = person.ask("GET", "/look-up?" + urlencode({"q": query, "language": "ar"}), headers={"HX-Request": "true"})
    if answer.status != 200:
        raise RuntimeError(f"the service answered {answer.status}")
    return answer.seconds * 1000


def measure(installation: Installation, person: Visitor, engine, words: int) -> None:
    with Session(engine) as session:
        number = session.scalar(select(func.count(Concept.id)))
        queries = typed(session, random.Random(7), words)
        warm = typed(session, random.Random(8), 1)
    for query in warm:
        ask(person, query)
    before = installation.processor_time()
    times = sorted(ask(person, query) for query in queries)
    computed = (installation.processor_time() - before) * 1000 / len(queries)
    print(
        f"{number} concepts: p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f}, computed on average {computed:.1f} ms, {len(queries)} letters typed",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concepts", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=3, help="in each language")
    parser.add_argument("--patience", type=int, default=400, help="seconds for building the index")
    given = parser.parse_args()
    with a_folder() as folder:
        installation = Installation(folder)
        engine = make_engine(installation.database_url)
        try:
            installation.start()
            (person,) = signed_in(installation, [("Marijke", [("staff", "", "")])])
            measure(installation, person, engine, given.words)
            installation.stop()
            person.close()
            with Session(engine) as session:
                put_in(session, entries(given.concepts, random.Random(20000)))
            current = folder / "index" / "terms" / "current"
            old = current.read_text() if current.exists() else None
            installation.start()
            ask(person, "vergunning")
            until = time.monotonic() + given.patience
            while not current.exists() or current.read_text() == old:
                if time.monotonic() > until:
                    raise RuntimeError("the index was not built in time")
                time.sleep(1)
            time.sleep(3)
            measure(installation, person, engine, given.words)
        finally:
            installation.stop()
            engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
