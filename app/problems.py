"""Errors of the interface for programs, as RFC 9457 has them: application/problem+json."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext as _


class Problem(Exception):
    """A request that cannot be carried out. `location`: where it can; `more`: further members of the answer."""

    def __init__(self, status: int, detail: str, title: str = "", *, location: str = "", **more: Any) -> None:
        self.status, self.detail, self.title, self.location, self.more = status, detail, title, location, more
        super().__init__(detail)


def problem(status: int, detail: str, title: str = "", *, location: str = "", **more: Any) -> Response:
    """The answer: `title` says what kind of problem it is, `detail` what to do."""
    body = {
        "type": "about:blank",
        "title": title or titles().get(status, _("This did not work")),
        "status": status,
        "detail": detail,
        "instance": request.path,
        **more,
    }
    headers = {"Content-Type": "application/problem+json; charset=utf-8"} | ({"Location": location} if location else {})
    return make_response(json.dumps(body, ensure_ascii=False), status, headers)


def titles() -> dict[int, str]:
    """What kind of problem a status is."""
    return {
        307: _("It is somewhere else"),
        400: _("This request cannot be read"),
        401: _("Not signed in"),
        403: _("You cannot do this"),
        404: _("Not found"),
        405: _("Not possible here"),
        409: _("Somebody was faster"),
        410: _("It is somewhere else"),
        412: _("Somebody was faster"),
        415: _("This request cannot be read"),
        422: _("This did not work"),
        428: _("Say which version you read"),
    }
