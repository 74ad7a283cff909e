"""Writes what a workbook says as a scenario file, every number with its cell."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from risksim.errors import Fault, FaultyFileError, PlanError, ScenarioError
from risksim.exchange.fields import MONEY, TABLES, VALUES, Field
from risksim.exchange.reading import Got, Reading, Row
from risksim.exchange.values import scaled
from risksim.scenario.document import Path, path_text
from risksim.scenario.reader import read_text

KEY = "book"
"""The key under which the workbook stands in `sources`."""


class Placed(NamedTuple):
    """A value of the book and its place in the scenario."""

    path: str
    """The place, as ``cohorts[0].participants``."""
    value: str
    """What it became."""
    unit: str
    """In words; empty for texts."""
    cell: str
    """Where it stands in the book, as ``Konsekvenser!D7``."""
    was: str
    """What stands there."""


class Missing(NamedTuple):
    """What the book doesn't give and a scenario needs."""

    path: str
    found: str
    remedy: str


class Composed(NamedTuple):
    """A scenario from a workbook."""

    text: str
    """YAML."""
    placed: list[Placed]
    missing: list[Missing]
    mistakes: list[Fault]
    """What the checks of a scenario refuse, at the cell that holds it."""


class _Writer:
    """Builds the scenario, and keeps where each value of the book went."""

    def __init__(self, reading: Reading) -> None:
        from ruamel.yaml.comments import CommentedMap, CommentedSeq

        self.new, self.list_ = CommentedMap, CommentedSeq
        self.reading = reading
        self.placed: dict[Path, Placed] = {}
        self.listed: dict[str, str] = {}

    def note(self, got: Got) -> str:
        """Where a value comes from, in a note; with the file where no source names it."""
        return got.place if got.reason is None or not got.in_book else f"{self.reading.book.title}, {got.place}"

    def place(self, path: Path, got: Got, field: Field, value: Any = None) -> None:
        """Keep where a value went."""
        became = got.value if value is None else value
        self.placed[path] = Placed(path_text(path), _text(became), _unit_of(field), got.place, got.was)

    def flow(self, **entries: Any) -> Any:
        """A block on one line."""
        block = self.new(entries)
        block.fa.set_flow_style()
        return block

    def origin(self, got: Got) -> dict[str, Any]:
        """Where a value says it comes from."""
        if got.reason is not None:
            return {"assumption": got.reason, "note": self.note(got)}
        return {"source": KEY, "note": self.note(got)}

    def put(self, block: Any, key: str, got: Got, field: Field, path: Path, value: Any = None) -> None:
        """A value that can't carry its origin: its cell stands behind it."""
        block[key] = got.value if value is None else value
        said = got.place if got.reason is None else f"{got.place}: {got.reason}"
        self.remark(block, key, said)
        self.place((*path, key), got, field, value)

    def remark(self, block: Any, key: str, said: str) -> None:
        """A remark behind a line, itself on one line."""
        block.yaml_add_eol_comment(" ".join(said.split()), key, column=0)

    def state(self, block: Any, key: str, got: Got, field: Field, path: Path) -> None:
        """A value that carries its origin."""
        block[key] = self.flow(value=got.value, **self.origin(got))
        self.place((*path, key), got, field)

    def row_origin(self, row: Row) -> dict[str, Any]:
        """What a row says of its numbers: its own assumption, its own source, or the book."""
        reason = row.values.get("assumption")
        source = row.values.get("source")
        if reason is not None:
            text = str(reason.value) if len(str(reason.value)) >= 3 else f"{reason.value} (as the book says)"
            extra = "" if source is None else f"; source named there: {source.value}"
            return {"assumption": text, "note": f"{self.reading.book.title}, {row.place}{extra}"}
        if source is None:
            return {"source": KEY, "note": row.place}
        key = self.listed.setdefault(str(source.value), f"source-{len(self.listed) + 1}")
        listed = self.list_([KEY, key])
        listed.fa.set_flow_style()
        return {"source": listed, "note": row.place}

    def state_of_row(self, block: Any, key: str, name: str, row: Row, path: Path, table: str) -> None:
        """A number of a row, with its cell; an assumption of the row speaks for all of it."""
        if (got := row.values.get(name)) is None:
            return
        origin = self.row_origin(row)
        if not got.in_book:
            block[key] = self.flow(value=got.value, note=f"{got.place}: {got.reason}")
        elif "assumption" in origin:
            block[key] = self.flow(value=got.value, note=f"{self.reading.book.title}, {got.place}")
        else:
            block[key] = self.flow(value=got.value, source=origin["source"], note=got.place)
        self.place((*path, key), got, TABLES[table][name])

    def put_of_row(self, block: Any, key: str, name: str, row: Row, path: Path, table: str) -> None:
        """A plain value of a row."""
        if (got := row.values.get(name)) is not None:
            self.put(block, key, got, TABLES[table][name], path)


