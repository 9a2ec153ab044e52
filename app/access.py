"""Who may see or change what. Deny by default.

A function here returns when the person may, and raises otherwise: `Hidden` when the person may not even know that
the thing exists (a 404 outside), `NotAllowed` with a reason when they see it but may not do this.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.models import Confidentiality, Document, Person, RoleName, Segment, Translation
from languages import tags


class Hidden(Exception):
    """For this person it does not exist."""


class NotAllowed(Exception):
    """`reason`: a stable key ("role", "own-work", "not-yours", ...). `fields` fill its message."""

    def __init__(self, reason: str, **fields: str) -> None:
        self.reason, self.fields = reason, fields
        super().__init__(reason)


def has_role(person: Person, *names: RoleName) -> bool:
    """Whether the person holds one of these roles, for any language."""
    return any(role.name in names for role in person.roles)


def is_administrator(person: Person) -> bool:
    return has_role(person, RoleName.ADMINISTRATOR)


def belongs(person: Person) -> bool:
    """Whether the person belongs to the organisation at all: an outsider has no role and sees nothing."""
    return bool(person.roles)


def pairs(person: Person, name: RoleName) -> set[tuple[str, str]]:
    """The language pairs of a role, as given."""
    return {(r.source_language, r.target_language) for r in person.roles if r.name == name}


def covers(pairs_: Iterable[tuple[str, str]], source: str, target: str) -> bool:
    """Whether one of the pairs is this pair: a role for ar also holds for ar-SY, one for ar-SY not for ar."""
    return any(
        tags.same_language(s, source) and (t == target or (tags.same_language(t, target) and t == tags.base(t)))
        for s, t in pairs_
    )


def reviewed_languages(person: Person) -> list[str]:
    """The languages in which the person decides on words: those they review into, and those they review from, whose
    words they judge with every draft."""
    return sorted({language for pair in pairs(person, RoleName.REVIEWER) for language in pair})


def reviews_language(person: Person, language: str) -> bool:
    """Whether the person decides on words of a language: a role for ar also holds for ar-SY, one for ar-SY not for ar."""
    return any(
        own == language or (tags.same_language(own, language) and own == tags.base(own))
        for own in reviewed_languages(person)
    )


def require_language_reviewer(person: Person, language: str) -> None:
    """Raise NotAllowed unless the person decides on words of this language."""
    if not reviews_language(person, language):
        raise NotAllowed("not-reviewer", language=language)


def require_role(person: Person, *names: RoleName) -> None:
    """Raise unless the person holds one of these roles. An outsider learns nothing."""
    if has_role(person, *names):
        return
    if not belongs(person):
        raise Hidden
    raise NotAllowed("role", roles=", ".join(names))


def require_belonging(person: Person) -> None:
    """Raise Hidden for an outsider."""
    if not belongs(person):
        raise Hidden


# --- the memory ----------------------------------------------------------------------------------


def reads_memory(person: Person, source: str, target: str) -> bool:
    """Whether the person may look up what was translated from one language into the other. The memory holds nothing
    confidential: administrators and staff read all of it, translators and reviewers the pairs of theirs, in both
    directions, because a translation is offered in both."""
    if has_role(person, RoleName.ADMINISTRATOR, RoleName.STAFF):
        return True
    theirs = pairs(person, RoleName.TRANSLATOR) | pairs(person, RoleName.REVIEWER)
    return covers(theirs, source, target) or covers(theirs, target, source)


def keeps_memory(person: Person, source: str, target: str) -> bool:
    """Whether the person may change what the memory holds of a pair: administrators everything, reviewers theirs."""
    return is_administrator(person) or covers(pairs(person, RoleName.REVIEWER), source, target)


def is_keeper(person: Person) -> bool:
    """Whether the person keeps the memory of any pair."""
    return has_role(person, RoleName.ADMINISTRATOR, RoleName.REVIEWER)


def require_keeper(person: Person, source: str, target: str) -> None:
    """Raise NotAllowed unless the person keeps this pair of the memory."""
    if not keeps_memory(person, source, target):
        raise NotAllowed("not-keeper", language=target)


# --- documents ---------------------------------------------------------------------------------


def may_see_document(person: Person, document: Document) -> bool:
    """Administrators see all; staff what is not confidential and what they uploaded; translators and reviewers the
    documents that are translated in a pair of theirs."""
    if sees_whole_document(person, document):
        return True
    return any(_works_on(person, document.source_language, t.target_language) for t in document.translations)


def sees_whole_document(person: Person, document: Document) -> bool:
    """Whether the person sees a document in all its languages: administrators, and staff what is not confidential or
    what they uploaded. Only they ask for more languages."""
    return is_administrator(person) or (
        has_role(person, RoleName.STAFF)
        and (document.confidentiality != Confidentiality.CONFIDENTIAL or document.uploaded_by_id == person.id)
    )


def _works_on(person: Person, source: str, target: str) -> bool:
    return covers(pairs(person, RoleName.TRANSLATOR) | pairs(person, RoleName.REVIEWER), source, target)


def visible_documents(person: Person) -> ColumnElement[bool]:
    """The same rule as `may_see_document`, as a condition on Document."""
    if is_administrator(person):
        return true()
    conditions: list[ColumnElement[bool]] = []
    if has_role(person, RoleName.STAFF):
        conditions.append(Document.confidentiality != Confidentiality.CONFIDENTIAL)
        conditions.append(Document.uploaded_by_id == person.id)
    work = _pair_condition(pairs(person, RoleName.TRANSLATOR) | pairs(person, RoleName.REVIEWER))
    if work is not None:
        conditions.append(
            select(Translation.id).where(Translation.document_id == Document.id).where(work).exists()
        )
    return or_(*conditions) if conditions else false()


def _pair_condition(pairs_: set[tuple[str, str]]) -> ColumnElement[bool] | None:
    """A condition on Document and Translation that holds for the pairs."""
    conditions = []
    for source, target in sorted(pairs_):
        sources = or_(
            Document.source_language == tags.base(source), Document.source_language.startswith(f"{tags.base(source)}-")
        )
        targets = Translation.target_language == target
        if target == tags.base(target):
            targets = or_(targets, Translation.target_language.startswith(f"{target}-"))
        conditions.append(and_(sources, targets))
    return or_(*conditions) if conditions else None


def translations_for(person: Person, name: RoleName) -> ColumnElement[bool]:
    """A condition on Translation joined with Document: what this person does in this role."""
    condition = _pair_condition(pairs(person, name))
    return false() if condition is None else condition


def find_document(session: Session, person: Person, document_id: int) -> Document:
    """The document, if this person may see it. Raises Hidden."""
    document = session.get(Document, document_id)
    if document is None or not may_see_document(person, document):
        raise Hidden
    return document


def find_translation(session: Session, person: Person, translation_id: int) -> Translation:
    """The translation, if this person may see it. Raises Hidden."""
    translation = session.get(Translation, translation_id, options=[joinedload(Translation.document, innerjoin=True)])
    if translation is None or not may_see_translation(person, translation):
        raise Hidden
    return translation


def may_see_translation(person: Person, translation: Translation) -> bool:
    """Translators and reviewers see the languages of theirs, all others what the document allows."""
    document = translation.document
    if _works_on(person, document.source_language, translation.target_language):
        return True
    return sees_whole_document(person, document)


def find_segment(session: Session, person: Person, segment_id: int, *, for_update: bool = False) -> Segment:
    """The segment, if this person may see its translation. Raises Hidden."""
    # whose it is, and of which document, in the same question: it is asked with every second of typing
    whose = joinedload(Segment.translation, innerjoin=True).joinedload(Translation.document, innerjoin=True)
    lock = {"of": Segment} if for_update else None
    segment = session.get(Segment, segment_id, with_for_update=lock, options=[whose])
    if segment is None or not may_see_translation(person, segment.translation):
        raise Hidden
    return segment


def translates(person: Person, translation: Translation) -> bool:
    return covers(
        pairs(person, RoleName.TRANSLATOR), translation.document.source_language, translation.target_language
    )


def reviews(person: Person, translation: Translation) -> bool:
    return covers(pairs(person, RoleName.REVIEWER), translation.document.source_language, translation.target_language)


def require_translator(person: Person, translation: Translation) -> None:
    """Raise NotAllowed unless the person translates this pair. Who took the work is shown, and binds nobody."""
    if not translates(person, translation):
        raise NotAllowed("not-translator", language=translation.target_language)


def require_reviewer(person: Person, translation: Translation) -> None:
    """Raise NotAllowed unless the person reviews this pair."""
    if not reviews(person, translation):
        raise NotAllowed("not-reviewer", language=translation.target_language)


def may_erase(person: Person, document: Document) -> bool:
    """Whoever uploaded a document, and administrators, may erase it."""
    return is_administrator(person) or (has_role(person, RoleName.STAFF) and document.uploaded_by_id == person.id)


def second_person_exists(session: Session, translation: Translation, person: Person) -> bool:
    """Whether somebody else reviews this pair."""
    for other in session.scalars(select(Person).where(Person.id != person.id, Person.disabled_at.is_(None))):
        if reviews(other, translation):
            return True
    return False
