"""TMX: every real file is read, what is written is valid, and a round trip loses nothing."""

import datetime as dt
import io
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from importers.nesting import literal
from importers.tmx import TmxNotes, TmxUnit, read_tmx, write_tmx
from importers.tmxinline import Mark, TmxCode
from importers.units import Code, UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, FILES, letters, naughty_strings

# The document type of TMX 1.4b (LISA OSCAR, 26 April 2005, section "Content"), restated.
DTD = """
<!ELEMENT tmx (header, body)> <!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note | prop | ude)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block | paragraph | sentence | phrase) #REQUIRED o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED
  srclang CDATA #REQUIRED datatype CDATA #REQUIRED o-encoding CDATA #IMPLIED creationdate CDATA #IMPLIED
  creationid CDATA #IMPLIED changedate CDATA #IMPLIED changeid CDATA #IMPLIED>
<!ELEMENT body (tu*)>
<!ELEMENT ude (map+)> <!ATTLIST ude name CDATA #REQUIRED base CDATA #IMPLIED>
<!ELEMENT map EMPTY> <!ATTLIST map unicode CDATA #REQUIRED code CDATA #IMPLIED ent CDATA #IMPLIED subst CDATA #IMPLIED>
<!ELEMENT note (#PCDATA)> <!ATTLIST note o-encoding CDATA #IMPLIED xml:lang CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT prop (#PCDATA)>
<!ATTLIST prop type CDATA #REQUIRED xml:lang CDATA #IMPLIED o-encoding CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED creationdate CDATA #IMPLIED
  creationid CDATA #IMPLIED changedate CDATA #IMPLIED segtype (block | paragraph | sentence | phrase) #IMPLIED
  changeid CDATA #IMPLIED o-tmf CDATA #IMPLIED srclang CDATA #IMPLIED>
<!ELEMENT tuv ((note | prop)*, seg)>
<!ATTLIST tuv xml:lang CDATA #REQUIRED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED creationdate CDATA #IMPLIED
  creationid CDATA #IMPLIED changedate CDATA #IMPLIED o-tmf CDATA #IMPLIED changeid CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT seg (#PCDATA | bpt | ept | ph | it | hi | ut)*>
<!ELEMENT bpt (#PCDATA | sub)*> <!ATTLIST bpt i CDATA #REQUIRED x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ept (#PCDATA | sub)*> <!ATTLIST ept i CDATA #REQUIRED>
<!ELEMENT sub (#PCDATA | bpt | ept | it | ph | hi | ut)*> <!ATTLIST sub datatype CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT it (#PCDATA | sub)*> <!ATTLIST it pos (begin | end) #REQUIRED x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ph (#PCDATA | sub)*> <!ATTLIST ph x CDATA #IMPLIED assoc CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT hi (#PCDATA | bpt | ept | it | ph | hi | ut)*> <!ATTLIST hi x CDATA #IMPLIED type CDATA #IMPLIED>
<!ELEMENT ut (#PCDATA | sub)*> <!ATTLIST ut x CDATA #IMPLIED>
"""


def written(units, **options) -> bytes:
    out = io.BytesIO()
    write_tmx(out, units, **options)
    return out.getvalue()


def valid(data: bytes) -> bytes:
    """The file, after holding it against the DTD."""
    dtd = etree.DTD(io.StringIO(DTD))
    assert dtd.validate(etree.fromstring(data)), dtd.error_log
    return data


def read(data) -> list[TmxUnit]:
    return list(read_tmx(io.BytesIO(data.encode() if isinstance(data, str) else data)))


def file(body, srclang="nl", doctype="", version="1.4"):
    return (
        f'<?xml version="1.0"?>{doctype}<tmx version="{version}"><header creationtool="t" creationtoolversion="1" '
        f'segtype="sentence" o-tmf="x" adminlang="en" srclang="{srclang}" datatype="xml"/><body>{body}</body></tmx>'
    )


def segs(**texts):
    return "<tu>" + "".join(f'<tuv xml:lang="{k}"><seg>{v}</seg></tuv>' for k, v in texts.items()) + "</tu>"


