"""A deal among past deals as a page of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.numbers import number
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

TITLES = {
    "capital": N_("capital [USD]"),
    "places": N_("places [people]"),
    "most_paid": N_("most paid over capital"),
    "enrolment": N_("enrolled over planned"),
    "achieved": N_("achieved over high case"),
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
    head = ("", _("this file"), "10 %", "25 %", _("half"), "75 %", "90 %", _("past deals"), _("lies"))
    rows = [
        (
            _(TITLES[one.name]),
            "-" if one.value is None else _value(one.name, one.value.value),
            *(_value(one.name, q) for q in one.quantiles),
            number(one.past_deals, "d"),
            band(one),
        )
        for one in found.measures
    ]
    title = _("Among past deals (so many of them reached no more)")
    parts = [f"{found.deal}\n", heading(title), table(head, rows), "\n"]
    parts += [f"- {said}\n" for said in warnings(found)]
    low, middle, high, n = (timing[key][0] for key in ("low", "median", "high", "n"))
    came = _(
        "- Payments of {n} past deals came {middle} years late at the median, from {low} years early to {high} late.\n"
    )
    if middle < 0:
        came = _(
            "- Payments of {n} past deals came {middle} years early at the median, from {low} years early to {high} "
            "late.\n"
        )
    parts.append(
        came.format(
            n=number(n, ".0f"),
            middle=number(abs(middle), ".2f"),
            low=number(abs(low), ".2f"),
            high=number(high, ".2f"),
        )
    )
    parts.append(
        _(
            "- Of nearly {completed} completed deals {unpaid} did not repay their investors (not checked against its "
            "source). That says as much of thresholds set softly, and of which deals are completed, as of low risk: "
            "no probability of a loss follows from it.\n"
            "\nPast deals: INDIGO Impact Bond Dataset of the Government Outcomes Lab, its quantiles not checked again; "
            "nothing of it enters a simulation.\n",
            completed=number(repaid["completed"][0], ".0f"),
            unpaid=number(repaid["unpaid"][0], ".0f"),
        )
    )
    return "".join(parts)


def band(one: MeasureOf) -> str:
    """Where a value lies, in words."""
    if one.value is None:
        return _("left out: {why}", why=in_words(one.left_out or ""))
    at = [level for level, q in zip(one.levels, one.quantiles, strict=True) if q == round(one.value.value, 9)]
    if len(at) > 1:
        return _("at {low} to {high}", low=_level(at[0]), high=_level(at[-1]))
    if at:
        return _("at {level}", level=_level(at[0]))
    if one.below is None:
        return _("below {level}: lower than nine in ten", level=_level(one.levels[0]))
    if one.above is None:
        return _("above {level}: higher than nine in ten", level=_level(one.levels[-1]))
    return _("between {low} and {high}", low=_level(one.below), high=_level(one.above))


def _level(level: float) -> str:
    return _("the median") if level == 0.5 else _("the {level} % point", level=number(100 * level, ".0f"))


def _value(name: str, value: float) -> str:
    return number(value, ",.0f" if name in ("capital", "places") else ".2f")


def _share(share: float) -> str:
    return f"{number(100 * share, '.0f')} %"


def warnings(found: ReferenceOf) -> list[str]:
    """What past deals warn of."""
    said, of = [], {one.name: one for one in found.measures}
    enrolment, achieved, most, places = (of[name] for name in ("enrolment", "achieved", "most_paid", "places"))
    if enrolment.value is not None:
        tenth, quarter = map(_share, enrolment.quantiles[:2])
        said.append(
            _(
                "A quarter of completed deals enrolled less than {quarter} of those planned, one in ten less than "
                "{tenth}; this file counts on {here} on average.",
                quarter=quarter,
                tenth=tenth,
                here=_share(enrolment.value.value),
            )
        )
    if achieved.value is not None and achieved.p_below_median is not None:
        said.append(
            _(
                "Half of completed deals reached less than {middle} of their high case; this file's plan counts on "
                "100 %. It gives less than {middle} of the successes it expects of '{outcome}' with a chance of "
                "{chance}; if the plan is a high case, that is too little.",
                middle=_share(achieved.quantiles[2]),
                outcome=found.outcome,
                chance=chance(achieved.p_below_median)[0],
            )
        )
    if most.value is not None:
        where = _("its cap") if found.capped else _("the most on any path")
        times = number(most.value.value, ".2f")
        if most.below is None:
            said.append(
                _(
                    "The most that is paid ({where}) is {times} times the capital, less than in nine of ten past "
                    "deals: there is little to make good what fails.",
                    where=where,
                    times=times,
                )
            )
        elif most.value.value > most.quantiles[2]:
            said.append(
                _(
                    "The most that is paid ({where}) is {times} times the capital: in past deals so much was paid "
                    "where capital was put to use again.",
                    where=where,
                    times=times,
                )
            )
    if places.value is not None and places.below is None:
        said.append(_("Fewer places than in nine of ten past deals: luck alone moves its results far."))
    return said
