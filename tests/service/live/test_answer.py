"""The page's numbers are the command line's, and its charts keep their drawing."""

from __future__ import annotations

import functools
import json
import math

import numpy as np
import pytest

from risksim import api, replies
from risksim.analysis.answer import Wishes, ask
from risksim.language import speaking
from risksim.service.live import people
from risksim.service.live.answer import Question, _ends_of, _result, answer
from risksim.service.live.changes import changes_of_set, moved_deal, written
from risksim.service.live.compare import compared
from risksim.service.live.shapes import LiveAnswer, VariantAsked
from tests.engine.deals import SHIPPED

FEW = 512
EVERY_PART = ("answer", "lines", "parties", "drivers", "stresses")


@functools.cache
def deal_of(name: str) -> api.Deal:
    return api.read(SHIPPED / f"{name}.yaml")


def asked(name: str, moves: dict[str, float], *parts: str) -> LiveAnswer:
    return _asked(name, json.dumps(moves), parts).model_copy(deep=True)


@functools.cache
def _asked(name: str, said: str, parts: tuple[str, ...]) -> LiveAnswer:
    moves, paths = json.loads(said), FEW
    deal = deal_of(name)
    changes = changes_of_set(deal, moves)
    question = Question(paths, 7, parts or ("answer",), bool(changes))  # type: ignore[arg-type]
    return answer(moved_deal(deal, changes), question)


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("broendby-tuba", {}),
        ("broendby-tuba", {"outcomes.wellbeing.success_rate": 0.6, "payments[0].price": 31_000.5}),
        ("broendby-tuba", {"cohorts[0].enrolment.opens": 6, "cohorts[0].dropout": 0.35}),
        ("examples/simple-reference", {"payments[0].price": 900}),
        ("financing/senior-junior", {"cohorts[0].participants": 30}),
        ("danish/aaben-og-rolig-loan", {"financing.tranches[0].rate": 0.06}),
    ],
)
def test_the_numbers_are_bit_for_bit_those_of_the_command_line(name, moves):
    found = asked(name, moves)
    there = api.read_text(written(deal_of(name), moves))
    said = replies.ask("run", [there], {"paths": FEW, "seed": 7}, None)
    assert found.digest == said["scenario"]["digest"]
    assert json.loads(found.model_dump_json())["statistics"] == json.loads(json.dumps(said["statistics"]))
    assert (found.paths, found.seed, found.engine) == tuple(said["run"][key] for key in ("paths", "seed", "engine"))


@pytest.mark.parametrize(
    ("name", "moves", "is_told"),
    [
        ("broendby-tuba", {"outcomes.wellbeing.success_rate": 0.6}, True),
        ("broendby-tuba", {"payments[0].price": 31_000.5}, True),
        ("financing/senior-junior", {}, False),  # by law: nothing is settled before its statistics
        ("risks/small-cohort", {}, False),
        ("danish/aaben-og-rolig-loan", {}, True),
        ("public/one-service", {}, True),
    ],
)
def test_the_histogram_that_is_told_first_is_that_of_the_whole_answer(name, moves, is_told):
    deal, firsts = deal_of(name), []
    moved = moved_deal(deal, changes_of_set(deal, moves))
    with speaking("da"):
        whole = answer(moved, Question(FEW, 7, ("answer",), bool(moves)))
        after = answer(moved, Question(FEW, 7, ("answer",), bool(moves)), first=firsts.append)
    assert after == whole
    assert len(firsts) == is_told
    for first in firsts:
        assert first.parts == ["returns"]
        assert first.ends == whole.ends
        assert first.charts == {name: chart for name, chart in whole.charts.items() if name == "returns"}
        same = ("name", "digest", "currency", "paths", "seed", "engine", "command")
        assert [getattr(first, field) for field in same] == [getattr(whole, field) for field in same]


def test_people_who_are_kept_are_met_again_with_the_same_bits(monkeypatch):
    deal = deal_of("broendby-tuba")
    monkeypatch.setattr(people, "_kept", [])
    drawn: list[str] = []
    draw_once = api.draw_once
    monkeypatch.setattr(api, "draw_once", lambda *given: drawn.append("") or draw_once(*given))
    steps = [
        ({"payments[0].price": 24_000}, 1),
        ({"payments[0].price": 25_000, "payments[1].price": 40_000}, 1),
        ({"cohorts[0].dropout": 0.3}, 2),
        ({"financing.tranches[0].commitment": 3_000_000}, 2),  # as in the first, which is still kept
    ]
    for moves, times in steps:
        moved = moved_deal(deal, changes_of_set(deal, moves))
        found = answer(moved, Question(FEW, 7, ("answer",)))
        alone = api.work(ask(moved, FEW, 7).job)
        assert json.dumps(found.statistics) == json.dumps(alone.summary.to_json())
        assert (found.how, found.paths) == (alone.how, alone.paths)
        assert len(drawn) == times


