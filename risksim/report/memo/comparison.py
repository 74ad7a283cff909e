"""The memo of several deals side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from risksim.language import _, plural, spoken
from risksim.report.compare import said_otherwise
from risksim.report.document import (
    Attachment,
    Block,
    Bullets,
    Cell,
    Document,
    Heading,
    Paragraph,
    Sheet,
    Table,
)
from risksim.report.figures import compared as pictures
from risksim.report.figures import returns as figures
from risksim.report.memo.annex_statistics import statistics
from risksim.report.memo.assumptions import counted
from risksim.report.memo.limits import all_limits
from risksim.report.memo.opening import the_answer, the_deal
from risksim.report.memo.parties import investors
from risksim.report.memo.provenance import how, provenance_table
from risksim.report.memo.returns import three_lines
from risksim.report.memo.sheets import MOST_LETTERS
from risksim.report.memo.titles import whose_title
from risksim.report.memo.words import (
    change_cell,
    count,
    error_of,
    estimate_cell,
    listing,
    loss_cell,
    money_cell,
    party,
    probability_cell,
    return_cell,
    text_cell,
    tidied,
)
from risksim.report.memo.words import (
    date as day_words,
)
from risksim.report.numbers import plus_minus

if TYPE_CHECKING:
    from risksim.analysis.compare import Difference, Pair, Quantity
    from risksim.analysis.memo import Compared, Facts
    from risksim.metrics.precision import Estimate

MOST_LINES = 25
"""Places that two files say differently, told in the annex."""
MOST_SIDE_BY_SIDE = 6
"""Deals that stand as columns; more stand as rows."""
_YEAR, _SUCCESSES, _BENEFIT = "repayment ", "successes ", "net benefit "


def comparison(compared: Compared, date: dt.date | None = None) -> Document:
    """Write the memo of several deals.

    Parameters
    ----------
    compared : Compared
        What was found of each, and their paired differences.
    date : date, optional
        That stands below the title.

    Returns
    -------
    Document
        In the language spoken.
    """
    deals = compared.facts
    subtitle = _("Comparison for the board")
    if date is not None:
        subtitle = _("Comparison for the board, {date}", date=day_words(date))
    front: list[Block] = [
        Heading(_title(deals), 1),
        Paragraph(_sentence(deals), "lead"),
        *_differences(compared),
        *_drawn(compared),
        side_by_side(deals),
        Heading(_("What is assumed")),
        *(Paragraph(_("{deal}: {said}", deal=one.deal.name, said=counted(one))) for one in deals),
        Heading(_("What the calculation cannot say")),
        Paragraph(" ".join(all_limits(public=any(one.budgets is not None for one in deals))), "note"),
    ]
    sheets = [Sheet(_("Comparison")[:MOST_LETTERS], (side_by_side(deals), *_differences(compared)))]
    for number, one in enumerate(deals, 1):
        told = tidied(statistics(one, all_of_them=True))
        sheets += [Sheet(f"{number} {_('Statistics')}"[:MOST_LETTERS], (Heading(one.deal.name), *told))] if told else []
    return Document(
        spoken(),
        _title(deals),
        subtitle,
        _title(deals),
        tidied(front),
        tidied([*_otherwise(compared), *(block for one in deals for block in _annex(one))]),
        tuple(sheets),
        tuple(_attachments(deals)),
        (_("social outcome investment"), _("comparison")),
    )


def _title(deals: tuple[Facts, ...]) -> str:
    if len(deals) > MOST_SIDE_BY_SIDE:
        return _("{number} deals side by side", number=count(len(deals)))
    return listing([one.deal.name for one in deals])


def _sentence(deals: tuple[Facts, ...]) -> str:
    """Which deal is the safest and which the riskiest for its investors."""
    told = [one for one in deals if one.summary is not None and investors(one.deal) and one.summary.tranches]
    if len(told) < 2:
        return _("The deals stand side by side; fewer than two of them have investors.")
    ranked = sorted(told, key=lambda one: one.summary.everybody.loss.p_loss.value)  # type: ignore[union-attr]
    safest, riskiest = ranked[0], ranked[-1]
    low, high = (one.summary.everybody.loss.p_loss for one in (safest, riskiest))  # type: ignore[union-attr]
    if high.value - low.value <= 2.0 * (error_of(high) ** 2 + error_of(low) ** 2) ** 0.5:
        return _("The risk of loss is the same for all of them, as far as the simulation can tell.")
    return _(
        "The risk of loss is lowest in {safest} ({low}) and highest in {riskiest} ({high}).",
        safest=safest.deal.name,
        low=probability_cell(low).text,
        riskiest=riskiest.deal.name,
        high=probability_cell(high).text,
    )


def side_by_side(deals: tuple[Facts, ...]) -> Table:
    """The main figures of every deal."""
    figures = [(name, [cell(one) for one in deals]) for name, cell in _figures()]
    shown = [(name, cells) for name, cells in figures if any(cell.text for cell in cells)]
    caption = _("Main figures, each in the currency of its deal")
    if len(deals) <= MOST_SIDE_BY_SIDE:
        rows = tuple((text_cell(name), *cells) for name, cells in shown)
        return Table("side-by-side", caption, ("", *(one.deal.name for one in deals)), rows)
    rows = tuple(
        (text_cell(one.deal.name), *(cells[place] for _name, cells in shown)) for place, one in enumerate(deals)
    )
    return Table("side-by-side", caption, ("", *(name for name, _cells in shown)), rows)


def _figures() -> list[tuple[str, Callable[[Facts], Cell]]]:
    """What is told of each deal."""
    nothing = text_cell("")

    def of_investors(tell: Callable[..., Cell]) -> Callable[[Facts], Cell]:
        def found(one: Facts) -> Cell:
            if one.summary is None or not investors(one.deal) or not one.summary.tranches or one.deal.capital == 0.0:
                return nothing
            return tell(one.summary.everybody)

        return found

    def repaid(one: Facts) -> Cell:
        if one.summary is None or not one.summary.payers:
            return nothing
        means = [payer.total.mean for payer in one.summary.payers.values()]
        return money_cell(sum(mean.value for mean in means), sum(error_of(mean) ** 2 for mean in means) ** 0.5)

    def planned(one: Facts) -> Cell:
        return Cell(count(one.deal.people), one.deal.people, "people") if one.deal.people else nothing

    return [
        (_("currency"), lambda one: text_cell(one.deal.currency)),
        (_("people planned"), planned),
        (_("capital"), lambda one: nothing if one.deal.capital is None else money_cell(one.deal.capital)),
        (_("risk of loss"), of_investors(lambda side: probability_cell(side.loss.p_loss))),
        (_("yearly return"), of_investors(lambda side: return_cell(side.irr.of_mean_flow))),
        (_("mean loss, worst twentieth"), of_investors(lambda side: loss_cell(side.loss.expected_shortfall_95))),
        (_("repaid on average"), repaid),
        (
            _("net benefit of public budgets"),
            lambda one: nothing if one.budgets is None else estimate_cell(one.budgets.total.net_benefit.mean),
        ),
    ]


def _differences(compared: Compared) -> list[Block]:
    """Paired differences to the first deal, or why there are none."""
    if compared.comparison is None:
        told = _(
            "The deals meet different people, so their figures are told side by side and not as differences future by "
            "future."
        )
        return [Paragraph(_(compared.why_not) if compared.why_not else told)]
    found, names = compared.comparison, {side.letter: side.deal for side in compared.comparison.sides}
    first = found.sides[0].deal
    blocks: list[Block] = [Heading(_("Differences on the same people and the same luck"))]
    for pair in found.pairs:
        blocks.append(_pair(compared.facts[0], pair, names[pair.letter], first, found.currency))
    return blocks


def _pair(facts: Facts, pair: Pair, deal: str, first: str, currency: str) -> Table:
    shown = [one for one in pair.differences if not one.quantity.key.startswith(_YEAR)]
    return Table(
        f"difference-{pair.letter.lower()}",
        _("{deal} less {first} ({currency})", deal=deal, first=first, currency=currency),
        ("", _("mean difference"), _("standard error"), _("5 %"), _("95 %"), _("higher"), _("lower")),
        tuple(_difference(facts, one) for one in shown),
    )


def _difference(facts: Facts, one: Difference) -> tuple[Cell, ...]:
    scale, places = (100.0, 1) if one.quantity.unit == "1" else (1.0, 0)
    spread = one.over_paths
    ends = (spread.quantiles[0], spread.quantiles[-1]) if one.quantity.unit != "1" else None
    return (
        text_cell(quantity_words(facts, one.quantity)),
        change_cell(spread.mean, scale, places),
        _error_cell(spread.mean, scale, places),
        text_cell("") if ends is None else change_cell(ends[0]),
        text_cell("") if ends is None else change_cell(ends[1]),
        probability_cell(one.p_more),
        probability_cell(one.p_less),
    )


def _error_cell(mean: Estimate, scale: float, places: int) -> Cell:
    """The paired standard error of a mean difference."""
    error = scale * error_of(mean)
    return Cell(plus_minus(error, language=spoken()), error, "number", places) if error > 0.0 else text_cell("")


def _drawn(compared: Compared) -> list[Block]:
    """Differences and results as charts, where the deals have them."""
    shown = pictures.differences(compared), pictures.exceedance(compared)
    return [chart for chart in shown if chart is not None]


def _otherwise(compared: Compared) -> list[Block]:
    """What the files say differently, place by place."""
    if compared.comparison is None:
        return []
    blocks: list[Block] = [Heading(_("What the files say differently"))]
    names = {side.letter: side.deal for side in compared.comparison.sides}
    for pair in compared.comparison.pairs:
        lines = [said_otherwise(line) for line in pair.words[:MOST_LINES]]
        if len(pair.words) > MOST_LINES:
            rest = len(pair.words) - MOST_LINES
            lines.append(plural("{number} further place.", "{number} further places.", rest, number=count(rest)))
        blocks += [Heading(names[pair.letter], 3), Bullets(tuple(lines)) if lines else Paragraph(_("Nothing."))]
    return blocks


def quantity_words(facts: Facts, quantity: Quantity) -> str:
    """What is compared, in words."""
    key = quantity.key
    plain = {
        "npv": _("present value of investors"),
        "lost": _("risk of loss, in percentage points"),
        "loss": _("loss of investors"),
        "repayment": _("repayment"),
    }
    if key in plain:
        return plain[key]
    if key.startswith(_YEAR):
        return _("repayment in {year}", year=key.removeprefix(_YEAR))
    if key.startswith(_SUCCESSES):
        return _("people who reach {outcome}", outcome=whose_title(facts.deal, key.removeprefix(_SUCCESSES)))
    if key.startswith(_BENEFIT):
        return _("net benefit: {budget}", budget=party(key.removeprefix(_BENEFIT), article=False))
    return key


def _annex(one: Facts) -> list[Block]:
    blocks: list[Block] = [Heading(one.deal.name), Paragraph(" ".join(the_deal(one))), Paragraph(the_answer(one))]
    chart = figures.histogram(one, "full")
    if chart is not None:
        caption = _("{deal}: {said}", deal=one.deal.name, said=chart.caption)
        blocks.append(chart._replace(name=f"{chart.name}-{one.provenance.digest[:8]}", caption=caption))
    return [
        *blocks,
        *three_lines(one),
        Paragraph(how(one.provenance), "note"),
        _renamed(provenance_table(one.provenance, one.deal.day_count), one),
    ]


def _renamed(table: Table, one: Facts) -> Table:
    return table._replace(name=f"provenance-{one.provenance.digest[:8]}")


def _attachments(deals: tuple[Facts, ...]) -> list[Attachment]:
    """Every file once; files of the same name are told apart by a number."""
    found: list[Attachment] = []
    taken: set[str] = set()
    for number, one in enumerate(deals, 1):
        name = one.provenance.file
        name = f"{number}-{name}" if name in taken else name
        taken.add(name)
        found.append(Attachment(name, _("The scenario file"), one.provenance.text))
    return found
