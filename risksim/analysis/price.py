"""Which terms? The cheapest ones for the payer under which limits of investors, payers and public budgets hold.

Terms are functions of what is measured: people are drawn once, and every candidate is settled on the same people. So
candidates differ by nothing but their terms, and the search is one over numbers that can be written into a contract:
whole øre, whole people, hundredths of a per cent.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from risksim import api
from risksim.analysis.price_limits import INVESTOR, PUBLIC, Limit, figure_of, figures_of_budgets, paid_by, read_limits
from risksim.errors import RunError, ScenarioError
from risksim.language import _
from risksim.metrics import precision, search
from risksim.metrics.precision import Estimate
from risksim.metrics.search import Key

PATHS = 65_536
"""Paths of a search unless said otherwise."""
MOST_TERMS = 2
"""Terms that are solved for together."""
WIDTH = 4.0
"""How far the search goes, where nobody says: from a fourth of what stands there to four times as much."""
PURSE_PATHS = 16_384
"""Paths at most on which limits of public budgets are held against candidates, each of which is a run of its own."""
STEPS = {"share": 10_000, "count": 1, "number": 10_000, "factor": 1_000_000}
"""Steps in one unit of what is solved for; money is solved to its minor unit."""
COARSE = 17
"""Points at which it is checked that everything moves one way."""
ENUMERATED = 65
"""Points up to which every candidate is tried, and points of a grid where something does not move one way."""
LINES = 17
"""Values of the first of two terms; for each of them the second is found by bisection."""
ROUNDS = 6
"""How often a grid is refined, or lines are laid half as far apart."""
LINES_OF_PARETO, PARTS_OF_PARETO = 5, 128
"""Values of the first of two terms, and parts of the second, for the Pareto set."""
LEVELS = (0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.075, 0.05, 0.025, 0.01)
"""Loss probabilities at which the payer's cost is told. [1]"""
FEWEST_LEVELS = 5
"""Where fewer of these can be reached, levels are spaced evenly."""
MARGIN = 2.0
"""Standard errors by which a limit must hold, so that the terms are not those that the luck of the paths favours."""
UNLIKELY = 4.0
"""Standard errors by which the check with other people may differ."""
P_LOSS = Limit(INVESTOR, None, "p_loss", None, None, 1.0, "<=", 1.0)
"""The loss probability of all investors together, which is always told."""
_PAYERS = re.compile(r"(?P<payers>.*\.payers)(?:\[(?P<one>[^\]]+)\]|\.(?P<other>[^.\[\]]+))")


class Term(NamedTuple):
    """What is solved for."""

    place: str
    """As stresses write it."""
    kind: str
    """``money``, ``share``, ``count`` or ``number``; ``factor`` by which what stands there is multiplied."""
    as_it_stands: float | None
    """What the file says: 1 for a factor; None where it says nothing yet."""
    low: float
    """Where the search begins."""
    high: float
    """Where it ends."""
    steps: int
    """Steps in one unit: 100 for an amount of kroner, which is solved to the øre."""

    def value(self, k: int) -> float:
        """The number at a place of the lattice."""
        return k / self.steps


class Point(NamedTuple):
    """Terms and what they lead to."""

    terms: tuple[float | None, ...]
    """One for each place; None where the file says nothing yet."""
    cost: Estimate
    """What the payer pays in the mean. [currency]"""
    p_loss: Estimate
    """Probability that all investors together get back less than they paid in. [1]"""
    figures: tuple[Estimate, ...]
    """What each limit is set to, as attained."""
    holds: tuple[bool, ...]
    """Whether each limit holds."""

    @property
    def feasible(self) -> bool:
        """Whether all limits hold."""
        return all(self.holds)


class ParetoPoint(NamedTuple):
    """Terms under which nobody gains without the other losing."""

    terms: tuple[float | None, ...]
    cost: Estimate
    """[currency]"""
    p_loss: Estimate
    """[1]"""
    holds: bool
    """Whether all limits hold."""
    chosen: bool
    """Whether these are the solved terms."""


class Relaxation(NamedTuple):
    """How far a limit would have to give way."""

    limit: str
    """As it was given."""
    needed: float
    """The number at which it could be kept."""
    by: float
    """How far that lies from the number given, in its unit."""
    alone: bool
    """Whether that is enough; False where all limits named must give way together."""
    terms: tuple[float | None, ...]
    """The terms that would then do."""


