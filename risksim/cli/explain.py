"""``risksim explain``: one path as a story."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import as_text, check_folder, show, talk, write


def explain(file: str, path: int, seed: int, as_json: bool, out: Path | None) -> None:
    """Tell one path."""
    if out is not None:
        check_folder(out)
    deal = api.read(file)
    if api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")
    told = api.explain(deal, path, seed)
    if as_json:
        text = as_text({"schema": "risksim.explain/1", **_plain(told)})
    else:
        from risksim.report.story import story

        text = story(told)
    if out is None:
        show(text)
    else:
        write(out, text)
        talk(f"Wrote {out}.")


def _plain(node: Any) -> Any:
    """Named tuples as dictionaries, dates as text, what isn't a number as null."""
    if hasattr(node, "_asdict"):
        return {key: _plain(value) for key, value in node._asdict().items()}
    if isinstance(node, tuple | list):
        return [_plain(value) for value in node]
    if isinstance(node, dt.date):
        return node.isoformat()
    if isinstance(node, float) and not math.isfinite(node):
        return None
    return node
