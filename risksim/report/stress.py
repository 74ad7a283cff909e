"""Stresses as a page of text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, Language, _
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance, translated
from risksim.report.numbers import number, percent, plus_minus, rounded
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

VISIBLE = 3.0
"""Standard errors beyond which a difference is said to be one."""


class FiguresOf(NamedTuple):
    """The answer of one run, or the difference of two."""

    p_loss: Estimate
    npv: Estimate
    npv_es95: Estimate
    repayment: Estimate


class StressOf(NamedTuple):
    """One stress beside the deal as it stands."""

    name: str
    changes: tuple[str, ...]
    values: FiguresOf
    difference: FiguresOf
    p_differs: Estimate


class Footing(NamedTuple):
    """What stands above and below the table."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    paths: int
    seed: int
    digest: str
    version: str


HEAD = (
    "",
    N_("P(loss)"),
    "",
    N_("change"),
    "",
    N_("mean NPV"),
    N_("change"),
    "",
    N_("worst 5 %: mean loss"),
    N_("change"),
    N_("repayment"),
    N_("change"),
)


def stresses(foot: Footing, base: FiguresOf, found: tuple[StressOf, ...]) -> str:
    """Stresses as text: a sentence each, then the table.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    base : FiguresOf
        The deal as it stands.
    found : tuple of StressOf
        Its stresses.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n"]
    parts += [f"- {sentence(base, one, foot.paths)}\n" for one in found]
    title = _(
        "Stresses (all investors, {currency}, present values at {rate} a year)",
        currency=foot.currency,
        rate=percent(foot.hurdle),
    )
    parts.append(heading(title))
    rows = [row_of(_("as it stands"), base, None), *(row_of(one.name, one.values, one.difference) for one in found)]
    parts.append(table(translated(HEAD), rows))
    parts.append(heading(_("What is changed")))
    parts += [f"- {one.name}: {'; '.join(map(in_words, one.changes))}\n" for one in found]
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}. Scenario {digest}, risksim {version}.\n"
            "Every line meets the same people and the same luck; ± is one standard error, of a change that of the "
            "pairs.\n",
            paths=number(foot.paths),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
        )
    )
    return "".join(parts)


def sentence(base: FiguresOf, one: StressOf, paths: int) -> str:
    """What a stress does, in plain words.

    Parameters
    ----------
    base : FiguresOf
        The deal as it stands.
    one : StressOf
        The stress.
    paths : int
        Paths of each run.

    Returns
    -------
    str
    """
    if one.p_differs.value == 0.0:
        return _("{stress}: nothing changes on any of {paths} paths.", stress=one.name, paths=number(paths))
    loss, worth = one.difference.p_loss, one.difference.npv
    before, after, points = chance(base.p_loss)[0], chance(one.values.p_loss)[0], signed(loss, 100.0, 2)
    if not visible(loss):
        said = _(
            "the chance of a loss, {before}, does not change as far as {paths} paths can see",
            before=before,
            paths=number(paths),
        )
    elif loss.value < 0.0:
        said = _(
            "the chance of a loss falls from {before} to {after} ({points} points)",
            before=before,
            after=after,
            points=points,
        )
    else:
        said = _(
            "the chance of a loss rises from {before} to {after} ({points} points)",
            before=before,
            after=after,
            points=points,
        )
    if not visible(worth):
        return _("{stress}: {change}.", stress=one.name, change=said)
    if worth.value < 0.0:
        return _("{stress}: {change}; the mean NPV falls by {by}.", stress=one.name, change=said, by=_size(worth))
    return _("{stress}: {change}; the mean NPV rises by {by}.", stress=one.name, change=said, by=_size(worth))


def visible(difference: Estimate) -> bool:
    """Whether a difference is larger than simulation error explains."""
    return abs(difference.value) > VISIBLE * difference.standard_error


def signed(estimate: Estimate, scale: float = 1.0, most_places: int = 0, language: Language | None = None) -> str:
    """A difference with its sign and error, as ``-34.1 ± 0.21``."""
    text = rounded(scale * estimate.value, scale * estimate.standard_error, most_places, language)
    text = f"+{text}" if estimate.value > 0.0 and text.strip("0.,") else text
    error = plus_minus(estimate.standard_error, scale, language)
    return f"{text} {error}" if error else text


def _size(estimate: Estimate) -> str:
    return signed(estimate._replace(value=abs(estimate.value))).removeprefix("+")


def row_of(name: str, values: FiguresOf, change: FiguresOf | None) -> tuple[str, ...]:
    """A row of the table under `HEAD`; the deal as it stands has no change."""
    loss, error = chance(values.p_loss)
    moved = [_pair(part) for part in change] if change is not None else [("", "")] * 4
    points = _pair(change.p_loss, 100.0, 2) if change is not None else ("", "")
    return (
        name,
        loss,
        error,
        *points,
        rounded(values.npv.value, values.npv.standard_error, 0),
        *moved[1],
        rounded(values.npv_es95.value, values.npv_es95.standard_error, 0),
        moved[2][0],
        rounded(values.repayment.value, values.repayment.standard_error, 0),
        moved[3][0],
    )


def _pair(estimate: Estimate, scale: float = 1.0, most_places: int = 0) -> tuple[str, str]:
    text, error = f"{signed(estimate, scale, most_places)} ".split(" ", 1)
    return text, error.rstrip()
