"""How a view of the interface for programs is registered, and who may enter. `route` takes its address, what it reads and
what it answers. A request is read into a schema before the view sees it; errors are problems (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import BaseModel, ValidationError

from app import access, tokens
from app.access import Hidden
from app.db import SAFE_METHODS, current_session, new_session
from app.problems import Problem, problem
from app.tokens import TokenNotValid

pages = Blueprint("api", __name__, url_prefix="/api")

#: What a token must be for, where it is not for terms.
MEMORY_ENDPOINTS = {"api.memory_matches"}
#: Views whose method is POST so that a text stays out of addresses, and that write nothing.
READ_ONLY = {"api.memory_matches", "api.recognise"}


@dataclass(frozen=True, slots=True)
class Described:
    """One operation: `query` and `body` are schemas of what it reads, `answers` status -> schema (None: nothing)."""

    summary: str
    tag: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answers: dict[int, type[BaseModel] | None]
    problems: tuple[int, ...]
    etag: bool = False
    if_match: str = ""  # "", "optional" or "required"
    description: str = ""
    media: dict[int, str] = field(default_factory=dict)


#: endpoint -> what it does. `app.api.openapi` makes the description from it.
DESCRIBED: dict[str, Described] = {}


def route(
    rule: str,
    *,
    method: str = "GET",
    tag: str,
    answers: dict[int, type[BaseModel] | None],
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    problems: tuple[int, ...] = (),
    etag: bool = False,
    if_match: str = "",
    media: dict[int, str] | None = None,
) -> Callable:
    """Register a view with its description. It is called with the parts of the address, `query` and `body` as schemas
    where it has them, and answers (body, status) or (body, status, headers); the body is a schema or None."""

    def register(view: Callable) -> Callable:
        first, _dot, rest = (view.__doc__ or "").strip().partition("\n")
        known = {401, 403, 404, *problems} | ({422, 400} if query or body else set())
        known |= {415} if body else set()
        known |= {400} if method not in SAFE_METHODS else set()
        if "<code>" in rule:
            known |= {307, 410} if method in SAFE_METHODS else {410}
        known |= {412, 409} if if_match else set()
        known |= {428} if if_match == "required" else set()
        DESCRIBED[f"api.{view.__name__}"] = Described(
            first.rstrip("."), tag, query, body, answers, tuple(sorted(known)), etag, if_match,
            " ".join(rest.split()), media or {},
        )  # fmt: skip

        def run(**parts: Any) -> Response:
            if query is not None:
                parts["query"] = _read(query, request.args.to_dict(), "query")
            if body is not None:
                parts["body"] = _read(body, _json(), "body")
            answer = view(**parts)
            return answer if isinstance(answer, Response) else _respond(*answer)

        pages.add_url_rule(rule, endpoint=view.__name__, view_func=run, methods=[method])
        return view

    return register


def _json() -> Any:
    if not request.is_json:
        raise Problem(415, _("Send JSON, with Content-Type: application/json."))
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Problem(400, _("This is not a JSON object. Nothing was changed."))
    return sent


def _read(schema: type[BaseModel], sent: dict[str, Any], where: str) -> BaseModel:
    try:
        return schema.model_validate(sent)
    except ValidationError as error:
        wrong = [
            # what was sent is a person's text: only where it is wrong is said
            {"in": where, "field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise Problem(422, _("Something in the request is missing or not possible. Nothing was changed."), errors=wrong) from None


def _respond(body: BaseModel | None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = "" if body is None else body.model_dump_json(by_alias=True)
    response = current_app.response_class(text, status, mimetype="application/json" if body is not None else None)
    response.headers.update(headers or {})
    return response


def enter() -> Response | None:
    """Who asks: the person of a token, or of the session cookie; else 401. A cookie's writes need the form token."""
    from app.web import bearer

    g.answers_json = True
    if request.endpoint in READ_ONLY:
        g.session = new_session(current_app.extensions["engine"], writes=False)
    words = bearer.given()
    if words:
        try:
            scope = "memory" if request.endpoint in MEMORY_ENDPOINTS else "terms"
            token = tokens.bearer(current_session(), words, scope)
        except TokenNotValid as error:
            g._login_user = current_app.login_manager.anonymous_user()
            return _not_signed_in(bearer.refusal(error.reason), error.reason)
        g._login_user = token.person
        if request.method in SAFE_METHODS or request.endpoint in READ_ONLY:
            bearer.note_quietly(token)
        else:
            tokens.note_use_in(current_session(), token)
    elif not current_user.is_authenticated:
        return _not_signed_in(bearer.refusal("missing"), "missing")
    elif request.method not in SAFE_METHODS:
        current_app.extensions["csrf"].protect()
    if not access.belongs(current_user):
        raise Hidden
    return None


def _not_signed_in(words: str, reason: str) -> Response:
    answer = problem(401, words, reason=reason)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Dragoman"'
    return answer
