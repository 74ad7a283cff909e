"""A check as text."""

from __future__ import annotations

import textwrap

from risksim.language import _, plural
from risksim.report.numbers import marked, number
from risksim.report.said_below import in_words
from risksim.report.table import heading, table
from risksim.results.review import Lacking, Review

WIDTH = 110


def review(found: Review) -> str:
    """What a scenario says, assumes and leaves open.

    Parameters
    ----------
    found : Review
        Of one scenario.

    Returns
    -------
    str
    """
    capital = _("nobody invests")
    if found.commitment:
        amount = number(found.commitment, ",.0f")
        capital = _("{amount} {currency} of capital", amount=amount, currency=found.currency)
    parts = [
        _("{file}: reads well.\n\n", file=found.file),
        plural(
            "{deal}: {places}, {capital}, {start} to {end}, {n} follow-up. Scenario {digest}.\n",
            "{deal}: {places}, {capital}, {start} to {end}, {n} follow-ups. Scenario {digest}.\n",
            found.follow_ups,
            deal=found.deal,
            places=_places(found),
            capital=capital,
            start=found.start,
            end=found.end,
            n=found.follow_ups,
            digest=found.digest[:12],
        ),
    ]
    if found.uncertain:
        rows = [(u.name, marked(u.law), number(u.mean, ",.4g"), number(u.sd, ",.4g"), u.unit) for u in found.uncertain]
        head = (_("uncertain number"), _("law"), _("mean"), _("sd"), _("unit"))
        parts += [heading(_("What is uncertain")), table(head, rows, left=2)]
    if found.assumptions:
        parts.append(heading(_("What is assumed ({n})", n=len(found.assumptions))))
        for assumed in found.assumptions:
            parts.append(f"- {assumed.name}: {assumed.value}\n")
            parts.append(textwrap.fill(assumed.reason, WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n")
    if found.unstated:
        parts.append(heading(_("Neither source nor assumption (add `source:` or `assumption:`)")))
        parts += [f"- {name}\n" for name in found.unstated]
    if found.sources:
        parts.append(heading(_("Sources")))
        parts += [
            textwrap.fill(f"{key}: {text}", WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False)
            + "\n"
            for key, text in found.sources
        ]
    if found.remarks:
        parts.append(heading(_("Good to know")))
        parts += [
            textwrap.fill(in_words(remark), WIDTH, initial_indent="- ", subsequent_indent="  ") + "\n"
            for remark in found.remarks
        ]
    if found.stresses:
        parts.append(heading(_("What `risksim stress` asks ({n})", n=len(found.stresses))))
        parts += [f"- {asked.name}: {'; '.join(map(in_words, asked.changes))}\n" for asked in found.stresses]
    parts += lacking(found.lacking)
    return "".join(parts)


MANY_COHORTS = 12
"""From how many cohorts on their number is said. [cohorts]"""


def _places(found: Review) -> str:
    places = number(found.participants)
    if found.cohorts >= MANY_COHORTS:
        return _("{places} places in {cohorts} cohorts", places=places, cohorts=number(found.cohorts))
    return _("{places} places", places=places)


MOST_PLACES = 6
"""Places that a line names; the rest are counted."""


def lacking(lines: tuple[Lacking, ...]) -> list[str]:
    """What due diligence still lacks, each with what to add.

    Parameters
    ----------
    lines : tuple of Lacking
        As the check found them.

    Returns
    -------
    list of str
        Paragraphs, the heading first.
    """
    if not lines:
        return [heading(_("What due diligence still lacks")), _("Nothing that this check knows of.\n")]
    said = [heading(_("What due diligence still lacks ({n})", n=len(lines)))]
    for line in lines:
        more = _(" and {n} more", n=len(line.where) - MOST_PLACES) if len(line.where) > MOST_PLACES else ""
        places = ", ".join(line.where[:MOST_PLACES]) + more
        topic, what, add = (in_words(text) for text in (line.topic, line.what, line.add))
        for text, indent in ((f"{topic}: {what} ({places})", "- "), (_("add {what}", what=add), "    ")):
            said.append(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent="    ") + "\n")
    return said
