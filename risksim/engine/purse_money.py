"""From people to public money: the lines of the purse on a block of paths. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from risksim.engine.purse_counts import Counted
from risksim.engine.purse_meters import purse_of, says_anyway
from risksim.engine.settle import Settled
from risksim.errors import RunError
from risksim.kernels.amounts import LARGEST
from risksim.kernels.purse_money import kept_after, split_by_share, whole_shares
from risksim.language import _
from risksim.plan.layout import (
    BY_SUCCESS,
    FIRST,
    IN_ALL,
    IS_CONSEQUENCE,
    IS_COST,
    IS_INSTEAD,
    PAYS_OTHER,
    WHILE_MET,
    FloatArray,
    IntArray,
    Numbers,
    PathResults,
    Plan,
    Purse,
    PursePaths,
)


class LineMoney(NamedTuple):
    """What one line saves on a block of paths; costs are negative. Minor units."""

    gross: IntArray
    """int64[sector, year, path]."""
    net: IntArray
    """int64[sector, year, path]."""
    cash: IntArray
    """int64[sector, year, path]: zero for costs."""
    beyond: IntArray
    """int64[path]: the part of `net` that falls beyond the evidence."""
    gross_units: FloatArray
    """float64[year, path]: people, years or parts of a cost in all, decay and price conversion included. [1]"""
    net_units: FloatArray
    """float64[year, path]: likewise of what the programme adds, before overlaps and what nobody would serve. [1]"""


class Part(NamedTuple):
    """What falls in one calendar year, up to a number of years after the success."""

    year: int
    t: int
    """Years after the success; the last of those added up. [year]"""
    gross: FloatArray
    """float64[path]: of all successes t years ago or less. [1]"""
    net: FloatArray
    """float64[path]: likewise of what the programme adds. [1]"""


def reckon(plan: Plan, counted: Counted, settled: Settled | PathResults) -> PursePaths:
    """What public budgets save, spend and repay on a block of paths.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    counted : Counted
        Its people.
    settled : Settled or PathResults
        Its claims and repayments, of the same paths.

    Returns
    -------
    PursePaths
        Every path on its own: the same bits in any block.

    Raises
    ------
    RunError
        If an amount is too large to be counted in minor units.
    """
    purse = purse_of(plan)
    out = empty_purse(plan, counted.gross.shape[0])
    for money in (out.gross, out.net, out.cash, out.cost, out.payment):
        money[:] = 0
    n_sectors = purse.lines.share.shape[3]
    for line, kind in enumerate(purse.lines.kind):
        of_line = reckon_line(plan, counted, line)
        if kind in (IS_COST, IS_INSTEAD):
            out.cost[:, :n_sectors] -= of_line.gross.transpose(2, 0, 1)
        else:
            for whole, part in zip((out.gross, out.net, out.cash), of_line[:3], strict=True):
                whole[:, :n_sectors] += part.transpose(2, 0, 1)
        out.line_gross[:, line] = of_line.gross.sum(axis=(0, 1))
        out.line_net[:, line] = of_line.net.sum(axis=(0, 1))
        out.beyond[:, line] = of_line.beyond
    _repay(plan, settled, out.payment)
    _count_successes(purse, counted, out.achieved)
    out.attributable[:] = counted.attributable
    out.deadweight[:] = deadweight_of(plan, counted.anyway, settled)
    out.inputs[:] = counted.own
    return out


def empty_purse(plan: Plan, n_paths: int) -> PursePaths:
    """Room for the public side of some paths."""
    purse = purse_of(plan)
    by_budget = (n_paths, len(purse.budgets), len(purse.years))
    by_line, by_outcome = (n_paths, purse.lines.kind.size), (n_paths, len(plan.labels.outcomes))
    return PursePaths(
        gross=np.empty(by_budget, dtype=np.int64),
        net=np.empty(by_budget, dtype=np.int64),
        cash=np.empty(by_budget, dtype=np.int64),
        cost=np.empty(by_budget, dtype=np.int64),
        payment=np.empty(by_budget, dtype=np.int64),
        line_gross=np.empty(by_line, dtype=np.int64),
        line_net=np.empty(by_line, dtype=np.int64),
        beyond=np.empty(by_line, dtype=np.int64),
        achieved=np.empty(by_outcome),
        attributable=np.empty(by_outcome),
        deadweight=np.empty(n_paths),
        inputs=np.empty((n_paths, purse.inputs.address.size)),
    )


def reckon_line(plan: Plan, counted: Counted, line: int) -> LineMoney:
    """What one line saves: amounts by calendar year, rounded once, then split between sectors.

    Within a year the parts of different t are rounded as differences of their running total, so that they add up to the
    rounded amount of the year; years after a success whose money is borne alike are one part.
    """
    purse = purse_of(plan)
    lines, n_paths = purse.lines, counted.gross.shape[0]
    n_years, n_sectors = len(purse.years), lines.share.shape[3]
    weights = whole_shares(lines.share[line])
    of_gross, of_net, of_cash = factors_of(plan, counted.own, line)
    money = np.zeros((3, n_sectors, n_years, n_paths), dtype=np.int64)
    units = np.zeros((2, n_years, n_paths))
    within = np.zeros((n_years, n_paths), dtype=np.int64)
    for part, following in pairwise(chain(_parts(plan, counted, line), (None,))):
        assert part is not None
        units[:, part.year] = part.gross, part.net
        later = following if following is not None and following.year == part.year else None
        if part.t <= lines.evidence[line] and (later is None or later.t > lines.evidence[line]):
            within[part.year] = _rounded(plan, line, part.net * of_net)
        if later is not None and (weights[part.year, part.t] == weights[part.year, later.t]).all():
            continue
        amounts = (part.gross * of_gross, part.net * of_net, part.net * of_net * of_cash)
        for of_kind, amount in zip(money, amounts, strict=True):
            rest = _rounded(plan, line, amount) - of_kind[:, part.year].sum(axis=0)
            if weights[part.year, part.t].any():
                of_kind[:, part.year] += split_by_share(rest, weights[part.year, part.t])
            elif rest.any():
                raise RunError(_unborne(plan, line, part))
    gross, net, cash = money
    beyond = (net.sum(axis=0) - within).sum(axis=0) if lines.kind[line] == IS_CONSEQUENCE else np.zeros(n_paths, int)
    return LineMoney(gross, net, cash, beyond, *units)


def _unborne(plan: Plan, line: int, part: Part) -> str:
    """Money that falls where the plan has it that nothing can: whoever bears it would be a guess."""
    purse = purse_of(plan)
    return (
        f"{plan.name}: public.{purse.names[line]} saves in {purse.years[part.year]}, {part.t} years after a success, "
        "and the plan does not say who bears that. This is a fault of risksim, not of the scenario; please report it "
        "with the scenario file."
    )


def factors_of(plan: Plan, own: FloatArray, line: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What a unit of a line is worth gross and net, in minor units, and the share that becomes cash: each
    float64[path].
    """
    purse = purse_of(plan)
    lines, kind = purse.lines, purse.lines.kind[line]
    saved, volume, price = (number_of(each, line, own) for each in (lines.saved, lines.volume, lines.price))
    sign = -1.0 if kind == IS_COST else 1.0
    if purse.socio_economic:
        sign *= 0.0 if lines.is_transfer[line] else purse.tax_factor
    gross = saved * volume * price * (sign * plan.minor_units)
    if kind != IS_CONSEQUENCE:
        cashable = np.zeros_like(gross) if kind in (IS_COST, IS_INSTEAD) else number_of(lines.cashable, line, own)
        return gross, gross, cashable
    claimed = number_of(purse.overlap, 0, own)
    net = gross * (1.0 - number_of(lines.unserved, line, own)) * (1.0 - claimed * (1.0 - purse.overlap_kept))
    return gross, net, number_of(lines.cashable, line, own)


