"""The workbench as it was built: which files its page names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from risksim.language import _
from risksim.service.pages.static import ADDRESS, FOLDER
from risksim.service.problems import Problem

WHERE = "workbench"
ENTRY = "src/main.ts"


class Built(NamedTuple):
    """Addresses that the page names."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...]
    """Further scripts that the first one always needs."""


@cache
def built(folder: Path = FOLDER / WHERE) -> Built:
    """The files of the workbench.

    Parameters
    ----------
    folder : Path
        Where it was built.

    Returns
    -------
    Built

    Raises
    ------
    Problem
        503 where it was not built.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        first = manifest[ENTRY]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(
            "not-built",
            503,
            _("The workbench is not there"),
            _(
                "This copy of risksim holds no built page. Install it from a release, or run `npm ci` and "
                "`npm run build` in risksim/service/workbench."
            ),
        ) from error
    chunks = _needed(manifest, ENTRY)
    styles = [style for chunk in chunks for style in manifest[chunk].get("css", [])]
    return Built(
        script=_address(first["file"]),
        styles=tuple(_address(style) for style in dict.fromkeys(styles)),
        early=tuple(_address(manifest[chunk]["file"]) for chunk in chunks if chunk != ENTRY),
    )


def _needed(manifest: dict[str, dict[str, list[str]]], entry: str) -> list[str]:
    """The entry and all that it imports at once, whatever imports whatever."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        chunk = waiting.pop()
        if chunk not in found:
            found[chunk] = None
            waiting.extend(manifest[chunk].get("imports", []))
    return list(found)


def _address(file: str) -> str:
    return f"{ADDRESS}/{WHERE}/{file}"
