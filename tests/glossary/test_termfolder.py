"""The folder of the index of terms under kills, full disks, several writers and files that change while they are read."""

import os
import random
import stat
import sys
import time
import uuid

import pytest

from app.db import make_engine, new_session
from glossary import editing, termindex
from glossary.searchindex import IndexUnusable
from glossary.termfile import FIELDS, KIND, TermFile, write
from glossary.termindex import MOST_FRESH, TermIndex
from storage import arrays
from tests import processes
from tests.glossary.test_lookup import fill
from tests.glossary.test_termfreshness import codes, crowd


@pytest.fixture
def index(tmp_path):
    index = TermIndex(tmp_path / "terms")
    yield index
    index.close()


def right(session, index):
    """Whether a search answers in four scripts and with a typo."""
    for query, code in (("محكمة", "rechtbank"), ("ፍርድ ቤት", "rechtbank"), ("panahandeh", "vluchteling"), ("难民", "vluchteling")):
        assert codes(session, index, query)[:1] == [code], query
    assert codes(session, index, "verblijfsvergunnig") == ["verblijfsvergunning-asiel"]


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def write_again_and_again(url: str, folder: str, rounds: int) -> None:
    """What a process does that builds and merges."""
    engine, index = make_engine(url), TermIndex(folder)
    termindex.MOST_FRESH = 0
    for number in range(rounds):
        with new_session(engine, writes=False) as own:
            try:
                if number % 3 == 0:
                    index.rebuild(own)
                else:
                    index.refresh(own)
                opened, _ = index._up_to_date(own)
                assert len(opened.file.concepts) == 8
            except IndexUnusable as busy:
                assert "another process" in str(busy), busy


def writer(session, folder, rounds=10**9):
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    said = folder.parent / f"said-{uuid.uuid4().hex}"
    return processes.Running(write_again_and_again, url, str(folder), rounds, environment=os.environ, output=said, errors=said)


def test_killed_again_and_again_while_it_writes_the_folder_answers_and_keeps_one_file(session, index, tmp_path):
    fill(session)
    session.rollback()
    chance = random.Random(7)
    for _ in range(6):
        (tmp_path / "terms" / "current").unlink(missing_ok=True)
        killed = writer(session, tmp_path / "terms")
        for _ in range(400):  # until it has written once
            if (tmp_path / "terms" / "current").exists():
                break
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 0.1))
        killed.kill()
        assert killed.wait(20) == -9
        again = TermIndex(tmp_path / "terms")
        right(session, again)
        session.rollback()
        again.close()
    index.rebuild(session)
    assert len(files(tmp_path / "terms")) == 3 and {"current", "lock"} < set(files(tmp_path / "terms"))


