"""Contradictions in what a scenario says of public budgets, each named where it stands."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails

from risksim.scenario import register
from risksim.scenario.base import mistake_at, walk
from risksim.scenario.document import shown
from risksim.scenario.outcomes import Outcome, is_amount
from risksim.scenario.payments import outcomes_of
from risksim.scenario.public import (
    DISCOUNTS,
    MOST_YEARS,
    PRICE_INDICES,
    REFUND_RULES,
    Consequence,
    Edition,
    Public,
    PublicCost,
    Refunded,
)
from risksim.scenario.rates import EffectRate
from risksim.scenario.uncertainty import Graded

if TYPE_CHECKING:
    from risksim.scenario.scenario import Scenario

Path = tuple[str | int, ...]
Nearest = Callable[[str, Iterable[str]], str | None]
Faults = Iterator[InitErrorDetails]
_BY = ("by_week", "by_cost", "share")
_MEANS = {
    "weeks": "how long people had been on support",
    "yearly_cost": "what one person costs in a year",
    "days": "how many days of a year one person uses",
}
_EXAMPLE = {"weeks": "weeks: 52", "yearly_cost": "yearly_cost: 973571", "days": "days: 200"}


def public_faults(deal: Scenario, payers: list[str], nearest: Nearest) -> list[InitErrorDetails]:
    """What a scenario says of public budgets that cannot be true at once.

    Parameters
    ----------
    deal : Scenario
        A deal that says something of them.
    payers : list of str
        Who pays under its payment rules.
    nearest : callable
        Names the known word closest to an unknown one.
    """
    public = deal.public
    if public is None:
        return []
    return [
        *_empty(public),
        *_twice(public),
        *_claims(deal, public, nearest),
        *_anyway(deal, public, nearest),
        *_horizons(public),
        *_optimism(public),
        *_bearers(public, nearest),
        *_editions(public),
        *_overlap(public),
        *_tables(public, nearest),
        *_price_levels(public, deal.start_date.year),
        *_years(deal, public, payers),
    ]


def _empty(public: Public) -> Faults:
    if not public.lines:
        yield mistake_at(
            ("public",),
            "got neither consequences nor costs; without them nothing is saved and nothing is spent.",
            "Add consequences: {shelter: {outcome: home, saved: 120, price: 1500, bears: municipality}}.",
        )


def _twice(public: Public) -> Faults:
    """Names that stand in two blocks: results name their lines."""
    seen: dict[str, str] = {}
    for block, name in public.lines:
        if name in seen:
            yield mistake_at(
                ("public", block, name),
                f"got {shown(name)}, which is also one of {seen[name]}; each line has a name of its own.",
                f"Write another name, as '{shown(name, quote='')} 2'.",
                leans_on=(("public", seen[name], name),),
            )
        seen.setdefault(name, block)


# Outcomes


def _claims(deal: Scenario, public: Public, nearest: Nearest) -> Faults:
    for name, line in public.consequences.items():
        here: Path = ("public", "consequences", name, "outcome")
        for position, outcome in enumerate(line.claimed_by):
            place = here if isinstance(line.outcome, str) else (*here, position)
            if outcome in line.claimed_by[:position]:
                yield mistake_at(
                    place, f"got {shown(outcome)} a second time; each outcome stands once.", "Take one of the two out."
                )
            else:
                yield from _claimed(deal, outcome, place, nearest)


def _claimed(deal: Scenario, name: str, here: Path, nearest: Nearest) -> Faults:
    """Only people who meet an outcome or do not can be counted as successes."""
    met = [other for other, outcome in deal.personal.items() if not is_amount(outcome)]
    if name in met:
        return
    leans = (("outcomes", "*"),)
    if name in deal.whole:
        found = f"got {shown(name)}, a result of the programme as a whole; savings follow people who succeed."
        # What an effect is measured on is an outcome of persons, and that can save.
        of = getattr(deal.outcomes[name], "effect_on", None)
        remedy = f"Write {of}, the outcome that it is measured on." if of in met else _one_of(met)
    elif name in deal.personal:
        found = f"got {shown(name)}, an amount that each person has; savings follow people who succeed."
        remedy = f"Add an outcome that reads it, as {{reads: {shown(name, quote='')}, at_least: 1}}, and name that one."
    else:
        found = f"got {shown(name)}, which is no outcome of persons of this deal."
        remedy = nearest(name, met) or _one_of(met)
    yield mistake_at(here, found, remedy, leans_on=leans)


def _one_of(names: list[str]) -> str:
    if not names:
        return "Add an outcome of persons, as home: {of: enrolled, success_rate: 0.4}."
    return f"Write {' or '.join(shown(name, 40, '') for name in names[:6])}."


def _anyway(deal: Scenario, public: Public, nearest: Nearest) -> Faults:
    paid = (name for rule in deal.payments for name in outcomes_of(rule) if name in deal.personal)
    claimed = list(dict.fromkeys([*public.claimed, *paid]))
    for name in public.anyway:
        here: Path = ("public", "anyway", name)
        outcome = deal.personal.get(name)
        said = says_anyway(outcome)
        if name not in claimed:
            yield mistake_at(
                here,
                f"got {shown(name)}, by which no consequence saves anything and for which nothing is paid.",
                nearest(name, claimed) or (_one_of(claimed) if claimed else "Take it out, or add a consequence."),
                leans_on=(("public", "consequences"),),
            )
        elif said:
            yield mistake_at(
                here,
                f"got a share of those who would meet {shown(name)} anyway, and the outcome has {said} that says it.",
                "Take one of the two out.",
                leans_on=(("outcomes", name),),
            )


def says_anyway(outcome: Any) -> str:
    """What an outcome has of its own that says who would have met it anyway; empty for nothing."""
    if not isinstance(outcome, Outcome):
        return ""
    if isinstance(outcome.success_rate, EffectRate):
        return "an effect"
    return "a counterfactual" if outcome.counterfactual is not None else ""


# Years of a consequence


def _horizons(public: Public) -> Faults:
    horizon = public.years_counted
    whose = "" if public.horizon is not None else ", the register's benefit-horizon"
    for name, line in public.consequences.items():
        here: Path = ("public", "consequences", name)
        if line.counts == "while met":
            yield from _only_after_success(line, here)
            continue
        profile = None if line.by_year is None else len(line.by_year)
        stated = {"lasts": line.lasts, "by_year": profile, "evidence": line.evidence}
        for key, years in stated.items():
            if key != "lasts" and line.lasts is not None:
                most, of, remedy = line.lasts, "lasts", f"Write lasts: {years}, or fewer years here."
            else:
                most, of, remedy = horizon, "the horizon", f"Write horizon: {years} under public, or fewer years here."
            if years is not None and years > most:
                yield mistake_at(
                    (*here, key),
                    f"got {years} years, and {of} is {most}{whose if of == 'the horizon' else ''}; nothing is counted "
                    "after that.",
                    remedy,
                    leans_on=(("public", "horizon"), (*here, "lasts")),
                )


def _only_after_success(line: Consequence, here: Path) -> Faults:
    for key in ("lasts", "by_year", "decay", "evidence"):
        if getattr(line, key) is not None:
            yield mistake_at(
                (*here, key),
                "got it beside counts: while met, which counts the time while the outcome is met and nothing after.",
                "Take it out, or write counts: first success.",
                leans_on=((*here, "counts"),),
            )


def _optimism(public: Public) -> Faults:
    """Grades of confidence correct for optimism; a price and a volume of one line together would do so twice."""
    for (block, name), line in public.lines.items():
        if isinstance(line, PublicCost) or not _graded(line.price):
            continue
        for key in ("saved", "volume"):
            if _graded(getattr(line, key, None)):
                yield mistake_at(
                    ("public", block, name, key),
                    "got a grade of confidence, and the price has one already; optimism is corrected once.",
                    "Grade one of the two, and write the other as a plain number or another law.",
                    leans_on=(("public", block, name, "price"),),
                )


def _graded(number: Any) -> bool:
    return any(isinstance(part, Graded) for _, part in walk(number))


# Who bears


def _bearers(public: Public, nearest: Nearest) -> Faults:
    for (block, name), line in public.lines.items():
        here: Path = ("public", block, name)
        if isinstance(line.bears, dict) and abs((total := sum(line.bears.values())) - 1.0) > 1e-9:
            yield mistake_at(
                (*here, "bears"),
                f"got shares that add up to {total:.10g}; they add up to 1.",
                f"Change one of them by {1.0 - total:+.10g}.",
            )
        if isinstance(line.bears, Refunded):
            yield from _refund(public, line.bears, (*here, "bears"), nearest)
        if line.committee is not None and not _is_municipal(line.bears):
            yield mistake_at(
                (*here, "committee"),
                f"got {shown(line.committee)}, a committee of the municipality, which bears nothing of this line.",
                "Take it out, or write bears: municipality.",
                leans_on=((*here, "bears"),),
            )


def _is_municipal(bears: Any) -> bool:
    if isinstance(bears, dict):
        return "municipality" in bears
    return isinstance(bears, Refunded) or bears == "municipality"


def _refund(public: Public, said: Refunded, here: Path, nearest: Nearest) -> Faults:
    known = list(dict.fromkeys([*public.refunds, *REFUND_RULES]))
    if said.refund not in known:
        yield mistake_at(
            (*here, "refund"),
            f"got {shown(said.refund)}, which is no rule of refund; there is {', '.join(known)}.",
            nearest(said.refund, known) or "Write one of these, or add the rule under refunds.",
            leans_on=(("public", "refunds"),),
        )
        return
    needs = public.refund_needs(said.refund)
    for key, means in _MEANS.items():
        given = key in said.model_fields_set and getattr(said, key) is not None
        if given and key not in needs:
            yield mistake_at(
                (*here, key),
                f"got {means}, which '{shown(said.refund, quote='')}' does not look at.",
                f"Take it out{', and write ' + ' and '.join(sorted(needs)) if needs else ''}.",
                leans_on=(("public", "refunds"),),
            )
        elif key in needs and getattr(said, key) is None:
            yield mistake_at(
                here,
                f"got no {key}; '{shown(said.refund, quote='')}' depends on {means}.",
                f"Add {_EXAMPLE[key]}, with your number.",
                leans_on=(("public", "refunds"),),
            )


def _editions(public: Public) -> Faults:
    for rule, editions in public.refunds.items():
        for position, edition in enumerate(editions):
            yield from _edition(edition, ("public", "refunds", rule, position))
        yield from _overlapping(rule, editions)


def _edition(edition: Edition, here: Path) -> Faults:
    said = [key for key in _BY if getattr(edition, key) is not None]
    if len(said) != 1:
        yield mistake_at(
            here,
            f"got {' and '.join(said) or 'no share'}; an edition says the state's share in one way: {', '.join(_BY)}.",
            "Keep one of them." if said else "Add share: 0.5, or by_week: {0: 0.8, 4: 0.4}.",
        )
    if edition.valid_to is not None and edition.valid_to < edition.valid_from:
        yield mistake_at(
            (*here, "valid_to"),
            f"got {edition.valid_to}, before valid_from {edition.valid_from}.",
            "Did the two dates change places?",
        )
    if edition.most_days is not None and edition.share is None:
        yield mistake_at(
            (*here, "most_days"),
            "got days for which a share is refunded, but no share.",
            "Write share: 0.5 beside it, or take it out.",
        )
    if edition.price_year is not None and edition.by_cost is None:
        yield mistake_at(
            (*here, "price_year"),
            "got the price level of thresholds, but this edition has none.",
            "Take it out, or write by_cost.",
        )
    for key in ("by_week", "by_cost"):
        steps = list(getattr(edition, key) or ())
        if steps != sorted(steps) or (key == "by_week" and steps and steps[0] != 0.0) or len(set(steps)) < len(steps):
            start = "from 0 on" if key == "by_week" else "from the lowest threshold on"
            listed = ", ".join(f"{step:,.10g}" for step in steps)
            yield mistake_at(
                (*here, key), f"got steps at {listed}; steps rise {start}.", "Sort them, the lowest step first."
            )


def _overlapping(rule: str, editions: list[Edition]) -> Faults:
    """Two editions of one rule on one day; the one that begins later is the mistake."""
    order = sorted(range(len(editions)), key=lambda k: editions[k].valid_from)
    for before, after in itertools.pairwise(order):
        ends, begins = editions[before].valid_to, editions[after].valid_from
        if ends is None or ends >= begins:
            until = "has no last day" if ends is None else f"holds until {ends}"
            yield mistake_at(
                ("public", "refunds", rule, after, "valid_from"),
                f"got {begins}, but the edition before it {until}; on each day one edition holds.",
                f"Write valid_to: {begins - dt.timedelta(days=1)} for the earlier one.",
                leans_on=(("public", "refunds", rule, before),),
            )


# The calculation


def _overlap(public: Public) -> Faults:
    said = public.overlap
    if said is None or "rank" not in said.model_fields_set:
        return
    here: Path = ("public", "overlap", "rank")
    if said.by != "priority":
        yield mistake_at(here, f"got a rank beside by: {said.by}.", "Write by: priority, or take it out.")
    elif said.rank > said.programmes:
        yield mistake_at(
            here,
            f"got {said.rank}, and {said.programmes} programmes claim the successes.",
            f"Write a rank from 1 to {said.programmes}.",
            leans_on=(("public", "overlap", "programmes"),),
        )


def _tables(public: Public, nearest: Nearest) -> Faults:
    for key, said, known, number in (
        ("discount", public.discount, DISCOUNTS, "a yearly rate, as 0.035"),
        ("index", public.index, PRICE_INDICES, "a value for each year, as {2020: 105.3, 2025: 121.4}"),
    ):
        if isinstance(said, str) and said not in known:
            yield mistake_at(
                ("public", key),
                f"got {shown(said)}, which is no such table of the register; there is {', '.join(known)}.",
                nearest(said, known) or f"Write one of these, or {number}.",
            )


def _price_levels(public: Public, start: int) -> Faults:
    """Prices of another year than that of the calculation have to be converted."""
    to = public.price_year if public.price_year is not None else start
    used: dict[Path, int] = {
        ("public", block, name, "price_year"): line.price_year
        for (block, name), line in public.lines.items()
        if line.price_year is not None
    }
    used |= {
        ("public", "refunds", rule, position, "price_year"): edition.price_year
        for rule, editions in public.refunds.items()
        for position, edition in enumerate(editions)
        if edition.price_year is not None
    }
    of = "price_year of public" if public.price_year is not None else "the year of start"
    years = _index_years(public)
    for here, year in used.items():
        if year == to:
            continue
        if public.index is None:
            yield mistake_at(
                here,
                f"got prices of {year}, but everything is added up in prices of {to}, {of}, and nothing converts them.",
                "Add index: net-price-index under public, or values for both years.",
                leans_on=(("public", "price_year"), ("public", "index"), ("start",)),
            )
        elif years is not None and (lacking := [each for each in (year, to) if each not in years]):
            yield mistake_at(
                here,
                f"got prices of {year}, to be converted to {to}, but the index has no value for {lacking[0]}.",
                f"Add {lacking[0]} to index, or write prices of another year.",
                leans_on=(("public", "price_year"), ("public", "index"), ("start",)),
            )


def _index_years(public: Public) -> list[int] | None:
    """The years for which there is a value; None where that cannot be told."""
    if not isinstance(public.index, str):
        return None if public.index is None else list(public.index)
    constant = register.constants().get(public.index)
    found = None if constant is None else dict(constant.value).get("year")
    return None if found is None else [int(year) for year in found]


def _years(deal: Scenario, public: Public, payers: list[str]) -> Faults:
    first, last = deal.start_date.year, deal.end_date.year
    clock = (("start",), ("end",))
    for name, cost in public.costs.items():
        if cost.per is not None and cost.by_year is not None:
            yield mistake_at(
                ("public", "costs", name, "by_year"),
                f"got years beside per: {cost.per}; what each costs falls in the year in which people are counted.",
                "Take by_year out, or per.",
            )
            continue
        for year in cost.by_year or ():
            if not first <= year <= first + MOST_YEARS:
                yield mistake_at(
                    ("public", "costs", name, "by_year", str(year)),
                    f"got a cost in {year}; costs fall from {first}, the year of start, to {first + MOST_YEARS}.",
                    "Look at the year, or at the start of the deal.",
                    leans_on=clock,
                )
    for payer, amounts in public.appropriations.items():
        here: Path = ("public", "appropriations", payer)
        if payer not in payers:
            listed = f"those who pay are {', '.join(payers)}" if payers else "nobody does, as there are no payments"
            yield mistake_at(
                here,
                f"got {payer}, which pays nothing under this deal; {listed}.",
                "Write the payer of a payment rule, or take it out.",
                leans_on=(("payments",), ("cohorts",)),
            )
            continue
        for year in amounts:
            if not first <= year <= last:
                yield mistake_at(
                    (*here, str(year)),
                    f"got {year}; the deal pays from {first} to {last}.",
                    "Write a budget year of the deal.",
                    leans_on=clock,
                )
