"""The answer to a deal with some inputs moved, in parts: the same numbers as the command line's.

Each part is what a page of the memo says, made by the same functions; nothing is reckoned here but how results are
spread below the bound that the page lets people drag.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from risksim import api
from risksim.analysis.answer import OF_PURSE, Wishes, ask, purse_of
from risksim.analysis.deal_facts import deal_of
from risksim.analysis.memo import Drivers, Facts, Provenance, Results
from risksim.analysis.results import (
    appropriations_of_paths,
    appropriations_of_purse,
    p_loss_of,
    repaid_by_year,
    result_of,
    results_of,
)
from risksim.errors import RisksimError
from risksim.language import _
from risksim.report.document import Block, Chart, Table
from risksim.report.memo import budgets as memo_budgets
from risksim.report.memo.opening import the_answer
from risksim.report.memo.words import (
    DASH,
    capital_letter,
    ended,
    error_of,
    listing,
    money,
    money_of,
    number,
    party,
    probability,
    rate,
    share,
)
from risksim.report.said_below import in_words
from risksim.service.live import charts as apart
from risksim.service.live.giving_up import Look, never
from risksim.service.live.people import done_of
from risksim.service.live.shapes import (
    ChartShown,
    Ends,
    FigureShown,
    LiveAnswer,
    Part,
    TableShown,
)

if TYPE_CHECKING:
    from risksim.analysis.answer import Asked
    from risksim.metrics.precision import Estimate
    from risksim.metrics.summary import Statistic, Tranche

MOST_ENDS = 2_000
"""Values of the distribution that is sent, about; of more some are joined with their neighbours, never across nought,
and never with one that weighs as much as the 2,000th part by itself. So what is joined weighs less than a thousandth.
"""
MOST_OUTCOMES = 4
"""Outcomes whose successes are shown as figures."""
SIDE_PATHS = 2_048
"""Paths behind drivers and stresses: they follow when the slider rests. [paths]"""


First = Callable[["LiveAnswer"], None]
"""Told the histogram before the rest is worked out."""


class Question(NamedTuple):
    """What is asked of a deal that was read, its inputs already moved."""

    paths: int
    seed: int
    parts: tuple[Part, ...]
    moved: bool = False
    """Whether anything was moved, so that the command line needs the file that was written."""
    threads: int = 1


class _Found:
    """What parts of one answer share, each found once."""

    def __init__(self, deal: api.Deal, question: Question, look: Look, first: First | None) -> None:
        self.deal, self.question, self.look = deal, question, look
        self.asked: Asked = ask(deal, question.paths, question.seed, question.threads, Wishes(), columns=True)
        self.expected = api.expected_only(deal)
        self.charts: dict[str, ChartShown] = {}
        self.tables: dict[str, TableShown] = {}
        self.notes: list[str] = []
        self.results: Results | None = None
        self.done = done_of(self.asked, None if first is None else lambda run: first(self._returns(run)))
        self.facts = self._facts()

    def _returns(self, run: api.Run) -> LiveAnswer:
        """How results are spread, before any other statistic is worked out."""
        from risksim.report.figures import returns

        result, plan = result_of(run), run.plan
        on_paper = float(result_of(self.expected)[0]) / plan.minor_units
        self.results = results_of(result, run.sample, plan.minor_units, on_paper)
        self.draw("returns", returns.histogram_of(self.results, p_loss_of(run), plan.currency, "full"))
        return LiveAnswer(
            parts=["returns"],
            name=plan.name,
            digest=plan.digest,
            currency=plan.currency,
            paths=int(run.paths.weight.size),
            seed=run.seed,
            engine=run.engine,
            how="",
            command=command("run", self.deal, self.question, self.asked.job.paths),
            ends=_ends(result, run.sample, plan.minor_units),
            charts=dict(self.charts),
        )

    def _facts(self) -> Facts:
        deal, done = self.deal, self.done
        return Facts(
            provenance=cast("Provenance", None),
            deal=deal_of(deal, done.capital),
            description=cast("Any", None),
            summary=done.summary,
            lines=None,
            split=None,
            results=_results(done, self.expected) if self.results is None else self.results,
            appropriations=appropriations_of_paths(done) if done.columns is not None else (),
            budgets=None,
            drivers=None,
            stresses=None,
            terms=(),
            typical=None,
            bad=None,
            acceptability=(),
            lacking={},
        )

    def draw(self, name: str, chart: Chart | None) -> None:
        """Add a chart, where there is one."""
        if chart is not None:
            self.charts[name] = apart.shown(chart, name)

    def tabulate(self, name: str, blocks: list[Block]) -> None:
        """Add the first table among some blocks."""
        found = next((block for block in blocks if isinstance(block, Table)), None)
        if found is not None:
            self.tables[name] = apart.table(found)


def answer(deal: api.Deal, question: Question, look: Look = never, first: First | None = None) -> LiveAnswer:
    """Answer a deal.

    Parameters
    ----------
    deal : Deal
        A deal that was read, its inputs moved.
    question : Question
        How.
    look : callable, optional
        Called between the slow parts and within them.
    first : callable, optional
        Called with the histogram as soon as it is there, where that is before everything else.

    Returns
    -------
    LiveAnswer
    """
    if not deal.scenario.is_funded:
        return _of_purse_alone(deal, question)
    found = _Found(deal, question, look, first)
    for part in ("lines", "parties", "drivers", "stresses"):
        if part in question.parts:
            look()
            PARTS[part](found)
    done, with_answer = found.done, "answer" in question.parts
    if with_answer:
        _pictures(found)
    return LiveAnswer(
        parts=list(question.parts),
        name=deal.plan.name,
        digest=deal.plan.digest,
        currency=deal.plan.currency,
        paths=done.paths,
        seed=done.seed,
        engine=done.engine,
        how=in_words(done.how),
        command=command("run", deal, question, found.asked.job.paths),
        sentences=list(_sentences(found.facts)) if with_answer else [],
        figures=list(_figures(found.facts)) if with_answer else [],
        statistics=done.summary.to_json() if with_answer else {},
        ends=_ends_of(done) if with_answer else None,
        charts=found.charts,
        tables=found.tables,
        notes=found.notes,
    )


def command(what: str, deal: api.Deal, question: Question, paths: int) -> str:
    """The command line that prints the same numbers."""
    file = deal.document.file
    if question.moved:
        file = file.rpartition("/")[2].removesuffix(".yaml") + "-moved.yaml"
    return f"risksim {what} {shlex.quote(file)} --paths {paths} --seed {question.seed} --json"


def _results(done: api.Done, expected: api.Run) -> Results | None:
    """How results are spread, without the line of luck only, which takes a run of its own."""
    if done.columns is None or done.sample is None:
        return None
    on_paper = float(result_of(expected)[0]) / done.plan.minor_units
    return results_of(_result(done.columns, done.plan), done.sample, done.plan.minor_units, on_paper)


def _result(columns: Mapping[str, Any], plan: api.Plan) -> Any:
    """What all investors together are left with, by path. [minor unit]"""
    side = "all" if plan.labels.groups else "0"
    return columns[f"received.{side}"].astype(np.int64) - columns[f"drawn.{side}"].astype(np.int64)


# The part that moves with the slider


def _pictures(found: _Found) -> None:
    from risksim.report.figures import returns

    if "returns" not in found.charts:
        found.draw("returns", returns.histogram(found.facts, "full"))
    found.draw("exceedance", returns.exceedance(found.facts, "half"))
    found.charts |= apart.repayments(found.facts, repaid_by_year(found.done))


def _sentences(facts: Facts) -> Iterator[str]:
    """The answer in one sentence, what investors may expect, and what is repaid."""
    yield the_answer(facts)
    yield from map(ended, _further(facts))


def _further(facts: Facts) -> Iterator[str]:
    """What investors may expect, and what is repaid."""
    summary = facts.summary
    if summary is None:
        return
    result = _expected_result(facts)
    if result is not None:
        left = money_of(result._replace(value=abs(result.value)), facts.deal.currency)
        if result.value < 0.0:
            yield _("On average the investors together lose {amount}.", amount=left)
        else:
            yield _("On average the investors together gain {amount}.", amount=left)
    paying = {name: payer for name, payer in summary.payers.items() if payer.total.mean.value > 0.0}
    if len(paying) == 1:
        ((name, payer),) = paying.items()
        yield capital_letter(
            _(
                "{payer} repays {mean} on average; in one future of twenty it is {high} or more.",
                payer=party(name),
                mean=money_of(payer.total.mean, facts.deal.currency),
                high=money_of(payer.total.p95, facts.deal.currency),
            )
        )
    elif paying:
        total = sum(payer.total.mean.value for payer in paying.values())
        # They pay for the same people, so that their errors do not cancel: added they are the most it can be.
        error = sum(error_of(payer.total.mean) for payer in paying.values())
        yield capital_letter(
            _(
                "{payers} together repay {mean} on average.",
                payers=listing([party(name) for name in paying]),
                mean=money(total, facts.deal.currency, error),
            )
        )


def _expected_result(facts: Facts) -> Estimate | None:
    """The mean nominal result of all investors; None where the file takes no present value at nought."""
    assert facts.summary is not None
    worth = next((worth for hurdle, worth in facts.summary.everybody.npv.items() if float(hurdle) == 0.0), None)
    return None if worth is None or not math.isfinite(worth.mean.value) else worth.mean


def _figures(facts: Facts) -> Iterator[FigureShown]:
    summary, currency = facts.summary, facts.deal.currency
    assert summary is not None
    if facts.deal.investors and facts.deal.capital != 0.0:
        yield from _of_investors(facts, summary.everybody)
    for name, payer in summary.payers.items():
        who = party(name, article=False)
        mean = payer.total.mean
        yield _figure(
            f"payers[{name}].total.mean",
            _("expected repayment: {payer}", payer=who),
            money_of(mean, currency),
            mean,
            _("What {payer} repays on average over the whole contract.", payer=party(name)),
        )
        yield _figure(
            f"payers[{name}].total.p95",
            _("repayment in 1 of 20 futures: {payer}", payer=who),
            money_of(payer.total.p95, currency),
            payer.total.p95,
            _("In one future of twenty {payer} repays this much or more.", payer=party(name)),
        )
    titles = dict(facts.deal.outcomes)
    for name, outcome in list(summary.programme.outcomes.items())[:MOST_OUTCOMES]:
        mean = outcome.achieved.mean
        if name in facts.deal.amounts:
            continue
        yield _figure(
            f"programme.outcomes[{name}].achieved.mean",
            titles.get(name, name),
            number(mean.value, error_of(mean), 1),
            mean,
            _(
                "How often it is reached on average; nine futures of ten lie between {low} and {high}.",
                low=number(outcome.achieved.p05.value),
                high=number(outcome.achieved.p95.value),
            ),
        )


def _of_investors(facts: Facts, side: Tranche) -> Iterator[FigureShown]:
    summary, currency = facts.summary, facts.deal.currency
    assert summary is not None
    at = "investors" if summary.investors is not None else f"tranches[{next(iter(summary.tranches))}]"
    loss = side.loss
    yield _figure(
        f"{at}.loss.p_loss",
        _("risk of a loss"),
        probability(loss.p_loss),
        loss.p_loss,
        _("How often less comes back than was paid in."),
    )
    result = _expected_result(facts)
    if result is not None:
        yield _figure(
            f"{at}.npv[{_nought(side)}].mean",
            _("expected result"),
            money_of(result, currency),
            result,
            _("What all investors together are left with on average, money received less money paid in."),
        )
    hurdle, worth = list(side.npv.items())[-1]
    if float(hurdle) != 0.0:
        yield _figure(
            f"{at}.npv[{hurdle}].mean",
            _("expected present value at {rate}", rate=rate(float(hurdle))),
            money_of(worth.mean, currency),
            worth.mean,
            _("The same with later money counting less: {rate} a year.", rate=rate(float(hurdle))),
        )
    yield _return(f"{at}.irr.p50", _("yearly return, median"), side.irr.p50, _("Half of the futures return more."))
    yield _return(
        f"{at}.irr.of_mean_flow",
        _("yearly return of the mean cash flow"),
        side.irr.of_mean_flow,
        _("The return of what comes back on average."),
    )
    worst = loss.expected_shortfall_95
    yield _figure(
        f"{at}.loss.expected_shortfall_95",
        _("capital at risk"),
        money_of(worst, currency),
        worst,
        _("What is lost on average in the worst twentieth of the futures."),
    )


def _nought(side: Tranche) -> str:
    return next(hurdle for hurdle in side.npv if float(hurdle) == 0.0)


def _figure(key: str, label: str, text: str, estimate: Estimate, hint: str) -> FigureShown:
    return FigureShown(
        key=key,
        label=capital_letter(label),
        text=text,
        value=_there(estimate.value),
        standard_error=_there(estimate.standard_error),
        hint=hint,
    )


def _return(key: str, label: str, found: Statistic, hint: str) -> FigureShown:
    if not hasattr(found, "standard_error"):  # withheld, with its reason
        reason = capital_letter(in_words(found.reason)) + "."
        return FigureShown(
            key=key, label=capital_letter(label), text=_("none"), value=None, standard_error=None, hint=reason
        )
    told = cast("Estimate", found)
    text = share(told.value, error_of(told)) if math.isfinite(told.value) else DASH
    return _figure(key, label, text, told, hint)


def _there(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _ends_of(done: api.Done) -> Ends | None:
    if done.columns is None or done.sample is None:
        return None
    return _ends(_result(done.columns, done.plan), done.sample, done.plan.minor_units)


def _ends(result: Any, sample: Any, minor_units: int) -> Ends:
    """The distribution of what all investors together are left with."""
    values, place = np.unique(result, return_inverse=True)
    if sample.is_equal:  # whole paths are counted, so that shares are those of the statistics
        weights: Any = np.bincount(place, minlength=values.size) / result.size
    else:
        weights = np.bincount(place, weights=sample.weight, minlength=values.size)
    joined = 0.0
    if values.size > MOST_ENDS:
        values, weights, joined = _joined(values, weights)
    return Ends(values=(values / minor_units).tolist(), weights=weights.tolist(), joined=joined, at=0.0)


def _joined(values: Any, weights: Any) -> tuple[Any, Any, float]:
    """Neighbours joined to groups of about the same weight, none of them on both sides of nought, and the most joined.

    A value that many futures share, as what a cap or a guarantee leaves, stays by itself: who asks how likely it is to
    end below it would else be told of those who end at it, too. So do the worst and the best.
    """
    before = np.cumsum(weights) - weights
    part = np.floor(before * MOST_ENDS)
    alone = weights >= 1.0 / MOST_ENDS
    alone[[0, -1]] = True  # so that nobody ends beyond what is sent
    begins = (np.diff(part) != 0) | np.diff(values >= 0) | alone[1:] | alone[:-1]
    begins = np.concatenate(([True], begins))
    place = np.cumsum(begins) - 1
    total = np.bincount(place, weights=weights)
    middle = np.bincount(place, weights=weights * values)
    is_joined = np.bincount(place) > 1
    at = np.where(is_joined & (total > 0.0), middle / np.where(total > 0.0, total, 1.0), values[begins])
    return at, total, float(total[is_joined].max(initial=0.0))


# Parts that follow when the slider rests


def _lines(found: _Found) -> None:
    from risksim.analysis.three_lines import views_of
    from risksim.report.figures import returns
    from risksim.report.memo.returns import three_lines

    paths = found.asked.job.paths if found.asked.by_law else found.done.paths
    views = views_of(found.deal, found.done.summary, found.asked.job._replace(paths=paths, columns=False))
    facts = found.facts._replace(lines=views.lines)
    found.tabulate("lines", three_lines(facts))
    found.draw("lines", returns.three_lines(facts, "full"))


def _parties(found: _Found) -> None:
    from risksim.report.figures import payers

    facts = found.facts
    purse = purse_of(found.deal, found.asked.job.paths, found.question.seed, found.question.threads, found.done.engine)
    if purse is not None:
        facts = facts._replace(budgets=api.summarise_purse(purse.run), budgets_how=purse.run.how)
        facts = facts._replace(appropriations=appropriations_of_purse(facts.budgets))  # type: ignore[arg-type]
    found.draw("waterfall", payers.waterfall(facts, "full"))
    found.tabulate("parties", memo_budgets.who_gains(facts))
    _payers_table(found, facts)
    _tranches(found, facts)
    if facts.budgets is not None:
        _budgets(found.charts, found.tables, found.notes, facts)


def _budgets(charts: dict[str, ChartShown], tables: dict[str, TableShown], notes: list[str], facts: Facts) -> None:
    from risksim.report.figures import payers
    from risksim.report.memo.limits import all_limits

    chart = payers.budgets(facts, "full")
    if chart is not None:
        charts["budgets"] = apart.shown(chart, "budgets")
    found = next((block for block in memo_budgets.budget_details(facts) if isinstance(block, Table)), None)
    if found is not None:
        tables["budgets"] = apart.table(found)
    notes += all_limits(public=True)
    if facts.budgets_how:
        notes.append(_("Public budgets: {how}.", how=in_words(facts.budgets_how)))


def _payers_table(found: _Found, facts: Facts) -> None:
    from risksim.report.memo.repayment import paying, years_table
    from risksim.report.memo.words import estimate_cell, text_cell

    assert facts.summary is not None
    names = paying(facts)
    if not names:
        return
    rows = []
    for name in names:
        total = facts.summary.payers[name].total
        cells = (total.mean, total.p05, total.p50, total.p95)
        rows.append((text_cell(capital_letter(party(name, article=False))), *map(estimate_cell, cells)))
    head = ("", _("mean"), _("5 %"), _("50 %"), _("95 %"))
    caption = _("What payers repay over the whole contract ({currency})", currency=facts.deal.currency)
    found.tables["payers"] = apart.table(Table("payers", caption, head, tuple(rows)))
    for place, name in enumerate(names):
        key = "years" if place == 0 else f"years-{place + 1}"
        found.tables[key] = apart.table(years_table(facts, name))


def _tranches(found: _Found, facts: Facts) -> None:
    """Tranches in the order in which they lose: the last in rank first."""
    from risksim.report.memo.words import estimate_cell, loss_cell, probability_cell, return_cell, text_cell

    assert facts.summary is not None
    ranks = {one.name: one.rank or 0 for one in facts.deal.investors}
    names = sorted(facts.summary.tranches, key=lambda name: -ranks.get(name, 0))
    rows = []
    for name in names:
        side = facts.summary.tranches[name]
        worth = list(side.npv.values())[-1]
        rows.append(
            (
                text_cell(capital_letter(party(name, article=False))),
                probability_cell(side.loss.p_loss),
                probability_cell(side.loss.p_total_loss),
                return_cell(side.irr.of_mean_flow),
                estimate_cell(worth.mean),
                loss_cell(side.loss.expected_shortfall_95),
            )
        )
    head = (
        "",
        _("risk of a loss"),
        _("risk of losing everything"),
        _("yearly return"),
        _("present value"),
        _("worst twentieth: mean loss"),
    )
    caption = _("Investors in the order in which they lose ({currency})", currency=facts.deal.currency)
    found.tables["tranches"] = apart.table(Table("tranches", caption, head, tuple(rows)))


def _drivers(found: _Found) -> None:
    from risksim.analysis.facts import first_of
    from risksim.analysis.sensitivity import NothingUncertainError, sensitivity
    from risksim.report.figures import drivers
    from risksim.report.memo.drivers import drivers_table

    question = found.question
    try:
        asked = sensitivity(
            found.deal,
            min(SIDE_PATHS, question.paths),
            question.seed,
            question.threads,
            progress=lambda _done: found.look(),
        )
    except NothingUncertainError as error:
        found.notes.append(str(error))
        return
    facts = found.facts._replace(drivers=Drivers(asked, first_of(asked)))
    found.draw("drivers", drivers.tornado(facts, "full"))
    found.tabulate("drivers", drivers_table(facts))


def _stresses(found: _Found) -> None:
    from risksim.analysis.standard import answer as stresses_of
    from risksim.report.figures import stresses

    question, few = found.question, min(SIDE_PATHS, found.question.paths)
    try:
        asked = stresses_of(
            found.deal, few, question.seed, question.threads, own=True, progress=lambda _done, _of: found.look()
        )
    except RisksimError as error:
        found.notes.append(str(error))
        return
    chart = stresses.heat(found.facts._replace(stresses=asked), "full")
    if chart is not None:
        found.draw("stresses", chart)
        found.tables["stresses"] = apart.table(chart.table)


PARTS: Mapping[str, Callable[[_Found], None]] = {
    "lines": _lines,
    "parties": _parties,
    "drivers": _drivers,
    "stresses": _stresses,
}


# Deals in which nobody invests


def _of_purse_alone(deal: api.Deal, question: Question) -> LiveAnswer:
    """The public side, which is all that there is."""
    run = api.run_purse(deal, min(question.paths, OF_PURSE), question.seed, "auto", question.threads)
    budgets = api.summarise_purse(run)
    facts = Facts(
        provenance=cast("Provenance", None),
        deal=deal_of(deal),
        description=cast("Any", None),
        summary=None,
        lines=None,
        split=None,
        results=None,
        appropriations=appropriations_of_purse(budgets),
        budgets=budgets,
        drivers=None,
        stresses=None,
        terms=(),
        typical=None,
        bad=None,
        acceptability=(),
        lacking={},
        budgets_how=run.how,
    )
    charts: dict[str, ChartShown] = {}
    tables: dict[str, TableShown] = {}
    notes: list[str] = []
    if {"answer", "parties"} & set(question.parts):
        _budgets(charts, tables, notes, facts)
    total = budgets.total.net_benefit
    figures = [
        _figure(
            "public.total.net_benefit.mean",
            _("net benefit of public budgets"),
            money_of(total.mean, deal.plan.currency),
            total.mean,
            _("Savings less costs of all public budgets together, as a present value."),
        ),
        _figure(
            "public.total.net_benefit.p_negative",
            _("risk of a loss of public budgets"),
            probability(total.p_negative),
            total.p_negative,
            _("How often public budgets together end with less than nothing."),
        ),
    ]
    paths = int(run.paths.weight.size)
    return LiveAnswer(
        parts=list(question.parts),
        name=deal.plan.name,
        digest=deal.plan.digest,
        currency=deal.plan.currency,
        paths=paths,
        seed=question.seed,
        engine=run.engine,
        how=in_words(run.how),
        command=command("public", deal, question, paths),
        sentences=[the_answer(facts)] if "answer" in question.parts else [],
        figures=figures if "answer" in question.parts else [],
        charts=charts,
        tables=tables,
        notes=notes,
    )
