"""The grammar for uncertain numbers: one small language, used wherever a scenario says a number.

A number is either plain (``20000``) or a block with exactly one *law* key and, beside it, its origin::

    {beta: [30, 10], source: pwc-2021}
    {quantiles: {p10: 0.55, p50: 0.70, p90: 0.82}, assumption: "two caseworkers, asked apart"}

The models here only say what people may write. What a law means as a distribution (its inverse, mean and fit)
is `risksim.plan.laws`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import PydanticCustomError

from risksim.scenario.base import Origin, Part

Positive = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0, le=1)]


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("law", "{message}", {"message": message})


class Law(Origin):
    """A distribution that an input may follow, with its origin."""


class Fixed(Law):
    """A certain value that says where it comes from."""

    value: float
    """The value."""


class FixedLaw(Law):
    """A certain value, spelled as a law."""

    fixed: float
    """The value."""


class Beta(Law):
    """A beta distribution on [0, 1]."""

    beta: Annotated[tuple[Positive, Positive], Field(strict=False)]
    """`[a, b]`: as after a - 1 successes and b - 1 failures on a uniform start. Mean a / (a + b)."""


class Source(Part):
    """One body of evidence on a rate: so many successes of so many people."""

    successes: Annotated[float, Field(ge=0)]
    """People who succeeded. [people]"""
    of: Positive
    """People observed. [people]"""
    weight: Weight = 1.0
    """How much the evidence counts: 1 for the same provider, target group and definition, less otherwise. [1]"""
    source: str | list[str] | None = None
    """Key (or keys) of `sources`: who published the counts."""
    assumption: str | None = Field(default=None, min_length=3)
    """Why these counts or this weight were chosen."""
    note: str | None = None
    """Anything a reader should know beside it."""

    @model_validator(mode="after")
    def _within(self) -> Source:
        if self.successes > self.of:
            raise _fault(
                f"got {self.successes:g} successes of {self.of:g} people; successes are part of the people observed. "
                f"Did the two numbers change places?"
            )
        return self


class Evidence(Law):
    """What k successes of n people teach about a rate: a beta distribution.

    Notes
    -----
    Prior Beta(a0, b0), by default Jeffreys' Beta(1/2, 1/2); each source adds ``weight * k`` and ``weight * (n - k)``.
    """

    evidence: Source | Annotated[list[Source], Field(min_length=1)]
    """One source or a list of them: `{successes: 45, of: 60, weight: 0.5}`."""
    prior: Annotated[tuple[Positive, Positive], Field(strict=False)] = (0.5, 0.5)
    """`[a0, b0]` of the beta distribution before the evidence; Jeffreys' prior by default."""


class Quantiles(Law):
    """A distribution fitted to stated quantiles."""

    quantiles: Annotated[dict[str, float], Field(min_length=2, max_length=9)]
    """Probability points and values: `{p10: 0.55, p50: 0.70, p90: 0.82}`; at least one below p40 and one above p60."""
    fit: Annotated[str, Field(pattern="^(beta|lognormal|gamma|normal|student)$")] | None = None
    """Family to fit; chosen by the smallest sum of squares among those the number allows where it isn't named."""
    limits: Annotated[tuple[float, float], Field(strict=False)] | None = None
    """Plausible limits `[lowest, highest]` of a beta fit; [0, 1] for a share."""

    @model_validator(mode="after")
    def _ordered(self) -> Quantiles:
        probabilities = [quantile_probability(key) for key in self.quantiles]
        if None in probabilities:
            bad = next(key for key in self.quantiles if quantile_probability(key) is None)
            raise _fault(f"got the key '{bad}'; a quantile is named by its percentage, as p10, p50 or p2.5.")
        points = sorted(zip([p for p in probabilities if p is not None], self.quantiles.values(), strict=True))
        _check_points(points)
        return self