def test_two_processes_that_build_at_once_leave_one_whole_file_and_this_one_answers_meanwhile(session, index, tmp_path):
    fill(session)
    session.rollback()
    both = [writer(session, tmp_path / "terms", 12) for _ in range(2)]
    while any(one.poll() is None for one in both):
        right(session, index)
        session.rollback()
    assert [one.wait(20) for one in both] == [0, 0]
    right(session, index)
    assert len(files(tmp_path / "terms")) == 3


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes so many bytes more of a file, and nothing when there are none."""

    class Full:
        room: int | None = None
        tried = 0

    real = os.fsync

    def fsync(descriptor):
        if Full.room is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
            Full.tried += 1
            os.ftruncate(descriptor, min(Full.room, os.fstat(descriptor).st_size))
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(arrays.os, "fsync", fsync)
    return Full


@pytest.mark.parametrize("room", [0, 300, 4000])
def test_on_a_full_disk_the_database_answers_nothing_is_left_and_it_is_not_tried_at_every_letter(
    session, index, tmp_path, full_disk, monkeypatch, room
):
    fill(session)
    full_disk.room = room
    for _ in range(4):
        assert codes(session, index, "محكمة") == ["rechtbank"] and codes(session, index, "ፍርድ ቤት") == ["rechtbank"]
    assert full_disk.tried == 1
    assert files(tmp_path / "terms") == ["lock"]
    full_disk.room = None
    monkeypatch.setattr(termindex.time, "monotonic", lambda real=termindex.time.monotonic: real() + termindex.PAUSE)
    right(session, index)
    assert len(files(tmp_path / "terms")) == 3


def test_a_merge_on_a_full_disk_leaves_the_old_file_and_misses_nothing(session, index, tmp_path, full_disk, monkeypatch, caplog):
    fill(session)
    right(session, index)
    before = files(tmp_path / "terms")
    full_disk.room = 100
    fill(session, crowd(MOST_FRESH + 5, "x"), "more")
    for _ in range(3):
        assert codes(session, index, "ቃልx7")[0] == "x7" and codes(session, index, "xbegirp9")[0] == "x9"
        right(session, index)
    assert full_disk.tried == 1 and files(tmp_path / "terms") == before
    assert "No space left" in caplog.text  # somebody should know
    full_disk.room = None
    monkeypatch.setattr(termindex.time, "monotonic", lambda real=termindex.time.monotonic: real() + termindex.PAUSE)
    assert codes(session, index, "ቃልx7")[0] == "x7"
    assert files(tmp_path / "terms") != before and len(files(tmp_path / "terms")) == 3


def test_a_merge_that_reads_back_spoilt_does_not_take_the_place_of_the_file_that_is_right(session, index, tmp_path, monkeypatch):
    fill(session)
    right(session, index)
    before = files(tmp_path / "terms")
    real = termindex.write

    def spoilt(path, *args, **more):
        real(path, *args, **more)
        whole = bytearray(path.read_bytes())
        whole[-70] ^= 4
        path.write_bytes(whole)

    monkeypatch.setattr(termindex, "write", spoilt)
    fill(session, crowd(MOST_FRESH + 5, "x"), "more")
    assert codes(session, index, "ቃልx7")[0] == "x7"
    right(session, index)
    assert files(tmp_path / "terms") == before
    right(session, TermIndex(tmp_path / "terms"))


def changed_header(folder, old, new):
    for path in folder.glob("*.terms"):
        whole = path.read_bytes()
        assert whole.count(old) == 1 and len(old) == len(new)
        path.write_bytes(whole.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"little"', b'"bigend"'), (b'"shape": 2', b'"shape": 1'), (b'"concepts": ["<i8"', b'"concepts": [">i8"'), (b"DRAGOTRM", b"DRAGOSEG")],
    ids=["another machine", "another version", "numbers the other way round", "another kind"],
)
def test_a_file_of_another_machine_or_version_is_built_anew(session, index, tmp_path, old, new):
    fill(session)
    right(session, index)
    index.close()
    if sys.byteorder == "big":
        pytest.skip("this machine writes numbers the other way round")
    changed_header(tmp_path / "terms", old, new)
    again = TermIndex(tmp_path / "terms")
    right(session, again)
    assert again._opened.name in files(tmp_path / "terms") and len(files(tmp_path / "terms")) == 3


def test_a_file_cut_short_anywhere_or_with_one_bit_turned_never_opens(tmp_path):
    path = tmp_path / "one.terms"
    content = {name: {"ስደተኛ", "لاجئ", "难民"} for name in FIELDS}
    write(path, [(7, content), (9, content)], 1, [4])
    whole = path.read_bytes()
    opened = arrays.Arrays(path, KIND)
    used = [opened.begin(name) + place for name, one in opened.arrays.items() for place in range(one.nbytes)]
    chance = random.Random(3)
    for at in [*chance.sample(range(len(whole)), 60), 0, 8, 16, len(whole) - 1]:
        path.write_bytes(whole[:at])
        with pytest.raises(arrays.DamagedFile):
            TermFile(path)
    for at in chance.sample(used, 60):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        with pytest.raises(arrays.DamagedFile):
            TermFile(path)
    for at in range(opened.start):  # in the header nothing else may be raised, and what opens says what was written
        spoilt = bytearray(whole)
        spoilt[at] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        try:
            spoilt_file = TermFile(path)
        except arrays.DamagedFile:
            continue
        assert spoilt_file.concepts == [7, 9] and spoilt_file.documents("word", "لاجئ") == [0, 1] and spoilt_file.again == {4}


def test_a_folder_that_can_only_be_read_is_used_as_it_is(session, index, tmp_path, monkeypatch):
    fill(session)
    right(session, index)
    fill(session, crowd(MOST_FRESH + 5, "x"), "more")
    index.close()

    def refused(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    reader = TermIndex(tmp_path / "terms")
    monkeypatch.setattr(termindex, "locked", refused)
    right(session, reader)
    assert codes(session, reader, "ቃልx7")[0] == "x7" and len(reader._opened.fresh) == MOST_FRESH + 5


def _links(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return ""


def mapped(folder):
    """Files of a folder that this process has open or mapped, those that were deleted too."""
    with open("/proc/self/maps") as maps:
        lines = [line for line in maps if str(folder) in line]
    return lines + [name for n in os.listdir("/proc/self/fd") if str(folder) in (name := _links(n))]


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs /proc to see which files are open")
def test_after_many_merges_one_file_is_open_and_one_is_there(session, index, tmp_path, monkeypatch):
    monkeypatch.setattr(termindex, "MOST_FRESH", 0)
    fill(session)
    other = TermIndex(tmp_path / "terms")
    right(session, index)
    right(session, other)
    concept = editing.concept_with_code(session, "bezwaar")
    for number in range(12):
        editing.propose_term(session, concept, "ti", f"ተቓውሞ {number}", by="Rana")
        session.commit()
        assert codes(session, index, f"ተቓውሞ {number}")[:1] == ["bezwaar"]
        right(session, other)
    assert len(files(tmp_path / "terms")) == 3
    held = mapped(tmp_path / "terms")
    assert len({line.split()[-1] for line in held if "deleted" not in line}) == 1
    assert not [line for line in held if "deleted" in line]
    index.close()
    other.close()
    assert mapped(tmp_path / "terms") == []


def test_who_searches_a_file_goes_on_with_it_when_it_is_replaced_and_deleted(session, index, tmp_path):
    fill(session)
    right(session, index)
    file = index._opened.file
    index.rebuild(session)
    assert not file.path.exists()
    assert [file.concepts[doc] for doc in file.documents("word", "ስደተኛ")]
    assert {name: file.words[name].sorted for name in FIELDS} == {name: index._opened.file.words[name].sorted for name in FIELDS}


def test_nobody_waits_while_an_import_is_merged(engine, session, tmp_path, monkeypatch):
    monkeypatch.setattr(termindex, "MOST_TO_WAIT_FOR", MOST_FRESH)
    fill(session)
    started = []

    class Later:
        def __init__(self, target, args, **_):
            self.run = lambda: target(*args)

        def start(self):
            started.append(self)

    index = TermIndex(tmp_path / "terms", lambda one: new_session(one.get_bind().engine, writes=False))
    right(session, index)
    name = index._opened.name
    monkeypatch.setattr(termindex.threading, "Thread", Later)
    fill(session, crowd(MOST_FRESH + 5, "x"), "more")
    for _ in range(3):
        assert codes(session, index, "ቃልx7")[0] == "x7" and codes(session, index, "محكمة") == ["rechtbank"]
    assert len(started) == 1 and index._opened.name == name
    session.rollback()
    started[0].run()
    assert index._opened.name != name
    right(session, index)
    assert codes(session, index, "xbegirp7")[0] == "x7"
    index.close()

