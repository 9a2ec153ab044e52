"""Every setting of an installation, read from the environment once. `docs/operating.md` lists them all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class WrongSetting(Exception):
    """A setting cannot be used. `name` is the variable, `why` says what to do."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name}: {why}")


@dataclass(frozen=True)
class Config:
    """One installation. `data` holds everything that is not in the database's own server."""

    data: Path
    database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    public_url: str | None = None
    https: bool = False
    proxies: int = 0
    max_upload_bytes: int = 20 * 1024 * 1024
    memory_threshold: int = 70
    memory_penalties: Mapping[str, int] = field(default_factory=dict)
    memory_old_years: int = 5
    invitation_days: int = 7
    sign_in_hours: int = 12
    starter: bool = True
    worker: bool = True

    @property
    def models(self) -> Path:
        """Where machine-translation models live."""
        return self.data / "models"

    @property
    def index(self) -> Path:
        """Derived indexes of this node: safe to delete at any time."""
        return self.data / "index"

    @property
    def base_url(self) -> str:
        """What links in invitations start with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `DRAGOMAN_*`. Raises WrongSetting that names the variable. Creates the data folder and, the first
        time, a secret key in it that only its owner can read."""
        data = Path(environ.get("DRAGOMAN_DATA") or "var").expanduser().resolve()
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WrongSetting("DRAGOMAN_DATA", f"the folder {data} cannot be made: {error.strerror}") from error
        url = environ.get("DRAGOMAN_DATABASE_URL") or f"sqlite:///{data / 'dragoman.sqlite3'}"
        if url.startswith(("postgres://", "postgresql://")):
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise WrongSetting(
                "DRAGOMAN_DATABASE_URL",
                "must start with sqlite:/// or postgresql:// (for example postgresql://user:password@host/dragoman)",
            )
        if 0 < len(environ.get("DRAGOMAN_SECRET_KEY", "")) < 32:
            raise WrongSetting("DRAGOMAN_SECRET_KEY", "must have at least 32 characters, for example from `openssl rand -hex 32`")
        return cls(
            data=data,
            database_url=url,
            secret_key=environ.get("DRAGOMAN_SECRET_KEY") or _kept_secret(data / "secret-key"),
            host=environ.get("DRAGOMAN_HOST") or cls.host,
            port=_number(environ, "DRAGOMAN_PORT", cls.port, 1, 65535),
            threads=_number(environ, "DRAGOMAN_THREADS", cls.threads, 1, 256),
            public_url=environ.get("DRAGOMAN_PUBLIC_URL") or None,
            https=_switch(environ, "DRAGOMAN_HTTPS", cls.https),
            proxies=_number(environ, "DRAGOMAN_PROXIES", cls.proxies, 0, 10),
            max_upload_bytes=_number(environ, "DRAGOMAN_MAX_UPLOAD_MB", 20, 1, 1024) * 1024 * 1024,
            memory_threshold=_number(environ, "DRAGOMAN_MEMORY_THRESHOLD", cls.memory_threshold, 50, 100),
            memory_penalties=_penalties(environ.get("DRAGOMAN_MEMORY_PENALTIES") or ""),
            memory_old_years=_number(environ, "DRAGOMAN_MEMORY_OLD_YEARS", cls.memory_old_years, 1, 100),
            invitation_days=_number(environ, "DRAGOMAN_INVITATION_DAYS", cls.invitation_days, 1, 365),
            sign_in_hours=_number(environ, "DRAGOMAN_SIGN_IN_HOURS", cls.sign_in_hours, 1, 24 * 31),
            starter=_switch(environ, "DRAGOMAN_STARTER", cls.starter),
            worker=_switch(environ, "DRAGOMAN_WORKER", cls.worker),
        )


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise WrongSetting(name, f"must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def _penalties(value: str) -> dict[str, int]:
    """ "machine=15, imported=3" as points by kind."""
    from memory.scoring import PENALTIES

    found = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        name, _, points = (piece.strip() for piece in part.partition("="))
        if name not in PENALTIES or not points.isascii() or not points.isdigit() or int(points) > 100:
            known = ", ".join(PENALTIES)
            why = f"write name=points with points from 0 to 100, for example machine=15,imported=3; the names are {known}"
            raise WrongSetting("DRAGOMAN_MEMORY_PENALTIES", why)
        found[name] = int(points)
    return found


def _switch(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = (environ.get(name) or ("yes" if default else "no")).lower()
    if value not in ("yes", "no", "1", "0", "true", "false", "on", "off"):
        raise WrongSetting(name, f"must be yes or no, not {value!r}")
    return value in ("yes", "1", "true", "on")


def _kept_secret(path: Path) -> str:
    """The key that signs cookies, made once. Two processes that start together agree on one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text("ascii").strip()
        if len(secret) < 32:
            raise WrongSetting("DRAGOMAN_SECRET_KEY", f"the key kept in {path} is too short: delete that file") from None
        return secret
    secret = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
