"""A second person reads a definition and finds it right.

Definitions are written at once, for the desk cannot wait with what a word means; but nobody should take for checked what only
its author has read. Whatever changes the words makes them unseen again, because what was seen is kept by its hash.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from glossary.history import history_of, recorded
from glossary.models import Definition, utc_now
from glossary.refusals import ChangedMeanwhile, OwnProposal, same_person

_WORDS = ("text", "plain", "source")


def authors_of(session: Session, definition: Definition) -> list[tuple[str, int | None]]:
    """Who wrote the words as they are, as the history has it: nobody when they came with a file or a pack."""
    key = f"definition:{definition.id}"
    for act in history_of(session, definition.concept_id):
        after = act.after.get(key)
        if after is None:
            continue
        before = act.before.get(key)
        if before is None or any(before.get(name) != after.get(name) for name in _WORDS):
            return [(act.by, act.by_id)]
    return []


def is_own(session: Session, definition: Definition, by: str, by_id: int | None) -> bool:
    """Whether this person wrote the words as they are."""
    return any(same_person(name, number, by, by_id) for name, number in authors_of(session, definition))


def mark_seen(definition: Definition, by: str, by_id: int | None) -> None:
    """Note, within an act, that two people stand for the words as they are."""
    definition.seen_hash, definition.seen_at = definition.words_hash(), utc_now()
    definition.seen_by, definition.seen_by_id = by, by_id


def confirm(session: Session, definition: Definition, *, by: str, by_id: int | None = None, words: str | None = None) -> None:
    """A second person read the definition. `words`: the hash of what they read. Raises ChangedMeanwhile when it reads
    otherwise now, OwnProposal for whoever wrote it."""
    if words is not None and words != definition.words_hash():
        raise ChangedMeanwhile(definition.id, {name: getattr(definition, name) for name in _WORDS})
    if is_own(session, definition, by, by_id):
        raise OwnProposal(definition.id, by)
    with recorded(session, [definition.concept], "seen", by=by, by_id=by_id):
        mark_seen(definition, by, by_id)
