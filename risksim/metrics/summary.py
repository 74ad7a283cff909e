"""The statistics of a run, from plain arrays to a tree of estimates.

Keys
----
Every statistic has a key that does not change between versions: the names of the tree joined by dots, names from the
scenario in square brackets, as ``tranches[investor].npv[0.05].p_loss``. `Summary.to_json` nests the same names.

=========================================  ============================================================================
``tranches[NAME].irr.of_mean_flow``        IRR of the mean cash flow; the mean of the paths' IRRs is no return of
                                           anything and is not given [1/year]
``tranches[NAME].irr.QUANTILE``            quantiles over the paths that have an IRR, a total loss counting as -1; not
                                           shown where the paths without one pass the tail looked at [1/year]
``tranches[NAME].irr.status.STATUS``       share of paths by status of their IRR [1]
``tranches[NAME].moic.mean``               all money received over all capital paid in, as ratio of means [x]
``tranches[NAME].moic.QUANTILE``           quantiles over the paths that paid in; not shown where the others pass the
                                           tail [x]
``tranches[NAME].npv[HURDLE].SPREAD``      net present value at a hurdle rate [currency]
``tranches[NAME].npv[HURDLE].p_loss``      probability that it is negative [1]
``...npv[HURDLE].value_at_risk_95``        loss of net present value not exceeded with 95 % [currency]
``...npv[HURDLE].expected_shortfall_95``   mean loss of net present value in the worst twentieth [currency]
``tranches[NAME].loss.p_loss``             nominal loss: less comes back than was paid in [1]
``tranches[NAME].loss.p_severe_loss``      less than half comes back [1]
``tranches[NAME].loss.p_total_loss``       nothing comes back [1]
``tranches[NAME].loss.expected_given_loss``  mean nominal loss of the paths that lose [currency]
``tranches[NAME].loss.value_at_risk_95``   nominal loss (positive when lost) not exceeded with 95 % [currency]
``tranches[NAME].loss.expected_shortfall_95``  mean nominal loss in the worst twentieth [currency]
``investors...``                           the same as under ``tranches[NAME]`` for all tranches together; only where
                                           there are several
``payers[NAME].total.SPREAD``              what the payer pays over the contract [currency]
``payers[NAME].years[YEAR].SPREAD``        what it pays in a budget year [currency]
``programme.enrolled.SPREAD``              people over all cohorts; also ``completed``, ``dropouts``, ``unmeasured``
``programme.outcomes[NAME].achieved.SPREAD``  people over all cohorts who met the outcome; ``verified``: who count
``...outcomes[NAME].net.anyway.SPREAD``    of those achieved, how many would have come without the programme; only where
                                           the deal says so, as the next three
``...outcomes[NAME].net.added.SPREAD``     achieved less anyway: what the programme adds
``...outcomes[NAME].net.p_added_negative``  probability that fewer met it than would have anyway [1]
``...outcomes[NAME].net.share_anyway``     anyway over achieved, as ratio of means [1]
``ends_early.p_ends_early``                probability that the deal ends before its time; only where something may end
                                           it, as the next [1]
``ends_early.clauses[NAME]``               probability that this clause ends it [1]
=========================================  ============================================================================

SPREAD is ``mean``, ``sd`` or a QUANTILE, QUANTILE is ``p05``, ``p25``, ``p50``, ``p75`` or ``p95``; STATUS is
``ok_unique``, ``total_loss``, ``no_investment``, ``all_positive``, ``multiple`` or ``no_root``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from risksim.metrics import precision
from risksim.metrics.array import tail_of
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import BoolArray, FloatArray, IntArray, Sample

IRR_STATUSES = ("OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT", "ALL_POSITIVE", "MULTIPLE", "NO_ROOT")
"""What the codes 0, 1, ... of `RunArrays.irr_status` mean, as in `risksim.kernels.cashflow`."""
WITH_IRR = (IRR_STATUSES.index("OK_UNIQUE"), IRR_STATUSES.index("TOTAL_LOSS"))
"""Codes of the paths that have an internal rate of return."""

QUANTILE_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Levels of p05, p25, p50, p75 and p95. [1]"""
RISK_LEVEL = 0.95
"""Level of value at risk and expected shortfall. [1]"""

