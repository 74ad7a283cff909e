"""Origins: the names of places, what is assumed, what is published, what is unsaid."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from risksim.scenario.base import Months, walk
from risksim.scenario.origins import (
    assumptions,
    input_name,
    origin_text,
    remarks,
    sources_used,
    unstated,
    value_text,
)
from risksim.scenario.reader import read_scenario, read_text
from risksim.scenario.scenario import Scenario
from risksim.scenario.starter import starter_text
from tests.engine.deals import shipped_files
from tests.scenario.broken import DEAL

SHIPPED = shipped_files()


def deal(*changes: tuple[str, str]) -> Scenario:
    text = DEAL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_text(text)[0]


# Names


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), ""),
        (("start",), "start"),
        (("follow_up", "every"), "follow_up.every"),
        (("sources", "pilot-2024"), "sources[pilot-2024]"),
        (("cohorts", 0, "dropout"), "cohorts[north].dropout"),
        (("cohorts", 1, "participants"), "cohorts[south].participants"),
        (("cohorts", 0, "enrolment", "window"), "cohorts[north].enrolment.window"),
        (("outcomes", "work", "success_rate"), "outcomes[work].success_rate"),
        (("outcomes", "work", "success_rate", "evidence"), "outcomes[work].success_rate.evidence"),
        (("outcomes", "work", "measured", "after_completion"), "outcomes[work].measured.after_completion"),
        (("payments", 0, "per_outcome"), "payments[0]"),
        (("payments", 0, "per_outcome", "price"), "payments[0].price"),
        (("payments", 2, "cap", "total"), "payments[2].total"),
        (("financing", "tranches", 0, "commitment"), "financing.tranches[investor].commitment"),
        (("financing", "tranches", 0, "drawdown", "times"), "financing.tranches[investor].drawdown.times"),
    ],
)
def test_a_place_is_named_by_names(path: tuple[str | int, ...], name: str):
    assert input_name(deal(), path) == name


def test_a_place_that_is_not_written_is_named_too():
    scenario = deal()
    assert scenario.cohorts[1].enrolment is None
    assert input_name(scenario, ("cohorts", 1, "enrolment", "ratio")) == "cohorts[south].enrolment.ratio"


def test_the_names_are_those_of_the_page_on_randomness():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "randomness.md").read_text(encoding="utf-8")
    scenario, _ = read_scenario(Path(__file__).parents[2] / "scenarios" / "examples" / "simple-reference.yaml")
    for path in [
        ("cohorts", 0, "dropout"),
        ("outcomes", "success", "success_rate"),
        ("payments", 0, "per_outcome", "price"),
        ("payments", 1, "cap", "total"),
        ("financing", "tranches", 0, "commitment"),
        ("cohorts", 0, "enrolment", "ratio"),
        ("cohorts", 0, "unmeasured"),
    ]:
        assert f"`{input_name(scenario, path)}`" in page


@pytest.mark.parametrize("text", [DEAL, starter_text(), *(file.read_text(encoding="utf-8") for file in SHIPPED)])
def test_every_place_has_a_name_of_its_own(text: str):
    scenario, _ = read_text(text)
    rules = {("payments", position) for position in range(len(scenario.payments))}
    names = [input_name(scenario, path) for path, _ in walk(scenario) if path[:2] not in rules or len(path) != 3]
    assert len(names) == len(set(names))


# What is assumed and published


def test_assumptions_are_listed_with_value_and_reason():
    scenario = deal(
        ("price: 10000", "price: {value: 10000, assumption: 'made up,\n      for a test'}"),
        ("follow_up: {every: 6 months}", "follow_up: {every: 6 months, assumption: half-yearly is common}"),
    )
    assert [tuple(one) for one in assumptions(scenario)] == [
        ("follow_up", "every 6 months", "half-yearly is common"),
        ("cohorts[north].dropout", "beta [4, 16]", "one in five leaves"),
        ("payments[1].price", "10,000", "made up, for a test"),
    ]


def test_sources_are_listed_with_the_numbers_that_cite_them():
    scenario = deal(
        ("unmeasured: 0.1", "unmeasured: {value: 0.1, source: [other, pilot-2024], unchecked: true}"),
        ("  pilot-2024: Report", "  other: Register\n  pilot-2024: Report"),
    )
    assert sources_used(scenario) == {
        "other": ("cohorts[north].unmeasured",),
        "pilot-2024": ("cohorts[north].participants", "cohorts[north].unmeasured"),
    }


def test_evidence_brings_its_own_sources():
    scenario = deal(("of: 60, weight: 0.5}", "of: 60, weight: 0.5, source: pilot-2024}"))
    assert "outcomes[work].success_rate.evidence" in sources_used(scenario)["pilot-2024"]
    assert not [one for one in unstated(scenario) if one.startswith("outcomes[work].success_rate")]


def test_numbers_that_say_nothing_are_listed_once_each():
    assert unstated(deal()) == [
        "start: 2025-01-01",
        "end: 2027-12-31",
        "follow_up.every: 6 months",
        "cohorts[north].enrolment.window: 12 months",
        "cohorts[north].duration: 9 months",
        "cohorts[north].unmeasured: 0.1",
        "cohorts[south].participants: 40",
        "cohorts[south].duration: 9 months",
        "outcomes[work].success_rate: evidence 45 of 60, weight 0.5",
        "outcomes[work].measured.after_completion: 6 months",
        "outcomes[home].success_rate: 0.4",
        "payments[0].price: 60,000",
        "payments[1].price: 10,000",
        "payments[2].total: 4,500,000",
        "financing.tranches[investor].commitment: 4,000,000",
        "financing.tranches[investor].drawdown.every: 6 months",
        "financing.tranches[investor].drawdown.times: 3",
    ]


def test_a_block_that_says_where_it_comes_from_speaks_for_what_is_in_it():
    scenario = deal(
        ("price: 10000}", "price: 10000, assumption: made up for a test}"),
        ("every: 6 months, times: 3}", "every: 6 months, times: 3, source: pilot-2024}"),
    )
    assert not [
        one for one in unstated(scenario) if one.startswith(("payments[1]", "financing.tranches[investor].draw"))
    ]


def test_the_starter_leaves_nothing_unstated():
    scenario, _ = read_text(starter_text())
    assert unstated(scenario) == []
    assert remarks(scenario) == []
    assert all(one.reason.startswith("made up") for one in assumptions(scenario))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_scenario_says_where_its_money_and_chances_come_from(file: Path):
    scenario, _ = read_scenario(file)
    assert not [
        one for one in unstated(scenario) if any(word in one for word in ("rate:", "price:", "total:", "commitment:"))
    ]


def test_the_origin_of_a_number_is_one_line():
    scenario = deal(("unmeasured: 0.1", "unmeasured: {value: 0.1, source: pilot-2024, unchecked: true}"))
    north, south = scenario.cohorts
    assert origin_text(north.participants) == "source: pilot-2024"
    assert origin_text(north.unmeasured) == "source: pilot-2024 (unchecked)"
    assert origin_text(north.dropout) == "assumption: one in five leaves"
    assert origin_text(south.participants) == ""
    assert origin_text(scenario.outcomes["work"].success_rate) == ""


@pytest.mark.parametrize(
    ("law", "text"),
    [
        ("{value: 0.75}", "0.75"),
        ("{fixed: 1}", "1"),
        ("{beta: [30, 10]}", "beta [30, 10]"),
        ("{quantiles: {p10: 0.5, p90: 0.9}}", "p10 0.5, p90 0.9"),
        ("{p5: 0.3, p95: 0.55, fit: beta}", "p5 0.3, p95 0.55, fit beta"),
        ("{normal: {mean: 0.5, sd: 0.1}}", "normal mean 0.5, sd 0.1"),
        (
            "{evidence: [{successes: 45, of: 60}, {successes: 2, of: 3, weight: 0.5}]}",
            "evidence 45 of 60; 2 of 3, weight 0.5",
        ),
        (
            "{mixture: [{weight: 1, of: {beta: [6, 16]}}, {weight: 3, of: 1}]}",
            "weight 1, of beta [6, 16]; weight 3, of 1",
        ),
        ("{discrete: [{value: 0, weight: 2}, {value: 1, weight: 8}]}", "value 0, weight 2; value 1, weight 8"),
    ],
)
def test_a_law_is_put_in_words(law: str, text: str):
    said = value_text(deal(("success_rate: 0.4", f"success_rate: {law}")).outcomes["home"].success_rate)
    assert said.endswith(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Months(1), "1 month"),
        (Months(24), "24 months"),
        (dt.date(2021, 8, 1), "2021-08-01"),
        (True, "yes"),
        (58333.34, "58,333.34"),
    ],
)
def test_a_value_is_put_in_words(value: object, text: str):
    assert value_text(value) == text


# Remarks


def test_defaults_are_remarked_on():
    said = remarks(deal(("    duration: 9 months\noutcomes", "outcomes"), ("    measured: {at: completion}\n", "")))
    assert "cohorts[south]: no enrolment block, so all 40 places are filled on the first day." in said
    assert "cohorts[south]: no duration, so a course ends on the day on which it begins." in said
    assert "cohorts[south]: no dropout, so everybody completes the course." in said
    assert "cohorts[south]: nothing said about unmeasured, so everybody can be measured." in said
    assert "outcomes[home]: no measured block, so it is measured when a person's course ends." in said
    assert "payments[1]: no payer named, so the municipality pays." in said
    assert not [one for one in said if one.startswith("cohorts[north]")]


def test_people_who_come_too_late_are_remarked_on():
    said = remarks(deal(("after_completion: 6 months", "after_completion: 18 months")))
    assert said[-1].startswith("payments")
    (late,) = [one for one in said if "too late" in one]
    assert late == (
        "outcomes[work]: people of cohorts[north] who enrol after month 3 come too late for the last follow-up on "
        "2027-07-01, so it never pays for them; people enrol until month 11."
    )
    said = remarks(deal(("after_completion: 6 months", "after_completion: 30 months")))
    assert [one for one in said if "nobody of cohorts[south] is measured by the last follow-up on 2027-07-01" in one]


def test_people_who_come_after_a_date_are_remarked_on():
    said = remarks(deal(("{after_completion: 6 months}", "{on: 2026-01-01}")))
    (late,) = [one for one in said if "too late" in one]
    assert late == (
        "outcomes[work]: people of cohorts[north] who enrol after month 3 come too late for the measurement on "
        "2026-01-01, so it never pays for them; people enrol until month 11."
    )


def test_payments_that_say_little_are_remarked_on():
    assert "payments[2]: the rules above can pay 11,200,000 at most, so the cap of 99,000,000 never binds." in remarks(
        deal(("total: 4500000", "total: 99000000"))
    )
    assert "payments: no cap; if everybody succeeds, 11,200,000 DKK is paid." in remarks(
        deal(("  - cap: {total: 4500000}\n", ""))
    )
    (short,) = [one for one in remarks(deal(("total: 4500000", "total: 3000000"))) if one.startswith("financing")]
    assert short == (
        "financing: the payments can reach 3,000,000 at most and the capital is 4,000,000, "
        "so it cannot come back in full."
    )
    assert "outcomes[home]: no payment rule names it, so it pays nothing." in remarks(
        deal(("  - per_outcome: {outcome: home, price: 10000}\n", ""))
    )


FED = (
    "payments:\n",
    (
        "  fed: {of: enrolled, success_rate: 0.4, persistence: 0.5, "
        "measured: {after_enrolment: [3 months, 24 months]}}\n"
        "payments:\n  - per_outcome: {outcome: fed, price: 100}\n"
    ),
)


def test_every_measurement_counts_in_what_can_be_paid():
    # 11,200,000 as above, and two measurements of 160 people at 100.
    assert "payments: no cap; if everybody succeeds, 11,232,000 DKK is paid." in remarks(
        deal(FED, ("  - cap: {total: 4500000}\n", ""))
    )
    one = (FED[0], FED[1].replace("price: 100", "price: 100, measurements: [2]"))
    assert "payments: no cap; if everybody succeeds, 11,216,000 DKK is paid." in remarks(
        deal(one, ("  - cap: {total: 4500000}\n", ""))
    )


def test_a_price_list_pays_its_most_at_most():
    listed = ("payments:\n", "payments:\n  - per_person: {prices: {home: 500, work: 900}, most: 1000}\n")
    assert "payments: no cap; if everybody succeeds, 11,360,000 DKK is paid." in remarks(
        deal(listed, ("  - cap: {total: 4500000}\n", ""))
    )


def test_who_comes_too_late_for_the_last_measurement_is_paid_for_the_others():
    (late,) = [one for one in remarks(deal(FED)) if "too late" in one]
    assert "who enrol after month 6 come too late for the last follow-up on 2027-07-01" in late
    assert "so the last of its 2 measurements never pays for them" in late


def test_a_gate_pays_nothing_and_nobody_wonders():
    gate = (
        "payments:\n",
        (
            "  entry: {of: enrolled, success_rate: 0.5, measured: {after_enrolment: 29 months}}\n"
            "  kept: {of: earlier, after: entry, success_rate: 0.5, measured: {on: 2027-06-01}}\npayments:\n"
            "  - per_outcome: {outcome: kept, price: 100}\n"
        ),
    )
    assert not [one for one in remarks(deal(gate)) if one.startswith("outcomes[entry]")]


def test_sources_that_nothing_cites_are_remarked_on():
    more = ("  pilot-2024:", "  idle: Nobody\n  told: Somebody\n  pilot-2024:")
    said = remarks(deal(more, ("one in five leaves", "one in five leaves (told)")))
    assert "sources[idle]: no number and no note cites it." in said
    assert not [one for one in said if one.startswith(("sources[told]", "sources[pilot"))]


def test_unchecked_figures_are_remarked_on():
    said = remarks(deal(("source: pilot-2024}", "source: pilot-2024, unchecked: true}")))
    assert "cohorts[north].participants: the figure was not compared with its source." in said
