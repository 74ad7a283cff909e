"""A made-up deal as a memo sees it: every number is chosen, so that what is said of it can be worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from risksim.analysis.memo import Appropriation, DealOf, Facts, InvestorOf, PriceOf, Provenance
from risksim.analysis.three_lines import Line, ThreeLines
from risksim.metrics.precision import Estimate
from risksim.metrics.source import Paths, Spread
from risksim.metrics.summary import Loss, Multiple, Payer, PresentValue, Programme, Return, Summary, Tranche
from risksim.results.description import Described, Description


def about(value: float, error: float = 0.0) -> Estimate:
    """An estimate with its error."""
    return Estimate.symmetric(value, error)


def spread(mean: float, low: float, high: float, error: float = 0.0) -> Spread:
    """A quantity between two ends."""
    ends = (low, (low + mean) / 2, mean, (mean + high) / 2, high)
    return Spread(about(mean, error), about(0.0), *(about(end) for end in ends))


def tranche(p_loss: Estimate, worst: float, error: float) -> Tranche:
    """One investor: so often a loss, so much lost in the worst twentieth."""
    nothing = about(0.0)
    irr = Return(about(0.031, 0.0004), *(about(0.03),) * 5, {"ok_unique": about(1.0)})
    value = PresentValue(*(about(-120_000.0, 4_000.0),) * 7, about(0.5, 0.004), nothing, about(900_000.0, 9_000.0))
    loss = Loss(p_loss, nothing, nothing, about(500_000.0, 2_000.0), nothing, about(worst, error))
    return Tranche(irr, Multiple(about(1.02, 0.001), *(about(1.0),) * 5), {"0.035": value}, loss)


def summary(p_loss: Estimate, worst: float = 1_400_000.0, error: float = 4_000.0) -> Summary:
    """A run with one investor and one payer."""
    years = {
        "2027": spread(900_000.0, 400_000.0, 1_300_000.0, 1_500.0),
        "2028": spread(3_100_000.0, 1_900_000.0, 4_300_000.0, 3_000.0),
    }
    payer = Payer(spread(4_000_000.0, 2_300_000.0, 5_600_000.0, 3_400.0), years)
    people = spread(90.0, 60.0, 120.0, 0.1)
    return Summary(
        Paths(65_536, 65_536.0, 32),
        {"investor": tranche(p_loss, worst, error)},
        {"municipality": payer},
        Programme(people, people, people, people, {}),
    )


def lines(p_loss: Estimate) -> ThreeLines:
    """The three lines."""
    names = ("expected only", "luck only", "evidence and luck")
    made = [
        Line(name, "", about(0.03), about(-90_000.0, 300.0), p_loss, p_loss, about(-1e6, 9e3), about(1.1e6, 9e3))
        for name in names
    ]
    return ThreeLines(0.035, (made[0], made[1], made[2]))


def described(name: str = "outcomes[job].success_rate", steps: tuple[str, ...] = ()) -> Described:
    """An uncertain number."""
    return Described(
        name, "1", "assumption", "assumption: our guess", "Beta(3, 7)", 0.3, 0.1, 0.29, 0.55, None, None, steps, (), ()
    )


def deal(**changes: Any) -> DealOf:
    """A deal of one investor who pays in four million, and a municipality that pays back."""
    made = DealOf(
        name="Havnen",
        description="",
        currency="DKK",
        decimals=2,
        day_count="act/365",
        starts_on=dt.date(2026, 11, 21),
        ends_on=dt.date(2028, 12, 31),
        people=120,
        cohorts=1,
        outcomes=(("job", "I arbejde"),),
        capital=4_000_000.0,
        investors=(InvestorOf("investor", 4_000_000.0, 0),),
        payers=("municipality",),
        prices=(PriceOf("job", "I arbejde", "per_outcome", 58_333.34, ("municipality",), is_assumption=True),),
        caps=(),
        published=3,
        assumed=5,
    )
    return made._replace(**changes)


def facts(p_loss: Estimate | None = None, **changes: Any) -> Facts:
    """All that a memo says of the made-up deal; in 28 of 100 futures money is lost."""
    p_loss = about(0.28, 0.002) if p_loss is None else p_loss
    made = Facts(
        provenance=Provenance(
            file="havnen.yaml",
            text=b"name: Havnen\n",
            digest="0123456789abcdef",
            register="2026-01-01",
            seed=1,
            paths=65_536,
            engine="individual",
            how="",
            checked="",
            versions={"risksim": "0.1.0"},
            command="risksim run havnen.yaml",
        ),
        deal=deal(),
        description=Description(
            "havnen.yaml", "Havnen", "0123456789abcdef", "2026-01-01", (described(),), (), (), (), (), (), (), ()
        ),
        summary=summary(p_loss),
        lines=lines(p_loss),
        split=None,
        results=None,
        appropriations=(Appropriation("municipality", 2028, 3_000_000.0, False, about(0.4, 0.002)),),
        budgets=None,
        drivers=None,
        stresses=None,
        terms=(),
        typical=None,
        bad=None,
        acceptability=(),
        lacking={},
    )
    return made._replace(**changes)
