"""A check as text."""

from __future__ import annotations

import textwrap

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
    capital = f"{found.commitment:,.0f} {found.currency} of capital" if found.commitment else "nobody invests"
    parts = [
        f"{found.file}: reads well.\n\n",
        (
            f"{found.deal}: {found.participants:,} places{_cohorts(found)}, {capital}, {found.start} to {found.end}, "
            f"{found.follow_ups} follow-up{'' if found.follow_ups == 1 else 's'}. "
            f"Scenario {found.digest[:12]}.\n"
        ),
    ]
    if found.uncertain:
        rows = [(u.name, u.law, f"{u.mean:,.4g}", f"{u.sd:,.4g}", u.unit) for u in found.uncertain]
        head = ("uncertain number", "law", "mean", "sd", "unit")
        parts += [heading("What is uncertain"), table(head, rows, left=2)]
    if found.assumptions:
        parts.append(heading(f"What is assumed ({len(found.assumptions)})"))
        for assumed in found.assumptions:
            parts.append(f"- {assumed.name}: {assumed.value}\n")
            parts.append(textwrap.fill(assumed.reason, WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n")
    if found.unstated:
        parts.append(heading("Neither source nor assumption (add `source:` or `assumption:`)"))
        parts += [f"- {name}\n" for name in found.unstated]
    if found.sources:
        parts.append(heading("Sources"))
        parts += [
            textwrap.fill(f"{key}: {text}", WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False)
            + "\n"
            for key, text in found.sources
        ]
    if found.remarks:
        parts.append(heading("Good to know"))
        parts += [
            textwrap.fill(remark, WIDTH, initial_indent="- ", subsequent_indent="  ") + "\n" for remark in found.remarks
        ]
    if found.stresses:
        parts.append(heading(f"What `risksim stress` asks ({len(found.stresses)})"))
        parts += [f"- {asked.name}: {'; '.join(asked.changes)}\n" for asked in found.stresses]
    parts += lacking(found.lacking)
    return "".join(parts)


MANY_COHORTS = 12
"""From how many cohorts on their number is said. [cohorts]"""


def _cohorts(found: Review) -> str:
    return f" in {found.cohorts:,} cohorts" if found.cohorts >= MANY_COHORTS else ""


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
        return [heading("What due diligence still lacks"), "Nothing that this check knows of.\n"]
    said = [heading(f"What due diligence still lacks ({len(lines)})")]
    for line in lines:
        more = f" and {len(line.where) - MOST_PLACES} more" if len(line.where) > MOST_PLACES else ""
        places = ", ".join(line.where[:MOST_PLACES]) + more
        for text, indent in ((f"{line.topic}: {line.what} ({places})", "- "), (f"add {line.add}", "    ")):
            said.append(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent="    ") + "\n")
    return said
