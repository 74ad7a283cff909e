"""Two bonds whose capital depends on the result: Newpin as a whole, and the two classes of the Benevolent Society."""

import numpy as np
import pytest

from risksim.engine.run import Settings, run
from risksim.kernels.cashflow import TOTAL_LOSS
from tests.engine.deals import shipped_plan
from tests.payments.test_published import settled


@pytest.mark.parametrize(
    ("improvement", "protected", "at_risk"),
    [
        (0.0, 0.0, -1.0),
        (0.0499, 0.0, -1.0),
        (0.05, 0.05, 0.08),
        (0.19, 0.06, 0.105),
        (0.24, 0.07, 0.15),
        (0.40, 0.10, 0.30),
        (0.75, 0.10, 0.30),
    ],
)
def test_benevolent_society_classes_earn_what_is_published(improvement, protected, at_risk):
    plan = shipped_plan("international/benevolent.yaml")
    found = settled(plan, improvement)
    assert found.irr[0] == pytest.approx([protected, at_risk], abs=1e-9)
    # paid once after five years
    owed = [7.5e6 * (1 + protected) ** 5, 2.5e6 * (1 + at_risk) ** 5]
    assert (found.received[0] / 100).tolist() == pytest.approx(owed, abs=0.005)
    assert found.claim.sum() == found.received.sum()


def test_protected_class_never_loses_and_the_other_loses_everything_or_nothing():
    found = run(shipped_plan("international/benevolent.yaml"), Settings(4_000, 1, threads=1))
    assert (found.received[:, 0] >= found.drawn[:, 0]).all()
    lost = found.irr_status[:, 1] == TOTAL_LOSS
    assert (found.received[lost, 1] == 0).all()
    assert (found.received[~lost, 1] > found.drawn[~lost, 1]).all()
    # a triangle on 0 to 0.40 with its top at 0.20 lies below 0.05 with chance 0.05^2 / (0.40 * 0.20) = 0.03125
    assert lost.mean() == pytest.approx(0.03125, abs=4 * (0.03125 / 4_000) ** 0.5)


@pytest.mark.parametrize(
    ("rate", "first", "fourth", "capital"),
    [(0.5499, 5.0, 0.0, 50.0), (0.55, 5.0, 3.0, 100.0), (0.60, 7.5, 7.5, 100.0), (0.65, 12.0, 12.0, 100.0),
     (0.70, 15.0, 15.0, 100.0), (0.20, 5.0, 0.0, 50.0)],
)  # fmt: skip
def test_newpin_pays_interest_by_bands_and_capital_by_the_full_term(rate, first, fourth, capital):
    plan = shipped_plan("international/newpin.yaml")
    claim = settled(plan, rate).claim[0] / 7_000_000
    year = {int(month) // 12: t for t, month in enumerate(plan.calendar.month)}
    assert claim[0, year[1]] == pytest.approx(first)
    assert claim[0, year[4]] == pytest.approx(fourth)
    assert claim[1].sum() == pytest.approx(capital)
    assert claim[1, year[7]] == pytest.approx(capital)


def test_newpin_holder_never_loses_more_than_half():
    found = run(shipped_plan("international/newpin.yaml"), Settings(1_000, 1, threads=1))
    assert (found.received >= found.drawn // 2).all()
    assert np.isfinite(found.irr).all()
