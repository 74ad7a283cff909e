"""Whole processes: how long they take to start, and how much memory they take at most."""

from __future__ import annotations

import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.bench_simple import SCENARIO
from benchmarks.clock import rounded
from benchmarks.growth import deal_text

MAIN = "risksim.cli.main"
STATISTICS_ONLY = ("--engine", "individual")
"""Options of ``risksim run``: every person drawn, nothing but statistics kept."""


ASK_A_SMALL_PARENT = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""A child begins with the memory of its parent on its account, so memory is asked of a parent that has next to none."""


class Ended(NamedTuple):
    """A process that ran."""

    seconds: float
    said: str
    remarks: str
    """Standard error."""
    complaint: str
    """Last line on stderr where it failed, else nothing."""


def process(arguments: list[str], cache: str) -> Ended:
    """Run Python in a process of its own."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"RISKSIM_CACHE_DIR": cache},
        capture_output=True,
        check=False,
        text=True,
    )
    seconds = time.perf_counter() - begin
    last = [*done.stderr.strip().splitlines(), f"exit code {done.returncode}"][-2 if done.stderr.strip() else -1]
    return Ended(seconds, done.stdout, done.stderr, last if done.returncode else "")


def command_line(arguments: list[str], cache: str) -> Ended:
    """Run ``risksim`` in a process of its own."""
    return process(["-m", MAIN, *arguments], cache)


class Memory(NamedTuple):
    """Memory of a process."""

    peak: float
    """The most it held; nan where it failed. [MB]"""
    estimate: float
    """What it said before that it would hold; nan where it said nothing. [MB]"""
    complaint: str


def memory_of(arguments: list[str], cache: str) -> Memory:
    """Memory of ``risksim`` in a process of its own."""
    ended = process(["-c", ASK_A_SMALL_PARENT, sys.executable, "-m", MAIN, *arguments], cache)
    told = re.search(r"about .* and ([0-9.,]+) (MB|GB)", ended.remarks)
    estimate = float("nan")
    if told is not None:
        estimate = float(told[1].replace(",", "")) * (1_000 if told[2] == "GB" else 1)
    if ended.complaint:
        return Memory(float("nan"), estimate, ended.complaint)
    # Linux counts kilobytes of 1,024 bytes, macOS bytes.
    return Memory(float(ended.said) * (1 if sys.platform == "darwin" else 1_024) / 1e6, estimate, "")


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
    return taken | medians({"risksim run, empty cache folder": first_run}, min(repeats, 3)), complaints


def medians(commands: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    seconds = [{name: command() for name, command in commands.items()} for _ in range(repeats)]
    return {name: rounded(statistics.median(turn[name] for turn in seconds)) for name in commands}


# Memory


def peaks(paths: tuple[int, ...], many_cohorts: int, their_paths: int) -> tuple[dict[str, Any], list[str]]:
    """Most memory held by runs of the simple deal and by a deal of many cohorts, what the runs said of it before, and
    which runs were refused. [MB]
    """
    held: dict[str, float] = {}
    expected: dict[str, float] = {}
    refused: list[str] = []

    def run(name: str, file: str, n_paths: int) -> None:
        found = memory_of(["run", file, "--paths", str(n_paths), *STATISTICS_ONLY], cache)
        if found.complaint:
            refused.append(f"{name}: {found.complaint}")
            return
        held[name] = rounded(found.peak)
        if not math.isnan(found.estimate):
            expected[name] = rounded(found.estimate)

    with tempfile.TemporaryDirectory() as cache:
        memory_of(["run", str(SCENARIO), "--paths", "1000"], cache)  # compiles
        for number in paths:
            run(f"simple deal, {number:,} paths", str(SCENARIO), number)
        file = Path(cache) / "many.yaml"
        file.write_text(deal_text(120, many_cohorts), encoding="utf-8")
        run(f"{many_cohorts:,} cohorts of 120, {their_paths:,} paths", str(file), their_paths)
    return {"MB at most": held, "MB said before": expected}, refused
