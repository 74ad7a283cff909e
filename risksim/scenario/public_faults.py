"""Contradictions in what a scenario says of public budgets, each named where it stands."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails

from risksim.language import N_, _
from risksim.scenario import register
from risksim.scenario.base import mistake_at, walk
from risksim.scenario.document import grouped, shown
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
    "weeks": N_("how long people had been on support"),
    "yearly_cost": N_("what one person costs in a year"),
    "days": N_("how many days of a year one person uses"),
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
            _("got neither consequences nor costs; without them nothing is saved and nothing is spent."),
            _("Add consequences: {shelter: {outcome: home, saved: 120, price: 1500, bears: municipality}}."),
        )


def _twice(public: Public) -> Faults:
    """Names that stand in two blocks: results name their lines."""
    seen: dict[str, str] = {}
    for block, name in public.lines:
        if name in seen:
            yield mistake_at(
                ("public", block, name),
                _(
                    "got {name}, which is also one of {seen}; each line has a name of its own.",
                    name=shown(name),
                    seen=seen[name],
                ),
                _("Write another name, as '{name} 2'.", name=shown(name, quote="")),
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
                    place,
                    _("got {outcome} a second time; each outcome stands once.", outcome=shown(outcome)),
                    _("Take one of the two out."),
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
        found = _(
            "got {name}, a result of the programme as a whole; savings follow people who succeed.", name=shown(name)
        )
        # What an effect is measured on is an outcome of persons, and that can save.
        of = getattr(deal.outcomes[name], "effect_on", None)
        remedy = _("Write {of}, the outcome that it is measured on.", of=of) if of in met else _one_of(met)
    elif name in deal.personal:
        found = _("got {name}, an amount that each person has; savings follow people who succeed.", name=shown(name))
        remedy = _(
            "Add an outcome that reads it, as {{reads: {name}, at_least: 1}}, and name that one.",
            name=shown(name, quote=""),
        )
    else:
        found = _("got {name}, which is no outcome of persons of this deal.", name=shown(name))
        remedy = nearest(name, met) or _one_of(met)
    yield mistake_at(here, found, remedy, leans_on=leans)


def _one_of(names: list[str]) -> str:
    if not names:
        return _("Add an outcome of persons, as home: {of: enrolled, success_rate: 0.4}.")
    return _("Write {names}.", names=_(" or ").join(shown(name, 40, "") for name in names[:6]))


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
                _(
                    "got {name}, by which no consequence saves anything and for which nothing is paid.",
                    name=shown(name),
                ),
                nearest(name, claimed) or (_one_of(claimed) if claimed else _("Take it out, or add a consequence.")),
                leans_on=(("public", "consequences"),),
            )
        elif said:
            yield mistake_at(
                here,
                _(
                    "got a share of those who would meet {name} anyway, and the outcome has {said} that says it.",
                    name=shown(name),
                    said=said,
                ),
                _("Take one of the two out."),
                leans_on=(("outcomes", name),),
            )


def says_anyway(outcome: Any) -> str:
    """What an outcome has of its own that says who would have met it anyway; empty for nothing."""
    if not isinstance(outcome, Outcome):
        return ""
    if isinstance(outcome.success_rate, EffectRate):
        return _("an effect")
    return _("a counterfactual") if outcome.counterfactual is not None else ""


# Years of a consequence


def _horizons(public: Public) -> Faults:
    horizon = public.years_counted
    for name, line in public.consequences.items():
        here: Path = ("public", "consequences", name)
        if line.counts == "while met":
            yield from _only_after_success(line, here)
            continue
        profile = None if line.by_year is None else len(line.by_year)
        stated = {"lasts": line.lasts, "by_year": profile, "evidence": line.evidence}
        for key, years in stated.items():
            if key != "lasts" and line.lasts is not None:
                most, remedy = line.lasts, _("Write lasts: {years}, or fewer years here.", years=years)
                form = N_("got {years} years, and lasts is {most}; nothing is counted after that.")
            else:
                most, remedy = horizon, _("Write horizon: {years} under public, or fewer years here.", years=years)
                form = (
                    N_(
                        "got {years} years, and the horizon is {most}, the register's benefit-horizon; nothing is "
                        "counted after that."
                    )
                    if public.horizon is None
                    else N_("got {years} years, and the horizon is {most}; nothing is counted after that.")
                )
            if years is not None and years > most:
                yield mistake_at(
                    (*here, key),
                    _(form, years=years, most=most),
                    remedy,
                    leans_on=(("public", "horizon"), (*here, "lasts")),
                )


def _only_after_success(line: Consequence, here: Path) -> Faults:
    for key in ("lasts", "by_year", "decay", "evidence"):
        if getattr(line, key) is not None:
            yield mistake_at(
                (*here, key),
                _(
                    "got it beside counts: while met, which counts the time while the outcome is met and "
                    "nothing after.",
                ),
                _("Take it out, or write counts: first success."),
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
                    _("got a grade of confidence, and the price has one already; optimism is corrected once."),
                    _("Grade one of the two, and write the other as a plain number or another law."),
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
                _("got shares that add up to {total:.10g}; they add up to 1.", total=total),
                _("Change one of them by {total:+.10g}.", total=1.0 - total),
            )
        if isinstance(line.bears, Refunded):
            yield from _refund(public, line.bears, (*here, "bears"), nearest)
        if line.committee is not None and not _is_municipal(line.bears):
            yield mistake_at(
                (*here, "committee"),
                _(
                    "got {committee}, a committee of the municipality, which bears nothing of this line.",
                    committee=shown(line.committee),
                ),
                _("Take it out, or write bears: municipality."),
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
            _(
                "got {refund}, which is no rule of refund; there is {known}.",
                refund=shown(said.refund),
                known=", ".join(known),
            ),
            nearest(said.refund, known) or _("Write one of these, or add the rule under refunds."),
            leans_on=(("public", "refunds"),),
        )
        return
    needs = public.refund_needs(said.refund)
    for key, means in _MEANS.items():
        given = key in said.model_fields_set and getattr(said, key) is not None
        if given and key not in needs:
            yield mistake_at(
                (*here, key),
                _(
                    "got {means}, which '{refund}' does not look at.",
                    means=_(means),
                    refund=shown(said.refund, quote=""),
                ),
                _("Take it out, and write {needs}.", needs=_(" and ").join(sorted(needs)))
                if needs
                else _("Take it out."),
                leans_on=(("public", "refunds"),),
            )
        elif key in needs and getattr(said, key) is None:
            yield mistake_at(
                here,
                _(
                    "got no {key}; '{refund}' depends on {means}.",
                    key=key,
                    refund=shown(said.refund, quote=""),
                    means=_(means),
                ),
                _("Add {example}, with your number.", example=_EXAMPLE[key]),
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
            _(
                "got {said}; an edition says the state's share in one way: {by}.",
                said=_(" and ").join(said) or _("no share"),
                by=", ".join(_BY),
            ),
            _("Keep one of them.") if said else _("Add share: 0.5, or by_week: {0: 0.8, 4: 0.4}."),
        )
    if edition.valid_to is not None and edition.valid_to < edition.valid_from:
        yield mistake_at(
            (*here, "valid_to"),
            _(
                "got {valid_to}, before valid_from {valid_from}.",
                valid_to=edition.valid_to,
                valid_from=edition.valid_from,
            ),
            _("Did the two dates change places?"),
        )
    if edition.most_days is not None and edition.share is None:
        yield mistake_at(
            (*here, "most_days"),
            _("got days for which a share is refunded, but no share."),
            _("Write share: 0.5 beside it, or take it out."),
        )
    if edition.price_year is not None and edition.by_cost is None:
        yield mistake_at(
            (*here, "price_year"),
            _("got the price level of thresholds, but this edition has none."),
            _("Take it out, or write by_cost."),
        )
    for key in ("by_week", "by_cost"):
        steps = list(getattr(edition, key) or ())
        if steps != sorted(steps) or (key == "by_week" and steps and steps[0] != 0.0) or len(set(steps)) < len(steps):
            start = _("from 0 on") if key == "by_week" else _("from the lowest threshold on")
            listed = ", ".join(grouped(step, ",.10g") for step in steps)
            yield mistake_at(
                (*here, key),
                _("got steps at {listed}; steps rise {start}.", listed=listed, start=start),
                _("Sort them, the lowest step first."),
            )


def _overlapping(rule: str, editions: list[Edition]) -> Faults:
    """Two editions of one rule on one day; the one that begins later is the mistake."""
    order = sorted(range(len(editions)), key=lambda k: editions[k].valid_from)
    for before, after in itertools.pairwise(order):
        ends, begins = editions[before].valid_to, editions[after].valid_from
        if ends is None or ends >= begins:
            until = _("has no last day") if ends is None else _("holds until {ends}", ends=ends)
            yield mistake_at(
                ("public", "refunds", rule, after, "valid_from"),
                _(
                    "got {begins}, but the edition before it {until}; on each day one edition holds.",
                    begins=begins,
                    until=until,
                ),
                _("Write valid_to: {begins} for the earlier one.", begins=begins - dt.timedelta(days=1)),
                leans_on=(("public", "refunds", rule, before),),
            )


# The calculation


def _overlap(public: Public) -> Faults:
    said = public.overlap
    if said is None or "rank" not in said.model_fields_set:
        return
    here: Path = ("public", "overlap", "rank")
    if said.by != "priority":
        yield mistake_at(here, _("got a rank beside by: {by}.", by=said.by), _("Write by: priority, or take it out."))
    elif said.rank > said.programmes:
        yield mistake_at(
            here,
            _(
                "got {rank}, and {programmes} programmes claim the successes.",
                rank=said.rank,
                programmes=said.programmes,
            ),
            _("Write a rank from 1 to {programmes}.", programmes=said.programmes),
            leans_on=(("public", "overlap", "programmes"),),
        )


def _tables(public: Public, nearest: Nearest) -> Faults:
    for key, said, known, number in (
        ("discount", public.discount, DISCOUNTS, _("a yearly rate, as 0.035")),
        ("index", public.index, PRICE_INDICES, _("a value for each year, as {2020: 105.3, 2025: 121.4}")),
    ):
        if isinstance(said, str) and said not in known:
            yield mistake_at(
                ("public", key),
                _(
                    "got {said}, which is no such table of the register; there is {known}.",
                    said=shown(said),
                    known=", ".join(known),
                ),
                nearest(said, known) or _("Write one of these, or {number}.", number=number),
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
    of = _("price_year of public") if public.price_year is not None else _("the year of start")
    years = _index_years(public)
    for here, year in used.items():
        if year == to:
            continue
        if public.index is None:
            yield mistake_at(
                here,
                _(
                    "got prices of {year}, but everything is added up in prices of {to}, {of}, and nothing "
                    "converts them.",
                    year=year,
                    to=to,
                    of=of,
                ),
                _("Add index: net-price-index under public, or values for both years."),
                leans_on=(("public", "price_year"), ("public", "index"), ("start",)),
            )
        elif years is not None and (lacking := [each for each in (year, to) if each not in years]):
            yield mistake_at(
                here,
                _(
                    "got prices of {year}, to be converted to {to}, but the index has no value for {lacking}.",
                    year=year,
                    to=to,
                    lacking=lacking[0],
                ),
                _("Add {lacking} to index, or write prices of another year.", lacking=lacking[0]),
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
                _(
                    "got years beside per: {per}; what each costs falls in the year in which people are counted.",
                    per=cost.per,
                ),
                _("Take by_year out, or per."),
            )
            continue
        for year in cost.by_year or ():
            if not first <= year <= first + MOST_YEARS:
                yield mistake_at(
                    ("public", "costs", name, "by_year", str(year)),
                    _(
                        "got a cost in {year}; costs fall from {first}, the year of start, to {to}.",
                        year=year,
                        first=first,
                        to=first + MOST_YEARS,
                    ),
                    _("Look at the year, or at the start of the deal."),
                    leans_on=clock,
                )
    for payer, amounts in public.appropriations.items():
        here: Path = ("public", "appropriations", payer)
        if payer not in payers:
            listed = (
                _("those who pay are {payers}", payers=", ".join(payers))
                if payers
                else _("nobody does, as there are no payments")
            )
            yield mistake_at(
                here,
                _("got {payer}, which pays nothing under this deal; {listed}.", payer=payer, listed=listed),
                _("Write the payer of a payment rule, or take it out."),
                leans_on=(("payments",), ("cohorts",)),
            )
            continue
        for year in amounts:
            if not first <= year <= last:
                yield mistake_at(
                    (*here, str(year)),
                    _(
                        "got {year}; the deal pays from {first} to {last}.",
                        year=year,
                        first=first,
                        last=last,
                    ),
                    _("Write a budget year of the deal."),
                    leans_on=clock,
                )
