"""Functions that tests send to workers by their names."""

import os
import time

import numpy as np


def numbers(factor, pause, task):
    """A number a path, after a pause."""
    time.sleep(pause)
    return {"x": factor * np.arange(task.first, task.first + task.paths)}


def who(common, task):
    """The process that computes a task, and which copy of what all tasks share it has."""
    return {"process": np.array([os.getpid(), id(common)])}


def faulty(task):
    """Fails in the third task."""
    if task.number == 2:
        raise ValueError("made to fail")
    return {"x": np.arange(task.paths)}
