"""A real service in its own process, and people in real browsers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import create_engine, text

from app import accounts
from app.config import Config
from app.db import make_engine, transaction
from tests import processes

DATABASES = ("sqlite", "postgresql")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRAGOMAN = Path(sys.executable).with_name("dragoman")
PASSWORD = "vier paarden lezen regen"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    for entry in items:
        if "journeys" in str(entry.path):
            entry.add_marker(pytest.mark.journey)
            # a bound for what hangs, not for a machine with much to do
            entry.add_marker(pytest.mark.timeout(900))


class Service:
    """`dragoman serve` on a port of its own, as a process of its own that starts at once (`tests.processes`)."""

    def __init__(self, data: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data, self.url = data, f"http://127.0.0.1:{self.port}"
        self.environment = settings_of(data, DRAGOMAN_PORT=str(self.port), **settings)
        self.process: subprocess.Popen | processes.Running | None = None
        self.link = ""

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """A `dragoman` command on the same installation, in a process of its own."""
        return processes.run(processes.dragoman, *arguments, environment=self.environment, check=check)

    def _serve(self, log: Path) -> subprocess.Popen | processes.Running:
        return processes.Running(processes.dragoman, "serve", environment=self.environment, output=log, errors=log)

    def start(self) -> None:
        log = self.data / "service.log"
        log.write_text("")
        self.process = self._serve(log)
        until = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=10):
                    break
            except OSError:
                assert self.process.poll() is None, self.said()
                assert time.monotonic() < until, self.said()
                time.sleep(0.05)
        found = re.search(r"http://\S+/welcome/\S+", self.said())
        self.link = found[0] if found else ""

    def said(self) -> str:
        return (self.data / "service.log").read_text()

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def invite(self, email: str, name: str, *roles: str) -> str:
        """A link for somebody, as `dragoman user invite` makes it (tests/app/test_cli.py), without a process for it."""
        config = Config.from_environment(self.environment)
        grants = [accounts.make_grant(role, *pair.partition("-")[::2]) for role, _, pair in (one.partition(":") for one in roles)]
        engine = make_engine(config.database_url)
        with transaction(engine) as session:
            _invitation, token = accounts.invite(
                session, email=email, name=name, grants=grants, by=None, days=config.invitation_days
            )
        engine.dispose()
        return f"{config.base_url}/welcome/{token}"


class Command(Service):
    """The same by the command that people type, every time a new Python."""

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            [DRAGOMAN, *arguments], env=self.environment, check=check, capture_output=True, text=True, timeout=120
        )

    def _serve(self, log: Path) -> subprocess.Popen:
        with log.open("w") as stream:
            return subprocess.Popen([DRAGOMAN, "serve"], env=self.environment, stdout=stream, stderr=subprocess.STDOUT)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder that the workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def installed_on_sqlite(shared_folder) -> Path:
    """The data folder of an installation as the first start leaves it: tables, starter pack, index. Made once."""
    folder = shared_folder / "installed-on-sqlite"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = shared_folder / "being-installed-on-sqlite"
            processes.run(processes.install, making, environment=settings_of(making))
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def installed_on_postgresql(shared_folder, postgresql_server) -> Path:
    """The same on PostgreSQL: the data folder, and the database `installed` beside it."""
    folder = shared_folder / "installed-on-postgresql"
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with FileLock(f"{folder}.lock"), server.connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = 'installed'")):
            shutil.rmtree(folder, ignore_errors=True)
            connection.execute(text("CREATE DATABASE being_installed"))
            address = postgresql_server.replace("/postgres?", "/being_installed?")
            processes.run(processes.install, folder, environment=settings_of(folder, DRAGOMAN_DATABASE_URL=address))
            connection.execute(text("ALTER DATABASE being_installed RENAME TO installed"))
    server.dispose()
    return folder


def settings_of(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a command on an installation."""
    known = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    return {**known, "DRAGOMAN_DATA": str(data), **settings}


@contextmanager
def a_database(server: str, template: str):
    """The address of a database of its own on PostgreSQL, a copy of the template."""
    name = f"journey_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY = file_copy'))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@contextmanager
def a_service(request, data: Path):
    """A service on an installation of its own that has the starter pack, on the database that `request` names."""
    shutil.copytree(request.getfixturevalue(f"installed_on_{request.param}"), data)
    with ExitStack() as stack:
        settings = {}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_server")
            settings["DRAGOMAN_DATABASE_URL"] = stack.enter_context(a_database(server, "installed"))
        service = Service(data, **settings)
        stack.callback(service.stop)
        yield service


@pytest.fixture(params=DATABASES)
def service(request, tmp_path):
    """A service of this journey's own, on each kind of database; it starts it."""
    with a_service(request, tmp_path / "var") as service:
        yield service


@pytest.fixture(scope="module", params=DATABASES)
def shared_service(request, tmp_path_factory):
    """A running service for the journeys of one file, which leave each other's concepts alone."""
    with a_service(request, tmp_path_factory.mktemp("shared") / "var") as service:
        service.start()
        yield service


@pytest.fixture(params=DATABASES)
def first_service(request, tmp_path):
    """A service where nothing is yet, by the command that people type: it makes the tables and loads the starter pack."""
    data = tmp_path / "var"
    data.mkdir()
    with ExitStack() as stack:
        settings = {}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_server")
            settings["DRAGOMAN_DATABASE_URL"] = stack.enter_context(a_database(server, "template1"))
        service = Command(data, **settings)
        stack.callback(service.stop)
        yield service


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium, then run the tests again")
    from playwright.sync_api import expect, sync_playwright

    # the machine that runs the tests is busy with the other half of them
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def somebody(chromium, request):
    """somebody(link): a person who opens an invitation in a browser of their own, and is signed in."""
    kinds = ("first_service", "shared_service", "service")
    service = request.getfixturevalue(next(kind for kind in kinds if kind in request.fixturenames))
    contexts = []

    def somebody(link: str | None = None, *, name: str = "", email: str = "", locale: str = "en", **options):
        context = chromium.new_context(
            base_url=service.url, locale=locale, timezone_id="Europe/Amsterdam", accept_downloads=True, **options
        )
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: page.__dict__.setdefault("mistakes", []).append(str(error)))
        if link:
            page.goto(link)
            if email:
                page.fill("#f-email", email)
            if name:
                page.fill("#f-name", name)
            page.fill("#f-password", PASSWORD)
            page.fill("#f-again", PASSWORD)
            page.click("form:has(#f-password) button[type=submit]")
            page.wait_for_load_state()
        return page

    yield somebody
    for context in contexts:
        context.close()
