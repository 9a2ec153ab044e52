"""Tracked changes, accepted: what was inserted stays, what was deleted goes (ISO/IEC 29500-1 §17.13.5)."""

from __future__ import annotations

from lxml import etree

from importers.docx.names import P_PR, R_PR, P, W

_KEEP = [W + tag for tag in ("ins", "moveTo")]
_DROP = [W + tag for tag in ("del", "moveFrom")]
_RANGES = [
    W + f"{kind}Range{end}"
    for kind in ("moveFrom", "moveTo", "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo")
    for end in ("Start", "End")
]
_FORMER = [
    W + f"{kind}Change"
    for kind in ("pPr", "rPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "tblGrid", "numbering")
]
_CELLS = [W + tag for tag in ("cellIns", "cellDel", "cellMerge")]
_ALL = (*_KEEP, *_DROP, *_RANGES, *_FORMER, *_CELLS)


def accept(root: etree._Element) -> int:
    """Accept every tracked change below `root`, in place. Returns how many marks of changes there were."""
    found = list(root.iter(*_ALL))
    if not found:
        return 0
    joined = []  # paragraphs whose end was deleted
    for mark in found:
        parent = mark.getparent()
        if parent is None:
            continue  # inside something that went already
        if mark.tag in _RANGES or mark.tag in _FORMER:
            parent.remove(mark)
        elif mark.tag in _CELLS:
            parent.remove(mark)
            if mark.tag == W + "cellDel":
                _remove_cell(parent.getparent())
        elif parent.tag == R_PR:  # the mark belongs to the end of the paragraph
            parent.remove(mark)
            if mark.tag in _DROP and parent.getparent().tag == P_PR:
                joined.append(parent.getparent().getparent())
        elif parent.tag == W + "trPr":
            parent.remove(mark)
            if mark.tag in _DROP:
                _remove_row(parent.getparent())
        elif mark.tag in _KEEP:
            _unwrap(mark)
        else:
            _remove(mark)
    # from the last: the text of several deleted ends in a row runs into the first paragraph that still ends
    for paragraph in reversed(joined):
        _join_with_next(paragraph)
    return len(found)


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    at = parent.index(element)
    parent[at : at + 1] = list(element)


def _remove(element: etree._Element) -> None:
    """Remove an element but not what is written after it (white space between elements, at most)."""
    element.getparent().remove(element)


def _join_with_next(paragraph: etree._Element) -> None:
    parent = paragraph.getparent()
    if parent is None:
        return
    following = paragraph.getnext()
    content = [child for child in paragraph if child.tag != P_PR]
    if following is not None and following.tag == P:
        at = 1 if following.find(P_PR) is not None else 0
        following[at:at] = content
        parent.remove(paragraph)
    elif not content and len(parent.findall(P)) > 1:
        parent.remove(paragraph)


def _remove_row(row: etree._Element) -> None:
    table = row.getparent()
    if table is None:
        return
    table.remove(row)
    if table.find(W + "tr") is None and table.getparent() is not None:
        table.getparent().remove(table)  # a table without rows is not valid


def _remove_cell(cell: etree._Element) -> None:
    row = cell.getparent()
    if row is not None and len(row.findall(W + "tc")) > 1:
        row.remove(cell)
