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
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from risksim.metrics.array import tail_of
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import FloatArray, IntArray, Sample
from risksim.metrics.source import QUANTILE_LEVELS, Columns, Of, Partial, Paths, Source, Spread, Stored, Values
from risksim.metrics.source import spread as spread_of

IRR_STATUSES = ("OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT", "ALL_POSITIVE", "MULTIPLE", "NO_ROOT")
"""What the codes 0, 1, ... of `RunArrays.irr_status` mean, as in `risksim.kernels.cashflow`."""
WITH_IRR = (IRR_STATUSES.index("OK_UNIQUE"), IRR_STATUSES.index("TOTAL_LOSS"))
"""Codes of the paths that have an internal rate of return."""

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
    if irr_of_group is not None and arrays.group_npv is None:
        raise ValueError("got an IRR of all tranches together, but none of their returns by path.")
    columns = columns_of(arrays, names)
    if people is not None:  # rows that stand for many paths count nobody: a count of nought stands in
        counts = FIRST_OUTCOME + 2 * len(names.outcomes)
        columns |= {f"people.{count}": np.zeros(sample.n_paths, dtype=np.int64) for count in range(counts)}
    found = summary_from(Stored(columns, sample), names, columns.keys(), irr_of_mean_flow, irr_of_group)
    return found if people is None else replace(found, programme=_programme_by_law(people, names, sample))


def columns_of(arrays: RunArrays, names: RunNames) -> dict[str, Values]:
    """What the statistics need of some paths, by name.

    Parameters
    ----------
    arrays : RunArrays
        What a run keeps of them.
    names : RunNames
        Names of the axes.

    Returns
    -------
    dict of str to ndarray
        [path]; a number in a name is a place on an axis, ``all`` stands for all tranches together. Money is in minor
        units but for net present values, people are those of all cohorts.
    """
    found: dict[str, Values] = {}
    sides: list[tuple[int | str, tuple[Any, ...]]] = [
        (t, tuple(part[:, t] for part in (arrays.irr, arrays.irr_status, arrays.npv, arrays.drawn, arrays.received)))
        for t in range(len(names.tranches))
    ]
    if arrays.group_irr is not None and arrays.group_irr_status is not None and arrays.group_npv is not None:
        groups = (arrays.group_irr, arrays.group_irr_status, arrays.group_npv)
        money = (arrays.drawn.sum(axis=1), arrays.received.sum(axis=1))
        sides += [("all", (*(part[:, 0] for part in groups), *money))] if arrays.group_irr.shape[1] else []
    for side, (irr, status, npv, drawn, received) in sides:
        found |= {f"irr.{side}": irr, f"status.{side}": status, f"drawn.{side}": drawn, f"received.{side}": received}
        found |= {f"npv.{side}.{h}": npv[:, h] for h in range(len(names.hurdles))}
    for p in range(len(names.payers)):
        found |= {f"repayment.{p}.{y}": arrays.repayment[:, p, y] for y in range(len(names.years))}
    people = arrays.headcount.sum(axis=1, dtype=np.int64)
    found |= {f"people.{count}": people[:, count] for count in range(people.shape[1])}
    if arrays.anyway is not None:
        said = {f"anyway.{o}": arrays.anyway[:, o] for o in range(len(names.outcomes))}
        found |= {name: values for name, values in said.items() if not np.isnan(values).any()}
    if arrays.ended_by is not None and names.endings:
        found["ended_by"] = arrays.ended_by
    return found


