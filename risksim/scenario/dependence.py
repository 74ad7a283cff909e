"""What goes together: how well a person is placed, what a cohort shares, the economy of a year, a recession."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import _
from risksim.scenario import register
from risksim.scenario.base import Date, Duration, Months, Name, Origin, Stated, mistake, mistake_at, value_of
from risksim.scenario.outcomes import AmountOutcome, EventOutcome, Outcome, PersonOutcome, ScoreOutcome, SpellOutcome
from risksim.scenario.uncertainty import FromRegister, Share

Portion = Annotated[float, Field(ge=0, lt=1)]
Signed = Annotated[float, Field(gt=-1, lt=1)]

LEAVING = "leaving"
"""Stands beside outcomes where correlations are named."""


def _one_or_each(found: Any) -> str:
    if isinstance(found, Stated) or (isinstance(found, dict) and "value" in found):
        return "stated"
    if isinstance(found, FromRegister) or (isinstance(found, dict) and isinstance(found.get("register"), str)):
        return "register"
    return "each" if isinstance(found, dict) else "one"


def _a_portion(found: FromRegister) -> FromRegister:
    value = found.number
    if not isinstance(value, int | float) or not 0.0 <= value < 1.0:
        raise mistake(
            _("got '{register}', which is no certain number from 0 to below 1.", register=found.register_),
            _("Name a constant that is one, as icc-employment, or write the number itself."),
        )
    return found


Constant = Annotated[FromRegister, AfterValidator(_a_portion)]
"""A constant of the register that is a portion."""

OnePortion = Annotated[
    Annotated[Portion, Tag("one")] | Annotated[Stated[Portion], Tag("stated")] | Annotated[Constant, Tag("register")],
    Discriminator(_one_or_each),
]
"""A portion, with its origin or as a constant of the register where that is said. [1]"""

# The generic alias would lose the type of the value inside the block, so the shape stands twice.
Common = Annotated[
    Annotated[Portion, Tag("one")]
    | Annotated[Stated[Portion], Tag("stated")]
    | Annotated[Constant, Tag("register")]
    | Annotated[dict[Name, OnePortion], Tag("each")],
    Discriminator(_one_or_each),
]
"""One number for all outcomes, or one for each by name. [1]"""

Placed = Annotated[
    Annotated[Portion, Tag("one")]
    | Annotated[Stated[Portion], Tag("stated")]
    | Annotated[Constant, Tag("register")]
    | Annotated[dict[Name, Signed], Tag("each")],
    Discriminator(_one_or_each),
]
"""One number for all outcomes, or one for each by name, with its sign. [1]"""


class Recession(Origin):
    """A recession that may hit the economy: it ends spells, and fewer begin for a while."""

    on: Date | None = Field(default=None, examples=["2023-03-01"])
    """The day on which it begins; left out, it begins by chance."""
    yearly_chance: Share | None = Field(default=None, examples=[0.1])
    """The chance that a recession begins within a year, the same in every month; several may come. [1/year]"""
    spells_survive: Share = Field(examples=[0.333])
    """The share of the spells running when it begins that outlast its first shock, as far as the shock goes. [1]"""
    over: Duration = Field(default=Months(2), examples=["2 months"])
    """How long the shock takes; spells end evenly over it. [month]"""
    starts: Share = Field(examples=[0.5])
    """What is left of the rate at which spells begin. [1]"""
    lasts: Duration = Field(default=Months(12), examples=["12 months"])
    """How long fewer spells begin. [month]"""
    outcomes: list[Name] | None = Field(default=None, examples=[["job"]])
    """The outcomes with `spells` that it hits; all of them where this is left out."""

    @model_validator(mode="after")
    def _when(self) -> Recession:
        faults = []
        if (self.on is None) == (self.yearly_chance is None):
            found = _("got neither on nor yearly_chance") if self.on is None else _("got both on and yearly_chance")
            faults.append(
                mistake_at(
                    (),
                    _("{found}; a recession begins on a day or by chance.", found=found),
                    _("Write yearly_chance: 0.1."),
                )
            )
        for key in ("over", "lasts"):
            if int(value_of(getattr(self, key))) == 0:
                found = _("got 0 months; {key} is at least one month.", key=key)
                faults.append(mistake_at((key,), found, _("Write '1 month' for the shortest.")))
        if faults:
            raise ValidationError.from_exception_data("Recession", faults)
        return self

    def register_keys(self) -> tuple[str, ...]:
        """The two lengths, where the file leaves them to the program."""
        return tuple(f"recession-{key}" for key in ("over", "lasts") if key not in self.model_fields_set)


class Correlated(Origin):
    """How far two things of one person go together."""

    between: Annotated[list[Name], Field(min_length=2, max_length=2)] = Field(examples=[["wellbeing", "job"]])
    """Two outcomes, or an outcome and `leaving`."""
    latent: Signed | None = Field(default=None, examples=[0.4])
    """Their correlation on the scale of how well a person does, of which an outcome shows which side of a mark it
    falls on. [1]"""
    observed: Signed | None = Field(default=None, examples=[0.25])
    """The correlation of the two yes-or-no results themselves; the program works out the latent one. [1]"""

    @model_validator(mode="after")
    def _one(self) -> Correlated:
        faults = []
        if (self.latent is None) == (self.observed is None):
            found = (
                _("got neither latent and observed; a correlation is said on one scale.")
                if self.latent is None
                else _("got both latent and observed; a correlation is said on one scale.")
            )
            faults.append(
                mistake_at(
                    (),
                    found,
                    _("Write latent: 0.4."),
                )
            )
        if self.between[0] == self.between[-1]:
            found = _("got '{between}' twice; a correlation is between two.", between=self.between[0])
            faults.append(mistake_at(("between",), found, _("Name two outcomes.")))
        if faults:
            raise ValidationError.from_exception_data("Correlated", faults)
        return self


class Dependence(Origin):
    """What makes people, cohorts and years alike. Left out, everything happens to everybody on their own.

    Every chance stays what it is: dependence moves how results fall together, never how often one of them comes.
    """

    within_person: Placed | None = Field(default=None, examples=[0.36])
    """The correlation between any two outcomes of one person, on the latent scale: 0.36 says that each goes with how
    well the person is placed at 0.6. Or that second figure by outcome, negative where more is worse:
    `{wellbeing: 0.6, days_in_care: -0.5}`. [1]"""
    leaving: OnePortion = Field(default=0.0, examples=[0.23])
    """How far staying on the course goes with how well a person is placed, on the latent scale. [1]"""
    measurable: Portion = Field(default=0.0, examples=[0.2])
    """How far being measurable goes with how well a person is placed, on the latent scale. [1]"""
    correlations: list[Correlated] = Field(
        default=[],
        examples=[[{"between": ["wellbeing", "job"], "latent": 0.4}, {"between": ["job", "leaving"], "latent": -0.3}]],
    )
    """The correlations of one person's results pair by pair, in the place of `within_person` and `leaving`; pairs that
    are left out are on their own."""
    cohort_icc: Common | None = Field(default=None, examples=[{"employment": 0.02}])
    """How alike the people of a cohort are: the intraclass correlation of an outcome as it is observed, for outcomes
    without a gate; one number, or one by outcome. [1]"""
    macro: Common | None = Field(default=None, examples=[{"employment": 0.1}])
    """The share of what decides an outcome that the economy of the year of its measurement decides for everybody, in
    all deals alike; for outcomes without a gate. [1]"""
    macro_persistence: Portion = Field(default=0.5, examples=[0.5])
    """How far the economy of a year goes with that of the year before. [1]"""
    recession: Recession | None = Field(
        default=None, examples=[{"yearly_chance": 0.1, "spells_survive": 0.333, "starts": 0.5}]
    )
    """A recession that ends spells."""
    tail: Annotated[int, Field(ge=3, le=100)] | None = Field(default=None, examples=[4])
    """Degrees of freedom of a t-copula in the place of the normal one: the fewer, the more often everything goes wrong
    at once. For stress; left out, extremes of different people and years don't seek each other."""

    @model_validator(mode="after")
    def _alone(self) -> Dependence:
        faults = []
        if self.correlations and (self.within_person is not None or portion(self.leaving) > 0.0):
            found = _("got correlations beside within_person or leaving; the pairs say all of it.")
            faults.append(mistake_at(("correlations",), found, _("Keep one of the two ways.")))
        seen: set[frozenset[str]] = set()
        for place, pair in enumerate(self.correlations):
            if frozenset(pair.between) in seen:
                found = _("got {between} a second time; each pair stands once.", between=_(" and ").join(pair.between))
                faults.append(mistake_at(("correlations", place, "between"), found, _("Take one of the two out.")))
            seen.add(frozenset(pair.between))
        if faults:
            raise ValidationError.from_exception_data("Dependence", faults)
        return self

    def register_keys(self) -> tuple[str, ...]:
        """How far years go together, where years matter and the file leaves it to the program."""
        silent = self.macro is not None and "macro_persistence" not in self.model_fields_set
        return ("macro-persistence",) if silent else ()


