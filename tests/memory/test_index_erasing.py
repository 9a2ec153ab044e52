"""What was erased leaves every file of the index."""


import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from memory import (
    candidates,
    erasing,
    index,
    recording,
)
from memory.models import Unit
from storage import changes


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
