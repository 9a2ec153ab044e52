"""What the memory does under less kind conditions than bench/memory.py: several workers, both databases, ten million
units, and where it degrades.

    python bench/memory_scale.py FOLDER workers|fresh|degrade|ten-million [--units 1000000]

FOLDER is that of bench/memory.py, run before. `workers`: 1, 2, 4 and 8 processes at once, each with lookups of its own
for some seconds; `fresh`: an insert here, the lookup of another process, and what asking for news costs, on SQLite and
PostgreSQL; `degrade`: low thresholds, very short and very long texts, Chinese, interleaved with RapidFuzz; `ten-million`:
the search alone, in an index made of the sentences and of nine edited copies of each, without a database.
"""

from __future__ import annotations

import argparse
import gettext
import importlib.util
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from memory_corpus import corpus, edited
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import memory
import memory.models
import storage.changes
from memory import candidates, forms, index, matching, packing, recording, search, segments

_spec = importlib.util.spec_from_file_location("memory_bench", ROOT / "bench" / "memory.py")
single = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(single)


# --- several workers -------------------------------------------------------------------------------


def private_mb() -> float:
    """Memory of this process that no other shares."""
    text = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"^Private_\w+:\s+(\d+)", text, re.M)) / 1024


def work(folder: Path, units: int, number: int, seconds: float) -> None:
    """One worker: opens the index, waits for a line, looks up until time is over, prints what it saw."""
    engine = single.connect(folder / f"{units}.sqlite3")
    with Session(engine) as session:
        session.scalar(storage.changes.select(storage.changes.Change.id).limit(1))
    before = private_mb()
    index.attach(engine, folder / f"index-{units}")
    sentences, _ = corpus(single.HELD_OUT + 1000, folder)
    texts = single.queries(sentences[: single.HELD_OUT], sentences[single.HELD_OUT :], 400)
    random.Random(number).shuffle(texts)
    del sentences
    times: list[float] = []
    with Session(engine) as session:
        start = time.perf_counter()
        single.lookup(session, "the first lookup of a new process")
        first = time.perf_counter() - start
        print("ready", flush=True)
        sys.stdin.readline()
        end, at = time.perf_counter() + seconds, 0
        used = time.process_time()
        while time.perf_counter() < end:
            start = time.perf_counter()
            single.lookup(session, texts[at % len(texts)])
            times.append((time.perf_counter() - start) * 1000)
            at += 1
        used = time.process_time() - used
    print(json.dumps({"times": times, "first": first, "private": private_mb() - before, "processor": used}))


