"""Builds the two sample documents of the starter pack: a Dutch letter and a Dutch leaflet, written for this project.

For developers, not for the service: it needs python-docx, which only the test dependencies bring.

    .venv/bin/python app/starter/build_samples.py            writes both files beside this script
    .venv/bin/python app/starter/build_samples.py FOLDER     writes them to FOLDER

The same bytes come out every time. Everybody and everything in the documents is invented; the telephone numbers
do not exist and `.example` is a domain that nobody can own (RFC 2606).
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

WRITTEN = dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC)
ACCENT = RGBColor(0x1B, 0x4F, 0x72)
GREY = RGBColor(0x55, 0x55, 0x55)

FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def new_document(title: str):
    """An A4 document in Dutch with the project's sample look."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2), Cm(1.8)
    section.header_distance, section.footer_distance = Cm(1), Cm(0.8)
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    normal.paragraph_format.space_after = Pt(5)
    properties = normal.element.get_or_add_rPr()
    properties.rFonts.set(qn("w:cs"), "Arial")
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    properties.append(language)
    for name, size, before in (("Title", 22, 0), ("Heading 1", 13, 8), ("Heading 2", 11, 6)):
        style = styles[name]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), True
        style.font.color.rgb = ACCENT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{attribute}"), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = RGBColor(0x0B, 0x5F, 0xA5), True
    about = document.core_properties
    about.title, about.author, about.language = title, "Dragoman", "nl-NL"
    about.comments = "Voorbeelddocument. Personen, gemeente en nummers zijn verzonnen."
    about.created = about.modified = WRITTEN
    about.last_modified_by, about.revision = "Dragoman", 1
    return document


def write(paragraph, text: str) -> None:
    """Add text with **bold** and _italic_ to a paragraph."""
    for number, part in enumerate(text.split("**")):
        for inner, piece in enumerate(part.split("_")):
            if piece:
                run = paragraph.add_run(piece)
                run.bold = True if number % 2 else None
                run.italic = True if inner % 2 else None


def add(document, text: str, style: str | None = None):
    paragraph = document.add_paragraph(style=style)
    write(paragraph, text)
    return paragraph


def add_link(paragraph, address: str, text: str) -> None:
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(text, style="Hyperlink")
    link.append(run._r)
    paragraph._p.append(link)


def add_field(paragraph, instruction: str) -> None:
    """A complex field such as PAGE, with the value 1 until a word processor counts."""
    for kind in ("begin", "instruction", "separate", "value", "end"):
        run = paragraph.add_run()
        run.font.size, run.font.color.rgb = Pt(8), GREY
        if kind == "instruction":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            run._r.append(code)
        elif kind == "value":
            run.text = "1"
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def footer_of(document, text: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    width = document.sections[0].page_width - document.sections[0].left_margin - document.sections[0].right_margin
    paragraph.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    for piece in (f"{text}\tPagina ", "PAGE", " van ", "NUMPAGES"):
        if piece.isupper():
            add_field(paragraph, piece)
        else:
            run = paragraph.add_run(piece)
            run.font.size, run.font.color.rgb = Pt(8), GREY


def add_footnotes(document, texts: list[str]) -> None:
    """The footnotes part; python-docx has none. The two separators come first, as Word wants them."""
    styles = document.styles
    text_style = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
    text_style.base_style, text_style.font.size = styles["Normal"], Pt(8)
    styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER).font.superscript = True
    notes = [
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>',
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>',
    ]
    for number, text in enumerate(texts, 1):
        notes.append(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="{text_style.style_id}"/></w:pPr>'
            f'<w:r><w:rPr><w:rStyle w:val="footnotereference"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:footnote>'
        )
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>{"".join(notes)}</w:footnotes>'
    part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES_TYPE, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def note_mark(paragraph, number: int) -> None:
    run = paragraph.add_run(style="footnote reference")
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    run._r.append(reference)


