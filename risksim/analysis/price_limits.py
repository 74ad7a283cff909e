"""Limits of investors, payers and public budgets that terms must keep: ``p_loss<=0.10``, ``p_over(4000000)<=0.05``."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.limits import RISK_LEVEL, LimitError, figures_of_purse, names_of_purse
from risksim.language import N_, _
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.summary import Statistic, Withheld

FloatArray = npt.NDArray[np.float64]

INVESTOR, PAYER, BUDGET, PUBLIC = "investor", "payer", "budget", "public"
"""Whose limit: the option under which it was given."""
PLAIN = {
    INVESTOR: ("p_loss", "p_severe_loss", "npv", "npv_es95", "irr", "moic"),
    PAYER: ("mean", "es95"),
}
"""Figures that limits are set to, beside quantiles and `p_over`."""
SPELLED = {
    INVESTOR: N_("p_loss, p_severe_loss, npv, npv_es95, npv_p05 (any quantile), irr, irr_p50 (any quantile), moic"),
    PAYER: N_("mean, es95, p95 (any quantile), p_over(AMOUNT)"),
}
EXAMPLES = {
    INVESTOR: N_('Try --investor "p_loss<=0.10" or --investor "irr_p50>=0.04".'),
    PAYER: N_('Try --payer "mean<=900000" or --payer "p_over(1000000)<=0.05".'),
    BUDGET: N_('Try --budget "2027<=500000", or --budget "2027<=500000@0.95" for 95 of 100 futures.'),
    PUBLIC: N_('Try --public "municipality.p_negative<=0.2".'),
}
QUANTILE = re.compile(r"(?:(npv|irr)_)?p(\d{1,2}(?:\.\d+)?)")
LIMIT = re.compile(
    r"\s*(?:(?P<who>[^().<>=]+?)\s*\.\s*)?(?P<figure>\w+?(?:_p\d+\.\d+)?)\s*(?:\((?P<amount>[^)]*)\))?\s*"
    r"(?P<sign><=|>=|<|>)\s*(?P<number>\S+)\s*"
)
YEAR = re.compile(r"\s*(?P<year>\d{4})\s*(?P<sign><=|<)\s*(?P<number>[^@\s]+)\s*(?:@\s*(?P<level>\S+))?\s*")
HOLDS = {
    "<=": lambda value, number: value <= number,
    ">=": lambda value, number: value >= number,
    "<": lambda value, number: value < number,
    ">": lambda value, number: value > number,
}


class Limit(NamedTuple):
    """One limit that terms must keep."""

    side: str
    """``investor``, ``payer``, ``budget`` or ``public``."""
    who: str | None
    """A tranche, payer or public budget; None for all of the side together."""
    figure: str
    """What is limited."""
    amount: float | None
    """The amount of `p_over`. [currency]"""
    year: int | None
    """Of a yearly budget."""
    level: float
    """Of a yearly budget: in what share of futures it must hold. [1]"""
    sign: str
    """``<=``, ``>=``, ``<`` or ``>``."""
    number: float

    def __str__(self) -> str:
        """As one writes it."""
        if self.side == BUDGET:
            level = "" if self.level == 1.0 else f"@{self.level:g}"
            return f"{self.year}{self.sign}{self.number:.10g}{level}"
        who = f"{self.who}." if self.who is not None else ""
        amount = f"({self.amount:.10g})" if self.amount is not None else ""
        return f"{who}{self.figure}{amount}{self.sign}{self.number:.10g}"

    def holds(self, value: float) -> bool:
        """Whether a figure keeps it; a number that does not exist keeps nothing."""
        return not math.isnan(value) and bool(HOLDS[self.sign](value, self.number))

    def excess(self, value: float) -> float:
        """By how much a figure breaks it, in the unit of the figure; 0 where it keeps it."""
        if math.isnan(value):
            return math.inf
        return max(value - self.number if self.sign in ("<=", "<") else self.number - value, 0.0)

    def surely(self, figure: Estimate, margin: float) -> float:
        """A figure moved by so many standard errors to where it keeps the limit less: what holds there seldom holds by
        luck. Where there is no standard error, as of what was seen on no path, the end of its interval is taken.
        """
        if margin <= 0.0:
            return figure.value
        upwards = self.sign in ("<=", "<")
        if math.isnan(figure.standard_error):
            end = figure.high if upwards else figure.low
            return end if math.isfinite(end) else figure.value
        return figure.value + (margin if upwards else -margin) * figure.standard_error

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, and not a share, rate or multiple."""
        return self.side == BUDGET or self.figure in ("npv", "npv_es95", "mean", "es95") or self._of_money

    @property
    def _of_money(self) -> bool:
        found = QUANTILE.fullmatch(self.figure)
        return (found is not None and found[1] != "irr") or self.figure.startswith(("net_benefit", "repayment"))


