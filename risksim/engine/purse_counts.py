"""Who succeeds, whether measured or not, and who would have succeeded anyway: the people behind the public purse."""

from __future__ import annotations

from typing import NamedTuple

from risksim.engine.run import Settings
from risksim.plan.layout import FloatArray, Int32Array, Plan, Stops


class Counted(NamedTuple):
    """The people of consecutive paths, as the contract sees them and as they are."""

    inputs: FloatArray
    """float64[path, input]: those of the deal."""
    measured: FloatArray
    """float64[path, cohort, measure, period]: bit for bit what a run of the same engine measures, after early ends."""
    headcount: Int32Array
    """int32[path, cohort, count]: likewise."""
    stops: Stops | None
    """How the paths end; None where nothing can end them."""
    planned: FloatArray | None
    """As `risksim.engine.heads.planned_heads`."""
    own: FloatArray
    """float64[path, input]: the purse's own inputs (`Purse.inputs`)."""
    gross: FloatArray
    """float64[path, meter, period]: people of each meter, all cohorts together. [people]"""
    net: FloatArray
    """float64[path, meter, period]: those of them who count as an effect of the programme: of FIRST and ACHIEVED
    without those who would have met it anyway, less those who would have and do not; as `gross` for all other meters;
    nan where nothing says what would have happened anyway. [people]"""
    claimed_gross: FloatArray
    """float64[path, line, year]: for lines that several outcomes claim, the profile of each person-year's best claim,
    decay included, added up over people; 0 for other lines. [1]"""
    claimed_net: FloatArray
    """float64[path, line, year]: likewise of what the programme adds; nan where nothing says it. [1]"""
    attributable: FloatArray
    """float64[path, outcome]: people whom the programme brought to an outcome, less those whom it kept from it; nan
    where nothing says so. [people]"""
    anyway: FloatArray
    """float64[path, outcome]: the share of those who met it who would have met it anyway, all cohorts together; nan
    where nothing says so. [1]"""


def count_purse(plan: Plan, settings: Settings, first_path: int, n_paths: int) -> Counted:
    """Draw the people of consecutive paths and count them for the contract and for the public purse.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    settings : Settings
        Seed and engine.
    first_path, n_paths : int
        Which paths.

    Returns
    -------
    Counted
    """
    raise NotImplementedError
