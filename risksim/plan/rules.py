"""Payment rules as clauses: one builder per rule, and one row per payer.

A builder says what is its own: the numbers a rule brings, the measures it reads, its table. What every rule has
(payers, lag, price level, dates) is added here once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from risksim.language import _, spoken
from risksim.plan import changes, layout
from risksim.plan.columns import Column
from risksim.plan.numbers import Gathered, Number, Path, slots
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.changes import split_by
from risksim.scenario.financing import Tranche
from risksim.scenario.outcomes import ProgrammeResult, is_amount
from risksim.scenario.payments import (
    AmendTerms,
    CapTerms,
    Deemed,
    DeemedTerms,
    FixedTerms,
    FloorTerms,
    FundTerms,
    LadderTerms,
    PerOutcomeTerms,
    PerPersonTerms,
    PerUnitTerms,
    RebaseTerms,
    ShareOfSavingsTerms,
    StandingTerms,
    StepsTerms,
    ThresholdTerms,
    changed_rules,
    cohort_payers,
    key_of,
    outcome_of,
    outcomes_of,
    payers_of,
    terms_of,
)
from risksim.scenario.scenario import Scenario, certain
from risksim.scenario.terms import Indexed, Reading, Table, Terms, exact
from risksim.scenario.uncertainty import Chance, Discrete

CERTAIN_ZERO = Number(-1, 0.0)


class Clause(NamedTuple):
    """One rule of the file, as its builder says it."""

    kind: int
    numbers: Sequence[Number] = ()
    number_dates: Sequence[dt.date] = ()
    """Dates of the numbers, for dated amounts."""
    columns: tuple[int, int, int] = (-1, -1, -1)
    reading: Reading | None = None
    lines: Sequence[tuple[Fraction, float]] = ()
    """The table: where each line begins, and what it gives."""
    payers: Mapping[str, Fraction] | None = None
    """Who pays, where the rule's terms don't say it."""
    basis: int = layout.TOTAL
    moves: bool = False
    """Whether its goals may move, by whole millionths."""


class Rules(NamedTuple):
    """The rules as groups of the plan."""

    payments: layout.Payments
    changes: layout.Changes | None
    splits: layout.Splits | None


class Builder:
    """What builders need: the scenario, the uncertain numbers, and the measures and payers gathered so far."""

    def __init__(self, gathered: Gathered, follow_ups: Sequence[dt.date]) -> None:
        self.gathered, self.scenario, self.follow_ups = gathered, gathered.scenario, list(follow_ups)
        self.measured: list[Column] = []
        self.payers: list[str] = []
        self.unless: dict[str, Number] = {}
        """By outcome: 1 where no method of measurement was agreed."""
        self.changes: list[changes.Change] = []
        self.split: dict[int, tuple[int, int]] = {}
        """By clause whose claim the payers of cohorts share: the measures of people verified and eligible."""

    def column(self, outcome: str, statistic: int, measurements: Sequence[int] | None = None) -> int:
        """The measure of an outcome and a statistic; noted if it is new. Results have only their value."""
        if outcome in self.scenario.whole:
            return self.note(Column(self.scenario.whole.index(outcome), layout.RESULT))
        chosen = None if measurements is None else tuple(sorted(set(measurements)))
        return self.note(Column(list(self.scenario.personal).index(outcome), statistic, chosen))

    def note(self, column: Column) -> int:
        """The place of a measure; it is added if it is new."""
        if column not in self.measured:
            self.measured.append(column)
        return self.measured.index(column)

    def columns(self, outcome: str, measurements: Sequence[int] | None = None) -> tuple[int, int, int]:
        """What is added up, who was measured, whom it speaks of."""
        if outcome in self.scenario.whole:
            return self.column(outcome, layout.RESULT), -1, -1
        return (
            self.column(outcome, layout.SUM, measurements),
            self.column(outcome, layout.SEEN, measurements),
            self.column(outcome, layout.ELIGIBLE, measurements),
        )

    def number(self, path: Path, number: Any, unit: str | None = None, **bounds: float) -> Number:
        """A number of the rule, in the currency where no unit is given."""
        return self.gathered.number(("payments", *path), number, unit or self.scenario.currency, **bounds)


# Builders, one per rule


def _per_outcome(build: Builder, here: Path, terms: PerOutcomeTerms | PerUnitTerms) -> Clause:
    unit = "outcome" if isinstance(terms, PerOutcomeTerms) else "unit"
    price = build.number((*here, "price"), terms.price, f"{build.scenario.currency}/{unit}")
    chosen = getattr(terms, "measurements", None)
    return Clause(layout.PER_OUTCOME, [price], columns=(build.column(terms.outcome, layout.SUM, chosen), -1, -1))


def _per_person(build: Builder, here: Path, _terms: PerPersonTerms) -> Clause:
    # What the list owes each participant is measured person by person; a unit of it costs one.
    lists = [k for k, rule in enumerate(build.scenario.payments) if key_of(rule) == "per_person"]
    card = Column(lists.index(int(here[0])), layout.CARD)
    return Clause(layout.PER_OUTCOME, [Number(-1, 1.0)], columns=(build.note(card), -1, -1))


def _share_of_savings(build: Builder, _here: Path, terms: ShareOfSavingsTerms) -> Clause:
    columns = (build.column(terms.outcome, layout.SUM), -1, -1)
    return Clause(layout.PER_OUTCOME, [Number(-1, terms.share)], columns=columns)


def _deemed(build: Builder, here: Path, terms: DeemedTerms) -> Clause:
    price = build.number((*here, "price"), terms.price, f"{build.scenario.currency}/outcome")
    numbers = [price, build.unless[terms.outcome], Number(-1, terms.rate)]
    return Clause(layout.DEEMED, numbers, columns=(-1, -1, build.column(terms.outcome, layout.ELIGIBLE)))


def _fixed(build: Builder, here: Path, terms: FixedTerms) -> Clause:
    numbers = [build.number((*here, "amounts", k, "amount"), entry.amount) for k, entry in enumerate(terms.amounts)]
    return Clause(layout.DATED, numbers, [value_of(entry.on) for entry in terms.amounts])


def _standing(build: Builder, here: Path, terms: StandingTerms) -> Clause:
    dates = terms.dates(build.scenario.start_date, build.scenario.end_date)
    amount = build.number((*here, "amount"), terms.amount)
    return Clause(layout.DATED, [amount] * len(dates), dates)


def _threshold(build: Builder, here: Path, terms: ThresholdTerms) -> Clause:
    amount = build.number((*here, "pays"), terms.pays)
    goal = terms.at_least if terms.at_least is not None else terms.above
    assert goal is not None
    return Clause(
        layout.THRESHOLD,
        [amount],
        columns=build.columns(terms.outcome, terms.measurements),
        reading=terms,
        lines=[(exact(goal), 1.0)],
    )


def _steps(build: Builder, _here: Path, terms: StepsTerms) -> Clause:
    lines = [(exact(line.from_), line.gives) for line in terms.table]
    return Clause(layout.STEPS, columns=build.columns(terms.outcome, terms.measurements), reading=terms, lines=lines)


def _ladder(build: Builder, _here: Path, terms: LadderTerms) -> Clause:
    lines = [(exact(node.at), node.gives) for node in terms.nodes]
    return Clause(layout.LADDER, columns=build.columns(terms.outcome, terms.measurements), reading=terms, lines=lines)


def _bound(build: Builder, here: Path, terms: CapTerms | FloorTerms) -> tuple[Number, int]:
    word, basis = ("total", layout.TOTAL) if terms.total is not None else ("per_period", layout.PERIOD)
    return build.number((*here, word), getattr(terms, word)), basis


def _cap(build: Builder, here: Path, terms: CapTerms) -> Clause:
    limit, basis = _bound(build, here, terms)
    return Clause(layout.CAP, [limit], payers=dict.fromkeys(build.payers, Fraction(0)), basis=basis)


def _floor(build: Builder, here: Path, terms: FloorTerms) -> Clause:
    limit, basis = _bound(build, here, terms)
    return Clause(layout.FLOOR, [limit], basis=basis)


def _fund(build: Builder, here: Path, terms: FundTerms) -> Clause:
    limit = build.number((*here, "limit"), terms.limit)
    payers = [terms.payer] if terms.otherwise == "unpaid" else [terms.payer, terms.otherwise]
    return Clause(layout.FUND, [limit], payers=dict.fromkeys(payers, Fraction(0)))


def _rebase(build: Builder, here: Path, terms: RebaseTerms) -> Clause:
    columns = (build.column(terms.baseline, layout.RESULT), -1, -1)
    return _change(build, here, Number(-1, 1.0), columns)


def _amend(build: Builder, here: Path, terms: AmendTerms) -> Clause:
    if terms.price is not None:
        number = build.number((*here, "price"), terms.price)
    else:
        number = Number(-1, terms.times if terms.times is not None else float(terms.shift or 0.0))
    return _change(build, here, number, build.columns(terms.outcome))


def _change(build: Builder, here: Path, number: Number, columns: tuple[int, int, int]) -> Clause:
    position, rules = int(here[0]), build.scenario.payments
    build.changes.append(changes.Change(position, number, columns))
    changed = changed_rules(rules, position)
    payers = dict.fromkeys(payer for k in changed for payer in payers_of(rules[k], build.scenario.cohorts))
    return Clause(layout.CHANGE, payers=dict.fromkeys(payers, Fraction(0)))


BUILDERS: dict[str, Callable[[Builder, Path, Any], Clause]] = {
    "per_outcome": _per_outcome,
    "per_unit": _per_outcome,
    "per_person": _per_person,
    "share_of_savings": _share_of_savings,
    "deemed": _deemed,
    "fixed": _fixed,
    "standing": _standing,
    "threshold": _threshold,
    "steps": _steps,
    "ladder": _ladder,
    "cap": _cap,
    "floor": _floor,
    "fund": _fund,
    "rebase": _rebase,
    "amend": _amend,
}
"""The builder of each rule, by its key."""


# Dates


def dates_of(scenario: Scenario, rule: Any, follow_ups: Sequence[dt.date]) -> list[dt.date]:
    """Dates on which a rule speaks, in order."""
    terms = terms_of(rule)
    if isinstance(terms, FixedTerms):
        return sorted(value_of(entry.on) for entry in terms.amounts)
    if isinstance(terms, StandingTerms):
        return terms.dates(scenario.start_date, scenario.end_date)
    if isinstance(terms, FloorTerms) and terms.total is not None:
        return [follow_ups[-1]]
    if isinstance(terms, Reading) and isinstance(terms.on, list):
        return sorted({value_of(date) for date in terms.on})
    if isinstance(terms, Reading) and terms.on == "last":
        return [follow_ups[-1]]
    return list(follow_ups)


def lag_of(rule: Any) -> int:
    """Months between earning and payment. [month]"""
    terms = terms_of(rule)
    return int(value_of(terms.lag)) if isinstance(terms, Terms) else 0


def money_dates(scenario: Scenario, follow_ups: Sequence[dt.date]) -> set[dt.date]:
    """Every date on which a rule speaks or pays."""
    found = set()
    for rule in scenario.payments:
        dates = dates_of(scenario, rule, follow_ups)
        found.update(dates)
        found.update(add_months(date, lag_of(rule)) for date in dates)
    return found


# Clauses to arrays


def payments(
    gathered: Gathered,
    follow_ups: Sequence[dt.date],
    dates: Sequence[dt.date],
    draws: Sequence[Sequence[tuple[dt.date, float]]],
    years: layout.FloatArray,
) -> tuple[Rules, list[Column], list[str], list[str]]:
    """The rules, the measures they read, the payers in the order in which they are named, and a name per row.

    Parameters
    ----------
    gathered : Gathered
        The scenario and its uncertain numbers.
    follow_ups, dates : sequence of date
        Follow-ups, and all periods.
    draws : sequence
        Per tranche the dates of its drawdown with the cumulative share drawn.
    years : float64[period]
        Years since the start. [year]
    """
    scenario = gathered.scenario
    build = Builder(gathered, follow_ups)
    for position, rule in enumerate(scenario.payments):
        if isinstance(rule, Deemed):
            build.unless[rule.deemed.outcome] = _disagreement(build, position, rule.deemed)
    clauses: list[Clause] = []
    shares: list[dict[str, Fraction]] = []
    moved = changes.moved(scenario)
    for position, rule in enumerate(scenario.payments):
        terms = terms_of(rule)
        clause = BUILDERS[key_of(rule)](build, (position, key_of(rule)), terms)._replace(moves=position in moved)
        shares.append(dict(clause.payers) if clause.payers is not None else terms.shares())
        if split_by(rule) is not None:
            shares[-1] = dict.fromkeys(cohort_payers(scenario.cohorts), Fraction(0))
            build.split[position] = (
                build.column(terms.outcome, layout.SUM),
                build.column(terms.outcome, layout.ELIGIBLE),
            )
        build.payers += [payer for payer in shares[-1] if payer not in build.payers]
        clauses.append(clause)
    n, n_periods = len(clauses), len(dates)
    place = {date: t for t, date in enumerate(dates)}
    looks, paid_in = np.zeros((n, n_periods), np.uint8), np.tile(np.arange(n_periods, dtype=np.int64), (n, 1))
    for k, rule in enumerate(scenario.payments):
        for date in dates_of(scenario, rule, follow_ups):
            looks[k, place[date]] = 1
            paid_in[k, place[date]] = place[add_months(date, lag_of(rule))]
    indices = [getattr(terms_of(rule), "indexed", None) for rule in scenario.payments]
    growth = [
        build.number((k, key_of(rule), "indexed", "rate"), index.rate, "1/year", low=-0.5, high=1.0)
        if index is not None and index.rate is not None
        else CERTAIN_ZERO
        for k, (rule, index) in enumerate(zip(scenario.payments, indices, strict=True))
    ]
    numbers = [number for clause in clauses for number in clause.numbers]
    when = [
        place[clause.number_dates[i]] if clause.number_dates else -1
        for clause in clauses
        for i in range(len(clause.numbers))
    ]
    row_clause = [k for k, payers in enumerate(shares) for _ in payers]
    parts = [part for payers in shares for part in _whole_parts(payers)]
    group = layout.Payments(
        kind=np.array([clauses[k].kind for k in row_clause], dtype=np.int64),
        payer=np.array([build.payers.index(payer) for payers in shares for payer in payers], dtype=np.int64),
        clause=np.array(row_clause, dtype=np.int64),
        share=np.array(parts, dtype=np.int64),
        first_row=_starts(len(payers) for payers in shares),
        first_number=_starts(len(clause.numbers) for clause in clauses),
        amount_slot=slots(numbers)[0],
        amount_value=slots(numbers)[1],
        number_period=np.array(when, dtype=np.int64),
        unless_slot=slots([_unless(build, rule) for rule in scenario.payments])[0],
        unless_value=slots([_unless(build, rule) for rule in scenario.payments])[1],
        looks=looks,
        paid_in=paid_in,
        lagged=(paid_in != np.arange(n_periods)).any(axis=1).astype(np.uint8),
        growth_slot=slots(growth)[0],
        growth_value=slots(growth)[1],
        growth_years=np.array(
            [[_whole_years(index, date) for date in dates] for index in indices], dtype=np.int64
        ).reshape(n, n_periods),
        level=np.array([_levels(gathered, k, index, dates) for k, index in enumerate(indices)]).reshape(n, n_periods),
        scope=_scopes(scenario, row_clause),
        basis=np.array([clause.basis for clause in clauses], dtype=np.int64),
        readings=_readings(clauses),
        tables=_tables(clauses, dates, looks, draws, years, scenario.financing.tranches),
    )
    found = Rules(
        group,
        changes.changes(scenario, build.changes, follow_ups, dates),
        changes.splits(scenario, shares, build.split),
    )
    return found, build.measured, build.payers, _row_names(scenario, shares)


def _disagreement(build: Builder, position: int, terms: DeemedTerms) -> Number:
    """1 on the paths on which no method of measurement is agreed, 0 elsewhere; drawn once per path."""
    chance = certain(terms.chance)
    if chance is None:
        drawn = build.number((position, "deemed", "chance"), terms.chance, "1", high=1.0)
        return drawn if drawn.slot < 0 else build.gathered.event(("payments", position, "deemed", "event"), drawn)
    if chance in (0.0, 1.0):
        return Number(-1, chance)
    law = Discrete(discrete=[Chance(value=0.0, weight=1.0 - chance), Chance(value=1.0, weight=chance)])
    return build.number((position, "deemed", "chance"), law, "1", high=1.0)


def _unless(build: Builder, rule: Any) -> Number:
    name = outcome_of(rule)
    if name is None or key_of(rule) in ("deemed", "cap", "floor", "amend"):
        return CERTAIN_ZERO
    return build.unless.get(name, CERTAIN_ZERO)


def _starts(sizes: Any) -> layout.IntArray:
    return np.concatenate([[0], np.cumsum(list(sizes))]).astype(np.int64)


def _whole_parts(payers: Mapping[str, Fraction]) -> list[int]:
    """Shares as whole parts of a common denominator."""
    common = math.lcm(*(share.denominator for share in payers.values())) if payers else 1
    return [int(share * common) for share in payers.values()]


def _row_names(scenario: Scenario, shares: Sequence[Mapping[str, Fraction]]) -> list[str]:
    names: list[str] = []
    for rule, payers in zip(scenario.payments, shares, strict=True):
        terms, key = terms_of(rule), key_of(rule)
        name = getattr(terms, "label", None) or outcome_of(rule) or key
        if key in ("cap", "floor"):
            name = key if outcome_of(rule) is None else f"{key} on {outcome_of(rule)}"
        elif key in ("rebase", "amend"):
            name = getattr(terms, "label", None) or key
        elif key == "deemed":
            name = f"{outcome_of(rule)}, paid without measurement"
        several = len(payers) > 1
        names.extend(f"{name} ({payer})" if several else name for payer in payers)
    return names


def titles(scenario: Scenario, names: Sequence[str], clause: layout.IntArray) -> tuple[str, ...]:
    """What pages in the language spoken call each row: its name, with the title of what it is named after."""
    found = []
    language = spoken()
    for name, k in zip(names, clause.tolist(), strict=True):
        rule = scenario.payments[k]
        outcome, own = outcome_of(rule), getattr(terms_of(rule), "label", None)
        if own:
            found.append(name.replace(own, scenario.title(own, None, language), 1))
        elif outcome is not None:
            title = scenario.title(outcome, scenario.outcomes[outcome].label, language)
            found.append(name.replace(outcome, title, 1))
        else:
            found.append(name)
    return tuple(found)


def _whole_years(index: Indexed | None, date: dt.date) -> int:
    """Anniversaries of the price level's date that have passed; none with an index."""
    if index is None or index.rate is None:
        return 0
    base: dt.date = value_of(index.from_)
    years = date.year - base.year
    return max(years if add_months(base, 12 * years) <= date else years - 1, 0)


