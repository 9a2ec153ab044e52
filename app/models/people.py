"""Who can sign in, what they may do, and how: by invitation, password or token, as tables."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.metadata import Base
from storage.columns import Key, utc_now


class RoleName(StrEnum):
    """What somebody may do. Translators and reviewers hold theirs for one pair of languages."""

    ADMINISTRATOR = "administrator"
    STAFF = "staff"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"


class Person(Base, UserMixin):
    """Somebody who can sign in. `epoch` grows when every open sign-in must end (new password, disabled)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    interface_language: Mapped[str] = mapped_column(String(20), default="en")
    epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    disabled_at: Mapped[dt.datetime | None]
    #: The lowest match this person wants to see, in percent; None: what the installation says.
    memory_threshold: Mapped[int | None]

    roles: Mapped[list[Role]] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="selectin", order_by="Role.id"
    )

    def get_id(self) -> str:
        """What the cookie of a sign-in carries: it is worth nothing once `epoch` has grown."""
        return f"{self.id}.{self.epoch}"


class Role(Base):
    """One thing a person may do; languages are BCP 47 tags, both set for translators and reviewers, else empty."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("person_id", "name", "source_language", "target_language"),
        CheckConstraint(
            "(name IN ('translator', 'reviewer')) = (source_language <> '' AND target_language <> '')", name="pair"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(20))
    source_language: Mapped[str] = mapped_column(String(35), default="")
    target_language: Mapped[str] = mapped_column(String(35), default="")

    person: Mapped[Person] = relationship(back_populates="roles")


class Invitation(Base):
    """A link that works once: for a new person (`person_id` empty until used) or to choose a new password.

    Only the token's SHA-256 is stored; whoever reads the database cannot use the link.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    roles: Mapped[list[Any]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]

    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])


class SignInAttempt(Base):
    """A failed sign-in, to slow down guessing. Address and account are kept as digests and for a day only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_account_at", "account", "at"), Index("ix_sign_in_attempt_origin_at", "origin", "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class EndedSignIn(Base):
    """A sign-in whose person signed out: a copy of its cookie opens nothing any more. Kept as a digest, for as long as
    the cookie would have lived."""

    __tablename__ = "ended_sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)


class AccessToken(Base):
    """A key with which a program acts for a person: what the person may, within `scopes`, until `expires_at`.

    Only its SHA-256 is stored, and its last four characters so that people tell theirs apart. `epoch` is the person's
    when it was made: a new password ends tokens as it ends sign-ins.
    """

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[Any]]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    ending: Mapped[str] = mapped_column(String(4))
    epoch: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()
