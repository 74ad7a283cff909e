"""What a deal leaves to public budgets: statistics of the public purse, each with its simulation error.

Money is in whole units of the currency and prices of the calculation's price year; savings are positive. A *position*
is what a budget has saved less what it has spent and repaid, added up from the first year on. In a socio-economic
calculation repayments cancel, and are nought in all present values and positions. The definitions stand in
``docs/reference/statistics.md``, the keys in ``docs/reference/public-answers.md``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import BoolArray, FloatArray, IntArray, Sample
from risksim.metrics.source import Paths, Spread, Stored, spread
from risksim.metrics.summary import plain

TOTAL = "total"
"""What all budgets together are called."""
RISK_LEVEL = 0.95
"""Level of value at risk and expected shortfall. [1]"""
BUDGET_LEVELS = (0.90, 0.95)
"""Levels of the budget at risk. [1]"""
WHOLE_LEVELS = (0.80, 0.95)
"""Chances with which a fund's share is to leave a payer whole. [1]"""
EDGES = (0.05, 0.50, 0.95)
NOUGHT = 1e-4
"""Positions nearer to nought than this are nought: what rounding leaves where savings meet repayments. [currency]"""
NOISE = 1e-12
"""Errors of a ratio below this are rounding: the ratio is the same on every path. [1]"""


class PurseArrays(NamedTuple):
    """What the public side of a run keeps of every path. Money in minor units unless said otherwise."""

    gross: IntArray
    """int64[path, budget, year]: saved if every success counts."""
    net: IntArray
    """int64[path, budget, year]: saved by what the programme adds."""
    cash: IntArray
    """int64[path, budget, year]: the part of it that becomes cash."""
    cost: IntArray
    """int64[path, budget, year]: own costs, less the costs of the alternative."""
    payment: IntArray
    """int64[path, budget, year]: repayments to investors, nominal."""
    line_gross: IntArray
    """int64[path, line]: of each line over all years; costs are negative."""
    line_net: IntArray
    """int64[path, line]."""
    beyond: IntArray
    """int64[path, line]: the part of `line_net` that falls beyond the evidence."""
    achieved: FloatArray
    """float64[path, outcome]: people who met it; nan where nothing is saved by it. [people]"""
    attributable: FloatArray
    """float64[path, outcome]: those whom the programme brought there; nan where nobody says. [people]"""
    deadweight: FloatArray
    """float64[path]: repayments for successes that would have come anyway, nominal."""
    repayment: IntArray
    """int64[path, payer, budget year]: payments of each payer of the deal, nominal."""
    set_aside: FloatArray
    """float64[path or 1, payer, budget year]: the appropriation; nan where nothing is said. [currency]"""
    investor: FloatArray | None = None
    """float64[path]: net present value of all investors at the last hurdle; None where there are none. [currency]"""
    people: IntArray | None = None
    """int64[path, 2]: who enrol, and who complete; None where nobody counts them. [people]"""


class PurseNames(NamedTuple):
    """Names of the axes of `PurseArrays`, and what turns its money into present values."""

    budgets: tuple[str, ...]
    years: tuple[int, ...]
    """Calendar years; the first is that of the start."""
    payers: tuple[str, ...]
    budget_years: tuple[int, ...]
    lines: tuple[str, ...]
    committees: tuple[str, ...]
    """Committee of each line; empty for none."""
    outcomes: tuple[str, ...]
    discount: FloatArray
    """float64[year]: present value of one unit of each year. [1]"""
    deflator: FloatArray
    """float64[year]: what turns nominal amounts into prices of the price year. [1]"""
    minor_units: int
    repayments_cancel: bool = False
    """Whether repayments are no cost, since investors get what budgets pay: in a socio-economic calculation."""
    gross_only_lines: tuple[bool, ...] = ()
    """Lines of which nothing says what would have come anyway: their net amount is the gross one. Empty for none."""
    gross_only_budgets: tuple[bool, ...] = ()
    """Budgets in which such lines fall. Empty for none."""

    def is_gross_only(self, budget: int | None) -> bool:
        """Whether what a budget saves net is known as gross only; of all budgets together for None."""
        return any(self.gross_only_budgets if budget is None else self.gross_only_budgets[budget : budget + 1])


@dataclass(frozen=True)
class Worth(Spread):
    """A net benefit. [currency]"""

    p_negative: Estimate
    value_at_risk_95: Estimate
    expected_shortfall_95: Estimate


