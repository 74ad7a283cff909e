"""The grammar for uncertain numbers: one small language, used wherever a scenario says a number.

A number is either plain (``20000``) or a block with exactly one *law* key and, beside it, its origin::

    {beta: [30, 10], source: pwc-2021}
    {quantiles: {p10: 0.55, p50: 0.70, p90: 0.82}, assumption: "two caseworkers, asked apart"}

The models here only say what people may write. What a law means as a distribution (its inverse, mean and fit)
is `risksim.plan.laws`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError
from typing_extensions import TypeAliasType

from risksim.language import N_, _
from risksim.scenario.base import Name, Origin, Part, SourceKeys, mistake, mistake_at, two_origins
from risksim.scenario.document import grouped

Positive = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[tuple[float, float], Field(strict=False)]
PositivePair = Annotated[tuple[Positive, Positive], Field(strict=False)]
Three = Annotated[tuple[float, float, float], Field(strict=False)]
Family = Annotated[str, Field(pattern="^(beta|lognormal|gamma|normal|student)$")]

INFINITY = float("inf")

UncertainNumber = TypeAliasType("UncertainNumber", "NumberOrLaw")
"""A number that may be uncertain: plain, or a block with one law; spelled out as `NumberOrLaw`.

It has a name of its own so that the hundred parts that hold one share what pydantic makes of it, and so that laws that
hold other laws need not wait for it: together a sixth of the time that `risksim check` takes.
"""

LARGEST_AMOUNT = 9e13
"""The largest amount a scenario may name; a thousand of them still fit into 64-bit minor units. [currency]"""


class Written(float):
    """A decimal number that remembers how the file spells it, so that `60.000` is not taken for 60 in silence."""

    text: str = ""


class Law(Origin):
    """A distribution that an input may follow, with its origin."""


class Fixed(Law):
    """A certain value that says where it comes from."""

    value: float
    """The certain value."""


class FixedLaw(Law):
    """A certain value, spelled as a law."""

    fixed: float
    """The value itself."""


class Beta(Law):
    """A beta distribution on [0, 1]."""

    beta: PositivePair
    """`[a, b]`: as after a - 1 successes and b - 1 failures on a uniform start. Mean a / (a + b)."""


class FromRegister(Law):
    """A constant of the register that ships with the program, by its key; it brings its own origin."""

    register_: str = Field(alias="register")
    """The key of the constant, as the page of the register lists it."""

    @model_validator(mode="after")
    def _known(self) -> FromRegister:
        from risksim.scenario import register

        if self.source is not None:
            raise mistake(
                _("got both a constant of the register and a source; the constant brings its own source."),
                _("Take `source` out, or write the value itself beside it."),
            )
        constants = register.constants()
        if self.register_ not in constants:
            close = register.closest_keys(self.register_)
            raise mistake(
                _("got '{register}', which is no constant of the register.", register=self.register_[:60]),
                _("Did you mean {close}?", close=_(" or ").join(close))
                if close
                else _("`risksim describe --register` lists them."),
            )
        if not constants[self.register_].is_number:
            raise mistake(
                _("got '{register}', which is a table of the register and no number.", register=self.register_),
                _("Write the numbers of it that you need, with their source."),
            )
        return self

    def register_keys(self) -> tuple[str, ...]:
        """The constant itself."""
        return (self.register_,)

    @property
    def number(self) -> UncertainNumber:
        """What the register says: a plain number or a law."""
        from risksim.scenario import register

        said: UncertainNumber = register.number(self.register_)
        return said


def _share_in_law(found: Any) -> str | None:
    """Which branch a share inside a law is: a plain number, a beta or a constant of the register."""
    return branch if (branch := law_key(found)) in ("number", "beta", "register") else None


PlainShare = Annotated[
    Annotated[Weight, Tag("number")] | Annotated[FromRegister, Tag("register")],
    Discriminator(_share_in_law, custom_error_type="no_law", custom_error_message="not a number"),
]
"""A certain share inside a law, or a constant of the register that is one. [1]"""

UncertainWeight = Annotated[
    Annotated[Weight, Tag("number")] | Annotated[Beta, Tag("beta")] | Annotated[FromRegister, Tag("register")],
    Discriminator(_share_in_law, custom_error_type="no_law", custom_error_message="not a number"),
]
"""A weight of evidence: certain, or a beta distribution where nobody knows it. [1]"""


def plain_share(found: Any) -> float:
    """The value of a certain share inside a law. [1]"""
    if isinstance(found, FromRegister):
        from risksim.scenario import register

        return register.plain(found.register_)
    return float(found)


def _must_be_share(key: str, found: Any) -> None:
    """Refuse a constant of the register that is no certain share."""
    if isinstance(found, FromRegister):
        value = found.number
        if not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
            raise mistake(
                _(
                    "got {key} '{register}', which is no certain share between 0 and 1.",
                    key=key,
                    register=found.register_,
                ),
                _("Name a constant that is one, or write the number itself."),
            )


EvidenceClass = Literal["same provider", "other municipality", "same manual", "foreign"]
"""How near a body of evidence is to the deal."""

CLASS_KEYS: dict[str, str] = {
    "same provider": "weight-same-provider",
    "other municipality": "weight-other-municipality",
    "same manual": "weight-same-manual",
    "foreign": "weight-foreign",
}
"""The constant of the register that weighs each class of evidence."""


class Source(Part):
    """One body of evidence on a rate: so many successes of so many people."""

    successes: Annotated[float, Field(ge=0)]
    """The people who succeeded. [people]"""
    of: Positive
    """The people observed. [people]"""
    icc: PlainShare | None = None
    """How alike the people of this evidence are, as they shared provider, place and year: the intraclass correlation.
    It makes them count as fewer people, n / (1 + (n - 1) icc). [1]"""
    weight: UncertainWeight = 1.0
    """How much the evidence counts: 1 for the same provider, target group and definition, less otherwise; a
    `{beta: [a, b]}` where the weight itself is uncertain. [1]"""
    class_: EvidenceClass | None = Field(default=None, alias="class")
    """How near the evidence is to the deal, which takes the weight from the register; instead of `weight`."""
    source: SourceKeys | None = None
    """The key (or keys) of `sources` that published the counts."""
    assumption: str | None = Field(default=None, min_length=3)
    """Why these counts or this weight were chosen."""
    note: str | None = None
    """Anything a reader should know beside it."""

    @model_validator(mode="after")
    def _within(self) -> Source:
        if self.successes > self.of:
            raise mistake(
                _(
                    "got {successes:g} successes of {of:g} people; successes are part of the people observed.",
                    successes=self.successes,
                    of=self.of,
                ),
                _("Did the two numbers change places?"),
            )
        if self.source is not None and self.assumption is not None:
            raise two_origins()
        if self.class_ is not None and "weight" in self.model_fields_set:
            raise mistake(
                _(
                    "got both a weight and the class '{nearness}'; a class brings its weight with it.",
                    nearness=self.class_,
                ),
                _("Keep one of them, so that the evidence is weighed once."),
            )
        _must_be_share("icc", self.icc)
        _must_be_share("weight", self.weight)
        return self

    def register_keys(self) -> tuple[str, ...]:
        """The weight of its class, where it names one."""
        return () if self.class_ is None else (CLASS_KEYS[self.class_],)

    @property
    def counts(self) -> float | Beta:
        """The weight in use, certain or not. [1]"""
        if self.class_ is not None:
            from risksim.scenario import register

            return register.plain(CLASS_KEYS[self.class_])
        return self.weight if isinstance(self.weight, Beta) else plain_share(self.weight)


def _one_or_several(found: Any) -> str:
    return "several" if isinstance(found, list) else "one"


JEFFREYS = (0.5, 0.5)
"""The prior of a rate unless said otherwise: `prior-rate` of the register."""


class Evidence(Law):
    """What k successes of n people teach about a rate: a beta distribution.

    Notes
    -----
    In this order: each source counts as n / (1 + (n - 1) icc) people; prior Beta(a0, b0), by default Jeffreys'
    Beta(1/2, 1/2), to which each source adds ``weight * k`` and ``weight * (n - k)``; the sum is scaled down to
    `at_most` people; and with the chance `may_not_apply` any rate is as likely as any other.
    """

    evidence: Annotated[
        Annotated[Source, Tag("one")] | Annotated[list[Source], Field(min_length=1), Tag("several")],
        Discriminator(_one_or_several),
    ]
    """One body of evidence or a list of them: `{successes: 45, of: 60, weight: 0.5}`."""
    prior: PositivePair = JEFFREYS
    """`[a0, b0]` of the beta distribution before the evidence; Jeffreys' prior by default."""
    may_not_apply: PlainShare | None = None
    """The chance that the evidence says nothing about this deal, so that any rate is as likely as any other. [1]"""
    at_most: Positive | None = None
    """The most people that prior and evidence together may count as; a larger sum is scaled down to it. [people]"""

    @model_validator(mode="after")
    def _one_unsure_weight(self) -> Evidence:
        unsure = [position for position, body in enumerate(self.bodies) if isinstance(body.counts, Beta)]
        if len(unsure) > 1:
            fault = mistake_at(
                ("evidence", "several", unsure[1], "weight"),
                _("got {unsure} uncertain weights; of one number one weight may be uncertain.", unsure=len(unsure)),
                _("Write the weights of the other sources as plain numbers."),
            )
            raise ValidationError.from_exception_data("Evidence", [fault])
        _must_be_share("may_not_apply", self.may_not_apply)
        return self

    @property
    def bodies(self) -> list[Source]:
        """The bodies of evidence, however many."""
        return self.evidence if isinstance(self.evidence, list) else [self.evidence]

    def register_keys(self) -> tuple[str, ...]:
        """The prior, where the file leaves it to the program."""
        return () if "prior" in self.model_fields_set else ("prior-rate",)


