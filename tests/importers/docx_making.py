"""Builders of Word documents for tests: small ones from raw XML, one rich letter with python-docx and raw XML."""

import io
import zipfile
from xml.sax.saxutils import escape

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "dc": "http://purl.org/dc/elements/1.1/",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
W = "{" + NAMESPACES["w"] + "}"
OFFICE = NAMESPACES["r"] + "/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def q(short):
    """``"w:p"`` as lxml writes it."""
    prefix, _, local = short.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def r(text="", look="", inside=""):
    """A run. `look` is the inside of its w:rPr, `inside` replaces the text."""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    content = inside or f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    return f"<w:r>{properties}{content}</w:r>"


def p(*runs, look=""):
    """A paragraph of runs (strings of XML) or of plain text; `look` is the inside of its w:pPr."""
    properties = f"<w:pPr>{look}</w:pPr>" if look else ""
    return f"<w:p>{properties}{''.join(run if run.startswith('<') else r(run) for run in runs)}</w:p>"


def field(instruction, result="", look=""):
    """A complex field in runs of its own."""
    return (
        r(inside='<w:fldChar w:fldCharType="begin"/>', look=look)
        + r(inside=f'<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText>', look=look)
        + r(inside='<w:fldChar w:fldCharType="separate"/>', look=look)
        + (result if result.startswith("<") else r(result, look))
        + r(inside='<w:fldChar w:fldCharType="end"/>', look=look)
    )


def table(*rows):
    """A table of cells, each a string of paragraphs' XML."""
    cells = "".join(f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid/>{cells}</w:tbl>'


def text_box(*paragraphs, floating=True):
    """A text box as Word writes it: a drawing, and beside it the same in VML for older programs."""
    content = "".join(paragraphs)
    place = "anchor" if floating else "inline"
    anchored = (
        '<wp:positionH relativeFrom="column"><wp:posOffset>2900000</wp:posOffset></wp:positionH>'
        '<wp:positionV relativeFrom="paragraph"><wp:posOffset>100000</wp:posOffset></wp:positionV>'
    )
    attributes = (
        'distT="0" distB="0" distL="114300" distR="114300" simplePos="0" relativeHeight="251659264" behindDoc="0" '
        'locked="0" layoutInCell="1" allowOverlap="1"'
    )
    return r(
        inside=f"""<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:{place} {attributes if floating else ""}>
        {'<wp:simplePos x="0" y="0"/>' + anchored if floating else ""}<wp:extent cx="2500000" cy="700000"/>
        {"<wp:wrapSquare wrapText='bothSides'/>" if floating else ""}<wp:docPr id="7" name="Tekstvak 7"/>
        <a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
        <wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2500000" cy="700000"/></a:xfrm>
        <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>
        </wps:spPr><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>
        </a:graphic></wp:{place}></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape style="position:absolute">
        <v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>
        </mc:AlternateContent>"""
    )


STYLES = """<w:styles {declarations}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"
w:cstheme="minorBidi"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="nl-NL" w:eastAsia="en-US" w:bidi="ar-SA"/>
</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Standaard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/><w:basedOn w:val="Standaard"/><w:pPr>
<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="MijnKop"><w:name w:val="Mijn kop"/><w:basedOn w:val="Kop1"/></w:style>
<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:u w:val="single"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>{more}
</w:styles>"""

SECTION = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:cols w:space="708"/></w:sectPr>'


def a_docx(
    *body, links=(), parts=None, section=SECTION, styles="", title="", extra=None, main="word/document.xml"
):
    """A whole document. `body` are paragraphs (XML or plain text); `links` (id, address); `parts` maps a kind of
    part ("header", "footnotes", "comments") to its paragraphs' XML; `extra` are more zip entries, name -> bytes."""
    content = "".join(b if b.startswith("<") else p(b) for b in body)
    roots = {"header": "hdr", "footer": "ftr"}
    names = {"header": "header1", "footer": "footer1"}
    relations = [("rIdStyles", "styles", "styles.xml", "")]
    relations += [(i, "hyperlink", escape(to, {'"': "&quot;"}), ' TargetMode="External"') for i, to in links]
    overrides = [("/" + main, WORD + "document.main+xml"), ("/word/styles.xml", WORD + "styles+xml")]
    entries = {}
    for kind, inside in (parts or {}).items():
        file = names.get(kind, kind) + ".xml"
        root = roots.get(kind, kind)
        entries["word/" + file] = f"{HEAD}<w:{root} {DECLARATIONS}>{inside}</w:{root}>"
        relations.append((f"rId{kind}", kind, file, ""))
        overrides.append((f"/word/{file}", f"{WORD}{kind}+xml"))
    lines = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides)
    document = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}content-types"><Default Extension="rels" ContentType="'
        f'application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{lines}</Types>",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" Type="{OFFICE}'
        f'officeDocument" Target="{main}"/><Relationship Id="rId2" Type="{PACKAGE}relationships/metadata/core-properties" '
        f'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f"{HEAD}<cp:coreProperties {DECLARATIONS}><dc:title>{escape(title)}</dc:title>"
        "</cp:coreProperties>",
        main: f"{HEAD}<w:document {DECLARATIONS}><w:body>{content}{section}</w:body></w:document>",
        "word/_rels/"
        + main.rpartition("/")[2]
        + ".rels": f'{HEAD}<Relationships xmlns="{PACKAGE}relationships">'
        + "".join(f'<Relationship Id="{i}" Type="{OFFICE}{k}" Target="{t}"{m}/>' for i, k, t, m in relations)
        + "</Relationships>",
        "word/styles.xml": HEAD + STYLES.format(declarations=DECLARATIONS, more=styles),
        **entries,
        **(extra or {}),
    }
    return zipped(document)


