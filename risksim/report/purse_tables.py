"""The tables of the page on public budgets, in English or Danish."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from risksim.language import N_, _, pgettext
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import (
    AtRisk,
    BreakEven,
    Budget,
    Committee,
    KeyFigures,
    Line,
    PerHead,
    PurseSummary,
)
from risksim.metrics.source import Spread
from risksim.report.answer import chance, error_of, money, translated
from risksim.report.numbers import percent, rounded
from risksim.report.purse_names import in_table
from risksim.report.table import heading, table

GROSS_ONLY = "†"
"""What stands behind everything that is made of savings of which nobody says how many would have come anyway."""
EMPTY = "-"
PAPER_OF_FIGURES = (6,)
"""Columns of the key figures that are left out where nothing stands in them, without names. [column, from 0]"""
PAPER_OF_EVEN = (6, 9)
"""The same of the break-even table, with its names. [column, from 0]"""

# Titles of columns

LEFT_HEAD = (
    "",
    N_("mean"),
    "",
    N_("P(below 0)"),
    "5 %",
    "50 %",
    "95 %",
    N_("worst 5 %: mean loss"),
    N_("expected only"),
    N_("in cash, mean"),
)
MADE_OF_HEAD = (
    "",
    N_("gross savings"),
    N_("net savings"),
    N_("of it cash"),
    N_("own costs"),
    N_("repayments"),
)
EVEN_HEAD = (
    "",
    N_("never"),
    "5 %",
    "50 %",
    "95 %",
    N_("years after start"),
    N_("on paper"),
    N_("cash: never"),
    "50 %",
    N_("on paper"),
    N_("lowest cash position"),
    N_("in"),
)
YEARS_HEAD = (
    "",
    N_("net savings"),
    N_("of it cash"),
    N_("own costs"),
    N_("repayments"),
    "5 %",
    "95 %",
    N_("cash position"),
    "5 %",
    "95 %",
)
FUNDS_HEAD = (
    "",
    N_("on average"),
    "",
    N_("with a chance of 80 %"),
    N_("of 95 %"),
    N_("no share does"),
    N_("left if it repaid nothing ({currency})"),
)
WIN_WIN_HEAD = (
    "",
    N_("both"),
    N_("investors only"),
    N_("the budget only"),
    N_("neither"),
)
LINES_HEAD = (
    "",
    N_("gross"),
    N_("net"),
    "",
    N_("of it beyond the evidence"),
)
FIGURES_HEAD = (
    N_("net benefit"),
    "",
    N_("P(below 0)"),
    "5 %",
    "95 %",
    N_("break-even, 50 %"),
    N_("on paper"),
    N_("never"),
    N_("repayments"),
)


def marked(name: str, found: Budget | KeyFigures | Line | Committee) -> str:
    """A name, with a mark where what stands beside it is known gross only."""
    return f"{name} {GROSS_ONLY}" if found.is_gross_only else name


def known_gross(found: Budget) -> str:
    """What stands behind an amount in a sentence that is known gross only."""
    return _(" (gross only, net unknown)") if found.is_gross_only else ""


def noted(told: str, found: Iterable[Budget | KeyFigures | Line | Committee]) -> str:
    """A table, with what its marks mean where it has any."""
    return told + (gross_only_note() if any(each.is_gross_only for each in found) else "")


def gross_only_note() -> str:
    """What the mark means, as a line below a table."""
    meaning = _("gross only, net unknown: counts every success as the programme's")
    return note(f"{GROSS_ONLY} {meaning}")


def note(text: str) -> str:
    """A line below a table."""
    return f"  {text}\n"


def moves(budget: Budget) -> bool:
    """Whether a budget saves, pays or spends anything."""
    return gains(budget) or any(map(_is_there, (budget.own_costs, budget.repayments)))


def gains(budget: Budget) -> bool:
    """Whether anything is saved, or lost, in a budget."""
    return any(map(_is_there, (budget.gross_savings, budget.net_savings)))


def _is_there(part: Spread) -> bool:
    return part.mean.value != 0.0 or part.sd.value > 0.0


def amount(estimate: Estimate) -> str:
    """An amount without its error."""
    return money(estimate)[0]


def point(found: Estimate) -> str:
    """A quantile: a value of one path, or its mean over replicates, in whole units."""
    return rounded(found.value, found.standard_error, 0)


def is_from_start(year: Estimate, found: BreakEven) -> bool:
    """Whether a break-even year is the first of all: then the position was never below nought."""
    return year.value == float(next(iter(found.years)))


def _calendar(year: Estimate, found: BreakEven) -> str:
    if math.isnan(year.value):
        return _("never")
    return _("from the start") if is_from_start(year, found) else f"{year.value:.0f}"


def _on_paper(found: BreakEven) -> str:
    return EMPTY if found.expected_only is None else _calendar(found.expected_only, found)


def _without_empty(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], columns: Iterable[int]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows without those of some columns in which nothing stands."""
    empty = {column for column in columns if all(row[column] == EMPTY for row in rows)}
    kept = [column for column in range(len(head)) if column not in empty]
    return tuple(head[column] for column in kept), [tuple(row[column] for column in kept) for row in rows]