def number_of(numbers: Numbers, at: int, own: FloatArray) -> FloatArray:
    """A number of the purse on every path: float64[path]."""
    slot = int(numbers.slot[at])
    return own[:, slot] if slot >= 0 else np.full(own.shape[0], numbers.value[at])


def _rounded(plan: Plan, line: int, amount: FloatArray) -> IntArray:
    """Whole minor units, half to even."""
    if not np.abs(amount).max(initial=0.0) <= LARGEST:
        name = purse_of(plan).names[line]
        raise RunError(
            _(
                "{deal}: public.{name} comes to more than {most:,.0f} {currency} in a year, which cannot be counted "
                "exactly. Check its units and its price.",
                deal=plan.name,
                name=name,
                most=LARGEST / plan.minor_units,
                currency=plan.currency,
            )
        )
    return np.rint(amount).astype(np.int64)


# Units by calendar year


def _parts(plan: Plan, counted: Counted, line: int) -> Iterator[Part]:
    """The units of a line by calendar year and years after the success, running totals, in this order."""
    purse = purse_of(plan)
    lines, n_paths = purse.lines, counted.gross.shape[0]
    counts, meter = lines.counts[line], int(lines.meter[line])
    if counts == IN_ALL:
        for year in np.flatnonzero(lines.in_all[line]).tolist():
            whole = np.full(n_paths, lines.in_all[line, year])
            yield Part(year, 0, whole, whole)
    elif meter < 0:
        yield from _claimed(plan, counted, line)
    elif counts == BY_SUCCESS:
        kept = _kept(purse, counted, line)
        onsets = people_by_year(purse, counted, meter)
        _reach(plan, line, onsets)
        for year in range(len(purse.years)):
            gross, net = np.zeros(n_paths), np.zeros(n_paths)
            for t in range(1, lines.profile.shape[1]):
                if year - t in onsets and lines.profile[line, t] != 0.0:
                    of_gross, of_net = onsets[year - t]
                    gross, net = gross + of_gross * kept[t], net + of_net * kept[t]
                    yield Part(year, t, gross, net)
    else:
        time = purse.months_to_next / 12.0 if counts == WHILE_MET else np.ones(purse.months_to_next.size)
        by_year = people_by_year(purse, counted, meter, time)
        for year, (gross, net) in sorted(by_year.items(), key=lambda item: item[0]):
            yield Part(year, 0, gross * lines.profile[line, 0], net * lines.profile[line, 0])


