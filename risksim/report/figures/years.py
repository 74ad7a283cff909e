"""What payers repay in each budget year."""

from __future__ import annotations

import math
from collections.abc import Mapping
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
    from collections.abc import Iterator, Mapping

    from risksim.analysis.memo import Appropriation, Facts
    from risksim.metrics.precision import Estimate
    from risksim.report.figures.drawing import Unit

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
    return _fan(party(payer), years, set_aside, facts.deal.currency, width)


def fan_of_all(facts: Facts, repaid: Mapping[int, Spread], width: Width = "half") -> Chart | None:
    """What all payers together repay in each budget year.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    repaid : mapping of int to Spread
        By budget year.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody ever pays.
    """
    years = _from_first_to_last(dict(repaid), [])
    return _fan(_("all payers together"), years, {}, facts.deal.currency, width) if years else None


def _fan(who: str, years: dict[int, Spread], set_aside: dict[int, Appropriation], currency: str, width: Width) -> Chart:
    rows = [_fan_row(year, spread, set_aside.get(year)) for year, spread in years.items()]
    unit = unit_of((number for row in rows for name, number in row.items() if name in DRAWN), currency)
    aside = _aside(set_aside)
    title = _("Repayment in each budget year: {payer}", payer=who)
    table = Table(
        "repayment-by-year",
        f"{title}, {currency}",
        (_("year"), _("mean"), "5 %", "25 %", "50 %", "75 %", "95 %", *((aside,) if set_aside else ())),
        tuple(_fan_cells(year, spread, set_aside) for year, spread in years.items()),
    )
    top = max(number for row in rows for name, number in row.items() if name in DRAWN)
    y = quantity("p05", unit.title, unit.axis | GRID, domain=[0, 1.05 * top], nice=False)
    layers = _bands(_years(list(years), width), y, aside if set_aside else None, 2 if width == "half" else 4)
    return drawn("repayment-by-year", layers, rows, table, _fan_alt(who, years, set_aside, unit), title, width, 230.0)


def _aside(set_aside: Mapping[int, Appropriation]) -> str:
    """What is set aside: an appropriation, or what stands in for it."""
    expected = any(one.is_expected for one in set_aside.values())
    return _("expected repayment") if expected else _("appropriation")


def _bands(x: Row, y: Row, aside: str | None, columns: int) -> list[Spec]:
    """The futures of each year as bands in one another, with the median and what is set aside."""
    kinds = [_("nine of ten futures"), _("five of ten futures"), _("median")]
    kinds += [] if aside is None else [f"- - {aside}"]
    shown = key(kinds, (LIGHT, MIDDLE, DARK, WARM), columns=columns, symbolType="square")

    def coloured(kind: str) -> Row:
        return {"datum": kind, "type": "nominal", **shown}

    def band(low: str, high: str, kind: str) -> Spec:
        ends = {"y": y | {"field": low}, "y2": {"field": high}}
        return {"mark": {"type": "rect"}, "encoding": {"x": x, "x2": {"field": "to"}, **ends, "color": coloured(kind)}}

    def step(field: str, kind: str, ends: tuple[str, str], **mark: object) -> Spec:
        across = {"x": x | {"field": ends[0]}, "x2": {"field": ends[1]}}
        return {
            "transform": [{"filter": f"isValid(datum.{field})"}],
            "mark": {"type": "rule", **mark},
            "encoding": {**across, "y": y | {"field": field}, "color": coloured(kind)},
        }

    layers = [
        band("p05", "p95", kinds[0]),
        band("p25", "p75", kinds[1]),
        step("p50", kinds[2], ("from", "to"), strokeWidth=2.5),
    ]
    if aside is not None:
        layers.append(step("set_aside", kinds[3], ("begin", "end"), strokeWidth=2, strokeDash=[5, 2]))
    return layers


def _fan_alt(who: str, years: Mapping[int, Spread], set_aside: Mapping[int, Appropriation], unit: Unit) -> str:
    dearest = max(years, key=lambda year: years[year].mean.value)
    spread, first, last = years[dearest], min(years), max(years)
    if first == last:
        said = [_("Repayment in {year}: {payer}.", payer=who, year=first)]
    else:
        said = [
            _(
                "Repayment in each budget year from {first} to {last}: {payer}. The dearest year is {year}.",
                payer=who,
                first=first,
                last=last,
                year=dearest,
            )
        ]
    said.append(
        _(
            "On average {mean} is repaid in it; in one future of twenty it is {high} or more.",
            mean=unit.prose(spread.mean.value, error_of(spread.mean)),
            high=unit.prose(spread.p95.value, error_of(spread.p95)),
        )
    )
    if dearest in set_aside and not set_aside[dearest].is_expected:
        one = set_aside[dearest]
        said.append(
            _(
                "{amount} is set aside for it; the probability that it costs more is {share}.",
                amount=unit.prose(one.amount),
                share=share_in_prose(one.p_more),
            )
        )
    return " ".join(said)


