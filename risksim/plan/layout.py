"""What the engine needs: flat arrays, each with shape, dtype and unit, and the labels kept beside them.

A *slot* says where a number comes from: ``slot >= 0`` reads column `slot` of the drawn inputs of a path, ``slot == -1``
takes the constant that stands in the array of the same name ending in ``_value``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.plan.purse_layout import BY_SUCCESS as BY_SUCCESS
from risksim.plan.purse_layout import IN_ALL as IN_ALL
from risksim.plan.purse_layout import IS_CONSEQUENCE as IS_CONSEQUENCE
from risksim.plan.purse_layout import IS_COST as IS_COST
from risksim.plan.purse_layout import IS_DURING as IS_DURING
from risksim.plan.purse_layout import IS_INSTEAD as IS_INSTEAD
from risksim.plan.purse_layout import OF_PEOPLE as OF_PEOPLE
from risksim.plan.purse_layout import PAYS_NONE as PAYS_NONE
from risksim.plan.purse_layout import PAYS_OTHER as PAYS_OTHER
from risksim.plan.purse_layout import TOGETHER as TOGETHER
from risksim.plan.purse_layout import WHILE_MET as WHILE_MET
from risksim.plan.purse_layout import Numbers as Numbers
from risksim.plan.purse_layout import Purse as Purse
from risksim.plan.purse_layout import PurseLedger as PurseLedger
from risksim.plan.purse_layout import PurseLines as PurseLines
from risksim.plan.purse_layout import PursePaths as PursePaths

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
Int16Array = npt.NDArray[np.int16]
WordArray = npt.NDArray[np.uint32]
ByteArray = npt.NDArray[np.uint8]

LEAF = 256
"""Paths in a leaf of the summation tree; blocks are whole leaves. [paths]"""
LANES = 64
"""Paths in a tile, the last axis of person kernels. [paths]"""
MOST_PEOPLE = 262_140
"""The most people of a cohort whom words tell apart. [people]"""
EXACT = -1
"""Replicate number of paths without simulation error."""
NEVER = 32_767
"""The month of what does not happen. [month]"""

BY_ODDS_RATIO, BY_LOG_ODDS, BY_DIFFERENCE, BY_COMPOSITION, AT_SITE, OVER_SITES = range(6)
"""How an input is worked out of others: a rate from what would happen anyway and an effect (three scales), from groups
of people, at one site, over all sites."""

TABLE_CELLS = 2_048
"""Cells of a quantile table."""
LOGIT_LIMIT = 37.0
"""A quantile table covers local logits from minus to plus this; 52-bit uniforms stay inside. [1]"""

ENROLLED, COMPLETERS, MEASURED, EARLIER = range(4)
"""Populations that an outcome may speak of."""
ELIGIBLE, SEEN, SUM, RESULT, SQUARES, CARD = range(6)
"""Statistics of a measure: people it speaks of, those measured, what was measured of them added up (successes), the
value of a result without persons, which stands in the first cohort, the sum of squares, and what a price list owes
people each of whom has a most."""
JOINED, ATTENDED, FINISHED = 32, 33, 34
"""Statistics of the people of a cohort, whatever their outcomes (outcome -1): who enrolled, months of the course begun,
who completed it."""
ABLE, ACHIEVED, FIRST = 35, 36, 37
"""Statistics of the public purse, whether people can be measured or not: those of whom an outcome speaks, in the period
of its first measurement; those who meet it, at each measurement; those who meet it for the first time."""
WHOLE, WHOLE_EACH = 38, 39
"""Statistics that only the engine asks for: all of whom an outcome would speak if it waited for no other, in the period
of its first measurement, and of each."""
HAPPENS, SPELL, AMOUNT_OF, REACHES, SCORE, USE, EVENT = range(7)
"""Kinds of outcome: what happens to a person or doesn't, a state that comes and goes, an amount, an amount held against
a goal, a score with an error, a fall in use, what happens in some month unless the person leaves first."""
POINT, CONTINUOUS, CUMULATIVE, ANY_SPELL, MONTHS = range(5)
"""What a contract looks for in spells."""
SINCE_LAST, FROM_START, NEW_HIGH, LEVEL, POINTS = range(5)
"""What a contract looks for in scores."""
USE_CHANGE, USE_FALLS = range(2)
"""What a contract looks for in use."""
PER_OUTCOME, CAP, DEEMED, DATED, THRESHOLD, STEPS, LADDER, FLOOR, FUND, CHANGE = range(10)
"""Kinds of payment rule: how a claim is reckoned. Prices per unit and shares of savings are PER_OUTCOME too."""
COUNT, SHARE, VALUE, PEOPLE = range(4)
"""What a rule holds against its table: a number of people, a share or mean, the value of a result; an amendment may
also look at the people an outcome speaks of."""
FAILURE, EXCLUDE, ASSUMED, OBSERVED = range(4)
"""How people count who could not be measured."""
NOTHING, ASSUME, POOLED, POSTPONE = range(4)
"""What holds where too few people were measured."""
AMOUNT, PRINCIPAL, COUPON, RETURN = range(4)
"""What a table gives."""
TIMES, SET, SHIFT = range(3)
"""What changes: prices are multiplied, a price is set, goals move."""
EVENLY, BY_SHARE, BY_MONTH, STAYS = range(4)
"""How people leave their course: evenly, or by a Weibull law that is said by the share who leave by its end, by the
chance in the first month, or by who is still there."""
STAY_HERE, KEPT, LOST, EXCLUDED = range(4)
"""What moving away means: nobody moves, nothing, later measurements fail, later measurements do not exist."""
BY_SUCCESSES, BY_PEOPLE = 1, 2
"""How a pooled claim is split between the payers of cohorts; 0 where it is not."""
TOTAL, PERIOD = 0, 1
"""Whether a cap or floor holds over the whole deal or on each date."""
DIFFERENCE, ADDITIONAL, INCREASE, REDUCTION, POOLED_Z, UNPOOLED_Z, PER_PERSON, ADDED_UP, T_VALUE = range(9)
"""What a contract reads of an effect; from PER_PERSON on, of an effect on an amount."""
MEANS, CHANGES, ANCOVA = range(3)
"""Estimators of an effect on an amount."""
GROUP, EFFECTIVE, RATE, HIDDEN, MATCHING, MATCHING_LUCK, ANALYST, ANALYST_LUCK = range(8)
"""Columns of the numbers of an effect: people of the comparison group, the share of them that counts, their success
rate, their unmeasured share; size and draw of the matching error; of the analyst's."""
TRUE, SPREAD, TREATED, CORRELATION, SAMPLING_LUCK = range(8, 13)
"""Further columns for an amount: true effect, standard deviation between people, participants measured, correlation of
before and after, draw of the sampling error."""
ALIKE = 13
"""A further column: how alike the people of one site of the group are."""
EFFECT_NUMBERS = 14
"""Columns of the numbers of an effect."""
END_AMOUNT, END_DRAWN, END_UNDRAWN = range(3)
"""What a payment for ending early is reckoned from: an amount, or the capital drawn or not drawn."""
READS_NOTHING, READS_OUTCOME, READS_ENROLLED = range(3)
"""What a decision to end early looks at."""
READ_SUM, READ_SEEN, READ_ELIGIBLE = 0, 1, 2
"""Columns of `Payments.column`."""