REAL = sorted(FILES.glob("**/*.tmx"))
COUNTS = {"ExportTest1A": 4, "ExportTest1B": 2, "ImportTest1A": 2, "ImportTest1B": 1, "ImportTest1C": 3, "ImportTest1D": 3,
          "ImportTest1E": 3, "no_entries": 0, "valid_entries": 5, "hxltm-exemplum-linguam": 9, "first40.en-fa": 40,
          "first40.en-ti_ET": 40}  # fmt: skip


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_are_read_and_a_round_trip_loses_nothing(path):
    reader = read_tmx(io.BytesIO(path.read_bytes()))
    units = list(reader)
    assert len(units) == reader.units == COUNTS[path.stem]
    assert not reader.warnings
    assert read(valid(written(units))) == units


def test_the_compliance_kit_says_what_it_should():
    def texts(name):
        return [unit.texts for unit in read((FILES / "tmx-kit" / name).read_bytes())]

    assert texts("ImportTest1A.tmx")[1]["fr-CA"] == "Second segment avec [  \t\t]"
    assert texts("ImportTest1D.tmx")[1] == {"en-US": "ÿ=U+00FF, ™=U+2122, ’=U+2019", "en-GB": "ÿ=U+00FF, ™=U+2122, ’=U+2019"}
    assert list(texts("ImportTest1C.tmx")[2]) == ["fr-CA", "ja-JP", "es-ES", "en-US", "en-GB"]
    assert texts("ExportTest1A.tmx")[3]["en-US"] == "é=eacute, \u00a0=nbsp, ¤=curr, ÿ=yumlaut, ©=copy, §=para"


def test_the_header_tells_source_language_and_tool():
    reader = read_tmx(io.BytesIO(file("", srclang="NL_be").encode()))
    assert list(reader) == []
    assert (reader.header.source_language, reader.header.tool, reader.header.version) == ("nl-BE", "t", "1.4")
    everything = read_tmx(io.BytesIO(file("", srclang="*all*").encode()))
    list(everything)
    assert everything.header.source_language == "*all*"


TAGS = {"NL_XX": "nl", "en-us": "en-US", "ti_ET": "ti-ET", "FA-AF": "prs", "ara": "ar", "zh-CN": "zh-Hans"}


@pytest.mark.parametrize("tag", TAGS)
def test_languages_are_read_as_they_are_found(tag):
    (unit,) = read(file(f'<tu><tuv xml:lang="{tag}"><seg>a</seg></tuv><tuv lang="am"><seg>ሀ</seg></tuv></tu>'))
    assert unit.texts == {TAGS[tag]: "a", "am": "ሀ"}


def test_a_language_nobody_knows_is_left_out_with_one_warning_for_all_its_texts():
    reader = read_tmx(io.BytesIO(file(segs(nl="a", qqq="x") * 3 + segs(qqq="x", zzzz="y")).encode()))
    assert [unit.texts for unit in reader] == [{"nl": "a"}] * 3
    assert [(w.key, w.fields["tag"], w.fields["count"]) for w in reader.warnings] == [
        ("language-unknown", "qqq", "4"), ("language-unknown", "zzzz", "1"),
    ]  # fmt: skip


def test_two_texts_of_one_language_are_two_units():
    units = read(file('<tu tuid="7">' + "".join(
        f'<tuv xml:lang="{k}"><seg>{v}</seg></tuv>' for k, v in (("nl", "a"), ("ar", "ب"), ("AR", "ت"))) + "</tu>"))
    assert [(unit.tuid, unit.texts) for unit in units] == [("7", {"nl": "a", "ar": "ب"}), ("7", {"nl": "a", "ar": "ت"})]


