"""The index of terms in a folder, kept by Whoosh: derived from the database, disposable, never behind.

    folder/current          the name of the generation in use, replaced in one step
    folder/<generation>/    Whoosh's files, its words once more as they are held in memory (*.words), and state.json:
                            how they were made and up to which change

* A full build goes into a new generation, then `current` is replaced: kill it at any moment and the old one stands.
* A search first asks the feed of changes what is new. Those few concepts are handed on as candidates as they are;
  when they are many, they are written into the generation. Writing first and noting the position after means that
  after a kill between the two the folder is not taken for whole, and is built anew.
* state.json also says how long each file is, so a folder that was cut short or written half is seen on opening.
* Several processes may share a folder: one writes at a time (a lock that dies with its holder), the others search
  on with what they have plus what is new. A folder each works as well, and is what several machines do.
* Nobody who searches waits for a build: while one runs, or for a term base too big to build meanwhile, the search is
  told so (`IndexUnusable`) and the database answers.
* Anything unexpected from Whoosh (a damaged file shows late, as EOFError and the like) means a build anew.
* Words are folded before they get here, so the schema holds none of our classes and nothing of ours is unpickled;
  still, never point this at a folder that strangers can write to.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from glossary.history import TOPIC, has_unseen_changes
from glossary.models import Concept
from glossary.searchindex import Filters, IndexUnusable
from glossary.spelling import Query, Vocabulary, latin_wholes, latin_words, words_of
from glossary.termrows import TermRow, definition_words, slices, term_rows
from glossary.vocabulary import without_collecting
from glossary.whoosh_search import Generation, find
from languages import folding
from storage import changes

log = logging.getLogger(__name__)

#: Raised when what is written into the index changes.
SHAPE = 4
#: Fields whose words a query is matched with, and which are kept beside the index so that it opens at once.
VOCABULARIES = ("word", "whole", "latin")
#: Up to so many changed concepts are looked at directly; more are written into the index first.
MOST_FRESH = 100
#: Concepts read from the database at a time while building.
BATCH = 1000

#: A search builds the index itself for so many concepts at most: a second or two. For more somebody else has to.
MOST_TO_WAIT_FOR = 1_000
#: Seconds that a search waits for another thread that builds or writes.
PATIENCE = 0.3


class WhooshIndex:
    """The index in one folder. Threads share one object; it opens, builds and repairs itself when it is searched."""

    def __init__(self, folder: str | Path, another_session: Callable[[Session], Session] | None = None):
        """`another_session`: makes a reading session on the database of the given one, for a thread that builds what a
        search cannot wait for. Without it every search builds what it needs."""
        self.folder = Path(folder)
        self._another_session = another_session
        self._builder: threading.Thread | None = None
        self._opened: Generation | None = None
        self._lock = threading.RLock()

    # Searching

    def candidates(self, session: Session, query: Query, filters: Filters, limit: int) -> Sequence[int]:
        """See `glossary.lookup.SearchIndex`."""
        for attempt in (1, 2, 3):
            opened, fresh = self._up_to_date(session)
            try:
                found = find(opened, query, filters, limit)
            except Exception as trouble:  # whatever a damaged file makes Whoosh raise
                with self._lock:
                    if self._opened is not opened:  # another thread has opened a newer generation meanwhile
                        continue
                    log.warning(
                        "the index of terms is damaged (%s); it is built anew", type(trouble).__name__
                    )
                    if attempt == 3 or has_unseen_changes(session):
                        raise IndexUnusable(type(trouble).__name__) from trouble
                    self._build_or_have_built(session, False)
                continue
            return [*sorted(fresh), *(concept_id for concept_id in found if concept_id not in fresh)]
        raise IndexUnusable("it is changing too fast")

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
            if self._opened is not None:
                _close(self._opened.searcher, self._opened.storage)
                self._opened = None

    # Keeping up

    def _up_to_date(self, session: Session, *, wait: bool = False) -> tuple[Generation, set[int]]:
        """The open generation, and the concepts that changed since it was written."""
        if not self._lock.acquire(timeout=-1 if wait or self._another_session is None else 0 if self._builder else PATIENCE):
            raise IndexUnusable("it is being built")
        try:
            current = self._current()
            if self._opened is None or self._opened.generation != current:
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
        except OSError:
            return None

    def _open(self, session: Session, generation: str | None, wait: bool) -> None:
        """Open a generation that is whole and made as this version makes them, or build one."""
        self.close()
        while generation is not None and self._opened is None:
            try:
                self._opened = _open_generation(self.folder / generation, generation)
            except Exception as trouble:  # a damaged or foreign folder; see the module's first lines
                before, generation = generation, self._current()
                if generation == before:  # it is not that another process replaced it meanwhile
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
        """Whether the generation has as many concepts as the database, but for what changed since."""
        opened = self._opened
        news = changes.since(session, TOPIC, opened.position)
        if news.rebuild:
            return False
        here = session.scalar(select(func.count(Concept.id))) or 0
        return abs(opened.searcher.doc_count() - here) <= len(news.keys)

    # Writing

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        """One process at a time; the lock is the operating system's and dies with the process."""
        from whoosh.util.filelock import FileLock, try_for

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(str(self.folder / "writing.lock"))
            held = try_for(lock.acquire, timeout=0.0)
        except OSError as trouble:
            raise IndexUnusable(f"its folder cannot be written: {trouble.strerror or trouble}") from trouble
        if not held:
            raise IndexUnusable("another process is writing it")
        try:
            yield
        finally:
            lock.release()

    def _build(self, session: Session) -> None:
        """Everything into a new generation, which then becomes the current one."""
        with self._only_writer():
            self.close()
            generation = uuid.uuid4().hex
            place = self.folder / generation
            try:
                place.mkdir()
                position = changes.position(session)
                storage = _storage(place)
                writer = storage.create_index(_schema()).writer(limitmb=256, codec=_codec())
                known: dict[str, set[str]] = {name: set() for name in VOCABULARIES}
                with without_collecting():
                    with _words_ready(writer):
                        for ids in slices(list(session.scalars(select(Concept.id).order_by(Concept.id))), BATCH):
                            for document in _documents(session, ids):
                                writer.add_document(**document)
                                for name, words in known.items():
                                    words.update(document[name])
                    writer.commit(optimize=True)
                storage.close_files()
                _write_words(place, known)
                _write_state(place, position)
                pointer = self.folder / f"current.{generation}"
                pointer.write_text(generation, "utf-8")
                os.replace(pointer, self.folder / "current")
            except OSError as trouble:
                shutil.rmtree(place, ignore_errors=True)
                raise IndexUnusable(
                    f"its folder cannot be written: {trouble.strerror or trouble}"
                ) from trouble
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            for other in self.folder.iterdir():
                if other.is_dir() and other.name != generation:
                    shutil.rmtree(other, ignore_errors=True)
                elif other.name.startswith("current."):
                    other.unlink(missing_ok=True)
        self._opened = _open_generation(place, generation)

    def _write(self, session: Session, opened: Generation) -> bool:
        """What changed into the current generation, and open that. False when another process is writing: what is
        fresh here stays so, and no harm is done."""
        place = self.folder / opened.generation
        try:
            with self._only_writer():
                if _read_state(place) <= opened.position:  # else another process wrote it meanwhile
                    storage = _storage(place)
                    writer = storage.open_index(schema=_schema()).writer(codec=_codec())
                    # words that no concept has any more stay until the next build, and lead nowhere
                    known = {name: set(opened.vocabulary(name).sorted) for name in VOCABULARIES}
                    try:
                        for concept_id in opened.fresh:
                            writer.delete_by_term("id", str(concept_id))
                        with _words_ready(writer):
                            for document in _documents(session, sorted(opened.fresh)):
                                writer.add_document(**document)
                                for name, words in known.items():
                                    words.update(document[name])
                    except BaseException:
                        writer.cancel()
                        raise
                    writer.commit()
                    storage.close_files()
                    _write_words(place, known)
                    _write_state(place, opened.seen)
            self.close()
            self._opened = _open_generation(place, opened.generation)
        except IndexUnusable as busy:
            log.debug("%s", busy)
            return False
        except Exception as trouble:  # a damaged folder; see the module's first lines
            log.info("the index of terms is built anew (%s)", type(trouble).__name__)
            self._build(session)
        return True


