"""What may be wished for beside every question: strict models with the defaults and ranges of the command line.

Nothing here names a file, threads or a language: those belong to whoever asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from risksim.language import _
from risksim.report.numbers import number

MOST_PATHS = 10_000_000
"""Paths at most of a run that keeps none of them, as much as a run with a tolerance takes. [paths]"""
MOST_KEPT = 1_000_000
"""Paths at most of a question that keeps every one. [paths]"""
MOST_SOLVED = 262_144
"""Paths at most of a question that runs a deal again and again. [paths]"""
MOST_AT_ONCE = 4_000_000
"""Paths times sites of a pool, all of which are kept at once."""
LARGEST_SEED = 2**64 - 1
MOST_CHANGES = 100
MOST_NAMED = 50
"""Stresses and limits that may be named."""
MOST_TEXT = 1_000_000
"""Letters at most of what was observed."""
LAST_PATH = 2**40
"""Numbers of paths lie below it."""
Engine = Literal["auto", "exact", "conditional", "individual"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
T = TypeVar("T")


def _as_tuple(found: Any) -> Any:
    """Lists of JSON are tuples here, so that wishes never change."""
    return tuple(found) if isinstance(found, list) else found


Listed = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
Long = Annotated[str, Field(min_length=1, max_length=500)]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]
Sites = Annotated[int, Field(ge=1, le=200)]
Kept = Annotated[int, Field(ge=1, le=MOST_KEPT)]


class Wishes(BaseModel):
    """What every question takes."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    stress: Name | None = None
    """Ask of the deal with this stress of its file."""
    changes: Mapping[str, Any] = Field(default_factory=dict, max_length=MOST_CHANGES)
    """Ask of the deal with these places changed, as under `stresses` in a scenario file."""


class Drawn(Wishes):
    """What every question takes that draws people."""

    seed: int = Field(default=1, ge=0, le=LARGEST_SEED)
    """The same seed gives the same digits everywhere."""


class Run(Drawn):
    """Simulate a deal: what comes back, how likely is a loss, what is repaid when."""

    paths: int | None = Field(default=None, ge=1, le=MOST_PATHS)
    """Futures to simulate; with a tolerance at most. Left out 100,000, of quasi-random points 65,536."""
    engine: Engine = "auto"
    """The most exact engine that can run the deal, or one by its name."""
    tolerance: str | None = Field(default=None, max_length=500)
    """Run until these statistics have these standard errors, as ``p_loss=0.002,npv=1%``."""
    exact: bool = False
    """Exact quantiles of any number of paths: draw them twice instead of counting."""
    keep_values: int | None = Field(default=None, ge=0, le=MOST_KEPT)
    """Paths up to which values are kept; left out a million."""
    ledger: bool = False
    """Add who pays whom, when and why: mean amounts by budget year."""


class Public(Drawn):
    """What a deal leaves to municipality, region and state."""

    paths: Kept | None = None
    """Futures to simulate; left out 100,000, of quasi-random points 65,536."""
    engine: Engine = "auto"
    """Conditional or individual; auto takes the conditional one where it can."""
    stresses: Listed[Name] = Field(default=(), max_length=MOST_NAMED)
    """Add the key figures with these stresses of the file; ``all`` takes every one."""
    tornado: bool = False
    """Add what each number changes if it alone is moved."""
    path: int | None = Field(default=None, ge=0, lt=LAST_PATH)
    """Instead: tell the public side of one path, counted from 0."""


class Check(Wishes):
    """Read a scenario and say what it assumes."""


class Describe(Wishes):
    """Say of every uncertain number where it comes from, its form and what was done to get there."""


class Explain(Drawn):
    """Tell one path as a story: who enrolled, left and succeeded, and every payment with its reason."""

    path: int = Field(ge=0, lt=LAST_PATH)
    """Which path, counted from 0."""
    engine: Literal["individual", "conditional"] = "individual"
    """Engine of the run whose path it is."""


class Stress(Drawn):
    """Ask what if: run a deal with each of its stresses, met by the same people, and say what changes."""

    paths: Kept = 100_000
    """Futures to simulate, for each stress."""
    standard: bool = False
    """Instead: a standard set of stresses, made from what the deal has."""
    own: bool = False
    """With `standard`: the stresses of the file too."""
    grid: Listed[Long] = Field(default=(), max_length=2)
    """Instead: one or two numbers over a grid, as ``payments[0].price=15000:25000:5``."""
    show: Literal["npv", "p_loss", "irr_p50", "repayment"] | None = None
    """With `grid`: what it shows; left out npv."""
    tipping: bool = False
    """Instead: what if those who fail are harder to measure than those who succeed?"""
    outcome: Name | None = None
    """With `tipping`: which outcome is failed."""

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        kinds = {"standard": self.standard, "grid": bool(self.grid), "tipping": self.tipping}
        asked = [name for name, there in kinds.items() if there]
        if len(asked) > 1:
            names = _("{first} and {second}", first=f"`{asked[0]}`", second=f"`{asked[1]}`")
            raise ValueError(_("{names}: each is a question of its own. Ask one, then the other.", names=names))
        for name, beside in (("own", "standard"), ("show", "grid"), ("outcome", "tipping")):
            if getattr(self, name) and not kinds[beside]:
                _apart(name, beside)
        return self


