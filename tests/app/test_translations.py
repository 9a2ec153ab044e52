"""The interface's catalogues are whole: every message, every plural form, every placeholder."""

import re
from pathlib import Path

import polib
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from app import INTERFACE_LANGUAGES

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "UnreadableFile": (3,), "Warning_": (2,),
}  # fmt: skip


@pytest.fixture(scope="module")
def messages() -> Catalog:
    """What the code and the templates say now."""
    with (ROOT / "babel.cfg").open() as file:
        method_map, options_map = parse_mapping_cfg(file)
    found = Catalog()
    for _name, _line, message, _comments, context in extract_from_dir(ROOT, method_map, options_map, KEYWORDS):
        found.add(message, context=context)
    return found


@pytest.mark.parametrize("language", [tag for tag in INTERFACE_LANGUAGES if tag != "en"])
def test_every_message_has_its_translation(messages, language):
    catalogue = polib.pofile(str(ROOT / f"app/translations/{language}/LC_MESSAGES/messages.po"))
    said = {e.msgid: e for e in catalogue if not e.obsolete}
    missing = []
    for message in messages:
        if not message.id:
            continue
        msgid = message.id[0] if isinstance(message.id, tuple) else message.id
        entry = said.get(msgid)
        done = entry is not None and (all(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr)
        if not done:
            missing.append(msgid)
    assert not missing, "run make translations, then fill in these"
    assert not [e.msgid for e in catalogue if "fuzzy" in e.flags]


@pytest.mark.parametrize("language", [tag for tag in INTERFACE_LANGUAGES if tag != "en"])
def test_every_placeholder_comes_back(language):
    catalogue = polib.pofile(str(ROOT / f"app/translations/{language}/LC_MESSAGES/messages.po"))
    for entry in catalogue:
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(PLACEHOLDER.findall(text)), entry.msgid


def test_arabic_has_six_forms_and_arabic_letters():
    catalogue = polib.pofile(str(ROOT / "app/translations/ar/LC_MESSAGES/messages.po"))
    for entry in catalogue:
        if entry.msgid_plural:
            assert len(entry.msgstr_plural) == 6
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            if any(c.isalpha() for c in PLACEHOLDER.sub("", entry.msgid)):
                assert re.search(r"[\u0600-\u06ff]", text), entry.msgid
