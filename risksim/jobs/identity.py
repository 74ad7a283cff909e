"""What has to be alike, on two machines or on two days, for a deal and a seed to give the same bits."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOMS = ("kernels", "engine", "metrics", "jobs", "plan")
"""Rooms of the package whose code decides what paths and statistics come out."""


@cache
def identity() -> dict[str, str]:
    """Versions of risksim, numpy and numba, and a hash of the source that draws, settles and counts.

    Returns
    -------
    dict
        By ``risksim``, ``code``, ``numpy`` and ``numba``.
    """
    return {
        "risksim": _version("risksim-dsi"),
        "code": _code_hash(),
        "numpy": _version("numpy"),
        "numba": _version("numba"),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _code_hash() -> str:
    """Hash of the source, which a version does not tell apart while somebody works on it."""
    package, digest = Path(__file__).parents[1], hashlib.sha256()
    for room in ROOMS:
        for file in sorted((package / room).glob("*.py")):
            digest.update(f"{room}/{file.name}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