class Quantiles(Law):
    """A distribution fitted to stated quantiles."""

    quantiles: Annotated[dict[str, float], Field(min_length=2, max_length=9)]
    """The probability points and their values: `{p10: 0.55, p50: 0.70, p90: 0.82}`; at least one below p40 and one
    above p60."""
    fit: Family | None = None
    """The family to fit; chosen by the smallest sum of squares among those the number allows where it isn't named."""
    limits: Pair | None = None
    """The plausible limits `[lowest, highest]` of a beta fit; [0, 1] for a share."""

    @model_validator(mode="after")
    def _ordered(self) -> Quantiles:
        points = []
        for key, value in self.quantiles.items():
            probability = quantile_probability(key)
            if probability is None:
                raise mistake(
                    _(
                        "got the key '{key}'; a quantile is named by its percentage, above 0 and below 100.",
                        key=key[:20],
                    ),
                    _("Write p10 for the value that one in ten stays below, p50 for the median, p97.5 and so on."),
                )
            points.append((probability, value))
        _check_points(sorted(points))
        _check_limits(self.limits, [value for _, value in points])
        return self


_QUANTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]{1,6})?)")


def quantile_probability(key: str) -> float | None:
    """The probability that a key such as ``p2.5`` names; None if it names none."""
    match = _QUANTILE.fullmatch(key)
    percent = float(match[1]) if match else 0.0
    return percent / 100.0 if percent > 0.0 else None


