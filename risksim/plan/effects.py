"""Effects as arrays: what is compared, when, and the numbers of both groups and of the errors."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from risksim.language import _
from risksim.plan import layout
from risksim.plan.columns import Column
from risksim.plan.hashes import hash16
from risksim.plan.numbers import Gathered, Number, Path, slots
from risksim.scenario import register
from risksim.scenario.base import value_of
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome, known_on
from risksim.scenario.uncertainty import Normal, NormalShape

READS = {
    "difference": layout.DIFFERENCE,
    "additional people": layout.ADDITIONAL,
    "relative increase": layout.INCREASE,
    "relative reduction": layout.REDUCTION,
    "pooled z": layout.POOLED_Z,
    "unpooled z": layout.UNPOOLED_Z,
    "per person": layout.PER_PERSON,
    "total": layout.ADDED_UP,
    "t": layout.T_VALUE,
}
ESTIMATORS = {
    "difference": layout.MEANS,
    "difference in differences": layout.CHANGES,
    "ancova": layout.ANCOVA,
}
MOST_PEOPLE = 262_143
"""People whom the address of a draw can tell apart. [people]"""
LARGEST_ANALYST_ERROR = 10.0
"""The largest difference between two analysts of the same data. [standard error]"""
LARGEST_EFFECT = 1e9
"""The largest effect or spread per person, so that totals are counted exactly."""


def effects(
    gathered: Gathered, measured: list[Column], follow_ups: Sequence[dt.date], dates: Sequence[dt.date]
) -> layout.Effects:
    """The effects of a deal.

    Parameters
    ----------
    gathered : Gathered
        The scenario and its uncertain numbers.
    measured : list of Column
        The measures that rules read; those that effects read and write are added.
    follow_ups, dates : sequence of date
        Follow-ups, and all periods.
    """
    scenario = gathered.scenario
    said = list(scenario.effects.items())
    people, whole = list(scenario.personal), scenario.whole

    def column(place: tuple[int, int]) -> int:
        wanted = Column(*place)
        if wanted not in measured:
            measured.append(wanted)
        return measured.index(wanted)

    known_in = np.zeros((len(said), len(dates)), np.uint8)
    own, verified, seen, reads, estimators = [], [], [], [], []
    numbers: list[Number] = []
    for k, (name, effect) in enumerate(said):
        own.append(column((whole.index(name), layout.RESULT)))
        on = people.index(effect.effect_on) if isinstance(effect, EffectOnOutcome) else -1
        verified.append(column((on, layout.SUM)) if on >= 0 else -1)
        seen.append(column((on, layout.SEEN)) if on >= 0 else -1)
        reads.append(READS[effect.reads])
        estimators.append(ESTIMATORS[effect.estimator] if isinstance(effect, EffectOnAmount) else layout.MEANS)
        numbers += _numbers(gathered, ("outcomes", name), effect)
        for date in known_on(effect, list(follow_ups), scenario.start_date):
            known_in[k, dates.index(date)] = 1
    slot, value = slots(numbers)
    return layout.Effects(
        measure=np.array(own, dtype=np.int64),
        verified=np.array(verified, dtype=np.int64),
        seen=np.array(seen, dtype=np.int64),
        address=np.array([hash16(name) for name, _ in said], dtype=np.int64),
        reads=np.array(reads, dtype=np.int64),
        estimator=np.array(estimators, dtype=np.int64),
        known_in=known_in,
        fewest=np.array([int(value_of(effect.minimum)) for _, effect in said], dtype=np.float64),
        enrolled_by=np.array([_enrolled_by(gathered, name, effect) for name, effect in said], dtype=np.int64),
        clusters=np.array([value_of(effect.against.clusters or 0) for _, effect in said], dtype=np.float64),
        usual=np.array([effect.matching_error == "usual" for _, effect in said], dtype=np.uint8),
        number_slot=slot.reshape(len(said), layout.EFFECT_NUMBERS),
        number_value=value.reshape(len(said), layout.EFFECT_NUMBERS),
    )


def _enrolled_by(gathered: Gathered, name: str, effect: EffectOnOutcome | EffectOnAmount) -> int:
    """The contract month before which people enrol who form the group; 0 where its size is said."""
    if not isinstance(effect, EffectOnOutcome) or effect.against.enrolled_by is None:
        return 0
    most = sum(cohort.most_people for cohort in gathered.scenario.cohorts)
    if most > MOST_PEOPLE:
        path = ("outcomes", name, "against", "enrolled_by")
        found = f"up to {most:,} people may enrol; a group holds at most {MOST_PEOPLE:,}."
        gathered.faults.append(
            gathered.places.fault(path, found, _("Write how many `people` are drawn for the group."))
        )
    return int(value_of(effect.against.enrolled_by))


def _numbers(gathered: Gathered, here: Path, effect: EffectOnOutcome | EffectOnAmount) -> list[Number]:
    """The numbers of one effect, in the order of the plan."""
    found = [Number(-1, 0.0)] * layout.EFFECT_NUMBERS
    against: Path = (*here, "against")
    if effect.against.people is not None:
        found[layout.GROUP] = gathered.number(
            (*against, "people"), effect.against.people, "people", low=1.0, high=MOST_PEOPLE
        )
    if effect.against.icc is not None:
        found[layout.ALIKE] = gathered.number((*against, "icc"), effect.against.icc, "1", high=1.0)
    found[layout.EFFECTIVE] = gathered.number((*against, "effective"), effect.against.effective, "1", high=1.0)
    if isinstance(effect, EffectOnOutcome):
        found[layout.RATE] = gathered.number((*against, "rate"), effect.against.rate, "1", high=1.0)
        found[layout.HIDDEN] = gathered.number((*against, "unmeasured"), effect.against.unmeasured, "1", high=1.0)
    else:
        most = {"low": -LARGEST_EFFECT, "high": LARGEST_EFFECT}
        found[layout.TRUE] = gathered.number((*here, "true_effect"), effect.true_effect, "per person", **most)
        found[layout.SPREAD] = gathered.number((*here, "sd"), effect.sd, "per person", high=LARGEST_EFFECT)
        found[layout.TREATED] = gathered.number((*here, "people"), effect.people, "people", low=1.0, high=MOST_PEOPLE)
        if effect.correlation is not None:
            found[layout.CORRELATION] = gathered.number((*here, "correlation"), effect.correlation, "1", high=1.0)
        found[layout.SAMPLING_LUCK] = _luck(gathered, (*here, "sampling"))
    if effect.matching_error is not None:
        usual = effect.matching_error == "usual"
        size = register.plain("matching-bias") if usual else effect.matching_error
        widest = 1.0 if isinstance(effect, EffectOnOutcome) else LARGEST_EFFECT
        found[layout.MATCHING] = gathered.number((*here, "matching_error"), size, "of the difference", high=widest)
        found[layout.MATCHING_LUCK] = _luck(gathered, (*here, "matching"))
    found[layout.ANALYST] = gathered.number(
        (*here, "analyst_error"), effect.analyst_error, "standard errors", high=LARGEST_ANALYST_ERROR
    )
    if found[layout.ANALYST] != Number(-1, 0.0):
        found[layout.ANALYST_LUCK] = _luck(gathered, (*here, "analyst"))
    return found


def _luck(gathered: Gathered, path: Path) -> Number:
    """How many standard deviations an error is off, once per path."""
    law = Normal(normal=NormalShape(mean=0.0, sd=1.0))
    return gathered.number(path, law, "standard deviations", low=-math.inf)