class Inputs(NamedTuple):
    """Uncertain inputs as quantile tables, drawn once per path.

    A law is cut into pieces of probability. On a piece the inverse is either constant (an atom) or a cubic in the
    local logit ``x = ln(v / (1 - v))``, ``v`` the place of `u` inside the piece.
    """

    address: WordArray
    """uint32[input]: hash of the input's name."""
    piece_ptr: IntArray
    """int64[input + 1]: first piece of each input."""
    piece_start: FloatArray
    """float64[piece]: probability at which the piece starts. [1]"""
    piece_width: FloatArray
    """float64[piece]: its probability. [1]"""
    table_index: IntArray
    """int64[piece]: row of `table`, or -1 where the piece is an atom."""
    atom: FloatArray
    """float64[piece]: value of an atom."""
    table: FloatArray
    """float64[table, cell, 4]: cubic coefficients in the place inside the cell, 0 to 1, constant term first."""
    mean: FloatArray
    """float64[input]: exact mean of each law; of an event, its chance."""
    luck: ByteArray | None = None
    """uint8[input]: 1 for an input that is luck and no evidence; None where all are evidence."""


class Derived(NamedTuple):
    """An input that is worked out of others once they are drawn."""

    slot: int
    """Its own column."""
    operation: int
    """BY_ODDS_RATIO, BY_LOG_ODDS, BY_DIFFERENCE, BY_COMPOSITION, AT_SITE or OVER_SITES."""
    slots: tuple[int, ...]
    """Columns of the numbers it is worked out of, in the order of the operation; -1 for a certain one."""
    values: tuple[float, ...]
    """The same numbers where certain."""


class Anyway(NamedTuple):
    """Outcomes of which the deal says how many would meet them without the programme.

    The chance of a row is its own, times that of the row it comes `after`, times the chance not to meet the row that
    shuts it out (`unless`).
    """

    outcome: IntArray
    """int64[row]: which outcome; a row stands after those it needs."""
    counted: IntArray
    """int64[row]: column of head counts with the people of whom it speaks."""
    times: IntArray
    """int64[row]: how often it is measured."""
    after: IntArray
    """int64[row]: row of the gate, -1 for none."""
    unless: IntArray
    """int64[row]: row of the exclusion, -1 for none."""
    chance_slot: IntArray
    """int64[row]: slot of the chance of those who pass both."""
    chance_value: FloatArray
    """float64[row]: the chance where certain. [1]"""


class Sites(NamedTuple):
    """Outcomes whose success rate differs between cohorts, each of which is a site of its own.

    The rate of a cohort is ``1 / (1 + exp(-(mean + spread u)))``, `u` standard normal, drawn once per path and cohort.
    """

    outcome: IntArray
    """int64[row]: which outcome."""
    mean_slot: IntArray
    """int64[row]: slot of the mean log odds of sites."""
    mean_value: FloatArray
    """float64[row]: the same where certain. [1]"""
    spread_slot: IntArray
    """int64[row]: slot of the standard deviation of log odds between sites."""
    spread_value: FloatArray
    """float64[row]: the same where certain. [1]"""


class Cohorts(NamedTuple):
    """Who enrols, leaves and is measured."""

    places: IntArray
    """int64[cohort]: most people who can enrol. [people]"""
    ratio_slot: IntArray
    """int64[cohort]: slot of the enrolment ratio."""
    ratio_value: FloatArray
    """float64[cohort]: enrolment ratio where certain. [1]"""
    dropout_slot: IntArray
    """int64[cohort]: slot of the dropout share."""
    dropout_value: FloatArray
    """float64[cohort]: dropout share where certain. [1]"""
    unmeasured_slot: IntArray
    """int64[cohort]: slot of the unmeasured share."""
    unmeasured_value: FloatArray
    """float64[cohort]: unmeasured share where certain. [1]"""
    duration: IntArray
    """int64[cohort]: months from enrolment to the end of the course. [month]"""
    month_ptr: IntArray
    """int64[cohort + 1]: first enrolment month of each cohort in the arrays over `month`."""
    month_limit: WordArray
    """uint32[month]: a person enrols in month t of the window if t limits are <= the word; rising, the last unused."""
    month_weight: FloatArray
    """float64[month]: chance to enrol in that month. [1]"""
    class_of_month: IntArray
    """int64[month]: settlement class of each enrolment month, counted inside the cohort."""
    class_ptr: IntArray
    """int64[cohort + 1]: first settlement class of each cohort in the arrays over `class`."""
    class_limit: WordArray
    """uint32[class]: a person falls in class c if c limits are <= the word; the last one of a cohort is unused."""


class Arrivals(NamedTuple):
    """How people come in and start in turn, in cohorts where places are not simply filled as people come."""

    in_turn: ByteArray
    """uint8[cohort]: 1 where people start in the order in which they come in; 0 where each has a month of their own,
    and nothing else of this group says anything."""
    drawn: ByteArray
    """uint8[cohort]: 1 where a Poisson number of people come in; 0 where it is the ratio of the places."""
    speed_slot: IntArray
    """int64[cohort]: slot of the mean of that number."""
    speed_value: FloatArray
    """float64[cohort]: its mean where certain, as a share of the places. [1]"""
    luck_slot: IntArray
    """int64[cohort]: slot of the place of the number in its law."""
    luck_value: FloatArray
    """float64[cohort]: 0 where no number is drawn; nan where futures are averaged, so that each draws its own."""
    address: WordArray
    """uint32[cohort]: hash of that place's name, for futures that are averaged."""
    late_slot: IntArray
    """int64[cohort]: slot of the months by which the start is late."""
    late_value: FloatArray
    """float64[cohort]: these months where certain. [month]"""
    latest: IntArray
    """int64[cohort]: the most months by which the start is late. [month]"""
    moves: IntArray
    """int64[cohort]: 1 where the end of the window moves with a late start, 0 where it stays."""
    closes: IntArray
    """int64[cohort]: first contract month in which nobody comes in any more. [month]"""
    lingers: IntArray
    """int64[cohort]: months after the window in which people who wait may start. [month]"""
    per_month: IntArray
    """int64[cohort]: the most who start in a month. [people]"""
    patience: IntArray
    """int64[cohort]: months that somebody waits. [month]"""
    within: IntArray
    """int64[cohort]: whoever leaves in one of so many months from the start is replaced; 0 where nobody is. [month]"""
    until: IntArray
    """int64[cohort]: first contract month in which leaving frees no place any more. [month]"""


