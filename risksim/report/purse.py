"""The public purse as a page of text, in English or Danish."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL, AtRisk, Budget, KeyFigures, PurseSummary
from risksim.metrics.source import Spread
from risksim.report.answer import chance, error_of, money
from risksim.report.limits import BY_LANGUAGE
from risksim.report.numbers import percent, rounded, written
from risksim.report.purse_words import ENGLISH, MUNICIPALITY, Words
from risksim.report.stress import signed
from risksim.report.table import heading, table

WIDTH = 118
SOCIO_ECONOMIC = "socio-economic"


class PurseHeading(NamedTuple):
    """What stands above and below the public purse of a deal."""

    deal: str
    currency: str
    price_year: int
    start_year: int
    calculation: str
    """``budget-economic`` or ``socio-economic``."""
    paths: int
    seed: int
    engine: str
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
    """Empty for the deal as it stands."""
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


def page(head: PurseHeading, summary: PurseSummary, more: str = "", words: Words = ENGLISH) -> str:
    """The public purse as text: a sentence, who is left with what and when, who pays, and what this cannot say.

    Parameters
    ----------
    head : PurseHeading
        Deal and provenance.
    summary : PurseSummary
        Statistics of the run.
    more : str
        Further tables, which stand before the rules.
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    prices = prices_in(words, head.currency, head.price_year)
    present = words.present.format(prices=prices, year=head.start_year)
    shown = {name: budget for name, budget in summary.budgets.items() if _moves(budget)}
    if len(shown) != 1:  # the sum of one is that one
        shown[TOTAL] = summary.total
    parts = [
        f"{head.deal}\n",
        _wrapped(sentence(head, summary, words)),
        *[_wrapped(words.gross_only.format(outcome=head.titles.get(name, name))) for name in head.gross_only],
        *([_wrapped(_of_society(head, summary, words))] if head.calculation == SOCIO_ECONOMIC else []),
        heading(words.left_title.format(present=present)),
        _left(shown, words),
        heading(words.made_of_title.format(present=present)),
        _made_of(shown, words),
        heading(words.even_title),
        _breaks_even(shown, head.start_year, words),
    ]
    for name, budget in shown.items():
        parts += [heading(words.years_title.format(budget=_title(name, words), prices=prices)), _years(budget, words)]
    for payer, years in summary.payers.items():
        if any(map(_asks, years.values())):
            title = words.at_risk_title.format(payer=words.the_budget(payer), currency=head.currency)
            parts += [heading(title), _at_risk(years, words)]
    parts += [heading(words.pockets_title.format(present=present)), _pockets(shown, words)]
    funds = _funds(shown, head.currency, words)
    if funds:
        parts += [heading(words.funds_title), funds]
    if summary.total.win_win is not None:
        parts += [heading(words.win_win_title), _win_win(shown, words)]
    parts += [heading(words.value_title), _value(head, summary, words)]
    parts += [heading(words.lines_title.format(prices=prices)), _lines(summary, words)]
    parts.append(more)
    if head.editions:
        parts += [heading(words.editions_title), *[_item(edition) for edition in head.editions]]
    how = how_of(words, head.paths, head.seed, head.engine)
    calculation = words.calculations[head.calculation]
    footer = words.footer.format(how=how, calculation=calculation, digest=head.digest[:12], version=head.version)
    parts.append(f"\n{footer}\n{words.error_note}\n")
    return "".join([*parts, known_limits(words)])


def known_limits(words: Words = ENGLISH) -> str:
    """What such calculations cannot say, as a list."""
    return "".join([heading(words.limits_title), *[_item(limit) for limit in BY_LANGUAGE[words.language]]])


def prices_in(words: Words, currency: str, year: int) -> str:
    """Currency and price level."""
    return words.prices.format(currency=currency, year=year)


def how_of(words: Words, paths: int, seed: int, engine: str) -> str:
    """Paths, seed and engine in words."""
    count = words.one_path if paths == 1 else words.paths.format(count=written(f"{paths:,}", words.language))
    return (words.by_points if engine == "conditional" else words.by_person).format(paths=count, seed=seed)


