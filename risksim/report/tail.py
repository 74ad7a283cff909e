"""The worst futures as a page of text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.numbers import percent, plus_minus, rounded
from risksim.report.table import heading, table

NAMES = {
    "p_loss": "P(loss): less comes back than was paid in",
    "p_severe_loss": "P(severe loss): less than half",
    "p_total_loss": "P(total loss): nothing",
    "loss_var": "loss not exceeded in {level}",
    "loss_es": "mean loss beyond that",
    "npv_var": "loss of present value not exceeded in {level}",
    "npv_es": "mean loss of present value beyond that",
}
MOST_NAMED = 6
"""Dimensions named in the sentence."""


class FigureOf(NamedTuple):
    """One number about the tail."""

    quantity: str
    level: float | None
    value: Estimate
    plain: Estimate
    gain: float | None


class WeightsOf(NamedTuple):
    """How evenly the paths weigh."""

    effective_paths: float
    largest_share: float
    tail_paths: int
    tail_effective_paths: float
    tail_largest_share: float


class Footing(NamedTuple):
    """What stands above and below the table."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    level: float
    paths: int
    pilot_paths: int
    seed: int
    digest: str
    version: str


def tail(
    foot: Footing,
    figures: tuple[FigureOf, ...],
    weights: WeightsOf,
    shifted: tuple[tuple[str, float], ...],
    warnings: tuple[str, ...],
) -> str:
    """The tail as text: what was moved, the table, how evenly the paths weigh.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    figures : tuple of FigureOf
        Numbers with points moved, beside those of a plain run.
    weights : WeightsOf
        How evenly the paths weigh.
    shifted : tuple of (str, float)
        What was moved, and by how many standard deviations; the furthest first.
    warnings : tuple of str
        What the reader must know.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n", *(f"Warning: {warning}\n" for warning in warnings)]
    if shifted:
        worst = f"the worst {_beyond(foot.level)} of futures"
        parts.append(heading(f"Where {worst} lie (half of the paths were moved there)"))
        parts += [f"- {moved(name, by)}\n" for name, by in shifted[:MOST_NAMED]]
        if len(shifted) > MOST_NAMED:
            parts.append(f"- and {len(shifted) - MOST_NAMED} more\n")
    parts.append(heading(f"Tail (all investors, {foot.currency}, present values at {percent(foot.hurdle)} a year)"))
    parts.append(table(("", "weighted", "", "plain run", "", "gain"), [_row(one) for one in figures]))
    parts.append(
        f"\n{foot.paths:,} paths each, seed {foot.seed}, conditional engine. "
        f"Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        f"The weighted paths tell as much about a mean as {weights.effective_paths:,.0f} plain ones; of the "
        f"{weights.tail_paths:,} beyond the level, with {_beyond(foot.level)} of the weight, it is "
        f"{weights.tail_effective_paths:,.0f}.\n"
        f"The heaviest path has {percent(weights.tail_largest_share, 0.0, 2)} of their weight. "
        f"A pilot of {foot.pilot_paths:,} paths said where to look.\n"
        "± is one standard error. A gain of 16 is four times as exact as the plain run; below 1 trust the plain run.\n"
    )
    return "".join(parts)


def moved(name: str, by: float) -> str:
    """A dimension that was moved, in words."""
    return f"{name}: {abs(by):.1f} standard deviations {'up' if by > 0.0 else 'down'}"


def _beyond(level: float) -> str:
    return percent(1.0 - level, 0.0, 4).replace(" %", "").rstrip("0").rstrip(".") + " %"


def _row(one: FigureOf) -> tuple[str, ...]:
    said = "" if one.level is None else percent(one.level, 0.0, 4).replace(" %", "").rstrip("0").rstrip(".") + " %"
    name = NAMES[one.quantity].format(level=said)
    if one.level is None:
        cells = [*_chance(one.value), *_chance(one.plain)]
    else:
        cells = [cell for each in (one.value, one.plain) for cell in _money(each)]
    return (name, *cells, _gain(one.gain))


def _chance(estimate: Estimate) -> tuple[str, str]:
    """A probability with as many places as its error allows: the rare ones are what this page is for."""
    if not 0.0 < estimate.value < 1.0:
        return chance(estimate)
    return percent(estimate.value, estimate.standard_error, 8), plus_minus(estimate.standard_error, 100.0)


def _money(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


def _gain(gain: float | None) -> str:
    if gain is None:
        return ""
    return f"{gain:,.1f}" if gain < 10.0 else f"{float(f'{gain:.2g}'):,.0f}"
