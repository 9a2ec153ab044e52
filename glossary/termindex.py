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
  so (`IndexUnusable`) and the database answers. So it is where a disk is full: writing is tried again after a while.
* Words of what was changed or removed stay in the file until the next merge, as they do in the history of the concept.
  Who has a text forgotten calls `erase`.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

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
#: Seconds after which a search tries again to write a folder that could not be written.
PAUSE = 30.0


@dataclass
class Opened:
    """The file as this process has it open. `fresh`: concepts that changed since it was written, up to `seen` and with the
    changes of `again` behind it (`storage.changes.News`)."""

    name: str
    file: TermFile
    seen: int
    again: frozenset[int]
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
        self._writes = False
        self._not_before = 0.0

    # Searching

    def candidates(self, session: Session, query: Query, filters: Filters, limit: int) -> Sequence[int]:
        """See `glossary.lookup.SearchIndex`."""
        opened, fresh = self._up_to_date(session)
        found = find(opened.file, query, filters, limit)
        return [*sorted(fresh), *(concept_id for concept_id in found if concept_id not in fresh)]

    def refresh(self, session: Session) -> None:
        """Write everything that changed into the folder now, building it when needed: for a job or at start."""
        session.connection()  # first, as in _up_to_date
        with self._lock:
            opened, fresh = self._up_to_date(session, wait=True)
            if fresh and not has_unseen_changes(session):
                self._write(session, opened)

    def rebuild(self, session: Session) -> None:
        """Build everything anew."""
        session.connection()
        with self._lock:
            self._build(session)

    def erase(self, session: Session) -> bool:
        """After an erasure was committed: no file of this folder holds a word that the database has no more, whichever
        process left it there. What cannot be written anew goes as a whole, and is built when somebody looks something up.
        Waits for a process that writes. False when something is left."""
        session.connection()
        with self._lock, suppress(OSError):
            if not self._files():
                return True
            try:
                with self._only_writer(wait=True):
                    opened, fresh = self._caught_up(session, wait=True)
                    if fresh:
                        self._merge(session, opened)
                    self._remove_but(self._opened.name)
                    return self._files() == [self.folder / self._opened.name]
            except IndexUnusable as trouble:
                log.warning("%s", trouble)
                self.close()
                self._remove_but(None)
                return not self._files()
        return False

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._opened = None

    # Keeping up

    def _up_to_date(self, session: Session, *, wait: bool = False) -> tuple[Opened, set[int]]:
        """The open file, and the concepts that changed since it was written."""
        # begin first: who waits here for SQLite's write lock must not hold the index against the one that has it
        session.connection()
        if not self._lock.acquire(timeout=-1 if wait or self._another_session is None else 0 if self._builder else PATIENCE):
            raise IndexUnusable("it is being built")
        try:
            opened, fresh = self._caught_up(session, wait)
            if len(fresh) > MOST_FRESH and not has_unseen_changes(session):
                if self._is_for_another(len(fresh), wait):
                    self._have_written(session)
                if (wait or not self._pauses()) and self._write(session, opened):
                    # once: what came meanwhile is looked at as it is
                    return self._caught_up(session, wait)
            return opened, fresh
        finally:
            self._lock.release()

    def _caught_up(self, session: Session, wait: bool) -> tuple[Opened, set[int]]:
        current = self._current()
        if self._opened is None or self._opened.name != current:
            self._open(session, current, wait)
        opened = self._opened
        news = changes.since(session, TOPIC, opened.seen, opened.again)
        unseen = has_unseen_changes(session)
        if news.rebuild:
            if changes.is_behind(session, opened.seen):
                if news.position < opened.file.position:
                    raise IndexUnusable("it was written after this transaction began to read")
                return opened, set(opened.fresh)  # and some that for this session did not change yet
            if unseen:
                raise IndexUnusable("its place in the changes is not of this database")
            self._build_or_have_built(session, wait)
            return self._opened, set()
        if unseen:
            # What this transaction did may be rolled back: it counts for this answer and is not remembered.
            return opened, opened.fresh | set(news.keys)
        opened.fresh |= set(news.keys)
        opened.seen, opened.again = news.position, news.again
        return opened, set(opened.fresh)

    def _is_for_another(self, concepts: int, wait: bool) -> bool:
        """Whether a search is not to wait until so many are read and written."""
        return not wait and self._another_session is not None and concepts > MOST_TO_WAIT_FOR

    def _pauses(self) -> bool:
        return time.monotonic() < self._not_before

    def _build_or_have_built(self, session: Session, wait: bool) -> None:
        """Build now; or, for who does not `wait` and a big term base, have a thread do it and raise IndexUnusable."""
        if not wait and self._pauses():
            raise IndexUnusable("its folder could not be written a moment ago")
        if self._is_for_another(session.scalar(select(func.count(Concept.id))) or 0, wait):
            self._have_written(session)
        self._build(session)

    def _have_written(self, session: Session) -> NoReturn:
        if self._builder is None and not self._pauses():
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
                self._opened = Opened(name, file, file.position, file.again)
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
        # first, so that what is committed between the two questions is among what changed
        here = session.scalar(select(func.count()).select_from(Concept)) or 0
        news = changes.since(session, TOPIC, file.position, file.again)
        if news.rebuild:
            if changes.is_behind(session, file.position):
                self.close()
                raise IndexUnusable("it was written after this transaction began to read")
            return False
        return abs(len(file.concepts) - here) <= len(news.keys)

    # Writing

    @contextmanager
    def _only_writer(self, *, wait: bool = False) -> Iterator[None]:
        """One process at a time; the lock is the operating system's and dies with the process."""
        if self._writes:  # by this thread, which holds the lock of this object
            yield
            return
        try:
            with locked(self.folder, wait=wait) as ours:
                if not ours:
                    raise IndexUnusable("another process is writing it")
                self._writes = True
                try:
                    yield
                finally:
                    self._writes = False
            self._not_before = 0.0
        except OSError as trouble:
            self._not_before = time.monotonic() + PAUSE
            raise IndexUnusable(f"its folder cannot be written: {trouble.strerror or trouble}") from trouble
        except DamagedFile as trouble:
            self._not_before = time.monotonic() + PAUSE
            raise IndexUnusable(f"its folder does not give back what was written: {trouble.why}") from trouble

    def _build(self, session: Session) -> None:
        """Everything into a new file, which then becomes the current one."""
        with self._only_writer():
            self.close()
            news = changes.since(session, TOPIC, changes.position(session))
            ids = list(session.scalars(select(Concept.id).order_by(Concept.id)))
            self._replace(documents_of(session, ids), news.position, news.again)

    def _write(self, session: Session, opened: Opened) -> bool:
        """What changed and the file into a new one. False when that cannot be done now: what is fresh here stays so, and no
        harm is done."""
        try:
            with self._only_writer():
                if self._current() == opened.name:  # else another process wrote meanwhile
                    self._merge(session, opened)
                else:
                    self.close()
        except IndexUnusable as trouble:
            log.log(logging.WARNING if trouble.__cause__ else logging.DEBUG, "%s", trouble)
            return False
        return True

    def _merge(self, session: Session, opened: Opened) -> None:
        changed = documents_of(session, sorted(opened.fresh))
        self._replace(changed, opened.seen, opened.again, opened.file, opened.fresh)

    def _replace(
        self, documents: Iterable[Document], position: int, again: Iterable[int], old: TermFile | None = None,
        without: Iterable[int] = (),
    ) -> None:  # fmt: skip
        """Write a file, see that it opens, and make it the current one; then remove whatever else there is."""
        name = f"{uuid.uuid4().hex}{KIND.suffix}"
        try:
            write(self.folder / name, documents, position, again, old, without)
            file = TermFile(self.folder / name)
            sync(self.folder)
            pointer = self.folder / "current.new"
            pointer.write_text(name, "utf-8")
            os.replace(pointer, self.folder / "current")
        except BaseException:
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
            raise
        self._opened = Opened(name, file, file.position, file.again)
        self._remove_but(name)

    def _remove_but(self, name: str | None) -> None:
        """Remove every file but this one: older ones, what a killed process left, what an earlier version made. What does not
        let itself be removed is tried again with the next file."""
        with suppress(OSError):
            for other in self.folder.iterdir():
                if other.is_dir():
                    shutil.rmtree(other, ignore_errors=True)
                elif other.name != name and (other.suffix == KIND.suffix or other.name.startswith("current.")):
                    with suppress(OSError):
                        other.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        """What may hold words: files of terms, and folders of an earlier version."""
        try:
            return [path for path in self.folder.iterdir() if path.suffix == KIND.suffix or path.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
