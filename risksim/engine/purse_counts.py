"""Who succeeds, whether measured or not, and who would have succeeded anyway: the people behind the public purse.

The people are those of the run: the meters of the purse stand beside those of the contract while people are drawn, and
are cut off again. What the purse alone draws (its own inputs, who would have succeeded anyway) has its own addresses.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.engine.addresses import KeyArray, Purpose, evidence_key, keys_of
from risksim.engine.chances import rates_of
from risksim.engine.counterfactual import Shares, shares_of
from risksim.engine.ending import end_early, stops_of
from risksim.engine.enrolment import DRAWN
from risksim.engine.expected import every_place, expected_enrolled, expected_people
from risksim.engine.fates import everybody_in
from risksim.engine.heads import planned_heads
from risksim.engine.inputs import draw_inputs, look_up_input
from risksim.engine.lives import live_tile
from risksim.engine.obstacles import in_words
from risksim.engine.purse_meters import (
    Meters,
    columns_of,
    meters_of,
    periods_of_rows,
    purse_of,
    reckoned_heads,
    says_anyway,
)
from risksim.engine.run import Settings, draw_block, keys_of_run
from risksim.engine.words import Words
from risksim.errors import RunError
from risksim.kernels import purse as kernels
from risksim.kernels.binomial import reciprocals
from risksim.kernels.patterns import HEAD
from risksim.kernels.words import fill_uniforms
from risksim.language import _
from risksim.plan.layout import (
    ACHIEVED,
    FIRST,
    LANES,
    WHILE_MET,
    WHOLE,
    WHOLE_EACH,
    FloatArray,
    Int32Array,
    IntArray,
    Plan,
    Stops,
)


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
    """float64[path, outcome]: the share of those who met it who would have met it anyway, as drawn, all cohorts
    together; 0 where nobody met it, nan where nothing says so. [1]"""


def count_purse(plan: Plan, settings: Settings, first_path: int, n_paths: int) -> Counted:
    """Draw the people of consecutive paths and count them for the contract and for the public purse.

    Who comes and who finishes is, in the conditional engine, reckoned from how many do: when they do is as expected of
    the months of enrolment, so that there are fractions of people. All else is whole people.

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
        The same bits for any block.

    Raises
    ------
    RunError
        Where the conditional engine is asked for lines that several outcomes claim.
    """
    why = purse_obstacle(plan)
    if settings.engine == "conditional" and why is not None:
        raise RunError(_("the conditional engine cannot count the public purse of this deal: {why}. Try --engine individual.", why=in_words(why)))  # fmt: skip # noqa: E501
    meters, key = meters_of(plan, settings.engine), keys_of_run(plan, settings)
    before = first_path % LANES
    first_path, whole = first_path - before, -(-(before + n_paths) // LANES) * LANES
    inputs, found, headcount = draw_block(meters.plan, settings, first_path, whole)
    wanted = slice(before, before + n_paths)
    planned = planned_heads(plan, np.ascontiguousarray(found[:, :, : meters.contract]))
    stops = end_early(meters.plan, key, first_path, inputs, found, headcount)
    own = own_inputs(plan, key, first_path, whole)
    counted = _count(plan, meters, key, first_path, inputs, own, found, headcount, stops)
    return Counted(
        inputs[wanted],
        np.ascontiguousarray(found[wanted, :, : meters.contract]),
        headcount[wanted],
        None if stops is None else Stops(*(of_path[wanted] for of_path in stops)),
        None if planned is None else planned[wanted],
        own[wanted],
        *(np.ascontiguousarray(each[wanted]) for each in counted),
    )


def purse_obstacle(plan: Plan) -> str | None:
    """Why the conditional engine cannot count the people of a purse; None where it can.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.

    Returns
    -------
    str or None
    """
    shared = np.flatnonzero(np.diff(purse_of(plan).lines.claim_ptr) > 1)
    if not shared.size:
        return None
    name = purse_of(plan).names[shared[0]]
    return f"several outcomes claim '{name}', so that it hangs on which of them each person meets"


def own_inputs(plan: Plan, key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    """The purse's own inputs: float64[path, input].

    Drawn by address, never from quasi-random points. The normal scores of volumes share a factor: their correlation
    with each other is that of `Purse.together`, and the law of each stays what it is.
    """
    purse = purse_of(plan)
    drawn = draw_inputs(purse.inputs, key, first_path, n_paths)
    if not (purse.together > 0.0).any():
        return drawn
    factor, uniforms = np.empty(n_paths), np.empty(n_paths)
    fill_uniforms(evidence_key(key), first_path, int(Purpose.INPUT), purse.factor_address, factor)
    for position in np.flatnonzero(purse.together > 0.0):
        is_luck = purse.inputs.luck is not None and purse.inputs.luck[position]
        address = int(purse.inputs.address[position])
        fill_uniforms(key[:2] if is_luck else evidence_key(key), first_path, int(Purpose.INPUT), address, uniforms)
        kernels.together(factor, float(purse.together[position]), uniforms)
        look_up_input(purse.inputs, int(position), uniforms, drawn)
    return drawn


class _People(NamedTuple):
    """The fields of `Counted` that are the purse's."""

    gross: FloatArray
    net: FloatArray
    claimed_gross: FloatArray
    claimed_net: FloatArray
    attributable: FloatArray
    anyway: FloatArray


