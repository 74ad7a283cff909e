"""What joining several municipalities, or the deals of a fund, does to the spread and the chance of a loss."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.stress import RISK_LEVEL
from risksim.errors import RisksimError
from risksim.language import N_, _, by_form
from risksim.metrics import pooling, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
SITES = (1, 2, 4, 8)
"""Numbers of sites where none are asked for."""
MOST_SITES = 200
"""The most sites of a pool. [sites]"""
ENROLLED, FIRST_OUTCOME = 0, 4
"""Columns of a headcount."""
PER_HEAD = frozenset({"per_outcome", "per_unit", "per_person", "share_of_savings", "deemed"})
"""Rules whose amounts follow people and stay as they are, however many sites there are."""
TOTALS = {"cap": ("total", "per_period"), "floor": ("total", "per_period"), "fund": ("limit",), "standing": ("amount",)}
"""Amounts of rules that speak of a whole deal."""
READ = frozenset({"threshold", "steps", "ladder"})
"""Rules that read a measured quantity off a table."""


class PoolError(RisksimError):
    """A question about sites that makes no sense of a deal."""


class Allocation(NamedTuple):
    """What the first municipality pays of a pooled claim; all are alike."""

    by: str
    """``successes`` or ``people``."""
    mean: Estimate
    """[currency]"""
    sd: Estimate
    """[currency]"""
    more_than_alone: Estimate
    """Mean, less what it would pay on its own, for the same people on the same paths. [currency]"""
    gap_sd: Estimate
    """Standard deviation of that difference. [currency]"""


class Settled(NamedTuple):
    """One way to settle several sites."""

    payments_mean: Estimate
    """What payers pay a site; missing where the deal has no payments, as all that is told of them. [currency]"""
    payments_sd: Estimate
    """Standard deviation of all payments over the number of sites. [currency]"""
    p_loss: Estimate | None
    """Probability that the investors of all sites together get less back than they pay in; None without any. [1]"""
    npv_es95: Estimate | None
    """Mean loss of the net present value in the worst twentieth, a site. [currency]"""


class Joined(NamedTuple):
    """So many sites."""

    sites: int
    people: Estimate
    """Enrolled at all sites. [people]"""
    share_sd: Estimate
    """Standard deviation of the success share of all sites together. [1]"""
    share_sd_formula: float | None
    """The closed form, where it holds. [1]"""
    one_site_share_sd: Estimate
    """Likewise of one site with as many people. [1]"""
    one_site_formula: float | None
    site_payments_sd: Estimate
    """Standard deviation of what the payers of the first site pay, settled on its own. [currency]"""
    apart: Settled
    """Each site settled on its own terms."""
    diversification: Estimate
    """Standard deviation of all payments over the sum of those of the sites, each settled on its own. [1]"""
    effective_sites: Estimate
    """How many independent sites alike would spread as much."""
    largest_share: Estimate
    """Mean share of the largest payer, each settled on its own. [1]"""
    hhi: Estimate
    """Mean sum of squared shares of payers. [1]"""
    pooled: Settled | None
    """All sites held against one set of terms; None where that is not reckoned."""
    p_loss_change: Estimate | None
    """P(loss) pooled less apart, on the same paths. [1]"""
    allocations: tuple[Allocation, ...]


class Pool(NamedTuple):
    """A deal at several sites."""

    outcome: str | None
    """Whose success share is shown; None where nobody succeeds or fails."""
    rate: float | None
    """Its mean success rate. [1]"""
    icc: float | None
    """Intraclass correlation of a site, where it was asked for. [1]"""
    site_sd: float | None
    """Standard deviation of log odds between sites that it was made of."""
    same_total: bool
    hurdle: float
    """[1/year]"""
    not_pooled: str | None
    """Why the sites are not settled together."""
    joined: tuple[Joined, ...]


class Part(NamedTuple):
    """What a deal adds to its fund."""

    deal: str
    drawn: Estimate
    """Paid in. [currency]"""
    sd: Estimate
    """Of its net present value. [currency]"""
    sd_contribution: Estimate
    """What it adds to the standard deviation of the fund. [currency]"""
    es95_contribution: Estimate
    """What it adds to the expected shortfall of the fund. [currency]"""


class FundPool(NamedTuple):
    """How the deals of a portfolio go together."""

    hurdle: float
    """[1/year]"""
    keeps_capital: Estimate
    """[1]"""
    sd: Estimate
    """Of the fund's net present value. [currency]"""
    npv_es95: Estimate
    """[currency]"""
    diversification: Estimate
    """[1]"""
    effective_deals: Estimate
    largest_share: Estimate
    """Of what is paid in. [1]"""
    hhi: Estimate
    """[1]"""
    deals: tuple[Part, ...]


