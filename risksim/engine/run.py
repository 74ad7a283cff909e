"""A run: cut paths into blocks, call the stages in order, spread blocks over threads. Holds no formula."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Literal, NamedTuple, get_args

import numpy as np

from risksim.engine.addresses import KeyArray, keys_of, pointed
from risksim.engine.chances import rates_of
from risksim.engine.conditional import count_fates
from risksim.engine.dimensions import DIMENSIONS
from risksim.engine.ending import end_early, stops_of
from risksim.engine.engines import conditional_obstacle
from risksim.engine.expected import expected_enrolled, expected_people
from risksim.engine.heads import planned_heads
from risksim.engine.inputs import inputs_of
from risksim.engine.keep import allocate, store
from risksim.engine.known import know_all
from risksim.engine.lives import live_block
from risksim.engine.obstacles import in_words
from risksim.engine.recall import Recall
from risksim.engine.settle import settle, settle_in_pieces
from risksim.engine.shift import weights_of, with_shift
from risksim.engine.sobol import REPLICATES
from risksim.errors import RunError
from risksim.kernels.patterns import HEAD, count_people, count_people_at, scratch_of
from risksim.language import _, speak, spoken
from risksim.plan.layout import EXACT, LANES, LEAF, FloatArray, Int32Array, PathResults, Plan

Form = Literal["patterns", "lives"]
Engine = Literal["individual", "conditional"]
Progress = Callable[[int], None]

MOST_PATHS = 2**48
LARGEST_SEED = 2**64 - 1
BLOCK_BYTES = 64 * 2**20
LARGEST_BLOCK = 16_384


class Settings(NamedTuple):
    """How a run is made. Only `paths`, `seed`, `luck`, `shared`, `site`, `engine` and `shift` change a result."""

    paths: int = 100_000
    """Paths. [paths]"""
    seed: int = 1
    """64-bit seed."""
    threads: int = 0
    """Threads; 0 takes all cores."""
    block: int = 0
    """Paths in a block, rounded up to whole leaves of 256; 0 chooses by memory. [paths]"""
    first_path: int = 0
    """First path."""
    form: Form = "patterns"
    """Form of lives: counted by pattern where the plan allows it, or lived one by one. Both give the same bits."""
    keep_claims: bool = True
    """Keep the claims of every rule, path and period."""
    luck: int = 0
    """Another number than 0 draws people and all other luck anew, on the same evidence: for splits of the variance."""
    shared: int = 0
    """Another number than 0 draws anew what people share, on the same evidence."""
    site: int = 0
    """Another number than 0 draws another site of the same deal: its people and what they share, on the same evidence
    and in the same economy."""
    engine: Engine = "individual"
    """``individual`` draws every person; ``conditional`` draws how many meet each fate, by quasi-random points."""
    shift: tuple[float, ...] = ()
    """By how many standard deviations the points of each dimension are moved towards what is rare; paths are weighted
    accordingly (`risksim.engine.shift`). Empty for a plain run. [standard deviations]"""


def run(plan: Plan, settings: Settings, progress: Progress | None = None) -> PathResults:
    """Simulate a deal.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        Paths, seed, threads.
    progress : callable, optional
        Called with the number of paths done, from the calling thread.

    Returns
    -------
    PathResults
        The same bits for any number of threads and any block.

    Raises
    ------
    RunError
        If settings make no sense or the books of a path don't close.
    """
    check(plan, settings)
    results = allocate(plan, settings.paths, settings.keep_claims)
    if settings.engine == "conditional":
        results.replicate[:] = (settings.first_path + np.arange(settings.paths)) % REPLICATES
    block = block_size(plan, settings)
    starts = range(0, settings.paths, block)
    threads = settings.threads or os.cpu_count() or 1
    done = 0
    with ThreadPoolExecutor(threads, initializer=speak, initargs=(spoken(),)) as pool:
        waiting = {
            pool.submit(_run_block, plan, settings, start, min(block, settings.paths - start), results)
            for start in starts
        }
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                done += sum(future.result() for future in finished)
                if progress is not None:
                    progress(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if settings.shift:
        results.weight[:] /= math.fsum(results.weight)
    return results


def check(plan: Plan, settings: Settings) -> None:
    """Refuse settings that make no sense, or results that cannot be held.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        How it is to be run.

    Raises
    ------
    RunError
        With what to try.
    """
    check_settings(settings)
    check_engine(plan, settings.engine)
    _check_memory(plan, settings)


def check_settings(settings: Settings) -> None:
    """Refuse settings that make no sense.

    Raises
    ------
    RunError
        Saying what was found and what to try.
    """
    if settings.first_path < 0 or settings.block < 0:
        raise RunError(
            _(
                "got first path {first_path} and block {block}; neither is negative. Leave them out.",
                first_path=settings.first_path,
                block=settings.block,
            )
        )
    if not 1 <= settings.paths <= MOST_PATHS - settings.first_path:
        raise RunError(_("got {paths} paths; a run has at least one path. Try --paths 100000.", paths=settings.paths))
    if not 0 <= settings.seed <= LARGEST_SEED:
        raise RunError(
            _("got seed {seed}; a seed is a whole number from 0 to 2^64 - 1. Try --seed 1.", seed=settings.seed)
        )
    if not 0 <= settings.threads <= 1024:
        raise RunError(
            _(
                "got {threads} threads; there is at least one. Leave --threads out to use every core.",
                threads=settings.threads,
            )
        )
    if settings.shift and settings.engine != "conditional":
        raise RunError(_("got a shift; only the conditional engine has points to move. Try engine='conditional'."))
    if len(settings.shift) > DIMENSIONS or not all(map(math.isfinite, settings.shift)):
        raise RunError(
            _(
                "got a shift of {number} numbers; it has at most {dimensions}, each finite.",
                number=len(settings.shift),
                dimensions=DIMENSIONS,
            )
        )


def check_engine(plan: Plan, engine: str) -> None:
    """Refuse an engine that is none, or that can't run a deal.

    Raises
    ------
    RunError
        Saying why, and what to try.
    """
    if engine not in get_args(Engine):
        raise RunError(
            _(
                "got engine '{engine}'; there is {names}. Try --engine individual.",
                engine=engine,
                names=_(" and ").join(get_args(Engine)),
            )
        )
    obstacle = conditional_obstacle(plan) if engine == "conditional" else None
    if obstacle is not None:
        raise RunError(
            _(
                "the conditional engine cannot run this deal: {obstacle}. Try --engine individual.",
                obstacle=in_words(obstacle),
            )
        )


def keys_of_run(plan: Plan, settings: Settings) -> KeyArray:
    """The keys of a run, which also say whether inputs come from quasi-random points."""
    keys = keys_of(settings.seed, plan.stream, settings.luck, settings.shared, settings.site)
    return with_shift(pointed(keys), settings.shift) if settings.engine == "conditional" else keys


def bytes_per_path(plan: Plan, keep_claims: bool) -> int:
    """Memory that the results of one path take. [byte]"""
    return sum(array.nbytes for array in allocate(plan, 1, keep_claims))


def _check_memory(plan: Plan, settings: Settings) -> None:
    """Refuse a run whose results cannot be held, before the machine starts to swap or ends it."""
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2  # the other half is for the statistics
    each = bytes_per_path(plan, settings.keep_claims)
    if settings.paths * each > most:
        raise RunError(
            _(
                "got {paths:,} paths, whose results take {size:,.1f} GiB; this machine has room for about {most:,}. "
                "Try "
                "--paths 100000.",
                paths=settings.paths,
                size=settings.paths * each / 2**30,
                most=most // each,
            )
        )


def block_size(plan: Plan, settings: Settings) -> int:
    """Paths in a block: whole leaves, small enough for the memory of a thread."""
    if settings.block:
        return -(-settings.block // LEAF) * LEAF
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    per_path = 8 * n_periods * (n_cohorts * plan.measures.outcome.size + 2 * plan.payments.kind.size + 8)
    if plan.waterfall is not None:
        per_path += 8 * n_periods * (plan.ledger.from_party.size + len(plan.labels.parties))
    return max(LEAF, min(LARGEST_BLOCK, BLOCK_BYTES // per_path) // LEAF * LEAF)


def draw_block(
    plan: Plan, settings: Settings, first_path: int, n_paths: int, recall: Recall | None = None
) -> tuple[FloatArray, FloatArray, Int32Array]:
    """Draw the inputs and people of consecutive paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        Seed and form of lives.
    first_path, n_paths : int
        Which paths.
    recall : Recall, optional
        What was counted before.

    Returns
    -------
    inputs : float64[path, input]
    measured : float64[path, cohort, measure, period]
    headcount : int32[path, cohort, count]
    """
    key = keys_of_run(plan, settings)
    # Tiles begin at multiples of 64 and are always full; paths that nobody asked for are cut off again.
    before = first_path % LANES
    first_path -= before
    whole = -(-(before + n_paths) // LANES) * LANES
    inputs = inputs_of(plan, key, first_path, whole)
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    measured = np.empty((whole, max(n_cohorts, 1), plan.measures.outcome.size, n_periods))
    headcount = np.empty((whole, n_cohorts, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    if n_cohorts == 0:
        measured[:] = 0.0
    elif settings.engine == "conditional":
        count_fates(plan, key, first_path, inputs, measured, headcount, recall)
    elif settings.form == "patterns" and plan.by_pattern:
        scratch = scratch_of(plan.cohorts, plan.outcomes)
        groups = (plan.cohorts, plan.outcomes, plan.measures)
        rates = rates_of(plan, key, first_path, inputs)
        if rates is None:
            count_people(key, first_path, *groups, inputs, scratch, measured, headcount)
        else:
            count_people_at(key, first_path, *groups, inputs, rates, scratch, measured, headcount)
    else:
        live_block(plan, key, first_path, inputs, measured, headcount)
    know_all(plan, key, first_path, inputs, measured)
    wanted = slice(before, before + n_paths)
    return inputs[wanted], measured[wanted], headcount[wanted]


def _run_block(plan: Plan, settings: Settings, start: int, n_paths: int, results: PathResults) -> int:
    first_path = settings.first_path + start
    inputs, measured, headcount = draw_block(plan, settings, first_path, n_paths)
    key = keys_of_run(plan, settings)
    if settings.shift:
        results.weight[start : start + n_paths] = weights_of(plan, key, first_path, n_paths)
    planned = planned_heads(plan, measured)
    stops = end_early(plan, key, first_path, inputs, measured, headcount)
    for here, settled in settle_in_pieces(plan, inputs, measured, stops, planned):
        store(results, start + here.start, inputs[here], headcount[here], settled, stops)
    return n_paths


def run_expected(plan: Plan) -> PathResults:
    """Settle one path on which every measured quantity is its expectation: fractions of people allowed, paid once.

    Parameters
    ----------
    plan : Plan
        A deal without uncertain inputs (`risksim.plan.compile.at_means`).

    Returns
    -------
    PathResults
        Of one path; head counts are rounded to whole people there and are not meant to be read.
    """
    measured, inputs = expected_people(plan), np.empty((1, 0))
    stops, planned = None, planned_heads(plan, measured)
    if plan.ending is not None:
        stops = stops_of(plan, inputs, measured, expected_enrolled(plan))
        measured = expected_people(plan, stops)
    results = allocate(plan, 1, keep_claims=True)._replace(replicate=np.full(1, EXACT, dtype=np.int16))
    headcount = np.zeros_like(results.headcount)
    store(results, 0, inputs, headcount, settle(plan, inputs, measured, stops, planned), stops)
    return results