ENROLLED, COMPLETED, DROPOUTS, UNMEASURED, FIRST_OUTCOME = 0, 1, 2, 3, 4
"""Columns of `RunArrays.headcount`; from the last one on two per outcome: achieved, verified."""


Amounts: TypeAlias = IntArray | FloatArray
"""[path]: amounts of money. [minor unit]"""


class Withheld(NamedTuple):
    """A statistic that would mislead and is not shown."""

    reason: str
    """Why, in words."""


Statistic: TypeAlias = Estimate | Withheld


class RunArrays(NamedTuple):
    """What a run keeps of every path, as far as the statistics need it."""

    irr: FloatArray
    """float64[path, tranche]: internal rate of return, -1 for a total loss. [1/year]"""
    irr_status: npt.NDArray[np.int8]
    """int8[path, tranche]: index into `IRR_STATUSES`."""
    npv: FloatArray
    """float64[path, tranche, hurdle]: net present value. [currency]"""
    drawn: IntArray
    """int64[path, tranche]: all capital paid in. [minor unit]"""
    received: IntArray
    """int64[path, tranche]: all money received. [minor unit]"""
    repayment: IntArray
    """int64[path, payer, year]: payments by budget year. [minor unit]"""
    headcount: npt.NDArray[np.int32]
    """int32[path, cohort, count]: enrolled, completed, dropouts, unmeasured, then achieved and verified of the first
    outcome, of the second, and so on. [people]"""
    group_irr: FloatArray | None = None
    """float64[path, 1]: internal rate of return of all tranches together, where there are several. [1/year]"""
    group_irr_status: npt.NDArray[np.int8] | None = None
    """int8[path, 1]: its status."""
    group_npv: FloatArray | None = None
    """float64[path, 1, hurdle]: its net present value. [currency]"""
    ended_by: npt.NDArray[np.int16] | None = None
    """int16[path]: index into `RunNames.endings`, -1 for paths that run to their end."""
    anyway: FloatArray | None = None
    """float64[path, outcome]: people who would have met each outcome without the programme; nan where nobody
    says so. [people]"""


class RunNames(NamedTuple):
    """Names of the axes of `RunArrays` and the unit of its money."""

    tranches: tuple[str, ...]
    hurdles: tuple[float, ...]
    """Nominal annual rates. [1/year]"""
    payers: tuple[str, ...]
    years: tuple[int, ...]
    """Budget years."""
    outcomes: tuple[str, ...]
    minor_units: int
    """Minor units in one unit of the currency: 100 for DKK, 1 for KRW."""
    endings: tuple[str, ...] = ()
    """What may end the deal early."""


@dataclass(frozen=True)
class Paths:
    """How many paths stand behind the statistics."""

    count: int
    """Paths run. [paths]"""
    effective: float
    """Equally weighted paths that would tell as much. [paths]"""
    replicates: int
    """Replicates; 0 for an enumeration, which has no simulation error."""


@dataclass(frozen=True)
class Spread:
    """Mean, standard deviation and quantiles of one quantity."""

    mean: Estimate
    sd: Estimate
    p05: Estimate
    p25: Estimate
    p50: Estimate
    p75: Estimate
    p95: Estimate


@dataclass(frozen=True)
class PresentValue(Spread):
    """Net present value at one hurdle rate. [currency]"""

    p_loss: Estimate
    value_at_risk_95: Estimate
    expected_shortfall_95: Estimate


@dataclass(frozen=True)
class Return:
    """Internal rate of return. [1/year]"""

    of_mean_flow: Statistic
    p05: Statistic
    p25: Statistic
    p50: Statistic
    p75: Statistic
    p95: Statistic
    status: Mapping[str, Estimate]
    """Share of paths by status, in lower case. [1]"""


