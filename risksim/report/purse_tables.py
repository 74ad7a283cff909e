"""The tables of the page on public budgets, in English or Danish."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from risksim.metrics.precision import Estimate
from risksim.metrics.purse import (
    TOTAL,
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
from risksim.report.answer import chance, error_of, money
from risksim.report.numbers import percent, rounded
from risksim.report.purse_words import Words
from risksim.report.table import heading, table

GROSS_ONLY = "†"
"""What stands behind everything that is made of savings of which nobody says how many would have come anyway."""
EMPTY = "-"
PAPER_OF_FIGURES = (6,)
"""Columns of the key figures that are left out where nothing stands in them, without names. [column, from 0]"""
PAPER_OF_EVEN = (6, 9)
"""The same of the break-even table, with its names. [column, from 0]"""


def title_of(name: str, words: Words) -> str:
    """A budget, or all of them, in a table."""
    return words.together if name == TOTAL else words.budget(name)


def marked(name: str, found: Budget | KeyFigures | Line | Committee) -> str:
    """A name, with a mark where what stands beside it is known gross only."""
    return f"{name} {GROSS_ONLY}" if found.is_gross_only else name


def noted(told: str, found: Iterable[Budget | KeyFigures | Line | Committee], words: Words) -> str:
    """A table, with what its marks mean where it has any."""
    return told + (gross_only_note(words) if any(each.is_gross_only for each in found) else "")


def gross_only_note(words: Words) -> str:
    """What the mark means, as a line below a table."""
    return f"  {GROSS_ONLY} {words.gross_only_note}\n"


def moves(budget: Budget) -> bool:
    """Whether a budget saves, pays or spends anything."""
    return gains(budget) or any(map(_is_there, (budget.own_costs, budget.repayments)))


def gains(budget: Budget) -> bool:
    """Whether anything is saved, or lost, in a budget."""
    return any(map(_is_there, (budget.gross_savings, budget.net_savings)))


def _is_there(part: Spread) -> bool:
    return part.mean.value != 0.0 or part.sd.value > 0.0


def amount(estimate: Estimate, words: Words) -> str:
    """An amount without its error."""
    return money(estimate, words.language)[0]


def point(found: Estimate, words: Words) -> str:
    """A quantile: a value of one path, or its mean over replicates, in whole units."""
    return rounded(found.value, found.standard_error, 0, words.language)


def is_from_start(year: Estimate, found: BreakEven) -> bool:
    """Whether a break-even year is the first of all: then the position was never below nought."""
    return year.value == float(next(iter(found.years)))


def _calendar(year: Estimate, found: BreakEven, words: Words) -> str:
    if math.isnan(year.value):
        return words.never
    return words.from_start if is_from_start(year, found) else f"{year.value:.0f}"


def _on_paper(found: BreakEven, words: Words) -> str:
    return EMPTY if found.expected_only is None else _calendar(found.expected_only, found, words)


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


def left(budgets: Mapping[str, Budget], words: Words) -> str:
    """What is left to each budget."""
    rows = []
    for name, budget in budgets.items():
        worth = budget.net_benefit
        rows.append(
            (
                marked(title_of(name, words), budget),
                *money(worth.mean, words.language),
                chance(worth.p_negative, words.language)[0],
                *(point(each, words) for each in (worth.p05, worth.p50, worth.p95)),
                amount(worth.expected_shortfall_95, words),
                EMPTY if budget.expected_only is None else amount(budget.expected_only, words),
                amount(budget.net_benefit_cash.mean, words),
            )
        )
    return noted(table(words.left_head, rows), budgets.values(), words)


def made_of(budgets: Mapping[str, Budget], words: Words) -> str:
    """Savings, own costs and repayments of each budget."""
    rows = [
        (marked(title_of(name, words), budget), *(amount(part.mean, words) for part in _parts(budget)))
        for name, budget in budgets.items()
    ]
    return noted(table(words.made_of_head, rows), budgets.values(), words)


def _parts(budget: Budget) -> tuple[Spread, ...]:
    return (budget.gross_savings, budget.net_savings, budget.cash_savings, budget.own_costs, budget.repayments)


def breaks_even(budgets: Mapping[str, Budget], start: int, words: Words) -> str:
    """When each budget has its money back, in the simulated futures and on paper."""
    rows = []
    for name, budget in budgets.items():
        found, cash = budget.break_even, budget.break_even_cash
        after = found.p50_after_start
        rows.append(
            (
                marked(title_of(name, words), budget),
                chance(found.p_never, words.language)[0],
                *(_calendar(year, found, words) for year in (found.p05, found.p50, found.p95)),
                EMPTY if math.isnan(after.value) else f"{after.value:.0f}",
                _on_paper(found, words),
                chance(cash.p_never, words.language)[0],
                _calendar(cash.p50, cash, words),
                _on_paper(cash, words),
                amount(budget.lowest.position, words),
                str(budget.lowest.year),
            )
        )
    head, kept = _without_empty(words.even_head, rows, PAPER_OF_EVEN)
    half = words.half_note + (f"; {words.paper_note}" if len(head) == len(words.even_head) else "")
    notes = "".join(f"  {note}\n" for note in (words.even_note.format(year=start), words.from_start_note, half))
    return noted(table(head, kept) + notes, budgets.values(), words)


def years(budget: Budget, words: Words) -> str:
    """A budget year by year."""
    rows = []
    for name, year in budget.years.items():
        repaid, position = year.repayments, year.position
        means = (year.net_savings, year.cash_savings, year.own_costs, repaid)
        rows.append(
            (
                name,
                *(amount(part.mean, words) for part in means),
                *(point(each, words) for each in (repaid.p05, repaid.p95)),
                amount(position.mean, words),
                *(point(each, words) for each in (position.p05, position.p95)),
            )
        )
    return noted(table(words.years_head, rows), [budget], words)


def at_risk(found: Mapping[str, AtRisk], words: Words) -> str:
    """What a payer owes in each budget year against what is set aside."""
    rows = [
        (
            f"{name}{' *' if year.is_expected else ''}",
            amount(year.set_aside, words),
            *chance(year.p_more, words.language),
            amount(year.budget_at_risk_90, words),
            amount(year.budget_at_risk_95, words),
        )
        for name, year in found.items()
        if asks(year)
    ]
    starred = any(year.is_expected for year in found.values())
    return table(words.at_risk_head, rows) + (f"  {words.at_risk_note}\n" if starred else "")


def asks(year: AtRisk) -> bool:
    """Whether a budget year has anything set aside or due."""
    return year.set_aside.value != 0.0 or year.p_more.value > 0.0


def pockets(budgets: Mapping[str, Budget], words: Words) -> str:
    """Who pays against who gains."""
    rows = []
    for name, budget in budgets.items():
        own = budget.pocket
        rows.append(
            (
                marked(title_of(name, words), budget),
                amount(own.pays, words),
                _share(own.share_of_pays, words),
                amount(own.gains, words),
                _share(own.share_of_gains, words),
                *_ratio(own.pays_per_gain, words),
            )
        )
    return noted(table(words.pockets_head, rows), budgets.values(), words)


def _ratio(estimate: Estimate, words: Words) -> tuple[str, str]:
    """Three decimals at most, and the error."""
    shown = rounded(estimate.value, estimate.standard_error, 3, words.language)
    return shown, error_of(estimate, language=words.language)


def _share(estimate: Estimate, words: Words, most_places: int = 1) -> str:
    return percent(estimate.value, estimate.standard_error, most_places, words.language)


def _error_of_share(estimate: Estimate, words: Words) -> str:
    return error_of(estimate, 100.0, " %", words.language)


def funds(budgets: Mapping[str, Budget], currency: str, words: Words) -> str:
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
                marked(title_of(name, words), budget),
                words.no_share if whole else _share(on_average, words),
                "" if whole or is_cut else _error_of_share(on_average, words),
                *(words.no_share if math.isnan(p.value) else _share(p, words) for p in chances),
                chance(fund.p_no_share, words.language)[0],
                amount(fund.left_without_repayments, words),
            )
        )
    head = [title.format(currency=currency) for title in words.funds_head]
    return noted(table(head, rows), paying.values(), words) if rows else ""


def win_win(budgets: Mapping[str, Budget], words: Words) -> str:
    """Who is left with something: investors and each budget."""
    rows = []
    for name, budget in budgets.items():
        found = budget.win_win
        assert found is not None
        shares = (found.both, found.investors_only, found.budget_only, found.neither)
        rows.append(
            (marked(title_of(name, words), budget), *(chance(share, words.language)[0] for share in shares)),
        )
    return noted(table(words.win_win_head, rows), budgets.values(), words)


# All together


def value(titles: Mapping[str, str], summary: PurseSummary, words: Words) -> str:
    """Value for money of all budgets together."""
    found = summary.value_for_money
    rows = [(marked(words.saved_per_paid, summary.total), *_ratio(found.benefit_cost_ratio, words))]
    dead = found.deadweight_share
    if summary.payers and math.isnan(dead.value):
        rows.append((words.deadweight, words.not_known, words.not_said))
    elif summary.payers:
        rows.append((words.deadweight, _share(dead, words, 2), _error_of_share(dead, words)))
    for name, price in found.outcomes.items() if summary.payers else ():
        title = titles.get(name, name)
        rows.append((words.per_person.format(outcome=title), *money(price.per_achieved, words.language)))
        unknown = math.isnan(price.per_attributable.value)
        paid = (EMPTY, "") if unknown else money(price.per_attributable, words.language)
        rows.append((words.per_attributable.format(outcome=title), *paid))
    return noted(bare(rows), [summary.total], words)


def costs_per_head(found: PerHead | None, prices: str, words: Words) -> str:
    """Own costs over the people, under their heading; nothing where there are none of either."""
    if found is None:
        return ""
    rows = [(words.net_own_costs, *money(found.own_costs, words.language))]
    for who, for_each, people, each in (
        (words.who_enrol, words.each_enrolled, found.enrolled, found.per_enrolled),
        (words.who_complete, words.each_completed, found.completed, found.per_completed),
    ):
        count = rounded(people.value, people.standard_error, 1, words.language)
        rows.append((who, count, error_of(people, language=words.language)))
        if not math.isnan(each.value):
            rows.append((for_each, *money(each, words.language)))
    return heading(words.per_head_title.format(prices=prices)) + bare(rows)


def lines(summary: PurseSummary, words: Words) -> str:
    """Savings and costs line by line, and what is left if effects end with their evidence."""
    ends = summary.if_effects_end
    below = chance(ends.p_negative, words.language)[0]
    known = words.known_gross if summary.total.is_gross_only else ""
    return line_table(summary, words) + words.ends.format(amount=amount(ends.mean, words), chance=below, known=known)


def line_table(summary: PurseSummary, words: Words) -> str:
    """Savings and costs line by line, and by committee."""
    rows = [
        (
            marked(name, line),
            amount(line.gross, words),
            *money(line.net, words.language),
            _share(line.beyond_evidence, words),
        )
        for name, line in summary.lines.items()
    ]
    rows += [
        (
            marked(words.committee.format(name=name), committee),
            amount(committee.gross, words),
            *money(committee.net, words.language),
            "",
        )
        for name, committee in summary.committees.items()
    ]
    return noted(table(words.lines_head, rows), summary.lines.values(), words)


# Key figures


def figures_row(found: KeyFigures, words: Words) -> tuple[str, ...]:
    """The cells of `Words.figures_head`."""
    worth, even = found.net_benefit, found.break_even
    return (
        *money(worth.mean, words.language),
        chance(worth.p_negative, words.language)[0],
        point(worth.p05, words),
        point(worth.p95, words),
        _calendar(even.p50, even, words),
        _on_paper(even, words),
        chance(even.p_never, words.language)[0],
        amount(found.repayments, words),
    )


def figures_table(
    rows: Sequence[tuple[str, ...]],
    found: Iterable[KeyFigures],
    words: Words,
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
    words : Words
        Of which language.
    names : int
        Columns of names.
    further : tuple of str
        Titles of further cells.

    Returns
    -------
    str
    """
    head, kept = _without_empty(
        (*[""] * names, *words.figures_head, *further), rows, [names + column for column in PAPER_OF_FIGURES]
    )
    return noted(table(head, kept, left=names), found, words)
