"""What goes together, as loadings on the latent scale: intraclass correlations become latent ones, pairs a matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from risksim.errors import Fault
from risksim.language import _
from risksim.plan import layout
from risksim.plan.hashes import hash16
from risksim.plan.laws import law_of
from risksim.plan.numbers import Gathered, Number, Path, slots
from risksim.plan.quantile_table import tabulate
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.dependence import LEAVING, Correlated, Dependence, loadings, portion, shared
from risksim.scenario.outcomes import Outcome, SpellOutcome
from risksim.scenario.programme import Unmeasured
from risksim.scenario.uncertainty import Gamma, GammaShape

NODES = 64
"""Nodes of the quadrature over a common factor."""
MOST_LATENT = 0.98
"""Largest share of an outcome that a cohort may decide. [1]"""
NEAREST_STEPS = 200


# Correlations, latent and observed


def _mark(p: float) -> float:
    """The normal quantile of a chance."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def both(p: float, q: float, latent: float) -> float:
    """The chance that two things of chances `p` and `q` both happen.

    Parameters
    ----------
    p, q : float
        Chances, strictly between 0 and 1. [1]
    latent : float
        Their correlation on the normal scale, from -1 to 1. [1]

    Returns
    -------
    float

    Notes
    -----
    ``p q`` and the integral of the normal density at the two marks over the correlation from 0 on [1]_, on 64
    Gauss-Legendre nodes in its angle; at -1 and 1 the bounds of Frechet.

    References
    ----------
    .. [1] R. L. Plackett, "A reduction formula for normal multivariate integrals," Biometrika 41, 1954.
    """
    if latent >= 1.0:
        return min(p, q)
    if latent <= -1.0:
        return max(p + q - 1.0, 0.0)
    a, b = _mark(p), _mark(q)
    places, weights = np.polynomial.legendre.leggauss(NODES)
    end = math.asin(latent)
    angles = 0.5 * end * (places + 1.0)
    sines = np.sin(angles)
    density = np.exp(-(a * a + b * b - 2.0 * a * b * sines) / (2.0 * np.cos(angles) ** 2)) / (2.0 * math.pi)
    return p * q + 0.5 * end * float(weights @ density)


def observed_of(p: float, q: float, latent: float) -> float:
    """The correlation of two yes-or-no results of chances `p` and `q` whose latent correlation is `latent`. [1]"""
    return (both(p, q, latent) - p * q) / math.sqrt(p * (1.0 - p) * q * (1.0 - q))


def latent_of(p: float, q: float, observed: float) -> float | None:
    """The latent correlation behind an observed one; None where no such correlation can be observed."""
    low, high = -1.0, 1.0
    if not observed_of(p, q, low) - 1e-12 <= observed <= observed_of(p, q, high) + 1e-12:
        return None
    for _round in range(200):
        middle = 0.5 * (low + high)
        if observed_of(p, q, middle) < observed:
            low = middle
        else:
            high = middle
        if high - low < 1e-15:
            break
    return 0.5 * (low + high)


def latent_of_icc(icc: float, p: float) -> float:
    """The latent share that a cohort decides, from the intraclass correlation of results of chance `p`.

    Examples
    --------
    >>> round(latent_of_icc(0.05, 0.5), 4), round(latent_of_icc(0.10, 0.1), 4)
    (0.0785, 0.2424)
    """
    latent = latent_of(p, p, icc)
    assert latent is not None  # any correlation from 0 to 1 can be observed of two alike
    return latent


def nearest_correlations(matrix: layout.FloatArray) -> layout.FloatArray:
    """The nearest matrix that correlations can have, in the sum of squared differences.

    Parameters
    ----------
    matrix : float64[n, n]
        Symmetric, ones on the diagonal.

    Returns
    -------
    float64[n, n]

    References
    ----------
    .. [1] N. J. Higham, "Computing the nearest correlation matrix - a problem from finance," IMA Journal of Numerical
       Analysis 22, 2002: alternating projections with Dykstra's correction.
    """
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _round in range(NEAREST_STEPS):
        before = found - correction
        values, vectors = np.linalg.eigh(before)
        positive = (vectors * np.maximum(values, 1e-10)) @ vectors.T
        correction = positive - before
        found = positive.copy()
        np.fill_diagonal(found, 1.0)
    return found


