"""Rows as the interface for programs shows them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_login import current_user

from app import access, termuses
from app.api import schemas
from app.models import RoleName
from glossary import law, models
from glossary import waiting as queue
from glossary.refusals import same_person

TERM = (
    "id", "language", "text", "status", "part_of_speech", "gender", "register", "abbreviation_of", "transliteration",
    "note", "context", "context_source", "reason", "created_by", "created_at", "decided_by", "decided_at",
)  # fmt: skip
CONCEPT = (
    "code", "version", "subject", "jurisdiction", "sensitivity", "content_note", "keep_source", "origin", "origin_name",
    "licence", "changed_at", "changed_by",
)  # fmt: skip


def _of(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def term(row: models.Term) -> schemas.Term:
    return schemas.Term(**_of(row, TERM), variants=list(row.variants or []), replaces=row.replaces_id)


def relations(concept: models.Concept) -> list[schemas.Relation]:
    """Its relations from both ends."""
    found = [schemas.Relation(id=r.id, kind=r.kind, concept=r.other.code) for r in concept.relations]
    for r in concept.relations_in:
        kind = {"broader": "narrower", "part_of": "has_part"}.get(r.kind, r.kind)
        found.append(schemas.Relation(id=r.id, kind=kind, concept=r.concept.code))
    return found


def concept(row: models.Concept) -> schemas.Concept:
    reviewer = access.has_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    return schemas.Concept(
        **_of(row, CONCEPT),
        definitions=[schemas.Definition(**_of(d, ("language", "text", "plain", "source"))) for d in row.definitions],
        terms=[term(t) for t in row.terms],
        equivalences=[
            schemas.Equivalence(**_of(e, ("language", "degree", "strategy", "status")), differs=dict(e.differs or {}))
            for e in row.equivalences
        ],
        law=[
            schemas.LegalReference(
                **_of(r, ("id", "act", "bwb", "article", "paragraph", "valid_from", "quoted")),
                juriconnect=r.juriconnect(),
                changed=r.flagged_at is not None,
            )
            for r in row.law
        ],
        relations=relations(row),
        notes=[
            schemas.Note(**_of(n, ("kind", "audience", "language", "about", "text")))
            for n in row.notes
            if n.audience != "reviewers" or reviewer
        ],
        page=url_for("lookup.concept", code=row.code),
    )


def rows(rows_: dict[str, Any] | None) -> dict[str, Any]:
    """Rows of a history, without notes that are for reviewers only where the reader is none."""
    reviewer = access.has_role(current_user, RoleName.REVIEWER, RoleName.ADMINISTRATOR)
    return {key: row for key, row in (rows_ or {}).items() if reviewer or row.get("audience") != "reviewers"}


def waiting(entry: queue.Waiting, same_words: list[models.Term]) -> schemas.Waiting:
    about = entry.term or entry.proposal
    hands = [(entry.asked_by, entry.asked_by_id), (about.changed_by, about.changed_by_id)]
    return schemas.Waiting(
        kind=entry.kind,
        id=entry.id,
        concept=entry.concept.code,
        language=entry.language,
        asked_by=entry.asked_by,
        since=entry.since,
        yours=any(name and same_person(name, number, current_user.name, current_user.id) for name, number in hands),
        term=term(entry.term) if entry.term is not None else None,
        values=entry.proposal.values if entry.proposal is not None else None,
        before=entry.proposal.before if entry.proposal is not None else None,
        reason=about.reason,
        context=about.context,
        context_source=about.context_source,
        same_language=[term(t) for t in queue.other_words(entry.term)] if entry.term is not None else [],
        same_word=[t.concept.code for t in same_words],
    )


def use(shown: termuses.Shown) -> schemas.Use:
    row = shown.use
    page = None
    if shown.segment is not None:
        page = url_for("editor.edit", translation_id=shown.translation_id, segment=shown.segment.id)
    return schemas.Use(
        **_of(row, ("id", "state", "reason", "side", "certainty")),
        source=shown.source,
        target=shown.target,
        source_language=shown.source_language,
        target_language=shown.language,
        document=shown.document.id if shown.document is not None else None,
        segment=row.segment_id,
        page=page,
        unit=row.unit_id,
        term=shown.term["text"] if shown.term else None,
        instead=list(row.impact.instead),
    )


def flag(row: models.LegalReference) -> schemas.LawFlag:
    return schemas.LawFlag(
        **_of(row, ("id", "act", "bwb", "article", "paragraph", "change", "moved_to", "flagged_at")),
        concept=row.concept.code,
        before=row.quoted,
        after=row.changed_text,
        diff=law.word_diff(row.quoted or "", row.changed_text or ""),
    )
