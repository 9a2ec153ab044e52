"""Term base files: what a file holds as entries of the glossary, and entries as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.glossaries import BilingualConcept
from app.termentries import entries_of, to_file, to_table
from importers import spreadsheet, tbx, termtable
from importers.concepts import TermFile
from importers.spreadsheet import Table
from importers.termcolumns import Mapping, guess
from importers.units import UnreadableFile, Warning_

#: Files that can be read, by ending.
ENDINGS = (
    ".tbx", ".xml", ".csv", ".tsv", ".txt", ".tab", ".utf8", ".xlsx", ".json", ".ttl", ".trig", ".nt", ".n3", ".rdf",
    ".owl", ".jsonld",
)  # fmt: skip
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".utf8", ".xlsx")


@dataclass(slots=True)
class TermBase:
    """A file as read: its concepts as (place in the file, entry of glossary.entries), and what a person should know. For
    a table also the table, how its columns were understood, and whether that was only a guess."""

    format: str
    entries: list[tuple[str, dict]]
    warnings: list[Warning_] = field(default_factory=list)
    table: Table | None = None
    mapping: Mapping | None = None
    guessed: bool = False


def read(data: bytes, name: str, mapping: Mapping | None = None) -> TermBase:
    """The concepts of a TBX, SKOS, JSON, CSV, TSV or XLSX file, known by what is in it before its name. Raises
    UnreadableFile."""
    ending = Path(name).suffix.lower()
    start = data[:4000].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"")
    if ending in (".xlsx", ".xls", ".ods") or start.startswith(b"PK"):
        return _read_table(data, name, mapping)
    if other := re.match(rb"(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>|\s)*<(tmx|xliff)\b", start, re.S):
        raise _for_elsewhere(other[1].decode())
    if ending not in (".ttl", ".nt", ".trig", ".n3") and start.startswith(b"<"):
        if ending in (".rdf", ".owl") or re.search(rb"<(\w+:)?RDF\b", start):
            return _read_skos(data, name)
        return _of(tbx.read_tbx(data), "tbx")
    if ending in (".ttl", ".trig", ".nt", ".n3", ".rdf", ".owl", ".jsonld") or re.match(rb"@prefix|@base|PREFIX\b", start):
        return _read_skos(data, name)
    if ending == ".json" or (start.startswith((b"{", b"[")) and ending not in _TABLES):
        return _read_json(data, name)
    if ending in (".tbx", ".xml"):
        return _of(tbx.read_tbx(data), "tbx")
    if ending in _TABLES:
        return _read_table(data, name, mapping)
    raise UnreadableFile(
        ending.lstrip(".") or "?",
        "unsupported",
        "This kind of file holds no terms that can be read. Use TBX, SKOS (Turtle, RDF/XML, JSON-LD), CSV, XLSX or JSON.",
    )


def _for_elsewhere(kind: str) -> UnreadableFile:
    if kind == "tmx":
        return UnreadableFile(
            "tmx",
            "mislabelled",
            "This is a translation memory (TMX): whole sentences, not terms. Import it into the memory instead.",
        )
    return UnreadableFile(
        "xliff", "mislabelled", "This is a translation (XLIFF), not a term base. Upload it as a document instead."
    )


def _read_skos(data: bytes, name: str) -> TermBase:
    from importers import skos

    return _of(skos.read_skos(data, name), "skos")


def _read_json(data: bytes, name: str) -> TermBase:
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise UnreadableFile("json", "syntax", "This JSON file is nested too deeply. Export it again.") from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise UnreadableFile(
            "json",
            "syntax",
            "This is not a JSON file that can be read. Export it again.",
            f"line {line}" if line else "",
        ) from error
    objects = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    if any(isinstance(one, dict) and any(name.startswith("@") for name in one) for one in objects):
        return _read_skos(data, name)
    if not isinstance(found, list):
        raise UnreadableFile("json", "syntax", "A term base in JSON is a list of concepts. Export it again.")
    return TermBase("json", [(f"entry {number}", entry) for number, entry in enumerate(found, 1)])


def _read_table(data: bytes, name: str, mapping: Mapping | None) -> TermBase:
    table = spreadsheet.read_rows(data, name)
    guessed = False
    if mapping is None or len(mapping.columns) != len(table.headers):
        mapping, guessed = guess(table, name)
    try:
        found = _of(termtable.concepts_of(table, mapping), "table")
    except UnreadableFile:
        # a person may still say what the columns are
        found = TermBase("table", [], list(table.warnings))
    found.table, found.mapping, found.guessed = table, mapping, guessed
    return found


def refuse_unmapped(found: TermBase) -> None:
    """Raise UnreadableFile when no column of a table holds terms."""
    if found.table is not None and not found.entries and found.mapping is not None:
        termtable.concepts_of(found.table, found.mapping)


def write(entries: Iterable[dict], kind: str) -> bytes:
    """Entries as a file: tbx, csv, xlsx, json, ttl, rdf or jsonld. Raises ValueError for another kind."""
    kind = kind.removeprefix(".")
    match kind:
        case "json":
            return json.dumps(list(entries), ensure_ascii=False, indent=1).encode()
        case "tbx":
            return tbx.write_tbx((to_file(entry) for entry in entries), title="Dragoman")
        case "csv" | "xlsx":
            table = termtable.table_of((to_table(entry) for entry in entries), own=True)
            write_ = spreadsheet.write_csv if kind == "csv" else spreadsheet.write_xlsx
            return write_(table.headers, table.rows)
        case "ttl" | "rdf" | "jsonld":
            from importers.skoswriting import write_skos

            return write_skos((to_file(entry, grammar=False) for entry in entries), kind)
    raise ValueError(f"{kind or 'no ending'}: choose tbx, csv, xlsx, json, ttl, rdf or jsonld")


def omegat(concepts: Iterable[BilingualConcept]) -> bytes:
    """Concepts of two languages as a glossary of OmegaT (UTF-8, tabs: source, target, comment). A word that must not be
    used is named in the comment, so that nobody takes it for a suggestion."""
    rows = []
    for concept in concepts:
        comment = [concept.meaning[1]] if concept.meaning else []
        comment += [f"({concept.words[0].text})"] if concept.keep_source else []
        comment += [f"≠ {', '.join(term.text for term in concept.avoid)}"] if concept.avoid else []
        for word in concept.words:
            rows += [(word.text, other.text, "; ".join(comment)) for other in concept.others]
    return termtable.write_omegat(rows)


def _of(file: TermFile, format: str) -> TermBase:
    return TermBase(format, entries_of(file, table=format == "table"), file.warnings)