class Compare(Drawn):
    """Compare deals, or a deal and its stresses, met by the same people: what one leaves more than another."""

    stresses: Listed[Name] = Field(default=(), max_length=3)
    """Stresses of the file, each as a side of its own."""
    paths: Kept = 100_000
    """Futures to simulate, for each side."""
    engine: Literal["auto", "individual", "conditional"] = "auto"
    """Individual (auto), or conditional where all sides share its points."""


class Decompose(Drawn):
    """Ask where the uncertainty comes from: success rates, enrolment, dropout, terms, or the luck of small numbers."""

    paths: Kept = 100_000
    """Futures of a plain run; all runs together take eight times as many."""


class Sensitivity(Drawn):
    """Ask which uncertain numbers the answer hangs on, where losses lie, and which guess matters most."""

    paths: Kept = 100_000
    """Futures of the plain run."""
    given_data: bool = False
    """From the plain run alone: no tornado, no further runs."""
    sobol: bool = False
    """Add indices of what is expected given the inputs, luck taken out."""


class Reverse(Drawn):
    """Ask what would have to happen for a limit to break: one number alone, and the most plausible joint change."""

    limit: Long = "npv<0"
    """What must not be, as ``p_loss>0.3`` or ``irr<0``."""
    paths: int = Field(default=4_096, ge=256, le=MOST_SOLVED)
    """Futures of every run."""


class Tail(Drawn):
    """Ask how bad it can get: rare losses far more exactly than a plain run of as many paths."""

    paths: Kept = 100_000
    """Futures to simulate, weighted and plain each."""
    level: float = Field(default=0.99, ge=0.5, lt=1.0)
    """How far out to look: 0.99 is the worst hundredth of all futures."""


class Price(Drawn):
    """Solve for terms: the cheapest for the payer under which limits of investors and payers hold."""

    change: Listed[Long] = Field(min_length=1, max_length=2)
    """What is solved for, as ``payments[0].price``; one or two places."""
    investor: Listed[Long] = Field(default=(), max_length=MOST_NAMED)
    """Limits as ``p_loss<=0.10`` or ``irr_p50>=0.04``."""
    payer: Listed[Long] = Field(default=(), max_length=MOST_NAMED)
    """Limits as ``mean<=900000`` or ``p_over(1000000)<=0.05``."""
    budget: Listed[Long] = Field(default=(), max_length=MOST_NAMED)
    """Limits of a year, as ``2027<=500000`` or ``2027<=500000@0.95``."""
    public: Listed[Long] = Field(default=(), max_length=MOST_NAMED)
    """Limits as ``municipality.p_negative<=0.2``."""
    low: Listed[float] = Field(default=(), max_length=2)
    """Where the search begins; left out, a fourth of what stands there."""
    high: Listed[float] = Field(default=(), max_length=2)
    """Where it ends; left out, four times as much."""
    minimise: Name | None = None
    """The payer whose mean cost is to be least; left out, all payers."""
    margin: float = Field(default=2.0, ge=0.0, le=100.0)
    """Standard errors of the simulation by which limits must hold."""
    paths: int = Field(default=65_536, ge=1, le=MOST_SOLVED)
    """Futures on which terms are solved and checked."""
    engine: Engine = "auto"
    """The most exact engine that can run the deal, or one by its name."""


class Value(Drawn):
    """Ask what it is worth to know more before deciding: everything, one number, or what a pilot tells."""

    decide: Literal["investor", "payer", "both"] = "investor"
    """Whose decision, and whose payoff."""
    stresses: Listed[Name] = Field(default=(), max_length=10)
    """Stresses of the file as further alternatives."""
    hurdle: float | None = Field(default=None, gt=-1.0, le=10.0)
    """Rate of present values, as 0.04; left out, the last of the file."""
    pilot: int | None = Field(default=None, ge=1, le=100_000)
    """People of a pilot that may be made first."""
    outcome: Name | None = None
    """Which outcome the pilot counts."""
    cost: float = Field(default=0.0, ge=0.0, le=1e15)
    """What the pilot costs."""
    serves: float = Field(default=1.0, gt=0.0, le=1e6)
    """Deals of this size that it decides."""
    delay: float = Field(default=0.0, ge=0.0, le=1_200.0)
    """Months until it is done."""
    lapse: float = Field(default=0.0, ge=0.0, le=1.0)
    """Probability that the deal is gone by then."""
    paths: Kept | None = None
    """Futures to simulate; left out 100,000, of quasi-random points 65,536."""

    @model_validator(mode="after")
    def _of_a_pilot(self) -> Self:
        if self.pilot is None and (self.outcome is not None or self.cost):
            raise ValueError(_("`cost` and `outcome` are of a pilot, and none was given. Try `pilot` 25."))
        return self


