"""Which numbers does the answer hang on? The JSON of `risksim sensitivity`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, pairs, public_limits, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.judgements import Judged
    from risksim.analysis.sensitivity import Sensitivity as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Sensitivity
    from risksim.report.sensitivity import JudgedOf, Told

SCHEMA = "risksim.sensitivity/1"


def work(deals: Sequence[api.Deal], wishes: Sensitivity) -> int:
    """Paths of all runs."""
    from risksim.analysis.sensitivity import all_paths

    (deal,) = deals
    return all_paths(deal, wishes.paths, tornado=not wishes.given_data, sobol=wishes.sobol)


def reply(
    deals: Sequence[api.Deal], wishes: Sensitivity, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Say which numbers the answer of a deal hangs on."""
    from risksim.analysis.sensitivity import check
    from risksim.analysis.sensitivity import sensitivity as ask

    (deal,) = deals
    check(deal)
    found = ask(
        deal,
        wishes.paths,
        wishes.seed,
        means.threads,
        tornado=not wishes.given_data,
        sobol=wishes.sobol,
        progress=progress,
    )
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a sensitivity analysis, with its charts."""
    from risksim.report.sensitivity import charts

    said = envelope(SCHEMA, deal, paths, seed) | fields(found) | public_limits(tells_of_public_money(found))
    return said | {"charts": in_english(lambda: charts(told_of(deal, found, seed)))}


def tells_of_public_money(found: Found) -> bool:
    """Whether any judgement moves what public budgets keep."""
    return any(one.net_benefit is not None for one in found.judged)


def told_of(deal: api.Deal, found: Found, seed: int) -> Told:
    """What the page and the charts are made of."""
    from risksim.report.sensitivity import BarOf, EndsOf, IndexOf, InputOf, PointsOf, SobolOf, Told

    plan, indices = deal.plan, found.sobol
    return Told(
        deal=plan.name,
        currency=plan.currency,
        hurdle=found.hurdle,
        base_npv=found.base_npv,
        base_p_loss=found.base_p_loss,
        paths=found.paths,
        seed=seed,
        digest=plan.digest,
        version=version("risksim-dsi"),
        one_cohort=len(plan.labels.cohorts) == 1,
        inputs=tuple(InputOf(*one) for one in found.inputs),
        given_data=tuple(IndexOf(*one) for one in found.given_data),
        tornado=tuple(BarOf(*one[:3], EndsOf(*one.npv), EndsOf(*one.p_loss)) for one in found.tornado),
        tornado_paths=found.tornado_paths,
        sobol=() if indices is None else tuple(SobolOf(*one) for one in indices.inputs),
        sobol_paths=0 if indices is None else indices.paths_each,
        sobol_inner=0 if indices is None else indices.inner,
        box_of=found.discovery.of,
        box_inputs=found.discovery.inputs,
        box=found.discovery.box,
        guesses=found.guesses,
        judged=tuple(_judged_of(one) for one in found.judged),
        points=PointsOf(*found.points),
    )


def _judged_of(one: Judged) -> JudgedOf:
    from risksim.report.sensitivity import EndsOf, JudgedOf

    npv, p_loss, net_benefit = (
        None if ends is None else EndsOf(*ends) for ends in (one.npv, one.p_loss, one.net_benefit)
    )
    return JudgedOf(
        one.key, one.what, one.value, one.where, one.low_value, one.high_value, npv, p_loss, net_benefit, one.reason
    )


def as_csv(said: dict[str, Any]) -> str:
    """A row for each input."""
    swings = [(name, end) for name in ("npv", "p_loss") for end in ("low", "high", "swing")]
    sobol = ["npv_first", "npv_total", "p_loss_first", "p_loss_total"]
    names = ["npv_share", "p_loss_share", *(f"{name}_{end}" for name, end in swings), *sobol]
    head = [f"{name}{end}" for name in names for end in ("", "_standard_error")]
    inputs = {one["input"]: one for one in said["inputs"]}
    bars = {bar["input"]: bar for bar in said["tornado"]}
    indices = {one["input"]: one for one in (said["sobol"] or {"inputs": ()})["inputs"]}
    rows = []
    for one in said["given_data"]:
        told, bar, index = inputs[one["input"]], bars.get(one["input"]), indices.get(one["input"])
        estimates = [one["npv"], one["p_loss"]]
        estimates += [None if bar is None else bar[name][end] for name, end in swings]
        estimates += [None if index is None else index[name] for name in sobol]
        about = [told["input"], told["unit"], told["mean"], int(told["is_assumption"])]
        ends = [None, None] if bar is None else [bar["low_value"], bar["high_value"]]
        rows.append([*about, *ends, *pairs(estimates)])
    return table(["input", "unit", "mean", "is_assumption", "low_value", "high_value", *head], rows)
