"""How quick the concordance is, and whether it is exact.

    python bench/concordance.py FOLDER [--sizes 100000 1000000] [--queries 200] [--check 12]

FOLDER keeps the sentences and the databases between runs, the same ones as bench/memory.py makes. Queries are one to four
words in a row and pieces of words, cut from sentences of the memory (found often, seldom or once) and from held-out ones
(often found nowhere), looked for in the source, the target or either, and a quarter of them as words that may stand
anywhere. Some are also answered by reading every unit, and the two answers compared. Times are the clock's and the
thread's processor time.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from sqlalchemy.orm import Session

from bench.memory import HELD_OUT, connect, database, spread
from bench.memory_corpus import corpus
from memory import index, phrases
from memory.concordance import concordance


def questions(known: list[str], held_out: list[str], many: int) -> list[dict]:
    chance = random.Random(11)
    found = []
    for number in range(many):
        words = chance.choice(held_out if number % 3 == 2 else known).split()
        start = chance.randrange(len(words))
        phrase = " ".join(words[start : start + 1 + number % 4])
        if number % 5 == 4:
            at = chance.randrange(len(phrase))
            phrase = phrase[at : at + chance.randint(3, 8)]
        side = ("source", "target", "either")[number % 3]
        found.append(
            {"phrase": phrase[::-1] if side == "target" else phrase, "side": side, "words": number % 4 == 3}
        )
    return [q for q in found if q["phrase"].strip()]


def measure(folder: Path, size: int, sentences: list[str], asked: list[dict], check: int) -> dict:
    engine = connect(database(folder, size, sentences))
    index.attach(engine, folder / f"index-{size}" / "memory")
    with Session(engine) as session:
        begun, clock = time.process_time(), time.perf_counter()
        phrases.prepare(session)
        built = time.process_time() - begun, time.perf_counter() - clock
        session.rollback()
        clock, thread, hits = [], [], []
        for question in asked:
            begun, own = time.perf_counter(), time.thread_time()
            found = concordance(session, source_language="en", **question)
            thread.append((time.thread_time() - own) * 1000)
            clock.append((time.perf_counter() - begun) * 1000)
            hits.append(len(found))
            session.rollback()
        different = 0
        real = phrases.collections
        for question in asked[:: max(1, len(asked) // check)] if check else ():
            fast = concordance(session, source_language="en", **question)
            phrases.collections = lambda _session, _wanted: ([], [phrases.Pair("en", "nl")])
            try:
                different += fast != concordance(session, source_language="en", **question)
            finally:
                phrases.collections = real
        home = folder / f"index-{size}" / "phrases"
        return {
            "units": size,
            "clock ms": spread(clock),
            "processor ms": spread(thread),
            "found nothing": hits.count(0),
            "found the whole page": hits.count(50),
            "answers that differ from reading every unit": different,
            "built s (processor, clock; 0 when it was there)": [round(b, 1) for b in built],
            "bytes a unit": round(sum(f.stat().st_size for f in home.rglob("*") if f.is_file()) / size),
            "most memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--check", type=int, default=12)
    given = parser.parse_args()
    sentences, real = corpus(max(given.sizes) + HELD_OUT, given.folder)
    held_out, known = sentences[:HELD_OUT], sentences[HELD_OUT:]
    print(f"{real:,} real sentences, {len(sentences) - real:,} perturbed")
    for size in given.sizes:
        units = known[:size]
        figures = measure(given.folder, size, units, questions(units, held_out, given.queries), given.check)
        print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
