"""How quick the memory is, and whether it is exact, at 1,000 to 1,000,000 units.

    python bench/memory.py FOLDER [--sizes 1000 100000 1000000] [--queries 80] [--check 20] [--json FILE]

FOLDER keeps the sentences and the databases between runs; nothing of it belongs in the project. Queries are held-out
sentences that the memory has not, and sentences of the memory edited by 5-30 %, half of each. Each is put to the index,
to the memory without an index and to plain RapidFuzz in turn, so that all three meet the same machine. Lookups are
measured in processor time of the thread, which others on the machine disturb less than the clock; the figures to
compare are the ratios.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from memory_corpus import corpus, edited
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import Session

import memory.models
import storage.changes
from memory import candidates, exchange, index, matching, recording
from memory.models import Unit

HELD_OUT = 2_000
THRESHOLD = 70


def connect(path: Path):
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def settings(connection, _record) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def database(folder: Path, size: int, sentences: list[str]) -> Path:
    """A database with one unit per sentence. The target is the sentence turned round: it is never compared."""
    path = folder / f"{size}.sqlite3"
    if path.exists():
        return path
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    engine = connect(fresh)
    for base in (storage.changes.Base, memory.models.Base):
        base.metadata.create_all(engine)
    chance = random.Random(3)
    start = time.perf_counter()
    with Session(engine) as session:
        rows = (
            exchange.UnitRow(
                "en",
                "nl",
                sentence,
                sentence[::-1],
                origin_name="bench",
                quality=chance.choice(["approved", "approved", "approved", "unreviewed", "machine"]),
                project=chance.choice(["a", "b", "c", "d"]),
                previous_source=previous,
            )
            for previous, sentence in zip(["", *sentences], sentences, strict=False)
        )
        for batch in recording.batched(rows, 5_000):
            exchange.take(session, batch)
            session.commit()
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    fresh.rename(path)
    print(f"  inserted {size:,} units: {(time.perf_counter() - start) / size * 1e6:.0f} µs each")
    return path


def queries(held_out: list[str], known: list[str], many: int) -> list[str]:
    """A quarter under 20 characters, a half up to 80, a quarter longer; half of each edited and known."""
    chance = random.Random(4)
    found = []
    for n in range(many):
        low, high = ((0, 20), (20, 80), (20, 80), (80, 999))[n % 4]
        edit = n // 4 % 2
        text = chance.choice([s for s in (known if edit else held_out) if low <= len(s) < high])
        found.append(edited(text, chance.uniform(0.05, 0.30), chance) if edit else text)
    return found


class BruteForce:
    """Every form compared by RapidFuzz, as one would without an index: characters only, best five."""

    def __init__(self, session: Session) -> None:
        self.forms = list(session.scalars(select(Unit.form).order_by(Unit.id)))

    def __call__(self, text: str) -> list[float]:
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        form = memory.forms.form(text, "en")
        widest = int(len(form) / 0.7 * 0.3) + 1
        found = process.extract(
            form, self.forms, scorer=Levenshtein.distance, score_cutoff=widest, limit=None
        )
        scores = (100 * (1 - d / max(len(form), len(other))) for other, d, _ in found)
        return sorted((s for s in scores if s >= THRESHOLD - 1e-9), reverse=True)[:5]


def timed(call, *arguments, **options):
    start = time.thread_time()
    result = call(*arguments, **options)
    return (time.thread_time() - start) * 1000, result


def lookup(session: Session, text: str, **more):
    found = matching.find_matches(
        session, text, source_language="en", target_language="nl", threshold=THRESHOLD, previous="", **more
    )
    session.rollback()
    return found


def inside_a_transaction(session: Session, text: str) -> None:
    """A lookup as the pages make it: who asks was read before, in the same transaction."""
    matching.find_matches(
        session, text, source_language="en", target_language="nl", threshold=THRESHOLD, previous=""
    )


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 3),
        "worst": round(ordered[-1], 3),
    }


def measure(
    folder: Path, size: int, sentences: list[str], texts: list[str], check: int
) -> dict[str, object]:
    path = database(folder, size, sentences)
    indexed = connect(path)
    index.attach(indexed, folder / f"index-{size}")
    report: dict[str, object] = {"units": size}
    with Session(indexed) as session:
        seconds, _ = timed(index.prepare, session)
        session.rollback()
    files = list((folder / f"index-{size}").rglob("*.segment"))
    report["open or build s"] = round(seconds / 1000, 2)
    report["bytes per unit"] = round(sum(f.stat().st_size for f in files) / size, 1)
    plain = connect(path)
    with Session(indexed) as fast, Session(indexed) as begun, Session(plain) as slow:
        brute = BruteForce(slow)
        slow.rollback()
        lookup(fast, "warm up")
        begun.connection()
        gc.collect()
        gc.freeze()  # else the collector walks RapidFuzz's million texts during our lookups
        store = candidates.store_of(indexed)
        times: dict[str, list[float]] = {
            name: [] for name in ("index", "begun", "search", "words", "scan", "rapidfuzz", "filtered")
        }
        wrong = hits = 0
        inside = {"project": ["a", "b"], "min_quality": "unreviewed"}
        methods = {
            "index": lambda text: lookup(fast, text),
            "begun": lambda text: inside_a_transaction(begun, text),
            "filtered": lambda text: lookup(fast, text, **inside),
            "search": lambda text: only_search(store, text),
            "words": lambda text: only_search(store, text, words=True),
            "rapidfuzz": brute,
        }
        for n, text in enumerate(texts):
            found = {}
            # in another order for each text: who comes after RapidFuzz finds none of its own in the processor's cache
            for name in random.Random(text).sample(sorted(methods), len(methods)):
                took, found[name] = timed(methods[name], text)
                times[name].append(took)
            if n < check:
                scanning, truth = timed(lookup, slow, text)
                if n:  # the first loads every unit
                    times["scan"].append(scanning)
                truths = {"index": truth, "filtered": lookup(slow, text, **inside)}
                wrong += any(
                    [(m.unit_id, m.score) for m in found[name]] != [(m.unit_id, m.score) for m in right]
                    for name, right in truths.items()
                )
                hits += bool(truth)
        report["checked, with a hit, wrong"] = [min(check, len(texts)), hits, wrong]
        report |= {f"{name} ms": spread(found) for name, found in times.items() if found}
        for name in ("p50", "p95"):
            for ours in ("index", "begun", "search"):
                report[f"rapidfuzz / {ours} {name}"] = round(
                    spread(times["rapidfuzz"])[name] / spread(times[ours])[name], 1
                )
        for ours in ("index", "begun", "search"):
            ratios = [t / o for t, o in zip(times["rapidfuzz"], times[ours], strict=True)]
            report[f"rapidfuzz / {ours} per query, median"] = round(statistics.median(ratios), 1)
        report["filtered / index p50"] = round(
            spread(times["filtered"])["p50"] / spread(times["index"])["p50"], 2
        )
    report |= freshness(path, folder / f"index-{size}", indexed)
    indexed.dispose()
    plain.dispose()
    return report


def only_search(store: candidates.Store, text: str, words: bool = False) -> None:
    """The comparing by itself: no database, no rows read."""
    from memory import indexed, search

    asked = matching._query(text, "en", "nl", "", None, None, None)
    terms = matching._terms(THRESHOLD, 5, None, None, None, matching.scoring.OLD_AFTER)
    if not words:
        list(zip(range(5), search.search(store.collections.values(), asked, terms), strict=False))
        return
    best = search.Best(5, THRESHOLD)
    inside = [
        indexed.InSegment(s, gone, c.pair, asked, terms, best)
        for c in store.collections.values()
        for s, gone in c.segments
    ]
    for step in (indexed.InSegment.find_alike, indexed.InSegment.find_by_words):
        for segment in inside:
            step(segment)


ANOTHER = """
import sys, time
sys.path[:0] = sys.argv[3:]
import memory_corpus
from pathlib import Path
from sqlalchemy.orm import Session
import memory as _
from bench_memory import connect, lookup, index
engine = connect(Path(sys.argv[1]))
index.attach(engine, Path(sys.argv[2]))
for line in sys.stdin:
    with Session(engine) as session:
        start = time.perf_counter()
        found = lookup(session, line.rstrip("\\n"))
        print(time.perf_counter() - start, [m.source for m in found][:1], flush=True)