class Outcomes(NamedTuple):
    """What may happen to a participant and in which period it counts.

    A *row* is one measurement of one outcome; outcomes that are measured once have one row each.
    """

    address: IntArray
    """int64[outcome]: 16-bit hash of the outcome's name."""
    population: IntArray
    """int64[outcome]: ENROLLED, COMPLETERS, MEASURED or EARLIER."""
    rate_slot: IntArray
    """int64[outcome]: slot of the success rate."""
    rate_value: FloatArray
    """float64[outcome]: success rate where certain. [1]"""
    first_row: IntArray
    """int64[outcome + 1]: first row of each outcome."""
    measured_month: IntArray
    """int64[row, month]: contract month of measurement by enrolment month (cohorts end to end). [month]"""
    measured_ordinal: IntArray
    """int64[row, month]: proleptic ordinal of the day of measurement, 0 if it never comes. [day]"""
    period_of_month: IntArray
    """int64[row, month]: period in which it counts, -1 if never."""
    period_of_class: IntArray
    """int64[row, class]: the same by settlement class."""


class Processes(NamedTuple):
    """What a deal needs whose people cannot be counted by pattern: outcomes that are measured several times, depend on
    each other, or are amounts.
    """

    kind: IntArray
    """int64[outcome]: HAPPENS, SPELL, AMOUNT_OF, REACHES, SCORE, USE or EVENT."""
    order: IntArray
    """int64[outcome]: the outcomes so that each stands after those it needs."""
    clause: IntArray
    """int64[outcome]: what the contract looks for, where its kind leaves a choice."""
    reads: IntArray
    """int64[outcome]: the amount that a goal reads, -1 for none."""
    gate: IntArray
    """int64[outcome]: the outcome that must be met first, -1 for none."""
    gate_row: IntArray
    """int64[row, month]: its latest row up to each measurement, -1 where there is none."""
    bar: IntArray
    """int64[outcome]: the outcome that rules this one out, -1 for none."""
    bar_row: IntArray
    """int64[row, month]: its latest row up to each measurement, -1 where there is none."""
    since: IntArray
    """int64[row, month]: months from the start of a person's clock to the measurement. [month]"""
    first_number: IntArray
    """int64[outcome + 1]: first number of each outcome, whose meaning is its kind's (`risksim.plan.processes`)."""
    number_slot: IntArray
    """int64[number]: slot."""
    number_value: FloatArray
    """float64[number]: the number where certain."""
    laws: Inputs
    """How amounts are spread over people: one law for each outcome that has one; its addresses mean nothing."""
    law: IntArray
    """int64[outcome]: row of `laws`, -1 for none."""
    card_price_slot: IntArray
    """int64[card, outcome]: slot of the price of one success."""
    card_price_value: FloatArray
    """float64[card, outcome]: the price where certain, 0 for outcomes that are not on the list. [currency]"""
    card_most_slot: IntArray
    """int64[card]: slot of the most that one person earns."""
    card_most_value: FloatArray
    """float64[card]: that most where certain. [currency]"""


class Measures(NamedTuple):
    """What the contract sees: one column of `measured` each."""

    outcome: IntArray
    """int64[measure]: which outcome of persons, result (RESULT; effects after results) or price list (CARD); -1 for
    JOINED, ATTENDED and FINISHED."""
    statistic: IntArray
    """int64[measure]: ELIGIBLE, SEEN, SUM, RESULT, SQUARES or CARD; JOINED, ATTENDED or FINISHED."""
    rows: ByteArray
    """uint8[measure, row]: 1 for the measurements of its outcome that are added up."""
    measured_in: ByteArray
    """uint8[measure, period]: 1 where something can be measured."""


class Results(NamedTuple):
    """Results of the programme as a whole, known at follow-ups."""

    value_slot: IntArray
    """int64[result * period]: slot of the value; rows end to end, with a row without value for each effect."""
    value_value: FloatArray
    """float64[result * period]: value where certain, nan where nothing is measured."""


class Effects(NamedTuple):
    """Effects against a baseline or comparison group, reckoned from what is measured of participants and group."""

    measure: IntArray
    """int64[effect]: its own column of `measured`."""
    verified: IntArray
    """int64[effect]: column of the participants verified, -1 for an effect on an amount."""
    seen: IntArray
    """int64[effect]: column of the participants measured, -1 for an effect on an amount."""
    address: IntArray
    """int64[effect]: 16-bit hash of its name."""
    reads: IntArray
    """int64[effect]: DIFFERENCE, ADDITIONAL, ..."""
    estimator: IntArray
    """int64[effect]: MEANS, CHANGES or ANCOVA."""
    known_in: ByteArray
    """uint8[effect, period]: 1 where it is reckoned."""
    fewest: FloatArray
    """float64[effect]: fewest people measured on either side. [people]"""
    enrolled_by: IntArray
    """int64[effect]: the group is of those who enrol before this contract month; 0 where its size is said. [month]"""
    clusters: FloatArray
    """float64[effect]: sites from which the group comes; 0 where its people are on their own. [sites]"""
    usual: ByteArray
    """uint8[effect]: 1 where the matching error is a multiple of the standard deviation between people."""
    number_slot: IntArray
    """int64[effect, number]: slots of GROUP, EFFECTIVE, RATE, ..."""
    number_value: FloatArray
    """float64[effect, number]: the same where certain."""


class Readings(NamedTuple):
    """How each clause reads what was measured, before it decides."""

    column: IntArray
    """int64[clause, 3]: measures read: what is added up (or the value), who was seen, who is eligible; -1 for none."""
    counts: IntArray
    """int64[clause]: COUNT, SHARE or VALUE."""
    unmeasured: IntArray
    """int64[clause]: FAILURE, EXCLUDE, ASSUMED or OBSERVED."""
    cumulative: ByteArray
    """uint8[clause]: 1 where people count from the start, 0 where since the last date on which the rule looked."""
    each_cohort: ByteArray
    """uint8[clause]: 1 where each cohort decides for itself."""
    once: ByteArray
    """uint8[clause]: 1 where the rule pays the first time only."""
    strict: ByteArray
    """uint8[clause]: 1 where a goal must be exceeded, 0 where reaching it is enough."""
    grain: FloatArray
    """float64[clause]: common denominator of goal, table and assumed rate, so that shares compare as integers."""
    assumed: FloatArray
    """float64[clause]: assumed rate times `grain`."""
    fewest: FloatArray
    """float64[clause]: fewest measured people on whom the rule decides. [people]"""
    otherwise: IntArray
    """int64[clause]: NOTHING, ASSUME, POOLED or POSTPONE."""


