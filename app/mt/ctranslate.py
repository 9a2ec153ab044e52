"""NLLB-200, OPUS-MT and MADLAD-400 models, converted for CTranslate2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.mt import families
from app.mt.engine import EngineUnavailable, Hypothesis
from app.mt.models import Model
from app.mt.running import Running

END = "</s>"


class CTranslateEngine:
    """One model folder. How a language is asked for differs per family (`families`)."""

    def __init__(self, model: Model) -> None:
        self.model, self.name, self.licence = model, model.engine, model.licence
        self._running = Running(model.engine, model.path, self._open)

    def pairs(self) -> frozenset[tuple[str, str]]:
        return self.model.pairs

    def translate(self, batch: Sequence[str], source: str, target: str, n: int = 1) -> list[list[Hypothesis]]:
        if source not in self.model.sources or target not in self.model.targets:
            raise EngineUnavailable(self.name, f"this model does not translate {source} to {target}")
        encode, decode = self._running.tokenizer
        token = self.model.targets[target]
        before, prefix = [], None
        if self.model.family == "nllb-200":
            before, prefix = [self.model.sources[source]], token
        elif self.model.family == "madlad-400" or token.startswith(">>"):
            before = [token]
        decoded = self._running.decode(
            [encode.encode(sentence, out_type=str) for sentence in batch],
            n,
            before=before,
            after=[END],
            prefix=prefix,
        )
        return [
            [Hypothesis(" ".join(decode.decode_pieces(list(part)) for part in one.pieces), one.score) for one in found]
            for found in decoded
        ]

    def unload(self) -> None:
        self._running.unload()

    @property
    def is_loaded(self) -> bool:
        return self._running.is_loaded

    def _open(self) -> tuple[Any, Any]:
        import sentencepiece

        self._check_codes()
        names = families.TOKENIZERS[self.model.family]
        opened = [sentencepiece.SentencePieceProcessor(model_file=str(self.model.path / name)) for name in names]
        return opened[0], opened[-1]

    def _check_codes(self) -> None:
        """Raise ValueError for a language whose token is not in the vocabulary: the model would answer all the same,
        in some language."""
        pieces = set(families.vocabulary(self.model.path))
        tokens = set(self.model.targets.values()) if self.model.family != "opus-mt" else set()
        tokens |= {token for token in self.model.targets.values() if token.startswith(">>")}
        if self.model.family == "nllb-200":
            tokens |= set(self.model.sources.values())
        missing = sorted(tokens - pieces)
        if missing:
            raise ValueError(f"its vocabulary does not have {', '.join(missing[:5])}")
