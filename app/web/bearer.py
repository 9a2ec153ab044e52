"""Programs that come with an access token instead of a sign-in.

The token stands in the header (`Authorization: Bearer`, `Token`, or as the password of Basic) or, for clients that can
only be given an address, in the address itself. Such pages answer JSON and know no cookies: a sign-in in the same
browser gives them nothing, and no other page can send their forms.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Response, current_app, g, jsonify, make_response, request
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app import access, db, tokens
from app.access import Hidden
from app.db import current_session
from app.models import AccessToken
from app.tokens import TokenNotValid

#: Which blueprints are reached by token only, and the scope it must have.
SCOPES = {"tmserver": "memory", "tmx": "memory"}
#: Those that never write, whatever the method: they do not wait for the write lock.
READ_ONLY = {"tmserver", "tmx"}


def given() -> str:
    """The token of this request; "" without one."""
    in_address = (request.view_args or {}).get("token")
    if in_address:
        return in_address
    authorization = request.authorization
    if authorization is None:
        return ""
    if authorization.type in ("bearer", "token"):
        return (authorization.token or "").strip()
    return authorization.password or "" if authorization.type == "basic" else ""


def enter() -> Response | None:
    """Let the token's person in, as `current_user` of this request, or answer why not."""
    g.answers_json = True
    engine = current_app.extensions["engine"]
    if request.blueprint in READ_ONLY:
        g.session = db.new_session(engine, writes=False)
    session = current_session()
    try:
        token = tokens.bearer(session, given(), SCOPES[request.blueprint or ""])
    except TokenNotValid as error:
        g._login_user = current_app.login_manager.anonymous_user()
        answer = make_response(jsonify(message=refusal(error.reason), reason=error.reason), 401)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Dragoman"'
        return answer
    g._login_user = token.person
    if request.blueprint in READ_ONLY or request.method in db.SAFE_METHODS:
        with suppress(OperationalError):  # another writer was busy: the next use is noted
            tokens.note_use(engine, token)
    else:
        tokens.note_use_in(session, token)
        session.commit()
    if not access.belongs(token.person):
        raise Hidden
    return None


def note_quietly(token: AccessToken) -> None:
    """Keep when a token was used, for a request that only reads; another writer that is busy is not waited for long."""
    with suppress(OperationalError):
        tokens.note_use(current_app.extensions["engine"], token)


def refusal(reason: str) -> str:
    """Why a token does not open anything, and what to do."""
    match reason:
        case "missing":
            return _("This address needs an access token. Make one under “My account”.")
        case "expired":
            return _("This access token has expired. Make a new one under “My account”.")
        case "revoked":
            return _("This access token was revoked. Make a new one under “My account”.")
        case "scope":
            return _("This access token is for something else. Make one for this under “My account”.")
        case _:
            return _("This access token is not known. Copy it again, or make a new one under “My account”.")