def _unit_of(field: Field) -> str:
    """The unit of a value as it became: durations say theirs."""
    return {"share": "share", "moment": "", "months": "", "date": "", "currency": ""}.get(field.kind, field.unit.en)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return f"{value:,}" if isinstance(value, int | float) and abs(value) >= 10_000 else str(value)


Compile = Callable[[str, str], object]
"""Makes a plan of a scenario, from its text and its name; raises what is lacking."""


def compose(reading: Reading, name: str = "scenario.yaml", compiled: Compile | None = None) -> Composed:
    """A scenario from what was read in a book.

    Parameters
    ----------
    reading : Reading
        What the book says; without mistakes.
    name : str
        What messages call the scenario.
    compiled : callable, optional
        What a scenario that reads well must pass to be run; what it finds is still to add.

    Returns
    -------
    Composed
    """
    writer = _Writer(reading)
    root = _root(writer)
    text = _dumped(root)
    missing, mistakes = _checked(text, name, writer)
    if compiled is not None and not missing and not mistakes:
        missing = _lacking(text, name, writer, compiled)
    return Composed(_headed(reading, text, missing), list(writer.placed.values()), missing, mistakes)


def _root(writer: _Writer) -> Any:
    values = writer.reading.values
    root = writer.new()
    root["schema"] = 1
    for key in ("name", "description", "authority", "provider", "currency"):
        if key in values:
            writer.put(root, key, values[key], VALUES[key], ())
    for key in ("start", "end"):
        if key in values:
            writer.state(root, key, values[key], VALUES[key], ())
    if "follow_up" in values:
        got = values["follow_up"]
        root["follow_up"] = writer.flow(every=got.value, **writer.origin(got))
        writer.place(("follow_up", "every"), got, VALUES["follow_up"])
    parts = {
        "cohorts": _cohorts(writer),
        "outcomes": _outcomes(writer),
        "payments": _payments(writer),
        "financing": _financing(writer),
        "public": _public(writer),
    }
    book = writer.reading.book
    root["sources"] = writer.new({KEY: f"{book.title}, a workbook (SHA-256 {book.digest}...)"})
    for source, key in writer.listed.items():
        root["sources"][key] = f"{source} (as {book.title} names it)"
    for key, part in parts.items():
        if part:
            root[key] = part
    for key in ("sources", *parts):
        if key in root:
            root.yaml_set_comment_before_after_key(key, before="\n")
    return root


def _cohorts(writer: _Writer) -> Any:
    values, cohort, path = writer.reading.values, writer.new(), ("cohorts", 0)
    if "cohort" in values:
        writer.put(cohort, "name", values["cohort"], VALUES["cohort"], path)
    if "participants" in values:
        writer.state(cohort, "participants", values["participants"], VALUES["participants"], path)
    if "enrolment_window" in values:
        cohort["enrolment"] = writer.new()
        window = VALUES["enrolment_window"]
        writer.state(cohort["enrolment"], "window", values["enrolment_window"], window, (*path, "enrolment"))
    for key in ("duration", "dropout", "unmeasured"):
        if key in values:
            writer.state(cohort, key, values[key], VALUES[key], path)
    return writer.list_([cohort]) if cohort else None


def _rows(writer: _Writer, table: str) -> list[Row]:
    return writer.reading.tables.get(table, [])


def _outcomes(writer: _Writer) -> Any:
    outcomes = writer.new()
    for row in _rows(writer, "outcomes"):
        name = row.values["name"].value
        entry, path = writer.new(), ("outcomes", name)
        writer.put_of_row(entry, "of", "of", row, path, "outcomes")
        for key in ("success_rate", "counterfactual"):
            writer.state_of_row(entry, key, key, row, path, "outcomes")
        if (got := row.values.get("measured")) is not None:
            entry["measured"] = writer.flow(**got.value)
            writer.remark(entry, "measured", got.place)
            writer.place((*path, "measured"), got, TABLES["outcomes"]["measured"])
        _close(writer, entry, row)
        outcomes[name] = entry
    return outcomes


