"""The figures in words: on the terminal, and as the page ``docs/reference/performance.md`` with its pictures."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.budgets import BUDGETS, Budget

Figures = Mapping[str, Any]
PICTURES = "performance"
FONT = "DejaVu Sans, Arial, sans-serif"
BLUE, GREY, LIGHT = "#2b6c99", "#8a8a8a", "#9ec1d9"
HEAD = """# Performance

<!-- Written by benchmarks/run.py from benchmarks/results.json. Change those, then write it anew:
python benchmarks/run.py --from benchmarks/results.json --page docs/reference/performance.md -->

How fast risksim is beside programs that simulate the same deal, how exact its numbers are for the time they take, and
how time and memory grow. Ratios travel between machines better than seconds, so they stand first; measure on your own
machine by `python benchmarks/run.py`. `benchmarks/README.md` says what each program does and leaves out.
"""
TITLES = {
    "simple": "The simple deal beside rivals",
    "rich": "The rich deal beside rivals",
    "rates": "Internal rates",
    "threads": "The second core",
    "scaling": "Growth",
    "accuracy": "Accuracy for the time",
    "memory": "Memory",
    "purse": "The public purse",
    "questions": "Questions",
    "start-up": "Start-up",
}
TEXTS = {
    "simple": """\
`scenarios/examples/simple-reference.yaml`: 120 people, uncertain shares who leave and who succeed, a cap. Inputs are
drawn, people counted and payments made; imports, compilation and metrics are left out. OpenTURNS and monaco draw
binomial numbers in the place of people. Every program agrees with the exact law within four standard errors.
""",
    "rich": """\
`scenarios/examples/rich-reference.yaml`: enrolment over three years, people who leave, two outcomes measured three
times that go together in a person and in a cohort, a cap, seven budget years, a chance of a loss near one half. The
inputs of a path are given to every program. Lives end with what is verified in each half-year; money is payments,
budget years, net present values and the internal rate with its status. The programs agree in 11 statistics within four
standard errors of their difference on the same inputs, and in their money to the last øre.
""",
    "rates": """\
Deals with eight yearly flows. Rates agree to 1e-10, and flows without a rate, or with several, get the status that
says so.
""",
    "threads": """\
The same bits with one thread and with two; medians of five turns.
""",
    "scaling": """\
Deals made from the simple one: inputs, people and payments on one thread. A power of 1 is linear: twice as many take
twice as long.
""",
    "accuracy": """\
The simple deal against its exact law: root mean squared errors over many seeds. *Plain paths as good* says how many
paths drawn person by person have the same error, *gain in the same time* how many times fewer seconds it takes than
plain paths do.
""",
    "memory": """\
The most memory that a process of `risksim run` holds, and what it said of it before it began.
""",
    "purse": """\
Runs that reckon what public budgets save and pay beside plain runs that do not, on the same paths and one thread: the
simple deal with a purse of one line, and Havnen with four. Investors get the same bits in both.
""",
    "questions": """\
Questions about `scenarios/broendby-tuba.yaml` beside one plain run of the individual engine with as many paths, on one
thread: every run that the question needs, public budgets among them, and what is made of them. `reverse` makes some
160 runs and takes a sixteenth of the paths.
""",
    "start-up": """\
