"""``risksim compare``: two to four deals, or a deal and its stresses, on the same people and the same luck."""

from __future__ import annotations

import csv
import io
import math
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import TABLE, check_files, drawn_in_both, greet, limits_beside, public_limits, save
from risksim.cli.run import progress
from risksim.errors import RisksimError

if TYPE_CHECKING:
    from risksim.analysis.compare import Comparison

SCHEMA = "risksim.compare/1"


class NoSuchSideError(RisksimError):
    """A side that is no deal, or no stress of the file."""


def compare(
    files: list[str],
    stresses: list[str],
    paths: int,
    seed: int,
    threads: int,
    engine: str,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Compare deals and print what one leaves more than another."""
    check_files(out, chart, TABLE)
    deals, names = _sides(files, stresses)

    from risksim.analysis.compare import check
    from risksim.analysis.compare import compare as ask
    from risksim.report.compare import Footing, charts, comparison

    check(deals)
    greet(quiet)
    with progress(paths * len(deals), quiet) as report:
        found = ask(deals, names, paths, seed, threads, engine=engine, progress=report)
    public = all(api.has_purse(deal) for deal in deals)
    english, drawn = drawn_in_both(lambda: charts(found))
    said = envelope(found, deals, paths, seed) | public_limits(public) | {"charts": english}
    save(out, chart, said, lambda: as_csv(found), drawn)
    if as_json:
        show(as_text(said))
        return
    show(comparison(found, Footing(paths, seed, version("risksim-dsi"))) + limits_beside(public))
    for deal in {deal.document.file: deal for deal in deals}.values():
        mark(api.constants_in_use(deal))


def _sides(files: list[str], stresses: list[str]) -> tuple[list[api.Deal], list[str | None]]:
    """The deals of a comparison, and which stress each is."""
    for file in files:
        if api.lists_deals(file):
            raise NoSuchSideError(
                f"{file}: got a portfolio; a comparison is of deals.\n  Name two of the deals that it lists."
            )
    if stresses and len(files) > 1:
        raise NoSuchSideError(
            f"--stress: got it beside {len(files)} files; it names stresses of one file.\n"
            "  Leave the other files out, or write the stress into a file of its own."
        )
    deals = [api.read(file) for file in files]
    names: list[str | None] = [None] * len(deals)
    for name in stresses:
        if name not in deals[0].scenario.stresses:
            there = ", ".join(f"'{one}'" for one in deals[0].scenario.stresses) or "none"
            raise NoSuchSideError(
                f"--stress '{name}': {deals[0].document.file} has no such stress.\n  There is {there}."
            )
        deals.append(api.stressed(deals[0], name))
        names.append(name)
    return deals, names


def envelope(found: Comparison, deals: list[api.Deal], paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a comparison, under documented keys."""
    said: dict[str, Any] = plain(found)
    for side, deal in zip(said["sides"], deals, strict=True):
        side["not_checked"] = api.not_checked(deal)
        side["levels"] = [_flat(level) for level in side["levels"]]
        if side["irr"] is not None:
            side["irr"] = {"p_exists": side["irr"]["p_exists"]} | _points(side["irr"]["quantiles"])
    for pair in said["pairs"]:
        pair["differences"] = [_flat(one) for one in pair["differences"]]
    run = {"paths": paths, "seed": seed, **api.identity()}
    return {"schema": SCHEMA, "run": run, **said}


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """A quantity and its distribution, without levels between."""
    over = one.pop("over_paths")
    bins = [{"low": low, "high": high, "probability": part} for low, high, part in one.pop("bins", [])]
    said = {**one.pop("quantity"), "mean": over["mean"], "sd": over["sd"], **_points(over["quantiles"]), **one}
    return said | {"bins": bins} if "unpaired" in said else said


def _points(quantiles: list[Any]) -> dict[str, Any]:
    from risksim.analysis.compare import LEVELS

    return {f"p{round(100 * level):02d}": one for level, one in zip(LEVELS, quantiles, strict=True)}


def as_csv(found: Comparison) -> str:
    """A row for each quantity of each pair; what does not exist is an empty cell."""
    from risksim.analysis.compare import LEVELS

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    points = [f"p{round(100 * level):02d}" for level in LEVELS]
    named = ["mean", "sd", *points, "p_more", "p_less", "p_equal", "correlation"]
    writer.writerow(["side", "quantity", "unit", *(f"{name}{end}" for name in named for end in ("", "_standard_error")),
                     "unpaired", "saved"])  # fmt: skip
    for pair in found.pairs:
        for one in pair.differences:
            over = one.over_paths
            parts = (over.mean, over.sd, *over.quantiles, one.p_more, one.p_less, one.p_equal, one.correlation)
            cells = [number for part in parts for number in part[:2]] + [one.unpaired, one.saved]
            shown = ["" if not math.isfinite(cell) else cell for cell in cells]
            writer.writerow([pair.letter, one.quantity.key, one.quantity.unit, *shown])
    return stream.getvalue()
