"""Taking a large TMX in: against a bare iterparse that only counts the units, in one run.

    python bench/tmx_import.py FOLDER [--units 1000000] [--processes 2] [--database URL] [--profile]

The file is made from the sentences of `memory_corpus`: each unit an English sentence with a target in Arabic script or
Ethiopic (made from it letter by letter, so that lengths and encodings are real), a tuid, a date, a person and a note now and
then, and inline codes in one unit of twenty. Prints wall and processor time, the ratio, and the most memory.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import re
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.memory_corpus import corpus

ARABIC = str.maketrans({c: chr(0x0627 + i) for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")})
ETHIOPIC = str.maketrans({c: chr(0x1208 + 8 * i) for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")})


def make(file: Path, size: int, folder: Path) -> int:
    """Write the file unless it is there; returns how many of its sentences are real."""
    from importers import tmx

    told = file.with_suffix(".real")
    if file.exists():
        return int(told.read_text())
    sentences, real = corpus(size, folder)

    def units():
        for n, text in enumerate(sentences):
            text = text.replace("<", "(")
            language, table = ("ar", ARABIC) if n % 2 else ("ti", ETHIOPIC)
            target = text.lower().translate(table)
            if n % 20 == 7:
                text, target = f"<1>{text}</1> <2/>", f"<1>{target}</1> <2/>"
            yield tmx.TmxUnit(
                str(n), {"en": text, language: target}, changed_by="anna" if n % 3 else None,
                notes=("uit de praktijk",) if n % 50 == 0 else (), props={"x-project": "bench"} if n % 4 == 0 else {},
            )  # fmt: skip

    with file.open("wb") as stream:
        tmx.write_tmx(stream, units(), source_language="en", tool_version="bench")
    told.write_text(str(real))
    return real


def counted(file: Path) -> int:
    """The bare reading that everything is measured against."""
    number = 0
    for _, element in etree.iterparse(str(file), tag="tu", events=("end",)):
        number += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return number


def taken(file: Path, url: str, processes: int, profiled: bool) -> None:
    """Take the file in. Runs in a process of its own, so that its memory is its own."""
    from app import db, exchange
    from app.memoryfiles import Choices

    engine = db.make_engine(url)
    db.upgrade(engine)
    profile = cProfile.Profile()
    if profiled:
        profile.enable()
    done = exchange.import_units(engine, file, Choices(name=file.name), processes=processes)
    if profiled:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    engine.dispose()
    print(f"{done.new} new, {done.merged} found in a new place, {done.unchanged} known already, left out: {done.refused}")


def peak(process: int) -> float:
    """The most memory that a process had so far, in MB, as the kernel tells: not what its parent had when it began, which
    stands in the maximum of getrusage too."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", told, re.M)
    return int(found[1]) / 1024 if found else 0


def measured(work: Callable[[], int]) -> tuple[int, float, float]:
    """(result, wall seconds, processor seconds of this process and its children)."""

    def used() -> float:
        return sum(
            r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        )

    before, start = used(), time.perf_counter()
    result = work()
    return result, time.perf_counter() - start, used() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--database")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    file = asked.folder / f"units-{asked.units}.tmx"
    real = make(file, asked.units, asked.folder)
    print(f"{asked.units} units, {real} real sentences, {file.stat().st_size / 1e6:.0f} MB")
    found, bare, bare_used = measured(lambda: counted(file))
    print(f"bare iterparse: {found} units, {bare:.1f} s, {bare_used:.1f} s of processor")
    database = asked.folder / "import.sqlite3"
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
    url = asked.database or f"sqlite:///{database}"

    most = 0.0

    def imported() -> int:
        nonlocal most
        child = get_context("spawn").Process(target=taken, args=(file, url, asked.processes, asked.profile))
        child.start()
        while child.is_alive():
            child.join(0.2)
            most = max(most, peak(child.pid or 0))
        return child.exitcode or 0

    _, whole, used = measured(imported)
    print(f"import: {whole:.1f} s, {used:.1f} s of processor, {used / asked.units * 1e6:.0f} µs of it a unit")
    print(f"most memory of the importing process (VmHWM, from outside): {most:.0f} MB")
    print(f"speed of the bare iterparse: {bare / whole:.2f} by the clock, {bare_used / used:.2f} by the processor")


if __name__ == "__main__":
    main()
