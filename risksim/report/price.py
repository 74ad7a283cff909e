"""Solved terms as a page of text and as a chart."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.precision import Estimate
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import number, percent, plus_minus, rounded
from risksim.report.said_below import in_words, the_payer
from risksim.report.table import heading, table

KINDS = {
    "money": N_("money"),
    "share": N_("share"),
    "count": N_("count"),
    "number": N_("number"),
    "factor": N_("factor"),
}
"""What terms are, by their code."""


class TermOf(NamedTuple):
    """What is solved for."""

    place: str
    kind: str
    as_it_stands: float | None
    low: float
    high: float
    steps: int


class PointOf(NamedTuple):
    """Terms and what they lead to."""

    terms: tuple[float | None, ...]
    cost: Estimate
    p_loss: Estimate
    figures: tuple[Estimate, ...]
    holds: tuple[bool, ...]


class ParetoOf(NamedTuple):
    """Terms under which nobody gains without the other losing."""

    terms: tuple[float | None, ...]
    cost: Estimate
    p_loss: Estimate
    holds: bool
    chosen: bool


class RelaxationOf(NamedTuple):
    """How far a limit would have to give way."""

    limit: str
    needed: float
    by: float
    alone: bool
    terms: tuple[float | None, ...]


class BreakEvenOf(NamedTuple):
    """From how many successes on investors get their money back."""

    outcome: str
    of: int
    as_it_stands: int | None
    solved: int | None


class AgainOf(NamedTuple):
    """The solved terms met by other people."""

    engine: str
    paths: int
    seed: int
    point: PointOf


class LimitOf(NamedTuple):
    """A limit in words."""

    said: str
    is_money: bool


class Page(NamedTuple):
    """Everything that stands on the page."""

    deal: str
    currency: str
    minimised: str
    how: str
    """Paths, seed and engine in words."""
    digest: str
    version: str
    hurdle: float
    """[1/year]"""
    margin: float
    """Standard errors by which limits must hold."""
    terms: tuple[TermOf, ...]
    limits: tuple[LimitOf, ...]
    base: PointOf | None
    solved: PointOf | None
    binding: tuple[str, ...]
    monotone: bool
    relaxations: tuple[RelaxationOf, ...]
    pareto: tuple[ParetoOf, ...]
    break_even: BreakEvenOf | None
    again: AgainOf | None
    candidates: int
    remarks: tuple[str, ...]


def page(found: Page) -> str:
    """Solved terms as text: the sentences, the terms, the limits, the Pareto set, the check.

    Parameters
    ----------
    found : Page
        What was solved.

    Returns
    -------
    str
    """
    parts = [f"{found.deal}\n", *(f"- {sentence}\n" for sentence in sentences(found))]
    parts += [_("Note: {remark}\n", remark=in_words(remark)) for remark in found.remarks]
    parts += [heading(_("Terms")), _terms(found)]
    parts += [heading(_("Limits, as attained")), _limits(found)]
    if found.relaxations:
        parts += [heading(_("What would have to give way")), _relaxations(found)]
    if len(found.pareto) > 1:
        title = _(
            "Safer for investors or cheaper for {payer} ({currency})",
            payer=_payer(found.minimised),
            currency=found.currency,
        )
        parts += [heading(title), _pareto(found)]
    parts.append(
        _(
            "\n{how}. {count} terms were tried, each met by the same people.\n"
            "Present values at {rate} a year. Scenario {digest}, risksim {version}.\n",
            how=in_words(found.how),
            count=number(found.candidates),
            rate=percent(found.hurdle),
            digest=found.digest[:12],
            version=found.version,
        )
    )
    if any(point.cost.standard_error > 0 for point in (found.base, found.solved) if point is not None) or found.again:
        parts.append(_("± is one standard error.\n"))
    return "".join(parts)


def sentences(found: Page) -> list[str]:
    """The answer in plain words."""
    limits = _all_of([limit.said for limit in found.limits])
    if found.solved is None:
        said = [_("No terms between the ends of the search keep {limits}.", limits=limits)]
        said += [_gives_way(found, one) for one in found.relaxations[:1]]
        return said
    said = [
        plural(
            "{terms} keeps {limits} at least cost to {payer}: {cost} {currency} in the mean.",
            "{terms} keep {limits} at least cost to {payer}: {cost} {currency} in the mean.",
            len(found.terms),
            terms=_all_named(found, found.solved.terms),
            limits=limits,
            payer=_payer(found.minimised),
            cost=rounded(found.solved.cost.value, found.solved.cost.standard_error, 0),
            currency=found.currency,
        )
    ]
    if found.base is not None:
        said.append(
            _(
                "As the deal stands the cost is {cost} and the chance of a loss {before}; with the solved terms the "
                "chance of a loss is {after}.",
                cost=rounded(found.base.cost.value, found.base.cost.standard_error, 0),
                before=_chance(found.base.p_loss),
                after=_chance(found.solved.p_loss),
            )
        )
    if found.binding:
        said.append(_binds(found))
    if found.break_even is not None and found.break_even.solved is not None:
        said.append(_successes(found.break_even))
    return said


def _binds(found: Page) -> str:
    """Which limits keep the terms from being cheaper."""
    limits = _all_of(list(found.binding))
    if found.margin > 0.0 and found.solved is not None and _has_error(found.solved):
        return plural(
            "{limits} binds: one step cheaper, and it does not hold by {margin} standard errors.",
            "{limits} bind: one step cheaper, and they do not hold by {margin} standard errors.",
            len(found.binding),
            limits=limits,
            margin=number(found.margin, "g"),
        )
    return plural(
        "{limits} binds: one step cheaper, and it breaks.",
        "{limits} bind: a step cheaper, they break.",
        len(found.binding),
        limits=limits,
    )


def _has_error(point: PointOf) -> bool:
    return any(figure.standard_error > 0.0 for figure in point.figures)


def _successes(one: BreakEvenOf) -> str:
    """The integer effect: people come whole, so a chance of loss can't take every value."""
    if one.as_it_stands is None:
        said = _("With the solved terms break-even needs {solved} of {of} successes.", solved=one.solved, of=one.of)
    else:
        said = _(
            "With the solved terms break-even needs {solved} of {of} successes, {now} as it stands.",
            solved=one.solved,
            of=one.of,
            now=one.as_it_stands,
        )
    whole = _(
        "People come whole: between two numbers of successes better terms make no loss less likely, so the chance "
        "attained may lie well within its limit."
    )
    return f"{said} {whole}"