class Tables(NamedTuple):
    """Goals and tables, clauses end to end. A threshold is a table of one line."""

    first: IntArray
    """int64[clause + 1]: first line of each clause."""
    limit: FloatArray
    """float64[line]: measured quantity at which the line begins, times the clause's grain."""
    gives: FloatArray
    """float64[line]: what the line gives."""
    below: FloatArray
    """float64[clause]: what is given below the first line."""
    least: FloatArray
    """float64[clause, period]: the least that is given."""
    most: FloatArray
    """float64[clause]: the most that is given."""
    unit: IntArray
    """int64[clause]: AMOUNT, PRINCIPAL, COUPON or RETURN."""
    capital: FloatArray
    """float64[clause, tranche, period]: what multiplies the commitment: the share drawn by then, or for a coupon that
    share times the years for which it was drawn since the last date."""


class Payments(NamedTuple):
    """Payment rules in their order. A *clause* is a rule of the file; it has one row per payer."""

    kind: IntArray
    """int64[rule]: PER_OUTCOME, CAP, ... of the row's clause."""
    payer: IntArray
    """int64[rule]: row of the payer."""
    clause: IntArray
    """int64[rule]: position of the clause in the file."""
    share: IntArray
    """int64[rule]: parts of its clause that the payer bears; the clause's parts are all of it."""
    first_row: IntArray
    """int64[clause + 1]: first row of each clause."""
    first_number: IntArray
    """int64[clause + 1]: first number of each clause."""
    amount_slot: IntArray
    """int64[number]: slot of a price, total, amount ..."""
    amount_value: FloatArray
    """float64[number]: the same where certain."""
    number_period: IntArray
    """int64[number]: period in which a dated amount is due; -1 for other numbers."""
    unless_slot: IntArray
    """int64[clause]: slot of the part of the clause that is not paid: 1 where no method of measurement was agreed."""
    unless_value: FloatArray
    """float64[clause]: the same where certain. [1]"""
    looks: ByteArray
    """uint8[clause, period]: 1 where the clause speaks."""
    paid_in: IntArray
    """int64[clause, period]: period in which what is earned is paid."""
    lagged: ByteArray
    """uint8[clause]: 1 where `paid_in` differs from its own place."""
    growth_slot: IntArray
    """int64[clause]: slot of the growth of prices."""
    growth_value: FloatArray
    """float64[clause]: the same where certain. [1/year]"""
    growth_years: IntArray
    """int64[clause, period]: whole years for which amounts grew at that rate. [year]"""
    level: FloatArray
    """float64[clause, period]: price level by a published index, 1 without one. [1]"""
    scope: ByteArray
    """uint8[clause, rule]: 1 for the rows that a cap, floor or fund looks at, or that count as received for an annual
    return."""
    basis: IntArray
    """int64[clause]: TOTAL or PERIOD, for caps and floors."""
    readings: Readings
    tables: Tables


class Changes(NamedTuple):
    """Rules that change the terms of others, in the order of the file."""

    clause: IntArray
    """int64[change]: position in the file."""
    changed: ByteArray
    """uint8[change, clause]: 1 for the clauses whose terms it changes."""
    what: IntArray
    """int64[change]: TIMES, SET or SHIFT."""
    rebased: ByteArray
    """uint8[change]: 1 where a baseline decides, 0 where the parties look at an outcome."""
    period: IntArray
    """int64[change]: when it is decided."""
    since: IntArray
    """int64[change]: first period whose claims are earned under the new terms."""
    retroactive: ByteArray
    """uint8[change]: 1 where earlier claims are settled again."""
    column: IntArray
    """int64[change, 3]: measures looked at, as `Readings.column`."""
    counts: IntArray
    """int64[change]: COUNT, SHARE, VALUE or PEOPLE."""
    unmeasured: IntArray
    """int64[change]: FAILURE, EXCLUDE, ASSUMED or OBSERVED."""
    grain: FloatArray
    """float64[change]: common denominator of goal and assumed rate."""
    assumed_rate: FloatArray
    """float64[change]: assumed rate times `grain`."""
    goal: FloatArray
    """float64[change]: what the quantity is held against, times `grain`."""
    below: ByteArray
    """uint8[change]: 1 where it happens below the goal, 0 where it happens at it or above."""
    amount_slot: IntArray
    """int64[change]: slot of the factor, new price or shift of an amendment."""
    amount_value: FloatArray
    """float64[change]: the same where certain."""
    assumed_baseline: FloatArray
    """float64[change]: baseline on which the terms were agreed. [as measured]"""
    tolerance: FloatArray
    """float64[change]: difference up to which nothing changes. [as measured]"""
    strength: FloatArray
    """float64[change]: how much of the difference counts. [1]"""
    least: FloatArray
    """float64[change]: smallest factor of a price. [1]"""
    most: FloatArray
    """float64[change]: largest factor of a price. [1]"""
    lowest: FloatArray
    """float64[change, clause]: smallest shift of a goal, whole. [millionth]"""
    highest: FloatArray
    """float64[change, clause]: largest shift of a goal, whole. [millionth]"""


class Recession(NamedTuple):
    """A recession that ends spells and keeps new ones from beginning. Months are contract months."""

    hits: ByteArray
    """uint8[outcome]: 1 for outcomes whose spells it ends."""
    month: int
    """The month in which it begins, -1 where that is chance. [month]"""
    address: IntArray
    """int64[month]: address of the draw of each month, by the calendar, so that all deals see the same recession."""
    chance_slot: int
    """Slot of the chance that it begins within a year."""
    chance_value: float
    """The same where certain. [1/year]"""
    survive_slot: int
    """Slot of the share of running spells that outlast the shock."""
    survive_value: float
    """The same where certain. [1]"""
    over: int
    """How long the shock takes. [month]"""
    starts_slot: int
    """Slot of what is left of the rate at which spells begin."""
    starts_value: float
    """The same where certain. [1]"""
    lasts: int
    """How long fewer spells begin. [month]"""


class Pairs(NamedTuple):
    """Results of one person that go together pair by pair: a normal vector by the root of its correlation matrix."""

    member: IntArray
    """int64[member]: the outcome, -1 for leaving."""
    address: IntArray
    """int64[member]: 16-bit hash of its name."""
    root: FloatArray
    """float64[member, member]: lower triangular; times its transpose it is the matrix of latent correlations."""


