"""Where the numbers of a scenario come from, and what it leaves unsaid.

Places are named as people name them, `cohorts[Brøndby].dropout`, and not by position. The same names address the draws
of uncertain inputs (``docs/reference/randomness.md``), so a change here draws other numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from risksim.scenario import register
from risksim.scenario.base import Months, Origin, Part, Stated, Weeks, value_of, written
from risksim.scenario.calendar import add_months
from risksim.scenario.document import Path
from risksim.scenario.effects import EffectOnOutcome, known_on
from risksim.scenario.financing import floor_of
from risksim.scenario.gates import needs
from risksim.scenario.leaving import Dropout
from risksim.scenario.loans import outcomes_of as read_by_loan
from risksim.scenario.outcomes import AfterEnrolment, EventOutcome, OnDate, PersonOutcome, Reaches, moments
from risksim.scenario.payments import (
    RULES,
    Cap,
    PerOutcome,
    PerPerson,
    PerUnit,
    Rebase,
    ShareOfSavings,
    outcome_of,
    outcomes_of,
    terms_of,
)
from risksim.scenario.programme import Cohort
from risksim.scenario.public import Consequence, Public, Refunded
from risksim.scenario.public_faults import says_anyway
from risksim.scenario.scenario import Scenario, certain, paid_times
from risksim.scenario.terms import Terms
from risksim.scenario.uncertainty import Evidence, Fixed, FixedLaw, FromRegister, Law, Source

# Names of places

_NAMED = frozenset(
    {
        "outcomes",
        "sources",
        "due_diligence.outcomes",
        *(f"public.{block}" for block in ("consequences", "during", "costs", "refunds", "anyway", "appropriations")),
    }
)
"""Blocks whose keys are names that people give."""


def input_name(scenario: Scenario, path: Path) -> str:
    """The name of a place in a scenario, which is also the address of its draws.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    path : tuple
        Keys and positions, as `walk` gives them.

    Returns
    -------
    str
        Names instead of positions, the keys of payment rules left out: ``cohorts[Brøndby].dropout``,
        ``outcomes[wellbeing].success_rate``, ``payments[0].price``, ``financing.tranches[DSI].commitment``.
    """
    text = ""
    part: Any = scenario
    for step in path:
        if isinstance(part, dict):
            # Entries of outcomes and sources are named; quantiles are keys like any other.
            shown = int(step) if isinstance(step, float) and step == int(step) else step  # weeks and amounts of money
            text += f"[{shown}]" if text in _NAMED else f".{shown}"
            part = part.get(step)
        elif isinstance(step, int):
            part = part[step]
            name = getattr(part, "name", None)
            text += f"[{name if isinstance(name, str) else step}]"
        else:
            is_rule = type(part) in RULES.values()
            part = _child(part, step)
            if not is_rule:
                text += f".{step}" if text else step
    return text


def _child(part: Any, key: str) -> Any:
    if not isinstance(part, BaseModel):
        return None
    for name, field in type(part).model_fields.items():
        if key in (name, field.alias):
            return getattr(part, name)
    return None


def _written(part: Any, path: Path = (), *, covered: bool = False) -> Iterator[tuple[Path, Any, bool]]:
    """Every part and leaf that the file itself states, and whether something around it says where it comes from."""
    covered = covered or _has_origin(part)
    yield path, part, covered
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            if name in part.model_fields_set and (child := getattr(part, name)) is not None:
                yield from _written(child, (*path, field.alias or name), covered=covered)
    elif isinstance(part, dict):
        for key, child in part.items():
            yield from _written(child, (*path, key), covered=covered)
    elif isinstance(part, list | tuple):
        for position, child in enumerate(part):
            yield from _written(child, (*path, position), covered=covered)


def _has_origin(part: Any) -> bool:
    if isinstance(part, FromRegister) or (isinstance(part, Evidence) and all(map(_has_origin, part.bodies))):
        return True
    return isinstance(part, Origin | Source) and (part.source is not None or part.assumption is not None)


# Values in words


def value_text(value: Any) -> str:
    """A value as a line of text, as ``beta [30, 10]`` or ``p10 0.55, p50 0.7, p90 0.82``.

    Examples
    --------
    >>> value_text(Months(9)), value_text(4000000), value_text(0.75), value_text(dt.date(2021, 8, 1))
    ('9 months', '4,000,000', '0.75', '2021-08-01')
    """
    if isinstance(value, Stated):
        return value_text(value.value)
    if isinstance(value, Fixed | FixedLaw):
        return value_text(certain(value))
    if isinstance(value, FromRegister):
        return f"{value_text(value.number)} (register: {value.register_})"
    if isinstance(value, Source):
        alike = "" if value.icc is None else f", icc {value_text(value.icc)}"
        weight = "" if value.weight == 1.0 else f", weight {value_text(value.weight)}"
        nearness = "" if value.class_ is None else f", class {value.class_}"
        return f"{value_text(value.successes)} of {value_text(value.of)}{alike}{weight}{nearness}"
    if isinstance(value, Part):
        return _part_text(value)
    if isinstance(value, Months):
        return "1 month" if value == 1 else written(value)
    if isinstance(value, Weeks):
        return written(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _figure(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_text(entry)}" for key, entry in value.items())
    if isinstance(value, tuple):
        return "[" + ", ".join(value_text(entry) for entry in value) + "]"
    if isinstance(value, list):
        return "; ".join(value_text(entry) for entry in value)
    return str(value)


def _figure(value: float) -> str:
    if value == round(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.6g}"


_ORIGIN = frozenset(Origin.model_fields)


def _part_text(part: Part) -> str:
    """The keys of a part and their values, its origin left out."""
    said = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in _ORIGIN or value is None or name not in part.model_fields_set:
            continue
        said.append(value_text(value) if name == "quantiles" else f"{name.rstrip('_')} {value_text(value)}")
    return ", ".join(said)


# Origins


class Assumption(NamedTuple):
    """A number that nobody published, and why it was chosen."""

    path: str
    """The place, by names."""
    value: str
    """The value in words."""
    reason: str
    """Why it was chosen."""


def assumptions(scenario: Scenario) -> list[Assumption]:
    """Every number that the scenario assumes, in the order of the file's parts."""
    return [
        Assumption(input_name(scenario, path), _assumed(part), reason)
        for path, part, _ in _written(scenario)
        if (reason := _reason(part))
    ]


