"""XLIFF of other tools: segments in, targets back, everything else of the file untouched."""

import pytest
from lxml import etree

from importers import xliffdocument
from importers.safexml import FORBIDDEN
from importers.units import Code, State, Translation, UnreadableFile
from importers.xliff import XliffBlock, XliffSegment, export_xliff
from tests.importers.contract import ARABIC, ETHIOPIC, FILES, DocumentContract

SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class TestXliff2(DocumentContract):
    format = xliffdocument.FORMAT
    samples = ("vertaling.xlf",)
    language = "ar"
    bilingual = True
    byte_for_byte = False
    namespace = "urn:oasis:names:tc:xliff:document:2.0"

    def of_paragraphs(self, texts):
        units = "".join(f'<unit id="u{n}"><segment><source>{text}</source></segment></unit>' for n, text in enumerate(texts))
        return (
            f'<xliff xmlns="{self.namespace}" version="2.1" srcLang="nl" trgLang="ar"><file id="f" xml:space="preserve">{units}</file></xliff>'
        ).encode()

    def kept(self, text):
        return text

    def test_writing_the_source_as_translation_keeps_every_unit(self):
        data = self.sample(self.samples[0])
        units = self.read(data).units
        again = self.read(self.write(data, {unit.key: unit.text for unit in units}, "ar")).units
        assert [(u.key, u.text, u.codes, u.target) for u in again] == [(u.key, u.text, u.codes, u.text) for u in units]

    def test_a_draft_says_so_before_anything_else(self):
        data = self.sample(self.samples[0])
        written = self.write(data, {"1": ARABIC}, draft="مسودة")
        notes = [e.text for e in etree.fromstring(written).iter(f"{{{self.namespace}}}note")]
        assert "مسودة" in notes
        assert len(self.read(written).units) == len(self.read(data).units)


class TestXliff1(TestXliff2):
    samples = ("oud.xlf",)
    namespace = "urn:oasis:names:tc:xliff:document:1.2"

    def of_paragraphs(self, texts):
        units = "".join(f'<trans-unit id="{n}"><source>{text}</source></trans-unit>' for n, text in enumerate(texts))
        return (
            f'<xliff xmlns="{self.namespace}" version="1.2"><file source-language="nl" target-language="ar" original="x" '
            f'datatype="plaintext" xml:space="preserve"><body>{units}</body></file></xliff>'
        ).encode()

    def kept(self, text):
        return FORBIDDEN.sub("\ufffd", text)  # 1.2 has no element for a character XML cannot hold


def sample(name):
    return (FILES / "samples" / name).read_bytes()


def test_segments_of_version_2_are_read_with_target_state_notes_and_codes():
    found = xliffdocument.read(sample("vertaling.xlf"), "x")
    assert (found.source_language, found.target_language) == ("nl", "ar")
    first, second, third, fourth = found.units
    assert (first.text, first.target, first.state) == ("Geachte <1>heer Tesfay</1>,", "<1>السيد تسفاي</1> المحترم،", State.APPROVED)
    assert (first.context, first.notes) == ("kop", ("aanspreking", "kort"))
    assert first.codes == (Code(1, True, "bold", "<b>"),)
    assert (second.text, second.state) == ("U heeft <1/>een <2>besluit</2> <3/> gekregen.", State.TRANSLATED)
    assert second.target == "لقد تلقيت <2>قرارا</2> <1/><3/>."
    assert (third.text, third.target, third.state) == ("Bel <1/> op 088-0430430.", None, State.OPEN)
    assert [code.shows for code in third.codes] == ["IND"]
    assert fourth.text == "Een zin over twee regels."


def test_segments_of_version_1_are_read_alike():
    first, second, third = xliffdocument.read(sample("oud.xlf"), "x").units
    assert (first.text, first.target, first.state) == ("Lees <1>de <2/>brief</1>.", "اقرأ <1>الرسالة<2/></1>.", State.APPROVED)
    assert (second.text, second.target, second.state) == ("Bel <1>nu</1> met <2/> <3/>.", "اتصل <1>الآن</1>.", State.DRAFT)
    assert second.context == "slot"
    assert (third.text, third.target, third.state) == ("Groet", None, State.OPEN)


@pytest.mark.parametrize(("name", "approved", "expected"), [
    ("vertaling.xlf", True, ("final", None)), ("vertaling.xlf", False, ("translated", None)),
    ("oud.xlf", True, ("final", "yes")), ("oud.xlf", False, ("needs-review-translation", "no")),
])  # fmt: skip
def test_only_what_was_approved_goes_out_as_final(name, approved, expected):
    root = etree.fromstring(xliffdocument.write(sample(name), {"2": Translation(ARABIC, approved)}, "ar", None))
    (target,) = [t for t in root.iter("{*}target") if t.text == ARABIC]
    segment = target.getparent()
    assert (segment.get("state") or target.get("state"), segment.get("approved")) == expected
    assert segment.get("subState") is None


