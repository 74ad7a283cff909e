"""Writes what a workbook says as a scenario file, every number with its cell."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from risksim.errors import Fault, FaultyFileError, PlanError, ScenarioError
from risksim.exchange.fields import HIGHEST, LOWEST, MONEY, TABLES, VALUES, Field
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
    unread: list[str]
    """Cells whose comments are not in the scenario, mostly as their rows name a source."""
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
        place = got.place if got.reason is None or not got.in_book else f"{self.reading.book.title}, {got.place}"
        return f"{place}: {got.comment}" if got.comment else place

    def place(self, path: Path, got: Got, field: Field, value: Any = None) -> None:
        """Keep where a value went."""
        became = got.value if value is None else value
        was = f"{got.was} (comment: {got.comment})" if got.comment else got.was
        self.placed[path] = Placed(path_text(path), _text(became), _unit_of(field), got.place, was)

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
        self.remark(block, key, _beside(got))
        self.place((*path, key), got, field, value)

    def remark(self, block: Any, key: str, said: str) -> None:
        """A remark behind a line, itself on one line."""
        block.yaml_add_eol_comment(" ".join(said.split()), key, column=0)

    def state(self, block: Any, key: str, got: Got, field: Field, path: Path) -> None:
        """A value that carries its origin."""
        law, ends = _law(got, key, self.reading.values, "limits")
        origin = self.origin(got)
        if ends:
            origin["note"] = "; ".join([origin["note"], *(_beside(end) for end in ends)])
        block[key] = self.flow(**law, **origin)
        self.place((*path, key), got, field, None if not ends else law)

    def row_origin(self, row: Row) -> dict[str, Any]:
        """What a row says of its numbers: its own assumption, its own source, or the book."""
        reason, source = row.values.get("assumption"), row.values.get("source")
        first = next(iter(row.values.values()))
        place = f"{row.place}: {first.comment}" if first.comment and source is None else row.place
        if reason is not None:
            text = str(reason.value) if len(str(reason.value)) >= 3 else f"{reason.value} (as the book says)"
            extra = "" if source is None else f"; source named there: {source.value}"
            return {"assumption": text, "note": f"{self.reading.book.title}, {place}{extra}"}
        if source is None:
            return {"source": KEY, "note": place}
        key = self.listed.setdefault(str(source.value), f"source-{len(self.listed) + 1}")
        listed = self.list_([KEY, key])
        listed.fa.set_flow_style()
        return {"source": listed, "note": row.place}

    def state_of_row(self, block: Any, key: str, name: str, row: Row, path: Path, table: str) -> None:
        """A number of a row, with its cell and its range; an assumption of the row speaks for all of it."""
        if (got := row.values.get(name)) is None:
            return
        style = row.values["range"].value if "range" in row.values else "limits"
        law, ends = _law(got, name, row.values, style)
        block[key] = self.flow(**law, **self.origin_in_row(row, got, *ends))
        self.place((*path, key), got, TABLES[table][name], None if not ends else law)

    def origin_in_row(self, row: Row, got: Got, *others: Got) -> dict[str, Any]:
        """Where a number of a row says it comes from."""
        if not got.in_book:
            return {"note": f"{got.place}: {got.reason}"}
        book, origin = self.reading.book.title, self.row_origin(row)
        speaks = "source" in row.values
        places = "; ".join(one.place if speaks or not one.comment else _beside(one) for one in (got, *others))
        if "assumption" in origin:
            return {"note": f"{book}, {places}"}
        if got.reason is not None and not speaks:
            return {"assumption": got.reason, "note": f"{book}, {places}"}
        return {"source": origin["source"], "note": places}

    def put_of_row(self, block: Any, key: str, name: str, row: Row, path: Path, table: str) -> None:
        """A plain value of a row."""
        if (got := row.values.get(name)) is not None:
            self.put(block, key, got, TABLES[table][name], path)


def _beside(got: Got) -> str:
    """The cell of a value, and why it is what it is."""
    return ": ".join(said for said in (got.place, got.reason, got.comment) if said)


def _law(got: Got, name: str, values: dict[str, Got], style: str) -> tuple[dict[str, Any], list[Got]]:
    """A value as a block says it, and the ends of its range where it has one."""
    low, high = values.get(f"{name}{LOWEST}"), values.get(f"{name}{HIGHEST}")
    if low is None or high is None:
        return {"value": got.value}, []
    if style == "nine in ten":
        return {"quantiles": {"p5": low.value, "p50": got.value, "p95": high.value}}, [low, high]
    return {"triangular": [low.value, got.value, high.value]}, [low, high]


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
    unread = _unread(reading, text)
    return Composed(_headed(reading, text, missing), list(writer.placed.values()), missing, unread, mistakes)


def _unread(reading: Reading, text: str) -> list[str]:
    """Cells of values whose comments are nowhere in the scenario."""
    rows = [got for rows in reading.tables.values() for row in rows for got in row.values.values()]
    bare = text.replace("'", "").replace('"', "").replace("\\", "")
    said = [(got, got.comment.replace("'", "").replace('"', "").replace("\\", "")) for got in rows if got.comment]
    return list(dict.fromkeys(got.place for got, comment in said if comment not in bare))


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
    if groups := _rows(writer, "cohorts"):
        return writer.list_([_group(writer, row, ("cohorts", place)) for place, row in enumerate(groups)])
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


def _group(writer: _Writer, row: Row, path: Path) -> Any:
    """One of several groups. Parts of people have no origin of their own, so each number carries that of its row."""
    cohort, origin = writer.new(), writer.row_origin(row)
    writer.put_of_row(cohort, "name", "name", row, path, "cohorts")

    def state(block: Any, key: str, name: str, here: Path) -> None:
        writer.state_of_row(block, key, name, row, here, "cohorts")
        if key in block and not {"assumption", "source"} & block[key].keys():
            block[key]["assumption"] = origin.get("assumption", row.values[name].reason)
            block[key].move_to_end("note")

    state(cohort, "participants", "participants", path)
    if {"opens", "enrolment_window"} & row.values.keys():
        cohort["enrolment"] = writer.new()
        state(cohort["enrolment"], "opens", "opens", (*path, "enrolment"))
        state(cohort["enrolment"], "window", "enrolment_window", (*path, "enrolment"))
    for key in ("duration", "dropout", "unmeasured"):
        state(cohort, key, key, path)
    return cohort


def _rows(writer: _Writer, table: str) -> list[Row]:
    return writer.reading.tables.get(table, [])


def _outcomes(writer: _Writer) -> Any:
    outcomes = writer.new()
    for row in _rows(writer, "outcomes"):
        name = row.values["name"].value
        entry, path = writer.new(), ("outcomes", name)
        writer.put_of_row(entry, "of", "of", row, path, "outcomes")
        for key, stem in (("success_rate", ""), ("counterfactual", "anyway_")):
            writer.state_of_row(entry, key, key, row, path, "outcomes")
            _counted(writer, entry, key, stem, row, path)
        if (got := row.values.get("measured")) is not None:
            entry["measured"] = writer.flow(**got.value)
            writer.remark(entry, "measured", _beside(got))
            writer.place((*path, "measured"), got, TABLES["outcomes"]["measured"])
        _close(writer, entry, row)
        outcomes[name] = entry
    return outcomes


def _counted(writer: _Writer, entry: Any, key: str, stem: str, row: Row, path: Path) -> None:
    """A share as so many of so many people, which is evidence."""
    some, all_ = row.values.get(f"{stem}successes"), row.values.get(f"{stem}observed")
    if some is None or all_ is None:
        return
    counts = {"successes": some.value, "of": all_.value}
    others = [all_]
    if not stem and (weight := row.values.get("weight")) is not None:
        counts["weight"] = weight.value
        others.append(weight)
    entry[key] = writer.flow(evidence=writer.flow(**counts), **writer.origin_in_row(row, some, *others))
    writer.place((*path, key), some, TABLES["outcomes"][f"{stem}successes"], counts)


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
        _drawdown(writer, entry, row, path)
        for key in ("rank", "rate"):
            writer.put_of_row(entry, key, key, row, path, "financing")
        _close(writer, entry, row)
        tranches.append(entry)
    return writer.new({"tranches": tranches}) if tranches else None


def _drawdown(writer: _Writer, entry: Any, row: Row, path: Path) -> None:
    """When the capital is paid in."""
    writer.put_of_row(entry, "drawdown", "drawdown", row, path, "financing")
    times, every = row.values.get("instalments"), row.values.get("instalment_every")
    if times is not None and every is not None:
        entry["drawdown"] = writer.flow(every=every.value, times=times.value)
        writer.remark(entry, "drawdown", f"{_beside(every)}, {_beside(times)}")
        for key, got, name in (("every", every, "instalment_every"), ("times", times, "instalments")):
            writer.place((*path, "drawdown", key), got, TABLES["financing"][name])


_PLAIN = ("horizon", "price_year", "index", "inflation", "discount", "calculation")
"""What stands once in `public`."""


def _public(writer: _Writer) -> Any:
    values, public = writer.reading.values, writer.new()
    for key in _PLAIN:
        if key in values:
            writer.put(public, key, values[key], VALUES[key], ("public",))
    if public:
        public["source"] = KEY
        reasons = [
            f"{key}: {values[key].reason} ({values[key].place})"
            for key in _PLAIN
            if key in values and values[key].reason is not None
        ]
        if reasons:
            public["note"] = "; ".join(reasons)
    anyway = writer.new()
    for row in _rows(writer, "outcomes"):
        writer.state_of_row(anyway, row.values["name"].value, "anyway", row, ("public", "anyway"), "outcomes")
        reason = writer.row_origin(row).get("assumption")
        if "anyway" in row.values and reason is not None:
            anyway[row.values["name"].value]["assumption"] = reason
    if anyway:
        public["anyway"] = anyway
    for table, entry_of in (("consequences", _consequence), ("during", _during), ("costs", _cost)):
        entries = writer.new()
        for row in _rows(writer, table):
            name = row.values["name"].value
            entries[name] = entry_of(writer, row, ("public", table, name))
        if entries:
            public[table] = entries
    for key, part in (("refunds", _refunds(writer)), ("appropriations", _appropriations(writer))):
        if part:
            public[key] = part
    return public


def _refunds(writer: _Writer) -> Any:
    """Rules of refund: rows of the same rule and first day are steps of one edition."""
    rules, fields = writer.new(), TABLES["refunds"]
    for row in _rows(writer, "refunds"):
        values = row.values
        editions = rules.setdefault(values["name"].value, writer.list_())
        path: Path = ("public", "refunds", values["name"].value)
        edition = next((one for one in editions if one["valid_from"] == values["valid_from"].value), None)
        fresh = edition is None
        if edition is None:
            edition = writer.new()
            editions.append(edition)
        here: Path = (*path, editions.index(edition))
        for key in ("valid_from", "valid_to"):
            if key not in edition:
                writer.put_of_row(edition, key, key, row, here, "refunds")
        if (step := values.get("from_week") or values.get("above")) is not None:
            by = "by_week" if "from_week" in values else "by_cost"
            edition.setdefault(by, writer.flow())[step.value] = values["share"].value
            writer.place((*here, by, str(step.value)), values["share"], fields["share"])
        else:
            writer.put_of_row(edition, "share", "share", row, here, "refunds")
        for key in ("most_days", "price_year"):
            if key not in edition:
                writer.put_of_row(edition, key, key, row, here, "refunds")
        if fresh:
            _close(writer, edition, row)
        else:
            edition["note"] = f"{edition['note']}; {row.place}"
    return rules


def _appropriations(writer: _Writer) -> Any:
    payers = writer.new()
    for row in _rows(writer, "appropriations"):
        if row.by_year is None:
            continue
        payer = row.values["payer"].value
        payers[payer] = writer.new()
        for year, amount in zip(row.years, row.by_year.value, strict=True):
            origin = {key: said for key, said in writer.row_origin(row).items() if key != "note"}
            payers[payer][year] = writer.flow(value=amount, **origin, note=row.by_year.place)
        path: Path = ("public", "appropriations", payer)
        writer.place(path, row.by_year, TABLES["costs"]["amount"], dict(zip(row.years, row.by_year.value, strict=True)))
    return payers


def _during(writer: _Writer, row: Row, path: Path) -> Any:
    entry = writer.new()
    writer.put_of_row(entry, "per", "per", row, path, "during")
    writer.state_of_row(entry, "saved", "saved", row, path, "during")
    _unit(writer, entry, row, path, "during")
    writer.state_of_row(entry, "price", "price", row, path, "during")
    for key in ("price_year", "kind"):
        writer.put_of_row(entry, key, key, row, path, "during")
    _bears(writer, entry, row, path, "during")
    writer.put_of_row(entry, "committee", "committee", row, path, "during")
    writer.state_of_row(entry, "cashable", "cashable", row, path, "during")
    _close(writer, entry, row)
    return entry


def _unit(writer: _Writer, entry: Any, row: Row, path: Path, table: str) -> None:
    """What is counted; never money in silence, where a price says that it isn't."""
    writer.put_of_row(entry, "unit", "unit", row, path, table)
    price = row.values.get("price")
    if "unit" not in row.values and price is not None and price.value != 1:
        entry["unit"] = "units"
        writer.remark(entry, "unit", "the book doesn't say what is counted")


