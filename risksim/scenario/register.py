"""The register of constants that ships with the program: defaults with value, unit, source and status, as data.

A file names a constant as a number, ``ratio: {register: enrolment-ratio}``. Others act without being named as one, as
the weight of a class of evidence: a part that lets one act says so by a method ``register_keys(self) -> tuple[str,
...]``, the keys of the constants that act through it as it stands. `constants_in_use` walks the scenario and asks every
part that has the method; nothing else needs to be told of a new constant but `register.toml`.

The data are read where somebody first asks, since most files name no constant.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from risksim.scenario.base import walk

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from risksim.scenario.scenario import Scenario

Status = Literal["V", "T", "J"]
STATUS: dict[Status, str] = {
    "V": "compared with its source",
    "T": "not checked against its source",
    "J": "a judgement",
}
"""What each status says of a constant."""


class Constant(NamedTuple):
    """One constant of the register."""

    key: str
    what: str
    """What it is, as a clause."""
    value: Any
    """A number, a law as a scenario file writes it, or a table of lists by name."""
    is_number: bool
    """Whether `register: KEY` can stand for a number; a table cannot."""
    unit: str
    status: Status
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    note: str
    rule: str = ""
    """The rule of refund of which a table is a dated edition; empty for other constants."""
    price_year: int | None = None
    """The price level of the amounts of a table."""
    between: tuple[float, float] | None = None
    """The range that the register gives a judgement; None where it gives none, and for all else."""

    @property
    def words(self) -> str:
        """Its value as a line of text."""
        from risksim.scenario.origins import value_text

        return value_text(number(self.key)) if self.is_number else value_text(self.value)

    @property
    def origin(self) -> str:
        """Where it comes from, in words that do not promise more than its status."""
        start = {"V": "source", "T": "source, not checked", "J": "assumption"}[self.status]
        return f"{start}: {self.source or STATUS[self.status]} (register: {self.key})"


class InUse(NamedTuple):
    """A constant that influences a run."""

    key: str
    what: str
    value: str
    """In words."""
    unit: str
    status: Status
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    where: tuple[str, ...]
    """The places it acts at, by names."""

    @property
    def words(self) -> str:
        """Its value as a line of text."""
        return self.value


@cache
def _read() -> Mapping[str, Any]:
    import tomllib

    return tomllib.loads(resources.files(__package__).joinpath("register.toml").read_text(encoding="utf-8"))


def edition() -> dt.date:
    """The date of the register."""
    date: dt.date = _read()["edition"]
    return date


_MOVED: ContextVar[Mapping[str, float]] = ContextVar("_MOVED", default=MappingProxyType({}))
"""Constants that are at another value while a deal is read."""


@contextmanager
def moved(values: Mapping[str, float]) -> Iterator[None]:
    """While it lasts, some constants have other values: what if a judgement were another?

    Parameters
    ----------
    values : mapping of str to float
        By key; only constants that are numbers or laws, which then are certain.
    """
    before = _MOVED.set(values)
    try:
        yield
    finally:
        _MOVED.reset(before)


def constants() -> Mapping[str, Constant]:
    """Every constant by its key, in the order of the register."""
    values = _MOVED.get()
    if not values:
        return _constants()
    return {key: one._replace(value=values.get(key, one.value)) for key, one in _constants().items()}


def range_of(key: str) -> tuple[float, float] | None:
    """Between which values a judgement is moved: as the register says, else from half to twice, shares up to 1; None of
    a law.

    Examples
    --------
    >>> range_of("matching-bias")
    (0.035, 0.14)
    >>> range_of("cashable-share-services")
    (0.25, 1.0)
    """
    one = _constants()[key]
    if one.between is not None:
        return one.between
    if not isinstance(one.value, int | float):
        return None
    twice = 2.0 * one.value
    return 0.5 * one.value, min(twice, 1.0) if one.unit == "1" and one.value <= 1.0 else twice


@cache
def _constants() -> dict[str, Constant]:
    sources = _read()["sources"]
    return {
        key: Constant(
            key=key,
            what=said["what"],
            value=said["value"] if "value" in said else said["table"],
            is_number="value" in said,
            unit=said["unit"],
            status=said["status"],
            source=": ".join(filter(None, (said.get("how"), sources[said["source"]] if "source" in said else None))),
            valid_from=said["valid_from"],
            valid_to=said.get("valid_to"),
            note=said.get("note", ""),
            rule=said.get("rule", ""),
            price_year=said.get("price_year"),
            between=(said["between"][0], said["between"][1]) if "between" in said else None,
        )
        for key, said in _read()["constants"].items()
    }


def number(key: str) -> Any:
    """What a constant means as a number of the language: a float, or a law.

    Parameters
    ----------
    key : str
        A key of the register that is no table.

    Returns
    -------
    float or risksim.scenario.uncertainty.Law
    """
    return float(_MOVED.get()[key]) if key in _MOVED.get() else _number(key)


@cache
def _number(key: str) -> Any:
    return _reader().validate_python(_constants()[key].value)


@cache
def _reader() -> TypeAdapter[Any]:
    """Reads numbers of the language; made once, which takes as long as reading a file."""
    from pydantic import TypeAdapter

    from risksim.scenario.uncertainty import UncertainNumber

    return TypeAdapter(UncertainNumber)


def plain(key: str) -> float:
    """The value of a constant that is certain.

    Examples
    --------
    >>> plain("matching-bias")
    0.07
    """
    return float(constants()[key].value)


def table(key: str) -> dict[str, list[float]]:
    """The lists of a constant that is a table, by name.

    Examples
    --------
    >>> table("hurdle-rates")
    {'rate': [0.0, 0.035]}
    """
    found: dict[str, list[float]] = constants()[key].value
    return found


def closest_keys(word: str) -> list[str]:
    """Keys that look like one that isn't known, or that contain it."""
    known = list(constants())
    close = difflib.get_close_matches(word[:60], known, n=2, cutoff=0.6)
    return close or [key for key in known if word and word in key][:3]


def constants_in_use(scenario: Scenario) -> list[InUse]:
    """Every constant of the register that influences a scenario, named in the file or not, in the register's order.

    Parameters
    ----------
    scenario : Scenario
        The deal.

    Returns
    -------
    list of InUse
        Each once, with every place it acts at.
    """
    from risksim.scenario.origins import input_name

    places: dict[str, dict[str, None]] = {}
    for path, part in walk(scenario):
        keys = getattr(part, "register_keys", None)
        for key in keys() if keys is not None else ():
            places.setdefault(key, {})[input_name(scenario, path) or "the deal"] = None
    return [
        InUse(
            key, one.what, one.words, one.unit, one.status, one.source, one.valid_from, one.valid_to, tuple(places[key])
        )
        for key, one in (constants() if places else {}).items()
        if key in places
    ]


def judged_in_use(scenario: Scenario) -> list[InUse]:
    """The constants in use that are judgements: they belong into every sensitivity run."""
    return [one for one in constants_in_use(scenario) if one.status == "J"]


def unchecked_in_use(scenario: Scenario) -> list[InUse]:
    """The constants in use that nobody has compared with their source: every output says so."""
    return [one for one in constants_in_use(scenario) if one.status == "T"]
