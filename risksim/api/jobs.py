"""Runs that only leave statistics, and the engine that does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.deals import funded_plan, plan_of
from risksim.api.defaults import BY_LAW, EVERY_VALUE, PATHS, SEED
from risksim.api.runs import integrate, simulate, solve_exactly
from risksim.api.statistics import capital, cohorts, investors, ledger
from risksim.language import _

if TYPE_CHECKING:
    from pathlib import Path

    from risksim.api.deals import Deal
    from risksim.api.runs import Run
    from risksim.engine.engines import Choice, Verdict
    from risksim.engine.run import Progress
    from risksim.jobs.estimate import Estimate as WorkEstimate
    from risksim.jobs.executors import Executor
    from risksim.jobs.job import Done, Job
    from risksim.plan.layout import Plan


def job(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    engine: str = "individual",
    tolerance: str | None = None,
    exact: bool = False,
    keep_values: int | None = None,
    checkpoint: Path | None = None,
    moves: bool = False,
    cohorts: bool = False,
    block: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Job:
    """A run that only has to leave statistics, in memory that does not grow with its paths.

    Parameters
    ----------
    deal : Deal or Plan
        What to simulate.
    paths : int
        Paths; at most, where there is a tolerance. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    engine : {"individual", "conditional", "exact", "auto"}
        Who runs the deal; ``auto`` takes the most exact engine that can.
    tolerance : str, optional
        Stop as soon as these statistics have these standard errors, as ``p_loss=0.002,npv=1%``.
    exact : bool
        Draw the paths a second time where their values were not kept, so that quantiles are exact.
    keep_values : int, optional
        Paths up to which values are kept. [paths]
    checkpoint : Path, optional
        Folder in which finished tasks are kept, to go on from after an interruption.
    moves, cohorts : bool
        Also the mean ledger; also the mean people of each cohort.
    block : int
        Paths in a task; 0 chooses by memory. Never changes a result.
    executor : Executor, optional
        Who computes; left out, threads.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Job

    Raises
    ------
    RunError
        If the tolerance cannot be read.
    """
    from risksim.errors import RunError
    from risksim.jobs.job import KEEP_VALUES, Job
    from risksim.jobs.stopping import parse

    if keep_values is not None and keep_values < 0:
        raise RunError(
            _(
                "got {keep_values} paths whose values are kept; there are none at least. Try 1000000.",
                keep_values=keep_values,
            )
        )
    return Job(
        funded_plan(deal),
        paths,
        seed,
        engine,
        KEEP_VALUES if keep_values is None else keep_values,
        exact,
        parse(tolerance) if tolerance is not None else (),
        moves,
        cohorts,
        threads=threads,
        block=block,
        checkpoint=checkpoint,
        executor=executor,
        progress=progress,
    )


def work(job: Job) -> Done:
    """Do a job: the same statistics as those of `simulate`, without keeping its paths.

    Parameters
    ----------
    job : Job
        From `job`.

    Returns
    -------
    Done
    """
    import time

    from risksim.jobs.job import work as do
    from risksim.jobs.stopping import check, reached, statistics_by_name

    choice, began = choose(job), time.monotonic()
    run = _by_law(job, choice)
    if run is None:
        folder, executor = job.checkpoint or job.kept_in, job.executor or job.helper
        return do(job._replace(engine=choice.engine, checkpoint=folder, executor=executor))
    done = done_from(run, moves=job.moves, people=job.cohorts, columns=job.columns)
    how = f"exact engine, no simulation error ({done.paths:,} combinations of counts)"
    if choice.integrated:
        how = (
            f"{job.paths:,} quasi-random points in 32 replicates, seed {job.seed}, conditional engine with people "
            "integrated"
        )
        done = done._replace(paths=job.paths)
    check(job.tolerances, statistics_by_name(done.summary))
    seconds, found = time.monotonic() - began, reached(job.tolerances, done.summary)
    return done._replace(how=how, seconds=seconds, reached=found, accuracy=BY_LAW, reservoir=None)


def run_job(job: Job) -> Run:
    """Do a job and keep all its paths, or the combinations of counts of a deal that is solved or integrated.

    Parameters
    ----------
    job : Job
        From `job`.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If settings make no sense, or the engine that it asks for can't run the deal.
    """
    choice = choose(job)
    return _by_law(job, choice) or simulate(
        job.plan,
        job.paths,
        job.seed,
        job.threads,
        keep_claims=False,
        engine="conditional" if choice.engine == "conditional" else "individual",
        executor=job.executor,
        progress=job.progress,
    )


def _by_law(job: Job, choice: Choice) -> Run | None:
    """A job without paths: a deal that is solved or integrated; None where its engine draws."""
    if choice.engine == "exact":
        return solve_exactly(job.plan)
    return integrate(job.plan, job.paths, job.seed) if choice.integrated else None


def engines(deal: Deal | Plan) -> tuple[Verdict, ...]:
    """Which engines can run a deal, and why the others can't.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.

    Returns
    -------
    tuple of Verdict
        The most exact one first.
    """
    from risksim.engine.engines import verdicts

    return verdicts(plan_of(deal))


def choose(job: Job, *, by_path: bool = False) -> Choice:
    """The engine that does a job.

    Parameters
    ----------
    job : Job
        From `job`.
    by_path : bool
        Whether its paths are wanted.

    Returns
    -------
    Choice

    Raises
    ------
    RunError
        If the engine that it asks for can't.
    """
    from risksim.engine.engines import choose as of_plan

    found = of_plan(job.plan, job.engine, by_path or job.by_path)
    # Points are as many as were said: until a tolerance holds, a run grows path by path.
    return of_plan(job.plan, job.engine, True) if found.integrated and job.tolerances else found


def estimate(job: Job) -> WorkEstimate:
    """How long a job will take and how much memory, from a timed look at its first paths."""
    from risksim.jobs.estimate import estimate as look

    return look(job)


def default_ceiling() -> int:
    """Paths at most of a run that stops by tolerance, unless said otherwise."""
    from risksim.jobs.stopping import CEILING

    return CEILING


def done_from(run: Run, *, moves: bool = False, people: bool = False, columns: bool = False) -> Done:
    """A run that kept every path, as if a job had been done."""
    from risksim.jobs.columns import arrays_of, names_of
    from risksim.jobs.job import Done, said_of_paths
    from risksim.jobs.reservoir import Reservoir
    from risksim.metrics.summary import columns_of

    return Done(
        plan=run.plan,
        summary=run.summary(),
        moves=ledger(run) if moves else None,
        cohorts=cohorts(run) if people else None,
        paths=int(run.paths.weight.size),
        partial=False,
        seed=run.seed,
        engine=run.engine,
        seconds=0.0,
        how=said_of_paths(int(run.paths.weight.size), run.seed, run.engine),
        reservoir=Reservoir.of_paths(run.paths, investors(run).npv[:, -1]) if run.counts is None else None,
        accuracy=EVERY_VALUE,
        reached=(),
        capital=capital(run),
        remarks=(),
        columns=columns_of(arrays_of(run.plan, run.paths), names_of(run.plan)) if columns else None,
        sample=run.sample if columns else None,
    )
