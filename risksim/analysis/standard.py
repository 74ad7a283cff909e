"""The same hard questions for every deal: a standard set of stresses, made from what the deal has.

Each is a stress as a file may write it, so that it can be copied into one. Where a deal has nothing that a stress could
change, the set says so instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.stress import Figures, Outcome, Stressed, compare, figures, outcome_of
from risksim.errors import RisksimError, ScenarioError
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

Changes = dict[str, Any]
FloatArray = npt.NDArray[np.float64]
LOW = 0.1
"""The point of the evidence at which success rates are held. [1]"""
FORMS = {
    "success_rate": LOW,
    "monthly": LOW,
    "spells.starts": LOW,
    "spells.ends": 1.0 - LOW,
    "amount.shift": LOW,
    "score.growth": LOW,
    "use.effect": LOW,
    "true_effect": LOW,
}
"""The keys of an outcome in which evidence of success is written, and the point of each with little of it. [1]"""
NO_PAYMENT = ("rebase", "amend", "index")
"""Rules that change others and pay nothing themselves."""
LOG_ODDS = 0.7
"""How far below the log odds of success of a harder group lie: about half the odds."""
LATE = "12 months"
TIMES_ANONYMOUS = 3.0
ENDED = "ended half-way"
"""What the clause is called by which a deal is ended early."""
SHORTFALLS = {"default": "enrolment-ratio", "trials": "enrolment-ratio-optimistic"}
"""The constant of the register that each `shortfall` of the file names."""
FEW = 10_000
"""Paths at least of a stress that is slow to run; otherwise a quarter of all. [paths]"""
OF_PURSE = 4_096
"""Paths behind what budgets are left with. [paths]"""
GRID = (np.arange(2_000) + 0.5) / 2_000
"""Levels at which a mean over a law is taken. [1]"""


class Stress(NamedTuple):
    """A stress of the standard set."""

    key: str
    """A word for programs, which stays."""
    name: str
    words: str
    """What it does, and what it leaves alone."""
    slow: str = ""
    """The word whose absence from the file makes a run under this stress several times as slow as one without."""


class Asked(NamedTuple):
    """A standard stress that makes sense for a deal."""

    stress: Stress
    changes: Changes
    """Places and what becomes of them, as under `stresses` of a file."""
    deal: api.Deal
    """The deal that it makes."""


class LeftOut(NamedTuple):
    """A standard stress that makes no sense for a deal."""

    key: str
    name: str
    reason: str


class StandardSet(NamedTuple):
    """The standard stresses of a deal."""

    asked: tuple[Asked, ...]
    left_out: tuple[LeftOut, ...]


class BudgetMoved(NamedTuple):
    """What a stress changes for one public budget."""

    budget: str
    """A budget, or ``total``."""
    net_benefit: Estimate
    """Mean under the stress. [currency]"""
    difference: Estimate
    """Less the deal as it stands, path by path. [currency]"""


class Answered(NamedTuple):
    """One stress beside the deal as it stands."""

    paths: int
    """On how many of the paths it was run, the first ones. [paths]"""
    key: str
    """Of the standard set; empty for a stress of the file."""
    words: str
    found: Stressed
    budgets: tuple[BudgetMoved, ...]
    """Empty where the file says nothing of public budgets, or the purse can't be reckoned under this stress."""


class Standard(NamedTuple):
    """A deal and its standard stresses."""

    hurdle: float
    """Rate of the present values: the last hurdle of the scenario. [1/year]"""
    base: Figures
    net_benefit: tuple[tuple[str, Estimate], ...]
    """Mean by budget, of the deal as it stands. [currency]"""
    stresses: tuple[Answered, ...]
    left_out: tuple[LeftOut, ...]


class NoSenseError(RisksimError):
    """A stress that makes no sense for a deal, with the reason."""


# The set


