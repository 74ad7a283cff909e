"""Terms and dates that are moved, a fault at the input that makes it, and the fans of several payers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.service.browser.bench import PATIENCE, Bench, command_line, plain, texts_of
from tests.service.browser.conftest import axe_faults, picture

LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])
NEWPIN, TWO_PAYERS = "/workbench?shipped=international/newpin", "/workbench?shipped=danish/havnen"
STEP = "payments[0].table[1].from"
WORDS = {
    "da": {
        "terms": "Vilkår",
        "dates": "Datoer og frister",
        "end": "Aftalens sidste dag",
        "typed": "31.10.2020",
        "read": "31. oktober 2020",
        "spread": "Spredningen for:",
        "payer": "Kommune",
        "number": "0,62",
        "bad": "0,5",
        "rise": "linjerne i en tabel stiger",
        "wrong": "31.2.2020",
    },
    "en": {
        "terms": "Terms",
        "dates": "Dates and periods",
        "end": "Last day of the deal",
        "typed": "31 October 2020",
        "read": "31 October 2020",
        "spread": "How it is spread:",
        "payer": "Municipality",
        "number": "0.62",
        "bad": "0.5",
        "rise": "the lines of a table rise",
        "wrong": "31/2/2020",
    },
}


def _opened(watch, language: str, address: str, **more) -> Bench:
    watched = watch(language, accept_downloads=True, **more)
    return Bench(watched.page, language, watched.allowed).open(address)


def _unfold(bench: Bench, group: str) -> None:
    button = bench.page.locator("fieldset.group").get_by_role("button", name=WORDS[bench.language][group], exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")  # the main inputs come first
    button.press("Enter")


def _field(bench: Bench, place: str):
    return bench.page.locator(f'[id="input-{place.replace("[", "_").replace("]", "_").replace(".", "_")}-field"]')


def _write(bench: Bench, place: str, text: str) -> None:
    _field(bench, place).fill(text)
    _field(bench, place).press("Enter")


def _is_the_command_lines(bench: Bench, file) -> str:
    bench.take(bench.words.scenario).save_as(file)
    answer = bench.answer()
    said = command_line("run", file, "--paths", answer["paths"], "--seed", answer["seed"])
    assert said["scenario"]["digest"] == answer["digest"]
    assert said["statistics"] == answer["statistics"]
    return file.read_text(encoding="utf-8")


@LANGUAGES
def test_a_moved_threshold_is_the_command_lines(watch, language, tmp_path):
    bench = _opened(watch, language, NEWPIN)
    before = bench.answer()["statistics"]
    _unfold(bench, "terms")
    _write(bench, STEP, WORDS[language]["number"])
    bench.settled()
    assert f"{STEP}:0.62" in _address(bench)
    text = _is_the_command_lines(bench, tmp_path / "moved.yaml")
    assert "moved on the page: table[1].from from 0.6" in " ".join(text.split())
    assert bench.answer()["statistics"] != before
    bench.page.keyboard.press("Escape")
    bench.page.reload()
    bench.settled()
    bench.page.locator("fieldset.group").get_by_role("button", name=WORDS[language]["terms"]).press("Enter")
    expect(_field(bench, STEP)).to_have_value(WORDS[language]["number"])


@LANGUAGES
def test_a_moved_date_is_the_command_lines(watch, language, tmp_path):
    bench = _opened(watch, language, NEWPIN)
    words = WORDS[language]
    _unfold(bench, "dates")
    _write(bench, "end", words["wrong"])
    field = _field(bench, "end")
    expect(field).to_have_attribute("aria-invalid", "true")
    _write(bench, "end", words["typed"])
    expect(field).to_have_value(words["read"])
    bench.settled()
    slider = bench.slider(words["end"])
    assert slider.get_attribute("aria-valuetext") == words["read"]
    assert "set=end:2020-10-31" in _address(bench)
    text = _is_the_command_lines(bench, tmp_path / "moved.yaml")
    assert "value: 2020-10-31" in text
    bench.page.keyboard.press("Escape")
    slider.press("ArrowRight")  # by a month
    bench.settled()
    assert "set=end:2020-11-30" in _address(bench)
    picture(bench.page, f"dates-{language}")


def _address(bench: Bench) -> str:
    bench.page.wait_for_timeout(500)  # the address is written once the sliders rest
    return bench.page.url


def test_a_long_number_is_seen_whole(watch):
    bench = _opened(watch, "da", "/workbench?shipped=international/seoul")
    fields = bench.page.locator(".inputs .number-field input:visible")
    assert "1.110.000.000" in fields.evaluate_all("(all) => all.map((one) => one.value)")
    cut = fields.evaluate_all("(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.value)")
    assert cut == []


@LANGUAGES
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_contradiction_is_told_at_its_input_and_the_answer_stays(watch, language, width, dark):
    bench = _opened(watch, language, NEWPIN, width=width, dark=dark)
    if width < 700:
        bench.page.locator(".unfold").click()
    sentence = bench.sentence()
    _unfold(bench, "terms")
    bench.allowed.append("status of 422")
    _write(bench, STEP, WORDS[language]["bad"])
    field = _field(bench, STEP)
    expect(field).to_have_attribute("aria-invalid", "true", timeout=PATIENCE)
    told = bench.page.locator(".input .fault")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(WORDS[language]["rise"])
    assert (told.get_attribute("id") or "-") in (field.get_attribute("aria-describedby") or "")
    assert bench.sentence() == sentence
    # Nothing is on its way, so nothing says that it is; and the file's own stresses are not to blame.
    waits = {"da": "Beregnes", "en": "Being reckoned"}[language]
    expect(bench.panel("headline").locator(".wait")).not_to_contain_text(waits)
    assert not re.search("stress", bench.page.get_by_role("alert").inner_text())
    assert axe_faults(bench.page) == []
    picture(bench.page, f"fault-{language}-{width}")
    bench.page.get_by_role("alert").get_by_role("button", name=bench.words.undo).click()
    expect(told).to_have_count(0)
    bench.settled()
    assert bench.sentence() == sentence


@LANGUAGES
def test_several_payers_have_a_fan_each_and_one_together(watch, language):
    bench = _opened(watch, language, TWO_PAYERS)
    panel = bench.panel("repayment")
    charts = bench.answer()["charts"]
    offered = [name for name in charts if name.startswith("repayment-")]
    assert offered == ["repayment-all", "repayment-1", "repayment-2"]
    choice = panel.get_by_label(WORDS[language]["spread"], exact=True)
    assert choice.locator("option").all_inner_texts() == [charts[name]["label"] for name in offered]
    expect(panel.locator("[data-chart=repayment-all] [role=img]")).to_have_attribute(
        "aria-label", charts["repayment-all"]["alt"]
    )
    choice.focus()
    bench.page.keyboard.type(WORDS[language]["payer"][:3])
    fan = panel.locator("[data-chart=repayment-1]")
    expect(fan).to_have_attribute("data-drawn", "yes", timeout=PATIENCE)
    expect(panel.locator("[data-chart=repayment-all]")).to_have_count(0)
    expect(panel.locator("[data-chart=repayment]")).to_have_count(1)
    fan.locator("summary").click()
    rows = [[plain(cell) for cell in row.locator("th, td").all_inner_texts()] for row in fan.locator("tbody tr").all()]
    assert rows == texts_of(charts["repayment-1"]["table"])
    assert any("±" in cell for cell in rows[-1])
    assert axe_faults(bench.page) == []
    picture(bench.page, f"payers-{language}")
