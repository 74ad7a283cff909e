"""The whole answer to a deal: what `risksim run` prints and saves, and what a memo says, found in one place.

Whoever asks with the same paths, seed and engine gets the same bits.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from risksim import api

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from risksim.analysis.control import ControlVariates
    from risksim.analysis.cross_check import CrossCheck
    from risksim.analysis.three_lines import ThreeLines, Views
    from risksim.analysis.variance import VarianceSplit
    from risksim.metrics.purse import KeyFigures

Engine: TypeAlias = Literal["individual", "conditional"]
LEAST_CHECKED = 1_024
"""Paths of another engine that a run of many cohorts is held against. [paths]"""
MOST_COHORT_PATHS = 2_000_000
"""Paths times cohorts behind a split of the variance, whose head counts are all held at once."""
MOST_COHORTS = 64
"""Cohorts up to which means are put right by a second settling of every path."""
OF_PURSE = 8_192
"""Paths behind the public purse beside the investors' answer. [paths]"""


class Wishes(NamedTuple):
    """How a run is to be made, beyond its paths and seed."""

    tolerance: str | None = None
    exact: bool = False
    checkpoint: Path | None = None
    keep_values: int | None = None
    engine: str = "auto"


class Asked(NamedTuple):
    """A deal and how it is to be answered."""

    deal: api.Deal
    job: api.Job
    choice: api.Choice
    every_path: bool
    """Whether every path is kept whole."""
    keep_claims: bool
    """Whether what every rule claims is kept with it."""

    @property
    def by_law(self) -> bool:
        """Whether people are enumerated with their probabilities, and not drawn path by path."""
        return self.choice.engine == "exact" or self.choice.integrated


class PurseOf(NamedTuple):
    """The public purse on the first paths of a run, and its few figures."""

    run: api.PurseRun
    figures: Mapping[str, KeyFigures]


class Answered(NamedTuple):
    """The answer to a deal that investors finance."""

    asked: Asked
    done: api.Done
    made: api.Run | None
    """Every path, where that was asked for."""
    people: api.Run
    """Paths of the individual engine: those of the run where it made them."""
    views: Views
    split: VarianceSplit
    right: ControlVariates | None
    """Means put right by the conditional engine, where people were drawn one by one though they need not be."""
    checked: CrossCheck | None
    """The run beside another engine; None where no other can run the deal, or it was interrupted."""
    purse: PurseOf | None
    """None where the file says nothing of public budgets, or the run was interrupted."""

    @property
    def lines(self) -> ThreeLines:
        """Expected only, luck only, evidence and luck."""
        return self.views.lines


def ask(
    deal: api.Deal,
    paths: int | None = None,
    seed: int = api.SEED,
    threads: int = 0,
    wishes: Wishes = Wishes(),  # noqa: B008 - never changed
    *,
    moves: bool = False,
    cohorts: bool = False,
    columns: bool = False,
    every_path: bool = False,
    keep_claims: bool = False,
    by_path: bool = False,
) -> Asked:
    """Decide how a deal is answered: who runs it, on how many paths.

    Parameters
    ----------
    deal : Deal
        A deal that investors finance.
    paths : int, optional
        Paths; left out, 65,536 quasi-random points where the engine takes such, else 100,000. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    wishes : Wishes
        How the run is to be made beyond that.
    moves, cohorts, columns : bool
        Also the mean ledger, the people of each cohort, what statistics are made of path by path.
    every_path, keep_claims : bool
        Keep every path whole; with what each rule claims.
    by_path : bool
        Whether only an engine that goes path by path will do.

    Returns
    -------
    Asked
    """
    job = api.job(deal, paths or 0, seed, threads, **wishes._asdict(), moves=moves, cohorts=cohorts)
    job = job._replace(columns=columns)
    by_path = every_path or by_path
    choice = api.choose(job, by_path=by_path)
    if paths is None:
        paths = paths_of(choice, wishes)
    job = job._replace(paths=paths, engine=choice.engine if by_path or not choice.integrated else job.engine)
    return Asked(deal, job, choice, every_path, keep_claims)


def paths_of(choice: api.Choice, wishes: Wishes) -> int:
    """Paths of a run that doesn't say how many."""
    if wishes.tolerance is not None:
        return api.default_ceiling()
    return api.PATHS if choice.engine == "individual" else api.POINTS


