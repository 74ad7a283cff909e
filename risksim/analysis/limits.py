"""Limits that an answer may breach: ``p_loss>0.2,irr<0.03``."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from risksim import api
from risksim.errors import RisksimError
from risksim.language import N_, _
from risksim.metrics import precision
from risksim.metrics.fund import FundSummary
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Summary, Withheld

if TYPE_CHECKING:
    from risksim.metrics.purse import KeyFigures

RISK_LEVEL = 0.95
"""Level of the expected shortfall. [1]"""


class LimitError(RisksimError):
    """A limit that cannot be read."""


class Answer(NamedTuple):
    """The answer for all investors together and for the payers, in six numbers."""

    p_loss: Estimate
    """Probability that less comes back than was paid in. [1]"""
    npv: Estimate
    """Mean net present value at the last hurdle. [currency]"""
    npv_es95: Estimate
    """Mean loss of that net present value in the worst twentieth. [currency]"""
    irr: Statistic
    """IRR of the mean cash flow. [1/year]"""
    repayment: Estimate
    """Mean of what all payers pay. [currency]"""
    moic: Estimate
    """All money received over all capital paid in, as ratio of means. [x]"""


NAMES = Answer._fields
"""What a limit may be set to."""


class Limit(NamedTuple):
    """One limit. What it says is what must not be."""

    name: str
    """One of `NAMES`."""
    sign: str
    """``>``, ``>=``, ``<`` or ``<=``."""
    number: float

    def __str__(self) -> str:
        """As it was written, without spaces."""
        return f"{self.name}{self.sign}{self.number:.10g}"


SIGNS = {
    ">": lambda value, number: value > number,
    ">=": lambda value, number: value >= number,
    "<": lambda value, number: value < number,
    "<=": lambda value, number: value <= number,
}
PART = re.compile(r"\s*(?P<name>[A-Za-z_][\w. -]*?)\s*(?P<sign>>=|<=|>|<)\s*(?P<number>\S+)\s*")
EXAMPLE = N_('Try --fail-if "p_loss>0.2" or --fail-if "npv<0,irr<0.03"')


def read_limits(
    text: str | None, names: Sequence[str] = NAMES, example: str = EXAMPLE, option: str = "--fail-if"
) -> tuple[Limit, ...]:
    """Read limits.

    Parameters
    ----------
    text : str, optional
        ``NAME SIGN NUMBER``, joined by commas; rates and shares as fractions, money in whole currency units.
    names : sequence of str
        What a limit may be set to.
    example : str
        What a message says to try.
    option : str
        The option that messages name.

    Returns
    -------
    tuple of Limit
        Nothing where no text was given.

    Raises
    ------
    LimitError
        If it is no such text, with what is near to it.

    Examples
    --------
    >>> [str(limit) for limit in read_limits("p_loss > 0.2, irr<0.03")]
    ['p_loss>0.2', 'irr<0.03']
    """
    return () if text is None else tuple(_limit(part, names, example, option) for part in text.split(","))


def _limit(part: str, names: Sequence[str], example: str, option: str) -> Limit:
    found = PART.fullmatch(part)
    if found is None:
        raise LimitError(
            _(
                "{option}: got '{part}'; a limit is a name, one of {names}, and a number.\n  {example}",
                option=option,
                part=part.strip(),
                names=" ".join(SIGNS),
                example=_(example),
            )
        )
    name, number = found["name"], _number(found["number"])
    if name not in names:
        close = difflib.get_close_matches(name.lower().replace(" ", "_").replace("-", "_"), names, n=1, cutoff=0.4)
        perhaps = _("Did you mean {near}?", near=close[0]) if close else _(example)
        raise LimitError(
            _(
                "{option}: got '{name}'; a limit is set to {names}.\n  {perhaps}",
                option=option,
                name=name,
                names=", ".join(names),
                perhaps=perhaps,
            )
        )
    if number is None:
        raise LimitError(
            _(
                "{option}: got '{found}' for {name}; shares and rates are fractions (0.2 is 20 %), money is in whole "
                "currency units without thousands' marks.\n"
                "  {example}",
                option=option,
                found=found["number"],
                name=name,
                example=_(example),
            )
        )
    return Limit(name, found["sign"], number)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def breaches(limits: tuple[Limit, ...], answer: Answer) -> tuple[str, ...]:
    """The limits that an answer breaches, in words.

    Parameters
    ----------
    limits : tuple of Limit
        From `read_limits`.
    answer : Answer
        Of one run.

    Returns
    -------
    tuple of str
        One a limit, as ``p_loss is 0.89, which breaches p_loss>0.2``. A number that does not exist, such as the IRR of
        a deal that loses everything, breaches every limit that is set to it: nobody can say that it keeps it.
    """
    return breaches_among(limits, answer._asdict())


def breaches_among(limits: tuple[Limit, ...], figures: Mapping[str, Statistic]) -> tuple[str, ...]:
    """The limits that figures by name breach, in words as those of `breaches`."""
    return tuple(said for limit in limits if (said := _breach(limit, figures[limit.name])) is not None)


def _breach(limit: Limit, statistic: Statistic) -> str | None:
    if isinstance(statistic, Withheld) or math.isnan(statistic.value):
        return f"{limit.name} does not exist, which breaches {limit}"
    if SIGNS[limit.sign](statistic.value, limit.number):
        return f"{limit.name} is {statistic.value:.6g}, which breaches {limit}"
    return None


PURSE_FIGURES = (
    "p_negative",
    "net_benefit",
    "net_benefit_p05",
    "net_benefit_es95",
    "p_never",
    "break_even",
    "repayment",
)
"""What a limit of the public purse may be set to, after the name of a budget, or ``total``, and a dot."""
PURSE_EXAMPLE = N_('Try --fail-if "municipality.p_negative>0.3" or --fail-if "total.net_benefit<0"')


def names_of_purse(budgets: Sequence[str]) -> tuple[str, ...]:
    """What limits of a deal's public purse may be set to."""
    return tuple(f"{budget}.{figure}" for budget in (*budgets, "total") for figure in PURSE_FIGURES)


