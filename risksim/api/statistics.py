"""What a run says of investors, payers and people, each number with its standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from risksim.api.runs import Run
    from risksim.metrics.cohorts import CohortPeople
    from risksim.metrics.ledger import Move
    from risksim.metrics.summary import Statistic, Summary
    from risksim.plan.layout import FloatArray, IntArray


def summarise(run: Run) -> Summary:
    """All statistics of a run, each with its standard error.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    Summary
    """
    from risksim.jobs.columns import arrays_of, names_of
    from risksim.metrics.summary import summarise as summarise_arrays

    labels = run.plan.labels
    of_mean_flow = [irr_of_mean_flow(run, tranche) for tranche in range(len(labels.tranches))]
    of_group = irr_of_mean_flow(run, None) if labels.groups else None
    people = None if run.counts is None else run.counts.total
    arrays, names = arrays_of(run.plan, run.paths), names_of(run.plan)
    return summarise_arrays(arrays, names, run.sample, of_mean_flow, of_group, people)


class Side(NamedTuple):
    """What all investors together pay in and get, path by path."""

    npv: FloatArray
    """float64[path, hurdle]. [currency]"""
    drawn: IntArray
    """int64[path]. [minor unit]"""
    received: IntArray
    """int64[path]. [minor unit]"""


def investors(run: Run) -> Side:
    """All tranches together: the one tranche where there is one.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    Side
    """
    paths = run.paths
    npv = paths.group_npv if run.plan.labels.groups else paths.npv
    return Side(npv[:, 0], paths.drawn.sum(axis=1), paths.received.sum(axis=1))


def capital(run: Run) -> float | None:
    """What all investors together pay in, where it is the same on every path. [currency]"""
    drawn = investors(run).drawn
    return float(drawn[0]) / run.plan.minor_units if drawn.min() == drawn.max() else None


def irr_of_mean_flow(run: Run, tranche: int | None = None) -> Statistic:
    """IRR of the mean cash flow of a tranche; the mean of the paths' IRRs is no return of anything.

    Parameters
    ----------
    run : Run
        A finished run.
    tranche : int, optional
        Which tranche; left out, all of them together.

    Returns
    -------
    Estimate or Withheld
        [1/year]
    """
    import numpy as np

    from risksim.metrics import array
    from risksim.metrics.returns import irr_of_paths

    years, flow = run.plan.calendar.years, cashflow_of(run, tranche)
    which = slice(None) if tranche is None else slice(tranche, tranche + 1)
    drawn = float(array.mean(run.paths.drawn[:, which].sum(axis=1).astype(np.float64), run.sample))
    received = float(array.mean(run.paths.received[:, which].sum(axis=1).astype(np.float64), run.sample))
    return irr_of_paths(flow, years, drawn, received, float(run.plan.hurdles[-1]), run.sample)


def cashflow_of(run: Run, tranche: int | None = None) -> FloatArray:
    """Money received less money paid in by one tranche, or by all: float64[path, period]. [currency]"""
    from risksim.jobs.columns import net_flow

    return net_flow(run.plan, run.paths, tranche) / run.plan.minor_units


def ledger(run: Run) -> list[Move]:
    """Who pays whom, when and why: the mean of every line of the ledger by budget year, with its standard error.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    list of Move
        A line on which no path moves money is left out.
    """
    from risksim.metrics.ledger import mean_ledger

    plan, labels = run.plan, run.plan.labels
    names = [
        (labels.parties[giver], labels.parties[taker], reason)
        for giver, taker, reason in zip(plan.ledger.from_party, plan.ledger.to_party, labels.lines, strict=True)
    ]
    return mean_ledger(run.paths.flow, names, plan.calendar.year_index, labels.years, plan.minor_units, run.sample)


def cohorts(run: Run) -> list[CohortPeople]:
    """The mean people of each cohort of a run, with standard errors; nothing for more than 1,000 cohorts."""
    from risksim.metrics.cohorts import people_of_cohorts
    from risksim.metrics.sample import Sample

    labels = run.plan.labels
    if run.counts is None:
        return people_of_cohorts(run.paths.headcount, labels.cohorts, labels.outcomes, run.sample)
    from risksim.engine.exact import sample_of_means

    weight, replicate = sample_of_means(run.counts)
    return people_of_cohorts(run.counts.mean, labels.cohorts, labels.outcomes, Sample.of(weight, replicate))


def as_json(statistics: Any) -> dict[str, Any]:
    """A tree of statistics as plain dictionaries; a number that does not exist is None."""
    from risksim.metrics.summary import plain

    said: dict[str, Any] = plain(statistics)
    return said
