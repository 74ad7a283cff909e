"""The mapping: where in a workbook each field of a scenario stands."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.exchange.fields import TABLES, UNITS, VALUES
from risksim.scenario.base import Name, Part, mistake, mistake_at
from risksim.scenario.document import shown
from risksim.scenario.reader import Wanted, checked, text_of

MAPPING = Wanted(
    noun="a mapping",
    file="a mapping file",
    too_large="Name the mapping; the workbook stands in a file of its own.",
    to_start="docs/examples/import/soem-mapping.yaml is one to start from",
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
            raise mistake("got both right and below; the value stands beside its label or below it.", "Keep one.")
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


class Years(Part):
    """Consequences year by year: one column for each year after a success."""

    from_: Name = Field(alias="from", examples=["År 1"])
    """The header of the first year after a success."""
    to: Name = Field(examples=["År 10"])
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
    """For consequences: columns by year."""
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
            raise mistake("got no sheet, or a sheet and a name; a table stands on one.", "Write sheet: Konsekvenser.")
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
    """Where the rows of outcomes, consequences, costs, payments and financing stand."""

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
            faults.append(mistake_at((), "got neither values nor tables; a mapping has some.", "Add `values:`."))
        if faults:
            raise ValidationError.from_exception_data("Mapping", faults)
        return self


def _unknown(path: tuple[str | int, ...], key: str, known: Any) -> InitErrorDetails:
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"There is {', '.join(known)}."
    return mistake_at(path, f"got {shown(key)}, which is no field that is imported.", remedy)


def _unit(path: tuple[str | int, ...], unit: str | None, kind: str) -> list[InitErrorDetails]:
    if unit is None or kind in UNITS[unit][0]:
        return []
    fit = [name for name, (kinds, _, _) in UNITS.items() if kind in kinds]
    remedy = f"Write one of {', '.join(fit)}." if fit else "Take the unit out."
    return [mistake_at(path, f"got {unit}, which is no unit of this field.", remedy)]


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
            found = f"got {name} among the columns too; a value stands in one place."
            faults.append(mistake_at((*here, "all_rows", name), found, "Keep one of the two."))
    by_year = table.years is not None and table.years.are == "units"
    there = {*table.columns, *table.all_rows, *(("saved",) if by_year else ())}
    money = by_year and table.years is not None and table.years.unit is not None
    for name, field in fields.items():
        if field.needed and name not in there and not (name == "price" and money):
            found = f"got no {name}; {field.told.en[0].lower()}{field.told.en[1:]}"
            faults.append(mistake_at((*here, "columns"), found, f"Add a line such as `{name}: {field.label.da}`."))
    first = next((name for name, field in fields.items() if field.needed), "")
    if first in table.all_rows:
        faults.append(mistake_at((*here, "all_rows", first), f"got {first}; it tells rows apart.", "Name its column."))
    if table.years is not None and key != "consequences":
        found = f"got years for {key}; only consequences go by year."
        faults.append(mistake_at((*here, "years"), found, "Take it out."))
    if by_year and "saved" in table.columns:
        found = "got the column saved beside years of units; what is saved stands in one place."
        faults.append(mistake_at((*here, "columns", "saved"), found, "Take it out, or write `are: multiples`."))
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