def sentence(head: PurseHeading, summary: PurseSummary, words: Words = ENGLISH) -> str:
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
    say = words.of_all if name == TOTAL else words.of_one
    worth, deep = budget.net_benefit, budget.lowest.position
    said = [
        say.left.format(
            who=words.the_budget(name),
            amount=money(worth.mean, words.language)[0],
            prices=prices_in(words, head.currency, head.price_year),
            futures=_futures(worth.p_negative, words),
        )
    ]
    if deep.value < 0.0:
        before = say.before_it_saves if budget.net_savings.mean.value > 0.0 else say.repays
        if budget.repayments.mean.value <= 0.0:
            before = say.spends
        said.append(
            words.deepest.format(
                before=before,
                amount=money(deep, words.language)[0],
                currency=head.currency,
                year=budget.lowest.year,
                back=_comes_back(budget, words),
            )
        )
    if name != TOTAL and sum(map(_moves, summary.budgets.values())) > 1:
        total = money(summary.total.net_benefit.mean, words.language)[0]
        said.append(words.total_left.format(amount=total, currency=head.currency))
    return " ".join(said)


def _comes_back(budget: Budget, words: Words) -> str:
    """When the cash position, of which the sentence speaks, is up again: savings that free no cash don't help it."""
    even = budget.break_even_cash
    if math.isnan(even.p50.value):
        return words.never_back if even.p_never.value > 0.5 else ""
    return words.back_by.format(year=_calendar(even.p50, words))


def _futures(p: Estimate, words: Words) -> str:
    """A probability as futures out of a hundred."""
    whole = round(100 * p.value)
    if whole == 0:
        return words.in_none if p.value == 0.0 else words.in_few
    if whole == 100:
        return words.in_all if p.value == 1.0 else words.in_most
    return words.in_some.format(whole=whole)


def _of_society(head: PurseHeading, summary: PurseSummary, words: Words) -> str:
    before = money(summary.total.before_repayments.mean, words.language)[0]
    return words.of_society.format(amount=before, currency=head.currency)


def _title(name: str, words: Words) -> str:
    return words.together if name == TOTAL else words.budget(name)


def _moves(budget: Budget) -> bool:
    """Whether a budget saves, pays or spends anything."""
    return any(
        part.mean.value != 0.0 or part.sd.value > 0.0
        for part in (budget.gross_savings, budget.net_savings, budget.own_costs, budget.repayments)
    )


def _amount(estimate: Estimate, words: Words) -> str:
    """An amount without its error."""
    return money(estimate, words.language)[0]


def _left(budgets: Mapping[str, Budget], words: Words) -> str:
    rows = []
    for name, budget in budgets.items():
        worth = budget.net_benefit
        rows.append(
            (
                _title(name, words),
                *money(worth.mean, words.language),
                chance(worth.p_negative, words.language)[0],
                *(_point(point, words) for point in (worth.p05, worth.p50, worth.p95)),
                _amount(worth.expected_shortfall_95, words),
                "-" if budget.expected_only is None else _amount(budget.expected_only, words),
                _amount(budget.net_benefit_cash.mean, words),
            )
        )
    return table(words.left_head, rows)


def _made_of(budgets: Mapping[str, Budget], words: Words) -> str:
    rows = [
        (_title(name, words), *(_amount(part.mean, words) for part in _parts(budget)))
        for name, budget in budgets.items()
    ]
    return table(words.made_of_head, rows)


def _parts(budget: Budget) -> tuple[Spread, ...]:
    return (budget.gross_savings, budget.net_savings, budget.cash_savings, budget.own_costs, budget.repayments)


def _breaks_even(budgets: Mapping[str, Budget], start: int, words: Words) -> str:
    rows = []
    for name, budget in budgets.items():
        found, cash = budget.break_even, budget.break_even_cash
        after = found.p50_after_start
        rows.append(
            (
                _title(name, words),
                chance(found.p_never, words.language)[0],
                *(_calendar(point, words) for point in (found.p05, found.p50, found.p95)),
                "-" if math.isnan(after.value) else f"{after.value:.0f}",
                chance(cash.p_never, words.language)[0],
                _calendar(cash.p50, words),
                _amount(budget.lowest.position, words),
                str(budget.lowest.year),
            )
        )
    return table(words.even_head, rows) + f"  {words.even_note.format(year=start)}\n"


def _calendar(point: Estimate, words: Words) -> str:
    return words.never if math.isnan(point.value) else f"{point.value:.0f}"


def _years(budget: Budget, words: Words) -> str:
    rows = []
    for name, year in budget.years.items():
        repaid, position = year.repayments, year.position
        means = (year.net_savings, year.cash_savings, year.own_costs, repaid)
        rows.append(
            (
                name,
                *(_amount(part.mean, words) for part in means),
                *(_point(point, words) for point in (repaid.p05, repaid.p95)),
                _amount(position.mean, words),
                *(_point(point, words) for point in (position.p05, position.p95)),
            )
        )
    return table(words.years_head, rows)


def _point(point: Estimate, words: Words) -> str:
    """A quantile: a value of one path, or its mean over replicates, in whole units."""
    return rounded(point.value, point.standard_error, 0, words.language)


