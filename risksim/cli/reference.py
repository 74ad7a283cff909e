"""``risksim reference``: where a deal lies among past deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import show
from risksim.replies.form import as_text
from risksim.replies.reference import said_of

if TYPE_CHECKING:
    from risksim.analysis.reference import Reference


def reference(file: str, usd: float | None, paths: int, seed: int, threads: int, as_json: bool) -> None:
    """Lay a deal beside past deals and print where it lies."""
    from risksim.analysis.reference import reference as ask
    from risksim.cli.questions_output import read_deal

    deal = read_deal(file, funded=False)
    found = ask(deal, usd, paths, seed, threads)
    if as_json:
        show(as_text(said_of(deal, found, paths, seed)))
        return
    show(page(found))


def page(found: Reference) -> str:
    """The page of a deal among past deals."""
    from risksim.report.reference import MeasureOf, ReferenceOf
    from risksim.report.reference import reference as text

    of = ReferenceOf(*found[:-1], tuple(MeasureOf(*one) for one in found.measures))
    return text(of, api.register_table("past-timing"), api.register_table("past-repayment"))
