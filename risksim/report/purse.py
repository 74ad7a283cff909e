"""The public purse as a page of text, in English or Danish."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from risksim.language import N_, _, pgettext, spoken
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL, BreakEven, Budget, KeyFigures, PurseSummary
from risksim.report import purse_tables as tables
from risksim.report.answer import error_of, money
from risksim.report.limits import BY_LANGUAGE
from risksim.report.numbers import written
from risksim.report.purse_names import MUNICIPALITY, in_sentence, in_table
from risksim.report.said_below import in_words
from risksim.report.stress import signed
from risksim.report.table import heading, table

WIDTH = 118
SOCIO_ECONOMIC = "socio-economic"
CALCULATIONS = {
    "budget-economic": N_("budget-economic calculation"),
    SOCIO_ECONOMIC: N_("socio-economic calculation"),
}
QUANTITIES = (N_("net benefit"), N_("own costs"))
"""What a tornado may look at."""
ENDS = ("lowest", "highest")
"""Places of a tornado between which the whole law of an input lies."""

GROSS_ONLY = N_(
    "Nobody says how many would have reached {outcome} anyway: gross only, net unknown. What is marked {mark} counts "
    "all who reached it, and is not known to be an effect of the programme."
)
COSTS = N_(
    "The file says nothing of what is saved: the programme costs public budgets {amount} {prices} on average, as "
    "present value"
)
"""Without its full stop."""
OF_SOCIETY = N_(
    "Socio-economic calculation: repayments cancel, since investors get what budgets pay, and are nought below except "
    "where they are called nominal. What investors pay for the programme is a cost to society that is in it only as "
    "far as the file names it among public costs."
)
NO_COST_NAMED = N_("No cost of the programme is given here, so what is left is too high by all of it.")
BY_POINTS = N_("{paths} by quasi-random points in 32 replicates, seed {seed}, conditional engine")
BY_PERSON = N_("{paths}, seed {seed}, individual engine")
BACK = {
    (False, False): N_(
        "Savings{known} have made up for it {by} in half of all futures, those that become cash {cash_by}"
    ),
    (False, True): N_(
        "Savings{known} have made up for it {by} in half of all futures, but in cash they never do in most"
    ),
    (True, False): N_(
        "In most futures savings{known} never make up for it, but in cash they have {cash_by} in half of them"
    ),
    (True, True): N_("In most futures savings{known} never make up for it"),
}
"""Whether they never make up for it in most futures, and never in cash; `by` and `cash_by` are `_by_when`."""
TORNADO_NOTE = N_(
    "  each cell: the input's value there, and what it changes; every other input is at its mean and nothing is left "
    "to luck.\n  What happens when two inputs move together is not in it.\n"
)
PRESENT_NOTE = N_(
    "a deal's present values are those of its first year, those of the sum of {year}; the whole of each deal counts, "
    "whatever the fund holds of it"
)


class Opening(NamedTuple):
    """The words of the opening sentence, of one budget or of all together."""

    left: str
    before_it_saves: str
    repays: str
    spends: str


OF_ONE = Opening(
    N_("On average {who} is left with {amount} {prices}{known}; {futures} it loses."),
    N_("it repays before it saves"),
    N_("it repays"),
    N_("it spends"),
)
OF_ALL = Opening(
    N_("On average all public budgets together are left with {amount} {prices}{known}; {futures} they lose."),
    N_("they repay before they save"),
    N_("they repay"),
    N_("they spend"),
)


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
    shown = {name: budget for name, budget in summary.budgets.items() if tables.moves(budget)}
    if len(shown) != 1:  # the sum of one is that one
        shown[TOTAL] = summary.total
    prices = prices_in(head.currency, head.price_year)
    whole = any(map(tables.gains, summary.budgets.values()))
    parts = _savings(head, summary, shown) if whole else _costs(head, summary, shown)
    parts += [
        tables.costs_per_head(summary.value_for_money.per_head, prices),
        heading(_("Line by line (means over all years, {prices}, not discounted)", prices=prices)),
        tables.lines(summary) if whole else tables.line_table(summary),
        more,
    ]
    if head.editions:
        parts += [heading(_("Rules and tables used")), *[_item(edition) for edition in head.editions]]
    how = how_of(head.paths, head.seed, head.engine)
    calculation = _(CALCULATIONS[head.calculation])
    footer = _(
        "{how}, {calculation}. Scenario {digest}, risksim {version}.",
        how=how,
        calculation=calculation,
        digest=head.digest[:12],
        version=head.version,
    )
    return "".join([*parts, _below(footer)])


def _below(footer: str) -> str:
    """What stands below every page: where it comes from, what its errors are and what it cannot say."""
    errors = _("± is one standard error of the simulation; digits beyond it are not shown.")
    return f"\n{footer}\n{errors}\n{known_limits()}"


def _savings(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget]) -> list[str]:
    """What is said of a deal that saves something, or loses it, down to value for money."""
    present = _present(head)
    unknown = [
        _wrapped(_(GROSS_ONLY, outcome=head.titles.get(name, name), mark=tables.GROSS_ONLY)) for name in head.gross_only
    ]
    parts = [
        f"{head.deal}\n",
        _wrapped(sentence(head, summary)),
        *unknown,
        *_of_society(head, summary),
        heading(_("What is left to each budget ({present})", present=present)),
        tables.left(shown),
        heading(_("What it is made of (means, {present})", present=present)),
        tables.made_of(shown),
        heading(_("Break-even: the first year from which the position is not below nought again")),
        tables.breaks_even(shown, head.start_year),
        *_by_year(head, summary, shown),
        heading(_("Who pays against who gains (means, {present})", present=present)),
        tables.pockets(shown),
    ]
    funds = tables.funds(shown, head.currency)
    if funds:
        parts += [
            heading(_("Which part of its repayments somebody else must bear, so that a payer loses nothing")),
            funds,
        ]
    if summary.total.win_win is not None:
        parts += [
            heading(_("Who is left with something: investors at the last hurdle, and the budget")),
            tables.win_win(shown),
        ]
    return [*parts, heading(_("Value for money (all budgets together)")), tables.value(head.titles, summary)]


def _costs(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget]) -> list[str]:
    """What is said of a deal whose file tells what it costs, and nothing of what it saves."""
    spent, repaid = summary.total.own_costs, summary.total.repayments
    text = _(COSTS, amount=tables.amount(spent.mean), prices=prices_in(head.currency, head.price_year))
    if spent.sd.value > 0.0:
        text += _(
            ", and {low} to {high} in nine of ten futures", low=tables.point(spent.p05), high=tables.point(spent.p95)
        )
    if repaid.mean.value > 0.0:
        text += _(
            "; they repay {amount} {currency} to investors beside it",
            amount=tables.amount(repaid.mean),
            currency=head.currency,
        )
    return [
        f"{head.deal}\n",
        _wrapped(f"{text}."),
        *_of_society(head, summary),
        heading(_("What it costs (means, {present})", present=_present(head))),
        tables.made_of(shown),
        *_by_year(head, summary, shown),
    ]


def _present(head: PurseHeading) -> str:
    return _(
        "{prices}, present values in {year}", prices=prices_in(head.currency, head.price_year), year=head.start_year
    )


def _by_year(head: PurseHeading, summary: PurseSummary, shown: Mapping[str, Budget]) -> list[str]:
    """Each budget year by year, and what its payer owes against what is set aside."""
    parts = []
    prices = prices_in(head.currency, head.price_year)
    for name, budget in shown.items():
        title = tables.marked(in_table(name), budget)
        parts += [
            heading(_("Year by year, {budget} ({prices}, not discounted)", budget=title, prices=prices)),
            tables.years(budget),
        ]
    for payer, years in summary.payers.items():
        if any(map(tables.asks, years.values())):
            title = _(
                "Repayment by {payer} against what is set aside ({currency}, nominal)",
                payer=in_sentence(payer),
                currency=head.currency,
            )
            parts += [heading(title), tables.at_risk(years)]
    return parts


def known_limits() -> str:
    """What such calculations cannot say, as a list; in the language spoken where no words are given."""
    return "".join([heading(_("What this cannot say")), *[_item(limit) for limit in BY_LANGUAGE[spoken()]]])


def prices_in(currency: str, year: int) -> str:
    """Currency and price level."""
    return _("{currency} in {year} prices", currency=currency, year=year)


def how_of(paths: int, seed: int, engine: str) -> str:
    """Paths, seed and engine in words."""
    count = pgettext("public purse", "1 path") if paths == 1 else _("{count} paths", count=written(f"{paths:,}"))
    by = BY_POINTS if engine == "conditional" else BY_PERSON
    return _(by, paths=count, seed=seed)


def sentence(head: PurseHeading, summary: PurseSummary) -> str:
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
    say = OF_ALL if name == TOTAL else OF_ONE
    worth, deep = budget.net_benefit, budget.lowest.position
    said = [
        _(
            say.left,
            who=in_sentence(name),
            amount=money(worth.mean)[0],
            prices=prices_in(head.currency, head.price_year),
            known=tables.known_gross(budget),
            futures=_futures(worth.p_negative),
        )
    ]
    if deep.value < 0.0:
        said += [_deepest(budget, say, head.currency), *_made_up_for(budget)]
    if name != TOTAL and sum(map(tables.moves, summary.budgets.values())) > 1:
        left = _(
            "All public budgets together are left with {amount} {currency} on average{known}.",
            amount=money(summary.total.net_benefit.mean)[0],
            currency=head.currency,
            known=tables.known_gross(summary.total),
        )
        said.append(left)
    return " ".join(said)


def _deepest(budget: Budget, say: Opening, currency: str) -> str:
    """What a budget does with cash before anything comes back, and how deep it gets."""
    saves = budget.net_savings.mean.value > 0.0 and not budget.is_gross_only
    before = say.before_it_saves if saves else say.repays
    if budget.repayments.mean.value <= 0.0:
        before = say.spends
    return _(
        "In cash {before}: the deepest point is {amount} {currency} in {year} on average.",
        before=_(before),
        amount=money(budget.lowest.position)[0],
        currency=currency,
        year=budget.lowest.year,
    )


def _made_up_for(budget: Budget) -> list[str]:
    """By when savings have made up for what is paid: all of them, those that become cash, and all on paper."""
    found, cash = budget.break_even, budget.break_even_cash
    never, never_cash = (math.isnan(each.p50.value) for each in (found, cash))
    if any(math.isnan(each.p50.value) and each.p_never.value <= 0.5 for each in (found, cash)):
        return []  # just half of all: no word fits
    by, cash_by = (_by_when(each.p50, each) for each in (found, cash))
    said = _(BACK[never, never_cash], known=tables.known_gross(budget), by=by, cash_by=cash_by)
    on_paper = found.expected_only
    if on_paper is not None and math.isnan(on_paper.value):
        said += _("; on paper, with every number at its mean, they never do")
    elif on_paper is not None:
        said += _("; on paper, with every number at its mean, {by}", by=_by_when(on_paper, found))
    return [f"{said}."]


def _by_when(year: Estimate, found: BreakEven) -> str:
    return _("from the start") if tables.is_from_start(year, found) else _("by {year}", year=f"{year.value:.0f}")


def _futures(p: Estimate) -> str:
    """A probability as futures out of a hundred."""
    whole = round(100 * p.value)
    if whole == 0:
        return _("in none of the futures simulated") if p.value == 0.0 else _("in fewer than 1 of 100 futures")
    if whole == 100:
        return _("in all futures simulated") if p.value == 1.0 else _("in more than 99 of 100 futures")
    return _("in {whole} of 100 futures", whole=whole)


def _of_society(head: PurseHeading, summary: PurseSummary) -> list[str]:
    """What repayments are to society, and a warning where no cost of the programme is in it."""
    if head.calculation != SOCIO_ECONOMIC:
        return []
    costs = any(budget.own_costs.mean.value > 0.0 for budget in summary.budgets.values())
    said = [_(OF_SOCIETY)] if costs else [_(OF_SOCIETY), _(NO_COST_NAMED)]
    return [_wrapped(" ".join(said))]


def block(
    currency: str,
    price_year: int,
    how: str,
    figures: Mapping[str, KeyFigures],
    more: str,
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

    Returns
    -------
    str
    """
    lines = [
        heading(_("What is left to public budgets (present values, {prices})", prices=prices_in(currency, price_year))),
        _figures({name: found for name, found in figures.items() if name == TOTAL or _counts(found)}),
        tables.note(_("{how}; {command} tells the rest", how=in_words(how), command=more)),
        known_limits(),
    ]
    return "".join(lines)


