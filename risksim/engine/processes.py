"""Outcomes of people who are lived one by one: which words each kind takes, and in which order kinds are lived."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from risksim.engine.addresses import Purpose
from risksim.engine.chances import rates_in
from risksim.engine.dependence import ALL_OF_THEM, LEAVERS, STAYERS, Chances, TiedWords
from risksim.engine.leaving import law_of, stay_on_course
from risksim.engine.shared import recessions
from risksim.engine.words import on_lanes
from risksim.kernels import leaving, normal, processes, recession
from risksim.kernels.chances import limits
from risksim.kernels.dependence import keep_or_renew
from risksim.kernels.quantiles import look_up
from risksim.plan.layout import (
    AMOUNT_OF,
    EARLIER,
    EVENT,
    HAPPENS,
    KEPT,
    LANES,
    NEVER,
    REACHES,
    SCORE,
    SPELL,
    USE,
    ByteArray,
    FloatArray,
    Int16Array,
    IntArray,
    Plan,
    WordArray,
)

if TYPE_CHECKING:
    from risksim.engine.lives import Tile
    from risksim.engine.words import Words

MOST_SPELLS = 65_536
"""Stretches in and out of a state that words can count; at the highest rates a hundred years hold a tenth of them."""


class Living:
    """What every kind needs while the outcomes of one cohort on 64 paths are lived."""

    def __init__(
        self,
        plan: Plan,
        words: Words,
        months: slice,
        inputs: FloatArray,
        enrolled_at: Int16Array,
        left_at: Int16Array,
        moved_at: Int16Array | None = None,
    ) -> None:
        self.plan, self.words, self.months, self.inputs = plan, words, months, inputs
        self.enrolled_at, self.left_at, self.moved_at = enrolled_at, left_at, moved_at
        rows = int(plan.outcomes.first_row[-1])
        self.worth: FloatArray = np.empty((rows, *words.shape))
        self.able = np.empty(words.shape, np.uint8)
        self.rates = rates_in(plan, words.key, words.first_path, words.cohort, inputs)

    def rows(self, outcome: int) -> range:
        """Measurements of an outcome."""
        first = self.plan.outcomes.first_row
        return range(int(first[outcome]), int(first[outcome + 1]))

    def takes_place(self, row: int) -> ByteArray:
        """1 where a measurement takes place, by month of enrolment: uint8[month of the window]."""
        return (self.plan.outcomes.measured_ordinal[row, self.months] > 0).astype(np.uint8)

    def draw(self, purpose: Purpose, outcome: int, occasion: int) -> WordArray:
        """Words of an outcome: uint32[person, lane]."""
        return self.words.draw(purpose, int(self.plan.outcomes.address[outcome]), occasion)

    def number(self, outcome: int, which: int) -> FloatArray:
        """A number of an outcome on each lane: float64[lane]."""
        assert self.plan.processes is not None
        at = self.plan.processes.first_number[outcome] + which
        slot = self.plan.processes.number_slot[at]
        if slot >= 0:
            return np.ascontiguousarray(self.inputs[:, slot])
        return np.full(LANES, self.plan.processes.number_value[at])

    def rate(self, outcome: int) -> FloatArray:
        """The success rate of an outcome in this cohort on each lane: float64[lane]."""
        if self.rates is not None:
            return np.ascontiguousarray(self.rates[:, outcome])
        slot = self.plan.outcomes.rate_slot[outcome]
        return on_lanes(slot, self.plan.outcomes.rate_value[outcome], self.inputs)

    def leavers_succeed(self, outcome: int) -> bool:
        """Whether a yes-or-no outcome has a rate of those who leave."""
        return self.plan.processes is not None and bool(self.number(outcome, 1)[0] >= 0.0)

    def certain(self, outcome: int, which: int) -> float:
        """A number of an outcome that is never uncertain."""
        assert self.plan.processes is not None
        return float(self.plan.processes.number_value[self.plan.processes.first_number[outcome] + which])

    def clause(self, outcome: int) -> int:
        """What the contract looks for."""
        assert self.plan.processes is not None
        return int(self.plan.processes.clause[outcome])

    def amounts(self, outcome: int, uniforms: FloatArray) -> FloatArray:
        """Amounts of people at places in their law: float64[n] -> float64[n, 1]."""
        assert self.plan.processes is not None
        laws, law = self.plan.processes.laws, self.plan.processes.law[outcome]
        pieces = slice(laws.piece_ptr[law], laws.piece_ptr[law + 1])
        out = np.empty((uniforms.size, 1))
        look_up(
            uniforms,
            laws.piece_start[pieces],
            laws.piece_width[pieces],
            laws.table_index[pieces],
            laws.atom[pieces],
            laws.table,
            0,
            out,
        )
        return out


def live_outcomes(
    plan: Plan,
    words: Words,
    months: slice,
    inputs: FloatArray,
    enrolled_at: Int16Array,
    left_at: Int16Array,
    moved_at: Int16Array | None = None,
) -> FloatArray:
    """Live every outcome of one cohort on 64 paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    words : Words
        The cohort's words.
    months : slice
        Enrolment months of the cohort in the arrays over months.
    inputs : float64[lane, input]
        Drawn inputs.
    enrolled_at, left_at : int16[person, lane]
        Contract months. [month]
    moved_at : int16[person, lane], optional
        When each moves away; left out, nobody does. [month]

    Returns
    -------
    float64[row, person, lane]
        What each measurement is worth, as `Tile.worth`.
    """
    live = Living(plan, words, months, inputs, enrolled_at, left_at, moved_at)
    order = range(plan.outcomes.address.size) if plan.processes is None else plan.processes.order
    for outcome in map(int, order):
        processes.speak_of(plan.outcomes.population[outcome], enrolled_at, left_at, live.able)
        kind = 0 if plan.processes is None else int(plan.processes.kind[outcome])
        _KINDS.get(kind, _happen)(live, outcome)
        if plan.processes is not None:
            if kind == HAPPENS:
                _leavers_too(live, outcome)
                _come_in_time(live, outcome)
            for row in live.rows(outcome):
                _hold_against(live, outcome, row, row)
        _fail_after_move(live, outcome)
    return live.worth


def _leavers_too(live: Living, outcome: int) -> None:
    """Those who leave succeed at a share of the completers' rate, from the same words."""
    if not live.leavers_succeed(outcome):
        return
    theirs = copy.copy(live)
    theirs.worth = live.worth.copy()
    _happen_at(theirs, outcome, live.number(outcome, 1) * live.rate(outcome), LEAVERS)
    for row in live.rows(outcome):
        leaving.choose_leavers(theirs.worth[row], live.enrolled_at, live.left_at, live.worth[row])


