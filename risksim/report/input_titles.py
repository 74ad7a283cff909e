"""Uncertain inputs in words that a board reads, and their values with units."""

from __future__ import annotations

import math
import re

from risksim.language import N_, _
from risksim.report.numbers import number, percent

PLACE = re.compile(r"(\w+)\[([^\]]*)\]\.([\w.\[\] ]+)")
"""An input by its place in the file, as ``outcomes[job].success_rate``."""
PUBLIC = re.compile(r"public\.(\w+)\[([^\]]*)\](?:\.([\w.]+))?")
"""An input of the public purse likewise, as ``public.consequences[shelter].volume``."""
WORDS = {
    "enrolment.ratio": N_("enrolment"),
    "enrolment.arrivals.speed": N_("speed of enrolment"),
    "enrolment.late_start.months": N_("late start"),
    "dropout.share": N_("dropout"),
    "unmeasured": N_("share not measured"),
    "unmeasured.share": N_("share not measured"),
    "unlike_assumed.share": N_("share of a harder group"),
    "success_rate.effect.odds_ratio": N_("odds ratio of the effect"),
    "success_rate.sites.mean": N_("mean success rate of sites"),
    "success_rate.sites.spread": N_("spread of success rates between sites"),
}
"""What the keys behind a name mean where the keys themselves say it badly."""
PLAIN = (
    N_("success rate"),
    N_("counterfactual"),
    N_("price"),
    N_("amount"),
    N_("limit"),
    N_("volume"),
    N_("usual"),
    N_("rate"),
    N_("growth"),
    N_("chance"),
    N_("months"),
    N_("share"),
    N_("moves away"),
)
"""Keys that read as words once their marks are taken off, for the catalogue."""
UNITS = (N_("month"), N_("1/year"), N_("as measured"))
"""Units that are words, likewise; others stand in the file."""
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
    words = _(WORDS.get(keys) or re.sub(r"[._\[\]]+", " ", keys).strip())
    if block == "cohorts":
        return words if alone else _("{input} in {cohort}", input=words, cohort=whose)
    of = f"{block}[{whose}]" if whose.isdigit() else whose.replace("_", " ")
    return _("{input} of {what}", input=words, what=of)


def _public_title(block: str, whose: str, key: str | None) -> str:
    """An input of the public purse in words."""
    about = whose.replace("_", " ")
    if block == "anyway":
        return _("share who would have reached {outcome} anyway", outcome=about)
    if key is None:
        return about
    return _("{input} of {what}", input=_(key.replace("_", " ").replace(".", " ")), what=about)


SITES_MEAN = "success_rate.sites.mean"
"""The end of the name of an input that is told as a share and held as log odds."""


def chance_of_log_odds(log_odds: float) -> float:
    """The chance whose log odds are given.

    Examples
    --------
    >>> chance_of_log_odds(0.0)
    0.5
    """
    return 1.0 / (1.0 + math.exp(-log_odds))


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
        share, of = percent(value, 0.0, 0), number(places)
        if value < 1.0:
            people = number(value * places, ",.0f")
            return _("{share} of plan ({people} of {places} people)", share=share, people=people, places=of)
        return _("{share} of plan (all {places} places)", share=share, places=of)
    if unit != "1":
        return f"{number(value, ',.4g' if abs(value) < 1e4 else ',.0f')} {_(unit)}"
    if name.endswith(SITES_MEAN):
        value = chance_of_log_odds(value)
    last = name.rpartition(".")[2]
    return percent(value, 0.0, 1) if last in SHARES or last == "ratio" else number(value, ".3g")
