"""The public purse as a page of text, in English or Danish."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from risksim.language import spoken
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL, BreakEven, Budget, KeyFigures, PurseSummary
from risksim.report import purse_tables as tables
from risksim.report.answer import error_of, money
from risksim.report.limits import BY_LANGUAGE
from risksim.report.numbers import written
from risksim.report.purse_words import ENGLISH, MUNICIPALITY, WORDS, Words
from risksim.report.said_below import in_words
from risksim.report.stress import signed
from risksim.report.table import heading, table

WIDTH = 118
SOCIO_ECONOMIC = "socio-economic"
ENDS = ("lowest", "highest")
"""Places of a tornado between which the whole law of an input lies."""


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
    shown = {name: budget for name, budget in summary.budgets.items() if tables.moves(budget)}
    if len(shown) != 1:  # the sum of one is that one
        shown[TOTAL] = summary.total
    prices = prices_in(words, head.currency, head.price_year)
    whole = any(map(tables.gains, summary.budgets.values()))
    parts = _savings(head, summary, shown, words) if whole else _costs(head, summary, shown, words)
    parts += [
        tables.costs_per_head(summary.value_for_money.per_head, prices, words),
        heading(words.lines_title.format(prices=prices)),
        tables.lines(summary, words) if whole else tables.line_table(summary, words),
        more,
    ]
    if head.editions:
        parts += [heading(words.editions_title), *[_item(edition) for edition in head.editions]]
    how = how_of(words, head.paths, head.seed, head.engine)
    calculation = words.calculations[head.calculation]
    footer = words.footer.format(how=how, calculation=calculation, digest=head.digest[:12], version=head.version)
    parts.append(f"\n{footer}\n{words.error_note}\n")
    return "".join([*parts, known_limits(words)])


def _savings(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget], words: Words) -> list[str]:
    """What is said of a deal that saves something, or loses it, down to value for money."""
    present = _present(head, words)
    unknown = [
        _wrapped(words.gross_only.format(outcome=head.titles.get(name, name), mark=tables.GROSS_ONLY))
        for name in head.gross_only
    ]
    parts = [
        f"{head.deal}\n",
        _wrapped(sentence(head, summary, words)),
        *unknown,
        *_of_society(head, summary, words),
        heading(words.left_title.format(present=present)),
        tables.left(shown, words),
        heading(words.made_of_title.format(present=present)),
        tables.made_of(shown, words),
        heading(words.even_title),
        tables.breaks_even(shown, head.start_year, words),
        *_by_year(head, summary, shown, words),
        heading(words.pockets_title.format(present=present)),
        tables.pockets(shown, words),
    ]
    funds = tables.funds(shown, head.currency, words)
    if funds:
        parts += [heading(words.funds_title), funds]
    if summary.total.win_win is not None:
        parts += [heading(words.win_win_title), tables.win_win(shown, words)]
    return [*parts, heading(words.value_title), tables.value(head.titles, summary, words)]


def _costs(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget], words: Words) -> list[str]:
    """What is said of a deal whose file tells what it costs, and nothing of what it saves."""
    spent, repaid = summary.total.own_costs, summary.total.repayments
    text = words.costs.format(
        amount=tables.amount(spent.mean, words), prices=prices_in(words, head.currency, head.price_year)
    )
    if spent.sd.value > 0.0:
        text += words.costs_between.format(low=tables.point(spent.p05, words), high=tables.point(spent.p95, words))
    if repaid.mean.value > 0.0:
        text += words.costs_repaid.format(amount=tables.amount(repaid.mean, words), currency=head.currency)
    return [
        f"{head.deal}\n",
        _wrapped(f"{text}."),
        *_of_society(head, summary, words),
        heading(words.costs_title.format(present=_present(head, words))),
        tables.made_of(shown, words),
        *_by_year(head, summary, shown, words),
    ]


def _present(head: PurseHeading, words: Words) -> str:
    return words.present.format(prices=prices_in(words, head.currency, head.price_year), year=head.start_year)


def _by_year(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget], words: Words) -> list[str]:
    """Each budget year by year, and what its payer owes against what is set aside."""
    parts = []
    prices = prices_in(words, head.currency, head.price_year)
    for name, budget in shown.items():
        title = tables.marked(tables.title_of(name, words), budget)
        parts += [heading(words.years_title.format(budget=title, prices=prices)), tables.years(budget, words)]
    for payer, years in summary.payers.items():
        if any(map(tables.asks, years.values())):
            title = words.at_risk_title.format(payer=words.the_budget(payer), currency=head.currency)
            parts += [heading(title), tables.at_risk(years, words)]
    return parts


def known_limits(words: Words | None = None) -> str:
    """What such calculations cannot say, as a list; in the language spoken where no words are given."""
    words = words or WORDS[spoken()]
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
            if name in summary.budgets and tables.moves(summary.budgets[name])
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
            known=_known(budget, words),
            futures=_futures(worth.p_negative, words),
        )
    ]
    if deep.value < 0.0:
        saves = budget.net_savings.mean.value > 0.0 and not budget.is_gross_only
        before = say.before_it_saves if saves else say.repays
        if budget.repayments.mean.value <= 0.0:
            before = say.spends
        said.append(
            words.deepest.format(
                before=before,
                amount=money(deep, words.language)[0],
                currency=head.currency,
                year=budget.lowest.year,
            )
        )
        said += _made_up_for(budget, words)
    if name != TOTAL and sum(map(tables.moves, summary.budgets.values())) > 1:
        total = money(summary.total.net_benefit.mean, words.language)[0]
        known = _known(summary.total, words)
        said.append(words.total_left.format(amount=total, currency=head.currency, known=known))
    return " ".join(said)


def _known(budget: Budget, words: Words) -> str:
    return words.known_gross if budget.is_gross_only else ""


def _made_up_for(budget: Budget, words: Words) -> list[str]:
    """By when savings have made up for what is paid: all of them, those that become cash, and all on paper."""
    found, cash = budget.break_even, budget.break_even_cash
    never, never_cash = (math.isnan(each.p50.value) for each in (found, cash))
    if any(math.isnan(each.p50.value) and each.p_never.value <= 0.5 for each in (found, cash)):
        return []  # just half of all: no word fits
    if never and never_cash:
        phrase = words.never_back
    elif never:
        phrase = words.back_in_cash
    else:
        phrase = words.back_but_not_in_cash if never_cash else words.back
    by, cash_by = (_by_when(each.p50, each, words) for each in (found, cash))
    said = phrase.format(known=_known(budget, words), by=by, cash_by=cash_by)
    if found.expected_only is not None:
        on_paper = words.never_on_paper if math.isnan(found.expected_only.value) else words.back_on_paper
        said += on_paper.format(by=_by_when(found.expected_only, found, words))
    return [f"{said}."]


def _by_when(year: Estimate, found: BreakEven, words: Words) -> str:
    return words.from_start if tables.is_from_start(year, found) else words.by_year.format(year=f"{year.value:.0f}")


def _futures(p: Estimate, words: Words) -> str:
    """A probability as futures out of a hundred."""
    whole = round(100 * p.value)
    if whole == 0:
        return words.in_none if p.value == 0.0 else words.in_few
    if whole == 100:
        return words.in_all if p.value == 1.0 else words.in_most
    return words.in_some.format(whole=whole)


def _of_society(head: PurseHeading, summary: PurseSummary, words: Words) -> list[str]:
    """What repayments are to society, and a warning where no cost of the programme is in it."""
    if head.calculation != SOCIO_ECONOMIC:
        return []
    costs = any(budget.own_costs.mean.value > 0.0 for budget in summary.budgets.values())
    return [_wrapped(words.of_society if costs else f"{words.of_society} {words.no_cost_named}")]


def block(
    currency: str,
    price_year: int,
    how: str,
    figures: Mapping[str, KeyFigures],
    more: str,
    words: Words | None = None,
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
    words : Words, optional
        Of which language; left out, of the one spoken.

    Returns
    -------
    str
    """
    words = words or WORDS[spoken()]
    lines = [
        heading(words.figures_title.format(prices=prices_in(words, currency, price_year))),
        _figures({name: found for name, found in figures.items() if name == TOTAL or _counts(found)}, words),
        f"  {words.tells_the_rest.format(how=in_words(how), command=more)}\n",
        known_limits(words),
    ]
    return "".join(lines)