def at(statistics: dict, key: str) -> dict:
    """A statistic by its key with dots, names in brackets."""
    found, rest = statistics, key
    while rest:
        if rest.startswith("["):
            name, rest = rest[1:].split("]", 1)
        else:
            cut = min(place for place in (rest.find("."), rest.find("["), len(rest)) if place >= 0)
            name, rest = rest[:cut], rest[cut:]
        found, rest = found[name], rest.removeprefix(".")
    return found


@pytest.mark.parametrize("name", ["broendby-tuba", "financing/senior-junior", "examples/simple-reference"])
def test_tiles_show_the_statistics_under_their_keys(name):
    found = asked(name, {})
    assert found.figures
    for one in found.figures:
        statistic = at(found.statistics, one.key)
        assert one.value == statistic["value"]
        assert one.standard_error == statistic["standard_error"]
        assert one.text
        assert one.hint


@pytest.mark.parametrize("name", ["broendby-tuba", "financing/senior-junior", "examples/simple-reference"])
def test_ends_are_the_distribution_of_which_the_risk_of_a_loss_is_told(name):
    found = asked(name, {})
    ends = found.ends
    assert ends is not None
    assert math.fsum(ends.weights) == pytest.approx(1.0, abs=1e-12)
    assert all(low < high for low, high in zip(ends.values, ends.values[1:], strict=False))
    below = math.fsum(weight for value, weight in zip(ends.values, ends.weights, strict=True) if value < 0.0)
    side = found.statistics.get("investors") or next(iter(found.statistics["tranches"].values()))
    assert below == pytest.approx(side["loss"]["p_loss"]["value"], abs=1e-12)


def test_neighbours_are_joined_where_there_are_many_and_never_across_nought(monkeypatch):
    whole = asked("broendby-tuba", {})
    monkeypatch.setattr("risksim.service.live.answer.MOST_ENDS", 20)
    _asked.cache_clear()
    few = asked("broendby-tuba", {})
    _asked.cache_clear()
    assert len(few.ends.values) <= 40 < len(whole.ends.values)
    for one in (whole, few):
        mean = math.fsum(value * weight for value, weight in zip(one.ends.values, one.ends.weights, strict=True))
        assert mean == pytest.approx(math.fsum(map(math.prod, zip(whole.ends.values, whole.ends.weights, strict=True))))
    below = [sum(w for v, w in zip(one.ends.values, one.ends.weights, strict=True) if v < 0) for one in (whole, few)]
    assert below[0] == pytest.approx(below[1], abs=1e-12)


@pytest.mark.parametrize("name", ["effects/savings-by-difference-in-differences", "broendby-tuba"])
def test_the_probability_of_ending_below_any_bound_is_exact_to_what_was_joined(name, monkeypatch):
    monkeypatch.setattr("risksim.service.live.answer.MOST_ENDS", 200)
    done = people.done_of(ask(deal_of(name), 4_096, 7, 1, Wishes(), columns=True))
    ends = _ends_of(done)
    result = _result(done.columns, done.plan) / done.plan.minor_units
    values, counts = np.unique(result, return_counts=True)
    assert len(ends.values) < values.size
    assert (ends.values[0], ends.values[-1]) == (values[0], values[-1])
    assert 0.0 < ends.joined < 2 / 200
    before = np.concatenate(([0.0], np.cumsum(ends.weights)))
    told = before[np.searchsorted(ends.values, values)]
    true = (np.cumsum(counts) - counts) / result.size
    assert np.abs(told - true).max() < ends.joined + 1e-12
    often = counts >= result.size / 200  # as what a cap leaves: nobody may be told that all end below it
    assert set(values[often]) <= set(ends.values)
    assert np.abs(told - true)[often].max(initial=0.0) < 1e-12
    assert often.any() == (name != "broendby-tuba")


def test_a_chart_keeps_its_drawing_while_its_numbers_move():
    first = asked("broendby-tuba", {})
    assert {"returns", "exceedance", "repayment"} == set(first.charts)
    for moves in ({"payments[0].price": 36_000}, {"payments[0].price": 90_000}, {"cohorts[0].dropout": 0.25}):
        other = asked("broendby-tuba", moves)
        for name, chart in other.charts.items():
            assert json.dumps(chart.spec) == json.dumps(first.charts[name].spec), name
            assert chart.datasets.keys() == first.charts[name].datasets.keys()
            assert chart.datasets != first.charts[name].datasets


def test_no_rows_are_left_in_a_drawing():
    for chart in asked("broendby-tuba", {}, "answer", "parties", "drivers").charts.values():
        assert '"values": [{' not in json.dumps(chart.spec)
        assert "rows" in chart.datasets
        assert chart.alt
        assert chart.table.rows


