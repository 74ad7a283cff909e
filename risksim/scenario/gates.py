"""What outcomes say of each other: gates, exclusions, readings; and rules that read the wrong kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic_core import InitErrorDetails

from risksim.language import _, plural
from risksim.scenario.base import mistake_at
from risksim.scenario.document import shown
from risksim.scenario.outcomes import (
    AmountOutcome,
    Outcome,
    PersonOutcome,
    Reaches,
    is_amount,
)

Nearest = Callable[[str, Iterable[str]], str | None]


def gates(personal: dict[str, PersonOutcome], results: Iterable[str], nearest: Nearest) -> list[InitErrorDetails]:
    """Mistakes in what outcomes of persons say of each other.

    Parameters
    ----------
    personal : dict
        The outcomes of persons by name.
    results : iterable of str
        Names of the results without persons.
    nearest : callable
        Names the known word closest to an unknown one.
    """
    faults = []
    for name, outcome in personal.items():
        for key in ("after", "unless", "reads"):
            other = getattr(outcome, key, None)
            if other is not None:
                faults += _named(personal, results, name, key, other, nearest)
    return faults or [*_circles(personal)]


def _named(
    personal: dict[str, PersonOutcome], results: Iterable[str], name: str, key: str, other: str, nearest: Nearest
) -> list[InitErrorDetails]:
    here = ("outcomes", name, key)
    if other in results:
        found = _(
            "got {other}, a result of the programme as a whole; only outcomes of persons can be named here.",
            other=shown(other),
        )
        return [mistake_at(here, found, _("Write one of {personal}.", personal=_names(personal)))]
    if other not in personal:
        remedy = nearest(other, personal) or _("Write one of {personal}.", personal=_names(personal))
        return [
            mistake_at(
                here,
                _("got {other}, which is no outcome of persons of this deal.", other=shown(other)),
                remedy,
            )
        ]
    amount = is_amount(personal[other])
    if key == "reads" and other != name and not amount:
        found = _(
            "got {other}, which people meet or not; only an amount can be held against a goal.", other=shown(other)
        )
        return [mistake_at(here, found, _("Use after: {other} for a gate.", other=shown(other, quote="")))]
    if key != "reads" and amount:
        found = _("got {other}, an amount; a gate is an outcome that people meet or not.", other=shown(other))
        remedy = _("Add an outcome that reads it, as {{reads: {other}, at_least: 1}}, and name that one.", other=other)
        return [mistake_at(here, found, remedy)]
    return _out_of_reach(personal[name], name, personal[other])


def _out_of_reach(outcome: PersonOutcome, name: str, amount: PersonOutcome) -> list[InitErrorDetails]:
    """A goal above the largest amount that a person can have."""
    if not (isinstance(outcome, Reaches) and isinstance(amount, AmountOutcome)):
        return []
    most = amount.amount.most
    if most is None or outcome.at_least <= most:
        return []
    found = _(
        "got {at_least:g}, and the most of '{reads}' is {most:g}; nobody can reach it.",
        at_least=outcome.at_least,
        reads=outcome.reads,
        most=most,
    )
    return [mistake_at(("outcomes", name, "at_least"), found, _("Lower the goal, or raise the most."))]


def _names(personal: dict[str, PersonOutcome], most: int = 12) -> str:
    names = ", ".join(shown(name, 30, "") for name in list(personal)[:most])
    return names if len(personal) <= most else _("{names} and {number} more", names=names, number=len(personal) - most)


def _circles(personal: dict[str, PersonOutcome]) -> list[InitErrorDetails]:
    """Outcomes that wait for themselves, directly or through others."""
    faults = []
    for name, outcome in personal.items():
        way = _way_back(personal, name, name, [])
        if way is not None and name == min(way, key=list(personal).index):
            key = next(key for key in ("after", "unless", "reads") if getattr(outcome, key, None) == way[1])
            through = _(" and ").join(f"'{step}'" for step in way[2:-1])
            if len(way) == 2:
                found = _("got its own name; an outcome cannot wait for itself.")
            elif not through:
                found = _(
                    "got '{other}', which waits for '{name}' itself; an outcome cannot wait for itself.",
                    other=way[1],
                    name=name,
                )
            else:
                found = _(
                    "got '{other}', which waits for '{name}' through {through}; an outcome cannot wait for itself.",
                    other=way[1],
                    name=name,
                    through=through,
                )
            faults.append(
                mistake_at(
                    ("outcomes", name, key),
                    found,
                    _("Name another outcome, or take {key} out.", key=key),
                )
            )
    return faults


def needs(outcome: PersonOutcome) -> list[str]:
    """The outcomes that must be drawn before this one."""
    named = (outcome.after, outcome.unless, getattr(outcome, "reads", None))
    return [name for name in named if name is not None]


def _way_back(personal: dict[str, PersonOutcome], start: str, at: str, way: list[str]) -> list[str] | None:
    for other in needs(personal[at]):
        if other == start:
            return [*way, at, start]
        if other not in way:
            found = _way_back(personal, start, other, [*way, at])
            if found is not None:
                return found
    return None


def in_order(personal: dict[str, PersonOutcome]) -> list[str]:
    """The outcomes so that each stands after those it needs; otherwise in the order of the file."""
    done: list[str] = []

    def add(name: str) -> None:
        for other in needs(personal[name]):
            add(other)
        if name not in done:
            done.append(name)

    for name in personal:
        add(name)
    return done


def looks_at(personal: dict[str, PersonOutcome], name: str) -> PersonOutcome:
    """The outcome whose people and measurements count: the amount's where one reads an amount."""
    outcome = personal[name]
    return looks_at(personal, outcome.reads) if isinstance(outcome, Reaches) else outcome


