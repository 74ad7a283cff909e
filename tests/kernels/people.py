"""People by hand: what the kernels of people do, person by person, from the words of the address page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.plan.layout import COMPLETERS, ELIGIBLE, ENROLLED, MEASURED, NEVER, SEEN, Measures, Plan
from tests.kernels.forms import KEY
from tests.reference import philox


def every_measure(plan: Plan) -> Plan:
    """The plan with a measure of every outcome and statistic."""
    n_outcomes = plan.outcomes.address.size
    columns = [(outcome, statistic) for statistic in (2, 0, 1) for outcome in range(n_outcomes)]
    outcome, statistic = np.array(columns, dtype=np.int64).T.copy()
    measured_in = np.ones((outcome.size, plan.calendar.years.size), np.uint8)
    rows = (outcome[:, None] == np.arange(n_outcomes)).astype(np.uint8)  # one measurement each
    return plan._replace(measures=Measures(outcome, statistic, rows, measured_in))


class Person(NamedTuple):
    enrolled: int
    left: int
    seen: bool
    met: list[int]


def drawn(slot: int, value: float, inputs: np.ndarray) -> float:
    return float(inputs[slot]) if slot >= 0 else float(value)


def lives(plan: Plan, cohort: int, path: int, inputs: np.ndarray) -> list[Person]:
    """Everybody of one cohort on one path; inputs float64[input]."""
    cohorts, outcomes = plan.cohorts, plan.outcomes
    ratio = drawn(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort], inputs)
    places = int(cohorts.places[cohort])
    people = min(places, int(np.floor(ratio * places + 1e-9)))
    dropout = drawn(cohorts.dropout_slot[cohort], cohorts.dropout_value[cohort], inputs)
    unmeasured = drawn(cohorts.unmeasured_slot[cohort], cohorts.unmeasured_value[cohort], inputs)
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    limits, duration = cohorts.month_limit[months].tolist(), int(cohorts.duration[cohort])

    def words(purpose: int, outcome: int = 0) -> list[int]:
        filled = []
        for quad in range(-(-people // 4)):
            counter = (path & philox.MASK, (path >> 32) << 16 | purpose, cohort << 16 | quad, outcome << 16)
            filled += [min(word, 2**32 - 2) for word in philox.philox(counter, KEY)]
        return filled[:people]

    joins, leaves, hides = words(philox.ENROLMENT), words(philox.DROPOUT), words(philox.MEASUREMENT)
    succeeds = [words(philox.SUCCESS, int(address)) for address in outcomes.address]
    found = []
    for person in range(people):
        enrolled = sum(joins[person] >= limit for limit in limits[:-1])
        left = NEVER
        if leaves[person] < philox.limit(dropout):
            place = (leaves[person] + 0.5) * 2.0**-32 / dropout
            left = enrolled + max(0, min(int(duration * place), duration - 1))
        met = []
        for k in range(outcomes.address.size):
            rate = drawn(outcomes.rate_slot[k], outcomes.rate_value[k], inputs)
            able = outcomes.population[k] == ENROLLED or left == NEVER
            happens = able and succeeds[k][person] < philox.limit(rate)
            met.append(int(outcomes.measured_month[k, months][enrolled]) if happens else NEVER)
        found.append(Person(enrolled, left, hides[person] >= philox.limit(unmeasured), met))
    return found


def count(plan: Plan, path: int, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measured float64[cohort, measure, period] and head counts int64[cohort, count] of one path."""
    n_cohorts, n_outcomes = plan.cohorts.places.size, plan.outcomes.address.size
    measured = np.zeros((n_cohorts, plan.measures.outcome.size, plan.calendar.years.size))
    heads = np.zeros((n_cohorts, 4 + 2 * n_outcomes), dtype=np.int64)
    for cohort in range(n_cohorts):
        first = plan.cohorts.month_ptr[cohort]
        for person in lives(plan, cohort, path, inputs):
            stays = person.left == NEVER
            heads[cohort, :4] += [1, stays, not stays, not person.seen]
            for k in range(n_outcomes):
                met = person.met[k] != NEVER
                period = plan.outcomes.period_of_month[k, first + person.enrolled]
                heads[cohort, 4 + 2 * k] += met
                heads[cohort, 5 + 2 * k] += met and person.seen and period >= 0
                eligible = {ENROLLED: True, COMPLETERS: stays, MEASURED: stays and person.seen}
                able = eligible[int(plan.outcomes.population[k])]
                for m, (outcome, statistic) in enumerate(
                    zip(plan.measures.outcome, plan.measures.statistic, strict=True)
                ):
                    if outcome == k and period >= 0 and able:
                        counts = {ELIGIBLE: True, SEEN: person.seen}.get(int(statistic), met and person.seen)
                        measured[cohort, m, period] += counts
    return measured, heads