class Dependence(NamedTuple):
    """What goes together, on the latent scale: success where the sum of what a person, a cohort, a year and chance
    bring stays below a mark; the shares of the variance of each outcome add up to one.
    """

    person: FloatArray
    """float64[outcome]: correlation of the outcome with how well the person is placed. [1]"""
    leaving: float
    """Correlation of staying with how well the person is placed. [1]"""
    measurable: float
    """Correlation of being measurable with how well the person is placed. [1]"""
    cohort: FloatArray
    """float64[outcome]: correlation of the outcome with what its cohort shares. [1]"""
    by_chance: npt.NDArray[np.bool_]
    """bool[outcome]: of yes-or-no outcomes that go with nothing but their cohort, so that it moves their chance."""
    macro: FloatArray
    """float64[outcome]: correlation of the outcome with the economy of the year of measurement. [1]"""
    persistence: float
    """Correlation of the economy of a year with that of the year before. [1]"""
    first_year: int
    """The calendar year in which the series of the economy begins; a portfolio sets its own. [year]"""
    year: IntArray
    """int64[row, month]: calendar year of each measurement by enrolment month. [year]"""
    degrees: int
    """Degrees of freedom of the t-copula, 0 for the normal one."""
    tail: Inputs
    """One law: what the squares of all latent numbers of a path are divided by; nothing for the normal copula."""
    pairs: Pairs | None
    """None where how well a person is placed says all."""
    recession: Recession | None
    """None where none may come."""

    @property
    def ties(self) -> bool:
        """Whether anything goes together, a recession apart."""
        return bool(self.ties_persons or self.cohort.any())

    @property
    def ties_persons(self) -> bool:
        """Whether anything but cohorts ties persons, so that they are lived one by one."""
        return bool(
            self.person.any() or self.leaving or self.measurable or self.macro.any() or self.pairs or self.degrees
        )


class Unlike(NamedTuple):
    """Who cannot be measured, and who is unlike the people of the evidence, where that differs between persons."""

    outcome: IntArray
    """int64[cohort]: the outcome with which being measurable goes, -1 for none."""
    failures_slot: IntArray
    """int64[cohort]: slot of the odds ratio of being unmeasured of who did not succeed."""
    failures_value: FloatArray
    """float64[cohort]: the same where certain. [1]"""
    leavers_slot: IntArray
    """int64[cohort]: slot of the further odds ratio of who left."""
    leavers_value: FloatArray
    """float64[cohort]: the same where certain. [1]"""
    harder_slot: IntArray
    """int64[cohort]: slot of the share of the harder group."""
    harder_value: FloatArray
    """float64[cohort]: the same where certain, 0 where there is no such group. [1]"""
    log_odds_slot: IntArray
    """int64[cohort]: slot of how far below the log odds of its success lie."""
    log_odds_value: FloatArray
    """float64[cohort]: the same where certain. [1]"""
    leaving_slot: IntArray
    """int64[cohort]: slot of the odds ratio of its leaving."""
    leaving_value: FloatArray
    """float64[cohort]: the same where certain. [1]"""


class Splits(NamedTuple):
    """Pooled claims that the payers of the cohorts share."""

    by: IntArray
    """int64[clause]: BY_SUCCESSES, BY_PEOPLE, or 0."""
    column: IntArray
    """int64[clause, 2]: measures of people verified and eligible."""
    row_of_cohort: IntArray
    """int64[clause, cohort]: row of the cohort's payer inside the clause, from 0."""


class Financing(NamedTuple):
    """Who invests and when capital is drawn."""

    commitment_slot: IntArray
    """int64[tranche]: slot of the commitment."""
    commitment_value: FloatArray
    """float64[tranche]: commitment where certain. [currency]"""
    drawn_share: FloatArray
    """float64[tranche, period]: cumulative share drawn up to and with the period. [1]"""


class Loans(NamedTuple):
    """Tranches that the provider pays back from its own funds. Goals in the order lowered, forgiven, accelerated."""

    is_loan: IntArray
    """int64[tranche]: 1 for a loan; what follows has no meaning for other tranches."""
    low_growth: FloatArray
    """float64[tranche, period]: growth of what is owed since the period before, once the rate is lowered. [1]"""
    pays: IntArray
    """int64[tranche, period]: 1 where interest and a part of the principal fall due."""
    part: FloatArray
    """float64[tranche, period]: the share of what is still owed of the principal that falls due. [1]"""
    maturity: IntArray
    """int64[tranche]: period in which all is due."""
    revenue: IntArray
    """int64[tranche]: measure of the revenue that is shared, -1 for none."""
    share: FloatArray
    """float64[tranche]: the lender's share of it. [1]"""
    goal_column: IntArray
    """int64[tranche, goal, 2]: measures read: what is added up (or the value), who is eligible; -1 for none."""
    goal_counts: IntArray
    """int64[tranche, goal]: COUNT, SHARE or VALUE."""
    goal_grain: FloatArray
    """float64[tranche, goal]: denominator of the goal, so that shares compare as integers."""
    goal_limit: FloatArray
    """float64[tranche, goal]: the goal times its grain."""
    goal_looks: IntArray
    """int64[tranche, goal, period]: 1 where the goal is judged; nowhere for a goal that the loan lacks."""
    forgiven: FloatArray
    """float64[tranche]: share of the money drawn that the second goal forgives. [1]"""
    first: IntArray
    """int64[tranche]: period of the first drawdown, from which the borrower may fail."""
    moment_slot: IntArray
    """int64[tranche]: slot of the uniform number that decides when the borrower fails."""
    moment_value: FloatArray
    """float64[tranche]: 1 where it never does; nan where failures are spread by expectation."""
    chance_slot: IntArray
    """int64[tranche]: slot of the chance to fail within a year."""
    chance_value: FloatArray
    """float64[tranche]: the same where certain. [1/year]"""
    lost_slot: IntArray
    """int64[tranche]: slot of the share of what is owed that a failure loses."""
    lost_value: FloatArray
    """float64[tranche]: the same where certain. [1]"""
    line_interest: int
    line_principal: int
    line_recovered: int


