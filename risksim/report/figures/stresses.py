"""What becomes of the deal under each stress."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    INK,
    LETTER,
    PIXELS,
    Row,
    Unit,
    Width,
    amount,
    drawn,
    error_of,
    listed,
    share,
    share_in_prose,
    unit_of,
    word,
    wrapped,
)
from risksim.report.figures.marks import lines_of
from risksim.report.numbers import percent, rounded
from risksim.report.stress import visible

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.analysis.standard import Answered, Standard

NAMES = {
    "half_enrolment": N_("half the enrolment"),
    "dropout": N_("twice the odds of leaving"),
    "low_success": N_("success at the 10 % point"),
    "year_late": N_("one year late"),
    "recession": N_("recession in year two"),
    "harder_group": N_("a harder target group"),
    "anonymous": N_("three times as many anonymous"),
    "half_cap": N_("half the cap"),
    "ended_early": N_("ended half-way"),
    "no_refunds": N_("no refunds"),
}
"""The standard stresses by their keys; a stress of the file is called as there."""
BAD, NEUTRAL, GOOD = "#c9581a", "#ffffff", "#8fc1e3"
"""Of the worst change of a column, of none, and of the best one: bad is darker than good, so that grey tells them."""
LETTERS = {"half": 20, "full": 32}


class Measure(NamedTuple):
    """A column of the map."""

    key: str
    title: str
    """Above the map, with the unit of its figures."""
    head: str
    """Above the table, whose cells hold whole amounts."""
    scale: float
    """What a figure is divided by. [unit of the figure]"""
    unit: Unit | None
    """Of money; None for probabilities."""
    better: int
    """1 where more is good, -1 where less is, 0 where it depends on who asks."""
    base: Estimate
    level: Callable[[Answered], Estimate | None]
    change: Callable[[Answered], Estimate | None]


def heat(facts: Facts, width: Width = "full") -> Chart | None:
    """Stresses by measures, coloured by how much worse or better each is than the deal as it stands.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where no stress makes sense.
    """
    if facts.stresses is None or not facts.stresses.stresses:
        return None
    found = facts.stresses
    measures = _measures(found, facts.deal.currency)
    names = [_("as it stands"), *(stress_name(one) for one in found.stresses)]
    rows = [row for column, measure in enumerate(measures) for row in _column(column, measure, found, names)]
    labels = [wrapped(name, LETTERS[width], 1 if width == "full" else 2) for name in names]
    taken = min(LETTER * max(len(line) for label in labels for line in label.split("\n")) + 20, 0.42 * PIXELS[width])
    cell = (PIXELS[width] - taken) / len(measures)
    heads = [wrapped(measure.title, max(8, int(cell / 6.3)), 3) for measure in measures]
    height = 30.0 + 13 * (lines_of(heads) - 1) + sum(15 * (label.count("\n") + 1) + 6 for label in labels)
    caption = _("What stresses do: the figure under the stress, and its change")
    layers = _cells_in_colour(_above(heads), listed(labels))
    return drawn("stresses", layers, rows, _table(found, measures, names, caption), _alt(found), caption, width, height)


def _column(column: int, measure: Measure, found: Standard, names: Sequence[str]) -> Iterator[Row]:
    """The cells of a measure: as it stands, and under each stress."""
    changes = [measure.change(one) for one in found.stresses]
    far = max((abs(each.value) for each in changes if each is not None and visible(each)), default=0.0)
    yield _cell(0, column, names[0], measure, measure.base, None, far)
    for place, (one, change) in enumerate(zip(found.stresses, changes, strict=True), 1):
        yield _cell(place, column, names[place], measure, measure.level(one), change, far)


def _above(heads: Sequence[str]) -> Row:
    """The measures as an axis above the map."""
    across = listed(heads, "column")
    across["axis"] |= {
        "orient": "top",
        "labelAngle": 0,
        "labelAlign": "center",
        "labelBaseline": "bottom",
        "labelOffset": 0,
        "labelPadding": 5 + 13 * (lines_of(heads) - 1),
    }
    return across


def _cells_in_colour(across: Row, down: Row) -> list[Spec]:
    """The map, with the figures in its cells."""
    colours = {
        "field": "worth",
        "type": "quantitative",
        "scale": {"domain": [-1, 0, 1], "range": [BAD, NEUTRAL, GOOD], "interpolate": "rgb"},
        "legend": None,
    }
    return [
        {
            "mark": {"type": "rect", "stroke": "#bbbbbb", "strokeWidth": 0.6},
            "encoding": {"x": across, "y": down, "color": colours},
        },
        *(
            {
                "transform": [{"filter": f"{'' if is_base else '!'}datum.base"}],
                "mark": {"type": "text", "fontWeight": "bold" if is_base else "normal", "color": INK},
                "encoding": {"x": across, "y": down, "text": {"field": "said"}},
            }
            for is_base in (True, False)
        ),
    ]


def _table(found: Standard, measures: Sequence[Measure], names: Sequence[str], caption: str) -> Table:
    as_it_stands = [cell for measure in measures for cell in (_level(measure, measure.base), word(""))]
    under = [
        [
            cell
            for measure in measures
            for cell in (_level(measure, measure.level(one)), _change(measure, measure.change(one)))
        ]
        for one in found.stresses
    ]
    return Table(
        "stresses",
        caption,
        ("", *(part for measure in measures for part in (measure.head, _("change")))),
        tuple((word(name), *cells) for name, cells in zip(names, [as_it_stands, *under], strict=True)),
        (
            _(
                "Orange is worse and blue is better; there is no colour where the simulation sees no change, or where "
                "it depends on who asks."
            ),
        ),
        emphasised=(0,),
    )


def stress_name(one: Answered) -> str:
    """A stress in the language spoken; one of the file as the file calls it."""
    return _(NAMES[one.key]) if one.key in NAMES else one.found.name


def _measures(found: Standard, currency: str) -> tuple[Measure, ...]:
    values = [found.base, *(one.found.values for one in found.stresses)]
    npv = unit_of([each.npv.value for each in values] + [each.npv_es95.value for each in values], currency)
    paid = unit_of([each.repayment.value for each in values], currency)

    def of_investors(name: str, said: str, unit: Unit | None, better: int) -> Measure:
        title = _(said) if unit is None else _(said, unit=unit.title)
        head = _(said) if unit is None else _(said, unit=currency)
        scale = 0.01 if unit is None else unit.scale
        level, change = attrgetter(f"found.values.{name}"), attrgetter(f"found.difference.{name}")
        return Measure(name, title, head, scale, unit, better, getattr(found.base, name), level, change)

    return (
        of_investors("p_loss", N_("probability of a loss"), None, -1),
        of_investors("npv", N_("mean present value, {unit}"), npv, 1),
        of_investors("npv_es95", N_("worst 5 %: loss, {unit}"), npv, -1),
        of_investors("repayment", N_("mean repayment, {unit}"), paid, 0),
        *_of_budgets(found, currency),
    )


def _of_budgets(found: Standard, currency: str) -> Iterator[Measure]:
    """What all public budgets are left with, where the file says so."""
    whole = dict(found.net_benefit).get(TOTAL)
    if whole is None:
        return
    by_stress = [moved for one in found.stresses for moved in one.budgets if moved.budget == TOTAL]
    unit = unit_of([whole.value, *(moved.net_benefit.value for moved in by_stress)], currency)

    def moved(one: Answered, field: str) -> Estimate | None:
        return next((getattr(each, field) for each in one.budgets if each.budget == TOTAL), None)

    yield Measure(
        "net_benefit",
        _("public net benefit, {unit}", unit=unit.title),
        _("public net benefit, {unit}", unit=currency),
        unit.scale,
        unit,
        1,
        whole,
        lambda one: moved(one, "net_benefit"),
        lambda one: moved(one, "difference"),
    )


def _cell(
    place: int,
    column: int,
    name: str,
    measure: Measure,
    level: Estimate | None,
    change: Estimate | None,
    far: float,
) -> Row:
    worth = 0.0
    if change is not None and far > 0.0 and visible(change):
        worth = measure.better * change.value / far
    said = "-" if level is None or math.isnan(level.value) else _said(measure, level)
    if change is not None and not math.isnan(change.value):
        said = f"{said} ({_moved(measure, change)})"
    return {
        "row": place,
        "column": column,
        "stress": name,
        "measure": measure.key,
        "level": None if level is None or math.isnan(level.value) else level.value,
        "change": None if change is None or math.isnan(change.value) else change.value,
        "worth": worth,
        "said": said,
        "base": place == 0,
    }


def _said(measure: Measure, level: Estimate) -> str:
    if measure.unit is None:
        return _whole(level)
    return measure.unit.short(level.value, error_of(level))


def _whole(level: Estimate) -> str:
    """A probability to the whole per cent, with a bound where it was never or always seen."""
    if level.value in (0.0, 1.0) and level.high > level.low:
        bound = ceil_to(level.high) if level.value == 0.0 else 1.0 - ceil_to(1.0 - level.low)
        return f"{'<' if level.value == 0.0 else '>'} {percent(bound, 0.0, 1, spoken())}"
    most = 1 if min(level.value, 1.0 - level.value) < 0.0995 else 0
    return percent(level.value, level.standard_error, most, spoken())


def ceil_to(small: float, step: float = 1e-3) -> float:
    """A small probability rounded up to a tenth of a per cent."""
    return step * math.ceil(small / step - 1e-9)


def _moved(measure: Measure, change: Estimate) -> str:
    """A change with its sign, 0 where the simulation sees none."""
    if not visible(change):
        return "0"
    places = measure.unit.places if measure.unit is not None else 1
    text = rounded(change.value / measure.scale, error_of(change) / measure.scale, places, spoken())
    if float(text.replace(".", "").replace(",", "")) == 0.0:
        return "0"
    return text if text.startswith("-") else f"+{text}"


def _level(measure: Measure, level: Estimate | None) -> Cell:
    if level is None or math.isnan(level.value):
        return Cell("-")
    return share(level) if measure.unit is None else amount(level)


def _change(measure: Measure, change: Estimate | None) -> Cell:
    if change is None or math.isnan(change.value):
        return Cell("-")
    if measure.unit is None:
        text = rounded(100.0 * change.value, 100.0 * error_of(change), 2, spoken())
        signed = f"+{text}" if change.value > 0.0 else text
        return share(change.value)._replace(text=_("{points} points", points=signed) if visible(change) else "0")
    cell = amount(change)
    if not visible(change):
        return cell._replace(text="0")
    return cell._replace(text=f"+{cell.text}") if change.value > 0.0 else cell


def _alt(found: Standard) -> str:
    worst = min(found.stresses, key=lambda one: one.found.difference.npv.value)
    dearest = max(found.stresses, key=lambda one: one.found.difference.p_loss.value)
    base, after = found.base.p_loss, dearest.found.values.p_loss
    said = [_("Table in colours of what each stress does to investors and payers.")]
    if visible(worst.found.difference.npv):
        said.append(_("The mean present value falls most by: {stress}.", stress=stress_name(worst)))
    if visible(dearest.found.difference.p_loss) and dearest.found.difference.p_loss.value > 0.0:
        said.append(
            _(
                "The probability of a loss is {base} as it stands, and rises most by {stress}: to {after}.",
                base=share_in_prose(base),
                stress=stress_name(dearest),
                after=share_in_prose(after),
            )
        )
    else:
        said.append(_("The probability of a loss, {base} as it stands, rises under none.", base=share_in_prose(base)))
    return " ".join(said)
