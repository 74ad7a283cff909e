"""The public block as arrays: every number worked by hand for a small deal with a line of each kind."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from risksim.engine import purse_counts
from risksim.engine.run import Settings, keys_of_run
from risksim.errors import ScenarioError
from risksim.plan import layout
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import Plan, Purse
from risksim.plan.numbers import Gathered, NoFile
from risksim.scenario import register
from risksim.scenario.public import Public
from risksim.scenario.reader import read_text
from risksim.scenario.repeats import written_out
from risksim.scenario.scenario import Scenario

# Money is drawn on 2024-07-01, and the parties meet on 2025-01-01, 2025-07-01, 2026-01-01, 2026-07-01 and 2027-01-01.
DEAL = """\
schema: 1
name: Six months of support
currency: DKK
start: 2024-07-01
end: 2027-06-30
follow_up: {every: 6 months}
hurdles: [0.0, 0.035]
cohorts:
  - name: all
    participants: 10
    duration: 6 months
    dropout: {beta: [2, 18]}
outcomes:
  home:
    of: enrolled
    success_rate: {beta: [20, 30]}
    persistence: 0.5
    measured: {after_enrolment: [6 months, 18 months]}
  job:
    of: completers
    success_rate: 0.3
    counterfactual: {beta: [2, 8]}
payments:
  - per_outcome: {outcome: home, price: 60000, payer: municipality}
  - fixed: {amounts: [{on: 2026-07-01, amount: 1000}], payer: outcome fund}
  - per_person: {prices: {job: 500}, most: 500, payer: municipality}
financing:
  tranches:
    - name: investor
      commitment: 400000
