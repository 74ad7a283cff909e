"""Inputs drawn anew, or held at a value, while everything else stays as drawn: what pick-freeze asks of a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from risksim.plan import layout
from risksim.plan.hashes import hash32

GROUPS = {
    "success rates": ("outcomes",),
    "enrolment": ("enrolment",),
    "dropout": ("dropout", "moves"),
    "measurement": ("unmeasured",),
    "target group": ("unlike_assumed",),
    "payment terms": ("payments",),
    "financing and costs": ("financing",),
    "early ends": ("ends_early",),
    "shared shocks": ("dependence",),
}
"""What an input is about, by a word of its name; the first that fits holds."""

OTHER = "other inputs"
"""The group of inputs that no word tells."""

ANYWAY = "what would happen anyway"
SAVINGS = "savings and public costs"
"""Groups of the inputs of the public purse: shares who would have succeeded anyway, and all else."""


def renewed(plan: layout.Plan, slots: Collection[int], again: int = 1) -> layout.Plan:
    """The same deal with some inputs drawn anew from the same laws; all others, and all luck, stay as drawn.

    Only for the individual engine: quasi-random points know no addresses.

    Parameters
    ----------
    plan : Plan
        A deal.
    slots : collection of int
        Which inputs. Events and inputs that are worked out of others follow those that they hang on.
    again : int
        Another number draws them anew again; not 0.

    Returns
    -------
    Plan
    """
    address = plan.inputs.address.copy()
    for slot in slots:
        address[slot] = hash32(f"{plan.labels.inputs[slot].name} again {again}")
    return plan._replace(inputs=plan.inputs._replace(address=address))


def renewed_purse(plan: layout.Plan, slots: Collection[int], again: int = 1) -> layout.Plan:
    """The same deal with some inputs of its public purse drawn anew from the same laws, and all else as drawn.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    slots : collection of int
        Which of the purse's own inputs. The factor that volumes share is drawn anew with any of them: who wants to know
        what the others would do takes all of them together, as `purse_groups_of` does.
    again : int
        As in `renewed`.

    Returns
    -------
    Plan
    """
    purse = plan.purse
    if purse is None or not slots:
        return plan
    address, factor = purse.inputs.address.copy(), purse.factor_address
    for slot in slots:
        address[slot] = hash32(f"{purse.notes[slot].name} again {again}")
        if purse.together[slot] > 0.0:
            factor = hash32(f"public.together again {again}")
    return plan._replace(purse=purse._replace(inputs=purse.inputs._replace(address=address), factor_address=factor))


def fixed(plan: layout.Plan, values: Mapping[int, float]) -> layout.Plan:
    """The same deal with some inputs held at a value on every path; all others, and all luck, stay as drawn.

    Parameters
    ----------
    plan : Plan
        A deal.
    values : mapping of int to float
        Values by slot. An input that is an event is 1 where its uniform number exceeds what its chance leaves: hold its
        chance instead. Inputs that are worked out of others cannot be held.

    Returns
    -------
    Plan
        With the same inputs in the same slots.
    """
    worked_out = {each.slot for each in plan.derived}
    tables = plan.inputs
    start: list[float] = []
    width: list[float] = []
    index: list[int] = []
    atom: list[float] = []
    ptr = [0]
    mean = tables.mean.copy()
    for slot in range(tables.address.size):
        pieces = slice(tables.piece_ptr[slot], tables.piece_ptr[slot + 1])
        if slot in values and slot not in worked_out:
            start, width, index, atom = [*start, 0.0], [*width, 1.0], [*index, -1], [*atom, float(values[slot])]
            mean[slot] = values[slot]
        else:
            start += tables.piece_start[pieces].tolist()
            width += tables.piece_width[pieces].tolist()
            index += tables.table_index[pieces].tolist()
            atom += tables.atom[pieces].tolist()
        ptr.append(len(start))
    return plan._replace(
        inputs=tables._replace(
            piece_ptr=np.array(ptr, dtype=np.int64),
            piece_start=np.array(start),
            piece_width=np.array(width),
            table_index=np.array(index, dtype=np.int64),
            atom=np.array(atom),
            mean=mean,
        )
    )


def movable(plan: layout.Plan) -> tuple[int, ...]:
    """Inputs that may be renewed or held on their own: not what is worked out of others, nor events."""
    follows = {each.slot for each in plan.derived} | {event for event, _, _ in plan.events}
    return tuple(slot for slot in range(plan.inputs.address.size) if slot not in follows)


def groups_of(plan: layout.Plan) -> dict[str, tuple[int, ...]]:
    """The inputs of a deal by what they are about, in the order of `GROUPS`; events and derived ones too."""
    found: dict[str, list[int]] = {}
    for slot, note in enumerate(plan.labels.inputs):
        steps = note.name.replace("[", ".[").split(".")
        group = next((name for name, words in GROUPS.items() if any(word in steps for word in words)), OTHER)
        found.setdefault(group, []).append(slot)
    return {name: tuple(found[name]) for name in (*GROUPS, OTHER) if name in found}


def purse_groups_of(plan: layout.Plan) -> dict[str, tuple[int, ...]]:
    """The inputs of the public purse by what they are about; groups are independent of each other."""
    found: dict[str, list[int]] = {}
    for slot, note in enumerate(() if plan.purse is None else plan.purse.notes):
        group = ANYWAY if note.name.startswith("public.anyway[") else SAVINGS
        found.setdefault(group, []).append(slot)
    return {name: tuple(found[name]) for name in (ANYWAY, SAVINGS) if name in found}