def read_limits(
    deal: api.Deal,
    investor: Sequence[str] = (),
    payer: Sequence[str] = (),
    budget: Sequence[str] = (),
    public: Sequence[str] = (),
) -> tuple[Limit, ...]:
    """Read limits as they are written on the command line.

    Parameters
    ----------
    deal : Deal
        The deal, whose tranches, payers, years and public budgets they name.
    investor, payer, budget, public : sequence of str
        Limits by whose they are.

    Returns
    -------
    tuple of Limit

    Raises
    ------
    LimitError
        If one is no limit, or names what the deal has not, with what is near to it.
    RunError
        If the deal says nothing of public budgets.
    """
    labels = deal.plan.labels
    found = [_limit(INVESTOR, text, labels.tranches) for text in investor]
    found += [_limit(PAYER, text, labels.payers) for text in payer]
    found += [_budget(text, labels.years) for text in budget]
    if public:
        found += [_of_purse(text, api.budgets_of(deal)) for text in public]
    return tuple(found)


def _limit(side: str, text: str, names: Sequence[str]) -> Limit:
    match = LIMIT.fullmatch(_bare(text))
    if match is None:
        raise _fault(side, _("got '{text}'; a limit is a figure, one of <= >= < >, and a number.", text=text.strip()))
    who, figure = match["who"], match["figure"]
    if who is not None and who not in names:
        raise _fault(
            side, _("got '{who}'; there is {names}.", who=who, names=", ".join(names) or _("none")), _near(who, names)
        )
    amount = _number(side, match["amount"], figure) if match["amount"] is not None else None
    if not _is_figure(side, figure) or (amount is None) == (figure == "p_over"):
        close = _near(figure, (*PLAIN[side], *(("p_over",) if side == PAYER else ())))
        raise _fault(
            side, _("got '{figure}'; a limit is set to {spelled}.", figure=figure, spelled=_(SPELLED[side])), close
        )
    return Limit(side, who, figure, amount, None, 1.0, match["sign"], _number(side, match["number"], figure))


def _bare(text: str) -> str:
    """Without quotation marks that a shell left on."""
    return text.strip().strip("\"'")


def _is_figure(side: str, figure: str) -> bool:
    if figure in PLAIN[side] or (side == PAYER and figure == "p_over"):
        return True
    found = QUANTILE.fullmatch(figure)
    return found is not None and (found[1] is not None) == (side == INVESTOR) and 0.0 < float(found[2]) < 100.0


def _budget(text: str, years: Sequence[int]) -> Limit:
    match = YEAR.fullmatch(_bare(text))
    if match is None:
        raise _fault(BUDGET, _("got '{text}'; a budget is a year, <=, and an amount.", text=text.strip()))
    year, level = int(match["year"]), 1.0 if match["level"] is None else _number(BUDGET, match["level"], _("the level"))
    if year not in years:
        raise _fault(BUDGET, _("got year {year}; money moves in {names}.", year=year, names=", ".join(map(str, years))))
    if not 0.0 < level <= 1.0:
        raise _fault(BUDGET, _("got @{level:g}; the share of futures lies above 0 and goes up to 1.", level=level))
    return Limit(BUDGET, None, "most", None, year, level, match["sign"], _number(BUDGET, match["number"], str(year)))


def _of_purse(text: str, budgets: Sequence[str]) -> Limit:
    match, names = LIMIT.fullmatch(_bare(text)), names_of_purse(budgets)
    if match is None:
        raise _fault(
            PUBLIC, _("got '{text}'; a limit is a budget, a dot, a figure, a sign and a number.", text=text.strip())
        )
    name = f"{match['who']}.{match['figure']}"
    if name not in names:
        raise _fault(
            PUBLIC, _("got '{name}'; a limit is set to {names}.", name=name, names=", ".join(names)), _near(name, names)
        )
    number = _number(PUBLIC, match["number"], name)
    return Limit(PUBLIC, match["who"], match["figure"], None, None, 1.0, match["sign"], number)


