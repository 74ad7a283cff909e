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

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

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
    processor: float
    """Time of the processor, the system's on its behalf included; nan where it is not told. [s]"""
    said: str
    remarks: str
    """Standard error."""
    complaint: str
    """Last line on stderr where it failed, else nothing."""


def process(arguments: list[str], cache: str, bytecode: str | None = None) -> Ended:
    """Run Python in a process of its own; `bytecode` is a folder for what Python translates.

    An installed program is translated when it is installed. Where that is kept nowhere, as in a clone that is run with
    ``PYTHONDONTWRITEBYTECODE``, every process translates every file anew, which takes longer than all the rest.
    """
    environment = os.environ | {"RISKSIM_CACHE_DIR": cache}
    if bytecode is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = bytecode
    begin, before = time.perf_counter(), of_children()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    seconds, processor = time.perf_counter() - begin, of_children() - before
    last = [*done.stderr.strip().splitlines(), f"exit code {done.returncode}"][-2 if done.stderr.strip() else -1]
    return Ended(seconds, processor, done.stdout, done.stderr, last if done.returncode else "")


def of_children() -> float:
    """Time that the processor gave to children that ended; other programs hardly move it. [s]"""
    if resource is None:
        return float("nan")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command_line(arguments: list[str], cache: str, bytecode: str | None = None) -> Ended:
    """Run ``risksim`` in a process of its own."""
    return process(["-m", MAIN, *arguments], cache, bytecode)


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


def start_up(repeats: int) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Seconds of whole processes, by the clock and of the processor, and what failed."""
    file = str(SCENARIO)
    complaints: list[str] = []

    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as bytecode:

        def ended(arguments: list[str], cache: str) -> Ended:
            found = command_line(arguments, cache, bytecode)
            if found.complaint:
                complaints.append(f"risksim {arguments[0]}: {found.complaint}")
            return found

        def first_run() -> Ended:
            with tempfile.TemporaryDirectory() as empty:
                return ended(["run", file], empty)

        for arguments in (["--help"], ["check", file], ["run", file]):  # translates and compiles
            ended(arguments, warm)
        taken = each(
            {
                "risksim --help": lambda: ended(["--help"], warm),
                "risksim check": lambda: ended(["check", file], warm),
                "risksim run, warm": lambda: ended(["run", file], warm),
            },
            repeats,
        ) | each({"risksim run, empty cache folder": first_run}, min(repeats, 3))
    return {
        "s": {name: rounded(statistics.median(one.seconds for one in found)) for name, found in taken.items()},
        "s of the processor": {
            name: rounded(statistics.median(one.processor for one in found)) for name, found in taken.items()
        },
    }, complaints


def each(commands: Mapping[str, Callable[[], Ended]], repeats: int) -> dict[str, list[Ended]]:
    """Every command, in turns."""
    found = [{name: command() for name, command in commands.items()} for _ in range(repeats)]
    return {name: [turn[name] for turn in found] for name in commands}


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