class BreakEven(NamedTuple):
    """From how many successes on investors get their money back."""

    outcome: str
    of: int
    """The most successes that come about. [people]"""
    as_it_stands: int | None
    """With the terms of the file; None where no number of successes is enough, or other things matter too."""
    solved: int | None
    """With the solved terms."""


class Again(NamedTuple):
    """The solved terms met by other people than those for whom they were solved."""

    engine: str
    paths: int
    seed: int
    point: Point


class Priced(NamedTuple):
    """The answer."""

    hurdle: float
    """Rate of the present values: the last hurdle of the scenario. [1/year]"""
    engine: str
    """Who ran the deal: ``exact`` and integrated people are without the luck of single persons."""
    noise_free: bool
    """Whether the figures have no simulation error at all."""
    margin: float
    """Standard errors by which limits must hold; 0 where the figures have none."""
    minimised: str
    """The payer whose mean cost is least; ``all payers``."""
    terms: tuple[Term, ...]
    limits: tuple[str, ...]
    base: Point | None
    """The deal as it stands; None where the file says nothing yet at one of the places."""
    solved: Point | None
    """The cheapest terms under which all limits hold; None where there are none."""
    binding: tuple[str, ...]
    """Limits that break one step cheaper."""
    at_end: tuple[str, ...]
    """Places whose solved terms lie at an end of what was searched."""
    monotone: bool
    """Whether everything moves one way along the search, so that no cheaper terms can be missed."""
    apart: tuple[float, ...]
    """Of two terms: how far the values of the first lay apart at first and at last; empty where all was bisected."""
    relaxations: tuple[Relaxation, ...]
    """Where there are no such terms: the smallest relaxations that would make some possible, relative to the limit."""
    pareto: tuple[ParetoPoint, ...]
    """From the safest for investors to the cheapest for payers."""
    break_even: BreakEven | None
    """None where the contract counts several things, or none."""
    again: Again | None
    """Out of sample; None where there are no solved terms."""
    candidates: int
    """Terms that were tried."""
    remarks: tuple[str, ...]
    """What a reader must know."""


class Asked(NamedTuple):
    """What is asked for."""

    change: Sequence[str]
    """Places that are solved for, one or two."""
    investor: Sequence[str] = ()
    payer: Sequence[str] = ()
    budget: Sequence[str] = ()
    public: Sequence[str] = ()
    low: Sequence[float] = ()
    """Where the search begins, one for each place; left out, a fourth of what stands there."""
    high: Sequence[float] = ()
    """Where it ends; left out, four times as much."""
    minimise: str | None = None
    """The payer whose mean cost is to be least; left out, all of them together."""
    margin: float = MARGIN
    """Standard errors of the simulation by which limits must hold; 0 where the figure alone is to keep them."""


def price(
    deal: api.Deal,
    asked: Asked,
    paths: int = PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    engine: str = "auto",
    progress: Callable[[int], None] | None = None,
) -> Priced:
    """Solve for the terms under which limits hold at least cost to the payer.

    Parameters
    ----------
    deal : Deal
        A deal with investors.
    asked : Asked
        What is solved for, and under which limits.
    paths, seed, threads
        As in `risksim.api.simulate`.
    engine : {"auto", "individual", "conditional", "exact"}
        ``auto`` takes the most exact engine that can run the deal.
    progress : callable, optional
        Called with how many terms were tried so far.

    Returns
    -------
    Priced

    Raises
    ------
    RunError
        If what is asked for makes no sense for the deal.
    """
    limits = read_limits(deal, asked.investor, asked.payer, asked.budget, asked.public)
    if not limits:
        raise RunError(_('got no limit; terms are solved so that limits hold. Try --investor "p_loss<=0.10".'))
    terms = terms_of(deal, asked)
    _check_payer(deal, asked.minimise)
    if not 0.0 <= asked.margin < math.inf:
        raise RunError(
            _(
                "--margin: got {margin:g}; limits hold by 0 standard errors or more. Try --margin 2.",
                margin=asked.margin,
            )
        )
    draws = api.draw_once(deal, paths, seed, threads, engine)
    tried = Tried(deal, terms, limits, asked.minimise, draws, asked.margin, progress)
    found = _solve_one(tried) if len(terms) == 1 else _solve_two(tried)
    solved = None if found.best is None else tried.at(found.best)
    binding, at_end = _what_binds(tried, found.best)
    relaxations = () if solved is not None else found.relaxations
    again = None if found.best is None else _again(tried, found.best)
    return Priced(
        deal.plan.labels.hurdles[-1],
        tried.draws.engine,
        tried.draws.engine == "exact",
        0.0 if tried.draws.engine == "exact" else asked.margin,
        asked.minimise or "all payers",
        terms,
        tuple(map(str, limits)),
        tried.base,
        solved,
        binding,
        at_end,
        found.monotone,
        found.apart,
        relaxations,
        _pareto(tried, found),
        _break_even(tried, found.best),
        again,
        len(tried.known),
        _remarks(tried, found, solved, again, at_end),
    )


