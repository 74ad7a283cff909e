"""Repeated cohorts, written out: one entry of the file that stands for many cohorts alike becomes as many cohorts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from risksim.scenario.base import Months, value_of
from risksim.scenario.document import Path
from risksim.scenario.programme import Cohort, Enrolment, names_of
from risksim.scenario.scenario import Scenario


class WrittenOut(NamedTuple):
    """A scenario whose entries stand for one cohort each, and where each came from."""

    scenario: Scenario
    """The deal with every cohort on its own."""
    origin: tuple[int, ...]
    """Position in the file of the entry of each cohort."""
    said: Scenario
    """The deal as the file says it."""

    def entry(self, path: Path) -> Path:
        """The place in the file of a place in the deal that is written out."""
        if len(path) > 1 and path[0] == "cohorts" and isinstance(path[1], int):
            return ("cohorts", self.origin[path[1]], *path[2:])
        return path

    def is_own(self, path: Path) -> bool:
        """Whether a number of a cohort is drawn for that cohort alone, and not once for all of its entry."""
        place = self.entry(path)
        if place is path:
            return True
        repeat = self.said.cohorts[self.origin[int(path[1])]].repeat
        return repeat is None or any(step in repeat.each for step in path[2:])


def written_out(scenario: Scenario) -> WrittenOut:
    """A scenario with a cohort for each repetition of an entry.

    Parameters
    ----------
    scenario : Scenario
        As the file says it.

    Returns
    -------
    WrittenOut
        The scenario itself where nothing is repeated.
    """
    if all(cohort.repeat is None for cohort in scenario.cohorts):
        return WrittenOut(scenario, tuple(range(len(scenario.cohorts))), scenario)
    cohorts: list[Cohort] = []
    origin: list[int] = []
    for position, cohort in enumerate(scenario.cohorts):
        every = list(_copies(cohort))
        cohorts += every
        origin += [position] * len(every)
    return WrittenOut(scenario.model_copy(update={"cohorts": cohorts}), tuple(origin), scenario)


def _copies(cohort: Cohort) -> Iterator[Cohort]:
    """The cohorts for which an entry stands."""
    if cohort.repeat is None:
        yield cohort
        return
    step = 0 if cohort.repeat.opens_every is None else int(value_of(cohort.repeat.opens_every))
    said = {**dict(cohort), "repeat": None}
    for number, name in enumerate(names_of(cohort)):
        said |= {"name": name}
        if step:
            enrolment = cohort.enrolment or Enrolment()
            opens = Months(int(value_of(enrolment.opens)) + number * step)
            said |= {"enrolment": enrolment.model_copy(update={"opens": opens})}
        if cohort.label is not None:
            said["label"] = f"{cohort.label} {number + 1}"
        # The entry itself was checked; to check each copy again would take longer than to simulate it.
        yield Cohort.model_construct(_fields_set=cohort.model_fields_set, **said)


def said_once(scenario: Scenario) -> Callable[[str], str | None]:
    """How a list of inputs names what each cohort of a repeated entry draws on its own: once for all of them.

    Parameters
    ----------
    scenario : Scenario
        As the file says it.

    Returns
    -------
    callable
        From the name of an input to the name in the list, as ``cohorts[site].dropout (each of 200)``; None for those of
        all cohorts of an entry but the first.
    """
    first: dict[str, str | None] = {}
    for cohort in scenario.cohorts:
        if cohort.repeat is not None:
            names = [f"cohorts[{name}" for name in names_of(cohort)]
            first |= {**dict.fromkeys(names), names[0]: f"cohorts[{cohort.name}"}
            first |= {f"times {names[0]}": f"{cohort.times:,}"}

    def name(of: str) -> str | None:
        place, mark, key = of.rpartition("].")
        if place not in first:
            return of
        entry = first[place]
        return None if entry is None else f"{entry}{mark}{key} (each of {first[f'times {place}']})"

    return name
