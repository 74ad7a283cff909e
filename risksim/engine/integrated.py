"""The integrated form of the conditional engine: inputs at scrambled Sobol points, people integrated at each of them.

As the exact engine, but what is uncertain is not integrated by quadrature: on every point the counts that settling
reads have a law, and its average over the points of a replicate is the law of that replicate. Inputs may be as many as
they like. Where one count decides all payments, the average is smooth in the inputs, and so its error falls fast.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from risksim.engine import quadrature
from risksim.engine.addresses import keys_of
from risksim.engine.exact import (
    ExactResults,
    count_laws,
    joint_law,
    settle_rows,
    shape_of,
    steps_of,
    structure,
    too_wide,
    without_people,
)
from risksim.engine.inputs import work_out
from risksim.engine.obstacles import in_words
from risksim.engine.sobol import DIMENSIONS, REPLICATES, points
from risksim.engine.ways import Given, hides
from risksim.errors import RunError
from risksim.language import _
from risksim.plan.layout import EXACT, FloatArray, Int16Array, IntArray, PathResults, Plan

MOST_COMBINATIONS = 8_192
"""Combinations of counts that are settled, each of which is a row in every replicate."""
MOST_AT_ONCE = 20_000
"""Numbers that may be needed on each point for counts that nobody reads."""


def obstacle(plan: Plan) -> str | None:
    """Why people can't be integrated, in words that follow "cannot run this deal: "; None where they can.

    Parameters
    ----------
    plan : Plan
        The deal.

    Returns
    -------
    str or None
    """
    found = structure(plan)
    if found is not None:
        return found
    shape = shape_of(plan)
    if shape.combinations > MOST_COMBINATIONS:
        return f"payments are driven by more than {MOST_COMBINATIONS:,} combinations of counts"
    for way in shape.ways:
        size = int(plan.cohorts.places[way.cohort]) + 1
        if (hides(way) or len(way.kept) > 1) and size**2 > MOST_AT_ONCE:
            return "several counts hang together in a cohort of many people"
    if len(_dimensions(plan)) + _site_numbers(plan) > DIMENSIONS:
        return f"it has more than {DIMENSIONS:,} uncertain inputs"
    return too_wide(plan, shape)


def run_integrated(plan: Plan, n_points: int, seed: int) -> ExactResults:
    """Run a deal at scrambled Sobol points of its inputs.

    Parameters
    ----------
    plan : Plan
        A deal without `obstacle`.
    n_points : int
        Points, rounded up to whole rounds of 32: point k is point ``k // 32`` of replicate ``k % 32``.
    seed : int
        64-bit seed.

    Returns
    -------
    ExactResults
        A row for each combination of counts and replicate in which it can come about.

    Raises
    ------
    RunError
        If people can't be integrated, or there is no point.
    """
    found = obstacle(plan)
    if found is not None:
        raise RunError(
            _(
                "the conditional engine cannot integrate the people of this deal: {found}. Try another engine.",
                found=in_words(found),
            )
        )
    if n_points < 1:
        raise RunError(_("got {n_points} paths; a run has at least one path. Try --paths 100000.", n_points=n_points))
    shape = shape_of(plan)
    replicates = given_in_replicates(plan, n_points, seed)
    laws = np.array([joint_law(plan, shape, given).ravel() for given in replicates])
    which = np.flatnonzero(laws.any(axis=0))
    paths = settle_rows(plan, shape, which)
    if which.size == 1:  # nothing is left to chance
        certain = paths._replace(replicate=np.full(1, EXACT, dtype=np.int16))
        return ExactResults(without_people(certain), count_laws(plan, replicates))
    replicate, row, weight = spread(laws[:, which])
    chosen = PathResults(*(field[row] for field in paths))  # type: ignore[arg-type]
    rows = without_people(chosen._replace(weight=weight, replicate=replicate))
    return ExactResults(rows, count_laws(plan, replicates))


def given_in_replicates(plan: Plan, n_points: int, seed: int, n_replicates: int = REPLICATES) -> list[Given]:
    """The inputs of people at the points of each replicate.

    Parameters
    ----------
    plan : Plan
        The deal.
    n_points : int
        Points of all replicates together, rounded up.
    seed : int
        64-bit seed.
    n_replicates : int
        Replicates.

    Returns
    -------
    list of Given
        Points of a replicate weigh the same.
    """
    positions, extra = _dimensions(plan), _site_numbers(plan)
    each = -(-n_points // n_replicates)
    key = keys_of(seed, plan.stream)
    found = []
    if not positions and not extra:  # nothing to draw: a point says it all
        nothing = np.full((1, plan.inputs.address.size), np.nan)
        return [Given(nothing, np.ones(1), {}, {}, 0.0)] * n_replicates
    uniforms = points(key, 0, each * n_replicates, 0, len(positions) + extra, n_replicates)
    for replicate in range(n_replicates):
        here = uniforms[replicate::n_replicates]
        drawn = np.full((each, plan.inputs.address.size), np.nan)
        given = set()
        for dimension, position in enumerate(positions):
            for member in quadrature.drawn_with(plan.inputs, position):
                drawn[:, member] = quadrature.look_up_at(plan.inputs, member, np.ascontiguousarray(here[:, dimension]))
                given.add(member)
        _work_out_all(plan, given, drawn)
        found.append(Given(drawn, np.full(each, 1.0 / each), {}, {}, 0.0, _sites(plan, here[:, len(positions) :])))
    return found


def _dimensions(plan: Plan) -> tuple[int, ...]:
    """Drawn inputs that people hang on, rising."""
    return tuple(sorted({base for bases in steps_of(plan).values() for base in bases}))


def _site_numbers(plan: Plan) -> int:
    """How many numbers say by how much sites differ."""
    return 0 if plan.sites is None else plan.cohorts.places.size * plan.sites.outcome.size


def _sites(plan: Plan, uniforms: FloatArray) -> FloatArray | None:
    if plan.sites is None:
        return None
    shape = (uniforms.shape[0], plan.cohorts.places.size, plan.sites.outcome.size)
    return np.asarray(special.ndtri(uniforms)).reshape(shape)


def _work_out_all(plan: Plan, given: set[int], drawn: FloatArray) -> None:
    for each in plan.derived:
        if all(slot < 0 or slot in given for slot in each.slots):
            work_out(each, drawn)
            given.add(each.slot)


def spread(laws: FloatArray) -> tuple[Int16Array, IntArray, FloatArray]:
    """Settled combinations, once for each replicate in which they come about, of laws float64[replicate, row].

    Returns
    -------
    replicate : int16[path]
    row : int64[path]
        Which combination.
    weight : float64[path]
    """
    replicate, row = np.nonzero(laws)
    weight: FloatArray = laws[replicate, row] / laws[replicate].sum(axis=1) / laws.shape[0]
    return replicate.astype(np.int16), row, weight
