"""Words to arrays: a scenario becomes a plan. Pure: no files, no randomness.

Steps: the uncertain inputs, the cohorts and outcomes on the contract clock, the rules, the money, the labels.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from risksim.errors import Fault, ScenarioError
from risksim.language import _, spoken
from risksim.plan import (
    anyway,
    dependence,
    effects,
    ending,
    layout,
    leaving,
    money,
    people,
    processes,
    purse,
    rules,
    waterfall,
)
from risksim.plan.currency import minor_units
from risksim.plan.hashes import hash16
from risksim.plan.numbers import Gathered, NoFile, Places
from risksim.scenario.base import value_of
from risksim.scenario.financing import by_amount
from risksim.scenario.payments import key_of, terms_of
from risksim.scenario.repeats import written_out
from risksim.scenario.scenario import Scenario


def compile_plan(
    scenario: Scenario, places: Places | None = None, *, draft: bool = False, gathered: Gathered | None = None
) -> layout.Plan:
    """Compile a scenario.

    Parameters
    ----------
    scenario : Scenario
        One deal.
    places : Places, optional
        The document it was read from, for line numbers in messages.
    draft : bool
        Check everything but leave out the quantile tables: a plan to look at, not to run.
    gathered : Gathered, optional
        Where the uncertain numbers are gathered, for who wants to look at their laws afterwards.

    Returns
    -------
    Plan

    Raises
    ------
    ScenarioError
        If a law leaves the bounds of its field, names collide, or a part can never work.
    """
    places = places or NoFile()
    gathered = gathered or Gathered(written_out(scenario), places, draft=draft)
    out = gathered.out
    gathered.faults.extend(_impossible(scenario, places))
    said, scenario = scenario, out.scenario
    follow_ups = scenario.follow_up_dates()
    deal = scenario.financing
    draws = [money.drawings(scenario, tranche) for tranche in deal.tranches]
    drawn_on = {date for drawing in draws for date, _ in drawing}
    earned = rules.money_dates(scenario, follow_ups)
    dates = sorted({*follow_ups, *drawn_on, *earned, *waterfall.dates(scenario), *ending.dates(scenario, follow_ups)})
    years = sorted({date.year for date in dates})
    cohorts, months, going = people.cohorts(gathered)
    arrivals = people.arrivals(gathered)
    outcomes, class_of_month, class_ptr, class_limit = people.outcomes(gathered, months, follow_ups, dates)
    cohorts = cohorts._replace(class_of_month=class_of_month, class_ptr=class_ptr, class_limit=class_limit)
    lived = processes.processes(gathered, outcomes, months)
    tied = dependence.dependence(gathered, outcomes)
    dependence.bars_in_time(gathered, outcomes, lived)
    unalike = dependence.unlike(gathered)
    results = rules.results(gathered, follow_ups, dates)
    calendar = money.calendar(scenario, dates, years)
    groups, measured, payers, rule_names = rules.payments(gathered, follow_ups, dates, draws, calendar.years)
    payments, ends = ending.ending(gathered, measured, groups.payments, draws, outcomes, calendar, follow_ups, dates)
    compared = effects.effects(gathered, measured, follow_ups, dates)
    financing = money.financing(gathered, draws, dates)
    tranches = [tranche.name for tranche in deal.tranches]
    order = None
    if deal.is_plain and not scenario.ends_early:
        ledger, parties, lines = money.plain_ledger(scenario, payers)
    else:
        order, ledger, parties, lines = waterfall.waterfall(
            gathered, financing, payers, dates, payments.clause, measured
        )
    heads = people.heads_in(scenario, dates)
    measures = rules.measures(measured, outcomes, results, compared, heads, len(dates))
    parts = purse.Parts(outcomes, calendar, dates, follow_ups, years, payers, payments.clause)
    public = purse.purse(gathered, places, parts)
    if gathered.faults:
        raise ScenarioError(list(dict.fromkeys(gathered.faults)))  # once for all cohorts of an entry
    plan = layout.Plan(
        inputs=gathered.inputs(),
        cohorts=cohorts,
        outcomes=outcomes,
        processes=lived,
        measures=measures,
        results=results,
        effects=compared,
        payments=payments,
        changes=groups.changes,
        splits=groups.splits,
        events=tuple((event, chance, 0.0) for event, chance in gathered.events),
        financing=financing,
        waterfall=order,
        ledger=ledger,
        calendar=calendar,
        hurdles=np.array(scenario.hurdles, dtype=np.float64),
        minor_units=minor_units(scenario.currency),
        stream=0,
        currency=scenario.currency,
        day_count=scenario.day_count,
        name=scenario.name,
        digest=digest_of(said),
        scenario_text=places.text,
        labels=layout.Labels(
            cohorts=tuple(cohort.name for cohort in scenario.cohorts),
            outcomes=tuple(scenario.personal),
            results=tuple(scenario.whole),
            measures=rules.measure_names(scenario, measured),
            clauses=tuple(key_of(rule) for rule in scenario.payments),
            rules=tuple(rule_names),
            payers=tuple(payers),
            tranches=tuple(tranches),
            parties=tuple(parties),
            lines=tuple(lines),
            groups=("investors",) if len(tranches) > 1 else (),
            dates=tuple(dates),
            years=tuple(years),
            hurdles=tuple(scenario.hurdles),
            inputs=tuple(gathered.notes),
            cohort_titles=tuple(scenario.title(one.name, one.label, spoken()) for one in scenario.cohorts),
            outcome_titles=tuple(scenario.title(name, one.label, spoken()) for name, one in scenario.personal.items()),
            result_titles=tuple(scenario.title(name, one.label, spoken()) for name, one in scenario.results.items()),
            rule_titles=rules.titles(scenario, rule_names, payments.clause),
            endings=tuple(end.name for end in scenario.ends_early),
        ),
        ending=ends,
        dependence=tied,
        unlike=unalike,
        derived=tuple(gathered.derived),
        sites=people.sites(gathered),
        lived=arrivals is not None
        or leaving.lived(going)
        or unalike is not None
        or (tied is not None and tied.ties_persons),
        leaving=going,
        arrivals=arrivals,
        anyway=anyway.anyway(gathered),
        purse=public,
    )
    return plan._replace(inputs=_with_luck(plan.inputs, luck_of(plan)))


def digest_of(scenario: Scenario) -> str:
    """SHA-256 of what a scenario says, whatever its comments and spacing; what it leaves to a default is left out, and
    so are its stresses, which are questions about the deal, and its titles in other languages.
    """
    said = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"stresses", "titles"})
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def at_means(plan: layout.Plan, *, luck: bool = False) -> layout.Plan:
    """The same deal with every uncertain input at its mean.

    Parameters
    ----------
    plan : Plan
    luck : bool
        Whether what says nothing about the programme is still drawn (`luck_of`); otherwise it is at its mean too, and
        failures of borrowers are spread over time by expectation.

    Returns
    -------
    Plan
        Without uncertain inputs, but for those of luck where it is asked for.
    """
    mean = plan.inputs.mean
    kept = luck_of(plan) if luck else []
    place = np.full(mean.size + 1, -1, dtype=np.int64)  # the last for slots of -1
    place[kept] = np.arange(len(kept))

    def fixed(group: Any, *names: str) -> Any:
        changes: dict[str, Any] = {}
        for name in names:
            slot = np.asarray(getattr(group, f"{name}_slot"))
            values = np.where(
                slot >= 0, mean[np.maximum(slot, 0)] if mean.size else 0.0, getattr(group, f"{name}_value")
            )
            changes |= {f"{name}_slot": place[slot], f"{name}_value": values}
        return group._replace(**changes)

    loans = plan.waterfall.loans if plan.waterfall is not None else None
    if loans is not None:
        loans = fixed(loans, "chance", "lost", "moment")
        loans = loans if luck else _spread(loans)
    arrivals = plan.arrivals and fixed(plan.arrivals, "speed", "luck", "late")
    if arrivals is not None and not luck:
        arrivals = arrivals._replace(luck_value=np.full(arrivals.drawn.size, np.nan))
    return plan._replace(
        inputs=_only(plan.inputs, kept),
        cohorts=fixed(plan.cohorts, "ratio", "dropout", "unmeasured"),
        outcomes=fixed(plan.outcomes, "rate"),
        processes=plan.processes and fixed(plan.processes, "number", "card_price", "card_most"),
        results=fixed(plan.results, "value"),
        effects=fixed(plan.effects, "number"),
        payments=fixed(plan.payments, "amount", "unless", "growth"),
        changes=plan.changes and fixed(plan.changes, "amount"),
        events=tuple((int(place[event]), -1, float(mean[chance])) for event, chance, _ in plan.events) if luck else (),
        financing=fixed(plan.financing, "commitment"),
        waterfall=plan.waterfall
        and fixed(plan.waterfall, "source", "cost", "limit", "after", "break", "end")._replace(loans=loans),
        labels=plan.labels._replace(inputs=tuple(plan.labels.inputs[slot] for slot in kept)),
        ending=plan.ending and fixed(plan.ending, "luck", "chance", "yearly"),
        dependence=plan.dependence
        and plan.dependence._replace(
            recession=plan.dependence.recession and fixed(plan.dependence.recession, "chance", "survive", "starts")
        ),
        unlike=plan.unlike and fixed(plan.unlike, "failures", "leavers", "harder", "log_odds", "leaving"),
        derived=(),
        sites=None,
        leaving=plan.leaving and fixed(plan.leaving, "level", "odds", "yearly"),
        arrivals=arrivals,
        anyway=plan.anyway and fixed(plan.anyway, "chance"),
        purse=plan.purse and purse.at_means(plan.purse)._replace(inputs=_only(plan.purse.inputs, [])),
    )


def luck_of(plan: layout.Plan) -> list[int]:
    """Inputs that are luck and no evidence: how many people come in at a given speed, errors of estimates, whether a
    method is agreed, what ends a deal, and when a borrower fails.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    list of int
        Slots, rising.
    """
    numbers = plan.effects.number_slot.reshape(-1, layout.EFFECT_NUMBERS)
    found = {*numbers[:, [layout.MATCHING_LUCK, layout.ANALYST_LUCK, layout.SAMPLING_LUCK]].ravel().tolist()}
    rules = plan.payments
    deemed = [k for k in range(rules.first_row.size - 1) if rules.kind[rules.first_row[k]] == layout.DEEMED]
    found |= {int(rules.amount_slot[rules.first_number[k] + 1]) for k in deemed}  # whether no method was agreed
    if plan.arrivals is not None:
        found |= set(plan.arrivals.luck_slot.tolist())
    if plan.ending is not None:
        found |= set(plan.ending.luck_slot.tolist())
    if plan.waterfall is not None and plan.waterfall.loans is not None:
        found |= set(plan.waterfall.loans.moment_slot.tolist())
    return sorted(found - {-1})


def _with_luck(inputs: layout.Inputs, luck: list[int]) -> layout.Inputs:
    """The same inputs, those that are luck marked."""
    marks = np.zeros(inputs.address.size, dtype=np.uint8)
    marks[luck] = 1
    return inputs._replace(luck=marks)


def _only(inputs: layout.Inputs, wanted: list[int]) -> layout.Inputs:
    """Some of the inputs, in the order asked for."""
    ptr = inputs.piece_ptr
    pieces = np.array([piece for i in wanted for piece in range(ptr[i], ptr[i + 1])], dtype=np.int64)
    return inputs._replace(
        address=inputs.address[wanted],
        piece_ptr=np.concatenate([[0], np.cumsum([ptr[i + 1] - ptr[i] for i in wanted])]).astype(np.int64),
        piece_start=inputs.piece_start[pieces],
        piece_width=inputs.piece_width[pieces],
        table_index=inputs.table_index[pieces],
        atom=inputs.atom[pieces],
        mean=inputs.mean[wanted],
        luck=inputs.luck[wanted] if inputs.luck is not None else None,
    )


def _spread(loans: layout.Loans) -> layout.Loans:
    """The same loans with the failures of their borrowers spread over time, by expectation."""
    return loans._replace(moment_value=np.where(loans.chance_value > 0.0, np.nan, loans.moment_value))


def _impossible(scenario: Scenario, places: Places) -> list[Fault]:
    faults = []
    for position, cohort in enumerate(scenario.cohorts):
        if cohort.dropout != 0.0 and int(value_of(cohort.duration)) == 0:
            faults.append(
                places.fault(
                    ("cohorts", position, "dropout"),
                    "people leave before the end of their course, but this cohort has no duration.",
                    _("Add a line such as duration: 9 months, or leave dropout out."),
                )
            )
    for position, rule in enumerate(scenario.payments):
        open_ended = any(
            part.drawdown == "as needed" or by_amount(part)
            for part in scenario.financing.tranches
            if part.loan is None and getattr(terms_of(rule), "tranche", None) in (None, part.name)
        )
        if open_ended and getattr(terms_of(rule), "pays", "") in ("share of principal", "coupon", "annual return"):
            faults.append(
                places.fault(
                    ("payments", position, key_of(rule), "pays"),
                    "this rule pays on the capital drawn, which is not known beforehand with this drawdown.",
                    _("Draw the capital in shares, or in amounts that add up to the commitment."),
                )
            )
    addresses: dict[tuple[bool, int], str] = {}
    for name in [*scenario.personal, *scenario.effects]:
        other = addresses.setdefault((name in scenario.effects, hash16(name)), name)
        if other != name:
            faults.append(
                places.fault(
                    ("outcomes", name),
                    _("'{name}' and '{other}' share the address of their draws.", name=name, other=other),
                    _("Rename one of them."),
                )
            )
    return faults