def _close(writer: _Writer, entry: Any, row: Row) -> None:
    """The origin of a whole row, at its end."""
    for key, said in writer.row_origin(row).items():
        entry[key] = said


def _payments(writer: _Writer) -> Any:
    rules = writer.list_()
    for position, row in enumerate(_rows(writer, "payments")):
        terms, path = writer.new(), ("payments", position, "per_outcome")
        writer.put_of_row(terms, "outcome", "outcome", row, path, "payments")
        writer.state_of_row(terms, "price", "price", row, path, "payments")
        writer.put_of_row(terms, "payer", "payer", row, path, "payments")
        _close(writer, terms, row)
        rules.append(writer.new({"per_outcome": terms}))
    if (got := writer.reading.values.get("cap")) is not None and rules:
        terms, path = writer.new(), ("payments", len(rules), "cap")
        writer.state(terms, "total", got, VALUES["cap"], path)
        rules.append(writer.new({"cap": terms}))
    return rules


def _financing(writer: _Writer) -> Any:
    tranches = writer.list_()
    for position, row in enumerate(_rows(writer, "financing")):
        entry, path = writer.new(), ("financing", "tranches", position)
        writer.put_of_row(entry, "name", "name", row, path, "financing")
        writer.state_of_row(entry, "commitment", "commitment", row, path, "financing")
        for key in ("rank", "rate"):
            writer.put_of_row(entry, key, key, row, path, "financing")
        _close(writer, entry, row)
        tranches.append(entry)
    return writer.new({"tranches": tranches}) if tranches else None


def _public(writer: _Writer) -> Any:
    values, public = writer.reading.values, writer.new()
    for key in ("horizon", "price_year", "discount"):
        if key in values:
            writer.put(public, key, values[key], VALUES[key], ("public",))
    if public:
        public["source"] = KEY
        reasons = [
            f"{key}: {values[key].reason} ({values[key].place})"
            for key in ("horizon", "price_year", "discount")
            if key in values and values[key].reason is not None
        ]
        if reasons:
            public["note"] = "; ".join(reasons)
    for table, entry_of in (("consequences", _consequence), ("costs", _cost)):
        entries = writer.new()
        for row in _rows(writer, table):
            name = row.values["name"].value
            entries[name] = entry_of(writer, row, ("public", table, name))
        if entries:
            public[table] = entries
    return public


def _consequence(writer: _Writer, row: Row, path: Path) -> Any:
    entry = writer.new()
    writer.put_of_row(entry, "outcome", "outcome", row, path, "consequences")
    if row.by_year is None:
        writer.state_of_row(entry, "saved", "saved", row, path, "consequences")
    else:
        _saved_by_year(writer, entry, row, path)
    writer.put_of_row(entry, "unit", "unit", row, path, "consequences")
    writer.state_of_row(entry, "price", "price", row, path, "consequences")
    for key in ("price_year", "kind", "lasts", "evidence"):
        writer.put_of_row(entry, key, key, row, path, "consequences")
    _bears(writer, entry, row, path, "consequences")
    writer.put_of_row(entry, "committee", "committee", row, path, "consequences")
    writer.state_of_row(entry, "cashable", "cashable", row, path, "consequences")
    _close(writer, entry, row)
    return entry


def _saved_by_year(writer: _Writer, entry: Any, row: Row, path: Path) -> None:
    """Numbers by year as the first that isn't 0, and all of them divided by it; multiples stay as they are."""
    by_year, field = row.by_year, TABLES["consequences"]["saved"]
    assert by_year is not None
    multiples = list(by_year.value)
    if "saved" in row.values:
        writer.state_of_row(entry, "saved", "saved", row, path, "consequences")
    else:
        first = next(number for number in multiples if number)
        part = Row(row.place, {**row.values, "saved": by_year._replace(value=first)})
        writer.state_of_row(entry, "saved", "saved", part, path, "consequences")
        if "price" not in row.values:
            writer.place((*path, "saved"), part.values["saved"], field._replace(unit=MONEY))
        multiples = [_ratio(number, first) for number in multiples]
    entry["by_year"] = writer.list_(multiples)
    entry["by_year"].fa.set_flow_style()
    writer.remark(entry, "by_year", f"{by_year.place}: {by_year.was}")
    writer.place((*path, "by_year"), by_year, field._replace(unit=field.unit._replace(en="multiples")), multiples)


