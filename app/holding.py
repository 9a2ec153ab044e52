"""Where the words of people may be held: every table, column and uploaded file, and what becomes of each when a person's
text is forgotten.

A table that is not named here makes a test fail (tests/app/test_holding.py), and `docs/privacy.md` lists them: whoever
adds a table decides what is erased in it. A column of a table that is named is searched unless its name is one of CODES.
"""

from __future__ import annotations

import codecs
import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, Table, select
from sqlalchemy.orm import Session

from app import db
from languages.folding import FOLDED_ALONE, fold, fold_with_map, original_span, widest_fold


class Fate(StrEnum):
    """What becomes of a row that holds a phrase which is to be forgotten."""

    DOCUMENT = "document"  # its document goes as a whole
    UNIT = "unit"  # the unit of the memory goes; a neighbour or a name is emptied
    FILE = "file"  # an uploaded file that still waits goes, with what was read of it
    ROW = "row"  # the row goes: it is nothing without its text
    EMPTIED = "emptied"  # the text goes, the row stays
    KEPT = "kept"  # the words of the organisation and its people: told, and a person decides


FATES: dict[str, Fate] = {
    **dict.fromkeys(("document", "original", "block", "sentence", "segment"), Fate.DOCUMENT),
    **dict.fromkeys(("memory_unit", "memory_found"), Fate.UNIT),
    **dict.fromkeys(("memory_import", "memory_import_part", "term_import"), Fate.FILE),
    **dict.fromkeys(("comment", "machine_suggestion", "alignment", "job", "memory_search"), Fate.ROW),
    **dict.fromkeys(
        ("translation", "event", "memory_act", "memory_act_change", "term", "term_use", "term_impact", "concept_history",
         "concept_proposal"),
        Fate.EMPTIED,
    ),
    **dict.fromkeys(
        ("person", "invitation", "access_token", "memory_penalty", "erasure", "concept", "concept_definition",
         "concept_merge", "concept_note", "concept_picture", "equivalence", "legal_reference"),
        Fate.KEPT,
    ),
}  # fmt: skip
#: Tables with nothing but numbers, moments, digests and words of ours.
WORDLESS = frozenset({
    "change", "memory_concept", "memory_finding", "concept_relation", "ended_sign_in", "sign_in_attempt", "answer_read",
    "role", "suggestion_use",
})  # fmt: skip
#: Columns with words of ours, languages, digests or versions: never a client's.
CODES = frozenset({
    "kind", "state", "quality", "action", "from_state", "to_state", "language", "source_language", "target_language",
    "interface_language", "digest", "token_digest", "sha256", "hash", "seen_hash", "once", "confidentiality",
    "form_version", "segmenter_version", "finder", "by_key", "status", "format", "origin", "sent_back_reason", "engine",
    "models", "path", "scopes", "password_hash", "place", "batch", "on_conflict", "ending", "side", "certainty",
    "degree", "strategy", "audience", "media_type", "wanted", "wish", "document",
    "form",  # made from the source
})  # fmt: skip
#: The term base's own words, in tables whose other columns are emptied.
KEPT_COLUMNS = {
    ("term", "text"), ("term", "variants"), ("term", "transliteration"), ("term", "abbreviation_of"),
    ("concept_history", "concept_code"), ("term_impact", "terms"), ("term_impact", "instead"),
}  # fmt: skip
#: The names of people who work here.
_PEOPLE = frozenset({
    "by", "by_name", "uploaded_by_name", "undone_by_name", "undone_by", "created_by", "changed_by", "decided_by", "seen_by",
    "waived_by",
})  # fmt: skip
#: The same inside the histories of concepts and what is proposed: {row: {name: value}}.
_KEPT_NAMES = frozenset({"text", "variants", "transliteration", "abbreviation_of", "code", "plain"})
_HISTORIES = frozenset({"concept_history", "concept_proposal"})
#: A unit goes when its phrase stands here; elsewhere in its row only that place is emptied.
UNIT_TEXTS = frozenset({"source", "target", "notes"})
#: Rows that belong to a document through these go with it.
_OWNERS = ("document_id", "translation_id", "sentence_id", "segment_id")
_BATCH = 1000


def is_kept(table: str, column: str) -> bool:
    return FATES[table] is Fate.KEPT or column in _PEOPLE or (table, column) in KEPT_COLUMNS


def tables() -> Iterator[Table]:
    for metadata in db.metadatas():
        yield from metadata.sorted_tables


def worded(table: Table) -> list[str]:
    """The columns of a table that can hold words."""
    if table.name in WORDLESS:
        return []
    return [c.name for c in table.columns if c.name not in CODES and isinstance(c.type, String | JSON | LargeBinary)]


# --- phrases ---------------------------------------------------------------------------------


