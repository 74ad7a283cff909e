"""An observed file held against the plan: cells become one path of `measured`, nan where nothing is known yet.

A sheet has a row for each follow-up and cohort and a column for each measure of the plan; a result of the programme as
a whole stands once per follow-up. The same table, empty or filled, is what `template` writes.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from risksim.errors import Fault, ObservedError
from risksim.language import _
from risksim.plan.layout import ATTENDED, ELIGIBLE, MOST_PEOPLE, RESULT, SEEN, SUM, FloatArray, Plan
from risksim.scenario.document import shown
from risksim.scenario.sheet import COHORT, FOLLOW_UP, INPUT, Cell, Misread, Row, Sheet, number_of, place_text

MOST_NUMBER = 1e15
"""The largest number of a cell."""

_NOTHING = ("-", "–", "\N{MINUS SIGN}")
"""What stands in a cell where nothing is measured."""

Form = Literal["csv", "json", "yaml"]


class Term(NamedTuple):
    """An uncertain term of the contract that settlement needs: a price, a commitment, an event, a growth of prices."""

    position: int
    """Its column of the inputs."""
    name: str
    unit: str
    mean: float
    event: bool
    """Something that happened (1) or did not (0), such as that no method of measurement was agreed."""


class Observed(NamedTuple):
    """What a file says was measured, as one path."""

    measured: FloatArray
    """float64[1, cohort, measure, period]; nan where it is not known yet."""
    inputs: FloatArray
    """float64[1, input]: as the file says, otherwise the mean."""
    terms: tuple[tuple[Term, float, bool], ...]
    """Each uncertain term that settlement needs, its value, and whether the file says it."""
    last: int
    """The last period in which anything is known; -1 where nothing is."""
    remarks: tuple[str, ...]
    """What a reader should look at once more."""


# What the contract leaves open


def terms_of(plan: Plan) -> list[Term]:
    """The uncertain terms that settlement reads, in the order of the plan's inputs."""
    wanted = set(_slots(plan.payments)) | set(_slots(plan.financing))
    wanted |= set(_slots(plan.changes)) if plan.changes is not None else set()
    if plan.waterfall is not None:
        wanted |= set(_slots(plan.waterfall))
    events = set(plan.payments.unless_slot.tolist())
    return [
        Term(position, note.name, note.unit, note.mean, position in events)
        for position, note in enumerate(plan.labels.inputs)
        if position in wanted
    ]


def _slots(group: Any) -> Iterator[int]:
    """Slots of all numbers of a group of the plan."""
    for name, value in group._asdict().items():
        if hasattr(value, "_asdict"):
            yield from _slots(value)
        elif name.endswith("_slot"):
            yield from (int(slot) for slot in value if slot >= 0)


def _failures(plan: Plan) -> list[int]:
    """For each tranche the number that decides when its borrower fails, who never does at 1; -1 where none can."""
    loans = plan.waterfall.loans if plan.waterfall is not None else None
    return [] if loans is None else [int(slot) for slot in loans.moment_slot]


def _of_failures(plan: Plan) -> set[int]:
    """All numbers that only matter where a borrower fails."""
    loans = plan.waterfall.loans if plan.waterfall is not None else None
    return set() if loans is None else set(_slots(loans))


def measurable(plan: Plan) -> list[int]:
    """Periods in which something can be measured."""
    return [int(t) for t in np.flatnonzero(plan.measures.measured_in.any(axis=0))]


def _counts_people(plan: Plan, m: int) -> bool:
    """Whether a measure is a number of people, or of their months, who are whole and no more than can come up."""
    statistic = plan.measures.statistic[m]
    return (
        plan.measures.outcome[m] < 0
        or statistic in (ELIGIBLE, SEEN)
        or (statistic == SUM and plan.labels.measures[m].endswith(": verified"))
    )


def _most_people(plan: Plan, cohort: int) -> int:
    """The most people of a cohort who can ever start: its places, where nobody is replaced. [people]"""
    replaced = plan.arrivals is not None and plan.arrivals.within[cohort] > 0
    return MOST_PEOPLE if replaced else int(plan.cohorts.places[cohort])