INLINE = {
    "a pair": ("<bpt i='1' type='bold'>&lt;b></bpt>x<ept i='1'>&lt;/b></ept> y", "<1>x</1> y", [(True, "bold", "<b>")]),
    "a placeholder": ("x <ph type='lb'>&lt;br/></ph> y", "x <1/> y", [(False, "break", "<br/>")]),
    "nested pairs": ("<bpt i='1'>a</bpt><bpt i='2'>b</bpt>x<ept i='2'>c</ept><ept i='1'>d</ept>", "<1><2>x</2></1>",
                     [(True, "format", "a"), (True, "format", "b")]),
    "half a pair": ("<it pos='begin' type='italic'>&lt;i></it>x", "<1/>x", [(False, "italic", "<i>")]),
    "an end without a beginning": ("x<ept i='1'>&lt;/b></ept>", "x<1/>", [(False, "placeholder", "</b>")]),
    "a beginning without an end": ("<bpt i='1'>&lt;b></bpt>x", "<1/>x", [(False, "placeholder", "<b>")]),
    "a highlight": ("x <hi type='term'>y <ph>z</ph></hi>", "x <1>y <2/></1>", [(True, "format", "hi"), (False, "placeholder", "z")]),
    "an old code": ("<ut>{\\b </ut>x<ut>}</ut>", "<1/>x<2/>", [(False, "placeholder", "{\\b "), (False, "placeholder", "}")]),
    "words in a code": ("<ph>a <sub>b</sub> c</ph>x", "<1/>x", [(False, "placeholder", "a b c")]),
    "what looks like our tags": ("x &lt;1&gt; y", "x <1/> y", [(False, "literal", "<1>")]),
    "an unknown element": ("x <foo>y</foo> z", "x y z", []),
    "a comment": ("x<!-- y -->z", "xz", []),
    "CDATA": ("<![CDATA[a < b & c]]>", "a < b & c", []),
}  # fmt: skip


@pytest.mark.parametrize("case", INLINE)
def test_inline_codes_become_numbered_tags_and_themselves_again(case):
    xml, text, codes = INLINE[case]
    (unit,) = before = read(file(segs(nl=xml)))
    assert unit.texts["nl"] == text
    assert [(code.paired, code.kind, code.shows) for code in unit.codes] == codes
    assert read(valid(written(before))) == before


def test_a_code_has_one_number_in_every_language():
    source = "<bpt i='1' x='1'>B</bpt>a<ept i='1'>E</ept> <ph x='2'>P</ph> <ph x='3'>Q</ph>"
    target = "<ph x='3'>Q</ph> <ph x='2'>P</ph> <bpt i='4' x='1'>B</bpt>ع<ept i='4'>E</ept>"
    (unit,) = read(file(segs(ar=target, nl=source)))
    assert unit.texts == {"nl": "<1>a</1> <2/> <3/>", "ar": "<3/> <2/> <1>ع</1>"}


def test_codes_without_x_are_recognised_by_what_they_are():
    source, target = "<ph>{a}</ph> en <ph>{b}</ph>", "<ph>{b}</ph> እና <ph>{a}</ph>"
    (unit,) = read(file(segs(nl=source, am=target)))
    assert unit.texts == {"nl": "<1/> en <2/>", "am": "<2/> እና <1/>"}


def test_what_each_language_had_in_a_code_is_written_back_to_that_language():
    source, target = "<ph x='1'>&lt;img alt='nl'/></ph>", "<ph x='1'>&lt;img alt='ar'/></ph>"
    units = read(file(segs(nl=source, ar=target)))
    text = written(units).decode()
    assert text.index("alt='nl'") < text.index("alt='ar'")
    assert text.count("<ph") == 2


def test_tags_without_a_description_are_written_as_codes_too():
    """As from a memory, which keeps texts only."""
    unit = TmxUnit("1", {"nl": "<1>a</1> <2/> <3>", "ti": "<2/> <1>ሀ</1>"})
    (again,) = read(valid(written([unit])))
    assert again.texts["nl"].replace("<3/>", "<3>") == "<1>a</1> <2/> <3>"
    assert again.texts["ti"] == "<2/> <1>ሀ</1>"


