"""People who sign in: what each of them sees of a deal, and what a link opens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.service.browser.bench import PATIENCE, Bench
from tests.service.browser.conftest import Served, picture, serve, stop
from tests.service.browser.test_pages import LOOKS, Seen
from tests.service.conftest import SIMPLE

SECRET = "four quiet words here"
OWNER, VIEWER = "anna@example.org", "bo@example.org"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with accounts on loopback; one of two people is an admin."""
    folder: Path = tmp_path_factory.mktemp("signed")
    for email, *more in ((OWNER, "--admin", "--name", "Anna Holm"), (VIEWER, "--name", "Bo Lund")):
        subprocess.run(
            [sys.executable, "-m", "risksim", "people", "add", email, *more, "--folder", str(folder)],
            input=f"{SECRET}\n",
            text=True,
            check=True,
            capture_output=True,
            env=os.environ | {"RISKSIM_LANG": "en"},
        )
    running = serve(folder, RISKSIM_ACCOUNTS="true")
    yield running
    stop(running)


def sign_in(page: Page, email: str, password: str = SECRET) -> None:
    """Fill in the door."""
    page.goto("/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("form[action='/sign-in'] button").click()


def test_who_is_not_signed_in_comes_to_the_door_and_only_the_right_password_opens_it(watch, signed):
    watched = watch("en", address=signed.address)
    watched.allowed.append("status of 401")
    page = watched.page
    page.goto("/deals")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fdeals"))
    page.locator("#email").fill(OWNER)
    page.locator("#password").fill("not the password")
    page.locator("form[action='/sign-in'] button").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.locator("#email")).to_have_value(OWNER)
    expect(page.locator("#password")).to_have_value("")
    page.locator("#password").fill(SECRET)
    page.locator("form[action='/sign-in'] button").click()
    expect(page).to_have_url(re.compile(r"/deals$"))
    cookies = {one["name"]: one for one in page.context.cookies()}
    session = cookies["risksim"]
    assert session["httpOnly"]
    assert session["sameSite"] in ("Lax", "Strict")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile(r"/sign-in$"))
    page.goto("/deals")
    expect(page).to_have_url(re.compile(r"/sign-in"))


def test_a_deal_is_shared_with_a_viewer_and_opened_by_a_link(watch, signed):
    owner = watch("en", address=signed.address).page
    sign_in(owner, OWNER)
    owner.goto("/deals/new")
    owner.locator("#name").fill("Harbour")
    owner.locator("#text").fill(SIMPLE)
    owner.locator("form[action='/deals'] button").last.click()
    owner.wait_for_url("**/deals/*?done=made")
    address = owner.url.partition("?")[0].removeprefix(signed.address)
    other = watch("en", address=signed.address)
    other.allowed += ["status of 404", "status of 403"]
    viewer = other.page
    sign_in(viewer, VIEWER)
    assert viewer.goto(address).status == 404  # as if there were none

    owner.locator("#email").fill(VIEWER)
    owner.locator("#role").select_option("viewer")
    owner.get_by_role("button", name="Share", exact=True).click()
    expect(owner.get_by_role("status")).to_contain_text("shared")
    assert viewer.goto(address).status == 200
    assert viewer.get_by_role("link", name="Change the text").count() == 0
    assert viewer.get_by_role("link", name="Delete this deal").count() == 0
    assert viewer.locator("#links, #email").count() == 0
    assert viewer.goto(f"{address}/edit").status == 403
    viewer.goto(f"{address}/workbench")
    bench = Bench(viewer, "en")
    expect(viewer.locator("[data-figure]").first).to_be_visible(timeout=PATIENCE)
    slider = viewer.get_by_role("slider").first
    before = bench.sentence()
    slider.press("Home")
    expect(viewer.locator("[data-panel=headline] p").first).not_to_have_text(before, timeout=PATIENCE)
    expect(viewer.get_by_role("button", name="Save as revision")).to_have_count(0)

    owner.goto(address)
    owner.locator("#link-name").fill("The bank")
    owner.get_by_role("button", name="Make a link", exact=True).click()
    link = owner.locator("code.secret").inner_text().strip()
    outside = watch("en", address=signed.address)
    outside.allowed += ["status of 404", "status of 403", "status of 401"]
    stranger = outside.page
    assert stranger.goto(link).status == 200
    assert stranger.url == f"{signed.address}{address}"  # the secret has left the address
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Harbour")
    picture(stranger, "link")
    stranger.goto(f"{address}/workbench")
    expect(stranger.locator("[data-figure]").first).to_be_visible(timeout=PATIENCE)
    expect(stranger.locator("[data-panel][aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    for button in ("Download", "Edit file"):
        expect(stranger.get_by_role("button", name=button, exact=True)).to_have_count(0)
    picture(stranger, "link-workbench")
    owner.goto(address)
    owner.get_by_role("button", name="Revoke The bank").click()
    expect(owner.get_by_role("status")).to_contain_text("opens nothing")
    assert stranger.goto(address).status in (401, 404) or "/sign-in" in stranger.url
    assert stranger.goto(link).status == 404

    owner.get_by_role("button", name=f"Share no longer {VIEWER}").click()
    assert viewer.goto(address).status == 404


@LOOKS
def test_pages_of_accounts(watch, signed, language, width, dark):
    watched = watch(language, width=width, dark=dark, address=signed.address)
    watched.allowed += ["status of 401", "status of 422"]
    page = watched.page
    seen = Seen(page, f"{language}-{width}-{'dark' if dark else 'light'}")
    page.goto("/sign-in")
    seen.look_at("sign-in")
    sign_in(page, f"nobody-{language}-{width}@example.org", "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    seen.look_at("sign-in-refused")
    sign_in(page, OWNER)
    page.wait_for_url(re.compile("workbench"))
    if page.evaluate("() => document.documentElement.lang") != language:  # the account's own language is spoken
        page.goto("/account")
        page.locator("form[action='/language'] button").click()
        page.wait_for_url("**/account")
    for name, address in {
        "account": "/account",
        "people": "/people",
        "log": "/audit",
        "leave": "/account/leave",
    }.items():
        page.goto(address)
        assert page.evaluate("() => document.documentElement.lang") == language, name
        seen.look_at(f"accounts-{name.replace('/', '-')}")
    page.goto("/account")
    page.locator("#token-name").fill("Report")
    page.locator("form[action^='/account/tokens#'] button").click()
    expect(page.locator("code.secret")).to_be_visible()
    seen.look_at("accounts-token")
    assert not seen.faults, "\n".join(seen.faults)
