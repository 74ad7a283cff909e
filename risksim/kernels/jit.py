"""Compiler options, once, and where compiled kernels are kept.

The cache folder is named after the package's kernel sources (a hash of all of them), because numba does not see that a
callee in another file has changed. It is handed to numba while a kernel is decorated and taken back afterwards, so
that no other program's cache moves.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
import platformdirs

Function = Callable[..., Any]

# numba ships types for njit, but none for its configuration: a mapping of options fits no overload.
_njit: Any = numba.njit
_config: Any = numba.config

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
"""No ``parallel``, no ``fastmath``: the first crashes servers, the second changes digits and breaks nan."""


@cache
def source_hash() -> str:
    """Hash of every kernel source file: names the cache folder and stands in every result."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Where compiled kernels are kept; None where no folder can be written.

    ``RISKSIM_CACHE_DIR`` or ``NUMBA_CACHE_DIR`` name another place.
    """
    named = os.environ.get("RISKSIM_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    roots = [Path(named)] if named else [Path(platformdirs.user_cache_dir("risksim")), Path(tempfile.gettempdir())]
    for root in roots:
        # Bounds-checked code is other code: it must never be found by a plain run.
        folder = root / f"risksim-kernels-{source_hash()}{'-checked' if os.environ.get('NUMBA_BOUNDSCHECK') else ''}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return folder
    return None


def is_warm() -> bool:
    """True if some kernel of this version has been compiled on this machine before."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("*.nbi"))


def kernel(function: Function) -> Function:
    """Compile a kernel: no interpreter lock, numpy's rules for division, cached between processes."""
    folder = cache_folder()
    before = _config.CACHE_DIR
    try:
        if folder is not None:
            _config.CACHE_DIR = str(folder)
        compiled: Function = _njit(cache=folder is not None, **OPTIONS)(function)
    finally:
        _config.CACHE_DIR = before
    return _with_python(compiled)


def inlined(function: Function) -> Function:
    """Compile a formula that is called inside a vector loop: a plain call there would not be vectorised."""
    return _with_python(_njit(inline="always", **OPTIONS)(function))


def _with_python(function: Function) -> Function:
    """Without a compiler (``NUMBA_DISABLE_JIT=1``) a kernel is its own Python twin."""
    if not hasattr(function, "py_func"):
        function.py_func = function  # type: ignore[attr-defined]
    return function
