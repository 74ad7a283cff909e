"""Repeated cohorts in plain Python: an entry of the file, written out as so many cohorts (model.md, Cohorts alike)."""

from __future__ import annotations

from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.programme import Cohort
from risksim.scenario.scenario import Scenario


def unrolled(scenario: Scenario) -> tuple[Scenario, dict[str, str]]:
    """The deal with each cohort on its own, and which of their numbers are those of their entry, by name."""
    if not any(cohort.repeat for cohort in scenario.cohorts):
        return scenario, {}
    cohorts: list[Cohort] = []
    same: dict[str, str] = {}
    for entry in scenario.cohorts:
        repeat = entry.repeat
        if repeat is None:
            cohorts.append(entry)
            continue
        step = int(value_of(repeat.opens_every)) if repeat.opens_every is not None else 0
        for j in range(repeat.times):
            name = (repeat.names or entry.name + " {n}").replace("{n}", str(j + 1))
            told: dict[str, Any] = entry.model_dump(by_alias=True, exclude_unset=True, exclude={"repeat"})
            told |= {"name": name}
            if step:
                enrolment = told.get("enrolment") or {}
                opens = int(value_of(entry.enrolment.opens)) if entry.enrolment is not None else 0
                told["enrolment"] = enrolment | {"opens": f"{opens + j * step} months"}
            cohorts.append(Cohort.model_validate(told))
            for key in ("enrolment.ratio", "dropout", "unmeasured"):
                if key.rpartition(".")[2] not in repeat.each:
                    same[f"cohorts[{name}].{key}"] = f"cohorts[{entry.name}].{key}"
    return scenario.model_copy(update={"cohorts": cohorts}), same
