"""Two to four deals met by the same people and the same luck: what one leaves more than another, path by path."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.errors import RisksimError
from risksim.language import _, plural
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.summary import FIRST_OUTCOME, WITH_IRR

FloatArray = npt.NDArray[np.float64]
Engine = Literal["individual", "conditional"]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of every distribution. [1]"""
MOST_SIDES = 4
INVESTORS, PAYERS, PEOPLE, BUDGETS = "investors", "payers", "people", "public"
"""Whom a quantity is about."""
YEAR = "repayment "
"""How the keys of budget years begin."""
BINS = 40
"""Bars of a histogram."""


class CompareError(RisksimError):
    """Deals that cannot be compared."""


class Quantity(NamedTuple):
    """Something that every side has of every path."""

    key: str
    """``npv``, ``lost``, ``loss``, ``repayment``, ``repayment 2026``, ``successes NAME``, ``net benefit BUDGET``."""
    about: str
    """Whom it is about."""
    unit: str
    """``currency``, ``people`` or ``1``."""
    better: int
    """1 where more is better for those it is about, -1 where less is, 0 where it depends on who asks."""


class Distribution(NamedTuple):
    """A quantity over all paths."""

    mean: Estimate
    sd: Estimate
    quantiles: tuple[Estimate, ...]
    """At `LEVELS`."""


class Difference(NamedTuple):
    """A quantity of one side less that of the first, path by path."""

    quantity: Quantity
    over_paths: Distribution
    unpaired: float
    """Standard error that the mean difference would have if both sides met luck of their own. [unit of the quantity]"""
    saved: float
    """How many times as many paths that would take for the same error: the square of the ratio of errors; infinity
    where the pairs leave no error, nan where there is none either way. [1]"""
    p_more: Estimate
    """Probability that it is higher than under the first. [1]"""
    p_less: Estimate
    """Probability that it is lower. [1]"""
    p_equal: Estimate
    """Probability that it is the same. [1]"""
    correlation: Estimate
    """Of the two sides over paths: how much luck they share in this quantity; missing where one of them doesn't vary.
    [1]"""
    bins: tuple[tuple[float, float, float], ...]
    """Ends of a bar and the probability of a difference in it; a single bar of no width where it is one value."""


class Rates(NamedTuple):
    """The internal rate of return of all investors of one side over the paths that have one."""

    p_exists: Estimate
    """Share of paths with a single rate, a total loss counting as -1. [1]"""
    quantiles: tuple[Estimate, ...]
    """At `LEVELS`, of those paths. [1/year]"""


class Level(NamedTuple):
    """A quantity of one side."""

    quantity: Quantity
    over_paths: Distribution


class Side(NamedTuple):
    """One of the deals."""

    letter: str
    """``A``, ``B``, ``C`` or ``D``."""
    deal: str
    file: str
    stress: str | None
    """Which stress of the file; None for the deal as it stands."""
    digest: str
    levels: tuple[Level, ...]
    irr: Rates | None
    """None where nobody invests."""


class Shared(NamedTuple):
    """How much luck a side shares with the first."""

    inputs: int
    """Uncertain inputs of the same name, which are drawn with the same numbers."""
    of_first: int
    """Uncertain inputs of the first."""
    of_this: int
    """Uncertain inputs of this side."""
    outcomes: tuple[str, ...]
    """Outcomes of the same name, of which the same people draw the same numbers."""
    other_outcomes: tuple[str, ...]
    """Outcomes that only one of the two has, whose people draw numbers of their own."""
    same_start: bool
    """Whether both have the same cohorts at the same places of the list, so that their people are the same."""


class Pair(NamedTuple):
    """A side beside the first."""

    letter: str
    differences: tuple[Difference, ...]
    shared: Shared
    words: tuple[str, ...]
    """What its file says otherwise, a sentence each."""
    remarks: tuple[str, ...]
    """What a reader must know to compare: other dates, other hurdles, quantities that only one of them has."""


class Comparison(NamedTuple):
    """Deals side by side."""

    currency: str
    hurdle: float
    """Rate of the present values of all sides: the last hurdle of the first. [1/year]"""
    engine: str
    engine_why: str
    """Why this engine."""
    pairs: tuple[Pair, ...]
    """Each other side less the first."""
    sides: tuple[Side, ...]


class _Paths(NamedTuple):
    """What is kept of a side: every quantity on every path."""

    values: dict[Quantity, FloatArray]
    irr: FloatArray | None
    sample: Sample


