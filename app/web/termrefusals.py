"""Why the term base refuses what somebody asks for, and what to do, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from app import deciding, errors
from glossary import editing
from glossary.refusals import ChangedMeanwhile, NothingChanges, WrongValue
from languages import tags

#: What a person may get wrong when proposing: told at the form, with everything they wrote kept.
CORRECTABLE = (
    editing.DuplicateTerm, editing.EmptyTerm, editing.TermTooLong, tags.UnknownLanguage, WrongValue, NothingChanges,
    deciding.ReasonNeeded,
)  # fmt: skip


def refusal(error: Exception) -> str:
    """Why a proposal or a decision cannot be taken, and what to do, in the reader's language."""
    match error:
        case editing.DuplicateTerm(status="forbidden"):
            return _("This word is here already, and must not be used for this concept. Nothing was added.")
        case editing.DuplicateTerm():
            return _("This concept already has this term. Nothing was added.")
        case editing.EmptyTerm():
            return _("A term needs at least one letter or digit. Write the word, then send it again.")
        case editing.TermTooLong(longest=longest):
            return _("A term has at most %(most)s characters. Put explanations into the note.", most=longest)
        case NothingChanges():
            return _("Everything is already as you ask. Change something first.")
        case WrongValue(field="reason"):
            return _("Say why: the person who decides needs it.")
        case WrongValue(value=""):
            return _("This is missing. Fill it in, then send it again.")
        case WrongValue(value=value):
            return _("“%(value)s” is not possible here. Choose something else.", value=value)
        case ChangedMeanwhile():
            return _("What this is about was changed meanwhile. Read it again, then decide.")
    return errors.invalid_message(error) or str(error)
