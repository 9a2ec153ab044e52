"""Tables of terms: concepts in and out of rows.

Three shapes are understood, by what the columns hold (in any order; `importers.termcolumns` says which names are known):

* a concept per row: `code` or `id`, `subject`, a column per language with its terms ("nl", "ar-SY", "Arabic",
  "Nederlands"; several terms on lines of their own or parted by " | "), and `nl_status`, `nl_definition`, `nl_plain`,
  `nl_source`, `nl_note` for a language; `definition_nl` and `definition nl` are the same column, and `definition`, `note`
  belong to no language; `ar_degree`, `ar_strategy`, `ar_differs`, ... and `law_act`, `law_article`, ... as
  `importers.termfacts` says;
* a term per row: `language`, `term`, and `id`, `status`, `part_of_speech`, `definition`, `source`, `context`, `note`,
  `subject`; rows with the same id are one concept;
* a pair per row: `source_term` and `target_term` with the languages in `source_language` and `target_language`.

Files of HXLTM say the same with hashtags, and an OmegaT glossary (source, target, comment) has no names at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from importers import termfacts
from importers.concepts import (
    STATUSES,
    ConceptDefinition,
    ConceptEntry,
    ConceptNote,
    ConceptTerm,
    TermFile,
)
from importers.spreadsheet import Table, write_csv
from importers.termcolumns import (
    Column,
    Mapping,
    by_names,
    columns,
    is_hashtags,
    language_named,
    shape,
    with_language,
    without_names,
)
from importers.termlanguages import odd_one, other_language
from importers.units import UnreadableFile, Warning_, worded

__all__ = ["NAME", "Doubt", "Mapping", "columns", "concepts_of", "doubts", "table_of", "write_omegat"]

NAME = "table"

#: Cells of a column that are looked at one by one.
CELLS = 2_000

_SEVERAL = re.compile(r"\s*\n\s*|\s+\|\s+")


def concepts_of(table: Table, mapping: Mapping | None = None) -> TermFile:
    """The concepts of a table, read as the names of its columns or the mapping say. A language or status nobody knows is
    left out with a warning that names the row. Raises UnreadableFile("unsupported") when no column holds terms."""
    warnings = list(table.warnings)
    if mapping is None:
        mapping = by_names(table)
    if not mapping.names:
        table = without_names(table)
    found = list(mapping.columns)
    unknown = [header for header, column in zip(table.headers, found, strict=True) if header and column is None]
    if unknown:
        warnings.append(
            Warning_("column-unknown", "These columns were left out: %(columns)s.", fields={"columns": ", ".join(unknown)})
        )
    if mapping.leave:
        rows = [
            ["" if (number, index) in mapping.leave else cell for index, cell in enumerate(row)]
            for number, row in zip(table.numbers, table.rows, strict=True)
        ]
        table = Table(table.headers, rows, table.numbers, table.warnings)
    meanings = {column[0]: index for index, column in enumerate(found) if column and column[1] is None}
    relabel = dict(mapping.relabel)
    match shape(found):
        case "term":
            entries = _by_term(table, meanings, relabel, warnings)
        case "pair":
            entries = _by_pair(table, meanings, relabel, warnings)
        case "concept":
            entries = _by_concept(table, found, warnings)
        case _:
            raise UnreadableFile(
                NAME,
                "unsupported",
                "No column of this table says which language it holds. Name each column of terms after its language (nl, en, "
                "ar, …), or use the columns “language” and “term”.",
            )
    kept = [entry for entry in entries if entry.terms]
    return TermFile(kept, own="code" in meanings, warnings=warnings)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A column, or cells, that are probably not in the language they are said to be in. `message` is plain English with
    %(fields)s, of which `languages` names those that are tags; `rows` some row numbers. `fix` is the mapping that mends
    it, `remedy` says what that does."""

    key: str
    message: str
    remedy: str
    fix: Mapping
    fields: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    rows: tuple[int, ...] = ()


@dataclass(slots=True)
class _Group:
    """What is said to be in one language: a column, or the cells of rows that name it. cells: (row, column, text)."""

    label: str
    declared: str
    written: str
    column: int | None
    cells: list[tuple[int, int, str]] = field(default_factory=list)