def _schema():
    """Words come here already folded, as sets (`_words_ready`). Nothing is weighed by length or rarity: the order that
    people see is made in `glossary.lookup`. (`scorable` only because Whoosh looks for the file of lengths at each
    posting when there is none.)"""
    from whoosh.fields import ID, KEYWORD, Schema

    return Schema(
        id=ID(stored=True, unique=True),
        word=KEYWORD(commas=True, scorable=True),
        whole=KEYWORD(commas=True, scorable=True),
        latin=KEYWORD(commas=True, scorable=True),
        defined=KEYWORD(commas=True, scorable=True),
        subject=ID,
        language=KEYWORD,
        status=KEYWORD,
    )


@contextmanager
def _words_ready(writer) -> Iterator[None]:
    """While this lasts, the fields of words take a set of them as it is: Whoosh's own way from a text to its tokens
    takes a third of a build. Undone before the commit, which pickles the schema."""
    from whoosh.system import pack_uint

    once = pack_uint(1)
    fields = [writer.schema[name] for name in ("word", "whole", "latin", "defined")]
    for field in fields:
        field.index = lambda words: [(word.encode(), 1, 1.0, once) for word in words]
    try:
        yield
    finally:
        for field in fields:
            del field.index


def _codec():
    from glossary.whoosh_codec import QuickCodec

    return QuickCodec()


