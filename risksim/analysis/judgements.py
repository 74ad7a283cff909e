"""The constants of the register that are judgements: what the answer would be with each at another value.

A constant is no input of a deal: most act while a file is read, as the weight of a class of evidence does. So the file
is read again with the constant at both ends of its range, and both deals meet the same people and the same luck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.stress import outcome_of
from risksim.errors import ScenarioError
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL
from risksim.metrics.sample import Sample
from risksim.results.description import ConstantInUse

FloatArray = npt.NDArray[np.float64]

WORK = 2.0
"""Paths of all runs together, in those of the plain run. [1]"""
WORK_WITH_BUDGETS = 0.75
"""Likewise where public budgets are reckoned on every path, which takes seven times as long or more. [1]"""
FEWEST_PATHS = 1_024
"""Paths of a run at least. [paths]"""
KEYS = {
    "between-site-spread": "sites.spread",
    "move-yearly": "moves.yearly",
    "macro-persistence": "dependence.macro_persistence",
    "recession-over": "dependence.recession.over",
    "recession-lasts": "dependence.recession.lasts",
}
"""Constants that are what a key of the file takes where it is left out."""
FITTED = {"between-site-mean": "it is part of how the counts of sites are fitted, once for all runs"}
"""Constants that cannot be moved, and why."""


class Ends(NamedTuple):
    """A figure with a number at the two ends of its range."""

    low: Estimate
    high: Estimate
    swing: Estimate
    """High less low, with the error of the pairs."""


class Judged(NamedTuple):
    """A constant of the register that is a judgement and acts here."""

    key: str
    what: str
    value: str
    where: tuple[str, ...]
    low_value: float | None
    """The lower end of its range; None where it was not moved."""
    high_value: float | None
    npv: Ends | None
    """Mean net present value of all investors at the last hurdle. [currency]"""
    p_loss: Ends | None
    """Probability that less comes back than was paid in. [1]"""
    net_benefit: Ends | None
    """Mean net benefit of all public budgets; None where the file speaks of none. [currency]"""
    reason: str
    """Why it was not moved; empty where it was."""


def judged_in_use(deal: api.Deal) -> tuple[ConstantInUse, ...]:
    """The constants of the register that are judgements and act in a deal."""
    return tuple(one for one in api.constants_in_use(deal) if one.status == "J")


def paths_each(deal: api.Deal, paths: int) -> int:
    """Paths of each run: as many as `WORK` plain runs allow."""
    work = WORK_WITH_BUDGETS if api.has_purse(deal) else WORK
    return min(paths, max(FEWEST_PATHS, int(work * paths) // (2 * max(len(judged_in_use(deal)), 1))))


def judged_paths(deal: api.Deal, paths: int) -> int:
    """Paths of all runs at most. [paths]"""
    return 2 * len(judged_in_use(deal)) * paths_each(deal, paths)


def not_moved(deal: api.Deal) -> tuple[Judged, ...]:
    """The judgements of a deal, without a run."""
    return tuple(_held(one, "not asked for") for one in judged_in_use(deal))


def judgements(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Judged, ...]:
    """Move each judgement that acts in a deal between the ends of its range, all else and all luck as drawn.

    Parameters
    ----------
    deal : Deal
        A deal with investors.
    paths : int
        Of the plain run whose time `WORK` runs may take. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done, over all runs.

    Returns
    -------
    tuple of Judged
        Those that were moved first: by the swing of the net present value, then by that of the net benefit.
    """
    each, done, found = paths_each(deal, paths), 0, []
    for one in judged_in_use(deal):
        try:
            ends = _ends(deal, one)
        except ScenarioError as error:
            found.append(_held(one, f"this deal cannot bear it: {error.faults[0].found}"))
        else:
            found.append(_held(one, ends) if isinstance(ends, str) else _moved(one, ends, each, seed, threads))
        done += 2 * each
        if progress is not None:
            progress(done)
    return tuple(sorted(found, key=_rank))


def _rank(one: Judged) -> tuple[bool, float, float]:
    npv, net_benefit = (0.0 if ends is None else -abs(ends.swing.value) for ends in (one.npv, one.net_benefit))
    return bool(one.reason), npv, net_benefit


def _held(one: ConstantInUse, reason: str) -> Judged:
    return Judged(one.key, one.what, one.value, one.where, None, None, None, None, None, reason)


_Side = tuple[float, api.Deal]


def _ends(deal: api.Deal, one: ConstantInUse) -> tuple[_Side, _Side] | str:
    """Both ends of the range of a constant and the deals that they make, or why there are none."""
    if one.key in FITTED:
        return FITTED[one.key]
    if any(one.key in deal.plan.labels.inputs[slot].origin for slot in api.free_inputs(deal.plan)):
        return "it is the law of an input, which is moved above"
    between = api.range_of_constant(one.key)
    if one.key not in KEYS:
        low, high = ((end, api.with_constants(deal, {one.key: end})) for end in between)
        return low, high
    if one.key not in ("between-site-spread",):
        return f"it is what `{KEYS[one.key]}` takes where left out; write that key and move it by a stress"
    places = [f"{where}.{KEYS[one.key]}" for where in one.where]
    low, high = ((end, api.changed(deal, one.key, dict.fromkeys(places, end))) for end in between)
    return low, high


def _moved(one: ConstantInUse, ends: tuple[_Side, _Side], paths: int, seed: int, threads: int) -> Judged:
    sides = [_figures(side, paths, seed, threads) for _, side in ends]
    sample = Sample.equal(paths)
    npv, lost, net = zip(*sides, strict=True)
    return Judged(
        one.key,
        one.what,
        one.value,
        one.where,
        ends[0][0],
        ends[1][0],
        _between(npv[0], npv[1], sample),
        Ends(
            precision.probability(lost[0] > 0.0, sample),
            precision.probability(lost[1] > 0.0, sample),
            precision.paired_difference(lost[1], lost[0], sample),
        ),
        None if net[0] is None else _between(net[0], net[1], sample),
        "",
    )


def _between(low: FloatArray, high: FloatArray, sample: Sample) -> Ends:
    return Ends(
        precision.mean(low, sample), precision.mean(high, sample), precision.paired_difference(high, low, sample)
    )


def _figures(deal: api.Deal, paths: int, seed: int, threads: int) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Net present value, loss or none, and net benefit: each float64[path]."""
    if not api.has_purse(deal):
        found = outcome_of(api.simulate(deal, paths, seed, threads, keep_claims=False))
        return found.npv, found.lost, None
    whole = api.run_purse(deal, paths, seed, "individual", threads)
    found = outcome_of(api.Run(whole.plan, whole.paths, seed, whole.engine))
    return found.npv, found.lost, api.net_benefits_by_path(whole)[TOTAL]
