"""The public budgets of shipped files: published figures, and sums worked by hand in the files themselves.

Money in comments is kroner. The calculation on paper holds every input at its mean, so it meets sums by hand to the
rounding of an øre a line and year.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.engine.purse import expect_purse
from risksim.scenario.reader import read_scenario
from risksim.scenario.scenario import Scenario
from tests.engine.deals import SHIPPED, lists_deals

WITH_PUBLIC = sorted(
    file
    for file in SHIPPED.rglob("*.yaml")
    if not lists_deals(file) and "\npublic:" in file.read_text(encoding="utf-8")
)
MUNICIPALITY, REGION, STATE = range(3)


@functools.cache
def scenario(name: str) -> Scenario:
    return read_scenario(SHIPPED / f"{name}.yaml")[0]


@functools.cache
def on_paper(name: str):
    """The purse of a file as laid out, and its calculation on paper."""
    plan = api.at_means(api.read(SHIPPED / f"{name}.yaml"))
    return plan.purse, expect_purse(plan)[1]


def kroner(amounts):
    return np.asarray(amounts) / 100


def by_line(name: str, kind: str = "line_net"):
    purse, found = on_paper(name)
    return dict(zip(purse.names, kroner(getattr(found, kind)[0]), strict=True))


def breaks_even(name: str, *, discounted: bool) -> int:
    """Years from the start until the municipality has its costs back, on paper."""
    purse, found = on_paper(name)
    flow = kroner(found.net - found.cost)[0, MUNICIPALITY] * (purse.discount if discounted else 1.0)
    behind = np.flatnonzero(np.cumsum(flow) < 0)
    assert behind.size
    assert behind[-1] + 1 < len(purse.years)
    return int(behind[-1] + 1)


@pytest.mark.parametrize("file", WITH_PUBLIC, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_number_of_a_public_block_names_its_source_or_a_reason(file):
    deal = api.read(file)
    assert api.review(deal).unstated == ()
    assert deal.plan.purse is not None


@pytest.mark.parametrize("file", [f for f in WITH_PUBLIC if f.parent.name == "danish"], ids=lambda file: file.stem)
def test_the_public_block_of_a_real_deal_is_short_and_says_that_it_is_no_forecast(file):
    public = read_scenario(file)[0].public
    assert 1 <= len(public.consequences) + len(public.during) <= 4
    block = file.read_text(encoding="utf-8").split("financing:")[1]
    assert "no forecast" in block.replace("\n# ", " ") or "havnen.yaml" in block


# SØM


def test_ips_costs_5300_a_participant_more_than_the_alternative_and_795_000_in_all():
    file = scenario("soem/ips-2021")
    assert [int(cohort.places) for cohort in file.cohorts] == [50, 50, 50]
    costs = file.public.costs
    more = costs["the programme"].amount.value - costs["what is done without it"].amount.value
    assert more == 5_300
    assert 150 * more == 795_000
    _, found = on_paper("soem/ips-2021")
    assert kroner(found.cost[0]).sum() == 795_000


def test_ips_saves_in_the_ten_years_after_the_year_in_which_each_intake_leaves():
    # People leave in July of 2022, 2023 and 2024; the first saves from 2023, the last until 2034.
    purse, found = on_paper("soem/ips-2021")
    saved = kroner(found.net[0]).sum(axis=0)
    assert [year for year, amount in zip(purse.years, saved, strict=True) if amount > 0] == list(range(2023, 2035))
    # A success of one intake: 50 x (45 % - 30 %) = 7.5 people save 0.5 x 150,000 + 2 x 4,000 + 20 x 500 = 93,000 each.
    assert saved[purse.years.index(2023)] == pytest.approx(7.5 * 93_000, abs=0.05)
    # A tenth is lost each year; in 2024 the second intake begins.
    assert saved[purse.years.index(2024)] == pytest.approx(7.5 * 93_000 * 1.9, abs=0.05)


def test_r_and_r2_costs_958_000_a_year_and_28_176_for_each_who_completes():
    file = scenario("soem/r-and-r2-adhd-2020")
    completers = sum(int(cohort.places) for cohort in file.cohorts)
    purse, found = on_paper("soem/r-and-r2-adhd-2020")
    cost = kroner(found.cost[0, MUNICIPALITY])
    assert list(cost[[purse.years.index(year) for year in (2020, 2021, 2022)]]) == [958_000] * 3
    assert (completers, cost.sum()) == (102, 2_874_000)
    assert round(cost.sum() / completers) == 28_176


def test_r_and_r2_leaves_all_three_sectors_better_off_as_published():
    purse, found = on_paper("soem/r-and-r2-adhd-2020")
    left = (kroner(found.net - found.cost)[0] * purse.discount).sum(axis=1)
    assert all(left[[MUNICIPALITY, REGION, STATE]] > 0)


@pytest.mark.parametrize(
    ("a_course", "begin", "complete", "for_each"),
    [(8, 96, 91.2, 22_000), (10, 120, 114.0, 19_000), (12, 144, 136.8, 17_000)],
)
def test_a_course_of_r_and_r2_costs_what_is_published_in_groups_of(a_course, begin, complete, for_each):
    file = scenario("soem/r-and-r2-adhd-cost-2018")
    assert begin == 2 * 2 * a_course * 3
    assert complete == pytest.approx(begin * (1 - file.cohorts[0].dropout.value))
    teams, each = (line.amount.value for line in file.public.costs.values())
    assert (teams + begin * each) / complete == pytest.approx(for_each, abs=1e-6)


def test_a_group_of_eight_costs_about_two_million_for_91_who_complete():
    _, found = on_paper("soem/r-and-r2-adhd-cost-2018")
    assert kroner(found.cost[0]).sum() == pytest.approx(2_006_400, abs=0.02)
    assert round(2_000_000 / 22_000) == 91
    assert round(2_000_000 / 22_000 / 96, 2) == 0.95


PARENTS = {"KiK": (21_356, 29_949, 34_796), "PMTO+ADHD": (41_419, 45_094, 55_753), "M-SKP": (31_901, 57_183, 71_507)}
"""Published cost of a completed course: lowest, base, highest."""


def test_the_parent_programmes_hold_the_published_ranges_in_their_order():
    costs = scenario("soem/adhd-parent-programmes").public.costs
    assert {name: tuple(line.amount.triangular) for name, line in costs.items()} == PARENTS
    length = {name: high - low for name, (low, _, high) in PARENTS.items()}
    assert sorted(length, key=length.__getitem__, reverse=True) == ["M-SKP", "PMTO+ADHD", "KiK"]
    further_up = {name: high - base > base - low for name, (low, base, high) in PARENTS.items()}
    assert further_up == {"KiK": False, "PMTO+ADHD": True, "M-SKP": False}


def test_the_tornado_of_the_parent_programmes_can_reach_the_published_ends():
    deal = api.read(SHIPPED / "soem/adhd-parent-programmes.yaml")
    reach = {one.name: dict(one.points) for one in api.movable(deal.plan) if one.of_purse}
    for name, (low, _, high) in PARENTS.items():
        (points,) = (found for said, found in reach.items() if f"[{name}]" in said)
        # The ends of a law are its points at almost 0 and almost 1.
        assert (points["lowest"], points["highest"]) == pytest.approx((low, high), abs=0.01)


def test_completion_alone_reproduces_no_published_highest_cost():
    alone = {"KiK": 90 / 75, "PMTO+ADHD": 90 / 70, "M-SKP": 90 / 70}
    costs = {name: round(PARENTS[name][1] * factor) for name, factor in alone.items()}
    assert costs == {"KiK": 35_939, "PMTO+ADHD": 57_978, "M-SKP": 73_521}
    assert all(cost > PARENTS[name][2] for name, cost in costs.items())


def test_eftervaern_saves_a_thousand_a_month_on_support_itself():
    lines = by_line("soem/eftervaern-2020")
    # 704 x 12 months at 15,000 before and 14,000 after.
    assert lines["support as before"] == pytest.approx(704 * 12 * 15_000)
    assert lines["support after the change"] == pytest.approx(-704 * 12 * 14_000)


def test_the_two_scenarios_of_eftervaern_read_and_save_more():
    deal = api.read(SHIPPED / "soem/eftervaern-2020.yaml")
    saved = {None: by_line("soem/eftervaern-2020")["income support"]}
    for stress in ("the change goes on until 2022", "what it saves lasts longer"):
        plan = api.at_means(api.stressed(deal, stress))
        saved[stress] = kroner(expect_purse(plan)[1].line_net[0, plan.purse.names.index("income support")])
    # 2,514 / 704 as many; and ten years instead of four, a tenth less each: (1 - 0.9^10) / (1 - 0.9^4).
    assert saved["the change goes on until 2022"] / saved[None] == pytest.approx(2_514 / 704, rel=1e-4)
    assert saved["what it saves lasts longer"] / saved[None] == pytest.approx((1 - 0.9**10) / (1 - 0.9**4), rel=1e-4)


# Faxe

PUBLISHED_YEARS = {"prevent-placements": (2, 3), "adults-succeed": (5, 10), "early-effort": (5, 10), "mixed": (15, 20)}


@pytest.mark.parametrize("discounted", [False, True], ids=["nominal", "discounted"])
@pytest.mark.parametrize("name", PUBLISHED_YEARS)
def test_a_strategy_of_faxe_breaks_even_in_the_published_years(name, discounted):
    first, last = PUBLISHED_YEARS[name]
    assert first <= breaks_even(f"faxe/{name}", discounted=discounted) <= last


@functools.cache
def of_strategies():
    """Break-even of the municipality by strategy, and of all together, as `risksim public` reckons it."""
    found = api.portfolio_purse(api.read_portfolio(SHIPPED / "faxe/strategies.yaml"), 2_048)
    return {name: figures["municipality"].break_even for name, figures in (*found.deals, ("all deals", found.total))}


@pytest.mark.parametrize("name", PUBLISHED_YEARS)
def test_half_of_all_futures_break_even_in_the_published_years_too(name):
    # 2,048 paths: the year is a whole number and lies inside each range with its 95 % interval.
    first, last = PUBLISHED_YEARS[name]
    title = read_scenario(SHIPPED / f"faxe/{name}.yaml")[0].name.removeprefix("Faxe, ")
    even = of_strategies()[title]
    assert first <= even.p50_after_start.low <= even.p50_after_start.high <= last
    assert even.expected_only.value - 2021 == breaks_even(f"faxe/{name}", discounted=True)


def test_the_strategies_together_break_even_on_paper_between_the_first_and_the_last():
    even = of_strategies()
    alone = [one.expected_only.value for name, one in even.items() if name != "all deals"]
    assert min(alone) < even["all deals"].expected_only.value < max(alone)


@pytest.mark.parametrize(
    ("name", "people", "effect", "saved", "year"),
    [
        ("prevent-placements", 20, 0.25, 0.5 * 487_518 + 0.3 * 973_571 - 137_995, 2022),
        ("adults-succeed", 60, 0.15, 0.8 * 130_000 + 0.3 * 38_939, 2022),
        ("early-effort", 100, 0.15, 0.5 * 38_939 + 0.2 * 137_995 + 0.02 * 487_518, 2022),
        ("mixed", 200, 0.10, 0.05 * (0.5 * 38_939 + 0.2 * 137_995 + 0.1 * 151_892), 2022),
    ],
)
def test_a_strategy_of_faxe_saves_in_a_year_what_its_file_works_out(name, people, effect, saved, year):
    purse, found = on_paper(f"faxe/{name}")
    of_years = kroner(found.net[0]).sum(axis=0)
    assert purse.years[int(np.flatnonzero(of_years)[0])] == year
    assert of_years[purse.years.index(year)] == pytest.approx(people * effect * saved, abs=0.05)


def test_the_state_refunds_an_institution_but_not_foster_care():
    # 25 % of what an institution costs above 830,000: 0.25 x (973,571 - 830,000) = 35,893 of 973,571.
    _, found = on_paper("faxe/prevent-placements")
    institution = by_line("faxe/prevent-placements")["institution"]
    state = kroner(found.net[0, STATE]).sum()
    assert state == pytest.approx(institution * 0.25 * (973_571 - 830_000) / 973_571, abs=0.05)


# Teaching files


def test_the_municipality_is_1_200_000_behind_in_2026_and_even_in_2030():
    purse, found = on_paper("public/repays-before-it-saves")
    position = kroner(found.net - found.cost - found.payment)[0, MUNICIPALITY].cumsum()
    at = dict(zip(purse.years, position, strict=True))
    assert (at[2025], at[2026], at[2027]) == (0, -1_200_000, -900_000)
    assert at[2030] == pytest.approx(0, abs=0.01)
    assert at[2034] == 1_200_000
    assert kroner(found.deadweight[0]) == pytest.approx(8 * 60_000)


def test_the_municipality_pays_for_what_region_and_state_gain():
    purse, found = on_paper("public/wrong-pocket")
    net, paid = kroner(found.net[0]).sum(axis=1), kroner(found.payment[0]).sum(axis=1)
    fund = purse.budgets.index("outcome fund")
    assert list(net[[MUNICIPALITY, REGION, STATE, fund]]) == [2_000_000, 2_500_000, 1_500_000, 0]
    assert list(paid[[MUNICIPALITY, REGION, STATE, fund]]) == [1_200_000, 0, 0, 800_000]


def test_the_refund_ladder_leaves_the_municipality_61_92_per_cent_and_then_80():
    purse, found = on_paper("public/refund-ladder")
    kept = kroner(found.net[0, MUNICIPALITY])
    # Of 10 x 100,000: 20 % of 4 weeks, 60 % of 22 and 70 % of 26 are 32.2 of 52; after that 80 %.
    assert kept[purse.years.index(2026)] == pytest.approx(1_000_000 * 32.2 / 52, abs=0.01)
    assert kept[purse.years.index(2027)] == 800_000
    assert kept.sum() / 2_000_000 == pytest.approx(0.7096, abs=5e-5)


def test_refunds_move_money_between_municipality_and_state_and_leave_the_sum():
    deal = api.read(SHIPPED / "public/refund-ladder.yaml")
    _, found = on_paper("public/refund-ladder")
    without = expect_purse(api.at_means(api.stressed(deal, "no refunds")))[1]
    assert np.array_equal(found.net.sum(axis=1), without.net.sum(axis=1))
    assert without.net[0, STATE].sum() == 0
    longer = expect_purse(api.at_means(api.stressed(deal, "on benefits for a year already")))[1]
    assert kroner(longer.net[0, MUNICIPALITY]).sum() == 1_600_000


def test_two_outcomes_that_claim_a_benefit_save_it_once_a_year():
    # Education saves 2026 to 2028, the job 2027 to 2029: four years of ten people at 100,000; 75 % of it is ours.
    assert by_line("public/overlapping-outcomes", "line_gross")["benefit"] == 4_000_000
    assert by_line("public/overlapping-outcomes")["benefit"] == 3_000_000


def test_what_nobody_would_have_served_and_what_is_no_cash_come_off_one_after_the_other():
    _, found = on_paper("public/service-level")
    assert [kroner(part[0]).sum() for part in (found.gross, found.net, found.cash)] == [1_200_000, 900_000, 450_000]


def test_the_appropriation_is_22_jobs_in_2026():
    file = scenario("public/appropriation")
    set_aside = file.public.appropriations["municipality"][2026].value
    assert set_aside / file.payments[0].per_outcome.price == 22


def test_the_state_keeps_38_per_cent_of_gains_that_fall_elsewhere():
    # 40 x 50 % jobs at 200,000 for a year; 32.2 of 52 weeks are the municipality's.
    _, found = on_paper("risks/gains-elsewhere")
    net = kroner(found.net[0]).sum(axis=1)
    assert net[MUNICIPALITY] == pytest.approx(4_000_000 * 32.2 / 52, abs=0.05)
    assert net[STATE] == pytest.approx(4_000_000 * 19.8 / 52, abs=0.05)


def test_half_of_what_is_saved_on_services_is_cash():
    _, found = on_paper("risks/savings-without-cash")
    assert kroner(found.cash[0]).sum() == pytest.approx(kroner(found.net[0]).sum() / 2, abs=0.05)


# Danish deals


def test_a_year_at_home_saves_the_municipality_of_odense_58_000():
    public = scenario("danish/havnen").public
    shelter = public.consequences["shelter"]
    days, price = shelter.saved.triangular[1], shelter.price.value
    before, after = public.refunds["shelter"]
    # Half of 190 days at 1,507 is refunded, and support costs 40,000 to 130,000: 58,165, near the published 58,000.
    assert days * price * (1 - before.share) - (40_000 + 130_000) / 2 == 58_165
    assert days * price - after.most_days * price * after.share == 195_910


def test_laer_for_livet_counts_only_what_children_in_care_would_not_have_reached():
    _, found = on_paper("danish/laer-for-livet")
    names = list(scenario("danish/laer-for-livet").personal)
    reached = {name: (found.achieved[0, row], found.attributable[0, row]) for row, name in enumerate(names)}
    # Of 80 places nearly all are filled; 69 % pass and 50 % would have, 52 % go on and 25 % would have.
    for name, share, anyway in (("school leaving exam", 0.69, 0.50), ("upper-secondary education", 0.52, 0.25)):
        met, ours = reached[name]
        assert ours / met == pytest.approx(1 - anyway / share, abs=0.01)


def test_the_portfolio_of_strategies_lists_the_four_files():
    text = (SHIPPED / "faxe/strategies.yaml").read_text(encoding="utf-8")
    assert lists_deals(Path(SHIPPED / "faxe/strategies.yaml"))
    assert all(f"file: {name}.yaml" in text for name in PUBLISHED_YEARS)


# The page

PAGE = (SHIPPED.parent / "docs" / "reference" / "public-cases.md").read_text(encoding="utf-8")
NAMED = {
    "prevent-placements": "prevent placements of teenagers",
    "adults-succeed": "help adults succeed",
    "early-effort": "early effort",
    "mixed": "a mix",
}


@pytest.mark.parametrize("name", PUBLISHED_YEARS)
def test_the_page_says_when_a_strategy_breaks_even(name):
    first, last = PUBLISHED_YEARS[name]
    plain, discounted = (breaks_even(f"faxe/{name}", discounted=said) for said in (False, True))
    half = int(of_strategies()[NAMED[name].removesuffix(" of teenagers")].p50_after_start.value)
    assert f"| {NAMED[name]} | {first} to {last} years | {plain} | {discounted} | {half} |" in PAGE


def test_the_page_lists_every_small_file():
    files = sorted((SHIPPED / "public").glob("*.yaml"))
    said = {file.name for file in files if f"scenarios/public/{file.name}`" in PAGE}
    assert said >= {file.name for file in files} - {"one-service.yaml"}