@dataclass(frozen=True)
class Multiple:
    """Money received over capital paid in. [x]"""

    mean: Estimate
    p05: Statistic
    p25: Statistic
    p50: Statistic
    p75: Statistic
    p95: Statistic


@dataclass(frozen=True)
class Loss:
    """Nominal loss: capital paid in less money received. Amounts in currency."""

    p_loss: Estimate
    p_severe_loss: Estimate
    p_total_loss: Estimate
    expected_given_loss: Estimate
    value_at_risk_95: Estimate
    expected_shortfall_95: Estimate


@dataclass(frozen=True)
class Tranche:
    """What one investor tranche gets."""

    irr: Return
    moic: Multiple
    npv: Mapping[str, PresentValue]
    """By hurdle rate, as ``0.05``."""
    loss: Loss


@dataclass(frozen=True)
class Payer:
    """What one payer pays. [currency]"""

    total: Spread
    years: Mapping[str, Spread]
    """By budget year, as ``2027``."""


@dataclass(frozen=True)
class Net:
    """What the programme adds to what would have happened anyway. [people]"""

    anyway: Spread
    added: Spread
    p_added_negative: Estimate
    """Probability that fewer met the outcome than would have without the programme. [1]"""
    share_anyway: Estimate
    """Those who would have met it anyway over those who met it. [1]"""


@dataclass(frozen=True)
class Outcome:
    """Who met an outcome. [people]"""

    achieved: Spread
    verified: Spread
    net: Net | None = None
    """Only where the deal says what would have happened anyway."""


@dataclass(frozen=True)
class Programme:
    """People over all cohorts. [people]"""

    enrolled: Spread
    completed: Spread
    dropouts: Spread
    unmeasured: Spread
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True)
class EarlyEnd:
    """How often the deal ends before its time. [1]"""

    p_ends_early: Estimate
    clauses: Mapping[str, Estimate]
    """By the name of what ends it."""


@dataclass(frozen=True)
class Summary:
    """All statistics of a run."""

    paths: Paths
    tranches: Mapping[str, Tranche]
    payers: Mapping[str, Payer]
    programme: Programme
    investors: Tranche | None = None
    """All tranches together, where there are several."""
    ends_early: EarlyEnd | None = None
    """How often the deal ends before its time, where something may end it."""

    @property
    def everybody(self) -> Tranche:
        """All investors together: the one tranche where there is one."""
        return self.investors if self.investors is not None else next(iter(self.tranches.values()))

    def statistics(self) -> Iterator[tuple[str, Estimate]]:
        """Every statistic with its key, in the order of the tree.

        Yields
        ------
        tuple of str and Estimate
            ``tranches[investor].loss.p_loss`` and the like. A withheld statistic is a missing estimate, all nan.
        """
        for part in ("tranches", "payers", "programme", "investors", "ends_early"):
            if getattr(self, part) is not None:
                yield from _walk(part, getattr(self, part))

    def to_json(self) -> dict[str, Any]:
        """The tree as plain dictionaries, ready for ``json.dumps``.

        Returns
        -------
        dict
            An estimate is ``{"value", "standard_error", "low", "high"}``; a number that does not exist is None, a
            withheld statistic says why under ``withheld``.
        """
        said: dict[str, Any] = plain(self)
        for part in ("investors", "ends_early"):
            if getattr(self, part) is None:
                del said[part]
        for name, outcome in self.programme.outcomes.items():
            if outcome.net is None:
                del said["programme"]["outcomes"][name]["net"]
        return said


