"""Erasing what must not stay: a document with everything that was made from it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.models import Document, Sentence
from app.workflow import document_key
from glossary.models import Term
from memory import recording
from memory.models import Unit


@dataclass(frozen=True, slots=True)
class Erased:
    """What went."""

    units: int


def units_of(session: Session, document: Document) -> int:
    """How many units of the memory came from this document."""
    query = select(func.count()).select_from(Unit).where(Unit.document == document_key(document))
    return session.scalar(query) or 0


def erase_document(session: Session, document: Document, *, with_memory: bool) -> Erased:
    """Delete the file, its sentences, translations, comments, history and suggestions; its units in the memory too
    when asked. The rows go now, by the database's own cascade; nothing of the text stays in an index."""
    units = 0
    if with_memory:
        units = units_of(session, document)
        recording.forget(session, document=document_key(document))
    # a word proposed from the editor keeps its sentence for the reviewer: that goes too, the word stays
    sentences = select(Sentence.text).where(Sentence.document_id == document.id)
    session.execute(
        update(Term).where(Term.context.in_(sentences)).values(context=None).execution_options(synchronize_session=False)
    )
    session.execute(delete(Document).where(Document.id == document.id))
    session.expunge(document)
    return Erased(units)
