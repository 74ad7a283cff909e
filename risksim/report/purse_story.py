"""The public side of one path as tables that can be read from top to bottom and checked by hand."""

from __future__ import annotations

import textwrap

from risksim.language import N_, _, pgettext
from risksim.metrics.purse import TOTAL
from risksim.report.answer import translated
from risksim.report.numbers import written
from risksim.report.purse_names import in_sentence, in_table
from risksim.report.said_below import in_words
from risksim.report.table import heading, table
from risksim.results.purse_story import BudgetStory, LineStory, LineYear, PurseStory

AS_IS = {"volume": 1.0, "price": 1.0, "decay": 0.0, "unserved": 0.0, "cashable": 1.0}
"""Factors that change nothing, and are left out where they stand so."""
KINDS = (
    N_("saved by successes"),
    N_("changed while people take part"),
    N_("own cost"),
    N_("cost of the alternative, saved"),
)
COSTS = KINDS[2:]
COUNTS = (N_("from the first success on"), N_("for the time it is met"), N_("for each person"))
FACTORS = (N_("units each"), N_("volume"), N_("price"), N_("decay"), N_("cashable"), N_("unserved"))
UNIT_OF_SAVING = N_("gross = units x {gross}; net = added units x {net}; cash = net x {cash}")
UNIT_OF_COST = N_("gross = units x {gross}")
UNSAID = N_(
    "Nothing says how many would have succeeded anyway, so that nothing comes off and net counts every success: "
    "{outcomes}."
)
SUCCEEDED_HEAD = (
    N_("outcome"),
    N_("people"),
    N_("brought by the programme"),
)
COST_HEAD = (
    N_("year"),
    N_("people"),
    N_("units"),
    N_("gross"),
)
LINE_HEAD = (
    N_("year"),
    N_("people"),
    N_("added"),
    N_("units"),
    N_("added units"),
    N_("gross"),
    N_("net"),
    N_("cash"),
)
BUDGET_HEAD = (
    N_("year"),
    N_("net savings"),
    N_("cash savings"),
    N_("own costs"),
    N_("repayments"),
    N_("nominal"),
    N_("cash position"),
)
SAME_PEOPLE = N_("The people counted here are those told above.")
COUNTED_PEOPLE = N_(
    "The people counted here are those of the run itself, which counts them without drawing single lives: not those of "
    "the individual life told above, which is drawn at the same inputs. What is repaid is that of the run as well."
)
OTHER_PEOPLE = N_(
    "The conditional engine cannot count the people of this purse: {obstacle}. What follows is this path of the "
    "individual engine, with inputs and people of its own: another future than the one told above."
)
WIDTH = 118


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
    return _title(told) + _body(told)


def of_the_same_path(told: PurseStory, engine: str, obstacle: str | None = None) -> str:
    """The public side of a path below the story of the path, with a word on whose people are counted.

    Parameters
    ----------
    told : PurseStory
        The path.
    engine : str
        Engine of the story above it.
    obstacle : str, optional
        Why the conditional engine cannot count the people of the purse.

    Returns
    -------
    str
    """
    said = _(SAME_PEOPLE if engine == "individual" else COUNTED_PEOPLE)
    if obstacle is not None:
        said = _(OTHER_PEOPLE, obstacle=in_words(obstacle))
    return f"\n{_title(told)}{textwrap.fill(said, WIDTH)}\n{_body(told)}"


def _title(told: PurseStory) -> str:
    path = written(f"{told.path:,}")
    return _("{deal}: public budgets on path {path} of seed {seed}", deal=told.deal, path=path, seed=told.seed) + "\n"


def _body(told: PurseStory) -> str:
    parts = [
        _(
            "Amounts in {currency}, prices of {year}; savings are positive, costs negative.",
            currency=told.currency,
            year=told.price_year,
        )
        + "\n"
    ]
    if told.drawn:
        parts.append(heading(_("Drawn for this path")))
        parts.append(
            table(
                (pgettext("public purse", "input"), _("value")), [(name, _number(value)) for name, value in told.drawn]
            )
        )
    if told.succeeded:
        parts.append(heading(_("Who succeeded")))
        rows = [(each.outcome, _number(each.met), _maybe(each.added)) for each in told.succeeded]
        parts.append(table(translated(SUCCEEDED_HEAD), rows))
        unsaid = [each.outcome for each in told.succeeded if each.added is None]
        if unsaid:
            parts.append(_(UNSAID, outcomes=", ".join(unsaid)) + "\n")
    if told.overlap:
        share = written(f"{100.0 * told.overlap:.1f} %")
        parts.append(_("{share} of the successes are claimed by other programmes as well.", share=share) + "\n")
    for line in told.lines:
        parts += _line(line, told.sectors)
    for budget in told.budgets:
        parts += _budget(budget)
    parts += _left(told)
    if told.deadweight is not None:
        said = _("Repaid for successes that would have come anyway, nominal: {amount}.", amount=_money(told.deadweight))
        parts.append(f"\n{said}\n")
    return "".join(parts)


