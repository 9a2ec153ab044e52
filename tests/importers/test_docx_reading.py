"""What a Word document is read into: units, tags, contexts, warnings."""

import pytest

from importers.docx import FORMAT
from importers.inline import tags, well_nested
from importers.units import UnreadableFile
from tests.importers.docx_making import (
    NOTE,
    a_docx,
    a_letter,
    field,
    footnotes,
    p,
    r,
    table,
    text_box,
    unzipped,
    zipped,
)

TAB, BREAK = r(inside="<w:tab/>"), r(inside="<w:br/>")
BOLD = "<w:b/>"


def read(*body, **more):
    return FORMAT.read(a_docx(*body, **more), "brief.docx")


def texts(*body, **more):
    return [unit.text for unit in read(*body, **more).units]


def codes(*body, **more):
    return [(code.kind, code.shows, code.paired) for unit in read(*body, **more).units for code in unit.codes]


PARAGRAPHS = {
    # what stands in the paragraph -> its text
    "plain": (p("Geachte heer, سلام, ሰላም"), "Geachte heer, سلام, ሰላም"),
    "one bold word": (p("Neem uw ", r("paspoort", BOLD), " mee"), "Neem uw <1>paspoort</1> mee"),
    "runs of equal look are one": (
        p(r("verblijfs", BOLD), r("vergunning", BOLD), " asiel voor bepaalde tijd"),
        "<1>verblijfsvergunning</1> asiel voor bepaalde tijd",
    ),
    "the commonest look is the base": (
        p(r("Let op: ", BOLD), r("ja", ""), r(" dit is belangrijk", BOLD)),
        "Let op: <1>ja</1> dit is belangrijk",
    ),
    "language, proofing and letter spacing are no formatting": (
        p(
            r("Een ", '<w:lang w:val="nl-NL"/>'),
            '<w:proofErr w:type="spellStart"/>',
            r("zin ", "<w:noProof/>"),
            r("met ", '<w:spacing w:val="-2"/><w:kern w:val="16"/>'),
            r("ruis", '<w:rFonts w:hint="eastAsia"/>'),
        ),
        "Een zin met ruis",
    ),
    "complex-script halves are no formatting for Latin text": (
        p(r("Een ", '<w:bCs/><w:szCs w:val="30"/>'), "zin"),
        "Een zin",
    ),
    "and are the formatting of right-to-left text": (
        p(r("طلب ", "<w:rtl/>"), r("لجوء", "<w:bCs/><w:rtl/>"), r(" جديد اليوم", "<w:rtl/>")),
        "طلب <1>لجوء</1> جديد اليوم",
    ),
    "several texts with tabs in one run": (
        p(r(inside="<w:t>Dag</w:t><w:tab/><w:t>Tijd</w:t><w:tab/><w:t>ቦታ</w:t>")),
        "Dag<1/>Tijd<2/>ቦታ",
    ),
    "runs of nothing but a break": (
        p("Regel een", BREAK, BREAK, "Regel twee"),
        "Regel een<1/><2/>Regel twee",
    ),
    "text before the first code": (
        p("Voor ", r("vet", BOLD), " en verder na"),
        "Voor <1>vet</1> en verder na",
    ),
    "a field at the start": (p(field("SEQ Tabel", "1"), " De tabel"), "<1/> De tabel"),
    "tabs and breaks at the edges stay outside": (p(TAB, TAB, "Coby Roos", BREAK), "Coby Roos"),
    "hyphens that do not break or do not show": (
        p(r(inside="<w:t>e</w:t><w:noBreakHyphen/><w:t>mail, afval</w:t><w:softHyphen/><w:t>water</w:t>")),
        "e\u2011mail, afval\u00adwater",
    ),
    "white space that XML says is not meant": (p(r(inside="<w:t>\n   Een zin\n  </w:t>")), "Een zin"),
    "a line end inside a text is a space": (
        p(r(inside='<w:t xml:space="preserve">Een\n zin</w:t>')),
        "Een  zin",
    ),
    "white space between two bold words": (
        p(r("Let", BOLD), " ", r("op", BOLD), ": dit is de gewone tekst"),
        "<1>Let op</1>: dit is de gewone tekst",
    ),
    "a tag inside bold": (
        p(r("Dag", BOLD), TAB, r("Tijd", BOLD), " is gewone tekst"),
        "<1>Dag<2/>Tijd</1> is gewone tekst",
    ),
    "text that looks like a tag": (p("Kies <1> of <2/> of </1>"), "Kies <1/> of <2/> of <3/>"),
    "text that looks like a tag in two runs": (
        p("Kies <", r("1", '<w:lang w:val="en"/>'), "> hier"),
        "Kies <1/> hier",
    ),
    "brackets and ampersands": (p("5 < 6 & 7 > 3"), "5 < 6 & 7 > 3"),
    "a footnote": (p("In beroep", NOTE, " gaan"), "In beroep<1/> gaan"),
    "a bookmark says nothing": (
        p('<w:bookmarkStart w:id="0" w:name="_GoBack"/>', "Een ", '<w:bookmarkEnd w:id="0"/>', "zin"),
        "Een zin",
    ),
    "a comment's range says nothing": (
        p(
            '<w:commentRangeStart w:id="0"/>',
            "Een ",
            '<w:commentRangeEnd w:id="0"/>',
            r(inside='<w:commentReference w:id="0"/>'),
            "zin",
        ),
        "Een zin",
    ),
    "a link": (
        p(
            "Zie ",
            '<w:hyperlink r:id="rIdL">' + r("de site", '<w:rStyle w:val="Hyperlink"/>') + "</w:hyperlink>",
            ".",
        ),
        "Zie <1>de site</1>.",
    ),
    "a bold word in a link": (
        p('<w:hyperlink w:anchor="a">' + r("naar ") + r("boven", BOLD) + r(" toe") + "</w:hyperlink>"),
        "<1>naar <2>boven</2> toe</1>",
    ),
    "a link as a field": (
        p("Zie ", field('HYPERLINK "https://coa.nl/ar"', "COA"), " nu"),
        "Zie <1>COA</1> nu",
    ),
    "a link as a simple field": (
        p(
            "Zie ",
            '<w:fldSimple w:instr=" HYPERLINK &quot;https://coa.nl&quot; ">' + r("COA") + "</w:fldSimple>",
        ),
        "Zie <1>COA</1>",
    ),
    "a computed field is one code": (
        p("Pagina ", field("PAGE", "1"), " van ", field("NUMPAGES", "9")),
        "Pagina <1/> van <2/>",
    ),
    "a simple computed field": (
        p("Pagina ", '<w:fldSimple w:instr=" PAGE ">' + r("1") + "</w:fldSimple>"),
        "Pagina <1/>",
    ),
    "a field filled in by a mail merge": (
        p("Beste ", field("MERGEFIELD naam", "«naam»"), ","),
        "Beste <1/>,",
    ),
    "a field in a field": (
        p("Beste ", field("IF " + "x", field("PAGE", "3") + r(" mevrouw")), ","),
        "Beste <1><2/> mevrouw</1>,",
    ),
    "a content control": (
        p(
            "Naam: ",
            '<w:sdt><w:sdtPr><w:alias w:val="Naam"/></w:sdtPr><w:sdtContent>'
            + r("ተስፋይ")
            + "</w:sdtContent></w:sdt>",
        ),
        "Naam: <1>ተስፋይ</1>",
    ),
    "a check box is one code": (
        p(
            "<w:sdt><w:sdtPr><w14:checkbox/></w:sdtPr><w:sdtContent>" + r("☐") + "</w:sdtContent></w:sdt>",
            " Ja",
        ),
        "<1/> Ja",
    ),
    "a smart tag is looked through": (
        p("In ", '<w:smartTag w:element="City">' + r("Leiden") + "</w:smartTag>", " nu"),
        "In Leiden nu",
    ),
    "a symbol": (
        p("Kruis ", r(inside='<w:sym w:font="Wingdings" w:char="F0FC"/>'), " aan"),
        "Kruis <1/> aan",
    ),
    "letters of a symbol font": (
        p(r("\uf0b7", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'), " punt"),
        "<1/> punt",
    ),
    "hidden text": (p("Zicht", r("baar geheim", "<w:vanish/>"), "baar"), "Zicht<1/>baar"),
    "a formula": (p("Als ", "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", " dan"), "Als <1/> dan"),
    "an inline picture": (
        p("Logo ", r(inside="<w:drawing><wp:inline/></w:drawing>"), " hier"),
        "Logo <1/> hier",
    ),
    "a floating picture stays at the edge": (
        p(r(inside="<w:drawing><wp:anchor/></w:drawing>"), "Logo hier"),
        "Logo hier",
    ),
    "inserted and deleted text": (
        p(
            "Kom ",
            "<w:ins>" + r("niet ") + "</w:ins>",
            "<w:del><w:r><w:delText>wel </w:delText></w:r></w:del>",
            "te laat",
        ),
        "Kom niet te laat",
    ),
    "a former look": (p(r("Een ", "<w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange>"), "zin"), "Een zin"),
    "a note's own number": (p(r(inside="<w:footnoteRef/>"), r(" Artikel 69")), " Artikel 69"),
    "where Word last broke the page": (
        p(r(inside='<w:t xml:space="preserve">Een </w:t><w:lastRenderedPageBreak/><w:t>zin</w:t>')),
        "Een zin",
    ),
}


@pytest.mark.parametrize("name", PARAGRAPHS)
def test_a_paragraph_is_read_as(name):
    xml, text = PARAGRAPHS[name]
    assert texts(xml, links=[("rIdL", "https://ind.nl/asiel")]) == [text]


NOTHING = {
    "empty": p(),
    "blank": p("   "),
    "a rule of underscores": p("________  ......"),
    "a picture": p(r(inside="<w:drawing><wp:inline/></w:drawing>")),
    "a page break": p(r(inside='<w:br w:type="page"/>')),
    "a page number": p(field("PAGE", "7")),
    "hidden text": p(r("verborgen", "<w:vanish/>")),
    "deleted text": p("<w:del><w:r><w:delText>weg</w:delText></w:r></w:del>"),
    "an empty link": p('<w:hyperlink w:anchor="a"/>'),
}


@pytest.mark.parametrize("name", NOTHING)
def test_there_is_nothing_to_translate_in(name):
    assert texts(NOTHING[name]) == []


KINDS = {
    "bold": (p("Een ", r("x", "<w:b/>"), " zin"), ("bold", "b", True)),
    "bold in a right-to-left run": (
        p(r("اهلا ", "<w:rtl/>"), r("x", "<w:bCs/><w:rtl/>"), r(" زين", "<w:rtl/>")),
        ("bold", "b", True),
    ),
    "not bold among bold": (
        p(r("Een ", "<w:b/>"), r("x", ""), r(" zin", "<w:b/>")),
        ("format", "no b", True),
    ),
    "italic": (p("Een ", r("x", "<w:i/>"), " zin"), ("italic", "i", True)),
    "underlined": (p("Een ", r("x", '<w:u w:val="single"/>'), " zin"), ("underline", "u", True)),
    "strong": (p("Een ", r("x", '<w:rStyle w:val="Strong"/>'), " zin"), ("bold", "Strong", True)),
    "bold and larger": (p("Een ", r("x", '<w:b/><w:sz w:val="40"/>'), " zin"), ("format", "b size", True)),
    "link": (
        p('<w:hyperlink r:id="rIdL">' + r("x") + "</w:hyperlink>", " zin"),
        ("link", "link: ind.nl", True),
    ),
    "mail": (
        p('<w:hyperlink r:id="rIdM">' + r("x") + "</w:hyperlink>", " zin"),
        ("link", "link: hulp@example.org", True),
    ),
    "link inside": (
        p('<w:hyperlink w:anchor="_Toc1">' + r("x") + "</w:hyperlink>", " zin"),
        ("link", "link: #_Toc1", True),
    ),
    "tab": (p("Een", TAB, "zin"), ("tab", "tab", False)),
    "break": (p("Een", BREAK, "zin"), ("break", "↵", False)),
    "page break": (p("Een", r(inside='<w:br w:type="page"/>'), "zin"), ("break", "page break", False)),
    "note": (p("Een", NOTE, " zin"), ("note", "[1]", False)),
    "field": (p("Een ", field("PAGE \\* MERGEFORMAT", "1")), ("field", "PAGE", False)),
    "image": (p("Een ", r(inside="<w:drawing><wp:inline/></w:drawing>")), ("image", "image", False)),
    "text box in the line": (p("Een ", text_box(p("1"), floating=False)), ("image", "text box", False)),
    "literal": (p("Een <7/> zin"), ("literal", "<7/>", False)),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_code_says_what_it_is(name):
    xml, code = KINDS[name]
    found = codes(xml, links=[("rIdL", "https://www.ind.nl/asiel"), ("rIdM", "mailto:hulp@example.org")])
    assert found == [code]


def test_footnotes_are_counted_through_the_document():
    assert [c[1] for c in codes(p("Een", NOTE, " twee", NOTE), p("drie", NOTE))] == ["[1]", "[2]", "[3]"]


def test_units_come_in_reading_order_with_the_place_they_stand_in():
    catalogue = read(
        p("Kop", look='<w:pStyle w:val="Kop1"/>'),
        p("Eigen kop", look='<w:pStyle w:val="MijnKop"/>'),
        p("Tekst"),
        table([p("Cel één") + p("Cel één, regel twee"), p("ሴል")]),
        p("Ernaast ", text_box(p("In het vak"))),
        "<w:sdt><w:sdtContent>" + p("In een blok") + "</w:sdtContent></w:sdt>",
        parts={
            "header": p("Bovenaan"),
            "footer": p("Onderaan"),
            "footnotes": footnotes("Noot"),
            "endnotes": '<w:endnote w:id="1">' + p("Eindnoot") + "</w:endnote>",
        },
        title="Titel",
    )
    assert [(u.context, u.text.strip()) for u in catalogue.units] == [
        ("heading", "Kop"),
        ("heading", "Eigen kop"),
        ("body", "Tekst"),
        ("table", "Cel één"),
        ("table", "Cel één, regel twee"),
        ("table", "ሴል"),
        ("body", "Ernaast"),
        ("textbox", "In het vak"),
        ("body", "In een blok"),
        ("footnote", "Noot"),
        ("endnote", "Eindnoot"),
        ("header", "Bovenaan"),
        ("footer", "Onderaan"),
        ("title", "Titel"),
    ]
    assert len({u.key for u in catalogue.units}) == len(catalogue.units)
    assert catalogue.warnings == []


def test_the_copy_of_a_text_box_for_old_programs_is_not_offered_twice():
    assert texts(p(text_box(p("Bel 5 < 6 ", r("gratis", BOLD))))) == ["Bel 5 < 6 <1>gratis</1>"]


def test_descriptions_of_pictures_and_tables_are_offered():
    picture = '<w:drawing><wp:inline><wp:docPr id="1" name="p1" descr="Kaart van ለይደን" title="Kaart"/></wp:inline></w:drawing>'
    described = table([p("x")]).replace("<w:tblW", '<w:tblCaption w:val="Rooster"/><w:tblW')
    watermark = r(
        inside='<w:pict><v:shape alt="Stempel" style="position:absolute"><v:textpath string="مسودة"/></v:shape></w:pict>'
    )
    units = read(p(r(inside=picture)), described, p(watermark)).units
    assert [(u.context, u.text) for u in units] == [
        ("table", "x"),
        ("alt text", "Kaart van ለይደን"),
        ("alt text", "Kaart"),
        ("alt text", "Rooster"),
        ("alt text", "Stempel"),
        ("textbox", "مسودة"),
    ]


def test_the_language_is_the_one_most_letters_are_marked_with():
    english = '<w:lang w:val="en-GB"/>'
    assert read(p("Tekst in de taal van de stijl")).source_language == "nl-NL"
    assert read(p("Kort"), p(r("Much longer than that", english))).source_language == "en-GB"
    assert (
        read(p(r("طلب لجوء جديد", '<w:rtl/><w:lang w:val="nl-NL" w:bidi="ar-SY"/>'))).source_language
        == "ar-SY"
    )
    assert read(p(r("x", '<w:lang w:val="x-none"/>'))).source_language == "nl-NL"


def test_reading_twice_gives_the_same_keys():
    letter = a_letter()
    first, second = FORMAT.read(letter, "a.docx"), FORMAT.read(letter, "b.docx")
    assert first.units == second.units
    assert {u.context for u in first.units} == {
        "heading",
        "body",
        "table",
        "textbox",
        "header",
        "footer",
        "footnote",
        "title",
    }


def test_a_table_of_contents_is_read_without_its_machinery():
    def entry(text, page, before="", after=""):
        link = f'<w:hyperlink w:anchor="_Toc{page}">{r(text)}{TAB}{field(f"PAGEREF _Toc{page}", page)}</w:hyperlink>'
        return f"<w:p>{before}{link}{after}</w:p>"

    begin = "".join(field("TOC \\o").partition('<w:r><w:fldChar w:fldCharType="end"/></w:r>')[:1])
    end = r(inside='<w:fldChar w:fldCharType="end"/>')
    catalogue = read(
        entry("Uw rechten", "2", before=begin), entry("መሰልኩም", "5"), f"<w:p>{end}</w:p>", p("Tekst")
    )
    assert [u.text for u in catalogue.units] == ["<1>Uw rechten<2/><3/></1>", "<1>መሰልኩም<2/><3/></1>", "Tekst"]


def test_a_bookmark_whose_text_is_repeated_elsewhere_is_a_pair():
    caption = p(
        '<w:bookmarkStart w:id="3" w:name="_Ref9"/>',
        "Figuur ",
        field("SEQ Figuur", "1"),
        '<w:bookmarkEnd w:id="3"/>',
        ": de route",
    )
    assert texts(caption, p("Zie ", field("REF _Ref9 \\h", "Figuur 1"), ".")) == [
        "<1>Figuur <2/></1>: de route",
        "Zie <1>Figuur 1</1>.",
    ]
    assert texts(caption) == ["Figuur <1/>: de route"]


CHANGED = {
    "a deleted end of paragraph joins two": (
        [p("Een ", look="<w:rPr><w:del/></w:rPr>"), p("zin", look='<w:jc w:val="center"/>')],
        ["Een zin"],
    ),
    "three joined": (
        [p("A", look="<w:rPr><w:del/></w:rPr>"), p("b", look="<w:rPr><w:del/></w:rPr>"), p("ሐ"), p("د")],
        ["Abሐ", "د"],
    ),
    "a paragraph deleted whole": (
        [
            p("Blijft"),
            p("<w:del><w:r><w:delText>Weg</w:delText></w:r></w:del>", look="<w:rPr><w:del/></w:rPr>"),
            p("Ook"),
        ],
        ["Blijft", "Ook"],
    ),
    "moved text": (
        [
            p("<w:moveFrom>" + r("verhuisd") + "</w:moveFrom>", "Een "),
            p('<w:moveToRangeStart w:id="1" w:name="m"/>', "<w:moveTo>" + r("verhuisd") + "</w:moveTo>"),
        ],
        ["Een ", "verhuisd"],
    ),
    "a deleted row": (
        [
            "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:trPr><w:del/></w:trPr><w:tc>"
            + p("weg")
            + "</w:tc></w:tr><w:tr><w:trPr><w:ins/></w:trPr><w:tc>"
            + p("blijft")
            + "</w:tc></w:tr></w:tbl>"
        ],
        ["blijft"],
    ),
    "a deleted cell": (
        [
            "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr>"
            + p("weg")
            + "</w:tc><w:tc>"
            + p("blijft")
            + "</w:tc></w:tr></w:tbl>"
        ],
        ["blijft"],
    ),
    "a table deleted whole": (
        [
            "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:trPr><w:del/></w:trPr><w:tc>"
            + p("weg")
            + "</w:tc></w:tr></w:tbl>",
            p("blijft"),
        ],
        ["blijft"],
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_tracked_changes_are_read_as_accepted_and_said_so(name):
    body, expected = CHANGED[name]
    catalogue = read(*body)
    assert [u.text for u in catalogue.units] == expected
    assert [w.key for w in catalogue.warnings] == ["tracked-changes"]


def test_comments_are_left_out_with_a_warning():
    catalogue = read("Tekst", parts={"comments": '<w:comment w:id="0">' + p("Klopt dit?") + "</w:comment>"})
    assert [u.text for u in catalogue.units] == ["Tekst"]
    assert [(w.key, w.fields) for w in catalogue.warnings] == [("comments-left-out", {"number": "1"})]


@pytest.mark.parametrize(
    ("kind", "key"), [("diagramData", "smartart"), ("chart", "chart"), ("aFChunk", "embedded-document")]
)
def test_text_that_cannot_be_reached_is_warned_about(kind, key):
    entries = unzipped(a_docx("Tekst"))
    name = "word/_rels/document.xml.rels"
    more = f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="x.xml"/></Relationships>'
    entries[name] = entries[name].replace(b"</Relationships>", more.encode())
    assert [w.key for w in FORMAT.read(zipped(entries), "x.docx").warnings] == [key]


def test_a_paragraph_with_more_codes_than_tags_can_count_is_kept_and_warned_about():
    catalogue = read(p(*[r(inside="<w:t>ሀ</w:t><w:tab/>")] * 10_001), p("Tekst"))
    assert [u.text for u in catalogue.units] == ["Tekst"]
    assert [w.key for w in catalogue.warnings] == ["too-many-codes"]


def broken_entry(name, content):
    return zipped({**unzipped(a_docx("Tekst")), name: content})


REFUSED = {
    "a zip of something else": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "mislabelled",
    ),
    "a spreadsheet": (broken_entry("word/document.xml", "<workbook xmlns='x'/>"), "mislabelled"),
    "no document": (
        zipped({k: v for k, v in unzipped(a_docx("x")).items() if k != "word/document.xml"}),
        "broken-zip",
    ),
    "no body": (
        broken_entry(
            "word/document.xml",
            "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>",
        ),
        "empty",
    ),
    "strict": (
        broken_entry(
            "word/document.xml", "<w:document xmlns:w='http://purl.oclc.org/ooxml/wordprocessingml/main'/>"
        ),
        "unsupported",
    ),
    "entities": (broken_entry("word/document.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"), "entities"),
    "broken XML": (broken_entry("word/styles.xml", "<w:styles>\n"), "syntax"),
    "macros": (broken_entry("word/vbaProject.bin", "x"), "macros"),
    "plain text": (b"Geachte heer", "mislabelled"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_document_is_refused_with_its_reason(name):
    data, reason = REFUSED[name]
    with pytest.raises(UnreadableFile) as refused:
        FORMAT.read(data, "brief.docx")
    assert refused.value.reason == reason
    assert "%(" not in refused.value.text()


def test_every_text_is_well_nested_and_every_code_is_in_it():
    for unit in FORMAT.read(a_letter(), "brief.docx").units:
        assert well_nested(unit.text)
        assert list(dict.fromkeys(t.number for t in tags(unit.text))) == [c.number for c in unit.codes]
