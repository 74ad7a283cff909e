"""What was moved on the page, as a stress and as a file.

A certain number becomes what it was moved to. An uncertain one keeps its form: every value it may take is changed so
that its mean is what it was moved to. Either way the file says that it was moved and from what: a source that says
something else is not kept as if it said this.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.errors import ScenarioError
from risksim.language import _
from risksim.report.numbers import number
from risksim.service.problems import Problem

if TYPE_CHECKING:
    from risksim.service.live.inputs import Input

Path = tuple[str | int, ...]
LEFT_OUT = "left out"
"""What becomes of a key that is taken out, as under `stresses`."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years in which a date lies."""
NAME = "moved on the page"
"""What messages call the changes."""
MOST_SAID = 160
"""Letters of an origin that are repeated."""
NEAREST = 1e-12
"""How near to 0 or to 1 an uncertain share is moved: beyond, its odds are no number any more. [1]"""
SAME = 1e-12
"""What differs by less, in parts, was not moved."""

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPED = re.compile(r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$")


def changes_of_set(deal: api.Deal, moves: Mapping[str, float | int | str]) -> dict[str, Any]:
    """What becomes of a deal's file with some inputs moved.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    moves : mapping
        Inputs by their place, and what they were moved to.

    Returns
    -------
    dict
        Places and what becomes of them, as under `stresses`.

    Raises
    ------
    Problem
        If there is no such input, or it cannot be moved there.
    """
    from risksim.service.live.inputs import candidates

    return changes_of_moves(deal, candidates(deal), moves)


def changes_of_moves(deal: api.Deal, inputs: Iterable[Input], moves: Mapping[str, float | int | str]) -> dict[str, Any]:
    """The same of inputs that are known."""
    return {edit.place: edit.block for edit in _edits(deal, inputs, moves)}


class _Edit(NamedTuple):
    """What becomes of one place of a file."""

    path: Path
    place: str
    """As stresses write it."""
    block: Any


def _edits(deal: api.Deal, inputs: Iterable[Input], moves: Mapping[str, float | int | str]) -> list[_Edit]:
    known = {one.id: one for one in inputs}
    found: list[_Edit] = []
    bare: list[Input] = []
    for name, to in moves.items():
        if name not in known:
            raise _no_such(name, list(known))
        one = known[name]
        value = _wanted(one, to)
        if math.isclose(value, one.value, rel_tol=SAME, abs_tol=SAME):
            continue
        found.append(_change(deal, one, value))
        if not _states_origin(deal, one):
            bare.append(one)
    return found + list(_origins(deal, bare))


def _states_origin(deal: api.Deal, one: Input) -> bool:
    """Whether what is moved can say itself where it comes from."""
    block = api.block_at(deal, one.path)
    return one.law is not None or (isinstance(block, dict) and "value" in block) or api.takes_origin(one.path)


def _origins(deal: api.Deal, bare: Iterable[Input]) -> Iterator[_Edit]:
    """What blocks say whose origin spoke for a number that was moved and can name none of its own."""
    from risksim.service.live.inputs import place

    within: dict[Path, list[Input]] = {}
    for one in bare:
        owner = _owner(deal, one.path)
        if owner:
            within.setdefault(owner, []).append(one)
    for owner, ones in within.items():
        block = api.block_at(deal, owner)
        origin = "source" if "source" in block else "assumption"
        said = block[origin]
        what = ", ".join(f"{api.place_text(one.path[len(owner) :])} from {_was(one)}" for one in ones)
        short = _short(", ".join(map(str, said)) if isinstance(said, list) else str(said))
        text = f"moved on the page: {what}; the rest as before ({origin}: {short})"
        yield _Edit((*owner, "assumption"), place((*owner, "assumption")), text)
        if origin == "source":
            yield _Edit((*owner, "source"), place((*owner, "source")), LEFT_OUT)


def _owner(deal: api.Deal, path: Path) -> Path:
    """The innermost block around a place that says where its numbers come from; nothing if none does."""
    for length in range(len(path) - 1, 0, -1):
        block = api.block_at(deal, path[:length])
        if isinstance(block, dict) and {"source", "assumption"} & set(block):
            return path[:length]
    return ()


def moved_deal(deal: api.Deal, changes: Mapping[str, Any], *, draft: bool = False) -> api.Deal:
    """A deal with some inputs moved, read and compiled; the deal itself where nothing was moved."""
    if not changes:
        return deal
    if not draft:
        found = api.changed(deal, NAME, dict(changes), keep_stresses=True)
        _check_stresses(found)
        return found
    import dataclasses

    root = {**deal.document.root, "stresses": {NAME: dict(changes)}}
    return api.stressed(deal._replace(document=dataclasses.replace(deal.document, root=root)), NAME, draft=True)


def _check_stresses(moved: api.Deal) -> None:
    """Refuse what a stress of the file no longer bears: nobody could read the file that is written then."""
    try:
        api.check_stresses(moved)
    except ScenarioError as error:
        fault = error.faults[0]
        raise Problem(
            "stress-refused",
            422,
            _("A stress of the file does not bear it"),
            _(
                "A stress of the file would make a mistake then: {place}: {found} {remedy}",
                place=fault.path,
                found=fault.found,
                remedy=fault.remedy,
            ),
        ) from None


def _no_such(name: str, known: list[str]) -> Problem:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    remedy = _("Did you mean {name}?", name=close[0]) if close else _("Ask which inputs there are, and name one.")
    found = _("There is no input '{name}' that can be moved.", name=name[:80])
    return Problem("no-such-input", 422, _("No such input"), f"{found} {remedy}")


def _wanted(one: Input, to: float | str) -> float:
    """The number that an input is moved to."""
    if one.kind == "date":
        return _day(one, to)
    if isinstance(to, bool) or not isinstance(to, int | float) or not _is_finite(to):
        raise _refused(one, str(to)[:40], _("It is moved to a number."))
    if one.kind in ("count", "months"):
        if to != round(to):
            raise _refused(one, number(to, ".12g"), _("It is a whole number."))
        return float(round(to))
    return float(to)  # to the last digit: a price for a unit may be less than a hundredth


def _is_finite(to: float) -> bool:
    """Whether a number is one that can be reckoned with; whole ones may be longer than that."""
    try:
        return math.isfinite(to)
    except OverflowError:
        return False


def _day(one: Input, to: float | str) -> float:
    try:
        day = dt.date.fromisoformat(to) if isinstance(to, str) and _ISO.fullmatch(to) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _refused(one, str(to)[:40], _("It is moved to a date, as {date}.", date="2027-01-31"))
    return float(day.toordinal())


def _refused(one: Input, found: str, allowed: str) -> Problem:
    said = _("{input} was moved to {found}.", input=one.id, found=found)
    more = {"input": one.id}
    return Problem("cannot-move", 422, _("It cannot be moved there"), f"{said} {allowed}", more=more)


def _change(deal: api.Deal, one: Input, value: float) -> _Edit:
    """The place that changes and what becomes of it."""
    if not one.said and one.path[0] == "cohorts" and api.block_at(deal, one.path[:3]) is None:
        return _Edit(one.path[:3], api.place_text(one.path[:3]), {"opens": _stated(deal, one, value)})
    return _Edit(one.path, one.id, _stated(deal, one, value))


def _stated(deal: api.Deal, one: Input, value: float) -> Any:
    said: Any = value if not value.is_integer() else int(value)
    if one.kind == "months" and one.law is None:
        said = f"{round(value)} months"
    elif one.kind == "date":
        said = dt.date.fromordinal(int(value)).isoformat()
    if one.law is not None:
        if one.kind == "share" and one.law.most <= 1.0 and not NEAREST <= value <= 1.0 - NEAREST:
            raise _refused(one, f"{value:g}", _("An uncertain share lies between 0 and 1, without either."))
        try:
            by = api.moved_to(deal, one.path, value)
        except ValueError:
            allowed = _("An uncertain share lies between 0 and 1, without either.")
            raise _refused(one, f"{value:g}", allowed) from None
        of = api.block_at(deal, one.path)
        return {"changed": {"of": of, **by}, "assumption": _from(deal, one)}
    return {"value": said, "assumption": _from(deal, one)} if _states_origin(deal, one) else said


def _from(deal: api.Deal, one: Input) -> str:
    """From what a number was moved; in English in every language, so that a file is the same whoever moved it."""
    from risksim.service.live.inputs import origin_of

    was = f"a mean of {_was(one)}" if one.law is not None else _was(one)
    origin, said = origin_of(deal, one.path) if one.said else ("", "")
    return f"moved on the page from {was}" + (f" ({origin}: {_short(said)})" if origin else "")


def _was(one: Input) -> str:
    if one.kind == "date":
        return str(one.written)
    if one.law is None:
        was = f"{one.value:.15g}"  # as the file has it
    elif one.kind == "money":
        was = f"{one.value:.2f}".removesuffix(".00")
    else:
        was = f"{one.value:.6g}"
    return was + (" months" if one.kind == "months" else "")


def _short(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= MOST_SAID else said[: MOST_SAID - 1] + "…"


# As a file


class _Number(float):
    """A number that is written so that nobody takes its point for a separator."""


def written(deal: api.Deal, moves: Mapping[str, float | int | str]) -> str:
    """The file of a deal with some inputs moved, its comments kept.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    moves : mapping
        Inputs by their place, and what they were moved to.

    Returns
    -------
    str
        YAML whose digest is that of `moved_deal`, and so are the numbers of a run.
    """
    from risksim.service.live.inputs import candidates

    edits = _edits(deal, candidates(deal), moves)
    if not edits:
        return deal.document.text
    yaml = _yaml()
    root = yaml.load(deal.document.text)
    for edit in edits:
        _put(root, edit.path, edit.block)
    stream = io.StringIO()
    yaml.dump(root, stream)
    return stream.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(_Number, _represented)
    return yaml


def _represented(representer: Any, value: _Number) -> Any:
    text = repr(float(value))
    return representer.represent_scalar("tag:yaml.org,2002:float", f"{text}0" if _GROUPED.match(text) else text)


def _put(root: Any, path: Path, block: Any) -> None:
    from ruamel.yaml.comments import CommentedMap

    around, key, parts = root, path[-1], [root]
    for step in path[:-1]:
        if getattr(around[step], "anchor", None) is not None and around[step].anchor.value:
            around[step] = _unshared(around[step])
        around = around[step]
        parts.append(around)
    for part in parts:  # a text that wraps within braces may lose a space, and reads badly
        if part.fa.flow_style():
            part.fa.set_block_style()
    if block == LEFT_OUT:
        around.pop(key, None)
    elif isinstance(around, dict) and key not in around:
        _add(around, key, _as_yaml(block, None, CommentedMap))
    else:
        old = around[key]
        around[key] = _as_yaml(block, old, CommentedMap)
        if isinstance(around[key], CommentedMap) and "of" not in around[key].get("changed", {}):
            _keep_comments(around[key], list(_comments(old)))


def _unshared(shared: Any) -> Any:
    """A copy of what other places of the file repeat by its name, which stay as they are."""
    import copy

    own = copy.deepcopy(shared)
    own.yaml_set_anchor(None)
    return own


def _comments(node: Any) -> Iterator[str]:
    """Comments inside a node, and those that follow it, in their order."""
    last = getattr(node, "comment", None)
    if last is not None and hasattr(last, "value"):
        yield last.value
    if isinstance(node, dict | list) and hasattr(node, "ca"):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield from _comments(node[key])
            yield from (token.value for token in _flat(node.ca.items.get(key)))
        yield from (token.value for token in _flat(node.ca.end))


def _flat(tokens: Any) -> Iterator[Any]:
    if isinstance(tokens, list):
        for token in tokens:
            yield from _flat(token)
    elif tokens is not None:
        yield tokens


def _keep_comments(block: Any, comments: list[str]) -> None:
    """Put comments behind the last key of a block."""
    from ruamel.yaml.error import CommentMark
    from ruamel.yaml.tokens import CommentToken

    if any(comment.strip() for comment in comments):
        text = "\n" + "".join(comment.lstrip("\n") for comment in comments if comment.strip())
        block.ca.items[list(block)[-1]] = [None, None, CommentToken(text, CommentMark(0)), None]


def _add(around: Any, key: Any, value: Any) -> None:
    """Put a new key in: an assumption where its source stood, anything else before comments that follow the block."""
    keys = list(around)
    if key == "assumption" and "source" in keys:
        around.insert(keys.index("source"), key, value)
        comment = around.ca.items.pop("source", None)
        if comment is not None:
            around.ca.items[key] = comment
        return
    place = len(keys)
    while place > 0 and _is_commented(around, keys[place - 1]):
        place -= 1
    around.insert(place, key, value)


def _is_commented(around: Any, key: Any) -> bool:
    """Whether comments hang on what stands at a key, which would come before what is put in after it."""
    inside = around[key]
    if key in around.ca.items:
        return True
    if isinstance(inside, dict):
        return any(_is_commented(inside, deeper) for deeper in inside)
    if isinstance(inside, list) and hasattr(inside, "ca"):
        return bool(inside.ca.items) or any(
            _is_commented(entry, deeper) for entry in inside if isinstance(entry, dict) for deeper in entry
        )
    return False


def _as_yaml(block: Any, old: Any, mapping: Any) -> Any:
    if isinstance(block, dict) and "changed" in block:
        inner = mapping(of=old, **{key: _Number(by) for key, by in block["changed"].items() if key != "of"})
        return mapping(changed=inner, assumption=block["assumption"])
    if isinstance(block, dict):
        return mapping({key: _as_yaml(inside, None, mapping) for key, inside in block.items()})
    if isinstance(block, str) and _ISO.fullmatch(block):
        return dt.date.fromisoformat(block)
    return _Number(block) if isinstance(block, float) else block
