"""A DOCX as a package of parts (ISO/IEC 29500-2, Open Packaging Conventions)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from importers import safexml, safezip
from importers.docx.names import NAMESPACES, W
from importers.units import UnreadableFile

FORMAT = "docx"
MAX_PART = 32 * 1024 * 1024
"""Bytes of XML in one part, unpacked: some 30,000 paragraphs. As a tree it takes about ten times as much memory."""

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = NAMESPACES["r"] + "/"
STRICT = "http://purl.oclc.org/ooxml/"
CORE_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"

#: Parts with text, in the order in which a translator meets them, and the context of their paragraphs.
TEXT_PARTS = ("footnotes", "endnotes", "header", "footer")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One line of a part's relationships: `kind` without its common prefix ("header"), `target` a part's name
    ("word/header1.xml") or, when `external`, an address."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class Package:
    """The parts of a DOCX: read once when first asked for, written back only when marked as changed."""

    archive: zipfile.ZipFile
    main: str = ""
    _names: dict[str, str] = field(default_factory=dict)
    _roots: dict[str, etree._Element] = field(default_factory=dict)
    _relationships: dict[str, list[Relationship]] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _added: set[str] = field(default_factory=set)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._names or name in self._added

    def root(self, name: str) -> etree._Element:
        """The part's root element, one and the same at every call."""
        if name not in self._roots:
            entry = self._names[name.casefold()]
            self._roots[name] = safexml.parse(
                safezip.read_entry(self.archive, entry, FORMAT), FORMAT, where=entry, max_bytes=MAX_PART
            )
        return self._roots[name]

    def relationships(self, name: str) -> list[Relationship]:
        """What the part ("" for the package itself) points at."""
        if name not in self._relationships:
            self._relationships[name] = list(self._read_relationships(name))
        return self._relationships[name]

    def _read_relationships(self, name: str) -> Iterator[Relationship]:
        place = relationships_name(name)
        if place not in self:
            return
        folder = posixpath.dirname(name)
        for line in self.root(place).iter(f"{{{RELATIONSHIPS}}}Relationship"):
            target, kind = line.get("Target", ""), line.get("Type", "")
            external = line.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")
            yield Relationship(line.get("Id", ""), kind.removeprefix(OFFICE), target, external)

    def related(self, name: str, kind: str) -> list[str]:
        """Names of the parts of one kind that a part points at and that are there."""
        found = (r.target for r in self.relationships(name) if r.kind == kind and not r.external)
        return list(dict.fromkeys(target for target in found if target in self))

    def text_parts(self) -> list[tuple[str, str]]:
        """(part, context of its paragraphs) in reading order: body, notes, headers, footers."""
        contexts = {"footnotes": "footnote", "endnotes": "endnote"}
        parts = [(self.main, "body")]
        for kind in TEXT_PARTS:
            parts += [(target, contexts.get(kind, kind)) for target in self.related(self.main, kind)]
        return parts

    def changed(self, name: str) -> None:
        """Write this part back from its tree."""
        self._changed.add(name)

    def add(self, name: str, root: etree._Element) -> None:
        """A new part."""
        self._roots[name] = root
        self._added.add(name)

    def to_bytes(self) -> bytes:
        """The file again: parts marked as changed or added from their trees, all others byte for byte."""
        changed = {
            self._names[name.casefold()]: safexml.serialise(self._roots[name])
            for name in self._changed - self._added
        }
        added = {name: safexml.serialise(self._roots[name]) for name in sorted(self._added)}
        return safezip.rewritten(self.archive, changed, FORMAT, added)


def relationships_name(name: str) -> str:
    """``"word/document.xml"`` -> ``"word/_rels/document.xml.rels"``; "" -> ``"_rels/.rels"``."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels".lstrip("/")


def open_package(data: bytes) -> Package:
    """The package, known to be a Word document whose parts can be read. Raises UnreadableFile."""
    archive = safezip.open_zip(data, FORMAT)
    package = Package(archive, _names={entry.casefold(): entry for entry in archive.namelist()})
    if "_rels/.rels" not in package or "[Content_Types].xml" not in package:
        raise _mislabelled()
    mains = [
        r
        for r in package.relationships("")
        if r.kind.endswith("/officeDocument") or r.kind == "officeDocument"
    ]
    if not mains:
        raise _mislabelled()
    package.main = mains[0].target
    if package.main not in package:
        raise safezip.broken(FORMAT, package.main)
    root = package.root(package.main)
    if root.tag.startswith("{" + STRICT):
        raise UnreadableFile(
            FORMAT,
            "unsupported",
            'This file is a "Strict Open XML Document". Open it in Word, choose "Save as" and the type "Word Document '
            '(.docx)", and upload that.',
        )
    if root.tag != W + "document":
        raise _mislabelled()
    if root.find(W + "body") is None:
        raise UnreadableFile(
            FORMAT,
            "empty",
            "This document has no text at all. Check that it is the right file and upload it again.",
        )
    return package


def _mislabelled() -> UnreadableFile:
    return UnreadableFile(
        FORMAT,
        "mislabelled",
        "The name of this file says .docx, but it is not a Word document. Open it in the program that made it, save it "
        "as .docx and upload that.",
    )
