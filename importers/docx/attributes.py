"""Text that stands in attributes and properties: descriptions of pictures and tables, WordArt, the title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from importers import safexml
from importers.docx.names import ALTERNATE, FALLBACK, VAL, W, is_fallback, name
from importers.docx.package import CORE_PROPERTIES, Package
from importers.nesting import worth_translating


@dataclass(frozen=True, slots=True)
class Described:
    """One such text: its key, where it stands and what it says."""

    key: str
    context: str
    element: etree._Element
    attribute: str  # "" when it is the element's text

    @property
    def text(self) -> str:
        return (self.element.get(self.attribute) if self.attribute else self.element.text) or ""


_DRAWINGS = (name("wp:docPr"), name("v:shape"), name("v:textpath"), W + "tblCaption", W + "tblDescription")
_ATTRIBUTES = {
    name("wp:docPr"): (("descr", "alt text"), ("title", "alt text")),
    name("v:shape"): (("alt", "alt text"),),
    name("v:textpath"): (("string", "textbox"),),
    W + "tblCaption": ((VAL, "alt text"),),
    W + "tblDescription": ((VAL, "alt text"),),
}


def descriptions(part: str, root: etree._Element) -> Iterator[Described]:
    """Descriptions in one part, in order. Keys count all places that could hold one, so they are stable."""
    count = 0
    for element in root.iter(*_DRAWINGS):
        if is_fallback(element):
            continue
        for attribute, context in _ATTRIBUTES[element.tag]:
            found = Described(f"{part}:alt{count}", context, element, attribute)
            count += 1
            if worth_translating(found.text):
                yield found


def title(package: Package) -> Described | None:
    """The document's title in its properties (Dublin Core), shown on the browser's or reader's window."""
    for relationship in package.relationships(""):
        kind = relationship.kind
        if (kind == CORE_PROPERTIES or kind.endswith("/core-properties")) and relationship.target in package:
            found = package.root(relationship.target).find(name("dc:title"))
            if found is not None and worth_translating(found.text or ""):
                return Described(f"{relationship.target}:title", "title", found, "")
    return None


def rewrite(described: Described, text: str) -> None:
    """Replace the text, and its copies beside it (the picture's own properties, the fallback for old programs)."""
    before, text = described.text, safexml.writable(text)
    if not described.attribute:
        described.element.text = text
        return
    described.element.set(described.attribute, text)
    if described.element.tag == name("wp:docPr"):
        for copy in described.element.getparent().iter(name("pic:cNvPr")):
            if copy.get(described.attribute) == before:
                copy.set(described.attribute, text)
        around = next(described.element.iterancestors(ALTERNATE), None)
        fallback = around.find(FALLBACK) if around is not None else None
        if fallback is not None and described.attribute == "descr":
            for shape in fallback.iter(name("v:shape")):
                if shape.get("alt") == before:
                    shape.set("alt", text)
