"""The same bits however the kernels are run: compiled, as plain Python, and with every index checked."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]


def fingerprints(**environment: str) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.fingerprints"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def compiled() -> dict[str, dict[str, str]]:
    return fingerprints()


@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_every_deal_gives_the_same_bits(compiled, mode):
    """Out of bounds is an error in Python and under the check; compiled code alone would read on."""
    other = fingerprints(**{mode: "1"})
    assert len(other) > 80
    assert other == compiled
