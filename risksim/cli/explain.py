"""``risksim explain``: one path as a story."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from risksim import api
from risksim.cli.deals import one_deal
from risksim.cli.output import as_text, check_folder, keyed, show, talk, write
from risksim.language import _

Engine = Literal["individual", "conditional"]


def explain(file: str, path: int, seed: int, name: str | None, engine: Engine, as_json: bool, out: Path | None) -> None:
    """Tell one path."""
    if out is not None:
        check_folder(out)
    deal = one_deal(file, name)
    if api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    told = api.explain(deal, path, seed, engine)
    purse, obstacle = _purse(deal, path, seed, engine)
    if as_json:
        said = {"schema": "risksim.explain/1", **keyed(told), "not_checked": api.not_checked(deal)}
        if purse is not None:
            from risksim.cli.public import json_of_path

            said["public"] = json_of_path(deal, purse)
        text = as_text(said)
    else:
        from risksim.report.describe import not_checked
        from risksim.report.story import story

        text = story(told) + _told(purse, engine, obstacle) + not_checked(api.constants_in_use(deal))
    if out is None:
        show(text)
    else:
        write(out, text)
        talk(_("Wrote {file}.", file=out))


def _purse(deal: api.Deal, path: int, seed: int, engine: Engine) -> tuple[api.PurseStory | None, str | None]:
    """The public side of the path, where the file speaks of it, and why another engine had to count its people."""
    if not api.has_purse(deal):
        return None, None
    obstacle = api.why_not_counted(deal) if engine == "conditional" else None
    return api.explain_purse(deal, path, seed, engine if obstacle is None else "individual"), obstacle


def _told(purse: api.PurseStory | None, engine: Engine, obstacle: str | None) -> str:
    if purse is None:
        return ""
    from risksim.report.purse import known_limits
    from risksim.report.purse_story import of_the_same_path

    return of_the_same_path(purse, engine, obstacle) + known_limits()
