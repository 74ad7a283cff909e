"""What becomes of the deal under each stress."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    INK,
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
    rows: list[Row] = []
    for column, measure in enumerate(measures):
        changes = [measure.change(one) for one in found.stresses]
        far = max((abs(each.value) for each in changes if each is not None and visible(each)), default=0.0)
        rows.append(_cell(0, column, names[0], measure, measure.base, None, far))
        for place, one in enumerate(found.stresses, 1):
            rows.append(_cell(place, column, names[place], measure, measure.level(one), changes[place - 1], far))
    letters = LETTERS[width]
    labels = [wrapped(name, letters, 1 if width == "full" else 2) for name in names]
    taken = min(6.2 * max(len(line) for label in labels for line in label.split("\n")) + 20, 0.42 * PIXELS[width])
    cell = (PIXELS[width] - taken) / len(measures)
    down = listed(labels)
    heads = [wrapped(measure.title, max(8, int(cell / 6.3)), 3) for measure in measures]
    across = listed(heads, "column")
    across["axis"] = across["axis"] | {
        "orient": "top",
        "labelAngle": 0,
        "labelAlign": "center",
        "labelBaseline": "bottom",
    }
    lines = max(head.count("\n") for head in heads)
    across["axis"]["labelOffset"] = 0
    across["axis"]["labelPadding"] = 5 + 13 * lines
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "stroke": "#bbbbbb", "strokeWidth": 0.6},
            "encoding": {
                "x": across,
                "y": down,
                "color": {
                    "field": "worth",
                    "type": "quantitative",
                    "scale": {"domain": [-1, 0, 1], "range": [BAD, NEUTRAL, GOOD], "interpolate": "rgb"},
                    "legend": None,
                },
            },
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
    caption = _("What stresses do: the figure under the stress, and its change")
    table = Table(
        "stresses",
        caption,
        ("", *(part for measure in measures for part in (measure.title, _("change")))),
        (
            (word(names[0]), *(part for measure in measures for part in (_level(measure, measure.base), word("")))),
            *(
                (
                    word(stress_name(one)),
                    *(
                        part
                        for measure in measures
                        for part in (_level(measure, measure.level(one)), _change(measure, measure.change(one)))
                    ),
                )
                for one in found.stresses
            ),
        ),
        (
            _(
                "Orange is worse and blue is better; there is no colour where the simulation sees no change, or where "
                "it depends on who asks."
            ),
        ),
        emphasised=(0,),
    )
    height = 30.0 + 13 * lines + sum(15 * (label.count("\n") + 1) + 6 for label in labels)
    return drawn("stresses", layers, rows, table, _alt(found), caption, width, height)


def stress_name(one: Answered) -> str:
    """A stress in the language spoken; one of the file as the file calls it."""
    return _(NAMES[one.key]) if one.key in NAMES else one.found.name


def _measures(found: Standard, currency: str) -> tuple[Measure, ...]:
    all_ = [found.base, *(one.found.values for one in found.stresses)]
    npv = unit_of([each.npv.value for each in all_] + [each.npv_es95.value for each in all_], currency)
    paid = unit_of([each.repayment.value for each in all_], currency)
    base = found.base
    measures = [
        Measure(
            "p_loss",
            _("probability of a loss"),
            0.01,
            None,
            -1,
            base.p_loss,
            lambda one: one.found.values.p_loss,
            lambda one: one.found.difference.p_loss,
        ),
        Measure(
            "npv",
            _("mean present value, {unit}", unit=npv.title),
            npv.scale,
            npv,
            1,
            base.npv,
            lambda one: one.found.values.npv,
            lambda one: one.found.difference.npv,
        ),
        Measure(
            "npv_es95",
            _("worst 5 %: loss, {unit}", unit=npv.title),
            npv.scale,
            npv,
            -1,
            base.npv_es95,
            lambda one: one.found.values.npv_es95,
            lambda one: one.found.difference.npv_es95,
        ),
        Measure(
            "repayment",
            _("mean repayment, {unit}", unit=paid.title),
            paid.scale,
            paid,
            0,
            base.repayment,
            lambda one: one.found.values.repayment,
            lambda one: one.found.difference.repayment,
        ),
    ]
    whole = dict(found.net_benefit).get("total")
    if whole is not None:
        by_stress = [moved for one in found.stresses for moved in one.budgets if moved.budget == "total"]
        unit = unit_of([whole.value, *(moved.net_benefit.value for moved in by_stress)], currency)

        def moved(one: Answered, field: str) -> Estimate | None:
            return next((getattr(each, field) for each in one.budgets if each.budget == "total"), None)

        title = _("public net benefit, {unit}", unit=unit.title)
        measures.append(
            Measure(
                "net_benefit",
                title,
                unit.scale,
                unit,
                1,
                whole,
                lambda one: moved(one, "net_benefit"),
                lambda one: moved(one, "difference"),
            )
        )
    return tuple(measures)


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
