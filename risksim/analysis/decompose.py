"""What of the variance comes from where: from what nobody knows about the programme, group by group, and from luck.

Two draws of every factor stand behind each path. The deal is run with every subset of the factors at the second draw,
all else at the first, so that any two runs share exactly the factors at which they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.variance import FIRST_OUTCOME
from risksim.metrics.indices import Shares, shares_of_subsets
from risksim.metrics.precision import Estimate

PEOPLE = "small-sample luck of people"
SHARED = "what people share"
WORK = 8.0
"""Paths of all runs together, in those of a plain run: what is spent. [1]"""
WORK_WITH_BUDGETS = 2.5
"""Likewise where public budgets are reckoned on every path, which takes seven times as long or more. [1]"""
FEWEST_PATHS = 256
"""Paths of a run at least, where many factors make many runs. [paths]"""


class Share(NamedTuple):
    """What a factor has of a variance."""

    factor: str
    """A group of inputs, or luck."""
    inputs: tuple[str, ...]
    """The uncertain inputs in it, by their places in the file; none for luck."""
    closed: Estimate
    """What would go if it alone were known. [1]"""
    total: Estimate
    """What would be left if all else were known. [1]"""
    shapley: Estimate
    """Its share where what factors do together is dealt out evenly; all of them sum to one. [1]"""


class PartsOf(NamedTuple):
    """The variance of one quantity, dealt out."""

    quantity: str
    """``npv`` (of all investors, at the last hurdle), ``repayment`` (by all payers), ``net_benefit`` (of a public
    budget) or ``achieved``."""
    outcome: str | None
    """Which outcome is achieved; None for money."""
    budget: str | None
    """Whose net benefit it is: a public budget, or ``total``; None for all else."""
    sd: float
    """Standard deviation of the quantity. [currency, or people]"""
    shares: tuple[Share, ...]
    together: Estimate
    """What no factor does alone: one less the closed shares. [1]"""


class Decomposition(NamedTuple):
    """Where variance comes from."""

    hurdle: float
    """Rate at which present values are taken: the last hurdle of the scenario. [1/year]"""
    factors: tuple[str, ...]
    runs: int
    """Runs made: one for each subset of the factors."""
    paths_each: int
    """Paths of each. [paths]"""
    of: tuple[PartsOf, ...]


class Factor(NamedTuple):
    """What is drawn anew together."""

    name: str
    slots: tuple[int, ...]
    luck: bool = False
    shared: bool = False
    of_purse: tuple[int, ...] = ()
    """Inputs of the public purse."""


def factors_of(plan: api.Plan) -> tuple[Factor, ...]:
    """Groups of uncertain inputs, of the deal and of the public purse, then what people share, then their luck."""
    found = [Factor(name, slots) for name, slots in api.evidence_groups(plan).items()]
    found += [Factor(name, (), of_purse=slots) for name, slots in api.purse_groups(plan).items()]
    apart = api.shares_luck(plan)
    if apart:
        found.append(Factor(SHARED, (), shared=True))
    return (*found, Factor(PEOPLE, (), luck=True, shared=not apart))


def paths_each(plan: api.Plan, paths: int) -> int:
    """Paths of each run, so that all of them together take `WORK` plain runs, at most one plain run each."""
    work = WORK_WITH_BUDGETS if api.has_purse(plan) else WORK
    return min(paths, max(FEWEST_PATHS, int(work * paths) >> len(factors_of(plan))))


def all_paths(deal: api.Deal, paths: int) -> int:
    """Paths of everything that `decompose` runs. [paths]"""
    return paths_each(deal.plan, paths) << len(factors_of(deal.plan))


def decompose(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Decomposition:
    """Deal the variance of a deal out over what is not known and over luck.

    Parameters
    ----------
    deal : Deal
        A deal with investors, or with a `public` block, or with both.
    paths : int
        Paths of the plain run that is worth `WORK`, or `WORK_WITH_BUDGETS`, of the paths of all runs. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done, over all runs.

    Returns
    -------
    Decomposition
        By quantity: net present value of all investors, repayment of all payers, net benefit of each public budget,
        people who achieve each outcome.
    """
    plan = deal.plan
    factors = factors_of(plan)
    each = paths_each(plan, paths)
    names: tuple[_Name, ...] = ()
    outputs: list[npt.NDArray[np.float64]] = []
    for subset in range(1 << len(factors)):
        anew = [factor for place, factor in enumerate(factors) if subset >> place & 1]
        report = None if progress is None else lambda done, before=subset * each: progress(before + done)
        found = _run(deal, anew, each, seed, threads, report)
        names = tuple(found)
        outputs.append(np.array(list(found.values())))
    by_quantity = np.array(outputs).transpose(1, 0, 2)
    return Decomposition(
        plan.labels.hurdles[-1],
        tuple(factor.name for factor in factors),
        1 << len(factors),
        each,
        tuple(
            _parts(name, factors, plan, shares_of_subsets(values))
            for name, values in zip(names, by_quantity, strict=True)
        ),
    )


class _Name(NamedTuple):
    quantity: str
    outcome: str | None = None
    budget: str | None = None


_Values = dict[_Name, npt.NDArray[np.float64]]


def _run(
    deal: api.Deal,
    anew: list[Factor],
    paths: int,
    seed: int,
    threads: int,
    progress: Callable[[int], None] | None,
) -> _Values:
    """What is dealt out, with some factors drawn anew: float64[path] by quantity."""
    plan = api.renewed(
        deal.plan,
        [slot for factor in anew for slot in factor.slots],
        of_purse=[slot for factor in anew for slot in factor.of_purse],
    )
    luck, shared = int(any(factor.luck for factor in anew)), int(any(factor.shared for factor in anew))
    benefits: _Values = {}
    if api.has_purse(plan):
        whole = api.run_purse(plan, paths, seed, "individual", threads, progress, luck=luck, shared=shared)
        run = api.Run(plan, whole.paths, seed, whole.engine)
        found = api.net_benefits_by_path(whole)
        benefits = {_Name("net_benefit", budget=budget): values for budget, values in found.items()}
    else:
        run = api.simulate(plan, paths, seed, threads, keep_claims=False, luck=luck, shared=shared, progress=progress)
    values: _Values = {}
    if deal.scenario.is_funded:
        values[_Name("npv")] = api.investors(run).npv[:, -1].copy()
    if plan.labels.payers:
        values[_Name("repayment")] = run.paths.repayment.sum(axis=(1, 2)) / plan.minor_units
    people = run.paths.headcount.sum(axis=1)
    achieved = {
        _Name("achieved", outcome): people[:, FIRST_OUTCOME + 2 * place].astype(np.float64)
        for place, outcome in enumerate(plan.labels.outcomes)
    }
    return values | benefits | achieved


def _parts(name: _Name, factors: tuple[Factor, ...], plan: api.Plan, found: Shares) -> PartsOf:
    shares = tuple(
        Share(factor.name, _inputs_of(factor, plan), found.first[place], found.total[place], found.shapley[place])
        for place, factor in enumerate(factors)
    )
    return PartsOf(*name, found.variance**0.5, shares, found.together)


def _inputs_of(factor: Factor, plan: api.Plan) -> tuple[str, ...]:
    free = set(api.free_inputs(plan))
    named = [plan.labels.inputs[slot].name for slot in factor.slots if slot in free]
    notes = () if plan.purse is None else plan.purse.notes
    return (*named, *(notes[slot].name for slot in factor.of_purse))
