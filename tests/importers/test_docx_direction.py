"""A document in a language of another direction or script: what Word needs to be told, part by part and run by run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from importers.docx import FORMAT
from importers.docx.dress import Dress, by_direction, strong_direction
from importers.units import Translation
from tests.importers.docx_making import (
    W,
    a_docx,
    a_letter,
    field,
    footnotes,
    p,
    q,
    r,
    table,
    text_box,
    unzipped,
)

MAIN = "word/document.xml"
RTL = "<w:rtl/>"


def written(data, targets, language, draft=None):
    """The document with `targets` (source text -> target) put in; a source that is not there stays."""
    chosen = {
        u.key: Translation(targets[u.text]) for u in FORMAT.read(data, "x.docx").units if u.text in targets
    }
    return FORMAT.write(data, chosen, language, draft)


def part(data, name=MAIN):
    return etree.fromstring(unzipped(data)[name])


def words(element):
    return "".join(t.text or "" for t in element.iter(q("w:t")))


def bidi(paragraph):
    """True, False (said outright) or None."""
    found = paragraph.find(f"{W}pPr/{W}bidi")
    return None if found is None else found.get(q("w:val")) != "0"


def looks(root):
    """text -> {property: value} of every run with text."""
    return {
        words(run): {etree.QName(e).localname: e.get(q("w:val")) or True for e in run.iterfind(f"{W}rPr/*")}
        for run in root.iter(q("w:r"))
        if words(run)
    }


def every_part_with_text(targets_language):
    data = a_docx(
        p("Een"),
        p(),
        table([p("Cel") + table([p("Binnen")])]),
        p("Bij ", text_box(p("Vak"), p())),
        parts={"header": p("Boven"), "footer": p("Onder"), "footnotes": footnotes("Noot")},
    )
    targets = dict.fromkeys(
        ["Een", "Cel", "Binnen", "Bij ", "Vak", "Boven", "Onder", " Noot"],
        "نعم" if targets_language == "ar" else "እወ",
    )
    return written(data, targets, targets_language)


def test_every_paragraph_of_every_part_reads_right_to_left_the_empty_ones_too():
    result = every_part_with_text("ar")
    for name in (MAIN, "word/header1.xml", "word/footer1.xml", "word/footnotes.xml"):
        root = part(result, name)
        found = [bidi(paragraph) for paragraph in root.iter(q("w:p"))]
        assert found and all(found), name
        runs = [run for run in root.iter(q("w:r")) if words(run).strip()]
        assert all(run.find(f"{W}rPr/{W}rtl") is not None for run in runs), name


def test_tables_sections_and_the_defaults_of_styles_turn_too():
    result = every_part_with_text("ar")
    root, styles = part(result), part(result, "word/styles.xml")
    assert [t.find(f"{W}tblPr/{W}bidiVisual") is not None for t in root.iter(q("w:tbl"))] == [True, True]
    assert [etree.QName(e).localname for e in root.find(f"{W}body/{W}sectPr")] == ["pgSz", "cols", "bidi"]
    defaults = styles.find(f"{W}docDefaults")
    assert defaults.find(f"{W}pPrDefault/{W}pPr/{W}bidi") is not None
    assert defaults.find(f"{W}rPrDefault/{W}rPr/{W}lang").get(q("w:bidi")) == "ar-SA"
    heading = next(s for s in styles.iter(q("w:style")) if s.get(q("w:styleId")) == "Kop1")
    assert [etree.QName(e).localname for e in heading.find(f"{W}rPr")] == ["b", "bCs", "sz", "szCs"]
    assert heading.find(f"{W}rPr/{W}szCs").get(q("w:val")) == "32"


def test_a_document_in_a_language_from_left_to_right_is_not_turned():
    result = every_part_with_text("ti")
    for name, content in unzipped(result).items():
        assert b"w:bidi/>" not in content and b"bidiVisual" not in content and b"<w:rtl" not in content, name


def test_alignment_and_indents_are_left_alone():
    data = a_docx(p("Een", look='<w:ind w:left="720"/><w:jc w:val="right"/>'))
    properties = part(written(data, {"Een": "نعم"}, "ar")).find(f".//{W}pPr")
    assert properties.find(f"{W}jc").get(q("w:val")) == "right"
    assert properties.find(f"{W}ind").get(q("w:left")) == "720"
    assert [etree.QName(e).localname for e in properties] == ["bidi", "ind", "jc", "rPr"]


LEFT_AS_THEY_WERE = [
    # an untranslated paragraph in a right-to-left document -> its w:bidi
    ("Met vriendelijke groet,", False),
    ("12-03-2027", True),
    ("", True),
    ("نعم", True),
    ("(a) نعم", False),
    ("ዑቕባ።", False),
]


@pytest.mark.parametrize(("text", "expected"), LEFT_AS_THEY_WERE)
def test_a_paragraph_without_a_translation_keeps_the_direction_of_its_letters(text, expected):
    data = a_docx(p("Een"), p(text) if text else p())
    body = part(written(data, {"Een": "نعم"}, "ar")).findall(f".//{W}p")
    assert [bidi(paragraph) for paragraph in body] == [True, expected]
    if text and expected is False:
        assert body[1].find(f".//{W}rtl") is None


def test_bold_italic_size_and_font_are_said_for_complex_script_too():
    look = '<w:rFonts w:ascii="Verdana" w:hAnsi="Verdana" w:cstheme="minorBidi"/><w:b/><w:i w:val="0"/><w:spacing w:val="20"/><w:sz w:val="40"/>'
    data = a_docx(p(r("Een", look)))
    run = part(written(data, {"Een": "نعم"}, "ar")).find(f".//{W}r/{W}rPr")
    assert [etree.QName(e).localname for e in run] == [
        "rFonts",
        "b",
        "bCs",
        "i",
        "iCs",
        "sz",
        "szCs",
        "rtl",
        "lang",
    ]
    assert dict(run.find(f"{W}rFonts").attrib) == {
        q("w:ascii"): "Verdana",
        q("w:hAnsi"): "Verdana",
        q("w:cs"): "Arial",
    }
    assert run.find(f"{W}iCs").get(q("w:val")) == "0"
    assert run.find(f"{W}lang").get(q("w:bidi")) == "ar-SA"


@pytest.mark.parametrize(
    ("font", "expected"),
    [("Times New Roman", "Times New Roman"), ("Cambria", "Times New Roman"), ("Calibri", "Arial")],
)
def test_a_font_with_serifs_is_answered_by_one_with_serifs(font, expected):
    data = a_docx(p(r("Een", f'<w:rFonts w:ascii="{font}"/>')), p("Twee"))
    result = part(written(data, {"Een": "نعم", "Twee": "لا"}, "fa"))
    fonts = [e.get(q("w:cs")) for e in result.iter(q("w:rFonts"))]
    assert fonts == [expected, "Arial"]  # the document's own font, Calibri, has none


def test_ethiopic_gets_a_font_that_has_its_letters_and_both_halves_of_bold():
    data = a_docx(p("Een ", r("twee", '<w:b/><w:rFonts w:asciiTheme="minorHAnsi"/>'), " drie"))
    found = part(written(data, {"Een <1>twee</1> drie": "ሓደ <1>ክልተ IND</1> ሰለስተ"}, "ti"))
    for run in found.iter(q("w:r")):
        fonts = run.find(f"{W}rPr/{W}rFonts")
        assert {fonts.get(q(f"w:{slot}")) for slot in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Ebrima"}
        assert fonts.get(q("w:asciiTheme")) is None
        assert dict(run.find(f"{W}rPr/{W}lang").attrib) == {q("w:val"): "ti-ET", q("w:bidi"): "ti-ET"}
    assert set(looks(found)["ክልተ IND"]) >= {"b", "bCs"}


LANGUAGES = [
    # target, attribute of w:lang, Office's name
    ("nl", "val", "nl-NL"),
    ("en", "val", "en-GB"),
    ("en-US", "val", "en-US"),
    ("tr", "val", "tr-TR"),
    ("so", "val", "so-SO"),
    ("ar", "bidi", "ar-SA"),
    ("ar-SY", "bidi", "ar-SY"),
    ("fa", "bidi", "fa-IR"),
    ("prs", "bidi", "prs-AF"),
    ("ps", "bidi", "ps-AF"),
    ("ckb", "bidi", "ku-Arab-IQ"),
    ("ur", "bidi", "ur-PK"),
    ("he", "bidi", "he-IL"),
    ("ti", "val", "ti-ET"),
    ("ti-ER", "val", "ti-ER"),
    ("am", "val", "am-ET"),
    ("zh-Hans", "eastAsia", "zh-CN"),
    ("zh-Hant", "eastAsia", "zh-TW"),
]


@pytest.mark.parametrize(("language", "attribute", "name"), LANGUAGES)
def test_text_is_marked_with_its_language_as_office_calls_it(language, attribute, name):
    target = "نعم" if Dress.of(language).rtl else "እወ"
    data = a_docx(p(r("Een", '<w:lang w:val="nl-NL"/>')))
    result = written(data, {"Een": target}, language)
    assert part(result).find(f".//{W}r/{W}rPr/{W}lang").get(q(f"w:{attribute}")) == name
    assert part(result, "word/styles.xml").find(f".//{W}lang").get(q(f"w:{attribute}")) == name


STRETCHES = [
    ("نعم", [("نعم", True)]),
    ("دائرة IND اليوم", [("دائرة ", True), ("IND", False), (" اليوم", True)]),
    ("لدى IND (Immigratie- en Naturalisatiedienst).", [("لدى ", True), ("IND (Immigratie- en Naturalisatiedienst)", False), (".", True)]),
    ("حساب DigiD 2 الخاص", [("حساب ", True), ("DigiD 2", False), (" الخاص", True)]),
    ("في 12-03-2027.", [("في 12-03-2027.", True)]),
    ("اتصل \u200e088-0430430\u200e الآن", [("اتصل ", True), ("\u200e088-0430430\u200e", False), (" الآن", True)]),
    ("(IND)", [("(", True), ("IND", False), (")", True)]),
    ("«COA» و«IND»", [("«", True), ("COA", False), ("» و«", True), ("IND", False), ("»", True)]),
    ("Stationsweg 1, Leiden", [("Stationsweg 1, Leiden", False)]),
    ("بالتيغرينية: ዑቕባ።", [("بالتيغرينية: ", True), ("ዑቕባ።", False)]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stretches"), STRETCHES)
def test_a_right_to_left_text_is_cut_into_stretches_of_one_direction(text, stretches):
    assert by_direction(text, True) == stretches


def test_a_right_to_left_word_in_another_text_is_a_run_of_its_own():
    assert by_direction("Het woord طلب لجوء (asiel)", False) == [
        ("Het woord ", False),
        ("طلب لجوء", True),
        (" (asiel)", False),
    ]
    data = a_docx(p("Een"))
    found = looks(part(written(data, {"Een": "ቃል طلب لجوء ማለት"}, "ti")))
    assert {text: "rtl" in look for text, look in found.items()} == {
        "ቃል ": False,
        "طلب لجوء": True,
        " ማለት": False,
    }


@given(st.text(), st.booleans())
def test_no_letter_is_lost_between_stretches(text, base):
    stretches = by_direction(text, base)
    assert "".join(part for part, _ in stretches) == text
    assert all(part for part, _ in stretches)
    for stretch, rtl in stretches:
        if strong_direction(stretch):
            assert strong_direction(stretch) == ("R" if rtl else "L")


def test_a_latin_word_in_arabic_is_a_run_from_left_to_right_in_its_own_font():
    data = a_docx(p(r("Een", '<w:b/><w:lang w:val="nl-NL"/>')))
    found = looks(part(written(data, {"Een": "دائرة IND اليوم"}, "ar")))
    assert found["IND"] == {"b": True}
    assert set(found["دائرة "]) == {"rFonts", "b", "bCs", "rtl", "lang"}


def test_numbers_and_bullets_follow_the_end_of_their_paragraph():
    data = a_docx(
        p("Een", look='<w:numPr><w:numId w:val="1"/></w:numPr><w:rPr><w:b/></w:rPr>'),
        parts={
            "numbering": '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:rPr><w:b/></w:rPr></w:lvl></w:abstractNum>'
        },
    )
    result = written(data, {"Een": "نعم"}, "ar")
    assert [etree.QName(e).localname for e in part(result).find(f".//{W}pPr/{W}rPr")] == ["b", "bCs", "rtl"]
    assert part(result, "word/numbering.xml").find(f".//{W}bCs") is not None


def test_a_computed_field_and_a_tab_turn_with_the_paragraph():
    data = a_docx(p("Pagina ", field("PAGE", "3"), r(inside="<w:tab/>"), "einde"))
    root = part(written(data, {"Pagina <1/><2/>einde": "صفحة <1/><2/>نهاية"}, "ar"))
    assert all(run.find(f"{W}rPr/{W}rtl") is not None for run in root.iter(q("w:r")))


def arabic_letter():
    return a_docx(
        p(
            r("طلب لجوء", '<w:bCs/><w:sz w:val="20"/><w:szCs w:val="28"/><w:rtl/><w:lang w:bidi="ar-SY"/>'),
            look="<w:bidi/><w:rPr><w:rtl/></w:rPr>",
        ),
        p(look="<w:bidi/>"),
        p(r("باق", RTL), look="<w:bidi/>"),
        table([p("x")]).replace("<w:tblW", "<w:bidiVisual/><w:tblW"),
        section="<w:sectPr><w:bidi/><w:rtlGutter/></w:sectPr>",
        styles='<w:style w:type="paragraph" w:styleId="A"><w:pPr><w:bidi/></w:pPr><w:rPr><w:sz w:val="20"/><w:szCs w:val="28"/></w:rPr></w:style>',
    )


def test_from_right_to_left_to_left_to_right_everything_turns_back():
    result = written(arabic_letter(), {"طلب لجوء": "Asielaanvraag"}, "nl")
    root, styles = part(result), part(result, "word/styles.xml")
    first, empty, kept = root.findall(f"{W}body/{W}p")
    assert [bidi(first), bidi(empty), bidi(kept)] == [None, None, True]
    assert looks(first) == {"Asielaanvraag": {"b": True, "sz": "28", "lang": "nl-NL"}}
    assert first.find(f"{W}pPr/{W}rPr/{W}rtl") is None
    assert "rtl" in looks(kept)["باق"]
    assert not list(root.iter(q("w:bidiVisual"), q("w:rtlGutter")))
    assert root.find(f".//{W}sectPr/{W}bidi") is None
    own = next(s for s in styles.iter(q("w:style")) if s.get(q("w:styleId")) == "A")
    assert own.find(f"{W}pPr/{W}bidi") is None
    assert own.find(f"{W}rPr/{W}sz").get(q("w:val")) == "28"


def test_from_right_to_left_to_right_to_left_the_styles_stay():
    result = written(arabic_letter(), {"طلب لجوء": "درخواست پناهندگی"}, "fa")
    own = next(s for s in part(result, "word/styles.xml").iter(q("w:style")) if s.get(q("w:styleId")) == "A")
    assert own.find(f"{W}rPr/{W}szCs").get(q("w:val")) == "28"
    assert own.find(f"{W}pPr/{W}bidi") is not None
    found = looks(part(result))["درخواست پناهندگی"]
    assert (found["b"], found["bCs"], found["szCs"], found["rtl"]) == (True, True, "28", True)
    assert part(result).find(f".//{W}bidiVisual") is not None


def test_the_theme_is_told_which_complex_script_it_serves():
    data = a_letter()
    for language, name in (("ar", "ar-SA"), ("ti", "ti-ET")):
        result = written(data, {"Met vriendelijke groet,": "x"}, language)
        assert part(result, "word/settings.xml").find(f"{W}themeFontLang").get(q("w:bidi")) == name
