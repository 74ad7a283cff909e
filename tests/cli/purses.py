"""A deal whose public purse is made up, so that the answers can be tested without the engine that reckons it."""

from pathlib import Path

import numpy as np

from risksim import api
from risksim.engine import purse as engine
from risksim.engine.run import run, run_expected
from risksim.plan.layout import IS_CONSEQUENCE, IS_COST, Numbers, Purse, PurseLines, PursePaths

ROOT = Path(__file__).parents[2]
FILE = ROOT / "scenarios" / "examples" / "simple-reference.yaml"
BUDGETS = ("municipality", "region", "state")
SAVED = 3_000
"""What the first input of the purse is worth: of it the municipality saves two thirds in a year, the state the rest."""


def with_purse(deal, kinds=(IS_CONSEQUENCE, IS_COST)):
    """The same deal with a purse that has the deal's own uncertain inputs once more, under other names."""
    plan = deal.plan
    first = plan.labels.years[0]
    years = tuple(range(first, plan.labels.years[-1] + 6))
    notes = tuple(note._replace(name=f"public.{note.name}") for note in plan.labels.inputs)
    n_aside = len(plan.labels.payers) * len(plan.labels.years)
    nothing = Numbers(np.full(2, -1), np.zeros(2))
    numbers = dict.fromkeys(("saved", "volume", "price", "decay", "cashable", "unserved"), nothing)
    if plan.inputs.address.size:  # what is saved goes with the first input of the purse
        numbers["saved"] = Numbers(np.array([0, -1]), np.array([np.nan, 0.0]))
    none = np.zeros(0, dtype=np.int64)
    lines = PurseLines(*[none] * len(PurseLines._fields))._replace(kind=np.array(kinds), **numbers)
    n_outcomes = len(plan.labels.outcomes)
    purse = Purse(*[None] * len(Purse._fields))._replace(
        inputs=plan.inputs,
        notes=notes,
        lines=lines,
        overlap=nothing,
        anyway_slot=np.full(n_outcomes, -1),
        anyway_value=np.full(n_outcomes, np.nan),
        appropriation=Numbers(np.full(n_aside, -1), np.full(n_aside, np.nan)),
        discount=1.035 ** -np.arange(len(years)),
        deflator=1.02 ** -np.arange(len(years)),
        payer_budget=np.zeros(len(plan.labels.payers), dtype=np.int64),
        socio_economic=False,
        tax_factor=1.0,
        budgets=BUDGETS,
        years=years,
        names=("benefit", "course"),
        committees=("employment", ""),
        price_year=first,
        editions=("a ladder, from 2016-01-04 on",),
    )
    return deal._replace(plan=plan._replace(purse=purse))


def reckoned(plan, results, scale):
    """Savings of `SAVED` times the achieved, times `scale`, in each of the years after the last budget year."""
    purse = plan.purse
    n, n_years = results.weight.size, len(purse.years)
    people = results.headcount.sum(axis=1)[:, 4].astype(np.int64) if results.headcount.any() else np.full(n, 10)
    net = np.zeros((n, len(BUDGETS), n_years), dtype=np.int64)
    each = np.rint(people * SAVED * scale * plan.minor_units).astype(np.int64)
    net[:, 0, -5:] = each[:, None]
    net[:, 2, -5:] = each[:, None] // 2
    cost = np.zeros_like(net)
    cost[:, 0, 0] = 1_000 * plan.minor_units
    payment = np.zeros_like(net)
    rows = [purse.years.index(year) for year in plan.labels.years]
    payment[:, 0, rows] = results.repayment.sum(axis=1)
    by_line = np.stack([net.sum(axis=(1, 2)), -cost.sum(axis=(1, 2))], axis=1)
    outcomes = np.full((n, len(plan.labels.outcomes)), np.nan)
    outcomes[:, 0] = people
    return PursePaths(
        2 * net,
        net,
        net // 2,
        cost,
        payment,
        2 * by_line,
        by_line,
        by_line // 4 * [1, 0],
        outcomes,
        outcomes / 2,
        results.repayment.sum(axis=(1, 2)) / 4,
        np.zeros((n, len(purse.notes))),
    )


def run_made_up(plan, settings, _progress=None):
    results = run(plan, settings)
    return results, reckoned(plan, results, 1.0)


def expect_made_up(plan):
    results = run_expected(plan)
    saved = plan.purse.lines.saved.value[0]
    return results, reckoned(plan, results, saved / 0.5 if saved > 0.0 else 1.0)


def made_up(monkeypatch, **changes):
    """Let every deal that is read have a purse, and its paths be those of `reckoned`."""
    read = api.read
    stressed = api.stressed
    monkeypatch.setattr(api, "read", lambda file, **also: with_purse(read(file, **also), **changes))
    monkeypatch.setattr(api, "stressed", lambda deal, name, **also: with_purse(stressed(deal, name, **also), **changes))
    monkeypatch.setattr(engine, "run_purse", run_made_up)
    monkeypatch.setattr(engine, "expect_purse", expect_made_up)
