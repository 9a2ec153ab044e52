"""Which column of a table of terms holds what: by its name, by its HXL hashtag, or by the language of what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from importers.spreadsheet import Table
from importers.termlanguages import language_of
from languages import tags

_WORDS = {
    "code": ("code", "concept_code"),
    "id": ("id", "concept", "concept_id", "conceptid", "entry_id", "codicem", "nr", "nummer"),
    "subject": ("subject", "domain", "subjectfield", "subject_field", "field", "onderwerp", "domein", "vakgebied"),
    "language": ("language", "lang", "taal", "language_code", "linguam"),
    "term": ("term", "word", "woord", "begrip", "terminum"),
    "status": ("status", "term_status"),
    "part_of_speech": ("part_of_speech", "pos", "partofspeech", "woordsoort"),
    "definition": ("definition", "def", "definitie", "description", "meaning", "omschrijving", "betekenis"),
    "plain": ("plain", "plain_definition", "plain_language", "eenvoudig", "in_gewone_woorden"),
    "source": ("definition_source", "source", "bron", "reference"),
    "context": ("context", "example", "voorbeeld"),
    "degree": ("degree", "equivalence", "gelijkwaardigheid"),
    "degree_status": ("degree_status",),
    "strategy": ("strategy", "strategie"),
    "differs": ("differs", "difference", "verschil"),
    "differs_nl": ("differs_nl", "verschil_nl"),
    "differs_en": ("differs_en", "difference_en"),
    "keep_source": ("keep_source", "keep_dutch", "tussen_haakjes"),
    "jurisdiction": ("jurisdiction", "rechtsstelsel"),
    "sensitivity": ("sensitivity",),
    "content_note": ("content_note",),
    "licence": ("licence", "license", "licentie"),
    "relations": ("relations", "relaties"),
    "note": ("note", "notes", "comment", "remark", "opmerking", "toelichting", "noot", "commentarium"),
    "source_language": ("source_language", "sourcelang", "source_lang", "from"),
    "target_language": ("target_language", "targetlang", "target_lang", "to"),
    "source_term": ("sourcestring", "source_term", "source_text", "sourceterm"),
    "target_term": ("targetstring", "target_term", "target_text", "targetterm", "target", "translation", "vertaling"),
}
#: The places in the law that a row has columns for, and what they say of each.
LAWS = 5
LAW_PARTS = {
    "act": ("act", "wet"), "bwb": ("bwb",), "article": ("article", "artikel"), "paragraph": ("paragraph", "lid"),
    "valid_from": ("valid_from", "geldig_vanaf"), "quote": ("quote", "tekst"),
}  # fmt: skip


def law_column(number: int, part: str) -> str:
    """The name of a column about the first, second, ... place in the law: law_article, law_2_article."""
    return f"law_{part}" if number == 1 else f"law_{number}_{part}"


for _number in range(1, LAWS + 1):
    for _part, _names_of_part in LAW_PARTS.items():
        _WORDS[law_column(_number, _part)] = tuple(law_column(_number, name) for name in _names_of_part)
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}
#: What a column may say of one language.
OF_LANGUAGE = (
    "definition", "plain", "source", "status", "note", "part_of_speech", "context", "degree", "degree_status", "strategy",
    "differs", "differs_nl", "differs_en",
)  # fmt: skip
#: Everything a column may hold; those of LANGUAGE_NEEDED are about one language.
MEANINGS = ("terms", *_WORDS)
LANGUAGE_NEEDED = ("terms",)

Column = tuple[str, str | None]

_HASHTAG = re.compile(r"#\s*[a-z]\w*(\s*\+\s*\w+)*", re.I)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table is read. `columns`: what each holds, None to leave it out; `names`: the first row holds names;
    `relabel`: (language as written, language meant) for tables that say the language in a cell; `leave`: (row number,
    column from 0) of cells to leave out."""

    columns: tuple[Column | None, ...]
    names: bool = True
    relabel: tuple[tuple[str, str], ...] = ()
    leave: frozenset[tuple[int, int]] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": [list(column) if column else None for column in self.columns],
            "names": self.names,
            "relabel": [list(pair) for pair in self.relabel],
            "leave": sorted([row, column] for row, column in self.leave),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Mapping:
        return cls(
            tuple((column[0], column[1]) if column else None for column in value["columns"]),
            bool(value.get("names", True)),
            tuple((one, other) for one, other in value.get("relabel") or ()),
            frozenset((row, column) for row, column in value.get("leave") or ()),
        )


def columns(headers: Iterable[str]) -> list[Column | None]:
    """What each column holds: (meaning, language or None), meaning "terms" for a language's terms; None when nobody knows."""
    return [_hashtag(header) if header.strip().startswith("#") else _column(header) for header in headers]


def shape(found: Iterable[Column | None]) -> str | None:
    """How the columns make concepts: "term" (a term per row), "pair", "concept"; None when they make none."""
    kept = [column for column in found if column]
    alone = {meaning for meaning, language in kept if language is None}
    if {"language", "term"} <= alone:
        return "term"
    if {"source_language", "target_language", "source_term", "target_term"} <= alone:
        return "pair"
    return "concept" if any(meaning == "terms" and language for meaning, language in kept) else None


def by_names(table: Table) -> Mapping:
    """What the names of the columns say, and a row of HXL hashtags below them."""
    found = columns(table.headers)
    if table.rows and is_hashtags(table.rows[0]):
        tagged = [_hashtag(cell) for cell in table.rows[0]]
        merged = [named or tag for named, tag in zip(found, tagged, strict=True)]
        found = merged if shape(merged) else [tag or named for named, tag in zip(found, tagged, strict=True)]
    return Mapping(tuple(found))


