"""Argos Translate packages, read by Argos's own code (module `argostranslate`) and run in batches.

Argos translates one text at a time, cuts it into sentences with a model it would download, writes texts to its log
and turns every underscore into a space. So its `Package` and tokenizers are used as they are, and the sentences, which
are cut already, go to CTranslate2 together, with the parameters of `argostranslate.translate`: same answers, several
times faster, no network. A test compares the two.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.mt.engine import EngineUnavailable, Hypothesis
from app.mt.running import Running

NAME = "Argos"
_importing = threading.Lock()


def library(packages: Path) -> Any:
    """The module `argostranslate.package`, imported once so that it leaves nothing in anybody's home folder.

    Argos reads its settings from the environment while it is imported, and makes its folders then: both are given to
    it for that moment. `packages` is where other users of the module in this process find the packages.
    """
    with _importing:
        if "argostranslate.package" not in sys.modules:
            os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
            with tempfile.TemporaryDirectory(prefix="argos-") as scratch:
                given = {f"XDG_{kind}_HOME": scratch for kind in ("DATA", "CONFIG", "CACHE")}
                given |= {"ARGOS_PACKAGES_DIR": str(packages), "ARGOS_DEBUG": "0", "ARGOS_CHUNK_TYPE": "MINISBD"}
                before = {name: os.environ.get(name) for name in given}
                os.environ.update(given)
                try:
                    import argostranslate.package
                finally:
                    for name, value in before.items():
                        if value is None:
                            del os.environ[name]
                        else:
                            os.environ[name] = value
            # it logs every text it is given
            logging.getLogger("argostranslate.utils").setLevel(logging.ERROR)
        import argostranslate.package

        return argostranslate.package


class ArgosEngine:
    """One Argos package: one pair of languages."""

    name = NAME

    def __init__(self, folder: Path, source: str, target: str, licence: str | None = None) -> None:
        self.folder, self.source, self.target, self.licence = folder, source, target, licence
        self._running = Running(NAME, folder / "model", self._open)
        self._package: Any = None

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({(self.source, self.target)})

    def translate(self, batch: Sequence[str], source: str, target: str, n: int = 1) -> list[list[Hypothesis]]:
        if (source, target) != (self.source, self.target):
            raise EngineUnavailable(NAME, f"this model does not translate {source} to {target}")
        tokenizer = self._running.tokenizer
        prefix = self._package.target_prefix or None
        decoded = self._running.decode(
            [tokenizer.encode(sentence) for sentence in batch],
            n,
            prefix=prefix,
            length_penalty=0.2,
            replace_unknowns=True,
        )
        return [
            [Hypothesis(" ".join(_text(tokenizer, part) for part in one.pieces), one.score) for one in found]
            for found in decoded
        ]

    def unload(self) -> None:
        self._running.unload()

    @property
    def is_loaded(self) -> bool:
        return self._running.is_loaded

    def _open(self) -> Any:
        self._package = library(self.folder.parent).Package(self.folder)
        tokenizer = getattr(self._package, "tokenizer", None)
        if tokenizer is None:
            raise ValueError("the package has no tokenizer")
        tokenizer.encode("a")  # loads it, before several threads ask
        return tokenizer


def _text(tokenizer: Any, pieces: Sequence[str]) -> str:
    """Argos's own decoding replaces every underscore by a space; with SentencePiece that is not needed."""
    processor = getattr(tokenizer, "processor", None)
    if processor is None:
        return tokenizer.decode(list(pieces)).strip()
    return processor.decode_pieces(list(pieces)).replace("▁", " ").strip()
