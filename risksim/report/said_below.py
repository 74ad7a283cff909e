"""Sentences that rooms below say in English, in the language spoken.

Engines, jobs, metrics and stories say in English why something cannot be or what a payment is for: their words stand in
JSON, which is the same in every language. Where a page prints them, it looks them up here by the forms they have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from risksim.language import N_, _, spoken
from risksim.report import said_of_stresses
from risksim.report.numbers import marked, written
from risksim.report.said_of_terms import FORMS as OF_TERMS

FORMS = (
    *OF_TERMS,
    # How a run was made
    N_("exact engine, no simulation error ({combinations} combinations of counts)"),
    N_("{points} quasi-random points in 32 replicates, seed {seed}, conditional engine with people integrated"),
    N_("{paths} by quasi-random points in 32 replicates, seed {seed}, conditional engine"),
    N_("{paths}, seed {seed}, individual engine"),
    N_("{paths}, seed {seed}, conditional engine"),
    N_("{paths}, individual engine"),
    N_("{paths} paths"),
    N_("1 path"),
    N_("about {seconds} s and {memory}"),
    N_("about {minutes} min and {memory}"),
    N_("from the values of every path"),
    N_("from the law of the counts"),
    N_("{name} is {value}, which breaches {limit}"),
    N_("{name} does not exist, which breaches {limit}"),
    N_("{file} is damaged or belongs to a shorter run; its paths were computed again."),
    # The three lines
    N_("expected only"),
    N_("luck only"),
    N_("evidence and luck"),
    N_("nothing: every input at its mean, fractions of people allowed"),
    N_("people: every input at its mean, people drawn"),
    N_("people and what else is chance; every other input is at its mean"),
    N_("inputs and people"),
    # Why another engine cannot run a deal
    N_("the run was interrupted"),
    N_("nothing differs from path to path"),
    N_("it may end early, and what people do after that depends on who they are"),
    N_("its costs follow the people month by month"),
    N_("a comparison group is formed of those who have enrolled by a date"),
    N_("people start in turn, so that who starts when hangs on the others"),
    N_("the deal may end early, which cuts lives short in mid-course"),
    N_("a price list pays each person up to a most, which hangs on everything that the person earns"),
    N_("costs follow the people month by month"),
    N_("everything lies far out together (dependence: tail)"),
    N_("results of one person go together pair by pair (dependence: correlations)"),
    N_("'{name}' takes its time, and its measurements do not come one after the other"),
    N_("'{name}' is measured several times, each like the one before, in different economies"),
    N_("'{name}' may happen in any month before a person moves away"),
    N_("'{name}' and another outcome may both happen in any month before a person leaves"),
    N_("'{name}' may happen in any month before a person leaves, and leaving goes with other results"),
    N_("who can be measured goes with gates that open on a date"),
    # Why a rate of return is not shown
    N_("the mean cash flow has no single IRR ({status})"),
    N_(
        "the mean cash flow has no single IRR ({status}); with money at {hurdle} it earns {rate} ± {error} a year "
        "(MIRR)"
    ),
    N_("all paths {reason}"),
    N_("{share} of the paths {reason}, more than the {tail} tail this quantile looks at"),
    N_("draw no capital"),
    N_("have no single IRR ({statuses})"),
    N_("total_loss {share}"),
    N_("no_investment {share}"),
    N_("all_positive {share}"),
    N_("multiple {share}"),
    N_("no_root {share}"),
    N_("total_loss"),
    N_("no_investment"),
    N_("all_positive"),
    N_("multiple"),
    N_("no_root"),
    N_("total loss"),
    N_("no investment"),
    N_("all positive"),
    N_("no root"),
    # Lines of the ledger
    N_("drawdown of {who}"),
    N_("outcome payments by {who}"),
    N_("outcome payments to {who}"),
    N_("outcome payments kept for costs"),
    N_("payment for ending early"),
    N_("payments no longer needed for costs"),
    N_("costs beyond all sources"),
    N_("surplus to the provider"),
    N_("surplus to {who}"),
    N_("interest on the loan of {who}"),
    N_("repayment of the loan of {who}"),
    N_("recovered of the loan of {who}"),
    N_("return floor of {who}"),
    # Why a payment is due
    N_("{number} verified at {price} each"),
    N_("{number} units measured at {price} each"),
    N_("{number} verified at {price} each at price level {level}"),
    N_("{number} units measured at {price} each at price level {level}"),
    N_("{amount} due on this date"),
    N_("{amount} due on this date at price level {level}"),
    N_("what the price list owes people, each up to its most"),
    N_("what the price list owes people, each up to its most at price level {level}"),
    N_("no method agreed: {people} people at the assumed rate {rate}, {price} each"),
    N_("{outcome}: {number} verified, {seen} measured of {eligible}, its goal is reached"),
    N_("{outcome}: {number} verified, {seen} measured of {eligible}, by its table"),
    N_("{outcome}: {number} in all, {seen} measured of {eligible}, its goal is reached"),
    N_("{outcome}: {number} in all, {seen} measured of {eligible}, by its table"),
    N_("{outcome}: {number} verified, {seen} measured of {eligible}, in some cohort its goal is reached"),
    N_("{outcome} is {number}, its goal is reached"),
    N_("{outcome} is {number}, by its table"),
    N_("{reading} at price level {level}"),
    N_("{reading}, times {factor}"),
    N_("{reading}, paying {price}"),
    N_("{reading}, moved by {shift}"),
    N_("{reason}, earned on {dates}"),
    N_("{part} of it"),
    N_("split between the payers of the cohorts by the people verified"),
    N_("split between the payers of the cohorts by the people the outcome speaks of"),
    N_("earlier claims at the new price, paid on this date"),
    N_("earlier claims at the new price, set off on this date"),
    N_("{who} has paid its limit of {limit}"),
    N_("beyond the limit of {limit} of {who}"),
    N_("{what} together reach the cap of {limit}"),
    N_("{what} together reach the cap of {limit} on one date"),
    N_("{what} topped up to the floor of {limit}"),
    N_("{what} on one date topped up to the floor of {limit}"),
    N_("all payments"),
    # How a deal ended early
    N_("{people} of {places} places filled before that day, fewer than {limit}"),
    N_("a chance of {chance} a year"),
    N_("a chance of {chance}"),
    N_("{outcome}: {verified} verified, {seen} measured of {eligible}"),
    N_("the deal ends below {limit} by {what}"),
    N_("the deal ends above {limit} by {what}"),
    N_("the deal ends below {low} or above {high} by {what}"),
    N_("the deal ends below {limit}"),
    N_("the deal ends above {limit}"),
    N_("{outcome} is {number}"),
    N_("count"),
    N_("share"),
    # Effects against comparison groups
    N_("{seen} participants and {others} others measured"),
    N_("no value: {seen} participants and {others} others measured, and {fewest} are needed on either side"),
    N_("{met} of {seen} participants, {met_others} of {others} others"),
    N_("standard error {error}"),
    N_("chance {error}"),
    N_("matching {error}"),
    N_("analyst {error}"),
    N_("difference"),
    N_("additional people"),
    N_("relative increase"),
    N_("relative reduction"),
    N_("pooled z"),
    N_("unpooled z"),
    N_("per person"),
    N_("total"),
    # Payers that files name by their kind
    N_("municipality"),
    N_("region"),
    N_("state"),
    N_("outcome fund"),
    # What a stress changes
    N_("{place}: left out"),
    N_("{place}: times {factor}"),
    N_("{place}: plus {number}"),
    N_("{place}: moves"),
    # What the points of a run decide
    N_("the economy of {year}"),
    N_("what the people of '{cohort}' share"),
    N_("what the people of '{cohort}' share about '{outcome}'"),
    N_("the enrolment ratio of '{name}'"),
    N_("the success rate of '{name}'"),
    N_("the dropout of '{name}'"),
    N_("the unmeasured of '{name}'"),
    N_("the {input} of '{name}'"),
    N_("how many of '{cohort}' {what}"),
    N_("how many of '{cohort}' who {what} meet {outcome}"),
    N_("stay and can be measured"),
    N_("stay and cannot be measured"),
    N_("leave and can be measured"),
    N_("leave and cannot be measured"),
    # What was done to a number of the file
    N_("constant {key} of the register (compared with its source)"),
    N_("constant {key} of the register ({mark})"),
    N_("prior {law}"),
    N_("{met} of {people} people"),
    N_("{met} of {people} people; design effect by an icc of {icc}: {all} people count as {fewer}"),
    N_("weight {weight}"),
    N_("weight {weight} ({why})"),
    N_("weight uncertain, {law}"),
    N_("counts as {people} people at most, prior included"),
    N_("{share} that the evidence does not apply, so that any rate is as likely"),
    N_("stated as {value}"),
    N_("every value times {number}"),
    N_("every value plus {number}"),
    N_("odds times {number}"),
    N_("{n} experts, each fitted apart, pooled by weight"),
    # What a settlement remarks
    N_(
        "{measure} is {number} on {date}, but the lines of its table lie between {low} and {high}: is it meant as per "
        "cent?"
    ),
    N_("{tranche}: settled as a loan whose borrower has not failed."),
    # What a fund holds
    N_("all"),
    N_("{share} of all"),
    N_("{share} of {tranche}"),
    # How far out a year or a cohort lies
    N_("an ordinary year"),
    N_("an ordinary cohort"),
    N_("a bad year, one in {many}"),
    N_("a good year, one in {many}"),
    N_("a very bad year, one in {many}"),
    N_("a very good year, one in {many}"),
    N_("a bad cohort, one in {many}"),
    N_("a good cohort, one in {many}"),
    N_("a very bad cohort, one in {many}"),
    N_("a very good cohort, one in {many}"),
    N_("three"),
    N_("four"),
    N_("five"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("ten"),
    N_("eleven"),
    N_("twelve"),
    # What due diligence still lacks, and what to add
    N_("target group"),
    N_("evidence"),
    N_("method"),
    N_("baseline"),
    N_("follow-up"),
    N_("dropout"),
    N_("enrolment"),
    N_("unmeasured"),
    N_("dependence"),
    N_("price"),
    N_("borrower"),
    N_("hurdle"),
    N_("guarantee"),
    N_("nothing says whom the programme takes in, and whom not"),
    N_("a line `target_group:` under `due_diligence:`, with the criteria of inclusion and exclusion"),
    N_("nothing says how it is measured, and by whom"),
    N_("`method:` under `due_diligence: {{outcomes: ...}}`, by the name of the outcome"),
    N_("nothing says what a success is held against, so what would have happened anyway is paid for too"),
    N_("`compared_with:` beside `method:`; write `nothing` where every success pays"),
    N_("`evidence: {{successes: 45, of: 60, source: ...}}`, with counts of people"),
    N_("`source:`, and a law such as `quantiles:` that says how well it is known"),
    N_("the counts of people have no source"),
    N_("`source:` beside the counts"),
    N_("the rate is certain, and no rate is"),
    N_("no counts of people and no source stand behind the rate"),
    N_("no source stands behind the result"),
    N_("no source stands behind how it is spread over people"),
    N_("`source:` in its block"),
    N_("no source stands behind the comparison"),
    N_("nothing says how alike the people of the evidence are, so each counts as independent of the others"),
    N_("`icc:` beside the counts, as `icc: {{register: icc-employment}}`, or 0 where they are independent"),
    N_(
        "nothing says how results go together, so everything happens to everybody on their own and large cohorts "
        "look safer than they are"
    ),
    N_("nothing says how many leave"),
    N_("`dropout:`, 0 where nobody can leave"),
    N_("it is certain how many enrol"),
    N_("`enrolment: {{shortfall: default}}` or `ratio:`; of completed deals one in seven reached under half"),
    N_("nothing says how many cannot be measured"),
    N_("`unmeasured:`, 0 where everybody can be"),
    N_("`dependence:`, as `{{cohort_icc: 0.02}}`; `dependence: {{}}` where everybody is on their own"),
    N_("some are measured too late to be paid for"),
    N_("a later `end:` or follow-up, an earlier measurement, or a shorter enrolment `window:`"),
    N_("nobody is looked at after the end of the course, so nothing shows whether an outcome lasts"),
    N_("an outcome measured `{{after_completion: 12 months}}`"),
    N_("what the {rule} rule pays has no source"),
    N_("`source:`, the agreement or its draft"),
    N_("nobody says which return the investors ask for"),
    N_("`hurdles: [0.0, ...]`, the capital back and the return asked for"),
    N_("the rate and the repayment of the loan have no source"),
    N_("`source:`, the loan agreement or its draft"),
    N_("nothing says how likely the borrower fails before the loan is paid back"),
    N_("`default: {{yearly_chance: 0.03, lost: 0.6}}` under `loan:`, a chance of 0 where nobody can fail"),
    N_("no source stands behind the chance that the borrower fails"),
    N_("`source:`, as accounts, a rating, or the failures of borrowers of the same kind"),
    N_("nothing says whether anybody bears a part of the investors' loss"),
    N_("the guarantor and its `limit:`, or `guarantees: []` where there is none"),
    N_("the promise to bear a loss has no source"),
    N_("`source:`, the declaration of the guarantor"),
    # What a file leaves to the program
    N_("{cohort}: no enrolment block, so all {places} places are filled on the first day."),
    N_("{cohort}: it is certain how many enrol; try `enrolment: {{shortfall: default}}`, what others saw."),
    N_("{cohort}: no duration, so a course ends on the day on which it begins."),
    N_("{cohort}: no dropout, so everybody completes the course."),
    N_("{cohort}: nothing said about the shape of leaving, so {shape}: who has stayed long stays longer."),
    N_("{cohort}: {outcomes} have a chance a month each, so none of them is read together with that of leaving."),
    N_("{cohort}: nothing said about how many move away, so {share} a year."),
    N_("{cohort}: nothing said about unmeasured, so everybody can be measured."),
    N_("{outcome}: no payment rule names it, so it pays nothing."),
    N_("{outcome}: no consequence names it, so it saves nothing."),
    N_("{outcome}: no measured block, so it is measured when a person's course ends."),
    N_(
        "{outcome}: known at several follow-ups, and everybody counts from the start each time; a price per unit "
        "or share of savings pays for the same people again."
    ),
    N_("{outcome}: nothing said about unmeasured, so everybody in the comparison group can be measured."),
    N_("{outcome}: nobody of {cohort} is measured by the measurement on {day}, so it never pays for them."),
    N_("{outcome}: nobody of {cohort} is measured by the last follow-up on {day}, so it never pays for them."),
    N_(
        "{outcome}: nobody of {cohort} is measured by the last follow-up on {day}, so the last of its {times} "
        "measurements never pays for them."
    ),
    N_(
        "{outcome}: people of {cohort} who enrol after month {reached} come too late for the measurement on "
        "{day}, so it never pays for them; people enrol until month {latest}."
    ),
    N_(
        "{outcome}: people of {cohort} who enrol after month {reached} come too late for the last follow-up on "
        "{day}, so it never pays for them; people enrol until month {latest}."
    ),
    N_(
        "{outcome}: people of {cohort} who enrol after month {reached} come too late for the last follow-up on "
        "{day}, so the last of its {times} measurements never pays for them; people enrol until month {latest}."
    ),
    N_("{rule}: no payer named, so the {payer} pays."),
    N_("{rule}: the rules above can pay {most} at most, so the cap of {cap} never binds."),
    N_("payments: no cap; if everybody succeeds, {most} {currency} is paid."),
    N_(
        "financing: the payments can reach {most} at most and the capital is {capital}, so it cannot come back in full."
    ),
    N_("financing: nothing said about uncovered_costs, so the provider pays what its sources don't cover."),
    N_("financing: nothing said about the surplus, so the last rank gets it."),
    N_("financing: nothing said about the surplus, so all investors share it."),
    N_("{clause}: no notice, so the programme stops on the day of the decision."),
    N_("{clause}: no run_off, so nothing is paid for what is measured after the stop."),
    N_("{outcome}: nothing says who would have met it anyway, so every success is counted as the programme's."),
    N_("public: no price_year, so everything is in prices of {year}, the year of start."),
    N_("{line}: nothing said about weeks, so people would just have begun on support."),
    N_("{line}: nothing said about evidence, so none of its years is shown as assumption."),
    N_("{source}: no number and no note cites it."),
    N_("{places}: the figure was not compared with its source."),
    N_("{places}: {key} of the register is not checked against its source."),
    *said_of_stresses.FORMS,
)
"""What may be said below, with what is filled in; forms that fit begin with the one that says most."""

NAMES = (
    "name",
    "cohort",
    "outcome",
    "place",
    "clause",
    "key",
    "file",
    "tranche",
    "source",
    "line",
    "rule",
    "why",
    "fault",
)
"""Brackets filled with names of a file, or with words that its author wrote."""
PAYERS = ("municipality", "region", "state", "outcome fund")
"""Payers whose names are words of the program's own."""
TOTAL = "total"
"""What all public budgets together are called."""
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?\s?%?")
_BRACKET = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


