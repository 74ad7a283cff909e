"""``risksim settle``: observed counts to invoices."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, keyed, mark, show, talk, write
from risksim.errors import RisksimError
from risksim.language import _

if TYPE_CHECKING:
    Form = Literal["csv", "json", "yaml"]

SCHEMA = "risksim.settle/1"
FORMS: dict[str, Form] = {".csv": "csv", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}
INVOICE = ("date", "payer", "rule", "amount", "reason", "provisional")


class UsageError(RisksimError):
    """Options that don't go together."""


def settle(file: str, observed: str | None, template: bool, until: str | None, as_json: bool, out: Path | None) -> None:
    """Settle an observed file, or write one to fill in."""
    if (observed is None) != template:
        raise UsageError(
            f"settle: got {'both' if template else 'neither'} of --observed and --template; one of them is needed.\n"
            f"  Try: risksim settle {file} --template --out observed.csv\n"
            f"  Then fill it in, and: risksim settle {file} --observed observed.csv"
        )
    if observed == "-" and file == "-":
        raise UsageError("settle: got - twice; standard input holds one file.\n  Name the other file.")
    if out is not None:
        _check_out(out, [*FORMS] if template else [".json", ".csv"])
    if observed is None:
        _template(file, "json" if as_json else FORMS[out.suffix] if out is not None else "csv", out)
        return
    day = _day(until)
    deal = api.read(file, draft=True, funded=True)
    if api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    settled = api.settle(deal, observed, day)
    said: dict[str, Any] = {"schema": SCHEMA, **keyed(settled), "not_checked": api.not_checked(deal)}
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else _as_csv(said["invoice"]))
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
        return
    from risksim.report.settlement import page

    show(page(settled))
    mark(api.constants_for_investors(deal))


def _template(file: str, form: Form, out: Path | None) -> None:
    text = api.observed_template(api.read(file, draft=True, funded=True), form)
    if out is None:
        show(text)
        return
    # Excel takes a CSV file for UTF-8 only where it begins with this mark.
    write(out, f"\ufeff{text}" if form == "csv" else text)
    talk(_("Wrote {file}.", file=out))
    talk(_("Next: fill it in, then try  risksim settle {file} --observed {observed}", file=file, observed=out))


def _check_out(out: Path, endings: list[str]) -> None:
    if out.suffix not in endings:
        raise OutputError(
            f"{out}: got the ending '{out.suffix}'; this is written as {', '.join(endings[:-1])} or {endings[-1]}.\n"
            f"  Try --out {out.with_suffix('.csv')}"
        )
    check_folder(out)


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until: got '{text[:60]}'; this is a date.\n  Write it as 2027-01-31.") from None


def _as_csv(invoice: list[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, INVOICE, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**line, "provisional": int(line["provisional"])} for line in invoice)
    return stream.getvalue()
