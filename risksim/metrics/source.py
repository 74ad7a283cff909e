"""Where the statistics of a quantity come from: values that were kept, or sums and counts taken as they passed.

A quantity is named and said how to work out from the columns of some paths, so the same tree of statistics can be
built from either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

Values: TypeAlias = npt.NDArray[Any]
"""[path]."""
Columns: TypeAlias = Mapping[str, Values]
"""What was kept of some paths, by name: [path]."""
Of: TypeAlias = Callable[[Columns], Values]
"""Works out a quantity from columns: [path]."""

QUANTILE_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Levels of p05, p25, p50, p75 and p95. [1]"""


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
class Paths:
    """How many paths stand behind the statistics."""

    count: int
    """Paths run. [paths]"""
    effective: float
    """Equally weighted paths that would tell as much. [paths]"""
    replicates: int
    """Replicates; 0 for an enumeration, which has no simulation error."""


class Partial(NamedTuple):
    """Quantiles of a quantity that not every path has."""

    without: float
    """Share of the paths that have none. [1]"""
    found: tuple[Estimate, ...]
    """One for each level, of the paths that have it; empty where none has."""


class Source(Protocol):
    """Answers for quantities by name."""

    @property
    def paths(self) -> Paths:
        """How many paths stand behind the answers."""
        ...

    def mean(self, name: str, of: Of, /) -> Estimate:
        """Mean, as `risksim.metrics.precision.mean`."""
        ...

    def spread(self, name: str, of: Of, /) -> Spread:
        """Mean, standard deviation and quantiles."""
        ...

    def quantiles(self, name: str, of: Of, /) -> Partial:
        """Quantiles at `QUANTILE_LEVELS` over the paths on which the quantity is not nan."""
        ...

    def tail(self, name: str, of: Of, level: float, sign: int, /) -> tuple[Estimate, Estimate]:
        """Value at risk and expected shortfall of `sign` times the quantity, a loss when positive."""
        ...

    def probability(self, name: str, of: Of, /) -> Estimate:
        """Probability of bool[path]."""
        ...

    def ratio(self, name: str, above: Of, below: Of, /) -> Estimate:
        """Mean of one quantity over that of another, as `risksim.metrics.precision.ratio_of_means`."""
        ...


class Stored:
    """Statistics of values that were kept: exactly those of `risksim.metrics.precision`.

    Parameters
    ----------
    columns : mapping of str to ndarray
        What was kept: [path]. A column of one value may be a view that repeats it.
    sample : Sample
        Weights and replicates of the paths.
    """

    def __init__(self, columns: Columns, sample: Sample) -> None:
        self.columns, self.sample = columns, sample
        self._sorted: tuple[str, array.Ranked] | None = None

    @property
    def paths(self) -> Paths:
        """How many paths stand behind the answers."""
        return Paths(self.sample.n_paths, self.sample.effective_size, self.sample.n_replicates)

    def mean(self, _name: str, of: Of, /) -> Estimate:
        """See `Source.mean`."""
        return precision.mean(_numbers(of(self.columns)), self.sample)

    def spread(self, name: str, of: Of, /) -> Spread:
        """See `Source.spread`."""
        numbers = _numbers(of(self.columns))
        return spread(numbers, self.sample, self._ranked(name, numbers))

    def quantiles(self, _name: str, of: Of, /) -> Partial:
        """See `Source.quantiles`."""
        values = of(self.columns)
        mask = ~np.isnan(values)
        if mask.all():
            return Partial(0.0, precision.quantiles(values, self.sample, QUANTILE_LEVELS))
        without = float(precision.probability(~mask, self.sample).value)
        kept = self.sample.where(mask)
        if kept.n_paths == 0:
            return Partial(without, ())
        return Partial(without, precision.quantiles(values[mask], kept, QUANTILE_LEVELS))

    def tail(self, name: str, of: Of, level: float, sign: int, /) -> tuple[Estimate, Estimate]:
        """See `Source.tail`."""
        numbers = _numbers(of(self.columns))
        ranked = self._ranked(name, numbers)
        if sign < 0:
            numbers = -numbers
            ranked = array.reflected(ranked) if ranked is not None else None
        return (
            precision.quantiles(numbers, self.sample, (level,), ranked)[0],
            precision.expected_shortfall(numbers, self.sample, level, ranked),
        )

    def probability(self, _name: str, of: Of, /) -> Estimate:
        """See `Source.probability`."""
        return precision.probability(of(self.columns), self.sample)

    def ratio(self, _name: str, above: Of, below: Of, /) -> Estimate:
        """See `Source.ratio`."""
        return precision.ratio_of_means(above(self.columns), below(self.columns), self.sample)

    def _ranked(self, name: str, numbers: Values) -> array.Ranked | None:
        """The quantity in rising order, sorted once for all its statistics; None where weights differ."""
        if not self.sample.is_equal:
            return None
        if self._sorted is None or self._sorted[0] != name:
            self._sorted = name, array.rank(numbers, self.sample)
        return self._sorted[1]


@dataclass
class Recorder:
    """Answers nothing and remembers what was asked: what has to be taken from paths as they pass."""

    moments: dict[str, Of] = field(default_factory=dict)
    """Quantities whose mean is asked for."""
    laws: dict[str, Of] = field(default_factory=dict)
    """Quantities whose quantiles or tails are asked for."""
    tails: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Level and sign of the quantities whose worst paths are asked for."""
    events: dict[str, Of] = field(default_factory=dict)
    """What may hold on a path."""
    ratios: dict[str, tuple[Of, Of]] = field(default_factory=dict)
    """Means over means."""

    @property
    def paths(self) -> Paths:
        """None."""
        return Paths(0, 0.0, 0)

    def mean(self, name: str, of: Of, /) -> Estimate:
        """See `Source.mean`."""
        self.moments[name] = of
        return Estimate.missing()

    def spread(self, name: str, of: Of, /) -> Spread:
        """See `Source.spread`."""
        self.moments[name] = self.laws[name] = of
        return Spread(*[Estimate.missing()] * 7)

    def quantiles(self, name: str, of: Of, /) -> Partial:
        """See `Source.quantiles`."""
        self.laws[name] = of
        return Partial(1.0, ())

    def tail(self, name: str, of: Of, level: float, sign: int, /) -> tuple[Estimate, Estimate]:
        """See `Source.tail`."""
        self.laws[name], self.tails[name] = of, (level, sign)
        return Estimate.missing(), Estimate.missing()

    def probability(self, name: str, of: Of, /) -> Estimate:
        """See `Source.probability`."""
        self.events[name] = of
        return Estimate.missing()

    def ratio(self, name: str, above: Of, below: Of, /) -> Estimate:
        """See `Source.ratio`."""
        self.ratios[name] = above, below
        return Estimate.missing()


def spread(values: Values, sample: Sample, ranked: array.Ranked | None = None) -> Spread:
    """Mean, standard deviation and quantiles of one quantity.

    Parameters
    ----------
    values : float64[path]
        The quantity.
    sample : Sample
        Weights and replicates of the paths.
    ranked : Ranked, optional
        The same values in rising order, where somebody sorted them before.

    Returns
    -------
    Spread
    """
    numbers = _numbers(values)
    quantiles: Sequence[Estimate] = precision.quantiles(numbers, sample, QUANTILE_LEVELS, ranked)
    return Spread(*precision.mean_and_sd(numbers, sample), *quantiles)


def _numbers(values: Values) -> Values:
    return np.ascontiguousarray(values.astype(np.float64, copy=False))