def portion(said: Any) -> float:
    """The value of a portion, plain, with its origin or a constant of the register. [1]"""
    return register.plain(said.register_) if isinstance(said, FromRegister) else float(value_of(said))


def by_outcome(said: Any, names: Iterable[str]) -> dict[str, float]:
    """A number for all outcomes or by name as one by name; nothing where it is left out."""
    if said is None:
        return {}
    if isinstance(said, dict):
        return {name: portion(one) for name, one in said.items()}
    return {name: portion(said) for name in names}


def loadings(dependence: Dependence, personal: Mapping[str, PersonOutcome]) -> dict[str, float]:
    """How far each outcome goes with how well a person is placed."""
    said = dependence.within_person
    if said is None or isinstance(said, dict):
        return dict(said or {})
    return {name: portion(said) ** 0.5 for name in personal if isinstance(personal[name], Outcome)}


def shared(said: Any, personal: Mapping[str, PersonOutcome]) -> dict[str, float]:
    """What a cohort or a year decides, by outcome: one number goes to every yes-or-no outcome without a gate."""
    return by_outcome(
        said, [name for name in personal if isinstance(personal[name], Outcome) and not gated(personal[name])]
    )


def gated(outcome: PersonOutcome) -> bool:
    """Whether an outcome speaks only of those who passed another."""
    return outcome.after is not None or outcome.unless is not None


