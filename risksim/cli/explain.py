"""``risksim explain``: one path as a story."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from risksim import api
from risksim.cli.deals import one_deal
from risksim.cli.output import check_folder, show, talk, write
from risksim.language import _
from risksim.replies.explain import purse_of, said_of
from risksim.replies.form import as_text

Engine = Literal["individual", "conditional"]


def explain(file: str, path: int, seed: int, name: str | None, engine: Engine, as_json: bool, out: Path | None) -> None:
    """Tell one path."""
    if out is not None:
        check_folder(out)
    deal = one_deal(file, name)
    if api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    told = api.explain(deal, path, seed, engine)
    purse, obstacle = purse_of(deal, path, seed, engine)
    if as_json:
        text = as_text(said_of(deal, told, purse))
    else:
        from risksim.report.describe import not_checked
        from risksim.report.story import story

        text = story(told) + _told(purse, engine, obstacle) + not_checked(api.constants_in_use(deal))
    if out is None:
        show(text)
    else:
        write(out, text)
        talk(_("Wrote {file}.", file=out))


def _told(purse: api.PurseStory | None, engine: Engine, obstacle: str | None) -> str:
    if purse is None:
        return ""
    from risksim.report.purse import known_limits
    from risksim.report.purse_story import of_the_same_path

    return of_the_same_path(purse, engine, obstacle) + known_limits()
