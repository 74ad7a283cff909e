"""The uncertain inputs of a deal: what they are about, their laws, and a deal with some held or drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.deals import plan_of
from risksim.api.defaults import CHECKED_BY, SEED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from risksim.api.deals import Deal
    from risksim.plan.layout import FloatArray, Plan


def amounts(plan: Plan) -> tuple[str, ...]:
    """Outcomes that are amounts, which people have more or less of."""
    from risksim.results.story import is_amount

    return tuple(name for k, name in enumerate(plan.labels.outcomes) if is_amount(plan, k))


def repeated(plan: Plan) -> tuple[str, ...]:
    """Outcomes that are measured several times."""
    first = plan.outcomes.first_row
    return tuple(name for k, name in enumerate(plan.labels.outcomes) if first[k + 1] - first[k] > 1)


def shares_luck(plan: Plan) -> bool:
    """Whether people of the deal share luck that is neither evidence nor their own."""
    return plan.shares_luck


def renewed(deal: Deal | Plan, slots: Collection[int], again: int = 1, of_purse: Collection[int] = ()) -> Plan:
    """The same deal with some inputs, also of its public purse, drawn anew and all else as drawn.

    See `risksim.plan.frozen.renewed` and `risksim.plan.frozen.renewed_purse`.
    """
    from risksim.plan.frozen import renewed as draw_anew
    from risksim.plan.frozen import renewed_purse

    return renewed_purse(draw_anew(plan_of(deal), slots, again), of_purse, again)


def fixed(deal: Deal | Plan, values: Mapping[int, float]) -> Plan:
    """The same deal with some inputs held at values and all else as drawn (`risksim.plan.frozen.fixed`)."""
    from risksim.plan.frozen import fixed as hold

    return hold(plan_of(deal), values)


def free_inputs(plan: Plan) -> tuple[int, ...]:
    """Slots of the inputs that may be renewed or held on their own (`risksim.plan.frozen.movable`)."""
    from risksim.plan.frozen import movable as found

    return found(plan)


def input_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Slots of the inputs by what they are about (`risksim.plan.frozen.groups_of`)."""
    from risksim.plan.frozen import groups_of

    return groups_of(plan)


def evidence_inputs(plan: Plan) -> tuple[int, ...]:
    """Slots of the free inputs that are evidence: what is chance alone is drawn with the people and left out."""
    luck = plan.inputs.luck
    return tuple(slot for slot in free_inputs(plan) if luck is None or not luck[slot])


def evidence_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """`input_groups` without what is chance alone, and without groups that hold nothing else."""
    luck = plan.inputs.luck
    found = {
        name: tuple(slot for slot in slots if luck is None or not luck[slot])
        for name, slots in input_groups(plan).items()
    }
    return {name: slots for name, slots in found.items() if set(slots) & set(free_inputs(plan))}


def purse_groups(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Slots of the inputs of the public purse by what they are about (`risksim.plan.frozen.purse_groups_of`)."""
    from risksim.plan.frozen import purse_groups_of

    return purse_groups_of(plan)


def input_points(plan: Plan, places: Collection[float]) -> FloatArray:
    """Points of the laws of all inputs: float64[place, input]; of inputs worked out of others, nothing that means much.

    Parameters
    ----------
    plan : Plan
        A deal.
    places : collection of float
        Each in (0, 1). [1]

    Returns
    -------
    float64[place, input]
    """
    import numpy as np

    from risksim.engine.inputs import look_up_input

    found = np.empty((len(places), plan.inputs.address.size))
    for slot in range(plan.inputs.address.size):
        look_up_input(plan.inputs, slot, np.array(list(places), dtype=np.float64), found)
    return found


def input_values(plan: Plan, slot: int, levels: FloatArray) -> FloatArray:
    """Quantiles of one free input by its own law: float64[level], in its unit."""
    return input_points(plan, levels.tolist())[:, slot].copy()


def points_of_input(
    deal: Deal | Plan, place: str, levels: Sequence[float], paths: int = CHECKED_BY, seed: int = SEED
) -> FloatArray | None:
    """Points of the law of an uncertain input: float64[level].

    Parameters
    ----------
    deal : Deal or Plan
        The deal.
    place : str
        Where the number stands, as ``outcomes[job].success_rate``.
    levels : sequence of float
        Each in (0, 1). [1]
    paths, seed
        An input that is worked out of others has no law of its own; its points are those of so many draws.

    Returns
    -------
    float64[level] or None
        None where the number is certain.
    """
    import numpy as np

    from risksim.engine.inputs import inputs_of
    from risksim.engine.run import Settings, keys_of_run

    plan = plan_of(deal)
    slot = next((slot for slot, note in enumerate(plan.labels.inputs) if note.name == place), None)
    if slot is None:
        return None
    if slot in {each.slot for each in plan.derived}:
        drawn = inputs_of(plan, keys_of_run(plan, Settings(paths, seed)), 0, paths)[:, slot]
        return np.asarray(np.quantile(drawn, levels, method="inverted_cdf"))
    return input_values(plan, slot, np.asarray(levels, dtype=np.float64))


def places_of(plan: Plan) -> dict[str, int]:
    """How many people each cohort has places for, by its name. [people]"""
    return dict(zip(plan.labels.cohorts, plan.cohorts.places.tolist(), strict=True))


def at_means(deal: Deal | Plan, *, luck: bool = False) -> Plan:
    """The same deal with every uncertain input at its mean; with `luck`, what is chance, not evidence, is drawn."""
    from risksim.plan.compile import at_means as fix

    return fix(plan_of(deal), luck=luck)