def doubts(table: Table, mapping: Mapping) -> list[Doubt]:
    """What language identification holds against a mapping: columns swapped, shifted or wrongly named first, then single
    cells."""
    if not mapping.names:
        table = without_names(table)
    groups = _groups(table, mapping)
    wrong: list[tuple[_Group, str]] = []
    cells: list[tuple[int, int]] = []
    for group in groups:
        texts = [text for _, _, text in group.cells]
        looks = other_language(texts, group.declared)
        if looks:
            wrong.append((group, looks))
            continue
        odd = [(row, column) for row, column, text in group.cells[:CELLS] if odd_one(text, group.declared)]
        if len(odd) <= 0.3 * len(group.cells):
            cells += odd
    found = _columns_wrong(mapping, wrong)
    cells = [cell for cell in cells if cell not in mapping.leave]
    if cells:
        rows = sorted({row for row, _ in cells})
        found.append(
            Doubt(
                "cells",
                worded("Some cells are not in the language of their column (rows %(rows)s). Perhaps cells of these rows were shifted."),
                worded("Leave these cells out"),
                replace(mapping, leave=mapping.leave | set(cells)),
                {"rows": ", ".join(map(str, rows[:12])) + (", …" if len(rows) > 12 else "")},
                rows=tuple(rows),
            )
        )
    return found


def _columns_wrong(mapping: Mapping, wrong: list[tuple[_Group, str]]) -> list[Doubt]:
    if not wrong:
        return []
    fix = mapping
    for group, looks in wrong:
        if group.column is None:
            others = tuple(pair for pair in fix.relabel if pair[0] != group.written)
            fix = replace(fix, relabel=(*others, (group.written, looks)))
        else:
            fix = with_language(fix, {group.column: looks})
    if len(wrong) == 1:
        group, looks = wrong[0]
        return [
            Doubt(
                "mislabelled",
                worded("The column “%(column)s” is said to be %(declared)s, but what is in it looks like %(looks)s."),
                worded("Make it %(looks)s"),
                fix,
                {"column": group.label},
                {"declared": group.declared, "looks": looks},
            )
        ]
    named = {"columns": ", ".join(f"“{group.label}”" for group, _ in wrong)}
    if len(wrong) == 2 and {g.declared.split("-")[0] for g, _ in wrong} == {looks.split("-")[0] for _, looks in wrong}:
        return [
            Doubt(
                "swapped",
                worded("The languages of the columns %(columns)s are swapped: each holds what the other should hold."),
                worded("Swap the two languages"), fix, named,
            )
        ]  # fmt: skip
    return [
        Doubt(
            "shifted",
            worded(
                "The columns %(columns)s do not hold the languages they are named after. The columns, or their names, "
                "were probably shifted."
            ),
            worded("Take the languages from what is in the columns"), fix, named,
        )
    ]  # fmt: skip


def _groups(table: Table, mapping: Mapping) -> list[_Group]:
    found = mapping.columns
    numbered = [
        (number, row) for number, row in zip(table.numbers, table.rows, strict=True) if not is_hashtags(row)
    ]
    if shape(found) == "concept":
        groups = []
        for index, column in enumerate(found):
            if column and column[1] and column[0] in ("terms", "definition", "plain"):
                cells = [(n, index, row[index]) for n, row in numbered if row[index] and (n, index) not in mapping.leave]
                groups.append(_Group(table.headers[index] or str(index + 1), column[1], "", index, cells))
        return groups
    at = {column[0]: index for index, column in enumerate(found) if column and column[1] is None}
    by_written: dict[str, _Group] = {}
    relabel = dict(mapping.relabel)
    for tag_at, text_at in (("language", "term"), ("source_language", "source_term"), ("target_language", "target_term")):
        if not {tag_at, text_at} <= at.keys():
            continue
        for number, row in numbered:
            written, text = row[at[tag_at]], row[at[text_at]]
            language = relabel.get(written) or language_named(written)
            if language and text and (number, at[text_at]) not in mapping.leave:
                group = by_written.setdefault(written, _Group(written, language, written, None))
                group.cells.append((number, at[text_at], text))
    return list(by_written.values())