def _check_points(points: list[tuple[float, float]]) -> None:
    for (low_p, low), (high_p, high) in itertools.pairwise(points):
        if low_p == high_p:
            raise mistake(
                _("got p{low_p:g} twice; each quantile stands once.", low_p=100 * low_p), _("Take one of the two out.")
            )
        if not low < high:
            raise mistake(
                _(
                    "got p{low_p:g}: {low:g} and p{high_p:g}: {high:g}; a higher quantile has a higher value.",
                    low_p=100 * low_p,
                    low=low,
                    high_p=100 * high_p,
                    high=high,
                ),
                _("Did two values change places?"),
            )
    if points[0][0] >= 0.4 or points[-1][0] <= 0.6:
        named = ", ".join(f"p{100 * p:g}" for p, _ in points)
        raise mistake(
            _("got {named}, which leave one side open; quantiles stand on both sides of the middle.", named=named),
            _("Give at least one below p40 and one above p60, as p10 and p90."),
        )


def _check_limits(limits: tuple[float, float] | None, values: list[float]) -> None:
    if limits is not None and not limits[0] < min(values) <= max(values) < limits[1]:
        raise mistake(
            _(
                "got limits [{low:g}, {high:g}] and quantiles from {least:g} to {most:g}; the "
                "limits are the lowest and the highest value, and every quantile lies between them.",
                low=limits[0],
                high=limits[1],
                least=min(values),
                most=max(values),
            ),
            _("Widen the limits, or look at the quantiles again."),
        )


class Range(Law):
    """A range typed as its 5 % and 95 % points: ``{p5: 0.3, p95: 0.55}``."""

    p5: float
    """One in twenty lies below."""
    p95: float
    """One in twenty lies above."""
    fit: Family | None = None
    """The family to fit; chosen as for `quantiles` where it isn't named."""
    limits: Pair | None = None
    """The plausible limits `[lowest, highest]` of a beta fit; [0, 1] for a share."""

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        _check_points([(0.05, self.p5), (0.95, self.p95)])
        _check_limits(self.limits, [self.p5, self.p95])
        return self


