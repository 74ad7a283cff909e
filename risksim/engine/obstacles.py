"""Why an engine cannot run a deal, in the language spoken.

Verdicts are kept with results and stand in JSON, in English; an error that repeats one says it in words of its reader.
"""

from __future__ import annotations

from risksim.language import N_, _, by_form

FORMS = (
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
    N_("it has more than {number} cohorts, whose counts would have to be added up for every input"),
    N_("people must be lived month by month, because outcomes repeat, hang together or depend on the person"),
    N_("an early end acts back on the programme"),
    N_("an effect is estimated against a group that is drawn as well"),
    N_("it says what would have happened anyway, which is told path by path"),
    N_("people start in turn, or a random number of them comes"),
    N_("it has events or other luck that is not that of persons"),
    N_("the contract or its results read an uncertain number ({known})"),
    N_("costs follow the months that people attend"),
    N_("it pays by more than counts of people"),
    N_("people of a cohort settle on several dates, so that their numbers by date matter"),
    N_("an uncertain enrolment ratio serves several cohorts, or is worked out of other numbers"),
    N_("an uncertain enrolment ratio is worked out of other numbers"),
    N_("the laws of the inputs that act on several counts have too many pieces"),
    N_("there are more than {number} combinations of counts"),
    N_("there are too many cohorts whose counts matter one by one"),
    N_("several steps are uncertain, or several counts matter, among more than {number} people"),
    N_("who stays and who can be measured both matter among more than {number} people"),
    N_("it has more than {number} uncertain inputs"),
    N_("several outcomes claim '{name}', so that it hangs on which of them each person meets"),
    N_("payments are driven by more than {number} combinations of counts"),
    N_("several counts hang together in a cohort of many people"),
    N_("'{name}' is a state that comes and goes, so that how long a person stays in it is a continuous number"),
    N_("'{name}' is an amount"),
    N_("'{name}' is an amount held against a goal"),
    N_("'{name}' is a score"),
    N_("'{name}' is a fall in use, which is an amount"),
    N_("when people enrol, leave and move makes {number} kinds of them, more than {most}"),
    N_("too many measurements hang together to go through all that may happen"),
    N_("{names} can turn out in {number} ways for one person, more than {most}"),
    N_("it was made by the {engine} engine, which draws nobody"),
)
"""The forms of reasons."""


def in_words(reason: str) -> str:
    """A reason in the language spoken."""
    said = by_form(reason, FORMS)
    return said if said == reason else said.replace("' and '", f"'{_(' and ')}'")
