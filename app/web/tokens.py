"""One's own access tokens, on the account page: made, shown once, revoked."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import access, tokens
from app.access import Hidden
from app.db import current_session
from app.models import RoleName
from app.tokens import WrongToken
from app.web import see_other
from app.web.people import config_url

pages = Blueprint("tokens", __name__)

#: Addresses of TMX files that are shown with a new token.
MOST_FILES = 6


def scope_words(scope: str) -> str:
    """What a token is for, in words."""
    return {"memory": _("look up in the memory"), "terms": _("look up and propose terms")}.get(scope, scope)


def wrong_token(reason: str) -> str:
    """Why a token cannot be made, and what to do."""
    match reason:
        case "scope":
            return _("Choose at least one thing that this token is for.")
        case "many":
            return _("You have %(most)s tokens in use, which is the most. Revoke one first.", most=tokens.MOST)
        case _:
            return _("Choose how long the token works.")


@pages.post("/account/tokens")
def make():
    """Make a token. It is shown on the page that answers, and never again."""
    db = current_session()
    form = {
        "name": request.form.get("name", ""),
        "scopes": request.form.getlist("scopes"),
        "days": request.form.get("days", ""),
    }
    days = int(form["days"]) if form["days"].isascii() and form["days"].isdigit() else 0
    try:
        token, words = tokens.make(db, current_user, name=form["name"], scopes=form["scopes"], days=days)
    except WrongToken as error:
        field = {"scope": "scopes", "days": "days"}.get(error.reason, "name")
        wrong = {field: wrong_token(error.reason)}
        return make_response(render_template("account.html", errors=wrong, token_form=form), 422)
    db.commit()
    lookup = config_url("tmserver.languages", token=words).removesuffix("languages/")
    pairs = access.pairs(current_user, RoleName.TRANSLATOR) | access.pairs(current_user, RoleName.REVIEWER)
    files = [
        (source, target, config_url("tmx.memory", token=words, source=source, target=target))
        for source, target in sorted(pairs) or [("nl", "ar")]
    ]
    return render_template(
        "account.html", errors={}, new_token=token, new_words=words, new_address=lookup, new_files=files[:MOST_FILES]
    )


@pages.post("/account/tokens/<int:token_id>/revoke")
def revoke(token_id: int):
    """Make a token useless, at once."""
    db = current_session()
    if not tokens.revoke(db, current_user, token_id):
        raise Hidden
    db.commit()
    flash(_("The token is revoked: programs that use it are refused from now on."))
    return see_other("settings.account", _anchor="tokens")


@pages.app_context_processor
def _on_the_account_page() -> dict:
    return {
        "tokens_of": lambda person: tokens.of(current_session(), person),
        "token_scopes": lambda: [(scope, scope_words(scope)) for scope in tokens.SCOPES],
        "token_lifetimes": tokens.LIFETIMES,
        "scope_words": scope_words,
    }
