"""The pipeline on one page: read, compile, run, label, measure.

Heavy rooms are imported where they are used, so that reading and checking a file needs no compiled code.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim.errors import Fault, ScenarioError
from risksim.scenario.numbers import Stated as Stated
from risksim.scenario.numbers import stated as stated_in
from risksim.scenario.reader import Document, read_scenario
from risksim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    import xarray as xr

    from risksim.engine.engines import Choice as Choice
    from risksim.engine.engines import Verdict as Verdict
    from risksim.engine.exact import CountLaws
    from risksim.engine.resettle import Drawn
    from risksim.engine.run import Engine, Form, Progress
    from risksim.jobs.cluster import DaskExecutor as DaskExecutor  # named from here by those above
    from risksim.jobs.estimate import Estimate as WorkEstimate
    from risksim.jobs.executors import Executor as Executor
    from risksim.jobs.job import Done as Done
    from risksim.jobs.job import Job as Job
    from risksim.metrics.cohorts import CohortPeople
    from risksim.metrics.fund import FundArrays, FundNames, FundSummary
    from risksim.metrics.ledger import Move
    from risksim.metrics.precision import Estimate
    from risksim.metrics.purse import KeyFigures, PurseArrays, PurseNames, PurseSummary
    from risksim.metrics.sample import Sample
    from risksim.metrics.summary import Statistic, Summary
    from risksim.plan.describe import Told
    from risksim.plan.layout import FloatArray, IntArray, PathResults, Purse, PursePaths
    from risksim.plan.layout import Plan as Plan  # named from here by those above
    from risksim.plan.observed import Form as TemplateForm
    from risksim.results.description import ConstantInUse, Described, Description
    from risksim.results.portfolio import Labelled
    from risksim.results.purse_story import PurseStory as PurseStory
    from risksim.results.review import Review
    from risksim.results.settlement import Settlement
    from risksim.results.story import Story
    from risksim.scenario.portfolio_reader import Member
    from risksim.scenario.register import Constant, InUse

PATHS = 100_000
"""Paths of a run unless said otherwise."""
POINTS = 65_536
"""Quasi-random points of a run unless said otherwise: 4,096 in each of 32 replicates, balanced in every dimension."""
SEED = 1
"""Seed of a run unless said otherwise."""
CHECKED_BY = 16_384
"""Paths of the conditional engine that a run of the individual one is held against. [paths]"""
EVERY_VALUE = "from the values of every path"
"""Where quantiles come from if nothing had to be left out."""
BY_LAW = "from the law of the counts"
"""Where quantiles come from if people were not drawn but integrated."""


class Deal(NamedTuple):
    """A scenario that was read and compiled."""

    scenario: Scenario
    document: Document
    plan: Plan


class Run(NamedTuple):
    """A finished run."""

    plan: Plan
    paths: PathResults
    seed: int
    engine: str
    """``individual``: every person drawn; ``conditional``: inputs by quasi-random points, people counted or integrated;
    ``exact``: no simulation error; ``expected``: everybody divisible, one path."""
    counts: CountLaws | None = None
    """The laws of head counts, where the paths are combinations of counts and don't carry them."""

    @property
    def sample(self) -> Sample:
        """Weights and replicates of the paths."""
        from risksim.metrics.sample import Sample

        return Sample(self.paths.weight, self.paths.replicate)

    def summary(self) -> Summary:
        """All statistics, each with its standard error."""
        return summarise(self)

    def dataset(self) -> xr.Dataset:
        """Everything kept of every path, labelled."""
        return to_dataset(self)


def read(file: str | Path, *, draft: bool = False, funded: bool = False) -> Deal:
    """Read and compile a scenario file.

    Parameters
    ----------
    file : str or Path
        A scenario file; ``-`` reads standard input.
    draft : bool
        Read it to look at, not to run: quicker.
    funded : bool
        Refuse a file without financing, which has no investors and so nothing to show of them.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake of the file.
    """
    from risksim.plan.compile import compile_plan
    from risksim.scenario.deal_contradictions import no_financing

    scenario, document = read_scenario(file)
    if funded and not scenario.is_funded:
        raise ScenarioError([no_financing(document)])
    return Deal(scenario, document, compile_plan(scenario, document, draft=draft))


def _plan_of(deal: Deal | Plan) -> Plan:
    """The plan of a deal that investors finance."""
    from risksim.scenario.deal_contradictions import no_financing

    if not isinstance(deal, Deal):
        return deal
    if not deal.scenario.is_funded:
        raise ScenarioError([no_financing(deal.document)])
    return deal.plan


def stressed(deal: Deal, stress: str, *, draft: bool = False) -> Deal:
    """The deal that one of its stresses makes of it; everything that the stress leaves alone is drawn as before.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    stress : str
        One of its `stresses`.
    draft : bool
        As in `read`.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    from risksim.plan.compile import compile_plan
    from risksim.scenario.reader import read_stressed

    scenario, document = read_stressed(deal.document, stress)
    return Deal(scenario, document, compile_plan(scenario, document, draft=draft))


def changed(deal: Deal, name: str, changes: dict[str, Any]) -> Deal:
    """The deal that a stress makes of it which stands in no file.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    name : str
        What messages call the stress.
    changes : dict
        Places and what becomes of them, as under `stresses`.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    import dataclasses

    root = {**deal.document.root, "stresses": {name: changes}}
    return stressed(deal._replace(document=dataclasses.replace(deal.document, root=root)), name)


class Named(NamedTuple):
    """The numbers that a place of a deal names."""

    values: tuple[float | None, ...]
    """What stands there; None for an uncertain number, and for one that the file doesn't say yet."""
    said: bool
    """Whether the file says them all."""
    kind: str
    """``money``, ``share`` (0 to 1), ``count`` (whole) or ``number``."""
    beside: dict[str, float]
    """Of the share of a payer: what each payer bears, in the order of the file."""


def numbers_at(deal: Deal, place: str, creates: bool = False) -> Named:
    """The numbers that a place names, as stresses write places.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    place : str
        As ``payments[0].price`` or ``payments[*].price``.
    creates : bool
        Whether the file need not say it yet.

    Returns
    -------
    Named

    Raises
    ------
    RunError
        If the place is not there, or what stands there is no number.
    """
    from risksim.errors import RunError
    from risksim.scenario.stresses import MisplacedError
    from risksim.scenario.stresses import numbers_at as found_at

    try:
        found = found_at(deal.document.root, place, creates)
    except MisplacedError as error:
        raise RunError(f"{deal.document.file}: {place}:\n  {error.found}\n  {error.remedy}") from None
    beside = found[0].beside if len(found) == 1 else {}
    kinds = {one.kind for one in found}
    return Named(
        tuple(one.value for one in found),
        all(one.said for one in found),
        kinds.pop() if len(kinds) == 1 else "number",
        beside,
    )


def read_text(text: str, name: str = "-", *, draft: bool = False) -> Deal:
    """Read and compile a scenario that stands in no file.

    Parameters
    ----------
    text : str
        YAML.
    name : str
        What messages call it.
    draft : bool
        As in `read`.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake of the text.
    """
    from risksim.plan.compile import compile_plan
    from risksim.scenario.reader import read_text as scenario_of

    scenario, document = scenario_of(text, name)
    return Deal(scenario, document, compile_plan(scenario, document, draft=draft))


def changes_of(deal: Deal, stress: str) -> tuple[str, ...]:
    """What a stress of a deal changes, in words, one a place."""
    from risksim.scenario.stresses import changes_of as said

    return tuple(said(deal.scenario.stresses[stress]))