def _claimed(plan: Plan, counted: Counted, line: int) -> Iterator[Part]:
    """Units that several outcomes claim: known by calendar year. Their years after the success are taken to mix as
    those of what each outcome would claim alone, which matters to refunds by weeks and to the evidence only.
    """
    purse = purse_of(plan)
    lines, n_paths = purse.lines, counted.gross.shape[0]
    outcomes = lines.claim_outcome[lines.claim_ptr[line] : lines.claim_ptr[line + 1]]
    kept = _kept(purse, counted, line)
    meters = [meter for k in outcomes if (meter := first_meter(purse, int(k))) >= 0]
    onsets = [people_by_year(purse, counted, meter) for meter in meters]
    asked = np.unique(purse.year_of_period[purse.meters.measured_in[meters].any(axis=0)]).tolist() or [0]
    for year in range(len(purse.years)):
        gross = counted.claimed_gross[:, line, year]
        net = _or_gross(counted.claimed_net[:, line, year], gross)
        if not (gross.any() or net.any()):
            continue
        if lines.counts[line] != BY_SUCCESS:
            yield Part(year, 0, gross, net)
            continue
        alone = np.zeros(n_paths)
        mixed = []
        saves = np.flatnonzero(lines.profile[line]).tolist()
        possible = [t for t in saves if asked[0] <= year - t <= asked[-1]] or saves
        for t in possible:
            claims = [of[year - t][0] for of in onsets if year - t in of]
            if claims:
                alone = alone + sum(claims) * np.abs(kept[t])
            mixed.append((t, alone))
        # Who is lost where nobody succeeds would have succeeded when first asked: as long ago as anybody can have.
        for t, so_far in mixed:
            fallback = float(t == possible[-1])
            share = np.where(alone > 0.0, so_far / np.where(alone > 0.0, alone, 1.0), fallback)
            yield Part(year, t, gross * share, net * share)


def _kept(purse: Purse, counted: Counted, line: int) -> list[FloatArray]:
    """What a success still saves t years after it: float64[path] for each t, nothing at t = 0."""
    decay = number_of(purse.lines.decay, line, counted.own)
    later = range(1, purse.lines.profile.shape[1])
    return [np.zeros_like(decay), *(purse.lines.profile[line, t] * kept_after(decay, t) for t in later)]


