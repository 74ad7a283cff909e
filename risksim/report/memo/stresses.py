"""The stress table: the same people and luck, met by a harder world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Bullets, Cell, Heading, Paragraph, Table
from risksim.report.figures import stresses as figures
from risksim.report.memo.titles import stress_name, stress_words
from risksim.report.memo.words import (
    capital_letter,
    change_cell,
    count,
    estimate_cell,
    listing,
    party,
    probability_cell,
    rate,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.analysis.standard import Answered
    from risksim.analysis.stress import Figures

TOTAL = "total"


def stresses(facts: Facts) -> list[Block]:
    """The stress table, the worst first."""
    found = facts.stresses
    if found is None or not found.stresses:
        return []
    public = bool(found.net_benefit)
    head = ["", _("risk of loss"), _("change in points"), _("present value"), _("change"), _("repayment")]
    if public:
        head.append(_("public budgets, change"))
    rows = [_row(_("as it stands"), found.base, None, public, None)]
    worst_first = sorted(found.stresses, key=lambda one: one.found.difference.npv.value)
    rows += [
        _row(stress_name(one.key, one.found.name), one.found.values, one.found.difference, public, one)
        for one in worst_first
    ]
    table = Table(
        "stresses",
        _(
            "Stresses: the same people and luck in a harder world ({currency}, present values at {rate})",
            currency=facts.deal.currency,
            rate=rate(found.hurdle),
        ),
        tuple(head),
        tuple(rows),
        notes=_notes(facts),
        emphasised=(0,),
    )
    return [table, *_left_out(facts)]


def _row(name: str, values: Figures, moved: Figures | None, public: bool, one: Answered | None) -> tuple[Cell, ...]:
    row = [
        text_cell(name),
        probability_cell(values.p_loss),
        text_cell("") if moved is None else change_cell(moved.p_loss, 100.0, 1),
        estimate_cell(values.npv),
        text_cell("") if moved is None else change_cell(moved.npv),
        estimate_cell(values.repayment),
    ]
    if public:
        totals = [] if one is None else [each for each in one.budgets if each.budget == TOTAL]
        row.append(change_cell(totals[0].difference) if totals else text_cell(""))
    return tuple(row)


def _notes(facts: Facts) -> tuple[str, ...]:
    """How many futures stand behind the table, where they are fewer than behind the answer."""
    assert facts.stresses is not None
    paths = max(one.paths for one in facts.stresses.stresses)
    if paths >= facts.provenance.paths:
        return ()
    return (
        _(
            "On {number} simulated futures, so that the deal as it stands may differ a little from the figures above.",
            number=count(paths),
        ),
    )


def _left_out(facts: Facts) -> list[Block]:
    """The stresses that this deal has nothing for, in one sentence."""
    assert facts.stresses is not None
    names = [stress_name(one.key, one.name) for one in facts.stresses.left_out]
    if not names:
        return []
    said = _("Left out, because the deal has nothing that they would change: {stresses}.", stresses=listing(names))
    return [Paragraph(said, "note")]


def what_each_does(facts: Facts) -> list[Block]:
    """What each stress changes, for the annex."""
    if facts.stresses is None or not facts.stresses.stresses:
        return []
    said = [
        capital_letter(
            _(
                "{stress}: {what}.",
                stress=stress_name(one.key, one.found.name),
                what=stress_words(one.key),
            )
        )
        for one in facts.stresses.stresses
    ]
    heat = figures.heat(facts, "full")
    blocks: list[Block] = [Heading(_("What each stress does"), 3), Bullets(tuple(said))]
    return [*blocks, heat] if heat is not None else blocks


def stresses_by_budget(facts: Facts) -> list[Block]:
    """What each stress changes for each public budget, for the workbook."""
    found = facts.stresses
    if found is None or not found.net_benefit:
        return []
    names = [name for name, _value in found.net_benefit]
    rows = [(text_cell(_("as it stands")), *(estimate_cell(value) for _name, value in found.net_benefit))]
    for one in found.stresses:
        by_name = {each.budget: each for each in one.budgets}
        cells = (change_cell(by_name[name].difference) if name in by_name else text_cell("") for name in names)
        rows.append((text_cell(stress_name(one.key, one.found.name)), *cells))
    return [
        Table(
            "stresses-by-budget",
            _(
                "Mean net benefit of public budgets, and what each stress changes ({currency})",
                currency=facts.deal.currency,
            ),
            ("", *(party(name, article=False) for name in names)),
            tuple(rows),
        )
    ]