class Waterfall(NamedTuple):
    """How money is raised and paid out where a deal has more than one investor who gets all payments.

    Sources are the tranches, then the grants. A `line_` is a row of the ledger: the first of several where it stands
    for one per tranche or payer, -1 where there is none.
    """

    source_slot: IntArray
    """int64[source]: slot of the commitment or grant."""
    source_value: FloatArray
    """float64[source]: commitment or grant where certain. [currency]"""
    as_needed: IntArray
    """int64[source]: 1 where money is drawn by the costs."""
    by_amount: IntArray
    """int64[source]: 1 where `upto` is an amount, 0 where it is a share."""
    upto: FloatArray
    """float64[source, period]: cumulative share or amount drawn up to and with the period. [1 or currency]"""
    rank: IntArray
    """int64[tranche]: place in the queue, 0 is paid first; -1 for a loan."""
    n_ranks: int
    by_rank: int
    """1 where interest and principal are told apart from the surplus."""
    takes_surplus: IntArray
    """int64[tranche]: 1 where a tranche shares in the surplus."""
    growth: FloatArray
    """float64[tranche, period]: growth of what is owed since the period before. [1]"""
    cap_kind: IntArray
    """int64[tranche]: definition of the return cap, 0 where there is none."""
    cap_rate: FloatArray
    """float64[tranche]: most that may be earned. [1/year, or 1 for a multiple]"""
    cap_growth: FloatArray
    """float64[tranche, period]: growth of the hurdle since the period before. [1]"""
    floor_share: FloatArray
    """float64[tranche]: least share that comes back, 0 where none is promised. [1]"""
    recycle: int
    """1 where outcome payments are kept for costs to come."""
    ahead: IntArray
    """int64[period]: the last period for whose costs investors are called already."""
    fee: FloatArray
    """float64[tranche, period]: commitment fee for the time since the period before, per unit not drawn. [1]"""
    row_tranche: IntArray
    """int64[rule]: the tranche that alone gets what a payment rule pays, -1 where all share."""
    cost_slot: IntArray
    """int64[cost]: slot of the amount."""
    cost_value: FloatArray
    """float64[cost]: amount on each date where certain. [currency, or 1 for a share of the commitments]"""
    cost_share: IntArray
    """int64[cost]: 1 where the amount is a share of all commitments."""
    cost_head: IntArray
    """int64[cost]: measure of the people or months that the amount is for, -1 where it is for each date."""
    cost_by: IntArray
    """int64[cost]: 0 the programme, 1 the investors, 2 a payer."""
    cost_times: IntArray
    """int64[cost, period]: how often the amount falls due."""
    limit_slot: IntArray
    """int64[guarantee]: slot of the limit."""
    limit_value: FloatArray
    """float64[guarantee]: limit where certain. [currency]"""
    limit_share: FloatArray
    """float64[guarantee]: limit as a share of the commitments covered, 0 where it is an amount. [1]"""
    after_slot: IntArray
    """int64[guarantee]: slot of the loss that is borne first."""
    after_value: FloatArray
    """float64[guarantee]: that loss where certain. [currency]"""
    covers: IntArray
    """int64[guarantee]: a tranche, -1 all of them, -2 the provider."""
    called: IntArray
    """int64[guarantee, period]: 1 where it is called."""
    break_slot: IntArray
    """int64[break]: slot of a payment for ending early."""
    break_value: FloatArray
    """float64[break]: that payment where certain. [currency]"""
    break_period: IntArray
    """int64[break]: when it is paid."""
    line_grant: int
    line_cost: IntArray
    """int64[cost]."""
    line_recycle: int
    line_own: int
    line_interest: int
    line_principal: int
    line_share: int
    line_back: int
    line_bonus: int
    line_break: int
    line_guarantee: IntArray
    """int64[guarantee]."""
    line_floor: IntArray
    """int64[tranche]."""
    line_fee: int
    line_direct: int
    end_kind: IntArray
    """int64[early end]: END_AMOUNT, END_DRAWN or END_UNDRAWN."""
    end_slot: IntArray
    """int64[early end]: slot of the payment or share."""
    end_value: FloatArray
    """float64[early end]: the same where certain. [currency or 1]"""
    line_end: IntArray
    """int64[early end]."""
    line_release: int
    loans: Loans | None
    """None where no tranche is a loan."""


class Ending(NamedTuple):
    """What may end the deal before its time, in the order of the file."""

    on: IntArray
    """int64[early end]: period of the decision, -1 where it may fall in any month."""
    month: IntArray
    """int64[early end]: first contract month on or after the decision. [month]"""
    notice: IntArray
    """int64[early end]: months from the decision to the stop. [month]"""
    run_off: IntArray
    """int64[early end]: months after the stop in which outcomes still count. [month]"""
    luck_slot: IntArray
    """int64[early end]: slot of the uniform number that decides."""
    luck_value: FloatArray
    """float64[early end]: the same where certain. [1]"""
    chance_slot: IntArray
    """int64[early end]: slot of the chance that the deal is ended."""
    chance_value: FloatArray
    """float64[early end]: the same where certain. [1]"""
    yearly_slot: IntArray
    """int64[early end]: slot of the chance in a year."""
    yearly_value: FloatArray
    """float64[early end]: the same where certain. [1/year]"""
    reads: IntArray
    """int64[early end]: READS_NOTHING, READS_OUTCOME or READS_ENROLLED."""
    column: IntArray
    """int64[early end, 3]: measures read, as `Readings.column`."""
    counts: IntArray
    """int64[early end]: COUNT, SHARE or VALUE."""
    unmeasured: IntArray
    """int64[early end]: FAILURE, EXCLUDE, ASSUMED or OBSERVED."""
    grain: FloatArray
    """float64[early end]: common denominator of limits and assumed rate, so that shares compare as integers."""
    assumed: FloatArray
    """float64[early end]: assumed rate times `grain`."""
    low: FloatArray
    """float64[early end]: the deal ends below this times the people, times `grain`."""
    high: FloatArray
    """float64[early end]: the deal ends above this times the people, times `grain`."""
    last_month: int
    """Last contract month on whose day a stop comes before the deal is over. [month]"""
    last_due: IntArray
    """int64[contract month]: last period on which money falls due if the programme stops in that month."""
    pays_in: IntArray
    """int64[contract month]: first period on or after the stop."""
    settles_in: IntArray
    """int64[contract month + 1]: period of the first follow-up on or after the month's day; the last entry is that of
    the last follow-up, for every later month."""
    measured_by: IntArray
    """int64[outcome, month]: first contract month on or after the measurement of who enrolled in a month. [month]"""
    known_by: IntArray
    """int64[result * period]: first contract month on or after the measurement of a result. [month]"""
    variant: IntArray
    """int64[early end, contract month]: how the payment rules stand after a stop in that month."""
    looks: ByteArray
    """uint8[variant, clause, period]: `Payments.looks`."""
    due: ByteArray
    """uint8[variant, number]: 1 where a number of `Payments` still holds, 0 for amounts that don't fall due."""
    capital: FloatArray
    """float64[variant, clause, tranche, period]: `Tables.capital`."""


