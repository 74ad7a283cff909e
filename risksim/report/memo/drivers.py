"""What the answer hangs on: the uncertain numbers that move it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.document import Block, Cell, Table
from risksim.report.figures import drivers as figures
from risksim.report.memo.titles import input_words, input_worth
from risksim.report.memo.words import (
    capital_letter,
    count,
    estimate_cell,
    listing,
    money,
    probability_cell,
    share_cell,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.analysis.sensitivity import Bar, InputOf
    from risksim.metrics.precision import Estimate


def tornado(facts: Facts) -> list[Block]:
    """The five drivers as a picture, half a page wide."""
    chart = figures.tornado(facts, "half")
    return [chart] if chart is not None else []


def drivers(facts: Facts) -> list[str]:
    """What the answer hangs on, in a sentence or two."""
    if facts.drivers is None or not facts.drivers.first:
        return []
    found, first = facts.drivers.found, facts.drivers.first
    inputs = {one.input: one for one in found.inputs}
    bars = {bar.input: bar for bar in found.tornado}
    sentences = []
    if first[0] in bars:
        sentences.append(_swing(facts, inputs[first[0]], bars[first[0]]))
    rest = [input_words(facts, name) for name in first[1 if sentences else 0 :]]
    if rest and sentences:
        sentences.append(_("Then come {inputs}.", inputs=listing(rest)))
    elif rest:
        sentences.append(_("The answer hangs most on {inputs}.", inputs=listing(rest)))
    guessed = sum(inputs[name].is_assumption for name in first if name in inputs)
    if guessed:
        sentences.append(_guessed(guessed, len(first)))
    return sentences


def _guessed(guessed: int, of: int) -> str:
    if of == 1:
        return _("It is an assumption, not a published number.")
    if guessed == of:
        return _("All {of} are assumptions, not published numbers.", of=count(of))
    return plural(
        "Of these {of}, {number} is an assumption and not a published number.",
        "Of these {of}, {number} are assumptions and not published numbers.",
        guessed,
        number=count(guessed),
        of=count(of),
    )


def _swing(facts: Facts, what: InputOf, bar: Bar) -> str:
    """What the largest driver does between the ends of its law."""
    currency = facts.deal.currency
    low, high = bar.npv.low, bar.npv.high
    return capital_letter(
        _(
            "{input} matters most: from {from_value} to {to_value}, the mean present value goes from {low} to {high}.",
            input=input_words(facts, bar.input),
            from_value=input_worth(facts, bar.input, bar.low_value, what.unit),
            to_value=input_worth(facts, bar.input, bar.high_value, what.unit),
            low=money(low.value, currency, low.standard_error),
            high=money(high.value, currency, high.standard_error),
        )
    )


def drivers_table(facts: Facts) -> list[Block]:
    """All uncertain numbers by their influence, for the annex and the workbook."""
    if facts.drivers is None:
        return []
    found = facts.drivers.found
    shares = {one.input: one.npv for one in found.given_data}
    bars = {bar.input: bar for bar in found.tornado}
    order = [*bars, *(one.input for one in found.given_data if one.input not in bars)]
    inputs = {one.input: one for one in found.inputs}
    rows = [_driver_row(facts, inputs[name], bars.get(name), shares.get(name)) for name in order if name in inputs]
    if not rows:
        return []
    return [
        Table(
            "drivers",
            _("Uncertain numbers by their influence (present value, {currency})", currency=facts.deal.currency),
            (
                "",
                _("10 % point"),
                _("90 % point"),
                _("mean at the first"),
                _("mean at the second"),
                _("risk of loss at the first"),
                _("at the second"),
                _("share of the variance"),
                _("origin"),
            ),
            tuple(rows),
            (_("Each number is held at two points of its law while all others and all luck stay as drawn."),),
        )
    ]


def _driver_row(facts: Facts, what: InputOf, bar: Bar | None, share: Estimate | None) -> tuple[Cell, ...]:
    name = text_cell(input_words(facts, what.input))
    origin = text_cell(_("assumed") if what.is_assumption else _("published"))
    part = text_cell("") if share is None else share_cell(min(max(share.value, 0.0), 1.0), share.standard_error, 0)
    if bar is None:
        return (name, *(text_cell(""),) * 6, part, origin)
    return (
        name,
        Cell(input_worth(facts, what.input, bar.low_value, what.unit), bar.low_value, "number", 4),
        Cell(input_worth(facts, what.input, bar.high_value, what.unit), bar.high_value, "number", 4),
        estimate_cell(bar.npv.low),
        estimate_cell(bar.npv.high),
        probability_cell(bar.p_loss.low),
        probability_cell(bar.p_loss.high),
        part,
        origin,
    )