def _levels(gathered: Gathered, clause: int, index: Indexed | None, dates: Sequence[dt.date]) -> list[float]:
    if index is None or index.levels is None:
        return [1.0] * len(dates)
    base = value_of(index.from_).year
    missing = sorted({base, *(date.year for date in dates if date.year > base)} - index.levels.keys())
    if missing:
        rule = gathered.scenario.payments[clause]
        gathered.faults.append(
            gathered.places.fault(
                ("payments", clause, key_of(rule), "indexed", "levels"),
                _(
                    "got no level for {names}; the index covers every year with a payment date.",
                    names=", ".join(map(str, missing)),
                ),
                _("Add the years, or write a rate."),
            )
        )
        return [1.0] * len(dates)
    return [index.levels[max(date.year, base)] / index.levels[base] for date in dates]


def _scopes(scenario: Scenario, row_clause: Sequence[int]) -> layout.ByteArray:
    """Which rows each cap, floor or fund looks at: those above it, of its outcome if it names one. And which rows count
    as received for an annual return.
    """
    scope = np.zeros((len(scenario.payments), len(row_clause)), np.uint8)
    whose = [getattr(terms_of(rule), "tranche", None) for rule in scenario.payments]
    for k, rule in enumerate(scenario.payments):
        if getattr(terms_of(rule), "pays", None) == "annual return":
            # What the investor has received: for a rule of one tranche, only what that tranche got alone.
            scope[k] = [above < k and whose[k] in (None, whose[above]) for above in row_clause]
        if key_of(rule) not in ("cap", "floor", "fund"):
            continue
        wanted = outcome_of(rule)
        for row, above in enumerate(row_clause):
            scope[k, row] = above < k and (wanted is None or seen_by_limit(scenario, above, wanted))
    return scope


