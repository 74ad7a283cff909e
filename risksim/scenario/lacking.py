"""What due diligence still lacks: what a scenario does not say although somebody should know it before signing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from risksim.scenario.base import Origin, walk
from risksim.scenario.effects import EffectOnOutcome
from risksim.scenario.financing import floor_of
from risksim.scenario.loans import outcomes_of as read_by_loan
from risksim.scenario.origins import come_too_late, input_name
from risksim.scenario.outcomes import KINDS, AtCompletion, OnDate, PersonOutcome
from risksim.scenario.payments import Cap, Floor, Fund, key_of, outcomes_of, terms_of
from risksim.scenario.rates import SitesRate
from risksim.scenario.register import constants
from risksim.scenario.scenario import Scenario, certain
from risksim.scenario.uncertainty import Evidence, FromRegister


class Lacking(NamedTuple):
    """One thing that is still unsaid."""

    topic: str
    """What it belongs to: target group, evidence, method, baseline, follow-up, dropout, enrolment, unmeasured,
    dependence, price, borrower, hurdle or guarantee."""
    what: str
    """What is lacking, as a clause."""
    where: tuple[str, ...]
    """The places, by names."""
    add: str
    """What to write."""


def lacking(deal: Scenario) -> list[Lacking]:
    """What due diligence still lacks, in the order in which people ask for it.

    Parameters
    ----------
    deal : Scenario
        A deal that reads well.

    Returns
    -------
    list of Lacking
        Places that lack the same thing stand in one line; empty where nothing is lacking.
    """
    told: dict[tuple[str, str, str], list[str]] = {}
    for topic, what, where, add in (
        *_words(deal),
        *_evidence(deal),
        *_alike(deal),
        *_people(deal),
        *_follow_up(deal),
        *_money(deal),
    ):
        told.setdefault((topic, what, add), []).append(where)
    found = [Lacking(topic, what, tuple(where), add) for (topic, what, add), where in told.items()]
    return sorted(found, key=lambda one: TOPICS.index(one.topic))


TOPICS = (
    "target group",
    "evidence",
    "method",
    "baseline",
    "follow-up",
    "dropout",
    "enrolment",
    "unmeasured",
    "dependence",
    "price",
    "borrower",
    "hurdle",
    "guarantee",
)
"""What a line may be about, in the order in which lines stand."""

_Line = tuple[str, str, str, str]


def _paid(deal: Scenario) -> dict[str, Any]:
    """The outcomes that some payment rule names."""
    named = {name for rule in deal.payments for name in outcomes_of(rule)}
    return {name: outcome for name, outcome in deal.outcomes.items() if name in named}


def _read(deal: Scenario) -> dict[str, Any]:
    """The outcomes on which money hangs: those that are paid for, that a loan reads, or by which budgets save."""
    named = {name for tranche in deal.financing.tranches for name in read_by_loan(tranche.loan)}
    named |= set(deal.public.claimed if deal.public is not None else ())
    paid = _paid(deal)
    return {name: outcome for name, outcome in deal.outcomes.items() if name in named or name in paid}


def _words(deal: Scenario) -> Iterator[_Line]:
    """Target group, methods and baselines: what only words can say."""
    told, paid = deal.due_diligence, _paid(deal)
    if deal.cohorts and (told is None or told.target_group is None):
        yield (
            "target group",
            "nothing says whom the programme takes in, and whom not",
            "due_diligence.target_group",
            "a line `target_group:` under `due_diligence:`, with the criteria of inclusion and exclusion",
        )
    for name in _read(deal):
        about = told.outcomes.get(name) if told else None
        if about is None or about.method is None:
            yield (
                "method",
                "nothing says how it is measured, and by whom",
                f"outcomes[{name}]",
                "`method:` under `due_diligence: {outcomes: ...}`, by the name of the outcome",
            )
        if name in paid and name not in deal.effects and (about is None or about.compared_with is None):
            yield (
                "baseline",
                "nothing says what a success is held against, so what would have happened anyway is paid for too",
                f"outcomes[{name}]",
                "`compared_with:` beside `method:`; write `nothing` where every success pays",
            )


def _sourced(part: Any) -> bool:
    """Whether somebody published a number."""
    if isinstance(part, Evidence) and all(body.source is not None for body in part.bodies):
        return True
    if isinstance(part, FromRegister):
        return constants()[part.register_].status != "J"
    return getattr(part, "source", None) is not None


_COUNTS = "`evidence: {successes: 45, of: 60, source: ...}`, with counts of people"
_ORIGIN = "`source:`, and a law such as `quantiles:` that says how well it is known"


def _evidence(deal: Scenario) -> Iterator[_Line]:
    """Success rates and results that nobody counted."""
    for name, outcome in deal.outcomes.items():
        where = f"outcomes[{name}]"
        rate, result = (getattr(outcome, key, None) for key in ("success_rate", "result"))
        rate = getattr(outcome, "monthly", rate)
        if isinstance(rate, Evidence | SitesRate):
            if not _sourced(rate):
                yield "evidence", "the counts of people have no source", where, "`source:` beside the counts"
        elif rate is not None and certain(rate) is not None:
            yield "evidence", "the rate is certain, and no rate is", where, _COUNTS
        elif rate is not None and not _sourced(rate):
            yield "evidence", "no counts of people and no source stand behind the rate", where, _COUNTS
        entries = result if isinstance(result, list) else [result]
        if result is not None and not all(_sourced(one) or _sourced(getattr(one, "value", None)) for one in entries):
            yield "evidence", "no source stands behind the result", where, _ORIGIN
        kind = _kind(outcome) & {"spells", "amount", "score", "use"}
        spread = getattr(outcome, kind.pop()) if kind else None
        if spread is not None and not _published(outcome, spread):
            yield "evidence", "no source stands behind how it is spread over people", where, "`source:` in its block"
        if name in deal.effects:
            group = outcome.against if isinstance(outcome, EffectOnOutcome) else outcome
            if not _published(outcome, group):
                yield "evidence", "no source stands behind the comparison", where, "`source:` in its block"


def _alike(deal: Scenario) -> Iterator[_Line]:
    """Evidence whose people are taken for independent because nobody says how alike they are."""
    for path, part in walk(deal):
        if isinstance(part, Evidence) and any(body.icc is None for body in part.bodies):
            yield (
                "evidence",
                "nothing says how alike the people of the evidence are, so each counts as independent of the others",
                input_name(deal, path),
                "`icc:` beside the counts, as `icc: {register: icc-employment}`, or 0 where they are independent",
            )


def _kind(outcome: Any) -> set[str]:
    """The key that names the kind of an outcome."""
    return {key for key, model in KINDS.items() if isinstance(outcome, model)}


def _published(*parts: Any) -> bool:
    """Whether a block, or some number inside it, says who published it."""
    return any(getattr(part, "source", None) is not None for top in parts for _, part in walk(top))


_ALONE = (
    "nothing says how results go together, so everything happens to everybody on their own and large cohorts look "
    "safer than they are"
)


def _people(deal: Scenario) -> Iterator[_Line]:
    """Enrolment, dropout and measurement that are left at certainty, and people who share nothing; they move outcomes
    of persons only.
    """
    for cohort in deal.cohorts if deal.personal else ():
        here = f"cohorts[{cohort.name}]"
        if "dropout" not in cohort.model_fields_set:
            yield "dropout", "nothing says how many leave", here, "`dropout:`, 0 where nobody can leave"
        if cohort.enrolment is None or cohort.enrolment.is_certain:
            yield (
                "enrolment",
                "it is certain how many enrol",
                here,
                "`enrolment: {shortfall: default}` or `ratio:`; of completed deals one in seven reached under half",
            )
        if "unmeasured" not in cohort.model_fields_set:
            yield (
                "unmeasured",
                "nothing says how many cannot be measured",
                here,
                "`unmeasured:`, 0 where everybody can be",
            )
    if deal.personal and deal.dependence is None:
        yield (
            "dependence",
            _ALONE,
            "dependence",
            "`dependence:`, as `{cohort_icc: 0.02}`; `dependence: {}` where everybody is on their own",
        )


def _follow_up(deal: Scenario) -> Iterator[_Line]:
    """Measurements that come too late, and outcomes that nobody looks at once the course is over."""
    paid = {name: outcome for name, outcome in _paid(deal).items() if isinstance(outcome, PersonOutcome)}
    for name in come_too_late(deal):
        # A date for everybody is one of several as a rule: who enrols after it waits for the next.
        if name in paid and not isinstance(paid[name].measured, OnDate):
            yield (
                "follow-up",
                "some are measured too late to be paid for",
                f"outcomes[{name}]",
                "a later `end:` or follow-up, an earlier measurement, or a shorter enrolment `window:`",
            )
    if paid and all(isinstance(outcome.measured, AtCompletion) for outcome in paid.values()):
        yield (
            "follow-up",
            "nobody is looked at after the end of the course, so nothing shows whether an outcome lasts",
            "outcomes",
            "an outcome measured `{after_completion: 12 months}`",
        )


def _money(deal: Scenario) -> Iterator[_Line]:
    """Prices nobody published, hurdles left to the program, and losses nobody shares."""
    for position, rule in enumerate(deal.payments):
        terms = terms_of(rule)
        if isinstance(rule, Cap | Floor | Fund) or (isinstance(terms, Origin) and terms.source is not None):
            continue
        for key in ("price", "pays", "amount", "share", "table", "nodes", "amounts"):
            price = getattr(terms, key, None)
            if price is None or isinstance(price, str) or (key == "pays" and hasattr(terms, "table")):
                continue
            entries = price if isinstance(price, list) else [price]
            if not all(_sourced(entry) or _sourced(getattr(entry, "amount", None)) for entry in entries):
                yield (
                    "price",
                    f"what the {key_of(rule)} rule pays has no source",
                    f"payments[{position}].{key}",
                    "`source:`, the agreement or its draft",
                )
    if not deal.is_funded:
        return
    yield from _loans(deal)
    if "hurdles" not in deal.model_fields_set:
        yield (
            "hurdle",
            "nobody says which return the investors ask for",
            "hurdles",
            "`hurdles: [0.0, ...]`, the capital back and the return asked for",
        )
    yield from _guarantees(deal)


def _loans(deal: Scenario) -> Iterator[_Line]:
    """Loans of which nobody published the terms, and borrowers of whom nothing is said."""
    for tranche in deal.financing.tranches:
        loan, here = tranche.loan, f"financing.tranches[{tranche.name}].loan"
        if loan is None:
            continue
        if tranche.source is None and loan.source is None:
            yield (
                "price",
                "the rate and the repayment of the loan have no source",
                here,
                "`source:`, the loan agreement or its draft",
            )
        risk = loan.default
        if risk is None:
            yield (
                "borrower",
                "nothing says how likely the borrower fails before the loan is paid back",
                here,
                "`default: {yearly_chance: 0.03, lost: 0.6}` under `loan:`, a chance of 0 where nobody can fail",
            )
        elif risk.source is None and not _sourced(risk.yearly_chance):
            yield (
                "borrower",
                "no source stands behind the chance that the borrower fails",
                f"{here}.default",
                "`source:`, as accounts, a rating, or the failures of borrowers of the same kind",
            )


def _guarantees(deal: Scenario) -> Iterator[_Line]:
    financing = deal.financing
    if (
        not financing.guarantees
        and "guarantees" not in financing.model_fields_set
        and not any(floor_of(financing, tranche) for tranche in financing.tranches)
    ):
        yield (
            "guarantee",
            "nothing says whether anybody bears a part of the investors' loss",
            "financing.guarantees",
            "the guarantor and its `limit:`, or `guarantees: []` where there is none",
        )
    for guarantee in financing.guarantees:
        sourced = guarantee.source is not None or _sourced(guarantee.limit)
        if not sourced:
            yield (
                "guarantee",
                "the promise to bear a loss has no source",
                f"financing.guarantees[{guarantee.name}]",
                "`source:`, the declaration of the guarantor",
            )
