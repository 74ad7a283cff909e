"""Which uncertain numbers the answer hangs on: one at a time, by shares of variance, and by where the losses lie.

No one of these is enough. A tornado moves one number and misses what two do together; a share of variance says how
much and not which way; a box says where and not why. So they stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.judgements import Judged, judged_paths, judgements, not_moved
from risksim.analysis.stress import Outcome, outcome_of
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics import precision
from risksim.metrics.boxes import Box, discover
from risksim.metrics.indices import given_data_indices, sobol_indices
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LOW, HIGH = 0.1, 0.9
"""Points of its law at which a tornado holds an input. [1]"""
WORK = 6.0
"""Paths of all runs of a tornado together, or of the Sobol indices, in those of the plain run. [1]"""
MOST_BARS = 24
"""Inputs of a tornado at most: those with the largest shares of the variance in the plain run."""
FEWEST_PATHS = 1_024
"""Paths of a run at least. [paths]"""
INNER = 2
"""Draws of luck on the same inputs behind a Sobol index."""
MOST_SEARCHED = 6
"""Inputs that a box may restrict: those with the largest shares in the plain run."""
FEWEST_HITS, MOST_HITS = 0.02, 0.5
"""Between these a share of losing, or of winning, paths can be told from the rest by a box. [1]"""
WORST = 0.1
"""Share of the worst futures that are looked at where hardly any path, or hardly none, loses. [1]"""
SHOWN_PATHS = 400
"""Paths in a picture. [paths]"""
RATIO = re.compile(r"cohorts\[([^\]]*)\]\.enrolment\.ratio")
"""An input that is the people who come over those planned."""
LOSSES, GAINS, TAIL = "losses", "money back", "worst tenth"
"""What a box tells: where money is lost, where it comes back, or where the worst tenth of net present values lies."""


class NothingUncertainError(RisksimError):
    """A deal all of whose numbers are certain."""


class InputOf(NamedTuple):
    """An uncertain input."""

    input: str
    """Its place in the file."""
    unit: str
    mean: float
    origin: str
    """``source: ...`` or ``assumption: ...``, as the file says."""
    is_assumption: bool
    places: int | None
    """Of an enrolment ratio the people for whom its cohort has places; else None. [people]"""


class Ends(NamedTuple):
    """A figure with one input held at two points of its law."""

    low: Estimate
    """At the 10 % point."""
    high: Estimate
    """At the 90 % point."""
    swing: Estimate
    """High less low, with the error of the pairs."""


class Bar(NamedTuple):
    """One input of a tornado."""

    input: str
    low_value: float
    """The 10 % point of its law."""
    high_value: float
    """The 90 % point."""
    npv: Ends
    """Mean net present value of all investors at the last hurdle. [currency]"""
    p_loss: Ends
    """Probability that less comes back than was paid in. [1]"""


class IndexOf(NamedTuple):
    """What an input has of the variance, from paths already made."""

    input: str
    npv: Estimate
    """Closed share of the variance of the net present value, luck included. [1]"""
    p_loss: Estimate
    """Closed share of the variance of being a loss or none. [1]"""


class SobolOf(NamedTuple):
    """Indices of what is expected given the inputs, luck taken out."""

    input: str
    npv_first: Estimate
    npv_total: Estimate
    p_loss_first: Estimate
    p_loss_total: Estimate


class Sobol(NamedTuple):
    """Sobol indices of ``E[NPV | inputs]`` and ``P(loss | inputs)``."""

    paths_each: int
    """Points of the inputs in each sample. [paths]"""
    inner: int
    """Draws of luck at each."""
    runs: int
    inputs: tuple[SobolOf, ...]


class Discovery(NamedTuple):
    """Where futures of a kind lie."""

    of: str
    """``losses``, ``money back`` or ``worst tenth``."""
    inputs: tuple[str, ...]
    """The input of each restriction."""
    box: Box | None
    """None where no box tells them from the rest."""


class Points(NamedTuple):
    """A few paths for a picture: the two inputs that a box restricts most, and whether each is a hit."""

    inputs: tuple[str, ...]
    """One or two."""
    values: tuple[tuple[float, ...], ...]
    """By path, then input."""
    npv: tuple[float, ...]
    """By path. [currency]"""
    hits: tuple[bool, ...]
    """By path: whether it is one of those that the box is to tell from the rest."""


class Sensitivity(NamedTuple):
    """What the answer hangs on."""

    hurdle: float
    base_npv: Estimate
    base_p_loss: Estimate
    paths: int
    """Of the plain run. [paths]"""
    inputs: tuple[InputOf, ...]
    given_data: tuple[IndexOf, ...]
    """By share of the variance of the net present value, the largest first."""
    tornado: tuple[Bar, ...]
    """By swing of the net present value, the largest first; empty where none was asked for."""
    tornado_paths: int
    """Paths of each of its runs. [paths]"""
    sobol: Sobol | None
    discovery: Discovery
    guesses: tuple[str, ...]
    """Inputs marked as assumptions, by their share of the variance, the largest first."""
    judged: tuple[Judged, ...]
    """Constants that are judgements and act in this deal, the largest swing first; not moved where no tornado was asked
    for."""
    points: Points


def sensitivity(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    tornado: bool = True,
    sobol: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Sensitivity:
    """Say which uncertain numbers of a deal its answer hangs on.

    Parameters
    ----------
    deal : Deal
        A deal with investors and uncertain inputs.
    paths, seed, threads
        Of the plain run, as in `risksim.api.simulate`.
    tornado : bool
        Run the deal with each input at its 10 % and its 90 % point too.
    sobol : bool
        Work out Sobol indices of what is expected given the inputs too.
    progress : callable, optional
        Called with the number of paths done, over all runs.

    Returns
    -------
    Sensitivity

    Raises
    ------
    NothingUncertainError
        If no input is uncertain.
    """
    check(deal)
    plan = deal.plan
    slots = api.evidence_inputs(plan)
    asked = _Asked(seed, threads, progress)
    base = asked.run(plan, paths, 0, progress)
    found, sample, drawn = outcome_of(base), base.sample, base.paths.inputs[:, list(slots)]
    del base
    names = tuple(plan.labels.inputs[slot].name for slot in slots)
    by_npv, by_loss = given_data_indices(drawn, found.npv), given_data_indices(drawn, found.lost)
    order = sorted(range(len(slots)), key=lambda place: (-_or_zero(by_npv[place]), place))
    bars = _tornado(asked, plan, [slots[place] for place in order[:MOST_BARS]], paths) if tornado else ()
    done = paths + (2 * len(bars) * tornado_paths(plan, paths))
    indices = _sobol(asked, plan, slots, paths, done) if sobol else None
    before = all_paths(deal, paths, tornado=tornado, sobol=sobol) - judged_paths(deal, paths)
    report = None if progress is None else lambda done: progress(before + done)
    judged = judgements(deal, paths, seed, threads, report) if tornado else not_moved(deal)
    discovery, points = _discover(found, drawn, names, by_npv, by_loss)
    told = tuple(_input_of(plan, slot) for slot in slots)
    return Sensitivity(
        plan.labels.hurdles[-1],
        precision.mean(found.npv, sample),
        precision.probability(found.lost > 0.0, sample),
        paths,
        told,
        tuple(IndexOf(names[place], by_npv[place], by_loss[place]) for place in order),
        bars,
        tornado_paths(plan, paths) if tornado else 0,
        indices,
        discovery,
        tuple(told[place].input for place in order if told[place].is_assumption),
        judged,
        points,
    )


def check(deal: api.Deal) -> None:
    """Refuse a deal of which nothing is uncertain, saying what to try."""
    if not api.evidence_inputs(deal.plan):
        raise NothingUncertainError(
            _(
                "{file}: every number is certain, so there is nothing that the answer could be sensitive to.\n"
                "  Say how sure a number is, as success_rate: {{beta: [30, 10]}}, or ask what if by risksim stress.",
                file=deal.document.file,
            )
        )


def all_paths(deal: api.Deal, paths: int, *, tornado: bool, sobol: bool) -> int:
    """Paths of everything that `sensitivity` runs. [paths]"""
    n_inputs = len(api.evidence_inputs(deal.plan))
    found = paths
    if tornado:
        found += judged_paths(deal, paths) + 2 * min(n_inputs, MOST_BARS) * tornado_paths(deal.plan, paths)
    if sobol:
        found += INNER * (n_inputs + 2) * sobol_paths(n_inputs, paths)
    return found


def tornado_paths(plan: api.Plan, paths: int) -> int:
    """Paths of each run of a tornado: as many as `WORK` plain runs allow."""
    n_bars = max(1, min(len(api.evidence_inputs(plan)), MOST_BARS))
    return min(paths, max(FEWEST_PATHS, int(WORK * paths) // (2 * n_bars)))


def sobol_paths(n_inputs: int, paths: int) -> int:
    """Points of each sample behind Sobol indices: as many as `WORK` plain runs allow."""
    return min(paths, max(FEWEST_PATHS, int(WORK * paths) // (INNER * (n_inputs + 2))))


class _Asked(NamedTuple):
    """How all runs are made."""

    seed: int
    threads: int
    progress: Callable[[int], None] | None

    def outcome(self, plan: api.Plan, paths: int, before: int, luck: int = 0) -> Outcome:
        """The outcome of one run, with `before` paths done by others."""
        said = self.progress
        report = None if said is None else lambda done: said(before + done)
        return outcome_of(self.run(plan, paths, luck, report))

    def run(self, plan: api.Plan, paths: int, luck: int, report: Callable[[int], None] | None) -> api.Run:
        """One run; luck of another number is drawn anew, and what people share with it."""
        return api.simulate(
            plan, paths, self.seed, self.threads, keep_claims=False, luck=luck, shared=luck, progress=report
        )


def _tornado(asked: _Asked, plan: api.Plan, slots: list[int], paths: int) -> tuple[Bar, ...]:
    """Each input at its 10 % and its 90 % point, all others and all luck as drawn."""
    each, points = tornado_paths(plan, paths), api.input_points(plan, (LOW, HIGH))
    sample, bars = Sample.equal(each), []
    for number, slot in enumerate(slots):
        ends = points[:, slot].tolist()
        low, high = (
            asked.outcome(api.fixed(plan, {slot: end}), each, paths + (2 * number + side) * each)
            for side, end in enumerate(ends)
        )
        npv = Ends(
            precision.mean(low.npv, sample),
            precision.mean(high.npv, sample),
            precision.paired_difference(high.npv, low.npv, sample),
        )
        p_loss = Ends(
            precision.probability(low.lost > 0.0, sample),
            precision.probability(high.lost > 0.0, sample),
            precision.paired_difference(high.lost, low.lost, sample),
        )
        bars.append(Bar(plan.labels.inputs[slot].name, ends[0], ends[1], npv, p_loss))
    return tuple(sorted(bars, key=lambda bar: -abs(bar.npv.swing.value)))


def _sobol(asked: _Asked, plan: api.Plan, slots: tuple[int, ...], paths: int, before: int) -> Sobol:
    """Pick and freeze over single inputs, each sample met by `INNER` draws of luck."""
    each = sobol_paths(len(slots), paths)
    plans = [plan, api.renewed(plan, slots), *(api.renewed(plan, [slot]) for slot in slots)]
    npv, lost = np.empty((2, len(plans), INNER, each))
    for number, sampled in enumerate(plans):
        for luck in range(INNER):
            found = asked.outcome(sampled, each, before + (number * INNER + luck) * each, luck)
            npv[number, luck], lost[number, luck] = found.npv, found.lost
    both = zip(sobol_indices(npv[0], npv[1], npv[2:]), sobol_indices(lost[0], lost[1], lost[2:]), strict=True)
    return Sobol(
        each,
        INNER,
        len(plans) * INNER,
        tuple(
            SobolOf(plan.labels.inputs[slot].name, *worth, *loss)
            for slot, (worth, loss) in zip(slots, both, strict=True)
        ),
    )


def _discover(
    found: Outcome,
    drawn: FloatArray,
    names: tuple[str, ...],
    by_npv: tuple[Estimate, ...],
    by_loss: tuple[Estimate, ...],
) -> tuple[Discovery, Points]:
    """A box where futures of a kind lie, and some paths to picture it."""
    kind, hit = kind_of(found)
    weights = by_npv if kind == TAIL else by_loss
    order = sorted(range(len(names)), key=lambda place: (-_or_zero(weights[place]), place))[:MOST_SEARCHED]
    box = discover(drawn[:, order], hit)
    told = () if box is None else tuple(names[order[one.column]] for one in box.restrictions)
    shown = [*dict.fromkeys(told), *(names[place] for place in order)]
    axes = list(dict.fromkeys(shown))[:2]
    some = slice(0, SHOWN_PATHS)
    values = drawn[some][:, [names.index(axis) for axis in axes]]
    points = Points(
        tuple(axes), tuple(map(tuple, values.tolist())), tuple(found.npv[some].tolist()), tuple(hit[some].tolist())
    )
    return Discovery(kind, told, box), points


def kind_of(found: Outcome) -> tuple[str, BoolArray]:
    """Which futures a box is to tell from the rest, and which paths these are."""
    lost = found.lost > 0.0
    share = float(lost.mean())
    if FEWEST_HITS <= share <= MOST_HITS:
        return LOSSES, lost
    if FEWEST_HITS <= 1.0 - share < MOST_HITS:
        return GAINS, ~lost
    return TAIL, found.npv <= np.quantile(found.npv, WORST, method="inverted_cdf")


def _or_zero(estimate: Estimate) -> float:
    return estimate.value if estimate.value == estimate.value else 0.0


def _input_of(plan: api.Plan, slot: int) -> InputOf:
    note = plan.labels.inputs[slot]
    ratio = RATIO.fullmatch(note.name)
    return InputOf(
        note.name,
        note.unit,
        note.mean,
        note.origin,
        note.origin.startswith("assumption"),
        api.places_of(plan).get(ratio[1]) if ratio else None,
    )
