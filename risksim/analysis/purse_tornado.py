"""What the public purse hangs on most: one number at a time, all others at their means."""

from __future__ import annotations

from typing import NamedTuple

from risksim import api

NET_BENEFIT, OWN_COSTS = "net benefit", "own costs"


class Point(NamedTuple):
    """An input held at one place of its law."""

    place: str
    """``10 %``, ``90 %``, ``lowest`` or ``highest``."""
    value: float
    """What the input is there."""
    output: float
    """What comes out. [currency]"""
    change: float
    """Less what comes out with every input at its mean. [currency]"""


class Bar(NamedTuple):
    """One input of a tornado."""

    name: str
    unit: str
    of_purse: bool
    """Whether it is a number of the `public` block."""
    mean: float
    points: tuple[Point, ...]
    swing: float
    """What comes out between its 10 % and its 90 % point, the larger less the smaller, the middle counted too.
    [currency]"""


class Tornado(NamedTuple):
    """The inputs of a deal and its public purse by what hangs on them, the most first."""

    quantity: str
    """``net benefit``: present value for all budgets; ``own costs`` where nothing is saved."""
    base: float
    """With every input at its mean. [currency]"""
    bars: tuple[Bar, ...]


def tornado(deal: api.Deal) -> Tornado:
    """Move each uncertain input alone and reckon the public purse on paper.

    Parameters
    ----------
    deal : Deal
        A deal with a `public` block.

    Returns
    -------
    Tornado
        Inputs on which nothing hangs are left out. What happens when two inputs move together is not in it.

    Raises
    ------
    RunError
        If what is expected of its people can't be told, or it has no public purse.
    """
    plan = deal.plan
    quantity = NET_BENEFIT if api.saves(plan) else OWN_COSTS
    base = _output(api.expected_purse(plan), quantity)
    bars = [_bar(deal, one, quantity, base) for one in api.movable(plan)]
    moving = [bar for bar in bars if any(point.change != 0.0 for point in bar.points)]
    return Tornado(quantity, base, tuple(sorted(moving, key=lambda bar: -bar.swing)))


def _bar(deal: api.Deal, one: api.Movable, quantity: str, base: float) -> Bar:
    points = []
    for place, value in one.points:
        held = {one.slot: value}
        run = api.expected_purse(deal, **({"of_purse": held} if one.of_purse else {"values": held}))
        output = _output(run, quantity)
        points.append(Point(place, value, output, output - base))
    inner = [0.0, *(point.change for point in points[:2])]
    return Bar(one.name, one.unit, one.of_purse, one.mean, tuple(points), max(inner) - min(inner))


def _output(run: api.PurseRun, quantity: str) -> float:
    return api.net_benefits(run)["total"] if quantity == NET_BENEFIT else api.own_costs(run)
