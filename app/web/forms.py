"""What views ask of a form, of the person who sent it and of the address it was sent to."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from app.access import Hidden
from app.db import current_session
from app.models import Person
from glossary import editing
from glossary.models import Concept


def said(name: str) -> str | None:
    """What somebody wrote in a field; a browser sends a form's line ends as CR LF."""
    return request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip() or None


def whole_number(words: str | None) -> int | None:
    """A number that a form or an address carries, as large as a database holds; None for anything else."""
    return int(words) if words and words.isascii() and words.isdigit() and len(words) < 19 else None


def me() -> Person:
    """The person of this request."""
    return current_user._get_current_object()


def find_concept(code: str) -> Concept:
    """The concept that an address names. Raises Hidden."""
    concept = editing.concept_with_code(current_session(), code)
    if concept is None:
        raise Hidden
    return concept


def by() -> dict[str, Any]:
    """This person as the term base notes who did something."""
    return {"by": current_user.name, "by_id": current_user.id}
