"""A small demo network served for real, and Chromium in front of it with the production policy."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 320, "height": 720}}
LOGIN = re.compile(r"(\S+@example\.org)\s+(\S+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A running demo: where it answers and who may sign in."""

    address: str
    logins: dict[str, tuple[str, str]]
    folder: Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo network, three schools large, served by the real command."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip("Chromium is not installed here (apt-get install chromium)")
    folder = tmp_path_factory.mktemp("demo")
    port = _free_port()
    arguments = ["demo", "--dir", str(folder), "--port", str(port), "--schools", "3"]
    arguments += ["--students", "8", "--requests", "24", "--seed", "7"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
    log = (folder / "demo.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "solidarity", *arguments],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, folder / "demo.log")
        said = (folder / "demo.log").read_text()
        yield Site(address=f"http://127.0.0.1:{port}", logins=_logins(said), folder=folder)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
    yield browser
    browser.close()


class Visitor:
    """Somebody at a browser; every complaint of the browser is kept, and must be none at the end."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def go(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, role: str) -> Page:
        email, password = self.site.logins[role]
        self.go("/connexion")
        self.page.get_by_label("Adresse électronique").fill(email)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.get_by_role("button", name="Se connecter").click()
        return self.page


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Any]:
    """`visit("phone", scripts=False)` opens a browser; at the end nothing may have been complained about."""
    visitors: list[Visitor] = []

    def open_browser(size: str = "desk", *, scripts: bool = True, scheme: str = "light") -> Visitor:
        context = chromium.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            viewport=SIZES[size],  # type: ignore[arg-type]
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        visitors.append(Visitor(context, site))
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        visitor.context.close()
    assert [line for visitor in visitors for line in visitor.complaints] == []
    assert [line for visitor in visitors for line in visitor.foreign] == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the demo did not start: {log.read_text()}")


def _logins(said: str) -> dict[str, tuple[str, str]]:
    found = {}
    for email, password in LOGIN.findall(said):
        for role, sign in (("director", "directeur"), ("administrator", "gestion"), ("auditor", "audit")):
            if email.startswith(sign):
                found.setdefault(role, (email, password))
    assert set(found) == {"director", "administrator", "auditor"}, said
    return found