def _gives_way(found: Page, one: RelaxationOf) -> str:
    money = next(limit.is_money for limit in found.limits if limit.said == one.limit)
    terms = _all_named(found, one.terms)
    needed, by = _needed(one, money)
    if one.alone:
        return _(
            "{limit} would have to give way by {by}, to {needed}: {terms}.",
            limit=one.limit,
            by=by,
            needed=needed,
            terms=terms,
        )
    return _(
        "{limit} would have to give way by {by}, to {needed}, beside the others below: {terms}.",
        limit=one.limit,
        by=by,
        needed=needed,
        terms=terms,
    )


def _payer(name: str) -> str:
    """Who pays, as a sentence wants it."""
    return in_words(name) if name == "all payers" else the_payer(name)


def _all_of(parts: list[str]) -> str:
    """One and another."""
    return f" {_('and')} ".join(parts)


def _all_named(found: Page, values: tuple[float | None, ...]) -> str:
    return _all_of([_named(term, value) for term, value in zip(found.terms, values, strict=True)])


def _named(term: TermOf, value: float | None) -> str:
    if term.kind == "factor":
        return _("{place} times {factor}", place=term.place, factor=term_text(term, value))
    return f"{term.place} = {term_text(term, value)}"


def term_text(term: TermOf, value: float | None) -> str:
    """A number that was solved for, with the places that it was solved to."""
    if value is None:
        return "-"
    places = len(str(term.steps)) - 1
    return number(value, f",.{places}f")


