"""What views ask of a form and of the person who sent it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from app.models import Person


def said(name: str) -> str | None:
    """What somebody wrote in a field; a browser sends a form's line ends as CR LF."""
    return request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip() or None


def me() -> Person:
    """The person of this request."""
    return current_user._get_current_object()


def by() -> dict[str, Any]:
    """This person as the term base notes who did something."""
    return {"by": current_user.name, "by_id": current_user.id}
