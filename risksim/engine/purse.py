"""The public side of a run: the same paths read for what public budgets save, pay and spend."""

from __future__ import annotations

from risksim.engine.run import Progress, Settings
from risksim.plan.layout import PathResults, Plan, PursePaths


def run_purse(plan: Plan, settings: Settings, progress: Progress | None = None) -> tuple[PathResults, PursePaths]:
    """Simulate a deal and its public purse on the same paths.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    settings : Settings
        Paths, seed, engine, threads.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    PathResults
        Bit for bit those of `risksim.engine.run.run` with the same settings (claims are not kept).
    PursePaths
        The same bits for any number of threads and any block.
    """
    raise NotImplementedError


def expect_purse(plan: Plan) -> tuple[PathResults, PursePaths]:
    """One path on which every number is its expectation, fractions of people allowed: the calculation on paper.

    Parameters
    ----------
    plan : Plan
        A deal without uncertain inputs (`risksim.plan.compile.at_means`).
    """
    raise NotImplementedError