def add_text_box(paragraph, heading: str, text: str) -> None:
    """A text box at the right margin as Word writes it: DrawingML, and VML for older readers."""
    inside = (
        f"<w:txbxContent><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{heading}</w:t></w:r></w:p>"
        f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:txbxContent>'
    )
    width, height = int(Cm(6)), int(Cm(3.1))
    spaces = (
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    run = parse_xml(
        f"<w:r {nsdecls('w')} {spaces}><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="114300" distR="114300" '
        f'simplePos="0" relativeHeight="251659264" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        f'<wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="margin"><wp:align>right</wp:align></wp:positionH>'
        f'<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:wrapSquare wrapText="bothSides"/>'
        f'<wp:docPr id="101" name="Tekstvak 1" descr="Kader met het telefoonnummer voor hulp"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f'<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="EAF2F8"/></a:solidFill>'
        f'<a:ln w="9525"><a:solidFill><a:srgbClr val="1B4F72"/></a:solidFill></a:ln></wps:spPr>'
        f'<wps:txbx>{inside}</wps:txbx><wps:bodyPr lIns="91440" tIns="45720" rIns="91440" bIns="45720"/></wps:wsp>'
        f"</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f'<mc:Fallback><w:pict><v:rect style="position:absolute;width:170pt;height:88pt;mso-position-horizontal:right;'
        f'mso-position-horizontal-relative:margin" fillcolor="#EAF2F8" strokecolor="#1B4F72"><v:textbox>{inside}</v:textbox>'
        f"</v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    paragraph._p.append(run)


def add_table(document, rows: list[list[str]]):
    """A table with a heading row that repeats on a next page."""
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate(rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            write(cell.paragraphs[0], f"**{text}**" if number == 0 else text)
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    return table


def picture() -> bytes:
    """A PNG of two speech balloons, 260 x 130 pixels, drawn here (PNG: RFC 2083)."""
    width, height = 260, 130
    paper, blue, green = (255, 255, 255), (27, 79, 114), (40, 140, 100)

    def inside(x: int, y: int, left: int, top: int, right: int, bottom: int, radius: int = 18) -> bool:
        near_x, near_y = min(max(x, left + radius), right - radius), min(max(y, top + radius), bottom - radius)
        return (x - near_x) ** 2 + (y - near_y) ** 2 <= radius**2

    def colour(x: int, y: int) -> tuple[int, int, int]:
        for left, top, right, bottom, ink, tail in ((10, 8, 150, 72, blue, 40), (110, 54, 250, 112, green, 215)):
            if inside(x, y, left, top, right, bottom):
                middle = (top + bottom) // 2
                dots = any((x - (left + 40 + 30 * number)) ** 2 + (y - middle) ** 2 <= 49 for number in range(3))
                return paper if dots else ink
            if bottom <= y <= bottom + 16 and abs(x - tail) <= (bottom + 16 - y) // 2 + 1:
                return ink
        return paper

    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def letter():
    """One page from an invented municipality to an invented woman with an asylum permit."""
    document = new_document("Voorbeeldbrief: woning en bijstand na een verblijfsvergunning asiel")
    header = document.sections[0].header.paragraphs[0]
    name = header.add_run("Gemeente Voorbeeldstad")
    name.bold, name.font.size, name.font.color.rgb = True, Pt(16), ACCENT
    address = document.sections[0].header.add_paragraph()
    write(address, "Afdeling Inwoners en Inburgering · Postbus 1000 · 0000 AA Voorbeeldstad")
    footer_of(document, "Voorbeeldbrief: gemeente, personen en nummers zijn verzonnen.")
    add_footnotes(
        document,
        [
            "Artikel 28, lid 1, Vreemdelingenwet 2000.",
            "Artikel 6:7 en artikel 6:8, lid 1, Algemene wet bestuursrecht (Awb).",
        ],
    )

    receiver = add(document, "Mevrouw T. Voorbeeld")
    for row in ("Azc Voorbeeldstad, kamer 12", "Lindelaan 1", "0000 AB Voorbeeldstad"):
        receiver.add_run().add_break()
        receiver.add_run(row)
    facts = add(document, "Voorbeeldstad, 3 maart 2026")
    for row in ("Ons kenmerk: VB-2026-00123", "Uw V-nummer: 000.000.0000"):
        facts.add_run().add_break()
        facts.add_run(row)
    add(document, "**Onderwerp: uw verblijfsvergunning asiel, uw woning en uw geld**")
    add(document, "Geachte mevrouw Voorbeeld,")

    document.add_heading("Wat is er besloten?", 1)
    decided = document.add_paragraph()
    add_text_box(
        decided,
        "Hulp nodig?",
        "Bel 071-0000000 (ma. t/m vr. van 9.00 tot 17.00 uur). Vraag om een tolk. Een tolk is gratis.",
    )
    write(
        decided,
        "De Immigratie- en Naturalisatiedienst (IND) heeft u op 12 februari 2026 een verblijfsvergunning asiel voor "
        "bepaalde tijd gegeven.",
    )
    note_mark(decided, 1)
    write(
        decided,
        " U bent gekoppeld aan de gemeente Voorbeeldstad, d.w.z. dat wij een woning voor u zoeken. "
        "Wij geven u bovendien € 1.250,00 bijzondere bijstand i.v.m. de inrichting van uw woning "
        "(art. 35, lid 1, Participatiewet). U hoeft dit bedrag niet terug te betalen.",
    )

    document.add_heading("Wat moet u doen?", 1)
    for row in (
        "Laat u inschrijven in de Basisregistratie Personen (BRP). Neem altijd uw identiteitsbewijs mee.",
        "Vraag bijstand aan bij het Loket Werk en Inkomen. Neem altijd uw identiteitsbewijs mee.",
        "Kies een huisarts in uw eigen wijk, bijv. bij u in de straat.",
    ):
        add(document, row, "List Bullet").paragraph_format.space_after = Pt(1)
    add_table(
        document,
        [
            ["Wat", "Waar", "Vóór wanneer"],
            ["Inschrijven in de BRP", "Stadhuis, Marktplein 1", "17 maart 2026"],
            ["Bijstand aanvragen", "Loket Werk en Inkomen, Marktplein 3", "24 maart 2026"],
            ["Gesprek over uw inburgering (brede intake)", "Bibliotheek, Langestraat 20", "14 april 2026"],
        ],
    )

    document.add_heading("Bent u het niet eens met dit besluit?", 1)
    objection = add(document, "U kunt **binnen zes weken** na de datum van deze brief bezwaar maken.")
    note_mark(objection, 2)
    write(objection, " Schrijf in uw brief waarom u het niet eens bent met dit besluit. Op ")
    add_link(objection, "https://www.voorbeeldstad.example/bezwaar", "www.voorbeeldstad.example/bezwaar")
    write(objection, " leest u hoe dat gaat. Bent u te laat, dan kijken wij _niet_ meer naar uw bezwaar.")
    add(document, "Hebt u vragen? Bel 071-0000000. Neem altijd uw identiteitsbewijs mee als u langskomt.")
    closing = add(document, "Met vriendelijke groet,")
    for row in ("namens het college van burgemeester en wethouders,", "J. Jansen, afdeling Inwoners en Inburgering"):
        closing.add_run().add_break()
        closing.add_run(row)
    return document


def leaflet():
    """Two pages about learning Dutch and civic integration."""
    document = new_document("Folder: taal en inburgering")
    footer_of(document, "Voorbeeldfolder: gemeente, personen en nummers zijn verzonnen.")
    document.add_heading("Taal en inburgering", 0)
    add(document, "_Nederlands leren en meedoen in Voorbeeldstad_")
    balloons = document.add_paragraph().add_run()
    shape = balloons.add_picture(io.BytesIO(picture()), width=Cm(6.5))
    described = shape._inline.docPr
    described.set("name", "Tekstballonnen")
    described.set("descr", "Tekening van twee tekstballonnen: twee mensen praten met elkaar.")

    document.add_heading("Wat is inburgeren?", 1)
    add(
        document,
        "Hebt u een verblijfsvergunning asiel gekregen? Dan moet u meestal inburgeren. **Inburgeren** is: Nederlands "
        "leren, leren hoe Nederland werkt en _meedoen_, bijv. met werk, een opleiding of vrijwilligerswerk. "
        "U krijgt van DUO een brief waarin staat wanneer uw termijn begint.",
    )
    add(document, "De gemeente helpt u. U betaalt de lessen niet zelf als u statushouder bent.")

    document.add_heading("In vier stappen", 1)
    for row in (
        "**Brede intake.** U praat met de gemeente over uw opleiding, uw werk, uw gezondheid en uw plannen.",
        "**Leerbaarheidstoets.** U maakt een toets. U kunt _niet_ zakken. De toets laat zien hoe snel u een taal leert.",
        "**Persoonlijk plan (PIP).** In dit plan staat wat u gaat doen en welk **taalniveau** u wilt halen: A2 of B1.",
        "**Lessen en examens.** U leert Nederlands en u doet de examens, d.w.z. lezen, luisteren, schrijven en spreken.",
    ):
        add(document, row, "List Number").paragraph_format.space_after = Pt(3)

    document.add_heading("Drie manieren om in te burgeren", 2)
    add_table(
        document,
        [
            ["Route", "Voor wie", "Taalniveau"],
            ["B1-route", "U leert snel Nederlands en u wilt werken", "B1"],
            ["Onderwijsroute", "U bent jong en u wilt een diploma halen", "B1 of hoger"],
            ["Zelfredzaamheidsroute (Z-route)", "Leren is voor u erg moeilijk", "zo goed als u kunt, bijv. **A1**"],
        ],
    )
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    document.add_heading("Wat als het niet lukt?", 1)
    add(
        document,
        "Bent u ziek, zorgt u voor een familielid of is er iets anders aan de hand? Vertel het **op tijd** aan uw "
        "contactpersoon. Soms krijgt u meer tijd (_verlenging_). Soms hoeft u niet in te burgeren (_ontheffing_). "
        "Doet u niets, dan kunt u een boete krijgen.",
    )
    document.add_heading("Bezwaar maken", 2)
    add(
        document,
        "Bent u het niet eens met een besluit van de gemeente of van DUO? U kunt **binnen zes weken** bezwaar maken "
        "(art. 6:7 Awb). Het Juridisch Loket of VluchtelingenWerk kan u helpen. Dat is gratis.",
    )
    document.add_heading("Naast de lessen", 1)
    for row in (
        "**Taalcafé**: elke dinsdag van 10.00 tot 11.30 uur in de bibliotheek. U hoeft zich niet aan te melden.",
        "**Taalmaatje**: een vrijwilliger praat elke week een uur met u, bij u thuis of in het buurthuis.",
        "**Oefenen op internet**: kijk op de website. Daar staan filmpjes met ondertitels in uw taal.",
    ):
        add(document, row, "List Bullet").paragraph_format.space_after = Pt(3)
    document.add_heading("Vragen?", 1)
    contact = add(document, "Bel 071-0000000 of kijk op ")
    add_link(contact, "https://www.voorbeeldstad.example/inburgering", "www.voorbeeldstad.example/inburgering")
    write(contact, ". U kunt ook langskomen: Marktplein 3, maandag t/m donderdag van 9.00 tot 12.30 uur. ")
    write(contact, "Neem altijd uw identiteitsbewijs mee. Een tolk is gratis.")
    return document


def same_bytes(document) -> bytes:
    """The document as a file whose bytes depend on its content alone: fixed dates, no thumbnail of the template."""
    package = document.part.package
    for relation in [r for r in package.rels.values() if r.reltype.endswith("/metadata/thumbnail")]:
        del package.rels[relation.rId]
    raw = io.BytesIO()
    document.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (2026, 3, 3, 9, 0, 0))
            fixed.compress_type, fixed.external_attr, fixed.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            target.writestr(fixed, source.read(entry))
    return out.getvalue()


SAMPLES = {"brief-ind.docx": letter, "folder-taal-en-inburgering.docx": leaflet}


def main(folder: Path) -> None:
    for name, build in SAMPLES.items():
        (folder / name).write_bytes(same_bytes(build()))
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