class _Site(NamedTuple):
    """One run, path by path."""

    successes: FloatArray
    people: FloatArray
    paid: FloatArray
    drawn: FloatArray
    received: FloatArray
    npv: FloatArray
    run: api.Run


def pool(
    deal: api.Deal,
    sites: Sequence[int] = SITES,
    *,
    site_sd: float | None = None,
    icc: float | None = None,
    same_total: bool = False,
    outcome: str | None = None,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Pool:
    """A deal at one, two, four sites: each with people and luck of its own, in one economy and with one evidence.

    Parameters
    ----------
    deal : Deal
        The deal of one site.
    sites : sequence of int
        Numbers of sites.
    site_sd : float, optional
        Standard deviation of the log odds of success between sites.
    icc : float, optional
        Intraclass correlation of successes within a site; one of the two, or what the file says. [1]
    same_total : bool
        Split the people and the money of the deal between the sites, instead of copying it.
    outcome : str, optional
        Whose success share is shown; the first with a success rate where left out.
    paths, seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done, over all `n_runs` runs.

    Returns
    -------
    Pool

    Raises
    ------
    PoolError
        If the deal has no people, or cannot be copied so.
    """
    numbers = _checked(sites)
    root, paid = deal.document.root, bool(deal.document.root.get("payments"))
    if not root.get("cohorts"):
        raise PoolError(
            _(
                "{file}: got no cohorts; sites differ by their people, and this deal has none.\n"
                "  Ask of a deal that is paid for participants.",
                file=deal.document.file,
            )
        )
    chosen = outcome_with_rate(deal, outcome)
    if chosen is None and not paid and not deal.scenario.is_funded:
        raise PoolError(
            _(
                "{file}: got no success rate, payments or investors, so there is nothing that sites share.\n"
                "  Ask of a deal that is paid for participants.",
                file=deal.document.file,
            )
        )
    rate = _rate(deal, chosen)
    if site_sd is not None or icc is not None:
        icc = _icc(deal, chosen, rate, site_sd, icc)
        deal = api.changed(deal, "sites that differ", _with_icc(deal, icc))
    obstacle = _obstacle(root, deal.scenario.results)
    if same_total and obstacle is not None:
        raise PoolError(
            _(
                "{file}: got --same-total, but {obstacle}.\n  Leave --same-total out.",
                file=deal.document.file,
                obstacle=by_form(obstacle, OBSTACLES),
            )
        )
    if obstacle is None and not paid:
        obstacle = "nobody pays by results in this file, so there is nothing to settle"
    runs = _Runs(chosen, paths, seed, threads, progress)
    copies: list[_Site] = []
    joined = []
    for number in numbers:
        copies, large, joint = _lived(runs, deal, number, copies, same_total, allowed=obstacle is None)
        joined.append(_joined(deal, number, copies, large, joint, chosen, rate, icc))
    return Pool(chosen, rate, icc, site_sd, same_total, deal.plan.labels.hurdles[-1], obstacle, tuple(joined))


class _Runs:
    """Runs one after another, with what they make of an outcome and how far all of them are."""

    def __init__(
        self, outcome: str | None, paths: int, seed: int, threads: int, progress: Callable[[int], None] | None
    ) -> None:
        self.outcome, self.paths, self.seed, self.threads, self.progress = outcome, paths, seed, threads, progress
        self.done = 0

    def __call__(self, deal: api.Deal, site: int = 0) -> _Site:
        report = None if self.progress is None else self._further
        run = api.simulate(
            deal.plan, self.paths, self.seed, self.threads, site=site, keep_claims=False, progress=report
        )
        self.done += 1
        return _site(run, self.outcome)

    def _further(self, now: int) -> None:
        assert self.progress is not None
        self.progress(self.done * self.paths + now)


def _lived(
    runs: _Runs, deal: api.Deal, number: int, copies: list[_Site], same_total: bool, *, allowed: bool
) -> tuple[list[_Site], _Site, _Site | None]:
    """So many sites on their own, one as large as all of them, and all under one contract where that is allowed."""
    if same_total:
        small = _scaled(deal, 1.0 / number, 1.0 / number, 1, number) if number > 1 else deal
        copies = [runs(small, site) for site in range(number)]
    else:
        copies = [*copies, *(runs(deal, site) for site in range(len(copies), number))]
    if number == 1:
        return copies, copies[0], copies[0]
    joint = None
    if allowed:
        people, money = (1.0 / number, 1.0) if same_total else (1.0, number)
        joint = runs(_scaled(deal, people, money, number, number))
    return copies, runs(deal if same_total else _people_times(deal, number)), joint


def n_runs(sites: Sequence[int], same_total: bool) -> int:
    """At most so many runs are made."""
    return (sum(sites) if same_total else max(sites)) + 2 * len(sites)


def _checked(sites: Sequence[int]) -> list[int]:
    if not sites or min(sites) < 1 or max(sites) > MOST_SITES:
        raise PoolError(
            _(
                "--sites: got {found}; whole numbers from 1 to {most_sites}.\n  Try --sites 1,2,4,8",
                found=", ".join(map(str, sites)) or _("nothing"),
                most_sites=MOST_SITES,
            )
        )
    return sorted(set(sites))


# The deal of one site


def outcome_with_rate(deal: api.Deal, wanted: str | None = None) -> str | None:
    """The outcome that is asked for, or the first with a success rate and no gate; None where there is none."""
    outcomes = deal.document.root.get("outcomes", {})
    rated = [name for name, said in outcomes.items() if isinstance(said, dict) and "success_rate" in said]
    if wanted is not None and wanted not in rated:
        there = _("there is {names}", names=", ".join(rated)) if rated else _("there is none")
        raise PoolError(
            _(
                "--outcome: got '{wanted}', which is no outcome with a success rate; {there}.\n  Name another.",
                wanted=wanted,
                there=there,
            )
        )
    free = [name for name in rated if not {"after", "unless"} & set(outcomes[name])]
    return wanted or next(iter([*free, *rated]), None)


def _rate(deal: api.Deal, outcome: str | None) -> float | None:
    """The mean success rate of an outcome."""
    if outcome is None:
        return None
    plan = api.at_means(deal)
    rate = float(plan.outcomes.rate_value[plan.labels.outcomes.index(outcome)])
    return rate if 0.0 <= rate <= 1.0 else None


def _icc(deal: api.Deal, outcome: str | None, rate: float | None, site_sd: float | None, icc: float | None) -> float:
    """The intraclass correlation that was asked for."""
    if site_sd is not None and icc is not None:
        raise PoolError(_("--site-sd and --icc: got both; each says how far sites differ.\n  Leave one out."))
    if outcome is None or rate is None:
        raise PoolError(
            _(
                "{file}: got no outcome with a success rate, so there is none that differs between sites.\n"
                "  Leave --site-sd and --icc out.",
                file=deal.document.file,
            )
        )
    said = deal.document.root["outcomes"][outcome]
    if {"after", "unless"} & set(said):
        raise PoolError(
            _(
                "{outcome}: its success has a gate; sites differ at the first gate.\n  Name it with --outcome.",
                outcome=outcome,
            )
        )
    inner = said["success_rate"]
    if isinstance(inner, dict) and "sites" in inner:
        raise PoolError(
            _(
                "{file}: the success rate of '{outcome}' has sites and differs between them already.\n"
                "  Leave --site-sd and --icc out.",
                file=deal.document.file,
                outcome=outcome,
            )
        )
    if icc is not None:
        if not 0.0 <= icc < 1.0:
            raise PoolError(_("--icc: got {icc:g}; a number from 0 to below 1.\n  Try --icc 0.05", icc=icc))
        return icc
    assert site_sd is not None
    if not 0.0 <= site_sd <= 5.0:
        raise PoolError(
            _("--site-sd: got {site_sd:g}; a number from 0 to 5, of log odds.\n  Try --site-sd 0.5", site_sd=site_sd)
        )
    return pooling.icc_of_site_sd(rate, site_sd)


def _with_icc(deal: api.Deal, icc: float) -> dict[str, Any]:
    """The same for every outcome that meets no gate."""
    root = deal.document.root
    names = [
        name
        for name, said in root["outcomes"].items()
        if isinstance(said, dict) and "success_rate" in said and not {"after", "unless"} & set(said)
    ]
    said = dict.fromkeys(names, icc)
    if "dependence" in root:
        return {"dependence.cohort_icc": said}
    return {"dependence": {"cohort_icc": said, "assumption": "what was asked for"}}


OBSTACLES = (
    N_("nobody pays by results in this file, so there is nothing to settle"),
    N_("the deal may end early, and what ends several sites together is not in the file"),
    N_("a rule '{name}' has no amounts that are known to grow with the number of sites"),
    N_("the fewest measured people of '{name}' are those of one site"),
    N_("'{name}' is a result of the programme as a whole, which no number of sites multiplies"),
    N_("a loan to one provider is not shared by several sites"),
)
"""Why terms are not multiplied, as `Pooled` keeps it in English."""


def _obstacle(root: Any, results: Collection[str]) -> str | None:
    """Why the terms of a deal are not multiplied by a number of sites; None where they are."""
    if root.get("ends_early"):
        return "the deal may end early, and what ends several sites together is not in the file"
    for rule in root.get("payments", []):
        kind = next((key for key in rule if key in PER_HEAD or key in TOTALS or key in READ or key == "fixed"), None)
        if kind is None:
            return f"a rule '{next(iter(rule))}' has no amounts that are known to grow with the number of sites"
        said = rule[kind]
        if "minimum_sample" in said:
            return f"the fewest measured people of '{kind}' are those of one site"
        if kind in PER_HEAD and said.get("outcome") in results:
            return f"'{said['outcome']}' is a result of the programme as a whole, which no number of sites multiplies"
    for tranche in (root.get("financing") or {}).get("tranches", []):
        if "loan" in tranche:
            return "a loan to one provider is not shared by several sites"
    return None


def _scaled(deal: api.Deal, people: float, money: float, repeat: int, sites: int) -> api.Deal:
    """The deal with so many times the people in each cohort, the money of its terms, and cohorts."""
    root, changes = deal.document.root, dict[str, Any]()
    if people != 1.0:
        changes |= _fewer(deal, people, sites)
    if repeat > 1:
        changes |= _repeated(root, repeat)
    if money != 1.0:
        for place in (*_rule_places(root), *_financing_places(root)):
            changes[place] = {"times": money}
    return api.changed(deal, f"{sites} sites", changes) if changes else deal


def _people_times(deal: api.Deal, number: int) -> api.Deal:
    return api.changed(deal, f"one site as large as {number}", {"cohorts[*].participants": {"times": number}})


def _fewer(deal: api.Deal, people: float, sites: int) -> dict[str, Any]:
    for place, cohort in enumerate(deal.document.root["cohorts"]):
        said = cohort["participants"]
        count = said.get("value") if isinstance(said, dict) else said
        if not isinstance(count, int) or count % sites:
            raise PoolError(
                _(
                    "--same-total: got {number} participants of cohort {place} for {sites} sites; a whole number for "
                    "each.\n"
                    "  Name other numbers with --sites.",
                    number=count,
                    place=place + 1,
                    sites=sites,
                )
            )
    return {"cohorts[*].participants": {"times": people}}


def _repeated(root: Any, repeat: int) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for place, cohort in enumerate(root["cohorts"]):
        said = cohort.get("repeat")
        if said is None:
            changes[f"cohorts[{place}].repeat"] = {"times": repeat, "each": []}  # alone, times would multiply
        else:
            changes[f"cohorts[{place}].repeat.times"] = repeat * int(said["times"])
    return changes


def _rule_places(root: Any) -> list[str]:
    """Every amount of a rule that speaks of the whole deal, and every goal that is a number of people."""
    places: list[str] = []
    for number, rule in enumerate(root.get("payments", [])):
        kind = next(key for key in rule if key in PER_HEAD or key in TOTALS or key in READ or key == "fixed")
        said, here = rule[kind], f"payments[{number}].{kind}"
        places += [f"{here}.{key}" for key in TOTALS.get(kind, ()) if key in said]
        if kind == "fixed":
            places += [f"{here}.amounts[{k}].amount" for k in range(len(said["amounts"]))]
        if kind in READ and said.get("over", "pooled") == "pooled":
            places += _table_places(kind, said, here)
    return places


def _table_places(kind: str, said: Any, here: str) -> list[str]:
    counted = said.get("counts", "count") in ("count", "people")
    if kind == "threshold":
        return [f"{here}.pays", *(f"{here}.{key}" for key in ("at_least", "above") if counted and key in said)]
    rows, at = ("table", "from") if kind == "steps" else ("nodes", "at")
    places = [f"{here}.{rows}[{k}].{at}" for k in range(len(said[rows])) if counted]
    if said.get("pays", "amount") == "amount":
        places += [f"{here}.{rows}[{k}].gives" for k in range(len(said[rows]))]
        places += [f"{here}.floors[{k}].gives" for k in range(len(said.get("floors", [])))]
        places += [f"{here}.{key}" for key in ("below", "most") if said.get(key)]
    return places


def _financing_places(root: Any) -> list[str]:
    said, places = root.get("financing") or {}, list[str]()
    for number, tranche in enumerate(said.get("tranches", [])):
        places.append(f"financing.tranches[{number}].commitment")
        places += _drawn_amounts(tranche, f"financing.tranches[{number}]")
    for number, cost in enumerate(said.get("costs", [])):
        if "amount" in cost and "per" not in cost:
            places.append(f"financing.costs[{number}].amount")
    for number, grant in enumerate(said.get("grants", [])):
        places.append(f"financing.grants[{number}].amount")
        places += _drawn_amounts(grant, f"financing.grants[{number}]")
    for number, guarantee in enumerate(said.get("guarantees", [])):
        places += [f"financing.guarantees[{number}].{key}" for key in ("limit", "attaches_after") if key in guarantee]
    if isinstance(said.get("termination"), dict):
        places.append("financing.termination.amount")
    return places


def _drawn_amounts(said: Any, here: str) -> list[str]:
    listed = said.get("drawdown")
    if not isinstance(listed, list):
        return []
    return [f"{here}.drawdown[{k}].amount" for k, entry in enumerate(listed) if "amount" in entry]


# What comes of it


def _site(run: api.Run, outcome: str | None) -> _Site:
    plan, heads = run.plan, run.paths.headcount
    nothing = np.zeros(run.paths.weight.size)
    column = None if outcome is None else FIRST_OUTCOME + 2 * plan.labels.outcomes.index(outcome)
    successes = nothing if column is None else heads[:, :, column].sum(axis=1).astype(np.float64)
    people = heads[:, :, ENROLLED].sum(axis=1).astype(np.float64)
    paid = run.paths.repayment.sum(axis=(1, 2)) / plan.minor_units
    if run.paths.drawn.shape[1] == 0:
        return _Site(successes, people, paid, nothing, nothing, nothing, run)
    side = api.investors(run)
    drawn, received = (amount.astype(np.float64) / plan.minor_units for amount in (side.drawn, side.received))
    return _Site(successes, people, paid, drawn, received, side.npv[:, -1].copy(), run)


def _joined(
    deal: api.Deal,
    sites: int,
    copies: Sequence[_Site],
    large: _Site,
    together: _Site | None,
    outcome: str | None,
    rate: float | None,
    icc: float | None,
) -> Joined:
    sample, here = copies[0].run.sample, copies[:sites]
    paid = np.column_stack([site.paid for site in here])
    successes, people = (np.sum([getattr(site, name) for site in here], axis=0) for name in ("successes", "people"))
    missing, pays = Estimate.missing(), bool(deal.document.root.get("payments"))
    ratio = missing
    if pays:
        ratio = precision.ratio_of_spreads(paid, sample) if sites > 1 else Estimate.exact(1.0)
    funded = deal.scenario.is_funded
    apart = _sum([*here])
    if not (pays or funded):
        together = None
    formula = _formula(deal, here[0], outcome, rate, icc)
    per_site = None if formula is None else formula[1]
    return Joined(
        sites,
        precision.mean(people, sample),
        missing if outcome is None else pooling.share_sd(successes, people, sample),
        None
        if formula is None or per_site is None
        else pooling.success_share_sd(formula[0], per_site, sites, formula[2]),
        missing if outcome is None else pooling.share_sd(large.successes, large.people, sample),
        None
        if formula is None or per_site is None
        else pooling.success_share_sd(formula[0], per_site * sites, 1, formula[2]),
        precision.sd(here[0].paid, sample) if pays else missing,
        _settled(apart, sites, sample, funded, pays),
        ratio,
        pooling.effective_number(ratio),
        pooling.largest_share(paid, sample),
        pooling.herfindahl(paid, sample),
        None if together is None else _settled(together, sites, sample, funded, pays),
        precision.paired_difference(_lost(together), _lost(apart), sample) if together and funded else None,
        ()
        if together is None or not pays
        else _allocations(deal.document.root, together, here[0], sites, outcome, sample),
    )


def _sum(sites: Sequence[_Site]) -> _Site:
    def added(of: Callable[[_Site], FloatArray]) -> FloatArray:
        return np.asarray(np.sum([of(site) for site in sites], axis=0))

    return _Site(
        added(lambda site: site.successes),
        added(lambda site: site.people),
        added(lambda site: site.paid),
        added(lambda site: site.drawn),
        added(lambda site: site.received),
        added(lambda site: site.npv),
        sites[0].run,
    )


def _lost(site: _Site) -> FloatArray:
    """1 where less comes back than was paid in; half a minor unit allows for sums of whole minor units."""
    return np.asarray(site.received < site.drawn - 0.5 / site.run.plan.minor_units, dtype=np.float64)


def _settled(found: _Site, sites: int, sample: Sample, funded: bool, pays: bool) -> Settled:
    missing = Estimate.missing()
    return Settled(
        precision.mean(found.paid / sites, sample) if pays else missing,
        precision.sd(found.paid / sites, sample) if pays else missing,
        precision.probability(_lost(found) > 0.0, sample) if funded else None,
        precision.expected_shortfall(-found.npv / sites, sample, RISK_LEVEL) if funded else None,
    )


def _formula(
    deal: api.Deal, site: _Site, outcome: str | None, rate: float | None, icc: float | None
) -> tuple[float, int, float] | None:
    """Rate, people of a site and intraclass correlation, where the closed form of the success share holds."""
    if outcome is None or rate is None:
        return None
    root, plan = deal.document.root, deal.plan
    number = plan.labels.outcomes.index(outcome)
    said, tied = root["outcomes"][outcome], root.get("dependence") or {}
    heads = site.run.paths.headcount
    left = int(heads[:, :, 2].max(initial=0))
    one_group = len(plan.labels.cohorts) == 1 and float(site.people.min()) == float(site.people.max()) > 0.0
    certain = int(plan.outcomes.rate_slot[number]) < 0 and not {"after", "unless"} & set(said)
    if (
        not (one_group and certain)
        or (left and said.get("of") != "enrolled")
        or set(tied) - {"cohort_icc", "assumption"}
    ):
        return None
    if any("unlike_assumed" in cohort for cohort in root["cohorts"]):
        return None
    if icc is None:
        shared = tied.get("cohort_icc", 0.0)
        icc = shared.get(outcome, 0.0) if isinstance(shared, dict) else shared
    if not isinstance(icc, int | float) or (isinstance(said["success_rate"], dict) and "sites" in said["success_rate"]):
        return None
    return rate, int(site.people[0]), float(icc)


def _allocations(
    root: Any, together: _Site, alone: _Site, sites: int, outcome: str | None, sample: Sample
) -> tuple[Allocation, ...]:
    """What the first site pays of a pooled claim, by successes and by people."""
    heads = together.run.paths.headcount
    mine = _first_site(root, sites)
    people = heads[:, mine, ENROLLED].sum(axis=1).astype(np.float64)
    by = {"people": (people, together.people)}
    if outcome is not None:
        column = FIRST_OUTCOME + 2 * together.run.plan.labels.outcomes.index(outcome)
        by = {"successes": (heads[:, mine, column].sum(axis=1).astype(np.float64), together.successes)} | by
    found = []
    for name, (own, whole) in by.items():
        # Where nobody succeeds there is nothing to go by but people, and where nobody comes, the number of sites.
        share = np.full(own.shape, 1.0 / sites)
        np.divide(people, together.people, out=share, where=together.people > 0.0)
        np.divide(own, whole, out=share, where=whole > 0.0)
        pays = together.paid * share
        found.append(
            Allocation(
                name,
                precision.mean(pays, sample),
                precision.sd(pays, sample),
                precision.paired_difference(pays, alone.paid, sample),
                precision.sd(pays - alone.paid, sample),
            )
        )
    return tuple(found)


def _first_site(root: Any, sites: int) -> list[int]:
    """The cohorts of the first site: of every entry of a file, those that it had before it was repeated."""
    mine, before = list[int](), 0
    for cohort in root["cohorts"]:
        times = int(cohort.get("repeat", {}).get("times", 1))
        mine += range(before, before + times)
        before += times * sites
    return mine


def pool_fund(run: api.PortfolioRun) -> FundPool:
    """How the deals of a portfolio go together, and what each adds to the risk of the fund.

    Parameters
    ----------
    run : PortfolioRun
        A finished run.

    Returns
    -------
    FundPool
    """
    sample, summary, unit = run.sample, run.summary, run.names.minor_units
    worth = np.ascontiguousarray(run.arrays.npv[:, :, -1])
    drawn = run.arrays.drawn / unit
    of_sd = pooling.sd_contributions(worth, sample)
    of_tail = pooling.shortfall_contributions(-worth, sample, RISK_LEVEL)
    total = worth.sum(axis=1)
    return FundPool(
        run.names.hurdles[-1],
        summary.fund.keeps_capital,
        precision.sd(total, sample),
        precision.expected_shortfall(-total, sample, RISK_LEVEL),
        summary.diversification,
        pooling.effective_number(summary.diversification),
        pooling.largest_share(drawn, sample),
        pooling.herfindahl(drawn, sample),
        tuple(
            Part(
                name,
                precision.mean(np.ascontiguousarray(drawn[:, k]), sample),
                precision.sd(np.ascontiguousarray(worth[:, k]), sample),
                of_sd[k],
                of_tail[k],
            )
            for k, name in enumerate(run.names.deals)
        ),
    )
