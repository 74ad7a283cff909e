"""``risksim settle``: observed counts to invoices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from risksim import api
from risksim.cli.output import OutputError, check_folder, mark, show, talk, write
from risksim.errors import RisksimError
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.settle import as_csv, day_of, said_of

if TYPE_CHECKING:
    Form = Literal["csv", "json", "yaml"]

FORMS: dict[str, Form] = {".csv": "csv", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}


class UsageError(RisksimError):
    """Options that don't go together."""


def settle(file: str, observed: str | None, template: bool, until: str | None, as_json: bool, out: Path | None) -> None:
    """Settle an observed file, or write one to fill in."""
    if (observed is None) != template:
        both = _(
            "settle: got both of --observed and --template; one of them is needed.\n"
            "  Try: risksim settle {file} --template --out observed.csv\n"
            "  Then fill it in, and: risksim settle {file} --observed observed.csv",
            file=file,
        )
        neither = _(
            "settle: got neither of --observed and --template; one of them is needed.\n"
            "  Try: risksim settle {file} --template --out observed.csv\n"
            "  Then fill it in, and: risksim settle {file} --observed observed.csv",
            file=file,
        )
        raise UsageError(both if template else neither)
    if observed == "-" and file == "-":
        raise UsageError(_("settle: got - twice; standard input holds one file.\n  Name the other file."))
    if out is not None:
        _check_out(out, [*FORMS] if template else [".json", ".csv"])
    if observed is None:
        _template(file, "json" if as_json else FORMS[out.suffix] if out is not None else "csv", out)
        return
    day = day_of(until)
    deal = api.read(file, draft=True, funded=True)
    if api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    settled = api.settle(deal, observed, day)
    said = said_of(deal, settled)
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else as_csv(said))
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
            _(
                "{out}: got the ending '{suffix}'; this is written as {names} or {endings}.\n  Try --out {with_suffix}",
                out=out,
                suffix=out.suffix,
                names=", ".join(endings[:-1]),
                endings=endings[-1],
                with_suffix=out.with_suffix(".csv"),
            )
        )
    check_folder(out)