class NormalShape(Part):
    """Mean and standard deviation."""

    mean: float
    """The mean."""
    sd: Positive
    """The standard deviation."""


class Normal(Law):
    """A normal distribution."""

    normal: NormalShape
    """`{mean: 25000, sd: 3000}`."""


def _listed(given: set[str]) -> str:
    return _(" and ").join(sorted(given)) or "nothing"


class LognormalShape(Part):
    """A lognormal by its median and a 90 % point, by mean and sd, or by mu and sigma of the logarithm."""

    median: Positive | None = None
    """The median."""
    p90: Positive | None = None
    """Nine in ten lie below; goes with `median`."""
    mean: Positive | None = None
    """The mean; goes with `sd`."""
    sd: Positive | None = None
    """The standard deviation; goes with `mean`."""
    mu: float | None = None
    """The mean of the logarithm; goes with `sigma`."""
    sigma: Positive | None = None
    """The standard deviation of the logarithm; goes with `mu`, or with `median`."""

    @model_validator(mode="after")
    def _one_pair(self) -> LognormalShape:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        pairs = ({"median", "p90"}, {"mean", "sd"}, {"mu", "sigma"}, {"median", "sigma"})
        if given not in pairs:
            raise mistake(
                _(
                    "got {given}; a lognormal takes one pair: median and p90, mean and sd, mu and sigma, or "
                    "median and sigma.",
                    given=_listed(given),
                ),
                _("Keep one pair, as {median: 25000, p90: 33000}."),
            )
        if self.median is not None and self.p90 is not None and self.p90 <= self.median:
            raise mistake(
                _(
                    "got median {median:g} and p90 {p90:g}; the 90 % point lies above the median.",
                    median=self.median,
                    p90=self.p90,
                ),
                _("Did the two numbers change places?"),
            )
        return self


class Lognormal(Law):
    """A lognormal distribution."""

    lognormal: LognormalShape
    """`{median: 25000, p90: 33000}`, `{mean: , sd: }`, `{mu: , sigma: }` or `{median: , sigma: }`."""


class GammaShape(Part):
    """A gamma by mean and sd, or by shape and scale."""

    mean: Positive | None = None
    """The mean; goes with `sd`."""
    sd: Positive | None = None
    """The standard deviation; goes with `mean`."""
    shape: Positive | None = None
    """The shape; goes with `scale`."""
    scale: Positive | None = None
    """The scale; goes with `shape`."""

    @model_validator(mode="after")
    def _one_pair(self) -> GammaShape:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given not in ({"mean", "sd"}, {"shape", "scale"}):
            raise mistake(
                _("got {given}; a gamma takes one pair: mean and sd, or shape and scale.", given=_listed(given)),
                _("Keep one pair, as {mean: 25000, sd: 8000}."),
            )
        return self


class Gamma(Law):
    """A gamma distribution."""

    gamma: GammaShape
    """`{mean: 25000, sd: 8000}` or `{shape: , scale: }`."""