def measured_times(personal: dict[str, PersonOutcome], name: str) -> int:
    """How often an outcome is measured; once where it reads something that is not there."""
    try:
        return looks_at(personal, name).times
    except (KeyError, RecursionError):  # mistaken itself, and said so elsewhere
        return 1


def rule_faults(
    personal: dict[str, PersonOutcome], name: str, key: str, terms: Any, here: tuple[str | int, ...]
) -> list[InitErrorDetails]:
    """A payment rule that reads an amount as if it were yes or no, or a measurement that doesn't exist."""
    outcome = personal[name]
    faults = _numbered(measured_times(personal, name), name, getattr(terms, "measurements", None) or [], here)
    if is_amount(outcome) and key in ("per_outcome", "deemed"):
        faults.append(
            mistake_at(
                (*here, "outcome"),
                _("got '{name}', an amount; a price per outcome counts people who met it.", name=name),
                _("Use per_unit, or an outcome that reads it, as {{reads: {name}, at_least: 1}}.", name=name),
                leans_on=(("outcomes", name),),
            )
        )
    if is_amount(outcome) and getattr(terms, "counts", None) in ("count", "share"):
        faults.append(
            mistake_at(
                (*here, "counts"),
                _(
                    "got {counts} of '{name}', an amount; people have it, they don't meet it.",
                    counts=terms.counts,
                    name=name,
                ),
                _("Write counts: mean, or use an outcome that reads it, as {{reads: {name}, at_least: 1}}.", name=name),
                leans_on=(("outcomes", name),),
            )
        )
    return faults


def _numbered(times: int, name: str, numbers: list[int], here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """Measurements that a rule names although they don't exist, or twice."""
    faults = []
    for place, number in enumerate(numbers):
        found = ""
        if number > times:
            found = plural(
                "got {number}; '{name}' is measured once.",
                "got {number}; '{name}' is measured {times} times.",
                times,
                number=number,
                name=name,
                times=times,
            )
            remedy = _("Count the measurements of the outcome again.")
        elif number in numbers[:place]:
            found = _("got {number} a second time; each measurement stands once.", number=number)
            remedy = _("Take one of the two out; a double price is written as the price.")
        if found:
            there = (*here, "measurements", place)
            faults.append(mistake_at(there, found, remedy, leans_on=(("outcomes", name),)))
    return faults


def price_faults(
    personal: dict[str, PersonOutcome], prices: Iterable[str], here: tuple[str | int, ...], nearest: Nearest
) -> list[InitErrorDetails]:
    """Outcomes on a price list that are no outcomes of persons."""
    return [
        mistake_at(
            (*here, name),
            _("got {name}, which is no outcome of persons of this deal.", name=shown(name)),
            nearest(name, personal) or _("Write one of {personal}.", personal=_names(personal)),
            leans_on=(("outcomes", "*"),),
        )
        for name in prices
        if name not in personal
    ]


def measured_by_outcome(
    cohorts: Iterable[Any], personal: dict[str, PersonOutcome], nearest: Nearest
) -> list[InitErrorDetails]:
    """Cohorts whose unmeasured share goes with an outcome that there is not, or whose chance is not plain."""
    faults = []
    for position, cohort in enumerate(cohorts):
        name = getattr(cohort.unmeasured, "outcome", None)
        if name is None:
            continue
        here, leans_on = ("cohorts", position, "unmeasured", "outcome"), (("outcomes", "*"),)
        if name not in personal:
            found = _("got {name}, which is no outcome of persons of this deal.", name=shown(name))
            remedy = nearest(name, personal) or _("Write one of {personal}.", personal=_names(personal))
            faults.append(mistake_at(here, found, remedy, leans_on=leans_on))
        elif type(personal[name]) is not Outcome or personal[name].after or personal[name].unless:
            found = _("got {name}, which has no success_rate of its own, or a gate before it.", name=shown(name))
            remedy = _("Name an outcome with a success_rate and without after or unless.")
            faults.append(mistake_at(here, found, remedy, leans_on=leans_on))
        else:
            faults += [*_not_as_said(cohort, personal[name], here), *_of_measured(position, personal)]
    return faults


def _not_as_said(cohort: Any, outcome: PersonOutcome, here: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """What keeps the share that cannot be measured from being as said: it is solved for from rate and leaving alone."""
    moves = cohort.moves is not None and cohort.moves.then != "kept"
    beside = "dropouts" if getattr(outcome, "dropouts", None) is not None else ""
    beside = beside or ("onset" if getattr(outcome, "onset", None) is not None else "")
    beside = beside or (_("moves that are lost or excluded") if moves else "")
    if not beside:
        return []
    found = _(
        "got an outcome beside {beside}, with which the share of all who cannot be measured would not be as said.",
        beside=beside,
    )
    return [mistake_at(here, found, _("Name another outcome, or write unmeasured as a share."))]


def _of_measured(position: int, personal: dict[str, PersonOutcome]) -> list[InitErrorDetails]:
    """Rates of those who can be measured, where who can be measured goes with what became of them."""
    names = [name for name, outcome in personal.items() if outcome.of == "measured"]
    if not names:
        return []
    found = _(
        "got a block beside '{name}', which is of: measured; its rate would be that of people whom the block selects "
        "by their success.",
        name=names[0],
    )
    remedy = _("Write of: completers for '{name}', whose rate holds whoever is measured.", name=names[0])
    here = ("cohorts", position, "unmeasured")
    return [mistake_at(here, found, remedy, leans_on=(("outcomes", "*"),))]
