"""A memory by itself: only its own tables, for tests that need many databases or one in a file."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import memory.models
import storage.changes
from memory import recording


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
