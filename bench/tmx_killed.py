"""Taking a large TMX in while it is killed (SIGKILL) again and again: what is there after each kill, and in the end.

    python bench/tmx_killed.py FOLDER [--units 50000] [--kills 10] [--seed 1]

Uses the file that `tmx_import.py` makes. After each kill the database is asked in one statement how many units there are
and how many the import says it read; in the end every unit is compared with an import that nobody killed. Exit code 1 when
anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.tmx_import import make

IMPORT = """
import sys
from pathlib import Path
from app import db, exchange
from app.memoryfiles import Choices
engine = db.make_engine(sys.argv[1])
exchange.import_units(engine, Path(sys.argv[2]), Choices(name="units.tmx"))
"""


def started(url: str, file: Path) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    return subprocess.Popen([sys.executable, "-c", IMPORT, url, str(file)], env=environment)


def empty(folder: Path, name: str):
    from app import db

    for ending in ("", "-wal", "-shm"):
        (folder / f"{name}.sqlite3{ending}").unlink(missing_ok=True)
    engine = db.make_engine(f"sqlite:///{folder / name}.sqlite3")
    db.upgrade(engine)
    return engine


def said_and_there(engine) -> tuple[int, int, int]:
    """(units that the import says it read and that were new, units there, rows of the feed of changes)."""
    with engine.connect() as connection:
        query = text("SELECT (SELECT new FROM memory_import), (SELECT count(*) FROM memory_unit), (SELECT count(*) FROM change)")
        said, there, told = connection.execute(query).one()
    return said or 0, there, told


def content(engine) -> str:
    """A digest of every unit as it stands, but for its number and the moments of the import."""
    from memory.models import Unit

    columns = [c for c in Unit.__table__.c if c.name not in ("id", "changed_at", "created_at", "recency", "translated_at")]
    state = hashlib.sha256()
    with engine.connect() as connection:
        for row in connection.execute(select(*columns).order_by(Unit.__table__.c.digest)):
            state.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return state.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--units", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    file = asked.folder / f"units-{asked.units}.tmx"
    make(file, asked.units, asked.folder)
    whole = empty(asked.folder, "whole")
    if started(str(whole.url), file).wait():
        return 1
    killed = empty(asked.folder, "killed")
    chance, before, wrong, kills = random.Random(asked.seed), 0, 0, 0
    step = asked.units // (asked.kills + 1)
    for _ in range(asked.kills):
        child = started(str(killed.url), file)
        goal = before + chance.randint(0, step)
        while child.poll() is None and said_and_there(killed)[1] < goal:
            time.sleep(0.05)
        time.sleep(chance.random() * 0.5)  # anywhere: while it reads, writes or commits
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            kills += 1
        child.wait()
        said, there, told = said_and_there(killed)
        print(f"killed with {there} units there, {said} said, {told} changes told")
        wrong += not (said == there == told and there >= before)
        before = there
    if started(str(killed.url), file).wait():
        return 1
    said, there, told = said_and_there(killed)
    same = content(whole) == content(killed)
    print(f"{kills} kills; in the end {there} units, {said} said, {told} told; the same as without a kill: {same}")
    return int(bool(wrong) or not same or not said == there == told)


if __name__ == "__main__":
    sys.exit(main())
