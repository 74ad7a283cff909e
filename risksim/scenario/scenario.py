"""The scenario: one deal as people say it, and the checks that span its parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import N_, _, plural
from risksim.scenario.base import (
    LONGEST,
    Date,
    Duration,
    Name,
    Origin,
    Part,
    mistake_at,
    value_of,
    walk,
)
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.changes import changes, looks, splits
from risksim.scenario.contradictions import contradictions, dated, rhythms
from risksim.scenario.deal_contradictions import deal_contradictions
from risksim.scenario.dependence import Dependence, measurable_twice
from risksim.scenario.dependence import contradictory as contradictory_dependence
from risksim.scenario.diligence import DueDiligence
from risksim.scenario.document import grouped, shown
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome, contradictory, misdated
from risksim.scenario.effects import known_on as known_on_days
from risksim.scenario.ending import EarlyEnd, Known
from risksim.scenario.ending import contradictions as of_early_ends
from risksim.scenario.financing import Drawing, Financing, Instalments, nobody
from risksim.scenario.gates import gates, measured_by_outcome, measured_times, price_faults, rule_faults
from risksim.scenario.outcomes import (
    AfterEnrolment,
    AnyOutcome,
    OnDate,
    PersonOutcome,
    ProgrammeResult,
    is_amount,
    moments,
)
from risksim.scenario.payments import (
    AmendTerms,
    Cap,
    Deemed,
    FixedAmounts,
    Floor,
    Fund,
    PerOutcome,
    PerPerson,
    Rule,
    Standing,
    key_of,
    outcome_of,
    payers_of,
    terms_of,
)
from risksim.scenario.programme import MOST_COHORTS, Cohort, repeat_faults
from risksim.scenario.public import Public
from risksim.scenario.public_faults import public_faults
from risksim.scenario.terms import Reading, Table, Terms
from risksim.scenario.uncertainty import LARGEST_AMOUNT, Fixed, FixedLaw, FromRegister

MOST_PEOPLE = 10_000_000
"""Places of all cohorts of a deal together. [people]"""

MOST_FOLLOW_UPS = 1_200
"""Follow-ups of a deal. [dates]"""


class Every(Origin):
    """Follow-ups at a regular interval."""

    every: Duration = Field(examples=["6 months"])
    """The time between two follow-ups, as '6 months'; the first falls one interval after `start`. [month]"""


def _follow_up_key(found: Any) -> str | None:
    if isinstance(found, dict | Every):
        return "every"
    return "dates" if isinstance(found, list) else None


FollowUp = Annotated[
    Annotated[Every, Tag("every")]
    | Annotated[list[Date], Field(min_length=1, max_length=MOST_FOLLOW_UPS), Tag("dates")],
    Discriminator(_follow_up_key, custom_error_type="no_follow_up", custom_error_message="not a rhythm of follow-ups"),
]
"""`{every: 6 months}`, or a list of dates."""


Stress = Annotated[dict[str, Any], Field(min_length=1, max_length=100)]
"""Places of the file, as people write them, and what becomes of each (`risksim.scenario.stresses`)."""


class Scenario(Part):
    """One social-outcome deal."""

    schema_version: Literal[1] = Field(alias="schema", examples=[1])
    """The version of this language; 1 in this edition."""
    name: Name = Field(examples=["TUBA Brøndby"])
    """What the deal is called."""
    description: str | None = None
    """A few sentences for a reader who has never heard of it."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "DKK"
    """The three-letter code of the currency of every amount, as DKK or EUR."""
    start: Date = Field(examples=["2021-08-01"])
    """The first day of the contract; month m falls on the same day of the m-th month after it."""
    end: Date = Field(examples=["2028-06-30"])
    """The last day of the contract; nothing is paid after it."""
    follow_up: FollowUp = Field(examples=[{"every": "6 months"}])
    """When the parties settle: `{every: 6 months}` or a list of dates. An outcome pays at the first follow-up on or
    after its measurement."""
    day_count: Literal["act/365", "months/12"] = "act/365"
    """How time becomes years in IRR and NPV: actual days over 365, or whole months over 12."""
    hurdles: Annotated[list[Annotated[float, Field(gt=-1, lt=10)]], Field(min_length=1, max_length=10)] = Field(
        default=[0.0, 0.035]
    )
    """The nominal annual rates at which net present values are reported. 0 % and 3.5 % by default. [1/year]"""
    provider: Name = "provider"
    """Who runs the programme and receives the capital."""
    authority: Name | None = Field(default=None, examples=["Brøndby Kommune"])
    """Who commissions the programme, by name; payers are named by their kind."""
    due_diligence: DueDiligence | None = Field(
        default=None, examples=[{"target_group": "aged 14 to 35 from families with substance abuse"}]
    )
    """What must be known before anybody signs, in words; `risksim check` lists what is still unsaid."""
    sources: dict[Name, str] = Field(default={})
    """The published sources by a short key, which numbers then name in `source`."""
    cohorts: Annotated[list[Cohort], Field(min_length=1, max_length=MOST_COHORTS)] = Field(
        default=[], examples=[[{"name": "Brøndby", "participants": 120}]]
    )
    """The groups of participants: sites, intake windows, municipalities. Only a loan can do without."""
    outcomes: Annotated[dict[Name, AnyOutcome], Field(min_length=1)] = Field(
        default={}, examples=[{"wellbeing": {"of": "completers", "success_rate": 0.75}}]
    )
    """The outcomes by name. Only a loan can do without."""
    dependence: Dependence | None = Field(default=None, examples=[{"within_person": 0.36, "cohort_icc": 0.02}])
    """What goes together: the outcomes of one person, the people of a cohort, all deals in one year. Left out,
    everything happens to everybody on their own."""
    payments: Annotated[list[Rule], Field(min_length=1)] = Field(
        default=[], examples=[[{"per_outcome": {"outcome": "wellbeing", "price": 20_000}}]]
    )
    """The payment rules, applied in the order in which they stand. Only a loan can do without."""
    financing: Financing = Field(
        default_factory=nobody, examples=[{"tranches": [{"name": "DSI", "commitment": 3_200_000}]}]
    )
    """Who invests, how much and when. Only a file with `public` can do without: then nobody invests, nothing is paid,
    and only what public budgets pay and save is reckoned."""
    ends_early: Annotated[list[EarlyEnd], Field(max_length=20)] = Field(
        default=[],
        examples=[[{"name": "political decision", "yearly_chance": 0.01, "notice": "6 months", "run_off": "1 year"}]],
    )
    """What may end the deal before its time; the entry with the earliest stop ends it."""
    public: Public | None = Field(default=None, examples=[{"horizon": 10, "consequences": {}}])
    """What public budgets pay and save. Nothing that investors get hangs on it."""
    titles: dict[Literal["da", "en"], Annotated[dict[Name, Name], Field(min_length=1)]] = Field(
        default={}, examples=[{"da": {"wellbeing": "bedre trivsel"}}]
    )
    """What pages in another language call cohorts, outcomes and named payments, by their names; the rest stays as the
    file writes it. No number hangs on it."""
    stresses: dict[Name, Stress] = Field(default={}, examples=[{"no guarantee": {"financing.guarantees": "left out"}}])
    """What if? By name, the places that are changed and what becomes of each; `risksim stress` runs the deal with each
    of them. A change is a new value, `{times: 0.5}`, `{plus: 0.1}`, `{odds: 2}` or `left out`."""

    @model_validator(mode="after")
    def _spans(self) -> Scenario:
        faults = [*_dates(self), *_hurdles(self), *_cohorts(self), *_rules(self), *_sources(self), *_financing(self)]
        others = self.outcomes.keys() - self.personal.keys()
        faults += [*gates(self.personal, others, nearest), *_effects(self), *_diligence(self), *_titles(self)]
        if self.dependence is not None:
            faults += contradictory_dependence(self.dependence, self.personal, nearest)
            faults += measurable_twice(self.dependence, self.cohorts)
        faults += measured_by_outcome(self.cohorts, self.personal, nearest)
        if not any(fault["loc"][0] in ("end", "follow_up") for fault in faults):
            faults += [*_measurements(self), *_drawings(self), *_payment_dates(self), *_early_ends(self)]
            faults += [*deal_contradictions(self, certain), *public_faults(self, all_payers(self), nearest)]
        if faults:
            raise ValidationError.from_exception_data("Scenario", faults)
        return self

    @property
    def start_date(self) -> dt.date:
        """First day of the contract."""
        date: dt.date = value_of(self.start)
        return date

    @property
    def end_date(self) -> dt.date:
        """Last day of the contract."""
        date: dt.date = value_of(self.end)
        return date

    @property
    def is_funded(self) -> bool:
        """Whether anybody invests; a scenario of the public purse alone can do without."""
        return "financing" in self.model_fields_set

    @property
    def personal(self) -> dict[str, PersonOutcome]:
        """The outcomes of persons, by name."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, PersonOutcome)}

    def title(self, name: str, label: str | None, language: str) -> str:
        """What pages in a language call a cohort, an outcome or a payment."""
        return self.titles.get(language, {}).get(name, label or name)  # type: ignore[call-overload, no-any-return]

    @property
    def results(self) -> dict[str, ProgrammeResult]:
        """The results of the programme as a whole, by name."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, ProgrammeResult)}

    @property
    def effects(self) -> dict[str, EffectOnOutcome | EffectOnAmount]:
        """The effects against a baseline or comparison group, by name."""
        return {
            name: outcome
            for name, outcome in self.outcomes.items()
            if isinstance(outcome, EffectOnOutcome | EffectOnAmount)
        }

    @property
    def whole(self) -> list[str]:
        """The names of everything that has a value and no persons to count: results, then effects."""
        return [*self.results, *self.effects]

    def register_keys(self) -> tuple[str, ...]:
        """The hurdles and the growth of prices, where the file leaves them to the program."""
        deflates = self.public is not None and self.public.inflation is None and self.payments
        hurdles = () if "hurdles" in self.model_fields_set or not self.is_funded else ("hurdle-rates",)
        return (*hurdles, *(("public-inflation",) if deflates else ()))

    def follow_up_dates(self) -> list[dt.date]:
        """Dates on which the parties settle, in order, none after `end`."""
        if isinstance(self.follow_up, list):
            return sorted(value_of(date) for date in self.follow_up)
        step = int(value_of(self.follow_up.every))
        dates: list[dt.date] = []
        month = step
        while (date := add_months(self.start_date, month)) <= self.end_date:
            dates.append(date)
            month += step
        return dates


