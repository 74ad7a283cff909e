"""Whole processes: how long they take to start, and how much memory they take at most."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench_simple import SCENARIO
from benchmarks.clock import rounded
from benchmarks.growth import deal_text

MAIN = "risksim.cli.main"
STATISTICS_ONLY: tuple[str, ...] = ()
"""Options of ``risksim run`` under which nothing but statistics is kept."""


class Ended(NamedTuple):
    """A process that ran."""

    seconds: float
    peak_mb: float
    """Most memory it held at any time. [MB]"""
    complaint: str
    """Last line on stderr where it failed, else nothing."""


def command_line(arguments: list[str], cache: str) -> Ended:
    """Run ``risksim`` in a process of its own."""
    environment = os.environ | {"RISKSIM_CACHE_DIR": cache}
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", MAIN, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        if hasattr(os, "wait4"):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            # Linux counts kilobytes, macOS bytes.
            peak = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        else:
            process.wait()
            peak = float("nan")
        seconds = time.perf_counter() - begin
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().splitlines()
    return Ended(seconds, peak, (said[-1:] or [f"exit code {process.returncode}"])[0] if process.returncode else "")


# Start-up


def start_up(repeats: int) -> tuple[dict[str, float], list[str]]:
    """Seconds of whole processes, and what failed."""
    file = str(SCENARIO)
    complaints: list[str] = []

    def seconds(arguments: list[str], cache: str) -> float:
        ended = command_line(arguments, cache)
        if ended.complaint:
            complaints.append(f"risksim {arguments[0]}: {ended.complaint}")
        return ended.seconds

    def first_run() -> float:
        with tempfile.TemporaryDirectory() as empty:
            return seconds(["run", file], empty)

    with tempfile.TemporaryDirectory() as warm:
        seconds(["run", file], warm)
        taken = medians(
            {
                "risksim --help": lambda: seconds(["--help"], warm),
                "risksim check": lambda: seconds(["check", file], warm),
                "risksim run, warm": lambda: seconds(["run", file], warm),
            },
            repeats,
        )
    return taken | medians({"risksim run, empty cache folder": first_run}, repeats), complaints


def medians(commands: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    seconds = [{name: command() for name, command in commands.items()} for _ in range(repeats)]
    return {name: rounded(statistics.median(turn[name] for turn in seconds)) for name in commands}


# Memory


def peaks(paths: tuple[int, ...], many_cohorts: int, their_paths: int) -> tuple[dict[str, float], list[str]]:
    """Most memory held by runs of the simple deal, and by a deal of many cohorts, and which runs were refused. [MB]"""
    found: dict[str, float] = {}
    refused: list[str] = []

    def run(name: str, file: str, n_paths: int) -> None:
        ended = command_line(["run", file, "--paths", str(n_paths), "--quiet", *STATISTICS_ONLY], cache)
        if ended.complaint:
            refused.append(f"{name}: {ended.complaint}")
        else:
            found[name] = rounded(ended.peak_mb)

    with tempfile.TemporaryDirectory() as cache:
        for number in paths:
            run(f"simple deal, {number:,} paths", str(SCENARIO), number)
        file = Path(cache) / "many.yaml"
        file.write_text(deal_text(120, many_cohorts), encoding="utf-8")
        run(f"{many_cohorts:,} cohorts of 120, {their_paths:,} paths", str(file), their_paths)
    return found, refused
