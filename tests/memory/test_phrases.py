"""The concordance's files answer exactly what reading every unit would, and are never more than a copy."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from memory import concordance as asking
from memory import erasing, index, phrases, recording, texts
from memory.concordance import concordance
from memory.models import Unit
from tests.memory.conftest import create_memory

NL_AR = phrases.Pair("nl", "ar")
WORDS = {
    "nl": [
        "de",
        "het",
        "een",
        "aanvraag",
        "verblijfsvergunning",
        "asiel",
        "gemeente",
        "brief",
        "binnen",
        "zes",
        "weken",
        "bezwaar",
        "Één",
        "naïef",
        "huurtoeslag",
    ],
    "ar": [
        "اللاجئ",
        "طلب",
        "اللجوء",
        "تصريح",
        "إقامة",
        "المدرسة",
        "المدرسه",
        "مُدَّة",
        "أسابيع",
        "البلدية",
        "رسالة",
        "إلى",
        "الاعتراض",
    ],
    "ti": ["ዑቕባ", "ሓታቲ", "ጸሓይ", "ፀሓይ", "ደብዳበ", "ምምሕዳር", "ከተማ", "ሰሙን", "ናይ", "እዩ", "ተቓውሞ", "መሰል"],
}


def some_texts(language: str, chance: random.Random, number: int) -> list[str]:
    return [" ".join(chance.choices(WORDS[language], k=chance.randint(1, 9))) for _ in range(number)]


def remembered(session, number: int, chance: random.Random, target: str = "ar") -> None:
    for source, translation in zip(some_texts("nl", chance, number), some_texts(target, chance, number), strict=True):
        recording.remember(
            session, source_language="nl", target_language=target, source=source, target=translation,
            quality=chance.choice(["approved", "unreviewed"]),
        )  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A memory on disk whose pairs get files from the first unit on, in small blocks and files."""
    monkeypatch.setattr(phrases, "INDEX_FROM", 1)
    monkeypatch.setattr(texts, "BLOCK", 4)
    monkeypatch.setattr(phrases, "LARGEST", 30)
    engine = create_memory(f"sqlite:///{tmp_path / 'memory.sqlite3'}")
    index.attach(engine, tmp_path / "index" / "memory")
    yield engine
    engine.dispose()


def by_reading(monkeypatch, session, *arguments, **more):
    """The same question, answered from the database alone."""
    with monkeypatch.context() as only:
        known = phrases._known(session)
        only.setattr(
            phrases, "collections", lambda _session, wanted: ([], sorted(p for p in known if wanted(p)))
        )
        return concordance(session, *arguments, **more)


def wait_until_quiet(engine) -> None:
    import time

    for _ in range(200):
        if not phrases._store(engine).at_work:
            return
        time.sleep(0.05)
    raise AssertionError("still at work")


@pytest.mark.parametrize("target", ["ar", "ti"])
def test_files_answer_what_reading_every_unit_answers(home, monkeypatch, target):
    chance = random.Random(7)
    with Session(home) as session:
        remembered(session, 150, chance, target)
        session.commit()
        assert phrases.prepare(session) == [phrases.Pair("nl", target)]
        asked = 0
        for step in range(120):
            language = chance.choice(["nl", target])
            phrase = " ".join(some_texts(language, chance, 1)[0].split()[:2])
            start = chance.randrange(len(phrase))
            phrase = phrase[start : start + chance.randint(1, 12)]
            more = {
                "source_language": "nl", "side": chance.choice(["source", "target", "either"]),
                "limit": chance.choice([1, 3, 50]), "words": chance.random() < 0.3,
            }  # fmt: skip
            found = concordance(session, phrase, **more)
            assert found == by_reading(monkeypatch, session, phrase, **more), (phrase, more)
            asked += bool(found)
            if step % 10 == 0:
                # what changes meanwhile counts at once
                remembered(session, 2, chance, target)
                recording.recall(
                    session,
                    session.query(Unit).filter(Unit.recalled_at.is_(None)).first(),
                    by="Sara",
                    reason="wrong",
                )
                session.commit()
        assert asked > 60
        assert phrases._store(home).collections[phrases.Pair("nl", target)].files


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=12), st.text(min_size=1, max_size=4))
def test_a_file_finds_every_text_that_holds_the_phrase_and_no_other(tmp_path_factory, found, phrase):
    found = [text.replace("\0", "") for text in found]
    needle = phrase.replace("\0", "") or "x"
    path = tmp_path_factory.mktemp("texts") / "1.texts"
    units = [texts.Folded(i, i % 2, i, texts.encoded(t), b"") for i, t in enumerate(found, 1)]
    texts.write(path, units)
    file = texts.Texts(path)
    here = {int(file.ids[at]) for at in file.found("source", texts.Wanted.of([needle]))}
    assert here == {u.id for u in units if texts.encoded(needle) in u.source}
    assert list(file.units(None)) == sorted(units, key=lambda u: u.rank)


