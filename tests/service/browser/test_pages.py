"""Every page and state: nothing that axe finds wrong, nothing beside the window, nothing on the console."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.service.browser.bench import PATIENCE, Bench
from tests.service.browser.conftest import Served, axe_faults, picture
from tests.service.conftest import SIMPLE

LOOKS = pytest.mark.parametrize(
    ("language", "width", "dark"), [("da", 1440, False), ("da", 390, True), ("en", 1440, True), ("en", 390, False)]
)


@pytest.fixture(scope="module")
def deal(served: Served) -> str:
    """A deal with two revisions."""
    with httpx.Client(base_url=served.address, headers={"Origin": served.address}, timeout=60) as client:
        made = client.post("/api/v1/deals", json={"name": "Havneby", "text": SIMPLE})
        made.raise_for_status()
        found: str = made.json()["id"]
        text = SIMPLE.replace("\n", "\n# A remark that came later.\n", 1)
        again = client.post(
            f"/api/v1/deals/{found}/revisions", json={"text": text, "based_on": 1, "note": "Ny bemærkning"}
        )
        again.raise_for_status()
    return found


class Seen:
    """Pages that were looked at, and what was wrong with them."""

    def __init__(self, page: Page, look: str) -> None:
        self.page, self.look, self.faults = page, look, list[str]()

    def look_at(self, name: str, *, whole: bool = True) -> None:
        """Take a picture, ask axe, and look for what hangs out of the window."""
        picture(self.page, f"{name}-{self.look}", whole=whole)
        self.faults += [f"{name}: {fault}" for fault in axe_faults(self.page)]
        wide, window = self.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        if wide > window:
            self.faults.append(f"{name}: {wide} wide in a window of {window}")
        if self.page.title() in ("", " – risksim") or self.page.locator("h1").count() != 1:
            self.faults.append(f"{name}: title {self.page.title()!r}, {self.page.locator('h1').count()} headings")


@LOOKS
def test_pages_without_script(watch, deal, language, width, dark):
    watched = watch(language, width=width, dark=dark)
    watched.allowed.append("status of 404")
    watched.allowed.append("status of 422")
    seen = Seen(watched.page, f"{language}-{width}-{'dark' if dark else 'light'}")
    pages = {
        "deals": "/deals",
        "new-deal": "/deals/new",
        "new-deal-of": "/deals/new?of=broendby-tuba",
        "deal": f"/deals/{deal}",
        "edit": f"/deals/{deal}/edit",
        "diff": f"/deals/{deal}/diff?first=1&second=2",
        "delete": f"/deals/{deal}/delete",
        "account": "/account",
        "log": "/audit",
        "not-found": "/deals/0123456789abcdef01234567",
        "nowhere": "/there/is/nothing",
    }
    for name, address in pages.items():
        answer = watched.page.goto(address)
        assert answer is not None
        assert answer.status == (404 if name in ("not-found", "nowhere") else 200), name
        assert watched.page.evaluate("() => document.documentElement.lang") == language, name
        seen.look_at(name)
    watched.page.goto("/deals/new")
    watched.page.locator("#text").fill("name: Half a deal\npaymentz: 1\n")
    watched.page.locator("form[action='/deals'] button").last.click()
    expect(watched.page.get_by_role("alert")).to_be_visible()
    seen.look_at("new-deal-faults")
    assert not seen.faults, "\n".join(seen.faults)


@LOOKS
def test_the_documentation_of_the_api(watch, language, width, dark):
    watched = watch(language, width=width, dark=dark)
    seen = Seen(watched.page, f"{language}-{width}-{'dark' if dark else 'light'}")
    link = {"da": "API", "en": "API"}[language]
    watched.page.goto("/deals")
    watched.page.get_by_role("link", name=link, exact=True).click()
    seen.look_at("api", whole=False)
    assert not seen.faults, "\n".join(seen.faults)


@LOOKS
def test_states_of_the_workbench(watch, language, width, dark):
    watched = watch(language, width=width, dark=dark)
    watched.allowed.append("status of 422")
    watched.allowed.append("status of 404")
    bench = Bench(watched.page, language).open("/")
    page, words = watched.page, bench.words
    seen = Seen(page, f"{language}-{width}-{'dark' if dark else 'light'}")
    seen.look_at("workbench")
    opener = page.locator("[aria-controls$=-why]").first
    if not opener.is_visible():  # inputs are folded away on a phone
        page.locator("#inputs button[aria-expanded=false]").first.click()
    opener.click()
    page.get_by_role("button", name=words.download, exact=True).click()
    seen.look_at("workbench-download", whole=False)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words.share, exact=True).click()
    expect(page.locator("#shared")).to_have_value(f"{watched.address}/workbench?shipped=broendby-tuba")
    seen.look_at("workbench-share", whole=False)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words.choose, exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()
    seen.look_at("workbench-choose", whole=False)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words.edit, exact=True).click()
    expect(page.locator(".cm-content")).to_contain_text("TUBA", timeout=PATIENCE)
    seen.look_at("workbench-editor", whole=False)
    page.get_by_role("button", name={"da": "Skjul filen", "en": "Hide file"}[language], exact=True).click()
    page.get_by_role("button", name=words.add, exact=True).click()
    bench.settled()
    bench.page.locator("details:not([open]) > summary").first.click()
    seen.look_at("workbench-variants")
    page.get_by_role("button", name=words.side_by_side, exact=True).click()
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    seen.look_at("workbench-beside")
    page.goto("/workbench?shipped=no-such-deal")
    expect(page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    seen.look_at("workbench-no-deal", whole=False)
    assert not seen.faults, "\n".join(seen.faults)
