"""``risksim check``: read a scenario and say what it assumes."""

from __future__ import annotations

from typing import Any

from risksim import api
from risksim.cli.output import as_text, show


def check(file: str, as_json: bool) -> None:
    """Read a scenario, print what it says and what it assumes."""
    deal = api.read(file, draft=True)
    found = api.review(deal)
    if as_json:
        show(as_text({"schema": "risksim.check/1", **_plain(found)}))
        return
    from risksim.report.review import review

    show(review(found))


def _plain(node: Any) -> Any:
    if hasattr(node, "_asdict"):
        return {key: _plain(value) for key, value in node._asdict().items()}
    if isinstance(node, tuple | list):
        return [_plain(value) for value in node]
    return node
