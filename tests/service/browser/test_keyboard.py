"""The workbench without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.service.browser.bench import Bench, plain

LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])


@LANGUAGES
def test_everything_is_reached_by_the_keyboard(watch, language):
    bench = Bench(watch(language).page, language).open("/")
    keyboard = bench.page.keyboard
    keyboard.press("Tab")
    skip = bench.page.get_by_role("link", name=bench.words.skip, exact=True)
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keyboard.press("Enter")
    expect(bench.page.locator("#main")).to_be_focused()
    order = []
    for _step in range(120):
        keyboard.press("Tab")
        place = bench.page.evaluate(
            """() => { const at = document.activeElement, box = at.getBoundingClientRect();
            const style = getComputedStyle(at), label = at.closest('label');
            const ring = (one) => one && getComputedStyle(one);
            return {id: at.id, kind: at.type ?? at.tagName, text: at.textContent.trim().slice(0, 40),
            seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
            ring: [style, ring(label), ring(at.parentElement)].some((one) => one &&
            (one.outlineStyle !== 'none' || one.boxShadow !== 'none'))}; }"""
        )
        order.append(place)
        if place["kind"] == "BODY":
            break
    texts = [place["text"] for place in order]
    ids = [place["id"] for place in order]
    assert texts.index(bench.words.choose) < ids.index("input-cohorts_0__participants-slider")
    assert ids.index("input-cohorts_0__participants-slider") < ids.index("input-cohorts_0__participants-field")
    answers = [at for at, place in enumerate(order) if place["kind"] == "range" and not place["id"]]
    assert answers, "the loss bound is not reached"
    assert answers[0] > ids.index("input-cohorts_0__participants-slider")
    unseen = [place for place in order if not place["seen"] and place["kind"] != "BODY"]
    assert unseen == []
    bare = [place for place in order if not place["ring"] and place["kind"] != "BODY"]
    assert bare == []


@LANGUAGES
def test_a_dialog_keeps_the_focus_and_gives_it_back(watch, language):
    bench = Bench(watch(language).page, language).open("/")
    opener = bench.page.get_by_role("button", name=bench.words.choose, exact=True)
    opener.focus()
    bench.page.keyboard.press("Enter")
    dialog = bench.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="TUBA", exact=False).first).to_be_visible()
    dialog.get_by_role("searchbox").fill("zzzz")
    expect(dialog.get_by_role("link")).to_have_count(0)
    dialog.get_by_role("searchbox").fill("")
    outside = 0
    for _step in range(12):
        bench.page.keyboard.press("Shift+Tab")
        at = bench.page.evaluate("() => [!!document.activeElement.closest('dialog'), document.activeElement.tagName]")
        outside += not at[0] and at[1] != "BODY"  # the browser's own bar lies between the last place and the first
    assert outside == 0
    bench.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    menu = bench.page.get_by_role("button", name=bench.words.download, exact=True)
    menu.press("Enter")
    bench.page.keyboard.press("Tab")
    inside = bench.page.locator(".menu .list:not([hidden])")
    expect(inside.locator(":focus")).to_have_count(1)
    bench.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(inside).to_have_count(0)


def test_a_bound_is_read_out_once_it_rests_and_not_at_every_step(watch):
    bench = Bench(watch("en").page, "en").open("/")
    said = bench.panel("returns").locator("output")
    heard = bench.panel("returns").locator(".unseen[role=status]")
    expect(said).to_have_attribute("aria-live", "off")
    expect(heard).to_be_empty()
    handle = bench.panel("returns").locator("input[type=range]")
    for _press in range(3):
        handle.press("PageDown")
    expect(heard).to_contain_text("futures", timeout=10_000)
    assert plain(heard.inner_text()) == plain(said.inner_text())
    told = heard.inner_text()
    bench.slider(bench.words.places).press("PageDown")
    bench.settled()
    assert heard.inner_text() == told  # what moves with the inputs is told once, by the page


@LANGUAGES
def test_what_changes_is_read_out_once_the_sliders_rest(watch, language):
    bench = Bench(watch(language).page, language).open("/")
    heard = bench.page.locator(".bench > .unseen[role=status]")
    expect(heard).to_have_text(bench.sentence(), timeout=10_000)
    for _press in range(5):
        bench.slider(bench.words.places).press("ArrowLeft")
    for _press in range(3):
        bench.slider(bench.words.places).press("PageDown")
    bench.settled()
    expect(heard).to_have_text(bench.sentence(), timeout=10_000)
