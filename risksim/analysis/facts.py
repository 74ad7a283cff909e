"""How the facts of a memo are found: each question of a board by the module that answers it, on draws of its own.

The answer of the deal itself is that of `risksim run` with the same paths, seed and engine. What a deal has not is left
out, with the reason.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from risksim import api
from risksim.analysis.answer import Answered, Wishes, answer, ask, opened_by, to_open
from risksim.analysis.deal_facts import all_prices, deal_of, main_price, other_terms
from risksim.analysis.memo import (
    Appropriation,
    Drivers,
    Facts,
    Promise,
    Provenance,
    Terms,
    Together,
)
from risksim.analysis.purse_tornado import Tornado, tornado
from risksim.analysis.results import (
    appropriations_of_paths,
    appropriations_of_payers,
    appropriations_of_purse,
    results_of_deal,
)
from risksim.analysis.sensitivity import NothingUncertainError, Sensitivity, sensitivity
from risksim.analysis.standard import Standard
from risksim.analysis.standard import answer as stresses_of
from risksim.errors import RisksimError
from risksim.language import N_
from risksim.metrics import precision, search
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import PurseSummary
from risksim.results.story import Story

Report = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what is being done."""
P_LOSS = 0.10
"""The investors' probability of a loss under which terms are acceptable, unless said otherwise. [1]"""
SIDE_PATHS = 16_384
"""Paths behind drivers, stresses and terms. [paths]"""
QUICK_PATHS = 2_048
"""The same in a memo that is made quickly. [paths]"""
MULTIPLES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6)
"""What all prices together are tried at, as multiples of what they are."""
HIGHER = (2.0, 2.5, 3.0, 4.0)
"""What is tried beyond these where none of them is enough, but not drawn."""
HUNDREDTHS = 100
"""Steps of a multiple in one. [1]"""
MARGIN = 2.0
"""Standard errors by which a limit must hold, so that terms are not those that the luck of the paths favours."""
GUARANTEE_DIGITS = 3
"""Digits to which a guarantee is rounded up."""
MOST_DRIVERS = 5
VISIBLE = 2.0
"""Standard errors beyond which an influence is no chance."""
SECTIONS = ("drivers", "stresses", "terms", "acceptability", "stories", "budgets")
"""What may be left out of a memo, as it takes runs of its own."""

NOBODY_INVESTS = N_("Nobody invests by this file, so there is no return and no loss to tell of.")
NO_PUBLIC = N_("The file says nothing of public budgets.")
NO_PAYERS = N_("Nobody pays for results in this deal.")
NOTHING_UNCERTAIN = N_("Every number of the file is certain, so nothing drives the answer.")
NO_TERMS = N_("The deal has no price, guarantee or cap that could be changed by itself.")
NO_PRICE = N_("The deal has no single price that could be changed by itself.")
NOT_ASKED = N_("It was left out of this memo.")
NOT_FOUND = N_("It cannot be worked out for this deal.")
TOO_MANY_PATHS = N_("The paths of so long a run are not kept, so their results cannot be drawn.")
TOO_MANY_DEALS = N_("More than four deals are not compared path by path.")
OTHER_CURRENCIES = N_("The deals are in different currencies.")
NOTHING_SHARED = N_("Not all of the deals have investors, and not all speak of public budgets.")

RUNNING = N_("simulating the deal")
ON_BUDGETS = N_("reckoning public budgets")
DRIVING = N_("looking for what drives the answer")
STRESSING = N_("asking the standard stresses")
SOLVING = N_("solving for terms")
PRICING = N_("trying other prices")
TELLING = N_("telling a typical and a bad path")
COMPARING = N_("comparing the deals")


class How(NamedTuple):
    """How a memo is made."""

    paths: int | None = None
    """Of the run; left out, as many as `risksim run` takes. [paths]"""
    seed: int = api.SEED
    threads: int = 0
    engine: str = "auto"
    p_loss: float = P_LOSS
    """The probability of a loss that terms are solved for. [1]"""
    quick: bool = False
    """Whether the questions beside the run are asked on few paths."""
    side_paths: int | None = None
    """Paths of these questions; left out, `SIDE_PATHS` or `QUICK_PATHS`. [paths]"""
    leave_out: frozenset[str] = frozenset()
    """Some of `SECTIONS`."""

    @property
    def beside(self) -> int:
        """Paths of the questions beside the run. [paths]"""
        return self.side_paths or (QUICK_PATHS if self.quick else SIDE_PATHS)


def teller(report: Report | None, what: str) -> Callable[[int, int], None]:
    """Say what begins; what hears how much of it is done, and of how much."""
    if report is not None:
        report(0, 1, what)

    def hear(done: int, of: int) -> None:
        if report is not None:
            report(done, of, what)

    return hear