def _times(plan: Plan, m: int, cohort: int) -> int:
    """How often a participant may count in all: once a measurement, or in each month of the course."""
    if plan.measures.outcome[m] >= 0:
        return int(plan.measures.rows[m].sum())
    return int(plan.cohorts.duration[cohort]) if plan.measures.statistic[m] == ATTENDED else 1


def _again(plan: Plan, m: int, times: int) -> str:
    if times <= 1:
        return ""
    if plan.measures.outcome[m] < 0:
        return _(" and a course of {times} months", times=times)
    return _(", measured {times} times", times=times)


# Reading


def observe(plan: Plan, follow_ups: Sequence[dt.date], sheet: Sheet) -> Observed:
    """What a sheet says was measured.

    Parameters
    ----------
    plan : Plan
        The deal.
    follow_ups : sequence of date
        Its follow-ups.
    sheet : Sheet
        The cells as written.

    Returns
    -------
    Observed

    Raises
    ------
    ObservedError
        With every mistake of the sheet, in the order of its lines.
    """
    reader = _Reader(plan, follow_ups, sheet)
    for row in sheet.rows:
        reader.take(row)
    reader.compare()
    inputs, terms = reader.inputs()
    faults = sorted(dict.fromkeys(reader.faults), key=lambda fault: (fault.line or 0, fault.column or 0))
    if faults:
        raise ObservedError(faults)
    known = [t for t in measurable(plan) if reader.cells_in(t)]
    return Observed(reader.measured, inputs, terms, max(known, default=-1), tuple(reader.remarks(inputs)))


