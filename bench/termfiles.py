"""How long a file of terms takes: reading it, showing what it would do, doing it, doing it again, taking it back.

    python bench/termfiles.py [--concepts 20000] [--url URL] [--formats tbx csv ttl]

The concepts are those of `bench/glossary.py` (made up with a fixed seed, about nine terms in twelve languages each). Times
are of this process alone, in seconds by the clock, and in brackets of computing. "write lock" is how long the one
transaction of an import holds SQLite's only write lock: so long everybody else who saves waits.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import db, termfiles, termimports
from glossary import exchange


def timed(what: str, does):
    """Do it, and print what it took."""
    clock, computing = time.perf_counter(), time.process_time()
    result = does()
    print(f"  {what:<34}{time.perf_counter() - clock:8.1f} s  ({time.process_time() - computing:.1f})", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concepts", type=int, default=20_000)
    parser.add_argument("--url", help="a database to use instead of a temporary SQLite file; it must be empty")
    parser.add_argument("--formats", nargs="+", default=["tbx", "csv", "ttl"])
    options = parser.parse_args()
    made = _made_up(options.concepts)
    for kind in options.formats:
        with tempfile.TemporaryDirectory() as folder:
            engine = db.make_engine(options.url or f"sqlite:///{folder}/bench.sqlite3")
            for metadata in db.metadatas():
                metadata.create_all(engine)
            _one(engine, made, kind)
            for metadata in reversed(db.metadatas()):
                metadata.drop_all(engine)
            engine.dispose()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _made_up(number: int) -> list[dict]:
    import importlib.util

    spec = importlib.util.spec_from_file_location("bench_glossary", ROOT / "bench/glossary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.entries(number, random.Random(1)))


def _one(engine, made: list[dict], kind: str) -> None:
    terms = sum(len(entry["terms"]) for entry in made)
    data = timed(f"{kind}: write", lambda: termfiles.write(made, kind))
    print(f"  {kind}: {len(made)} concepts, {terms} terms, {len(data) / 1e6:.1f} MB")
    name = f"bench.{kind}"
    read = timed(f"{kind}: read", lambda: termfiles.read(data, name))
    if read.table is not None:
        from importers import termtable

        timed(f"{kind}: look at the languages", lambda: termtable.doubts(read.table, read.mapping))

    def shown():
        with db.new_session(engine, writes=False) as session:
            return termimports.show(session, data, name).load

    def applied():
        with db.transaction(engine) as session:
            return termimports.apply(session, read.entries, name, by="bench")

    def undone(batch: str):
        with db.transaction(engine) as session:
            return exchange.undo_load(session, batch, by="bench")

    load = timed(f"{kind}: show (reads and compares)", shown)
    assert load.added == len(made), load.rejected[:3]
    load = timed(f"{kind}: import (write lock)", applied)
    again = timed(f"{kind}: show the same again", shown)
    assert (again.added, again.changed, again.unchanged) == (0, 0, len(made))
    timed(f"{kind}: take back (write lock)", lambda: undone(load.batch))


if __name__ == "__main__":
    main()
