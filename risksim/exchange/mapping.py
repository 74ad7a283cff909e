"""The mapping: where in a workbook each field of a scenario stands."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.exchange.fields import BY_YEAR, HIGHEST, LOWEST, TABLES, UNITS, VALUES, told_below
from risksim.language import N_, _
from risksim.scenario.base import Name, Part, mistake, mistake_at
from risksim.scenario.document import shown
from risksim.scenario.reader import Wanted, checked, text_of

MAPPING = Wanted(
    noun=N_("a mapping"),
    file=N_("a mapping file"),
    too_large=N_("Name the mapping; the workbook stands in a file of its own."),
    to_start=N_("docs/examples/import/soem-mapping.yaml is one to start from"),
)

Unit = Literal["kr", "1.000 kr", "mio. kr", "share", "pct", "months", "years"]
"""The unit of a number in the book."""

Steps = Annotated[int, Field(ge=1, le=50)]
"""Columns to the right, or rows below."""


class AtName(Part):
    """A cell by its defined name."""

    name: Name = Field(examples=["Antal_deltagere"])
    """The name, as the name box of Excel shows it."""
    unit: Unit | None = None
    """The unit of the number; that of the field where this is left out."""
    assumption: Steps | None = None
    """How many columns to the right the reason stands for which the value was assumed."""


class AtLabel(Part):
    """A cell beside or below a label."""

    sheet: Name = Field(examples=["Forudsætninger"])
    """The sheet."""
    label: Name = Field(examples=["Antal deltagere"])
    """The text of the label; case, spaces around it and a colon at its end don't matter."""
    right: Steps | None = None
    """How many columns to the right of the label the value stands; 1 where neither this nor `below` is said."""
    below: Steps | None = None
    """How many rows below the label the value stands."""
    unit: Unit | None = None
    """As for names."""
    assumption: Steps | None = None
    """As for names."""

    @model_validator(mode="after")
    def _one_way(self) -> AtLabel:
        if self.right is not None and self.below is not None:
            raise mistake(_("got both right and below; the value stands beside its label or below it."), _("Keep one."))
        return self


class Said(Part):
    """A value that the book doesn't hold and the mapping says itself."""

    value: str | int | float | dt.date = Field(examples=["everybody"])
    """The value, in the unit of the field."""
    assumption: str = Field(min_length=3, examples=["the book doesn't say; our reading"])
    """Why it was chosen."""


def _place_key(found: Any) -> str | None:
    if isinstance(found, AtName | AtLabel | Said):
        return {AtName: "name", AtLabel: "label", Said: "value"}[type(found)]
    keys = [key for key in ("name", "label", "value") if isinstance(found, dict) and key in found]
    return keys[0] if len(keys) == 1 else None


Place = Annotated[
    Annotated[AtName, Tag("name")] | Annotated[AtLabel, Tag("label")] | Annotated[Said, Tag("value")],
    Discriminator(_place_key, custom_error_type="no_place", custom_error_message="not a place of a workbook"),
]
"""`{name: ...}`, `{sheet: ..., label: ..., right: 1}` or `{value: ..., assumption: ...}`."""


class Column(Part):
    """A column by its header."""

    column: Name = Field(examples=["Pris pr. enhed"])
    """The text of the header."""
    unit: Unit | None = None
    """The unit of its numbers; that of the field where this is left out."""


def _column_key(found: Any) -> str:
    return "header" if isinstance(found, str) else "column"


AnyColumn = Annotated[
    Annotated[Name, Tag("header")] | Annotated[Column, Tag("column")],
    Discriminator(_column_key),
]
"""The header, or `{column: header, unit: 1.000 kr}`."""


def _header_text(found: Any) -> Any:
    """A header such as 2027 is a text."""
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else found


Header = Annotated[Name, BeforeValidator(_header_text)]
"""The text of a header; a calendar year may be written as a number."""


class Years(Part):
    """A column for each year: after a success for consequences, calendar years for costs and appropriations."""

    from_: Header | None = Field(default=None, alias="from", examples=["År 1"])
    """The header of the first year. Costs and appropriations may leave out both: then every column is read whose header
    is a calendar year."""
    to: Header | None = Field(default=None, examples=["År 10"])
    """The header of the last."""
    unit: Unit | None = None
    """The unit of the numbers, where they are amounts."""
    are: Literal["units", "multiples"] = "units"
    """`units`: what is saved in each year; the first year that isn't 0 becomes `saved`, and all years divided by it
    `by_year`. `multiples`: of the column `saved`, which then stands in the table too."""


