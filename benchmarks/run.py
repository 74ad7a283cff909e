"""Measure risksim beside its rivals, in one process on one core, and print ratios first.

    python benchmarks/run.py [--paths N] [--repeats 5] [--json FILE] [--no-start-up]

Programs take turns, so that a busy machine hurts all of them alike. A ratio is the median of the ratios of the turns,
a time the median of the times. The command fails if a program disagrees with the exact law or if threads change a bit;
it never fails because a machine is slow.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import rivals
from benchmarks.bench_simple import PATHS, SCENARIO, SEED, STAGES, Stages, pay, same_bits, simple_deal
from risksim import api
from risksim.plan.layout import Plan

RISKSIM = "risksim: inputs, people and payments"
RIVALS: dict[str, Callable[[int, int], rivals.IntArray]] = {
    "NumPy as stated, PCG64": rivals.people_as_stated,
    "NumPy as stated, SFC64": lambda paths, seed: rivals.people_as_stated(paths, seed, np.random.SFC64),
    "NumPy hard-tuned, SFC64": rivals.people_tuned,
}
MAIN = "risksim.cli.main"
Turns = dict[str, list[float]]
"""Seconds of each program, turn by turn."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure risksim beside its rivals.")
    parser.add_argument("--paths", type=int, default=PATHS, help="paths of a run (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="runs behind every median (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument("--no-start-up", action="store_true", help="leave out the figures of whole processes")
    chosen = parser.parse_args()

    plan = simple_deal()
    api.simulate(plan, 1_024, SEED, 1)  # compiles
    faults = disagreements(plan, chosen.paths)
    with one_core():
        programs = person_level(plan, chosen.paths, chosen.repeats)
        stages = stage_breakdown(plan, chosen.repeats)
    threads = second_core(plan, chosen.paths, chosen.repeats)
    figures: dict[str, Any] = {
        "machine": machine(),
        "paths": chosen.paths,
        "repeats": chosen.repeats,
        "ratios": ratios(programs, threads),
        "ns_a_path": in_ns(programs | threads, chosen.paths),
        "stages_ns_a_path": stages,
        "start_up_s": {} if chosen.no_start_up else start_up(chosen.repeats),
    }
    show(figures)
    if chosen.json is not None:
        figures["start_up_s"] = {name: taken for name, taken in figures["start_up_s"].items() if not math.isnan(taken)}
        chosen.json.write_text(json.dumps(figures, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    if faults:
        sys.exit("\n".join(faults))


def disagreements(plan: Plan, paths: int) -> list[str]:
    """What is wrong with the results, whatever their speed."""
    one, two = api.simulate(plan, paths, SEED, 1).paths, api.simulate(plan, paths, SEED, 2).paths
    faults = [] if same_bits(one, two) else ["risksim: one thread and two threads differ"]
    received = pay(plan, paths)
    if not np.array_equal(received, one.received[:, 0]):
        faults.append("risksim: the timed stages pay other amounts than the engine")
    payments = {RISKSIM: received} | {name: rival(paths, SEED) for name, rival in RIVALS.items()}
    for name, paid in payments.items():
        found = rivals.agreement(paid)
        if not found.holds:
            faults.append(
                f"{name}: off the exact law by {found.mean_payment:.1f} and {found.p_loss:.1f} standard errors"
            )
    return faults


def turns(programs: Mapping[str, Callable[[], object]], repeats: int) -> Turns:
    """Seconds of each program, turn by turn."""
    seconds: Turns = {name: [] for name in programs}
    for _ in range(repeats):
        for name, program in programs.items():
            begin = time.perf_counter()
            program()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def ratio(above: list[float], below: list[float]) -> float:
    """Median of the ratios of the turns: a machine that changes pace between turns moves it least."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def person_level(plan: Plan, paths: int, repeats: int) -> Turns:
    """Risksim and its rivals, seconds."""
    programs: dict[str, Callable[[], object]] = {RISKSIM: lambda: pay(plan, paths)}
    programs |= {name: (lambda rival=rival: rival(paths, SEED)) for name, rival in RIVALS.items()}
    programs["risksim: whole run with books, IRR and NPV, every path kept"] = lambda: api.simulate(plan, paths, SEED, 1)
    return turns(programs, repeats)


def stage_breakdown(plan: Plan, repeats: int) -> dict[str, float]:
    """Every stage of one block on arrays that are there already, ns a path."""
    block = Stages(plan)
    programs = {stage: (lambda stage=stage: block.run(stage)) for stage in STAGES}
    return in_ns(turns(programs, 10 * repeats), block.n_paths)


def second_core(plan: Plan, paths: int, repeats: int) -> Turns:
    """One thread and two, not pinned, seconds."""
    return turns(
        {
            "pay, 1 thread": lambda: pay(plan, paths, threads=1),
            "pay, 2 threads": lambda: pay(plan, paths, threads=2),
            "whole run, 1 thread": lambda: api.simulate(plan, paths, SEED, 1),
            "whole run, 2 threads": lambda: api.simulate(plan, paths, SEED, 2),
        },
        repeats,
    )


def ratios(programs: Turns, threads: Turns) -> dict[str, float]:
    return {f"{name}, times risksim": ratio(programs[name], programs[RISKSIM]) for name in RIVALS} | {
        f"{what}, one thread over two": ratio(threads[f"{what}, 1 thread"], threads[f"{what}, 2 threads"])
        for what in ("pay", "whole run")
    }


def in_ns(seconds: Turns, paths: int) -> dict[str, float]:
    return {name: 1e9 * statistics.median(taken) / paths for name, taken in seconds.items()}


def start_up(repeats: int) -> dict[str, float]:
    """Whole processes, seconds; nan where a command fails."""
    file = str(SCENARIO)
    with tempfile.TemporaryDirectory() as warm:
        command_line(["run", file], warm)
        taken = medians_of_processes(
            {
                "risksim --help": lambda: command_line(["--help"], warm),
                "risksim check": lambda: command_line(["check", file], warm),
                "risksim run, warm": lambda: command_line(["run", file], warm),
            },
            repeats,
        )
    return taken | medians_of_processes({"risksim run, empty cache folder": lambda: first_run(file)}, repeats)


def first_run(file: str) -> float:
    with tempfile.TemporaryDirectory() as empty:
        return command_line(["run", file], empty)


def medians_of_processes(commands: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    seconds = [{name: command() for name, command in commands.items()} for _ in range(repeats)]
    return {name: statistics.median(turn[name] for turn in seconds) for name in commands}


def command_line(arguments: list[str], cache: str) -> float:
    """Seconds of one whole process; nan if it fails."""
    environment = os.environ | {"RISKSIM_CACHE_DIR": cache}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", MAIN, *arguments], env=environment, capture_output=True, check=False, text=True
    )
    seconds = time.perf_counter() - begin
    if done.returncode == 0:
        return seconds
    last = done.stderr.strip().splitlines()[-1:]
    print(f"risksim {' '.join(arguments[:1])} failed: {' '.join(last)}", file=sys.stderr)
    return float("nan")


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
    } | {name: version_of(name) for name in ("risksim-dsi", "numpy", "numba", "llvmlite")}


def version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"  # run from a checkout


def show(figures: Mapping[str, Any]) -> None:
    print(", ".join(f"{key} {value}" for key, value in figures["machine"].items()))
    print(f"{figures['paths']:,} paths, medians of {figures['repeats']}, programs in turns\n")
    for title, key, unit, digits in (
        ("Ratios", "ratios", "", 2),
        ("Time a path", "ns_a_path", "ns", 0),
        ("Stages of one block, arrays there already, one thread", "stages_ns_a_path", "ns", 1),
        ("Whole processes", "start_up_s", "s", 2),
    ):
        if figures[key]:
            print(title)
            for name, value in figures[key].items():
                print(f"  {name:<64}{value:>9,.{digits}f} {unit}".rstrip())
            print()


if __name__ == "__main__":
    main()