def summarise(
    arrays: RunArrays,
    names: RunNames,
    sample: Sample,
    irr_of_mean_flow: Sequence[Statistic],
    irr_of_group: Statistic | None = None,
    people: Sequence[FloatArray] | None = None,
) -> Summary:
    """The statistics of a run, each with its simulation error.

    Parameters
    ----------
    arrays : RunArrays
        What was kept of every path.
    names : RunNames
        Names of the axes.
    sample : Sample
        Weights and replicates of the paths.
    irr_of_mean_flow : sequence of Estimate or Withheld
        One per tranche, from `risksim.metrics.precision.irr_of_mean_flow`.
    irr_of_group : Estimate or Withheld, optional
        That of all tranches together, where there are several.
    people : sequence of float64[replicate, people + 1], optional
        Laws of the columns of head counts, all cohorts together, where the paths don't count people. [1]

    Returns
    -------
    Summary

    Raises
    ------
    ValueError
        If names and arrays do not fit together.
    """
    _check(arrays, names, sample, irr_of_mean_flow, 0 if people is not None else sample.n_paths)
    return Summary(
        paths=Paths(sample.n_paths, sample.effective_size, sample.n_replicates),
        tranches={
            name: _tranche(arrays, names, sample, index, irr_of_mean_flow[index])
            for index, name in enumerate(names.tranches)
        },
        payers={name: _payer(arrays.repayment[:, index], names, sample) for index, name in enumerate(names.payers)},
        programme=_programme(arrays, names, sample) if people is None else _programme_by_law(people, names, sample),
        investors=None if irr_of_group is None else _together(arrays, names, sample, irr_of_group),
        ends_early=_early_end(arrays.ended_by, names, sample),
    )


def _early_end(ended_by: npt.NDArray[np.int16] | None, names: RunNames, sample: Sample) -> EarlyEnd | None:
    if ended_by is None or not names.endings:
        return None
    return EarlyEnd(
        precision.probability(ended_by >= 0, sample),
        {name: precision.probability(ended_by == row, sample) for row, name in enumerate(names.endings)},
    )


def _together(arrays: RunArrays, names: RunNames, sample: Sample, irr_of_group: Statistic) -> Tranche:
    """All tranches as one investor."""
    if arrays.group_irr is None or arrays.group_irr_status is None or arrays.group_npv is None:
        raise ValueError("got an IRR of all tranches together, but none of their returns by path.")
    whole = arrays._replace(
        irr=arrays.group_irr,
        irr_status=arrays.group_irr_status,
        npv=arrays.group_npv,
        drawn=arrays.drawn.sum(axis=1, keepdims=True),
        received=arrays.received.sum(axis=1, keepdims=True),
    )
    return _tranche(whole, names, sample, 0, irr_of_group)


def _check(
    arrays: RunArrays, names: RunNames, sample: Sample, irr_of_mean_flow: Sequence[Statistic], n_counted: int
) -> None:
    n_paths, n_tranches = sample.n_paths, len(names.tranches)
    expected = {
        "irr": (n_paths, n_tranches),
        "irr_status": (n_paths, n_tranches),
        "npv": (n_paths, n_tranches, len(names.hurdles)),
        "drawn": (n_paths, n_tranches),
        "received": (n_paths, n_tranches),
        "repayment": (n_paths, len(names.payers), len(names.years)),
        "headcount": (n_counted, arrays.headcount.shape[1], FIRST_OUTCOME + 2 * len(names.outcomes)),
    }
    for field, shape in expected.items():
        found = getattr(arrays, field).shape
        if found != shape:
            raise ValueError(f"got {field} of shape {found}; the names and the sample ask for {shape}.")
    if len(irr_of_mean_flow) != n_tranches:
        raise ValueError(f"got {len(irr_of_mean_flow)} IRRs of the mean flow for {n_tranches} tranches.")


def _tranche(arrays: RunArrays, names: RunNames, sample: Sample, index: int, of_mean_flow: Statistic) -> Tranche:
    drawn, received = arrays.drawn[:, index], arrays.received[:, index]
    return Tranche(
        irr=_return(arrays.irr[:, index], arrays.irr_status[:, index], sample, of_mean_flow),
        moic=_multiple(drawn, received, sample),
        npv={
            f"{hurdle:.10g}": present_value(np.ascontiguousarray(arrays.npv[:, index, column]), sample)
            for column, hurdle in enumerate(names.hurdles)
        },
        loss=loss_of(drawn, received, names.minor_units, sample),
    )


