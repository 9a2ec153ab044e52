"""TBX of every age is read; what is written is TBX-Basic, and our own files lose nothing."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from importers.concepts import ConceptDefinition, ConceptEntry, ConceptNote, ConceptTerm
from importers.tbx import NAMESPACE, read_tbx, write_tbx
from importers.units import UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, FILES, letters, naughty_strings

X = f"{{{NAMESPACE}}}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# TBX-Basic 1.2.1 (ISO 30042:2019, DCA): where each data category may stand and which values it has.
PLACES = {
    ("descrip", "subjectField"): {"conceptEntry"}, ("descrip", "definition"): {"conceptEntry", "langSec"},
    ("descrip", "context"): {"termSec"}, ("admin", "source"): {"conceptEntry", "langSec", "termSec"},
    ("ref", "crossReference"): {"conceptEntry", "termSec"},
    ("xref", "externalCrossReference"): {"conceptEntry", "langSec", "termSec"},
    ("termNote", "administrativeStatus"): {"termSec"}, ("termNote", "partOfSpeech"): {"termSec"},
    ("termNote", "geographicalUsage"): {"termSec"}, ("termNote", "grammaticalGender"): {"termSec"},
    ("termNote", "termType"): {"termSec"}, ("transac", "transactionType"): {"conceptEntry"},
    ("transacNote", "responsibility"): {"conceptEntry"},
}  # fmt: skip
VALUES = {
    "administrativeStatus": {f"{word}Term-admn-sts" for word in ("preferred", "admitted", "deprecated", "superseded")},
    "partOfSpeech": {"noun", "verb", "adjective", "adverb", "other"},
    "grammaticalGender": {"masculine", "feminine", "neuter", "other"},
    "termType": {"fullForm", "acronym", "abbreviation", "shortForm", "variant", "phrase"},
    "transactionType": {"origination", "modification"},
}
INFORMATION = {"descrip", "descripGrp", "admin", "adminGrp", "transacGrp", "note", "ref", "xref"}


def valid(data: bytes) -> etree._Element:
    """The file, after holding it against the structure (TBX core, RNG) and the data categories of TBX-Basic (Schematron)."""
    root = etree.fromstring(data)
    assert (root.tag, root.get("type"), root.get("style")) == (f"{X}tbx", "TBX-Basic", "dca")
    assert root.get(LANG)
    header, text = root
    assert header.find(f"{X}fileDesc/{X}sourceDesc/{X}p") is not None
    entries = list(text.find(f"{X}body"))
    assert entries
    ids = [entry.get("id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for id_ in ids:
        assert id_[0].isalpha() or id_[0] == "_"
        assert not set(id_) & set(" :\t\n'\"<>&")

    def names(element):
        return [etree.QName(child).localname for child in element]

    for entry in entries:
        kinds = names(entry)
        assert set(kinds) <= INFORMATION | {"langSec"}
        assert "langSec" in kinds
        assert kinds == sorted(kinds, key=lambda kind: kind == "langSec")
        for section in entry.iter(f"{X}langSec"):
            assert section.get(LANG)
            kinds = names(section)
            assert set(kinds) <= INFORMATION | {"termSec"}
            assert "termSec" in kinds
            assert kinds == sorted(kinds, key=lambda kind: kind == "termSec")
        for term in entry.iter(f"{X}termSec"):
            kinds = names(term)
            assert kinds[0] == "term"
            assert set(kinds[1:]) <= INFORMATION | {"termNote"}
            assert kinds[1:] == sorted(kinds[1:], key=lambda kind: kind != "termNote")
        for element in entry.iter():
            name, type_ = etree.QName(element).localname, element.get("type")
            assert (element.text or "").strip(" \t\r\n") or len(element) or name == "note"
            if name in ("descrip", "admin", "ref", "xref", "termNote", "transac", "transacNote"):
                place = element.getparent()
                if etree.QName(place).localname.endswith("Grp"):
                    place = place.getparent()
                assert etree.QName(place).localname in PLACES[name, type_], (name, type_)
                assert type_ not in VALUES or element.text in VALUES[type_]
            if name == "ref":
                assert element.get("target") in ids
            if name == "xref":
                assert element.get("target").startswith(("http://", "https://"))
            if name == "date":
                dt.date.fromisoformat(element.text)
    return root


def again(*entries: ConceptEntry, **options) -> list[ConceptEntry]:
    data = write_tbx(entries, **options)
    valid(data)
    return read_tbx(data).entries


@pytest.mark.parametrize(("name", "entries", "terms", "language"), [
    ("okapi-tbx/ibm_tbx.tbx", 5, 11, "en"), ("okapi-tbx/oracle_TBX.tbx", 2, 6, "en"), ("okapi-tbx/test01.tbx", 1, 2, "en"),
    ("hxltm/hxltm-exemplum-linguam.tbx", 9, 57, "la"),
])  # fmt: skip
def test_real_files_of_version_2_are_read_and_written_as_version_3(name, entries, terms, language):
    found = read_tbx((FILES / name).read_bytes())
    assert (len(found.entries), sum(len(e.terms) for e in found.entries), found.language) == (entries, terms, language)
    assert not found.warnings
    assert again(*found.entries) == found.entries


def test_what_version_2_says_is_understood():
    found = read_tbx((FILES / "okapi-tbx" / "oracle_TBX.tbx").read_bytes())
    first = found.entries[0]
    assert found.title == "Oracle Terms"
    assert (first.id, first.subject) == ("c1", "HR")
    assert first.definitions["en"].text.startswith("GREs and PREs represent an employer the governments recognise")
    assert first.terms[1].details == (("abbreviatedFormFor", "Provincial Reporting Establishment"),)
    assert first.terms[2] == ConceptTerm("pt", "Entidade de Supervisão de Província", "preferred")
    assert first.notes == (ConceptNote("Termo específico aos EUA.", "pt"),)
    related = read_tbx((FILES / "okapi-tbx" / "ibm_tbx.tbx").read_bytes()).entries[0]
    assert related.cross_references == (("navigation tree", "navigation tree"),)
    assert related.relations == (("broader", "navigation"),)


ENTRY = ConceptEntry(
    "bezwaar",
    (
        ConceptTerm("nl", "bezwaar", "preferred", "noun", "neuter", "fullForm", "NL", "U kunt bezwaar maken.", "Awb", "IATE", ("een noot",)),
        ConceptTerm("ar", "اعتراض", "admitted"), ConceptTerm("ar", "تظلّم", "forbidden"), ConceptTerm("ti", "ተቓውሞ", "proposed"),
        ConceptTerm("am", "ተቃውሞ", "deprecated", "proper noun", "common", "slogan", details=(("register", "official"), ("variant", "x"))),
        ConceptTerm("prs", "اعتراض"),
    ),
    "bestuursrecht",
    {"nl": ConceptDefinition("Een brief.\nTweede regel.", "Awb, art. 1:5"), "en": ConceptDefinition("A letter & <more>."),
     "fa": ConceptDefinition("نامه", "قانون")},
    (ConceptNote("zonder taal"), ConceptNote("[met haken] blijft een noot"), ConceptNote("nota", "es"), ConceptNote("ملاحظة", "ar")),
    (("beroep", "beroep"), ("nergens", "een ander")),
    (("https://wetten.overheid.nl/x", "wetten.overheid.nl"), ("geen adres", "wel woorden")),
    dt.date(2026, 1, 2), "Ann & Co", dt.date(2026, 3, 4), "Bob",
    (("jurisdiction", "NL"), ("equivalence ar", "partial; describe")),
)  # fmt: skip
OTHER = ConceptEntry("beroep", (ConceptTerm("nl", "beroep"),))


def test_everything_a_concept_knows_survives_a_round_trip():
    assert again(ENTRY, OTHER, title="Termen <1> & meer") == [ENTRY, OTHER]


def test_forbidden_terms_are_deprecated_to_others_and_forbidden_to_us():
    root = valid(write_tbx([ENTRY, OTHER]))
    sections = [s for s in root.iter(f"{X}termSec") if s[0].text == "تظلّم"]
    assert sections[0].find(f"{X}termNote").text == "deprecatedTerm-admn-sts"
    assert sections[0].find(f"{X}note").text == "[status] forbidden"


@pytest.mark.parametrize("id_", ["1", "a b", "bezwaar:1", "ሕጊ", "", None, "-x", 'a"<&'])
def test_an_identifier_xml_does_not_allow_comes_back(id_):
    entries = [ConceptEntry(id_, (ConceptTerm("nl", "a"),)), ConceptEntry("c1", (ConceptTerm("nl", "b"),), cross_references=((id_ or "x", "naar"),))]
    found = again(*entries)
    assert [e.id for e in found] == ([id_, "c1"] if id_ else [found[0].id, "c1"])
    if id_:
        assert found[1].cross_references[0][1] == "naar"


def test_two_concepts_with_one_identifier_are_both_kept_with_a_warning():
    data = write_tbx([ENTRY, OTHER]).replace(b'id="beroep"', b'id="bezwaar"').replace(b'target="beroep"', b'target="bezwaar"')
    found = read_tbx(data)
    assert [e.id for e in found.entries] == ["bezwaar", "bezwaar"]
    assert [(w.key, w.fields["count"]) for w in found.warnings] == [("identifier-repeated", "2")]
    assert len(again(*found.entries)) == 2


DCT = f"""<tbx type="TBX-Basic" style="dct" xml:lang="nl" xmlns="{NAMESPACE}" xmlns:min="http://www.tbxinfo.net/ns/min"
 xmlns:basic="http://www.tbxinfo.net/ns/basic"><tbxHeader><fileDesc><sourceDesc><p>x</p></sourceDesc></fileDesc></tbxHeader><text><body>
 <conceptEntry id="c1"><transacGrp><basic:transactionType>origination</basic:transactionType><date>2010-04-17</date>
   <basic:responsibility>Ann</basic:responsibility></transacGrp>
  <min:subjectField>recht</min:subjectField><basic:crossReference target="c2">ander</basic:crossReference>
  <langSec xml:lang="ti"><descripGrp><basic:definition>ደብዳበ</basic:definition><basic:source>Awb</basic:source></descripGrp>
   <termSec><term>ተቓውሞ</term><min:partOfSpeech>noun</min:partOfSpeech>
    <min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus>
    <descripGrp><basic:context>ኣብነት</basic:context><basic:source>bron</basic:source></descripGrp></termSec></langSec></conceptEntry>