def _counts(found: KeyFigures) -> bool:
    return found.net_benefit.mean.value != 0.0 or found.net_benefit.sd.value > 0.0


def _figures(figures: Mapping[str, KeyFigures], words: Words) -> str:
    rows = [
        (tables.marked(tables.title_of(name, words), found), *tables.figures_row(found, words))
        for name, found in figures.items()
    ]
    return tables.figures_table(rows, figures.values(), words)


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
            tables.marked(tables.title_of(budget, words), run.figures[budget]),
            run.name or words.as_it_stands,
            *tables.figures_row(run.figures[budget], words),
            *_change(run.change.get(budget), words),
        )
        for budget in runs[0].figures
        if budget == TOTAL or any(_counts(run.figures[budget]) for run in runs if budget in run.figures)
        for run in runs
        if budget in run.figures
    ]
    figures = [found for run in runs for found in run.figures.values()]
    parts.append(tables.figures_table(rows, figures, words, names=2, further=(words.changes_by, "")))
    parts += [_item(f"{run.name}: {'; '.join(run.changes)}") for run in runs[1:]]
    return "".join(parts)


def _change(change: Estimate | None, words: Words) -> tuple[str, str]:
    if change is None:
        return "", ""
    return signed(change, language=words.language).partition(" ")[0], error_of(change, language=words.language)


