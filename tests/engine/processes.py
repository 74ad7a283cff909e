"""Deals whose people are lived one by one: one with every kind of outcome, and made-up ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import assume, reject
from hypothesis import strategies as st
from pydantic import ValidationError

from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan
from risksim.scenario.calendar import add_months
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.reference.processes import are_lived

Told = dict[str, Any]

EVERY_KIND: Told = {
    "home": {
        "of": "enrolled",
        "success_rate": {"beta": [8, 2]},
        "persistence": 0.6,
        "measured": {"after_enrolment": ["6 months", "12 months", "18 months"]},
    },
    "job": {"of": "completers", "success_rate": 0.5, "measured": {"after_completion": "3 months"}},
    "kept": {"of": "earlier", "after": "job", "success_rate": 0.6, "measured": {"after_completion": "6 months"}},
    "school": {"of": "completers", "unless": "job", "success_rate": 0.4, "measured": {"after_completion": "6 months"}},
    "steady": {
        "of": "enrolled",
        "spells": {"starts": 0.25, "ends": 0.08, "begins": "out"},
        "counts": "any spell",
        "lasts": "6 months",
        "measured": {"after_enrolment": "12 months"},
    },
    "months in work": {
        "of": "enrolled",
        "spells": {"starts": 0.25, "ends": {"uniform": [0.06, 0.1]}, "shape": 0.71, "begins": "out"},
        "counts": "months",
        "measured": {"after_enrolment": ["12 months", "24 months"]},
    },
    "blood sugar": {
        "of": "completers",
        "amount": {"each": {"normal": {"mean": 6.8, "sd": 5}}, "shift": {"normal": {"mean": 0, "sd": 1}}},
        "persistence": 0.7,
        "measured": {"after_completion": ["6 months", "18 months"]},
    },
    "cut": {"reads": "blood sugar", "at_least": 8.5, "always": True},
    "mastery": {
        "of": "enrolled",
        "score": {"mean": 2, "sd": 0.8, "growth": 0.4, "persistence": 0.9, "noise": 0.4, "scale": [0, 4], "step": 0.5},
        "counts": "gain since last",
        "at_least": 0.5,
        "measured": {"after_enrolment": ["6 months", "12 months"]},
    },
    "services": {
        "of": "enrolled",
        "use": {"none": 0.3, "each": {"lognormal": {"median": 70_711, "p90": 205_520}}, "correlation": 0.4},
        "counts": "falls only",
        "measured": {"after_enrolment": "12 months"},
    },
}

EVERY_RULE: list[Told] = [
    {"per_outcome": {"outcome": "home", "price": 1_000, "measurements": [1, 2]}},
    {"per_outcome": {"outcome": "home", "price": 2_000, "measurements": [3], "payer": "state"}},
    {"per_outcome": {"outcome": "job", "price": 1_000}},
    {"per_outcome": {"outcome": "kept", "price": 1_000}},
    {"per_outcome": {"outcome": "school", "price": 1_000}},
    {"per_outcome": {"outcome": "steady", "price": 1_000}},
    {"per_unit": {"outcome": "months in work", "price": 100}},
    {
        "threshold": {
            "outcome": "blood sugar",
            "counts": "mean",
            "unmeasured": "exclude",
            "at_least": 6.5,
            "pays": 10_000,
            "on": "last",
        }
    },
    {"per_outcome": {"outcome": "cut", "price": 1_000}},
    {"per_outcome": {"outcome": "mastery", "price": 1_000}},
    {"share_of_savings": {"outcome": "services", "share": 0.5}},
    {"per_person": {"prices": {"home": 1_000.25, "job": {"uniform": [4_000, 6_000]}}, "most": 6_000}},
]


def every_kind(**changes: Any) -> Scenario:
    """One outcome of each kind, and each way to pay for it."""
    return deal(outcomes=EVERY_KIND, payments=EVERY_RULE, end="2031-12-31", **changes)


# Made-up deals


def laws() -> st.SearchStrategy[Any]:
    """How an amount of about 10 is spread over people."""
    return st.sampled_from(
        [
            {"normal": {"mean": 8.0, "sd": 5.0}},
            {"lognormal": {"median": 9.0, "p90": 25.0}},
            {"lognormal": {"mean": 10.0, "sd": 10.0}},
            {"gamma": {"mean": 10.0, "sd": 4.0}},
            {"gamma": {"shape": 0.6, "scale": 12.0}},
            {"beta": [2.0, 5.0]},
            {"uniform": [-3.0, 20.0]},
            {"p5": 2.0, "p95": 20.0},
            {"quantiles": {"p10": 4.0, "p90": 17.0}, "fit": "gamma"},
            {"triangular": [0.0, 4.0, 25.0]},
            {"pert": [1.0, 8.0, 30.0]},
            {"discrete": [{"value": 12.5, "weight": 3}, {"value": 0.0, "weight": 1}, {"value": 4.0, "weight": 2}]},
            {"mixture": [{"weight": 1, "of": 0.0}, {"weight": 3, "of": {"gamma": {"mean": 12.0, "sd": 6.0}}}]},
            7.25,
        ]
    )


def near(size: float) -> st.SearchStrategy[Any]:
    """A number of about this size, certain or not."""
    return st.sampled_from([size, 0.0, {"uniform": [0.5 * size, 1.5 * size]}, {"value": 1.2 * size}])


MEMORY = st.sampled_from([0.0, 0.35, 0.6, 1.0])
RATES = st.sampled_from([0.0, 0.25, 0.7, 1.0, {"beta": [4, 3]}, {"uniform": [0.1, 0.9]}])


@st.composite
def moments(draw: st.DrawFn, first: dt.date, last: dt.date, longest: int, kind: str, of: str) -> Told:
    """When an outcome is measured, once or several times."""
    ways = ["after_completion", "after_enrolment"] + ["at", "on"] * (kind != "spells")
    way = draw(st.sampled_from(ways))
    if way == "at":
        return {"at": "completion"}
    many = kind != "use" and draw(st.booleans())
    if way == "on":
        days = draw(st.sets(st.integers(0, (last - first).days), min_size=1 + many, max_size=1 + 3 * many))
        dates = [first + dt.timedelta(day) for day in sorted(days)]
        return {"on": dates if many else dates[0]}
    least = longest if way == "after_enrolment" and of in ("completers", "measured") else 0
    months = draw(st.sets(st.sampled_from([0, 1, 3, 6, 12, 18, 24]), min_size=1 + many, max_size=1 + 3 * many))
    listed = [f"{least + month} months" for month in sorted(months)]
    return {way: listed if many else listed[0]}


def times(told: Told) -> int:
    moment = next(iter(told["measured"].values()))
    return len(moment) if isinstance(moment, list) else 1


@st.composite
def kinds(draw: st.DrawFn, kind: str) -> Told:
    """What one kind of outcome says of itself."""
    if kind == "success_rate":
        return {"success_rate": draw(RATES)}
    if kind == "spells":
        counts = draw(st.sampled_from(["point", "continuous", "cumulative", "any spell", "months"]))
        told: Told = {
            "spells": {
                "starts": draw(near(0.25)),
                "ends": draw(near(0.2)),
                "shape": draw(st.sampled_from([1.0, 0.71, 2.5])),
                "begins": draw(st.sampled_from(["in", "out"])),
            },
            "counts": counts,
        }
        if counts in ("continuous", "any spell"):
            told["gap"] = draw(st.sampled_from([0.0, 0.5, 2.0]))
        if counts not in ("point", "months"):
            told["lasts"] = f"{draw(st.sampled_from([1, 3, 6]))} months"
        return told
    if kind == "amount":
        amount: Told = {"each": draw(laws()), "shift": draw(near(1.0))}
        if draw(st.booleans()):
            amount["least"] = draw(st.sampled_from([-1.0, 0.0, 2.5]))
        if draw(st.booleans()):
            amount["most"] = draw(st.sampled_from([9.0, 15.0]))
        return {"amount": amount}
    if kind == "score":
        counts = draw(st.sampled_from(["gain since last", "gain from start", "new high", "level", "points gained"]))
        score: Told = {
            "mean": draw(near(2.0)),
            "sd": 0.8,
            "growth": draw(near(0.4)),
            "persistence": draw(MEMORY),
            "noise": draw(st.sampled_from([0.0, 0.4])),
        }
        if draw(st.booleans()):
            score["scale"] = [0, 4]
            if draw(st.booleans()):
                score["step"] = draw(st.sampled_from([0.5, 1.0, 1.5]))
        told = {"score": score, "counts": counts}
        if counts != "points gained":
            told["at_least"] = draw(st.sampled_from([0.5, 1.0]))
        return told
    use: Told = {
        "none": draw(st.sampled_from([0.0, 0.3])),
        "each": draw(
            st.sampled_from([{"lognormal": {"median": 70, "p90": 205}}, {"gamma": {"mean": 90, "sd": 90}}, 50.0])
        ),
        "correlation": draw(MEMORY),
        "effect": draw(st.sampled_from([0.0, 0.2, {"beta": [2, 8]}])),
    }
    use |= draw(st.sampled_from([{}, {"none_after": 0.4}, {"none_again": 0.8}, {"none_after": 0.1, "none_again": 0.9}]))
    if draw(st.booleans()) and use["each"] != 50.0:
        use["above"] = 60.0
    return {"use": use, "counts": draw(st.sampled_from(["change", "falls only"]))}


def is_amount(told: Told) -> bool:
    return "amount" in told or "use" in told or told.get("counts") in ("months", "points gained")


@st.composite
def outcomes(draw: st.DrawFn, first: dt.date, last: dt.date, longest: int) -> dict[str, Told]:
    """Several outcomes, in any order of the file, that wait for each other without going in circles."""
    made: dict[str, Told] = {}
    names = ["job", "hjem", "trivsel", "kost", "fri"][: draw(st.integers(2, 5))]
    for name in names:
        gates = [other for other, told in made.items() if not is_amount(told)]
        read = [other for other, told in made.items() if is_amount(told)]
        pick = st.sampled_from(["success_rate", "success_rate", "spells", "amount", "score", "use"])
        if read and draw(st.booleans()):
            told: Told = {
                "reads": draw(st.sampled_from(read)),
                "at_least": draw(st.sampled_from([0.0, 6.0, 8.5, 50.0, -1.0])),
                "always": draw(st.booleans()),
            }
            if gates and draw(st.booleans()):
                told["after"] = draw(st.sampled_from(gates))
            made[name] = told
            continue
        kind = draw(pick)
        told = draw(kinds(kind))
        after = draw(st.sampled_from([None, *gates]))
        unless = draw(st.sampled_from([None, *gates]))
        earlier = ["earlier", "earlier"] if after is not None else []
        told["of"] = draw(st.sampled_from(["enrolled", "completers", "measured", *earlier]))
        told["measured"] = draw(moments(first, last, longest, kind, told["of"]))
        if after is not None:
            told["after"] = after
        if unless is not None and unless != after:
            told["unless"] = unless
        if kind in ("success_rate", "amount") and times(told) > 1:
            told["persistence"] = draw(MEMORY)
        made[name] = told
    shuffled = draw(st.permutations(names))
    return {name: made[name] for name in shuffled}


def measured_times(made: dict[str, Told], name: str) -> int:
    told = made[name]
    return measured_times(made, told["reads"]) if "reads" in told else times(told)


@st.composite
def rules(draw: st.DrawFn, made: dict[str, Told]) -> Told:
    """One way to pay for one of these outcomes."""
    name = draw(st.sampled_from(list(made)))
    amount = is_amount(made[name])
    price = draw(st.sampled_from([1_234.567, 10_000, {"uniform": [900, 1_300]}]))
    payer = draw(st.sampled_from(["state", "municipality"]))
    kind = draw(st.sampled_from(["price", "price", "price list", "reading", "ladder"]))
    if kind == "price" and not amount:
        told: Told = {"outcome": name, "price": price, "payer": payer}
        n = measured_times(made, name)
        if draw(st.booleans()):
            told["measurements"] = sorted(draw(st.sets(st.integers(1, n), min_size=1)))
        return {"per_outcome": told}
    if kind == "price":
        if draw(st.booleans()):
            return {"share_of_savings": {"outcome": name, "share": 0.37, "payer": payer}}
        return {"per_unit": {"outcome": name, "price": price, "payer": payer}}
    if kind == "price list":
        chosen = draw(st.lists(st.sampled_from(list(made)), min_size=1, unique=True))
        prices = {other: draw(st.sampled_from([1_000.25, 700, {"uniform": [500, 1_500]}])) for other in chosen}
        return {"per_person": {"prices": prices, "most": draw(st.sampled_from([100, 1_500, 1e6])), "payer": payer}}
    reading = {
        "outcome": name,
        "counts": "mean" if amount else draw(st.sampled_from(["share", "mean", "count"])),
        "unmeasured": draw(st.sampled_from(["failure", "exclude", "assumed", "observed"])),
        "assumed_rate": 0.45,
        "cumulative": draw(st.booleans()),
        "on": draw(st.sampled_from(["each", "first", "last"])),
        "payer": payer,
    }
    place = 6.4321 if amount else (5 if reading["counts"] == "count" else 0.33)
    if kind == "ladder":
        nodes = [{"at": 0.5 * place, "gives": 1_000}, {"at": 2 * place, "gives": 20_000}]
        return {"ladder": reading | {"pays": "amount", "nodes": nodes, "below": 10}}
    over = draw(st.sampled_from(["pooled", "each cohort"]))
    return {"threshold": reading | {"at_least": place, "pays": 5_000.5, "over": over}}


def outcome_paid(rule: Told) -> str:
    """An outcome that a rule names."""
    terms = next(iter(rule.values()))
    return terms.get("outcome") or list(terms["prices"])[-1]


@st.composite
def lived_deals(draw: st.DrawFn) -> Scenario:
    """A deal whose people are lived one by one, and which the reader takes."""
    start = draw(st.sampled_from(["2024-01-31", "2024-02-29", "2025-01-01", "2025-08-30"]))
    first, months = dt.date.fromisoformat(start), draw(st.sampled_from([30, 41]))
    end = add_months(first, months)
    every = draw(st.sampled_from([1, 5, 6]))
    last = add_months(first, months // every * every)
    cohorts: list[Told] = []
    for name in ("nord", "syd")[: draw(st.integers(1, 2))]:
        duration = draw(st.sampled_from([0, 1, 7, 12]))
        told: Told = {"name": name, "participants": draw(st.integers(1, 30)), "duration": f"{duration} months"}
        if duration:
            told["dropout"] = draw(RATES)
        if draw(st.booleans()):
            told["unmeasured"] = draw(st.sampled_from([0.2, {"beta": [2, 6]}]))
        if draw(st.booleans()):
            told["enrolment"] = {"window": f"{draw(st.sampled_from([1, 3, 13]))} months"}
            if draw(st.booleans()):
                told["enrolment"]["ratio"] = {"uniform": [0.5, 1.2]}
        cohorts.append(told)
    longest = max(int(told["duration"].split()[0]) for told in cohorts)
    made = draw(outcomes(first, last, longest))
    payments = draw(st.lists(rules(made), min_size=1, max_size=4))
    if draw(st.booleans()):
        payments.append({"cap": {"total": draw(st.sampled_from([15_000.0, 60_000.0]))}})
        if draw(st.booleans()):
            payments[-1]["cap"]["outcome"] = outcome_paid(payments[0])
    told = {
        "start": first,
        "end": end,
        "follow_up": {"every": f"{every} months"},
        "cohorts": cohorts,
        "outcomes": made,
        "payments": payments,
        "currency": draw(st.sampled_from(["DKK", "KRW"])),
        "financing": {"tranches": [{"name": "DSI", "commitment": 100_000}]},
    }
    try:
        made_up = deal(**told)
        compile_plan(made_up)
    except (ValidationError, ScenarioError):
        reject()  # a gate that never opens, or a goal beyond reach
    assume(are_lived(made_up))
    return made_up
