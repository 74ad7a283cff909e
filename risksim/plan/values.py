"""One number moved, all others at their means: what a tornado asks of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from risksim.plan import layout
from risksim.plan.compile import at_means


def at_values(
    plan: layout.Plan, values: Mapping[int, float] | None = None, of_purse: Mapping[int, float] | None = None
) -> layout.Plan:
    """The same deal with some of its uncertain inputs at given values, every other one at its mean.

    Parameters
    ----------
    plan : Plan
        A deal.
    values : mapping of int to float, optional
        Values by slot of the deal's own inputs. An event happens with the chance that its slot of a chance is given.
    of_purse : mapping of int to float, optional
        Values by slot of the inputs of its public purse.

    Returns
    -------
    Plan
        Without uncertain inputs, as `risksim.plan.compile.at_means`. Inputs that are worked out of others stay at their
        means unless they are given too.
    """
    own = dict(values or {})
    own |= {event: own[chance] for event, chance, _ in plan.events if chance in own and event not in own}
    moved = plan._replace(inputs=_at(plan.inputs, own))
    if plan.purse is not None and of_purse:
        moved = moved._replace(purse=plan.purse._replace(inputs=_at(plan.purse.inputs, of_purse)))
    return at_means(moved)


def _at(inputs: layout.Inputs, values: Mapping[int, float]) -> layout.Inputs:
    """The same inputs with other means."""
    mean = inputs.mean.copy()
    for slot, value in values.items():
        mean[slot] = value
    return inputs._replace(mean=mean)
