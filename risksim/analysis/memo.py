"""All that a board memo says of a deal, found once: it can then be written in any language and any form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from risksim.analysis.compare import Comparison
    from risksim.analysis.cross_check import CrossCheck
    from risksim.analysis.price import Priced
    from risksim.analysis.purse_tornado import Tornado
    from risksim.analysis.sensitivity import Sensitivity
    from risksim.analysis.standard import Standard
    from risksim.analysis.three_lines import ThreeLines
    from risksim.analysis.variance import VarianceSplit
    from risksim.api import PortfolioPurse
    from risksim.api import Stated as Stated
    from risksim.metrics.fund import FundSummary
    from risksim.metrics.fund import Holding as FundHolding
    from risksim.metrics.precision import Estimate
    from risksim.metrics.purse import KeyFigures, PurseSummary
    from risksim.metrics.summary import Summary
    from risksim.results.description import Description
    from risksim.results.story import Story


class Provenance(NamedTuple):
    """Where the numbers come from, so that anybody can make them again."""

    file: str
    """Name of the scenario file, without its folders."""
    text: bytes
    """The file itself."""
    digest: str
    register: str
    """Version of the register of constants."""
    seed: int
    paths: int
    engine: str
    how: str
    """Paths, seed and engine in words, as `run` says them."""
    checked: str
    """The other engine and its paths in words; why no other can run the deal, where there is none."""
    versions: Mapping[str, str]
    """Of risksim, numpy and numba."""
    command: str
    """The command that prints the same numbers."""
    cross_check: CrossCheck | None = None
    """The same, number by number; None where no other engine can run the deal."""
    also: tuple[tuple[str, bytes], ...] = ()
    """Further files that the scenario needs, as the deals of a portfolio: names without folders, and what they hold."""


class InvestorOf(NamedTuple):
    """Somebody who pays for the programme."""

    name: str
    amount: float | None
    """Capital as the file commits it; None where it is a share or drawn as needed. [currency]"""
    rank: int | None
    guaranteed: float | None = None
    """What a guarantee covers at most. [currency]"""
    kind: str = "investor"
    """``investor``, ``grant`` (whose `amount` nobody pays back) or ``guarantor``."""


class PriceOf(NamedTuple):
    """What is paid for, by whom."""

    rule: str
    title: str
    kind: str
    """The word of the file for the payment rule, as ``per_outcome``."""
    price: float | None
    """Per unit, of a threshold what it pays, of a standing payment each of them; None where the rule has no single
    price, or an uncertain one. [currency]"""
    payers: tuple[str, ...]
    is_assumption: bool


class DealOf(NamedTuple):
    """A deal as its file tells it: nothing here is simulated."""

    name: str
    description: str
    currency: str
    decimals: int
    day_count: str
    starts_on: dt.date
    ends_on: dt.date
    """Of the last settlement."""
    people: int
    """Places planned. [people]"""
    cohorts: int
    outcomes: tuple[tuple[str, str], ...]
    """Names and titles."""
    capital: float | None
    """Paid in by all investors, None where paths differ. [currency]"""
    investors: tuple[InvestorOf, ...]
    payers: tuple[str, ...]
    prices: tuple[PriceOf, ...]
    caps: tuple[tuple[str, float], ...]
    """What a limit on payments is called by the file, else ``total`` or ``per_period``, and its amount. [currency]"""
    published: int
    """Places of the file that name a published source."""
    assumed: int
    """Places of the file that are assumptions."""
    repeated: tuple[str, ...] = ()
    """Outcomes measured several times, whose measurements are counted and not people."""
    amounts: tuple[str, ...] = ()
    """Outcomes that are amounts, which people have more or less of."""


class Histogram(NamedTuple):
    """How often results fall between edges."""

    edges: tuple[float, ...]
    """[n + 1]: rising. [currency]"""
    shares: tuple[float, ...]
    """[n]: share of the paths in each; what lies beyond the ends is in the last ones. [1]"""


class Results(NamedTuple):
    """What all investors together are left with: money received less money paid in, path by path, nominally."""

    full: Histogram
    """Evidence and luck. Zero is an edge, so that what lies left of it is exactly the probability of a loss."""
    luck: Histogram | None
    """Luck only, over the same edges."""
    expected: float
    """Expected only. [currency]"""
    quantiles: tuple[tuple[float, Estimate], ...]
    """Levels 0.01, 0.02, ... 0.99 and the result not exceeded with that probability. [currency]"""
    irr_quantiles: tuple[tuple[float, Estimate], ...] = ()
    """The same of the internal rate of return, where all paths have one. [1/year]"""
    at_least: tuple[float, ...] = ()
    """Of each of `quantiles` how likely the result is at least so much: more than one less its level where many paths
    end there, as at a cap. [1]"""


class Appropriation(NamedTuple):
    """What a payer sets aside for a budget year."""

    payer: str
    year: int
    amount: float
    """[currency]"""
    is_expected: bool
    """Whether it is the expected repayment, as the file names no appropriation."""
    p_more: Estimate
    """Probability that the year costs more. [1]"""


class Terms(NamedTuple):
    """What one term would have to be for the deal to be acceptable, all others as they stand."""

    term: str
    """Place in the file, as ``payments[0].price``."""
    title: str
    """What it is in words of the file."""
    asked: str
    """The limit, as ``p_loss<=0.10``."""
    priced: Priced
    kind: str = "price"
    """``price``, ``guarantee`` or ``cap``."""


class Together(NamedTuple):
    """All prices multiplied by one number, so that the deal is acceptable."""

    limit: float
    """The investors' probability of a loss that is not to be exceeded. [1]"""
    prices: int
    """How many are multiplied."""
    low: float
    """The smallest multiple that was tried. [1]"""
    high: float
    """The largest. [1]"""
    multiple: float | None
    """The smallest one, in hundredths, with which the limit holds by two standard errors; `low` where that holds
    already, None where no multiple tried is enough. [1]"""
    p_loss: Estimate
    """The investors' probability of a loss with it; with `high` where none is enough. [1]"""
    repaid: Estimate
    """The mean repayment of all payers likewise. [currency]"""
    now: tuple[Estimate, Estimate]
    """Both as the deal stands."""


