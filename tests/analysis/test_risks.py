"""Shipped deals and their stresses: where a switch leaves a law that is known exactly, the program meets it."""

from pathlib import Path

import pytest
from scipy import stats

from risksim import api
from risksim.analysis.stress import stress
from risksim.report.stress import FiguresOf, StressOf, sentence
from tests.engine.deals import funded_files

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ROOT = SCENARIOS / "risks"
PUBLIC = ROOT.parent / "public"  # stresses of public budgets change nothing that investors get
OTHERS = [
    file
    for file in funded_files()
    if "\nstresses:" in file.read_text(encoding="utf-8") and file.parent not in (ROOT, PUBLIC)
]
PATHS = 20_000
SE_LIMIT = 4.0
"""Standard errors within which a simulated chance meets its law."""

# A price each pays back the capital from so many successes on: one fewer is a loss. Successes are beta-binomial.
KNOWN = [
    ("small-cohort", None, 14, (25, 15.5, 5.5)),  # 600,000 / 40,000 = 15
    ("small-cohort", "ten times as many families at a tenth of the price", 149, (250, 15.5, 5.5)),
    ("too-few-recruited", "every place is filled", 14, (40, 20, 20)),  # 600,000 / 40,000 = 15
    ("anonymous-participants", "everybody can be measured", 17, (40, 20, 20)),  # 17 pay 510,000, 18 540,000 + 200,000
    ("other-target-group", "both", 23, (40, 15.5, 5.5)),  # 960,000 / 40,000 = 24
    ("gains-elsewhere", None, 17, (40, 20, 20)),  # 17 x 61,923 = 1,052,691, 18 pay 1,114,614 of 1,100,000
    ("gains-elsewhere", "the state pays half of what it keeps too", 10, (40, 20, 20)),  # 100,000 each, 11 pay it back
    ("gains-elsewhere", "who comes has been on benefits for more than a year", 13, (40, 20, 20)),  # 14 x 80,000
]


# People on their own at a certain rate: successes are binomial.
CERTAIN = [
    # 12 people, 50,000 for each who stays 52 weeks and finds work; 4 pay back 185,000. 80 % and 68 % still there after
    # 13 and 26 weeks make it 51.3479 % after 52, and a risk that never falls 0.8^4.
    ("time/retention", None, 3, 12, 0.6 * 0.513479),
    ("time/retention", "the risk of leaving never falls", 3, 12, 0.6 * 0.8**4),
    # 12 people, 40,000 for each job; 5 pay back 190,000. Leaving is a rival of finding work in the base.
    ("time/success-beside-leaving", None, 4, 12, 0.05 / 0.08 * (1.0 - 0.92**12)),
    ("time/success-beside-leaving", "nobody leaves", 4, 12, 1.0 - 0.95**12),
    # 100 people, four in five stay, half of them work; 34 pay back 1,700,000 at 50,000 each.
    ("enrolment/collapse", "every place is filled", 33, 100, 0.4),
]


def lost(file, name):
    deal = api.read(file)
    side = api.investors(api.simulate(deal if name is None else api.stressed(deal, name), PATHS))
    return (side.received < side.drawn).mean()


def close_to(chance, found):
    return abs(found - chance) <= SE_LIMIT * (chance * (1.0 - chance) / PATHS) ** 0.5


@pytest.mark.parametrize(("file", "name", "most", "law"), KNOWN)
def test_the_chance_of_a_loss_is_that_of_the_law(file, name, most, law):
    assert close_to(stats.betabinom(*law).cdf(most), lost(ROOT / f"{file}.yaml", name))


@pytest.mark.parametrize(("file", "name", "most", "people", "rate"), CERTAIN)
def test_people_at_a_certain_rate_lose_as_the_binomial_law_says(file, name, most, people, rate):
    assert close_to(stats.binom(people, rate).cdf(most), lost(SCENARIOS / f"{file}.yaml", name))


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
def test_every_stress_of_a_shipped_deal_changes_something(file):
    found = stress(api.read(file), 256)
    assert found.stresses
    assert all(one.p_differs.value > 0.0 for one in found.stresses)


def test_what_a_municipality_keeps_of_a_year_of_benefits():
    # The state refunds 80 % of weeks 1 to 4, 40 % to week 26 and 30 % to week 52.
    kept = (0.2 * 4 + 0.6 * 22 + 0.7 * 26) / 52
    (price,) = {rule.per_outcome.price for rule in api.read(ROOT / "gains-elsewhere.yaml").scenario.payments}
    assert price == round(0.5 * kept * 200_000)


def test_half_the_cash_of_those_who_would_have_been_served():
    # On average 40 x 0.75 people would have been served, 60,000 is saved on each, and a quarter of it is paid.
    run = api.simulate(api.read(ROOT / "savings-without-cash.yaml"), PATHS)
    paid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    assert abs(paid.mean() - 40 * 0.75 * 60_000 * 0.25) <= SE_LIMIT * paid.std() / PATHS**0.5


def test_ties_change_no_average_of_those_who_leave_and_succeed():
    deal = api.read(ROOT / "dropout.yaml")
    tied, alone = (
        api.simulate(one, PATHS) for one in (deal, api.stressed(deal, "leaving and success are on their own"))
    )
    for column in (1, 4, 6):  # completed, then achieved of both outcomes
        moved = tied.paths.headcount[:, 0, column].astype(float) - alone.paths.headcount[:, 0, column]
        assert abs(moved.mean()) <= SE_LIMIT * moved.std() / PATHS**0.5


def test_the_page_on_dependence_says_what_it_is_worth():
    found = stress(api.read(SCENARIOS / "dependence/what-people-share.yaml"), PATHS, seed=1)
    page, base = (SCENARIOS.parent / "docs/reference/dependence.md").read_text(encoding="utf-8"), FiguresOf(*found.base)
    for one in found.stresses:
        assert abs(one.difference.npv.value) <= SE_LIMIT * one.difference.npv.standard_error
        values, difference = FiguresOf(*one.values), FiguresOf(*one.difference)
        assert (
            f"- {sentence(base, StressOf(one.name, one.changes, values, difference, one.p_differs), PATHS)}\n" in page
        )
