"""The statistics of `risksim.metrics.array` on labelled arrays, over the dimension ``path``.

Weights and replicates are read from the coordinates ``weight`` and ``replicate`` along ``path``; without them the paths
weigh the same. All other dimensions stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from risksim.metrics import array
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

DIM = "path"
"""The dimension that statistics run over."""
FIGURES = Estimate._fields
"""Coordinate of the dimension ``figure`` that `estimate` adds."""


def sample_of(data: xr.DataArray) -> Sample:
    """Weights and replicates of a labelled array.

    Parameters
    ----------
    data : DataArray
        With dimension ``path``, coordinates ``weight`` float64[path] and ``replicate`` int16[path] if it has them.

    Returns
    -------
    Sample
    """
    plain = Sample.equal(data.sizes[DIM])
    weight = data["weight"].to_numpy() if "weight" in data.coords else plain.weight
    replicate = data["replicate"].to_numpy() if "replicate" in data.coords else plain.replicate
    return Sample.of(weight, replicate)


def mean(values: xr.DataArray) -> xr.DataArray:
    """Weighted mean over ``path``; as `risksim.metrics.array.mean`."""
    return _over_paths(array.mean, values)


def sd(values: xr.DataArray) -> xr.DataArray:
    """Standard deviation over ``path``; as `risksim.metrics.array.sd`."""
    return _over_paths(array.sd, values)


def probability(mask: xr.DataArray) -> xr.DataArray:
    """Share of the paths, by weight, on which something holds. [1]"""
    return _over_paths(array.probability, mask, units="1")


def quantile(values: xr.DataArray, level: float) -> xr.DataArray:
    """Smallest value at which the distribution function reaches `level`; as `risksim.metrics.array.quantile`."""
    return _over_paths(array.quantile, values, level)


def value_at_risk(losses: xr.DataArray, level: float) -> xr.DataArray:
    """Loss that is not exceeded with probability `level`; losses are positive when money is lost."""
    return _over_paths(array.value_at_risk, losses, level)


def expected_shortfall(losses: xr.DataArray, level: float) -> xr.DataArray:
    """Mean of the worst ``1 - level`` share of losses; as `risksim.metrics.array.expected_shortfall`."""
    return _over_paths(array.expected_shortfall, losses, level)


def expected_loss_given_loss(losses: xr.DataArray) -> xr.DataArray:
    """Mean loss of the paths that lose; nan where none does."""
    return _over_paths(array.expected_loss_given_loss, losses)


def ratio_of_means(numerator: xr.DataArray, denominator: xr.DataArray) -> xr.DataArray:
    """Mean of one quantity over the mean of another, dimensions matched by name."""
    return mean(numerator) / mean(denominator)


def estimate(statistic: Callable[..., Estimate], values: xr.DataArray, *arguments: Any) -> xr.DataArray:
    """A statistic with its simulation error for every label.

    Parameters
    ----------
    statistic : callable
        One of `risksim.metrics.precision` that takes values, a sample and further arguments, as `precision.mean`.
    values : DataArray
        With dimension ``path``.
    *arguments : Any
        Further arguments, as a level.

    Returns
    -------
    DataArray
        Dimension ``path`` is gone; a last dimension ``figure`` holds value, standard_error, low and high.
    """

    def figures(plain: npt.NDArray[Any], sample: Sample) -> npt.NDArray[np.float64]:
        columns = plain.reshape(plain.shape[0], -1)
        found = [statistic(columns[:, column], sample, *arguments) for column in range(columns.shape[1])]
        return np.array(found).reshape(*plain.shape[1:], len(FIGURES))

    found = _over_paths(figures, values, new_dims=("figure",))
    return found.assign_coords(figure=("figure", list(FIGURES), {"long_name": "part of an estimate"}))


def _over_paths(
    statistic: Callable[..., Any],
    values: xr.DataArray,
    *arguments: Any,
    units: str | None = None,
    new_dims: tuple[str, ...] = (),
) -> xr.DataArray:
    """Apply a statistic of plain arrays with path first, keep names, labels and attributes."""
    ordered = values.transpose(DIM, ...)
    found = statistic(ordered.to_numpy(), sample_of(values), *arguments)
    coords = {name: coord for name, coord in ordered.coords.items() if DIM not in coord.dims}
    attrs = values.attrs if units is None else {"units": units}
    return xr.DataArray(found, coords, (*ordered.dims[1:], *new_dims), values.name, attrs)