class Uniform(Law):
    """A uniform distribution."""

    uniform: Pair
    """`[lowest, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        low, high = self.uniform
        if not low < high:
            raise mistake(
                _("got [{low:g}, {high:g}]; a uniform goes from the lowest to the highest value.", low=low, high=high),
                _("Write a certain number as {low:g}.", low=low)
                if low == high
                else _("Write [{high:g}, {low:g}].", high=high, low=low),
            )
        return self


class Triangular(Law):
    """A triangular distribution."""

    triangular: Three
    """`[lowest, most likely, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        _check_three("triangular", self.triangular)
        return self


class Pert(Law):
    """A PERT distribution: a beta on its limits with mean (lowest + 4 * most likely + highest) / 6."""

    pert: Three
    """`[lowest, most likely, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Pert:
        _check_three("pert", self.pert)
        return self


def _check_three(name: str, values: tuple[float, float, float]) -> None:
    low, mode, high = values
    if not (low <= mode <= high and low < high):
        first, middle, last = sorted(values)
        raise mistake(
            _(
                "got [{low:g}, {mode:g}, {high:g}]; a {name} takes the lowest, the most likely and the highest value.",
                low=low,
                mode=mode,
                high=high,
                name=name,
            ),
            _(
                "Write [{first:g}, {middle:g}, {last:g}] if that is the order.",
                first=first,
                middle=middle,
                last=last,
            )
            if first < last
            else _("Write a certain number as {low:g}.", low=low),
        )


class Chance(Part):
    """One value of a discrete distribution and its weight."""

    value: float
    """The value itself."""
    weight: Positive
    """The weight of this part; weights are divided by their sum."""


class Discrete(Law):
    """A discrete distribution over a few values."""

    discrete: Annotated[list[Chance], Field(min_length=1, max_length=200)]
    """The values and their weights: `[{value: 0, weight: 0.2}, {value: 1, weight: 0.8}]`."""


class Component(Part):
    """One part of a mixture and its weight."""

    weight: Positive
    """The weight of this part; weights are divided by their sum."""
    of: UncertainNumber
    """The number that is drawn if this part is picked: any law of this grammar."""


class Mixture(Law):
    """A mixture: one of several laws, picked by weight."""

    mixture: Annotated[list[Component], Field(min_length=1, max_length=20)]
    """The parts and their weights: `[{weight: 0.15, of: {beta: [6, 16]}}, {weight: 0.85, of: 1}]`."""


class Change(Part):
    """A number and what is done to it: multiplied, raised, or its odds multiplied."""

    of: UncertainNumber
    """The number that is changed: any law of this grammar."""
    times: Annotated[float, Field(ge=0)] | None = None
    """Every value is multiplied by this."""
    plus: float | None = None
    """This is added to every value."""
    odds: Positive | None = None
    """The odds of every value are multiplied by this; only for shares. [1]"""

    @model_validator(mode="after")
    def _one_change(self) -> Change:
        given = {name for name in ("times", "plus", "odds") if getattr(self, name) is not None}
        if len(given) != 1:
            raise mistake(
                _("got {given}; a number is changed by one of times, plus and odds.", given=_listed(given)),
                _("Keep one, as {of: {beta: [4, 16]}, times: 0.5}."),
            )
        return self


class Changed(Law):
    """Another law of which every value is multiplied, raised, or has its odds multiplied."""

    changed: Change
    """The law and its change: `{of: {beta: [4, 16]}, times: 0.5}`, or `plus`, or `odds`."""


class Expert(Part):
    """What one expert says, and how much it counts."""

    name: Name
    """The expert, by name or by role."""
    weight: Positive = 1.0
    """How much this expert counts; weights are divided by their sum."""
    says: UncertainNumber
    """What the expert says: any law of this grammar, as a rule `quantiles`."""
    note: str | None = None
    """Anything a reader should know beside it."""


class Experts(Law):
    """What several experts say, each asked apart: one of them is right, picked by weight."""

    experts: Annotated[list[Expert], Field(min_length=1, max_length=20)]
    """The experts: `[{name: leader, says: {p5: 0.4, p95: 0.6}}, {name: caseworker, says: {p5: 0.5, p95: 0.8}}]`."""

    @model_validator(mode="after")
    def _apart(self) -> Experts:
        names = [expert.name for expert in self.experts]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise mistake(
                _("got the expert '{twice}' twice; each expert is asked once.", twice=twice),
                _("Rename one of them."),
            )
        return self


class GradedShape(Part):
    """An amount of money, how sure it is, and what it is for."""

    value: Positive
    """The amount as it was stated. [currency]"""
    grade: Annotated[int, Field(ge=1, le=6)]
    """1 for audited figures to 6 for a guess."""
    as_: Literal["cost", "saving"] = Field(alias="as")
    """Costs turn out higher than stated, savings lower."""


class Graded(Law):
    """An amount of money with a grade of confidence: a cost that may turn out higher, a saving that may turn out lower.

    Notes
    -----
    The amount times a lognormal factor with median 1 + share for a cost and 1 - share for a saving; the shares by grade
    stand in the register. "No bias" is the 10 % point of a cost and the 90 % point of a saving. Only amounts of money
    may be graded.
    """

    graded: GradedShape
    """`{value: 25000, grade: 3, as: cost}`."""

    def register_keys(self) -> tuple[str, ...]:
        """The share of its grade, and the spread of the grade whose share is 0."""
        sure = ("confidence-sure-spread",) if self.graded.grade == 1 else ()
        return (f"confidence-grade-{self.graded.grade}", *sure)


LAWS: dict[str, type[Law]] = {
    "value": Fixed,
    "fixed": FixedLaw,
    "beta": Beta,
    "evidence": Evidence,
    "quantiles": Quantiles,
    "p5": Range,
    "normal": Normal,
    "lognormal": Lognormal,
    "gamma": Gamma,
    "uniform": Uniform,
    "triangular": Triangular,
    "pert": Pert,
    "discrete": Discrete,
    "mixture": Mixture,
    "changed": Changed,
    "experts": Experts,
    "graded": Graded,
    "register": FromRegister,
}
"""The key that names each law, and its model."""

_KEY_OF = {model: key for key, model in LAWS.items()}


def law_key(found: Any) -> str | None:
    """The key that says which law a block is; None where there is none or more than one."""
    if isinstance(found, Law):
        return _KEY_OF[type(found)]
    if isinstance(found, bool):
        return None
    if isinstance(found, int | float):
        return "number"
    if isinstance(found, dict):
        keys = [key for key in LAWS if key in found]
        return keys[0] if len(keys) == 1 else None
    return None


NumberOrLaw = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[Fixed, Tag("value")]
    | Annotated[FixedLaw, Tag("fixed")]
    | Annotated[Beta, Tag("beta")]
    | Annotated[Evidence, Tag("evidence")]
    | Annotated[Quantiles, Tag("quantiles")]
    | Annotated[Range, Tag("p5")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Gamma, Tag("gamma")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Triangular, Tag("triangular")]
    | Annotated[Pert, Tag("pert")]
    | Annotated[Discrete, Tag("discrete")]
    | Annotated[Mixture, Tag("mixture")]
    | Annotated[Changed, Tag("changed")]
    | Annotated[Experts, Tag("experts")]
    | Annotated[Graded, Tag("graded")]
    | Annotated[FromRegister, Tag("register")],
    Discriminator(law_key, custom_error_type="no_law", custom_error_message="not a number"),
]
"""A number that may be uncertain: plain, or a block with one law."""