def _ratio(number: float, first: float) -> int | float:
    """A number as a multiple of the first: whole where it is, else to the last digit."""
    ratio = scaled(number / first, None)
    return ratio if scaled(ratio * first, None) == scaled(number, None) else number / first


def _cost(writer: _Writer, row: Row, path: Path) -> Any:
    entry = writer.new()
    writer.state_of_row(entry, "amount", "amount", row, path, "costs")
    writer.put_of_row(entry, "per", "per", row, path, "costs")
    if (year := row.values.get("year")) is not None:
        writer.put(entry, "by_year", year, TABLES["costs"]["year"], path, writer.flow())
        entry["by_year"][year.value] = 1
        writer.place((*path, "by_year"), year, TABLES["costs"]["year"])
    writer.put_of_row(entry, "price_year", "price_year", row, path, "costs")
    _bears(writer, entry, row, path, "costs")
    _close(writer, entry, row)
    return entry


def _bears(writer: _Writer, entry: Any, row: Row, path: Path, table: str) -> None:
    """A sector, shares, or a refund."""
    fields, here = TABLES[table], (*path, "bears")
    if "bears" in row.values:
        writer.put_of_row(entry, "bears", "bears", row, path, table)
        return
    if (refund := row.values.get("refund")) is not None:
        entry["bears"] = writer.flow(refund=refund.value)
        writer.place((*here, "refund"), refund, fields["refund"])
        if (weeks := row.values.get("weeks")) is not None:
            entry["bears"]["weeks"] = weeks.value
            writer.place((*here, "weeks"), weeks, fields["weeks"])
        writer.remark(entry, "bears", refund.place)
        return
    shares = {name: row.values[name] for name in ("municipality", "region", "state") if name in row.values}
    shares = {name: got for name, got in shares.items() if got.value != 0}
    if not shares:
        return
    whole = len(shares) == 1
    entry["bears"] = next(iter(shares)) if whole else writer.flow(**{name: got.value for name, got in shares.items()})
    writer.remark(entry, "bears", ", ".join(got.place for got in shares.values()))
    for name, got in shares.items():
        writer.place((*here, name), got, fields[name])


# Text


def _dumped(root: Any) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 10_000  # notes stay on the line of their number
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(root, stream)
    text = re.sub(r"[ \t]+$", "", stream.getvalue(), flags=re.MULTILINE)
    return re.sub(r"^#\n(?=\n|\S)", "", text, flags=re.MULTILINE)


def _headed(reading: Reading, text: str, missing: list[Missing]) -> str:
    head = [
        f"# Written by `risksim import` from {reading.book.title}. Every number names its sheet and cell.",
        *(f"# Still to add: {one.path}. {one.remedy}" for one in missing),
    ]
    return "\n".join(head) + "\n" + text


# Checking


def _checked(text: str, name: str, writer: _Writer) -> tuple[list[Missing], list[Fault]]:
    """What a scenario still needs, and what its checks refuse in values of the book."""
    try:
        read_text(text, name)
    except ScenarioError as error:
        missing, mistakes = list[Missing](), list[Fault]()
        for fault in error.faults:
            cell = next(_cells(fault.path, writer), None)
            if cell is None:
                missing.append(Missing(fault.path, fault.found, fault.remedy))
            else:
                book = writer.reading.book
                mistakes.append(book.fault(cell.cell, f"{cell.path}: {fault.found}", fault.remedy))
        return missing, mistakes
    return [], []


def _lacking(text: str, name: str, writer: _Writer, compiled: Compile) -> list[Missing]:
    """What a scenario that reads well lacks to be run."""
    try:
        compiled(text, name)
    except FaultyFileError as error:
        return [
            Missing(fault.path, f"{fault.found}{f' ({cell.cell})' if cell else ''}", fault.remedy)
            for fault in error.faults
            for cell in [next(_cells(fault.path, writer), None)]
        ]
    except PlanError as error:
        return [Missing("the deal", " ".join(str(error).split()), "`risksim check` says more.")]
    return []


def _cells(path: str, writer: _Writer) -> Iterator[Placed]:
    """The value of the book that a place in the scenario holds, the nearest first."""
    by_path = {placed.path: placed for placed in writer.placed.values()}
    for placed in sorted(by_path.values(), key=lambda placed: -len(placed.path)):
        if path == placed.path or path.startswith((f"{placed.path}.", f"{placed.path}[")):
            yield placed
