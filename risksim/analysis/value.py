"""What is it worth to know more before deciding? Perfectly, about one number, or by a pilot of so many people.

A decision is between alternatives: to leave the deal, to take it as it stands, to take it on other terms. Nobody can
know the luck of people beforehand, so payoffs are averaged over it: what counts is what is expected given the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import interpolate, special

from risksim import api
from risksim.errors import RisksimError, RunError
from risksim.language import _
from risksim.metrics import precision
from risksim.metrics import value as worth
from risksim.metrics.precision import Estimate
from risksim.metrics.regression import conditional_mean
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]

SIDES = {
    "investor": "the net present value of all investors together",
    "payer": "what public budgets save and avoid, less their own costs and what they repay, as a present value",
    "both": "the net present value of all investors plus the net benefit of public budgets",
}
"""Whose decision, and the payoff."""
LEAVE, TAKE = "leave the deal", "take the deal as it stands"
"""Names of the first two decisions."""
SIZES = (5, 10, 25, 50, 100, 1000)
"""Pilots that are always looked at. [people]"""
MOST_NODES = 80
"""Rates at which a deal is solved exactly, at most."""
MOST_PILOT = 100_000
"""The largest pilot. [people]"""


class NothingToKnowError(RisksimError):
    """A question that makes no sense for a deal."""


class Pilot(NamedTuple):
    """A pilot that may be made before deciding."""

    people: int
    """Of whom each succeeds or doesn't, as in the deal. [people]"""
    outcome: str | None = None
    """Which outcome is counted; None where the deal has one whose rate is uncertain."""
    cost: float = 0.0
    """[currency]"""
    serves: float = 1.0
    """Deals of this size that are decided by it. [1]"""
    lapse: float = 0.0
    """Probability that the chance to invest is gone when it is done. [1]"""
    delay: float = 0.0
    """Until then. [month]"""


class Decision(NamedTuple):
    """One alternative."""

    name: str
    mean: Estimate
    """Mean payoff. [currency]"""
    p_best: float
    """Probability that it is the best, were all inputs known. [1]"""


class Known(NamedTuple):
    """What it is worth to know something perfectly."""

    name: str
    """An input by its place in the file, or a group of them."""
    kind: str
    """``input`` or ``group``."""
    value: Estimate
    """[currency]"""


class Size(NamedTuple):
    """A pilot of one size."""

    people: int
    value: Estimate
    """Of the information for one deal. [currency]"""
    net: Estimate
    """For all deals it serves, after lapse, delay and the cost that was given. [currency]"""


class PilotValue(NamedTuple):
    """What a pilot is worth."""

    asked: Pilot
    outcome: str
    evppi: Estimate
    """Of the rate itself, which no pilot passes. [currency]"""
    this: Size
    sizes: tuple[Size, ...]
    """This one and the ones that are always looked at, by size."""


class Value(NamedTuple):
    """What knowing more is worth."""

    decides: str
    """``investor``, ``payer`` or ``both``."""
    payoff: str
    """In words."""
    hurdle: float
    """Rate at which investors' money is discounted. [1/year]"""
    decisions: tuple[Decision, ...]
    best: str
    """The decision with the highest mean payoff."""
    evpi: Estimate
    """Value of knowing every input perfectly. [currency]"""
    known: tuple[Known, ...]
    """Inputs, then groups, each by falling value."""
    pilot: PilotValue | None
    engine: str
    """``exact``, ``conditional`` or ``individual``."""
    paths: int
    """0 where the deal was solved exactly. [paths]"""
    notes: tuple[str, ...]
    """What a reader must know."""


class _Payoffs(NamedTuple):
    """Payoffs of all decisions on the same paths, and the inputs."""

    payoffs: FloatArray
    """float64[path, decision]"""
    names: tuple[str, ...]
    inputs: FloatArray
    """float64[path, input]: of the deal, then of the public purse."""
    input_names: tuple[str, ...]
    groups: dict[str, tuple[int, ...]]
    rates: FloatArray
    """float64[path, outcome]: success rate of each outcome of persons; nan where certain or none."""
    sample: Sample
    engine: str