def _consequence(writer: _Writer, row: Row, path: Path) -> Any:
    entry = writer.new()
    _outcomes_of(writer, entry, row, path)
    writer.put_of_row(entry, "counts", "counts", row, path, "consequences")
    if row.by_year is None:
        writer.state_of_row(entry, "saved", "saved", row, path, "consequences")
    else:
        _saved_by_year(writer, entry, row, path)
    _unit(writer, entry, row, path, "consequences")
    writer.state_of_row(entry, "price", "price", row, path, "consequences")
    for key in ("volume", "decay"):
        writer.state_of_row(entry, key, key, row, path, "consequences")
    if row.by_year is not None and "decay" not in row.values:
        said = f"each year stands in the book by itself ({row.by_year.place}), so nothing more is lost beside it"
        entry["decay"] = writer.flow(value=0, assumption=said)
    for key in ("price_year", "kind", "lasts", "evidence"):
        writer.put_of_row(entry, key, key, row, path, "consequences")
    _bears(writer, entry, row, path, "consequences")
    writer.put_of_row(entry, "committee", "committee", row, path, "consequences")
    for key in ("cashable", "unserved"):
        writer.state_of_row(entry, key, key, row, path, "consequences")
    _close(writer, entry, row)
    return entry


def _outcomes_of(writer: _Writer, entry: Any, row: Row, path: Path) -> None:
    """The outcome, or several with a semicolon between them."""
    got = row.values.get("outcome")
    names = [] if got is None else [name.strip() for name in str(got.value).split(";") if name.strip()]
    if got is None or len(names) < 2:
        writer.put_of_row(entry, "outcome", "outcome", row, path, "consequences")
        return
    listed = writer.list_(names)
    listed.fa.set_flow_style()
    writer.put(entry, "outcome", got, TABLES["consequences"]["outcome"], path, listed)


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
    if row.by_year is None:
        writer.state_of_row(entry, "amount", "amount", row, path, "costs")
    else:
        _paid_by_year(writer, entry, row, path)
    writer.put_of_row(entry, "per", "per", row, path, "costs")
    if (year := row.values.get("year")) is not None:
        writer.put(entry, "by_year", year, TABLES["costs"]["year"], path, writer.flow())
        entry["by_year"][year.value] = 1
        writer.place((*path, "by_year"), year, TABLES["costs"]["year"])
    writer.put_of_row(entry, "price_year", "price_year", row, path, "costs")
    _bears(writer, entry, row, path, "costs")
    writer.put_of_row(entry, "committee", "committee", row, path, "costs")
    if (instead := row.values.get("instead")) is not None:
        writer.put(entry, "instead", instead, TABLES["costs"]["instead"], path, instead.value == "yes")
    _close(writer, entry, row)
    return entry


