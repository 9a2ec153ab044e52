"""What the documentation names exists, and what exists is named."""

import re
from pathlib import Path

import pytest

from app.config import Config, WrongSetting
from importers.registry import formats

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_listed_and_every_listed_one_exists():
    code = set(re.findall(r'"(DRAGOMAN_[A-Z_]+)"', (ROOT / "app/config.py").read_text("utf-8")))
    page = (ROOT / "docs/operating.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(DRAGOMAN_[A-Z_]+)`", page, re.MULTILINE))
    assert code == listed


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_make_target_that_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)|^make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
        assert (target[0] or target[1]) in targets, target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_every_document_format_is_on_the_page_of_formats():
    page = (ROOT / "docs/formats.md").read_text("utf-8")
    for format in formats():
        for extension in format.extensions:
            assert f"`{extension}`" in page, (format.name, extension)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DRAGOMAN_PORT", "0"), ("DRAGOMAN_PORT", "٨٠٠٠"), ("DRAGOMAN_HTTPS", "perhaps"), ("DRAGOMAN_DATABASE_URL", "mysql://x/y"),
     ("DRAGOMAN_MEMORY_THRESHOLD", "40"), ("DRAGOMAN_MAX_UPLOAD_MB", "-1"), ("DRAGOMAN_SECRET_KEY", "kort")],
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_its_name(tmp_path, name, value):
    with pytest.raises(WrongSetting) as refused:
        Config.from_environment({"DRAGOMAN_DATA": str(tmp_path), name: value})
    assert refused.value.name == name


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = Config.from_environment({"DRAGOMAN_DATA": str(tmp_path)})
    second = Config.from_environment({"DRAGOMAN_DATA": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
