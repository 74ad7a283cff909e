"""Costs that follow the people, and loans, in what was observed."""

import numpy as np
import pytest

from risksim import api
from risksim.errors import ObservedError
from risksim.plan.compile import compile_plan
from risksim.scenario.scenario import Scenario
from tests.payments.deals import deal

JOB = {"job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}}}
PAID = [{"per_outcome": {"outcome": "job", "price": 1_000}}]
FIVE = [{"name": "five", "participants": 5, "duration": "8 months", "enrolment": {"window": "4 months"}}]


def made(financing, **changes) -> api.Deal:
    scenario = deal(PAID, outcomes=JOB, cohorts=FIVE, financing=financing, **changes)
    return api.Deal(scenario, None, compile_plan(scenario))


def settled(told: api.Deal, tmp_path, text: str):
    file = tmp_path / "observed.csv"
    file.write_text(text, encoding="utf-8")
    return api.settle(told, file)


HEADS = {
    "tranches": [{"name": "investor", "commitment": 10_000}],
    "costs": [
        {"name": "place", "amount": 100, "per": "participant"},
        {"name": "stay", "amount": 10, "per": "participant month"},
    ],
}
COLUMNS = "follow_up,cohort,job: verified,people enrolled,months of the course begun\n"


def test_the_people_of_the_file_are_billed(tmp_path):
    told = made(HEADS)
    # Three enrol on the first day, on which money is drawn, and two by the first follow-up, which bills all: five times
    # 100, and 3 + 20 months at 10.
    rows = "2025-01-01,five,-,3,3\n2026-01-01,five,0,2,20\n"
    found = settled(told, tmp_path, COLUMNS + rows)
    costs = {flow.reason: (str(flow.date), flow.amount) for flow in found.ledger if flow.to_party == "suppliers"}
    assert costs == {"place": ("2026-01-01", 500.0), "stay": ("2026-01-01", 230.0)}
    assert found.remarks == ()


def test_people_who_are_not_known_are_not_billed_and_a_remark_says_so(tmp_path):
    found = settled(made(HEADS), tmp_path, COLUMNS + "2025-01-01,five,-,3,3\n2026-01-01,five,0,2,\n")
    costs = {flow.reason: flow.amount for flow in found.ledger if flow.to_party == "suppliers"}
    assert costs == {"place": 500.0, "stay": 30.0}
    assert found.remarks == (
        "months of the course begun of five on 2026-01-01: not known, so no cost is billed for it.",
    )


@pytest.mark.parametrize(
    ("heads", "said"),
    [("6,0", "five has 5 participants"), ("2.5,0", "whole numbers"), ("5,41", "a course of 8 months")],
)
def test_more_people_or_months_than_can_be_are_a_mistake(heads, said, tmp_path):
    with pytest.raises(ObservedError, match=said):
        settled(made(HEADS), tmp_path, COLUMNS + f"2026-01-01,five,0,{heads}\n")


def lent() -> api.Deal:
    scenario = Scenario.model_validate(
        {
            "schema": 1,
            "name": "A loan",
            "start": "2025-01-01",
            "end": "2028-01-01",
            "follow_up": {"every": "12 months"},
            "day_count": "months/12",
            "outcomes": {"revenue": {"result": {"uniform": [0, 2_000]}}},
            "financing": {
                "tranches": [
                    {
                        "name": "lender",
                        "commitment": 1_000,
                        "loan": {
                            "maturity": "2028-01-01",
                            "repaid": {"share_of": "revenue", "share": 0.1},
                            "default": {"yearly_chance": 0.19, "lost": 0.75},
                        },
                    }
                ]
            },
        }
    )
    return api.Deal(scenario, None, compile_plan(scenario))


REVENUES = "follow_up,revenue\n2026-01-01,1000\n2027-01-01,2000\n2028-01-01,500\n"


def test_a_borrower_of_whom_nothing_is_said_has_not_failed(tmp_path):
    found = settled(lent(), tmp_path, REVENUES)
    # 100 and 200 of the revenue; 700 at maturity.
    assert found.tranches[0].received == 1_000.0
    assert found.terms == ()
    assert "lender: settled as a loan whose borrower has not failed." in found.remarks


def test_a_failure_is_written_by_its_day(tmp_path):
    # A year and a half after the start: 1 - 0.81 ** 1.5 = 0.271. Of the 900 still owed in 2027 a quarter comes back.
    row = "input,financing.tranches[lender].loan.default.moment,0.271\n"
    found = settled(lent(), tmp_path, REVENUES + row)
    assert found.tranches[0].received == 100.0 + 225.0
    assert found.remarks == ()
    assert [term.name.rpartition(".")[2] for term in found.terms] == ["moment"]


def test_the_template_of_a_loan_says_how_a_failure_is_written():
    template = api.observed_template(lent())
    assert "loan.default.moment: empty while the borrower has not failed" in template
    assert np.char.startswith(template.splitlines(), "input,").sum() == 1
