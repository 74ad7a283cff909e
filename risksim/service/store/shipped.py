"""The deals that ship with the program: ``scenarios`` beside the package in a clone, ``risksim/shipped`` in a wheel."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import risksim
from risksim.language import _
from risksim.service.problems import not_found

_NAME = re.compile(r"^( *)(name:[ \t].+)$", re.MULTILINE)
_LISTS = re.compile(r"^portfolio\s*:", re.MULTILINE)


class ShippedDeal(NamedTuple):
    """A deal that ships with the program."""

    name: str
    """Its path without ``.yaml``, as ``danish/havnen``: how `DealAsked.shipped` names it."""
    title: str
    """What its file calls it."""
    file: Path
    is_portfolio: bool = False
    """Whether it lists deals instead of describing one, and so cannot be asked as a deal."""


@cache
def folder() -> Path:
    """Where they lie."""
    package = Path(risksim.__file__).parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent / "scenarios"


@cache
def shipped() -> tuple[ShippedDeal, ...]:
    """All of them: those at the top first, each folder after the other."""
    files = sorted(folder().rglob("*.yaml"), key=lambda file: (len(file.relative_to(folder()).parts), file.as_posix()))
    return tuple(_told(file) for file in files)


def text_of(name: str) -> str:
    """The file of one of them.

    Parameters
    ----------
    name : str
        As in `ShippedDeal`; also with ``.yaml``.

    Raises
    ------
    Problem
        If none is called so. Names are looked up, never opened, so no path leads elsewhere.
    """
    return find(name).file.read_text(encoding="utf-8")


def find(name: str) -> ShippedDeal:
    """One of them by its name; raises as `text_of`."""
    wanted = name.removesuffix(".yaml")
    for one in shipped():
        if one.name == wanted:
            return one
    raise not_found(_("deal"))


def _told(file: Path) -> ShippedDeal:
    text = file.read_text(encoding="utf-8")
    lists = _LISTS.search(text) is not None
    name = file.relative_to(folder()).as_posix().removesuffix(".yaml")
    return ShippedDeal(name, _title(text, lists) or name, file, lists)


def _title(text: str, lists: bool) -> str | None:
    """The first name in the file: on the left of a deal, one step in of a file that lists."""
    for indent, line in _NAME.findall(text):
        if (len(indent) > 0) == lists:
            try:
                return str(YAML(typ="safe", pure=True).load(line)["name"])
            except (YAMLError, KeyError, TypeError):
                return None
    return None