class _Finding:
    """The questions beside the run, each found or missing with its reason."""

    def __init__(self, deal: api.Deal, how: How, report: Report | None) -> None:
        self.deal, self.how, self.report = deal, how, report
        self.lacking: dict[str, str] = {}

    def told(self, what: str) -> Callable[[int, int], None]:
        """What hears how much of a question is done."""
        return teller(self.report, what)

    def wants(self, section: str, *names: str) -> bool:
        """Whether a section is wanted; where it isn't, its fields are lacking."""
        if section in self.how.leave_out:
            self.lacking |= dict.fromkeys(names or (section,), NOT_ASKED)
            return False
        return True

    def lacks(self, reason: str, *names: str) -> None:
        """Say why fields are missing."""
        self.lacking |= dict.fromkeys(names, reason)


def facts(deal: api.Deal, how: How = How(), progress: Report | None = None) -> Facts:  # noqa: B008 - never changed
    """Find all that a memo says of one deal.

    Parameters
    ----------
    deal : Deal
        Any deal: with investors, or with a block `public` alone.
    how : How
        How it is made.
    progress : callable, optional
        Told how much is done, of how much, and what is being done.

    Returns
    -------
    Facts
    """
    finding = _Finding(deal, how, progress)
    if not deal.scenario.is_funded:
        return _of_purse_alone(finding)
    told = finding.told(RUNNING)
    asked = ask(deal, how.paths, how.seed, how.threads, Wishes(engine=how.engine), columns=True)
    found = answer(asked, progress=lambda done: told(done, asked.job.paths))
    if found.done.partial:  # a memo is of the whole run or of none
        raise KeyboardInterrupt
    return _of_answer(finding, found)


def _of_answer(finding: _Finding, found: Answered) -> Facts:
    deal, done = finding.deal, found.done
    budgets, aside = _budgets(finding, found)
    if not aside:
        finding.lacks(NO_PAYERS, "appropriations")
    results = results_of_deal(done, found.views.expected, found.views.luck)
    if results is None:
        finding.lacks(TOO_MANY_PATHS, "results")
    drivers = _drivers(finding)
    stresses = _stresses(finding)
    terms, price = _terms(finding, found)
    acceptability, together, promise = _all_prices(finding, found)
    typical, bad = _stories(finding, found)
    return Facts(
        provenance=_provenance(deal, found),
        deal=deal_of(deal, done.capital),
        description=api.describe(deal),
        summary=done.summary,
        lines=found.lines,
        split=found.split,
        results=results,
        appropriations=aside,
        budgets=budgets,
        drivers=drivers,
        stresses=stresses,
        terms=terms,
        typical=typical,
        bad=bad,
        acceptability=acceptability,
        lacking=finding.lacking,
        stated=api.stated(deal),
        budgets_how=found.purse.run.how if found.purse is not None else "",
        main_price=price,
        opened=to_open(done),
        together=together,
        promise=promise,
        purse_drivers=_purse_drivers(finding),
    )


def _budgets(finding: _Finding, found: Answered) -> tuple[PurseSummary | None, tuple[Appropriation, ...]]:
    """What is left to public budgets, and what payers set aside."""
    if found.purse is None:
        finding.lacks(NO_PUBLIC, "budgets")
        kept = found.done.columns is not None
        aside = appropriations_of_paths(found.done) if kept else appropriations_of_payers(found.done.summary.payers)
        return None, aside
    finding.told(ON_BUDGETS)
    summary = api.summarise_purse(found.purse.run)
    return summary, appropriations_of_purse(summary)


def _of_purse_alone(finding: _Finding) -> Facts:
    """The facts of a deal in which nobody invests."""
    deal, how = finding.deal, finding.how
    told = finding.told(ON_BUDGETS)
    whole = how.paths or api.PATHS
    engine = "auto" if how.engine == "exact" else how.engine
    run = api.run_purse(deal, how.paths, how.seed, engine, how.threads, lambda done: told(done, whole))
    finding.lacks(NOBODY_INVESTS, "summary", "lines", "split", "results", "drivers", "stresses", "terms")
    finding.lacks(NOBODY_INVESTS, "acceptability", "typical", "bad")
    budgets = api.summarise_purse(run)
    aside = appropriations_of_purse(budgets)
    if not aside:
        finding.lacks(NO_PAYERS, "appropriations")
    paths = int(run.paths.weight.size)
    return Facts(
        provenance=_of_file(deal, how.seed, paths, run.engine, run.how, f"risksim public {_name(deal)}"),
        deal=deal_of(deal),
        description=api.describe(deal),
        summary=None,
        lines=None,
        split=None,
        results=None,
        appropriations=aside,
        budgets=budgets,
        drivers=None,
        stresses=None,
        terms=(),
        typical=None,
        bad=None,
        acceptability=(),
        lacking=finding.lacking,
        stated=api.stated(deal),
        budgets_how=run.how,
        purse_drivers=_purse_drivers(finding),
    )