# The groups of the plan


def dependence(gathered: Gathered, outcomes: layout.Outcomes) -> layout.Dependence | None:
    """What goes together in a deal; None where everything happens to everybody on their own."""
    said = gathered.scenario.dependence
    if said is None:
        return None
    personal = gathered.scenario.personal
    person = loadings(said, personal)
    cohort = {name: _latent(gathered, outcomes, name, icc) for name, icc in shared(said.cohort_icc, personal).items()}
    macro = shared(said.macro, personal)
    _shares(gathered, {name: value**2 for name, value in person.items()}, cohort, macro)
    tail = [law_of(Gamma(gamma=GammaShape(shape=said.tail / 2.0, scale=2.0 / said.tail)), 0.0)] if said.tail else []
    tables = tabulate([] if gathered.draft else tail)
    found = layout.Dependence(
        person=np.array([person.get(name, 0.0) for name in personal]),
        leaving=portion(said.leaving),
        measurable=float(said.measurable),
        cohort=np.sqrt(np.array([cohort.get(name, 0.0) for name in personal])),
        by_chance=np.array(
            [
                isinstance(one, Outcome) and name in cohort and not (name in person or name in macro or said.tail)
                for name, one in personal.items()
            ],
            dtype=np.bool_,
        ),
        macro=np.sqrt(np.array([macro.get(name, 0.0) for name in personal])),
        persistence=float(said.macro_persistence),
        first_year=gathered.scenario.start_date.year,
        year=_years(gathered, outcomes),
        degrees=said.tail or 0,
        tail=layout.Inputs(address=np.zeros(len(tail), dtype=np.uint32), **tables._asdict()),
        pairs=_pairs(gathered, outcomes, said.correlations) if said.correlations else None,
        recession=_recession(gathered, said, outcomes),
    )
    return found if found.ties or found.recession is not None else None


def _years(gathered: Gathered, outcomes: layout.Outcomes) -> layout.IntArray:
    start = gathered.scenario.start_date
    months = int(outcomes.measured_month.max(initial=0)) + 1
    year_of = np.array([add_months(start, month).year for month in range(months)], dtype=np.int64)
    return year_of[np.maximum(outcomes.measured_month, 0)]


def _rate(outcomes: layout.Outcomes, names: Sequence[str], name: str) -> float:
    return float(outcomes.rate_value[list(names).index(name)])


def _latent(gathered: Gathered, outcomes: layout.Outcomes, name: str, icc: float) -> float:
    """The latent share behind an intraclass correlation, at the mean of the outcome's rate."""
    personal = gathered.scenario.personal
    if not isinstance(personal[name], Outcome):
        return icc  # an amount is its own latent scale
    p = _rate(outcomes, list(personal), name)
    if not 0.0 < p < 1.0 or gathered.draft:
        return icc if 0.0 < p < 1.0 else 0.0
    latent = latent_of_icc(icc, p)
    if latent > MOST_LATENT:
        gathered.faults.append(
            gathered.places.fault(
                ("dependence", "cohort_icc"),
                _(
                    "got an intraclass correlation of {icc:g} for '{name}', which leaves persons nothing of their own.",
                    icc=icc,
                    name=name,
                ),
                _("It is seldom above 0.2; 0.02 is usual for employment."),
            )
        )
    return latent


def _shares(gathered: Gathered, *parts: dict[str, float]) -> None:
    """What persons, cohorts and years decide of an outcome stays below all of it."""
    for name in gathered.scenario.personal:
        person, cohort, macro = (part.get(name, 0.0) for part in parts)
        if person + cohort + macro >= 1.0:
            found = _(
                "got {all:.3g} of what decides '{name}' on the latent scale: person {person:.3g}, "
                "cohort {cohort:.3g}, macro {macro:.3g}; together they stay below 1.",
                all=person + cohort + macro,
                name=name,
                person=person,
                cohort=cohort,
                macro=macro,
            )
            gathered.faults.append(gathered.places.fault(("dependence",), found, _("Lower one of them.")))


