"""``risksim reference``: where a deal lies among past deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import as_text, plain, show

if TYPE_CHECKING:
    from risksim.analysis.reference import Reference

SCHEMA = "risksim.reference/1"


def reference(file: str, usd: float | None, paths: int, seed: int, threads: int, as_json: bool) -> None:
    """Lay a deal beside past deals and print where it lies."""
    from risksim.analysis.reference import reference as ask
    from risksim.cli.questions_output import envelope, read_deal

    deal = read_deal(file, funded=False)
    found = ask(deal, usd, paths, seed, threads)
    if as_json:
        said = envelope(SCHEMA, deal, paths, seed) | {"reference": told(found)} | {"past": past()}
        show(as_text(said))
        return
    show(page(found))


def told(found: Reference) -> dict[str, Any]:
    """The JSON of a deal among past deals."""
    said: dict[str, Any] = plain(found)
    said["measures"] = {one.pop("name"): one for one in said["measures"]}
    return {key: said[key] for key in ("file", "deal", "usd", "outcome", "capped", "measures")}


def past() -> dict[str, Any]:
    """What is known of past deals as a whole."""
    tables = {"timing": "past-timing", "repayment": "past-repayment"}
    return {
        name: {part: numbers[0] for part, numbers in api.register_table(key).items()} for name, key in tables.items()
    }


def page(found: Reference) -> str:
    """The page of a deal among past deals."""
    from risksim.report.reference import MeasureOf, ReferenceOf
    from risksim.report.reference import reference as text

    of = ReferenceOf(*found[:-1], tuple(MeasureOf(*one) for one in found.measures))
    return text(of, api.register_table("past-timing"), api.register_table("past-repayment"))
