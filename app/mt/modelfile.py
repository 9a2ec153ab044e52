"""Reading the head of a CTranslate2 `model.bin` without loading it: is it whole, and how large is what.

The layout is that of CTranslate2's `models/model.cc` (binary versions 2 to 6, little endian): a version, the name and
revision of the specification, then each weight with its name, shape, type and bytes, then aliases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

NEWEST = 6
MOST_WEIGHTS = 100_000


class DamagedModelFile(Exception):
    """The file is no model.bin or ends too early. `reason`: "not-a-model", "truncated" or "too-new"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a model.bin says about itself. `shapes`: the shape of each weight by its name."""

    specification: str
    shapes: dict[str, tuple[int, ...]]

    def rows(self, name: str) -> int | None:
        """The first dimension of a weight; None when the model has no such weight."""
        shape = self.shapes.get(name)
        return shape[0] if shape else None

    @property
    def places(self) -> int | None:
        """The most pieces a sentence may have; None when the model counts places by a formula."""
        found = [
            rows
            for name in ("encoder/position_encodings/encodings", "decoder/position_encodings/encodings")
            if (rows := self.rows(name)) is not None
        ]
        return min(found, default=None)


def read(path: Path) -> ModelFile:
    """Walk through the file from weight to weight, seeking over the numbers. Raises DamagedModelFile, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        version = _number(file, "<I")
        if version < 2 or version > 1000:
            raise DamagedModelFile("not-a-model")
        if version > NEWEST:
            raise DamagedModelFile("too-new")
        specification = _text(file)
        _number(file, "<I")
        count = _number(file, "<I")
        if not specification.isidentifier() or count > MOST_WEIGHTS:
            raise DamagedModelFile("not-a-model")
        shapes = dict(_weight(file, version, size) for _ in range(count))
        if version >= 3:
            for _ in range(_number(file, "<I")):
                alias, name = _text(file), _text(file)
                if name in shapes:
                    shapes[alias] = shapes[name]
    return ModelFile(specification, shapes)


def _weight(file: BinaryIO, version: int, size: int) -> tuple[str, tuple[int, ...]]:
    name = _text(file)
    shape = tuple(_number(file, "<I") for _ in range(_number(file, "<B")))
    if version >= 4:
        _number(file, "<B")
        length = _number(file, "<I")
    else:
        length = _number(file, "<B") * _number(file, "<I")
    if file.seek(length, 1) > size:
        raise DamagedModelFile("truncated")
    return name, shape


def _number(file: BinaryIO, form: str) -> int:
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        raise DamagedModelFile("truncated")
    return struct.unpack(form, data)[0]


def _text(file: BinaryIO) -> str:
    length = _number(file, "<H")
    data = file.read(length)
    if len(data) < length:
        raise DamagedModelFile("truncated")
    try:
        return data.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        raise DamagedModelFile("not-a-model") from None
