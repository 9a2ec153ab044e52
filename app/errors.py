"""Exceptions become pages, fragments or JSON. The only file with status codes of errors.

A message says what happened, what was kept, and what to do next, in the reader's language. None blames.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import accounts, deciding, intake, termimports, workflow
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.models import SegmentState
from app.problems import Problem, problem
from importers.units import UnreadableFile
from languages import tags

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told: status, a title, a message, and more for programs."""

    status: int
    title: str
    message: str
    extra: dict | None = None


def wants_json() -> bool:
    """Whether the editor's script asks, rather than a page or a form."""
    if request.is_json or g.get("answers_json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def install(app: Flask) -> None:
    """Register a handler for every exception that may leave a view."""
    for kind in (
        Hidden, NotAllowed, workflow.Stale, workflow.IllegalMove, workflow.EmptyTarget, workflow.TooLong,
        workflow.ReasonNeeded, deciding.ReasonNeeded, workflow.NothingToHandOver, termimports.NotReady, termimports.ChangedMeanwhile, accounts.WeakPassword, accounts.InvitationNotValid,
        accounts.WrongCredentials, accounts.TooManyAttempts, accounts.NotAnAddress, accounts.AlreadyThere,
        accounts.LastAdministrator, intake.SameLanguage, intake.AlreadyAsked, tags.UnknownLanguage, UnreadableFile,
        StaleDataError, OperationalError, IntegrityError, DataError, OverflowError, CSRFError, Problem, HTTPException, Exception,
    ):  # fmt: skip
        app.register_error_handler(kind, respond)


def respond(error: Exception) -> Response:
    """The answer to an error, in the form that was asked for."""
    if isinstance(error, Problem):
        return problem(error.status, error.detail, error.title, location=error.location, **error.more)
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error.get_response()
    if isinstance(error, SQLAlchemyError):
        # the page that tells it reads from the same session
        current_session().rollback()
    told = answer(error)
    if request.path.startswith("/api/"):
        return problem(told.status, told.message, told.title, **(told.extra or {}))
    if wants_json():
        body = {"message": told.message, **(told.extra or {})}
        return make_response(jsonify(body), told.status)
    return make_response(render_template("error.html", told=told), told.status)


def answer(error: Exception) -> Answer:
    """Status and words for an error."""
    match error:
        case Hidden():
            return _not_found()
        case NotAllowed(reason=reason, fields=fields):
            return Answer(403, _("You cannot do this"), refusal(reason, fields), {"reason": reason})
        case workflow.Stale(segment=segment, yours=yours):
            return Answer(
                409,
                _("Somebody was faster"),
                _("Somebody else changed this segment while you were working on it. Both texts are kept: choose one."),
                {"theirs": stale_text(segment), "yours": yours},
            )
        case workflow.IllegalMove(state=state):
            return Answer(409, _("Not possible any more"), illegal_move(state), {"state": state})
        case StaleDataError():
            return Answer(
                409,
                _("Somebody was faster"),
                _("Somebody else changed this at the same moment. Nothing of yours was saved: load the page again."),
            )
        case workflow.NothingToHandOver():
            return Answer(
                422,
                _("Nothing to hand over"),
                _("No segment is finished and not yet handed over. Save at least one segment first."),
            )
        case termimports.NotReady():
            return Answer(
                409,
                _("Not possible any more"),
                _("Somebody went on with this import already. Load its page again to see how far it is."),
            )
        case termimports.ChangedMeanwhile():
            return Answer(
                409,
                _("Somebody was faster"),
                _("The term base changed after you looked at this import. Nothing was imported: load its page again."),
            )
        case RequestEntityTooLarge() | HTTPException() | CSRFError():
            return _http(error)
        case OperationalError() if "locked" in str(error.orig):
            return Answer(
                503, _("Very busy"), _("The service is very busy. Nothing was lost: try again in a few seconds.")
            )
        case IntegrityError():
            # somebody else wrote the same row first: sent again, the second one finds it
            return Answer(
                503, _("Very busy"), _("The service is very busy. Nothing was lost: try again in a few seconds.")
            )
        case DataError() | OverflowError():
            # a number or a text that no column holds, which no form of ours sends
            return Answer(
                422,
                _("This did not work"),
                _("The request could not be understood. Go back, load the page again and try once more."),
            )
    invalid = invalid_message(error)
    if invalid is not None:
        return Answer(422, _("This did not work"), invalid)
    # the error's own words may quote a client's document: only its kind and place are logged
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s on %s\n%s", type(error).__name__, request.endpoint, place)
    return Answer(
        500,
        _("Something went wrong"),
        _("That is our mistake, not yours. What you had saved is kept. Try again; if it happens again, tell your administrator when it happened."),
    )


def _not_found() -> Answer:
    return Answer(
        404,
        _("Not found"),
        _("There is nothing here that you can see. It may have been erased, or it is not shared with you."),
    )


def _http(error: Exception) -> Answer:
    if isinstance(error, CSRFError):
        return Answer(
            400,
            _("This page was open too long"),
            _("For your safety the form expired. Nothing was changed: go back, load the page again and send it once more."),
        )
    if isinstance(error, RequestEntityTooLarge):
        from flask import current_app

        most = current_app.extensions["config"].max_upload_bytes // (1024 * 1024)
        return Answer(
            413,
            _("This file is too large"),
            _("A file may be at most %(most)s MB. Nothing was saved: make the file smaller, for example by removing pictures, or split it.", most=most),
        )
    assert isinstance(error, HTTPException)
    if error.code == 404:
        return _not_found()
    if error.code == 405:
        return Answer(405, _("Not possible here"), _("This page cannot be used in this way. Go back and use its buttons."))
    return Answer(error.code or 500, _("This did not work"), _("The request could not be understood. Go back, load the page again and try once more."))


def stale_text(segment) -> dict:
    """The text that is there now, with who wrote it and when."""
    return {
        "text": segment.target,
        "by": segment.changed_by.name if segment.changed_by else "",
        "at": segment.changed_at.isoformat() if segment.changed_at else None,
        "version": segment.version,
        "state": segment.state,
    }


def refusal(reason: str, fields: dict[str, str]) -> str:
    """Why somebody may not do something, and who can."""
    language = tags.name(fields["language"], _locale()) if "language" in fields else ""
    match reason:
        case "own-work":
            return _("You wrote or changed this text yourself. Another reviewer has to approve it; where there is none, an administrator can waive the rule for this document.")
        case "not-translator":
            return _("You are not a translator into %(language)s. Your administrator can give you that role.", language=language)
        case "not-reviewer":
            return _("You are not a reviewer for %(language)s. Your administrator can give you that role.", language=language)
        case "not-reader":
            return _("You work in other languages: this pair of the memory (into %(language)s) is not shown to you. Your administrator can give you a role for it.", language=language)
        case "own-unit":
            return _("You wrote this translation yourself. Another reviewer has to approve it.")
        case "keeper":
            return _("The memory is kept by its reviewers and administrators. Your administrator can give you that role.")
        case "not-keeper":
            return _("The memory is kept by its reviewers: you are not a reviewer for %(language)s. Your administrator can give you that role.", language=language)
        case "memory-read-only":
            return _("Programs can only look up here. The memory learns when a reviewer approves.")
        case "not-yours":
            return _("Only the person who uploaded a document, or an administrator, can erase it.")
        case "not-remover":
            return _("People decided on words of this concept. Only an administrator, or a reviewer of all their languages, can remove it or merge it.")
        case "own-definition":
            return _("You wrote this definition yourself. Somebody else has to read it.")
        case "own-proposal":
            return _("You proposed this yourself. Another reviewer has to decide.")
        case _:
            return _("Your roles do not allow this. Your administrator can change your roles.")


def illegal_move(state: str) -> str:
    """Why a segment cannot be changed in this way now."""
    match state:
        case SegmentState.WAITING:
            return _("This segment waits for review. Take it back first if you want to change it.")
        case SegmentState.APPROVED:
            return _("This segment is already approved. A reviewer can send it back if it has to change.")
        case SegmentState.SENT_BACK:
            return _("This segment was sent back to its translator, who works on it now.")
        case _:
            return _("This segment is not handed over yet.")


def invalid_message(error: Exception) -> str | None:
    """What is wrong with what somebody filled in; None when the error is not about that."""
    match error:
        case UnreadableFile(message=message, fields=fields, where=where):
            text = _(message, **fields)
            return _("%(what)s (%(where)s)", what=text, where=where) if where else text
        case tags.UnknownLanguage(tag=tag):
            return _("“%(tag)s” is not a language we know. Use a code such as nl, ar, fa, ti or zh-Hans.", tag=tag)
        case intake.SameLanguage():
            return _("The text is already in that language. Choose another language to translate into.")
        case intake.AlreadyAsked():
            return _("This document is already being translated into that language.")
        case workflow.EmptyTarget():
            return _("There is no text yet. Type something first; a draft is kept without saving.")
        case workflow.TooLong():
            return _("This text is too long for one segment. Shorten it; nothing you typed was lost.")
        case deciding.ReasonNeeded():
            return _("Say why: the person who proposed this learns from it.")
        case workflow.ReasonNeeded():
            return _("Say why: choose a reason, and add words where you choose “other”.")
        case accounts.WeakPassword(reason=reason):
            return weak_password(reason)
        case accounts.InvitationNotValid(reason=reason):
            return invitation_not_valid(reason)
        case accounts.WrongCredentials():
            return _("E-mail address and password do not belong together. Check both; if you forgot your password, ask your administrator for a new link.")
        case accounts.TooManyAttempts(minutes=minutes):
            return _("Too many attempts. Wait %(minutes)s minutes and try again.", minutes=minutes)
        case accounts.NotAnAddress():
            return _("This is not an e-mail address. Write it like name@example.org.")
        case accounts.AlreadyThere():
            return _("Somebody with this e-mail address already has an account.")
        case accounts.LastAdministrator():
            return _("This is the only administrator. Make somebody else administrator first.")
    return None


def weak_password(reason: str) -> str:
    """Why a password is refused, and what helps."""
    match reason:
        case "short":
            return _("Use at least %(least)s characters. Three or four words that do not belong together work well.", least=accounts.PASSWORD_MINIMUM)
        case "long":
            return _("Use at most %(most)s characters.", most=accounts.PASSWORD_MAXIMUM)
        case "common":
            return _("This password is on the list of the most used ones and is tried first. Choose another one.")
        case _:
            return _("This password is easy to guess. Three or four words that do not belong together work well.")


def invitation_not_valid(reason: str) -> str:
    """Why a link does not work, and what to do."""
    match reason:
        case "used":
            return _("This link was already used. Sign in with the password you chose then, or ask your administrator for a new link.")
        case "expired":
            return _("This link is too old. Ask your administrator for a new one.")
        case "withdrawn":
            return _("This link was replaced or withdrawn. Ask your administrator for a new one.")
        case _:
            return _("This link is not complete or does not exist. Copy the whole link from the message again.")


def _locale() -> str:
    from flask_babel import get_locale

    return str(get_locale() or "en")