def _assumed(part: Any) -> str:
    """What is assumed, in words; the whole public side is too long for a line."""
    return "everything in it that says nothing else" if isinstance(part, Public) else value_text(part)


def _reason(part: Any) -> str:
    """Why a number was assumed; empty where it was not."""
    if isinstance(part, Origin | Source) and part.assumption is not None:
        return " ".join(part.assumption.split())
    constant = register.constants()[part.register_] if isinstance(part, FromRegister) else None
    if constant is None or constant.status != "J":
        return ""
    return f"a judgement of the register{f' ({constant.source})' if constant.source else ''}"


def origin_text(part: Any) -> str:
    """Where a number says it comes from: its source or its assumption in words; empty where it says neither."""
    keys = getattr(part, "source", None)
    if keys is not None:
        unchecked = " (unchecked)" if getattr(part, "unchecked", False) else ""
        return f"source: {keys if isinstance(keys, str) else ', '.join(keys)}{unchecked}"
    reason = getattr(part, "assumption", None)
    if reason is not None:
        return f"assumption: {' '.join(reason.split())}"
    if isinstance(part, Evidence):
        return "; ".join(dict.fromkeys(text for body in part.bodies if (text := origin_text(body))))
    return register.constants()[part.register_].origin if isinstance(part, FromRegister) else ""


