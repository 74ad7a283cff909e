"""What most tools leave out: the same deal by expected values only, by luck only, and by evidence and luck."""

from __future__ import annotations

from typing import NamedTuple

from risksim import api
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic


class Line(NamedTuple):
    """The answer for all investors together under one view of chance."""

    name: str
    """``expected only``, ``luck only`` or ``evidence and luck``."""
    varies: str
    """What is allowed to vary, in words."""
    irr: Statistic
    """IRR of the mean cash flow. [1/year]"""
    npv: Estimate
    """Mean net present value at the hurdle. [currency]"""
    p_loss: Estimate
    """Probability that less comes back than was paid in. [1]"""
    p_npv_negative: Estimate
    """Probability that the net present value is negative. [1]"""
    npv_p05: Estimate
    """5 % quantile of the net present value. [currency]"""
    npv_es95: Estimate
    """Mean loss of net present value in the worst twentieth. [currency]"""


class ThreeLines(NamedTuple):
    """The three views side by side."""

    hurdle: float
    """Rate at which present values are taken: the last hurdle of the scenario. [1/year]"""
    lines: tuple[Line, Line, Line]


def three_lines(deal: api.Deal, run: api.Run, threads: int = 0, executor: api.Executor | None = None) -> ThreeLines:
    """Answer a deal in three lines.

    Parameters
    ----------
    deal : Deal
        The deal.
    run : Run
        Its run with evidence and luck; the line of luck only takes the same seed and as many paths.
    threads : int
        Threads of the further run.
    executor : Executor, optional
        Who computes it, as in `risksim.api.simulate`.

    Returns
    -------
    ThreeLines
    """
    expected = api.expected_only(deal)
    by_luck = api.at_means(deal, luck=True)
    luck = api.simulate(by_luck, run.paths.weight.size, run.seed, threads, keep_claims=False, executor=executor)
    varies = "people: every input at its mean, people drawn"
    if by_luck.labels.inputs:
        varies = "people and what else is chance; every other input is at its mean"
    return ThreeLines(
        hurdle=run.plan.labels.hurdles[-1],
        lines=(
            _line("expected only", "nothing: every input at its mean, fractions of people allowed", expected),
            _line("luck only", varies, luck),
            _line("evidence and luck", "inputs and people", run),
        ),
    )


def _line(name: str, varies: str, run: api.Run) -> Line:
    sample, side = run.sample, api.investors(run)
    npv = side.npv[:, -1].copy()
    return Line(
        name,
        varies,
        api.irr_of_mean_flow(run),
        precision.mean(npv, sample),
        precision.probability(side.received < side.drawn, sample),
        precision.probability(npv < 0, sample),
        precision.quantile(npv, sample, 0.05),
        precision.expected_shortfall(-npv, sample, 0.95),
    )
