"""The base model of every part of a scenario, and the plain words a scenario is written in."""

from __future__ import annotations

import datetime as dt
import re
import sys
import typing
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from typing_extensions import TypeAliasType

from risksim.language import _

T = TypeVar("T")

LONGEST = 1_200
"""The longest duration a scenario may name. [month]"""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years in which the dates of a scenario lie."""


class Part(BaseModel):
    """A part of a scenario: frozen once read, closed to unknown keys, strict about types."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
        defer_build=True,
    )


def mistake(found: str, remedy: str) -> PydanticCustomError:
    """A mistake in the words of the file.

    Parameters
    ----------
    found : str
        What was found and what is allowed, as ``got 1.4; a share lies between 0 and 1.``
    remedy : str
        What to try.
    """
    return PydanticCustomError("mistake", "{found} {remedy}", {"found": found, "remedy": remedy})


def mistake_at(
    path: tuple[str | int, ...], found: str, remedy: str, *, leans_on: tuple[tuple[str | int, ...], ...] = ()
) -> InitErrorDetails:
    """A mistake at a place below the part that is checked.

    Parameters
    ----------
    path : tuple
        Keys and positions from that part on.
    found, remedy : str
        As in `mistake`.
    leans_on : tuple of tuple
        Other places that the check read, ``*`` for the names of a block: where one of them is mistaken itself, the
        reader leaves this mistake out.
    """
    about = {"found": found, "remedy": remedy, "path": path, "leans_on": leans_on}
    return InitErrorDetails(type=PydanticCustomError("mistake", "{found} {remedy}", about), loc=path, input=None)


def _one_or_several(found: Any) -> str:
    return "several" if isinstance(found, list) else "one"


SourceKeys = TypeAliasType(
    "SourceKeys",
    Annotated[
        Annotated[str, Tag("one")] | Annotated[list[str], Tag("several")],
        Discriminator(_one_or_several),
    ],
)
"""One key of `sources`, or a list of them; a name of its own, so that a hundred parts share what is made of it."""

Reason = TypeAliasType("Reason", Annotated[str, Field(min_length=3)])
"""A few words."""


class Origin(Part):
    """Where a number comes from: a source, or an assumption with its reason, never both."""

    source: SourceKeys | None = None
    """The key (or keys) of `sources` that published this."""
    assumption: Reason | None = None
    """Why this value was chosen although nobody published it."""
    unchecked: bool = False
    """True where the source is known but the figure was not checked against it."""
    note: str | None = None
    """Anything a reader should know beside it."""

    @model_validator(mode="after")
    def _one_origin(self) -> Origin:
        if self.source is not None and self.assumption is not None:
            raise two_origins()
        return self


def two_origins() -> PydanticCustomError:
    """A value that is said to be published and assumed at once."""
    return mistake(
        _("got both a source and an assumption; a value is either published or assumed."),
        _("Keep `source` and move the rest into `note`, or keep `assumption`."),
    )


class Stated(Origin, Generic[T]):
    """A plain value that says where it comes from: ``{value: 120, source: dsi-2021}``."""

    value: T
    """The value itself."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A short name, as ``StatedDate``, for schemas and messages."""
        plain = typing.get_args(params[0])[0] if typing.get_origin(params[0]) is Annotated else params[0]
        return f"Stated{getattr(plain, '__name__', 'Value').capitalize()}"


def _plain_or_stated(found: Any) -> str:
    return "stated" if isinstance(found, dict | Stated) else "plain"


_MONTHS = re.compile(r"^\s*([0-9]{1,6})\s*(month|months|year|years|week|weeks)\s*$")

WEEKS, MONTHS = 13, 3
"""Thirteen weeks are three months, fifty-two a year."""