def guess(table: Table, name: str = "") -> tuple[Mapping, bool]:
    """The most likely way to read a table, and whether that is only a guess from what the columns hold. A table whose
    first row names nothing we know, in a file of the kind OmegaT's glossaries are, has no names."""
    mapping = by_names(table)
    if shape(mapping.columns):
        return mapping, False
    bare = not any(mapping.columns) and bool(re.search(r"\.(txt|utf8|tab|tsv)$", name.lower()))
    rows = [table.headers, *table.rows] if bare else table.rows
    found = list(mapping.columns)
    for index, column in enumerate(found):
        if column is None:
            language = language_of([row[index] for row in rows if row[index]])
            if language and ("terms", language) not in found:
                found[index] = ("terms", language)
    if bare and len(found) == 3:
        found[2] = ("note", None)  # OmegaT: source, target, comment
    return Mapping(tuple(found), names=not bare), True


def without_names(table: Table) -> Table:
    """The same table with its first row as data."""
    first = table.numbers[0] - 1 if table.numbers else 1
    headers = [str(number) for number in range(1, len(table.headers) + 1)]
    return Table(headers, [table.headers, *table.rows], [max(first, 1), *table.numbers], table.warnings)


def is_hashtags(row: Iterable[str]) -> bool:
    """Whether a row holds HXL hashtags (https://hxlstandard.org), which stand under the names of the columns."""
    cells = [cell for cell in row if cell]
    return bool(cells) and all(_HASHTAG.fullmatch(cell) for cell in cells)


def with_language(mapping: Mapping, changes: dict[int, str]) -> Mapping:
    """The mapping with other languages for some columns."""
    found = [
        (column[0], changes[index]) if column and index in changes else column
        for index, column in enumerate(mapping.columns)
    ]
    return replace(mapping, columns=tuple(found))


def _column(header: str) -> Column | None:
    name = re.sub(r"[\s_:.()\[\]/-]+", "_", header.strip().lower()).strip("_")
    if name in _MEANING:
        return _MEANING[name], None
    language = language_named(header)
    if language:
        return "terms", language
    first, _, rest = name.partition("_")
    before, _, last = name.rpartition("_")
    for meaning, tag in ((before, last), (rest, first), *_longer(name)):
        if meaning in ("term", "terms", "word") and (language := language_named(tag)):
            return "terms", language
        if _MEANING.get(meaning) in OF_LANGUAGE and (language := language_named(tag)):
            return _MEANING[meaning], language
    return None


# HXL and HXLTM (hxltm.etica.ai): what a hashtag with these attributes holds
_HXL_TERMS = {("#item", "rem"), ("#item", "terminum"), ("#vocab", "term"), ("#country", "name"), ("#region", "name")}


def _hashtag(cell: str) -> Column | None:
    parts = [part.strip().lower() for part in cell.split("+")]
    tag, attributes = parts[0], parts[1:]
    if not _HASHTAG.fullmatch(cell):
        return None
    kinds = set(attributes)
    if "est_linguam_fontem" in kinds:
        return "source_language", None
    if "est_linguam_objectivum" in kinds:
        return "target_language", None
    if "de_linguam_fontem" in kinds:
        return "source_term", None
    if "de_linguam_objectivum" in kinds:
        return "target_term", None
    if "est_linguam" in kinds:
        return ("language", None) if kinds <= {"terminum", "est_linguam", "v_linguam"} else None
    if "de_linguam" in kinds:
        return "term", None
    languages = [part[2:] for part in attributes if re.fullmatch(r"i_[a-z]{2,3}", part)]
    language = next((known for code in languages if (known := language_named(code))), None)
    if language and any((tag, kind) in _HXL_TERMS for kind in kinds):
        return "terms", language
    if language and tag == "#description":
        return "definition", language
    if (tag, "codicem") in {("#item", kind) for kind in kinds} and "conceptum" in kinds and not kinds & {"alternativum"}:
        return "id", None
    if tag == "#vocab" and kinds == {"id"}:
        return "id", None
    return ("subject", None) if "dominium" in kinds else None


def _longer(name: str) -> list[tuple[str, str]]:
    """(meaning, tag) where the tag has two parts: definition_ar_sy, ar_sy_definition."""
    parts = name.split("_")
    return [("_".join(parts[:-2]), "_".join(parts[-2:])), ("_".join(parts[2:]), "_".join(parts[:2]))]


@cache
def _names() -> dict[str, str]:
    """What people call the languages we offer, in English, Dutch and themselves."""
    found = {}
    for tag in tags.OUR_LANGUAGES:
        for name in (tags.name(tag, "en"), tags.name(tag, "nl"), tags.native_name(tag)):
            found.setdefault(name.casefold(), tag)
            found.setdefault(name.partition(" (")[0].casefold(), tag)
    return found


def language_named(text: str) -> str | None:
    """The language that a name of a column or a cell means: "nl", "ar_SY", "Arabic", "Nederlands"; None for others."""
    text = text.strip()
    if named := _names().get(text.casefold()):
        return named
    # language, script, region and no more: "nl_status" would be Dutch of a variety called "status"
    if not re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z]{4})?([_-]([A-Za-z]{2}|\d{3}))?", text):
        return None
    return tags.normalise(text) if tags.is_known(text) else None