def people_by_year(
    purse: Purse, counted: Counted, meter: int, times: FloatArray | None = None
) -> dict[int, tuple[FloatArray, FloatArray]]:
    """People of a meter by calendar year, gross and net: float64[path] each, for years with a follow-up.

    Where nothing says what would have happened anyway, nothing comes off.
    """
    out: dict[int, tuple[FloatArray, FloatArray]] = {}
    nothing = np.zeros(counted.gross.shape[0])
    for period, year in enumerate(purse.year_of_period.tolist()):
        gross = counted.gross[:, meter, period]
        net = _or_gross(counted.net[:, meter, period], gross)
        if gross.any() or net.any():
            before, before_net = out.get(year, (nothing, nothing))
            by = 1.0 if times is None else times[period]
            out[year] = (before + gross * by, before_net + net * by)
    return out


def _or_gross(net: FloatArray, gross: FloatArray) -> FloatArray:
    return np.where(np.isnan(net), gross, net)


def first_meter(purse: Purse, outcome: int) -> int:
    """The meter of people who meet an outcome for the first time, -1 for none."""
    found = np.flatnonzero((purse.meters.outcome == outcome) & (purse.meters.statistic == FIRST))
    return int(found[0]) if found.size else -1


def _reach(plan: Plan, line: int, onsets: dict[int, tuple[FloatArray, FloatArray]]) -> None:
    """See to it that no saving falls off the end of the years."""
    purse = purse_of(plan)
    lasts = np.flatnonzero(purse.lines.profile[line]).max(initial=0)
    if max(onsets, default=0) + lasts >= len(purse.years):
        raise RunError(
            _(
                "{name}: public.{names} saves after {years}, the last year of the plan. This is a fault of risksim, "
                "not of the scenario; please report it with the scenario file.",
                name=plan.name,
                names=purse.names[line],
                years=purse.years[-1],
            )
        )


# Repayments and what they buy


def _repay(plan: Plan, settled: Settled | PathResults, payment: IntArray) -> None:
    """Add repayments to the budgets that bear them: payment int64[path, budget, year]. [minor unit]"""
    purse = purse_of(plan)
    rows = [purse.years.index(year) for year in plan.labels.years]  # years without a date are left out there
    for payer, budget in enumerate(purse.payer_budget):
        payment[:, budget, rows] += settled.repayment[:, payer]


def _count_successes(purse: Purse, counted: Counted, achieved: FloatArray) -> None:
    """People who met each outcome by which anything is saved, once each: achieved float64[path, outcome]. [people]"""
    achieved[:] = np.nan
    for outcome in np.unique(purse.lines.claim_outcome):
        meter = first_meter(purse, int(outcome))
        if meter >= 0:
            achieved[:, outcome] = counted.gross[:, meter].sum(axis=1)


def deadweight_of(plan: Plan, anyway: FloatArray, settled: Settled | PathResults) -> FloatArray:
    """Repayments for successes that would have come anyway: float64[path]; nan where nothing says how many would, or
    where anything is claimed for several outcomes at once or for a result of the whole programme.

    What each rule claims before caps, scaled to what is repaid on the path, times the share of the successes of its
    outcome that would have come anyway.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    anyway : float64[path, outcome]
        That share. [1]
    settled : Settled or PathResults
        Claims and repayments.
    """
    purse = purse_of(plan)
    claimed = np.maximum(settled.claim.sum(axis=2), 0).astype(np.float64)
    total, repaid = np.zeros(claimed.shape[0]), settled.repayment.sum(axis=(1, 2)).astype(np.float64)
    lost, said = np.zeros(claimed.shape[0]), says_anyway(plan)
    for rule, outcome in enumerate(purse.claim_of_rule):
        total = total + claimed[:, rule]
        if outcome == PAYS_OTHER:
            lost = np.where(claimed[:, rule] > 0.0, np.nan, lost)
        if outcome < 0:
            continue
        if not said[outcome]:
            return np.full(claimed.shape[0], np.nan)
        lost = lost + np.where(claimed[:, rule] > 0.0, claimed[:, rule] * anyway[:, outcome], 0.0)
    return np.where(total > 0.0, lost / np.where(total > 0.0, total, 1.0) * repaid, 0.0)
