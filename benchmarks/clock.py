"""Programs in turns, and the machine that they run on."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

Turns = dict[str, list[float]]
"""Seconds a path of each program, turn by turn."""


class Timed(NamedTuple):
    """A program and how much it does."""

    run: Callable[[], object]
    paths: int
    """Or deals, or calls: what its time is divided by."""


def turns(programs: Mapping[str, Timed], repeats: int) -> Turns:
    """Seconds a path of each program, turn by turn: a busy machine then hurts all of them alike."""
    seconds: Turns = {name: [] for name in programs}
    for _ in range(repeats):
        for name, program in programs.items():
            begin = time.perf_counter()
            program.run()
            seconds[name].append((time.perf_counter() - begin) / program.paths)
    return seconds


def ratio(above: list[float], below: list[float]) -> float:
    """Median of the ratios of the turns: a machine that changes pace between turns moves it least."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def in_ns(seconds: Turns) -> dict[str, float]:
    """Median time a path of each program. [ns]"""
    return {name: rounded(1e9 * statistics.median(taken)) for name, taken in seconds.items()}


def rounded(value: float) -> float:
    """Four digits: more is noise, and would move in every file."""
    return value if value == 0.0 or not math.isfinite(value) else float(f"{value:.4g}")


@contextmanager
def one_core() -> Iterator[None]:
    """Stay on one core where the system allows it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def machine() -> dict[str, str]:
    """What a figure depends on."""
    told = Path("/proc/cpuinfo")
    models = [line for line in told.read_text().splitlines() if line.startswith("model name")] if told.exists() else []
    return {
        "processor": models[0].partition(":")[2].strip() if models else platform.processor(),
        "cores": str(os.cpu_count()),
        "system": platform.system(),
        "python": platform.python_version(),
    } | {name: version_of(name) for name in ("numpy", "numba", "llvmlite", "scipy", "openturns", "monaco", "pyxirr")}


def version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
