"""An `.argosmodel` file from anywhere: looked at before anything of it is unpacked.

It is a ZIP with one folder: `metadata.json`, `model/` (CTranslate2), a tokenizer, and often a sentence splitter, which
Dragoman has itself. Only what is needed is unpacked, under names that are on a list.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

from app.mt.engine import ModelRefused
from app.mt.models import NotDescribed, argos_description

MOST_ENTRIES = 5_000
MOST_BYTES = 4 * 1024**3
"""Everything unpacked. The largest package of Argos's index has about 250 MB."""
MOST_RATIO, RATIO_FROM = 200, 8 * 1024**2
"""Unpacked against packed, for entries of more than RATIO_FROM bytes. Weights do not compress: 2 is much."""
NEEDED = re.compile(
    r"metadata\.json|README(\.md)?|LICENSE(\.md|\.txt)?|sentencepiece\.model|bpe\.model"
    r"|model/(model\.bin|config\.json|(shared|source|target)_vocabulary\.(json|txt)|vmap\.txt)"
)


def unpack(package: Path, into: Path) -> dict[str, Any]:
    """Unpack what is needed of a package into the empty folder `into`; returns our description of it.

    Raises ModelRefused ("not-a-model", "damaged", "unsafe", "too-large", "no-space", "metadata", "languages").
    """
    name = package.name
    try:
        with zipfile.ZipFile(package) as archive:
            wanted = _wanted(archive.infolist(), name)
            _room_for(sum(entry.file_size for entry in wanted.values()), into, name)
            if "metadata.json" not in wanted:
                raise ModelRefused(
                    name,
                    "metadata",
                    "“%(name)s” has no metadata.json, so nothing says which languages it translates. Get the package "
                    "again from where it came from.",
                )
            description = _description(archive.read(wanted["metadata.json"]), name)
            for inside, entry in wanted.items():
                target = into / inside
                target.parent.mkdir(exist_ok=True)
                with archive.open(entry) as packed, target.open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, 1024 * 1024)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OverflowError) as error:
        if not zipfile.is_zipfile(package) and not _starts_like_a_zip(package):
            raise ModelRefused(
                name,
                "not-a-model",
                "“%(name)s” is not a model. Install a file that ends in .argosmodel, or a folder made by CTranslate2's "
                "converter.",
            ) from error
        raise ModelRefused(
            name,
            "damaged",
            "“%(name)s” is damaged or was not copied completely. Copy it again and compare its size with the original.",
        ) from error
    return description


def _starts_like_a_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _description(data: bytes, name: str) -> dict[str, Any]:
    try:
        return argos_description(json.loads(data))
    except NotDescribed as error:
        if error.reason == "languages":
            message = "“%(name)s” is for a language we do not know: “%(what)s”."
        elif error.reason == "not-a-model":
            message = "“%(name)s” is an Argos package, but not one that translates. Install a package of type “translate”."
        else:
            message = (
                "“%(name)s” does not say properly what it is: “%(what)s” in its metadata.json is missing or wrong. Get "
                "the package again from where it came from."
            )
        raise ModelRefused(name, error.reason, message, what=error.what) from error
    except (ValueError, RecursionError) as error:
        raise ModelRefused(
            name,
            "metadata",
            "The metadata.json in “%(name)s” cannot be read. Get the package again from where it came from.",
        ) from error


def _wanted(entries: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """The entries to unpack, by their name inside the top folder. Looks at all of them."""
    total = sum(entry.file_size for entry in entries)
    swollen = any(e.file_size > RATIO_FROM and e.file_size > MOST_RATIO * max(e.compress_size, 1) for e in entries)
    if len(entries) > MOST_ENTRIES or total > MOST_BYTES or swollen:
        raise ModelRefused(
            name,
            "too-large",
            "“%(name)s” would unpack to %(size)s MB in %(count)s files, far more than a model of its size needs. It was "
            "not unpacked.",
            size=total // 1024**2,
            count=len(entries),
        )
    entries = [entry for entry in entries if not entry.filename.startswith("__MACOSX/")]
    if any(_is_unsafe(entry) for entry in entries):
        raise ModelRefused(
            name,
            "unsafe",
            "“%(name)s” contains an entry that points outside of it or is locked. It may be hostile and was not unpacked.",
        )
    if len({entry.filename.partition("/")[0] for entry in entries}) != 1:
        raise ModelRefused(
            name,
            "not-a-model",
            "“%(name)s” is not an Argos package: such a file holds one folder with everything in it. Install a file "
            "that ends in .argosmodel.",
        )
    wanted: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        inside = entry.filename.partition("/")[2]
        if NEEDED.fullmatch(inside):
            if inside in wanted:
                raise ModelRefused(
                    name, "unsafe", "“%(name)s” contains two files of one name. It may be hostile and was not unpacked."
                )
            wanted[inside] = entry
    return wanted


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    """A name that may lead out of the folder, a link or device, or an entry behind a password (APPNOTE.TXT 4.4.4)."""
    name, top = entry.filename, entry.filename.partition("/")[0]
    return (
        top in ("", ".", "..")
        or ".." in name.split("/")
        or any(c in name for c in "\\\0")
        or ":" in top
        or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR)
        or bool(entry.flag_bits & 0x41)
    )


def _room_for(size: int, folder: Path, name: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + 64 * 1024**2:
        raise ModelRefused(
            name,
            "no-space",
            "“%(name)s” needs %(needed)s MB on the disk of the data folder, where %(free)s MB are free. Make room and "
            "install it again.",
            needed=size // 1024**2 + 64,
            free=free // 1024**2,
        )
