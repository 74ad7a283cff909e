"""Effects against a comparison group: from words to money, against closed forms and the slow twin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run, run_expected
from risksim.errors import ScenarioError
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import Plan
from risksim.report.story import story
from risksim.results.story import tell
from risksim.scenario.origins import remarks
from tests.engine.deals import deal as bent_deal
from tests.engine.test_twin import compare, compare_without_evidence
from tests.payments.deals import deal

PATHS = 100_000
GOAL = {"threshold": {"outcome": "effect", "counts": "value", "at_least": 0.1, "pays": 1_000}}
LINE = {
    "ladder": {
        "outcome": "effect",
        "counts": "value",
        "pays": "amount",
        "nodes": [{"at": 0, "gives": 0}, {"at": 1, "gives": 1_000_000}],
    }
}
UNIT = {"per_unit": {"outcome": "effect", "price": 1_000_000}}


def compared(payments: list[dict[str, Any]], rate: Any = 0.5, **effect: Any) -> Plan:
    """25 participants at a rate against 100 others at .35, measured after a year."""
    against = {"people": 100, "rate": 0.35} | effect.pop("against", {})
    told = {"effect_on": "job", "reads": "difference", "known": "last follow-up", "against": against} | effect
    job = {"of": "enrolled", "success_rate": rate, "measured": {"after_enrolment": "12 months"}}
    people = effect.pop("participants", 25)
    told.pop("participants", None)
    cohorts = [{"name": "c", "participants": people}]
    return compile_plan(deal(payments, cohorts=cohorts, outcomes={"job": job, "effect": told}))


def amount(payments: list[dict[str, Any]] | None = None, **effect: Any) -> Plan:
    told = {
        "true_effect": 20.0,
        "sd": 50.0,
        "people": 60,
        "against": {"people": 150, "effective": 0.8},
        "estimator": "difference",
        "reads": "per person",
        "known": "last follow-up",
    }
    return compile_plan(deal(payments or [GOAL], outcomes={"effect": told | effect}))


def values(plan: Plan, n_paths: int = PATHS, seed: int = 3) -> np.ndarray:
    """The effect at the last follow-up of every path."""
    _, measured, _ = draw_block(plan, Settings(seed=seed), 0, n_paths)
    own = int(plan.effects.measure[0])
    return measured[:, :, own, plan.labels.dates.index(plan.labels.dates[-1])].sum(axis=1)


def within_4_errors(found: np.ndarray, expected: float) -> bool:
    return bool(abs(found.mean() - expected) <= 4.0 * found.std() / math.sqrt(found.size))


# Luck pays: the reference case of 25 against 100


@pytest.mark.parametrize(("rate", "chance"), [(0.5, 0.689394), (0.35, 0.186750)])
def test_goal_of_ten_points_is_reached_as_often_as_enumerated(rate, chance):
    paid = run(compared([GOAL], rate), Settings(PATHS, seed=3)).received[:, 0] > 0
    assert within_4_errors(paid, chance)


@pytest.mark.parametrize(("rate", "mean"), [(0.5, 0.154468), (0.35, 0.0426052)])
@pytest.mark.parametrize(
    "rule", [LINE, {"per_unit": {"outcome": "effect", "price": 1_000_000}}], ids=["ladder", "unit"]
)
def test_a_line_from_zero_pays_the_positive_part(rate, mean, rule):
    paid = run(compared([rule], rate), Settings(PATHS, seed=3)).received[:, 0] / 1e8
    assert within_4_errors(paid, mean)


@pytest.mark.parametrize(("rate", "chance"), [(0.5, 0.402580), (0.35, 0.054325)])
def test_power_and_size_of_a_pooled_test(rate, chance):
    goal = {"threshold": GOAL["threshold"] | {"at_least": 1.645}}
    paid = run(compared([goal], rate, reads="pooled z"), Settings(PATHS, seed=3)).received[:, 0] > 0
    assert within_4_errors(paid, chance)


def test_standard_error_of_the_difference():
    found = values(compared([GOAL]))
    assert found.mean() == pytest.approx(0.15, abs=4 * 0.1107926 / math.sqrt(PATHS))
    assert found.std() == pytest.approx(0.1107926, rel=4 / math.sqrt(2 * PATHS))


@pytest.mark.parametrize(
    ("changes", "variance"),
    [
        # .01 + .35 * .65 / 50: half of the group counts
        ({"against": {"effective": 0.5}}, 0.01 + 0.2275 / 50),
        # matching error of 5 points
        ({"matching_error": 0.05}, 0.012275 + 0.0025),
        # 0.07^2 * .35 * .65
        ({"matching_error": "usual"}, 0.012275 + 0.0049 * 0.2275),
        # the analyst's error is 0.3 of the *estimated* error, whose mean square is p q / n * (n - 1) / n
        ({"analyst_error": 0.3}, 0.012275 + 0.09 * (0.01 * 24 / 25 + 0.002275 * 99 / 100)),
    ],
    ids=["effective", "matching", "usual", "analyst"],
)
def test_errors_widen_the_difference(changes, variance):
    found = values(compared([GOAL], **changes))
    assert found.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / PATHS))
    assert within_4_errors(found, 0.15)


def test_unmeasured_people_count_on_neither_side():
    plan = compared([GOAL], against={"unmeasured": 0.4})
    life = replay(plan, 3, 7).effects[0]
    _, measured, _ = draw_block(plan, Settings(seed=3), 0, 20_000)
    assert 40 < life.group_seen < 80
    assert within_4_errors(measured[:, 0, int(plan.effects.measure[0]), -1], 0.15)


# Amounts


@pytest.mark.parametrize(
    ("estimator", "part"),
    [("difference", 1.0), ("difference in differences", 2 * (1 - 0.6)), ("ancova", 1 - 0.6**2)],
)
def test_variance_of_each_estimator(estimator, part):
    more = {} if estimator == "difference" else {"correlation": 0.6}
    found = values(amount(estimator=estimator, **more))
    # 1/60 + 1/120 = 1/40
    assert found.var() == pytest.approx(2_500.0 * part / 40, rel=4 * math.sqrt(2 / PATHS))
    assert within_4_errors(found, 20.0)


def test_total_and_t_are_read_from_the_same_estimate():
    each, total, t = (values(amount(reads=reads), 1_000) for reads in ("per person", "total", "t"))
    assert total == pytest.approx(60 * each)
    assert t == pytest.approx(each / (50.0 / math.sqrt(40)))


def test_errors_of_amounts_add_up():
    # 2500/40 * (1 + 0.3^2) + (0.07 * 50)^2
    found = values(amount(matching_error="usual", analyst_error=0.3))
    assert found.var() == pytest.approx(62.5 * 1.09 + 12.25, rel=4 * math.sqrt(2 / PATHS))


def test_share_of_savings_pays_half_of_what_was_saved():
    rule = {"share_of_savings": {"outcome": "effect", "share": 0.5}}
    plan = amount([rule], reads="total")
    saved = values(plan, 2_000, seed=1)
    paid = run(plan, Settings(2_000, seed=1)).received[:, 0]
    assert (paid == np.rint(np.maximum(saved, 0.0) * 0.5 * 100)).all()
    assert (saved < 0).any()


# Dates, and effects without a value


def test_participants_add_up_to_each_date_and_others_are_measured_once():
    job = {"of": "enrolled", "success_rate": 1.0, "measured": {"after_enrolment": "6 months"}}
    effect = {"effect_on": "job", "reads": "additional people", "known": "each follow-up"}
    effect |= {"against": {"people": 10, "rate": 0.0}}
    cohorts = [{"name": "c", "participants": 60, "enrolment": {"window": "24 months"}}]
    scenario = deal([LINE], cohorts=cohorts, outcomes={"job": job, "effect": effect})
    plan = compile_plan(scenario)
    _, measured, heads = draw_block(plan, Settings(seed=1), 0, 64)
    own, verified = int(plan.effects.measure[0]), int(plan.effects.verified[0])
    so_far = measured[:, 0, verified].cumsum(axis=1)
    follow_ups = [plan.labels.dates.index(date) for date in scenario.follow_up_dates()]
    assert (measured[:, 0, own][:, follow_ups] == so_far[:, follow_ups]).all()
    assert 0 < so_far[0, follow_ups[0]] < so_far[0, follow_ups[1]]
    assert np.isnan(np.delete(measured[:, 0, own], follow_ups, axis=1)).all()
    # Everybody is measured by the third follow-up and nobody of the group succeeds: all of them are additional.
    assert (measured[:, 0, own, follow_ups[2]] == heads[:, 0, 0]).all()


@pytest.mark.parametrize(
    ("known", "when"),
    [
        ("each follow-up", ["2026", "2027", "2028"]),
        ("last follow-up", ["2028"]),
        (["2026-06-01", "2026-05-01"], ["2027"]),
        (["2026-01-01", "2028-01-01"], ["2026", "2028"]),
    ],
)
def test_effect_is_known_when_it_says(known, when):
    plan = compared([LINE], known=known)
    found = [str(date.year) for date, flag in zip(plan.labels.dates, plan.effects.known_in[0], strict=True) if flag]
    assert found == when
    own = int(plan.effects.measure[0])
    assert (plan.measures.measured_in[own] == plan.effects.known_in[0]).all()
    # Measured on 2026-01-01, the first follow-up: known with the same people ever after.
    claims = run(plan, Settings(64, seed=3)).claim[:, 0]
    paid_in = {str(plan.labels.dates[t].year) for t in np.flatnonzero(claims.any(axis=0))}
    assert paid_in == set(when)


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum": 20, "participants": 40, "rate": 1.0, "known": ["2025-06-01"]},
        {"minimum": 90, "participants": 100, "against": {"unmeasured": 0.5}},
        {"reads": "relative increase", "against": {"rate": 0.0}},
        {"reads": "pooled z", "rate": 1.0, "against": {"rate": 1.0}},
    ],
    ids=["nobody measured", "too few others", "no base", "no error"],
)
def test_an_effect_without_value_is_not_paid_and_explained(changes):
    rule = {
        "steps": {
            "outcome": "effect",
            "counts": "value",
            "pays": "amount",
            "below": 5,
            "table": [{"from": 0, "gives": 9}],
        }
    }
    if "known" in changes:  # people are measured after a year, and the group is looked at before
        job = {"of": "enrolled", "success_rate": 1.0, "measured": {"after_enrolment": "24 months"}}
        effect = {"effect_on": "job", "reads": "difference", "known": changes["known"], "minimum": 20}
        outcomes = {"job": job, "effect": effect | {"against": {"people": 100, "rate": 0.35}}}
        plan = compile_plan(deal([rule], cohorts=[{"name": "c", "participants": 40}], outcomes=outcomes))
    else:
        plan = compared([rule], **changes)
    found = run(plan, Settings(64, seed=3))
    assert not found.received.any()
    told = tell(plan, replay(plan, 3, 5))
    (estimate,) = told.effects
    assert math.isnan(estimate.value)
    assert "none" in story(told)
    assert ("no value" in estimate.reason) == ("minimum" in changes)


def test_a_group_that_grows_keeps_its_people():
    small, large = (replay(compared([GOAL], against={"people": n}), 3, 11).effects[0] for n in (100, 200))
    assert small.group_met <= large.group_met <= small.group_met + 100
    # and nobody in the programme changes
    assert (small.verified == large.verified).all()


def test_explain_shows_both_sides_and_the_errors():
    plan = compared([GOAL], matching_error=0.03, analyst_error=0.3)
    opened = replay(plan, 3, 8)
    life, (estimate,) = opened.effects[0], tell(plan, opened).effects
    assert estimate.effect == "effect"
    assert f"{life.verified[-1]:.0f} of 25 participants, {life.group_met:.0f} of 100 others" in estimate.reason
    share, other = life.verified[-1] / 25, life.group_met / 100
    error = math.sqrt(share * (1 - share) / 25 + other * (1 - other) / 100)
    assert life.standard_error[-1] == pytest.approx(error)
    expected = share - other - life.matching_error + life.analyst_error * error
    assert estimate.value == pytest.approx(expected)
    for word in ("standard error", "matching", "analyst"):
        assert word in estimate.reason


def test_expected_only_takes_expected_counts_and_no_errors():
    plan = compared(
        [LINE], {"beta": [50, 50]}, matching_error=0.1, analyst_error=0.5, against={"rate": {"beta": [35, 65]}}
    )
    assert run_expected(at_means(plan)).received[0, 0] == pytest.approx(0.15 * 1e8, abs=1)


def test_luck_only_draws_both_groups_but_no_errors():
    plan = at_means(compared([GOAL], matching_error=0.1, analyst_error=0.5))
    found = values(plan)
    assert found.std() == pytest.approx(0.1107926, rel=4 / math.sqrt(2 * PATHS))


# Groups that are alike, that are measured later, and that enrol


@pytest.mark.parametrize(
    ("group", "people"),
    [
        # 100 / (1 + (25 - 1) * .05) = 45.45
        ({"people": 100, "clusters": 4, "icc": 0.05}, 45),
        # one site of 100: 100 / (1 + 99 * .05) = 16.8
        ({"people": 100, "clusters": 1, "icc": 0.05}, 16),
        # of 80 that matching leaves, 20 to a site: 80 / (1 + 19 * .05) = 41.03
        ({"people": 100, "effective": 0.8, "clusters": 4, "icc": 0.05}, 41),
        # a site for each is nobody alike; so are sites of people who are not alike
        ({"people": 100, "clusters": 100, "icc": 0.05}, 100),
        ({"people": 100, "clusters": 4, "icc": 0.0}, 100),
        # all of a site alike: as many as there are sites
        ({"people": 100, "clusters": 4, "icc": 1.0}, 4),
    ],
)
def test_people_who_are_alike_count_as_fewer(group, people):
    plan = compared([GOAL], against=group)
    assert replay(plan, 3, 7).effects[0].group_seen == people
    found = values(plan, 40_000)
    assert found.var() == pytest.approx(0.01 + 0.2275 / people, rel=4 * math.sqrt(2 / 40_000))
    assert within_4_errors(found, 0.15)


def test_an_amount_compared_with_sites_that_are_alike():
    found = values(amount(against={"people": 120, "clusters": 6, "icc": 0.1}))
    # 120 / (1 + 19 * .1) = 41.4
    assert found.var() == pytest.approx(2_500 * (1 / 60 + 1 / 41), rel=4 * math.sqrt(2 / PATHS))


@pytest.mark.parametrize(
    ("group", "when"),
    [
        ({"measured": "2026-01-02"}, ["2027", "2028"]),
        ({"measured": "2027-01-01"}, ["2027", "2028"]),
        ({"enrolled_by": "24 months"}, ["2027", "2028"]),
        ({"enrolled_by": "12 months", "measured": "2028-01-01"}, ["2028"]),
    ],
)
def test_there_is_no_effect_before_its_group_is_measured(group, when):
    against = {"rate": 0.35} | ({} if "enrolled_by" in group else {"people": 100}) | group
    effect = {"effect_on": "job", "reads": "difference", "known": "each follow-up", "against": against}
    job = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}}
    plan = compile_plan(deal([LINE], outcomes={"job": job, "effect": effect}))
    known = plan.effects.known_in[0]
    assert [str(date.year) for date, flag in zip(plan.labels.dates, known, strict=True) if flag] == when


def enrolling(months: str = "12 months", rate: Any = 0.35, **changes: Any) -> Plan:
    """40 people who enrol evenly over two years; the baseline is of those who do in the first."""
    against = {"enrolled_by": months, "rate": rate}
    effect = {"effect_on": "job", "reads": "difference", "known": "last follow-up", "against": against}
    job = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "6 months"}}
    cohort = {"name": "c", "participants": 40, "enrolment": {"window": "24 months"}} | changes.pop("cohort", {})
    told = {"job": job, "effect": effect | changes.pop("effect", {})}
    return compile_plan(deal([GOAL], cohorts=[cohort], outcomes=told, **changes))


def test_a_baseline_holds_those_who_enrol_by_its_month():
    plan = enrolling()
    sizes = []
    for path in range(64):
        opened = replay(plan, 3, path)
        (life,) = opened.effects
        assert life.group_seen == (opened.cohorts[0].enrolled_at < 12).sum()
        sizes.append(life.group_seen)
    # Binomial(40, 1/2): mean 20, standard deviation 3.16
    assert abs(np.mean(sizes) - 20) < 4 * math.sqrt(10 / 64)
    assert len(set(sizes)) > 5


def test_a_baseline_may_be_too_small():
    found = values(enrolling(effect={"minimum": 20}), 40_000)
    # P(Binomial(40, 1/2) < 20) = (1 - C(40, 20) / 2^40) / 2
    too_few = (1 - math.comb(40, 20) / 2**40) / 2
    assert abs(np.isnan(found).mean() - too_few) < 4 * math.sqrt(too_few * (1 - too_few) / 40_000)


def test_a_baseline_is_as_uncertain_as_its_size():
    found = values(enrolling(effect={"minimum": 2}), 40_000)
    # All 40 are measured by the last follow-up; .5 * .5 / 40 + .35 * .65 * E 1/n of Binomial(40, 1/2)
    chances = [math.comb(40, n) / 2**40 for n in range(41)]
    mean = math.fsum(chance / n for n, chance in enumerate(chances) if n >= 2)
    assert found.var() == pytest.approx(0.25 / 40 + 0.2275 * mean, rel=5 * math.sqrt(2 / 40_000))
    assert within_4_errors(found, 0.15)


def test_expected_only_takes_the_expected_size():
    # 40 * 9 / 24 = 15 of the 40: a minimum of 14 is met, one of 16 is not.
    for fewest, paid in ((14, 1_000 * 100), (16, 0)):
        plan = at_means(enrolling("9 months", effect={"minimum": fewest}))
        assert run_expected(plan).received[0, 0] == paid


def test_nobody_joins_a_baseline_after_a_stop():
    ends = [{"name": "few", "on": "2026-01-01", "when": {"enrolled_below": 1.0}}]
    scenario = deal(
        [LINE],
        cohorts=[{"name": "c", "participants": 40, "enrolment": {"window": "24 months"}}],
        outcomes={
            "job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "6 months"}},
            "effect": {
                "effect_on": "job",
                "reads": "difference",
                "known": "last follow-up",
                "against": {"enrolled_by": "18 months", "rate": 0.35},
            },
        },
        ends_early=ends,
    )
    plan = compile_plan(scenario)
    opened = replay(plan, 3, 5)
    assert opened.results.stop_month[0] == 12
    assert opened.effects[0].group_seen == (opened.cohorts[0].enrolled_at < 12).sum() < 40
    compare(scenario, 3)


@pytest.mark.parametrize("arrivals", [False, True])
def test_baselines_of_those_who_enrol_equal_the_slow_twin(arrivals):
    in_turn = {"window": "10 months", "arrivals": {"speed": 1.0}, "per_month": 4}
    cohort = {"name": "c", "participants": 30, "enrolment": in_turn if arrivals else {"window": "10 months"}}
    effect = {"effect_on": "job", "reads": "pooled z", "known": "each follow-up", "minimum": 5}
    effect |= {"against": {"enrolled_by": "7 months", "rate": {"beta": [7, 13]}, "unmeasured": 0.1}}
    job = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "6 months"}}
    compare(bent_deal(payments=[UNIT], cohorts=[cohort], outcomes={"job": job, "effect": effect}), 4)


# The same bits, and the slow twin

OUTCOMES = {
    "job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "6 months"}},
    "well": {"of": "completers", "success_rate": {"beta": [8, 4]}, "measured": {"at": "completion"}},
    "home": {"of": "measured", "success_rate": 0.6, "measured": {"after_completion": "3 months"}},
    "index": {"result": {"uniform": [0.0, 1.0]}},
}
DATES = [str(date) for date in bent_deal().follow_up_dates()]


@st.composite
def effects(draw: st.DrawFn) -> dict[str, Any]:
    told: dict[str, Any] = {
        "known": draw(st.sampled_from(["each follow-up", "last follow-up", [DATES[3], "2026-12-24"]])),
        "analyst_error": draw(st.sampled_from([0.0, 0.3, {"uniform": [0.1, 0.5]}])),
        "minimum": draw(st.sampled_from([1, 12])),
    }
    matching = draw(st.sampled_from([None, "usual", 0.03, {"uniform": [0.01, 0.05]}]))
    if matching is not None:
        told["matching_error"] = matching
    group: dict[str, Any] = {"people": draw(st.sampled_from([37, 150, {"lognormal": {"median": 90, "p90": 130}}]))}
    group["effective"] = draw(st.sampled_from([1.0, 0.7, {"beta": [8, 2]}]))
    if draw(st.booleans()):
        group |= {
            "clusters": draw(st.sampled_from([1, 4, 60])),
            "icc": draw(st.sampled_from([0.05, {"beta": [2, 18]}])),
        }
    if draw(st.booleans()):
        group["measured"] = DATES[2]
    if draw(st.booleans()):
        reads = draw(st.sampled_from(["per person", "total", "t"]))
        estimator = draw(st.sampled_from(["difference", "difference in differences", "ancova"]))
        told |= {
            "true_effect": {"normal": {"mean": 0.3, "sd": 0.1}},
            "sd": draw(st.sampled_from([2.0, {"gamma": {"mean": 1, "sd": 0.2}}])),
        }
        told |= {"people": {"uniform": [20, 90]}, "against": group, "estimator": estimator, "reads": reads}
        return told | (
            {} if estimator == "difference" else {"correlation": draw(st.sampled_from([0.4, {"beta": [6, 4]}]))}
        )
    group |= {"rate": draw(st.sampled_from([0.0, 0.35, {"beta": [35, 65]}]))}
    if draw(st.booleans()):
        del group["people"]
        group["enrolled_by"] = draw(st.sampled_from(["2 months", "5 months"]))
    group |= {"unmeasured": draw(st.sampled_from([0.0, 0.2, {"uniform": [0.0, 0.3]}]))}
    reads = draw(
        st.sampled_from(
            ["difference", "additional people", "relative increase", "relative reduction", "pooled z", "unpooled z"]
        )
    )
    return told | {"effect_on": draw(st.sampled_from(["job", "well", "home"])), "against": group, "reads": reads}


@st.composite
def deals(draw: st.DrawFn) -> Any:
    on = {"outcome": "effect", "counts": "value", "on": draw(st.sampled_from(["each", "first", "last"]))}
    payments = [
        {"per_outcome": {"outcome": "job", "price": 9_000}},
        {"per_unit": {"outcome": "effect", "price": {"uniform": [10_000, 90_000]}}},
        {"share_of_savings": {"outcome": "second", "share": 0.37}},
        {"threshold": on | {"at_least": draw(st.sampled_from([0.1, 1.645])), "pays": 77_000.5}},
        {"ladder": on | {"pays": "amount", "nodes": [{"at": 0, "gives": 100}, {"at": 2.5, "gives": 90_000}]}},
        {"cap": {"total": 2_000_000}},
    ]
    outcomes = OUTCOMES | {"effect": draw(effects()), "second": draw(effects())}
    return bent_deal(payments=payments, outcomes=outcomes)


@settings(derandomize=True, deadline=None, max_examples=5, suppress_health_check=list(HealthCheck))
@given(deals())
def test_made_up_effects_equal_the_slow_twin(scenario):
    compare(scenario, 4)
    compare_without_evidence(scenario, 1)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(deals())
def test_100_made_up_effects_equal_the_slow_twin(scenario):
    compare(scenario, 6)
    compare_without_evidence(scenario, 2)


def one_of_each() -> Plan:
    first = {
        "effect_on": "well",
        "reads": "difference",
        "known": "each follow-up",
        "matching_error": "usual",
        "analyst_error": 0.3,
        "against": {"people": {"uniform": [90, 300]}, "rate": {"beta": [35, 65]}, "unmeasured": 0.1, "effective": 0.8},
    }
    second = {
        "true_effect": 3.0,
        "sd": 9.0,
        "people": 60,
        "against": {"people": 100},
        "estimator": "ancova",
        "correlation": 0.6,
        "reads": "total",
        "known": "last follow-up",
    }
    payments = [LINE, {"per_unit": {"outcome": "second", "price": 150}}]
    return compile_plan(bent_deal(payments=payments, outcomes=OUTCOMES | {"effect": first, "second": second}))


def test_the_same_bits_for_any_block_thread_and_form():
    plan = one_of_each()
    whole = run(plan, Settings(1_500, seed=9, threads=1, block=2_048))
    for settings_ in (
        Settings(1_500, seed=9, threads=3, block=256),
        Settings(1_500, seed=9, form="lives"),
        Settings(1_000, seed=9, first_path=500),
    ):
        other = run(plan, settings_)
        for name in ("inputs", "claim", "flow", "headcount"):
            a, b = getattr(whole, name)[1_500 - settings_.paths :], getattr(other, name)
            assert (a == b).all(), (settings_, name)
    assert whole.claim.any(axis=(0, 2)).all()


@pytest.mark.parametrize("path", [0, 63, 64, 4_711])
def test_a_replayed_path_is_the_path_of_the_run(path):
    plan = one_of_each()
    inputs, measured, _ = draw_block(plan, Settings(seed=9), path, 1)
    opened = replay(plan, 9, path)
    assert np.array_equal(opened.measured, measured, equal_nan=True)
    assert (opened.results.inputs == inputs).all()


def test_a_deal_that_gains_an_effect_keeps_its_people():
    plain = compile_plan(bent_deal())
    base = bent_deal().model_dump(mode="json", by_alias=True, exclude_unset=True)
    effect = {
        "effect_on": "job",
        "reads": "difference",
        "known": "last follow-up",
        "against": {"people": 9, "rate": 0.2},
    }
    more = compile_plan(bent_deal(outcomes=base["outcomes"] | {"effect": effect}))
    before, after = (run(plan, Settings(256, seed=2)) for plan in (plain, more))
    assert (before.flow == after.flow).all()
    assert (before.headcount == after.headcount).all()


def test_each_cohort_cannot_be_held_against_the_group():
    rule = {"threshold": GOAL["threshold"] | {"over": "each cohort"}}
    with pytest.raises(ValueError, match="got each cohort, but a value is a result"):
        compared([rule])


def test_a_price_per_outcome_is_refused_for_an_effect():
    with pytest.raises(ValueError, match="a price per outcome counts people"):
        compared([{"per_outcome": {"outcome": "effect", "price": 1}}])


def test_an_effect_on_a_result_is_refused():
    group = {"people": 9, "rate": 0.2}
    effect = {"effect_on": "rate", "reads": "difference", "known": "last follow-up", "against": group}
    with pytest.raises(ValueError, match="which people do not meet or miss"):
        deal([GOAL], outcomes={"rate": {"result": 0.5}, "effect": effect})


def test_remarks_name_what_an_effect_leaves_open():
    job = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}}
    group = {"people": 9, "rate": 0.2}
    effect = {"effect_on": "job", "reads": "additional people", "known": "each follow-up", "against": group}
    said = remarks(deal([UNIT], outcomes={"job": job, "effect": effect}))
    assert any("pays for the same people again" in text for text in said)
    assert any("everybody in the comparison group can be measured" in text for text in said)
    assert not any(text.startswith("outcomes[job]: no payment rule") for text in said)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"matching_error": 3.0}, "outcomes.effect.matching_error"),
        ({"analyst_error": 30.0}, "outcomes.effect.analyst_error"),
        ({"against": {"people": {"normal": {"mean": 1, "sd": 5}}}}, "outcomes.effect.against.people"),
    ],
)
def test_numbers_beyond_their_bounds_are_refused(changes, path):
    with pytest.raises(ScenarioError) as caught:
        compared([GOAL], **changes)
    assert [fault.path for fault in caught.value.faults] == [path]


def test_what_has_no_spread_has_no_t():
    for sd in (0.0, 1e-30):
        assert np.isnan(values(amount(reads="t", sd=sd), 64)).all()
    assert (values(amount(reads="total", sd=0.0), 64) == 1_200.0).all()
