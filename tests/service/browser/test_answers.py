"""What the workbench shows, and that each number of it is the command line's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.service.browser.bench import Bench, at, command_line, number_of, plain, texts_of, values_of
from tests.service.browser.conftest import picture

LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])
CHARTS = {"returns", "exceedance", "repayment", "lines", "waterfall", "budgets", "drivers", "stresses"}
PANELS = {
    "headline",
    "figures",
    "returns",
    "exceedance",
    "lines",
    "budgets",
    "repayment",
    "payers",
    "drivers",
    "stresses",
}


@LANGUAGES
def test_the_page_opens_on_a_deal_and_shows_every_panel(watch, language):
    bench = Bench(watch(language).page, language).open("/")
    expect(bench.page.get_by_role("heading", level=1)).to_have_text("TUBA Brøndby")
    assert bench.page.evaluate("document.documentElement.lang") == language
    assert re.match(bench.words.sentence, bench.sentence())
    assert PANELS | {"limits", "assumed"} == set(
        bench.page.locator("[data-panel]").evaluate_all("(found) => found.map((one) => one.dataset.panel)")
    )
    drawn = bench.page.locator("[data-chart]").evaluate_all("(found) => found.map((one) => one.dataset.chart)")
    assert set(drawn) == CHARTS
    for chart in bench.page.locator("[data-chart]").all():
        assert chart.locator(".chart-room").locator("svg, canvas").count() == 1
        assert len(chart.get_by_role("img").first.get_attribute("aria-label") or "") > 60
    answer = bench.answer()
    tiles = bench.page.locator("[data-figure]")
    assert tiles.count() == len(answer["figures"]) == 10
    assert texts_of(answer["tables"]["lines"])[-1][3] == plain(answer["figures"][0]["text"])
    expect(bench.panel("limits").locator("li")).to_have_count(len(answer["notes"]))
    for closed in bench.panel("assumed").locator("summary").all():  # the rest of the list, and every reason
        closed.evaluate("(summary) => { summary.parentElement.open = true; }")
    assumed = bench.panel("assumed").locator("li")
    assert assumed.count() == 19
    assert all(len(plain(text)) > 40 for text in assumed.all_inner_texts())
    picture(bench.page, f"workbench-{language}")


@LANGUAGES
def test_every_table_says_what_the_service_told(watch, language):
    bench = Bench(watch(language).page, language).open("/")
    shown = dict(bench.tables())
    told = {plain(table["caption"]): texts_of(table) for table in bench.answer()["tables"].values()}
    assert len(told) == 8
    for caption, rows in told.items():
        assert shown[caption] == rows
    for behind in bench.page.locator("[data-chart] details").all():
        behind.locator("summary").click()
        expect(behind.locator("table")).to_be_visible()
    shown = dict(bench.tables())
    for name, chart in bench.answer()["charts"].items():
        assert shown[plain(chart["table"]["caption"])] == texts_of(chart["table"]), name


@LANGUAGES
def test_every_number_is_the_command_lines(watch, language, tmp_path):
    bench = Bench(watch(language, accept_downloads=True).page, language).open("/")
    for _press in range(4):
        bench.slider(bench.words.wellbeing).press("ArrowRight")
    bench.write(bench.words.price, "27.550,5" if language == "da" else "27,550.5")
    bench.page.keyboard.press("Tab")
    expect(bench.page.locator(".variants .badge")).to_contain_text("2")
    bench.settled()
    file = tmp_path / "moved.yaml"
    bench.take(bench.words.scenario).save_as(file)
    answer = bench.answer()
    assert (answer["paths"], answer["seed"]) == (10_000, 1)

    said = command_line("run", file, "--paths", 10_000, "--seed", 1)
    assert said["scenario"]["digest"] == answer["digest"]
    assert said["statistics"] == answer["statistics"]
    assert said["run"]["engine"] == answer["engine"]
    _tiles(bench, said["statistics"])
    _sentences(bench, said["statistics"]["tranches"]["DSI"]["loss"]["p_loss"]["value"])
    _tables(answer["tables"], said["statistics"])
    _stresses(answer["tables"]["stresses"], command_line("stress", file, "--standard", "--own", "--paths", 2048))
    _drivers(answer["tables"]["drivers"], command_line("sensitivity", file, "--paths", 2048))
    shown = dict(bench.tables())
    for table in answer["tables"].values():
        assert shown[plain(table["caption"])] == texts_of(table)


def _tiles(bench: Bench, statistics):
    for figure in bench.answer()["figures"]:
        tile = bench.page.locator(f'[data-figure="{figure["key"]}"]')
        text = plain(tile.locator(".value").inner_text())
        found = at(statistics, figure["key"])
        assert figure["value"] == found["value"], figure["key"]
        assert figure["standard_error"] == found["standard_error"], figure["key"]
        assert text.startswith(plain(figure["text"]))
        read, half = number_of(figure["text"], bench.language)
        assert read == pytest.approx(found["value"], abs=max(1.001 * half, found["standard_error"])), text


def _sentences(bench: Bench, loss: float):
    whole = re.match(bench.words.sentence, bench.sentence())
    assert whole is not None
    assert int(whole[1]) == pytest.approx(100.0 * (1.0 - loss), abs=0.5)
    output = bench.panel("returns").locator("output")
    below = re.match(bench.words.loss, plain(output.inner_text()))
    assert below is not None, output.inner_text()
    assert int(below[1]) == pytest.approx(100.0 * loss, abs=0.5)
    assert float(output.get_attribute("data-share") or "nan") == pytest.approx(loss, abs=1e-12)


def _tables(tables, statistics):
    side, payer = statistics["tranches"]["DSI"], statistics["payers"]["municipality"]
    (row,) = values_of(tables["payers"]).values()
    assert list(row) == [payer["total"][key]["value"] for key in ("mean", "p05", "p50", "p95")]
    (row,) = values_of(tables["tranches"]).values()
    assert list(row) == [
        side["loss"]["p_loss"]["value"],
        side["loss"]["p_total_loss"]["value"],
        side["irr"]["of_mean_flow"]["value"],
        side["npv"]["0.035"]["mean"]["value"],
        side["loss"]["expected_shortfall_95"]["value"],
    ]
    last = list(values_of(tables["lines"]).values())[-1]
    assert last[:3] == [side["irr"]["of_mean_flow"]["value"], *(row[at] for at in (3, 0))]


def _stresses(table, said):
    rows = list(values_of(table).values())
    keys = ("p_loss", "npv", "npv_es95", "repayment")
    assert list(rows[0][0:8:2]) == [said["base"][key]["value"] for key in keys]
    assert len(rows) == 1 + len(said["stresses"])
    for row, stress in zip(rows[1:], said["stresses"], strict=True):
        assert list(row[0:8:2]) == [stress["values"][key]["value"] for key in keys]
        assert list(row[1:8:2]) == [stress["difference"][key]["value"] for key in keys]
    unit = plain(table["head"][3]).rpartition(" ")[2]
    assert unit == "DKK"  # whole amounts stand below it
    assert plain(table["head"][3]).count("mio") == 0


def _drivers(table, said):
    shares = {one["input"]: one["npv"]["value"] for one in said["given_data"]}
    for row, bar in zip(values_of(table).values(), said["tornado"], strict=True):
        assert list(row[:7]) == [
            bar["low_value"],
            bar["high_value"],
            bar["npv"]["low"]["value"],
            bar["npv"]["high"]["value"],
            bar["p_loss"]["low"]["value"],
            bar["p_loss"]["high"]["value"],
            shares[bar["input"]],
        ]


@LANGUAGES
def test_another_language_keeps_what_was_moved(watch, language):
    watched = watch(language)
    bench = Bench(watched.page, language).open("/")
    bench.write(bench.words.places, "90")
    bench.settled()
    before = bench.answer()
    bench.page.get_by_role("button", name=bench.words.other, exact=True).click()
    other = {"da": "en", "en": "da"}[language]
    expect(bench.page.locator("html")).to_have_attribute("lang", other)
    then = Bench(bench.page, other)
    then.came = bench.came
    expect(then.field(then.words.places)).to_have_value("90")
    then.settled()
    assert re.match(then.words.sentence, then.sentence())
    assert then.answer()["digest"] == before["digest"]
    assert then.answer()["statistics"] == before["statistics"]
    assert "set=cohorts" in then.page.url
    then.page.reload()
    then.settled()
    expect(then.page.locator("html")).to_have_attribute("lang", other)
    expect(then.field(then.words.places)).to_have_value("90")


def test_on_paper_the_bound_lies_over_the_histogram_and_hides_none_of_its_bars(watch):
    bench = Bench(watch("en").page, "en").open("/")
    bench.page.emulate_media(media="print")
    # A sheet is narrower than the window, and nothing is drawn anew for it.
    drawn, over = bench.panel("returns").evaluate(
        """(panel) => { panel.style.width = '400px';
        const box = (name) => panel.querySelector(name).getBoundingClientRect().toJSON();
        return [box('.chart-room svg'), box('.over')]; }"""
    )
    assert drawn["width"] <= 400
    for side in ("left", "top", "width", "height"):
        assert over[side] == pytest.approx(drawn[side], abs=1)
    # What fades to nothing is printed as a white sheet.
    grounds = (
        bench.panel("returns")
        .locator("*")
        .evaluate_all("(all) => [...new Set(all.map((one) => getComputedStyle(one).backgroundImage))]")
    )
    assert grounds == ["none"]


def test_on_a_phone_numbers_stand_beside_the_bars_and_captions_are_whole(watch):
    page = Bench(watch("da", width=390).page, "da").open("/").page
    cut = page.locator("[data-panel] p.caption").evaluate_all(
        "(all) => all.filter((one) => one.scrollWidth > one.clientWidth || "
        "one.getBoundingClientRect().right > innerWidth).map((one) => one.textContent)"
    )
    assert cut == []
    covered = page.locator("[data-panel=payers] .chart-room svg").evaluate(
        """(svg) => { const boxes = (name) => [...svg.querySelectorAll(name)].map((one) => one.getBoundingClientRect());
        const bars = boxes('.mark-rect path').filter((one) => one.width > 1), said = boxes('.mark-text text');
        const over = (one, other) => one.left < other.right && other.left < one.right &&
          one.top < other.bottom && other.top < one.bottom;
        return [bars.length, said.length, said.filter((one) => bars.some((bar) => over(one, bar))).length]; }"""
    )
    assert min(covered[:2]) >= 3
    assert covered[2] == 0


@LANGUAGES
def test_on_paper_stand_the_sentence_the_charts_and_the_inputs(watch, language, tmp_path):
    bench = Bench(watch(language).page, language).open("/")
    bench.write(bench.words.places, "90")
    bench.settled()
    sentence = bench.sentence()
    drawings = bench.page.locator("[data-chart] .chart-room svg")
    file = tmp_path / "page.pdf"
    bench.page.emulate_media(media="print")
    assert sum(one.is_visible() for one in drawings.all()) == len(CHARTS)
    expect(bench.page.locator("nav").first).to_be_hidden()
    file.write_bytes(bench.page.pdf(format="A4", print_background=True))
    from pypdf import PdfReader

    pages = [plain(page.extract_text()) for page in PdfReader(file).pages]
    text = " ".join(pages)
    assert sentence in text
    for caption in ("Tilbagebetaling i hvert budgetår", "stresstest") if language == "da" else ("Repayment", "stress"):
        assert caption in text
    assert 3 <= len(pages) <= 14
    assert all(len(page) > 20 for page in pages), "a page of the print is empty"
