"""``risksim --version``."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = ("numpy", "numba", "scipy", "xarray", "pydantic")


def version_text() -> str:
    """Versions of risksim and of what its numbers depend on."""
    parts = [f"{name} {version(name)}" for name in PACKAGES]
    return f"risksim {version('risksim-dsi')}\npython {platform.python_version()}, " + ", ".join(parts)
