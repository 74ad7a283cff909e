"""A service that is out of reach: the page keeps what it has, says so, and goes on by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.service.browser.bench import PATIENCE, Bench
from tests.service.browser.conftest import axe_faults, picture


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_cut_connection_takes_no_answer_away(watch, language):
    watched = watch(language)
    watched.allowed += ["ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "CutOff", "Failed to fetch"]
    bench = Bench(watched.page, language).open("/")
    before = bench.sentence()
    bench.page.context.set_offline(True)
    bench.write(bench.words.places, "60")
    cut = bench.page.locator(".cut-off")
    expect(cut).to_contain_text(bench.words.cut_off, timeout=PATIENCE)
    assert bench.sentence() == before  # kept, and marked as older
    expect(bench.panel("headline")).to_have_attribute("aria-busy", "true")
    expect(bench.page.locator(".brief")).to_have_class("brief stale")
    expect(bench.field(bench.words.places)).to_have_value("60")
    faults = axe_faults(bench.page)
    picture(bench.page, f"cut-off-{language}", whole=False)
    bench.page.context.set_offline(False)
    expect(cut).to_have_count(0, timeout=PATIENCE)  # by itself
    bench.settled()
    assert bench.sentence() != before
    tried: list[str] = []

    def cut_wire(route: Route) -> None:
        tried.append(route.request.url)
        route.abort("connectionrefused")

    bench.page.route("**/api/v1/live", cut_wire)  # the browser is on the net, the service is not
    bench.write(bench.words.places, "120")
    expect(cut).to_be_visible(timeout=PATIENCE)
    while len(tried) < 3:  # each wait is twice as long: now it is four seconds, and nobody need sit through them
        bench.page.wait_for_timeout(50)
    bench.page.wait_for_timeout(200)
    bench.page.unroute("**/api/v1/live", cut_wire)
    with bench.page.expect_response("**/api/v1/live", timeout=3_000):
        cut.get_by_role("button", name=bench.words.again, exact=True).click()
    expect(cut).to_have_count(0, timeout=PATIENCE)
    bench.settled()
    assert bench.sentence() == before
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_service_that_still_compiles_says_so(watch, language):
    watched = watch(language)
    watched.allowed += ["503 (Service Unavailable)"]  # how a service that compiles answers whoever asks after it
    page = watched.page

    def cold(route: Route) -> None:
        route.fulfill(status=503, json={"ready": False, "database": True, "tables": True, "warm": False})

    def hold(_route: Route) -> None:
        """Answer nothing yet."""

    page.route("**/readyz", cold)
    page.route("**/api/v1/live", hold)
    page.goto("/workbench?shipped=examples/simple-reference")
    said = page.get_by_text({"da": "oversætter sin regnekode", "en": "compiles what it reckons with"}[language])
    expect(said).to_be_visible(timeout=PATIENCE)
    faults = axe_faults(page)
    picture(page, f"compiling-{language}", whole=False)
    page.unroute("**/readyz", cold)
    page.unroute("**/api/v1/live", hold)  # lets go of what was held
    expect(said).to_have_count(0, timeout=PATIENCE)
    assert not faults, "\n".join(faults)