def zipped(entries):
    """Zip entries, name -> text or bytes, with one date so that equal content gives equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(zipfile.ZipInfo(entry), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unzipped(data):
    """name -> bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


FOOTNOTES = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="1"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>{text}</w:p>'
    "</w:footnote>"
)


def footnotes(text):
    """The footnotes part with its two separators and one note."""
    return FOOTNOTES.format(text=r(" " + text))


NOTE = r(inside='<w:footnoteReference w:id="1"/>', look='<w:vertAlign w:val="superscript"/>')


def a_letter():
    """A rich Dutch letter, as a help desk gets it, made by python-docx with a footnote and a text box added."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE as KINDS
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml
    from docx.shared import Pt, RGBColor

    document = Document()
    document.core_properties.title = "Brief over uw verblijfsvergunning"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Hulpdienst Leiden\tSpreekuur"
    footer = section.footer.paragraphs[0]
    footer.text = "Pagina "
    for run in parse_xml(f"<w:p {DECLARATIONS}>{field('PAGE', '1')}</w:p>"):
        footer._p.append(run)
    document.add_heading("Uw verblijfsvergunning asiel", 1)
    first = document.add_paragraph("Geachte heer ")
    first.add_run("Tesfay").bold = True
    first.add_run(", op ")
    first.add_run("12 maart 2027").italic = True
    first.add_run(" heeft u een gesprek bij de IND (Immigratie- en Naturalisatiedienst). Neem uw ")
    green = first.add_run("documenten")
    green.font.color.rgb = RGBColor(0, 0x80, 0)
    green.font.size = Pt(14)
    first.add_run(" mee!")
    link = document.add_paragraph("Meer informatie staat op ")
    relation = document.part.relate_to("https://ind.nl/asiel", KINDS.HYPERLINK, is_external=True)
    link._p.append(
        parse_xml(
            f'<w:hyperlink {DECLARATIONS} r:id="{relation}">'
            + r("de website van de IND", '<w:color w:val="0563C1"/><w:u w:val="single"/>')
            + "</w:hyperlink>"
        )
    )
    link.add_run(" of bel 088-0430430.")
    for words in ("Paspoort of identiteitskaart", "Brief van het COA", "Uw DigiD"):
        document.add_paragraph(words, style="List Bullet")
    for words in ("Maak een afspraak.", "Kom op tijd.", "Neem een tolk mee."):
        document.add_paragraph(words, style="List Number")
    grid = document.add_table(rows=2, cols=3, style="Table Grid")
    for cell, words in zip(
        [c for row in grid.rows for c in row.cells],
        ["Dag", "Tijd", "Plaats", "Maandag", "10.30 uur", "Stationsweg 1, Leiden"],
        strict=True,
    ):
        cell.text = words
    note = document.add_paragraph("U kunt in beroep gaan")
    note._p.append(parse_xml(f"<w:p {DECLARATIONS}>{NOTE}</w:p>")[0])
    note.add_run(" als u het niet eens bent met het besluit.")
    box = document.add_paragraph()
    box._p.append(
        parse_xml(
            f"<w:p {DECLARATIONS}>{text_box(p('Bel ons: ', r('gratis', '<w:b/>'), ' tolk aanwezig.'))}</w:p>"
        )[0]
    )
    document.add_paragraph()
    document.add_paragraph("Met vriendelijke groet,")
    part = Part(
        PackURI("/word/footnotes.xml"),
        WORD + "footnotes+xml",
        f"{HEAD}<w:footnotes {DECLARATIONS}>{footnotes('Artikel 69 van de Vreemdelingenwet 2000.')}</w:footnotes>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, OFFICE + "footnotes")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
