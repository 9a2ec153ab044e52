"""Large XML files from strangers as a stream: an element at a time in constant memory, no entities, no network."""

from __future__ import annotations

import html.entities
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from lxml import etree

from importers.units import UnreadableFile

_LONGEST_PROLOG = 1024 * 1024
_CHUNK = 64 * 1024
_ENDS_EARLY = frozenset({
    etree.ErrorTypes.ERR_DOCUMENT_END, etree.ErrorTypes.ERR_TAG_NOT_FINISHED, etree.ErrorTypes.ERR_GT_REQUIRED,
    etree.ErrorTypes.ERR_ATTRIBUTE_NOT_FINISHED, etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED,
    etree.ErrorTypes.ERR_CDATA_NOT_FINISHED, etree.ErrorTypes.ERR_LTSLASH_REQUIRED,
})  # fmt: skip


def local(tag: object) -> str:
    """An element's name without its namespace; "" for comments, processing instructions and entities."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def elements(stream: BinaryIO, names: tuple[str, ...], format: str) -> Iterator[etree._Element]:
    """Every element of these local names, whole, at its end. Each is emptied before the next one comes.

    Raises UnreadableFile: "empty", "entities" (a DOCTYPE with declarations of its own; one that only names a DTD is
    let by and the DTD never fetched), "syntax" with the line, "too-large" for a text or nesting beyond reason.
    """
    source = opened(stream, format)
    reading = etree.iterparse(
        source,
        events=("end",),
        tag=tuple(f"{{*}}{name}" for name in names),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    first = True
    try:
        for _, element in reading:
            if first:
                first = False
                subset = element.getroottree().docinfo.internalDTD
                if subset is not None and any(True for _ in subset.iterentities()):
                    raise _declarations(format, 1)
            yield element
            element.clear()
            parent = element.getparent()
            if parent is not None:
                while parent[0] is not element:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise _syntax(error, format) from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise UnreadableFile(
            format, "syntax", "This file says that it is written in an encoding nobody knows. Save it again as UTF-8."
        ) from error


def check(stream: BinaryIO, format: str, names: tuple[str, ...], step: Callable[[int], object] = lambda _bytes: None) -> None:
    """Read a file to its end without making anything of it, many times as quick as `elements`: raises what `elements`
    would raise for it, before anything was kept. `step` is told how many bytes were read.

    expat looks at the XML; what it does not like is libxml2's to judge and to explain, and so is a file that seems to
    have no end of elements inside each other. LONGEST_TEXT bytes without any "<" are refused there and then, so that
    nobody waits for gigabytes.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_subset(parser, format)
    without = depth = total = 0
    stops = False  # nothing is wrong with it but that it ends
    try:
        while depth < _SUSPICIOUS and (chunk := stream.read(_LONGEST_PROLOG)):
            total += len(chunk)
            at = chunk.rfind(b"<")
            without = without + len(chunk) if at < 0 else len(chunk) - at
            if without > LONGEST_TEXT:
                raise _too_large(format, parser.CurrentLineNumber)
            # elements without an end tag of their own count too: then libxml2 looks, which is slower and as right
            depth += chunk.count(b"<") - 2 * chunk.count(b"</") - chunk.count(b"<!") - chunk.count(b"<?")
            parser.Parse(chunk, False)
            step(len(chunk))
        if total and depth < _SUSPICIOUS:
            stops = True
            parser.Parse(b"", True)
            return
    except (expat.ExpatError, LookupError, UnicodeError, ValueError):
        pass
    stream.seek(0)
    try:
        for _ in elements(stream, names, format):
            pass
    except UnreadableFile as error:
        if stops and error.reason == "syntax" and "line" in error.fields:
            raise _cut_short(format, error.fields["line"]) from None
        raise


LONGEST_TEXT = 10_000_000
"""Bytes: what libxml2 allows in one text or attribute (XML_MAX_TEXT_LENGTH)."""
_SUSPICIOUS = 100_000


