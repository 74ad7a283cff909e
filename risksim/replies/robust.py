"""How wrong may the model be? The JSON of `risksim robust`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, named, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.robust import Anchor
    from risksim.analysis.robust import Robust as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Robust

SCHEMA = "risksim.robust/1"


def work(deals: Sequence[api.Deal], wishes: Robust) -> int:
    """Paths of the run."""
    (deal,) = deals
    return paths_of(deal, wishes.paths)


def reply(
    deals: Sequence[api.Deal], wishes: Robust, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Bound what investors lose if the model is wrong."""
    from risksim.analysis.robust import bounds

    (deal,) = deals
    eta, anchor = apart(wishes.eta, wishes.epsilon, wishes.between, wishes.people)
    paths = paths_of(deal, wishes.paths)
    found = bounds(deal, eta, wishes.epsilon, paths, wishes.seed, means.threads, anchor, progress)
    return said_of(deal, wishes.stress, found, paths, wishes.seed)


def apart(
    eta: float | None, epsilon: float, between: tuple[float, float] | None, people: int | None
) -> tuple[float, Anchor | None]:
    """How far the model may be off, and by what that is told; checked."""
    from risksim.analysis.robust import ETA, anchor_of, check

    anchor = None if between is None or people is None else anchor_of(*between, people)
    wanted = anchor.eta if anchor is not None else ETA if eta is None else eta
    check(wanted, epsilon)
    return wanted, anchor


def paths_of(deal: api.Deal, paths: int | None) -> int:
    """Paths of a run that may not say how many. [paths]"""
    return paths or (api.POINTS if api.why_not_conditional(deal.plan) is None else api.PATHS)


def said_of(deal: api.Deal, stress: str | None, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of bounds, with their charts."""
    about = envelope(SCHEMA, deal, paths, seed)
    about["scenario"]["stress"] = stress
    return _with_charts(about, stress, found)


def of_portfolio(portfolio: api.Portfolio, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of bounds of a fund, with their charts."""
    about: dict[str, Any] = {
        "schema": SCHEMA,
        "scenario": {
            "name": portfolio.name,
            "file": portfolio.document.file,
            "stress": None,
            "digest": portfolio.digest,
            "currency": portfolio.currency,
            "day_count": portfolio.day_count,
            "not_checked": [one.key for one in api.constants_of_portfolio(portfolio) if one.status == "T"],
        },
        "run": {"paths": paths, "seed": seed, **versions()},
    }
    return _with_charts(about, None, found)


def _with_charts(about: dict[str, Any], stress: str | None, found: Found) -> dict[str, Any]:
    from risksim.report.robust import charts

    of = about["scenario"]
    drawn = in_english(lambda: charts(named(of["name"], stress), of["currency"], found))
    return about | fields(found) | {"charts": drawn}
