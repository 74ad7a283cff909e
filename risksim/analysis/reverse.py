"""What would have to happen for a limit to break? One number at a time, and the most plausible joint change.

Runs meet the same luck, so that what a number changes is hardly blurred by it. A number with a law of its own is held
at its quantiles; one that the file calls certain is moved as a stress would move it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from risksim import api
from risksim.analysis.limits import NAMES, Limit, answer_of, read_limits
from risksim.analysis.standard import NoSenseError, late_by
from risksim.errors import RisksimError, RunError, ScenarioError
from risksim.language import N_, _
from risksim.metrics import precision
from risksim.metrics.purse import TOTAL, ledger
from risksim.metrics.regression import conditional_mean
from risksim.metrics.search import turning
from risksim.metrics.summary import Withheld

Watch = Callable[[str, int, int], None]
"""Told what is looked at, how many such things are done, and how many there are."""
FloatArray = npt.NDArray[np.float64]

PATHS = 4_096
"""Paths of every run unless said otherwise. [paths]"""
FEWEST_PATHS = 256
"""Paths of every run at least. [paths]"""
EXAMPLE = N_('Try --limit "npv<0" or --limit "p_loss>0.3"')
FURTHEST = 5.0
"""Normal scores between which inputs are moved. [standard deviations]"""
GRID = (-5.0, -3.5, -2.5, -1.5, -0.75, 0.0, 0.75, 1.5, 2.5, 3.5, 5.0)
"""Normal scores at which a limit is looked at before the break is narrowed down."""
PARTS = 10
"""Parts into which the range of a number without a law is cut likewise."""
CLOSE = 2e-3
"""How near a break point is found, as a part of the step in which it lies."""
DELAYS = (60, 48, 36, 24, 18, 12, 6, 3, 1)
"""Months by which all enrolment is moved at most: the largest that a deal can bear."""
MOST_JOINT = 8
"""Inputs that are moved together, at most: those that say most."""
STEP = 0.3
"""Half the distance at which slopes are taken. [standard deviations]"""
ROUNDS = 4
"""Times that the design point is improved, at most."""
CHANCES = (0.5, 0.9)
"""Probabilities of a present value that is not negative, for which success rates are told. [1]"""


class NothingToReverseError(RisksimError):
    """A question that makes no sense for a deal."""


class Break(NamedTuple):
    """Where one number alone breaks the limit."""

    name: str
    """What is moved."""
    unit: str
    base: float | None
    """The number as the deal has it: its mean, or the value that the file states; None for a change by months."""
    value: float | None
    """Where the limit is met; None where no value that was looked at meets it."""
    standard_error: float | None
    """Of the value, by simulation."""
    breaks: str
    """``below`` or ``above`` the value; ``always`` or ``never`` where there is none."""
    quantile: float | None
    """Probability by its own law that it lies at or below the value; None where it has no law. [1]"""
    chance: float | None
    """Probability by its own law of a value on the side that breaks. [1]"""
    said: str
    """How plausible that is, or why it cannot be told, in words."""


class RateFor(NamedTuple):
    """The success rate at which a present value that is not negative has a given probability."""

    outcome: str
    chance: float
    """Of a net present value of at least zero, given the rate. [1]"""
    rate: float | None
    """None where no rate gives it. [1]"""
    quantile: float | None
    """By its own law. [1]"""


class Moved(NamedTuple):
    """One input at the design point."""

    name: str
    unit: str
    score: float
    """[standard deviations]"""
    value: float
    median: float


class Joint(NamedTuple):
    """The most plausible change of all inputs together that breaks the limit, or keeps it if it is broken."""

    found: bool
    distance: float
    """From the middle of all laws: ``||z||``. [standard deviations]"""
    probability: float
    """``Phi(-||z||)``, an order of magnitude. [1]"""
    moved: tuple[Moved, ...]
    """The furthest first."""
    statistic: float
    """What the deal gives there: the number that the limit is set to."""
    standard_error: float
    breaks: bool
    """Whether the deal, run there, breaks the limit."""
    left: int
    """Inputs that stayed in the middle, as they say least."""


class Reverse(NamedTuple):
    """What would have to happen."""

    limit: str
    hurdle: float
    statistic: float | None
    """The number that the limit is set to, as the deal stands."""
    standard_error: float | None
    broken: bool
    """Whether the deal as it stands breaks it."""
    breaks: tuple[Break, ...]
    unit_saving: Break | None
    """The part of all unit savings below which public budgets gain nothing; None where the file has none."""
    rates: tuple[RateFor, ...]
    joint: Joint | None
    """None where nothing is uncertain."""
    middle_broken: bool
    """Whether the limit is broken with all inputs at their medians: the change of all together then keeps it."""
    engine: str


WORST = 0.05
"""Share of the paths, those with the worst inputs, whose mean place is another way to look. [1]"""


class _Number(NamedTuple):
    value: float
    error: float


def reverse(
    deal: api.Deal,
    limit: str = "npv<0",
    paths: int = PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Watch | None = None,
) -> Reverse:
    """Say what would have to happen for a limit to break.

    Parameters
    ----------
    deal : Deal
        A deal with investors.
    limit : str
        What must not be, as ``p_loss>0.3``, ``npv<0``, ``repayment>4000000`` or ``irr<0``.
    paths : int
        Paths of each run. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with what is looked at, how many such things are done, and how many there are.

    Returns
    -------
    Reverse

    Raises
    ------
    LimitError
        If it is no limit.
    """
    wanted = limit_of(limit)
    check(paths)

    def run(plan: api.Deal | api.Plan) -> api.Run:
        own = plan.plan if isinstance(plan, api.Deal) else plan
        conditional = api.why_not_conditional(own) is None
        engine: Literal["conditional", "individual"] = "conditional" if conditional else "individual"
        return api.simulate(plan, paths, seed, threads, keep_claims=False, engine=engine)

    say = progress or _silent
    say("the deal as it stands", 0, 1)
    base = run(deal)
    movable, missing = knobs(deal)
    curves = [_Curve(knob, wanted, run) for knob in movable]
    breaks, rates = [], []
    for done, curve in enumerate(curves):
        say(curve.knob.name, done, len(curves) + 1)
        breaks.append(break_of(deal.plan, curve))
        rates += rates_for(deal.plan, curve) if curve.knob.outcome is not None else []
    say("all together", len(curves), len(curves) + 1)
    stands = statistic_of(wanted, base)
    joint, middle_broken = joint_break(deal, base, wanted, run)
    return Reverse(
        str(wanted),
        deal.plan.labels.hurdles[-1],
        None if math.isnan(stands.value) else stands.value,
        None if math.isnan(stands.error) else stands.error,
        beyond(wanted, base).value > 0.0,
        (*breaks, *missing),
        unit_saving(deal, paths, seed, threads),
        tuple(rates),
        joint,
        middle_broken,
        base.engine,
    )


def _silent(_words: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def limit_of(text: str) -> Limit:
    """One limit, read."""
    found = read_limits(text, NAMES, EXAMPLE, "--limit")
    if len(found) != 1:
        raise RunError(
            _(
                "--limit: got {number} limits; ask about one at a time.\n  {example}",
                number=len(found),
                example=_(EXAMPLE),
            )
        )
    return found[0]


def check(paths: int) -> None:
    """Refuse too few paths."""
    if paths < FEWEST_PATHS:
        raise RunError(
            _(
                "got {paths} paths; break points need at least {fewest_paths}. Try --paths {usual}.",
                paths=paths,
                fewest_paths=FEWEST_PATHS,
                usual=PATHS,
            )
        )


def statistic_of(limit: Limit, run: api.Run) -> _Number:
    """The number that a limit is set to, and its error."""
    if limit.name == "irr" or limit.name == "moic" or limit.name == "npv_es95":
        found = getattr(answer_of(run), limit.name)
        if isinstance(found, Withheld) or math.isnan(found.value):
            return _Number(math.nan, math.nan)
        return _Number(found.value, found.standard_error)
    side, sample = api.investors(run), run.sample
    if limit.name == "p_loss":
        found = precision.probability(side.received < side.drawn, sample)
    elif limit.name == "npv":
        found = precision.mean(side.npv[:, -1].copy(), sample)
    else:
        found = precision.mean(run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units, sample)
    return _Number(found.value, found.standard_error)


def beyond(limit: Limit, run: api.Run) -> _Number:
    """How far a run is beyond a limit: positive where it breaks it, and where the number does not exist."""
    value, error = statistic_of(limit, run)
    if math.isnan(value):
        return _Number(math.inf, math.nan)
    sign = 1.0 if limit.sign.startswith(">") else -1.0
    return _Number(sign * (value - limit.number), error)


# One number at a time


class Knob(NamedTuple):
    """A number that can be moved alone."""

    name: str
    unit: str
    base: float | None
    slots: tuple[int, ...]
    """Inputs that are held at the value, all of them; none where the file calls it certain."""
    turn: Callable[[float], api.Deal | api.Plan]
    """The deal with the number at a value."""
    low: float
    high: float
    """Where it may lie, if it has no law."""
    outcome: str | None = None
    """Whose success rate it is."""
    whole: bool = False
    """Whether it moves in whole steps, as months."""


def knobs(deal: api.Deal) -> tuple[list[Knob], list[Break]]:
    """What can be moved alone: enrolment, success rates, dropout, delay; and what the file cannot say."""
    plan, found, missing = deal.plan, [], []
    for outcome, slot, value in zip(
        plan.labels.outcomes, plan.outcomes.rate_slot, plan.outcomes.rate_value, strict=True
    ):
        name = f"success rate of '{outcome}'"
        place = f"outcomes[{outcome}].success_rate"
        if outcome in api.amounts(plan):
            continue
        knob = _knob(deal, name, "1", (int(slot),), float(value), place, 0.0005, 0.9995)
        if knob is None:
            missing.append(_missing(name, "its rate is worked out of other numbers, each of which is told on its own"))
        else:
            found.append(knob._replace(outcome=outcome))
    for name, slots, values, key, low, high in (
        ("enrolment ratio", plan.cohorts.ratio_slot, plan.cohorts.ratio_value, "enrolment.ratio", 0.01, 2.0),
        ("dropout", plan.cohorts.dropout_slot, plan.cohorts.dropout_value, "dropout", 0.0, 0.995),
    ):
        if slots.size == 0:
            continue
        several = "" if slots.size == 1 else ", all cohorts alike"
        knob = _knob(
            deal, name + several, "1", tuple(map(int, slots)), float(values.mean()), f"cohorts[*].{key}", low, high
        )
        if knob is None and key == "enrolment.ratio":
            knob = _times(deal)
        if knob is None:
            missing.append(_missing(name, _why_not(deal, key)))
        else:
            found.append(knob)
    late = _late(deal) or _delayed(deal)
    if isinstance(late, str):
        missing.append(_missing("delay", late)._replace(unit="month"))
    else:
        found.append(late)
    return found, missing


def _why_not(deal: api.Deal, key: str) -> str:
    """Why enrolment or dropout cannot be moved."""
    if key == "dropout" and any("duration" not in cohort for cohort in deal.document.root.get("cohorts", [])):
        return "a cohort has no `duration`, so that there is no course to leave"
    return "the file says it in parts that have no common value"


def _missing(name: str, reason: str) -> Break:
    return Break(name, "1", None, None, None, "unknown", None, None, reason)


def _knob(
    deal: api.Deal, name: str, unit: str, slots: tuple[int, ...], value: float, place: str, low: float, high: float
) -> Knob | None:
    """A number that the inputs at some slots say, or that stands at a place; None where neither can be moved."""
    free = set(api.free_inputs(deal.plan))
    held = tuple(dict.fromkeys(slot for slot in slots if slot >= 0))
    if held and all(slot in free for slot in slots):
        base = float(np.mean([deal.plan.inputs.mean[slot] for slot in slots]))
        return Knob(name, unit, base, held, lambda at: api.fixed(deal, dict.fromkeys(held, at)), low, high)

    def turn(at: float) -> api.Deal:
        return api.changed(deal, "reverse", {place: at})

    try:
        turn(0.5 * (low + high))
        turn(low)
        turn(high)
    except ScenarioError:
        return None
    means = [deal.plan.inputs.mean[slot] if slot >= 0 else value for slot in slots]
    return Knob(name, unit, float(np.mean(means)), (), turn, low, high)


def _times(deal: api.Deal) -> Knob | None:
    """Enrolment of a deal whose places are filled: as many times the participants."""

    def turn(at: float) -> api.Deal:
        return api.changed(deal, "reverse", {"cohorts[*].participants": {"times": at}})

    if deal.plan.cohorts.places.size == 0:
        return None
    low = 1.0 / max(int(deal.plan.cohorts.places.min()), 1)
    try:
        turn(1.0)
        turn(low)
    except ScenarioError:
        return None
    return Knob("people enrolled, as a part of those planned", "1", 1.0, (), turn, low, 1.0)


def _late(deal: api.Deal) -> Knob | None:
    arrivals = getattr(deal.plan, "arrivals", None)
    if arrivals is None or not (arrivals.late_slot >= 0).any():
        return None
    slots = tuple(dict.fromkeys(int(slot) for slot in arrivals.late_slot if slot >= 0))
    if not set(slots) <= set(api.free_inputs(deal.plan)):
        return None
    base = float(np.mean([deal.plan.inputs.mean[slot] for slot in slots]))
    high = float(arrivals.latest.max())
    return Knob("late start", "month", base, slots, lambda at: api.fixed(deal, dict.fromkeys(slots, at)), 0.0, high)


def _delayed(deal: api.Deal) -> Knob | str:
    """Everybody enrolling some whole months later, where the file has no number for that; or why that can't be."""

    def turn(months: float) -> api.Deal:
        return api.changed(deal, "reverse", late_by(deal, f"{round(months)} months") if round(months) else {})

    why, scenario = "", deal.scenario
    length = (
        12 * (scenario.end_date.year - scenario.start_date.year) + scenario.end_date.month - scenario.start_date.month
    )
    for latest in DELAYS:
        if latest > length:
            continue
        try:
            turn(latest)
        except NoSenseError as error:
            return str(error)
        except ScenarioError as error:
            why = f"the deal cannot bear one of {latest} months: {error.faults[0].path}: {error.faults[0].found}"
        else:
            return Knob("delay of all enrolment", "month", 0.0, (), turn, 0.0, float(latest), whole=True)
    return why or "the deal is shorter than a month's delay"