def quantile_probability(key: str) -> float | None:
    """The probability that a key such as ``p2.5`` names; None if it names none."""
    if not key.startswith("p"):
        return None
    try:
        percent = float(key[1:])
    except ValueError:
        return None
    return percent / 100.0 if 0.0 < percent < 100.0 else None


def _check_points(points: list[tuple[float, float]]) -> None:
    for (low_p, low), (high_p, high) in zip(points, points[1:], strict=False):
        if not low < high:
            raise _fault(
                f"got p{100 * low_p:g}: {low:g} and p{100 * high_p:g}: {high:g}; a higher quantile has a higher value. "
                "Did two values change places?"
            )
    if points[0][0] >= 0.4 or points[-1][0] <= 0.6:
        raise _fault(
            "the quantiles leave one side open; give at least one below p40 and one above p60, as p10 and p90."
        )


class Range(Law):
    """A range typed as its 5 % and 95 % points: ``{p5: 0.3, p95: 0.55}``."""

    p5: float
    """One in twenty lies below."""
    p95: float
    """One in twenty lies above."""
    fit: Annotated[str, Field(pattern="^(beta|lognormal|gamma|normal|student)$")] | None = None
    """Family to fit; chosen as for `quantiles` where it isn't named."""
    limits: Annotated[tuple[float, float], Field(strict=False)] | None = None
    """Plausible limits `[lowest, highest]` of a beta fit; [0, 1] for a share."""

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        _check_points([(0.05, self.p5), (0.95, self.p95)])
        return self


class NormalShape(Part):
    """Mean and standard deviation."""

    mean: float
    """Mean."""
    sd: Positive
    """Standard deviation."""


class Normal(Law):
    """A normal distribution."""

    normal: NormalShape
    """`{mean: 25000, sd: 3000}`."""


class LognormalShape(Part):
    """A lognormal by its median and a 90 % point, by mean and sd, or by mu and sigma of the logarithm."""

    median: Positive | None = None
    """Median."""
    p90: Positive | None = None
    """Nine in ten lie below; goes with `median`."""
    mean: Positive | None = None
    """Mean; goes with `sd`."""
    sd: Positive | None = None
    """Standard deviation; goes with `mean`."""
    mu: float | None = None
    """Mean of the logarithm; goes with `sigma`."""
    sigma: Positive | None = None
    """Standard deviation of the logarithm; goes with `mu`, or with `median`."""

    @model_validator(mode="after")
    def _one_pair(self) -> LognormalShape:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        pairs = ({"median", "p90"}, {"mean", "sd"}, {"mu", "sigma"}, {"median", "sigma"})
        if given not in pairs:
            raise _fault(
                f"got {', '.join(sorted(given)) or 'nothing'}; a lognormal takes one pair: median and p90, mean and sd, "
                "mu and sigma, or median and sigma."
            )
        if self.median is not None and self.p90 is not None and self.p90 <= self.median:
            raise _fault(f"got median {self.median:g} and p90 {self.p90:g}; the 90 % point lies above the median.")
        return self


class Lognormal(Law):
    """A lognormal distribution."""

    lognormal: LognormalShape
    """`{median: 25000, p90: 33000}`, `{mean: , sd: }`, `{mu: , sigma: }` or `{median: , sigma: }`."""


class GammaShape(Part):
    """A gamma by mean and sd, or by shape and scale."""

    mean: Positive | None = None
    """Mean; goes with `sd`."""
    sd: Positive | None = None
    """Standard deviation; goes with `mean`."""
    shape: Positive | None = None
    """Shape; goes with `scale`."""
    scale: Positive | None = None
    """Scale; goes with `shape`."""

    @model_validator(mode="after")
    def _one_pair(self) -> GammaShape:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given not in ({"mean", "sd"}, {"shape", "scale"}):
            raise _fault(
                f"got {', '.join(sorted(given)) or 'nothing'}; a gamma takes one pair: mean and sd, or shape and scale."
            )
        return self


class Gamma(Law):
    """A gamma distribution."""

    gamma: GammaShape
    """`{mean: 25000, sd: 8000}` or `{shape: , scale: }`."""


