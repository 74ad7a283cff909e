"""A description of the uncertain numbers of a scenario as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from risksim.language import _
from risksim.report.numbers import marked, number
from risksim.report.review import lacking
from risksim.report.said_below import in_words
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
    parts = [
        _(
            "{deal} ({file}), scenario {digest}, register of {register}.\n",
            deal=found.deal,
            file=found.file,
            digest=found.digest[:12],
            register=found.register,
        )
    ]
    parts.append(heading(_("What is uncertain ({n})", n=len(found.numbers))))
    parts += [_number(each) for each in found.numbers] or [_("Nothing: every number of this deal is certain.\n")]
    if found.worked:
        parts.append(heading(_("Worked out before anything is drawn, uncertain numbers at their means")))
        parts += [_filled(f"{one.name}: {one.text}", "- ") for one in found.worked]
    if found.certain:
        parts.append(heading(_("Certain although they stand for the world ({n})", n=len(found.certain))))
        for one in found.certain:
            origin = _origin(one.origin_text) or _("nothing says where from")
            parts.append(_filled(f"{one.name} = {one.value}; {origin}", "- "))
    if found.unsaid:
        parts.append(heading(_("Left to the program ({n})", n=len(found.unsaid))))
        parts += [_filled(f"{one.name} = {one.value}", "- ") for one in found.unsaid]
    parts.append(heading(_("Constants of the register in use ({n})", n=len(found.constants))))
    parts.append(constants(found.constants) or _("None.\n"))
    if found.unstated:
        parts.append(heading(_("Neither source nor assumption")))
        parts += [f"- {name}\n" for name in found.unstated]
    return "".join([*parts, *lacking(found.lacking)])


def constants(listed: Iterable[ConstantInUse]) -> str:
    """Constants with their values, status, source and the places they act at."""
    said = []
    for one in listed:
        unit = "" if one.unit == "1" else f" [{one.unit}]"
        valid = _("from {day}", day=one.valid_from)
        if one.valid_to:
            valid = _("from {day} to {last}", day=one.valid_from, last=one.valid_to)
        said.append(_filled(f"{one.key} = {one.value}{unit}: {one.what}", "- "))
        said.append(_filled("; ".join(filter(None, (one.means, one.source, valid)))))
        if one.where:
            said.append(_filled(_("at {places}", places=", ".join(one.where))))
    return "".join(said)


def _number(one: Described) -> str:
    unit = "" if one.unit == "1" else f" [{one.unit}]"
    points = " / ".join(map(_value, (one.p5, one.p50, one.p95)))
    lines = [
        f"{one.name}{unit}\n",
        _filled(marked(one.form)),
        _filled(_("mean {mean}; 5 / 50 / 95 %: {points}", mean=_value(one.mean), points=points)),
    ]
    lines += [_filled(size) for size in _sizes(one)]
    lines.append(_filled(_origin(one.origin_text) or _("neither source nor assumption")))
    lines += [_filled(in_words(step), "    - ") for step in one.steps]
    lines += _fits(one.candidates, "    ")
    for expert in one.experts:
        said = _(
            "{name}, {share} %: {form}, mean {mean}",
            name=expert.name,
            share=number(100 * expert.share, ".3g"),
            form=marked(expert.form),
            mean=_value(expert.mean),
        )
        lines.append(_filled(said))
        lines += _fits(expert.candidates, "      ")
    return "".join(lines) + "\n"


def _origin(text: str) -> str:
    """Source or assumption, of which but the first word is the program's own."""
    kind, found, said = text.partition(": ")
    if found and kind == "source":
        return _("source: {keys}", keys=said)
    if found and kind == "assumption":
        return _("assumption: {why}", why=said)
    return text


def _sizes(one: Described) -> Iterator[str]:
    if one.people is not None and one.matched_people is not None:
        people = number(one.people, ",.4g")
        yield _("effective sample size {people} people, where the evidence applies", people=people)
    elif one.people is not None:
        yield _("effective sample size {people} people", people=number(one.people, ",.4g"))
    if one.matched_people is not None:
        people = number(one.matched_people, ",.3g")
        yield _("effective sample size {people} people, by mean and variance of the whole", people=people)


def _fits(candidates: Iterable[Candidate], indent: str) -> list[str]:
    said = []
    for fit in candidates:
        mark = "*" if fit.chosen else " "
        said.append(
            indent
            + _(
                "{mark} {family}  sum of squares {squares}   5 % {low}   95 % {high}\n",
                mark=mark,
                family=f"{fit.family:<9}",
                squares=number(fit.sum_of_squares, "8.2g"),
                low=f"{_value(fit.p5):>12}",
                high=f"{_value(fit.p95):>12}",
            )
        )
    return said


def _value(value: float) -> str:
    """A value as people write it, without powers of ten."""
    return number(value, ",.0f" if abs(value) >= 1000.0 else ",.4g")


def not_checked(listed: Iterable[ConstantInUse]) -> str:
    """One line that names the constants in use which nobody compared with their source; empty where there is none."""
    said = [f"{one.key} ({', '.join(one.where)})" for one in listed if one.status == "T"]
    says = _("Not checked against its source")
    return f"{says}: {'; '.join(said)}.\n" if said else ""


def _filled(text: str, start: str = "    ") -> str:
    rest = " " * (4 if start == "- " else len(start))
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=rest, break_long_words=False) + "\n"