_CLOCK = (("start",), ("end",), ("follow_up",))


def _dates(deal: Scenario) -> list[InitErrorDetails]:
    start, end = deal.start_date, deal.end_date
    if end <= start:
        return [
            mistake_at(
                ("end",),
                _("got {end}, which is not after start {start}; a deal ends after it starts.", end=end, start=start),
                _("Did the two dates change places?"),
                leans_on=(("start",),),
            )
        ]
    if (end.year - start.year) * 12 + end.month - start.month > LONGEST:
        return [
            mistake_at(
                ("end",),
                _(
                    "got {end}, more than {longest} years after start {start}; a deal is at most that long.",
                    end=end,
                    longest=LONGEST // 12,
                    start=start,
                ),
                _("Look at the years of start and end again."),
                leans_on=(("start",),),
            )
        ]
    return _listed_follow_ups(deal) if isinstance(deal.follow_up, list) else _regular_follow_ups(deal)


def _listed_follow_ups(deal: Scenario) -> list[InitErrorDetails]:
    assert isinstance(deal.follow_up, list)
    faults = []
    seen: set[dt.date] = set()
    for position, stated in enumerate(deal.follow_up):
        date = value_of(stated)
        if not deal.start_date < date <= deal.end_date:
            faults.append(
                mistake_at(
                    ("follow_up", position),
                    _(
                        "got {date}; a follow-up falls after start {start_date} and not after end {end_date}.",
                        date=date,
                        start_date=deal.start_date,
                        end_date=deal.end_date,
                    ),
                    _("Move the follow-up, or the start or end of the deal."),
                    leans_on=(("start",), ("end",)),
                )
            )
        elif date in seen:
            faults.append(
                mistake_at(
                    ("follow_up", position),
                    _("got {date} a second time; each follow-up date stands once.", date=date),
                    _("Take one of the two out."),
                )
            )
        seen.add(date)
    return faults


