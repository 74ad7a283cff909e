"""Leaving, moving and coming to a success in time: the laws as formulas, for checks and for what is certain.

Times are months. The engine reckons the same on many paths at once (`risksim.kernels.leaving`).
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Weibull(NamedTuple):
    """A law of staying: ``S(t) = exp(-(t / scale) ** shape)``."""

    shape: float
    """Below 1 the risk of leaving falls with time. [1]"""
    scale: float
    """The time after which one in e is still there, in the unit of time of whoever asks."""

    def stays(self, time: float) -> float:
        """The share still there after a time. [1]"""
        return math.exp(-((time / self.scale) ** self.shape))

    @property
    def rate(self) -> float:
        """What the time to the power of the shape is multiplied by: ``S(t) = exp(-rate * t ** shape)``."""
        return float(self.scale**-self.shape)


def weibull_through(first: tuple[float, float], second: tuple[float, float]) -> Weibull:
    """The Weibull law through two points of retention.

    Parameters
    ----------
    first, second : tuple of float
        Time and share still there, both times in one unit, which is that of the scale.

    Returns
    -------
    Weibull

    Examples
    --------
    >>> law = weibull_through((13, 0.80), (26, 0.68))
    >>> round(law.shape, 6), round(law.scale, 4), round(law.stays(52), 6)
    (0.789367, 86.9324, 0.513479)
    """
    (t1, s1), (t2, s2) = first, second
    shape = math.log(math.log(s2) / math.log(s1)) / math.log(t2 / t1)
    return Weibull(shape, t1 / (-math.log(s1)) ** (1.0 / shape))


def share_by_month(monthly: float, shape: float, months: float) -> float:
    """The share who have left after some months, of a chance in the first: ``1 - (1 - monthly) ** (months ** shape)``.

    Examples
    --------
    >>> round(share_by_month(0.036, 1.0, 6), 4)
    0.1975
    """
    return -math.expm1(months**shape * math.log1p(-monthly)) if monthly < 1.0 else 1.0


def with_odds(share: float, odds: float) -> float:
    """A share whose odds are multiplied.

    Examples
    --------
    >>> round(with_odds(0.2, 2.0), 6)
    0.333333
    """
    return odds * share / (1.0 - share + odds * share)


def monthly_of_yearly(yearly: float) -> float:
    """The chance in a month that adds up to a chance in a year: ``1 - (1 - yearly) ** (1 / 12)``, not a twelfth.

    Examples
    --------
    >>> round(monthly_of_yearly(0.05), 7)
    0.0042653
    """
    return float(1.0 - (1.0 - yearly) ** (1.0 / 12.0))


class Competing(NamedTuple):
    """Success and leaving beside each other: shares after some months, which add up to 1."""

    succeeded: float
    """Success before leaving. [1]"""
    left: float
    """Left before any success. [1]"""
    waiting: float
    """Neither. [1]"""


def competing_risks(success: float, leaving: float, months: float) -> Competing:
    """What becomes of people to whom in each month the first of two things may happen.

    Parameters
    ----------
    success, leaving : float
        Chance of each in a month, of those to whom neither has happened; together below 1. [1/month]
    months : float
        How long. [month]

    Returns
    -------
    Competing

    Examples
    --------
    >>> tuple(round(share, 6) for share in competing_risks(0.05, 0.03, 12))
    (0.395209, 0.237125, 0.367666)
    """
    both = success + leaving
    waiting = (1.0 - both) ** months
    if both == 0.0:
        return Competing(0.0, 0.0, 1.0)
    return Competing(success / both * (1.0 - waiting), leaving / both * (1.0 - waiting), waiting)


def enrolled_rate(completers: float, dropouts: float, leaving: float) -> float:
    """The success rate of everybody enrolled, of that of those who complete the course.

    Parameters
    ----------
    completers : float
        Success rate of those who complete.
    dropouts : float
        That of those who leave, as a share of it.
    leaving : float
        The share who leave.

    Examples
    --------
    >>> round(enrolled_rate(0.75, 0.5, 0.2), 6)
    0.675
    """
    return completers * (1.0 - leaving) + dropouts * completers * leaving