def standard_set(deal: api.Deal) -> StandardSet:
    """The standard stresses of a deal, each made and read.

    Parameters
    ----------
    deal : Deal
        A deal that investors finance.

    Returns
    -------
    StandardSet
        Those that make sense, and those that don't, with the reason.
    """
    asked, left_out = [], []
    for stress, made in SET:
        try:
            changes = made(deal)
            asked.append(Asked(stress, changes, api.changed(deal, stress.name, changes)))
        except NoSenseError as error:
            left_out.append(LeftOut(stress.key, stress.name, str(error)))
        except ScenarioError as error:
            first = error.faults[0]
            left_out.append(LeftOut(stress.key, stress.name, f"this deal cannot bear it: {first.path}: {first.found}"))
    return StandardSet(tuple(asked), tuple(left_out))


def _cohorts(deal: api.Deal, change: Callable[[dict[str, Any], int], Changes], otherwise: str) -> Changes:
    """A change of every cohort that has what is changed, by the ends of the places."""
    said: list[dict[str, Any]] = deal.document.root.get("cohorts", [])
    if not said:
        raise NoSenseError("the file has no cohorts, so nobody enrols")
    found = [change(cohort, position) for position, cohort in enumerate(said)]
    if not any(found):
        raise NoSenseError(otherwise)
    if all(one == found[0] for one in found):
        return {f"cohorts[*].{end}": new for end, new in found[0].items()}
    return {f"cohorts[{row}].{end}": new for row, one in enumerate(found) for end, new in one.items()}


def half_the_enrolment(deal: api.Deal) -> Changes:
    """Half as many come in; the places, the capital and the costs stay."""

    def change(cohort: dict[str, Any], _: int) -> Changes:
        said = cohort.get("enrolment")
        if said is None:
            return {"enrolment": {"ratio": 0.5}}
        if said.get("arrivals") is not None:
            if said["arrivals"].get("speed") is not None:
                return {"enrolment.arrivals.speed": {"times": 0.5}}
            return {"enrolment.arrivals.speed": {"changed": {"of": {"register": "arrivals-speed"}, "times": 0.5}}}
        if said.get("shortfall") is not None:
            law = {"changed": {"of": {"register": SHORTFALLS[said["shortfall"]]}, "times": 0.5}}
            return {"enrolment.shortfall": "left out", "enrolment.ratio": law}
        return {"enrolment.ratio": {"times": 0.5} if said.get("ratio") is not None else 0.5}

    return _cohorts(deal, change, "")


def twice_the_odds_of_leaving(deal: api.Deal) -> Changes:
    """The odds of leaving before the end of the course doubled, in every cohort."""

    def change(cohort: dict[str, Any], _: int) -> Changes:
        said = cohort.get("dropout")
        if not somebody(said):
            return {}
        if isinstance(said, dict) and {"share", "monthly", "stay", "shape"} & said.keys():
            return {"dropout.odds": {"times": 2} if "odds" in said else 2}
        return {"dropout": {"odds": 2}}

    return _cohorts(deal, change, "nobody leaves early by this file")


def low_success(deal: api.Deal) -> Changes:
    """Every uncertain number that says how well the programme does held at the 10 % point on its bad side."""
    changes: Changes = {}
    outcomes: dict[str, dict[str, Any]] = deal.document.root.get("outcomes", {})
    paid = _paid(deal)
    rated = [
        (f"outcomes[{name}].{place}", level, said)
        for name, said in outcomes.items()
        for place, level in _forms(said, name in paid)
    ]
    if not rated:
        raise NoSenseError("no outcome has a chance or a size of success, of which evidence could be weak")
    for place, level, said in rated:
        found = api.points_of_input(deal, place, (level,))
        if found is None:
            continue
        changes[place] = _short(float(found[0]))
        law = said.get("success_rate")
        if place.endswith(".success_rate") and isinstance(law, dict) and "effect" in law:
            changes[f"{place.removesuffix('success_rate')}counterfactual"] = law["effect"]["usual"]  # it is said there
    if not changes:
        raise NoSenseError(
            "every number that says how well the programme does is certain, or drawn for each site, so there is no "
            "10 % point"
        )
    return changes


def _forms(said: dict[str, Any], pays: bool) -> Iterator[tuple[str, float]]:
    """The places of an outcome that say how well the programme does, and at which point it does badly."""
    for place, level in FORMS.items():
        block, _, key = place.partition(".")
        there = said.get(block)
        if there is not None and (not key or (isinstance(there, dict) and key in there)):
            yield place, level
    if pays and "result" in said:
        result = said["result"]
        yield from (
            ((f"result[{row}].value", LOW) for row in range(len(result)))
            if isinstance(result, list)
            else (("result", LOW),)
        )