def bars_in_time(gathered: Gathered, outcomes: layout.Outcomes, lived: layout.Processes | None) -> None:
    """Refuse an `unless` that some people meet before its outcome was measured, where being well placed decides: those
    would be other people than those who passed it.
    """
    said, personal = gathered.scenario.dependence, gathered.scenario.personal
    if said is None or lived is None:
        return
    for k, name in enumerate(personal):
        if lived.bar[k] < 0 or not loadings(said, personal).get(name):
            continue
        rows = slice(outcomes.first_row[k], outcomes.first_row[k + 1])
        if (lived.bar_row[rows][outcomes.measured_ordinal[rows] > 0] < 0).any():
            found = _(
                "got '{unless}', which is not yet measured for some people when '{name}' is; with "
                "within_person, those who passed it and those who met it too early cannot share one chance.",
                unless=personal[name].unless,
                name=name,
            )
            remedy = _("Measure both after enrolment, the first no later.")
            gathered.faults.append(gathered.places.fault(("outcomes", name, "unless"), found, remedy))


def _recession(gathered: Gathered, said: Dependence, outcomes: layout.Outcomes) -> layout.Recession | None:
    if said.recession is None:
        return None
    part, here = said.recession, ("dependence", "recession")
    scenario = gathered.scenario
    names = part.outcomes or [name for name, one in scenario.personal.items() if isinstance(one, SpellOutcome)]
    chance = gathered.number((*here, "yearly_chance"), part.yearly_chance or 0.0, "1/year", high=1.0)
    survive = gathered.number((*here, "spells_survive"), part.spells_survive, "1", high=1.0)
    starts = gathered.number((*here, "starts"), part.starts, "1", high=1.0)
    months = int(outcomes.measured_month.max(initial=0)) + 1
    start = scenario.start_date
    dates = [add_months(start, month) for month in range(months)]
    month = -1
    if part.on is not None:
        day = value_of(part.on)
        month = next((place for place, date in enumerate(dates) if date >= day), -1)
        if month < 0 or day < start:
            fault = gathered.places.fault(
                (*here, "on"),
                _("got {day}; nobody is measured after it, or it lies before start {start}.", day=day, start=start),
                _("Move the day, or take the recession out."),
            )
            gathered.faults.append(fault)
    return layout.Recession(
        hits=np.array([name in names for name in scenario.personal], dtype=np.uint8),
        month=month,
        address=np.array([12 * date.year + date.month - 1 for date in dates], dtype=np.int64),
        chance_slot=chance.slot,
        chance_value=chance.value,
        survive_slot=survive.slot,
        survive_value=survive.value,
        over=int(value_of(part.over)),
        starts_slot=starts.slot,
        starts_value=starts.value,
        lasts=int(value_of(part.lasts)),
    )


# Pairs


def _pairs(gathered: Gathered, outcomes: layout.Outcomes, said: Sequence[Correlated]) -> layout.Pairs | None:
    personal = gathered.scenario.personal
    named = {name for pair in said for name in pair.between}
    # Leaving first: it keeps its own words, and everything else is drawn after it.
    members = [name for name in (LEAVING, *personal) if name in named and (name != LEAVING or LEAVING not in personal)]
    matrix = np.eye(len(members))
    for place, pair in enumerate(said):
        a, b = (members.index(name) for name in pair.between)
        latent = _pair_latent(gathered, outcomes, ("dependence", "correlations", place), pair)
        matrix[a, b] = matrix[b, a] = latent
    if float(np.linalg.eigvalsh(matrix)[0]) < 1e-9:
        gathered.faults.append(_impossible(gathered, members, matrix, said))
        return None
    return layout.Pairs(
        member=np.array([list(personal).index(name) if name in personal else -1 for name in members], dtype=np.int64),
        address=np.array([hash16(name) for name in members], dtype=np.int64),
        root=np.linalg.cholesky(matrix).astype(np.float64),
    )