GRID: Row = {"tickCount": 4, "grid": True}
"""The look of an axis of money."""
DRAWN = ("p05", "p25", "p50", "p75", "p95", "set_aside")


def _paid(facts: Facts, payer: str) -> dict[int, Spread]:
    """The years from the first to the last in which a payer may pay, or has set something aside."""
    if facts.summary is None:
        return {}
    years = {int(year): spread for year, spread in facts.summary.payers[payer].years.items()}
    aside = {one.year for one in facts.appropriations if one.payer == payer and one.amount > 0.0}
    return _from_first_to_last(years, [year for year in aside if year in years])


def _from_first_to_last(years: dict[int, Spread], also: list[int]) -> dict[int, Spread]:
    """The years from the first to the last in which anything may be paid."""
    paying = [year for year, spread in years.items() if spread.mean.value != 0.0 or spread.p95.value != 0.0] + also
    return {year: spread for year, spread in sorted(years.items()) if paying and min(paying) <= year <= max(paying)}


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
    named_years = sorted({year for name in paying for year in _paid(facts, name)})
    years = list(range(named_years[0], named_years[-1] + 1))
    payers = facts.summary.payers
    ranked = sorted(paying, key=lambda name: -payers[name].total.mean.value)
    means = {name: {int(year): spread.mean for year, spread in payers[name].years.items()} for name in ranked}
    rows = [row for year in years for row in _stacked(year, means)]
    title = _("Mean repayment in each budget year, by payer")
    table = Table(
        "repayment-by-payer",
        f"{title}, {facts.deal.currency}",
        (_("year"), *(party(name) for name in ranked)),
        tuple((number(year, str(year)), *(amount(means[name].get(year, 0.0)) for name in ranked)) for year in years),
    )
    layers = [_stacks(rows, _years(years, width), facts.deal.currency, 2 if width == "half" else 4)]
    alt = _all_payers_alt({name: payers[name].total.mean for name in ranked}, facts.deal.currency)
    return drawn("repayment-by-payer", layers, rows, table, alt, title, width, 230.0)


def _stacked(year: int, means: Mapping[str, Mapping[int, Estimate]]) -> Iterator[Row]:
    """The payers of a year, each upon the one before it; those that have no colour of their own are called others."""
    base = 0.0
    for place, (name, by_year) in enumerate(means.items()):
        paid = by_year[year].value if year in by_year else 0.0
        kind = wrapped(party(name), 28, 1) if place < len(SERIES) - 1 else _("others")
        yield {
            "year": year,
            "from": year - 0.42,
            "to": year + 0.42,
            "payer": kind,
            "key": name,
            "mean": paid,
            "low": base,
            "high": base + paid,
        }
        base += paid


def _stacks(rows: list[Row], x: Row, currency: str, columns: int) -> Spec:
    top = max(row["high"] for row in rows)
    unit = unit_of([top], currency)
    kinds = list(dict.fromkeys(row["payer"] for row in rows))
    return {
        "mark": {"type": "rect", "stroke": INK, "strokeWidth": 0.4},
        "encoding": {
            "x": x,
            "x2": {"field": "to"},
            "y": quantity("low", unit.title, unit.axis | GRID, domain=[0, 1.05 * top]),
            "y2": {"field": "high"},
            "color": {
                "field": "payer",
                "type": "nominal",
                **key(kinds, SERIES, columns=columns, symbolType="square"),
            },
        },
    }


def _all_payers_alt(totals: Mapping[str, Estimate], currency: str) -> str:
    """What is seen of all payers, the one that repays most being the first."""
    first, most = next(iter(totals.items()))
    money = unit_of([total.value for total in totals.values()], currency)
    said = plural(
        "Stacked bars of what {payers} payer repays on average in each budget year.",
        "Stacked bars of what {payers} payers repay on average in each budget year.",
        len(totals),
        payers=len(totals),
    )
    return f"{said} " + _(
        "Most is repaid by {payer}: over all years {amount} on average.",
        payer=party(first),
        amount=money.prose(most.value, error_of(most)),
    )