@cache
def _storage_class():
    from whoosh.filedb.filestore import FileStorage

    class Folder(FileStorage):
        """Files in a folder, of which every one that Whoosh opens is closed in the end, also when it gave up on it."""

        def __init__(self, place: str):
            super().__init__(place)
            self.files: list[Any] = []

        def open_file(self, name, **options):
            self.files = [file for file in self.files if not file.is_closed]
            self.files.append(super().open_file(name, **options))
            return self.files[-1]

        def close_files(self) -> None:
            for file in self.files:
                if not file.is_closed:
                    file.close()
            self.files.clear()

    return Folder


def _storage(place: Path):
    return _storage_class()(str(place))


def _close(searcher, storage) -> None:
    try:
        searcher.close()
    finally:
        storage.close_files()


def _sizes(place: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in place.iterdir() if path.suffix in (".seg", ".toc", ".words")}


def _write_words(place: Path, known: dict[str, set[str]]) -> None:
    """The words of the index, one a line: reading them from Whoosh, word by word, takes seconds."""
    for name, words in known.items():
        draft = place / f"{name}.words.new"
        draft.write_text("\n".join(sorted(words)), "utf-8", newline="\n")
        os.replace(draft, place / f"{name}.words")


def _read_words(place: Path, name: str) -> Vocabulary:
    text = (place / f"{name}.words").read_text("utf-8")
    return Vocabulary(text.split("\n") if text else (), are_sorted=True)


def _write_state(place: Path, position: int) -> None:
    state = {"shape": SHAPE, "fold": folding.FOLD_VERSION, "position": position, "files": _sizes(place)}
    draft = place / "state.json.new"
    draft.write_text(json.dumps(state), "utf-8")
    os.replace(draft, place / "state.json")


def _read_state(place: Path) -> int:
    """Up to which change a generation goes. Raises when it is not one of ours, or not whole."""
    state = json.loads((place / "state.json").read_text("utf-8"))
    if (state["shape"], state["fold"]) != (SHAPE, folding.FOLD_VERSION):
        raise ValueError("made by another version")
    if state["files"] != _sizes(place):
        raise ValueError("not whole")
    return state["position"]


def _open_generation(place: Path, generation: str) -> Generation:
    position = _read_state(place)
    storage = _storage(place)
    try:
        searcher = storage.open_index(schema=_schema()).searcher()
        words, wholes, latin = (_read_words(place, name) for name in VOCABULARIES)
    except BaseException:
        storage.close_files()
        raise
    return Generation(generation, storage, searcher, position, words, wholes, latin, seen=position)


def _documents(session: Session, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One document a concept, for those of these ids that exist."""
    terms: dict[int, list[TermRow]] = {}
    for term in term_rows(session, ids):
        terms.setdefault(term.concept_id, []).append(term)
    defined: dict[int, set[str]] = {}
    for concept_id, words in definition_words(session, ids):
        defined.setdefault(concept_id, set()).update(words)
    for some in slices(ids, BATCH):
        for concept_id, subject in session.execute(
            select(Concept.id, Concept.subject).where(Concept.id.in_(some))
        ).all():
            yield _document(concept_id, subject, terms.get(concept_id, []), defined.get(concept_id, set()))


def _document(
    concept_id: int, subject: str | None, terms: list[TermRow], defined: Iterable[str]
) -> dict[str, Any]:
    """Only words as they are written: stems, parts and typos are found from the query's side, in the vocabulary."""
    word: set[str] = set()
    whole: set[str] = set()
    latin: set[str] = set()
    for term in terms:
        for form in (term.text, *term.variants):
            words = words_of(folding.fold(form, term.language))
            whole.add(" ".join(words))
            word.update(words)
        latin |= latin_words(term.text, term.language, term.transliteration)
        latin |= latin_wholes(term.text, term.language)
    return {
        "id": str(concept_id),
        "word": sorted(filter(None, word)),
        "whole": sorted(filter(None, whole)),
        "latin": sorted(filter(None, latin)),
        "defined": sorted(filter(None, defined)),
        "subject": subject or "",
        "language": " ".join(
            sorted({tag for term in terms for tag in (term.language, term.language.partition("-")[0])})
        ),
        "status": " ".join(sorted({term.status for term in terms})),
    }
