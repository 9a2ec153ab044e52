"""A memory by itself: only its own tables, for tests that need many databases or one in a file."""

import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import memory.models
import storage.changes
from memory import candidates, exchange, index, packing, recording, segments, tokens, triples
from tests.memory.indexed import Memory, some_rows


def create_memory(url: str = "sqlite://", **options):
    """An engine with the memory's tables."""
    if url == "sqlite://":
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    engine = create_engine(url, **options)
    for metadata in (storage.changes.Base.metadata, memory.models.Base.metadata):
        metadata.create_all(engine)
    return engine


@pytest.fixture
def new_memory():
    """A function that gives a session on a new, empty memory."""
    engines = []

    def new() -> Session:
        engines.append(create_memory())
        return Session(engines[-1])

    yield new
    for engine in engines:
        engine.dispose()


@pytest.fixture
def a_unit(session):
    """A function that remembers a translation, Dutch to Arabic unless said otherwise."""

    def remember(source: str, target: str = "ترجمة", **more):
        return recording.remember(
            session,
            **{"source_language": "nl", "target_language": "ar", "source": source, "target": target} | more,
        )

    return remember


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


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A function that gives a database file with so many units."""
    made: dict[int, Path] = {}

    def make(many: int) -> Path:
        if many not in made:
            made[many] = tmp_path_factory.mktemp("memory") / "memory.sqlite3"
            engine = create_engine(f"sqlite:///{made[many]}")
            for base in (memory.models.Base, storage.changes.Base):
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
    for one in made:
        for _ in range(200):
            if not index._at_work:
                break
            time.sleep(0.02)
        one.indexed.dispose()
        one.plain.dispose()