@dataclass(frozen=True)
class Band:
    """An amount of one year. [currency]"""

    mean: Estimate
    p05: Estimate
    p95: Estimate


@dataclass(frozen=True)
class Year:
    """A calendar year of a budget, undiscounted. [currency]"""

    net_savings: Band
    cash_savings: Band
    own_costs: Band
    repayments: Band
    position: Band
    """Cash savings less own costs and repayments, from the first year up to this one."""


@dataclass(frozen=True)
class BreakEven:
    """The first calendar year from which a position is not negative and stays so to the end of the calculation."""

    p_never: Estimate
    """Probability that it is negative at the end. [1]"""
    p_always: Estimate
    """Probability that it is never negative at all. [1]"""
    p05: Estimate
    """Year by which 5 % of the futures break even; missing where fewer do. [calendar year]"""
    p50: Estimate
    p95: Estimate
    p50_after_start: Estimate
    """The median, counted from the year of the start. [year]"""
    years: Mapping[str, Estimate]
    """Probability to break even in each calendar year. [1]"""
    expected_only: Estimate | None = None
    """The year on paper, where every number is its expectation: missing where that is never, None where it cannot be
    reckoned. [calendar year]"""


@dataclass(frozen=True)
class Lowest:
    """Where the cash position is lowest, undiscounted."""

    year: int
    """The year in which the mean position is lowest."""
    position: Estimate
    """The mean position at the end of that year. [currency]"""
    depth: Spread
    """The lowest position of each path. [currency]"""
    year_p05: Estimate
    """The year of that lowest position, by path. [calendar year]"""
    year_p50: Estimate
    year_p95: Estimate


@dataclass(frozen=True)
class Pocket:
    """What a budget pays against what it gains, as present values."""

    pays: Estimate
    """Own costs and repayments. [currency]"""
    gains: Estimate
    """Net savings. [currency]"""
    share_of_pays: Estimate
    """Of what all budgets pay. [1]"""
    share_of_gains: Estimate
    """Of what all budgets gain. [1]"""
    pays_per_gain: Estimate
    """Ratio of the two means. [1]"""


@dataclass(frozen=True)
class FundShare:
    """The part of a payer's repayments that somebody else must bear, so that its net benefit is not negative. [1]"""

    on_average: Estimate
    """That leaves it whole on average, between 0 and 1."""
    with_80: Estimate
    """That leaves it whole with a chance of 80 %; missing where no share does."""
    with_95: Estimate
    p_no_share: Estimate
    """Probability that not even the whole of its repayments would do."""
    left_without_repayments: Estimate
    """Mean net savings less own costs: where it is negative, no share leaves it whole on average. [currency]"""


@dataclass(frozen=True)
class WinWin:
    """Who is left with something: investors at the last hurdle, and the budget. They add up to 1. [1]"""

    both: Estimate
    investors_only: Estimate
    budget_only: Estimate
    neither: Estimate


@dataclass(frozen=True)
class Budget:
    """What is left to one budget, or to all of them together."""

    is_gross_only: bool
    """Whether net savings hold a line that is known gross only; then all that is made of them is."""
    net_benefit: Worth
    """Present value of net savings, less own costs and repayments. [currency]"""
    net_benefit_cash: Worth
    """The same of the savings that become cash. [currency]"""
    undiscounted: Worth
    undiscounted_cash: Worth
    before_repayments: Worth
    """Present value of net savings less own costs; in a socio-economic calculation, where repayments cancel, it is the
    net benefit. [currency]"""
    expected_only: Estimate | None
    """The net benefit where every number is its expectation; None where that cannot be reckoned. [currency]"""
    gross_savings: Spread
    """Present value if every success counts. [currency]"""
    net_savings: Spread
    cash_savings: Spread
    own_costs: Spread
    repayments: Spread
    break_even: BreakEven
    """Of the discounted position of net savings."""
    break_even_cash: BreakEven
    """Of the undiscounted cash position."""
    lowest: Lowest
    years: Mapping[str, Year]
    pocket: Pocket
    fund_share: FundShare | None
    """None where it repays nothing."""
    win_win: WinWin | None
    """None where there are no investors."""


