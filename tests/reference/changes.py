"""Terms that change, once more: what happens on a date, and what then holds for the rules above.

Written from `docs/reference/model.md` and the parsed `Scenario`, never from the plan or the kernels.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.payments import Rule, outcome_of, terms_of
from risksim.scenario.scenario import Scenario

CHANGING = ("RebaseTerms", "AmendTerms")
SILENT = (*CHANGING, "CapTerms", "FloorTerms", "FundTerms")


def is_change(rule: Rule) -> bool:
    """Whether a rule changes others."""
    return type(terms_of(rule)).__name__ in CHANGING


def changed_by(scenario: Scenario, position: int) -> list[int]:
    """The rules above a change that it names by label or outcome."""
    wanted = terms_of(scenario.payments[position]).rules
    found = []
    for above in range(position):
        rule = scenario.payments[above]
        names = [outcome_of(rule), getattr(terms_of(rule), "label", None)]
        if type(terms_of(rule)).__name__ not in SILENT and any(name in wanted for name in names if name):
            found.append(above)
    return found


def since(scenario: Scenario, terms: Any) -> dt.date:
    """The first date whose claims a change touches."""
    follow_ups = scenario.follow_up_dates()
    if hasattr(terms, "on"):
        return min(date for date in follow_ups if date > value_of(terms.on))
    said = scenario.results[terms.baseline].result
    known = [value_of(entry.on) for entry in said] if isinstance(said, list) else [follow_ups[0]]
    return min(date for date in follow_ups if date >= min(known))


def clip(number: Any, low: Any, high: Any) -> Any:
    return min(max(number, low), high)


def factor_or_shift(book: Any, position: int, known: Callable[..., float | None]) -> tuple[str, float] | None:
    """What a change does: a factor, a new price or a shift in millionths; None where nothing happens."""
    scenario, terms = book.scenario, terms_of(book.scenario.payments[position])
    if hasattr(terms, "baseline"):
        baseline = known(scenario, book.values, terms.baseline, since(scenario, terms))
        assert baseline is not None
        difference = round((baseline - terms.assumed) * 1e9) / 1e9
        if abs(difference) <= terms.tolerance:
            return None
        if terms.changes == "goal":
            return "shift", round(terms.strength * difference * 1e6)
        return "times", clip(1.0 - terms.strength * difference / terms.assumed, terms.least, terms.most)
    if not sees(book, terms, known):
        return None
    if terms.price is not None:
        return "price", book.values[f"payments[{position}].price"]
    return ("shift", round(terms.shift * 1e6)) if terms.times is None else ("times", terms.times)


def sees(book: Any, terms: Any, known: Callable[..., float | None]) -> bool:
    """Whether the parties see what an amendment looks for."""
    scenario = book.scenario
    upto = [date for date in scenario.follow_up_dates() if date <= value_of(terms.on)]
    goal = terms.below if terms.at_least is None else terms.at_least
    goal = Fraction(repr(float(goal)))
    if terms.counts == "value":
        values = [known(scenario, book.values, terms.outcome, date) for date in upto]
        values = [Fraction(repr(value)) for value in values if value is not None]
        quantity = values[-1] if values else None
    else:
        verified, seen, eligible = map(
            Fraction, book.people(terms.outcome, upto, [cohort.name for cohort in scenario.cohorts])
        )
        if terms.unmeasured == "assumed" and terms.counts != "people":
            verified += Fraction(repr(terms.assumed_rate)) * (eligible - seen)
        people = seen if terms.unmeasured in ("exclude", "observed") else eligible
        if terms.counts == "people":
            quantity = eligible
        elif terms.counts == "count":
            quantity = verified
            if terms.unmeasured == "observed":
                quantity = verified * eligible / seen if seen else None
        else:
            quantity = verified / people if people else None
    if quantity is None:
        return False
    return quantity < goal if terms.at_least is None else quantity >= goal


def in_turn(book: Any, position: int, date: dt.date) -> list[int]:
    """The changes that hold for a rule on a date, in the order of their dates, then of the file."""
    scenario = book.scenario
    found = [
        (since(scenario, terms_of(rule)), k)
        for k, rule in enumerate(scenario.payments)
        if is_change(rule) and position in changed_by(scenario, k)
    ]
    return [k for begins, k in sorted(found) if begins <= date]


def price_on(book: Any, position: int, date: dt.date, agreed: float, known: Any) -> float:
    """The price of a rule on a date."""
    price = agreed
    for k in in_turn(book, position, date):
        match factor_or_shift(book, k, known):
            case ("times", by):
                price *= by
            case ("price", by):
                price = by
    again = book.again.get(position)
    return price * again[1] if again is not None and date < again[0] else price


def shift_on(book: Any, position: int, date: dt.date, places: list[float], known: Any) -> Fraction:
    """What is added to the goals of a rule on a date."""
    total = Fraction(0)
    for k in in_turn(book, position, date):
        match factor_or_shift(book, k, known):
            case ("shift", by):
                shift, terms = Fraction(by, 10**6), terms_of(book.scenario.payments[k])
                if hasattr(terms, "baseline"):
                    first = min(Fraction(repr(float(place))) for place in places if place > 0)
                    low, high = (Fraction(repr(float(bound))) - 1 for bound in (terms.least, terms.most))
                    smallest, largest = low * first * 10**6, high * first * 10**6
                    shift = Fraction(clip(by, -(-smallest // 1), largest // 1), 10**6)
                total += shift
    return total
