"""Stresses: the same deal with a few places changed, as a file of its own that is checked like any other.

A stress names places as people write them, ``cohorts[*].dropout``, and says what becomes of each. Changes meet the file
as it stands, not the models, so that whatever a file may say a stress may say. Draws are addressed by name, so
everything that a stress leaves alone is drawn as before.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from risksim.errors import Fault, ScenarioError
from risksim.language import N_, _
from risksim.scenario.base import parse_months
from risksim.scenario.document import Document, Path, path_text, printable, shown
from risksim.scenario.places import is_share, is_whole, locate
from risksim.scenario.remedies import flow
from risksim.scenario.uncertainty import law_key

LEFT_OUT = "left out"
"""What becomes of a place whose key is taken out."""
NUMBERS = ("times", "plus", "odds")
"""What can be done to a number."""
LONGEST_CHANGE = 120
"""Letters of a change in a list of changes."""
GOALS = ("at_least", "above", "from", "at")
"""Keys of the goals of a rule, which are of the kind that the rule counts."""
NEVER = {
    "schema": N_("the version of the language"),
    "name": N_("the name of the deal"),
    "currency": N_("the currency of every amount"),
    "hurdles": N_("the rates at which both sides are compared"),
    "stresses": N_("the stresses themselves"),
}
"""What no stress changes."""

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(.+?)\](?=$|[.\[])")


class MisplacedError(Exception):
    """A place that is not there, or a change that cannot be made to it."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.remedy = found, remedy


@dataclass(frozen=True)
class StressedDocument(Document):
    """A file as a stress changes it: mistakes are told at the line of the change that makes them.

    Attributes
    ----------
    stress : str
        Which stress.
    changes : tuple
        Every place that it changes, and the words in which it names it.
    """

    stress: str = ""
    changes: tuple[tuple[Path, str], ...] = ()

    def fault(self, path: Path, found: str, remedy: str, *, key: bool = False) -> Fault:  # noqa: ARG002
        """A mistake that the stress makes, told at the change that touches its place."""
        here: Path = ("stresses", self.stress)
        to_blame = [place for changed, place in self.changes if _touch(changed, path)]
        here = (*here, to_blame[0]) if to_blame else here
        return super().fault(
            here,
            _("with this stress, {path}: {found}", path=path_text(path) or _("the deal"), found=found),
            remedy,
            key=True,
        )