def _count(
    plan: Plan,
    meters: Meters,
    key: KeyArray,
    first_path: int,
    inputs: FloatArray,
    own: FloatArray,
    found: FloatArray,
    headcount: Int32Array,
    stops: Stops | None,
) -> _People:
    gross = _gross(plan, meters, found, headcount)
    rates = rates_of(plan, key, first_path, inputs) if says_anyway(plan).any() else None
    shares = _shares(plan, meters, inputs, own, rates, found)
    net, attributable, anyway = _net(plan, meters, key, first_path, found, gross, shares)
    claimed_gross, claimed_net, singly = claimed_years(plan, key, first_path, inputs, own, shares, stops)
    asked = purse_of(plan).meters
    for (outcome, statistic), (of_period, credited) in singly.items():
        net[:, (asked.outcome == outcome) & (asked.statistic == statistic)] = of_period[:, np.newaxis]
        if statistic == FIRST:
            met = found[:, :, meters.column[outcome, FIRST]].sum(axis=(1, 2))
            attributable[:, outcome] = of_period.sum(axis=1)
            anyway[:, outcome] = np.divide(met - credited, met, out=np.zeros(met.size), where=met > 0.0)
    return _People(gross, net, claimed_gross, claimed_net, attributable, anyway)


def _gross(plan: Plan, meters: Meters, found: FloatArray, headcount: Int32Array) -> FloatArray:
    """People of each meter of the purse: float64[path, meter, period]."""
    asked = purse_of(plan).meters
    gross = np.zeros((found.shape[0], asked.outcome.size, found.shape[3]))
    for m, (outcome, statistic) in enumerate(zip(asked.outcome.tolist(), asked.statistic.tolist(), strict=True)):
        if (outcome, statistic) in meters.column:
            gross[:, m] = found[:, :, meters.column[outcome, statistic]].sum(axis=1)
        else:
            gross[:, m] = reckoned_heads(plan, headcount, statistic).sum(axis=1)
    return gross


_Shares = dict[tuple[int, int], Shares]
"""By outcome, and FIRST or ACHIEVED."""

_Singly = dict[tuple[int, int], tuple[FloatArray, FloatArray]]
"""Likewise: what `thinned` gives, counted person by person."""


def _shares(
    plan: Plan,
    meters: Meters,
    inputs: FloatArray,
    own: FloatArray,
    rates: FloatArray | None,
    found: FloatArray,
) -> _Shares:
    out = {}
    for outcome in np.flatnonzero(says_anyway(plan)).tolist():
        for met, whole in ((FIRST, WHOLE), (ACHIEVED, WHOLE_EACH)):
            if (outcome, whole) in meters.column:
                people = (columns_of(found, meters, outcome, each).sum(axis=2) for each in (met, whole))
                out[outcome, met] = shares_of(plan, inputs, own, rates, outcome, *people, ever=met == FIRST)
    return out


