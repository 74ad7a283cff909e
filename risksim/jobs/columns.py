"""What the statistics need of the paths of a deal, column by column, and how little of it has to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from risksim.metrics.cohorts import MOST_COHORTS, ask_cohorts
from risksim.metrics.ledger import ask_moves
from risksim.metrics.precision import Estimate
from risksim.metrics.source import Recorder, Values
from risksim.metrics.summary import RunArrays, RunNames, columns_of, summary_from
from risksim.plan.layout import FloatArray, PathResults, Plan
from risksim.results.anyway import would_anyway

Packed = dict[str, npt.NDArray[Any]]
"""Columns in as few bytes as hold them exactly; a column of one value is one number."""

WHOLE = (np.int8, np.int16, np.int32, np.int64)
"""Whole numbers, the smallest first."""


def names_of(plan: Plan) -> RunNames:
    """Names of the axes of the results of a deal."""
    labels = plan.labels
    return RunNames(
        labels.tranches, labels.hurdles, labels.payers, labels.years, labels.outcomes, plan.minor_units, labels.endings
    )


def arrays_of(plan: Plan, paths: PathResults) -> RunArrays:
    """The results of paths as the statistics take them."""
    return RunArrays(
        paths.irr,
        paths.irr_status,
        paths.npv,
        paths.drawn,
        paths.received,
        paths.repayment,
        paths.headcount,
        paths.group_irr,
        paths.group_irr_status,
        paths.group_npv,
        paths.ended_by,
        would_anyway(plan, paths),
    )


def net_flow(plan: Plan, paths: PathResults, tranche: int | None = None) -> FloatArray:
    """Money received less money paid in by one tranche, or by all: float64[path, period], whole. [minor unit]"""
    first, last = (1, len(plan.labels.tranches)) if tranche is None else (1 + tranche, 1 + tranche)
    flow = np.zeros(paths.flow[:, 0].shape)
    for line in range(plan.ledger.from_party.size):
        sign = int(first <= plan.ledger.to_party[line] <= last) - int(first <= plan.ledger.from_party[line] <= last)
        if sign:
            flow += sign * paths.flow[:, line]
    return flow


def sides_of(plan: Plan) -> list[int | None]:
    """Every tranche, then None for all of them where there are several."""
    return [*range(len(plan.labels.tranches)), *([None] if plan.labels.groups else [])]


def columns_of_paths(plan: Plan, paths: PathResults, moves: bool, cohorts: bool) -> dict[str, Values]:
    """Everything that statistics need of paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    paths : PathResults
        Some of its paths.
    moves, cohorts : bool
        Also what each line of the ledger moves by budget year; also the people of each cohort.

    Returns
    -------
    dict of str to ndarray
        [path], beside `risksim.metrics.summary.columns_of`: ``cash.SIDE.PERIOD``, ``move.LINE.YEAR`` and
        ``heads.COHORT.COUNT``, money in minor units.
    """
    found = columns_of(arrays_of(plan, paths), names_of(plan))
    for side in sides_of(plan):
        flow = net_flow(plan, paths, side).astype(np.int64)
        found |= {f"cash.{'all' if side is None else side}.{t}": flow[:, t] for t in range(flow.shape[1])}
    if moves:
        for year in range(len(plan.labels.years)):
            moved = paths.flow[:, :, np.asarray(plan.calendar.year_index) == year].sum(axis=2)
            found |= {f"move.{line}.{year}": moved[:, line] for line in range(moved.shape[1])}
    if cohorts and len(plan.labels.cohorts) <= MOST_COHORTS:
        n_cohorts, n_counts = paths.headcount.shape[1:]
        found |= {
            f"heads.{cohort}.{count}": paths.headcount[:, cohort, count]
            for cohort in range(n_cohorts)
            for count in range(n_counts)
        }
    return found


def asked_of(plan: Plan, known: Mapping[str, Any], moves: bool, cohorts: bool) -> Recorder:
    """Every quantity that a summary (the ledger, the cohorts) asks for."""
    recorder, labels = Recorder(), plan.labels
    missing = Estimate.missing()
    summary_from(recorder, names_of(plan), known, [missing] * len(labels.tranches), missing if labels.groups else None)
    if moves:
        ask_moves(recorder, len(labels.lines), len(labels.years), plan.minor_units)
    if cohorts:
        ask_cohorts(recorder, len(labels.cohorts), len(labels.outcomes))
    return recorder


def pack(columns: Mapping[str, Values]) -> Packed:
    """Columns in as few bytes as hold them exactly: [path] -> [path] or [1]."""
    return {name: _smallest(values) for name, values in columns.items()}


def _smallest(values: Values) -> Values:
    values = np.ascontiguousarray(values)
    bits = values.view(f"i{values.itemsize}")  # so that nan equals nan, and -0 is not 0
    if (bits == bits[0]).all():
        return values[:1].copy()
    if values.dtype.kind != "i":
        return values
    low, high = values.min(), values.max()
    for kind in WHOLE:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    return values.copy()


class Kept(Mapping[str, Values]):
    """The columns of all paths so far, as they were before they were packed.

    Parameters
    ----------
    capacity : int
        Paths at most. Memory is taken as it is filled. [paths]
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kinds: dict[str, np.dtype[Any]] = {}
        self._held: dict[str, Values] = {}
        self.sizes: list[int] = []

    @property
    def n_paths(self) -> int:
        """How many paths were added. [paths]"""
        return sum(self.sizes)

    def add(self, part: Packed, n_paths: int, kinds: Mapping[str, np.dtype[Any]]) -> None:
        """Add the next packed paths; `kinds` are the types before packing."""
        begin = self.n_paths
        if not self.sizes:
            self._kinds = dict(kinds)
        for name in self._kinds:
            self._held[name] = self._with(self._held.get(name), part[name], begin, n_paths)
        self.sizes.append(n_paths)

    def _with(self, held: Values | None, part: Values, begin: int, n_paths: int) -> Values:
        """A column with more paths: one number as long as all are that number."""
        if held is None and part.size == 1:
            return part
        if held is not None and held.size == 1 == part.size and held.tobytes() == part.astype(held.dtype).tobytes():
            return held
        kind = part.dtype if held is None else np.promote_types(held.dtype, part.dtype)
        if held is None or held.size != self._capacity or held.dtype != kind:
            wider = np.empty(self._capacity, dtype=kind)
            if held is not None:
                wider[:begin] = held if held.size == 1 else held[:begin]
            held = wider
        held[begin : begin + n_paths] = part
        return held

    def part(self, number: int) -> dict[str, Values]:
        """The columns of one part."""
        begin = sum(self.sizes[:number])
        return {name: self._restored(name, begin, begin + self.sizes[number]) for name in self}

    def __getitem__(self, name: str) -> Values:
        return self._restored(name, 0, self.n_paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def _restored(self, name: str, begin: int, end: int) -> Values:
        held = self._held[name]
        if held.size == 1:
            return np.broadcast_to(held.astype(self._kinds[name]), (end - begin,))
        return held[begin:end].astype(self._kinds[name], copy=False)
