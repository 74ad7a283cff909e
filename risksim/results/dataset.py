"""Arrays and labels to an `xarray.Dataset`: the only place where numbers get their names back.

Dimensions: ``path``, ``tranche``, ``hurdle``, ``cohort``, ``outcome``, ``rule``, ``line``, ``period``, ``party``,
``payer``, ``year``, ``input``, ``group`` where there are several tranches, and ``ending`` where something may end the
deal early. Every variable carries ``long_name`` and ``units`` (dates carry their calendar instead).
Money is whole minor units of the currency in int64, exact; only net present value is in currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from risksim.plan.layout import NEVER, InputNote, PathResults, Plan
from risksim.results.anyway import would_anyway
from risksim.results.provenance import provenance

IRR_STATUSES = ("OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT", "ALL_POSITIVE", "MULTIPLE", "NO_ROOT")
"""What the codes 0, 1, ... of ``irr_status`` mean, as in `risksim.kernels.cashflow`."""

ENROLLED, COMPLETED, DROPOUTS, UNMEASURED, FIRST_OUTCOME = 0, 1, 2, 3, 4
"""Columns of `PathResults.headcount`; from the last one on two per outcome: achieved, verified."""

DATE_ENCODING = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian", "dtype": "int64"}
"""How dates are written to files."""

Variable = tuple[tuple[str, ...], npt.NDArray[Any], dict[str, Any]]
"""Dimensions, values and attributes."""


def to_dataset(
    plan: Plan, paths: PathResults, *, seed: int, engine: str = "individual", first_path: int = 0
) -> xr.Dataset:
    """Label what a run kept of every path.

    Parameters
    ----------
    plan : Plan
        The deal that was run.
    paths : PathResults
        What the engine returned; its arrays are shared, not copied.
    seed : int
        64-bit seed of the run.
    engine : str
        Which engine ran.
    first_path : int
        Number of the first path.

    Returns
    -------
    Dataset
        Coordinates ``weight`` and ``replicate`` on ``path``; attributes as `risksim.results.provenance.provenance`, and
        ``left_out``: names of the variables that the run did not keep, separated by blanks.
    """
    n_paths = paths.weight.shape[0]
    variables: dict[str, Variable] = {
        **_input_variables(paths),
        **_people_variables(paths, n_outcomes=len(plan.labels.outcomes)),
        **_anyway_variables(plan, paths),
        **_money_variables(paths, _minor_unit(plan)),
        **_return_variables(paths, plan.currency),
        **(_group_variables(paths, plan.currency) if plan.labels.groups else {}),
        **(_ending_variables(paths) if plan.labels.endings else {}),
    }
    left_out = [name for name, (_, values, _) in variables.items() if values.shape[0] != n_paths]
    kept = {name: variable for name, variable in variables.items() if name not in left_out}
    coords = {
        **_path_coords(paths, first_path),
        **_deal_coords(plan),
        **_rule_coords(plan),
        **_line_coords(plan),
        **_input_coords(plan.labels.inputs),
        **_period_coords(plan),
    }
    attrs = provenance(plan, n_paths=n_paths, seed=seed, engine=engine)
    return _ready_for_files(xr.Dataset(kept, coords, {**attrs, "left_out": " ".join(left_out)}))


def balances(dataset: xr.Dataset) -> xr.DataArray:
    """What each party receives less what it pays, by period.

    Parameters
    ----------
    dataset : Dataset
        From `to_dataset` or `risksim.results.store.open_result`.

    Returns
    -------
    DataArray
        ``cashflow`` int64[path, party, period]: money in positive. Adds up to zero over the parties in every path and
        period. [minor unit]
    """
    flow = dataset["flow"].transpose("path", "line", "period")
    place = {name: index for index, name in enumerate(dataset["party"].to_numpy().tolist())}
    values = np.zeros((flow.sizes["path"], len(place), flow.sizes["period"]), np.int64)
    moves = zip(dataset["from_party"].to_numpy().tolist(), dataset["to_party"].to_numpy().tolist(), strict=True)
    for line, (giver, taker) in enumerate(moves):
        values[:, place[giver]] -= flow.to_numpy()[:, line]
        values[:, place[taker]] += flow.to_numpy()[:, line]
    dims = ("path", "party", "period")
    coords = {name: coord for name, coord in dataset.coords.items() if set(coord.dims) <= set(dims)}
    attrs = {**flow.attrs, "long_name": "money received less money paid"}
    return xr.DataArray(values, coords, dims, "cashflow", attrs)


def _input_variables(paths: PathResults) -> dict[str, Variable]:
    attrs = _attrs("uncertain inputs as drawn", "see input_unit")
    return {"inputs": (("path", "input"), paths.inputs, attrs)}


def _people_variables(paths: PathResults, n_outcomes: int) -> dict[str, Variable]:
    """Headcounts by what they count; per outcome the columns alternate between achieved and verified."""
    by_cohort, by_outcome = ("path", "cohort"), ("path", "cohort", "outcome")
    last = FIRST_OUTCOME + 2 * n_outcomes
    people = paths.headcount
    return {
        "enrolled": (by_cohort, people[:, :, ENROLLED], _attrs("people who enrolled", "people")),
        "completed": (by_cohort, people[:, :, COMPLETED], _attrs("people who completed their course", "people")),
        "dropouts": (by_cohort, people[:, :, DROPOUTS], _attrs("people who dropped out", "people")),
        "unmeasured": (by_cohort, people[:, :, UNMEASURED], _attrs("people who cannot be measured", "people")),
        "achieved": (by_outcome, people[:, :, FIRST_OUTCOME:last:2], _attrs("people who met the outcome", "people")),
        "verified": (
            by_outcome,
            people[:, :, FIRST_OUTCOME + 1 : last : 2],
            _attrs("people whose outcome counts for payment", "people"),
        ),
    }


def _anyway_variables(plan: Plan, paths: PathResults) -> dict[str, Variable]:
    """Who would have met an outcome without the programme, where the deal says so of any."""
    anyway = would_anyway(plan, paths)
    if anyway is None:
        return {}
    attrs = _attrs("people who would have met the outcome without the programme; nan where nobody says", "people")
    return {"anyway": (("path", "outcome"), anyway, attrs)}


def _money_variables(paths: PathResults, unit: str) -> dict[str, Variable]:
    exact = {"comment": "exact whole minor units of the currency; divide by the attribute minor_units of the file"}

    def money(dims: Sequence[str], values: npt.NDArray[np.int64], long_name: str) -> Variable:
        return ("path", *dims), values, {**_attrs(long_name, unit), **exact}

    return {
        "claim": money(("rule", "period"), paths.claim, "what each payment rule claims; cuts are negative"),
        "flow": money(("line", "period"), paths.flow, "money moved by each ledger line, from from_party to to_party"),
        "drawn": money(("tranche",), paths.drawn, "all capital paid in"),
        "received": money(("tranche",), paths.received, "all money received"),
        "repayment": money(("payer", "year"), paths.repayment, "payments by budget year"),
    }


def _return_variables(paths: PathResults, currency: str) -> dict[str, Variable]:
    flags = {
        "flag_values": np.arange(len(IRR_STATUSES), dtype=np.int8),
        "flag_meanings": " ".join(IRR_STATUSES),
    }
    by_tranche = ("path", "tranche")
    return {
        "irr": (by_tranche, paths.irr, _attrs("internal rate of return; -1 for a total loss", "1/year")),
        "irr_status": (by_tranche, paths.irr_status, {**_attrs("what kind of answer irr is", "1"), **flags}),
        "npv": (("path", "tranche", "hurdle"), paths.npv, _attrs("net present value at a hurdle rate", currency)),
    }


def _group_variables(paths: PathResults, currency: str) -> dict[str, Variable]:
    """Returns of all tranches together, where there are several."""
    single = _return_variables(
        paths._replace(irr=paths.group_irr, irr_status=paths.group_irr_status, npv=paths.group_npv), currency
    )
    return {
        f"group_{name}": (("path", "group", *dims[2:]), values, {**attrs, "comment": "all tranches together"})
        for name, (dims, values, attrs) in single.items()
    }


def _ending_variables(paths: PathResults) -> dict[str, Variable]:
    """How each path ended, where something may end the deal early."""
    stop = np.where(paths.stop_month == NEVER, -1, paths.stop_month).astype(np.int16)
    stopped = "contract month in which the programme stopped; -1 where the deal ran to its end"
    return {
        "stop_month": (("path",), stop, _attrs(stopped, "month")),
        "ended_by": (("path",), paths.ended_by, _attrs("row of ending that ended the deal early; -1 for none", "1")),
    }


def _path_coords(paths: PathResults, first_path: int) -> dict[str, Variable]:
    numbers = np.arange(first_path, first_path + paths.weight.shape[0])
    return {
        "path": (("path",), numbers, _attrs("number of the simulated path", "1")),
        "weight": (("path",), paths.weight, _attrs("weight of the path; sums to one", "1")),
        "replicate": (
            ("path",),
            paths.replicate,
            _attrs("replicate the path belongs to; -1 where paths are enumerated", "1"),
        ),
    }


def _deal_coords(plan: Plan) -> dict[str, Variable]:
    labels = plan.labels
    return {
        "tranche": _names("tranche", labels.tranches, "investor tranche"),
        "cohort": _names("cohort", labels.cohorts, "people enrolled in the same window"),
        "outcome": _names("outcome", labels.outcomes, "outcome"),
        "party": _names("party", labels.parties, "party to the ledger"),
        "payer": _names("payer", labels.payers, "payer"),
        "year": (("year",), np.array(labels.years, np.int64), _attrs("budget year", "year")),
        "hurdle": (("hurdle",), np.asarray(plan.hurdles), _attrs("nominal annual hurdle rate", "1/year")),
        **({"group": _names("group", labels.groups, "tranches taken together")} if labels.groups else {}),
        **({"ending": _names("ending", labels.endings, "what may end the deal early")} if labels.endings else {}),
    }


def _rule_coords(plan: Plan) -> dict[str, Variable]:
    payments, labels = plan.payments, plan.labels
    kinds = [labels.clauses[clause] for clause in payments.clause]
    clause = np.asarray(payments.clause, np.int64)
    return {
        "rule": _names("rule", labels.rules, "payment rule, one row per payer"),
        "rule_kind": _names("rule", kinds, "kind of payment rule"),
        "rule_payer": _names("rule", [labels.payers[row] for row in payments.payer], "payer of the rule"),
        "rule_clause": (("rule",), clause, _attrs("position of the clause in the scenario, from 0", "1")),
    }


def _line_coords(plan: Plan) -> dict[str, Variable]:
    ledger, labels = plan.ledger, plan.labels
    return {
        "from_party": _names("line", [labels.parties[row] for row in ledger.from_party], "who pays"),
        "to_party": _names("line", [labels.parties[row] for row in ledger.to_party], "who receives"),
        "reason": _names("line", labels.lines, "why money moves"),
    }


def _input_coords(notes: Sequence[InputNote]) -> dict[str, Variable]:
    def numbers(values: list[float], long_name: str) -> Variable:
        return ("input",), np.array(values, np.float64), _attrs(long_name, "see input_unit")

    return {
        "input": _names("input", [note.name for note in notes], "where the uncertain input stands in the scenario"),
        "input_family": _names("input", [note.family for note in notes], "fitted law"),
        "input_unit": _names("input", [note.unit for note in notes], "unit of the input"),
        "input_origin": _names("input", [note.origin for note in notes], "source or assumption behind the input"),
        "input_mean": numbers([note.mean for note in notes], "exact mean of the law"),
        "input_p05": numbers([note.quantiles[0] for note in notes], "5 % point of the law"),
        "input_p50": numbers([note.quantiles[1] for note in notes], "median of the law"),
        "input_p95": numbers([note.quantiles[2] for note in notes], "95 % point of the law"),
    }


def _period_coords(plan: Plan) -> dict[str, Variable]:
    dates = np.array(plan.labels.dates, "datetime64[D]").astype("datetime64[ns]")
    years = np.array(plan.labels.years, np.int64)[plan.calendar.year_index]
    return {
        "period": (("period",), dates, {"long_name": "date on which money can move"}),
        "month": (("period",), plan.calendar.month, _attrs("contract month of the date", "month")),
        "years": (("period",), plan.calendar.years, _attrs(f"years since the start, {plan.day_count}", "year")),
        "budget_year": (("period",), years, _attrs("budget year of the date", "year")),
    }


def _names(dim: str, names: Sequence[str], long_name: str) -> Variable:
    return (dim,), np.array(names, np.str_), _attrs(long_name, "1")


def _attrs(long_name: str, units: str) -> dict[str, Any]:
    return {"long_name": long_name, "units": units}


def _minor_unit(plan: Plan) -> str:
    return f"{plan.currency}/{plan.minor_units}" if plan.minor_units != 1 else plan.currency


def _ready_for_files(dataset: xr.Dataset) -> xr.Dataset:
    """Say once how values are written, so that a file gives back what was saved: no fill values, whole days."""
    for variable in dataset.variables.values():
        variable.encoding = {"_FillValue": None}
    dataset["period"].encoding = {"_FillValue": None, **DATE_ENCODING}
    return dataset