def _paid(deal: api.Deal) -> set[str]:
    """Outcomes that a rule pays by: a result that only moves a baseline or an index says nothing of success."""
    rules = (rule.items() for rule in deal.document.root.get("payments", []))
    return {
        str(said["outcome"])
        for rule in rules
        for kind, said in rule
        if kind not in NO_PAYMENT and isinstance(said, dict) and "outcome" in said
    }


def one_year_late(deal: api.Deal) -> Changes:
    """Everybody enrols, and so succeeds, twelve months later; follow-ups, costs and the end stay."""
    return late_by(deal, LATE)


def late_by(deal: api.Deal, months: str) -> Changes:
    """Everybody enrols later by some months, as ``12 months``."""

    def change(cohort: dict[str, Any], _: int) -> Changes:
        said = cohort.get("enrolment")
        if said is None:
            return {"enrolment": {"opens": months}}
        return {"enrolment.opens": {"plus": months} if said.get("opens") is not None else months}

    return _cohorts(deal, change, "")


def recession_in_year_two(deal: api.Deal) -> Changes:
    """A recession a year after the start, by the register; one that the file says is put on that day instead."""
    if not any("spells" in said for said in deal.document.root.get("outcomes", {}).values()):
        reason = "no outcome has spells, as of employment, which are what a recession ends"
        if (deal.document.root.get("dependence") or {}).get("macro") is not None:
            reason += "; the economy of a year acts by dependence.macro, of which no year can be held at a value"
        raise NoSenseError(reason)
    said = deal.document.root.get("dependence")
    kept = {} if said is None else dict(said.get("recession") or {})
    kept.pop("yearly_chance", None)
    usual = {"spells_survive": {"register": "recession-survival"}, "starts": {"register": "recession-entry"}}
    recession: Changes = {**usual, **kept, "on": _years_after(deal.scenario.start_date, 1)}
    return {"dependence": {"recession": recession}} if said is None else {"dependence.recession": recession}


def harder_group(deal: api.Deal) -> Changes:
    """A part of the enrolled have half the odds of success; where the file says so already, twice the odds of it."""
    if not any("success_rate" in said for said in deal.document.root.get("outcomes", {}).values()):
        raise NoSenseError("no outcome has a success_rate, in which a harder group would do worse")

    def change(cohort: dict[str, Any], _: int) -> Changes:
        if cohort.get("unlike_assumed") is not None:
            return {"unlike_assumed.share": {"odds": 2}}
        return {"unlike_assumed": {"share": {"register": "harder-group-share"}, "log_odds": LOG_ODDS}}

    return _cohorts(deal, change, "")


def three_times_anonymous(deal: api.Deal) -> Changes:
    """Three times as many who cannot be measured; the odds of an uncertain share raised until its mean is tripled."""
    names = [str(cohort["name"]) for cohort in deal.document.root.get("cohorts", [])]

    def change(cohort: dict[str, Any], position: int) -> Changes:
        said, end = cohort.get("unmeasured"), "unmeasured"
        if not somebody(said):
            return {}
        if isinstance(said, dict) and "share" in said:
            said, end = said["share"], "unmeasured.share"
        law = api.points_of_input(deal, f"cohorts[{names[position]}].{end}", GRID.tolist())
        share = _certain(said) if law is None else float(law.mean())
        if share is None:
            return {}
        if TIMES_ANONYMOUS * share >= 1.0:
            raise NoSenseError(f"three times {share:.0%} of cohort '{names[position]}' is everybody or more")
        return {end: {"times": 3} if law is None else {"odds": _short(_odds_for(law, TIMES_ANONYMOUS * share), 4)}}

    return _cohorts(deal, change, "everybody can be measured by this file")


def half_the_cap(deal: api.Deal) -> Changes:
    """Every cap on payments halved."""
    changes: Changes = {}
    for position, rule in enumerate(deal.document.root.get("payments", [])):
        for key in ("total", "per_period"):
            if isinstance(rule.get("cap"), dict) and rule["cap"].get(key) is not None:
                changes[f"payments[{position}].{key}"] = {"times": 0.5}
    if not changes:
        raise NoSenseError("no cap")
    return changes


