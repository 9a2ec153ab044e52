"""Access tokens: keys with which a program (Virtaal, Weblate, OmegaT, a script) acts for a person.

A token never may more than its person may at that moment, and only within its scopes. It is shown once, kept as a
digest, expires, and can be revoked; a new password and a disabled account end it too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.db import transaction
from app.models import AccessToken, Person
from storage.columns import utc_now

#: What a token can be for. "memory": read the translation memory; "terms": read and propose terms.
SCOPES = ("memory", "terms")
#: How long a token may live, in days.
LIFETIMES = (30, 90, 365)
#: Most tokens in use by one person.
MOST = 20
#: Every token begins so: people, and programs that look for leaked keys, recognise it.
PREFIX = "dragoman_"
#: The moment of the last use is kept this roughly, so that a look-up seldom writes.
_USE_KEPT_EVERY = dt.timedelta(hours=1)


class WrongToken(ValueError):
    """A token that cannot be made so. `reason`: "scope", "days" or "many"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TokenNotValid(Exception):
    """`reason`: "missing", "unknown", "expired", "revoked" or "scope"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def make(session: Session, person: Person, *, name: str, scopes: Iterable[str], days: int) -> tuple[AccessToken, str]:
    """A new token and its words, which are shown once and stored nowhere. Raises WrongToken."""
    chosen = [scope for scope in SCOPES if scope in set(scopes)]
    if not chosen:
        raise WrongToken("scope")
    if days not in LIFETIMES:
        raise WrongToken("days")
    in_use = select(func.count()).where(
        AccessToken.person_id == person.id,
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > utc_now(),
        AccessToken.epoch == person.epoch,
    )
    if (session.scalar(in_use) or 0) >= MOST:
        raise WrongToken("many")
    words = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken(
        person_id=person.id,
        name=name.strip()[:100],
        scopes=chosen,
        token_digest=_digest(words),
        ending=words[-4:],
        epoch=person.epoch,
        expires_at=utc_now() + dt.timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return token, words


def of(session: Session, person: Person) -> list[AccessToken]:
    """A person's tokens that still work, newest first."""
    query = select(AccessToken).where(
        AccessToken.person_id == person.id,
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > utc_now(),
        AccessToken.epoch == person.epoch,
    )
    return list(session.scalars(query.order_by(AccessToken.id.desc())))


def revoke(session: Session, person: Person, token_id: int) -> bool:
    """Make one of the person's tokens useless. False when it is not theirs."""
    token = session.get(AccessToken, token_id)
    if token is None or token.person_id != person.id:
        return False
    token.revoked_at = token.revoked_at or utc_now()
    return True


def bearer(session: Session, words: str, scope: str) -> AccessToken:
    """The token with these words, if it may be used for `scope` now; its person comes with it. Raises TokenNotValid."""
    if not words:
        raise TokenNotValid("missing")
    query = select(AccessToken).where(AccessToken.token_digest == _digest(words))
    token = session.scalar(query.options(joinedload(AccessToken.person)))
    if token is None or token.person.disabled_at:
        raise TokenNotValid("unknown")
    if token.revoked_at or token.epoch != token.person.epoch:
        raise TokenNotValid("revoked")
    if token.expires_at <= utc_now():
        raise TokenNotValid("expired")
    if scope not in token.scopes:
        raise TokenNotValid("scope")
    return token


def note_use(engine: Engine, token: AccessToken) -> None:
    """Keep, to the hour, when a token was used last, in a transaction of its own: for requests that only read."""
    if _use_is_news(token):
        with transaction(engine) as session:
            note_use_in(session, token)


def note_use_in(session: Session, token: AccessToken) -> None:
    """The same in a session that writes; the caller commits. Who sees a token that nobody uses can revoke it."""
    if _use_is_news(token):
        session.execute(update(AccessToken).where(AccessToken.id == token.id).values(last_used_at=utc_now()))


def _use_is_news(token: AccessToken) -> bool:
    return token.last_used_at is None or token.last_used_at < utc_now() - _USE_KEPT_EVERY


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