def _paid_by_year(writer: _Writer, entry: Any, row: Row, path: Path) -> None:
    """Amounts by calendar year as the first that isn't 0, and all of them divided by it."""
    by_year = row.by_year
    assert by_year is not None
    first = next(number for number in by_year.value if number)
    part = Row(row.place, {**row.values, "amount": by_year._replace(value=first)})
    writer.state_of_row(entry, "amount", "amount", part, path, "costs")
    multiples = {year: _ratio(number, first) for year, number in zip(row.years, by_year.value, strict=True)}
    entry["by_year"] = writer.flow()
    entry["by_year"].update(multiples)
    writer.remark(entry, "by_year", f"{by_year.place}: {by_year.was}")
    field = TABLES["costs"]["year"]
    writer.place((*path, "by_year"), by_year, field._replace(unit=field.unit._replace(en="multiples")), multiples)


def _bears(writer: _Writer, entry: Any, row: Row, path: Path, table: str) -> None:
    """A sector, shares, or a refund."""
    fields, here = TABLES[table], (*path, "bears")
    if "bears" in row.values:
        writer.put_of_row(entry, "bears", "bears", row, path, table)
        return
    if (refund := row.values.get("refund")) is not None:
        entry["bears"] = writer.flow(refund=refund.value)
        writer.place((*here, "refund"), refund, fields["refund"])
        for name in ("weeks", "yearly_cost", "days"):
            if (got := row.values.get(name)) is not None:
                entry["bears"][name] = got.value
                writer.place((*here, name), got, fields[name])
        writer.remark(entry, "bears", _beside(refund))
        return
    shares = {name: row.values[name] for name in ("municipality", "region", "state") if name in row.values}
    shares = {name: got for name, got in shares.items() if got.value != 0}
    if not shares:
        return
    whole = len(shares) == 1
    entry["bears"] = next(iter(shares)) if whole else writer.flow(**{name: got.value for name, got in shares.items()})
    writer.remark(entry, "bears", ", ".join(map(_beside, shares.values())))
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