class Names:
    """Phrases, compared as search compares: case, accents and ways of spelling do not count, in whatever language a
    text may be (`languages.folding`)."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        self._widest = [wanted for p in self.phrases if (wanted := widest_fold(p))]
        # folding never makes another script of plain letters
        self._widest_plain = [wanted for wanted in self._widest if wanted.isascii()]
        self._folds = [
            (language, wanted)
            for p in self.phrases
            for language in FOLDED_ALONE
            if (wanted := fold(p, language).strip())
        ]

    def may_be_in(self, texts: list[str]) -> bool:
        """Whether it is worth looking at these texts one by one: many are folded at once, a hundred times as quick, and those
        in plain letters, where folding is next to nothing, apart from the others."""
        plain = "|".join(filter(str.isascii, texts))
        if plain and self._widest_plain and _holds(widest_fold(plain), self._widest_plain):
            return True
        others = [text for text in texts if not text.isascii()]
        return bool(others) and _holds(widest_fold("|".join(others)), self._widest)

    def in_text(self, value: str | None) -> bool:
        return (
            bool(value)
            and self.may_be_in([value])
            and any(wanted in fold(value, language) for language, wanted in self._folds)
        )

    def in_value(self, value: Any) -> bool:
        """Whether a text, anything in a JSON value, or an uploaded file holds one of them."""
        return any(map(self.in_text, texts_in(value)))

    def spelt(self, value: Any) -> set[str]:
        """How they are written in a value."""
        found: set[str] = set()
        for text in texts_in(value):
            for language, wanted in self._folds:
                if self.may_be_in([text]) and wanted in fold(text, language):
                    folded, origin = fold_with_map(text, language)
                    at = folded.find(wanted)
                    if at >= 0:
                        start, end = original_span(origin, at, at + len(wanted), len(text))
                        found.add(text[start:end])
        return found

    def without(self, value: Any, kept: frozenset[str] = frozenset()) -> Any:
        """A JSON value with None in the place of every text that holds one of them, but for what stands under a name
        in `kept`."""
        if isinstance(value, str):
            return None if self.in_text(value) else value
        if isinstance(value, dict):
            return {
                k: v if k in kept else self.without(v, kept)
                for k, v in value.items()
                if not self.in_text(k)
            }
        if isinstance(value, list):
            return [self.without(part, kept) for part in value if not (isinstance(part, str) and self.in_text(part))]
        return value


def _holds(folded: str, wanted: list[str]) -> bool:
    return any(one in folded for one in wanted)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of a column: text, JSON with its names, or the bytes of a file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield str(name)
            yield from texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, bytes):
        yield from file_texts([value])


def _erasable(table: str, value: Any) -> Iterator[str]:
    """The texts of a value that are not left to a person."""
    if table not in _HISTORIES or not isinstance(value, dict):
        yield from texts_in(value)
        return
    for name, part in value.items():
        if name not in _KEPT_NAMES:
            yield str(name)
            yield from _erasable(table, part)


# --- files -----------------------------------------------------------------------------------

#: A file is looked at in stretches of so many characters, each beginning with the end of the one before.
_STRETCH, _AGAIN = 1_000_000, 2_000
_LARGEST_PART = 64 * 1024 * 1024
_TAG = re.compile("<[^>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def file_texts(pieces: Iterable[bytes], depth: int = 2) -> Iterator[str]:
    """The words of an uploaded file, in stretches that overlap: also of what nobody translates, its properties and
    comments. Of an archive (DOCX, XLSX) its parts; of markup also without its tags and references."""
    pieces = iter(pieces)
    head = next(pieces, b"")
    if head.startswith(b"PK") and depth:
        data = b"".join([head, *pieces])
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                for part in parts.infolist():
                    yield part.filename
                    if part.file_size < _LARGEST_PART and not part.filename.endswith((".png", ".jpg", ".jpeg", ".gif")):
                        yield from file_texts([parts.read(part)], depth - 1)
            return
        # what zipfile raises for a broken, encrypted or strangely packed archive
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
            pieces, head = iter(()), data  # damaged: searched as it is
    encodings = ["utf-8"]
    if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) or b"\0" in head[:1000]:
        encodings = ["utf-16", "utf-8"]
    elif not _is_utf8(head):
        encodings = ["utf-8", "cp1252", "cp1256"]
    decoders = [codecs.getincrementaldecoder(encoding)("ignore") for encoding in encodings]
    tails = [""] * len(decoders)
    last = False
    while not last:
        following = next(pieces, None)
        last = following is None
        for at in range(0, max(len(head), 1), _STRETCH):
            piece = head[at : at + _STRETCH]
            for n, decoder in enumerate(decoders):
                try:
                    text = tails[n] + decoder.decode(piece, last and at + _STRETCH >= len(head))
                except UnicodeError:
                    continue
                yield from _variants(text)
                tails[n] = text[-_AGAIN:]
        head = following or b""


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _variants(text: str) -> Iterator[str]:
    yield text
    if "<" in text or "&" in text:
        yield html.unescape(_TAG.sub("", text))
    if "\\u" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


# --- looking ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that holds a phrase: its table and primary key, in which columns it is erased, in which it is left to a person,
    and the rows of a document it belongs to. `spelt`: how the phrase is written there."""

    table: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]
    left: tuple[str, ...]
    owners: dict[str, Any]
    spelt: frozenset[str]

    @property
    def fate(self) -> Fate:
        return FATES[self.table]


