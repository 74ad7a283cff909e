"""The base model of every part of a scenario, and the plain words a scenario is written in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Part(BaseModel):
    """A part of a scenario: frozen once read, closed to unknown keys, strict about types."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        populate_by_name=True,
    )


class Origin(Part):
    """Where a number comes from: a source, or an assumption with its reason, never both."""

    source: str | list[str] | None = None
    """Key (or keys) of `sources`: who published this."""
    assumption: str | None = Field(default=None, min_length=3)
    """Why this value was chosen although nobody published it."""
    unchecked: bool = False
    """True where the source is known but the figure was not checked against it."""
    note: str | None = None
    """Anything a reader should know beside it."""

    @model_validator(mode="after")
    def _one_origin(self) -> Origin:
        if self.source is not None and self.assumption is not None:
            raise PydanticCustomError(
                "two_origins",
                "got both a source and an assumption; a value is either published or assumed. "
                "Keep `source` and move the rest into `note`, or keep `assumption`.",
            )
        return self


class Stated(Origin, Generic[T]):
    """A plain value that says where it comes from: ``{value: 120, source: dsi-2021}``."""

    value: T
    """The value itself."""


def _plain_or_stated(found: Any) -> str:
    return "stated" if isinstance(found, dict | Stated) else "plain"


_MONTHS = re.compile(r"^\s*(\d+)\s*(month|months|year|years)\s*$")


def parse_months(found: Any) -> Any:
    """Whole months in a phrase such as ``36 months`` or ``3 years``.

    Parameters
    ----------
    found : Any
        What the file says.

    Returns
    -------
    int
        Whole months. [month]

    Raises
    ------
    PydanticCustomError
        If it is not a whole number of months or years.
    """
    if isinstance(found, Months):
        return found
    match = _MONTHS.match(found) if isinstance(found, str) else None
    if match is None:
        raise PydanticCustomError("duration", "not a duration; a duration is a phrase such as '9 months' or '3 years'.")
    return Months(int(match[1]) * (12 if match[2].startswith("year") else 1))


class Months(int):
    """A whole number of months. [month]"""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            parse_months, serialization=core_schema.plain_serializer_function_ser_schema(lambda m: f"{int(m)} months")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\s*\d+\s*(month|months|year|years)\s*$", "examples": ["9 months", "3 years"]}


def _clean_name(found: Any) -> Any:
    if isinstance(found, str) and (found != found.strip() or not found.strip() or "\n" in found):
        raise PydanticCustomError("name", "not a name; a name is one line of text without spaces at its ends.")
    return found


Name = Annotated[str, BeforeValidator(_clean_name), Field(min_length=1, max_length=120)]
"""One line of text that names a thing."""

MaybeStated = Annotated[
    Annotated[T, Tag("plain")] | Annotated[Stated[T], Tag("stated")],
    Discriminator(_plain_or_stated),
]
"""A plain value, or ``{value: ..., source: ...}``."""

Count = MaybeStated[Annotated[int, Field(ge=1, le=262_143)]]
"""A whole number of people. [people]"""

Date = MaybeStated[dt.date]
"""A calendar date, as 2021-08-01."""

Duration = MaybeStated[Months]
"""A duration in whole months, as '9 months' or '3 years'."""

Payer = Literal["municipality", "region", "state", "outcome fund"]
"""A public payer."""


def value_of(stated: Any) -> Any:
    """The bare value of something that may carry its origin."""
    return stated.value if isinstance(stated, Stated) else stated


def walk(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every part and every leaf of a scenario with its place, in the order of the fields.

    Yields
    ------
    path : tuple
        Keys and positions, as in ``("cohorts", 0, "dropout")``.
    part : Any
        The `Part` or plain value that stands there; None is left out.
    """
    yield path, part
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            child = getattr(part, name)
            if child is not None:
                yield from walk(child, (*path, field.alias or name))
    elif isinstance(part, dict):
        for key, child in part.items():
            yield from walk(child, (*path, key))
    elif isinstance(part, list | tuple):
        for position, child in enumerate(part):
            yield from walk(child, (*path, position))
