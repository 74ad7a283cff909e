"""A deal among past deals as a page of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.table import heading, table

TITLES = {
    "capital": "capital [USD]",
    "places": "places [people]",
    "most_paid": "most paid over capital",
    "enrolment": "enrolled over planned",
    "achieved": "achieved over high case",
}


class MeasureOf(NamedTuple):
    """One measure of a deal among past deals."""

    name: str
    value: Estimate | None
    left_out: str | None
    levels: tuple[float, ...]
    quantiles: tuple[float, ...]
    past_deals: int
    below: float | None
    above: float | None
    p_below_median: Estimate | None


class ReferenceOf(NamedTuple):
    """A deal among past deals."""

    file: str
    deal: str
    currency: str
    digest: str
    usd: float | None
    outcome: str | None
    capped: bool
    measures: tuple[MeasureOf, ...]


def reference(found: ReferenceOf, timing: Mapping[str, list[float]], repaid: Mapping[str, list[float]]) -> str:
    """A deal among past deals as text: the table, then what follows from it.

    Parameters
    ----------
    found : ReferenceOf
        The deal.
    timing, repaid : mapping
        What is known of past deals as a whole.

    Returns
    -------
    str
    """
    head = ("", "this file", "10 %", "25 %", "half", "75 %", "90 %", "past deals", "lies")
    rows = [
        (
            TITLES[one.name],
            "-" if one.value is None else _value(one.name, one.value.value),
            *(_value(one.name, q) for q in one.quantiles),
            str(one.past_deals),
            band(one),
        )
        for one in found.measures
    ]
    parts = [f"{found.deal}\n", heading("Among past deals (so many of them reached no more)"), table(head, rows), "\n"]
    parts += [f"- {said}\n" for said in warnings(found)]
    low, middle, high, n = (timing[key][0] for key in ("low", "median", "high", "n"))
    parts.append(
        f"- Payments of {n:.0f} past deals came {abs(middle):.2f} years {'early' if middle < 0 else 'late'} at the "
        f"median, from {abs(low):.2f} years early to {high:.2f} late.\n"
        f"- Of nearly {repaid['completed'][0]:.0f} completed deals {repaid['unpaid'][0]:.0f} did not repay their "
        "investors (not checked against its source). That says as much of thresholds set softly, and of which deals "
        "are completed, as of low risk: no probability of a loss follows from it.\n"
        "\nPast deals: INDIGO Impact Bond Dataset of the Government Outcomes Lab, its quantiles not checked again; "
        "nothing of it enters a simulation.\n"
    )
    return "".join(parts)


def band(one: MeasureOf) -> str:
    """Where a value lies, in words."""
    if one.value is None:
        return f"left out: {one.left_out}"
    at = [level for level, q in zip(one.levels, one.quantiles, strict=True) if q == round(one.value.value, 9)]
    if at:
        return f"at {_level(at[0])}" + (f" to {_level(at[-1])}" if len(at) > 1 else "")
    if one.below is None:
        return f"below {_level(one.levels[0])}: lower than nine in ten"
    if one.above is None:
        return f"above {_level(one.levels[-1])}: higher than nine in ten"
    return f"between {_level(one.below)} and {_level(one.above)}"


def _level(level: float) -> str:
    return "the median" if level == 0.5 else f"the {100 * level:.0f} % point"


def _value(name: str, value: float) -> str:
    return f"{value:,.0f}" if name in ("capital", "places") else f"{value:.2f}"


def warnings(found: ReferenceOf) -> list[str]:
    """What past deals warn of."""
    said, of = [], {one.name: one for one in found.measures}
    enrolment, achieved, most, places = (of[name] for name in ("enrolment", "achieved", "most_paid", "places"))
    if enrolment.value is not None:
        tenth, quarter = (100 * q for q in enrolment.quantiles[:2])
        said.append(
            f"A quarter of completed deals enrolled less than {quarter:.0f} % of those planned, one in ten less than "
            f"{tenth:.0f} %; this file counts on {100 * enrolment.value.value:.0f} % on average."
        )
    if achieved.value is not None and achieved.p_below_median is not None:
        middle = 100 * achieved.quantiles[2]
        said.append(
            f"Half of completed deals reached less than {middle:.0f} % of their high case; this file's plan counts on "
            f"100 %. It gives less than {middle:.0f} % of the successes it expects of '{found.outcome}' with a chance "
            f"of {chance(achieved.p_below_median)[0]}; if the plan is a high case, that is too little."
        )
    if most.value is not None:
        where = "its cap" if found.capped else "the most on any path"
        ratio = f"The most that is paid ({where}) is {most.value.value:.2f} times the capital"
        if most.below is None:
            said.append(f"{ratio}, less than in nine of ten past deals: there is little to make good what fails.")
        elif most.value.value > most.quantiles[2]:
            said.append(f"{ratio}: in past deals so much was paid where capital was put to use again.")
    if places.value is not None and places.below is None:
        said.append("Fewer places than in nine of ten past deals: luck alone moves its results far.")
    return said
