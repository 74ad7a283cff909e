"""The payment rules, once more: date by date and payer by payer, in whole numbers and fractions.

Written from `docs/reference/model.md` and the parsed `Scenario`, never from the plan or the kernels.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.outcomes import ProgrammeResult
from risksim.scenario.payments import (
    CapTerms,
    DeemedTerms,
    FixedTerms,
    FloorTerms,
    FundTerms,
    LadderTerms,
    PerOutcomeTerms,
    PerPersonTerms,
    PerUnitTerms,
    Rule,
    ShareOfSavingsTerms,
    StandingTerms,
    StepsTerms,
    ThresholdTerms,
    outcome_of,
    outcomes_of,
    terms_of,
)
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import Reading, Table, Terms
from tests.reference.changes import changed_by, factor_or_shift, is_change, price_on, shift_on, since
from tests.reference.effects import effect_on_date
from tests.reference.ending import Ended, speaks
from tests.reference.processes import added_up, paid_measurements

Claims = dict[tuple[int, str, dt.date], int]
Tallies = dict[tuple[str, str, dt.date], list[float]]


def to_minor(amount: float, minor: int) -> int:
    """Whole minor units of a float64 amount of currency, rounded half to even.

    The product is taken in float64 first; Python's `round` is half to even and exact on what it is given.
    """
    return round(amount * minor)


def payers(scenario: Scenario, upto: int | None = None) -> list[str]:
    """Payers in the order in which the file first names them."""
    named: list[str] = []
    for rule in scenario.payments[:upto]:
        terms = terms_of(rule)
        if getattr(terms, "split", None) is not None:
            named += [cohort.payer for cohort in scenario.cohorts]
        elif isinstance(terms, Terms):
            named += terms.payers or [terms.payer]
        elif isinstance(terms, FundTerms):
            named += [terms.payer] if terms.otherwise == "unpaid" else [terms.payer, terms.otherwise]
    return list(dict.fromkeys(named))


def share_out(amount: int, owed: Mapping[str, int]) -> dict[str, int]:
    """Whole minor units in proportion to what each owes, by largest remainder; ties go to whoever stands first."""
    whole = sum(owed.values())
    if amount == 0 or whole == 0:
        return dict.fromkeys(owed, 0)
    shares = {payer: amount * part // whole for payer, part in owed.items()}
    by_remainder = sorted(owed, key=lambda payer: -(amount * owed[payer] % whole))  # sorting keeps the file's order
    for payer in by_remainder[: amount - sum(shares.values())]:
        shares[payer] += 1
    return shares


# Dates


def later(date: dt.date, months: int) -> dt.date:
    """The same day so many months later, clipped to the month's end."""
    year, month = date.year + (date.month - 1 + months) // 12, (date.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(date.day, calendar.monthrange(year, month)[1]))


