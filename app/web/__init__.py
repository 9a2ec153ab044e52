"""The pages. A view finds what this person may touch, reads the form, calls one verb, commits, answers."""

from __future__ import annotations

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_login import current_user

from app import access
from app.access import Hidden
from app.models import RoleName

#: What strangers may reach. Everything else asks for a sign-in (tests walk the whole url_map).
OPEN_ENDPOINTS = {"static", "signin.sign_in", "signin.welcome", "settings.choose_language", "health.health"}
#: What somebody without any role may reach besides.
ROLELESS_ENDPOINTS = {"work.home", "signin.sign_out", "settings.account"}


def install(app: Flask) -> None:
    """Every page, what pages share, and the guard before them."""
    from app.web import (
        aligning,
        bearer,
        concepts,
        concordance,
        desk,
        documents,
        editor,
        filters,
        forgetting,
        handover,
        health,
        impact,
        keeping,
        keptunit,
        law,
        lookup,
        matching,
        memory,
        memoryfiles,
        myproposals,
        people,
        printing,
        recall,
        removing,
        review,
        segments,
        settings,
        signin,
        termfiles,
        termproposing,
        termreading,
        termreview,
        tmserver,
        tmx,
        tokens,
        work,
    )

    # fmt: off
    for module in (
        health, signin, settings, work, documents, editor, segments, handover, review, lookup, termproposing, termreview, termreading, myproposals,
        impact,
        law, memory, people, desk, tokens, concordance,
        tmserver,
        tmx,
        keeping, keptunit,
        matching,
        forgetting,
        recall,
        concepts, removing, printing,
        termfiles,
        memoryfiles,
        aligning,
    ):
        # fmt: on
        app.register_blueprint(module.pages)
        if module.pages.name in bearer.SCOPES:
            # no cookie lets anybody in there, so no other page can misuse one
            app.extensions["csrf"].exempt(module.pages)
    from app import api

    programs = api.install()
    app.register_blueprint(programs)
    # a program's token is not a cookie that another page could misuse; a cookie's writes are checked as it enters
    app.extensions["csrf"].exempt(programs)
    app.before_request(_guard)
    app.context_processor(_shared)
    filters.install(app)


def _guard() -> Response | None:
    """Deny by default: strangers sign in first, programs bring a token; somebody without a role sees nothing."""
    from app.web import bearer

    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN_ENDPOINTS:
        return None
    if request.blueprint in bearer.SCOPES:
        return bearer.enter()
    if request.blueprint == "api":
        from app.api import routing

        return routing.enter()
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    if endpoint not in ROLELESS_ENDPOINTS and not access.belongs(current_user):
        raise Hidden
    return None


def _shared() -> dict:
    """What every page knows: the interface's language and direction, who is signed in, where one can go."""
    from flask_babel import get_locale

    from app import INTERFACE_LANGUAGES
    from languages import tags

    language = str(get_locale() or "en")
    return {
        "interface_language": language,
        "interface_direction": tags.direction(language),
        "interface_languages": [(tag, tags.native_name(tag)) for tag in INTERFACE_LANGUAGES],
        "person": current_user if current_user.is_authenticated else None,
        "navigation": _navigation,  # asked by whole pages only: a fragment is drawn at every letter
    }


def _navigation() -> list[tuple[str, str, bool]]:
    """Where this person can go: (label, address, whether one is there)."""
    from flask_babel import gettext as _

    if not current_user.is_authenticated or not access.belongs(current_user):
        return []
    entries: list[tuple[str, str, bool]] = []

    def add(label: str, endpoint: str, *blueprints: str) -> None:
        entries.append((label, url_for(endpoint), request.blueprint in blueprints))

    if access.has_role(current_user, RoleName.TRANSLATOR):
        add(_("My work"), "work.my_work", "work")
    if access.has_role(current_user, RoleName.REVIEWER):
        add(_("To review"), "review.queue", "review")
    add(_("Look up"), "lookup.look_up", "lookup")
    if access.has_role(current_user, RoleName.STAFF, RoleName.ADMINISTRATOR):
        add(_("Documents"), "documents.listing", "documents")
    add(_("Memory"), "memory.search", "memory", "keeping", "keptunit", "memoryfiles", "aligning")
    if access.is_administrator(current_user):
        add(_("Files of terms"), "termfiles.listing", "termfiles")
        add(_("The desk"), "desk.desk", "desk")
        add(_("People"), "people.listing", "people")
    return entries


def see_other(endpoint: str, **values: object) -> Response:
    """After a POST: go and look (303), so that loading the page again sends nothing twice."""
    return redirect(url_for(endpoint, **values), code=303)