def summary_from(
    source: Source,
    names: RunNames,
    known: Collection[str],
    irr_of_mean_flow: Sequence[Statistic],
    irr_of_group: Statistic | None = None,
) -> Summary:
    """The statistics of a run from any source.

    Parameters
    ----------
    source : Source
        Answers for quantities that are worked out from `columns_of`.
    names : RunNames
        Names of the axes.
    known : collection of str
        Names of the columns.
    irr_of_mean_flow : sequence of Estimate or Withheld
        One per tranche.
    irr_of_group : Estimate or Withheld, optional
        That of all tranches together, where there are several.

    Returns
    -------
    Summary
    """
    return Summary(
        paths=source.paths,
        tranches={name: _tranche(source, names, str(t), irr_of_mean_flow[t]) for t, name in enumerate(names.tranches)},
        payers={name: _payer(source, names, index) for index, name in enumerate(names.payers)},
        programme=_programme(source, names, known),
        investors=None if irr_of_group is None else _tranche(source, names, "all", irr_of_group),
        ends_early=_early_end(source, names) if "ended_by" in known else None,
    )


def _early_end(source: Source, names: RunNames) -> EarlyEnd:
    return EarlyEnd(
        source.probability("ended", lambda of: of["ended_by"] >= 0),
        {
            name: source.probability(f"ended.{row}", lambda of, row=row: of["ended_by"] == row)  # type: ignore[misc]
            for row, name in enumerate(names.endings)
        },
    )


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


def _tranche(source: Source, names: RunNames, side: str, of_mean_flow: Statistic) -> Tranche:
    return Tranche(
        irr=_return(source, side, of_mean_flow),
        moic=_multiple(source, side),
        npv={f"{hurdle:.10g}": _present_value(source, f"npv.{side}.{h}") for h, hurdle in enumerate(names.hurdles)},
        loss=_loss(source, side, names.minor_units),
    )


def _return(source: Source, side: str, of_mean_flow: Statistic) -> Return:
    status = f"status.{side}"

    def rate(of: Columns) -> Values:
        return np.asarray(np.where(np.isin(of[status], WITH_IRR), of[f"irr.{side}"], np.nan))

    def shown(code: int) -> Of:
        return lambda of: of[status] == code

    shares = {
        name.lower(): source.probability(f"{status}.{code}", shown(code)) for code, name in enumerate(IRR_STATUSES)
    }
    without = {name: shares[name.lower()].value for code, name in enumerate(IRR_STATUSES) if code not in WITH_IRR}
    reason = "have no single IRR (" + ", ".join(f"{n.lower()} {s:.1%}" for n, s in without.items() if s > 0) + ")"
    p05, p25, p50, p75, p95 = _unless_hidden(source.quantiles(f"irr.{side}", rate), reason)
    return Return(of_mean_flow, p05, p25, p50, p75, p95, shares)


def _multiple(source: Source, side: str) -> Multiple:
    def moic(of: Columns) -> Values:
        drawn = of[f"drawn.{side}"]
        return np.asarray(np.divide(of[f"received.{side}"], drawn, out=np.full(drawn.shape, np.nan), where=drawn > 0))

    return Multiple(
        source.ratio(
            f"moic.{side}",
            lambda of: of[f"received.{side}"].astype(np.float64),
            lambda of: of[f"drawn.{side}"].astype(np.float64),
        ),
        *_unless_hidden(source.quantiles(f"moic.{side}", moic), "draw no capital"),
    )


def _unless_hidden(part: Partial, reason: str) -> list[Statistic]:
    """Quantiles over the paths on which a value exists, each withheld where the others pass the tail looked at."""
    if not part.found:
        return [Withheld(f"all paths {reason}")] * len(QUANTILE_LEVELS)
    return [
        estimate
        if part.without <= (tail := min(level, tail_of(level)))
        else Withheld(f"{part.without:.1%} of the paths {reason}, more than the {tail:.0%} tail this quantile looks at")
        for estimate, level in zip(part.found, QUANTILE_LEVELS, strict=True)
    ]


def present_value(npv: FloatArray, sample: Sample) -> PresentValue:
    """Statistics of a net present value: float64[path]. [currency]"""
    return _present_value(Stored({"npv": npv}, sample), "npv")


