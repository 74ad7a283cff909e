"""Where a complaint of pydantic points to: the place in the file, and the field of the models that was meant.

Pydantic's location names the branches of unions beside keys and positions; the file has no branches. So the location
is followed through the models themselves, and on the way the field is found that says what is allowed there.
"""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Discriminator, Tag
from pydantic.fields import FieldInfo

from risksim.language import N_, _
from risksim.scenario.base import Length, Months, Part, Stated, spelled_out
from risksim.scenario.document import Path, grouped
from risksim.scenario.scenario import Scenario
from risksim.scenario.texts import describe, in_one_line, parts
from risksim.scenario.uncertainty import Bounds, Fixed, FixedLaw


@dataclass(frozen=True)
class Place:
    """Where a complaint points to, in the file and in the models.

    Attributes
    ----------
    path : tuple
        Keys and positions in the file.
    kind : Any
        The annotation that holds there.
    model : type of Part or None
        The innermost part around it.
    field : FieldInfo or None
        The innermost field around it that says what it is.
    key : str
        That field's key.
    bounds : Bounds or None
        Of an uncertain number: the values it may take.
    """

    path: Path = ()
    kind: Any = Scenario
    model: type[Part] | None = None
    field: FieldInfo | None = None
    key: str = ""
    bounds: Bounds | None = None


def locate(loc: tuple[str | int, ...], root: type[Part] = Scenario) -> list[Place]:
    """The places that a complaint passes through, from the top of the file to what it means.

    Pydantic's location names fields, positions and, after each union, the branch that was tried; the file has no
    branches. `root` is what the whole file is.
    """
    place = Place(kind=root)
    trail = [place]
    rest = list(loc)
    while rest:
        kind, bounds = opened(place.kind)
        place = replace(place, bounds=bounds or place.bounds)
        branches = branches_of(kind)
        step = rest[0]
        if branches:
            if step in branches:
                rest.pop(0)
            branch = branches.get(step) or next((kind for kind in branches.values() if _leads_on(kind, step)), None)
            if branch is None:
                break
            place = replace(place, kind=branch)
            continue
        rest.pop(0)
        if step == "[key]":
            continue
        place = _step(place, kind, step)
        trail.append(place)
    trail[-1] = replace(trail[-1], kind=place.kind, bounds=opened(place.kind)[1] or place.bounds, model=place.model)
    return trail


def opened(kind: Any) -> tuple[Any, Bounds | None]:
    """An annotation without its metadata and without None."""
    bounds = None
    while True:
        kind = spelled_out(kind)
        origin, parts = get_origin(kind), get_args(kind)
        if origin is Annotated:
            bounds = bounds or next((item for item in parts[1:] if isinstance(item, Bounds)), None)
            if any(isinstance(item, Discriminator) for item in parts[1:]):
                return kind, bounds
            kind = parts[0]
        elif origin in (Union, types.UnionType) and type(None) in parts and len(parts) == 2:
            kind = next(part for part in parts if part is not type(None))
        else:
            return kind, bounds


def branches_of(kind: Any) -> dict[Any, Any]:
    """Branches of a tagged union by tag."""
    if get_origin(kind) is not Annotated:
        return {}
    tagged = {}
    for branch in get_args(get_args(kind)[0]):
        for item in get_args(branch)[1:]:
            if isinstance(item, Tag):
                tagged[item.tag] = branch
    return tagged


def _leads_on(branch: Any, step: str | int) -> bool:
    """Whether a branch has such a key or position."""
    kind = opened(branch)[0]
    model = model_of(kind)
    if model is not None:
        return step in fields_of(model)
    return not isinstance(step, str) or get_origin(kind) is dict or bool(branches_of(kind))


def model_of(kind: Any) -> type[Part] | None:
    """The annotation, if it is a part of a scenario."""
    return kind if isinstance(kind, type) and issubclass(kind, Part) else None


