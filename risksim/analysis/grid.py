"""One or two numbers of a deal moved over a grid, met by the same people and the same luck in every cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.stress import outcome_of
from risksim.errors import RisksimError
from risksim.language import N_, _
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.summary import WITH_IRR

FloatArray = npt.NDArray[np.float64]
MOST_CELLS = 400
MOST_AXES = 2
SHOWN = {
    "npv": ("mean NPV of all investors", "currency"),
    "p_loss": ("probability of a loss", "1"),
    "irr_p50": ("median IRR of all investors", "1/year"),
    "repayment": ("mean repayment of all payers", "currency"),
}
"""What a grid may show, in words, and its unit."""
OPERATIONS = {"*": "times", "+": "plus"}
"""What stands before the sign in ``PLACE*=0.5:1.5:5``, and what is done to the number."""
EXAMPLE = N_('Try --grid "payments[0].price=15000:25000:5" or --grid "cohorts[*].dropout=0.1,0.2,0.3"')


class GridError(RisksimError):
    """A grid that cannot be read, or is too large."""


class Axis(NamedTuple):
    """One number that is moved."""

    place: str
    """As under `stresses`."""
    operation: str | None
    """``times`` or ``plus``; None where the values stand there themselves."""
    values: tuple[float | str, ...]
    """Numbers, or what else may stand there, as ``6 months``."""
    base: float | str | None
    """Which of these, or between which, is the file as it stands; None where it says no certain number there."""

    @property
    def title(self) -> str:
        """The place and what is done to it."""
        return f"{self.place}{f', {self.operation}' if self.operation else ''}"


class Cell(NamedTuple):
    """The deal at one place of the grid."""

    at: tuple[float | str, ...]
    """The value on each axis."""
    value: Estimate | None
    """What is shown; None where the deal cannot be run there, or it does not exist."""
    difference: Estimate | None
    """Less the deal as it stands, with the error of the pairs; None for a median, of which there is none."""
    is_base: bool
    """Whether this is the deal as it stands."""
    reason: str | None
    """Why there is no value."""


class Grid(NamedTuple):
    """A deal over a grid."""

    show: str
    """A key of `SHOWN`."""
    hurdle: float
    """Rate of the present values: the last hurdle of the scenario. [1/year]"""
    axes: tuple[Axis, ...]
    base: Estimate
    """The deal as it stands."""
    cells: tuple[Cell, ...]
    """Row by row: the last axis runs fastest."""


def read_axis(deal: api.Deal, text: str) -> Axis:
    """Read one axis: ``PLACE=low:high:steps``, ``PLACE=a,b,c``, or either with ``*=`` or ``+=``.

    Parameters
    ----------
    deal : Deal
        The deal whose number is moved.
    text : str
        What was written.

    Returns
    -------
    Axis

    Raises
    ------
    GridError
        If it is no such text.
    """
    place, sign, said = text.rpartition("=")
    if not sign or not place.strip() or not said.strip():
        raise GridError(
            _(
                "--grid: got '{text}'; a grid is a place, the sign = and its values.\n  {example}",
                text=text,
                example=_(EXAMPLE),
            )
        )
    place = place.strip()
    operation = OPERATIONS.get(place[-1])
    if operation is not None:
        place = place[:-1].strip()
    values = _range(text, said) if said.count(":") == 2 else tuple(_value(part) for part in said.split(","))
    if len(set(values)) < len(values):
        raise GridError(
            _("--grid: got '{said}', which names a value twice.\n  {example}", said=said, example=_(EXAMPLE))
        )
    base: float | str | None = {"times": 1.0, "plus": 0.0}.get(operation or "")
    if operation is None:
        base = certain_at(deal, place)
    return Axis(place, operation, values, base)


def _range(text: str, said: str) -> tuple[float | str, ...]:
    try:
        low, high, steps = (float(part) for part in said.split(":"))
    except ValueError:
        raise GridError(
            _(
                "--grid: got '{text}'; a range is low:high:steps in plain numbers.\n  {example}",
                text=text,
                example=_(EXAMPLE),
            )
        ) from None
    if not (math.isfinite(low) and math.isfinite(high)) or low >= high or steps != int(steps) or steps < 2:
        raise GridError(
            _(
                "--grid: got '{said}'; low lies below high, and steps is a whole number from 2 to {most_cells}.\n"
                "  {example}",
                said=said,
                most_cells=MOST_CELLS,
                example=_(EXAMPLE),
            )
        )
    if steps > MOST_CELLS:
        raise GridError(
            _(
                "--grid: got {steps:,.0f} steps; a grid has at most {most_cells} cells.\n  {example}",
                steps=steps,
                most_cells=MOST_CELLS,
                example=_(EXAMPLE),
            )
        )
    # Twelve digits: 0.30000000000000004 is 0.3.
    return tuple(float(f"{value:.12g}") for value in np.linspace(low, high, int(steps)).tolist())


def _value(said: str) -> float | str:
    try:
        return float(said)
    except ValueError:
        return said.strip()


def certain_at(deal: api.Deal, place: str) -> float | str | None:
    """The certain number, or word, that the file says at a place; None where it says none, or several."""
    found = api.values_at(deal, place)
    said = [value["value"] if isinstance(value, dict) and "value" in value else value for value in found]
    said = [value["fixed"] if isinstance(value, dict) and "fixed" in value else value for value in said]
    plain = {value for value in said if isinstance(value, int | float | str) and not isinstance(value, bool)}
    if len(plain) != 1 or len(said) != sum(not isinstance(value, dict | list) for value in said):
        return None
    (value,) = plain
    return value if isinstance(value, str) else float(value)


def grid(
    deal: api.Deal,
    axes: Sequence[Axis],
    show: str = "npv",
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    progress: Callable[[int], None] | None = None,
) -> Grid:
    """Run a deal at every place of a grid, on the same draws.

    Parameters
    ----------
    deal : Deal
        A deal that investors finance.
    axes : sequence of Axis
        One or two.
    show : str
        A key of `SHOWN`.
    paths, seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done, over all runs.

    Returns
    -------
    Grid
        A cell in which the deal contradicts itself says why and has no value.

    Raises
    ------
    GridError
        If there are too many cells, or nothing like that can be shown.
    ScenarioError
        If no cell can be run: what is wrong with the first.
    """
    check(axes, show)
    base, sample = _shown(api.simulate(deal, paths, seed, threads, keep_claims=False, progress=progress), show)
    places: list[tuple[float | str, ...]] = [(value,) for value in axes[0].values]
    if len(axes) > 1:
        places = [(*one, value) for one in places for value in axes[1].values]
    cells: list[Cell] = []
    refused: RisksimError | None = None
    for number, at in enumerate(places):
        report = None if progress is None else _further(progress, (number + 1) * paths)
        is_base = all(_alike(value, axis.base) for value, axis in zip(at, axes, strict=True))
        try:
            other = api.changed(deal, _name(axes, at), changes_at(axes, at))
        except RisksimError as error:
            refused = refused or error
            cells.append(Cell(at, None, None, is_base, _reason(error)))
            continue
        after, _ = _shown(api.simulate(other, paths, seed, threads, keep_claims=False, progress=report), show)
        value = _estimate(after, sample, show)
        difference = None if show == "irr_p50" else precision.paired_difference(after, base, sample)
        missing = math.isnan(value.value)
        cells.append(Cell(at, None if missing else value, difference, is_base, "no path has one" if missing else None))
    if refused is not None and all(cell.value is None for cell in cells):
        raise refused
    return Grid(show, deal.plan.labels.hurdles[-1], tuple(axes), _estimate(base, sample, show), tuple(cells))


def check(axes: Sequence[Axis], show: str) -> None:
    """Refuse a grid that is too large, or shows nothing known.

    Raises
    ------
    GridError
        With what is allowed.
    """
    if show not in SHOWN:
        raise GridError(
            _("--show: got '{show}'; a grid shows {names}.\n  Try --show npv", show=show, names=", ".join(SHOWN))
        )
    if not 1 <= len(axes) <= MOST_AXES:
        raise GridError(
            _(
                "--grid: got it {number} times; a grid has one or two axes.\n  {example}",
                number=len(axes),
                example=_(EXAMPLE),
            )
        )
    if len({axis.place for axis in axes}) < len(axes):
        raise GridError(
            _(
                "--grid: got {place} twice; two axes are two places.\n  {example}",
                place=axes[0].place,
                example=_(EXAMPLE),
            )
        )
    cells = math.prod(len(axis.values) for axis in axes)
    if cells > MOST_CELLS:
        raise GridError(
            _(
                "--grid: got {cells:,} cells; a grid has at most {most_cells}.\n  Take fewer steps.",
                cells=cells,
                most_cells=MOST_CELLS,
            )
        )


def changes_at(axes: Sequence[Axis], at: Sequence[float | str]) -> dict[str, Any]:
    """The changes of one cell, as under `stresses`."""
    found: dict[str, Any] = {}
    for axis, value in zip(axes, at, strict=True):
        whole = int(value) if isinstance(value, float) and value == int(value) else value
        found[axis.place] = whole if axis.operation is None else {axis.operation: whole}
    return found


def _name(axes: Sequence[Axis], at: Sequence[float | str]) -> str:
    said = (f"{axis.title} {value}" for axis, value in zip(axes, at, strict=True))
    return f"grid: {', '.join(said)}"


def _alike(value: float | str, base: float | str | None) -> bool:
    if isinstance(value, float) and isinstance(base, float):
        return math.isclose(value, base, rel_tol=1e-9, abs_tol=1e-12)
    return value == base


def _further(progress: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: progress(before + done)


def _reason(error: RisksimError) -> str:
    faults = getattr(error, "faults", None)
    return str(faults[0].found) if faults else str(error)


def _shown(run: api.Run, show: str) -> tuple[FloatArray, Sample]:
    """What is shown of every path: float64[path]."""
    if show == "irr_p50":
        groups = bool(run.plan.labels.groups)
        irr = (run.paths.group_irr if groups else run.paths.irr)[:, 0]
        status = (run.paths.group_irr_status if groups else run.paths.irr_status)[:, 0]
        return np.where(np.isin(status, WITH_IRR), irr, np.nan), run.sample
    found = outcome_of(run)
    return {"npv": found.npv, "p_loss": found.lost, "repayment": found.repayment}[show], run.sample


def _estimate(values: FloatArray, sample: Sample, show: str) -> Estimate:
    if show == "p_loss":
        return precision.probability(values > 0.0, sample)
    if show != "irr_p50":
        return precision.mean(values, sample)
    there = ~np.isnan(values)
    return precision.quantile(values[there], sample.where(there), 0.5) if there.any() else Estimate.missing()