COUNTS = {"count": layout.COUNT, "share": layout.SHARE, "mean": layout.SHARE, "value": layout.VALUE}
UNMEASURED = changes.UNMEASURED


def seen_by_limit(scenario: Scenario, position: int, outcome: str) -> bool:
    """Whether a limit on one outcome looks at a rule: it names the outcome, or changes nothing but rules that do."""
    rules = scenario.payments
    if key_of(rules[position]) in ("rebase", "amend"):
        return {outcome_of(rules[k]) for k in changed_rules(rules, position)} == {outcome}
    return outcome in outcomes_of(rules[position])


_OTHERWISE = {
    "nothing": layout.NOTHING,
    "assumed": layout.ASSUME,
    "pooled": layout.POOLED,
    "postpone": layout.POSTPONE,
}
_UNITS = {
    "amount": layout.AMOUNT,
    "share of principal": layout.PRINCIPAL,
    "coupon": layout.COUPON,
    "annual return": layout.RETURN,
}


def _grain(clause: Clause) -> int:
    """Common denominator of what shares are held against; 1 for results, which are compared as they are."""
    if clause.reading is None or clause.reading.counts == "value":
        return 1
    rates = [place for place, _ in clause.lines]
    if clause.reading.assumed_rate is not None:
        rates.append(exact(clause.reading.assumed_rate))
    return math.lcm(*(rate.denominator for rate in rates), changes.MILLION if clause.moves else 1)