@cache
def fields_of(model: type[Part]) -> dict[str, FieldInfo]:
    """Fields of a part by the key the file uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


_VALUES = {"quantiles", "p5", "p95", "uniform", "triangular", "pert", "discrete", "mixture"}
"""Keys of laws under which stand values, and not parameters or weights."""


def _step(place: Place, kind: Any, step: str | int) -> Place:
    path = (*place.path, step)
    model = model_of(kind)
    if model is not None and isinstance(step, str):
        field = fields_of(model).get(step)
        if field is None:
            return replace(place, path=path, kind=None, model=model)
        inner = _annotation(field)
        if step in ("value", "fixed") and (issubclass(model, Fixed | FixedLaw | Stated)):
            # The value means whatever the field around it means.
            return replace(place, path=path, kind=inner)
        # Inside a law, numbers are values of the number around it.
        return Place(path, inner, model, field, step, place.bounds if step in _VALUES else None)
    parts = get_args(kind)
    inner = None
    if get_origin(kind) is list and parts:
        inner = parts[0]
    elif get_origin(kind) is dict and len(parts) == 2:
        inner = parts[1]
    elif get_origin(kind) is tuple and parts:
        inner = parts[step] if isinstance(step, int) and step < len(parts) else parts[0]
    return replace(place, path=path, kind=inner)


def _annotation(field: FieldInfo) -> Any:
    """The field's type with the metadata that pydantic took off it."""
    kind: Any = field.annotation
    metadata = [*field.metadata]
    if field.discriminator is not None and not any(isinstance(item, Discriminator) for item in metadata):
        metadata.append(field.discriminator)
    return Annotated[(kind, *metadata)] if metadata else kind


# What a field is, in words


def meaning(place: Place) -> str:
    """What the field means, as the end of a sentence that begins with its key."""
    describe()
    if place.field is None or not place.field.description:
        return ""
    return _(_clause_of(place))


def _clause_of(place: Place) -> str:
    described = "" if place.field is None else place.field.description or ""
    return _clause(described, is_choice=_is_choice(place.kind))


def meanings() -> Iterator[tuple[str, str]]:
    """What every field of the language means, as `meaning` says it in English, with the module that it stands in."""
    describe()
    for model in parts():
        for field in model.model_fields.values():
            if field.description:
                # Below a choice, as in the list that may stand in its place, the choices are told with the rest.
                whole = _annotation(field)
                is_choice = any(_is_choice(kind) for kind in (whole, *branches_of(opened(whole)[0]).values()))
                yield model.__module__, _clause(field.description, is_choice=False)
                if is_choice:
                    yield model.__module__, _clause(field.description, is_choice=True)