Nearest = Callable[[str, Iterable[str]], str | None]
_WHAT: dict[tuple[type[PersonOutcome], ...], str] = {
    (Outcome, AmountOutcome, ScoreOutcome): "a success_rate, amounts and scores",
    (SpellOutcome,): "spells",
    (Outcome,): "a success_rate",
}
_KINDS: dict[str, tuple[type[PersonOutcome], ...]] = {
    "within_person": (Outcome, AmountOutcome, ScoreOutcome),
    "cohort_icc": (Outcome, AmountOutcome, ScoreOutcome),
    "macro": (Outcome, AmountOutcome, ScoreOutcome),
}


def contradictory(
    dependence: Dependence, personal: Mapping[str, PersonOutcome], nearest: Nearest
) -> list[InitErrorDetails]:
    """Dependence of outcomes that there are not, or that cannot bear it.

    Parameters
    ----------
    dependence : Dependence
    personal : mapping
        The outcomes of persons by name.
    nearest : callable
        Names the known word closest to an unknown one.
    """
    faults: list[InitErrorDetails] = []
    for key, kinds in _KINDS.items():
        said = getattr(dependence, key)
        for name in said if isinstance(said, dict) else ():
            faults += _named(personal, ("dependence", key, name), name, kinds, nearest)
            if key != "within_person" and name in personal and gated(personal[name]):
                found = _(
                    "got '{name}', which speaks only of those who passed another outcome; what a cohort or a year "
                    "shares enters at the first gate.",
                    name=name,
                )
                faults.append(mistake_at(("dependence", key, name), found, _("Name the outcome in its `after`.")))
    faults += _recession(dependence, personal, nearest) + _pairs(dependence, personal, nearest)
    return faults or [*_too_much(dependence, personal), *_tail(dependence, personal), *_gates(dependence, personal)]


