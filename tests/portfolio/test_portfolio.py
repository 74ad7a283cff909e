"""Portfolios: streams, sums, delays, shares, results under documented keys, and every mistake people make."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from risksim import api
from risksim.engine.run import Settings, run
from risksim.errors import RunError, ScenarioError
from risksim.metrics import precision
from risksim.metrics.fund import most_out, present_worth
from risksim.metrics.sample import Sample
from risksim.plan.hashes import hash32
from risksim.plan.portfolio import for_portfolio, stream_of
from risksim.scenario.portfolio import delayed
from risksim.scenario.portfolio_reader import is_portfolio, read_portfolio
from tests.engine.deals import deal, shipped, shipped_plan
from tests.reference.twin import run_path
from tests.test_results_page import SHORT, keys, risksim, rows, section

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "scenarios" / "portfolio" / "four-danish-deals.yaml"
SIMPLE = ROOT / "scenarios" / "examples" / "simple-reference.yaml"
GATE = ROOT / "scenarios" / "outcomes" / "gate.yaml"


def written(folder, text, name="fund.yaml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def fund(folder, *entries, head="name: A fund"):
    lines = "".join(f"    - {entry}\n" for entry in entries)
    return written(folder, f"portfolio:\n  {head}\n  deals:\n{lines}")


# Streams


def test_a_stream_is_the_hash_of_the_name_in_the_portfolio(tmp_path):
    found = api.read_portfolio(fund(tmp_path, f"{{file: {SIMPLE}, name: a, times: 3}}", f"{{file: {SIMPLE}, name: b}}"))
    assert [holding.name for holding in found.holdings] == ["a 1", "a 2", "a 3", "b"]
    streams = [holding.deal.plan.stream for holding in found.holdings]
    assert streams == [hash32(name) for name in ("a 1", "a 2", "a 3", "b")]
    assert stream_of("a 1") == hash32("a 1")


def test_a_portfolio_of_one_deal_is_that_deal_in_another_stream(tmp_path):
    made = api.run_portfolio(api.read_portfolio(fund(tmp_path, f"{{file: {SIMPLE}, name: only}}")), 400)
    alone = run(for_portfolio(shipped_plan("examples/simple-reference.yaml"), hash32("only")), Settings(400))
    assert np.array_equal(made.arrays.drawn[:, 0], alone.drawn[:, 0])
    assert np.array_equal(made.arrays.received[:, 0], alone.received[:, 0])
    plain = run(shipped_plan("examples/simple-reference.yaml"), Settings(400))
    assert not np.array_equal(made.arrays.received[:, 0], plain.received[:, 0])
    assert made.summary.deals["only"].whole == api.summarise(api.Run(*_of(alone)))


def _of(paths):
    return for_portfolio(shipped_plan("examples/simple-reference.yaml"), hash32("only")), paths, 1, "individual"


def test_a_deal_in_its_stream_equals_the_slow_twin():
    scenario = deal()
    plan = for_portfolio(_plan(scenario), hash32("b"))
    found = run(plan, Settings(5))
    for path in range(5):
        inputs = dict(zip((note.name for note in plan.labels.inputs), found.inputs[path].tolist(), strict=True))
        twin = run_path(scenario, 1, path, stream=hash32("b"), known=inputs)
        assert (found.drawn[path, 0], found.received[path, 0]) == (twin.drawn, twin.received)


def _plan(scenario):
    from risksim.plan.compile import compile_plan

    return compile_plan(scenario)


def test_equal_deals_have_luck_of_their_own(tmp_path):
    made = api.run_portfolio(api.read_portfolio(fund(tmp_path, f"{{file: {SIMPLE}, name: a, times: 3}}")), 20_000)
    pairs = [made.summary.correlation["a 1"][other] for other in ("a 2", "a 3")]
    assert all(abs(pair.value) < 4 * pair.standard_error for pair in pairs)
    assert pairs[0].standard_error == pytest.approx(1 / math.sqrt(20_000), rel=0.1)
    ratio = made.summary.diversification  # of n independent deals alike: sqrt(n) s / (n s)
    assert abs(ratio.value - 1 / math.sqrt(3)) < 4 * ratio.standard_error


def test_one_deal_twice_in_one_stream_goes_together_wholly():
    plan = shipped_plan("examples/simple-reference.yaml")
    worth = run(plan, Settings(1_000)).npv[:, 0, 0]
    sample = Sample.equal(1_000)
    assert precision.correlation(worth, worth, sample).value == pytest.approx(1.0)
    assert (
        precision.correlation(worth, np.ones(1_000), sample).value != precision.correlation(worth, worth, sample).value
    )
    assert precision.ratio_of_spreads(np.column_stack([worth, worth]), sample).value == pytest.approx(1.0)


@pytest.mark.parametrize("settings", [{"threads": 1}, {"threads": 3, "block": 256}])
def test_threads_and_blocks_change_no_bit(settings):
    portfolio = api.read_portfolio(SHIPPED)
    one, other = api.run_portfolio(portfolio, 700), api.run_portfolio(portfolio, 700, **settings)
    for name in one.arrays._fields:
        assert np.array_equal(getattr(one.arrays, name), getattr(other.arrays, name)), name


def test_more_paths_keep_the_first_ones():
    portfolio = api.read_portfolio(SHIPPED)
    few, many = api.run_portfolio(portfolio, 300), api.run_portfolio(portfolio, 600)
    assert np.array_equal(few.arrays.npv, many.arrays.npv[:300])


# Sums


def test_flows_add_up_to_what_is_paid_in_and_got_back():
    made = api.run_portfolio(api.read_portfolio(SHIPPED), 300)
    arrays, unit = made.arrays, made.names.minor_units
    net = (arrays.received - arrays.drawn).sum(axis=1) / unit
    assert arrays.flow.sum(axis=1) == pytest.approx(net, abs=0.01)
    # At 0 % a net present value is the sum of the flows, whatever the dates.
    assert arrays.npv[:, :, 0] == pytest.approx((arrays.received - arrays.drawn) / unit, abs=0.01)
    at = made.names.hurdles[1]
    assert arrays.npv[:, :, 1].sum(axis=1) == pytest.approx(present_worth(arrays.flow, made.names.years, at), abs=0.01)
    assert made.names.years[0] == 0.0


def test_repayment_is_that_of_whole_deals():
    portfolio = api.read_portfolio(SHIPPED)
    made = api.run_portfolio(portfolio, 200)
    total = sum(run(holding.deal.plan, Settings(200)).repayment.sum() for holding in portfolio.holdings)
    assert made.arrays.repayment.sum() == total


def test_most_out_by_hand():
    # 100 in, 40 back, 80 in, 200 back: 100, 60, 140 and -60 are out. Nothing in at all: nothing out.
    flow = np.array([[-100.0, 40.0, -80.0, 200.0], [0.0, 5.0, 0.0, 0.0]])
    assert most_out(flow).tolist() == [140.0, 0.0]


def test_present_worth_by_hand():
    # -100 now and 121 after two years at 10 %: -100 + 121 / 1.21 = 0.
    assert present_worth(np.array([[-100.0, 121.0]]), np.array([0.0, 2.0]), 0.1) == pytest.approx([0.0])


def test_a_share_scales_what_the_fund_holds_and_nothing_else(tmp_path):
    whole, half = (
        api.run_portfolio(api.read_portfolio(fund(tmp_path, f"{{file: {SIMPLE}, name: a, share: {share}}}")), 300)
        for share in (1.0, 0.5)
    )
    assert np.array_equal(0.5 * whole.arrays.received, half.arrays.received)
    assert np.array_equal(whole.arrays.repayment, half.arrays.repayment)
    assert whole.summary.deals["a"].whole == half.summary.deals["a"].whole
    assert whole.summary.fund.loss.p_loss == half.summary.fund.loss.p_loss


def test_a_tranche_is_that_tranche(tmp_path):
    file = ROOT / "scenarios" / "financing" / "senior-junior.yaml"
    portfolio = api.read_portfolio(fund(tmp_path, f"{{file: {file}, name: a, tranche: junior}}"))
    made = api.run_portfolio(portfolio, 300)
    paths = run(portfolio.holdings[0].deal.plan, Settings(300))
    assert np.array_equal(made.arrays.drawn[:, 0], paths.drawn[:, portfolio.holdings[0].tranche])


# Delays


def test_a_delay_moves_every_date_and_nobody(tmp_path):
    portfolio = api.read_portfolio(fund(tmp_path, f"{{file: {SIMPLE}, name: a, start_delay: 18 months}}"))
    later, scenario = portfolio.holdings[0].deal, shipped("examples/simple-reference.yaml")
    assert (str(later.scenario.start_date), str(later.scenario.end_date)) == ("2026-07-01", "2028-07-01")
    assert api.review(later).unstated == ()
    now, then = (run(for_portfolio(plan, 7), Settings(300)) for plan in (_plan(scenario), later.plan))
    assert np.array_equal(now.flow, then.flow)
    assert later.plan.labels.years == (2026, 2028)


def test_a_delay_leaves_what_has_no_date():
    scenario = shipped("examples/simple-reference.yaml")
    assert delayed(scenario, 0) is scenario
    assert delayed(scenario, 5).cohorts is scenario.cohorts
    assert delayed({2027: 104.0, "on": [scenario.start_date]}, 1)[2027] == 104.0


def test_the_fund_counts_from_the_start_of_its_first_deal(tmp_path):
    portfolio = api.read_portfolio(
        fund(
            tmp_path,
            f"{{file: {SIMPLE}, name: late, start_delay: 12 months}}",
            f"{{file: {SIMPLE}, name: early}}",
            head="name: Two\n  day_count: months/12\n  hurdles: [0.05]",
        )
    )
    made = api.run_portfolio(portfolio, 200)
    assert made.names.years.tolist() == [0.0, 1.0, 2.0, 3.0]
    # The late deal draws 4,000,000 after a year and is paid after three.
    received = made.arrays.received[:, 0] / 100
    assert made.arrays.npv[:, 0, 0] == pytest.approx(received / 1.05**3 - 4_000_000 / 1.05, abs=0.01)


# What people see


def test_page_answers_in_a_sentence():
    said = risksim("run", SHIPPED, "--paths", 500, "--quiet")
    assert "futures the fund gets its capital back from its 4 deals." in said
    for words in ("The fund varies by", "Repayment by the municipality, by budget year", "Memox"):
        assert words in said


def test_check_lists_the_deals():
    said = json.loads(risksim("check", SHIPPED, "--json"))
    assert [line["name"] for line in said["deals"]] == ["Havnen", "Diabetes Aarhus", "Lær for Livet", "Memox"]
    assert [line["unstated"] for line in said["deals"]] == [0, 0, 0, 0]
    assert "4 deals" in risksim("check", SHIPPED)


def test_explain_opens_the_path_of_the_portfolio():
    portfolio = api.read_portfolio(SHIPPED)
    made = api.run_portfolio(portfolio, 20)
    told = json.loads(risksim("explain", SHIPPED, "--path", 7, "--deal", "Diabetes Aarhus", "--json"))
    investor = next(one for one in told["tranches"] if one["name"] == "DSI")
    assert investor["received"] == pytest.approx(made.arrays.received[7, 1] / 100)


def test_explain_asks_which_deal():
    portfolio = api.read_portfolio(SHIPPED)
    with pytest.raises(RunError, match="there is Havnen, Diabetes Aarhus"):
        portfolio.holding("Harbour")


def documented(title):
    found = set()
    for key, _ in rows(section(title)):
        word = key.rpartition(".")[2]
        found |= {key.removesuffix(word) + choice for choice in SHORT.get(word, [word])}
    return found


def named(key):
    for deal_name in ("Havnen", "Diabetes Aarhus", "Lær for Livet", "Memox"):
        key = key.replace(f"correlation.{deal_name}", "correlation[DEAL]").replace(f".{deal_name}", "[DEAL]")
    return key


def test_page_names_every_key_of_the_json_of_a_portfolio():
    said = json.loads(risksim("run", SHIPPED, "--paths", 200, "--quiet", "--json"))
    emitted = {named(key) for key in keys(said)}
    emitted = {key if ".whole." not in key else key[: key.index(".whole.") + 6] for key in emitted}
    assert emitted | {"portfolio.not_checked[]"} == documented("JSON of a portfolio")  # none in these deals
    checked = {named(key) for key in keys(json.loads(risksim("check", SHIPPED, "--json")))}
    assert checked | {"not_checked[]"} == documented("JSON of a check of a portfolio")


def test_saved_forms_hold_the_same_money(tmp_path):
    for ending in ("nc", "csv", "json"):
        risksim("run", SHIPPED, "--paths", 50, "--quiet", "--out", tmp_path / f"fund.{ending}")
    with (tmp_path / "fund.csv").open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    with xr.open_dataset(tmp_path / "fund.nc", engine="h5netcdf") as data:
        assert set(data.sizes) == {"path", "deal", "hurdle", "period", "payer", "year"}
        assert data["received"].sum("deal").to_numpy() == pytest.approx([float(row["received"]) for row in table])
        said = {name: tuple(dims.split(", ")) for name, dims in rows(section("netCDF of a portfolio"))}
        assert {name: array.dims for name, array in data.variables.items()} == said


# Mistakes


def faults(file):
    with pytest.raises(ScenarioError) as raised:
        api.read_portfolio(file)
    return raised.value.faults


MISTAKES = {
    "unknown key": ("{file: FILE, shares: 1}", "portfolio.deals[0].shares", "not known here", "share"),
    "no file": ("{name: a}", "portfolio.deals[0].file", "got no file", "file"),
    "missing file": (
        "{file: nowhere.yaml}",
        "portfolio.deals[0].file",
        "in which there is a mistake",
        "Mend that file",
    ),
    "share of nothing": ("{file: FILE, share: 0}", "portfolio.deals[0].share", "got 0", ""),
    "share above all": ("{file: FILE, share: 1.2}", "portfolio.deals[0].share", "got 1.2", ""),
    "no times": ("{file: FILE, times: 0}", "portfolio.deals[0].times", "got 0", ""),
    "too many": ("{file: FILE, times: 1000}\n    - {file: FILE, name: b}", "portfolio.deals", "1,001 deals", "times"),
    "negative exposure": ("{file: FILE, exposure: -1}", "portfolio.deals[0].exposure", "got -1", ""),
    "delay without unit": ("{file: FILE, start_delay: 6}", "portfolio.deals[0].start_delay", "got 6", "6 months"),
    "delay too long": ("{file: FILE, start_delay: 100 years}", None, "", ""),
    "unknown tranche": ("{file: FILE, tranche: inwestor}", "portfolio.deals[0].tranche", "is no tranche", "investor"),
    "name twice": (
        "{file: FILE}\n    - {file: FILE}",
        "portfolio.deals[1].file",
        "also one of entry 1",
        "name: Simple reference deal B",
    ),
    "name of a copy": (
        "{file: FILE, name: a, times: 2}\n    - {file: FILE, name: a 2}",
        "portfolio.deals[1].name",
        "'a 2', which is also one of entry 1",
        "",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(mistake, tmp_path):
    entry, path, found, remedy = MISTAKES[mistake]
    file = fund(tmp_path, entry.replace("FILE", str(SIMPLE)))
    if path is None:
        assert api.read_portfolio(file, draft=True).holdings[0].deal.scenario.end_date.year == 2127
        return
    fault = faults(file)[0]
    assert (fault.file, fault.path) == (str(file), path)
    assert fault.line is not None
    assert found in fault.found
    assert remedy in fault.remedy
    assert fault.remedy


def test_mixed_currencies_are_a_mistake(tmp_path):
    fault = faults(fund(tmp_path, f"{{file: {SIMPLE}}}", head="name: A fund\n  currency: EUR"))[0]
    assert (fault.line, fault.path) == (5, "portfolio.deals[0].file")
    assert "a deal in DKK; this portfolio is in EUR" in fault.found


def test_a_fault_of_a_deal_names_both_files(tmp_path):
    text = SIMPLE.read_text(encoding="utf-8").replace("dropout: {beta: [4, 16]", "dropout: {beta: [4]")
    broken = written(tmp_path, text, "broken.yaml")
    file = fund(tmp_path, "{file: broken.yaml}")
    first, second = faults(file)
    assert (first.file, first.line, first.path) == (str(file), 4, "portfolio.deals[0].file")
    assert (second.file, second.path) == (str(broken), "cohorts[0].dropout.beta[1]")


def test_a_fault_of_a_law_names_both_files(tmp_path):
    text = SIMPLE.read_text(encoding="utf-8").replace("{beta: [4, 16]", "{normal: {mean: 0.5, sd: 4}")
    broken = written(tmp_path, text, "broken.yaml")
    assert [fault.file for fault in faults(fund(tmp_path, "{file: broken.yaml}"))] == [
        str(tmp_path / "fund.yaml"),
        str(broken),
    ]


def test_a_portfolio_lists_no_portfolio_and_not_itself(tmp_path):
    file = fund(tmp_path, "{file: fund.yaml}")
    assert is_portfolio(file)
    assert "which is a portfolio itself" in faults(file)[1].found


def test_a_hurdle_stands_once(tmp_path):
    fault = faults(fund(tmp_path, f"{{file: {SIMPLE}}}", head="name: A fund\n  hurdles: [0.0, 0.05, 0.05]"))[0]
    assert (fault.path, fault.line) == ("portfolio.hurdles[2]", 3)


def test_what_is_no_portfolio_is_read_as_a_deal(tmp_path):
    assert not is_portfolio(SIMPLE)
    assert not is_portfolio(tmp_path / "nowhere.yaml")
    assert not is_portfolio("-")


def test_shipped_portfolio_reads():
    portfolio, _, members = read_portfolio(SHIPPED)
    assert len(members) == len(portfolio.deals) == 4