def _return(irr: FloatArray, status: npt.NDArray[np.int8], sample: Sample, of_mean_flow: Statistic) -> Return:
    shares = {name.lower(): precision.probability(status == code, sample) for code, name in enumerate(IRR_STATUSES)}
    without = {name: shares[name.lower()].value for code, name in enumerate(IRR_STATUSES) if code not in WITH_IRR}
    reason = "have no single IRR (" + ", ".join(f"{n.lower()} {s:.1%}" for n, s in without.items() if s > 0) + ")"
    p05, p25, p50, p75, p95 = _quantiles_where(np.isin(status, WITH_IRR), irr, sample, reason)
    return Return(of_mean_flow, p05, p25, p50, p75, p95, shares)


def _multiple(drawn: IntArray, received: IntArray, sample: Sample) -> Multiple:
    invested = drawn > 0
    moic = np.divide(received, drawn, out=np.full(drawn.shape, np.nan), where=invested)
    return Multiple(
        precision.ratio_of_means(received.astype(np.float64), drawn.astype(np.float64), sample),
        *_quantiles_where(invested, moic, sample, "draw no capital"),
    )


def _quantiles_where(mask: BoolArray, values: FloatArray, sample: Sample, reason: str) -> list[Statistic]:
    """Quantiles over the paths on which a value exists, each withheld where the others pass the tail looked at."""
    if mask.all():
        return list(precision.quantiles(values, sample, QUANTILE_LEVELS))
    without = float(precision.probability(~mask, sample).value)
    kept = sample.where(mask)
    if kept.n_paths == 0:
        return [Withheld(f"all paths {reason}")] * len(QUANTILE_LEVELS)
    found = precision.quantiles(values[mask], kept, QUANTILE_LEVELS)
    return [
        _unless_hidden(estimate, level, without, reason) for estimate, level in zip(found, QUANTILE_LEVELS, strict=True)
    ]


def _unless_hidden(estimate: Estimate, level: float, without: float, reason: str) -> Statistic:
    """A quantile, unless the share of paths without a value is larger than the tail it looks at."""
    tail = min(level, tail_of(level))
    if without <= tail:
        return estimate
    return Withheld(f"{without:.1%} of the paths {reason}, more than the {tail:.0%} tail this quantile looks at")


def present_value(npv: FloatArray, sample: Sample) -> PresentValue:
    """Statistics of a net present value: float64[path]. [currency]"""
    return PresentValue(
        **vars(spread(npv, sample)),
        p_loss=precision.probability(npv < 0, sample),
        value_at_risk_95=precision.value_at_risk(-npv, sample, RISK_LEVEL),
        expected_shortfall_95=precision.expected_shortfall(-npv, sample, RISK_LEVEL),
    )


def loss_of(drawn: Amounts, received: Amounts, minor_units: int, sample: Sample) -> Loss:
    """Whether money was lost is decided in whole minor units, how much is told in currency."""
    losses = (drawn - received) / minor_units
    return Loss(
        p_loss=precision.probability(received < drawn, sample),
        p_severe_loss=precision.probability(2 * received < drawn, sample),
        p_total_loss=precision.probability((received == 0) & (drawn > 0), sample),
        expected_given_loss=precision.expected_loss_given_loss(losses, sample),
        value_at_risk_95=precision.value_at_risk(losses, sample, RISK_LEVEL),
        expected_shortfall_95=precision.expected_shortfall(losses, sample, RISK_LEVEL),
    )


def _payer(repayment: IntArray, names: RunNames, sample: Sample) -> Payer:
    """One payer: repayment int64[path, year]. [minor unit]"""
    return Payer(
        total=spread(repayment.sum(axis=1) / names.minor_units, sample),
        years={
            str(year): spread(repayment[:, column] / names.minor_units, sample)
            for column, year in enumerate(names.years)
        },
    )


