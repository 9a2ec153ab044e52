"""XML from strangers is read without entities, without the network and within bounds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from importers import safexml
from importers.units import UnreadableFile

BOMBS = Path(__file__).parent / "files" / "xml-bombs"

REFUSED = [
    # data, reason, place
    (b'<!DOCTYPE x [<!ENTITY a "\xd9\x84">]><x>&a;</x>', "entities", "line 1"),
    (b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ELEMENT x ANY>]><x/>', "entities", "line 2"),
    (b'\n<!DOCTYPE x [<!ENTITY % p SYSTEM "http://x.example/p"> %p;]><x/>', "entities", "line 2"),
    (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "ሰ">]><x>&a;</x>'.encode("utf-16"),
        "entities",
        "line 1",
    ),
    (b"<!DOCTYPE x><x/>", "entities", "line 1"),
    ("<x>\n<b>لاجئ</x>".encode(), "syntax", "line 2"),
    (b"<x>\n\n&onbekend;</x>", "syntax", "line 3"),
    (b"<x>\x00</x>", "syntax", "line 1"),
    (b"plain words", "syntax", "line 1"),
    (b'<?xml version="1.0" encoding="klingon"?><x/>', "syntax", "line 1"),
    ("<x>ሰላም</x>".encode("utf-16-le")[3:], "syntax", "line 1"),
    (b"", "empty", ""),
    (b"\xef\xbb\xbf \n", "empty", ""),
    (b"<a>" * 300 + b"</a>" * 300, "too-large", "line 1"),
    (b"<x>" + b"a" * 11_000_000 + b"</x>", "too-large", "line 1"),
    (b"<a>" * (safexml.MAX_DEPTH + 1) + b"</a>" * (safexml.MAX_DEPTH + 1), "too-large", "line 1"),
]


@pytest.mark.parametrize(
    ("data", "reason", "where"), REFUSED, ids=[f"{r}-{i}" for i, (_, r, _) in enumerate(REFUSED)]
)
def test_bad_xml_is_refused_with_its_reason_and_place(data, reason, where):
    with pytest.raises(UnreadableFile) as refused:
        safexml.parse(data, "xliff")
    assert (refused.value.reason, refused.value.where) == (reason, where)
    assert "%(" not in refused.value.text()


def test_the_part_of_a_larger_file_is_named():
    with pytest.raises(UnreadableFile) as refused:
        safexml.parse(b"<a>\n</b>", "docx", where="word/document.xml")
    assert refused.value.where == "word/document.xml, line 2"
    assert refused.value.fields["problem"].startswith("Opening and ending tag mismatch")


def test_a_file_larger_than_allowed_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableFile) as refused:
        safexml.parse(b"<" * 100, "tmx", max_bytes=99)
    assert refused.value.reason == "too-large"


@pytest.mark.parametrize("name", ["xmlbomb.xml", "external.xml"])
@pytest.mark.parametrize("allow_doctype", [False, True])
def test_known_bombs_are_refused_even_where_a_doctype_is_allowed(name, allow_doctype):
    with pytest.raises(UnreadableFile) as refused:
        safexml.parse((BOMBS / name).read_bytes(), "xliff", allow_doctype=allow_doctype)
    assert refused.value.reason == "entities"


def test_a_plain_doctype_is_tolerated_only_where_asked():
    data = (BOMBS / "dtd.xml").read_bytes()
    assert safexml.parse(data, "html", allow_doctype=True).tag == "html"
    with pytest.raises(UnreadableFile):
        safexml.parse(data, "html")


def test_a_reference_to_an_entity_of_the_doctype_is_never_dropped_in_silence():
    data = b'<!DOCTYPE html SYSTEM "x.dtd">\n<html>\na&nbsp;b</html>'
    with pytest.raises(UnreadableFile) as refused:
        safexml.parse(data, "html", allow_doctype=True)
    assert (refused.value.reason, refused.value.fields["name"]) == ("entities", "nbsp")


@pytest.mark.parametrize("name", ["simple.xml", "simple-ns.xml"])
def test_harmless_files_are_read_and_written_whole(name):
    root = safexml.parse((BOMBS / name).read_bytes(), "xliff")
    again = safexml.serialise(root)
    assert etree.tostring(etree.fromstring(again)) == etree.tostring(root)
    assert b"<!-- comment -->" in again


@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_whatever_was_typed_can_be_written_and_only_the_impossible_is_dropped(text):
    root = etree.Element("x")
    root.text = safexml.writable(text)
    # XML itself makes one line end of every kind of line end (section 2.11); lxml writes \r as a reference
    assert etree.fromstring(safexml.serialise(root)).text == (safexml.writable(text) or None)
    dropped = {f"U+{ord(c):04X}" for c in text} - {f"U+{ord(c):04X}" for c in safexml.writable(text)}
    assert dropped == set(safexml.unwritable(text))


def test_marks_of_direction_and_joiners_are_not_mistaken_for_control_characters():
    text = "می\u200cخواهم \u200e088-0430430\u200e \u2067ሰላም\u2069\t\n"
    assert safexml.writable(text) == text
    assert safexml.unwritable("سلام\x00\x0b\ud800\ufffe\x00") == ["U+0000", "U+000B", "U+D800", "U+FFFE"]