def _needed(one: RelaxationOf, money: bool) -> tuple[str, str]:
    """The number at which a limit could be kept, and how far it gives way; rounded so that it is kept."""
    places = 2 if money else 6
    scale = 10**places
    slack = 1e-6  # a number that is whole but for its last bits stays
    is_least = ">" in one.limit
    needed = math.floor(one.needed * scale + slack) if is_least else math.ceil(one.needed * scale - slack)
    by = math.ceil(one.by * scale - slack)
    return number(needed / scale, f",.{places}f"), number(by / scale, f",.{places}f")


def _chance(estimate: Estimate) -> str:
    places = 4 if estimate.standard_error == 0.0 else 2
    return percent(estimate.value, estimate.standard_error, places)


def _terms(found: Page) -> str:
    rows = []
    for k, term in enumerate(found.terms):
        solved = None if found.solved is None else found.solved.terms[k]
        ends = (term_text(term, term.low), term_text(term, term.high))
        kind = _(KINDS[term.kind])
        rows.append((term.place, kind, term_text(term, term.as_it_stands), term_text(term, solved), *ends))
    return table(("", "", _("as it stands"), _("solved"), _("searched from"), _("to")), rows, left=2)


def _limits(found: Page) -> str:
    again = found.again
    head = ["", _("as it stands"), "", _("solved"), "", _("keeps it")]
    head += [_("other people"), "", _("keeps it")] if again is not None else []
    rows = []
    for k, limit in enumerate(found.limits):
        row = [limit.said]
        row += _cells(None if found.base is None else found.base.figures[k], limit.is_money)
        row += _cells(None if found.solved is None else found.solved.figures[k], limit.is_money)
        row.append("-" if found.solved is None else _yes(found.solved.holds[k]))
        if again is not None:
            row += [*_cells(again.point.figures[k], limit.is_money), _yes(again.point.holds[k])]
        rows.append(row)
    told = [
        (_("P(loss)"), "p_loss", False),
        (_("mean cost, {payer}", payer=_payer(found.minimised)), "cost", True),
    ]
    for name, of, money in told[any(limit.said.startswith("p_loss<") for limit in found.limits) :]:
        row = [name]
        row += _cells(None if found.base is None else getattr(found.base, of), money)
        row += [*_cells(None if found.solved is None else getattr(found.solved, of), money), ""]
        if again is not None:
            row += [*_cells(getattr(again.point, of), money), ""]
        rows.append(row)
    note = ""
    if again is not None:
        note = _(
            "Other people: the solved terms, {engine}, {paths} paths, seed {seed}.\n",
            engine=in_words(f"{again.engine} engine"),
            paths=number(again.paths),
            seed=again.seed,
        )
    if found.margin > 0.0:
        must = _(
            "Limits must hold by {margin} standard errors of the simulation (--margin).\n",
            margin=number(found.margin, "g"),
        )
        note = f"{must}{note}"
    return table(head, rows) + note


def _cells(estimate: Estimate | None, money: bool) -> list[str]:
    if estimate is None:
        return ["-", ""]
    if money:
        return [rounded(estimate.value, estimate.standard_error, 2), plus_minus(estimate.standard_error)]
    return [rounded(estimate.value, estimate.standard_error, 6), plus_minus(estimate.standard_error)]


def _yes(held: bool) -> str:
    return _("yes") if held else _("no")


def _relaxations(found: Page) -> str:
    rows = []
    for one in found.relaxations:
        money = next(limit.is_money for limit in found.limits if limit.said == one.limit)
        values = [term_text(term, value) for term, value in zip(found.terms, one.terms, strict=True)]
        rows.append((one.limit, *_needed(one, money), _yes(one.alone), *values))
    head = ("", _("needed"), _("gives way by"), _("enough alone"), *(term.place for term in found.terms))
    return table(head, rows)