</body></text></tbx>"""


def test_data_categories_as_tags_say_the_same():
    (entry,) = read_tbx(DCT.encode()).entries
    assert entry == ConceptEntry(
        "c1", (ConceptTerm("ti", "ተቓውሞ", "preferred", "noun", context="ኣብነት", context_source="bron"),), "recht",
        {"ti": ConceptDefinition("ደብዳበ", "Awb")}, (), (("c2", "ander"),), (), dt.date(2010, 4, 17), "Ann",
    )  # fmt: skip


def martif(body, status=""):
    return (
        '<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif type="TBX" xml:lang="en"><text><body>'
        f"<termEntry>{body}</termEntry></body></text></martif>"
    ).encode()


STATUSES = {
    "preferredTerm-admn-sts": "preferred", "preferredTermadmnsts": "preferred", "preferredTerm": "preferred",
    "admittedTerm-admn-sts": "admitted", "standardizedTerm-admn-sts": "preferred", "deprecatedTerm-admn-sts": "deprecated",
    "supersededTerm-admn-sts": "deprecated", "obsolete": "deprecated", "forbidden": "forbidden", "zomaar": None,
}  # fmt: skip


@pytest.mark.parametrize("written", STATUSES)
def test_statuses_are_read_as_they_are_found(written):
    body = f'<langSet xml:lang="ar"><tig><term>ع</term><termNote type="administrativeStatus">{written}</termNote></tig></langSet>'
    (entry,) = read_tbx(martif(body)).entries
    assert entry.terms[0].status == STATUSES[written]
    if STATUSES[written] is None:
        assert entry.terms[0].details == (("administrativeStatus", "zomaar"),)


def test_tig_and_ntig_give_the_same_term():
    tig = '<langSet xml:lang="nl"><tig><term>een</term><termNote type="partOfSpeech">noun</termNote><descrip type="context">c</descrip></tig></langSet>'
    ntig = ('<langSet xml:lang="nl"><ntig><termGrp><term>een</term><termNote type="partOfSpeech">noun</termNote></termGrp>'
            '<descripGrp><descrip type="context">c</descrip></descripGrp></ntig></langSet>')  # fmt: skip
    assert read_tbx(martif(tig)).entries == read_tbx(martif(ntig)).entries


def test_a_language_nobody_knows_is_left_out_with_a_warning():
    found = read_tbx(martif('<langSet xml:lang="qqq"><tig><term>a</term></tig></langSet><langSet xml:lang="FA_IR"><tig><term>پ</term></tig></langSet>'))
    assert [t.language for t in found.entries[0].terms] == ["fa-IR"]
    assert [(w.key, w.fields["tag"]) for w in found.warnings] == [("language-unknown", "qqq")]


def test_letters_nobody_sees_stay_in_a_term():
    word = "می\u200cخواهد \u200fع\u200e"
    assert again(ConceptEntry("x", (ConceptTerm("fa", word),)))[0].terms[0].text == word


def test_concepts_without_a_term_are_told_and_cannot_be_written():
    found = read_tbx(martif('<descrip type="subjectField">x</descrip>'))
    assert [w.key for w in found.warnings] == ["without-terms"]
    with pytest.raises(ValueError, match="concept with a term"):
        write_tbx(found.entries)


BAD = {
    "nothing": (b"", "empty"),
    "no concepts": (f'<tbx xmlns="{NAMESPACE}"/>'.encode(), "empty"),
    "another kind of XML": (b"<html/>", "mislabelled"),
    "no XML": (b"bezwaar;objection", "syntax"),
    "entities of its own": (b'<!DOCTYPE martif [<!ENTITY a "b">]><martif>&a;</martif>', "entities"),
    "a bomb": ((FILES / "xml-bombs" / "xmlbomb.xml").read_bytes(), "entities"),
    "cut short": (DCT.encode()[:700], "syntax"),
    "too deep": (b"<martif>" + b"<p>" * 300 + b"</p>" * 300 + b"</martif>", "too-large"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_a_reason(case):
    data, reason = BAD[case]
    with pytest.raises(UnreadableFile) as refused:
        read_tbx(data)
    assert refused.value.reason == reason
    assert "%(" not in refused.value.text()


def kept(text: str) -> str:
    """What TBX holds of a text: no white space at its ends, no control characters."""
    from importers.safexml import FORBIDDEN

    return FORBIDDEN.sub("\ufffd", text).strip(" \t\r\n")


def test_naughty_strings_come_back_as_they_went_in():
    strings = [s for s in naughty_strings() if kept(s)]
    entries = [ConceptEntry(f"n{n}", (ConceptTerm("nl", s), ConceptTerm("ti", "ሀ" + s, context=s)), notes=(ConceptNote("noot " + s),)) for n, s in enumerate(strings)]
    for text, entry in zip(strings, again(*entries), strict=True):
        assert [t.text for t in entry.terms] == [kept(text), kept("ሀ" + text)]
        assert entry.terms[1].context == kept(text)
        assert entry.notes[0].text == kept("noot " + text)


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(letters().filter(lambda t: kept(t) and "\r" not in t and "\n" not in t), st.text(min_size=1).filter(lambda t: kept(t) and "\r" not in t and "\n" not in t))
def test_any_text_comes_back_as_it_went_in(term, text):
    entry = ConceptEntry("x", (ConceptTerm("ar", term, notes=(text,)),), text, {"nl": ConceptDefinition(text, text), "ar": ConceptDefinition(term)}, (ConceptNote(text),))
    (found,) = again(entry)
    assert found.terms[0].text == kept(term)
    assert found.subject == kept(text)
    assert found.definitions == {"nl": ConceptDefinition(kept(text), kept(text)), "ar": ConceptDefinition(kept(term))}


def test_real_definitions_of_every_script_are_kept_apart_by_language():
    entry = ConceptEntry("x", (ConceptTerm("ar", "ع"), ConceptTerm("ti-ER", "ሀ"), ConceptTerm("zh-Hans", "中")), definitions={
        "ar": ConceptDefinition(ARABIC), "ti-ER": ConceptDefinition(ETHIOPIC), "zh-Hans": ConceptDefinition("居留许可")})  # fmt: skip
    assert again(entry) == [entry]


@pytest.mark.parametrize(("encoding", "words"), [
    ("windows-1252", "één € besluit"), ("iso-8859-1", "één besluit"), ("windows-1256", "اعتراض"), ("iso-8859-6", "اعتراض"), ("utf-16", "ተቓውሞ"),
    ("utf-8", "ተቓውሞ"), ("utf-8-sig", "حق"), ("koi8-r", "жалоба"),
])  # fmt: skip
def test_old_encodings_that_say_their_name_are_read(encoding, words):
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif type="TBX" xml:lang="nl"><text><body><termEntry><langSet xml:lang="nl"><tig><term>{words}</term></tig></langSet></termEntry></body></text></martif>'
    assert read_tbx(text.encode(encoding)).entries[0].terms[0].text == words


@pytest.mark.parametrize("data", [
    '<?xml version="1.0" encoding="utf-8"?>\n<martif>\n<term>één</term></martif>'.encode("windows-1252"),
    b'<?xml version="1.0" encoding="klingon"?>\n<martif/>',
    "<martif><term>ተቓውሞ</term></martif>".encode("utf-16-le"),
])  # fmt: skip
def test_encodings_that_are_not_what_they_say_are_refused_with_the_line(data):
    with pytest.raises(UnreadableFile) as refused:
        read_tbx(data)
    assert refused.value.reason == "syntax"
    assert refused.value.where.startswith("line ")


def test_a_section_without_a_language_is_told_with_its_line():
    found = read_tbx(martif('\n<langSet><tig><term>a</term></tig></langSet>\n<langSet xml:lang="ti"><tig><term>ሀ</term></tig></langSet>'))
    assert [t.text for t in found.entries[0].terms] == ["ሀ"]
    assert [(w.key, w.where) for w in found.warnings] == [("language-missing", "line 2")]
