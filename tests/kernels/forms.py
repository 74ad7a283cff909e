"""Every kernel is tested as it runs, compiled, and as the Python it was written in; both must be equal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from risksim.kernels.words import LANES, fill_persons
from tests.reference import philox

KEY = philox.key_of(20_250_101)


@cache
def python_of(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The Python a kernel was written in, with the Python of every kernel it calls: numpy warns there of overflow."""
    written = getattr(kernel, "py_func", kernel)
    used = {name: written.__globals__[name] for name in written.__code__.co_names if name in written.__globals__}
    names = {name: python_of(value) if _is_own(value) else value for name, value in used.items()}
    return FunctionType(written.__code__, names, written.__name__, written.__defaults__)


def _is_own(value: Any) -> bool:
    """Whether something is a kernel, or plain Python between kernels."""
    plain = isinstance(value, FunctionType) and value.__module__.startswith("risksim.kernels")
    return plain or hasattr(value, "py_func")


def both(kernel: Callable[..., Any]) -> pytest.MarkDecorator:
    """Run a test with the kernel compiled and as Python."""
    return pytest.mark.parametrize("run", [kernel, python_of(kernel)], ids=["compiled", "python"])


def key_array(key: tuple[int, int] = KEY) -> np.ndarray:
    return np.array(key, dtype=np.uint64)


def words_of(purpose: int, people: int, *, path: int = 0, cohort: int = 0, outcome: int = 0) -> np.ndarray:
    """Words of one tile: uint32[person, lane], as many persons as asked for."""
    quads = -(-people // 4)
    out = np.empty((4 * quads, LANES), np.uint32)
    fill_persons(key_array(), path, purpose, cohort, outcome, 0, 0, quads, out)
    return out[:people]


def close_to(expected: float, error: float, found: float, *, errors: float = 4.0) -> bool:
    """Whether a random number lies within so many standard errors of what it should be."""
    return abs(found - expected) <= errors * error