# Provenance


def _name(deal: api.Deal) -> str:
    return Path(deal.document.file).name


def _provenance(deal: api.Deal, found: Answered) -> Provenance:
    done, asked, checked = found.done, found.asked, found.checked
    engine = "" if asked.job.engine in ("auto", asked.choice.engine) else f" --engine {asked.job.engine}"
    said = _of_file(deal, asked.job.seed, asked.job.paths, done.engine, done.how, f"risksim run {_name(deal)}{engine}")
    if checked is None:
        why = next((one.obstacle for one in api.engines(deal) if one.engine == "conditional"), None)
        return said._replace(checked=why or "")
    return said._replace(checked=checked.how, cross_check=checked)


def _of_file(deal: api.Deal, seed: int, paths: int, engine: str, how: str, command: str) -> Provenance:
    name = _name(deal)
    return Provenance(
        file=name,
        text=deal.document.text.encode("utf-8"),
        digest=deal.plan.digest,
        register=api.describe(deal).register,
        seed=seed,
        paths=paths,
        engine=engine,
        how=how,
        checked="",
        versions=versions(),
        command=command.replace(name, shlex.quote(name)) + f" --paths {paths} --seed {seed}",
    )


def versions() -> dict[str, str]:
    """Versions of what makes the numbers."""
    return {"risksim": version("risksim-dsi"), "numpy": version("numpy"), "numba": version("numba")}


# Questions beside the run


def _drivers(finding: _Finding) -> Drivers | None:
    if not finding.wants("drivers"):
        return None
    how, told = finding.how, finding.told(DRIVING)
    try:
        found = sensitivity(
            finding.deal, how.beside, how.seed, how.threads, progress=lambda done: told(done, 8 * how.beside)
        )
    except NothingUncertainError:
        finding.lacks(NOTHING_UNCERTAIN, "drivers")
        return None
    return Drivers(found, first_of(found))


def first_of(found: Sensitivity) -> tuple[str, ...]:
    """The inputs that the answer hangs on most, by their share of the variance; none whose influence may be chance."""
    swings = {bar.input: bar.npv.swing for bar in found.tornado}
    order = [one.input for one in found.given_data if _seen(one.npv) or _seen(swings.get(one.input))]
    return tuple(order[:MOST_DRIVERS])


def _seen(estimate: Estimate | None) -> bool:
    return estimate is not None and abs(estimate.value) > VISIBLE * estimate.standard_error


def _purse_drivers(finding: _Finding) -> Tornado | None:
    if not api.has_purse(finding.deal) or "budgets" in finding.how.leave_out:
        return None
    try:
        return tornado(finding.deal)
    except RisksimError:
        return None


def _stresses(finding: _Finding) -> Standard | None:
    if not finding.wants("stresses"):
        return None
    how, told = finding.how, finding.told(STRESSING)
    for own in (True, False):  # a file whose own stresses are mistaken still meets the standard ones
        try:
            return stresses_of(finding.deal, how.beside, how.seed, how.threads, own=own, progress=told)
        except RisksimError:
            finding.lacks(NOT_FOUND, "stresses")
    return None


def _terms(finding: _Finding, found: Answered) -> tuple[tuple[Terms, ...], str]:
    """What single terms would have to be, and the place of the price that claims most."""
    deal = finding.deal
    main = main_price(deal, found.views.expected)
    terms: tuple[Terms, ...] = ()
    if finding.wants("terms"):
        places = [*([main] if main is not None else []), *other_terms(deal)]
        terms = tuple(term for place in places if (term := _solved(finding, *place)) is not None)
        if not terms:
            finding.lacks(NOT_FOUND if places else NO_TERMS, "terms")
    return terms, main.place if main is not None else ""


def _solved(finding: _Finding, place: str, kind: str, title: str) -> Terms | None:
    from risksim.analysis.price import Asked, price

    how = finding.how
    finding.told(SOLVING)
    limit = f"p_loss<={how.p_loss:.10g}"
    try:
        priced = price(finding.deal, Asked((place,), (limit,)), how.beside, how.seed, how.threads)
    except RisksimError:
        return None
    return Terms(place, title, limit, priced, kind)


_Point = tuple[float, Estimate, Estimate]
_Found = tuple[tuple[_Point, ...], Together | None, Promise | None]