def parse_months(found: Any) -> Any:
    """Whole months in a phrase such as ``36 months``, ``3 years`` or ``26 weeks``.

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
        If it is not a whole number of months or years, or longer than a hundred years.
    """
    if isinstance(found, Months):
        return found
    match = _MONTHS.match(found) if isinstance(found, str) else None
    if match is None:
        raise PydanticCustomError("duration", "not a duration; a duration is a phrase such as '9 months' or '3 years'.")
    in_weeks = match[2].startswith("week")
    months = int(match[1]) * (12 if match[2].startswith("year") else 1)
    if in_weeks:
        months = _months_of_weeks(int(match[1]), found)
    if months > LONGEST:
        raise mistake(
            _("got {found}; a duration is at most {longest} years.", found=found.strip(), longest=LONGEST // 12),
            _("Count the zeros, or look at the unit."),
        )
    length = Months(months)
    length.in_weeks = in_weeks
    return length


def _months_of_weeks(weeks: int, found: str) -> int:
    """Whole months of weeks that make some: 13 weeks are 3 months."""
    if weeks % WEEKS == 0:
        return weeks // WEEKS * MONTHS
    below = weeks // WEEKS * WEEKS
    near = _("{below} weeks or {above} weeks", below=below, above=below + WEEKS) if below else f"{WEEKS} weeks"
    raise mistake(
        _("got {found}; the clock runs in months, and 13 weeks make three of them.", found=found.strip()),
        _("Write {near}, or '{months} months'.", near=near, months=max(1, round(weeks * MONTHS / WEEKS))),
    )


def parse_stretch(found: Any) -> Any:
    """How long a state lasts, in months: a phrase such as ``6 months`` or any number of weeks, as ``8 weeks``.

    Parameters
    ----------
    found : Any
        What the file says.

    Returns
    -------
    Months or Weeks

    Raises
    ------
    PydanticCustomError
        As `parse_months`.
    """
    if isinstance(found, Weeks):
        return found
    match = _MONTHS.match(found) if isinstance(found, str) else None
    if match is None or not match[2].startswith("week") or int(match[1]) % WEEKS == 0:
        return parse_months(found)
    if int(match[1]) > LONGEST * WEEKS // MONTHS:
        raise mistake(
            _("got {found}; this is at most {longest} years.", found=found.strip(), longest=LONGEST // 12),
            _("Count the zeros."),
        )
    return Weeks(int(match[1]) * MONTHS / WEEKS)


class Months(int):
    """A whole number of months. [month]"""

    in_weeks = False
    """Whether the file says it in weeks."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            parse_months,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda m: f"{int(m)} months"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^\s*[0-9]{1,6}\s*(month|months|year|years|week|weeks)\s*$",
            "examples": ["9 months", "3 years", "26 weeks"],
        }


class Weeks(float):
    """A number of weeks that makes no whole months, counted in months: 8 weeks are 24/13. [month]"""

    @property
    def weeks(self) -> int:
        """As the file says it."""
        return round(self * WEEKS / MONTHS)


def written(length: float) -> str:
    """A length of time as people write it, as ``6 months`` or ``8 weeks``."""
    if isinstance(length, Weeks):
        return f"{length.weeks} week{'' if length.weeks == 1 else 's'}"
    if getattr(length, "in_weeks", False):
        return f"{int(length) // MONTHS * WEEKS} weeks"
    return f"{int(length)} months"


class Length(float):
    """A length of time that need not be whole months: `Months` or `Weeks` once read. [month]"""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            parse_stretch,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda length: written(length) if isinstance(length, Weeks) else f"{int(length)} months"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return Months.__get_pydantic_json_schema__(core, handler) | {"examples": ["6 months", "8 weeks"]}


_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def parse_date(found: Any) -> Any:
    """A calendar date, written as 2021-08-01 with or without quotation marks.

    Parameters
    ----------
    found : Any
        What the file says, or a date.

    Returns
    -------
    date

    Raises
    ------
    PydanticCustomError
        If it is no date of the calendar, or lies outside the years a deal can have.
    """
    date = found
    if isinstance(found, str) and _DATE.match(found):
        try:
            date = dt.date.fromisoformat(found)
        except ValueError:
            date = None
    if isinstance(date, dt.datetime) or not isinstance(date, dt.date):
        raise PydanticCustomError("calendar_date", "not a date; a date is written as 2021-08-01.")
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise mistake(
            _(
                "got {date}; a date of a scenario lies between {first_year} and {last_year}.",
                date=date,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            ),
            _("Look at the year again."),
        )
    return date


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _clean_name(found: Any) -> Any:
    if isinstance(found, str) and (
        found != found.strip() or not found or any(unicodedata.category(letter) in _UNSEEN for letter in found)
    ):
        raise PydanticCustomError("name", "not a name; a name is one line of text without spaces at its ends.")
    return found


Name = Annotated[str, BeforeValidator(_clean_name), Field(min_length=1, max_length=120)]
"""One line of text that names a thing."""

# Three times the same shape: a generic alias would lose the type of the value inside the block.
Count = TypeAliasType(
    "Count",
    Annotated[
        Annotated[Annotated[int, Field(ge=1, le=262_143)], Tag("plain")]
        | Annotated[Stated[Annotated[int, Field(ge=1, le=262_143)]], Tag("stated")],
        Discriminator(_plain_or_stated),
    ],
)
"""A whole number of people. [people]"""

Day = Annotated[dt.date, BeforeValidator(parse_date)]
"""A calendar date without its origin."""

Date = TypeAliasType(
    "Date",
    Annotated[Annotated[Day, Tag("plain")] | Annotated[Stated[Day], Tag("stated")], Discriminator(_plain_or_stated)],
)
"""A calendar date, as 2021-08-01."""

Duration = TypeAliasType(
    "Duration",
    Annotated[
        Annotated[Months, Tag("plain")] | Annotated[Stated[Months], Tag("stated")], Discriminator(_plain_or_stated)
    ],
)
"""A duration in whole months, as '9 months', '3 years' or '26 weeks'."""

Stretch = TypeAliasType(
    "Stretch",
    Annotated[
        Annotated[Length, Tag("plain")] | Annotated[Stated[Length], Tag("stated")], Discriminator(_plain_or_stated)
    ],
)
"""How long a state lasts, as '6 months' or any number of weeks, as '8 weeks'."""

Payer = Literal["municipality", "region", "state", "outcome fund"]
"""A public payer."""


def spelled_out(kind: Any) -> Any:
    """What an annotation stands for, where it is a name of another."""
    if not isinstance(kind, TypeAliasType):
        return kind
    stands_for = kind.__value__
    return getattr(sys.modules[str(kind.__module__)], stands_for) if isinstance(stands_for, str) else stands_for


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
