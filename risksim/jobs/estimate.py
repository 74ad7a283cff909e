"""How long a job will take and how much memory, from a timed look at a few of its paths."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from risksim.engine.run import bytes_per_path
from risksim.jobs.blocks import Wanted, begin, run_task, task_size
from risksim.jobs.columns import pack
from risksim.jobs.executors import Task
from risksim.jobs.job import Job
from risksim.metrics.tree import LEAF

STATISTICS_BYTES = 80
"""Memory that the statistics of kept values take beside them, for each path. [byte]"""
COLUMN_SECONDS = 1.2e-7
"""Time that the statistics of a kept column take for each path. [second]"""
SKETCH_BYTES = 14 * 2048 * 24
"""Memory of the counts of a quantity that spans 14 octaves. [byte]"""


class Estimate(NamedTuple):
    """What a job will take."""

    seconds: float
    bytes: int
    """At the peak, with what the program itself takes."""

    def __str__(self) -> str:
        return f"about {_time(self.seconds)} and {_memory(self.bytes)}"


def estimate(job: Job) -> Estimate:
    """Estimate what a job will take, by running its first leaves.

    Parameters
    ----------
    job : Job
        What is to be done; kernels are compiled by this if they weren't.

    Returns
    -------
    Estimate
        For as many paths as the job has at most.
    """
    settings = job.settings
    beginning = begin(job.plan, settings, job.paths, job.moves, job.cohorts)
    keeping = job.paths <= job.keep_values
    wanted = Wanted(None if keeping else beginning.shifts, job.moves, job.cohorts)
    size = min(task_size(job.plan, settings), 8 * LEAF)
    run_task(job.plan, settings, wanted, Task(0, 0, size))  # compiles
    began = time.monotonic()
    run_task(job.plan, settings, wanted, Task(1, size, size))
    each = (time.monotonic() - began) / size
    threads = job.threads or os.cpu_count() or 1
    packed = pack(beginning.columns)
    varying = [values for values in packed.values() if values.size > 1]
    seconds = each * job.paths / threads * (2.0 if job.exact and not keeping else 1.0)
    held = threads * task_size(job.plan, settings) * bytes_per_path(job.plan, False)
    if keeping:
        seconds += len(varying) * COLUMN_SECONDS * job.paths
        held += job.paths * (STATISTICS_BYTES + sum(values.itemsize for values in varying))
    else:
        held += SKETCH_BYTES // beginning.shifts.n_replicates
    return Estimate(seconds, _resident() + held)


def _resident() -> int:
    """Memory that the process has taken so far, at its peak. [byte]"""
    status = Path("/proc/self/status")
    if status.exists():  # what `resource` says may be the peak of the process that started this one
        held = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        if held:
            return int(held[0]) * 1024
    try:
        import resource
    except ImportError:  # not on Windows
        return 200 * 2**20
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most if sys.platform == "darwin" else most * 1024)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1.0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _memory(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size < 2e9 else f"{size / 1e9:.1f} GB"