def value(
    deal: api.Deal,
    decides: str = "investor",
    paths: int | None = None,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    terms: Sequence[str] = (),
    hurdle: float | None = None,
    pilot: Pilot | None = None,
    progress: Callable[[int], None] | None = None,
) -> Value:
    """Say what knowing more is worth to somebody who decides about a deal.

    Parameters
    ----------
    deal : Deal
        A deal with uncertain inputs.
    decides : {"investor", "payer", "both"}
        Whose decision and payoff.
    paths : int, optional
        Paths; left out, 65,536 quasi-random points where the deal can be run by them, else 100,000. [paths]
    seed, threads
        As in `risksim.api.simulate`.
    terms : sequence of str
        Stresses of the file that are further alternatives.
    hurdle : float, optional
        Rate of the investors' present value; left out, the last hurdle of the file. [1/year]
    pilot : Pilot, optional
        A pilot to be valued.
    progress : callable, optional
        Called with the number of paths done, over all alternatives.

    Returns
    -------
    Value

    Raises
    ------
    NothingToKnowError
        If nothing can be learnt, or not by whom or how it is asked.
    """
    slots = check(deal, decides, terms, pilot)
    outcome = None if pilot is None else pilot_outcome(deal, pilot)
    rate = float(deal.plan.labels.hurdles[-1]) if hurdle is None else hurdle
    alternatives = [deal, *(api.stressed(deal, name) for name in terms)]
    names = (LEAVE, TAKE, *(f"take it with '{name}'" for name in terms))
    notes = _notes(deal, decides, pilot)
    if decides == "investor" and len(slots) == 1:
        found = _exact(alternatives, slots[0], rate)
        if found is not None:
            return _of_exact(deal, names, found, slots[0], rate, outcome, pilot, notes)
    drawn = _draw(alternatives, names, slots, decides, paths, seed, threads, rate, progress)
    return _of_sample(deal, drawn, decides, rate, outcome, pilot, notes)


def check(deal: api.Deal, decides: str, terms: Sequence[str], pilot: Pilot | None) -> tuple[int, ...]:
    """Refuse what makes no sense; the slots of what can be known before."""
    file = deal.document.file
    if decides not in SIDES:
        raise RunError(
            _("--decide: got '{decides}'; it is investor, payer or both. Try --decide investor.", decides=decides)
        )
    if decides != "payer" and not deal.scenario.is_funded:
        raise NothingToKnowError(_("{file}: got a deal without investors.\n  Try --decide payer.", file=file))
    if decides != "investor" and not api.has_purse(deal):
        raise NothingToKnowError(
            _(
                "{file}: says nothing of what public budgets save, so that no payoff of the payer is known.\n"
                "  Add a `public:` block, or try --decide investor.",
                file=file,
            )
        )
    for name in terms:
        if name not in deal.scenario.stresses:
            there = ", ".join(deal.scenario.stresses) or _("none")
            raise NothingToKnowError(
                _(
                    "{file}: --stress: got '{name}'; the stresses of the file are: {there}.",
                    file=file,
                    name=name,
                    there=there,
                )
            )
    if pilot is not None:
        _check_pilot(pilot)
    luck = deal.plan.inputs.luck
    slots = tuple(slot for slot in api.free_inputs(deal.plan) if luck is None or not luck[slot])
    of_purse = deal.plan.purse.notes if decides != "investor" and deal.plan.purse is not None else ()
    if not slots and not of_purse:
        raise NothingToKnowError(
            _(
                "{file}: every number is certain, or luck that nobody knows, so nothing can be learnt before "
                "deciding.\n"
                "  Give a success rate as `beta:` or by `evidence:`, and ask again.",
                file=file,
            )
        )
    return slots


def _check_pilot(pilot: Pilot) -> None:
    if not 1 <= pilot.people <= MOST_PILOT:
        raise RunError(
            _(
                "--pilot: got {people} people; it has 1 to {most_pilot:,}. Try --pilot 25.",
                people=pilot.people,
                most_pilot=MOST_PILOT,
            )
        )
    if not (pilot.cost >= 0.0 and pilot.serves > 0.0 and pilot.delay >= 0.0 and 0.0 <= pilot.lapse <= 1.0):
        raise RunError(
            _(
                "got a pilot of cost {cost:g} that serves {serves:g} deals, with delay {delay:g} months and lapse "
                "{lapse:g}; cost and delay are not negative, it serves some, lapse lies from 0 to 1.\n"
                "  Try --pilot 25 --cost 200000 --serves 2 --delay 12 --lapse 0.1",
                cost=pilot.cost,
                serves=pilot.serves,
                delay=pilot.delay,
                lapse=pilot.lapse,
            )
        )


