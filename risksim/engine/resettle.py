"""New terms for the same people: what was measured is kept, so that other prices, caps or guarantees are only settled.

People don't read the contract. As long as two plans agree on everything that people, results and effects are drawn
from, and on what is measured and when, the money of the one follows from what was measured under the other, bit for
bit as in a run of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from risksim.engine import exact, integrated
from risksim.engine.ending import end_early
from risksim.engine.exact import CountLaws, count_laws, rows_of, shape_of, structure, without_people
from risksim.engine.heads import planned_heads
from risksim.engine.keep import allocate, store
from risksim.engine.recall import Recall
from risksim.engine.results import know_results
from risksim.engine.run import LARGEST_BLOCK, Settings, block_size, check, draw_block, keys_of_run
from risksim.engine.settle import settle_in_pieces
from risksim.engine.sobol import REPLICATES
from risksim.errors import RunError
from risksim.language import _, speak, spoken
from risksim.plan.layout import EXACT, LEAF, SUM, FloatArray, Int16Array, Int32Array, IntArray, PathResults, Plan, Stops

DRAWN_FROM = (
    "inputs",
    "cohorts",
    "outcomes",
    "processes",
    "measures",
    "results",
    "effects",
    "calendar",
    "minor_units",
    "stream",
    "events",
    "dependence",
    "unlike",
    "lived",
    "leaving",
    "derived",
    "sites",
    "arrivals",
)
"""Groups of a plan from which people, results and effects are drawn, or which say what is measured and when."""
SMALLEST_DRAWN, SMALLEST_SETTLED = 2_048, 16_384
"""Paths below which a second thread gains nothing, for drawing and for settling, which is soon done. [paths]"""
TERMS_AFTER_END = ("variant", "looks", "due", "capital")
"""Fields of `Ending` that are terms: they say how the payment rules stand after a stop."""


class Drawn(NamedTuple):
    """Everything of some paths, or combinations of counts, that settling reads."""

    inputs: FloatArray
    """float64[row, input]: the drawn inputs; nan where rows are combinations of counts."""
    measured: FloatArray
    """float64[row, cohort, measure, period]: what the contract measures. [people]"""
    headcount: Int32Array
    """int32[row, cohort, count]: as in `PathResults`; 0 where rows are combinations of counts. [people]"""
    planned: FloatArray | None
    """float64[row, cohort, measure, period]: the people as if nothing stopped, where costs follow them."""
    stops: Stops | None
    """How the paths end; None where they run to their end."""
    weight: FloatArray
    """float64[path]: sums to one. [1]"""
    replicate: Int16Array
    """int16[path]: replicate of each path."""
    row: IntArray | None
    """int64[path]: the row of each path, where rows are combinations of counts that stand in several replicates; None
    where path and row are the same."""
    counts: CountLaws | None
    """The laws of head counts, where rows are combinations of counts."""


def draw(plan: Plan, settings: Settings, recall: Recall | None = None) -> Drawn:
    """Draw the people of a run, and settle nothing.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        As of `risksim.engine.run.run`, without a shift.
    recall : Recall, optional
        What was counted before, for draws that differ in little: changes no bit.

    Returns
    -------
    Drawn

    Raises
    ------
    RunError
        If settings make no sense, or what is measured can't be held.
    """
    check(plan, settings)
    n_paths, n_cohorts, n_periods = settings.paths, plan.cohorts.places.size, plan.calendar.years.size
    shape = (n_paths, max(n_cohorts, 1), plan.measures.outcome.size, n_periods)
    _check_room(plan, n_paths, 8 * int(np.prod(shape[1:])))
    empty = allocate(plan, n_paths, keep_claims=False)
    weight, replicate = empty.weight, empty.replicate
    if settings.engine == "conditional":
        replicate[:] = (settings.first_path + np.arange(n_paths)) % REPLICATES
    measured = np.empty(shape)
    planned = np.empty(shape) if planned_heads(plan, measured[:0]) is not None else None
    stops = None if plan.ending is None else Stops(*(np.empty(n_paths, np.int16) for _ in Stops._fields))
    drawn = Drawn(empty.inputs, measured, empty.headcount, planned, stops, weight, replicate, None, None)
    parts = _parts(n_paths, SMALLEST_DRAWN, block_size(plan, settings))
    _each(lambda here: _draw_part(plan, settings, here, drawn, recall), parts, settings.threads)
    return drawn


def _parts(n_rows: int, smallest: int, largest: int) -> list[slice]:
    """Rows in parts of whole leaves, one for each core where they are enough; never by threads: what was counted of a
    part before is found again.
    """
    even = -(-n_rows // (os.cpu_count() or 1))
    size = max(LEAF, min(largest, -(-max(even, smallest) // LEAF) * LEAF))
    return [slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size)]


def _each(work: Callable[[slice], None], parts: list[slice], threads: int) -> None:
    """Do something with each part, in this thread where there is only one."""
    workers = min(threads or os.cpu_count() or 1, len(parts))
    if workers <= 1:
        for here in parts:
            work(here)
        return
    with ThreadPoolExecutor(workers, initializer=speak, initargs=(spoken(),)) as pool:
        for done in [pool.submit(work, here) for here in parts]:
            done.result()


def _draw_part(plan: Plan, settings: Settings, here: slice, drawn: Drawn, recall: Recall | None) -> None:
    first_path = settings.first_path + here.start
    inputs, measured, headcount = draw_block(plan, settings, first_path, here.stop - here.start, recall)
    planned = planned_heads(plan, measured)
    stops = end_early(plan, keys_of_run(plan, settings), first_path, inputs, measured, headcount)
    drawn.inputs[here], drawn.measured[here], drawn.headcount[here] = inputs, measured, headcount
    if drawn.planned is not None and planned is not None:
        drawn.planned[here] = planned
    if drawn.stops is not None and stops is not None:
        for kept, found in zip(drawn.stops, stops, strict=True):
            kept[here] = found


def _check_room(plan: Plan, n_paths: int, each: int) -> None:
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    if n_paths * each > most:
        raise RunError(
            _(
                "got {n_paths:,} paths of {name}, of which what is measured takes {size:,.1f} GiB; this machine has "
                "room for about {most:,}. Try --paths 10000.",
                n_paths=n_paths,
                name=plan.name,
                size=n_paths * each / 2**30,
                most=most // each,
            )
        )


def enumerate_exactly(plan: Plan) -> Drawn | None:
    """The combinations of counts of the exact engine; None where it has only the law of a sum of prices.

    Parameters
    ----------
    plan : Plan
        A deal that the exact engine can run.

    Returns
    -------
    Drawn or None
    """
    shape = shape_of(plan)
    if shape.combinations > exact.MOST_COMBINATIONS:
        return None
    rows = rows_of(plan, shape)
    replicate = np.full(rows.which.size, EXACT, dtype=np.int16)
    return _combined(plan, rows.which, rows.weight, replicate, None, count_laws(plan, [rows.given]))


def enumerate_at_points(plan: Plan, n_points: int, seed: int) -> Drawn | None:
    """The combinations of counts of the conditional engine with people integrated, once for each replicate.

    Parameters
    ----------
    plan : Plan
        A deal whose people can be integrated.
    n_points, seed
        As of `risksim.engine.integrated.run_integrated`.

    Returns
    -------
    Drawn or None
        None where nothing is left to chance.
    """
    shape = shape_of(plan)
    replicates = integrated.given_in_replicates(plan, n_points, seed)
    laws = np.array([exact.joint_law(plan, shape, given).ravel() for given in replicates])
    which = np.flatnonzero(laws.any(axis=0))
    if which.size == 1:
        return None
    replicate, row, weight = integrated.spread(laws[:, which])
    return _combined(plan, which, weight, replicate, row, count_laws(plan, replicates))


def _combined(
    plan: Plan, which: IntArray, weight: FloatArray, replicate: Int16Array, row: IntArray | None, counts: CountLaws
) -> Drawn:
    measured = exact.measured_in(plan, shape_of(plan), which)
    empty = allocate(plan, which.size, keep_claims=False)
    empty.inputs[:], empty.headcount[:] = np.nan, 0
    know_results(plan, empty.inputs, measured)
    return Drawn(empty.inputs, measured, empty.headcount, None, None, weight, replicate, row, counts)


def resettle(plan: Plan, drawn: Drawn, threads: int = 0) -> PathResults:
    """Settle other terms on what was drawn.

    Parameters
    ----------
    plan : Plan
        A deal of which `unlike_draws` finds nothing.
    drawn : Drawn
        From `draw`, `enumerate_exactly` or `enumerate_at_points`.
    threads : int
        Threads; 0 takes all cores. Never changes a result.

    Returns
    -------
    PathResults
        The same bits as a run of the deal; claims are kept of combinations of counts only.
    """
    n_rows = drawn.inputs.shape[0]
    results = allocate(plan, n_rows, keep_claims=drawn.counts is not None)
    parts = _parts(n_rows, SMALLEST_SETTLED, min(block_size(plan, Settings()), LARGEST_BLOCK))
    _each(lambda here: _settle_part(plan, drawn, here, results), parts, threads)
    if drawn.row is not None:
        results = PathResults(*(field[drawn.row] for field in results))  # type: ignore[arg-type]
    results = results._replace(weight=drawn.weight.copy(), replicate=drawn.replicate.copy())
    return results if drawn.counts is None else without_people(results)


def _settle_part(plan: Plan, drawn: Drawn, here: slice, results: PathResults) -> None:
    inputs, headcount = drawn.inputs[here], drawn.headcount[here]
    stops = None if drawn.stops is None else Stops(*(field[here] for field in drawn.stops))
    planned = None if drawn.planned is None else drawn.planned[here]
    for piece, settled in settle_in_pieces(plan, inputs, drawn.measured[here], stops, planned):
        store(results, here.start + piece.start, inputs[piece], headcount[piece], settled, stops)


def unlike_draws(plan: Plan, other: Plan, *, combined: bool = False) -> str | None:
    """The first group of two plans by which their draws may differ; None where other terms can be settled on them.

    Parameters
    ----------
    plan, other : Plan
        The deal that was drawn, and the one with other terms.
    combined : bool
        Whether combinations of counts were drawn, and not paths.

    Returns
    -------
    str or None
    """
    for name in DRAWN_FROM:
        if not alike(getattr(plan, name), getattr(other, name)):
            return name
    if not alike(_decisions(plan), _decisions(other)):
        return "ending"
    if combined and (structure(other) is not None or shape_of(plan) != shape_of(other)):
        return "counts"
    return None


def _decisions(plan: Plan) -> dict[str, Any]:
    """What decides whether and when a deal ends early."""
    ending = plan.ending
    return {} if ending is None else {k: v for k, v in ending._asdict().items() if k not in TERMS_AFTER_END}


def alike(one: Any, other: Any) -> bool:
    """Whether two groups of a plan are the same to the last bit."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        one, other = np.asarray(one), np.asarray(other)
        return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def successes(plan: Plan, drawn: Drawn) -> IntArray | None:
    """How many successes the contract counts on each path; None where it counts several things, or none.

    Returns
    -------
    int64[path] or None
    """
    columns = np.flatnonzero(plan.measures.statistic == SUM)
    if columns.size != 1 or plan.processes is not None:
        return None
    found: IntArray = np.rint(drawn.measured[:, :, columns[0]].sum(axis=(1, 2))).astype(np.int64)
    return found if drawn.row is None else found[drawn.row]
