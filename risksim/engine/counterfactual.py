"""Who would have met an outcome without the programme: chances of each path and cohort with it and without."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.engine.fate_tables import alike, has_harder, lasts, leavers_succeed, moves
from risksim.engine.purse_meters import purse_of
from risksim.plan.layout import HAPPENS, FloatArray, Plan


class Shares(NamedTuple):
    """Of those who meet an outcome and of those who don't, who would have without the programme."""

    anyway: FloatArray
    """float64[path, cohort]: the share of those who meet it who would have met it anyway. [1]"""
    lost: FloatArray
    """float64[path, cohort]: the share of those who don't who would have; more than 0 only where all who meet it would
    have met it anyway. [1]"""


def shares_of(
    plan: Plan,
    inputs: FloatArray,
    own: FloatArray,
    rates: FloatArray | None,
    outcome: int,
    met: FloatArray,
    whole: FloatArray,
    *,
    ever: bool,
) -> Shares:
    """Shares of an outcome of which something says who would have met it anyway.

    The chance under the programme is the rate of the cohort, times those of the outcomes it waits for. Where the rate
    is not the chance of each (`plain_chance`), the share that met it on the path stands in.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    inputs, own : float64[path, input]
        Of the deal and of its purse.
    rates : float64[path, cohort, outcome], optional
        As `risksim.engine.chances.rates_of`.
    outcome : int
        Which outcome of persons.
    met, whole : float64[path, cohort]
        People who met it, and all who could have. [people]
    ever : bool
        True for who meets it at any of its measurements, False for each measurement.

    Returns
    -------
    Shares
    """
    n_paths, n_cohorts = met.shape
    before = np.clip(chance_anyway(plan, inputs, own, outcome, ever=ever), 0.0, 1.0)
    without = np.repeat(before[:, np.newaxis], n_cohorts, axis=1)
    under = plain_chance(plan, inputs, rates, outcome, ever=ever)
    if under is None:
        people, all_of_them = met.sum(axis=1), whole.sum(axis=1)
        found = np.divide(people, all_of_them, out=np.zeros(n_paths), where=all_of_them > 0.0)
        under = np.repeat(np.minimum(found, 1.0)[:, np.newaxis], n_cohorts, axis=1)
    some = under > without
    anyway = np.divide(without, under, out=np.ones_like(without), where=some)
    lost = np.divide(without - under, 1.0 - under, out=np.zeros_like(without), where=(without > under) & (under < 1.0))
    # Nobody would have met it anyway: every success counts.
    return Shares(np.where(without > 0.0, anyway, 0.0), np.ascontiguousarray(np.clip(lost, 0.0, 1.0)))


def chance_anyway(plan: Plan, inputs: FloatArray, own: FloatArray, outcome: int, *, ever: bool) -> FloatArray:
    """The chance to meet an outcome without the programme, of all who could: float64[path]. [1]

    What the purse says holds for people as they come, gates and repeated measurements included; the deal's own
    counterfactual is that of each measurement, times those of the outcomes it waits for.
    """
    purse = purse_of(plan)
    slot, value = purse.anyway_slot[outcome], purse.anyway_value[outcome]
    if slot >= 0 or not np.isnan(value):
        return _column(int(slot), float(value), own)
    said = plan.anyway
    assert said is not None
    chances: list[FloatArray] = []
    for row, of in enumerate(map(int, said.outcome)):
        chance = _column(int(said.chance_slot[row]), float(said.chance_value[row]), inputs)
        if ever and of == outcome:
            chance = _ever(plan, outcome, chance)
        if said.after[row] >= 0:
            chance = chance * chances[said.after[row]]
        if said.unless[row] >= 0:
            chance = chance * (1.0 - chances[said.unless[row]])
        chances.append(chance)
    place: int = said.outcome.tolist().index(outcome)
    return chances[place]


def _ever(plan: Plan, outcome: int, chance: FloatArray) -> FloatArray:
    """The chance to meet an outcome at any of its measurements, from that of each."""
    times = int(plan.outcomes.first_row[outcome + 1] - plan.outcomes.first_row[outcome])
    if times == 1:
        return chance
    return np.asarray(1.0 - (1.0 - chance) * (1.0 - chance * (1.0 - alike(plan, outcome))) ** (times - 1))


def plain_chance(
    plan: Plan, inputs: FloatArray, rates: FloatArray | None, outcome: int, *, ever: bool
) -> FloatArray | None:
    """The chance to meet an outcome under the programme, of all who could: float64[path, cohort].

    None where the rate is not the chance of each: for other kinds than what happens or doesn't, where leavers have a
    rate of their own or some people are harder to help, where success takes its time or is lost by moving away, and
    where what people share moves their chances other than through the rates of their cohort.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[path, input]
        Drawn inputs.
    rates : float64[path, cohort, outcome], optional
        As `risksim.engine.chances.rates_of`.
    outcome : int
        Which outcome of persons.
    ever : bool
        True for any of its measurements, False for each.
    """
    n_cohorts = plan.cohorts.places.size
    outcomes, own = plan.outcomes, plan.processes
    rows = slice(outcomes.first_row[outcome], outcomes.first_row[outcome + 1])
    times, comes = rows.stop - rows.start, bool((outcomes.period_of_month[rows] >= 0).all())
    if not _is_plain(plan, outcome) or (ever and times > 1 and (not comes or _ties_persons(plan, outcome))):
        return None
    if rates is None:
        rate = _column(int(outcomes.rate_slot[outcome]), float(outcomes.rate_value[outcome]), inputs)
        chance = np.repeat(rate[:, np.newaxis], n_cohorts, axis=1)
    else:
        chance = np.ascontiguousarray(rates[:, :, outcome])
    chance = np.clip(chance, 0.0, 1.0)
    if ever:
        chance = _ever(plan, outcome, chance)
    if own is None:
        return chance
    gates = [(int(own.gate[outcome]), own.gate_row, True), (int(own.bar[outcome]), own.bar_row, False)]
    if all(other >= 0 for other, _, _ in gates) and _ties_persons(plan, outcome):
        return None
    for other, row_of, opens in gates:
        if other < 0:
            continue
        if outcomes.first_row[other + 1] - outcomes.first_row[other] > 1 or (row_of[rows] < 0).any():
            return None
        found = plain_chance(plan, inputs, rates, other, ever=False)
        if found is None:
            return None
        chance = chance * (found if opens else 1.0 - found)
    return chance


def _is_plain(plan: Plan, outcome: int) -> bool:
    """Whether the rate of an outcome is the chance of everybody of whom it speaks."""
    own, tied = plan.processes, plan.dependence
    if own is not None and own.kind[outcome] != HAPPENS:
        return False
    if leavers_succeed(plan, outcome) or lasts(plan, outcome):
        return False
    if any(has_harder(plan, cohort) or moves(plan, cohort) for cohort in range(plan.cohorts.places.size)):
        return False
    if tied is None:
        return True
    if tied.degrees or tied.pairs is not None:
        return False
    shares = bool(tied.cohort[outcome] or tied.macro[outcome])
    return not shares or (bool(tied.by_chance[outcome]) and plan.unlike is None)


def _ties_persons(plan: Plan, outcome: int) -> bool:
    return plan.dependence is not None and bool(plan.dependence.person[outcome])


def _column(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(inputs.shape[0], value)
