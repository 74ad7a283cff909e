"""Annex: one typical and one bad path as stories."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.document import Block, Heading, Paragraph, Table
from risksim.report.memo.titles import input_words
from risksim.report.memo.words import count, date, listing, money, money_cell, party, quoted, rate, text_cell

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.results.story import Story

MOST_INPUTS = 3
"""Draws that are told: those farthest out."""
MOST_DATES = 14
"""Dates of payments in a table."""


def stories(facts: Facts) -> list[Block]:
    """Both paths, where the deal has them."""
    blocks: list[Block] = []
    if facts.typical is not None:
        blocks += [Heading(_("A typical future")), *_told(facts, facts.typical, "typical")]
    if facts.bad is not None:
        blocks += [Heading(_("A bad future")), *_told(facts, facts.bad, "bad")]
    return blocks


def _told(facts: Facts, story: Story, key: str) -> list[Block]:
    said = [_people(story), _inputs(facts, story), *_outcomes(facts, story), *_ended(story), _result(facts, story)]
    blocks: list[Block] = [Paragraph(" ".join(one for one in said if one))]
    table = _payments(facts, story, key)
    note = _("Future number {number} of seed {seed}.", number=count(story.path), seed=str(story.seed))
    return [*blocks, *([table] if table is not None else []), Paragraph(note, "note")]


def _people(story: Story) -> str:
    came, places = sum(one[1] for one in story.places), sum(one[2] for one in story.places)
    if not places and not came:
        return ""
    left = sum(person.left_on is not None for person in story.people)
    if not came:
        return _("Nobody enrols in the {places} places.", places=count(places))
    said = plural(
        "{number} person enrols in the {places} places",
        "{number} people enrol in the {places} places",
        came,
        number=count(came),
        places=count(places),
    )
    if not story.people:
        return _("{said}.", said=said)
    if not left:
        return _("{said}; nobody leaves early.", said=said)
    return plural(
        "{said}; {number} leaves early.", "{said}; {number} leave early.", left, said=said, number=count(left)
    )


def _inputs(facts: Facts, story: Story) -> str:
    """The draws that lie farthest out."""
    low = [one for one in story.inputs if one.value < one.low]
    high = [one for one in story.inputs if one.value > one.high]
    if not story.inputs:
        return ""
    if not low and not high:
        return _("No uncertain number lies outside the range where nine of ten futures put it.")
    parts = []
    if low:
        parts.append(
            _("unusually low: {inputs}", inputs=listing([input_words(facts, x.name) for x in low[:MOST_INPUTS]]))
        )
    if high:
        parts.append(
            _("unusually high: {inputs}", inputs=listing([input_words(facts, x.name) for x in high[:MOST_INPUTS]]))
        )
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def _outcomes(facts: Facts, story: Story) -> list[str]:
    if not story.people:
        return []
    titles, said = dict(facts.deal.outcomes), []
    for place, outcome in enumerate(story.people[0].outcomes):
        counts = Counter(person.outcomes[place].result for person in story.people if place < len(person.outcomes))
        met = counts["met"]
        if outcome.outcome in facts.deal.amounts or counts["measured"]:
            continue
        title = quoted(titles.get(outcome.outcome, outcome.outcome))
        if not met:
            said.append(_("Nobody reaches {outcome}.", outcome=title))
        else:
            said.append(
                plural(
                    "{number} person reaches {outcome}.",
                    "{number} people reach {outcome}.",
                    met,
                    number=count(met),
                    outcome=title,
                )
            )
    return said


def _ended(story: Story) -> list[str]:
    return [
        _("The deal is ended early on {date} by {clause}.", date=date(one.decided_on), clause=quoted(one.clause))
        for one in story.ended
    ]


def _result(facts: Facts, story: Story) -> str:
    paid, received, currency = story.paid_in, story.received, facts.deal.currency
    if not paid:
        return ""
    said = _(
        "Investors pay in {paid} and get back {received}",
        paid=money(paid, currency),
        received=money(received, currency),
    )
    if math.isnan(story.irr):
        return _("{said}.", said=said)
    if received == 0.0:
        return _("{said}: all is lost.", said=said)
    return _("{said}, a yearly return of {rate}.", said=said, rate=rate(story.irr, 0.0, 1))


def _payments(facts: Facts, story: Story, key: str) -> Table | None:
    """What is paid, date by date and rule by rule."""
    titles = dict(story.titles.rules)
    sums: dict[tuple[dt.date, str, str], float] = {}
    for one in story.payments:
        place = (one.date, one.payer, titles.get(one.rule, one.rule))
        sums[place] = sums.get(place, 0.0) + one.amount
    if not sums:
        return None
    rows = [
        (text_cell(date(day)), text_cell(party(payer, article=False)), text_cell(rule_words(rule)), money_cell(amount))
        for (day, payer, rule), amount in sorted(sums.items())[:MOST_DATES]
    ]
    more = len(sums) - len(rows)
    left = plural(
        "{number} further payment is not shown.", "{number} further payments are not shown.", more, number=count(more)
    )
    return Table(
        f"story-{key}",
        _("Payments in this future ({currency})", currency=facts.deal.currency),
        (_("date"), _("payer"), _("paid for"), _("amount")),
        tuple(rows),
        (left,) if more else (),
    )


def rule_words(rule: str) -> str:
    """What a payment is for: a title of the file, or the place of the rule."""
    return rule.removeprefix("per_outcome on ").replace("_", " ")
