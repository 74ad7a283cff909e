"""What the program works out of what a file says before anything is drawn: laws of leaving, latent correlations, rates.

One line each, so that no number that influences a run is out of sight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from risksim.plan.dependence import latent_of, latent_of_icc, observed_of
from risksim.plan.families import figure
from risksim.plan.hazards import Weibull, enrolled_rate, monthly_of_yearly, share_by_month, weibull_through, with_odds
from risksim.plan.laws import law_of
from risksim.plan.layout import Plan
from risksim.scenario.base import value_of
from risksim.scenario.dependence import LEAVING, Dependence, Recession, loadings, portion, shared
from risksim.scenario.leaving import Dropout
from risksim.scenario.outcomes import Outcome
from risksim.scenario.programme import Cohort, UnlikeAssumed, Unmeasured
from risksim.scenario.scenario import Scenario


class Worked(NamedTuple):
    """One thing that was worked out."""

    name: str
    """The place in the file that it comes from."""
    text: str
    """What was made of it."""


def worked_out(scenario: Scenario, plan: Plan) -> list[Worked]:
    """What was worked out of a scenario, uncertain numbers at their means.

    Parameters
    ----------
    scenario : Scenario
        As the file says it: a repeated entry stands once.
    plan : Plan
        A draft of its plan is enough.

    Returns
    -------
    list of Worked
    """
    rates = {
        name: float(rate)
        for name, rate in zip(plan.labels.outcomes, plan.outcomes.rate_value, strict=True)
        if isinstance(scenario.personal[name], Outcome)
    }
    found: list[Worked] = []
    for cohort in scenario.cohorts:
        found += _cohort(scenario, cohort, rates)
    if scenario.dependence is not None:
        found += _dependence(scenario, scenario.dependence, rates)
    return found


def _n(value: float) -> str:
    return figure(value, 4)


# Cohorts


def _cohort(scenario: Scenario, cohort: Cohort, rates: dict[str, float]) -> Iterator[Worked]:
    here = f"cohorts[{cohort.name}]"
    if cohort.repeat is not None:
        own = ", ".join(cohort.repeat.each) or "nothing"
        yield Worked(f"{here}.repeat", f"stands for {cohort.times:,} cohorts alike; each draws on its own: {own}")
    course = int(value_of(cohort.duration))
    leave = _left(cohort.dropout, course) if isinstance(cohort.dropout, Dropout) else law_of(cohort.dropout).mean
    if isinstance(cohort.dropout, Dropout):
        law = _law(cohort.dropout, course)
        scale = "" if law is None else f" and scale {_n(law.scale)} months"
        shape = cohort.dropout.shaped if law is None else law.shape
        text = f"Weibull with shape {_n(shape)}{scale}; {100.0 * leave:.3g} % leave by the end of {course} months"
        yield Worked(f"{here}.dropout", text)
    if cohort.moves is not None:
        yearly = law_of(cohort.moves.yearly).mean
        yield Worked(f"{here}.moves.yearly", f"{_n(yearly)} a year is {_n(monthly_of_yearly(yearly))} a month")
    for name, outcome in scenario.personal.items():
        if isinstance(outcome, Outcome) and outcome.dropouts is not None:
            ratio = law_of(outcome.dropouts).mean
            text = f"{_n(rates[name])} of completers, {_n(ratio)} times that of the {100.0 * leave:.3g} % who leave "
            text += f"{here}: {_n(enrolled_rate(rates[name], ratio, leave))} of the enrolled"
            yield Worked(f"outcomes[{name}].dropouts", text)
    if isinstance(cohort.unmeasured, Unmeasured):
        hidden = cohort.unmeasured
        share, failures, leavers = (law_of(part).mean for part in (hidden.share, hidden.failures, hidden.leavers))
        text = f"{_n(share)} over all; odds times {_n(failures)} for who fails at '{hidden.outcome}'"
        yield Worked(f"{here}.unmeasured", f"{text}, times {_n(leavers)} for who left")
    if cohort.unlike_assumed is not None:
        for name, rate in rates.items():
            yield Worked(f"{here}.unlike_assumed", _unlike(cohort.unlike_assumed, name, rate))


def _unlike(group: UnlikeAssumed, name: str, rate: float) -> str:
    share = law_of(group.share).mean
    harder = with_odds(rate, math.exp(-law_of(group.log_odds).mean))
    text = f"'{name}': {_n(rate)} of those like the evidence, {_n(harder)} of the harder group"
    return f"{text} ({100.0 * share:.3g} % of the enrolled), {_n((1.0 - share) * rate + share * harder)} together"


def _law(said: Dropout, course: int) -> Weibull | None:
    """The law of staying before any odds, its uncertain number at the mean; None where nobody or everybody leaves."""
    if len(said.points) == 2:
        return weibull_through(*said.points)
    if said.points:
        ((time, share),) = said.points
    elif said.monthly is not None:
        time, share = 1.0, 1.0 - law_of(said.monthly).mean
    else:
        assert said.share is not None
        time, share = float(course), 1.0 - law_of(said.share).mean
    if not 0.0 < share < 1.0 or time <= 0.0:
        return None
    return Weibull(said.shaped, time / (-math.log(share)) ** (1.0 / said.shaped))


def _left(said: Dropout, course: int) -> float:
    """The share who have left by the end of the course, at the means. [1]"""
    odds = law_of(said.odds).mean
    if said.monthly is not None:
        return with_odds(share_by_month(law_of(said.monthly).mean, said.shaped, course), odds)
    law = _law(said, course)
    return 0.0 if law is None else with_odds(1.0 - law.stays(course), odds)


# Dependence


def _dependence(scenario: Scenario, said: Dependence, rates: dict[str, float]) -> Iterator[Worked]:
    personal = scenario.personal
    person, icc, macro = loadings(said, personal), shared(said.cohort_icc, personal), shared(said.macro, personal)
    for name in personal:
        parts = [f"person {_n(person[name])}"] if name in person else []
        parts += [_of_cohort(icc[name], rates.get(name))] if name in icc else []
        parts += [f"macro {_n(macro[name] ** 0.5)} (share {_n(macro[name])})"] if name in macro else []
        if parts:
            yield Worked("dependence", f"loadings of '{name}': {', '.join(parts)}")
    for key in ("leaving", "measurable"):
        if (value := portion(getattr(said, key))) > 0.0:
            yield Worked(f"dependence.{key}", f"goes with how well a person is placed at {_n(value)}")
    if macro:
        yield Worked("dependence.macro_persistence", f"{_n(said.macro_persistence)} from one year to the next")
    for pair in said.correlations:
        yield Worked("dependence.correlations", _pair(pair.between, pair.latent, pair.observed, rates))
    if said.recession is not None:
        yield Worked("dependence.recession", _recession(said.recession))
    if said.tail is not None:
        yield Worked("dependence.tail", f"t-copula with {said.tail} degrees of freedom")


def _of_cohort(icc: float, rate: float | None) -> str:
    """The loading on the cohort; a correlation of yes-or-no results is a smaller one than the latent behind it."""
    if rate is None or not 0.0 < rate < 1.0:
        return f"cohort {_n(icc**0.5)} (icc {_n(icc)})"
    latent = latent_of_icc(icc, rate)
    return f"cohort {_n(latent**0.5)} (icc {_n(icc)} as observed, {_n(latent)} latent at a rate of {_n(rate)})"


def _recession(said: Recession) -> str:
    if said.on is not None:
        text = f"begins on {value_of(said.on)}"
    else:
        yearly = law_of(said.yearly_chance or 0.0).mean
        text = f"begins with a chance of {_n(yearly)} a year, {_n(monthly_of_yearly(yearly))} a month"
    text += f"; {_n(law_of(said.spells_survive).mean)} of the spells outlast its shock of {int(value_of(said.over))}"
    starts, lasts = law_of(said.starts).mean, int(value_of(said.lasts))
    return f"{text} months; spells begin at {_n(starts)} of their rate for {lasts} months"


def _pair(between: list[str], latent: float | None, observed: float | None, rates: dict[str, float]) -> str:
    words = f"{between[0]} and {between[1]}: "
    p, q = (rates.get(name, 0.0) for name in between)
    leaves = LEAVING in between and LEAVING not in rates
    if leaves or not (0.0 < p < 1.0 and 0.0 < q < 1.0):
        return f"{words}latent {_n(latent or 0.0)}"
    latent = latent if latent is not None else latent_of(p, q, observed or 0.0)
    if latent is None:
        return f"{words}observed {_n(observed or 0.0)}"
    return f"{words}latent {_n(latent)}, observed {_n(observed_of(p, q, latent))} at rates of {_n(p)} and {_n(q)}"