@dataclass(frozen=True)
class AtRisk:
    """The repayments of a payer in a budget year, against what is set aside for them. Nominal."""

    set_aside: Estimate
    """The appropriation, on average; the expected repayment where none is said. [currency]"""
    is_expected: bool
    """Whether the expected repayment stands in."""
    p_more: Estimate
    """Probability that more is due than is set aside. [1]"""
    budget_at_risk_90: Estimate
    """What is due with 90 % at most, less what is set aside. [currency]"""
    budget_at_risk_95: Estimate


@dataclass(frozen=True)
class PricePaid:
    """All repayments over the people of one outcome. Nominal. [currency/person]"""

    per_achieved: Estimate
    per_attributable: Estimate
    """Missing where nobody says what would have happened anyway."""


@dataclass(frozen=True)
class PerHead:
    """Own costs of all budgets over the people, less the costs of the alternative. Real, undiscounted."""

    own_costs: Estimate
    """[currency]"""
    enrolled: Estimate
    """[people]"""
    completed: Estimate
    """[people]"""
    per_enrolled: Estimate
    """Ratio of means; missing where nobody comes. [currency/person]"""
    per_completed: Estimate
    """Ratio of means; missing where nobody completes. [currency/person]"""


@dataclass(frozen=True)
class Value:
    """Value for money, all budgets together."""

    benefit_cost_ratio: Estimate
    """Present value of net savings over that of own costs and repayments, as ratio of means. [1]"""
    deadweight_share: Estimate
    """Repayments for successes that would have come anyway, over all repayments. [1]"""
    outcomes: Mapping[str, PricePaid]
    per_head: PerHead | None
    """None where public budgets bear no costs of their own, or nobody counts the people."""


@dataclass(frozen=True)
class Line:
    """One line of savings or costs, over all years and undiscounted."""

    gross: Estimate
    """[currency]"""
    net: Estimate
    """[currency]"""
    beyond_evidence: Estimate
    """The part of the net amount for which there is no evidence so far out, as ratio of means. [1]"""
    is_gross_only: bool
    """Whether nobody says what would have come anyway: the net amount is then the gross one."""


@dataclass(frozen=True)
class Committee:
    """What falls in the budget of one committee, over all years and undiscounted. [currency]"""

    gross: Estimate
    net: Estimate
    is_gross_only: bool
    """Whether any of its lines is known gross only."""


@dataclass(frozen=True)
class PurseSummary:
    """All statistics of the public purse."""

    paths: Paths
    budgets: Mapping[str, Budget]
    total: Budget
    payers: Mapping[str, Mapping[str, AtRisk]]
    """By payer of the deal and budget year."""
    value_for_money: Value
    lines: Mapping[str, Line]
    committees: Mapping[str, Committee]
    if_effects_end: Worth
    """Undiscounted net benefit of all budgets if effects end where the evidence for them ends. [currency]"""

    @property
    def all_budgets(self) -> dict[str, Budget]:
        """Every budget by name, then all of them together."""
        return {**self.budgets, TOTAL: self.total}

    def to_json(self) -> dict[str, Any]:
        """The tree as plain dictionaries, ready for ``json.dumps``.

        Returns
        -------
        dict
            An estimate is ``{"value", "standard_error", "low", "high"}``; a number that does not exist is None.
        """
        said: dict[str, Any] = plain(self)
        return said


@dataclass(frozen=True)
class KeyFigures:
    """The few figures of a budget that stand beside others."""

    net_benefit: Worth
    break_even: BreakEven
    repayments: Estimate
    """Present value, mean. [currency]"""
    is_gross_only: bool = False
    """Whether the net benefit holds a line that is known gross only."""