"""

PUBLIC: dict[str, Any] = {
    "index": {2022: 110, 2024: 121},
    "inflation": 0.03,
    "anyway": {"home": {"beta": [3, 7]}},
    "overlap": {"share": 0.2, "programmes": 4},
    "consequences": {
        "shelter": {
            "outcome": "home",
            "saved": 100,
            "by_year": [1.0, 0.5],
            "unit": "nights",
            "price": {"triangular": [900, 1000, 1100]},
            "price_year": 2022,
            "evidence": 1,
            "bears": {"refund": "shelter-refund", "days": 200},
            "unserved": 0.1,
        },
        "benefit": {
            "outcome": ["home", "job"],
            "saved": {"graded": {"value": 90_000, "grade": 3, "as": "saving"}},
            "kind": "transfer",
            "lasts": 3,
            "volume": {"gamma": {"mean": 2, "sd": 1}},
            "decay": 0.2,
            "bears": {"refund": "refund-ladder", "weeks": 26},
        },
        "support": {
            "outcome": "job",
            "counts": "while met",
            "saved": 50,
            "unit": "hours",
            "price": 400,
            "volume": 1,
            "cashable": 0.25,
            "bears": {"refund": "co-financing"},
            "committee": "employment",
        },
    },
    "during": {
        "course": {"per": "completer", "saved": -40, "unit": "hours", "price": 200, "bears": "region"},
        "doctor": {"saved": {"uniform": [0, 2]}, "unit": "visits", "price": 150, "bears": "region"},
    },
    "costs": {
        "office": {
            "amount": 80_000,
            "by_year": {2024: 1, 2026: 0.5},
            "price_year": 2022,
            "bears": {"municipality": 0.6, "state": 0.4},
        },
        "food": {"amount": 500, "per": "participant"},
        "usual": {"amount": 1_000, "per": "completer", "instead": True},
        "evaluation": {"amount": 20_000, "bears": "state"},
    },
    "appropriations": {"municipality": {2025: 100_000, 2026: {"uniform": [50_000, 70_000]}}},
}
SHELTER, BENEFIT, SUPPORT, COURSE, DOCTOR, OFFICE, FOOD, USUAL, EVALUATION = range(9)


def deal(public: dict[str, Any] | None) -> Scenario:
    scenario = read_text(DEAL)[0]
    return scenario if public is None else scenario.model_copy(update={"public": Public.model_validate(public)})


def compiled(public: dict[str, Any] | None = PUBLIC, **changes: Any) -> Plan:
    return compile_plan(deal(None if public is None else {**public, **changes}))


def purse(public: dict[str, Any] = PUBLIC, **changes: Any) -> Purse:
    found = compiled(public, **changes).purse
    assert found is not None
    return found


def changed(*path: str, to: Any) -> dict[str, Any]:
    """The public block with another value at one place."""
    public = copy.deepcopy(PUBLIC)
    inside = public
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = to
    return public


@pytest.fixture(scope="module")
def found() -> Purse:
    return purse()


def test_years_run_from_the_start_to_the_last_in_which_anything_can_be_saved(found):
    # The last follow-up is in 2027, and the benefit is saved for three years.
    assert found.years == (2024, 2025, 2026, 2027, 2028, 2029, 2030)
    assert found.year_of_period.tolist() == [0, 1, 1, 2, 2, 3]
    assert found.price_year == 2024


def test_months_to_next_are_those_between_follow_ups_and_nothing_where_the_parties_do_not_meet(found):
    assert found.months_to_next.tolist() == [0.0, 6.0, 6.0, 6.0, 6.0, 6.0]


def test_follow_ups_unevenly_apart():
    listed = DEAL.replace("{every: 6 months}", "[2025-01-01, 2026-01-01, 2027-05-01]")
    scenario = read_text(listed)[0].model_copy(update={"public": Public.model_validate(PUBLIC)})
    found = compile_plan(scenario).purse
    # Money moves on 2026-07-01 as well, which is no follow-up; after the last as many months as before it.
    assert found.months_to_next.tolist() == [0.0, 12.0, 16.0, 0.0, 16.0]


def test_lines_say_what_they_are_and_what_they_count(found):
    lines = found.lines
    consequence, during, cost = layout.IS_CONSEQUENCE, layout.IS_DURING, layout.IS_COST
    assert lines.kind.tolist() == [consequence] * 3 + [during] * 2 + [cost, cost, layout.IS_INSTEAD, cost]
    of_people, in_all = layout.OF_PEOPLE, layout.IN_ALL
    by_line = [layout.BY_SUCCESS, layout.BY_SUCCESS, layout.WHILE_MET, of_people, of_people]
    assert lines.counts.tolist() == [*by_line, in_all, of_people, of_people, in_all]
    assert found.names == (
        *("shelter", "benefit", "support", "course", "doctor", "office", "food", "usual", "evaluation"),
    )
    assert found.committees == ("", "", "employment", "", "", "", "", "", "")
    assert lines.claim_ptr.tolist() == [0, 1, 3, 4, 4, 4, 4, 4, 4, 4]
    assert lines.claim_outcome.tolist() == [0, 0, 1, 1]
    assert lines.is_transfer.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert lines.evidence.tolist() == [1, 3, 0, 0, 0, 0, 0, 0, 0]


def test_people_are_counted_once_for_all_lines(found):
    first, able, achieved = layout.FIRST, layout.ABLE, layout.ACHIEVED
    meters = list(zip(found.meters.outcome.tolist(), found.meters.statistic.tolist(), strict=True))
    assert meters == [
        *((0, first), (0, able), (1, first), (1, able), (1, achieved)),
        *((-1, layout.FINISHED), (-1, layout.JOINED)),
    ]
    # The benefit is claimed by two outcomes and reads no column of its own; costs in all count nobody.
    assert found.lines.meter.tolist() == [0, -1, 4, 5, 6, -1, 6, 5, -1]
    assert found.lines.able.tolist() == [1, -1, 3, -1, -1, -1, -1, -1, -1]
    # Two measurements of a home, one of a job; they fall on 2025-01-01 and 2026-01-01, and on 2025-01-01.
    assert found.meters.rows.tolist() == [[1, 1, 0]] * 2 + [[0, 0, 1]] * 3 + [[0, 0, 0]] * 2
    assert found.meters.measured_in.tolist() == [
        *([[0, 1, 0, 1, 0, 0]] * 2 + [[0, 1, 0, 0, 0, 0]] * 3),
        *([0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
    ]


def test_profiles_hold_price_levels_years_and_how_long_it_lasts(found):
    # 121 / 110 = 1.1; shelter 1 and 0.5 of it, the benefit three years, everything else in its own year.
    profile = found.lines.profile
    assert profile[SHELTER].tolist() == pytest.approx([0.0, 1.1, 0.55, 0.0])
    assert profile[BENEFIT].tolist() == [0.0, 1.0, 1.0, 1.0]
    for line in (SUPPORT, COURSE, DOCTOR, FOOD, USUAL):
        assert profile[line].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert not profile[[OFFICE, EVALUATION]].any()
    assert found.lines.in_all[OFFICE].tolist() == pytest.approx([1.1, 0.0, 0.55, 0.0, 0.0, 0.0, 0.0])
    assert found.lines.in_all[EVALUATION].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert not found.lines.in_all[:OFFICE].any()


def test_the_horizon_cuts_what_lasts_longer_and_stands_where_nothing_is_said():
    assert purse(changed("consequences", "benefit", "lasts", to=None)).lines.profile[BENEFIT].tolist() == [
        0.0,
        *[1.0] * 10,
    ]
    short = purse(changed("consequences", "benefit", "lasts", to=None), horizon=1)
    assert short.lines.profile[SHELTER].tolist() == pytest.approx([0.0, 1.1])
    assert short.lines.profile[BENEFIT].tolist() == [0.0, 1.0]
    assert short.years[-1] == 2028


def value(numbers: layout.Numbers, line: int, found: Purse) -> float | str:
    slot = numbers.slot[line]
    return float(numbers.value[line]) if slot < 0 else found.notes[slot].family


def test_numbers_are_slots_of_the_purse_where_uncertain(found):
    lines = found.lines
    assert [value(lines.saved, k, found) for k in (SHELTER, SUPPORT, COURSE)] == [100.0, 50.0, -40.0]
    assert value(lines.saved, BENEFIT, found).startswith("Lognormal")
    assert value(lines.saved, DOCTOR, found) == "Uniform(0, 2)"
    assert [value(lines.saved, k, found) for k in (OFFICE, FOOD, USUAL, EVALUATION)] == [80_000, 500, 1_000, 20_000]
    assert value(lines.price, SHELTER, found) == "Triangular(900, 1,000, 1,100)"
    assert [value(lines.price, k, found) for k in range(1, 9)] == [1.0, 400.0, 200.0, 150.0, 1.0, 1.0, 1.0, 1.0]
    # Left out: volumes as in the register, a tenth lost a year, half of services and all of transfers cash.
    assert value(lines.volume, SHELTER, found) == "Gamma(mean 1, sd 0.5)"
    assert value(lines.volume, BENEFIT, found) == "Gamma(mean 2, sd 1)"
    assert [value(lines.volume, k, found) for k in range(2, 9)] == [1.0] * 7
    assert [value(lines.decay, k, found) for k in range(9)] == [0.1, 0.2] + [0.0] * 7
    assert [value(lines.cashable, k, found) for k in range(9)] == [0.5, 1.0, 0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert [value(lines.unserved, k, found) for k in range(9)] == [0.1] + [0.0] * 8


def test_inputs_have_names_of_their_own_and_volumes_go_together(found):
    assert len(found.notes) == found.inputs.address.size == found.together.size
    assert all(note.name.startswith("public.") for note in found.notes)
    volumes = [note.name.endswith("volume") for note in found.notes]
    assert sum(volumes) == 2
    # A factor that is 0.3 of the variance of each is their correlation with each other.
    assert found.together.tolist() == [0.3 if is_one else 0.0 for is_one in volumes]
    assert purse(together=0.25).together.max() == 0.25


def test_volumes_as_drawn_have_the_correlation_that_the_file_says():
    own_inputs = getattr(purse_counts, "own_inputs", None)
    if own_inputs is None:
        pytest.skip("nobody draws the purse yet")
    plan, n = compiled(together=0.5), 1 << 14
    drawn = own_inputs(plan, keys_of_run(plan, Settings(paths=n, seed=7)), 0, n)
    places = drawn[:, plan.purse.together > 0.0].argsort(axis=0).argsort(axis=0)
    # Ranks of normals with correlation r correlate at 6 / pi asin(r / 2): 0.4826 at 0.5. Their error is below
    # (1 - 0.48^2) / sqrt(16,384) = 0.006; five of them.
    assert np.corrcoef(places.T)[0, 1] == pytest.approx(6.0 / np.pi * np.arcsin(0.25), abs=0.03)


def borne(share):
    """Cells of the years and times in which something can fall: float64[cell, sector]; in all others nobody is said."""
    said = ~np.isnan(share)
    assert (said.any(axis=-1) == said.all(axis=-1)).all()
    return share[said.all(axis=-1)]


def test_no_rule_is_asked_who_bears_what_cannot_fall(found):
    # Homes are found in 2025 and 2026 and save for two years: nothing in 2024, and nothing two years on in 2026.
    share = found.lines.share[SHELTER]
    cells = {(year + 2024, t) for year, t in np.argwhere(~np.isnan(share[..., 0])).tolist()}
    assert cells == {(2026, 1), (2027, 1), (2027, 2), (2028, 2)}


def test_shares_of_a_shelter_follow_the_rule_of_each_calendar_year(found):
    # Homes are found in 2025 and 2026: 120 of 200 days at a half.
    share = found.lines.share[SHELTER]
    for year, t in [(2026, 1), (2027, 1), (2027, 2), (2028, 2)]:
        assert share[year - 2024, t].tolist() == pytest.approx([0.7, 0.0, 0.3])
    assert borne(share).sum(axis=-1) == pytest.approx(1.0)


def test_shares_of_a_benefit_follow_the_clock_of_those_who_got_off_it(found):
    # They had been on it for 26 weeks: the first year avoids weeks 26 to 78, 26 at 30 % and 26 at 20 %, a quarter.
    share = found.lines.share[BENEFIT]
    assert share[2026 - 2024, 1].tolist() == pytest.approx([0.75, 0.0, 0.25])
    assert share[2027 - 2024, 1].tolist() == pytest.approx([0.75, 0.0, 0.25])
    assert share[2027 - 2024, 2].tolist() == pytest.approx([0.8, 0.0, 0.2])
    assert share[2029 - 2024, 3].tolist() == pytest.approx([0.8, 0.0, 0.2])


def test_time_while_met_is_a_new_spell_of_a_year(found):
    assert found.lines.share[SUPPORT, 2025 - 2024, 0].tolist() == pytest.approx([0.619231, 0.0, 0.380769], abs=5e-7)


def test_fixed_shares_hold_in_every_year(found):
    assert (found.lines.share[OFFICE] == [0.6, 0.0, 0.4]).all()
    assert (found.lines.share[[COURSE, DOCTOR]] == [0.0, 1.0, 0.0]).all()
    assert (found.lines.share[[FOOD, USUAL]] == [1.0, 0.0, 0.0]).all()
    assert (found.lines.share[EVALUATION] == [0.0, 0.0, 1.0]).all()


def test_a_change_of_rules_meets_savings_in_the_year_in_which_they_fall():
    reform = [
        {"valid_from": "2016-01-04", "by_week": {0: 0.2}, "assumption": "as it stands"},
        {"valid_from": "2027-06-01", "by_week": {0: 0.6}, "assumption": "a reform"},
    ]
    share = purse(refunds={"refund-ladder": reform}).lines.share[BENEFIT]
    # 214 days of 2027 are under the new rule.
    assert share[2026 - 2024, 1, 2] == 0.2
    assert [share[2027 - 2024, t, 2] for t in (1, 2)] == [0.6, 0.6]


def test_without_refunds_the_municipality_bears_what_the_state_would_have():
    found = purse(refunds_apply=False)
    assert (found.lines.share[[SHELTER, BENEFIT, SUPPORT]] == [1.0, 0.0, 0.0]).all()
    assert (found.lines.share[OFFICE] == [0.6, 0.0, 0.4]).all()
    assert any("No refunds" in line for line in found.editions)


def test_an_expensive_case_is_refunded_by_slices_at_the_level_of_its_price():
    bears = {"refund": "expensive-cases", "yearly_cost": 1_000_000}
    public = changed("consequences", "shelter", "bears", to=bears)
    public["index"] = {2020: 100, 2022: 110, 2024: 121}
    # Thresholds of 2020 at prices of 2022: 830,000 * 1.1 = 913,000; a quarter of 87,000 is 2.175 % of 1,000,000.
    share = purse(public).lines.share[SHELTER, 2026 - 2024, 1]
    assert share.tolist() == pytest.approx([0.97825, 0.0, 0.02175])


def test_present_values_count_from_the_year_of_the_start(found):
    assert found.discount.tolist() == pytest.approx([1.035**-k for k in range(7)])
    assert purse(discount=0.05).discount.tolist() == pytest.approx([1.05**-k for k in range(7)])
    assert purse(discount="discount-schedule-2013").discount[1] == pytest.approx(1.0 / 1.04)


def test_repayments_are_brought_to_the_price_level_of_the_calculation(found):
    assert found.deflator.tolist() == pytest.approx([1.03**-k for k in range(7)])
    own = purse(price_year=2022, index={2022: 110, 2024: 121})
    assert own.price_year == 2022
    assert own.deflator.tolist() == pytest.approx([1.03 ** -(k + 2) for k in range(7)])
    assert own.lines.profile[SHELTER, 1] == 1.0


def test_budgets_appropriations_and_what_each_rule_pays_for(found):
    assert found.budgets == ("municipality", "region", "state", "outcome fund")
    assert found.payer_budget.tolist() == [0, 3]
    # Budget years 2024 to 2027, the municipality's first: only 2025 and 2026 are said.
    assert found.appropriation.value[[0, 1, 3, 4, 5, 6, 7]] == pytest.approx(
        [np.nan, 100_000, *[np.nan] * 5], nan_ok=True
    )
    assert value(found.appropriation, 2, found) == "Uniform(50,000, 70,000)"
    assert found.claim_of_rule.tolist() == [0, -1, 1]


def test_what_would_have_come_anyway_and_what_others_claim(found):
    assert found.notes[found.anyway_slot[0]].family == "Beta(3, 7)"
    assert (found.anyway_slot[1], np.isnan(found.anyway_value[1])) == (-1, True)  # the deal says it itself
    assert (found.overlap.value.tolist(), found.overlap_kept) == ([0.2], 0.25)
    assert purse(overlap=None).overlap_kept == 1.0
    for rank, kept in [(1, 1.0), (2, 0.0)]:
        assert purse(overlap={"share": 0.2, "by": "priority", "rank": rank}).overlap_kept == kept


def test_in_a_socio_economic_calculation_transfers_save_nothing_and_the_tax_factor_is_told():
    found = purse(calculation="socio-economic")
    assert (found.socio_economic, found.tax_factor) == (True, 1.28)
    assert not found.lines.profile[BENEFIT].any()
    assert found.lines.profile[SHELTER, 1] == pytest.approx(1.1)
    assert any("benefit" in line and "Transfers cancel" in line for line in found.editions)
    assert purse().tax_factor == 1.0


def test_every_table_and_rule_is_told_with_its_dates_and_status(found):
    told = "\n".join(found.editions)
    assert "shelter-refund: the edition from 2023-10-01 on" in told
    assert "not checked against its source" in told
    assert "refund-ladder: the edition from 2016-01-04 on, STAR" in told
    assert "co-financing" in told
    assert "discount-schedule, the real rate of present values: from 2021-01-07 on" in told
    assert "2016" not in told.split("shelter-refund")[1].split("\n")[0]  # the edition before was not used


# What the deal says stays as it is


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other) or (one != one and other != other)


def test_nothing_of_the_deal_changes_with_the_public_block():
    plain, public = compiled(None), compiled()
    assert plain.purse is None
    for name in Plan._fields:
        if name not in ("purse", "digest"):
            assert alike(getattr(plain, name), getattr(public, name)), name


def test_a_purse_where_nothing_is_said_is_empty():
    found = purse({})
    assert found.lines.kind.size == found.inputs.address.size == found.meters.outcome.size == 0
    assert found.years == (2024, 2025, 2026, 2027)


def test_at_their_means_all_numbers_of_the_purse_are_certain():
    for luck in (False, True):
        fixed = at_means(compiled(), luck=luck).purse
        assert fixed is not None
        assert fixed.inputs.address.size == fixed.together.size == len(fixed.notes) == 0
        lines = fixed.lines
        groups = (lines.saved, lines.volume, lines.price, lines.decay, lines.cashable, lines.unserved)
        assert all((numbers.slot == -1).all() for numbers in (*groups, fixed.overlap, fixed.appropriation))
        # Means: gamma 1 and 2, triangular 1,000, uniform 1 and 60,000, beta 0.3.
        assert lines.volume.value[:3].tolist() == pytest.approx([1.0, 2.0, 1.0])
        assert lines.price.value[SHELTER] == pytest.approx(1_000.0)
        assert lines.saved.value[DOCTOR] == pytest.approx(1.0)
        assert fixed.appropriation.value[2] == pytest.approx(60_000.0)
        assert (fixed.anyway_slot[0], fixed.anyway_value[0]) == (-1, pytest.approx(0.3))


def test_a_draft_has_the_same_arrays_without_tables(found):
    draft = compile_plan(deal(PUBLIC), draft=True).purse
    assert draft is not None
    assert alike(draft.lines, found.lines)
    assert [note.name for note in draft.notes] == [note.name for note in found.notes]


def test_the_gathered_numbers_of_the_deal_are_left_alone():
    scenario = deal(PUBLIC)
    gathered = Gathered(written_out(scenario), NoFile())
    compile_plan(scenario, gathered=gathered)
    assert not any(note.name.startswith("public.") for note in gathered.notes)


# Mistakes


@pytest.mark.parametrize(
    ("path", "to", "message"),
    [
        (("index",), None, "got prices of 2022, which are needed in prices of 2024; the file names no index"),
        (("index",), "hurdle-rates", "which is no price index of the register"),
        (("discount",), "hurdle-rates", "which is no schedule of rates"),
        (("price_year",), 2023, "an index for 2022 to 2024, which does not say 2023"),
        (("horizon",), 2, "got 3 years, but savings are counted over a horizon of 2"),
        (("anyway",), {"job": 0.2}, "whose outcome says itself how many would have met it anyway"),
        (("anyway",), {"work": 0.2}, "got 'work', which is no outcome of persons; there is home, job"),
        (("appropriations",), {"state": {2025: 1}}, "got state, who pays nothing in this deal"),
        (("appropriations",), {"municipality": {2031: 1}}, "budget years are 2024, 2025, 2026, 2027"),
        (("consequences", "shelter", "outcome"), "house", "got 'house', which is no outcome of persons"),
        (("consequences", "shelter", "bears"), {"refund": "shelter"}, "which is no rule of refund; there is"),
        (("consequences", "shelter", "bears"), {"refund": "shelter-refund"}, "refunds the first 120 days of a year"),
        (("consequences", "shelter", "bears"), {"refund": "expensive-cases"}, "and no yearly_cost"),
        (("consequences", "shelter", "bears"), {"municipality": 0.5}, "got shares that add up to 0.5"),
        (("consequences", "support", "lasts"), 3, "got lasts beside counts: while met"),
        (("consequences", "shelter", "price"), 1e12, "if everybody counts; sums are exact up to"),
        (("consequences", "benefit", "price"), {"graded": {"value": 1, "grade": 3, "as": "saving"}}, "graded once"),
        (("consequences", "shelter", "decay"), {"normal": {"mean": 0.5, "sd": 0.5}}, "lies above 1"),
        (("costs", "office", "by_year"), {2023: 1}, "got 2023, before the deal starts in 2024"),
        (("costs", "food", "by_year"), {2025: 1}, "got by_year beside per: participant"),
    ],
)
def test_what_cannot_be_reckoned_is_refused_with_a_remedy(path, to, message):
    with pytest.raises(ScenarioError) as caught:
        compiled(changed(*path, to=to))
    faults = [fault for fault in caught.value.faults if message in fault.found]
    assert faults, [fault.found for fault in caught.value.faults]
    assert all(fault.remedy and fault.path.startswith("public") for fault in faults)


def test_a_year_before_a_rule_is_refused_at_the_line_that_needs_it():
    early = DEAL.replace("2024-07-01", "2014-07-01").replace("2027-06-30", "2017-06-30").replace("2026-07", "2016-07")
    bears = {"refund": "refund-ladder"}
    line = {"outcome": "job", "counts": "while met", "saved": 1, "bears": bears}
    scenario = read_text(early)[0].model_copy(
        update={"public": Public.model_validate({"consequences": {"benefit": line}})}
    )
    with pytest.raises(ScenarioError, match="got 2015, a year in no edition of refund-ladder") as caught:
        compile_plan(scenario)
    assert caught.value.faults[0].path == "public.consequences.benefit.bears.refund"
    # Counted from the first success on, the first year is 2016, of which the ladder covers all but three days.
    line = {"outcome": "job", "saved": 1, "lasts": 2, "bears": bears}
    later = scenario.model_copy(update={"public": Public.model_validate({"consequences": {"benefit": line}})})
    assert compile_plan(later).purse.lines.share[0, 2016 - 2014, 1, 2] == pytest.approx(1.0 - 0.619231, abs=5e-7)


def test_no_constant_that_was_not_checked_acts_unsaid(found):
    unsaid = changed("consequences", "shelter", "bears", to="municipality")
    told = " ".join(purse(unsaid).editions)
    assert register.STATUS["T"] not in told