def ended_half_way(deal: api.Deal) -> Changes:
    """The programme is ended at the follow-up nearest to the middle, on the terms of the file's first early end."""
    scenario = deal.scenario
    days = scenario.follow_up_dates()[:-1]
    if not days:
        raise NoSenseError("one follow-up, at the end: there is no day on which it could be ended before")
    middle = scenario.start_date + (scenario.end_date - scenario.start_date) / 2
    day = min(days, key=lambda one: (abs((one - middle).days), one))
    said: list[dict[str, Any]] = deal.document.root.get("ends_early") or []
    terms: Changes = {key: said[0][key] for key in ("notice", "run_off", "pays") if said and key in said[0]}
    clause: Changes = {"name": ENDED, "on": day, "chance": 1.0, **terms}
    return {"ends_early[+]": clause} if said else {"ends_early": [clause]}


def no_refunds(deal: api.Deal) -> Changes:
    """The state gives nothing back to municipalities any more."""
    public = deal.document.root.get("public")
    if public is None:
        raise NoSenseError("the file says nothing of public budgets")
    if public.get("refunds_apply") is False:
        raise NoSenseError("no refunds apply as it stands")
    lines = (line for block in ("consequences", "during", "costs") for line in public.get(block, {}).values())
    if not any(isinstance(line.get("bears"), dict) and "refund" in line["bears"] for line in lines):
        raise NoSenseError("no public budget bears what the state refunds")
    return {"public.refunds_apply": False}


SET: tuple[tuple[Stress, Callable[[api.Deal], Changes]], ...] = (
    (
        Stress(
            "half_enrolment",
            "half the enrolment",
            "half as many people come in as the file says; places, capital and planned costs stay",
        ),
        half_the_enrolment,
    ),
    (
        Stress("dropout", "twice the odds of leaving", "the odds of leaving the course early are doubled everywhere"),
        twice_the_odds_of_leaving,
    ),
    (
        Stress(
            "low_success",
            "success at the 10 % point",
            "every uncertain chance or size of success is held where its evidence is exceeded nine times in ten",
        ),
        low_success,
    ),
    (
        Stress(
            "year_late",
            "one year late",
            "everybody enrols, and so succeeds, twelve months later; follow-ups, planned costs and the end stay",
        ),
        one_year_late,
    ),
    (
        Stress(
            "recession",
            "recession in year two",
            "a recession begins a year after the start: two spells of three end, half as many begin for a year, "
            "unless the file says how hard one hits",
        ),
        recession_in_year_two,
    ),
    (
        Stress(
            "harder_group",
            "a harder target group",
            "one person in five, give or take, has half the odds of success; where the file knows such a group, the "
            "odds of belonging to it are doubled",
            "unlike_assumed",
        ),
        harder_group,
    ),
    (
        Stress(
            "anonymous",
            "three times as many anonymous",
            "three times as many people cannot be measured, on average over what is uncertain",
        ),
        three_times_anonymous,
    ),
    (Stress("half_cap", "half the cap", "every cap on payments is halved"), half_the_cap),
    (
        Stress(
            "ended_early",
            ENDED,
            "the programme is stopped at the follow-up nearest to the middle of the deal, with the notice, run-off and "
            "payment of the file's first early end, or none",
            "ends_early",
        ),
        ended_half_way,
    ),
    (
        Stress(
            "no_refunds",
            "no refunds from the state",
            "the state refunds municipalities nothing; investors don't notice, budgets do",
        ),
        no_refunds,
    ),
)
"""The standard set: each stress, and who makes its changes."""


def somebody(told: Any) -> bool:
    """Whether what a cohort says of some of its people lets there be any."""
    if isinstance(told, dict):
        return somebody(next((told[key] for key in ("share", "value", "fixed") if key in told), 1.0))
    return bool(told)


def _certain(told: Any) -> float | None:
    if isinstance(told, dict):
        return _certain(next((told[key] for key in ("value", "fixed") if key in told), None))
    return float(told) if isinstance(told, int | float) else None


def _short(value: float, digits: int = 6) -> float:
    return float(f"{value:.{digits}g}")


