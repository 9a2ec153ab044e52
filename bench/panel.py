"""What the editor asks for a segment, memory and terms together, at a million units.

    python bench/panel.py FOLDER [--size 1000000] [--concepts 5000] [--queries 80]

FOLDER is that of bench/memory.py; its database is copied once and gets a term base made as in bench/glossary.py. Questions
are those of bench/memory.py. Times are the clock's and, in the second row, the thread's processor time, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from sqlalchemy.orm import Session

from app import suggestions
from app.db import make_engine, metadatas
from bench.glossary import entries
from bench.memory import HELD_OUT, THRESHOLD, database, queries, spread
from bench.memory_corpus import corpus
from glossary.exchange import load_concepts
from memory import index


def prepared(folder: Path, size: int, sentences: list[str], concepts: int) -> Path:
    """The memory's database with a term base beside it."""
    path = folder / f"panel-{size}-{concepts}.sqlite3"
    if path.exists():
        return path
    fresh = path.with_suffix(".new")
    shutil.copyfile(database(folder, size, sentences), fresh)
    engine = make_engine(f"sqlite:///{fresh}")
    for metadata in metadatas():
        metadata.create_all(engine)
    with Session(engine) as session:
        load_concepts(session, entries(concepts, random.Random(5)), origin="import", origin_name="bench", by="bench")
        session.commit()
    engine.dispose()
    fresh.rename(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--concepts", type=int, default=5_000)
    parser.add_argument("--queries", type=int, default=80)
    given = parser.parse_args()
    sentences, _real = corpus(given.size + HELD_OUT, given.folder)
    known = sentences[HELD_OUT:]
    engine = make_engine(f"sqlite:///{prepared(given.folder, given.size, known, given.concepts)}")
    index.attach(engine, given.folder / f"panel-index-{given.size}" / "memory")
    clock, processor, matches, terms = [], [], 0, 0
    with Session(engine.execution_options(dragoman_writes=False)) as session:
        index.prepare(session)
        session.rollback()
        for number, text in enumerate(queries(sentences[:HELD_OUT], known, given.queries + 4)):
            begun, own = time.perf_counter(), time.thread_time()
            found = suggestions.for_text(session, text, source_language="en", target_language="nl", threshold=THRESHOLD)
            if number >= 4:  # the first ones open files and build the terms' trie
                clock.append((time.perf_counter() - begun) * 1000)
                processor.append((time.thread_time() - own) * 1000)
                matches += bool(found.offers)
                terms += bool(found.terms)
            session.rollback()
    report = {
        "units": given.size, "clock ms": spread(clock), "processor ms": spread(processor),
        "questions, with a match, with a term": [len(clock), matches, terms],
    }  # fmt: skip
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