class Bounds:
    """Marks the values an uncertain number may take; held against its law when the plan is compiled.

    Parameters
    ----------
    low, high : float
        Smallest and largest value that means something.
    unit : str
        What the number counts, as shown beside it.
    """

    def __init__(self, low: float, high: float, unit: str) -> None:
        self.low, self.high, self.unit = low, high, unit

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The bounds as words of the JSON Schema."""
        schema = dict(handler.resolve_ref_schema(handler(core)))
        schema["x-unit"] = self.unit
        for words in ("oneOf", "anyOf"):
            schema[words] = [self._bounded(branch) for branch in schema.get(words, [])]
        return {word: said for word, said in schema.items() if said != []}

    def _bounded(self, branch: dict[str, Any]) -> dict[str, Any]:
        if branch.get("type") != "number":
            return branch
        return branch | {"minimum": self.low} | ({"maximum": self.high} if self.high < INFINITY else {})


def figure(value: float) -> str:
    """A number in a message, however large.

    Examples
    --------
    >>> figure(1.4), figure(10**400)
    ('1.4', 'a number of more than 300 digits')
    """
    return f"{value:g}" if -1e300 < value < 1e300 else _("a number of more than 300 digits")


_NESTED = {"mixture": "of", "experts": "says"}
"""Laws that hold other laws in a list, and the key under which each entry holds its own."""


def _values(found: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Values that a number, as the file says it, can take for sure, with their places (law tags included)."""
    if not isinstance(found, dict):
        yield (), found
        return
    law = law_key(found)
    if law in ("value", "fixed"):
        yield (law, law), found[law]
    elif law in ("uniform", "triangular", "pert") and isinstance(found[law], list | tuple):
        yield from (((law, law, place), value) for place, value in enumerate(found[law]))
    elif law == "quantiles" and isinstance(found[law], dict):
        yield from (((law, law, key), value) for key, value in found[law].items())
    elif law == "p5":
        yield from (((law, key), found[key]) for key in ("p5", "p95") if key in found)
    elif law == "discrete" and isinstance(found[law], list | tuple):
        for place, chance in enumerate(found[law]):
            if isinstance(chance, dict) and "value" in chance:
                yield (law, law, place, "value"), chance["value"]
    elif law in _NESTED and isinstance(found[law], list | tuple):
        under = _NESTED[law]
        for place, component in enumerate(found[law]):
            if isinstance(component, dict) and under in component:
                yield from (((law, law, place, under, *inner), value) for inner, value in _values(component[under]))


