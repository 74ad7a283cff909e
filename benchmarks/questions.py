"""What a question costs: several runs and what is made of them, beside one plain run of the individual engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.bench_simple import SCENARIO, SEED
from benchmarks.clock import Timed
from risksim import api
from risksim.analysis.decompose import decompose
from risksim.analysis.reverse import FEWEST_PATHS, reverse
from risksim.analysis.sensitivity import sensitivity
from risksim.analysis.standard import answer

BROENDBY = SCENARIO.parents[1] / "broendby-tuba.yaml"
PLAIN = "plain run"
WARM = 1_024
"""Paths that compile whatever a program needs."""
OF_REVERSE = 16
"""How many times fewer paths each run of `reverse` has, as it makes so many of them. [1]"""


def questions(deal: api.Deal, threads: int) -> dict[str, Callable[..., object]]:
    """Each question, to be asked with a number of paths."""
    return {
        "decompose": partial(decompose, deal, seed=SEED, threads=threads),
        "stress --standard": partial(answer, deal, seed=SEED, threads=threads),
        "sensitivity --given-data": partial(sensitivity, deal, seed=SEED, threads=threads, tornado=False),
        "reverse": lambda paths: reverse(
            deal, paths=max(paths // OF_REVERSE, FEWEST_PATHS), seed=SEED, threads=threads
        ),
    }


def programs(paths: int) -> dict[str, Timed]:
    """A plain run and each question of the same deal with as many paths, compiled, on one thread."""
    deal = api.read(BROENDBY)
    plain = partial(api.simulate, deal, seed=SEED, threads=1, keep_claims=False, engine="individual")
    asked: dict[str, Callable[..., object]] = {PLAIN: plain, **questions(deal, 1)}
    for ask in asked.values():
        ask(paths=WARM)
    return {name: Timed(partial(ask, paths=paths), paths) for name, ask in asked.items()}


def faults(paths: int) -> list[str]:
    """Answers that change with threads."""
    deal = api.read(BROENDBY)
    one, two = questions(deal, 1), questions(deal, 2)
    # In words, as a number that does not exist is not equal to itself.
    return [
        f"{name}: the answer changes with threads"
        for name in one
        if repr(one[name](paths=paths)) != repr(two[name](paths=paths))
    ]
