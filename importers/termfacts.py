"""Columns of a table of terms that say how far a language has a concept, where the law says it, and what else a concept
has as a whole: read from the cells of a row, and written into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from importers.concepts import DEGREES, RELATIONS, STRATEGIES, ConceptEntry, ConceptEquivalence, ConceptLaw
from importers.termcolumns import LAW_PARTS, LAWS, Column, law_column
from importers.units import Warning_

#: What a language's columns say of the equivalence, and the columns of a concept as a whole.
EQUIVALENCE = ("degree", "strategy", "differs", "differs_nl", "differs_en", "degree_status")
FACTS = ("keep_source", "jurisdiction", "sensitivity", "content_note", "licence")
_YES = ("yes", "y", "true", "1", "x", "ja", "j", "waar", "نعم")
_DEGREES = {
    "volledig": "full", "gelijk": "full", "gedeeltelijk": "partial", "deels": "partial", "functioneel": "functional",
    "geen": "none", "valse vriend": "false friend", "false_friend": "false friend", "equivalent": "full",
}  # fmt: skip
_STRATEGIES = {
    "lenen": "borrow", "omschrijven": "describe", "functioneel equivalent": "functional equivalent",
    "functional_equivalent": "functional equivalent", "nieuw woord": "coin",
}  # fmt: skip
_RELATION = re.compile(r"(\w+)\s*:\s*(\S+)")


def equivalences(cells: Mapping[Column, str], row: int, warnings: list[Warning_]) -> dict[str, ConceptEquivalence]:
    """The equivalences a row states, by language. One without a degree we know is left out with a warning."""
    found: dict[str, ConceptEquivalence] = {}
    languages = dict.fromkeys(language for meaning, language in cells if meaning in EQUIVALENCE and language)
    for language in languages:

        def cell(name: str, language: str = language) -> str:
            return cells.get((name, language), "")

        degree = _one_of(cell("degree"), DEGREES, _DEGREES)
        if degree is None:
            warnings.append(_not_one(row, f"{language}_degree", cell("degree"), DEGREES))
            continue
        strategy = _one_of(cell("strategy"), STRATEGIES, _STRATEGIES)
        if strategy is None and cell("strategy"):
            warnings.append(_not_one(row, f"{language}_strategy", cell("strategy"), STRATEGIES))
        told = {language: cell("differs"), "nl": cell("differs_nl"), "en": cell("differs_en")}
        differs = {tag: text for tag, text in told.items() if text}
        status = cell("degree_status").strip().lower()
        found[language] = ConceptEquivalence(degree, strategy or "", differs, status if status in ("proposed", "approved") else "")
    return found


def law(cells: Mapping[Column, str], row: int, warnings: list[Warning_]) -> tuple[ConceptLaw, ...]:
    """The places in the law that a row names."""
    found = []
    for number in range(1, LAWS + 1):
        parts = {part: cells.get((law_column(number, part), None), "") for part in LAW_PARTS}
        if not any(parts.values()):
            continue
        day = _day(parts["valid_from"])
        if day is None:
            warnings.append(
                Warning_(
                    "day-unknown",
                    "Row %(row)s says “%(text)s” where a day such as 2025-07-01 belongs. It was left out.",
                    f"row {row}",
                    {"row": str(row), "text": parts["valid_from"][:80]},
                )
            )
        found.append(ConceptLaw(**{**parts, "valid_from": day or ""}))
    return tuple(found)


def facts(cells: Mapping[Column, str]) -> dict[str, str]:
    """What a row says of the concept as a whole."""
    found = {name: cells[name, None] for name in FACTS if cells.get((name, None))}
    if "keep_source" in found:
        found["keep_source"] = "yes" if found["keep_source"].strip().lower() in _YES else ""
    return {name: value for name, value in found.items() if value}


def relations(cells: Mapping[Column, str], row: int, warnings: list[Warning_]) -> tuple[tuple[str, str], ...]:
    """The relations of a row: "broader: code", one on a line."""
    found = []
    for line in filter(None, (part.strip() for part in cells.get(("relations", None), "").split("\n"))):
        said = _RELATION.fullmatch(line)
        if said is None or said[1].lower() not in RELATIONS:
            warnings.append(_not_one(row, "relations", line, (f"{kind}: code" for kind in RELATIONS)))
        else:
            found.append((said[1].lower(), said[2]))
    return tuple(found)


def _one_of(text: str, known: Iterable[str], also: Mapping[str, str]) -> str | None:
    said = " ".join(text.strip().lower().split())
    return said if said in known else also.get(said)


def _day(text: str) -> str | None:
    """A day as 2025-07-01; "" for an empty cell, None for what is no day. A spreadsheet may add a time, a Dutch one the
    order 1-7-2025."""
    if not text.strip():
        return ""
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})(?=$|[ T])", text.strip()):
        return found[0]
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text.strip()):
        day, month, year = (int(part) for part in found.groups())
        return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


def _not_one(row: int, column: str, text: str, known: Iterable[str]) -> Warning_:
    return Warning_(
        "value-unknown",
        "Row %(row)s says “%(text)s” in %(column)s, which is none of: %(known)s. It was left out.",
        f"row {row}",
        {"row": str(row), "text": text[:80], "column": column, "known": ", ".join(known)},
    )


# --- out ---------------------------------------------------------------------------------


def language_names(entries: list[ConceptEntry], language: str) -> list[str]:
    """Which columns of EQUIVALENCE the entries need for a language."""
    return [name for name in EQUIVALENCE if any(language_cells(entry, language)[name] for entry in entries)]


def language_cells(entry: ConceptEntry, language: str) -> dict[str, str]:
    """EQUIVALENCE of one concept and language. An explanation in a language that is neither its own nor Dutch nor English
    has no column."""
    row = entry.equivalences.get(language, ConceptEquivalence(""))
    own = row.differs.get(language, "") if language not in ("nl", "en") else ""
    return {
        "degree": row.degree, "strategy": row.strategy, "differs": own, "differs_nl": row.differs.get("nl", ""),
        "differs_en": row.differs.get("en", ""), "degree_status": row.status,
    }  # fmt: skip


def concept_names(entries: list[ConceptEntry]) -> list[str]:
    """Which columns about concepts as a whole the entries need."""
    cells = [concept_cells(entry) for entry in entries]
    laws = [law_column(number, part) for number in range(1, LAWS + 1) for part in LAW_PARTS]
    return [name for name in (*FACTS, "relations", *laws) if any(row.get(name) for row in cells)]


def concept_cells(entry: ConceptEntry) -> dict[str, str]:
    """The cells of one concept for the columns of `concept_names`."""
    cells = dict(entry.facts)
    cells["relations"] = "\n".join(f"{kind}: {target}" for kind, target in entry.relations)
    for number, place in enumerate(entry.law[:LAWS], 1):
        cells |= {law_column(number, part): getattr(place, part) for part in LAW_PARTS}
    return cells
