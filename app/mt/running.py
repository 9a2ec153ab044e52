"""Running a CTranslate2 model: loaded when first asked, once, and left behind after a fork."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.mt import modelfile
from app.mt.engine import EngineUnavailable

#: Pieces of one sentence handed to a model. Longer ones are cut between words: models are trained on sentences, and
#: both quality and memory suffer beyond this.
MOST_PIECES = 200
#: Pieces in one batch. CTranslate2 sorts and cuts what it is given.
BATCH_PIECES = 2048
BEAM = 4


@dataclass(frozen=True, slots=True)
class Decoded:
    """One hypothesis: the pieces of each cut of the sentence, and the mean log probability of a piece."""

    pieces: tuple[tuple[str, ...], ...]
    score: float


_running: weakref.WeakSet[Running] = weakref.WeakSet()


def threads() -> int:
    """Threads for one model: half of the processors this process may use, and at most four, so that pages stay quick
    while a document is translated."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, usable // 2))


class Running:
    """One model in memory. `open_tokenizer` is called with the model, once, under the lock."""

    def __init__(self, engine: str, folder: Path, open_tokenizer: Callable[[], Any]) -> None:
        self.engine, self.folder, self._open_tokenizer = engine, folder, open_tokenizer
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, int] | None = None
        _running.add(self)

    @property
    def tokenizer(self) -> Any:
        """What turns a sentence into pieces and back. Loads the model. Raises EngineUnavailable."""
        return self._load()[1]

    def decode(
        self,
        sentences: Sequence[Sequence[str]],
        n: int,
        *,
        before: Sequence[str] = (),
        after: Sequence[str] = (),
        prefix: str | None = None,
        length_penalty: float = 1.0,
        replace_unknowns: bool = False,
    ) -> list[list[Decoded]]:
        """Translate sentences given as pieces; each is put between `before` and `after`, and each hypothesis is made
        to start with `prefix`, which is left out of the answer. Raises EngineUnavailable."""
        translator, _, places = self._load()
        room = min(places - 2, MOST_PIECES) - len(before) - len(after)
        cut = [cut_pieces(pieces, room) for pieces in sentences]
        batch = [[*before, *part, *after] for parts in cut for part in parts]
        if not batch:
            return [[] for _ in sentences]
        try:
            results = translator.translate_batch(
                batch,
                target_prefix=[[prefix]] * len(batch) if prefix else None,
                max_batch_size=BATCH_PIECES,
                batch_type="tokens",
                beam_size=max(BEAM, n),
                num_hypotheses=n,
                length_penalty=length_penalty,
                replace_unknowns=replace_unknowns,
                max_input_length=0,
                max_decoding_length=min(places - 2, 2 * MOST_PIECES),
                return_scores=True,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineUnavailable(self.engine, type(error).__name__) from error
        results = iter(results)
        return [_together([next(results) for _ in parts], n, prefix, length_penalty) for parts in cut]

    def unload(self) -> None:
        """Give the memory back as soon as no thread uses the model any more."""
        with self._lock:
            self._loaded = None

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def _load(self) -> tuple[Any, Any, int]:
        loaded = self._loaded
        if loaded is not None:
            return loaded
        with self._lock:
            if self._loaded is None:
                # read when the library is loaded: a thread that waits for another one sleeps. Otherwise it spins, and on
                # a machine with other work to do one sentence was measured to take 450 ms instead of 40
                os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
                import ctranslate2

                try:
                    places = modelfile.read(self.folder / "model.bin").places
                    tokenizer = self._open_tokenizer()
                    translator = ctranslate2.Translator(str(self.folder), intra_threads=threads())
                except (RuntimeError, ValueError, OSError, modelfile.DamagedModelFile) as error:
                    raise EngineUnavailable(self.engine, f"the model cannot be loaded ({error})") from error
                self._loaded = translator, tokenizer, places or 3 * MOST_PIECES
            return self._loaded

    def _leave_behind(self) -> None:
        """In a forked child: a translator of the parent must be neither used nor destroyed, not even at exit, because
        both wait for threads that only the parent has. One reference too many keeps it for as long as the child lives."""
        if self._loaded is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._loaded))
        self._loaded, self._lock = None, threading.Lock()


def _after_fork() -> None:
    for running in list(_running):
        running._leave_behind()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def cut_pieces(pieces: Sequence[str], room: int) -> list[Sequence[str]]:
    """Cut a sentence of too many pieces where a word begins, or anywhere when no word begins in time. SentencePiece
    marks a piece that begins a word (▁), byte pair encoding one that does not end it (@@)."""
    marked = any(piece.startswith("▁") for piece in pieces)
    parts = []
    while len(pieces) > room:
        begins = (
            i
            for i in range(room, room // 2, -1)
            if (pieces[i].startswith("▁") if marked else not pieces[i - 1].endswith("@@"))
        )
        at = next(begins, room)
        parts.append(pieces[:at])
        pieces = pieces[at:]
    if pieces:
        parts.append(pieces)
    return parts


def _together(results: list[Any], n: int, prefix: str | None, length_penalty: float) -> list[Decoded]:
    """The i-th hypotheses of the parts of a sentence are its i-th hypothesis."""
    found = []
    for i in range(max((min(n, len(result.hypotheses)) for result in results), default=0)):
        pieces, total, count = [], 0.0, 0
        for result in results:
            at = min(i, len(result.hypotheses) - 1)
            hypothesis = result.hypotheses[at]
            length = len(hypothesis) + 1  # the end of the sentence counts
            total += result.scores[at] * length**length_penalty
            count += length
            if prefix and hypothesis[:1] == [prefix]:
                hypothesis = hypothesis[1:]
                count -= 1  # it was forced: its probability is not in the sum
            pieces.append(tuple(hypothesis))
        found.append(Decoded(tuple(pieces), total / max(count, 1)))
    return found
