"""The line that says that a text is not reviewed: boxed, first in the body and on top of every page."""

from __future__ import annotations

import posixpath

from lxml import etree

from importers.docx.dress import Dress
from importers.docx.names import NAMESPACES, R_PR, SECTION, P, W, name, paragraph_properties, put
from importers.docx.package import CONTENT_TYPES, OFFICE, RELATIONSHIPS, Package, relationships_name

_HEADER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"


def mark_as_draft(package: Package, text: str, dress: Dress) -> None:
    """Put the line first in the body and first in every header. A document without headers gets one."""
    body = package.root(package.main).find(W + "body")
    if body is None:
        return
    body.insert(0, boxed(text, dress))
    package.changed(package.main)
    headers = package.related(package.main, "header")
    for header in headers:
        package.root(header).insert(0, boxed(text, dress))
        package.changed(header)
    if not headers:
        _add_header(package, body, text, dress)


def boxed(text: str, dress: Dress) -> etree._Element:
    """A bold paragraph in a box, in the direction of its language."""
    paragraph = etree.Element(P, nsmap={"w": NAMESPACES["w"]})
    properties = paragraph_properties(paragraph)
    border = put(properties, "pBdr")
    for side in ("top", "left", "bottom", "right"):
        etree.SubElement(
            border, W + side, {W + "val": "single", W + "sz": "12", W + "space": "4", W + "color": "C00000"}
        )
    if dress.rtl:
        put(properties, "bidi")
    put(properties, "spacing", before="0", after="120")
    put(properties, "jc", val="center")
    bold = etree.Element(R_PR)
    put(bold, "b")
    put(bold, "color", val="C00000")
    put(bold, "sz", val="24")
    dress.mark(put(properties, "rPr"))
    paragraph.extend(dress.runs(text, bold))
    return paragraph


def _add_header(package: Package, body: etree._Element, text: str, dress: Dress) -> None:
    """A header of its own for a document that has none, in every section (a section without one takes the one before)."""
    folder = posixpath.dirname(package.main)
    part = f"{folder}/header-draft.xml".lstrip("/")
    types, relations = "[Content_Types].xml", relationships_name(package.main)
    sections = list(body.iter(SECTION))
    if not sections:
        sections = [etree.SubElement(body, SECTION)]
    if part in package:
        return
    root = etree.Element(W + "hdr", nsmap={"w": NAMESPACES["w"]})
    root.append(boxed(text, dress))
    package.add(part, root)
    etree.SubElement(
        package.root(types),
        f"{{{CONTENT_TYPES}}}Override",
        {"PartName": "/" + part, "ContentType": _HEADER_TYPE},
    )
    package.changed(types)
    if relations in package:
        package.changed(relations)
    else:
        package.add(
            relations, etree.Element(f"{{{RELATIONSHIPS}}}Relationships", nsmap={None: RELATIONSHIPS})
        )
    etree.SubElement(
        package.root(relations),
        f"{{{RELATIONSHIPS}}}Relationship",
        {"Id": "rIdDraftHeader", "Type": OFFICE + "header", "Target": posixpath.basename(part)},
    )
    first = sections[0]
    for kind in ("default", *(["first"] if first.find(W + "titlePg") is not None else [])):
        reference = etree.Element(W + "headerReference")
        reference.set(W + "type", kind)
        reference.set(name("r:id"), "rIdDraftHeader")
        first.insert(0, reference)
