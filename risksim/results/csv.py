"""One row a path, for spreadsheets and statistics programs."""

from __future__ import annotations

import csv
import io

import numpy as np

from risksim.plan.layout import NEVER, PathResults, Plan
from risksim.results.anyway import would_anyway

MOST_COHORTS = 100
"""Cohorts up to which each has columns of its own; beyond, people of all are added up. [cohorts]"""

HEAD = ("enrolled", "completed", "dropouts", "unmeasured")


def path_table(plan: Plan, paths: PathResults) -> str:
    """The results of every path as CSV.

    Parameters
    ----------
    plan : Plan
        The deal.
    paths : PathResults
        Its run.

    Returns
    -------
    str
        Comma separated, decimal point, a header line, one line a path. A rate that doesn't exist is empty.
    """
    labels, unit = plan.labels, plan.minor_units
    columns: dict[str, list[object]] = {"path": list(range(paths.weight.size)), "weight": paths.weight.tolist()}
    for k, name in enumerate(labels.tranches):
        columns[f"irr[{name}]"] = ["" if np.isnan(rate) else rate for rate in paths.irr[:, k].tolist()]
        columns[f"irr_status[{name}]"] = paths.irr_status[:, k].tolist()
        columns[f"drawn[{name}]"] = (paths.drawn[:, k] / unit).tolist()
        columns[f"received[{name}]"] = (paths.received[:, k] / unit).tolist()
        for h, hurdle in enumerate(labels.hurdles):
            columns[f"npv[{name}][{hurdle:g}]"] = paths.npv[:, k, h].tolist()
    for g, name in enumerate(labels.groups):
        columns[f"irr[{name}]"] = ["" if np.isnan(rate) else rate for rate in paths.group_irr[:, g].tolist()]
        columns[f"irr_status[{name}]"] = paths.group_irr_status[:, g].tolist()
        for h, hurdle in enumerate(labels.hurdles):
            columns[f"npv[{name}][{hurdle:g}]"] = paths.group_npv[:, g, h].tolist()
    for p, payer in enumerate(labels.payers):
        for y, year in enumerate(labels.years):
            columns[f"repayment[{payer}][{year}]"] = (paths.repayment[:, p, y] / unit).tolist()
    people = {f"[{cohort}]": paths.headcount[:, c] for c, cohort in enumerate(labels.cohorts)}
    if len(labels.cohorts) > MOST_COHORTS:
        people = {"": paths.headcount.sum(axis=1)}
    if not paths.headcount.shape[0]:  # rows that stand for many head counts and inputs
        people = {}
    for cohort, counted in people.items():
        for i, count in enumerate(HEAD):
            columns[f"{count}{cohort}"] = counted[:, i].tolist()
        for k, outcome in enumerate(labels.outcomes):
            for i, count in enumerate(("achieved", "verified")):
                columns[f"{count}{cohort}[{outcome}]"] = counted[:, 4 + 2 * k + i].tolist()
    anyway = would_anyway(plan, paths)
    if plan.anyway is not None and anyway is not None:
        for k in sorted(plan.anyway.outcome.tolist()):
            columns[f"anyway[{labels.outcomes[k]}]"] = anyway[:, k].tolist()
    if labels.endings:
        columns["stop_month"] = ["" if month == NEVER else month for month in paths.stop_month.tolist()]
        columns["ended_by"] = ["" if row < 0 else labels.endings[row] for row in paths.ended_by.tolist()]
    for position, note in enumerate(labels.inputs if paths.inputs.shape[0] else ()):
        columns[note.name] = paths.inputs[:, position].tolist()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()