def summarise_purse(
    arrays: PurseArrays, names: PurseNames, sample: Sample, expected: PurseArrays | None = None
) -> PurseSummary:
    """The statistics of the public purse, each with its simulation error.

    Parameters
    ----------
    arrays : PurseArrays
        What was kept of every path.
    names : PurseNames
        Names of the axes.
    sample : Sample
        Weights and replicates of the paths.
    expected : PurseArrays, optional
        The calculation on paper, one path on which every number is its expectation.

    Returns
    -------
    PurseSummary

    Raises
    ------
    ValueError
        If names and arrays do not fit together.
    """
    check(arrays, names, sample)
    whole = ledger(arrays, names, None)
    found = {
        name: _budget(
            ledger(arrays, names, row) if row is not None else whole,
            whole,
            names.years,
            arrays.investor,
            None if expected is None else ledger(expected, names, row),
            sample,
            is_gross_only=names.is_gross_only(row),
        )
        for name, row in [*((name, row) for row, name in enumerate(names.budgets)), (TOTAL, None)]
    }
    unit = names.minor_units
    beyond = arrays.beyond.sum(axis=1) / unit
    return PurseSummary(
        paths=Paths(sample.n_paths, sample.effective_size, sample.n_replicates),
        budgets={name: found[name] for name in names.budgets},
        total=found[TOTAL],
        payers=_payers(arrays, names, sample),
        value_for_money=_value(arrays, names, whole, sample),
        lines={name: _line(arrays, names, row, sample) for row, name in enumerate(names.lines)},
        committees=_committees(arrays, names, sample),
        if_effects_end=worth_of(_nought(whole.position()[:, -1] - beyond), sample),
    )


def key_figures(
    arrays: PurseArrays, names: PurseNames, sample: Sample, only: Collection[str] | None = None
) -> dict[str, KeyFigures]:
    """Net benefit, break-even year and repayments of each budget, and of ``total``: what a short answer shows.

    Parameters
    ----------
    arrays, names, sample
        As in `summarise_purse`.
    only : collection of str, optional
        The budgets that are asked for, ``total`` among them; left out, all.

    Returns
    -------
    dict of str to KeyFigures
    """
    check(arrays, names, sample)
    found = {}
    for name, row in [*((name, row) for row, name in enumerate(names.budgets)), (TOTAL, None)]:
        if only is not None and name not in only:
            continue
        own = ledger(arrays, names, row)
        found[name] = figures_of(own, names.years, sample, is_gross_only=names.is_gross_only(row))
    return found


def figures_of(
    own: Ledger,
    years: Sequence[int],
    sample: Sample,
    expected: Ledger | None = None,
    *,
    is_gross_only: bool = False,
) -> KeyFigures:
    """The few figures of one budget: see `key_figures`; `expected` is the same budget on paper, one path."""
    position = own.position(discounted=True)
    on_paper = None if expected is None else expected.position(discounted=True)
    return KeyFigures(
        worth_of(position[:, -1], sample),
        break_even(position, years, sample, on_paper),
        precision.mean(own.present(own.payment), sample),
        is_gross_only,
    )


class Ledger(NamedTuple):
    """One budget, or all of them together, year by year. Real, undiscounted. [currency]"""

    gross: FloatArray
    """float64[path, year]."""
    net: FloatArray
    cash: FloatArray
    cost: FloatArray
    payment: FloatArray
    discount: FloatArray
    """float64[year]. [1]"""

    def position(self, *, cash: bool = False, discounted: bool = False) -> FloatArray:
        """Savings less own costs and repayments up to each year: float64[path, year]. [currency]"""
        flow = (self.cash if cash else self.net) - self.cost - self.payment
        if discounted:
            flow = flow * self.discount
        return _nought(np.cumsum(flow, axis=1))

    def times(self, factor: float) -> Ledger:
        """The same budget in other prices."""
        gross, net, cash, cost, payment = (factor * part for part in self[:5])
        return Ledger(gross, net, cash, cost, payment, self.discount)

    def present(self, flow: FloatArray) -> FloatArray:
        """Present value of one of its parts: float64[path]. [currency]"""
        return np.asarray(np.cumsum(flow * self.discount, axis=1)[:, -1])


def _nought(amounts: FloatArray) -> FloatArray:
    """The same amounts without what rounding leaves where savings meet what is paid. [currency]"""
    return np.asarray(np.where(np.abs(amounts) < NOUGHT, 0.0, amounts))


def ledger(arrays: PurseArrays, names: PurseNames, budget: int | None) -> Ledger:
    """A budget year by year in whole units of the currency.

    Parameters
    ----------
    arrays, names
        As in `summarise_purse`.
    budget : int, optional
        Which; left out, all of them added up.

    Returns
    -------
    Ledger
    """
    parts = (arrays.gross, arrays.net, arrays.cash, arrays.cost, arrays.payment)
    gross, net, cash, cost, payment = (
        (part.sum(axis=1) if budget is None else part[:, budget]) / names.minor_units for part in parts
    )
    real = np.zeros_like(payment) if names.repayments_cancel else payment * names.deflator
    return Ledger(gross, net, cash, cost, real, names.discount)


