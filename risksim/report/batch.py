"""A batch as a table: a row for each file, and for each stress of it."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld
from risksim.report.answer import chance, error_of, money, return_of, translated
from risksim.report.numbers import number, percent, rounded
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

HEAD = (
    "",
    N_("file"),
    N_("P(loss)"),
    "",
    N_("mean NPV"),
    "",
    N_("worst 5 %: mean loss"),
    "",
    N_("IRR of mean flow"),
    "",
    N_("repayment"),
    "",
    N_("money back / in"),
    N_("digest"),
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
        parts.append(heading(basis(currency, hurdle)))
        parts.append(table(translated(HEAD), [_cells(row) for row in these], left=2))
    parts.append(f"\n{how(foot, [row.engine for row in rows])}{_resumed(foot.resumed)}\n")
    parts.append(_("± is one standard error of the simulation; digits beyond it are not shown.\n"))
    return "".join(parts)


def basis(currency: str, hurdle: float) -> str:
    """What all rows of one table have in common."""
    return _("All investors, {currency}, present values at {rate} a year", currency=currency, rate=percent(hurdle))


def how(foot: Footing, engines: list[str]) -> str:
    """How all rows were run, in a sentence."""
    return _(
        "{paths} paths each, seed {seed}{engines}, risksim {version}.",
        paths=number(foot.paths),
        seed=foot.seed,
        engines="".join(f", {in_words(f'{name} engine')}" for name in dict.fromkeys(engines)),
        version=foot.version,
    )


def counted_rows(count: int) -> str:
    """So many rows, in words."""
    return plural("{n} row", "{n} rows", count, n=number(count, "d"))


def _title(foot: Footing, rows: tuple[RowOf, ...]) -> str:
    n_files = len({row.file for row in rows})
    said, files = counted_rows(len(rows)), plural("{n} file", "{n} files", n_files, n=number(n_files, "d"))
    if foot.partial:
        return _("{rows} of {files}, partial: interrupted before the last row.\n", rows=said, files=files)
    return _("{rows} of {files}.\n", rows=said, files=files)


def _resumed(count: int) -> str:
    if not count:
        return ""
    return plural(
        " {n} row was there from an earlier batch.",
        " {n} rows were there from an earlier batch.",
        count,
        n=number(count, "d"),
    )


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


def not_done(bad: tuple[BadOf, ...], *, memos: bool = False) -> str:
    """What has no row, or no memo, and why.

    Parameters
    ----------
    bad : tuple of BadOf
        Bad files and stresses.
    memos : bool
        Whether memos were asked for and not rows.

    Returns
    -------
    str
        Nothing where there is none.
    """
    if not bad:
        return ""
    many = number(len(bad), "d")
    if memos:
        count = plural("{n} of these has no memo:\n", "{n} of these have no memo:\n", len(bad), n=many)
    else:
        count = plural("{n} of these has no row:\n", "{n} of these have no row:\n", len(bad), n=many)
    return count + "".join(f"{_of(one)}{one.message}\n" for one in bad)


def _of(one: BadOf) -> str:
    if one.stress is not None:
        return _("stress '{stress}' of {file}: ", stress=one.stress, file=one.file)
    return "" if one.message.startswith(one.file) else f"{one.file}: "
