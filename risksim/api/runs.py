"""Runs of a deal that keep every path, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.deals import funded_plan, plan_of
from risksim.api.defaults import PATHS, SEED
from risksim.api.inputs import at_means
from risksim.api.statistics import summarise

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from risksim.api.deals import Deal
    from risksim.engine.exact import CountLaws
    from risksim.engine.run import Engine, Form, Progress
    from risksim.jobs.cluster import DaskExecutor
    from risksim.jobs.executors import Executor
    from risksim.metrics.sample import Sample
    from risksim.metrics.summary import Summary
    from risksim.plan.layout import PathResults, Plan
    from risksim.results.story import Story


class Run(NamedTuple):
    """A finished run."""

    plan: Plan
    paths: PathResults
    seed: int
    engine: str
    """``individual``: every person drawn; ``conditional``: inputs by quasi-random points, people counted or integrated;
    ``exact``: no simulation error; ``expected``: everybody divisible, one path."""
    counts: CountLaws | None = None
    """The laws of head counts, where the paths are combinations of counts and don't carry them."""

    @property
    def sample(self) -> Sample:
        """Weights and replicates of the paths."""
        from risksim.metrics.sample import Sample

        return Sample(self.paths.weight, self.paths.replicate)

    def summary(self) -> Summary:
        """All statistics, each with its standard error."""
        return summarise(self)

    def dataset(self) -> xr.Dataset:
        """Everything kept of every path, labelled."""
        return to_dataset(self)


def simulate(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    block: int = 0,
    form: Form = "patterns",
    keep_claims: bool = True,
    luck: int = 0,
    shared: int = 0,
    site: int = 0,
    engine: Engine = "individual",
    executor: Executor | None = None,
    shift: tuple[float, ...] = (),
    progress: Progress | None = None,
) -> Run:
    """Simulate a deal.

    Parameters
    ----------
    deal : Deal or Plan
        What to simulate.
    paths : int
        Paths. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    block : int
        Paths in a block; 0 chooses by memory. Never changes a result.
    form : {"patterns", "lives"}
        Count people, or live them month by month; the results are the same.
    keep_claims : bool
        Keep what every rule claimed on every path, for the labelled result.
    luck, shared : int
        Other numbers than 0 draw people, or what people share, anew on the same evidence (`risksim.analysis.variance`).
    site : int
        Other numbers than 0 draw another site of the same deal: people and what they share anew, on the same evidence
        and in the same economy (`risksim.analysis.pool`).
    engine : {"individual", "conditional"}
        Draw every person, or only how many meet each fate, by quasi-random points.
    executor : Executor, optional
        Who computes the paths, as `cluster`; the threads of this process where left out. Never changes a result.
    shift : tuple of float
        Moves the points of the first dimensions of the conditional engine towards what is rare, and weights the paths
        accordingly (`risksim.analysis.tail`). [standard deviations]
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine import run as rooms

    plan = funded_plan(deal)
    settings = rooms.Settings(
        paths,
        seed,
        threads,
        block,
        form=form,
        keep_claims=keep_claims,
        luck=luck,
        shared=shared,
        site=site,
        engine=engine,
        shift=shift,
    )
    if executor is None:
        return Run(plan, rooms.run(plan, settings, progress), seed, engine)
    from risksim.jobs.paths import gather

    return Run(plan, gather(executor, plan, settings, progress), seed, engine)


def solve_exactly(deal: Deal | Plan) -> Run:
    """The deal without simulation error: inputs integrated, counts enumerated and each combination settled once.

    Parameters
    ----------
    deal : Deal or Plan
        What to solve.

    Returns
    -------
    Run
        Its paths are combinations of counts with their probabilities.

    Raises
    ------
    RunError
        If the deal hangs on more than a few counts.
    """
    from risksim.engine.exact import run_exact

    plan = funded_plan(deal)
    found = run_exact(plan)
    return Run(plan, found.paths, 0, "exact", found.counts)


def integrate(deal: Deal | Plan, paths: int = PATHS, seed: int = SEED) -> Run:
    """The deal with its inputs at quasi-random points and its people integrated at each of them.

    Parameters
    ----------
    deal : Deal or Plan
        What to run.
    paths : int
        Points, in 32 replicates. [paths]
    seed : int
        64-bit seed.

    Returns
    -------
    Run
        Its paths are combinations of counts with their probabilities in each replicate.

    Raises
    ------
    RunError
        If the deal hangs on more than a few counts.
    """
    from risksim.engine.integrated import run_integrated

    plan = funded_plan(deal)
    found = run_integrated(plan, paths, seed)
    return Run(plan, found.paths, seed, "conditional", found.counts)


def expected_only(deal: Deal | Plan) -> Run:
    """Settle the deal once at its expectations: every input at its mean, fractions of people allowed."""
    from risksim.engine.run import run_expected

    plan = at_means(deal)
    return Run(plan, run_expected(plan), 0, "expected")


def explain(deal: Deal | Plan, path: int, seed: int = SEED, engine: Engine = "individual") -> Story:
    """One path, opened: its people, payments and returns, equal to that path of a run.

    A run of the conditional engine counts people without drawing them. Of such a run it is an individual life, drawn at
    the inputs of the path.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    path : int
        Which path, counted from 0.
    seed : int
        Seed of the run.
    engine : {"individual", "conditional"}
        Engine of the run.

    Returns
    -------
    Story
    """
    from risksim.engine.replay import replay
    from risksim.results.story import tell

    plan = plan_of(deal)
    return tell(plan, replay(plan, seed, path, engine))


def cluster(where: str) -> DaskExecutor:
    """Connect to the workers of a Dask cluster, or start some on this machine.

    Parameters
    ----------
    where : str
        ``tcp://host:port`` of a scheduler, ``local`` for one worker process a core, ``local:4`` for four.

    Returns
    -------
    DaskExecutor
        To be handed on as `executor`, and closed after use: ``with api.cluster("local") as executor``.

    Raises
    ------
    RunError
        If nobody answers there, versions differ, or Dask is not installed.
    """
    from risksim.jobs.cluster import DaskExecutor, cluster_of

    return DaskExecutor(*cluster_of(where))


def identity() -> dict[str, str]:
    """Versions and a hash of the source: two runs with the same give the same bits for the same deal and seed."""
    from risksim.jobs.identity import identity as of_this_machine

    return of_this_machine()


def first_run_on_this_machine() -> bool:
    """True if the kernels still have to be compiled here, once."""
    from risksim.kernels.jit import is_warm

    return not is_warm()


def to_dataset(run: Run) -> xr.Dataset:
    """Everything kept of every path, labelled, with units and provenance."""
    from risksim.results.dataset import to_dataset as label

    return label(run.plan, run.paths, seed=run.seed, engine=run.engine)


def save(run: Run, file: str | Path) -> None:
    """Save a run as netCDF.

    Parameters
    ----------
    run : Run
        A finished run.
    file : str or Path
        Where to.

    Raises
    ------
    ResultError
        If it cannot be written there.
    """
    from risksim.results.store import save as write

    write(to_dataset(run), file)


def path_table(run: Run) -> str:
    """One row a path as CSV: returns, money, people and drawn inputs.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    str
        With a header; amounts in whole currency units, shares and rates as fractions.
    """
    from risksim.results.csv import path_table as table

    return table(run.plan, run.paths)
