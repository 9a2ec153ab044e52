"""A document's rows go, with everything that was made from it."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from app.models import Document, Sentence
from app.workflow import document_key
from glossary.history import mark_changed
from glossary.models import History, Proposal, Term
from importers import inline
from memory.models import Unit


def units_of(session: Session, document: Document) -> int:
    """How many units of the memory came from this document."""
    query = select(func.count()).select_from(Unit).where(Unit.document == document_key(document))
    return session.scalar(query) or 0


def erase_document(session: Session, document: Document) -> None:
    """Delete the file, its sentences, translations, comments, history and suggestions, and the sentences that were kept
    with terms. The rows go now, by the database's own cascade. What files keep of them, the memory's units, and the
    report are `app.forgetting`'s, which is the only way to come here."""
    _forget_contexts(session, document)
    session.execute(delete(Document).where(Document.id == document.id))
    session.expunge(document)


def _forget_contexts(session: Session, document: Document) -> None:
    """A word proposed from the editor keeps its sentence for the reviewer: that goes, also from the histories of the
    concepts; the word stays."""
    own = select(Sentence.text).where(Sentence.document_id == document.id)
    sentences = {form for text in session.scalars(own) for form in (text, inline.plain(text))}
    ours = f"document {document.id} · "
    concepts: set[int] = set()
    for model in (Term, Proposal):
        rows = session.scalars(
            select(model).where(
                or_(model.context.in_(own), model.context_source.startswith(ours, autoescape=True))
            )
        )
        for row in rows:
            row.context = None
            concepts.add(row.concept_id)
    # a refused word has only its history left
    concepts |= set(
        session.scalars(select(History.concept_id).where(cast(History.before, Text).contains(f"document {document.id} ")))
    )
    for act in session.scalars(select(History).where(History.concept_id.in_(concepts))):
        for name in ("before", "after"):
            rows = getattr(act, name) or {}
            cleaned = {
                key: row | {"context": None}
                if row.get("context")
                and (row["context"] in sentences or str(row.get("context_source") or "").startswith(ours))
                else row
                for key, row in rows.items()
            }
            if cleaned != rows:
                setattr(act, name, cleaned)
    session.flush()
    if concepts:
        mark_changed(session, sorted(concepts))
