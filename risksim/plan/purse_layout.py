"""The public purse as arrays: what saves, what costs, and whose money it is. `risksim.plan.layout` names it again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ByteArray = npt.NDArray[np.uint8]

BY_SUCCESS, WHILE_MET, OF_PEOPLE, IN_ALL = range(4)
"""What a line counts: first successes, then years after them; the time for which an outcome is met; participants or
completers once; nothing, a cost in all."""
IS_CONSEQUENCE, IS_DURING, IS_COST, IS_INSTEAD = range(4)
"""What a line is: a consequence of successes, a consequence during the programme, a public cost, the cost of the
alternative (which is saved)."""

PAYS_NONE, PAYS_OTHER = -1, -2
"""A rule that pays for no success, as a fixed amount; one of which nobody can say how much of it is paid for successes
that would have come anyway."""

TOGETHER = 0xF2736D94
"""Address of the factor that volumes share: that of the name ``public.together``."""


class Numbers(NamedTuple):
    """Slots into the purse's own inputs, and values where certain: each int64[n] and float64[n]."""

    slot: IntArray
    value: FloatArray


class PurseLines(NamedTuple):
    """What is saved or spent, one line for each consequence and cost of the file."""

    kind: IntArray
    """int64[line]: IS_CONSEQUENCE, IS_DURING, IS_COST or IS_INSTEAD."""
    counts: IntArray
    """int64[line]: BY_SUCCESS, WHILE_MET, OF_PEOPLE or IN_ALL."""
    claim_ptr: IntArray
    """int64[line + 1]: the outcomes that claim a line, in `claim_outcome`; none for people and costs in all."""
    claim_outcome: IntArray
    """int64[claim]: outcome of persons."""
    meter: IntArray
    """int64[line]: column of `true` that the line counts: FIRST or ACHIEVED of its one outcome, JOINED or FINISHED; -1
    where several outcomes claim it, and for costs in all."""
    able: IntArray
    """int64[line]: column of `true` with the people of whom its one outcome speaks (ABLE); -1 likewise."""
    profile: FloatArray
    """float64[line, t]: what the units are multiplied by t years after the success, price conversion and
    `lasts` included, uncertain numbers not; t = 0 is the year of the success itself (people, time while met). [1]"""
    evidence: IntArray
    """int64[line]: years after a success for which there is evidence. [year]"""
    saved: Numbers
    """Units that each saves in a year; the amount of a cost. [unit]"""
    volume: Numbers
    """Factor of the units. [1]"""
    price: Numbers
    """[currency/unit]"""
    decay: Numbers
    """Share lost each year after the first. [1/year]"""
    cashable: Numbers
    """Share that becomes cash. [1]"""
    unserved: Numbers
    """Share of successes on which nothing is saved. [1]"""
    is_transfer: ByteArray
    """uint8[line]: 1 for income support."""
    in_all: FloatArray
    """float64[line, year]: what a cost in all is multiplied by in each calendar year, price conversion included. [1]"""
    share: FloatArray
    """float64[line, year, t, sector]: who bears what falls in a calendar year t years after the success; adds up to 1
    over sectors; nan where no rule of refund was asked, since nothing can fall there. [1]"""


