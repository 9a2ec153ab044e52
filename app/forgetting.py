"""Forgetting a person's text: by document, by the reference of a client's case, or by a phrase; with a report that
proves it.

What is asked for is never written down: not in the report, not in a log, not in an address. First `look` counts what
is there; `forget` erases it, cleans the files that the rows leave behind, and searches everywhere again. What may hold a
text, and what becomes of it, says `app.holding`; the files are `app.proving`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app import db, erasure, holding, proving
from app.holding import Fate, Hit, Names
from app.models import (
    Comment,
    Document,
    Erasure,
    Event,
    MachineSuggestion,
    Person,
    Segment,
    Sentence,
    TermImport,
    Translation,
)
from app.waiting import DONE, Alignment, MemoryImport, MemoryImportPart
from app.workflow import document_key
from glossary.history import mark_changed
from memory import erasing
from memory.models import Found, Unit

#: Somebody may write the phrase anew while it is erased: then once more, so often.
ROUNDS = 3


class NothingAsked(ValueError):
    """Neither a document nor a reference nor a phrase of at least three letters was given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to forget: one of the three. `phrases`: other spellings of the same name may stand beside it. `with_memory`: of
    a document, the units that came from it too."""

    document_id: int | None = None
    client_reference: str | None = None
    phrases: tuple[str, ...] = ()
    with_memory: bool = True

    @property
    def kind(self) -> str:
        return "document" if self.document_id else "reference" if self.client_reference else "phrase"

    def check(self) -> None:
        """Raises NothingAsked."""
        short = any(sum(c.isalnum() for c in phrase) < 3 for phrase in self.phrases)
        asked = [bool(self.document_id), bool((self.client_reference or "").strip()), bool(self.phrases)]
        if sum(asked) != 1 or short:
            raise NothingAsked


@dataclass(slots=True)
class Holdings:
    """What is there: how many of each kind, and which documents go as a whole. `kept`: what is left to a person."""

    counts: Counter[str] = field(default_factory=Counter)
    documents: list[Document] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    hits: list[Hit] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not any(self.counts.values())


# --- looking ---------------------------------------------------------------------------------

#: table -> what the report calls it; others are told by table and column.
_KINDS = {
    "memory_found": "places", "comment": "comments", "event": "history", "term": "contexts", "machine_suggestion": "machine",
    "concept_history": "contexts", "concept_proposal": "contexts", "alignment": "alignments", "memory_import": "uploads",
    "memory_import_part": "uploads", "term_import": "uploads", "job": "jobs", "memory_search": "searches",
}  # fmt: skip


def _kind(hit: Hit) -> str:
    if hit.table == "memory_unit":
        return "units" if holding.UNIT_TEXTS & set(hit.columns) else "places"
    return _KINDS.get(hit.table, f"{hit.table}.{hit.columns[0]}")


def look(session: Session, wanted: Wanted) -> Holdings:
    """What would go, counted; nothing is changed. Raises NothingAsked."""
    wanted.check()
    found = Holdings()
    if wanted.phrases:
        found.hits = list(holding.find(session, Names(wanted.phrases)))
        found.documents = _documents_of(session, found.hits)
        belongs = _belonging(session, [d.id for d in found.documents])
        for hit in found.hits:
            found.kept.update(f"{hit.table}.{column}" for column in hit.left)
            if hit.columns and not belongs(hit):
                found.counts[_kind(hit)] += 1
    else:
        found.documents = _documents(session, wanted)
        found.counts["alignments"] = len(_copies(session, found.documents))
        if wanted.with_memory:
            found.counts["units"] = len(_units(session, wanted, found.documents))
    _count_documents(session, found)
    found.counts += Counter()  # without what is nought
    return found


def _documents(session: Session, wanted: Wanted) -> list[Document]:
    """The documents asked for by number or reference."""
    if wanted.document_id:
        return list(session.scalars(select(Document).where(Document.id == wanted.document_id)))
    asked = erasing.same_reference(wanted.client_reference or "")
    known = session.scalars(select(Document).where(Document.client_reference.is_not(None)).order_by(Document.id))
    return [d for d in known if erasing.same_reference(d.client_reference or "") == asked]


def _documents_of(session: Session, hits: Iterable[Hit]) -> list[Document]:
    """The documents in whose own text or file something was found: they go as a whole."""
    ids: set[int] = set()
    translations: set[int] = set()
    for hit in hits:
        if hit.fate is Fate.DOCUMENT and hit.columns:
            if hit.table in ("document", "original"):
                ids.add(hit.key[0])
            elif hit.table == "segment":
                translations.add(hit.owners["translation_id"])
            else:
                ids.add(hit.owners["document_id"])
    ids |= {t.document_id for i in translations if (t := session.get(Translation, i)) is not None}
    return [d for i in sorted(ids) if (d := session.get(Document, i)) is not None]


def _belonging(session: Session, documents: list[int]):
    """Whether a hit belongs to one of these documents, whose rows all go anyway."""
    if not documents:
        return lambda hit: False
    segments = select(Segment.id).join(Translation).where(Translation.document_id.in_(documents))
    known = {
        "document_id": set(documents),
        "translation_id": set(session.scalars(select(Translation.id).where(Translation.document_id.in_(documents)))),
        "sentence_id": set(session.scalars(select(Sentence.id).where(Sentence.document_id.in_(documents)))),
        "segment_id": set(session.scalars(segments)),
    }

    def belongs(hit: Hit) -> bool:
        if hit.table == "document":
            return hit.key[0] in known["document_id"]
        return any(value in known[name] for name, value in hit.owners.items())

    return belongs


def _units(session: Session, wanted: Wanted, documents: Iterable[Document]) -> set[int]:
    """The units that came from these documents, or carry the reference."""
    keys = [document_key(d) for d in documents]
    units = set(session.scalars(select(Unit.id).where(Unit.document.in_(keys))))
    units |= set(session.scalars(select(Found.unit_id).where(Found.document.in_(keys))))
    if wanted.client_reference:
        written = erasing.references_like(session, wanted.client_reference)
        units |= set(session.scalars(select(Unit.id).where(Unit.client_reference.in_(written))))
        units |= set(session.scalars(select(Found.unit_id).where(Found.client_reference.in_(written))))
    return units


def _copies(session: Session, documents: Iterable[Document]) -> list[int]:
    """Alignments of which one side is a copy of one of these documents: at least half of its sentences are there."""
    found: set[int] = set()
    sides: list[tuple[int, list[str]]] = []
    for entry in session.scalars(select(Alignment)):
        for side in ("source", "target"):
            sides.append((entry.id, [text for row in entry.rows for text in row[side]]))
    if not sides:
        return []
    for document in documents:
        texts = set(session.scalars(select(Sentence.text).where(Sentence.document_id == document.id)))
        for translation in document.translations:
            own = set(session.scalars(select(Segment.target).where(Segment.translation_id == translation.id))) - {""}
            found |= {i for i, side in sides if side and sum(text in own for text in side) * 2 >= len(side)}
        found |= {i for i, side in sides if side and sum(text in texts for text in side) * 2 >= len(side)}
    return sorted(found)


def _count_documents(session: Session, found: Holdings) -> None:
    ids = [d.id for d in found.documents]
    found.counts["documents"] = len(ids)
    if not ids:
        return

    def count(query) -> int:
        return session.scalar(query) or 0

    segments = select(Segment.id).join(Translation).where(Translation.document_id.in_(ids))
    sentences = select(Sentence.id).where(Sentence.document_id.in_(ids))
    for kind, query in (
        ("sentences", sentences),
        ("segments", segments.where(Segment.target != "")),
        ("comments", select(Comment.id).where(Comment.segment_id.in_(segments))),
        ("history", select(Event.id).where(Event.document_id.in_(ids))),
        (
            "machine",
            select(MachineSuggestion.id).where(
                MachineSuggestion.sentence_id.in_(sentences), MachineSuggestion.text != ""
            ),
        ),
    ):
        found.counts[kind] += count(select(func.count()).select_from(query.subquery()))


# --- forgetting ---------------------------------------------------------------------------------


def forget(engine: Engine, folder: Path, wanted: Wanted, *, by: str, by_id: int | None = None) -> int:
    """Erase it, clean up behind it, search for it again, and keep the report: its number (`app.models.Erasure`).

    `folder`: where this machine's derived indexes are. Looking holds no lock: only erasing what was found does. Raises
    NothingAsked.
    """
    wanted.check()
    if wanted.phrases:
        counts, left, traces = _forget_phrases(engine, wanted)
    else:
        counts, left, traces = _forget_documents(engine, wanted)
    searched = proving.clean(engine, folder, traces, left)
    with db.transaction(engine) as session:
        report = Erasure(
            kind=wanted.kind,
            by_name=by,
            by_id=by_id if by_id and session.get(Person, by_id) else None,
            counts=dict(counts + Counter()),
            searched=searched,
            left={place: number for place, number in left.items() if number},
        )
        session.add(report)
        session.flush()
        return report.id


def _forget_documents(engine: Engine, wanted: Wanted) -> tuple[Counter[str], Counter[str], proving.Traces]:
    units: set[int] = set()
    with db.transaction(engine) as session:
        found = look(session, wanted)
        counts = found.counts
        traces = proving.Traces(pieces=proving.pieces_of(session, found.documents))
        copies = _copies(session, found.documents)
        session.execute(delete(Alignment).where(Alignment.id.in_(copies)))
        documents = [d.id for d in found.documents]
        for document in list(found.documents):
            if wanted.with_memory:
                units |= set(erasing.forget(session, document=document_key(document)).units)
            erasure.erase_document(session, document)
        if wanted.client_reference:
            units |= set(erasing.forget(session, client_reference=wanted.client_reference).units)
        # what was also found elsewhere stays there
        counts["places"] = counts.pop("units", 0) - len(units)
        counts["units"] = len(units)
        if documents:
            traces.touched |= _OF_DOCUMENTS
        if wanted.with_memory:
            traces.touched |= {"memory_unit", "memory_found"}
    with db.new_session(engine, writes=False) as session:
        left = _left_of(session, wanted, documents)
    return counts, left, traces


#: Tables from which rows go with a document.
_OF_DOCUMENTS = {name for name, fate in holding.FATES.items() if fate is Fate.DOCUMENT} | {
    "translation", "comment", "event", "machine_suggestion", "term", "concept_history", "concept_proposal", "alignment",
}  # fmt: skip


def _left_of(session: Session, wanted: Wanted, documents: list[int]) -> Counter[str]:
    """Rows that still belong to the documents or carry the reference."""
    left: Counter[str] = Counter()
    keys = [f"document:{i}" for i in documents]
    for table in holding.tables():
        conditions = []
        if "document_id" in table.c:
            conditions.append(table.c.document_id.in_(documents))
        if table.name in ("memory_unit", "memory_found") and wanted.with_memory:
            conditions.append(table.c.document.in_(keys))
        if table.name == "document":
            conditions.append(table.c.id.in_(documents))
        if conditions:
            left[table.name] += session.scalar(select(func.count()).select_from(table).where(or_(*conditions))) or 0
        if wanted.client_reference and "client_reference" in table.c:
            asked = erasing.same_reference(wanted.client_reference)
            written = session.scalars(
                select(table.c.client_reference).where(table.c.client_reference.is_not(None))
            )
            left[table.name] += sum(erasing.same_reference(one) == asked for one in written)
    return left


def _forget_phrases(engine: Engine, wanted: Wanted) -> tuple[Counter[str], Counter[str], proving.Traces]:
    names = Names(wanted.phrases)
    counts: Counter[str] = Counter()
    traces = proving.Traces(pieces=set(wanted.phrases))
    for round in range(ROUNDS + 1):
        with db.new_session(engine, writes=False) as session:
            found = look(session, wanted)
        erasable = [hit for hit in found.hits if hit.columns]
        if not erasable or round == ROUNDS:
            break
        with db.transaction(engine) as session:
            counts += _erase(session, erasable, names)
        traces.touched |= {hit.table for hit in erasable}
        traces.pieces |= {spelt for hit in erasable for spelt in hit.spelt}
        if any(hit.fate is Fate.DOCUMENT for hit in erasable):
            traces.touched |= _OF_DOCUMENTS
    left = found.kept
    left.update(f"{hit.table}.{column}" for hit in erasable for column in hit.columns)
    # what rightly stands in rows that people keep cannot be told from a trace
    lives = {spelt for hit in found.hits for spelt in hit.spelt}
    traces.pieces = {p for p in traces.pieces if not any(p in one for one in lives)}
    traces.halves = {half for p in traces.pieces if len(p) >= 12 for half in (p[: len(p) // 2], p[len(p) // 2 :])}
    traces.anyway = bool(lives)
    return counts, left, traces


def _erase(session: Session, hits: list[Hit], names: Names) -> Counter[str]:
    """Erase what was found, as far as it is still there. Returns how much of what kind."""
    found = Holdings(documents=_documents_of(session, hits))
    _count_documents(session, found)
    counts = found.counts
    belongs = _belonging(session, [d.id for d in found.documents])
    beside = [hit for hit in hits if not belongs(hit)]
    for document in found.documents:
        erasure.erase_document(session, document)
    units: list[int] = []
    around: dict[str, dict[int, list[str]]] = {"memory_unit": {}, "memory_found": {}}
    concepts: set[int] = set()
    tables = {table.name: table for table in holding.tables()}
    for known in beside:
        hit = holding.again(session, known, names)
        if hit is None or not hit.columns:
            continue
        counts[_kind(hit)] += hit.fate is not Fate.UNIT
        table, this = tables[hit.table], holding.is_row(tables[hit.table], hit.key)
        match hit.fate:
            case Fate.UNIT if _kind(hit) == "units":
                units.append(hit.key[0])
            case Fate.UNIT:
                around[hit.table][hit.key[0]] = list(hit.columns)
            case Fate.ROW:
                session.execute(delete(table).where(*this))
            case Fate.FILE if _waits(session, hit):
                _drop_upload(session, hit)
            case _:
                row = session.execute(select(table).where(*this)).mappings().one()
                values = {c: holding.cleaned(table, c, row[c], names) for c in hit.columns}
                session.execute(update(table).where(*this).values(values))
                if "concept_id" in table.c:
                    concepts.add(row["concept_id"])
    gone = erasing.forget_rows(session, units, around=around["memory_unit"], places=around["memory_found"])
    counts["units"] += len(gone.units)
    counts["places"] += gone.neighbours
    session.expire_all()
    if concepts:
        mark_changed(session, sorted(concepts))
    return counts + Counter()


def _waits(session: Session, hit: Hit) -> bool:
    """Whether an uploaded file was not taken in yet: it would bring the text back, or nobody needs what was read of it."""
    if hit.table == "term_import":
        return session.scalar(select(TermImport.applied_at).where(TermImport.id == hit.key[0])) is None
    return session.scalar(select(MemoryImport.state).where(MemoryImport.id == hit.key[0])) != DONE


def _drop_upload(session: Session, hit: Hit) -> None:
    if hit.table == "term_import":
        session.execute(delete(TermImport).where(TermImport.id == hit.key[0]))
        return
    session.execute(delete(MemoryImportPart).where(MemoryImportPart.import_id == hit.key[0]))
    session.execute(delete(MemoryImport).where(MemoryImport.id == hit.key[0]))
