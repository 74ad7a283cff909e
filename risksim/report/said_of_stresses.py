"""Forms of what the questions about a deal say in English: stresses, comparisons, grids, shares and break points."""

from __future__ import annotations

from risksim.language import N_

STANDARD = {
    "half_enrolment": (
        N_("half the enrolment"),
        N_("half as many people come in as the file says; places, capital and planned costs stay"),
    ),
    "dropout": (
        N_("twice the odds of leaving"),
        N_("the odds of leaving the course early are doubled everywhere"),
    ),
    "low_success": (
        N_("success at the 10 % point"),
        N_("every uncertain chance or size of success is held where its evidence is exceeded nine times in ten"),
    ),
    "year_late": (
        N_("one year late"),
        N_("everybody enrols, and so succeeds, twelve months later; follow-ups, planned costs and the end stay"),
    ),
    "recession": (
        N_("recession in year two"),
        N_(
            "a recession begins a year after the start: two spells of three end, half as many begin for a year, "
            "unless the file says how hard one hits"
        ),
    ),
    "harder_group": (
        N_("a harder target group"),
        N_(
            "one person in five, give or take, has half the odds of success; where the file knows such a group, the "
            "odds of belonging to it are doubled"
        ),
    ),
    "anonymous": (
        N_("three times as many anonymous"),
        N_("three times as many people cannot be measured, on average over what is uncertain"),
    ),
    "half_cap": (N_("half the cap"), N_("every cap on payments is halved")),
    "ended_early": (
        N_("ended half-way"),
        N_(
            "the programme is stopped at the follow-up nearest to the middle of the deal, with the notice, run-off and "
            "payment of the file's first early end, or none"
        ),
    ),
    "no_refunds": (
        N_("no refunds from the state"),
        N_("the state refunds municipalities nothing; investors don't notice, budgets do"),
    ),
}
"""The standard stresses by their keys, as `risksim.analysis.standard` has them: name, and what each does."""

ENGINES = {"individual": N_("individual engine"), "conditional": N_("conditional engine")}
"""How paths were run."""

FORMS = (
    # Why a standard stress makes no sense for a deal
    N_("a stress of the file"),
    N_("the file has no cohorts, so nobody enrols"),
    N_("nobody leaves early by this file"),
    N_("no outcome has a chance or a size of success, of which evidence could be weak"),
    N_(
        "every number that says how well the programme does is certain, or drawn for each site, so there is no 10 % "
        "point"
    ),
    N_("no outcome has spells, as of employment, which are what a recession ends"),
    N_("the economy of a year acts by dependence.macro, of which no year can be held at a value"),
    N_("no outcome has a success_rate, in which a harder group would do worse"),
    N_("three times {share} of cohort '{name}' is everybody or more"),
    N_("everybody can be measured by this file"),
    N_("no cap"),
    N_("one follow-up, at the end: there is no day on which it could be ended before"),
    N_("the file says nothing of public budgets"),
    N_("no refunds apply as it stands"),
    N_("no public budget bears what the state refunds"),
    N_("this deal cannot bear it: {fault}"),
    # Why a judgement of the register was not moved
    N_("not asked for"),
    N_("it is part of how the counts of sites are fitted, once for all runs"),
    N_("it is the law of an input, which is moved above"),
    N_("the deal"),
    N_("it is what `{key}` takes where left out; write that key and move it by a stress"),
    # What a comparison is run by, and what is to be minded
    N_("every person is drawn, so that sides share all luck of the same name"),
    N_("all sides can count people, and their points decide the same"),
    N_(
        "other hurdles: present values of both are taken at {rate}, the last hurdle of the first; the other's own last "
        "hurdle is {own}."
    ),
    N_(
        "other dates: {start} to {end} and {start_other} to {end_other}; each present value is of the day on which its "
        "own deal starts."
    ),
    N_("another calendar: money moves on other days."),
    N_("years are counted differently: {day_count} and {day_count_other}."),
    N_("amounts are rounded differently."),
    N_("net benefits are in prices of {year} and of {year_other}."),
    N_("net benefits of public budgets are counted over other years, or discounted otherwise."),
    # Groups of what is uncertain
    N_("success rates"),
    N_("measurement"),
    N_("payment terms"),
    N_("financing and costs"),
    N_("early ends"),
    N_("shared shocks"),
    N_("other inputs"),
    N_("what would happen anyway"),
    N_("savings and public costs"),
    N_("what people share"),
    N_("small-sample luck of people"),
    # What is moved alone until a limit breaks
    N_("success rate of '{name}'"),
    N_("enrolment ratio"),
    N_("all cohorts alike"),
    N_("people enrolled, as a part of those planned"),
    N_("late start"),
    N_("delay"),
    N_("delay of all enrolment"),
    N_("unit savings"),
    N_("the deal as it stands"),
    N_("all together"),
    # How plausible that is, or why it cannot be told
    N_("its rate is worked out of other numbers, each of which is told on its own"),
    N_("a cohort has no `duration`, so that there is no course to leave"),
    N_("the file says it in parts that have no common value"),
    N_("the deal cannot bear one of {number} months: {fault}"),
    N_("the deal is shorter than a month's delay"),
    N_("the limit is broken whatever it is"),
    N_("no value of it breaks the limit"),
    N_("the file calls it certain"),
    N_("never within its law"),
    N_("hardly ever"),
    N_("unlikely"),
    N_("quite possible"),
    N_("about as likely as not"),
    N_("very likely"),
    N_("public budgets gain without any saving"),
    N_("below it the mean net benefit of all public budgets (total) is negative"),
    N_("below"),
    N_("above"),
    N_("always"),
    N_("never"),
)
"""What analyses say, with what is filled in."""
