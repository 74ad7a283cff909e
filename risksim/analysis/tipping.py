"""What if those who fail are harder to measure? A table of the answer by how much harder.

Nothing in the data can say how the unmeasured fared. So the odds that somebody who failed cannot be measured are raised
step by step, on the same draws, until a reader finds them unbelievable or the answer turns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from risksim import api
from risksim.analysis.stress import Figures, compare, figures, outcome_of
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics import precision
from risksim.metrics.precision import Estimate

STEPS = (0.0, 0.5, 1.0, 2.0)
"""Logarithms by which the odds are raised (White, Carpenter and Horton 2012); at 0 the file is as it stands."""
ENROLLED, UNMEASURED, FIRST_OUTCOME = 0, 3, 4
"""Columns of the head count; from the last one on two per outcome: achieved, verified."""


class NothingUnmeasuredError(RisksimError):
    """A deal of which no table can be made: nobody stays unmeasured, or no one outcome is met or not."""


class TippingRow(NamedTuple):
    """The answer at one step."""

    step: float
    """Logarithm by which the odds are raised."""
    odds: float
    """How many times as high the odds are that somebody who failed cannot be measured, beside the file. [1]"""
    values: Figures
    difference: Figures
    """Less the first row, path by path."""
    rate_measured: Estimate
    """Those measured who achieve the outcome, over all enrolled who can be measured. [1]"""
    rate_all: Estimate
    """Those who achieve the outcome over all enrolled, measured or not. [1]"""


class Tipping(NamedTuple):
    """A tipping-point table."""

    outcome: str
    hurdle: float
    """Rate at which present values are taken: the last hurdle of the scenario. [1/year]"""
    rows: tuple[TippingRow, ...]


def tipping(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    outcome: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tipping:
    """Run a deal while those who fail become harder and harder to measure.

    Parameters
    ----------
    deal : Deal
        A deal in which somebody stays unmeasured.
    paths, seed, threads
        As in `risksim.api.simulate`.
    outcome : str, optional
        The outcome that is failed; left out, the one that the cohorts name, or the first that is met or not.
    progress : callable, optional
        Called with the number of paths done, over all runs.

    Returns
    -------
    Tipping

    Raises
    ------
    NothingUnmeasuredError
        If nobody stays unmeasured, there is no such outcome, or the cohorts name others.
    """
    name = outcome_asked(deal, outcome)
    # The first row too: a plain uncertain share has another address than that of a block, and lines must share draws.
    steps = {step: changes_at(deal.document.root, name, step) for step in STEPS}
    changed = {
        step: api.changed(deal, f"those who fail are harder to measure, {step:g}", steps[step]) for step in steps
    }
    place = FIRST_OUTCOME + 2 * deal.plan.labels.outcomes.index(name)
    rows: list[TippingRow] = []
    base = None
    for number, step in enumerate(STEPS):
        report = None if progress is None else lambda done, before=number * paths: progress(before + done)
        made = api.simulate(changed[step], paths, seed, threads, keep_claims=False, progress=report)
        found = outcome_of(made)
        base = found if base is None else base
        heads = made.paths.headcount.sum(axis=1).astype(np.float64)
        measured = heads[:, ENROLLED] - heads[:, UNMEASURED]
        rows.append(
            TippingRow(
                step,
                math.exp(step),
                figures(found, made.sample),
                compare("", (), base, found, made.sample).difference,
                precision.ratio_of_means(heads[:, place + 1], measured, made.sample),
                precision.ratio_of_means(heads[:, place], heads[:, ENROLLED], made.sample),
            )
        )
    return Tipping(name, deal.plan.labels.hurdles[-1], tuple(rows))


def outcome_asked(deal: api.Deal, outcome: str | None) -> str:
    """The outcome that is failed.

    Raises
    ------
    NothingUnmeasuredError
        If nobody stays unmeasured, there is no such outcome, or the cohorts name others.
    """
    said: dict[str, Any] = deal.document.root
    if not any(_somebody(cohort.get("unmeasured")) for cohort in said.get("cohorts", [])):
        raise NothingUnmeasuredError(
            _(
                "{file}: nobody stays unmeasured, so nothing can tip.\n"
                "  Say in a cohort how many cannot be measured, as unmeasured: {{beta: [2, 18]}}",
                file=deal.document.file,
            )
        )
    met: list[str] = [name for name, told in said.get("outcomes", {}).items() if "success_rate" in told]
    named = _named(said)
    if len(named) > 1 or (named and outcome is not None and outcome != named[0]):
        found = f"--outcome {outcome}" if outcome else _("several outcomes")
        remedy = (
            _("Leave --outcome out, or name {outcome} in the file.", outcome=outcome)
            if outcome
            else _("Name one in all of them.")
        )
        raise NothingUnmeasuredError(
            _(
                "{file}: got {found}; by the cohorts, who cannot be measured goes with {names}, and the table is of "
                "one outcome.\n"
                "  {remedy}",
                file=deal.document.file,
                found=found,
                names=_(" and ").join(named),
                remedy=remedy,
            )
        )
    if outcome is None and met:
        return named[0] if named else met[0]
    if outcome is None or outcome not in met:
        raise NothingUnmeasuredError(
            _(
                "{file}: got {found}; the table is of an outcome with a success_rate.\n  There is {names}.",
                file=deal.document.file,
                found=f"--outcome {outcome}" if outcome else _("no outcome that is met or not"),
                names=", ".join(met) or _("none"),
            )
        )
    return outcome


def _somebody(told: Any) -> bool:
    """Whether what a cohort says of its unmeasured people lets there be any."""
    if isinstance(told, dict):
        return _somebody(next((told[key] for key in ("share", "value", "fixed") if key in told), 1.0))
    return bool(told)


def _named(said: dict[str, Any]) -> list[str]:
    """The outcomes that cohorts name whose unmeasured people go with what became of them, in the order of the file."""
    blocks = [cohort.get("unmeasured") for cohort in said.get("cohorts", [])]
    named = [told["outcome"] for told in blocks if isinstance(told, dict) and "outcome" in told and _somebody(told)]
    return list(dict.fromkeys(named))


def changes_at(said: dict[str, Any], outcome: str, step: float) -> dict[str, Any]:
    """The stress of one step: in each cohort with unmeasured people, the odds of those who failed raised.

    Parameters
    ----------
    said : dict
        The file as it stands.
    outcome : str
        The outcome that is failed.
    step : float
        Logarithm by which the odds are raised.

    Returns
    -------
    dict
        Places and what becomes of them.
    """
    changes: dict[str, Any] = {}
    for position, cohort in enumerate(said["cohorts"]):
        told = cohort.get("unmeasured")
        if not _somebody(told):
            continue
        place = f"cohorts[{position}].unmeasured"
        if isinstance(told, dict) and "share" in told:
            failures = told.get("failures", 1.0)
            known = {"outcome": outcome} | told
            law = isinstance(failures, dict)
            raised = {"changed": {"of": failures, "times": math.exp(step)}} if law else failures * math.exp(step)
            changes[place] = known | {"failures": raised}
        else:
            changes[place] = {"share": told, "failures": math.exp(step), "outcome": outcome}
    return changes