class _Reader:
    """Rows one by one: values, and the mistakes met on the way."""

    def __init__(self, plan: Plan, follow_ups: Sequence[dt.date], sheet: Sheet) -> None:
        self.plan, self.sheet, self.follow_ups = plan, sheet, set(follow_ups)
        self.faults: list[Fault] = list(sheet.faults)
        self.periods = {plan.labels.dates[t]: t for t in measurable(plan)}
        self.columns = {name: m for m, name in enumerate(plan.labels.measures)}
        self.met: dict[tuple[dt.date, int], Row] = {}
        self.cells: dict[tuple[int, int, int], tuple[Cell, float]] = {}
        """By cohort (-1 for a result), measure and period: where it is written, and the number."""
        self.measured = np.zeros((1, max(plan.cohorts.places.size, 1), len(self.columns), len(plan.labels.dates)))
        in_time = plan.measures.measured_in == 1
        self.measured[0, :, in_time] = np.nan
        for m in np.flatnonzero(plan.measures.statistic == RESULT):
            self.measured[0, :, m] = 0.0
            self.measured[0, 0, m] = np.nan

    def fault(self, cell: Cell | Row, found: str, remedy: str, *path: str) -> None:
        """Note a mistake at a cell."""
        self.faults.append(Fault(self.sheet.file, cell.line, cell.column, place_text(*path), found, remedy))

    def take(self, row: Row) -> None:
        """One row: when, who, and its numbers."""
        self._columns(row)
        date, cohort = self._date(row), self._cohort(row)
        values = [(name, cell) for name, cell in row.cells.items() if name in self.columns and not cell.empty]
        if date is None or cohort is None:
            return
        before = self.met.setdefault((date, cohort), row)
        if before is not row:
            where = _(" in line {line}", line=before.line) if before.line is not None else ""
            self.fault(
                row,
                _(
                    "got {date} and {who} a second time; a follow-up and cohort stand once.",
                    date=date,
                    who=self._who(cohort),
                ),
                _("The first one stands{where}: delete one of them, or put right the date or the cohort.", where=where),
                str(date),
            )
            return
        for name, cell in values:
            self._value(date, cohort, name, cell)

    def _who(self, cohort: int) -> str:
        return self.plan.labels.cohorts[cohort] if cohort >= 0 else "no cohort"

    def _columns(self, row: Row) -> None:
        allowed = [FOLLOW_UP, COHORT, *self.columns]
        for name, place in row.names.items():
            if name in allowed or (not name and not any(row.cells[n].value for n in row.cells if n == name)):
                continue
            close = difflib.get_close_matches(name, allowed, n=1, cutoff=0.6)
            remedy = (
                _("Did you mean {near}?", near=close[0])
                if close
                else _("Take the column out; a comment begins with #.")
            )
            said = ", ".join(allowed) if len(allowed) <= 12 else f"{', '.join(allowed[:12])} ..."
            self.fault(
                place, _("got the column {name}; this deal's columns are {said}.", name=shown(name), said=said), remedy
            )

    def _date(self, row: Row) -> dt.date | None:
        cell = row.cells.get(FOLLOW_UP)
        if cell is None or cell.empty:
            if any(not one.empty for name, one in row.cells.items() if name != COHORT):
                self.fault(
                    row,
                    _("got a row without a follow_up; each row says of which follow-up it is."),
                    _("Write its date."),
                )
            return None
        possible = _dates(str(cell.value).strip())
        found = [date for date in possible if date in self.periods] or [d for d in possible if d in self.follow_ups]
        if len(found) == 1:
            return found[0]
        first, last = min(self.periods, default=None), max(self.periods, default=None)
        if len(found) > 1:
            said = _(
                "got {value}, which is {found} to some and {other} to others.",
                value=shown(cell.value),
                found=found[0],
                other=found[1],
            )
            remedy = _("Write the year first, as 2027-01-31.")
        elif not possible:
            said = _("got {value}; a follow-up is a date.", value=shown(cell.value))
            remedy = _("Write the year first, as 2027-01-31.")
        else:
            near = min(self.periods, key=lambda date: abs(date - possible[0]), default=None)
            said = _(
                "got {possible}, which is no follow-up of this deal; they go from {first} to {last}.",
                possible=possible[0],
                first=first,
                last=last,
            )
            remedy = _(
                "The nearest is {near}; what was measured before a follow-up counts at that follow-up.", near=near
            )
        self.fault(cell, said, remedy, FOLLOW_UP)
        return None

    def _cohort(self, row: Row) -> int | None:
        cell, names = row.cells.get(COHORT), self.plan.labels.cohorts
        if cell is None and len(names) == 1:
            told = [self.columns[name] for name, one in row.cells.items() if name in self.columns and not one.empty]
            only_results = told and all(self.plan.measures.statistic[m] == RESULT for m in told)
            return -1 if only_results else 0
        if cell is None or cell.empty:
            return -1
        name = str(cell.value).strip()
        titles = self.plan.labels.cohort_titles
        if name in names:
            return names.index(name)
        if titles.count(name) == 1:
            return titles.index(name)
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        remedy = _("Did you mean {near}?", near=close[0]) if close else _("Write the cohort as the scenario names it.")
        self.fault(
            cell,
            _("got the cohort {name}; this deal has {listed}.", name=shown(name), listed=_listed(names)),
            remedy,
            COHORT,
        )
        return None

    def _value(self, date: dt.date, cohort: int, name: str, cell: Cell) -> None:
        m = self.columns[name]
        path = (str(date), self.plan.labels.cohorts[cohort] if cohort >= 0 else "", name)
        period = self.periods.get(date)
        in_time = period is not None and self.plan.measures.measured_in[m, period] == 1
        elsewhere = (self.plan.measures.statistic[m] == RESULT) == (cohort >= 0)  # a result has a row of its own
        if isinstance(cell.value, str) and cell.value.strip() in _NOTHING and (elsewhere or not in_time):
            return
        number = number_of(cell, self.sheet.decimal)
        if isinstance(number, Misread):
            self.fault(cell, number.found, number.remedy, *path)
            return
        if period is None or not in_time:
            if number != 0.0:
                when = [day for day, t in self.periods.items() if self.plan.measures.measured_in[m, t]]
                self.fault(
                    cell,
                    _(
                        "got {number:g}; {name} is not measured at this follow-up, but at {listed}.",
                        number=number,
                        name=name,
                        listed=_listed([str(day) for day in when]),
                    ),
                    _("Move the number to its row; if people came later than the scenario foresees, change it there."),
                    *path,
                )
            return
        said = self._said(m, cohort, number)
        if said is not None:
            self.fault(cell, *said, *path)
            return
        whole = self.plan.measures.statistic[m] == RESULT
        key = (-1 if whole else cohort, m, period)
        if key in self.cells:
            line = self.cells[key][0].line
            self.fault(
                cell,
                _(
                    "got {number:g}; {name} is of the programme as a whole and stands once per follow-up.",
                    number=number,
                    name=name,
                ),
                _("It stands in line {line} too: delete one of them.", line=line),
                *path,
            )
            return
        self.cells[key] = (cell, number)
        self.measured[0, 0 if whole else cohort, m, period] = number

    def _said(self, m: int, cohort: int, number: float) -> tuple[str, str] | None:
        """What is wrong with a number by itself."""
        plan = self.plan
        name = plan.labels.measures[m]
        if plan.measures.statistic[m] != RESULT and cohort < 0:
            return (
                _(
                    "got {number:g} in a row without a cohort; {name} is counted in each cohort.",
                    number=number,
                    name=name,
                ),
                _("Write the cohort: {listed}.", listed=_listed(plan.labels.cohorts)),
            )
        if abs(number) > MOST_NUMBER:
            return _("got {number:g}; no number is beyond 1e15.", number=number), _("Look at the digits again.")
        if not _counts_people(plan, m):
            return None
        if number < 0.0:
            return _("got {number:g}; a number of people is not below 0.", number=number), _(
                "Write the count without its sign."
            )
        if number != math.floor(number):
            return _("got {number:g}; people are counted in whole numbers.", number=number), _(
                "Write how many people, not a share."
            )
        places, times = _most_people(plan, cohort), _times(plan, m, cohort)
        if number > places * times:
            who = plan.labels.cohorts[cohort]
            return (
                _(
                    "got {number:g}; {who} has {places} participants{again}.",
                    number=number,
                    who=who,
                    places=places,
                    again=_again(plan, m, times),
                ),
                _("Look at the digits again; the participants stand in the scenario."),
            )
        return None

    def compare(self) -> None:
        """Hold counts against each other: verified, measured and eligible, and all follow-ups against the places."""
        plan = self.plan
        # Counts of the same measurements of the same outcome belong together.
        by_outcome: dict[tuple[int, bytes, int], int] = {}
        for m, (outcome, statistic) in enumerate(zip(plan.measures.outcome, plan.measures.statistic, strict=True)):
            if outcome < 0:
                self._in_all(m)
            elif statistic != RESULT and _counts_people(plan, m):
                by_outcome[(int(outcome), plan.measures.rows[m].tobytes(), int(statistic))] = m
        for (outcome, rows, statistic), m in by_outcome.items():
            wider = [by_outcome[key] for one in (SEEN, ELIGIBLE) if (key := (outcome, rows, one)) in by_outcome]
            if statistic == SEEN:
                wider = [one for one in wider if plan.measures.statistic[one] == ELIGIBLE]
            if statistic == ELIGIBLE:
                wider = []
            self._against(m, wider)
            self._in_all(m)

    def _against(self, m: int, wider: list[int]) -> None:
        labels = self.plan.labels
        for (cohort, measure, period), (cell, number) in self.cells.items():
            if measure != m:
                continue
            for other in wider:
                _cell, most = self.cells.get((cohort, other, period), (None, math.inf))
                if number > most:
                    self.fault(
                        cell,
                        _(
                            "got {number:g}, more than the {most:g} of {measures} in the same row.",
                            number=number,
                            most=most,
                            measures=labels.measures[other],
                        ),
                        _("Put one of the two right: verified people were measured, and measured people are eligible."),
                        str(labels.dates[period]),
                        labels.cohorts[cohort],
                        labels.measures[m],
                    )
                    break

    def _in_all(self, m: int) -> None:
        """Each person counts once a measurement, so that follow-ups together pass that only by mistake."""
        labels = self.plan.labels
        for cohort in range(self.plan.cohorts.places.size):
            participants = _most_people(self.plan, cohort)
            times = _times(self.plan, m, cohort)
            places = participants * times
            total, written = 0.0, [(p, *found) for (c, n, p), found in self.cells.items() if (c, n) == (cohort, m)]
            for period, cell, number in sorted(written, key=lambda one: one[0]):
                total += number
                if total > places and number <= places:
                    self.fault(
                        cell,
                        _(
                            "got {total:g} up to this follow-up in all; {cohorts} has {participants} "
                            "participants{again}.",
                            total=total,
                            cohorts=labels.cohorts[cohort],
                            participants=participants,
                            again=_again(self.plan, m, times),
                        ),
                        _("Write the people who are new on each follow-up, not all so far."),
                        str(labels.dates[period]),
                        labels.cohorts[cohort],
                        labels.measures[m],
                    )
                    break

    def cells_in(self, period: int) -> bool:
        """Whether anything is known of a period."""
        return any(t == period for _, _, t in self.cells)

    def inputs(self) -> tuple[FloatArray, tuple[tuple[Term, float, bool], ...]]:
        """The uncertain terms: as the file says, or their means."""
        plan = self.plan
        given: dict[str, float] = {}
        wrongly: set[str] = set()
        terms = {term.name: term for term in terms_of(plan)}
        values = np.array([[note.mean for note in plan.labels.inputs]]).reshape(1, len(plan.labels.inputs))
        values[0, [slot for slot in _failures(plan) if slot >= 0]] = 1.0
        for name, cell in self.sheet.inputs:
            term = terms.get(str(name.value).strip())
            if term is None:
                self._unknown_input(name, list(terms))
                continue
            if term.name in given:
                self.fault(
                    name,
                    _("got {name} a second time; a term stands once.", name=term.name),
                    _("Delete one of them."),
                    INPUT,
                )
                continue
            if cell.empty:
                continue
            number = number_of(cell, self.sheet.decimal)
            wrong = (number.found, number.remedy) if isinstance(number, Misread) else _out_of_bounds(term, number)
            if wrong is not None:
                self.fault(cell, *wrong, INPUT, term.name)
                wrongly.add(term.name)
                continue
            assert isinstance(number, float)
            given[term.name] = number
            values[0, term.position] = number
        self._events(terms, {*given, *wrongly})
        failed = [slot for slot in _failures(plan) if slot >= 0 and values[0, slot] < 1.0]
        silent = set() if failed else _of_failures(plan)
        taken = [term for term in terms.values() if term.position not in silent or term.name in given]
        return values, tuple((term, float(values[0, term.position]), term.name in given) for term in taken)

    def _unknown_input(self, name: Cell, terms: list[str]) -> None:
        said = (
            _("the uncertain terms of this deal are {names}", names=_listed(terms))
            if terms
            else _("no term of this deal is uncertain")
        )
        close = difflib.get_close_matches(str(name.value), terms, n=1, cutoff=0.6)
        remedy = (
            _("Did you mean {near}?", near=close[0])
            if close
            else _("Take the row out; what the contract says stands in the scenario.")
        )
        self.fault(name, _("got the input {value}; {said}.", value=shown(name.value), said=said), remedy, INPUT)

    def _events(self, terms: dict[str, Term], given: set[str]) -> None:
        """An event has no mean that could be invoiced: it is said as soon as anything that hangs on it is measured."""
        payments = self.plan.payments
        for term in terms.values():
            if not term.event or term.name in given:
                continue
            clauses = np.flatnonzero(payments.unless_slot == term.position).tolist()
            clauses += [
                int(payments.clause[row])
                for row in range(payments.clause.size)
                if term.position in payments.amount_slot[slice(*payments.first_number[payments.clause[row] :][:2])]
            ]
            columns = {int(m) for k in clauses for m in payments.readings.column[k] if m >= 0}
            first = next((cell for (_, m, _), (cell, _) in self.cells.items() if m in columns), None)
            if first is not None:
                self.fault(
                    first,
                    _(
                        "got a measurement, but not whether {name} came about; what is paid for it depends on that.",
                        name=term.name,
                    ),
                    _(
                        "Add a row `{input},{name},0`, with 1 where no method of measurement was agreed (under "
                        "`inputs:` in YAML and JSON).",
                        input=INPUT,
                        name=term.name,
                    ),
                    INPUT,
                    term.name,
                )

    def remarks(self, values: FloatArray) -> list[str]:
        """Results that stand far outside the tables that read them, as per cent written for shares do; and what is
        taken of borrowers.
        """
        plan, said = self.plan, []
        tables = plan.payments.tables
        for (_cohort, m, period), (_place, number) in sorted(self.cells.items(), key=lambda one: one[0][2]):
            if plan.measures.statistic[m] != RESULT:
                continue
            clauses = np.flatnonzero(plan.payments.readings.column[:, 0] == m)
            limits = np.concatenate(
                [np.empty(0), *(tables.limit[tables.first[k] : tables.first[k + 1]] for k in clauses)]
            )
            if limits.size and np.abs(limits).max() <= 1.0 < abs(number):
                low, high = limits.min(), limits.max()
                said.append(
                    f"{plan.labels.measures[m]} is {number:g} on {plan.labels.dates[period]}, but the lines of its "
                    f"table lie between {low:g} and {high:g}: is it meant as per cent?"
                )
        for k, slot in enumerate(_failures(plan)):
            if slot >= 0 and values[0, slot] == 1.0:
                said.append(f"{plan.labels.tranches[k]}: settled as a loan whose borrower has not failed.")
        return said


