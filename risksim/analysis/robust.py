"""How wrong may the model be? Bounds on the answer under any law that is near the model's, and which futures they fear.

The model is one law of futures. Here nature may choose another one, as long as it is not too far away by relative
entropy; or a mixture with anything; or any law with the same mean and spread; or any dependence between parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.errors import RunError
from risksim.language import _
from risksim.metrics import precision, robust
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]

ETA, EPSILON = 0.05, 0.05
"""Relative entropy, and share of anything else, unless said otherwise."""
CURVE = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Relative entropies of the curve of bounds. [nat]"""
VISIBLE = 3.0
"""Standard errors by which the worst law must move an input before a sentence says so."""
MOST_OPENED = 5
"""Paths that are named to be opened."""
FAILS_BELOW = 0.75
"""Part of the successes that it has on average, below which a cohort has failed."""


class Feared(NamedTuple):
    """An input under the worst law."""

    name: str
    unit: str
    plain: float
    """Mean over all paths, in the unit of the input."""
    worst: float
    """Weighted mean, in the same unit."""
    by: float
    """[standard deviations of the input]"""
    in_errors: float
    """The move in its own standard errors. [1]"""


class Opened(NamedTuple):
    """A path that the worst law makes most of."""

    path: int
    """To be told by ``risksim explain --path``."""
    times: float
    """How many times as likely it is made. [1]"""
    npv: float
    """[currency]"""


class Point(NamedTuple):
    """Bounds at one relative entropy."""

    eta: float
    loss: Estimate
    p_loss: Estimate


class Together(NamedTuple):
    """Several parts that may fail, whatever goes with what."""

    of: str
    """``cohorts`` or ``deals``."""
    fails: str
    """What failing means, in words."""
    chances: tuple[tuple[str, float], ...]
    """Each part and its probability to fail. [1]"""
    p_all: float
    """Probability that all fail, by the model. [1]"""
    p_all_most: float
    """The most that any dependence makes of it. [1]"""
    p_any: float
    p_any_most: float


class Anchor(NamedTuple):
    """Two success rates that a relative entropy tells apart."""

    rate: float
    other: float
    people: int
    eta: float
    """Relative entropy of the successes of so many people at `rate` beside `other`. [nat]"""


class Robust(NamedTuple):
    """Bounds, and what they fear."""

    hurdle: float
    """Rate of present values: the last hurdle of the scenario. [1/year]"""
    eta: float
    epsilon: float
    anchor: Anchor | None
    rates_apart: tuple[tuple[float, float, int], ...]
    """Pairs of success rates and people that are as far apart as `eta`: what it means."""
    loss: Estimate
    """Mean loss of net present value of all investors, as modelled; negative where they gain. [currency]"""
    loss_worst: Estimate
    """The highest of any law within `eta`. [currency]"""
    loss_normal: float
    """What it would be, were the value normal: the mean and ``sd sqrt(2 eta)``. [currency]"""
    at_edge: bool
    """Whether the bound is the worst path: more paths, or a wider law, might show worse."""
    theta: float | None
    """How the worst law leans: ``exp(loss / theta)``; None where it doesn't. [currency]"""
    p_loss: Estimate
    """Probability that less comes back than was paid in, as modelled. [1]"""
    p_loss_worst: Estimate
    """The highest of any law within `eta`. [1]"""
    p_loss_contaminated: Estimate
    """If with probability `epsilon` anything may hold. [1]"""
    p_loss_moments: float
    """The highest of any law with the same mean and spread of money back less money paid in. [1]"""
    together: Together | None
    feared: tuple[Feared, ...]
    """Inputs by how far the worst law moves them; those of the mean loss."""
    opened: tuple[Opened, ...]
    curve: tuple[Point, ...]
    engine: str


