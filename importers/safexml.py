"""XML from strangers: no entities, no network, bounded size and depth, errors that name the line."""

from __future__ import annotations

import re
from xml.parsers import expat

from lxml import etree

from importers.units import UnreadableFile

MAX_BYTES = 64 * 1024 * 1024
"""One XML file, or one part of a DOCX, may not be larger (bytes). libxml2 itself stops at 10 MB in one text node."""

MAX_DEPTH = 200
"""Elements inside each other; Word and XLIFF stay below 60. Keeps recursive readers off Python's own limit.
libxml2 stops at 256."""

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (fifth edition, production 2 Char) cannot hold: control characters, lone surrogates, U+FFFE, U+FFFF."""


def parse(
    data: bytes, format: str, *, allow_doctype: bool = False, where: str = "", max_bytes: int = MAX_BYTES
) -> etree._Element:
    """The root element of an XML file.

    `format` names the file's format and `where` the part ("word/document.xml") in error messages. A DOCTYPE is
    refused; with `allow_doctype` one without an internal subset is tolerated, and never fetched.
    Raises UnreadableFile with reason "too-large", "empty", "entities" or "syntax" (its `where` is "line 12").
    """
    if len(data) > max_bytes:
        raise UnreadableFile(
            format,
            "too-large",
            "This file holds %(found)s MB of text, more than the %(allowed)s MB that can be read at once. "
            "Split it into smaller files and upload those.",
            where,
            found=_megabytes(len(data)),
            allowed=_megabytes(max_bytes),
        )
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(
            format,
            "empty",
            "This file is empty. Check that it was saved completely and upload it again.",
            where,
        )
    if doctype := _doctype(data):
        _refuse_doctype(format, where, doctype, allow_doctype)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:  # what `huge_tree` would allow
            raise _too_intricate(format, where, line) from None
        raise UnreadableFile(
            format,
            "syntax",
            "Line %(line)s of this file is not valid XML: %(problem)s. Nothing was saved. "
            "Save the file again in the program that made it and upload it once more.",
            _place(where, line),
            line=line,
            problem=_problem(error),
        ) from None
    # the second lock: should the two parsers ever disagree about the prolog
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None:
        has_subset = any(True for _ in subset.iterentities()) or any(True for _ in subset.iterelements())
        _refuse_doctype(format, where, (0, has_subset), allow_doctype)
        for entity in root.iter(etree.Entity):
            raise UnreadableFile(
                format,
                "entities",
                "Line %(line)s of this file uses &%(name)s;, which is declared in another file. For safety such "
                "references are not followed. Save the file with the character itself and upload it again.",
                _place(where, entity.sourceline),
                line=entity.sourceline,
                name=entity.name,
            )
    if deep := root.xpath("/*" * (MAX_DEPTH + 1)):
        raise _too_intricate(format, where, deep[0].sourceline)
    return root


def serialise(root: etree._Element) -> bytes:
    """The whole document as UTF-8 with an XML declaration, its comments before and after the root included."""
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def writable(text: str) -> str:
    """The text without the characters XML 1.0 cannot hold. Nothing else is touched."""
    return FORBIDDEN.sub("", text)


def unwritable(text: str) -> list[str]:
    """The characters that `writable` would drop, each once, as ``U+0000``: for telling the person who typed them."""
    return [f"U+{ord(c):04X}" for c in dict.fromkeys(FORBIDDEN.findall(text))]


class _Enough(Exception):
    """Raised out of expat when the prolog has been seen."""


def _doctype(data: bytes) -> tuple[int, bool] | None:
    """(line, has an internal subset) of the DOCTYPE, without processing it; None when there is none.

    expat says whether there is a subset before it reads any of it; lxml only after.
    """
    found: list[tuple[int, bool]] = []

    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        found.append((parser.CurrentLineNumber, bool(has_internal_subset)))
        raise _Enough

    def start(name: str, attributes: dict[str, str]) -> None:
        raise _Enough

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    try:
        parser.Parse(data[:65536], False)
        parser.Parse(data[65536:], True)
    except (_Enough, expat.ExpatError, LookupError, UnicodeError, ValueError):
        pass  # what expat cannot read is libxml2's to explain
    return found[0] if found else None


def _refuse_doctype(format: str, where: str, doctype: tuple[int, bool], allowed: bool) -> None:
    line, has_subset = doctype
    if has_subset or not allowed:
        raise UnreadableFile(
            format,
            "entities",
            "This file declares its own entities or document type (<!DOCTYPE>). Such declarations can be used to "
            "attack a server, so they are not read. Remove the DOCTYPE, or save the file again in the program that "
            "made it, and upload it once more.",
            _place(where, line) if line else where,
        )


def _too_intricate(format: str, where: str, line: int | None) -> UnreadableFile:
    return UnreadableFile(
        format,
        "too-large",
        "Around line %(line)s this file has more elements inside each other, or one text that is longer, than any "
        "document needs. It may be damaged or hostile. Ask whoever made it for another version.",
        _place(where, line),
        line=line or 1,
    )


def _problem(error: etree.XMLSyntaxError) -> str:
    """libxml2's own words without its ", line 3, column 4" and without the end of sentence."""
    return re.sub(r", line \d+, column \d+.*$", "", error.msg or "it cannot be read", flags=re.S).rstrip(". ")


def _place(where: str, line: int | None) -> str:
    return ", ".join(part for part in (where, f"line {line}" if line else "") if part)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f}"
