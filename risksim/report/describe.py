"""A description of the uncertain numbers of a scenario as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from risksim.report.review import lacking
from risksim.report.table import heading
from risksim.results.description import Candidate, ConstantInUse, Described, Description

WIDTH = 110


def description(found: Description) -> str:
    """Every uncertain number, every constant in use, and what is left unsaid.

    Parameters
    ----------
    found : Description
        Of one scenario.

    Returns
    -------
    str
    """
    parts = [f"{found.deal} ({found.file}), scenario {found.digest[:12]}, register of {found.register}.\n"]
    parts.append(heading(f"What is uncertain ({len(found.numbers)})"))
    parts += [_number(number) for number in found.numbers] or ["Nothing: every number of this deal is certain.\n"]
    if found.worked:
        parts.append(heading("Worked out before anything is drawn, uncertain numbers at their means"))
        parts += [_filled(f"{one.name}: {one.text}", "- ") for one in found.worked]
    if found.certain:
        parts.append(heading(f"Certain although they stand for the world ({len(found.certain)})"))
        for one in found.certain:
            parts.append(_filled(f"{one.name} = {one.value}; {one.origin_text or 'nothing says where from'}", "- "))
    if found.unsaid:
        parts.append(heading(f"Left to the program ({len(found.unsaid)})"))
        parts += [_filled(f"{one.name} = {one.value}", "- ") for one in found.unsaid]
    parts.append(heading(f"Constants of the register in use ({len(found.constants)})"))
    parts.append(constants(found.constants) or "None.\n")
    if found.unstated:
        parts.append(heading("Neither source nor assumption"))
        parts += [f"- {name}\n" for name in found.unstated]
    return "".join([*parts, *lacking(found.lacking)])


def constants(listed: Iterable[ConstantInUse]) -> str:
    """Constants with their values, status, source and the places they act at."""
    said = []
    for one in listed:
        unit = "" if one.unit == "1" else f" [{one.unit}]"
        until = f" to {one.valid_to}" if one.valid_to else ""
        said.append(_filled(f"{one.key} = {one.value}{unit}: {one.what}", "- "))
        said.append(_filled("; ".join(filter(None, (one.means, one.source, f"from {one.valid_from}{until}")))))
        if one.where:
            said.append(_filled(f"at {', '.join(one.where)}"))
    return "".join(said)


def _number(number: Described) -> str:
    unit = "" if number.unit == "1" else f" [{number.unit}]"
    points = " / ".join(map(_value, (number.p5, number.p50, number.p95)))
    lines = [
        f"{number.name}{unit}\n",
        _filled(number.form),
        _filled(f"mean {_value(number.mean)}; 5 / 50 / 95 %: {points}"),
    ]
    lines += [_filled(f"effective sample size {size}") for size in _sizes(number)]
    lines.append(_filled(number.origin_text or "neither source nor assumption"))
    lines += [_filled(step, "    - ") for step in number.steps]
    lines += _fits(number.candidates, "    ")
    for expert in number.experts:
        lines.append(_filled(f"{expert.name}, {100 * expert.share:.3g} %: {expert.form}, mean {_value(expert.mean)}"))
        lines += _fits(expert.candidates, "      ")
    return "".join(lines) + "\n"


def _sizes(number: Described) -> Iterator[str]:
    mixed = number.matched_people is not None
    if number.people is not None:
        yield f"{number.people:,.4g} people{', where the evidence applies' if mixed else ''}"
    if number.matched_people is not None:
        yield f"{number.matched_people:,.3g} people, by mean and variance of the whole"


def _fits(candidates: Iterable[Candidate], indent: str) -> list[str]:
    said = []
    for fit in candidates:
        mark = "*" if fit.chosen else " "
        said.append(
            f"{indent}{mark} {fit.family:<9}  sum of squares {fit.sum_of_squares:8.2g}   "
            f"5 % {_value(fit.p5):>12}   95 % {_value(fit.p95):>12}\n"
        )
    return said


def _value(value: float) -> str:
    """A value as people write it, without powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:,.4g}"


def not_checked(listed: Iterable[ConstantInUse], says: str = "Not checked against its source") -> str:
    """One line that names the constants in use which nobody compared with their source; empty where there is none."""
    said = [f"{one.key} ({', '.join(one.where)})" for one in listed if one.status == "T"]
    return f"{says}: {'; '.join(said)}.\n" if said else ""


def _filled(text: str, start: str = "    ") -> str:
    rest = " " * (4 if start == "- " else len(start))
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=rest, break_long_words=False) + "\n"