def _come_in_time(live: Living, outcome: int) -> None:
    """A success that takes its time is seen by the measurements after it."""
    typical, shape = live.certain(outcome, 2), live.certain(outcome, 3)
    rows = live.rows(outcome)
    if typical == 0.0 or len(rows) == 1:
        return
    assert live.plan.processes is not None
    since = np.ascontiguousarray(live.plan.processes.since[rows.start : rows.stop, live.months])
    drawn = live.draw(Purpose.ONSET, outcome, 0)
    leaving.come_in_time(drawn, typical, shape, since, live.enrolled_at, live.worth[rows.start : rows.stop])


def _fail_after_move(live: Living, outcome: int) -> None:
    """Measurements after a move fail or do not exist, where the contract says so."""
    own, cohort = live.plan.leaving, live.words.cohort
    if live.moved_at is None or own is None or own.then[cohort] <= KEPT:
        return
    for row in live.rows(outcome):
        month = np.ascontiguousarray(live.plan.outcomes.measured_month[row, live.months])
        leaving.fail_after_move(live.moved_at, own.then[cohort], month, live.enrolled_at, live.worth[row])


def _hold_against(live: Living, outcome: int, gated: int, row: int) -> None:
    """Hold a row of worths against the gate and the bar of an outcome at its measurement `gated`."""
    own = live.plan.processes
    assert own is not None
    drops = live.plan.outcomes.population[outcome] == EARLIER and own.reads[outcome] < 0
    for other, rows, opens in ((own.gate, own.gate_row, 1), (own.bar, own.bar_row, 0)):
        if other[outcome] >= 0:
            counts: IntArray = rows[gated, live.months]
            drop = int(drops and opens)
            processes.pass_gate(counts, live.enrolled_at, live.worth, opens, drop, live.worth[row])


