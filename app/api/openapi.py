"""The description of this interface: made from what is registered, read from `app.url_map`, never written by hand."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import schemas
from app.api.routing import DESCRIBED, MEMORY_ENDPOINTS, pages

#: Views of the blueprint that are documents about the interface and not operations of it.
DOCUMENTS = {"api.document", "api.reader"}

TAGS = {
    "concepts": "Looking up, reading, facts and relations",
    "proposals": "Proposing, the review queue, deciding",
    "texts": "A text against the term base and the memory",
    "impact": "What a change touches, and what must change",
    "law": "Changes of the law behind concepts",
}


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document. Raises KeyError for a view that was not described, so that none can be forgotten."""
    answered = {model for d in DESCRIBED.values() for model in d.answers.values() if model is not None}
    answered.add(schemas.Problem)
    read = {model for d in DESCRIBED.values() if (model := d.body) is not None}
    names, together = models_json_schema(
        [(m, "serialization") for m in sorted(answered, key=lambda m: m.__name__)]
        + [(m, "validation") for m in sorted(read, key=lambda m: m.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    refs = {(model, mode): names[model, mode] for model, mode in names}
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))):
        if not rule.endpoint.startswith("api.") or rule.endpoint in DOCUMENTS:
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(address, {})[method.lower()] = _operation(rule, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dragoman",
            "version": version("dragoman"),
            "description": "The legal-cultural term base and the translation memory of this installation. "
            "Rights are those of the pages: what you may not see answers 404.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": together["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token made under “My account”, for terms (or for the memory, where it says so).",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "dragoman",
                    "description": "The session of a signed-in browser. What writes also needs the header X-CSRFToken.",
                },
            },
        },
    }


def _operation(rule: Any, refs: dict) -> dict[str, Any]:
    described = DESCRIBED[rule.endpoint]

    def schema(model: type[BaseModel], mode: str) -> dict[str, Any]:
        return refs[model, mode]

    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if "Integer" in type(rule._converters[name]).__name__ else {"type": "string"},
        }
        for name in sorted(rule.arguments)
    ]
    if described.query is not None:
        for name, field in described.query.model_json_schema()["properties"].items():
            said = field.pop("description", None)
            field.pop("title", None)
            parameters.append({"name": name, "in": "query", "required": False, "schema": field, **({"description": said} if said else {})})
    if described.if_match:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": described.if_match == "required",
                "schema": {"type": "string"},
                "description": "The ETag of the concept you read: 412 with both versions when somebody was faster.",
            }
        )
    responses: dict[str, Any] = {}
    for status, model in described.answers.items():
        answer: dict[str, Any] = {"description": described.summary if status < 300 else "Not changed since"}
        if model is not None:
            answer["content"] = {"application/json": {"schema": schema(model, "serialization")}}
        if described.etag:
            answer["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "Version of the concept"}}
        responses[str(status)] = answer
    for status in described.problems:
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {"application/problem+json": {"schema": schema(schemas.Problem, "serialization")}},
        }
        if status == 307:
            responses["307"]["headers"] = {
                "Location": {"schema": {"type": "string"}, "description": "The same of the concept that it became a part of"}
            }
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api."),
        "summary": described.summary,
        "tags": [described.tag],
        "parameters": parameters,
        "responses": responses,
    }
    if described.description:
        operation["description"] = described.description
    if described.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema(described.body, "validation")}},
        }
    if rule.endpoint in MEMORY_ENDPOINTS:
        operation["description"] = " ".join([operation.get("description", ""), "The token must be for the memory."]).strip()
    return operation


#: What each status of a problem says, for the description.
PROBLEMS = {
    307: "The concept became a part of another one: `merged_into`",
    400: "The request cannot be read, or its form token is missing",
    401: "No token and no session, or one that is not valid",
    403: "You may see it, but not do this",
    404: "Not there, or not for you",
    409: "Somebody was faster",
    410: "The concept became a part of another one, `merged_into`: send it there if you mean that one",
    415: "Not JSON",
    412: "The concept is not the version you read",
    422: "Something in the request is missing or not possible",
    428: "If-Match is missing",
}


@pages.get("/openapi.json")
def document() -> Response:
    """The description of this interface, as OpenAPI 3.1."""
    text = json.dumps(describe(current_app._get_current_object()), ensure_ascii=False)
    return make_response(text, {"Content-Type": "application/json; charset=utf-8"})


@pages.get("/")
def reader() -> str:
    """The same description for people."""
    return render_template("api.html", api=describe(current_app._get_current_object()))