def _out_of_bounds(term: Term, number: float) -> tuple[str, str] | None:
    if term.event and number not in (0.0, 1.0):
        return _("got {number:g}; {name} came about or did not.", number=number, name=term.name), _(
            "Write 1 where it did and 0 where it did not."
        )
    if term.unit == "1/year" and not -0.5 <= number <= 1.0:
        return _("got {number:g}; a yearly growth lies between -0.5 and 1.", number=number), _("Write 0.03 for 3 %.")
    if term.unit != "1/year" and not 0.0 <= number <= MOST_NUMBER:
        return _("got {number:g}; {name} is not below 0 and not above 1e15.", number=number, name=term.name), _(
            "Look at the number again."
        )
    return None


_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})(?: 00:00(?::00)?)?")


def _dates(text: str) -> list[dt.date]:
    """The dates that a text may mean: the year first, or as spreadsheets rewrite it, with the day first.

    Examples
    --------
    >>> [str(date) for date in _dates("01-07-2026")], [str(date) for date in _dates("1/7/2026")]
    (['2026-07-01'], ['2026-07-01', '2026-01-07'])
    """
    parts: list[tuple[int, int, int]] = []
    if match := _DATE.fullmatch(text):
        parts = [(int(match[1]), int(match[2]), int(match[3]))]
    elif match := _DAY_FIRST.fullmatch(text):
        parts = [(int(match[4]), int(match[3]), int(match[1]))]
        if match[2] == "/":
            parts.append((int(match[4]), int(match[1]), int(match[3])))
    found = []
    for year, month, day in parts:
        try:
            found.append(dt.date(year, month, day))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _listed(names: Sequence[str], most: int = 8) -> str:
    said = [shown(name, 40, "") for name in names[:most]]
    more = len(names) - most
    if more > 0:
        return ", ".join(said) + _(" and {number} more", number=more)
    return _(" and ").join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