def price_factor(names: PurseNames, own: int, wanted: int) -> float:
    """What brings prices of one year to those of another, by the deflator of a deal: its own inflation.

    Parameters
    ----------
    names : PurseNames
        Of the deal.
    own, wanted : int
        The year whose prices its money is in, and the one asked for.

    Returns
    -------
    float
        [1]

    Examples
    --------
    >>> names = PurseNames((), (2026, 2027), (), (), (), (), (), np.ones(2), np.array([1.0, 0.5]), 100)
    >>> price_factor(names, 2026, 2028)
    4.0
    """
    yearly = names.deflator[-2] / names.deflator[-1] if len(names.years) > 1 else 1.0
    return float(yearly ** (wanted - own))


def no_money(n_paths: int, spans: Sequence[tuple[Sequence[int], FloatArray]]) -> tuple[Ledger, tuple[int, ...]]:
    """An empty budget to which those of several deals are added.

    Parameters
    ----------
    n_paths : int
        Paths, the same of every deal.
    spans : sequence of (sequence of int, float64[year])
        Calendar years and discount of each deal.

    Returns
    -------
    tuple of Ledger and tuple of int
        From the first year of any deal to the last of any. Present values are those of the first year, by the discount
        of the deal that starts first, continued at the rate of its last year.
    """
    first, last = min(years[0] for years, _ in spans), max(years[-1] for years, _ in spans)
    own = next(discount for years, discount in spans if years[0] == first)
    yearly = own[-1] / own[-2] if own.size > 1 else 1.0
    discount = np.concatenate([own, own[-1] * yearly ** np.arange(1, last - first + 2 - own.size)])
    years = tuple(range(first, last + 1))
    net, payment = np.zeros((n_paths, len(years))), np.zeros((n_paths, len(years)))
    nothing = np.broadcast_to(np.zeros(1), net.shape)
    return Ledger(nothing, net, nothing, nothing, payment, discount), years


def add_deal(total: Ledger, years: Sequence[int], own: Ledger, own_years: Sequence[int]) -> None:
    """Add the budget of a deal to an empty one from `no_money`: its own costs count against its net savings."""
    held = slice(own_years[0] - years[0], own_years[-1] - years[0] + 1)
    total.net[:, held] += own.net - own.cost
    total.payment[:, held] += own.payment


def worth_of(values: FloatArray, sample: Sample) -> Worth:
    """Spread, probability below nought, value at risk and expected shortfall of a net benefit.

    Parameters
    ----------
    values : float64[path]
        Positive where something is left. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Worth
    """
    source = Stored({"worth": np.ascontiguousarray(values)}, sample)
    at_risk_95, shortfall_95 = source.tail("worth", lambda columns: columns["worth"], RISK_LEVEL, -1)
    return Worth(
        **vars(source.spread("worth", lambda columns: columns["worth"])),
        p_negative=source.probability("worth", lambda columns: columns["worth"] < 0.0),
        value_at_risk_95=at_risk_95,
        expected_shortfall_95=shortfall_95,
    )


def break_even_years(position: FloatArray, years: Sequence[int]) -> FloatArray:
    """The first calendar year from which a position is not negative and stays so to the end.

    Parameters
    ----------
    position : float64[path, year]
        What is left up to each year. [currency]
    years : sequence of int
        Calendar years.

    Returns
    -------
    float64[path]
        nan where the position is negative at the end. [calendar year]

    Examples
    --------
    >>> break_even_years(np.array([[-2.0, 1.0], [0.0, 3.0], [-2.0, -1.0]]), [2026, 2027])
    array([2027., 2026.,   nan])
    """
    negative = position < 0.0
    n_years = negative.shape[1]
    last = np.where(negative.any(axis=1), n_years - 1 - np.argmax(negative[:, ::-1], axis=1), -1)
    calendar = np.array([*years, math.nan], dtype=np.float64)
    return np.asarray(calendar[last + 1])


