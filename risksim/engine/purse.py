"""The public side of a run: the same paths read for what public budgets save, pay and spend."""

from __future__ import annotations

import math
import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np

from risksim.engine import purse_counts
from risksim.engine.keep import allocate, store
from risksim.engine.purse_counts import Counted
from risksim.engine.purse_meters import purse_of
from risksim.engine.purse_money import empty_purse, factors_of, number_of, reckon, reckon_line
from risksim.engine.run import Progress, Settings, block_size, bytes_per_path, check, keys_of_run, run_expected
from risksim.engine.settle import settle_in_pieces
from risksim.engine.shift import weights_of
from risksim.engine.sobol import REPLICATES
from risksim.errors import RunError
from risksim.language import _, speak, spoken
from risksim.plan.layout import LEAF, PathResults, Plan, PurseLedger, PursePaths


def run_purse(plan: Plan, settings: Settings, progress: Progress | None = None) -> tuple[PathResults, PursePaths]:
    """Simulate a deal and its public purse on the same paths.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    settings : Settings
        Paths, seed, engine, threads.
    progress : callable, optional
        Called with the number of paths done, from the calling thread.

    Returns
    -------
    PathResults
        Bit for bit those of `risksim.engine.run.run` with the same settings (claims are not kept).
    PursePaths
        The same bits for any number of threads and any block.

    Raises
    ------
    RunError
        If the deal has no public purse, settings make no sense, results cannot be held or amounts cannot be counted.
    """
    _check_public(plan)
    settings = settings._replace(keep_claims=False)
    check(plan, settings)
    _check_memory(plan, settings.paths)
    results, purse = allocate(plan, settings.paths, keep_claims=False), empty_purse(plan, settings.paths)
    if settings.engine == "conditional":
        results.replicate[:] = (settings.first_path + np.arange(settings.paths)) % REPLICATES
    block = _block_size(plan, settings)
    starts = range(0, settings.paths, block)
    done = 0
    threads = settings.threads or os.cpu_count() or 1
    with ThreadPoolExecutor(threads, initializer=speak, initargs=(spoken(),)) as pool:
        waiting = {
            pool.submit(_run_block, plan, settings, start, min(block, settings.paths - start), results, purse)
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
    return results, purse


def _check_public(plan: Plan) -> None:
    """Refuse a deal of which nothing says what public budgets save."""
    if plan.purse is None:
        raise RunError(
            _("{name}: the file says nothing of what public budgets save. Add a block 'public'.", name=plan.name)
        )


def bytes_per_purse(plan: Plan) -> int:
    """Memory that the public side of one path takes. [byte]"""
    return sum(array.nbytes for array in empty_purse(plan, 1))


def _check_memory(plan: Plan, paths: int) -> None:
    """Refuse a run that cannot be held, before the machine starts to swap or ends it."""
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2  # the other half is for the statistics
    each = bytes_per_path(plan, keep_claims=False) + bytes_per_purse(plan)
    if paths * each > most:
        raise RunError(
            _(
                "got {paths:,} paths, which take {size:,.1f} GiB with their public budgets; this machine has room for "
                "about {most:,}. Try --paths 100000.",
                paths=paths,
                size=paths * each / 2**30,
                most=most // each,
            )
        )


def _block_size(plan: Plan, settings: Settings) -> int:
    """Paths in a block, fewer than in a run where people are counted beside what the contract measures."""
    block, purse = block_size(plan, settings), purse_of(plan)
    if settings.block:
        return block
    n_measures, n_meters = plan.measures.outcome.size, purse.meters.outcome.size + purse.lines.kind.size
    share = max(n_measures, 1) / (max(n_measures, 1) + n_meters)
    return max(LEAF, int(block * share) // LEAF * LEAF)


def _run_block(
    plan: Plan, settings: Settings, start: int, n_paths: int, results: PathResults, purse: PursePaths
) -> int:
    first_path = settings.first_path + start
    counted = purse_counts.count_purse(plan, settings, first_path, n_paths)
    if settings.shift:
        key = keys_of_run(plan, settings)
        results.weight[start : start + n_paths] = weights_of(plan, key, first_path, n_paths)
    terms = (counted.inputs, counted.measured, counted.stops, counted.planned)
    for here, settled in settle_in_pieces(plan, *terms):
        store(results, start + here.start, counted.inputs[here], counted.headcount[here], settled, counted.stops)
        reckoned = reckon(plan, paths_of(counted, here), settled)
        for kept, of_piece in zip(purse, reckoned, strict=True):
            kept[start + here.start : start + here.stop] = of_piece
    return n_paths


def paths_of(counted: Counted, here: slice) -> Counted:
    """Some of the paths of a block, as far as money hangs on them: stops and planned people are left as they are."""
    return counted._replace(
        inputs=counted.inputs[here],
        measured=counted.measured[here],
        headcount=counted.headcount[here],
        own=counted.own[here],
        gross=counted.gross[here],
        net=counted.net[here],
        claimed_gross=counted.claimed_gross[here],
        claimed_net=counted.claimed_net[here],
        attributable=counted.attributable[here],
        anyway=counted.anyway[here],
    )


def expect_purse(plan: Plan) -> tuple[PathResults, PursePaths]:
    """One path on which every number is its expectation, fractions of people allowed: the calculation on paper.

    Parameters
    ----------
    plan : Plan
        A deal without uncertain inputs (`risksim.plan.compile.at_means`). Inputs of the purse are held at their means.

    Returns
    -------
    PathResults
        As `risksim.engine.run.run_expected`.
    PursePaths
        Of one path.
    """
    _check_public(plan)
    results = run_expected(plan)
    return results, reckon(plan, purse_counts.count_expected(plan), results)


def purse_ledger(plan: Plan, settings: Settings, path: int) -> PurseLedger:
    """The public side of one path, line by line.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    settings : Settings
        Seed and engine of the run.
    path : int
        Which path, counted from 0.

    Returns
    -------
    PurseLedger
        Its sums are that path of `run_purse`, in every bit.

    Raises
    ------
    RunError
        If there is no such path, no public purse, or the engine can't run the deal.
    """
    _check_public(plan)
    purse = purse_of(plan)
    if path < 0:
        raise RunError(_("got path {path}; paths are counted from 0. Try --path 4711.", path=path))
    settings = settings._replace(paths=1, first_path=path, threads=1)
    results, paths = run_purse(plan, settings)
    counted = purse_counts.count_purse(plan, settings, path, 1)
    n_lines, n_years = purse.lines.kind.size, len(purse.years)
    money = np.zeros((3, n_lines, purse.lines.share.shape[3], n_years), dtype=np.int64)
    units = np.zeros((2, n_lines, n_years))
    for line in range(n_lines):
        of_line = reckon_line(plan, counted, line)
        money[:, line] = [each[..., 0] for each in of_line[:3]]
        units[:, line] = of_line.gross_units[..., 0], of_line.net_units[..., 0]
    people = np.full((2, n_lines, n_years), np.nan)
    for line, meter in enumerate(purse.lines.meter):
        if meter >= 0:
            people[:, line] = 0.0
            for period, year in enumerate(purse.year_of_period):
                people[:, line, year] += counted.gross[0, meter, period], counted.net[0, meter, period]
    lines = purse.lines
    numbers = (lines.saved, lines.volume, lines.price, lines.decay, lines.cashable, lines.unserved)
    factors = np.array([[number_of(each, line, counted.own)[0] for each in numbers] for line in range(n_lines)])
    of_unit = np.array([[each[0] for each in factors_of(plan, counted.own, line)] for line in range(n_lines)])
    overlap = float(number_of(purse.overlap, 0, counted.own)[0])
    return PurseLedger(
        path=path,
        seed=settings.seed,
        engine=settings.engine,
        results=results,
        purse=paths,
        gross=money[0],
        net=money[1],
        cash=money[2],
        people=people[0],
        added=people[1],
        units=units[0],
        added_units=units[1],
        factors=factors.reshape(-1, len(numbers)),
        of_unit=of_unit.reshape(-1, 3),
        overlap=overlap,
    )