def _all_prices(finding: _Finding, found: Answered) -> _Found:
    """Loss and cost at other prices, which of them would do, and the guarantee that would do instead."""
    if not finding.wants("acceptability"):
        return (), None, None
    deal, how, job = finding.deal, finding.how, found.asked.job
    places = [one.place for one in all_prices(deal)]
    paths = min(job.paths, how.beside) if how.quick or how.side_paths is not None else job.paths
    try:
        draws = api.draw_once(deal, paths, how.seed, how.threads, job.engine)
        promise = _promise(deal, draws, how.p_loss)
        if not places:
            finding.lacks(NO_PRICE, "acceptability")
            return (), None, promise
        points, together = _multiplied(deal, draws, places, how.p_loss, finding.told(PRICING))
    except RisksimError:
        finding.lacks(NOT_FOUND, "acceptability")
        return (), None, None
    return points, together, promise


def _multiplied(
    deal: api.Deal, draws: api.Draws, places: list[str], limit: float, told: Callable[[int, int], None]
) -> tuple[tuple[_Point, ...], Together]:
    """All prices multiplied by the same numbers, met by the same people: by 1, the figures of the run."""
    tried: dict[int, _Point] = {}

    def at(hundredths: int) -> _Point:
        if hundredths not in tried:
            multiple = hundredths / HUNDREDTHS
            other = api.changed(deal, "other prices", {place: {"times": multiple} for place in places})
            tried[hundredths] = _figures(api.resettle(other, draws), multiple)
            told(min(len(tried), len(MULTIPLES)), len(MULTIPLES))
        return tried[hundredths]

    def holds(hundredths: int) -> bool:
        return _surely(at(hundredths)[1]) <= limit

    points = tuple(at(round(multiple * HUNDREDTHS)) for multiple in MULTIPLES)
    grid = sorted(tried)
    for higher in HIGHER:
        if not holds(grid[-1]):
            grid.append(round(higher * HUNDREDTHS))
    enough = _first(grid, holds)
    own = at(HUNDREDTHS)
    multiple = None if enough is None else enough / HUNDREDTHS
    _, p_loss, repaid = at(grid[-1] if enough is None else enough)
    tried_from, tried_to = grid[0] / HUNDREDTHS, grid[-1] / HUNDREDTHS
    return points, Together(limit, len(places), tried_from, tried_to, multiple, p_loss, repaid, own[1:])


def _first(grid: list[int], holds: Callable[[int], bool]) -> int | None:
    """The smallest multiple from which on all of a grid is enough, to the last hundredth."""
    enough = len(grid)
    while enough and holds(grid[enough - 1]):
        enough -= 1
    if enough == len(grid):
        return None
    if not enough:
        return grid[0]
    return search.first_true(grid[enough - 1], grid[enough], holds)


def _surely(p_loss: Estimate) -> float:
    """A probability with its margin; of what was never seen, the upper end of its interval."""
    return p_loss.high if p_loss.value == 0.0 else p_loss.value + MARGIN * p_loss.standard_error


def _figures(run: api.Run, multiple: float) -> _Point:
    side, sample = api.investors(run), run.sample
    repaid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    return multiple, precision.probability(side.received < side.drawn, sample), precision.mean(repaid, sample)


def _promise(deal: api.Deal, draws: api.Draws, limit: float) -> Promise | None:
    """The least guarantee of what is lost in the end, rounded up, beyond which losses are rare enough."""
    if deal.scenario.financing.guarantees:
        return None
    run = api.resettle(deal, draws)
    side, sample = api.investors(run), run.sample
    lost = np.maximum(side.drawn - side.received, 0) / run.plan.minor_units

    def beyond(amount: float) -> Estimate:
        return precision.probability(lost > amount, sample)

    if _surely(beyond(0.0)) <= limit:
        return None
    losses = np.union1d(lost, [0.0])
    if _surely(beyond(float(losses[-1]))) > limit:
        return None
    enough = search.first_true(0, len(losses) - 1, lambda place: _surely(beyond(float(losses[place]))) <= limit)
    step = 10.0 ** max(math.floor(math.log10(losses[enough])) + 1 - GUARANTEE_DIGITS, 0)
    amount = math.ceil(float(losses[enough]) / step - 1e-9) * step
    return Promise(amount, beyond(amount), precision.mean(np.minimum(lost, amount), sample))


def _stories(finding: _Finding, found: Answered) -> tuple[Story | None, Story | None]:
    if not finding.wants("stories", "typical", "bad"):
        return None, None
    finding.told(TELLING)
    done, seed = found.done, found.asked.job.seed  # people are drawn with it where the deal itself is enumerated
    typical, bad = (api.explain(finding.deal, path, seed, opened_by(done)) for path in to_open(done))
    return typical, bad
