"""Facts of a deal that does not exist, with numbers that are easily told apart."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from risksim.analysis.compare import Comparison, Difference, Distribution, Pair, Quantity, Shared
from risksim.analysis.memo import (
    Appropriation,
    Compared,
    DealOf,
    Drivers,
    Facts,
    Histogram,
    InvestorOf,
    Provenance,
    Results,
    Terms,
)
from risksim.analysis.sensitivity import Bar, Discovery, Ends, InputOf, Points, Sensitivity
from risksim.analysis.standard import Answered, BudgetMoved, Standard
from risksim.analysis.stress import Figures, Stressed
from risksim.analysis.three_lines import Line, ThreeLines
from risksim.analysis.variance import PartOf, VarianceSplit
from risksim.metrics.precision import Estimate, Split
from risksim.metrics.source import Paths, Spread
from risksim.metrics.summary import Loss, Multiple, Payer, Programme, Return, Summary, Tranche, Withheld

NOTHING = Estimate.exact(0.0)
LONG = "success rate of keeping a job that lasts for at least thirteen weeks after the programme has ended"


def about(value: float, error: float = 0.0) -> Estimate:
    """A number and its error."""
    return Estimate.symmetric(value, error)


def spread(mean: float, wide: float, error: float = 0.0) -> Spread:
    """A quantity whose quantiles lie evenly."""
    points = (about(max(mean + share * wide, 0.0)) for share in (-1.0, -0.4, 0.0, 0.4, 1.0))
    return Spread(about(mean, error), about(0.6 * wide), *points)


def tranche(p_loss: Estimate, multiple: float) -> Tranche:
    """What a tranche gets."""
    none = Withheld("not asked")
    return Tranche(
        Return(none, none, none, none, none, none, {}),
        Multiple(about(multiple, 0.001), none, none, none, none, none),
        {},
        Loss(p_loss, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    )


def deal(scale: float, tranches: tuple[str, ...], payers: tuple[str, ...], currency: str, name: str) -> DealOf:
    """A deal as its file tells it."""
    each = 10.0 * scale / len(tranches)
    return DealOf(
        name=name,
        description="",
        currency=currency,
        decimals=2,
        day_count="act/365",
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2030, 12, 31),
        people=100,
        cohorts=1,
        outcomes=(("job", "in work after a year"),),
        capital=10.0 * scale,
        investors=tuple(InvestorOf(one, each, place) for place, one in enumerate(tranches)),
        payers=payers,
        prices=(),
        caps=(),
        published=0,
        assumed=0,
    )


def results(scale: float) -> Results:
    """Evenly spread from -4 to 6, so that 40 % lose."""
    edges = tuple(scale * edge for edge in range(-4, 7))
    quantiles = tuple((round(at / 100, 2), about(scale * (-4.0 + at / 10))) for at in range(1, 100))
    luck = Histogram(edges, (0.0, 0.0, 0.0, 0.1, 0.4, 0.4, 0.1, 0.0, 0.0, 0.0))
    return Results(Histogram(edges, (0.1,) * 10), luck, 0.7 * scale, quantiles)


def drivers(scale: float) -> Drivers:
    """Two drivers, one of a long name."""
    names = (f"outcomes[{LONG.replace(' ', '_')}].success_rate", "cohorts[all].dropout")
    inputs = tuple(InputOf(name, "1", 0.5, "assumption: none", True, None) for name in names)
    bars = tuple(
        Bar(
            name,
            0.4,
            0.6,
            Ends(about(-2.0 * scale / place, 0.01 * scale), about(3.0 * scale / place), about(5.0 * scale / place)),
            Ends(about(0.5), about(0.3), about(-0.2)),
        )
        for place, name in enumerate(names, 1)
    )
    none = Discovery("losses", (), None)
    points = Points((), (), (), ())
    found = Sensitivity(0.03, about(scale), about(0.4), 100, inputs, (), bars, 100, None, none, names, (), points)
    return Drivers(found, names)


def stresses(scale: float) -> Standard:
    """One standard stress and one of the file."""
    base = Figures(about(0.4, 0.005), about(1.0 * scale, 0.01 * scale), about(3.0 * scale), about(11.0 * scale))
    worse = Figures(about(1.0)._replace(low=0.9997), about(-4.0 * scale), about(4.5 * scale), about(6.0 * scale))
    change = Figures(about(0.6, 0.005), about(-5.0 * scale), about(1.5 * scale), about(-5.0 * scale))
    none = Figures(about(0.0, 0.001), about(0.0, scale), about(0.0, scale), about(0.0, scale))
    found = (
        Answered(100, "half_enrolment", "", Stressed("half the enrolment", (), worse, change, about(1.0)), ()),
        Answered(
            100,
            "",
            "",
            Stressed("our own fear", (), base, none, about(0.1)),
            (BudgetMoved("total", about(2.0 * scale), about(-1.0 * scale)),),
        ),
    )
    return Standard(0.03, base, (("total", about(3.0 * scale)),), found, ())


def facts(
    scale: float = 1e6,
    tranches: tuple[str, ...] = ("investor",),
    payers: tuple[str, ...] = ("municipality",),
    years: int = 5,
    currency: str = "DKK",
    name: str = "Made up",
    *,
    p_loss: Estimate | None = None,
    appropriated: bool = True,
) -> Facts:
    """A deal with everything but public budgets; amounts are about so large. [currency]"""
    p_loss = p_loss or about(0.4, 0.005)
    paid: Mapping[str, Payer] = {
        payer: Payer(
            spread(11.0 * scale / len(payers), scale, 0.01 * scale),
            {str(2026 + year): spread((1 + year % 3) * scale, 0.5 * scale, 0.01 * scale) for year in range(years)},
        )
        for payer in payers
    }
    none = Spread(*(NOTHING,) * 7)
    sides = {one: tranche(p_loss, 1.1) for one in tranches}
    summary = Summary(
        Paths(100, 100.0, 0),
        sides,
        paid,
        Programme(none, none, none, none, {}),
        tranche(p_loss, 1.1) if len(tranches) > 1 else None,
    )
    lines = ThreeLines(
        0.035,
        tuple(  # type: ignore[arg-type]
            Line(
                word,
                "",
                about(0.05),
                about(mean * scale),
                about(0.4),
                about(0.4),
                about(low * scale),
                about(es * scale),
            )
            for word, mean, low, es in (
                ("expected only", 1.2, 1.2, -1.2),
                ("luck only", 1.1, -0.5, 0.8),
                ("evidence and luck", 0.9, -2.0, 2.7),
            )
        ),
    )
    split = VarianceSplit(
        100,
        (
            PartOf("npv", None, Split(about(0.6, 0.01), about(0.1, 0.01), about(0.3, 0.01))),
            PartOf("repayment", None, Split(about(0.62, 0.01), about(-0.01, 0.01), about(0.39, 0.01))),
            PartOf("achieved", "job", Split(about(math.nan), None, about(math.nan))),
        ),
    )
    aside = tuple(
        Appropriation(payer, 2026 + year, 1.5 * scale, not appropriated, about(0.3, 0.01))
        for payer in payers
        for year in range(years)
    )
    multiples = tuple(
        (times, about(min(1.0, 0.4 / times**3), 0.002), about(11.0 * scale * times))
        for times in (0.6, 0.8, 1.0, 1.2, 1.6)
    )
    terms = Terms("payments[0].price", "price", "p_loss<=0.10", None)  # type: ignore[arg-type]
    return Facts(
        provenance=Provenance("made-up.yaml", b"", "0" * 64, "", 1, 100, "", "", "", {}, ""),
        deal=deal(scale, tranches, payers, currency, name),
        description=None,  # type: ignore[arg-type]
        summary=summary,
        lines=lines,
        split=split,
        results=results(scale),
        appropriations=aside,
        budgets=None,
        drivers=drivers(scale),
        stresses=stresses(scale),
        terms=(terms,),
        typical=None,
        bad=None,
        acceptability=multiples,
        lacking={},
    )


def empty() -> Facts:
    """A deal without investors, payers and budgets."""
    nothing: dict[str, Any] = dict.fromkeys(("summary", "lines", "split", "results", "budgets", "drivers", "stresses"))
    return facts()._replace(appropriations=(), terms=(), acceptability=(), **nothing)


def compared(scale: float = 1e6) -> Compared:
    """Two deals met by the same people."""
    one, other = facts(scale, name="First"), facts(scale, name="Second", p_loss=about(0.2, 0.004))
    quantity = Quantity("npv", "investors", "currency", 1)
    over = Distribution(
        about(0.5 * scale, 0.01 * scale), about(scale), tuple(about(k * scale) for k in (-1, 0, 0.5, 1, 2))
    )
    none = about(0.0)
    difference = Difference(quantity, over, 0.1, 2.0, about(0.7), about(0.3), none, about(0.5), ())
    same = difference._replace(quantity=Quantity("repayment", "payers", "currency", -1), p_equal=about(1.0))
    pair = Pair("B", (difference, same), Shared(1, 1, 1, (), (), True), (), ())
    return Compared((one, other), Comparison("DKK", 0.03, "individual", "", (pair,), ()))
