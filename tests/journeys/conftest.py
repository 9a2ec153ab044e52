"""A real service in its own process, and people in real browsers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

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


class Service:
    """`dragoman serve` on a port of its own."""

    def __init__(self, data: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data, self.url = data, f"http://127.0.0.1:{self.port}"
        known = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
        self.environment = {**known, "DRAGOMAN_DATA": str(data), "DRAGOMAN_PORT": str(self.port), **settings}
        self.process: subprocess.Popen | None = None
        self.link = ""

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """A `dragoman` command on the same installation."""
        return subprocess.run(
            [DRAGOMAN, *arguments], env=self.environment, check=check, capture_output=True, text=True, timeout=120
        )

    def start(self) -> None:
        log = (self.data / "service.log").open("w")
        self.process = subprocess.Popen([DRAGOMAN, "serve"], env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        log.close()
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    break
            except OSError:
                assert self.process.poll() is None, self.said()
                time.sleep(0.1)
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
        """A link for somebody, made by the command."""
        arguments = [part for role in roles for part in ("--role", role)]
        return json.loads(self.run("user", "invite", email, "--name", name, *arguments, "--json").stdout)["link"]


@pytest.fixture
def service(database_url, tmp_path):
    """A service on an empty database of each kind."""
    data = tmp_path / "var"
    data.mkdir()
    if database_url.startswith("sqlite"):
        settings = {}
    else:
        from sqlalchemy import create_engine, text

        # the service migrates it by itself, as on a fresh server
        engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        settings = {"DRAGOMAN_DATABASE_URL": database_url}
    service = Service(data, **settings)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium, then run the tests again")
    from playwright.sync_api import expect, sync_playwright

    # the machine that runs the tests is busy with the other half of them
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def somebody(chromium, service):
    """somebody(link): a person who opens an invitation in a browser of their own, and is signed in."""
    contexts = []

    def somebody(link: str | None = None, *, name: str = "", email: str = "", locale: str = "en", **options):
        context = chromium.new_context(
            base_url=service.url, locale=locale, timezone_id="Europe/Amsterdam", accept_downloads=True, **options
        )
        context.set_default_timeout(30_000)
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
