"""What a person does on the workbench: moving, writing, undoing, comparing, sharing, editing, taking away."""

from __future__ import annotations

import csv
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.service.browser.bench import PATIENCE, Bench, command_line, number_of, plain, values_of
from tests.service.browser.conftest import picture

LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])


@pytest.fixture(params=["da", "en"])
def bench(watch, request):
    """A workbench on its first deal."""
    watched = watch(request.param, accept_downloads=True)
    return Bench(watched.page, request.param, watched.allowed).open("/")


def test_a_slider_is_moved_by_keys_and_by_the_mouse(bench):
    first = bench.answer()
    slider, field = bench.slider(bench.words.places), bench.field(bench.words.places)
    slider.press("ArrowLeft")
    expect(field).to_have_value("119")
    assert slider.get_attribute("aria-valuetext") == "119"
    bench.settled()
    by_key = bench.answer()
    assert by_key["digest"] != first["digest"]
    box = slider.bounding_box()
    assert box is not None
    across = box["y"] + box["height"] / 2
    bench.page.mouse.move(box["x"] + box["width"] * 0.49, across)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + box["width"] * 0.26, across, steps=8)
    bench.page.mouse.up()
    assert 45 <= int(field.input_value()) <= 70
    bench.settled()
    by_mouse = bench.answer()
    assert by_mouse["digest"] not in (first["digest"], by_key["digest"])
    fewer = by_mouse["statistics"]["payers"]["municipality"]["total"]["mean"]["value"]
    assert fewer < by_key["statistics"]["payers"]["municipality"]["total"]["mean"]["value"]
    assert bench.sentence() == plain(by_mouse["sentences"][0]) != plain(first["sentences"][0])
    expect(bench.page.locator(".variants .badge")).to_have_text(bench.words.moved)


def test_a_field_asks_where_a_number_may_mean_two(bench):
    first = bench.sentence()
    bench.write(bench.words.price, "30.500" if bench.language == "da" else "30,500")
    question = bench.said_of(bench.words.price).get_by_role("button")
    expect(question).to_have_count(2)
    whole, fraction = (number_of(text, bench.language)[0] for text in question.all_inner_texts())
    assert (whole, fraction) == (30_500.0, 30.5)
    assert bench.sentence() == first  # nothing is reckoned before it is answered
    assert bench.field(bench.words.price).get_attribute("aria-invalid") == "true"
    question.first.click()
    bench.settled()
    expect(bench.field(bench.words.price)).to_have_value("30.500" if bench.language == "da" else "30,500")
    assert "set=payments[0].price:30500" in _address(bench)
    assert bench.sentence() != first


def test_a_field_refuses_what_is_no_number_and_what_cannot_be(bench):
    bench.write(bench.words.wellbeing, "halv")
    said = bench.said_of(bench.words.wellbeing)
    expect(said.locator(".trouble")).to_be_visible()
    expect(bench.field(bench.words.wellbeing)).to_have_value("halv")  # every letter stays
    bench.write(bench.words.wellbeing, "130")
    expect(said.locator(".trouble")).to_contain_text("0")
    bench.write(bench.words.wellbeing, "62.5" if bench.language == "da" else "62,5")
    expect(said.locator(".trouble")).to_contain_text("62,5" if bench.language == "da" else "62.5")
    expect(bench.page.locator(".variants .badge")).to_have_count(0)
    assert "set=" not in _address(bench)
    bench.allowed.append("status of 422")
    bench.write(bench.words.wellbeing, "100")  # an uncertain share cannot be certain: the service says so
    refusal = bench.page.get_by_role("alert")
    expect(refusal).to_be_visible(timeout=PATIENCE)
    assert "success_rate" in refusal.inner_text()
    refusal.get_by_role("button", name=bench.words.undo).click()
    expect(refusal).to_have_count(0)
    bench.settled()


def _address(bench: Bench) -> str:
    bench.page.wait_for_timeout(500)  # the address is written once the sliders rest
    return bench.page.url


