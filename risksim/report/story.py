"""One path as a story that can be read from top to bottom."""

from __future__ import annotations

import math
import textwrap
from collections import Counter

from risksim.report.numbers import percent
from risksim.report.table import heading, table
from risksim.results.story import Ended, OutcomeOf, Person, Shared, Story

MOST_PEOPLE = 500
"""People listed one by one; the rest is in the JSON."""

WIDEST = 160
"""Letters in a line of people; beyond it days of measurement are left out, then people stand in blocks."""

RESULT_WORDS = {
    "met": "met",
    "not met": "not met",
    "measured": "measured",
    "left before": "left before",
    "moved before": "moved away before",
    "gate not met": "whose gate was not met",
    "not measured": "not measured",
    "deal ended": "for whom the deal had ended",
    "never due": "never due",
}
"""What became of an outcome, as it stands after a number of people."""

OTHER_LIFE = (
    "This is an individual life drawn at this path's inputs; the run itself counts people without drawing them.\n"
)
"""What stands at the head of a path of the conditional engine."""

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
    if told.engine == "conditional":
        parts.append(OTHER_LIFE)
    if told.inputs:
        rows = [
            (drawn.name, drawn.family, f"{drawn.value:,.4g}", f"{drawn.low:,.4g}", f"{drawn.high:,.4g}")
            for drawn in told.inputs
        ]
        parts += [
            heading("What this future drew"),
            table(("input", "law", "drawn", "5 %", "95 %"), rows, left=2),
        ]
    if told.economy or told.recessions or told.tail_scale is not None:
        parts += [heading("What all deals share in this future"), _world(told)]
    for ended in told.ended:
        parts += [heading("How the deal ended"), _ended(ended)]
    cohorts, outcomes = dict(told.titles.cohorts), dict(told.titles.outcomes)
    for (cohort, enrolled, places), own in zip(told.places, told.cohorts, strict=True):
        people = [person for person in told.people if person.cohort == cohort]
        title = f"{cohorts[cohort]} ({cohort})" if cohort in cohorts else cohort
        filled = f"{enrolled} of {places} places filled"
        if enrolled > places:
            filled = f"{enrolled} people, one after the other, in {places} places"
        parts += [heading(f"{title}: {filled}")]
        parts += [_shared(own, people, outcomes), _summary_of(people, outcomes), _people(people)]
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


def _ended(ended: Ended) -> str:
    return (
        f"On {ended.decided_on} the deal is ended early: {ended.clause} ({ended.reason}).\n"
        f"The programme stops on {ended.stopped_on}. What is measured until {ended.counted_until} still counts; "
        f"the final settlement is on {ended.settled_on}.\n"
    )


def _world(told: Story) -> str:
    """The economy year by year, recessions, and how far out everything lies."""
    text = ""
    if told.economy:
        rows = [(str(year.year), f"{year.factor:+.2f}", year.words) for year in told.economy]
        text += table(("year", "economy", "in words"), rows, left=3)
    if told.recessions:
        text += f"A recession begins in {' and in '.join(f'{day:%B %Y}' for day in told.recessions)}.\n"
    if told.tail_scale is not None:
        far = 1.0 / math.sqrt(told.tail_scale)
        text += f"Everything lies {far:.2f} times as far out as usual: the common scale is {told.tail_scale:.3f}.\n"
    return text


def _shared(own: Shared, people: list[Person], titles: dict[str, str]) -> str:
    """What the people of a cohort share; nothing where they share nothing."""
    lines = []
    if own.factor is not None:
        lines.append(f"What its people share: {own.factor:+.2f}, {own.words}.")
    if own.rates:
        rates = ", ".join(f"{titles.get(name, name)} {percent(rate)}" for name, rate in own.rates)
        lines.append(f"Its own success rates: {rates}.")
    if own.never_started is not None:
        waited = [person.waited for person in people if person.waited]
        mean = f", {sum(waited) / len(waited):.1f} months on average" if waited else ""
        lines.append(
            f"{len(waited) or 'Nobody'} waited for a place{mean}; {own.never_started or 'nobody'} came in and never "
            "started."
        )
    return "".join(f"{line}\n" for line in lines)


