"""The worst futures as a page of text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.numbers import number, percent, plus_minus, rounded, written
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

NAMES = {
    "p_loss": N_("P(loss): less comes back than was paid in"),
    "p_severe_loss": N_("P(severe loss): less than half"),
    "p_total_loss": N_("P(total loss): nothing"),
    "loss_var": N_("loss not exceeded in {level}"),
    "loss_es": N_("mean loss beyond that"),
    "npv_var": N_("loss of present value not exceeded in {level}"),
    "npv_es": N_("mean loss of present value beyond that"),
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
    parts = [f"{foot.deal}\n", *(_("Warning: {warning}\n", warning=in_words(warning)) for warning in warnings)]
    if shifted:
        where = _(
            "Where the worst {share} of futures lie (half of the paths were moved there)", share=_beyond(foot.level)
        )
        parts.append(heading(where))
        parts += [f"- {moved(name, by)}\n" for name, by in shifted[:MOST_NAMED]]
        if len(shifted) > MOST_NAMED:
            parts.append(_("- and {n} more\n", n=len(shifted) - MOST_NAMED))
    title = _(
        "Tail (all investors, {currency}, present values at {rate} a year)",
        currency=foot.currency,
        rate=percent(foot.hurdle),
    )
    parts.append(heading(title))
    parts.append(table(("", _("weighted"), "", _("plain run"), "", _("gain")), [_row(one) for one in figures]))
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}, conditional engine. Scenario {digest}, risksim {version}.\n"
            "The weighted paths tell as much about a mean as {effective} plain ones; of the {beyond} beyond the level, "
            "with {share} of the weight, it is {tail}.\n"
            "The heaviest path has {largest} of their weight. A pilot of {pilot} paths said where to look.\n"
            "± is one standard error. A gain of 16 is four times as exact as the plain run; below 1 trust the plain "
            "run.\n",
            paths=number(foot.paths),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
            effective=number(weights.effective_paths, ",.0f"),
            beyond=number(weights.tail_paths),
            share=_beyond(foot.level),
            tail=number(weights.tail_effective_paths, ",.0f"),
            largest=percent(weights.tail_largest_share, 0.0, 2),
            pilot=number(foot.pilot_paths),
        )
    )
    return "".join(parts)


def moved(name: str, by: float) -> str:
    """A dimension that was moved, in words."""
    name, size = in_words(name), number(abs(by), ".1f")
    if by > 0.0:
        return _("{name}: {size} standard deviations up", name=name, size=size)
    return _("{name}: {size} standard deviations down", name=name, size=size)


def _beyond(level: float) -> str:
    return _short(1.0 - level)


def _short(share: float) -> str:
    """A share in per cent without closing noughts."""
    return written(percent(share, 0.0, 4, "en").replace(" %", "").rstrip("0").rstrip(".")) + " %"


def _row(one: FigureOf) -> tuple[str, ...]:
    said = "" if one.level is None else _short(one.level)
    name = _(NAMES[one.quantity], level=said)
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
    return number(gain, ",.1f") if gain < 10.0 else number(float(f"{gain:.2g}"), ",.0f")
