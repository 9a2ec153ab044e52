"""The index: exactly what comparing with every unit gives, whatever happens to its files and processes."""

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

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from memory import (
    candidates,
    counting,
    erasing,
    exchange,
    files,
    forms,
    index,
    packing,
    recording,
    segments,
    tokens,
    triples,
)
from memory.candidates import Pair
from memory.matching import find_matches
from memory.models import Base, Unit
from storage import changes

WORDS = [
    "de",
    "wet",
    "uw",
    "brief",
    "bezwaar",
    "maken",
    "binnen",
    "zes",
    "weken",
    "niet",
    "wel",
    "gemeente",
    "6",
    "12,5",
    "<1>let</1>",
    "op!",
    "<2/>",
    "يجب",
    "عليكم",
    "عَلَيكم",
    "اللجوء",
    "طلب",
    "٦",
    "لا",
    "نعم።",
    "ስድስት",
    "ሳምንታት፡",
    "ፀሓይ",
    "ጸሓይ",
    "ውስጥ",
    "ይደውሉ",
    "می\u200cتوانید",
    "زنگ",
    "法律",
    "庇护申请",
    "é",
    "é",
    "?",
    "€",
    "5",
    "ab",
    "abc",
    "b",
]
NL_AR = Pair("nl", "ar")


def a_text(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 9)))


def some_rows(many: int, seed: int):
    chance = random.Random(seed)
    for _ in range(many):
        yield exchange.UnitRow(
            "nl",
            "ar",
            "x" + a_text(chance) if chance.random() < 0.3 else "de " + a_text(chance),
            chance.choice("abcd"),
            origin=chance.choice(["approved", "import", "starter"]),
            origin_name=chance.choice(["", "oud.tmx", "ትርጉም.tmx", "ملف"]),
            quality=chance.choice(["approved", "unreviewed", "machine"]),
            previous_source=chance.choice([None, "", "A"]),
            next_source=chance.choice([None, "", "B"]),
            project=chance.choice([None, "p", "q"]),
            one_to_one=chance.random() < 0.9,
        )


@pytest.fixture
def small(monkeypatch):
    """Every size of the index made small, so that few units meet all of it."""
    monkeypatch.setattr(index, "INDEX_FROM", 50)
    monkeypatch.setattr(index, "WRITE_FROM", 60)
    monkeypatch.setattr(packing, "BATCH", 100)
    monkeypatch.setattr(segments, "LARGEST", 700)
    monkeypatch.setattr(tokens, "CHUNK", 256)
    monkeypatch.setattr(candidates, "MANY", 400)
    monkeypatch.setattr(segments, "BLOCK", 7)
    monkeypatch.setattr(triples, "LONG", 20)
    monkeypatch.setattr(triples, "FEWEST", 8)
    monkeypatch.setattr(triples, "ROWS", 96)
    monkeypatch.setattr(triples, "WORTH_IT", -100)