class Purse(NamedTuple):
    """The public side of a deal. Nothing that investors get hangs on it."""

    inputs: Any
    """`Inputs` of its own: drawn by address, never from quasi-random points."""
    together: FloatArray
    """float64[input]: part of the variance of an input's normal score that is a factor which volumes share: the
    correlation of two volumes with the same part; 0 for none. [1]"""
    meters: Any
    """`Measures`: people counted beside what the contract measures, in `true` float64[path, cohort, meter, period]."""
    lines: PurseLines
    anyway_slot: IntArray
    """int64[outcome]: slot of the purse's inputs with the share who would have met an outcome anyway, -1 for none."""
    anyway_value: FloatArray
    """float64[outcome]: the same where certain; nan where the purse says nothing and the deal's own counterfactual, if
    there is one, holds (`Plan.anyway`). [1]"""
    overlap: Numbers
    """One entry: the part of every success that is this programme's, as share claimed by others. [1]"""
    overlap_kept: float
    """What this programme keeps of those that others claim as well. [1]"""
    year_of_period: IntArray
    """int64[period]: row of `years`."""
    months_to_next: FloatArray
    """float64[period]: months from a follow-up to the next one; of the last, as many as before it. [month]"""
    discount: FloatArray
    """float64[year]: present value, in the year of `start`, of one unit in each calendar year. [1]"""
    deflator: FloatArray
    """float64[year]: what turns a nominal amount of a year into prices of `price_year`. [1]"""
    payer_budget: IntArray
    """int64[payer]: row of `budgets` that bears the repayments of each payer of the deal."""
    appropriation: Numbers
    """Payers x budget years of the deal, end to end: what is set aside; nan for nothing said. [currency]"""
    claim_of_rule: IntArray
    """int64[rule]: outcome of persons that each row of `Payments` pays for; PAYS_NONE, or PAYS_OTHER for several of
    them and for results of the whole programme."""
    socio_economic: bool
    tax_factor: float
    """What factor prices are multiplied by; 1 in a budget-economic calculation. [1]"""
    budgets: tuple[str, ...]
    """``municipality``, ``region``, ``state``, then payers that are no sector, as ``outcome fund``."""
    years: tuple[int, ...]
    """Calendar years, from the year of `start` to the last in which anything is saved."""
    names: tuple[str, ...]
    """Name of each line, as the file has it."""
    committees: tuple[str, ...]
    """Committee of each line; empty for none."""
    notes: tuple[Any, ...]
    """`InputNote` of each of its inputs."""
    price_year: int
    editions: tuple[str, ...]
    """Which rules and tables were used, with their dates and sources, a sentence each."""
    factor_address: int = TOGETHER
    """Address of the factor that inputs with a part in `together` share."""


class PursePaths(NamedTuple):
    """What the public side keeps of every path. Money in minor units and prices of `price_year`, savings positive."""

    gross: IntArray
    """int64[path, budget, year]: saved if every success counts. [minor unit]"""
    net: IntArray
    """int64[path, budget, year]: saved by successes that would not have come anyway, that somebody would have
    served and that no other programme claims. [minor unit]"""
    cash: IntArray
    """int64[path, budget, year]: the part of it that becomes cash. [minor unit]"""
    cost: IntArray
    """int64[path, budget, year]: own costs, less the costs of the alternative. [minor unit]"""
    payment: IntArray
    """int64[path, budget, year]: repayments to investors, nominal. [minor unit]"""
    line_gross: IntArray
    """int64[path, line]: of each line over all years; costs are negative. [minor unit]"""
    line_net: IntArray
    """int64[path, line]: likewise net."""
    beyond: IntArray
    """int64[path, line]: the part of `line_net` that falls beyond the evidence. [minor unit]"""
    achieved: FloatArray
    """float64[path, outcome]: people who met each outcome by which anything is saved, once each; nan for others.
    [people]"""
    attributable: FloatArray
    """float64[path, outcome]: those of them whom the programme brought there, less those it kept from it; nan where
    nobody says what would have happened anyway. [people]"""
    deadweight: FloatArray
    """float64[path]: repayments for successes that would have come anyway. [minor unit]"""
    inputs: FloatArray
    """float64[path, input]: the purse's own inputs."""


class PurseLedger(NamedTuple):
    """The public side of one path, line by line. Money in minor units and prices of `price_year`; costs negative."""

    path: int
    seed: int
    engine: str
    results: Any
    """`PathResults` of the path, claims not kept."""
    purse: PursePaths
    """Of the one path: what the lines add up to."""
    gross: IntArray
    """int64[line, sector, year]. [minor unit]"""
    net: IntArray
    """int64[line, sector, year]. [minor unit]"""
    cash: IntArray
    """int64[line, sector, year]: zero for costs. [minor unit]"""
    people: FloatArray
    """float64[line, year]: successes or people by the calendar year in which they come; nan for lines that several
    outcomes claim and costs in all. [people]"""
    added: FloatArray
    """float64[line, year]: those of them whom the programme adds; nan where nothing says so as well. [people]"""
    units: FloatArray
    """float64[line, year]: what they are multiplied to by years, decay and price conversion. [1]"""
    added_units: FloatArray
    """float64[line, year]: likewise of those whom the programme adds. [1]"""
    factors: FloatArray
    """float64[line, 6]: units saved, volume, price, decay, cashable share and unserved share on this path."""
    of_unit: FloatArray
    """float64[line, 3]: what a unit is worth gross and net [minor unit], and the share of net that becomes cash [1]."""
    overlap: float
    """The share of successes that other programmes claim as well, on this path. [1]"""