def _readings(clauses: Sequence[Clause]) -> layout.Readings:
    said = [clause.reading for clause in clauses]
    samples = [reading.minimum_sample if reading is not None else None for reading in said]
    grains = [_grain(clause) for clause in clauses]
    assumed = [
        float(exact(reading.assumed_rate) * grain) if reading is not None and reading.assumed_rate is not None else 0.0
        for reading, grain in zip(said, grains, strict=True)
    ]

    def flags(pick: Callable[[Reading], bool]) -> layout.ByteArray:
        return np.array([reading is not None and pick(reading) for reading in said], dtype=np.uint8)

    return layout.Readings(
        column=np.array([clause.columns for clause in clauses], dtype=np.int64).reshape(len(clauses), 3),
        counts=np.array([COUNTS[r.counts] if r is not None else 0 for r in said], dtype=np.int64),
        unmeasured=np.array([UNMEASURED[r.unmeasured] if r is not None else 0 for r in said], dtype=np.int64),
        cumulative=flags(lambda r: r.cumulative),
        each_cohort=flags(lambda r: r.over == "each cohort"),
        once=flags(lambda r: r.on == "first"),
        strict=flags(lambda r: isinstance(r, ThresholdTerms) and r.above is not None),
        grain=np.array(grains, dtype=np.float64),
        assumed=np.array(assumed, dtype=np.float64),
        fewest=np.array([sample.people if sample is not None else 0 for sample in samples], dtype=np.float64),
        otherwise=np.array([_OTHERWISE[s.otherwise] if s is not None else 0 for s in samples], dtype=np.int64),
    )


