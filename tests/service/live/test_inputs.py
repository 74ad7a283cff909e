"""Which numbers can be moved, and what the file says once they are."""

from __future__ import annotations

import datetime as dt
import functools
import re

import pytest

from risksim import api
from risksim.errors import RisksimError
from risksim.language import speaking
from risksim.service.live import further, inputs
from risksim.service.live.changes import changes_of_set, moved_deal, written
from risksim.service.live.inputs import Input, candidates, ends, inputs_of, shown, text_of
from risksim.service.problems import Problem
from tests.engine.deals import SHIPPED, shipped_files

TUBA = SHIPPED / "broendby-tuba.yaml"
FEW = ("danish/aaben-og-rolig-loan.yaml", "international/newpin.yaml", "financing/first-loss-guarantee.yaml")


@functools.cache
def tuba() -> api.Deal:
    return api.read(TUBA)


def test_every_number_of_tuba_that_a_page_wants_can_be_moved():
    found = shown(tuba())
    by_id = {one.id: one for one in found.inputs}
    assert {
        "outcomes.wellbeing.success_rate",
        "outcomes.education_or_work.success_rate",
        "cohorts[0].participants",
        "cohorts[0].enrolment.ratio",
        "cohorts[0].dropout",
        "cohorts[0].unmeasured",
        "payments[0].price",
        "payments[1].price",
        "cohorts[0].enrolment.opens",
        "financing.tranches[0].commitment",
    } <= set(by_id)
    rate = by_id["outcomes.wellbeing.success_rate"]
    assert (rate.group, rate.kind, rate.uncertain, rate.origin) == ("success", "share", True, "assumption")
    assert rate.value == pytest.approx(0.75)
    assert rate.line == 114
    assert found.obstacle is None
    assert found.funded
    order = ["success", "enrolment", "dropout", "price", "cap", "guarantee", "time", "money"]
    order += ["terms", "financing", "dates", "other"]
    ranks = [order.index(one.group) for one in found.inputs]
    assert ranks == sorted(ranks)


def test_titles_and_numbers_are_those_of_the_language():
    with speaking("da"):
        found = shown(api.read(TUBA))
        price = next(one for one in found.inputs if one.id == "payments[0].price")
        assert price.title == "Pris: bedre trivsel, målt med CORE-34 eller WHO-5"
        assert price.text.replace("\N{NO-BREAK SPACE}", " ") == "20.000 kr."
    assert text_of("share", 0.75, "DKK").replace("\N{NO-BREAK SPACE}", " ") == "75 %"
    assert text_of("share", 0.0175, "DKK").replace("\N{NO-BREAK SPACE}", " ") == "1.75 %"  # and not 1.8 %
    assert text_of("share", 0.0004, "DKK").replace("\N{NO-BREAK SPACE}", " ") == "0.04 %"  # and not 0 %


def test_what_is_assumed_is_told_with_its_reason_and_its_line():
    lines = TUBA.read_text(encoding="utf-8").splitlines()
    found = shown(tuba()).assumed
    assert {"payments[0].price", "cohorts[0].dropout", "outcomes.wellbeing.success_rate"} <= {
        one.place for one in found
    }
    for one in found:
        assert one.why
        assert one.place.rpartition(".")[2].split("[")[0] in lines[one.line - 1]


def test_what_is_assumed_of_a_time_is_told_in_the_language():
    with speaking("da"):
        found = {one.place: one.text for one in shown(tuba()).assumed}
    assert found["outcomes.education_or_work.measured"] == "36 måneder efter optag"
    assert found["outcomes.wellbeing.measured"] == "ved forløbets afslutning"
    assert "saved: 0,6" in found["public.consequences.benefit"]
    with speaking("da"):
        seoul = {one.text for one in shown(api.read(TUBA.parent / "international/seoul.yaml")).assumed}
    assert "1. september 2019" in seoul
    assert not any("2019-09-01" in text for text in seoul)


def test_a_number_that_is_refused_is_told_in_the_language():
    with speaking("da"), pytest.raises(Problem) as raised:
        changes_of_set(tuba(), {"cohorts[0].participants": 12.5})
    assert "12,5" in raised.value.detail


def _sound(deal: api.Deal) -> None:
    found = shown(deal)
    assert found.inputs or found.obstacle
    assert len({one.id for one in found.inputs}) == len(found.inputs)
    titles = [one.title for one in found.inputs]
    assert len(set(titles)) == len(titles)
    for one in found.inputs:
        assert one.title
        assert one.text
        if one.low is None:
            assert one.high is one.step is None
            continue
        assert one.low < one.high  # type: ignore[operator]
        if one.kind == "date":
            assert one.low <= 0.0 <= one.high  # type: ignore[operator]
            assert dt.date.fromisoformat(str(one.value))
            continue
        assert one.low <= one.value <= one.high or one.kind == "share"  # type: ignore[operator]
        assert one.step > 0.0  # type: ignore[operator]
        assert one.step <= (one.high - one.low) / 8 or one.kind == "count"  # type: ignore[operator]