def _pareto(found: Page) -> str:
    rows = []
    for one in found.pareto:
        values = [term_text(term, value) for term, value in zip(found.terms, one.terms, strict=True)]
        cost = rounded(one.cost.value, one.cost.standard_error, 0), plus_minus(one.cost.standard_error)
        loss = rounded(one.p_loss.value, one.p_loss.standard_error, 6), plus_minus(one.p_loss.standard_error)
        rows.append((*values, *loss, *cost, _yes(one.holds), _("solved") if one.chosen else ""))
    head = (*(term.place for term in found.terms), _("P(loss)"), "", _("mean cost"), "", _("keeps the limits"), "")
    if not any(one.chosen for one in found.pareto):
        head, rows = head[:-1], [row[:-1] for row in rows]
    return table(head, rows, left=0)


LOOKS = {
    N_("solved"): (COLOURS[1], "diamond"),
    N_("keeps the limits"): (COLOURS[2], "circle"),
    N_("breaks a limit"): ("#999999", "circle"),
    N_("as it stands"): (COLOURS[0], "square"),
}
"""Colour and shape of each kind of terms, in the order of the legend."""


def charts(found: Page) -> dict[str, Spec]:
    """The Pareto set as a chart, under the name ``pareto``; nothing where there is one point only."""
    if len(found.pareto) < 2:
        return {}
    rows, costs = _chart_rows(found), [one.cost.value for one in found.pareto]
    # Where what the payer pays stays the same, the term moves, as a guarantee that somebody else gives.
    of_term = len(found.terms) == 1 and max(costs) - min(costs) <= 1e-9 * max(costs)
    if of_term:
        along, title, what = "term", found.terms[0].place, _("What a safer deal for investors takes")
    else:
        payer = _payer(found.minimised)
        along, title = "cost", _("mean cost, {payer} ({currency})", payer=payer, currency=found.currency)
        what = _("What a safer deal for investors costs {payer}", payer=payer)
    x: dict[str, Any] = {"field": along, "type": "quantitative", "title": title}
    money = not of_term or found.terms[0].kind == "money"
    x |= {"axis": {"format": ",.0f" if money else ",.4~f", "grid": False}, "scale": {"zero": False}}
    y = {"field": "p_loss", "type": "quantitative", "title": _("chance of a loss"), "axis": {"format": ".0%"}}
    return {"pareto": chart(what, rows, _layers(rows, x, y))}


def _chart_rows(found: Page) -> list[dict[str, Any]]:
    """A row for each point of the Pareto set, and for the deal as it stands."""
    points: list[tuple[str, ParetoOf | PointOf]] = [
        ("solved" if one.chosen else "keeps the limits" if one.holds else "breaks a limit", one) for one in found.pareto
    ]
    points += [("as it stands", found.base)] if found.base is not None else []
    rows = []
    for kind, one in points:
        values = zip(found.terms, one.terms, strict=True)
        said = ", ".join(f"{term.place} {term_text(term, value)}" for term, value in values)
        row: dict[str, Any] = {"terms": said, "p_loss": one.p_loss.value, "cost": one.cost.value, "is": _(kind)}
        rows.append(row | ({"term": one.terms[0]} if len(found.terms) == 1 else {}))
    return rows


def _layers(rows: list[dict[str, Any]], x: Spec, y: Spec) -> list[Spec]:
    """The line, its points, and the terms of the solved one."""
    there = [kind for kind in LOOKS if any(row["is"] == _(kind) for row in rows)]
    colours, shapes = zip(*(LOOKS[kind] for kind in there), strict=True)
    of_kind, said = {"field": "is", "type": "nominal", "title": None}, [_(kind) for kind in there]
    colour = of_kind | {"scale": {"domain": said, "range": list(colours)}}
    shape = of_kind | {"scale": {"domain": said, "range": list(shapes)}}
    tips = [{"field": "terms"}, {"field": "p_loss", "format": ".4%"}, {"field": "cost", "format": ",.0f"}]
    return [
        {
            "mark": {"type": "line", "interpolate": "step-after", "color": "#999999"},
            "transform": [{"filter": f"datum.is != '{_('as it stands')}'"}],
            "encoding": {"x": x, "y": y, "order": {"field": x["field"]}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 9, "dy": -9, "fontWeight": "bold"},
            "transform": [{"filter": f"datum.is == '{_('solved')}'"}],
            "encoding": {"x": x, "y": y, "text": {"field": "terms"}},
        },
    ]
