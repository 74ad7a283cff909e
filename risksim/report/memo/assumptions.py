"""What is assumed, and how much it matters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.memo.titles import input_words
from risksim.report.memo.words import count, listing, quoted, share

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

MOST_NAMED = 3
"""Assumed inputs that are named, those with most influence."""


def assumptions(facts: Facts) -> list[str]:
    """How many numbers are published and how many assumed, and how much the assumed ones matter."""
    said = [counted(facts), _prices(facts), _influence(facts), _spread(facts)]
    return [sentence for sentence in said if sentence]


def counted(facts: Facts) -> str:
    """How many numbers of the file are published and how many assumed."""
    published, assumed = facts.deal.published, facts.deal.assumed
    if not published and not assumed:
        return _("The file says of no number where it comes from.")
    if not published:
        return plural(
            "The one number whose origin the file gives is an assumption; none is published.",
            "All {number} numbers whose origin the file gives are assumptions; none is published.",
            assumed,
            number=count(assumed),
        )
    if not assumed:
        return plural(
            "The one number whose origin the file gives is published.",
            "All {number} numbers whose origin the file gives are published.",
            published,
            number=count(published),
        )
    return plural(
        "Of the {all} numbers whose origin the file gives, {published} are published and {assumed} is an assumption.",
        "Of the {all} numbers whose origin the file gives, {published} are published and {assumed} are assumptions.",
        assumed,
        all=count(published + assumed),
        published=count(published),
        assumed=count(assumed),
    )


def _prices(facts: Facts) -> str:
    assumed = [price for price in facts.deal.prices if price.is_assumption]
    if not assumed:
        return ""
    if len(assumed) == len(facts.deal.prices) == 2:
        return _("Both prices paid are assumed.")
    if len(assumed) == len(facts.deal.prices):
        return plural(
            "The price paid is assumed too.",
            "All {number} prices paid are assumed.",
            len(assumed),
            number=count(len(assumed)),
        )
    if len(assumed) > MOST_NAMED:
        return _("{number} of the prices paid are assumed.", number=count(len(assumed)))
    names = listing([quoted(price.title) for price in assumed])
    return plural("The price of {names} is assumed.", "The prices of {names} are assumed.", len(assumed), names=names)


def _influence(facts: Facts) -> str:
    """How much of the spread the assumed inputs explain."""
    if facts.drivers is None:
        return ""
    found = facts.drivers.found
    if not found.inputs or not found.guesses:
        return _("None of the uncertain numbers is an assumption.") if found.inputs else ""
    shares = {one.input: one.npv.value for one in found.given_data}
    told = [
        _(
            "{input} ({share} of the variance)",
            input=input_words(facts, name),
            share=share(min(shares[name], 1.0), places=0),
        )
        for name in found.guesses[:MOST_NAMED]
        if not math.isnan(shares.get(name, math.nan)) and shares[name] >= 0.005
    ]
    if not told:
        return _("No assumed number alone moves the result visibly.")
    return plural(
        "The assumed number that matters most is {inputs}.",
        "The assumed numbers that matter most are {inputs}.",
        len(told),
        inputs=listing(told),
    )


def _spread(facts: Facts) -> str:
    """Why futures differ."""
    if facts.split is None:
        return ""
    for part in facts.split.of:
        if part.quantity == "npv" and not math.isnan(part.split.not_known.value):
            known = share(min(max(part.split.not_known.value, 0.0), 1.0), part.split.not_known.standard_error, 0)
            luck = share(min(max(part.split.small_numbers.value, 0.0), 1.0), part.split.small_numbers.standard_error, 0)
            if part.split.shared is None:
                return _(
                    "Of the spread between futures, {known} is what nobody knows and {luck} the luck of small numbers.",
                    known=known,
                    luck=luck,
                )
            common = share(min(max(part.split.shared.value, 0.0), 1.0), part.split.shared.standard_error, 0)
            return _(
                "Of the spread between futures, {known} is what nobody knows, {shared} what all people share and "
                "{luck} the luck of small numbers.",
                known=known,
                shared=common,
                luck=luck,
            )
    return ""