class _Curve:
    """What moving one number alone does; each value is run once."""

    def __init__(self, knob: Knob, limit: Limit, run: Callable[[api.Deal | api.Plan], api.Run]) -> None:
        self.knob, self.limit, self.run = knob, limit, run
        self._seen: dict[float, tuple[_Number, float]] = {}

    def _at(self, value: float) -> tuple[_Number, float]:
        if value not in self._seen:
            made = self.run(self.knob.turn(value))
            kept = float(made.sample.weight @ (api.investors(made).npv[:, -1] >= 0.0))
            self._seen[value] = beyond(self.limit, made), kept
        return self._seen[value]

    def beyond(self, value: float) -> _Number:
        """How far the deal is beyond the limit."""
        return self._at(value)[0]

    def kept(self, value: float) -> float:
        """Probability of a present value that is not negative."""
        return self._at(value)[1]


def break_of(plan: api.Plan, curve: _Curve) -> Break:
    """Where one number meets the limit, by narrowing down the step nearest to the deal as it stands."""
    knob = curve.knob
    at = _places(plan, knob)
    beyonds = [curve.beyond(value).value for value in at]
    turns = [place for place in range(len(at) - 1) if (beyonds[place] > 0.0) != (beyonds[place + 1] > 0.0)]
    if not turns:
        breaks = "always" if beyonds[0] > 0.0 else "never"
        return Break(knob.name, knob.unit, knob.base, None, None, breaks, None, None, _no_break(breaks, knob))
    middle = at[len(at) // 2] if knob.base is None else knob.base
    place = min(turns, key=lambda turn: max(at[turn] - middle, middle - at[turn + 1]))
    value = narrowed(lambda x: curve.beyond(x).value, at[place], at[place + 1], knob.whole)
    slope = _slope(at[place : place + 2], beyonds[place : place + 2])
    error = curve.beyond(value).error / slope if slope > 0.0 else math.nan
    breaks = "below" if beyonds[place] > 0.0 else "above"
    quantile = level_of(plan, knob.slots, value)
    chance = None if quantile is None else (quantile if breaks == "below" else 1.0 - quantile)
    shown = error if math.isfinite(error) and not knob.whole else None
    return Break(knob.name, knob.unit, knob.base, value, shown, breaks, quantile, chance, _plausible(chance))


def _places(plan: api.Plan, knob: Knob) -> list[float]:
    """Where the limit is looked at: over the range, and at quantiles of the law where there is one."""
    if not knob.slots:
        found = np.linspace(knob.low, knob.high, PARTS + 1)
        return sorted({float(value) for value in (np.round(found) if knob.whole else found)})
    values = api.input_values(plan, knob.slots[0], special.ndtr(np.array(GRID)))
    return sorted({float(value) for value in values})


def narrowed(f: Callable[[float], float], low: float, high: float, whole: bool = False) -> float:
    """Where a function becomes positive, or ceases to be, between two places; it may jump there.

    Of whole numbers, the first at which it is no longer what it was at the lower place.
    """
    at_low = f(low)
    while whole and high - low > 1.0:
        middle = float((low + high) // 2)
        low, high = (middle, high) if (f(middle) > 0.0) == (at_low > 0.0) else (low, middle)
    if whole:
        return high
    low, high = turning(f, low, high, at_low, f(high), CLOSE * (high - low))
    return 0.5 * (low + high)


def _slope(at: list[float], values: list[float]) -> float:
    return abs((values[1] - values[0]) / (at[1] - at[0])) if all(map(math.isfinite, values)) else 0.0


def level_of(plan: api.Plan, slots: tuple[int, ...], value: float) -> float | None:
    """Probability of a value or less by the law of the first of some inputs; None where there is none."""
    if not slots:
        return None
    levels = special.ndtr(np.linspace(-8.0, 8.0, 16_001))
    return float(np.interp(value, api.input_values(plan, slots[0], levels), levels, left=0.0, right=1.0))


def _no_break(breaks: str, knob: Knob) -> str:
    if breaks == "always":
        return "the limit is broken whatever it is"
    return "never within its law" if knob.slots else "no value of it breaks the limit"


def _plausible(chance: float | None) -> str:
    """How plausible a break is, in words."""
    if chance is None:
        return "the file calls it certain"
    for most, words in (
        (1e-6, "never within its law"),
        (0.001, "hardly ever"),
        (0.05, "unlikely"),
        (0.3, "quite possible"),
    ):
        if chance < most:
            return words
    return "about as likely as not" if chance < 0.7 else "very likely"


def unit_saving(deal: api.Deal, paths: int, seed: int, threads: int) -> Break | None:
    """By how much savings may fall before public budgets gain nothing; where the file speaks of them."""
    if not api.has_purse(deal) or not api.saves(deal.plan):
        return None
    run = api.run_purse(deal, paths, seed, threads=threads)
    whole = ledger(api.purse_arrays(run), api.purse_names(run.plan), None)
    left, saved = whole.position(discounted=True)[:, -1], whole.present(whole.net)
    # What is left falls by the same part as all that is saved: left - (1 - x) saved = 0.
    factor = precision.ratio_of_means(saved - left, saved, run.sample)
    name = "unit savings"
    if math.isnan(factor.value) or factor.value <= 0.0:
        return Break(name, "1", 1.0, None, None, "never", None, None, "public budgets gain without any saving")
    said = f"below it the mean net benefit of all public budgets ({TOTAL}) is negative"
    return Break(name, "1", 1.0, factor.value, factor.standard_error, "below", None, None, said)


def rates_for(plan: api.Plan, curve: _Curve) -> list[RateFor]:
    """The success rates at which a present value that is not negative is as likely as not, and nearly sure."""
    found, knob = [], curve.knob
    assert knob.outcome is not None
    at = _places(plan, knob)
    for chance in CHANCES:
        turns = [k for k in range(len(at) - 1) if (curve.kept(at[k]) >= chance) != (curve.kept(at[k + 1]) >= chance)]
        rate = None
        if turns:
            rate = narrowed(_less(curve, chance), at[turns[0]], at[turns[0] + 1])
        found.append(RateFor(knob.outcome, chance, rate, None if rate is None else level_of(plan, knob.slots, rate)))
    return found


def _less(curve: _Curve, chance: float) -> Callable[[float], float]:
    """Positive where a present value that is not negative is less likely than a chance."""
    return lambda rate: chance - curve.kept(rate)


# All together


def joint_break(
    deal: api.Deal,
    base: api.Run,
    limit: Limit,
    run: Callable[[api.Deal | api.Plan], api.Run],
) -> tuple[Joint | None, bool]:
    """The nearest point to the middle of all laws, in normal scores, at which a limit changes from kept to broken.

    Notes
    -----
    The design point of structural reliability [1]_, where the line to the middle runs along the slopes. Each round goes
    from the middle along the slopes of the last point, taken on the same luck at both sides, to where the limit turns;
    it ends when that is no nearer. It starts once with the slopes in the middle and once towards the worst paths, as
    slopes are zero where a cap or a full house hides what an input may do.

    References
    ----------
    .. [1] A. M. Hasofer and N. C. Lind, "Exact and invariant second-moment code format," Journal of the Engineering
       Mechanics Division, 100, 1974.
    """
    free = np.array(api.free_inputs(deal.plan), dtype=np.int64)
    if free.size == 0:
        return None, False
    matters = _that_matter(base, free, limit)
    held = [int(slot) for slot in free]

    def values_at(score: FloatArray) -> Mapping[int, float]:
        whole = dict.fromkeys(held, 0.0) | dict(zip(map(int, matters), score.tolist(), strict=True))
        return {
            slot: float(api.input_values(deal.plan, slot, special.ndtr(np.array([each])))[0])
            for slot, each in whole.items()
        }

    def beyond_at(score: FloatArray) -> float:
        return min(beyond(limit, run(api.fixed(deal, values_at(score)))).value, 1e300)

    def worse_at(score: FloatArray) -> float:
        return -float(statistic_of(Limit("npv", "<", 0.0), run(api.fixed(deal, values_at(score)))).value)

    middle = np.zeros(matters.size)
    start = beyond_at(middle)
    point, best = middle, math.inf
    slopes = _slopes(beyond_at, middle)
    if not slopes.any():  # as where nobody loses near the middle: follow the money instead
        slopes = _slopes(worse_at, middle)
    towards = 1.0 if start <= 0.0 else -1.0
    for first in (slopes, _worst_place(base, matters, towards)):
        ray, reached_here = first * towards, math.inf
        for _round in range(ROUNDS):
            size = float(np.linalg.norm(ray))
            reached = _along(beyond_at, ray / size, start) if 0.0 < size < math.inf else None
            if reached is None or reached > reached_here - 0.01:
                break
            reached_here = reached
            if reached < best:
                point, best = reached * ray / size, reached
            ray = _slopes(beyond_at, reached * ray / size) * towards
    distance = float(np.linalg.norm(point))
    made = run(api.fixed(deal, values_at(point)))
    there, number = beyond(limit, made), statistic_of(limit, made)
    crossed = (there.value > 0.0) != (start > 0.0)
    values, medians = values_at(point), values_at(middle)
    moved = [
        Moved(
            deal.plan.labels.inputs[slot].name,
            deal.plan.labels.inputs[slot].unit,
            float(score),
            values[int(slot)],
            medians[int(slot)],
        )
        for slot, score in zip(matters, point, strict=True)
    ]
    return Joint(
        crossed,
        distance,
        float(special.ndtr(-distance)),
        tuple(sorted(moved, key=lambda one: -abs(one.score))),
        number.value,
        number.error,
        there.value > 0.0,
        int(free.size - matters.size),
    ), start > 0.0


def _that_matter(base: api.Run, free: npt.NDArray[np.int64], limit: Limit) -> npt.NDArray[np.int64]:
    """The inputs that explain most of what the limit is about."""
    sample = base.sample
    if limit.name == "repayment":
        values = base.paths.repayment.sum(axis=(1, 2)) / base.plan.minor_units
    else:
        values = api.investors(base).npv[:, -1].copy()
    explained = [
        float(np.var(conditional_mean(values, base.paths.inputs[:, [slot]], sample))) for slot in free.tolist()
    ]
    order = np.argsort(explained)[::-1][:MOST_JOINT]
    return np.asarray(np.sort(free[order]))


def _worst_place(base: api.Run, matters: npt.NDArray[np.int64], towards: float) -> FloatArray:
    """The mean place of the inputs that leave least, or most, to investors: where slopes in the middle say nothing."""
    given, sample = base.paths.inputs[:, matters], base.sample
    expected = towards * conditional_mean(api.investors(base).npv[:, -1].copy(), given, sample)
    worst = expected <= np.quantile(expected, WORST)
    ranks = np.argsort(np.argsort(given, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(towards * special.ndtri((ranks[worst] + 0.5) / given.shape[0]).mean(axis=0))


def _slopes(f: Callable[[FloatArray], float], point: FloatArray) -> FloatArray:
    """Slopes of a function at a point, on the same luck at both sides: float64[dimension]."""
    steps = STEP * np.eye(point.size)
    return np.array([(f(point + step) - f(point - step)) / (2.0 * STEP) for step in steps])


def _along(f: Callable[[FloatArray], float], ray: FloatArray, start: float) -> float | None:
    """How far along a ray the limit changes: just beyond the change; None within reach of no change."""
    low, high, at_low, at_high = 0.0, 1.0, start, f(ray)
    while (at_high > 0.0) == (start > 0.0):
        low, high = high, high + 1.0
        if high > 2.0 * FURTHEST:
            return None
        at_low, at_high = at_high, f(high * ray)
    return turning(lambda far: f(far * ray), low, high, at_low, at_high, 1e-3)[1]