def table_of(entries: Iterable[ConceptEntry], *, own: bool = False) -> Table:
    """Concepts as a table with a concept per row and columns for each language that occurs; Dutch and English first.
    `own`: the identifiers are codes of concepts, and come back as such."""
    kept = list(entries)
    used = {term.language for e in kept for term in e.terms} | {language for e in kept for language in e.definitions}
    used |= {language for e in kept for language in e.equivalences}
    ordered = sorted(used, key=lambda tag: (tag != "nl", tag != "en", tag))
    details = {
        language: [
            name
            for name, has in (
                ("definition", any(language in e.definitions for e in kept)),
                ("plain", any(language in e.definitions and e.definitions[language].plain for e in kept)),
                ("source", any(language in e.definitions and e.definitions[language].source for e in kept)),
                ("status", any(t.status for e in kept for t in e.terms if t.language == language)),
                ("note", any(n.language == language for e in kept for n in e.notes)),
            )
            if has
        ]
        + termfacts.language_names(kept, language)
        for language in ordered
    }
    whole = termfacts.concept_names(kept)
    headers = ["code" if own else "id", "subject"]
    for language in ordered:
        headers += [language, *(f"{language}_{name}" for name in details[language])]
    headers += ["note", *whole]
    rows = []
    for entry in kept:
        row = [entry.id or "", entry.subject or ""]
        for language in ordered:
            terms = [term for term in entry.terms if term.language == language]
            row.append("\n".join(" ".join(term.text.split("\n")) for term in terms))
            definition = entry.definitions.get(language, ConceptDefinition(""))
            cells = {
                "definition": definition.text,
                "plain": definition.plain,
                "source": definition.source,
                "status": "\n".join(term.status or "" for term in terms) if any(t.status for t in terms) else "",
                "note": "\n".join(note.text for note in entry.notes if note.language == language),
                **termfacts.language_cells(entry, language),
            }
            row += [cells[name] for name in details[language]]
        row.append("\n".join(note.text for note in entry.notes if note.language is None))
        of_concept = termfacts.concept_cells(entry)
        row += [of_concept.get(name, "") for name in whole]
        rows.append(row)
    return Table(headers, rows, list(range(2, len(rows) + 2)))


def _by_concept(table: Table, found: list[Column | None], warnings: list[Warning_]) -> list[ConceptEntry]:
    entries = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        if is_hashtags(row):
            continue
        filled = [(column, text) for column, text in zip(found, row, strict=True) if column and text]
        cells: dict[Column, str] = {}
        for column, text in filled:
            cells.setdefault(column, text)
        terms: list[ConceptTerm] = []
        definitions: dict[str, ConceptDefinition] = {}
        notes = []
        for (meaning, language), text in filled:
            if meaning == "terms" and language:
                statuses = cells.get(("status", language), "").split("\n")
                words = [word for word in _SEVERAL.split(text) if word]
                for place, word in enumerate(words):
                    given = statuses[place] if place < len(statuses) else statuses[0] if len(statuses) == 1 else ""
                    part = cells.get(("part_of_speech", language)) or cells.get(("part_of_speech", None))
                    context = cells.get(("context", language), "")
                    status = _status(given, number, warnings)
                    if not any((term.language, term.text) == (language, word) for term in terms):
                        terms.append(ConceptTerm(language, word, status, part, context=context))
            elif meaning == "definition" and (language or "und") not in definitions:
                plain = cells.get(("plain", language), "")
                definitions[language or "und"] = ConceptDefinition(text, cells.get(("source", language), ""), plain)
            elif meaning in ("definition", "note"):
                notes.append(ConceptNote(text, language))
        for (meaning, language), text in cells.items():
            if meaning == "plain" and (language or "und") not in definitions:
                definitions[language or "und"] = ConceptDefinition(text, plain=text)
        if terms:
            identifier = cells.get(("code", None)) or cells.get(("id", None))
            subject = cells.get(("subject", None))
            entries.append(
                ConceptEntry(
                    identifier, tuple(terms), subject, definitions, tuple(notes), place=f"row {number}",
                    equivalences=termfacts.equivalences(cells, number, warnings),
                    relations=termfacts.relations(cells, number, warnings),
                    law=termfacts.law(cells, number, warnings), facts=termfacts.facts(cells),
                )  # fmt: skip
            )
    return entries


