"""What is not shown: counts of few observed people, from which somebody might be known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from risksim.language import _

if TYPE_CHECKING:
    from risksim.results.description import Described

FEWEST = 5
"""Counts of observed people below this are not shown. [people]"""
_OF = re.compile(r"\b(\d+) (?:of|out of|in|successes of) (\d+)\b")


def observed(people: float) -> str:
    """A count of observed people; a small one is only bounded.

    Examples
    --------
    >>> observed(12), observed(3), observed(0)
    ('12', 'fewer than 5', '0')
    """
    if 0 < people < FEWEST:
        return _("fewer than {number}", number=FEWEST)
    return f"{people:.0f}"


def is_small(described: Described) -> bool:
    """Whether an input rests on a count of so few that it, or those left over, must not be shown."""
    for step in described.steps:
        for part, whole in _OF.findall(step):
            if 0 < int(part) < FEWEST or 0 < int(whole) - int(part) < FEWEST:
                return True
    return False


def law(described: Described) -> str:
    """The law of an input; withheld where its parameters would give a small count away."""
    return _("from counts of fewer than {number} people", number=FEWEST) if is_small(described) else described.form
