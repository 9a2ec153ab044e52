"""The index of terms in a folder: derived from the database, disposable, never behind.

    folder/current          the name of the file in use, replaced in one step
    folder/<name>.terms     the file (`glossary.termfile`), which is never changed
    folder/lock             held by the process that writes

* A build, and a merge of what changed, goes into a new file, then `current` is replaced: kill it at any moment and the old
  one stands.
* A search first asks the feed of changes what is new. Those few concepts are handed on as candidates as they are; when
  they are many, they are merged with the file.
* A file that was cut short, changed, or made by another version is seen on opening, and built anew.
* Several processes may share a folder: one writes at a time (a lock that dies with its holder), the others search on with
  what they have plus what is new. A folder each works as well, and is what several machines do.
* Nobody who searches waits for a build: while one runs, or for a term base too big to build meanwhile, the search is told
  so (`IndexUnusable`) and the database answers.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from glossary.history import TOPIC, has_unseen_changes
from glossary.models import Concept
from glossary.searchindex import Filters, IndexUnusable
from glossary.spelling import Query
from glossary.termfile import KIND, Document, TermFile, documents_of, write
from glossary.termsearch import find
from storage import changes
from storage.arrays import DamagedFile, locked, sync

log = logging.getLogger(__name__)

#: Up to so many changed concepts are looked at directly; more are merged with the file first.
MOST_FRESH = 100
#: A search builds the index itself for so many concepts at most: a second or two. For more somebody else has to.
MOST_TO_WAIT_FOR = 1_000
#: Seconds that a search waits for another thread that builds or writes.
PATIENCE = 0.3


@dataclass
class Opened:
    """The file as this process has it open. `fresh`: concepts that changed since it was written, up to `seen`."""

    name: str
    file: TermFile
    seen: int
    fresh: set[int] = field(default_factory=set)


class TermIndex:
    """The index in one folder. Threads share one object; it opens, builds and repairs itself when it is searched."""

    def __init__(self, folder: str | Path, another_session: Callable[[Session], Session] | None = None):
        """`another_session`: makes a reading session on the database of the given one, for a thread that builds what a
        search cannot wait for. Without it every search builds what it needs."""
        self.folder = Path(folder)
        self._another_session = another_session
        self._builder: threading.Thread | None = None
        self._opened: Opened | None = None
        self._lock = threading.RLock()

    # Searching

    def candidates(self, session: Session, query: Query, filters: Filters, limit: int) -> Sequence[int]:
        """See `glossary.lookup.SearchIndex`."""
        opened, fresh = self._up_to_date(session)
        found = find(opened.file, query, filters, limit)
        return [*sorted(fresh), *(concept_id for concept_id in found if concept_id not in fresh)]

    def refresh(self, session: Session) -> None:
        """Write everything that changed into the folder now, building it when needed: for a job or at start."""
        with self._lock:
            opened, fresh = self._up_to_date(session, wait=True)
            if fresh and not has_unseen_changes(session):
                self._write(session, opened)

    def rebuild(self, session: Session) -> None:
        """Build everything anew."""
        with self._lock:
            self._build(session)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._opened = None

    # Keeping up

    def _up_to_date(self, session: Session, *, wait: bool = False) -> tuple[Opened, set[int]]:
        """The open file, and the concepts that changed since it was written."""
        if not self._lock.acquire(timeout=-1 if wait or self._another_session is None else 0 if self._builder else PATIENCE):
            raise IndexUnusable("it is being built")
        try:
            current = self._current()
            if self._opened is None or self._opened.name != current:
                self._open(session, current, wait)
            opened = self._opened
            news = changes.since(session, TOPIC, opened.seen)
            unseen = has_unseen_changes(session)
            if news.rebuild:
                if unseen:
                    raise IndexUnusable("its place in the changes is not of this database")
                self._build_or_have_built(session, wait)
                return self._opened, set()
            if unseen:
                # What this transaction did may be rolled back: it counts for this answer and is not remembered.
                return opened, opened.fresh | set(news.keys)
            opened.fresh |= set(news.keys)
            opened.seen = news.position
            if len(opened.fresh) > MOST_FRESH and self._write(session, opened):
                return self._up_to_date(session, wait=wait)
            return opened, set(opened.fresh)
        finally:
            self._lock.release()

    def _build_or_have_built(self, session: Session, wait: bool) -> None:
        """Build now; or, for who does not `wait` and a big term base, have a thread do it and raise IndexUnusable."""
        concepts = session.scalar(select(func.count(Concept.id))) or 0
        if wait or self._another_session is None or concepts <= MOST_TO_WAIT_FOR:
            self._build(session)
            return
        if self._builder is None:
            own = self._another_session(session)
            self._builder = threading.Thread(
                target=self._build_apart, args=(own,), name="dragoman-index-of-terms", daemon=True
            )
            self._builder.start()
        raise IndexUnusable("it is being built")

    def _build_apart(self, session: Session) -> None:
        try:
            with session:
                self.refresh(session)
        except Exception:
            log.warning("the index of terms could not be built", exc_info=True)
        finally:
            self._builder = None

    def _current(self) -> str | None:
        try:
            return (self.folder / "current").read_text("utf-8").strip() or None
        except (OSError, ValueError):
            return None

    def _open(self, session: Session, name: str | None, wait: bool) -> None:
        """Open a file that is whole and made as this version makes them, or build one."""
        self.close()
        while name is not None and self._opened is None:
            try:
                file = TermFile(self.folder / name)
                self._opened = Opened(name, file, file.position)
            except (DamagedFile, OSError, ValueError) as trouble:
                before, name = name, self._current()
                if name == before:  # it is not that another process replaced it meanwhile
                    log.info("the index of terms is built anew (%s: %s)", type(trouble).__name__, trouble)
                    break
        if self._opened is not None and not self._holds_all(session):
            log.info("the index of terms does not belong to this database; it is built anew")
            self.close()
        if self._opened is None:
            if has_unseen_changes(session):
                raise IndexUnusable("not built yet")
            self._build_or_have_built(session, wait)

    def _holds_all(self, session: Session) -> bool:
        """Whether the file has as many concepts as the database, but for what changed since."""
        file = self._opened.file
        news = changes.since(session, TOPIC, file.position)
        if news.rebuild:
            return False
        here = session.scalar(select(func.count(Concept.id))) or 0
        return abs(len(file.concepts) - here) <= len(news.keys)

    # Writing

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        """One process at a time; the lock is the operating system's and dies with the process."""
        try:
            with locked(self.folder, wait=False) as ours:
                if not ours:
                    raise IndexUnusable("another process is writing it")
                yield
        except OSError as trouble:
            raise IndexUnusable(f"its folder cannot be written: {trouble.strerror or trouble}") from trouble
        except DamagedFile as trouble:
            raise IndexUnusable(f"its folder does not give back what was written: {trouble.why}") from trouble

    def _build(self, session: Session) -> None:
        """Everything into a new file, which then becomes the current one."""
        with self._only_writer():
            self.close()
            position = changes.position(session)
            ids = list(session.scalars(select(Concept.id).order_by(Concept.id)))
            self._replace(documents_of(session, ids), position)

    def _write(self, session: Session, opened: Opened) -> bool:
        """What changed and the file into a new one. False when another process is writing: what is fresh here stays so,
        and no harm is done."""
        try:
            with self._only_writer():
                if self._current() == opened.name:  # else another process wrote meanwhile
                    changed = documents_of(session, sorted(opened.fresh))
                    self._replace(changed, opened.seen, opened.file, opened.fresh)
                else:
                    self.close()
        except IndexUnusable as busy:
            log.debug("%s", busy)
            return False
        return True

    def _replace(
        self, documents: Iterable[Document], position: int, old: TermFile | None = None, without: Iterable[int] = ()
    ) -> None:
        """Write a file, make it the current one and open it; then remove whatever else there is."""
        name = f"{uuid.uuid4().hex}{KIND.suffix}"
        try:
            write(self.folder / name, documents, position, old, without)
            sync(self.folder)
            pointer = self.folder / "current.new"
            pointer.write_text(name, "utf-8")
            os.replace(pointer, self.folder / "current")
        except BaseException:
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
            raise
        for other in self.folder.iterdir():
            if other.is_dir():  # of an earlier version
                shutil.rmtree(other, ignore_errors=True)
            elif other.name != name and (other.suffix == KIND.suffix or other.name.startswith("current.")):
                other.unlink(missing_ok=True)
        file = TermFile(self.folder / name)
        self._opened = Opened(name, file, file.position)