def _by_term(
    table: Table, at: dict[str, int], relabel: dict[str, str], warnings: list[Warning_]
) -> list[ConceptEntry]:
    entries: dict[str, ConceptEntry] = {}
    identifier_at = at.get("code", at.get("id"))
    for number, row in zip(table.numbers, table.rows, strict=True):

        def cell(name: str, row: list[str] = row) -> str:
            return row[at[name]] if name in at else ""

        if not cell("term") or is_hashtags(row):
            continue
        language = relabel.get(cell("language")) or language_named(cell("language"))
        if language is None:
            warnings.append(_unknown_language(cell("language"), number))
            continue
        identifier = row[identifier_at] if identifier_at is not None else ""
        key = identifier or f"\0{number}"
        entry = entries.get(key) or ConceptEntry(
            identifier or None, subject=cell("subject") or None, place=f"row {number}"
        )
        term = ConceptTerm(
            language,
            cell("term"),
            _status(cell("status"), number, warnings),
            cell("part_of_speech") or None,
            context=cell("context"),
            notes=(cell("note"),) if cell("note") else (),
        )
        definitions = dict(entry.definitions)
        if cell("definition") and language not in definitions:
            definitions[language] = ConceptDefinition(cell("definition"), cell("source"), cell("plain"))
        cells: dict[Column, str] = {(name, None): cell(name) for name in at if cell(name)}
        of_language: dict[Column, str] = {(name, language): cell(name) for name in termfacts.EQUIVALENCE if cell(name)}
        entries[key] = replace(
            entry, terms=(*entry.terms, term), definitions=definitions,
            equivalences={**termfacts.equivalences(of_language, number, warnings), **entry.equivalences},
            law=entry.law or termfacts.law(cells, number, warnings),
            facts={**termfacts.facts(cells), **entry.facts},
            relations=entry.relations or termfacts.relations(cells, number, warnings),
        )  # fmt: skip
    return list(entries.values())


def _by_pair(
    table: Table, at: dict[str, int], relabel: dict[str, str], warnings: list[Warning_]
) -> list[ConceptEntry]:
    entries = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        if is_hashtags(row):
            continue
        terms = []
        for side in ("source", "target"):
            tag, text = row[at[f"{side}_language"]], row[at[f"{side}_term"]]
            if not text:
                continue
            language = relabel.get(tag) or language_named(tag)
            if language is None:
                warnings.append(_unknown_language(tag, number))
                continue
            part = row[at["part_of_speech"]] if "part_of_speech" in at else ""
            terms.append(ConceptTerm(language, text, part_of_speech=part or None))
        definition = row[at["definition"]] if "definition" in at else ""
        definitions = {terms[0].language: ConceptDefinition(definition)} if definition and terms else {}
        notes = (ConceptNote(row[at["note"]]),) if "note" in at and row[at["note"]] else ()
        subject = row[at["subject"]] if "subject" in at else ""
        identifier_at = at.get("code", at.get("id"))
        identifier = row[identifier_at] if identifier_at is not None else ""
        entries.append(
            ConceptEntry(identifier or None, tuple(terms), subject or None, definitions, notes, place=f"row {number}")
        )
    return entries


def _status(text: str, row: int, warnings: list[Warning_]) -> str | None:
    status = text.strip().lower()
    if not status:
        return None
    status = {"approved": "admitted", "obsolete": "deprecated", "rejected": "forbidden", "new": "proposed"}.get(status, status)
    if status in STATUSES:
        return status
    warnings.append(
        Warning_(
            "status-unknown",
            "Row %(row)s has the status “%(status)s”, which is none of: %(known)s. It was left out.",
            f"row {row}",
            {"row": str(row), "status": text, "known": ", ".join(STATUSES)},
        )
    )
    return None


def _unknown_language(tag: str, row: int) -> Warning_:
    return Warning_(
        "language-unknown",
        "Row %(row)s says that its language is “%(tag)s”, which is no language we know. It was left out.",
        f"row {row}",
        {"row": str(row), "tag": tag},
    )


def write_omegat(rows: Iterable[tuple[str, str, str]]) -> bytes:
    """An OmegaT glossary of (source, target, comment): UTF-8, tab-separated, without names of columns."""
    # OmegaT shows no line breaks, and a tab would be a column
    lines = [[" ".join(cell.split()) for cell in row] for row in rows]
    return write_csv(lines[0], lines[1:], separator="\t") if lines else b""