def _happen(live: Living, outcome: int) -> None:
    _happen_at(live, outcome, live.rate(outcome), STAYERS if live.leavers_succeed(outcome) else ALL_OF_THEM)


def _happen_at(live: Living, outcome: int, rate: FloatArray, among: int) -> None:
    alike = live.certain(outcome, 0) if live.plan.processes is not None else 0.0
    if isinstance(live.words, TiedWords) and live.words.ties(outcome):
        _happen_tied(live, live.words, outcome, live.words.chances(outcome, rate, among), alike)
        return
    bars = np.empty((3, LANES), dtype=np.uint32)
    for which, chance in enumerate((rate, rate + alike * (1.0 - rate), rate * (1.0 - alike))):
        limits(chance, bars[which])
    state = np.zeros(live.words.shape, np.uint8)
    for occasion, row in enumerate(live.rows(outcome)):
        drawn = live.draw(Purpose.SUCCESS, outcome, occasion)
        processes.happen(drawn, bars, occasion == 0, live.able, state, live.worth[row])


def _happen_tied(live: Living, words: TiedWords, outcome: int, chances: Chances, alike: float) -> None:
    own = np.empty(words.shape)
    # With onset one draw decides whether somebody succeeds by the last measurement, and so does its year.
    decides = live.rows(outcome)[-1] if live.plan.processes is not None and live.certain(outcome, 2) > 0.0 else None
    for occasion, row in enumerate(live.rows(outcome)):
        keep_or_renew(live.draw(Purpose.SUCCESS, outcome, occasion), alike, occasion == 0, own)
        words.happens(
            outcome,
            decides if decides is not None else row,
            own,
            live.months,
            chances,
            live.enrolled_at,
            live.able,
            live.worth[row],
        )


def _spell(live: Living, outcome: int) -> None:
    rows = live.rows(outcome)
    starts, ends = live.number(outcome, 0), live.number(outcome, 1)
    shape, begins, lasts, gap = (live.certain(outcome, which) for which in range(2, 6))
    assert live.plan.processes is not None
    since = np.ascontiguousarray(live.plan.processes.since[rows.start : rows.stop, live.months])
    inside, spell = np.empty(live.words.shape, np.uint8), np.empty((5, *live.words.shape))
    processes.begin_spells(inside, int(begins), spell)
    worth = live.worth[rows.start : rows.stop]
    worth[:] = np.nan
    clause = live.clause(outcome)
    bites = _recession(live, outcome)
    for occasion in range(MOST_SPELLS):
        drawn = live.draw(Purpose.SPELL, outcome, occasion)
        law = drawn, starts, ends, shape, clause, lasts, gap, since
        people = live.enrolled_at, inside, spell, worth
        if bites is None:
            waiting = processes.next_spell(*law, *people)
        else:
            began = np.ascontiguousarray(live.plan.outcomes.measured_month[rows.start, live.months] - since[0])
            waiting = recession.next_spell_in_recession(*law, began, *bites, *people)
        if not waiting:
            break
    worth[:, live.able == 0] = np.nan


def _recession(live: Living, outcome: int) -> tuple[ByteArray, FloatArray, FloatArray] | None:
    """Lanes on which recessions come, and how they bite in each contract month; None where they hit no such outcome."""
    tied = live.plan.dependence
    part = tied.recession if tied is not None else None
    if part is None or not part.hits[outcome]:
        return None
    chance, survive, starts = (
        on_lanes(getattr(part, f"{name}_slot"), getattr(part, f"{name}_value"), live.inputs)
        for name in ("chance", "survive", "starts")
    )
    begins = recessions(part, live.words.key, live.words.first_path, chance)
    hits: FloatArray = np.empty(begins.shape)
    slow = np.empty_like(hits)
    recession.bite(begins, survive, part.over, starts, part.lasts, hits, slow)
    bitten: ByteArray = begins.max(axis=0)
    return bitten, hits, slow


def _tied_normals(live: Living, outcome: int, row: int | None, normals: FloatArray) -> FloatArray:
    if not isinstance(live.words, TiedWords):
        return normals
    return live.words.better(outcome, row, normals, live.months, live.enrolled_at)