def _at_risk(years: Mapping[str, AtRisk], words: Words) -> str:
    rows = [
        (
            f"{name}{' *' if year.is_expected else ''}",
            _amount(year.set_aside, words),
            *chance(year.p_more, words.language),
            _amount(year.budget_at_risk_90, words),
            _amount(year.budget_at_risk_95, words),
        )
        for name, year in years.items()
        if _asks(year)
    ]
    starred = any(year.is_expected for year in years.values())
    return table(words.at_risk_head, rows) + (f"  {words.at_risk_note}\n" if starred else "")


def _asks(year: AtRisk) -> bool:
    """Whether a budget year has anything set aside or due."""
    return year.set_aside.value != 0.0 or year.p_more.value > 0.0


def _pockets(budgets: Mapping[str, Budget], words: Words) -> str:
    rows = []
    for name, budget in budgets.items():
        own = budget.pocket
        rows.append(
            (
                _title(name, words),
                _amount(own.pays, words),
                _share(own.share_of_pays, words),
                _amount(own.gains, words),
                _share(own.share_of_gains, words),
                *_ratio(own.pays_per_gain, words),
            )
        )
    return table(words.pockets_head, rows)


def _ratio(estimate: Estimate, words: Words) -> tuple[str, str]:
    """Three decimals at most, and the error."""
    shown = rounded(estimate.value, estimate.standard_error, 3, words.language)
    return shown, error_of(estimate, language=words.language)


def _share(estimate: Estimate, words: Words, most_places: int = 1) -> str:
    return percent(estimate.value, estimate.standard_error, most_places, words.language)


def _error_of_share(estimate: Estimate, words: Words) -> str:
    return error_of(estimate, 100.0, " %", words.language)


def _funds(budgets: Mapping[str, Budget], currency: str, words: Words) -> str:
    rows = []
    for name, budget in budgets.items():
        fund = budget.fund_share
        if fund is None:
            continue
        on_average = fund.on_average
        whole = fund.left_without_repayments.value < 0.0
        chances = (fund.with_80, fund.with_95)
        rows.append(
            (
                _title(name, words),
                words.no_share if whole else _share(on_average, words),
                "" if whole else _error_of_share(on_average, words),
                *(words.no_share if math.isnan(p.value) else _share(p, words) for p in chances),
                chance(fund.p_no_share, words.language)[0],
                _amount(fund.left_without_repayments, words),
            )
        )
    return table([title.format(currency=currency) for title in words.funds_head], rows) if rows else ""


def _win_win(budgets: Mapping[str, Budget], words: Words) -> str:
    rows = []
    for name, budget in budgets.items():
        found = budget.win_win
        assert found is not None
        shares = (found.both, found.investors_only, found.budget_only, found.neither)
        rows.append((_title(name, words), *(chance(share, words.language)[0] for share in shares)))
    return table(words.win_win_head, rows)


def _value(head: PurseHeading, summary: PurseSummary, words: Words) -> str:
    value = summary.value_for_money
    rows = [(words.saved_per_paid, *_ratio(value.benefit_cost_ratio, words))]
    dead = value.deadweight_share
    if summary.payers:
        rows.append((words.deadweight, _share(dead, words, 2), _error_of_share(dead, words)))
    for name, price in value.outcomes.items() if summary.payers else ():
        title = head.titles.get(name, name)
        rows.append((words.per_person.format(outcome=title), *money(price.per_achieved, words.language)))
        rows.append((words.per_attributable.format(outcome=title), *money(price.per_attributable, words.language)))
    return table(("", "", ""), rows).split("\n", 2)[2]


def _lines(summary: PurseSummary, words: Words) -> str:
    rows = [
        (name, _amount(line.gross, words), *money(line.net, words.language), _share(line.beyond_evidence, words))
        for name, line in summary.lines.items()
    ]
    rows += [
        (words.committee.format(name=name), _amount(own.gross, words), *money(own.net, words.language), "")
        for name, own in summary.committees.items()
    ]
    ends = summary.if_effects_end
    below = chance(ends.p_negative, words.language)[0]
    return table(words.lines_head, rows) + words.ends.format(amount=_amount(ends.mean, words), chance=below)


def block(
    currency: str,
    price_year: int,
    how: str,
    figures: Mapping[str, KeyFigures],
    more: str,
    words: Words = ENGLISH,
) -> str:
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
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    lines = [
        heading(words.figures_title.format(prices=prices_in(words, currency, price_year))),
        _figures({name: found for name, found in figures.items() if name == TOTAL or _counts(found)}, words),
        f"  {words.tells_the_rest.format(how=how, command=more)}\n",
        known_limits(words),
    ]
    return "".join(lines)


