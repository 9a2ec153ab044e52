"""Writing a concept as a whole: what a person fills in on one page, put into its rows in place.

Words go through `glossary.editing` one by one, because somebody else approves them; the rest of a concept (what it
means, the law, notes) has no such step, and its history says who wrote it and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from glossary.history import recorded
from glossary.models import Concept, Definition, LegalReference, Note, text_hash


def rewrite_concept(
    session: Session,
    concept: Concept,
    *,
    by: str,
    by_id: int | None = None,
    why: str | None = None,
    columns: Mapping[str, Any] | None = None,
    definitions: Mapping[str, Mapping[str, Any] | None] | None = None,
    law: Sequence[tuple[int | None, Mapping[str, Any] | None]] = (),
    notes: Sequence[tuple[int | None, Mapping[str, Any] | None]] = (),
) -> Concept:
    """Change what is given and leave the rest: `columns` of the concept; `definitions` by language; `law` and `notes`
    as (id of the row or None for a new one, its values). None for values takes the row away. One act in the history,
    none when nothing differs; an id that is no longer there is passed over."""
    with recorded(session, [concept], "changed", by=by, by_id=by_id, why=why):
        for name, value in (columns or {}).items():
            setattr(concept, name, value)
        standing = {row.language: row for row in concept.definitions}
        for language, values in (definitions or {}).items():
            row = standing.get(language)
            if values is None:
                if row is not None:
                    concept.definitions.remove(row)
            elif row is None:
                concept.definitions.append(Definition(language=language, **values))
            else:
                _put(row, values)
        _rows(concept.law, LegalReference, [(number, _read(concept, number, values)) for number, values in law])
        _rows(concept.notes, Note, notes)
    return concept


def _read(concept: Concept, number: int | None, values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Values of a reference whose quoted words somebody changed: they were read now, which answers its flag."""
    before = next((row.quoted for row in concept.law if row.id == number), None)
    if values is None or "quoted" not in values or values["quoted"] == before:
        return values
    quoted = values["quoted"]
    return {**values, "hash": text_hash(quoted) if quoted else None, "changed_text": None, "flagged_at": None}


def _rows(rows: list, model, wanted: Sequence[tuple[int | None, Mapping[str, Any] | None]]) -> None:
    standing = {row.id: row for row in rows}
    for number, values in wanted:
        row = standing.get(number) if number is not None else None
        if number is None and values is not None:
            rows.append(model(**values))
        elif row is not None and values is None:
            rows.remove(row)
        elif row is not None:
            _put(row, values)


def _put(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
