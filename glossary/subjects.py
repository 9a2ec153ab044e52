"""The tree of subject fields that concepts are sorted into. Small on purpose: people must find their way in it."""

from __future__ import annotations

#: subject -> the subject above it, None at the top. Names for people are the interface's affair.
SUBJECTS: dict[str, str | None] = {
    "migration": None,
    "asylum": "migration",
    "asylum-procedure": "asylum",
    "reception": "asylum",
    "residence": "migration",
    "family": "migration",
    "return": "migration",
    "naturalisation": "migration",
    "civic-integration": "migration",
    "law": None,
    "procedure": "law",
    "rights": "law",
    "criminal-law": "law",
    "government": None,
    "registration": "government",
    "identity": "government",
    "taxes": "government",
    "living": None,
    "work": "living",
    "income": "living",
    "benefits": "living",
    "housing": "living",
    "health": "living",
    "education": "living",
    "children": "living",
    "money": "living",
}


def within(subject: str) -> set[str]:
    """The subject and everything below it; a subject that is not in the tree stands alone."""
    found = {subject}
    grown = True
    while grown:
        below = {name for name, above in SUBJECTS.items() if above in found} - found
        found |= below
        grown = bool(below)
    return found
