"""Contradictions between the financing of a deal and the rest of it: loans, costs that follow the people, direct
payments, and what a deal may do without.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails

from risksim.errors import Fault
from risksim.language import _
from risksim.scenario.base import mistake_at, value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.document import Document, grouped
from risksim.scenario.financing import Cost, Instalments, Tranche, cap_of, shares_payments
from risksim.scenario.loans import GOALS, Default, Loan, Repayments, RevenueShare
from risksim.scenario.payments import Cap, Floor, Fund, key_of, outcome_of, terms_of
from risksim.scenario.uncertainty import LARGEST_AMOUNT

if TYPE_CHECKING:
    from risksim.scenario.scenario import Scenario

Path = tuple[str | int, ...]
_CLOCK = (("start",), ("end",), ("follow_up",))


def deal_contradictions(deal: Scenario, certain: Any) -> list[InitErrorDetails]:
    """What the financing says that the rest of the deal cannot bear.

    Parameters
    ----------
    deal : Scenario
        Whose dates make sense.
    certain : callable
        The value of a number that is not uncertain, None of others.
    """
    faults = [*_empty(deal), *_direct(deal), *_ahead(deal), *_fees(deal), *_heads(deal, certain)]
    for position, tranche in enumerate(deal.financing.tranches):
        if tranche.loan is not None:
            faults += _loan(deal, tranche, tranche.loan, ("financing", "tranches", position))
    return [*faults, *_surplus(deal), *_ends(deal)]


def _surplus(deal: Scenario) -> Iterator[InitErrorDetails]:
    """Payments that no investor has a part in need somebody to go to."""
    financing = deal.financing
    if shares_payments(financing) or financing.surplus == "provider":
        return
    if deal.payments and financing.surplus != "payers":
        yield mistake_at(
            ("financing",),
            _("got only loans, which have no part in the outcome payments, but not who gets these."),
            _("Add a line surplus: provider, or surplus: payers."),
        )
    elif not deal.payments and (financing.termination is not None or any(end.pays for end in deal.ends_early)):
        yield mistake_at(
            ("financing",),
            _("got a payment for ending early, but only loans, which have no part in it."),
            _("Add a line surplus: provider, which gives it to the provider."),
            leans_on=(("ends_early",),),
        )


def _ends(deal: Scenario) -> Iterator[InitErrorDetails]:
    """Early ends look at people, and at the capital of those who share in payments."""
    for position, end in enumerate(deal.ends_early):
        here: Path = ("ends_early", position)
        if end.when is not None and end.when.enrolled_below is not None and not deal.cohorts:
            yield mistake_at(
                (*here, "when", "enrolled_below"),
                _("got a share of the places, but nobody takes part in this deal."),
                _("Add a cohort, or look at an outcome."),
            )
        share = next(
            (key for key in ("share_of_drawn", "share_of_undrawn") if getattr(end.pays, key, None) is not None), None
        )
        if share is not None and not shares_payments(deal.financing):
            yield mistake_at(
                (*here, "pays", share),
                _("got a share of the capital, but only loans, which are paid back whether the deal ends or not."),
                _("Write an amount, or take pays out."),
                leans_on=(("financing",),),
            )


# What a deal may do without


def _empty(deal: Scenario) -> Iterator[InitErrorDetails]:
    """People, outcomes and payments: only a deal with a loan can do without them, and without investors nothing is
    paid.
    """
    if not deal.is_funded:
        yield from _unfunded(deal)
        return
    lends = any(tranche.loan is not None for tranche in deal.financing.tranches)
    for key, line in (
        ("cohorts", "cohorts: [{name: Brøndby, participants: 120}]"),
        ("outcomes", "outcomes: {wellbeing: {of: completers, success_rate: 0.75}}"),
        ("payments", "payments: [{per_outcome: {outcome: wellbeing, price: 20000}}]"),
    ):
        if not getattr(deal, key) and not lends:
            yield mistake_at(
                (key,),
                _("got no {key}; only a deal with a loan can do without.", key=key),
                _("Add a line such as `{line}`.", line=line),
            )
    if lends and not deal.cohorts and deal.personal:
        yield mistake_at(
            ("cohorts",),
            _("got no cohort, but the outcome '{personal}' speaks of people.", personal=next(iter(deal.personal))),
            _("Add a cohort, or write the outcome as a result of the whole programme."),
        )


# Payments to one tranche


def no_financing(document: Document) -> Fault:
    """What a question about investors is told by a scenario without any."""
    return document.fault(
        (),
        _("got a scenario without financing; there is no investor to ask about."),
        _("Try `risksim public {file}`, or add financing and payments.", file=document.file),
    )


def _unfunded(deal: Scenario) -> Iterator[InitErrorDetails]:
    """What a scenario without investors needs, and what it cannot say."""
    if deal.public is None:
        yield mistake_at(
            ("financing",),
            _("got no financing; financing is who invests, how much and when."),
            _(
                "Add a line such as `financing: {tranches: [{name: DSI, commitment: 3200000}]}`, or say "
                "under public what budgets save.",
            ),
            leans_on=(("public",),),
        )
        return
    for key, line in (
        ("cohorts", "cohorts: [{name: Brøndby, participants: 120}]"),
        ("outcomes", "outcomes: {home: {of: enrolled, success_rate: 0.4}}"),
    ):
        if not getattr(deal, key):
            yield mistake_at(
                (key,),
                _("got no {key}; what public budgets save follows from people and what they reach.", key=key),
                _("Add a line such as `{line}`.", line=line),
            )
    if deal.payments:
        yield mistake_at(
            ("payments",),
            _("got payments, but no financing: without investors there is nobody to repay."),
            _(
                "Add financing, or take payments out; what the programme costs public budgets stands under "
                "public.costs.",
            ),
            leans_on=(("financing",),),
        )


def _direct(deal: Scenario) -> Iterator[InitErrorDetails]:
    tranches = {tranche.name: tranche for tranche in deal.financing.tranches}
    direct: int | None = None
    for position, rule in enumerate(deal.payments):
        here: Path = ("payments", position, key_of(rule))
        if direct is not None and isinstance(rule, Cap | Floor | Fund):
            wanted = outcome_of(rule)
            if wanted is None or any(
                outcome_of(above) == wanted and getattr(terms_of(above), "tranche", None)
                for above in deal.payments[:position]
            ):
                yield mistake_at(
                    here,
                    _(
                        "got a {rule} below rule {direct}, whose payment goes to one tranche alone; it is not "
                        "known whose part would change.",
                        rule=key_of(rule),
                        direct=direct + 1,
                    ),
                    _("Put this {rule} above it, or write most in the rule itself.", rule=key_of(rule)),
                    leans_on=(("payments", direct),),
                )
        name = getattr(terms_of(rule), "tranche", None)
        if name is None:
            continue
        direct = position
        tranche = tranches.get(name)
        wrong = None
        if tranche is None:
            wrong = _(
                "got '{name}', which is no tranche of this deal; there is {tranches}.",
                name=name,
                tranches=", ".join(tranches),
            )
        elif isinstance(rule, Floor):
            wrong = _("got a tranche for a floor, which tops up what all rules above it pay.")
        elif tranche.loan is not None:
            wrong = _("got '{name}', which is a loan; the provider pays it back, whatever the outcomes.", name=name)
        elif cap_of(deal.financing, tranche) is not None:
            wrong = _("got '{name}', which has a return cap; what passes it would have nobody to go to.", name=name)
        if wrong is not None:
            yield mistake_at(
                (*here, "tranche"),
                wrong,
                _("Write the name of a tranche that shares in outcome payments, or take the line out."),
                leans_on=(("financing",),),
            )


# Calls and fees


def _ahead(deal: Scenario) -> Iterator[InitErrorDetails]:
    financing = deal.financing
    if int(value_of(financing.buffer)) and not any(t.drawdown == "as needed" for t in financing.tranches):
        yield mistake_at(
            ("financing", "buffer"),
            _("got a buffer, but no tranche is drawn as needed, so nobody is called."),
            _("Write drawdown: as needed, or take the buffer out."),
            leans_on=(("financing", "tranches"),),
        )


def _fees(deal: Scenario) -> Iterator[InitErrorDetails]:
    for position, tranche in enumerate(deal.financing.tranches):
        if tranche.commitment_fee and tranche.drawdown == "start":
            yield mistake_at(
                ("financing", "tranches", position, "commitment_fee"),
                _("got a fee on what is not drawn yet, but everything is drawn at the start."),
                _("Draw the money later, or take the fee out."),
            )


# Costs that follow the people


def due_dates(deal: Scenario, cost: Cost) -> list[dt.date]:
    """The dates on which a cost falls due or is billed, in order."""
    if cost.at_follow_ups:
        return deal.follow_up_dates()
    if isinstance(cost.due, Instalments):
        step = int(value_of(cost.due.every))
        return [add_months(deal.start_date, k * step) for k in range(cost.due.times)]
    return sorted(value_of(date) for date in cost.due) if isinstance(cost.due, list) else [deal.start_date]


def last_billed(deal: Scenario, cost: Cost) -> dt.date:
    """The last day on which something happens that a cost per head bills."""
    latest = 0
    for cohort in deal.cohorts:
        last = 0 if cohort.enrolment is None else cohort.enrolment.last_month()
        course = int(value_of(cohort.duration))
        after = {"participant": 0, "completer": course, "participant month": max(course - 1, 0)}[cost.per or ""]
        latest = max(latest, cohort.opens_last + last + after)
    return add_months(deal.start_date, latest)


def _heads(deal: Scenario, certain: Any) -> Iterator[InitErrorDetails]:
    people = sum(cohort.most_people for cohort in deal.cohorts)
    longest = max((int(value_of(cohort.duration)) for cohort in deal.cohorts), default=0)
    for position, cost in enumerate(deal.financing.costs):
        here: Path = ("financing", "costs", position)
        if cost.per is None:
            continue
        if not deal.cohorts:
            yield mistake_at(
                (*here, "per"),
                _("got {per}, but nobody takes part in this deal.", per=cost.per),
                _("Add a cohort, or take the line out."),
            )
            continue
        if cost.per == "participant month" and longest == 0:
            yield mistake_at(
                (*here, "per"),
                _("got participant month, but no course of this deal lasts a month."),
                _("Add a duration to the cohorts, or write per: participant."),
                leans_on=(("cohorts",),),
            )
        amount = certain(cost.amount)
        most = people * (max(longest, 1) if cost.per == "participant month" else 1)
        if amount is not None and amount * most > LARGEST_AMOUNT:
            yield mistake_at(
                (*here, "amount"),
                _(
                    "got {amount:g} for each of {most}, more than {largest_amount} in all; sums must be small "
                    "enough to be counted exactly.",
                    amount=amount,
                    most=grouped(most),
                    largest_amount=grouped(LARGEST_AMOUNT, ",.0f"),
                ),
                _("Count the zeros of the amount."),
                leans_on=(("cohorts",),),
            )
        last, needed = due_dates(deal, cost)[-1], min(last_billed(deal, cost), deal.follow_up_dates()[-1])
        if last < needed:
            yield mistake_at(
                (*here, "due"),
                _(
                    "got {last} as the last due date, but people are still billed for until {needed}.",
                    last=last,
                    needed=needed,
                ),
                _("Add due dates, or leave due out: it is then billed at each follow-up."),
                leans_on=(*_CLOCK, ("cohorts",)),
            )


# Loans


def _loan(deal: Scenario, tranche: Tranche, loan: Loan, here: Path) -> Iterator[InitErrorDetails]:
    maturity = value_of(loan.maturity)
    for key, found in (("rank", tranche.rank), ("return_cap", tranche.return_cap)):
        if found is not None:
            yield mistake_at(
                (*here, key),
                _(
                    "got {key} for a loan, which the provider pays back and which has no part in the outcome payments.",
                    key=key,
                ),
                _("Take {key} out, or take loan out.", key=key),
            )
    if tranche.drawdown == "as needed":
        yield mistake_at(
            (*here, "drawdown"),
            _("got as needed for a loan; a loan is drawn on dates."),
            _("Write drawdown: start, or a list such as [{on: 2025-01-01, share: 1.0}]."),
        )
    if not deal.start_date < maturity <= deal.end_date:
        yield mistake_at(
            (*here, "loan", "maturity"),
            _(
                "got {maturity}; a loan falls due after start {start_date} and not after end {end_date}.",
                maturity=maturity,
                start_date=deal.start_date,
                end_date=deal.end_date,
            ),
            _("Move the date, or the start or end of the deal."),
            leans_on=_CLOCK,
        )
    elif (last := _last_drawn(deal, tranche)) >= maturity:
        yield mistake_at(
            (*here, "loan", "maturity"),
            _("got {maturity}, but money is drawn until {last}.", maturity=maturity, last=last),
            _("Draw earlier, or let the loan fall due later."),
            leans_on=((*here, "drawdown"),),
        )
    else:
        yield from _repaid(deal, loan, (*here, "loan", "repaid"))
    for key in GOALS:
        yield from _goal(deal, getattr(loan, key), (*here, "loan", key))
    if loan.lowered is not None and loan.lowered.to > tranche.rate:
        yield mistake_at(
            (*here, "loan", "lowered", "to"),
            _(
                "got {to:g}, above the rate of {rate:g}; a reached goal lowers it.",
                to=loan.lowered.to,
                rate=tranche.rate,
            ),
            _("Did the two rates change places?"),
            leans_on=((*here, "rate"),),
        )
    if isinstance(loan.default, Default) and loan.default.yearly_chance == 1.0:
        yield mistake_at(
            (*here, "loan", "default", "yearly_chance"),
            _("got 1, a borrower who fails at once for certain."),
            _("Write the chance within one year, as 0.03."),
        )


def _last_drawn(deal: Scenario, tranche: Tranche) -> dt.date:
    if isinstance(tranche.drawdown, Instalments):
        return add_months(deal.start_date, int(value_of(tranche.drawdown.every)) * (tranche.drawdown.times - 1))
    if isinstance(tranche.drawdown, list):
        last: dt.date = max(value_of(drawing.on) for drawing in tranche.drawdown)
        return last
    return deal.start_date


def _repaid(deal: Scenario, loan: Loan, here: Path) -> Iterator[InitErrorDetails]:
    repaid, maturity = loan.repaid, value_of(loan.maturity)
    if isinstance(repaid, RevenueShare) and repaid.share_of not in deal.results:
        yield mistake_at(
            (*here, "share_of"),
            _(
                "got '{share_of}', which is no result of the whole programme; {results}.",
                share_of=repaid.share_of,
                results=_there_is(deal.results),
            ),
            _("List it under outcomes, as `revenue: {result: [{on: 2026-01-01, value: 500000}]}`."),
            leans_on=(("outcomes", "*"),),
        )
    if isinstance(repaid, Repayments):
        first, step = value_of(repaid.first), int(value_of(repaid.every))
        if step == 0:
            yield mistake_at(
                (*here, "every"),
                _("got 0 months; repayments are at least one month apart."),
                _("Write every: 6 months."),
            )
        elif not deal.start_date < first or add_months(first, step * (repaid.times - 1)) > maturity:
            yield mistake_at(
                (*here, "times"),
                _(
                    "got {times} repayments every {step} months from {first}; they fall after start "
                    "{start_date} and not after maturity {maturity}.",
                    times=repaid.times,
                    step=step,
                    first=first,
                    start_date=deal.start_date,
                    maturity=maturity,
                ),
                _("Write fewer repayments, a shorter interval, or a later maturity."),
                leans_on=_CLOCK,
            )


def repayment_dates(repaid: Repayments) -> list[dt.date]:
    """The days of regular repayments."""
    first, step = value_of(repaid.first), int(value_of(repaid.every))
    return [add_months(first, k * step) for k in range(repaid.times)]


def _goal(deal: Scenario, goal: Any, here: Path) -> Iterator[InitErrorDetails]:
    if goal is None:
        return
    if goal.outcome not in deal.outcomes:
        yield mistake_at(
            (*here, "outcome"),
            _(
                "got '{outcome}', which is no outcome of this deal; {outcomes}.",
                outcome=goal.outcome,
                outcomes=_there_is(deal.outcomes),
            ),
            _("Write one of these names, or add the outcome."),
            leans_on=(("outcomes", "*"),),
        )
    elif (goal.counts == "value") != (goal.outcome in deal.results):
        whole = goal.outcome in deal.results
        yield mistake_at(
            (*here, "counts"),
            _(
                "got {counts} of '{name}', {what}.",
                counts=goal.counts,
                name=goal.outcome,
                what=_("a result of the programme as a whole, which has a value")
                if whole
                else _("which people meet or not"),
            ),
            _("Write counts: value.") if whole else _("Write counts: count or share."),
            leans_on=(("outcomes", goal.outcome),),
        )

    follow_ups = deal.follow_up_dates()
    for place, stated in enumerate(goal.on or []):
        if value_of(stated) not in follow_ups:
            yield mistake_at(
                (*here, "on", place),
                _("got {stated}, which is no follow-up; a goal is judged on a follow-up.", stated=value_of(stated)),
                _("The last follow-up is {follow_ups}.", follow_ups=follow_ups[-1]),
                leans_on=_CLOCK,
            )


def _there_is(names: Iterable[str]) -> str:
    listed = list(names)
    return _("there is {listed}", listed=", ".join(listed[:12])) if listed else _("there is none")