def workers(folder: Path, units: int, seconds: float = 12) -> None:
    single_p95 = None
    for many in (1, 2, 4, 8):
        running = [
            subprocess.Popen(
                [sys.executable, __file__, str(folder), "work", "--units", str(units), "--number", str(n)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(many)
        ]
        for one in running:
            assert one.stdout.readline() == "ready\n"
        for one in running:
            one.stdin.write("go\n")
            one.stdin.flush()
        found = [json.loads(one.communicate()[0]) for one in running]
        times = sorted(t for f in found for t in f["times"])
        p95 = times[int(len(times) * 0.95)]
        single_p95 = single_p95 or p95
        print(
            f"  {many} workers: {len(times) / seconds:.0f} lookups/s by the clock, "
            f"{len(times) / sum(f['processor'] for f in found):.0f} per second of processor; "
            f"p50 {statistics.median(times):.1f} p95 {p95:.1f} worst {times[-1]:.1f} ms, worst / single p95 {times[-1] / single_p95:.1f}; "
            f"private memory {max(f['private'] for f in found):.0f} MB; first lookup {max(f['first'] for f in found) * 1000:.0f} ms"
        )


# --- freshness -------------------------------------------------------------------------------------

ANOTHER = """
import sys, time, json
sys.path[:0] = sys.argv[3:]
from pathlib import Path
import memory
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from memory import index
from memory.matching import find_matches
engine = create_engine(sys.argv[1])
index.attach(engine, Path(sys.argv[2]))
for line in sys.stdin:
    with Session(engine) as session:
        start = time.perf_counter()
        found = find_matches(session, json.loads(line), source_language="en", target_language="nl")
        print(json.dumps([(time.perf_counter() - start) * 1000, [m.source for m in found][:1]]), flush=True)
"""


def fresh(folder: Path, units: int) -> None:
    from installation import postgresql

    sentences, _ = corpus(units + single.HELD_OUT, folder)
    with ExitStack() as stack:
        addresses = {
            "sqlite": f"sqlite:///{single.database(folder, units, sentences[single.HELD_OUT :])}",
            "postgresql": stack.enter_context(postgresql()),
        }
        for name, url in addresses.items():
            engine = single.connect(folder / f"{units}.sqlite3") if name == "sqlite" else create_engine(url)
            if name == "postgresql":
                from memory import exchange

                for base in (storage.changes.Base, memory.models.Base):
                    base.metadata.create_all(engine)
                with Session(engine) as session:
                    rows = (
                        exchange.UnitRow("en", "nl", s, s[::-1])
                        for s in sentences[single.HELD_OUT : single.HELD_OUT + min(units, 100_000)]
                    )
                    for batch in recording.batched(rows, 5_000):
                        exchange.take(session, batch)
                        session.commit()
                    session.connection().exec_driver_sql("ANALYZE")
                    session.commit()
            where = folder / f"index-{name}-{units}" if name == "postgresql" else folder / f"index-{units}"
            index.attach(engine, where)
            with Session(engine) as session:
                index.prepare(session)
                session.rollback()
            print(f"  {name}: {json.dumps(_fresh(engine, url, where))}")
            engine.dispose()


def _fresh(engine, url: str, where: Path) -> dict[str, object]:
    other = subprocess.Popen(
        [sys.executable, "-c", ANOTHER, url, str(where), str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(text: str) -> tuple[float, list[str]]:
        other.stdin.write(json.dumps(text) + "\n")
        other.stdin.flush()
        return json.loads(other.stdout.readline())

    chance, times, seen, added = random.Random(os.getpid()), [], 0, []
    ask("warm up")
    for _ in range(60):
        text = "a fresh sentence " + "".join(chance.choice("abcdefghij klmnop") for _ in range(30)) + " end"
        with Session(engine) as session:
            unit = recording.remember(
                session, source_language="en", target_language="nl", source=text, target="x"
            )
            session.commit()
            added.append(unit.id)
        took, found = ask(text)
        times.append(took)
        seen += found == [text]
    other.stdin.close()
    other.wait()
    with Session(engine) as session:
        position = storage.changes.position(session)
        clock, processor = [], []
        for _ in range(400):
            start, used = time.perf_counter(), time.thread_time()
            storage.changes.since(session, "memory", position)
            clock.append((time.perf_counter() - start) * 1000)
            processor.append((time.thread_time() - used) * 1000)
        for id in added:
            session.delete(session.get(memory.models.Unit, id))
        session.flush()
        storage.changes.record(session, "memory", added)
        session.commit()
    return {
        "found by the next lookup": f"{seen} of 60",
        "that lookup ms": single.spread(times),
        "no news ms, clock": single.spread(clock),
        "no news ms, processor": single.spread(processor),
    }


# --- without a database ----------------------------------------------------------------------------


def units_of(texts: list[str], language: str, first: int = 1) -> segments.Units:
    """Texts as units of a segment, with the keys that a lookup of other texts needs."""
    rows = []
    for n, text in enumerate(texts, first):
        form = forms.form(text, language)
        rows.append((n, form, forms.key(forms.bare(form)), 0, 0, 0, 0, 0, 16, 1_700_000_000, None, None))
    return packing.packed(rows, {}, language)


def opened(files: list[Path]) -> candidates.Collection:
    pair = candidates.Pair("en", "nl")
    found = tuple((segments.Segment(file), None) for file in files)
    return candidates.Collection(pair, {}, 0, candidates.Vocabulary(), found)


def best_of(collection, text: str, threshold: float, language: str = "en") -> list[float]:
    asked = matching._query(text, language, "nl", None, None, None, None)
    nothing_off = dict.fromkeys(matching.scoring.PENALTIES, 0)
    terms = matching._terms(threshold, 5, None, nothing_off, None, matching.scoring.OLD_AFTER)
    return [-c.rank.score for _, c in zip(range(5), search.search([collection], asked, terms), strict=False)]


def exchanged(text: str, chance: random.Random, words: list[str]) -> str:
    """A text with a tenth to four tenths of its words, one at least, exchanged for words of others."""
    found = text.split()
    for _ in range(max(1, int(len(found) * chance.uniform(0.1, 0.4)))):
        found[int(chance.random() * len(found))] = words[int(chance.random() * len(words))]
    return " ".join(found)


def ten_million(folder: Path, units: int) -> None:
    """Ten times `units`: the sentences, and nine copies of each with a tenth to four tenths of their words exchanged."""
    sentences, _ = corpus(units + single.HELD_OUT, folder)
    held_out, sentences = sentences[: single.HELD_OUT], sentences[single.HELD_OUT : single.HELD_OUT + units]
    words = [w for s in sentences[:20_000] for w in s.split()]
    place = folder / f"ten-{units}"
    place.mkdir(exist_ok=True)
    start, used = time.perf_counter(), time.process_time()
    many = 0
    for copy in range(10):
        for part in range(0, units, segments.LARGEST):
            chance = random.Random(copy * 1000 + part)
            file = place / f"{copy}-{part}.segment"
            some = sentences[part : part + segments.LARGEST]
            many += len(some)
            if file.exists():
                continue
            if copy:
                some = [exchanged(s, chance, words) for s in some]
            segments.write(file, units_of(some, "en", copy * units + part + 1))
            print(f"  {many:,} units after {time.process_time() - used:.0f} s of processor", flush=True)
    files = sorted(place.glob("*.segment"))
    collection = opened(files)
    texts = single.queries(held_out, sentences[:1000], 120)
    for text in texts[:10]:
        best_of(collection, text, 70)
    times = [single.timed(best_of, collection, text, 70)[0] for text in texts]
    size = sum(f.stat().st_size for f in files)
    print(
        f"  {many:,} units in {len(files)} files, {size / many:.0f} bytes each; search alone, ms of processor: "
        f"{single.spread(times)}; built in {time.perf_counter() - start:.0f} s or found"
    )


def chinese() -> list[str]:
    """Messages of programs in Chinese, from this machine's catalogues."""
    found: dict[str, None] = {}
    for language in ("zh_CN", "zh_TW", "zh_HK"):
        for path in Path("/usr").rglob(f"{language}/LC_MESSAGES/*.mo"):
            try:
                with path.open("rb") as file:
                    catalogue = gettext.GNUTranslations(file)._catalog
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            for text in catalogue.values():
                text = " ".join(text.split())
                if 2 <= len(text) <= 300 and sum("\u4e00" <= c <= "\u9fff" for c in text) * 2 > len(text):
                    found[text] = None
    texts = sorted(found)
    random.Random(5).shuffle(texts)
    return texts


def degrade(folder: Path, units: int) -> None:
    sentences, _ = corpus(units + single.HELD_OUT, folder)
    held_out, sentences = sentences[: single.HELD_OUT], sentences[single.HELD_OUT : single.HELD_OUT + units]
    files = sorted((folder / f"index-{units}").rglob("*.segment"))
    collection = opened(files)
    english = [forms.form(s, "en") for s in sentences]
    chance = random.Random(8)

    def pick(low: int, high: int, many: int = 24) -> list[str]:
        some = [s for s in held_out if low <= len(s) < high]
        known = [s for s in sentences[:2000] if low <= len(s) < high]
        return [
            edited(chance.choice(known), 0.15, chance) if n % 2 else chance.choice(some) for n in range(many)
        ]

    mixed = single.queries(held_out, sentences[:1000], 32)
    for threshold in (90, 80, 70, 65, 60, 55, 50):
        _against(f"threshold {threshold} %", collection, english, mixed, threshold, "en")
    _against("under 10 characters", collection, english, pick(3, 10), 70, "en")
    _against("over 200 characters", collection, english, pick(200, 301), 70, "en")
    long = [" ".join(sentences[n : n + 14]) for n in range(0, min(units, 140_000), 14)]
    place = folder / "long.segment"
    segments.write(place, units_of(long, "en"))
    texts = [edited(chance.choice(long), 0.2, chance) for _ in range(10)]
    texts += [" ".join(chance.sample(held_out, 14)) for _ in range(10)]
    _against(
        f"{len(long):,} units of {statistics.mean(map(len, long)):.0f} characters",
        opened([place]),
        [forms.form(s, "en") for s in long],
        texts,
        70,
        "en",
    )
    texts = chinese()
    place = folder / "chinese.segment"
    segments.write(place, units_of(texts[200:], "zh"))
    asked = [edited(t, 0.1, chance) if n % 2 else t for n, t in enumerate(texts[:60])]
    _against(
        f"Chinese, {len(texts) - 200:,} units",
        opened([place]),
        [forms.form(s, "zh") for s in texts[200:]],
        asked,
        70,
        "zh",
    )


def _against(name: str, collection, others: list[str], texts: list[str], threshold: int, language: str):
    """Ours and RapidFuzz in turn. What RapidFuzz finds by characters must be among what we find, or we found five
    that are as good."""
    ours, theirs, worse = [], [], 0
    for text in texts:
        form = forms.form(text, language)
        took, found = single.timed(best_of, collection, text, threshold, language)
        ours.append(took)
        took, truth = single.timed(brute, form, others, threshold)
        theirs.append(took)
        reached = found[:5] + [0.0] * 5
        worse += any(mine < score - 1e-6 for mine, score in zip(reached, truth, strict=False))
    a, b = single.spread(ours), single.spread(theirs)
    ratio = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
    print(
        f"  {name}: ours {a['p50']} / {a['p95']} ms, RapidFuzz {b['p50']} / {b['p95']} ms, "
        f"ratio {ratio:.1f} (p95 {b['p95'] / a['p95']:.1f}); below brute force in {worse} of {len(texts)}",
        flush=True,
    )


def brute(form: str, others: list[str], threshold: int) -> list[float]:
    widest = int(len(form) / threshold * (100 - threshold)) + 1
    found = process.extract(form, others, scorer=Levenshtein.distance, score_cutoff=widest, limit=None)
    scores = (100 * (1 - d / max(len(form), len(other))) for other, d, _ in found)
    return sorted((s for s in scores if s >= threshold - 1e-9), reverse=True)[:5]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("what", choices=("workers", "fresh", "degrade", "ten-million", "work"))
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.what == "work":
        work(options.folder, options.units, options.number, 12)
        return 0
    print(f"{options.what}, {options.units:,} units, load {os.getloadavg()[0]:.1f}")
    {"workers": workers, "fresh": fresh, "degrade": degrade, "ten-million": ten_million}[options.what](
        options.folder, options.units
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