def bare(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of a name, a number and its error without a head."""
    return table(("", "", ""), rows).split("\n", 2)[2]


# Budgets


def left(budgets: Mapping[str, Budget]) -> str:
    """What is left to each budget."""
    rows = []
    for name, budget in budgets.items():
        worth = budget.net_benefit
        rows.append(
            (
                marked(in_table(name), budget),
                *money(worth.mean),
                chance(worth.p_negative)[0],
                *(point(each) for each in (worth.p05, worth.p50, worth.p95)),
                amount(worth.expected_shortfall_95),
                EMPTY if budget.expected_only is None else amount(budget.expected_only),
                amount(budget.net_benefit_cash.mean),
            )
        )
    return noted(table(translated(LEFT_HEAD), rows), budgets.values())


def made_of(budgets: Mapping[str, Budget]) -> str:
    """Savings, own costs and repayments of each budget."""
    rows = [
        (marked(in_table(name), budget), *(amount(part.mean) for part in _parts(budget)))
        for name, budget in budgets.items()
    ]
    return noted(table(translated(MADE_OF_HEAD), rows), budgets.values())


def _parts(budget: Budget) -> tuple[Spread, ...]:
    return (budget.gross_savings, budget.net_savings, budget.cash_savings, budget.own_costs, budget.repayments)


def breaks_even(budgets: Mapping[str, Budget], start: int) -> str:
    """When each budget has its money back, in the simulated futures and on paper."""
    rows = []
    for name, budget in budgets.items():
        found, cash = budget.break_even, budget.break_even_cash
        after = found.p50_after_start
        rows.append(
            (
                marked(in_table(name), budget),
                chance(found.p_never)[0],
                *(_calendar(year, found) for year in (found.p05, found.p50, found.p95)),
                EMPTY if math.isnan(after.value) else f"{after.value:.0f}",
                _on_paper(found),
                chance(cash.p_never)[0],
                _calendar(cash.p50, cash),
                _on_paper(cash),
                amount(budget.lowest.position),
                str(budget.lowest.year),
            )
        )
    head, kept = _without_empty(translated(EVEN_HEAD), rows, PAPER_OF_EVEN)
    half = _("50 %: half of all futures have broken even by then")
    if len(head) == len(EVEN_HEAD):
        half += "; " + _("on paper: the year of the calculation with every number at its mean")
    discounted = _(
        "positions are discounted to {year}, in cash not; the lowest cash position is that of the mean of all futures",
        year=start,
    )
    from_start = _("from the start: the position is never below nought, as where a budget pays nothing")
    notes = "".join(map(note, (discounted, from_start, half)))
    return noted(table(head, kept) + notes, budgets.values())


def years(budget: Budget) -> str:
    """A budget year by year."""
    rows = []
    for name, year in budget.years.items():
        repaid, position = year.repayments, year.position
        means = (year.net_savings, year.cash_savings, year.own_costs, repaid)
        rows.append(
            (
                name,
                *(amount(part.mean) for part in means),
                *(point(each) for each in (repaid.p05, repaid.p95)),
                amount(position.mean),
                *(point(each) for each in (position.p05, position.p95)),
            )
        )
    return noted(table(translated(YEARS_HEAD), rows), [budget])


def at_risk(found: Mapping[str, AtRisk]) -> str:
    """What a payer owes in each budget year against what is set aside."""
    rows = [
        (
            f"{name}{' *' if year.is_expected else ''}",
            amount(year.set_aside),
            *chance(year.p_more),
            amount(year.budget_at_risk_90),
            amount(year.budget_at_risk_95),
        )
        for name, year in found.items()
        if asks(year)
    ]
    head = (
        "",
        pgettext("public purse", "set aside"),
        _("P(more is due)"),
        "",
        _("90 % point, above it"),
        _("95 % point, above it"),
    )
    starred = _("* no appropriation is given: the expected repayment stands in for it")
    return table(head, rows) + (note(starred) if any(year.is_expected for year in found.values()) else "")


def asks(year: AtRisk) -> bool:
    """Whether a budget year has anything set aside or due."""
    return year.set_aside.value != 0.0 or year.p_more.value > 0.0


def pockets(budgets: Mapping[str, Budget]) -> str:
    """Who pays against who gains."""
    rows = []
    for name, budget in budgets.items():
        own = budget.pocket
        rows.append(
            (
                marked(in_table(name), budget),
                amount(own.pays),
                _share(own.share_of_pays),
                amount(own.gains),
                _share(own.share_of_gains),
                *_ratio(own.pays_per_gain),
            )
        )
    of_all, gains_of = _("of all"), pgettext("public purse", "gains")
    head = ("", _("pays"), of_all, gains_of, of_all, _("pays per 1 gained"), "")
    return noted(table(head, rows), budgets.values())


def _ratio(estimate: Estimate) -> tuple[str, str]:
    """Three decimals at most, and the error."""
    shown = rounded(estimate.value, estimate.standard_error, 3)
    return shown, error_of(estimate)


def _share(estimate: Estimate, most_places: int = 1) -> str:
    return percent(estimate.value, estimate.standard_error, most_places)


def _error_of_share(estimate: Estimate) -> str:
    return error_of(estimate, 100.0, " %")


def funds(budgets: Mapping[str, Budget], currency: str) -> str:
    """Which part of its repayments somebody else must bear; empty where nobody repays."""
    paying = {name: budget for name, budget in budgets.items() if budget.fund_share is not None}
    rows = []
    for name, budget in paying.items():
        fund = budget.fund_share
        assert fund is not None
        on_average = fund.on_average
        whole = fund.left_without_repayments.value < 0.0
        is_cut = on_average.value in (0.0, 1.0)  # there its error is that of no mean
        chances = (fund.with_80, fund.with_95)
        rows.append(
            (
                marked(in_table(name), budget),
                _("no share does") if whole else _share(on_average),
                "" if whole or is_cut else _error_of_share(on_average),
                *(_("no share does") if math.isnan(p.value) else _share(p) for p in chances),
                chance(fund.p_no_share)[0],
                amount(fund.left_without_repayments),
            )
        )
    head = [_(title, currency=currency) for title in FUNDS_HEAD]
    return noted(table(head, rows), paying.values()) if rows else ""


def win_win(budgets: Mapping[str, Budget]) -> str:
    """Who is left with something: investors and each budget."""
    rows = []
    for name, budget in budgets.items():
        found = budget.win_win
        assert found is not None
        shares = (found.both, found.investors_only, found.budget_only, found.neither)
        rows.append(
            (marked(in_table(name), budget), *(chance(share)[0] for share in shares)),
        )
    return noted(table(translated(WIN_WIN_HEAD), rows), budgets.values())


# All together


def value(titles: Mapping[str, str], summary: PurseSummary) -> str:
    """Value for money of all budgets together."""
    found = summary.value_for_money
    rows = [(marked(_("net savings per 1 paid, present values"), summary.total), *_ratio(found.benefit_cost_ratio))]
    if summary.payers:
        rows.append((_("share of repayments for what would have come anyway"), *_deadweight(found.deadweight_share)))
    for name, price in found.outcomes.items() if summary.payers else ():
        title = titles.get(name, name)
        rows.append((_("all repayments per person: {outcome}", outcome=title), *money(price.per_achieved)))
        unknown = math.isnan(price.per_attributable.value)
        paid = (EMPTY, "") if unknown else money(price.per_attributable)
        rows.append((_("all repayments per person whom the programme brought there: {outcome}", outcome=title), *paid))
    return noted(bare(rows), [summary.total])


def _deadweight(share: Estimate) -> tuple[str, str]:
    if math.isnan(share.value):
        return _("not known"), _("not said of every outcome that is paid for")
    return _share(share, 2), _error_of_share(share)


def costs_per_head(found: PerHead | None, prices: str) -> str:
    """Own costs over the people, under their heading; nothing where there are none of either."""
    if found is None:
        return ""
    rows = [(_("own costs of all budgets, less those of the alternative"), *money(found.own_costs))]
    for who, for_each, people, each in (
        (_("people who enrol"), _("own costs for each who enrols"), found.enrolled, found.per_enrolled),
        (_("people who complete"), _("own costs for each who completes"), found.completed, found.per_completed),
    ):
        count = rounded(people.value, people.standard_error, 1)
        rows.append((who, count, error_of(people)))
        if not math.isnan(each.value):
            rows.append((for_each, *money(each)))
    return heading(_("What it costs a person (means over all years, {prices}, not discounted)", prices=prices)) + bare(
        rows
    )


def lines(summary: PurseSummary) -> str:
    """Savings and costs line by line, and what is left if effects end with their evidence."""
    ends = summary.if_effects_end
    below = chance(ends.p_negative)[0]
    return line_table(summary) + _(
        "  If effects end where the evidence for them ends, all budgets together are left with {amount} on average"
        "{known}, not discounted;\n  the chance that they lose is {chance}\n",
        amount=amount(ends.mean),
        chance=below,
        known=known_gross(summary.total),
    )


def line_table(summary: PurseSummary) -> str:
    """Savings and costs line by line, and by committee."""
    rows = [
        (
            marked(name, line),
            amount(line.gross),
            *money(line.net),
            _share(line.beyond_evidence),
        )
        for name, line in summary.lines.items()
    ]
    rows += [
        (
            marked(_("committee {name}", name=name), committee),
            amount(committee.gross),
            *money(committee.net),
            "",
        )
        for name, committee in summary.committees.items()
    ]
    return noted(table(translated(LINES_HEAD), rows), summary.lines.values())


# Key figures


def figures_row(found: KeyFigures) -> tuple[str, ...]:
    """The cells under `FIGURES_HEAD`."""
    worth, even = found.net_benefit, found.break_even
    return (
        *money(worth.mean),
        chance(worth.p_negative)[0],
        point(worth.p05),
        point(worth.p95),
        _calendar(even.p50, even),
        _on_paper(even),
        chance(even.p_never)[0],
        amount(found.repayments),
    )


def figures_table(
    rows: Sequence[tuple[str, ...]],
    found: Iterable[KeyFigures],
    names: int = 1,
    further: tuple[str, ...] = (),
) -> str:
    """Rows of names and key figures, without the year on paper where it is reckoned nowhere.

    Parameters
    ----------
    rows : sequence of tuple of str
        Names, `figures_row` and further cells.
    found : iterable of KeyFigures
        What the rows tell.
    names : int
        Columns of names.
    further : tuple of str
        Titles of further cells.

    Returns
    -------
    str
    """
    head, kept = _without_empty(
        (*[""] * names, *translated(FIGURES_HEAD), *further), rows, [names + column for column in PAPER_OF_FIGURES]
    )
    return noted(table(head, kept, left=names), found)