def _pair_latent(gathered: Gathered, outcomes: layout.Outcomes, here: Path, pair: Correlated) -> float:
    if pair.latent is not None:
        return pair.latent
    assert pair.observed is not None
    personal = gathered.scenario.personal
    if LEAVING in pair.between and LEAVING not in personal:
        gathered.faults.append(
            gathered.places.fault(
                (*here, "observed"),
                _("got an observed correlation with leaving, which depends on whom the outcome speaks of."),
                _("Write latent: instead."),
            )
        )
        return 0.0
    p, q = (_rate(outcomes, list(personal), name) for name in pair.between)
    if not (0.0 < p < 1.0 and 0.0 < q < 1.0):
        return 0.0
    latent = latent_of(p, q, pair.observed)
    if latent is None or abs(latent) >= 1.0 - 1e-9:
        low, high = observed_of(p, q, -1.0), observed_of(p, q, 1.0)
        found = _(
            "got {observed:g} between '{name}' and '{other}'; with chances of {p:.3g} and "
            "{q:.3g} it lies between {low:.3g} and {high:.3g}.",
            observed=pair.observed,
            name=pair.between[0],
            other=pair.between[1],
            p=p,
            q=q,
            low=low,
            high=high,
        )
        gathered.faults.append(
            gathered.places.fault((*here, "observed"), found, _("Move it inside, or write latent: instead."))
        )
        return 0.0
    return latent


def _impossible(
    gathered: Gathered, members: Sequence[str], matrix: layout.FloatArray, said: Sequence[Correlated]
) -> Fault:
    """The fault of correlations that cannot hold at once: the pair that is furthest off, and the nearest that can."""
    near = nearest_correlations(matrix)
    off = np.abs(near - matrix)
    a, b = map(int, np.unravel_index(int(np.argmax(off)), off.shape))
    place = next(
        (k for k, pair in enumerate(said) if {*pair.between} == {members[a], members[b]}),
        0,
    )
    listed = ", ".join(
        _("{name} and {other} {value:.3f}", name=members[i], other=members[j], value=near[i, j])
        for i in range(len(members))
        for j in range(i)
    )
    return gathered.places.fault(
        ("dependence", "correlations", place),
        _(
            "got correlations that cannot hold at once; furthest off is {correlation:.3g} between '{first}' "
            "and '{second}'. The nearest that can: {listed}.",
            correlation=matrix[a, b],
            first=members[a],
            second=members[b],
            listed=listed,
        ),
        _("Write those, or look at the pairs again; a pair that is left out stands for 0."),
    )


# Unlike people


def unlike(gathered: Gathered) -> layout.Unlike | None:
    """Who cannot be measured and who is unlike the people of the evidence; None where that differs for nobody."""
    scenario = gathered.scenario
    if not any(isinstance(cohort.unmeasured, Unmeasured) or cohort.unlike_assumed for cohort in scenario.cohorts):
        return None
    names = list(scenario.personal)
    outcome: list[int] = []
    columns: list[list[Number]] = [[] for _ in range(5)]
    for position, cohort in enumerate(scenario.cohorts):
        here: Path = ("cohorts", position)
        hidden = cohort.unmeasured if isinstance(cohort.unmeasured, Unmeasured) else None
        outcome.append(names.index(hidden.outcome) if hidden is not None else -1)
        there = (*here, "unmeasured")
        columns[0].append(gathered.number((*there, "failures"), hidden.failures if hidden else 1.0, "1"))
        columns[1].append(gathered.number((*there, "leavers"), hidden.leavers if hidden else 1.0, "1"))
        group, there = cohort.unlike_assumed, (*here, "unlike_assumed")
        columns[2].append(gathered.number((*there, "share"), group.share if group else 0.0, "1", high=1.0))
        low = -math.inf
        columns[3].append(gathered.number((*there, "log_odds"), group.log_odds if group else 0.0, "1", low=low))
        columns[4].append(gathered.number((*there, "leaving_odds"), group.leaving_odds if group else 1.0, "1"))
    failures, leavers, share, log_odds, leaving = map(slots, columns)
    return layout.Unlike(np.array(outcome, dtype=np.int64), *failures, *leavers, *share, *log_odds, *leaving)