class Uniform(Law):
    """A uniform distribution."""

    uniform: Annotated[tuple[float, float], Field(strict=False)]
    """`[lowest, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        low, high = self.uniform
        if not low < high:
            raise _fault(f"got [{low:g}, {high:g}]; a uniform goes from the lowest to the highest value.")
        return self


class Triangular(Law):
    """A triangular distribution."""

    triangular: Annotated[tuple[float, float, float], Field(strict=False)]
    """`[lowest, most likely, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        _check_three("triangular", self.triangular)
        return self


class Pert(Law):
    """A PERT distribution: a beta on its limits with mean (lowest + 4 * most likely + highest) / 6."""

    pert: Annotated[tuple[float, float, float], Field(strict=False)]
    """`[lowest, most likely, highest]`."""

    @model_validator(mode="after")
    def _ordered(self) -> Pert:
        _check_three("pert", self.pert)
        return self


def _check_three(name: str, values: tuple[float, float, float]) -> None:
    low, mode, high = values
    if not (low <= mode <= high and low < high):
        raise _fault(f"got [{low:g}, {mode:g}, {high:g}]; a {name} takes the lowest, the most likely and the highest value.")


class Chance(Part):
    """One value of a discrete distribution and its weight."""

    value: float
    """The value."""
    weight: Positive
    """Its weight; weights are divided by their sum."""


class Discrete(Law):
    """A discrete distribution over a few values."""

    discrete: Annotated[list[Chance], Field(min_length=1, max_length=200)]
    """Values and weights: `[{value: 0, weight: 0.2}, {value: 1, weight: 0.8}]`."""


class Component(Part):
    """One part of a mixture and its weight."""

    weight: Positive
    """Its weight; weights are divided by their sum."""
    of: UncertainNumber
    """The number that is drawn if this part is picked: any law of this grammar."""


class Mixture(Law):
    """A mixture: one of several laws, picked by weight."""

    mixture: Annotated[list[Component], Field(min_length=1, max_length=20)]
    """Parts and weights: `[{weight: 0.15, of: {beta: [6, 16]}}, {weight: 0.85, of: 1}]`."""


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


UncertainNumber = Annotated[
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
    | Annotated[Mixture, Tag("mixture")],
    Discriminator(law_key, custom_error_type="no_law", custom_error_message="not a number"),
]
"""A number that may be uncertain: plain, or a block with one law."""

Component.model_rebuild()
Mixture.model_rebuild()


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
        schema = dict(handler(core))
        schema["x-unit"] = self.unit
        return schema


def _plain_within(low: float, high: float, what: str) -> BeforeValidator:
    """Refuse a plain number outside its bounds where it is read, with the place it stands at."""

    def check(found: Any) -> Any:
        value = found.get("value", found.get("fixed")) if isinstance(found, dict) else found
        if isinstance(value, bool) or not isinstance(value, int | float) or low <= value <= high:
            return found
        message = f"got {value:g}; {what}."
        if high == 1.0 and 1.0 < value <= 100.0:
            message += f" If {value:g} means percent, write {value / 100:g}."
        raise PydanticCustomError("bounds", "{message}", {"message": message})

    return BeforeValidator(check)


INFINITY = float("inf")

Share = Annotated[UncertainNumber, Bounds(0.0, 1.0, "1"), _plain_within(0.0, 1.0, "a share lies between 0 and 1")]
"""An uncertain number between 0 and 1. [1]"""

Ratio = Annotated[UncertainNumber, Bounds(0.0, INFINITY, "1"), _plain_within(0.0, INFINITY, "a ratio is not negative")]
"""An uncertain number that is not negative. [1]"""

Amount = Annotated[
    UncertainNumber, Bounds(0.0, INFINITY, "currency"), _plain_within(0.0, INFINITY, "an amount is not negative")
]
"""An uncertain amount of money in whole units of the scenario's currency. [currency]"""