def bounds(
    deal: api.Deal,
    eta: float = ETA,
    epsilon: float = EPSILON,
    paths: int | None = None,
    seed: int = api.SEED,
    threads: int = 0,
    anchor: Anchor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Robust:
    """Bound what investors lose if the model is wrong.

    Parameters
    ----------
    deal : Deal
        A deal with investors.
    eta : float
        Relative entropy of the laws that are allowed. [nat]
    epsilon : float
        Probability with which anything may hold. [1]
    paths : int, optional
        Paths; left out, 65,536 quasi-random points where the deal can be run by them, else 100,000. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    anchor : Anchor, optional
        Where `eta` comes from.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Robust

    Raises
    ------
    RunError
        If `eta` or `epsilon` make no sense.
    """
    check(eta, epsilon)
    conditional = api.why_not_conditional(deal.plan) is None
    n_paths = paths or (api.POINTS if conditional else api.PATHS)
    engine = "conditional" if conditional else "individual"
    run = api.simulate(
        deal,
        n_paths,
        seed,
        threads,
        keep_claims=False,
        engine="conditional" if conditional else "individual",
        progress=progress,
    )
    side, sample = api.investors(run), run.sample
    found, worst = _bounds(
        deal.plan.labels.hurdles[-1],
        eta,
        epsilon,
        anchor,
        -side.npv[:, -1],
        (side.received - side.drawn) / run.plan.minor_units,
        sample,
        engine,
    )
    return found._replace(
        together=of_cohorts(run),
        feared=feared(run, worst),
        opened=opened(side.npv[:, -1], worst, sample),
    )


def bounds_of_portfolio(
    portfolio: api.Portfolio,
    eta: float = ETA,
    epsilon: float = EPSILON,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    anchor: Anchor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Robust:
    """Bound what a fund loses if the models of its deals, or of what they share, are wrong; as `bounds`."""
    check(eta, epsilon)
    run = api.run_portfolio(portfolio, paths, seed, threads, progress=progress)
    arrays, npv = run.arrays, run.arrays.npv[:, :, -1].sum(axis=1)
    back = (arrays.received - arrays.drawn).sum(axis=1) / run.names.minor_units
    found, worst = _bounds(portfolio.hurdles[-1], eta, epsilon, anchor, -npv, back, run.sample, run.engine)
    return found._replace(together=of_portfolio(run), opened=opened(npv, worst, run.sample))


def _bounds(
    hurdle: float,
    eta: float,
    epsilon: float,
    anchor: Anchor | None,
    loss: FloatArray,
    back: FloatArray,
    sample: Sample,
    engine: str,
) -> tuple[Robust, FloatArray]:
    """Bounds on losses of present value and on money back less money paid in; and the worst law."""
    p_loss = precision.probability(back < 0.0, sample)
    worst = robust.worst_mean(loss, sample, eta)
    mean = float(sample.weight @ back)
    plain, spread = precision.mean(loss, sample), float(precision.sd(loss, sample).value)
    curve = tuple(
        Point(each, robust.worst_mean(loss, sample, each).bound, robust.worst_probability_of(p_loss, each))
        for each in sorted({*CURVE, eta})
    )
    found = Robust(
        hurdle=hurdle,
        eta=eta,
        epsilon=epsilon,
        anchor=anchor,
        rates_apart=rates_apart(eta),
        loss=plain,
        loss_worst=worst.bound,
        loss_normal=plain.value + spread * float(np.sqrt(2.0 * eta)),
        at_edge=worst.at_edge,
        theta=worst.theta if np.isfinite(worst.theta) else None,
        p_loss=p_loss,
        p_loss_worst=robust.worst_probability_of(p_loss, eta),
        p_loss_contaminated=robust.contaminated(p_loss, epsilon),
        # Of losing nothing or more: no less than of losing something.
        p_loss_moments=robust.cantelli(mean, float(np.sqrt(sample.weight @ (back - mean) ** 2))),
        together=None,
        feared=(),
        opened=(),
        curve=curve,
        engine=engine,
    )
    return found, worst.weight


def check(eta: float, epsilon: float) -> None:
    """Refuse what is no relative entropy or no share."""
    if not (eta >= 0.0 and np.isfinite(eta)):
        raise RunError(_("--eta: got {eta:g}; a relative entropy is not negative. Try --eta 0.05.", eta=eta))
    if not 0.0 <= epsilon <= 1.0:
        raise RunError(
            _("--epsilon: got {epsilon:g}; a probability lies from 0 to 1. Try --epsilon 0.05.", epsilon=epsilon)
        )


def anchor_of(rate: float, other: float, people: int) -> Anchor:
    """The relative entropy between two success rates of so many people.

    Raises
    ------
    RunError
        If they are no rates strictly between 0 and 1, or there are no people.
    """
    if not (0.0 < rate < 1.0 and 0.0 < other < 1.0) or people < 1:
        raise RunError(
            _(
                "--between: got {rate:g} and {other:g} for {people} people; rates lie between 0 and 1 and there is "
                "somebody. Try --between 0.6 0.7 --people 40.",
                rate=rate,
                other=other,
                people=people,
            )
        )
    return Anchor(rate, other, people, people * robust.binary_entropy(rate, other))


def rates_apart(eta: float) -> tuple[tuple[float, float, int], ...]:
    """What a relative entropy means: a rate of 0.7 against the lower one that so many people tell apart as far."""
    found = []
    for people in (10, 40, 100):
        lower = 1.0 - robust.worst_probability(0.3, eta / people)
        found.append((lower, 0.7, people))
    return tuple(found)


def feared(run: api.Run, worst: FloatArray) -> tuple[Feared, ...]:
    """What the worst law makes of every input, the furthest first."""
    found = []
    for slot, note in enumerate(run.plan.labels.inputs):
        values = run.paths.inputs[:, slot]
        if np.ptp(values) > 0.0:
            found.append(Feared(note.name, note.unit, *robust.moved(values, worst, run.sample)))
    return tuple(sorted(found, key=lambda one: -abs(one.by)))


def opened(npv: FloatArray, worst: FloatArray, sample: Sample) -> tuple[Opened, ...]:
    """The paths that the worst law makes most of."""
    times = np.divide(worst, sample.weight, out=np.zeros(worst.size), where=sample.weight > 0.0)
    most = np.argsort(-times, kind="stable")[:MOST_OPENED]
    return tuple(Opened(int(path), float(times[path]), float(npv[path])) for path in most if times[path] > 1.0)


FIRST_OUTCOME = 4
"""Column of the head count in which the first outcome begins; two for each outcome: achieved, verified."""


def of_cohorts(run: api.Run) -> Together | None:
    """Cohorts that may all fail together; None where there is one, or nobody can succeed."""
    names, n_outcomes = run.plan.labels.cohorts, len(run.plan.labels.outcomes)
    if len(names) < 2 or n_outcomes == 0:
        return None
    people = run.paths.headcount
    successes = people[:, :, FIRST_OUTCOME : FIRST_OUTCOME + 2 * n_outcomes : 2].sum(axis=2).astype(np.float64)
    means = run.sample.weight @ successes
    if not (means > 0.0).all():
        return None
    said = f"a cohort has fewer than {100 * FAILS_BELOW:.0f} % of the successes that it has on average"
    return _together("cohorts", said, names, successes < FAILS_BELOW * means, run.sample)


def of_portfolio(run: api.PortfolioRun) -> Together:
    """Deals of a portfolio that may all lose together."""
    lost = run.arrays.received < run.arrays.drawn
    return _together("deals", "less comes back than was paid in", run.names.deals, lost, run.sample)


def _together(of: str, fails: str, names: Sequence[str], failed: npt.NDArray[np.bool_], sample: Sample) -> Together:
    chances = (sample.weight @ failed).tolist()
    limits = robust.together(chances)
    both = float(sample.weight @ failed.all(axis=1)), float(sample.weight @ failed.any(axis=1))
    return Together(
        of, fails, tuple(zip(names, chances, strict=True)), both[0], limits.all_high, both[1], limits.any_high
    )
