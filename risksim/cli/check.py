"""``risksim check``: read a scenario and say what it assumes."""

from __future__ import annotations

from risksim import api
from risksim.cli.output import show
from risksim.replies.check import said_of
from risksim.replies.form import as_text


def check(file: str, as_json: bool) -> None:
    """Read a scenario, print what it says and what it assumes."""
    deal = api.read(file, draft=True)
    found = api.review(deal)
    if as_json:
        show(as_text(said_of(found)))
        return
    from risksim.report.review import review

    show(review(found))
