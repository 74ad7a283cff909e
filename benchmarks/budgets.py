"""What risksim promises to reach, held against what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Parts = Mapping[str, Any]
FATES = "risksim: persons by fate"
"""The form of lives in which a person is one draw from a table of fates."""


class Budget(NamedTuple):
    """One promise."""

    what: str
    asked: float
    unit: str
    found: Callable[[Parts], float | None]
    """The figure; None where it was not measured."""
    why: str
    """Why it is not reached, where it is not."""
    at_least: bool = True

    def holds(self, found: float) -> bool:
        """Whether a figure is good enough."""
        return found >= self.asked if self.at_least else found <= self.asked


def _at(part: str, *keys: str) -> Callable[[Parts], float | None]:
    """The figure under keys of a part."""

    def look(parts: Parts) -> float | None:
        held: Any = parts.get(part, {}).get("figures", {})
        for key in keys:
            if key not in held:
                return None
            held = held[key]
        return float(held)

    return look


def _most(part: str, key: str, prefix: str) -> Callable[[Parts], float | None]:
    """The largest of the figures whose names begin alike."""

    def look(parts: Parts) -> float | None:
        held = parts.get(part, {}).get("figures", {}).get(key, {})
        found = [value for name, value in held.items() if name.startswith(prefix)]
        return max(found) if found else None

    return look


def _memory_to_ten_million(parts: Parts) -> float | None:
    held = parts.get("memory", {}).get("figures", {}).get("MB at most", {})
    wanted = [f"simple deal, {paths:,} paths" for paths in (100_000, 1_000_000, 10_000_000)]
    return max(held[name] for name in wanted) if all(name in held for name in wanted) else None


def _memory_said_before(parts: Parts) -> float | None:
    """How far the estimate printed before a run is off at most, as a share of what was held."""
    held = parts.get("memory", {}).get("figures", {})
    expected = held.get("MB said before", {})
    off = [abs(value / held["MB at most"][name] - 1.0) for name, value in expected.items()]
    return max(off) if off else None


def _furthest_from_linear(parts: Parts) -> float | None:
    held = parts.get("scaling", {}).get("figures", {}).get("growth with the power of", {})
    return max(held.values()) if held else None


def _rich(rival: str, ours: str, key: str = "ratios") -> Callable[[Parts], float | None]:
    return _at("rich", key, f"{rival}, times {ours}")


def _inverse(look: Callable[[Parts], float | None]) -> Callable[[Parts], float | None]:
    def turned(parts: Parts) -> float | None:
        found = look(parts)
        return None if found is None else 1.0 / found

    return turned


LIVED = "risksim: persons lived one by one"
CONDITIONAL, INTEGRATED = "risksim: conditional", "risksim: conditional, people integrated"
STATED, SAME, IN_C = "NumPy as stated", "NumPy, same mathematics", "C, same mathematics"
BY_FATE = (
    "two fifths of the time go into the chances of fates, integrated at 32 places of a person for any deal where the "
    "rivals take 12, a third into people, of whom 24 kinds are told apart, and a quarter into money"
)

BUDGETS = (
    Budget(
        "simple deal, chunked NumPy over risksim",
        4.0,
        "times",
        _at("simple", "ratios", "NumPy as stated, PCG64, times risksim"),
        "",
    ),
    Budget(
        "simple deal, OpenTURNS over risksim",
        7.0,
        "times",
        _at("simple", "ratios", "OpenTURNS, conditioned binomial, times risksim"),
        "OpenTURNS draws one binomial number where risksim draws 120 people",
    ),
    Budget(
        "simple deal, monaco over risksim",
        200.0,
        "times",
        _at("simple", "ratios", "monaco, loop over cases, times risksim"),
        "monaco draws two binomial numbers where risksim draws 120 people",
    ),
    Budget("rich deal by fates, NumPy as stated over risksim", 15.0, "times", _rich(STATED, FATES), BY_FATE),
    Budget(
        "rich deal by fates, NumPy with the same mathematics over risksim", 6.0, "times", _rich(SAME, FATES), BY_FATE
    ),
    Budget(
        "rich deal person by person, NumPy as stated over risksim",
        10.0,
        "times",
        _rich(STATED, LIVED),
        "each person is lived by the stages that every deal shares, one kernel call for each decision, and normal "
        "numbers are drawn to the last digit, where the rival takes 32 bits",
    ),
    Budget("rich deal by fates, risksim over C", 1.1, "times", _inverse(_rich(IN_C, FATES)), BY_FATE, at_least=False),
    Budget(
        "second core, inputs, people and payments",
        1.85,
        "times",
        _at("threads", "ratios", "pay, one thread over two"),
        "",
    ),
    Budget(
        "conditional engine, plain paths that give as good a mean",
        7e6,
        "paths",
        _at("accuracy", "plain paths as good", CONDITIONAL, "mean NPV"),
        "",
    ),
    Budget(
        "conditional engine, plain paths that give as good a P(loss)",
        0.15e6,
        "paths",
        _at("accuracy", "plain paths as good", CONDITIONAL, "P(loss)"),
        "",
    ),
    Budget(
        "conditional engine, plain paths that give as good an ES95",
        0.8e6,
        "paths",
        _at("accuracy", "plain paths as good", CONDITIONAL, "ES95"),
        "",
    ),
    Budget(
        "people integrated, plain paths that give as good a mean",
        1e9,
        "paths",
        _at("accuracy", "plain paths as good", INTEGRATED, "mean NPV"),
        "",
    ),
    Budget(
        "people integrated, plain paths that give as good a P(loss)",
        1e9,
        "paths",
        _at("accuracy", "plain paths as good", INTEGRATED, "P(loss)"),
        "",
    ),
    Budget(
        "people integrated, plain paths that give as good an ES95",
        30e6,
        "paths",
        _at("accuracy", "plain paths as good", INTEGRATED, "ES95"),
        "",
    ),
    Budget(
        "internal rates of eight yearly flows, pyxirr in a loop over risksim",
        5.0,
        "times",
        _at("rates", "ratios", "pyxirr, one call a deal, times risksim"),
        "",
    ),
    Budget(
        "memory of the simple deal up to 10 million paths",
        300.0,
        "MB",
        _memory_to_ten_million,
        "",
        at_least=False,
    ),
    Budget(
        "memory of 1,000 cohorts of 120",
        1_074.0,
        "MB",
        _most("memory", "MB at most", "1,000 cohorts"),
        "",
        at_least=False,
    ),
    Budget("estimate of memory before the run, share it is off", 0.2, "", _memory_said_before, "", at_least=False),
    Budget(
        "growth with participants, cohorts and paths, largest power",
        1.1,
        "",
        _furthest_from_linear,
        "",
        at_least=False,
    ),
    Budget("risksim --help", 0.15, "s", _at("start-up", "s", "risksim --help"), "", at_least=False),
    Budget("risksim check", 0.5, "s", _at("start-up", "s", "risksim check"), "", at_least=False),
    Budget("risksim run, warm", 1.6, "s", _at("start-up", "s", "risksim run, warm"), "", at_least=False),
    Budget(
        "risksim run, first on a machine",
        8.0,
        "s",
        _at("start-up", "s", "risksim run, empty cache folder"),
        "the kernels of a deal are compiled once on each machine, and this one is slow at it",
        at_least=False,
    ),
)
