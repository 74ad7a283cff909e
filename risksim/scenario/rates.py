"""Success rates that are worked out of other numbers: of an effect, of groups of people, of several sites.

They stand where a success rate stands and hold uncertain numbers of their own, each drawn, listed and frozen by its own
name, as ``outcomes[job].success_rate.effect.usual``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import N_, _
from risksim.scenario import register
from risksim.scenario.base import Name, Part, mistake, mistake_at
from risksim.scenario.uncertainty import (
    LAWS,
    Bounds,
    Law,
    NumberOrLaw,
    Positive,
    Share,
    UncertainNumber,
    law_key,
    plain_within,
)

# Effects

DESIGNS: dict[str, str] = {
    "randomised trial": "design-randomised-trial",
    "trial with problems, or strong quasi-experiment": "design-strong-quasi-experiment",
    "matched comparison group": "design-matched-comparison",
}
"""The constant of the register that is the multiplier of each research design."""
FLAGS: dict[str, str] = {
    "developer is evaluator": "flag-developer-is-evaluator",
    "not real-world": "flag-not-real-world",
    "weak measure": "flag-weak-measure",
}
"""Likewise what else lowers an effect: multipliers are taken together."""

Design = Literal[
    "randomised trial",
    "trial with problems, or strong quasi-experiment",
    "matched comparison group",
    "single group before-after",
]
Flag = Literal["developer is evaluator", "not real-world", "weak measure"]
Z95 = 1.959963984540054
"""97.5 % point of the standard normal. [sd]"""

Multiplier = Annotated[UncertainNumber, Bounds(0.0, 2.0, "1"), plain_within(0.0, 2.0, N_("a multiplier"))]
"""An uncertain factor of an effect. [1]"""


class RatioEstimate(Part):
    """An odds ratio as a study states it: the estimate and its 95 % interval."""

    estimate: Positive = Field(examples=[1.8])
    """The odds of success under the programme divided by those under usual service."""
    ci95: Annotated[tuple[Positive, Positive], Field(strict=False)] = Field(examples=[[1.1, 2.9]])
    """The 95 % confidence interval `[lowest, highest]` of the odds ratio."""

    @model_validator(mode="after")
    def _ordered(self) -> RatioEstimate:
        low, high = self.ci95
        if not low < self.estimate < high:
            raise mistake(
                _(
                    "got estimate {estimate:g} and ci95 [{low:g}, {high:g}]; the estimate lies inside its interval.",
                    estimate=self.estimate,
                    low=low,
                    high=high,
                ),
                _("Look at the three numbers again; an odds ratio is not a log odds ratio."),
            )
        return self

    @property
    def log(self) -> tuple[float, float]:
        """Estimate and standard error of the log odds ratio."""
        low, high = self.ci95
        return math.log(self.estimate), (math.log(high) - math.log(low)) / (2.0 * Z95)


class PlainEstimate(Part):
    """An estimate and its standard error."""

    estimate: float = Field(examples=[0.12])
    """The estimate itself."""
    standard_error: Positive = Field(examples=[0.05])
    """The standard error of the estimate."""


def _one_of(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])


class EffectTerms(Part):
    """What would happen anyway, and what research says the programme adds to it."""

    usual: Share = Field(examples=[{"beta": [20, 30]}])
    """The share of the same people who would succeed with the usual service, without the programme. [1]"""
    odds_ratio: RatioEstimate | None = Field(default=None, examples=[{"estimate": 1.8, "ci95": [1.1, 2.9]}])
    """The effect as an odds ratio with its 95 % interval; one of `odds_ratio`, `log_odds` and `difference`."""
    log_odds: PlainEstimate | None = Field(default=None, examples=[{"estimate": 0.59, "standard_error": 0.25}])
    """The effect as a log odds ratio with its standard error."""
    difference: PlainEstimate | None = Field(default=None, examples=[{"estimate": 0.12, "standard_error": 0.05}])
    """The effect as a difference of two success rates with its standard error."""
    design: Design | None = Field(default=None, examples=["matched comparison group"])
    """How the effect was found out: a weaker design leaves less of it, by a multiplier from 1 down to 0.5; left out,
    the effect counts in full."""
    flags: list[Flag] = Field(default_factory=list, examples=[["developer is evaluator"]])
    """What else speaks against the effect; each halves it. Goes with `design`."""
    multiplier: Multiplier | None = Field(default=None, examples=[0.75])
    """How much of the effect is left, said directly instead of `design`. [1]"""
    shrink: bool = Field(default=False, examples=[True])
    """True for one trial picked because it was promising: its estimate is drawn towards 0 as far as trials in general
    overstate. Instead of `design` or `multiplier`."""

    @model_validator(mode="after")
    def _one_effect(self) -> EffectTerms:
        faults = [*self._scale_faults(), *self._discount_faults()]
        if faults:
            raise ValidationError.from_exception_data("Effect", faults)
        return self

    def _scale_faults(self) -> list[InitErrorDetails]:
        given = [key for key in ("odds_ratio", "log_odds", "difference") if getattr(self, key) is not None]
        if len(given) == 1:
            return self._size_faults()
        return [
            mistake_at(
                (given[-1],) if given else ("usual",),
                _(
                    "got {given}; an effect stands on one scale: odds_ratio, log_odds or difference.",
                    given=_one_of(given) or _("no effect"),
                ),
                _("Keep one of them, as the study states it.")
                if given
                else _("Add a line such as odds_ratio: {estimate: 1.8, ci95: [1.1, 2.9]}."),
            )
        ]

    def _size_faults(self) -> list[InitErrorDetails]:
        """Estimates that no study finds: most often percent, or another scale."""
        if self.difference is not None and abs(self.difference.estimate) > 1.0:
            found = self.difference.estimate
            return [
                mistake_at(
                    ("difference", "estimate"),
                    _("got {found:g}; a difference of two shares lies between -1 and 1.", found=found),
                    _("If {found:g} means percentage points, write {share:g}.", found=found, share=found / 100.0),
                )
            ]
        if self.log_odds is not None and abs(self.log_odds.estimate) > 10.0:
            found = self.log_odds.estimate
            return [
                mistake_at(
                    ("log_odds", "estimate"),
                    _("got {found:g}; a log odds ratio lies between -10 and 10.", found=found),
                    _("An odds ratio itself is written as odds_ratio: {estimate: 1.8, ci95: [1.1, 2.9]}."),
                )
            ]
        return []

    def _discount_faults(self) -> list[InitErrorDetails]:
        faults = []
        if self.design == "single group before-after":
            faults.append(
                mistake_at(
                    ("design",),
                    _(
                        "got single group before-after, which shows what happened to participants and not what the "
                        "programme added: it is evidence on the success rate alone.",
                    ),
                    _(
                        "Write the counts as success_rate: {evidence: {successes: 45, of: 60}}, and what would "
                        "happen anyway as counterfactual.",
                    ),
                )
            )
        given = [key for key in ("design", "multiplier", "shrink") if getattr(self, key) not in (None, False)]
        if len(given) > 1:
            faults.append(
                mistake_at(
                    (given[-1],),
                    _(
                        "got {given}; each of them makes the same allowance, so two count it twice.",
                        given=_one_of(given),
                    ),
                    _("Use one, not both."),
                )
            )
        if self.flags and self.design is None:
            faults.append(
                mistake_at(
                    ("flags",),
                    _("got {flags}, but no design.", flags=", ".join(self.flags)),
                    _("Add a line such as design: randomised trial, or say the multiplier itself."),
                )
            )
        if len(set(self.flags)) < len(self.flags):
            faults.append(mistake_at(("flags",), _("got the same flag twice; each counts once."), _("Take one out.")))
        return faults

    @property
    def discount(self) -> float:
        """The multiplier of the design and its flags, never below `design-floor` of the register. [1]"""
        return 1.0 if self.design is None else max(register.plain("design-floor"), self._product())

    def _product(self) -> float:
        """The multipliers of the design and its flags, taken together. [1]"""
        assert self.design is not None
        return register.plain(DESIGNS[self.design]) * math.prod(register.plain(FLAGS[flag]) for flag in self.flags)

    def register_keys(self) -> tuple[str, ...]:
        """The constants that the effect is discounted by."""
        if self.shrink:
            return ("shrinkage-prior",)
        if self.design is None:
            return ()
        keys = [DESIGNS[self.design], *(FLAGS[flag] for flag in self.flags)]
        keys += ["design-certainty"] if self.discount < 1.0 else []
        keys += ["design-floor"] if self._product() < self.discount else []
        return tuple(keys)


class EffectRate(Law):
    """A success rate worked out of what would happen anyway and a research effect."""

    effect: EffectTerms = Field(
        examples=[{"usual": {"beta": [20, 30]}, "odds_ratio": {"estimate": 1.8, "ci95": [1.1, 2.9]}}]
    )
    """`{usual: {beta: [20, 30]}, odds_ratio: {estimate: 1.8, ci95: [1.1, 2.9]}, design: randomised trial}`."""


def multiplier_law(effect: EffectTerms) -> Any:
    """How much of an effect is left: a number or a law of the grammar."""
    if effect.multiplier is not None:
        return effect.multiplier
    left = effect.discount
    if left == 1.0:
        return 1.0
    certainty = register.plain("design-certainty")
    return LAWS["beta"].model_validate({"beta": (certainty * left, certainty * (1.0 - left))})


def shrunk(estimate: float, standard_error: float) -> list[tuple[float, float, float]]:
    """What one trial teaches about its true effect, where trials in general are as `shrinkage-prior` says.

    Parameters
    ----------
    estimate, standard_error : float
        Of the trial, on a scale on which it is about normal.

    Returns
    -------
    list of (float, float, float)
        Weight, mean and standard deviation of each normal part of the posterior.

    Examples
    --------
    >>> round(sum(weight * mean for weight, mean, _ in shrunk(1.96, 1.0)) / 1.96, 5)
    0.63284
    """
    z = estimate / standard_error
    table = register.table("shrinkage-prior")
    prior = list(zip(table["weight"], table["sd"], strict=True))
    # Of z itself: normal about 0 with variance 1 + sd^2; largest exponent taken out, so that a huge z is no 0 / 0.
    logs = [math.log(w) - 0.5 * math.log(1.0 + s * s) - 0.5 * z * z / (1.0 + s * s) for w, s in prior]
    weights = [math.exp(log - max(logs)) for log in logs]
    kept = [s * s / (1.0 + s * s) for _, s in prior]
    return [
        (weight / math.fsum(weights), estimate * part, standard_error * math.sqrt(part))
        for weight, part in zip(weights, kept, strict=True)
    ]


# Groups of people


class GroupOfPeople(Part):
    """One group of the people served, its share and its success rate."""

    name: Name = Field(examples=["homeless"])
    """The name of the group."""
    share: Annotated[float, Field(gt=0, le=1)] = Field(examples=[0.7])
    """The share of the people served who belong to it; the shares of all groups add up to 1. [1]"""
    rate: Share = Field(examples=[{"beta": [12, 8]}])
    """The success rate in this group. [1]"""


class CompositionTerms(Part):
    """Groups with success rates of their own, and how sure their shares are."""

    groups: Annotated[list[GroupOfPeople], Field(min_length=2, max_length=10)] = Field(
        examples=[[{"name": "a", "share": 0.7, "rate": 0.6}, {"name": "b", "share": 0.3, "rate": 0.35}]]
    )
    """The groups of the people served."""
    certainty: Positive | None = Field(default=None, examples=[50])
    """How many people the shares are worth: as if so many had been counted by group. Left out, the shares are certain.
    [people]"""

    @model_validator(mode="after")
    def _whole(self) -> CompositionTerms:
        faults = []
        total = math.fsum(group.share for group in self.groups)
        if abs(total - 1.0) > 1e-6:
            faults.append(
                mistake_at(
                    ("groups",),
                    _("got shares that add up to {total:g}; everybody belongs to one group.", total=total),
                    _("Let the shares add up to 1, with a group for everybody else."),
                )
            )
        names = [group.name for group in self.groups]
        faults += [
            mistake_at(
                ("groups", place, "name"),
                _("got {name} again; each group stands once.", name=name),
                _("Rename one of them."),
            )
            for place, name in enumerate(names)
            if name in names[:place]
        ]
        if faults:
            raise ValidationError.from_exception_data("Composition", faults)
        return self

    @property
    def shares(self) -> list[float]:
        """Shares that add up to 1 to the last digits. [1]"""
        total = math.fsum(group.share for group in self.groups)
        return [group.share / total for group in self.groups]


class CompositionRate(Law):
    """A success rate of several groups of people, each with a rate of its own."""

    composition: CompositionTerms = Field(
        examples=[
            {"groups": [{"name": "a", "share": 0.7, "rate": 0.6}, {"name": "b", "share": 0.3, "rate": 0.35}]},
        ]
    )
    """`{groups: [{name: homeless, share: 0.3, rate: 0.35}, {name: others, share: 0.7, rate: 0.6}], certainty: 50}`."""


# Sites

BETWEEN_SITE_SPREAD = 0.5
"""How far sites may differ where a file says nothing: `between-site-spread` of the register, held to it by a test."""
MOST_SITES = 50


class SiteCount(Part):
    """What one site achieved."""

    name: Name | None = Field(default=None, examples=["Odense"])
    """The name of the site."""
    successes: Annotated[float, Field(ge=0)] = Field(examples=[45])
    """The people who succeeded there. [people]"""
    of: Annotated[float, Field(gt=0, le=10_000)] = Field(examples=[60])
    """The people observed there. [people]"""

    @model_validator(mode="after")
    def _within(self) -> SiteCount:
        if self.successes > self.of:
            raise mistake(
                _(
                    "got {successes:g} successes of {of:g} people; successes are part of the people observed.",
                    successes=self.successes,
                    of=self.of,
                ),
                _("Did the two numbers change places?"),
            )
        return self


class SitesTerms(Part):
    """Counts of several sites, and how far sites differ."""

    counts: Annotated[list[SiteCount], Field(min_length=1, max_length=MOST_SITES)] = Field(
        examples=[[{"successes": 45, "of": 60}, {"successes": 20, "of": 40}]]
    )
    """What each site achieved, at most 50."""
    spread: Annotated[float, Field(gt=0, le=2)] = Field(default=BETWEEN_SITE_SPREAD, examples=[0.25])
    """How far the log odds of sites may lie apart before any count is seen: the scale of a half-normal prior. 0.125 is
    small, 0.25 moderate, 0.5 substantial, 1 large."""
    new_site: bool = Field(default=True, examples=[False])
    """True where the deal runs at sites that are not among the counts: each cohort is one. False where its people come
    from so many sites that these even out."""


class SitesRate(Law):
    """A success rate learnt from several sites that differ: what it is at a new one."""

    sites: SitesTerms = Field(examples=[{"counts": [{"successes": 45, "of": 60}, {"successes": 20, "of": 40}]}])
    """`{counts: [{successes: 45, of: 60}, {successes: 20, of: 40}]}`."""

    def register_keys(self) -> tuple[str, ...]:
        """The wide prior of the mean, and that of the spread where the file leaves it to the program."""
        default = "spread" not in self.sites.model_fields_set
        return ("between-site-mean", *(("between-site-spread",) if default else ()))


RATES: dict[str, type[Law]] = {"effect": EffectRate, "composition": CompositionRate, "sites": SitesRate}
"""The key that names each law that only a success rate may follow, and its model."""


def rate_key(found: Any) -> str | None:
    """The key that says which law a success rate follows; None where there is none or more than one."""
    if isinstance(found, EffectRate | CompositionRate | SitesRate):
        return next(key for key, model in RATES.items() if isinstance(found, model))
    if isinstance(found, dict) and any(key in found for key in RATES):
        keys = [key for key in (*LAWS, *RATES) if key in found]
        return keys[0] if len(keys) == 1 else None
    return law_key(found)


if TYPE_CHECKING:
    SuccessRate = UncertainNumber | EffectRate | CompositionRate | SitesRate
else:
    # Flat, and made of the union of all numbers, so that messages and editors see one list of laws.
    _Law = (
        get_args(NumberOrLaw)[0]
        | Annotated[EffectRate, Tag("effect")]
        | Annotated[CompositionRate, Tag("composition")]
        | Annotated[SitesRate, Tag("sites")]
    )
    SuccessRate = Annotated[
        _Law,
        Discriminator(rate_key, custom_error_type="no_law", custom_error_message="not a number"),
        Bounds(0.0, 1.0, "1"),
        plain_within(0.0, 1.0, N_("a share")),
    ]
"""A success rate: an uncertain share, or worked out of an effect, of groups of people or of several sites. [1]"""