def _numbers(found: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every number of a number as the file says it, parameters and weights too, with its place (law tags included)."""
    law = law_key(found)
    if not isinstance(found, dict) or law is None:
        yield from _leaves(found, ())
        return
    for key, value in found.items():
        if key in _NESTED and isinstance(value, list | tuple):
            under = _NESTED[key]
            for place, component in enumerate(value):
                if isinstance(component, dict) and under in component:
                    yield from (((law, key, place, under, *inner), one) for inner, one in _numbers(component[under]))
        else:
            yield from _leaves(value, (law, key))


def _leaves(found: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(found, list | tuple):
        for place, value in enumerate(found):
            yield from _leaves(value, (*path, place))
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield path, found


_GROUPED = re.compile(r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$")


def _amount_faults(found: Any) -> Iterator[InitErrorDetails]:
    """Mistakes that only amounts of money can have: too large to count, or a point that separates thousands."""
    for path, value in _numbers(found):
        if LARGEST_AMOUNT < abs(value) < INFINITY:
            yield mistake_at(
                path,
                _(
                    "got {value}; an amount is at most {largest_amount}, so that sums are counted exactly.",
                    value=figure(value),
                    largest_amount=grouped(LARGEST_AMOUNT, ",.0f"),
                ),
                _("Count the zeros; amounts are whole units of the currency."),
            )
        elif isinstance(value, Written) and _GROUPED.match(value.text):
            yield mistake_at(
                path,
                _(
                    "got {text}, which YAML reads as {value:g}; an amount is written without separators.",
                    text=value.text,
                    value=float(value),
                ),
                _(
                    "If the point separates thousands, write {whole}; if {value:g} is meant, write {value:g}.",
                    whole=value.text.replace(".", ""),
                    value=float(value),
                ),
            )


def plain_within(low: float, high: float, noun: str) -> BeforeValidator:
    """Refuse values outside their bounds where they are read, with the place they stand at."""

    def check(found: Any) -> Any:
        faults = []
        for path, value in _values(found):
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or value != value
                or abs(value) == INFINITY
            ):
                continue
            if not low <= value <= high:
                error = PydanticCustomError(
                    "bounds",
                    "got {value}, outside {low} to {high}.",
                    {"value": figure(value), "noun": noun, "low": low, "high": high},
                )
                faults.append(InitErrorDetails(type=error, loc=path, input=value))
        if noun == "an amount" and not faults:
            faults = list(_amount_faults(found))
        if faults:
            raise ValidationError.from_exception_data("number", faults)
        return found

    return BeforeValidator(check)


Share = Annotated[UncertainNumber, Bounds(0.0, 1.0, "1"), plain_within(0.0, 1.0, N_("a share"))]
"""An uncertain number between 0 and 1. [1]"""

Ratio = Annotated[UncertainNumber, Bounds(0.0, INFINITY, "1"), plain_within(0.0, INFINITY, N_("a ratio"))]
"""An uncertain number that is not negative. [1]"""

Amount = Annotated[UncertainNumber, Bounds(0.0, INFINITY, "currency"), plain_within(0.0, INFINITY, N_("an amount"))]
"""An uncertain amount of money in whole units of the scenario's currency. [currency]"""

People = Annotated[
    UncertainNumber, Bounds(1.0, 262_143.0, "people"), plain_within(1.0, 262_143.0, N_("a group of people"))
]
"""An uncertain number of people, at least one; cut to a whole number where it is used. [people]"""

MonthCount = Annotated[
    UncertainNumber, Bounds(0.0, INFINITY, "month"), plain_within(0.0, INFINITY, N_("a number of months"))
]
"""An uncertain number of months, not negative; cut to whole months where it is used. [month]"""

Growth = Annotated[UncertainNumber, Bounds(-0.5, 1.0, "1/year"), plain_within(-0.5, 1.0, N_("a growth rate"))]
"""An uncertain yearly growth rate. [1/year]"""

HIGHEST_RATE = 4.0
"""Spells that start or end more often would need days, not months. [1/month]"""

Rate = Annotated[
    UncertainNumber, Bounds(0.0, HIGHEST_RATE, "1/month"), plain_within(0.0, HIGHEST_RATE, N_("a monthly rate"))
]
"""An uncertain number of times a month. [1/month]"""
