"""The standard stresses of a deal, or of many files, as tables and charts."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from risksim.report.answer import chance
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.heat import heat_map
from risksim.report.numbers import percent, rounded
from risksim.report.stress import HEAD, FiguresOf, StressOf, row_of, sentence, signed, visible
from risksim.report.table import heading, table

WIDTH = 118
OF_PURSE = 4_096
"""Paths behind what budgets are left with, as in `risksim.analysis.standard`. [paths]"""
TOTAL = "total"
NONE = "-"
"""Stands where a stress makes no sense for a deal."""


class Footing(NamedTuple):
    """What stands above and below the table of one deal."""

    deal: str
    currency: str
    paths: int
    seed: int
    digest: str
    version: str


def standard(found: Any, foot: Footing) -> str:
    """The standard stresses of a deal as text: the hardest first in words, then the table, then what each does.

    Parameters
    ----------
    found : risksim.analysis.standard.Standard
        The answer.
    foot : Footing
        Deal and provenance.

    Returns
    -------
    str
    """
    base = FiguresOf(*found.base)
    stresses = [_stress(one) for one in found.stresses]
    parts = [f"{foot.deal}\n"]
    worst_first = sorted(found.stresses, key=lambda one: float(one.found.difference.npv.value))
    parts += [f"- {_said(base, one, foot.paths)}\n" for one in worst_first]
    parts.append(
        heading(f"Stresses (all investors, {foot.currency}, present values at {percent(found.hurdle)} a year)")
    )
    rows = [row_of("as it stands", base, None), *(row_of(one.name, one.values, one.difference) for one in stresses)]
    parts.append(table(HEAD, rows))
    if found.net_benefit:
        parts.append(
            heading(
                f"Mean net benefit of public budgets ({foot.currency}, the first {min(foot.paths, OF_PURSE):,} paths)"
            )
        )
        parts.append(table(*_budgets(found)))
    parts.append(heading("What each does"))
    for one in found.stresses:
        parts.append(textwrap.fill(f"- {one.found.name}: {one.words}.", WIDTH, subsequent_indent="  ") + "\n")
        parts += [f"    {change}\n" for change in one.found.changes]
    if found.left_out:
        parts.append(heading("Makes no sense for this deal"))
        parts += [
            textwrap.fill(f"- {one.name}: {one.reason}", WIDTH, subsequent_indent="  ") + "\n" for one in found.left_out
        ]
    few = [one for one in found.stresses if one.paths < foot.paths]
    if few:
        names = " and ".join(one.found.name for one in few)
        parts.append(f"\nSlow to run, so on the first {few[0].paths:,} paths only, on both sides: {names}.\n")
    parts.append(
        f"\n{foot.paths:,} paths each, seed {foot.seed}. Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        "Every line meets the same people and the same luck; ± is one standard error, of a change that of the pairs.\n"
    )
    return "".join(parts)


def _said(base: FiguresOf, one: Any, paths: int) -> str:
    """What a stress does, in plain words; to public budgets where investors and payers notice nothing."""
    moved = [each for each in one.budgets if each.budget != TOTAL and visible(each.difference)]
    if one.found.p_differs.value > 0.0 or not moved:
        return sentence(base, _stress(one), paths)
    said = (
        f"that of the {each.budget} {'rises' if each.difference.value > 0.0 else 'falls'} by "
        f"{signed(each.difference._replace(value=abs(each.difference.value))).removeprefix('+')}"
        for each in moved
    )
    return f"{one.found.name}: investors and payers notice nothing; of net benefits, {', '.join(said)}."


def _stress(one: Any) -> StressOf:
    found = one.found
    return StressOf(found.name, found.changes, FiguresOf(*found.values), FiguresOf(*found.difference), found.p_differs)


def _budgets(found: Any) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    names = [name for name, _ in found.net_benefit]
    head = ("", *(part for name in names for part in (name, "change", "")))
    rows = [("as it stands", *(p for _, value in found.net_benefit for p in (_amount(value), "", "")))]
    for one in found.stresses:
        by_name = {moved.budget: moved for moved in one.budgets}
        cells = []
        for name in names:
            if name in by_name:
                text, _, error = signed(by_name[name].difference).partition(" ")
                cells += [_amount(by_name[name].net_benefit), text, error]
            else:
                cells += [NONE, "", ""]
        rows.append((one.found.name, *cells))
    return head, rows


def _amount(estimate: Any) -> str:
    return rounded(estimate.value, estimate.standard_error, 0)


def charts(found: Any, foot: Footing) -> dict[str, Spec]:
    """What each stress changes in the mean present value, as bars with their errors, the worst on top.

    Parameters
    ----------
    found : risksim.analysis.standard.Standard
        The answer.
    foot : Footing
        Deal and currency.

    Returns
    -------
    dict of str to dict
        ``stresses``; nothing where no stress makes sense.
    """
    if not found.stresses:
        return {}
    rows = [
        {
            "stress": one.found.name,
            "change": one.found.difference.npv.value,
            "low": one.found.difference.npv.low,
            "high": one.found.difference.npv.high,
            "side": "worse" if one.found.difference.npv.value < 0.0 else "better",
        }
        for one in sorted(found.stresses, key=lambda one: float(one.found.difference.npv.value))
    ]
    down = {
        "field": "stress",
        "type": "ordinal",
        "sort": [row["stress"] for row in rows],
        "title": None,
        "axis": {"labelLimit": 240},
    }
    across = {
        "field": "change",
        "type": "quantitative",
        "title": f"change of the mean NPV, {foot.currency}",
        "axis": {"format": ",.3~s"},
    }
    colour = {
        "field": "side",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["worse", "better"], "range": [COLOURS[1], COLOURS[0]]},
    }
    spec = chart(
        f"{foot.deal}: what each stress does to investors",
        rows,
        [
            {"mark": "bar", "encoding": {"y": down, "x": across, "color": colour}},
            {
                "mark": "rule",
                "encoding": {"y": down, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
            },
        ],
    )
    return {"stresses": spec}


# Many files


class TableFooting(NamedTuple):
    """What stands below the table of many files."""

    paths: int
    seed: int
    version: str


def stress_table(found: Any, foot: TableFooting) -> str:
    """Files by stresses as text.

    Parameters
    ----------
    found : risksim.analysis.stress_table.StressTable
        What came of the files.
    foot : TableFooting
        Provenance.

    Returns
    -------
    str
    """
    n_rows = len(found.rows)
    parts = [f"{n_rows} file{'' if n_rows == 1 else 's'}{', partial: interrupted' if found.partial else ''}.\n"]
    if found.rows:
        names = found.stresses
        numbers = [f"({number})" for number in range(1, len(names) + 1)]
        parts += [f"{number} {name}\n" for number, name in zip(numbers, names, strict=True)]
        parts.append(heading("Chance of a loss: as it stands, and by how many points each stress moves it"))
        parts.append(table(("", "as it stands", *numbers), [_losses(row, names) for row in found.rows]))
        parts.append(heading("Change of the mean NPV at the last hurdle of each deal, in per cent of its capital"))
        parts.append(table(("", "as it stands", *numbers), [_worths(row, names) for row in found.rows]))
        parts.append(heading("Makes no sense"))
        parts += list(dict.fromkeys(_left_out(found)))
    resumed = f" {found.resumed} of these rows were there from an earlier table." if found.resumed else ""
    parts.append(
        f"\n{foot.paths:,} paths each, seed {foot.seed}, risksim {foot.version}.{resumed}\n"
        "Every cell is less the deal as it stands, on the same people and the same luck, and rounded to its first "
        f"uncertain digit;\n{NONE} stands where a stress makes no sense.\n"
    )
    return "".join(parts)


def _losses(row: Any, names: Sequence[str]) -> tuple[str, ...]:
    by_name = {cell.stress: cell for cell in row.cells}
    cells = (_move(by_name[name].p_loss_difference, 100.0) if name in by_name else NONE for name in names)
    return (_title(row), chance(row.p_loss)[0], *cells)


def _worths(row: Any, names: Sequence[str]) -> tuple[str, ...]:
    by_name = {cell.stress: cell for cell in row.cells}
    if row.commitment <= 0.0:
        return (_title(row), NONE, *[NONE] * len(names))
    scale = 100.0 / row.commitment
    base = rounded(scale * row.npv.value, scale * row.npv.standard_error, 1)
    cells = (_move(by_name[name].npv_difference, scale) if name in by_name else NONE for name in names)
    return (_title(row), base, *cells)


def _move(estimate: Any, scale: float) -> str:
    return signed(estimate, scale, 1).split(" ")[0]


def _title(row: Any) -> str:
    return str(row.deal)


def _left_out(found: Any) -> Iterator[str]:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for row in found.rows:
        for one in row.left_out:
            by_reason.setdefault((one.name, one.reason), []).append(_title(row))
    for (name, reason), deals in sorted(by_reason.items(), key=lambda item: item[0][0]):
        who = "; ".join(deals) if len(deals) < len(found.rows) or len(deals) == 1 else "all of them"
        yield textwrap.fill(f"- {name}: {reason} ({who})", WIDTH, subsequent_indent="  ") + "\n"


def table_charts(found: Any) -> dict[str, Spec]:
    """Files by stresses as heat maps.

    Parameters
    ----------
    found : risksim.analysis.stress_table.StressTable
        What came of the files.

    Returns
    -------
    dict of str to dict
        ``p_loss`` and ``npv``; nothing where no file has a row.
    """
    if not any(row.cells for row in found.rows):
        return {}
    names = found.stresses

    def rows(pick: Any, said: Any) -> list[dict[str, Any]]:
        cells = []
        for row in found.rows:
            by_name = {cell.stress: cell for cell in row.cells}
            for name in names:
                change = pick(by_name[name]) if name in by_name else None
                change = None if change is None or math.isnan(change) else change
                shown = NONE if change is None else said(by_name[name])
                cells.append({"x": name, "y": _title(row), "change": change, "text": shown, "base": False})
        return cells

    loss = rows(lambda cell: cell.p_loss_difference.value, lambda cell: _move(cell.p_loss_difference, 100.0))
    worth = rows(lambda cell: cell.npv_difference_share, lambda cell: f"{100.0 * cell.npv_difference_share:+.1f}")
    return {
        "p_loss": heat_map(
            "What stresses do to the chance of a loss, in percentage points",
            "orange is worse, blue is better; - makes no sense for the deal",
            loss,
            (None, None),
            "change",
            more_is_good=False,
            number="+.0%",
        ),
        "npv": heat_map(
            "What stresses do to the mean NPV, in per cent of the capital",
            "orange is worse, blue is better; - makes no sense for the deal",
            worth,
            (None, None),
            "change",
            more_is_good=True,
            number="+.0%",
        ),
    }
