"""Several processes, sessions and threads: each sees an approval, a recall and an erasure on its next lookup."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import make_engine, new_session
from memory import recording
from memory.matching import find_matches
from memory.models import Base, Unit
from storage.changes import Base as Changes

ANOTHER_PROCESS = """
import sys
from app.db import make_engine, new_session
from memory import erasing, recording
from memory.matching import find_matches
from memory.models import Unit

engine = make_engine(sys.argv[1])
for line in sys.stdin:
    what, _, text = line.rstrip("\\n").partition(" ")
    with new_session(engine) as session:
        if what == "remember":
            recording.remember(
                session, source_language="nl", target_language="ar", source=text, target="من عملية أخرى", document="d"
            )
        elif what == "recall":
            recording.recall(session, session.get(Unit, int(text)), by="x", reason="y")
        elif what == "forget":
            erasing.forget(session, document=text)
        found = find_matches(session, text, source_language="nl", target_language="ar")
        session.commit()
    print(*[m.unit_id for m in found], flush=True)
"""


@pytest.fixture
def another_process(database_url):
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, database_url],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )

    def tell(what: str, text: object) -> list[int]:
        process.stdin.write(f"{what} {text}\n")
        process.stdin.flush()
        return [int(id) for id in process.stdout.readline().split()]

    yield tell
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def ids(engine, text):
    with new_session(engine, writes=False) as session:
        return [m.unit_id for m in find_matches(session, text, source_language="nl", target_language="ar")]


def test_two_processes_see_each_others_inserts_recalls_and_erasures_on_the_next_lookup(
    engine, another_process
):
    assert ids(engine, "Bel ons") == another_process("find", "Bel ons") == []
    [unit] = another_process("remember", "Bel ons")
    assert ids(engine, "Bel ons") == [unit]
    with new_session(engine) as session:
        recording.recall(session, session.get(Unit, unit), by="Sara", reason="wrong")
        session.commit()
    assert another_process("find", "Bel ons") == ids(engine, "Bel ons") == []
    with new_session(engine) as session:
        recording.restore(session, session.get(Unit, unit))
        session.commit()
    assert another_process("find", "Bel ons") == ids(engine, "Bel ons") == [unit]
    another_process("forget", "d")
    assert ids(engine, "Bel ons") == another_process("find", "Bel ons") == []
    [unit] = another_process("remember", "Bel ons")
    assert ids(engine, "Bel ons") == [unit]


def remember(session, source, target="ترجمة"):
    return recording.remember(
        session, source_language="nl", target_language="ar", source=source, target=target
    )


def test_a_session_that_began_earlier_takes_no_lookup_back_in_time(engine):
    with new_session(engine) as writer:
        remember(writer, "Bel ons", "اتصل")
        writer.commit()
    early = new_session(engine, writes=False)
    early.execute(text("SELECT 1 FROM change")).all()  # its view of the database begins here
    with new_session(engine) as writer:
        remember(writer, "Bel ons", "هاتف")
        writer.commit()
    assert len(ids(engine, "Bel ons")) == 2
    for _ in range(2):
        find_matches(early, "Bel ons", source_language="nl", target_language="ar")
        find_matches(early, "Bel ons", source_language="ar", target_language="nl")
        assert len(ids(engine, "Bel ons")) == 2
        with new_session(engine, writes=False) as session:
            assert len(find_matches(session, "اتصل", source_language="ar", target_language="nl")) == 1
    early.close()


def test_a_lookup_inside_a_transaction_sees_its_own_changes_and_others_do_not(engine):
    assert ids(engine, "Bel ons") == []
    with new_session(engine) as session:
        remember(session, "Bel ons")
        assert len(find_matches(session, "Bel ons", source_language="nl", target_language="ar")) == 1
        assert ids(engine, "Bel ons") == []
        session.rollback()
    assert ids(engine, "Bel ons") == []


def test_a_database_that_was_replaced_by_an_older_one_is_read_again(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'memory.sqlite3'}")
    for _ in range(2):
        for base in (Base, Changes):
            base.metadata.create_all(engine)
        with new_session(engine) as session:
            remember(session, "Bel ons")
            remember(session, "Bel ons nu")
            session.commit()
        assert len(ids(engine, "Bel ons")) == 2
        for base in (Base, Changes):
            base.metadata.drop_all(engine)
    for base in (Base, Changes):
        base.metadata.create_all(engine)
    with new_session(engine) as session:
        remember(session, "Bel ons")
        session.commit()
    assert len(ids(engine, "Bel ons")) == 1
    engine.dispose()


def test_threads_that_look_up_while_one_writes_never_miss_what_was_committed(engine):
    wrong: list[object] = []
    written: list[str] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                known = list(written)[-3:]
                with new_session(engine, writes=False) as session:
                    for source in known:
                        found = find_matches(
                            session, source, source_language="nl", target_language="ar", limit=1
                        )
                        if not found or found[0].source != source:
                            wrong.append((source, found))
        except Exception as error:  # a thread's error must fail the test
            wrong.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    with Session(engine, expire_on_commit=False) as writer:
        for n in range(60):
            source = f"zin {'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10]} ሰላም"
            remember(writer, source)
            writer.commit()
            written.append(source)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
