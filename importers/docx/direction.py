"""The whole document turned to the direction of its new language: paragraphs, tables, sections, styles.

Alignment (w:jc), indents and tabs are left alone: in a right-to-left paragraph Word and LibreOffice read "left" as
the side where lines begin.
"""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from importers.docx.dress import EAST_ASIAN, Dress, is_bidi, strong_direction
from importers.docx.names import (
    P_PR,
    R_PR,
    SECTION,
    TABLE,
    VAL,
    P,
    R,
    T,
    W,
    drop,
    on,
    paragraph_properties,
    put,
)


def turn(root: etree._Element, dress: Dress, translated: Collection[etree._Element]) -> bool:
    """Turn one part. `translated` are its paragraphs that now hold text of the target language. A paragraph that was
    left as it is keeps the direction of its own letters. Says whether anything changed."""
    changed = False
    new = set(translated)
    for paragraph in root.iter(P):
        if dress.rtl:
            changed |= _paragraph_to_rtl(paragraph, dress, paragraph in new)
        else:
            changed |= _paragraph_to_ltr(paragraph, dress, paragraph in new)
    for table in root.iter(TABLE):
        properties = table.find(W + "tblPr")
        if properties is None:
            if dress.rtl:
                properties = etree.Element(W + "tblPr")
                table.insert(0, properties)
            else:
                continue
        changed |= _set(properties, "bidiVisual", dress.rtl)
    for section in root.iter(SECTION):
        changed |= _set(section, "bidi", dress.rtl)
        if not dress.rtl:
            changed |= drop(section, "rtlGutter")
    return changed


def _paragraph_to_rtl(paragraph: etree._Element, dress: Dress, translated: bool) -> bool:
    rtl = translated or strong_direction(own_text(paragraph)) != "L"
    properties = paragraph_properties(paragraph)
    if not rtl:
        if is_bidi(properties):
            return False  # left to right within a right-to-left layout: so its author wanted it
        # said outright, because the styles' default is right to left now
        put(properties, "bidi", val="0")
        return True
    _set(properties, "bidi", True)
    dress.mark(put(properties, "rPr"))
    return True


def _paragraph_to_ltr(paragraph: etree._Element, dress: Dress, translated: bool) -> bool:
    properties = paragraph.find(P_PR)
    changed = False
    if properties is not None and (translated or strong_direction(own_text(paragraph)) != "R"):
        if is_bidi(properties):
            changed = drop(properties, "bidi")
        if (mark := properties.find(R_PR)) is not None:
            changed |= drop(mark, "rtl")
    if translated and properties is not None and (mark := properties.find(R_PR)) is not None:
        changed |= dress.suit(mark)
    return changed


def _set(properties: etree._Element, child: str, wanted: bool) -> bool:
    found = properties.find(W + child)
    if wanted == on(found):
        return False
    if wanted:
        put(properties, child).attrib.pop(VAL, None)
    else:
        drop(properties, child)
    return True


def own_text(paragraph: etree._Element) -> str:
    """What the paragraph itself says, without the paragraphs of text boxes inside it."""
    return "".join(
        text.text or "" for text in paragraph.iter(T) if next(text.iterancestors(P), None) is paragraph
    )


def turn_styles(root: etree._Element, dress: Dress) -> None:
    """Defaults and styles: direction and language of new text, complex-script halves of bold, italic and size."""
    defaults = root.find(W + "docDefaults")
    if defaults is None:
        defaults = etree.Element(W + "docDefaults")
        root.insert(0, defaults)
    of_runs, of_paragraphs = defaults.find(W + "rPrDefault"), defaults.find(W + "pPrDefault")
    if of_runs is None:
        of_runs = etree.Element(W + "rPrDefault")
        defaults.insert(0, of_runs)
    if of_paragraphs is None:
        of_paragraphs = etree.SubElement(defaults, W + "pPrDefault")
    _set(put(of_paragraphs, "pPr"), "bidi", dress.rtl)
    runs = put(of_runs, "rPr")
    if dress.rtl:
        put(runs, "lang", bidi=dress.office_language)
    elif dress.script in EAST_ASIAN:
        put(runs, "lang", eastAsia=dress.office_language)
    else:
        put(runs, "lang", val=dress.office_language)
        if dress.complex_script:
            put(runs, "lang", bidi=dress.office_language)
    if font := dress.font():
        fonts = put(runs, "rFonts", cs=font)
        fonts.attrib.pop(W + "cstheme", None)
    suit_all(root, dress)
    for style in root.iter(W + "style"):
        properties = style.find(P_PR)
        if properties is not None and not dress.rtl:
            drop(properties, "bidi")


def suit_all(root: etree._Element, dress: Dress) -> bool:
    """Suit every w:rPr of a part without text (styles, numbering) to the new script."""
    changed = False
    for properties in root.iter(R_PR):
        changed |= dress.suit(properties)
    return changed


def reads_right_to_left(root: etree._Element) -> bool:
    """Whether most of the runs' text in a part is marked as right to left."""
    right = left = 0
    for run in root.iter(R):
        length = sum(len(text.text or "") for text in run.findall(T))
        properties = run.find(R_PR)
        if properties is not None and on(properties.find(W + "rtl")):
            right += length
        else:
            left += length
    return right > left