def test_our_own_codes_keep_their_kind_and_chip():
    codes = (Code(1, True, "bold", "b"), Code(2, False, "tab", "→"), Code(3, True, "link", "link: ind.nl"), Code(4, False, "literal", "<1>"))
    unit = TmxUnit(None, {"nl": "<1>a</1><2/><3>b</3> <4/>", "fa": "<3>پ</3><2/><1>آ</1> <4/>"}, codes)
    (again,) = read(valid(written([unit])))
    assert again.texts == unit.texts
    assert [(c.number, c.paired, c.kind, c.shows) for c in again.codes] == [(c.number, c.paired, c.kind, c.shows) for c in codes]


MOMENT = dt.datetime(2026, 11, 23, 14, 5, 6, tzinfo=dt.UTC)


def test_everything_a_unit_knows_survives_a_round_trip():
    unit = TmxUnit(
        "id-1\n\"<", {"nl": "Eén & <b>", "ar": ARABIC, "ti": ETHIOPIC}, (), MOMENT, MOMENT + dt.timedelta(days=1), "ann & co", "bob",
        7, MOMENT, ("een <noot>", "ሁለት"), (("x-state", "approved"), ("x-state", "twice"), ("x-empty", "")),
        {"datatype": "html", "srclang": "nl"},
        {"ar": TmxNotes(created=MOMENT, created_by="cé", notes=("ملاحظة",), props=(("x-p", "q"),), attributes={"creationtool": "z"})},
    )  # fmt: skip
    assert read(valid(written([unit], source_language="nl", tool_version="1.2", created=MOMENT))) == [unit]


def test_props_may_be_given_as_a_mapping():
    (again,) = read(valid(written([TmxUnit(None, {"nl": "a"}, props={"x-state": "approved"})])))
    assert again.prop("x-state") == "approved"
    assert again.prop("nothing") is None


def test_the_last_change_is_found_wherever_it_stands():
    """OmegaT writes dates on the language, others on the unit."""
    body = ('<tu creationdate="20200101T000000Z" creationid="a"><tuv xml:lang="nl"><seg>a</seg></tuv>'
            '<tuv xml:lang="ar" changedate="20210101T000000Z" changeid="b"><seg>ب</seg></tuv></tu>')  # fmt: skip
    (unit,) = read(file(body))
    assert unit.last_change() == (dt.datetime(2021, 1, 1, tzinfo=dt.UTC), "b")
    assert TmxUnit(None, {}).last_change() == (None, None)


DATES = {
    "20261123T140506Z": MOMENT, "2026-11-23T14:05:06Z": MOMENT, "2026-11-23T14:05:06": MOMENT, "20261123T140506": MOMENT,
    "20261123": dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "20261399T000000Z": None, "gisteren": None,
}  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_dates_are_read_as_they_are_found(date):
    reader = read_tmx(io.BytesIO(file(f'<tu changedate="{date}"><tuv xml:lang="ti"><seg>ሀ</seg></tuv></tu>').encode()))
    assert next(reader).changed == DATES[date]
    assert [w.key for w in reader.warnings] == ([] if DATES[date] else ["date-unreadable"])


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3", "1.4"])
def test_older_versions_and_document_types_are_read(version):
    body = f'<tu><tuv lang="NL"><seg>a</seg></tuv><tuv lang="ar"><seg>{ARABIC}</seg></tuv></tu>'
    assert read(file(body, doctype='<!DOCTYPE tmx SYSTEM "http://192.0.2.1/tmx11.dtd">', version=version))[0].texts["ar"] == ARABIC


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-6", "windows-1256"])
def test_any_encoding_xml_allows_is_read(encoding):
    text = file(segs(nl="een", ar="المادة 29"))
    if encoding.startswith(("iso", "win")):
        text = text.replace('version="1.0"?', f'version="1.0" encoding="{encoding}"?')
    assert read(text.encode(encoding))[0].texts["ar"] == "المادة 29"


def test_a_namespace_makes_no_difference():
    assert read(file(segs(nl="a", ti="<ph>x</ph>ሀ")).replace("<tmx ", '<tmx xmlns="http://www.lisa.org/tmx14" '))[0].texts["ti"] == "<1/>ሀ"