def in_words(said: str) -> str:
    """What a room below says in English, in the language spoken; as it is where nobody knows its form.

    Parameters
    ----------
    said : str
        One sentence, or several with semicolons between them.

    Returns
    -------
    str
    """
    if spoken() == "en" or not said:
        return said
    return _known(said) or _listed(said, "; ") or _listed(said, ", ") or said


def the_payer(name: str) -> str:
    """A payer that a file calls by its kind, as a sentence wants it; any other as the file calls it."""
    return _(name) if name in PAYERS else name


def the_budget(name: str) -> str:
    """A public budget, or all of them, as a table names it."""
    return _(name) if name == TOTAL else the_payer(name)


def listing(items: Sequence[str]) -> str:
    """Things one after the other: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return _("{first} and {last}", first=separated(items[:-1], items), last=items[-1])


def separated(items: Sequence[str], of: Sequence[str] = ()) -> str:
    """Things between commas; in Danish between semicolons where one of them, or of all of them, has commas inside."""
    inside = spoken() != "en" and any(", " in item for item in of or items)
    return ("; " if inside else ", ").join(items)


def _listed(said: str, mark: str) -> str:
    """What stands between marks, each by its own form."""
    parts = said.split(mark)
    return mark.join(_known(part) or part for part in parts) if len(parts) > 1 else ""


def _known(said: str) -> str | None:
    if _NUMBER.fullmatch(said):
        return written(said)
    for form, pattern in _patterns():
        if (found := pattern.fullmatch(said)) is not None:
            return _(form).format(**{name: _filled(name, text) for name, text in found.groupdict().items()})
    return None


def _filled(name: str, text: str) -> str:
    """What stands in a bracket: names of the file as they are, laws by their notation, the rest in words."""
    if name in NAMES:
        return text
    return marked(text) if name == "law" else in_words(text)


def _filling(name: str) -> str:
    return ".+" if name == "fault" else "[^;]+?"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Forms as patterns, those with the most words of their own first."""
    order = sorted(FORMS, key=lambda form: -len(_BRACKET.sub("", form)))
    return tuple((form, re.compile(_pattern(form))) for form in order)


def _pattern(form: str) -> str:
    """A form as a pattern: what is filled in holds no semicolon, but for faults; double brackets are single ones."""
    pieces = _BRACKET.split(form)
    pieces[::2] = [text.replace("{{", "{").replace("}}", "}") for text in pieces[::2]]
    return "".join(re.escape(text) if k % 2 == 0 else f"(?P<{text}>{_filling(text)})" for k, text in enumerate(pieces))
