"""The memory of a pair as a TMX file behind an address, for OmegaT and others that read files.

The file is written while it is sent, however large the memory is. A program that has it already is told so (304): the
answer carries an ETag that is another one as soon as anything in the memory changed. There is no Last-Modified: two
approvals in one second would be the same to it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, jsonify, make_response, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Engine, select

from app import access, db, memoryexport
from app.access import Hidden
from app.db import current_session
from app.memoryexport import Filter
from languages import tags
from memory.models import QUALITIES, TOPIC, Unit
from storage import changes

pages = Blueprint("tmx", __name__)
log = logging.getLogger(__name__)

#: Files that one process sends at the same time: slow readers must not take every thread of the service.
AT_ONCE = 2
_sending = threading.BoundedSemaphore(AT_ONCE)
#: Raised when the file would be written in another way for the same memory.
_FORM = "1"


class Interrupted(Exception):
    """The file could not be written to its end. Says no more: the error's own words may quote the memory."""


@pages.get("/tmx/<source>/<target>.tmx")
@pages.get("/tmx/t/<token>/<source>/<target>.tmx")
def memory(source: str, target: str, token: str = ""):
    """What was translated from one language into another, its varieties with it: what reviewers approved, or with
    `?quality=unreviewed` or `?quality=machine` the rest too."""
    try:
        source, target = tags.normalise(source), tags.normalise(target)
    except tags.UnknownLanguage:
        raise Hidden from None
    if tags.same_language(source, target) or not access.reads_memory(current_user, source, target):
        raise Hidden
    quality = request.args.get("quality", "approved")
    if quality not in QUALITIES:
        raise Hidden
    wanted = Filter(source=source, target=target, min_quality=quality)
    etag = _etag(wanted)
    if request.if_none_match.contains_weak(etag):
        return _described(Response(status=304), etag)
    if request.method == "HEAD":
        return _described(Response(mimetype="application/x-tmx+xml"), etag)
    if not _sending.acquire(blocking=False):
        answer = make_response(jsonify(message=_("Too many files are being sent. Try again in a minute."), reason="busy"), 503)
        answer.headers["Retry-After"] = "60"
        return answer
    answer = Response(_written(current_app.extensions["engine"], wanted), mimetype="application/x-tmx+xml")
    answer.call_on_close(_sending.release)
    name = f"{source}-{target}.tmx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _described(answer, etag)


def _described(answer: Response, etag: str) -> Response:
    answer.set_etag(etag, weak=True)
    return answer


def _etag(wanted: Filter) -> str:
    """Another one as soon as anything in the memory changed, also after a backup was restored."""
    session = current_session()
    version = changes.version(session, TOPIC)
    last = version.split("-")[1:2]
    moment = session.scalar(select(Unit.changed_at).where(Unit.id == int(last[0]))) if last else None
    parts = (_FORM, version, str(moment), wanted.source, wanted.target, wanted.min_quality)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _written(engine: Engine, wanted: Filter) -> Iterator[bytes]:
    with db.new_session(engine, writes=False) as session:
        try:
            yield from memoryexport.tmx_chunks(session, wanted)
        except GeneratorExit:
            raise
        except Exception as error:
            log.error("a TMX file broke off: %s", type(error).__name__)
            raise Interrupted from None
