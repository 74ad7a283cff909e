"""How bad can it get, and how likely: the same deal with its points moved towards its worst futures.

A run in which every path counts alike sees few of the futures that ruin an investor. Here half of the points are moved
to where losses come from, and every path is weighted by how much too often it comes (importance sampling). The move is
found on a pilot with luck of its own: the mean place of its worst paths, twice over (cross-entropy).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.errors import RunError
from risksim.language import _
from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
Shift = tuple[float, ...]

PILOT_PATHS = 16_384
"""Paths of each round of the pilot. [paths]"""
PILOT_SEEDS = (0x7069_6C6F_7401, 0x7069_6C6F_7402)
"""What the seed is combined with in each round, so that pilots have luck of their own."""
FIRST_LEVEL = 0.95
"""Beyond which the first round looks; what is rarer is looked for from there."""
LEVELS = (0.95, 0.99)
"""Levels that are always reported. [1]"""
MOST_DIMENSIONS = 64
"""Dimensions that may be moved."""
VISIBLE = 3.0
"""Standard errors by which the mean place of the worst paths must lie off the middle."""
LARGEST_SHARE = 0.05
"""Share of the weight that one path may have before it is said aloud. [1]"""
FEW_SEEN = 100
"""Plain paths on which something must happen, if their own error of its probability is to be trusted. [paths]"""
FEWEST_PATHS = 1_024
"""Paths at least: 32 for each replicate. [paths]"""


class Figure(NamedTuple):
    """One number about the tail."""

    quantity: str
    """``p_loss``, ``p_severe_loss``, ``p_total_loss``, or the value at risk or expected shortfall of the loss (paid in
    less received) or of the net present value: ``loss_var``, ``loss_es``, ``npv_var``, ``npv_es``."""
    level: float | None
    """Level of the last four. [1]"""
    value: Estimate
    """With points moved; in [1] or [currency]."""
    plain: Estimate
    """By a plain run of as many paths."""
    gain: float | None
    """Variance of a plain run over that with points moved: that many times as many plain paths would tell as much.
    None where there is no error to compare, or fewer than 100 plain paths beyond the level."""


class Shifted(NamedTuple):
    """A dimension that was moved."""

    name: str
    """What it decides, in words."""
    by: float
    """[standard deviations]"""


class Weights(NamedTuple):
    """How evenly the paths weigh."""

    effective_paths: float
    """Equally weighted paths that would tell as much about a mean: ``(sum w)^2 / sum w^2``. [paths]"""
    largest_share: float
    """Of the whole weight, that of the heaviest path. [1]"""
    tail_paths: int
    """Paths whose loss of present value is at least the value at risk at the level asked for. [paths]"""
    tail_effective_paths: float
    """The same as `effective_paths`, of these. [paths]"""
    tail_largest_share: float
    """Of the weight of these, that of the heaviest. [1]"""


class Tail(NamedTuple):
    """What is known of the tail."""

    hurdle: float
    """Rate of the present values: the last hurdle of the scenario. [1/year]"""
    level: float
    """Beyond which the pilot looked. [1]"""
    figures: tuple[Figure, ...]
    weights: Weights
    shifted: tuple[Shifted, ...]
    """Dimensions that were moved, the furthest first."""
    pilot_paths: int
    """Paths of the pilot, all rounds. [paths]"""
    warnings: tuple[str, ...]


def tail(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    level: float = 0.99,
    progress: Callable[[int], None] | None = None,
) -> Tail:
    """Look at the worst futures of a deal, beside a plain run of as many paths.

    Parameters
    ----------
    deal : Deal
        A deal that the conditional engine can run.
    paths, seed, threads
        As in `risksim.api.simulate`.
    level : float
        How far out the points are moved: 0.99 looks at the worst hundredth by present value. [1]
    progress : callable, optional
        Called with the number of paths done, over pilot and both runs (`all_paths`).

    Returns
    -------
    Tail

    Raises
    ------
    RunError
        If the deal needs its people one by one, or a setting makes no sense.
    """
    plan = deal.plan
    check(deal, paths, level)

    def run(n_paths: int, number: int, before: int, shift: Shift) -> api.Run:
        report = None if progress is None else lambda done: progress(before + done)
        return api.simulate(
            plan, n_paths, number, threads, keep_claims=False, engine="conditional", shift=shift, progress=report
        )

    shift: Shift = ()
    for place, extra in enumerate(PILOT_SEEDS):
        pilot = run(PILOT_PATHS, seed ^ extra, place * PILOT_PATHS, shift)
        shift = next_shift(pilot, shift, min(level, FIRST_LEVEL) if place == 0 else level)
    pilots = len(PILOT_SEEDS) * PILOT_PATHS
    plain = run(paths, seed, pilots, ())
    moved = run(paths, seed, pilots + paths, shift)
    found = weights_of(moved, level)
    names = api.dimension_names(plan, len(shift))
    moves = [Shifted(name, by) for name, by in zip(names, shift, strict=True) if by]
    return Tail(
        plan.labels.hurdles[-1],
        level,
        figures(moved, plain, sorted({*LEVELS, level})),
        found,
        tuple(sorted(moves, key=lambda move: -abs(move.by))),
        pilots,
        warnings_of(found, tuple(moves)),
    )


def all_paths(paths: int) -> int:
    """Paths of everything that `tail` runs. [paths]"""
    return len(PILOT_SEEDS) * PILOT_PATHS + 2 * paths


def check(deal: api.Deal, paths: int, level: float) -> None:
    """Refuse what cannot be looked at, saying why and what to try."""
    obstacle = api.why_not_conditional(deal.plan)
    if obstacle is not None:
        raise RunError(
            _(
                "{file}: got a deal whose points cannot be moved, because {obstacle}.\n"
                "  Try risksim run with ten times as many paths.",
                file=deal.document.file,
                obstacle=api.in_words_of_engines(obstacle),
            )
        )
    if not 0.5 <= level < 1.0:
        raise RunError(_("got level {level:g}; it lies from 0.5 to below 1. Try --level 0.99.", level=level))
    if paths < FEWEST_PATHS:
        raise RunError(
            _(
                "got {paths} paths; errors need at least {fewest_paths:,}. Try --paths 100000.",
                paths=paths,
                fewest_paths=FEWEST_PATHS,
            )
        )


def next_shift(pilot: api.Run, shift: Shift, level: float) -> Shift:
    """The mean place of the worst paths of a pilot, weighted; empty where they lie like all others.

    Parameters
    ----------
    pilot : Run
        Made with luck of its own.
    shift : tuple of float
        That of the pilot.
    level : float
        Beyond which a path is among the worst. [1]

    Returns
    -------
    tuple of float
        By dimension, without trailing zeros. [standard deviations]
    """
    sample, loss = pilot.sample, -api.investors(pilot).npv[:, -1]
    at_risk = float(array.value_at_risk(loss, sample, level))
    worst = loss >= at_risk if at_risk > loss.min() else loss > at_risk
    if not worst.any():
        return ()
    n_dimensions = len(api.dimension_names(pilot.plan, MOST_DIMENSIONS))
    return visible_mean(api.scores(pilot, n_dimensions, shift)[worst], sample.where(worst))


def visible_mean(scores: FloatArray, sample: Sample) -> Shift:
    """Mean places float64[path, dimension] as far as they differ from the middle; 0 elsewhere."""
    means = np.asarray(array.mean(scores, sample), dtype=np.float64)
    error = 1.0 / math.sqrt(sample.effective_size)
    kept = np.where(np.abs(means) > VISIBLE * error, means, 0.0).tolist()
    while kept and kept[-1] == 0.0:
        kept.pop()
    return tuple(kept)


def figures(moved: api.Run, plain: api.Run, levels: Sequence[float]) -> tuple[Figure, ...]:
    """All figures of two runs side by side."""
    both = [_estimates(run, levels) for run in (moved, plain)]
    found, n_paths = [], plain.paths.weight.size
    for ((quantity, level), value), other in zip(both[0].items(), both[1].values(), strict=True):
        if level is None:
            error = plain_error(value, other, n_paths)
        else:
            error = other.standard_error if (1.0 - level) * n_paths >= FEW_SEEN else math.nan
        found.append(Figure(quantity, level, value, other, gain(value, error)))
    return tuple(found)


def _estimates(run: api.Run, levels: Sequence[float]) -> dict[tuple[str, float | None], Estimate]:
    side, sample = api.investors(run), run.sample
    drawn, received = side.drawn, side.received
    found: dict[tuple[str, float | None], Estimate] = {
        ("p_loss", None): precision.probability(received < drawn, sample),
        ("p_severe_loss", None): precision.probability(2 * received < drawn, sample),
        ("p_total_loss", None): precision.probability((received == 0) & (drawn > 0), sample),
    }
    for name, losses in (("loss", (drawn - received) / run.plan.minor_units), ("npv", -side.npv[:, -1])):
        for level in levels:
            found[f"{name}_var", level] = precision.value_at_risk(losses, sample, level)
            found[f"{name}_es", level] = precision.expected_shortfall(losses, sample, level)
    return found


def gain(value: Estimate, error: float) -> float | None:
    """Variance of a plain run, from its standard error, over that with points moved; None where one has none."""
    errors = (value.standard_error, error)
    if not all(math.isfinite(each) and each > 0.0 for each in errors):
        return None
    return (error / value.standard_error) ** 2


def plain_error(value: Estimate, plain: Estimate, n_paths: int) -> float:
    """Standard error of a probability by a plain run.

    Where it sees few paths its own error is itself a matter of luck; so rare an event happens to each path on its own,
    and the weighted paths know best how rare it is.
    """
    if value.value * n_paths >= FEW_SEEN:
        return plain.standard_error
    return math.sqrt(max(value.value * (1.0 - value.value), 0.0) / n_paths)


def weights_of(run: api.Run, level: float) -> Weights:
    """How evenly the paths of a run weigh, all of them and those beyond a level."""
    sample, loss = run.sample, -api.investors(run).npv[:, -1]
    beyond = sample.where(loss >= float(array.value_at_risk(loss, sample, level)))
    return Weights(
        sample.effective_size,
        float(sample.weight.max()),
        beyond.n_paths,
        beyond.effective_size,
        float(beyond.weight.max()),
    )


def warnings_of(weights: Weights, shifted: tuple[Shifted, ...]) -> tuple[str, ...]:
    """What a reader must know before trusting the figures."""
    found = []
    if not shifted:
        found.append("Nothing was moved: the pilot's worst paths lie no differently from the others.")
    share = max(weights.largest_share, weights.tail_largest_share)
    if share >= LARGEST_SHARE:
        found.append(
            f"One path has {100.0 * share:.0f} % of the weight behind a number, so its error is not to be trusted. "
            "Take more paths, or a lower level."
        )
    return tuple(found)


class Few(NamedTuple):
    """The probability that few people meet an outcome."""

    value: Estimate
    """Points moved, people added up. [1]"""
    plain: Estimate
    """Points as they come, people added up. [1]"""
    shifted: tuple[Shifted, ...]


def few_succeed(deal: api.Deal, outcome: str, most: int, paths: int = api.PATHS, seed: int = api.SEED) -> Few:
    """Probability that at most so many people meet an outcome, with nobody drawn: the rarest numbers, most exactly.

    Inputs and what people share are moved to where it happens; given these the numbers of people are binomial, and
    their tail is added up.

    Parameters
    ----------
    deal : Deal
        A deal that the conditional engine can run.
    outcome : str
        Which outcome of persons.
    most : int
        At most so many, of all cohorts. [people]
    paths, seed
        As in `risksim.api.simulate`.

    Returns
    -------
    Few
    """
    check(deal, paths, FIRST_LEVEL)
    plan = deal.plan
    shift: Shift = ()
    for extra in PILOT_SEEDS:
        pilot = api.few_succeed(plan, outcome, most, PILOT_PATHS, seed ^ extra, shift)
        towards = pilot.sample.weight * pilot.chance
        if not towards.sum() > 0.0:
            break
        shift = visible_mean(pilot.scores, Sample(towards / towards.sum(), pilot.sample.replicate))
    moved = api.few_succeed(plan, outcome, most, paths, seed, shift)
    plain = api.few_succeed(plan, outcome, most, paths, seed)
    names = api.dimension_names(plan, len(shift))
    return Few(
        precision.mean(moved.chance, moved.sample),
        precision.mean(plain.chance, plain.sample),
        tuple(Shifted(name, by) for name, by in zip(names, shift, strict=True) if by),
    )
