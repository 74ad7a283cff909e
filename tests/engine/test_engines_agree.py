"""The conditional engine beside the individual one on every shipped deal, and what its paths are worth."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import precision as worth
from risksim.engine.engines import conditional_obstacle
from risksim.engine.run import Settings, run
from risksim.metrics import precision
from risksim.metrics.sample import Sample
from tests.engine.deals import SHIPPED, funded_files, shipped_plan

PATHS = 20_000
ERRORS = 4.0
"""How many combined standard errors two estimates may lie apart."""
NAMES = [str(file.relative_to(SHIPPED)) for file in funded_files()]


def watched(found):
    """What is held side by side: float64[path] by name."""
    yield from ((f"npv {t} {h}", found.npv[:, t, h]) for t, h in np.ndindex(found.npv.shape[1:]))
    yield from ((f"loss {t}", found.received[:, t] < found.drawn[:, t]) for t in range(found.drawn.shape[1]))
    yield "repayment", found.repayment.sum(axis=(1, 2))
    yield from ((f"heads {k}", found.headcount[:, :, k].sum(axis=1)) for k in range(found.headcount.shape[2]))


def compare(plan, n_paths):
    """Names of what lies too far apart."""
    engines = [run(plan, Settings(n_paths, 5, keep_claims=False, engine=name)) for name in ("individual", "conditional")]  # fmt: skip # noqa: E501
    samples = [Sample.of(found.weight, found.replicate) for found in engines]
    far = []
    for (name, one), (_, other) in zip(*map(watched, engines), strict=True):
        first, second = (precision.mean(np.asarray(v, float), s) for v, s in zip((one, other), samples, strict=True))
        error = np.hypot(first.standard_error, second.standard_error)
        if abs(first.value - second.value) > max(ERRORS * error, 1e-9 * abs(first.value)):
            far.append((name, first.value, second.value, error))
    return far


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_engines_agree_on_shipped_deals(name):
    plan = shipped_plan(name)
    if conditional_obstacle(plan) is not None:
        pytest.skip(f"the conditional engine cannot run it: {conditional_obstacle(plan)}")
    assert compare(plan, PATHS) == []


@pytest.mark.parametrize("name", ["risks/too-few-recruited.yaml", "effects/effect-against-comparison.yaml"])
def test_engines_agree_on_some_deals(name):
    assert compare(shipped_plan(name), 4_096) == []


def test_most_shipped_deals_without_rich_outcomes_can_be_run():
    able = [name for name in NAMES if conditional_obstacle(shipped_plan(name)) is None]
    assert {"broendby-tuba.yaml", "danish/memox-vejle.yaml", "evidence/sites.yaml"} <= set(able)
    assert len(able) >= 55


@pytest.mark.slow
def test_points_are_worth_many_plain_paths():
    """200 scrambles of 16,384 points are worth at least 7, 0.15 and 0.8 million plain paths each."""
    reached = worth.measure(worth.conditional, worth.POINTS, 200)
    plain_paths = worth.POINTS * (worth.plain_errors(worth.POINTS) / reached.rmse) ** 2
    assert dict(zip(worth.METRICS, plain_paths >= [7e6, 0.15e6, 0.8e6], strict=True)) == dict.fromkeys(
        worth.METRICS, True
    )
    # The tail mean of a sample lies a little too low wherever the tail is estimated too; the others have no bias.
    assert (abs(reached.bias[:2]) <= ERRORS).all()