class Stops(NamedTuple):
    """How consecutive paths end."""

    month: Int16Array
    """int16[path]: contract month in which the programme stops, NEVER where the deal runs to its end. [month]"""
    by: Int16Array
    """int16[path]: which early end stopped it, -1 for none."""
    counted: Int16Array
    """int16[path]: last contract month up to which outcomes are measured, NEVER likewise. [month]"""


class Leaving(NamedTuple):
    """How people leave their course, and when they move away, where a share that leaves evenly does not say it all."""

    way: IntArray
    """int64[cohort]: EVENLY, BY_SHARE, BY_MONTH or STAYS."""
    level_slot: IntArray
    """int64[cohort]: slot of what the law is reckoned from."""
    level_value: FloatArray
    """float64[cohort]: the same where certain: the share who leave by the end of the course, the chance in the first
    month, or the rate of the law. [1, 1/month or 1/month**shape]"""
    odds_slot: IntArray
    """int64[cohort]: slot of what the odds of leaving are multiplied by."""
    odds_value: FloatArray
    """float64[cohort]: the same where certain. [1]"""
    shape: FloatArray
    """float64[cohort]: shape of the Weibull law. [1]"""
    beside: IntArray
    """int64[cohort]: the outcome whose monthly chance is read together with that of leaving, -1 for none."""
    reckoned: ByteArray
    """uint8[cohort]: 1 where the share who leave is reckoned on each path, and not that of `Cohorts`."""
    yearly_slot: IntArray
    """int64[cohort]: slot of the share that moves away in a year."""
    yearly_value: FloatArray
    """float64[cohort]: the same where certain. [1/year]"""
    then: IntArray
    """int64[cohort]: STAY_HERE, KEPT, LOST or EXCLUDED."""


class Ledger(NamedTuple):
    """The lines of the double-entry ledger: each moves money from one party to another."""

    from_party: IntArray
    """int64[line]: who pays."""
    to_party: IntArray
    """int64[line]: who receives."""
    credit: IntArray
    """int64[party]: 1 where a party may have paid more than it received, 0 where it never may, -1 where it passes on
    everything on the same day."""


class Calendar(NamedTuple):
    """The periods of the deal: every date on which money can move."""

    ordinal: IntArray
    """int64[period]: proleptic ordinal of the date. [day]"""
    month: FloatArray
    """float64[period]: contract month of the date. [month]"""
    years: FloatArray
    """float64[period]: years since the start by the scenario's day count. [year]"""
    year_index: IntArray
    """int64[period]: row of the budget year."""
    month_ordinal: IntArray
    """int64[contract month]: proleptic ordinal of its day, for as long as people can be active. [day]"""


class InputNote(NamedTuple):
    """What a reader should know of one uncertain input."""

    name: str
    """Where it stands in the scenario, as ``cohorts[everybody].dropout``."""
    family: str
    """Fitted form in words, as ``Beta(30, 10)``."""
    unit: str
    """Unit of the value."""
    origin: str
    """``source: ...``, ``assumption: ...`` or empty."""
    mean: float
    """Exact mean."""
    sd: float
    """Exact standard deviation."""
    quantiles: tuple[float, ...]
    """Its 5, 50 and 95 % points; nan in a draft."""


class Labels(NamedTuple):
    """Names for the axes of the arrays."""

    cohorts: tuple[str, ...]
    outcomes: tuple[str, ...]
    """Outcomes of persons."""
    results: tuple[str, ...]
    """Results of the programme as a whole, then effects."""
    measures: tuple[str, ...]
    """One name per column of `measured`, as ``wellbeing: measured``."""
    clauses: tuple[str, ...]
    """The key of each payment rule of the file, as ``per_outcome``."""
    rules: tuple[str, ...]
    """One name per row of `Payments`, as ``wellbeing`` or ``cap``."""
    payers: tuple[str, ...]
    tranches: tuple[str, ...]
    parties: tuple[str, ...]
    lines: tuple[str, ...]
    """Reason of each ledger line."""
    groups: tuple[str, ...]
    """``investors`` for all tranches together where there are several, otherwise nothing."""
    dates: tuple[dt.date, ...]
    years: tuple[int, ...]
    hurdles: tuple[float, ...]
    inputs: tuple[InputNote, ...]
    cohort_titles: tuple[str, ...] = ()
    """What reports call each cohort: its `label`, or its name."""
    outcome_titles: tuple[str, ...] = ()
    """What reports call each outcome of persons."""
    result_titles: tuple[str, ...] = ()
    """What reports call each result of the programme."""
    rule_titles: tuple[str, ...] = ()
    """What reports call each row of `Payments`."""
    endings: tuple[str, ...] = ()
    """What may end the deal early."""


class Plan(NamedTuple):
    """One deal as arrays, ready for the engine."""

    inputs: Inputs
    cohorts: Cohorts
    outcomes: Outcomes
    processes: Processes | None
    """None where people can be counted by pattern."""
    measures: Measures
    results: Results
    effects: Effects
    payments: Payments
    financing: Financing
    waterfall: Waterfall | None
    """None where one investor gets all payments."""
    ledger: Ledger
    calendar: Calendar
    hurdles: FloatArray
    """float64[hurdle]: nominal annual rates at which NPV is taken. [1/year]"""
    minor_units: int
    """Minor units in one unit of the currency: 100 for DKK, 1 for KRW."""
    stream: int
    """Stream of this deal's own draws; 0 for a lone deal."""
    currency: str
    day_count: str
    name: str
    digest: str
    """SHA-256 of the scenario's canonical text."""
    scenario_text: str
    """The scenario file itself."""
    labels: Labels
    ending: Ending | None = None
    """None where nothing ends the deal before its time."""
    changes: Changes | None = None
    """None where no rule changes the terms of others."""
    splits: Splits | None = None
    """None where no claim is split between the payers of cohorts."""
    events: Sequence[tuple[int, int, float]] = ()
    """Inputs that are events, each with the slot of its chance and the chance where certain: a uniform number becomes 1
    where the event happens, 0 elsewhere."""
    dependence: Dependence | None = None
    """None where everything happens to everybody on their own."""
    unlike: Unlike | None = None
    """None where all people of a cohort are alike to measure and to help."""
    lived: bool = False
    """True where people must be lived one by one although each outcome alone could be counted by pattern."""
    leaving: Leaving | None = None
    """None where all who leave leave evenly over their course and nobody moves away."""

    derived: Sequence[Derived] = ()
    """Inputs that are worked out of others, each after those it needs."""
    sites: Sites | None = None
    """None where every cohort has the same success rates."""
    arrivals: Arrivals | None = None
    """None where every cohort's places are filled as people come."""
    anyway: Anyway | None = None
    """None where nothing says what would happen without the programme. No payment hangs on it."""
    purse: Purse | None = None
    """None where the file says nothing of what public budgets save. No payment hangs on it."""

    @property
    def by_pattern(self) -> bool:
        """Whether people can be counted by pattern."""
        return self.processes is None and not self.lived

    @property
    def shares_luck(self) -> bool:
        """Whether anything is drawn that people share and that is no evidence."""
        tied = self.dependence
        together = tied is not None and (tied.cohort.any() or tied.macro.any() or tied.recession is not None)
        return self.sites is not None or bool(together)


