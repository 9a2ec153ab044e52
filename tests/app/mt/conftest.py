"""Tiny true models, built once for all tests of machine translation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tiny_model

from app.mt.registry import Models


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """A folder with packages nl-en, en-nl, en-ar, en-fa and the folders of the other families, none installed."""
    folder = tmp_path_factory.mktemp("built")
    for source, target in (("nl", "en"), ("en", "nl"), ("en", "ar"), ("en", "fa")):
        tiny_model.build_argos_package(folder / f"{source}-{target}.argosmodel", source, target)
    tiny_model.build_nllb_folder(folder / "nllb-200-distilled-600M-int8")
    tiny_model.build_opus_folder(folder / "opus-mt-en-nl", "en", "nl")
    tiny_model.build_opus_folder(folder / "opus-mt-en-sem", "en", ["ar", "ti"])
    tiny_model.build_madlad_folder(folder / "madlad400-3b-mt")
    return folder


@pytest.fixture(scope="session")
def _argos_installed(built, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("argos") / "models"
    models = Models(folder)
    for name in ("nl-en", "en-nl", "en-ar", "en-fa"):
        models.install(built / f"{name}.argosmodel")
    return folder


@pytest.fixture(scope="session")
def _all_installed(_argos_installed, built, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("all") / "models"
    shutil.copytree(_argos_installed, folder)
    models = Models(folder)
    for name in ("nllb-200-distilled-600M-int8", "opus-mt-en-nl", "opus-mt-en-sem", "madlad400-3b-mt"):
        models.install(built / name)
    return folder


@pytest.fixture(scope="session")
def argos(_argos_installed) -> Models:
    """Argos packages nl-en, en-nl, en-ar, en-fa. Shared by tests: only to be asked."""
    return Models(_argos_installed)


@pytest.fixture(scope="session")
def everything(_all_installed) -> Models:
    """Models of all four families. Shared by tests: only to be asked."""
    return Models(_all_installed)


@pytest.fixture
def own(_argos_installed, tmp_path) -> Models:
    """Argos packages in a folder that the test may change."""
    folder = tmp_path / "models"
    shutil.copytree(_argos_installed, folder)
    return Models(folder)