def break_even(
    position: FloatArray, years: Sequence[int], sample: Sample, expected: FloatArray | None = None
) -> BreakEven:
    """How likely a position comes back to nought, and when.

    Parameters
    ----------
    position : float64[path, year]
        What is left up to each year. [currency]
    years : sequence of int
        Calendar years.
    sample : Sample
        Weights and replicates of the paths.
    expected : float64[1, year], optional
        The position on paper. [currency]

    Returns
    -------
    BreakEven
        Quantiles are over all paths: those that never break even come after the last year, and a quantile that falls
        among them is missing.
    """
    found = break_even_years(position, years)
    never = np.isnan(found)
    ranked = precision.quantiles(np.where(never, years[-1] + 1.0, found), sample, EDGES)
    early, median, late = (_within(point, years[-1]) for point in ranked)
    return BreakEven(
        p_never=precision.probability(never, sample),
        p_always=precision.probability(np.asarray((position >= 0.0).all(axis=1)), sample),
        p05=early,
        p50=median,
        p95=late,
        p50_after_start=_moved(median, -float(years[0])),
        years={str(year): precision.probability(found == year, sample) for year in years},
        expected_only=None if expected is None else _on_paper(expected, years),
    )


def _on_paper(position: FloatArray, years: Sequence[int]) -> Estimate:
    """The break-even year of one path without luck; missing where it never comes."""
    year = float(break_even_years(position, years)[0])
    return Estimate.missing() if math.isnan(year) else Estimate.exact(year)


def _within(point: Estimate, most: float) -> Estimate:
    """A quantile of numbers that stop at `most`: missing beyond it, without a bound where its interval goes beyond."""
    if not point.value <= most:
        return Estimate.missing()
    return point if point.high <= most else point._replace(high=math.inf)


def _moved(point: Estimate, by: float) -> Estimate:
    return point._replace(value=point.value + by, low=point.low + by, high=point.high + by)


def _budget(
    own: Ledger,
    whole: Ledger,
    years: Sequence[int],
    investor: FloatArray | None,
    expected: Ledger | None,
    sample: Sample,
    *,
    is_gross_only: bool,
) -> Budget:
    present, cash_position = own.position(discounted=True), own.position(cash=True)
    on_paper = None if expected is None else expected.position(discounted=True)
    cash_on_paper = None if expected is None else expected.position(cash=True)
    benefit = present[:, -1]
    paid, saved = own.present(own.cost) + own.present(own.payment), own.present(own.net)
    left = _nought(saved - own.present(own.cost))
    return Budget(
        is_gross_only=is_gross_only,
        net_benefit=worth_of(benefit, sample),
        net_benefit_cash=worth_of(own.position(cash=True, discounted=True)[:, -1], sample),
        undiscounted=worth_of(own.position()[:, -1], sample),
        undiscounted_cash=worth_of(cash_position[:, -1], sample),
        before_repayments=worth_of(left, sample),
        expected_only=None if on_paper is None else Estimate.exact(float(on_paper[0, -1])),
        gross_savings=spread(own.present(own.gross), sample),
        net_savings=spread(saved, sample),
        cash_savings=spread(own.present(own.cash), sample),
        own_costs=spread(own.present(own.cost), sample),
        repayments=spread(own.present(own.payment), sample),
        break_even=break_even(present, years, sample, on_paper),
        break_even_cash=break_even(cash_position, years, sample, cash_on_paper),
        lowest=_lowest(cash_position, years, sample),
        years={str(year): _year(own, cash_position, row, sample) for row, year in enumerate(years)},
        pocket=Pocket(
            precision.mean(paid, sample),
            precision.mean(saved, sample),
            _ratio(paid, whole.present(whole.cost) + whole.present(whole.payment), sample),
            _ratio(saved, whole.present(whole.net), sample),
            _ratio(paid, saved, sample),
        ),
        fund_share=fund_share(left, own.present(own.payment), sample),
        win_win=None if investor is None else win_win(investor, benefit, sample),
    )


def _year(own: Ledger, position: FloatArray, row: int, sample: Sample) -> Year:
    return Year(*(_band(part[:, row], sample) for part in (own.net, own.cash, own.cost, own.payment, position)))


def _band(values: FloatArray, sample: Sample) -> Band:
    values = np.ascontiguousarray(values)
    if values.min() == values.max():  # many a year moves nothing
        return Band(*[Estimate.exact(float(values[0]))] * 3)
    low, high = precision.quantiles(values, sample, (EDGES[0], EDGES[-1]))
    return Band(precision.mean(values, sample), low, high)