def _counts(found: KeyFigures) -> bool:
    return found.net_benefit.mean.value != 0.0 or found.net_benefit.sd.value > 0.0


def _figures(figures: Mapping[str, KeyFigures], words: Words) -> str:
    rows = [(_title(name, words), *_figures_row(found, words)) for name, found in figures.items()]
    return table(("", *words.figures_head), rows)


def _figures_row(found: KeyFigures, words: Words) -> tuple[str, ...]:
    worth, even = found.net_benefit, found.break_even
    return (
        *money(worth.mean, words.language),
        chance(worth.p_negative, words.language)[0],
        _point(worth.p05, words),
        _point(worth.p95, words),
        _calendar(even.p50, words),
        chance(even.p_never, words.language)[0],
        _amount(found.repayments, words),
    )


def stressed(currency: str, price_year: int, runs: Sequence[StressedPurse], words: Words = ENGLISH) -> str:
    """The key figures of the deal as it stands and with some of its stresses.

    Parameters
    ----------
    currency : str
        ISO 4217.
    price_year : int
        Price level.
    runs : sequence of StressedPurse
        The deal as it stands first.
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    parts = [heading(words.stresses_title.format(prices=prices_in(words, currency, price_year)))]
    rows = [
        (
            _title(budget, words),
            run.name or words.as_it_stands,
            *_figures_row(run.figures[budget], words),
            *_change(run.change.get(budget), words),
        )
        for budget in runs[0].figures
        if budget == TOTAL or any(_counts(run.figures[budget]) for run in runs if budget in run.figures)
        for run in runs
        if budget in run.figures
    ]
    parts.append(table(("", "", *words.figures_head, words.changes_by, ""), rows, left=2))
    parts += [_item(f"{run.name}: {'; '.join(run.changes)}") for run in runs[1:]]
    return "".join(parts)


def _change(change: Estimate | None, words: Words) -> tuple[str, str]:
    if change is None:
        return "", ""
    return signed(change, language=words.language).partition(" ")[0], error_of(change, language=words.language)


def tornado(currency: str, quantity: str, base: float, bars: Sequence[TornadoBar], words: Words = ENGLISH) -> str:
    """One number moved at a time, the most important first.

    Parameters
    ----------
    currency : str
        ISO 4217.
    quantity : str
        What is looked at: ``net benefit`` or ``own costs``.
    base : float
        With every input at its mean. [currency]
    bars : sequence of TornadoBar
        Those with the largest swing first.
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    if not bars:
        return heading(words.tornado_title) + f"  {words.nothing_uncertain}\n"
    rows = []
    for bar in bars:
        at = {point.place: point for point in bar.points}
        cells = [_side(at.get(place), words) for place in ("10 %", "90 %", "lowest", "highest")]
        rows.append((bar.name, *cells))
    shown = written(f"{base:,.0f}", words.language)
    of = words.tornado_of.format(quantity=words.quantities[quantity], base=shown, currency=currency)
    return heading(f"{words.tornado_title}: {of}") + table(words.tornado_head, rows) + words.tornado_note


def _side(point: TornadoPoint | None, words: Words) -> str:
    if point is None:
        return ""
    value = f"{point.value:,.0f}" if abs(point.value) >= 1_000.0 else f"{point.value:.4g}"
    return written(f"{value}: {point.change:+,.0f}", words.language)


def portfolio(
    name: str,
    currency: str,
    price_year: int,
    how: str,
    rows: Sequence[DealRow],
    total: DealRow,
    present_year: int,
    words: Words = ENGLISH,
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
        Paths, seed and engine in words: `how_of`.
    rows : sequence of DealRow
        The deals.
    total : DealRow
        Their sum.
    present_year : int
        The year of the present values of the sum.
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    said = [
        (deal.name, _title(budget, words), *_figures_row(found, words))
        for deal in [*rows, total]
        for budget, found in (deal.figures or {}).items()
        if budget == TOTAL or _counts(found)
    ]
    silent = [deal.name for deal in rows if deal.figures is None]
    parts = [
        f"{name}\n",
        heading(words.figures_title.format(prices=prices_in(words, currency, price_year))),
        table(("", "", *words.figures_head), said, left=2),
        f"  {words.present_note.format(year=present_year)}\n",
        f"  {words.prices_note.format(year=price_year)}\n",
    ]
    if silent:
        parts.append(f"  {words.silent.format(names=', '.join(silent))}\n")
    parts.append(f"\n{how}.\n{words.error_note}\n")
    return "".join([*parts, known_limits(words)])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH) + "\n"


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ") + "\n"