def sources_used(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The places that cite each source, by names; sources that no number cites are left out.

    The order is that of `sources` in the file.
    """
    cited: dict[str, list[str]] = {key: [] for key in scenario.sources}
    for path, part, _ in _written(scenario):
        for key in _keys(part):
            cited[key].append(input_name(scenario, path))
    return {key: tuple(paths) for key, paths in cited.items() if paths}


def _keys(part: Any) -> list[str]:
    keys = part.source if isinstance(part, Origin | Source) else None
    return list(dict.fromkeys([keys] if isinstance(keys, str) else keys or []))


_NO_FIGURES = frozenset({"schema", "hurdles", "stresses"})
"""Numbers at the top of the file that say nothing about the deal."""


def unstated(scenario: Scenario) -> list[str]:
    """Every amount, share, count, duration and date of the file that says neither source nor assumption.

    An uncertain number counts once, whatever numbers its law holds. A block that says where it comes from speaks for
    everything inside it.

    Returns
    -------
    list of str
        Place and value, as ``cohorts[Brøndby].duration: 9 months``.
    """
    found = []
    law: Path | None = None
    for path, part, covered in _written(scenario):
        if covered or (path and path[0] in _NO_FIGURES) or (law is not None and path[: len(law)] == law):
            continue
        if isinstance(part, Law):
            law = path
        elif isinstance(part, bool | str) or not isinstance(part, int | float | dt.date):
            continue
        found.append(f"{input_name(scenario, path)}: {value_text(part)}")
    return found


# Remarks


def remarks(scenario: Scenario) -> list[str]:
    """What a reader of the scenario should know although it is no mistake, one sentence each.

    Defaults that the file doesn't state, people who can never be paid for, a cap that never binds, and sources that
    nothing cites.
    """
    return [
        *_cohort_remarks(scenario),
        *_outcome_remarks(scenario),
        *_payment_remarks(scenario),
        *_ending_remarks(scenario),
        *_public_remarks(scenario),
        *_source_remarks(scenario),
    ]


def _cohort_remarks(scenario: Scenario) -> Iterator[str]:
    for cohort in scenario.cohorts:
        name, places = f"cohorts[{cohort.name}]", int(value_of(cohort.participants))
        if cohort.enrolment is None:
            yield f"{name}: no enrolment block, so all {places:,} places are filled on the first day."
            yield f"{name}: it is certain how many enrol; try `enrolment: {{shortfall: default}}`, what others saw."
        if "duration" not in cohort.model_fields_set:
            yield f"{name}: no duration, so a course ends on the day on which it begins."
        of = {outcome.of for outcome in scenario.personal.values()}
        if "dropout" not in cohort.model_fields_set and of & {"completers", "measured"}:
            yield f"{name}: no dropout, so everybody completes the course."
        if isinstance(cohort.dropout, Dropout) and "dropout-shape" in cohort.dropout.register_keys():
            shape = cohort.dropout.shaped
            yield f"{name}: nothing said about the shape of leaving, so {shape:g}: who has stayed long stays longer."
        rivals = [f"'{other}'" for other, one in scenario.personal.items() if isinstance(one, EventOutcome)]
        if len(rivals) > 1 and isinstance(cohort.dropout, Dropout) and cohort.dropout.constant:
            yield (
                f"{name}: {' and '.join(rivals)} have a chance a month each, so none of them is read together with "
                "that of leaving."
            )
        if cohort.moves is not None and cohort.moves.register_keys():
            yield f"{name}: nothing said about how many move away, so {value_text(cohort.moves.yearly)} a year."
        if "unmeasured" not in cohort.model_fields_set:
            yield f"{name}: nothing said about unmeasured, so everybody can be measured."


def _last_enrolment(cohort: Cohort) -> int:
    """The last month in which somebody can enrol. [month]"""
    last = 0 if cohort.enrolment is None else cohort.enrolment.last_month()
    return cohort.opens_last + last


def _months_to_measurement(cohort: Cohort, outcome: PersonOutcome) -> int | None:
    """Months from enrolment to the last measurement; None where it falls on dates for everybody. [month]"""
    when = outcome.measured
    if isinstance(when, OnDate):
        return None
    last = moments(when)[-1]
    course = 0 if isinstance(when, AfterEnrolment) else int(value_of(cohort.duration))
    return course + (int(last) if last is not None else 0)


def _months_before(start: dt.date, date: dt.date) -> int:
    """The last whole contract month that falls on or before a date. [month]"""
    months = (date.year - start.year) * 12 + date.month - start.month
    return months if add_months(start, months) <= date else months - 1


def _outcome_remarks(scenario: Scenario) -> Iterator[str]:
    paid = {name for rule in scenario.payments for name in outcomes_of(rule)}
    # What an outcome reads or waits for is settled with it: an amount that a paid outcome reads must come in time.
    needed = {other for outcome in scenario.personal.values() for other in needs(outcome)}
    read = {outcome.reads for outcome in scenario.personal.values() if isinstance(outcome, Reaches)}
    paid |= {effect.effect_on for effect in scenario.effects.values() if isinstance(effect, EffectOnOutcome)}
    paid |= {rule.rebase.baseline for rule in scenario.payments if isinstance(rule, Rebase)}
    paid |= {name for tranche in scenario.financing.tranches for name in read_by_loan(tranche.loan)}
    unused = "no payment rule names it, so it pays nothing"
    if not scenario.is_funded and scenario.public is not None:
        paid |= set(scenario.public.claimed)
        unused = "no consequence names it, so it saves nothing"
    last = scenario.follow_up_dates()[-1]
    reach = _months_before(scenario.start_date, last)
    for name, outcome in scenario.outcomes.items():
        if name not in paid | needed:
            yield f"outcomes[{name}]: {unused}."
        if name in scenario.effects:
            yield from _effect_remarks(scenario, name)
        if not isinstance(outcome, PersonOutcome) or isinstance(outcome, Reaches):
            continue
        if "measured" not in outcome.model_fields_set:
            yield f"outcomes[{name}]: no measured block, so it is measured when a person's course ends."
        if name in needed - paid - read:
            continue
        for cohort in scenario.cohorts:
            yield from _too_late(scenario, cohort, name, outcome, last, reach)


def _effect_remarks(scenario: Scenario, name: str) -> Iterator[str]:
    effect = scenario.effects[name]
    again = len(known_on(effect, scenario.follow_up_dates(), scenario.start_date)) > 1
    priced = [rule for rule in scenario.payments if isinstance(rule, PerUnit | ShareOfSavings)]
    if again and any(outcome_of(rule) == name for rule in priced):
        yield (
            f"outcomes[{name}]: known at several follow-ups, and everybody counts from the start each time; a price "
            "per unit or share of savings pays for the same people again."
        )
    if isinstance(effect, EffectOnOutcome) and "unmeasured" not in effect.against.model_fields_set:
        yield f"outcomes[{name}]: nothing said about unmeasured, so everybody in the comparison group can be measured."


def _too_late(
    scenario: Scenario, cohort: Cohort, name: str, outcome: PersonOutcome, last: dt.date, reach: int
) -> Iterator[str]:
    """Who enrols too late to be paid for, if anybody can."""
    latest = _last_enrolment(cohort)
    months = _months_to_measurement(cohort, outcome)
    if isinstance(outcome.measured, OnDate):
        on = moments(outcome.measured)[-1]
        course = 0 if outcome.of == "enrolled" else int(value_of(cohort.duration))
        reached, until = _months_before(scenario.start_date, on) - course, f"the measurement on {on}"
    else:
        reached, until = reach - (months or 0), f"the last follow-up on {last}"
    if reached >= latest:
        return
    it = "it" if outcome.times == 1 else f"the last of its {outcome.times} measurements"
    if reached < 0:
        yield f"outcomes[{name}]: nobody of cohorts[{cohort.name}] is measured by {until}, so {it} never pays for them."
    else:
        yield (
            f"outcomes[{name}]: people of cohorts[{cohort.name}] who enrol after month {reached} come too late for "
            f"{until}, so {it} never pays for them; people enrol until month {latest}."
        )


def come_too_late(scenario: Scenario) -> list[str]:
    """The outcomes of persons for which somebody can enrol too late to be paid for."""
    last = scenario.follow_up_dates()[-1]
    reach = _months_before(scenario.start_date, last)
    return [
        name
        for name, outcome in scenario.personal.items()
        if any(list(_too_late(scenario, cohort, name, outcome, last, reach)) for cohort in scenario.cohorts)
    ]


def _payment_remarks(scenario: Scenario) -> Iterator[str]:
    people = sum(cohort.places for cohort in scenario.cohorts)
    # The most that the rules so far can pay; None where it is uncertain, as where people replace each other.
    most: float | None = None if any(cohort.replaces for cohort in scenario.cohorts) else 0.0
    for position, rule in enumerate(scenario.payments):
        terms = terms_of(rule)
        if isinstance(terms, Terms) and not {"payer", "payers", "split"} & terms.model_fields_set:
            yield f"payments[{position}]: no payer named, so the {terms.payer} pays."
        if isinstance(rule, PerOutcome):
            price = certain(rule.per_outcome.price) if rule.per_outcome.indexed is None else None
            most = None if most is None or price is None else most + price * people * paid_times(scenario, rule)
        elif isinstance(rule, PerPerson):
            each = certain(rule.per_person.most) if rule.per_person.indexed is None else None
            most = None if most is None or each is None else most + each * people
        elif isinstance(rule, Cap):
            total = None if rule.cap.total is None or rule.cap.outcome is not None else certain(rule.cap.total)
            if most is not None and total is not None and most <= total:
                yield (
                    f"payments[{position}]: the rules above can pay {most:,.0f} at most, "
                    f"so the cap of {total:,.0f} never binds."
                )
            if total is not None:
                most = total if most is None else min(most, total)
            elif rule.cap.outcome is None and rule.cap.total is not None:
                most = None
        else:
            most = None
    if scenario.payments and not any(isinstance(rule, Cap) for rule in scenario.payments) and most is not None:
        yield f"payments: no cap; if everybody succeeds, {most:,.0f} {scenario.currency} is paid."
    yield from _capital_remarks(scenario, most)


def _capital_remarks(scenario: Scenario, most: float | None) -> Iterator[str]:
    """What the financing leaves unsaid; `most` is the most that the payments can reach, None where it is uncertain."""
    deal = scenario.financing
    capital = [certain(tranche.commitment) for tranche in deal.tranches]
    only_payments = not (deal.guarantees or deal.termination or any(floor_of(deal, t) for t in deal.tranches))
    called = any(tranche.drawdown == "as needed" or tranche.loan is not None for tranche in deal.tranches)
    drawn = sum(amount or 0.0 for amount in capital)
    if most is not None and None not in capital and most < drawn and only_payments and not called:
        yield (
            f"financing: the payments can reach {most:,.0f} at most and the capital is {drawn:,.0f}, "
            "so it cannot come back in full."
        )
    if any(cost.paid_by == "programme" for cost in deal.costs) and "uncovered_costs" not in deal.model_fields_set:
        yield "financing: nothing said about uncovered_costs, so the provider pays what its sources don't cover."
    if len(deal.tranches) > 1 and deal.surplus is None:
        who = (
            "the last rank gets"
            if any(tranche.rank is not None for tranche in deal.tranches)
            else "all investors share"
        )
        yield f"financing: nothing said about the surplus, so {who} it."


def _ending_remarks(scenario: Scenario) -> Iterator[str]:
    for end in scenario.ends_early:
        if "notice" not in end.model_fields_set:
            yield f"ends_early[{end.name}]: no notice, so the programme stops on the day of the decision."
        if "run_off" not in end.model_fields_set:
            yield f"ends_early[{end.name}]: no run_off, so nothing is paid for what is measured after the stop."


def _public_remarks(scenario: Scenario) -> Iterator[str]:
    """What is left unsaid of public budgets and moves their figures."""
    public = scenario.public
    if public is None:
        return
    for name in public.claimed:
        if name not in public.anyway and not says_anyway(scenario.personal[name]):
            yield (
                f"outcomes[{name}]: nothing says who would have met it anyway, so every success is counted as the "
                "programme's."
            )
    if public.price_year is None:
        yield f"public: no price_year, so everything is in prices of {scenario.start_date.year}, the year of start."
    for (block, name), line in public.lines.items():
        here, bears = f"public.{block}[{name}]", line.bears
        on_support = (
            isinstance(bears, Refunded) and "weeks" in public.refund_needs(bears.refund) - bears.model_fields_set
        )
        if on_support:
            yield f"{here}: nothing said about weeks, so people would just have begun on support."
        if isinstance(line, Consequence) and line.counts == "first success" and line.evidence is None:
            yield f"{here}: nothing said about evidence, so none of its years is shown as assumption."


def _source_remarks(scenario: Scenario) -> Iterator[str]:
    said = " ".join(
        text
        for _, part, _ in _written(scenario)
        for name in ("assumption", "note", "description", "target_group", "method", "compared_with")
        if isinstance(text := getattr(part, name, None), str)
    )
    used = sources_used(scenario)
    for key in scenario.sources:
        if key not in used and key not in said:
            yield f"sources[{key}]: no number and no note cites it."
    for path, part, _ in _written(scenario):
        if isinstance(part, Origin) and part.unchecked:
            yield f"{input_name(scenario, path)}: the figure was not compared with its source."
    for one in register.unchecked_in_use(scenario):
        yield f"{', '.join(one.where)}: {one.key} of the register is not checked against its source."
