"""What the answer hangs on: the uncertain numbers that move it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.document import Block, Cell, Table
from risksim.report.figures import drivers as figures
from risksim.report.memo.titles import input_words, input_worth
from risksim.report.memo.words import (
    DASH,
    EXACT_DIGITS,
    capital_letter,
    change_cell,
    count,
    estimate_cell,
    listing,
    money,
    money_cell,
    probability_cell,
    share_cell,
    text_cell,
)
from risksim.report.numbers import marked

if TYPE_CHECKING:
    from risksim.analysis.judgements import Judged
    from risksim.analysis.memo import Facts
    from risksim.analysis.purse_tornado import Bar as PurseBar
    from risksim.analysis.sensitivity import Bar, InputOf
    from risksim.metrics.precision import Estimate


MOST_OF_PURSE = 12
"""Numbers that are listed of those that public budgets hang on."""


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


def all_tables(facts: Facts) -> list[Block]:
    """All that moves the answer: uncertain numbers, judgements of the register, and what public budgets hang on."""
    return [*drivers_table(facts), *judged_table(facts), *purse_drivers(facts)]


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


def judged_table(facts: Facts) -> list[Block]:
    """The constants of the register that are judgements, each moved over its range, for the annex and the workbook."""
    found = facts.drivers.found.judged if facts.drivers is not None else ()
    if not found:
        return []
    public = any(one.net_benefit is not None for one in found)
    head = [
        _("constant"),
        _("value"),
        _("from"),
        _("to"),
        _("change of the mean present value"),
        _("change of the risk of loss in points"),
    ]
    if public:
        head.append(_("change for public budgets"))
    rows = tuple(_judged_row(one, public) for one in found)
    notes = [_("Each is moved from one end of its range to the other, met by the same people and luck.")]
    if any(one.npv is None for one in found):
        notes.append(_("What has no range here acts through a number that is moved above, or is not moved by itself."))
    caption = _("Judgements of the register that act in the deal ({currency})", currency=facts.deal.currency)
    return [Table("judgements", caption, tuple(head), rows, tuple(notes))]


def _judged_row(one: Judged, public: bool) -> tuple[Cell, ...]:
    row = [text_cell(one.key), text_cell(marked(one.value))]
    if one.npv is None or one.p_loss is None or one.low_value is None or one.high_value is None:
        return (*row, *(text_cell(DASH),) * (4 + public))
    row += [Cell(marked(f"{end:.3g}"), end, "number", 4) for end in (one.low_value, one.high_value)]
    row += [change_cell(one.npv.swing), change_cell(one.p_loss.swing, 100.0, 1)]
    if public:
        row.append(text_cell(DASH) if one.net_benefit is None else change_cell(one.net_benefit.swing))
    return tuple(row)


def purse_drivers(facts: Facts) -> list[Block]:
    """What the net benefit of public budgets hangs on, on paper, for the annex and the workbook."""
    found = facts.purse_drivers
    if found is None or not found.bars:
        return []
    shown = found.bars[:MOST_OF_PURSE]
    what = _("net benefit") if found.quantity == "net benefit" else _("own costs")
    caption = _(
        "What the {what} of public budgets hangs on ({currency}; with every number at its mean: {base})",
        what=what,
        currency=facts.deal.currency,
        base=money_cell(found.base, digits=EXACT_DIGITS).text,
    )
    rows = tuple(_purse_row(facts, bar) for bar in shown)
    notes = [_("Reckoned on paper: one number is moved at a time, all others stand at their means.")]
    if len(found.bars) > len(shown):
        notes.append(_("The {number} numbers that move it most.", number=count(len(shown))))
    head = ("", _("low value"), _("high value"), _("change at the first"), _("change at the second"), _("between both"))
    return [Table("purse-drivers", caption, head, rows, tuple(notes))]


def _purse_row(facts: Facts, bar: PurseBar) -> tuple[Cell, ...]:
    ends = bar.points[:2] if len(bar.points) > 1 else (*bar.points, *bar.points)
    return (
        text_cell(input_words(facts, bar.name)),
        *(Cell(input_worth(facts, bar.name, end.value, bar.unit), end.value, "number", 4) for end in ends),
        *(money_cell(end.change, digits=EXACT_DIGITS) for end in ends),
        money_cell(bar.swing, digits=EXACT_DIGITS),
    )


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