# Writing


def template(
    plan: Plan, form: Form = "csv", measured: FloatArray | None = None, inputs: FloatArray | None = None
) -> str:
    """A file to fill in: a row for each follow-up and cohort, a column for each measure.

    Parameters
    ----------
    plan : Plan
        The deal.
    form : {"csv", "json", "yaml"}
        How it is written.
    measured : float64[1, cohort, measure, period], optional
        What is filled in; nan stays empty.
    inputs : float64[1, input], optional
        The uncertain terms that are filled in.

    Returns
    -------
    str
        An empty cell is not known yet; ``-`` says that nothing is measured there.
    """
    rows = list(_rows(plan, measured))
    terms = [(term.name, None if inputs is None else float(inputs[0, term.position])) for term in terms_of(plan)]
    if form == "csv":
        return _as_csv(plan, rows, terms)
    if form == "json":
        return _as_json(plan, rows, terms)
    return _as_yaml(plan, rows, terms)


Filled = tuple[str, str, list[float | str | None]]
"""Date, cohort and the cells of a row."""


def _rows(plan: Plan, measured: FloatArray | None) -> Iterator[Filled]:
    whole = plan.measures.statistic == RESULT
    for t in measurable(plan):
        can = plan.measures.measured_in[:, t] == 1
        for c, name in enumerate(plan.labels.cohorts if (can & ~whole).any() else ()):
            yield str(plan.labels.dates[t]), name, _cells(plan, can & ~whole, measured, c, t)
        if (can & whole).any():
            yield str(plan.labels.dates[t]), "", _cells(plan, can & whole, measured, 0, t)


