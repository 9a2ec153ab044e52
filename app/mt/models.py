"""What an installed model is, and the file `engine.json` that stands beside its weights and says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from languages import tags

DESCRIPTION = "engine.json"
#: family -> (engine, the licence its authors chose; None where each package has its own)
FAMILIES: dict[str, tuple[str, str | None]] = {
    "argos": ("Argos", None),
    "opus-mt": ("OPUS-MT", "CC-BY-4.0"),
    "nllb-200": ("NLLB-200", "CC-BY-NC-4.0"),
    "madlad-400": ("MADLAD-400", "Apache-2.0"),
}
#: Argos's own codes that mean something else, or nothing, elsewhere.
ARGOS_CODES = {"zh": "zh-Hans", "zt": "zh-Hant", "pb": "pt-BR"}


class NotDescribed(Exception):
    """A folder says nothing usable about itself. `reason` is a stable key, `what` the field at fault."""

    def __init__(self, reason: str, what: str = "") -> None:
        self.reason, self.what = reason, what
        super().__init__(f"{reason}: {what}")


@dataclass(frozen=True)
class Model:
    """One installed model. `sources` and `targets` map BCP 47 tags to the model's own codes; `digest` tells two
    models of the same id and version apart, on every machine alike."""

    id: str
    family: str
    name: str
    sources: Mapping[str, str]
    targets: Mapping[str, str]
    version: str
    size: int
    licence: str | None
    path: Path
    digest: str

    @property
    def engine(self) -> str:
        return FAMILIES[self.family][0]

    @property
    def source(self) -> str | None:
        """The one language it translates from; None when there are several."""
        return next(iter(self.sources)) if len(self.sources) == 1 else None

    @property
    def target(self) -> str | None:
        """The one language it translates to; None when there are several."""
        return next(iter(self.targets)) if len(self.targets) == 1 else None

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every (source, target) it translates by itself."""
        return frozenset(
            (source, target)
            for source in self.sources
            for target in self.targets
            if not tags.same_language(source, target)
        )

    @property
    def key(self) -> str:
        """Names exactly this model: what it said before may be kept under this name."""
        return f"{self.id}@{self.version}#{self.digest[:8]}"


def argos_description(metadata: Any) -> dict[str, Any]:
    """Our description of a package from its metadata.json. Raises NotDescribed."""
    if not isinstance(metadata, dict):
        raise NotDescribed("metadata", "metadata.json")
    if metadata.get("type", "translate") != "translate":
        raise NotDescribed("not-a-model", "type")
    languages = []
    for name in ("from_code", "to_code"):
        code = metadata.get(name)
        if not isinstance(code, str):
            raise NotDescribed("metadata", name)
        try:
            languages.append({tags.normalise(ARGOS_CODES.get(code, code)): code})
        except tags.UnknownLanguage:
            raise NotDescribed("languages", code[:40]) from None
    if languages[0].keys() == languages[1].keys():
        raise NotDescribed("metadata", "to_code")
    version = metadata.get("package_version", "")
    if not isinstance(version, str) or len(version) > 40 or not version.isprintable():
        raise NotDescribed("metadata", "package_version")
    source, target = (next(iter(found)) for found in languages)
    return {
        "family": "argos",
        "name": f"Argos {source}-{target}",
        "version": version or "1",
        "licence": None,
        "sources": languages[0],
        "targets": languages[1],
        "digest": "",
    }


def model_at(folder: Path, model_id: str) -> Model:
    """Read what a folder of models says about itself. Raises NotDescribed."""
    found = None
    for name, read in ((DESCRIPTION, dict), ("metadata.json", argos_description)):
        if (folder / name).is_file():
            found = read(_json(folder / name))
            break
    if found is None:
        raise NotDescribed("not-a-model")
    try:
        family, sources, targets = found["family"], dict(found["sources"]), dict(found["targets"])
        if family not in FAMILIES or not sources or not targets:
            raise NotDescribed("metadata", "family")
        return Model(
            id=model_id,
            family=family,
            name=str(found.get("name") or model_id),
            sources=sources,
            targets=targets,
            version=str(found.get("version") or "1"),
            size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
            licence=found.get("licence"),
            path=folder,
            digest=str(found.get("digest") or _size_of_weights(folder)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotDescribed("metadata", DESCRIPTION) from error


def _json(path: Path) -> Any:
    if path.stat().st_size > 1_000_000:
        raise NotDescribed("metadata", path.name)
    try:
        return json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotDescribed("metadata", path.name) from error


def _size_of_weights(folder: Path) -> str:
    weights = [path for path in (folder / "model.bin", folder / "model" / "model.bin") if path.is_file()]
    return f"{weights[0].stat().st_size:x}" if weights else ""