class PathResults(NamedTuple):
    """What a run keeps of every path. Money in minor units."""

    weight: FloatArray
    """float64[path]: sums to one. [1]"""
    replicate: Int16Array
    """int16[path]: which replicate a path belongs to."""
    inputs: FloatArray
    """float64[path, input]: the drawn inputs."""
    headcount: Int32Array
    """int32[path, cohort, count]: enrolled, completed, dropped out, unmeasured, then per outcome achieved and verified.
    [people]"""
    claim: IntArray
    """int64[path, rule, period]: what each rule claims; a cap's rows are negative. [minor unit]"""
    flow: IntArray
    """int64[path, line, period]: the ledger. [minor unit]"""
    irr: FloatArray
    """float64[path, tranche]: internal rate of return; -1 for a total loss, nan where there is none. [1/year]"""
    irr_status: npt.NDArray[np.int8]
    """int8[path, tranche]: `risksim.kernels.cashflow` status codes."""
    npv: FloatArray
    """float64[path, tranche, hurdle]: net present value. [currency]"""
    drawn: IntArray
    """int64[path, tranche]: all capital paid in. [minor unit]"""
    received: IntArray
    """int64[path, tranche]: all money received. [minor unit]"""
    repayment: IntArray
    """int64[path, payer, year]: payments by budget year. [minor unit]"""
    group_irr: FloatArray
    """float64[path, group]: `irr` of all tranches together; no group where there is one tranche. [1/year]"""
    group_irr_status: npt.NDArray[np.int8]
    """int8[path, group]: its status code."""
    group_npv: FloatArray
    """float64[path, group, hurdle]: `npv` of all tranches together. [currency]"""
    stop_month: Int16Array
    """int16[path]: contract month in which the programme stops, NEVER where the deal runs to its end. [month]"""
    ended_by: Int16Array
    """int16[path]: which early end stopped it, -1 for none."""


class CohortLife(NamedTuple):
    """One cohort on one path, person by person. Months are contract months, NEVER where it does not happen."""

    enrolled_at: Int16Array
    """int16[person]. [month]"""
    left_at: Int16Array
    """int16[person]. [month]"""
    seen: npt.NDArray[np.uint8]
    """uint8[person]: 1 where outcomes can be measured."""
    worth: FloatArray
    """float64[row, person]: 1 where an outcome is met, 0 where it is not, or an amount; nan for people it does not
    speak of."""
    moved_at: Int16Array
    """int16[person]. [month]"""
    arrived_at: Int16Array
    """int16[person]: when each comes in; `enrolled_at` where nobody waits for a place. [month]"""
    never_started: IntArray
    """int64[1]: how many came in and never started. [people]"""
    standing: FloatArray
    """float64[person]: how well each is placed, standard normal; nan where nothing goes with it."""
    harder: npt.NDArray[np.uint8]
    """uint8[person]: 1 for the harder group."""
    met_at: Int16Array
    """int16[outcome, person]: when a success comes, for outcomes that say so. [month]"""
    factor: FloatArray
    """float64[1]: what the people of the cohort share, standard normal; nan where they share nothing."""
    rates: FloatArray
    """float64[outcome]: success rates of this cohort's own; nan where all cohorts have the same. [1]"""


class World(NamedTuple):
    """What all deals of a portfolio share on one path."""

    year: IntArray
    """int64[year]: calendar years. [year]"""
    economy: FloatArray
    """float64[year]: the economy of each, standard normal; no year where it decides nothing."""
    recession: IntArray
    """int64[recession]: contract months in which one begins. [month]"""
    scale: FloatArray
    """float64[1]: what the squares of all latent numbers are divided by; nan without a t-copula."""


class EffectLife(NamedTuple):
    """One effect on one path: what its estimate is made of, beside the participants."""

    verified: FloatArray
    """float64[period]: participants verified so far; nan for an effect on an amount. [people]"""
    seen: FloatArray
    """float64[period]: participants measured so far. [people]"""
    group_met: float
    """People of the comparison group who succeeded and were measured; nan for an effect on an amount. [people]"""
    group_seen: float
    """People of the comparison group who were measured. [people]"""
    standard_error: FloatArray
    """float64[period]: standard error of the difference; nan where there is nobody to compare."""
    matching_error: float
    """By how much the groups would differ without the programme, in the unit of the difference."""
    analyst_error: float
    """By how many standard errors the analyst is off."""
    sampling_error: float
    """By how many standard errors chance is off, for an effect on an amount; elsewhere people are drawn."""


class Replay(NamedTuple):
    """One path, opened: its people and everything that a run keeps of it."""

    path: int
    seed: int
    cohorts: tuple[CohortLife, ...]
    """The people who enrolled, by cohort."""
    measured: FloatArray
    """float64[1, cohort, measure, period]: what the contract measured. [people]"""
    effects: tuple[EffectLife, ...]
    """The effects, in the order of the plan."""
    results: PathResults
    """Of this one path."""
    prices: Mapping[int, FloatArray] = {}
    """float64[1, period] by clause whose price changes: the price, or what its amounts are multiplied by."""
    shifts: Mapping[int, FloatArray] = {}
    """float64[1, period] by clause whose goals move: what is added to them. [millionth]"""
    world: World | None = None
    """What deals share; None for a deal without dependence."""
    engine: str = "individual"
    """``individual``: that path of a run; ``conditional``: people drawn at its inputs, whom the run only counts."""


def payments_after(plan: Plan, by: int, month: int) -> Payments:
    """The payment rules as they stand on a path that ended early.

    Parameters
    ----------
    plan : Plan
        A deal that may end early.
    by : int
        Which early end stopped it.
    month : int
        The contract month in which the programme stopped. [month]

    Returns
    -------
    Payments
    """
    assert plan.ending is not None
    variant, rules = plan.ending.variant[by, month], plan.payments
    due = plan.ending.due[variant] == 1
    return rules._replace(
        looks=plan.ending.looks[variant],
        amount_slot=np.where(due, rules.amount_slot, -1),
        amount_value=np.where(due, rules.amount_value, 0.0),
        tables=rules.tables._replace(capital=plan.ending.capital[variant]),
    )
