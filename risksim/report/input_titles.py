"""Uncertain inputs in words that a board reads, and their values with units."""

from __future__ import annotations

import re

from risksim.report.numbers import percent

PLACE = re.compile(r"(\w+)\[([^\]]*)\]\.([\w.\[\] ]+)")
"""An input by its place in the file, as ``outcomes[job].success_rate``."""
PUBLIC = re.compile(r"public\.(\w+)\[([^\]]*)\](?:\.([\w.]+))?")
"""An input of the public purse likewise, as ``public.consequences[shelter].volume``."""
WORDS = {
    "enrolment.ratio": "enrolment",
    "enrolment.arrivals.speed": "speed of enrolment",
    "enrolment.late_start.months": "late start",
    "dropout.share": "dropout",
    "unmeasured": "share not measured",
    "unmeasured.share": "share not measured",
    "unlike_assumed.share": "share of a harder group",
    "success_rate.effect.odds_ratio": "odds ratio of the effect",
    "success_rate.sites.mean": "mean success rate of sites",
    "success_rate.sites.spread": "spread of success rates between sites",
}
"""What the keys behind a name mean where the keys themselves say it badly."""
SHARES = ("dropout", "share", "unmeasured", "success_rate", "rate", "chance", "usual", "mean", "counterfactual", "lost")
"""Last keys of numbers between 0 and 1 that are shares."""


def input_title(name: str, alone: bool = False) -> str:
    """An input in words.

    Parameters
    ----------
    name : str
        Its place in the file.
    alone : bool
        Whether there is but one cohort, so that its name says nothing.

    Returns
    -------
    str

    Examples
    --------
    >>> input_title("cohorts[north].enrolment.ratio")
    'enrolment in north'
    >>> input_title("outcomes[in_work].success_rate")
    'success rate of in work'
    >>> input_title("public.consequences[shelter].volume")
    'volume of shelter'
    """
    place = PLACE.fullmatch(name)
    if place is None:
        public = PUBLIC.fullmatch(name)
        return name if public is None else _public_title(*public.groups())
    block, whose, keys = place.groups()
    words = WORDS.get(keys) or re.sub(r"[._\[\]]+", " ", keys).strip()
    if block == "cohorts":
        return words if alone else f"{words} in {whose}"
    return f"{words} of {f'{block}[{whose}]' if whose.isdigit() else whose.replace('_', ' ')}"


def _public_title(block: str, whose: str, key: str | None) -> str:
    """An input of the public purse in words."""
    about = whose.replace("_", " ")
    if block == "anyway":
        return f"share who would have reached {about} anyway"
    return about if key is None else f"{key.replace('_', ' ').replace('.', ' ')} of {about}"


def input_value(name: str, value: float, unit: str, places: int | None = None) -> str:
    """A value of an input with its unit.

    Parameters
    ----------
    name : str
        Its place in the file.
    value : float
        The value.
    unit : str
        Its unit, ``1`` for a share or a ratio.
    places : int, optional
        Of an enrolment ratio, the people for whom there are places. [people]

    Returns
    -------
    str

    Examples
    --------
    >>> input_value("cohorts[north].enrolment.ratio", 0.7, "1", 120)
    '70 % of plan (84 of 120 people)'
    >>> input_value("cohorts[north].dropout", 0.312, "1")
    '31.2 %'
    """
    if places is not None:
        people = f"{value * places:,.0f} of {places:,} people" if value < 1.0 else f"all {places:,} places"
        return f"{percent(value, 0.0, 0)} of plan ({people})"
    if unit != "1":
        return f"{value:,.4g} {unit}" if abs(value) < 1e4 else f"{value:,.0f} {unit}"
    last = name.rpartition(".")[2]
    return percent(value, 0.0, 1) if last in SHARES or last == "ratio" else f"{value:.3g}"