def test_a_slider_that_is_pulled_there_and_back_did_nothing(bench):
    slider = bench.slider(bench.words.places)
    slider.press("ArrowRight")
    undo = bench.page.get_by_role("button", name=bench.words.undo, exact=True)
    expect(undo).to_be_enabled()
    slider.press("ArrowLeft")
    expect(undo).to_be_disabled()
    expect(bench.page.get_by_role("region", name=bench.words.history, exact=True)).to_have_count(0)


def test_a_name_goes_to_the_variant_that_was_being_named(bench):
    bench.press(bench.words.add)
    bench.page.get_by_role("button", name={"da": "Omdøb variant B", "en": "Rename variant B"}[bench.language]).click()
    bench.page.locator("#variant-name").fill("Half")
    variants = bench.page.locator("button.variant")
    variants.first.click()  # somebody looks at A before the name is kept
    bench.page.locator("#variant-name").press("Enter")
    expect(variants.last).to_contain_text("Half")
    expect(variants.first).not_to_contain_text("Half")


def test_a_file_that_is_hidden_keeps_what_was_typed_and_one_with_faults_is_not_reckoned(bench):
    sentence = bench.sentence()
    bench.press(bench.words.edit)
    editor = bench.page.locator(".cm-content")
    expect(editor).to_be_visible(timeout=PATIENCE)
    faults = bench.page.locator(".editor .faults")
    expect(faults).to_have_attribute("data-faults", "0", timeout=PATIENCE)
    editor.click()
    bench.page.keyboard.press("Control+Home")
    bench.page.keyboard.insert_text("dependenz: 1\n")
    toggle = bench.page.locator(".tools [aria-expanded=true]")
    toggle.click()
    expect(editor).to_be_hidden()
    bench.press(bench.words.edit)
    expect(editor).to_contain_text("dependenz: 1")
    expect(faults).to_have_attribute("data-faults", "1", timeout=PATIENCE)
    expect(bench.page.get_by_role("button", name=bench.words.apply, exact=True)).to_be_disabled()
    assert bench.sentence() == sentence
    expect(bench.panel("headline")).to_have_attribute("aria-busy", "false")


def test_what_was_done_is_undone_and_done_again_by_keys(bench):
    slider, field = bench.slider(bench.words.places), bench.field(bench.words.places)
    sentence = bench.sentence()
    bench.write(bench.words.places, "60")
    bench.settled()
    moved = bench.sentence()
    assert moved != sentence
    slider.focus()
    bench.page.keyboard.press("Control+z")
    expect(field).to_have_value("120")
    bench.settled()
    assert bench.sentence() == sentence
    expect(bench.page.get_by_role("button", name=bench.words.undo, exact=True)).to_be_disabled()
    bench.page.keyboard.press("Control+Shift+z")
    expect(field).to_have_value("60")
    bench.settled()
    assert bench.sentence() == moved
    bench.page.keyboard.press("Control+z")
    bench.page.keyboard.press("Control+y")
    expect(field).to_have_value("60")
    history = bench.page.get_by_role("region", name=bench.words.history, exact=True)
    history.get_by_role("button", name=bench.words.history, exact=True).click()
    steps = history.get_by_role("listitem")
    expect(steps).to_have_count(2)
    assert "120 → 60" in steps.first.inner_text()
    steps.last.get_by_role("button").click()
    expect(field).to_have_value("120")
    bench.settled()