class Memory:
    """A memory in a file, read once with its index and once without."""

    def __init__(self, folder: Path, template: Path) -> None:
        shutil.copyfile(template, folder / "memory.sqlite3")
        self.url = f"sqlite:///{folder / 'memory.sqlite3'}"
        self.folder = folder / "index"
        self.indexed, self.plain = create_engine(self.url), create_engine(self.url)
        index.attach(self.indexed, self.folder)

    def add(self, many: int, seed: int = 1) -> None:
        with Session(self.plain) as session:
            exchange.take(session, some_rows(many, seed))
            session.commit()

    def prepare(self) -> None:
        with Session(self.indexed) as session:
            assert index.prepare(session) == [NL_AR]

    def again(self) -> None:
        """As a new process would open it."""
        self.indexed.dispose()
        self.indexed = create_engine(self.url)
        index.attach(self.indexed, self.folder)

    def look(self, engine, text: str, **more):
        options = {"source_language": "nl", "target_language": "ar", "threshold": 50} | more
        with Session(engine) as session:
            return [(m.unit_id, m.score, m.kind, m.reasons) for m in find_matches(session, text, **options)]

    def check(self, many: int = 6, seed: int = 2, **more) -> None:
        chance = random.Random(seed)
        for _ in range(many):
            text = "de " + a_text(chance)
            assert self.look(self.indexed, text, **more) == self.look(self.plain, text, **more)

    def ids(self) -> tuple[set[int], set[int]]:
        """The units that the index answers for, and those of the database."""
        with Session(self.indexed) as session:
            [found] = candidates.collections(session, "nl", "ar", reverse=False)
            ours = set(found.entries)
            for segment, dead in found.segments:
                ours |= set(
                    (segment.columns["ids"] if dead is None else segment.columns["ids"][~dead]).tolist()
                )
            return ours, set(session.scalars(select(Unit.id).where(Unit.recalled_at.is_(None))))

    @property
    def store(self):
        return candidates.store_of(self.indexed)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.segment"))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A function that gives a database file with so many units."""
    made: dict[int, Path] = {}

    def make(many: int) -> Path:
        if many not in made:
            made[many] = tmp_path_factory.mktemp("memory") / "memory.sqlite3"
            engine = create_engine(f"sqlite:///{made[many]}")
            for base in (Base, changes.Base):
                base.metadata.create_all(engine)
            with Session(engine) as session:
                exchange.take(session, some_rows(many, 1))
                session.commit()
            engine.dispose()
        return made[many]

    return make


@pytest.fixture
def a_memory(tmp_path, small, template):
    made = []

    def make(many: int = 900) -> Memory:
        made.append(Memory(tmp_path, template(many)))
        return made[-1]

    yield make
    for memory in made:
        for _ in range(200):
            if not index._at_work:
                break
            time.sleep(0.02)
        memory.indexed.dispose()
        memory.plain.dispose()


# --- exactness -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"threshold": 70, "limit": 1},
        {"threshold": 85},
        {"threshold": 66.6, "limit": 30},
        {"threshold": 100},
        {"previous": "A", "next": "B"},
        {"previous": "", "limit": 20},
        {"project": "p"},
        {"project": ["p", "q"], "min_quality": "unreviewed"},
        {"penalties": {"imported": 7, "unreviewed": 3, "old": 2}},
        {"source_penalties": {"oud.tmx": 30, "ትርጉም.tmx": 1, "not there": 9}, "limit": 3},
        {"source_penalties": {"oud.tmx": 0, "ملف": 12}, "penalties": {"imported": 6, "starter": 4}, "limit": 2},
        {"source_language": "nl-BE", "target_language": "ar-SY"},
    ],
    ids=str,
)
def test_the_index_gives_what_comparing_with_every_unit_gives(a_memory, more):
    memory = a_memory()
    memory.prepare()
    assert len(memory.files) > 1
    memory.check(15, **more)


def test_the_index_for_the_other_direction_is_exact_too(a_memory):
    memory = a_memory()
    with Session(memory.indexed) as session:
        assert index.prepare(session, reverse=True) == [NL_AR, Pair("nl", "ar", reversed=True)]
    for text in "abcd":
        back = {"source_language": "ar", "target_language": "nl", "limit": 40}
        assert memory.look(memory.indexed, text, **back) == memory.look(memory.plain, text, **back) != []


def test_the_index_keeps_every_unit_that_the_database_has(a_memory):
    memory = a_memory()
    memory.prepare()
    with Session(memory.plain) as session:
        ids = set(session.scalars(select(Unit.id)))
    assert sum(segments.Segment(file).size for file in memory.files) == len(ids)
    assert {id for file in memory.files for id in segments.Segment(file).columns["ids"].tolist()} == ids


def test_a_build_reads_every_unit_once_in_the_order_of_ids(session, monkeypatch):
    monkeypatch.setattr(packing, "BATCH", 10)
    exchange.take(session, [exchange.UnitRow("nl", "ti", f"{n} ጽሑፍ " + a_text(random.Random(n)), "ትርጉም") for n in range(45)])
    session.commit()
    units = list(session.scalars(select(Unit).order_by(Unit.id)))
    for unit in units[12:35]:
        unit.form, unit.form_version = "old", "0"
    session.commit()
    [found] = packing.from_database(session, Pair("nl", "ti"))
    current, older = units[:12] + units[35:], units[12:35]
    assert found.columns["ids"].tolist() == [u.id for u in current + older]
    assert found.forms == [forms.form(u.source, "nl") for u in current + older]


