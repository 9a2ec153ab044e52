"""An installation of its own for a measurement: a served database, and people who are signed in over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

DRAGOMAN = Path(sys.executable).with_name("dragoman")
PASSWORD = "vier paarden lezen regen"
#: What Chromium sends to this machine and over HTTPS.
CHROMIUM_ENCODINGS = "gzip, deflate, br, zstd"
CLOCK_TICK = os.sysconf("SC_CLK_TCK")


class DidNotStart(RuntimeError):
    """`dragoman serve` did not answer in time; `said` is what it printed."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"the service did not start:\n{said}")


class Installation:
    """`dragoman serve` on a free port of 127.0.0.1, with its own DRAGOMAN_DATA. Only its own process is ended."""

    def __init__(self, data: Path, database_url: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = data
        self.database_url = database_url or f"sqlite:///{data / 'dragoman.sqlite3'}"
        known = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
        self.environment = known | {
            "DRAGOMAN_DATA": str(data),
            "DRAGOMAN_PORT": str(self.port),
            "DRAGOMAN_DATABASE_URL": self.database_url,
        }
        self.process: subprocess.Popen | None = None

    def start(self, patience: float = 60) -> float:
        """Serve. Returns the seconds from starting the process until /health answers."""
        with (self.data / "service.log").open("w") as log:
            begun = time.perf_counter()
            self.process = subprocess.Popen(
                [DRAGOMAN, "serve"], env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        while time.perf_counter() - begun < patience:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
                    answer.read()
                return time.perf_counter() - begun
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise DidNotStart((self.data / "service.log").read_text())

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)

    def peak_memory(self) -> int:
        """Most resident memory the serving process has had since it started, in bytes (VmHWM, proc_pid_status(5))."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def processor_time(self) -> float:
        """Seconds of processor time of the serving process so far."""
        assert self.process is not None
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / CLOCK_TICK

    def invite(self, people: Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]]) -> list[str]:
        """Paths of invitations for (address, name, [(role, source, target)]): what `dragoman user invite` prints, for
        many people at once."""
        from app import accounts, db

        engine = db.make_engine(self.database_url)
        paths = []
        with db.transaction(engine) as session:
            for address, name, roles in people:
                grants = [accounts.make_grant(*role) for role in roles]
                _, token = accounts.invite(session, email=address, name=name, grants=grants, by=None, days=7)
                paths.append(f"/welcome/{token}")
        engine.dispose()
        return paths


@dataclass(slots=True)
class Answer:
    """What came back. `wire`: bytes of the body as sent; `seconds` from sending until the last byte was there."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    wire: int
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Visitor:
    """A person with a connection and cookies of their own."""

    port: int
    name: str = ""
    encodings: str = CHROMIUM_ENCODINGS
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request on the kept connection; on a new one, as in a browser, when the service closed it meanwhile."""
        kept = self._connection is not None
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Accept-Encoding": self.encodings, "Accept": "text/html", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begun = time.perf_counter()
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
            raw = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self.close()
            if kept and isinstance(error, (http.client.RemoteDisconnected, BrokenPipeError)):
                return self.ask(method, path, body, headers)
            raise
        took = time.perf_counter() - begun
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, _decoded(raw, answer.headers), len(raw), took)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def send(self, method: str, path: str, **content: object) -> Answer:
        """JSON, as the editor's script sends it."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token}
        return self.ask(method, path, json.dumps(content).encode(), headers)

    def post_form(self, path: str, **fields: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode({"csrf_token": self.token} | fields).encode(), headers)

    def upload(self, path: str, data: bytes, file_name: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """A form with a file (RFC 7578)."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in [("csrf_token", self.token), *fields]
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + f"\r\n--{boundary}--\r\n".encode())
        return self.ask("POST", path, b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def refresh_token(self, page: Answer | None = None) -> None:
        """Take over the token against forged requests, from this page or a fresh one."""
        page = page or self.get("/account")
        self.token = unescape(re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1])

    def accept(self, invitation: str) -> None:
        """Choose a password: signed in from now on."""
        self.refresh_token(self.get(invitation))
        answer = self.post_form(invitation, name=self.name, password=PASSWORD, again=PASSWORD)
        if answer.status != 303:
            raise RuntimeError(f"the invitation of {self.name} was answered with {answer.status}")
        self.refresh_token()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _decoded(raw: bytes, headers: http.client.HTTPMessage) -> bytes:
    match headers.get("Content-Encoding", ""):
        case "zstd":
            from backports.zstd import decompress
        case "br":
            from brotli import decompress
        case "gzip":
            from gzip import decompress
        case _:
            return raw
    return decompress(raw)


def signed_in(installation: Installation, people: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]) -> list[Visitor]:
    """Visitors for (name, roles), each invited and signed in."""
    invited = [(f"{secrets.token_hex(4)}@example.org", name, roles) for name, roles in people]
    visitors = []
    for (_, name, _), invitation in zip(invited, installation.invite(invited), strict=True):
        visitor = Visitor(installation.port, name)
        visitor.accept(invitation)
        visitors.append(visitor)
    return visitors


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dragoman-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """A private PostgreSQL server with its default settings (fsync on), reached through a Unix socket; gone
    afterwards. Yields the address of an empty database."""
    if "XDG_RUNTIME_DIR" not in os.environ:
        runtime = Path(tempfile.gettempdir()) / f"dragoman-bench-{os.getuid()}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pgserver
    from sqlalchemy import create_engine, text

    folder = Path(tempfile.gettempdir()) / f"dragoman-bench-postgresql-{uuid.uuid4().hex[:8]}"
    # not private: where this runs as root, PostgreSQL runs as somebody else
    folder.mkdir(mode=0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        admin = create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE bench"))
        admin.dispose()
        yield address.replace("/postgres?", "/bench?")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
