"""Deals ranked by common measures, as a table."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld
from risksim.report.answer import chance, error_of, money, translated
from risksim.report.batch import BadOf, Footing, basis, counted_rows, how
from risksim.report.numbers import percent
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

HEAD = (
    "",
    N_("file"),
    N_("P(loss)"),
    "",
    N_("NPV / capital"),
    "",
    N_("IRR 5 %"),
    "",
    N_("IRR median"),
    "",
    N_("worst 5 % / capital"),
    "",
    N_("repayment a head"),
    "",
    N_("would come anyway"),
    "",
    N_("public net benefit"),
    "",
)


class RankedOf(NamedTuple):
    """A row."""

    deal: str
    file: str
    stress: str | None
    currency: str
    hurdle: float
    """[1/year]"""
    engine: str
    p_loss: Estimate
    npv_per_capital: Statistic
    irr_p05: Statistic
    irr_p50: Statistic
    es95_per_capital: Statistic
    repayment_per_head: Statistic
    deadweight_share: Statistic
    net_benefit: Statistic


def ranking(foot: Footing, rows: tuple[RankedOf, ...], apart: tuple[BadOf, ...], by: str | None) -> str:
    """A ranking as text: a table for each currency and hurdle, then what stands apart.

    Parameters
    ----------
    foot : Footing
        Provenance.
    rows : tuple of RankedOf
        In their order.
    apart : tuple of BadOf
        Files without investors.
    by : str, optional
        What the rows are sorted by.

    Returns
    -------
    str
    """
    order = _("in the order of the files") if by is None else _("by {measure}, the best first", measure=by)
    parts = [_("{rows}, {order}.\n", rows=counted_rows(len(rows)), order=order)]
    if foot.partial:
        parts = [
            _(
                "{rows}, {order}, partial: interrupted before the last row.\n",
                rows=counted_rows(len(rows)),
                order=order,
            )
        ]
    for currency, hurdle in dict.fromkeys((row.currency, row.hurdle) for row in rows):
        these = [row for row in rows if (row.currency, row.hurdle) == (currency, hurdle)]
        parts.append(heading(basis(currency, hurdle)))
        parts.append(table(translated(HEAD), [_cells(row, sorted_by=by is not None) for row in these], left=2))
    if apart:
        parts.append(heading(_("Not ranked")))
        parts += [f"- {one.file}: {in_words(one.message)}\n" for one in apart]
    parts.append(f"\n{how(foot, [row.engine for row in rows])}\n")
    parts.append(
        _("± is one standard error of the simulation; what does not exist is a dash, and the JSON says why.\n")
    )
    return "".join(parts)


def _cells(row: RankedOf, *, sorted_by: bool) -> tuple[str, ...]:
    named = (row.deal if row.stress is None else f"  {row.stress}", row.file if row.stress is None else "")
    if sorted_by:  # a stress no longer stands below its deal
        named = (row.deal if row.stress is None else f"{row.deal}: {row.stress}", row.file)
    return (
        *named,
        *chance(row.p_loss),
        *_percent(row.npv_per_capital),
        *_percent(row.irr_p05),
        *_percent(row.irr_p50),
        *_percent(row.es95_per_capital),
        *_money(row.repayment_per_head),
        *_percent(row.deadweight_share),
        *_money(row.net_benefit),
    )


def _missing(statistic: Statistic) -> bool:
    return isinstance(statistic, Withheld) or statistic.value != statistic.value


def _percent(statistic: Statistic) -> tuple[str, str]:
    if isinstance(statistic, Withheld) or _missing(statistic):
        return "-", ""
    return percent(statistic.value, statistic.standard_error), error_of(statistic, 100.0, " %")


def _money(statistic: Statistic) -> tuple[str, str]:
    return ("-", "") if isinstance(statistic, Withheld) or _missing(statistic) else money(statistic)
