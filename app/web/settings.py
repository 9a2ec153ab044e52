"""One's own settings: the language of the interface, the password."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user, login_user

from app import INTERFACE_LANGUAGES, accounts, errors
from app.accounts import TooManyAttempts, WeakPassword, WrongCredentials
from app.db import current_session
from app.web import see_other
from app.web.signin import _inside

pages = Blueprint("settings", __name__)


@pages.post("/language")
def choose_language():
    """Change the language of the interface and go back to where one was."""
    language = request.form.get("language", "")
    if language in INTERFACE_LANGUAGES:
        session["language"] = language
        if current_user.is_authenticated:
            current_user.interface_language = language
            current_session().commit()
    return redirect(_inside(request.form.get("next")) or url_for("work.home"), code=303)


@pages.route("/account", methods=["GET", "POST"])
def account():
    """Name and password."""
    db = current_session()
    if request.method != "POST":
        return _account(db, {})
    wrong: dict[str, str] = {}
    try:
        accounts.confirm_password(
            db,
            current_user,
            request.form.get("current", ""),
            origin=request.remote_addr or "",
            secret=current_app.config["SECRET_KEY"],
        )
    except TooManyAttempts as error:
        db.commit()
        return make_response(_account(db, {"current": errors.invalid_message(error) or ""}), 429)
    except WrongCredentials:
        db.commit()
        wrong["current"] = _("This is not your password now.")
    if not wrong and request.form.get("password", "") != request.form.get("again", ""):
        wrong["again"] = _("The two passwords are not the same. Type both again.")
    if not wrong:
        try:
            accounts.set_password(db, current_user, request.form.get("password", ""))
        except WeakPassword as error:
            wrong["password"] = errors.invalid_message(error) or ""
    if wrong:
        return make_response(_account(db, wrong), 422)
    db.commit()
    login_user(current_user._get_current_object())
    refresh()
    flash(_("Your new password is set. Other sign-ins of yours have ended."))
    return see_other("settings.account")


def _account(db, wrong: dict[str, str]) -> str:
    links = [link for link in accounts.password_links(db, current_user) if link.used_at]
    return render_template("account.html", errors=wrong, link_used=links[0] if links else None)
