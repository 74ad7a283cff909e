"""People drawn once, and any terms settled on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.deals import funded_plan
from risksim.api.defaults import PATHS, SEED
from risksim.api.jobs import choose, job, run_job
from risksim.api.runs import Run

if TYPE_CHECKING:
    from risksim.api.deals import Deal
    from risksim.engine.recall import Recall
    from risksim.engine.resettle import Drawn
    from risksim.jobs.job import Job
    from risksim.plan.layout import IntArray, Plan


class Draws(NamedTuple):
    """People who were drawn once, so that any terms can be settled on them."""

    plan: Plan
    """The deal of which they were drawn."""
    drawn: Drawn | None
    """What settling reads of them; None where every deal must be run anew."""
    job: Job
    """The run for which they were drawn."""
    engine: str
    """As in `Run`."""
    integrated: bool
    """Whether people are integrated at the points of the conditional engine."""

    @property
    def is_by_law(self) -> bool:
        """Whether people are enumerated with their probabilities, and not drawn path by path."""
        return self.engine == "exact" or self.integrated


def new_recall() -> Recall:
    """Room for what is counted of people, for whoever draws deals that differ in little: see `draw_once`."""
    from risksim.engine.recall import Recall

    return Recall()


def draw_once(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    engine: str = "auto",
    recall: Recall | None = None,
) -> Draws:
    """Draw the people of a deal once, to settle different terms on them.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    paths, seed, threads
        As in `simulate`.
    engine : {"auto", "individual", "conditional", "exact"}
        ``auto`` takes the most exact engine that can run the deal.
    recall : Recall, optional
        From `new_recall`: what was counted of deals that differ in little, and is taken again where nothing that it is
        counted from has changed. Changes no bit.

    Returns
    -------
    Draws

    Raises
    ------
    RunError
        If settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine import resettle as rooms
    from risksim.engine.run import Settings

    asked = job(deal, paths, seed, threads, engine=engine)
    choice, drawn = choose(asked), None
    if choice.engine == "exact":
        drawn = rooms.enumerate_exactly(asked.plan)
    elif choice.integrated:
        drawn = rooms.enumerate_at_points(asked.plan, paths, seed)
    else:
        settings = Settings(paths, seed, threads, keep_claims=False, engine=choice.engine)
        drawn = rooms.draw(asked.plan, settings, recall)
    # What it chose is asked for again, so that every deal is met by the same engine.
    return Draws(asked.plan, drawn, asked._replace(engine=choice.engine), choice.engine, choice.integrated)


def resettle(deal: Deal | Plan, draws: Draws) -> Run:
    """A deal with other terms, met by the people who were drawn: the same bits as a run of its own, only quicker.

    Parameters
    ----------
    deal : Deal or Plan
        The deal with other terms. Where more than terms differs, it is run anew with the same settings.
    draws : Draws
        From `draw_once`.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If the engine of the draws can't run the deal.
    """
    from risksim.engine.resettle import resettle as settle_anew

    plan, drawn = funded_plan(deal), draws.drawn
    if drawn is None or not _fits(plan, draws):
        return run_job(draws.job._replace(plan=plan))
    seed = 0 if draws.engine == "exact" else draws.job.seed
    return Run(plan, settle_anew(plan, drawn, draws.job.threads), seed, draws.engine, drawn.counts)


def meets_same_people(deal: Deal | Plan, draws: Draws) -> bool:
    """Whether a deal differs from that of some draws in its terms alone, so that `resettle` need not draw anew."""
    return _fits(funded_plan(deal), draws)


def _fits(plan: Plan, draws: Draws) -> bool:
    from risksim.engine.resettle import unlike_draws

    return draws.drawn is not None and unlike_draws(draws.plan, plan, combined=draws.is_by_law) is None


def size_of(draws: Draws) -> int:
    """Memory that draws take. [byte]"""
    if draws.drawn is None:
        return 0
    return sum(int(getattr(part, "nbytes", 0)) for part in draws.drawn)


def successes(draws: Draws) -> IntArray | None:
    """How many successes the contract counts on each path; None where it counts several things, or nothing was kept."""
    from risksim.engine.resettle import successes as counted

    return None if draws.drawn is None else counted(draws.plan, draws.drawn)