@pytest.mark.parametrize("name", ["vertaling.xlf", "oud.xlf"])
def test_targets_in_another_language_are_taken_out(name):
    data = sample(name)
    written = xliffdocument.write(data, {"1": Translation(ETHIOPIC, True)}, "ti", None)
    found = xliffdocument.read(written, "x")
    assert found.target_language == "ti"
    assert [(u.target, u.state) for u in found.units] == [(ETHIOPIC, State.APPROVED), *[(None, State.OPEN)] * (len(found.units) - 1)]
    assert "اقرأ." in written.decode() or name == "vertaling.xlf"  # a match from a memory is no target


def test_everything_but_targets_stays():
    written = xliffdocument.write(sample("vertaling.xlf"), {"3": Translation("اتصل <1/>")}, "ar", None).decode()
    for part in ("<!-- made by another tool -->", "blijft staan", '<skeleton href="brief.skl"/>', "Niet vertalen.", 'id="i1"'):
        assert part in written


def test_a_code_used_twice_is_a_copy_in_version_2():
    data = TestXliff2().of_paragraphs(['<pc id="1">a</pc> <sc id="2"/>b<ec startRef="2"/>'])
    root = etree.fromstring(xliffdocument.write(data, {"1": Translation("<1>ሀ</1><1>ለ</1><2>ሐ</2><2>መ</2>")}, "ti", None))
    target = root.find(".//{*}target")
    codes = [(etree.QName(c).localname, c.get("id") or c.get("startRef"), c.get("copyOf")) for c in target]
    assert codes == [("pc", "1", None), ("pc", "1.2", "1"), ("sc", "2", None), ("ec", "2", None), ("sc", "2.2", "2"), ("ec", "2.2", None)]


def test_a_target_with_codes_the_source_does_not_have_is_a_draft():
    data = TestXliff2().of_paragraphs(["a"]).replace(
        b"<segment><source>a</source>", '<segment state="final"><source>a</source><target>ع<ph id="9"/></target>'.encode())  # fmt: skip
    (unit,) = xliffdocument.read(data, "x").units
    assert (unit.target, unit.state) == ("ع", State.DRAFT)


def test_our_own_export_is_read_back():
    codes = (Code(1, True, "bold", "b"), Code(2, False, "break", "br"), Code(3, False, "literal", "<1>"))
    segments = [
        XliffSegment("Een <1>vet</1><2/> <3/>.", f"{ARABIC} <2/><1>ع</1> <3/>", "approved", codes, after=" "),
        XliffSegment("Twee \x01.", None, "open"),
        XliffSegment("Drie.", "ثلاثة", "waiting"),
    ]
    data = export_xliff(title="brief.docx", source_language="nl", target_language="ar", blocks=[XliffBlock("1", segments, ("noot",))])
    units = xliffdocument.read(data, "x").units
    assert [(u.text, u.target, u.state) for u in units] == [
        ("Een <1>vet</1><2/> <3/>.", f"{ARABIC} <2/><1>ع</1> <3/>", State.APPROVED), ("Twee \x01.", None, State.OPEN),
        ("Drie.", "ثلاثة", State.TRANSLATED),
    ]  # fmt: skip
    assert [(c.paired, c.kind, c.shows) for c in units[0].codes] == [(True, "bold", "b"), (False, "break", "br"), (False, "literal", "<1>")]


def test_white_space_a_translator_wants_is_preserved():
    data = TestXliff2().of_paragraphs(["a"]).replace(b' xml:space="preserve"', b"")
    written = xliffdocument.write(data, {"1": Translation("ሀ  ለ\nሐ ")}, "ti", None)
    assert etree.fromstring(written).find(".//{*}target").get(SPACE) == "preserve"
    assert xliffdocument.read(written, "x").units[0].target == "ሀ  ለ\nሐ "


BAD = {
    "another kind of XML": (b"<html/>", "mislabelled"),
    "nothing to translate": (b'<xliff version="2.0" srcLang="nl"><file id="f"><group id="g"/></file></xliff>', "empty"),
    "nothing that may be": (b'<xliff version="1.2"><file source-language="nl" translate="no"><body/></file></xliff>', "empty"),
    "broken": (sample("vertaling.xlf")[:900], "syntax"),
    "entities": (b'<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "entities"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_a_reason(case):
    data, reason = BAD[case]
    with pytest.raises(UnreadableFile) as refused:
        xliffdocument.read(data, "x.xlf")
    assert refused.value.reason == reason