# What is solved for


def terms_of(deal: api.Deal, asked: Asked) -> tuple[Term, ...]:
    """What is solved for, and between which numbers.

    Raises
    ------
    RunError
        If a place is not there, is no number, or the search has no room.
    """
    if not 1 <= len(asked.change) <= MOST_TERMS or len(set(asked.change)) < len(asked.change):
        raise RunError(
            _(
                "got {number} places to change; one or two different ones are solved for together. Try --change "
                "payments[0].price.",
                number=len(asked.change),
            )
        )
    for option, ends in (("--from", asked.low), ("--to", asked.high)):
        if len(ends) not in (0, len(asked.change)):
            raise RunError(
                _(
                    "got {number} times {option} for {places} places. Give one for each place.",
                    number=len(ends),
                    option=option,
                    places=len(asked.change),
                )
            )
    found = []
    for k, place in enumerate(asked.change):
        found.append(_term(deal, place, asked.low[k] if asked.low else None, asked.high[k] if asked.high else None))
    return tuple(found)


def _term(deal: api.Deal, place: str, low: float | None, high: float | None) -> Term:
    found = api.numbers_at(deal, place, creates=low is not None and high is not None)
    (first, *others) = found.values
    factor = found.said and (bool(others) or first is None)
    if others and not found.said:
        raise RunError(
            _("{place}: got several places of which the file says some only. Name one of them.", place=place)
        )
    kind, now = ("factor", 1.0) if factor else (found.kind, first)
    steps = deal.plan.minor_units if kind == "money" else STEPS[kind]
    least, most = _bracket(kind, now, steps)
    ends = (
        math.ceil((least if low is None else low) * steps - 1e-6),
        math.floor((most if high is None else high) * steps + 1e-6),
    )
    if not 0 <= ends[0] < ends[1]:
        raise RunError(
            _(
                "{place}: got a search from {low:g} to {high:g}; it goes from a smaller number, not below 0, to a "
                "larger one. Try --from and --to.",
                place=place,
                low=ends[0] / steps,
                high=ends[1] / steps,
            )
        )
    return Term(place, kind, now, ends[0] / steps, ends[1] / steps, steps)


def _bracket(kind: str, now: float | None, steps: int) -> tuple[float, float]:
    """Where the search goes unless somebody says otherwise."""
    if kind == "share":
        return 1.0 / steps, 1.0 - 1.0 / steps
    if kind == "count":
        return 1.0, max(2.0 * (now or 0.0), 2.0)
    return (now or 0.0) / WIDTH, (now or 0.0) * WIDTH


def change_of(deal: api.Deal, term: Term, value: float) -> dict[str, Any]:
    """What a stress says that puts a number in its place."""
    if term.kind == "factor":
        return {term.place: {"times": value}}
    beside = api.numbers_at(deal, term.place, creates=True).beside
    match = _PAYERS.fullmatch(term.place)
    if not beside or match is None:
        return {term.place: int(value) if term.kind == "count" else value}
    name = match["one"] or match["other"]
    return {match["payers"]: _shares(beside, name, round(value * term.steps), term.steps)}


def _shares(shares: dict[str, float], name: str, mine: int, steps: int) -> dict[str, float]:
    """The shares of all payers where one bears so many steps; the others keep their proportions."""
    others = {other: share for other, share in shares.items() if other != name}
    whole, left = sum(others.values()), steps - mine
    found = dict.fromkeys(shares, mine)
    for position, (other, share) in enumerate(others.items()):
        part = round(share / whole * (steps - mine)) if whole else 0
        found[other] = left if position == len(others) - 1 else min(part, left)
        left -= found[other]
    return {payer: k / steps for payer, k in found.items()}


