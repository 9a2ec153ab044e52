"""Dragoman: the only package that knows HTTP, people and permissions."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, session
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from app import db, errors, installation
from app.config import Config

#: The languages of the interface. A catalogue in app/translations for each but English.
INTERFACE_LANGUAGES = ("en", "nl", "ar")

#: Nothing but what this service serves itself; no inline script or style (CSP level 3).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def create_app(config: Config | None = None) -> Flask:
    """The web application, read from top to bottom: settings, database, people, languages, pages, errors."""
    config = config or Config.from_environment()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_upload_bytes + 256 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="dragoman",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=config.sign_in_hours),
        SEND_FILE_MAX_AGE_DEFAULT=dt.timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=config.sign_in_hours * 3600,
        WTF_CSRF_SSL_STRICT=config.https,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE="Europe/Amsterdam",
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
    )
    if config.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)

    installation.open_installation(app, config)
    app.teardown_appcontext(db.close_session)
    app.teardown_request(lambda _error: request.close())

    CSRFProtect(app)
    Compress(app)
    _install_people(app)
    Babel(app, locale_selector=interface_language)

    from app import web

    web.install(app)
    errors.install(app)
    app.after_request(_protect)
    app.url_defaults(_version_static)
    return app


def _install_people(app: Flask) -> None:
    from app import accounts
    from app.models import Person

    login = LoginManager(app)
    login.login_view = "signin.sign_in"
    login.session_protection = None

    @login.user_loader
    def load(identity: str) -> Person | None:
        """Who is signed in. A new password or a disabled account ends every sign-in; signing out ends this one."""
        return accounts.person_of_sign_in(db.current_session(), identity, session.get("sign_in"))


def interface_language() -> str:
    """The person's own choice, else this browser's, else what the browser asks for."""
    if current_user and current_user.is_authenticated:
        return current_user.interface_language
    chosen = session.get("language")
    if chosen in INTERFACE_LANGUAGES:
        return chosen
    return request.accept_languages.best_match(INTERFACE_LANGUAGES) or "en"


def _protect(response: Response) -> Response:
    """Headers that keep pages to themselves."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.blueprint == "tmx":
        # a program may keep the file it was sent, and asks each time whether it still holds
        headers["Cache-Control"] = "private, no-cache"
    elif request.endpoint != "static":
        # what a person saw stays in no cache, also not after they signed out
        headers["Cache-Control"] = "no-store"
    elif "v" not in request.args and not request.path.endswith(".woff2"):
        # a script named inside another one, without a version: asked for again, answered 304 while it is the same
        headers["Cache-Control"] = "no-cache"
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _version_static(endpoint: str, values: dict) -> None:
    """A static file's address changes with its content, so that browsers may keep it for ever."""
    if endpoint == "static" and "filename" in values and "v" not in values:
        values["v"] = _digest(values["filename"])


@cache
def _digest(filename: str) -> str:
    path = Path(__file__).parent / "static" / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
