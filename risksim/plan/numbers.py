"""Numbers of a scenario as slots and constants: uncertain inputs are gathered, the rest stands in the plan."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from risksim.errors import Fault
from risksim.language import N_, _
from risksim.plan import layout
from risksim.plan.families import figure
from risksim.plan.fits import FitError
from risksim.plan.hashes import hash32
from risksim.plan.laws import Law, Piece, bounds_fault, law_of
from risksim.plan.quantile_table import tabulate
from risksim.scenario.base import walk
from risksim.scenario.origins import input_name, origin_text
from risksim.scenario.repeats import WrittenOut
from risksim.scenario.uncertainty import LARGEST_AMOUNT, Graded, Uniform

Path = tuple[str | int, ...]


class Places(Protocol):
    """Anything that turns a place in a scenario into a fault: `risksim.scenario.reader.Document`."""

    @property
    def text(self) -> str:
        """The scenario file itself."""

    def fault(self, path: Path, found: str, remedy: str) -> Fault:
        """A fault with file, line and column."""


class NoFile:
    """Places of a scenario that was not read from a file."""

    text = ""

    def fault(self, path: Path, found: str, remedy: str) -> Fault:
        """A fault without a line."""
        return Fault("scenario", None, None, ".".join(str(step) for step in path), found, remedy)


class InFile:
    """Places of a scenario whose repeated cohorts are written out: a fault points to the entry in the file."""

    def __init__(self, out: WrittenOut, places: Places) -> None:
        self.out, self.places, self.text = out, places, places.text

    def fault(self, path: Path, found: str, remedy: str) -> Fault:
        """A fault with file, line and column."""
        return self.places.fault(self.out.entry(path), found, remedy)


class Number(NamedTuple):
    """A number of the plan: a slot of the drawn inputs, or a constant."""

    slot: int
    value: float


class Gathered:
    """Uncertain inputs in the order in which they are met, and the faults found on the way."""

    def __init__(self, out: WrittenOut, places: Places, *, draft: bool = False, quantiles: bool | None = None) -> None:
        self.out, self.scenario, self.draft = out, out.scenario, draft
        # A draft is only looked at: it needs neither quantiles nor tables, whose mathematics takes long to load.
        self.quantiles = not draft if quantiles is None else quantiles
        self.places: Places = InFile(out, places)
        self.shared: dict[Path, Number] = {}
        self.laws: list[Law] = []
        self.notes: list[layout.InputNote] = []
        self.paths: list[Path] = []
        self.given: list[Any] = []
        self.addresses: dict[int, str] = {}
        self.drawn_as: list[int] = []
        self.faults: list[Fault] = []
        self.events: list[tuple[int, int]] = []
        self.derived: list[layout.Derived] = []
        self.sites: dict[int, tuple[Number, Number]] = {}
        self.anyway: dict[str, Number] = {}

    def number(self, path: Path, number: Any, unit: str, low: float = 0.0, high: float = math.inf) -> Number:
        """A number as slot or constant; its law is held against its bounds.

        What all cohorts of a repeated entry share is gathered once.
        """
        if self.out.is_own(path):
            return self._own(path, number, unit, low, high)
        entry = self.out.entry(path)
        if entry not in self.shared:
            self.shared[entry] = self._own(path, number, unit, low, high, input_name(self.out.said, entry))
        return self.shared[entry]

    def _own(self, path: Path, number: Any, unit: str, low: float, high: float, name: str = "") -> Number:
        if not unit.startswith(self.scenario.currency) and is_graded(number):
            self.faults.append(self.places.fault(path, *map(_, GRADED_ELSEWHERE)))
            return Number(-1, 0.0)
        try:
            law = law_of(number, low, high)
        except FitError as error:
            self.faults.append(self.places.fault(path, error.found, error.remedy))
            return Number(-1, 0.0)
        high = min(high, self._most(unit))
        wrong = bounds_fault(law, low, high, unit)
        if wrong is not None:
            self.faults.append(self.places.fault(path, *wrong))
            return Number(-1, 0.0)
        law = dataclasses.replace(law, high=min(law.high, high))
        if law.certain:
            return Number(-1, law.mean)
        entered = self.enter(path, law, unit, origin_text(number), name=name)
        self.given[entered.slot] = number
        return entered

    def enter(
        self, path: Path, law: Law, unit: str, origin: str, *, draws_of: Number | None = None, name: str = ""
    ) -> Number:
        """Take up an input that follows a law; `draws_of` names another whose draws it shares, `name` the input where
        it is not that of its place.
        """
        name = name or input_name(self.scenario, path)
        address = hash32(name)
        if address in self.addresses:
            self.faults.append(
                self.places.fault(
                    path,
                    _(
                        "'{name}' and '{other}' share the address of their draws.",
                        name=name,
                        other=self.addresses[address],
                    ),
                    _("Rename one of them."),
                )
            )
        self.addresses[address] = name
        self.drawn_as.append(address if draws_of is None else self.drawn_as[draws_of.slot])
        self.laws.append(law)
        self.paths.append(path)
        self.given.append(None)
        points = _told_points(law) if self.quantiles else (math.nan,) * 3
        self.notes.append(layout.InputNote(name, law.text, unit, origin, law.mean, law.sd, points))
        return Number(len(self.laws) - 1, law.mean)

    def derive(
        self, path: Path, operation: int, numbers: Sequence[Number], text: str, origin: str, spread: Sequence[Any]
    ) -> Number:
        """Take up an input that is worked out of others: spread is its mean, standard deviation and quantiles."""
        mean, sd, points = spread
        if all(number.slot < 0 for number in numbers):
            return Number(-1, mean)
        number = self.enter(path, Law(text, (Piece(0.0, 1.0, mean, None),)), "1", origin)
        self.notes[number.slot] = self.notes[number.slot]._replace(
            sd=sd, quantiles=tuple(points) if self.quantiles else (math.nan,) * 3
        )
        slots = tuple(each.slot for each in numbers)
        for slot in slots:  # what says nothing of its own comes from where the whole does
            if slot >= 0 and not self.notes[slot].origin:
                self.notes[slot] = self.notes[slot]._replace(origin=origin)
        self.derived.append(layout.Derived(number.slot, operation, slots, tuple(each.value for each in numbers)))
        return number

    def law_at(self, number: Number) -> Law:
        """The law of a number that was gathered, certain ones included."""
        if number.slot >= 0:
            return self.laws[number.slot]
        return Law(figure(number.value), (Piece(0.0, 1.0, number.value, None),))

    def words_of(self, number: Number) -> str:
        """A number that was gathered in words, as ``Beta(20, 30)``."""
        return self.law_at(number).text

    def event(self, path: Path, chance: Number) -> Number:
        """1 on the paths on which something happens that has an uncertain chance, 0 elsewhere."""
        happens = self.number(path, Uniform(uniform=(0.0, 1.0)), "1", high=1.0)
        mean = self.laws[chance.slot].mean
        points = (math.nan,) * 3 if self.draft else tuple(float(level > 1.0 - mean) for level in (0.05, 0.5, 0.95))
        sd = math.sqrt(mean * (1.0 - mean))
        self.notes[happens.slot] = self.notes[happens.slot]._replace(
            family=f"1 with the chance of {self.notes[chance.slot].name}, else 0", mean=mean, sd=sd, quantiles=points
        )
        self.events.append((happens.slot, chance.slot))
        return Number(happens.slot, mean)

    def luck(self, path: Path, meaning: str) -> Number:
        """A place in (0, 1) that is drawn once a path and is luck, no evidence."""
        place = self.number(path, Uniform(uniform=(0.0, 1.0)), "1", high=1.0)
        self.notes[place.slot] = self.notes[place.slot]._replace(family=meaning)
        return place

    def _most(self, unit: str) -> float:
        """The largest value of a number of this unit: money of the whole deal stays far inside 64-bit minor units."""
        if not unit.startswith(self.scenario.currency):
            return math.inf
        places = sum(cohort.most_people for cohort in self.scenario.cohorts)
        return LARGEST_AMOUNT / max(places, 1) if "/" in unit else LARGEST_AMOUNT

    def inputs(self) -> layout.Inputs:
        """The tables of everything gathered."""
        tables = tabulate([] if self.draft else self.laws)._asdict()
        for event, chance in () if self.draft else self.events:
            tables["mean"][event] = tables["mean"][chance]
        return layout.Inputs(np.array(self.drawn_as, dtype=np.uint32), **tables)


GRADED_ELSEWHERE = (
    N_("got a grade of confidence; only costs, savings and prices in money are graded, and each number once."),
    N_("Say how sure a share or a rate is by `evidence:`, with icc and weight, or by `quantiles:`."),
)
"""What is wrong with a grade on a number that is no amount of money, and what to try."""


def is_graded(number: Any) -> bool:
    """Whether a number, or a part of it, carries a grade of confidence."""
    return any(isinstance(part, Graded) for _, part in walk(number))


def slots(numbers: Sequence[Number]) -> tuple[layout.IntArray, layout.FloatArray]:
    """Numbers side by side: int64[n] slots and float64[n] values."""
    return np.array([n.slot for n in numbers], dtype=np.int64), np.array([n.value for n in numbers], dtype=np.float64)


@lru_cache(maxsize=4_096)
def _told_points(law: Law) -> tuple[float, float, float]:
    """The 5, 50 and 95 % points: those of a mixture are solved for, and a search over terms asks for them each time."""
    low, middle, high = (float(law.quantile(level)) for level in (0.05, 0.5, 0.95))
    return low, middle, high
