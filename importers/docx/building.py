"""A translated paragraph put together again."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from lxml import etree

from importers.docx.dress import Dress, strong_direction
from importers.docx.names import P_PR, R_PR, R, T, W, drop
from importers.docx.scopes import Alone, Dissected, Format, Piece, Scope
from importers.nesting import pieces


def rebuild(paragraph: etree._Element, dissected: Dissected, text: str, dress: Dress) -> None:
    """Replace what the paragraph says by `text`, whose tags are those of `dissected`.

    Pictures, notes and fields whose tags the translator dropped come last; none is ever doubled. Tabs and line
    breaks may come as often as the translator wants. A link or format may be used twice.
    """
    properties = paragraph.find(P_PR)
    used: set[int] = set()
    placed: list[etree._Element] = []
    # (where children go, the look of text there)
    stack: list[tuple[list[etree._Element], etree._Element | None]] = [(placed, dissected.body.properties)]
    for piece in pieces(text, dissected.codes):
        here, look = stack[-1]
        part = dissected.parts.get(piece.number)
        if piece.role == "text":
            here.extend(dress.runs(piece.text, look))
        elif isinstance(part, Alone):
            if piece.number not in used or not part.kept:
                here.extend(_elements(part.pieces, again=piece.number in used, dress=dress))
                used.add(piece.number)
        elif piece.role == "open" and isinstance(part, Format):
            stack.append((here, part.properties))
        elif piece.role == "open" and isinstance(part, Scope):
            inner: list[etree._Element] = here
            if part.wrapper is not None:
                inner = []
            else:
                here.extend(_elements(part.before, again=piece.number in used, dress=dress))
            stack.append((inner, part.properties))
        elif piece.role == "close":
            stack.pop()
            if isinstance(part, Scope):
                outside = stack[-1][0]
                if part.wrapper is not None:
                    if here:
                        outside.append(_wrapped(part.wrapper, here, again=piece.number in used))
                else:
                    outside.extend(_elements(part.after, again=piece.number in used, dress=dress))
                used.add(piece.number)
    for number, part in dissected.parts.items():
        if isinstance(part, Alone) and part.kept and number not in used:
            placed.extend(_elements(part.pieces, again=False, dress=dress))
    children = [
        *_elements(dissected.first, again=False, dress=dress),
        *placed,
        *_elements(dissected.last, again=False, dress=dress),
    ]
    for child in list(paragraph):
        if child is not properties:
            paragraph.remove(child)
    paragraph.extend(children)
    for control in paragraph.iterancestors(W + "sdt"):
        if (of_control := control.find(W + "sdtPr")) is not None:
            unbind(of_control)


def _elements(parts: Iterable[Piece], again: bool, dress: Dress) -> list[etree._Element]:
    """Pieces as children of a paragraph. The first time the file's own elements are taken, because paragraphs of a
    text box inside them may be translated too; when used `again`, copies."""
    made: list[etree._Element] = []
    last = None
    for part in parts:
        element = deepcopy(part.element) if again else part.element
        element.tail = None
        if part.run is None:
            if not (again and element.tag in _ONCE):
                made.append(element)
            last = None
            continue
        if part.run is not last:
            run = etree.Element(R)
            if part.properties is not None:
                own = deepcopy(part.properties)
                own.tail = None
                drop(own, "rtl", "rPrChange")
                run.append(own)
            if dress.rtl and not (element.tag == T and strong_direction(element.text or "") == "L"):
                if not len(run):
                    run.append(etree.Element(R_PR))
                dress.mark(run[0])
            made.append(run)
            last = part.run
        made[-1].append(element)
    return made


_ONCE = {W + tag for tag in ("bookmarkStart", "bookmarkEnd")}


def _wrapped(wrapper: etree._Element, children: list[etree._Element], again: bool) -> etree._Element:
    """A copy of the wrapper (a link, a content control) around other children."""
    made = etree.Element(wrapper.tag, dict(wrapper.attrib))
    inside = made
    if wrapper.tag == W + "sdt":
        for child in wrapper:
            if child.tag == W + "sdtContent":
                inside = etree.SubElement(made, child.tag, dict(child.attrib))
            elif isinstance(child.tag, str):
                made.append(deepcopy(child))
        properties = made.find(W + "sdtPr")
        if properties is not None:
            unbind(properties)
            if again:
                drop(properties, "id")
    for child in children:
        inside.append(child)
    return made


def unbind(properties: etree._Element) -> None:
    """Cut a content control (its w:sdtPr) loose from the store it is bound to: Word fills it from there when it opens
    the file, and would undo the translation."""
    for child in list(properties):
        if isinstance(child.tag, str) and etree.QName(child).localname in ("dataBinding", "showingPlcHdr"):
            properties.remove(child)