def _no_subset(parser: expat.XMLParserType, format: str) -> Callable[..., None]:
    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise _declarations(format, parser.CurrentLineNumber)

    return doctype


def text_of(entity: etree._Element) -> str:
    """What an entity stands for that the file declares nowhere: HTML's by their names, others as they are written."""
    name = entity.name or ""
    return html.entities.html5.get(f"{name};") or entity.text or f"&{name};"


def opened(stream: BinaryIO, format: str) -> BinaryIO:
    """The stream from its start, after its prolog was looked at. Raises UnreadableFile ("empty", "entities", "syntax")."""
    found: list[tuple[int, bool]] = []
    started: list[str] = []

    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        found.append((parser.CurrentLineNumber, bool(has_internal_subset)))

    def start(name: str, attributes: dict[str, str]) -> None:
        started.append(name)
        raise _Enough

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    seen = b""
    try:
        while not started and len(seen) < _LONGEST_PROLOG:
            chunk = stream.read(_CHUNK)
            seen += chunk
            parser.Parse(chunk, not chunk)
            if found and found[0][1]:
                break
            if not chunk:
                break
    except (_Enough, expat.ExpatError, LookupError, UnicodeError, ValueError):
        pass  # what expat cannot read is libxml2's to explain
    if not seen.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(
            format, "empty", "This file is empty. Check that it was saved completely and upload it again."
        )
    if found and found[0][1]:
        raise _declarations(format, found[0][0])
    if not started and len(seen) >= _LONGEST_PROLOG:
        raise UnreadableFile(format, "syntax", "This file has no beginning that can be understood. Save it again.")
    return Again(seen, stream)


class _Enough(Exception):
    """Raised out of expat when the root element has begun."""


class Again(io.RawIOBase):
    """A stream with what was already read from it put back in front."""

    def __init__(self, seen: bytes, rest: BinaryIO) -> None:
        self._seen, self._rest = io.BytesIO(seen), rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """As many bytes as asked for, unless the file ends: lxml counts lines wrongly when it gets them in driblets."""
        parts = [self._seen.read(size)]
        while size < 0 or (missing := size - sum(map(len, parts))) > 0:
            part = self._rest.read(size if size < 0 else missing)
            if not part:
                break
            parts.append(part)
        return b"".join(parts)


def _declarations(format: str, line: int) -> UnreadableFile:
    return UnreadableFile(
        format,
        "entities",
        "This file declares its own entities or document type (<!DOCTYPE … [ … ]>). Such declarations can be used to "
        "attack a server, so they are not read. Remove them, or save the file again in the program that made it, and "
        "upload it once more.",
        f"line {line}",
    )


def _cut_short(format: str, line: object) -> UnreadableFile:
    return UnreadableFile(
        format,
        "cut-short",
        "This file stops in the middle: it was not saved or copied completely. Ask for the whole file.",
        f"line {line}",
    )


def _too_large(format: str, line: int) -> UnreadableFile:
    return UnreadableFile(
        format,
        "too-large",
        "Around line %(line)s this file has one text that is longer, or more elements inside each other, than any "
        "real file has. It may be damaged or hostile. Ask whoever made it for another version.",
        f"line {line}",
        line=line,
    )


def _syntax(error: etree.XMLSyntaxError, format: str) -> UnreadableFile:
    # while a stream is read, lxml puts some errors in its log only; the log may hold older ones before them
    last = error.error_log.last_error
    line, code, message = error.lineno or 0, error.code, error.msg or ""
    if not line and last is not None:
        line, code, message = last.line, last.type, last.message
    if code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return _too_large(format, line)
    problem = re.sub(r", line \d+, column \d+.*$", "", message or "it cannot be read", flags=re.S).rstrip(". ")
    if code in _ENDS_EARLY or "Premature end" in problem or "EndTag" in problem:
        return _cut_short(format, line)
    return UnreadableFile(
        format,
        "syntax",
        "Line %(line)s of this file is not valid XML: %(problem)s. Save the file again in the program that made it "
        "and upload it once more.",
        f"line {line}",
        line=line,
        problem=problem,
    )