def _present_value(source: Source, name: str) -> PresentValue:
    at_risk, shortfall = source.tail(name, lambda of: of[name], RISK_LEVEL, -1)
    return PresentValue(
        **vars(source.spread(name, lambda of: of[name])),
        p_loss=source.probability(f"{name}<0", lambda of: of[name] < 0),
        value_at_risk_95=at_risk,
        expected_shortfall_95=shortfall,
    )


def loss_of(drawn: Amounts, received: Amounts, minor_units: int, sample: Sample) -> Loss:
    """Whether money was lost is decided in whole minor units, how much is told in currency."""
    return _loss(Stored({"drawn.all": drawn, "received.all": received}, sample), "all", minor_units)


def _loss(source: Source, side: str, minor_units: int) -> Loss:
    drawn, received = f"drawn.{side}", f"received.{side}"

    def losses(of: Columns) -> Values:
        return np.asarray((of[drawn] - of[received]) / minor_units)

    at_risk, shortfall = source.tail(f"loss.{side}", losses, RISK_LEVEL, 1)
    return Loss(
        p_loss=source.probability(f"lost.{side}", lambda of: of[received] < of[drawn]),
        p_severe_loss=source.probability(f"half_lost.{side}", lambda of: 2 * of[received] < of[drawn]),
        p_total_loss=source.probability(f"all_lost.{side}", lambda of: (of[received] == 0) & (of[drawn] > 0)),
        expected_given_loss=source.ratio(
            f"loss.{side}", lambda of: np.maximum(losses(of), 0.0), lambda of: losses(of) > 0
        ),
        value_at_risk_95=at_risk,
        expected_shortfall_95=shortfall,
    )


def _payer(source: Source, names: RunNames, payer: int) -> Payer:
    def paid_in(*years: int) -> Of:
        def amount(of: Columns) -> Values:
            paid = sum((of[f"repayment.{payer}.{y}"] for y in years[1:]), of[f"repayment.{payer}.{years[0]}"])
            return np.asarray(paid / names.minor_units)

        return amount

    every = range(len(names.years))
    return Payer(
        total=source.spread(f"repaid.{payer}", paid_in(*every)),
        years={str(year): source.spread(f"repaid.{payer}.{y}", paid_in(y)) for y, year in enumerate(names.years)},
    )


def _programme(source: Source, names: RunNames, known: Collection[str]) -> Programme:
    def people(count: int) -> Spread:
        return source.spread(f"people.{count}", lambda of: of[f"people.{count}"])

    return Programme(
        enrolled=people(ENROLLED),
        completed=people(COMPLETED),
        dropouts=people(DROPOUTS),
        unmeasured=people(UNMEASURED),
        outcomes={
            name: Outcome(
                people(FIRST_OUTCOME + 2 * index),
                people(FIRST_OUTCOME + 1 + 2 * index),
                _net(source, index) if f"anyway.{index}" in known else None,
            )
            for index, name in enumerate(names.outcomes)
        },
    )


def _programme_by_law(people: Sequence[FloatArray], names: RunNames, sample: Sample) -> Programme:
    """People whose laws are known: float64[replicate, people + 1] for each column of head counts. [1]"""
    spreads = [spread_of(*_counted(law, sample.is_exact)) for law in people]
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


def _net(source: Source, outcome: int) -> Net:
    """What a programme adds. [people]"""
    anyway, achieved = f"anyway.{outcome}", f"people.{FIRST_OUTCOME + 2 * outcome}"

    def added(of: Columns) -> Values:
        return np.asarray(of[achieved] - of[anyway])

    return Net(
        source.spread(anyway, lambda of: of[anyway]),
        source.spread(f"added.{outcome}", added),
        source.probability(f"added.{outcome}<0", lambda of: added(of) < -1e-9),  # 0.1 * 30 is a little more than 3
        source.ratio(anyway, lambda of: of[anyway], lambda of: of[achieved].astype(np.float64)),
    )


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
