"""What the public purse costs: a run that reckons it beside the plain run on the same paths."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench_simple import SCENARIO, SEED, same_bits
from benchmarks.clock import Timed
from risksim import api
from risksim.plan.layout import Plan

HAVNEN = SCENARIO.parents[1] / "danish" / "havnen.yaml"
ENGINES = ("individual", "conditional")
PUBLIC = """
public:
  price_year: 2025
  assumption: a purse to measure with
  anyway:
    success: {beta: [24, 56], assumption: to measure with}
  consequences:
    benefit:
      outcome: success
      saved: 1
      unit: years on benefit
      price: 100000
      lasts: 6
      decay: 0.1
      bears: {municipality: 0.8, state: 0.2}
      assumption: to measure with
"""


def with_purse() -> Plan:
    """The simple deal with a public purse of one line and an uncertain share who would have succeeded anyway."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deal.yaml"
        file.write_text(SCENARIO.read_text(encoding="utf-8") + PUBLIC, encoding="utf-8")
        return api.read(file).plan


def deals() -> dict[str, Plan]:
    """Those measured, by name."""
    return {"simple deal": with_purse(), "Havnen": api.read(HAVNEN).plan}


def programs(paths: int) -> dict[str, Timed]:
    """A plain run and one with the purse, of each deal by each engine, compiled; neither keeps claims."""
    timed = {}
    for name, plan in deals().items():
        for engine in ENGINES:
            plain = partial(api.simulate, plan, seed=SEED, threads=1, keep_claims=False, engine=engine)
            whole = partial(api.run_purse, plan, seed=SEED, engine=engine, threads=1)
            for title, run in ((plain_of(name, engine), plain), (purse_of(name, engine), whole)):
                run(paths=1_024)  # compiles
                timed[title] = Timed(partial(run, paths=paths), paths)
    return timed


def plain_of(deal: str, engine: str) -> str:
    return f"{deal}, {engine}"


def purse_of(deal: str, engine: str) -> str:
    return f"{deal}, {engine}, with its purse"


def faults(paths: int) -> list[str]:
    """Runs whose investors get other bits beside a purse, and purses that change with threads."""
    found = []
    for name, plan in deals().items():
        for engine in ENGINES:
            plain = api.simulate(plan, paths, SEED, 1, keep_claims=False, engine=engine)
            one, two = (api.run_purse(plan, paths, SEED, engine, threads) for threads in (1, os.cpu_count() or 2))
            if not same_bits(plain.paths, one.paths):
                found.append(f"{name}, {engine}: investors get other bits beside a purse")
            if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one.purse, two.purse, strict=True)):
                found.append(f"{name}, {engine}: the purse changes with threads")
    return found
