"""Sums of quantities in fixed memory, along the tree of `risksim.metrics.tree`.

A task of paths is reduced to what `reduce` returns; tasks are added in the order of their paths. Tasks of 2^k leaves
each (but for the last) give the same bits as all leaves summed at once, whatever k is. Distances are taken to a shift
near the mean, so that powers lose nothing to cancellation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.kernels.tally import add_flows, add_powers, add_products, count_event
from risksim.metrics.sample import FloatArray, IntArray
from risksim.metrics.sketch import Counted, Sketch, count
from risksim.metrics.source import Columns, Recorder, Values
from risksim.metrics.tree import LEAF, pair_sum

Reduced = dict[str, npt.NDArray[Any]]


class Shifts(NamedTuple):
    """A number near the mean of each quantity, from the first paths of a run."""

    n_replicates: int
    moments: FloatArray
    """float64[quantity]."""
    ratios: FloatArray
    """float64[ratio, 2]."""
    flows: FloatArray
    """float64[side, period]. [currency]"""


class Counter:
    """A sum along the tree, part by part: one partial sum a level is held."""

    def __init__(self) -> None:
        self._levels: list[FloatArray | None] = []

    def add(self, part: FloatArray) -> None:
        """Add the next part, of as many leaves as the others; the last one may have fewer."""
        for level, held in enumerate(self._levels):
            if held is None:
                self._levels[level] = part
                return
            part, self._levels[level] = held + part, None
        self._levels.append(part)

    def total(self) -> FloatArray:
        """The sum of all parts so far; more may be added after."""
        found: FloatArray | None = None
        for held in self._levels:
            if held is not None:
                found = held if found is None else held + found
        assert found is not None, "nothing was added"
        return found


def flows_of(columns: Columns, side: str, minor_units: int) -> FloatArray:
    """The cash flow of a side: columns ``cash.SIDE.PERIOD`` -> float64[path, period]. [currency]"""
    names = [name for name in columns if name.startswith(f"cash.{side}.")]
    flow = np.empty((columns[names[0]].shape[0], len(names)))
    for period, name in enumerate(names):
        np.divide(columns[name], minor_units, out=flow[:, period])
    return flow


def sides_in(columns: Columns) -> list[str]:
    """Who has a cash flow, in the order of the columns."""
    return list(dict.fromkeys(name.split(".")[1] for name in columns if name.startswith("cash.")))


def shifts_of(columns: Columns, asked: Recorder, minor_units: int, n_replicates: int) -> Shifts:
    """Shifts from the first leaf of a run."""
    flows = [flows_of(columns, side, minor_units) for side in sides_in(columns)]
    return Shifts(
        n_replicates,
        np.array([_middle(of(columns)) for of in asked.moments.values()]),
        np.array([[_middle(of(columns)) for of in pair] for pair in asked.ratios.values()]).reshape(-1, 2),
        np.array([[_middle(flow[:, t]) for t in range(flow.shape[1])] for flow in flows]),
    )


def _middle(values: Values) -> float:
    """The mean, or the value itself where there is but one."""
    numbers = values.astype(np.float64)
    return float(numbers[0]) if (numbers == numbers[0]).all() else float(numbers.mean())


def reduce(columns: Columns, asked: Recorder, shifts: Shifts, minor_units: int) -> Reduced:
    """Reduce the paths of a task to sums and counts.

    Parameters
    ----------
    columns : mapping of str to ndarray
        The paths: [path].
    asked : Recorder
        What is wanted of them.
    shifts : Shifts
        From the first paths of the run.
    minor_units : int
        Minor units in one unit of the currency.

    Returns
    -------
    dict of str to ndarray
        ``moments`` float64[quantity, replicate, 4], ``ratios`` float64[ratio, replicate, 5], ``flows``
        float64[side, replicate, period], ``products`` float64[side, period, period], ``events``
        int64[event, replicate], ``buckets`` int64[law + 1], where those of each law begin in ``key`` int64[bucket],
        ``number`` int64[bucket, replicate], ``low`` and ``high`` float64[bucket]; ``paths`` int64.
    """
    n_paths, n_replicates = next(iter(columns.values())).shape[0], shifts.n_replicates
    n_leaves = -(-n_paths // LEAF)
    moments = np.empty((len(asked.moments), n_replicates, 4))
    for row, of in enumerate(asked.moments.values()):
        sums = np.zeros((n_leaves, n_replicates, 4))
        add_powers(_numbers(of(columns)), shifts.moments[row], sums)
        moments[row] = pair_sum(sums)
    ratios = np.empty((len(asked.ratios), n_replicates, 5))
    for row, (above, below) in enumerate(asked.ratios.values()):
        sums = np.zeros((n_leaves, n_replicates, 5))
        add_products(_numbers(above(columns)), _numbers(below(columns)), shifts.ratios[row], sums)
        ratios[row] = pair_sum(sums)
    events = np.zeros((len(asked.events), n_replicates), dtype=np.int64)
    for row, holds in enumerate(asked.events.values()):
        count_event(np.ascontiguousarray(holds(columns)), events[row])
    laws = [count(_numbers(of(columns)), n_replicates) for of in asked.laws.values()]
    return {
        "paths": np.array(n_paths),
        "moments": moments,
        "ratios": ratios,
        "events": events,
        **_flows([flows_of(columns, side, minor_units) for side in sides_in(columns)], shifts),
        "buckets": np.cumsum([0, *(law.key.size for law in laws)]),
        **{name: np.concatenate([getattr(law, name) for law in laws]) for name in Counted._fields},
    }


def sums_beyond(values: Values, sign: int, edges: FloatArray) -> FloatArray:
    """How far values lie beyond edges, added up along the tree.

    Parameters
    ----------
    values : float64[path]
        A quantity.
    sign : int
        -1 looks at minus the quantity.
    edges : float64[law]
        Of all paths, then of each replicate where there are several.

    Returns
    -------
    float64[law, 2]
        Sums of the distances and of their squares.
    """
    numbers, n_leaves = sign * _numbers(values), -(-values.shape[0] // LEAF)
    found = np.empty((edges.size, 2))
    for row, several in ((0, False), (1, True))[: edges.size]:
        border = np.resize(edges[1:], numbers.size) if several else edges[0]
        sums = np.zeros((n_leaves, edges.size - 1 if several else 1, 4))
        add_powers(np.maximum(numbers - border, 0.0), 0.0, sums)
        found[row : row + sums.shape[1]] = pair_sum(sums)[:, :2]
    return found


def _flows(flows: Sequence[FloatArray], shifts: Shifts) -> dict[str, FloatArray]:
    total, product = [], []
    for side, flow in enumerate(flows):
        n_leaves, n_periods = -(-flow.shape[0] // LEAF), flow.shape[1]
        sums = np.zeros((n_leaves, shifts.n_replicates, n_periods))
        products = np.zeros((n_leaves, n_periods, n_periods))
        add_flows(flow, shifts.flows[side], sums, products)
        total.append(pair_sum(sums))
        product.append(pair_sum(products))
    return {"flows": np.stack(total), "products": np.stack(product)}


def _numbers(values: Values) -> FloatArray:
    return np.ascontiguousarray(values, dtype=np.float64)


class Tally:
    """What is left of all paths so far.

    Parameters
    ----------
    asked : Recorder
        What is wanted.
    shifts : Shifts
        What distances are taken to.
    """

    SUMS = ("moments", "ratios", "flows", "products")

    def __init__(self, asked: Recorder, shifts: Shifts) -> None:
        self.asked, self.shifts, self.n_paths = asked, shifts, 0
        self._sums = {name: Counter() for name in self.SUMS}
        self.events: IntArray = np.zeros((len(asked.events), shifts.n_replicates), dtype=np.int64)
        self.sketches = {name: Sketch(shifts.n_replicates) for name in asked.laws}

    def add(self, part: Mapping[str, npt.NDArray[Any]]) -> None:
        """Add the next task, in the order of paths."""
        self.n_paths += int(part["paths"])
        for name, held in self._sums.items():
            held.add(part[name])
        self.events += part["events"]
        starts = part["buckets"]
        for row, sketch in enumerate(self.sketches.values()):
            here = slice(int(starts[row]), int(starts[row + 1]))
            sketch.add(Counted(*(part[name][here] for name in Counted._fields)))

    def sums(self, name: str) -> FloatArray:
        """One of ``moments``, ``ratios``, ``flows`` and ``products``, summed over all paths."""
        return self._sums[name].total()
