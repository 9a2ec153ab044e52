"""What a translation engine is, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to translate a sentence. `score` is the mean log probability of its pieces (natural logarithm, 0 is
    certain): comparable within one model and one pair of languages, nowhere else."""

    text: str
    score: float


class Engine(Protocol):
    """One loaded model.

    Engines are asked from several threads at once. A sentence comes in without white space around it and without
    line breaks; what comes back is the model's, unchecked.
    """

    name: str
    licence: str | None

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The (source, target) pairs of BCP 47 tags it translates by itself."""
        ...

    def translate(self, batch: Sequence[str], source: str, target: str, n: int = 1) -> list[list[Hypothesis]]:
        """At most `n` hypotheses for each sentence, the best first, in the order of `batch`.
        Raises EngineUnavailable."""
        ...

    def unload(self) -> None:
        """Give the memory back. The next sentence loads the model again."""
        ...


class EngineUnavailable(Exception):
    """A model is there but does not answer. `engine` is its name, `reason` what went wrong: never a client's text."""

    def __init__(self, engine: str, reason: str) -> None:
        self.engine, self.reason = engine, reason
        super().__init__(f"{engine} cannot translate now: {reason}")


class ModelRefused(Exception):
    """A file or folder cannot be installed as a model. Nothing of it was kept.

    `name` is the file's name; `reason` a stable key ("not-there", "not-a-model", "damaged", "unsafe", "too-large",
    "metadata", "languages", "unsupported", "does-not-run", "no-space"); `message` plain English with %(fields)s: what
    happened and what to do next.
    """

    def __init__(self, name: str, reason: str, message: str, **fields: object) -> None:
        self.name, self.reason, self.message = name, reason, message
        self.fields = {"name": name, **{key: str(value) for key, value in fields.items()}}
        super().__init__(self.text())

    def text(self) -> str:
        """The message in English with its fields filled in."""
        return self.message % self.fields


class UnknownModel(KeyError):
    """No installed model has this id."""

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id
        super().__init__(model_id)

    def __str__(self) -> str:
        return f"No model “{self.model_id}” is installed."
