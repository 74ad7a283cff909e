"""Memory does not grow with paths, and is told before."""

import subprocess
import sys

import pytest

SIMPLE = "scenarios/examples/simple-reference.yaml"
CODE = f"""
import sys
from pathlib import Path
from risksim import api
from risksim.jobs.job import work
job = api.job(api.read({SIMPLE!r}), int(sys.argv[1]), keep_values=int(sys.argv[2]))
told = api.estimate(job).bytes
work(job)
(peak,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(told / 2**20, int(peak) / 1024)
"""


def memory(paths, keep):
    """Told and measured. [MiB]"""
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(paths), str(keep)], capture_output=True, text=True, check=True
    )
    return tuple(map(float, done.stdout.split()))


@pytest.mark.slow
@pytest.mark.parametrize("paths", [1_000_000, 10_000_000])
def test_memory_is_flat_where_values_are_not_kept(paths):
    told, taken = memory(paths, 0)
    assert taken < 300
    assert told == pytest.approx(taken, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("paths", [100_000, 1_000_000])
def test_memory_of_kept_values_is_told_within_a_fifth(paths):
    told, taken = memory(paths, 1_000_000)
    assert told == pytest.approx(taken, rel=0.2)
