"""A file becomes a document: the seam between formats and database.

Reading happens before anything is written, and outside a transaction: a file that cannot be read leaves nothing
behind. The uploaded bytes are kept as they came.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import (
    Block,
    Confidentiality,
    Document,
    Event,
    Origin,
    Original,
    Person,
    Segment,
    SegmentState,
    Sentence,
    Translation,
)
from importers import detect, inline
from importers.units import Catalogue, Format, State, Unit, UnreadableFile
from languages import sentences, tags
from storage.columns import utc_now

#: Formats whose units are messages of a program: one unit is one segment, however many sentences it has.
WHOLE_UNITS = {"po"}


class SameLanguage(ValueError):
    """A text cannot be translated into its own language."""


class AlreadyAsked(ValueError):
    """This document is already translated into this language."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read and not yet kept."""

    data: bytes
    name: str
    format: Format
    catalogue: Catalogue


def read_file(data: bytes, name: str) -> ReadFile:
    """Read an uploaded file. Raises UnreadableFile. Touches no database."""
    name = safe_name(name)
    format = detect.detect(data, name)
    catalogue = format.read(data, name)
    if not any(inline.plain(unit.text).strip() for unit in catalogue.units):
        raise UnreadableFile(
            format.name,
            "empty",
            "There is no text to translate in this file. If it holds scanned pages, type the text into a new "
            "document first.",
        )
    return ReadFile(data, name, format, catalogue)


def safe_name(name: str) -> str:
    """The last part of a file's name, without control characters, at most 200 characters, its ending kept."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" or c in "\u200c\u200d").strip()
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: 199 - len(ending)] or 'document'}.{ending}"
    return kept[:200] or "document"


def add_document(
    session: Session,
    read: ReadFile,
    *,
    source_language: str,
    target_languages: Sequence[str],
    confidentiality: Confidentiality,
    by: Person | None,
    once: str,
    title: str = "",
    instructions: str = "",
    deadline: dt.date | None = None,
    client_reference: str = "",
    project: str = "",
    subject: str | None = None,
) -> Document:
    """Keep a file with its sentences, and ask for translations.

    `client_reference`: whose case it is, as the organisation writes it. Sent again with the same `once` the first
    document is returned. Raises UnknownLanguage, SameLanguage.
    """
    first = session.scalar(select(Document).where(Document.once == once))
    if first is not None:
        return first
    source = tags.normalise(source_language)
    targets = list(dict.fromkeys(tags.normalise(t) for t in target_languages))
    if any(tags.same_language(source, target) for target in targets):
        raise SameLanguage(source)
    document = Document(
        once=once,
        title=title.strip()[:300] or PurePath(read.name).stem[:300],
        file_name=read.name,
        format=read.format.name,
        source_language=source,
        confidentiality=Confidentiality(confidentiality),
        instructions=instructions.strip(),
        client_reference=" ".join(client_reference.split())[:200] or None,
        project=" ".join(project.split())[:80] or None,
        subject=subject or None,
        warnings=[{**asdict(w), "fields": dict(w.fields)} for w in read.catalogue.warnings],
        segmenter_version=sentences.SEGMENTER_VERSION,
        uploaded_by_id=by.id if by else None,
    )
    session.add(document)
    session.flush()
    session.add(Original(document_id=document.id, data=read.data, sha256=hashlib.sha256(read.data).hexdigest()))
    _add_sentences(session, document, read)
    session.add(Event(person_id=by.id if by else None, action="upload", document_id=document.id))
    for target in targets:
        add_translation(session, document, target, by=by, deadline=deadline, catalogue=read.catalogue)
    session.flush()
    return document


def _add_sentences(session: Session, document: Document, read: ReadFile) -> None:
    blocks = [
        {
            "document_id": document.id,
            "position": position,
            "key": unit.key,
            "context": unit.context,
            "codes": [asdict(code) for code in unit.codes],
            "notes": list(unit.notes),
        }
        for position, unit in enumerate(read.catalogue.units)
    ]
    if blocks:
        session.execute(insert(Block), blocks)
    ids = dict(session.execute(select(Block.position, Block.id).where(Block.document_id == document.id)).all())
    rows = []
    for position, unit in enumerate(read.catalogue.units):
        for segment in cut(unit, document.source_language, read.format.name):
            rows.append(
                {
                    "document_id": document.id,
                    "block_id": ids[position],
                    "position": len(rows),
                    "text": segment.text,
                    "cut": segment.to_json(),
                }
            )
    if rows:
        session.execute(insert(Sentence), rows)


def cut(unit: Unit, language: str, format_name: str) -> list[inline.Segment]:
    """A unit's text as sentences, with what stands between them."""
    separators = inline.separators(unit.codes)
    if format_name in WHOLE_UNITS:
        return inline.split(unit.text, lambda whole: [whole], separators)
    return inline.split(unit.text, lambda whole: sentences.split(whole, language), separators)


def add_translation(
    session: Session,
    document: Document,
    target_language: str,
    *,
    by: Person | None,
    deadline: dt.date | None = None,
    catalogue: Catalogue | None = None,
) -> Translation:
    """Ask for one more language. What a bilingual file already holds in that language is taken over, never as
    approved: nobody here has read it. Raises UnknownLanguage, SameLanguage, AlreadyAsked."""
    target = tags.normalise(target_language)
    if tags.same_language(document.source_language, target):
        raise SameLanguage(target)
    exists = select(Translation.id).where(
        Translation.document_id == document.id, Translation.target_language == target
    )
    if session.scalar(exists):
        raise AlreadyAsked(target)
    translation = Translation(document=document, target_language=target, deadline=deadline)
    session.add(translation)
    session.flush()
    taken_over = _targets_of_file(catalogue, target, document) if catalogue else {}
    now = utc_now()
    rows = []
    query = (
        select(Sentence.id, Sentence.position, Block.key)
        .join(Block)
        .where(Sentence.document_id == document.id, Sentence.text != "")
    )
    for sentence_id, position, key in session.execute(query.order_by(Sentence.position)):
        text, state = taken_over.get(key, ("", SegmentState.OPEN))
        rows.append(
            {
                "translation_id": translation.id,
                "sentence_id": sentence_id,
                "position": position,
                "target": text,
                "state": state,
                "origin": Origin.FILE if text else Origin.TYPED,
                "changed_at": now if text else None,
                "version": 1,
            }
        )
    if rows:
        session.execute(insert(Segment), rows)
    session.add(
        Event(
            person_id=by.id if by else None,
            action="ask",
            document_id=document.id,
            translation_id=translation.id,
            why=target,
        )
    )
    session.flush()
    return translation


def _targets_of_file(
    catalogue: Catalogue, target: str, document: Document
) -> dict[str, tuple[str, SegmentState]]:
    claimed = catalogue.target_language
    if not claimed or not tags.same_language(claimed, target):
        return {}
    found = {}
    for unit in catalogue.units:
        if unit.target and len(cut(unit, document.source_language, document.format)) == 1:
            done = unit.state in (State.TRANSLATED, State.APPROVED)
            found[unit.key] = (unit.target, SegmentState.TRANSLATED if done else SegmentState.OPEN)
    return found
