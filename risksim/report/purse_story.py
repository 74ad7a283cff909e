"""The public side of one path as tables that can be read from top to bottom."""

from __future__ import annotations

from risksim.report.table import heading, table
from risksim.results.purse_story import BudgetStory, LineStory, PurseStory

AS_IS = {"volume": 1.0, "price": 1.0, "decay": 0.0, "unserved": 0.0, "cashable": 1.0}
"""Factors that change nothing, and are left out where they stand so."""

UNSAID = "Nothing says how many would have succeeded anyway, so that nothing comes off and net counts every success"
"""What stands under outcomes without a counterfactual."""


def purse_story(told: PurseStory) -> str:
    """The public side of a path as text.

    Parameters
    ----------
    told : PurseStory
        One path.

    Returns
    -------
    str
    """
    parts = [f"{told.deal}: public budgets on path {told.path:,} of seed {told.seed}\n"]
    parts.append(f"Amounts in {told.currency}, prices of {told.price_year}; savings are positive, costs negative.\n")
    if told.drawn:
        parts.append(heading("Drawn for this path"))
        parts.append(table(("input", "value"), [(name, _number(value)) for name, value in told.drawn]))
    if told.succeeded:
        parts.append(heading("Who succeeded"))
        rows = [(each.outcome, _number(each.met), _maybe(each.added)) for each in told.succeeded]
        parts.append(table(("outcome", "people", "brought by the programme"), rows))
        unsaid = [each.outcome for each in told.succeeded if each.added is None]
        if unsaid:
            parts.append(f"{UNSAID}: {', '.join(unsaid)}.\n")
    if told.overlap:
        parts.append(f"{told.overlap:.1%} of the successes are claimed by other programmes as well.\n")
    for line in told.lines:
        parts += _line(line, told.sectors)
    for budget in told.budgets:
        parts += _budget(budget)
    parts.append(heading("What is left (present values)"))
    head = ("budget", "net savings", "own costs", "repayments", "left")
    amounts = [(each.net, each.own_costs, each.repaid, each.left) for each in told.budgets]
    together = tuple(sum(each) for each in zip(*amounts, strict=True))
    names = [*(each.name for each in told.budgets), "together"]
    left = [(name, *map(_money, each)) for name, each in zip(names, [*amounts, together], strict=True)]
    parts.append(table(head, left))
    if told.deadweight is not None:
        parts.append(f"\nRepaid for successes that would have come anyway, nominal: {_money(told.deadweight)}.\n")
    return "".join(parts)


def _line(line: LineStory, sectors: tuple[str, ...]) -> list[str]:
    words = [f"{name} {_number(value)}" for name, value in line.factors if AS_IS.get(name) != value]
    committee = f" ({line.committee})" if line.committee else ""
    out = [heading(f"{line.name}{committee}: {line.kind}, {line.counts}"), ", ".join(words) + "\n"]
    if not line.years:
        return [*out, "Nothing on this path.\n"]
    head = ("year", "people", "added", "units", "added units", "gross", "net", "cash", *sectors)
    rows = [
        (
            str(year.year),
            _maybe(year.people),
            _maybe(year.added),
            *map(_number, (year.units, year.added_units)),
            *map(_money, (year.gross, year.net, year.cash, *year.by_sector)),
        )
        for year in line.years
    ]
    sums = [sum(year.by_sector[s] for year in line.years) for s in range(len(sectors))]
    cash = sum(year.cash for year in line.years)
    rows.append(("all", "", "", "", "", *map(_money, (line.gross, line.net, cash, *sums))))
    out.append(table(head, rows))
    if line.beyond:
        out.append(f"Of the net amount {_money(line.beyond)} falls in years for which there is no evidence.\n")
    return out


def _budget(budget: BudgetStory) -> list[str]:
    if not budget.years:
        return []
    head = ("year", "net savings", "cash savings", "own costs", "repayments", "nominal", "cash position")
    rows = [(str(year.year), *map(_money, year[1:])) for year in budget.years]
    return [heading(f"Budget of the {budget.name}, by year"), table(head, rows)]


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _number(value: float) -> str:
    """A number as short as it can be told."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _maybe(value: float | None) -> str:
    return "-" if value is None else _number(value)