def _touch(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def stressed(document: Document, name: str) -> StressedDocument:
    """A file as one of its stresses changes it.

    Parameters
    ----------
    document : Document
        The file.
    name : str
        The stress.

    Returns
    -------
    StressedDocument

    Raises
    ------
    ScenarioError
        If a place is not there or cannot be changed so, with every such mistake of this stress.
    """
    base = {key: value for key, value in document.root.items() if key != "stresses"}
    root, faults, touched = base, [], []
    out: list[Path] = []
    for place, change in document.root["stresses"][name].items():
        try:
            for path in _paths(base, place, _creates(change)):
                touched.append((path, place))
                if change == LEFT_OUT:
                    out.append(path)
                else:
                    root = _put(root, path, _new_value(_at(base, path), change, path))
        except MisplacedError as error:
            faults.append(document.fault(("stresses", name, place), error.found, error.remedy, key=True))
    if faults:
        raise ScenarioError(faults)
    for path in sorted(set(out), key=_last_first, reverse=True):  # so that no entry moves before it is taken out
        root = _put(root, path, _NOTHING)
    return StressedDocument(document.file, document.text, document.positions, document.keys, root, name, tuple(touched))


def _last_first(path: Path) -> tuple[tuple[bool, str, int], ...]:
    return tuple((isinstance(step, int), str(step), step if isinstance(step, int) else 0) for step in path)


# Places


_NOTHING: Any = object()


def _creates(change: Any) -> bool:
    """Whether a change may say what the file doesn't say yet."""
    return change != LEFT_OUT and _operation(change) is None


def _operation(change: Any) -> str | None:
    """What is done to a number; None where the change is the new value itself."""
    if isinstance(change, dict) and len(change) == 1:
        (key,) = change
        return key if key in NUMBERS else None
    return None


def _paths(root: Mapping[str, Any], place: str, creates: bool) -> list[Path]:
    """Every path that a place means."""
    steps = _steps(place)
    if steps[0][0] in NEVER:
        raise MisplacedError(
            _(
                "got {place}; a stress changes the deal, and never {never}.",
                place=shown(place),
                never=_(NEVER[steps[0][0]]),
            ),
            _("Write such a change into a file of its own."),
        )
    found: list[tuple[Path, Any]] = [((), root)]
    for number, (step, picked) in enumerate(steps):
        last = number == len(steps) - 1
        following: list[tuple[Path, Any]] = []
        missing: MisplacedError | None = None
        for path, value in found:
            try:
                following += _follow(path, value, step, picked, creates and last)
            except MisplacedError as error:
                missing = error
        # Where several are meant, those that have no such place are left alone.
        if missing is not None and not (following and any(step == "*" for step, _ in steps[:number])):
            raise missing
        found = following
    return list(dict.fromkeys(path for path, _ in found))


def _steps(place: str) -> list[tuple[str, bool]]:
    """The steps of a place, each with whether it stands in brackets."""
    steps, at = [], 0
    for match in _STEP.finditer(place):
        if match.start() != at:
            break
        steps.append((match[1] or match[2], match[2] is not None))
        at = match.end()
    if at != len(place) or not steps or steps[0][1]:
        raise MisplacedError(
            _("got {place}; a place is written as its keys, with names in brackets.", place=shown(place)),
            _("Write it as cohorts[*].dropout, outcomes[wellbeing].success_rate or payments[0].price."),
        )
    return steps


def _follow(path: Path, value: Any, step: str, picked: bool, creates: bool) -> list[tuple[Path, Any]]:
    if isinstance(value, list):
        return _entries(path, value, step, picked, creates)
    if not isinstance(value, dict):
        raise MisplacedError(
            _(
                "got {step} below {path}, which is {value}.",
                step=shown(step),
                path=path_text(path),
                value=shown(value),
            ),
            _("Change the value as a whole."),
        )
    if picked and step == "*":
        return [((*path, key), entry) for key, entry in value.items()]
    if path[:1] == ("payments",) and len(path) == 2 and len(value) == 1 and step not in value:
        (rule,) = value
        if isinstance(value[rule], dict):
            return _follow((*path, rule), value[rule], step, picked, creates)
    if step in value or (creates and not (picked and path[:1] != ("outcomes",))):
        return [((*path, step), value.get(step, _NOTHING))]
    raise _unknown(path, step, list(value))


def _entries(path: Path, entries: list[Any], step: str, picked: bool, creates: bool) -> list[tuple[Path, Any]]:
    """The entries of a list that a step in brackets means: all, by position, by name or by the kind of rule."""
    if not picked:
        name = path_text(path)
        raise MisplacedError(
            _("got {name}.{step}, but {name} is a list; its entries stand in brackets.", name=name, step=step),
            _(
                "Write {name}[*].{step} for all of them, or {name}[{one}].{step}.",
                name=name,
                step=step,
                one=_names(entries)[0] if entries else 0,
            ),
        )
    if step == "*":
        return [((*path, position), entry) for position, entry in enumerate(entries)]
    if step == "+" and creates:
        return [((*path, len(entries)), _NOTHING)]
    if step.isdecimal() and int(step) < len(entries):
        return [((*path, int(step)), entries[int(step)])]
    chosen = [((*path, position), entry) for position, entry in enumerate(entries) if step in _called(entry)]
    if not chosen:
        raise _unknown(path, step, _names(entries))
    return chosen


def _called(entry: Any) -> tuple[Any, ...]:
    """What an entry of a list may be called: its name, or the kind of rule that it is."""
    if not isinstance(entry, dict):
        return ()
    return (entry["name"],) if "name" in entry else tuple(entry) if len(entry) == 1 else ()


def _names(entries: list[Any]) -> list[str]:
    return [str(name) for entry in entries for name in _called(entry)] or [str(place) for place in range(len(entries))]


def _unknown(path: Path, step: str, known: list[str]) -> MisplacedError:
    where = _("in {path}", path=path_text(path)) if path else _("at the top of the file")
    there = ", ".join(shown(name, 30, "") for name in dict.fromkeys(known[:12])) or "nothing"
    close = difflib.get_close_matches(step[:60], known, n=1, cutoff=0.6)
    remedy = _("Write one of these; or give the whole block or value, where the file doesn't say it yet.")
    if close:
        remedy = _("Did you mean {close}?", close=close[0])
    return MisplacedError(
        _(
            "got {step}, which the file doesn't say {where}; there is {there}.",
            step=shown(step),
            where=where,
            there=there,
        ),
        remedy,
    )


def _at(root: Any, path: Path) -> Any:
    for step in path:
        if isinstance(root, dict):
            root = root.get(step, _NOTHING)
        elif isinstance(root, list) and isinstance(step, int) and step < len(root):
            root = root[step]
        else:
            return _NOTHING
    return root


def _put(value: Any, path: Path, new: Any) -> Any:
    """A copy along a path with a new value at its end; `_NOTHING` takes it out."""
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        if not rest and new is _NOTHING:
            return {key: entry for key, entry in value.items() if key != step}
        return {**value, step: _put(value.get(step, {}), rest, new) if rest else new}
    if isinstance(value, list) and isinstance(step, int):
        here = [] if not rest and new is _NOTHING else [_put(value[step], rest, new) if rest else new]
        return [*value[:step], *here, *value[step + 1 :]]
    return value  # what stood here was replaced by something smaller


# Values


def _new_value(old: Any, change: Any, path: Path) -> Any:
    operation = _operation(change)
    if operation is None:
        return change
    by = change[operation]
    law = law_key(old)
    if isinstance(old, dict) and law in ("value", "fixed"):
        return _new_value(old[law], change, path)
    if isinstance(old, dict) and "value" in old:  # a date or duration with its origin
        return _new_value(old["value"], change, path)
    if isinstance(old, str):
        return _new_duration(old, operation, by, path)
    if law is None:
        raise MisplacedError(
            _(
                "got {operation}, but {path} is {old}, which is no number.",
                operation=operation,
                path=path_text(path),
                old=shown(old),
            ),
            _("Name a number in it, or write the new value."),
        )
    _check_operand(operation, by)
    if law == "number":
        return _new_number(old, operation, by, whole=_is_whole(path))
    return {"changed": {"of": old, operation: by}}


def _check_operand(operation: str, by: Any) -> None:
    least = {"times": "a number not below 0", "plus": "a number", "odds": "a number above 0"}[operation]
    if isinstance(by, bool) or not isinstance(by, int | float) or not math.isfinite(by):
        raise MisplacedError(
            _(
                "got {operation}: {by}; {operation} is {least}.",
                operation=operation,
                by=shown(by),
                least=least,
            ),
            _("Write {{{operation}: 0.5}}.", operation=operation),
        )
    if (operation == "times" and by < 0.0) or (operation == "odds" and by <= 0.0):
        raise MisplacedError(
            _(
                "got {operation}: {by:g}; {operation} is {least}.",
                operation=operation,
                by=by,
                least=least,
            ),
            _("Write {{{operation}: 0.5}}.", operation=operation),
        )


def _new_number(old: float, operation: str, by: float, *, whole: bool) -> float:
    if operation == "odds":
        if not 0.0 <= old <= 1.0:
            raise MisplacedError(
                _("got a change of odds of {old:g}; only a share has odds.", old=old), _("Write times or plus.")
            )
        return by * old / (1.0 - old + by * old)
    new = old * by if operation == "times" else old + by
    # People are cut to whole people, as everywhere.
    return math.floor(new + 1e-9) if whole and math.isfinite(new) else new


def _is_whole(path: Path) -> bool:
    """Whether only whole numbers may stand at a place."""
    return is_whole(locate(path)[-1])


def _new_duration(old: str, operation: str, by: Any, path: Path) -> str:
    try:
        months = int(parse_months(old))
        more = int(parse_months(by)) if operation == "plus" else None
    except PydanticCustomError:
        raise MisplacedError(
            _(
                "got {operation}: {by}, and {path} is {old}.",
                operation=operation,
                by=shown(by),
                path=path_text(path),
                old=shown(old),
            ),
            _("Write {times: 0.5} or {plus: 6 months} for a duration, or the new value."),
        ) from None
    if more is None:
        _check_operand(operation, by)
        if operation == "odds":
            raise MisplacedError(
                _("got a change of odds of a duration; only a share has odds."), _("Write times or plus.")
            )
        exact = months * by
        if abs(exact - round(exact)) > 1e-9:
            raise MisplacedError(
                _(
                    "got {by:g} times {months} months, which is {exact:g}; a duration is whole months.",
                    by=by,
                    months=months,
                    exact=exact,
                ),
                _("Write the new duration itself."),
            )
        return f"{round(exact)} months"
    return f"{months + more} months"


@dataclass(frozen=True)
class Number:
    """A number that a place names.

    Attributes
    ----------
    path : tuple
        Where it stands.
    value : float or None
        What stands there; None for an uncertain number, or where the file doesn't say it yet.
    said : bool
        Whether the file says it.
    kind : str
        ``money``, ``share`` (0 to 1), ``count`` (whole) or ``number``.
    beside : dict
        Of the share of a payer: what each payer bears, in the order of the file.
    """

    path: Path
    value: float | None
    said: bool
    kind: str
    beside: dict[str, float]


def numbers_at(root: Mapping[str, Any], place: str, creates: bool = False) -> tuple[Number, ...]:
    """The numbers that a place names.

    Parameters
    ----------
    root : mapping
        A file.
    place : str
        As a stress writes it.
    creates : bool
        Whether the file need not say it yet.

    Returns
    -------
    tuple of Number

    Raises
    ------
    MisplacedError
        If the place is not there, or what stands there is no number.
    """
    return tuple(_number_at(root, path) for path in _paths(root, place, creates))


def _number_at(root: Mapping[str, Any], path: Path) -> Number:
    value, law, kind = _at(root, path), None, _kind_of(root, path)
    said = value is not _NOTHING
    while isinstance(value, dict) and (law_key(value) in ("value", "fixed") or "value" in value):
        value = value[law_key(value) if law_key(value) in ("value", "fixed") else "value"]
    if said:
        law = law_key(value)
        if law is None:
            raise MisplacedError(
                _("got {path}, which is {value} and no number.", path=path_text(path), value=shown(value)),
                _("Name a number of the contract."),
            )
    plain = said and law == "number"
    beside = {}
    if len(path) > 1 and path[-2] == "payers":
        beside = {str(name): float(share) for name, share in _at(root, path[:-1]).items()}
    return Number(path, float(value) if plain else None, said, kind, beside)


def _kind_of(root: Mapping[str, Any], path: Path) -> str:
    """What sort of number stands at a place."""
    # A rule is a branch of a union, and its tag is the key that stands in the file.
    place = locate((*path[:3], *path[2:]) if path[:1] == ("payments",) and len(path) > 3 else path)[-1]
    described = "" if place.field is None or not place.field.description else place.field.description
    if (place.bounds is not None and place.bounds.unit == "currency") or "[currency]" in described:
        return "money"
    share = is_share(place) or "payers" in path
    if path[-1] in GOALS and path[:1] == ("payments",) and len(path) > 3:
        counts = _at(root, (*path[:3], "counts"))
        if counts in ("count", "share"):
            return str(counts)
    return "count" if _is_whole(path) else "share" if share else "number"


def changes_of(stress: Mapping[str, Any]) -> Iterator[str]:
    """What a stress changes, in words, one a place: ``cohorts[*].participants: times 0.5``."""
    for place, change in stress.items():
        operation = _operation(change)
        said = f"{operation} {shown(change[operation])}" if operation else flow(change)
        yield printable(f"{place}: {said if len(said) <= LONGEST_CHANGE else said[: LONGEST_CHANGE - 1] + '…'}")


def values_at(document: Document, place: str) -> list[Any]:
    """What a file says at a place, as a stress names it.

    Parameters
    ----------
    document : Document
        The file.
    place : str
        As under `stresses`.

    Returns
    -------
    list
        A value for each place that is meant; nothing where the file says nothing there.
    """
    try:
        return [_at(document.root, path) for path in _paths(document.root, place, creates=False)]
    except MisplacedError:
        return []