def _tables(
    clauses: Sequence[Clause],
    dates: Sequence[dt.date],
    looks: layout.ByteArray,
    draws: Sequence[Sequence[tuple[dt.date, float]]],
    years: layout.FloatArray,
    tranches: Sequence[Tranche],
) -> layout.Tables:
    n, n_periods = len(clauses), len(dates)
    least, capital = np.full((n, n_periods), -math.inf), np.zeros((n, len(draws), n_periods))
    below, most, unit = np.zeros(n), np.full(n, math.inf), np.zeros(n, np.int64)
    drawn = np.array([[max((s for day, s in d if day <= date), default=0.0) for date in dates] for d in draws])
    for k, clause in enumerate(clauses):
        terms = clause.reading
        if not isinstance(terms, Table):
            continue
        below[k], unit[k] = terms.below, _UNITS[terms.pays]
        most[k] = terms.most if terms.most is not None else math.inf
        for floor in terms.floors or []:
            for t, date in enumerate(dates):
                if date <= value_of(floor.until):
                    least[k, t] = max(least[k, t], floor.gives)
        if terms.pays == "coupon":
            capital[k] = capital_years(drawn, looks[k], years)
        elif terms.pays != "amount":
            capital[k] = drawn
        capital[k] *= looked_at(terms, tranches)
    lines = [(place * _grain(clause), gives) for clause in clauses for place, gives in clause.lines]
    return layout.Tables(
        first=_starts(len(clause.lines) for clause in clauses),
        limit=np.array([float(limit) for limit, _ in lines], dtype=np.float64),
        gives=np.array([gives for _, gives in lines], dtype=np.float64),
        below=below,
        least=least,
        most=most,
        unit=unit,
        capital=capital,
    )