def _lowest(position: FloatArray, years: Sequence[int], sample: Sample) -> Lowest:
    means = [precision.mean(np.ascontiguousarray(position[:, row]), sample) for row in range(len(years))]
    deepest = int(np.argmin([mean.value for mean in means]))
    when = np.asarray(years, dtype=np.float64)[np.argmin(position, axis=1)]
    return Lowest(
        years[deepest],
        means[deepest],
        spread(np.ascontiguousarray(position.min(axis=1)), sample),
        *precision.quantiles(when, sample, EDGES),
    )


def fund_share(left: FloatArray, repaid: FloatArray, sample: Sample) -> FundShare | None:
    """The part of a payer's repayments that somebody else must bear, so that nothing is lost on the deal.

    Parameters
    ----------
    left : float64[path]
        Present value of net savings less own costs. [currency]
    repaid : float64[path]
        Present value of repayments, not negative. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    FundShare or None
        None where nothing is repaid on any path.

    Notes
    -----
    On average, ``1 - E[left] / E[repaid]`` with its error by the delta method; on a path, ``1 - left / repaid``: what
    is left once the fund has paid is then nought. Both are cut at 0 and 1. Not even all repayments do where `left` is
    negative.
    """
    if not repaid.any():
        return None
    average = _ratio(repaid - left, repaid, sample)
    short = left < 0.0
    # Beyond 1 stands for every path that no share leaves whole.
    by_path = 1.0 - np.divide(left, repaid, out=np.ones_like(repaid), where=repaid > 0.0)
    by_path = np.where(short, 2.0, np.clip(by_path, 0.0, 1.0))
    with_80, with_95 = (_within(point, 1.0) for point in precision.quantiles(by_path, sample, WHOLE_LEVELS))
    return FundShare(
        on_average=_clipped(average),
        with_80=with_80,
        with_95=with_95,
        p_no_share=precision.probability(short, sample),
        left_without_repayments=precision.mean(left, sample),
    )


def _clipped(estimate: Estimate) -> Estimate:
    """An estimate between 0 and 1, its error that of the number before it was cut."""
    value, low, high = (min(max(number, 0.0), 1.0) for number in (estimate.value, estimate.low, estimate.high))
    return Estimate(value, estimate.standard_error, low, high)


def win_win(investor: FloatArray, benefit: FloatArray, sample: Sample) -> WinWin:
    """How often investors and a budget are both left with nothing less than nought, one of them, or neither.

    Parameters
    ----------
    investor : float64[path]
        Net present value of all investors. [currency]
    benefit : float64[path]
        Net benefit of a budget. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    WinWin
    """
    gets, saves = investor >= 0.0, benefit >= 0.0

    def share(mask: BoolArray) -> Estimate:
        return precision.probability(mask, sample)

    return WinWin(share(gets & saves), share(gets & ~saves), share(~gets & saves), share(~gets & ~saves))


def _payers(arrays: PurseArrays, names: PurseNames, sample: Sample) -> dict[str, dict[str, AtRisk]]:
    return {
        payer: {
            str(year): at_risk(
                arrays.repayment[:, row, column] / names.minor_units,
                np.broadcast_to(arrays.set_aside[:, row, column], sample.n_paths),
                sample,
            )
            for column, year in enumerate(names.budget_years)
        }
        for row, payer in enumerate(names.payers)
    }


def at_risk(due: FloatArray, set_aside: FloatArray, sample: Sample) -> AtRisk:
    """The repayments of a budget year against what is set aside for them.

    Parameters
    ----------
    due : float64[path]
        What is to be paid. [currency]
    set_aside : float64[path]
        The appropriation; nan where nothing is said. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    AtRisk
        Where the expected repayment stands in, the error of the budget at risk adds the squares of those of quantile
        and mean; they rise together, so it is rather too large.
    """
    is_expected = bool(np.isnan(set_aside).any())
    if is_expected:
        aside = precision.mean(due, sample)
        more = due > aside.value
        if due.min() == due.max():  # rounding of the mean would be taken for more
            more = np.zeros(due.size, dtype=np.bool_)
    else:
        aside, more = precision.mean(np.ascontiguousarray(set_aside), sample), due > set_aside
    points = precision.quantiles(due, sample, BUDGET_LEVELS)
    return AtRisk(
        aside, is_expected, precision.probability(np.asarray(more), sample), *(_less(point, aside) for point in points)
    )


