"""A portfolio with its names: a dataset with dimension ``deal``, a table of paths, and what a check found."""

from __future__ import annotations

import csv
import io
import platform
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from risksim.results.dataset import DATE_ENCODING
from risksim.results.provenance import KIND, RESULT_SCHEMA, SOFTWARE, version_of

FloatArray = npt.NDArray[np.float64]


class Labelled(NamedTuple):
    """A run of a portfolio: arrays and the names of their axes. Money in minor units where they are whole."""

    title: str
    digest: str
    text: str
    """The portfolio file itself."""
    currency: str
    day_count: str
    minor_units: int
    seed: int
    engine: str
    deals: Sequence[str]
    digests: Sequence[str]
    """SHA-256 of each deal."""
    streams: Sequence[int]
    hurdles: Sequence[float]
    dates: Sequence[Any]
    years: FloatArray
    payers: Sequence[str]
    budget_years: Sequence[int]
    weight: FloatArray
    replicate: npt.NDArray[np.int16]
    npv: FloatArray
    """float64[path, deal, hurdle]. [currency]"""
    drawn: FloatArray
    """float64[path, deal]. [minor unit]"""
    received: FloatArray
    """float64[path, deal]. [minor unit]"""
    flow: FloatArray
    """float64[path, period]. [currency]"""
    repayment: npt.NDArray[np.int64]
    """int64[path, payer, year]. [minor unit]"""


def to_dataset(run: Labelled) -> xr.Dataset:
    """Label what a run of a portfolio kept of every path.

    Parameters
    ----------
    run : Labelled
        Arrays and names.

    Returns
    -------
    Dataset
        Dimensions ``path``, ``deal``, ``hurdle``, ``period``, ``payer`` and ``year``.
    """

    def said(long_name: str, units: str) -> dict[str, str]:
        return {"long_name": long_name, "units": units}

    money = run.currency
    cents = f"{money}/{run.minor_units}" if run.minor_units != 1 else money
    dates = np.array(run.dates, "datetime64[D]").astype("datetime64[ns]")
    dataset = xr.Dataset(
        {
            "npv": (
                ("path", "deal", "hurdle"),
                run.npv,
                said("net present value of the fund's part, at the start of the first deal", money),
            ),
            "drawn": (("path", "deal"), run.drawn / run.minor_units, said("what the fund pays in", money)),
            "received": (("path", "deal"), run.received / run.minor_units, said("what the fund gets back", money)),
            "flow": (("path", "period"), run.flow, said("received less paid in by the fund, all deals", money)),
            "repayment": (
                ("path", "payer", "year"),
                run.repayment,
                said("payments by budget year, all deals", cents),
            ),
        },
        {
            "path": (("path",), np.arange(run.weight.size), said("number of the simulated path", "1")),
            "weight": (("path",), run.weight, said("weight of the path; sums to one", "1")),
            "replicate": (("path",), run.replicate, said("replicate the path belongs to", "1")),
            "deal": (("deal",), np.array(run.deals, np.str_), said("deal", "1")),
            "deal_digest": (("deal",), np.array(run.digests, np.str_), said("SHA-256 of what the deal says", "1")),
            "stream": (("deal",), np.array(run.streams, np.int64), said("stream of the deal's own draws", "1")),
            "hurdle": (("hurdle",), np.array(run.hurdles), said("nominal annual hurdle rate", "1/year")),
            "period": (("period",), dates, {"long_name": "date on which money can move"}),
            "years": (
                ("period",),
                run.years,
                said(f"years since the start of the first deal, {run.day_count}", "year"),
            ),
            "payer": (("payer",), np.array(run.payers, np.str_), said("kind of payer", "1")),
            "year": (("year",), np.array(run.budget_years, np.int64), said("budget year", "year")),
        },
        {
            "kind": KIND,
            "result_schema": RESULT_SCHEMA,
            "title": run.title,
            "portfolio_digest": run.digest,
            "portfolio_text": run.text,
            "seed": np.uint64(run.seed),
            "n_paths": run.weight.size,
            "engine": run.engine,
            "currency": run.currency,
            "minor_units": run.minor_units,
            "day_count": run.day_count,
            **{attribute: version_of(distribution) for attribute, distribution in SOFTWARE.items()},
            "python_version": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
        },
    )
    for variable in dataset.variables.values():
        variable.encoding = {"_FillValue": None}
    dataset["period"].encoding = {"_FillValue": None, **DATE_ENCODING}
    return dataset


def path_table(run: Labelled) -> str:
    """One row a path as CSV: the fund and each deal, and what payers pay by budget year.

    Parameters
    ----------
    run : Labelled
        Arrays and names.

    Returns
    -------
    str
        With a header; amounts in whole currency units.
    """
    unit = run.minor_units
    columns: dict[str, list[object]] = {"path": list(range(run.weight.size)), "weight": run.weight.tolist()}
    columns["drawn"] = (run.drawn.sum(axis=1) / unit).tolist()
    columns["received"] = (run.received.sum(axis=1) / unit).tolist()
    for h, hurdle in enumerate(run.hurdles):
        columns[f"npv[{hurdle:g}]"] = run.npv[:, :, h].sum(axis=1).tolist()
    for d, deal in enumerate(run.deals):
        columns[f"drawn[{deal}]"] = (run.drawn[:, d] / unit).tolist()
        columns[f"received[{deal}]"] = (run.received[:, d] / unit).tolist()
        for h, hurdle in enumerate(run.hurdles):
            columns[f"npv[{deal}][{hurdle:g}]"] = run.npv[:, d, h].tolist()
    for p, payer in enumerate(run.payers):
        for y, year in enumerate(run.budget_years):
            columns[f"repayment[{payer}][{year}]"] = (run.repayment[:, p, y] / unit).tolist()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()