def _number(side: str, text: str, figure: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise _fault(
            side,
            _(
                "got '{text}' for {figure}; shares and rates are fractions (0.2 is 20 %), money is in whole currency "
                "units without thousands' marks.",
                text=text,
                figure=figure,
            ),
        )
    return number


def _near(name: str, names: Sequence[str]) -> str | None:
    close = difflib.get_close_matches(name.lower().replace(" ", "_").replace("-", "_"), names, n=1, cutoff=0.4)
    return _("Did you mean {near}?", near=close[0]) if close else None


def _fault(side: str, found: str, remedy: str | None = None) -> LimitError:
    return LimitError(f"--{side}: {found}\n  {remedy or _(EXAMPLES[side])}")


# Figures of a run


def figure_of(limit: Limit, run: api.Run, purse: Mapping[str, Statistic] | None = None) -> Estimate:
    """The figure to which a limit is set, with its standard error; `purse` is that of `figures_of_budgets`."""
    if limit.side == INVESTOR:
        return _of_investor(limit, run)
    if limit.side == PUBLIC:
        assert purse is not None
        found = purse[f"{limit.who}.{limit.figure}"]
        return Estimate.missing() if isinstance(found, Withheld) else found
    row = None if limit.who is None else run.plan.labels.payers.index(limit.who)
    paid, sample = paid_by(run, row, limit.year), run.sample
    if limit.side == BUDGET:
        return _most(paid, sample, limit.level)
    if limit.figure == "p_over":
        assert limit.amount is not None
        return precision.probability(paid > limit.amount, sample)
    if limit.figure == "mean":
        return precision.mean(paid, sample)
    if limit.figure == "es95":
        return precision.expected_shortfall(paid, sample, RISK_LEVEL)
    return precision.quantile(paid, sample, _level(limit.figure))


def figures_of_budgets(limits: Sequence[Limit], purse: api.PurseRun) -> dict[str, Statistic]:
    """The figures of the public budgets that limits name, and of no others: each takes as long as settling."""
    asked = {limit.who for limit in limits if limit.side == PUBLIC and limit.who is not None}
    return figures_of_purse(api.purse_figures(purse, asked))


def paid_by(run: api.Run, payer: int | None = None, year: int | None = None) -> FloatArray:
    """What a payer, or all of them, pay in a year or in all: float64[path]. [currency]"""
    paid = run.paths.repayment
    paid = paid.sum(axis=1) if payer is None else paid[:, payer]
    mine = paid.sum(axis=1) if year is None else paid[:, run.plan.labels.years.index(year)]
    return np.asarray(mine / run.plan.minor_units, dtype=np.float64)


def _most(paid: FloatArray, sample: Sample, level: float) -> Estimate:
    if level < 1.0:
        return precision.quantile(paid, sample, level)
    most = float(paid.max())
    return Estimate.exact(most) if sample.is_exact else Estimate(most, math.nan, most, math.inf)


def _level(figure: str) -> float:
    found = QUANTILE.fullmatch(figure)
    assert found is not None
    return float(found[2]) / 100.0


def _of_investor(limit: Limit, run: api.Run) -> Estimate:
    tranche = None if limit.who is None else run.plan.labels.tranches.index(limit.who)
    side, sample, figure = _side(run, tranche), run.sample, limit.figure
    simple: dict[str, Callable[[], Estimate]] = {
        "p_loss": lambda: precision.probability(side.received < side.drawn, sample),
        "p_severe_loss": lambda: precision.probability(2 * side.received < side.drawn, sample),
        "npv": lambda: precision.mean(side.npv[:, -1], sample),
        "npv_es95": lambda: precision.expected_shortfall(-side.npv[:, -1], sample, RISK_LEVEL),
        "moic": lambda: precision.ratio_of_means(side.received.astype(float), side.drawn.astype(float), sample),
    }
    if figure in simple:
        return simple[figure]()
    if figure == "irr":
        found = api.irr_of_mean_flow(run, tranche)
        return Estimate.missing() if isinstance(found, Withheld) else found
    if figure.startswith("npv"):
        return precision.quantile(side.npv[:, -1].copy(), sample, _level(figure))
    return _quantile_of_irr(run, tranche, _level(figure))


def _side(run: api.Run, tranche: int | None) -> api.Side:
    if tranche is None:
        return api.investors(run)
    paths = run.paths
    return api.Side(paths.npv[:, tranche], paths.drawn[:, tranche], paths.received[:, tranche])


def _quantile_of_irr(run: api.Run, tranche: int | None, level: float) -> Estimate:
    """Over the paths that have an IRR, a total loss counting as -1; missing where the others pass the tail."""
    paths = run.paths
    rates = paths.irr[:, tranche or 0] if tranche is not None or not run.plan.labels.groups else paths.group_irr[:, 0]
    known, sample = ~np.isnan(rates), run.sample
    without = 1.0 - float(sample.weight[known].sum())
    if without > min(level, 1.0 - level) + 1e-12 or not known.any():
        return Estimate.missing()
    return precision.quantile(rates[known].copy(), sample.where(known), level)