def looked_at(terms: Table, tranches: Sequence[Tranche]) -> layout.IntArray:
    """1 for the tranches on whose capital a table pays, 0 for others: int64[tranche, 1].

    A loan is paid back by the provider; a rule of one tranche looks at that one.
    """
    paid = [tranche.loan is None and terms.tranche in (None, tranche.name) for tranche in tranches]
    return np.array(paid, dtype=np.int64)[:, None]


def capital_years(drawn: layout.FloatArray, looks: layout.ByteArray, years: layout.FloatArray) -> layout.FloatArray:
    """Share drawn times the years for which it was drawn since the last date on which a clause looked."""
    out, since = np.zeros_like(drawn), np.zeros(drawn.shape[0])
    for t in range(drawn.shape[1]):
        since += drawn[:, t - 1] * (years[t] - years[t - 1]) if t else drawn[:, 0] * 0.0
        if looks[t]:
            out[:, t] = since
            since = np.zeros(drawn.shape[0])
    return out


# Measures


def measures(
    measured: Sequence[Column],
    outcomes: layout.Outcomes,
    results: layout.Results,
    effects: layout.Effects,
    heads_in: layout.ByteArray,
    n_periods: int,
) -> layout.Measures:
    """What the contract sees, with the periods in which there can be something to see."""
    known = ~np.isnan(results.value_value.reshape(-1, n_periods)) | (results.value_slot.reshape(-1, n_periods) >= 0)
    known[known.shape[0] - effects.known_in.shape[0] :] = effects.known_in
    rows = np.zeros((len(measured), outcomes.measured_month.shape[0]), np.uint8)
    seen_in = np.zeros((len(measured), n_periods), np.uint8)
    for m, column in enumerate(measured):
        if column.outcome < 0:
            seen_in[m] = heads_in[column.statistic - layout.JOINED]
            continue
        if column.statistic == layout.RESULT:
            seen_in[m] = known[column.outcome]
            continue
        first, last = 0, rows.shape[1]
        if column.statistic != layout.CARD:
            first, last = outcomes.first_row[column.outcome : column.outcome + 2]
        for row in range(first, last):
            rows[m, row] = column.measurements is None or row - first + 1 in column.measurements
        periods = outcomes.period_of_month[rows[m] == 1]
        seen_in[m, periods[periods >= 0]] = 1
    columns = [np.array([column[axis] for column in measured], dtype=np.int64) for axis in (0, 1)]
    return layout.Measures(columns[0], columns[1], rows, seen_in)


