"""Two to four deals, or a deal and its stresses, on the same people and the same luck: `risksim compare` as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.language import _
from risksim.replies.form import QuestionError, fields, in_english, pairs, public_limits, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.compare import Comparison
    from risksim.replies import Means
    from risksim.replies.wishes import Compare

SCHEMA = "risksim.compare/1"


class NoSuchSideError(QuestionError):
    """A side that is no deal, or no stress of the file."""


def work(deals: Sequence[api.Deal], wishes: Compare) -> int:
    """Paths of all sides."""
    return wishes.paths * (len(deals) + len(wishes.stresses))


def reply(
    deals: Sequence[api.Deal], wishes: Compare, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Compare deals, or a deal and its stresses."""
    from risksim.analysis.compare import check
    from risksim.analysis.compare import compare as ask

    sides, names = sides_of(deals, wishes.stresses)
    names[0] = wishes.stress
    check(sides)
    found = ask(sides, names, wishes.paths, wishes.seed, means.threads, engine=wishes.engine, progress=progress)
    return said_of(found, sides, wishes.paths, wishes.seed)


def check_stresses(deals: int, stresses: Sequence[str]) -> None:
    """Refuse stresses beside several deals: it would not be told of which they are."""
    if stresses and deals > 1:
        raise NoSuchSideError(
            _(
                "--stress: got it beside {deals} files; it names stresses of one file.\n"
                "  Leave the other files out, or write the stress into a file of its own.",
                deals=deals,
            )
        )


def sides_of(deals: Sequence[api.Deal], stresses: Sequence[str]) -> tuple[list[api.Deal], list[str | None]]:
    """The deals of a comparison, and which stress each is."""
    check_stresses(len(deals), stresses)
    sides = list(deals)
    names: list[str | None] = [None] * len(deals)
    for name in stresses:
        if name not in deals[0].scenario.stresses:
            there = ", ".join(f"'{one}'" for one in deals[0].scenario.stresses) or _("none")
            raise NoSuchSideError(
                _(
                    "--stress '{name}': {file} has no such stress.\n  There is {there}.",
                    name=name,
                    file=deals[0].document.file,
                    there=there,
                )
            )
        sides.append(api.stressed(deals[0], name))
        names.append(name)
    return sides, names


def said_of(found: Comparison, deals: Sequence[api.Deal], paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a comparison, with its charts."""
    from risksim.report.compare import charts

    said: dict[str, Any] = fields(found)
    for side, deal in zip(said["sides"], deals, strict=True):
        side["not_checked"] = api.not_checked(deal)
        side["levels"] = [_flat(level) for level in side["levels"]]
        if side["irr"] is not None:
            side["irr"] = {"p_exists": side["irr"]["p_exists"]} | _points(side["irr"]["quantiles"])
    for pair in said["pairs"]:
        pair["differences"] = [_flat(one) for one in pair["differences"]]
    run = {"paths": paths, "seed": seed, **api.identity()}
    public = public_limits(all(api.has_purse(deal) for deal in deals))
    return {"schema": SCHEMA, "run": run, **said} | public | {"charts": in_english(lambda: charts(found))}


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """A quantity and its distribution, without levels between."""
    over = one.pop("over_paths")
    bins = [{"low": low, "high": high, "probability": part} for low, high, part in one.pop("bins", [])]
    said = {**one.pop("quantity"), "mean": over["mean"], "sd": over["sd"], **_points(over["quantiles"]), **one}
    return said | {"bins": bins} if "unpaired" in said else said


def _points(quantiles: list[Any]) -> dict[str, Any]:
    from risksim.analysis.compare import LEVELS

    return {f"p{round(100 * level):02d}": one for level, one in zip(LEVELS, quantiles, strict=True)}


def as_csv(said: dict[str, Any]) -> str:
    """A row for each quantity of each pair; what does not exist is an empty cell."""
    from risksim.analysis.compare import LEVELS

    points = [f"p{round(100 * level):02d}" for level in LEVELS]
    named = ["mean", "sd", *points, "p_more", "p_less", "p_equal", "correlation"]
    heads = [f"{name}{end}" for name in named for end in ("", "_standard_error")]
    rows = (
        [pair["letter"], one["key"], one["unit"], *pairs(one[name] for name in named), one["unpaired"], one["saved"]]
        for pair in said["pairs"]
        for one in pair["differences"]
    )
    return table(["side", "quantity", "unit", *heads, "unpaired", "saved"], rows)