def _counts(found: KeyFigures) -> bool:
    return found.net_benefit.mean.value != 0.0 or found.net_benefit.sd.value > 0.0


def _figures(figures: Mapping[str, KeyFigures]) -> str:
    rows = [(tables.marked(in_table(name), found), *tables.figures_row(found)) for name, found in figures.items()]
    return tables.figures_table(rows, figures.values())


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
    parts = [heading(_("Stresses (present values, {prices})", prices=prices_in(currency, price_year)))]
    rows = [
        (
            tables.marked(in_table(budget), run.figures[budget]),
            run.name or _("as it stands"),
            *tables.figures_row(run.figures[budget]),
            *_change(run.change.get(budget)),
        )
        for budget in runs[0].figures
        if budget == TOTAL or any(_counts(run.figures[budget]) for run in runs if budget in run.figures)
        for run in runs
        if budget in run.figures
    ]
    figures = [found for run in runs for found in run.figures.values()]
    parts.append(tables.figures_table(rows, figures, names=2, further=(_("net benefit changes by"), "")))
    parts += [_item(f"{run.name}: {'; '.join(run.changes)}") for run in runs[1:]]
    return "".join(parts)


def _change(change: Estimate | None) -> tuple[str, str]:
    if change is None:
        return "", ""
    return signed(change).partition(" ")[0], error_of(change)


