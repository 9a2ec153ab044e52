"""The index when files are damaged or missing, a disk is full, and processes write at once or are killed."""

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from memory import (
    candidates,
    files,
    index,
    recording,
    segments,
)
from memory.models import Base, Unit
from storage import changes
from tests.memory.indexed import NL_AR


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 4] ^= 0x10
    path.write_bytes(data)


def other_byte_order(path: Path) -> None:
    other = {"little": b"big   ", "big": b"little"}[sys.byteorder]
    path.write_bytes(
        path.read_bytes().replace(b'"little"' if other[:3] == b"big" else b'"big"', b'"big"   ', 1)
    )


def other_version(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"version": %d' % segments.VERSION, b'"version": 0', 1))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def nonsense(path: Path) -> None:
    path.write_bytes("الفهرس ፋይል".encode() * 99)


def other_digit(path: Path) -> None:
    text = path.read_text()
    at = text.index('"position": ') + len('"position": ')
    path.write_text(text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :])


DAMAGES = [cut_short, flip_a_bit, empty, nonsense, other_version, Path.unlink]


@pytest.mark.parametrize(
    ("damage", "which"),
    [
        *((damage, "*.segment") for damage in (*DAMAGES, other_byte_order)),
        *((damage, "MANIFEST") for damage in (*DAMAGES, other_digit)),
    ],
)
def test_a_damaged_or_missing_file_is_built_again(a_memory, damage, which):
    memory = a_memory(400)
    memory.prepare()
    [path, *_] = sorted(memory.folder.rglob(which))
    before = path.read_bytes()
    damage(path)
    assert not path.exists() or path.read_bytes() != before
    memory.again()
    memory.check(4)
    assert memory.files
    assert all(segments.Segment(file).size for file in memory.files)


def test_deleting_the_whole_folder_costs_only_a_rebuild(a_memory):
    memory = a_memory(400)
    memory.prepare()
    shutil.rmtree(memory.folder)
    memory.check(2)
    memory.again()
    memory.check(2)
    assert memory.files


def test_who_has_files_of_a_folder_that_was_thrown_away_takes_no_new_file_for_one_of_them(a_memory):
    memory = a_memory(400)
    memory.prepare()
    memory.check(1)
    shutil.rmtree(memory.folder)
    with Session(memory.plain) as session:
        for unit in session.scalars(select(Unit).order_by(Unit.id).limit(40)).all():
            recording.recall(session, unit, by="أحمد", reason="ስሕተት")
        session.commit()
    memory.add(45, seed=9)
    other = create_engine(memory.url)
    index.attach(other, memory.folder)
    with Session(other) as session:
        assert index.prepare(session) == [NL_AR]
    other.dispose()
    memory.add(5, seed=8)
    memory.check(2)
    index.tidy(memory.store, NL_AR)
    memory.check(2)
    memory.again()
    ours, real = memory.ids()
    assert ours == real
    for text in ("de ስድስት wet", "xab لا", "de wet", "de brief", "de يجب", "de 6"):
        assert memory.look(memory.indexed, text, limit=50) == memory.look(memory.plain, text, limit=50)


def test_an_index_of_another_database_is_not_believed(a_memory):
    memory = a_memory(400)
    memory.prepare()
    for base in (Base, changes.Base):
        base.metadata.drop_all(memory.plain)
        base.metadata.create_all(memory.plain)
    memory.add(400, seed=77)
    memory.again()
    memory.check(6)


def test_a_full_disk_loses_nothing_and_lookups_go_on(a_memory, monkeypatch, caplog):
    memory = a_memory(400)
    memory.prepare()
    files = memory.files
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")))
    memory.add(90, seed=5)
    memory.check(4)
    with pytest.raises(OSError, match="No space"):
        index.tidy(memory.store, NL_AR)
    memory.check(4)
    assert memory.files == files
    monkeypatch.undo()
    index.tidy(memory.store, NL_AR)
    memory.check(4)


