"""The amaGama protocol (tmserver), so that Virtaal, Weblate and others look up in this memory.

Addresses and shapes are those of amaGama (`amagama/views/api.py`). Three things differ, because this memory is of
people's letters: every address needs an access token, nothing may be cached, and nothing can be written: a unit
enters by review. A client that can only be given an address has the token in it: `/tmserver/t/<token>/`. Whoever
writes a client of their own sends the text with POST, which keeps it out of addresses.
"""

from __future__ import annotations

import json
import re

from flask import Blueprint, Response, current_app, make_response, request
from flask_login import current_user
from werkzeug.routing import BaseConverter

from app import access, penalties
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.installation import config
from languages import tags
from memory import selection
from memory.matching import Match, find_matches

pages = Blueprint("tmserver", __name__)

#: What amaGama answers when nothing else is asked, and its most.
CANDIDATES, MOST_CANDIDATES = 5, 30
#: Longest text that is looked up, in characters.
LONGEST = 10_000
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.\[\]]{0,80}", re.ASCII)


class Text(BaseConverter):
    """The rest of an address, whatever stands in it: a text may begin with a slash or hold several."""

    regex = ".+"
    part_isolating = False


@pages.record_once
def _know_texts(state) -> None:
    state.app.url_map.converters["text"] = Text
    for start in ("/tmserver", "/tmserver/t/<token>"):
        for address, view, methods in (
            ("/languages/", languages, ["GET"]),
            ("/<source>/<target>/unit/<text:text>", unit, ["GET", "POST", "PUT"]),
            ("/<source>/<target>/unit/", unit, ["GET", "POST", "PUT"]),
            ("/<source>/<target>/unit", unit, ["GET", "POST", "PUT"]),
            ("/<source>/<target>/store/<text:store>", store, ["POST", "PUT"]),
        ):
            # a text with two slashes in it is not another address
            state.add_url_rule(f"{start}{address}", view_func=view, methods=methods, merge_slashes=False)


def languages(token: str = "") -> Response:
    """From which languages and into which this person can look up: {"sourceLanguages": […], "targetLanguages": […]}."""
    found = [
        pair for pair in selection.language_pairs(current_session()) if access.reads_memory(current_user, *pair)
    ]
    # what was translated from one language into another is found in both directions
    known = sorted({_code(language) for pair in found for language in pair})
    return _answer({"sourceLanguages": known, "targetLanguages": known})


def unit(source: str, target: str, text: str = "", token: str = "") -> Response:
    """The units most like a text, best first: [{"source", "target", "quality", "rank"}], in percent."""
    if request.method == "PUT" or (request.method == "POST" and _sent("target") is not None):
        raise NotAllowed("memory-read-only")
    text = text or request.args.get("source") or _sent("source") or ""
    source, target = _language(source), _language(target)
    if tags.same_language(source, target) or not access.reads_memory(current_user, source, target):
        raise Hidden
    threshold = current_app.extensions["config"].memory_threshold
    matches = find_matches(
        current_session(),
        text[:LONGEST],
        source_language=source,
        target_language=target,
        threshold=min(max(_number("min_similarity", threshold), 50), 100),
        limit=min(max(_number("max_candidates", CANDIDATES), 1), MOST_CANDIDATES),
        **penalties.in_force(current_session(), config()).arguments(),
    )
    return _answer([_shown(match) for match in matches])


def store(source: str, target: str, store: str, token: str = "") -> Response:
    """amaGama takes whole files here. This memory learns from review only."""
    raise NotAllowed("memory-read-only")


def _shown(match: Match) -> dict[str, object]:
    """`quality`: at most 100, as clients expect; `rank` tells a match in context (101, 102) from a plain one."""
    score = round(match.score, 2)
    return {"source": match.source, "target": match.target, "quality": min(score, 100.0), "rank": score}


def _language(code: str) -> str:
    """A language as clients write it (`zh_hans`, `pt_BR`). Raises Hidden for one nobody knows: amaGama says 404."""
    try:
        return tags.normalise(code)
    except tags.UnknownLanguage:
        raise Hidden from None


def _code(language: str) -> str:
    """A language as amaGama writes it."""
    return language.replace("-", "_").lower()


def _sent(name: str) -> str | None:
    """A field of the form or the JSON object that was sent."""
    if request.is_json:
        body = request.get_json(silent=True)
        value = body.get(name) if isinstance(body, dict) else None
        return value if isinstance(value, str) else None
    return request.form.get(name)


def _number(name: str, otherwise: int) -> int:
    value = request.args.get(name) or _sent(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else otherwise


def _answer(body: object) -> Response:
    """JSON as clients expect it; with `jsoncallback` as a call of that function."""
    words = json.dumps(body, ensure_ascii=False)
    callback = request.args.get("jsoncallback", "")
    if _CALLBACK.fullmatch(callback):
        return make_response(f"{callback}({words})", {"Content-Type": "application/javascript; charset=utf-8"})
    return make_response(words, {"Content-Type": "application/json; charset=utf-8"})