class Table(Part):
    """A table: a row of headers, and below it one row for each entry up to the first empty one."""

    sheet: Name | None = Field(default=None, examples=["Konsekvenser"])
    """The sheet."""
    name: Name | None = None
    """Instead of the sheet: a defined name on it."""
    header_row_with: Annotated[list[Name], Field(min_length=1, max_length=60)] = Field(
        examples=[["Konsekvens", "Pris pr. enhed"]]
    )
    """Texts that all stand in the row of headers, and in no other row."""
    columns: dict[str, AnyColumn] = Field(examples=[{"name": "Konsekvens", "price": "Pris pr. enhed"}])
    """The column of each field."""
    years: Years | None = None
    """For consequences, costs and appropriations: columns by year."""
    all_rows: dict[str, Said] = Field(default={}, examples=[{"lasts": {"value": 5, "assumption": "our reading"}}])
    """Values for every row that the book doesn't hold."""
    until: Name | None = Field(default=None, examples=["I alt"])
    """The text in the first column of the row that ends the table, as a total."""
    skip: Annotated[list[Name], Field(max_length=20)] = Field(default=[])
    """Rows whose first text begins like this are left out."""
    optional: bool = False
    """True where a book may do without."""

    @model_validator(mode="after")
    def _somewhere(self) -> Table:
        if (self.sheet is None) == (self.name is None):
            raise mistake(
                _("got no sheet, or a sheet and a name; a table stands on one."), _("Write sheet: Konsekvenser.")
            )
        return self


class Mapping(Part):
    """Where each field of a scenario stands in a workbook."""

    mapping: Literal[1]
    """The version of this language; 1 in this edition."""
    book: str = Field(default="", examples=["our SØM calculation"])
    """What kind of workbook it is for, in words."""
    values: dict[str, Place] = Field(default={}, examples=[{"participants": {"name": "Antal_deltagere"}}])
    """Where each value stands that a scenario has once."""
    tables: dict[str, Table] = Field(default={})
    """Where the rows of outcomes, consequences, costs and the other tables stand."""

    @model_validator(mode="after")
    def _known(self) -> Mapping:
        faults = [_unknown(("values", key), key, VALUES) for key in self.values if key not in VALUES]
        faults += [_unknown(("tables", key), key, TABLES) for key in self.tables if key not in TABLES]
        for key, place in self.values.items():
            if key in VALUES and not isinstance(place, Said):
                faults += _unit(("values", key, "unit"), place.unit, VALUES[key].kind)
        for key, table in self.tables.items():
            if key in TABLES:
                faults += _table(key, table)
        if not self.values and not self.tables:
            faults.append(mistake_at((), _("got neither values nor tables; a mapping has some."), _("Add `values:`.")))
        if faults:
            raise ValidationError.from_exception_data("Mapping", faults)
        return self


def _unknown(path: tuple[str | int, ...], key: str, known: Any) -> InitErrorDetails:
    close = difflib.get_close_matches(key, known, n=1)
    remedy = _("Did you mean {near}?", near=close[0]) if close else _("There is {names}.", names=", ".join(known))
    return mistake_at(path, _("got {key}, which is no field that is imported.", key=shown(key)), remedy)


def _unit(path: tuple[str | int, ...], unit: str | None, kind: str) -> list[InitErrorDetails]:
    if unit is None or kind in UNITS[unit][0]:
        return []
    fit = [name for name, (kinds, _, _) in UNITS.items() if kind in kinds]
    remedy = _("Write one of {names}.", names=", ".join(fit)) if fit else _("Take the unit out.")
    return [mistake_at(path, _("got {unit}, which is no unit of this field.", unit=unit), remedy)]


