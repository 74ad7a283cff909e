"""What most tools leave out: the same deal by expected values only, by luck only, and by evidence and luck."""

from __future__ import annotations

from typing import NamedTuple

from risksim import api
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Summary


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


class Views(NamedTuple):
    """The three lines and the runs behind the first two."""

    lines: ThreeLines
    expected: api.Run
    """Expected only: one path."""
    luck: api.Done
    """Luck only."""


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
    return lines_of(
        deal, run.summary(), api.job(deal, run.paths.weight.size, run.seed, threads)._replace(executor=executor)
    )


def lines_of(deal: api.Deal, summary: Summary, job: api.Job) -> ThreeLines:
    """Answer a deal in three lines.

    Parameters
    ----------
    deal : Deal
        The deal.
    summary : Summary
        Of its run with evidence and luck.
    job : api.Job
        How the line of luck only is to be run; its plan is replaced.

    Returns
    -------
    ThreeLines
    """
    return views_of(deal, summary, job).lines


def views_of(deal: api.Deal, summary: Summary, job: api.Job) -> Views:
    """Answer a deal in three lines, as `lines_of`, and keep what they were made of."""
    expected = api.expected_only(deal)
    by_luck = api.at_means(deal, luck=True)
    luck = api.work(job._replace(plan=by_luck, moves=False, cohorts=False, brief=True, tolerances=()))
    varies = "people: every input at its mean, people drawn"
    if by_luck.labels.inputs:
        varies = "people and what else is chance; every other input is at its mean"
    lines = ThreeLines(
        hurdle=deal.plan.labels.hurdles[-1],
        lines=(
            _line("expected only", "nothing: every input at its mean, fractions of people allowed", expected.summary()),
            _line("luck only", varies, luck.summary),
            _line("evidence and luck", "inputs and people", summary),
        ),
    )
    return Views(lines, expected, luck)


def _line(name: str, varies: str, summary: Summary) -> Line:
    side = summary.everybody
    npv = list(side.npv.values())[-1]
    return Line(
        name,
        varies,
        side.irr.of_mean_flow,
        npv.mean,
        side.loss.p_loss,
        npv.p_loss,
        npv.p05,
        npv.expected_shortfall_95,
    )