def _cells(plan: Plan, can: Any, measured: FloatArray | None, cohort: int, period: int) -> list[float | str | None]:
    cells: list[float | str | None] = []
    for m in range(plan.measures.outcome.size):
        number = math.nan if measured is None else float(measured[0, cohort, m, period])
        known: float | None = None if math.isnan(number) else int(number) if number.is_integer() else number
        cells.append(known if can[m] else "-")
    return cells


def _explained(plan: Plan, terms: Sequence[tuple[str, Any]], where: str) -> list[str]:
    """How to fill it in; `where` says where uncertain terms stand."""
    said = [
        f"What was measured in {plan.name}, to be settled with: risksim settle FILE --observed THIS-FILE",
        "One row for each follow-up and cohort: the people who are new since the follow-up before, not all so far.",
        "Leave empty what is not known yet; 0 is a number like any other. Where - stands nothing is measured.",
    ]
    if any((plan.measures.statistic != RESULT) & (plan.measures.outcome >= 0)):
        said.append(
            "eligible: people of whom the outcome speaks; measured: those of them who could be measured; "
            "verified: those who met it."
        )
    if any(plan.measures.outcome < 0):
        said.append("People enrolled, months of the course begun and people who completed are billed by costs.")
    if any(plan.measures.statistic == RESULT):
        said.append("A row without a cohort is of the programme as a whole.")
    if terms:
        said.append(f"{where} hold terms that the contract left open: the value they took; empty takes the mean.")
    if any(slot >= 0 for slot in _failures(plan)):
        said.append(
            "loan.default.moment: empty while the borrower has not failed; after that "
            "1 - (1 - yearly_chance) ** years, with the years from the first drawdown to the failure."
        )
    return said