@pytest.mark.parametrize("name", FEW)
def test_other_kinds_of_deals_have_inputs_too(name):
    _sound(api.read(SHIPPED / name))


STEPS = (1, 2, 3, 6)


def _near(one: Input) -> list[float | str]:
    """Values a few steps from where an input stands, within its range.

    Nearest first: dates of a deal may hang together, so that the nearest is refused with a reason.
    """
    low, high, step = ends(one)
    if one.kind == "date":
        day = dt.date.fromordinal(int(one.value))
        return [further.months_later(day, months).isoformat() for far in STEPS for months in (far, -far)]
    near = [to for far in STEPS for to in (one.value + far * step, one.value - far * step) if low <= to <= high]
    return [round(to) for to in near] if one.kind in ("count", "months") else list(near)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_has_inputs_and_is_written_as_it_is_moved(file):
    deal = api.read(file)
    _sound(deal)
    for one in inputs_of(deal):
        for to in _near(one):
            moves = {one.id: to}
            try:
                moved = moved_deal(deal, changes_of_set(deal, moves))
            except RisksimError:
                continue
            text = written(deal, moves)
            assert api.read_text(text).plan.digest == moved.plan.digest, one.id
            assert sorted(_said_beside(text)) == sorted(_said_beside(deal.document.text)), one.id
            break
        else:
            pytest.fail(f"{one.id} cannot be moved")


