"""The pipeline on one page: read, compile, run, label, measure.

Heavy rooms are imported where they are used, so that reading and checking a file needs no compiled code.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from risksim.scenario.reader import Document, read_scenario
from risksim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import datetime as dt

    import xarray as xr

    from risksim.engine.run import Form, Progress
    from risksim.metrics.ledger import Move
    from risksim.metrics.sample import Sample
    from risksim.metrics.summary import Statistic, Summary
    from risksim.plan.describe import Told
    from risksim.plan.layout import FloatArray, IntArray, PathResults, Plan
    from risksim.plan.observed import Form as TemplateForm
    from risksim.results.description import ConstantInUse, Described, Description
    from risksim.results.review import Review
    from risksim.results.settlement import Settlement
    from risksim.results.story import Story
    from risksim.scenario.register import Constant, InUse

PATHS = 100_000
"""Paths of a run unless said otherwise."""
SEED = 1
"""Seed of a run unless said otherwise."""


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
    """``individual``: every person drawn; ``expected``: everybody divisible, one path."""

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


def read(file: str | Path, *, draft: bool = False) -> Deal:
    """Read and compile a scenario file.

    Parameters
    ----------
    file : str or Path
        A scenario file; ``-`` reads standard input.
    draft : bool
        Read it to look at, not to run: quicker.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake of the file.
    """
    from risksim.plan.compile import compile_plan

    scenario, document = read_scenario(file)
    return Deal(scenario, document, compile_plan(scenario, document, draft=draft))


def simulate(
    deal: Deal | Plan,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    block: int = 0,
    form: Form = "patterns",
    keep_claims: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Simulate a deal, person by person.

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
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Run
    """
    from risksim.engine import run as engine

    plan = deal.plan if isinstance(deal, Deal) else deal
    settings = engine.Settings(paths, seed, threads, block, form=form, keep_claims=keep_claims)
    return Run(plan, engine.run(plan, settings, progress), seed, "individual")


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


def at_means(deal: Deal | Plan, *, luck: bool = False) -> Plan:
    """The same deal with every uncertain input at its mean; with `luck`, what is chance, not evidence, is drawn."""
    from risksim.plan.compile import at_means as fix

    return fix(deal.plan if isinstance(deal, Deal) else deal, luck=luck)


def expected_only(deal: Deal | Plan) -> Run:
    """Settle the deal once at its expectations: every input at its mean, fractions of people allowed."""
    from risksim.engine.run import run_expected

    plan = at_means(deal)
    return Run(plan, run_expected(plan), 0, "expected")


def explain(deal: Deal | Plan, path: int, seed: int = SEED) -> Story:
    """One path, opened: its people, payments and returns, equal to that path of a run.

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    path : int
        Which path, counted from 0.
    seed : int
        Seed of the run.

    Returns
    -------
    Story
    """
    from risksim.engine.replay import replay
    from risksim.results.story import tell

    plan = deal.plan if isinstance(deal, Deal) else deal
    return tell(plan, replay(plan, seed, path))


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

    plan = deal.plan
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

    return template(deal.plan, form)


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
    from risksim.metrics.summary import RunArrays, RunNames
    from risksim.metrics.summary import summarise as summarise_arrays

    paths, labels = run.paths, run.plan.labels
    arrays = RunArrays(
        paths.irr,
        paths.irr_status,
        paths.npv,
        paths.drawn,
        paths.received,
        paths.repayment,
        paths.headcount,
        paths.group_irr,
        paths.group_irr_status,
        paths.group_npv,
        paths.ended_by,
    )
    names = RunNames(
        labels.tranches,
        labels.hurdles,
        labels.payers,
        labels.years,
        labels.outcomes,
        run.plan.minor_units,
        labels.endings,
    )
    of_mean_flow = [irr_of_mean_flow(run, tranche) for tranche in range(len(labels.tranches))]
    of_group = irr_of_mean_flow(run, None) if labels.groups else None
    return summarise_arrays(arrays, names, run.sample, of_mean_flow, of_group)


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
    import math

    import numpy as np

    from risksim.kernels.cashflow import STATUS_NAMES, internal_rate
    from risksim.metrics import array, precision
    from risksim.metrics.summary import Withheld

    years, flow = run.plan.calendar.years, cashflow_of(run, tranche)
    mean = np.asarray(array.mean(flow, run.sample), dtype=np.float64)
    which = slice(None) if tranche is None else slice(tranche, tranche + 1)
    drawn = float(array.mean(run.paths.drawn[:, which].sum(axis=1).astype(np.float64), run.sample))
    received = float(array.mean(run.paths.received[:, which].sum(axis=1).astype(np.float64), run.sample))
    rate, status = internal_rate(mean, years, drawn, received)
    if math.isnan(rate):
        reason = f"the mean cash flow has no single IRR ({STATUS_NAMES[status].lower()})"
        at = float(run.plan.hurdles[-1])
        other = precision.modified_rate(flow, years, at, run.sample)
        if not math.isnan(other.value):
            reason += f"; with money at {at:.2%} it earns {other.value:.2%} ± {other.standard_error:.2%} a year (MIRR)"
        return Withheld(reason)
    return precision.irr_of_mean_flow(rate, flow, years, run.sample)


def cashflow_of(run: Run, tranche: int | None = None) -> FloatArray:
    """Money received less money paid in by one tranche, or by all: float64[path, period]. [currency]"""
    import numpy as np

    plan = run.plan
    first, last = (1, len(plan.labels.tranches)) if tranche is None else (1 + tranche, 1 + tranche)
    flow = np.zeros(run.paths.flow[:, 0].shape)
    for line in range(plan.ledger.from_party.size):
        sign = int(first <= plan.ledger.to_party[line] <= last) - int(first <= plan.ledger.from_party[line] <= last)
        if sign:
            flow += sign * run.paths.flow[:, line]
    return flow / plan.minor_units


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
    from risksim.results.review import Assumed, Lacking, Review, Uncertain
    from risksim.scenario import lacking, origins

    scenario, plan = deal.scenario, deal.plan
    return Review(
        file=deal.document.file,
        deal=plan.name,
        digest=plan.digest,
        currency=plan.currency,
        start=str(scenario.start_date),
        end=str(scenario.end_date),
        follow_ups=len(scenario.follow_up_dates()),
        participants=int(plan.cohorts.places.sum()),
        commitment=float(plan.financing.commitment_value.sum()),
        uncertain=tuple(
            Uncertain(note.name, note.family, note.unit, note.mean, note.sd) for note in plan.labels.inputs
        ),
        assumptions=tuple(Assumed(*assumed) for assumed in origins.assumptions(scenario)),
        sources=tuple((key, scenario.sources[key]) for key in origins.sources_used(scenario)),
        unstated=tuple(origins.unstated(scenario)),
        remarks=tuple(origins.remarks(scenario)),
        lacking=tuple(Lacking(*line) for line in lacking.lacking(scenario)),
    )


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
    from risksim.plan.describe import numbers
    from risksim.results.description import Description
    from risksim.results.review import Lacking
    from risksim.scenario import lacking, origins
    from risksim.scenario import register as constants

    in_use = constants_in_use(deal)
    return Description(
        file=deal.document.file,
        deal=deal.plan.name,
        digest=deal.plan.digest,
        register=str(constants.edition()),
        numbers=tuple(_described(told) for told in numbers(deal.scenario, deal.document)),
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


def register() -> tuple[ConstantInUse, ...]:
    """The whole register of constants."""
    from risksim.scenario import register as constants

    return tuple(_constant(one, ()) for one in constants.constants().values())


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