def _net(
    plan: Plan,
    meters: Meters,
    key: KeyArray | None,
    first_path: int,
    found: FloatArray,
    gross: FloatArray,
    shares: _Shares,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """As `Counted.net`, `Counted.attributable` and `Counted.anyway`; without a key all of it at its mean."""
    asked, n_paths = purse_of(plan).meters, found.shape[0]
    net = gross.copy()
    net[:, (asked.statistic == FIRST) | (asked.statistic == ACHIEVED)] = np.nan
    attributable = np.full((n_paths, plan.outcomes.address.size), np.nan)
    anyway = attributable.copy()
    for (outcome, statistic), share in shares.items():
        own, credited = thinned(plan, meters, key, first_path, found, outcome, statistic, share)
        net[:, (asked.outcome == outcome) & (asked.statistic == statistic)] = own[:, np.newaxis]
        if statistic == FIRST:
            met = found[:, :, meters.column[outcome, FIRST]].sum(axis=(1, 2))
            attributable[:, outcome] = own.sum(axis=1)
            anyway[:, outcome] = np.divide(met - credited, met, out=np.zeros(n_paths), where=met > 0.0)
    return net, attributable, anyway


def thinned(
    plan: Plan,
    meters: Meters,
    key: KeyArray | None,
    first_path: int,
    found: FloatArray,
    outcome: int,
    statistic: int,
    share: Shares,
) -> tuple[FloatArray, FloatArray]:
    """Successes without those that would have come anyway, less those that would have come and do not.

    The law is that of drawing each person once: of those who succeed a binomial number would have anyway. First
    successes have one draw for each path, cohort and period. An outcome that is counted while it is met and measured
    once has the same draws, since these are the same people; one that is measured several times has for all periods the
    draw of the first in which anybody is asked, since the same people meet it from one measurement to the next. Without
    a key, and for fractions of people, the mean is taken.

    Returns
    -------
    float64[path, period]
        Of all cohorts. [people]
    float64[path]
        Those who meet it because of the programme. [people]
    """
    met = columns_of(found, meters, outcome, statistic)
    if statistic == FIRST:
        failed, whole = np.empty_like(met), columns_of(found, meters, outcome, WHOLE)
        kernels.failures_by_period(met, whole, failed)
    else:
        failed = np.maximum(columns_of(found, meters, outcome, WHOLE_EACH) - met, 0.0)
    if key is None:
        kept = np.where(share.lost > 0.0, 0.0, 1.0 - share.anyway)[:, :, np.newaxis] * met
        return (kept - share.lost[:, :, np.newaxis] * failed).sum(axis=1), kept.sum(axis=(1, 2))
    net, credited = np.zeros((met.shape[0], met.shape[2])), np.zeros(met.shape[0])
    scratch = scratch_for(met, failed)
    address, occasions = int(plan.outcomes.address[outcome]), occasions_of(plan, outcome, statistic)
    kernels.thin(
        key[:2], first_path, address, occasions, met, failed, share.anyway, share.lost, *scratch, net, credited
    )
    return net, credited


def occasions_of(plan: Plan, outcome: int, statistic: int) -> IntArray:
    """Occasions of the draws of who would have met an outcome anyway: int64[cohort, period].

    They are the periods, from 1; 0 is that of single persons.
    """
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    occasions = np.tile(np.arange(1, n_periods + 1), (n_cohorts, 1))
    if statistic == FIRST or plan.outcomes.first_row[outcome + 1] - plan.outcomes.first_row[outcome] == 1:
        return occasions
    for cohort in range(n_cohorts):
        periods = periods_of_rows(plan, cohort, outcome)
        occasions[cohort] = 1 + periods[periods >= 0].min(initial=n_periods - 1)
    return occasions


def scratch_for(met: FloatArray, failed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What inversion reads and writes over, for the largest of some numbers of people."""
    most = int(max(met.max(initial=0.0), failed.max(initial=0.0))) + 2
    reciprocal = np.empty(most)
    reciprocals(reciprocal)
    return reciprocal, np.empty((2, most))


# Lines that several outcomes claim


def claimed_years(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    inputs: FloatArray,
    own: FloatArray,
    shares: _Shares,
    stops: Stops | None,
) -> tuple[FloatArray, FloatArray, _Singly]:
    """As `Counted.claimed_gross` and `Counted.claimed_net`: people are lived again where any line asks for it.

    The outcomes of these lines are thinned person by person as well, so that their other lines see the same people:
    by outcome and statistic, as `thinned` gives it.

    What a person would have claimed without the programme is taken off year by year: somebody whom the programme brings
    to one outcome and who would have met the other anyway counts with what the first adds.
    """
    purse = purse_of(plan)
    lines = np.flatnonzero(np.diff(purse.lines.claim_ptr) > 1)
    gross = np.zeros((inputs.shape[0], purse.lines.kind.size, len(purse.years)))
    net = gross.copy()
    outcomes = {k for line in lines for k in claims_of(plan, int(line))}
    n_periods = plan.calendar.years.size
    singly = {
        each: (np.zeros((inputs.shape[0], n_periods)), np.zeros(inputs.shape[0]))
        for each in shares
        if each[0] in outcomes
    }
    for at in range(0, inputs.shape[0] if lines.size else 0, LANES):
        lanes = slice(at, at + LANES)
        ends = None if stops is None else Stops(*(of_path[lanes] for of_path in stops))
        here = {which: Shares(*(each[lanes] for each in share)) for which, share in shares.items()}
        mine = {which: (of_period[lanes], credited[lanes]) for which, (of_period, credited) in singly.items()}
        for cohort in range(plan.cohorts.places.size):
            _claim_tile(plan, key, first_path + at, cohort, inputs[lanes], own[lanes], here, ends, gross[lanes], net[lanes], mine)  # fmt: skip # noqa: E501
    return gross, net, singly


def claims_of(plan: Plan, line: int) -> list[int]:
    """The outcomes that claim a line."""
    lines = purse_of(plan).lines
    claims: list[int] = lines.claim_outcome[lines.claim_ptr[line] : lines.claim_ptr[line + 1]].tolist()
    return claims


def _claim_tile(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    cohort: int,
    inputs: FloatArray,
    own: FloatArray,
    shares: _Shares,
    stops: Stops | None,
    gross: FloatArray,
    net: FloatArray,
    singly: _Singly,
) -> None:
    """Claims of one cohort on 64 paths: added to gross and net float64[lane, line, year], and to `singly`."""
    purse, lines = purse_of(plan), purse_of(plan).lines
    tile = live_tile(plan, key, first_path, cohort, inputs, stops)
    shape = tile.enrolled_at.shape
    words = Words(key, first_path, cohort, shape[0])
    n_periods = plan.calendar.years.size

    def person(outcome: int, statistic: int) -> tuple[Any, ...]:
        """What the kernels ask of the people of an outcome."""
        rows = slice(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
        return (
            words.draw(Purpose.ATTRIBUTION, int(plan.outcomes.address[outcome])),
            tile.worth[rows],
            everybody_in(plan, outcome),
            *_share_on_lanes(shares, outcome, statistic, cohort),
            tile.enrolled_at,
            tile.left_at,
            periods_of_rows(plan, cohort, outcome),
        )

    for (outcome, statistic), (of_period, credited) in singly.items():
        if statistic == FIRST:
            onsets = np.empty((2, *shape), np.int64)
            kernels.find_onsets(*person(outcome, FIRST), *onsets)
            kernels.count_onsets(*onsets, of_period, credited)
        else:
            times = np.zeros((2, *shape, n_periods), np.int64)
            kernels.find_times(*person(outcome, ACHIEVED), 1, *times)
            kernels.count_times(*times, 1, of_period)
    for line in np.flatnonzero(np.diff(lines.claim_ptr) > 1):
        claims = claims_of(plan, int(line))
        timed = lines.counts[line] == WHILE_MET
        # With time while met, people by period and a bit for each outcome; else the period of each outcome by person.
        actual = np.zeros((*shape, n_periods), np.int64) if timed else np.empty((len(claims), *shape), np.int64)
        otherwise = actual.copy()
        for k, outcome in enumerate(claims):
            if timed:
                kernels.find_times(*person(outcome, ACHIEVED), 1 << k, actual, otherwise)
            else:
                kernels.find_onsets(*person(outcome, FIRST), actual[k], otherwise[k])
        found = np.zeros((2, LANES, gross.shape[2]))
        if timed:
            weight = purse.months_to_next / 12.0 * lines.profile[line, 0]
            kernels.claim_times(actual, otherwise, purse.year_of_period, weight, *found)
        else:
            slot, value = lines.decay.slot[line], lines.decay.value[line]
            keeps = 1.0 - (own[:, slot] if slot >= 0 else np.full(LANES, value))
            profile = np.ascontiguousarray(lines.profile[line])
            kernels.claim_years(actual, otherwise, purse.year_of_period, profile, keeps, *found)
        gross[:, line] += found[0]
        net[:, line] += found[1] if all(_is_said(shares, outcome) for outcome in claims) else np.nan


def _is_said(shares: _Shares, outcome: int) -> bool:
    return (outcome, FIRST) in shares


def _share_on_lanes(shares: _Shares, outcome: int, statistic: int, cohort: int) -> tuple[FloatArray, FloatArray]:
    """The shares of one cohort on 64 paths; nobody would have met an outcome anyway of which nothing says so."""
    share = shares.get((outcome, statistic))
    if share is None:
        return np.zeros(LANES), np.zeros(LANES)
    return np.ascontiguousarray(share.anyway[:, cohort]), np.ascontiguousarray(share.lost[:, cohort])


# Everything at its mean


def count_expected(plan: Plan) -> Counted:
    """Count one path on which every number is its expectation: fractions of people allowed.

    Where people can be counted by pattern, the expectation itself; elsewhere the mean of as many futures as the
    expected results of the deal are, and so are lines that several outcomes claim.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse and without uncertain inputs (`risksim.plan.compile.at_means`); inputs of the purse
        that are uncertain still stand at their means.

    Returns
    -------
    Counted
        Of one path; head counts are zero.
    """
    meters = meters_of(plan, "individual")
    inputs, stops = np.empty((1, 0)), None
    found = expected_people(meters.plan)
    planned = planned_heads(plan, np.ascontiguousarray(found[:, :, : meters.contract]))
    if plan.ending is not None:
        stops = stops_of(plan, inputs, found, expected_enrolled(plan))
        found = expected_people(meters.plan, stops)
    own = purse_of(plan).inputs.mean[np.newaxis].copy()
    n_cohorts = plan.cohorts.places.size
    headcount = np.zeros((1, n_cohorts, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    gross = _gross(plan, meters, found, headcount)
    # What people share is at its mean as well: no cohort has a rate of its own.
    shares = _shares(plan, meters, inputs, own, None, found)
    net, attributable, anyway = _net(plan, meters, None, 0, found, gross, shares)
    claimed = _expected_claims(plan, own, shares, stops)
    measured = np.ascontiguousarray(found[:, :, : meters.contract])
    return Counted(inputs, measured, headcount, stops, planned, own, gross, net, *claimed, attributable, anyway)


def _expected_claims(
    plan: Plan, own: FloatArray, shares: _Shares, stops: Stops | None
) -> tuple[FloatArray, FloatArray]:
    """As `claimed_years`, on one path: the mean of `DRAWN` futures in which every place is lived."""
    purse = purse_of(plan)
    n_lines, n_years = purse.lines.kind.size, len(purse.years)
    total = np.zeros((2, n_lines, n_years))
    if purse_obstacle(plan) is not None:
        everybody, filled = every_place(plan)
        key, inputs, at_means = keys_of(0, plan.stream), np.empty((LANES, 0)), np.repeat(own, LANES, axis=0)
        here = {which: Shares(*(np.repeat(each, LANES, axis=0) for each in share)) for which, share in shares.items()}
        ends = None if stops is None else Stops(*(np.repeat(of_path, LANES) for of_path in stops))
        for first in range(0, DRAWN, LANES):
            for cohort, part in enumerate(filled):
                found = np.zeros((2, LANES, n_lines, n_years))
                _claim_tile(everybody, key, first, cohort, inputs, at_means, here, ends, found[0], found[1], {})
                total += part / DRAWN * found.sum(axis=1)
    return total[:1], total[1:]