def tornado(
    currency: str,
    quantity: str,
    base: float,
    bars: Sequence[TornadoBar],
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
    is_gross_only : bool
        Whether the quantity holds savings that are known gross only.

    Returns
    -------
    str
    """
    title = _("One number at a time")
    if not bars:
        return heading(title) + tables.note(_("no number of the deal or its public purse is uncertain"))
    rows = []
    for bar in bars:
        at = {point.place: point for point in bar.points}
        cells = [_side(at.get(place)) for place in ("10 %", "90 %", *ENDS)]
        rows.append((bar.name, *cells, _width(bar)))
    shown = written(f"{base:,.0f}")
    of = _(
        "{quantity} of all budgets on paper, {base} {currency} with every input at its mean",
        quantity=_(quantity),
        base=shown,
        currency=currency,
    )
    mark, note = (f" {tables.GROSS_ONLY}", tables.gross_only_note()) if is_gross_only else ("", "")
    head = (
        "",
        pgettext("public purse", "at its 10 % point"),
        pgettext("public purse", "at its 90 % point"),
        _("at its lowest"),
        _("at its highest"),
        _("lowest to highest"),
    )
    return heading(f"{title}: {of}{mark}") + table(head, rows) + _(TORNADO_NOTE) + note


def _width(bar: TornadoBar) -> str:
    """What lies between the ends of an input that has ends."""
    outputs = [point.output for point in bar.points if point.place in ENDS]
    return written(f"{max(outputs) - min(outputs):,.0f}") if len(outputs) == len(ENDS) else ""


def _side(point: TornadoPoint | None) -> str:
    if point is None:
        return ""
    value = f"{point.value:,.0f}" if abs(point.value) >= 1_000.0 else f"{point.value:.4g}"
    return written(f"{value}: {point.change:+,.0f}")


def portfolio(
    name: str,
    currency: str,
    price_year: int,
    how: str,
    rows: Sequence[DealRow],
    total: DealRow,
    present_year: int,
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

    Returns
    -------
    str
    """
    said = [
        (deal.name, tables.marked(in_table(budget), found), *tables.figures_row(found))
        for deal in [*rows, total]
        for budget, found in (deal.figures or {}).items()
        if budget == TOTAL or _counts(found)
    ]
    shown = [found for deal in [*rows, total] for found in (deal.figures or {}).values()]
    on_paper = any(found.break_even.expected_only is not None for found in shown)
    half_back = _("break-even: the year by which half of all futures have their money back")
    if on_paper:
        half_back += _("; on paper: with every number at its mean")
    silent = [deal.name for deal in rows if deal.figures is None]
    parts = [
        f"{name}\n",
        heading(_("What is left to public budgets (present values, {prices})", prices=prices_in(currency, price_year))),
        tables.figures_table(said, shown, names=2),
        tables.note(_(PRESENT_NOTE, year=present_year)),
        tables.note(half_back),
        tables.note(_("prices of other years are brought to {year} by each file's own inflation", year=price_year)),
    ]
    if silent:
        parts.append(tables.note(_("nothing is said of public budgets by: {names}", names=", ".join(silent))))
    return "".join([*parts, _below(f"{how}.")])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH) + "\n"


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ") + "\n"