Whole processes of the simple deal.
""",
}
ORDER = ("simple", "rich", "accuracy", "rates", "threads", "scaling", "memory", "purse", "questions", "start-up")
WITH_PICTURE = {
    "simple": "how much longer rivals take for the simple deal",
    "rich": "time a path of the rich deal",
    "scaling": "time a path by participants, cohorts and paths",
    "accuracy": "what a second buys",
}


# On the terminal


def plain(figures: Figures) -> str:
    """Figures of one part as lines."""
    return "\n".join(_lines(figures, 1))


def _lines(figures: Figures, depth: int) -> Iterator[str]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            if value:
                yield f"{'  ' * depth}{name}"
                yield from _lines(value, depth + 1)
        else:
            yield f"{'  ' * depth + name:<66}{said(value):>12}"


def said(value: float) -> str:
    """A figure with as many digits as it carries."""
    size = abs(value)
    if size >= 1_000:
        return f"{value:,.0f}"
    if size >= 100 or value == int(value):
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 0.1:
        return f"{value:.2f}"
    return f"{value:.3g}"


# The page


def write(figures: Figures, page: Path) -> None:
    """Write the page, and its pictures where the tool that draws them is installed."""
    page.write_text(text_of(figures), encoding="utf-8")
    if importlib.util.find_spec("vl_convert") is None:
        print("pictures stay as they are: vl-convert-python is not installed")
        return
    import vl_convert

    for name, chart in pictures_of(figures).items():
        file = page.parents[1] / "images" / f"{PICTURES}-{name}.svg"
        file.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


def text_of(figures: Figures) -> str:
    """The page."""
    parts = figures["parts"]
    told = [HEAD, machine_line(figures), "## Budgets\n", budget_table(parts)]
    for name in ORDER:
        if name in parts:
            told.append(part_text(name, parts[name]))
    return "\n".join(told).rstrip("\n") + "\n"


def machine_line(figures: Figures) -> str:
    """On what it was measured, and when."""
    machine = figures["machine"]
    packages = ", ".join(f"{name} {machine[name]}" for name in machine if name not in {"processor", "cores", "system"})
    days = sorted({part["day"] for part in figures["parts"].values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    quick = [name for name in ORDER if figures["parts"].get(name, {}).get("quick")]
    rough = f" Quick runs, so rough figures: {', '.join(quick)}." if quick else ""
    load = max((part.get("load", 0.0) for part in figures["parts"].values()), default=0.0)
    if load > 1.5:
        rough += f" Other programs kept the machine busy (load up to {said(load)}), so times are too long."
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
    return f"Measured {when} on {where}; {packages}.{rough}\n"


def budget_table(parts: Figures) -> str:
    """Every promise and what came of it."""
    rows = ["| what | asked | measured | |", "|---|---|---|---|"]
    rows += [_budget_row(budget, budget.found(parts)) for budget in BUDGETS]
    return "\n".join(rows) + "\n"


def _budget_row(budget: Budget, found: float | None) -> str:
    asked = f"{'at least' if budget.at_least else 'at most'} {_with_unit(budget.asked, budget.unit)}"
    if found is None:
        return f"| {budget.what} | {asked} | | not measured |"
    verdict = "reached"
    if not budget.holds(found):
        verdict = f"not reached: {budget.why}" if budget.why else "not reached"
    return f"| {budget.what} | {asked} | {_with_unit(found, budget.unit)} | {verdict} |"


def _with_unit(value: float, unit: str) -> str:
    if value >= 1e6:
        return f"{said(value / 1e6)} million {unit}".rstrip()
    return f"{said(value)} {unit}".rstrip()


def part_text(name: str, part: Figures) -> str:
    """One part of the page."""
    told = [f"## {TITLES[name]}\n", TEXTS[name]]
    if name in WITH_PICTURE:
        told.append(f"![{WITH_PICTURE[name].capitalize()}](../images/{PICTURES}-{name}.svg)\n")
    figures = part["figures"]
    single = {key: value for key, value in figures.items() if not isinstance(value, Mapping)}
    if single:
        told.append(", ".join(f"{said(value)} {key}" for key, value in single.items()).capitalize() + ".\n")
    for key, value in figures.items():
        if isinstance(value, Mapping) and value:
            told.append(_table(key, value))
    told += [f"Left out: {line}.\n" for line in part["left out"]]
    return "\n".join(told)


def _table(key: str, rows: Figures) -> str:
    if isinstance(next(iter(rows.values())), Mapping):
        columns = list(next(iter(rows.values())))
        lines = [f"| {key} | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
        lines += [f"| {name} | {' | '.join(said(row[column]) for column in columns)} |" for name, row in rows.items()]
    else:
        lines = [f"| {key} | |", "|---|---:|"]
        lines += [f"| {_number(name)} | {said(value)} |" for name, value in rows.items()]
    return "\n".join(lines) + "\n"


def _number(name: str) -> str:
    return f"{int(name):,}" if name.isdigit() else name


# Pictures


def pictures_of(figures: Figures) -> dict[str, dict[str, Any]]:
    """Charts by name, of the parts that were measured."""
    draw = {"simple": _simple, "rich": _rich, "scaling": _scaling, "accuracy": _accuracy}
    return {
        name: _framed(chart(figures["parts"][name]["figures"]))
        for name, chart in draw.items()
        if name in figures["parts"]
    }


def _framed(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 16,
        **chart,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "grid": False, "labelLimit": 400},
            "legend": {"labelFontSize": 12, "titleFontSize": 12},
        },
    }


def _title(text: str, subtitle: str) -> dict[str, Any]:
    return {
        "text": text,
        "subtitle": subtitle,
        "anchor": "start",
        "fontSize": 15,
        "subtitleFontSize": 12,
        "subtitleColor": "#5a5a5a",
    }


def _bars(rows: list[dict[str, Any]], what: str, title: dict[str, Any], axis: str, base: float) -> dict[str, Any]:
    """Horizontal bars on a log scale from `base` or lower, each with its number."""
    base = min(base, 10.0 ** math.floor(math.log10(min(row["value"] for row in rows))))
    y = {"field": what, "type": "nominal", "sort": None, "title": None}
    x = {
        "field": "value",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [base, 10.0 ** math.ceil(math.log10(max(row["value"] for row in rows)))]},
        "title": axis,
        "axis": {"tickCount": 5, "format": "~s"},
    }
    return {
        "width": 420,
        "height": {"step": 30},
        "title": title,
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "bar", "color": BLUE}, "encoding": {"y": y, "x": x, "x2": {"datum": base}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12},
                "encoding": {"y": y, "x": x, "text": {"field": "label"}},
            },
        ],
    }


def _simple(figures: Figures) -> dict[str, Any]:
    rows = [
        {"program": name.removesuffix(", times risksim"), "value": value, "label": f"{said(value)} times"}
        for name, value in sorted(figures["ratios"].items(), key=lambda item: item[1])
    ]
    title = _title("Simple deal", "How many times as long a rival takes as risksim")
    return _bars(rows, "program", title, "times risksim", 1.0)


def _rich(figures: Figures) -> dict[str, Any]:
    rows = [
        {"program": name, "part": part, "value": figures[f"ns a path, {part}"][name] / 1_000.0}
        for name in sorted(figures["ns a path"], key=lambda each: figures["ns a path"][each])
        for part in ("lives", "money and rates")
    ]
    return {
        "width": 420,
        "height": {"step": 30},
        "title": _title("Rich deal", "Microseconds a path on one thread, inputs given"),
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "y": {"field": "program", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "value", "type": "quantitative", "title": "microseconds a path"},
            "color": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": ["lives", "money and rates"], "range": [BLUE, LIGHT]},
            },
            "order": {"field": "part"},
        },
    }


def _scaling(figures: Figures) -> dict[str, Any]:
    def panel(key: str, axis: str, subtitle: str) -> dict[str, Any]:
        rows = [{"size": float(size), "value": value / 1_000.0} for size, value in figures[key].items()]
        return {
            "width": 220,
            "height": 200,
            "title": _title(axis.capitalize(), subtitle),
            "data": {"values": rows},
            "mark": {"type": "line", "point": True, "color": BLUE},
            "encoding": {
                "x": {
                    "field": "size",
                    "type": "quantitative",
                    "scale": {"type": "log"},
                    "title": axis,
                    "axis": {"tickCount": 4},
                },
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    "scale": {"type": "log"},
                    "title": "microseconds a path",
                    "axis": {"tickCount": 4},
                },
            },
        }

    power = figures["growth with the power of"]
    return {
        "hconcat": [
            panel("ns a path, by participants", "participants", f"grows with the power {said(power['participants'])}"),
            panel("ns a path, by cohorts of 120", "cohorts", f"grows with the power {said(power['cohorts'])}"),
            panel("ns a path, by paths", "paths", "flat where the run is linear"),
        ],
        "spacing": 30,
    }


def _accuracy(figures: Figures) -> dict[str, Any]:
    rows = [
        {"program": f"{name}, {metric}", "value": value, "label": said(value)}
        for name, row in figures["plain paths as good"].items()
        for metric, value in row.items()
    ]
    subtitle = f"Plain paths with the same error as {said(figures['points'])} paths or points"
    return _bars(rows, "program", _title("What a run is worth", subtitle), "plain paths", 1_000.0)