def _as_csv(plan: Plan, rows: Sequence[Filled], terms: Sequence[tuple[str, float | None]]) -> str:
    lines = [[f"# {line}"] for line in _explained(plan, terms, f"Rows that begin with {INPUT}")]
    lines.append([FOLLOW_UP, COHORT, *plan.labels.measures])
    lines += [[date, cohort, *("" if cell is None else str(cell) for cell in cells)] for date, cohort, cells in rows]
    lines += [[INPUT, name, "" if value is None else repr(value)] for name, value in terms]
    return "".join(f"{','.join(_quoted(cell) for cell in line)}\n" for line in lines)


def _quoted(cell: str) -> str:
    """A cell of a CSV file."""
    if not any(letter in cell for letter in ',;"\t'):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def _blocks(plan: Plan, rows: Sequence[Filled]) -> list[dict[str, Any]]:
    """Rows as blocks: the statistics of an outcome together, nothing for what is not measured."""
    found = []
    for date, cohort, cells in rows:
        block: dict[str, Any] = {FOLLOW_UP: date} | ({COHORT: cohort} if cohort else {})
        for m, cell in enumerate(cells):
            if cell == "-":
                continue
            name, _, word = plan.labels.measures[m].rpartition(": ")
            if plan.measures.statistic[m] == RESULT or not name:
                block[plan.labels.measures[m]] = cell
            else:
                block.setdefault(name, {})[word] = cell
        found.append(block)
    return found


def _as_json(plan: Plan, rows: Sequence[Filled], terms: Sequence[tuple[str, float | None]]) -> str:
    said: dict[str, Any] = {"about": " ".join(_explained(plan, terms, "The inputs")), "observed": _blocks(plan, rows)}
    if terms:
        said["inputs"] = dict(terms)
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


_BARE = re.compile(r"[A-Za-zÆØÅæøå][\w ÆØÅæøå-]*")


def _yaml(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_yaml(key)}: {_yaml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, str) and not (_BARE.fullmatch(value) or _DATE.fullmatch(value)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "null"):
        return f'"{value}"'
    return repr(value) if isinstance(value, float) else str(value)


def _as_yaml(plan: Plan, rows: Sequence[Filled], terms: Sequence[tuple[str, float | None]]) -> str:
    lines = [f"# {line}" for line in _explained(plan, terms, "The inputs")]
    lines.append("observed:" if rows else "observed: []")
    for block in _blocks(plan, rows):
        for place, (key, value) in enumerate(block.items()):
            lines.append(f"  {'-' if place == 0 else ' '} {_yaml(key)}: {_yaml(value)}".rstrip())
    if terms:
        lines += ["inputs:", *(f"  {_yaml(name)}: {_yaml(value)}".rstrip() for name, value in terms)]
    return "\n".join(lines) + "\n"