def _table(key: str, table: Table) -> list[InitErrorDetails]:
    fields, here = TABLES[key], ("tables", key)
    faults = [
        _unknown((*here, part, name), name, fields)
        for part, names in (("columns", table.columns), ("all_rows", table.all_rows))
        for name in names
        if name not in fields
    ]
    for name, column in table.columns.items():
        if name in fields and isinstance(column, Column):
            faults += _unit((*here, "columns", name, "unit"), column.unit, fields[name].kind)
        if name in table.all_rows:
            found = _("got {name} among the columns too; a value stands in one place.", name=name)
            faults.append(mistake_at((*here, "all_rows", name), found, _("Keep one of the two.")))
    faults += _needed(key, table)
    first = next((name for name, field in fields.items() if field.needed), "")
    if first in table.all_rows:
        faults.append(
            mistake_at(
                (*here, "all_rows", first), _("got {first}; it tells rows apart.", first=first), _("Name its column.")
            )
        )
    return faults + _years(key, table) + _ranges(key, table)


def _needed(key: str, table: Table) -> list[InitErrorDetails]:
    """Fields without which a row says nothing."""
    units = table.years is not None and table.years.are == "units"
    there = {*table.columns, *table.all_rows}
    if units:
        # Years of units say what is saved, or what is paid; in kroner they need no price.
        there |= {"saved", "amount"}
        there |= {"price"} if table.years is not None and table.years.unit is not None else set()
    return [
        mistake_at(
            ("tables", key, "columns"),
            _("got no {name}; {told}", name=name, told=told_below(field)),
            _("Add a line such as `{name}: {label}`.", name=name, label=field.label.da),
        )
        for name, field in TABLES[key].items()
        if field.needed and name not in there
    ]


def _years(key: str, table: Table) -> list[InitErrorDetails]:
    here, years = ("tables", key), table.years
    if key not in BY_YEAR:
        if years is None:
            return []
        found = _("got years for {key}; only {names} go by year.", key=key, names=", ".join(BY_YEAR))
        return [mistake_at((*here, "years"), found, _("Take it out."))]
    if years is None:
        if key != "appropriations":
            return []
        found = _("got no years; appropriations have a column for each budget year.")
        return [mistake_at(here, found, _("Write `years: {}` where the headers are calendar years."))]
    ends = [years.from_, years.to]
    if None in ends and (BY_YEAR[key] != "calendar years" or ends != [None, None]):
        lacking = "from" if years.from_ is None else "to"
        remedy = _("Name the headers of the first and last year, as {from: År 1, to: År 10}.")
        return [
            mistake_at(
                (*here, "years"),
                _("got no {lacking}; {key} go from one header to another.", lacking=lacking, key=key),
                remedy,
            )
        ]
    faults = []
    if years.are == "multiples" and key != "consequences":
        found = _("got multiples for {key}; their years hold amounts.", key=key)
        faults.append(mistake_at((*here, "years", "are"), found, _("Take it out.")))
    if years.are == "units" and key == "consequences" and "saved" in table.columns:
        found = _("got the column saved beside years of units; what is saved stands in one place.")
        faults.append(mistake_at((*here, "columns", "saved"), found, _("Take it out, or write `are: multiples`.")))
    return faults


def _ranges(key: str, table: Table) -> list[InitErrorDetails]:
    """Ranges have two ends, around a value."""
    faults, said = [], {*table.columns, *table.all_rows}
    for name in table.columns:
        end = next((end for end in (LOWEST, HIGHEST) if name.endswith(end)), None)
        if end is None or name not in TABLES[key]:
            continue
        stem, other = name.removesuffix(end), HIGHEST if end == LOWEST else LOWEST
        for lacking in (f"{stem}{other}", stem):
            if lacking not in said:
                found = _(
                    "got {name} without {lacking}; a range has a lowest, a most likely and a highest value.",
                    name=name,
                    lacking=lacking,
                )
                faults.append(
                    mistake_at(
                        ("tables", key, "columns", name), found, _("Name the column of {lacking}.", lacking=lacking)
                    )
                )
    return faults


def read_mapping(file: str | Path) -> Mapping:
    """A checked mapping.

    Parameters
    ----------
    file : str or Path
        A YAML file; ``-`` reads standard input.

    Returns
    -------
    Mapping

    Raises
    ------
    ScenarioError
        With every mistake of the file.
    """
    return checked(text_of(str(file), MAPPING), str(file), Mapping)[0]


__all__ = ["AtLabel", "AtName", "Column", "Mapping", "Place", "Said", "Table", "Years", "read_mapping"]