def _odds_for(shares: FloatArray, wanted: float) -> float:
    """By what the odds of shares are multiplied so that their mean is the one wanted: bisection on its logarithm."""
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        odds = np.exp(middle)
        below = float((odds * shares / (1.0 - shares + odds * shares)).mean()) < wanted
        low, high = (middle, high) if below else (low, middle)
    return float(np.exp(low))


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


# The answer


def answer(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    own: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Standard:
    """Run a deal as it stands and with each standard stress that makes sense for it, on the same draws.

    Parameters
    ----------
    deal : Deal
        A deal that investors finance.
    paths, seed, threads
        As in `risksim.api.simulate`.
    own : bool
        The stresses of the file too, before the standard ones.
    progress : callable, optional
        Called with the number of paths done, over all runs, and that of all of them.

    Returns
    -------
    Standard

    Raises
    ------
    ScenarioError
        With every mistake that a stress of the file makes.
    """
    found = standard_set(deal)
    asked = [*(_own(deal) if own else ()), *found.asked]
    counts = [_paths_of(deal, one, paths) for one in asked]
    whole, done = paths + sum(counts), 0

    def run(one: api.Deal, count: int) -> Outcome:
        nonlocal done
        report = None if progress is None else _further(progress, done, whole)
        made = api.simulate(one, count, seed, threads, keep_claims=False, progress=report)
        done += count
        return outcome_of(made)

    base, sample = run(deal, paths), Sample.equal(paths)
    purse = _net_benefits(deal, min(paths, OF_PURSE), seed, threads)
    answers = []
    for one, count in zip(asked, counts, strict=True):
        same_lives = all(place.startswith("public.") for place in one.changes)  # investors are paid as they were
        after = base if same_lives else run(one.deal, count)
        here = Outcome(*(values[: after.npv.size] for values in base))
        words = api.words_of_changes(one.changes)
        moved = compare(one.stress.name, words, here, after, Sample.equal(after.npv.size))
        budgets = _budgets(purse, _net_benefits(one.deal, min(paths, OF_PURSE), seed, threads)) if purse else ()
        answers.append(Answered(after.npv.size, one.stress.key, one.stress.words, moved, tuple(budgets)))
    return Standard(
        deal.plan.labels.hurdles[-1],
        figures(base, sample),
        tuple((name, precision.mean(values, Sample.equal(values.size))) for name, values in purse.items()),
        tuple(answers),
        found.left_out,
    )


def all_paths(deal: api.Deal, paths: int, *, own: bool) -> int:
    """Paths of everything that `answer` runs. [paths]"""
    asked = [*(_own(deal) if own else ()), *standard_set(deal).asked]
    return paths + sum(_paths_of(deal, one, paths) for one in asked)


def _further(progress: Callable[[int, int], None], before: int, whole: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, whole)


def _paths_of(deal: api.Deal, asked: Asked, paths: int) -> int:
    """On how many paths a stress is run: fewer where it brings in what is slow and the file does without."""
    word, said = asked.stress.slow, deal.document.root
    there = not word or word in said or any(word in cohort for cohort in said.get("cohorts", []))
    return paths if there else min(paths, max(FEW, paths // 4))


def _own(deal: api.Deal) -> Iterator[Asked]:
    for name in deal.scenario.stresses:
        changes = dict(deal.document.root["stresses"][name])
        yield Asked(Stress("", name, "a stress of the file"), changes, api.stressed(deal, name))


def _net_benefits(deal: api.Deal, paths: int, seed: int, threads: int) -> dict[str, FloatArray]:
    """The net benefit of each budget: float64[path]; nothing where there are none, or they can't be reckoned."""
    if not api.has_purse(deal):
        return {}
    try:
        return api.net_benefits_by_path(api.run_purse(deal, paths, seed, "individual", threads))
    except RisksimError:  # under this stress the purse can't be reckoned: investors still can
        return {}


def _budgets(base: dict[str, FloatArray], after: dict[str, FloatArray]) -> Iterator[BudgetMoved]:
    for name, values in after.items():
        if name in base:
            sample = Sample.equal(values.size)
            difference = precision.paired_difference(values, base[name], sample)
            yield BudgetMoved(name, precision.mean(values, sample), difference)
