"""The mean ledger as text: who pays whom, when and why, and how payers and tranches share it."""

from __future__ import annotations

from collections.abc import Sequence

from risksim.language import _
from risksim.metrics.ledger import Move
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Summary
from risksim.report.numbers import number, percent, plus_minus, rounded
from risksim.report.said_below import in_words, the_payer
from risksim.report.table import heading, table


def ledger(moves: Sequence[Move], summary: Summary, currency: str) -> str:
    """Mean amounts by line and budget year, then payers and tranches.

    Parameters
    ----------
    moves : sequence of Move
        Lines of the ledger.
    summary : Summary
        Statistics of the same run.
    currency : str
        Of all amounts.

    Returns
    -------
    str
    """
    rows = []
    for move in moves:
        # Further lines of one move are told by their year alone.
        who = (the_payer(move.from_party), the_payer(move.to_party), in_words(move.reason))
        for year, amount in move.years:
            rows.append((*who, str(year), *_amount(amount)))
            who = ("", "", "")
        if len(move.years) > 1:
            rows.append((*who, _("all"), *_amount(move.total)))
    some_pay = bool(summary.payers)
    parts = [
        heading(_("Who pays whom, on average ({currency})", currency=currency)),
        table((_("from"), _("to"), _("what for"), _("year"), _("mean"), ""), rows, left=4)
        if rows
        else _("No money moves.\n"),
        *(
            [
                heading(_("Payer split, on average ({currency}; less what comes back)", currency=currency)),
                _payers(summary),
            ]
            * some_pay
        ),
        heading(_("Tranches, on average ({currency})", currency=currency)),
        _tranches(moves, summary),
    ]
    return "".join(parts)


def _amount(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


def _payers(summary: Summary) -> str:
    """A row a payer: its share, the whole, and each budget year."""
    everything = sum(payer.total.mean.value for payer in summary.payers.values())
    years = list(next(iter(summary.payers.values())).years) if summary.payers else []
    rows = [
        (
            the_payer(name),
            percent(payer.total.mean.value / everything) if everything > 0.0 else "-",
            *_amount(payer.total.mean),
            *(_amount(payer.years[year].mean)[0] for year in years),
        )
        for name, payer in summary.payers.items()
    ]
    return table((_("payer"), _("share"), _("all years"), "", *years), rows)


def _tranches(moves: Sequence[Move], summary: Summary) -> str:
    """A row a tranche: what it pays in and gets. The means of sums are sums of means."""
    rows = []
    for name in summary.tranches:
        paid_in = sum(move.total.value for move in moves if move.from_party == name)
        received = sum(move.total.value for move in moves if move.to_party == name)
        multiple = summary.tranches[name].moic.mean
        rows.append(
            (
                name,
                number(paid_in, ",.0f"),
                rounded(received, paid_in * multiple.standard_error, 0),
                rounded(multiple.value, multiple.standard_error, 4),
                plus_minus(multiple.standard_error),
            )
        )
    return table((_("tranche"), _("paid in"), _("received"), _("money back / in"), ""), rows)