def test_very_long_units_are_found_like_any_other(a_memory):
    memory = a_memory(100)
    long = " ".join(a_text(random.Random(n)) for n in range(120))
    with Session(memory.plain) as session:
        exchange.take(
            session, [exchange.UnitRow("nl", "ar", long + extra, "x") for extra in ("", " አዲስ", " جديد 7")]
        )
        session.commit()
    memory.prepare()
    found = memory.look(memory.indexed, long + " ውስጥ")
    assert len(found) == 3
    assert found == memory.look(memory.plain, long + " ውስጥ")


def test_many_units_with_one_text_cost_no_exactness(a_memory):
    memory = a_memory(60)
    with Session(memory.plain) as session:
        rows = [exchange.UnitRow("nl", "ar", f"Artikel {n % 7}", f"المادة {n}") for n in range(600)]
        exchange.take(session, rows)
        session.commit()
    memory.prepare()
    for text in ("Artikel 3", "artikel 99", "Artikel III"):
        assert memory.look(memory.indexed, text, limit=9) == memory.look(memory.plain, text, limit=9) != []


def test_thousands_of_units_with_the_very_same_text_are_ranked_exactly_and_at_once(a_memory):
    memory = a_memory(60)
    with Session(memory.plain) as session:
        rows = [
            exchange.UnitRow(
                "nl", "ar", "Neem contact op <1>ስድስት</1>", f"اتصل {n}", quality=quality, project="p"
            )
            for n, quality in enumerate(["unreviewed", "machine", "approved"] * 1_000)
        ]
        exchange.take(session, rows)
        session.commit()
    memory.prepare()
    assert len(memory.files) > 1
    for text in ("Neem contact op <1>ስድስት</1>", "neem contact op ስድስት!", "Neem geen contact op <1>ስድስት</1>"):
        for more in ({"limit": 7}, {"limit": 3, "min_quality": "approved"}, {"project": "q"}):
            assert memory.look(memory.indexed, text, **more) == memory.look(memory.plain, text, **more)


@pytest.mark.parametrize("first", ["ሀ", "ა", "一"])
@pytest.mark.parametrize("before", ["", "لا "])
def test_a_long_unit_just_near_enough_is_found_and_one_just_too_far_is_not(
    a_memory, monkeypatch, first, before
):
    """Every third character is another one, so that what is missing tells just as many edits as there are."""
    monkeypatch.setattr(triples, "ROWS", 4096)
    memory = a_memory()
    letters = [chr(ord(first) + n) for n in range(75)]
    text = before + "".join(letters[:40])
    changed = [text[len(before) :]]
    for n in range(13):
        at = 3 * n
        changed.append(changed[-1][:at] + letters[50 + n] + changed[-1][at + 1 :])
    rows = [exchange.UnitRow("nl", "ar", before + form, f"نص {n}") for n, form in enumerate(changed)]
    with Session(memory.plain) as session:
        exchange.take(session, rows)
        session.commit()
    memory.prepare()
    found = memory.look(memory.indexed, text, threshold=70, limit=20)
    assert found == memory.look(memory.plain, text, threshold=70, limit=20)
    assert len(found) == 1 + int(len(text) * 0.3)