def words_of_changes(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """What changes as under `stresses` do, in words, one a place."""
    from risksim.scenario.stresses import changes_of as said

    return tuple(said(changes))


def simulate(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    block: int = 0,
    form: Form = "patterns",
    keep_claims: bool = True,
    luck: int = 0,
    shared: int = 0,
    site: int = 0,
    engine: Engine = "individual",
    executor: Executor | None = None,
    shift: tuple[float, ...] = (),
    progress: Progress | None = None,
) -> Run:
    """Simulate a deal.

    Parameters
    ----------
    deal : Deal or Plan
        What to simulate.
    paths : int
        Paths. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    block : int
        Paths in a block; 0 chooses by memory. Never changes a result.
    form : {"patterns", "lives"}
        Count people, or live them month by month; the results are the same.
    keep_claims : bool
        Keep what every rule claimed on every path, for the labelled result.
    luck, shared : int
        Other numbers than 0 draw people, or what people share, anew on the same evidence (`risksim.analysis.variance`).
    site : int
        Other numbers than 0 draw another site of the same deal: people and what they share anew, on the same evidence
        and in the same economy (`risksim.analysis.pool`).
    engine : {"individual", "conditional"}
        Draw every person, or only how many meet each fate, by quasi-random points.
    executor : Executor, optional
        Who computes the paths, as `cluster`; the threads of this process where left out. Never changes a result.
    shift : tuple of float
        Moves the points of the first dimensions of the conditional engine towards what is rare, and weights the paths
        accordingly (`risksim.analysis.tail`). [standard deviations]
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine import run as rooms

    plan = _plan_of(deal)
    settings = rooms.Settings(
        paths,
        seed,
        threads,
        block,
        form=form,
        keep_claims=keep_claims,
        luck=luck,
        shared=shared,
        site=site,
        engine=engine,
        shift=shift,
    )
    if executor is None:
        return Run(plan, rooms.run(plan, settings, progress), seed, engine)
    from risksim.jobs.paths import gather

    return Run(plan, gather(executor, plan, settings, progress), seed, engine)


def solve_exactly(deal: Deal | Plan) -> Run:
    """The deal without simulation error: inputs integrated, counts enumerated and each combination settled once.

    Parameters
    ----------
    deal : Deal or Plan
        What to solve.

    Returns
    -------
    Run
        Its paths are combinations of counts with their probabilities.

    Raises
    ------
    RunError
        If the deal hangs on more than a few counts.
    """
    from risksim.engine.exact import run_exact

    plan = _plan_of(deal)
    found = run_exact(plan)
    return Run(plan, found.paths, 0, "exact", found.counts)


def integrate(deal: Deal | Plan, paths: int = PATHS, seed: int = SEED) -> Run:
    """The deal with its inputs at quasi-random points and its people integrated at each of them.

    Parameters
    ----------
    deal : Deal or Plan
        What to run.
    paths : int
        Points, in 32 replicates. [paths]
    seed : int
        64-bit seed.

    Returns
    -------
    Run
        Its paths are combinations of counts with their probabilities in each replicate.

    Raises
    ------
    RunError
        If the deal hangs on more than a few counts.
    """
    from risksim.engine.integrated import run_integrated

    plan = _plan_of(deal)
    found = run_integrated(plan, paths, seed)
    return Run(plan, found.paths, seed, "conditional", found.counts)


class Draws(NamedTuple):
    """People who were drawn once, so that any terms can be settled on them."""

    plan: Plan
    """The deal of which they were drawn."""
    drawn: Drawn | None
    """What settling reads of them; None where every deal must be run anew."""
    job: Job
    """The run for which they were drawn."""
    engine: str
    """As in `Run`."""
    integrated: bool
    """Whether people are integrated at the points of the conditional engine."""

    @property
    def is_by_law(self) -> bool:
        """Whether people are enumerated with their probabilities, and not drawn path by path."""
        return self.engine == "exact" or self.integrated


def draw_once(deal: Deal | Plan, paths: int = PATHS, seed: int = SEED, threads: int = 0, engine: str = "auto") -> Draws:
    """Draw the people of a deal once, to settle different terms on them.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    paths, seed, threads
        As in `simulate`.
    engine : {"auto", "individual", "conditional", "exact"}
        ``auto`` takes the most exact engine that can run the deal.

    Returns
    -------
    Draws

    Raises
    ------
    RunError
        If settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine import resettle as rooms
    from risksim.engine.run import Settings

    asked = job(deal, paths, seed, threads, engine=engine)
    choice, drawn = choose(asked), None
    if choice.engine == "exact":
        drawn = rooms.enumerate_exactly(asked.plan)
    elif choice.integrated:
        drawn = rooms.enumerate_at_points(asked.plan, paths, seed)
    else:
        settings = Settings(paths, seed, threads, keep_claims=False, engine=choice.engine)
        drawn = rooms.draw(asked.plan, settings)
    # What it chose is asked for again, so that every deal is met by the same engine.
    return Draws(asked.plan, drawn, asked._replace(engine=choice.engine), choice.engine, choice.integrated)


def resettle(deal: Deal | Plan, draws: Draws) -> Run:
    """A deal with other terms, met by the people who were drawn: the same bits as a run of its own, only quicker.

    Parameters
    ----------
    deal : Deal or Plan
        The deal with other terms. Where more than terms differs, it is run anew with the same settings.
    draws : Draws
        From `draw_once`.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If the engine of the draws can't run the deal.
    """
    from risksim.engine import resettle as rooms

    plan, drawn = _plan_of(deal), draws.drawn
    if drawn is None or rooms.unlike_draws(draws.plan, plan, combined=draws.is_by_law) is not None:
        return run_job(draws.job._replace(plan=plan))
    seed = 0 if draws.engine == "exact" else draws.job.seed
    return Run(plan, rooms.resettle(plan, drawn, draws.job.threads), seed, draws.engine, drawn.counts)


def successes(draws: Draws) -> IntArray | None:
    """How many successes the contract counts on each path; None where it counts several things, or nothing was kept."""
    from risksim.engine.resettle import successes as counted

    return None if draws.drawn is None else counted(draws.plan, draws.drawn)


def cluster(where: str) -> DaskExecutor:
    """Connect to the workers of a Dask cluster, or start some on this machine.

    Parameters
    ----------
    where : str
        ``tcp://host:port`` of a scheduler, ``local`` for one worker process a core, ``local:4`` for four.

    Returns
    -------
    DaskExecutor
        To be handed on as `executor`, and closed after use: ``with api.cluster("local") as executor``.

    Raises
    ------
    RunError
        If nobody answers there, versions differ, or Dask is not installed.
    """
    from risksim.jobs.cluster import DaskExecutor, cluster_of

    return DaskExecutor(*cluster_of(where))


def identity() -> dict[str, str]:
    """Versions and a hash of the source: two runs with the same give the same bits for the same deal and seed."""
    from risksim.jobs.identity import identity as of_this_machine

    return of_this_machine()


def why_not_conditional(plan: Plan) -> str | None:
    """Why the conditional engine cannot run a deal, in words that follow "because"; None where it can."""
    from risksim.engine.engines import conditional_obstacle

    return conditional_obstacle(plan)


def dimension_names(plan: Plan, n_dimensions: int) -> tuple[str, ...]:
    """What the first dimensions of the points of the conditional engine decide, in words."""
    from risksim.engine.dimension_names import names_of

    return names_of(plan, n_dimensions)


def parameter_dimensions(plan: Plan) -> int:
    """How many of these dimensions decide inputs and what people share; after them come counts of people."""
    from risksim.engine.shift import n_parameters

    return n_parameters(plan)


def scores(run: Run, n_dimensions: int, shift: tuple[float, ...] = ()) -> FloatArray:
    """Where the points of a run by the conditional engine lie on the normal scale: float64[path, dimension].

    Parameters
    ----------
    run : Run
        A finished run.
    n_dimensions : int
        How many dimensions, the first ones.
    shift : tuple of float
        The shift with which it was made.

    Returns
    -------
    float64[path, dimension]
        [standard deviations]
    """
    from risksim.engine.run import Settings, keys_of_run
    from risksim.engine.shift import scores_of

    n_paths = run.paths.weight.size
    key = keys_of_run(run.plan, Settings(n_paths, run.seed, engine="conditional", shift=shift))
    return scores_of(run.plan, key, 0, n_paths, n_dimensions)


class Divisible(NamedTuple):
    """What investors and payers would get on each path if its people were divisible."""

    npv: FloatArray
    """float64[path]: of all investors, at the last hurdle. [currency]"""
    repayment: FloatArray
    """float64[path]: by all payers. [currency]"""
    sample: Sample
    """Weights and replicates of the paths."""


def divisible(plan: Plan, paths: int, seed: int = SEED, *, engine: Engine = "individual") -> Divisible:
    """Settle paths on which every measured number is its expectation, given the inputs and shared luck of the path.

    Parameters
    ----------
    plan : Plan
        A deal that the conditional engine can run.
    paths, seed
        As in `simulate`.
    engine : {"individual", "conditional"}
        Whose inputs: those of the paths with the same numbers of a run by this engine.

    Returns
    -------
    Divisible

    Raises
    ------
    RunError
        If what is expected of the people of the deal can't be told.
    """
    import numpy as np

    from risksim.engine.given import settle_expected
    from risksim.engine.run import Settings, check_engine
    from risksim.engine.sobol import REPLICATES
    from risksim.metrics.sample import Sample

    check_engine(plan, "conditional")
    npv, repayment = settle_expected(plan, Settings(paths, seed, engine=engine))
    sample = Sample.equal(paths)
    if engine == "conditional":
        sample = sample._replace(replicate=(np.arange(paths) % REPLICATES).astype(np.int16))
    return Divisible(npv, repayment, sample)


class FewSucceed(NamedTuple):
    """How likely it is on each path that few people meet an outcome; nobody is drawn."""

    chance: FloatArray
    """float64[path]. [1]"""
    sample: Sample
    """Weights and replicates of the paths."""
    scores: FloatArray
    """float64[path, dimension]: where the points lie, of the dimensions of inputs and what people share."""


def few_succeed(
    plan: Plan, outcome: str, most: int, paths: int = PATHS, seed: int = SEED, shift: tuple[float, ...] = ()
) -> FewSucceed:
    """The chance that at most so many people meet an outcome, given the inputs and the shared luck of each path.

    Parameters
    ----------
    plan : Plan
        A deal that the conditional engine can run.
    outcome : str
        Which outcome of persons.
    most : int
        At most so many, of all cohorts. [people]
    paths, seed, shift
        As in `simulate`.

    Returns
    -------
    FewSucceed
    """
    import numpy as np

    from risksim.engine import shift as shifts
    from risksim.engine.given import chance_of_at_most
    from risksim.engine.inputs import inputs_of
    from risksim.engine.run import Settings, check_engine, keys_of_run
    from risksim.engine.sobol import REPLICATES
    from risksim.errors import RunError
    from risksim.metrics.sample import Sample

    if outcome not in plan.labels.outcomes:
        raise RunError(f"got outcome '{outcome}'; there is {', '.join(plan.labels.outcomes) or 'none'}. Name one.")
    check_engine(plan, "conditional")
    key = keys_of_run(plan, Settings(paths, seed, engine="conditional", shift=shift))
    whole = -(-paths // 64) * 64  # chances come in tiles of 64 paths
    inputs = inputs_of(plan, key, 0, whole)
    chance = chance_of_at_most(plan, key, 0, inputs, plan.labels.outcomes.index(outcome), most)[:paths]
    weight = shifts.weights_of(plan, key, 0, paths)
    sample = Sample(weight / weight.sum(), (np.arange(paths) % REPLICATES).astype(np.int16))
    return FewSucceed(chance, sample, shifts.scores_of(plan, key, 0, paths, shifts.n_parameters(plan)))


class Holding(NamedTuple):
    """A deal of a portfolio, and what of it the fund holds."""

    name: str
    """What the portfolio calls it."""
    deal: Deal
    """The deal on the day on which it starts here; its plan draws in a stream of its own."""
    share: float
    """The part of the investors' money that the fund pays in and gets back. [1]"""
    tranche: int | None
    """The tranche that the fund holds; None for all of them together."""


class Portfolio(NamedTuple):
    """A portfolio that was read and compiled."""

    name: str
    currency: str
    day_count: str
    hurdles: tuple[float, ...]
    """Rates of the fund's net present values. [1/year]"""
    holdings: tuple[Holding, ...]
    """The deals, those of a repeated entry one by one."""
    document: Document
    digest: str
    """SHA-256 of what the portfolio and its deals say."""

    @property
    def start(self) -> dt.date:
        """The day on which the first deal starts."""
        return min(holding.deal.scenario.start_date for holding in self.holdings)

    def holding(self, name: str) -> Holding:
        """A deal by its name in the portfolio.

        Raises
        ------
        RunError
            If there is none.
        """
        from risksim.errors import RunError

        for holding in self.holdings:
            if holding.name == name:
                return holding
        names = ", ".join(holding.name for holding in self.holdings[:20])
        raise RunError(f"got deal '{name}', which this portfolio does not list; there is {names}.")


class PortfolioRun(NamedTuple):
    """A finished run of a portfolio."""

    portfolio: Portfolio
    arrays: FundArrays
    """The fund on every path."""
    names: FundNames
    """Names of the axes of `arrays`."""
    dates: tuple[dt.date, ...]
    """Dates of the periods of `arrays`."""
    sample: Sample
    """Weights and replicates of the paths, which are those of every deal."""
    summary: FundSummary
    """All statistics, each with its standard error."""
    seed: int
    engine: str

    def dataset(self) -> xr.Dataset:
        """Everything kept of every path, labelled, with dimension ``deal``."""
        from risksim.results.portfolio import to_dataset as label

        return label(labelled(self))


def read_portfolio(file: str | Path, *, draft: bool = False, funded: bool = False) -> Portfolio:
    """Read and compile a portfolio and the deals that it lists.

    Parameters
    ----------
    file : str or Path
        A portfolio file.
    draft : bool
        Read it to look at, not to run: quicker.
    funded : bool
        Refuse files without financing, as `read` does.

    Returns
    -------
    Portfolio

    Raises
    ------
    ScenarioError
        With every mistake of the file and of the files that it lists.
    """
    from risksim.errors import PlanError, ScenarioError
    from risksim.plan.compile import compile_plan
    from risksim.plan.portfolio import digest_of, for_portfolio, same_streams, stream_of
    from risksim.scenario.portfolio_reader import in_both, read_portfolio, without_financing

    said, document, members = read_portfolio(file)
    if funded and (unfunded := without_financing(members, document)):
        raise ScenarioError(unfunded)
    faults = same_streams(members, document)
    plans: dict[int, Plan] = {}
    for member in members:
        if member.position not in plans:
            try:
                plans[member.position] = compile_plan(member.scenario, member.document, draft=draft)
            except ScenarioError as error:
                faults += _too_exposed(document, member, draft) or in_both(
                    document, member.position, member.listed, error
                )
    first_year = min(member.scenario.start_date.year for member in members)
    holdings = []
    for member in members:
        listed, alone = member.listed, plans.get(member.position)
        if alone is None:
            continue
        try:
            plan = for_portfolio(alone, stream_of(member.name), listed.exposure, first_year)
        except PlanError as error:
            found, _, remedy = str(error).rpartition(". ")
            faults.append(document.fault(("portfolio", "deals", member.position, "exposure"), f"{found}.", remedy))
            continue
        tranche = None if listed.tranche is None else plan.labels.tranches.index(listed.tranche)
        deal = Deal(member.scenario, member.document, plan)
        holdings.append(Holding(member.name, deal, listed.share, tranche))
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    digest = digest_of(said, members)
    return Portfolio(said.name, said.currency, said.day_count, tuple(said.hurdles), tuple(holdings), document, digest)


def economy_of(deal: Deal) -> tuple[float, bool]:
    """The largest share of an outcome that the economy decides, and whether a recession may end spells."""
    from risksim.plan.portfolio import most_exposed

    return most_exposed(deal.plan)


def _too_exposed(document: Document, member: Member, draft: bool) -> list[Fault]:
    """The fault of a deal that cannot bear the economy of its portfolio, but is none alone; nothing for any other."""
    from risksim.errors import ScenarioError
    from risksim.plan.compile import compile_plan

    if member.alone is member.scenario:
        return []
    try:
        compile_plan(member.alone, member.document, draft=draft)
    except ScenarioError:
        return []
    said = member.scenario.dependence
    assert said is not None
    found = f"got a share that leaves the people of '{member.name}' nothing of their own, beside what its file says."
    return [document.fault(("portfolio", "macro", "share"), found, "Lower it, or give that deal a macro of its own.")]


def lists_deals(file: str | Path) -> bool:
    """Whether a file is a portfolio; False for what cannot be opened."""
    from risksim.scenario.portfolio_reader import is_portfolio

    return is_portfolio(file)


def run_portfolio(
    portfolio: Portfolio,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    block: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> PortfolioRun:
    """Simulate the deals of a portfolio on the same paths, one deal after the other, and add them up.

    Parameters
    ----------
    portfolio : Portfolio
        What to simulate.
    paths : int
        Paths. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    block : int
        Paths in a block; 0 chooses by memory. Never changes a result.
    executor : Executor, optional
        As in `simulate`.
    progress : callable, optional
        Called with the number of paths done, all deals added up.

    Returns
    -------
    PortfolioRun
        Path k of the portfolio is path k of each deal.
    """
    from functools import partial

    from risksim.metrics import fund
    from risksim.plan.portfolio import clock

    plans = [_plan_of(holding.deal) for holding in portfolio.holdings]
    dates, years = clock([plan.labels for plan in plans], portfolio.start, portfolio.day_count)
    names = fund.FundNames(
        tuple(holding.name for holding in portfolio.holdings),
        portfolio.hurdles,
        years,
        tuple(dict.fromkeys(payer for plan in plans for payer in plan.labels.payers)),
        tuple(sorted({year for plan in plans for year in plan.labels.years})),
        plans[0].minor_units,
    )
    _check_memory(names, paths)
    arrays = fund.no_money(names, paths)
    summaries: dict[str, Summary] = {}
    for row, (name, deal, share, tranche) in enumerate(portfolio.holdings):
        report = None if progress is None else partial(_further, progress, row * paths)
        run = simulate(
            deal.plan, paths, seed, threads, block=block, keep_claims=False, executor=executor, progress=report
        )
        summaries[name], labels = run.summary(), deal.plan.labels
        held = slice(None) if tranche is None else slice(tranche, tranche + 1)
        part = fund.Part(
            share * run.paths.drawn[:, held].sum(axis=1),
            share * run.paths.received[:, held].sum(axis=1),
            share * cashflow_of(run, tranche),
            [dates.index(date) for date in labels.dates],
            run.paths.repayment,
            [names.payers.index(payer) for payer in labels.payers],
            [names.budget_years.index(year) for year in labels.years],
        )
        fund.add_deal(arrays, names, row, part)
    of_mean_flow = _irr_of_fund(arrays, names, run.sample)
    summary = fund.summarise_fund(arrays, names, run.sample, summaries, of_mean_flow)
    return PortfolioRun(portfolio, arrays, names, dates, run.sample, summary, seed, run.engine)


def _check_memory(names: FundNames, paths: int) -> None:
    """Refuse a portfolio whose sums cannot be held, before the machine starts to swap or ends it."""
    import os

    from risksim.errors import RunError
    from risksim.metrics.fund import bytes_per_path

    each = bytes_per_path(names)
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    if paths * each > most:
        raise RunError(
            f"got {paths:,} paths of {len(names.deals):,} deals, whose results take {paths * each / 2**30:,.1f} GiB; "
            f"this machine has room for about {most // each:,} paths. Try --paths 10000."
        )


def labelled(run: PortfolioRun) -> Labelled:
    """A run of a portfolio: its arrays beside the names of their axes."""
    from risksim.results.portfolio import Labelled

    portfolio, arrays, names = run.portfolio, run.arrays, run.names
    plans = [_plan_of(holding.deal) for holding in portfolio.holdings]
    return Labelled(
        title=portfolio.name,
        digest=portfolio.digest,
        text=portfolio.document.text,
        currency=portfolio.currency,
        day_count=portfolio.day_count,
        minor_units=names.minor_units,
        seed=run.seed,
        engine=run.engine,
        deals=names.deals,
        digests=[plan.digest for plan in plans],
        streams=[plan.stream for plan in plans],
        hurdles=names.hurdles,
        dates=run.dates,
        years=names.years,
        payers=names.payers,
        budget_years=names.budget_years,
        weight=run.sample.weight,
        replicate=run.sample.replicate,
        npv=arrays.npv,
        drawn=arrays.drawn,
        received=arrays.received,
        flow=arrays.flow,
        repayment=arrays.repayment,
    )


def save_portfolio(run: PortfolioRun, file: str | Path) -> None:
    """Save a run of a portfolio as netCDF.

    Raises
    ------
    ResultError
        If it cannot be written there.
    """
    from risksim.results.store import save as write

    write(run.dataset(), file)


def portfolio_table(run: PortfolioRun) -> str:
    """One row a path as CSV: the fund, each deal, and what payers pay by budget year."""
    from risksim.results.portfolio import path_table as table

    return table(labelled(run))


def _further(progress: Progress, before: int, done: int) -> None:
    progress(before + done)


def _irr_of_fund(arrays: FundArrays, names: FundNames, sample: Sample) -> Statistic:
    from risksim.metrics import array
    from risksim.metrics.returns import irr_of_paths

    drawn, received = (float(array.mean(amount.sum(axis=1), sample)) for amount in (arrays.drawn, arrays.received))
    return irr_of_paths(arrays.flow, names.years, drawn, received, names.hurdles[-1], sample)


def first_run_on_this_machine() -> bool:
    """True if the kernels still have to be compiled here, once."""
    from risksim.kernels.jit import is_warm

    return not is_warm()


def amounts(plan: Plan) -> tuple[str, ...]:
    """Outcomes that are amounts, which people have more or less of."""
    from risksim.results.story import is_amount

    return tuple(name for k, name in enumerate(plan.labels.outcomes) if is_amount(plan, k))


def repeated(plan: Plan) -> tuple[str, ...]:
    """Outcomes that are measured several times."""
    first = plan.outcomes.first_row
    return tuple(name for k, name in enumerate(plan.labels.outcomes) if first[k + 1] - first[k] > 1)


def shares_luck(plan: Plan) -> bool:
    """Whether people of the deal share luck that is neither evidence nor their own."""
    return plan.shares_luck


def renewed(deal: Deal | Plan, slots: Collection[int], again: int = 1, of_purse: Collection[int] = ()) -> Plan:
    """The same deal with some inputs, also of its public purse, drawn anew and all else as drawn.

    See `risksim.plan.frozen.renewed` and `risksim.plan.frozen.renewed_purse`.
    """
    from risksim.plan.frozen import renewed as draw_anew
    from risksim.plan.frozen import renewed_purse

    return renewed_purse(draw_anew(deal.plan if isinstance(deal, Deal) else deal, slots, again), of_purse, again)


def fixed(deal: Deal | Plan, values: Mapping[int, float]) -> Plan:
    """The same deal with some inputs held at values and all else as drawn (`risksim.plan.frozen.fixed`)."""
    from risksim.plan.frozen import fixed as hold

    return hold(deal.plan if isinstance(deal, Deal) else deal, values)


def free_inputs(plan: Plan) -> tuple[int, ...]:
    """Slots of the inputs that may be renewed or held on their own (`risksim.plan.frozen.movable`)."""
    from risksim.plan.frozen import movable as found

    return found(plan)


def input_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Slots of the inputs by what they are about (`risksim.plan.frozen.groups_of`)."""
    from risksim.plan.frozen import groups_of

    return groups_of(plan)


def evidence_inputs(plan: Plan) -> tuple[int, ...]:
    """Slots of the free inputs that are evidence: what is chance alone is drawn with the people and left out."""
    luck = plan.inputs.luck
    return tuple(slot for slot in free_inputs(plan) if luck is None or not luck[slot])


def evidence_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """`input_groups` without what is chance alone, and without groups that hold nothing else."""
    luck = plan.inputs.luck
    found = {
        name: tuple(slot for slot in slots if luck is None or not luck[slot])
        for name, slots in input_groups(plan).items()
    }
    return {name: slots for name, slots in found.items() if set(slots) & set(free_inputs(plan))}


def purse_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Slots of the inputs of the public purse by what they are about (`risksim.plan.frozen.purse_groups_of`)."""
    from risksim.plan.frozen import purse_groups_of

    return purse_groups_of(plan)


def input_points(plan: Plan, places: Collection[float]) -> FloatArray:
    """Points of the laws of all inputs: float64[place, input]; of inputs worked out of others, nothing that means much.

    Parameters
    ----------
    plan : Plan
        A deal.
    places : collection of float
        Each in (0, 1). [1]

    Returns
    -------
    float64[place, input]
    """
    import numpy as np

    from risksim.engine.inputs import look_up_input

    found = np.empty((len(places), plan.inputs.address.size))
    for slot in range(plan.inputs.address.size):
        look_up_input(plan.inputs, slot, np.array(list(places), dtype=np.float64), found)
    return found


def input_values(plan: Plan, slot: int, levels: FloatArray) -> FloatArray:
    """Quantiles of one free input by its own law: float64[level], in its unit."""
    return input_points(plan, levels.tolist())[:, slot].copy()


def places_of(plan: Plan) -> dict[str, int]:
    """How many people each cohort has places for, by its name. [people]"""
    return dict(zip(plan.labels.cohorts, plan.cohorts.places.tolist(), strict=True))


def at_means(deal: Deal | Plan, *, luck: bool = False) -> Plan:
    """The same deal with every uncertain input at its mean; with `luck`, what is chance, not evidence, is drawn."""
    from risksim.plan.compile import at_means as fix

    return fix(deal.plan if isinstance(deal, Deal) else deal, luck=luck)


def expected_only(deal: Deal | Plan) -> Run:
    """Settle the deal once at its expectations: every input at its mean, fractions of people allowed."""
    from risksim.engine.run import run_expected

    plan = at_means(deal)
    return Run(plan, run_expected(plan), 0, "expected")


def explain(deal: Deal | Plan, path: int, seed: int = SEED, engine: Engine = "individual") -> Story:
    """One path, opened: its people, payments and returns, equal to that path of a run.

    A run of the conditional engine counts people without drawing them. Of such a run it is an individual life, drawn at
    the inputs of the path.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    path : int
        Which path, counted from 0.
    seed : int
        Seed of the run.
    engine : {"individual", "conditional"}
        Engine of the run.

    Returns
    -------
    Story
    """
    from risksim.engine.replay import replay
    from risksim.results.story import tell

    plan = deal.plan if isinstance(deal, Deal) else deal
    return tell(plan, replay(plan, seed, path, engine))


def settle(deal: Deal, observed: str | Path, until: dt.date | None = None) -> Settlement:
    """Settle what was observed: the same rules and ledger as of a simulated path, up to a date.

    Parameters
    ----------
    deal : Deal
        The deal.
    observed : str or Path
        A CSV, JSON or YAML file of what was measured, as `observed_template` writes it; ``-`` reads standard input.
    until : date, optional
        Later measurements don't count and later payments are not posted; left out, the last follow-up of which
        anything is known.

    Returns
    -------
    Settlement

    Raises
    ------
    ObservedError
        With every mistake of the observed file.
    """
    from risksim.engine.observed import settle_so_far
    from risksim.plan.observed import observe
    from risksim.results.settlement import Arrays, TermTaken, settlement
    from risksim.scenario.sheet import read_sheet

    plan = _plan_of(deal)
    seen = observe(plan, deal.scenario.follow_up_dates(), read_sheet(observed))
    if until is None:
        anything = bool(plan.measures.measured_in.any())  # without it nothing has to be waited for
        until = plan.labels.dates[seen.last] if seen.last >= 0 or not anything else deal.scenario.start_date
    upto = sum(date <= until for date in plan.labels.dates) - 1
    settled = settle_so_far(plan, seen.inputs, seen.measured, upto)
    terms = [
        TermTaken(term.name, value, term.unit, "observed" if given else "mean") for term, value, given in seen.terms
    ]
    return settlement(plan, Arrays(seen.measured, *settled), until, str(observed), terms, seen.remarks)


def observed_template(deal: Deal, form: TemplateForm = "csv") -> str:
    """A file to fill in with what was measured: a row for each follow-up and cohort.

    Parameters
    ----------
    deal : Deal
        The deal.
    form : {"csv", "json", "yaml"}
        How it is written.

    Returns
    -------
    str
    """
    from risksim.plan.observed import template

    return template(_plan_of(deal), form)


def summarise(run: Run) -> Summary:
    """All statistics of a run, each with its standard error.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    Summary
    """
    from risksim.jobs.columns import arrays_of, names_of
    from risksim.metrics.summary import summarise as summarise_arrays

    labels = run.plan.labels
    of_mean_flow = [irr_of_mean_flow(run, tranche) for tranche in range(len(labels.tranches))]
    of_group = irr_of_mean_flow(run, None) if labels.groups else None
    people = None if run.counts is None else run.counts.total
    arrays, names = arrays_of(run.plan, run.paths), names_of(run.plan)
    return summarise_arrays(arrays, names, run.sample, of_mean_flow, of_group, people)


def job(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    engine: str = "individual",
    tolerance: str | None = None,
    exact: bool = False,
    keep_values: int | None = None,
    checkpoint: Path | None = None,
    moves: bool = False,
    cohorts: bool = False,
    block: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Job:
    """A run that only has to leave statistics, in memory that does not grow with its paths.

    Parameters
    ----------
    deal : Deal or Plan
        What to simulate.
    paths : int
        Paths; at most, where there is a tolerance. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    engine : {"individual", "conditional", "exact", "auto"}
        Who runs the deal; ``auto`` takes the most exact engine that can.
    tolerance : str, optional
        Stop as soon as these statistics have these standard errors, as ``p_loss=0.002,npv=1%``.
    exact : bool
        Draw the paths a second time where their values were not kept, so that quantiles are exact.
    keep_values : int, optional
        Paths up to which values are kept. [paths]
    checkpoint : Path, optional
        Folder in which finished tasks are kept, to go on from after an interruption.
    moves, cohorts : bool
        Also the mean ledger; also the mean people of each cohort.
    block : int
        Paths in a task; 0 chooses by memory. Never changes a result.
    executor : Executor, optional
        Who computes; left out, threads.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Job

    Raises
    ------
    RunError
        If the tolerance cannot be read.
    """
    from risksim.errors import RunError
    from risksim.jobs.job import KEEP_VALUES, Job
    from risksim.jobs.stopping import parse

    if keep_values is not None and keep_values < 0:
        raise RunError(f"got {keep_values} paths whose values are kept; there are none at least. Try 1000000.")
    return Job(
        _plan_of(deal),
        paths,
        seed,
        engine,
        KEEP_VALUES if keep_values is None else keep_values,
        exact,
        parse(tolerance) if tolerance is not None else (),
        moves,
        cohorts,
        threads=threads,
        block=block,
        checkpoint=checkpoint,
        executor=executor,
        progress=progress,
    )


def work(job: Job) -> Done:
    """Do a job: the same statistics as those of `simulate`, without keeping its paths.

    Parameters
    ----------
    job : Job
        From `job`.

    Returns
    -------
    Done
    """
    import time

    from risksim.jobs.job import work as do
    from risksim.jobs.stopping import check, reached, statistics_by_name

    choice, began = choose(job), time.monotonic()
    run = _by_law(job, choice)
    if run is None:
        return do(job._replace(engine=choice.engine))
    done = done_from(run, moves=job.moves, people=job.cohorts, columns=job.columns)
    how = f"exact engine, no simulation error ({done.paths:,} combinations of counts)"
    if choice.integrated:
        how = (
            f"{job.paths:,} quasi-random points in 32 replicates, seed {job.seed}, conditional engine with people "
            "integrated"
        )
        done = done._replace(paths=job.paths)
    check(job.tolerances, statistics_by_name(done.summary))
    seconds, found = time.monotonic() - began, reached(job.tolerances, done.summary)
    return done._replace(how=how, seconds=seconds, reached=found, accuracy=BY_LAW, reservoir=None)


def run_job(job: Job) -> Run:
    """Do a job and keep all its paths, or the combinations of counts of a deal that is solved or integrated.

    Parameters
    ----------
    job : Job
        From `job`.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If settings make no sense, or the engine that it asks for can't run the deal.
    """
    choice = choose(job)
    return _by_law(job, choice) or simulate(
        job.plan,
        job.paths,
        job.seed,
        job.threads,
        keep_claims=False,
        engine="conditional" if choice.engine == "conditional" else "individual",
        executor=job.executor,
        progress=job.progress,
    )


def _by_law(job: Job, choice: Choice) -> Run | None:
    """A job without paths: a deal that is solved or integrated; None where its engine draws."""
    if choice.engine == "exact":
        return solve_exactly(job.plan)
    return integrate(job.plan, job.paths, job.seed) if choice.integrated else None


def engines(deal: Deal | Plan) -> tuple[Verdict, ...]:
    """Which engines can run a deal, and why the others can't.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.

    Returns
    -------
    tuple of Verdict
        The most exact one first.
    """
    from risksim.engine.engines import verdicts

    return verdicts(deal.plan if isinstance(deal, Deal) else deal)


def choose(job: Job, *, by_path: bool = False) -> Choice:
    """The engine that does a job.

    Parameters
    ----------
    job : Job
        From `job`.
    by_path : bool
        Whether its paths are wanted.

    Returns
    -------
    Choice

    Raises
    ------
    RunError
        If the engine that it asks for can't.
    """
    from risksim.engine.engines import choose as of_plan

    found = of_plan(job.plan, job.engine, by_path or job.by_path)
    # Points are as many as were said: until a tolerance holds, a run grows path by path.
    return of_plan(job.plan, job.engine, True) if found.integrated and job.tolerances else found


def estimate(job: Job) -> WorkEstimate:
    """How long a job will take and how much memory, from a timed look at its first paths."""
    from risksim.jobs.estimate import estimate as look

    return look(job)


def default_ceiling() -> int:
    """Paths at most of a run that stops by tolerance, unless said otherwise."""
    from risksim.jobs.stopping import CEILING

    return CEILING


def capital(run: Run) -> float | None:
    """What all investors together pay in, where it is the same on every path. [currency]"""
    drawn = investors(run).drawn
    return float(drawn[0]) / run.plan.minor_units if drawn.min() == drawn.max() else None


def done_from(run: Run, *, moves: bool = False, people: bool = False, columns: bool = False) -> Done:
    """A run that kept every path, as if a job had been done."""
    from risksim.jobs.columns import arrays_of, names_of
    from risksim.jobs.job import Done, said_of_paths
    from risksim.jobs.reservoir import Reservoir
    from risksim.metrics.summary import columns_of

    return Done(
        plan=run.plan,
        summary=run.summary(),
        moves=ledger(run) if moves else None,
        cohorts=cohorts(run) if people else None,
        paths=int(run.paths.weight.size),
        partial=False,
        seed=run.seed,
        engine=run.engine,
        seconds=0.0,
        how=said_of_paths(int(run.paths.weight.size), run.seed, run.engine),
        reservoir=Reservoir.of_paths(run.paths, investors(run).npv[:, -1]) if run.counts is None else None,
        accuracy=EVERY_VALUE,
        reached=(),
        capital=capital(run),
        remarks=(),
        columns=columns_of(arrays_of(run.plan, run.paths), names_of(run.plan)) if columns else None,
        sample=run.sample if columns else None,
    )


class Side(NamedTuple):
    """What all investors together pay in and get, path by path."""

    npv: FloatArray
    """float64[path, hurdle]. [currency]"""
    drawn: IntArray
    """int64[path]. [minor unit]"""
    received: IntArray
    """int64[path]. [minor unit]"""


def investors(run: Run) -> Side:
    """All tranches together: the one tranche where there is one.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    Side
    """
    paths = run.paths
    npv = paths.group_npv if run.plan.labels.groups else paths.npv
    return Side(npv[:, 0], paths.drawn.sum(axis=1), paths.received.sum(axis=1))


def irr_of_mean_flow(run: Run, tranche: int | None = None) -> Statistic:
    """IRR of the mean cash flow of a tranche; the mean of the paths' IRRs is no return of anything.

    Parameters
    ----------
    run : Run
        A finished run.
    tranche : int, optional
        Which tranche; left out, all of them together.

    Returns
    -------
    Estimate or Withheld
        [1/year]
    """
    import numpy as np

    from risksim.metrics import array
    from risksim.metrics.returns import irr_of_paths

    years, flow = run.plan.calendar.years, cashflow_of(run, tranche)
    which = slice(None) if tranche is None else slice(tranche, tranche + 1)
    drawn = float(array.mean(run.paths.drawn[:, which].sum(axis=1).astype(np.float64), run.sample))
    received = float(array.mean(run.paths.received[:, which].sum(axis=1).astype(np.float64), run.sample))
    return irr_of_paths(flow, years, drawn, received, float(run.plan.hurdles[-1]), run.sample)


def cashflow_of(run: Run, tranche: int | None = None) -> FloatArray:
    """Money received less money paid in by one tranche, or by all: float64[path, period]. [currency]"""
    from risksim.jobs.columns import net_flow

    return net_flow(run.plan, run.paths, tranche) / run.plan.minor_units


def ledger(run: Run) -> list[Move]:
    """Who pays whom, when and why: the mean of every line of the ledger by budget year, with its standard error.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    list of Move
        A line on which no path moves money is left out.
    """
    from risksim.metrics.ledger import mean_ledger

    plan, labels = run.plan, run.plan.labels
    names = [
        (labels.parties[giver], labels.parties[taker], reason)
        for giver, taker, reason in zip(plan.ledger.from_party, plan.ledger.to_party, labels.lines, strict=True)
    ]
    return mean_ledger(run.paths.flow, names, plan.calendar.year_index, labels.years, plan.minor_units, run.sample)


def cohorts(run: Run) -> list[CohortPeople]:
    """The mean people of each cohort of a run, with standard errors; nothing for more than 1,000 cohorts."""
    from risksim.metrics.cohorts import people_of_cohorts
    from risksim.metrics.sample import Sample

    labels = run.plan.labels
    if run.counts is None:
        return people_of_cohorts(run.paths.headcount, labels.cohorts, labels.outcomes, run.sample)
    from risksim.engine.exact import sample_of_means

    weight, replicate = sample_of_means(run.counts)
    return people_of_cohorts(run.counts.mean, labels.cohorts, labels.outcomes, Sample.of(weight, replicate))


def to_dataset(run: Run) -> xr.Dataset:
    """Everything kept of every path, labelled, with units and provenance."""
    from risksim.results.dataset import to_dataset as label

    return label(run.plan, run.paths, seed=run.seed, engine=run.engine)


def save(run: Run, file: str | Path) -> None:
    """Save a run as netCDF.

    Parameters
    ----------
    run : Run
        A finished run.
    file : str or Path
        Where to.

    Raises
    ------
    ResultError
        If it cannot be written there.
    """
    from risksim.results.store import save as write

    write(to_dataset(run), file)


def path_table(run: Run) -> str:
    """One row a path as CSV: returns, money, people and drawn inputs.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    str
        With a header; amounts in whole currency units, shares and rates as fractions.
    """
    from risksim.results.csv import path_table as table

    return table(run.plan, run.paths)


# The public purse


class PurseRun(NamedTuple):
    """A finished run with its public side."""

    plan: Plan
    paths: PathResults
    """What investors and payers get, as in a run by the same engine."""
    purse: PursePaths
    """What public budgets save, pay and spend on the same paths."""
    seed: int
    engine: str
    """As in `Run`."""

    @property
    def sample(self) -> Sample:
        """Weights and replicates of the paths."""
        from risksim.metrics.sample import Sample

        return Sample(self.paths.weight, self.paths.replicate)

    @property
    def how(self) -> str:
        """Paths, seed and engine in words."""
        from risksim.jobs.job import said_of_paths

        return said_of_paths(int(self.paths.weight.size), self.seed, self.engine)


def has_purse(deal: Deal | Plan) -> bool:
    """Whether a deal says what public budgets save."""
    return (deal.plan if isinstance(deal, Deal) else deal).purse is not None


def budgets_of(deal: Deal | Plan) -> tuple[str, ...]:
    """The public budgets of which a deal speaks.

    Raises
    ------
    RunError
        If it says nothing of any.
    """
    return _purse_of(deal.plan if isinstance(deal, Deal) else deal).budgets


def run_purse(
    deal: Deal | Plan,
    paths: int | None = None,
    seed: int = SEED,
    engine: str = "auto",
    threads: int = 0,
    progress: Progress | None = None,
    *,
    luck: int = 0,
    shared: int = 0,
) -> PurseRun:
    """Simulate a deal and what public budgets save, pay and spend, on the same paths as a run without them.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    paths : int, optional
        Paths; left out, 65,536 quasi-random points of the conditional engine or 100,000 paths of the individual one.
        [paths]
    seed : int
        64-bit seed.
    engine : {"auto", "individual", "conditional"}
        ``auto`` takes the conditional engine where it can run the deal and its purse.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    progress : callable, optional
        Called with the number of paths done.
    luck, shared : int
        As in `simulate`: other numbers than 0 draw people, or what people share, anew on the same evidence.

    Returns
    -------
    PurseRun

    Raises
    ------
    RunError
        If the deal says nothing of public budgets, settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine.purse import run_purse as run
    from risksim.engine.run import Settings

    plan = deal.plan if isinstance(deal, Deal) else deal
    _purse_of(plan)
    chosen = engine_of_purse(plan, engine)
    if paths is None:
        paths = POINTS if chosen == "conditional" else PATHS
    settings = Settings(paths, seed, threads, keep_claims=False, luck=luck, shared=shared, engine=chosen)
    found, purse = run(plan, settings, progress)
    return PurseRun(plan, found, purse, seed, chosen)


def _purse_of(plan: Plan) -> Purse:
    from risksim.errors import RunError

    if plan.purse is None:
        raise RunError(
            f"got deal '{plan.name}', which says nothing of what public budgets save. "
            "Add a `public:` block to its file."
        )
    return plan.purse


def engine_of_purse(deal: Deal | Plan, wanted: str = "auto") -> Engine:
    """The engine that runs a deal with its public purse.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    wanted : {"auto", "individual", "conditional"}
        ``auto`` takes the conditional engine where it can.

    Returns
    -------
    {"individual", "conditional"}

    Raises
    ------
    RunError
        If the engine asked for can't run it.
    """
    from risksim.engine.engines import choose as of_plan
    from risksim.errors import RunError

    plan = deal.plan if isinstance(deal, Deal) else deal
    if wanted not in ("auto", "individual", "conditional"):
        raise RunError(
            f"got engine '{wanted}'; what public budgets save is told by path, and paths are drawn by the individual "
            "or the conditional engine. Leave it out to take the conditional one where it can."
        )
    if wanted == "individual" or of_plan(plan, wanted, by_path=True).engine != "conditional":
        return "individual"
    obstacle = why_not_counted(plan)
    if obstacle is None:
        return "conditional"
    if wanted == "conditional":
        raise RunError(f"the conditional engine cannot run this deal with its public purse: {obstacle}. Try auto.")
    return "individual"


def why_not_counted(deal: Deal | Plan) -> str | None:
    """Why the conditional engine cannot count the people behind the public purse of a deal; None where it can."""
    from risksim.engine import purse_counts

    plan = deal.plan if isinstance(deal, Deal) else deal
    _purse_of(plan)
    return purse_counts.purse_obstacle(plan)


def expected_purse(
    deal: Deal | Plan, values: dict[int, float] | None = None, of_purse: dict[int, float] | None = None
) -> PurseRun:
    """The calculation on paper: one path, every input at its mean, fractions of people allowed.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    values : dict of int to float, optional
        Inputs of the deal that are held at another value than their mean, by slot; what is worked out of them follows.
    of_purse : dict of int to float, optional
        Inputs of the public purse that are.

    Returns
    -------
    PurseRun

    Raises
    ------
    RunError
        If the deal says nothing of public budgets, or what is expected of its people can't be told.
    """
    import numpy as np

    from risksim.engine.inputs import work_out
    from risksim.engine.purse import expect_purse
    from risksim.plan.values import at_values

    plan = deal.plan if isinstance(deal, Deal) else deal
    _purse_of(plan)
    held = dict(values or {})
    row = plan.inputs.mean[np.newaxis, :].copy()
    for slot, value in held.items():
        row[0, slot] = value
    for each in plan.derived:
        if each.slot not in held and any(slot in held for slot in each.slots):
            work_out(each, row)
            held[each.slot] = float(row[0, each.slot])
    fixed = at_values(plan, held, of_purse)
    return PurseRun(fixed, *expect_purse(fixed), 0, "expected")


class Movable(NamedTuple):
    """An uncertain input that may be held at another value than its mean."""

    slot: int
    of_purse: bool
    """Whether it is one of the public purse, not of the deal."""
    name: str
    unit: str
    mean: float
    points: tuple[tuple[str, float], ...]
    """``10 %`` and ``90 %``; of a law between two bounds ``lowest`` and ``highest`` too."""


BOUNDED = ("Uniform(", "Triangular(", "times Beta(")
"""What the forms of laws between two bounds of their own say."""
ENDS = (("10 %", 0.1), ("90 %", 0.9), ("lowest", 0.0), ("highest", 1.0 - 2.0**-53))
"""Places on a law at which an input may be held. [1]"""


def movable(plan: Plan) -> tuple[Movable, ...]:
    """The uncertain inputs of a deal and of its public purse that are evidence, not luck, with points of their laws.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.

    Returns
    -------
    tuple of Movable
        Without what is worked out of others, which follows them, and without events, whose chances are there.
    """
    import numpy as np

    from risksim.engine.inputs import look_up_input

    purse = _purse_of(plan)
    shut = {event for event, _, _ in plan.events} | {each.slot for each in plan.derived}
    if plan.inputs.luck is not None:
        shut |= set(np.flatnonzero(plan.inputs.luck).tolist())
    found = []
    for of_purse, inputs, notes in ((False, plan.inputs, plan.labels.inputs), (True, purse.inputs, purse.notes)):
        drawn = np.empty((len(ENDS), inputs.address.size))
        for slot, note in enumerate(notes):
            if not of_purse and slot in shut:
                continue
            look_up_input(inputs, slot, np.array([place for _, place in ENDS]), drawn)
            most = len(ENDS) if any(form in note.family for form in BOUNDED) else 2
            points = tuple((name, float(drawn[row, slot])) for row, (name, _) in enumerate(ENDS[:most]))
            found.append(Movable(slot, of_purse, note.name, note.unit, float(inputs.mean[slot]), points))
    return tuple(found)


def summarise_purse(run: PurseRun) -> PurseSummary:
    """All statistics of the public purse, each with its standard error.

    Parameters
    ----------
    run : PurseRun
        A finished run.

    Returns
    -------
    PurseSummary
        With net benefit and break-even year of the calculation on paper beside those of the paths, where it can be
        reckoned.
    """
    from risksim.metrics import purse

    on_paper = run if run.engine == "expected" else _on_paper(run.plan)
    expected = None if on_paper is None else purse_arrays(on_paper)
    return purse.summarise_purse(purse_arrays(run), purse_names(run.plan), run.sample, expected)


def _on_paper(plan: Plan) -> PurseRun | None:
    """The calculation on paper; None where what is expected of its people can't be told."""
    from risksim.errors import RunError

    try:
        return expected_purse(plan)
    except RunError:
        return None


def purse_figures(run: PurseRun, only: Collection[str] | None = None) -> dict[str, KeyFigures]:
    """Net benefit, break-even year and repayments of each budget, and of ``total``, or of some of them only."""
    from risksim.metrics.purse import key_figures

    return key_figures(purse_arrays(run), purse_names(run.plan), run.sample, only)


def purse_changes(run: PurseRun, base: PurseRun) -> dict[str, Estimate]:
    """What a run changes in the mean net benefit of each budget, and of ``total``, path by path. [currency]"""
    from risksim.metrics import precision

    now, then = net_benefits_by_path(run), net_benefits_by_path(base)
    return {name: precision.paired_difference(now[name], then[name], run.sample) for name in now if name in then}


def net_benefits_by_path(run: PurseRun) -> dict[str, FloatArray]:
    """The net benefit of each budget, and of ``total``: float64[path]. [currency]"""
    from risksim.metrics.purse import TOTAL, ledger

    arrays, names = purse_arrays(run), purse_names(run.plan)
    rows = {**{name: row for row, name in enumerate(names.budgets)}, TOTAL: None}
    return {name: ledger(arrays, names, row).position(discounted=True)[:, -1].copy() for name, row in rows.items()}


def purse_columns(run: PurseRun) -> dict[str, list[object]]:
    """What each path leaves to public budgets, as columns of a table.

    Parameters
    ----------
    run : PurseRun
        A finished run.

    Returns
    -------
    dict of str to list
        Money in whole currency units; a year that never comes is empty.
    """
    import numpy as np

    from risksim.metrics.purse import TOTAL, break_even_years, ledger

    arrays, names = purse_arrays(run), purse_names(run.plan)
    found: dict[str, list[object]] = {"path": list(range(arrays.net.shape[0])), "weight": run.paths.weight.tolist()}
    if arrays.investor is not None:
        found["investor_npv"] = arrays.investor.tolist()
    for name, row in [*((name, row) for row, name in enumerate(names.budgets)), (TOTAL, None)]:
        own = ledger(arrays, names, row)
        for end, cash in (("", False), ("_cash", True)):
            position = own.position(cash=cash, discounted=True)
            # In cash nothing is discounted but the net benefit, as in the statistics.
            years = break_even_years(own.position(cash=True) if cash else position, names.years)
            found[f"net_benefit{end}[{name}]"] = position[:, -1].tolist()
            found[f"break_even{end}[{name}]"] = ["" if year != year else int(year) for year in years.tolist()]
        paid = arrays.payment.sum(axis=1) if row is None else arrays.payment[:, row]
        found[f"repayment[{name}]"] = np.asarray(paid.sum(axis=1) / names.minor_units).tolist()
    return found


def net_benefits(run: PurseRun) -> dict[str, float]:
    """The mean net benefit of each budget, and of ``total``. [currency]"""
    return {name: float((run.paths.weight * values).sum()) for name, values in net_benefits_by_path(run).items()}


class PortfolioPurse(NamedTuple):
    """What the deals of a portfolio leave to public budgets."""

    deals: tuple[tuple[str, dict[str, KeyFigures] | None], ...]
    """Each deal by its name; None where its file says nothing of public budgets."""
    total: dict[str, KeyFigures]
    """Of the sum over deals, by budget and ``total``."""
    first_year: int
    """The year of the present values of the sum."""
    price_year: int
    """The last of the deals' price levels; the others are brought there by their own inflation."""
    engine: str


def portfolio_purse(
    portfolio: Portfolio, paths: int = PATHS, seed: int = SEED, threads: int = 0, *, progress: Progress | None = None
) -> PortfolioPurse:
    """Simulate the public purses of the deals of a portfolio on the same paths, and add them up.

    Parameters
    ----------
    portfolio : Portfolio
        Its deals count whole, whatever the fund holds of them.
    paths, seed, threads, progress
        As in `run_portfolio`.

    Returns
    -------
    PortfolioPurse

    Raises
    ------
    RunError
        If no deal says anything of public budgets.
    """
    from functools import partial

    from risksim.errors import RunError
    from risksim.metrics import purse
    from risksim.metrics.sample import Sample

    plans = [holding.deal.plan for holding in portfolio.holdings]
    spans = [(plan.purse.years, plan.purse.discount) for plan in plans if plan.purse is not None]
    if not spans:
        raise RunError(
            "got a portfolio of which no deal says what public budgets save. Add a `public:` block to their files."
        )
    price_year = max(plan.purse.price_year for plan in plans if plan.purse is not None)
    deals: list[tuple[str, dict[str, KeyFigures] | None]] = []
    sums: dict[str, purse.Ledger] = {}
    of_paper: dict[str, purse.Ledger] = {}
    all_on_paper = True
    known_gross: set[str] = set()
    years: tuple[int, ...] = ()
    for row, (holding, plan) in enumerate(zip(portfolio.holdings, plans, strict=True)):
        if plan.purse is None:
            deals.append((holding.name, None))
            continue
        report = None if progress is None else partial(_further, progress, row * paths)
        run = run_purse(plan, paths, seed, "individual", threads, report)
        arrays, names = purse_arrays(run), purse_names(plan)
        on_paper = _on_paper(plan)
        expected = None if on_paper is None else purse_arrays(on_paper)
        all_on_paper = all_on_paper and expected is not None
        prices, figures = purse.price_factor(names, plan.purse.price_year, price_year), {}
        for budget, place in [*((name, place) for place, name in enumerate(names.budgets)), (purse.TOTAL, None)]:
            own = purse.ledger(arrays, names, place).times(prices)
            paper = None if expected is None else purse.ledger(expected, names, place).times(prices)
            is_gross_only = names.is_gross_only(place)
            figures[budget] = purse.figures_of(own, names.years, run.sample, paper, is_gross_only=is_gross_only)
            known_gross |= {budget} if is_gross_only else set()
            if budget not in sums:
                sums[budget], years = purse.no_money(paths, spans)
                of_paper[budget], years = purse.no_money(1, spans)
            purse.add_deal(sums[budget], years, own, names.years)
            if paper is not None:
                purse.add_deal(of_paper[budget], years, paper, names.years)
        deals.append((holding.name, figures))
    sums[purse.TOTAL] = sums.pop(purse.TOTAL)  # last
    sample = Sample.equal(paths)
    total = {
        name: purse.figures_of(
            own, years, sample, of_paper[name] if all_on_paper else None, is_gross_only=name in known_gross
        )
        for name, own in sums.items()
    }
    return PortfolioPurse(tuple(deals), total, years[0], price_year, "individual")


def gross_only(run: PurseRun) -> tuple[str, ...]:
    """Outcomes by which something is saved and of which nobody says how many would have come anyway."""
    import numpy as np

    of_people = ~np.isnan(run.purse.achieved) & np.isnan(run.purse.attributable)
    return tuple(name for place, name in enumerate(run.plan.labels.outcomes) if of_people[:, place].any())


def as_json(statistics: Any) -> dict[str, Any]:
    """A tree of statistics as plain dictionaries; a number that does not exist is None."""
    from risksim.metrics.summary import plain

    said: dict[str, Any] = plain(statistics)
    return said


def saves(plan: Plan) -> bool:
    """Whether anything is saved, so that there is more to tell than costs."""
    from risksim.plan.layout import IS_CONSEQUENCE, IS_DURING

    return any(kind in (IS_CONSEQUENCE, IS_DURING) for kind in _purse_of(plan).lines.kind.tolist())


def own_costs(run: PurseRun) -> float:
    """The mean present value of the own costs of all budgets. [currency]"""
    import numpy as np

    from risksim.metrics.purse import ledger

    whole = ledger(purse_arrays(run), purse_names(run.plan), None)
    return float(np.sum(run.paths.weight * whole.present(whole.cost)))


def purse_arrays(run: PurseRun) -> PurseArrays:
    """What the statistics of the public purse need of a run."""
    import numpy as np

    from risksim.metrics.purse import PurseArrays
    from risksim.metrics.summary import COMPLETED, ENROLLED

    plan, paths, kept = run.plan, run.paths, run.purse
    purse = _purse_of(plan)
    slot, value = purse.appropriation.slot, purse.appropriation.value
    drawn = (slot >= 0).any()
    aside = np.broadcast_to(value, (paths.weight.size if drawn else 1, value.size)).copy()
    for column in np.flatnonzero(slot >= 0):
        aside[:, column] = kept.inputs[:, slot[column]]
    shape = (len(plan.labels.payers), len(plan.labels.years))
    return PurseArrays(
        kept.gross,
        kept.net,
        kept.cash,
        kept.cost,
        kept.payment,
        kept.line_gross,
        kept.line_net,
        kept.beyond,
        kept.achieved,
        kept.attributable,
        kept.deadweight,
        paths.repayment,
        aside.reshape(aside.shape[0], *shape),
        _worth_to_investors(plan, paths),
        paths.headcount[:, :, [ENROLLED, COMPLETED]].sum(axis=1, dtype=np.int64),
    )


def _worth_to_investors(plan: Plan, paths: PathResults) -> FloatArray | None:
    """Net present value of all investors at the last hurdle, float64[path]; None where nobody invests. [currency]"""
    if not (plan.labels.tranches and (paths.drawn.any() or paths.received.any())):
        return None
    return (paths.group_npv if plan.labels.groups else paths.npv)[:, 0, -1]


def purse_names(plan: Plan) -> PurseNames:
    """Names of the axes of `purse_arrays`."""
    import numpy as np

    from risksim.engine.purse_meters import gross_only_lines
    from risksim.metrics.purse import PurseNames

    purse, labels = _purse_of(plan), plan.labels
    is_gross = gross_only_lines(plan)
    falls_in = np.zeros(len(purse.budgets), dtype=np.bool_)
    if is_gross.any():
        falls_in[: purse.lines.share.shape[3]] = (purse.lines.share[is_gross] > 0.0).any(axis=(0, 1, 2))
    return PurseNames(
        purse.budgets,
        purse.years,
        labels.payers,
        labels.years,
        purse.names,
        purse.committees,
        labels.outcomes,
        purse.discount,
        purse.deflator,
        plan.minor_units,
        purse.socio_economic,
        tuple(is_gross.tolist()),
        tuple(falls_in.tolist()),
    )


def review(deal: Deal) -> Review:
    """What a scenario says, assumes and leaves open.

    Parameters
    ----------
    deal : Deal
        A scenario that was read.

    Returns
    -------
    Review
    """
    from risksim.results.review import Asked, Assumed, Lacking, Review, Uncertain
    from risksim.scenario import lacking, origins
    from risksim.scenario.repeats import said_once

    scenario, plan = deal.scenario, deal.plan
    stresses = tuple(Asked(name, changes_of(deal, name)) for name in _sound_stresses(deal))
    once = said_once(scenario)
    return Review(
        file=deal.document.file,
        deal=plan.name,
        digest=plan.digest,
        currency=plan.currency,
        start=str(scenario.start_date),
        end=str(scenario.end_date),
        follow_ups=len(scenario.follow_up_dates()),
        cohorts=plan.cohorts.places.size,
        participants=int(plan.cohorts.places.sum()),
        commitment=float(plan.financing.commitment_value.sum()),
        uncertain=tuple(
            Uncertain(name, note.family, note.unit, note.mean, note.sd)
            for note in (*plan.labels.inputs, *(plan.purse.notes if plan.purse is not None else ()))
            if (name := once(note.name)) is not None
        ),
        assumptions=tuple(Assumed(*assumed) for assumed in origins.assumptions(scenario)),
        sources=tuple((key, scenario.sources[key]) for key in origins.sources_used(scenario)),
        unstated=tuple(origins.unstated(scenario)),
        remarks=tuple(origins.remarks(scenario)),
        lacking=tuple(Lacking(*line) for line in lacking.lacking(scenario)),
        stresses=stresses,
    )


def origins_of(deal: Deal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Places of a file that name a published source, and those that are assumptions."""
    from risksim.scenario import origins

    cited = [place for places in origins.sources_used(deal.scenario).values() for place in places]
    return tuple(dict.fromkeys(cited)), tuple(one.path for one in origins.assumptions(deal.scenario))


def _sound_stresses(deal: Deal) -> list[str]:
    """The stresses of a deal, each compiled once.

    Raises
    ------
    ScenarioError
        With every mistake that they make.
    """
    faults: list[Fault] = []
    for name in deal.scenario.stresses:
        try:
            stressed(deal, name, draft=True)
        except ScenarioError as error:
            faults.extend(error.faults)
    if faults:
        raise ScenarioError(faults)
    return list(deal.scenario.stresses)


def describe(deal: Deal) -> Description:
    """Every uncertain number: where it comes from, its form, mean and quantiles, and what was done to get there.

    Parameters
    ----------
    deal : Deal
        A scenario that was read; a draft is enough.

    Returns
    -------
    Description
    """
    from risksim.plan.describe import look_at, told, told_of_public
    from risksim.plan.worked import worked_out
    from risksim.results.description import Certain, Description, Unsaid, Worked
    from risksim.results.review import Lacking
    from risksim.scenario import certainties, lacking, origins
    from risksim.scenario import register as constants

    gathered, plan = look_at(deal.scenario, deal.document)
    in_use = constants_in_use(deal)
    return Description(
        file=deal.document.file,
        deal=deal.plan.name,
        digest=deal.plan.digest,
        register=str(constants.edition()),
        numbers=tuple(map(_described, [*told(gathered), *told_of_public(deal.scenario, deal.document)])),
        worked=tuple(Worked(*one) for one in worked_out(deal.scenario, plan)),
        certain=tuple(Certain(*one) for one in certainties.certainties(deal.scenario)),
        unsaid=tuple(Unsaid(*one) for one in certainties.unsaid(deal.scenario)),
        constants=in_use,
        not_checked=tuple(one.key for one in in_use if one.status == "T"),
        unstated=tuple(origins.unstated(deal.scenario)),
        lacking=tuple(Lacking(*line) for line in lacking.lacking(deal.scenario)),
    )


def _described(told: Told) -> Described:
    from risksim.results.description import Candidate, Described, Opinion

    experts = (Opinion(*one[:-1], tuple(Candidate(*fit) for fit in one.candidates)) for one in told.experts)
    return Described(*told[:-2], tuple(Candidate(*fit) for fit in told.candidates), tuple(experts))


def constants_in_use(deal: Deal) -> tuple[ConstantInUse, ...]:
    """The constants of the register that influence a deal, each with its status and the places it acts at."""
    from risksim.scenario import register as constants

    return tuple(_constant(one, one.where) for one in constants.constants_in_use(deal.scenario))


def constants_for_investors(deal: Deal) -> tuple[ConstantInUse, ...]:
    """Those of `constants_in_use` that may move a number of investors: none that acts in the public purse alone."""
    return constants_in_use(deal._replace(scenario=deal.scenario.model_copy(update={"public": None})))


def with_constants(deal: Deal, values: Mapping[str, float]) -> Deal:
    """The deal that the same file would be if some constants of the register had other values.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    values : mapping of str to float
        Values by key of the register. What a key of the file takes where it is left out stays.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        If the deal cannot bear them.
    """
    from risksim.scenario import register

    with register.moved(values):
        return changed(deal, "constants", {})


def range_of_constant(key: str) -> tuple[float, float]:
    """Between which values a judgement is moved (`risksim.scenario.register.range_of`); a law at its 10 and 90 %."""
    from risksim.plan.laws import law_of
    from risksim.scenario import register

    between = register.range_of(key)
    if between is not None:
        return between
    law = law_of(register.number(key))
    return law.quantile(0.1), law.quantile(0.9)


def not_checked(deal: Deal) -> list[str]:
    """Keys of the constants for investors that nobody compared with their source: every output of theirs names them."""
    return [one.key for one in constants_for_investors(deal) if one.status == "T"]


def constants_of_portfolio(portfolio: Portfolio, *, public: bool = False) -> tuple[ConstantInUse, ...]:
    """The constants of the register that influence the deals of a portfolio, each once, with its places by deal.

    Those that act in public purses alone are among them only where `public` asks for them.
    """
    found: dict[str, ConstantInUse] = {}
    read: dict[str, tuple[ConstantInUse, ...]] = {}  # deals of a repeated entry say the same
    for holding in portfolio.holdings:
        file = holding.deal.document.file
        if file not in read:
            read[file] = (constants_in_use if public else constants_for_investors)(holding.deal)
            for one in read[file]:
                places = tuple(f"{holding.name}: {place}" for place in one.where)
                before = found[one.key].where if one.key in found else ()
                found[one.key] = one._replace(where=(*before, *places))
    return tuple(found.values())


def register() -> tuple[ConstantInUse, ...]:
    """The whole register of constants."""
    from risksim.scenario import register as constants

    return tuple(_constant(one, ()) for one in constants.constants().values())


def register_table(key: str) -> dict[str, list[float]]:
    """The lists of a constant that is a table, by name."""
    from risksim.scenario.register import table

    return table(key)


def _constant(one: Constant | InUse, where: tuple[str, ...]) -> ConstantInUse:
    from risksim.results.description import ConstantInUse
    from risksim.scenario.register import STATUS

    means, start = STATUS[one.status], str(one.valid_from)
    until = None if one.valid_to is None else str(one.valid_to)
    return ConstantInUse(one.key, one.what, one.words, one.unit, one.status, means, one.source, start, until, where)


def json_schema() -> dict[str, object]:
    """The JSON Schema of scenario files, for completion in an editor."""
    from risksim.scenario.schema import json_schema as schema

    return schema()


def standard_models() -> dict[str, str]:
    """The kinds of deal for which there is a commented standard model, and what each pays for."""
    from risksim.scenario.starter import KINDS

    return dict(KINDS)


def starter_text(kind: str | None = None) -> str:
    """A commented scenario to start from.

    Parameters
    ----------
    kind : str, optional
        One of `standard_models`; left out, a small first deal.

    Returns
    -------
    str
        YAML.
    """
    from risksim.scenario.starter import starter_text as text

    return text() if kind is None else text(kind)


def explain_purse(deal: Deal | Plan, path: int, seed: int = SEED, engine: Engine = "individual") -> PurseStory:
    """The public side of one path, line by line and year by year, equal to that path of a run.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a block `public`.
    path : int
        Which path, counted from 0.
    seed : int
        Seed of the run.
    engine : {"individual", "conditional"}
        Engine of the run.

    Returns
    -------
    PurseStory

    Raises
    ------
    RunError
        If there is no such path, no block `public`, or the engine can't run the deal.
    """
    from risksim.engine.purse import purse_ledger
    from risksim.engine.run import Settings
    from risksim.results.purse_story import tell_purse

    plan = deal.plan if isinstance(deal, Deal) else deal
    return tell_purse(plan, purse_ledger(plan, Settings(seed=seed, engine=engine), path))


def points_of_input(
    deal: Deal | Plan, place: str, levels: Sequence[float], paths: int = CHECKED_BY, seed: int = SEED
) -> FloatArray | None:
    """Points of the law of an uncertain input: float64[level].

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    place : str
        Where the number stands, as ``outcomes[job].success_rate``.
    levels : sequence of float
        Each in (0, 1). [1]
    paths, seed
        An input that is worked out of others has no law of its own; its points are those of so many draws.

    Returns
    -------
    float64[level] or None
        None where the number is certain.
    """
    import numpy as np

    from risksim.engine.inputs import inputs_of
    from risksim.engine.run import Settings, keys_of_run

    plan = deal.plan if isinstance(deal, Deal) else deal
    slot = next((slot for slot, note in enumerate(plan.labels.inputs) if note.name == place), None)
    if slot is None:
        return None
    if slot in {each.slot for each in plan.derived}:
        drawn = inputs_of(plan, keys_of_run(plan, Settings(paths, seed)), 0, paths)[:, slot]
        return np.asarray(np.quantile(drawn, levels, method="inverted_cdf"))
    return input_values(plan, slot, np.asarray(levels, dtype=np.float64))


def differences_in_words(first: Deal, second: Deal) -> tuple[str, ...]:
    """What the file of the second deal says otherwise than that of the first, a sentence each."""
    from risksim.scenario.differences import differences

    return tuple(map(str, differences(first.scenario, second.scenario)))


def shares_points(plans: Sequence[Plan]) -> bool:
    """Whether paths of the conditional engine meet the same points in all these deals: each dimension decides the same.

    Parameters
    ----------
    plans : sequence of Plan
        Deals that the conditional engine can run.

    Returns
    -------
    bool
    """
    names = {dimension_names(plan, max(parameter_dimensions(one) for one in plans)) for plan in plans}
    return len(names) == 1


def stated(deal: Deal) -> tuple[Stated, ...]:
    """The numbers and dates that a deal's file states, in its order: see `risksim.scenario.numbers`."""
    return stated_in(deal.document)


def values_at(deal: Deal, place: str) -> list[Any]:
    """What the file of a deal says at a place, as a stress names it; nothing where it says nothing there."""
    from risksim.scenario.stresses import values_at as said

    return said(deal.document, place)


def is_pattern(name: str) -> bool:
    """Whether a name stands for several files: a folder, or a pattern such as ``deals/*.yaml``."""
    import glob

    path = Path(name)
    return path.is_dir() or (glob.has_magic(name) and not path.exists())
