"""The standard stresses of a deal, or of many files, as tables and charts."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from risksim.language import _, plural
from risksim.report.answer import chance, translated
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.heat import heat_map
from risksim.report.numbers import number, percent, rounded
from risksim.report.said_below import TOTAL, in_words, listing, the_budget, the_payer
from risksim.report.stress import HEAD, FiguresOf, StressOf, row_of, sentence, signed, visible
from risksim.report.table import heading, table

WIDTH = 118
OF_PURSE = 4_096
"""Paths behind what budgets are left with, as in `risksim.analysis.standard`. [paths]"""
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
        heading(
            _(
                "Stresses (all investors, {currency}, present values at {rate} a year)",
                currency=foot.currency,
                rate=percent(found.hurdle),
            )
        )
    )
    rows = [row_of(_("as it stands"), base, None), *(row_of(one.name, one.values, one.difference) for one in stresses)]
    parts.append(table(translated(HEAD), rows))
    if found.net_benefit:
        parts.append(
            heading(
                _(
                    "Mean net benefit of public budgets ({currency}, the first {paths} paths)",
                    currency=foot.currency,
                    paths=number(min(foot.paths, OF_PURSE)),
                )
            )
        )
        parts.append(table(*_budgets(found)))
    parts.append(heading(_("What each does")))
    for one in found.stresses:
        parts.append(_item(f"{name_of(one.key, one.found.name)}: {words_of(one)}."))
        parts += [f"    {in_words(change)}\n" for change in one.found.changes]
    if found.left_out:
        parts.append(heading(_("Makes no sense for this deal")))
        parts += [_item(f"{name_of(one.key, one.name)}: {in_words(one.reason)}") for one in found.left_out]
    few = [one for one in found.stresses if one.paths < foot.paths]
    if few:
        parts.append(
            _(
                "\nSlow to run, so on the first {paths} paths only, on both sides: {stresses}.\n",
                paths=number(few[0].paths),
                stresses=listing([name_of(one.key, one.found.name) for one in few]),
            )
        )
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}. Scenario {digest}, risksim {version}.\n"
            "Every line meets the same people and the same luck; ± is one standard error, of a change that of the "
            "pairs.\n",
            paths=number(foot.paths),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
        )
    )
    return "".join(parts)


def name_of(key: str, name: str) -> str:
    """What a stress is called in the language spoken; one of the file as the file calls it."""
    return _(name) if key else name


def words_of(one: Any) -> str:
    """What a stress does, likewise."""
    return _(one.words) if one.key else in_words(one.words)


def _item(text: str) -> str:
    """A line of a list, folded."""
    return textwrap.fill(f"- {text}", WIDTH, subsequent_indent="  ") + "\n"


def _said(base: FiguresOf, one: Any, paths: int) -> str:
    """What a stress does, in plain words; to public budgets where investors and payers notice nothing."""
    moved = [each for each in one.budgets if each.budget != TOTAL and visible(each.difference)]
    if one.found.p_differs.value > 0.0 or not moved:
        return sentence(base, _stress(one), paths)
    return _(
        "{stress}: investors and payers notice nothing; of net benefits, {changes}.",
        stress=name_of(one.key, one.found.name),
        changes=", ".join(map(_budget_moves, moved)),
    )


def _budget_moves(each: Any) -> str:
    size = signed(each.difference._replace(value=abs(each.difference.value))).removeprefix("+")
    if each.difference.value > 0.0:
        return _("that of the {budget} rises by {size}", budget=the_payer(each.budget), size=size)
    return _("that of the {budget} falls by {size}", budget=the_payer(each.budget), size=size)


def _stress(one: Any) -> StressOf:
    found = one.found
    name = name_of(one.key, found.name)
    return StressOf(name, found.changes, FiguresOf(*found.values), FiguresOf(*found.difference), found.p_differs)


def _budgets(found: Any) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    names = [name for name, _mean in found.net_benefit]
    head = ("", *(part for name in names for part in (the_budget(name), _("change"), "")))
    rows = [(_("as it stands"), *(p for _name, value in found.net_benefit for p in (_amount(value), "", "")))]
    for one in found.stresses:
        by_name = {moved.budget: moved for moved in one.budgets}
        cells = []
        for name in names:
            if name in by_name:
                text, _space, error = signed(by_name[name].difference).partition(" ")
                cells += [_amount(by_name[name].net_benefit), text, error]
            else:
                cells += [NONE, "", ""]
        rows.append((name_of(one.key, one.found.name), *cells))
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
    sides = [_("worse"), _("better")]
    rows = [
        {
            "stress": name_of(one.key, one.found.name),
            "change": one.found.difference.npv.value,
            "low": one.found.difference.npv.low,
            "high": one.found.difference.npv.high,
            "side": sides[0] if one.found.difference.npv.value < 0.0 else sides[1],
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
        "title": _("change of the mean NPV, {currency}", currency=foot.currency),
        "axis": {"format": ",.3~s"},
    }
    colour = {
        "field": "side",
        "type": "nominal",
        "title": None,
        "scale": {"domain": sides, "range": [COLOURS[1], COLOURS[0]]},
    }
    spec = chart(
        _("{deal}: what each stress does to investors", deal=foot.deal),
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
    if found.partial:
        parts = [plural("{files} file, partial: interrupted.\n", "{files} files, partial: interrupted.\n", n_rows,
                        files=n_rows)]  # fmt: skip
    else:
        parts = [plural("{files} file.\n", "{files} files.\n", n_rows, files=n_rows)]
    if found.rows:
        names, stands = found.stresses, _("as it stands")
        numbers = [f"({place})" for place in range(1, len(names) + 1)]
        keys = _keys(found)
        called = [name_of(keys.get(name, ""), name) for name in names]
        parts += [f"{place} {name}\n" for place, name in zip(numbers, called, strict=True)]
        parts.append(heading(_("Chance of a loss: as it stands, and by how many points each stress moves it")))
        parts.append(table(("", stands, *numbers), [_losses(row, names) for row in found.rows]))
        parts.append(heading(_("Change of the mean NPV at the last hurdle of each deal, in per cent of its capital")))
        parts.append(table(("", stands, *numbers), [_worths(row, names) for row in found.rows]))
        parts.append(heading(_("Makes no sense")))
        parts += list(dict.fromkeys(_left_out(found)))
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}, risksim {version}.",
            paths=number(foot.paths),
            seed=foot.seed,
            version=foot.version,
        )
    )
    if found.resumed:
        parts.append(
            plural(
                " {rows} of these rows were there from an earlier table.",
                " {rows} of these rows were there from an earlier table.",
                found.resumed,
                rows=found.resumed,
            )
        )
    parts.append(
        _(
            "\nEvery cell is less the deal as it stands, on the same people and the same luck, and rounded to its "
            "first uncertain digit;\n{none} stands where a stress makes no sense.\n",
            none=NONE,
        )
    )
    return "".join(parts)


def _keys(found: Any) -> dict[str, str]:
    """The key of each stress by its name: empty for a stress of a file."""
    return {cell.stress: cell.key for row in found.rows for cell in row.cells}


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
            by_reason.setdefault((name_of(one.key, one.name), in_words(one.reason)), []).append(_title(row))
    for (name, reason), deals in sorted(by_reason.items(), key=lambda item: item[0][0]):
        who = "; ".join(deals) if len(deals) < len(found.rows) or len(deals) == 1 else _("all of them")
        yield _item(f"{name}: {reason} ({who})")


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
    names, keys = found.stresses, _keys(found)

    def rows(pick: Any, said: Any) -> list[dict[str, Any]]:
        cells = []
        for row in found.rows:
            by_name = {cell.stress: cell for cell in row.cells}
            for name in names:
                change = pick(by_name[name]) if name in by_name else None
                change = None if change is None or math.isnan(change) else change
                shown = NONE if change is None else said(by_name[name])
                cells.append(
                    {
                        "x": name_of(keys.get(name, ""), name),
                        "y": _title(row),
                        "change": change,
                        "text": shown,
                        "base": False,
                    }
                )
        return cells

    loss = rows(lambda cell: cell.p_loss_difference.value, lambda cell: _move(cell.p_loss_difference, 100.0))
    worth = rows(lambda cell: cell.npv_difference_share, lambda cell: number(100.0 * cell.npv_difference_share, "+.1f"))
    return {
        "p_loss": heat_map(
            _("What stresses do to the chance of a loss, in percentage points"),
            _("orange is worse, blue is better; - makes no sense for the deal"),
            loss,
            (None, None),
            _("change"),
            more_is_good=False,
            number="+.0%",
        ),
        "npv": heat_map(
            _("What stresses do to the mean NPV, in per cent of the capital"),
            _("orange is worse, blue is better; - makes no sense for the deal"),
            worth,
            (None, None),
            _("change"),
            more_is_good=True,
            number="+.0%",
        ),
    }
