"""What a ranking of deals compares: measures that do not grow with the size of a deal, or say so."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim import api
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld

RISK_LEVEL = 0.95
"""Level of the expected shortfall. [1]"""


class Measures(NamedTuple):
    """What deals are ranked by, for all investors together, the payers and the public."""

    p_loss: Estimate
    """Probability that less comes back than was paid in. [1]"""
    npv_per_capital: Statistic
    """Mean net present value at the last hurdle over mean capital paid in. [1]"""
    irr_p05: Statistic
    """[1/year]"""
    irr_p50: Statistic
    """[1/year]"""
    es95_per_capital: Statistic
    """Mean loss of that net present value in the worst twentieth over mean capital paid in. [1]"""
    repayment_per_head: Statistic
    """Mean of what all payers pay over the mean number of people who enrol. [currency/person]"""
    deadweight_share: Statistic
    """Repayments for successes that would have come anyway, over all repayments. [1]"""
    net_benefit: Statistic
    """Mean net benefit of all public budgets together, present value. [currency]"""


NAMES = Measures._fields
"""What a ranking may be sorted by."""
RISING = frozenset({"p_loss", "es95_per_capital", "repayment_per_head", "deadweight_share"})
"""Measures of which less is better: they are sorted upwards, all others downwards."""


def check_measure(name: str | None) -> None:
    """Refuse what no ranking is sorted by."""
    if name is not None and name not in NAMES:
        raise RisksimError(
            _(
                "--by: got '{name}'; a ranking is sorted by {names}.\n  Try --by p_loss",
                name=name,
                names=", ".join(NAMES),
            )
        )


def measures_of(run: api.Run, deal: api.Deal, paths: int, seed: int, threads: int) -> Measures:
    """What a ranking compares of a deal.

    Parameters
    ----------
    run : Run
        A finished run.
    deal : Deal
        The same deal; its public purse is run on as many paths where it has one.
    paths, seed, threads
        As in `risksim.api.run_purse`.

    Returns
    -------
    Measures
    """
    side, sample = api.investors(run), run.sample
    drawn = side.drawn.astype(np.float64) / run.plan.minor_units
    worth = side.npv[:, -1].copy()
    irr = run.summary().everybody.irr
    repayment = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    nothing_drawn = Withheld("nothing is paid in")
    has_capital = float(drawn.max(initial=0.0)) > 0.0
    return Measures(
        precision.probability(side.received < side.drawn, sample),
        precision.ratio_of_means(worth, drawn, sample) if has_capital else nothing_drawn,
        irr.p05,
        irr.p50,
        _over(precision.expected_shortfall(-worth, sample, RISK_LEVEL), precision.mean(drawn, sample))
        if has_capital
        else nothing_drawn,
        _per_head(run, repayment),
        *_public(deal, paths, seed, threads),
    )


def measures_of_fund(run: api.PortfolioRun) -> Measures:
    """What a ranking compares of a portfolio: of the fund alone."""
    fund, sample = run.summary.fund, run.sample
    drawn = run.arrays.drawn.sum(axis=1) / run.names.minor_units
    worth = run.arrays.npv[:, :, -1].sum(axis=1)
    each = Withheld("a portfolio has one for each of its deals")
    shortfall = precision.expected_shortfall(-worth, sample, RISK_LEVEL)
    return Measures(
        fund.loss.p_loss,
        precision.ratio_of_means(worth, drawn, sample),
        each,
        each,
        _over(shortfall, precision.mean(drawn, sample)),
        each,
        each,
        each,
    )


def _over(amount: Estimate, capital: Estimate) -> Estimate:
    """A loss over mean capital; the error is at most the sum of what the two add to it."""
    value = amount.value / capital.value
    if amount.standard_error == 0.0 and capital.standard_error == 0.0:
        return Estimate.exact(value)
    error = (amount.standard_error + abs(value) * capital.standard_error) / capital.value
    return Estimate.symmetric(value, error)


def _per_head(run: api.Run, repayment: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Statistic:
    heads = run.paths.headcount
    if not run.plan.labels.cohorts:
        return Withheld("the deal has no participants")
    if heads.shape[0] == repayment.size:
        people = heads[:, :, 0].sum(axis=1).astype(np.float64)
        if not people.any():
            return Withheld("nobody enrols")
        return precision.ratio_of_means(repayment, people, run.sample)
    cohorts = api.cohorts(run)
    people_mean = sum(one.enrolled.value for one in cohorts)
    if not people_mean > 0.0:
        return Withheld("the people of so many cohorts are not kept" if not cohorts else "nobody enrols")
    paid = precision.mean(repayment, run.sample)
    return _over(paid, Estimate.exact(people_mean))


def _public(deal: api.Deal, paths: int, seed: int, threads: int) -> tuple[Statistic, Statistic]:
    """Share of deadweight and net benefit."""
    if not api.has_purse(deal):
        none = Withheld("the file has no `public`")
        return none, none
    found = api.summarise_purse(api.run_purse(deal, paths, seed, threads=threads))
    share = found.value_for_money.deadweight_share
    said: Statistic = share
    if share.value != share.value:
        said = Withheld("the file does not say what would have happened anyway")
    return said, found.total.net_benefit.mean


def ranked(measures: Measures, name: str) -> tuple[bool, float]:
    """What rows are sorted by: the better first, and last what has no such number."""
    statistic: Statistic = getattr(measures, name)
    if isinstance(statistic, Withheld) or statistic.value != statistic.value:
        return True, 0.0
    return False, statistic.value if name in RISING else -statistic.value