def test_four_variants_are_compared(bench, tmp_path):
    places = {"A": "120", "B": "90", "C": "60", "D": "30"}
    for letter, many in places.items():
        if letter != "A":
            bench.press(bench.words.add)
            bench.settled()
            bench.write(bench.words.places, many)
            bench.settled()
    expect(bench.page.get_by_role("button", name=bench.words.add, exact=True)).to_be_disabled()
    bench.page.get_by_role("button", name=bench.words.side_by_side, exact=True).click()
    expect(bench.page.locator(".beside > *")).to_have_count(4)
    expect(bench.page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    answers = [
        next(response.json() for asked, response in reversed(bench.came) if asked["set"] == moved)
        for moved in ({}, *({"cohorts[0].participants": int(many)} for many in list(places.values())[1:]))
    ]
    assert len({answer["digest"] for answer in answers}) == 4
    compare = bench.panel("compare")
    rows = compare.locator("table").first.locator("tbody tr")
    expect(rows).to_have_count(10)
    at_stake = [plain(text) for text in rows.first.locator("td").all_inner_texts()]
    figures = [next(iter(_figures(bench, moved))) for moved in _moves(places)]
    assert [text.split(" ±")[0] for text in at_stake] == [plain(figure["text"]) for figure in figures]
    compare.get_by_label(bench.words.relative, exact=True).check()
    repaid = rows.filter(has_text=re.compile("expected repayment|forventet tilbagebetaling", re.IGNORECASE)).first
    cells = [plain(text) for text in repaid.locator("td").all_inner_texts()]
    means = [_figures(bench, moved)[6]["value"] for moved in _moves(places)]
    for cell, mean in zip(cells[1:], means[1:], strict=True):
        told, half = number_of(cell, bench.language)
        assert told == pytest.approx(mean / means[0] - 1.0, abs=1.001 * half), cell
    picture(bench.page, f"compared-{bench.language}")


def _moves(places):
    return [{} if letter == "A" else {"cohorts[0].participants": int(many)} for letter, many in places.items()]


def _figures(bench, moved):
    came = (response.json() for asked, response in reversed(bench.came) if asked["set"] == moved)
    return next(answer["figures"] for answer in came if "answer" in answer["parts"])


def test_differences_future_by_future_are_those_of_the_command_line(bench, tmp_path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    bench.take(bench.words.scenario).save_as(first)
    bench.page.keyboard.press("Escape")
    with bench.page.expect_response("**/api/v1/live/compare*", timeout=30_000) as came:
        bench.press(bench.words.add)
        bench.settled()
        bench.write(bench.words.places, "60")
        bench.settled()
    if "60" not in (came.value.request.post_data or ""):  # the first question was asked before anything was moved
        with bench.page.expect_response("**/api/v1/live/compare*", timeout=30_000) as came:
            pass
    told = came.value.json()
    bench.take(bench.words.scenario).save_as(second)
    said = command_line("compare", first, second, "--paths", told["paths"], "--seed", 1)
    differences = said["pairs"][0]["differences"]
    scales = [100.0 if one["unit"] == "1" else 1.0 for one in differences]  # chances are told in percentage points
    for key, place in (("value", 0), ("standard_error", 1)):
        means = [scale * one["mean"][key] for scale, one in zip(scales, differences, strict=True)]
        assert [row[place] for row in values_of(told["table"]).values()] == means
    expect(bench.panel("compare")).to_contain_text(told["table"]["notes"][0])
    table = bench.panel("compare").locator("table").nth(1)
    for row, told_row in zip(table.locator("tbody tr").all(), told["table"]["rows"], strict=True):
        cells = [plain(text) for text in row.locator("th, td").all_inner_texts()]
        assert cells == [plain(cell["text"]) for cell in told_row]


def test_the_bound_of_a_loss_is_dragged_and_the_sentence_counts_below_it(bench):
    ends = bench.answer()["ends"]
    panel = bench.panel("returns")
    handle = panel.get_by_role("slider", name=bench.words.bound, exact=True)
    output = panel.locator("output")
    handle.scroll_into_view_if_needed()
    box, low, high = handle.bounding_box(), *(float(handle.get_attribute(name) or "nan") for name in ("min", "max"))
    assert box is not None
    across = box["y"] + box["height"] / 2
    middle = box["x"] + 14 + (box["width"] - 28) * (0.0 - low) / (high - low)
    bench.page.mouse.move(middle, across)
    bench.page.mouse.down()
    bench.page.mouse.move(middle - 0.3 * box["width"], across, steps=10)
    bench.page.mouse.up()
    _counts_below(bench, handle, output, ends)
    dragged = float(handle.input_value())
    assert low < dragged < -500_000
    assert "bound=" in _address(bench)
    step = float(handle.get_attribute("step") or "nan")
    handle.focus()
    bench.page.keyboard.press("ArrowRight")
    _counts_below(bench, handle, output, ends)
    assert float(handle.input_value()) == pytest.approx(dragged + step)
    bench.page.keyboard.press("PageUp")
    assert float(handle.input_value()) == pytest.approx(dragged + 11 * step)
    _counts_below(bench, handle, output, ends)
    bench.page.keyboard.press("Home")
    assert float(handle.input_value()) == low
    bench.write(bench.words.bound, "-250000")
    _counts_below(bench, handle, output, ends, bound=-250_000.0)
    assert "bound=-250000" in _address(bench)
    bench.page.reload()
    bench.settled()
    _counts_below(bench, handle, output, ends, bound=-250_000.0)


def _counts_below(bench, handle, output, ends, bound=None):
    bound = float(handle.input_value()) if bound is None else bound
    expected = sum(
        weight for value, weight in zip(ends["values"], ends["weights"], strict=True) if value < bound
    ) / sum(ends["weights"])
    for _wait in range(50):
        if float(output.get_attribute("data-share") or "nan") == pytest.approx(expected, abs=1e-9):
            break
        bench.page.wait_for_timeout(100)
    assert float(output.get_attribute("data-share") or "nan") == pytest.approx(expected, abs=1e-9)
    if 0.01 < expected < 0.99:
        said = re.match(bench.words.below, plain(output.inner_text()))
        assert said is not None, output.inner_text()
        assert int(said[1]) == pytest.approx(100.0 * expected, abs=0.5001)
        told, half = number_of(said[2].replace("DKK", ""), bench.language)
        assert told == pytest.approx(bound, abs=1.001 * half), said[2]


def test_the_address_brings_everything_back_and_tells_no_text(bench):
    bench.write(bench.words.places, "90")
    bench.press(bench.words.add)
    bench.settled()
    bench.write(bench.words.price, "25000")
    bench.settled()
    sentence = bench.sentence()
    address = _address(bench)
    assert "TUBA" not in address
    assert "Br%C3%B8ndby" not in address
    assert len(address) < 300
    bench.page.reload()
    bench.settled()
    assert bench.sentence() == sentence
    expect(bench.field(bench.words.price)).to_have_value("25.000" if bench.language == "da" else "25,000")
    pressed = bench.page.locator(".variants [aria-pressed=true]")
    expect(pressed).to_contain_text("B")
    menu = bench.page.get_by_role("button", name=bench.words.share, exact=True)
    menu.click()
    expect(bench.page.locator("#shared")).to_have_value(address)
    bench.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_a_text_that_is_pasted_is_reckoned_and_kept_out_of_the_address(bench, served):
    bench.press(bench.words.choose)
    dialog = bench.page.get_by_role("dialog")
    text = bench.page.request.get("/api/v1/shipped/broendby-tuba").json()["text"]
    dialog.get_by_role("textbox").fill(text.replace("TUBA Brøndby", "Fjordby privat"))
    dialog.locator(".paste .strong").click()
    expect(bench.page.get_by_role("heading", level=1)).to_have_text("Fjordby privat", timeout=PATIENCE)
    bench.settled()
    bench.write(bench.words.places, "90")
    bench.settled()
    assert "Fjordby" not in _address(bench)
    assert len(bench.page.url) < 300
    bench.press(bench.words.share)
    expect(bench.page.locator("#shared")).to_have_count(0)


def test_the_file_is_edited_with_help_and_faults_stand_in_place(bench):
    bench.press(bench.words.edit)
    editor = bench.page.locator(".cm-content")
    expect(editor).to_be_visible(timeout=PATIENCE)
    expect(editor).to_contain_text("TUBA")
    editor.click()
    bench.page.keyboard.press("Control+Home")
    bench.page.keyboard.press("Enter")
    bench.page.keyboard.press("ArrowUp")
    bench.page.keyboard.type("depend")
    bench.page.keyboard.press("Control+Space")
    expect(bench.page.locator(".cm-tooltip-autocomplete")).to_contain_text("dependence")  # not a key that is there
    picture(bench.page, f"editor-{bench.language}", whole=False)
    bench.page.keyboard.press("Escape")
    bench.page.keyboard.type("enz: 1")
    faults = bench.page.locator(".editor .faults")
    expect(faults.locator("li")).to_have_count(1, timeout=PATIENCE)
    expect(faults.locator("li")).to_contain_text("dependenz")
    expect(faults.locator("li")).to_contain_text("1")
    expect(bench.page.locator(".cm-lint-marker-error, .cm-lintRange-error").first).to_be_visible()
    picture(bench.page, f"editor-fault-{bench.language}", whole=False)
    editor.click()
    bench.page.keyboard.press("Control+z")
    bench.page.keyboard.press("Control+Home")
    bench.page.keyboard.press("Control+a")
    text = bench.page.request.get("/api/v1/shipped/broendby-tuba").json()["text"]
    bench.page.keyboard.insert_text(text.replace("TUBA Brøndby", "Fjordby"))
    expect(faults).to_have_attribute("data-faults", "0", timeout=PATIENCE)
    bench.press(bench.words.apply)
    expect(bench.page.get_by_role("heading", level=1)).to_have_text("Fjordby", timeout=PATIENCE)
    bench.settled()
    bench.page.get_by_label(bench.words.deal_name, exact=True).fill(f"Fjordby {bench.language}")
    bench.press(bench.words.save)
    bench.page.wait_for_url("**/deals/*/workbench*")
    bench.page.goto("/deals")
    expect(bench.page.get_by_role("link", name=f"Fjordby {bench.language}", exact=True)).to_be_visible()


def test_what_is_taken_away_opens(bench, tmp_path):
    bench.write(bench.words.places, "90")
    bench.settled()
    digest = bench.answer()["digest"]
    for form, kind in (("PDF", "pdf"), ("Word", "docx"), ("Excel", "xlsx"), ("HTML", "html")):
        file = tmp_path / f"memo.{kind}"
        bench.take(f"{bench.words.memo}, {form}").save_as(file)
        if kind == "pdf":
            assert file.read_bytes().startswith(b"%PDF-")
        elif kind == "html":
            assert digest[:8] in file.read_text()
        else:
            with zipfile.ZipFile(file) as inside:
                assert inside.testzip() is None
                assert "[Content_Types].xml" in inside.namelist()
    bench.take(f"{bench.words.data}, CSV").save_as(tmp_path / "paths.csv")
    with (tmp_path / "paths.csv").open(newline="") as opened:
        rows = list(csv.reader(line for line in opened if not line.startswith("#")))
    assert len(rows) == 10_001
    import h5netcdf

    bench.take(f"{bench.words.data}, netCDF").save_as(tmp_path / "paths.nc")
    with h5netcdf.File(tmp_path / "paths.nc", "r") as opened:
        assert 10_000 in [dimension.size for dimension in opened.dimensions.values()]
    bench.take(f"{bench.words.data}, JSON").save_as(tmp_path / "run.json")
    import json

    said = json.loads((tmp_path / "run.json").read_text())
    assert said["scenario"]["digest"] == digest
    assert said["statistics"] == bench.answer()["statistics"]
    table = bench.panel("payers").locator("table").first
    with bench.page.expect_download() as found:
        bench.panel("payers").get_by_role("button", name=re.compile("CSV")).first.click()
    found.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8-sig") as opened:
        shown = list(csv.reader(opened, delimiter=";" if bench.language == "da" else ","))
    assert len(shown) >= table.locator("tr").count()