def test_what_a_session_has_not_committed_is_seen_by_it_alone(home):
    with Session(home.execution_options(dragoman_writes=False)) as session:
        remembered(session, 20, random.Random(1))
        session.commit()
        phrases.prepare(session)
        recording.remember(
            session,
            source_language="nl",
            target_language="ar",
            source="een zeldzaam woord",
            target="كلمة نادرة",
        )
        assert [c.target for c in concordance(session, "zeldzaam", source_language="nl")] == ["كلمة نادرة"]
        session.rollback()
        assert concordance(session, "zeldzaam", source_language="nl") == []


def test_another_process_sees_an_insert_and_a_recall_at_its_next_question(home, tmp_path):
    with Session(home) as session:
        remembered(session, 20, random.Random(1))
        session.commit()
        phrases.prepare(session)
        assert concordance(session, "ዑቕባ", source_language="nl", side="target") == []
        session.rollback()
        code = (
            "import sys; from sqlalchemy import create_engine; from sqlalchemy.orm import Session; from memory import recording\n"
            "with Session(create_engine(sys.argv[1])) as s:\n"
            "    recording.remember(s, source_language='nl', target_language='ti', source='asiel', target='ዑቕባ'); s.commit()"
        )
        subprocess.run([sys.executable, "-c", code, str(home.url)], check=True, cwd=Path(__file__).parents[2])
        found = concordance(session, "ዑቕባ", source_language="nl", side="target")
        assert [c.source for c in found] == ["asiel"]


