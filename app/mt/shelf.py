"""The folder with the installed models: reading it, putting a model in, taking one out.

``<folder>/argos/<name>/`` and ``<folder>/ctranslate2/<name>/`` hold one model each. A model is made ready beside them
and then renamed into place, so that nobody ever sees half of one; several processes may use the folder at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.mt import argosfile, families, modelfile
from app.mt.engine import ModelRefused, UnknownModel
from app.mt.models import DESCRIPTION, Model, NotDescribed, model_at

log = logging.getLogger(__name__)

KINDS = ("argos", "ctranslate2")
_STAGING = ".making"
#: What a process that was killed left in the staging folder is deleted after this many seconds.
_LEFT_OVER = 24 * 3600


class Shelf:
    """The models of one folder, read again whenever the folder changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._seen: tuple[Any, ...] | None = None
        self._models: tuple[Model, ...] = ()

    def models(self) -> tuple[Model, ...]:
        """Every usable model, by id. A folder that says nothing usable about itself is passed over, once with a
        line in the log."""
        seen = tuple(_fingerprint(self.folder))
        if seen != self._seen:
            found = [model for kind in KINDS for model in self._read(kind)]
            self._models, self._seen = tuple(sorted(found, key=lambda model: model.id)), seen
        return self._models

    def _read(self, kind: str) -> Iterator[Model]:
        for path in _folders(self.folder / kind):
            try:
                yield model_at(path, f"argos-{path.name}" if kind == "argos" else path.name)
            except (NotDescribed, OSError) as error:
                log.warning("%s is no usable model and was passed over: %s", path, error)

    def put(self, path: Path, check: Callable[[Model], None], **said: str | None) -> Model:
        """Install a package or folder; `check` may refuse the model when it is ready, before it is put in place.
        Raises ModelRefused: nothing is kept then."""
        path = Path(path)
        if not path.exists():
            raise ModelRefused(path.name, "not-there", "There is no file or folder “%(name)s”. Check its path.")
        with self._staging() as staging:
            if path.is_dir():
                description = families.describe(path, **said)
                _copy(families.files_of(path, description["family"]), staging, path.name)
                kind, name, weights = "ctranslate2", _slug(path.name), staging
            else:
                description = argosfile.unpack(path, staging)
                source, target = next(iter(description["sources"])), next(iter(description["targets"]))
                kind, name, weights = "argos", f"{source}-{target}", staging / "model"
                description["licence"] = said.get("licence") or description["licence"]
            _check_weights(weights, path.name)
            description["digest"] = _digest(weights / "model.bin")
            (staging / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False, indent=1), "utf-8")
            ready = model_at(staging, f"argos-{name}" if kind == "argos" else name)
            check(ready)
            place = self.folder / kind / name
            _into_place(staging, place)
        # not read again: another process may be replacing it by its own at this moment
        return replace(ready, path=place)

    def remove(self, model_id: str) -> None:
        """Take a model out. Raises UnknownModel."""
        model = next((model for model in self.models() if model.id == model_id), None)
        if model is None:
            raise UnknownModel(model_id)
        with self._staging() as staging:
            try:
                os.rename(model.path, staging / "old")
            except FileNotFoundError:
                raise UnknownModel(model_id) from None  # somebody was faster

    @contextlib.contextmanager
    def _staging(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        making = self.folder / _STAGING
        making.mkdir(parents=True, exist_ok=True)
        for old in making.iterdir():
            if time.time() - old.stat().st_mtime > _LEFT_OVER:
                shutil.rmtree(old, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(dir=making))
        staging.chmod(0o755)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _fingerprint(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """What changes when a model is installed, replaced or removed, by whatever process."""
    for kind in KINDS:
        for path in _folders(folder / kind):
            for name in (".", DESCRIPTION, "metadata.json"):
                with contextlib.suppress(OSError):
                    found = (path / name).stat()
                    yield f"{kind}/{path.name}/{name}", found.st_ino, found.st_mtime_ns, found.st_size


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:80] or "model"
    return f"folder-{slug}" if slug.startswith("argos-") else slug


def _copy(files: list[Path], into: Path, name: str) -> None:
    try:
        needed, free = sum(path.stat().st_size for path in files), shutil.disk_usage(into).free
        if free < needed + 64 * 1024**2:
            raise ModelRefused(
                name,
                "no-space",
                "“%(name)s” needs %(needed)s MB on the disk of the data folder, where %(free)s MB are free. Make room "
                "and install it again.",
                needed=needed // 1024**2 + 64,
                free=free // 1024**2,
            )
        for path in files:
            shutil.copyfile(path, into / path.name)
    except OSError as error:
        raise ModelRefused(
            name,
            "damaged",
            "“%(name)s” could not be copied: %(why)s. Look at the disk and at who may read the folder, and install it "
            "again.",
            why=error.strerror or type(error).__name__,
        ) from error


def _check_weights(folder: Path, name: str) -> None:
    try:
        found = modelfile.read(folder / "model.bin")
    except FileNotFoundError:
        raise ModelRefused(
            name,
            "not-a-model",
            "“%(name)s” has no model.bin, the file with the model's weights. Get the model again from where it came "
            "from.",
        ) from None
    except modelfile.DamagedModelFile as error:
        if error.reason == "too-new":
            raise ModelRefused(
                name,
                "unsupported",
                "“%(name)s” was made by a newer CTranslate2 than the one installed here. Update Dragoman, or convert "
                "the model again with CTranslate2 4.",
            ) from error
        raise ModelRefused(
            name,
            "damaged",
            "The file model.bin in “%(name)s” is damaged or was not copied completely. Copy it again and compare its "
            "size with the original.",
        ) from error
    if found.specification != "TransformerSpec":
        raise ModelRefused(
            name,
            "unsupported",
            "“%(name)s” is a model of another kind (%(kind)s), not one that translates text.",
            kind=found.specification[:60],
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _into_place(staging: Path, place: Path) -> None:
    """Rename a finished folder to its place; the one that was there before goes."""
    place.parent.mkdir(exist_ok=True)
    ready = staging.with_name(f"{staging.name}-ready")
    os.rename(staging, ready)
    staging.mkdir()
    for attempt in range(100):
        try:
            os.rename(ready, place)
            return
        except OSError:
            # a model of this name is there, or another process installs the same one at this moment
            with contextlib.suppress(FileNotFoundError):
                os.rename(place, staging / f"old-{attempt}")
    shutil.rmtree(ready, ignore_errors=True)
    raise ModelRefused(
        place.name, "no-space", "“%(name)s” could not be put in place: something else keeps changing that folder. Try again."
    )
