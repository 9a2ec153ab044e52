"""The models of one folder, and translating through them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from app.mt import routes
from app.mt.engine import Engine, EngineUnavailable, ModelRefused
from app.mt.models import Model
from app.mt.routes import Route
from app.mt.shelf import Shelf
from app.mt.suggesting import Suggestion, suggest
from languages import tags

#: Models kept in memory at once; the one that was not used for longest goes. A pair of Argos's needs about 125 MB,
#: NLLB-200 600M about 700 MB.
MOST_LOADED = 6
#: Texts longer than this are not translated: nothing that is one segment is so long.
MOST_CHARACTERS = 10_000


class Models:
    """The models in a folder. Safe to use from several threads; other processes may change the folder meanwhile.

    Nothing is loaded before the first translation, so an object made before a fork can be used after it.
    """

    def __init__(
        self, folder: Path, *, preference: Sequence[str] = routes.PREFERENCE, most_loaded: int = MOST_LOADED
    ) -> None:
        self.folder, self.preference, self.most_loaded = Path(folder), tuple(preference), most_loaded
        self._shelf = Shelf(self.folder)
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._lock = threading.Lock()

    def installed(self) -> list[Model]:
        """Every usable model in the folder, by id."""
        return list(self._shelf.models())

    def install(
        self, path: Path, *, source: str | None = None, target: str | None = None, licence: str | None = None
    ) -> Model:
        """Install an `.argosmodel` file, or a folder made by CTranslate2's converter, after trying that it translates.
        A model of the same name is replaced. `source` and `target` are needed for an OPUS-MT folder whose name does
        not say its languages. Raises ModelRefused: nothing is kept then."""
        return self._shelf.put(path, _try_out, source=source, target=target, licence=licence)

    def remove(self, model_id: str) -> None:
        """Take a model out of the folder. Raises UnknownModel (a KeyError)."""
        self._shelf.remove(model_id)

    def route(self, source: str, target: str) -> Route | None:
        """The models that would translate this pair now; None when there are none. An unknown tag has none either."""
        try:
            return routes.find(self._shelf.models(), source, target, self.preference)
        except tags.UnknownLanguage:
            return None

    def translate(self, texts: Sequence[str], source: str, target: str, n: int = 1) -> list[list[Suggestion]]:
        """At most `n` suggestions for each text, the best first. A text gets none when there is no route, when it has
        nothing to translate, or when what the model said is not fit to be shown. Raises EngineUnavailable."""
        route = self.route(source, target)
        if route is None:
            return [[] for _ in texts]
        engines = [self._engine(hop.model) for hop in route.hops]
        return suggest(route, engines, [text if len(text) <= MOST_CHARACTERS else "" for text in texts], n)

    def unload(self) -> None:
        """Give back the memory of every model. The next translation loads what it needs."""
        with self._lock:
            engines, self._engines = list(self._engines.values()), OrderedDict()
        for engine in engines:
            engine.unload()

    def _engine(self, model: Model) -> Engine:
        """The engine of a model, made once. The key changes when the model is replaced, and the old one goes."""
        with self._lock:
            key = f"{model.path} {model.key}"
            if key not in self._engines:
                self._engines[key] = engine_for(model)
                here = {f"{other.path} {other.key}" for other in self._shelf.models()}
                for gone in [known for known in self._engines if known not in here]:
                    del self._engines[gone]
            self._engines.move_to_end(key)
            while len(self._engines) > self.most_loaded:
                self._engines.popitem(last=False)
            return self._engines[key]


def engine_for(model: Model) -> Engine:
    """The engine that runs a model. Nothing is loaded yet."""
    if model.family == "argos":
        from app.mt.argos import ArgosEngine

        return ArgosEngine(model.path, next(iter(model.sources)), next(iter(model.targets)), model.licence)
    from app.mt.ctranslate import CTranslateEngine

    return CTranslateEngine(model)


def _try_out(model: Model) -> None:
    """Refuse a model that cannot be loaded or does not answer."""
    engine = engine_for(model)
    source, target = min(model.pairs, default=(None, None))
    try:
        if source is None or target is None:
            raise EngineUnavailable(model.engine, "it has no two languages")
        engine.translate(["1."], source, target)
    except EngineUnavailable as error:
        raise ModelRefused(
            model.path.name,
            "does-not-run",
            "The model was tried and does not translate: %(why)s. Get it again from where it came from, or convert it "
            "again as docs/operating.md shows.",
            why=error.reason,
        ) from error
    finally:
        engine.unload()