def _clause(description: str, *, is_choice: bool) -> str:
    text, _unit = in_one_line(description)
    # What stands after a colon lists the choices, which the message lists itself.
    ends = r"; |\. |: " if is_choice else r"; |\. "
    text = re.split(ends, text)[0].rstrip(".")
    first = text.split(" ")[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def _is_choice(kind: Any) -> bool:
    kind = opened(kind)[0]
    return get_origin(kind) is Literal or bool(set(branches_of(kind)) & {"every", "instalments", "at"})


def is_share(place: Place) -> bool:
    """Whether an uncertain share stands there, between 0 and 1."""
    _kind, bounds = _held(place)
    return bounds is not None and (bounds.low, bounds.high) == (0.0, 1.0)


def is_whole(place: Place) -> bool:
    """Whether a whole number stands there."""
    kind, bounds = _held(place)
    return bounds is None and kind is int


def is_fraction(place: Place) -> bool:
    """Whether a certain number from 0 to 1 stands there."""
    held, limits = _held(place)[0], _limits_of(place.kind)
    return held is float and limits.get("ge") == 0 and limits.get("le") == 1


def _held(place: Place) -> tuple[Any, Bounds | None]:
    """The kind of the plain value that stands there, and the bounds of a number."""
    kind, bounds = opened(place.kind)
    bounds = bounds or (place.bounds if kind is float or branches_of(kind) else None)
    branches = branches_of(kind)
    if bounds is None and set(branches) == {"plain", "stated"}:
        return _held(replace(place, kind=branches["plain"]))
    return kind, bounds


def allowed(place: Place, limits: bool = True) -> str:
    """The values that are allowed, as an addition to the meaning."""
    kind, bounds = opened(place.kind)
    bounds = bounds or (place.bounds if kind is float or branches_of(kind) else None)
    if bounds is not None and bounds.low == -float("inf"):
        return _("a number")
    if bounds is not None and bounds.high == float("inf"):
        return _("a number not below 0")
    if bounds is not None:
        return _("between {low:g} and {high:g}", low=bounds.low, high=bounds.high)
    branches = branches_of(kind)
    if set(branches) == {"plain", "stated"}:
        return allowed(replace(place, kind=branches["plain"]))
    if set(branches) == {"one", "several"}:
        return _("{one}, or a list of them", one=allowed(replace(place, kind=branches["one"])))
    if get_origin(kind) is Literal:
        choices = [str(choice) for choice in get_args(kind)]
        if len(choices) == 1:
            return _("always {choice}", choice=choices[0])
        return _("one of {choices}", choices=", ".join(choices))
    words = {int: N_("a whole number"), float: N_("a number"), str: N_("as text"), bool: N_("true or false")}
    words |= {Months: N_("a duration"), Length: N_("a duration"), dt.date: N_("a date")}
    words |= {list: N_("as a list"), tuple: N_("a list of numbers"), dict: N_("as a block of keys")}
    said = words.get(get_origin(kind) or kind, "")
    if not said and model_of(kind) is not None:
        said = N_("a block of keys")
    limited = _limits(place.kind) if limits else ""
    return f"{_(said)} {limited}" if said and limited else _(said) or limited


def _limits(kind: Any) -> str:
    found = _limits_of(kind)
    if "ge" in found and "le" in found:
        return _("from {low} to {high}", low=_bound(found["ge"]), high=_bound(found["le"]))
    words = {"ge": N_("not below {limit}"), "gt": N_("above {limit}")}
    words |= {"le": N_("not above {limit}"), "lt": N_("below {limit}")}
    return _(" and ").join(_(words[name], limit=_bound(value)) for name, value in found.items())


def _limits_of(kind: Any) -> dict[str, Any]:
    """The limits that are set on a number, as pydantic calls them: ge, gt, le and lt."""
    found: dict[str, Any] = {}
    while get_origin(kind) is Annotated or (get_origin(kind) in (Union, types.UnionType)):
        parts = get_args(kind)
        if get_origin(kind) is not Annotated:
            kind = next(part for part in parts if part is not type(None))
            continue
        for item in parts[1:]:
            for constraint in getattr(item, "metadata", [item]):
                for name in ("ge", "gt", "le", "lt"):
                    if getattr(constraint, name, None) is not None:
                        found.setdefault(name, getattr(constraint, name))
        kind = parts[0]
    return found


def _bound(value: float) -> str:
    return grouped(int(value)) if value == int(value) else grouped(value)


def what_is(place: Place, limits: bool = True, *, as_text: bool = True) -> str:
    """'dropout is the share of the enrolled who leave, between 0 and 1'; `as_text`: also that it is text."""
    if place.field is None:
        return _("a scenario is a block of keys, one a line")
    said, values = meaning(place), allowed(place, limits)
    kind = opened(place.kind)[0]
    if place.path and isinstance(place.path[-1], int) and model_of(kind) is not None:
        return _("each entry of {key} is {values}", key=place.key, values=values)
    if said and values == _("as text") and not as_text:
        values = ""
    if get_origin(kind) in (list, dict) and _clause_of(place).startswith("the "):
        return _("{key} lists {meaning}, {values}", key=place.key, meaning=said, values=values)
    if not said or not values:
        return _("{key} is {what}", key=place.key, what=said or values)
    return _("{key} is {meaning}, {values}", key=place.key, meaning=said, values=values)