def _left(told: PurseStory) -> list[str]:
    """What each budget is left with, and all together."""
    amounts = [(each.net, each.own_costs, each.repaid, each.left) for each in told.budgets]
    together = tuple(sum(each) for each in zip(*amounts, strict=True))
    names = [*(in_table(each.name) for each in told.budgets), in_table(TOTAL)]
    rows = [(name, *_amounts(each)) for name, each in zip(names, [*amounts, together], strict=True)]
    budget, left = pgettext("public purse", "budget"), pgettext("public purse", "left")
    head = (budget, _("net savings"), _("own costs"), _("repayments"), left)
    return [heading(_("What is left (present values)")), table(head, rows)]


def _line(line: LineStory, sectors: tuple[str, ...]) -> list[str]:
    said = [f"{_(name)} {_number(value)}" for name, value in line.factors if AS_IS.get(name) != value]
    committee = f" ({line.committee})" if line.committee else ""
    # Alone "in all" is said of a sum.
    counts = pgettext("public purse", "in all") if line.counts == "in all" else _(line.counts)
    title = f"{line.name}{committee}: {_(line.kind)}, {counts}"
    out = [heading(title), ", ".join(said) + "\n"]
    if not line.years:
        return [*out, _("Nothing on this path.") + "\n"]
    is_cost = line.kind in COSTS and all(year.gross == year.net for year in line.years)
    of_unit = _(UNIT_OF_COST if is_cost else UNIT_OF_SAVING)
    shown = (_number(each) for each in (line.unit_gross, line.unit_net, line.cash_share))
    out.append(of_unit.format(**dict(zip(("gross", "net", "cash"), shown, strict=True))) + "\n")
    names = tuple(in_table(sector) for sector in sectors)
    rows = [_year_of_cost(year) if is_cost else _year_of_saving(year) for year in line.years]
    sums = [sum(year.by_sector[s] for year in line.years) for s in range(len(sectors))]
    cash = sum(year.cash for year in line.years)
    blank = [""] * (2 if is_cost else 4)
    totals = (line.gross,) if is_cost else (line.gross, line.net, cash)
    rows.append((_("all"), *blank, *_amounts((*totals, *sums))))
    out.append(table((*translated(COST_HEAD if is_cost else LINE_HEAD), *names), rows))
    if line.beyond:
        beyond = _(
            "Of the net amount {amount} falls in years for which there is no evidence.", amount=_money(line.beyond)
        )
        out.append(f"{beyond}\n")
    return out


def _year_of_saving(year: LineYear) -> tuple[str, ...]:
    return (
        str(year.year),
        _maybe(year.people),
        _maybe(year.added),
        _number(year.units),
        _number(year.added_units),
        *_amounts((year.gross, year.net, year.cash, *year.by_sector)),
    )


def _year_of_cost(year: LineYear) -> tuple[str, ...]:
    units = (_maybe(year.people), _number(year.units))
    return (str(year.year), *units, *_amounts((year.gross, *year.by_sector)))


def _budget(budget: BudgetStory) -> list[str]:
    if not budget.years:
        return []
    rows = [(str(year.year), *_amounts(year[1:])) for year in budget.years]
    title = _("Budget of {the_budget}, by year", the_budget=in_sentence(budget.name))
    return [heading(title), table(translated(BUDGET_HEAD), rows)]


def _amounts(amounts: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(_money(amount) for amount in amounts)


def _money(amount: float) -> str:
    return written(f"{amount:,.2f}")


def _number(value: float) -> str:
    """A number as short as it can be told."""
    return written(f"{value:,.4f}".rstrip("0").rstrip("."))


def _maybe(value: float | None) -> str:
    return "-" if value is None else _number(value)
