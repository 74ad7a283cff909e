"""What comes back of a deal: the JSON of `risksim run`, under documented keys (``docs/reference/results.md``)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import plain, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.answer import Answered, Asked
    from risksim.analysis.control import ControlVariates
    from risksim.analysis.cross_check import CrossCheck
    from risksim.analysis.three_lines import ThreeLines
    from risksim.analysis.variance import VarianceSplit
    from risksim.replies import Means
    from risksim.replies.wishes import Run


def work(deals: Sequence[api.Deal], wishes: Run) -> int | None:
    """Paths of the run; None where it stops as soon as it is exact enough."""
    return None if wishes.tolerance is not None else _asked(deals, wishes).job.paths


def reply(
    deals: Sequence[api.Deal], wishes: Run, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Simulate a deal and say what comes back."""
    from risksim.analysis.answer import answer

    return of_answer(answer(_by_means(_asked(deals, wishes, means.threads), means), progress=progress))


def _asked(deals: Sequence[api.Deal], wishes: Run, threads: int = 0) -> Asked:
    """The deal and how it is to be answered."""
    from risksim.analysis.answer import Wishes, ask

    (deal,) = deals
    how = Wishes(wishes.tolerance, wishes.exact, None, wishes.keep_values, wishes.engine)
    return ask(deal, wishes.paths, wishes.seed, threads, how, moves=wishes.ledger, cohorts=True)


def _by_means(asked: Asked, means: Means) -> Asked:
    """What was asked, computed by certain means, which never choose its engine."""
    return asked._replace(job=asked.job._replace(kept_in=means.checkpoint, helper=means.executor))


def of_answer(found: Answered) -> dict[str, Any]:
    """The JSON of a run.

    Parameters
    ----------
    found : Answered
        From `risksim.analysis.answer.answer`.

    Returns
    -------
    dict
        Ready for ``json.dumps``.
    """
    deal, done = found.asked.deal, found.done
    said = envelope(deal, done, found.lines, found.split)
    said["run"] |= _engines(deal, found.checked)
    if found.right is not None:
        said["control_variates"] = _right(found.right)
    if done.moves is not None:
        said["ledger"] = [_move(move) for move in done.moves]
    if done.cohorts is not None:
        said["cohorts"] = [_cohort(people) for people in done.cohorts]
    if found.purse is not None:
        from risksim.replies.public import json_of

        said["public"] = json_of(found.purse)
    return said


def envelope(deal: api.Deal, done: api.Done, lines: ThreeLines, split: VarianceSplit) -> dict[str, Any]:
    """The JSON of a run, under documented keys."""
    from risksim.analysis.answer import to_open

    plan, in_use = done.plan, api.constants_in_use(deal)
    typical, bad = to_open(done)
    said: dict[str, Any] = {
        "schema": "risksim.run/1",
        "scenario": {
            "name": plan.name,
            "file": deal.document.file,
            "digest": plan.digest,
            "currency": plan.currency,
            "day_count": plan.day_count,
            "constants": plain(in_use),
            "not_checked": [one.key for one in in_use if one.status == "T"],
        },
        "run": {
            "paths": done.paths,
            "partial": done.partial,
            "seed": done.seed,
            "engine": done.engine,
            "how": done.how,
            "quantiles": done.accuracy,
            "open": {"typical": typical, "bad": bad},
            **versions(),
        },
        "three_lines": {
            "hurdle": lines.hurdle,
            "lines": [
                {"name": line.name, "varies": line.varies}
                | {key: _plain(getattr(line, key)) for key in line._fields[2:]}
                for line in lines.lines
            ],
        },
        "variance_split": {
            "paths": split.paths,
            "of": [
                {"quantity": part.quantity, "outcome": part.outcome}
                | {key: _plain(value) if value is not None else None for key, value in part.split._asdict().items()}
                for part in split.of
            ],
        },
        "statistics": done.summary.to_json(),
    }
    if done.reached:
        said["run"]["tolerance"] = [_reached(one) for one in done.reached]
    return said


def _right(found: ControlVariates) -> dict[str, Any]:
    """Means put right, as JSON."""
    return {
        "paths": found.paths,
        "pilot_paths": found.pilot_paths,
        "points": found.points,
        "of": [
            {
                "quantity": one.quantity,
                "plain": _plain(one.plain),
                "adjusted": _plain(one.adjusted),
                "variance_ratio": one.variance_ratio if math.isfinite(one.variance_ratio) else None,
                "coefficient": one.coefficient,
            }
            for one in found.of
        ],
    }


def _engines(deal: api.Deal, checked: CrossCheck | None) -> dict[str, Any]:
    """Which engines can run the deal, and what another says: JSON."""
    verdicts = api.engines(deal)
    return {
        "engines": [{"name": one.engine, "runs": one.obstacle is None, "because": one.obstacle} for one in verdicts],
        "cross_check": None
        if checked is None
        else {
            "engine": checked.engine,
            "how": checked.how,
            "agrees": checked.agrees,
            "of": [
                {"name": each.name, "value": _plain(each.value), "other": _plain(each.other), "z": each.z}
                for each in checked.of
            ],
        },
    }


def _reached(one: Any) -> dict[str, Any]:
    return {
        "name": one.tolerance.name,
        "value": one.value if math.isfinite(one.value) else None,
        "standard_error": one.standard_error if math.isfinite(one.standard_error) else None,
        "allowed": one.allowed if math.isfinite(one.allowed) else None,
        "met": one.met,
    }


def _cohort(people: Any) -> dict[str, Any]:
    return {
        "name": people.name,
        "enrolled": _plain(people.enrolled),
        "completed": _plain(people.completed),
        "achieved": [{"outcome": name, "mean": _plain(mean)} for name, mean in people.achieved],
    }


def _move(move: Any) -> dict[str, Any]:
    return {
        "from_party": move.from_party,
        "to_party": move.to_party,
        "reason": move.reason,
        "total": _plain(move.total),
        "years": {str(year): _plain(amount) for year, amount in move.years},
    }


def _plain(statistic: Any) -> dict[str, Any]:
    if not hasattr(statistic, "standard_error"):  # withheld, with its reason
        return {"value": None, "standard_error": None, "low": None, "high": None, "withheld": statistic.reason}
    fields = statistic._asdict()
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in fields.items()
    }
