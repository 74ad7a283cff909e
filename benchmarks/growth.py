"""How time grows with participants, cohorts and paths, on deals made from the simple one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench_simple import SCENARIO, SEED, pay, simple_deal
from benchmarks.clock import rounded
from risksim import api
from risksim.engine import run as engine
from risksim.plan.layout import Plan

PARTICIPANTS = (25, 120, 450, 4_000)
COHORTS = (1, 10, 100, 1_000)
PEOPLE = 24_000_000
"""Persons drawn for a figure of participants or cohorts, as far as whole leaves allow."""
PATHS = (10_000, 100_000, 1_000_000, 10_000_000)
PERSONS_OF_A_PATH = 120


def deal_text(participants: int = 120, cohorts: int = 1) -> str:
    """The simple deal with other numbers; prices per head stay, and so do cap and capital per place."""
    text = SCENARIO.read_text(encoding="utf-8")
    heads = participants * cohorts
    text = text.replace("participants: {value: 120,", f"participants: {{value: {participants},")
    text = text.replace("total: {value: 4500000,", f"total: {{value: {37_500 * heads},")
    text = text.replace("commitment: {value: 4000000,", f"commitment: {{value: {100_000 * heads // 3},")
    if cohorts > 1:
        repeat = f"    repeat: {{times: {cohorts}, assumption: as many as the measurement wants}}\n\noutcomes:"
        text = text.replace("\noutcomes:", repeat, 1)
    return text


def deal_of(participants: int = 120, cohorts: int = 1) -> Plan:
    """Such a deal, compiled."""
    if (participants, cohorts) == (120, 1):
        return simple_deal()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deal.yaml"
        file.write_text(deal_text(participants, cohorts), encoding="utf-8")
        return api.read(file).plan


def by_participants(repeats: int, people: int = PEOPLE) -> dict[str, float]:
    """Time a path by participants. [ns]"""
    found = {}
    for participants in PARTICIPANTS:
        plan = deal_of(participants)
        found[str(participants)] = ns_a_path(lambda n, plan=plan: pay(plan, n), whole(people // participants), repeats)
    return found


def by_cohorts(repeats: int, people: int = PEOPLE) -> dict[str, float]:
    """Time a path by cohorts of 120. [ns]"""
    found = {}
    for cohorts in COHORTS:
        plan = deal_of(120, cohorts)
        found[str(cohorts)] = ns_a_path(lambda n, plan=plan: pay(plan, n), whole(people // (120 * cohorts)), repeats)
    return found


def by_paths(repeats: int, most: int = PATHS[-1]) -> dict[str, float]:
    """Time a path by paths; small runs are repeated until they last. [ns]"""
    plan = simple_deal()
    found = {}
    for paths in (number for number in PATHS if number <= most):
        again = 1 if paths >= 10_000_000 else repeats * max(1, 200_000 // paths)
        found[str(paths)] = ns_a_path(lambda n: pay(plan, n), paths, again)
    return found


def whole(paths: int) -> int:
    """Whole leaves, at least one."""
    return max(engine.LEAF, paths // engine.LEAF * engine.LEAF)


def ns_a_path(run: Callable[[int], object], paths: int, repeats: int) -> float:
    run(engine.LEAF)  # compiles
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run(paths)
        taken.append(time.perf_counter() - begin)
    return rounded(1e9 * statistics.median(taken) / paths)


def exponent(found: dict[str, float], each: bool = True) -> float:
    """The power with which time grows from the second size to the largest; 1 is linear.

    `each`: the times are those of one path at that size; otherwise times a path of so many paths, where flat is linear.
    """
    sizes = np.log([float(size) for size in found])
    times = np.log(list(found.values()))
    slope = (times[-1] - times[1]) / (sizes[-1] - sizes[1])
    return rounded(float(slope if each else 1.0 + slope))


__all__ = ["SEED", "by_cohorts", "by_participants", "by_paths", "deal_of", "deal_text", "exponent"]