"""


def freshness(path: Path, folder: Path, engine) -> dict[str, object]:
    """An insert here, a lookup in another process; and what asking for news costs when there is none."""
    from memory.models import TOPIC

    script = ANOTHER.replace("from bench_memory", "from memory_bench")
    shim = folder.parent / "memory_bench.py"
    shim.write_text(
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('measured', {str(Path(__file__).resolve())!r})\n"
        "found = importlib.util.module_from_spec(spec); spec.loader.exec_module(found)\n"
        "connect, lookup, index = found.connect, found.lookup, found.index\n"
    )
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            script,
            str(path),
            str(folder),
            str(ROOT),
            str(ROOT / "bench"),
            str(folder.parent),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    times, seen = [], 0
    chance = random.Random(os.getpid())
    for n in range(30):
        text = "a fresh sentence " + "".join(chance.choice("abcdefghij klmnop") for _ in range(30)) + " end"
        if n:
            with Session(engine) as session:
                recording.remember(
                    session, source_language="en", target_language="nl", source=text, target="x"
                )
                session.commit()
        process.stdin.write(text + "\n")
        process.stdin.flush()
        seconds, _, sources = process.stdout.readline().partition(" ")
        if n:
            times.append(float(seconds) * 1000)
            seen += text in sources
    process.stdin.close()
    process.wait()
    with Session(engine) as session:
        position = storage.changes.position(session)
        idle = spread([timed(storage.changes.since, session, TOPIC, position)[0] for _ in range(300)])
        newest = session.scalar(select(func.max(Unit.id)))
        many = session.scalars(select(Unit).where(Unit.id > newest - 29))
        for unit in many.all():
            session.delete(unit)
            storage.changes.record(session, TOPIC, [unit.id])
        session.commit()
    return {
        "inserted here, found there": f"{seen} of 29",
        "that lookup ms": spread(times),
        "no news ms": idle,
    }


def rebuild(folder: Path, size: int) -> dict[str, object]:
    """A full build from the database in a process of its own: seconds, and the most memory it had."""
    script = (
        "import sys, time, re, tempfile; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
        "from memory_bench import connect, index; from sqlalchemy.orm import Session; from memory.candidates import Pair;"
        "most = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) / 1024;"
        "base = most(); e = connect(Path(sys.argv[1])); s = Session(e);"
        "folder = Path(tempfile.mkdtemp()); t = time.perf_counter(); index.build(s, folder, Pair('en', 'nl'));"
        "print(time.perf_counter() - t, time.process_time(), most(), base);"
        "import shutil; shutil.rmtree(folder)"
    )
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(folder / f"{size}.sqlite3"),
            str(ROOT),
            str(ROOT / "bench"),
            str(folder),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, processor, peak, before = map(float, found.stdout.split())
    return {
        "full build s": round(seconds, 1),
        "processor s": round(processor, 1),
        "peak MB": round(peak),
        "of which before MB": round(before),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=80)
    parser.add_argument("--check", type=int, default=20, help="so many are also compared with every unit")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sentences, real = corpus(max(options.sizes) + HELD_OUT, options.folder)
    print(f"{real:,} real sentences, {len(sentences) - real:,} perturbed")
    known = sentences[HELD_OUT : HELD_OUT + min(options.sizes)]
    texts = queries(sentences[:HELD_OUT], known, options.queries)
    reports = []
    for size in options.sizes:
        print(f"{size:,} units")
        report = measure(options.folder, size, sentences[HELD_OUT : HELD_OUT + size], texts, options.check)
        report |= rebuild(options.folder, size)
        reports.append(report)
        for name, value in report.items():
            print(f"  {name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(reports, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
