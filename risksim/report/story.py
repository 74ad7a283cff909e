"""One path as a story that can be read from top to bottom."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections import Counter

from risksim.language import N_, _, plural
from risksim.report.numbers import marked, number, percent
from risksim.report.said_below import in_words, the_payer
from risksim.report.table import heading, table
from risksim.results.story import Ended, OutcomeOf, Person, Shared, Story

MOST_PEOPLE = 500
"""People listed one by one; the rest is in the JSON."""

WIDEST = 160
"""Letters in a line of people; beyond it days of measurement are left out, then people stand in blocks."""

RESULT_WORDS = {
    "met": N_("met"),
    "not met": N_("not met"),
    "measured": N_("measured"),
    "left before": N_("left before"),
    "moved before": N_("moved away before"),
    "gate not met": N_("whose gate was not met"),
    "not measured": N_("not measured"),
    "deal ended": N_("for whom the deal had ended"),
    "never due": N_("never due"),
}
"""What became of an outcome, as it stands after a number of people."""

RESULTS = {
    "met": N_("met"),
    "not met": N_("not met"),
    "measured": N_("measured"),
    "left before": N_("left before"),
    "moved before": N_("moved before"),
    "gate not met": N_("gate not met"),
    "not measured": N_("not measured"),
    "deal ended": N_("deal ended"),
    "never due": N_("never due"),
}
"""What became of an outcome, as it stands in the cell of one person."""

OTHER_LIFE = N_(
    "This is an individual life drawn at this path's inputs; the run itself counts people without drawing them.\n"
)
"""What stands at the head of a path of the conditional engine."""

STATUS_WORDS = (
    N_("the only rate"),
    N_("total loss: capital paid in, nothing received"),
    N_("none: nothing was invested"),
    N_("none: no money was at risk before some came in"),
    N_("none: several rates fit"),
    N_("none: no rate fits"),
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
    parts = [_("{deal}: path {path} of seed {seed}\n", deal=told.deal, path=number(told.path), seed=told.seed)]
    if told.engine == "conditional":
        parts.append(_(OTHER_LIFE))
    if told.inputs:
        rows = [
            (drawn.name, marked(drawn.family), *(number(each, ",.4g") for each in (drawn.value, drawn.low, drawn.high)))
            for drawn in told.inputs
        ]
        parts += [
            heading(_("What this future drew")),
            table((_("input"), _("law"), _("drawn"), "5 %", "95 %"), rows, left=2),
        ]
    if told.economy or told.recessions or told.tail_scale is not None:
        parts += [heading(_("What all deals share in this future")), _world(told)]
    for ended in told.ended:
        parts += [heading(_("How the deal ended")), _ended(ended)]
    cohorts, outcomes = dict(told.titles.cohorts), dict(told.titles.outcomes)
    for (cohort, enrolled, places), own in zip(told.places, told.cohorts, strict=True):
        people = [person for person in told.people if person.cohort == cohort]
        title = f"{cohorts[cohort]} ({cohort})" if cohort in cohorts else cohort
        filled = _("{cohort}: {people} of {places} places filled", cohort=title, people=enrolled, places=places)
        if enrolled > places:
            filled = _(
                "{cohort}: {people} people, one after the other, in {places} places",
                cohort=title,
                people=enrolled,
                places=places,
            )
        parts += [heading(filled)]
        parts += [_shared(own, people, outcomes), _summary_of(people, outcomes), _people(people)]
    if told.effects:
        parts += [heading(_("Effects against comparison groups")), _effects(told)]
    parts += [heading(_("Claims ({currency})", currency=told.currency)), _payments(told)]
    parts += [heading(_("Who paid whom ({currency})", currency=told.currency)), _ledger(told)]
    if told.tranches:
        parts += [
            heading(_("Tranches ({currency})", currency=told.currency)),
            _tranches(told),
            heading(_("All investors together")),
        ]
    else:
        parts.append(heading(_("The investor's result")))
    parts.append(_result(told))
    return "".join(parts)


def _money(told: Story, amount: float) -> str:
    """An amount to the minor unit of its currency."""
    return number(amount, f",.{told.decimals}f")


def _ended(ended: Ended) -> str:
    return _(
        "On {decided} the deal is ended early: {clause} ({reason}).\n"
        "The programme stops on {stopped}. What is measured until {counted} still counts; the final settlement is on "
        "{settled}.\n",
        decided=ended.decided_on,
        clause=ended.clause,
        reason=in_words(ended.reason),
        stopped=ended.stopped_on,
        counted=ended.counted_until,
        settled=ended.settled_on,
    )


def _world(told: Story) -> str:
    """The economy year by year, recessions, and how far out everything lies."""
    text = ""
    if told.economy:
        rows = [(str(year.year), number(year.factor, "+.2f"), in_words(year.words)) for year in told.economy]
        text += table((_("year"), _("economy"), _("in words")), rows, left=3)
    if told.recessions:
        months = _(" and in ").join(_month(day) for day in told.recessions)
        text += _("A recession begins in {months}.\n", months=months)
    if told.tail_scale is not None:
        far = 1.0 / math.sqrt(told.tail_scale)
        text += _(
            "Everything lies {times} times as far out as usual: the common scale is {scale}.\n",
            times=number(far, ".2f"),
            scale=number(told.tail_scale, ".3f"),
        )
    return text


MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def _month(day: dt.date) -> str:
    """A month in words; Babel would be a long way for twelve of them."""
    return f"{_(MONTHS[day.month - 1])} {day.year}"


def _shared(own: Shared, people: list[Person], titles: dict[str, str]) -> str:
    """What the people of a cohort share; nothing where they share nothing."""
    lines = []
    if own.factor is not None:
        lines.append(
            _(
                "What its people share: {factor}, {words}.",
                factor=number(own.factor, "+.2f"),
                words=in_words(own.words or ""),
            )
        )
    if own.rates:
        rates = ", ".join(f"{titles.get(name, name)} {percent(rate)}" for name, rate in own.rates)
        lines.append(_("Its own success rates: {rates}.", rates=rates))
    if own.never_started is not None:
        waited = [person.waited for person in people if person.waited]
        never = own.never_started or _("nobody")
        if waited:
            lines.append(
                _(
                    "{people} waited for a place, {months} months on average; {never} came in and never started.",
                    people=len(waited),
                    months=number(sum(waited) / len(waited), ".1f"),
                    never=never,
                )
            )
        else:
            lines.append(_("Nobody waited for a place; {never} came in and never started.", never=never))
    return "".join(f"{line}\n" for line in lines)


def _summary_of(people: list[Person], titles: dict[str, str]) -> str:
    if not people:
        return _("Nobody enrolled.\n")
    left = sum(person.left_on is not None for person in people)
    hidden = sum(not person.measurable for person in people)
    sentences = [
        _(
            "{left} of {people} left before the end of their course; {hidden} could not be measured.",
            left=left,
            people=len(people),
            hidden=hidden,
        )
    ]
    moved = [person.moved_on for person in people if person.moved_on is not None]
    if moved:
        sentences.append(
            _("{people} moved away, the first in the month from {day} on.", people=len(moved), day=min(moved))
        )
    for k, outcome in enumerate(people[0].outcomes):
        each = [person.outcomes[k] for person in people]
        counts = Counter(one.result for one in each)
        said = ", ".join(f"{counts[result]} {_(words)}" for result, words in RESULT_WORDS.items() if counts[result])
        amounts = [one.amount for one in each if one.amount is not None]
        if amounts:
            said += _("; {amount} on average", amount=_amount(math.fsum(amounts) / len(amounts)))
        unpaid = sum(one.result in ("met", "measured") and one.settled_on is None for one in each)
        late = _("; {people} of them after the last follow-up, unpaid", people=unpaid) if unpaid else ""
        name = titles.get(outcome.outcome)
        title = f"{name} ({outcome.outcome})" if name is not None else outcome.outcome
        sentences.append(f"{title}: {said}{late}.")
    return "\n".join(sentences) + "\n\n"


def _people(people: list[Person]) -> str:
    if not people:
        return ""
    shown = people[:MOST_PEOPLE]
    more = ""
    if len(people) > MOST_PEOPLE:
        more = _("... and {n} more; --json lists them all.\n", n=number(len(people) - MOST_PEOPLE))
    for dates in (True, False):
        text = _table_of(shown, dates)
        if text.index("\n", text.index("\n") + 1) - text.index("\n") - 1 <= WIDEST:
            return text + ("" if dates else _("Days of measurement stand in --json.\n")) + more
    return "".join(map(_block_of, shown)) + _("Days of measurement stand in --json.\n") + more


def _table_of(people: list[Person], dates: bool) -> str:
    """People line by line, with or without the days of measurement."""
    waits = any(person.waited for person in people)
    first = people[0]
    head = [
        _("person"),
        _("enrolled"),
        _("left"),
        *_behind(first, waits),
        *(outcome.outcome for outcome in first.outcomes),
    ]
    rows = [
        [
            str(person.number),
            str(person.enrolled_on),
            str(person.left_on) if person.left_on is not None else _("stayed"),
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
        months = person.waited or 0
        said[_("waited")] = plural("{months} month", "{months} months", months, months=person.waited)
    if person.standing is not None:
        said[_("better placed than")] = f"{100.0 * person.standing:.0f} %"
    if person.harder is not None:
        said[_("group")] = _("harder") if person.harder else _("usual")
    return said


def _block_of(person: Person) -> str:
    """One person in a few lines, where a table would be too wide to read."""
    left = _("stayed") if person.left_on is None else _("left {day}", day=person.left_on)
    said = "; ".join(f"{outcome.outcome} {_said_of(outcome, dates=False)}" for outcome in person.outcomes)
    lines = textwrap.wrap(said, WIDEST - 4, break_long_words=False, break_on_hyphens=False)
    behind = "".join(f", {name} {value}" for name, value in _behind(person, bool(person.waited)).items())
    first = _("{person}: enrolled {day}, {left}", person=person.number, day=person.enrolled_on, left=left)
    return f"{first}{behind}\n" + "".join(f"    {line}\n" for line in lines)


def _said_of(outcome: OutcomeOf, dates: bool) -> str:
    """One outcome of one person in a cell."""
    what = _(RESULTS[outcome.result]) if outcome.amount is None else _amount(outcome.amount)
    if outcome.succeeded_on is not None:
        return _("{what} in {month}", what=what, month=f"{outcome.succeeded_on:%Y-%m}")
    if not dates or outcome.result not in ("met", "not met", "measured") or outcome.measured_on is None:
        return what
    return f"{what} {outcome.measured_on}"


def _amount(value: float) -> str:
    """What somebody has, to four digits; whole from a thousand on."""
    return number(value, ",.0f" if abs(value) >= 1_000 else ".4g")


def _effects(told: Story) -> str:
    rows = [
        (
            str(estimate.date),
            estimate.effect,
            in_words(estimate.reads),
            _("none") if math.isnan(estimate.value) else number(estimate.value, ",.6g"),
            in_words(estimate.reason),
        )
        for estimate in told.effects
    ]
    return table((_("date"), _("effect"), _("reads"), _("value"), _("because")), rows, left=5)


def _payments(told: Story) -> str:
    if not told.payments:
        return _("No outcome was paid.\n")
    titles = dict(told.titles.rules)
    rows = [
        (
            str(claim.date),
            the_payer(claim.payer),
            titles.get(claim.rule, claim.rule),
            _money(told, claim.amount),
            in_words(claim.reason),
        )
        for claim in told.payments
    ]
    width = max(len(row[3]) for row in rows)
    rows = [(*row[:3], row[3].rjust(width), row[4]) for row in rows]
    return table((_("date"), _("payer"), _("rule"), _("amount"), _("because")), rows, left=5)


def _ledger(told: Story) -> str:
    rows = [
        (
            str(flow.date),
            the_payer(flow.from_party),
            the_payer(flow.to_party),
            _money(told, flow.amount),
            in_words(flow.reason),
        )
        for flow in told.ledger
    ]
    width = max((len(row[3]) for row in rows), default=0)
    rows = [(*row[:3], row[3].rjust(width), row[4]) for row in rows]
    return table((_("date"), _("from"), _("to"), _("amount"), _("what for")), rows, left=5)


def _tranches(told: Story) -> str:
    rows = [
        (
            each.name,
            _money(told, each.paid_in),
            _money(told, each.received),
            number(each.received / each.paid_in, ".4f") if each.paid_in else _("none"),
            rate_of(each.irr, each.irr_status),
        )
        for each in told.tranches
    ]
    return table((_("tranche"), _("paid in"), _("received"), _("times"), _("IRR")), rows)


def _result(told: Story) -> str:
    multiple = number(told.received / told.paid_in, ".4f") if told.paid_in else _("none")
    lines = [
        _(
            "Paid in {paid_in}, received {received}: {times} times the money.",
            paid_in=_money(told, told.paid_in),
            received=_money(told, told.received),
            times=multiple,
        ),
        _("IRR ({day_count}): {rate}.", day_count=told.day_count, rate=rate_of(told.irr, told.irr_status)),
        *(_("NPV at {rate}: {value}.", rate=percent(hurdle), value=_money(told, value)) for hurdle, value in told.npv),
    ]
    return "\n".join(lines) + "\n"


def rate_of(irr: float, status: int) -> str:
    """A rate of return a year, or in words why there is none."""
    return _(STATUS_WORDS[status]) if math.isnan(irr) else _("{rate} a year", rate=percent(irr, 0.0, 4))