def tornado(
    currency: str,
    quantity: str,
    base: float,
    bars: Sequence[TornadoBar],
    words: Words = ENGLISH,
    *,
    is_gross_only: bool = False,
) -> str:
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
    is_gross_only : bool
        Whether the quantity holds savings that are known gross only.

    Returns
    -------
    str
    """
    if not bars:
        return heading(words.tornado_title) + f"  {words.nothing_uncertain}\n"
    rows = []
    for bar in bars:
        at = {point.place: point for point in bar.points}
        cells = [_side(at.get(place), words) for place in ("10 %", "90 %", *ENDS)]
        rows.append((bar.name, *cells, _width(bar, words)))
    shown = written(f"{base:,.0f}", words.language)
    of = words.tornado_of.format(quantity=words.quantities[quantity], base=shown, currency=currency)
    mark, note = (f" {tables.GROSS_ONLY}", tables.gross_only_note(words)) if is_gross_only else ("", "")
    return heading(f"{words.tornado_title}: {of}{mark}") + table(words.tornado_head, rows) + words.tornado_note + note


def _width(bar: TornadoBar, words: Words) -> str:
    """What lies between the ends of an input that has ends."""
    outputs = [point.output for point in bar.points if point.place in ENDS]
    return written(f"{max(outputs) - min(outputs):,.0f}", words.language) if len(outputs) == len(ENDS) else ""


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
        (deal.name, tables.marked(tables.title_of(budget, words), found), *tables.figures_row(found, words))
        for deal in [*rows, total]
        for budget, found in (deal.figures or {}).items()
        if budget == TOTAL or _counts(found)
    ]
    shown = [found for deal in [*rows, total] for found in (deal.figures or {}).values()]
    on_paper = any(found.break_even.expected_only is not None for found in shown)
    silent = [deal.name for deal in rows if deal.figures is None]
    parts = [
        f"{name}\n",
        heading(words.figures_title.format(prices=prices_in(words, currency, price_year))),
        tables.figures_table(said, shown, words, names=2),
        f"  {words.present_note.format(year=present_year)}\n",
        f"  {words.half_back_note}{words.half_back_on_paper if on_paper else ''}\n",
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
