"""Folders made by CTranslate2's converters: which family of models one is, and which languages it knows.

The family shows in the tokenizer's files and in the tokens for languages: ``tir_Ethi`` (NLLB-200), ``>>tir<<``
(OPUS-MT, only where a model has several targets), ``<2ti>`` (MADLAD-400). A language is offered only when its token is
in the vocabulary: asked for an unknown one, CTranslate2 answers in some other language and says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.mt.engine import ModelRefused
from app.mt.models import DESCRIPTION, FAMILIES
from languages import tags

VOCABULARIES = tuple(
    f"{side}_vocabulary.{kind}" for side in ("shared", "source", "target") for kind in ("json", "txt")
)
TOKENIZERS = {
    "opus-mt": ("source.spm", "target.spm"),
    "nllb-200": ("sentencepiece.bpe.model",),
    "madlad-400": ("spiece.model",),
}
TOKENS = {
    "opus-mt": re.compile(r">>([A-Za-z_-]{2,20})<<"),
    "nllb-200": re.compile(r"([a-z]{3}_[A-Z][a-z]{3})"),
    "madlad-400": re.compile(r"<2([a-z]{2,3}(?:_[A-Za-z]{2,4})?)>"),
}
KEPT = ("model.bin", "config.json", "vmap.txt", "README.md", "LICENSE", *VOCABULARIES)
#: Parts of folder names that are no languages.
_NO_LANGUAGES = {"opus", "mt", "tc", "big", "base", "tiny", "ct2", "int8", "float16", "float32"}


def files_of(folder: Path, family: str) -> list[Path]:
    """What is copied when a folder is installed."""
    return [path for name in (*KEPT, *TOKENIZERS[family]) if (path := folder / name).is_file()]


def vocabulary(folder: Path, side: str = "target") -> list[str]:
    """The pieces a model knows. Raises ValueError when there is no list of them."""
    for name in (f"shared_vocabulary.{kind}" for kind in ("json", "txt")):
        if (folder / name).is_file():
            return _pieces(folder / name)
    for kind in ("json", "txt"):
        if (folder / f"{side}_vocabulary.{kind}").is_file():
            return _pieces(folder / f"{side}_vocabulary.{kind}")
    raise ValueError("no vocabulary")


def _pieces(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".txt":
        return text.split("\n")
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(piece, str) for piece in found):
        raise ValueError("not a list of pieces")
    return found


def detect(folder: Path) -> str:
    """The family of a folder. Raises ModelRefused ("not-a-model", "unsupported", "damaged")."""
    name = folder.name
    if not (folder / "model.bin").is_file():
        if any((folder / other).is_file() for other in ("pytorch_model.bin", "model.safetensors", "decoder.yml")):
            raise ModelRefused(
                name,
                "unsupported",
                "“%(name)s” is a model that was not converted yet. Convert it with ct2-transformers-converter, as "
                "docs/operating.md shows, and install the folder that makes.",
            )
        raise ModelRefused(
            name,
            "not-a-model",
            "“%(name)s” is not a model: it has no model.bin. Install an .argosmodel file, or a folder made by "
            "CTranslate2's converter.",
        )
    try:
        pieces = vocabulary(folder)
    except (OSError, ValueError) as error:
        raise ModelRefused(
            name,
            "damaged",
            "The vocabulary of “%(name)s” is missing or damaged. Copy the folder again, with shared_vocabulary.json.",
        ) from error
    for family, files in TOKENIZERS.items():
        if all((folder / file).is_file() for file in files) and (
            family == "opus-mt" or len(_languages(pieces, family)) >= 2
        ):
            return family
    raise ModelRefused(
        name,
        "unsupported",
        "“%(name)s” is not a family we know, or its tokenizer is missing. NLLB-200 needs sentencepiece.bpe.model beside "
        "model.bin, OPUS-MT source.spm and target.spm, MADLAD-400 spiece.model: convert it again with --copy_files, as "
        "docs/operating.md shows.",
    )


def _languages(pieces: Iterable[str], family: str) -> dict[str, str]:
    """Language tag -> its token, for every language token in a vocabulary."""
    found: dict[str, str] = {}
    for piece in pieces:
        match = TOKENS[family].fullmatch(piece)
        if match is None:
            continue
        try:
            found.setdefault(tags.normalise(match[1]), piece)
        except tags.UnknownLanguage:
            continue  # a token of another kind, or a language nobody here can name
    return found


def describe(
    folder: Path, *, source: str | None = None, target: str | None = None, licence: str | None = None
) -> dict[str, Any]:
    """Our description of a folder. An `engine.json` in it is believed where the files do not say otherwise; `source`
    and `target` are for OPUS-MT, whose files do not name their languages. Raises ModelRefused."""
    family = detect(folder)
    own = _own_description(folder)
    several = _languages(vocabulary(folder), family)
    if family == "opus-mt":
        guess = _from_name(folder.name)
        sources = _tag(source) or _only(own.get("sources")) or guess[0]
        targets = several or _tag(target) or _only(own.get("targets")) or guess[1]
        if not sources or not targets or sources.keys() == targets.keys():
            raise ModelRefused(
                folder.name,
                "languages",
                "The files of “%(name)s” do not say which languages it translates. Name the folder after them, for "
                "example opus-mt-nl-en, and install it again.",
            )
    else:
        sources = targets = several
    engine, usual = FAMILIES[family]
    version = own.get("version")
    return {
        "family": family,
        "name": folder.name,
        "version": version if isinstance(version, str) and version else "1",
        "licence": licence or _text(own.get("licence")) or _stated_licence(folder) or usual,
        "sources": sources,
        "targets": targets,
    }


def _own_description(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value[:80] if isinstance(value, str) and value.strip() else None


def _only(value: Any) -> dict[str, str] | None:
    """The one language of a field of engine.json."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    return _tag(next(iter(value)))


def _tag(code: str | None) -> dict[str, str] | None:
    if not code:
        return None
    try:
        return {tags.normalise(code): code}
    except tags.UnknownLanguage:
        return None


def _from_name(name: str) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The languages in a folder's name: ``opus-mt-en-nl``, ``opus-mt-tc-big-en-ar``, ``opus_nl_en``."""
    parts = [part for part in re.split(r"[-_.+ ]", name.lower()) if part and part not in _NO_LANGUAGES]
    parts = [part for part in parts if re.fullmatch(r"[a-z]{2,3}", part)]
    return (_tag(parts[0]), _tag(parts[1])) if len(parts) >= 2 else (None, None)


def _stated_licence(folder: Path) -> str | None:
    """The licence in the head of a model card (README.md with YAML front matter)."""
    try:
        text = (folder / "README.md").read_text("utf-8", errors="replace")[:4000]
    except OSError:
        return None
    match = re.match(r"---\n(?:.*\n)*?license:\s*([A-Za-z0-9.+-]{2,40})\s*\n", text)
    return match[1].upper().replace("APACHE", "Apache") if match else None
