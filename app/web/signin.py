"""Signing in and out, and using an invitation."""

from __future__ import annotations

import datetime as dt
import secrets

from flask import Blueprint, current_app, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from app import accounts, errors, interface_language
from app.accounts import (
    AlreadyThere,
    InvitationNotValid,
    NotAnAddress,
    TooManyAttempts,
    WeakPassword,
    WrongCredentials,
)
from app.db import current_session
from app.installation import config
from app.web import see_other

pages = Blueprint("signin", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    """The form, and what it does."""
    if request.method != "POST":
        if current_user.is_authenticated:
            return see_other("work.home")
        return render_template("sign_in.html", errors={}, email="", next=_inside(request.args.get("next")))
    db = current_session()
    email = request.form.get("email", "")
    try:
        person = accounts.sign_in(
            db,
            email,
            request.form.get("password", ""),
            origin=request.remote_addr or "",
            secret=current_app.config["SECRET_KEY"],
        )
    except (WrongCredentials, TooManyAttempts) as error:
        db.commit()
        told = errors.invalid_message(error)
        page = render_template(
            "sign_in.html", errors={"password": told}, email=email, next=_inside(request.form.get("next"))
        )
        return make_response(page, 429 if isinstance(error, TooManyAttempts) else 422)
    db.commit()
    _begin(person)
    return redirect(_inside(request.form.get("next")) or url_for("work.home"), code=303)


def _begin(person) -> None:
    """A new cookie for a new sign-in: what was in the old one is gone (session fixation, OWASP ASVS 3.2.1)."""
    session.clear()
    session.permanent = True
    session["sign_in"] = secrets.token_urlsafe(16)
    login_user(person)


def _inside(address: str | None) -> str:
    """The address to go on to, if it is one of ours."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return ""
    # browsers take a backslash for a slash and drop tabs and line ends (WHATWG URL, "basic URL parser")
    return "" if any(c == "\\" or c < " " for c in address) else address


@pages.post("/sign-out")
def sign_out():
    """End this sign-in. Also asks the browser to forget drafts it kept."""
    mark = session.get("sign_in")
    if mark:
        db = current_session()
        accounts.end_sign_in(db, mark, lifetime=dt.timedelta(hours=config().sign_in_hours))
        db.commit()
    logout_user()
    session.clear()
    response = see_other("signin.sign_in")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@pages.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str):
    """An invitation: choose a name and a password."""
    db = current_session()
    try:
        invitation = accounts.find_invitation(db, token)
    except InvitationNotValid as error:
        return make_response(render_template("error.html", told=_dead_link(error)), 410)
    name = request.form.get("name", invitation.name)
    if request.method != "POST":
        return render_template("welcome.html", invitation=invitation, name=name, email="", errors={})
    wrong: dict[str, str] = {}
    if invitation.person_id is None and not 0 < len(name.strip()) <= 200:
        wrong["name"] = _("Write the name that colleagues know you by.")
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        wrong["again"] = _("The two passwords are not the same. Type both again.")
    if not wrong:
        try:
            person = accounts.accept_invitation(
                db,
                token,
                name=name,
                password=password,
                email=request.form.get("email", ""),
                interface_language=interface_language(),
            )
        except (WeakPassword, AlreadyThere, NotAnAddress) as error:
            wrong["password" if isinstance(error, WeakPassword) else "email"] = errors.invalid_message(error) or ""
            db.rollback()
            invitation = accounts.find_invitation(db, token)
    if wrong:
        page = render_template("welcome.html", invitation=invitation, name=name, email=request.form.get("email", ""), errors=wrong)
        return make_response(page, 422)
    db.commit()
    _begin(person)
    return see_other("work.home")


def _dead_link(error: InvitationNotValid) -> errors.Answer:
    return errors.Answer(410, _("This link does not work"), errors.invitation_not_valid(error.reason))