def find(session: Session, names: Names) -> Iterator[Hit]:
    """Every row of every table that holds one of the phrases. Reads the whole database: some 20 µs a unit."""
    for table in tables():
        columns = worded(table)
        if not columns:
            continue
        if table.name == "memory_import_part":
            yield from _in_uploads(session, names, table)
            continue
        for row in _suspects(session, table, columns, names):
            yield from _hit(table, columns, row, names)


def again(session: Session, hit: Hit, names: Names) -> Hit | None:
    """The hit as its row stands now, because it was found without holding a lock; None when it is none any more."""
    table = next(t for t in tables() if t.name == hit.table)
    columns = worded(table)
    if hit.table == "memory_import_part":
        return next((h for h in _in_uploads(session, names, table, hit.key[0])), None)
    row = session.execute(_query(table, columns).where(*is_row(table, hit.key))).mappings().first()
    return next(_hit(table, columns, row, names), None) if row is not None else None


def is_row(table: Table, key: tuple[Any, ...]) -> list[Any]:
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]


def _query(table: Table, columns: list[str]):
    owners = [name for name in _OWNERS if name in table.c]
    wanted = dict.fromkeys([*(c.name for c in table.primary_key), *owners, *columns])
    return select(*(table.c[name] for name in wanted))


def _suspects(session: Session, table: Table, columns: list[str], names: Names) -> Iterator[Any]:
    """Rows that may hold one, told of many at a time."""
    heavy = any(isinstance(table.c[name].type, LargeBinary) for name in columns)
    size = 5 if heavy else _BATCH
    rows = session.execute(_query(table, columns).execution_options(yield_per=size))
    places = [list(rows.keys()).index(name) for name in columns]
    simple = not any(isinstance(table.c[name].type, JSON | LargeBinary) for name in columns)
    for some in rows.partitions():
        if simple:
            # names of files and people stand in many rows
            if names.may_be_in(list({value for row in some for at in places if (value := row[at])})):
                for few in (some[at : at + 20] for at in range(0, len(some), 20)):
                    if names.may_be_in([value for row in few for at in places if (value := row[at])]):
                        yield from (row._mapping for row in few)
        elif heavy:
            yield from (row._mapping for row in some)
        else:
            for few in (some[at : at + 50] for at in range(0, len(some), 50)):
                if names.may_be_in([text for row in few for at in places for text in texts_in(row[at])]):
                    yield from (row._mapping for row in few)


def _hit(table: Table, columns: list[str], row: Any, names: Names) -> Iterator[Hit]:
    held = [name for name in columns if names.in_value(row[name])]
    if held:
        goes = [
            name
            for name in held
            if not is_kept(table.name, name) and any(map(names.in_text, _erasable(table.name, row[name])))
        ]
        yield Hit(
            table.name,
            tuple(row[c.name] for c in table.primary_key),
            tuple(goes),
            tuple(name for name in held if name not in goes),
            {name: row[name] for name in _OWNERS if name in table.c},
            frozenset().union(*(names.spelt(row[name]) for name in held)),
        )


def _in_uploads(session: Session, names: Names, table: Table, only: int | None = None) -> Iterator[Hit]:
    """Files that wait, each over the borders of the parts it is kept in."""
    query = select(table.c.import_id).distinct()
    for number in session.scalars(query if only is None else query.where(table.c.import_id == only)).all():
        parts = select(table.c.data).where(table.c.import_id == number).order_by(table.c.number)
        with_part = session.execute(parts.execution_options(yield_per=1))
        for text in file_texts(bytes(row[0]) for row in with_part):
            if names.in_text(text):
                yield Hit(table.name, (number, 0), ("data",), (), {}, frozenset(names.spelt(text)))
                with_part.close()
                break


def cleaned(table: Table, column: str, value: Any, names: Names) -> Any:
    """What a column holds after the phrases went from it."""
    if isinstance(table.c[column].type, JSON):
        return names.without(value, _KEPT_NAMES if table.name in _HISTORIES else frozenset())
    return None if table.c[column].nullable else ""
