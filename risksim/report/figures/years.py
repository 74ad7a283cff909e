"""What payers repay in each budget year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.metrics.source import Spread
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    INK,
    LIGHT,
    MIDDLE,
    SERIES,
    WARM,
    Row,
    Width,
    amount,
    drawn,
    error_of,
    key,
    number,
    party,
    quantity,
    share_in_prose,
    unit_of,
    word,
    wrapped,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Appropriation, Facts

MOST_TICKS = {"half": 8, "full": 16}
"""Years that are named on an axis."""
FEWEST_YEARS = 4
"""Years for which an axis has room at least."""


def fan(facts: Facts, payer: str, width: Width = "half") -> Chart | None:
    """What a payer repays in each budget year, beside what is set aside.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    payer : str
        Its name in the file.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where it never pays.
    """
    if facts.summary is None or payer not in facts.summary.payers:
        return None
    years = _paid(facts, payer)
    if not years:
        return None
    set_aside = {one.year: one for one in facts.appropriations if one.payer == payer}
    rows = [_fan_row(year, spread, set_aside.get(year)) for year, spread in years.items()]
    unit = unit_of((number for row in rows for name, number in row.items() if name in DRAWN), facts.deal.currency)
    expected = any(one.is_expected for one in set_aside.values())
    kinds = [_("nine of ten futures"), _("five of ten futures"), _("median")]
    aside = _("expected repayment") if expected else _("appropriation")
    kinds.append(f"- - {aside}")
    colours = (LIGHT, MIDDLE, DARK, WARM)
    shown = key(kinds if set_aside else kinds[:3], colours, columns=2 if width == "half" else 4, symbolType="square")
    top = max(max(number for name, number in row.items() if name in DRAWN) for row in rows)
    x = _years(list(years), width)
    y = quantity("p05", unit.title, unit.axis | {"tickCount": 4, "grid": True}, domain=[0, 1.05 * top], nice=False)

    def band(low: str, high: str, kind: str) -> Spec:
        return {
            "mark": {"type": "rect"},
            "encoding": {
                "x": x,
                "x2": {"field": "to"},
                "y": y | {"field": low},
                "y2": {"field": high},
                "color": {"datum": kind, "type": "nominal", **shown},
            },
        }

    def step(field: str, kind: str, ends: tuple[str, str], **mark: object) -> Spec:
        return {
            "transform": [{"filter": f"isValid(datum.{field})"}],
            "mark": {"type": "rule", **mark},
            "encoding": {
                "x": x | {"field": ends[0]},
                "x2": {"field": ends[1]},
                "y": y | {"field": field},
                "color": {"datum": kind, "type": "nominal", **shown},
            },
        }

    layers = [
        band("p05", "p95", kinds[0]),
        band("p25", "p75", kinds[1]),
        step("p50", kinds[2], ("from", "to"), strokeWidth=2.5),
    ]
    if set_aside:
        layers.append(step("set_aside", kinds[3], ("begin", "end"), strokeWidth=2, strokeDash=[5, 2]))
    title = _("Repayment in each budget year: {payer}", payer=party(payer))
    table = Table(
        "repayment-by-year",
        f"{title}, {facts.deal.currency}",
        (_("year"), _("mean"), "5 %", "25 %", "50 %", "75 %", "95 %", *((aside,) if set_aside else ())),
        tuple(_fan_cells(year, spread, set_aside) for year, spread in years.items()),
    )
    dearest = max(years, key=lambda year: years[year].mean.value)
    spread = years[dearest]
    first, last = min(years), max(years)
    if first == last:
        alt = _("Repayment in {year}: {payer}.", payer=party(payer), year=first)
    else:
        alt = _(
            "Repayment in each budget year from {first} to {last}: {payer}. The dearest year is {year}.",
            payer=party(payer),
            first=first,
            last=last,
            year=dearest,
        )
    alt += " " + _(
        "On average {mean} is repaid in it; in one future of twenty it is {high} or more.",
        mean=unit.prose(spread.mean.value, error_of(spread.mean)),
        high=unit.prose(spread.p95.value, error_of(spread.p95)),
    )
    if dearest in set_aside and not set_aside[dearest].is_expected:
        one = set_aside[dearest]
        alt += " " + _(
            "{amount} is set aside for it; the probability that it costs more is {share}.",
            amount=unit.prose(one.amount),
            share=share_in_prose(one.p_more),
        )
    return drawn("repayment-by-year", layers, rows, table, alt, title, width, 230.0)


DRAWN = ("p05", "p25", "p50", "p75", "p95", "set_aside")


def _paid(facts: Facts, payer: str) -> dict[int, Spread]:
    """The years from the first to the last in which a payer may pay, or has set something aside."""
    if facts.summary is None:
        return {}
    years = {int(year): spread for year, spread in facts.summary.payers[payer].years.items()}
    aside = {one.year for one in facts.appropriations if one.payer == payer and one.amount > 0.0}
    paying = [year for year, spread in years.items() if spread.mean.value != 0.0 or spread.p95.value != 0.0]
    paying += [year for year in aside if year in years]
    if not paying:
        return {}
    return {year: spread for year, spread in sorted(years.items()) if min(paying) <= year <= max(paying)}


def _fan_row(year: int, spread: Spread, aside: Appropriation | None) -> Row:
    row: Row = {"year": year, "from": year - 0.42, "to": year + 0.42, "begin": year - 0.5, "end": year + 0.5}
    row |= {name: getattr(spread, name).value for name in DRAWN[:5]}
    return row | ({} if aside is None else {"set_aside": aside.amount})


def _fan_cells(year: int, spread: Spread, set_aside: dict[int, Appropriation]) -> tuple[Cell, ...]:
    cells = [amount(getattr(spread, name)) for name in ("mean", *DRAWN[:5])]
    if set_aside:
        cells.append(amount(set_aside[year].amount) if year in set_aside else word(""))
    return (number(year, str(year)), *cells)


def _years(years: list[int], width: Width) -> Row:
    """An axis of years, with as many named as there is room for."""
    first, last = min(years), max(years)
    room = max(0.0, (FEWEST_YEARS - (last - first + 1)) / 2)
    every = math.ceil((last - first + 1) / MOST_TICKS[width])
    ticks = [year for year in range(first, last + 1) if (year - first) % every == 0]
    return quantity(
        "from",
        None,
        {"values": ticks, "format": "d"},
        domain=[first - 0.6 - room, last + 0.6 + room],
        nice=False,
        zero=False,
    )


def all_payers(facts: Facts, width: Width = "full") -> Chart | None:
    """What all payers repay on average in each budget year, one upon the other.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody ever pays; with a single payer its fan.
    """
    if facts.summary is None:
        return None
    paying = [name for name in facts.summary.payers if _paid(facts, name)]
    if len(paying) < 2:
        return fan(facts, paying[0], width) if paying else None
    years = sorted({year for name in paying for year in _paid(facts, name)})
    years = list(range(years[0], years[-1] + 1))
    means = {name: facts.summary.payers[name].years for name in paying}
    ranked = sorted(paying, key=lambda name: -facts.summary.payers[name].total.mean.value)  # type: ignore[union-attr]
    named, other = ranked[: len(SERIES) - 1], ranked[len(SERIES) - 1 :]
    rows: list[Row] = []
    for year in years:
        base = 0.0
        for name in [*named, *other]:
            paid = means[name][str(year)].mean.value if str(year) in means[name] else 0.0
            kind = wrapped(party(name), 28, 1) if name in named else _("others")
            rows.append(
                {"year": year, "from": year - 0.42, "to": year + 0.42, "payer": kind, "key": name, "mean": paid}
                | {"low": base, "high": base + paid}
            )
            base += paid
    top = max(row["high"] for row in rows)
    unit = unit_of([top], facts.deal.currency)
    kinds = list(dict.fromkeys(row["payer"] for row in rows))
    shown = key(kinds, SERIES, columns=2 if width == "half" else 4, symbolType="square")
    bars: Spec = {
        "mark": {"type": "rect", "stroke": INK, "strokeWidth": 0.4},
        "encoding": {
            "x": _years(years, width),
            "x2": {"field": "to"},
            "y": quantity("low", unit.title, unit.axis | {"tickCount": 4, "grid": True}, domain=[0, 1.05 * top]),
            "y2": {"field": "high"},
            "color": {"field": "payer", "type": "nominal", **shown},
        },
    }
    title = _("Mean repayment in each budget year, by payer")
    table = Table(
        "repayment-by-payer",
        f"{title}, {facts.deal.currency}",
        (_("year"), *(party(name) for name in ranked)),
        tuple(
            (
                number(year, str(year)),
                *(amount(means[name][str(year)].mean) if str(year) in means[name] else amount(0.0) for name in ranked),
            )
            for year in years
        ),
    )
    totals = {name: facts.summary.payers[name].total.mean for name in ranked}
    money = unit_of([total.value for total in totals.values()], facts.deal.currency)
    first = totals[ranked[0]]
    alt = plural(
        "Stacked bars of what {payers} payer repays on average in each budget year.",
        "Stacked bars of what {payers} payers repay on average in each budget year.",
        len(ranked),
        payers=len(ranked),
    )
    alt += " " + _(
        "Most is repaid by {payer}: over all years {amount} on average.",
        payer=party(ranked[0]),
        amount=money.prose(first.value, error_of(first)),
    )
    return drawn("repayment-by-payer", [bars], rows, table, alt, title, width, 230.0)
