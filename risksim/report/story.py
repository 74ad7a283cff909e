"""One path as a story that can be read from top to bottom."""

from __future__ import annotations

import math
from collections import Counter

from risksim.report.numbers import percent
from risksim.report.table import heading, table
from risksim.results.story import OutcomeOf, Person, Story

MOST_PEOPLE = 500
"""People listed one by one; the rest is in the JSON."""

STATUS_WORDS = (
    "the only rate",
    "total loss: capital paid in, nothing received",
    "none: nothing was invested",
    "none: no money was at risk before some came in",
    "none: several rates fit",
    "none: no rate fits",
)


def story(told: Story) -> str:
    """A path as text.

    Parameters
    ----------
    told : Story
        One path.

    Returns
    -------
    str
    """
    parts = [f"{told.deal}: path {told.path:,} of seed {told.seed}\n"]
    if told.inputs:
        rows = [
            (drawn.name, drawn.family, f"{drawn.value:,.4g}", f"{drawn.low:,.4g}", f"{drawn.high:,.4g}")
            for drawn in told.inputs
        ]
        parts += [
            heading("What this future drew"),
            table(("input", "law", "drawn", "5 %", "95 %"), rows, left=2),
        ]
    for cohort, enrolled, places in told.places:
        people = [person for person in told.people if person.cohort == cohort]
        parts += [heading(f"{cohort}: {enrolled} of {places} places filled"), _summary_of(people), _people(people)]
    if told.effects:
        parts += [heading("Effects against comparison groups"), _effects(told)]
    parts += [heading(f"Claims ({told.currency})"), _payments(told)]
    parts += [heading(f"Who paid whom ({told.currency})"), _ledger(told)]
    if told.tranches:
        parts += [heading(f"Tranches ({told.currency})"), _tranches(told), heading("All investors together")]
    else:
        parts.append(heading("The investor's result"))
    parts.append(_result(told))
    return "".join(parts)


def _money(told: Story, amount: float) -> str:
    """An amount to the minor unit of its currency."""
    return f"{amount:,.{told.decimals}f}"


def _summary_of(people: list[Person]) -> str:
    if not people:
        return "Nobody enrolled.\n"
    left = sum(person.left_on is not None for person in people)
    hidden = sum(not person.measurable for person in people)
    sentences = [f"{left} of {len(people)} left before the end of their course; {hidden} could not be measured."]
    for k, outcome in enumerate(people[0].outcomes):
        counts = Counter(person.outcomes[k].result for person in people)
        said = ", ".join(
            f"{counts[result]} {result}"
            for result in ("met", "not met", "measured", "left before", "gate not met", "not measured", "never due")
            if counts[result]
        )
        each = [person.outcomes[k] for person in people]
        unpaid = sum(one.result in ("met", "measured") and one.settled_on is None for one in each)
        late = f"; {unpaid} of them after the last follow-up, unpaid" if unpaid else ""
        sentences.append(f"{outcome.outcome}: {said}{late}.")
    return "\n".join(sentences) + "\n\n"


def _people(people: list[Person]) -> str:
    if not people:
        return ""
    head = ["person", "enrolled", "left", *(outcome.outcome for outcome in people[0].outcomes)]
    rows = [
        [
            str(person.number),
            str(person.enrolled_on),
            str(person.left_on) if person.left_on is not None else "stayed",
            *(_said_of(outcome) for outcome in person.outcomes),
        ]
        for person in people[:MOST_PEOPLE]
    ]
    more = f"... and {len(people) - MOST_PEOPLE:,} more; --json lists them all.\n" if len(people) > MOST_PEOPLE else ""
    return table(head, rows, left=len(head)) + more


def _said_of(outcome: OutcomeOf) -> str:
    """One outcome of one person in a cell."""
    if outcome.result not in ("met", "not met", "measured") or outcome.measured_on is None:
        return outcome.result
    what = outcome.result if outcome.amount is None else f"{outcome.amount:,.6g}"
    return f"{what} {outcome.measured_on}"


def _effects(told: Story) -> str:
    rows = [
        (
            str(estimate.date),
            estimate.effect,
            estimate.reads,
            "none" if math.isnan(estimate.value) else f"{estimate.value:,.6g}",
            estimate.reason,
        )
        for estimate in told.effects
    ]
    return table(("date", "effect", "reads", "value", "because"), rows, left=5)


def _payments(told: Story) -> str:
    if not told.payments:
        return "No outcome was paid.\n"
    rows = [
        (str(claim.date), claim.payer, claim.rule, _money(told, claim.amount), claim.reason) for claim in told.payments
    ]
    width = max(len(row[3]) for row in rows)
    rows = [(*row[:3], row[3].rjust(width), row[4]) for row in rows]
    return table(("date", "payer", "rule", "amount", "because"), rows, left=5)


def _ledger(told: Story) -> str:
    rows = [
        (str(flow.date), flow.from_party, flow.to_party, _money(told, flow.amount), flow.reason) for flow in told.ledger
    ]
    width = max((len(row[3]) for row in rows), default=0)
    rows = [(*row[:3], row[3].rjust(width), row[4]) for row in rows]
    return table(("date", "from", "to", "amount", "what for"), rows, left=5)


def _tranches(told: Story) -> str:
    rows = [
        (
            each.name,
            _money(told, each.paid_in),
            _money(told, each.received),
            f"{each.received / each.paid_in:.4f}" if each.paid_in else "none",
            STATUS_WORDS[each.irr_status] if math.isnan(each.irr) else f"{percent(each.irr, 0.0, 4)} a year",
        )
        for each in told.tranches
    ]
    return table(("tranche", "paid in", "received", "times", "IRR"), rows)


def _result(told: Story) -> str:
    multiple = f"{told.received / told.paid_in:.4f}" if told.paid_in else "none"
    rate = STATUS_WORDS[told.irr_status] if math.isnan(told.irr) else f"{percent(told.irr, 0.0, 4)} a year"
    lines = [
        f"Paid in {_money(told, told.paid_in)}, received {_money(told, told.received)}: {multiple} times the money.",
        f"IRR ({told.day_count}): {rate}.",
        *(f"NPV at {percent(hurdle)}: {_money(told, value)}." for hurdle, value in told.npv),
    ]
    return "\n".join(lines) + "\n"
