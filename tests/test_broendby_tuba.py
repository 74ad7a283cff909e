"""The TUBA Brøndby deal says what was published, marks what was not, and breaks even on its own plan."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from risksim.scenario import origins
from risksim.scenario.base import Origin, value_of, walk
from risksim.scenario.financing import Tranche
from risksim.scenario.outcomes import PersonOutcome
from risksim.scenario.payments import Cap, PerOutcomeTerms
from risksim.scenario.programme import Enrolment
from risksim.scenario.scenario import Scenario

FILE = Path(__file__).parents[1] / "scenarios" / "broendby-tuba.yaml"


@pytest.fixture(scope="module")
def deal():
    return Scenario.model_validate(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))


def test_published_terms_stand_in_the_file(deal):
    (cohort,), (tranche,) = deal.cohorts, deal.financing.tranches
    assert value_of(cohort.participants) == 120
    assert tranche.commitment.value == 3_200_000
    assert value_of(cohort.enrolment.window) == 36
    assert (str(deal.start_date), str(deal.end_date)) == ("2021-08-01", "2028-06-30")
    assert value_of(deal.follow_up.every) == 6
    assert all(part.source for part in (cohort.participants, tranche.commitment, cohort.enrolment.window, deal.start))


def test_unpublished_terms_are_assumptions(deal):
    (cohort,), (tranche,) = deal.cohorts, deal.financing.tranches
    prices = [rule.per_outcome.price for rule in deal.payments]
    rates = [outcome.success_rate for outcome in deal.outcomes.values()]
    measured = [outcome.measured for outcome in deal.outcomes.values()]
    enrolment = [cohort.enrolment.ramp, cohort.enrolment.ratio]
    others = [cohort.duration, cohort.dropout, cohort.unmeasured, *enrolment, tranche.drawdown]
    for part in (*prices, *rates, *measured, *others):
        assert part.assumption
        assert part.source is None


def test_readings_that_nobody_published_are_listed_among_the_assumptions(deal):
    reasons = {assumed.path: assumed.reason for assumed in origins.assumptions(deal)}
    for name, outcome in deal.outcomes.items():
        assert f"(of: {outcome.of}) is our reading" in reasons[f"outcomes[{name}].success_rate"]
    ratio = reasons["cohorts[Brøndby].enrolment.ratio"]
    assert "INDIGO" in ratio
    assert "20 of the 51 report exactly the target" in ratio
    assert "red-lined merge of two sample contracts" in reasons["payments[0].price"]


def test_what_was_read_only_in_part_says_so(deal):
    reasons = " ".join(assumed.reason for assumed in origins.assumptions(deal))
    for key in ("dsi-evaluation", "swift-2012", "trial-2021"):
        assert re.search(rf"\({key}, read in [^;)]*only[;)]", reasons), key


def test_every_block_that_may_say_where_it_comes_from_does(deal):
    inside_a_law = "mixture"
    silent = [
        path
        for path, part in walk(deal)
        if isinstance(part, Origin)
        and not isinstance(
            part, Enrolment | PerOutcomeTerms | PersonOutcome | Tranche
        )  # their numbers speak for themselves
        and inside_a_law not in path
        and part.source is None
        and part.assumption is None
    ]
    assert silent == []


def test_sources_are_all_cited_by_a_number_or_a_reason(deal):
    assert [remark for remark in origins.remarks(deal) if remark.startswith("sources[")] == []


def test_base_case_returns_the_capital_within_an_oere_a_person(deal):
    wellbeing, work = (Decimal(str(rule.per_outcome.price.value)) for rule in deal.payments)
    returned = 90 * wellbeing + 24 * work
    assert Decimal(3_200_000) <= returned < Decimal(3_200_000) + 24 * Decimal("0.01")


def test_success_rates_centre_on_the_plan(deal):
    centres = [law.beta[0] / sum(law.beta) for law in (outcome.success_rate for outcome in deal.outcomes.values())]
    assert centres == pytest.approx([0.75, 0.20])


def test_no_cap_is_assumed(deal):
    assert not any(isinstance(rule, Cap) for rule in deal.payments)


def test_last_person_to_enrol_is_settled_before_the_end(deal):
    (cohort,) = deal.cohorts
    last = value_of(cohort.enrolment.window) - 1 + value_of(deal.outcomes["education_or_work"].measured.after_enrolment)
    assert last <= 6 * len(deal.follow_up_dates())
