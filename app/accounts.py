"""Signing in, invitations, passwords.

Nobody registers by themselves: an administrator invites by a link that works once and expires. Passwords are
hashed with argon2id (RFC 9106, the library's defaults) and refused when zxcvbn's lists of leaked passwords or its
estimate say that they are guessed at once.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.models import EndedSignIn, Invitation, Person, Role, RoleName, SignInAttempt
from languages import tags
from storage.columns import utc_now

#: Fewest characters of a password. Length, not symbols, is what helps (NIST SP 800-63B §5.1.1.2).
PASSWORD_MINIMUM = 10
PASSWORD_MAXIMUM = 256
#: Failed sign-ins before an account, or an address, has to wait.
ATTEMPTS_PER_ACCOUNT = 8
ATTEMPTS_PER_ORIGIN = 40
ATTEMPT_WINDOW = dt.timedelta(minutes=15)


class WeakPassword(ValueError):
    """`reason`: "short", "long", "common" or "guessable"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class InvitationNotValid(Exception):
    """`reason`: "unknown", "used", "expired" or "withdrawn"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class WrongCredentials(Exception):
    """E-mail and password do not belong together, or the person may no longer sign in: the answer is the same."""


class TooManyAttempts(Exception):
    """Guessing is slowed down. `minutes` to wait."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"wait {minutes} minutes")


class NotAnAddress(ValueError):
    """This cannot be an e-mail address."""


class AlreadyThere(ValueError):
    """A person with this e-mail address exists."""


class LastAdministrator(Exception):
    """The only administrator cannot be disabled or lose the role: nobody could mend it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role to give: for translators and reviewers with both languages."""

    name: str
    source_language: str = ""
    target_language: str = ""


def normal_email(email: str) -> str:
    """The address as we compare it. Raises NotAnAddress."""
    address = unicodedata.normalize("NFC", email).strip().lower()
    name, at, host = address.rpartition("@")
    if not at or not name or "." not in host or any(c.isspace() for c in address) or len(address) > 320:
        raise NotAnAddress(email)
    return address


def make_grant(name: str, source_language: str = "", target_language: str = "") -> Grant:
    """A checked Grant with normal language tags. Raises ValueError for an unknown role, UnknownLanguage for a tag."""
    role = RoleName(name)
    if role not in (RoleName.TRANSLATOR, RoleName.REVIEWER):
        return Grant(role.value)
    source, target = tags.normalise(source_language), tags.normalise(target_language)
    if tags.same_language(source, target):
        raise ValueError("a language pair has two different languages")
    return Grant(role.value, source, target)


# --- passwords ---------------------------------------------------------------------------------


@functools.cache
def _hasher():
    from argon2 import PasswordHasher

    return PasswordHasher()


@functools.cache
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Raise WeakPassword when this password should not be chosen. `about`: name and address of the person."""
    if len(password) < PASSWORD_MINIMUM:
        raise WeakPassword("short")
    if len(password) > PASSWORD_MAXIMUM:
        raise WeakPassword("long")
    from zxcvbn import zxcvbn
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    if password.lower() in FREQUENCY_LISTS["passwords"]:
        raise WeakPassword("common")
    known = [part for text in about for part in (text, *text.replace("@", " ").split()) if part]
    # only the first hundred characters: the estimate takes quadratic time
    if zxcvbn(password[:72], user_inputs=known)["score"] < 2:
        raise WeakPassword("guessable")


def hash_password(password: str) -> str:
    """The argon2id hash. Different ways to type one character (NFC, NFD) are one password."""
    return _hasher().hash(unicodedata.normalize("NFC", password))


def set_password(session: Session, person: Person, password: str) -> None:
    """Choose a password and end every open sign-in of this person. Raises WeakPassword."""
    check_password(password, about=(person.name, person.email))
    person.password_hash = hash_password(password)
    person.epoch += 1


def is_password_of(person: Person, password: str) -> bool:
    """Whether this is the person's password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(person.password_hash or _dummy_hash(), unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


def sign_in(session: Session, email: str, password: str, *, origin: str, secret: str) -> Person:
    """The person with these credentials.

    Raises WrongCredentials or TooManyAttempts. The caller commits in every case: failed attempts count.
    """
    account, address = _digest(secret, email.strip().lower()), _digest(secret, origin)
    _slow_down_guessing(session, account, address)
    person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    # an unknown address takes as long as a known one
    known = person if person and person.password_hash and not person.disabled_at else Person(password_hash=None)
    if not is_password_of(known, password) or known is not person:
        session.add(SignInAttempt(account=account, origin=address))
        raise WrongCredentials
    if _hasher().check_needs_rehash(person.password_hash):
        person.password_hash = hash_password(password)
    session.execute(delete(SignInAttempt).where(SignInAttempt.account == account))
    return person


