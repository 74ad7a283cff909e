"""What a run says of public budgets, each number with its standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.purses import expected_purse, purse_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from risksim.api.purses import PurseRun
    from risksim.metrics.precision import Estimate
    from risksim.metrics.purse import KeyFigures, PurseArrays, PurseNames, PurseSummary
    from risksim.plan.layout import FloatArray, PathResults, Plan


def summarise_purse(run: PurseRun) -> PurseSummary:
    """All statistics of the public purse, each with its standard error.

    Parameters
    ----------
    run : PurseRun
        A finished run.

    Returns
    -------
    PurseSummary
        With net benefit and break-even year of the calculation on paper beside those of the paths, where it can be
        reckoned.
    """
    from risksim.metrics import purse

    arrays = purse_arrays(run)
    expected = arrays if run.engine == "expected" else arrays_on_paper(run.plan)
    return purse.summarise_purse(arrays, purse_names(run.plan), run.sample, expected)


def arrays_on_paper(plan: Plan) -> PurseArrays | None:
    """The calculation on paper; None where what is expected of its people can't be told."""
    from risksim.errors import RunError

    try:
        return purse_arrays(expected_purse(plan))
    except RunError:
        return None


def rows_by_budget(names: PurseNames) -> list[tuple[str, int | None]]:
    """Each budget with its row in `purse_arrays`, and last their total, which has none."""
    from risksim.metrics.purse import TOTAL

    return [*((name, row) for row, name in enumerate(names.budgets)), (TOTAL, None)]


def purse_figures(run: PurseRun, only: Collection[str] | None = None) -> dict[str, KeyFigures]:
    """Net benefit, break-even year and repayments of each budget, and of ``total``, or of some of them only."""
    from risksim.metrics.purse import key_figures

    return key_figures(purse_arrays(run), purse_names(run.plan), run.sample, only)


def purse_changes(run: PurseRun, base: PurseRun) -> dict[str, Estimate]:
    """What a run changes in the mean net benefit of each budget, and of ``total``, path by path. [currency]"""
    from risksim.metrics import precision

    now, then = net_benefits_by_path(run), net_benefits_by_path(base)
    return {name: precision.paired_difference(now[name], then[name], run.sample) for name in now if name in then}


def net_benefits_by_path(run: PurseRun) -> dict[str, FloatArray]:
    """The net benefit of each budget, and of ``total``: float64[path]. [currency]"""
    from risksim.metrics.purse import ledger

    arrays, names = purse_arrays(run), purse_names(run.plan)
    return {
        name: ledger(arrays, names, row).position(discounted=True)[:, -1].copy() for name, row in rows_by_budget(names)
    }


def purse_columns(run: PurseRun) -> dict[str, list[object]]:
    """What each path leaves to public budgets, as columns of a table.

    Parameters
    ----------
    run : PurseRun
        A finished run.

    Returns
    -------
    dict of str to list
        Money in whole currency units; a year that never comes is empty.
    """
    import numpy as np

    from risksim.metrics.purse import break_even_years, ledger

    arrays, names = purse_arrays(run), purse_names(run.plan)
    found: dict[str, list[object]] = {"path": list(range(arrays.net.shape[0])), "weight": run.paths.weight.tolist()}
    if arrays.investor is not None:
        found["investor_npv"] = arrays.investor.tolist()
    for name, row in rows_by_budget(names):
        own = ledger(arrays, names, row)
        for end, cash in (("", False), ("_cash", True)):
            position = own.position(cash=cash, discounted=True)
            # In cash nothing is discounted but the net benefit, as in the statistics.
            years = break_even_years(own.position(cash=True) if cash else position, names.years)
            found[f"net_benefit{end}[{name}]"] = position[:, -1].tolist()
            found[f"break_even{end}[{name}]"] = ["" if year != year else int(year) for year in years.tolist()]
        paid = arrays.payment.sum(axis=1) if row is None else arrays.payment[:, row]
        found[f"repayment[{name}]"] = np.asarray(paid.sum(axis=1) / names.minor_units).tolist()
    return found


def net_benefits(run: PurseRun) -> dict[str, float]:
    """The mean net benefit of each budget, and of ``total``. [currency]"""
    return {name: float((run.paths.weight * values).sum()) for name, values in net_benefits_by_path(run).items()}


def gross_only(run: PurseRun) -> tuple[str, ...]:
    """Outcomes by which something is saved and of which nobody says how many would have come anyway."""
    import numpy as np

    of_people = ~np.isnan(run.purse.achieved) & np.isnan(run.purse.attributable)
    return tuple(name for place, name in enumerate(run.plan.labels.outcomes) if of_people[:, place].any())


def own_costs(run: PurseRun) -> float:
    """The mean present value of the own costs of all budgets. [currency]"""
    import numpy as np

    from risksim.metrics.purse import ledger

    whole = ledger(purse_arrays(run), purse_names(run.plan), None)
    return float(np.sum(run.paths.weight * whole.present(whole.cost)))


def purse_arrays(run: PurseRun) -> PurseArrays:
    """What the statistics of the public purse need of a run."""
    import numpy as np

    from risksim.metrics.purse import PurseArrays
    from risksim.metrics.summary import COMPLETED, ENROLLED

    plan, paths, kept = run.plan, run.paths, run.purse
    purse = purse_of(plan)
    slot, value = purse.appropriation.slot, purse.appropriation.value
    drawn = (slot >= 0).any()
    aside = np.broadcast_to(value, (paths.weight.size if drawn else 1, value.size)).copy()
    for column in np.flatnonzero(slot >= 0):
        aside[:, column] = kept.inputs[:, slot[column]]
    shape = (len(plan.labels.payers), len(plan.labels.years))
    return PurseArrays(
        kept.gross,
        kept.net,
        kept.cash,
        kept.cost,
        kept.payment,
        kept.line_gross,
        kept.line_net,
        kept.beyond,
        kept.achieved,
        kept.attributable,
        kept.deadweight,
        paths.repayment,
        aside.reshape(aside.shape[0], *shape),
        _worth_to_investors(plan, paths),
        paths.headcount[:, :, [ENROLLED, COMPLETED]].sum(axis=1, dtype=np.int64),
    )


def _worth_to_investors(plan: Plan, paths: PathResults) -> FloatArray | None:
    """Net present value of all investors at the last hurdle, float64[path]; None where nobody invests. [currency]"""
    if not (plan.labels.tranches and (paths.drawn.any() or paths.received.any())):
        return None
    return (paths.group_npv if plan.labels.groups else paths.npv)[:, 0, -1]


def purse_names(plan: Plan) -> PurseNames:
    """Names of the axes of `purse_arrays`."""
    import numpy as np

    from risksim.engine.purse_meters import gross_only_lines
    from risksim.metrics.purse import PurseNames

    purse, labels = purse_of(plan), plan.labels
    is_gross = gross_only_lines(plan)
    falls_in = np.zeros(len(purse.budgets), dtype=np.bool_)
    if is_gross.any():
        falls_in[: purse.lines.share.shape[3]] = (purse.lines.share[is_gross] > 0.0).any(axis=(0, 1, 2))
    return PurseNames(
        purse.budgets,
        purse.years,
        labels.payers,
        labels.years,
        purse.names,
        purse.committees,
        labels.outcomes,
        purse.discount,
        purse.deflator,
        plan.minor_units,
        purse.socio_economic,
        tuple(is_gross.tolist()),
        tuple(falls_in.tolist()),
    )