def _amount(live: Living, outcome: int) -> None:
    shift = live.number(outcome, 0)
    least, most, alike = (live.certain(outcome, which) for which in range(1, 4))
    rows = live.rows(outcome)
    uniforms = np.empty(live.able.size)
    tied = isinstance(live.words, TiedWords) and live.words.ties(outcome)
    normals = np.empty(live.words.shape) if len(rows) > 1 or tied else None
    for occasion, row in enumerate(rows):
        drawn = live.draw(Purpose.WORTH, outcome, occasion)
        if normals is None:
            normal.uniforms_of_words(drawn, uniforms)
        else:
            normal.next_normal(drawn, alike, occasion == 0, normals)
            normal.uniforms_of_normals(_tied_normals(live, outcome, row, normals), uniforms)
        amounts = live.amounts(outcome, uniforms)
        processes.spread_amounts(amounts, shift, least, most, live.able, live.worth[row])


def _reach(live: Living, outcome: int) -> None:
    assert live.plan.processes is not None
    reads = int(live.plan.processes.reads[outcome])
    amounts = live.rows(reads)
    goal, always = live.certain(outcome, 0), live.certain(outcome, 1) == 1.0
    first = np.ones(live.months.stop - live.months.start, dtype=np.uint8)
    for row, amount in zip(live.rows(outcome), amounts, strict=True):
        if row > live.rows(outcome).start:
            live.worth[row] = live.worth[row - 1]
        processes.reach(live.worth[amount], goal, always, first, live.enrolled_at, live.worth[row])
        # An amount behind a closed gate is no amount of 0 that could reach a goal.
        _hold_against(live, reads, amount, row)
        first &= live.takes_place(row) == 0


def _score(live: Living, outcome: int) -> None:
    assert live.plan.processes is not None
    mean, growth = live.number(outcome, 0), live.number(outcome, 1)
    sd, alike, noise, lowest, highest, step, goal = (live.certain(outcome, which) for which in range(2, 9))
    normals, score = np.empty(live.words.shape), np.empty(live.words.shape)
    since = live.plan.processes.since[:, live.months]
    at_start = np.zeros(since.shape[1], dtype=np.int64)

    def see(occasion: int, months: IntArray, row: int | None = None) -> FloatArray:
        drawn = live.draw(Purpose.WORTH, outcome, occasion)
        normal.next_normal(drawn, alike, occasion == 0, normals)
        placed = _tied_normals(live, outcome, row, normals)
        errors = live.draw(Purpose.ERROR, outcome, occasion)
        processes.see_score(
            placed, errors, mean, growth, months, sd, noise, lowest, highest, step, live.enrolled_at, score
        )
        return score.copy()

    start = see(0, at_start)
    before, best = start.copy(), start.copy()
    for occasion, row in enumerate(live.rows(outcome)):
        now = see(occasion + 1, np.ascontiguousarray(since[row]), row)
        processes.compare_score(
            live.clause(outcome),
            goal,
            now,
            start,
            before,
            best,
            live.takes_place(row),
            live.enrolled_at,
            live.able,
            live.worth[row],
        )


def _use(live: Living, outcome: int) -> None:
    effect = live.number(outcome, 0)
    none, none_after, none_again, correlation, above = (live.certain(outcome, which) for which in range(1, 6))
    some, place, still, then = (live.draw(Purpose.WORTH, outcome, occasion) for occasion in range(4))
    before, after = np.empty(live.able.size), np.empty(live.able.size)
    normal.uniforms_of_words(then, after)
    processes.places_in_use(some, place, still, none, none_after, none_again, above, correlation, before, after)
    used, uses = (live.amounts(outcome, np.where(places >= 0.0, places, 0.5)) for places in (before, after))
    for row in live.rows(outcome):
        processes.fall_in_use(live.clause(outcome), before, after, used, uses, effect, live.able, live.worth[row])