class Robust(Drawn):
    """Ask how wrong the model may be: the worst that any law near it can say, and which futures that fears."""

    eta: float | None = Field(default=None, ge=0.0, le=1e6)
    """Relative entropy by which the model may be off; left out 0.05."""
    epsilon: float = Field(default=0.05, ge=0.0, le=1.0)
    """Probability with which anything may hold."""
    between: Annotated[tuple[Rate, Rate], BeforeValidator(_as_tuple)] | None = None
    """Instead of `eta`: two success rates, with `people`."""
    people: int | None = Field(default=None, ge=1, le=1_000_000)
    """With `between`: how many people."""
    paths: Kept | None = None
    """Futures to simulate; left out 100,000, of quasi-random points 65,536."""

    @model_validator(mode="after")
    def _one_distance(self) -> Self:
        if self.between is not None and self.eta is not None:
            raise ValueError(_("`eta` and `between`: got both; each says how far the model may be off. Leave one out."))
        if (self.between is None) != (self.people is None):
            raise ValueError(_("`between` and `people` go together. Try `between` [0.6, 0.7] and `people` 40."))
        return self


class Pool(Drawn):
    """Ask what joining municipalities does to the risk."""

    sites: Listed[Sites] = Field(default=(1, 2, 4, 8), min_length=1, max_length=20)
    """Numbers of municipalities."""
    site_sd: float | None = Field(default=None, ge=0.0, le=100.0)
    """How far sites differ: standard deviation of their log odds of success."""
    icc: float | None = Field(default=None, ge=0.0, lt=1.0)
    """How far sites differ: correlation of successes within one."""
    same_total: bool = False
    """Split people and money between the sites, instead of copying them."""
    outcome: Name | None = None
    """Whose success share is shown; left out the first."""
    paths: Kept = 100_000
    """Futures to simulate, for each site."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        most = MOST_AT_ONCE // max(self.sites)
        if self.paths > most:
            raise ValueError(
                _(
                    "`paths`: got {paths} for {sites} sites, whose paths are all kept at once; at most {most}. "
                    "Try fewer paths or sites.",
                    paths=number(self.paths),
                    sites=number(max(self.sites)),
                    most=number(most),
                )
            )
        return self


class Settle(Wishes):
    """Settle a real half-year: from what was measured to invoices, the investors' return so far and what is open."""

    observed: str = Field(min_length=1, max_length=MOST_TEXT)
    """What was measured: CSV, JSON or YAML."""
    name: Name = "observed"
    """What messages call it; an ending such as ``.csv`` says which of them it is, and without one that is guessed."""
    until: str | None = Field(default=None, max_length=10)
    """Settle up to this date, as 2027-01-31; left out, the last follow-up with anything observed."""


class Reference(Drawn):
    """Ask where a deal lies among past deals: its size, what it may pay, whom and what it counts on."""

    usd: float | None = Field(default=None, gt=0.0, le=1e9)
    """US dollars for one unit of the deal's currency, to compare its capital."""
    paths: Kept = 20_000
    """Futures to simulate."""


class Batch(Drawn):
    """Put several deals in one table: what comes back, how likely is a loss."""

    stresses: bool = False
    """Add a row for each stress of each file."""
    table: bool = False
    """Compare by measures that do not grow with the size of a deal."""
    by: Name | None = None
    """As `table`, the best of this measure first."""
    reference: bool = False
    """Add where each deal lies among past deals."""
    usd: float | None = Field(default=None, gt=0.0, le=1e9)
    """With `reference`: US dollars for one unit of the currency."""
    engine: Engine = "auto"
    """The most exact engine that can run each deal, or one by its name."""
    paths: Kept = 100_000
    """Futures to simulate, for each row."""
    fail_if: str | None = Field(default=None, max_length=500)
    """Limits of which the answer says where they are breached, as ``p_loss>0.2,irr<0.03``."""


def _apart(name: str, beside: str) -> None:
    raise ValueError(_("`{name}`: stands beside `{beside}`. Add that, or leave it out.", name=name, beside=beside))
