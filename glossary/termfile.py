"""The index of terms as one file: the words under which concepts are found, and in which concepts each stands.

A field is its words, sorted, and for each of them its documents; a document is a concept's place in the file. Words are
read into memory as they lie there, documents are mapped. The file is never changed: what changed is merged with it into a
new one. Words come here folded, so that the file holds nothing but words and numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.models import Concept
from glossary.spelling import latin_wholes, latin_words, words_of
from glossary.termrows import TermRow, definition_words, slices, term_rows
from glossary.vocabulary import without_collecting
from glossary.wordlist import WordList
from languages import folding
from storage.arrays import Arrays, DamagedFile, Kind, write_arrays

#: `shape` is raised whenever what is written into the file, or how, changes.
KIND = Kind(b"DRAGOTRM", ".terms", {"shape": 2, "fold": folding.FOLD_VERSION})
#: What a concept is found under: words, whole terms, Latin keys, words of definitions; and what filters ask for.
FIELDS = ("word", "whole", "latin", "defined", "subject", "language", "status")
#: Concepts read from the database at a time.
BATCH = 1000

#: One concept on its way into the file: its id, and its words by field.
Document = tuple[int, dict[str, set[str]]]


# --- writing ---------------------------------------------------------------------------------------


class _Field:
    """The words of a field while a file is made, and the documents in which they stand, in order."""

    def __init__(self, words: Iterable[str] = (), places: bytes = b"", documents: bytes = b""):
        """With postings that are there already: places of words, and documents, each as 32-bit numbers."""
        self.places = {word: place for place, word in enumerate(words)}
        self.of_postings, self.documents = array("I", places), array("I", documents)

    def add(self, document: int, words: Iterable[str]) -> None:
        places = self.places
        for word in words:
            if word:
                self.of_postings.append(places.setdefault(word, len(places)))
                self.documents.append(document)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """As they are written. Words that stand nowhere any more are left out."""
        of_postings = np.frombuffer(self.of_postings, np.uint32)
        used = np.bincount(of_postings, minlength=len(self.places)) > 0
        words = sorted(word for word, place in self.places.items() if used[place])
        ranks = np.zeros(len(self.places), np.uint32)
        ranks[np.fromiter(map(self.places.__getitem__, words), np.int64, len(words))] = np.arange(len(words), dtype=np.uint32)
        in_order = ranks[of_postings]
        starts = np.concatenate(([0], np.cumsum(np.bincount(in_order, minlength=len(words))))).astype(np.uint32)
        documents = np.frombuffer(self.documents, np.uint32)[np.argsort(in_order, kind="stable")]
        text = np.frombuffer("\n".join(words).encode("utf-8", "surrogatepass"), np.uint8)
        return {f"{name}.text": text, f"{name}.starts": starts, f"{name}.documents": documents}


def write(
    path: Path, documents: Iterable[Document], position: int, again: Iterable[int] = (), old: TermFile | None = None,
    without: Iterable[int] = (),
) -> None:  # fmt: skip
    """Write a file of these documents, right up to this position in the feed of changes and with those of `again` behind it
    (`storage.changes.News`); with the documents of an `old` one but for those `without`. The file is complete and on the disk
    when this returns. Raises OSError."""
    with without_collecting():
        concepts, fields = old.kept(set(without)) if old else ([], {name: _Field() for name in FIELDS})
        for concept_id, words in documents:
            for name, field in fields.items():
                field.add(len(concepts), words[name])
            concepts.append(concept_id)
        arrays = {"concepts": np.array(concepts, np.int64), "position": np.array([position], np.int64)}
        arrays["again"] = np.array(sorted(again), np.int64)
        for name, field in fields.items():
            arrays |= field.arrays(name)
    write_arrays(path, KIND, arrays)


# --- reading ---------------------------------------------------------------------------------------


class TermFile:
    """An open file. Raises storage.arrays.DamagedFile when it is not exactly what `write` wrote, and OSError."""

    def __init__(self, path: Path):
        self.path = path
        self._arrays = Arrays(path, KIND).arrays
        try:
            self.position = int(self._arrays["position"][0])
            self.again: frozenset[int] = frozenset(self._arrays["again"].tolist())
            self.concepts: list[int] = self._arrays["concepts"].tolist()
            self.words = {name: WordList(self._words(name), are_sorted=True) for name in FIELDS}
            self._postings = {name: (self._arrays[f"{name}.starts"], self._arrays[f"{name}.documents"]) for name in FIELDS}
        except (KeyError, IndexError, ValueError) as error:
            raise DamagedFile(path, str(error)) from error
        if any(len(starts) != len(self.words[name]) + 1 for name, (starts, _) in self._postings.items()):
            raise DamagedFile(path, "words and postings differ")

    def _words(self, name: str) -> list[str]:
        text = self._arrays[f"{name}.text"].tobytes().decode("utf-8", "surrogatepass")
        return text.split("\n") if text else []

    def documents(self, name: str, word: str) -> list[int]:
        """The documents that have this word in this field."""
        place = self.words[name].place(word)
        if place is None:
            return []
        starts, documents = self._postings[name]
        return documents[starts[place] : starts[place + 1]].tolist()

    def holding(self, name: str, words: Iterable[str]) -> np.ndarray:
        """For each document, whether it has one of these words in this field."""
        found = np.zeros(len(self.concepts), bool)
        for word in words:
            found[self.documents(name, word)] = True
        return found

    def kept(self, without: set[int]) -> tuple[list[int], dict[str, _Field]]:
        """(the concepts but for these, what is found under them), to be written into another file."""
        alive = np.array([concept_id not in without for concept_id in self.concepts], bool)
        numbers = np.cumsum(alive, dtype=np.uint32) - np.uint32(1)
        fields = {}
        for name, (starts, documents) in self._postings.items():
            places = np.repeat(np.arange(len(starts) - 1, dtype=np.uint32), np.diff(starts))
            stays = alive[documents]
            fields[name] = _Field(self.words[name].sorted, places[stays].tobytes(), numbers[documents[stays]].tobytes())
        return [concept_id for concept_id, stays in zip(self.concepts, alive, strict=True) if stays], fields


# --- documents -------------------------------------------------------------------------------------


def documents_of(session: Session, ids: Sequence[int]) -> Iterator[Document]:
    """A document for each of these concepts that exists."""
    concept = Concept.__table__.c
    for some in slices(list(ids), BATCH):
        terms: dict[int, list[TermRow]] = {}
        for term in term_rows(session, some):
            terms.setdefault(term.concept_id, []).append(term)
        defined: dict[int, set[str]] = {}
        for concept_id, words in definition_words(session, some):
            defined.setdefault(concept_id, set()).update(words)
        rows = session.execute(select(concept.id, concept.subject).where(concept.id.in_(some)).order_by(concept.id)).all()
        for concept_id, subject in rows:
            yield concept_id, _words_by_field(subject, terms.get(concept_id, ()), defined.get(concept_id, set()))


def _words_by_field(subject: str | None, terms: Iterable[TermRow], defined: set[str]) -> dict[str, set[str]]:
    """Only words as they are written: stems, parts and typos are found from the query's side, in the list of words."""
    found: dict[str, set[str]] = {name: set() for name in FIELDS}
    for term in terms:
        for form in (term.text, *term.variants):
            words = words_of(folding.fold(form, term.language))
            found["whole"].add(" ".join(words))
            found["word"].update(words)
        found["latin"] |= latin_words(term.text, term.language, term.transliteration)
        found["latin"] |= latin_wholes(term.text, term.language)
        found["language"] |= {term.language, term.language.partition("-")[0]}
        found["status"].add(term.status)
    found["defined"] = defined
    found["subject"].add(" ".join((subject or "").split()))
    return found
