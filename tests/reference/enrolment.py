"""People who come in one after the other, wait and start in turn: one path, month by month.

Written from `docs/reference/model.md` (*Who comes in, and who starts*), `docs/reference/randomness.md` and the parsed
`Scenario`, never from the plan, the kernels or the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from scipy import stats

from risksim.scenario.base import value_of
from risksim.scenario.programme import Cohort, Enrolment
from risksim.scenario.uncertainty import (
    Beta,
    Component,
    Gamma,
    GammaShape,
    Lognormal,
    LognormalShape,
    Mixture,
    Uniform,
)
from tests.reference import laws
from tests.reference.philox import Key, input_place

MOST = 262_140
"""The most people of a cohort whom words tell apart."""


def in_turn(cohort: Cohort) -> bool:
    """Whether people of a cohort start in the order in which they come in."""
    e = cohort.enrolment
    return e is not None and (
        e.arrivals is not None or e.late_start is not None or e.per_month is not None or e.replace is not None
    )


def uncertain(cohort: Cohort) -> Iterator[tuple[str, tuple[Any, laws.Kind]]]:
    """The numbers of an enrolment block that may be uncertain, by the names of their draws."""
    e, here = cohort.enrolment, f"cohorts[{cohort.name}].enrolment"
    if e is None:
        return
    ratio: Any = e.ratio
    if e.shortfall == "trials":
        ratio = Lognormal(lognormal=LognormalShape(mu=0.0550928, sigma=0.3478932))
    elif e.shortfall == "default":
        going = Lognormal(lognormal=LognormalShape(mu=0.02, sigma=0.25))
        parts = [Component(weight=0.15, of=Beta(beta=(6.0, 16.0))), Component(weight=0.85, of=going)]
        ratio = Mixture(mixture=parts)
    yield f"{here}.ratio", (ratio, "ratio")
    if e.arrivals is not None:
        usual = Gamma(gamma=GammaShape(shape=8.0, scale=1.1226 / 8.0))
        yield f"{here}.arrivals.speed", (usual if e.arrivals.speed is None else e.arrivals.speed, "ratio")
        yield f"{here}.arrivals", (Uniform(uniform=(0.0, 1.0)), "share")
    if e.late_start is not None:
        usual = Gamma(gamma=GammaShape(shape=2.0, scale=1.5))
        yield f"{here}.late_start.months", (usual if e.late_start.months is None else e.late_start.months, "ratio")


def weights(enrolment: Enrolment) -> list[Fraction]:
    """Share of those who come in by month from `start`: nobody before the cohort opens."""
    window = max(1, int(value_of(enrolment.window)))
    ramp = 1 if enrolment.ramp is None else max(1, int(value_of(enrolment.ramp)))
    speeds = [min(Fraction(1), Fraction(month + 1, ramp)) for month in range(window)]
    if enrolment.ramp_power != 1.0:
        speeds = [Fraction(float(speed) ** enrolment.ramp_power) for speed in speeds]
    if enrolment.decay is not None:
        over, power = int(value_of(enrolment.decay.over)), enrolment.decay.power
        speeds = [speed * Fraction((1.0 + month / over) ** -power) for month, speed in enumerate(speeds)]
    return [Fraction(0)] * int(value_of(enrolment.opens)) + [speed / sum(speeds) for speed in speeds]


def number_who_come(cohort: Cohort, values: Mapping[str, float]) -> int:
    """How many come in over the window; `rounding` is what an average adds before rounding down."""
    here, places = f"cohorts[{cohort.name}].enrolment", int(value_of(cohort.participants))
    assert cohort.enrolment is not None
    if cohort.enrolment.arrivals is None:
        number = math.floor(values[f"{here}.ratio"] * places + 1e-9 + values.get(f"{here}.rounding", 0.0))
    else:
        mean = values[f"{here}.arrivals.speed"] * places
        number = int(stats.poisson.ppf(values[f"{here}.arrivals"], mean)) if mean > 0.0 else 0
    return min(number, MOST)


def on_future(cohorts: Sequence[Cohort], key: Key, path: int) -> dict[str, float]:
    """What differs between futures that are averaged: how many come in, at the same speed or ratio."""
    found = {}
    for cohort in filter(in_turn, cohorts):
        here = f"cohorts[{cohort.name}].enrolment"
        kind = "arrivals" if cohort.enrolment is not None and cohort.enrolment.arrivals is not None else "rounding"
        found[f"{here}.{kind}"] = input_place(key, path, f"{here}.arrivals")
    return found


def starts(
    cohort: Cohort, values: Mapping[str, float], planned: Sequence[int], months_to_leaving: Callable[[int], int | None]
) -> list[int | None]:
    """The month in which each person starts, None for who never does.

    Parameters
    ----------
    cohort : Cohort
    values : mapping
        Every number that may be uncertain.
    planned : sequence of int
        The month in which each person would come in if the start were not late.
    months_to_leaving : callable
        After how many months a person leaves, None for who stays.
    """
    e, places = cohort.enrolment, int(value_of(cohort.participants))
    assert e is not None
    opens, late, moved = int(value_of(e.opens)), 0, 0
    if e.late_start is not None:
        drawn = values[f"cohorts[{cohort.name}].enrolment.late_start.months"]
        late = min(math.floor(drawn), int(value_of(e.late_start.most)))
        moved = late if e.late_start.window == "moves" else 0
    closed = opens + int(value_of(e.window)) + moved
    comes = [month + late if month + late < closed else None for month in planned]
    over = closed + int(value_of(e.waiting_list_after_window))
    found: list[int | None] = [None] * len(comes)
    waiting: list[int] = []
    free = places
    freed: dict[int, int] = {}
    for month in range(over):
        free += freed.get(month, 0)
        waiting += [person for person, came in enumerate(comes) if came == month]
        if e.wait_at_most is not None:
            patience = int(value_of(e.wait_at_most))
            waiting = [person for person in waiting if month - (comes[person] or 0) <= patience]
        most = len(waiting) if e.per_month is None else int(value_of(e.per_month))
        now = waiting[: min(free, most)]
        waiting = waiting[len(now) :]
        free -= len(now)
        for person in now:
            found[person] = month
            stays = months_to_leaving(person)
            if e.replace is None or stays is None or stays >= int(value_of(e.replace.who_leave_within)):
                continue
            if e.replace.until is None or month + stays < opens + moved + int(value_of(e.replace.until)):
                freed[month + stays + 1] = freed.get(month + stays + 1, 0) + 1
    return found