@pytest.mark.parametrize("damage", ["cut", "changed", "version", "endianness", "missing", "manifest"])
def test_damaged_files_cost_a_rebuild_and_never_an_answer(home, damage, monkeypatch, caplog):
    with Session(home) as session:
        remembered(session, 60, random.Random(3))
        recording.remember(
            session,
            source_language="nl",
            target_language="ar",
            source="een zeldzaam woord",
            target="كلمة نادرة",
        )
        session.commit()
        phrases.prepare(session)
        folder = phrases._home(home) / "nl_ar"
        file = sorted(folder.glob("*.texts"))[0]
        data = bytearray(file.read_bytes())
        if damage == "cut":
            file.write_bytes(data[: len(data) // 2])
        elif damage == "changed":
            data[-100] ^= 255
            file.write_bytes(data)
        elif damage == "version":
            file.write_bytes(data.replace(b'"version": %d' % texts.VERSION, b'"version": 9', 1))
        elif damage == "endianness":
            file.write_bytes(
                data.replace(f'"byteorder": "{sys.byteorder}"'.encode(), b'"byteorder": "middle"', 1)
            )
        elif damage == "missing":
            file.unlink()
        else:
            (folder / "MANIFEST").write_text("12 {}")
        phrases._stores.clear()
        for _ in range(2):
            assert [c.target for c in concordance(session, "zeldzaam", source_language="nl")] == [
                "كلمة نادرة"
            ]
            wait_until_quiet(home)
        assert phrases.prepare(session) == [NL_AR]
        assert concordance(session, "de", source_language="nl") == by_reading(
            monkeypatch, session, "de", source_language="nl"
        )


def test_the_files_of_another_copy_of_the_database_are_not_believed(home, tmp_path):
    with Session(home) as session:
        remembered(session, 40, random.Random(3))
        session.commit()
        phrases.prepare(session)
    other = create_memory(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    index.attach(other, tmp_path / "index" / "memory")
    with Session(other) as session:
        remembered(session, 80, random.Random(4))
        session.commit()
        ready, read = phrases.collections(session, lambda pair: True)
        assert not ready and read == [NL_AR]
        wait_until_quiet(other)
    other.dispose()


def test_what_is_new_is_written_down_and_worn_files_are_written_again(home, monkeypatch):
    monkeypatch.setattr(phrases, "WRITE_FROM", 10)
    chance = random.Random(5)
    with Session(home) as session:
        remembered(session, 50, chance)
        session.commit()
        phrases.prepare(session)
        for _ in range(12):
            remembered(session, 12, chance)
            session.commit()
            concordance(session, "de", source_language="nl")
            wait_until_quiet(home)
        concordance(session, "de", source_language="nl")
        c = phrases._store(home).collections[NL_AR]
        assert len(c.fresh) < 24 and len(c.files) <= phrases.MOST_FILES + 1
        assert sum(t.size for t, _ in c.files) > 100
        for phrase in ("de", "اللجوء", "verblijfs"):
            more = {"source_language": "nl", "side": "either", "limit": 500}
            assert concordance(session, phrase, **more) == by_reading(monkeypatch, session, phrase, **more)


def test_an_erased_text_leaves_no_trace_in_the_files(home):
    secrets = ["Mevrouw Zwartbloem woont in Leiden", "السيدة زهرة سوداء", "ወይዘሮ ጸሊም ዕምባባ"]
    with Session(home) as session:
        remembered(session, 50, random.Random(6))
        for number, target in ((1, "ar"), (2, "ti")):
            recording.remember(
                session,
                source_language="nl",
                target_language=target,
                source=secrets[0],
                target=secrets[number],
                document="d-7",
            )
        session.commit()
        phrases.prepare(session)
        folder = phrases._home(home)
        assert all(phrases.traces(folder, secret) for secret in secrets)
        assert all(index.traces(folder.parent, secret) for secret in secrets)
        erasing.forget(session, document="d-7")
        session.commit()
        index.erase(session)
        assert not any(phrases.traces(folder, secret) for secret in secrets)
        assert not any(index.traces(folder.parent, secret) for secret in secrets)
        assert concordance(session, "de", source_language="nl")


def test_two_writers_at_once_leave_one_right_answer(home, monkeypatch):
    chance = random.Random(8)
    with Session(home) as session:
        remembered(session, 60, chance)
        session.commit()
        phrases.prepare(session)
        remembered(session, 20, chance)
        session.commit()
        (c,), _ = phrases.collections(session, NL_AR.__eq__)
        folder, store = phrases._home(home) / "nl_ar", phrases._store(home)
        phrases._rewrite(store, folder, c, everything=False, wait=True)
        # the second knows only the files that the first replaced: it leaves them alone
        phrases._rewrite(store, folder, c, everything=True, wait=True)
        more = {"source_language": "nl", "side": "either", "limit": 500}
        assert concordance(session, "de", **more) == by_reading(monkeypatch, session, "de", **more)


def test_words_stand_anywhere_in_any_order_and_are_all_marked(session, a_unit):
    a_unit("De aanvraag voor asiel", "طلب اللجوء")
    a_unit("Asiel en de gemeente", "ዑቕባ", target_language="ti")
    session.commit()
    found = concordance(session, "asiel de aanvraag", source_language="nl", words=True)
    assert [[c.source[a:b] for a, b in c.source_spans] for c in found] == [["De", "aanvraag", "asiel"]]
    assert concordance(session, "asiel de aanvraag", source_language="nl") == []


def test_an_empty_question_finds_nothing(session, a_unit):
    a_unit("De aanvraag", "الطلب")
    session.commit()
    for empty in ("", "  ", "\u200d"):
        assert concordance(session, empty, source_language="nl", side="either") == []
        assert concordance(session, empty, source_language="nl", side="either", words=True) == []
    assert asking.Phrase("").spans("De", "nl") == ()