def measurable_twice(dependence: Dependence, cohorts: Iterable[Any]) -> list[InitErrorDetails]:
    """Being measurable tied to how well people are placed, or pairs, beside a block that says with what it goes."""
    said = [getattr(cohort.unmeasured, "outcome", None) for cohort in cohorts]
    blocks = [position for position, name in enumerate(said) if name is not None]
    paired = {name for pair in dependence.correlations for name in pair.between} & set(said)
    if paired:
        found = _(
            "got '{name}', with which being measured goes in a cohort; the share of all who cannot be measured is "
            "not solved for with pairs.",
            name=min(paired, key=str),
        )
        here: tuple[str | int, ...] = ("dependence", "correlations")
        return [mistake_at(here, found, _("Write within_person and leaving."), leans_on=(("cohorts",),))]
    if dependence.measurable == 0.0 or not blocks:
        return []
    found = _(
        "got {measurable:g}, but cohort {blocks} says with what being measured goes.",
        measurable=dependence.measurable,
        blocks=blocks[0] + 1,
    )
    here = ("dependence", "measurable")
    return [mistake_at(here, found, _("Take it out, or write unmeasured as a share."), leans_on=(("cohorts",),))]


def _behind(personal: Mapping[str, PersonOutcome], name: str, seen: set[str]) -> set[str]:
    """Every outcome that must be met, or not met, before this one."""
    for key in ("after", "unless"):
        other = getattr(personal[name], key)
        if other in personal and other not in seen:
            seen.add(other)
            _behind(personal, other, seen)
    return seen


def _gates(dependence: Dependence, personal: Mapping[str, PersonOutcome]) -> list[InitErrorDetails]:
    """Gates that select people in a way for which chances are not calibrated."""
    placed = loadings(dependence, personal)
    together = {*shared(dependence.cohort_icc, personal), *shared(dependence.macro, personal)}
    faults = []
    for name in personal:
        if not placed.get(name):
            continue
        behind = _behind(personal, name, set())
        both = sorted(behind & together)
        if len(both) > 1:
            found = _(
                "got '{name}' behind {both}, which share a cohort or a year, and within_person.",
                name=name,
                both=_(" and ").join(both),
            )
            faults.append(mistake_at(("outcomes", name), found, _("Leave one of them out of cohort_icc and macro.")))
        amounts = sorted(one for one in behind if placed.get(getattr(personal[one], "reads", one)) and one not in both
                         and not isinstance(personal[one], Outcome))  # fmt: skip
        events = sorted(one for one in behind if isinstance(personal[one], EventOutcome))
        if events and portion(dependence.leaving) > 0.0:
            found = _(
                "got '{name}' behind '{events}', which comes before leaving or not, with leaving and within_person.",
                name=name,
                events=events[0],
            )
            remedy = _("Take leaving out, or write the gate with a success_rate.")
            faults.append(mistake_at(("outcomes", name), found, remedy))
        if amounts:
            found = _(
                "got '{name}' behind '{amounts}', an amount or score that goes with how well people are placed.",
                name=name,
                amounts=amounts[0],
            )
            faults.append(mistake_at(("outcomes", name), found, _("Leave one of the two out of within_person.")))
    return faults


def _named(
    personal: Mapping[str, PersonOutcome],
    here: tuple[str | int, ...],
    name: str,
    kinds: tuple[type[PersonOutcome], ...],
    nearest: Nearest,
) -> list[InitErrorDetails]:
    leans_on = (("outcomes", "*"),)
    if name not in personal:
        found = _("got '{name}', which is no outcome of persons of this deal.", name=name)
        return [mistake_at(here, found, nearest(name, personal) or _("Name one of its outcomes."), leans_on=leans_on)]
    if not isinstance(personal[name], kinds):
        tied = _("a success_rate, amounts and scores") if len(kinds) > 1 else _("a success_rate")
        found = _(
            "got '{name}', which is of a kind that this cannot tie; it ties outcomes with {tied}.",
            name=name,
            tied="spells" if kinds == (SpellOutcome,) else tied,
        )
        return [mistake_at(here, found, _("Take it out."), leans_on=leans_on)]
    return []