@settings(max_examples=60, deadline=None)
@given(
    units=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=30),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_common_tokens_bound_the_distance_of_any_two_texts(units, text):
    """The filter never loses a unit: max + 1 - 2 d pairs of characters, and max - d words, are in common."""
    from rapidfuzz.distance import Levenshtein

    shapes = [
        (tokens.of_characters([t])[0], tokens.of_words([t])[0][0], forms.words(t)) for t in [*units, text]
    ]
    together, owners = tokens.of_characters(units)
    assert sorted(tokens.of_one_form(text).tolist()) == sorted(shapes[-1][0].tolist())
    if text:
        assert sorted(tokens.of_one_forms_words(text).tolist()) == sorted(shapes[-1][1].tolist())
    words, counts = tokens.of_words(units)
    *others, (pairs, word_tokens, asked) = shapes
    for n, (unit, (own_pairs, own_words, own)) in enumerate(zip(units, others, strict=True)):
        assert sorted(together[owners == n].tolist()) == sorted(own_pairs.tolist())
        assert sorted(words[0][words[1] == n].tolist()) == sorted(own_words.tolist())
        assert counts[n] == len(own)
        common = len(np.intersect1d(own_pairs, pairs))
        assert common >= max(len(unit), len(text)) + 1 - 2 * Levenshtein.distance(unit, text)
        if own and asked:
            common = len(np.intersect1d(own_words, word_tokens))
            assert common >= max(len(own), len(asked)) - Levenshtein.distance(own, asked)


#: Few characters, so that they repeat; right to left, Ethiopic, half a pair of surrogates, one beyond two bytes.
REPEATING = st.text(st.sampled_from("ab eאבيّሀለ።\ud800\U0001f600"), max_size=60)


def filed(units: list[str]) -> tuple[segments.Postings, triples.Triples]:
    """The pairs and triples of these units, in the order of their lengths, as a file has them."""
    lengths = np.array([len(u) for u in units])
    arrays = segments._postings("characters", tokens.of_characters, units, int(lengths.sum()) + len(units))
    arrays |= triples.written(units, lengths)
    return segments.Postings("characters", arrays, segments.BLOCK), triples.Triples(arrays)