def figures_of_purse(figures: Mapping[str, KeyFigures]) -> dict[str, Statistic]:
    """The numbers of a public purse under the names of its limits."""
    found: dict[str, Statistic] = {}
    for budget, of in figures.items():
        worth, even = of.net_benefit, of.break_even
        values = (worth.p_negative, worth.mean, worth.p05, worth.expected_shortfall_95, even.p_never, even.p50)
        found |= {
            f"{budget}.{name}": value for name, value in zip(PURSE_FIGURES, (*values, of.repayments), strict=True)
        }
    return found


def answer_of(run: api.Run) -> Answer:
    """The six numbers of a run of a deal."""
    side, sample = api.investors(run), run.sample
    worth, drawn, received = side.npv[:, -1].copy(), side.drawn.astype(float), side.received.astype(float)
    repayment = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    return Answer(
        precision.probability(side.received < side.drawn, sample),
        precision.mean(worth, sample),
        precision.expected_shortfall(-worth, sample, RISK_LEVEL),
        api.irr_of_mean_flow(run),
        precision.mean(repayment, sample),
        precision.ratio_of_means(received, drawn, sample),
    )


def answer_of_summary(summary: Summary) -> Answer:
    """The six numbers as the statistics of a deal hold them; the sum of several payers has no error there."""
    everybody, worth = summary.everybody, list(summary.everybody.npv.values())[-1]
    paid = [payer.total.mean for payer in summary.payers.values()]
    unknown = float("nan")
    return Answer(
        everybody.loss.p_loss,
        worth.mean,
        worth.expected_shortfall_95,
        everybody.irr.of_mean_flow,
        paid[0] if len(paid) == 1 else Estimate(sum(one.value for one in paid), unknown, unknown, unknown),
        everybody.moic.mean,
    )


def answer_of_fund(run: api.PortfolioRun) -> Answer:
    """The six numbers of a run of a portfolio: of the fund, and of the payers of its deals."""
    summary: FundSummary = run.summary
    fund, worth = summary.fund, list(summary.fund.npv.values())[-1]
    repayment = run.arrays.repayment.sum(axis=(1, 2)) / run.names.minor_units
    return Answer(
        fund.loss.p_loss,
        worth.mean,
        worth.expected_shortfall_95,
        fund.irr_of_mean_flow,
        precision.mean(repayment, run.sample),
        fund.moic,
    )
