"""Checks of rules that change others, and of claims that are split between the payers of cohorts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails

from risksim.language import _
from risksim.scenario.base import mistake_at, value_of
from risksim.scenario.document import shown
from risksim.scenario.payments import (
    Amend,
    AmendTerms,
    Deemed,
    PerOutcome,
    PerUnit,
    Rebase,
    RebaseTerms,
    Rule,
    Threshold,
    changed_rules,
    cohort_payers,
    key_of,
    outcome_of,
    terms_of,
)
from risksim.scenario.terms import Reading, SplitTerms, Table

if TYPE_CHECKING:
    from risksim.scenario.scenario import Scenario

Path = tuple[str | int, ...]
Nearest = Callable[[str, list[str]], str | None]


def changes(deal: Scenario, nearest: Nearest) -> list[InitErrorDetails]:
    """What rebase and amend say that cannot be done.

    Parameters
    ----------
    deal : Scenario
        One deal.
    nearest : callable
        A question that names the known words closest to one that is not known.
    """
    return [
        fault
        for position, rule in enumerate(deal.payments)
        if isinstance(rule, Rebase | Amend)
        for fault in [*_named(deal, position, nearest), *_applicable(deal, position), *_baseline(deal, position)]
    ]


def splits(deal: Scenario) -> Iterator[InitErrorDetails]:
    """Claims split between payers of cohorts that are not all named, and payers of cohorts that nothing asks of."""
    splitting = [k for k, rule in enumerate(deal.payments) if getattr(terms_of(rule), "split", None) is not None]
    for k in splitting:
        rule = deal.payments[k]
        here: Path = ("payments", k, key_of(rule), "split")
        unpaid = [cohort.name for cohort in deal.cohorts if cohort.payer is None]
        if unpaid:
            yield mistake_at(
                here,
                _(
                    "got {split}, but cohort {unpaid} names no payer.",
                    split=terms_of(rule).split,
                    unpaid=shown(unpaid[0]),
                ),
                _("Add a line such as payer: region to each cohort."),
                leans_on=(("cohorts",),),
            )
        elif outcome_of(rule) in deal.results:
            yield mistake_at(
                here,
                _(
                    "got {split} of {rule}, a result of the programme as a whole, in which no cohort has a part.",
                    split=terms_of(rule).split,
                    rule=shown(outcome_of(rule)),
                ),
                _("Name the payers and their shares in payers."),
                leans_on=(("outcomes",),),
            )
    if not splitting and cohort_payers(deal.cohorts):
        position = next(k for k, cohort in enumerate(deal.cohorts) if cohort.payer is not None)
        yield mistake_at(
            ("cohorts", position, "payer"),
            _(
                "got {payer}, but no payment rule splits its claim between the payers of cohorts.",
                payer=deal.cohorts[position].payer,
            ),
            _("Add a line split: by successes to a rule, or take payer out."),
            leans_on=(("payments",),),
        )


def _named(deal: Scenario, position: int, nearest: Nearest) -> Iterator[InitErrorDetails]:
    """Names of no rule above."""
    rule = deal.payments[position]
    for place, name in enumerate(terms_of(rule).rules):
        if any(name in _names(deal.payments[k]) for k in changed_rules(deal.payments, position)):
            continue
        below = [k for k in range(position + 1, len(deal.payments)) if name in _names(deal.payments[k])]
        if below:
            fault = (
                _(
                    "got {name}, which names rule {below}, below this one; it changes the rules above it.",
                    name=shown(name),
                    below=below[0] + 1,
                ),
                _("Put this {rule} below rule {below}.", rule=key_of(rule), below=below[0] + 1),
            )
        else:
            known = list(dict.fromkeys(said for above in deal.payments[:position] for said in _names(above)))
            there = _("there is {known}", known=", ".join(known)) if known else _("there is none")
            fault = (
                _(
                    "got {name}, which is neither the label nor the outcome of a rule above; {there}.",
                    name=shown(name),
                    there=there,
                ),
                nearest(name, known) or _("Write one of these names, or give the rule a label."),
            )
        yield mistake_at(("payments", position, key_of(rule), "rules", place), *fault, leans_on=(("payments",),))


def _names(rule: Rule) -> list[str]:
    if isinstance(rule, Rebase | Amend):
        return []
    return [name for name in (getattr(terms_of(rule), "label", None), outcome_of(rule)) if name is not None]


def what_changes(terms: RebaseTerms | AmendTerms) -> str:
    """``price`` where prices are multiplied, ``new price``, or ``goal``."""
    if isinstance(terms, RebaseTerms):
        return terms.changes
    return "new price" if terms.price is not None else "goal" if terms.shift is not None else "price"


def _applicable(deal: Scenario, position: int) -> Iterator[InitErrorDetails]:
    """Rules that have no such price or goal."""
    rule = deal.payments[position]
    terms, what = terms_of(rule), what_changes(terms_of(rule))
    for k in changed_rules(deal.payments, position):
        other = deal.payments[k]
        reason = _no_price(other, what) if what != "goal" else _no_goal(other, terms)
        if reason is not None:
            yield mistake_at(
                ("payments", position, key_of(rule), "rules"),
                _(
                    "got rule {number}, {other}, {reason}.",
                    number=k + 1,
                    other=key_of(other),
                    reason=reason,
                ),
                _("Give the rules that are meant a label of their own, and name that."),
                leans_on=(("payments",),),
            )


def _no_price(rule: Rule, what: str) -> str | None:
    terms = terms_of(rule)
    if isinstance(terms, Table) and terms.pays != "amount":
        return _("which gives {pays} and so has no price", pays=terms.pays)
    if what == "new price" and not isinstance(rule, PerOutcome | PerUnit | Deemed | Threshold):
        return _("which has not one price; its amounts can be changed by times")
    return None


def _no_goal(rule: Rule, change: RebaseTerms | AmendTerms) -> str | None:
    terms = terms_of(rule)
    if not isinstance(terms, Reading):
        return _("which has no goal")
    if not isinstance(change, RebaseTerms):
        return None
    if terms.counts == "count":
        return _("whose goal is a number of people, which a baseline does not move")
    return None if max(places_of(terms)) > 0 else _("whose goal is not above zero")


def places_of(terms: Any) -> list[float]:
    """The goal of a threshold, or where the lines of a table begin."""
    if hasattr(terms, "table"):
        return [line.from_ for line in terms.table]
    if hasattr(terms, "nodes"):
        return [node.at for node in terms.nodes]
    return [terms.at_least if terms.at_least is not None else terms.above]


def _baseline(deal: Scenario, position: int) -> Iterator[InitErrorDetails]:
    """A baseline that is no result; a look that is no follow-up, or the last one."""
    rule = deal.payments[position]
    if isinstance(rule, Rebase):
        name = rule.rebase.baseline
        if name not in deal.results:
            known = ", ".join(deal.results) or _("none")
            yield mistake_at(
                ("payments", position, "rebase", "baseline"),
                _(
                    "got {name}, which is no result of the programme as a whole; there is {known}.",
                    name=shown(name),
                    known=known,
                ),
                _("Add it to outcomes, as `baseline: {result: [{on: 2026-01-01, value: 0.35}]}`."),
                leans_on=(("outcomes", "*"),),
            )


def looks(deal: Scenario) -> Iterator[InitErrorDetails]:
    """Dates on which amendments look: follow-ups, and not the last one."""
    follow_ups = deal.follow_up_dates()
    for position, rule in enumerate(deal.payments):
        if isinstance(rule, Amend) and (on := value_of(rule.amend.on)) not in follow_ups[:-1]:
            found = _("the last follow-up") if on == follow_ups[-1] else _("which is no follow-up")
            yield mistake_at(
                ("payments", position, "amend", "on"),
                _(
                    "got {on}, {found}; the parties look at a follow-up, and terms change from the next one on.",
                    on=on,
                    found=found,
                ),
                _("The first follow-up is {follow_ups}.", follow_ups=follow_ups[0]),
                leans_on=(("start",), ("end",), ("follow_up",)),
            )


def split_by(rule: Rule) -> str | None:
    """How the claim of a rule is split between the payers of cohorts."""
    terms = terms_of(rule)
    return terms.split if isinstance(terms, SplitTerms) else None
