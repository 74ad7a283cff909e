"""Garbage is looked for seldom while the program loads, and more often while it simulates."""

import gc

import pytest

from risksim.cli import batch, garbage, memo, run, standard

BARS = {
    "run": lambda: run.progress(1, quiet=True),
    "batch": lambda: batch._progress(1, quiet=True),
    "memo": lambda: memo.progress(quiet=True),
    "standard": lambda: standard._progress(quiet=True),
}


@pytest.fixture(autouse=True)
def pace():
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


@pytest.mark.parametrize("bar", BARS)
def test_a_run_looks_for_garbage_more_often_than_the_start(bar):
    garbage.loads()
    assert gc.get_threshold()[0] == garbage.WHILE_LOADING
    with BARS[bar]():
        assert gc.get_threshold()[0] == garbage.WHILE_RUNNING < garbage.WHILE_LOADING


def test_whoever_calls_from_python_decides_alone(pace):
    with run.progress(1, quiet=True):
        assert gc.get_threshold() == pace
