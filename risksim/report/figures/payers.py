"""Who pays and who gains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    DIM,
    END,
    INK,
    LIGHT,
    MIDDLE,
    WARM,
    WARM_LIGHT,
    Row,
    Width,
    amount,
    drawn,
    error_of,
    key,
    listed,
    padded,
    party,
    quantity,
    rule,
    share,
    share_in_prose,
    unit_of,
    word,
    wrapped,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.metrics.purse import Worth
    from risksim.metrics.summary import Summary

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
    """``in``, ``repaid``, ``other``, ``result`` or ``part``."""
    name: str
    amount: Estimate
    """[currency]"""
    start: float
    """Where its bar begins. [currency]"""


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
    kinds = {
        "in": _("paid in"),
        "repaid": _("repaid"),
        "other": _("other money"),
        "result": _("result"),
        "part": _("result by investor"),
    }
    colours = {"in": WARM, "repaid": MIDDLE, "other": WARM_LIGHT, "result": DARK, "part": LIGHT}
    rows: list[Row] = [
        {
            "row": place,
            "name": step.name,
            "kind": kinds[step.kind],
            "amount": step.amount.value,
            "from": step.start,
            "to": step.start + step.amount.value,
            "said": unit.short(step.amount.value, error_of(step.amount)),
        }
        for place, step in enumerate(steps)
    ]
    ends = [number for row in rows for number in (row["from"], row["to"])]
    domain = padded(min(0.0, *ends), max(0.0, *ends), 0.04, 0.3 if width == "half" else 0.14)
    labels = [
        wrapped(step.name, *((LETTERS[width] + 8, 1) if len(steps) > MANY else (LETTERS[width], 2))) for step in steps
    ]
    down = listed(labels)
    used = [kind for kind in kinds if any(step.kind == kind for step in steps)]
    shown = {"scale": {"domain": [kinds[kind] for kind in used], "range": [colours[kind] for kind in used]}}
    title = _("mean, {unit}", unit=unit.title)
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "stroke": INK, "strokeWidth": 0.5, "height": {"band": 0.66}},
            "encoding": {
                "y": down,
                "x": quantity("from", title, unit.axis | END | {"tickCount": 4})
                | {"scale": {"domain": domain, "nice": False, "zero": False}},
                "x2": {"field": "to"},
                "color": {"field": "kind", "type": "nominal", **shown, "legend": None},
            },
        },
        rule(0.0),
        texts(down, bold=[place for place, step in enumerate(steps) if step.kind == "result"]),
    ]
    result = next(step.amount for step in steps if step.kind == "result")
    repaid = sum(step.amount.value for step in steps if step.kind == "repaid")
    caption = _("Who pays, and what investors are left with, on average")
    table = Table(
        "who-pays",
        f"{caption}, {facts.deal.currency}",
        ("", _("what it is"), _("mean")),
        tuple((word(step.name), word(kinds[step.kind]), amount(step.amount)) for step in steps),
        emphasised=tuple(place for place, step in enumerate(steps) if step.kind == "result"),
    )
    alt = _(
        "Steps from the capital of {capital} paid in, over {repaid} repaid on average, to a result of {result} for all "
        "investors together.",
        capital=unit.prose(facts.deal.capital),
        repaid=unit.prose(repaid, _error_of_repaid(steps)),
        result=unit.prose(result.value, error_of(result)),
    )
    height = 46.0 + len(labels) * max(22, 14 * max(label.count("\n") + 1 for label in labels) + 8)
    return drawn("who-pays", layers, rows, table, alt, caption, width, height)


def texts(down: Row, bold: list[int]) -> Spec:
    """Amounts in a column at the right edge."""
    heavy = " || ".join(f"datum.row == {place}" for place in bold) or "false"
    return {
        "layer": [
            {
                "transform": [{"filter": f"{'' if is_bold else '!'}({heavy})"}],
                "mark": {"type": "text", "align": "right", "fontWeight": "bold" if is_bold else "normal"},
                "encoding": {"y": down, "x": {"value": "width"}, "text": {"field": "said"}},
            }
            for is_bold in (False, True)
        ]
    }


def _error_of_repaid(steps: list[Step]) -> float:
    """An upper bound of the error of all repayments together: payers may pay more in the same futures."""
    return sum(error_of(step.amount) for step in steps if step.kind == "repaid")


def _steps(facts: Facts, summary: Summary, capital: float) -> list[Step]:
    everybody = summary.everybody.moic.mean
    if not math.isfinite(everybody.value):
        return []
    result = _times(everybody, capital)
    result = result._replace(value=result.value - capital, low=result.low - capital, high=result.high - capital)
    by_name = {one.name: one.amount for one in facts.deal.investors}
    amounts = {name: by_name.get(name) for name in summary.tranches}
    known = all(one is not None for one in amounts.values())
    single = known and len(amounts) > 1 and math.isclose(sum(one or 0.0 for one in amounts.values()), capital)
    steps: list[Step] = []
    at = 0.0

    def add(kind: str, name: str, found: Estimate) -> None:
        nonlocal at
        steps.append(Step(kind, name, found, at))
        at += found.value

    if single and len(amounts) <= MOST_STEPS:
        for name, one in amounts.items():
            add("in", _("paid in: {name}", name=party(name)), Estimate.exact(-(one or 0.0)))
    else:
        add("in", _("capital paid in"), Estimate.exact(-capital))
    paid = sorted(
        ((name, payer.total.mean) for name, payer in summary.payers.items() if payer.total.mean.value != 0.0),
        key=lambda each: -each[1].value,
    )
    for name, mean in paid[:MOST_STEPS]:
        add("repaid", _("repaid: {name}", name=party(name)), mean)
    if paid[MOST_STEPS:]:
        rest = [mean for _name, mean in paid[MOST_STEPS:]]
        total = Estimate.symmetric(sum(each.value for each in rest), sum(error_of(each) for each in rest))
        add("repaid", _("repaid: all others"), total)
    left = result.value - at
    if not paid and left > 0.0:  # as of a loan, which nobody pays for by results
        add("repaid", _("money received"), _times(everybody, capital))
        left = 0.0
    if abs(left) > NOTHING * capital:
        error = error_of(result) + _error_of_repaid(steps)
        kept = left < 0.0
        add(
            "other",
            _("kept for costs") if kept else _("capital not used, other income"),
            Estimate.symmetric(left, error),
        )
    steps.append(Step("result", _("result"), result, 0.0))
    if single:
        parts = []
        for name, one in amounts.items():
            found = _times(summary.tranches[name].moic.mean, one or 0.0)
            parts.append((name, found._replace(value=found.value - (one or 0.0))))
        at = 0.0
        for name, each in parts:
            add("part", _("of which {name}", name=party(name)), each)
    return steps


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
    rows: list[Row] = []
    for place, (name, one) in enumerate(found.items()):
        worth = one.net_benefit
        rows.append(
            {
                "row": place,
                "name": party(name),
                "mean": worth.mean.value,
                "p05": worth.p05.value,
                "p50": worth.p50.value,
                "p95": worth.p95.value,
                "error": error_of(worth.mean),
            }
        )
    ends = [row[name] for row in rows for name in ("mean", "p05", "p95")]
    if not all(math.isfinite(each) for each in ends):
        return None
    unit = unit_of(ends, facts.deal.currency)
    for row in rows:
        row["said"] = unit.short(row["mean"], row["error"])
    labels = [wrapped(row["name"], LETTERS[width]) for row in rows]
    down = listed(labels)
    domain = padded(min(0.0, *ends), max(0.0, *ends), 0.04, 0.26 if width == "half" else 0.12)
    kinds = (_("9 of 10 futures"), _("mean"))
    legend = key(kinds, (LIGHT, INK), symbolType="square")
    x = quantity(
        "p05", _("net benefit, present value in {unit}", unit=unit.title), unit.axis | END | {"tickCount": 4}
    ) | {"scale": {"domain": domain, "nice": False, "zero": False}}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.5}, "stroke": MIDDLE, "strokeWidth": 0.8},
            "encoding": {
                "y": down,
                "x": x,
                "x2": {"field": "p95"},
                "color": {"datum": kinds[0], "type": "nominal", **legend},
            },
        },
        rule(0.0, strokeDash=[4, 3], color=DIM),
        {
            "mark": {"type": "point", "filled": True, "shape": "diamond", "size": 90, "opacity": 1},
            "encoding": {
                "y": down,
                "x": {"field": "mean", "type": "quantitative"},
                "color": {"datum": kinds[1], "type": "nominal", **legend},
            },
        },
        texts(down, bold=[len(rows) - 1] if len(rows) > 1 else []),
    ]
    title = _("What public budgets are left with")
    gross = [party(name) for name, one in found.items() if one.is_gross_only]
    notes = [
        _(
            "Not known by how much more succeed than would have anyway: savings are gross for {names}.",
            names=", ".join(gross),
        )
    ]
    table = Table(
        "budgets",
        f"{title}, {facts.deal.currency}",
        (_("budget"), _("mean"), "5 %", "50 %", "95 %", _("probability of less than nothing")),
        tuple(_budget_cells(name, one.net_benefit) for name, one in found.items()),
        tuple(notes) if gross else (),
        emphasised=(len(rows) - 1,) if len(rows) > 1 else (),
    )
    said = [
        _(
            "{name}: {mean} on average, between {low} and {high} in nine futures of ten",
            name=row["name"],
            mean=unit.prose(row["mean"], row["error"]),
            low=unit.prose(row["p05"], error_of(found[name].net_benefit.p05)),
            high=unit.prose(row["p95"], error_of(found[name].net_benefit.p95)),
        )
        for row, name in zip(rows, found, strict=True)
    ]
    last = found[list(found)[-1]].net_benefit
    alt = _("Ranges of the net benefit of public budgets as present values.") + f" {'; '.join(said)}. "
    alt += _("The probability of a net cost in all is {share}.", share=share_in_prose(last.p_negative))
    height = 84.0 + len(labels) * max(30, 14 * max(label.count("\n") + 1 for label in labels) + 8)
    return drawn("budgets", layers, rows, table, alt, title, width, height)


def _budget_cells(name: str, worth: Worth) -> tuple[Cell, ...]:
    cells = [amount(each) for each in (worth.mean, worth.p05, worth.p50, worth.p95)]
    return (word(party(name)), *cells, share(worth.p_negative))
