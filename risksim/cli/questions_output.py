"""What the commands that answer questions have in common: JSON with charts, files, kindness on the first run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import OutputError, check_folder, talk, write


def check_files(out: Path | None, chart: Path | None) -> None:
    """Refuse files that cannot be written, before any work is done."""
    for option, file in (("--out", out), ("--chart", chart)):
        if file is None:
            continue
        if file.suffix != ".json":
            raise OutputError(
                f"{option} {file}: got the ending '{file.suffix}'; this is saved as .json.\n"
                f"  Try {option} {file.with_suffix('.json')}"
            )
        check_folder(file)


def greet(quiet: bool) -> None:
    """Say why the first run takes longer."""
    if not quiet and api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")


def save(out: Path | None, chart: Path | None, said: dict[str, Any]) -> None:
    """Write what was asked for; the charts by name, or the chart itself where there is one."""
    if out is not None:
        write(out, json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        talk(f"Wrote {out}.")
    if chart is not None:
        drawn = said["charts"]
        content = next(iter(drawn.values())) if len(drawn) == 1 else drawn
        write(chart, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        talk(f"Wrote {chart}.")