def test_every_part_of_tuba_in_danish():
    with speaking("da"):
        found = answer(api.read(SHIPPED / "broendby-tuba.yaml"), Question(256, 1, EVERY_PART))
    assert {"lines", "payers", "tranches", "drivers", "stresses", "budgets"} <= found.tables.keys()
    assert {"returns", "exceedance", "repayment", "waterfall", "drivers", "stresses", "budgets"} <= found.charts.keys()
    assert any("S\N{LATIN CAPITAL LETTER O WITH STROKE}M" in note for note in found.notes)
    stresses = [row[0].text for row in found.tables["stresses"].rows]
    assert any("one risk in four" in name for name in stresses)


def test_the_lines_are_those_of_the_command_line():
    found = asked("broendby-tuba", {}, "lines")
    said = replies.ask("run", [deal_of("broendby-tuba")], {"paths": FEW, "seed": 7}, None)
    worths = [line["npv"]["value"] for line in said["three_lines"]["lines"]]
    assert [row[2].value for row in found.tables["lines"].rows] == worths
    assert found.statistics == {}
    assert found.sentences == []


def test_a_deal_in_which_nobody_invests_tells_of_public_budgets():
    name = next(
        file.relative_to(SHIPPED).as_posix().removesuffix(".yaml")
        for file in sorted((SHIPPED / "public").glob("*.yaml"))
        if "\nfinancing:" not in file.read_text(encoding="utf-8") and "\npublic:" in file.read_text(encoding="utf-8")
    )
    found = asked(name, {}, "answer", "parties")
    assert found.figures
    assert found.sentences
    assert found.notes
    assert found.command.startswith("risksim public ")


def test_who_gains_says_at_which_rate_whatever_else_is_asked():
    alone = asked("broendby-tuba", {}, "parties").tables["parties"]
    beside = asked("broendby-tuba", {}, "lines", "parties").tables["parties"]
    assert alone.notes == beside.notes
    assert alone.notes[0].startswith("Investors: present value at 3.5")


def test_a_loan_without_people_is_answered():
    found = asked("danish/aaben-og-rolig-loan", {}, *EVERY_PART)
    assert found.sentences
    assert "returns" in found.charts


def test_variants_meet_the_same_people():
    deal = deal_of("broendby-tuba")
    variants = [
        VariantAsked(name="as it stands"),
        VariantAsked(name="dearer", set={"payments[0].price": 24_000}),
        VariantAsked(name="the same"),
    ]
    found = compared(deal, variants, FEW, 7)
    rows = {row[0].text: row for row in found.table.rows}
    assert len(found.digests) == 3
    assert found.digests[0] == found.digests[2] != found.digests[1]
    worth = next(row for name, row in rows.items() if name.startswith("Present value"))
    assert worth[1].value > 0.0
    assert worth[2].value > 0.0
    assert worth[3].value == 0.0
    base, dearer = (asked("broendby-tuba", one.set) for one in variants[:2])
    change = [one.statistics["tranches"]["DSI"]["npv"]["0.035"]["mean"]["value"] for one in (base, dearer)]
    assert abs(worth[1].value - (change[1] - change[0])) < 4.0 * worth[2].value, (worth[1:3], change)


def test_several_payers_have_a_fan_each_and_one_of_all_together():
    deal = api.read(SHIPPED / "danish" / "havnen.yaml")
    charts = answer(deal, Question(1_024, 1, ("answer",))).charts
    fans = {name: chart for name, chart in charts.items() if name.startswith("repayment-")}
    assert list(fans) == ["repayment-all", "repayment-1", "repayment-2"]
    assert [chart.label for chart in fans.values()] == ["All payers together", "Municipality", "Outcome fund"]
    assert charts["repayment"].label == ""
    columns = people.done_of(ask(deal, 1_024, 1, 1, Wishes(), columns=True)).columns
    assert columns is not None
    years, payers = deal.plan.labels.years, range(len(deal.plan.labels.payers))
    for row in fans["repayment-all"].table.rows:
        place = years.index(int(row[0].text))
        due = sum(np.asarray(columns[f"repayment.{payer}.{place}"]) for payer in payers) / deal.plan.minor_units
        assert row[1].value == pytest.approx(due.mean(), rel=1e-9)
        for cell, level in zip(row[2:], (0.05, 0.25, 0.5, 0.75, 0.95), strict=True):
            low, high = np.quantile(due, [level - 0.02, level + 0.02])
            assert low <= cell.value <= high  # type: ignore[operator]
        assert "±" in row[6].text


def test_the_fan_of_one_payer_tells_its_errors_and_there_is_no_choice():
    charts = answer(api.read(SHIPPED / "broendby-tuba.yaml"), Question(2_048, 1, ("answer",))).charts
    assert [name for name in charts if name.startswith("repayment")] == ["repayment"]
    assert charts["repayment"].label == ""
    assert all("±" in row[1].text for row in charts["repayment"].table.rows)
