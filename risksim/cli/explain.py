"""``risksim explain``: one path as a story."""

from __future__ import annotations

from pathlib import Path

from risksim import api
from risksim.cli.output import as_text, check_folder, keyed, show, talk, write


def explain(file: str, path: int, seed: int, as_json: bool, out: Path | None) -> None:
    """Tell one path."""
    if out is not None:
        check_folder(out)
    deal = api.read(file)
    if api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")
    told = api.explain(deal, path, seed)
    if as_json:
        text = as_text({"schema": "risksim.explain/1", **keyed(told)})
    else:
        from risksim.report.story import story

        text = story(told)
    if out is None:
        show(text)
    else:
        write(out, text)
        talk(f"Wrote {out}.")