def test_entities_of_html_are_characters_where_a_dtd_is_named():
    text = file(segs(nl="caf&eacute;&nbsp;&onbekend;"), doctype='<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
    assert read(text)[0].texts["nl"] == "café\u00a0&onbekend;"


BAD = {
    "nothing": ("", "empty", ""),
    "another kind of XML": ("<html><body/></html>", "mislabelled", ""),
    "no XML": ("hallo", "syntax", "line 1"),
    "entities of its own": (file(segs(nl="&a;"), doctype='<!DOCTYPE tmx [<!ENTITY a "b">]>'), "entities", "line 1"),
    "a bomb": ((FILES / "xml-bombs" / "xmlbomb.xml").read_text(), "entities", "line 1"),
    "a file from the disk": ((FILES / "xml-bombs" / "external.xml").read_text(), "entities", "line 1"),
    "an entity nobody declared": (file(segs(nl="a") + "\n" + segs(nl="&b;")), "syntax", "line 2"),
    "a tag that is not closed": (file("\n<tu><tuv xml:lang='nl'><seg>a</tuv></tu>"), "syntax", "line 2"),
    "a control character": (file(segs(nl="\x01")), "syntax", "line 1"),
    "too deep": (file(segs(nl="<hi>" * 400 + "</hi>" * 400)), "too-large", "line 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_a_reason_and_a_line(case):
    text, reason, where = BAD[case]
    with pytest.raises(UnreadableFile) as refused:
        read(text)
    assert refused.value.reason == reason
    assert refused.value.where == where
    assert "%(" not in refused.value.text()


def test_a_truncated_file_gives_what_was_whole_and_then_says_where_it_stops():
    data = (FILES / "tico19" / "first40.en-ti_ET.tmx").read_bytes()
    reader = read_tmx(io.BytesIO(data[:9000]))
    whole = []
    with pytest.raises(UnreadableFile) as refused:
        whole.extend(reader)
    assert refused.value.reason == "cut-short"
    assert "stops in the middle" in refused.value.text()
    assert refused.value.where.startswith("line ")
    assert whole == read(data)[: len(whole)]


def test_naughty_strings_come_back_as_they_went_in():
    units = [TmxUnit(str(n), {"nl": s, "ar": "ع" + s}) for n, s in enumerate(naughty_strings())]
    again = read(valid(written(units)))
    for before, after in zip(units, again, strict=True):
        for language in before.texts:
            assert literal(after.texts[language], after.codes).replace("<1/>", "<1>") == before.texts[language]


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(letters() | st.text(alphabet=st.characters(exclude_categories=())), min_size=2, max_size=2), st.text())
def test_any_text_comes_back_as_it_went_in(texts, note):
    unit = TmxUnit(None, {"nl": texts[0], "ti": texts[1]}, notes=(note,))
    (again,) = read(valid(written([unit])))
    assert {k: literal(t, again.codes) for k, t in again.texts.items()} == unit.texts


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(st.sampled_from(["<1>", "</1>", "<2/>", "<3>", "</3>", "ሀ", "ع ", "x"]), max_size=12).map("".join))
def test_tags_in_any_order_give_valid_files(text):
    codes = (TmxCode(1, True, "bold", "b", {"nl": (Mark("hi", (("type", "bold"),)), None)}), Code(2, False, "break", "br"), Code(3, True, "link", ""))
    valid(written([TmxUnit(None, {"nl": text, "ar": text}, codes)]))


def test_a_large_file_is_read_in_constant_memory():
    one = segs(nl="Een zin van gewone lengte over een verblijfsvergunning.", ar=ARABIC * 2)
    head, tail = file("\0").split("\0")

    class Endless(io.RawIOBase):
        """A file that is made while it is read."""

        def __init__(self, count):
            self.left, self.start, self.end = count, [head.encode()], [tail.encode()]

        def read(self, size=-1):
            if self.start:
                return self.start.pop()
            if self.left:
                self.left -= 100
                return (one * 100).encode()
            return self.end.pop() if self.end else b""

    def peak(count):
        tracemalloc.start()
        assert sum(1 for _ in read_tmx(Endless(count))) == count
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(15_000) < peak(5000) * 1.3 + 100_000