def pilot_outcome(deal: api.Deal, pilot: Pilot) -> int:
    """Which outcome of persons a pilot counts."""
    labels, slots = deal.plan.labels, deal.plan.outcomes.rate_slot
    uncertain = [name for name, slot in zip(labels.outcomes, slots, strict=True) if slot >= 0]
    named = ", ".join(f"'{name}'" for name in uncertain)
    if not uncertain:
        raise NothingToKnowError(
            _(
                "{file}: no success rate is uncertain, so a pilot that counts successes tells nothing.",
                file=deal.document.file,
            )
        )
    if pilot.outcome is None and len(uncertain) > 1:
        raise NothingToKnowError(
            _(
                '{file}: a pilot counts one outcome, and {named} have uncertain rates.\n  Try --for "{uncertain}"',
                file=deal.document.file,
                named=named,
                uncertain=uncertain[0],
            )
        )
    wanted = uncertain[0] if pilot.outcome is None else pilot.outcome
    if wanted not in uncertain:
        raise NothingToKnowError(
            _(
                "{file}: --for: got '{wanted}'; a pilot tells something of {named}.\n  Try --for \"{uncertain}\"",
                file=deal.document.file,
                wanted=wanted,
                named=named,
                uncertain=uncertain[0],
            )
        )
    return labels.outcomes.index(wanted)


def _notes(deal: api.Deal, decides: str, pilot: Pilot | None) -> tuple[str, ...]:
    found = []
    if pilot is not None:
        found.append(
            "The people of the pilot are taken to be like those of the deal, each with luck of their own, all counted."
        )
        if deal.plan.shares_luck:
            found.append("People of this deal share luck; if those of the pilot do, it tells less than is said here.")
    if decides == "both":
        found.append("Investors' money is discounted at the hurdle, that of public budgets at their own rate.")
    return tuple(found)


# Exactly: one uncertain rate, and a deal that can be solved at each


def _exact(alternatives: Sequence[api.Deal], slot: int, hurdle: float) -> tuple[worth.Rates, worth.Rates] | None:
    """The payoffs by rate, at places for pilots and at finer ones; None where the deal cannot be solved so."""
    plan = alternatives[0].plan
    people = max(int(each.plan.cohorts.places.sum()) for each in alternatives)
    if slot not in plan.outcomes.rate_slot.tolist() or people + 1 > MOST_NODES:
        return None
    if any(api.engines(each)[0].obstacle for each in alternatives):
        return None
    n = people + 2
    nodes = 0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)
    tests = np.array([0.123, 0.5, 0.871])
    columns = []
    for each in alternatives:
        if [note.name for note in each.plan.labels.inputs] != [note.name for note in plan.labels.inputs]:
            return None
        # A polynomial in the rate, of no higher degree than there are people: told by as many nodes.
        solved = [_solved(each, slot, rate, hurdle) for rate in nodes]
        curve = interpolate.BarycentricInterpolator(nodes, solved, rng=0)  # it shuffles its nodes: always alike
        truth = np.array([_solved(each, slot, rate, hurdle) for rate in tests])
        if np.abs(curve(tests) - truth).max() > 1e-6 * max(1.0, np.abs(truth).max()):
            return None
        columns.append(curve)
    found = []
    for size in (worth.SCORES, worth.FINE_SCORES):
        score, weight = worth.normal_places(size)
        rate = _rate_at(plan, slot, score)
        payoffs = np.zeros((size, 1 + len(columns)))
        for place, curve in enumerate(columns):
            payoffs[:, 1 + place] = _looked_up(curve, rate)
        found.append(worth.Rates(rate, weight, payoffs))
    return found[0], found[1]