def _programme(arrays: RunArrays, names: RunNames, sample: Sample) -> Programme:
    people = arrays.headcount.sum(axis=1, dtype=np.int64)
    anyway = arrays.anyway
    achieved, verified = people[:, FIRST_OUTCOME::2], people[:, FIRST_OUTCOME + 1 :: 2]
    return Programme(
        enrolled=spread(people[:, ENROLLED], sample),
        completed=spread(people[:, COMPLETED], sample),
        dropouts=spread(people[:, DROPOUTS], sample),
        unmeasured=spread(people[:, UNMEASURED], sample),
        outcomes={
            name: Outcome(
                spread(achieved[:, index], sample),
                spread(verified[:, index], sample),
                None if anyway is None else _net(achieved[:, index], anyway[:, index], sample),
            )
            for index, name in enumerate(names.outcomes)
        },
    )


def _programme_by_law(people: Sequence[FloatArray], names: RunNames, sample: Sample) -> Programme:
    """People whose laws are known: float64[replicate, people + 1] for each column of head counts. [1]"""
    spreads = [spread(*_counted(law, sample.is_exact)) for law in people]
    achieved, verified = spreads[FIRST_OUTCOME::2], spreads[FIRST_OUTCOME + 1 :: 2]
    return Programme(
        enrolled=spreads[ENROLLED],
        completed=spreads[COMPLETED],
        dropouts=spreads[DROPOUTS],
        unmeasured=spreads[UNMEASURED],
        outcomes={name: Outcome(achieved[index], verified[index]) for index, name in enumerate(names.outcomes)},
    )


def _counted(law: FloatArray, is_exact: bool) -> tuple[FloatArray, Sample]:
    """Counts and their sample: a case for each number of people that can come about in a replicate."""
    possible = np.flatnonzero(law.any(axis=0))
    if is_exact or possible.size == 1:
        return possible.astype(np.float64), Sample.exact(law[:, possible].sum(axis=0) / law.sum())
    replicate, count = np.nonzero(law)
    weight = law[replicate, count] / law.sum()
    return count.astype(np.float64), Sample.of(weight, replicate.astype(np.int16))


def _net(achieved: IntArray, anyway: FloatArray, sample: Sample) -> Net | None:
    """What a programme adds: int64[path] and float64[path]. [people]"""
    if np.isnan(anyway).any():
        return None
    added = achieved - anyway
    return Net(
        spread(anyway, sample),
        spread(added, sample),
        precision.probability(added < -1e-9, sample),  # 0.1 * 30 is a little more than 3
        precision.ratio_of_means(anyway, achieved.astype(np.float64), sample),
    )


def spread(values: npt.NDArray[Any], sample: Sample) -> Spread:
    """Mean, standard deviation and quantiles of one quantity: float64[path]."""
    numbers = values.astype(np.float64, copy=False)
    quantiles = precision.quantiles(numbers, sample, QUANTILE_LEVELS)
    return Spread(precision.mean(numbers, sample), precision.sd(numbers, sample), *quantiles)


def _walk(key: str, node: Any) -> Iterator[tuple[str, Estimate]]:
    if isinstance(node, Estimate):
        yield key, node
    elif isinstance(node, Withheld):
        yield key, Estimate.missing()
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from _walk(f"{key}.{name}" if key.endswith(".status") else f"{key}[{name}]", child)
    else:
        for field in fields(node):
            if getattr(node, field.name) is not None:
                yield from _walk(f"{key}.{field.name}", getattr(node, field.name))


def plain(node: Any) -> Any:
    """A tree of statistics as plain dictionaries, ready for ``json.dumps``."""
    if isinstance(node, Estimate):
        return {name: _number(number) for name, number in node._asdict().items()}
    if isinstance(node, Withheld):
        return {**plain(Estimate.missing()), "withheld": node.reason}
    if isinstance(node, Mapping):
        return {name: plain(child) for name, child in node.items()}
    if node is None or isinstance(node, int | float):
        return node
    return {field.name: plain(getattr(node, field.name)) for field in fields(node)}


def _number(number: float) -> float | None:
    return number if math.isfinite(number) else None