def results(gathered: Gathered, follow_ups: Sequence[dt.date], dates: Sequence[dt.date]) -> layout.Results:
    """Values of the programme's results, by period; effects follow with nothing but room."""
    found: list[Number] = []
    for name, said in gathered.scenario.results.items():
        row = [Number(-1, math.nan)] * len(dates)
        for date, number in _dated(gathered, name, said, follow_ups):
            row[dates.index(date)] = number
        found += row
    found += [Number(-1, math.nan)] * (len(dates) * len(gathered.scenario.effects))
    return layout.Results(*slots(found))


def _dated(
    gathered: Gathered, name: str, said: ProgrammeResult, follow_ups: Sequence[dt.date]
) -> list[tuple[dt.date, Number]]:
    here: Path = ("outcomes", name, "result")
    if not isinstance(said.result, list):
        number = gathered.number(here, said.result, "as measured", low=-math.inf)
        return [(date, number) for date in follow_ups]
    return [
        (
            next(date for date in follow_ups if date >= value_of(entry.on)),
            gathered.number((*here, k, "value"), entry.value, "as measured", low=-math.inf),
        )
        for k, entry in sorted(enumerate(said.result), key=lambda pair: value_of(pair[1].on))
    ]


_WORDS = {
    layout.ELIGIBLE: "eligible",
    layout.SEEN: "measured",
    layout.SUM: "verified",
    layout.SQUARES: "sum of squares",
}


def measure_names(scenario: Scenario, measured: Sequence[Column]) -> tuple[str, ...]:
    """A name for each column of `measured`."""
    return tuple(_measure_name(scenario, column) for column in measured)


_HEADS = {
    layout.JOINED: "people enrolled",
    layout.ATTENDED: "months of the course begun",
    layout.FINISHED: "people who completed",
}


def _measure_name(scenario: Scenario, column: Column) -> str:
    if column.outcome < 0:
        return _HEADS[column.statistic]
    if column.statistic == layout.RESULT:
        return scenario.whole[column.outcome]
    if column.statistic == layout.CARD:
        lists = [k for k, rule in enumerate(scenario.payments) if key_of(rule) == "per_person"]
        return f"price list of rule {lists[column.outcome] + 1}: owed to people"
    name = list(scenario.personal)[column.outcome]
    amount = is_amount(scenario.personal[name]) and column.statistic == layout.SUM
    chosen = "" if column.measurements is None else f", measurement {' and '.join(map(str, column.measurements))}"
    return f"{name}{chosen}: {'amount' if amount else _WORDS[column.statistic]}"