def _said_beside(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_to_both_ends_of_its_range_an_input_moves_or_tells_why_not(file):
    deal = api.read(file)
    for one in inputs_of(deal):
        low, high, _step = ends(one)
        day = dt.date.fromordinal(int(one.value)) if one.kind == "date" else None
        for end in (low, high):
            to = end if day is None else further.months_later(day, int(end)).isoformat()
            assert len(_refusal(deal, {one.id: to}) or "moved as it should be") > 20, one.id


def _refusal(deal: api.Deal, moves: dict[str, float | int | str]) -> str | None:
    """Why a deal cannot be moved so; None if it can."""
    try:
        moved_deal(deal, changes_of_set(deal, moves), draft=True)
    except RisksimError as refused:
        return str(refused)
    return None


def test_terms_and_dates_can_be_moved_and_say_what_they_are():
    by_id = {one.id: one for one in shown(api.read(SHIPPED / "international" / "newpin.yaml")).inputs}
    step = by_id["payments[0].table[1].from"]
    assert (step.group, step.kind, step.value) == ("terms", "number", 0.6)
    assert 0.55 < step.low < step.value < step.high < 0.65  # type: ignore[operator]
    assert step.title.startswith("Step 2, reached from: ")
    gives = by_id["payments[0].table[1].gives"]
    assert (gives.kind, gives.value) == ("share", 0.075)
    end = by_id["end"]
    assert (end.group, end.kind, end.value, end.text) == ("dates", "date", "2020-09-30", "30 September 2020")
    second = by_id["follow_up[1]"]
    assert (second.low, second.high) == (-11.0, 11.0)  # a settlement stays between its neighbours
    lag = by_id["payments[0].lag"]
    assert (lag.kind, lag.value, lag.origin, lag.line) == ("months", 0.0, "", None)


def test_the_attachment_point_and_the_threshold_are_terms():
    guarantee = {one.id: one for one in shown(api.read(SHIPPED / "financing" / "second-loss-guarantee.yaml")).inputs}
    assert guarantee["financing.guarantees[0].attaches_after"].group == "financing"
    goals = [
        one
        for file in ("rules/threshold.yaml", "dependence/hard-to-reach.yaml")
        for one in candidates(api.read(SHIPPED / file))
        if one.path[2:3] == ("threshold",) and one.path[-1] in ("at_least", "above")
    ]
    assert {one.kind for one in goals} == {"number", "share"}  # a mean of scores is no share
    assert {one.group for one in goals} == {"terms"}


def test_a_table_that_no_longer_rises_is_refused_at_its_place():
    deal = api.read(SHIPPED / "international" / "newpin.yaml")
    with pytest.raises(RisksimError, match=r"the lines of a table rise") as refused:
        moved_deal(deal, changes_of_set(deal, {"payments[0].table[1].from": 0.5, "payments[0].lag": 0}))
    faults = refused.value.faults  # type: ignore[attr-defined]
    assert faults[0].path == "stresses[moved on the page][payments[0].table[1].from]"


@pytest.mark.parametrize(
    ("to", "said"),
    [("31.12.2027", "to a date"), ("2027-02-30", "to a date"), (7, "to a date"), ("0027-01-01", "to a date")],
)
def test_a_date_is_moved_to_a_date(to, said):
    with pytest.raises(Problem, match=said) as refused:
        changes_of_set(tuba(), {"end": to})
    assert refused.value.details()["input"] == "end"


def test_what_can_name_no_origin_makes_its_block_an_assumption():
    deal = api.read(SHIPPED / "international" / "newpin.yaml")
    moves = {"payments[0].table[1].from": 0.62, "payments[0].table[1].gives": 0.08, "end": "2020-10-31"}
    rule = api.block_at(api.read_text(written(deal, moves)), ("payments", 0, "steps"))
    before = api.block_at(deal, ("payments", 0, "steps"))
    line = rule["table"][1]
    assert (line["from"], line["gives"]) == (0.62, 0.08)
    assert "source" not in rule
    assert rule["assumption"].startswith(
        "moved on the page: table[1].from from 0.6, table[1].gives from 0.075; the rest as before (source: "
    )
    assert {key: rule[key] for key in before if key not in ("source", "table")} == {
        key: before[key] for key in before if key not in ("source", "table")
    }
    end = api.block_at(api.read_text(written(deal, moves)), ("end",))
    assert end["value"] == "2020-10-31"
    assert end["assumption"].startswith("moved on the page from 2020-09-30")


def test_a_block_that_is_repeated_by_its_name_changes_in_one_place():
    text = TUBA.read_text(encoding="utf-8")
    cohorts = re.search(r"^cohorts:\n(?:[ #].*\n|\n)+", text, re.MULTILINE)
    assert cohorts is not None
    shared = text.replace("    enrolment:\n", "    enrolment: &enrolment\n", 1)
    assert shared != text
    entry = "  - {name: second, participants: 10, enrolment: *enrolment}\n"
    at = cohorts.end() + len(" &enrolment")
    deal = api.read_text(shared[:at].rstrip("\n") + "\n" + entry + "\n" + shared[at:])
    moves = {"cohorts[1].enrolment.window": 24}
    moved = api.read_text(written(deal, moves))
    assert api.block_at(moved, ("cohorts", 0, "enrolment")) == api.block_at(deal, ("cohorts", 0, "enrolment"))
    assert api.block_at(moved, ("cohorts", 1, "enrolment", "window"))["value"] == "24 months"
    assert moved.plan.digest == moved_deal(deal, changes_of_set(deal, moves)).plan.digest


def test_comments_behind_a_number_stay():
    deal = api.read(SHIPPED / "danish" / "havnen.yaml")
    text = written(deal, {"financing.guarantees[0].limit": 900_000})
    assert _said_beside(text) == _said_beside(deal.document.text)


@pytest.fixture
def compiled(monkeypatch):
    """What was moved, of every plan that was compiled to try it."""
    tried, plain = [], inputs.moved_deal

    def moved(deal, changes, **how):
        tried.append(list(changes))
        return plain(deal, changes, **how)

    monkeypatch.setattr(inputs, "moved_deal", moved)
    inputs._kept.cache_clear()
    return tried


def test_a_date_is_tried_without_a_plan_where_only_the_language_can_refuse_it(compiled):
    offered = inputs_of(tuba())
    assert sum(one.kind in ("date", "months") and one.group == "dates" for one in offered) >= 5
    assert [changes for changes in compiled if len(changes) == 1] == [["start"]]
    assert len(compiled) == 2
    with speaking("da"):
        assert inputs_of(tuba()) == offered
    assert len(compiled) == 2  # the same in every language


def test_what_only_a_plan_refuses_is_not_offered(compiled):
    deal = api.read(SHIPPED / "ending" / "five-people.yaml")
    assert "cohorts[0].enrolment.opens" in {one.id for one in candidates(deal)}
    assert "cohorts[0].enrolment.opens" not in {one.id for one in inputs_of(deal)}
    assert ["cohorts[0].enrolment"] in compiled


@pytest.mark.parametrize("key", sorted(inputs.DATED))
def test_a_block_is_found_of_which_only_a_plan_knows_when_it_comes(key):
    root = tuba().document.root
    assert not inputs._hangs_on_dates(root)
    assert inputs._hangs_on_dates({**root, "outcomes": {"job": {"more": [{key: "other"}]}}})
    assert not inputs._hangs_on_dates({**root, "stresses": {"other": {key: 1}}})


def test_what_a_stress_of_the_file_reaches_into_is_not_offered():
    deal = api.read(SHIPPED / "risks" / "other-target-group.yaml")
    assert "outcomes.job.success_rate" not in {one.id for one in inputs_of(deal)}


def test_what_a_stress_of_the_file_does_not_bear_is_refused_as_the_file_would_be():
    deal = api.read(
        SHIPPED / "risks" / "savings-without-cash.yaml"
    )  # a stress doubles the share of savings that is paid
    moves = {"payments[0].share": 0.6}
    with pytest.raises(RisksimError, match=r"\[all that is saved becomes cash\]"):
        api.read_text(written(deal, moves))
    with pytest.raises(Problem, match=r"stresses\[all that is saved becomes cash\].*got 1.2") as refused:
        moved_deal(deal, changes_of_set(deal, moves))
    assert (refused.value.kind, refused.value.status) == ("stress-refused", 422)
    moved_deal(deal, changes_of_set(deal, {"payments[0].share": 0.45}))


def test_the_language_of_a_file_is_told_by_its_titles():
    assert shown(tuba()).language == "en"  # it says how Danish pages call things
    assert shown(api.read(SHIPPED / "international" / "newpin.yaml")).language is None


def test_an_assumption_is_never_told_as_a_fact():
    text = written(tuba(), {"cohorts[0].participants": 100, "outcomes.wellbeing.success_rate": 0.6})
    deal = api.read_text(text)
    places = api.block_at(deal, ("cohorts", 0, "participants"))
    assert places["value"] == 100
    assert places["assumption"] == "moved on the page from 120 (source: dsi-tuba, ritzau-2021)"
    assert "source" not in places
    rate = api.block_at(deal, ("outcomes", "wellbeing", "success_rate"))
    assert rate["assumption"].startswith("moved on the page from a mean of 0.75 (assumption: the centre, 75 %")
    assert rate["changed"]["of"]["beta"] == [30, 10]


def test_comments_stay_where_a_file_is_written():
    text = written(tuba(), {"payments[0].price": 24_000, "cohorts[0].enrolment.opens": 6})
    before = [line.strip() for line in tuba().document.text.splitlines() if line.strip().startswith("#")]
    after = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert after == before


def test_nothing_moved_is_the_file_itself():
    assert changes_of_set(tuba(), {"payments[0].price": 20_000}) == {}
    assert written(tuba(), {"payments[0].price": 20_000.0}) == tuba().document.text


@pytest.mark.parametrize("price", [1.234, 58.333, 20_000.5])
def test_a_number_is_never_taken_for_one_with_separators(price):
    deal = api.read(SHIPPED / "examples" / "simple-reference.yaml")
    moves = {"payments[0].price": price}
    text = written(deal, moves)
    assert api.read_text(text).plan.digest == moved_deal(deal, changes_of_set(deal, moves)).plan.digest


def test_an_amount_is_what_it_was_moved_to_to_the_last_digit():
    text = (SHIPPED / "rules" / "per-unit.yaml").read_text(encoding="utf-8")
    small = api.read_text(text.replace("price: {value: 150,", "price: {value: 0.12,"))
    price = next(one for one in inputs_of(small) if one.id == "payments[0].price")
    assert ends(price) == (0.0, 0.24, 0.001)  # a step of the slider is less than a hundredth
    moves = {price.id: 0.125}
    moved = api.read_text(written(small, moves))
    assert api.block_at(moved, price.path)["value"] == 0.125
    assert moved.plan.digest == moved_deal(small, changes_of_set(small, moves)).plan.digest
    exact = api.read_text(text.replace("price: {value: 150,", "price: {value: 0.1250,"))
    assert "moved on the page from 0.125 (" in written(exact, {price.id: 0.13})


def test_a_large_number_is_told_whole_where_it_was_moved():
    deal = api.read(SHIPPED / "financing" / "revenue-loan.yaml")
    assert "moved on the page from 4000000 (" in written(deal, {"outcomes.revenue.result[0].value": 4_100_000})


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({"payments[0].prise": 1}, "Did you mean"),
        ({"schema": 2}, "no input 'schema'"),
        ({"payments[0].price": "20.000"}, "a number"),
        ({"payments[0].price": float("nan")}, "a number"),
        ({"cohorts[0].participants": 10.5}, "a whole number"),
        ({"outcomes.wellbeing.success_rate": 1.0}, "between 0 and 1"),
        ({"outcomes.wellbeing.success_rate": -0.2}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_moved_is_told(moves, said):
    with pytest.raises(Problem, match=said):
        changes_of_set(tuba(), moves)


def test_what_the_language_refuses_is_refused_in_its_words():
    with pytest.raises(Exception, match=r"cohorts\[0\].participants|whole number"):
        moved_deal(tuba(), changes_of_set(tuba(), {"cohorts[0].participants": 0}))
