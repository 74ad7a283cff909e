"""What two scenarios say differently, in words: a line for each place, by the names that people gave.

Where a number comes from, and what things are called in reports, is left out: it changes no result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from risksim.scenario.base import Origin, Stated
from risksim.scenario.origins import value_text
from risksim.scenario.payments import RULES, key_of, outcomes_of, terms_of
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import Fixed, FixedLaw, Law

SILENT = frozenset(
    {*Origin.model_fields, "label", "name", "description", "sources", "stresses", "titles", "schema_", "due_diligence"}
)
"""Keys that say where numbers come from or what things are called."""
LONGEST = 100
"""Letters of a value in a line."""


class Difference(NamedTuple):
    """One place that two scenarios say differently."""

    place: str
    """By names, as ``outcomes[wellbeing].success_rate``."""
    kind: str
    """``changed``, ``added``, ``removed`` or ``renamed``."""
    before: str
    """What the first says, in words; empty where it says nothing."""
    after: str
    """What the second says."""

    def __str__(self) -> str:
        """As a sentence without its full stop."""
        if self.kind == "changed":
            return f"{self.place}: {self.before} becomes {self.after}"
        if self.kind == "renamed":
            return f"{self.place}: is called {self.after} now, and is otherwise the same"
        said = self.after if self.kind == "added" else self.before
        return f"{self.place}: {self.kind}{f', {said}' if said else ''}"


def differences(first: Scenario, second: Scenario) -> list[Difference]:
    """What the second scenario says otherwise than the first.

    Parameters
    ----------
    first, second : Scenario
        Two deals.

    Returns
    -------
    list of Difference
        In the order of the first, what the second adds behind it.
    """
    return list(_parts("", first, second))


def _parts(place: str, first: Any, second: Any) -> Iterator[Difference]:
    if first == second or _bare(first, named=True) == _bare(second, named=True):
        return
    if isinstance(first, dict) and isinstance(second, dict):
        yield from _entries(place, first, second, ".{}" if place not in _BY_NAME else "[{}]")
    elif place == "payments":
        yield from _rules(first, second)
    elif _is_list_of_parts(first) and _is_list_of_parts(second):
        yield from _entries(place, _keyed(first), _keyed(second), "[{}]")
    elif type(first) in RULES.values() and type(first) is type(second):
        yield from _parts(place, terms_of(first), terms_of(second))
    elif _opens(first) and type(first) is type(second):
        yield from _entries(place, _fields(first), _fields(second), ".{}")
    else:
        yield Difference(place, "changed", _words(first), _words(second))


def _rules(first: list[Any], second: list[Any]) -> Iterator[Difference]:
    """Payment rules side by side: equal ones, then those of a kind and an outcome, then those of a kind."""
    pairs = _pairs([_title(rule) for rule in first], [_title(rule) for rule in second])
    for position, rule in enumerate(first):
        here = f"payments[{position}]"
        if position in pairs:
            yield from _parts(here, rule, second[pairs[position]])
        else:
            yield Difference(here, "removed", _words(rule), "")
    for position, rule in enumerate(second):
        if position not in pairs.values():
            yield Difference(f"payments[{position}]", "added", "", _words(rule))


def _pairs(first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]) -> dict[int, int]:
    """Which rule of the second stands for which of the first, by position."""
    free = list(range(len(second)))
    found: dict[int, int] = {}
    for alike in (3, 2, 1):  # the same, then kind and outcomes, then kind alone
        for position, title in enumerate(first):
            twin = next((one for one in free if title[:alike] == second[one][:alike]), None)
            if position not in found and twin is not None:
                found[position] = twin
                free.remove(twin)
    return found


def _title(rule: Any) -> tuple[str, str, str]:
    """The kind of a rule, the outcomes that it names, and all that it says."""
    return key_of(rule), ", ".join(outcomes_of(rule)), repr(_bare(rule))


_BY_NAME = {"outcomes", "public.consequences", "public.during", "public.costs", "public.anyway", "public.refunds"}


def _entries(place: str, first: Mapping[Any, Any], second: Mapping[Any, Any], form: str) -> Iterator[Difference]:
    """Entries side by side, by their keys."""
    renamed = _renamed(first, second) if form == "[{}]" else {}
    for key, one in first.items():
        here = f"{place}{form.format(key)}" if place else str(key)
        if key in renamed:
            yield Difference(here, "renamed", str(key), str(renamed[key]))
        elif key not in second or second[key] is None:
            if one is not None:
                yield Difference(here, "removed", _words(one), "")
        elif one is None:
            yield Difference(here, "added", "", _words(second[key]))
        else:
            yield from _parts(here, one, second[key])
    for key, other in second.items():
        if key not in first and key not in renamed.values() and other is not None:
            here = f"{place}{form.format(key)}" if place else str(key)
            yield Difference(here, "added", "", _words(other))


def _renamed(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> dict[Any, Any]:
    """Entries that stand in the second under another name and are otherwise the same."""
    found: dict[Any, Any] = {}
    free = [key for key in second if key not in first]
    for key, one in first.items():
        twin = next((other for other in free if key not in second and _same(one, second[other])), None)
        if twin is not None and isinstance(twin, str) and not twin.isdecimal():
            found[key] = twin
            free.remove(twin)
    return found


def _same(first: Any, second: Any) -> bool:
    """Whether two parts say the same, apart from names and origins."""
    return bool(_bare(first) == _bare(second))


def _bare(part: Any, *, named: bool = False) -> Any:
    """A part without origins and titles, and without the names of entries unless they are asked for."""
    if isinstance(part, Stated | Fixed | FixedLaw):  # a number with its origin is that number
        return part.fixed if isinstance(part, FixedLaw) else part.value
    if isinstance(part, BaseModel):
        name = {"name": getattr(part, "name", None)} if named and not isinstance(part, Scenario) else {}
        return name | {key: _bare(value, named=named) for key, value in _fields(part).items()}
    if isinstance(part, dict):
        return {key: _bare(value, named=named) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_bare(value, named=named) for value in part]
    return part


def _fields(part: BaseModel) -> dict[str, Any]:
    """The keys of a part as files say them, and their values; without names and origins."""
    fields = type(part).model_fields
    return {field.alias or name: getattr(part, name) for name, field in fields.items() if name not in SILENT}


def _opens(part: Any) -> bool:
    """Whether a part is told key by key, and not as one value."""
    return isinstance(part, BaseModel) and not isinstance(part, Law) and bool(_fields(part).keys() - {"value"})


def _is_list_of_parts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, BaseModel) for entry in value)


def _keyed(entries: list[Any]) -> dict[str, Any]:
    """The entries of a list by name, or by position where they have none."""
    found: dict[str, Any] = {}
    for position, entry in enumerate(entries):
        name = getattr(entry, "name", None)
        found[name if isinstance(name, str) and name not in found else str(position)] = entry
    return found


def _words(value: Any) -> str:
    is_rule = type(value) in RULES.values()
    said = f"{key_of(value)} {value_text(terms_of(value))}" if is_rule else value_text(value)
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
