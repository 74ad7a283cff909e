"""Where among the inputs do the futures lie that somebody cares about? Boxes found by peeling.

The patient rule induction method of Friedman and Fisher, as Bryant and Lempert use it to discover scenarios: from the
box of all paths a thin slice is peeled off again and again, the one that leaves the highest density of hits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.metrics import precision
from risksim.metrics.indices import resampled
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ALPHA = 0.05
"""Part of a box that one slice takes at least. [1]"""
MOST_RESTRICTED = 3
"""Inputs that a box restricts at most: more is no story that people remember."""
CELLS = 100
"""Cells of equal counts into which an input is cut; limits lie between them."""
FEWEST = 0.02
"""Part of all paths that a box holds at least. [1]"""
RESAMPLES = 50
"""Samples drawn again, on which the search is repeated."""
SURE = 0.05
"""A restriction whose quasi-p is larger is dropped: chance would do as well. [1]"""


class Restriction(NamedTuple):
    """One side of a box."""

    column: int
    """Which input."""
    above: bool
    """Whether the box lies above the limit, or at or below it."""
    limit: float
    """In the unit of the input."""
    quasi_p: float
    """Chance that so many hits fall in the box if this limit did nothing: below 0.05 or it would not stand here. [1]"""
    found_again: float
    """Share of the resamples that restrict this input on this side. [1]"""
    limit_low: float
    """5 % point of the limit over these; nan where there are none."""
    limit_high: float
    """95 % point."""


class Box(NamedTuple):
    """Where hits are dense."""

    restrictions: tuple[Restriction, ...]
    coverage: Estimate
    """Share of all hits that lie in the box. [1]"""
    density: Estimate
    """Share of the box that are hits. [1]"""
    mass: Estimate
    """Share of all paths that lie in the box. [1]"""
    share: Estimate
    """Share of all paths that are hits: the density of a box that says nothing. [1]"""


class Cells(NamedTuple):
    """Inputs as numbers of cells."""

    code: IntArray
    """int64[path, input]: how many edges lie below."""
    edges: tuple[FloatArray, ...]
    """Edges of each input, rising; a value equal to one lies below it."""

    @property
    def n(self) -> IntArray:
        """Cells of each input."""
        return np.array([edge.size + 1 for edge in self.edges], dtype=np.int64)


class Limits(NamedTuple):
    """A box in cells: the first and the last cell of each input that belong to it."""

    first: tuple[int, ...]
    last: tuple[int, ...]


def discover(inputs: FloatArray, hit: BoolArray, most_searched: int = 4_000) -> Box | None:
    """Find a box where hits are dense, and try it on paths that had no part in the search.

    Parameters
    ----------
    inputs : float64[path, input]
        Independent paths.
    hit : bool[path]
        What somebody cares about.
    most_searched : int
        The first so many paths, at most half of all, are searched; coverage and density are those of the rest. [paths]

    Returns
    -------
    Box or None
        None where no box is denser than chance would make it.

    Notes
    -----
    Slices of at least `ALPHA` of the box are peeled off by the density that is left, until `FEWEST` of the paths are
    left or nothing helps. Of the boxes on the way the one with the highest harmonic mean of coverage and density is
    taken, of which density counts twice, ``1.25 c d / (0.25 d + c)``: a box that covers much and says little is no
    story. Then its limits are moved out again where that raises this mean (pasting). Restrictions whose quasi-p is
    above `SURE` are dropped. Once a box restricts `MOST_RESTRICTED` inputs, no further ones are touched.

    References
    ----------
    .. [1] J. H. Friedman and N. I. Fisher, "Bump hunting in high-dimensional data," Statistics and Computing, 9, 1999.
    .. [2] B. P. Bryant and R. J. Lempert, "Thinking inside the box," Technol. Forecast. Soc. Change, 77, 2010.
    """
    n_searched = min(most_searched, hit.size // 2)
    if n_searched < 2 * CELLS or not 0 < int(hit[:n_searched].sum()) < n_searched:
        return None
    cells = in_cells(inputs)
    searched = cells._replace(code=cells.code[:n_searched])
    limits, quasi = search(searched, hit[:n_searched])
    sides = sides_of(limits, cells)
    if not sides:
        return None
    again = [
        sides_of(search(searched._replace(code=searched.code[rows]), hit[rows])[0], cells)
        for rows in resampled(n_searched, RESAMPLES)
    ]
    rest, wanted = cells._replace(code=cells.code[n_searched:]), hit[n_searched:]
    held, sample = inside(rest, limits), Sample.equal(wanted.size)
    both = (held & wanted).astype(np.float64)
    return Box(
        tuple(
            _restriction(side, limit, quasi[side[0]], [found[side] for found in again if side in found], len(again))
            for side, limit in sides.items()
        ),
        precision.ratio_of_means(both, wanted.astype(np.float64), sample),
        precision.ratio_of_means(both, held.astype(np.float64), sample),
        precision.probability(held, sample),
        precision.probability(wanted, sample),
    )


def _restriction(side: tuple[int, bool], limit: float, quasi_p: float, again: list[float], n: int) -> Restriction:
    low, high = np.quantile(again, (0.05, 0.95)) if again else (np.nan, np.nan)
    return Restriction(side[0], side[1], limit, quasi_p, len(again) / n, float(low), float(high))


def in_cells(inputs: FloatArray) -> Cells:
    """Cut inputs float64[path, input] into cells of about equal counts."""
    levels = np.arange(1, CELLS) / CELLS
    edges = tuple(_edges(values, levels) for values in inputs.T)
    codes = [np.searchsorted(edge, values, side="left") for edge, values in zip(edges, inputs.T, strict=True)]
    return Cells(np.stack(codes, axis=1).astype(np.int64), edges)


def _edges(values: FloatArray, levels: FloatArray) -> FloatArray:
    """Values of the sample at the levels, none twice and none that has nothing above it."""
    found = np.unique(np.quantile(values, levels, method="inverted_cdf"))
    return np.asarray(found[found < values.max()], dtype=np.float64)


def sides_of(limits: Limits, cells: Cells) -> dict[tuple[int, bool], float]:
    """Limits of a box by input and whether it lies above them."""
    found = {}
    for column, (first, last, n) in enumerate(zip(limits.first, limits.last, cells.n.tolist(), strict=True)):
        if first > 0:
            found[column, True] = float(cells.edges[column][first - 1])
        if last < n - 1:
            found[column, False] = float(cells.edges[column][last])
    return found


def inside(cells: Cells, limits: Limits) -> BoolArray:
    """Which paths lie in a box: bool[path]."""
    held = (cells.code >= np.array(limits.first)) & (cells.code <= np.array(limits.last))
    return np.asarray(held.all(axis=1))


def search(cells: Cells, hit: BoolArray) -> tuple[Limits, dict[int, float]]:
    """The box of a sample, and the quasi-p of each input that it restricts."""
    whole = Limits((0,) * cells.n.size, tuple((cells.n - 1).tolist()))
    limits = paste(cells, hit, peel(cells, hit, whole))
    while True:
        quasi = quasi_p(cells, hit, limits)
        worst = max(quasi, key=lambda column: quasi[column], default=None)
        if worst is None or quasi[worst] <= SURE:
            return limits, quasi
        limits = _freed(limits, worst, cells)


def peel(cells: Cells, hit: BoolArray, limits: Limits) -> Limits:
    """Peel slices off a box by the density that is left; the best box on the way."""
    n = cells.n
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    coded = cells.code + start
    rows = np.flatnonzero(inside(cells, limits))
    best, best_worth = limits, _worth(int(hit[rows].sum()), rows.size, int(hit.sum()))
    while True:
        counts = np.bincount(coded[rows].ravel(), minlength=int(n.sum()))
        hits = np.bincount(coded[rows[hit[rows]]].ravel(), minlength=int(n.sum()))
        after = _best_slice(limits, counts, hits, start, n, rows.size, max(FEWEST * hit.size, 1.0))
        if after is None:
            return best
        column, limits = after
        held = cells.code[rows, column]
        rows = rows[(held >= limits.first[column]) & (held <= limits.last[column])]
        worth = _worth(int(hit[rows].sum()), rows.size, int(hit.sum()))
        if worth > best_worth:
            best, best_worth = limits, worth


def _best_slice(
    limits: Limits, counts: IntArray, hits: IntArray, start: IntArray, n: IntArray, size: int, fewest: float
) -> tuple[int, Limits] | None:
    """The slice that leaves the densest box: its input, and the box without it; None where none makes it denser."""
    restricted = [c for c in range(n.size) if limits.first[c] > 0 or limits.last[c] < n[c] - 1]
    free = restricted if len(restricted) >= MOST_RESTRICTED else range(n.size)
    found, densest = None, hits[start[0] : start[0] + n[0]].sum() / size
    least = max(ALPHA * size, 1.0)
    for column in free:
        own = slice(start[column], start[column] + n[column])
        upto, hits_upto = np.cumsum(counts[own]), np.cumsum(hits[own])
        low = int(np.searchsorted(upto, least))  # the first cell with which enough is gone from below
        high = int(np.searchsorted(upto, size - least, side="right")) - 1  # the last that stays when enough is gone
        for above, edge, left, hits_left in (
            (True, low + 1, size - upto[low], hits_upto[-1] - hits_upto[low]),
            (False, high, upto[high] if high >= 0 else 0, hits_upto[high]),
        ):
            if left >= fewest and hits_left > densest * left:
                densest = hits_left / left
                found = (column, _moved(limits, column, above, edge))
    return found


def paste(cells: Cells, hit: BoolArray, limits: Limits) -> Limits:
    """Move the limits of a box out again where that makes it better."""
    n, n_hits = cells.n, int(hit.sum())
    while True:
        held = inside(cells, limits)
        size = int(held.sum())
        best, best_worth = None, _worth(int(hit[held].sum()), size, n_hits)
        for column in range(n.size):
            for above in (True, False):
                edge = limits.first[column] if above else limits.last[column]
                if edge == (0 if above else n[column] - 1):
                    continue
                code = cells.code[inside(cells, _freed(limits, column, cells, above)), column]
                beyond = np.sort(edge - code[code < edge] if above else code[code > edge] - edge)
                if not beyond.size:
                    continue
                step = int(beyond[min(int(ALPHA * size), beyond.size - 1)])
                wider = _moved(limits, column, above, edge - step if above else edge + step)
                there = inside(cells, wider)
                worth = _worth(int(hit[there].sum()), int(there.sum()), n_hits)
                if worth > best_worth:
                    best, best_worth = wider, worth
        if best is None:
            return limits
        limits = best


def quasi_p(cells: Cells, hit: BoolArray, limits: Limits) -> dict[int, float]:
    """By restricted input, the chance of so many hits in the box if its limits on that input did nothing.

    Hits are then binomial, with the density of the box that leaves this input free.
    """
    from scipy.special import bdtrc

    held = inside(cells, limits)
    found = {}
    for column, (first, last, n) in enumerate(zip(limits.first, limits.last, cells.n.tolist(), strict=True)):
        if first > 0 or last < n - 1:
            wider = inside(cells, _freed(limits, column, cells))
            density = hit[wider].mean()
            hits = int(hit[held].sum())
            found[column] = float(bdtrc(hits - 1, int(held.sum()), density)) if hits > 0 else 1.0
    return found


def _worth(hits: int, size: int, all_hits: int) -> float:
    """Weighted harmonic mean of coverage and density: van Rijsbergen's F at one half."""
    return 1.25 * hits / (size + 0.25 * all_hits)


def _moved(limits: Limits, column: int, above: bool, edge: int) -> Limits:
    ends = list(limits.first if above else limits.last)
    ends[column] = edge
    return limits._replace(first=tuple(ends)) if above else limits._replace(last=tuple(ends))


def _freed(limits: Limits, column: int, cells: Cells, above: bool | None = None) -> Limits:
    """A box without its limits on an input, or without one of them."""
    if above is not False:
        limits = _moved(limits, column, True, 0)
    if above is not True:
        limits = _moved(limits, column, False, int(cells.n[column]) - 1)
    return limits