def _check_payer(deal: api.Deal, name: str | None) -> None:
    payers = deal.plan.labels.payers
    if name is not None and name not in payers:
        raise RunError(
            _(
                "--minimise: got '{name}'; who pays is {names}. Name one, or leave it out for all.",
                name=name,
                names=", ".join(payers),
            )
        )


# Candidates


class Tried:
    """Candidates, each settled once on the same people.

    Parameters
    ----------
    deal : Deal
        The deal.
    terms : tuple of Term
        What is solved for.
    limits : tuple of Limit
        What must hold.
    payer : str or None
        Whose cost is to be least; None for all payers.
    draws : Draws
        The people.
    margin : float
        Standard errors by which limits must hold.
    progress : callable, optional
        Called with how many were tried so far.
    """

    def __init__(
        self,
        deal: api.Deal,
        terms: tuple[Term, ...],
        limits: tuple[Limit, ...],
        payer: str | None,
        draws: api.Draws,
        margin: float = MARGIN,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.deal, self.terms, self.limits, self.payer, self.draws = deal, terms, limits, payer, draws
        self.margin, self.progress = margin, progress
        self.known: dict[Key, Point] = {}
        said = all(term.as_it_stands is not None for term in terms)
        as_said = tuple(term.as_it_stands for term in terms)
        self.base = self._point(deal, as_said, api.resettle(deal, draws), 0.0) if said else None

    @property
    def ends(self) -> list[tuple[int, int]]:
        """Where the search begins and ends, on the lattice."""
        return [(round(term.low * term.steps), round(term.high * term.steps)) for term in self.terms]

    def values(self, key: Key) -> tuple[float, ...]:
        """The terms at a place of the lattice."""
        return tuple(term.value(k) for term, k in zip(self.terms, key, strict=True))

    def deal_at(self, key: Key) -> api.Deal:
        """The deal with other terms.

        Raises
        ------
        RunError
            If the deal can't have them.
        """
        values = self.values(key)
        changes: dict[str, Any] = {}
        for term, value in zip(self.terms, values, strict=True):
            changes |= change_of(self.deal, term, value)
        try:
            return api.changed(self.deal, "these terms", changes)
        except ScenarioError as error:
            said = ", ".join(
                _("{place} at {value:g}", place=term.place, value=value)
                for term, value in zip(self.terms, values, strict=True)
            )
            fault = error.faults[0]
            raise RunError(
                _(
                    "{file}: the deal cannot have {said}: {found}\n"
                    "  {remedy} Or search elsewhere with --from and --to.",
                    file=self.deal.document.file,
                    said=said,
                    found=fault.found,
                    remedy=fault.remedy,
                )
            ) from None

    def run_at(self, key: Key) -> api.Run:
        """The deal with other terms, met by the same people."""
        return api.resettle(self.deal_at(key), self.draws)

    def at(self, key: Key) -> Point:
        """What terms lead to."""
        if key not in self.known:
            deal = self.deal_at(key)
            run = api.resettle(deal, self.draws)
            self.known[key] = self._point(deal, self.values(key), run, self.margin)
            if self.progress is not None:
                self.progress(len(self.known))
        return self.known[key]

    def excess(self, point: Point, j: int) -> float:
        """By how much a candidate breaks a limit, its margin among it; 0 where it keeps it."""
        return self.limits[j].excess(self.reached(point, j))

    def reached(self, point: Point, j: int) -> float:
        """The figure of a limit with its margin."""
        return self.limits[j].surely(point.figures[j], self.margin)

    def _point(self, deal: api.Deal, values: tuple[float | None, ...], run: api.Run, margin: float) -> Point:
        job = self.draws.job
        return point_of(deal, values, run, self.limits, self.payer, min(job.paths, PURSE_PATHS), job.seed, margin)


def point_of(
    deal: api.Deal,
    values: tuple[float | None, ...],
    run: api.Run,
    limits: tuple[Limit, ...],
    payer: str | None,
    paths: int,
    seed: int,
    margin: float = 0.0,
) -> Point:
    """What a run of a deal with some terms says of cost and limits; the public purse is run where a limit asks."""
    public = any(limit.side == PUBLIC for limit in limits)
    purse = figures_of_budgets(limits, api.run_purse(deal, paths, seed)) if public else None
    figures = tuple(figure_of(limit, run, purse) for limit in limits)
    return Point(
        values,
        precision.mean(paid_by(run, None if payer is None else run.plan.labels.payers.index(payer)), run.sample),
        figure_of(P_LOSS, run),
        figures,
        tuple(limit.holds(limit.surely(figure, margin)) for limit, figure in zip(limits, figures, strict=True)),
    )


# The search


class Found(NamedTuple):
    """What a search found."""

    best: Key | None
    monotone: bool
    relaxations: tuple[Relaxation, ...]
    apart: tuple[float, ...] = ()


def _solve_one(tried: Tried) -> Found:
    """One term: by bisection where everything moves one way, otherwise on a grid that is refined."""
    ((low, high),) = tried.ends
    if high - low < ENUMERATED:
        return _best_of(tried, [(k,) for k in range(low, high + 1)], monotone=True)
    grid = search.spaced(low, high, COARSE)
    points = [tried.at((k,)) for k in grid]
    rows = [[point.cost.value for point in points], [point.p_loss.value for point in points]]
    rows += [[point.figures[j].value for point in points] for j in range(len(tried.limits))]
    if any(search.direction(row) is None for row in rows):
        return _on_grids(tried, ENUMERATED, COARSE)
    for j in range(len(tried.limits)):
        _boundary(tried, grid, j)
    return _best_of(tried, sorted(tried.known), monotone=True)


def _boundary(tried: Tried, grid: list[int], j: int) -> None:
    """Try the candidates on both sides of the place where a limit begins to hold."""
    held = [tried.at((k,)).holds[j] for k in grid]
    for left, right in zip(range(len(grid)), range(1, len(grid)), strict=False):
        if held[left] != held[right]:
            ends = (grid[left], grid[right]) if held[right] else (grid[right], grid[left])
            search.first_true(*ends, lambda k: tried.at((k,)).holds[j])


def _solve_two(tried: Tried) -> Found:
    """Two terms: for each of many values of the first the second by bisection, then each to its last step."""

    def cost(key: Key) -> tuple[float, ...]:
        return (tried.at(key).cost.value,)

    best, gap = _on_lines(tried, cost, lambda key: tried.at(key).holds, ROUNDS)
    if best is not None:
        return Found(best, monotone=False, relaxations=(), apart=_apart(tried, gap))
    gaps = []
    for j in range(len(tried.limits)):

        def broken(key: Key, j: int = j) -> tuple[float, ...]:
            point = tried.at(key)
            return (tried.excess(point, j), point.cost.value)

        gaps.append(_on_lines(tried, broken, lambda key, j=j: _but(tried.at(key).holds, j), ROUNDS)[1])  # type: ignore[misc]
    return Found(None, monotone=False, relaxations=_relaxations(tried), apart=_apart(tried, max(gaps)))


def _apart(tried: Tried, gap: int) -> tuple[float, float]:
    """How far the values of the first term lay apart at first and at last."""
    first, (low, high) = tried.terms[0], tried.ends[0]
    return max(1.0, (high - low) / (LINES - 1)) / first.steps, gap / first.steps


def _but(holds: tuple[bool, ...], j: int) -> tuple[bool, ...]:
    return (*holds[:j], *holds[j + 1 :])


def _on_lines(
    tried: Tried, score: Callable[[Key], tuple[float, ...]], holds: Callable[[Key], tuple[bool, ...]], rounds: int
) -> tuple[Key | None, int]:
    """The pair of least score under which all holds, and how far the last values of the first term lay apart."""
    first, second = tried.ends
    best, gap = search.best_of_lines((first, second), score, holds, LINES, rounds)
    if best is not None:
        for axis in (1, 0, 1):
            best = _polished(tried, best, axis, score, holds)
    return best, gap


def _polished(
    tried: Tried,
    best: Key,
    axis: int,
    score: Callable[[Key], tuple[float, ...]],
    holds: Callable[[Key], tuple[bool, ...]],
) -> Key:
    """The best candidate next to one along one term, to its last step."""
    low, high = tried.ends[axis]

    def at(k: int) -> Key:
        return (*best[:axis], k, *best[axis + 1 :])

    reached = best[axis]
    for way in (-1, 1):
        gap = 1
        while (k := min(max(reached + way * gap, low), high)) != reached:
            if score(at(k)) >= score(at(reached)):
                break
            if not all(holds(at(k))):
                reached = search.first_true(k, reached, lambda each: all(holds(at(each))))
                break
            reached, gap = k, 2 * gap
    return at(reached)


def _on_grids(tried: Tried, count: int, finer: int) -> Found:
    """The best candidate of grids; where none keeps all limits, how far each limit would have to give way."""

    def score(key: Key) -> tuple[float, ...]:
        point = tried.at(key)
        if point.feasible:
            return (0.0, point.cost.value, *map(float, key))
        return (1.0, _broken(tried, point), *map(float, key))

    best, _ = search.refined(tried.ends, score, count, finer, ROUNDS)
    if tried.at(best).feasible:
        return Found(best, monotone=False, relaxations=())
    for j in range(len(tried.limits)):
        search.refined(tried.ends, lambda key, j=j: _score_without(tried, key, j), count, finer, ROUNDS)  # type: ignore[misc]
    return Found(None, monotone=False, relaxations=_relaxations(tried))


def _score_without(tried: Tried, key: Key, j: int) -> tuple[float, ...]:
    point = tried.at(key)
    others = _broken(tried, point, but=j)
    return (others, tried.excess(point, j), point.cost.value)


def _broken(tried: Tried, point: Point, but: int = -1) -> float:
    """How far limits are broken, each relative to its number."""
    return sum(
        _relative(limit, tried.excess(point, j))
        for j, limit in enumerate(tried.limits)
        if j != but and not point.holds[j]
    )


def _relative(limit: Limit, excess: float) -> float:
    return excess / (abs(limit.number) or 1.0)


def _best_of(tried: Tried, keys: Sequence[Key], *, monotone: bool) -> Found:
    """The cheapest candidate that keeps all limits; of those that cost the same, the one at a limit."""
    feasible = [key for key in keys if tried.at(key).feasible]
    if not feasible:
        return Found(None, monotone, _relaxations(tried))
    least = min(tried.at(key).cost.value for key in feasible)
    cheapest = sorted(key for key in feasible if tried.at(key).cost.value <= least * (1.0 + 1e-12))
    at_limit = [key for key in cheapest if _broken_beside(tried, key)]
    return Found((at_limit or cheapest)[0], monotone, ())


def _broken_beside(tried: Tried, key: Key) -> tuple[int, ...]:
    """The limits that break one step away, where that costs no more."""
    here, found = tried.at(key), set()
    for axis, (low, high) in enumerate(tried.ends):
        for k in (key[axis] - 1, key[axis] + 1):
            if low <= k <= high:
                point = tried.at((*key[:axis], k, *key[axis + 1 :]))
                if point.cost.value <= here.cost.value * (1.0 + 1e-12):
                    found |= {j for j, held in enumerate(point.holds) if not held}
    return tuple(sorted(found))


def _what_binds(tried: Tried, best: Key | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if best is None:
        return (), ()
    binding = tuple(str(tried.limits[j]) for j in _broken_beside(tried, best))
    places = zip(tried.terms, best, tried.ends, strict=True)
    return binding, tuple(term.place for term, k, ends in places if k in ends)


def _relaxations(tried: Tried) -> tuple[Relaxation, ...]:
    """How far each limit alone would have to give way; where none is enough alone, how far all of them together."""
    found = []
    for j in range(len(tried.limits)):
        others = [point for point in tried.known.values() if _keeps_all_but(point, j)]
        best = min(others, key=lambda point: (tried.excess(point, j), point.cost.value), default=None)
        if best is not None and math.isfinite(tried.excess(best, j)):
            found.append(_relaxation(tried, _cheapest_with(tried, j, best), j, alone=True))
    if not found:
        best = min(tried.known.values(), key=lambda point: (_broken(tried, point), point.cost.value))
        broken = [j for j, held in enumerate(best.holds) if not held]
        found = [_relaxation(tried, best, j, alone=False) for j in broken]
    by_number = {str(limit): limit for limit in tried.limits}
    return tuple(sorted(found, key=lambda one: _relative(by_number[one.limit], one.by)))


def _cheapest_with(tried: Tried, j: int, best: Point) -> Point:
    """The cheapest candidate under which a limit is broken no further than under the best one, and no other is."""
    limit = tried.limits[j]._replace(number=tried.reached(best, j), sign=tried.limits[j].sign[0] + "=")

    def does(key: Key) -> bool:
        point = tried.at(key)
        return _keeps_all_but(point, j) and limit.holds(tried.reached(point, j))

    keys = sorted(tried.known)
    if len(tried.terms) == 1:
        for left, right in itertools.pairwise(keys):
            if does(left) != does(right):
                ends = (left[0], right[0]) if does(right) else (right[0], left[0])
                search.first_true(*ends, lambda k: does((k,)))
    return min((tried.at(key) for key in tried.known if does(key)), key=lambda point: point.cost.value)


def _keeps_all_but(point: Point, j: int) -> bool:
    return all(held for place, held in enumerate(point.holds) if place != j)


def _relaxation(tried: Tried, point: Point, j: int, *, alone: bool) -> Relaxation:
    return Relaxation(str(tried.limits[j]), tried.reached(point, j), tried.excess(point, j), alone, point.terms)


# What is told beside the answer


def _pareto(tried: Tried, found: Found) -> tuple[ParetoPoint, ...]:
    """Candidates that no other beats in both cost and loss probability, about ten of them."""
    if len(tried.terms) == 1 and found.monotone:
        _try_levels(tried)
    elif len(tried.terms) == 2:
        _try_levels_of_two(tried, found)
    keys = sorted(tried.known)
    points = [tried.at(key) for key in keys]
    burden = _burdens(tried, keys)
    best = [
        keys[k]
        for k in search.unbeaten([(point.p_loss.value, each) for point, each in zip(points, burden, strict=True)])
    ]
    told = _thinned(tried, best)
    if found.best is not None and found.best not in told:
        told = sorted([*told, found.best], key=lambda key: tried.at(key).p_loss.value)
    return tuple(
        ParetoPoint(point.terms, point.cost, point.p_loss, point.feasible, key == found.best)
        for key, point in ((key, tried.at(key)) for key in told)
    )


def _burdens(tried: Tried, keys: list[Key]) -> list[float]:
    """What a safer deal for investors costs: the payer's mean cost; where one term doesn't move that, the term itself,
    as a guarantee that somebody else gives.
    """
    points = [tried.at(key) for key in keys]
    if len(tried.terms) == 1 and search.direction([point.cost.value for point in points]) == 0:
        falls = search.direction([point.p_loss.value for point in points]) == -1
        return [float(key[0] if falls else -key[0]) for key in keys]
    return [point.cost.value for point in points]


def _levels(tried: Tried) -> list[float]:
    """Loss probabilities to look for."""
    reached = [point.p_loss.value for point in tried.known.values()]
    low, high = min(reached), max(reached)
    levels = [level for level in LEVELS if low <= level <= high]
    return levels if len(levels) >= FEWEST_LEVELS else list(np.linspace(low, high, len(LEVELS)))


def _try_levels(tried: Tried) -> None:
    """Try the cheapest candidates at some loss probabilities."""
    ((low, high),) = tried.ends
    step = 1 if tried.draws.is_by_law else max(1, (high - low) >> 12)
    for level in _levels(tried):
        keys = sorted(tried.known)
        held = [tried.at(key).p_loss.value <= level for key in keys]
        for k in range(len(keys) - 1):
            if held[k] != held[k + 1]:
                ends = (keys[k][0], keys[k + 1][0]) if held[k + 1] else (keys[k + 1][0], keys[k][0])
                search.first_true(*ends, lambda each, level=level: tried.at((each,)).p_loss.value <= level, step)  # type: ignore[misc]


def _try_levels_of_two(tried: Tried, found: Found) -> None:
    """Try candidates that reach some loss probabilities, along a few values of the first term."""
    first, (low, high) = tried.ends
    axis = {*search.spaced(*first, LINES_OF_PARETO), *([found.best[0]] if found.best is not None else [])}
    step = max(1, (high - low) // PARTS_OF_PARETO)
    for level in _levels(tried):
        for a in sorted(axis):
            search.best_of_line(
                low,
                high,
                lambda b, a=a: tried.at((a, b)).cost.value,  # type: ignore[misc]
                lambda b, a=a, level=level: (tried.at((a, b)).p_loss.value <= level,),  # type: ignore[misc]
                step,
            )


def _thinned(tried: Tried, keys: list[Key]) -> list[Key]:
    """At most as many candidates as there are levels: for each, the cheapest that reaches it."""
    if len(keys) <= len(LEVELS):
        return keys
    kept: set[Key] = set()
    for level in _levels(tried):
        reach = [key for key in keys if tried.at(key).p_loss.value <= level]
        kept |= {reach[-1]} if reach else set()
    return [key for key in keys if key in kept]


def _break_even(tried: Tried, best: Key | None) -> BreakEven | None:
    successes = api.successes(tried.draws)
    columns = tried.deal.plan.labels.outcomes
    if successes is None or len(columns) != 1:
        return None
    base = None if tried.base is None else _first_without_loss(api.resettle(tried.deal, tried.draws), successes)
    solved = None if best is None else _first_without_loss(tried.run_at(best), successes)
    return BreakEven(columns[0], int(successes.max()), base, solved)


def _first_without_loss(run: api.Run, successes: np.ndarray[Any, Any]) -> int | None:
    """The number of successes from which on nothing is lost; None where more than that number matters."""
    side = api.investors(run)
    lost = side.received < side.drawn
    if not lost.any():
        return int(successes.min())
    if lost.all() or successes[lost].max() >= successes[~lost].min():
        return None
    # On drawn paths a number between the two may have come about on none of them.
    return int(successes[~lost].min())


def _again(tried: Tried, best: Key) -> Again:
    """The solved terms with a new seed: those who were solved for are the people whom the terms fit best."""
    job, deal = tried.draws.job, tried.deal_at(best)
    seed = (job.seed + 1) % 2**64
    engine = "individual" if tried.draws.is_by_law else tried.draws.engine
    run = api.run_job(job._replace(plan=deal.plan, seed=seed, engine=engine))
    point = point_of(deal, tried.values(best), run, tried.limits, tried.payer, job.paths, seed)
    return Again(engine, job.paths, seed, point)


def _remarks(
    tried: Tried, found: Found, solved: Point | None, again: Again | None, at_end: tuple[str, ...]
) -> tuple[str, ...]:
    remarks = []
    if search.direction([point.cost.value for point in tried.known.values()]) == 0:
        remarks.append(
            "What the payer pays does not depend on these terms: of those that keep all limits, one at a limit."
        )
    if found.apart:
        remarks.append(_how_wide(tried, found.apart))
    elif not found.monotone:
        remarks.append(
            "Searched on grids, each finer than the one before: cheaper terms between their points may be missed."
        )
    for place in at_end:
        remarks.append(f"{place} ends where the search ends; look further with --from and --to.")
    if solved is not None and again is not None:
        for limit, figure, other in zip(tried.limits, solved.figures, again.point.figures, strict=True):
            remarks += _of_luck(limit, figure, other)
    return tuple(remarks)


def _how_wide(tried: Tried, apart: tuple[float, ...]) -> str:
    """How the search over two terms went, in words."""
    first, second = (term.place for term in tried.terms)
    wide, near = (f"{each:,.{len(str(tried.terms[0].steps)) - 1}f}" for each in apart)
    return (
        f"For each of many values of {first}, {wide} apart and in the end {near} around the best, {second} was found "
        "by bisection: pairs between these values may be a little cheaper."
    )


def _of_luck(limit: Limit, figure: Estimate, other: Estimate) -> list[str]:
    """Whether a limit that holds may do so by the luck of the paths."""
    error, away = figure.standard_error, abs(other.value - figure.value)
    if error > 0.0 and abs(figure.value - limit.number) < MARGIN * error * (1.0 - 1e-9):
        said = f"{limit} holds on these paths, but by less than {MARGIN:g} standard errors"
        return [f"{said}; with more paths, or a larger --margin, it is safer."]
    if error != 0.0 and other.standard_error > 0.0 and limit.excess(other.value) > 0.0:
        return [f"{limit} does not hold with other people; take more --paths, or a larger --margin."]
    if error == 0.0 and other.standard_error > 0.0 and away > UNLIKELY * other.standard_error:
        return [f"{limit}: the check with other people differs by more than {UNLIKELY:g} standard errors."]
    return []
