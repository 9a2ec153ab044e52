"""The index: exactly what comparing with every unit gives, and from the next lookup on what changed since."""

import random
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from memory import (
    candidates,
    counting,
    exchange,
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
from memory.models import Unit
from storage import changes
from tests.memory.indexed import NL_AR, a_text

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


def test_units_of_an_older_folding_keep_their_neighbours_and_places(a_memory):
    memory = a_memory(60)
    text = "Neem contact op ስድስት"
    with Session(memory.plain) as session:
        rows = [exchange.UnitRow("nl", "ar", text, f"اتصل {n}", quality="approved") for n in range(30)]
        rows[3].previous_source, rows[3].next_source = "A", "ب"
        rows[5].document, rows[5].position = "brief", 2
        exchange.take(session, [*rows, exchange.UnitRow("nl", "ar", text, "اتصل 7", "A", "ب", origin_name="ملف")])
        for unit in session.scalars(select(Unit)):
            unit.form, unit.form_version = "old", "0"
        session.commit()
    memory.prepare()
    for more in ({"previous": "A"}, {"previous": "A", "next": "ب"}, {"document": "brief", "position": 2}):
        found = memory.look(memory.indexed, text, limit=1, **more)
        assert found == memory.look(memory.plain, text, limit=1, **more)
        assert found[0][1] > 100


def test_a_text_that_is_there_is_found_beside_varieties_that_cannot_be_as_good_any_more(a_memory):
    """No length is near enough in their files: what they all lose is more than the best have to spare."""
    memory = a_memory(60)
    text = "Wij hebben uw aanvraag van ስድስት ontvangen, u hoort binnen zes weken van ons. مرحبا"
    with Session(memory.plain) as session:
        rows = [exchange.UnitRow("nl", "ar", text, f"اتصل {n}") for n in range(6)]
        rows += [exchange.UnitRow("nl-BE", "ar", text[n % 9 :], f"{n}") for n in range(60)]
        exchange.take(session, rows)
        session.commit()
    with Session(memory.indexed) as session:
        assert len(index.prepare(session)) == 2
    for more in ({}, {"threshold": 99}, {"penalties": {"variety": 40}}):
        found = memory.look(memory.indexed, text, **more)
        assert found == memory.look(memory.plain, text, **more)
        assert [score for _, score, *_ in found] == [100.0] * 5


def test_a_build_reads_the_texts_of_its_own_units_only(session, monkeypatch):
    """Units of a small pair, or those that are left of an older folding, stand among a million others."""
    monkeypatch.setattr(packing, "BATCH", 5)
    pairs = [("nl", "ti"), ("nl", "ar"), ("fa", "nl")]
    exchange.take(session, [exchange.UnitRow(*pairs[n % 3], f"{n} ጽሑፍ", f"{n} نص") for n in range(60)])
    session.commit()
    read, texts = [], packing._texts
    monkeypatch.setattr(packing, "_texts", lambda *asked: read.append(texts(*asked)) or read[-1])
    [back] = packing.from_database(session, Pair("nl", "ti", reversed=True))
    older = list(session.scalars(select(Unit).where(Unit.target_language == "ar")))[::4]
    for unit in older:
        unit.form, unit.form_version = "old", "0"
    session.commit()
    [there] = packing.from_database(session, Pair("nl", "ar"))
    assert back.forms == [forms.form(f"{n} نص", "ti") for n in range(0, 60, 3)]
    assert sorted(there.forms) == sorted(forms.form(f"{n} ጽሑፍ", "nl") for n in range(1, 60, 3))
    assert [len(found) for found in read] == [5, 5, 5, 5, 5]


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
