"""Monte Carlo risk simulation for investors in social-outcome deals.

The front door: the names below, each loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Deal": "risksim.api",
    "Run": "risksim.api",
    "ObservedError": "risksim.errors",
    "RisksimError": "risksim.errors",
    "ScenarioError": "risksim.errors",
    "expected_only": "risksim.api",
    "explain": "risksim.api",
    "read": "risksim.api",
    "save": "risksim.api",
    "settle": "risksim.api",
    "simulate": "risksim.api",
    "tail": "risksim.analysis.tail",
    "three_lines": "risksim.analysis.three_lines",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'risksim' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return list(__all__)