class Promise(NamedTuple):
    """A guarantee that would make the deal acceptable: it makes good what is lost in the end, up to an amount."""

    amount: float
    """[currency]"""
    p_loss: Estimate
    """The investors' probability of a loss beyond it. [1]"""
    paid: Estimate
    """What the guarantor pays on average. [currency]"""


class Drivers(NamedTuple):
    """What the answer hangs on."""

    found: Sensitivity
    first: tuple[str, ...]
    """Inputs in order of influence, at most five."""


class Facts(NamedTuple):
    """All that a memo says of one deal. What a deal has not is None, and `lacking` says why in a sentence."""

    provenance: Provenance
    deal: DealOf
    description: Description
    summary: Summary | None
    lines: ThreeLines | None
    split: VarianceSplit | None
    results: Results | None
    appropriations: tuple[Appropriation, ...]
    budgets: PurseSummary | None
    drivers: Drivers | None
    stresses: Standard | None
    terms: tuple[Terms, ...]
    typical: Story | None
    bad: Story | None
    acceptability: tuple[tuple[float, Estimate, Estimate], ...]
    """All prices as a common multiple of what they are, the investors' probability of a loss, the mean repayment of all
    payers. [1], [1], [currency]"""
    lacking: Mapping[str, str]
    """Sections that are left out, by the name of the field, and why: ``{"stresses": "..."}``."""
    stated: tuple[Stated, ...] = ()
    """The numbers and dates that the file states, which go out with the workbook and may come back changed."""
    budgets_how: str = ""
    """Paths, seed and engine behind `budgets` in words: the first paths of the run where somebody invests."""
    main_price: str = ""
    """Place of the price that claims most, as ``payments[0].price``."""
    purse_drivers: Tornado | None = None
    """What the net benefit of public budgets hangs on, on paper; None where the file says nothing of them."""
    opened: tuple[int, int] | None = None
    """Numbers of the typical path and of the bad one, as `run` names them."""
    together: Together | None = None
    """What all prices together would have to be; None where there is none that could be multiplied."""
    promise: Promise | None = None
    """The guarantee that would be enough; None where none is needed, or where the deal has guarantees of its own, which
    are then among `terms`."""


class HoldingOf(NamedTuple):
    """A deal of a portfolio."""

    name: str
    """What the portfolio calls it."""
    file: str
    """Name of its scenario file, without its folders."""
    share: float
    """The part of the investors' money that the fund pays in and gets back. [1]"""
    tranche: str | None
    """The tranche that the fund holds; None for all of them together."""
    deal: DealOf
    summary: FundHolding | None
    """What the fund pays in, gets back and may lose; None where nobody invests."""
    budgets: Mapping[str, KeyFigures] | None
    """What it leaves to public budgets; None where its file says nothing of them."""


class PortfolioFacts(NamedTuple):
    """All that a memo says of a portfolio."""

    provenance: Provenance
    name: str
    description: str
    currency: str
    decimals: int
    day_count: str
    hurdles: tuple[float, ...]
    starts_on: dt.date
    ends_on: dt.date
    holdings: tuple[HoldingOf, ...]
    summary: FundSummary | None
    results: Results | None
    """Of the fund; no luck only, and `expected` is what its deals leave at their expectations."""
    appropriations: tuple[Appropriation, ...]
    """Expected repayments of all deals by kind of payer and year."""
    budgets: PortfolioPurse | None
    lacking: Mapping[str, str]


class Compared(NamedTuple):
    """Several deals side by side."""

    facts: tuple[Facts, ...]
    comparison: Comparison | None
    """Paired differences, where the deals are met by the same people."""
    why_not: str = ""
    """Why there are none."""
