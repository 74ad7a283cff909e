"""The public purse as a page of text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL, AtRisk, Budget, Committee, KeyFigures, Line, PurseSummary
from risksim.metrics.source import Spread
from risksim.report.answer import chance, error_of, money
from risksim.report.limits import LIMITS
from risksim.report.numbers import percent, rounded
from risksim.report.stress import signed
from risksim.report.table import heading, table

MUNICIPALITY = "municipality"
ALL = "all together"
WIDTH = 118
SOCIO_ECONOMIC = "socio-economic"


GROSS_ONLY = "†"
"""What stands behind everything that is made of savings of which nobody says how many would have come anyway."""
GROSS_ONLY_NOTE = f"  {GROSS_ONLY} gross only, net unknown: counts every success as the programme's\n"


class PurseHeading(NamedTuple):
    """What stands above and below the public purse of a deal."""

    deal: str
    currency: str
    price_year: int
    start_year: int
    calculation: str
    """``budget-economic`` or ``socio-economic``."""
    how: str
    """Paths, seed and engine in words."""
    digest: str
    version: str
    editions: tuple[str, ...]
    """Which rules and tables were used, a sentence each."""
    titles: Mapping[str, str]
    """Longer names of outcomes."""
    gross_only: tuple[str, ...]
    """Outcomes of which nobody says how many would have come anyway."""


class StressedPurse(NamedTuple):
    """The key figures of the deal as it stands, or with one of its stresses."""

    name: str
    changes: tuple[str, ...]
    figures: Mapping[str, KeyFigures]
    change: Mapping[str, Estimate]
    """What it changes in the mean net benefit of each budget, path by path. [currency]"""


class TornadoPoint(NamedTuple):
    """An input held at one place of its law, and what comes out."""

    place: str
    value: float
    output: float
    change: float


class TornadoBar(NamedTuple):
    """One input of a tornado."""

    name: str
    unit: str
    points: tuple[TornadoPoint, ...]


class DealRow(NamedTuple):
    """One deal of a portfolio."""

    name: str
    figures: Mapping[str, KeyFigures] | None
    """None where its file says nothing of public budgets."""


def page(head: PurseHeading, summary: PurseSummary, more: str = "") -> str:
    """The public purse as text: a sentence, who is left with what and when, who pays, and what this cannot say.

    Parameters
    ----------
    head : PurseHeading
        Deal and provenance.
    summary : PurseSummary
        Statistics of the run.
    more : str
        Further tables, which stand before the rules.

    Returns
    -------
    str
    """
    prices = f"{head.currency} in {head.price_year} prices"
    present = f"{prices}, present values in {head.start_year}"
    shown = {name: budget for name, budget in summary.budgets.items() if _moves(budget)}
    if len(shown) != 1:  # the sum of one is that one
        shown[ALL] = summary.total
    parts = [
        f"{head.deal}\n",
        _wrapped(sentence(head, summary)),
        *[_wrapped(_gross_only(name, head)) for name in head.gross_only],
        *([_wrapped(_of_society(summary))] if head.calculation == SOCIO_ECONOMIC else []),
        heading(f"What is left to each budget ({present})"),
        _left(shown),
        heading(f"What it is made of (means, {present})"),
        _made_of(shown),
        heading("Break-even: the first year from which the position is not below nought again"),
        _breaks_even(shown, head.start_year),
    ]
    for name, budget in shown.items():
        parts += [heading(f"Year by year, {_marked(name, budget)} ({prices}, not discounted)"), _years(budget)]
    for payer, years in summary.payers.items():
        if not any(map(_asks, years.values())):
            continue
        parts += [heading(f"Repayment by the {payer} against what is set aside ({head.currency}, nominal)")]
        parts += [_at_risk(years)]
    parts += [heading(f"Who pays against who gains (means, {present})"), _pockets(shown)]
    funds = _funds(shown, head.currency)
    if funds:
        parts += [heading("Which part of its repayments somebody else must bear, so that a payer loses nothing"), funds]
    if summary.total.win_win is not None:
        parts += [heading("Who is left with something: investors at the last hurdle, and the budget"), _win_win(shown)]
    parts += [heading("Value for money (all budgets together)"), _value(head, summary)]
    parts += [heading(f"Line by line (means over all years, {prices}, not discounted)"), _lines(summary)]
    parts.append(more)
    if head.editions:
        parts += [heading("Rules and tables used"), *[_item(edition) for edition in head.editions]]
    parts.append(
        f"\n{head.how}, {head.calculation} calculation. Scenario {head.digest[:12]}, risksim {head.version}.\n"
        "± is one standard error of the simulation; digits beyond it are not shown.\n"
    )
    return "".join([*parts, known_limits()])


def known_limits() -> str:
    """What such calculations cannot say, as a list."""
    return "".join([heading("What this cannot say"), *[_item(limit) for limit in LIMITS]])


def sentence(head: PurseHeading, summary: PurseSummary) -> str:
    """What the municipality, or who else pays, is left with, in words that a board member understands."""
    name = next(
        (
            name
            for name in (MUNICIPALITY, *summary.budgets)
            if name in summary.budgets and _moves(summary.budgets[name])
        ),
        TOTAL,
    )
    budget = summary.all_budgets[name]
    who = "all public budgets together are" if name == TOTAL else f"the {name} is"
    it, loses, repays = ("they", "lose", "repay") if name == TOTAL else ("it", "loses", "repays")
    worth = budget.net_benefit
    text = (
        f"On average {who} left with {money(worth.mean)[0]} {head.currency} in {head.price_year} prices"
        f"{_known(budget)}; "
        f"{_futures(worth.p_negative)} {it} {loses}."
    )
    deep = budget.lowest.position
    if deep.value < 0.0:
        first = f"{it} {repays} before {it} {'save' if name == TOTAL else 'saves'}"
        before = (
            first if budget.repayments.mean.value > 0.0 and budget.net_savings.mean.value > 0.0 else f"{it} {repays}"
        )
        if budget.repayments.mean.value <= 0.0:
            before = f"{it} {'spend' if name == TOTAL else 'spends'}"
        text += f" In cash {before}: the deepest point is {money(deep)[0]} {head.currency} in {budget.lowest.year}"
        text += f" on average{_never_back(budget)}."
    if name != TOTAL and sum(map(_moves, summary.budgets.values())) > 1:
        total = summary.total.net_benefit
        text += f" All public budgets together are left with {money(total.mean)[0]} {head.currency} on average"
        text += f"{_known(summary.total)}."
    return text


def _known(budget: Budget) -> str:
    return " (gross only, net unknown)" if budget.is_gross_only else ""


def _never_back(budget: Budget) -> str:
    """When the cash position is back at nought, since the deepest point beside it is one of cash."""
    found = budget.break_even_cash
    if math.isnan(found.p50.value):
        return ", and in most futures the savings never make up for it" if found.p_never.value > 0.5 else ""
    return f", and the savings have made up for it by {found.p50.value:.0f} in half of all futures"


def _futures(p: Estimate) -> str:
    """A probability as futures out of a hundred."""
    whole = round(100 * p.value)
    if whole == 0:
        return "in none of the futures simulated" if p.value == 0.0 else "in fewer than 1 of 100 futures"
    if whole == 100:
        return "in all futures simulated" if p.value == 1.0 else "in more than 99 of 100 futures"
    return f"in {whole} of 100 futures"


def _gross_only(name: str, head: PurseHeading) -> str:
    return (
        f"Nobody says how many would have reached {head.titles.get(name, name)} anyway: gross only, net unknown. What "
        f"is marked {GROSS_ONLY} counts all who reached it, and is not known to be an effect of the programme."
    )


def _of_society(summary: PurseSummary) -> str:
    silent = (
        ""
        if any(budget.own_costs.mean.value > 0.0 for budget in summary.budgets.values())
        else (" No cost of the programme is given here, so what is left is too high by all of it.")
    )
    return (
        "Socio-economic calculation: repayments cancel, since investors get what budgets pay, and are nought below "
        "except where they are called nominal. What investors pay for the programme is a cost to society that is in it "
        f"only as far as the file names it among public costs.{silent}"
    )


def _title(name: str) -> str:
    return ALL if name == TOTAL else name


def _marked(name: str, found: Budget | KeyFigures | Line | Committee) -> str:
    return f"{name} {GROSS_ONLY}" if found.is_gross_only else name


def _noted(told: str, found: Iterable[Budget | KeyFigures | Line | Committee]) -> str:
    """A table, with what its marks mean where it has any."""
    return told + (GROSS_ONLY_NOTE if any(each.is_gross_only for each in found) else "")


def _moves(budget: Budget) -> bool:
    """Whether a budget saves, pays or spends anything."""
    return any(
        part.mean.value != 0.0 or part.sd.value > 0.0
        for part in (budget.gross_savings, budget.net_savings, budget.own_costs, budget.repayments)
    )


def _left(budgets: Mapping[str, Budget]) -> str:
    head = (
        "",
        "mean",
        "",
        "P(below 0)",
        "5 %",
        "50 %",
        "95 %",
        "worst 5 %: mean loss",
        "expected only",
        "in cash, mean",
    )
    rows = []
    for name, budget in budgets.items():
        worth = budget.net_benefit
        points = (_point(point) for point in (worth.p05, worth.p50, worth.p95))
        expected = "-" if budget.expected_only is None else money(budget.expected_only)[0]
        shortfall, cash = money(worth.expected_shortfall_95)[0], money(budget.net_benefit_cash.mean)[0]
        rows.append(
            (_marked(name, budget), *money(worth.mean), chance(worth.p_negative)[0], *points, shortfall, expected, cash)
        )
    return _noted(table(head, rows), budgets.values())


def _made_of(budgets: Mapping[str, Budget]) -> str:
    head = ("", "gross savings", "net savings", "of it cash", "own costs", "repayments")
    rows = [
        (_marked(name, budget), *(money(part.mean)[0] for part in _parts(budget))) for name, budget in budgets.items()
    ]
    return _noted(table(head, rows), budgets.values())


def _parts(budget: Budget) -> tuple[Spread, ...]:
    return (budget.gross_savings, budget.net_savings, budget.cash_savings, budget.own_costs, budget.repayments)


def _breaks_even(budgets: Mapping[str, Budget], start: int) -> str:
    head = (
        "",
        "never",
        "5 %",
        "50 %",
        "95 %",
        "years after start",
        "cash: never",
        "50 %",
        "lowest cash position",
        "in",
    )
    rows = []
    for name, budget in budgets.items():
        found, cash = budget.break_even, budget.break_even_cash
        rows.append(
            (
                _marked(name, budget),
                chance(found.p_never)[0],
                *(_year_of(point, start) for point in (found.p05, found.p50, found.p95)),
                _calendar(found.p50_after_start, "-"),
                chance(cash.p_never)[0],
                _year_of(cash.p50, start),
                money(budget.lowest.position)[0],
                str(budget.lowest.year),
            )
        )
    notes = (
        f"  positions are discounted to {start}, in cash not; the lowest cash position is that of the mean of all "
        "futures\n  from the start: the position is never below nought, as where a budget pays nothing\n"
    )
    return _noted(table(head, rows) + notes, budgets.values())


def _year_of(point: Estimate, start: float) -> str:
    """A break-even year; that of the start is the year of a position which was never below nought."""
    return "from the start" if point.value == start else _calendar(point)


def _calendar(point: Estimate, never: str = "never") -> str:
    return never if math.isnan(point.value) else f"{point.value:.0f}"


def _years(budget: Budget) -> str:
    head = ("", "net savings", "of it cash", "own costs", "repayments", "5 %", "95 %", "cash position", "5 %", "95 %")
    rows = []
    for name, year in budget.years.items():
        repaid, position = year.repayments, year.position
        rows.append(
            (
                name,
                *(money(part.mean)[0] for part in (year.net_savings, year.cash_savings, year.own_costs, repaid)),
                *(_point(point) for point in (repaid.p05, repaid.p95)),
                money(position.mean)[0],
                *(_point(point) for point in (position.p05, position.p95)),
            )
        )
    return _noted(table(head, rows), [budget])


def _point(point: Estimate) -> str:
    """A quantile: a value of one path, or its mean over replicates, in whole units."""
    return rounded(point.value, point.standard_error, 0)


def _at_risk(years: Mapping[str, AtRisk]) -> str:
    head = ("", "set aside", "P(more is due)", "", "90 % point, above it", "95 % point, above it")
    rows = [
        (
            f"{name}{' *' if year.is_expected else ''}",
            money(year.set_aside)[0],
            *chance(year.p_more),
            money(year.budget_at_risk_90)[0],
            money(year.budget_at_risk_95)[0],
        )
        for name, year in years.items()
        if _asks(year)
    ]
    starred = any(year.is_expected for year in years.values())
    note = "  * no appropriation is given: the expected repayment stands in for it\n" if starred else ""
    return table(head, rows) + note


def _asks(year: AtRisk) -> bool:
    """Whether a budget year has anything set aside or due."""
    return year.set_aside.value != 0.0 or year.p_more.value > 0.0


def _pockets(budgets: Mapping[str, Budget]) -> str:
    head = ("", "pays", "of all", "gains", "of all", "pays per 1 gained", "")
    rows = []
    for name, budget in budgets.items():
        own = budget.pocket
        per = own.pays_per_gain
        rows.append(
            (
                _marked(name, budget),
                money(own.pays)[0],
                _share(own.share_of_pays),
                money(own.gains)[0],
                _share(own.share_of_gains),
                rounded(per.value, per.standard_error, 3),
                error_of(per),
            )
        )
    return _noted(table(head, rows), budgets.values())


def _share(estimate: Estimate) -> str:
    return percent(estimate.value, estimate.standard_error, 1)


def _funds(budgets: Mapping[str, Budget], currency: str) -> str:
    head = (
        "",
        "on average",
        "",
        "with a chance of 80 %",
        "of 95 %",
        "no share does",
        f"left if it repaid nothing ({currency})",
    )
    rows = []
    for name, budget in budgets.items():
        fund = budget.fund_share
        if fund is None:
            continue
        on_average = fund.on_average
        whole = fund.left_without_repayments.value < 0.0
        rows.append(
            (
                _marked(name, budget),
                "no share does" if whole else _share(on_average),
                "" if whole else error_of(on_average, 100.0, " %"),
                *("no share does" if math.isnan(p.value) else _share(p) for p in (fund.with_80, fund.with_95)),
                chance(fund.p_no_share)[0],
                money(fund.left_without_repayments)[0],
            )
        )
    return _noted(table(head, rows), budgets.values()) if rows else ""


def _win_win(budgets: Mapping[str, Budget]) -> str:
    head = ("", "both", "investors only", "the budget only", "neither")
    rows = []
    for name, budget in budgets.items():
        found = budget.win_win
        assert found is not None
        shares = (found.both, found.investors_only, found.budget_only, found.neither)
        rows.append((_marked(name, budget), *(chance(share)[0] for share in shares)))
    return _noted(table(head, rows), budgets.values())


def _value(head: PurseHeading, summary: PurseSummary) -> str:
    value = summary.value_for_money
    ratio = value.benefit_cost_ratio
    title = _marked("net savings per 1 paid, present values", summary.total)
    rows = [(title, rounded(ratio.value, ratio.standard_error, 3), error_of(ratio))]
    dead = value.deadweight_share
    if summary.payers:
        share = percent(dead.value, dead.standard_error)
        rows.append(("share of repayments for what would have come anyway", share, error_of(dead, 100.0, " %")))
    for name, price in value.outcomes.items() if summary.payers else ():
        title = head.titles.get(name, name)
        rows.append((f"all repayments per person: {title}", *money(price.per_achieved)))
        rows.append(
            (
                f"all repayments per person whom the programme brought there: {title}",
                *(("-", "") if math.isnan(price.per_attributable.value) else money(price.per_attributable)),
            )
        )
    return _noted(table(("", "", ""), rows).split("\n", 2)[2], [summary.total])


def _lines(summary: PurseSummary) -> str:
    head = ("", "gross", "net", "", "of it beyond the evidence")
    rows = [
        (_marked(name, line), money(line.gross)[0], *money(line.net), _share(line.beyond_evidence))
        for name, line in summary.lines.items()
    ]
    rows += [
        (_marked(f"committee {name}", committee), money(committee.gross)[0], *money(committee.net), "")
        for name, committee in summary.committees.items()
    ]
    ends = summary.if_effects_end
    below = chance(ends.p_negative)[0]
    return _noted(table(head, rows), summary.lines.values()) + (
        "  If effects end where the evidence for them ends, all budgets together are left with "
        f"{money(ends.mean)[0]} on average{_known(summary.total)}, not discounted;\n"
        f"  the chance that they lose is {below}\n"
    )


def block(currency: str, price_year: int, how: str, figures: Mapping[str, KeyFigures], more: str) -> str:
    """The few lines below the page of a run.

    Parameters
    ----------
    currency : str
        ISO 4217.
    price_year : int
        Price level.
    how : str
        Paths, seed and engine in words.
    figures : mapping of str to KeyFigures
        By budget, and ``total``.
    more : str
        The command that tells the rest.

    Returns
    -------
    str
    """
    lines = [
        heading(f"What is left to public budgets (present values, {currency} in {price_year} prices)"),
        _figures({_title(name): found for name, found in figures.items() if name == TOTAL or _counts(found)}),
        f"  {how}; {more} tells the rest\n",
        known_limits(),
    ]
    return "".join(lines)


def _counts(found: KeyFigures) -> bool:
    return found.net_benefit.mean.value != 0.0 or found.net_benefit.sd.value > 0.0


FIGURES_HEAD = ("net benefit", "", "P(below 0)", "5 %", "95 %", "break-even, 50 %", "never", "repayments")


def _figures(figures: Mapping[str, KeyFigures]) -> str:
    rows = [(_marked(name, found), *_figures_row(found)) for name, found in figures.items()]
    return _noted(table(("", *FIGURES_HEAD), rows), figures.values())


def _figures_row(found: KeyFigures) -> tuple[str, ...]:
    worth, even = found.net_benefit, found.break_even
    return (
        *money(worth.mean),
        chance(worth.p_negative)[0],
        _point(worth.p05),
        _point(worth.p95),
        "from the start" if even.p50_after_start.value == 0.0 else _calendar(even.p50),
        chance(even.p_never)[0],
        money(found.repayments)[0],
    )


def stressed(currency: str, price_year: int, runs: Sequence[StressedPurse]) -> str:
    """The key figures of the deal as it stands and with some of its stresses.

    Parameters
    ----------
    currency : str
        ISO 4217.
    price_year : int
        Price level.
    runs : sequence of StressedPurse
        The deal as it stands first.

    Returns
    -------
    str
    """
    parts = [heading(f"Stresses (present values, {currency} in {price_year} prices)")]
    rows = [
        (
            _marked(_title(budget), run.figures[budget]),
            run.name,
            *_figures_row(run.figures[budget]),
            *_change(run.change.get(budget)),
        )
        for budget in runs[0].figures
        if budget == TOTAL or any(_counts(run.figures[budget]) for run in runs if budget in run.figures)
        for run in runs
        if budget in run.figures
    ]
    told = table(("", "", *FIGURES_HEAD, "net benefit changes by", ""), rows, left=2)
    parts.append(_noted(told, [found for run in runs for found in run.figures.values()]))
    parts += [_item(f"{run.name}: {'; '.join(run.changes)}") for run in runs[1:]]
    return "".join(parts)


def _change(change: Estimate | None) -> tuple[str, str]:
    return ("", "") if change is None else (signed(change).partition(" ")[0], error_of(change))


def tornado(currency: str, quantity: str, base: float, bars: Sequence[TornadoBar]) -> str:
    """One number moved at a time, the most important first.

    Parameters
    ----------
    currency : str
        ISO 4217.
    quantity : str
        What is looked at.
    base : float
        With every input at its mean. [currency]
    bars : sequence of TornadoBar
        Those with the largest swing first.

    Returns
    -------
    str
    """
    if not bars:
        return heading("One number at a time") + "  no number of the deal or its public purse is uncertain\n"
    rows = []
    for bar in bars:
        at = {point.place: point for point in bar.points}
        cells = [_side(at.get(place)) for place in ("10 %", "90 %", "lowest", "highest")]
        rows.append((bar.name, *cells))
    title = (
        f"One number at a time: {quantity} of all budgets on paper, {base:,.0f} {currency} with every input at its mean"
    )
    note = (
        "  each cell: the input's value there, and what it changes; every other input is at its mean and nothing is "
        "left to luck.\n  What happens when two inputs move together is not in it.\n"
    )
    return (
        heading(title)
        + table(("", "at its 10 % point", "at its 90 % point", "at its lowest", "at its highest"), rows)
        + note
    )


def _side(point: TornadoPoint | None) -> str:
    if point is None:
        return ""
    value = f"{point.value:,.0f}" if abs(point.value) >= 1_000.0 else f"{point.value:.4g}"
    return f"{value}: {point.change:+,.0f}"


def portfolio(
    name: str, currency: str, price_year: int, how: str, rows: Sequence[DealRow], total: DealRow, present_year: int
) -> str:
    """The public purses of the deals of a portfolio, and their sum.

    Parameters
    ----------
    name : str
        Of the portfolio.
    currency : str
        ISO 4217.
    price_year : int
        Price level.
    how : str
        Paths, seed and engine in words.
    rows : sequence of DealRow
        The deals.
    total : DealRow
        Their sum.
    present_year : int
        The year of the present values of the sum.

    Returns
    -------
    str
    """
    said = [
        (deal.name, _marked(_title(budget), found), *_figures_row(found))
        for deal in [*rows, total]
        for budget, found in (deal.figures or {}).items()
        if budget == TOTAL or _counts(found)
    ]
    silent = [deal.name for deal in rows if deal.figures is None]
    parts = [
        f"{name}\n",
        heading(f"What is left to public budgets (present values, {currency} in {price_year} prices)"),
    ]
    parts.append(_noted(table(("", "", *FIGURES_HEAD), said, left=2), (total.figures or {}).values()))
    parts.append(
        f"  a deal's present values are those of its first year, those of the sum of {present_year}; "
        "the whole of each deal counts, whatever the fund holds of it\n"
        f"  prices of other years are brought to {price_year} by each file's own inflation\n"
    )
    if silent:
        parts.append(f"  nothing is said of public budgets by: {', '.join(silent)}\n")
    parts.append(f"\n{how}.\n± is one standard error of the simulation; digits beyond it are not shown.\n")
    return "".join([*parts, known_limits()])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH) + "\n"


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ") + "\n"