def _summary_of(people: list[Person], titles: dict[str, str]) -> str:
    if not people:
        return "Nobody enrolled.\n"
    left = sum(person.left_on is not None for person in people)
    hidden = sum(not person.measurable for person in people)
    sentences = [f"{left} of {len(people)} left before the end of their course; {hidden} could not be measured."]
    moved = [person.moved_on for person in people if person.moved_on is not None]
    if moved:
        sentences.append(f"{len(moved)} moved away, the first in the month from {min(moved)} on.")
    for k, outcome in enumerate(people[0].outcomes):
        each = [person.outcomes[k] for person in people]
        counts = Counter(one.result for one in each)
        said = ", ".join(f"{counts[result]} {words}" for result, words in RESULT_WORDS.items() if counts[result])
        amounts = [one.amount for one in each if one.amount is not None]
        if amounts:
            said += f"; {_amount(math.fsum(amounts) / len(amounts))} on average"
        unpaid = sum(one.result in ("met", "measured") and one.settled_on is None for one in each)
        late = f"; {unpaid} of them after the last follow-up, unpaid" if unpaid else ""
        name = titles.get(outcome.outcome)
        title = f"{name} ({outcome.outcome})" if name is not None else outcome.outcome
        sentences.append(f"{title}: {said}{late}.")
    return "\n".join(sentences) + "\n\n"


def _people(people: list[Person]) -> str:
    if not people:
        return ""
    shown = people[:MOST_PEOPLE]
    more = f"... and {len(people) - MOST_PEOPLE:,} more; --json lists them all.\n" if len(people) > MOST_PEOPLE else ""
    for dates in (True, False):
        text = _table_of(shown, dates)
        if text.index("\n", text.index("\n") + 1) - text.index("\n") - 1 <= WIDEST:
            return text + ("" if dates else "Days of measurement stand in --json.\n") + more
    return "".join(map(_block_of, shown)) + "Days of measurement stand in --json.\n" + more


def _table_of(people: list[Person], dates: bool) -> str:
    """People line by line, with or without the days of measurement."""
    waits = any(person.waited for person in people)
    first = people[0]
    head = ["person", "enrolled", "left", *_behind(first, waits), *(outcome.outcome for outcome in first.outcomes)]
    rows = [
        [
            str(person.number),
            str(person.enrolled_on),
            str(person.left_on) if person.left_on is not None else "stayed",
            *_behind(person, waits).values(),
            *(_said_of(outcome, dates) for outcome in person.outcomes),
        ]
        for person in people
    ]
    return table(head, rows, left=len(head))


def _behind(person: Person, waits: bool) -> dict[str, str]:
    """What stands behind a person, by the head of its column; only what the deal has."""
    said = {}
    if waits:
        said["waited"] = f"{person.waited} month{'' if person.waited == 1 else 's'}"
    if person.standing is not None:
        said["better placed than"] = f"{100.0 * person.standing:.0f} %"
    if person.harder is not None:
        said["group"] = "harder" if person.harder else "usual"
    return said


def _block_of(person: Person) -> str:
    """One person in a few lines, where a table would be too wide to read."""
    left = "stayed" if person.left_on is None else f"left {person.left_on}"
    said = "; ".join(f"{outcome.outcome} {_said_of(outcome, dates=False)}" for outcome in person.outcomes)
    lines = textwrap.wrap(said, WIDEST - 4, break_long_words=False, break_on_hyphens=False)
    behind = "".join(f", {name} {value}" for name, value in _behind(person, bool(person.waited)).items())
    return f"{person.number}: enrolled {person.enrolled_on}, {left}{behind}\n" + "".join(
        f"    {line}\n" for line in lines
    )


def _said_of(outcome: OutcomeOf, dates: bool) -> str:
    """One outcome of one person in a cell."""
    what = outcome.result if outcome.amount is None else _amount(outcome.amount)
    if outcome.succeeded_on is not None:
        return f"{what} in {outcome.succeeded_on:%Y-%m}"
    if not dates or outcome.result not in ("met", "not met", "measured") or outcome.measured_on is None:
        return what
    return f"{what} {outcome.measured_on}"


def _amount(value: float) -> str:
    """What somebody has, to four digits; whole from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


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
    titles = dict(told.titles.rules)
    rows = [
        (str(claim.date), claim.payer, titles.get(claim.rule, claim.rule), _money(told, claim.amount), claim.reason)
        for claim in told.payments
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
