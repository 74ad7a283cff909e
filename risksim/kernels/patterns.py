"""Cohorts counted: how many people of each path do what the contract looks at.

The form of lives behind statistics. A person's words are held against limits and counted at once; no date of a life is
ever written down (`risksim.kernels.lives` does that, from the same words, so that both agree person by person).

A tile is 64 paths of one cohort. People are taken in chunks of 128, so that four counts fit the bytes of one word:
able, able and measurable, achieved, verified.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.kernels.chances import enrolled_people, limit_of, pick
from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES, fill_persons

CHUNK = 128
ENROLLED, COMPLETERS, MEASURED = 0, 1, 2
ELIGIBLE, SEEN, SUM, RESULT = 0, 1, 2, 3
ABLE, ACHIEVED, FIRST = 35, 36, 37
# Typed, not literal: a literal argument would compile `fill_persons` once for each purpose.
ENROLMENT_PURPOSE, DROPOUT_PURPOSE = np.int64(2), np.int64(3)
MEASUREMENT_PURPOSE, SUCCESS_PURPOSE = np.int64(4), np.int64(5)
NO_OUTCOME = np.int64(0)
ONCE = np.int64(0)  # the occasion of whatever is decided once
HEAD = 4  # enrolled, completed, dropped out, unmeasured; then achieved and verified of each outcome


@kernel
def mark_people(first, n_quads, n_enrolled, leave, leave_limit, hide, hide_limit, everybody, stayers, head):
    """Who is there, stays and can be measured, for one chunk of persons.

    leave, hide uint32[person, lane], limits uint32[lane], n_enrolled int32[lane] -> everybody, stayers
    uint32[person, lane] (byte 0: able, byte 1: able and measurable), head int32[2, lane] (stayed, unmeasured) added to.
    """
    eight = np.uint32(8)
    stayed, hidden = head[0], head[1]
    for j in range(4 * n_quads):
        person = np.int32(first + j)
        leave_row, hide_row, all_row, stay_row = leave[j], hide[j], everybody[j], stayers[j]
        for i in range(LANES):
            here = np.uint32(person < n_enrolled[i])
            seen = here & np.uint32(hide_row[i] >= hide_limit[i])
            stay = here & np.uint32(leave_row[i] >= leave_limit[i])
            all_row[i] = here | (seen << eight)
            stay_row[i] = stay | ((stay & seen) << eight)
            stayed[i] += np.int32(stay)
            hidden[i] += np.int32(here ^ seen)


@kernel
def mark_stayers(first, n_quads, n_enrolled, leave, leave_limit, stayers, head):
    """`mark_people` where everybody can be measured and only completers count: the common case, in one pass."""
    stayed = head[0]
    for j in range(4 * n_quads):
        person = np.int32(first + j)
        leave_row, stay_row = leave[j], stayers[j]
        for i in range(LANES):
            stay = np.uint32(person < n_enrolled[i]) & np.uint32(leave_row[i] >= leave_limit[i])
            stay_row[i] = stay * np.uint32(257)
            stayed[i] += np.int32(stay)


@kernel
def class_offsets(n_quads, words, limits, out):
    """Settlement class of each person, as an offset into counts[class, lane].

    words uint32[person, lane], limits uint32[class] -> out int32[person, lane].
    """
    for j in range(4 * n_quads):
        row, out_row = words[j], out[j]
        for i in range(LANES):
            out_row[i] = i
        for c in range(limits.size - 1):
            limit = limits[c]
            for i in range(LANES):
                out_row[i] += np.int32(LANES) * np.int32(row[i] >= limit)


@kernel
def count_one_class(n_quads, words, limit, able, counts):
    """Successes of a chunk whose people all settle together: -> counts uint32[lane] (four bytes) added to."""
    sixteen, zero = np.uint32(16), np.uint32(0)
    for quad in range(n_quads):
        w0, w1, w2, w3 = words[4 * quad], words[4 * quad + 1], words[4 * quad + 2], words[4 * quad + 3]
        a0, a1, a2, a3 = able[4 * quad], able[4 * quad + 1], able[4 * quad + 2], able[4 * quad + 3]
        for i in range(LANES):
            bar = limit[i]
            met = (
                (a0[i] if w0[i] < bar else zero)
                + (a1[i] if w1[i] < bar else zero)
                + (a2[i] if w2[i] < bar else zero)
                + (a3[i] if w3[i] < bar else zero)
            )
            counts[i] += a0[i] + a1[i] + a2[i] + a3[i] + (met << sixteen)


@kernel
def count_classes(n_quads, words, limit, able, offsets, value, counts):
    """Successes of a chunk by settlement class.

    Scratch value uint32[lane] -> counts uint32[class * lane] (four bytes) added to.
    """
    sixteen, zero = np.uint32(16), np.uint32(0)
    for j in range(4 * n_quads):
        row, able_row, offset_row = words[j], able[j], offsets[j]
        for i in range(LANES):
            value[i] = able_row[i] + ((able_row[i] << sixteen) if row[i] < limit[i] else zero)
        for i in range(LANES):
            counts[np.uint32(offset_row[i])] += value[i]


class Scratch(NamedTuple):
    """Arrays that `count_people` writes over again and again, for a tile of one cohort."""

    leave: npt.NDArray[np.uint32]
    hide: npt.NDArray[np.uint32]
    words: npt.NDArray[np.uint32]
    everybody: npt.NDArray[np.uint32]
    stayers: npt.NDArray[np.uint32]
    """uint32[person, lane]: words of leaving and measuring (0 where nobody does), of what comes; who is able."""
    offsets: npt.NDArray[np.int32]
    """int32[person, lane]: settlement classes."""
    value: npt.NDArray[np.uint32]
    """uint32[lane]."""
    packed: npt.NDArray[np.uint32]
    """uint32[class * lane]: four counts a word."""
    totals: npt.NDArray[np.int64]
    """int64[outcome, class, 4, lane]."""
    head: npt.NDArray[np.int32]
    """int32[2, lane]: who stayed, who is unmeasured."""
    n_enrolled: npt.NDArray[np.int32]
    """int32[lane]."""
    leave_limit: npt.NDArray[np.uint32]
    hide_limit: npt.NDArray[np.uint32]
    """uint32[lane]."""
    rate_limit: npt.NDArray[np.uint32]
    """uint32[outcome, lane]."""


def scratch_of(cohorts: Any, outcomes: Any) -> Scratch:
    """Scratch for a plan: groups of the plan -> Scratch."""
    people, lanes, n_outcomes = (CHUNK, LANES), LANES, outcomes.address.size
    n_classes = int(np.diff(cohorts.class_ptr).max())
    return Scratch(
        leave=np.zeros(people, np.uint32),
        hide=np.zeros(people, np.uint32),
        words=np.empty(people, np.uint32),
        everybody=np.empty(people, np.uint32),
        stayers=np.empty(people, np.uint32),
        offsets=np.empty(people, np.int32),
        value=np.empty(lanes, np.uint32),
        packed=np.empty(n_classes * lanes, np.uint32),
        totals=np.empty((n_outcomes, n_classes, 4, lanes), np.int64),
        head=np.empty((2, lanes), np.int32),
        n_enrolled=np.empty(lanes, np.int32),
        leave_limit=np.empty(lanes, np.uint32),
        hide_limit=np.empty(lanes, np.uint32),
        rate_limit=np.empty((n_outcomes, lanes), np.uint32),
    )


@kernel
def count_people(key, first_path, cohorts, outcomes, measures, inputs, scratch, measured, headcount):
    """Count every cohort of every path of a block.

    key uint64[2]; cohorts, outcomes, measures: groups of the plan; inputs float64[path, input]; the paths of the block
    are a multiple of 64 -> measured float64[path, cohort, measure, period], headcount int32[path, cohort, count],
    filled in full.
    """
    nowhere = np.empty((0, 0, 0))
    count_people_at(key, first_path, cohorts, outcomes, measures, inputs, nowhere, scratch, measured, headcount)


@kernel
def count_people_at(key, first_path, cohorts, outcomes, measures, inputs, rates, scratch, measured, headcount):
    """As `count_people`, with success rates that differ between cohorts: rates float64[path, cohort, outcome]; of shape
    (0, 0, 0) where they don't.
    """
    n_paths, n_cohorts = headcount.shape[0], headcount.shape[1]
    n_outcomes = outcomes.address.size
    leave, hide, words, everybody, stayers, offsets, value = scratch[:7]
    packed, totals, head, n_enrolled, leave_limit, hide_limit, rate_limit = scratch[7:]
    measured[:] = 0.0
    stayers_only = True
    for k in range(n_outcomes):
        stayers_only = stayers_only and outcomes.population[k] != ENROLLED

    for tile in range(n_paths // LANES):
        at = tile * LANES
        path = first_path + at
        for k in range(n_outcomes):
            for i in range(LANES):
                rate_limit[k, i] = limit_of(pick(outcomes.rate_slot[k], outcomes.rate_value[k], inputs, at + i))
        for c in range(n_cohorts):
            # 1. What the path says of this cohort.
            most = np.int64(0)
            dropout, unmeasured = cohorts.dropout_slot[c], cohorts.unmeasured_slot[c]
            for i in range(LANES):
                ratio = pick(cohorts.ratio_slot[c], cohorts.ratio_value[c], inputs, at + i)
                n_enrolled[i] = enrolled_people(cohorts.places[c], ratio)
                most = max(most, np.int64(n_enrolled[i]))
                leave_limit[i] = limit_of(pick(dropout, cohorts.dropout_value[c], inputs, at + i))
                hide_limit[i] = limit_of(pick(unmeasured, cohorts.unmeasured_value[c], inputs, at + i))
            some_leave = dropout >= 0 or cohorts.dropout_value[c] > 0.0
            some_hide = unmeasured >= 0 or cohorts.unmeasured_value[c] > 0.0
            class_limits = cohorts.class_limit[cohorts.class_ptr[c] : cohorts.class_ptr[c + 1]]
            n_classes = class_limits.size
            head[:] = 0
            totals[:, :n_classes] = 0

            if rates.size:
                for k in range(n_outcomes):
                    for i in range(LANES):
                        rate_limit[k, i] = limit_of(rates[at + i, c, k])

            # 2. The people, a chunk at a time.
            for first in range(0, most, CHUNK):
                n_quads = (min(most - first, CHUNK) + 3) // 4
                first_quad = first // 4
                if some_leave:
                    fill_persons(key, path, DROPOUT_PURPOSE, c, NO_OUTCOME, ONCE, first_quad, n_quads, leave)
                if some_hide:
                    fill_persons(key, path, MEASUREMENT_PURPOSE, c, NO_OUTCOME, ONCE, first_quad, n_quads, hide)
                if stayers_only and not some_hide:
                    mark_stayers(first, n_quads, n_enrolled, leave, leave_limit, stayers, head)
                else:
                    mark_people(
                        first, n_quads, n_enrolled, leave, leave_limit, hide, hide_limit, everybody, stayers, head
                    )
                if n_classes > 1:
                    fill_persons(key, path, ENROLMENT_PURPOSE, c, NO_OUTCOME, ONCE, first_quad, n_quads, words)
                    class_offsets(n_quads, words, class_limits, offsets)
                for k in range(n_outcomes):
                    fill_persons(key, path, SUCCESS_PURPOSE, c, outcomes.address[k], ONCE, first_quad, n_quads, words)
                    able = everybody if outcomes.population[k] == ENROLLED else stayers
                    packed[: n_classes * LANES] = 0
                    if n_classes == 1:
                        count_one_class(n_quads, words, rate_limit[k], able, packed)
                    else:
                        count_classes(n_quads, words, rate_limit[k], able, offsets, value, packed)
                    for s in range(n_classes):
                        for i in range(LANES):
                            four = packed[s * LANES + i]
                            for field in range(4):
                                totals[k, s, field, i] += np.int64((four >> np.uint32(8 * field)) & np.uint32(255))

            # 3. Counts to measures and periods.
            for i in range(LANES):
                row = headcount[at + i, c]
                row[0] = n_enrolled[i]
                row[1] = head[0, i]
                row[2] = n_enrolled[i] - head[0, i]
                row[3] = head[1, i]
                for k in range(n_outcomes):
                    achieved = np.int64(0)
                    verified = np.int64(0)
                    for s in range(n_classes):
                        achieved += totals[k, s, 2, i]
                        if outcomes.period_of_class[k, cohorts.class_ptr[c] + s] >= 0:
                            verified += totals[k, s, 3, i]
                    row[HEAD + 2 * k] = achieved
                    row[HEAD + 2 * k + 1] = verified
                for m in range(measures.outcome.size):
                    k = measures.outcome[m]
                    if k < 0 or measures.statistic[m] == RESULT:  # no outcome of persons behind it
                        continue
                    field = 3
                    if measures.statistic[m] == SEEN or (
                        measures.statistic[m] == ELIGIBLE and outcomes.population[k] == MEASURED
                    ):
                        field = 1
                    elif measures.statistic[m] == ELIGIBLE:
                        field = 0
                    elif measures.statistic[m] >= ABLE:  # the public purse counts who is not measured too
                        field = 2 if measures.statistic[m] in (ACHIEVED, FIRST) else 0
                    for s in range(n_classes):
                        period = outcomes.period_of_class[k, cohorts.class_ptr[c] + s]
                        if period >= 0:
                            measured[at + i, c, m, period] += totals[k, s, field, i]
