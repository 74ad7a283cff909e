"""The page that lists the memos of many deals: what they are together, who loses most, and each by common measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from risksim.language import N_, _, plural, spoken
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld
from risksim.report.answer import chance
from risksim.report.numbers import percent, rounded


class MemoOf(NamedTuple):
    """A deal or portfolio, and where its memo stands."""

    deal: str
    file: str
    memos: tuple[tuple[str, str], ...]
    """Form and name of each file of the memo."""
    currency: str
    capital: float | None
    """What all investors pay in; None where paths differ or nobody invests. [currency]"""
    measures: tuple[Statistic, ...] | None
    """What a ranking compares, in the order of `COLUMNS`; None where nobody invests."""
    shortfall: Estimate | None = None
    """Mean loss of net present value in the worst twentieth. [currency]"""


class FaultOf(NamedTuple):
    """A file without a memo."""

    file: str
    message: str


def _share(statistic: Statistic) -> str:
    return _told(statistic, lambda one: percent(one.value, one.standard_error, 2, spoken()))


def _amount(statistic: Statistic) -> str:
    return _told(statistic, lambda one: rounded(one.value, one.standard_error, 0, spoken()))


def _chance(statistic: Statistic) -> str:
    return _told(statistic, lambda one: chance(one)[0])


def _told(statistic: Statistic, say: Callable[[Estimate], str]) -> str:
    if isinstance(statistic, Withheld) or statistic.value != statistic.value:
        return "–"
    return say(statistic)


COLUMNS: tuple[tuple[str, Callable[[Statistic], str]], ...] = (
    (N_("Probability of a loss"), _chance),
    (N_("Net present value over capital"), _share),
    (N_("IRR, 5 % point"), _share),
    (N_("IRR, median"), _share),
    (N_("Mean loss in the worst twentieth over capital"), _share),
    (N_("Repayment a head"), _amount),
    (N_("Would have come anyway"), _share),
    (N_("Net benefit of public budgets"), _amount),
)
"""The measures of a ranking: what each is called, and how it is written."""
STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; border-bottom: 1px solid #ccc; text-align: right; vertical-align: top; }
th { border-bottom: 2px solid #444; } th:first-child, td:first-child { text-align: left; }
pre { white-space: pre-wrap; background: #f4f4f4; padding: .6rem; }
@media print { body { margin: 0; } a { color: inherit; } }
"""


def index(rows: Sequence[MemoOf], faults: Sequence[FaultOf], how: str) -> str:
    """The page, in the language spoken.

    Parameters
    ----------
    rows : sequence of MemoOf
        In the order in which they are shown.
    faults : sequence of FaultOf
        Files without a memo.
    how : str
        Paths, seed and version in words.

    Returns
    -------
    str
        HTML that needs nothing outside it but the memos beside it.
    """
    title = _("Memos")
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(one)}</p>" for one in summary(rows))]
    parts.append(f'<div class="wide">{_table(rows)}</div>')
    if faults:
        parts.append(f"<h2>{escape(_('Files without a memo'))}</h2>")
        parts += [f"<h3>{escape(one.file)}</h3><pre>{escape(one.message)}</pre>" for one in faults]
    parts.append(f"<p><small>{escape(how)}</small></p>")
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{spoken()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def summary(rows: Sequence[MemoOf]) -> list[str]:
    """How many deals, their capital, and which of them loses most."""
    said = [plural("One memo.", "{memos} memos.", len(rows), memos=len(rows))]
    for currency in dict.fromkeys(row.currency for row in rows):
        these = [row for row in rows if row.currency == currency]
        known = [row.capital for row in these if row.capital is not None]
        if known:
            said.append(
                plural(
                    "The capital of one deal is {amount} {currency}.",
                    "The capital of {deals} deals is {amount} {currency} in all.",
                    len(known),
                    deals=len(known),
                    amount=rounded(sum(known), 0.0, 0, spoken()),
                    currency=currency,
                )
            )
    lose = [(row.measures[0].value, row) for row in rows if row.measures and isinstance(row.measures[0], Estimate)]
    if lose:
        worst = max(lose, key=lambda pair: pair[0])[1]
        assert worst.measures is not None
        said.append(
            _(
                "{deal} loses most often: with a probability of {share}.",
                deal=worst.deal,
                share=_chance(worst.measures[0]),
            )
        )
    for currency in dict.fromkeys(row.currency for row in rows):
        fall = [(row.shortfall.value, row) for row in rows if row.currency == currency and row.shortfall is not None]
        if fall:
            value, worst = max(fall, key=lambda pair: pair[0])
            assert worst.shortfall is not None
            if value > 0.0:
                amount = _amount(worst.shortfall)
                phrase = N_(
                    "{deal} loses most in its worst twentieth: {amount} {currency} of net present value on average."
                )
                said.append(_(phrase, deal=worst.deal, amount=amount, currency=currency))
    return said


def _table(rows: Sequence[MemoOf]) -> str:
    heads = [_("Deal"), _("Memo"), _("Capital"), *(_(name) for name, _say in COLUMNS)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    lines = "\n".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"


def _cells(row: MemoOf) -> list[str]:
    links = ", ".join(f'<a href="{escape(name, quote=True)}">{escape(form)}</a>' for form, name in row.memos)
    capital = "–" if row.capital is None else f"{rounded(row.capital, 0.0, 0, spoken())} {row.currency}"
    told = ["–"] * len(COLUMNS)
    if row.measures is not None:
        told = [say(one) for (_name, say), one in zip(COLUMNS, row.measures, strict=True)]
    named = f"<td>{escape(row.deal)}<br><small>{escape(row.file)}</small></td>"
    return [named, f"<td>{links}</td>", *(f"<td>{escape(cell)}</td>" for cell in (capital, *told))]
