"""Which models lead from one language to another: one that does it directly, or two through English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.mt.models import Model
from languages import tags

#: Made for one pair first; then the larger of the models for many.
PREFERENCE = ("OPUS-MT", "Argos", "NLLB-200", "MADLAD-400")
PIVOT = "en"


@dataclass(frozen=True, slots=True)
class Hop:
    """One model and the languages it is asked for, as the model knows them: `fa` where Dari was wanted and the model
    has Persian only."""

    model: Model
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Route:
    """From a source language to a target language, in one hop or two."""

    hops: tuple[Hop, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The languages the text goes through: ("nl", "en", "ar")."""
        return (self.hops[0].source, *(hop.target for hop in self.hops))

    @property
    def engine(self) -> str:
        """The names of the engines, each once, in order."""
        return " + ".join(dict.fromkeys(hop.model.engine for hop in self.hops))

    @property
    def key(self) -> str:
        """Names exactly these models in this order: what they said may be kept under it."""
        return " ".join(hop.model.key for hop in self.hops)

    @property
    def licences(self) -> tuple[str | None, ...]:
        """The licence of each model, in order; None where nobody said."""
        return tuple(hop.model.licence for hop in self.hops)


def find(models: Iterable[Model], source: str, target: str, preference: Sequence[str] = PREFERENCE) -> Route | None:
    """The best route, None when there is none. A direct model before a pivot, whatever its engine; then the order of
    `preference`; then the newer version. Raises `languages.tags.UnknownLanguage`."""
    ranked = sorted(models, key=lambda model: (_rank(model, preference), _newest_first(model.version), model.id))
    if tags.same_language(source, target) and tags.script(source) == tags.script(target):
        return None
    direct = _hop(ranked, source, target)
    if direct is not None:
        return Route((direct,))
    if PIVOT in (tags.base(source), tags.base(target)):
        return None
    first, second = _hop(ranked, source, PIVOT), _hop(ranked, PIVOT, target)
    return Route((first, second)) if first is not None and second is not None else None


def _hop(ranked: Sequence[Model], source: str, target: str) -> Hop | None:
    # the exact languages with any model come before a related language with a better model
    for to in tags.fallbacks(target):
        for by in tags.fallbacks(source):
            for model in ranked:
                if (by, to) in model.pairs:
                    return Hop(model, by, to)
    return None


def _rank(model: Model, preference: Sequence[str]) -> int:
    return preference.index(model.engine) if model.engine in preference else len(preference)


def _newest_first(version: str) -> tuple[int, ...]:
    return tuple(_negated(version))


def _negated(version: str) -> Iterator[int]:
    for part in version.split("."):
        yield -int(part) if part.isascii() and part.isdigit() else 0
