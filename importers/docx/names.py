"""Names of WordprocessingML (ISO/IEC 29500-1 and -4, transitional) as lxml writes them, and the schema's order."""

from __future__ import annotations

from lxml import etree

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "dc": "http://purl.org/dc/elements/1.1/",
}
W = "{" + NAMESPACES["w"] + "}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
VAL = W + "val"


def name(short: str) -> str:
    """``"w:p"`` -> ``"{http://…/main}p"``."""
    prefix, _, local = short.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


P, R, T = W + "p", W + "r", W + "t"
P_PR, R_PR = W + "pPr", W + "rPr"
TABLE, SECTION = W + "tbl", W + "sectPr"
TEXTBOX = W + "txbxContent"
CHOICE, FALLBACK, ALTERNATE = name("mc:Choice"), name("mc:Fallback"), name("mc:AlternateContent")

# The order of children that the schema demands (CT_PPr, CT_RPr, CT_TblPr, CT_SectPr): Word calls a file with
# another order damaged.
_ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss "
    "imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
    "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings "
    "sectPrChange",
}
ORDER = {
    parent: {W + child: rank for rank, child in enumerate(children.split())}
    for parent, children in _ORDERS.items()
}
# styles' and numberings' defaults have children of their own names but of these types
ORDER["pPrDefault"] = {P_PR: 0}
ORDER["rPrDefault"] = {R_PR: 0}
_BY_TAG = {W + parent: order for parent, order in ORDER.items()}


def put(parent: etree._Element, child: str, **attributes: str) -> etree._Element:
    """The child ``w:<child>`` of a property element, made at its place in the schema's order when it is not there
    yet; `attributes` (names without prefix) are set on it, others stay."""
    tag = W + child
    found = parent.find(tag)
    if found is None:
        order = _BY_TAG[parent.tag]
        rank = order[tag]
        # an extension element (w14:…) of no known rank belongs after all known ones
        after = next((other for other in parent if order.get(other.tag, len(order)) > rank), None)
        found = etree.SubElement(parent, tag)
        if after is not None:
            after.addprevious(found)
    for key, value in attributes.items():
        found.set(W + key, value)
    return found


def drop(parent: etree._Element, *children: str) -> bool:
    """Remove the named children of a property element; says whether there was any."""
    gone = [found for child in children for found in parent.findall(W + child)]
    for found in gone:
        parent.remove(found)
    return bool(gone)


def in_order(parent: etree._Element) -> None:
    """Put the children of a property element into the schema's order, when its author did not."""
    order = _BY_TAG[parent.tag]
    ranks = [order.get(child.tag, len(order)) for child in parent]
    if ranks != sorted(ranks):
        parent[:] = sorted(parent, key=lambda child: order.get(child.tag, len(order)))


def paragraph_properties(paragraph: etree._Element) -> etree._Element:
    """The paragraph's w:pPr, made as its first child when it has none."""
    found = paragraph.find(P_PR)
    if found is None:
        found = etree.Element(P_PR)
        paragraph.insert(0, found)
    return found


def on(element: etree._Element | None) -> bool:
    """Whether an on/off property (ST_OnOff) is there and on."""
    return element is not None and element.get(VAL, "1") not in ("0", "false", "off")


def is_fallback(element: etree._Element) -> bool:
    """Whether the element stands in mc:Fallback, the copy kept for programs older than 2010."""
    return next(element.iterancestors(FALLBACK), None) is not None