def looks(scenario: Scenario, terms: Any) -> list[dt.date]:
    """Dates on which a rule speaks."""
    follow_ups = scenario.follow_up_dates()
    if isinstance(terms, FixedTerms):
        return [value_of(entry.on) for entry in terms.amounts]
    if isinstance(terms, StandingTerms):
        step, end = int(value_of(terms.every)), value_of(scenario.end)
        last = min(end, value_of(terms.until)) if terms.until is not None else end
        dates = [later(value_of(scenario.start), step * k) for k in range(1, 1_300 // step)]
        if terms.first is not None:
            dates = [later(value_of(terms.first), step * k) for k in range(1_300 // step)]
        return [date for date in dates if date <= last]
    if isinstance(terms, FloorTerms) and terms.total is not None:
        return follow_ups[-1:]
    if isinstance(terms, Reading) and terms.on == "last":
        return follow_ups[-1:]
    if isinstance(terms, Reading) and isinstance(terms.on, list):
        return sorted({value_of(date) for date in terms.on})
    return follow_ups


def rule_dates(scenario: Scenario) -> set[dt.date]:
    """Dates on which rules speak or pay."""
    found = set()
    for rule in scenario.payments:
        terms = terms_of(rule)
        lag = int(value_of(terms.lag)) if isinstance(terms, Terms) else 0
        for date in looks(scenario, terms):
            found |= {date, later(date, lag)}
        last = isinstance(terms, FloorTerms) and terms.total is not None
        if scenario.ends_early and (last or (isinstance(terms, Reading) and terms.on == "last")):
            found |= {later(date, lag) for date in scenario.follow_up_dates()}
    return found


# What is measured


def result_numbers(name: str, whole: ProgrammeResult) -> Iterator[tuple[str, Any]]:
    """The numbers of a result by the names of their draws."""
    if isinstance(whole.result, list):
        for k, entry in enumerate(whole.result):
            yield f"outcomes[{name}].result[{k}].value", entry.value
    else:
        yield f"outcomes[{name}].result", whole.result


def result_on(
    scenario: Scenario, values: Mapping[str, float], name: str, date: dt.date, until: dt.date = dt.date.max
) -> float | None:
    """What is known of a result at a follow-up: the last that was measured since the one before, if not too late."""
    said = scenario.results[name].result
    if date > until and not isinstance(said, list):
        return None
    if not isinstance(said, list):
        return values[f"outcomes[{name}].result"] if date in scenario.follow_up_dates() else None
    for k, entry in sorted(enumerate(said), key=lambda pair: value_of(pair[1].on), reverse=True):
        if next(day for day in scenario.follow_up_dates() if day >= value_of(entry.on)) == date:
            return values[f"outcomes[{name}].result[{k}].value"] if value_of(entry.on) <= until else None
    return None


class Book:
    """One path's numbers, and what the rules so far claim."""

    def __init__(
        self,
        scenario: Scenario,
        values: Mapping[str, float],
        tallies: Tallies,
        minor: int,
        ended: Ended | None = None,
        owed: Mapping[tuple[int, dt.date], float] | None = None,
    ) -> None:
        self.scenario, self.values, self.tallies, self.minor, self.ended = scenario, values, tallies, minor, ended
        self.owed = owed or {}
        self.until = dt.date.max if ended is None else ended.until
        self.claims: Claims = {}
        self.again: dict[int, tuple[dt.date, float]] = {}
        """Rules that are settled again: what their prices before a date are multiplied by."""

    def dates(self, terms: Any) -> list[dt.date]:
        """Dates on which a rule speaks on this path."""
        return speaks(looks(self.scenario, terms), terms, self.ended)

    def people(self, name: str, dates: Iterable[dt.date], cohorts: Iterable[str]) -> list[float]:
        """Verified, measured and eligible people, added up in the order of dates and cohorts."""
        found = [0.0, 0.0, 0.0]
        for date in dates:
            for cohort in cohorts:
                counted = self.tallies.get((cohort, name, date), [0, 0, 0])
                found = [total + number for total, number in zip(found, counted, strict=True)]
        return found

    def disagreed(self, rule: Rule) -> float:
        """1 where no method was agreed for the outcome of a rule."""
        for position, other in enumerate(self.scenario.payments):
            terms = terms_of(other)
            if isinstance(terms, DeemedTerms) and terms.outcome == outcome_of(rule):
                chance = self.values[f"payments[{position}].chance"]
                return self.values.get(f"payments[{position}].event", chance)
        return 0.0

    def prices(self, position: int, terms: Any, date: dt.date) -> float:
        """The price level of a date."""
        if terms.indexed is None:
            return 1.0
        base = value_of(terms.indexed.from_)
        if terms.indexed.levels is not None:
            return terms.indexed.levels[max(date.year, base.year)] / terms.indexed.levels[base.year]
        level, anniversary = 1.0, 12
        while later(base, anniversary) <= date:
            level *= 1.0 + self.values[f"payments[{position}].indexed.rate"]
            anniversary += 12
        return level

    def above(self, position: int, date: dt.date) -> dict[str, int]:
        """What each payer owes on a date under the rules above, as far as a limit looks at them."""
        wanted = outcome_of(self.scenario.payments[position])
        owed = dict.fromkeys(payers(self.scenario, position), 0)
        for (rule, payer, when), amount in self.claims.items():
            if is_change(self.scenario.payments[rule]):
                names = [outcome_of(self.scenario.payments[k]) for k in changed_by(self.scenario, rule)]
                seen = wanted is None or all(name == wanted for name in names)
            else:
                seen = wanted is None or wanted in outcomes_of(self.scenario.payments[rule])
            if rule < position and when == date and seen:
                owed[payer] += amount
        return owed


def claim(
    scenario: Scenario,
    values: Mapping[str, float],
    tallies: Tallies,
    minor: int,
    periods: list[dt.date],
    drawdown: Mapping[dt.date, int],
    capital: Mapping[dt.date, float],
    ended: Ended | None = None,
    owed: Mapping[tuple[int, dt.date], float] | None = None,
) -> Claims:
    """What every rule claims on every date; rules speak in the order of the file."""
    book = Book(scenario, values, tallies, minor, ended, owed)
    for position, rule in enumerate(scenario.payments):
        terms = terms_of(rule)
        if isinstance(terms, CapTerms | FundTerms):
            limit(book, position, terms, periods)
        elif is_change(rule):
            if getattr(terms, "retroactive", False):
                settle_again(book, position, periods, drawdown, capital)
        else:
            book.claims |= one_rule(book, position, periods, drawdown, capital)
    return book.claims


def one_rule(
    book: Book, position: int, periods: list[dt.date], drawdown: Mapping[dt.date, int], capital: Mapping[dt.date, float]
) -> Claims:
    """What a rule that pays claims of each payer on each date."""
    rule = book.scenario.payments[position]
    terms = terms_of(rule)
    if isinstance(terms, FloorTerms):
        earned = floor(book, position, terms, periods)
    elif isinstance(terms, Reading):
        earned = goal(book, position, rule, periods, drawdown, capital)
    else:
        earned = {date: price(book, position, rule, date) for date in book.dates(terms)}
    found: Claims = {}
    if getattr(terms, "split", None) is not None:
        for date, parts in split_between_cohorts(book, terms, earned).items():
            on = later(date, int(value_of(terms.lag)))
            for payer, part in parts.items():
                found[position, payer, on] = found.get((position, payer, on), 0) + part
        return found
    shares = terms.payers or {terms.payer: 1.0}
    common = {payer: Fraction(repr(float(share))) for payer, share in shares.items()}
    scale = 1
    while any((share * scale).denominator > 1 for share in common.values()):
        scale *= 10
    whole = {payer: int(share * scale) for payer, share in common.items()}
    paid: dict[dt.date, int] = {}
    for date, amount in earned.items():
        on = later(date, int(value_of(terms.lag)))
        paid[on] = paid.get(on, 0) + amount
    for date, amount in paid.items():
        for payer, part in share_out(amount, whole).items():
            found[position, payer, date] = part
    return found


def split_between_cohorts(book: Book, terms: Any, earned: Mapping[dt.date, int]) -> dict[dt.date, dict[str, int]]:
    """Each claim split between the payers of cohorts by what was counted since the last payment."""
    cohorts, before, found = book.scenario.cohorts, None, {}
    for date in book.scenario.follow_up_dates():
        amount = earned.get(date, 0)
        if amount == 0:
            continue
        days = [day for day in book.scenario.follow_up_dates() if day <= date and (before is None or day > before)]
        counted: list[dict[str, int]] = []
        for column in (0, 2):
            weight = dict.fromkeys([cohort.payer for cohort in cohorts], 0.0)
            for day in days:
                for cohort in cohorts:
                    weight[cohort.payer] += book.people(terms.outcome, [day], [cohort.name])[column]
            counted.append({payer: round(people * 1e6) for payer, people in weight.items()})
        by = counted[0] if terms.split == "by successes" and any(counted[0].values()) else counted[1]
        found[date] = share_out(amount, by if any(by.values()) else dict.fromkeys(by, 1))
        before = date
    return found


def settle_again(
    book: Book, position: int, periods: list[dt.date], drawdown: Mapping[dt.date, int], capital: Mapping[dt.date, float]
) -> None:
    """Pay or set off what earlier claims differ by at the new price."""
    terms = terms_of(book.scenario.payments[position])
    begins = since(book.scenario, terms)
    what = factor_or_shift(book, position, result_on)
    due: Claims = {}
    for k in changed_by(book.scenario, position):
        book.again = {k: (begins, what[1])} if what is not None else {}
        again = one_rule(book, k, periods, drawdown, capital)
        book.again = {}
        for (_, payer, date), amount in again.items():
            place = (position, payer, max(date, begins))
            due[place] = due.get(place, 0) + amount - book.claims[k, payer, date]
    for payer in dict.fromkeys(payer for _, payer, _ in due):
        credit, paid = 0, 0
        for date in periods:
            owed = sum(
                amount
                for (rule, who, on), amount in book.claims.items()
                if (rule < position, who, on) == (True, payer, date)
            )
            difference = due.get((position, payer, date), 0)
            more, less = max(difference, 0), max(-difference, 0)
            paid += owed + more
            credit = min(credit + less, paid)
            set_off = min(credit, owed + more)
            credit, paid = credit - set_off, paid - set_off
            book.claims[position, payer, date] = more - set_off


def value_on(book: Book, name: str, date: dt.date) -> float | None:
    """What is known of a result or an effect at a follow-up."""
    if name in book.scenario.effects:
        said = book.scenario.effects[name].known
        listed = [value_of(day) for day in said] if isinstance(said, list) else []
        days = [day for day in listed if next(d for d in book.scenario.follow_up_dates() if d >= day) == date]
        if max(days, default=date) > book.until:
            return None
        return effect_on_date(book.scenario, book.values, book.tallies, name, date)
    return result_on(book.scenario, book.values, name, date, book.until)


def price(book: Book, position: int, rule: Rule, date: dt.date) -> int:
    """What a price, a deemed success or a dated amount earns on a date."""
    terms, here = terms_of(rule), f"payments[{position}]"
    level = book.prices(position, terms, date)
    if isinstance(terms, FixedTerms):
        k = [value_of(entry.on) for entry in terms.amounts].index(date)
        times = price_on(book, position, date, 1.0, result_on)
        return to_minor(book.values[f"{here}.amounts[{k}].amount"] * times * level, book.minor)
    if isinstance(terms, StandingTerms):
        return to_minor(
            book.values[f"{here}.amount"] * price_on(book, position, date, 1.0, result_on) * level, book.minor
        )
    cohorts = [cohort.name for cohort in book.scenario.cohorts]
    if isinstance(terms, DeemedTerms):
        people = book.people(terms.outcome, [date], cohorts)[2]
        happened = book.values.get(f"{here}.event", book.values[f"{here}.chance"])
        each = price_on(book, position, date, book.values[f"{here}.price"], result_on)
        return to_minor(each * level * (people * terms.rate * happened), book.minor)
    if isinstance(terms, PerPersonTerms):
        return to_minor(book.owed.get((position, date), 0.0) * level, book.minor)
    each = terms.share if isinstance(terms, ShareOfSavingsTerms) else book.values[f"{here}.price"]
    each = price_on(book, position, date, each, result_on)
    each *= 1.0 - book.disagreed(rule)
    if terms.outcome in book.scenario.whole:
        number = value_on(book, terms.outcome, date) or 0.0
    elif isinstance(terms, PerOutcomeTerms | PerUnitTerms):
        number = added_up([book.people(name, [date], cohorts) for name in paid_measurements(terms)])[0]
    else:
        number = book.people(terms.outcome, [date], cohorts)[0]
    return to_minor(each * level * max(number, 0.0), book.minor)


def reading(terms: Reading, found: list[float], pool: list[float]) -> Fraction | None:
    """The quantity that a rule holds against its table; None where there is none."""
    assumed = Fraction(repr(terms.assumed_rate)) if terms.assumed_rate is not None else Fraction(0)
    sample = terms.minimum_sample
    if sample is not None and found[1] < sample.people:
        if sample.otherwise == "assumed":
            return assumed * Fraction(found[2]) if terms.counts == "count" else assumed
        if sample.otherwise != "pooled" or pool[1] < sample.people:
            return None
        found = pool
    verified, seen, eligible = map(Fraction, found)
    if terms.unmeasured == "assumed":
        verified += assumed * (eligible - seen)
    if terms.unmeasured == "observed":
        if not seen:
            return None
        verified, seen = verified * eligible / seen, eligible
    if terms.counts == "count":
        return verified
    people = seen if terms.unmeasured == "exclude" else eligible
    return verified / people if people else None


def by_table(terms: Any, quantity: Fraction, shift: Fraction) -> float:
    """What a goal or table gives, with something added to every line."""

    def there(place: float) -> Fraction:
        return Fraction(repr(float(place))) + shift

    if isinstance(terms, ThresholdTerms):
        above = terms.above is not None
        bar = there(terms.above if above else terms.at_least)
        return float(quantity > bar if above else quantity >= bar)
    if isinstance(terms, StepsTerms):
        return next((s.gives for s in reversed(terms.table) if quantity >= there(s.from_)), terms.below)
    assert isinstance(terms, LadderTerms)
    nodes, place = [(float(there(node.at)), node.gives) for node in terms.nodes], float(quantity)
    if place < nodes[0][0]:
        return terms.below
    for (low, gives), (high, more) in itertools.pairwise(nodes):
        if place < high:
            return gives + (more - gives) * (place - low) / (high - low)
    return nodes[-1][1]


def places_of(terms: Any) -> list[float]:
    """The goal, or where the lines of a table begin."""
    if isinstance(terms, ThresholdTerms):
        return [terms.above if terms.at_least is None else terms.at_least]
    return [line.from_ for line in terms.table] if isinstance(terms, StepsTerms) else [node.at for node in terms.nodes]


def goal(
    book: Book,
    position: int,
    rule: Rule,
    periods: list[dt.date],
    drawdown: Mapping[dt.date, int],
    capital: Mapping[dt.date, float],
) -> dict[dt.date, int]:
    """What a threshold, step table or ladder earns on each date on which it looks."""
    terms, scenario = terms_of(rule), book.scenario
    everybody = [cohort.name for cohort in scenario.cohorts]
    each = terms.over == "each cohort"
    groups = [[name] for name in everybody] if each else [everybody]
    since: dict[str, dt.date] = {}
    done: set[int] = set()
    earned: dict[dt.date, int] = {}
    before: dt.date | None = None
    for date in book.dates(terms):
        worth = 0.0
        for g, cohorts in enumerate(groups):
            if terms.outcome in scenario.whole:
                known = value_on(book, terms.outcome, date)
                quantity = None if known is None else Fraction(repr(known))
            else:
                key = cohorts[0] if each else ""
                quantity = reading(terms, window(book, terms, cohorts, since.get(key), date),
                                   window(book, terms, everybody, since.get(""), date))  # fmt: skip
            if quantity is None or (terms.on == "first" and g in done):
                continue
            given = by_table(terms, quantity, shift_on(book, position, date, places_of(terms), result_on))
            if isinstance(terms, Table):
                given = max([given, *(entry.gives for entry in terms.floors or [] if date <= value_of(entry.until))])
                given = given if terms.most is None else min(given, terms.most)
            if given:
                done.add(g)
            worth += in_money(book, position, terms, given, date, before, periods, drawdown, capital)
        earned[date] = round(max(worth * (1.0 - book.disagreed(rule)), 0.0))
        before = date
        if not terms.cumulative and terms.outcome in scenario.personal:
            for key, cohorts in [("", everybody), *((name, [name]) for name in everybody)]:
                sample = terms.minimum_sample
                seen = window(book, terms, cohorts, since.get(key), date)[1]
                if sample is None or sample.otherwise != "postpone" or seen >= sample.people:
                    since[key] = date
    return earned


def window(book: Book, terms: Reading, cohorts: list[str], since: dt.date | None, upto: dt.date) -> list[float]:
    """People counted after a date and up to another."""
    dates = [day for day in book.scenario.follow_up_dates() if day <= upto and (since is None or day > since)]
    if terms.measurements is None:
        return book.people(terms.outcome, dates, cohorts)
    return added_up([book.people(name, dates, cohorts) for name in paid_measurements(terms)])


def in_money(
    book: Book,
    position: int,
    terms: Any,
    given: float,
    date: dt.date,
    before: dt.date | None,
    periods: list[dt.date],
    drawdown: Mapping[dt.date, int],
    capital: Mapping[dt.date, float],
) -> float:
    """What a table's answer is worth, in minor units and not yet rounded."""
    if isinstance(terms, ThresholdTerms):
        pays = price_on(book, position, date, book.values[f"payments[{position}].pays"], result_on)
        return pays * given * book.prices(position, terms, date) * book.minor
    if terms.pays == "amount":
        times = price_on(book, position, date, 1.0, result_on)
        return times * given * book.prices(position, terms, date) * book.minor
    years = {day: years_to(book.scenario, day) for day in periods}
    if terms.pays == "annual return":
        grown = {day: (1.0 + given) ** (years[date] - years[day]) for day in periods if day <= date}
        balance = 0.0
        for day, growth in grown.items():
            balance += drawdown.get(day, 0) * growth
            for (rule, _, when), amount in book.claims.items():
                if rule < position and when == day:
                    balance -= amount * growth
        return max(balance, 0.0)
    so_far, spread = 0.0, 0.0
    for day, after in zip(periods, [*periods[1:], periods[-1]], strict=True):
        so_far = capital.get(day, so_far)
        if day == date:
            return given * (so_far if terms.pays == "share of principal" else spread) * book.minor
        if before is None or day >= before:
            spread += so_far * (years[after] - years[day])
    raise AssertionError(date)


def years_to(scenario: Scenario, date: dt.date) -> float:
    """Years from the start, by the day count of the scenario."""
    start = value_of(scenario.start)
    if scenario.day_count == "act/365":
        return (date - start).days / 365
    month = 0
    while later(start, month + 1) <= date:
        month += 1
    since, length = date - later(start, month), later(start, month + 1) - later(start, month)
    return (month + since.days / length.days) / 12


def limit(book: Book, position: int, terms: CapTerms | FundTerms, periods: list[dt.date]) -> None:
    """What a cap cuts, or a fund hands on, on every date."""
    here, total = f"payments[{position}]", 0
    for date in periods:
        owed = book.above(position, date)
        if isinstance(terms, FundTerms):
            most = to_minor(book.values[f"{here}.limit"], book.minor)
            unmet = max(0, owed.get(terms.payer, 0) - (most - total))
            total += owed.get(terms.payer, 0) - unmet
            book.claims[position, terms.payer, date] = -unmet
            if terms.otherwise != "unpaid":
                book.claims[position, terms.otherwise, date] = unmet
            continue
        basis = "total" if terms.total is not None else "per_period"
        most = to_minor(book.values[f"{here}.{basis}"], book.minor)
        cut = max(0, sum(owed.values()) - (most - total))
        if basis == "total":
            total += sum(owed.values()) - cut
        for payer, part in share_out(cut, owed).items():
            book.claims[position, payer, date] = -part


def floor(book: Book, position: int, terms: FloorTerms, periods: list[dt.date]) -> dict[dt.date, int]:
    """What a floor tops up."""
    basis = "total" if terms.total is not None else "per_period"
    least = to_minor(book.values[f"payments[{position}].{basis}"], book.minor)
    found, total = {}, 0
    for date in periods:
        owed = sum(book.above(position, date).values())
        total = total + owed if basis == "total" else owed
        if date in book.dates(terms):
            found[date] = max(0, least - total)
    return found