def _less(first: Estimate, second: Estimate) -> Estimate:
    """The difference of two estimates as if they were independent."""
    value = first.value - second.value
    below, above = second.value - second.low, second.high - second.value
    return Estimate(
        value,
        math.hypot(first.standard_error, second.standard_error),
        value - math.hypot(first.value - first.low, above),
        value + math.hypot(first.high - first.value, below),
    )


def _value(arrays: PurseArrays, names: PurseNames, whole: Ledger, sample: Sample) -> Value:
    paid = arrays.payment.sum(axis=(1, 2)) / names.minor_units
    return Value(
        benefit_cost_ratio=_ratio(
            whole.present(whole.net), whole.present(whole.cost) + whole.present(whole.payment), sample
        ),
        deadweight_share=_ratio(arrays.deadweight / names.minor_units, paid, sample),
        outcomes={
            name: PricePaid(
                _ratio(paid, np.ascontiguousarray(arrays.achieved[:, row]), sample),
                _ratio(paid, np.ascontiguousarray(arrays.attributable[:, row]), sample),
            )
            for row, name in enumerate(names.outcomes)
            if not np.isnan(arrays.achieved[:, row]).any()
        },
        per_head=_per_head(arrays, whole, sample),
    )


def _per_head(arrays: PurseArrays, whole: Ledger, sample: Sample) -> PerHead | None:
    if arrays.people is None or not whole.cost.any():
        return None
    cost = whole.cost.sum(axis=1)
    enrolled, completed = (np.ascontiguousarray(column, dtype=np.float64) for column in arrays.people.T)
    return PerHead(
        *(precision.mean(part, sample) for part in (cost, enrolled, completed)),
        *(_ratio(cost, part, sample) if part.any() else Estimate.missing() for part in (enrolled, completed)),
    )


def _ratio(above: FloatArray, below: FloatArray, sample: Sample) -> Estimate:
    """A ratio of means; missing where a quantity is known on no path, without error where it never differs."""
    if np.isnan(above).any() or np.isnan(below).any():
        return Estimate.missing()
    found = precision.ratio_of_means(above, below, sample)
    steady = found.standard_error <= NOISE * max(abs(found.value), 1.0)
    return Estimate.exact(found.value) if steady else found


def _line(arrays: PurseArrays, names: PurseNames, row: int, sample: Sample) -> Line:
    unit, is_gross_only = names.minor_units, any(names.gross_only_lines[row : row + 1])
    gross, net, beyond = (part[:, row] / unit for part in (arrays.line_gross, arrays.line_net, arrays.beyond))
    return Line(precision.mean(gross, sample), precision.mean(net, sample), _ratio(beyond, net, sample), is_gross_only)


def _committees(arrays: PurseArrays, names: PurseNames, sample: Sample) -> dict[str, Committee]:
    found = {}
    for name in dict.fromkeys(committee for committee in names.committees if committee):
        rows = [row for row, committee in enumerate(names.committees) if committee == name]
        gross, net = (part[:, rows].sum(axis=1) / names.minor_units for part in (arrays.line_gross, arrays.line_net))
        is_gross_only = any(any(names.gross_only_lines[row : row + 1]) for row in rows)
        found[name] = Committee(precision.mean(gross, sample), precision.mean(net, sample), is_gross_only)
    return found


def check(arrays: PurseArrays, names: PurseNames, sample: Sample) -> None:
    """Refuse arrays that do not fit their names.

    Raises
    ------
    ValueError
        With what does not fit.
    """
    n, by_year = sample.n_paths, (len(names.budgets), len(names.years))
    asked = {
        **dict.fromkeys(("gross", "net", "cash", "cost", "payment"), (n, *by_year)),
        **dict.fromkeys(("line_gross", "line_net", "beyond"), (n, len(names.lines))),
        **dict.fromkeys(("achieved", "attributable"), (n, len(names.outcomes))),
        "deadweight": (n,),
        **({} if arrays.investor is None else {"investor": (n,)}),
        **({} if arrays.people is None else {"people": (n, 2)}),
        "repayment": (n, len(names.payers), len(names.budget_years)),
    }
    for name, shape in asked.items():
        if getattr(arrays, name).shape != shape:
            raise ValueError(f"got {name} {getattr(arrays, name).shape}; these names and paths ask for {shape}.")
    if arrays.set_aside.shape[1:] != asked["repayment"][1:] or arrays.set_aside.shape[0] not in (1, n):
        raise ValueError(f"got appropriations {arrays.set_aside.shape}; there is one for each payer and budget year.")
