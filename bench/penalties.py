"""What points of single files cost a lookup: the same questions with and without them, by turns, in one run.

    python bench/penalties.py DATABASE FOLDER [--files 100] [--penalised 50] [--questions 300]

DATABASE is a copy of one with many units (`tmx_import.py` leaves one), which is changed: its units are given to so many files.
FOLDER is where the index is built. Half of the questions are edited by 5 to 30 percent. Every tenth answer is compared with
one that judges every unit above the threshold.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from sqlalchemy import select, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def edited(words: str, chance: random.Random) -> str:
    letters = list(words)
    for _ in range(max(1, round(len(letters) * chance.uniform(0.05, 0.3)))):
        letters[chance.randrange(len(letters))] = chance.choice("abcdefghijklmnopqrstuvwxyz ")
    return "".join(letters)


def main() -> None:
    from app import db
    from memory import index, matching
    from memory.models import Unit

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--penalised", type=int, default=50)
    parser.add_argument("--questions", type=int, default=300)
    asked = parser.parse_args()
    engine = db.make_engine(f"sqlite:///{asked.database}")
    with db.transaction(engine) as session:
        if session.scalar(text("SELECT count(DISTINCT origin_name) FROM memory_unit")) != asked.files:
            session.execute(text("UPDATE memory_unit SET origin_name = 'file ' || (id % :files)"), {"files": asked.files})
    index.attach(engine, asked.folder)
    chance = random.Random(4)
    points = {f"file {n}": chance.randint(1, 30) for n in chance.sample(range(asked.files), asked.penalised)}
    took: dict[str, list[float]] = {"without": [], "with": []}
    wrong = checked = 0
    with db.new_session(engine, writes=False) as session:
        start = time.perf_counter()
        index.prepare(session)
        print(f"index: {time.perf_counter() - start:.1f} s")
        last = session.scalar(select(Unit.id).order_by(Unit.id.desc()).limit(1))
        for n in range(asked.questions):
            unit = session.scalars(select(Unit).where(Unit.id >= chance.randint(1, last)).order_by(Unit.id).limit(1)).one()
            question = unit.source if n % 2 else edited(unit.source, chance)
            answers = {}
            for name in chance.sample(["without", "with"], 2):
                more = {"source_penalties": points} if name == "with" else {}
                start = time.process_time()
                answers[name] = matching.find_matches(
                    session, question, source_language=unit.source_language, target_language=unit.target_language,
                    threshold=70, limit=5, **more,
                )  # fmt: skip
                took[name].append(time.process_time() - start)
            if n % 10 == 0:
                checked += 1
                everybody = matching.find_matches(
                    session, question, source_language=unit.source_language, target_language=unit.target_language,
                    threshold=70, limit=100_000, **{"source_penalties": points},
                )  # fmt: skip
                wrong += [(m.unit_id, m.score) for m in answers["with"]] != [(m.unit_id, m.score) for m in everybody[:5]]
    for name, times in took.items():
        times.sort()
        print(f"{name}: p50 {times[len(times) // 2] * 1e3:.2f} ms, p95 {times[len(times) * 95 // 100] * 1e3:.2f} ms of processor")
    at = {share: [sorted(took[n])[len(took[n]) * share // 100] for n in ("without", "with")] for share in (50, 95)}
    print("; ".join(f"p{share}: {b / a:.2f} times" for share, (a, b) in at.items()))
    print(f"{wrong} of {checked} answers differ from judging everybody")


if __name__ == "__main__":
    main()