def confirm_password(session: Session, person: Person, password: str, *, origin: str, secret: str) -> None:
    """That somebody who is signed in also knows the password: a screen left open is not enough to change it. Guesses
    count as those at the door do.

    Raises WrongCredentials or TooManyAttempts. The caller commits in every case.
    """
    account, address = _digest(secret, person.email), _digest(secret, origin)
    _slow_down_guessing(session, account, address)
    if not is_password_of(person, password):
        session.add(SignInAttempt(account=account, origin=address))
        raise WrongCredentials


def _slow_down_guessing(session: Session, account: str, address: str) -> None:
    since = utc_now() - ATTEMPT_WINDOW
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < utc_now() - dt.timedelta(days=1)))
    for column, value, most in (
        (SignInAttempt.account, account, ATTEMPTS_PER_ACCOUNT),
        (SignInAttempt.origin, address, ATTEMPTS_PER_ORIGIN),
    ):
        count = select(func.count()).where(column == value, SignInAttempt.at > since)
        if (session.scalar(count) or 0) >= most:
            raise TooManyAttempts(int(ATTEMPT_WINDOW.total_seconds() // 60))


def end_sign_in(session: Session, mark: str, *, lifetime: dt.timedelta) -> None:
    """Sign out: whoever copied the cookie of this sign-in is out too. `mark` is what the cookie carries, `lifetime` how
    long a cookie lives; older ends are forgotten."""
    session.execute(delete(EndedSignIn).where(EndedSignIn.at < utc_now() - lifetime - dt.timedelta(days=1)))
    if not has_ended(session, mark):
        session.add(EndedSignIn(digest=_mark_digest(mark)))


def has_ended(session: Session, mark: str) -> bool:
    """Whether the person of this sign-in signed out."""
    return session.get(EndedSignIn, _mark_digest(mark)) is not None


def person_of_sign_in(session: Session, identity: str, mark: str | None) -> Person | None:
    """Who is signed in, by what their cookie carries (`Person.get_id`, and the `mark` of this sign-in), with their roles:
    one question, because it is asked with every request. None when the account is disabled, when its epoch has grown, and
    when this sign-in was ended, also where its cookie was copied to."""
    number, _, epoch = identity.partition(".")
    if not number.isdigit():
        return None
    asked = {"number": int(number), "digest": _mark_digest(mark) if mark else ""}
    found = session.execute(_OF_SIGN_IN, asked).unique().first()
    if found is None:
        return None
    person, has_ended = found
    return None if person.disabled_at or str(person.epoch) != epoch or has_ended else person


_OF_SIGN_IN = (
    select(Person, exists().where(EndedSignIn.digest == bindparam("digest")))
    .where(Person.id == bindparam("number"))
    .options(joinedload(Person.roles))
)


def _mark_digest(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()


def password_links(session: Session, person: Person) -> list[Invitation]:
    """The links for a new password that were made for this person, the newest first: who makes one could use it."""
    query = select(Invitation).where(Invitation.person_id == person.id).order_by(Invitation.id.desc())
    return list(session.scalars(query))


def _digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


# --- invitations ---------------------------------------------------------------------------------


def invite(
    session: Session, *, email: str, name: str, grants: Iterable[Grant], by: Person | None, days: int
) -> tuple[Invitation, str]:
    """Invite somebody new. Returns the invitation and its token, which is shown once and stored nowhere.

    Raises NotAnAddress, AlreadyThere. An earlier unused invitation of the same address is withdrawn.
    """
    address = normal_email(email)
    if session.scalar(select(Person.id).where(Person.email == address)):
        raise AlreadyThere(address)
    for earlier in session.scalars(_unused().where(Invitation.email == address)):
        earlier.withdrawn_at = utc_now()
    return _new_link(session, address, name.strip(), grants, by, days, None)


def invite_first_administrator(session: Session, *, days: int) -> tuple[Invitation, str]:
    """The link of a new installation: whoever opens it gives an address and becomes administrator. An earlier one
    that nobody used is withdrawn."""
    for earlier in session.scalars(_unused().where(Invitation.email == "")):
        earlier.withdrawn_at = utc_now()
    grants = (Grant(RoleName.ADMINISTRATOR.value), Grant(RoleName.STAFF.value))
    return _new_link(session, "", "", grants, None, days, None)


def new_password_link(session: Session, person: Person, *, by: Person | None, days: int) -> tuple[Invitation, str]:
    """A link with which somebody who forgot their password chooses a new one."""
    for earlier in session.scalars(_unused().where(Invitation.person_id == person.id)):
        earlier.withdrawn_at = utc_now()
    return _new_link(session, person.email, person.name, (), by, days, person.id)


def _unused():
    return select(Invitation).where(Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))


def _new_link(session, email, name, grants, by, days, person_id) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        email=email,
        name=name,
        roles=[asdict(grant) for grant in grants],
        person_id=person_id,
        invited_by_id=by.id if by else None,
        expires_at=utc_now() + dt.timedelta(days=days),
    )
    session.add(invitation)
    session.flush()
    return invitation, token


def find_invitation(session: Session, token: str) -> Invitation:
    """The invitation of a token that can still be used. Raises InvitationNotValid."""
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    invitation = session.scalar(select(Invitation).where(Invitation.token_digest == digest).with_for_update())
    if invitation is None:
        raise InvitationNotValid("unknown")
    if invitation.used_at:
        raise InvitationNotValid("used")
    if invitation.withdrawn_at:
        raise InvitationNotValid("withdrawn")
    if invitation.expires_at <= utc_now():
        raise InvitationNotValid("expired")
    return invitation


def accept_invitation(
    session: Session, token: str, *, name: str, password: str, email: str = "", interface_language: str = "en"
) -> Person:
    """Use an invitation: a new person with its roles, or a new password for an old one. `email` counts only for the
    first administrator, whose link names nobody.

    Raises InvitationNotValid, WeakPassword, AlreadyThere, NotAnAddress.
    """
    invitation = find_invitation(session, token)
    if invitation.person_id is not None:
        person = session.get_one(Person, invitation.person_id)
        if person.disabled_at:
            raise InvitationNotValid("withdrawn")
    else:
        address = invitation.email or normal_email(email)
        if session.scalar(select(Person.id).where(Person.email == address)):
            raise AlreadyThere(address)
        person = Person(
            email=address, name=name.strip(), interface_language=interface_language, epoch=0, roles=[]
        )
        check_password(password, about=(person.name, person.email))
        session.add(person)
        for grant in invitation.roles:
            give_role(session, person, Grant(**grant))
    set_password(session, person, password)
    invitation.used_at = utc_now()
    session.flush()
    return person


# --- roles ---------------------------------------------------------------------------------


def give_role(session: Session, person: Person, grant: Grant) -> None:
    """Give a role; giving it twice changes nothing."""
    have = {(r.name, r.source_language, r.target_language) for r in person.roles}
    if (grant.name, grant.source_language, grant.target_language) not in have:
        person.roles.append(
            Role(name=grant.name, source_language=grant.source_language, target_language=grant.target_language)
        )
        session.flush()


def take_role(session: Session, role: Role) -> None:
    """Take a role away. Raises LastAdministrator."""
    if role.name == RoleName.ADMINISTRATOR:
        _refuse_last_administrator(session, role.person)
    role.person.roles.remove(role)
    session.flush()


def disable(session: Session, person: Person) -> None:
    """End every sign-in of a person and allow no new one; what they wrote stays. Raises LastAdministrator."""
    _refuse_last_administrator(session, person)
    person.disabled_at = utc_now()
    person.epoch += 1


def enable(session: Session, person: Person) -> None:
    """Let a disabled person sign in again."""
    person.disabled_at = None


def _refuse_last_administrator(session: Session, person: Person) -> None:
    others = (
        select(func.count())
        .select_from(Role)
        .join(Person)
        .where(Role.name == RoleName.ADMINISTRATOR, Person.disabled_at.is_(None), Person.id != person.id)
    )
    is_one = any(r.name == RoleName.ADMINISTRATOR for r in person.roles) and not person.disabled_at
    if is_one and not session.scalar(others):
        raise LastAdministrator


def has_administrator(session: Session) -> bool:
    """Whether anybody can administer this installation."""
    query = select(Role.id).join(Person).where(Role.name == RoleName.ADMINISTRATOR, Person.disabled_at.is_(None))
    return session.scalar(query.limit(1)) is not None
