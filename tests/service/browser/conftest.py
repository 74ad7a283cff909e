"""A real service on loopback and Debian's Chromium in front of it.

A page fails its test if it writes an error to the console, breaks its own content security policy, or asks anything of
another address. Where there is no Chromium the tests are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LISTENS = re.compile(r"http://127\.0\.0\.1:\d+")
PATIENCE = 60.0
"""How long a server may take to say where it listens. [s]"""
COMPILING = 180.0
"""How long a service may compile that never ran on the machine before. [s]"""
PICTURES = os.environ.get("RISKSIM_PICTURES")
"""A folder for pictures of every page, to be looked at."""


class Served(NamedTuple):
    """A service that runs."""

    address: str
    process: subprocess.Popen[str]
    folder: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser is slow to start: these tests are run before a release."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


def serve(folder: Path, **more: str) -> Served:
    """Start a service and wait until it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "risksim", "serve", "--port", "0", "--folder", str(folder), "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | more,
    )
    found: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            address = LISTENS.search(line)
            if address and not found:
                found.append(address.group())
                ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    ready.wait(PATIENCE)
    if not found:
        process.kill()
        raise RuntimeError("the service did not say where it listens")
    return Served(found[0], process, folder)


def compiled(served: Served) -> None:
    """Wait until a service has compiled what it computes with: until then it puts off whoever asks."""
    by = time.monotonic() + COMPILING
    while time.monotonic() < by:
        if httpx.get(f"{served.address}/readyz", timeout=PATIENCE).json().get("warm"):
            return
        time.sleep(0.2)
    stop(served)
    raise RuntimeError("the service did not get warm")


def stop(served: Served) -> None:
    """Stop a service, kindly first."""
    served.process.terminate()
    try:
        served.process.wait(20)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait(5)
    if served.process.stdout is not None:
        served.process.stdout.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of one person."""
    running = serve(tmp_path_factory.mktemp("served"))
    compiled(running)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page and all that went wrong on it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.faults: list[str] = []
        self.allowed: list[str] = []
        """Parts of faults that the test provokes."""
        context.route("**/*", self._only_here)
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _only_here(self, route: Route, request: Request) -> None:
        if request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
            return
        self.faults.append(f"asks {request.url}")
        route.abort()

    def unforeseen(self) -> list[str]:
        """What went wrong that no test provoked."""
        return [fault for fault in self.faults if not any(part in fault for part in self.allowed)]


@pytest.fixture
def watch(chromium: Browser, served: Served) -> Iterator[Callable[..., Watched]]:
    """Open pages that are watched: ``watch("da", width=390, dark=True)``."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_one(
        language: str = "da",
        *,
        width: int = 1440,
        height: int = 1000,
        dark: bool = False,
        address: str | None = None,
        **more: Any,
    ) -> Watched:
        context = chromium.new_context(
            base_url=address or served.address,
            viewport={"width": width, "height": height},
            locale={"da": "da-DK", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            **more,
        )
        one = Watched(context, address or served.address)
        opened.append((context, one))
        return one

    yield open_one
    for context, _ in opened:
        context.close()
    faults = [fault for _, one in opened for fault in one.unforeseen()]
    assert not faults, "\n".join(faults)


def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a picture of a page, where somebody wants to look."""
    if PICTURES is not None:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


def axe_faults(page: Page) -> list[str]:
    """What axe finds wrong with a page: rule, how bad, and the first places."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes'][:3]]}" for one in found]
