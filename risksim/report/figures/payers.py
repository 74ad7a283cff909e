"""Who pays and who gains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    END,
    LIGHT,
    MIDDLE,
    WARM,
    WARM_LIGHT,
    Row,
    Width,
    amount,
    drawn,
    error_of,
    listed,
    party,
    rule,
    share,
    share_in_prose,
    unit_of,
    word,
    wrapped,
)
from risksim.report.figures.marks import Range, around_nought, at_edge, bars, fitted, height_of, ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from risksim.analysis.memo import Facts
    from risksim.metrics.purse import Budget, Worth
    from risksim.metrics.summary import Summary
    from risksim.report.figures.drawing import Unit

LETTERS = {"half": 19, "full": 34}
"""Letters of a name on one line."""
MOST_STEPS = 6
"""Payers, and tranches, that stand on their own; what is left is drawn together."""
MANY = 9
"""Steps beyond which each has a single line."""
NOTHING = 5e-4
"""What is less than this share of the capital is rounding. [1]"""


class Step(NamedTuple):
    """A step of the way from capital to result."""

    kind: str
    """One of `KINDS`."""
    name: str
    amount: Estimate
    """[currency]"""
    start: float
    """Where its bar begins. [currency]"""

    @property
    def end(self) -> float:
        """Where its bar ends. [currency]"""
        return self.start + self.amount.value


class Kind(NamedTuple):
    """What a step is called, and its colour."""

    title: str
    colour: str


KINDS = {
    "in": Kind(N_("paid in"), WARM),
    "repaid": Kind(N_("repaid"), MIDDLE),
    "other": Kind(N_("other money"), WARM_LIGHT),
    "result": Kind(N_("result"), DARK),
    "part": Kind(N_("result by investor"), LIGHT),
}
"""Of the steps, in the order of their colours."""


def waterfall(facts: Facts, width: Width = "half") -> Chart | None:
    """From the capital paid in over what payers repay to the result, on average and by tranche.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody invests, or where the capital differs from future to future.
    """
    if facts.summary is None or not facts.deal.capital:
        return None
    steps = _steps(facts, facts.summary, facts.deal.capital)
    if not steps:
        return None
    unit = unit_of([facts.deal.capital, *(step.amount.value for step in steps)], facts.deal.currency)
    labels = [
        wrapped(step.name, *((LETTERS[width] + 8, 1) if len(steps) > MANY else (LETTERS[width], 2))) for step in steps
    ]
    results = tuple(place for place, step in enumerate(steps) if step.kind == "result")
    caption = _("Who pays, and what investors are left with, on average")
    table = Table(
        "who-pays",
        f"{caption}, {facts.deal.currency}",
        ("", _("what it is"), _("mean")),
        tuple((word(step.name), word(_(KINDS[step.kind].title)), amount(step.amount)) for step in steps),
        emphasised=results,
    )
    layers = _bars_of_steps(steps, unit, listed(labels), width, results)
    alt = _waterfall_alt(steps, facts.deal.capital, unit)
    rows = _rows_of_steps(steps, unit)
    return drawn("who-pays", layers, rows, table, alt, caption, width, height_of(labels, 46.0, 22))


def _rows_of_steps(steps: list[Step], unit: Unit) -> list[Row]:
    return [
        {
            "row": place,
            "name": step.name,
            "kind": _(KINDS[step.kind].title),
            "amount": step.amount.value,
            "from": step.start,
            "to": step.end,
            "said": unit.short(step.amount.value, error_of(step.amount)),
        }
        for place, step in enumerate(steps)
    ]


def _bars_of_steps(steps: list[Step], unit: Unit, down: Row, width: Width, bold: tuple[int, ...]) -> list[Spec]:
    """A bar for each step, in the colour of its kind, from where the step before it ends."""
    domain = around_nought(
        [end for step in steps for end in (step.start, step.end)], 0.04, 0.3 if width == "half" else 0.22
    )
    used = [kind for name, kind in KINDS.items() if any(step.kind == name for step in steps)]
    shown = {"scale": {"domain": [_(kind.title) for kind in used], "range": [kind.colour for kind in used]}}
    x = fitted("from", _("mean, {unit}", unit=unit.title), unit.axis | END | {"tickCount": 4}, domain)
    colours = {"field": "kind", "type": "nominal", **shown, "legend": None}
    return [bars(down, x, "to", 0.66, colours), rule(0.0), at_edge(down, bold)]


def _waterfall_alt(steps: list[Step], capital: float, unit: Unit) -> str:
    result = next(step.amount for step in steps if step.kind == "result")
    repaid = sum(step.amount.value for step in steps if step.kind == "repaid")
    return _(
        "Steps from the capital of {capital} paid in, over {repaid} repaid on average, to a result of {result} for all "
        "investors together.",
        capital=unit.prose(capital),
        repaid=unit.prose(repaid, _error_of_repaid(steps)),
        result=unit.prose(result.value, error_of(result)),
    )


def _error_of_repaid(steps: list[Step]) -> float:
    """An upper bound of the error of all repayments together: payers may pay more in the same futures."""
    return sum(error_of(step.amount) for step in steps if step.kind == "repaid")


def _steps(facts: Facts, summary: Summary, capital: float) -> list[Step]:
    """The way from the capital to the result, and then the part of each investor; nothing where it is not known."""
    everybody = summary.everybody.moic.mean
    if not math.isfinite(everybody.value):
        return []
    result = _less(_times(everybody, capital), capital)
    stakes = _stakes(facts, summary, capital)
    steps = _one_after_other([*_paid_in(stakes, capital), *_repaid(summary)])
    left = result.value - steps[-1].end
    if steps[-1].kind == "in" and left > 0.0:  # as of a loan, which nobody pays for by results
        received = _times(everybody, capital)
        steps.append(Step("repaid", _("money received"), received, steps[-1].end))
    elif abs(left) > NOTHING * capital:
        other = Estimate.symmetric(left, error_of(result) + _error_of_repaid(steps))
        name = _("kept for costs") if left < 0.0 else _("capital not used, other income")
        steps.append(Step("other", name, other, steps[-1].end))
    steps.append(Step("result", _("result"), result, 0.0))
    parts = [
        ("part", _("of which {name}", name=party(name)), _less(_times(summary.tranches[name].moic.mean, stake), stake))
        for name, stake in stakes.items()
    ]
    return [*steps, *_one_after_other(parts)]


def _stakes(facts: Facts, summary: Summary, capital: float) -> dict[str, float]:
    """What each investor pays in; nothing where it is not known of each, or where there is one. [currency]"""
    by_name = {one.name: one.amount for one in facts.deal.investors}
    amounts = {name: by_name.get(name) for name in summary.tranches}
    known = {name: one for name, one in amounts.items() if one is not None}
    single = len(known) == len(amounts) > 1 and math.isclose(sum(known.values()), capital)
    return known if single else {}


def _paid_in(stakes: Mapping[str, float], capital: float) -> Iterator[tuple[str, str, Estimate]]:
    if not stakes or len(stakes) > MOST_STEPS:
        yield "in", _("capital paid in"), Estimate.exact(-capital)
        return
    for name, stake in stakes.items():
        yield "in", _("paid in: {name}", name=party(name)), Estimate.exact(-stake)


def _repaid(summary: Summary) -> Iterator[tuple[str, str, Estimate]]:
    """What payers repay, the largest first."""
    paid = sorted(
        ((name, payer.total.mean) for name, payer in summary.payers.items() if payer.total.mean.value != 0.0),
        key=lambda each: -each[1].value,
    )
    for name, mean in paid[:MOST_STEPS]:
        yield "repaid", _("repaid: {name}", name=party(name)), mean
    rest = [mean for _name, mean in paid[MOST_STEPS:]]
    if rest:
        total = Estimate.symmetric(sum(each.value for each in rest), sum(error_of(each) for each in rest))
        yield "repaid", _("repaid: all others"), total


def _one_after_other(moves: Iterable[tuple[str, str, Estimate]]) -> list[Step]:
    """Steps of which each begins where the one before it ends."""
    steps: list[Step] = []
    for kind, name, found in moves:
        steps.append(Step(kind, name, found, steps[-1].end if steps else 0.0))
    return steps


def _less(estimate: Estimate, amount: float) -> Estimate:
    return estimate._replace(value=estimate.value - amount, low=estimate.low - amount, high=estimate.high - amount)


def _times(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(*(factor * each for each in estimate))


def budgets(facts: Facts, width: Width = "half") -> Chart | None:
    """What each public budget is left with, with the range of nine futures in ten.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where the file says nothing of public budgets.
    """
    if facts.budgets is None:
        return None
    found = facts.budgets.all_budgets
    if len(found) == 2:  # one budget: all together is the same again
        found = dict(facts.budgets.budgets)
    if not found:
        return None
    shown = [
        Range(party(name), worth.mean, worth.p05, worth.p50, worth.p95)
        for name, worth in ((name, one.net_benefit) for name, one in found.items())
    ]
    ends = [end for one in shown for end in one.ends]
    if not all(math.isfinite(each) for each in ends):
        return None
    unit = unit_of(ends, facts.deal.currency)
    rows = [
        one.row(place) | {"error": error_of(one.mean), "said": unit.short(one.mean.value, error_of(one.mean))}
        for place, one in enumerate(shown)
    ]
    labels = [wrapped(one.name, LETTERS[width]) for one in shown]
    domain = around_nought(ends, 0.04, 0.26 if width == "half" else 0.12)
    title = _("net benefit, present value in {unit}", unit=unit.title)
    x = fitted("p05", title, unit.axis | END | {"tickCount": 4}, domain)
    last = (len(rows) - 1,) if len(rows) > 1 else ()
    caption = _("What public budgets are left with")
    table = Table(
        "budgets",
        f"{caption}, {facts.deal.currency}",
        (_("budget"), _("mean"), "5 %", "50 %", "95 %", _("probability of less than nothing")),
        tuple(_budget_cells(name, one.net_benefit) for name, one in found.items()),
        _gross_only(found),
        emphasised=last,
    )
    alt = _("Ranges of the net benefit of public budgets as present values.")
    alt += f" {'; '.join(one.said(unit) for one in shown)}. "
    net_cost = found[list(found)[-1]].net_benefit.p_negative
    alt += _("The probability of a net cost in all is {share}.", share=share_in_prose(net_cost))
    layers = ranges(listed(labels), x, last)
    return drawn("budgets", layers, rows, table, alt, caption, width, height_of(labels, 84.0, 30))


def _gross_only(found: Mapping[str, Budget]) -> tuple[str, ...]:
    gross = [party(name) for name, one in found.items() if one.is_gross_only]
    note = _(
        "Not known by how much more succeed than would have anyway: savings are gross for {names}.",
        names=", ".join(gross),
    )
    return (note,) if gross else ()


def _budget_cells(name: str, worth: Worth) -> tuple[Cell, ...]:
    cells = [amount(each) for each in (worth.mean, worth.p05, worth.p50, worth.p95)]
    return (word(party(name)), *cells, share(worth.p_negative))
