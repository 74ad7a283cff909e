"""A batch as a table: a row for each file, and for each stress of it."""

from __future__ import annotations

from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld
from risksim.report.answer import chance, error_of, money, return_of
from risksim.report.numbers import percent, rounded
from risksim.report.table import heading, table

HEAD = (
    "",
    "file",
    "P(loss)",
    "",
    "mean NPV",
    "",
    "worst 5 %: mean loss",
    "",
    "IRR of mean flow",
    "",
    "repayment",
    "",
    "money back / in",
    "digest",
)


class RowOf(NamedTuple):
    """A row."""

    deal: str
    file: str
    stress: str | None
    digest: str
    currency: str
    hurdle: float
    """[1/year]"""
    engine: str
    p_loss: Estimate
    npv: Estimate
    npv_es95: Estimate
    irr: Statistic
    repayment: Estimate
    moic: Estimate


class BadOf(NamedTuple):
    """What has no row."""

    file: str
    stress: str | None
    message: str


class Footing(NamedTuple):
    """What stands below the table."""

    paths: int
    seed: int
    version: str
    partial: bool
    resumed: int


def batch(foot: Footing, rows: tuple[RowOf, ...]) -> str:
    """A batch as text: a table for each currency and hurdle, which don't compare.

    Parameters
    ----------
    foot : Footing
        Provenance.
    rows : tuple of RowOf
        In the order of the files.

    Returns
    -------
    str
    """
    parts = [_title(foot, rows)]
    for currency, hurdle in dict.fromkeys((row.currency, row.hurdle) for row in rows):
        these = [row for row in rows if (row.currency, row.hurdle) == (currency, hurdle)]
        parts.append(heading(f"All investors, {currency}, present values at {percent(hurdle)} a year"))
        parts.append(table(HEAD, [_cells(row) for row in these], left=2))
    engines = "".join(f", {name} engine" for name in dict.fromkeys(row.engine for row in rows))
    parts.append(
        f"\n{foot.paths:,} paths each, seed {foot.seed}{engines}, risksim {foot.version}.{_resumed(foot.resumed)}\n"
        "± is one standard error of the simulation; digits beyond it are not shown.\n"
    )
    return "".join(parts)


def _title(foot: Footing, rows: tuple[RowOf, ...]) -> str:
    n_rows, n_files = len(rows), len({row.file for row in rows})
    said = f"{n_rows} row{'' if n_rows == 1 else 's'} of {n_files} file{'' if n_files == 1 else 's'}"
    return f"{said}, partial: interrupted before the last row.\n" if foot.partial else f"{said}.\n"


def _resumed(count: int) -> str:
    return "" if not count else f" {count} row{' was' if count == 1 else 's were'} there from an earlier batch."


def _cells(row: RowOf) -> tuple[str, ...]:
    multiple, error = row.moic, "" if isinstance(row.irr, Withheld) else error_of(row.irr, 100.0, " %")
    return (
        row.deal if row.stress is None else f"  {row.stress}",
        row.file if row.stress is None else "",
        *chance(row.p_loss),
        *money(row.npv),
        *money(row.npv_es95),
        return_of(row.irr),
        error,
        *money(row.repayment),
        rounded(multiple.value, multiple.standard_error, 4),
        row.digest[:12],
    )


def not_done(bad: tuple[BadOf, ...]) -> str:
    """What has no row, and why.

    Parameters
    ----------
    bad : tuple of BadOf
        Bad files and stresses.

    Returns
    -------
    str
        Nothing where there is none.
    """
    if not bad:
        return ""
    count = f"{len(bad)} of these {'has' if len(bad) == 1 else 'have'} no row:\n"
    return count + "".join(f"{_of(one)}{one.message}\n" for one in bad)


def _of(one: BadOf) -> str:
    said = "" if one.message.startswith(one.file) else f"{one.file}: "
    return f"stress '{one.stress}' of {said or f'{one.file}: '}" if one.stress is not None else said