def answer(
    asked: Asked, executor: api.Executor | None = None, progress: Callable[[int], None] | None = None
) -> Answered:
    """Answer a deal: the run, the three lines, why futures differ, and the checks of it.

    Parameters
    ----------
    asked : Asked
        From `ask`.
    executor : Executor, optional
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths of the run done; what comes after them is not counted, but calls it again with
        all of them, so that whoever watches may end that, too. Where people are enumerated, their paths are those of
        the individual engine, which shows what luck does.

    Returns
    -------
    Answered
    """
    from risksim.analysis.three_lines import views_of
    from risksim.analysis.variance import variance_split

    deal, choice = asked.deal, asked.choice
    job = asked.job if executor is None else asked.job._replace(executor=executor)
    paths, seed, threads, made = job.paths, job.seed, job.threads, None
    if asked.every_path:
        engine: Engine = "conditional" if choice.engine == "conditional" else "individual"
        keep = asked.keep_claims
        made = api.simulate(
            deal, paths, seed, threads, keep_claims=keep, engine=engine, executor=executor, progress=progress
        )
        done = api.done_from(made, moves=job.moves, people=job.cohorts, columns=job.columns)
    else:
        done = api.work(job._replace(progress=progress))
    like_it = paths if asked.by_law else done.paths
    few = min(like_it, most_split(deal))

    def further() -> None:
        if progress is not None and not done.partial:
            progress(few if asked.by_law else like_it)

    views = views_of(deal, done.summary, job._replace(paths=few if done.partial else like_it))
    people = made if made is not None and made.engine == "individual" else None
    watched = progress if asked.by_law else None
    people = people or api.simulate(deal, few, seed, threads, keep_claims=False, executor=executor, progress=watched)
    further()
    split = variance_split(people, threads, few, executor=executor)
    further()
    right = _put_right(made or people, done, threads)
    further()
    checked = None if done.partial else _cross_check(deal, done, people, job)
    if done.reservoir is None:  # it drew no paths: those of the engine that it was held against can be opened
        done = done._replace(reservoir=api.done_from(people).reservoir)
    further()
    purse = None if done.partial else purse_of(deal, like_it, seed, threads, done.engine)
    return Answered(asked, done, made, people, views, split, right, checked, purse)


def most_split(deal: api.Deal) -> int:
    """Paths at most behind a split of the variance. [paths]"""
    from risksim.analysis.variance import MOST_PATHS

    return max(min(MOST_PATHS, MOST_COHORT_PATHS // (len(deal.plan.labels.cohorts) or 1)), LEAST_CHECKED)


def purse_of(deal: api.Deal, paths: int, seed: int, threads: int, engine: str) -> PurseOf | None:
    """The public purse on the first paths of a run; None where its file says nothing of public budgets.

    Parameters
    ----------
    deal : Deal
        The deal.
    paths, seed, threads
        Of the run.
    engine : str
        That of the run: its paths are met again where it draws paths and can count people for the purse.

    Returns
    -------
    PurseOf or None
    """
    if not api.has_purse(deal):
        return None
    wanted = engine if engine == "individual" else "auto"
    run = api.run_purse(deal, min(paths, OF_PURSE), seed, wanted, threads)
    return PurseOf(run, api.purse_figures(run))


def to_open(done: api.Done) -> tuple[int, int]:
    """A path in the middle and one at the edge of the worst twentieth, by what it is worth to all investors."""
    npv = list(done.summary.everybody.npv.values())[-1]
    assert done.reservoir is not None
    return done.reservoir.nearest(npv.p50.value), done.reservoir.nearest(npv.p05.value)


def opened_by(done: api.Done) -> Engine:
    """The engine by which the paths `to_open` are opened: individual, or conditional where it drew them."""
    return "conditional" if done.engine == "conditional" and done.accuracy != api.BY_LAW else "individual"


def _cross_check(deal: api.Deal, done: api.Done, people: api.Run, job: api.Job) -> CrossCheck | None:
    """The run beside another engine; None where no other can run the deal."""
    from risksim.analysis.cross_check import cross_check

    if done.engine != "individual":
        n_paths = people.paths.weight.size
        return cross_check(done.summary, people.summary(), "individual", f"{n_paths:,} paths, individual engine")
    other = next((one.engine for one in api.engines(deal) if one.obstacle is None and one.engine != "individual"), None)
    if other is None:
        return None
    few = min(job.paths, max(api.CHECKED_BY // (len(done.plan.labels.cohorts) or 1), LEAST_CHECKED))
    found = api.work(api.job(deal, few, job.seed, job.threads, engine=other))
    return cross_check(done.summary, found.summary, other, found.how)


def _put_right(run: api.Run, done: api.Done, threads: int) -> ControlVariates | None:
    """Means put right by the conditional engine, where people were drawn one by one though they need not be."""
    if done.engine != "individual" or done.partial or len(done.plan.labels.cohorts) > MOST_COHORTS:
        return None
    from risksim.analysis.control import control_variates, obstacle

    if obstacle(run) is not None:
        return None
    if run.paths.weight.size < done.paths <= api.PATHS:
        run = api.simulate(run.plan, done.paths, done.seed, threads, keep_claims=False)
    return control_variates(run, threads)