def _recession(
    dependence: Dependence, personal: Mapping[str, PersonOutcome], nearest: Nearest
) -> list[InitErrorDetails]:
    if dependence.recession is None:
        return []
    here = ("dependence", "recession")
    faults: list[InitErrorDetails] = []
    for place, name in enumerate(dependence.recession.outcomes or ()):
        faults += _named(personal, (*here, "outcomes", place), name, (SpellOutcome,), nearest)
    if not any(isinstance(outcome, SpellOutcome) for outcome in personal.values()):
        found = _("got a recession, but no outcome of this deal has spells that it could end.")
        faults.append(
            mistake_at(here, found, _("Take it out, or give an outcome spells."), leans_on=(("outcomes", "*"),))
        )
    return faults


def _pairs(dependence: Dependence, personal: Mapping[str, PersonOutcome], nearest: Nearest) -> list[InitErrorDetails]:
    faults: list[InitErrorDetails] = []
    for place, pair in enumerate(dependence.correlations):
        here = ("dependence", "correlations", place, "between")
        for side, name in enumerate(pair.between):
            if name == LEAVING and name not in personal:
                continue
            named = _named(personal, (*here, side), name, (Outcome,), nearest)
            if not named and personal[name].times > 1:
                found = _(
                    "got '{name}', which is measured {times} times; pairs are of results measured once.",
                    name=name,
                    times=personal[name].times,
                )
                named = [mistake_at((*here, side), found, _("Use within_person."), leans_on=(("outcomes", "*"),))]
            if not named and gated(personal[name]):
                found = _("got '{name}', which has a gate; its chance speaks only of those who pass.", name=name)
                named = [mistake_at((*here, side), found, _("Use within_person."), leans_on=(("outcomes", "*"),))]
            faults += named
    return faults


def _too_much(dependence: Dependence, personal: Mapping[str, PersonOutcome]) -> list[InitErrorDetails]:
    """Shares of one outcome that add up to more than all of it; the cohort's is at least its observed correlation."""
    person, cohort, macro = (
        {name: value**2 for name, value in loadings(dependence, personal).items()},
        shared(dependence.cohort_icc, personal),
        shared(dependence.macro, personal),
    )
    paired = {name for pair in dependence.correlations for name in pair.between}
    faults = []
    for name in personal:
        total = person.get(name, 0.0) + cohort.get(name, 0.0) + macro.get(name, 0.0)
        if total >= 1.0:
            found = _(
                "got {total:.3g} of what decides '{name}': person {person:.3g}, cohort {cohort:.3g}, macro "
                "{macro:.3g}; together they stay below 1.",
                total=total,
                name=name,
                person=person.get(name, 0.0),
                cohort=cohort.get(name, 0.0),
                macro=macro.get(name, 0.0),
            )
            faults.append(mistake_at(("dependence",), found, _("Lower one of them.")))
        elif name in paired and (name in cohort or name in macro):
            found = _(
                "got '{name}' in correlations and in cohort_icc or macro; pairs say all that decides it.", name=name
            )
            faults.append(
                mistake_at(("dependence", "correlations"), found, _("Use within_person beside the other two."))
            )
    return faults


def _tail(dependence: Dependence, personal: Mapping[str, PersonOutcome]) -> list[InitErrorDetails]:
    if dependence.tail is None:
        return []
    ties = {
        **loadings(dependence, personal),
        **shared(dependence.cohort_icc, personal),
        **shared(dependence.macro, personal),
    }
    selected = [name for name in ties if name in personal and gated(personal[name])]
    if portion(dependence.leaving) > 0.0 or dependence.measurable > 0.0 or selected or dependence.correlations:
        found = _(
            "got a tail beside leaving, measurable, correlations or an outcome with a gate, for which it is not built."
        )
        return [
            mistake_at(
                ("dependence", "tail"),
                found,
                _("Keep within_person, cohort_icc and macro of outcomes without a gate."),
            )
        ]
    if not ties:
        found = _("got a tail, but nothing is shared that could have one.")
        return [mistake_at(("dependence", "tail"), found, _("Add within_person, cohort_icc or macro."))]
    return []
