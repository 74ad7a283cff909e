"""Effects against a baseline or comparison group: drawn after the participants, from what is measured of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from risksim.engine.enrolment import enrol, expected_by_month
from risksim.kernels.effects import (
    CHUNK,
    count_group,
    know_amounts,
    know_shares,
    matching_bias,
    standard_error_of_amounts,
    standard_error_of_shares,
)
from risksim.plan.layout import (
    ALIKE,
    ANALYST,
    ANALYST_LUCK,
    CORRELATION,
    EFFECTIVE,
    GROUP,
    HIDDEN,
    LANES,
    MATCHING,
    MATCHING_LUCK,
    PER_PERSON,
    RATE,
    SAMPLING_LUCK,
    SPREAD,
    TREATED,
    TRUE,
    EffectLife,
    FloatArray,
    Plan,
    Stops,
)


def numbers_on_paths(plan: Plan, inputs: FloatArray) -> FloatArray:
    """The numbers of every effect: inputs float64[path, input] -> float64[effect, number, path]."""
    slot, value = plan.effects.number_slot, plan.effects.number_value
    out = np.empty((*slot.shape, inputs.shape[0]))
    for place in np.ndindex(slot.shape):
        out[place] = inputs[:, slot[place]] if slot[place] >= 0 else value[place]
    return out


def form_groups(
    plan: Plan,
    key: npt.NDArray[np.uint64],
    first_path: int,
    inputs: FloatArray,
    numbers: FloatArray,
    stops: Stops | None = None,
) -> None:
    """Count those who enrol and form groups on consecutive paths, as `compare_groups`; nobody does after a stop.

    numbers float64[effect, number, path] is filled in the column of the size.
    """
    for k in np.flatnonzero(plan.effects.enrolled_by):
        numbers[k, GROUP] = 0.0
        for at in range(0, inputs.shape[0], LANES):
            lanes = slice(at, at + LANES)
            before = np.full(LANES, plan.effects.enrolled_by[k], np.int16)
            if stops is not None:
                before = np.minimum(before, stops.month[lanes])
            for cohort in range(plan.cohorts.places.size):
                _, enrolled_at, _ = enrol(plan, key, first_path + at, cohort, inputs[lanes])
                numbers[k, GROUP, lanes] += (enrolled_at < before).sum(axis=0)


def expect_groups(plan: Plan, numbers: FloatArray, stops: Stops | None = None) -> None:
    """`form_groups` if people were divisible: numbers float64[effect, number, 1]."""
    for k in np.flatnonzero(plan.effects.enrolled_by):
        before = int(plan.effects.enrolled_by[k])
        if stops is not None:
            before = min(before, int(stops.month[0]))
        cohorts = range(plan.cohorts.places.size)
        numbers[k, GROUP] = sum(float(expected_by_month(plan, c)[:before].sum()) for c in cohorts)


def _counted(plan: Plan, effect: int, own: FloatArray) -> FloatArray:
    """People of a group as they count: those left by matching, fewer where they are alike: float64[path]. [people]"""
    people: FloatArray = own[GROUP] * own[EFFECTIVE]
    clusters = plan.effects.clusters[effect]
    if clusters > 0.0:
        people = people / np.maximum(1.0 + (people / clusters - 1.0) * own[ALIKE], 1.0)
    return people


def _people(number: FloatArray) -> npt.NDArray[np.int32]:
    """Whole people; 1e-9 guards whole numbers such as 0.29 * 100."""
    return np.floor(number + 1e-9).astype(np.int32)


def compare_groups(plan: Plan, key: npt.NDArray[np.uint64], first_path: int, numbers: FloatArray) -> FloatArray:
    """Draw the comparison groups of consecutive paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[2]
        Key of the stream.
    first_path : int
        First path, a multiple of 64.
    numbers : float64[effect, number, path]
        From `numbers_on_paths`; a multiple of 64 paths.

    Returns
    -------
    float64[effect, 2, path]
        Of the group: who succeeded and was measured, who was measured. Of an effect on an amount: participants and
        group measured. [people]
    """
    out = np.empty((numbers.shape[0], 2, numbers.shape[2]))
    words, hide = np.empty((CHUNK, LANES), dtype=np.uint32), np.zeros((CHUNK, LANES), dtype=np.uint32)
    for k, own in enumerate(numbers):
        people = _people(_counted(plan, k, own))
        if plan.effects.reads[k] >= PER_PERSON:
            out[k] = _people(own[TREATED]), people
        else:
            address = plan.effects.address[k]
            count_group(key, first_path, address, people, own[RATE], own[HIDDEN], words, hide, out[k, 0], out[k, 1])
    return out


def expected_groups(plan: Plan, numbers: FloatArray) -> FloatArray:
    """The comparison groups if people were divisible, as `compare_groups`."""
    out = np.empty((numbers.shape[0], 2, numbers.shape[2]))
    for k, own in enumerate(numbers):
        people = _counted(plan, k, own)
        if plan.effects.reads[k] >= PER_PERSON:
            out[k] = own[TREATED], people
        else:
            seen = people * (1.0 - own[HIDDEN])
            out[k] = seen * own[RATE], seen
    return out


def know_effects(plan: Plan, numbers: FloatArray, groups: FloatArray, measured: FloatArray) -> None:
    """Reckon every effect from what was measured of the participants and of its group.

    Parameters
    ----------
    plan : Plan
        The deal.
    numbers : float64[effect, number, path]
        From `numbers_on_paths`.
    groups : float64[effect, 2, path]
        From `compare_groups` or `expected_groups`. [people]
    measured : float64[path, cohort, measure, period]
        The columns of effects are filled in the first cohort: nan where an effect is not reckoned or has no value.
    """
    effects = plan.effects
    for k, own in enumerate(numbers):
        noise, bias = own[ANALYST] * own[ANALYST_LUCK], _bias(plan, k, own)
        known_in, reads, fewest = effects.known_in[k], effects.reads[k], effects.fewest[k]
        if reads >= PER_PERSON:
            know_amounts(
                effects.measure[k],
                known_in,
                reads,
                effects.estimator[k],
                fewest,
                own[TRUE],
                own[SPREAD],
                own[CORRELATION],
                groups[k, 0],
                groups[k, 1],
                own[SAMPLING_LUCK],
                bias,
                noise,
                measured,
            )
        else:
            columns = np.array([effects.measure[k], effects.verified[k], effects.seen[k]])
            know_shares(columns, known_in, reads, fewest, groups[k, 0], groups[k, 1], bias, noise, measured)


def _bias(plan: Plan, effect: int, own: FloatArray) -> FloatArray:
    out = np.empty(own.shape[1])
    matching_bias(plan.effects.usual[effect], own[MATCHING_LUCK], own[MATCHING], own[RATE], own[SPREAD], out)
    return out


def effect_lives(plan: Plan, numbers: FloatArray, groups: FloatArray, measured: FloatArray) -> tuple[EffectLife, ...]:
    """What the estimates of one path are made of.

    Parameters
    ----------
    plan : Plan
        The deal.
    numbers, groups : float64[effect, number, 1], float64[effect, 2, 1]
        Those of the path.
    measured : float64[1, cohort, measure, period]
        What was measured on it.

    Returns
    -------
    tuple of EffectLife
        In the order of the plan.
    """
    effects, told = plan.effects, []
    so_far = measured[0].sum(axis=0).cumsum(axis=1)
    for k, own in enumerate(numbers[:, :, 0]):
        group_met, group_seen = groups[k, :, 0]
        if effects.reads[k] >= PER_PERSON:
            n = np.full(so_far.shape[1], group_met)
            met, seen, group_met = np.full_like(n, np.nan), n, np.nan
            errors = [
                standard_error_of_amounts(effects.estimator[k], own[SPREAD], own[CORRELATION], people, group_seen)
                for people in n
            ]
        else:
            met, seen = so_far[effects.verified[k]], so_far[effects.seen[k]]
            errors = [standard_error_of_shares(*both, group_met, group_seen) for both in zip(met, seen, strict=True)]
        told.append(
            EffectLife(
                met,
                seen,
                float(group_met),
                float(group_seen),
                np.array(errors, dtype=np.float64),
                float(_bias(plan, k, numbers[k])[0]),
                float(own[ANALYST] * own[ANALYST_LUCK]),
                float(own[SAMPLING_LUCK]),
            )
        )
    return tuple(told)