def compare(
    deals: Sequence[api.Deal],
    names: Sequence[str | None] = (),
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    engine: str = "auto",
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Run deals on the same draws and take differences path by path.

    Parameters
    ----------
    deals : sequence of Deal
        Two to four; differences are of each other one less the first.
    names : sequence of str or None
        Which stress of its file each is.
    paths, seed, threads
        As in `risksim.api.simulate`.
    engine : {"auto", "individual", "conditional"}
        ``auto`` draws every person; ``conditional`` is for deals whose points decide the same.
    progress : callable, optional
        Called with the number of paths done, over all sides.

    Returns
    -------
    Comparison

    Raises
    ------
    CompareError
        If the deals cannot be compared, with what to do.
    """
    check(deals)
    names = names or [None] * len(deals)
    chosen, why = _engine(deals, engine)
    hurdle = deals[0].plan.labels.hurdles[-1]
    funded = all(deal.scenario.is_funded for deal in deals)
    public = all(api.has_purse(deal) for deal in deals)
    sides: list[Side] = []
    pairs: list[Pair] = []
    first: _Paths | None = None
    for number, (deal, name) in enumerate(zip(deals, names, strict=True)):
        report = None if progress is None else _further(progress, number * paths)
        found = _paths_of(deal, (paths, seed, threads, chosen), hurdle, funded, public, report)
        letter = "ABCD"[number]
        sides.append(_side(letter, deal, name, found))
        if first is None:
            first = found
            continue
        differences = tuple(_differences(first, found))
        words = api.differences_in_words(deals[0], deal)
        remarks = tuple(_remarks(deals[0], deal, first, found, hurdle))
        pairs.append(Pair(letter, differences, _shared(deals[0], deal), words, remarks))
    return Comparison(deals[0].plan.currency, hurdle, chosen, why, tuple(pairs), tuple(sides))


def check(deals: Sequence[api.Deal]) -> None:
    """Refuse what cannot be compared.

    Raises
    ------
    CompareError
        If there are too few or too many deals, or their currencies differ, or there is nothing that all have.
    """
    if not 2 <= len(deals) <= MOST_SIDES:
        raise CompareError(
            plural(
                "got {number} side; a comparison has two to four.\n"
                "  Name another file, or a stress of the first, as  risksim compare A.yaml --stress 'no cap'",
                "got {number} sides; a comparison has two to four.\n"
                "  Name another file, or a stress of the first, as  risksim compare A.yaml --stress 'no cap'",
                len(deals),
                number=len(deals),
            )
        )
    currencies = list(dict.fromkeys(deal.plan.currency for deal in deals))
    if len(currencies) > 1:
        other = next(deal for deal in deals if deal.plan.currency != currencies[0])
        raise CompareError(
            _(
                "{file}: got amounts in {currency}, and {other} has them in {currencies}; a difference between "
                "currencies says nothing.\n"
                "  Write its amounts in {currencies}, at a rate of exchange that you name as an assumption.",
                file=other.document.file,
                currency=other.plan.currency,
                other=deals[0].document.file,
                currencies=currencies[0],
            )
        )
    funded = [deal.scenario.is_funded for deal in deals]
    public = [api.has_purse(deal) for deal in deals]
    if not all(funded) and not all(public):
        lacking = deals[funded.index(False)]
        raise CompareError(
            _(
                "{file}: got no financing, so it has no investors to compare with, and not every file has a public "
                "block either.\n"
                "  Add financing to it, or public to all of them.",
                file=lacking.document.file,
            )
        )


def _engine(deals: Sequence[api.Deal], wanted: str) -> tuple[Engine, str]:
    if wanted not in ("auto", "individual", "conditional"):
        raise CompareError(
            _("got engine '{wanted}'; a comparison is run by individual or conditional, or auto.", wanted=wanted)
        )
    if wanted != "conditional":
        return "individual", "every person is drawn, so that sides share all luck of the same name"
    for deal in deals:
        obstacle = api.why_not_conditional(deal.plan)
        if obstacle is not None:
            raise CompareError(
                _(
                    "{file}: the conditional engine cannot run it, because {obstacle}.\n"
                    "  Leave --engine out: every person is then drawn on all sides.",
                    file=deal.document.file,
                    obstacle=api.in_words_of_engines(obstacle),
                )
            )
    if not api.shares_points([deal.plan for deal in deals]):
        raise CompareError(
            _(
                "got --engine conditional, but the points of these deals decide different things, so that their "
                "paths share no luck.\n"
                "  Leave --engine out: every person is then drawn on all sides."
            )
        )
    return "conditional", "all sides can count people, and their points decide the same"


def _further(progress: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: progress(before + done)


# Paths


def _paths_of(
    deal: api.Deal,
    how: tuple[int, int, int, Engine],
    hurdle: float,
    funded: bool,
    public: bool,
    report: Callable[[int], None] | None,
) -> _Paths:
    paths, seed, threads, engine = how
    values: dict[Quantity, FloatArray] = {}
    budgets: dict[str, FloatArray] = {}
    if public:
        whole = api.run_purse(deal, paths, seed, engine, threads, report)
        run = api.Run(whole.plan, whole.paths, seed, whole.engine)
        budgets = api.net_benefits_by_path(whole)
    else:
        run = api.simulate(deal, paths, seed, threads, keep_claims=False, engine=engine, progress=report)
    unit = run.plan.minor_units
    irr = None
    if funded:
        side = api.investors(run)
        values[Quantity("npv", INVESTORS, "currency", 1)] = _present_value(run, hurdle)
        values[Quantity("lost", INVESTORS, "1", -1)] = (side.received < side.drawn).astype(np.float64)
        values[Quantity("loss", INVESTORS, "currency", -1)] = np.maximum(side.drawn - side.received, 0) / unit
        irr = _rates(run)
    if run.plan.labels.payers:
        yearly = run.paths.repayment.sum(axis=1) / unit
        values[Quantity("repayment", PAYERS, "currency", 0)] = yearly.sum(axis=1)
        for column, year in enumerate(run.plan.labels.years):
            values[Quantity(f"repayment {year}", PAYERS, "currency", 0)] = yearly[:, column].copy()
    for place, name in enumerate(run.plan.labels.outcomes):
        heads = run.paths.headcount[:, :, FIRST_OUTCOME + 2 * place].sum(axis=1).astype(np.float64)
        values[Quantity(f"successes {name}", PEOPLE, "people", 1)] = heads
    for name, benefit in budgets.items():
        values[Quantity(f"net benefit {name}", BUDGETS, "currency", 1)] = benefit
    return _Paths(values, irr, run.sample)


def _present_value(run: api.Run, hurdle: float) -> FloatArray:
    """Of all investors at a rate: that of the run where it has it."""
    if hurdle in run.plan.labels.hurdles:
        return api.investors(run).npv[:, run.plan.labels.hurdles.index(hurdle)].copy()
    return np.asarray(api.cashflow_of(run) @ (1.0 + hurdle) ** -run.plan.calendar.years)


def _rates(run: api.Run) -> FloatArray:
    """IRR of all investors, nan where a path has none: float64[path]. [1/year]"""
    groups = bool(run.plan.labels.groups)
    irr = (run.paths.group_irr if groups else run.paths.irr)[:, 0]
    status = (run.paths.group_irr_status if groups else run.paths.irr_status)[:, 0]
    return np.where(np.isin(status, WITH_IRR), irr, np.nan)


# Statistics


def _side(letter: str, deal: api.Deal, name: str | None, found: _Paths) -> Side:
    levels = tuple(Level(quantity, _over(values, found.sample)) for quantity, values in found.values.items())
    irr = None
    if found.irr is not None:
        there = ~np.isnan(found.irr)
        part = found.sample.where(there)
        quantiles = (
            precision.quantiles(found.irr[there], part, LEVELS)
            if there.any()
            else tuple(Estimate.missing() for _ in LEVELS)
        )
        irr = Rates(precision.probability(there, found.sample), quantiles)
    return Side(letter, deal.plan.name, deal.document.file, name, deal.plan.digest, levels, irr)


def _over(values: FloatArray, sample: Sample) -> Distribution:
    return Distribution(
        precision.mean(values, sample), precision.sd(values, sample), precision.quantiles(values, sample, LEVELS)
    )


def _differences(first: _Paths, other: _Paths) -> Iterator[Difference]:
    # A year in which only one of the two pays is a year in which the other pays nothing.
    nothing = np.zeros(first.sample.n_paths)
    years = sorted({quantity for side in (first, other) for quantity in side.values if quantity.key.startswith(YEAR)})
    for quantity, before in first.values.items():
        if quantity in other.values and quantity not in years:
            yield difference(quantity, before, other.values[quantity], first.sample)
        if quantity.key == "repayment":
            for year in years:
                before, after = (side.values.get(year, nothing) for side in (first, other))
                yield difference(year, before, after, first.sample)


def difference(quantity: Quantity, before: FloatArray, after: FloatArray, sample: Sample) -> Difference:
    """A quantity of one side less that of the first, path by path.

    Parameters
    ----------
    quantity : Quantity
        What it is.
    before, after : float64[path]
        Of the first side and of the other, on the same paths.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Difference
    """
    moved = after - before
    over = _over(moved, sample)
    paired = over.mean.standard_error
    unpaired = math.hypot(*(precision.mean(values, sample).standard_error for values in (before, after)))
    saved = math.nan if unpaired == 0.0 else math.inf if paired == 0.0 else (unpaired / paired) ** 2
    return Difference(
        quantity,
        over,
        unpaired,
        saved,
        precision.probability(moved > 0.0, sample),
        precision.probability(moved < 0.0, sample),
        precision.probability(moved == 0.0, sample),
        precision.correlation(before, after, sample),
        bins_of(moved, sample),
    )


def bins_of(values: FloatArray, sample: Sample) -> tuple[tuple[float, float, float], ...]:
    """A histogram: ends and probability of each bar; zero is an end where it lies inside."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return ((low, high, 1.0),)
    width = (high - low) / BINS
    if low < 0.0 < high:  # so that no bar mixes gains and losses
        below, above = math.ceil(-low / width), math.ceil(high / width)
        width = max(-low / below, high / above)
        ends = np.arange(-below, above + 1) * width
    else:
        ends = np.linspace(low, high, BINS + 1)
    weights, _ = np.histogram(np.clip(values, ends[0], ends[-1]), bins=ends, weights=sample.weight)
    return tuple(zip(ends[:-1].tolist(), ends[1:].tolist(), weights.tolist(), strict=True))


# What is shared, and what is not


def _shared(first: api.Deal, other: api.Deal) -> Shared:
    inputs = [{note.name for note in deal.plan.labels.inputs} for deal in (first, other)]
    outcomes = [deal.plan.labels.outcomes for deal in (first, other)]
    return Shared(
        len(inputs[0] & inputs[1]),
        len(inputs[0]),
        len(inputs[1]),
        tuple(name for name in outcomes[0] if name in outcomes[1]),
        tuple(name for pair in (outcomes, outcomes[::-1]) for name in pair[0] if name not in pair[1]),
        len(first.plan.labels.cohorts) == len(other.plan.labels.cohorts),
    )


def _remarks(first: api.Deal, other: api.Deal, before: _Paths, after: _Paths, hurdle: float) -> Iterator[str]:
    one, two = first.plan.labels, other.plan.labels
    if other.plan.labels.hurdles != first.plan.labels.hurdles:
        own = f"{two.hurdles[-1]:.6g}"
        yield (
            f"other hurdles: present values of both are taken at {hurdle:.6g}, the last hurdle of the first; the "
            f"other's own last hurdle is {own}."
        )
    dates = [(deal.scenario.start_date, deal.scenario.end_date) for deal in (first, other)]
    if dates[0] != dates[1]:
        said = " and ".join(f"{start} to {end}" for start, end in dates)
        yield f"other dates: {said}; each present value is of the day on which its own deal starts."
    elif one.dates != two.dates:
        yield "another calendar: money moves on other days."
    if first.plan.day_count != other.plan.day_count:
        yield f"years are counted differently: {first.plan.day_count} and {other.plan.day_count}."
    if first.plan.minor_units != other.plan.minor_units:
        yield "amounts are rounded differently."
    public = [deal.plan.purse for deal in (first, other)]
    if public[0] is not None and public[1] is not None:
        if public[0].price_year != public[1].price_year:
            yield f"net benefits are in prices of {public[0].price_year} and of {public[1].price_year}."
        if public[0].years != public[1].years or not np.array_equal(public[0].discount, public[1].discount):
            yield "net benefits of public budgets are counted over other years, or discounted otherwise."
    alone = [
        key for here, there in ((before, after), (after, before)) for key in here.values if key not in there.values
    ]
    names = list(dict.fromkeys(quantity.key for quantity in alone if not quantity.key.startswith(YEAR)))
    if names:
        yield f"only one of the two has {', '.join(names)}: not compared."
