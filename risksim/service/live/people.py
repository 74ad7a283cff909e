"""People who were drawn are kept for a while, so that a price, a cap or a guarantee that moves is only settled anew.

Whether the same people may be met again is decided by the engine, by what they are drawn from; the result has the bits
of a run of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from risksim import api

if TYPE_CHECKING:
    from risksim.analysis.answer import Asked

MOST_KEPT = 6
"""Draws that are kept."""
LARGEST = 64_000_000
"""The largest that are. [byte]"""


class _Kept(NamedTuple):
    """Draws, and for how many paths and by which seed they were made."""

    paths: int
    seed: int
    draws: api.Draws


_kept: list[_Kept] = []
_lock = threading.Lock()
_recall = api.new_recall()


def done_of(asked: Asked, seen: Callable[[api.Run], None] | None = None) -> api.Done:
    """The statistics of a deal, as `risksim.api.work`: the same bits.

    Parameters
    ----------
    asked : Asked
        The deal, and how it is answered.
    seen : callable, optional
        Called with the paths as soon as they are there, before any statistic; not where statistics come by law.

    Returns
    -------
    Done
        With what its statistics are made of.
    """
    job, deal = asked.job, asked.deal
    if asked.by_law or job.tolerances or job.paths > job.keep_values:
        return api.work(job)
    draws = _met(asked)
    if draws is None:
        draws = api.draw_once(deal, job.paths, job.seed, job.threads, asked.choice.engine, _recall)
        if draws.drawn is None:
            return api.work(job)
        _keep(_Kept(job.paths, job.seed, draws))
    run = api.resettle(deal, draws)
    if seen is not None:
        seen(run)
    return api.done_from(run, columns=True)


def _met(asked: Asked) -> api.Draws | None:
    """People that were drawn for a deal which differs in its terms alone."""
    job, engine = asked.job, asked.choice.engine
    with _lock:
        found = [one for one in _kept if (one.paths, one.seed, one.draws.engine) == (job.paths, job.seed, engine)]
    for one in reversed(found):
        if api.meets_same_people(asked.deal, one.draws):
            with _lock:
                _kept[:] = [other for other in _kept if other is not one] + [one]
            draws: api.Draws = one.draws
            return draws
    return None


def _keep(one: _Kept) -> None:
    if api.size_of(one.draws) > LARGEST:
        return
    with _lock:
        _kept.append(one)
        del _kept[:-MOST_KEPT]
