"""Control variates: the mean of an individual run, made more exact by what each path would pay without the luck of
single people.

On every path the deal is settled a second time, with all that is measured at its expectation given the inputs and the
shared luck of the path. The mean of that is known almost exactly from quasi-random points. As far as the run's own mean
of it is off, its mean of what really happens is likely to be off in the same direction, and is put right.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.errors import RunError
from risksim.language import _
from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]

POINTS = 16_384
"""Quasi-random points behind the mean that is held to be known. [paths]"""
PILOT_PATHS = 20_000
"""Paths at most behind the coefficient. [paths]"""
PILOT_SEED = 0x636F_6E74_726F_6C00
"""What the seed is combined with for the pilot, so that the coefficient does not know the paths that it corrects."""


class Controlled(NamedTuple):
    """One mean, plain and adjusted."""

    quantity: str
    """``npv`` (of all investors, at the last hurdle) or ``repayment`` (by all payers)."""
    plain: Estimate
    """The mean of the run. [currency]"""
    adjusted: Estimate
    """The same, put right. [currency]"""
    variance_ratio: float
    """Variance of the plain mean over that of the adjusted one: so many times as many paths would do as well. 1 where
    nothing varies; infinite where nothing is left to chance. [1]"""
    coefficient: float
    """By how much the mean moves for each unit that the control is off. [1]"""


class ControlVariates(NamedTuple):
    """The means of a run, put right."""

    paths: int
    pilot_paths: int
    """Paths behind the coefficients. [paths]"""
    points: int
    """Quasi-random points behind what is held to be known. [paths]"""
    of: tuple[Controlled, ...]


def obstacle(run: api.Run) -> str | None:
    """Why the means of a run can't be put right; None where they can."""
    if run.engine != "individual":
        return f"it was made by the {run.engine} engine, which draws nobody"
    return api.why_not_conditional(run.plan)


def control_variates(run: api.Run, threads: int = 0) -> ControlVariates:
    """Put the mean present value and the mean repayment of a run right.

    Parameters
    ----------
    run : Run
        By the individual engine, of a deal without an `obstacle`.
    threads : int
        Threads of the pilot. Never changes a result.

    Returns
    -------
    ControlVariates
        Without bias: the coefficients come from a pilot with another seed.

    Raises
    ------
    RunError
        If there is an `obstacle`.
    """
    reason = obstacle(run)
    if reason is not None:
        raise RunError(
            _(
                "got a run whose means cannot be put right, because {reason}. Read its plain means.",
                reason=api.in_words_of_engines(reason),
            )
        )
    plan, n_paths = run.plan, run.paths.weight.size
    pilot = api.simulate(plan, min(n_paths, PILOT_PATHS), run.seed ^ PILOT_SEED, threads, keep_claims=False)
    expected = [
        api.divisible(plan, n_paths, run.seed),
        api.divisible(plan, pilot.paths.weight.size, pilot.seed),
        api.divisible(plan, POINTS, run.seed, engine="conditional"),
    ]
    of_run, of_pilot = _means(run), _means(pilot)
    found = []
    for place, quantity in enumerate(("npv", "repayment")):
        own, other, known = ((each.npv, each.repayment)[place] for each in expected)
        slope = coefficient(of_pilot[place], other)
        found.append(controlled(quantity, of_run[place], own, precision.mean(known, expected[2].sample), slope))
    return ControlVariates(n_paths, pilot.paths.weight.size, POINTS, tuple(found))


def _means(run: api.Run) -> tuple[FloatArray, FloatArray]:
    """What is averaged: present value of all investors and repayment by all payers, path by path."""
    return api.investors(run).npv[:, -1].copy(), run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units


def coefficient(values: FloatArray, control: FloatArray) -> float:
    """Slope of the regression of values on a control; 0 where the control does not vary."""
    sample = Sample.equal(values.size)
    far = control - array.mean(control, sample)
    square = float(array.mean(far**2, sample))
    return float(array.mean(far * values, sample)) / square if square > 0.0 else 0.0


def controlled(quantity: str, values: FloatArray, control: FloatArray, known: Estimate, slope: float) -> Controlled:
    """A mean put right by a control whose mean is known.

    Parameters
    ----------
    quantity : str
        What it is.
    values, control : float64[path]
        What is averaged, and its control on the same paths.
    known : Estimate
        Mean of the control, whose own error is added.
    slope : float
        Coefficient of the control, from other paths.

    Returns
    -------
    Controlled
    """
    sample = Sample.equal(values.size)
    plain = precision.mean(values, sample)
    rest = precision.mean(values - slope * (control - known.value), sample)
    error = math.hypot(rest.standard_error, slope * known.standard_error)
    ratio = (plain.standard_error / error) ** 2 if error > 0.0 else (math.inf if plain.standard_error > 0.0 else 1.0)
    return Controlled(quantity, plain, Estimate.symmetric(rest.value, error), ratio, slope)
