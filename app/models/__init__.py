"""The tables of the application, one module for each subject; the libraries have their own (`memory.models`,
`glossary.models`)."""

from app.models.documents import (
    Block,
    Comment,
    Confidentiality,
    Document,
    Event,
    MachineSuggestion,
    Origin,
    Original,
    Segment,
    SegmentState,
    Sentence,
    SuggestionUse,
    Translation,
)
from app.models.metadata import Base
from app.models.people import AccessToken, EndedSignIn, Invitation, Person, Role, RoleName, SignInAttempt
from app.models.terminology import AnswerRead, Impact, TermImport, TermUse
from app.models.upkeep import Erasure, Job, MemoryPenalty

__all__ = [
    "AccessToken",
    "AnswerRead",
    "Base",
    "Block",
    "Comment",
    "Confidentiality",
    "Document",
    "EndedSignIn",
    "Erasure",
    "Event",
    "Impact",
    "Invitation",
    "Job",
    "MachineSuggestion",
    "MemoryPenalty",
    "Origin",
    "Original",
    "Person",
    "Role",
    "RoleName",
    "Segment",
    "SegmentState",
    "Sentence",
    "SignInAttempt",
    "SuggestionUse",
    "TermImport",
    "TermUse",
    "Translation",
]