def _event(live: Living, outcome: int) -> None:
    plan, cohort, rows = live.plan, live.words.cohort, live.rows(outcome)
    assert plan.processes is not None
    if live.certain(outcome, 1) == 1.0:  # the clock starts when the course is over: nobody leaves it any more
        stays = np.where(live.left_at == NEVER, np.inf, -1.0)
    else:
        stays = stay_on_course(plan, live.words, cohort, live.inputs)
    alone = _leaving_beside(live, outcome)
    since = np.ascontiguousarray(plan.processes.since[rows.start : rows.stop, live.months])
    worth = live.worth[rows.start : rows.stop]
    drawn, monthly = live.draw(Purpose.SUCCESS, outcome, 0), live.number(outcome, 0)
    leaving.happen_by(drawn, monthly, alone, stays, since, live.enrolled_at, live.left_at, live.able, worth)


def _leaving_beside(live: Living, outcome: int) -> FloatArray:
    """The rate of leaving where it is read together with the chance of an outcome, else 0: float64[lane]. [1/month]"""
    own, cohort = live.plan.leaving, live.words.cohort
    if own is None or own.beside[cohort] != outcome or live.certain(outcome, 1) == 1.0:
        return np.zeros(LANES)
    return law_of(live.plan, cohort, live.inputs, together=False).rate


def months_of_success(
    plan: Plan, words: Words, months: slice, inputs: FloatArray, enrolled_at: Int16Array, worth: FloatArray
) -> Int16Array:
    """The month in which each success comes, where an outcome says when it does.

    Parameters
    ----------
    plan, words, months, inputs, enrolled_at
        As for `live_outcomes`.
    worth : float64[row, person, lane]
        What each measurement is worth, as `Tile.worth`.

    Returns
    -------
    int16[outcome, person, lane]
        NEVER for who does not succeed, and for outcomes that do not say when. [month]
    """
    found = np.full((plan.outcomes.address.size, *words.shape), NEVER, np.int16)
    if plan.processes is None:
        return found
    live = Living(plan, words, months, inputs, enrolled_at, enrolled_at)
    for outcome, kind in enumerate(map(int, plan.processes.kind)):
        rows, comes = live.rows(outcome), np.full(words.shape, np.inf)
        if kind == EVENT:
            drawn, monthly = live.draw(Purpose.SUCCESS, outcome, 0), live.number(outcome, 0)
            leaving.months_to_event(drawn, monthly, _leaving_beside(live, outcome), comes)
        elif kind == HAPPENS and live.certain(outcome, 2) > 0.0:
            last = np.ascontiguousarray(plan.processes.since[rows.stop - 1, months])
            law = live.certain(outcome, 2), live.certain(outcome, 3), last
            leaving.months_to_onset(live.draw(Purpose.ONSET, outcome, 0), *law, enrolled_at, comes)
        met = (worth[rows.start : rows.stop] == 1.0).any(axis=0) & np.isfinite(comes)
        starts = plan.outcomes.measured_month[rows.start, months] - plan.processes.since[rows.start, months]
        clock = starts[np.where(enrolled_at == NEVER, 0, enrolled_at)]
        found[outcome][met] = (clock[met] + np.floor(comes[met])).astype(np.int16)
    return found


_KINDS: dict[int, Any] = {
    SPELL: _spell,
    AMOUNT_OF: _amount,
    REACHES: _reach,
    SCORE: _score,
    USE: _use,
    EVENT: _event,
}


def meter_cards(plan: Plan, card: int, months: slice, tile: Tile, worth: FloatArray, inputs: FloatArray) -> FloatArray:
    """What a price list owes a cohort: float64[lane, period]. [currency]"""
    own = plan.processes
    assert own is not None

    def on_lanes(slot: int, value: float) -> FloatArray:
        return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(LANES, value)

    each = [
        on_lanes(own.card_price_slot[card, k], own.card_price_value[card, k]) for k in range(plan.outcomes.address.size)
    ]
    prices = np.repeat(np.array(each), np.diff(plan.outcomes.first_row), axis=0)
    most = on_lanes(own.card_most_slot[card], own.card_most_value[card])
    n_periods = plan.calendar.years.size
    out = np.zeros((LANES, n_periods))
    periods = np.ascontiguousarray(plan.outcomes.period_of_month[:, months])
    processes.meter_card(prices, most, worth, tile.seen, tile.enrolled_at, periods, np.empty(n_periods), out)
    return out