@settings(max_examples=150, deadline=None)
@given(
    units=st.lists(REPEATING, min_size=1, max_size=25).map(lambda found: sorted(found, key=len)),
    text=REPEATING,
    edits=st.integers(0, 9),
    seed=st.integers(0, 999),
)
def test_missing_pairs_and_triples_never_tell_more_edits_than_there_are(units, text, edits, seed):
    from rapidfuzz.distance import Levenshtein

    chance, near = random.Random(seed), list(text)
    for _ in range(edits):
        at = chance.randint(0, len(near))
        near[at : at + chance.randint(0, 1)] = chance.choice(["", "a", "ሀ", "ي"])
    units = sorted([*units, "".join(near)], key=len)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(triples, "LONG", chance.choice([0, 5, 20]))
        patch.setattr(triples, "FEWEST", 1)
        patch.setattr(triples, "ROWS", chance.choice([8, 4096]))
        pairs, threes = filed(units)
        if threes.first >= len(units):
            return
        planes = threes.fewest_edits(text, pairs, threes.first // 64, (len(units) + 63) // 64)
        at = np.arange(threes.first, len(units))
        found = counting.numbers(planes, at - threes.first, len(planes[0]) * 64)
    for unit, fewest in zip(units[threes.first :], found.tolist(), strict=True):
        assert fewest <= Levenshtein.distance(text, unit)


@pytest.mark.parametrize(
    ("text", "unit", "fewest"),
    [
        ("abcdefghij", "abcdefghij", 0),
        ("abcdefghij", "abcdXfghij", 1),
        # the pairs of it are all there, the triples not: half as many edits by the pairs alone
        ("abcabc", "abXbcXcaXab", 2),
        ("ሀለሐመሠረሰቀበተ", "ተቀሠለበመሐሰረሀ", 5),
        ("אבגדהוזח", "xאבגדהוזחx", 1),
        ("يجب عليكم", "", 5),
    ],
)
def test_missing_pairs_and_triples_tell_at_least_so_many_edits(monkeypatch, text, unit, fewest):
    monkeypatch.setattr(triples, "LONG", 0)
    monkeypatch.setattr(triples, "FEWEST", 1)
    monkeypatch.setattr(triples, "FREQUENT", 0)
    pairs, threes = filed([unit])
    assert int(counting.numbers(threes.fewest_edits(text, pairs, 0, 1), np.array([0]), 64)[0]) >= fewest


def test_who_has_a_token_is_told_by_rows_and_by_lists_in_blocks(monkeypatch):
    monkeypatch.setattr(segments, "BLOCK", 7)
    chance = random.Random(11)
    units = sorted((a_text(chance) for _ in range(900)), key=len)
    pairs, _ = filed(units)
    found, owners = tokens.of_characters(units)
    slots = found >> pairs.shift
    assert pairs.counts.shape[1] == 8
    assert 0 < len(pairs.bitmaps) < len(np.unique(slots))
    wanted = np.unique(found)[::7]
    for low, high in ((0, None), (130, 700), (768, 900)):
        rows, lists = pairs.found(wanted, low, high)
        assert len(rows) + len(lists) == len(wanted)
        rare = [token for token in wanted if pairs.rows[token >> pairs.shift] < 0]
        ends = np.cumsum(lists.sizes)
        for n, token in enumerate(rare):
            listed = lists.one(n)
            assert lists.joined()[ends[n] - len(listed) : ends[n]].tolist() == listed.tolist()
            right = np.unique(owners[slots == token >> pairs.shift])
            inside = (right >= low) & (right < (high or 900))
            assert set(right[inside]) <= set(listed.tolist()) <= set(right)
    for token, bits in zip(wanted, pairs.bits(wanted, 2, 14), strict=True):
        right = np.unique(owners[slots == token >> pairs.shift]).astype(int)
        told = np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")) + 128
        assert told.tolist() == right[(right >= 128) & (right < 896)].tolist()


# --- freshness and tidying ---------------------------------------------------------------------------


def test_what_changes_after_the_index_was_built_counts_from_the_next_lookup_on(a_memory):
    memory = a_memory()
    memory.prepare()
    chance = random.Random(9)
    for round in range(12):
        memory.add(chance.choice([1, 5, 80, 450]), seed=100 + round)
        with Session(memory.plain) as session:
            for id in chance.sample(range(1, 900), 6):
                unit = session.get(Unit, id)
                if unit is not None and id % 3 == 0:
                    recording.recall(session, unit, by="x", reason="y")
                elif unit is not None:
                    session.delete(unit)
                    session.flush()
                    changes.record(session, "memory", [id])
            session.commit()
        memory.check(3, seed=round)
        if round % 4 == 3:
            memory.again()
            memory.check(2, seed=round)


def test_a_lookup_inside_a_transaction_sees_its_own_changes_and_keeps_none(a_memory):
    memory = a_memory()
    memory.prepare()
    text = "Een zin die er nog niet was ።"
    with Session(memory.indexed) as session:
        recording.remember(session, source_language="nl", target_language="ar", source=text, target="جديد")
        pair = {"source_language": "nl", "target_language": "ar"}
        assert find_matches(session, text, **pair)[0].target == "جديد"
        session.rollback()
        assert all(m.target != "جديد" for m in find_matches(session, text, **pair))
    memory.check()


def test_changes_are_written_down_and_small_files_are_merged(a_memory):
    memory = a_memory()
    memory.prepare()
    for round in range(6):
        memory.add(70, seed=50 + round)
        memory.check(2)
        index.tidy(memory.store, NL_AR)
        memory.check(2)
    assert len(memory.files) <= 5
    memory.again()
    with Session(memory.indexed) as session:
        [found] = candidates.collections(session, "nl", "ar")
        assert sum(s.size for s, _ in found.segments) + len(found.entries) >= session.query(Unit).count()
    memory.check()


def test_tidying_does_not_stop_lookups(a_memory, monkeypatch):
    memory = a_memory()
    memory.prepare()
    memory.add(80, seed=7)
    began, go_on = threading.Event(), threading.Event()
    write = segments.write

    def slow_write(path, units):
        began.set()
        assert go_on.wait(20)
        write(path, units)

    monkeypatch.setattr(segments, "write", slow_write)
    memory.check(1)  # takes the changes in and starts the thread
    assert began.wait(20)
    memory.add(3, seed=8)
    memory.check(3)
    go_on.set()
    memory.check(3)


# --- damage ----------------------------------------------------------------------------------------


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
from sqlalchemy import create_engine
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


# --- erasing ---------------------------------------------------------------------------------------


def test_an_erased_text_leaves_no_trace_in_any_file(a_memory):
    memory = a_memory(400)
    secrets = ["Mevrouw Tesfay woont in de Kerkstraat", "ወይዘሮ ተስፋይ እዚህ ትኖራለች", "السيد أحمد يسكن هنا"]
    with Session(memory.plain) as session:
        for n, secret in enumerate(secrets):
            recording.remember(
                session,
                source_language="nl",
                target_language="ar",
                source=secret,
                target="x",
                document="brief",
                position=n,
            )
        session.commit()
    memory.prepare()
    memory.check(1)
    assert all(index.traces(memory.folder, secret) for secret in secrets)
    with Session(memory.indexed) as session:
        assert len(erasing.forget(session, document="brief").units) == 3
        session.commit()
        index.erase(session)
    assert not any(index.traces(memory.folder, secret) for secret in secrets)
    memory.check(3)


def test_an_erasure_reaches_files_that_a_new_process_finds_after_many_changes(a_memory):
    memory = a_memory()
    memory.prepare()
    with Session(memory.plain) as session:
        secret = session.scalars(select(Unit.source).where(Unit.source.contains("庇护申请"))).first()
        erasing.forget(session, phrase="庇护申请")
        session.commit()
    memory.again()
    assert index.traces(memory.folder, secret)
    with Session(memory.indexed) as session:
        assert len(changes.since(session, "memory", 0).keys) > candidates.MANY
        index.erase(session)
    assert index.traces(memory.folder, "庇护申请") == []
    memory.check(2)


def test_an_erasure_of_nearly_everything_leaves_no_file_behind(a_memory):
    memory = a_memory()
    memory.prepare()
    with Session(memory.indexed) as session:
        [secret, *others] = session.scalars(select(Unit).order_by(Unit.id))
        erasing.forget_rows(session, [secret.id, *(u.id for u in others[40:])])
        session.commit()
        assert len(others[40:]) > candidates.MANY
        index.erase(session)
    assert memory.files == []
    memory.check(2)


@pytest.mark.parametrize("kept", [True, False])
def test_the_name_of_a_file_leaves_the_index_with_its_last_unit(a_memory, kept):
    memory = a_memory(400)
    name = "ወይዘሮ ተስፋይ أحمد.tmx"
    with Session(memory.plain) as session:
        for n in range(2):
            recording.remember(
                session, source_language="nl", target_language="ar", source=f"Kerkstraat {n}", target="x",
                origin="import", origin_name=name, document="brief", position=n,
            )  # fmt: skip
        session.commit()
    memory.prepare()
    assert index.traces(memory.folder, name)
    assert index.traces(memory.folder, "ተስፋይ")
    with Session(memory.indexed) as session:
        erasing.forget(session, phrase="Kerkstraat 0" if kept else "ተስፋይ")
        session.commit()
        index.erase(session)
    assert bool(index.traces(memory.folder, name)) == kept
    memory.check(2, source_penalties={name: 20})


def test_an_erasure_reaches_an_index_that_was_not_open(a_memory):
    memory = a_memory(400)
    secret = "ወይዘሮ ተስፋይ እዚህ ትኖራለች"
    with Session(memory.plain) as session:
        recording.remember(
            session,
            source_language="nl",
            target_language="ar",
            source=secret,
            target="x",
            document="d",
            position=1,
        )
        session.commit()
    memory.prepare()
    with Session(memory.plain) as session:
        erasing.forget(session, phrase="ተስፋይ")
        session.commit()
    memory.again()
    assert index.traces(memory.folder, secret)
    with Session(memory.indexed) as session:
        index.erase(session)
    assert index.traces(memory.folder, secret) == []
    memory.check(2)
