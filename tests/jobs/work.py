"""Functions that tests send to workers by their names."""

import time

import numpy as np


def toy(factor, pause, task):
    """A number a path, after a pause."""
    time.sleep(pause)
    return {"x": factor * np.arange(task.first, task.first + task.paths)}