def _regular_follow_ups(deal: Scenario) -> list[InitErrorDetails]:
    assert isinstance(deal.follow_up, Every)
    step = int(value_of(deal.follow_up.every))
    if step == 0:
        return [
            mistake_at(
                ("follow_up", "every"),
                _("got 0 months; follow-ups are at least one month apart."),
                _("Write 6 months for two follow-ups a year."),
            )
        ]
    if add_months(deal.start_date, step) > deal.end_date:
        return [
            mistake_at(
                ("follow_up", "every"),
                _(
                    "got {step} months, so the first follow-up would fall after end {end_date}; a deal has at "
                    "least one.",
                    step=step,
                    end_date=deal.end_date,
                ),
                _("Shorten the interval, or move the end."),
                leans_on=(("start",), ("end",)),
            )
        ]
    return []


def _cohorts(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    seen: dict[str, int] = {}
    people = 0
    for position, cohort in enumerate(deal.cohorts):
        people += cohort.places
        if cohort.name in seen:
            faults.append(
                mistake_at(
                    ("cohorts", position, "name"),
                    _(
                        "got {name}, which is also the name of cohort {seen}; a name addresses the draws of its "
                        "cohort, so each stands once.",
                        name=shown(cohort.name),
                        seen=seen[cohort.name] + 1,
                    ),
                    _("Write another name, as '{name} 2'.", name=shown(cohort.name, quote="")),
                    leans_on=(("cohorts", seen[cohort.name], "name"),),
                )
            )
        seen.setdefault(cohort.name, position)
    if people > MOST_PEOPLE:
        faults.append(
            mistake_at(
                ("cohorts",),
                _(
                    "got {people} places in all; a deal has at most {most_people}.",
                    people=grouped(people),
                    most_people=grouped(MOST_PEOPLE),
                ),
                _("Look for a zero too many, or split the deal."),
                leans_on=(("cohorts",),),
            )
        )
    months = int(months_between(deal.start_date, deal.end_date)) if deal.end_date > deal.start_date else LONGEST
    return [*faults, *repeat_faults(deal.cohorts, months)]


def certain(number: Any) -> float | None:
    """The value of a number that is not uncertain; None where it follows a law."""
    if isinstance(number, Fixed):
        return number.value
    if isinstance(number, FixedLaw):
        return number.fixed
    if isinstance(number, FromRegister):
        return certain(number.number)
    return float(number) if isinstance(number, int | float) else None


def _rules(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    for position, rule in enumerate(deal.payments):
        terms, here = terms_of(rule), ("payments", position, key_of(rule))
        name = outcome_of(rule)
        if isinstance(rule, PerPerson):
            faults += price_faults(deal.personal, rule.per_person.prices, (*here, "prices"), nearest)
            faults += _paid_twice(deal, rule, (*here, "prices"))
        elif name is not None and name not in deal.outcomes:
            faults.append(
                mistake_at(
                    (*here, "outcome"),
                    _(
                        "got {name}, which is no outcome of this deal; {outcomes}.",
                        name=shown(name),
                        outcomes=_there_is(list(deal.outcomes)),
                    ),
                    nearest(name, deal.outcomes) or _("Write one of these names, or add the outcome."),
                    leans_on=(("outcomes", "*"),),
                )
            )
        elif name is not None:
            faults += _kind_of_outcome(deal, rule, name, here)
            faults += rule_faults(deal.personal, name, key_of(rule), terms, here) if name in deal.personal else []
        faults += _too_much(deal, rule, here)
        if isinstance(terms, Table) and terms.pays != "amount":
            faults += _not_for_rates(terms, here)
    return [*faults, *_limits(deal), *changes(deal, nearest), *splits(deal)]


def _kind_of_outcome(deal: Scenario, rule: Rule, name: str, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """Rules that read persons where there are none, or a value where there are persons."""
    terms, whole = terms_of(rule), name in deal.whole
    if whole and isinstance(rule, PerOutcome | Deemed):
        return [
            mistake_at(
                (*here, "outcome"),
                _("got '{name}', a result of the programme as a whole; a price per outcome counts people.", name=name),
                _("Use per_unit, threshold, steps or ladder for a result."),
                leans_on=(("outcomes", name),),
            )
        ]
    if whole and getattr(terms, "measurements", None) is not None:
        return [
            mistake_at(
                (*here, "measurements"),
                _(
                    "got measurements of '{name}', a result of the programme as a whole, which is not measured "
                    "person by person.",
                    name=name,
                ),
                _("Take them out; a result is paid at the follow-ups that know it."),
                leans_on=(("outcomes", name),),
            )
        ]
    if isinstance(terms, Reading | AmendTerms) and (terms.counts == "value") != whole:
        what = _("a result of the programme as a whole, which has a value") if whole else _("which people meet or not")
        remedy = _("Write counts: value.") if whole else _("Write counts: count, share or mean.")
        if is_amount(deal.outcomes[name]):
            what, remedy = _("an amount that each person has"), _("Write counts: mean.")
        return [
            mistake_at(
                (*here, "counts"),
                _(
                    "got {counts} of '{name}', {what}.",
                    counts=terms.counts,
                    name=name,
                    what=what,
                ),
                remedy,
                leans_on=(("outcomes", name),),
            )
        ]
    return []


def _paid_twice(deal: Scenario, rule: PerPerson, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """Outcomes of a price list that an assumed rate may pay for instead: the list would pay on those paths too."""
    deemed = {other.deemed.outcome for other in deal.payments if isinstance(other, Deemed)}
    return [
        mistake_at(
            (*here, name),
            _(
                "got '{name}', for which a deemed rule may pay instead; a price list cannot leave out one outcome.",
                name=name,
            ),
            _("Take it off the list and give it a per_outcome rule of its own."),
            leans_on=(("payments", "*"),),
        )
        for name in rule.per_person.prices
        if name in deemed
    ]


def _effects(deal: Scenario) -> list[InitErrorDetails]:
    personal = deal.personal
    binary = [name for name in personal if not is_amount(personal[name]) and measured_times(personal, name) == 1]
    places = sum(cohort.most_people for cohort in deal.cohorts)
    return list(contradictory(deal.effects, binary, deal.outcomes.keys() - set(binary), places))


def paid_times(deal: Scenario, rule: PerOutcome) -> int:
    """How often a rule may pay for one person: once for each measurement that it names."""
    terms = rule.per_outcome
    if terms.measurements is not None:
        return len(set(terms.measurements))
    return measured_times(deal.personal, terms.outcome) if terms.outcome in deal.personal else 1


def _too_much(deal: Scenario, rule: Rule, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    key = "most" if isinstance(rule, PerPerson) else "price"
    price = certain(getattr(terms_of(rule), key, None))
    people = sum(cohort.most_people for cohort in deal.cohorts)
    times = paid_times(deal, rule) if isinstance(rule, PerOutcome) else 1
    if price is None or price * people * times <= LARGEST_AMOUNT:
        return []
    form = (
        N_(
            "got {price:g} for each of {people} people, more than {largest_amount} in all; sums must be small enough "
            "to be counted exactly."
        )
        if times == 1
        else N_(
            "got {price:g} for each of {people} people at {times} measurements, more than {largest_amount} in all; "
            "sums must be small enough to be counted exactly."
        )
    )
    largest = grouped(LARGEST_AMOUNT, ",.0f")
    return [
        mistake_at(
            (*here, key),
            _(form, price=price, people=grouped(people), times=times, largest_amount=largest),
            _("Count the zeros of the price and of the participants."),
            leans_on=(("cohorts",),),
        )
    ]


def _not_for_rates(terms: Table, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """What makes no sense for a table that gives a rate or a share."""
    if terms.indexed is not None:
        return [
            mistake_at(
                (*here, "indexed"),
                _("got indexed on a table that gives {pays}; only amounts of money follow prices.", pays=terms.pays),
                _("Take indexed out, or write pays: amount."),
            )
        ]
    if terms.pays == "annual return" and int(value_of(terms.lag)):
        return [
            mistake_at(
                (*here, "lag"),
                _(
                    "got a lag on a table that gives an annual return; the return is reckoned to the day of "
                    "the decision.",
                ),
                _("Take lag out, or decide on a later date."),
            )
        ]
    return []


_FIRST = {
    "cap": (
        N_("got a cap as the first rule, with nothing above it to cut; a cap cuts the rules above it."),
        N_("Put the cap below the rules that it limits."),
    ),
    "floor": (
        N_("got a floor as the first rule, with nothing above it to top up; a floor tops up the rules above it."),
        N_("Put the floor below the rules that it tops up."),
    ),
    "fund": (
        N_("got a fund as the first rule, with nothing above it to limit; a fund limits the rules above it."),
        N_("Put the fund below the rules that it limits."),
    ),
}
"""What is wrong with a limit that stands first, and what to try."""


def _limits(deal: Scenario) -> list[InitErrorDetails]:
    """Caps, floors and funds: something to limit above them, narrow before wide, and no cap below a floor."""
    faults = []
    wide: int | None = None
    bounds: dict[tuple[str | None, str], dict[str, float]] = {}
    for position, rule in enumerate(deal.payments):
        if not isinstance(rule, Cap | Floor | Fund):
            continue
        word, terms = key_of(rule), terms_of(rule)
        here = ("payments", position)
        if position == 0:
            found, remedy = _FIRST[word]
            faults.append(mistake_at(here, _(found), _(remedy)))
        if isinstance(rule, Fund):
            if terms.otherwise == terms.payer:
                faults.append(
                    mistake_at(
                        (*here, "fund", "otherwise"),
                        _(
                            "got {otherwise}, whose own limit this is; what it cannot bear falls to somebody else.",
                            otherwise=terms.otherwise,
                        ),
                        _("Name another payer, or write unpaid."),
                    )
                )
            wide = position
            continue
        if terms.outcome is None:
            wide = position
        elif wide is not None:
            faults.append(
                mistake_at(
                    (*here, word, "outcome"),
                    _(
                        "got a {word} on one outcome below a limit on all of them (rule {wide}), so that it is not "
                        "known which part was cut already; limits go from narrow to wide.",
                        word=word,
                        wide=wide + 1,
                    ),
                    _("Put this {word} above rule {wide}.", word=word, wide=wide + 1),
                )
            )
        for basis in ("total", "per_period"):
            said = certain(getattr(terms, basis))
            if said is None:
                continue
            both = bounds.setdefault((terms.outcome, basis), {})
            keep = min if word == "cap" else max
            both[word] = keep(both.get(word, said), said)
            if len(both) == 2 and both["cap"] < both["floor"]:
                faults.append(
                    mistake_at(
                        (*here, word, basis),
                        _(
                            "got {said:g}, and the floor is {floor:g}; a cap below a floor is a contradiction.",
                            said=said,
                            floor=both["floor"],
                        )
                        if word == "cap"
                        else _(
                            "got {said:g}, and the cap is {cap:g}; a cap below a floor is a contradiction.",
                            said=said,
                            cap=both["cap"],
                        ),
                        _("Raise the cap, or lower the floor."),
                        leans_on=(("payments",),),
                    )
                )
    return faults


def _payment_dates(deal: Scenario) -> list[InitErrorDetails]:
    """Dates that rules name: inside the deal, and follow-ups where the rule looks at a measurement."""
    faults = []
    follow_ups = deal.follow_up_dates()
    for position, rule in enumerate(deal.payments):
        terms, here = terms_of(rule), ("payments", position, key_of(rule))
        if isinstance(rule, FixedAmounts):
            for place, entry in enumerate(rule.fixed.amounts):
                if not deal.start_date <= value_of(entry.on) <= deal.end_date:
                    faults.append(
                        mistake_at(
                            (*here, "amounts", place, "on"),
                            _(
                                "got {on}; money moves between start {start_date} and end {end_date}.",
                                on=value_of(entry.on),
                                start_date=deal.start_date,
                                end_date=deal.end_date,
                            ),
                            _("Move the date, or the start or end of the deal."),
                            leans_on=_CLOCK,
                        )
                    )
        if isinstance(rule, Standing):
            step, first = int(value_of(rule.standing.every)), rule.standing.first
            if first is not None and not deal.start_date <= value_of(first) <= _last_standing(deal, rule):
                faults.append(
                    mistake_at(
                        (*here, "first"),
                        _(
                            "got {first}; the first payment falls between start {start_date} and {last}, the last day "
                            "on which it is paid.",
                            first=value_of(first),
                            start_date=deal.start_date,
                            last=_last_standing(deal, rule),
                        ),
                        _("Move the date, or the end of the payments."),
                        leans_on=(*_CLOCK, (*here, "until")),
                    )
                )
            elif step == 0 or (first is None and add_months(deal.start_date, step) > deal.end_date):
                faults.append(
                    mistake_at(
                        (*here, "every"),
                        _(
                            "got {step} months; standing payments are at least one month apart and the first falls "
                            "before end {end_date}.",
                            step=step,
                            end_date=deal.end_date,
                        ),
                        _("Write 6 months for two payments a year."),
                        leans_on=_CLOCK,
                    )
                )
        if isinstance(terms, Reading) and isinstance(terms.on, list):
            for place, stated in enumerate(terms.on):
                if value_of(stated) not in follow_ups:
                    faults.append(
                        mistake_at(
                            (*here, "on", place),
                            _(
                                "got {stated}, which is no follow-up; a rule looks at a follow-up.",
                                stated=value_of(stated),
                            ),
                            _("The last follow-up is {follow_ups}.", follow_ups=follow_ups[-1]),
                            leans_on=_CLOCK,
                        )
                    )
        if isinstance(terms, Terms) and (lag := int(value_of(terms.lag))):
            standing = rule.standing.dates(deal.start_date, deal.end_date) if isinstance(rule, Standing) else []
            last = max([*follow_ups, *standing, *(value_of(entry.on) for entry in getattr(terms, "amounts", []))])
            if lag > LONGEST or add_months(last, lag) > deal.end_date:
                faults.append(
                    mistake_at(
                        (*here, "lag"),
                        _(
                            "got {lag} months, so what is earned on {last} would be paid after end {end_date}.",
                            lag=lag,
                            last=last,
                            end_date=deal.end_date,
                        ),
                        _("Shorten the lag, or move the end."),
                        leans_on=_CLOCK,
                    )
                )
    return [*faults, *looks(deal)]


def _last_standing(deal: Scenario, rule: Standing) -> dt.date:
    """The last day on which a standing amount may be paid."""
    until = rule.standing.until
    return deal.end_date if until is None else min(deal.end_date, value_of(until))


def _there_is(names: list[str], most: int = 12) -> str:
    if not names:
        return _("there is none")
    said = ", ".join(shown(name, 30, "") for name in names[:most])
    if len(names) <= most:
        return _("there is {names}", names=said)
    return _("there is {names} and {number} more", names=said, number=len(names) - most)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A question that names the known words closest to one that is not known; None where nothing is close."""
    import difflib

    close = difflib.get_close_matches(name[:60], [word for word in known if len(word) <= 120], n=3, cutoff=0.6)
    if not close:
        folded = {word.casefold(): word for word in known}
        close = [folded[name.casefold()]] if name.casefold() in folded else []
    return _("Did you mean {close}?", close=_(" or ").join(shown(word, 120, "") for word in close)) if close else None


def _hurdles(deal: Scenario) -> list[InitErrorDetails]:
    said = [f"{hurdle:.10g}" for hurdle in deal.hurdles]
    return [
        mistake_at(
            ("hurdles", position),
            _("got {rate} a second time; each hurdle stands once.", rate=rate),
            _("Delete it, or write another rate."),
        )
        for position, rate in enumerate(said)
        if rate in said[:position]
    ]


def _sources(deal: Scenario) -> list[InitErrorDetails]:
    unknown: dict[str, list[tuple[str | int, ...]]] = {}
    for path, part in walk(deal):
        keys = getattr(part, "source", None) if isinstance(part, Part) else None
        for position, key in enumerate([keys] if isinstance(keys, str) else keys or []):
            if key not in deal.sources:
                place = (*path, "source") if isinstance(keys, str) else (*path, "source", position)
                unknown.setdefault(key, []).append(place)
    faults = []
    for key, places in unknown.items():
        others = len(places) - 1
        found = _(
            "got {key}, which is not listed under sources; {sources}.",
            key=shown(key),
            sources=_there_is(list(deal.sources)),
        )
        if others:
            found = plural(
                "got {key} (here and in {others} more place), which is not listed under sources; {sources}.",
                "got {key} (here and in {others} more places), which is not listed under sources; {sources}.",
                others,
                key=shown(key),
                others=others,
                sources=_there_is(list(deal.sources)),
            )
        faults.append(
            mistake_at(
                places[0],
                found,
                nearest(key, deal.sources)
                or _(
                    "List it under sources, as '{key}: who published it', or write `assumption`.",
                    key=shown(key, quote=""),
                ),
                leans_on=(("sources",),),
            )
        )
    return faults


def _titles(deal: Scenario) -> list[InitErrorDetails]:
    """Titles of what is not there."""
    labels = [getattr(terms_of(rule), "label", None) for rule in deal.payments]
    there = [*(cohort.name for cohort in deal.cohorts), *deal.outcomes, *filter(None, labels)]
    return [
        mistake_at(
            ("titles", language, name),
            _(
                "got {name}, which is no cohort, outcome or label of a payment; {there}.",
                name=shown(name),
                there=_there_is(there),
            ),
            nearest(name, there) or _("Write one of these names."),
            leans_on=(("outcomes", "*"), ("cohorts",), ("payments",)),
        )
        for language, titles in deal.titles.items()
        for name in titles
        if name not in there
    ]


def _diligence(deal: Scenario) -> list[InitErrorDetails]:
    """Words about an outcome that is not there."""
    return [
        mistake_at(
            ("due_diligence", "outcomes", name),
            _(
                "got {name}, which is no outcome of this deal; {outcomes}.",
                name=shown(name),
                outcomes=_there_is(list(deal.outcomes)),
            ),
            nearest(name, deal.outcomes) or _("Write one of these names, or add the outcome."),
            leans_on=(("outcomes", "*"),),
        )
        for name in (deal.due_diligence.outcomes if deal.due_diligence else ())
        if name not in deal.outcomes
    ]


def _measurements(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    last = deal.follow_up_dates()[-1]
    longest = max((int(value_of(cohort.duration)) for cohort in deal.cohorts), default=0)
    for name, result in deal.results.items():
        for place, entry in enumerate(result.result if isinstance(result.result, list) else []):
            if not deal.start_date <= value_of(entry.on) <= last:
                faults.append(
                    mistake_at(
                        ("outcomes", name, "result", place, "on"),
                        _(
                            "got {on}; a result is measured from start {start_date} to the last follow-up {last}.",
                            on=value_of(entry.on),
                            start_date=deal.start_date,
                            last=last,
                        ),
                        _("Measure earlier, or add a follow-up."),
                        leans_on=_CLOCK,
                    )
                )
    faults += misdated(deal.effects, deal.start_date, last, _CLOCK)
    for name, outcome in deal.personal.items():
        when = outcome.measured
        if isinstance(when, OnDate):
            faults += _days_of_measurement(deal, name, when, last)
        elif isinstance(when, AfterEnrolment) and outcome.of not in ("enrolled", "earlier"):
            months = int(moments(when)[0])
            if months < longest:
                faults.append(
                    mistake_at(
                        ("outcomes", name, "measured", "after_enrolment"),
                        _(
                            "got {months} months, before the course of {longest} months ends; nobody knows yet who "
                            "completes.",
                            months=months,
                            longest=longest,
                        ),
                        _("Measure later, or write of: enrolled."),
                        leans_on=(("cohorts",), ("outcomes", name, "of")),
                    )
                )
    return faults


def _days_of_measurement(deal: Scenario, name: str, when: OnDate, last: dt.date) -> list[InitErrorDetails]:
    faults = []
    for place, date in enumerate(moments(when)):
        here: tuple[str | int, ...] = ("outcomes", name, "measured", "on")
        here += (place,) if isinstance(when.on, list) else ()
        if date < deal.start_date:
            faults.append(
                mistake_at(
                    here,
                    _(
                        "got {date}, before start {start_date}; an outcome is measured during the deal.",
                        date=date,
                        start_date=deal.start_date,
                    ),
                    _("Move the date, or the start of the deal."),
                    leans_on=_CLOCK,
                )
            )
        elif date > last:
            faults.append(
                mistake_at(
                    here,
                    _(
                        "got {date}, after the last follow-up {last}; an outcome is paid at the first follow-up on "
                        "or after its measurement, so this one never pays.",
                        date=date,
                        last=last,
                    ),
                    _("Measure earlier, or add a follow-up."),
                    leans_on=_CLOCK,
                )
            )
    return faults


def _drawings(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    for key in ("tranches", "grants"):
        for position, part in enumerate(getattr(deal.financing, key)):
            if isinstance(part.drawdown, list):
                faults += _listed_drawings(deal, part.drawdown, ("financing", key, position, "drawdown"))
    for here, rhythm in rhythms(deal.financing):
        faults += _instalments(deal, rhythm, here)
    for here, date in dated(deal.financing):
        if not deal.start_date <= date <= deal.end_date:
            faults.append(
                mistake_at(
                    here,
                    _(
                        "got {date}; money moves between start {start_date} and end {end_date}.",
                        date=date,
                        start_date=deal.start_date,
                        end_date=deal.end_date,
                    ),
                    _("Move the date, or the start or end of the deal."),
                    leans_on=_CLOCK,
                )
            )
    return faults


def _listed_drawings(deal: Scenario, drawings: list[Drawing], here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    faults = []
    shares = [drawing.share for drawing in drawings if drawing.share is not None]
    total = sum(shares)
    if len(shares) == len(drawings) and abs(total - 1.0) > 1e-9:
        faults.append(
            mistake_at(
                here,
                _("got shares that add up to {total:.10g}; they add up to 1.", total=total),
                _("Change one of them by {total:+.10g}.", total=1.0 - total),
                leans_on=(here,),
            )
        )
    for place, drawing in enumerate(drawings):
        if not deal.start_date <= value_of(drawing.on) <= deal.end_date:
            faults.append(
                mistake_at(
                    (*here, place, "on"),
                    _(
                        "got {on}; capital is drawn between start {start_date} and end {end_date}.",
                        on=value_of(drawing.on),
                        start_date=deal.start_date,
                        end_date=deal.end_date,
                    ),
                    _("Move the date, or the start or end of the deal."),
                    leans_on=_CLOCK,
                )
            )
    return faults


def all_payers(deal: Scenario) -> list[str]:
    """Everybody who pays under some payment rule, in the order of the file."""
    return list(dict.fromkeys(payer for rule in deal.payments for payer in payers_of(rule, deal.cohorts)))


def _financing(deal: Scenario) -> list[InitErrorDetails]:
    return contradictions(deal.financing, deal.provider, all_payers(deal), certain)


def _early_ends(deal: Scenario) -> list[InitErrorDetails]:
    follow_ups, money = deal.follow_up_dates(), deal.financing
    known_on: dict[str, list[dt.date] | None] = {
        name: [next((day for day in follow_ups if day >= value_of(entry.on)), follow_ups[-1]) for entry in said.result]
        if isinstance(said.result, list)
        else None
        for name, said in deal.results.items()
    }
    known_on |= {name: known_on_days(effect, follow_ups, deal.start_date) for name, effect in deal.effects.items()}
    third = [*(part.name for part in money.guarantees), *(part.name for part in money.grants)]
    known = Known(
        deal.start_date,
        follow_ups,
        list(deal.personal),
        known_on,
        list(dict.fromkeys([*all_payers(deal), *third])),
        money.termination is not None,
        nearest,
    )
    return list(of_early_ends(deal.ends_early, known))


def _instalments(deal: Scenario, drawdown: Instalments, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    step, times = int(value_of(drawdown.every)), drawdown.times
    if step == 0:
        return [
            mistake_at(
                (*here, "every"),
                _("got 0 months; instalments are at least one month apart."),
                _("Write drawdown: start where all capital is drawn on the first day."),
            )
        ]
    months = step * (times - 1)
    if months > LONGEST or add_months(deal.start_date, months) > deal.end_date:
        return [
            mistake_at(
                (*here, "times"),
                _(
                    "got {times}; instalments every {step} months would end {months} months after start, which "
                    "is after end {end_date}.",
                    times=times,
                    step=step,
                    months=months,
                    end_date=deal.end_date,
                ),
                _("Write fewer instalments, a shorter interval, or a later end."),
                leans_on=(*_CLOCK, (*here, "every")),
            )
        ]
    return []