def test_a_file_cut_short_anywhere_never_opens(a_memory, tmp_path):
    memory = a_memory(400)
    memory.prepare()
    whole = memory.files[0].read_bytes()
    part = tmp_path / "part.segment"
    for size in sorted({0, 1, 8, 15, 16, 40, *range(100, len(whole) - 64, len(whole) // 17)}):
        part.write_bytes(whole[:size])
        with pytest.raises(files.DamagedFile):
            segments.Segment(part)
    part.write_bytes(whole)
    assert segments.Segment(part).size


def test_a_header_that_was_changed_anywhere_never_opens(a_memory, tmp_path):
    """Names of projects and of files stand in it, which filters and points ask for."""
    memory = a_memory(400)
    memory.prepare()
    whole = memory.files[0].read_bytes()
    end = whole.index(b"}", whole.index(b'"bytes"')) + 1
    assert b"oud.tmx" in whole[:end] and b'\\u1275\\u122d' in whole[:end]
    part = tmp_path / "part.segment"
    for at in range(end):
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 7]) + whole[at + 1 :])
        with pytest.raises(files.DamagedFile):
            segments.Segment(part)


def test_files_that_may_not_grow_any_more_lose_nothing(a_memory):
    """The limit of the operating system itself, hit in the middle of a file."""
    memory = a_memory(400)
    memory.prepare()
    before = {path: path.read_bytes() for path in memory.folder.rglob("*") if path.is_file()}
    memory.add(59, seed=5)
    memory.check(2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            index.tidy(memory.store, NL_AR)
        memory.check(2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path: path.read_bytes() for path in memory.folder.rglob("*") if path.is_file()} == before
    index.tidy(memory.store, NL_AR)
    memory.check(2)
    ours, real = memory.ids()
    assert ours == real
    assert sum(segments.Segment(file).size for file in memory.files) == len(real)


def test_processes_that_write_and_tidy_at_once_end_with_what_the_database_says(a_memory):
    memory = a_memory(400)
    memory.prepare()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", KILLED, memory.url, str(memory.folder), str(rounds)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        for rounds in (6, 8)
    ]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0, 0]
    ours, real = memory.ids()
    assert ours == real
    memory.again()
    ours, real = memory.ids()
    assert ours == real
    assert len(real) > 600
    memory.check(3)


def test_two_that_tidy_at_once_wait_for_each_other(a_memory):
    memory = a_memory()
    memory.prepare()
    other = create_engine(memory.url)
    index.attach(other, memory.folder)
    memory.add(75, seed=3)
    memory.check(1)
    memory.look(other, "de wet")
    threads = [
        threading.Thread(target=index.tidy, args=(candidates.store_of(engine), NL_AR))
        for engine in (memory.indexed, other, memory.indexed, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    memory.check(3)
    for text in ("de wet", "xabc"):
        assert memory.look(other, text) == memory.look(memory.plain, text)
    other.dispose()


KILLED = """
import sys, os
from pathlib import Path
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.orm import Session
from memory import candidates, exchange, index, packing, segments
from memory.models import Unit
from storage import changes
index.INDEX_FROM, index.WRITE_FROM, segments.LARGEST, packing.BATCH = 50, 60, 700, 100
from memory.matching import find_matches
engine = create_engine(sys.argv[1], connect_args={"timeout": 60})
index.attach(engine, Path(sys.argv[2]))
print("ready", flush=True)
for n in range(int(sys.argv[3])):
    with Session(engine) as session:
        rows = [
            exchange.UnitRow("nl", "ar", f"wet {os.getpid()} {n} {m} {chr(4608 + n % 300)} لجوء", str(m)) for m in range(40)
        ]
        exchange.take(session, rows)
        unit = session.query(Unit).first()
        changes.record(session, "memory", [unit.id])
        session.delete(unit)
        session.commit()
        find_matches(session, "wet", source_language="nl", target_language="ar")
        session.rollback()
        index.tidy(candidates.store_of(engine), candidates.Pair("nl", "ar"))
"""


def test_killing_a_process_at_any_moment_leaves_a_memory_equal_to_the_database(a_memory):
    """Inserts, deletions and compaction, one after the other without a pause."""
    memory = a_memory(400)
    chance = random.Random(4)
    for round in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, memory.url, str(memory.folder), "10000"],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        memory.again()
        ours, real = memory.ids()
        assert ours == real
        memory.check(1, seed=round)
        assert memory.look(memory.indexed, "wet 1 2 ሀ لجوء") == memory.look(memory.plain, "wet 1 2 ሀ لجوء")