def _looked_up(curve: interpolate.BarycentricInterpolator, rate: FloatArray) -> FloatArray:
    """A curve at many rates, some at a time."""
    return np.concatenate([np.asarray(curve(part)) for part in np.array_split(rate, 1 + rate.size // 16_384)])


def _solved(deal: api.Deal, slot: int, rate: float, hurdle: float) -> float:
    run = api.solve_exactly(api.fixed(deal, {slot: rate}))
    return float(run.sample.weight @ npv_at(run, hurdle))


def _rate_at(plan: api.Plan, slot: int, score: FloatArray) -> FloatArray:
    note = plan.labels.inputs[slot]
    if note.family.startswith("Beta("):
        size = note.mean * (1.0 - note.mean) / note.sd**2 - 1.0
        return worth.beta_quantile(score, note.mean * size, (1.0 - note.mean) * size)
    return api.input_values(plan, slot, np.clip(special.ndtr(score), 1e-16, 1.0 - 1e-16))


def _of_exact(
    deal: api.Deal,
    names: tuple[str, ...],
    found: tuple[worth.Rates, worth.Rates],
    slot: int,
    hurdle: float,
    outcome: int | None,
    pilot: Pilot | None,
    notes: tuple[str, ...],
) -> Value:
    coarse, fine = found
    means = worth.means_of(fine)
    first = np.bincount(fine.worth.argmax(axis=1), fine.weight, minlength=len(names))
    evpi = Estimate.exact(worth.perfect(fine))
    decisions = (
        Decision(name, Estimate.exact(float(mean)), float(p)) for name, mean, p in zip(names, means, first, strict=True)
    )
    known = [Known(deal.plan.labels.inputs[slot].name, "input", evpi)]
    known += [Known(name, "group", evpi) for name, members in api.input_groups(deal.plan).items() if slot in members]
    piloted = None
    if pilot is not None and outcome is not None:

        def size(people: int) -> Estimate:
            return Estimate.exact(worth.choices_after(coarse, people)[0])

        piloted = _piloted(deal, pilot, outcome, evpi, hurdle, size)
    best = names[int(np.argmax(means))]
    return Value(
        "investor", SIDES["investor"], hurdle, tuple(decisions), best, evpi, tuple(known), piloted, "exact", 0, notes
    )


def _piloted(
    deal: api.Deal, pilot: Pilot, outcome: int, evppi: Estimate, hurdle: float, size: Callable[[int], Estimate]
) -> PilotValue:
    sizes = []
    for people in sorted({*SIZES, pilot.people}):
        found = size(people)
        net = worth.net_value(found, pilot.cost, pilot.serves, pilot.lapse, pilot.delay, hurdle)
        sizes.append(Size(people, found, net))
    (this,) = [one for one in sizes if one.people == pilot.people]
    return PilotValue(pilot, deal.plan.labels.outcomes[outcome], evppi, this, tuple(sizes))


# By regression on one sample


def npv_at(run: api.Run, hurdle: float) -> FloatArray:
    """Net present value of all investors at a rate: float64[path]. [currency]"""
    hurdles = run.plan.labels.hurdles
    if hurdle in hurdles:
        return api.investors(run).npv[:, hurdles.index(hurdle)].copy()
    return np.asarray((api.cashflow_of(run) * (1.0 + hurdle) ** -run.plan.calendar.years).sum(axis=1))


def _draw(
    alternatives: Sequence[api.Deal],
    names: tuple[str, ...],
    slots: tuple[int, ...],
    decides: str,
    paths: int | None,
    seed: int,
    threads: int,
    hurdle: float,
    progress: Callable[[int], None] | None,
) -> _Payoffs:
    """All alternatives on the same paths."""
    plan = alternatives[0].plan
    engine = engine_of(alternatives, decides)
    n_paths = paths or (api.POINTS if engine == "conditional" else api.PATHS)
    payoffs = np.zeros((n_paths, 1 + len(alternatives)))
    kept = None
    for place, deal in enumerate(alternatives):
        report = None if progress is None else lambda done, before=place * n_paths: progress(before + done)
        if decides == "investor":
            run = api.simulate(deal, n_paths, seed, threads, keep_claims=False, engine=engine, progress=report)
            payoffs[:, 1 + place], of_purse = npv_at(run, hurdle), np.empty((n_paths, 0))
        else:
            made = api.run_purse(deal, n_paths, seed, engine, threads, report)
            run = api.Run(deal.plan, made.paths, seed, engine)
            payoffs[:, 1 + place], of_purse = api.net_benefits_by_path(made)["total"], made.purse.inputs
            if decides == "both":
                payoffs[:, 1 + place] += npv_at(run, hurdle)
        if kept is None:
            kept = run.paths.inputs, of_purse, run.sample
    assert kept is not None
    own, of_purse, sample = kept
    purse_names = () if plan.purse is None or decides == "investor" else tuple(note.name for note in plan.purse.notes)
    position = {slot: place for place, slot in enumerate(slots)}
    groups = {
        name: found
        for name, members in api.input_groups(plan).items()
        if (found := tuple(position[slot] for slot in members if slot in position))
    }
    if purse_names:
        groups["public budgets"] = tuple(range(len(slots), len(slots) + len(purse_names)))
    rates = np.full((n_paths, len(plan.labels.outcomes)), np.nan)
    for place, slot in enumerate(plan.outcomes.rate_slot):
        if slot >= 0:
            rates[:, place] = own[:, slot]
    return _Payoffs(
        payoffs,
        names,
        np.concatenate([own[:, list(slots)], of_purse], axis=1),
        (*(plan.labels.inputs[slot].name for slot in slots), *purse_names),
        groups,
        rates,
        sample,
        engine,
    )


def engine_of(alternatives: Sequence[api.Deal], decides: str) -> Literal["individual", "conditional"]:
    """The engine that runs all alternatives: points are those of a deal alone, addresses mean the same in each."""
    if len(alternatives) > 1:
        return "individual"
    if decides != "investor":
        return api.engine_of_purse(alternatives[0])
    return "conditional" if api.why_not_conditional(alternatives[0].plan) is None else "individual"


def _of_sample(
    deal: api.Deal,
    drawn: _Payoffs,
    decides: str,
    hurdle: float,
    outcome: int | None,
    pilot: Pilot | None,
    notes: tuple[str, ...],
) -> Value:
    payoffs, sample = drawn.payoffs, drawn.sample

    def expected_given(given: FloatArray) -> FloatArray:
        fits = np.zeros(payoffs.shape)
        fits[:, 1:] = conditional_mean(payoffs[:, 1:], given, sample)
        return fits

    everything = expected_given(drawn.inputs)
    evpi = worth.value_of_knowing(everything, payoffs, sample)
    singles = [
        Known(name, "input", worth.value_of_knowing(expected_given(drawn.inputs[:, [place]]), payoffs, sample))
        for place, name in enumerate(drawn.input_names)
    ]
    groups = [
        Known(name, "group", worth.value_of_knowing(expected_given(drawn.inputs[:, list(members)]), payoffs, sample))
        for name, members in drawn.groups.items()
    ]
    first = np.bincount(everything.argmax(axis=1), sample.weight, minlength=len(drawn.names))
    decisions = tuple(
        Decision(name, precision.mean(column, sample) if column.any() else Estimate.exact(0.0), float(p))
        for name, column, p in zip(drawn.names, payoffs.T, first, strict=True)
    )
    piloted = None
    if pilot is not None and outcome is not None:
        rate = drawn.rates[:, outcome]
        given_rate = expected_given(rate[:, np.newaxis])
        evppi = worth.value_of_knowing(given_rate, payoffs, sample)

        def size(people: int) -> Estimate:
            return worth.value_of_pilot(rate, given_rate, payoffs, sample, people)

        piloted = _piloted(deal, pilot, outcome, evppi, hurdle, size)
    known = [*sorted(singles, key=_falling), *sorted(groups, key=_falling)]
    best = drawn.names[worth.best(payoffs, sample)]
    return Value(
        decides,
        SIDES[decides],
        hurdle,
        decisions,
        best,
        evpi,
        tuple(known),
        piloted,
        drawn.engine,
        sample.n_paths,
        notes,
    )


def _falling(one: Known) -> float:
    return -one.value.value
